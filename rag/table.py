"""What all reports say to a question of the register, report by report, and how it is headed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.facts.grades import rank
from index.types import Document, Fact
from rag.names import words_of
from rag.register import YEAR, Register, prefixes

_SHOWN_ALL = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A report and what is known of it that the question asks for."""

    document: Document
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All that the reports say to a question of this kind.

    ``rows`` are the reports asked for, ``others`` those that say otherwise, ``unknown`` those
    of which it is not known.
    """

    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    unknown: tuple[Document, ...]


def table(asked: Register, documents: Sequence[Document]) -> Table:
    """Every report looked at, in the order of the organisations' names."""
    rows: list[Row] = []
    others: list[Row] = []
    unknown: list[Document] = []
    for document in sorted(documents, key=_place):
        if asked.kind and not any(
            fact.field == "kind" and fact.value == asked.kind for fact in document.facts
        ):
            continue
        when = _dated(asked, document)
        by = [fact for body in asked.bodies for fact in _valued(document, "inspectorate", body)]
        if (asked.years and not when) or len(by) < len(asked.bodies):
            continue
        judged = _judgement(asked, document) if asked.judged else None
        other_scale = asked.graded and judged is not None and rank(judged.value) < 0
        if asked.judged and (judged is None or other_scale):
            unknown.append(document)
            continue
        more = [fact for fact in document.facts if fact.field in asked.fields]
        if asked.fields and not more:
            unknown.append(document)
            continue
        facts = [*([judged] if judged else []), *when, *by, *more]
        facts = facts or _valued(document, "organisation", "")
        row = Row(document, tuple(facts))
        is_wanted = asked.wanted is None or judged is None or asked.wanted(judged.value)
        (rows if is_wanted else others).append(row)
    if asked.order:
        return _ordered(asked, rows, unknown)
    return Table(tuple(rows), tuple(others), tuple(unknown))


def heading(asked: Register, found: Table) -> str:
    """The line that opens the answer: how many of how many."""
    looked_at = len(found.rows) + len(found.others)
    which = ""
    if asked.judged:
        which = " that judge this" if asked.aspect else " with an overall judgement"
        which = " with an overall grade" if asked.graded and not asked.aspect else which
    of = f"{looked_at} report{'' if looked_at == 1 else 's'}{which}"
    if not looked_at:
        return "No report here is of this kind."
    if not found.rows:
        return f"None of the {of}."
    if asked.order:
        return f"The {asked.order} of the {of}:" if looked_at > 1 else f"The {of}:"
    if asked.wanted is None:
        some = asked.years or asked.bodies or asked.kind
        return f"{of}:" if some else f"The {of}:"
    return f"{len(found.rows)} of the {of}:"


def shown(found: Table) -> tuple[Row, ...]:
    """The rows that are shown; where none is wanted, the few others, as proof."""
    if found.rows:
        return found.rows
    return found.others if len(found.others) <= _SHOWN_ALL else ()


def _ordered(asked: Register, rows: Sequence[Row], unknown: Sequence[Document]) -> Table:
    """The rows that come first in the order asked for; equal ones stand together."""

    def key(row: Row) -> str | int:
        if asked.order in ("best", "worst"):
            return rank(row.facts[0].value)
        dated = next(fact for fact in row.facts if fact.field in asked.fields)
        return dated.value.partition("/")[2] or dated.value

    keyed = [(key(row), row) for row in rows]
    keyed = [item for item in keyed if item[0] != -1]
    keys = [item[0] for item in keyed]
    first = (max if asked.order in ("latest", "worst") else min)(keys, default="")
    return Table(
        tuple(row for value, row in keyed if value == first),
        tuple(row for value, row in keyed if value != first),
        tuple(unknown),
    )


def _judgement(asked: Register, document: Document) -> Fact | None:
    """The judgement that is meant: the overall one, or that whose label fits with fewest words."""
    if not asked.aspect:
        return next((fact for fact in document.facts if fact.field == "overall"), None)
    meant = prefixes(asked.aspect)
    fitting = [
        fact
        for fact in document.facts
        if fact.field in ("overall", "judgement") and meant <= prefixes(words_of(fact.label))
    ]
    return min(fitting, key=lambda fact: len(fact.label), default=None)


def _dated(asked: Register, document: Document) -> list[Fact]:
    field = "published" if asked.published else "inspected"
    return [
        fact
        for fact in document.facts
        if fact.field == field and any(year in _years(fact.value) for year in asked.years)
    ]


def _years(value: str) -> set[str]:
    return set(YEAR.findall(value))


def _valued(document: Document, field: str, value: str) -> list[Fact]:
    return [
        fact
        for fact in document.facts
        if fact.field == field and value.lower() in fact.value.lower()
    ][:1]


def _place(document: Document) -> tuple[str, str, str]:
    """The place of a report in a table: by organisation, then by age."""
    named, dated = _valued(document, "organisation", ""), _valued(document, "inspected", "")
    date = dated[0].value if dated else ""
    return (named[0].value if named else document.title), date, document.document_id
