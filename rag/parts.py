"""What a pipeline works with: each part is loaded when it is first needed, and then kept."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.kept import made_folder
from index.library import Library
from rag.answerable import Answerability
from rag.config import RagConfig
from rag.encoder import READER, ReadingEncoder, shared_reader
from rag.imprint import asks_of_publication, imprint
from rag.intent import INSPECTED, LIST, QuestionKind
from rag.questions import QuestionIndex
from rag.read import EvidenceReader
from rag.retrieve import BM25Index, HybridRetriever
from rag.route import Router
from rag.scope import Scope, Scopes
from rag.tokens import TokenStore
from rag.verifier import Verifier
from rag.whole_intent import WholeIntent


class Parts:
    """The parts of a pipeline over one library, in the version that is live when it is made."""

    def __init__(
        self,
        library: Library,
        config: RagConfig | None = None,
        reader: ReadingEncoder | None = None,
    ) -> None:
        """``reader`` is loaded on first use where none is given; pipelines may share one."""
        self.library = library
        self.config = config or RagConfig()
        self._given_reader = reader
        self._documents = library.documents
        self._store = library.store
        parts = (library.fingerprint, self.config.fingerprint(), READER)
        self._fingerprint = hashlib.sha256("".join(parts).encode()).hexdigest()

    def over(self, library: Library) -> Self:
        """The same over another library, or over this one as it is now; models are shared."""
        return type(self)(library, self.config, self.reading_encoder)

    @property
    def passage_count(self) -> int:
        """How many passages are searched."""
        return len(self._bm25.nodes)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over library, settings and reader: what decides answers, 64 digits."""
        return self._fingerprint

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self._documents)

    @cached_property
    def _router(self) -> Router:
        return Router(self._documents)

    @cached_property
    def _bm25(self) -> BM25Index:
        return BM25Index(self._store.get_nodes(), self.config)

    @cached_property
    def _imprints(self) -> NDArray[np.bool_]:
        """Of each passage whether it is of its report's imprint, in the order of ``_bm25``."""
        spans = {name: imprint(document) for name, document in self._documents.items()}
        places = (node.metadata for node in self._bm25.nodes)
        inside = (
            any(span.start <= at["start"] < span.end for span in spans[at["document_id"]])
            for at in places
        )
        return np.fromiter(inside, dtype=np.bool_, count=self.passage_count)

    def _retriever(self, scope: Scope, question: str = "") -> HybridRetriever:
        """What finds passages; for a question that is given those that can be evidence for it.

        For one about the publication they are the imprints', where there are any, else the others.
        """
        documents = None if scope is self._scopes.all else scope.ids
        hidden = None
        if question:
            hidden = self._imprints
            if asks_of_publication(question):
                hidden = self._but_imprints(self._bm25.places(documents))
        return HybridRetriever(
            self._store, self.library.encoder, self._bm25, self.config, documents, hidden
        )

    def _but_imprints(self, places: NDArray[np.intp]) -> NDArray[np.bool_] | None:
        """Of each passage whether it is no imprint's, or says what one before it says."""
        found = places[self._imprints[places]]
        if not len(found):
            return None
        hidden = np.ones(self.passage_count, dtype=np.bool_)
        texts = {self._bm25.nodes[place].get_content(): place for place in reversed(found)}
        hidden[list(texts.values())] = False
        return hidden

    def _passages_of(self, scope: Scope) -> int:
        if scope is self._scopes.all:
            return self.passage_count
        return sum(len(self.library.passages(name)) for name in scope.ids)

    @cached_property
    def reading_encoder(self) -> ReadingEncoder:
        """The encoder that reads, loaded on first use."""
        return self._given_reader or shared_reader()

    @cached_property
    def verifier(self) -> Verifier:
        """What checks the sentences that a language model writes."""
        return Verifier(self.reading_encoder, tokens=self._tokens)

    @cached_property
    def _tokens(self) -> TokenStore:
        return TokenStore(made_folder(self.library.path), self.reading_encoder.model_hash)

    @cached_property
    def _reader(self) -> EvidenceReader:
        return EvidenceReader(self._documents, self.reading_encoder, self.config, self._tokens)

    @cached_property
    def _questions(self) -> QuestionIndex:
        return QuestionIndex(
            tuple(self._documents.values()),
            self.reading_encoder.encoder,
            self.config,
            self.library.path / "cache",
        )

    @cached_property
    def _answerability(self) -> Answerability:
        return Answerability.load()

    @cached_property
    def _list_intent(self) -> QuestionKind:
        return QuestionKind.load(LIST)

    @cached_property
    def _inspected(self) -> QuestionKind:
        return QuestionKind.load(INSPECTED)

    @cached_property
    def _whole_intent(self) -> WholeIntent:
        return WholeIntent.load()
