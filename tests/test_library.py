"""The library: adding and removing reports, and every fault that it promises to survive."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import faiss
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core import VectorStoreIndex

from index.config import IndexConfig
from index.embed import Encoder
from index.enrich import Enrichment
from index.errors import (
    LibraryBusyError,
    LibraryDamagedError,
    LibraryError,
    LibraryMismatchError,
    ModelError,
    ReportError,
)
from index.library import Library, Progress, default_library_path
from index.manifest import MANIFEST_FILE
from index.publish import Live, live_version, publish, read_live, writing
from index.sources import new_id
from index.types import Answered, Document, Span

FIRST = "Custody\n\nThe force should improve custody records. It has forty cells.\n"
SECOND = "Leadership\n\nThe chief officers lead well. Staff said that they feel supported.\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def reports(tmp_path: Path) -> tuple[Path, Path]:
    """Two small report files."""
    return write(tmp_path / "first.txt", FIRST), write(tmp_path / "second.txt", SECOND)


@pytest.fixture(scope="module")
def config(tiny: Encoder) -> IndexConfig:
    return IndexConfig(model=tiny.model_name)


@pytest.fixture
def pair(tmp_path: Path, config: IndexConfig, tiny: Encoder, reports: tuple[Path, Path]) -> Library:
    """A library of the two small reports, to be changed or damaged."""
    return Library.create(tmp_path / "library", config, tiny, reports)


def reopened(library: Library) -> Library:
    return Library.open(library.path, library.config, library._encoder)


def contents(library: Library) -> dict[str, str]:
    """The texts of the live library as it is on the disk, which is verified on the way."""
    live = reopened(library)
    assert live.verify() == ()
    return {name: document.text for name, document in live.documents.items()}


def live_folder(library: Library) -> Path:
    live = live_version(library.path)
    assert live is not None
    return live.folder


def run(code: str, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# What it holds


def test_every_passage_is_the_text_at_its_offsets(library: Library) -> None:
    for state in (library, reopened(library)):
        assert len(state.passages()) > 20
        for passage in state.passages():
            document = state.documents[passage.document_id]
            assert document.text[passage.start : passage.end] == passage.text
            assert document.sections[passage.section].path == passage.heading_path
        assert {node.node_id: node.get_content() for node in state.store.get_nodes()} == {
            passage.passage_id: passage.text for passage in state.passages()
        }


def test_the_bundled_report_comes_back_as_it_was_read(library: Library, report_path: Path) -> None:
    again = reopened(library)
    assert list(again.documents) == ["city-of-london-peel-2017"]
    document = again.documents["city-of-london-peel-2017"]
    assert document == library.documents["city-of-london-peel-2017"]
    assert document.text.encode() == report_path.read_bytes()
    assert document.metadata["publisher"] == "HMICFRS"
    assert again.passages() == library.passages() == library.passages(document.document_id)
    assert again.fingerprint == library.fingerprint
    assert library.verify() == ()


def test_llama_index_searches_it(library: Library, encoder: Encoder) -> None:
    index = VectorStoreIndex.from_vector_store(library.store, embed_model=encoder)
    hit = index.as_retriever(similarity_top_k=1).retrieve("How does the force treat its staff?")[0]
    document = library.documents[hit.metadata["document_id"]]
    assert document.text[hit.metadata["start"] : hit.metadata["end"]] == hit.text


def test_the_manifest_names_all_that_decides_the_content(
    pair: Library, config: IndexConfig, tiny: Encoder
) -> None:
    folder = live_folder(pair)
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    assert manifest["config"] == {
        "model": config.model,
        "metric": "cosine",
        "passage_words": 110,
        "reader_version": 2,
    }
    assert manifest["config_fingerprint"] == config.fingerprint()
    assert (manifest["model_hash"], manifest["dimension"]) == (tiny.model_hash, 32)
    files = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST_FILE
    }
    assert {name: record["size"] for name, record in manifest["files"].items()} == files
    assert sorted(files) == [
        "documents/first.json",
        "documents/second.json",
        "nodes.jsonl",
        "sources/first.txt",
        "sources/second.txt",
        "vectors.faiss",
    ]
    assert (folder / "sources/first.txt").read_text() == FIRST


def test_opening_loads_no_torch_and_is_quiet(pair: Library) -> None:
    done = run(
        "import sys; from pathlib import Path; from index.library import Library\n"
        "library = Library.open(Path(sys.argv[1]))\n"
        "assert list(library.documents) == ['first', 'second']\n"
        "library.remove('first')\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n",
        pair.path,
        PEEL_MODEL=pair.config.model,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_encoder_is_loaded_when_it_is_first_used(pair: Library, tiny: Encoder) -> None:
    lazy = Library.open(pair.path, pair.config)
    vector = lazy.encoder.encode_query("custody")
    assert vector == pytest.approx(tiny.encode_query("custody"), abs=1e-6)
    assert lazy.encoder is lazy.encoder


def test_where_a_library_is_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PEEL_LIBRARY", str(tmp_path / "mine"))
    assert default_library_path() == tmp_path / "mine"
    monkeypatch.delenv("PEEL_LIBRARY")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_library_path() == tmp_path / "peel-qa" / "library"


# Adding and removing


def test_a_new_library_is_built_with_the_bundled_report(tmp_path: Path, encoder: Encoder) -> None:
    told: list[Progress] = []
    built = Library.open_or_build(tmp_path / "new", IndexConfig(), encoder, told.append)
    passages = len(built.passages())
    assert list(built.documents) == ["city-of-london-peel-2017"]
    assert [step for step in told if step.done == step.total] == [
        Progress("embedding", passages, passages),
        Progress("reading", 1, 1),
        Progress("saving", 1, 1),
    ]
    again = Library.open_or_build(tmp_path / "new", IndexConfig(), encoder)
    assert again.fingerprint == built.fingerprint
    with pytest.raises(LibraryError, match=r"there is a library in .*new already"):
        Library.create(tmp_path / "new", IndexConfig(), encoder)


def test_added_replaced_unchanged_and_failed(pair: Library, tmp_path: Path) -> None:
    before, second = pair.version, tmp_path / "second.txt"
    write(second, SECOND + "A new sentence stands here.\n")
    third = write(tmp_path / "Third Report.md", FIRST)
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\0\1\2")
    result = pair.add(
        [tmp_path / "first.txt", second, third, broken, tmp_path / "none.txt", third, tmp_path]
    )
    assert (result.added, result.replaced, result.unchanged) == (
        ("third-report",),
        ("second",),
        ("first",),
    )
    assert [(failure.path.name, failure.reason.split(":")[0]) for failure in result.failed] == [
        (
            "none.txt",
            "'none.txt' is neither a file nor a folder with report files (.txt, .text, .md, "
            ".pdf, .html, .htm, .xhtml, .mhtml, .mht, .docx)",
        ),
        ("broken.txt", "broken.txt"),
    ]
    assert contents(pair) == {
        "first": FIRST,
        "second": SECOND + "A new sentence stands here.\n",
        "third-report": FIRST,
    }
    assert {name: document.text for name, document in pair.documents.items()} == contents(pair)
    assert list(before.reports) == ["first", "second"]
    assert len(before.store) == 2
    published = pair.fingerprint
    assert sorted(pair.add([tmp_path]).unchanged) == ["first", "second", "third-report"]
    assert pair.fingerprint == published


def test_files_about_a_folder_are_added_where_they_are_named(pair: Library, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name in (
        "README.md",
        "readme-first.txt",
        "LICENSE.txt",
        "Licence review.html",
        "deep/Readme.txt",
    ):
        write(folder / name, FIRST)
    write(folder / "Licensing visit.txt", FIRST)
    assert pair.add([folder]).added == ("licensing-visit",)
    result = pair.add([folder, folder / "README.md"])
    assert (result.added, result.unchanged) == (("readme",), ("licensing-visit",))


def test_a_stopped_add_goes_on_where_it_was_saved(pair: Library, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    files = [
        write(folder / f"{number:02}.txt", f"{FIRST}Number {number}.\n") for number in range(20)
    ]
    prepared: list[str] = []

    def stop_at_the_18th(document: Document) -> None:
        if len(prepared) == 17:
            raise KeyboardInterrupt
        prepared.append(document.document_id)

    with pytest.raises(KeyboardInterrupt):
        pair.add([folder], prepare=stop_at_the_18th)
    names = [file.stem for file in files]
    assert list(contents(pair)) == list(pair.documents) == ["first", "second", *names[:16]]
    told: list[Progress] = []
    result = reopened(pair).add([folder], told.append)
    assert (result.unchanged, result.added) == (tuple(names[:16]), tuple(names[16:]))
    read = [step.done for step in told if step.stage == "reading"]
    assert read == sorted(read)
    assert (read[0], read[-1], told[-1]) == (16, 20, Progress("reading", 20, 20))
    assert list(contents(pair)) == ["first", "second", *names]


def test_a_report_is_handed_out_as_it_was_added(pair: Library, tmp_path: Path) -> None:
    served = reopened(pair)
    assert served.original("first") == ("first.txt", FIRST.encode())
    for number in range(3):  # after two more versions the one that is served is gone
        pair.add([write(tmp_path / f"more-{number}.txt", FIRST)])
    assert served.original("first") == ("first.txt", FIRST.encode())
    with pytest.raises(LibraryError, match="there is no report 'none'"):
        served.original("none")
    flip(live_folder(pair) / "sources/first.txt")
    with pytest.raises(LibraryDamagedError, match=r"'first' is lost; mend: peel index rebuild"):
        served.original("first")


def test_what_is_served_after_a_change_is_what_is_on_the_disk(
    pair: Library, tmp_path: Path
) -> None:
    write(tmp_path / "second.txt", SECOND + "A new sentence stands here.\n")
    pair.add([write(tmp_path / "third.txt", FIRST), tmp_path / "second.txt"])
    pair.correct("third", {"organisation": "Fenwick"})
    pair.remove("first")
    live = reopened(pair)
    assert pair.version.manifest == live.version.manifest
    assert (pair.version.folder, pair.version.fingerprint) == (
        live.version.folder,
        live.version.fingerprint,
    )
    assert pair.version.reports == live.version.reports
    assert pair.store.get_nodes() == live.store.get_nodes()
    assert (pair.store.vectors() == live.store.vectors()).all()


def test_the_same_text_in_two_files_is_found_twice(
    tmp_path: Path, encoder: Encoder, reports: tuple[Path, Path]
) -> None:
    pair = Library.create(tmp_path / "library", IndexConfig(), encoder, reports)
    pair.add([write(tmp_path / "copy" / "first.txt", FIRST)])
    assert list(pair.documents) == ["first", "second", "first-2"]
    index = VectorStoreIndex.from_vector_store(pair.store, embed_model=encoder)
    hits = index.as_retriever(similarity_top_k=2).retrieve("custody records")
    assert [hit.metadata["document_id"] for hit in hits] == ["first", "first-2"]
    assert hits[0].text == hits[1].text


def test_a_description_beside_a_report_is_part_of_it(
    pair: Library, tmp_path: Path, tiny: Encoder
) -> None:
    sidecar = write(tmp_path / "first.json", '{"title": "Custody inspection"}')
    assert pair.add([tmp_path / "first.txt"]).replaced == ("first",)
    assert pair.documents["first"].title == "Custody inspection"
    rebuilt = Library.rebuild(pair.path, pair.config, tiny)
    assert rebuilt.documents == pair.documents
    sidecar.unlink()
    assert pair.add([tmp_path / "first.txt"]).replaced == ("first",)
    assert pair.documents["first"].title == "Custody"


def first_words(document: Document) -> Enrichment:
    """Asks for the first five characters of a report."""
    return Enrichment((Answered((Span(0, 5),), (f"How does {document.title} begin?",)),))


def asked(library: Library, name: str = "first") -> list[str]:
    return [question for group in library.documents[name].answered for question in group.questions]


def test_written_questions_stay_with_the_report_until_its_file_changes(
    pair: Library, tmp_path: Path, tiny: Encoder
) -> None:
    first = tmp_path / "first.txt"
    assert pair.add([first], enrich=first_words).replaced == ("first",)
    assert asked(pair) == ["How does Custody begin?"]
    assert asked(pair, "second") == []
    assert pair.add([first], enrich=first_words).unchanged == ("first",)
    assert pair.add([tmp_path]).unchanged == ("first", "second")
    write(tmp_path / "first.questions.jsonl", '{"spans": [[0, 7]], "questions": ["What of?"]}')
    assert pair.add([first]).replaced == ("first",)
    assert asked(pair) == ["What of?", "How does Custody begin?"]
    assert asked(Library.rebuild(pair.path, pair.config, tiny)) == asked(pair)
    assert contents(pair)["first"] == FIRST
    write(first, FIRST + "A new sentence stands here.\n")
    assert pair.add([first]).replaced == ("first",)
    assert asked(pair) == ["What of?"]
    assert sorted(path.name for path in (live_folder(pair) / "sources").iterdir()) == [
        "first.questions.jsonl",
        "first.txt",
        "second.txt",
    ]


def test_questions_are_written_before_the_library_is_locked(pair: Library, tmp_path: Path) -> None:
    other = reopened(pair)

    def while_another_writes(document: Document) -> Enrichment:
        if "second" in other.documents:
            other.remove("second")
        return first_words(document)

    assert pair.add([tmp_path / "first.txt"], enrich=while_another_writes).replaced == ("first",)
    assert list(pair.documents) == ["first"]


def test_wrong_questions_or_none_cost_one_report_at_most(pair: Library, tmp_path: Path) -> None:
    third = write(tmp_path / "third.txt", FIRST)

    def write_for(document: Document) -> Enrichment:
        if document.document_id == "third":
            return Enrichment((Answered((Span(0, 999),), ("How does it end?",)),))
        return Enrichment()

    paths = [tmp_path / "first.txt", third, tmp_path / "none.txt"]
    result = pair.add(paths, enrich=write_for)
    assert result.unchanged == ("first",)
    assert [failure.path.name for failure in result.failed] == ["none.txt", "third.txt"]
    assert "third.enriched.jsonl, line 2: " in result.failed[1].reason
    assert list(contents(pair)) == ["first", "second"]


def test_what_stops_the_writing_of_questions_leaves_the_library(
    pair: Library, tmp_path: Path
) -> None:
    published = pair.fingerprint

    def stopped(_: Document) -> Enrichment:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pair.add([write(tmp_path / "third.txt", FIRST)], enrich=stopped)
    assert reopened(pair).fingerprint == published


def test_removing(pair: Library) -> None:
    pair.remove("first")
    assert contents(pair) == {"second": SECOND}
    assert {node.ref_doc_id for node in pair.store.get_nodes()} == {"second"}
    message = "there is no report 'first'; the reports are: second"
    with pytest.raises(LibraryError, match=message):
        pair.remove("first")
    with pytest.raises(LibraryError, match=message):
        pair.passages("first")
    pair.remove("second")
    assert contents(pair) == {}
    with pytest.raises(LibraryError, match=r"the reports are: \(none\)"):
        pair.remove("second")


def test_a_writer_builds_on_the_live_version_not_on_its_own(pair: Library, tmp_path: Path) -> None:
    stale = reopened(pair)
    pair.remove("first")
    stale.add([write(tmp_path / "third.txt", FIRST)])
    assert list(stale.documents) == ["second", "third"]


def test_unchanged_files_are_shared_and_only_two_versions_are_kept(pair: Library) -> None:
    inode = (live_folder(pair) / "sources/second.txt").stat().st_ino
    pair.remove("first")
    assert (live_folder(pair) / "sources/second.txt").stat().st_ino == inode
    pair.remove("second")
    names = sorted(path.name for path in (pair.path / "versions").iterdir())
    assert names == ["000002", "000003"]


def test_a_report_that_cannot_be_read_makes_no_library(
    tmp_path: Path, config: IndexConfig, tiny: Encoder
) -> None:
    with pytest.raises(ReportError, match=r"'none.txt' is neither a file nor a folder"):
        Library.create(tmp_path / "new", config, tiny, [tmp_path / "none.txt"])
    assert live_version(tmp_path / "new") is None


# Names


@given(st.text(max_size=300), st.sets(st.from_regex(r"report|a(-2)?", fullmatch=True)))
def test_ids_are_safe_and_new_whatever_the_file_is_called(name: str, taken: set[str]) -> None:
    found = new_id(Path(name), taken)
    assert found not in taken
    assert 0 < len(found) <= 64
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<script>alert(1)<", "script-alert-1"),
        ("..\\..\\etc", "etc"),
        ("\u202eRTL \U0001f600 Été 2017", "rtl-ete-2017"),
        ("报告", "report"),
        ("x" * 200, "x" * 60),
        ("first", "first-2"),
        ("line\nbreak \udc80", "line-break"),
    ],
)
def test_hostile_file_names(pair: Library, tmp_path: Path, name: str, expected: str) -> None:
    file = write(tmp_path / "odd" / f"{name}.txt", FIRST)
    assert pair.add([file]).added == (expected,)
    assert contents(pair)[expected] == FIRST
    assert pair.add([file]).unchanged == (expected,)


def test_a_long_name_leaves_room_for_those_of_what_belongs_to_it(
    pair: Library, tmp_path: Path, tiny: Encoder
) -> None:
    file = write(tmp_path / f"{'é' * 122}.txt", FIRST)
    (name,) = pair.add([file]).added
    pair.correct(name, {"lead_inspector": "Jo Ward"})
    rebuilt = Library.rebuild(pair.path, pair.config, tiny).documents[name]
    assert rebuilt.source == file.name
    assert [fact.value for fact in rebuilt.facts if fact.origin == "user"] == ["Jo Ward"]


def test_reports_in_a_folder_that_cannot_be_read_are_named(pair: Library, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    for name in ("old.doc", "open.odt", "rich.RTF", "table.xlsx", "good.txt"):
        write(folder / name, FIRST)
    result = pair.add([folder])
    assert result.added == ("good",)
    assert [failure.reason for failure in result.failed] == [
        f"{name} cannot be read; open it in a word processor and save it as .docx"
        for name in (
            "old.doc: an old Word file (.doc)",
            "open.odt: an OpenDocument text (.odt)",
            "rich.RTF: a rich text file (.rtf)",
        )
    ]


def test_paths_that_no_file_can_have_fail_alone(pair: Library, tmp_path: Path) -> None:
    bad = [tmp_path / "nul\0.txt", tmp_path / ("x" * 300), tmp_path / "loop", Path("/dev/null")]
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    result = pair.add([*bad, write(tmp_path / "good.txt", FIRST)])
    assert [failure.path for failure in result.failed] == bad
    assert result.added == ("good",)


# Faults


def test_no_library_and_no_folder(tmp_path: Path, config: IndexConfig, tiny: Encoder) -> None:
    message = r"there is no library in .*; mend: peel index add REPORT"
    with pytest.raises(LibraryError, match=message):
        Library.open(tmp_path / "none", config, tiny)
    with pytest.raises(LibraryError, match=message):
        Library.rebuild(tmp_path / "none", config, tiny)
    for impossible in (write(tmp_path / "file", ""), tmp_path / "nul\0"):
        with pytest.raises(LibraryError, match=r"cannot be read"):
            Library.open(impossible, config, tiny)
        with pytest.raises(LibraryError, match=r"cannot be (written|a folder's name|read)"):
            Library.open_or_build(impossible, config, tiny)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.write_bytes(faiss.serialize_index(faiss.IndexFlatL2(384)).tobytes())


def edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"first", b"f1rst"))


FILES = ("vectors.faiss", "nodes.jsonl", "manifest.json", "documents/first.json")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, how) for name in FILES for how in (flip, cut, empty, foreign, Path.unlink)),
        *((name, edit) for name in FILES if name != "vectors.faiss"),
        ("sources/first.txt", flip),
        ("sources/first.txt", Path.unlink),
    ],
)
def test_a_damaged_file_is_refused_and_named(
    pair: Library, name: str, damage: Callable[[Path], None]
) -> None:
    path = live_folder(pair) / name
    damage(path)
    with pytest.raises(
        LibraryDamagedError, match=rf"{name}.*; mend: peel index rebuild$"
    ) as raised:
        reopened(pair)
    assert pair.verify() == (str(raised.value),)
    with pytest.raises(LibraryDamagedError):
        pair.remove("second")
    assert list(pair.documents) == ["first", "second"]


@pytest.mark.parametrize(
    "name", ["vectors.faiss", "nodes.jsonl", "documents/first.json", "CURRENT"]
)
@pytest.mark.parametrize("damage", [flip, Path.unlink])
def test_rebuild_mends_damage(
    pair: Library, tiny: Encoder, name: str, damage: Callable[[Path], None]
) -> None:
    before = contents(pair)
    passages = pair.passages()
    damage(pair.path / name if name == "CURRENT" else live_folder(pair) / name)
    rebuilt = Library.rebuild(pair.path, pair.config, tiny)
    assert contents(rebuilt) == before
    assert rebuilt.passages() == passages
    assert rebuilt.fingerprint == pair.fingerprint


def test_a_damaged_pointer_is_refused(pair: Library) -> None:
    for pointer in (b"", b"../../etc 0\n", b"\xff", (pair.path / "CURRENT").read_bytes()[:-2]):
        (pair.path / "CURRENT").write_bytes(pointer)
        with pytest.raises(LibraryDamagedError, match=r"CURRENT is damaged; mend: peel index reb"):
            reopened(pair)


def test_names_in_an_edited_manifest_lead_nowhere(pair: Library) -> None:
    folder = live_folder(pair)
    (pair.path / "CURRENT").unlink()  # the manifest's own hash is then not known
    data = json.loads((folder / MANIFEST_FILE).read_text())
    for name in ("../../../../secret.txt", "/etc/passwd", "sources/../manifest.json"):
        files = {**data["files"], name: {"sha256": "0" * 64, "size": 1}}
        (folder / MANIFEST_FILE).write_text(json.dumps({**data, "files": files}))
        with pytest.raises(LibraryDamagedError, match="unexpected file names"):
            reopened(pair)
    (folder / MANIFEST_FILE).write_text(json.dumps({**data, "schema": 99}))
    with pytest.raises(LibraryMismatchError, match=r"library format 99, .* reads 1; mend: update"):
        reopened(pair)


def test_a_lost_source_is_taken_from_the_original_file(
    pair: Library, tmp_path: Path, tiny: Encoder
) -> None:
    before = contents(pair)
    flip(live_folder(pair) / "sources/first.txt")
    rebuilt = Library.rebuild(pair.path, pair.config, tiny)
    assert contents(rebuilt) == before
    flip(live_folder(rebuilt) / "sources/first.txt")
    write(tmp_path / "first.txt", "Another text stands here now.")
    current = (pair.path / "CURRENT").read_bytes()
    with pytest.raises(LibraryDamagedError, match=r"report 'first' is damaged .* put that file b"):
        Library.rebuild(pair.path, pair.config, tiny)
    assert (pair.path / "CURRENT").read_bytes() == current
    (live_folder(rebuilt) / MANIFEST_FILE).write_text("{}")
    with pytest.raises(LibraryDamagedError, match=r"are not known any more; mend: delete"):
        Library.rebuild(pair.path, pair.config, tiny)


def test_a_lost_copy_of_the_bundled_report_is_taken_from_the_bundle(
    tmp_path: Path, config: IndexConfig, tiny: Encoder, report_path: Path
) -> None:
    for path in report_path.parent.glob(f"{report_path.stem}.*"):
        shutil.copy(path, tmp_path)
    copy = tmp_path / report_path.name
    built = Library.create(tmp_path / "library", config, tiny, [copy])
    copy.unlink()
    flip(live_folder(built) / "sources/city-of-london-peel-2017.txt")
    rebuilt = Library.rebuild(built.path, config, tiny)
    assert rebuilt.documents == built.documents
    assert rebuilt.records[0].path == str(copy)
    assert rebuilt.verify() == ()


def test_verify_finds_what_hashes_do_not_show(pair: Library) -> None:
    (live_folder(pair) / "stray.txt").write_text("")
    assert pair.verify() == (f"{live_folder(pair) / 'stray.txt'} does not belong there",)


# Another model, another configuration


def test_another_configuration_is_refused_with_both_values(pair: Library, tiny: Encoder) -> None:
    other = replace(pair.config, passage_words=50, reader_version=7)
    with pytest.raises(LibraryMismatchError) as raised:
        Library.open(pair.path, other, tiny)
    assert str(raised.value) == (
        "the library was built with passage_words 110, not 50, reader_version 2, not 7; "
        "mend: peel index rebuild"
    )
    Library.rebuild(pair.path, other, tiny)
    assert Library.open(pair.path, other, tiny).verify() == ()


def test_another_model_is_refused_with_both_values(
    tmp_path: Path, config: IndexConfig, tiny: Encoder, encoder: Encoder, reports: tuple[Path, Path]
) -> None:
    path = tmp_path / "library"
    Library.create(path, IndexConfig(), encoder, reports)
    with pytest.raises(
        LibraryMismatchError, match=f"model 'all-MiniLM-L6-v2', not '{config.model}'"
    ):
        Library.open(path, config)
    with pytest.raises(
        LibraryMismatchError,
        match=f"SHA-256 '{encoder.model_hash}', not '{tiny.model_hash}', dimension 384, not 32;",
    ):
        Library.open(path, IndexConfig(), tiny)
    rebuilt = Library.rebuild(path, config)
    assert rebuilt.store.dimension == rebuilt.encoder.dimension == 32
    assert contents(rebuilt) == {"first": FIRST, "second": SECOND}


def test_another_metric_is_not_pretended(tmp_path: Path, tiny: Encoder) -> None:
    with pytest.raises(LibraryError, match="metric 'l2' is not supported; use 'cosine'"):
        Library.create(tmp_path / "new", IndexConfig(metric="l2"), tiny)


def test_changed_model_files_are_refused(config: IndexConfig, tmp_path: Path) -> None:
    model = shutil.copytree(config.model, tmp_path / "model")
    config = IndexConfig(model=str(model))
    built = Library.create(tmp_path / "library", config)
    lazy = Library.open(built.path, config)
    (model / "README.md").write_text("does not matter")
    assert Library.open(built.path, config).verify() == ()
    flip(model / "model.safetensors")
    with pytest.raises(
        LibraryMismatchError, match=r"built with model files of SHA-256 '.*', not '"
    ):
        Library.open(built.path, config)
    with pytest.raises((LibraryMismatchError, ModelError)):
        _ = lazy.encoder


# Killed, full, locked, raced

KILL_AT_EVERY_STEP = """
import os, shutil, signal, sys
import torch
from pathlib import Path
from index.config import IndexConfig
from index import kept
from index.embed import load_encoder
from index.kept import made_folder
from index.library import Library
from index.publish import publish

