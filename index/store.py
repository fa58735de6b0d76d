"""Nodes and their vectors in a FAISS index, as a LlamaIndex vector store."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode
from llama_index.core.storage.docstore.utils import doc_to_json, json_to_doc
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from numpy.typing import NDArray

from index.errors import LibraryDamagedError
from index.filters import Matches, matcher

METRIC = "cosine"
VECTORS_FILE = "vectors.faiss"
NODES_FILE = "nodes.jsonl"
# One text embedded in two batches gives vectors that differ in the last digits: that is a tie.
_DECIMALS = 6


class FaissStore(BasePydanticVectorStore):
    """Exact cosine search over nodes that are held in memory; safe to share by threads.

    Scores are cosines in [-1, 1], rounded to six decimals; equal scores come in the order in
    which the nodes were added. Nodes are handed out as copies, without their embeddings.
    Faults of the caller (dimension, missing or zero vectors, filters) raise ValueError.
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    dimension: int

    _index: Any = PrivateAttr()
    _nodes: dict[int, BaseNode] = PrivateAttr(default_factory=dict)
    _rows: dict[str, int] = PrivateAttr(default_factory=dict)
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)

    def __init__(self, dimension: int) -> None:
        super().__init__(stores_text=True, dimension=dimension)
        self._index = _empty_index(dimension)

    @classmethod
    def class_name(cls) -> str:
        return "FaissStore"

    @classmethod
    def from_bytes(cls, vectors: bytes, nodes: bytes) -> FaissStore:
        """The store whose two files ``persist`` wrote, given their content.

        The bytes must have been verified: FAISS trusts them, and a crafted index corrupts
        memory. Raises LibraryDamagedError where they do not belong together.
        """
        index = faiss.deserialize_index(np.frombuffer(vectors, dtype=np.uint8))
        if not isinstance(index, faiss.IndexIDMap2):
            raise LibraryDamagedError(f"{VECTORS_FILE} holds another index, {type(index).__name__}")
        store = cls(index.d)
        store._index = index
        for line in nodes.splitlines():
            data = json.loads(line)
            node = json_to_doc(data)
            store._nodes[data["row"]] = node
            store._rows[node.node_id] = data["row"]
        rows = faiss.vector_to_array(index.id_map).tolist()
        if sorted(rows) != sorted(store._nodes):
            raise LibraryDamagedError(
                f"{VECTORS_FILE} has {len(rows)} vectors, "
                f"but not those of the {len(store)} nodes in {NODES_FILE}"
            )
        return store

    @property
    def client(self) -> Any:
        """The FAISS index; its ids are this store's own."""
        return self._index

    def twin(self) -> FaissStore:
        """A store of the same nodes; what becomes of the one is nothing to the other."""
        store = FaissStore(self.dimension)
        with self._lock:
            store._index = faiss.clone_index(self._index)
            store._nodes, store._rows = dict(self._nodes), dict(self._rows)
        return store

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, nodes: Sequence[BaseNode], **_kwargs: Any) -> list[str]:
        """Add nodes that have embeddings; a node whose id is there already is replaced."""
        if not nodes:
            return []
        vectors = np.stack([_unit(node.embedding, self.dimension, node.node_id) for node in nodes])
        latest = {node.node_id: position for position, node in enumerate(nodes)}
        positions = list(latest.values())
        with self._lock:
            self._remove(row for row in map(self._rows.get, latest) if row is not None)
            first = max(self._nodes, default=-1) + 1
            rows = np.arange(first, first + len(positions), dtype=np.int64)
            self._index.add_with_ids(vectors[positions], rows)
            for row, position in zip(rows.tolist(), positions, strict=True):
                node = nodes[position].model_copy(deep=True)
                node.embedding = None
                self._nodes[row] = node
                self._rows[node.node_id] = row
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_kwargs: Any) -> None:
        """Delete the nodes of a document; an unknown document deletes nothing."""
        self._delete_where(lambda node: node.ref_doc_id == ref_doc_id)

    def delete_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | None = None,
        **_kwargs: Any,
    ) -> None:
        """Delete the nodes that have one of the ids, where given, and match the filters."""
        self._delete_where(matcher(node_ids=node_ids, filters=filters))

    def get_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None
    ) -> list[BaseNode]:
        """The nodes that have one of the ids, where given, and match the filters, as added."""
        matches = matcher(node_ids=node_ids, filters=filters)
        with self._lock:
            return [_copied(node) for node in self._nodes.values() if matches(node)]

    def clear(self) -> None:
        """Delete all nodes."""
        self._delete_where(lambda _: True)

    def query(self, query: VectorStoreQuery, **_kwargs: Any) -> VectorStoreQueryResult:
        """The ``similarity_top_k`` nearest nodes of those that the query's conditions let through.

        Empty ``doc_ids`` and ``node_ids`` are no condition: that is how LlamaIndex's retriever
        says "all". Raises ValueError for any mode but the default one.
        """
        if query.mode != VectorStoreQueryMode.DEFAULT:
            raise ValueError(f"query mode {query.mode.value!r} is not supported, only 'default' is")
        if query.similarity_top_k < 1:
            raise ValueError(f"similarity_top_k is {query.similarity_top_k}; it must be 1 or more")
        vector = _unit(query.query_embedding, self.dimension, "the query")
        conditions = query.doc_ids or query.node_ids or query.filters
        with self._lock:
            rows = list(self._nodes)
            if conditions:
                matches = matcher(query.node_ids or None, query.doc_ids or None, query.filters)
                rows = [row for row in rows if matches(self._nodes[row])]
            hits = self._search(vector, rows, query.similarity_top_k)
            nodes = [_copied(self._nodes[row]) for row, _ in hits]
        return VectorStoreQueryResult(
            nodes=nodes,
            similarities=[score for _, score in hits],
            ids=[node.node_id for node in nodes],
        )

    def cosines(self, embedding: Sequence[float]) -> NDArray[np.float64]:
        """The cosine of a query's embedding with every node, as ``query`` scores it.

        In the order of ``get_nodes``, shape (n,).
        """
        vector = _unit(embedding, self.dimension, "the query")
        with self._lock:
            rows = np.fromiter(self._nodes, dtype=np.int64)  # they ascend
            found = np.zeros(len(rows))
            hits, scores = self._nearest(vector, len(rows), None)
        found[np.searchsorted(rows, hits)] = scores
        return found

    def vectors(self) -> NDArray[np.float32]:
        """The vectors, of length 1, in the order of ``get_nodes``, shape (n, dimension)."""
        with self._lock:
            rows = [self._index.reconstruct(row) for row in self._nodes]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dimension)

    def persist(self, persist_path: str | Path, fs: Any = None) -> None:
        """Write ``vectors.faiss`` and ``nodes.jsonl`` into a folder, which is made if need be.

        Not atomic: the library writes beside and switches. ``fs`` must be left out.
        """
        if fs is not None:
            raise ValueError("FaissStore is kept in local files only; leave fs out")
        folder = Path(persist_path)
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            (folder / VECTORS_FILE).write_bytes(faiss.serialize_index(self._index).tobytes())
            lines = (
                json.dumps({"row": row, **doc_to_json(node)}) + "\n"
                for row, node in self._nodes.items()
            )
            (folder / NODES_FILE).write_text("".join(lines), encoding="utf-8")

    def _delete_where(self, matches: Matches) -> None:
        with self._lock:
            self._remove([row for row, node in self._nodes.items() if matches(node)])

    def _remove(self, rows: Iterable[int]) -> None:
        doomed = np.fromiter(rows, dtype=np.int64)
        if doomed.size:
            self._index.remove_ids(doomed)
        for row in doomed.tolist():
            del self._rows[self._nodes.pop(row).node_id]

    def _search(
        self, vector: NDArray[np.float32], rows: list[int], top_k: int
    ) -> list[tuple[int, float]]:
        """Rows and scores, best first; a tie at the last place is settled by the order added."""
        top_k = min(top_k, len(rows))
        if top_k == 0:
            return []
        # The parameters do not own the selector: it must live as long as the search.
        selector = faiss.IDSelectorBatch(np.array(rows, dtype=np.int64))
        every = len(rows) == len(self._nodes)
        parameters = None if every else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        width = top_k
        while True:
            width = min(2 * width, len(rows))
            found, scores = self._nearest(vector, width, parameters)
            if width == len(rows) or scores[-1] < scores[top_k - 1]:
                break
        order = np.lexsort((found, -scores))[:top_k]
        return [(int(found[place]), float(scores[place])) for place in order]

    def _nearest(
        self, vector: NDArray[np.float32], width: int, parameters: Any
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows and rounded scores of as many nodes, best first."""
        if width == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        with _one_thread():
            scores, found = self._index.search(vector[None], width, params=parameters)
        return found[0], np.round(scores[0].astype(np.float64), _DECIMALS)


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS without its threads: one query gains nothing by them and waits for a busy machine."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _copied(node: BaseNode) -> BaseNode:
    """A copy that may be changed; a deep one of the whole takes ten times as long."""
    return node.model_copy(
        update={
            "metadata": deepcopy(node.metadata),
            "relationships": dict(node.relationships),
        }
    )


def _empty_index(dimension: int) -> Any:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _unit(vector: Sequence[float] | None, dimension: int, owner: str) -> NDArray[np.float32]:
    """The vector scaled to length 1; ``owner`` is named where that cannot be."""
    if vector is None:
        raise ValueError(f"{owner} has no embedding; embed it first")
    array = np.asarray(vector, dtype=np.float64)
    if array.shape != (dimension,):
        raise ValueError(
            f"{owner} has an embedding of shape {array.shape}, the store one of ({dimension},); "
            "use the model that the store was built with"
        )
    length = float(np.linalg.norm(array))
    if not np.isfinite(length) or length == 0:
        raise ValueError(f"{owner} has an embedding of length {length}, which has no direction")
    return (array / length).astype(np.float32)
