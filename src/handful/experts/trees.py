"""Tree experts: extremely randomised trees, and histogram boosting; one array form serves both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from handful.experts.design import at_least_one_column
from handful.experts.expert import Sight, gaussian
from handful.features import Features, Labels

__all__ = ["Boosting", "FittedBoosting", "FittedTrees", "Forest", "Trees"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forest:
    """Binary trees as flat arrays over all their nodes; a leaf points to itself."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    """(node, output); only the leaves' values are used."""
    roots: NDArray[np.int32]
    depth: int

    def __post_init__(self) -> None:
        """Refuses links out of bounds, so that a damaged file cannot read elsewhere or run forever."""
        nodes = len(self.feature)
        links = np.concatenate([self.left, self.right, self.roots])
        is_whole = all(len(part) == nodes for part in (self.threshold, self.left, self.right, self.value))
        is_linked = (
            len(self.roots) > 0 and links.min() >= 0 and links.max() < nodes and self.feature.min() >= 0
        )
        if not (is_whole and is_linked and 0 <= self.depth < max(nodes, 1)):
            raise ValueError("the trees' links do not fit their nodes")

    def leaf_values(self, matrix: Array) -> Array:
        """(row, output) the sum over trees of the value in the leaf that each row falls into."""
        step = max(1, 2_000_000 // len(self.roots))  # about 100 MB at a time
        parts = [self._leaf_values(matrix[start : start + step]) for start in range(0, len(matrix), step)]
        return np.vstack(parts) if parts else np.zeros((0, self.value.shape[1]))

    def _leaf_values(self, matrix: Array) -> Array:
        rows = np.arange(len(matrix))[:, None]
        node = np.repeat(self.roots[None], len(matrix), axis=0)
        for _ in range(self.depth):
            goes_left = matrix[rows, self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        return np.asarray(self.value[node].sum(axis=1, dtype=np.float64))


def _forest(trees: list[dict[str, Any]]) -> Forest:
    """One forest of trees given as node arrays of their own; children's numbers are local, -1 in a leaf."""
    starts = np.cumsum([0] + [len(tree["left"]) for tree in trees])
    shifted: dict[str, list[Any]] = {"left": [], "right": []}
    for tree, start in zip(trees, starts, strict=False):
        own = np.arange(len(tree["left"])) + start
        for side in ("left", "right"):
            shifted[side].append(np.where(tree[side] < 0, own, tree[side] + start))
    return Forest(
        feature=np.concatenate([np.maximum(tree["feature"], 0) for tree in trees]).astype(np.int32),
        threshold=_rounded_down(np.concatenate([tree["threshold"] for tree in trees])),
        left=np.concatenate(shifted["left"]).astype(np.int32),
        right=np.concatenate(shifted["right"]).astype(np.int32),
        value=np.concatenate([tree["value"] for tree in trees]).astype(np.float32),
        roots=starts[:-1].astype(np.int32),
        depth=max(tree["depth"] for tree in trees),
    )


def _rounded_down(thresholds: Array) -> NDArray[np.float32]:
    """The largest float32 not above each: features are float32, so `<=` decides as it did, in half the space."""
    nearest = thresholds.astype(np.float32)
    return np.where(nearest > thresholds, np.nextafter(nearest, np.float32(-np.inf)), nearest)


@dataclass(frozen=True, slots=True)
class TreeInput:
    """What trees read: numbers with blanks below all else, categories one-hot, or by frequency where they are many."""

    one_hot_feature: NDArray[np.intp]
    one_hot_code: Array
    plain: NDArray[np.intp]

    def matrix(self, features: Features) -> Array:
        values = features.values.astype(np.float64)
        one_hot = values[:, self.one_hot_feature] == self.one_hot_code
        plain = np.nan_to_num(values[:, self.plain], nan=BELOW_ALL)
        return at_least_one_column(np.hstack([plain, one_hot]))


BELOW_ALL = -1e9
MOST_ONE_HOT = 24


def fit_tree_input(features: Features) -> TreeInput:
    """Categories of at most `MOST_ONE_HOT` levels get a column for each level, the others stay codes."""
    plain, pairs = [], []
    for j in range(features.values.shape[1]):
        column = features.values[:, j]
        codes = np.unique(column[~np.isnan(column)])
        if features.is_category[j] and len(codes) <= MOST_ONE_HOT:
            pairs += [(j, code) for code in codes]
        else:
            plain.append(j)
    return TreeInput(
        np.array([j for j, _ in pairs], dtype=np.intp),
        np.array([code for _, code in pairs], dtype=np.float64),
        np.array(plain, dtype=np.intp),
    )


@dataclass(frozen=True, slots=True)
class FittedTrees:
    """Averages over trees: class shares, or a number's mean and mean square."""

    input: TreeInput
    forest: Forest
    floor: float
    """The least spread of a number's answer."""
    classes: int

    def predict(self, features: Features) -> Array:
        averages = self.forest.leaf_values(self.input.matrix(features)) / len(self.forest.roots)
        if self.classes:
            return averages
        center = averages[:, 0]
        # Law of total variance over trees and within leaves: the spread of the rows that share a leaf with this one.
        return gaussian(center, np.sqrt(np.maximum(averages[:, 1] - center**2, self.floor**2)))


@dataclass(frozen=True, slots=True)
class Trees:
    """Extremely randomised trees (Geurts, Ernst & Wehenkel 2006)."""

    sight: ClassVar[Sight] = Sight.NARROW
    name: str = "trees"
    count: int = 100

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedTrees:
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        source = fit_tree_input(features)
        matrix = source.matrix(features)
        rows = min(len(labels), MOST_ROWS_A_TREE)
        sample = {"bootstrap": True, "max_samples": rows} if len(labels) > MOST_ROWS_A_TREE else {}
        kind = ExtraTreesClassifier if labels.classes else ExtraTreesRegressor
        leaf = (
            3 if rows >= 64 and not labels.classes else 1
        )  # a number wants smoother answers once rows allow it
        features_tried = "sqrt" if labels.classes else 0.5
        fitted = kind(
            self.count, max_features=features_tried, min_samples_leaf=leaf, random_state=0, **sample
        ).fit(matrix, labels.values)
        present = np.unique(labels.values).astype(np.intp) if labels.classes else None
        trees = [_tree(tree.tree_, present, labels.classes) for tree in fitted.estimators_]
        return FittedTrees(source, _forest(trees), 0.05 * float(np.std(labels.values)), labels.classes)


MOST_ROWS_A_TREE = 20_000


def _tree(tree: Any, present: NDArray[np.intp] | None, classes: int) -> dict[str, Any]:
    """One scikit-learn tree as plain arrays."""
    value = tree.value[:, 0, :]
    if present is not None:
        leaf = np.zeros((len(value), classes))
        leaf[:, present] = value / value.sum(axis=1, keepdims=True)
    else:
        leaf = np.stack([value[:, 0], tree.impurity + value[:, 0] ** 2], axis=1)
    return {
        "feature": tree.feature,
        "threshold": tree.threshold,
        "left": tree.children_left,
        "right": tree.children_right,
        "value": leaf,
        "depth": tree.max_depth,
    }


@dataclass(frozen=True, slots=True)
class FittedBoosting:
    """Sums over trees: logits of the classes, or a number."""

    input: TreeInput
    forest: Forest
    offset: Array
    present: NDArray[np.intp]
    spread: float
    classes: int

    def predict(self, features: Features) -> Array:
        raw = self.forest.leaf_values(self.input.matrix(features)) + self.offset
        if not self.classes:
            return gaussian(raw[:, 0], self.spread)
        shares = np.zeros((len(raw), self.classes))
        if len(self.present) == 1:
            shares[:, self.present] = 1.0
        elif raw.shape[1] == 1:
            chance = expit(raw[:, 0])
            shares[:, self.present] = np.stack([1 - chance, chance], axis=1)
        else:
            shares[:, self.present] = softmax(raw, axis=1)
        return shares


MOST_BOOSTED_CLASSES = 30
"""Each round grows a tree for each class: 147 classes of 204 rows took a minute and 1.5 GB."""


@dataclass(frozen=True, slots=True)
class Boosting:
    """Histogram gradient boosting (Ke et al. 2017), slowed down and kept small against over-fitting."""

    sight: ClassVar[Sight] = Sight.NARROW
    name: str = "boosting"

    def suits(self, features: Features, labels: Labels) -> bool:
        return len(labels) >= 200 and labels.classes <= MOST_BOOSTED_CLASSES

    def fit(self, features: Features, labels: Labels) -> FittedBoosting:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        source = fit_tree_input(features)
        matrix = source.matrix(features)
        present = np.unique(labels.values).astype(np.intp) if labels.classes else np.arange(1)
        kind = HistGradientBoostingClassifier if labels.classes else HistGradientBoostingRegressor
        fitted = kind(
            learning_rate=0.08, max_iter=80, max_leaf_nodes=12, min_samples_leaf=8, l2_regularization=1.0,
            early_stopping=False, random_state=0,
        ).fit(matrix, labels.values)  # fmt: skip
        rounds = (
            fitted._predictors
        )  # private, and the only way to the trees; the golden file test watches over it
        outputs = len(rounds[0])
        trees = [
            _boosted_tree(tree.nodes, output, outputs)
            for stage in rounds
            for output, tree in enumerate(stage)
        ]
        offset = np.asarray(fitted._baseline_prediction, dtype=np.float64).reshape(-1)
        # Half the way from the fit's own residuals to the target's spread; the blend's temperature does the rest.
        spread = 0.5 * float(np.std(labels.values)) if not labels.classes else 0.0
        return FittedBoosting(source, _forest(trees), offset, present, spread, labels.classes)


def _boosted_tree(nodes: Any, output: int, outputs: int) -> dict[str, Any]:
    """One histogram tree as plain arrays; its leaf adds to one output."""
    is_leaf = nodes["is_leaf"].astype(bool)
    value = np.zeros((len(nodes), outputs))
    value[:, output] = nodes["value"]
    return {
        "feature": nodes["feature_idx"],
        "threshold": np.where(is_leaf, 0.0, nodes["num_threshold"]),
        "left": np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        "right": np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
        "value": value,
        "depth": int(nodes["depth"].max()),
    }
