"""Which reports a question is asked of: those on the organisation, year or inspectorate it names.

By structure and by what is known of the reports (``index.facts``); a question that names none
is asked of all. A library of one report has nothing to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.types import Document
from rag.absent import Absent, absent_names
from rag.names import Mention, Names

_GROUPS = 6
_KEPT = 8  # routers for some of the reports
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SINCE = re.compile(r"\b(?:since|before|after|until|by|than|till)(?: the)?\s*$", re.IGNORECASE)
_OF_REPORTS = re.compile(
    r"\b(?:reports?|inspections?|inspected|published|visits?|visited|judged|rated|graded)\b", re.I
)
_SAID_DATE = re.compile(r"\b(?:inspected|visited|published)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"\bpublished\b", re.IGNORECASE)
_NEAR = 40  # characters between a year and the word that says that it is the reports'
_INSPECTORATES = re.compile(
    r"\b(Ofsted|CQC|Care Quality Commission|HMICFRS|HMIP|HMI Prisons|HMI Probation|Estyn)\b", re.I
)
_SHORT = {"care quality commission": "cqc", "hmip": "hmi prisons"}
_EVERY = re.compile(
    r"\b(?:all|any|each|every|other|which|what|how many|across|most|both|these|those)\b"
    r"(?: (?:of )?(?:the |these |those )?(?:\w+ ){0,2}?)(?:reports?|councils?|authorit(?:y|ies)"
    r"|areas?|partnerships?|forces?|organisations?|places|boroughs?|inspections?)\b",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"\W*(?:(?:ok(?:ay)?|so|and|but|or|then|now|also)\b[\s,]*)*"
    r"(?:(?:what|how) about\b|what of\b|(?:is it |was it )?(?:the )?same (?:for|in|of|at)\b)?"
    r"[\s,]*(?:(?:in|for|at|of|about|on|with)\b)?[\s,]*(?:the )?$",
    re.IGNORECASE,
)
_JOINS = re.compile(r"\W*(?:and|or|&)?\W*(?:in|for|the)?\W*", re.IGNORECASE)
_TAIL = re.compile(
    r"(?:['’]s?)?(?: (?:local area partnership|local authority|council|police|report|one|too|then"
    r"|children['’]s services))*\W*$",
    re.IGNORECASE,
)


# "What did inspectors say about", "what do the reports find on".
_FRAME = re.compile(
    r"\W*what (?:else )?(?:did|do|does|have|has|is|was) (?:the |these |those |any )?"
    r"(?:(?:inspectors?|reports?|inspections?|inspectorates?|ofsted|cqc|hmicfrs|they|it|you)"
    r"(?: and (?:the )?(?:ofsted|cqc))? )?(?:say|said|find|found|conclude|concluded|report|reported"
    r"|tell us|think|write|written|note|noted|known) (?:about|on|of|regarding) (?P<topic>.+)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Group:
    """The reports that one answer is made from, and whose they are."""

    name: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a question goes.

    ``question`` is what is searched for. ``groups`` are the organisations that it names, each
    answered for itself; empty where it names none, and then ``documents`` are searched
    together, all where that is None. ``absent`` are names that the library has no report on,
    and ``there`` then the organisations that it has some on;
    ``older`` are reports left out because there is a newer one of the same kind; ``unnamed``
    is the question with its names blanked; ``before`` is the question before, where this one
    points back at it.
    """

    question: str
    groups: tuple[Group, ...] = ()
    documents: tuple[str, ...] | None = None
    absent: tuple[Absent, ...] = ()
    there: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    unnamed: str = ""
    before: str = ""

    @property
    def every(self) -> tuple[str, ...] | None:
        """All reports that are searched, None for those of the whole library."""
        if not self.groups:
            return self.documents
        return tuple(dict.fromkeys(name for group in self.groups for name in group.documents))


