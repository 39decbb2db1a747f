"""Sets of classes, and intervals, that hold the truth as often as they promise, however few rows are labelled."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from handful.answer.conformal import (
    as_strange,
    class_scores,
    covering,
    exact,
    fewest,
    number_ends,
    number_scores,
    spare,
)
from handful.experts.blend import Blend, Weighting
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.experts import belief_in
from handful.experts.folds import split_folds, units_in
from handful.experts.panel import fit_panel
from handful.experts.prior import Prior
from handful.features import Features, Labels
from handful.learning import fit_blend, one_thread

__all__ = ["MANY", "Coverage", "Guarantee", "fit_coverage", "held_out_of"]

Array = NDArray[np.float64]
Progress = Callable[[float], None]

MANY = 64
"""Units from which some can be spared to be held out; of fewer, each is left out once. With 64 that would still narrow
sets by 4% and intervals by 9% (at .9, seven and four tuning tables), but promise less and answer 64 times as slowly."""
FEW = 4
"""Units of which one can be left out and something learnt from the others; of fewer, every set is all there is."""
PART, STEP, MOST_HELD_OUT = 3, 20, 499
"""A third of the units is held out, one less than a multiple of 20: then .8, .9 and .95 lose nothing to a rank that is
rounded up. With 499 the share that is covered spreads from one context to another by 1.3 points at .9."""
HIGHEST = 0.998
"""The highest rate at which so many can tell anything: 499 / 500."""
MOST_LEARNT = 1_500
"""Units that are learnt from where some are held out, so that it never takes much longer than these do."""
DEAR = ("trees", "boosting")
"""Experts that are not fitted once for each unit: trees alone take as long as all others together (32 rows: 70 ms)."""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What is promised of sets or intervals at a level."""

    level_held: float
    """The least share of rows like the labelled ones whose truth is inside, on average over contexts."""
    kind: str
    """"split" or "jackknife+" """
    calibrated: int
    """The units that were held out; of the class with the fewest, where each class is promised for itself."""
    bounded: bool
    """Whether anything can be left out of a set, of a class; otherwise it is all classes or has no ends."""
    text: str
    """One sentence or two, to be printed."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A blend, and how strange the truth of rows that it has not seen is to it."""

    blend: Blend
    truth: Array
    """(row,) their labels"""
    scores: Array
    """(row,)"""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What sets and intervals at any level are read from: of many units one part, of few a part for each.

    What is promised holds on average over draws of context and row, if those are exchangeable by unit (no drift, no
    choice of what was labelled). A truth that is a class without a labelled row is in no set, and not counted.
    """

    parts: tuple[Part, ...]
    classes: int
    units: int
    grouped: bool
    """Whether a unit can be more than one row."""

    def sets(self, features: Features, level: float, *, per_class: bool = False) -> NDArray[np.bool_]:
        """(row, class) which classes are in each row's set; never none, since the likeliest class always is.

        `per_class` promises the level for the rows of each class, not on average over them (Vovk 2012): a class is
        compared with held-out rows of its own. Raises ValueError where the level is not between 0 and 1.
        """
        met = np.zeros((len(features), self.classes), dtype=np.intp)
        likely = np.zeros((len(features), self.classes))
        for part, said in self._said(features):
            likely += said
            for code, scores in enumerate(class_scores(said).T):
                mine = part.truth == code if per_class else slice(None)
                met[:, code] += as_strange(part.scores[mine], scores)
        kept = met >= [spare(level, count) for count in self._held_out(per_class)]
        kept[np.arange(len(kept)), likely.argmax(axis=1)] = True
        return kept

    def intervals(self, features: Features, level: float) -> tuple[Array, Array]:
        """(row,) lower and upper ends, in units of the labels; infinite where the units are too few for the level.

        Raises ValueError where the level is not between 0 and 1.
        """
        none = np.zeros((0, len(features)))
        ends = [(none, none), *(number_ends(said, part.scores) for part, said in self._said(features))]
        low, high = (np.concatenate(side) for side in zip(*ends, strict=True))
        return covering(low, high, level)

    def guarantee(self, level: float, *, per_class: bool = False) -> Guarantee:
        """What can be promised at this level. Raises ValueError where it is not between 0 and 1."""
        per_class = per_class and self.classes > 0
        asked, counts = exact(level), self._held_out(per_class)
        promised = asked if self._is_split else max(2 * asked - 1, Fraction(0))
        bounded = bool((counts >= fewest(level)).any())
        kind = "split" if self._is_split else "jackknife+"
        text = self._promise(level, per_class) if bounded else self._too_few(level, per_class)
        return Guarantee(float(promised), kind, int(counts.min()), bounded, text)

    def _said(self, features: Features) -> Iterator[tuple[Part, Array]]:
        """Each part, and what its blend says of these rows."""
        with one_thread():
            for part in self.parts:
                yield part, part.blend.predict(features)

    @property
    def _is_split(self) -> bool:
        return self.units >= MANY

    @property
    def _rows(self) -> str:
        return "groups of rows" if self.grouped else "rows"

    def _held_out(self, per_class: bool) -> NDArray[np.intp]:
        """(class,) the rows that each class is compared with."""
        truth = np.concatenate([np.zeros(0), *(part.truth for part in self.parts)])
        if not per_class or not self.classes:
            return np.full(max(1, self.classes), len(truth))
        return np.bincount(truth.astype(np.intp), minlength=self.classes)

    def _promise(self, level: float, per_class: bool) -> str:
        what, counts = "set" if self.classes else "interval", self._held_out(per_class)
        whom = f"for rows{' of each class' if per_class else ''} like the labelled ones"
        whom += " and of their classes" if self.classes and not per_class else ""
        if self._is_split:
            held_out = sum(len(part.truth) for part in self.parts)
            said = f"The {what} holds the truth at least {_percent(level)} of the time {whom} "
            said += f"(split conformal, {held_out} {self._rows} held out)."
        else:
            least = 2 * exact(level) - 1
            sure = f"at least {_percent(least)} of the time guaranteed" if least > 0 else "nothing guaranteed"
            said = f"The {what} holds the truth {whom}: {sure}, about {_percent(level)} to be expected "
            said += f"(jackknife+, {self.units} {self._rows})."
        if always := int((counts < fewest(level)).sum()):
            which = "1 class has too few and is" if always == 1 else f"{always} classes have too few and are"
            said += f" {which} in every set."
        return said

    def _too_few(self, level: float, per_class: bool) -> str:
        consequence = "every class is in the set" if self.classes else "the interval has no ends"
        if per_class:
            return (
                f"No class has rows enough for {_percent(level)}: {consequence}; "
                f"{fewest(level)} held out of one would do."
            )
        given = (
            f"{self.units} {self._rows} are"
            if self.units > 1
            else f"1 {self._rows.replace('rows', 'row')} is"
        )
        enough = _enough(level)
        would_do = f"{enough} would do" if enough else f"at {_percent(HIGHEST)} some number would do"
        return f"{given} too few for {_percent(level)}: {consequence}; {would_do}."


def fit_coverage(
    experts: tuple[Expert, ...],
    examples: Examples,
    progress: Progress = lambda share: None,
) -> Coverage:
    """Sets and intervals for what these experts learn from these rows; the order of the rows changes nothing.

    Of `MANY` units or more some are held out, and a blend learnt from the others is what all sets are made with: the
    promise is the level asked for. Of fewer each unit is left out once (cross-conformal sets, Vovk 2015, and the
    jackknife+, Barber et al. 2021). Their blends are of one recipe that treats all rows alike, with weights as they
    are believed: the promise is 1 - 2a in place of 1 - a, and what comes is nearer to 1 - a.
    """
    features, labels, drawn = _drawn(examples)
    unit = units_in(labels)
    if len(drawn) < FEW:
        return Coverage((), labels.classes, len(drawn), len(drawn) < len(labels))
    if len(drawn) < MANY:
        recipe, splits = _believed, [(row[None], np.setdiff1d(drawn, row)) for row in drawn]
    else:
        count = held_out_of(len(drawn))
        recipe, splits = _learnt, [(drawn[:count], drawn[count : count + MOST_LEARNT])]
    parts = []
    with one_thread():
        for number, (out, others) in enumerate(splits, 1):
            known = np.isin(unit, unit[others])
            inside = features.take(known)
            blend = recipe(experts, inside, labels.take(known))
            parts.append(_judged(blend, _as_queries(features.take(out), inside), labels.take(out)))
            progress(number / len(splits))
    return Coverage(tuple(parts), labels.classes, len(drawn), len(drawn) < len(labels))


def held_out_of(units: int) -> int:
    """How many of many units are held out."""
    return min(MOST_HELD_OUT, max(STEP, (units // PART + 1) // STEP * STEP) - 1)


def _enough(level: float) -> int | None:
    """The fewest units with which something can be left out; None where as many are never held out."""
    least = max(FEW, fewest(level))
    if least < MANY:
        return least
    if least > MOST_HELD_OUT:
        return None
    return next(units for units in itertools.count(MANY) if held_out_of(units) >= least)


def _percent(share: float | Fraction) -> str:
    return f"{float(share * 100):.6g}%"


def _drawn(examples: Examples) -> tuple[Features, Labels, NDArray[np.intp]]:
    """The rows in an order of their own, and the place of one row of each unit, in an order drawn at random.

    The dice are thrown with a hash of the rows: a draw that depends on nothing else, as little on what the rows hold
    as one that is thrown anew each time. A balanced draw would narrow sets a little, and what is held out would not
    be exchangeable with what comes.
    """
    features, labels = examples.features, examples.labels
    order = np.lexsort(np.column_stack([features.values, labels.values]).T)
    features, labels = features.take(order), labels.take(order)
    hashed = hashlib.blake2b(features.values.tobytes() + labels.values.tobytes(), digest_size=8)
    dice = np.random.default_rng(int.from_bytes(hashed.digest(), "little"))
    shuffled = dice.permutation(len(labels))
    _, first = np.unique(units_in(labels)[shuffled], return_index=True)
    return (
        features,
        labels,
        shuffled[dice.permutation(first)],
    )  # in the order of rows large units would come first


def _learnt(experts: tuple[Expert, ...], features: Features, labels: Labels) -> Blend:
    """As a learner learns: weights from rows held out, here among these."""
    return fit_blend(_suited(experts, features, labels), features, labels, split_folds(labels))[0]


def _believed(experts: tuple[Expert, ...], features: Features, labels: Labels) -> Blend:
    """The cheap experts, weighted as is believed before any row has spoken."""
    cheap = tuple(expert for expert in experts if expert.name not in DEAR)
    chosen = _suited(cheap, features, labels)
    panel = fit_panel(chosen, features, labels)
    belief = belief_in(chosen, features, labels)
    weighting = Weighting(belief.weights, belief.temperature)
    return Blend(tuple(expert.name for expert in chosen), panel, weighting, labels.classes)


def _suited(experts: tuple[Expert, ...], features: Features, labels: Labels) -> tuple[Expert, ...]:
    if np.ptp(labels.values) == 0:
        return (Prior(),)
    return tuple(expert for expert in experts if expert.suits(features, labels))


def _as_queries(features: Features, known: Features) -> Features:
    """Rows as they would come if nothing were known of them: a category that the others do not have is blank."""
    values = features.values.copy()
    for place in np.flatnonzero(features.is_category):
        values[~np.isin(values[:, place], known.values[:, place]), place] = np.nan
    return replace(features, values=values)


def _judged(blend: Blend, features: Features, labels: Labels) -> Part:
    said, truth = blend.predict(features), labels.values
    if labels.classes:
        scores = class_scores(said)[np.arange(len(truth)), truth.astype(np.intp)]
    else:
        scores = number_scores(said, truth)
    return Part(blend, truth, scores)
