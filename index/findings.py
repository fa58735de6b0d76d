"""The findings of reports: judgements, and what each asks to be put right, one row each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from index.facts.grades import graded
from index.types import Block, Document, Section, Span

FindingKind = Literal[
    "judgement", "area for improvement", "recommendation", "cause of concern", "priority action"
]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)

_Headings = tuple[tuple[FindingKind, re.Pattern[str]], ...]

# What a heading says that stands over findings, in the words of the inspectorates.
_HEADINGS: _Headings = (
    (
        "cause of concern",
        re.compile(r"\bcauses? of concern\b|\b(?:key|priority) concerns?\b", re.I),
    ),
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
_OPENS = re.compile(r"\b(?:should|must|needs? to|recommend(?:s|ed)?)\b[^.]*:\s*$", re.IGNORECASE)
_NEED = re.compile(r"\b(?:should|must|needs? (?:to|an?))\b", re.IGNORECASE)
# What follows the findings in a report: what is well, who was inspected, by whom and how.
_ABOUT = re.compile(
    r"^(?:further )?information (?:about|on)\b|^(?:about|how) (?:the|this|our|we)\b|\bdetails$"
    r"|\b(?:good|positive|effective) practice\b|\bstrengths?\b|^(?:the |our )?inspection team\b"
    r"|^(?:annex|appendix|glossary|references)\b",
    re.IGNORECASE,
)
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
    lists that a sentence such as "The force should:" opens. A paragraph there that ends in
    "This includes:" is a finding up to these words, and the bullets are findings with the whole
    paragraph as ``lead_in``.
    """
    return (*_judged(document), *_asked(document))


def asked_for(document: Document) -> tuple[Finding, ...]:
    """What a report asks to be put right, in the order of the text.

    Where it has headings such as "Areas for improvement", what stands under them and no other.
    """
    rows = tuple(_asked(document))
    headed = tuple(row for row in rows if _kind(row.section, (*_HEADINGS, *_WEAKNESSES)))
    return headed or rows


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


def _asked(document: Document) -> Iterator[Finding]:
    under = dict(_sections(document, _HEADINGS)) or dict(_sections(document, _WEAKNESSES))
    # Where something is listed or asked for, the other paragraphs explain.
    asking = {
        block.section
        for block in document.blocks
        if block.kind == "bullet" or _asks(document.quote(block), block)
    }
    openings = {block.lead_in.end: block.lead_in for block in document.blocks if block.lead_in}
    paragraphs = {block.end: block for block in document.blocks if block.kind == "paragraph"}
    for block in document.blocks:
        kind = under.get(block.section)
        if block.kind == "date" or (block.kind == "heading" and kind is None):
            continue
        span = Span(block.start, block.end)
        lead_in = block.lead_in
        if kind and block.kind == "paragraph" and block.end in openings:
            span = _before(document, block, openings[block.end])
        elif kind and lead_in and lead_in.end in paragraphs:
            lead_in = Span(paragraphs[lead_in.end].start, lead_in.end)
        introduced = " ".join(document.quote(lead_in).split()) if lead_in else ""
        text = document.quote(span)
        if not _says_something(text, block):
            continue
        asks = block.kind == "bullet" or block.section not in asking or _asks(text, block)
        if kind is None and _OPENS.search(introduced[-_LONGEST:]):
            kind, asks = "area for improvement", True
        if kind is not None and asks:
            yield _finding(document, kind, span, lead_in=introduced)


def _before(document: Document, block: Block, opening: Span) -> Span:
    """A paragraph without the sentence that opens a list."""
    text = document.text[block.start : opening.start]
    return Span(block.start, block.start + len(text.rstrip()))


def _asks(text: str, block: Block) -> bool:
    """Whether a paragraph or heading asks for something; "What needs to improve?" does not."""
    heads = block.kind == "heading" and _kind(text, _HEADINGS) is not None
    return _NEED.search(text) is not None and not heads


def _says_something(text: str, block: Block) -> bool:
    """Whether a text is whole; a line without an end names who is to act, or heads a table.

    A heading that asks for something is whole: "The force should answer calls sooner".
    """
    if text.endswith(":"):
        return False
    if block.kind == "heading":
        return _asks(text, block)
    ended = text.endswith((".", ";")) and len(text.split()) >= _FEWEST_WORDS
    return block.kind == "bullet" or ended


def _sections(document: Document, headings: _Headings) -> Iterator[tuple[int, FindingKind]]:
    """The sections that hold findings, by their own heading or that of the section they are in.

    What comes in that section after a heading such as "Information about this inspection"
    holds none.
    """
    over: tuple[str, ...] = ()
    for number, section in enumerate(document.sections):
        kind = _kind(section.title, headings)
        if _ABOUT.search(section.title):
            over = section.path[:-1] if len(section.path) > 2 else ()
        elif section.path[: len(over)] != over:
            over = ()
        if kind is None and not over and graded(section.title) is None:
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
