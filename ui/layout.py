"""Where the parts of the chat's page stand, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""For the page's own events: Gradio shows no progress of them and offers them to no program."""

AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
"""For events that take no time: they do not wait for questions that are being answered."""

_SCRIPTS = (
    "base.js",
    "report.js",
    "pages.js",
    "search.js",
    "conversations.js",
    "judge.js",
    "findings.js",
    "reports.js",
    "adding.js",
    "compare.js",
    "chat.js",
)
_STYLES = (
    "frame.css",
    "chat.css",
    "report.css",
    "pages.css",
    "findings.css",
    "reports.css",
    "print.css",
)
_META = """
<meta name="color-scheme" content="light dark">
<meta name="description" content="Questions about inspection reports, answered in their words">
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of the page that its features share.

    ``kept`` holds the conversation, as the dicts that ``Answer.to_dict`` writes; ``asked`` a
    ``desk.Asked`` while a question is on its way. ``chat`` also carries the page's scripts: it
    fires their events and has their server functions. ``writer`` says who is to answer.
    """

    kept: gr.JSON
    asked: gr.State
    chat: gr.HTML
    report: gr.HTML
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    writer: gr.Radio


def lay_out(
    bar: str,
    conversation: str,
    report: str,
    among: str = "",
    called: Sequence[Callable[..., Any]] = (),
    writers: Sequence[str] = (),
) -> Parts:
    """Puts the page's parts into the Blocks being built, with the HTML that they begin with.

    ``among`` is the line that says which reports are asked.

    Scripts call the functions ``called`` by their names, each with one value of JSON. Of the
    ``writers`` one is chosen to answer, first the first; there is nothing to choose without any.
    """
    kept = gr.JSON([], visible=False)
    asked = gr.State(None)
    _html(bar, "bar")
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="chat-side"):
            chat = _html(conversation, "chat", _assets(_SCRIPTS), called)
            writer = gr.Radio(
                list(writers),
                value=writers[0] if writers else None,
                label="Answers",
                visible=bool(writers),
                container=False,
                elem_id="writer",
            )
            with gr.Row(elem_id="composer"):
                _html(among, "asked-of")
                box = gr.Textbox(
                    label="Your question",
                    show_label=False,
                    placeholder="Ask about the report…",
                    lines=1,
                    max_lines=6,
                    container=False,
                    elem_id="question",
                )
                send = gr.Button("Ask", elem_id="send", variant="primary")
                stop = gr.Button("Stop", elem_id="stop")
        pane = _html(report, "report")
    return Parts(kept, asked, chat, pane, box, send, stop, writer)


def head() -> str:
    """What the page's head holds: its style sheets and what it says of itself."""
    return f"{_META}<style>{_assets(_STYLES)}</style>"


def theme() -> gr.themes.Base:
    """Gradio's plainest theme, with the system's fonts and the page's own ground."""
    sans = ("ui-sans-serif", "system-ui", "sans-serif")
    plain = gr.themes.Base(font=sans, font_mono=("ui-monospace", "monospace"))
    return plain.set(body_background_fill="#f3f1eb", body_background_fill_dark="#15181a")


def _html(
    value: str,
    name: str,
    script: str | None = None,
    called: Sequence[Callable[..., Any]] = (),
) -> gr.HTML:
    return gr.HTML(
        value,
        elem_id=name,
        apply_default_css=False,
        js_on_load=script,
        server_functions=list(called),
    )


def _assets(names: Iterable[str]) -> str:
    folder = files("ui.assets")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
