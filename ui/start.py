"""The first screen: which reports these are, what they conclude, and what to ask (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice

from index.types import Document
from rag.judgement import overall_judgement
from rag.show import escape
from rag.where import values_of
from ui.card import question_buttons, quote_link
from ui.links import link

_LEAD = (
    "Ask a question. The answer is made of the report’s own sentences, each numbered and shown "
    "in its place in the report. Where the report does not say, you are told so."
)
_LEAD_SEVERAL = (
    "Ask a question. The answer is made of the reports’ own sentences, each numbered and shown in "
    "its place. Name a place, a year or an inspectorate to ask its reports alone. Where they do "
    "not say, you are told so."
)
_SHOWN_REPORTS, _KINDS = 6, 4


def start_html(documents: Mapping[str, Document], passages: int, examples: Iterable[str]) -> str:
    """The first screen: the reports, questions to begin with, where they are from.

    Of several reports the questions come first, and the reports are counted by their kind.
    """
    level = 2 if len(documents) < 2 else 3
    few = islice(documents.values(), _SHOWN_REPORTS)
    shown = "".join(_report(each, level) for each in few)
    begin = f'<h3 class="begin">Questions to begin with</h3>{question_buttons(examples)}'
    lead = f'<p class="lead">{_LEAD if len(documents) < 2 else _LEAD_SEVERAL}</p>'
    foot = f'<p class="small">{passages:,} passages indexed on this computer</p>'
    if len(documents) < 2:
        return f'<div class="start">{shown}{lead}{begin}{foot}</div>'
    more = len(documents) - _SHOWN_REPORTS
    others = f" and {more:,} more" if more > 0 else ""
    return (
        f'<div class="start several"><h2>{len(documents):,} reports</h2>'
        f"{_in_a_row(_kinds(documents.values()))}{lead}{begin}"
        f'<h3 class="begin">The reports</h3>{shown}<p class="small">'
        f'<button type="button" class="act" popovertarget="reports">See them all{others}</button>'
        f"</p>{foot}</div>"
    )


def _kinds(documents: Iterable[Document]) -> list[str]:
    """How many reports there are of each kind that is known, the most first."""
    counts = Counter(kind for document in documents for kind in values_of(document, "kind"))
    return [escape(f"{kind} ({count})") for kind, count in counts.most_common(_KINDS)]


def _report(document: Document, level: int) -> str:
    about = document.metadata
    source = about.get("source_url")
    dates = (document.quote(block) for block in document.blocks if block.kind == "date")
    known = (about.get("publisher"), next(dates, about.get("published")))
    facts = [escape(fact) for fact in known if fact]
    origin = [link("Source", source) if source else f"Source: {escape(document.source)}"]
    if "licence" in about:
        origin.append(link(about["licence"], about.get("licence_url")))
    unit = overall_judgement(document)
    judged = ""
    if unit is not None:
        quote = quote_link(document, unit)
        judged = f'<p class="judged"><span>Overall judgement</span> {quote}</p>'
    title = f"<h{level}>{escape(document.title)}</h{level}>"
    return f"{title}{_in_a_row(facts)}{_in_a_row(origin)}{judged}"


def _in_a_row(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="facts">{rows}</ul>' if rows else ""
