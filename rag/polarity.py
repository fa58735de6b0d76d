"""Which way a sentence points: judgements, negations, opposites, what is and what should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from rag.words import word_set

_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|[,;:.()!?–—]")
_GRADES = {
    "outstanding": re.compile(r"\boutstanding\b(?! (?:warrants?|suspects?|actions?|work|cases?))"),
    "good": re.compile(
        r"\b(?:is|are|was|were|be|been|as|judged|rated|graded|found|remains?|overall[:,]?)\s+"
        r"(?:also |now |still |not |generally |consistently )?[‘'\"“]?good\b(?! \w+ing\b)"
        r"|\bgood (?:at|overall)\b|[‘'\"“]good[’'\"”]|:\s*good\b|\bgood (?:grade|judge?ment|rating)"
    ),
    "requires improvement": re.compile(r"\brequir\w+ (?:to )?improve(?:ment)?\b"),
    "inadequate": re.compile(r"\binadequate(?:ly)?\b"),
    "adequate": re.compile(r"\badequate(?:ly)?\b"),
    "satisfactory": re.compile(r"\bsatisfactor(?:y|ily)\b"),
    "excellent": re.compile(r"\bexcellent\b"),
    "poor": re.compile(r"\bpoor(?:ly)?\b"),
}
_TO_BE_GOOD = re.compile(r"(requir\w+ improvement) to be good")
_STANDS = {**_GRADES, "good": re.compile(r"\bgood\b")}
_NEGATORS = word_set(
    "no not never none neither nor cannot without lack lacks lacking lacked fail fails failed "
    "failing unable hardly rarely seldom nobody nothing nowhere"
)
# What makes a sentence a negative one without a negator.
_NEGATIVE = word_set(
    "poor poorly weak weakness weaknesses limited little few fewer less missing absent absence gap "
    "gaps stop stopped stops prevent prevents prevented avoid avoids ignore ignores ignored "
    "delay delays delayed refuse refuses refused reject rejects rejected only lost loss too "
    "struggle struggles struggled difficult difficulty inconsistent insufficient inadequate "
    "worse unclear declined reduced barely scarcely neglect neglected overlooked overlooks misses "
    "missed excludes excluded except away closed ended"
)
_SHOULD = word_set("should must need needs needed ought require requires required")
_WANTS = re.compile(
    r"\b(?:should|must|needs? (?:to|more|a|better)|ought|recommend\w*|"
    r"areas? for improvement|required to|could (?:better|do|make|improve|be|use))\b"
)
_OPPOSITES = [
    (word_set(a), word_set(b))
    for a, b in (
        ("increase increases increased increasing rise rises rose risen grown grew",
         "decrease decreases decreased decreasing fall falls fell fallen declined reduced drop "
         "dropped"),
        ("improved improves improving better", "worsened worsens worsening worse deteriorated"),
        ("more most", "less fewer least fewest"),
        ("above over exceeds", "below under"),
        ("higher highest high", "lower lowest low"),
        ("effective effectively", "ineffective ineffectively"),
        ("strong strength strengths strongly", "weak weakness weaknesses weakly"),
        ("well", "badly poorly"),
        ("always", "never sometimes rarely"),
        ("all every", "none no few"),
        ("before", "after"),
        ("sufficient enough", "insufficient"),
        ("consistent consistently", "inconsistent inconsistently"),
        ("clear clearly", "unclear"),
        ("able", "unable"),
        ("quickly promptly fast", "slowly slow late"),
        ("larger largest bigger biggest", "smaller smallest"),
        ("first", "last"),
        ("many", "few"),
        ("positive positively", "negative negatively"),
        ("satisfied", "dissatisfied unsatisfied"),
        ("appropriate appropriately", "inappropriate inappropriately"),
        ("lawful lawfully", "unlawful unlawfully"),
        ("internal internally", "external externally"),
        ("male men boys", "female women girls"),
        ("accept accepts accepted", "reject rejects rejected"),
        ("started began opened", "stopped ended closed"),
        ("confident", "unsure uncertain"),
        ("timely", "late delayed untimely"),
        ("reliable reliably", "unreliable unreliably"),
        ("safe safely", "unsafe"),
        ("fully wholly", "partly partially"),
        ("good outstanding", "requires inadequate poor"),
        ("good", "outstanding"),
        ("comprehensive thorough full", "patchy basic partial"),
        ("accept accepts accepted admits agrees", "deny denies denied disputes"),
        ("quick fast swift", "slow"),
        ("risen rise rises rose up", "down fell fallen fall falls"),
        ("added joined", "removed dropped"),
        ("more", "fell fallen down"),
        ("enough sufficient", "too"),
        ("most", "some few"),
    )
]  # fmt: skip
_DENY_NOTHING = (["only"], ["just"], ["doubt"], ["merely"])
_COMMON = frozenset(STOPWORDS_EN) | word_set("does do did has have had can could would will may")
_ENDS = frozenset(",;:.()!?–—") | word_set("but although though because while whereas")
_SCOPE, _HEADS, _EXCHANGED = 9, 3, 3


@dataclass(frozen=True, slots=True)
class Polarity:
    """Which way a text points.

    ``scopes`` holds the stems that follow each negator, its nearest first; ``affirmed`` the
    stems of meaning that no negator stands before.
    """

    words: frozenset[str]
    scopes: tuple[tuple[str, ...], ...]
    affirmed: frozenset[str]
    grades: frozenset[str]
    is_wanted: bool

    @property
    def negated(self) -> frozenset[str]:
        """The stems behind any negator."""
        return frozenset(stem for scope in self.scopes for stem in scope)


@lru_cache(2000)
def polarity(text: str) -> Polarity:
    """Which way a text points."""
    low = _graded(text)
    words = _WORD.findall(low)
    scopes: list[tuple[str, ...]] = []
    behind: set[int] = set()
    for place in range(len(words)):
        if _negates(words, place):
            inside = list(_scope(words, place))
            behind |= set(inside)
            scopes.append(tuple(_stem(words[n]) for n in inside))
    affirmed = frozenset(
        _stem(word) for n, word in enumerate(words) if n not in behind and _means(word)
    )
    grades = frozenset(name for name, pattern in _GRADES.items() if pattern.search(low))
    return Polarity(frozenset(words), tuple(scopes), affirmed, grades, bool(_WANTS.search(low)))


def grade_faults(sentence: str, evidence: str) -> list[str]:
    """The judgements of a sentence that do not stand in the evidence."""
    low = _graded(evidence)
    return [
        f"the judgement ‘{name}’ does not stand there"
        for name in sorted(polarity(sentence).grades)
        if not _STANDS[name].search(low)
    ]


def turned(sentence: str, evidence: str) -> list[str]:
    """In what a sentence says the opposite of its evidence, in words; empty where in nothing."""
    said, there = polarity(sentence), polarity(evidence)
    faults = []
    own, other = _content(sentence), _content(evidence)
    matched = _matched(own, other)
    flips = [(own[i], other[j]) for i, j in matched if own[i].is_denied != other[j].is_denied]
    if any(_is_ungrounded(scope, said, there) for scope in said.scopes) or any(
        one.is_denied for one, _ in flips
    ):
        faults.append("it denies what is said there")
    if any(_is_dropped(scope, said, there) for scope in there.scopes) or any(
        one.is_denied for _, one in flips
    ):
        faults.append("it leaves out a ‘not’ of what is said there")
    faults += _exchanged(own, other)
    if not (said.scopes or there.scopes or faults):
        for here, opposite in _both_ways():
            only_here = said.words & here and not there.words & here
            if only_here and there.words & opposite and not said.words & opposite:
                faults.append(_opposed(min(said.words & here), min(there.words & opposite)))
    is_claim = not (said.is_wanted or said.scopes or said.words & _NEGATIVE)
    is_bullet = _opens_alike(sentence, evidence)
    if there.is_wanted and is_claim and not is_bullet and not _is_said_too(said, evidence):
        faults.append("it says that something is so which should be so there")
    return faults


def _graded(text: str) -> str:
    """The text in lower case; "requires improvement to be good" holds no "good"."""
    return _TO_BE_GOOD.sub(r"\1", text.lower().replace("’", "'"))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of meaning; ``is_denied`` where a negator stands right before it."""

    word: str
    stem: str
    is_denied: bool


