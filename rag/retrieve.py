"""Hybrid retrieval: every passage of the library scored by meaning and by words, in one sum."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore, QueryBundle
from numpy.typing import NDArray

from index.store import FaissStore
from rag.config import RagConfig

_WORD = re.compile(r"\w+")
_STOPWORDS = frozenset(STOPWORDS_EN)


class BM25Index:
    """BM25 (Lucene's variant) over stemmed words of nodes, headings included.

    A word counts once in a query, however often it stands there.
    """

    def __init__(self, nodes: Sequence[BaseNode], config: RagConfig | None = None) -> None:
        config = config or RagConfig()
        self.nodes = list(nodes)
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, node in enumerate(self.nodes):
            self._places[node.metadata.get("document_id", "")].append(place)
        self._stemmer = Stemmer.Stemmer("english")
        self._vocabulary: dict[str, int] = {}
        corpus = [
            [self._vocabulary.setdefault(term, len(self._vocabulary)) for term in self._terms(text)]
            for text in (node.get_content(MetadataMode.EMBED) for node in self.nodes)
        ]
        self._bm25 = bm25s.BM25(method="lucene", k1=config.bm25_k1, b=config.bm25_b)
        if self._vocabulary:
            self._bm25.index((corpus, self._vocabulary), show_progress=False)

    def scores(self, query: str) -> NDArray[np.float64]:
        """The score of every node, in their order; 0 where it shares no term with the query."""
        terms = sorted({term for term in self._terms(query) if term in self._vocabulary})
        if not terms:
            return np.zeros(len(self.nodes))
        found = self._bm25.get_scores_from_ids([self._vocabulary[term] for term in terms])
        return np.asarray(found, dtype=np.float64)

    def search(
        self, query: str, k: int, documents: frozenset[str] | None = None
    ) -> list[tuple[BaseNode, float]]:
        """At most ``k`` nodes that share a term with the query, best first, ties in file order."""
        scores, places = self.scores(query), self.places(documents)
        places = places[scores[places] > 0]
        best = places[np.argsort(-scores[places], kind="stable")][:k]
        return [(self.nodes[place], float(scores[place])) for place in best]

    def places(self, documents: frozenset[str] | None = None) -> NDArray[np.intp]:
        """Where the nodes of these documents stand among ``nodes``, in order; of all if None."""
        if documents is None:
            return np.arange(len(self.nodes))
        found = [place for name in documents for place in self._places.get(name, ())]
        return np.sort(np.array(found, dtype=np.intp))

    def _terms(self, text: str) -> list[str]:
        words = (word for word in _WORD.findall(text.lower()) if word not in _STOPWORDS)
        return list(self._stemmer.stemWords(list(words)))


class HybridRetriever(BaseRetriever):
    """A LlamaIndex retriever of passages by a weighted sum of cosine and BM25.

    Both are standardised over the passages searched, to a mean of 0 and a variance of 1 (Montague
    and Aslam 2001), and summed with ``config.dense_weight`` for the cosine and the rest for BM25
    (a convex combination, which Bruch, Gai and Ingber 2023 find better than reciprocal rank
    fusion). Ties come in file order. ``bm25`` is that of the nodes of ``store``, in its order;
    ``documents`` limits the search to those ids; of ``hidden`` nodes, a truth value for each in
    their order, none is found.
    """

    def __init__(
        self,
        store: FaissStore,
        embed_model: BaseEmbedding,
        bm25: BM25Index,
        config: RagConfig,
        documents: frozenset[str] | None = None,
        hidden: NDArray[np.bool_] | None = None,
    ) -> None:
        self._store = store
        self._embed_model = embed_model
        self._bm25 = bm25
        self._config = config
        self._documents = documents
        self._hidden = hidden
        super().__init__(callback_manager=CallbackManager())

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = query_bundle.query_str
        embedding = query_bundle.embedding or self._embed_model.get_query_embedding(query)
        places = self._bm25.places(self._documents)
        dense = standardised(self._store.cosines(embedding)[places])
        lexical = standardised(self._bm25.scores(query)[places])
        weight = self._config.dense_weight
        fused = weight * dense + (1 - weight) * lexical
        ranked = np.argsort(-fused, kind="stable")
        if self._hidden is not None:
            ranked = ranked[~self._hidden[places[ranked]]]
        best = ranked[: self._config.passages]
        nodes = self._bm25.nodes
        return [NodeWithScore(node=nodes[places[rank]], score=float(fused[rank])) for rank in best]


def standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores less their mean, in standard deviations; zeros where all are the same, shape (n,)."""
    # The deviation of equal floats need not come out as 0.
    if len(scores) == 0 or scores.max() == scores.min():
        return np.zeros(len(scores))
    return np.asarray((scores - scores.mean()) / scores.std())
