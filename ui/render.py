"""The conversation: the first screen, questions, Answers and mistakes as escaped HTML (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.types import Document
from rag.show import escape
from rag.types import Answer
from ui.card import absence_html, found_html, how_html
from ui.report import facts

_SHOWN_CHARACTERS = 400
_LEAD = (
    "Ask a question. The answer is made of the report’s own sentences, each numbered, and each "
    "shown in its place in the report. Where the report does not say, you are told so."
)


def conversation_html(
    answers: Sequence[Answer], documents: Mapping[str, Document], start: str, tail: str = ""
) -> str:
    """The turns so far and ``tail`` (a question in hand, a mistake); ``start`` if neither."""
    turns = "".join(answer_html(answer, n, documents) for n, answer in enumerate(answers))
    shown = turns + tail or start
    return f'<section class="conversation" aria-label="Conversation">{shown}</section>'


def start_html(documents: Mapping[str, Document], passages: int, examples: Iterable[str]) -> str:
    """The first screen: what can be asked about, and questions to begin with."""
    several = len(documents) > 1
    title, tag = ("<h1>Ask the reports</h1>", "h2") if several else ("", "h1")
    reports = "".join(
        f'<{tag}>{escape(document.title)}</{tag}><ul class="facts">'
        + "".join(f"<li>{escape(fact)}</li>" for fact in facts(document))
        + "</ul>"
        for document in documents.values()
    )
    buttons = "".join(
        f'<li><button type="button" class="example" data-question="{escape(question)}">'
        f"{escape(question)}</button></li>"
        for question in examples
    )
    return (
        f'<div class="start">{title}{reports}<p class="lead">{_LEAD}</p>'
        f'<h2 class="begin">Questions to begin with</h2><ul class="examples">{buttons}</ul>'
        f'<p class="small">{passages} passages searched, on this computer.</p></div>'
    )


def pending_html(question: str, number: int, message: str) -> str:
    """A question that is being answered, and what is being done for it."""
    return _turn(
        number,
        "pending",
        message,
        f'{_asked(question)}<p class="progress"><span class="dots" aria-hidden="true">'
        f"<i></i><i></i><i></i></span>{escape(message)}</p>",
    )


def error_html(question: str, number: int, message: str) -> str:
    """A question that could not be answered, and how to mend it."""
    asked = _asked(question) if question.strip() else ""
    return _turn(
        number,
        "error",
        message,
        f'{asked}<div class="card error"><h3>This question could not be asked</h3>'
        f"<p>{escape(message)}</p></div>",
    )


def answer_html(answer: Answer, number: int, documents: Mapping[str, Document]) -> str:
    """An answer with its markers, its sources and how it was found."""
    turn = f"turn-{number}"
    if answer.abstained:
        state, status = "absent", "The report does not say."
        body = absence_html(answer, turn, documents)
    else:
        state, status = "answered", f"Answered. Confidence: {answer.confidence_word}."
        body = found_html(answer, turn, documents)
    understood = answer.understood if answer.understood != answer.question else ""
    asked = _asked(answer.question, understood)
    return _turn(number, state, status, f"{asked}{body}{how_html(answer, turn, documents)}")


def _turn(number: int, state: str, status: str, body: str) -> str:
    return (
        f'<article class="turn" id="turn-{number}" data-state="{state}" '
        f'data-status="{escape(status)}">{body}</article>'
    )


def _asked(question: str, understood: str = "") -> str:
    shown = question if len(question) <= _SHOWN_CHARACTERS else question[:_SHOWN_CHARACTERS] + "…"
    if understood:
        understood = f'<p class="understood">Understood as: <q>{escape(understood)}</q></p>'
    asked = f'<h2 dir="auto">{escape(shown)}</h2>'
    return f'<header class="asked">{asked}{understood}</header>'
