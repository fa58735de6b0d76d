"""The bundled report in a library that another release of the product built."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.config import IndexConfig
from index.embed import Encoder
from index.enrich import Enrichment
from index.library import Library
from index.publish import writing
from index.reports import BUNDLED, bundled_report
from index.types import Answered, Document, Span

OLD_QUESTION = "What did the older release ask?"


@pytest.fixture
def config(tiny: Encoder) -> IndexConfig:
    return IndexConfig(model=tiny.model_name)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def shipped(folder: Path) -> Path:
    """The bundled report with all that belongs to it, where another release has it."""
    there = folder / "release" / "index" / "reports"
    there.mkdir(parents=True)
    for path in bundled_report().parent.glob(f"{BUNDLED}.*"):
        shutil.copy(path, there)
    return there / bundled_report().name


def shipped_before(folder: Path, text: str | None = None) -> Path:
    """The same as an older release had it, with one written question and perhaps another text."""
    report = shipped(folder)
    line = f'{{"spans": [[0, 4]], "questions": ["{OLD_QUESTION}"]}}\n'
    report.with_suffix(".questions.jsonl").write_text(line)
    if text is not None:
        report.write_text(text)
    return report


@pytest.fixture
def old(place: Path, config: IndexConfig, tiny: Encoder) -> Library:
    """A library that an older release built."""
    return Library.create(place / "library", config, tiny, [shipped_before(place)])


def opened(library: Library) -> Library:
    found = Library.open_or_build(library.path, library.config, library.encoder)
    assert found.verify() == ()
    return found


def questions(document: Document) -> list[str]:
    return [question for group in document.answered for question in group.questions]


def first_words(document: Document) -> Enrichment:
    return Enrichment((Answered((Span(0, 5),), (f"How does {document.title} begin?",)),))


def test_the_report_of_an_older_release_is_read_anew(old: Library, library: Library) -> None:
    assert questions(old.documents[BUNDLED]) == [OLD_QUESTION]
    prepared: list[str] = []
    found = Library.open_or_build(
        old.path, old.config, old.encoder, prepare=lambda document: prepared.append(document.title)
    )
    assert found.documents == library.documents
    assert found.verify() == ()
    assert prepared == [found.documents[BUNDLED].title]
    assert opened(old).version.folder == found.version.folder  # and once only


def test_what_the_user_made_of_it_stays(old: Library, library: Library) -> None:
    old.add([Path(old.records[0].path)], enrich=first_words)
    old.correct(BUNDLED, {"lead_inspector": "Jo Ward"})
    found = opened(old).documents[BUNDLED]
    begins = f"How does {found.title} begin?"
    assert questions(found) == [*questions(library.documents[BUNDLED]), begins]
    assert [fact.value for fact in found.facts if fact.origin == "user"] == ["Jo Ward"]
    assert opened(old).documents[BUNDLED] == found


def test_an_answer_from_its_older_text_can_still_be_proven(
    place: Path, config: IndexConfig, tiny: Encoder, library: Library
) -> None:
    report = shipped_before(place, "Custody\n\nThe force is good at custody.\n")
    old = Library.create(place / "library", config, tiny, [report])
    before = old.documents[BUNDLED]
    found = opened(old)
    assert found.documents == library.documents
    assert found.documents_as({BUNDLED: before.sha256})[BUNDLED].text == before.text


def test_the_same_report_of_a_release_elsewhere_is_left_alone(
    place: Path, config: IndexConfig, tiny: Encoder
) -> None:
    built = Library.create(place / "library", config, tiny, [shipped(place)])
    assert opened(built).version.folder == built.version.folder
    assert built.add([bundled_report()]).unchanged == (BUNDLED,)


def test_a_report_that_was_removed_does_not_come_back(old: Library) -> None:
    old.remove(BUNDLED)
    assert opened(old).documents == {}


def test_a_users_own_file_of_this_name_is_the_users(
    place: Path, config: IndexConfig, tiny: Encoder
) -> None:
    own = place / bundled_report().name
    own.write_text("Custody\n\nThe force is good at custody.\n")
    built = Library.create(place / "library", config, tiny, [own])
    assert opened(built).documents == built.documents


def test_a_busy_library_is_used_as_it_is(old: Library, caplog: pytest.LogCaptureFixture) -> None:
    with writing(old.path), caplog.at_level(logging.WARNING):
        assert opened(old).documents == old.documents
    assert caplog.messages == [
        "the bundled report stays as another release left it: another process is writing to the "
        f"library {old.path}; try again when it has finished"
    ]
    assert questions(opened(old).documents[BUNDLED]) != [OLD_QUESTION]


def test_a_read_only_library_is_used_as_it_is(
    old: Library, caplog: pytest.LogCaptureFixture
) -> None:
    folders = [old.path, *(path for path in old.path.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:  # for whom nothing is read-only
            os.seteuid(65534)
        with caplog.at_level(logging.WARNING):
            assert opened(old).documents == old.documents
    finally:
        os.seteuid(user)
        for folder in folders:
            folder.chmod(0o755)
    assert caplog.messages[0].startswith(
        f"the bundled report stays as another release left it: the library {old.path} cannot be "
        "written: "
    )
