"""Token vectors that are kept beside the library: the same as made anew, never stale or damaged."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from llama_index.core.schema import NodeWithScore

from index.chunk import chunk, to_node
from index.config import IndexConfig
from index.embed import Encoder
from index.kept import made_folder
from index.library import Library
from index.parse import parse_text
from index.types import Document
from rag.config import RagConfig
from rag.encoder import ReadingEncoder, max_sims
from rag.interaction import Interaction
from rag.read import EvidenceReader
from rag.tokens import TokenStore, keeping_tokens, packed, reading, unpacked

TEXT = """Fenwick Police

How good are its dogs?

The force has nine dogs and they are well trained. Its kennels are old. The force should:

  • buy two vans; and
  • rest the dogs.
"""


@pytest.fixture(scope="module")
def reader(tiny: Encoder) -> ReadingEncoder:
    """A reader of 32 numbers a token."""
    weights = np.zeros(32, dtype=np.float32)
    return ReadingEncoder(tiny, weights, Interaction(32, heads=2).eval())


@pytest.fixture(scope="module")
def fenwick() -> Document:
    return parse_text(TEXT, document_id="fenwick", source="fenwick.txt")


@pytest.fixture
def store(tmp_path: Path, reader: ReadingEncoder, fenwick: Document) -> TokenStore:
    made = TokenStore(tmp_path, reader.model_hash)
    made.make(fenwick, reader)
    return made


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(0, 5), st.just(6)), elements=st.floats(-1, 1, width=32)
    )
)
def test_eight_bits_are_within_half_a_step(vectors: np.ndarray) -> None:
    again = unpacked(packed(vectors), 6)
    assert again.shape == vectors.shape
    step = np.abs(vectors).max(axis=1, keepdims=True, initial=0) / 127
    assert (np.abs(again - vectors) <= 0.51 * step + 1e-9).all()
    assert packed(again) == packed(unpacked(packed(again), 6))


def test_late_interaction_is_that_of_each_text_alone() -> None:
    question = np.array([[0.5, 0], [0, 0.5]], dtype=np.float32)
    texts = [
        np.array([[1, 0], [0.6, 0.8]], dtype=np.float32),
        np.zeros((0, 2), dtype=np.float32),
        np.array([[0, 1]], dtype=np.float32),
    ]
    assert max_sims(question, texts) == pytest.approx([0.5 + 0.4, 0, 0.5])
    assert max_sims(question, []).shape == (0,)
    assert max_sims(np.zeros((0, 2), dtype=np.float32), texts).tolist() == [0, 0, 0]


def test_what_is_kept_is_what_is_read(
    store: TokenStore, reader: ReadingEncoder, fenwick: Document
) -> None:
    assert store.holds(fenwick)
    made = reader.text_tokens([reading(fenwick, unit) for unit in fenwick.units])
    for found, expected in zip(store.read(fenwick, fenwick.units), made, strict=True):
        assert found is not None
        assert found == pytest.approx(expected, abs=0.005)
    some = fenwick.units[3:1:-1]
    assert [len(found) for found in store.read(fenwick, some) if found is not None] == [
        len(made[3]),
        len(made[2]),
    ]


def test_answers_do_not_hang_on_where_vectors_come_from(
    store: TokenStore, reader: ReadingEncoder, fenwick: Document
) -> None:
    passages = [
        NodeWithScore(node=to_node(passage, fenwick), score=1.0)
        for passage in chunk(fenwick, IndexConfig())
    ]
    documents = {"fenwick": fenwick}
    kept = EvidenceReader(documents, reader, RagConfig(), store)
    made = EvidenceReader(documents, reader, RagConfig())
    for question in ("are there dogs", "what should it do", "old kennels"):
        found, expected = kept.read(question, passages), made.read(question, passages)
        assert [item.unit for item in found] == [item.unit for item in expected]
        late = [item.late for item in expected]
        assert [item.late for item in found] == pytest.approx(late, abs=1e-3)
        assert kept.support(question, found) == pytest.approx(
            made.support(question, expected), abs=0.05
        )


def test_nothing_stale_is_used(
    store: TokenStore, tmp_path: Path, reader: ReadingEncoder, fenwick: Document
) -> None:
    section = replace(fenwick.sections[0], title="Ely", path=("Ely",))
    renamed = replace(fenwick, sections=(section, *fenwick.sections[1:]))
    assert not store.holds(renamed)
    assert not TokenStore(tmp_path, "another reader").holds(fenwick)
    assert store.read(renamed, fenwick.units[:2]) == [None, None]
    assert TokenStore(tmp_path, reader.model_hash).holds(fenwick)


@pytest.mark.parametrize("place", [0, 32, 35, 36, 40, 44, 60, 1000, -1])
@pytest.mark.usefixtures("store")
def test_a_damaged_file_is_not_used_and_made_anew(
    tmp_path: Path,
    reader: ReadingEncoder,
    fenwick: Document,
    place: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()
    damaged = bytearray(before)
    damaged[place] ^= 128
    path.write_bytes(damaged)
    fresh = TokenStore(tmp_path, reader.model_hash)
    with caplog.at_level(logging.WARNING):
        assert fresh.read(fenwick, fenwick.units) == [None] * len(fenwick.units)
    assert "is not used, and deleted" in caplog.text
    assert list(tmp_path.iterdir()) == []
    fresh.make(fenwick, reader)
    assert path.read_bytes() == before


@pytest.mark.parametrize("length", [0, 5, 40, 500])
def test_a_cut_file_is_not_used(
    store: TokenStore, tmp_path: Path, fenwick: Document, length: int
) -> None:
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:length])
    assert None in TokenStore(tmp_path, store._model_hash).read(fenwick, fenwick.units)


def test_a_file_in_the_folders_place_costs_only_the_time(
    tmp_path: Path, reader: ReadingEncoder, fenwick: Document, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    store = TokenStore(tmp_path / "file", reader.model_hash)
    with caplog.at_level(logging.WARNING):
        store.make(fenwick, reader)
    assert "is not kept for later questions" in caplog.text
    assert not store.holds(fenwick)


def test_they_come_and_go_with_the_report(
    tmp_path: Path, tiny: Encoder, reader: ReadingEncoder
) -> None:
    config = IndexConfig(model=tiny.model_name)
    library = Library.create(tmp_path / "library", config, tiny)
    folder = made_folder(library.path)
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text(TEXT, encoding="utf-8")
    second.write_text(TEXT.replace("nine", "ten"), encoding="utf-8")
    prepare = keeping_tokens(library.path, reader)
    library.add([first, second], prepare=prepare)
    store = TokenStore(folder, reader.model_hash)
    assert all(store.holds(document) for document in library.documents.values())
    assert len(list(folder.iterdir())) == 2

    lost = next(path for path in folder.iterdir() if library.documents["first"].sha256 in path.name)
    lost.unlink()
    assert library.add([first], prepare=prepare).unchanged == ("first",)
    assert lost.is_file()

    lost.write_bytes(b"?")
    assert library.verify() == (f"{lost} was changed since it was written; mend: delete it",)
    library.remove("first")
    assert library.verify() == ()
    (left,) = folder.iterdir()
    assert library.documents["second"].sha256 in left.name
