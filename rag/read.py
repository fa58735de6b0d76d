"""The evidence reader: which sentences and bullets of the retrieved passages answer a question."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from numpy.typing import NDArray

from index.chunk import passage_id
from index.embed import Vectors
from index.types import Document, Span, Unit
from rag.config import RagConfig
from rag.encoder import ReadingEncoder, best_matches
from rag.leaning import leaned_on
from rag.questions import Match, covered
from rag.tokens import TokenStore, packed, reading, unpacked

NO_MATCH = Match()
_CACHED_UNITS = 8000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A unit of a report with its score for a question, in [0, 1], higher is better.

    ``late`` is its late-interaction similarity alone, comparable between questions;
    ``written`` says whether it answers one of the questions written for the report.
    """

    document: Document
    unit: Unit
    score: float
    late: float = 0.0
    written: bool = False

    @property
    def text(self) -> str:
        """The unit's own words."""
        return self.document.quote(self.unit)


class EvidenceReader(BaseNodePostprocessor):
    """Scores every sentence and bullet of passages for a question.

    Two things speak for a unit. Late interaction: the weighted mean over the question's tokens
    of the best cosine with a token of the unit, read after its headings and lead-in (MaxSim,
    Khattab and Zaharia 2020), put on a scale from 0, ``config.late_spread`` below the best
    unit, to 1, the best; a sentence that leans on the one before it (``rag.leaning``) is read
    with it too. And, where questions were written for the report, the votes of the nearest of
    them (``rag.questions``); where the best unit has no such questions they count only as far
    as they are to be trusted. Vectors of units come from a ``TokenStore``, where it has them;
    those made for a question are kept for the next one.
    """

    _documents: Mapping[str, Document] = PrivateAttr()
    _encoder: ReadingEncoder = PrivateAttr()
    _config: RagConfig = PrivateAttr()
    _tokens: TokenStore | None = PrivateAttr()
    _packed: OrderedDict[tuple[str, int, int], bytes] = PrivateAttr()
    _written: dict[str, frozenset[int]] = PrivateAttr()
    _lock: Lock = PrivateAttr()

    def __init__(
        self,
        documents: Mapping[str, Document],
        encoder: ReadingEncoder,
        config: RagConfig,
        tokens: TokenStore | None = None,
    ) -> None:
        """``tokens`` has the vectors of reports that were read when they were added."""
        super().__init__()
        self._documents = documents
        self._encoder = encoder
        self._config = config
        self._tokens = tokens
        self._packed = OrderedDict()
        self._written = {}
        self._lock = Lock()

    def read(
        self,
        question: str,
        passages: Sequence[NodeWithScore],
        match: Match = NO_MATCH,
        before: str = "",
    ) -> list[Evidence]:
        """The units of the passages and those voted for, best first, ties in report order.

        ``before`` is the question before, where this one points back at it.
        """
        units = self._units(passages, match)
        query = self._encoder.question_tokens(question)
        late = self._late(query, units)
        if before:
            earlier = self._late(self._encoder.question_tokens(before), units)
            late += self._config.before_weight * (earlier - late)
        spread = self._config.late_spread
        near = np.clip(1 - (late.max(initial=0.0) - late) / spread, 0, 1)
        written = [self._is_written(*unit) for unit in units]
        known = bool(units) and written[int(late.argmax())]
        weight = 1 - (1 - self._config.late_weight) * (1.0 if known else match.trust)
        evidence = []
        for place, (document, unit) in enumerate(units):
            vote = match.votes.get((document.document_id, unit.start), 0.0)
            score = (1 - weight) * vote + weight * float(near[place])
            evidence.append(Evidence(document, unit, score, float(late[place]), written[place]))
        return sorted(evidence, key=lambda item: -item.score)

    def _late(self, query: Vectors, units: Sequence[tuple[Document, Unit]]) -> NDArray[np.float64]:
        """The late-interaction score of each unit, shape (units,).

        One that leans on the sentence before it is also read with that one.
        """
        best = best_matches(query, self._read(units))
        late = np.asarray(best.sum(axis=1, dtype=np.float64))
        for place, before in enumerate(leaned_on(units)):
            if before is not None:
                both = np.maximum(best[place], best[before]).sum(dtype=np.float64)
                late[place] += self._config.lean_weight * (both - late[place])
        return late

    def support(self, question: str, evidence: Sequence[Evidence]) -> float:
        """The log odds that one of the ``config.joint_units`` nearest units answers.

        Each is read together with the question; minus infinity where there is none.
        """
        nearest = sorted(evidence, key=lambda item: -item.late)[: self._config.joint_units]
        texts = self._read([(item.document, item.unit) for item in nearest])
        odds = self._encoder.log_odds(self._encoder.question_tokens(question), texts)
        return max(odds, default=-math.inf)

    def relatives(self, words: Sequence[str], evidence: Sequence[Evidence]) -> list[bool]:
        """Of each word whether another one near it in meaning stands in the units that were read.

        The word is read alone; near is a cosine of ``config.relative_from`` with a token there.
        """
        texts = self._read([(item.document, item.unit) for item in evidence])
        each = self._encoder.text_tokens([word.lower() for word in words])
        best = [best_matches(tokens, texts).mean(axis=1).max(initial=0.0) for tokens in each]
        return [bool(near >= self._config.relative_from) for near in best]

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        """Passage nodes in, one node a unit out, best first, with its offsets as metadata."""
        if query_bundle is None:
            raise ValueError("the evidence reader needs the question: pass query_bundle")
        return [_to_node(item) for item in self.read(query_bundle.query_str, nodes)]

    def _units(
        self, passages: Sequence[NodeWithScore], match: Match
    ) -> list[tuple[Document, Unit]]:
        """Units of the passages and units voted for, in report order.

        Of the passages' units, headings and lead-ins are left out: they answer nothing alone.
        """
        found = {}
        for passage in passages:
            metadata = passage.node.metadata
            document = self._documents[metadata["document_id"]]
            lead_ins = {unit.lead_in for unit in document.units}
            for unit in document.units:
                inside = metadata["start"] <= unit.start and unit.end <= metadata["end"]
                if inside and Span(unit.start, unit.end) not in lead_ins:
                    found[document.document_id, unit.start] = (document, unit)
        for document_id, start in match.votes.keys() - found.keys():
            document = self._documents[document_id]
            unit = next(unit for unit in document.units if unit.start == start)
            found[document_id, start] = (document, unit)
        return [found[key] for key in sorted(found)]

    def _is_written(self, document: Document, unit: Unit) -> bool:
        starts = self._written.get(document.document_id)
        if starts is None:
            spans = [span for group in document.answered for span in group.spans]
            starts = frozenset(found.start for found in covered(document, spans))
            self._written[document.document_id] = starts
        return unit.start in starts

    def _read(self, units: Sequence[tuple[Document, Unit]]) -> list[Vectors]:
        """The token vectors of each unit as it is read, stored or made now."""
        found: list[Vectors | None] = []
        for _, group in groupby(units, lambda item: item[0].document_id):
            own = list(group)
            document, wanted = own[0][0], [unit for _, unit in own]
            found += self._tokens.read(document, wanted) if self._tokens else [None] * len(own)
        missing = [place for place, vectors in enumerate(found) if vectors is None]
        made = iter(self._made([units[place] for place in missing]))
        return [next(made) if vectors is None else vectors for vectors in found]

    def _made(self, units: Sequence[tuple[Document, Unit]]) -> list[Vectors]:
        """The token vectors of units that are not stored, from memory where they are there."""
        keys = [(document.sha256, unit.start, unit.end) for document, unit in units]
        with self._lock:
            missing = [place for place, key in enumerate(keys) if key not in self._packed]
            vectors = self._encoder.text_tokens([reading(*units[place]) for place in missing])
            for place, vector in zip(missing, vectors, strict=True):
                # As they are stored, so that an answer does not hang on where they came from.
                self._packed[keys[place]] = packed(vector)
            found = [self._packed[key] for key in keys]
            for key in keys:
                self._packed.move_to_end(key)
            while len(self._packed) > _CACHED_UNITS:
                self._packed.popitem(last=False)
        return [unpacked(data, self._encoder.dimension) for data in found]


def _to_node(evidence: Evidence) -> NodeWithScore:
    document, unit = evidence.document, evidence.unit
    node = TextNode(
        id_=passage_id(document.document_id, unit.start, unit.end),
        text=evidence.text,
        metadata={
            "document_id": document.document_id,
            "heading_path": document.sections[unit.section].label,
            "lead_in": document.quote(unit.lead_in) if unit.lead_in else None,
            "page": unit.page,
            "start": unit.start,
            "end": unit.end,
        },
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.document_id)},
    )
    return NodeWithScore(node=node, score=evidence.score)