pristine, work, config = Path(sys.argv[1]), Path(sys.argv[2]), IndexConfig(model=sys.argv[3])
new, replaced = Path(sys.argv[4]), Path(sys.argv[5])
torch.set_num_threads(1)
encoder = load_encoder(config)
encoder.encode(["its threads must be there before the process is forked"])
STEPS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "open"}


def kill_at(number, root):
    count = 0

    def hook(event, args):
        nonlocal count
        if event in STEPS:
            path = os.fsdecode(args[0]) if isinstance(args[0], (str, bytes, os.PathLike)) else ""
            inside = path.startswith(str(root)) or not path.startswith("/")
            reads = event == "open" and args[1] in ("r", "rb")
            if inside and not reads:
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def first_publication(root):
    publish(root, lambda folder: (folder / "manifest.json").write_text("whole") and None)


def removal(root):
    Library.open(root, config).remove("first")


def addition(root):
    def keep_something(document):
        kept.keep(made_folder(root), document.sha256, b"made of it", ".made")

    Library.open(root, config, encoder).add([new, replaced], prepare=keep_something)


number = 0
for name, action in (("publish", first_publication), ("remove", removal), ("add", addition)):
    for number in range(1, 200):
        root = work / f"{name}-{number}"
        if name == "publish":
            root.mkdir()
        else:
            shutil.copytree(pristine, root)
        child = os.fork()
        if not child:
            kill_at(number, root)
            action(root)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
    print(name, number)
