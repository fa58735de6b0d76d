"""Fits what tells questions on a report as a whole: python -m rag.models.fit_whole

On the questions of ``whole/questions.jsonl`` and, as counterexamples, on the same with a topic
of ``whole/topics.txt`` added: "What must improve?" is on the whole, "What must improve in early
help?" is not. Prints how questions fare that were left out, and those of ``whole/held_out.jsonl``.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from rag.config import RagConfig
from rag.encoder import ReadingEncoder, load_reader
from rag.whole_intent import WHOLE_KINDS, WholeIntent, in_general, seen_of, words_asked

_HERE = Path(__file__).parent
_NONE = "none"
_KINDS = (*WHOLE_KINDS, _NONE)
_JOINS = ("for", "about", "in", "on", "with", "in relation to", "regarding")
_TOPICS, _TOPIC_WEIGHT = 2, 0.5
_FREQUENT = 3


@dataclass(frozen=True)
class Asked:
    """A question and its kind; ``group`` is that of the question that it was made from."""

    kind: str
    question: str
    group: int
    weight: float = 1.0


def questions(path: Path) -> list[Asked]:
    """The questions of a file, each a group of its own."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Asked(row["kind"], row["question"], place) for place, row in enumerate(rows)]


def with_topics(asked: Sequence[Asked], topics: Sequence[str]) -> list[Asked]:
    """The questions, and of those on the whole the same on a topic, which are on none."""
    chance = random.Random(3)
    found: list[Asked] = []
    for item in asked:
        found.append(item)
        if item.kind == _NONE:
            continue
        body = item.question.rstrip("?.!")
        end = item.question[len(body) :]
        for topic in chance.sample(topics, _TOPICS):
            narrowed = f"{body} {chance.choice(_JOINS)} {topic}{end}"
            found.append(Asked(_NONE, narrowed, item.group, _TOPIC_WEIGHT))
    return found


def fit(asked: Sequence[Asked], vectors: NDArray[np.float32]) -> WholeIntent:
    """The regression; a word counts as known where another question on the whole has it."""
    words = [words_asked(in_general(item.question)) for item in asked]
    counts = Counter(
        word for item, own in zip(asked, words, strict=True) for word in own if item.kind != _NONE
    )
    frequent = tuple(sorted(word for word, count in counts.items() if count >= _FREQUENT))
    rows = []
    for item, own, vector in zip(asked, words, vectors, strict=True):
        itself = int(item.kind != _NONE)
        known = {word for word in own if counts[word] > itself}
        rows.append(seen_of(in_general(item.question), vector, known, frequent))
    labels = [_KINDS.index(item.kind) for item in asked]
    model = LogisticRegression(C=20.0, max_iter=5000)
    model.fit(np.stack(rows), labels, sample_weight=[item.weight for item in asked])
    return WholeIntent(
        frozenset(counts),
        frequent,
        model.coef_.astype(np.float32),
        model.intercept_.astype(np.float32),
    )


def judge(name: str, asked: Sequence[Asked], found: Sequence[tuple[str, float]]) -> None:
    """Prints how many questions are taken for one on the whole, rightly and wrongly."""
    floor = RagConfig().whole_from
    taken = [kind if probability >= floor else _NONE for kind, probability in found]
    pairs = [(item.kind, kind) for item, kind in zip(asked, taken, strict=True)]
    whole = [pair for pair in pairs if pair[0] != _NONE]
    other = [kind for real, kind in pairs if real == _NONE]
    seen = sum(kind != _NONE for _, kind in whole) / len(whole)
    right = sum(real == kind for real, kind in whole) / len(whole)
    wrong = sum(kind != _NONE for kind in other) / len(other)
    print(f"{name}: of {len(whole)} on the whole {seen:.3f} seen, {right:.3f} of the right kind;")
    print(f"  of {len(other)} others {wrong:.3f} taken for one")


def left_out(asked: Sequence[Asked], vectors: NDArray[np.float32]) -> list[tuple[str, float]]:
    """What is found of each question by a fit on the four fifths that it is not among."""
    found: list[tuple[str, float]] = [(_NONE, 0.0)] * len(asked)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=1)
    kinds, groups = [item.kind for item in asked], [item.group for item in asked]
    for train, test in folds.split(vectors, kinds, groups):
        intent = fit([asked[place] for place in train], vectors[train])
        for place in test:
            found[place] = _found(intent, asked[place].question, vectors[place])
    return found


def _found(intent: WholeIntent, question: str, vector: NDArray[np.float32]) -> tuple[str, float]:
    whole = intent.of(question, lambda _: vector)
    return whole.kind, whole.probability


def _vectors(asked: Sequence[Asked], encoder: ReadingEncoder) -> NDArray[np.float32]:
    return np.stack([encoder.question_vector(in_general(item.question)) for item in asked])


def main() -> None:
    """Fits and writes the model."""
    folder, encoder = _HERE / "whole", load_reader()
    topics = (folder / "topics.txt").read_text(encoding="utf-8").splitlines()
    asked = with_topics(questions(folder / "questions.jsonl"), topics)
    vectors = _vectors(asked, encoder)
    found = left_out(asked, vectors)
    own = [place for place, item in enumerate(asked) if item.weight == 1.0]
    judge("left out", [asked[place] for place in own], [found[place] for place in own])
    judge("left out, and with topics", asked, found)
    intent = fit(asked, vectors)
    data = {
        "known": sorted(intent.known),
        "frequent": list(intent.frequent),
        "weights": [[round(float(weight), 4) for weight in row] for row in intent.weights],
        "biases": [round(float(bias), 4) for bias in intent.biases],
    }
    (_HERE / "whole_intent.json").write_text(json.dumps(data) + "\n", encoding="utf-8")
    kept = questions(folder / "held_out.jsonl")
    pairs = zip(kept, _vectors(kept, encoder), strict=True)
    judge("held out", kept, [_found(intent, item.question, vector) for item, vector in pairs])


if __name__ == "__main__":
    main()
