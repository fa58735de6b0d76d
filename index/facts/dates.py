"""When a report was inspected and published: English dates into ISO 8601, with their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.facts.front import back, front
from index.types import Document, Fact, Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
            "september sept sep|october oct|november nov|december dec"
        ).split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(\d{1,2})(?:st|nd|rd|th)?"
_TO = r"\s*(?:to|and|until|till|[-–—])\s*"
# "7 to 18 November 2022", "22 April to 3 May 2024", "30 May 2024 to 4 June 2024", "3 May 2024"
_WRITTEN = re.compile(
    rf"(?:{_DAY}(?:\s+({_MONTH}))?(?:,?\s+(\d{{4}}))?{_TO})?{_DAY}\s+({_MONTH}),?\s+(\d{{4}})\b",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(rf"\b({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_FIGURES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")

_INSPECTED = re.compile(
    r"\b(?:inspection dates?|dates? of (?:this |the |our )?(?:inspection|visit)"
    r"|inspected (?:on|from|between|in)"
    r"|(?:inspection|visit) (?:took place|was (?:carried out|conducted))"
    r"|carried out (?:on|from|between)|(?:on-?site|fieldwork)(?: inspection)?(?: dates?| started"
    r"| took place)?|visit(?:ed)? dates?)\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:publication date|date of publication"
    r"|(?:report |first )?(?:published|issued)(?: on| in)?|date published|last updated)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"©\s*(?:Crown )?copyright,?\s*(\d{4})\b", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:publication date|date of publication|(?:report )?published(?: on)?)\b", re.IGNORECASE
)
# "In September 2023, a team of inspectors from X visited Y"
_CAME = re.compile(
    rf"\bin (?P<when>{_MONTH} \d{{4}}),? (?:[\w ]{{0,30}}\binspectors\b|we (?:visited|inspected))",
    re.IGNORECASE,
)
_INSPECTION = re.compile(r"\b(?:inspection|visit|inspected)\b", re.IGNORECASE)
# "HM Inspectorate of Probation, May 2024", as on a cover
_COVER = re.compile(
    rf"[^.;:\n]{{0,60}}\bInspector(?:ate)?\b[^.;:\n]{{0,60}}, (?P<when>{_MONTH} \d{{4}})",
    re.IGNORECASE,
)
_DEAR = re.compile(r"Dear\b")
_OTHER = re.compile(r"\b(?:previous|last|earlier|next)\s*$", re.IGNORECASE)
# Characters: between the words that announce a date and the date, and as far as dates are read.
_REACH, _FARTHEST = 60, 400
_TITLE_BLOCKS = 8


@dataclass(frozen=True, slots=True)
class Period:
    """Days, months or a year as ISO 8601 ("2022-11-07/2022-11-18", "2024-02") and their place."""

    value: str
    span: Span


def periods(text: str, start: int = 0, end: int | None = None) -> Iterator[Period]:
    """The dates and ranges of dates between two places of a text, in order."""
    end = len(text) if end is None else end
    place = start
    while place < end:
        found = [
            match
            for pattern in (_WRITTEN, _FIGURES, _MONTH_ALONE)
            if (match := pattern.search(text, place, end))
        ]
        if not found:
            return
        match = min(found, key=lambda item: (item.start(), -item.end()))
        value = _value(match)
        if value:
            yield Period(value, Span(match.start(), match.end()))
        place = match.end()


def inspected(document: Document) -> tuple[Fact, ...]:
    """When the inspectors came, as far as the report's opening or its notes say so.

    Several ranges in one sentence, as of two visits, are one fact each. Where nothing announces
    them it is the days that stand alone below the title of an inspection's report.
    """
    return _announced(document, _INSPECTED, "inspected", several=True) or _came(document)


def _came(document: Document) -> tuple[Fact, ...]:
    text, opening = document.text, front(document)
    for block in opening:
        for match in _CAME.finditer(text, block.start, block.end):
            for period in periods(text, *match.span("when")):
                return (Fact("inspected", period.value, span=Span(match.start(), match.end())),)
    titled = any(_INSPECTION.search(document.quote(block)) for block in opening[:_TITLE_BLOCKS])
    for block in opening[:_TITLE_BLOCKS] if titled else ():
        found = next(periods(text, block.start, block.end), None)
        if found and "/" in found.value and found.span == Span(block.start, block.end):
            return (Fact("inspected", found.value, span=found.span),)
    return ()


def published(document: Document) -> tuple[Fact, ...]:
    """When the report was published: on the day it says, else in the year of its copyright.

    A letter is of the date that opens it, a report of that behind the inspectorate's name.
    """
    if said := _announced(document, _PUBLISHED, "published", several=False):
        return said
    text, closing = document.text, back(document)
    for block in reversed(closing):
        if match := _LABEL.match(text, block.start, block.end):
            for period in periods(text, match.end(), min(block.end, match.end() + _REACH)):
                return (Fact("published", period.value, span=Span(block.start, period.span.end)),)
    opening = front(document)[:_TITLE_BLOCKS]
    for block in opening:
        if match := _COVER.fullmatch(text, block.start, block.end):
            for period in periods(text, *match.span("when")):
                return (Fact("published", period.value, span=Span(block.start, block.end)),)
    if any(_DEAR.match(text, block.start) for block in opening):
        found = next(periods(text, opening[0].start, opening[0].end), None)
        if found and found.span == Span(opening[0].start, opening[0].end):
            return (Fact("published", found.value, span=found.span),)
    for block in reversed(closing):
        if match := _COPYRIGHT.search(text, block.start, block.end):
            return (Fact("published", match[1], span=Span(match.start(), match.end())),)
    return ()


def _announced(
    document: Document, words: re.Pattern[str], field: str, *, several: bool
) -> tuple[Fact, ...]:
    text = document.text
    for block in front(document):
        for match in words.finditer(text, block.start, block.end):
            if _OTHER.search(text[max(block.start, match.start() - 20) : match.start()]):
                continue
            found: list[Fact] = []
            reach = match.end()
            for period in periods(text, match.end(), min(block.end, match.end() + _FARTHEST)):
                if period.span.start - reach > _REACH or (found and not several):
                    break
                if words.search(text, reach, period.span.start):
                    break
                if _PUBLISHED.search(text, reach, period.span.start):
                    break
                reach = period.span.end
                found.append(Fact(field, period.value, span=Span(match.start(), reach)))
            if found:
                return tuple(found)
    return ()


def _value(match: re.Match[str]) -> str:
    groups = match.groups()
    if match.re is _FIGURES:
        return _day(groups[2], int(groups[1]), groups[0])
    if match.re is _MONTH_ALONE:
        return f"{groups[1]}-{_number(groups[0]):02}"
    day, month, year, last_day, last_month, last_year = groups
    last = _day(last_year, _number(last_month), last_day)
    if not day or not last:
        return last
    first = _day(year or last_year, _number(month or last_month), day)
    if first > last and not year:
        first = _day(str(int(last_year) - 1), _number(month or last_month), day)
    return f"{first}/{last}" if first and first < last else last


def _number(month: str) -> int:
    return _MONTHS[month.lower().rstrip(".")]


def _day(year: str, month: int, day: str) -> str:
    if not (1 <= month <= 12 and 1 <= int(day) <= 31):
        return ""
    return f"{year}-{month:02}-{int(day):02}"
