"""The ``peel`` command as people run it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.library import Library
from index.reports import bundled_report

ROOT = Path(__file__).parents[1]


def peel(
    *arguments: str, library: Path, status: int = 0, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *arguments],
        env={**os.environ, "PEEL_LIBRARY": str(library), **(env or {})},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def saved(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer that ``peel ask --json`` prints, in a file."""
    path = tmp_path_factory.mktemp("answers") / "answer.json"
    asked = ("ask", "What are the areas for improvement?", "--json")
    path.write_text(peel(*asked, library=library.path).stdout, encoding="utf-8")
    return path


def test_ask_json_is_one_object_of_offsets_into_the_file(saved: Path) -> None:
    answer = json.loads(saved.read_text(encoding="utf-8"))
    text = bundled_report().read_text(encoding="utf-8")
    assert {
        "question",
        "text",
        "abstained",
        "confidence",
        "citations",
        "nearest",
        "model",
        "fingerprint",
        "timings",
    } <= answer.keys()
    assert len(answer["citations"]) == 5
    for citation in answer["citations"]:
        assert {"marker", "document", "section", "page", "start", "end", "quote"} <= citation.keys()
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert f"[{citation['marker']}]" in answer["text"]


def test_verify_proves_a_saved_answer(saved: Path, library: Library) -> None:
    done = peel("verify", str(saved), library=library.path)
    assert done.stdout == "proven: 5 citations in 1 report\n"


def test_verify_says_which_citation_fails(saved: Path, library: Library, tmp_path: Path) -> None:
    answer = json.loads(saved.read_text(encoding="utf-8"))
    answer["citations"][1]["quote"] = answer["citations"][1]["quote"].replace("ensure", "doubt")
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(answer), encoding="utf-8")
    done = peel("verify", str(forged), library=library.path, status=1)
    assert "not proven: [2]" in done.stdout
    assert "[1]" not in done.stdout


