"""What the chat does with questions, with faults, and with what a browser kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pages import Page

from index.errors import LibraryDamagedError, LibraryError, PeelError
from rag.types import Answer
from ui.desk import Asked, Desk, recall
from ui.shelf import Reports

if TYPE_CHECKING:
    from index.embed import Encoder
    from rag.pipeline import ReportQA


@pytest.fixture(scope="module")
def desk(qa: ReportQA) -> Desk:
    return Desk(Reports(qa))


@pytest.fixture(scope="module")
def turn(qa: ReportQA) -> dict[str, Any]:
    """What a browser keeps of one answer."""
    return qa.ask("When was the report last updated?").to_dict()


class Failing:
    """A pipeline whose library fails while a question is being answered."""

    def __init__(self, qa: ReportQA, error: Exception) -> None:
        self.library, self.passage_count, self.examples = qa.library, qa.passage_count, qa.examples
        self._error = error

    def stream(self, *_: object, **__: object) -> Iterator[Answer]:
        raise self._error
        yield


def states(html: str) -> list[str]:
    return [turn.attributes["data-state"] for turn in Page(html).find("article")]


def test_an_answer_comes_after_its_steps_and_is_kept(desk: Desk) -> None:
    question = "When was the report last updated?"
    assert states(desk.accept(question, [])) == ["pending"]
    *steps, (last, kept) = desk.answer(Asked(question), [])
    assert [states(html) for html, _ in steps] == [["pending"]] * len(steps)
    assert len(steps) >= 1
    assert states(last) == ["answered"]
    assert [turn["question"] for turn in kept] == [question]
    shown, again = desk.conversation(kept)
    assert again == kept
    assert Page(shown).text == Page(last).text
    assert ["fresh" in html for html in (last, shown)] == [True, False]
    assert [len(Page(html).find(".example")) for html in (last, shown)] == [3, 3]


def test_earlier_questions_complete_a_follow_up(desk: Desk) -> None:
    (_, first) = list(desk.answer(Asked("Is the force good at protecting vulnerable people?"), []))[
        -1
    ]
    (_, both) = list(desk.answer(Asked("And what should it improve there?"), first))[-1]
    assert len(both) == 2
    assert "vulnerable people" in both[1]["understood"]


def test_a_question_asked_alone_is_no_follow_up(desk: Desk) -> None:
    (_, first) = list(desk.answer(Asked("Is the force good at protecting people?"), []))[-1]
    (_, both) = list(desk.answer(Asked("And what should it improve there?", alone=True), first))[-1]
    assert both[1]["understood"] == both[1]["question"] == "And what should it improve there?"


@pytest.mark.parametrize("question", ["", " \n ", "x" * 100_000])
def test_a_question_that_cannot_be_asked_is_answered_kindly(
    desk: Desk, turn: dict[str, Any], question: str
) -> None:
    (html, kept) = list(desk.answer(Asked(question), [turn]))[-1]
    assert states(html) == ["answered", "error"]
    assert [each["question"] for each in kept] == [turn["question"]]


def test_a_fault_that_the_user_can_mend_is_said(qa: ReportQA) -> None:
    desk = Desk(Reports(Failing(qa, LibraryDamagedError("rebuild it with: peel index add"))))
    [(html, kept)] = desk.answer(Asked("What?"), [])
    assert "rebuild it with: peel index add" in html
    assert kept == []


def test_any_other_fault_is_logged_and_not_shown(
    qa: ReportQA, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(Reports(Failing(qa, RuntimeError("secret detail"))))
    [(html, _)] = desk.answer(Asked("What?"), [])
    assert states(html) == ["error"]
    assert "secret detail" not in html
    assert "secret detail" in caplog.text


def test_a_full_queue_is_said(desk: Desk, turn: dict[str, Any]) -> None:
    html = desk.refuse("What?", [turn])
    assert states(html) == ["answered", "error"]
    assert "Too many people are asking" in html


def test_a_stopped_question_can_be_asked_again(desk: Desk, turn: dict[str, Any]) -> None:
    html = desk.stopped("What?", [turn])
    assert states(html) == ["answered", "stopped"]
    assert "You stopped the answer" in html
    last = Page(html).find("article")[-1]
    assert [e.text for e in last.inside if "acts" in e.classes] == ["EditAsk again"]


def test_what_a_browser_kept_comes_back(desk: Desk, turn: dict[str, Any]) -> None:
    assert [answer.to_dict() for answer in recall([turn, turn], desk.documents)] == [turn, turn]


@pytest.mark.parametrize(
    "kept",
    [None, "x", {}, [None], ["x"], [{}], [{"question": "x"}], [[1]]],
)
def test_what_is_no_conversation_is_left_out(desk: Desk, kept: object) -> None:
    assert recall(kept, desk.documents) == []
    shown, again = desk.conversation(kept)
    assert again == []
    assert "Questions to begin with" in shown


def test_an_answer_that_the_reports_do_not_prove_is_left_out(
    desk: Desk, turn: dict[str, Any]
) -> None:
    forged = {**turn, "citations": [{**turn["citations"][0], "quote": "The force is perfect."}]}
    moved = {**turn, "citations": [{**turn["citations"][0], "start": 10**9, "end": 10**9 + 5}]}
    assert recall([forged, moved, turn], desk.documents) == recall([turn], desk.documents)


def test_an_unknown_report_shows_the_first(desk: Desk) -> None:
    first = next(iter(desk.documents))
    assert desk.report("no such report") == desk.report(first)


def test_a_library_without_reports_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    from index.library import Library
    from rag.pipeline import ReportQA

    empty = Library.create(tmp_path / "library", encoder=encoder)
    with pytest.raises(LibraryError, match="peel index add"):
        Desk(Reports(ReportQA(empty)))


def test_a_taken_port_is_said(qa: ReportQA) -> None:
    from ui.serve import Serving
    from ui.server import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PeelError, match=f"127.0.0.1 port {port} .*peel chat --port"):
            serve(qa, Serving(port=port), pytest.fail)
