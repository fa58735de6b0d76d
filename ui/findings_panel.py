"""The findings in the chat: a table to filter, sort, open in the report and ask from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.findings import FINDING_KINDS, Finding, matching
from rag.markup import Html, join, tag
from ui.bar import Panel
from ui.called import Called, called
from ui.desk import Desk
from ui.desks import Desks

_SHOWN, _WORDS = 200, 160
_SORTS = {"report": "report", "kind": "kind", "grade": "grade"}


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    kind: str = ""
    report: str = ""
    text: str = Field(default="", max_length=200)
    sort: Literal["report", "kind", "grade"] = "report"


def findings_panel() -> Panel:
    """The panel with its filters; the page fills the table when it is opened."""
    inside = join(
        tag(
            "form",
            _select("kind", "Kind", {"": "all", **{kind: kind for kind in FINDING_KINDS}}),
            _select("report", "Report", {"": "all"}),
            _select("sort", "Sorted by", _SORTS),
            tag("label", "Words ", tag("input", name="text", type="search", autocomplete="off")),
            class_="filters",
            role="search",
            aria_label="Choose findings",
        ),
        tag("p", class_="found small", role="status"),
        tag("div", class_="rows", tabindex="0", role="group", aria_label="Findings"),
    )
    return Panel("findings", "Findings", "M4 5h16v14H4zM4 10h16M4 15h16M9 5v14", inside)


def registering(desks: Desks) -> Called:
    """A function for the page: the findings that it asks for, as rows of a table, and how many."""

    def register(data: Any, desk: Desk) -> dict[str, Any]:
        asked = _Asked.model_validate(data)
        rows = matching(
            [row for row in desk.findings if asked.report in ("", row.document)],
            [asked.kind] if asked.kind else (),
            text=asked.text,
        )
        ordered = sorted(rows, key=lambda row: getattr(row, asked.sort)) if rows else []
        shown = ordered[:_SHOWN]
        more = f"; the first {_SHOWN} are shown" if len(rows) > _SHOWN else ""
        count = f"{len(rows):,} {'finding' if len(rows) == 1 else 'findings'}{more}"
        return {"found": count, "table": _table(shown) if shown else ""}

    return called(desks, register)


def _select(name: str, label: str, options: dict[str, str]) -> Html:
    choices = (tag("option", words, value=value) for value, words in options.items())
    return tag("label", f"{label} ", tag("select", *choices, name=name))


def _table(rows: Sequence[Finding]) -> Html:
    heads = (tag("th", name, scope="col") for name in ("Kind", "Finding", "Report", "Ask"))
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *map(_row, rows)))


def _row(row: Finding) -> Html:
    words = " ".join(row.quote.split())
    kind = f"{row.kind}: {row.grade}" if row.grade else row.kind
    place = f", p. {row.page}" if row.page else ""
    short = words if len(words) <= _WORDS else f"{words[:_WORDS].rsplit(' ', 1)[0]}…"
    return tag(
        "tr",
        tag("td", kind),
        tag(
            "td",
            tag(
                "button",
                f"{row.lead_in} … {words}" if row.lead_in else words,
                type="button",
                data_finding="",
                data_document=row.document,
                data_start=str(row.start),
                data_end=str(row.end),
                title="Show it in the report",
            ),
        ),
        tag("td", f"{row.report}{place}"),
        tag(
            "td",
            tag(
                "button",
                "Ask",
                type="button",
                class_="act",
                data_ask=f"What does the report say about “{short}”?",
                aria_label=f"Ask about: {short}",
            ),
        ),
        data_holder="",
    )