class Router:
    """Finds the reports for a question; safe to share by threads."""

    def __init__(self, documents: Mapping[str, Document], narrowed: bool = False) -> None:
        """``narrowed`` says that these are some of a library's reports, see ``within``."""
        self._documents = documents
        self._narrowed = narrowed

        @lru_cache(_KEPT)
        def within(names: tuple[str, ...]) -> Router:
            return Router({name: documents[name] for name in names}, narrowed=True)

        self._within = within

        @lru_cache(4096)
        def is_ordinary(word: str) -> bool:
            return any(f" {word} " in document.text for document in documents.values())

        self._is_ordinary = is_ordinary
        self.names = Names(tuple(documents.values()), is_ordinary)

    def within(self, names: tuple[str, ...]) -> Router:
        """The router for these reports alone."""
        return self._within(names)

    def followed(self, history: Sequence[str]) -> list[str]:
        """Earlier questions, those that only name another report completed."""
        found: list[str] = []
        for question in history:
            found.append(self.moved(question, found[-1] if found else "") or question)
        return found

    def moved(self, question: str, before: str) -> str:
        """The question before, asked of another report: "and in Surrey?", "what about Slough?".

        Empty where the question is more than a name.
        """
        found = self.names.mentions(question)
        rest = question[: found[0].start] if found else ""
        joined = all(_JOINS.fullmatch(question, one.end, two.start) for one, two in pairwise(found))
        if not found or not joined or not before or not _MOVES.fullmatch(rest):
            return ""
        if not _TAIL.fullmatch(question[found[-1].end :]):
            return ""
        named = question[found[0].start : found[-1].end]
        earlier = self.names.mentions(before)
        if earlier:
            return f"{before[: earlier[0].start]}{named}{before[earlier[-1].end :]}"
        return f"{before.rstrip(' ?.!')} in {named}?"

    def route(self, question: str, history: Sequence[str] = ()) -> Route:
        """Where a question goes, with the earlier questions of the conversation, oldest first.

        A question that names no organisation stays with the reports of the last one that did,
        unless it asks of all of them.
        """
        every = tuple(self._documents) if self._narrowed else None
        if len(self._documents) < 2 and not self._narrowed:
            return Route(question)
        own = self.names.mentions(question)
        absent = absent_names(question, own, self._documents, self._is_ordinary)
        allowed = self._by_year_and_inspectorate(question)
        named = own
        if not own and not absent and not _EVERY.search(question):
            earlier = map(self.names.mentions, reversed(history))
            named = next((found for found in earlier if found), [])
        organisations = dict.fromkeys(one for item in named for one in item.organisations)
        if not organisations:
            documents = tuple(name for name in self._documents if allowed and name in allowed)
            return Route(
                topic(question), documents=documents or every, absent=absent, there=self._there()
            )
        groups: list[Group] = []
        older: list[str] = []
        for organisation in tuple(organisations)[:_GROUPS]:
            chosen = [name for name in organisation.documents if allowed and name in allowed]
            if not chosen:
                chosen, left = self._newest(organisation.documents)
                older += left
            groups.append(Group(organisation.name, tuple(chosen)))
        return Route(
            topic(_without(question, own)),
            tuple(groups),
            absent=absent,
            there=self._there(),
            older=tuple(older),
            unnamed=_blanked(question, own),
        )

    def _there(self) -> tuple[str, ...]:
        return tuple(sorted(one.name for one in self.names.organisations.values()))

    def _newest(self, documents: Sequence[str]) -> tuple[list[str], list[str]]:
        """Of reports of one kind the one of the latest inspection, and the others."""
        latest: dict[str, str] = {}
        for name in documents:
            kind = fact_of(self._documents[name], "kind")
            if kind not in latest or self._when(name) > self._when(latest[kind]):
                latest[kind] = name
        kept = [name for name in documents if name in latest.values()]
        return kept, [name for name in documents if name not in kept]

    def _when(self, name: str) -> str:
        document = self._documents[name]
        return fact_of(document, "inspected") or fact_of(document, "published")

    def _by_year_and_inspectorate(self, question: str) -> frozenset[str] | None:
        """The reports of the years and inspectorates that a question names, None where none."""
        years = {
            match[0]
            for match in _YEAR.finditer(question)
            if not _SINCE.search(question[: match.start()])
            and _OF_REPORTS.search(question, max(0, match.start() - _NEAR), match.end() + _NEAR)
        }
        dates: tuple[str, ...] = ("inspected", "published")
        if _SAID_DATE.search(question):
            dates = ("published",) if _PUBLISHED.search(question) else ("inspected",)
        bodies = {name.lower() for name in _INSPECTORATES.findall(question)}
        bodies = {_SHORT.get(name, name) for name in bodies}
        found: frozenset[str] | None = None
        asked: tuple[tuple[set[str], tuple[str, ...]], ...]
        asked = ((years, dates), (bodies, ("inspectorate",)))
        for wanted, fields in asked:
            matching = frozenset(
                name
                for name, document in self._documents.items()
                if any(
                    fact.field in fields and any(item in fact.value.lower() for item in wanted)
                    for fact in document.facts
                )
            )
            if matching:
                found = matching if found is None else found & matching or found
        return found


def fact_of(document: Document, field: str) -> str:
    """The first value of a field that is known of a document, empty where none is."""
    return next((fact.value for fact in document.facts if fact.field == field), "")


def topic(question: str) -> str:
    """What a question asks about, without the words that only say that reports are asked.

    "What did inspectors say about fostering?" is read better as "fostering?".
    """
    framed = _FRAME.match(question)
    return framed["topic"] if framed else question


def _blanked(question: str, mentions: Sequence[Mention]) -> str:
    for mention in reversed(mentions):
        question = f"{question[: mention.start]} {question[mention.end :]}"
    return question


def _without(question: str, mentions: Sequence[Mention]) -> str:
    """The question without the names that its reports are chosen by, where it reads on without.

    "in Slough and Surrey" goes; a possessive becomes "its"; a name that is the subject stays.
    """
    if not mentions:
        return question
    first, last = mentions[0], mentions[-1]
    before, after = question[: first.start], question[last.end :]
    between = question[first.end : last.start] if first is not last else ""
    if not re.fullmatch(r"[^.?!;]{0,40}", between):
        return question
    if possessive := re.match(r"['’]s?\s", after):
        return f"{before}its {after[possessive.end() :]}"
    place = re.search(r"[\s,]*\b(?:in|for|at|from|of)\s+(?:the\s+)?$", before, re.IGNORECASE)
    if place is None or not re.match(r"(?:['’]s)?\s*(?:[?.!,]|$|(?:and|but|when|if|who)\b)", after):
        return question
    left = f"{before[: place.start()]}{after}".strip()
    return left if len(left.split()) > 1 else question
