"""Dense, BM25 and fused rankings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import QueryBundle, TextNode

from index.embed import Encoder
from index.library import Library
from index.store import FaissStore
from rag.config import RagConfig
from rag.retrieve import BM25Index, HybridRetriever, standardised


def _nodes(*texts: str, vectors: Sequence[Sequence[float]] = ()) -> list[TextNode]:
    return [
        TextNode(
            id_=str(number),
            text=text,
            embedding=list(vectors[number]) if vectors else None,
            metadata={"document_id": f"d{number % 2}"},
            excluded_embed_metadata_keys=["document_id"],
        )
        for number, text in enumerate(texts)
    ]


CATS = _nodes(
    "a cat is a feline and likes to purr",
    "a dog is the human's best friend and loves to play",
    "a bird is a beautiful animal that can fly",
    "a fish is a creature that lives in water and swims",
)


def test_bm25_ranks_four_sentences_as_known() -> None:
    found = BM25Index(CATS).search("does the fish purr like a cat?", 4)
    assert [node.node_id for node, _ in found] == ["0", "3"]
    scores = [score for _, score in found]
    assert scores[0] > scores[1] > 0


def test_bm25_scores_by_its_formula() -> None:
    nodes = _nodes("red red blue", "blue", "green tree")
    index = BM25Index(nodes, RagConfig(bm25_k1=1, bm25_b=0.5))
    # Of three texts, of two words on average, one holds "red" and two hold "blue".
    red, blue = math.log(1 + 2.5 / 1.5), math.log(1 + 1.5 / 2.5)
    first = red * 2 / (2 + 0.5 + 0.5 * 3 / 2) + blue * 1 / (1 + 0.5 + 0.5 * 3 / 2)
    second = blue * 1 / (1 + 0.5 + 0.5 * 1 / 2)
    assert index.scores("red, red and blue") == pytest.approx([first, second, 0.0], abs=1e-6)


def test_bm25_stems_and_passes_over_common_words() -> None:
    index = BM25Index(CATS)
    assert [node.node_id for node, _ in index.search("swimming", 4)] == ["3"]
    assert index.search("is it the", 4) == []
    assert index.search("zebra", 4) == []
    assert index.scores("zebra").tolist() == [0, 0, 0, 0]


def test_bm25_keeps_to_the_documents_named() -> None:
    found = BM25Index(CATS).search("fish cat", 4, frozenset({"d1"}))
    assert [node.node_id for node, _ in found] == ["3"]


def test_bm25_of_nothing_finds_nothing() -> None:
    assert BM25Index([]).search("cat", 4) == []
    assert BM25Index(_nodes("the and of")).search("cat", 4) == []


def test_scores_are_standardised_to_known_values() -> None:
    assert standardised(np.array([1.0, 2.0, 3.0])) == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])
    assert standardised(np.array([0.1, 0.1, 0.1])).tolist() == [0, 0, 0]
    assert standardised(np.array([7.0])).tolist() == [0]
    assert standardised(np.array([])).tolist() == []


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=20).filter(lambda s: len(set(s)) > 1),
    st.floats(0.01, 100),
    st.floats(-100, 100),
)
def test_standardised_scores_forget_scale_and_place(
    scores: list[int], scale: float, shift: float
) -> None:
    array = np.array(scores, dtype=np.float64)
    found = standardised(array)
    assert found.mean() == pytest.approx(0, abs=1e-9)
    assert found.std() == pytest.approx(1)
    assert standardised(array * scale + shift) == pytest.approx(found, abs=1e-6)


# Cosines with (1, 0) are 1, 0.6 and 0; "blue" stands in the last alone.
COLOURS = _nodes("red wall", "green wall", "blue wall", vectors=[(1, 0), (0.6, 0.8), (0, 1)])


def _found(
    encoder: Encoder,
    query: str,
    config: RagConfig | None = None,
    documents: frozenset[str] | None = None,
) -> dict[str, float]:
    """The scores of the colours found for a query whose vector is (1, 0), best first."""
    config = config or RagConfig()
    store = FaissStore(2)
    store.add(COLOURS)
    bm25 = BM25Index(store.get_nodes(), config)
    retriever = HybridRetriever(store, encoder, bm25, config, documents)
    found = retriever.retrieve(QueryBundle(query, embedding=[1.0, 0.0]))
    return {item.node.node_id: item.score or 0.0 for item in found}


def test_fusion_sums_standardised_scores(tiny: Encoder) -> None:
    mean = 1.6 / 3
    spread = ((1**2 + 0.6**2) / 3 - mean**2) ** 0.5
    dense = [(1 - mean) / spread, (0.6 - mean) / spread, -mean / spread]
    # One of three has a score and two have none: it is 2/3 above the mean, the deviation sqrt(2)/3.
    lexical = [-(0.5**0.5), -(0.5**0.5), 2**0.5]
    expected = [0.65 * d + 0.35 * s for d, s in zip(dense, lexical, strict=True)]
    found = _found(tiny, "blue")
    assert list(found) == ["0", "1", "2"]
    assert list(found.values()) == pytest.approx(expected, abs=1e-5)
    assert list(_found(tiny, "blue", RagConfig(dense_weight=0.4))) == ["2", "0", "1"]


def test_without_a_shared_word_meaning_decides(tiny: Encoder) -> None:
    assert list(_found(tiny, "yellow", RagConfig(dense_weight=0.01))) == ["0", "1", "2"]


def test_retrieval_gives_as_many_as_are_read(tiny: Encoder) -> None:
    assert list(_found(tiny, "wall", RagConfig(passages=2))) == ["0", "1"]


def test_scores_are_standardised_over_the_documents_named(tiny: Encoder) -> None:
    found = _found(tiny, "blue", documents=frozenset({"d0"}))
    assert found == pytest.approx({"0": 0.65 - 0.35, "2": 0.35 - 0.65})
    assert _found(tiny, "blue", documents=frozenset({"no-such-report"})) == {}


def test_retrieval_over_the_report_finds_what_is_asked(library: Library) -> None:
    bm25 = BM25Index(library.store.get_nodes())
    found = HybridRetriever(library.store, library.encoder, bm25, RagConfig()).retrieve(
        "county lines drug dealing"
    )
    assert len(found) == RagConfig().passages
    assert [item.score for item in found] == sorted((i.score for i in found), reverse=True)
    assert "county lines" in found[0].node.get_content()