@lru_cache(2000)
def _content(text: str) -> tuple[_Word, ...]:
    words = _WORD.findall(_graded(text))
    found: list[_Word] = []
    denied = False
    for place, word in enumerate(words):
        if _negates(words, place):
            denied = True
        elif _means(word):
            found.append(_Word(word, _stem(word), denied))
            denied = False
        elif word in _ENDS:
            denied = False
    return tuple(found)


def _matched(own: tuple[_Word, ...], other: tuple[_Word, ...]) -> list[tuple[int, int]]:
    """Words that stand in both beside the same neighbour, by their places."""
    return [
        (block.a + n, block.b + n)
        for block in _matcher(own, other).get_matching_blocks()
        if block.size > 1
        for n in range(block.size)
    ]


def _exchanged(own: tuple[_Word, ...], other: tuple[_Word, ...]) -> list[str]:
    """Words that stand in the place of their opposite."""
    faults = []
    for name, a, b, c, d in _matcher(own, other).get_opcodes():
        if name != "replace" or max(b - a, d - c) > _EXCHANGED:
            continue
        here, there = {one.word for one in own[a:b]}, {one.word for one in other[c:d]}
        for first, second in _both_ways():
            if here & first and there & second and not there & first:
                faults.append(_opposed(min(here & first), min(there & second)))
    return faults[:1]


