"""Asking a question set, and keeping what came of it.

A run's folder holds ``answers.jsonl``, ``trace.jsonl`` (what was read for each question and
what became of it), ``misses.md``, ``report.html`` and ``scores.json``. The scores are removed
first and written last: where they stand, all files are of the same run.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

from eval import metrics
from eval.dataset import Question, set_sha256
from eval.files import read_json, read_text, remove, write_text
from eval.gold import Place, locate
from eval.html import report_html
from eval.judge import judge
from eval.misses import misses_markdown
from eval.outcome import cause, outcome
from eval.stats import Estimate, estimate
from eval.types import HELD_OUT, Evaluation, Result, Run, Scores
from index.errors import DatasetError
from index.types import Document
from rag.pipeline import Reading
from rag.types import Answer

SCORES_FILE: Final = "scores.json"
ANSWERS_FILE: Final = "answers.jsonl"
TRACE_FILE: Final = "trace.jsonl"
MISSES_FILE: Final = "misses.md"
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

    def read(self, question: str, history: Sequence[str] = ()) -> Reading: ...


def evaluate(
    qa: Answerer,
    questions: Sequence[Question],
    on_progress: Callable[[int, int], None] | None = None,
    *,
    set_name: str = "",
) -> Evaluation:
    """Ask every question of one answerer and score every answer, as ``evaluate_each`` does."""
    return evaluate_each(lambda _question: qa, questions, on_progress, set_name=set_name)


def evaluate_each(
    answerer_of: Callable[[Question], Answerer],
    questions: Sequence[Question],
    on_progress: Callable[[int, int], None] | None = None,
    *,
    set_name: str = "",
) -> Evaluation:
    """Ask every question of its own answerer and score every answer, in one run.

    ``on_progress`` is told after each question how many are done, and of how many. All gold
    is located before the first question is asked. Raises DatasetError where there are no
    questions or where gold stands in none of the reports.
    """
    if not questions:
        raise DatasetError("there are no questions to ask; load a set that holds some")
    answerers = [answerer_of(question) for question in questions]
    located = [
        locate(question, qa.library.documents)
        for question, qa in zip(questions, answerers, strict=True)
    ]
    results: list[Result] = []
    seconds: dict[str, float] = {}
    for question, qa, gold in zip(questions, answerers, located, strict=True):
        begun = time.perf_counter()
        answer = qa.ask(question.question, question.history)
        seconds[question.id] = round(time.perf_counter() - begun, 6)
        passages = _passages(qa, question) if gold.spans else []
        reading = qa.read(question.question, question.history)
        results.append(judge(question, answer, passages, reading, gold, qa.library.documents))
        if on_progress is not None:
            on_progress(len(results), len(questions))
    scores = [result.scores for result in results]
    kinds = dict.fromkeys(question.kind for question in questions)
    return Evaluation(
        set_name=set_name,
        set_sha256=set_sha256(questions),
        model=results[0].answer.model,
        fingerprint=_fingerprint(result.answer.fingerprint for result in results),
        questions=tuple(scores),
        totals=summarise(scores),
        by_kind={kind: summarise([s for s in scores if s.kind == kind]) for kind in kinds},
        seconds=seconds,
        by_part=_by_part(results),
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
    """Write a run's files into a folder, over those of an earlier run and no others.

    Raises DatasetError where they cannot be written.
    """
    folder = Path(out_dir)
    answers = _lines({"id": r.question.id, **r.answer.to_dict()} for r in run.results)
    traces = _lines(_trace(result) for result in run.results)
    scores = json.dumps(run.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    page, misses = report_html(run), misses_markdown(run)
    remove(folder / SCORES_FILE)
    write_text(folder / ANSWERS_FILE, answers)
    write_text(folder / TRACE_FILE, traces)
    write_text(folder / MISSES_FILE, misses)
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


def _by_part(results: Sequence[Result]) -> dict[str, dict[str, Estimate]]:
    parts: dict[str, list[Scores]] = {"open": [], HELD_OUT: []}
    for result in results:
        parts[HELD_OUT if result.question.held_out else "open"].append(result.scores)
    return (
        {part: summarise(scores) for part, scores in parts.items()} if all(parts.values()) else {}
    )


def _passages(qa: Answerer, question: Question) -> list[Place]:
    found = (passage.metadata for passage in qa.retrieve(question.question, question.history))
    return [Place(data["document_id"], data["start"], data["end"]) for data in found]


def _fingerprint(found: Iterable[str]) -> str:
    """The fingerprint of all answers; where they have several, the SHA-256 over these."""
    distinct = sorted(set(found))
    return distinct[0] if len(distinct) == 1 else _sha256(distinct)


def _sha256(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "backslashreplace")).hexdigest()


def _trace(result: Result) -> dict[str, Any]:
    missed = cause(result)
    return {
        "id": result.question.id,
        "outcome": outcome(result).name,
        "cause": None if missed is None else asdict(missed),
        "confidence": result.answer.confidence,
        "gold": [
            {
                "text": gold.text,
                "cited": gold.is_cited,
                "passage_rank": gold.rank,
                "unit": None if gold.unit is None else asdict(gold.unit),
            }
            for gold in result.gold
        ],
        **asdict(result.trace),
    }


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
