"""The questions-answered index: a question is near other questions with the same answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import Encoder, Vectors
from index.types import Document, Span, Unanswered, Unit
from rag.config import RagConfig
from rag.vectors import cached_vectors

UnitKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Match:
    """What the written questions say of a new one.

    ``votes`` gives units, by document id and start, the share of the nearest answered
    questions that they answer, each weighted by nearness; they are in [0, 1] and do not sum
    to 1, since a question may need several units. ``answered`` and ``unanswered`` are the
    mean cosines of the two nearest questions of each kind, 0 where there is none;
    ``instead`` is the nearest question that the report does not answer. ``trust``, in [0, 1],
    is how far the nearest answered questions are near enough to be asking the same.
    """

    votes: dict[UnitKey, float] = field(default_factory=dict)
    answered: float = 0.0
    unanswered: float = 0.0
    instead: Unanswered | None = None
    trust: float = 0.0


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions written for the same words of a report, and the units that hold these words."""

    questions: tuple[str, ...]
    units: frozenset[UnitKey]


class QuestionIndex:
    """The written questions of a library's reports as vectors."""

    def __init__(
        self, documents: Sequence[Document], encoder: Encoder, config: RagConfig, cache: Path
    ) -> None:
        self._config = config
        self._texts: list[str] = []
        self._units: list[tuple[UnitKey, ...]] = []
        self._refused: list[Unanswered] = []
        self._owners: list[str] = []
        self._refusing: list[str] = []
        self.topics: list[Topic] = []
        for document in documents:
            for group in document.answered:
                units = tuple(
                    (document.document_id, unit.start) for unit in covered(document, group.spans)
                )
                self._texts += group.questions
                self._units += [units] * len(group.questions)
                self._owners += [document.document_id] * len(group.questions)
                self.topics.append(Topic(group.questions, frozenset(units)))
            self._refused += document.unanswered
            self._refusing += [document.document_id] * len(document.unanswered)
        refused = [item.question for item in self._refused]
        vectors = cached_vectors([*self._texts, *refused], encoder, cache)
        self._answered, self._unanswered = np.split(vectors, [len(self._texts)])

    @cached_property
    def topic_vectors(self) -> Vectors:
        """The mean vector of each topic's questions, normalised, shape (topics, dimension)."""
        counts = [len(topic.questions) for topic in self.topics]
        ends = np.cumsum(counts, dtype=np.intp)
        means = np.stack(
            [
                self._answered[end - count : end].mean(axis=0)
                for end, count in zip(ends, counts, strict=True)
            ]
        )
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)

    def match(
        self,
        query: Vectors,
        left_out: int | None = None,
        documents: Collection[str] | None = None,
    ) -> Match:
        """What is near a question's vector, shape (dim,), of all documents or of these.

        ``left_out`` is the place of a written question, the unanswered ones counted after the
        answered, that is treated as not there: how the index is tested on its own questions.
        """
        if not self._texts:
            return Match()
        near, far = self._answered @ query, self._unanswered @ query
        if documents is not None:
            near[[owner not in documents for owner in self._owners]] = -1.0
            far[[owner not in documents for owner in self._refusing]] = -1.0
            if near.max(initial=-1.0) <= -1.0:
                return Match()
        if left_out is not None and left_out < len(near):
            near[left_out] = -1.0
        elif left_out is not None:
            far[left_out - len(near)] = -1.0
        config = self._config
        order = np.argsort(-near, kind="stable")[: config.neighbours]
        order = order[near[order] > -1.0]
        weights = np.exp((near[order] - near[order[0]]) / config.neighbour_scale)
        votes: dict[UnitKey, float] = {}
        for place, weight in zip(order, weights / weights.sum(), strict=True):
            for key in self._units[place]:
                votes[key] = votes.get(key, 0.0) + float(weight)
        answered = _top_two(near)
        trust = (answered - config.trust_from) / (config.trust_to - config.trust_from)
        return Match(
            votes,
            answered,
            _top_two(far),
            self._refused[int(far.argmax())] if far.max(initial=-1.0) > -1.0 else None,
            min(max(trust, 0.0), 1.0),
        )


def covered(document: Document, spans: Sequence[Span]) -> list[Unit]:
    """The units of a document that spans touch, in order."""
    return [
        unit
        for unit in document.units
        if any(unit.start < span.end and span.start < unit.end for span in spans)
    ]


def _top_two(scores: NDArray[np.float32]) -> float:
    known = np.sort(scores[scores > -1.0])[-2:]
    return float(known.mean()) if len(known) else 0.0
