"""A follow-up and the questions before it into one question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TURNS = 8
_TOPIC_CHARACTERS, _EXCHANGED_WORDS, _EXCHANGED_CHARACTERS = 200, 12, 400
_WHOLE_WORDS, _SHORT_WORDS = 4, 3
_OPENING = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|then|well|right|thanks|thank you|yes|no|great|i see)\b[\s,.!]*)*"
    r"(?P<joins>(?:(?:and|but|also|or)\b[\s,]*)*(?:(?:what|how) about\b|what of\b)?)[\s,]*",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(on|in|for|about|of|with|at|to|from|by|against|under|regarding|concerning|around)\b",
    re.IGNORECASE,
)
# "to check files" says what for, as "for checking files" does.
_PURPOSE = re.compile(r"\bto (?!(?:the|an?|its|their|this|that|what)\b)(?=[a-z])", re.IGNORECASE)
_BEFORE_TOPIC = re.compile(r"\b(on|about|with|at|against|regarding|concerning)\b", re.IGNORECASE)
_FRAME = re.compile(
    r"\W*(?:(?:how (?:well|good|effective|effectively|many|much|long|often|far)|to what extent"
    r"|ok(?:ay)?|and|but|so|then|also|what|who|whom|whose|which|when|where|why|how|is|are|was|were"
    r"|do|does|did|has|have|had|can|could|should|would|will|may|might|must|be|been|being|the|a|an"
    r"|it|its|they|their|them|he|she|his|her|i|you|we|me|there|that|this|these|those|any|some|tell"
    r"|give|explain|describe|list|show|(?:report|force|constabulary|inspectorate|inspector)s?|says?"
    r"|said|mentions?|mentioned|about|know|please|to|of|on|for)(?![\w-])(?:['’]s\b|['’])?[\s,]*)*",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<!^)(?<![.?!] )\b[A-Z][\w’'&-]*(?:\s+(?:(?:of|the|for)\s+)*[A-Z][\w’'&-]*)*"
    r"|\b[A-Z]{2,}s?\b"
)
_NO_NAME = frozenset(("I", "I'm", "I’m", "I'd", "I’d", "I've", "I’ve"))
_EMPTY = _set(
    "a an the and or but ok okay so then also what which who whom whose how why when where is are "
    "was were be been do does did has have had can could should would will may might must of in "
    "on at to for from by with about any some there it its that this these those them they their "
    "he she him his her hers please tell me say says said give us you we i my our more much many "
    "other else same too either s t"
)
_AUXILIARIES = _set(
    "is are was were do does did has have had can could should would will may might must"
)
_ASKING = _AUXILIARIES | _set("what which who whom whose how why when where")
_OWNERS = _set("its their theirs them his her him")
_PRONOUNS = _OWNERS | _set("it they he she")
_PEOPLE = _set("he she his her him hers")
_POINTERS = _set("this that these those")
_POINTED_AT = _set("report inspection page document force constabulary year")
_LINKS = _set("for on about of with in to from by at like")
_CLAUSES = _set("when if that because how what whether as before after while where")
_RELATIVES = _set("who that with whose which in at of for")
_BACK = _set("same else former latter")
_HALVES = _set("exact exactly more such each both neither one ones others")


def stand_alone(question: str, history: Sequence[str] = ()) -> str:
    """The question as it would be asked without its history (earlier questions, oldest first).

    "and on X?" and "what about X?" put X in the place of its like in the question before. Any
    other question that leans on what came before gets the topic in brackets: that of the last
    question that stood alone, and of the one before; at most 200 characters. A question that
    stands alone is returned unchanged. Only the last eight questions count.
    """
    if not any(character.isalnum() for character in question):
        return question
    talk: _Talk | None = None
    for earlier in history[-_TURNS:]:
        talk = _after(earlier, talk)
    return _completed(question, talk) if talk else question


@dataclass(frozen=True, slots=True)
class _Talk:
    """What was talked of: the last question, completed; what it was about; what came last."""

    question: str
    topic: str
    aside: str = ""

    @property
    def about(self) -> str:
        known = set(_words(self.topic))
        new = [word for word in _words(self.aside) if word not in known | _EMPTY]
        both = f"{self.topic}, {self.aside}" if self.topic and new else self.topic or self.aside
        return _cut(both)


def _after(question: str, talk: _Talk | None) -> _Talk | None:
    """What is talked of after one more question."""
    topic = _topic(question)
    if talk is None or not (_leans(question) or _is_detail(question)):
        return _Talk(question, topic) if topic else talk
    if exchanged := _exchanged(question, talk.question):
        return _Talk(exchanged, _topic(exchanged))
    return _Talk(question, talk.topic, topic or talk.aside)


def _is_detail(question: str) -> bool:
    """Whether a question, though it stands alone, may be on a part of what was talked of.

    "Are the risk assessments any good?" does not say of what.
    """
    words = _words(question)
    content = [word for word in words if word not in _EMPTY]
    return "the" in words and len(content) <= _SHORT_WORDS and not _names(question)


def _completed(question: str, talk: _Talk) -> str:
    if not _leans(question):
        return question
    if exchanged := _exchanged(question, talk.question):
        leans = bool(talk.aside) and _refers(_words(exchanged))
        return f"{exchanged} ({talk.topic})" if leans and talk.topic else exchanged
    names = _names(f"on {talk.topic}") if _PEOPLE & set(_words(question)) else []
    return f"{question.rstrip(' ?.!')}? ({_cut(', '.join(names)) or talk.about})"


def _leans(question: str) -> bool:
    """Whether a question needs the one before to be understood."""
    opening = _OPENING.match(question)
    words = _words(question)
    if opening and opening["joins"].strip(" ,"):
        words = _words(question[opening.end() :])
        if words[:1] and words[0] not in _ASKING:
            return True
    content = [word for word in words if word not in _EMPTY]
    return (len(content) <= 1 and not _names(question)) or _refers(words)


def _refers(words: list[str]) -> bool:
    """Whether a word points back to something that was not said in the question itself."""
    content = [word for word in words if word not in _EMPTY]
    first = next((place for place, word in enumerate(words) if word not in _EMPTY), len(words))
    for place, word in enumerate(words):
        before = words[max(0, place - 2) : place]
        after = words[place + 1] if place + 1 < len(words) else ""
        named = place > first
        if (
            (word in _PRONOUNS and _stands_for_earlier(word, before, content, named=named))
            or (word in _POINTERS and _points_back(word, before[-1:], after, named=named))
            or (word == "other" and before[-1:] in (["any"], ["some"], ["what"], ["no"]))
            or (word in ("there", "too", "either") and not after and place > 1)
            or (word in _HALVES and len(content) <= 2)
            or word in _BACK
        ):
            return True
    return False


def _stands_for_earlier(word: str, before: list[str], content: list[str], *, named: bool) -> bool:
    """Whether a pronoun needs an earlier question.

    Not where the question itself names something first ("does the force know its area?"), nor
    where "it" can only be the force ("does it work well with schools and charities?").
    """
    if not named:
        subject = word in ("it", "they") and bool(_AUXILIARIES & set(before[-1:]))
        return not (subject and len(content) >= _WHOLE_WORDS)
    if word in _OWNERS:
        return word == "them" and bool(_LINKS & set(before[-1:]))
    return not _CLAUSES & set(before)


def _points_back(word: str, before: list[str], after: str, *, named: bool) -> bool:
    """Whether "that" is not "people that", "those who" or "this report"."""
    if after in _POINTED_AT or (word == "those" and after in _RELATIVES):
        return False
    relative = word == "that" and named and bool(after) and not _LINKS & {*before, after}
    return not relative


def _exchanged(question: str, before: str) -> str | None:
    """The question before with one phrase exchanged, where this one is no more than a phrase."""
    opening = _OPENING.match(question)
    if opening is None or not opening["joins"].strip(" ,"):
        return None
    phrase = question[opening.end() :].strip(" ?.,!")
    words = _words(phrase)
    if not 0 < len(words) <= _EXCHANGED_WORDS or _refers(words):
        return None
    if preposition := _PREPOSITION.match(phrase):
        like = [
            match.start()
            for match in _PREPOSITION.finditer(before)
            if match.group().lower() == preposition.group().lower()
        ]
        if not like and words[0] == "for" and words[1:2] and words[1].endswith("ing"):
            like = [match.start() for match in _PURPOSE.finditer(before)]
        place = like[-1] if like else None
    elif words[0] in _ASKING:
        return None
    else:
        about = _BEFORE_TOPIC.search(before)
        place = about.end() if about else None
    if place is None:
        return None
    exchanged = f"{before[:place].rstrip()} {phrase}?"
    return exchanged if len(exchanged) <= _EXCHANGED_CHARACTERS else None


def _topic(question: str) -> str:
    """A question without the words that only ask: "domestic abuse" of "what about ...?"."""
    framed = _FRAME.match(question)
    return _cut(question[framed.end() if framed else 0 :].strip(" ?.!,;:()"))


def _cut(text: str) -> str:
    """At most so many characters of a text as a topic has, whole words where there are some."""
    if len(text) <= _TOPIC_CHARACTERS:
        return text
    return text[:_TOPIC_CHARACTERS].rsplit(" ", 1)[0]


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(text) if name not in _NO_NAME]


def _words(text: str) -> list[str]:
    plain = re.sub(r"['’]s\b", "", text.lower())
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", plain)
