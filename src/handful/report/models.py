"""The weights that had a part in the answers, as their cards tell: whose they are, and how they are known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handful.report.facts import Weights
from handful.table.column import Kind

if TYPE_CHECKING:
    from handful.learner import State

__all__ = ["models_of"]

TRAINED = {Kind.TEXT: "more than a billion pairs of sentences from the web, by others"}
USES = {Kind.TEXT: "reads texts", Kind.IMAGE: "sees pictures", Kind.SOUND: "hears sounds"}


def models_of(state: State) -> tuple[Weights, ...]:
    """The in-context model, and the encoder of each kind of column that there is."""
    kinds = set(state.encoder.kinds.values())
    return (_in_context(), *(_encoder(kind, use) for kind, use in USES.items() if kind in kinds))


def _in_context() -> Weights:
    from handful.model.card import read_card
    from handful.model.session import SHIPPED

    card = read_card(SHIPPED)
    use = "answers from the labelled rows, beside learners that are fitted to them"
    return Weights(
        use, f"in-context model, {card.name}", card.licence, card.trained_on, card.hash, card.limits
    )


def _encoder(kind: Kind, use: str) -> Weights:
    from handful.encode.frozen.network import WEIGHTS

    about = json.loads((WEIGHTS / f"{kind}.json").read_text(encoding="utf-8"))
    digest = next(iter(about["sha256"].values()))
    trained_on = about.get("trained_on", TRAINED.get(kind, ""))
    return Weights(use, about["name"], about["licence"], trained_on, digest)
