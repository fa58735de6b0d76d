"""Who led an inspection."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.facts.front import back, front
from index.types import Block, Document, Fact, Span

_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Dame|Sir|Professor) )?"
    r"[A-Z][\w’'-]{1,30}(?: (?:[A-Z][\w’'-]{0,30}\.?|de|van|von|der|la|le)){0,3}?"
    r" [A-Z][\w’'-]{1,30}"
)
_LABELLED = re.compile(
    rf"\b(?:[Ll]ead|[Rr]eporting) [Ii]nspectors?\s*[:–—-]\s*"
    rf"(?P<name>{_NAME}(?: [A-Z][\w’'-]{{1,30}}){{0,2}})"
)
_TITLED = re.compile(
    rf"(?P<name>{_NAME}),? (?:(?:Ofsted|CQC|HMI|HMICFRS),? ?)?(?:HMI,? )?"
    r"(?:Ofsted |CQC )?[Ll]ead [Ii]nspector\b"
)
_LED = re.compile(
    rf"\b(?:inspection(?: team)?|team) was led by (?:(?:HM|(?:His|Her) Majesty[’']s) Inspector,? )?"
    rf"(?P<name>{_NAME})"
)


def lead_inspectors(document: Document) -> tuple[Fact, ...]:
    """The inspectors who led, each with the words that say so; none where it is not said."""
    found: dict[str, Fact] = {}
    for block in (*front(document), *back(document)):
        for fact in _in(document, block):
            found.setdefault(fact.value, fact)
    return tuple(found.values())


def _in(document: Document, block: Block) -> Iterator[Fact]:
    for pattern in (_LABELLED, _TITLED, _LED):
        for match in pattern.finditer(document.text, block.start, block.end):
            name = " ".join(match["name"].split())
            if not re.search(r"\b(?:Majesty|Inspector|Ofsted|CQC|HMI)\b", name):
                yield Fact("lead_inspector", name, span=Span(match.start(), match.end()))
