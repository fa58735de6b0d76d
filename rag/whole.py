"""Questions on a report as a whole, answered from its structure: complete, in the text's order.

"What should leaders improve?" is no search: all that the report asks to be put right is the
answer. Which questions are of this kind ``rag.whole_intent`` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.asked import named
from index.facts.grades import rank
from index.types import Block, Document, Fact, Section, Span
from rag.cite import cite_span, flat, lead_in_of, report_name, source_of
from rag.draft import Draft, fact_note
from rag.types import Citation, Part, PartKind, Quote
from rag.whole_intent import Whole, WholeKind

# Headings over what is well, and over what the report says in short.
WELL = re.compile(
    r"\bstrengths?\b|\b(?:doing|done) (?:that is )?(?:effective|well)\b"
    r"|\b(?:do|does|work|works|working|going|goes|went) well\b"
    r"|\b(?:good|best|positive|effective|outstanding) practice\b|\bpositive findings\b"
    r"|\bwhat (?:is|was) (?:good|effective|working)\b",
    re.IGNORECASE,
)
_IN_SHORT = re.compile(
    r"\b(?:summary|overview|in brief|at a glance|conclusions?|(?:key|main|overall) findings"
    r"|(?:key|main) (?:messages|points))\b",
    re.IGNORECASE,
)
# Praise that is no matter of degree, where a report has no heading over what is well.
_PRAISE = re.compile(
    r"\b(?:is|are|remains?|as|real|key|significant|particular|area of|areas of) (?:an? )?"
    r"(?:\w+ )?strengths?\b(?![- ]based)|\b(?:highly|exceptionally) effective\b"
    r"|\bparticularly (?:strong|effective|impressive)\b|\bvery strong\b"
    r"|\b(?:exemplary|excellent|impressive|exceptional|commendable)\b",
    re.IGNORECASE,
)
# What many reports are not asked for at once; dates and names are little (``rag.register``).
OF_EACH: frozenset[WholeKind] = frozenset(
    {"improve", "overall", "judgements", "strengths", "summary"}
)
_GOOD = rank("good")
_DENIED = re.compile(r"\b(?:not|no|never|however|although|despite|lack\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """Words of a report that are a line of the answer, or a fact that no words say."""

    span: Span | None
    is_bullet: bool = False
    lead_in: Quote | None = None
    note: str = ""


def whole_draft(asked: Whole, documents: Sequence[Document]) -> Draft | None:
    """The answer to a question on the whole of some reports, each under its name if several.

    None where one of them has nothing of the kind.
    """
    return _drafted(documents, _LINES[asked.kind], asked.probability)


def has_whole(kind: WholeKind, document: Document) -> bool:
    """Whether a report has an answer to questions of a kind."""
    return next(_LINES[kind](document), None) is not None


def headed_draft(question: str, documents: Sequence[Document]) -> Draft | None:
    """The answer to a question that is a heading of the reports, as "What needs to improve?".

    None where it is none of one of them, or questions were written for it: these know more.
    """
    asked = letters(question)

    def under(document: Document) -> Iterator[_Line]:
        for number, section in enumerate(() if document.answered else document.sections):
            if section.title.endswith("?") and letters(section.title) == asked:
                yield from _found(document, section) or _openings(document, number)

    return _drafted(documents, under, 1.0)


def letters(text: str) -> str:
    """The letters and digits of a text, so that the same words are the same question."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _drafted(
    documents: Sequence[Document],
    lines_of: Callable[[Document], Iterator[_Line]],
    confidence: float,
) -> Draft | None:
    parts: list[Part] = []
    citations: list[Citation] = []
    for document in documents:
        lines = list(_once(lines_of(document)))
        if not lines:
            return None
        if len(documents) > 1:
            parts.append(Part("report", report_name(document)))
        own, cited = _shown(document, lines, len(citations) + 1)
        parts += own
        citations += cited
    sources = tuple(source_of(document) for document in documents)
    return Draft(tuple(parts), confidence, tuple(citations), sources=sources)


def _shown(
    document: Document, lines: Sequence[_Line], begin: int
) -> tuple[list[Part], list[Citation]]:
    parts: list[Part] = []
    citations: list[Citation] = []
    introduced: Quote | None = None
    for line in lines:
        if line.span is None:
            parts.append(Part("note", line.note))
            continue
        citation = cite_span(document, line.span, begin + len(citations), line.lead_in)
        if line.lead_in is not None and line.lead_in != introduced:
            parts.append(Part("lead_in", flat(line.lead_in.quote)))
        introduced = line.lead_in
        kind: PartKind = "bullet" if line.is_bullet else "sentence"
        parts.append(Part(kind, flat(citation.quote), (citation.marker,)))
        citations.append(citation)
    return parts, citations


def _once(lines: Iterator[_Line]) -> Iterator[_Line]:
    """The lines without those whose words stand there already."""
    seen: set[Span] = set()
    for line in lines:
        if line.span is None or line.span not in seen:
            yield line
        if line.span is not None:
            seen.add(line.span)


