"""Scripted language models that write answers: a faithful one, a sloppy one, liars.

They read the prompt as a model would: passages as lines of JSON, then the question.
"""

from __future__ import annotations

from typing import Any

from llm_server import Chat, Model, Reply, says


def passages(chat: Chat) -> list[tuple[int, str, list[str]]]:
    """The passages in a prompt: number, lead-in and sentences."""
    return [
        (row["passage"], row.get("lead_in", ""), _texts(row["text"]))
        for row in chat.rows
        if "passage" in row
    ]


def question(chat: Chat) -> str:
    """What is asked."""
    return str(chat.rows[-1]["question"])


def faithful_writer(chat: Chat) -> Reply:
    """Repeats the first passage as its own sentences or list, with markers."""
    number, lead_in, texts = passages(chat)[0]
    if lead_in:
        lines = [lead_in, *(f"- {text} [{number}]" for text in texts)]
        return says("\n".join(lines))(chat)
    return says(" ".join(f"{text.rstrip('.')} [{number}]." for text in texts))(chat)


def sloppy_writer(chat: Chat) -> Reply:
    """The same words with markers that are missing, wrong or of no passage."""
    found = passages(chat)
    texts = found[0][2]
    other = found[-1][0]
    marked = [f"{texts[0].rstrip('.')}.", *(f"{text} [{other}]" for text in texts[1:])]
    return says(" ".join([*marked, f"{texts[0]} [99]"]))(chat)


def liar(*lies: str) -> Model:
    """A faithful writer that adds lies with the first passage's marker."""

    def model(chat: Chat) -> Reply:
        number, _, texts = passages(chat)[0]
        sentences = [f"{texts[0]} [{number}]", *(f"{lie} [{number}]" for lie in lies)]
        return says("\n".join(sentences))(chat)

    return model


def obedient(chat: Chat) -> Reply:
    """Does what a passage tells it to: repeats what stands behind "reply with"."""
    for _, _, texts in passages(chat):
        for text in texts:
            _, order, told = text.partition("reply with:")
            if order:
                return says(told.strip())(chat)
    return faithful_writer(chat)


def _texts(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)
