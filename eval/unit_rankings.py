"""The sentences and bullets of a pipeline's reports, ranked with and without its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from llama_index.core.schema import BaseNode, TextNode

from eval.dataset import Question
from eval.searches import SYSTEMS, Searches
from index.chunk import passage_id, to_node
from index.types import Document, Passage, Span, Unit
from rag.pipeline import ReportQA
from rag.questions import QuestionIndex, UnitKey
from rag.read import Evidence, EvidenceReader

Method = Literal["dense", "BM25", "hybrid", "hybrid + questions", "reader", "reader + questions"]

WITH_QUESTIONS: Final[tuple[Method, ...]] = ("hybrid + questions", "reader + questions")
METHODS: Final[tuple[Method, ...]] = (
    *SYSTEMS, "hybrid + questions", "reader", "reader + questions",
)  # fmt: skip


class UnitRankings:
    """Ranks the units of a pipeline's reports by each method that can be compared.

    All methods rank for the same query, completed from its history, with abbreviations spelled
    out. ``dense``, ``BM25`` and ``hybrid`` are the product's searches over every unit, embedded
    after its headings and lead-in as passages are. ``hybrid + questions`` puts first what the
    written questions nearest by the same encoder vote for. ``reader`` reads the retrieved
    passages without votes, ``reader + questions`` is what the product ranks. Where no
    questions are written for the reports, they make no difference.
    """

    def __init__(
        self, qa: ReportQA, searches: Searches, reader: EvidenceReader, index: QuestionIndex
    ) -> None:
        self._qa = qa
        self._searches = searches
        self._reader = reader
        self._index = index
        self._units = dict(_keyed(qa.library.documents))

    @classmethod
    def build(cls, qa: ReportQA) -> UnitRankings:
        """Embed every unit, and the written questions, with the encoder of the search."""
        library, documents = qa.library, qa.library.documents
        nodes = [
            _node(document, unit) for document in documents.values() for unit in _read(document)
        ]
        searches = Searches.build(nodes, library.encoder, qa.config, len(nodes))
        reader = EvidenceReader(documents, qa.reading_encoder, qa.config)
        index = QuestionIndex(
            tuple(documents.values()), library.encoder, qa.config, library.path / "cache"
        )
        return cls(qa, searches, reader, index)

    def rank(self, question: Question) -> dict[Method, list[Evidence]]:
        """The units by each method, best first; BM25 finds only those that share a word."""
        asked = question.question, question.history
        reading = self._qa.read(*asked)
        found = self._searches.rank(reading.query)
        votes = self._index.match(self._qa.library.encoder.encode_query(reading.query)).votes
        return {
            **{
                system: [self._evidence(_key(node)) for node in nodes]
                for system, nodes in found.items()
            },
            "hybrid + questions": self._voted(votes, found["hybrid"]),
            "reader": self._reader.read(reading.query, self._qa.retrieve(*asked)),
            "reader + questions": list(reading.evidence),
        }

    def _voted(self, votes: Mapping[UnitKey, float], nodes: Iterable[BaseNode]) -> list[Evidence]:
        """Units by their votes, those that have none as the search ranks them."""
        keys = dict.fromkeys([*map(_key, nodes), *sorted(votes)])
        order = sorted(keys, key=lambda key: -votes.get(key, 0.0))
        return [self._evidence(key) for key in order]

    def _evidence(self, key: UnitKey) -> Evidence:
        document, unit = self._units[key]
        return Evidence(document, unit, 0.0)


def _keyed(documents: Mapping[str, Document]) -> Iterator[tuple[UnitKey, tuple[Document, Unit]]]:
    for document in documents.values():
        for unit in document.units:
            yield (document.document_id, unit.start), (document, unit)


def _read(document: Document) -> Iterator[Unit]:
    """The units that the reader reads: no headings and lead-ins, which answer nothing alone."""
    lead_ins = {unit.lead_in for unit in document.units}
    for unit in document.units:
        if unit.kind != "heading" and Span(unit.start, unit.end) not in lead_ins:
            yield unit


def _node(document: Document, unit: Unit) -> TextNode:
    passage = Passage(
        passage_id=passage_id(document.document_id, unit.start, unit.end),
        document_id=document.document_id,
        section=unit.section,
        heading_path=document.sections[unit.section].path,
        start=unit.start,
        end=unit.end,
        text=document.quote(unit),
        lead_in=document.quote(unit.lead_in) if unit.lead_in else None,
        page=unit.page,
    )
    return to_node(passage, document)


def _key(node: BaseNode) -> UnitKey:
    return node.metadata["document_id"], node.metadata["start"]
