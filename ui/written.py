"""What a language model wrote, as the chat shows it: author, sentences not proven (pure)."""

from __future__ import annotations

from typing import Final

from rag.authorship import author, doubt
from rag.show import escape
from rag.types import Answer, Nearest, Part

OWN_WORDS: Final = "The report's own words"
_DOUBT: Final = "Not found in the report"


def choices(name: str) -> list[str]:
    """Who may answer: the report, or the model of that name."""
    return [OWN_WORDS, f"Written by {name}"]


def author_html(answer: Answer) -> str:
    """Who wrote the answer, where a language model did or was to."""
    said = author(answer)
    kind = "author" if answer.writer else "author instead"
    return f'<p class="{kind}">{escape(said)}</p>' if said else ""


def doubted_html(part: Part) -> str:
    """A sentence that is not proven, why, and the closest words of the report beside it."""
    if part.verdict is None or not doubt(part):
        return ""
    near = _closest(part.verdict.closest) if part.verdict.closest else ""
    why = escape("; ".join(part.verdict.faults))
    return (
        f'<span class="unproven">{escape(part.text)}</span>'
        f'<span class="why"><b>{_DOUBT}:</b> {why}.{near}</span>'
    )


def _closest(item: Nearest) -> str:
    """The passage as a button that shows it in its place."""
    lead_in = f"{item.lead_in.quote} " if item.lead_in else ""
    return (
        f' <span class="source near" data-document="{escape(item.document)}" '
        f'data-start="{item.start}" data-end="{item.end}">Closest: '
        f'<button type="button" class="goto">“{escape(lead_in + item.quote)}”</button></span>'
    )
