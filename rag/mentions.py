"""Which of the reports mention some words: every report is looked at, and each proves itself.

Only questions that ask for just that are taken: "Which reports mention county lines?"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Document, Unit

_ASKS = re.compile(
    r"^\W*(?:(?:please|and|so|can you|could you|tell me)\W+)*"
    r"(?:which|what|how many|list|name|show(?: me)?|find)\b(?: (?:all|every|of))?(?: the| these)? "
    r"(?:[\w'’]+ ){0,2}?(?:reports?|councils?|authorit(?:y|ies)|areas?|partnerships?|forces?"
    r"|organisations?|inspections?|documents?|ones?)\b(?: (?:that|which|do|here))* "
    r"(?:mentions?|mentioning|(?:refers?|referring) to|(?:talks?|talking) (?:about|of)"
    r"|(?:speaks?|speaking) (?:about|of)|discuss(?:es|ing)?|contains?|containing"
    r"|(?:uses?|using|has|have|with) the (?:words?|phrase|terms?))\b"
    r"(?: the (?:words?|phrase|terms?))?\s*(?P<words>.+?)\W*$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|a|an|any|some)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST = 8  # words; what is longer describes, and is searched for by meaning


@dataclass(frozen=True, slots=True)
class Mention:
    """A report that has the words: where first, and how many times."""

    document: Document
    unit: Unit
    count: int


def words_sought(question: str) -> str:
    """The words whose mention is asked for; empty for any other question."""
    match = _ASKS.match(question)
    if match is None:
        return ""
    words = _ARTICLE.sub("", match["words"].strip("\"'“”‘’ "))
    return words if 0 < len(_WORD.findall(words)) <= _LONGEST else ""


def mentions(words: str, documents: Sequence[Document]) -> tuple[Mention, ...]:
    """Each report that has the words in a row, in any case, the last in singular or plural."""
    *first, last = _WORD.findall(words)
    shape = r"[\W_]+".join([*map(_spelt, first), _either(last)])
    pattern = re.compile(rf"(?<![^\W_]){shape}(?![^\W_])", re.IGNORECASE)
    found = []
    for document in documents:
        starts = [match.start() for match in pattern.finditer(document.text)]
        unit = next((u for s in starts for u in document.units if u.start <= s < u.end), None)
        if unit is not None:
            found.append(Mention(document, unit, len(starts)))
    return tuple(found)


def _either(word: str) -> str:
    """A word in singular or plural."""
    stem = word[:-1] if word.lower().endswith("s") and len(word) > 3 else word
    return f"{_spelt(stem)}(?:e?s)?"


def _spelt(word: str) -> str:
    return re.sub("['’]", "['’]", re.escape(word))
