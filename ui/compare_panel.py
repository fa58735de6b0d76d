"""Two reports side by side in the chat, each finding a way to its place in the report."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from index.errors import QuestionError
from index.findings import Finding
from rag.compare import compare
from rag.markup import Html, tag
from ui.bar import Panel
from ui.called import Called, called
from ui.comparing import comparison_tables
from ui.desk import Desk
from ui.desks import Desks


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    first: str = ""
    second: str = ""


def compare_panel() -> Panel:
    """The panel; the page fills what there is to choose from, and the tables."""
    inside = tag(
        "form",
        *(
            tag("label", f"{title} ", tag("select", name=name))
            for name, title in (("first", "Report"), ("second", "beside"))
        ),
        class_="filters",
        aria_label="Choose two reports",
    )
    rows = tag("div", class_="rows", tabindex="0", role="group", aria_label="Comparison")
    said = tag("p", class_="said small", role="status")
    return Panel(
        "compare", "Compare", "M4 5h7v14H4zM13 5h7v14h-7M7 9h1M16 9h1", inside + said + rows
    )


def comparing(desks: Desks) -> Called:
    """A function for the page: two reports compared, as tables of HTML, and a line about them."""

    def compare_two(data: Any, desk: Desk) -> dict[str, Any]:
        asked = _Asked.model_validate(data)
        two = [desk.documents.get(name) for name in (asked.first, asked.second)]
        first, second = two
        if first is None or second is None or first is second:
            raise QuestionError("choose two different reports")
        found = compare(first, second, desk.library.qa.reading_encoder.encoder)
        if not (found.judgements or found.repeated or found.gone or found.new):
            return {"said": "No judgements and nothing to improve was found in these.", "table": ""}
        moved = sum(judged.change in ("up", "down") for judged in found.judgements)
        how = "moved" if found.over_time else "differ"
        said = (
            f"{moved} of {len(found.judgements)} judgements {how}; of what is to be improved "
            f"{len(found.repeated)} in both, {len(found.gone)} in the first only, "
            f"{len(found.new)} in the second only."
        )
        return {"said": said, "table": comparison_tables(found, _shown)}

    return called(desks, compare_two)


def _shown(row: Finding, words: Html) -> Html:
    page = f" p. {row.page}" if row.page else ""
    button = tag(
        "button",
        words,
        tag("small", page),
        type="button",
        data_finding="",
        data_document=row.document,
        data_start=str(row.start),
        data_end=str(row.end),
        title="Show it in the report",
    )
    return tag("span", button, data_holder="")
