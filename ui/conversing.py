"""The conversation's events: asking, stopping, showing again what a browser kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ui.desk import Asked, Turns
from ui.desks import Desks
from ui.layout import AT_ONCE, QUIET, Parts
from ui.written import OWN_WORDS

# Hands the conversation to the page, which keeps it.
_KEEP = """(turns) => {
  document.dispatchEvent(new CustomEvent("peel:kept", { detail: turns }));
  return [];
}"""


def add_conversation(parts: Parts, desks: Desks) -> None:
    """Lets the page ask the visitor's desk, one question at a time, and open conversations."""
    kept, asked, chat = parts.kept, parts.asked, parts.chat
    events = _Events(desks)
    shown = [asked, chat, kept]
    accepted = chat.ask(events.accept, [kept, parts.writer], shown, **AT_ONCE)
    # One that was left may be ending while the next one begins.
    working: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
    answered = accepted.then(events.answer, [asked, kept], [chat, kept], **working)
    answered.failure(events.refuse, [asked, kept], [chat], **AT_ONCE)
    answered.success(None, [kept], None, js=_KEEP, **AT_ONCE)
    parts.stop.click(events.stop, [asked, kept], [asked, chat], cancels=[answered], **AT_ONCE)
    restored = [
        chat.restore(events.restore, [asked], shown, cancels=[answered], **AT_ONCE),
        chat.again(events.restore, [asked], shown, **AT_ONCE),  # nothing is there to cancel
    ]
    for event in restored:
        event.then(None, [kept], None, js=_KEEP, **AT_ONCE)


class _Events:
    """What the server does for each event of the page."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    def accept(
        self, turns: Any, writer: str | None, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        question, before = str(event.question), list(turns or [])[: int(event.at)]
        shown = self._desks.of(request).accept(question, before)
        is_model = writer is not None and writer != OWN_WORDS
        return Asked(question, event.among, bool(event.alone), is_model), shown, before

    def answer(
        self, waiting: Asked | None, turns: Any, request: gr.Request
    ) -> Iterator[tuple[Any, Any]]:
        yield gr.skip(), gr.skip()
        if waiting:  # it may have been dropped before this began
            yield from self._desks.of(request).answer(waiting, turns)

    def restore(
        self, waiting: Asked | None, event: gr.EventData, request: gr.Request
    ) -> tuple[None, str, Turns]:
        if waiting:
            waiting.dropped.set()
        return None, *self._desks.of(request).conversation(event.turns)

    def stop(self, waiting: Asked | None, turns: Any, request: gr.Request) -> tuple[None, Any]:
        if not waiting:
            return None, gr.skip()
        waiting.dropped.set()
        return None, self._desks.of(request).stopped(waiting.question, turns)

    # What was stopped fails too, and has been told of already.
    def refuse(self, waiting: Asked | None, turns: Any, request: gr.Request) -> Any:
        return self._desks.of(request).refuse(waiting.question, turns) if waiting else gr.skip()
