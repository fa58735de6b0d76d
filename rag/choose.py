"""Which of an organisation's reports a question is for: by kind, year, inspectorate, or age."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import Document
from rag.names import Organisation
from rag.where import DATES, KINDS

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# "since the 2022 inspection", "after it failed in 2018": not the report that is asked.
_SINCE = re.compile(
    r"\b(?:since|before|after|until|by|than|till)\b(?: [\w’']+){0,4}?\s*$", re.IGNORECASE
)
_OF_REPORTS = re.compile(
    r"\b(?:reports?|inspections?|inspected|published|visits?|visited|judged|rated|graded)\b", re.I
)
_SAID_DATE = re.compile(r"\b(?:inspected|visited|published)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"\bpublished\b", re.IGNORECASE)
_NEAR = 40  # characters between a year and the word that says that it is the reports'
_INSPECTORATES = re.compile(
    r"\b(Ofsted|CQC|Care Quality Commission|HMICFRS|HMIP|HMI Prisons|HMI Probation|Estyn)\b", re.I
)
_SHORT = {"care quality commission": "cqc", "hmip": "hmi prisons"}
_OF_KIND = {
    KINDS["send"]: re.compile(
        r"\bSEND (?:\w+ )?(?:[Ii]nspections?|[Rr]eports?|[Rr]eviews?|[Oo]utcomes?)\b"
        r"|\b[Ss]end inspections?\b|\b[Aa]rea (?:SEND|send)\b"
        r"|\b(?:[Ii]nspections?|[Rr]eports?) (?:of|on|into) SEND\b"
    ),
    KINDS["ilacs"]: re.compile(
        r"\bILACS\b|\bchildren['’]?s (?:social care )?(?:services? )?(?:inspections?|reports?)\b"
        r"|\b(?:inspections?|reports?) (?:of|on) (?:\w+ ){0,2}children['’]?s services\b",
        re.IGNORECASE,
    ),
    KINDS["peel"]: re.compile(r"\bPEEL (?:inspections?|reports?|assessments?)\b", re.IGNORECASE),
    KINDS["custody"]: re.compile(r"\bcustody (?:inspections?|reports?)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question says of the reports that it is for.

    ``years`` are those that it says the reports are of, ``named`` all that it names, ``dates``
    the fields that these may be of.
    """

    kind: str = ""
    years: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    dates: tuple[str, ...] = DATES
    bodies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reports of an organisation that are asked, older ones left out, what is not there."""

    reports: tuple[str, ...]
    older: tuple[str, ...] = ()
    lacking: str = ""


def wanted_of(question: str) -> Wanted:
    """What a question says of the kind, years and inspectorates of the reports."""
    named = [m for m in _YEAR.finditer(question) if not _SINCE.search(question[: m.start()])]
    years = (
        match[0]
        for match in named
        if _OF_REPORTS.search(question, max(0, match.start() - _NEAR), match.end() + _NEAR)
    )
    dates: tuple[str, ...] = DATES
    if _SAID_DATE.search(question):
        dates = ("published",) if _PUBLISHED.search(question) else ("inspected",)
    bodies = {name.lower() for name in _INSPECTORATES.findall(question)}
    return Wanted(
        next((kind for kind, words in _OF_KIND.items() if words.search(question)), ""),
        frozenset(years),
        frozenset(match[0] for match in named),
        dates,
        frozenset(_SHORT.get(name, name) for name in bodies),
    )


def among_all(wanted: Wanted, documents: Mapping[str, Document]) -> tuple[str, ...] | None:
    """The reports that a question is for which names no organisation; None for all.

    A condition that no report meets says nothing of the reports.
    """
    found: tuple[str, ...] | None = None
    kinds = frozenset({wanted.kind.lower()} if wanted.kind else ())
    for values, fields in (
        (wanted.years, wanted.dates),
        (wanted.bodies, ("inspectorate",)),
        (kinds, ("kind",)),
    ):
        matching = [name for name in found or documents if _has(documents[name], fields, values)]
        if matching:
            found = tuple(matching)
    return found


def among(organisation: Organisation, wanted: Wanted, documents: Mapping[str, Document]) -> Chosen:
    """The reports of an organisation that a question is for.

    Those of the kind, the years and the inspectorates that it says; of each kind the newest
    where it says no year. Where none is of the kind, or of a year that these reports do not even
    mention, there is nothing to ask.
    """
    reports = organisation.documents
    own = {name: documents[name] for name in reports}
    if wanted.kind:
        reports = tuple(n for n in reports if fact_of(own[n], "kind") == wanted.kind)
        if not reports:
            return Chosen(
                (), lacking=_lacking(f"of the kind “{wanted.kind}” on", organisation, own)
            )
    by_body = [n for n in reports if _has(own[n], ("inspectorate",), wanted.bodies)]
    reports = tuple(by_body) or reports
    for years, dates in ((wanted.years, wanted.dates), (wanted.named, DATES)):
        of_years = tuple(n for n in reports if _has(own[n], dates, years))
        if of_years:
            return Chosen(of_years)
    if wanted.years and not any(_is_near(own[n], wanted.years) for n in reports):
        said = " or ".join(sorted(wanted.years))
        return Chosen((), lacking=_lacking(f"of {said} on", organisation, own))
    newest = _newest(reports, own)
    return Chosen(newest, tuple(n for n in reports if n not in newest))


def fact_of(document: Document, field: str) -> str:
    """The first value of a field that is known of a document, empty where none is."""
    return next((fact.value for fact in document.facts if fact.field == field), "")


def when(document: Document) -> str:
    """When a report's inspection was, else when it was published; ISO 8601, or empty."""
    return fact_of(document, "inspected") or fact_of(document, "published")


def _newest(reports: Sequence[str], documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Of reports of one kind the one of the latest inspection."""
    latest: dict[str, str] = {}
    for name in reports:
        kind = fact_of(documents[name], "kind")
        if kind not in latest or when(documents[name]) > when(documents[latest[kind]]):
            latest[kind] = name
    return tuple(name for name in reports if name in latest.values())


def _has(document: Document, fields: Sequence[str], values: frozenset[str]) -> bool:
    return any(
        fact.field in fields and any(value in fact.value.lower() for value in values)
        for fact in document.facts
    )


def _is_near(document: Document, years: frozenset[str]) -> bool:
    """Whether a report mentions one of the years, or is of the year before or after one.

    A report of an inspection in December is published, and called one, of the next year.
    """
    own = {int(year) for f in document.facts if f.field in DATES for year in _YEAR.findall(f.value)}
    return any(
        re.search(rf"\b{year}\b", document.text) or any(abs(int(year) - one) <= 1 for one in own)
        for year in years
    )


def _lacking(of: str, organisation: Organisation, own: Mapping[str, Document]) -> str:
    there = "; ".join(f"{document.title} ({when(document)[:4]})" for document in own.values())
    return f"There is no report {of} {organisation.name} here, only: {there}."
