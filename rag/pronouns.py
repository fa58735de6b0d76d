"""What was talked of, and what "it", "them", "that" or "there" in the next question means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.phrases import Clause
from rag.subjects import is_body
from rag.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DO,
    EMPTY,
    PREPOSITIONS,
    QUESTION_WORDS,
    RELATIVES,
    Words,
    head,
    is_noun,
    is_participle,
    is_plural,
    is_verb,
    names,
    word_set,
)

PEOPLE = word_set("he she his him her hers")
POINTERS = word_set("this that these those")
# "This report" and "this area" are known to all; "these days" and "that many" point at nothing.
POINTED_AT = word_set(
    "report inspection page document force constabulary council area borough city town county "
    "authority service team year time day days month week sort kind many much far long end"
)
_MANY = word_set("they them their these those")
_ANOTHER = POINTERS | word_set("it them there")
_SOMEONE = word_set(
    "child person man woman boy girl teenager youngster pupil parent mum dad carer worker victim "
    "mate officer offender prisoner friend anyone anybody someone somebody everyone everybody "
    "nobody"
)
_BOUNDARIES = (QUESTION_WORDS | RELATIVES | word_set("and or but before after")) - word_set(
    "than that"
)
_MEASURES = word_set("times years days weeks months hours ways kinds sorts types things lots")
# Of "areas for improvement" and "causes of concern": these do nothing themselves.
_TASKS = word_set("improvement concern")
# What things do, other things only the force, or a team of it: "how does it find victims?"
_THINGS_DO = word_set(
    "work help happen list mean cost last start end take matter exist change improve cover "
    "include affect succeed fail reduce increase continue need run operate do stop lead look "
    "make have get contain apply begin come go say mention show compare differ fall rise grow "
    "become depend require vary add follow involve deal set reach offer give provide support "
    "keep"
)
_WITH_OTHERS = word_set("with about to for")
_AGENTS = word_set(
    "team unit service services board panel partnership trust hub group forum centre agency "
    "charity company school schools department committee court hospital home college network "
    "scheme programme project pilot bureau commission ombudsman"
)
_BEFORE_THERE = BE | word_set("be been being has have")
# Questions with more words of their own than this keep "they" and "it": these are the force.
FEW, SOME = 2, 3


@dataclass(frozen=True, slots=True)
class Talk:
    """The last question, completed, and the nouns of the talk, likeliest meant first.

    ``title`` is a bare name that the talk began with and has not left: "Operation Encompass".
    """

    question: str
    clause: Clause
    nouns: tuple[str, ...]
    title: str = ""

    @property
    def topic(self) -> str:
        """What was done, or else what was talked of."""
        return self.clause.doing or next(iter(self.nouns), self.title)

    @property
    def place(self) -> str:
        """The noun that the last question gives as a place: "the control room" of "in ...?"."""
        places = (rf"\b(?:in|at) {re.escape(noun)}" for noun in self.nouns)
        found = (noun for noun, at in zip(self.nouns, places, strict=True) if self._has(at))
        return next(found, "")

    def meant_by(self, pronoun: str) -> str:
        """The noun that a pronoun stands for, or nothing."""
        if self.title and not (pronoun in ("it", "its") and is_plural(self.title)):
            return self.title if pronoun not in POINTERS else ""
        if pronoun in PEOPLE:
            said = [self.question, *(f"- {noun}" for noun in self.nouns)]
            return next((name for text in said for name in names(text)), "")
        many = pronoun in _MANY
        found = next((noun for noun in self.nouns if is_plural(noun) == many), "")
        return found or (next(iter(self.nouns), "") if pronoun == "them" else "")

    def _has(self, pattern: str) -> bool:
        return re.search(pattern, self.question) is not None


def substituted(question: str, talk: Talk) -> str:
    """The question with what its pronouns stand for; empty where none stands for anything."""
    for noun in talk.nouns:
        again = re.compile(rf"\b(?:this|that|these|those) {re.escape(head(noun))}\b", re.IGNORECASE)
        if found := again.search(question):
            return f"{question[: found.start()]}{noun}{question[found.end() :]}"
    words = Words.of(question)
    new: list[str] = []
    seen: set[str] = set()
    for n, word in enumerate(words.raw):
        kind = "he" if words.low[n] in PEOPLE else words.low[n]
        noun = "" if kind in seen else _meant(words, n, talk)
        if noun and noun not in new:
            seen.add(kind)
            end = re.search(r"[^\w'’)\"”]*$", word)
            word = f"{noun}{end[0] if end else ''}"
        new.append(word)
    return " ".join(new) if seen else ""


def _meant(words: Words, n: int, talk: Talk) -> str:
    """What takes the place of one word: a noun, its possessive, a place, or nothing."""
    word = words.low[n]
    if words.raw[n].startswith("IT"):
        return ""
    if word in POINTERS:
        return _pointed(words, n, talk)
    if word == "there":
        return _where(words, n, talk)
    noun = talk.meant_by(word)
    if word in PEOPLE:
        bound = bool(names(" ".join(words.raw[:n])) or _SOMEONE & set(words.low[:n]))
        after = words.after(n)
        owns = word == "his" or (word == "her" and after not in EMPTY | PREPOSITIONS | {""})
    elif word in ("they", "them", "their", "it", "its"):
        if word == "it" and words.before(n) not in AUXILIARIES:
            noun = noun or talk.topic
        free = word == "them" or _is_meant(words, n, noun, talk)
        bound, owns = not free or _is_bound(words, n), word in ("their", "its")
    else:
        return ""
    if bound or not noun:
        return ""
    return _possessive(noun) if owns else noun


def _where(words: Words, n: int, talk: Talk) -> str:
    """What "there" stands for, where it is not "is there a plan"."""
    if not n or words.after(n) or {words.before(n), words.low[0]} & _BEFORE_THERE:
        return ""
    place = talk.place or (talk.topic if len(words.content) <= FEW else "")
    return f"{'for' if is_plural(place) else 'in'} {place}" if place else ""


def _is_meant(words: Words, n: int, noun: str, talk: Talk) -> bool:
    """Whether "they" or "it" is a noun talked of and not the force, that all is about."""
    many = words.low[n] in _MANY
    if noun == talk.title or (many and any(is_body(f"the {word}") for word in words.low[:n])):
        return True
    acts = words.before(n) in AUXILIARIES
    undergoes = acts and is_participle(words.low[-1])
    # "What is it doing about that?": the thing is "that", and who does it is the force.
    if acts and not undergoes and _ANOTHER - {words.low[n]} & set(words.low):
        return False
    if acts and not undergoes and noun in _TASKS:
        return False
    if acts and not (many or undergoes or _can_do(words, n, noun)):
        return False
    of_body = talk.clause.is_of_body
    if of_body and acts and not many and not undergoes and not noun.startswith("the "):
        return False
    return len(words.content) <= (SOME if undergoes or not of_body else FEW)


def _can_do(words: Words, n: int, noun: str) -> bool:
    """Whether a noun can do what the question says of "it", as "a plan" can work or help."""
    if words.before(n) not in DO or head(noun) in _AGENTS or names(f"- {noun}"):
        return True
    rest = [word for word in words.low[n + 1 :] if word not in ADVERBS and word[-2:] != "ly"]
    does, after = rest[0] if rest else "", rest[1] if len(rest) > 1 else ""
    is_joint = does in ("work", "do") and after in _WITH_OTHERS
    return not does or (does in _THINGS_DO and not is_joint)


def _pointed(words: Words, n: int, talk: Talk) -> str:
    """What "that" and its like stand for, where they are not "people that" or "this report"."""
    before, after = words.before(n), words.after(n)
    # "That plan" and "those plan audits" are named; "how those turn out" is not.
    several = words.low[n] in ("these", "those")
    is_thing = before in BE or (several and is_noun(words.after(n + 1)))
    names_it = is_noun(after) or (is_verb(after) and is_thing)
    if names_it or after in RELATIVES | POINTED_AT or _is_bound(words, n):
        return ""
    if several:
        limits = after in PREPOSITIONS or is_participle(after)
        return "" if limits else talk.meant_by(words.low[n])
    if after and before not in PREPOSITIONS | AUXILIARIES:
        return ""
    noun = next(iter(talk.nouns), talk.topic)
    activity = before in ("at", "with", "by", "in")
    return talk.topic if activity or (is_plural(noun) and before not in PREPOSITIONS) else noun


def _is_bound(words: Words, n: int) -> bool:
    """Whether what a pronoun stands for is likely in the question itself, before it."""
    low, word, many = words.low, words.low[n], words.low[n] in _MANY
    nouns = [
        place
        for place, other in enumerate(low[:n])
        if is_noun(other) and other not in EMPTY | _MEASURES and (not many or is_plural(other))
    ]
    start = _clause_start(words, n)
    if any(place < start - 1 for place in nouns) or (many and _SOMEONE & set(low[:n])):
        return True
    if low[0] in ("if", "when", "once") and nouns:
        return True
    if words.before(n) in AUXILIARIES or word in ("this", "that"):
        return False
    # What follows "who" directly is what they do, noun or not: "who scrutinises it?"
    here = sum(place >= start and words.before(place) not in ("who", "which") for place in nouns)
    # "Them" is not the subject of its own clause: "people sharing them".
    return here > (1 if word in ("them", "these", "those") else 0)


def _clause_start(words: Words, n: int) -> int:
    while n and words.before(n) not in _BOUNDARIES and words.raw[n - 1][-1] not in ",:;.?-–—":
        n -= 1
    return n


def _possessive(noun: str) -> str:
    return f"{noun}’" if noun.endswith("s") else f"{noun}’s"
