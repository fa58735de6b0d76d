"""What is said of who wrote an answer, and of sentences that the reports do not prove."""

from __future__ import annotations

from rag.cite import flat
from rag.types import Answer, Part

_SHOWN = 300


def author(answer: Answer) -> str:
    """Who wrote the answer, where a language model did or was to; empty where none was asked."""
    if answer.writer:
        return f"Written by {flat(answer.writer)}; every sentence was compared with the report."
    if answer.instead:
        return f"The report's own words, for {_ended(answer.instead)}"
    return ""


def doubt(part: Part) -> str:
    """What is wrong with a sentence that the reports do not prove; empty for every other."""
    if part.verdict is None or part.verdict.supported:
        return ""
    return f"Not found in the report: {_ended('; '.join(part.verdict.faults))}"


def closest(part: Part) -> str:
    """The words that come closest to such a sentence, empty where there are none."""
    if part.verdict is None or part.verdict.closest is None:
        return ""
    item = part.verdict.closest
    words = flat(" ".join([item.lead_in.quote, item.quote] if item.lead_in else [item.quote]))
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


def _ended(text: str) -> str:
    line = flat(text)
    return line if line.endswith((".", "!", "?")) else f"{line}."
