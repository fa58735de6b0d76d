"""Whether a question is on a report as a whole: a regression over its embedding and words.

``rag/models/fit_whole.py`` makes the weights; ``rag/models/README.md`` says from what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

WholeKind = Literal[
    "improve", "overall", "judgements", "strengths", "summary", "inspected", "people"
]
WHOLE_KINDS: tuple[WholeKind, ...] = get_args(WholeKind)

_MODELS = Path(__file__).parent / "models"
_WORD = re.compile(r"[a-z0-9]+")
_MOST_STRANGE = 3
_WORD_LENGTH = 0.3  # of a word, where an embedding has the length 1
# Who was inspected and by whom makes no difference to what is asked.
_BODY = re.compile(
    r"\b(?:the |our |this )?(?:local area partnership|local authority|local area|council|force"
    r"|fire service|trust|school|academy|college|hospital|prison|partnership|authority|service"
    r"|organisation|provider|area)\b",
    re.IGNORECASE,
)
_INSPECTORS = re.compile(
    r"\b(?:the )?(?:HMI (?:Prisons|Probation)|ofsted|cqc|hmicfrs|hmi|estyn|inspectorate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a question asks of a report as a whole, and how probable it is that it does."""

    kind: WholeKind
    probability: float


@dataclass(frozen=True)
class WholeIntent:
    """What a question asks of a report as a whole, if it does.

    Besides the embedding it sees which of the ``frequent`` words of such questions there are, and
    how many that are not among ``known``, all of their words: "for care leavers" makes it one
    on a topic. ``weights`` has the shape (kinds + 1, 386 + frequent words), the last row for
    questions of no such kind, ``biases`` (kinds + 1,).
    """

    known: frozenset[str]
    frequent: tuple[str, ...]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]

    @classmethod
    def load(cls) -> WholeIntent:
        """The weights that the package carries."""
        data = json.loads((_MODELS / "whole_intent.json").read_text(encoding="utf-8"))
        return cls(
            frozenset(data["known"]),
            tuple(data["frequent"]),
            np.array(data["weights"], dtype=np.float32),
            np.array(data["biases"], dtype=np.float32),
        )

    def of(self, question: str, embed: Callable[[str], NDArray[np.float32]]) -> Whole:
        """The kind that is most probable, and how probable it is that it is any.

        ``embed`` is the reader's embedding of a question, shape (384,).
        """
        plain = in_general(question)
        seen = seen_of(plain, embed(plain), self.known, self.frequent)
        odds = self.weights @ seen + self.biases
        shares = np.exp(odds - odds.max())
        shares /= shares.sum()
        return Whole(WHOLE_KINDS[int(shares[:-1].argmax())], float(1 - shares[-1]))


def in_general(question: str) -> str:
    """The question with one word for whoever was inspected, and one for the inspectors."""
    return _INSPECTORS.sub("the inspectors", _BODY.sub("the council", question))


def words_asked(question: str) -> frozenset[str]:
    """The words of a question."""
    return frozenset(_WORD.findall(question.lower().replace("’", "'")))


def seen_of(
    question: str,
    embedding: NDArray[np.float32],
    known: Collection[str],
    frequent: Sequence[str],
) -> NDArray[np.float32]:
    """What a question is judged by: its embedding, its words, how many of them are strange."""
    words = words_asked(question)
    strange = sum(word not in known for word in words)
    own = [_WORD_LENGTH * (word in words) for word in frequent]
    more = [min(strange, _MOST_STRANGE), strange > 0, *own]
    return np.concatenate([embedding, np.array(more, dtype=np.float32)])
