"""An answer held against its question's gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from eval import metrics
from eval.dataset import Question
from eval.gold import Characters, Gold, GoldSpan, Place, characters
from eval.types import GoldResult, RankedUnit, Result, Scores, TextRun, Trace
from index.types import Document, Span
from rag.pipeline import Reading
from rag.read import Evidence
from rag.types import Answer

_TRACED_UNITS: Final = 10


def judge(
    question: Question,
    answer: Answer,
    passages: Sequence[Place],
    reading: Reading,
    gold: Gold,
    documents: Mapping[str, Document],
) -> Result:
    """The scores of an answer and what they rest on.

    ``passages`` are the places retrieved for the question, best first, and ``reading`` is what
    was read of them. Cited is what the citations quote; the lead-in that a citation brings
    with it is context and does not count.
    """
    citations = [
        characters([Place(c.document, c.start, c.end)], documents) for c in answer.citations
    ]
    cited: Characters = frozenset().union(*citations)
    citable = characters(gold.citable, documents)
    spans = [[characters([place], documents) for place in span.places] for span in gold.spans]
    ranks = metrics.span_ranks(spans, [characters([place], documents) for place in passages])
    values = (
        {
            "correct": metrics.correct(
                answer.text, answer.abstained, question.required, question.forbidden
            ),
            "coverage": metrics.coverage(answer.text, answer.abstained, question.required),
            "citation_precision": metrics.citation_precision(cited, citable),
            "citation_recall": metrics.citation_recall(cited, spans),
            "length_ratio": metrics.length_ratio(answer.text, question.gold_spans),
            "wrong_abstention": float(answer.abstained),
            **{f"recall_at_{k}": metrics.recall_at(k, ranks) for k in metrics.RECALL_AT},
            "reciprocal_rank": metrics.reciprocal_rank(ranks),
            **_named(question, answer, documents),
        }
        if question.answerable
        else {"right_abstention": float(answer.abstained)}
    )
    return Result(
        question=question,
        answer=answer,
        scores=Scores(
            id=question.id,
            question=question.question,
            kind=question.kind,
            answerable=question.answerable,
            abstained=answer.abstained,
            values=values,
        ),
        gold=tuple(
            _gold_result(span, cited, rank, _first_of(span, reading.evidence), documents)
            for span, rank in zip(gold.spans, ranks, strict=True)
        ),
        precisions=tuple(metrics.citation_precision(part, citable) for part in citations),
        trace=Trace(
            query=reading.query,
            limits=reading.limits,
            count=len(reading.evidence),
            units=tuple(
                _ranked(rank, item)
                for rank, item in enumerate(reading.evidence[:_TRACED_UNITS], start=1)
            ),
        ),
    )


def _named(
    question: Question, answer: Answer, documents: Mapping[str, Document]
) -> dict[str, float]:
    """Whether an answer cites the reports and pages that the set names, where it names any."""
    if answer.abstained:
        return {}
    files = {name: Path(document.source).name for name, document in documents.items()}
    names = {name: {name, file, Path(file).stem} for name, file in files.items()}

    def called(document_id: str, among: Sequence[str]) -> str:
        known = names.get(document_id, {document_id})
        return next((name for name in among if name in known), document_id)

    found: dict[str, float] = {}
    if question.documents:
        reports = [called(item.document, question.documents) for item in answer.citations]
        found["right_report"] = metrics.right_report(reports, question.documents)
    if question.pages:
        pages = {(page.file, page.page) for page in question.pages}
        on = [page.file for page in question.pages]
        places = [(called(item.document, on), item.page) for item in answer.citations]
        found["right_page"] = metrics.right_page(places, pages)
    return found


def _first_of(span: GoldSpan, evidence: Sequence[Evidence]) -> RankedUnit | None:
    """The best ranked unit that touches a gold span, or whose lead-in does."""
    for rank, item in enumerate(evidence, start=1):
        shown: list[Span | None] = [Span(item.unit.start, item.unit.end), item.unit.lead_in]
        for place in span.places:
            if place.document_id == item.document.document_id and any(
                part is not None and part.start < place.end and place.start < part.end
                for part in shown
            ):
                return _ranked(rank, item)
    return None


def _ranked(rank: int, item: Evidence) -> RankedUnit:
    place = Place(item.document.document_id, item.unit.start, item.unit.end)
    return RankedUnit(rank, place, item.score, item.text)


def _gold_result(
    span: GoldSpan,
    cited: Characters,
    rank: int | None,
    unit: RankedUnit | None,
    documents: Mapping[str, Document],
) -> GoldResult:
    place = max(span.places, key=lambda place: len(characters([place], documents) & cited))
    document = documents[place.document_id]
    sections = [s.label for s in document.sections if s.start <= place.start < s.end]
    pieces: list[TextRun] = []
    for offset in range(place.start, place.end):
        character = document.text[offset]
        is_cited = (place.document_id, offset) in cited
        if pieces and (character.isspace() or is_cited == pieces[-1].cited):
            pieces[-1] = TextRun(pieces[-1].text + character, pieces[-1].cited)
        else:
            pieces.append(TextRun(character, is_cited))
    return GoldResult(place, sections[-1] if sections else "", tuple(pieces), rank, unit)
