"""Functions for the page about single reports: what is known of them, corrections, removal."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from index.facts import FIELDS
from index.types import Document, Fact
from rag.markup import Html, tag
from rag.where import values_of
from ui.called import Called, called
from ui.desk import Desk
from ui.desks import Desks

_WORDS: Final = 160
_NOT_BY_US: Final = {"beside": "said by the file beside the report", "user": "set by hand"}


class _Report(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: str


class _Corrected(_Report):
    values: dict[str, str] = Field(max_length=len(FIELDS))


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
        return {
            **_known(desks, desk, asked.document),
            "said": "Kept." if changed else "Nothing was changed.",
        }

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
