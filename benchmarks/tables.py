"""The tables that methods are judged on: frozen specifications, one way to load them, one way to split them.

`DEV` is what the README reports. `TUNING` shares no data with it; defaults may be chosen there, and only there.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEST_ROWS = 1000
LEAST_TEST_ROWS = 30
# A string column with more distinct values than this, over the whole table, is text for the peers (skrub's rule).
MOST_CATEGORIES = 40


@dataclass(frozen=True, slots=True)
class Spec:
    """One table: `kind` is what its target holds; `drop` gives the answer away or only counts the rows."""

    name: str
    path: str
    target: str
    kind: str
    drop: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table in memory: features (float, str or datetime columns), labels, and what the peers are told of it.

    `text` names the string columns that hold text; `classes` is sorted, and empty for a number target.
    """

    spec: Spec
    features: pd.DataFrame
    labels: pd.Series
    groups: pd.Series | None
    classes: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Row positions: `labelled` is the handful, `test` is judged."""

    labelled: NDArray[np.intp]
    test: NDArray[np.intp]


COFFEE_SCORES = (
    "Aroma", "Flavor", "Aftertaste", "Acidity", "Body",
    "Balance", "Uniformity", "Clean.Cup", "Sweetness", "Cupper.Points",
)  # fmt: skip

DEV: tuple[Spec, ...] = (
    Spec("titanic", "titanic/data.csv", "Survived", "category", drop=("PassengerId",)),
    Spec("penguins_raw", "penguins_raw/data.csv", "Species", "category", dates=("Date Egg",)),
    Spec("bechdel", "bechdel/data.csv", "binary", "category", drop=("test", "clean_test", "code")),
    Spec("movies", "movies/data.csv", "Major Genre", "category", dates=("Release Date",)),
    Spec("attrition", "r_tables/modeldata__attrition.csv", "Attrition", "category", drop=("rownames",)),
    Spec("chile", "r_tables/carData__Chile.csv", "vote", "category", drop=("rownames",)),
    Spec("credit_data", "r_tables/modeldata__credit_data.csv", "Status", "category", drop=("rownames",)),
    Spec(
        "hhs_breaches", "r_tables/Ecdat__HHSCyberSecurityBreaches.csv", "Covered.Entity.Type", "category",
        drop=("rownames",), dates=("Breach.Submission.Date",),
    ),
    Spec("solar_flare2", "uci_arff/solar_flare2.csv", "class", "category"),
    Spec("dermatology", "uci_arff/dermatology.csv", "class", "category"),
    Spec("glass", "uci_arff/glass.csv", "Type", "category"),
    Spec("primary_tumor", "uci_arff/primary_tumor.csv", "class", "category"),
    Spec("heart_c", "uci_arff/heart_c.csv", "num", "category"),
    Spec("sonar", "uci_arff/sonar.csv", "Class", "category"),
    Spec("vote", "uci_arff/vote.csv", "Class", "category"),
    Spec(
        "coffee_quality", "coffee_quality/data.csv", "Total.Cup.Points", "number",
        drop=COFFEE_SCORES, dates=("Grading.Date", "Expiration"),
    ),
    Spec(
        "employee_salaries", "employee_salaries/data.csv", "current_annual_salary", "number",
        dates=("date_first_hired",),
    ),
    Spec("wine_poland", "wine_poland/data.csv", "price", "number"),
    Spec("candy", "candy/data.csv", "winpercent", "number"),
    Spec("recent_grads", "recent_grads/data.csv", "Median", "number", drop=("Rank", "P25th", "P75th")),
    Spec("lego", "r_tables/openintro__lego_population.csv", "price", "number", drop=("rownames", "amazon_price")),
    Spec("wage", "r_tables/ISLR__Wage.csv", "wage", "number", drop=("rownames", "logwage")),
    Spec("la_homes", "r_tables/openintro__LAhomes.csv", "price", "number", drop=("rownames",)),
    Spec("house_prices", "r_tables/AER__HousePrices.csv", "price", "number", drop=("rownames",)),
    Spec("strike", "uci_arff/strike.csv", "volume", "number"),
    Spec("hitters", "r_tables/ISLR__Hitters.csv", "Salary", "number"),
    Spec("autompg", "uci_arff/autompg.csv", "class", "number"),
    Spec("biomass", "r_tables/modeldata__biomass.csv", "HHV", "number", drop=("rownames",)),
    Spec("quake", "uci_arff/quake.csv", "richter", "number"),
    Spec("teaching", "r_tables/AER__TeachingRatings.csv", "eval", "number", drop=("rownames",), group="prof"),
)  # fmt: skip

TUNING: tuple[Spec, ...] = (
    Spec("ionosphere", "uci_arff/ionosphere.csv", "class", "category"),
    Spec("ecoli", "uci_arff/ecoli.csv", "class", "category"),
    Spec("breast_cancer", "uci_arff/breast_cancer.csv", "Class", "category"),
    Spec("tae", "uci_arff/tae.csv", "Class_attribute", "category"),
    Spec("olive", "r_tables/dslabs__olive.csv", "area", "category", drop=("rownames", "region")),
    Spec("email", "r_tables/openintro__email_test.csv", "spam", "category", drop=("rownames",), dates=("time",)),
    Spec("births", "r_tables/openintro__births14.csv", "lowbirthweight", "category", drop=("rownames", "weight")),
    Spec("transplant", "r_tables/survival__transplant.csv", "event", "category", drop=("rownames",)),
    Spec("fastfood", "r_tables/openintro__fastfood.csv", "restaurant", "category", drop=("rownames",)),
    Spec(
        "acs12", "r_tables/openintro__acs12.csv", "employment", "category",
        drop=("rownames", "hrs_work", "time_to_work"),
    ),
    Spec("sacramento", "r_tables/modeldata__Sacramento.csv", "price", "number", drop=("rownames",)),
    Spec("cps1985", "r_tables/AER__CPS1985.csv", "wage", "number", drop=("rownames",)),
    Spec("professors", "r_tables/carData__Salaries.csv", "salary", "number", drop=("rownames",)),
    Spec("carseats", "r_tables/ISLR__Carseats.csv", "Sales", "number", drop=("rownames",)),
    Spec("ca_schools", "r_tables/AER__CASchools.csv", "read", "number", drop=("rownames", "math")),
    Spec("nations", "r_tables/carData__UN.csv", "infantMortality", "number"),
    Spec("sensory", "uci_arff/sensory.csv", "score", "number"),
    Spec("cars04", "r_tables/openintro__cars04.csv", "msrp", "number", drop=("rownames", "dealer_cost")),
    Spec(
        "citations", "r_tables/AER__EquationCitations.csv", "cites", "number",
        drop=("rownames", "selfcites", "othercites", "theocites", "nontheocites"),
    ),
    Spec("planes", "r_tables/nycflights13__planes.csv", "seats", "number", drop=("rownames",)),
)  # fmt: skip

# `--quick`: two plain and one mixed table of each kind.
QUICK = ("titanic", "heart_c", "dermatology", "employee_salaries", "autompg", "house_prices")


def named(names: str) -> tuple[Spec, ...]:
    """The tables for `dev`, `tuning`, `quick`, or names separated by commas."""
    lists = {"dev": DEV, "tuning": TUNING, "quick": tuple(spec for spec in DEV if spec.name in QUICK)}
    if names in lists:
        return lists[names]
    known = {spec.name: spec for spec in DEV + TUNING}
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        raise SystemExit(f"no table {', '.join(unknown)}; there are dev, tuning, quick, {', '.join(known)}")
    return tuple(known[name] for name in names.split(","))


def load(spec: Spec) -> Loaded:
    """The table with proper types: numbers are float, dates datetime, all else str; blanks are NaN or NaT."""
    # '?' is a blank only in the ARFF sets; "None", "NA" and "N/A" are pandas' own words for a blank
    raw = pd.read_csv(DATA / spec.path, na_values=["?"] if spec.path.startswith("uci_arff/") else None)
    raw = raw[raw[spec.target].notna()].reset_index(drop=True)
    labels = raw[spec.target].astype(str if spec.kind == "category" else float)
    hidden = [spec.target, *spec.drop, *([spec.group] if spec.group else [])]
    features = raw.drop(columns=hidden)
    features = features.apply(lambda column: _typed(column, date=column.name in spec.dates))
    return Loaded(
        spec=spec,
        features=features,
        labels=labels,
        groups=raw[spec.group] if spec.group else None,
        classes=tuple(sorted(labels.unique())) if spec.kind == "category" else (),
        text=tuple(
            str(name)
            for name, column in features.items()
            if pd.api.types.is_string_dtype(column) and column.nunique() > MOST_CATEGORIES
        ),
    )


def _typed(column: pd.Series, *, date: bool) -> pd.Series:
    if date:
        # "April 4th, 2015" is the one form pandas does not read
        plain = column.str.replace(r"(?<=\d)(st|nd|rd|th)\b", "", regex=True)
        return pd.to_datetime(plain, format="mixed", errors="coerce", utc=True).dt.tz_localize(None)
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    if set(column.dropna().unique()) <= {True, False}:
        return column.map({True: 1.0, False: 0.0}).astype(float)
    return column.astype("str")


def split(table: Loaded, n: int, seed: int) -> Split | None:
    """`n` labelled rows and at most 1,000 test rows, the same for every method; None when the table is too small.

    One row of each class is labelled first, commonest classes first when not all fit; the rest is drawn evenly.
    Where the table has groups, no group is on both sides.
    """
    rows = len(table.labels)
    if rows < n + LEAST_TEST_ROWS:
        return None
    rng = np.random.default_rng([zlib.crc32(table.spec.name.encode()), n, seed])
    pool = _pool(table, n, rng)
    labelled = _labelled(table.labels.to_numpy()[pool], pool, n, table.spec.kind, rng)
    outside = np.setdiff1d(np.arange(rows), pool if table.groups is not None else labelled)
    if len(outside) < LEAST_TEST_ROWS:
        return None
    return Split(labelled, np.sort(rng.permutation(outside)[:TEST_ROWS]))


def _pool(table: Loaded, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """The rows that may be labelled, in random order: all, or those of just enough whole groups."""
    if table.groups is None:
        return rng.permutation(len(table.labels))
    groups = table.groups.to_numpy()
    order = rng.permutation(np.unique(groups))
    sizes = np.array([np.sum(groups == group) for group in order])
    enough = int(np.searchsorted(np.cumsum(sizes), n)) + 1
    return rng.permutation(np.flatnonzero(np.isin(groups, order[:enough])))


def _labelled(
    labels: NDArray[np.object_], pool: NDArray[np.intp], n: int, kind: str, rng: np.random.Generator
) -> NDArray[np.intp]:
    if kind == "number":
        return pool[:n]
    _, first, counts = np.unique(labels, return_index=True, return_counts=True)
    one_each = first[np.argsort(-counts, kind="stable")][:n]
    rest = np.setdiff1d(np.arange(len(pool)), one_each)
    return rng.permutation(pool[np.concatenate([one_each, rest[: n - len(one_each)]])])
