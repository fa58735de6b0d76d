"""A small answerer over real reports for the tests of ``eval``: shared words decide.

It needs no model, so that what it answers, and hence every score, can be worked out by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.schema import NodeWithScore

from index.chunk import chunk, to_node
from index.config import IndexConfig
from index.types import Document, Unit
from rag.cite import answer_text, cite, source_of
from rag.config import Limits
from rag.pipeline import Reading
from rag.read import Evidence
from rag.types import Answer, Nearest, Part


@dataclass(frozen=True)
class Shelf:
    """Reports by their id."""

    documents: dict[str, Document]


class KeywordQA:
    """Answers with the units that share most words with the question and its history.

    It gives at most ``max_units``, and abstains where no unit shares ``min_words`` words of
    more than three letters.
    """

    def __init__(self, *documents: Document, min_words: int = 2, max_units: int = 2) -> None:
        self.library = Shelf({document.document_id: document for document in documents})
        self.min_words = min_words
        self.max_units = max_units
        self.asked: list[str] = []

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        self.asked.append(question)
        understood = " ".join([*history, question])
        ranked = self._units(understood)
        best = ranked[0][0] if ranked else 0
        chosen = [(document, unit) for shared, document, unit in ranked if shared == best]
        abstained = best < self.min_words
        citations = (
            ()
            if abstained
            else tuple(
                cite(document, unit, marker)
                for marker, (document, unit) in enumerate(chosen[: self.max_units], start=1)
            )
        )
        parts = tuple(Part("sentence", c.quote, (c.marker,)) for c in citations)
        if abstained:
            parts = (Part("note", "The report does not say."),)
        return Answer(
            question=question,
            understood=understood,
            text=answer_text(parts),
            parts=parts,
            abstained=abstained,
            confidence=best / (best + 2),
            citations=citations,
            nearest=tuple(
                Nearest(
                    d.document_id,
                    d.sections[u.section].label,
                    u.page,
                    u.start,
                    u.end,
                    d.quote(u),
                    0.5,
                )
                for d, u in chosen[:3]
            )
            if abstained
            else (),
            sources=tuple(source_of(document) for document in self.library.documents.values()),
            model="keywords",
            fingerprint=f"{self.min_words}-{self.max_units}",
        )

    def retrieve(self, question: str, history: Sequence[str] = ()) -> list[NodeWithScore]:
        asked = _words(" ".join([*history, question]))
        passages = [
            (len(asked & _words(passage.text)), passage, document)
            for document in self.library.documents.values()
            for passage in chunk(document, IndexConfig())
        ]
        passages.sort(key=lambda item: -item[0])
        return [
            NodeWithScore(node=to_node(passage, document), score=float(shared))
            for shared, passage, document in passages
            if shared
        ]

    def read(self, question: str, history: Sequence[str] = ()) -> Reading:
        query = " ".join([*history, question])
        ranked = self._units(query)
        best = ranked[0][0] if ranked else 1
        return Reading(
            query,
            tuple(Evidence(document, unit, shared / best) for shared, document, unit in ranked),
            Limits(self.min_words / (self.min_words + 2), share=1.0, units=self.max_units),
        )

    def _units(self, question: str) -> list[tuple[int, Document, Unit]]:
        asked = _words(question)
        units = [
            (len(asked & _words(document.quote(unit))), document, unit)
            for document in self.library.documents.values()
            for unit in document.units
        ]
        return sorted((item for item in units if item[0]), key=lambda item: -item[0])


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 3}
