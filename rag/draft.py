"""What reports say to a question before it is an answer, and drafts on several put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.types import Document, Fact
from rag.absent import Absent
from rag.cite import cite, cite_span, flat, report_name, source_of
from rag.mentions import mentions
from rag.read import Evidence
from rag.register import Register
from rag.route import Group, Route
from rag.table import Row, Table, heading, shown
from rag.types import Citation, Nearest, Part, Source

_NAMED = 8  # organisations that are named where there is no report on another
_SEARCHED = 20  # reports that are named where none says


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of an answer; the fields are those of ``rag.types.Answer``."""

    parts: tuple[Part, ...]
    confidence: float
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    nearest: tuple[Nearest, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


def side_by_side(drafts: Sequence[tuple[Group, Draft]], documents: Mapping[str, Document]) -> Draft:
    """The drafts on several organisations as one, each under its report's name.

    One that does not say is said not to; the whole abstains where none says.
    """
    parts: list[Part] = []
    citations: list[Citation] = []
    for group, draft in drafts:
        own = [documents[name] for name in group.documents]
        if not draft.parts or draft.parts[0].kind != "report":
            cited = {item.document for item in draft.citations}
            named = next((one for one in own if one.document_id in cited), own[0])
            alone = len(own) == 1 or cited
            parts.append(Part("report", report_name(named) if alone else group.name))
        shift = len(citations)
        parts += [
            replace(part, markers=tuple(marker + shift for marker in part.markers))
            for part in draft.parts
        ]
        citations += [replace(item, marker=item.marker + shift) for item in draft.citations]
    said = [draft for _, draft in drafts if not draft.abstained]
    every = [draft for _, draft in drafts]
    return Draft(
        parts=tuple(parts),
        confidence=max(draft.confidence for draft in said or every),
        citations=tuple(citations),
        abstained=not said,
        nearest=() if said else tuple(item for draft in every for item in draft.nearest[:1]),
        missing=() if said else tuple(dict.fromkeys(w for d in every for w in d.missing)),
        sources=tuple(dict.fromkeys(source for draft in said or every for source in draft.sources)),
    )


def judgement_draft(found: Table) -> Draft:
    """The answer to what named organisations were judged: a line a report."""
    parts: list[Part] = []
    citations: list[Citation] = []
    for row in found.rows:
        own, cited = _row(row, len(citations) + 1)
        parts += own if len(found.rows) > 1 else own[1:]
        citations += cited
    sources = tuple(source_of(row.document) for row in found.rows)
    return Draft(tuple(parts), 1.0, tuple(citations), sources=sources)


def register_draft(asked: Register, found: Table) -> Draft:
    """The answer to a question over all reports: a line a report, the passage that says so."""
    parts = [Part("note", heading(asked, found))]
    citations: list[Citation] = []
    rows = shown(found)
    for row in rows:
        own, cited = _row(row, len(citations) + 1)
        parts += own
        citations += cited
    if found.unknown:
        count = len(found.unknown)
        reports = "1 other report does" if count == 1 else f"{count} other reports do"
        parts.append(Part("note", f"{reports} not say this in these words."))
    sources = tuple(source_of(row.document) for row in rows)
    return Draft(tuple(parts), 1.0, tuple(citations), sources=sources)


def _row(row: Row, begin: int) -> tuple[list[Part], list[Citation]]:
    parts = [Part("report", report_name(row.document))]
    citations: list[Citation] = []
    for fact in row.facts:
        if fact.span is None:
            parts.append(Part("note", fact_note(fact)))
            continue
        citation = cite_span(row.document, fact.span, begin + len(citations))
        parts.append(Part("sentence", flat(citation.quote), (citation.marker,)))
        citations.append(citation)
    return parts, citations


def fact_note(fact: Fact) -> str:
    """A fact that no passage says, and who says it."""
    said = "set by a user" if fact.origin == "user" else "said by the file beside the report"
    return f"{fact.field.replace('_', ' ')}: {fact.value} ({said})"


def mention_draft(words: str, documents: Sequence[Document]) -> Draft:
    """The answer to which reports mention some words: each, with where it first does."""
    found = mentions(words, documents)
    every = f"the {len(documents):,} reports"
    if not found:
        note = Part("note", f"None of {every} mentions “{words}”.")
        return Draft((note,), 1.0, abstained=True, missing=(words,))
    times = sum(one.count for one in found)
    has = f"{len(found):,} of {every} {'mentions' if len(found) == 1 else 'mention'} “{words}”"
    parts = [Part("note", f"{has}, {times:,} {'time' if times == 1 else 'times'} in all:")]
    citations: list[Citation] = []
    for one in found:
        citation = cite(one.document, one.unit, len(citations) + 1)
        parts += [
            Part("report", report_name(one.document)),
            Part("sentence", flat(citation.quote), (citation.marker,)),
        ]
        citations.append(citation)
    sources = tuple(source_of(one.document) for one in found)
    return Draft(tuple(parts), 1.0, tuple(citations), sources=sources)


def absent_draft(route: Route) -> Draft:
    """What is answered where there is no report on what is asked for."""
    notes = [*([no_report(route)] if route.absent else []), *route.lacking]
    return Draft(tuple(Part("note", note) for note in notes), 0.0, abstained=True)


def each_draft(reports: int, at_once: int) -> Draft:
    """What is answered where many reports are asked for what each has to say as a whole."""
    note = f"Each of the {reports:,} reports has an answer of its own to this. "
    note += f"Name an organisation, or choose up to {at_once} of the reports."
    return Draft((Part("note", note),), 0.0, abstained=True)


def no_report(route: Route) -> str:
    """ "There is no report on Kent here", and what there is."""
    wanted = " or ".join(one.name for one in route.absent)
    there = route.there
    if not there:
        return f"There is no report on {wanted} here."
    more = len(there) - _NAMED
    listed = ", ".join(there[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"There is no report on {wanted} here; there are reports on {listed}."


def names_any(item: Evidence, absent: Sequence[Absent]) -> bool:
    """Whether a unit's own paragraph or heading speaks of one of the names."""
    document = item.document
    words = document.quote(document.blocks[item.unit.block])
    around = f"{document.sections[item.unit.section].label} {words}"
    return any(one.name in around for one in absent)


def with_notes(draft: Draft, notes: Sequence[str]) -> Draft:
    """The draft with lines of ours at its end."""
    return replace(draft, parts=(*draft.parts, *(Part("note", note) for note in notes)))


def route_notes(route: Route, documents: Mapping[str, Document]) -> list[str]:
    """What is to be said of the choice of reports: names without one, older ones left out."""
    notes = []
    if route.groups and route.absent:
        notes.append(no_report(route))
    notes += route.lacking
    notes += [
        f"There is an earlier report, {report_name(documents[name])}; name its year to ask it."
        for name in route.older
    ]
    return notes


def cited_in(draft: Draft, documents: Mapping[str, Document]) -> list[Evidence]:
    """The units that a draft cites, as what a language model may write from."""
    return [
        Evidence(documents[item.document], unit, 1.0)
        for item in draft.citations
        for unit in documents[item.document].units
        if unit.start < item.end and item.start < unit.end
    ]


def searched(documents: Sequence[Document], evidence: Sequence[Evidence]) -> tuple[Source, ...]:
    """The reports searched, as sources; of more than twenty only those that came nearest."""
    near = {item.document.document_id for item in evidence}
    named = [
        document
        for document in documents
        if len(documents) <= _SEARCHED or document.document_id in near
    ]
    return tuple(source_of(document) for document in named)
