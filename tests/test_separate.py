"""Each question asked of its own report alone, and what every part of the product adds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.ablation import PRODUCT, Ablation, ablate, ablation_text, write_ablation
from eval.compare import compare
from eval.dataset import Question, parse_question
from eval.run import evaluate_each, load_run, write_run
from eval.separate import separate_libraries
from eval.unit_rankings import METHODS, UnitRankings
from index.embed import Encoder
from index.errors import DatasetError, ReportError
from rag.encoder import ReadingEncoder, load_reader
from rag.pipeline import ReportQA

ROOT = Path(__file__).parents[1]
REPORT = """{name} Police

How good are its dogs?

The force has {dogs} dogs and they are well trained. Its kennels are old and damp.

How good are its vans?

Officers drive {vans} vans, most of them electric. However, the force should:

  • buy two larger vans; and
  • train more drivers.
"""
NINE = "The force has nine dogs and they are well trained."
SIX = "The force has six dogs and they are well trained."
LARGER = "buy two larger vans"
DAMP = "Its kennels are old and damp."


@pytest.fixture(scope="module")
def reader() -> ReadingEncoder:
    return load_reader()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports of the same words but for their figures; the second has a question written."""
    folder = tmp_path_factory.mktemp("reports")
    for name, dogs, vans in (("fenwick", "nine", "forty"), ("norvale", "six", "fifty")):
        text = REPORT.format(name=name.title(), dogs=dogs, vans=vans)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    start = text.index(DAMP)
    written = {"spans": [[start, start + len(DAMP)]], "questions": ["What is in a bad state?"]}
    (folder / "norvale.questions.jsonl").write_text(json.dumps(written) + "\n", encoding="utf-8")
    return folder


def question(id: str, asked: str, gold: str, required: str, *documents: str) -> Question:
    data: dict[str, Any] = {
        "id": id,
        "question": asked,
        "kind": "fact",
        "answerable": bool(gold),
        "history": [],
        "gold_spans": [gold] if gold else [],
        "required": [[required]] if required else [],
        "forbidden": [],
    }
    named = {"documents": list(documents)} if documents else {}
    return parse_question(json.dumps(data | named), f"set.jsonl, line {id[1:]}")


QUESTIONS = (
    question("q1", "How many dogs does the force have?", NINE, "nine", "fenwick.md"),
    question("q2", "How many dogs does the force have?", SIX, "six", "norvale.md"),
    question("q3", "Which vans should it buy?", LARGER, "larger", "fenwick.md"),
    question("q4", "Who won the cup final?", "", "", "norvale.md"),
)


def test_each_question_is_asked_of_its_own_report(
    reports: Path, encoder: Encoder, reader: ReadingEncoder, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    runs = []
    for name in ("first", "second"):
        with separate_libraries(
            QUESTIONS, reports, encoder, reader, lambda *done: told.append(done)
        ) as answerer_of:
            answerers = [answerer_of(asked) for asked in QUESTIONS]
            runs.append(evaluate_each(answerer_of, QUESTIONS, set_name="police"))
        write_run(runs[-1], tmp_path / name)
    first, second, third, fourth = answerers
    assert told[:3] == [("indexing", 0, 2), ("indexing", 1, 2), ("indexing", 2, 2)]
    assert first is third
    assert second is fourth
    assert [[*qa.library.documents] for qa in (first, second)] == [["fenwick"], ["norvale"]]
    assert first.library.encoder is second.library.encoder is encoder
    assert first.reading_encoder is second.reading_encoder is reader
    assert not first.library.path.exists()
    one, again = runs
    assert {c.document for c in one.results[0].answer.citations} <= {"fenwick"}
    assert "six" not in one.results[0].answer.text
    assert "nine" not in one.results[1].answer.text
    assert (one.totals["correct"].n, one.totals["right_abstention"].n) == (3, 1)
    assert one.fingerprint == again.fingerprint
    assert one.fingerprint not in {first.fingerprint, second.fingerprint}
    loaded = [load_run(tmp_path / name) for name in ("first", "second")]
    assert compare(*loaded).changes == ()


def test_one_report_alone_keeps_its_fingerprint(
    reports: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    with separate_libraries(QUESTIONS[:1], reports, encoder, reader) as answerer_of:
        run = evaluate_each(answerer_of, QUESTIONS[:1])
        assert run.fingerprint == answerer_of(QUESTIONS[0]).fingerprint


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ((), r"set\.jsonl, line 9: the question names no report; list its report's file"),
        (("gone.md",), r"set\.jsonl, line 9: there is no report file 'gone\.md' in .*reports"),
        (("../reports0/fenwick.md",), r"there is no report file '\.\./reports0/fenwick\.md'"),
        (("fenwick.md", "."), r"there is no report file '\.' in"),
    ],
)
def test_a_report_that_is_not_there_is_named_before_anything_is_built(
    reports: Path, documents: tuple[str, ...], message: str
) -> None:
    told: list[object] = []
    asked = [*QUESTIONS, question("q9", "Is it good?", DAMP, "damp", *documents)]
    with (
        pytest.raises(DatasetError, match=message),
        separate_libraries(asked, reports, on_progress=lambda *done: told.append(done)),
    ):
        pytest.fail("it was entered")
    assert told == []


