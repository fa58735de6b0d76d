"""What people say of a report: in the file beside it, or later, by correcting what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.errors import ReportError
from index.facts.dates import periods
from index.types import Fact

# What can be known of a report; the value of a date is ISO 8601, of a range "FROM/TO".
FIELDS = (
    "organisation",
    "inspectorate",
    "kind",
    "inspected",
    "published",
    "lead_inspector",
    "overall",
)
_DATES = ("inspected", "published")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?:/\d{4}(?:-\d{2}(?:-\d{2})?)?)?")
_LONGEST = 300


def stated(metadata: Mapping[str, str]) -> tuple[Fact, ...]:
    """The facts that the file beside a report states; its "publisher" is the inspectorate.

    A date that cannot be read as one is left to the report's text.
    """
    known = dict(metadata)
    if "publisher" in known:
        known.setdefault("inspectorate", known["publisher"])
    found = []
    for field in FIELDS:
        value = " ".join(known.get(field, "").split())[:_LONGEST]
        value = _date(value) if field in _DATES else value
        if value:
            found.append(Fact(field, value, origin="beside"))
    return tuple(found)


def corrected(facts: Sequence[Fact], corrections: Mapping[str, str]) -> tuple[Fact, ...]:
    """The facts with the user's word in place of what was found; an empty value takes it away.

    Raises ReportError for a field that is not one of FIELDS, and for a date that is none.
    """
    said = []
    for field, given in corrections.items():
        if field not in FIELDS:
            raise ReportError(f"{field!r} cannot be set; the fields are: {', '.join(FIELDS)}")
        value = " ".join(given.split())[:_LONGEST]
        if value and field in _DATES:
            value = _date(value)
            if not value:
                raise ReportError(
                    f"{field}: {given!r} is no date; write one such as 2024-05-03, "
                    "2024-04-22/2024-05-03 or 22 April to 3 May 2024"
                )
        if value:
            said.append(Fact(field, value, origin="user"))
    return (*said, *(fact for fact in facts if fact.field not in corrections))


def _date(text: str) -> str:
    if _ISO.fullmatch(text):
        return text
    return next((period.value for period in periods(text)), "")
