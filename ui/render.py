"""The conversation: questions, Answers, mistakes and the waiting for them as escaped HTML (pure).

A turn is an ``article`` with its number, its state and, for a screen reader, what to say of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from index.types import Document
from rag.show import escape, limited
from rag.types import Answer
from ui.card import absence_html, absence_title, found_html, how_html, next_html

State = Literal["error", "stopped"]

_SHOWN_CHARACTERS, _EDITED_CHARACTERS = 400, 4000
_SAID_CHARACTERS = 1200


def conversation_html(
    answers: Sequence[Answer],
    documents: Mapping[str, Document],
    start: str,
    tail: str = "",
    *,
    to_ask: Sequence[str] = (),
    fresh: bool = False,
    lost: int = 0,
) -> str:
    """The turns so far and ``tail`` (a question in hand, a mistake); ``start`` if neither.

    ``to_ask`` are the questions to go on with after the last answer; ``fresh`` says that the
    last answer has only just come; ``lost`` counts answers that cannot be shown again.
    """
    turns = ""
    for number, answer in enumerate(answers):
        is_last = number == len(answers) - 1 and not tail
        turns += answer_html(
            answer,
            number,
            documents,
            to_ask=to_ask if is_last else (),
            is_last=is_last,
            fresh=fresh and is_last,
        )
    note = f'<p class="lost small" role="note">{_lost(lost)}</p>' if lost else ""
    shown = note + (turns + tail or start)
    return f'<section class="conversation" aria-label="Conversation">{shown}</section>'


def pending_html(question: str, number: int, message: str, *, begun: bool = True) -> str:
    """A question that is being answered, and what is being done for it.

    Only once work on it has ``begun`` can it be stopped.
    """
    asked = _asked(question, "", number, is_last=False)
    return _turn(
        number,
        "pending",
        message,
        f'{asked}<p class="progress"{" data-begun" * begun}><span class="dots" aria-hidden="true">'
        f"<i></i><i></i><i></i></span>{escape(message)}</p>",
    )


def writing_html(answer: Answer, number: int, documents: Mapping[str, Document]) -> str:
    """An answer while a language model is writing it: what is proven or marked so far."""
    understood = answer.understood if answer.understood != answer.question else ""
    asked = _asked(answer.question, understood, number, is_last=False)
    message = f"{answer.writer} is writing"
    progress = (
        '<p class="progress" data-begun><span class="dots" aria-hidden="true"><i></i><i></i><i></i>'
        f"</span>{escape(message)}</p>"
    )
    body = found_html(answer, f"turn-{number}", documents)
    return _turn(number, "pending", message, f"{asked}{body}{progress}")


def unanswered_html(
    question: str, number: int, title: str, message: str, state: State = "error"
) -> str:
    """A question that was not answered: why, and a way to ask it again or otherwise."""
    asked = _asked(question, "", number, is_last=False) if question.strip() else ""
    return _turn(
        number,
        state,
        f"{title}. {message}",
        f'{asked}<div class="card {state}"><h3>{escape(title)}</h3><p>{escape(message)}</p></div>',
    )


def answer_html(
    answer: Answer,
    number: int,
    documents: Mapping[str, Document],
    *,
    to_ask: Sequence[str] = (),
    is_last: bool = False,
    fresh: bool = False,
) -> str:
    """An answer with its markers, its sources, how it was found and what to ask next."""
    turn = f"turn-{number}"
    if answer.abstained:
        state, body = "absent", absence_html(answer, turn, documents)
        status = f"{absence_title(answer)}. {answer.text}"
    else:
        state, body = "answered", found_html(answer, turn, documents)
        status = f"Answered with {answer.confidence_word} confidence. {answer.text}"
    understood = answer.understood if answer.understood != answer.question else ""
    asked = _asked(answer.question, understood, number, is_last=is_last, of=limited(answer))
    foot = how_html(answer, turn, documents) + next_html(answer, to_ask)
    return _turn(number, state, _cut(status, _SAID_CHARACTERS), f"{asked}{body}{foot}", fresh=fresh)


def _turn(number: int, state: str, status: str, body: str, *, fresh: bool = False) -> str:
    return (
        f'<article class="turn{" fresh" if fresh else ""}" id="turn-{number}" '
        f'data-number="{number}" data-state="{state}" '
        f'data-status="{escape(status)}">{body}</article>'
    )


def _lost(count: int) -> str:
    these, its = (
        ("1 answer is", "its report") if count == 1 else (f"{count} answers are", "their report")
    )
    return f"{these} not shown: {its} was changed since, or is not here any more."


def _asked(question: str, understood: str, number: int, *, is_last: bool, of: str = "") -> str:
    """The question, what can be done with it, and a form to word it anew in its place."""
    note = ""
    if understood:
        note = (
            f'<p class="understood">Understood as: <q>{escape(understood)}</q> '
            f'<button type="button" class="act" data-edit="{escape(understood)}">Change</button>'
            "</p>"
        )
    if of:
        note += f'<p class="understood">{escape(_cut(of, _SHOWN_CHARACTERS))}</p>'
    undo = '<button type="button" class="act" data-undo>Undo</button>' if is_last else ""
    return (
        f'<header class="asked">{_heading(question)}{note}'
        f'<p class="acts">{undo}<button type="button" class="act" data-edit>Edit</button>'
        '<button type="button" class="act" data-retry>Ask again</button></p></header>'
        f'<form class="editor" hidden data-question-text="{escape(question[:_EDITED_CHARACTERS])}">'
        f'<label class="unseen" for="turn-{number}-edit">Word the question anew</label>'
        f'<textarea id="turn-{number}-edit" rows="2" dir="auto"></textarea>'
        '<p><button type="submit" class="go">Ask</button>'
        '<button type="button" class="act" data-cancel>Cancel</button></p></form>'
    )


def _heading(question: str) -> str:
    return f'<h2 dir="auto" tabindex="-1">{escape(_cut(question, _SHOWN_CHARACTERS))}</h2>'


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters]}…"
