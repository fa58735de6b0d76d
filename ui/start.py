"""The first screen: which reports these are, what they conclude, and what to ask (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from index.types import Document
from rag.judgement import overall_judgement
from rag.show import escape
from ui.card import question_buttons, quote_link
from ui.links import link

_LEAD = (
    "Ask a question. The answer is made of the report’s own sentences, each numbered and shown "
    "in its place in the report. Where the report does not say, you are told so."
)
_SHOWN_REPORTS = 6


def start_html(documents: Mapping[str, Document], passages: int, examples: Iterable[str]) -> str:
    """The first screen of a library: its reports, questions to begin with, where they are from."""
    shown = "".join(_report(each) for each in islice(documents.values(), _SHOWN_REPORTS))
    more = len(documents) - _SHOWN_REPORTS
    others = f'<p class="small">and {more} more</p>' if more > 0 else ""
    several = " several" if len(documents) > 1 else ""
    return (
        f'<div class="start{several}">{shown}{others}<p class="lead">{_LEAD}</p>'
        f'<h3 class="begin">Questions to begin with</h3>{question_buttons(examples)}'
        f'<p class="small">{passages} passages indexed on this computer</p></div>'
    )


def _report(document: Document) -> str:
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
    return f"<h2>{escape(document.title)}</h2>{_in_a_row(facts)}{_in_a_row(origin)}{judged}"


def _in_a_row(items: Iterable[str]) -> str:
    rows = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="facts">{rows}</ul>' if rows else ""
