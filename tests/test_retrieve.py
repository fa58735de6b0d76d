"""Dense, BM25 and fused rankings."""

from __future__ import annotations

import pytest
from llama_index.core.schema import QueryBundle, TextNode

from index.library import Library
from rag.config import RagConfig
from rag.retrieve import BM25Index, HybridRetriever


def _nodes(*texts: str) -> list[TextNode]:
    return [
        TextNode(
            id_=str(number),
            text=text,
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


def test_bm25_stems_and_passes_over_common_words() -> None:
    index = BM25Index(CATS)
    assert [node.node_id for node, _ in index.search("swimming", 4)] == ["3"]
    assert index.search("is it the", 4) == []
    assert index.search("zebra", 4) == []


def test_bm25_keeps_to_the_documents_named() -> None:
    found = BM25Index(CATS).search("fish cat", 4, frozenset({"d1"}))
    assert [node.node_id for node, _ in found] == ["3"]


def test_bm25_of_nothing_finds_nothing() -> None:
    assert BM25Index([]).search("cat", 4) == []
    assert BM25Index(_nodes("the and of")).search("cat", 4) == []


@pytest.fixture(scope="module")
def bm25(library: Library) -> BM25Index:
    return BM25Index(library.store.get_nodes())


def test_fusion_adds_reciprocal_ranks(library: Library, bm25: BM25Index) -> None:
    config = RagConfig()
    query = "county lines drug dealing"
    retriever = HybridRetriever(library.store, library.encoder, bm25, config)
    found = retriever.retrieve(query)
    dense = [node.node_id for node, _ in retriever._dense(QueryBundle(query))]
    lexical = [node.node_id for node, _ in bm25.search(query, config.candidates)]
    for item in found:
        expected = sum(
            1 / (60 + ranking.index(item.node.node_id) + 1)
            for ranking in (dense, lexical)
            if item.node.node_id in ranking
        )
        assert item.score == pytest.approx(expected)
    assert [item.score for item in found] == sorted((i.score for i in found), reverse=True)
    assert len(found) == config.passages
    assert "county lines" in found[0].node.get_content()


def test_retrieval_keeps_to_the_documents_named(library: Library, bm25: BM25Index) -> None:
    retriever = HybridRetriever(
        library.store, library.encoder, bm25, RagConfig(), frozenset({"no-such-report"})
    )
    assert retriever.retrieve("county lines") == []