@pytest.mark.parametrize("content", ["", "{", "[]", '{"question": "x"}'])
def test_verify_refuses_what_is_no_answer(content: str, library: Library, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(content, encoding="utf-8")
    done = peel("verify", str(path), library=library.path, status=1)
    assert done.stderr.startswith("peel: ")
    assert len(done.stderr.splitlines()) == 1


def test_history_completes_a_follow_up(library: Library) -> None:
    asked = (
        "ask",
        "and on protecting vulnerable people?",
        "--history",
        "What are the areas for improvement on serious and organised crime?",
    )
    assert "feedback from victims" in peel(*asked, library=library.path).stdout


@pytest.mark.parametrize("question", ["", " ", "🙂", "x" * 100_000])
def test_a_bad_question_is_one_clear_line(question: str, library: Library) -> None:
    done = peel("ask", question, library=library.path, status=1)
    assert done.stdout == ""
    assert done.stderr.startswith("peel: Th")
    assert len(done.stderr.splitlines()) == 1


def test_help_teaches(tmp_path: Path) -> None:
    shown = peel("--help", library=tmp_path).stdout
    for command in ("ask", "chat", "index", "eval", "verify"):
        assert command in shown
    assert "--history" in peel("ask", "--help", library=tmp_path).stdout


def test_a_library_from_nothing_to_removal(tmp_path: Path) -> None:
    library = tmp_path / "library"
    report = tmp_path / "Norvale 2021.txt"
    report.write_text(
        "Norvale Police\n\nHow good are its dogs?\n\nThe force has nine dogs.\n", encoding="utf-8"
    )
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\0\1")
    done = peel("index", "add", str(report), str(broken), library=library, status=1)
    assert "added: norvale-2021" in done.stdout
    assert "broken.txt" in done.stderr
    assert peel("index", "add", str(report), library=library).stdout == "unchanged: norvale-2021\n"
    listed = peel("index", "list", library=library).stdout
    assert "norvale-2021\tNorvale Police\t1 passage" in listed
    assert peel("index", "verify", library=library).stdout.startswith("sound: ")
    exported = ("index", "export", "norvale-2021")
    words = report.read_text(encoding="utf-8")
    assert peel(*exported, "--as", "text", library=library).stdout == words
    done = peel(*exported, "--out", str(tmp_path), "--as", "json", library=library)
    assert done.stdout == f"written: {tmp_path / 'norvale-2021.json'}\n"
    document = json.loads((tmp_path / "norvale-2021.json").read_text(encoding="utf-8"))
    assert (document["text"], document["title"]) == (words, "Norvale Police")
    peel(*exported, "--out", str(tmp_path / "copy.txt"), library=library)
    assert (tmp_path / "copy.txt").read_bytes() == report.read_bytes()
    done = peel(*exported, "--out", str(tmp_path / "no" / "copy"), library=library, status=1)
    assert "cannot be written (No such file or directory); choose another file" in done.stderr
    assert peel("index", "remove", "norvale-2021", library=library).stdout
    assert "norvale" not in peel("index", "list", library=library).stdout
    done = peel("index", "remove", "norvale-2021", library=library, status=1)
    assert "city-of-london-peel-2017" in done.stderr


def _lines(*arguments: str, library: Path, env: dict[str, str] | None = None) -> Sequence[str]:
    return peel(*arguments, library=library, status=1, env=env).stderr.splitlines()


def test_a_missing_library_says_how_to_make_one(tmp_path: Path) -> None:
    (line,) = _lines("index", "list", library=tmp_path / "none")
    assert "peel index add" in line


def test_a_damaged_library_says_how_to_mend_it(tmp_path: Path, report_path: Path) -> None:
    library = tmp_path / "library"
    peel("index", "add", str(report_path), library=library)
    vectors = next(library.rglob("vectors.faiss"))
    data = bytearray(vectors.read_bytes())
    data[len(data) // 2] ^= 1
    vectors.chmod(0o644)
    vectors.write_bytes(data)
    (line,) = _lines("ask", "Is it good?", library=library)
    assert "vectors.faiss" in line
    assert "peel index rebuild" in line
    peel("index", "rebuild", library=library)
    assert peel("index", "verify", library=library).stdout.startswith("sound: ")


def test_a_foreign_model_is_named(library: Library, tmp_path: Path) -> None:
    (line,) = _lines(
        "ask",
        "Is it good?",
        library=library.path,
        env={"PEEL_MODEL": str(tmp_path), "HF_HUB_OFFLINE": "1"},
    )
    assert str(tmp_path) in line


def test_eval_runs_and_compares(library: Library, tmp_path: Path) -> None:
    questions = tmp_path / "two.jsonl"
    rows = [
        {
            "id": "a",
            "question": "What does OCG stand for?",
            "history": [],
            "kind": "definition",
            "answerable": True,
            "gold_spans": ["organised crime groups (OCGs)"],
            "required": [["organised crime groups"]],
            "forbidden": [],
        },
        {
            "id": "b",
            "question": "Who won the cup final?",
            "history": [],
            "kind": "unanswerable",
            "answerable": False,
            "gold_spans": [],
            "required": [],
            "forbidden": [],
        },
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for name in ("first", "second"):
        run = ("eval", "run", str(questions), "--out", str(tmp_path / name))
        peel(*run, library=library.path)
    answers = (tmp_path / "first" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in answers] == ["a", "b"]
    page = (tmp_path / "first" / "report.html").read_text(encoding="utf-8")
    assert "What does OCG stand for?" in page
    scores = [
        json.loads((tmp_path / name / "scores.json").read_text(encoding="utf-8"))
        for name in ("first", "second")
    ]
    assert scores[0]["totals"]["correct"]["value"] == 1.0
    for score in scores:
        del score["timings"]
    assert scores[0] == scores[1]
    compared = ("eval", "compare", str(tmp_path / "first"), str(tmp_path / "second"))
    assert "No question came out differently" in peel(*compared, library=library.path).stdout


def test_a_malformed_set_names_file_and_line(library: Library, tmp_path: Path) -> None:
    questions = tmp_path / "bad.jsonl"
    questions.write_text('\n{"id": 3}\n', encoding="utf-8")
    (line,) = _lines(
        "eval", "run", str(questions), "--out", str(tmp_path / "o"), library=library.path
    )
    assert "bad.jsonl, line 2" in line
