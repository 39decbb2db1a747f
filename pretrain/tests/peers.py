"""Classic learners on the held-out tables: `python tests/peers.py [--each 12]`; used by tests where scikit-learn is.

Logistic regression and ridge on scaled numbers, blank flags and one-hot categories; a random forest on the same.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from handful.distribution import LEVELS
from handful_pretrain import checkpoint, evaluate
from handful_pretrain.loss import Answer
from handful_pretrain.prior.tables import Tables

Array = NDArray[np.float64]


def matrix(tables: Tables, i: int) -> Array:
    """One table's columns as a linear model needs them; statistics of the context only."""
    x, n = tables.x[i].double().numpy(), tables.context
    parts = []
    for j, category in enumerate(tables.is_category[i].tolist()):
        column, blank = x[:, j], np.isnan(x[:, j])
        if category:
            codes = np.unique(column[:n][~blank[:n]])
            parts.append((column[:, None] == codes).astype(float))
        else:
            known = column[:n][~blank[:n]]
            mean, spread = (known.mean(), known.std() + 1e-9) if len(known) else (0.0, 1.0)
            z = np.where(blank, 0.0, (column - mean) / spread)
            parts.append(np.c_[4 * np.tanh(z / 4), blank])
    return np.hstack(parts)


def answer(tables: Tables, classifier: Any, regressor: Any) -> Answer:
    """What a pair of scikit-learn estimators says of each table; a number's spread from its training residuals."""
    prior, n = evaluate.prior_answer(tables), tables.context
    probabilities = torch.zeros_like(prior.probabilities)
    quantiles = prior.quantiles.clone()
    normal = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(LEVELS)).numpy()
    for i, count in enumerate(tables.classes.tolist()):
        x, y = matrix(tables, i), tables.y[i].double().numpy()
        if count:
            fitted = classifier.fit(x[:n], y[:n])
            found = fitted.predict_proba(x[n:]) * 0.999 + 0.001 / len(fitted.classes_)
            probabilities[i][:, fitted.classes_.astype(int)] = torch.tensor(found).float()
        else:
            center, scale = y[:n].mean(), max(y[:n].std(), 1e-6)
            fitted = regressor.fit(x[:n], (y[:n] - center) / scale)
            apart = getattr(fitted, "oob_prediction_", None)
            inside = fitted.predict(x[:n]) if apart is None else apart
            used = 0 if apart is not None else min(x.shape[1], n // 2)
            error = np.sqrt((((y[:n] - center) / scale - inside) ** 2).sum() / (n - used))
            quantiles[i] = torch.tensor(fitted.predict(x[n:])[:, None] + error * normal).float()
    return Answer(probabilities, quantiles, prior.center, prior.spread)


def pairs() -> dict[str, tuple[Any, Any]]:
    """The learners."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV

    return {
        "linear": (LogisticRegression(C=0.3, max_iter=300), RidgeCV(np.logspace(-1, 3, 9))),
        "forest": (RandomForestClassifier(100), RandomForestRegressor(100, oob_score=True)),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--peers", nargs="*", default=["linear"])
    parser.add_argument("--checkpoint", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    batches = list(evaluate.heldout(arguments.each))
    named = {"prior": [evaluate.prior_answer(tables) for tables in batches]}
    for name in arguments.peers:
        named[name] = [answer(tables, *pairs()[name]) for tables in batches]
    if arguments.checkpoint:
        path = checkpoint.latest(arguments.checkpoint) or arguments.checkpoint
        print(path.name, checkpoint.read_config(path)[1])
        named["model"] = evaluate.answers(checkpoint.load_model(path), batches)
    for line in evaluate.lines({name: evaluate.scores(found, batches) for name, found in named.items()}):
        print(line)


if __name__ == "__main__":
    main()
