"""A follow-up and the questions before it into one question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPENING = re.compile(
    r"^\W*((ok(ay)?|and|but|so|then|also|well|right|thanks)\b[\s,]*)*"
    r"((what|how) about\b|and\b|the same\b)?",
    re.IGNORECASE,
)
_REFERRING = re.compile(
    r"\b(it|its|that|this|these|those|them|they|their|there|he|she|his|her|one|ones|others?"
    r"|same|else|more|former|latter|such|too|either|neither|both|each|exact|exactly)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(on|in|for|about|of|with|at|to|from|by|against|under|regarding|concerning)\b",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    "a an the and or but ok okay so then also what which who whom whose how why when where is are "
    "was were be been do does did has have had can could should would will may might must of in "
    "on at to for from by with about any some there it its that this these those them they their "
    "please tell me say said give us you we i".split()
)


def stand_alone(question: str, history: Sequence[str] = ()) -> str:
    """The question as it would be asked without its history (earlier questions, oldest first).

    "and on X?" puts X in the place of the last phrase that begins with the same preposition
    in the question before ("... on Y?"); any other question that leans on what came before
    gets that question after it in brackets; one that stands alone is returned unchanged.
    """
    if not history or not _leans_on_history(question):
        return question
    before = stand_alone(history[-1], history[:-1])
    return _replaced(question, before) or f"{question.rstrip(' ?.')}? ({before.rstrip(' ?.')})"


def _leans_on_history(question: str) -> bool:
    opening = _OPENING.match(question)
    if opening and opening.group().strip(" ,"):
        return True
    words = re.findall(r"[\w’'-]+", question.lower())
    content = [word for word in words if word not in _EMPTY]
    return len(content) <= 2 or bool(_REFERRING.search(question))


def _replaced(question: str, before: str) -> str | None:
    """The question before with its last prepositional phrase exchanged, if this one is just that.
    """
    opening = _OPENING.match(question)
    rest = question[opening.end() :].strip(" ?.,") if opening else question
    preposition = _PREPOSITION.match(rest)
    if opening is None or not opening.group().strip() or not preposition:
        return None
    if len(rest.split()) > 8:
        return None
    places = [
        match.start()
        for match in _PREPOSITION.finditer(before)
        if match.group().lower() == preposition.group().lower()
    ]
    return f"{before[: places[-1]].rstrip()} {rest}?" if places else None
