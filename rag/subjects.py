"""Where the subject of a question ends, and what is left of a noun phrase when it is made sound."""

from __future__ import annotations

import re

from rag.words import (
    ADVERBS,
    BE,
    DETERMINERS,
    HAVE,
    PLAIN_SUBJECTS,
    PREPOSITIONS,
    QUESTION_WORDS,
    RELATIVES,
    VERBS,
    is_adjective,
    is_noun,
    is_participle,
    plain,
    word_set,
)

# Those whom every question is about: they are not what "it" or "them" needs to be told.
_BODY = re.compile(
    r"(?:(?:the|this|its|their|your|our)\s+)?(?:\w+\s+)?(?:force|report|constabulary|council|"
    r"(?:local\s+)?authority|borough|inspectorate|inspectors?|inspection|ofsted|hmicfrs|page|document)"
    r"(?=\s|$)",
    re.IGNORECASE,
)
# "Is training improving": of what has no article these, and no other gerunds, tell what it does.
_BECOMING = word_set(
    "improving working happening helping getting going changing increasing falling rising growing "
    "being declining slipping suffering missing"
)
_NO_ADVERB = word_set(
    "family supply reply assembly elderly early only july fly rely bully ally apply daily weekly "
    "monthly yearly likely timely friendly"
)
_ARTICLES = word_set("a an the any no another")
_CLAUSES = word_set("who that which whose where when if because whether while")
_EMPTY_LEAD = word_set("what who which whom whose")


def is_body(subject: str) -> bool:
    """Whether a subject is the inspected body, the report, its authors, or a pronoun."""
    match = _BODY.match(subject)
    return subject.lower() in PLAIN_SUBJECTS or bool(match and match.end() == len(subject))


def subject_end(low: tuple[str, ...], place: int, has_noun: bool) -> int:
    """Where the predicate begins behind the auxiliary at ``place``, of plain words.

    The subject may be empty ("which schools were visited"); ``has_noun`` says that a noun stands
    before the auxiliary.
    """
    begin = place + 1
    if begin >= len(low):
        return begin
    if body := _BODY.match(" ".join(low[begin:])):
        return begin + len(body.group().split())
    if low[begin] in PLAIN_SUBJECTS and low[begin + 1 : begin + 2] != ("of",):
        return begin + 1
    if low[place] in BE | HAVE:
        return _state_begin(low, place, has_noun)
    after = range(begin + 1, len(low))
    free = (n for n in after if low[n - 1] not in DETERMINERS | PREPOSITIONS)
    verbs = [n for n in free if low[n] in VERBS or low[n] == "be"]
    # "Care" and "plan" are no verbs in "does the care plan say": a noun goes before the verb,
    # and of verbs in a row that could all be nouns the last is the verb.
    after_noun = next((n for n in verbs if any(map(is_noun, low[begin:n]))), None)
    last = next((n for n in verbs if n + 1 not in verbs), len(low))
    return last if after_noun is None else after_noun


def sound(noun: str) -> str:
    """A noun phrase without what is said of it at its end: "searches" of "searches made fairly".

    Empty where nothing is left that can be a noun; "people who are ill" is sound.
    """
    words = noun.split()
    if _CLAUSES & set(map(plain, words)):
        return noun
    while words and _says_of(plain(words[-1]), len(words)):
        words.pop()
    return " ".join(words)


def _says_of(word: str, count: int) -> bool:
    if word in ADVERBS | PREPOSITIONS | RELATIVES or is_adjective(word) or _is_adverb(word):
        return True
    if not is_participle(word):
        return False
    # "Policing" and "drug dealing" are nouns; "dealt" and "the searches made" are not.
    return not word.endswith("ing") or (count > 1 and word in _BECOMING)


def _state_begin(low: tuple[str, ...], place: int, has_noun: bool) -> int:
    """Where that begins which something is, was or has done."""
    begin = place + 1
    asks_for_subject = place > 0 and (has_noun or low[0] in _EMPTY_LEAD)
    if asks_for_subject:
        is_of_lead = has_noun and low[place] in BE and low[begin] not in DETERMINERS
        if is_of_lead or is_participle(low[begin]) or low[begin] in PREPOSITIONS:
            return begin
    if place and low[0] in ("what", "who", "which") and not has_noun:
        is_quality = low[begin] not in DETERMINERS and low[begin + 1 : begin + 2] != ("of",)
        follows = bool(PREPOSITIONS & set(low[begin + 1 : begin + 2]))
        return begin if is_quality and follows else len(low)
    places = range(begin + 1, len(low))
    end = next((n for n in places if _is_said(low, n)), None)
    if end is None:
        end = next((n for n in places if _goes_on(low, begin, n)), len(low))
    while end - 1 > begin and _is_adverb(low[end - 1]):
        end -= 1
    return end


def _is_said(low: tuple[str, ...], n: int) -> bool:
    """Whether the n-th word begins what is said: "dealt", "fairly", "happy", "a problem"."""
    word, before = low[n], low[n - 1]
    if word in _ARTICLES:
        return is_noun(before) or before.endswith("ing")
    if before in DETERMINERS | PREPOSITIONS | QUESTION_WORDS | {"and", "or"}:
        return False
    if word in ADVERBS or _is_adverb(word):
        return True
    is_last = n + 1 == len(low)
    if is_adjective(word):
        return is_last or not is_noun(low[n + 1])
    return is_participle(word) and not word.endswith("ing") and not _is_adverb(before)


def _goes_on(low: tuple[str, ...], begin: int, n: int) -> bool:
    """Whether the n-th word is what something is doing: "children waiting", not "drug dealing"."""
    word, before = low[n], low[n - 1]
    if not word.endswith("ing") or before in DETERMINERS | PREPOSITIONS:
        return False
    return word in _BECOMING or low[begin] in DETERMINERS or before.endswith("s")


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and word not in _NO_ADVERB
