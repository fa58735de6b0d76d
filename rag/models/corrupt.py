"""Sentences of reports made wrong by rule, to train and to measure the verifier.

Each kind of fault changes one thing of a true sentence, or the passage that it cites.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from index.types import Document, Unit
from rag.answerable import own_words
from rag.figures import figures
from rag.names import BODY, tokens_of
from rag.polarity import polarity

Kind = Literal["number", "negation", "name", "judgement", "invented", "marker"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NUMBER_WORDS: Final = (
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty".split()
)
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:do|does|did|is|are|was|were|has|have|had|can|could|should|will) not\b")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|should|will|would|must)\b(?! (?:not|only)\b)"
)
_VERB = re.compile(
    r"^((?:The|Its?|This|These|Their|Our|A|An)?(?: ?[\w’'-]+){0,4}?"
    r"(?:force|it|police|team|council|authority|partnership|inspectorate)) "
    r"(?:(\w+ly|also|still|now) )?([a-z]+?)(es|s)\b",
    re.IGNORECASE,
)
_NAMES: Final = (
    "Wiltshire", "Northumbria", "Cleveland", "Dr Helen Marsh", "Operation Nightjar", "Hartlepool",
    "Europol", "Barnardo’s", "Gwent", "Project Lantern",
)  # fmt: skip
_GRADES: Final = ("outstanding", "good", "requires improvement", "inadequate")
_GRADE = re.compile(
    r"\b(outstanding|good|requires improvement(?: to be good)?|inadequate)\b", re.IGNORECASE
)
_JUDGEMENTS: Final = {
    "effective": "ineffective", "effectively": "ineffectively", "well": "poorly",
    "strong": "weak", "clear": "unclear", "comprehensive": "patchy", "improved": "worsened",
    "positive": "negative", "appropriate": "inappropriate", "timely": "late",
}  # fmt: skip
_JUDGEMENT = re.compile(rf"\b(?:{'|'.join(_JUDGEMENTS)})\b")
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Corruption:
    """A sentence and the unit that it cites, which does not prove it."""

    kind: Kind
    sentence: str
    document: Document
    unit: Unit


def corruptions(
    document: Document,
    unit: Unit,
    sentence: str,
    strangers: Sequence[str],
    draw: random.Random,
) -> Iterator[Corruption]:
    """Each kind of fault that a true sentence on a unit can be given.

    ``strangers`` are sentences and bullets of other reports.
    """
    made = {
        "number": _other_number(sentence, draw),
        "negation": _turned(sentence),
        "name": _other_name(sentence, draw),
        "judgement": _other_judgement(sentence, draw),
        "invented": draw.choice(strangers),
    }
    for kind in KINDS:
        text = made.get(kind)
        if text and text != sentence:
            yield Corruption(kind, text, document, unit)
    others = [other for other in document.units if _is_other(document, unit, other)]
    beside = [other for other in others if other.section == unit.section]
    if others:
        yield Corruption("marker", sentence, document, draw.choice(beside or others))


def _other_number(sentence: str, draw: random.Random) -> str:
    before = figures(sentence)
    for pattern in (_NUMBER, _NUMBER_WORD):
        found = list(pattern.finditer(sentence))
        if not found:
            continue
        match = draw.choice(found)
        if pattern is _NUMBER:
            digits = match[0]
            place = draw.choice([n for n, one in enumerate(digits) if one.isdigit()])
            other = draw.choice([d for d in "123456789" if d != digits[place]])
            new = digits[:place] + other + digits[place + 1 :]
        else:
            new = draw.choice([word for word in _NUMBER_WORDS if word != match[0].lower()])
        made = sentence[: match.start()] + new + sentence[match.end() :]
        # A change that leaves the same numbers, such as 2017 to 2016 beside 2016 and 2017, is none.
        return made if not figures(made) <= before else ""
    return ""


def _turned(sentence: str) -> str:
    """The sentence with a "not" taken out or put in; empty where there is no place for one."""
    if denied := _DENIED.search(sentence):
        return sentence[: denied.end() - 4] + sentence[denied.end() :]
    if polarity(sentence).scopes:
        return ""
    if found := _AUXILIARY.search(sentence):
        return f"{sentence[: found.end()]} not{sentence[found.end() :]}"
    if verb := _VERB.match(sentence):
        adverb = f"{verb[2]} " if verb[2] else ""
        ending = "" if verb[4] == "s" else ("e" if verb[3][-1] not in "shxo" else "")
        return f"{verb[1]} does not {adverb}{verb[3]}{ending}{sentence[verb.end() :]}"
    return ""


def _other_name(sentence: str, draw: random.Random) -> str:
    tokens = [
        token
        for token in tokens_of(sentence)
        if token.capital and not token.opens and token.word not in BODY and len(token.word) > 2
    ]
    if not tokens:
        return ""
    token = draw.choice(tokens)
    return sentence[: token.start] + draw.choice(_NAMES) + sentence[token.end :]


def _other_judgement(sentence: str, draw: random.Random) -> str:
    if match := _GRADE.search(sentence):
        given = match[0].lower().removesuffix(" to be good")
        others = [grade for grade in _GRADES if grade != given]
        return sentence[: match.start()] + draw.choice(others) + sentence[match.end() :]
    if match := _JUDGEMENT.search(sentence):
        return sentence[: match.start()] + _JUDGEMENTS[match[0]] + sentence[match.end() :]
    return ""


def _is_other(document: Document, unit: Unit, other: Unit) -> bool:
    """Whether another unit says something else, as far as its words tell."""
    if other.kind in ("heading", "date") or other.start == unit.start:
        return False
    words = {word.lower() for word in own_words(document.quote(unit))}
    theirs = {word.lower() for word in own_words(document.quote(other))}
    return bool(theirs) and len(words & theirs) < _ALIKE * max(1, min(len(words), len(theirs)))