"""


def test_a_kill_at_any_step_leaves_the_old_or_the_new_version(
    tmp_path: Path, config: IndexConfig, tiny: Encoder, reports: tuple[Path, Path]
) -> None:
    pristine = Library.create(tmp_path / "pristine", config, tiny, reports)
    pristine.add([write(tmp_path / "third.txt", FIRST)])
    before = contents(pristine)
    work = tmp_path / "work"
    work.mkdir()
    added = [write(tmp_path / "new.txt", SECOND), write(tmp_path / "third.txt", SECOND)]
    done = run(KILL_AT_EVERY_STEP, pristine.path, work, config.model, *added)
    assert done.returncode == 0, done.stderr
    last = dict(line.split() for line in done.stdout.splitlines())
    assert int(last["remove"]) > 25
    assert int(last["publish"]) > 10

    old, new = ["first", "second", "third"], ["second", "third"]
    seen = []
    for number in range(1, int(last["remove"]) + 1):
        survivor = Library.open(work / f"remove-{number}", config, tiny)
        seen.append(list(survivor.documents))
        assert survivor.verify() == ()
        survivor.remove("second")
        assert contents(survivor) == {name: FIRST for name in seen[-1] if name != "second"}
        left = sorted(path.name for path in (survivor.path / "versions").iterdir())
        assert len(left) == 2
        assert sorted(path.name for path in survivor.path.iterdir()) == [
            "CURRENT",
            "lock",
            "past",
            "versions",
        ]
    assert seen.count(old) + seen.count(new) == len(seen)
    assert seen == sorted(seen)  # the switch comes once: old before it, new after it
    assert seen[0] == old
    assert seen[-1] == new

    assert int(last["add"]) > 40
    states = []
    for number in range(1, int(last["add"]) + 1):
        survivor = Library.open(work / f"add-{number}", config, tiny)
        states.append(contents(survivor))
        survivor.add(added)
        assert contents(survivor) == {**before, "third": SECOND, "new": SECOND}
        left = [path.name for path in survivor.path.rglob(".tmp-*")]
        assert left == []
    assert states[0] == before
    assert states[-1] == {**before, "third": SECOND, "new": SECOND}
    switches = sum(one != two for one, two in pairwise(states))
    assert switches == 1

    for number in range(1, int(last["publish"]) + 1):
        live = live_version(work / f"publish-{number}")
        assert live is None or (live.folder / MANIFEST_FILE).read_text() == "whole"


def test_all_is_on_the_disk_before_the_switch(
    pair: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync, rename = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    def noted_replace(source: Path, target: Path) -> None:
        synced.append(f"switch {target}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    pair.remove("first")
    switch = synced.index(f"switch {pair.path / 'CURRENT'}")
    temporary = str(pair.path / "versions/.tmp-000002")
    folder = live_folder(pair)
    written = {temporary + str(path)[len(str(folder)) :] for path in folder.rglob("*")}
    assert written | {temporary, str(pair.path / ".tmp-CURRENT")} <= set(synced[:switch])
    assert synced[switch - 1] == str(pair.path / "versions")
    assert synced[switch + 1] == str(pair.path)


def test_a_second_writer_is_told_at_once(pair: Library, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.publish import writing\n"
        "with writing(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(pair.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        started = time.monotonic()
        for action in (
            lambda: pair.remove("first"),
            lambda: pair.add([tmp_path / "first.txt"]),
            lambda: Library.rebuild(pair.path, pair.config, pair.encoder),
        ):
            with pytest.raises(LibraryBusyError, match=r"another process is writing .* try again"):
                action()
        assert time.monotonic() - started < 5
        assert list(reopened(pair).documents) == ["first", "second"]
        holder.send_signal(signal.SIGKILL)
    pair.remove("first")
    assert contents(pair) == {"second": SECOND}


def test_a_full_disk_leaves_the_old_library(pair: Library) -> None:
    done = run(
        "import resource, sys; from pathlib import Path\n"
        "from index.errors import LibraryError; from index.library import Library\n"
        "library = Library.open(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: library.remove('first')\n"
        "except LibraryError as error: print(error)\n",
        pair.path,
        PEEL_MODEL=pair.config.model,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"the library {pair.path} cannot be written: [Errno 27] File too")
    assert "it is as it was last saved" in done.stdout
    assert contents(pair) == {"first": FIRST, "second": SECOND}
    assert [path.name for path in (pair.path / "versions").iterdir()] == ["000001"]


def test_a_full_disk_takes_nothing_half_added(pair: Library, tmp_path: Path) -> None:
    done = run(
        "import resource, sys; from pathlib import Path\n"
        "from index import kept; from index.errors import LibraryError\n"
        "from index.kept import made_folder; from index.library import Library\n"
        "library = Library.open(Path(sys.argv[1]))\n"
        "library.encoder.encode(['loaded'])\n"
        "def keep(document):\n"
        "    kept.keep(made_folder(library.path), document.sha256, bytes(size), '.made')\n"
        "for size in (5000, 500):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "    try: library.add([Path(sys.argv[2])], prepare=keep)\n"
        "    except LibraryError as error: print(error)\n"
        "    print(list(library.documents))\n",
        pair.path,
        write(tmp_path / "third.txt", FIRST),
        PEEL_MODEL=pair.config.model,
    )
    first, same, second, again = done.stdout.splitlines()
    for line in (first, second):
        assert line.startswith(f"the library {pair.path} cannot be written: [Errno 27] File too")
    assert same == again == "['first', 'second']"
    assert contents(pair) == {"first": FIRST, "second": SECOND}
    assert [path.name for path in (pair.path / "versions").iterdir()] == ["000001"]
    assert list(pair.path.rglob(".tmp-*")) == []
    assert pair.add([tmp_path / "third.txt"]).added == ("third",)
    assert list(contents(pair)) == ["first", "second", "third"]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_read_only_library_can_be_read_and_says_that_it_cannot_be_written(
    public_folder: Path, config: IndexConfig, tiny: Encoder, reports: tuple[Path, Path]
) -> None:
    library = Library.create(public_folder / "library", config, tiny, reports)
    for folder in (library.path, *(path for path in library.path.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:  # for whom nothing is read-only
            os.seteuid(65534)
        assert list(reopened(library).documents) == ["first", "second"]
        with pytest.raises(LibraryError, match=r"cannot be written: .*Permission denied.*PEEL_LIB"):
            library.remove("first")
        with pytest.raises(LibraryError, match=r"cannot be written: .*Permission denied.*PEEL_LIB"):
            Library.open_or_build(library.path / "new", config, tiny)
    finally:
        os.seteuid(user)
        for folder in (library.path, *(path for path in library.path.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
    assert contents(library) == {"first": FIRST, "second": SECOND}


def test_a_reader_whose_version_was_removed_begins_anew(tmp_path: Path) -> None:
    def publish_text(text: str) -> None:
        with writing(tmp_path):
            publish(tmp_path, lambda folder: (folder / MANIFEST_FILE).write_text(text) and None)

    publish_text("one")
    begun = []

    def read(live: Live) -> str:
        begun.append(live.folder.name)
        if len(begun) == 1:
            publish_text("two")
            publish_text("three")
        return (live.folder / MANIFEST_FILE).read_text()

    assert read_live(tmp_path, read) == "three"
    assert begun == ["000001", "000003"]


def test_no_read_fails_while_others_write(pair: Library, tmp_path: Path, tiny: Encoder) -> None:
    stop = threading.Event()
    seen: list[tuple[str, ...]] = []
    failures: list[BaseException] = []

    def read() -> None:
        while not stop.is_set():
            try:
                state = reopened(pair)
                nodes = {node.node_id for node in state.store.get_nodes()}
                assert nodes == {passage.passage_id for passage in state.passages()}
                seen.append(tuple(state.documents))
            except BaseException as error:
                failures.append(error)
                return
            time.sleep(0.05)  # the readers share one processor with the writer

    def wait_until_read(ids: tuple[str, ...]) -> None:
        deadline = time.monotonic() + 30
        already = seen.count(ids)
        while seen.count(ids) == already and not failures and time.monotonic() < deadline:
            time.sleep(0.001)

    readers = [threading.Thread(target=read) for _ in range(20)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(8):
            pair.remove("second")
            wait_until_read(("first",))
            pair.add([tmp_path / "second.txt"])
            wait_until_read(("first", "second"))
        Library.rebuild(pair.path, pair.config, tiny)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert set(seen) == {("first",), ("first", "second")}
    assert len(seen) > 16
