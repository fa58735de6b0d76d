"""Fits ``inspected.json``: is a question one that reports on organisations are asked?

Part of ``python -m rag.models.fit``, which says what else is fitted.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from rag.encoder import ReadingEncoder

EVERYDAY = Path(__file__).parent / "everyday.txt"
_GENERAL, _SEED = 700, 7  # questions of general knowledge that are taken, by chance
_WEIGHTS = {"asked": 1.0, "general": 2.0, "everyday": 8.0}
_OUTSIDE = 0.01  # of answerable questions on reports that were not fitted on
_SHARE = 0.1  # of everyday questions among those that people ask
_STEP, _STEPS = 0.05, 400  # weights that are tried
_ABOUT_REPORTS = ("police", "school", "child", "prison", "council", "care", "crime", "inspect")


def fit_inspected(
    asked: Sequence[str], fresh: Sequence[str], general: Path, encoder: ReadingEncoder
) -> tuple[dict[str, Any], np.ndarray]:
    """The weights, and the log odds of each line of ``everyday.txt``, as if it were left out.

    ``asked`` are questions on reports; ``fresh`` answerable ones on other reports, of which one
    in a hundred is to lie under 0; ``general`` the file of questions of general knowledge.
    """
    every = {
        "asked": sorted(set(asked)),
        "general": _of_general_knowledge(general),
        "everyday": everyday(),
    }
    vectors = np.stack([encoder.question_vector(q) for kind in every.values() for q in kind])
    kinds = np.array([kind for kind, questions in every.items() for _ in questions])
    labels = kinds == "asked"
    weights = np.array([_WEIGHTS[kind] for kind in kinds])
    model = LogisticRegression(C=0.1, max_iter=3000)
    odds = np.zeros(len(labels))
    for train, test in KFold(5, shuffle=True, random_state=0).split(vectors):
        model.fit(vectors[train], labels[train], sample_weight=weights[train])
        odds[test] = model.decision_function(vectors[test])
    model.fit(vectors, labels, sample_weight=weights)
    others = model.decision_function(np.stack([encoder.question_vector(q) for q in fresh]))
    shift = float(np.quantile(others, _OUTSIDE))
    for kind in every:
        under = (odds[kinds == kind] < shift).mean()
        print(f"inspected: {(kinds == kind).sum()} {kind}, {under:.3f} under 0")
    fitted = {
        "weights": [round(float(weight), 5) for weight in model.coef_[0]],
        "bias": round(float(model.intercept_[0]) - shift, 5),
    }
    return fitted, odds[kinds == "everyday"] - shift


def fit_weight(
    logits: np.ndarray, odds: np.ndarray, labels: np.ndarray, counts: np.ndarray
) -> float:
    """The weight of log odds under 0 beside the logits of the other signals, shape (n,) each.

    ``counts`` say how much each question counts.
    """
    under = np.minimum(odds, 0)

    def loss(weight: float) -> float:
        margins = (2 * labels - 1) * (logits + weight * under)
        return float((counts * np.log1p(np.exp(-margins))).sum())

    return min((round(step * _STEP, 2) for step in range(_STEPS)), key=loss)


def counts_of(labels: np.ndarray, is_everyday: np.ndarray, answerable_share: float) -> np.ndarray:
    """How much each question counts: everyday ones a tenth beside all others, shape (n,)."""
    others = ~is_everyday
    answered, refused = labels & others, ~labels & others
    counts = answered * answerable_share / answered.sum()
    counts += refused * (1 - answerable_share) / refused.sum()
    counts += is_everyday * _SHARE / is_everyday.sum()
    return np.asarray(counts)


def everyday() -> list[str]:
    """Questions of everyday life, such as no report answers; written for this."""
    return EVERYDAY.read_text(encoding="utf-8").splitlines()


def _of_general_knowledge(path: Path) -> list[str]:
    """Some of the questions of QED, those left out that a report could be asked."""
    lines = path.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question_text"] for line in lines]
    foreign = [q for q in questions if not any(word in q.lower() for word in _ABOUT_REPORTS)]
    return sorted(random.Random(_SEED).sample(foreign, _GENERAL))
