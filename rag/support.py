"""How far words of a report support a sentence: what a reader of both sees, as numbers."""

from __future__ import annotations

import json
import math
import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import Lock

import numpy as np
import Stemmer

from index.embed import Vectors
from index.types import Document, Span, Unit
from rag.answerable import own_words
from rag.cite import lead_in_of
from rag.encoder import ReadingEncoder
from rag.tokens import TokenStore, packed, reading, unpacked
from rag.types import Citation

SUPPORT = "peel-support-1"
_MODEL = Path(__file__).parent / "models" / "support.json"
_LEAST = -12.0
_LOWEST = 0.25
_KEPT = 4000
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Ground:
    """Words of a report that may prove a sentence, with what they are read with."""

    document: Document
    start: int
    end: int
    section: str
    lead_in: str = ""

    @classmethod
    def of_unit(cls, document: Document, unit: Unit) -> Ground:
        """A sentence or bullet with its headings and lead-in."""
        above = lead_in_of(document, unit)
        section = document.sections[unit.section].label
        return cls(document, unit.start, unit.end, section, above.quote if above else "")

    @classmethod
    def of_citation(cls, document: Document, citation: Citation) -> Ground:
        """What a citation quotes, with its headings and lead-in."""
        above = citation.lead_in.quote if citation.lead_in else ""
        return cls(document, citation.start, citation.end, citation.section, above)

    @property
    def quote(self) -> str:
        """The words themselves."""
        return self.document.quote(Span(self.start, self.end))

    @property
    def words(self) -> str:
        """The words after their lead-in: all that is evidence."""
        return f"{self.lead_in} {self.quote}" if self.lead_in else self.quote

    @property
    def reading(self) -> str:
        """The words as the reader reads them, as ``rag.tokens.reading`` gives them."""
        return f"{self.section}. {self.words}"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is seen of a sentence beside the words that are to support it.

    ``late``: the mean over the sentence's tokens of the best cosine with a token there;
    ``low``: that mean over its worst quarter; ``back``: the mean the other way round; ``joint``:
    the log odds of the joint reading; ``words``: the share of its words of meaning that stand
    there.
    """

    late: float
    low: float
    back: float
    joint: float
    words: float


class Support:
    """A logistic regression over ``Signals``; ``rag/models/README.md`` says on what it was fitted.

    Vectors of texts are kept for the next sentence; those of a report's units come from a
    ``TokenStore``, where it has them.
    """

    def __init__(
        self,
        reader: ReadingEncoder,
        weights: Sequence[float] | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        """``weights``: one for each signal, then the bias; those of the package if None."""
        self._reader = reader
        self._stored = tokens
        self._weights = tuple(weights or json.loads(_MODEL.read_text(encoding="utf-8"))["weights"])
        self._texts: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()
        self._odds = lru_cache(_KEPT)(self._joint)

    def probability(self, seen: Signals) -> float:
        """How far the words support the sentence, in [0, 1]."""
        values = (*astuple(seen), 1.0)
        logit = sum(w * value for w, value in zip(self._weights, values, strict=True))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))

    def ready(self, grounds: Sequence[Ground]) -> None:
        """Reads words before they are needed."""
        self._tokens(grounds)

    def nearness(self, sentence: str, grounds: Sequence[Ground]) -> list[float]:
        """The late-interaction score of each alone, to find what to look at closely."""
        said, texts = self._said(sentence), self._tokens(grounds)
        return [
            float((said @ text.T).max(axis=1).mean()) if len(said) and len(text) else 0.0
            for text in texts
        ]

    def signals(self, sentence: str, grounds: Sequence[Ground]) -> Signals:
        """What is seen of a sentence beside all these words together."""
        readings = [ground.reading for ground in grounds]
        texts, said = self._tokens(grounds), self._said(sentence)
        there = np.concatenate(texts) if texts else said[:0]
        if not len(said) or not len(there):
            return Signals(0.0, 0.0, 0.0, _LEAST, 0.0)
        near = said @ there.T
        best = np.sort(near.max(axis=1))
        lowest = best[: max(1, round(_LOWEST * len(best)))]
        # "Back" asks of what was quoted, not of headings: the best ground counts.
        back = max(float((text @ said.T).max(axis=1).mean()) for text in texts)
        joint = max(self._odds(sentence, reading) for reading in readings)
        evidence = " ".join(ground.words for ground in grounds)
        around = " ".join(f"{ground.section} {ground.document.title}" for ground in grounds)
        return Signals(
            float(best.mean()),
            float(lowest.mean()),
            back,
            max(joint, _LEAST),
            _shared(sentence, f"{evidence} {around}"),
        )

    def _said(self, sentence: str) -> Vectors:
        """The vectors of a sentence's tokens, rows of length 1."""
        tokens = self._reader.question_tokens(sentence)
        lengths = np.linalg.norm(tokens, axis=1, keepdims=True)
        return np.asarray(tokens / np.maximum(lengths, 1e-12), dtype=np.float32)

    def _joint(self, sentence: str, text: str) -> float:
        vectors = self._texts.get(text)
        texts = [vectors] if vectors is not None else self._read([text])
        return self._reader.log_odds(self._reader.question_tokens(sentence), texts)[0]

    def _tokens(self, grounds: Sequence[Ground]) -> list[Vectors]:
        """The vectors of each ground's tokens, from memory where they are there."""
        texts = [ground.reading for ground in grounds]
        with self._lock:
            missing = {
                text: ground
                for text, ground in zip(texts, grounds, strict=True)
                if text not in self._texts
            }
            made = self._kept(missing.values()) if missing else {}
            unread = [text for text in missing if text not in made]
            self._texts |= made | dict(zip(unread, self._read(unread), strict=True))
            found = [self._texts[text] for text in texts]
            while len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        return found

    def _kept(self, grounds: Iterable[Ground]) -> dict[str, Vectors]:
        """The vectors of the grounds that are whole units of reports, by their readings."""
        found: dict[str, Vectors] = {}
        for document, own in groupby(grounds, lambda ground: ground.document):
            if self._stored is None:
                break
            places = {(ground.start, ground.end) for ground in own}
            units = [unit for unit in document.units if (unit.start, unit.end) in places]
            for unit, vectors in zip(units, self._stored.read(document, units), strict=True):
                if vectors is not None:
                    found[reading(document, unit)] = vectors
        return found

    def _read(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of texts read now, as a store gives them: verdicts do not hang on it."""
        made = self._reader.text_tokens(texts)
        return [unpacked(packed(vectors), self._reader.dimension) for vectors in made]


def _shared(sentence: str, evidence: str) -> float:
    """The share of a sentence's words of meaning that stand there, by their stems."""
    wanted = _stems(" ".join(own_words(sentence)))
    there = frozenset(_stems(evidence))
    return sum(stem in there for stem in wanted) / len(wanted) if wanted else 1.0


@lru_cache(2000)
def _stems(text: str) -> tuple[str, ...]:
    words = [word.lower() for word in _WORD.findall(text)]
    return tuple(Stemmer.Stemmer("english").stemWords(words))
