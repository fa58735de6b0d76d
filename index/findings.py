"""The findings of reports: judgements, and what each asks to be put right, one row each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from index.asked import AskedKind, asked
from index.types import Document, Section, Span

FindingKind = Literal["judgement", AskedKind]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding and where it stands: ``document.text[start:end] == quote``.

    ``label`` and ``grade`` are those of a judgement; ``lead_in`` is the sentence that gives a
    bullet its sense. ``report`` is the report's title, ``section`` the headings as people read
    them, ``page`` counts from 1 and is None where the file has no pages.
    """

    kind: FindingKind
    document: str
    report: str
    organisation: str
    section: str
    page: int | None
    start: int
    end: int
    quote: str
    lead_in: str = ""
    label: str = ""
    grade: str = ""


def findings(document: Document) -> tuple[Finding, ...]:
    """The findings of a report, judgements first, then what it asks for, see ``index.asked``."""
    wanted = (
        _finding(document, one.kind, one.span, lead_in=one.lead_in) for one in asked(document)
    )
    return (*_judged(document), *wanted)


def matching(
    rows: Iterable[Finding],
    kinds: Collection[str] = (),
    grades: Collection[str] = (),
    text: str = "",
) -> tuple[Finding, ...]:
    """The findings of these kinds, with these grades and all words of ``text``, in any case.

    What is left empty chooses nothing. A word may stand in the quote, its lead-in, the label, the
    section, the report's title or the organisation.
    """
    words = text.casefold().split()
    wanted = {grade.casefold() for grade in grades}
    return tuple(
        row
        for row in rows
        if (not kinds or row.kind in kinds)
        and (not wanted or row.grade in wanted)
        and all(word in _words(row) for word in words)
    )


def _words(row: Finding) -> str:
    parts = (row.quote, row.lead_in, row.label, row.section, row.report, row.organisation)
    return " ".join(" ".join(parts).casefold().split())


def _judged(document: Document) -> Iterator[Finding]:
    for fact in document.facts:
        if fact.field in ("overall", "judgement") and fact.span is not None:
            label = fact.label or fact.field
            yield _finding(document, "judgement", fact.span, label=label, grade=fact.value)


def _finding(
    document: Document,
    kind: FindingKind,
    span: Span,
    *,
    lead_in: str = "",
    label: str = "",
    grade: str = "",
) -> Finding:
    organisation = (fact.value for fact in document.facts if fact.field == "organisation")
    section = _section(document, span.start)
    return Finding(
        kind=kind,
        document=document.document_id,
        report=document.title,
        organisation=next(organisation, ""),
        section=section.label if section is not None else document.title,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        quote=document.quote(span),
        lead_in=lead_in,
        label=label,
        grade=grade,
    )


def _section(document: Document, offset: int) -> Section | None:
    return next((s for s in reversed(document.sections) if s.start <= offset), None)
