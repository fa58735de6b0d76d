"""The questions that a language model proposes for a window, read and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from index.enrich import Enrichment, question_key
from index.errors import LLMReplyError
from index.types import Answered, Span, Unanswered, Unit
from rag.cite import flat
from rag.config import EnrichConfig
from rag.windows import Window

_KEYS = ("single", "together", "not_answered")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_POINTS_AT_UNITS = re.compile(r"\bunits? \d|\b(this|the above|that) (unit|sentence|bullet)\b", re.I)
_BRACES = 100  # that are tried; without an end a reply of braces would take long


def checked(reply: str, window: Window, config: EnrichConfig) -> Enrichment:
    """The questions in a reply to ``rag.prompts.questions_prompt``.

    A question that is given for several units is answered by them together. What is no
    question of a person is left out: one that is too short or too long, repeats a unit or
    points at one by number. Raises LLMReplyError, saying what is wrong, where the reply holds
    no object of the kind asked for, names a unit that is not in the window, or no question is
    left.
    """
    found = _object(reply[: config.reply_characters])
    repeated = frozenset(question_key(window.document.quote(unit)) for unit in window.units)
    try:
        answered = _answered(found, window, config, repeated)
        unanswered = tuple(_unanswered(found, window, config, repeated))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LLMReplyError(f"the JSON object is not as asked for ({error})") from None
    if not answered:
        raise LLMReplyError("it has no question that a unit answers")
    known = {question_key(question) for group in answered for question in group.questions}
    others = {key: item for item in unanswered if (key := question_key(item.question)) not in known}
    return Enrichment(answered, tuple(others.values())[: config.not_answered])


def _object(reply: str) -> dict[str, Any]:
    """The first JSON object in the reply that has one of the keys, whatever is around it."""
    text = _THOUGHT.sub("", reply)
    for brace in islice(re.finditer("{", text), _BRACES):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        if any(key in found for key in _KEYS):
            return dict(found)
    raise LLMReplyError("there is no such JSON object in it")


def _answered(
    found: dict[str, Any], window: Window, config: EnrichConfig, repeated: frozenset[str]
) -> tuple[Answered, ...]:
    questions: dict[str, str] = {}
    units: dict[str, set[int]] = {}
    for numbers, proposed in _groups(found):
        places = {_place(number, window) for number in numbers}
        for question in _sane(proposed, config, repeated):
            key = question_key(question)
            questions.setdefault(key, question)
            units.setdefault(key, set()).update(places)
    groups: dict[tuple[int, ...], list[str]] = {}
    for key, places in units.items():
        groups.setdefault(tuple(sorted(places)), []).append(questions[key])
    return tuple(
        Answered(tuple(_span(window.units[place]) for place in places), tuple(group[: config.most]))
        for places, group in sorted(groups.items())
        if places
    )


def _groups(found: dict[str, Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """The numbers of units, with the questions that they answer."""
    for item in _list(found.get("single")):
        yield [item["unit"]], _list(item["questions"])
    for item in _list(found.get("together")):
        yield _list(item["units"]), _list(item["questions"])


def _unanswered(
    found: dict[str, Any], window: Window, config: EnrichConfig, repeated: frozenset[str]
) -> Iterator[Unanswered]:
    for item in _list(found.get("not_answered")):
        near = item.get("nearest")
        nearest = () if near is None else (_span(window.units[_place(near, window)]),)
        for question in _sane([item["question"]], config, repeated):
            # What the report says instead is left to its own words, at ``nearest``.
            yield Unanswered(question, nearest=nearest)


def _list(data: Any) -> list[Any]:
    if data is None:
        return []
    if not isinstance(data, list):
        raise TypeError(f"a list is needed where {_shown(data)} stands")
    return data


def _place(number: Any, window: Window) -> int:
    """The place of a unit by its number, which some models write as text."""
    digits = str(number)
    if isinstance(number, bool) or not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"{_shown(number)} is no number of a unit")
    place = int(digits[:9]) - 1
    if not 0 <= place < len(window.units):
        raise ValueError(f"there is no unit {digits[:9]}: they are 1 to {len(window.units)}")
    return place


def _sane(proposed: Iterable[Any], config: EnrichConfig, repeated: frozenset[str]) -> list[str]:
    questions = []
    for item in proposed:
        if not isinstance(item, str):
            raise TypeError(f"a question is needed where {_shown(item)} stands")
        question = flat("".join(c for c in item if c.isprintable() or c.isspace()))
        key = question_key(question)
        sane = config.shortest <= len(question) <= config.longest and len(key) > 1
        if sane and key not in repeated and not _POINTS_AT_UNITS.search(question):
            questions.append(question)
    return questions


def _span(unit: Unit) -> Span:
    return Span(unit.start, unit.end)


def _shown(data: Any) -> str:
    return repr(data)[:40]
