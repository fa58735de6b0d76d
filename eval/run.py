"""Asking a question set, and keeping what came of it.

A run's folder holds ``answers.jsonl``, ``report.html`` and ``scores.json``. The scores are
removed first and written last: where they stand, all three are of the same run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from eval import metrics
from eval.dataset import Question, set_sha256
from eval.files import read_json, read_text, remove, write_text
from eval.gold import Place, locate
from eval.html import report_html
from eval.judge import judge
from eval.stats import Estimate, estimate
from eval.types import Evaluation, Result, Run, Scores
from index.errors import DatasetError
from index.types import Document
from rag.types import Answer

SCORES_FILE: Final = "scores.json"
ANSWERS_FILE: Final = "answers.jsonl"
REPORT_FILE: Final = "report.html"


class Library(Protocol):
    """The reports that questions are asked of, by document id."""

    @property
    def documents(self) -> Mapping[str, Document]: ...


class Retrieved(Protocol):
    """A retrieved passage; its metadata hold ``document_id``, ``start`` and ``end``."""

    @property
    def metadata(self) -> dict[str, Any]: ...


class Answerer(Protocol):
    """What can be evaluated; ``rag.pipeline.ReportQA`` is one."""

    @property
    def library(self) -> Library: ...

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer: ...

    def retrieve(self, question: str, history: Sequence[str] = ()) -> Sequence[Retrieved]: ...


def evaluate(
    qa: Answerer,
    questions: Sequence[Question],
    on_progress: Callable[[int, int], None] | None = None,
    *,
    set_name: str = "",
) -> Evaluation:
    """Ask every question and score every answer.

    ``on_progress`` is told after each question how many are done, and of how many. All gold
    is located before the first question is asked. Raises DatasetError where there are no
    questions or where gold stands in none of the reports.
    """
    if not questions:
        raise DatasetError("there are no questions to ask; load a set that holds some")
    documents = qa.library.documents
    located = [locate(question, documents) for question in questions]
    results: list[Result] = []
    seconds: dict[str, float] = {}
    for question, gold in zip(questions, located, strict=True):
        begun = time.perf_counter()
        answer = qa.ask(question.question, question.history)
        seconds[question.id] = round(time.perf_counter() - begun, 6)
        passages = _passages(qa, question) if gold.spans else []
        results.append(judge(question, answer, passages, gold, documents))
        if on_progress is not None:
            on_progress(len(results), len(questions))
    scores = [result.scores for result in results]
    kinds = dict.fromkeys(question.kind for question in questions)
    return Evaluation(
        set_name=set_name,
        set_sha256=set_sha256(questions),
        model=results[0].answer.model,
        fingerprint=results[0].answer.fingerprint,
        questions=tuple(scores),
        totals=summarise(scores),
        by_kind={kind: summarise([s for s in scores if s.kind == kind]) for kind in kinds},
        seconds=seconds,
        results=tuple(results),
    )


def summarise(scores: Sequence[Scores]) -> dict[str, Estimate]:
    """Each metric over the questions that it applies to; metrics of no question are left out."""
    totals: dict[str, Estimate] = {}
    for metric in metrics.METRICS:
        values = [s.values[metric.name] for s in scores if metric.name in s.values]
        total = estimate(values, metric.statistic)
        if total is not None:
            totals[metric.name] = total
    return totals


def write_run(run: Evaluation, out_dir: Path | str) -> None:
    """Write a run's three files into a folder, over those of an earlier run and no others.

    Raises DatasetError where they cannot be written.
    """
    folder = Path(out_dir)
    answers = [{"id": r.question.id, **r.answer.to_dict()} for r in run.results]
    lines = [json.dumps(answer, ensure_ascii=False, allow_nan=False) for answer in answers]
    scores = json.dumps(run.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    page = report_html(run)
    remove(folder / SCORES_FILE)
    write_text(folder / ANSWERS_FILE, "".join(f"{line}\n" for line in lines))
    write_text(folder / REPORT_FILE, page)
    write_text(folder / SCORES_FILE, scores + "\n")


def load_run(path: Path | str) -> Run:
    """The run in a folder, or in a ``scores.json`` alone.

    Raises DatasetError, naming the file, where it is missing or is not what ``write_run``
    writes.
    """
    file = Path(path)
    if file.is_dir():
        file = file / SCORES_FILE
    data = read_json(read_text(file), str(file))
    try:
        return Run.from_dict(data)
    except DatasetError as error:
        raise DatasetError(
            f"{file}: {error}; write it anew with: peel eval run SET --out DIR"
        ) from error


def _passages(qa: Answerer, question: Question) -> list[Place]:
    found = (passage.metadata for passage in qa.retrieve(question.question, question.history))
    return [Place(data["document_id"], data["start"], data["end"]) for data in found]
