"""Evidence into an answer in the report's own words: which units, in which order, as what lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from index.types import Document, Unit
from rag.cite import cite, flat, lead_in_of, report_name, source_of
from rag.config import RagConfig
from rag.leaning import antecedent
from rag.read import Evidence
from rag.same import said_twice
from rag.types import Citation, Nearest, Part, PartKind, Source


def select(
    evidence: Sequence[Evidence], share: float, at_most: int, *, wants_list: bool = False
) -> list[Evidence]:
    """The best unit and those that score at least ``share`` of it.

    A list of which most items are chosen is given whole. So is one whose lead-in is chosen,
    in the place of the lead-in; and, where a list is wanted, one that a chosen sentence leads
    up to in its own paragraph.
    """
    if not evidence:
        return []
    floor = evidence[0].score * share
    chosen = [item for item in evidence[:at_most] if item.score >= floor]
    return _completed(_with_introduced(chosen, evidence, wants_list=wants_list), evidence)


def select_items(evidence: Sequence[Evidence], share: float, at_most: int) -> list[Evidence]:
    """The best bullets, as ``select`` chooses units; for lists in reports without questions.

    Empty where the best unit is no bullet: then the list, if there is one, stands in prose.
    """
    if not evidence or evidence[0].unit.list_id is None:
        return []
    bullets = [item for item in evidence if item.unit.list_id is not None]
    return select(bullets, share, at_most)


def _with_introduced(
    chosen: Sequence[Evidence], evidence: Sequence[Evidence], *, wants_list: bool
) -> list[Evidence]:
    """The chosen units with the lists that lead-ins among them introduce, each unit once."""
    found: dict[tuple[str, int], Evidence] = {}
    for item in chosen:
        items, leads = [item], item.unit
        for units in item.document.lists.values():
            lead_in = units[0].lead_in
            if lead_in is None or leads.list_id is not None:
                continue
            is_lead_in = (lead_in.start, lead_in.end) == (leads.start, leads.end)
            block = item.document.blocks[leads.block]
            if is_lead_in or (wants_list and block.start <= lead_in.start < block.end):
                listed = [_known(evidence, item.document, unit) for unit in units]
                items = listed if is_lead_in else [item, *listed]
        for one in items:
            found.setdefault((one.document.document_id, one.unit.start), one)
    return list(found.values())


def _completed(chosen: list[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The chosen units, with the missing items of each list of which most are there."""
    lists: dict[tuple[str, int], list[Evidence]] = {}
    for item in chosen:
        if item.unit.list_id is not None:
            lists.setdefault((item.document.document_id, item.unit.list_id), []).append(item)
    added = []
    for (_, list_id), items in lists.items():
        document = items[0].document
        units = document.lists[list_id]
        there = {item.unit.block for item in items}
        if 2 <= len(there) < len(units) < 2 * len(there):
            missing = [unit for unit in units if unit.block not in there]
            added += [_known(evidence, document, unit) for unit in missing]
    return [*chosen, *added]


def _known(evidence: Sequence[Evidence], document: Document, unit: Unit) -> Evidence:
    """The evidence on a unit, with score 0 where it was not read."""
    for item in evidence:
        if item.unit is unit and item.document is document:
            return item
    return Evidence(document, unit, 0.0)


def lines(
    selected: Sequence[Evidence], begin: int = 1
) -> tuple[tuple[Part, ...], tuple[Citation, ...]]:
    """Selected units as numbered lines with their citations.

    Markers count from ``begin`` in the order of the lines. Bullets of one list stand together,
    in the report's order, under their lead-in; everything else keeps the order given. What
    sentences say twice is one line, in the fuller words, with a marker for each. A sentence that
    points back ("This has improved") stands under the one before it, unless that is a line too.
    """
    chosen = {(item.document.document_id, item.unit.start) for item in selected}
    parts: list[Part] = []
    citations: list[Citation] = []
    lead_in = None
    for group in said_twice(_in_lists(selected)):
        first = len(citations) + begin
        cited = [_cited(item, first + place, chosen) for place, item in enumerate(group)]
        shown = cited[0]
        if shown.lead_in is not None and shown.lead_in != lead_in:
            parts.append(Part("lead_in", flat(shown.lead_in.quote)))
        lead_in = shown.lead_in
        kind: PartKind = "bullet" if group[0].unit.kind == "bullet" else "sentence"
        parts.append(Part(kind, flat(shown.quote), tuple(item.marker for item in cited)))
        citations += cited
    return tuple(parts), tuple(citations)


def _cited(item: Evidence, marker: int, chosen: Collection[tuple[str, int]]) -> Citation:
    citation = cite(item.document, item.unit, marker)
    before = antecedent(item.document, item.unit)
    if before is None or (citation.document, before.start) in chosen:
        return citation
    return replace(citation, lead_in=before)


def lines_by_report(
    selected: Sequence[Evidence], begin: int = 1
) -> tuple[tuple[Part, ...], tuple[Citation, ...]]:
    """The same with each report's lines together under its name, the best report first."""
    by_report: dict[str, list[Evidence]] = {}
    for item in selected:
        by_report.setdefault(item.document.document_id, []).append(item)
    parts: list[Part] = []
    citations: list[Citation] = []
    for items in by_report.values():
        own, cited = lines(items, begin + len(citations))
        parts += [Part("report", report_name(items[0].document)), *own]
        citations += cited
    return tuple(parts), tuple(citations)


def not_said(searched: int, reason: str = "") -> tuple[Part, ...]:
    """The lines of an answer that says that the reports, so many, do not say."""
    who = "The report does" if searched == 1 else f"The {searched} reports searched do"
    return (Part("note", f"{who} not say.{' ' + reason if reason else ''}"),)


def nearest(evidence: Sequence[Evidence], config: RagConfig) -> tuple[Nearest, ...]:
    """The units that came closest, as they are shown when the report does not say."""
    return tuple(
        Nearest(
            item.document.document_id,
            item.document.sections[item.unit.section].label,
            item.unit.page,
            item.unit.start,
            item.unit.end,
            item.text,
            round(item.score, 4),
            lead_in_of(item.document, item.unit),
        )
        for item in evidence[: config.nearest]
    )


def sources_of(evidence: Sequence[Evidence]) -> tuple[Source, ...]:
    """The reports that pieces of evidence come from, each once."""
    return tuple(dict.fromkeys(source_of(item.document) for item in evidence))


def _in_lists(selected: Sequence[Evidence]) -> list[Evidence]:
    """Evidence with the bullets of each list brought together at the place of the first."""
    first: dict[tuple[str, int], int] = {}
    for place, item in enumerate(selected):
        if item.unit.list_id is not None:
            first.setdefault((item.document.document_id, item.unit.list_id), place)

    def key(entry: tuple[int, Evidence]) -> tuple[int, int]:
        place, item = entry
        if item.unit.list_id is None:
            return place, 0
        return first[item.document.document_id, item.unit.list_id], item.unit.start

    return [item for _, item in sorted(enumerate(selected), key=key)]
