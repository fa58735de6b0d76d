"""The names of the organisations that a library's reports are on, as questions say them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.types import Document
from rag.places import ALSO_WORDS, PLACES
from rag.words import word_set

_TOKEN = re.compile(r"&|[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?=\s|$)")
_LINKS = word_set("of and the upon on in with for by le under next to de cum")
# What kind of body it is; "Reading Borough Council" and "Reading" are one organisation.
BODY = word_set(
    "local area partnership police constabulary council county city borough metropolitan district "
    "unitary authority service services fire rescue nhs foundation trust hospital hospitals school "
    "academy college primary secondary infant junior nursery prison probation combined children "
    "childrens"
)
_BEFORE = (
    ("london", "borough", "of"),
    ("royal", "borough", "of"),
    ("metropolitan", "borough", "of"),
    ("county", "of"),
    ("council", "of"),
    ("hm", "prison"),
    ("hmp",),
    ("hmp", "yoi"),
    ("hmyoi",),
    ("the",),
)
_DIRECTIONS = word_set(
    "north south east west northern southern eastern western central mid greater inner outer upper "
    "lower new great little st saint northeast northwest southeast southwest"
)
# A capital beside a name is part of a longer one ("Surrey Heath"), but not these.
_BESIDE = BODY | word_set(
    "i report reports inspection inspections ofsted cqc hmicfrs council's what how which who where "
    "when why is are was were does do did has have had can could should would will and or in"
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with its reports' ids, in the order of the library."""

    name: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a question names organisations: several where the name fits several.

    None where the name is that of a place which no report is on; ``name`` is then its name.
    """

    start: int
    end: int
    organisations: tuple[Organisation, ...]
    name: str = ""


@dataclass(frozen=True)
class _Named:
    """A report and the organisation that it is on, with the words that tell it from others."""

    key: tuple[str, ...]
    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text in lower case, with its place; "&" is "and"."""

    word: str
    start: int
    end: int
    capital: bool
    shouted: bool  # all in capitals
    opens: bool  # a sentence


class Names:
    """The organisations of reports and the names that people give them.

    ``is_ordinary`` says whether a word stands in the reports in lower case: a name made of such
    words only ("Reading") is one in a question where it has its capital.
    """

    def __init__(self, documents: Sequence[Document], is_ordinary: Callable[[str], bool]) -> None:
        self._is_ordinary = is_ordinary
        named = [
            _Named(core(words_of(fact.value)), fact.value, document)
            for document in documents
            for fact in document.facts
            if fact.field == "organisation" and words_of(fact.value)
        ]
        wholes = {item.key for item in named}
        found: dict[tuple[str, ...], list[_Named]] = defaultdict(list)
        for item in named:
            # A report on "Kingston upon Hull" and one on "Hull" are on one organisation.
            key = next((part for part in _ends(item) if part in wholes), item.key)
            found[key].append(item)
        self.organisations: dict[tuple[str, ...], Organisation] = {
            key: Organisation(
                max((_shown(item.key, item.name) for item in items), key=len),
                tuple(dict.fromkeys(item.document.document_id for item in items)),
            )
            for key, items in found.items()
        }
        self._aliases = _aliases(found)
        others = {words_of(name): name for name in PLACES}
        self._others = {key: name for key, name in others.items() if key not in self._aliases}
        self._longest = max(map(len, [*self._aliases, *self._others]), default=0)

    def mentions(self, question: str) -> list[Mention]:
        """The organisations named in a question, in order; of two that overlap the longer."""
        return [one for one in self.places(question) if one.organisations]

    def places(self, question: str) -> list[Mention]:
        """The same with the places named that no report is on, see ``rag.places``."""
        tokens = tokens_of(question)
        found: list[Mention] = []
        place = 0
        while place < len(tokens):
            length = self._at(tokens, place)
            if length:
                key = tuple(token.word for token in tokens[place : place + length])
                named = tuple(self.organisations[one] for one in self._aliases.get(key, ()))
                start, end = tokens[place].start, tokens[place + length - 1].end
                found.append(Mention(start, end, named, "" if named else self._others[key]))
            place += length or 1
        return found

    def _at(self, tokens: Sequence[Token], place: int) -> int:
        """How many tokens a name has that begins at a place; 0 where none does."""
        for length in range(min(self._longest, len(tokens) - place), 0, -1):
            run = tokens[place : place + length]
            key = tuple(token.word for token in run)
            is_word = key[0] in ALSO_WORDS and not run[0].capital
            is_place = key in self._others and not is_word
            if (key in self._aliases or is_place) and self._is_name(
                run, tokens[place - 1] if place else None, tokens[place + length :][:1]
            ):
                return length
        return 0

    def _is_name(self, run: Sequence[Token], before: Token | None, after: Sequence[Token]) -> bool:
        telling = [token for token in run if token.word not in _LINKS]
        opens = telling[0].opens and len(telling) == 1
        beside = bool(after) and after[0].word in BODY
        plain = not all(token.capital for token in telling) or (opens and not beside)
        if plain and all(self._is_ordinary(token.word) for token in telling):
            return False
        if before is not None and before.end == run[0].start - 1:
            if before.word in _DIRECTIONS:
                return False
            if before.capital and not before.opens and not _may_stand_beside(before):
                return False
        touches = after and after[0].start == run[-1].end + 1 and not after[0].opens
        return not (touches and after[0].capital and not _may_stand_beside(after[0]))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, without possessive endings."""
    return tuple(token.word for token in tokens_of(text))


def tokens_of(text: str) -> list[Token]:
    """The words of a text with their places; a possessive ending is no part of a word."""
    plain = _POSSESSIVE.sub(lambda match: " " * len(match[0]), text)
    found = []
    for match in _TOKEN.finditer(plain):
        before = plain[: match.start()].rstrip()
        opens = not before or before[-1] in '.?!:\n"“‘('
        word = "and" if match[0] == "&" else match[0].casefold()
        capital, shouted = match[0][0].isupper(), len(match[0]) > 1 and match[0].isupper()
        found.append(Token(word, match.start(), match.end(), capital, shouted, opens))
    return found


def core(words: Sequence[str]) -> tuple[str, ...]:
    """The words of an organisation's name without those that say what kind of body it is."""
    whole = tuple(words)
    for opening in sorted(_BEFORE, key=len, reverse=True):
        if whole[: len(opening)] == opening and len(whole) > len(opening):
            whole = whole[len(opening) :]
    while len(whole) > 1 and (whole[-1] in BODY or whole[-1] in _LINKS):
        whole = whole[:-1]
    return whole or tuple(words)


