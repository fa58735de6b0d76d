"""Reports of one's own: apart from everybody else's, within limits, and gone when they are."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import LibraryError, ReportError
from rag.pipeline import ReportQA
from ui.own import PREFIX, OwnReports, UploadLimits

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = REPORTS / "slough-ilacs-2023.md", REPORTS / "surrey-send-2023.md"
LIMITS = UploadLimits(reports=2, visitor_bytes=120_000, visitors=2, idle_seconds=1000)


@pytest.fixture
def own(qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnReports]:
    """Everyone's own reports, in a temporary place of this test's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = OwnReports(qa, LIMITS)
    yield own
    own.close()


def folders(place: Path) -> list[Path]:
    """What is on the disk of visitors' reports."""
    return [path for root in place.glob("peel-own-*") for path in root.iterdir() if path.is_dir()]


def test_each_visitor_asks_their_own_reports_alone(own: OwnReports, qa: ReportQA) -> None:
    assert own.shelf("anna") is None
    name, is_new = own.add("anna", SLOUGH)
    assert (name, is_new) == (f"{PREFIX}slough-ilacs-2023", True)
    own.add("bert", SURREY)
    anna, bert = own.shelf("anna"), own.shelf("bert")
    assert anna is not None
    assert bert is not None
    assert list(anna.now.documents) == [f"{PREFIX}slough-ilacs-2023"]
    assert list(bert.now.documents) == [f"{PREFIX}surrey-send-2023"]
    assert own.shelf("") is own.shelf("cara") is None
    answer = anna.now.qa.ask("What is the overall effectiveness?")
    assert not answer.abstained
    assert {source.document for source in answer.sources} == {name}
    assert name not in qa.library.documents


def test_the_same_file_is_added_once(own: OwnReports, tmp_path: Path) -> None:
    name, _ = own.add("anna", SLOUGH)
    copy = tmp_path / "another name.md"
    shutil.copyfile(SLOUGH, copy)
    assert own.add("anna", copy) == (name, False)
    assert own.add("bert", copy) == (f"{PREFIX}another-name", True)


def test_there_is_room_for_so_many_reports_bytes_and_visitors(
    own: OwnReports, tmp_path: Path
) -> None:
    own.add("anna", SLOUGH)
    long = tmp_path / "long.txt"
    long.write_text("The force is good. " * 10_000)
    with pytest.raises(LibraryError, match="room for 2 reports of your own"):
        own.add("anna", long)
    own.add("anna", SURREY)
    third = tmp_path / "third.txt"
    third.write_text("The force is good.\n\nIt works well with its partners.\n")
    with pytest.raises(LibraryError, match="remove one first"):
        own.add("anna", third)
    own.remove("anna", f"{PREFIX}surrey-send-2023")
    own.add("anna", third)
    own.add("bert", third)
    with pytest.raises(LibraryError, match="too many people"):
        own.add("cara", third)
    own.forget("bert")
    own.add("cara", third)


def test_what_cannot_be_read_is_refused_and_takes_no_room(own: OwnReports, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 no more")
    for _ in range(3):
        with pytest.raises(ReportError, match=r"broken\.pdf"):
            own.add("anna", broken)
    assert own.shelf("anna") is None
    own.add("anna", SLOUGH)
    own.add("anna", SURREY)


def test_what_is_removed_or_left_is_gone_from_the_disk(own: OwnReports, tmp_path: Path) -> None:
    name, _ = own.add("anna", SLOUGH)
    own.add("anna", SURREY)
    (folder,) = folders(tmp_path)
    own.remove("anna", name)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if b"Slough" in path.read_bytes()] == []
    own.forget("anna")
    assert folders(tmp_path) == []
    assert own.shelf("anna") is None


def test_what_is_not_used_any_more_is_deleted(
    qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = OwnReports(qa, UploadLimits(idle_seconds=0.5))
    own.add("anna", SLOUGH)
    deadline = time.monotonic() + 20
    while folders(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert folders(tmp_path) == []
    assert own.shelf("anna") is None
    own.close()
    assert list(tmp_path.glob("peel-own-*")) == []


def test_what_a_killed_server_left_is_deleted_when_the_next_begins(
    qa: ReportQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, held, half_deleted = (tmp_path / f"peel-own-{name}" for name in ("a", "b", "c"))
    for folder in (left, held, half_deleted):
        folder.mkdir()
        (folder / "report.txt").write_text("private")
    (left / "lock").touch()
    with (held / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        OwnReports(qa)
    assert list(tmp_path.iterdir()) == [held]


def test_a_chat_without_uploads_takes_none(qa: ReportQA) -> None:
    with pytest.raises(LibraryError, match="takes no reports of your own"):
        OwnReports(qa, UploadLimits(visitors=0)).add("anna", SLOUGH)
