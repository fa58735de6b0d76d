"""The numbers and dates that a text gives, however they are written."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from rag.words import word_set

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = {
    **{name: number for number, name in enumerate(_MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS, start=1) if name != "may"},
    "sept": 9,
}
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_FRACTIONS = {
    "half": "1/2", "halves": "1/2", "quarter": "1/4", "quarters": "1/4", "thirds": "1/3",
    "twice": "2", "double": "2", "doubled": "2", "once": "once", "dozen": "12",
}  # fmt: skip
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{2}|\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<short>(?:st|nd|rd|th|m|bn|k)\b)?"
    r"|(?P<word>[A-Za-z]+)"
)
_PERCENT = re.compile(
    r"\s*(?:(?:to|and|or|-|–)\s+[\w.,]+\s*)?(?:%|per ?cent\b|percentage points?\b)", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"\b(\d[\d,.]*|{'|'.join([*_SMALL, *_TENS])})[\s-]+([A-Za-z]{{3,}})", re.IGNORECASE
)
_NO_NOUN = (
    word_set("per percent percentage and the for out times hundred thousand million billion")
    | frozenset(_SMALL)
    | frozenset(_TENS)
)
_TIME = re.compile(r"[\s-]*(hour|day|week|month|year|minute)", re.IGNORECASE)


@lru_cache(2000)
def figures(text: str) -> frozenset[str]:
    """The numbers, months, weekdays and shares of a text, each in one spelling.

    "1,200", "1200" and "twelve hundred" are the same; so are "22/03/2018" and "22 March 2018".
    A number of per cent is also one with "%" behind it, one of days is also "14 days". "One" is
    left out: it is most often no number.
    """
    found: set[str] = set()
    text = _ISO.sub(_of_iso, _SLASHED.sub(_of_slashed, text))
    tokens = list(_TOKEN.finditer(text))
    place = 0
    while place < len(tokens):
        token = tokens[place]
        is_digits = bool(token["number"])
        value, used = _digits(tokens, place) if is_digits else _spelt(tokens, place, text)
        if value is None:
            found |= _named(token["word"] or "", tokens, place)
            place += 1
            continue
        shown = _shown(value)
        is_share = _PERCENT.match(text, tokens[place + used - 1].end())
        if is_share:
            found.add(f"{shown}%")
        if shown != "1" or token["number"]:
            found.add(shown)
        if of_time := _TIME.match(text, tokens[place + used - 1].end()):
            found.add(f"{shown} {of_time[1].lower()}s")
        place += used
    return frozenset(found)


def misplaced(sentence: str, evidence: str) -> list[str]:
    """Numbers with their noun ("50 people") where the evidence has another number of that noun.

    Only a noun that the evidence gives a number, and never this one, counts.
    """
    there = _counted(evidence)
    return [
        f"{number} {noun}"
        for noun, numbers in _counted(sentence).items()
        for number in sorted(numbers)
        if noun in there and number not in there[noun]
    ]


def _counted(text: str) -> dict[str, set[str]]:
    """The numbers that stand right before each noun of a text."""
    found: dict[str, set[str]] = {}
    for match in _COUNTED.finditer(text):
        values = {one for one in figures(match[1]) if " " not in one and "%" not in one}
        if values and match[2].lower() not in _NO_NOUN:
            found.setdefault(match[2].lower(), set()).update(values)
    return found


def _of_slashed(match: re.Match[str]) -> str:
    month = int(match[2])
    name = _MONTHS[month - 1] if 1 <= month <= 12 else match[2]
    return f"{match[1]} {name} {match[3]}"


def _of_iso(match: re.Match[str]) -> str:
    month = int(match[2])
    name = _MONTHS[month - 1] if 1 <= month <= 12 else match[2]
    return f"{int(match[3])} {name} {match[1]}"


def _digits(tokens: list[re.Match[str]], place: int) -> tuple[Decimal | None, int]:
    token = tokens[place]
    value = Decimal(token["number"].replace(",", ""))
    short = {"m": 10**6, "bn": 10**9, "k": 1000}.get(token["short"] or "", 1)
    after = tokens[place + 1]["word"] if place + 1 < len(tokens) else None
    if after and after.lower() in _LARGE:
        return value * _LARGE[after.lower()], 2
    return value * short, 1


def _spelt(tokens: list[re.Match[str]], place: int, text: str) -> tuple[Decimal | None, int]:
    """The value of number words from a place, and how many; "one" alone is none."""
    total, current, used = 0, 0, 0
    for token in tokens[place:]:
        word = (token["word"] or "").lower()
        between = text[tokens[place + used - 1].end() : token.start()] if used else " "
        if used and between.strip(" -\n‑–"):
            break
        if word in _SMALL and (not used or current % 10 == 0):
            current += _SMALL[word]
        elif word in _TENS and (not used or current % 100 == 0):
            current += _TENS[word]
        elif word in _LARGE and used:
            if _LARGE[word] == 100:
                current *= 100
            else:
                total, current = total + current * _LARGE[word], 0
        elif word == "and" and used and _goes_on(tokens, place + used):
            pass
        else:
            break
        used += 1
    if not used:
        return None, 0
    return Decimal(total + current), used


def _goes_on(tokens: list[re.Match[str]], place: int) -> bool:
    """Whether "and" joins a number: "two hundred and ten"."""
    before = (tokens[place - 1]["word"] or "").lower()
    after = (tokens[place + 1]["word"] or "").lower() if place + 1 < len(tokens) else ""
    return before in _LARGE and (after in _SMALL or after in _TENS)


def _named(word: str, tokens: list[re.Match[str]], place: int) -> set[str]:
    low = word.lower()
    if low in _DAYS or f"{low}s" in _DAYS:
        return {low}
    if low in _FRACTIONS:
        return {_FRACTIONS[low]}
    if low not in _MONTH:
        return set()
    beside = [tokens[n] for n in (place - 1, place + 1) if 0 <= n < len(tokens)]
    by_number = any(token["number"] for token in beside)
    # "May" and "march" are words too; "Mar" is short for a month by a number alone.
    is_whole = low in _MONTHS and low not in ("may", "march") and word[0].isupper()
    return {f"month {_MONTH[low]}"} if by_number or is_whole else set()


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"
