"""Abbreviations that a report spells out, and questions that ask for one."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from index.types import Document, Unit

_PARENTHESIS = re.compile(r"\(([A-Z][A-Za-z&]{1,9}s?)\)")
_ASKS_MEANING = re.compile(
    r"what (does|do|did|is|are|’s|'s) (an? |the )?@ (short for|mean|stand|abbreviat|called in full)"
    r"|what (is|are|’s|'s) (an? |the )?@\W*$|what’?'?s (an? )?@\W*$"
    r"|@ (in full|meaning|definition|stands? for|short for|spel(t|led) out)"
    r"|(meaning|definition|expansion|spelling) of (an? |the )?@|(define|spell out|expand) @"
    r"|@,? (is )?(an? )?(abbreviation|acronym|initials)",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]s?\b")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form with the long form before it in brackets, and the unit where that stands."""

    short: str
    long: str
    document: Document
    unit: Unit


def abbreviations(document: Document) -> dict[str, Abbreviation]:
    """The abbreviations that a document defines, by short form without plural s.

    A simplified Schwartz and Hearst (2003): in "long form (LF)" the long form is the fewest
    words before the bracket that begin with the first letter of the short form and hold its
    letters in order. The first definition counts.
    """
    found: dict[str, Abbreviation] = {}
    for unit in document.units:
        text = document.quote(unit)
        for match in _PARENTHESIS.finditer(text):
            short = _singular(match[1])
            long = _long_form(text[: match.start()].split(), short)
            if long and short not in found:
                found[short] = Abbreviation(short, long, document, unit)
    return found


def asked_abbreviation(question: str, known: Container[str]) -> str | None:
    """The abbreviation whose meaning a question asks for, None for other questions.

    A word in capitals counts, and in any case a word that is in ``known``.
    """
    for word in re.findall(r"\b\w+\b", question):
        short = _singular(word)
        if short.upper() in known or _ABBREVIATION.fullmatch(word):
            masked = re.sub(rf"\b{re.escape(word)}\b['’\"]?", "@", question)
            if _ASKS_MEANING.search(masked.replace("'@", "@").replace("‘@", "@")):
                return short.upper() if short.upper() in known else short
    return None


def expand(question: str, known: dict[str, Abbreviation]) -> str:
    """The question with the long form after each abbreviation that the reports define."""
    words = []
    for word in re.findall(r"\b\w+\b", question):
        entry = known.get(_singular(word))
        if entry and entry.long.lower() not in question.lower() and entry.long not in words:
            words.append(entry.long)
    return f"{question} ({', '.join(words)})" if words else question


def _singular(short: str) -> str:
    return short[:-1] if short.endswith("s") and len(short) > 2 else short


def _long_form(words: list[str], short: str) -> str | None:
    for count in range(1, min(len(words), len(short) + 5) + 1):
        candidate = words[-count:]
        if candidate[0][:1].lower() == short[0].lower() and _spells(" ".join(candidate), short):
            return " ".join(candidate)
    return None


def _spells(long: str, short: str) -> bool:
    """Whether the letters of ``short`` stand in ``long`` in order, most at word beginnings."""
    initials = "".join(word[0] for word in re.split(r"[\s-]+", long) if word)
    position = 0
    for letter in short.lower():
        position = long.lower().find(letter, position) + 1
        if position == 0:
            return False
    return len(initials) >= len(short) - 1