def test_a_report_that_cannot_be_read_is_named(
    tmp_path: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    (tmp_path / "broken.md").write_bytes(b"\0\1")
    asked = [question("q1", "Is it good?", DAMP, "damp", "broken.md")]
    with (
        pytest.raises(ReportError, match=r"broken\.md"),
        separate_libraries(asked, tmp_path, encoder, reader),
    ):
        pytest.fail("it was entered")


def test_gold_of_the_last_report_is_looked_for_before_the_first_is_asked(
    reports: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    asked = [*QUESTIONS, question("q9", "How many dogs?", NINE, "nine", "norvale.md")]
    told: list[int] = []
    with (
        separate_libraries(asked, reports, encoder, reader) as answerer_of,
        pytest.raises(DatasetError, match=r"set\.jsonl, line 9: the span 'The force has nine"),
    ):
        evaluate_each(answerer_of, asked, lambda done, _total: told.append(done))
    assert told == []


def test_the_command_says_which_question_names_no_report(reports: Path, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    lines = [replace(asked, documents=()).to_dict() for asked in QUESTIONS[:1]]
    questions.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    command = ("eval", "run", str(questions), "--reports", str(reports), "--out", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *command],
        env={**os.environ, "PEEL_LIBRARY": str(tmp_path / "library")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"peel: {questions}, line 1: the question names no report")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "library").exists()


@pytest.fixture(scope="module")
def ablation(reports: Path, encoder: Encoder, reader: ReadingEncoder) -> Ablation:
    with separate_libraries(QUESTIONS, reports, encoder, reader) as answerer_of:
        return ablate(answerer_of, QUESTIONS, set_name="police")


def quotes(qa: ReportQA, asked: Question) -> dict[str, list[str]]:
    return {
        method: [item.text for item in evidence]
        for method, evidence in UnitRankings.build(qa).rank(asked).items()
    }


def test_units_are_ranked_by_each_method(
    reports: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    asked = question("q1", "What is in a bad state?", DAMP, "damp", "norvale.md")
    with separate_libraries([asked], reports, encoder, reader) as answerer_of:
        qa = answerer_of(asked)
        ranked = quotes(qa, asked)
        cited = qa.ask(asked.question).citations
        several = quotes(qa, question("q2", "Which drivers need training?", DAMP, "damp"))
    assert tuple(ranked) == METHODS
    units = {SIX, DAMP, "Officers drive fifty vans, most of them electric.", LARGER,
             "train more drivers."}  # fmt: skip
    assert set(ranked["dense"]) == set(ranked["hybrid"]) == units
    assert set(ranked["reader"]) <= units
    # No unit shares a word with the question; the written one is the very same.
    assert ranked["BM25"] == []
    assert ranked["hybrid + questions"][0] == DAMP
    assert [item.quote for item in cited] == ranked["reader + questions"][: len(cited)]
    assert several["BM25"][0] == "train more drivers."


def test_reports_without_written_questions_have_no_rows_for_them(
    ablation: Ablation, reports: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    with separate_libraries(QUESTIONS[:1], reports, encoder, reader) as answerer_of:
        ranked = quotes(answerer_of(QUESTIONS[0]), QUESTIONS[0])
        alone = ablate(answerer_of, QUESTIONS[:1])
    assert ranked["hybrid + questions"] == ranked["hybrid"]
    assert ranked["reader + questions"] == ranked["reader"]
    assert [row.method for row in alone.rows[::2]] == ["dense", "BM25", "hybrid", "reader", PRODUCT]
    assert [row.method for row in ablation.rows[::2]] == [*METHODS, PRODUCT]
    assert {row.correct.n for row in ablation.rows} == {3}


def test_methods_are_scored_as_runs_are(
    ablation: Ablation, reports: Path, encoder: Encoder, reader: ReadingEncoder
) -> None:
    with separate_libraries(QUESTIONS, reports, encoder, reader) as answerer_of:
        run = evaluate_each(answerer_of, QUESTIONS)
    product = ablation.rows[-1]
    assert (product.method, product.units) == (PRODUCT, None)
    assert product.correct == run.totals["correct"]
    assert product.citation_precision == run.totals["citation_precision"]
    assert (ablation.questions, len(ablation.fingerprints)) == (3, 2)
    bm25 = {row.units: row for row in ablation.rows if row.method == "BM25"}
    # "dogs" and "force" find the sentence with the figure first, "buy" and "vans" the bullet.
    assert (bm25[1].correct.value, bm25[1].citation_precision.value) == (1.0, 1.0)
    assert bm25[3].correct.value == 1.0
    assert bm25[3].citation_precision.value < 1.0


def test_an_ablation_is_a_table_and_a_file(ablation: Ablation, tmp_path: Path) -> None:
    lines = ablation_text(ablation).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:-2]]
    assert cells[0] == ["method", "k = 1", "k = 3", "own length"]
    (bm25,) = (row for row in cells if row[0] == "BM25")
    assert bm25[1] == "1.00, 1.00"
    assert bm25[3] == ""
    assert cells[-1][:3] == [PRODUCT, "", ""]
    assert lines[-1].startswith("Correct, citation precision; 3 questions; 95 % intervals reach")
    write_ablation(ablation, tmp_path / "ablation.json")
    saved = json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))
    assert saved["rows"][-1]["correct"]["n"] == 3
    assert saved["set_sha256"] == ablation.set_sha256


def test_a_ranking_needs_answerable_questions() -> None:
    with pytest.raises(DatasetError, match="no question of the set is answerable"):
        ablate(lambda _question: pytest.fail("it was asked"), QUESTIONS[3:])
