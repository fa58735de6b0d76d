"""The words of a question that reports never mention, in no form and by no near relative."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answerable import missing_words
from rag.words import (
    ADVERBS,
    DETERMINERS,
    EMPTY,
    PLAIN_SUBJECTS,
    PREPOSITIONS,
    QUESTION_WORDS,
    RELATIVES,
    VERBS,
    is_adjective,
    is_participle,
    is_verb,
    word_set,
)

_CLOSED = (
    ADVERBS | DETERMINERS | EMPTY | PLAIN_SUBJECTS | PREPOSITIONS | QUESTION_WORDS | RELATIVES
) | word_set(
    "anything anybody something somebody everything everybody nothing nobody thing things way ways "
    "lot lots time times day days today yesterday tomorrow first second next own old new great "
    "poor whether among instead plus per once twice two three four five six ten biggest doesn isn "
    "don names figures statistics percentage number rate date dates purpose role action compare "
    "didn wasn aren won wouldn couldn shouldn ll ve re"
)
_ENDING = re.compile(r"(?:es|ing)$")
_SHORTEST = 3  # characters of a word that is named


def never_mentioned(
    question: str, known: frozenset[str], relative: Callable[[Sequence[str]], Sequence[bool]]
) -> tuple[str, ...]:
    """The things that a question asks of and that the reports never mention, as it names them.

    Verbs, adverbs and words of every question are not named: that no report has "operate" says
    nothing. Nor are words of which ``relative`` finds another word for the same: it takes words
    and says of each whether a near relative stands in what was read. ``known`` are the words of
    the reports, see ``rag.answerable.vocabulary``.
    """
    words = [word for word in missing_words(question, known) if _is_thing(word.lower())]
    found = relative(words) if words else ()
    return tuple(word for word, has in zip(words, found, strict=True) if not has)


def _is_thing(word: str) -> bool:
    return (
        len(word) >= _SHORTEST
        and word not in _CLOSED
        and not (is_verb(word) or word.endswith("ly") or is_adjective(word) or _is_done(word))
    )


def _is_done(word: str) -> bool:
    """Whether a word is what was done or is being done: "dealt", "called", "getting"."""
    if is_participle(word) and not word.endswith("ing"):
        return True
    stem = _ENDING.sub("", word)
    return stem != word and bool({stem, f"{stem}e", stem[:-1]} & VERBS)
