"""``peel export``, ``verify`` of conversations, ``eval from-feedback`` and a refused ``chat``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from test_cli import peel
from test_feedback import kept, said

from eval.dataset import load_set
from index.library import Library
from rag.export import conversation_json
from rag.pipeline import ReportQA
from rag.types import Answer

QUESTIONS = ("What are the areas for improvement?", "Who won the cup final?")


@pytest.fixture(scope="module")
def answers(library: Library) -> list[Answer]:
    qa = ReportQA(library)
    return [qa.ask(question) for question in QUESTIONS]


@pytest.fixture
def conversation(answers: list[Answer], tmp_path: Path) -> Path:
    path = tmp_path / "conversation.json"
    path.write_text(conversation_json(answers), encoding="utf-8")
    return path


def test_a_conversation_is_proven_and_a_forged_one_is_not(
    conversation: Path, library: Library
) -> None:
    done = peel("verify", str(conversation), library=library.path)
    assert done.stdout == "proven: 5 citations of 2 answers in 1 report\n"
    data = json.loads(conversation.read_text(encoding="utf-8"))
    data["answers"][0]["citations"][1]["quote"] = "The force is perfect."
    conversation.write_text(json.dumps(data), encoding="utf-8")
    done = peel("verify", str(conversation), library=library.path, status=1)
    assert done.stdout.startswith("not proven: answer 1: [2] city-of-london-peel-2017 does not say")
    out = conversation.with_name("out.html")
    done = peel("export", str(conversation), "--out", str(out), library=library.path, status=1)
    assert "not proven: answer 1: [2]" in done.stderr
    assert not out.exists()


def test_answers_are_exported_together(
    conversation: Path, answers: list[Answer], library: Library
) -> None:
    single = conversation.with_name("answer.json")
    single.write_text(json.dumps(answers[0].to_dict()), encoding="utf-8")
    out = conversation.with_name("all.json")
    files = (str(single), str(conversation))
    done = peel("export", *files, "--format", "json", "--out", str(out), library=library.path)
    assert done.stdout == f"written: 3 answers to {out}\n"
    assert peel("verify", str(out), library=library.path).stdout.startswith("proven: 10 citations")
    table = peel("export", str(out), "--format", "csv", library=library.path).stdout
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert [row["answer"] for row in rows] == ["1"] * 5 + ["2"] * 5


def test_an_answer_is_printed_as_a_page(library: Library) -> None:
    asked = ("ask", "What does OCG stand for?", "--format", "html")
    page = peel(*asked, library=library.path).stdout
    assert page.startswith("<!doctype html>")
    assert 'href="#quote-1-1"' in page


def test_feedback_becomes_a_set(library: Library, tmp_path: Path) -> None:
    path = kept(
        tmp_path,
        said("Are there trained dogs?", "up"),
        said("Are there trained cats?", "down"),
        said("Is there a small budget for cats?", "down", reason="not_said"),
    )
    out = tmp_path / "set.jsonl"
    made = ("eval", "from-feedback", str(path), "--out", str(out))
    assert peel(*made, library=library.path).stdout == (
        f"written: 2 questions, 1 answerable, to {out}\n"
        "left out: 1, rejected, and neither a right passage named nor that the report does not "
        "say\n"
    )
    assert len(load_set(out)) == 2
    before = out.read_bytes()
    with path.open("a", encoding="utf-8") as file:
        file.write("{\n")
    (line,) = peel(*made, library=library.path, status=1).stderr.splitlines()
    assert f"{path}, line 4: this is not JSON" in line
    assert out.read_bytes() == before


def test_a_public_address_is_not_served_to_everyone_unasked(tmp_path: Path) -> None:
    (line,) = peel(
        "chat", "--host", "0.0.0.0", library=tmp_path / "library", status=1
    ).stderr.splitlines()
    assert "0.0.0.0 can be reached from other computers; say who may log in" in line
    (line,) = peel(
        "chat", "--auth-file", str(tmp_path / "none"), library=tmp_path / "library", status=1
    ).stderr.splitlines()
    assert "peel user add NAME --auth-file" in line
