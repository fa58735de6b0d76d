"""The FAISS store: LlamaIndex's contract, exact ranking, filters, ties, files."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import IndexNode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from index.embed import Encoder
from index.errors import LibraryDamagedError
from index.store import FaissStore


def node(
    name: str, vector: Sequence[float] | None, document: str = "a", **metadata: object
) -> TextNode:
    return TextNode(
        id_=name,
        text=f"text of {name}",
        embedding=None if vector is None else list(vector),
        metadata=metadata,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document)},
    )


def ask(store: FaissStore, vector: Sequence[float], top_k: int = 10, **more: object) -> list[str]:
    result = store.query(
        VectorStoreQuery(query_embedding=list(vector), similarity_top_k=top_k, **more)  # type: ignore[arg-type]
    )
    assert result.ids == [found.node_id for found in result.nodes or []]
    return result.ids or []


@pytest.fixture
def store() -> FaissStore:
    """Four nodes on a quarter circle, at 0, 30, 60 and 90 degrees; two documents."""
    filled = FaissStore(2)
    filled.add(
        [
            node("n0", (2, 0), "a", page=1, kind="bullet", tags=["x", "y"], heading="Leadership"),
            node("n30", (math.sqrt(3), 1), "a", page=2, kind="bullet", tags=["x"]),
            node("n60", (1, math.sqrt(3)), "b", page=3, kind="date", tags=[], heading="Custody"),
            node("n90", (0, 5), "b", page=4, kind="sentence"),
        ]
    )
    return filled


def test_scores_are_cosines_best_first(store: FaissStore) -> None:
    result = store.query(VectorStoreQuery(query_embedding=[7, 0], similarity_top_k=3))
    assert result.ids == ["n0", "n30", "n60"]
    assert result.similarities == [1.0, 0.866025, 0.5]
    assert result.nodes is not None
    assert result.nodes[0].get_content() == "text of n0"
    assert result.nodes[0].embedding is None
    assert ask(store, (0, 1), top_k=99) == ["n90", "n60", "n30", "n0"]
    assert len(store) == 4


def test_every_node_has_a_cosine(store: FaissStore) -> None:
    expected = {"n0": 0.0, "n30": 0.5, "n60": math.sqrt(3) / 2, "n90": 1.0}
    order = [node.node_id for node in store.get_nodes()]
    assert store.cosines([0, 3]) == pytest.approx([expected[name] for name in order], abs=1e-6)
    store.delete_nodes(["n30"])
    order.remove("n30")
    assert store.cosines([0, 3]) == pytest.approx([expected[name] for name in order], abs=1e-6)
    assert FaissStore(2).cosines([0, 3]).shape == (0,)


def test_a_twin_goes_its_own_way(store: FaissStore) -> None:
    twin = store.twin()
    twin.delete_nodes(["n0"])
    store.delete_nodes(["n90"])
    assert ask(twin, (1, 0)) == ["n30", "n60", "n90"]
    assert ask(store, (1, 0)) == ["n0", "n30", "n60"]
    twin.get_nodes()[0].metadata["page"] = 99
    assert twin.get_nodes()[0].metadata["page"] != 99


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        (FilterOperator.EQ, "kind", "bullet", ["n0", "n30"]),
        (FilterOperator.NE, "kind", "bullet", ["n60", "n90"]),
        (FilterOperator.GT, "page", 2, ["n60", "n90"]),
        (FilterOperator.GTE, "page", 2, ["n30", "n60", "n90"]),
        (FilterOperator.LT, "page", 2, ["n0"]),
        (FilterOperator.LTE, "page", 2, ["n0", "n30"]),
        (FilterOperator.IN, "kind", ["date", "sentence"], ["n60", "n90"]),
        (FilterOperator.NIN, "kind", ["date", "sentence"], ["n0", "n30"]),
        (FilterOperator.ANY, "tags", ["y", "z"], ["n0"]),
        (FilterOperator.ALL, "tags", ["x", "y"], ["n0"]),
        (FilterOperator.CONTAINS, "tags", "x", ["n0", "n30"]),
        (FilterOperator.TEXT_MATCH, "heading", "Lead", ["n0"]),
        (FilterOperator.TEXT_MATCH_INSENSITIVE, "heading", "cUSt", ["n60"]),
        (FilterOperator.IS_EMPTY, "tags", None, ["n60", "n90"]),
        (FilterOperator.EQ, "document_id", "b", ["n60", "n90"]),
        (FilterOperator.EQ, "doc_id", "a", ["n0", "n30"]),
    ],
)
def test_every_filter_operator(
    store: FaissStore, operator: FilterOperator, key: str, value: object, expected: list[str]
) -> None:
    item = MetadataFilter(key=key, value=value, operator=operator)  # type: ignore[arg-type]
    filters = MetadataFilters(filters=[item])
    assert ask(store, (1, 0), filters=filters) == expected
    assert [found.node_id for found in store.get_nodes(filters=filters)] == expected
    assert ask(store, (1, 0), top_k=1, filters=filters) == expected[:1]


def test_filters_nest_with_and_or_not(store: FaissStore) -> None:
    def one(key: str, value: object) -> MetadataFilter:
        return MetadataFilter(key=key, value=value)  # type: ignore[arg-type]

    either = MetadataFilters(filters=[one("page", 1), one("page", 4)], condition=FilterCondition.OR)
    neither = MetadataFilters(filters=[either], condition=FilterCondition.NOT)
    assert ask(store, (1, 0), filters=either) == ["n0", "n90"]
    assert ask(store, (1, 0), filters=neither) == ["n30", "n60"]
    both = MetadataFilters(filters=[neither, one("kind", "date")])
    assert ask(store, (1, 0), filters=both) == ["n60"]
    assert ask(store, (1, 0), filters=MetadataFilters(filters=[])) == ["n0", "n30", "n60", "n90"]


def test_ids_and_documents_restrict_the_search(store: FaissStore) -> None:
    assert ask(store, (1, 0), doc_ids=["b"]) == ["n60", "n90"]
    assert ask(store, (1, 0), node_ids=["n90", "n0", "unknown"]) == ["n0", "n90"]
    assert ask(store, (1, 0), doc_ids=["b"], node_ids=["n0"]) == []
    assert ask(store, (1, 0), doc_ids=[], node_ids=[]) == ["n0", "n30", "n60", "n90"]
    assert [found.node_id for found in store.get_nodes(["n60", "n0"])] == ["n0", "n60"]
    assert store.get_nodes([]) == []


def test_delete_clear_and_replace(store: FaissStore) -> None:
    store.delete("a")
    assert ask(store, (1, 0)) == ["n60", "n90"]
    store.delete("unknown")
    store.delete_nodes(["n60", "unknown"])
    assert ask(store, (1, 0)) == ["n90"]
    store.add([node("n90", (1, 0), "c"), node("new", (1, 1)), node("new", (0, 1))])
    assert ask(store, (1, 0)) == ["n90", "new"]
    assert store.get_nodes(["n90"])[0].ref_doc_id == "c"
    assert store.vectors().tolist() == [[1, 0], [0, 1]]
    store.delete_nodes(filters=MetadataFilters(filters=[MetadataFilter(key="doc_id", value="c")]))
    assert [found.node_id for found in store.get_nodes()] == ["new"]
    store.clear()
    assert ask(store, (1, 0)) == []
    assert len(store) == store.client.ntotal == 0


def test_async_variants(store: FaissStore) -> None:
    async def use() -> list[str]:
        await store.async_add([node("n45", (1, 1), "c")])
        await store.adelete("a")
        await store.adelete_nodes(["n90"])
        result = await store.aquery(VectorStoreQuery(query_embedding=[1, 0], similarity_top_k=9))
        assert [found.node_id for found in await store.aget_nodes()] == ["n60", "n45"]
        await store.aclear()
        return result.ids or []

    assert asyncio.run(use()) == ["n45", "n60"]
    assert len(store) == 0


def test_what_a_caller_does_to_a_node_stays_outside(store: FaissStore) -> None:
    added = node("mine", (1, 0), kind="bullet")
    store.add([added])
    added.metadata["kind"] = "changed"
    for found in store.get_nodes():
        found.metadata["kind"] = "changed"
    assert store.get_nodes(["mine"])[0].metadata == {"kind": "bullet"}


def test_faults_are_refused_with_their_values_and_change_nothing(store: FaissStore) -> None:
    with pytest.raises(ValueError, match=r"bad has an embedding of shape \(3,\).* \(2,\)"):
        store.add([node("good", (1, 0)), node("bad", (1, 0, 0))])
    with pytest.raises(ValueError, match="bad has an embedding of length nan"):
        store.add([node("bad", (math.nan, 0))])
    with pytest.raises(ValueError, match=r"bad has an embedding of length 0\.0"):
        store.add([node("bad", (0, 0))])
    with pytest.raises(ValueError, match="bad has no embedding"):
        store.add([node("bad", None)])
    with pytest.raises(ValueError, match=r"the query has an embedding of shape \(1,\)"):
        ask(store, (1,))
    with pytest.raises(ValueError, match="the query has no embedding"):
        store.query(VectorStoreQuery(query_str="words only"))
    with pytest.raises(ValueError, match="similarity_top_k is 0"):
        ask(store, (1, 0), top_k=0)
    with pytest.raises(ValueError, match="query mode 'mmr' is not supported"):
        ask(store, (1, 0), mode=VectorStoreQueryMode.MMR)
    words = MetadataFilters(
        filters=[MetadataFilter(key="page", value="two", operator=FilterOperator.GT)]
    )
    with pytest.raises(ValueError, match="filter page > 'two' cannot be compared with 1"):
        ask(store, (1, 0), filters=words)
    assert store.add([]) == []
    assert ask(store, (1, 0)) == ["n0", "n30", "n60", "n90"]


def test_equal_scores_come_in_the_order_added() -> None:
    rng = np.random.default_rng(0)
    base, query = rng.normal(size=(2, 384))
    store = FaissStore(384)
    # As when one text is embedded in several batches: equal up to the last digits.
    store.add([node(f"t{n:02}", base + 1e-7 * rng.normal(size=384)) for n in range(50)])
    store.add([node("better", base + 0.1 * query)])
    store.delete_nodes(["t00", "t07"])
    tied = [f"t{n:02}" for n in range(1, 50) if n != 7]
    for top_k in (1, 2, 3, 10, 48):
        assert ask(store, query, top_k=top_k) == ["better", *tied][:top_k]
    assert ask(store, -query, top_k=60) == [*tied, "better"]
    assert ask(store, -query, top_k=1) == tied[:1]
    odd = tied[1::2]
    assert ask(store, query, top_k=5, node_ids=odd) == odd[:5]


small = st.integers(-3, 3).map(float)
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "delete", "delete_nodes"]),
        st.integers(0, 7),
        st.sampled_from("ab"),
        st.tuples(small, small).filter(any),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(
    steps, st.tuples(small, small).filter(any), st.integers(1, 9), st.sampled_from(["a", "b", ""])
)
def test_any_history_ranks_as_plain_arithmetic_does(
    history: list[tuple[str, int, str, tuple[float, float]]],
    query: tuple[float, float],
    top_k: int,
    document: str,
) -> None:
    store = FaissStore(2)
    model: dict[str, tuple[str, tuple[float, float]]] = {}
    for action, number, owner, vector in history:
        name = f"n{number}"
        if action == "add":
            store.add([node(name, vector, owner)])
            model.pop(name, None)
            model[name] = (owner, vector)
        elif action == "delete":
            store.delete(owner)
            model = {key: value for key, value in model.items() if value[0] != owner}
        else:
            store.delete_nodes([name])
            model.pop(name, None)

    def cosine(vector: tuple[float, float]) -> float:
        dot = vector[0] * query[0] + vector[1] * query[1]
        return round(dot / math.hypot(*vector) / math.hypot(*query), 4)

    allowed = [name for name, (owner, _) in model.items() if document in ("", owner)]
    expected = sorted(allowed, key=lambda name: -cosine(model[name][1]))[:top_k]
    doc_ids = [document] if document else None
    assert ask(store, query, top_k=top_k, doc_ids=doc_ids) == expected
    assert [found.node_id for found in store.get_nodes()] == list(model)


def test_files_bring_back_the_same_store(store: FaissStore, tmp_path: Path) -> None:
    store.add([IndexNode(id_="i", text="é \ud800", index_id="other", embedding=[-1, 0])])
    store.delete_nodes(["n30"])
    store.persist(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "nodes.jsonl",
        "vectors.faiss",
    ]
    again = load(tmp_path / "new")
    assert again.get_nodes() == store.get_nodes()
    assert type(again.get_nodes(["i"])[0]) is IndexNode
    assert again.vectors().tolist() == store.vectors().tolist()
    assert ask(again, (1, 0)) == ask(store, (1, 0)) == ["n0", "n60", "n90", "i"]
    again.add([node("later", (1, 0))])
    assert ask(again, (1, 0)) == ["n0", "later", "n60", "n90", "i"]


def load(folder: Path) -> FaissStore:
    return FaissStore.from_bytes(
        (folder / "vectors.faiss").read_bytes(), (folder / "nodes.jsonl").read_bytes()
    )


def test_files_that_do_not_belong_together_are_refused(store: FaissStore, tmp_path: Path) -> None:
    store.persist(tmp_path)
    nodes = (tmp_path / "nodes.jsonl").read_bytes()
    flat = faiss.serialize_index(faiss.IndexFlatIP(2)).tobytes()
    with pytest.raises(LibraryDamagedError, match=r"vectors\.faiss holds .* IndexFlatIP"):
        FaissStore.from_bytes(flat, nodes)
    FaissStore(2).persist(tmp_path)
    empty = (tmp_path / "vectors.faiss").read_bytes()
    with pytest.raises(LibraryDamagedError, match=r"has 0 vectors, but not those of the 4 nodes"):
        FaissStore.from_bytes(empty, nodes)
    with pytest.raises(ValueError, match="local files only"):
        store.persist(tmp_path, fs="s3")


def test_threads_may_search_while_another_adds() -> None:
    store = FaissStore(2)
    store.add([node("fixed", (1, 0))])

    def search(_: int) -> list[str]:
        return ask(store, (1, 0), top_k=1)

    with ThreadPoolExecutor(8) as pool:
        searches = pool.map(search, range(200))
        for number in range(200):
            store.add([node(f"n{number}", (0, 1), "many")])
        store.delete("many")
        assert list(searches) == [["fixed"]] * 200
    assert len(store) == 1


def test_llama_index_uses_it_end_to_end(encoder: Encoder) -> None:
    store = FaissStore(encoder.dimension)
    index = VectorStoreIndex.from_vector_store(store, embed_model=encoder)
    texts = {
        "cat": "The cat sleeps on the sofa.",
        "law": "The court sentenced the burglar to three years.",
        "food": "Boil the pasta for nine minutes.",
    }
    index.insert_nodes(
        [
            TextNode(
                id_=name,
                text=text,
                metadata={"topic": name},
                excluded_embed_metadata_keys=["topic"],
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"doc-{name}")},
            )
            for name, text in texts.items()
        ]
    )
    retriever = index.as_retriever(similarity_top_k=2)
    hits = retriever.retrieve("How long must the thief go to prison?")
    assert hits[0].node.node_id == "law"
    assert hits[0].text == texts["law"]
    assert hits[0].score == pytest.approx(
        float(
            encoder.encode_query("How long must the thief go to prison?")
            @ encoder.encode([texts["law"]])[0]
        ),
        abs=1e-5,
    )
    assert len(asyncio.run(retriever.aretrieve("supper"))) == 2
    topic = MetadataFilters(filters=[MetadataFilter(key="topic", value="cat")])
    only = index.as_retriever(filters=topic).retrieve("How long must the thief go to prison?")
    assert [hit.node.node_id for hit in only] == ["cat"]
    index.delete_ref_doc("doc-law")
    assert {hit.node.node_id for hit in index.as_retriever(similarity_top_k=9).retrieve("law")} == {
        "cat",
        "food",
    }