def _facts(*fields: str) -> Callable[[Document], Iterator[_Line]]:
    def lines(document: Document) -> Iterator[_Line]:
        for field in fields:
            yield from (_of_fact(fact) for fact in document.facts if fact.field == field)

    return lines


def _of_fact(fact: Fact) -> _Line:
    return _Line(fact.span, note="" if fact.span else fact_note(fact))


def _improve(document: Document) -> Iterator[_Line]:
    for one in named(document):
        yield _Line(one.span, True, _introduced(document, one.span))


def _found(document: Document, section: Section) -> list[_Line]:
    """What a section asks to be put right."""
    lines = _improve(document)
    return [line for line in lines if line.span and section.start <= line.span.start < section.end]


def _introduced(document: Document, span: Span) -> Quote | None:
    """The sentence that opens the list that words are in, else the heading over them."""
    units = [unit for unit in document.units if span.start <= unit.start < span.end]
    lead_in = lead_in_of(document, units[0]) if units else None
    return lead_in or _heading(document, units[0].section if units else 0)


def _heading(document: Document, section: int) -> Quote | None:
    if document.sections[section].level < 2:  # the report's title
        return None
    blocks = (block for block in document.blocks if block.section == section)
    heads = next((block for block in blocks if block.kind == "heading"), None)
    return Quote(heads.start, heads.end, document.quote(heads)) if heads else None


def _strengths(document: Document) -> Iterator[_Line]:
    """What stands under headings over what is well; else good grades and words of praise.

    Nothing without such headings where questions were written for the report: these know more.
    """
    under = [n for n, section in enumerate(document.sections) if WELL.search(section.title)]
    for section in under:
        yield from _openings(document, section)
    if under or document.answered:
        return
    for fact in document.facts:
        if fact.field in ("overall", "judgement") and 0 <= rank(fact.value) <= _GOOD:
            yield _of_fact(fact)
    for unit in document.units:
        text = document.quote(unit)
        if unit.kind != "heading" and _PRAISE.search(text) and not _DENIED.search(text):
            yield _Line(Span(unit.start, unit.end))


def _summary(document: Document) -> Iterator[_Line]:
    """The judgements, what stands beside the overall one or under a summary, what to improve."""
    judged = [fact for fact in document.facts if fact.field in ("overall", "judgement")]
    judged.sort(key=lambda fact: fact.field != "overall")
    for fact in judged:
        yield _of_fact(fact)
    spans = [fact.span for fact in judged if fact.span is not None]
    first = _section_of(document, spans[0]) if spans else None
    for number, section in enumerate(document.sections):
        if section is first:
            yield from _beside(document, number, spans)
        elif _IN_SHORT.search(section.title):
            yield from _openings(document, number)
    yield from _improve(document)


def _section_of(document: Document, span: Span) -> Section | None:
    return next((s for s in reversed(document.sections) if s.start <= span.start), None)


def _beside(document: Document, section: int, judged: Sequence[Span]) -> Iterator[_Line]:
    """What a section says beside its judgements: of each paragraph the first sentence.

    Of the paragraphs that hold a judgement the sentences after it.
    """
    first = {unit.block: unit for unit in reversed(document.units)}
    for number in _paragraphs(document, section):
        block = document.blocks[number]
        ends = [span.end for span in judged if block.start <= span.start < block.end]
        for unit in document.units:
            after = unit.start >= max(ends) if ends else unit is first[number]
            if unit.block == number and after and _is_sentence(document.quote(unit), block):
                yield _Line(Span(unit.start, unit.end))


def _openings(document: Document, section: int) -> Iterator[_Line]:
    """The first sentence of every paragraph and bullet of a section."""
    heading = _heading(document, section)
    first = {unit.block: unit for unit in reversed(document.units)}
    for number in _paragraphs(document, section):
        unit = first[number]
        if _is_sentence(document.quote(unit), document.blocks[number]):
            yield _Line(Span(unit.start, unit.end), unit.kind == "bullet", heading)


def _paragraphs(document: Document, section: int) -> list[int]:
    """The places of the paragraphs and bullets of a section that are cut into units."""
    cut = {unit.block for unit in document.units}
    return [
        number
        for number, block in enumerate(document.blocks)
        if number in cut and block.section == section and block.kind in ("paragraph", "bullet")
    ]


def _is_sentence(text: str, block: Block) -> bool:
    """Whether words say something, unlike "Lead inspector: A. Name" and what opens a list."""
    return not text.endswith(":") and (block.kind == "bullet" or text.endswith("."))


_LINES: Mapping[WholeKind, Callable[[Document], Iterator[_Line]]] = {
    "improve": _improve,
    "overall": _facts("overall"),
    "judgements": _facts("overall", "judgement"),
    "strengths": _strengths,
    "summary": _summary,
    "inspected": _facts("inspected"),
    "people": _facts("lead_inspector", "inspectorate"),
}
