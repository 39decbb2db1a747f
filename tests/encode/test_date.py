"""What a date has to say besides when it was, and only where the context's dates differ in it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from handful.encode.date import PARTS, fit_date, fit_differences
from handful.table.column import Column, Kind

DAY = 86_400.0
SOME = [
    datetime(1899, 12, 31, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2000, 2, 29, 12, 30, tzinfo=UTC),
    datetime(2023, 12, 31, 6, tzinfo=UTC),
    datetime(2024, 3, 10, 18, 45, tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC),
]


def dates(*seconds: float, name: str = "when") -> Column:
    return Column(name, Kind.DATE, np.array(seconds, dtype=np.float64))


def days(count: int, start: datetime = datetime(2023, 1, 1, tzinfo=UTC), step: float = 1) -> Column:
    return dates(*(start.timestamp() + number * step * DAY for number in range(count)))


@pytest.mark.parametrize("moment", SOME)
def test_the_parts_are_those_of_the_calendar(moment):
    seconds = np.array([moment.timestamp(), np.nan])
    expected = {
        "day of month": moment.day,
        "weekday": moment.weekday(),
        "weekend": moment.weekday() >= 5,
        "hour": moment.hour + moment.minute / 60 + moment.second / 3600,
    }
    for part, value in expected.items():
        assert PARTS[part](seconds)[0] == pytest.approx(float(value))


@pytest.mark.parametrize("part", PARTS)
def test_a_blank_date_has_no_part(part):
    assert np.isnan(PARTS[part](np.array([np.nan]))).all()


@pytest.mark.parametrize(
    ("sine", "earlier", "later", "opposite"),
    [
        ("season", datetime(2023, 12, 31), datetime(2024, 1, 1), datetime(2023, 7, 1)),
        ("weekday", datetime(2024, 1, 7), datetime(2024, 1, 8), datetime(2024, 1, 4)),
        ("hour", datetime(2024, 1, 1, 23, 59), datetime(2024, 1, 2), datetime(2024, 1, 1, 12)),
    ],
)
def test_what_comes_round_is_close_to_where_it_began(sine, earlier, later, opposite):
    seconds = np.array([each.replace(tzinfo=UTC).timestamp() for each in (earlier, later, opposite)])
    hand = np.stack([PARTS[f"{sine} sine"](seconds), PARTS[f"{sine} cosine"](seconds)], axis=1)
    np.testing.assert_allclose(np.linalg.norm(hand, axis=1), 1)
    assert np.linalg.norm(hand[0] - hand[1]) < np.linalg.norm(hand[0] - hand[2])


def test_only_parts_that_differ_and_come_round_are_features():
    week = fit_date(days(6))
    month = fit_date(days(30))
    years = fit_date(days(800))
    mondays = fit_date(days(100, datetime(2024, 1, 1, tzinfo=UTC), step=7))
    hours = fit_date(days(100, step=0.3))
    assert week.parts == ()
    assert {part.split()[0] for part in month.parts} == {"weekday", "weekend"}
    assert {"season sine", "season cosine", "day of month"} < set(years.parts)
    assert not any(part.startswith("week") for part in mondays.parts)
    assert not any(part.startswith("hour") for part in (*years.parts, *mondays.parts))
    assert any(part.startswith("hour") for part in hours.parts)
    assert fit_date(days(1)).parts == ()


def test_features_are_few_and_a_row_has_them_whatever_stands_beside_it():
    column = days(900, step=0.7)
    encoder = fit_date(column)
    whole = encoder.encode(column)
    assert whole.dtype == np.float32
    assert whole.shape == (900, 1 + len(encoder.parts))
    assert whole.shape[1] <= 11
    assert np.isfinite(whole).all()
    assert np.array_equal(encoder.encode(column.take(np.array([7, 400]))), whole[[7, 400]])


def test_a_difference_is_signed_in_spreads_and_blank_where_a_date_is():
    start = days(40, step=10)
    waits = np.where(np.arange(40) % 2, 3.0, -5.0) * DAY
    end = Column("end", Kind.DATE, start.values + waits)
    (between,) = fit_differences([start, end])
    assert (between.first, between.second) == ("when", "end")
    made = between.encode(start, end)
    assert made.shape == (40, 1)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made[1] - made[0], 8 * DAY / between.scale, rtol=1e-6)
    assert np.isnan(between.encode(dates(np.nan, 0.0), dates(0.0, np.nan, name="end"))).all()


def test_a_difference_that_never_differs_or_repeats_one_date_is_no_feature():
    start = days(40, step=10)
    rng = np.random.default_rng(0)
    born = dates(*(start.values - rng.uniform(20, 80, 40) * 365 * DAY), name="born")
    assert fit_differences([start]) == ()
    assert fit_differences([start, Column("same", Kind.DATE, start.values + DAY)]) == ()
    assert fit_differences([start, Column("fixed", Kind.DATE, np.full(40, 9 * DAY))]) == ()
    assert fit_differences([start, Column("absent", Kind.DATE, np.full(40, np.nan))]) == ()
    assert fit_differences([start, born]) == ()  # how old at the visit: when born says it


def test_of_many_dates_the_six_closest_pairs_are_features():
    rng = np.random.default_rng(0)
    columns = [
        Column(f"d{number}", Kind.DATE, (np.arange(50) * 20 + rng.normal(0, 1 + number, 50)) * DAY)
        for number in range(6)
    ]
    pairs = [(each.first, each.second) for each in fit_differences(columns)]
    assert len(pairs) == 6
    assert pairs[0] == ("d0", "d1")
    assert ("d4", "d5") not in pairs


def least_squares(features: np.ndarray, target: np.ndarray) -> float:
    """Mean squared error on the later half of the rows, learnt on the earlier, beside that of the mean."""
    half = len(target) // 2
    design = np.column_stack([features, np.ones(len(target))])
    weights = np.linalg.lstsq(design[:half], target[:half], rcond=None)[0]
    return float(np.mean((design[half:] @ weights - target[half:]) ** 2) / np.var(target[half:]))


@pytest.mark.parametrize("what", ["weekend", "midsummer", "end of the month", "night"])
def test_what_depends_on_the_calendar_is_learnt_from_the_parts_and_not_from_time_alone(what):
    rng = np.random.default_rng(1)
    column = dates(*rng.uniform(0, 1_000 * DAY, 120))
    seconds = column.values
    depends = {
        "weekend": PARTS["weekend"](seconds) * 2.0,
        "midsummer": -np.cos(2 * np.pi * seconds / (365.2425 * DAY)),
        "end of the month": (PARTS["day of month"](seconds) > 20) * 2.0,
        "night": np.abs(PARTS["hour"](seconds) - 12) / 4,
    }
    target = depends[what] + rng.normal(0, 0.2, 120)
    encoded = fit_date(column).encode(column).astype(np.float64)
    assert least_squares(encoded[:, :1], target) > 0.8
    assert least_squares(encoded, target) < 0.5


def test_what_depends_on_the_time_between_two_dates_is_learnt_from_it():
    rng = np.random.default_rng(1)
    start = dates(*rng.uniform(0, 1_000 * DAY, 60), name="from")
    wait = rng.uniform(1, 30, 60)
    end = dates(*(start.values + wait * DAY), name="to")
    target = wait > 15
    (between,) = fit_differences([start, end])
    whole = between.encode(start, end)[:, 0]
    later = whole > np.median(whole)
    assert np.mean(later == target) > 0.9
    for column in (start, end):
        alone = fit_date(column).encode(column)[:, 0]
        assert np.mean((alone > np.median(alone)) == target) < 0.7
