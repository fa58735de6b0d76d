"""Organisations that a question asks for and that the library has no report on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index.types import Document
from rag.names import BODY, Mention, words_of

_NAME = r"[A-Z][\w’'-]+(?:(?: (?:upon|and|with|of|under|on)(?: the)?)? [A-Z][\w’'-]+)*"
_BODY = (
    r"(?:(?:City |County |Borough |Metropolitan )*Council|Police|Constabulary"
    r"|Local Area Partnership|council|police|local area partnership|local authority"
    r"|children['’]s services)"
)
# "in Kent", "Kent's care leavers", "Kent County Council": what can only be a place or a body.
_PLACED = re.compile(rf"\b(?i:in|at) (?:the )?(?P<name>{_NAME})(?=['’]s\b|\W*$|[?,.;]| )")
_OWNED = re.compile(
    rf"\b(?i:about|for|of|does|did|do|is|was|in|how|and) (?P<name>{_NAME})(?:['’]s)? {_BODY}\b"
)
_ENDS = re.compile(rf"\b(?i:about|for|of|on) (?P<name>{_NAME})\s*\?*\s*$")
_NEVER = frozenset(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday england wales scotland britain uk english "
    "ireland united kingdom london braille welsh word excel pdf ofsted cqc hmicfrs i summary "
    "section chapter covid".split()
)


@dataclass(frozen=True, slots=True)
class Absent:
    """A name without a report; ``is_mentioned`` where reports on others have it in their text."""

    name: str
    is_mentioned: bool


def absent_names(
    question: str,
    mentions: Sequence[Mention],
    documents: Mapping[str, Document],
    is_ordinary: Callable[[str], bool],
) -> tuple[Absent, ...]:
    """The organisations that a question clearly asks for and that no report is on.

    Clearly is where the name is that of a council's area, or a preposition or "council" says
    that a name with a capital is a place or a body. Of the latter, elsewhere than behind "in" a
    name counts only where no report has it in its text. ``mentions`` are all places named.
    """
    found: dict[str, Absent] = {}
    for one in mentions:
        if not one.organisations:
            mentioned = any(one.name in document.text for document in documents.values())
            found.setdefault(one.name, Absent(one.name, mentioned))
    for pattern in (_PLACED, _OWNED, _ENDS):
        for match in pattern.finditer(question):
            name = re.sub(rf"(?:['’]s?)?(?: {_BODY})?$", "", match["name"])
            at = (match.start("name"), match.start("name") + len(name))
            if any(one.start < at[1] and at[0] < one.end for one in mentions):
                continue
            words = words_of(name)
            if (
                set(words) & _NEVER
                or set(words) <= BODY
                or name.isupper()
                or any(map(is_ordinary, words))
            ):
                continue
            mentioned = any(name in document.text for document in documents.values())
            if not mentioned or pattern is _PLACED:
                found.setdefault(name, Absent(name, mentioned))
    return tuple(found.values())
