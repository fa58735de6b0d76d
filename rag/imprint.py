"""A report's imprint: the publisher's licence, addresses and words about itself, at either end.

It stands in every report of an inspectorate alike and says nothing of the inspected body, so
that it is evidence only for questions about the report as a publication and its publisher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.types import Block, Document, Span
from rag.answerable import own_words
from rag.words import EMPTY, PREPOSITIONS

_SHORT_WORDS = 8  # of a line of an address, a heading, a name
_GAP = 6  # such lines that may stand between two blocks of an imprint
_FRONT = 16  # blocks, at most, before a report begins
_FIRST_SENTENCE = re.compile(r".+?(?:[.?!](?=\s)|$)", re.DOTALL)
_STRONG = re.compile(
    r"©|\bcopyright\b|\bopen government licen[cs]e\b|\bISBN\b|\blarge print\b|\bbraille\b"
    r"|\b(?:this|the) (?:information|publication|document|report|material)\b"
    r"[^.]{0,60}\b(?:re-?used?|reproduced|available (?:at|from|on|for download))\b"
    r"|\bre-?use (?:this|the) (?:information|publication|document|report|material)\b"
    r"|\bcop(?:y|ies) of (?:this|the) (?:publication|document|report)\b"
    r"|^(?:printed|published|produced) (?:and published )?by\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:regulates and inspects|inspects and regulates|independent regulator of)\b"
    r"|^(?:it|ofsted|the office|we) (?:regulates?|inspects?|assess(?:es)?|monitors?)\b"
    r"|\b(?:complain(?:ts?)?|enquir(?:y|ies)|feedback)\b[^.]{0,40}\b(?:to|about|regarding) "
    r"(?:ofsted|us|(?:this|the) (?:inspection|report|publication))\b"
    r"|\b(?:subscribe to|our (?:\w+ )?newsletter|our work|follow us|contact us|write to us)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"[\w.]+@[\w-]+\.\w|https?://|\bwww\.|\b[A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2}$"
    r"|^(?:t|tel|telephone|textphone|phone|fax|e|email|w|website)\b[:. ]",
    re.IGNORECASE,
)
# What people ask of a publication, and what they call it and its publisher; as they are typed.
_MATTER = re.compile(
    r"contact(?:s|ed|ing)?|(?:tele|text)?phone[sd]?|numbers?|call|ring|write|post(?:al|code)?|fax"
    r"|e-?mails?|address(?:es)?|(?:web)?sites?|web|internet|online|links?|url|licen[cs]e[ds]?"
    r"|re-?us(?:e|ed|ing)|reproduced?|quote[ds]?|copyright|crown|owns?|owner|holds?|rights?|open"
    r"|government|ogl|terms|free|charge|permission|cop(?:y|ies)|formats?|different|alternative"
    r"|accessible|print(?:ed|er)?|large|braille|audio|pdf|versions?|complain|complaints?|unhappy"
    r"|happy|disagree|challenge|appeal|feedback|enquir(?:y|ies)|subscribe|newsletters?|updates?"
    r"|publish(?:ed|er|es|ing)?|isbn|available|download(?:ed)?|obtain|buy|touch|reach"
    r"|national|archives?|logos?|offices?|headquarters|based|located",
    re.IGNORECASE,
)
_PUBLISHER = (
    r"(?:ofsted|cqc|care quality commission|hmicfrs|hmic|hmip|hmi|estyn"
    r"|(?:the |this )?inspectorate)"
)
_PUBLICATION = re.compile(
    r"ofsted|cqc|hmicfrs|hmic|hmip|hmi|estyn|care|quality|commission|inspectorate"
    r"|inspections?|inspectors?|reports?|documents?|publications?|pages?|information|material",
    re.IGNORECASE,
)
_WHO = re.compile(
    rf"\W*(?:who|what) (?:is|are|was) {_PUBLISHER}\W*$|\W*what does {_PUBLISHER} do\W*$"
    rf"|\b(?:who|{_PUBLISHER}) (?:regulates?|inspects?)\b|{_PUBLISHER} (?:for|responsible)\W*$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\bwhere\b.*\b(?:find|get|read|see)\b.*\b(?:report|document|publication|inspection)s?\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\b(?:how (?:many|much|often)|when|dates?|years?)\b", re.IGNORECASE)
# "The report on the area": what is asked of is the report.
_INSPECTED = frozenset(("area", "force"))
_OF_REPORT = re.compile(r"\b(?:report|inspection|publication|document)s?\b", re.IGNORECASE)
_ORDINARY = EMPTY | PREPOSITIONS | frozenset(("find", "get", "read", "see", "need"))


def imprint(document: Document) -> tuple[Span, ...]:
    """Where a report's imprint stands: before it begins, after it ends, or both; mostly once.

    A run of blocks that speak of the publication, with short lines such as an address between
    them, that nothing of the report stands before or after. One block, at least, must give a
    licence, a copyright, or where copies are to be had.
    """
    blocks = document.blocks
    front = _run(document, blocks[:_FRONT], ends=("heading", "date"))
    back = _run(document, blocks[::-1])
    return tuple(dict.fromkeys(span for span in (front, back) if span is not None))


def asks_of_publication(question: str) -> bool:
    """Whether a question is about a report as a publication, or about its publisher.

    All its own words must be such: "my driving licence" is not, "its licence" is.
    """
    if _WHO.search(question):
        return True
    if _MEASURE.search(question):
        return False
    ordinary = _ORDINARY | (_INSPECTED if _OF_REPORT.search(question) else frozenset())
    words = [word for word in own_words(question) if word.lower() not in ordinary]
    about = [word for word in words if _MATTER.fullmatch(word)]
    others = [word for word in words if word not in about]
    return bool(about or _WHERE.search(question)) and all(map(_PUBLICATION.fullmatch, others))


def _run(document: Document, blocks: Sequence[Block], ends: Sequence[str] = ()) -> Span | None:
    """The imprint among the outermost of these blocks; kinds of blocks that it goes not beyond."""
    run: list[Block] = []
    gap, is_imprint = 0, False
    for block in blocks:
        text = document.quote(block)
        begins = _FIRST_SENTENCE.match(text)
        said = begins[0] if begins else text
        is_line = len(text.split()) <= _SHORT_WORDS
        is_strong = _STRONG.search(said) is not None
        if is_strong or _WEAK.search(said) or (is_line and _ADDRESS.search(said)):
            run.append(block)
            gap, is_imprint = 0, is_imprint or is_strong
            continue
        gap += 1
        if gap > _GAP or not (is_line or block.kind == "heading") or (run and block.kind in ends):
            break
    if not is_imprint:
        return None
    return Span(min(block.start for block in run), max(block.end for block in run))
