"""Reports that were replaced or removed: an answer made from them is proven still."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.config import IndexConfig
from index.embed import Encoder
from index.errors import LibraryError
from index.library import Library
from index.past import past_folder
from rag.cite import answer_text, cite, source_of
from rag.export import verify_all
from rag.types import Answer, Part
from ui.asking import verify as peel_verify

FIRST = "Custody\n\nThe force should improve custody records. It has forty cells.\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "custody.txt"
    path.write_text(FIRST, encoding="utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path, tiny: Encoder, report: Path) -> Library:
    config = IndexConfig(model=tiny.model_name)
    return Library.create(tmp_path / "library", config, tiny, [report])


@pytest.fixture
def answer(library: Library) -> Answer:
    """The report's second sentence."""
    document = library.documents["custody"]
    unit = next(unit for unit in document.units if "forty" in document.quote(unit))
    parts = (Part("sentence", document.quote(unit), (1,)),)
    return Answer(
        question="How many cells?",
        understood="How many cells?",
        text=answer_text(parts),
        parts=parts,
        abstained=False,
        confidence=1.0,
        citations=(cite(document, unit, 1),),
        sources=(source_of(document),),
    )


def replaced(library: Library, report: Path) -> None:
    report.write_text(FIRST.replace("forty", "fifty"), encoding="utf-8")
    assert library.add([report]).replaced == ("custody",)


def removed(library: Library, _: Path) -> None:
    library.remove("custody")


def replaced_and_removed(library: Library, report: Path) -> None:
    replaced(library, report)
    removed(library, report)


def rebuilt_as_another(library: Library, report: Path) -> None:
    """As where a newer reader reads another text in the same file."""
    replaced(library, report)
    Library.rebuild(library.path, library.config, library.encoder)


CHANGES = (replaced, removed, replaced_and_removed, rebuilt_as_another)


@pytest.mark.parametrize("change", CHANGES)
def test_an_old_answer_is_proven(
    library: Library, report: Path, answer: Answer, change: Callable[[Library, Path], None]
) -> None:
    before = library.documents["custody"]
    change(library, report)
    again = Library.open(library.path, library.config)
    assert again.verify() == ()
    assert verify_all([answer], again.documents_as) == []
    assert again.documents_as({"custody": before.sha256}) == {"custody": before}


def test_what_the_old_text_does_not_say_is_not_proven(
    library: Library, report: Path, answer: Answer
) -> None:
    replaced(library, report)
    forged = json.loads(json.dumps(answer.to_dict()).replace("forty", "sixty"))
    (fault, *_) = verify_all([Answer.from_dict(forged)], library.documents_as)
    assert "custody does not say 'It has sixty cells.'" in fault


def test_the_command_says_what_became_of_the_report(
    library: Library,
    report: Path,
    answer: Answer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PEEL_MODEL", library.config.model)
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(answer.to_dict()), encoding="utf-8")
    proven = "proven: 1 citation in 1 report\n"
    for change, note in (
        (lambda *_: None, ""),
        (replaced, "note: custody was replaced since\n"),
        (removed, "note: custody was removed since\n"),
    ):
        change(library, report)
        peel_verify(saved, library.path)
        assert capsys.readouterr().out == proven + note


def test_what_is_forgotten_is_gone(library: Library, report: Path, answer: Answer) -> None:
    replaced(library, report)
    library.remove("custody", forget=True)
    assert list(past_folder(library.path).iterdir()) == []
    files = [path for path in library.path.rglob("*") if path.is_file()]
    assert [path for path in files if b"forty" in path.read_bytes()] == []
    assert verify_all([answer], library.documents_as) == [
        "there is no report custody in this library"
    ]
    with pytest.raises(LibraryError, match="there is no report 'custody'"):
        library.remove("custody", forget=True)


def test_what_is_removed_can_be_forgotten_later(library: Library) -> None:
    library.remove("custody")
    fingerprint = library.fingerprint
    library.remove("custody", forget=True)
    assert list(past_folder(library.path).iterdir()) == []
    assert library.fingerprint == fingerprint


def test_a_changed_old_text_is_refused(library: Library, report: Path, answer: Answer) -> None:
    replaced(library, report)
    (path,) = past_folder(library.path).iterdir()
    path.write_bytes(path.read_bytes().replace(b"forty", b"sixty"))
    (fault,) = library.verify()
    assert fault.startswith(f"{path} was changed since it was written")
    with pytest.raises(LibraryError, match="was changed since it was written"):
        verify_all([answer], library.documents_as)
