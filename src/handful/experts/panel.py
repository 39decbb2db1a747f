"""Experts fitted on one context, and what each of them answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.experts.expert import Expert, Fitted, Sight
from handful.experts.projection import Projection, fit_projection
from handful.features import Features, Labels

__all__ = ["Panel", "fit_panel"]


@dataclass(frozen=True, slots=True)
class Panel:
    """Fitted experts, how each of them takes embeddings, and the projection that they share."""

    experts: tuple[Fitted, ...]
    sights: tuple[str, ...]
    projection: Projection

    def predict(self, features: Features) -> NDArray[np.float64]:
        """(expert, row, class or level)"""
        seen = {
            Sight.RAW: features,
            Sight.WHOLE: self.projection.whole(features),
            Sight.NARROW: self.projection.narrow(features),
        }
        return np.stack(
            [
                expert.predict(seen[Sight(sight)])
                for expert, sight in zip(self.experts, self.sights, strict=True)
            ]
        )


def fit_panel(
    experts: Sequence[Expert],
    features: Features,
    labels: Labels,
    progress: Callable[[float], None] = lambda share: None,
) -> Panel:
    """Each expert fitted on this context."""
    projection, narrow = fit_projection(features, labels)
    seen = {Sight.RAW: features, Sight.WHOLE: projection.whole(features), Sight.NARROW: narrow}
    fitted = []
    for number, expert in enumerate(experts, 1):
        fitted.append(expert.fit(seen[expert.sight], labels))
        progress(number / len(experts))
    return Panel(tuple(fitted), tuple(expert.sight.value for expert in experts), projection)
