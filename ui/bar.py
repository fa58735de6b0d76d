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
<button type="button" class="act" data-forget-all>Delete all</button></p>
"""
_UNSEEN = """
<p class="unseen" role="status"></p><div class="tip" aria-hidden="true" hidden></div>
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a button of the bar opens; on a phone the button is its icon alone.

    ``inside`` is HTML that the panel holds under its title.
    """

    name: str
    title: str
    icon: str
    inside: str


CONVERSATIONS = Panel("kept", "Conversations", "☰", _CONVERSATIONS)


def bar_html(panels: Iterable[Panel] = (CONVERSATIONS,)) -> str:
    """The bar, its panels in order, and what scripts fill: the status line and the quote."""
    shown = list(panels)
    buttons = "".join(_button(panel) for panel in shown)
    return (
        f'{_SKIPS}<header class="bar"><h1 class="brand">{TITLE}</h1>{_VIEWS}{buttons}{_NEW}'
        f"</header>{''.join(_panel(panel) for panel in shown)}{_UNSEEN}"
    )


def _button(panel: Panel) -> str:
    return (
        f'<button type="button" class="quiet" popovertarget="{panel.name}" '
        f'aria-label="{escape(panel.title)}"><span aria-hidden="true">{panel.icon}</span>'
        f'<span class="word"> {escape(panel.title)}</span></button>'
    )


def _panel(panel: Panel) -> str:
    title = escape(panel.title)
    return (
        f'<section id="{panel.name}" class="panel" popover aria-label="{title}">'
        f"<h2>{title}</h2>{panel.inside}</section>"
    )
