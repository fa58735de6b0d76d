"""Quotes into citations, each compared with the report's text before anyone sees it."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Mapping

from index.errors import AnswerError
from index.types import Block, Document, Span, Unit
from rag.types import Answer, Citation, Nearest, Part, Quote, Source


def cite(document: Document, unit: Unit, marker: int) -> Citation:
    """The verified citation of a unit; raises AnswerError where its offsets leave the text."""
    citation = Citation(
        marker=marker,
        document=document.document_id,
        section=document.sections[unit.section].label,
        page=unit.page,
        start=unit.start,
        end=unit.end,
        quote=document.quote(unit),
        lead_in=lead_in_of(document, unit),
        verified=True,
    )
    if fault := fault_of(citation, document):
        raise AnswerError(fault)
    return citation


def cite_span(
    document: Document, span: Span, marker: int, lead_in: Quote | None = None
) -> Citation:
    """The verified citation of any words; raises AnswerError where their offsets leave the text."""
    section = next((s for s in reversed(document.sections) if s.start <= span.start), None)
    citation = Citation(
        marker=marker,
        document=document.document_id,
        section=section.label if section else document.title,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        quote=document.quote(span),
        lead_in=lead_in,
        verified=True,
    )
    if fault := fault_of(citation, document):
        raise AnswerError(fault)
    return citation


def report_name(document: Document) -> str:
    """A report as a line of its own names it: its title and the month of the inspection."""
    inspected = next((fact.value for fact in document.facts if fact.field == "inspected"), "")
    began = re.match(r"(\d{4})(?:-(\d{2}))?", inspected)
    if began is None:
        return flat(document.title)
    month = f"{month_name[int(began[2])]} " if began[2] and 1 <= int(began[2]) <= 12 else ""
    return f"{flat(document.title)} ({month}{began[1]})"


def lead_in_of(document: Document, unit: Unit) -> Quote | None:
    """What gives a bullet its sense, at its place: the sentence or heading right above its list.

    None where neither stands there, and for everything that is no bullet.
    """
    span: Span | Block | None = unit.lead_in
    if span is None and unit.list_id is not None:
        first = document.lists[unit.list_id][0].block
        above = document.blocks[first - 1] if first else None
        span = above if above is not None and above.kind == "heading" else None
    return None if span is None else Quote(span.start, span.end, document.quote(span))


def source_of(document: Document) -> Source:
    """The document as an answer names it."""
    return Source(document.document_id, document.title, document.sha256)


def fault_of(item: Citation | Nearest, document: Document) -> str | None:
    """What is wrong with a quote of this document; None where it and its lead-in stand there."""
    name = f"[{item.marker}]" if isinstance(item, Citation) else "nearest passage:"
    quotes = [Quote(item.start, item.end, item.quote)]
    if item.lead_in is not None:
        quotes.append(item.lead_in)
    for quote in quotes:
        if not 0 <= quote.start < quote.end <= len(document.text):
            return (
                f"{name} offsets {quote.start}-{quote.end} are outside of "
                f"{document.document_id}, which has {len(document.text)} characters"
            )
        found = document.text[quote.start : quote.end]
        if found != quote.quote:
            return (
                f"{name} {document.document_id} does not say "
                f"{_short(quote.quote)} at {quote.start}-{quote.end}; it says {_short(found)}"
            )
    return None


def verify(answer: Answer, documents: Mapping[str, Document]) -> list[str]:
    """Everything that the documents do not prove in an answer, a line each; empty when proven.

    Checked are each report's hash, every quote and lead-in at its offsets, that each marker
    in the answer's parts has a citation and each citation a part, that every line presented
    as the report's words is made of the quotes it cites, and stands under its own report's name;
    and that every sentence of a language model that counts as supported is proven by the words
    that it cites.
    """
    faults = []
    for source in answer.sources:
        document = documents.get(source.document)
        if document is None:
            faults.append(f"there is no report {source.document} in this library")
        elif document.sha256 != source.sha256:
            faults.append(
                f"{source.document} is another version here: its text has SHA-256 "
                f"{document.sha256}, the answer was made from {source.sha256}"
            )
    named = {source.document for source in answer.sources}
    quoted: list[Citation | Nearest] = [*answer.citations, *answer.nearest]
    for document_id in dict.fromkeys(item.document for item in quoted):
        if document_id not in named:
            faults.append(f"{document_id} is cited but not among the answer's sources")
    for item in quoted:
        if item.document in documents:
            fault = fault_of(item, documents[item.document])
            faults.extend([fault] if fault else [])
    faults += _unproven_parts(answer) + _misplaced_parts(answer, documents)
    if answer.left_out or any(part.verdict is not None for part in answer.parts):
        # It loads the reader, which nothing else here needs.
        from rag.proof import written_faults

        faults += written_faults(answer, documents)
    return faults


def _misplaced_parts(answer: Answer, documents: Mapping[str, Document]) -> list[str]:
    """The lines that stand under the name of another report than the one they cite."""
    of = {citation.marker: citation.document for citation in answer.citations}
    faults, heading = [], ""
    for part in answer.parts:
        if part.kind == "report":
            heading = part.text
            continue
        for name in dict.fromkeys(of[marker] for marker in part.markers if marker in of):
            if heading and name in documents and report_name(documents[name]) != heading:
                faults.append(f"{_short(part.text)} stands under {_short(heading)}, not its report")
    return faults


def _unproven_parts(answer: Answer) -> list[str]:
    quotes = {citation.marker: citation for citation in answer.citations}
    lead_ins = {flat(item.lead_in.quote) for item in answer.citations if item.lead_in}
    faults: list[str] = []
    for part in answer.parts:
        unknown = [marker for marker in part.markers if marker not in quotes]
        faults.extend(f"[{marker}] has no citation" for marker in unknown)
        if part.verdict is not None:
            if part.verdict.supported and part.kind != "lead_in" and not part.markers:
                faults.append(f"{_short(part.text)} cites nothing")
        elif part.kind == "lead_in":
            if part.text not in lead_ins:
                faults.append(f"{_short(part.text)} is the lead-in of no citation")
        elif part.kind not in ("note", "report") and not unknown:
            cited = {flat(quotes[marker].quote) for marker in part.markers}
            if part.text not in cited:
                faults.append(f"{_short(part.text)} is not the quote that it cites")
    used = {marker for part in answer.parts for marker in part.markers}
    faults.extend(f"[{marker}] is cited by no part" for marker in sorted(set(quotes) - used))
    text = answer_text(answer.parts)
    if answer.text != text:
        faults.append("the answer's text is not that of its parts")
    return faults


def answer_text(parts: tuple[Part, ...]) -> str:
    """Plain text of an answer: a line a part, bullets marked, markers in brackets."""
    lines = []
    for part in parts:
        markers = "".join(f" [{marker}]" for marker in part.markers)
        lines.append(("• " if part.kind == "bullet" else "") + part.text + markers)
    return "\n".join(lines)


def flat(text: str) -> str:
    """The text on one line: every run of white space is one space."""
    return " ".join(text.split())


def _short(text: str) -> str:
    shown = flat(text)
    return repr(shown if len(shown) <= 60 else shown[:57] + "...")
