"""What a report asks to be put right: which of its sentences, bullets and headings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from index.facts.grades import graded, is_earlier
from index.types import Block, Document, Span

AskedKind = Literal["area for improvement", "recommendation", "cause of concern", "priority action"]

_Headings = tuple[tuple[AskedKind, re.Pattern[str]], ...]

# What a heading says that stands over findings, in the words of the inspectorates.
_HEADINGS: _Headings = (
    (
        "cause of concern",
        re.compile(r"\bcauses? of concern\b|\b(?:key|priority) concerns?\b", re.I),
    ),
    (
        "priority action",
        re.compile(
            r"\bpriority actions?\b|\bareas? for priority action\b"
            r"|\bactions? (?:the|an?) [\w ]{2,30} must take\b"
            r"|\bactions? we (?:have )?told [\w ]{2,30} to take\b"
            r"|^(?:statutory |legal )?requirements?$",
            re.I,
        ),
    ),
    ("recommendation", re.compile(r"\brecommend(?:ations?|s)\b|\bwhat we recommend\b", re.I)),
    (
        "area for improvement",
        re.compile(
            r"\bareas? (?:for|of) improvement\b|\bwhat needs to (?:improve|be improved)\b"
            r"|\bwhat .{2,40} (?:should|must|can|could|needs? to) improve\b"
            r"|\bwhat .{2,40} could do better\b"
            r"|\bactions? (?:the|an?) [\w ]{2,30} should take\b",
            re.I,
        ),
    ),
)
# Of reports without such headings: what stands over weaknesses told at length.
_WEAKNESSES: _Headings = (
    ("area for improvement", re.compile(r"\bneeds? to (?:do better|improve)\b", re.I)),
)
# A list's lead-in that asks for something: "The force should:", "Leaders must ensure that:".
_OPENS = re.compile(r"\b(?:should|must|needs? to|recommend(?:s|ed)?)\b[^.]*:\s*$", re.IGNORECASE)
# A sentence that says what findings are, or how many there are, and is none.
_EXPLAINS = re.compile(
    r"^this section\b"
    r"|^(?:(?:the|an?|our) )?(?:actions? (?:the|an?) [\w ]{2,30} (?:must|should) take"
    r"|(?:key |priority |main )*(?:concerns?|causes? of concern|areas? for improvement"
    r"|recommendations?|priority actions?)) (?:is|are)\b"
    r"|\bwe (?:have )?(?:identified|made|found) [\w ]{1,30}?(?:concerns|causes of concern"
    r"|areas for improvement|recommendations|priority actions)\b",
    re.IGNORECASE,
)
# A heading that tells what was found: "The force doesn't supervise its investigations".
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|could|cannot|should|must|needs?|lacks?"
    r"|fails?|isn[’']t|aren[’']t|wasn[’']t|weren[’']t|hasn[’']t|haven[’']t|doesn[’']t|don[’']t"
    r"|didn[’']t|can[’']t|not)\b",
    re.IGNORECASE,
)
_NEED = re.compile(r"\b(?:should|must|needs? (?:to|an?))\b", re.IGNORECASE)
# What follows the findings in a report: what is well, who was inspected, by whom and how.
_ABOUT = re.compile(
    r"^\W?(?:further |additional )?information\b(?! for)|^(?:about|how) (?:the|this|our|we|can)\b"
    r"|\bdetails$|^what happens next\b"
    r"|\b(?:good|positive|effective) practice\b|\bstrengths?\b|^(?:the |our )?inspection team\b"
    r"|^(?:annex|appendix|glossary|references)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS, _FEWEST_TOLD, _ANNOUNCING, _LONGEST = 4, 6, 40, 400


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to be put right: its kind, where it stands, and the words that open its list.

    ``is_named`` says that a heading or a sentence over it calls it that, as "Areas for
    improvement", not only that something "should" be done.
    """

    kind: AskedKind
    span: Span
    lead_in: str = ""
    is_named: bool = True


def asked(document: Document) -> Iterator[Asked]:
    """What is to be put right, in the order of the text.

    These are the bullets, or where a section has none the paragraphs, under headings such as
    "Areas for improvement" and "What needs to improve?", and the bullets of lists that a sentence
    such as "The force should:" or "The following areas for improvement were identified" opens. A
    heading right below such a heading is one where it tells or asks for something. A paragraph
    there that ends in "This includes:" is one up to these words, and its bullets have the whole
    paragraph as ``lead_in``.
    """
    under = dict(_sections(document, _HEADINGS)) or dict(_sections(document, _WEAKNESSES))
    told = _told(document, under)
    # Where something is listed or asked for, the other paragraphs explain.
    asking = told | {
        block.section
        for block in document.blocks
        if block.kind == "bullet" or _asks(document.quote(block), block)
    }
    openings = {block.lead_in.end: block.lead_in for block in document.blocks if block.lead_in}
    paragraphs = {block.end: block for block in document.blocks if block.kind == "paragraph"}
    announced = _announced(document)
    for block in document.blocks:
        kind = under.get(block.section)
        heads = block.kind == "heading"
        if block.kind == "date" or (heads and kind is None):
            continue
        span = Span(block.start, block.end)
        lead_in = block.lead_in
        if kind and block.kind == "paragraph" and block.end in openings:
            span = _before(document, block, openings[block.end])
        elif kind and lead_in and lead_in.end in paragraphs:
            lead_in = Span(paragraphs[lead_in.end].start, lead_in.end)
        list_id = -1 if block.list_id is None else block.list_id
        if list_id in announced:
            lead_in = lead_in or announced[list_id]
        introduced = " ".join(document.quote(lead_in).split()) if lead_in else ""
        text = document.quote(span)
        tells = heads and block.section in told
        if not tells and not _says_something(text, block):
            continue
        asks = block.kind == "bullet" or block.section not in asking or _asks(text, block) or tells
        if list_id in announced:
            kind = _kind(introduced, _HEADINGS)
        is_named = kind is not None
        if kind is None and _OPENS.search(introduced[-_LONGEST:]):
            kind, asks = "area for improvement", True
        if kind is not None and asks:
            yield Asked(kind, span, introduced, is_named)


