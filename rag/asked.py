"""Questions as people type them, tidied before anything is done with them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from index.errors import QuestionError


def clean_question(question: str, limit: int) -> str:
    """The question without control characters and lone surrogates, on one line.

    Raises QuestionError, with a message for the user, where nothing is left that has a letter
    or a digit, or where it has more than ``limit`` characters.
    """
    if len(question) > limit:
        raise QuestionError(
            f"This question has {len(question):,} characters; please ask in at most {limit:,}."
        )
    clean = tidy(question)
    if not any(character.isalnum() for character in clean):
        raise QuestionError("There is no question here; please ask one in words.")
    return clean


def earlier_questions(history: Sequence[str]) -> list[str]:
    """The questions of a history, tidied, less those of which nothing is left."""
    return [clean for item in history if (clean := tidy(item))]


def tidy(text: str) -> str:
    """The text on one line, control characters as spaces, what UTF-8 cannot hold replaced."""
    readable = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join(
        "".join(
            " " if unicodedata.category(character) == "Cc" else character for character in readable
        ).split()
    )
