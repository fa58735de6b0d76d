"""Hybrid retrieval: dense and BM25 searches of the library's passages, fused by rank."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.vector_stores import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)

from index.store import FaissStore
from rag.config import RagConfig

_WORD = re.compile(r"\w+")
_STOPWORDS = frozenset(STOPWORDS_EN)


class BM25Index:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) over stemmed words of nodes, headings included."""

    def __init__(self, nodes: Sequence[BaseNode]) -> None:
        self.nodes = list(nodes)
        self._stemmer = Stemmer.Stemmer("english")
        self._vocabulary: dict[str, int] = {}
        corpus = [
            [self._vocabulary.setdefault(term, len(self._vocabulary)) for term in self._terms(text)]
            for text in (node.get_content(MetadataMode.EMBED) for node in self.nodes)
        ]
        self._bm25 = bm25s.BM25(method="lucene")
        if self._vocabulary:
            self._bm25.index((corpus, self._vocabulary), show_progress=False)

    def search(
        self, query: str, k: int, documents: frozenset[str] | None = None
    ) -> list[tuple[BaseNode, float]]:
        """At most ``k`` nodes that share a term with the query, best first, ties in file order."""
        terms = sorted({term for term in self._terms(query) if term in self._vocabulary})
        if not terms:
            return []
        scores = self._bm25.get_scores_from_ids([self._vocabulary[term] for term in terms])
        order = np.argsort(-scores, kind="stable")
        found = (
            (self.nodes[place], float(scores[place]))
            for place in order
            if scores[place] > 0
            and (documents is None or self.nodes[place].metadata["document_id"] in documents)
        )
        return [item for item, _ in zip(found, range(k), strict=False)]

    def _terms(self, text: str) -> list[str]:
        words = (word for word in _WORD.findall(text.lower()) if word not in _STOPWORDS)
        return list(self._stemmer.stemWords(list(words)))


class HybridRetriever(BaseRetriever):
    """A LlamaIndex retriever of passages: dense and BM25 rankings in reciprocal rank fusion.

    The score of a node is the sum over both rankings of ``1 / (rrf_k + rank)``, rank from 1
    (Cormack, Clarke and Büttcher 2009). ``documents`` limits the search to those ids.
    """

    def __init__(
        self,
        store: FaissStore,
        embed_model: BaseEmbedding,
        bm25: BM25Index,
        config: RagConfig,
        documents: frozenset[str] | None = None,
    ) -> None:
        self._store = store
        self._embed_model = embed_model
        self._bm25 = bm25
        self._config = config
        self._documents = documents
        super().__init__(callback_manager=CallbackManager())

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        rankings = [
            self._dense(query_bundle),
            self._bm25.search(query_bundle.query_str, self._config.candidates, self._documents),
        ]
        fused: dict[str, float] = {}
        nodes: dict[str, BaseNode] = {}
        for ranking in rankings:
            for rank, (node, _score) in enumerate(ranking, start=1):
                nodes[node.node_id] = node
                fused[node.node_id] = fused.get(node.node_id, 0) + 1 / (self._config.rrf_k + rank)
        best = sorted(fused, key=lambda node_id: -fused[node_id])[: self._config.passages]
        return [NodeWithScore(node=nodes[node_id], score=fused[node_id]) for node_id in best]

    def _dense(self, query: QueryBundle) -> list[tuple[BaseNode, float]]:
        embedding = query.embedding or self._embed_model.get_query_embedding(query.query_str)
        filters = None
        if self._documents is not None:
            wanted = MetadataFilter(
                key="document_id", value=sorted(self._documents), operator=FilterOperator.IN
            )
            filters = MetadataFilters(filters=[wanted])
        result = self._store.query(
            VectorStoreQuery(
                query_embedding=embedding,
                similarity_top_k=self._config.candidates,
                filters=filters,
            )
        )
        return list(zip(result.nodes or [], result.similarities or [], strict=True))
