"""A library that is changed while it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.embed import Encoder
from index.errors import LibraryError
from index.library import Library
from rag.pipeline import ReportQA
from ui.shelf import Shelf

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"
SLOUGH, SURREY = REPORTS / "slough-ilacs-2023.md", REPORTS / "surrey-send-2023.md"
QUESTION = "When was the report last updated?"


@pytest.fixture
def shelf(tmp_path: Path, encoder: Encoder, report_path: Path) -> Iterator[Shelf]:
    return Shelf(ReportQA(Library.create(tmp_path, encoder=encoder, reports=[report_path])))


def test_who_asks_has_the_reports_as_they_were_or_as_they_are(shelf: Shelf) -> None:
    done = threading.Event()
    counts: set[int] = set()

    def ask() -> int:
        asked = 0
        while not done.is_set() or not asked:
            now = shelf.now
            answer = now.qa.ask(QUESTION)
            assert not answer.abstained
            assert {source.document for source in answer.sources} <= now.documents.keys()
            counts.add(len(now.documents))
            asked += 1
        return asked

    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask) for _ in range(6)]
        name, is_new = shelf.add(SLOUGH)
        shelf.correct(name, {"published": "2023-03-28"})
        shelf.add(SURREY)
        shelf.remove(name)
        done.set()
        assert all(each.result() for each in asking)
    assert is_new
    assert list(shelf.now.documents) == ["city-of-london-peel-2017", "surrey-send-2023"]
    assert counts <= {1, 2, 3}
    assert shelf.now.qa.library.verify() == ()


def test_what_is_corrected_is_known_at_once(shelf: Shelf) -> None:
    name, _ = shelf.add(SLOUGH)
    before = shelf.now
    shelf.correct(name, {"organisation": "Slough Children First"})
    facts = {fact.field: fact.value for fact in shelf.now.documents[name].facts}
    assert facts["organisation"] == "Slough Children First"
    assert all(fact.value != "Slough Children First" for fact in before.documents[name].facts)
    answer = shelf.now.qa.ask("What is the overall effectiveness of Slough Children First?")
    assert {source.document for source in answer.sources} == {name}


def test_a_change_that_fails_leaves_the_reports(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.now
    with pytest.raises(LibraryError, match="there is no report 'gone'"):
        shelf.remove("gone")
    (tmp_path / "CURRENT").rename(tmp_path / "AWAY")
    (tmp_path / "versions").rename(tmp_path / "old")
    with pytest.raises(LibraryError):
        shelf.add(SLOUGH)
    assert shelf.now is before
    assert not before.qa.ask(QUESTION).abstained


def test_what_another_process_adds_is_followed(shelf: Shelf, encoder: Encoder) -> None:
    other = Library.open(shelf.now.qa.library.path, encoder=encoder)
    shelf.follow()
    other.add([SURREY])
    deadline = time.monotonic() + 60
    while len(shelf.now.documents) < 2 and time.monotonic() < deadline:
        shelf.follow()
        time.sleep(0.05)
    assert list(shelf.now.documents) == ["city-of-london-peel-2017", "surrey-send-2023"]


def test_findings_are_those_of_the_reports_now(shelf: Shelf) -> None:
    count = len(shelf.now.findings)
    name, _ = shelf.add(SLOUGH)
    assert {row.document for row in shelf.now.findings} == {"city-of-london-peel-2017", name}
    shelf.remove(name)
    assert len(shelf.now.findings) == count