def _shown(key: Sequence[str], name: str) -> str:
    """The words of ``key`` as they stand in the name."""
    tokens = tokens_of(name)
    for place in range(len(tokens)):
        if tuple(token.word for token in tokens[place : place + len(key)]) == tuple(key):
            return name[tokens[place].start : tokens[place + len(key) - 1].end]
    return name


def _aliases(
    found: Mapping[tuple[str, ...], Sequence[_Named]],
) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """By the words of each name the organisations that it fits.

    Parts of a name ("Barking" of "Barking and Dagenham") count where no other organisation
    has them as its whole name.
    """
    aliases: dict[tuple[str, ...], dict[tuple[str, ...], None]] = defaultdict(dict)
    for key, items in found.items():
        for item in items:
            for words in (key, item.key, words_of(item.name)):
                aliases[words][key] = None
    whole = set(aliases)
    for key, items in found.items():
        for part in (part for item in items for part in (*_called(item), *_parts(item))):
            if part not in whole:
                aliases[part][key] = None
    return {words: tuple(keys) for words, keys in aliases.items()}


def _ends(item: _Named) -> list[tuple[str, ...]]:
    """What a name is cut to where people do not say all of it: "City of X", "Kingston upon X"."""
    place = next((n for n, word in enumerate(item.key) if word in ("of", "upon")), 0)
    if not place or (item.key[place] == "of" and item.key[0] != "city"):
        return []
    return [item.key[place + 1 :]] if item.key[place + 1 :] else []


def _called(item: _Named) -> list[tuple[str, ...]]:
    """The end of a name that its report says more often alone: York, Hull, but not London."""
    text, whole = item.document.text, _shown(item.key, item.name)
    return [
        end for end in _ends(item) if text.count(_shown(end, item.name)) > 2 * text.count(whole)
    ]


def _parts(item: _Named) -> Iterator[tuple[str, ...]]:
    """The names that are joined in one: "Bournemouth, Christchurch and Poole" has three."""
    # What stands after "upon" is a river more often than a town.
    towns = re.sub(r"[\s-](?:upon|on)[\s-].*", "", _shown(item.key, item.name))
    for part in re.split(r",|&|\b(?:and|with)\b", towns):
        words = words_of(part)
        if words and words != item.key and not set(words) <= _DIRECTIONS | _LINKS:
            yield words


def _may_stand_beside(token: Token) -> bool:
    return token.word in _BESIDE or token.shouted