@lru_cache(500)
def _matcher(own: tuple[_Word, ...], other: tuple[_Word, ...]) -> SequenceMatcher[str]:
    return SequenceMatcher(
        None, [one.stem for one in own], [one.stem for one in other], autojunk=False
    )


def _both_ways() -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for first, second in _OPPOSITES:
        yield first, second
        yield second, first


def _opposed(here: str, there: str) -> str:
    return f"‘{here}’ is the opposite of ‘{there}’ there"


def contradicts(sentence: str, evidence: str) -> bool:
    """Whether they deny and affirm the same words, or one has the opposite of a word."""
    own, other = _content(sentence), _content(evidence)
    flips = any(own[i].is_denied != other[j].is_denied for i, j in _matched(own, other))
    return flips or bool(_exchanged(own, other))


def _is_ungrounded(scope: tuple[str, ...], said: Polarity, there: Polarity) -> bool:
    """Whether a negation of the sentence has nothing that it can rest on."""
    heads = scope[:_HEADS]
    if not scope or any(stem in there.negated for stem in scope):
        return False
    shared = [stem for stem in heads if stem in there.affirmed]
    if there.words & _NEGATIVE:
        return bool(shared) and shared[0] == heads[0]
    return bool(there.scopes) or not (there.is_wanted and not said.is_wanted)


def _is_dropped(scope: tuple[str, ...], said: Polarity, there: Polarity) -> bool:
    """Whether the sentence affirms what a negation of the evidence denies."""
    if not scope or said.words & _NEGATIVE or said.is_wanted:
        return False
    if any(stem in said.negated for stem in scope):
        return False
    heads = [stem for stem in scope[:_HEADS] if stem not in there.affirmed]
    found = [stem for stem in heads if stem in said.affirmed]
    return len(found) >= max(1, len(heads) - 1) and not said.scopes and scope[0] in said.affirmed


def _opens_alike(sentence: str, evidence: str) -> bool:
    """Whether it is a bullet in the words of one: "make unannounced visits the normal practice"."""
    opening = _WORD.findall(sentence.lower())[:1]
    after = re.split(r":\s+", evidence.lower())
    return len(after) > 1 and _WORD.findall(after[-1])[:1] == opening


def _is_said_too(said: Polarity, evidence: str) -> bool:
    """Whether a sentence of the evidence that wants nothing has most of the words."""
    for piece in re.split(r"(?<=[.!?;])\s+|\n", evidence):
        other = polarity(piece)
        if not other.is_wanted:
            shared = said.affirmed & (other.affirmed | other.negated)
            if len(shared) >= 0.6 * max(len(said.affirmed), 1):
                return True
    return False


def _negates(words: list[str], place: int) -> bool:
    word = words[place]
    # "Not only" and "no doubt" deny nothing.
    if word in ("not", "no") and words[place + 1 : place + 2] in _DENY_NOTHING:
        return False
    return word in _NEGATORS or word.endswith("n't")


def _scope(words: list[str], place: int) -> Iterator[int]:
    for n in range(place + 1, min(place + 1 + _SCOPE, len(words))):
        if words[n] in _ENDS:
            return
        if _means(words[n]):
            yield n


def _means(word: str) -> bool:
    return word[0].isalpha() and word not in _COMMON and word not in _NEGATORS


@lru_cache(20_000)
def _stem(word: str) -> str:
    stem: str = Stemmer.Stemmer("english").stemWord(word)
    return stem
