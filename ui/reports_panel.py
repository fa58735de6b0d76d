"""The reports in the chat: to choose which are asked, to add, correct and remove some."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from index.facts import FIELDS
from index.types import Document, Fact
from rag.cite import report_name
from rag.markup import Html, join, tag
from rag.where import values_of
from ui.among import FILTERS, Among, asked_of, choices, listed
from ui.bar import Panel
from ui.called import Called, called
from ui.desk import Desk
from ui.desks import Desks
from ui.serve import Serving

_SHOWN: Final = 300
_WORDS: Final = 160
_TAKEN: Final = "PDF, Word (.docx), web page (.html), text or Markdown"
_NOT_BY_US: Final = {"beside": "said by the file beside the report", "user": "set by hand"}
_NAMED: Final = 2


class _Report(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: str


class _Corrected(_Report):
    values: dict[str, str] = Field(max_length=len(FIELDS))


def reports_panel(serving: Serving) -> Panel:
    """The panel; the page fills its list when it is opened."""
    shelves = tag(
        "fieldset",
        tag("legend", "Ask", class_="unseen"),
        _radio("own", "", "The library", "library", checked=True),
        _radio("own", "own", "Your own", "own"),
        class_="shelves",
        hidden=True,
    )
    selects = (
        tag("label", f"{title} ", tag("select", name=name)) for name, title in FILTERS.items()
    )
    words = tag("label", "Words ", tag("input", name="words", type="search", autocomplete="off"))
    chosen = tag(
        "div",
        tag("p", class_="found small", role="status"),
        tag("button", "Ask all", type="button", class_="act", data_ask_all="", hidden=True),
        tag(
            "button",
            "Delete all of my own",
            type="button",
            class_="act",
            data_forget_own="",
            hidden=True,
        ),
        class_="chosen",
    )
    inside = join(
        *((_adding(serving),) if serving.takes_reports else ()),
        tag(
            "form",
            shelves,
            tag("div", *selects, words, class_="filters"),
            role="search",
            aria_label="Choose reports",
        ),
        chosen,
        tag("ul", class_="rows", aria_label="Reports"),
    )
    return Panel("reports", "Reports", "M5 4h5v16H5zM10 4h4v16h-4zM15 5l4-1 3 15-4 1z", inside)


def among_html() -> str:
    """The line above the box that says which reports are asked; the page fills it."""
    return tag(
        "p",
        tag("span", class_="chosen-now"),
        tag("button", "Choose", type="button", class_="act", popovertarget="reports"),
        tag("button", "Ask all", type="button", class_="act", data_ask_all="", hidden=True),
        id="among",
        class_="small",
        hidden=True,
    )


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


def knowing(desks: Desks) -> Called:
    """A function for the page: what is known of a report, and a form to correct it, as HTML."""

    def known(data: Any, desk: Desk) -> dict[str, Any]:
        return _known(desks, desk, _Report.model_validate(data).document)

    return called(desks, known)


def correcting(desks: Desks) -> Called:
    """A function for the page: corrects what is known of a report; what is known then."""

    def correct(data: Any, desk: Desk) -> dict[str, Any]:
        asked = _Corrected.model_validate(data)
        document = desk.holder(asked.document).documents.get(asked.document)
        before = _values(document) if document else {}
        changed = {
            name: value for name, value in asked.values.items() if value != before.get(name, "")
        }
        if changed:
            desk = desks.correct(desk, asked.document, changed)
        return {**_known(desks, desk, asked.document), "said": "Kept." if changed else ""}

    return called(desks, correct)


def removing(desks: Desks) -> Called:
    """A function for the page: removes a report."""

    def remove(data: Any, desk: Desk) -> dict[str, Any]:
        desks.remove(desk, _Report.model_validate(data).document)
        return {}

    return called(desks, remove)


def forgetting(desks: Desks) -> Called:
    """A function for the page: deletes all reports of the visitor's own."""

    def forget(_: Any, desk: Desk) -> dict[str, Any]:
        desks.forget(desk)
        return {}

    return called(desks, forget)


