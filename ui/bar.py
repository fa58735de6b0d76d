"""The bar above the chat: the page's name, its views, and buttons that open panels (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.show import escape

TITLE = "Ask the report"

_SKIPS = """
<nav class="skips" aria-label="Skip to"><a class="skip" href="#question">Skip to the question</a>
<a class="skip" href="#report">Skip to the report</a></nav>
"""
_VIEWS = """
<div class="views" role="group" aria-label="View">
<button type="button" data-view="chat" aria-pressed="true">Chat</button>
<button type="button" data-view="report" aria-pressed="false">Report</button></div>
"""
_NEW = '<button type="button" class="quiet wide" data-new>New conversation</button>'
_CONVERSATIONS = """
<p class="small">Kept in this browser only.</p><ul></ul>
<p class="ends"><button type="button" class="act" data-new>New conversation</button>
<button type="button" class="act" data-clear>Clear this one</button>
<button type="button" class="act" data-forget-all>Delete all</button></p>
"""
_EXPORT = """
<p class="small">This conversation, every quote with its place in the report.</p>
<ul><li><button type="button" data-export="html"><b>Web page</b>
<span class="small">one file; its numbers lead to the quotes</span></button></li>
<li><button type="button" data-export="markdown"><b>Markdown</b>
<span class="small">for notes and other texts</span></button></li>
<li><button type="button" data-export="csv"><b>Table of quotes</b>
<span class="small">CSV, for a spreadsheet</span></button></li>
<li><button type="button" data-export="json"><b>JSON</b>
<span class="small">for programs; “peel verify” proves it</span></button></li>
<li><button type="button" data-print><b>Print</b>
<span class="small">answers with their sources</span></button></li></ul>
<p class="said" role="status"></p>
"""
_LEAVE = "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4"
_UNSEEN = """
<p id="live" class="unseen" role="status"></p><div class="tip" aria-hidden="true" hidden></div>
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a button of the bar opens; on a phone the button is its icon alone.

    ``icon`` is the path of a line drawing, 24 by 24; ``inside`` is HTML that the panel holds
    under its title.
    """

    name: str
    title: str
    icon: str
    inside: str


CONVERSATIONS = Panel("kept", "Conversations", "M4 6h16M4 12h16M4 18h16", _CONVERSATIONS)
EXPORT = Panel("export", "Export", "M12 4v11m-5-5 5 5 5-5M4 20h16", _EXPORT)


def bar_html(
    panels: Iterable[Panel] = (CONVERSATIONS, EXPORT), log_out: str = "", rest: str = ""
) -> str:
    """The bar, its panels in order, and what scripts fill: the status line and the quote.

    ``log_out`` is where those who are logged in can log out; ``rest`` is HTML that stands
    outside of the conversation, so that news of it leaves it alone.
    """
    shown = list(panels)
    buttons = "".join(_button(panel) for panel in shown)
    leave = ""
    if log_out:
        leave = (
            f'<a class="quiet" href="{escape(log_out)}" aria-label="Log out" title="Log out">'
            f'{icon(_LEAVE)}<span class="word">Log out</span></a>'
        )
    return (
        f'{_SKIPS}<header class="bar"><h1 class="brand">{TITLE}</h1>{_VIEWS}{buttons}{_NEW}{leave}'
        f"</header>{''.join(_panel(panel) for panel in shown)}{rest}{_UNSEEN}"
    )


def icon(path: str) -> str:
    """A line drawing beside a word, which a screen reader passes over."""
    return (
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{path}"/></svg>'
    )


def _button(panel: Panel) -> str:
    return (
        f'<button type="button" class="quiet" popovertarget="{panel.name}" '
        f'aria-label="{escape(panel.title)}" title="{escape(panel.title)}">{icon(panel.icon)}'
        f'<span class="word">{escape(panel.title)}</span></button>'
    )


def _panel(panel: Panel) -> str:
    title = escape(panel.title)
    return (
        f'<section id="{panel.name}" class="panel" popover aria-label="{title}">'
        f"<h2>{title}</h2>{panel.inside}</section>"
    )
