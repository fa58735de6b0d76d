"""What a pipeline works with: each part is loaded when it is first needed, and then kept."""

from __future__ import annotations

import hashlib
from functools import cached_property

from index.kept import made_folder
from index.library import Library
from rag.answerable import Answerability
from rag.config import RagConfig
from rag.encoder import READER, ReadingEncoder, shared_reader
from rag.intent import ListIntent, WholeIntent
from rag.questions import QuestionIndex
from rag.read import EvidenceReader
from rag.retrieve import BM25Index, HybridRetriever
from rag.route import Router
from rag.scope import Scope, Scopes
from rag.tokens import TokenStore
from rag.verifier import Verifier


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

    def _retriever(self, scope: Scope) -> HybridRetriever:
        documents = None if scope is self._scopes.all else scope.ids
        return HybridRetriever(
            self._store, self.library.encoder, self._bm25, self.config, documents
        )

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
    def _list_intent(self) -> ListIntent:
        return ListIntent.load()

    @cached_property
    def _whole_intent(self) -> WholeIntent:
        return WholeIntent.load()
