"""A follow-up and the questions before it into one question that stands alone.

By rules and word lists, no model: pronouns take what they stand for, a bare "why?" takes the
rest of the question before, "and on fraud?" takes the place of its like in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.phrases import clause
from rag.pronouns import PEOPLE, POINTED_AT, POINTERS, SOME, Talk, substituted
from rag.words import (
    AUXILIARIES,
    PREPOSITIONS,
    QUESTION_WORDS,
    RELATIVES,
    Words,
    core,
    head,
    is_participle,
    is_plural,
    names,
    plain,
    word_set,
)

_TURNS, _NOUNS = 20, 5
_EARLIER_CHARACTERS, _ADDED_CHARACTERS = 400, 200
_PHRASE_WORDS, _FRAGMENT_WORDS = 12, 4
_OPENING = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|then|well|right|thanks|thank you|yes|no|great|i see)\b[\s,.!]*)*"
    r"(?P<joins>(?:(?:and|but|also|or)\b[\s,]*)*)"
    r"(?P<about>(?:(?:what|how) about\b|what of\b)?)[\s,]*",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(on|in|for|about|of|with|at|to|from|by|against|under|regarding|concerning|around)\b",
    re.IGNORECASE,
)
_BEFORE_TOPIC = re.compile(r"\b(on|about|with|at|against|regarding|concerning)\b", re.IGNORECASE)
# "to check files" says what for, as "for checking files" does.
_PURPOSE = re.compile(r"\bto (?!(?:the|an?|its|their|this|that|what)\b)(?=[a-z])", re.IGNORECASE)
_ASK_ALONE = re.compile(
    r"(?:(?P<ask>why|how come|where|(?:since |by |from |until )?when"
    r"|how(?: (?:soon|often|quickly|long|well|far))?)"
    r"|(?P<last>by|for|with|to|from) (?P<whom>whom|who|what)"
    r"|(?P<what>who|what) (?P<after>by|for|with|to|from))"
    r"(?: (?P<not>not)| (?:so|exactly|(?:is|was) (?:that|this|it)"
    r"|do(?:es)? (?:they|it) do (?:that|this|it)))?\W*$",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"why (?:do|does|did|is|are|was|were|has|have|should)(?P<not>n['’]t)? (?:it|they)"
    r"(?P<after> not)?\W*$",
    re.IGNORECASE,
)
# Of "the wait" this asks for its length, and not how long anything was done.
_HOW_IS_IT = re.compile(r"how \w+ (?:is|was) it\W*$", re.IGNORECASE)
_COUNT = re.compile(
    r"(how many|which)(?: ones?| of (?:them|those|these))?"
    r"(?:\W*$| (?=(?:are|is|were|was|have|has|do|does|did|should|can)\b))",
    re.IGNORECASE,
)
_ELSE_ALONE = re.compile(r"(?:(what|who|where|how|why)|anything|anyone) else\W*$", re.IGNORECASE)
_MORE_ALONE = re.compile(
    r"(?:(?:please|can you|could you) )*(?:(?:tell|give|show) me )?(?:any |some )?"
    r"(?:more(?: details?| information)?|explain|elaborate|details)(?: please)?\W*$",
    re.IGNORECASE,
)
# "Is it the same for X?" asks the last question of X.
_ALIKE = re.compile(
    r"(?:is|are|was|were|do|does) (?:it|this|that|they|the same) (?:also )?"
    r"(?:(?:the same|true|so|different|apply|hold|go) )+((?:for|in|with|of|to|at|on) .+)",
    re.IGNORECASE,
)
# "It" that is not what was talked of is the force: no topic is to be added to what it does.
_IS_LEFT = re.compile(
    r"\b(?:do|does|did) (?:it|they) (?:do|work)\b.*\b(?:about|with|for)\b"
    r"|\b(?:on|in|with|by|for) it\W*$",
    re.IGNORECASE,
)
_TIMES = word_set("last this next before since now then today yesterday earlier previously")
# A question that asks for no more than such a thing asks it of what was talked of.
_OF_SOMETHING = word_set(
    "figure figures number rate share percentage reason reasons result results target deadline "
    "cost cause causes impact effect difference gap gaps example examples evidence detail details "
    "plan aim purpose problem problems issue issues risks benefits outcome outcomes weaknesses "
    "strengths"
)
_VERDICTS = word_set("good better best bad worse worst getting got any improving improved")
_EMPHASIS = word_set("exact main biggest first last next current real total key")
_COMMANDS = word_set("tell give show list explain describe elaborate please more details")
_POINTING = POINTERS | PEOPLE | word_set("it its they them their there one ones else same")
_OPEN_ENDED = word_set("anything something more else say said")


def stand_alone(question: str, history: Sequence[str] = ()) -> str:
    """The question as it would be asked without its history (earlier questions, oldest first).

    A pronoun is replaced by the noun of an earlier question that it stands for; "why?" and the
    like are put in the place of what the last question asked for; "and on X?" and "what about
    X?" put X in the place of its like there; a question that does not say what it is about
    gets "for" the topic. "It" and "they" are kept where they can be the inspected force. A
    question that stands alone is returned unchanged. Only the last 20 questions count; at most
    200 characters are added to a question, or to the one that its phrase is put into.
    """
    talk: Talk | None = None
    for earlier in history[-_TURNS:]:
        talk = _after(earlier[:_EARLIER_CHARACTERS], talk)
    return _completed(question, talk) if talk else question


def points_back(question: str) -> bool:
    """Whether a question that no rule completed still points at what was asked before it.

    By a pronoun, or by how it begins: "and ...?", "until what age?".
    """
    low = [word.partition("'")[0] for word in Words.of(question).low]
    opening = _OPENING.match(question)
    joins = opening is not None and bool(opening["joins"])
    begins = bool(low) and low[0] in PREPOSITIONS | {"until", "since", "even"}
    return joins or begins or bool(_POINTING & set(low))


def _after(question: str, talk: Talk | None) -> Talk | None:
    """What is talked of after one more question."""
    done = _completed(question, talk) if talk else question
    parts = clause(done)
    if talk is None:
        is_title = parts.is_name and parts.subject == done.strip()
        title = re.sub(r"\s*\(.*?\)$", "", parts.subject) if is_title else ""
        return Talk(done, parts, parts.nouns, title) if parts.nouns or parts.predicate else None
    words = Words.of(question)
    names_title = set(words.low) & set(Words.of(talk.title).low)
    is_new = done == question and len(words.content) > SOME and bool(parts.nouns)
    return Talk(
        question=done,
        clause=parts if parts.nouns or parts.predicate else talk.clause,
        nouns=tuple(dict.fromkeys((*parts.nouns, *talk.nouns)))[:_NOUNS],
        title="" if is_new and not names_title else talk.title,
    )


def _completed(question: str, talk: Talk) -> str:
    opening = _OPENING.match(question)
    asked = question[opening.start("about") :] if opening else ""
    if opening is None or not any(character.isalnum() for character in asked):
        return question
    new = _merged(asked, talk)
    if not new and (opening["joins"] or opening["about"] or _is_fragment(asked)):
        new = _exchanged(question[opening.end() :].strip(" ?.,!"), talk)
    new = new or substituted(asked, talk) or _appended(asked, talk)
    added = len(new) - max(len(question), len(talk.question))
    return new if new and added <= _ADDED_CHARACTERS else question


def _is_fragment(asked: str) -> bool:
    """Whether it is but "in Wigan?" or "by everyone?"."""
    low = Words.of(asked).low
    closed = (AUXILIARIES | QUESTION_WORDS) & set(low)
    return 0 < len(low) <= _FRAGMENT_WORDS and low[0] in PREPOSITIONS and not closed


def _merged(asked: str, talk: Talk) -> str:
    """The last question asked anew with "why", "by whom", "who else" as what it asks for."""
    asked = asked.strip(" ?.,!")
    other = _ELSE_ALONE.match(asked)
    if talk.topic and (other or _MORE_ALONE.match(asked)):
        word = (other[1] or "what") if other else ""
        begun = re.match(rf"\W*{word}\b(?! else)", talk.question, re.IGNORECASE)
        if word and begun and not talk.clause.asked_of:
            return f"{word} else{talk.question[begun.end() :]}"
        return _ended(f"{asked} about {talk.topic}", asked)
    if count := _COUNT.match(asked):
        noun = talk.meant_by("them").removeprefix("the ")
        return f"{count[1]} {noun} {asked[count.end() :] or 'are there'}?" if noun else ""
    if alike := _ALIKE.match(asked):
        return f"{_put_in(alike[1], talk)}?"
    if why := _WHY.match(asked):
        asked = "why not" if why["not"] or why["after"] else "why"
    alone = _ASK_ALONE.match(asked)
    if alone and not (_HOW_IS_IT.match(asked) and talk.meant_by("it")):
        ask = alone["ask"] or alone["whom"] or alone["what"]
        return talk.clause.asking(ask, alone["last"] or alone["after"] or "", alone["not"] or "")
    return ""


def _exchanged(phrase: str, talk: Talk) -> str:
    """The last question with one phrase exchanged, where this one is no more than a phrase."""
    words = Words.of(phrase)
    if not 0 < len(words.low) <= _PHRASE_WORDS:
        return ""
    if words.low[0] in QUESTION_WORDS | AUXILIARIES:
        return _asking_of(phrase, words, talk)
    if words.low[0] in ("their", "its", "his", "her"):
        owner, before = talk.meant_by(words.low[0]), talk.question.strip(" ?.!")
        owned = f"the {' '.join(words.raw[1:])} of {owner}"
        return f"{before.replace(owner, owned, 1)}?" if owner and owner in before else ""
    if words.low[0] == "those" and words.after(0) in PREPOSITIONS:
        phrase, words = " ".join(words.raw[1:]), Words(words.raw[1:], words.low[1:])
    if any(_is_left_open(words, n) for n in range(len(words.low))):
        phrase = substituted(phrase, talk)
    new = _put_in(phrase, talk) if phrase else ""
    return f"{new}?" if new else ""


def _asking_of(phrase: str, words: Words, talk: Talk) -> str:
    """ "How many cadets?" put in the place of "how many special constables does ...?"."""
    parts, lead = clause(f"{phrase} are"), talk.clause.lead
    if not parts.asked_of or not talk.clause.asked_of or AUXILIARIES & set(words.low):
        return ""
    return talk.question.replace(lead, phrase, 1)


def _is_left_open(words: Words, n: int) -> bool:
    """Whether a word points at something said before; "those in prison" says itself of whom."""
    if words.low[n] in POINTERS:
        after = words.after(n)
        return after not in PREPOSITIONS | RELATIVES | POINTED_AT and not is_participle(after)
    return words.low[n] in PEOPLE | {"it", "they", "them"}


def _put_in(phrase: str, talk: Talk) -> str:
    """The last question with a phrase in the place of its like; empty where it has none."""
    low, before = Words.of(phrase).low, talk.question.strip(" ?.!")
    if preposition := _PREPOSITION.match(phrase):
        alike = [m for m in _PREPOSITION.finditer(before) if plain(m[0]) == plain(preposition[0])]
        if not alike and low[0] == "for" and low[1:2] and low[1].endswith("ing"):
            alike = list(_PURPOSE.finditer(before))
        if alike:
            return f"{before[: alike[-1].start()].rstrip()} {phrase}"
        old, new = names(before), names(phrase)
        if len(old) == len(new) == 1 and low[0] == "in":
            return before.replace(old[0], new[0])
    if preposition or low[0] in _TIMES:
        return f"{before} {phrase}"
    nouns = [noun for noun in (talk.clause.asked_of, *talk.clause.nouns) if noun and noun in before]
    for noun in nouns:
        if head(noun) == low[-1]:
            return before.replace(noun, phrase, 1)
    for noun in nouns:
        is_alike = noun.startswith("the ") and is_plural(noun) == is_plural(phrase)
        if low[0] == "the" and is_alike:
            return before.replace(core(noun), phrase, 1)
    if same := re.search(rf"(?:\w+ )?\b{re.escape(low[-1])}\b", before, re.IGNORECASE):
        return f"{before[: same.start()]}{phrase}{before[same.end() :]}"
    if about := _BEFORE_TOPIC.search(before):
        return f"{before[: about.end()]} {phrase}"
    return before.replace(nouns[-1], phrase, 1) if nouns else ""


def _appended(asked: str, talk: Talk) -> str:
    """The question "for" the topic, where it has no words of its own to say of what."""
    words = Words.of(asked)
    content = [word for word in words.content if word not in _EMPHASIS | _VERDICTS]
    if names(asked) or len(content) > 1 or not talk.topic or _IS_LEFT.search(asked):
        return ""
    points = (POINTERS | PEOPLE | {"it", "they", "else", "any"}) & set(words.low)
    if content and content[0] not in _OF_SOMETHING and not points:
        return ""
    link = "about" if _OPEN_ENDED & set(words.low) else "for"
    if words.low[-1] in _VERDICTS and talk.clause.doing:
        link = "at"
    return _ended(f"{asked.rstrip(' ?.!')} {link} {talk.topic}", asked)


def _ended(text: str, asked: str) -> str:
    return text if Words.of(asked).low[0] in _COMMANDS else f"{text}?"
