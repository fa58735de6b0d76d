"""Abbreviations that a report spells out, and questions that ask for one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bm25s.stopwords import STOPWORDS_EN

from index.types import Document, Unit

_SHORT = r"[A-Z][A-Za-z&]{0,8}[A-Z&][a-z]?"
_QUOTES = "\"'“”‘’"
_CALLED = r"(?:the|or|known as|hereafter|abbreviated to|abbreviated as|referred to as)"
_IN_BRACKETS = re.compile(
    rf"\([{_QUOTES}]?(?:{_CALLED}\s+)*[{_QUOTES}]?({_SHORT}?)(?:['’]s|s['’]?)?[{_QUOTES}]?\)"
)
_BEFORE_BRACKETS = re.compile(rf"\b({_SHORT}?)(?:['’]s|s['’]?)?[{_QUOTES}]?\s\(([^()]{{5,160}})\)")
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z]*[A-Z]s?")
_WORD = re.compile(r"\b\w+(?:&\w+)*\b")
_PART = r"(an? |the )?(abbreviation |acronym |initials |letters |term )?@"
_TAIL = r"(exactly|please|again|here|in (this|the) (report|context|document))?\W*$"
_ASKS_MEANING = re.compile(
    rf"\bwhat (does|do|did|is|are|’s|'s) {_PART},? ?"
    r"(short for|mean|stand|abbreviat|called in full|in full)"
    rf"|\bwhat ?(is|are|was|’s|'s) {_PART} ?{_TAIL}"
    rf"|\b(mean|means|meant|understand|understood) by {_PART}"
    r"|@ (in full|meaning|definition|stands? for|short for|spel(t|led) out)"
    rf"|\b(meaning|definition|expansion|spelling|full (name|form|title)|long form) of {_PART}"
    r"|@ (full|long) (name|form|title)"
    rf"|\b(define|spell out|expand|explain) {_PART} ?{_TAIL}"
    r"|@,? (is )?(an? )?(abbreviation|acronym|initials)",
    re.IGNORECASE,
)
_SMALL = frozenset(("of", "and", "for", "the", "to", "in", "on", "with", "&"))
_SPARE_WORDS = 5


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form, its long form and the unit where the report gives both."""

    short: str
    long: str
    document: Document
    unit: Unit


def abbreviations(document: Document) -> dict[str, Abbreviation]:
    """The abbreviations that a document defines, by short form without plural s.

    A simplified Schwartz and Hearst (2003): in "long form (LF)" the long form is the fewest
    words before the bracket whose first letters are the short form's, or else that begin with
    its first letter and hold the others in order; in "LF (long form)" it is all that the
    bracket holds, if it is such words. The first definition counts.
    """
    found: dict[str, Abbreviation] = {}
    for unit in document.units:
        for short, long in _definitions(document.quote(unit)):
            found.setdefault(short, Abbreviation(short, long, document, unit))
    return found


def asked_abbreviation(question: str, known: Collection[str]) -> str | None:
    """The abbreviation whose meaning a question asks for, None for other questions.

    A word in capitals counts, and in any case a word that is in ``known``; it is returned as it
    stands there, else as the question has it.
    """
    shouted = question.isupper()
    for word in dict.fromkeys(_WORD.findall(question)):
        short = _known(word, known)
        if short is None and not (_ABBREVIATION.fullmatch(word) and not shouted):
            continue
        masked = re.sub(rf"[{_QUOTES}]?\b{re.escape(word)}\b(['’]s?\b)?[{_QUOTES}]?", "@", question)
        if _ASKS_MEANING.search(" ".join(masked.split())):
            return short or _singular(word)
    return None


def expand(question: str, known: dict[str, Abbreviation]) -> str:
    """The question with the long form after each abbreviation that the reports define."""
    words: dict[str, None] = {}
    for word in _WORD.findall(question):
        short = _known(word, known)
        if short is not None and known[short].long.lower() not in question.lower():
            words[known[short].long] = None
    return f"{question} ({', '.join(words)})" if words else question


def _known(word: str, known: Collection[str]) -> str | None:
    """The known abbreviation that a word is; "it" is never IT, nor "as" AS."""
    if word.lower() in STOPWORDS_EN and not word.isupper():
        return None
    wanted = (word.lower(), _singular(word).lower())
    return next((short for short in known if short.lower() in wanted), None)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 2 else word


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    for match in _IN_BRACKETS.finditer(text):
        before = re.split(r"[()]", text[: match.start()])[-1].split()
        if long := _long_form(before, match[1]):
            yield match[1], long
    for match in _BEFORE_BRACKETS.finditer(text):
        words = _without_possessive(match[2].split())
        if len(words) > 1 and _initials(words, match[1]):
            yield match[1], " ".join(words)


def _long_form(before: list[str], short: str) -> str | None:
    words = _without_possessive(before[-len(short) - _SPARE_WORDS :])
    tails = [words[-count:] for count in range(1, len(words) + 1)]
    for fits in (_initials, _spells):
        for tail in tails:
            if fits(tail, short):
                return " ".join(tail)
    return None


def _without_possessive(words: list[str]) -> list[str]:
    return [*words[:-1], re.sub(r"['’]s?$", "", words[-1])] if words else words


def _initials(words: list[str], short: str) -> bool:
    """Whether the words' first letters, small words apart or not, are the short form."""
    parts = [part for word in words for part in re.split(r"[-/]", word.strip(_QUOTES)) if part]
    if not parts or parts[0].lower() in _SMALL:
        return False
    wanted = short.lower()
    every = "".join(part[0] for part in parts).lower()
    some = "".join(part[0] for part in parts if part.lower() not in _SMALL).lower()
    return wanted in (every, some)


def _spells(words: list[str], short: str) -> bool:
    """Whether the letters of ``short`` stand in the words in order, most at word beginnings."""
    long = " ".join(words).lower()
    if long[:1] != short[0].lower():
        return False
    position = 0
    for letter in short.lower():
        position = long.find(letter, position) + 1
        if position == 0:
            return False
    return len([part for part in re.split(r"[\s-]+", long) if part]) >= len(short) - 1
