"""What leaves the chat through the page's functions, and what of a page they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import pytest

from eval.from_feedback import read_feedback
from rag.export import read_answers
from ui.desks import Desks
from ui.keeping import judging, saving
from ui.own import OwnReports
from ui.shelf import Shelf

if TYPE_CHECKING:
    from rag.pipeline import ReportQA

NOBODY = gr.Request()  # as of a browser that has no cookie
SINGLE = "When was the report last updated?"


@pytest.fixture(scope="module")
def desks(qa: ReportQA) -> Desks:
    return Desks(Shelf(qa), OwnReports(qa))


@pytest.fixture(scope="module")
def turns(qa: ReportQA) -> list[dict[str, Any]]:
    """What a browser keeps of two answers."""
    first = "Is the force good at protecting vulnerable people?"
    return [qa.ask(first).to_dict(), qa.ask(SINGLE, [first]).to_dict()]


def test_a_conversation_is_saved(desks: Desks, turns: list[dict[str, Any]]) -> None:
    file = saving(desks)({"turns": turns, "to": "json"}, NOBODY)
    assert file["name"] == "is-the-force-good-at-protecting-vulnerable-people.json"
    assert file["type"] == "application/json"
    assert [answer.to_dict() for answer in read_answers(json.loads(file["text"]))] == turns


def test_what_the_reports_do_not_prove_is_not_saved(
    desks: Desks, turns: list[dict[str, Any]]
) -> None:
    forged = {**turns[1], "citations": [{**turns[1]["citations"][0], "quote": "It is perfect."}]}
    file = saving(desks)({"turns": [turns[0], forged], "to": "csv"}, NOBODY)
    assert "perfect" not in file["text"]
    assert "no answer" in saving(desks)({"turns": [forged], "to": "csv"}, NOBODY)["error"]


def test_a_judgement_is_kept_with_the_passage_named(
    desks: Desks, turns: list[dict[str, Any]], tmp_path: Path
) -> None:
    name, text = next((key, document.text) for key, document in desks.common.documents.items())
    start = text.index("Last updated 22/03/2018")
    end = start + len("Last updated 22/03/2018")
    said = {
        "turns": turns,
        "at": 1,
        "verdict": "down",
        "reason": "incomplete",
        "comment": "  The hour is missing.  ",
        "passage": {"document": name, "start": start - 1, "end": end + 1},
    }
    assert judging(desks, tmp_path / "feedback.jsonl")(said, NOBODY) == {
        "said": "Noted. Thank you."
    }
    (feedback,) = read_feedback(tmp_path / "feedback.jsonl")
    assert feedback.answer.to_dict() == turns[1]
    assert feedback.fingerprint == turns[1]["fingerprint"]
    assert feedback.history == (turns[0]["question"],)
    assert (feedback.reason, feedback.comment) == ("incomplete", "The hour is missing.")
    assert feedback.passage is not None
    assert (feedback.passage.start, feedback.passage.end) == (start, end)
    assert feedback.passage.quote == "Last updated 22/03/2018"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"verdict": "maybe"}, "'maybe'"),
        ({"reason": "whim"}, "'whim'"),
        ({"comment": "x" * 2001}, "2,001 characters"),
        ({"at": 2}, "load it anew"),
        ({"at": -1}, "load it anew"),
        ({"turns": "all"}, "load it anew"),
        ({"more": 1}, "load it anew"),
        ({"turns": [{}, {}]}, "not an answer"),
        ({"passage": {"document": "other", "start": 0, "end": 5}}, "'other'"),
        ({"passage": {"document": "city-of-london-peel-2017", "start": 9, "end": 3}}, "no words"),
        ({"passage": ["city-of-london-peel-2017", 0, 5]}, "load it anew"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused(
    desks: Desks,
    turns: list[dict[str, Any]],
    tmp_path: Path,
    change: dict[str, Any],
    refusal: str,
) -> None:
    path = tmp_path / "feedback.jsonl"
    said = judging(desks, path)({"turns": turns, "at": 1, "verdict": "up", **change}, NOBODY)
    assert refusal in said["error"]
    assert not path.exists()


@pytest.mark.parametrize("data", [None, [], "x", {"turns": [], "to": "exe"}, {"to": "csv"}])
def test_what_is_no_conversation_is_not_saved(desks: Desks, data: object) -> None:
    assert "load it anew" in saving(desks)(data, NOBODY)["error"]


def test_a_folder_that_cannot_be_written_is_said(
    desks: Desks, turns: list[dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    said = judging(desks, tmp_path / "taken" / "feedback.jsonl")(
        {"turns": turns, "at": 0, "verdict": "up"}, NOBODY
    )
    assert "cannot be kept" in said["error"]
