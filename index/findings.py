"""The findings of reports: judgements, and what each asks to be put right, one row each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.facts.grades import graded
from index.types import Document, Section, Span

FindingKind = Literal[
    "judgement", "area for improvement", "recommendation", "cause of concern", "priority action"
]

_Headings = tuple[tuple[FindingKind, re.Pattern[str]], ...]

# What a heading says that stands over findings, in the words of the inspectorates.
_HEADINGS: _Headings = (
    ("cause of concern", re.compile(r"\bcauses? of concern\b|\bkey concerns?\b", re.I)),
    (
        "priority action",
        re.compile(
            r"\bpriority actions?\b|\bareas? for priority action\b"
            r"|\bactions? (?:the|a) \w+ (?:must|should) take\b",
            re.I,
        ),
    ),
    ("recommendation", re.compile(r"\brecommend(?:ations?|s)\b|\bwhat we recommend\b", re.I)),
    (
        "area for improvement",
        re.compile(
            r"\bareas? (?:for|of) improvement\b|\bwhat needs to (?:improve|be improved)\b"
            r"|\bwhat .{2,40} (?:should|must|can) improve\b",
            re.I,
        ),
    ),
)
# Of reports without such headings: what stands over weaknesses told at length.
_WEAKNESSES: _Headings = (
    ("area for improvement", re.compile(r"\bneeds? to (?:do better|improve)\b", re.I)),
)
# A list's lead-in that asks for something: "The force should:", "Leaders must ensure that:".
_ASKS = re.compile(r"\b(?:should|must|needs? to|recommend(?:s|ed)?)\b[^.]*:\s*$", re.IGNORECASE)
_NEED = re.compile(r"\b(?:should|must|needs? to)\b", re.IGNORECASE)
_FEWEST_WORDS, _LONGEST = 4, 400


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
    """The findings of a report, judgements first, then in the order of the text.

    What is to be put right are the bullets, or where a section has none the paragraphs, under
    headings such as "Areas for improvement" and "What needs to improve?", and the bullets of
    lists that a sentence such as "The force should:" opens.
    """
    return (*_judged(document), *_asked(document))


def _judged(document: Document) -> Iterator[Finding]:
    for fact in document.facts:
        if fact.field in ("overall", "judgement") and fact.span is not None:
            label = fact.label or fact.field
            yield _finding(document, "judgement", fact.span, label=label, grade=fact.value)


def _asked(document: Document) -> Iterator[Finding]:
    under = dict(_sections(document, _HEADINGS)) or dict(_sections(document, _WEAKNESSES))
    listed = {block.section for block in document.blocks if block.kind == "bullet"}
    for block in document.blocks:
        text = document.quote(block)
        if block.kind not in ("paragraph", "bullet") or text.endswith(":"):
            continue
        # A line without an end names who is to act, or heads a table.
        is_sentence = block.kind == "bullet" or text.endswith((".", ";"))
        if len(text.split()) < _FEWEST_WORDS or not is_sentence:
            continue
        kind = under.get(block.section)
        lead_in = " ".join(document.quote(block.lead_in).split()) if block.lead_in else ""
        asks = block.kind == "bullet" or block.section not in listed or _NEED.search(text)
        if kind is None and _ASKS.search(lead_in[-_LONGEST:]):
            kind, asks = "area for improvement", True
        if kind is not None and asks:
            yield _finding(document, kind, Span(block.start, block.end), lead_in=lead_in)


def _sections(document: Document, headings: _Headings) -> Iterator[tuple[int, FindingKind]]:
    """The sections that hold findings, by their own heading or that of the section they are in."""
    for number, section in enumerate(document.sections):
        kind = _kind(section.title, headings)
        if kind is None and graded(section.title) is None:
            above = (_kind(title, headings) for title in reversed(section.path[1:-1]))
            kind = next((found for found in above if found is not None), None)
        if kind is not None:
            yield number, kind


def _kind(title: str, headings: _Headings) -> FindingKind | None:
    return next((kind for kind, words in headings if words.search(title)), None)


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