def named(document: Document) -> list[Asked]:
    """What a report names as to be put right, all that it asks for where it names nothing."""
    every = list(asked(document))
    return [one for one in every if one.is_named] or every


def _told(document: Document, under: Collection[int]) -> set[int]:
    """The sections of findings whose heading is the finding, the paragraphs below explaining it.

    It stands right below a heading that only says what it is.
    """
    holding = {block.section for block in document.blocks if block.kind != "heading"}
    listed = {block.section for block in document.blocks if block.kind == "bullet"}
    return {
        number
        for number, section in enumerate(document.sections)
        if number in under
        and number - 1 in under
        and number - 1 not in holding
        and number not in listed
        and _kind(section.title, _HEADINGS) is None
        and _tells(section.title)
    }


def _tells(title: str) -> bool:
    """Whether a heading says something, as "The force has no plan" does and "Leadership" not."""
    if title.endswith("?") or len(title.split()) < _FEWEST_TOLD:
        return False
    return _VERB.search(title) is not None


def _announced(document: Document) -> dict[int, Span]:
    """What announces lists of findings, by list: "Areas for improvement:", "The following ...".

    Not what announces those of an earlier inspection.
    """
    found: dict[int, Span] = {}
    for before, block in pairwise(document.blocks):
        if block.kind != "bullet" or before.kind != "paragraph" or block.list_id is None:
            continue
        text = document.quote(before)
        says = text.endswith(":") or re.search(r"\bfollowing\b", text)
        short = len(text.split()) <= _ANNOUNCING
        if says and short and _kind(text, _HEADINGS) and not is_earlier(text):
            found[block.list_id] = Span(before.start, before.end)
    return found


def _before(document: Document, block: Block, opening: Span) -> Span:
    """A paragraph without the sentence that opens a list."""
    text = document.text[block.start : opening.start]
    return Span(block.start, block.start + len(text.rstrip()))


def _asks(text: str, block: Block) -> bool:
    """Whether a paragraph or heading asks for something; "What needs to improve?" does not."""
    if block.kind == "heading" and (text.endswith("?") or _kind(text, _HEADINGS) is not None):
        return False
    return _NEED.search(text) is not None and not _explains(text, block)


def _explains(text: str, block: Block) -> bool:
    return block.kind == "paragraph" and _EXPLAINS.search(text) is not None


def _says_something(text: str, block: Block) -> bool:
    """Whether a text is whole; a line without an end names who is to act, or heads a table.

    A heading that asks for something is whole: "The force should answer calls sooner".
    """
    if text.endswith(":") or _explains(text, block):
        return False
    if block.kind == "heading":
        return _asks(text, block)
    ended = text.endswith((".", ";")) and len(text.split()) >= _FEWEST_WORDS
    return block.kind == "bullet" or ended


def _sections(document: Document, headings: _Headings) -> Iterator[tuple[int, AskedKind]]:
    """The sections that hold findings, by their own heading or that of the section they are in.

    What comes in that section after a heading such as "Information about this inspection"
    holds none. A heading of findings with nothing below it stands over what it finds in the
    next headings, as where a text has lost which heading is the lower one.
    """
    over: tuple[str, ...] = ()
    holding = {block.section for block in document.blocks if block.kind != "heading"}
    before: AskedKind | None = None
    for number, section in enumerate(document.sections):
        kind = _kind(section.title, headings)
        if _ABOUT.search(section.title):
            over = section.path[:-1] if len(section.path) > 2 else ()
        elif section.path[: len(over)] != over:
            over = ()
        if kind is None and not over and graded(section.title) is None:
            above = (_kind(title, headings) for title in reversed(section.path[1:-1]))
            kind = next((found for found in above if found is not None), None)
            if kind is None and (_tells(section.title) or section.title.startswith("(")):
                kind = before
        before = kind if number not in holding else None
        if kind is not None:
            yield number, kind


def _kind(title: str, headings: _Headings) -> AskedKind | None:
    return next((kind for kind, words in headings if words.search(title)), None)
