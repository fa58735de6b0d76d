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
from rag.choose import among, among_all, fact_of, wanted_of
from rag.names import Names
from rag.reword import blanked, topic, without_names
from rag.where import KINDS

_GROUPS = 6
_KEPT = 8  # routers for some of the reports
_CALLED = {KINDS["send"]: "the area", KINDS["ilacs"]: "the area", KINDS["peel"]: "the force"}
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
    is the question with its names blanked; ``lacking`` says of organisations named that no
    report on them is of the kind or the year asked for; ``before`` is the question before,
    where this one points back at it.
    """

    question: str
    groups: tuple[Group, ...] = ()
    documents: tuple[str, ...] | None = None
    absent: tuple[Absent, ...] = ()
    there: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    unnamed: str = ""
    lacking: tuple[str, ...] = ()
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
        found = self.names.places(question)
        rest = question[: found[0].start] if found else ""
        joined = all(_JOINS.fullmatch(question, one.end, two.start) for one, two in pairwise(found))
        if not found or not joined or not before or not _MOVES.fullmatch(rest):
            return ""
        if not _TAIL.fullmatch(question[found[-1].end :]):
            return ""
        named = question[found[0].start : found[-1].end]
        earlier = self.names.places(before)
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
        places = self.names.places(question)
        own = [one for one in places if one.organisations]
        absent = absent_names(question, places, self._documents, self._is_ordinary)
        wanted = wanted_of(question)
        named = own
        if not own and not absent and not _EVERY.search(question):
            earlier = map(self.names.mentions, reversed(history))
            named = next((found for found in earlier if found), [])
        organisations = tuple(dict.fromkeys(one for item in named for one in item.organisations))
        if not organisations:
            documents = among_all(wanted, self._documents) or every
            return Route(topic(question), documents=documents, absent=absent, there=self._there())
        found = {one: among(one, wanted, self._documents) for one in organisations[:_GROUPS]}
        groups = tuple(Group(one.name, of.reports) for one, of in found.items() if of.reports)
        return Route(
            topic(without_names(question, places, self._stand_in(groups))),
            groups,
            absent=absent,
            there=self._there(),
            older=tuple(name for of in found.values() for name in of.older),
            unnamed=blanked(question, places),
            lacking=tuple(of.lacking for of in found.values() if of.lacking),
        )

    def _stand_in(self, groups: Sequence[Group]) -> str:
        """What the reports of the groups call the body that they are on, empty where unknown."""
        kinds = {fact_of(self._documents[n], "kind") for group in groups for n in group.documents}
        called = {_CALLED.get(kind, "") for kind in kinds}
        return called.pop() if len(called) == 1 else ""

    def _there(self) -> tuple[str, ...]:
        return tuple(sorted(one.name for one in self.names.organisations.values()))
