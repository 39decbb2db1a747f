"""The in-context model as an expert: learning is keeping the rows, answering is a pass through the shipped network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from handful.distribution import LEVELS
from handful.errors import ModelFileError
from handful.experts.design import Design, fit_design
from handful.experts.expert import Sight
from handful.features import Features, Labels
from handful.model.cells import CODES
from handful.model.context import CODE_WIDTH, SLOT_WIDTH, Context, Shown, Slots, column_weights, fit_context
from handful.model.guesses import FORMS, GUESSES, JUDGED, Guesser, points
from handful.model.heads import Outputs, probabilities, quantiles
from handful.model.session import Cache, session

__all__ = ["FittedInContext", "InContext"]

MOST_ROWS = 1_024
"""Rows of one context. More rows become several contexts: half of each lies near its centre, half anywhere."""
MOST_CONTEXTS = 4
MOST_COLUMNS = 64
"""Features that the network is shown: those that tell most about the target."""

AT_ONCE = 1_000
"""Queries that are answered at once: their similarities to the context stay under 100 MB."""
NEARLY_ALL = 1e-3
"""What is left beside a row that is attended to alone counts at least this."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class FittedInContext:
    """The rows themselves: an in-context model learns nothing from them until it is asked."""

    features: Features
    labels: Labels
    chosen: NDArray[np.intp]
    """The places of these features among all."""
    design: Design
    """How near rows are to the centres."""
    centres: NDArray[np.float64]
    members: NDArray[np.intp]
    """(context, row) which rows each context has."""
    weights: str
    """The hash of the weights that it was judged with."""

    def predict(self, features: Features) -> NDArray[np.float64]:
        if self.weights != session().hash:
            raise ModelFileError(
                f"this was learnt with the model weights {self.weights[:12]}, which this version does not have",
                hint="install the version of handful that wrote it, or fit again",
            )
        features = features.only(self.chosen)
        found = np.zeros((len(features), self.labels.classes or len(LEVELS)))
        for context, rows in self._homes(features):
            found[rows] = self._answer(context, features.values[rows])
        return found

    def pulls(self, features: Features, toward: NDArray[np.intp]) -> NDArray[np.float64]:
        """(query, row) how far each labelled row pulls each answer towards this class, or a number upwards.

        It is how much less of the class, or how much smaller the number, would be seen without the row: in what is
        attended to, and, exactly, in each of the regressions; what the network then makes of that counts as it is.
        A row outside the query's context pulls nothing.
        """
        features = features.only(self.chosen)
        found = np.zeros((len(features), len(self.labels)))
        for context, rows in self._homes(features):
            pulled = self._pulls(context, features.values[rows], toward[rows])
            found[np.ix_(rows, self.members[context])] = pulled
        return found

    def _homes(self, features: Features) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """The number of a context and some queries that it answers, until all are answered."""
        home = _nearest(self.design.matrix(features), self.centres)
        for context in np.unique(home):
            here = np.flatnonzero(home == context)
            for start in range(0, len(here), AT_ONCE):
                yield int(context), here[start : start + AT_ONCE]

    def _outputs(self, number: int, x: NDArray[np.float32]) -> tuple[Context, Shown, Outputs]:
        context, cache = self._encoded(number)
        shown = context.shown_queries(x[None].astype(np.float64), np)
        return context, shown, session().answer(cache, shown.cells, shown.guesses, context.asked(np))

    def _pulls(self, number: int, x: NDArray[np.float32], toward: NDArray[np.intp]) -> NDArray[np.float64]:
        context, shown, outputs = self._outputs(number, x)
        attended, mix = outputs.weights[0].astype(np.float64), outputs.mix[0].astype(np.float64)
        values = context.values[0][:, toward].T
        beside = values - (attended * values).sum(axis=1, keepdims=True)
        pulled = mix[:, :1] * attended / np.maximum(1 - attended, NEARLY_ALL) * beside
        at = points(shown.cells, x[None].astype(np.float64), context.is_category, np)
        for guess, pull in enumerate(_guess_pulls(context.guesser, at, toward), 1):
            pulled += mix[:, guess, None] * pull
        return np.asarray(pulled)

    def _answer(self, number: int, x: NDArray[np.float32]) -> NDArray[np.float64]:
        context, shown, outputs = self._outputs(number, x)
        if self.labels.classes:
            said = probabilities(outputs, context, shown.guessed, np)[0] * context.values[0].any(axis=0)
            return np.asarray(said / said.sum(axis=1, keepdims=True))
        said = quantiles(outputs, context, shown.guessed) * context.spread + context.center
        return np.asarray(said[0])

    def _encoded(self, number: int) -> tuple[Context, Cache]:
        """One context as queries need it; it is kept as long as this object lives."""
        kept = ENCODED.setdefault(self, {})
        if number not in kept:
            rows = self.members[number]
            context = context_of(self.features.take(rows), self.labels.take(rows))
            shown = context.shown(np)
            kept[number] = context, session().encode(shown.cells, shown.guesses, context.told(np))
        return kept[number]


