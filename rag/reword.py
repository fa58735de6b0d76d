"""A question as it is put to the reports that it names: without names, and with no frame.

What reads reports was trained on questions that are asked of one report, which do not name it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.names import Mention

# "What did inspectors say about", "what do the reports find on".
_FRAME = re.compile(
    r"\W*what (?:else )?(?:did|do|does|have|has|is|was) (?:the |these |those |any )?"
    r"(?:(?:inspectors?|reports?|inspections?|inspectorates?|ofsted|cqc|hmicfrs|they|it|you)"
    r"(?: and (?:the )?(?:ofsted|cqc))? )?(?:say|said|find|found|conclude|concluded|report|reported"
    r"|tell us|think|write|written|note|noted|known) (?:about|on|of|regarding) (?P<topic>.+)",
    re.IGNORECASE | re.DOTALL,
)
_JOINED = re.compile(r"[\s,]*(?:(?:and|or|&)\s+)?(?:in |for )?")
# Behind a name, what kind of body it is: "Surrey County Council".
_BODY = re.compile(
    r"(?: (?:local area partnership|local authority|(?:county |city |borough )?council))?\b",
    re.IGNORECASE,
)


def topic(question: str) -> str:
    """What a question asks about, without the words that only say that reports are asked.

    "What did inspectors say about fostering?" is read better as "fostering?".
    """
    framed = _FRAME.match(question)
    return framed["topic"] if framed else question


def blanked(question: str, mentions: Sequence[Mention]) -> str:
    """The question with its names taken out."""
    for mention in reversed(mentions):
        question = f"{question[: mention.start]} {question[mention.end :]}"
    return question


def without_names(question: str, mentions: Sequence[Mention], stand_in: str) -> str:
    """The question without the names that its reports are chosen by.

    "in Slough and Surrey" goes where the question reads on without it, a possessive becomes
    "its"; elsewhere ``stand_in`` ("the area") takes a name's place, or it stays where that is
    empty.
    """
    if not mentions:
        return question
    first, last = mentions[0], mentions[-1]
    before, after = question[: first.start], question[last.end :]
    between = question[first.end : last.start] if first is not last else ""
    if not re.fullmatch(r"[^.?!;]{0,40}", between):
        return _replaced(question, mentions, stand_in)
    if possessive := re.match(r"['’]s?\s", after):
        owner = "its" if not stand_in else f"{stand_in}’s"
        return f"{before}{owner} {after[possessive.end() :]}"
    place = re.search(r"[\s,]*\b(?:in|for|at|from|of)\s+(?:the\s+)?$", before, re.IGNORECASE)
    if place is None or not re.match(r"(?:['’]s)?\s*(?:[?.!,]|$|(?:and|but|when|if|who)\b)", after):
        return _replaced(question, mentions, stand_in)
    left = f"{before[: place.start()]}{after}".strip()
    return left if len(left.split()) > 2 else _replaced(question, mentions, stand_in)


def _replaced(question: str, mentions: Sequence[Mention], stand_in: str) -> str:
    """Every name replaced, several in a row by one word."""
    if not stand_in:
        return question
    parts: list[str] = []
    end = 0
    for mention in mentions:
        between = question[end : mention.start]
        if not (parts and _JOINED.fullmatch(between)):
            parts += [re.sub(r"\bthe $", "", between, flags=re.IGNORECASE), stand_in]
        body = _BODY.match(question, mention.end)
        end = body.end() if body else mention.end
    return "".join([*parts, question[end:]])
