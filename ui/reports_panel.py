"""The panel of the chat's reports: to add some, and to choose which are asked (pure)."""

from __future__ import annotations

from typing import Final

from index.parse import READABLE_SUFFIXES
from rag.markup import Html, join, tag
from ui.among import FILTERS
from ui.bar import Panel
from ui.serve import Serving

_TAKEN: Final = "PDF, Word (.docx), web page (.html), text or Markdown"


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
        tag(
            "input", type="file", multiple=True, class_="unseen", accept=",".join(READABLE_SUFFIXES)
        ),
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
        class_="adding",
        data_most=str(serving.uploads.file_bytes),
    )


def _radio(name: str, value: str, title: str, data: str = "", *, checked: bool = False) -> Html:
    count = tag("span", class_="count", data_count=data) if data else Html("")
    return tag(
        "label",
        tag("input", type="radio", name=name, value=value, checked=checked),
        join(title, " ", count) if data else title,
    )
