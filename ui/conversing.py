"""The conversation's events: asking, stopping, showing again what a browser kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ui.desk import Asked, Desk, Turns
from ui.layout import AT_ONCE, QUIET, Parts
from ui.written import OWN_WORDS

# Hands the conversation to the page, which keeps it.
_KEEP = """(turns) => {
  document.dispatchEvent(new CustomEvent("peel:kept", { detail: turns }));
  return [];
}"""


def add_conversation(parts: Parts, desk: Desk) -> None:
    """Lets the page ask ``desk``, one question at a time, and open other conversations."""
    kept, asked, chat = parts.kept, parts.asked, parts.chat
    events = _Events(desk)
    shown = [parts.box, asked, chat, kept]
    typed = [parts.box.submit, parts.send.click]
    accepted = [
        gr.on(typed, events.accept, [parts.box, kept, parts.writer], shown, **AT_ONCE),
        chat.ask(events.accept_in_place, [kept, parts.writer], shown, **AT_ONCE),
    ]
    # One that was left may be ending while the next one begins.
    working: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
    answered = [
        each.then(events.answer, [asked, kept], [chat, kept], **working) for each in accepted
    ]
    for event in answered:
        event.failure(events.refuse, [asked, kept], [chat], **AT_ONCE)
        event.success(None, [kept], None, js=_KEEP, **AT_ONCE)
    parts.stop.click(events.stop, [asked, kept], [asked, chat], cancels=answered, **AT_ONCE)
    again = [asked, chat, kept]
    restored = [
        chat.restore(events.restore, [asked], again, cancels=answered, **AT_ONCE),
        chat.again(events.restore, [asked], again, **AT_ONCE),  # nothing is there to cancel
    ]
    for event in restored:
        event.then(None, [kept], None, js=_KEEP, **AT_ONCE)


class _Events:
    """What the server does for each event of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def accept(self, question: str, turns: Any, writer: str | None) -> tuple[Any, ...]:
        asked = Asked(question, written=_is_model(writer))
        return "", asked, self._desk.accept(question, turns), turns

    def accept_in_place(
        self, turns: Any, writer: str | None, event: gr.EventData
    ) -> tuple[Any, ...]:
        question, before = str(event.question), list(turns or [])[: int(event.at)]
        shown = self._desk.accept(question, before)
        asked = Asked(question, bool(event.alone), _is_model(writer))
        return gr.skip(), asked, shown, before

    def answer(self, waiting: Asked | None, turns: Any) -> Iterator[tuple[Any, Any]]:
        yield gr.skip(), gr.skip()
        if waiting:  # it may have been dropped before this began
            yield from self._desk.answer(waiting, turns)

    def restore(self, waiting: Asked | None, event: gr.EventData) -> tuple[None, str, Turns]:
        if waiting:
            waiting.dropped.set()
        return None, *self._desk.conversation(event.turns)

    def stop(self, waiting: Asked | None, turns: Any) -> tuple[None, Any]:
        if waiting:
            waiting.dropped.set()
        return None, self._desk.stopped(waiting.question, turns) if waiting else gr.skip()

    # What was stopped fails too, and has been told of already.
    def refuse(self, waiting: Asked | None, turns: Any) -> Any:
        return self._desk.refuse(waiting.question, turns) if waiting else gr.skip()


def _is_model(writer: str | None) -> bool:
    """Whether the language model was chosen to answer."""
    return writer is not None and writer != OWN_WORDS