ENCODED: WeakKeyDictionary[FittedInContext, dict[int, tuple[Context, Cache]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class InContext:
    """A transformer that has seen synthetic tables by the thousand (its card says how many), and then this context."""

    sight: ClassVar[Sight] = Sight.NARROW
    name: str = "in-context model"

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedInContext:
        order = _own_order(features, labels)
        chosen = np.arange(features.values.shape[1])
        if len(chosen) > MOST_COLUMNS:
            told = _told(features.take(order), labels.take(order))
            chosen = np.sort(np.argsort(-told, kind="stable")[:MOST_COLUMNS])
        features = features.only(chosen)
        design = fit_design(features.take(order))
        centres, members = _contexts(design.matrix(features.take(order)))
        return FittedInContext(features, labels, chosen, design, centres, order[members], session().hash)


def _guess_pulls(guesser: Guesser, at: Any, toward: NDArray[np.intp]) -> Iterator[NDArray[np.float64]]:
    """(query, row) of one regression after another, how much lower its guess of a class is without the row.

    In closed form: with H the map from the context's targets to the guesses, H times the row's left-out residual
    (Cook & Weisberg 1982, section 3.7).
    """
    rows = guesser.points.shape[1]
    alone = replace(guesser, solved=np.broadcast_to(np.eye(rows), (1, GUESSES, rows, rows)))
    own, near = alone.guesses(guesser.points, np)[0], alone.guesses(at, np)[0]
    for guess, (_, _, penalty) in enumerate(FORMS):
        inverse = np.linalg.inv(own[:, guess] + penalty * np.eye(rows))
        residual = guesser.solved[0, guess][:, toward].T / np.diag(inverse)
        yield near[:, guess] @ inverse * residual


def _own_order(features: Features, labels: Labels) -> NDArray[np.intp]:
    """(row,) the places of the rows in a shuffled order that is the same however they came.

    Columns are judged on every second or third row, and ties in distance go by place: neither may follow the order
    of the table.
    """
    order = np.lexsort(np.column_stack([features.values, labels.values]).T)
    return np.random.default_rng(0).permutation(order)


def _told(features: Features, labels: Labels) -> NDArray[np.float64]:
    """(feature,) how much each tells about the target, judged on some of the rows."""
    rows = np.arange(0, len(labels), -(-len(labels) // JUDGED))
    return np.asarray(column_weights(*_as_shown(features.take(rows), labels.take(rows)), np)[0])


def context_of(features: Features, labels: Labels) -> Context:
    """Labelled rows as the network is shown them.

    In float64, so that a row's answer depends on the rows beside it by less than 1e-12. Other orders
    of columns and other random vectors give the same answers but for noise that is not worth a second pass
    (pretrain/LOG.md).
    """
    context: Context = fit_context(*_as_shown(features, labels), np)
    return context


def _as_shown(features: Features, labels: Labels) -> tuple[Any, Any, Any, Any, Slots]:
    """Cells, which columns are categories, targets, whether they are numbers: a batch of one; and random vectors."""
    dice = np.random.default_rng(0)
    slots = Slots(_unit(dice, CODES, CODE_WIDTH), _unit(dice, max(1, labels.classes), SLOT_WIDTH))
    x = features.values[None].astype(np.float64)
    return x, features.is_category[None], labels.values[None], np.array([labels.classes == 0]), slots


def _unit(dice: np.random.Generator, count: int, width: int) -> NDArray[np.float64]:
    raw = dice.normal(size=(count, width))
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


def _contexts(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The centres of the contexts, and the rows of each."""
    rows = len(matrix)
    if rows <= MOST_ROWS:
        return matrix[:1] * 0, np.arange(rows)[None]
    from sklearn.cluster import KMeans

    count = min(MOST_CONTEXTS, -(-rows // MOST_ROWS))
    centres = KMeans(count, n_init=1, max_iter=20, random_state=0).fit(matrix).cluster_centers_
    members = []
    for number, centre in enumerate(centres):
        order = np.argsort(np.square(matrix - centre).sum(axis=1), kind="stable")
        near, far = order[: MOST_ROWS // 2], order[MOST_ROWS // 2 :]
        anywhere = np.random.default_rng(number).permutation(far)[: MOST_ROWS - len(near)]
        members.append(np.sort(np.concatenate([near, anywhere])))
    return centres, np.stack(members)


def _nearest(matrix: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.intp]:
    """(row,) the centre that each row is nearest to."""
    if len(centres) == 1:
        return np.zeros(len(matrix), dtype=np.intp)
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(matrix, centres).argmin(axis=1))
