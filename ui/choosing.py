"""Functions for the page that say which reports there are, and which are asked."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from index.types import Document
from rag.cite import report_name
from rag.markup import Html, join, tag
from rag.where import values_of
from ui.among import Among, asked_of, choices, listed
from ui.called import Called, called
from ui.desk import Desk
from ui.desks import Desks

_SHOWN: Final = 300
_NAMED: Final = 2


def choosing(desks: Desks) -> Called:
    """A function for the page: the reports that it may choose from, and what it has chosen.

    It takes what ``Among`` says and gives ``rows`` as HTML, how many are ``found``, what is
    ``chosen`` in words, whether that is ``all``, each filter's ``choices``, and the number of
    reports in the ``library`` and of one's ``own``.
    """

    def choose(data: Any, desk: Desk) -> dict[str, Any]:
        among = Among.read(data)
        if among.own and desk.own is None:
            among = Among()
        documents = desk.shelf(among).documents
        rows = listed(among, documents)
        ticked = [name for name in among.reports if name in documents]
        among = among.model_copy(update={"reports": ticked})
        shown = "".join(
            _row(document, is_ticked=document.document_id in ticked) for document in rows[:_SHOWN]
        )
        return {
            "among": among.model_dump(),
            "rows": shown,
            "found": _found(len(rows), len(documents)),
            "chosen": _chosen(among, documents) if rows or ticked else "no report",
            "all": not (among.conditions or among.words or ticked),
            "choices": {
                name: _options(values, str(getattr(among, name)))
                for name, values in choices(documents.values()).items()
            },
            "library": len(desk.library.documents),
            "own": len(desk.own.documents) if desk.own else 0,
        }

    return called(desks, choose)


def listing(desks: Desks) -> Called:
    """A function for the page: the reports that there are, as ``options`` of a select."""

    def listing(_: Any, desk: Desk) -> dict[str, Any]:
        shelves = [("Your own", desk.own)] if desk.own else []
        shelves.append(("The library", desk.library))
        groups = (
            tag("optgroup", *map(_option, shelf.documents.values()), label=name)
            for name, shelf in shelves
        )
        return {"options": join(*groups)}

    return called(desks, listing)


def _row(document: Document, *, is_ticked: bool) -> Html:
    name, title = document.document_id, document.title
    known = (
        *values_of(document, "kind"),
        *(_period(dates) for dates in values_of(document, "inspected")[:1]),
        *values_of(document, "overall")[:1],
        document.source,
    )
    return tag(
        "li",
        tag(
            "label",
            tag("input", type="checkbox", value=name, checked=is_ticked),
            tag("span", f"Ask {title}", class_="unseen"),
            class_="tick",
        ),
        tag(
            "div",
            tag("button", title, type="button", class_="named", data_open=name),
            tag("span", " · ".join(known), class_="small"),
            class_="what",
        ),
        tag(
            "button", "Details", type="button", class_="act", data_known=name, aria_expanded="false"
        ),
        data_report=name,
    )


def _option(document: Document) -> Html:
    return tag("option", report_name(document), value=document.document_id)


def _options(values: Sequence[tuple[str, int]], chosen: str) -> Html:
    every = tag("option", "all", value="")
    rows = (
        tag("option", f"{value} ({count})", value=value, selected=value == chosen)
        for value, count in values
    )
    return join(every, *rows)


def _found(count: int, of: int) -> str:
    more = f"; the first {_SHOWN} are shown" if count > _SHOWN else ""
    return f"{count} of {_reports(of)}{more}" if count != of else f"{_reports(of)}{more}"


def _chosen(among: Among, documents: Mapping[str, Document]) -> str:
    """What is asked, in words for the line above the box."""
    ids = asked_of(among, documents)
    which = "your " if among.own else ""
    if ids is None:
        return f"all {which}{_reports(len(documents))}" if len(documents) > 1 else _first(documents)
    if len(ids) <= _NAMED:
        return " and ".join(documents[name].title for name in ids)
    said = ", ".join(among.conditions.values()) if not among.reports else ""
    return f"{len(ids)} of {which}{_reports(len(documents))}{f' ({said})' if said else ''}"


def _first(documents: Mapping[str, Document]) -> str:
    return next(iter(documents.values())).title


def _reports(count: int) -> str:
    return f"{count} report{'' if count == 1 else 's'}"


def _period(dates: str) -> str:
    """An ISO date or two as people write them; what is none as it stands."""
    try:
        days = [date.fromisoformat(day) for day in dates.split("/")]
    except ValueError:
        return " to ".join(dates.split("/"))
    said = [f"{day.day} {month_name[day.month]} {day.year}" for day in days]
    if len(days) > 1 and days[0].replace(day=1) == days[-1].replace(day=1):
        said[0] = str(days[0].day)
    return " to ".join(said)
