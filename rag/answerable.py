"""How sure the system is that the reports answer a question."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from index.types import Document
from rag.questions import Match
from rag.read import Evidence

_MODEL = Path(__file__).parent / "models" / "answerable.json"
_LEAST = -20.0
_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(STOPWORDS_EN) | frozenset(
    "what which who whom whose how why when where does did do doing done has have had can could "
    "should would will may might must say says said tell report reports please give get got any "
    "there their them its his her our your my me us you we i about many much name list show".split()
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is seen of a question before it is judged.

    ``best`` is the highest late-interaction score of a unit, ``joint`` the log odds that one
    answers, read together with the question; ``answered`` and ``unanswered`` are the cosines
    of the nearest written questions, 0 where there are none.
    """

    best: float
    joint: float
    answered: float = 0.0
    unanswered: float = 0.0


@dataclass(frozen=True)
class Answerability:
    """Logistic regressions over ``Signals``; ``rag/models/README.md`` says what they were
    fitted on. ``plain`` is for libraries without written questions, ``indexed`` for others.

    ``foreign`` is what speaks against an answer, without written questions, where the question is
    none that such reports are asked: a weight on the log odds that it is one, where under 0.
    """

    plain: tuple[float, ...]
    indexed: tuple[float, ...]
    foreign: float = 0.0

    @classmethod
    def load(cls) -> Answerability:
        """The weights that the package carries: one for each signal, then the bias."""
        data = json.loads(_MODEL.read_text(encoding="utf-8"))
        return cls(tuple(data["plain"]), tuple(data["indexed"]), float(data["foreign"]))

    def probability(self, seen: Signals, inspected: float = 0.0) -> float:
        """The probability that the reports answer the question, in [0, 1].

        ``inspected`` are the log odds that it is one that such reports are asked.
        """
        weights = self.indexed if seen.answered else self.plain
        logit = sum(w * value for w, value in zip(weights, (*astuple(seen), 1.0), strict=True))
        if not seen.answered:
            logit += self.foreign * min(inspected, 0.0)
        return 1 / (1 + math.exp(-logit))


def signals(evidence: Sequence[Evidence], match: Match, joint: float) -> Signals:
    """The signals of a question that was read.

    ``joint`` is what ``EvidenceReader.support`` gives. Written questions say nothing where the
    best unit answers none of them, or where none is written that the report does not answer.
    ``best`` is 0 where nothing was found.
    """
    if not evidence:
        return Signals(0.0, _LEAST)
    best = max(item.late for item in evidence)
    joint = max(joint, _LEAST)
    if not (evidence[0].written and match.unanswered):
        return Signals(best, joint)
    return Signals(best, joint, match.answered, match.unanswered)


def own_words(question: str) -> list[str]:
    """The words of a question that carry its meaning, each once, in order."""
    words = (word for word in _WORD.findall(question) if word.lower() not in _COMMON)
    return list(dict.fromkeys(words))


def vocabulary(documents: Iterable[Document]) -> frozenset[str]:
    """The stems and the first five letters of every word of the reports, lower case."""
    words = {word.lower() for document in documents for word in _WORD.findall(document.text)}
    return frozenset(_forms(words))


def missing_words(question: str, known: frozenset[str]) -> tuple[str, ...]:
    """The question's own words that the reports never mention.

    A word is mentioned where one with the same stem or the same first five letters stands in
    the ``known`` vocabulary, so that "inspectors" is found where a report says "inspection".
    """
    words = own_words(question)
    return tuple(word for word in words if known.isdisjoint(_forms([word.lower()])))


def _forms(words: Iterable[str]) -> list[str]:
    words = list(words)
    return [*Stemmer.Stemmer("english").stemWords(words), *(word[:5] for word in words)]
