"""The product's searches over any nodes: by meaning, by words, and both as it retrieves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal

from llama_index.core.schema import BaseNode, MetadataMode, QueryBundle, TextNode
from llama_index.core.vector_stores import VectorStoreQuery

from index.embed import Encoder
from index.store import FaissStore
from rag.config import RagConfig
from rag.retrieve import BM25Index, HybridRetriever

System = Literal["dense", "BM25", "hybrid"]
OnProgress = Callable[[str, int, int], None]

SYSTEMS: Final[tuple[System, ...]] = ("dense", "BM25", "hybrid")


class Searches:
    """Nodes in a FAISS store and a BM25 index, searched in three ways that can be compared."""

    def __init__(
        self, store: FaissStore, encoder: Encoder, bm25: BM25Index, hybrid: HybridRetriever, k: int
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._bm25 = bm25
        self._hybrid = hybrid
        self._k = k

    @classmethod
    def build(
        cls,
        nodes: Sequence[TextNode],
        encoder: Encoder,
        config: RagConfig,
        k: int,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Searches:
        """Embed the nodes, as a library does, and index them; searches give ``k`` of them."""
        texts = [node.get_content(MetadataMode.EMBED) for node in nodes]
        vectors = encoder.encode(texts, on_progress)
        store = FaissStore(encoder.dimension)
        store.add(
            [
                node.model_copy(update={"embedding": vector.tolist()})
                for node, vector in zip(nodes, vectors, strict=True)
            ]
        )
        config = replace(config, passages=k)
        bm25 = BM25Index(store.get_nodes(), config)
        return cls(store, encoder, bm25, HybridRetriever(store, encoder, bm25, config), k)

    def rank(self, query: str) -> dict[System, list[BaseNode]]:
        """What each system finds for a query, best first; BM25 may find fewer than the others."""
        embedding = self._encoder.encode_query(query).tolist()
        near = self._store.query(
            VectorStoreQuery(query_embedding=embedding, similarity_top_k=self._k)
        )
        fused = self._hybrid.retrieve(QueryBundle(query, embedding=embedding))
        return {
            "dense": list(near.nodes or ()),
            "BM25": [node for node, _ in self._bm25.search(query, self._k)],
            "hybrid": [item.node for item in fused],
        }
