"""What each part of the product adds: the same questions ranked with and without it.

The first k units of every method (``eval.unit_rankings``) are made into an answer as the product
makes one, without ever abstaining, and scored as in any run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.table import Table

from eval import metrics
from eval.dataset import Question, set_sha256
from eval.files import write_text
from eval.gold import Gold, Place, characters, locate
from eval.stats import CONFIDENCE_LEVEL, RESAMPLES, SEED, Estimate, estimate
from eval.tables import markdown
from eval.unit_rankings import METHODS, WITH_QUESTIONS, UnitRankings
from index.errors import DatasetError
from index.types import Document
from rag.cite import answer_text
from rag.compose import lines
from rag.pipeline import ReportQA
from rag.read import Evidence
from rag.types import Answer, Citation

UNITS: Final = (1, 3)
PRODUCT: Final = "the product's answers"


@dataclass(frozen=True, slots=True)
class Row:
    """A method's scores; ``units`` is how many are given, None where the product decides."""

    method: str
    units: int | None
    correct: Estimate
    citation_precision: Estimate


@dataclass(frozen=True)
class Ablation:
    """What was measured of the answerable questions of a set, and of which pipelines.

    ``search_model`` is that of the plain methods; ``fingerprints`` are the pipelines'.
    """

    set_name: str
    set_sha256: str
    questions: int
    search_model: str
    reader_model: str
    fingerprints: tuple[str, ...]
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        bootstrap = {"level": CONFIDENCE_LEVEL, "resamples": RESAMPLES, "seed": SEED}
        return {"format": 1, **asdict(self), "bootstrap": bootstrap}


def ablate(
    answerer_of: Callable[[Question], ReportQA],
    questions: Sequence[Question],
    on_progress: Callable[[int, int], None] | None = None,
    *,
    set_name: str = "",
) -> Ablation:
    """Rank and answer every answerable question of its own pipeline.

    ``on_progress`` is told after each how many are done, and of how many. Raises DatasetError
    where no question is answerable or where gold stands in none of the reports.
    """
    asked = [question for question in questions if question.answerable]
    if not asked:
        raise DatasetError("no question of the set is answerable; a ranking cannot be scored")
    answerers = [answerer_of(question) for question in asked]
    located = [
        locate(question, qa.library.documents)
        for question, qa in zip(asked, answerers, strict=True)
    ]
    rankings: dict[ReportQA, UnitRankings] = {}
    scores: dict[tuple[str, int | None], list[_Scored]] = {}
    for done, (question, qa, gold) in enumerate(zip(asked, answerers, located, strict=True), 1):
        if qa not in rankings:
            rankings[qa] = UnitRankings.build(qa)
        judge = _Judge(question, gold, qa.library.documents)
        for method, evidence in rankings[qa].rank(question).items():
            for units in UNITS:
                scores.setdefault((method, units), []).append(judge.first(evidence[:units]))
        answer = qa.ask(question.question, question.history)
        scores.setdefault((PRODUCT, None), []).append(judge.answer(answer))
        if on_progress:
            on_progress(done, len(asked))
    return Ablation(
        set_name=set_name,
        set_sha256=set_sha256(questions),
        questions=len(asked),
        search_model=answerers[0].library.encoder.model_name,
        reader_model=answerers[0].reading_encoder.encoder.model_name,
        fingerprints=tuple(qa.fingerprint for qa in rankings),
        rows=tuple(_rows(scores, _methods(rankings))),
    )


def write_ablation(ablation: Ablation, path: Path) -> None:
    """Write all figures, with intervals, as JSON; raises DatasetError where that fails."""
    write_text(path, json.dumps(ablation.to_dict(), ensure_ascii=False, indent=1) + "\n")


def ablation_text(ablation: Ablation) -> str:
    """A Markdown table of correct and citation precision, and how sure the figures are."""
    table = Table("method", box=box.MARKDOWN)
    for units in UNITS:
        table.add_column(f"k = {units}", justify="right")
    table.add_column("own length", justify="right")
    cells = {(row.method, row.units): row for row in ablation.rows}
    for method in dict.fromkeys(row.method for row in ablation.rows):
        row = [_cell(cells.get((method, units))) for units in (*UNITS, None)]
        table.add_row(method, *row)
    reach = max(_reach(row) for row in ablation.rows)
    asked = "1 question" if ablation.questions == 1 else f"{ablation.questions} questions"
    return (
        f"{markdown(table)}\n\nCorrect, citation precision; {asked}; 95 % intervals reach up to "
        f"{reach:.2f} from the figure. {ablation.search_model}, {ablation.reader_model}"
    )


@dataclass(frozen=True, slots=True)
class _Scored:
    correct: float
    citation_precision: float


@dataclass(frozen=True)
class _Judge:
    """Scores answers to one question."""

    question: Question
    gold: Gold
    documents: Mapping[str, Document]

    def first(self, evidence: Sequence[Evidence]) -> _Scored:
        """Units as the product would compose them."""
        parts, citations = lines(evidence)
        return self._scored(answer_text(parts), False, citations)

    def answer(self, answer: Answer) -> _Scored:
        return self._scored(answer.text, answer.abstained, answer.citations)

    def _scored(self, text: str, abstained: bool, citations: Iterable[Citation]) -> _Scored:
        asked = self.question
        places = [Place(cited.document, cited.start, cited.end) for cited in citations]
        return _Scored(
            metrics.correct(text, abstained, asked.required, asked.forbidden),
            metrics.citation_precision(
                characters(places, self.documents),
                characters(self.gold.citable, self.documents),
            ),
        )


def _methods(asked: Iterable[ReportQA]) -> list[str]:
    """The methods to show: those with questions only where some are written."""
    written = any(document.answered for qa in asked for document in qa.library.documents.values())
    return [method for method in METHODS if written or method not in WITH_QUESTIONS] + [PRODUCT]


def _rows(
    scores: Mapping[tuple[str, int | None], Sequence[_Scored]], methods: Iterable[str]
) -> Iterator[Row]:
    for method in methods:
        for units in (*UNITS, None):
            scored = scores.get((method, units), ())
            correct = estimate([one.correct for one in scored])
            precision = estimate([one.citation_precision for one in scored])
            if correct is not None and precision is not None:
                yield Row(method, units, correct, precision)


def _cell(row: Row | None) -> str:
    return f"{row.correct.value:.2f}, {row.citation_precision.value:.2f}" if row else ""


def _reach(row: Row) -> float:
    found = row.correct, row.citation_precision
    return max(max(one.high - one.value, one.value - one.low) for one in found)
