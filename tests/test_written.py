"""How a model's citations are counted, and a question set asked of a scripted model."""

from __future__ import annotations

import json
from pathlib import Path

from llm_server import MODEL, LLMServer
from typer.testing import CliRunner
from writing_models import faithful_writer

from eval.written import citing
from index.library import Library
from rag.types import Answer, Part, Verdict
from ui.cli import app


def answer(*verdicts: Verdict, writer: str = "m") -> Answer:
    parts = tuple(Part("sentence", "Yes.", verdict=verdict) for verdict in verdicts)
    return Answer("Why?", "Why?", "", parts, False, 1.0, writer=writer)


def test_recall_and_precision_by_hand() -> None:
    right = Verdict(True, 0.9, given=2, needed=1, as_cited=True)
    rescued = Verdict(True, 0.9, given=1, needed=0)
    wrong = Verdict(False, 0.1, given=1)
    found = citing([answer(right, rescued), answer(wrong, right), answer(writer="")])
    assert (found.answers, found.fallbacks, found.sentences) == (3, 1, 4)
    assert (found.recall, found.precision, found.proven) == (0.5, 2 / 6, 0.75)
    assert citing([]).recall == 0.0


def test_peel_eval_run_llm(library: Library, tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    row = {
        "id": "q1", "question": "Is the force good at protecting vulnerable people?",
        "kind": "fact", "answerable": True, "history": [],
        "gold_spans": ["The force protects vulnerable people well."],
        "required": [["vulnerable people"]], "forbidden": [],
    }  # fmt: skip
    questions.write_text(json.dumps(row) + "\n")
    with LLMServer(faithful_writer) as server:
        asked = ["eval", "run", str(questions), "--out", str(tmp_path / "run"), "--llm"]
        model = ["--llm-base-url", server.base_url, "--llm-model", MODEL]
        done = CliRunner().invoke(app, [*asked, *model, "--library", str(library.path)])
    assert done.exit_code == 0, done.output
    assert "in 1 of 1 answers; citation recall 1.000, citation precision 1.000" in done.output
    assert json.loads((tmp_path / "run" / "answers.jsonl").read_text())["writer"] == MODEL