def _adding(serving: Serving) -> Html:
    own, to_all = serving.uploads.visitors > 0, serving.allow_changes
    hours = serving.uploads.idle_seconds / 3600
    notes = {
        "own": f"Only you can ask them. They are deleted {hours:g} hours after you last used them, "
        "and when the chat is closed down.",
        "library": "They are kept, and everyone who opens this chat can ask them.",
    }
    to = [
        _radio("to", "own", "for me alone", checked=True) if own else Html(""),
        _radio("to", "library", "to the library, for all", checked=not own) if to_all else Html(""),
    ]
    said = [tag("p", text, class_="small", data_to=name) for name, text in notes.items()]
    files = tag(
        "label",
        "Choose files",
        tag("input", type="file", multiple=True, class_="unseen", accept=_accepted()),
        class_="go",
    )
    return tag(
        "details",
        tag("summary", "Add reports"),
        tag("div", files, tag("p", "or drop them here: ", _TAKEN, class_="small"), class_="drop"),
        tag(
            "fieldset",
            tag("legend", "Add them", class_="unseen"),
            *to,
            class_="to",
            hidden=not (own and to_all),
        ),
        *(text for text, shown in zip(said, (own, to_all), strict=True) if shown),
        tag("ol", class_="coming", aria_label="Reports on their way"),
        tag("p", class_="said", role="status"),
        class_="adding",
        data_most=str(serving.uploads.file_bytes),
    )


def _accepted() -> str:
    from index.parse import READABLE_SUFFIXES

    return ",".join(READABLE_SUFFIXES)


def _radio(name: str, value: str, title: str, data: str = "", *, checked: bool = False) -> Html:
    count = tag("span", class_="count", data_count=data) if data else Html("")
    return tag(
        "label",
        tag("input", type="radio", name=name, value=value, checked=checked),
        join(title, " ", count) if data else title,
    )


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


def _known(desks: Desks, desk: Desk, name: str) -> dict[str, Any]:
    document = desk.holder(name).documents.get(name)
    if document is None:
        return {"error": "This report is not here any more."}
    may_change = desks.may_change(desk, name)
    rows = [_field(document, field, may_change=may_change) for field in FIELDS]
    judged = [_judged(document, fact) for fact in document.facts if fact.field == "judgement"]
    parts = [tag("p", f"File: {document.source}", class_="small"), *rows]
    if judged:
        parts += [tag("h3", "Judgements"), tag("ul", *judged)]
    if may_change:
        parts.append(
            tag(
                "p",
                tag("button", "Save", type="submit", class_="go"),
                tag("button", "Remove this report", type="button", class_="act", data_remove=name),
                class_="ends",
            )
        )
    parts.append(tag("p", class_="said", role="status"))
    return {"form": tag("form", *parts, class_="known", data_holder="", data_document=name)}


def _field(document: Document, field: str, *, may_change: bool) -> Html:
    value = _values(document).get(field, "")
    title = field.replace("_", " ").capitalize()
    fact = next((fact for fact in document.facts if fact.field == field), None)
    shown = tag("input", name=field, value=value, maxlength="300", autocomplete="off")
    if not may_change:
        shown = tag("span", value or "not known")
    return tag(
        "div",
        tag("label", tag("b", title), " ", shown),
        _said(document, fact) if fact else Html(""),
        class_="field",
    )


def _judged(document: Document, fact: Fact) -> Html:
    return tag("li", tag("span", f"{fact.label}: {fact.value}"), _said(document, fact))


def _said(document: Document, fact: Fact) -> Html:
    """The words that say so, as a button that shows them in the report; or who says it."""
    if fact.span is None:
        return tag("span", _NOT_BY_US[fact.origin], class_="small")
    words = " ".join(document.quote(fact.span).split())
    short = words if len(words) <= _WORDS else f"{words[:_WORDS].rsplit(' ', 1)[0]}…"
    return tag(
        "button",
        f"“{short}”",
        type="button",
        class_="says",
        data_finding="",
        data_document=document.document_id,
        data_start=str(fact.span.start),
        data_end=str(fact.span.end),
        title="Show it in the report",
    )


def _values(document: Document) -> dict[str, str]:
    """What is known of a report by field; several values of one stand in a row."""
    return {field: "; ".join(values_of(document, field)) for field in FIELDS}


def _options(values: Sequence[tuple[str, int]], chosen: str) -> Html:
    every = tag("option", "all", value="")
    rows = (
        tag("option", f"{value} ({count})", value=value, selected=value == chosen)
        for value, count in values
    )
    return join(every, *rows)


def _option(document: Document) -> Html:
    return tag("option", report_name(document), value=document.document_id)


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
