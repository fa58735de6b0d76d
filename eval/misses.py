"""The missed questions of a run as Markdown: what was answered, what was right, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from eval.outcome import CAUSES, MADE_UP, Cause, cause, first_gold, outcome
from eval.types import Evaluation, Result
from rag.show import escape_markdown

_INTRODUCTION: Final = (
    "Why a question was missed is decided by rule (`eval/outcome.py`): the first that holds, and "
    "where several pieces of gold are missing, for the one that the answer wants most. Rank is "
    "the place of the first unit that touches gold among all that were read."
)


def misses_markdown(run: Evaluation) -> str:
    """A table of causes and a list of the missed questions, in the order of the set.

    Those that are held out are not read, lest something be tuned on them.
    """
    results = [result for result in run.results if not result.question.held_out]
    missed = [(result, why) for result in results if (why := cause(result)) is not None]
    kept = len(run.results) - len(results)
    held = f" {kept} more are held out and not listed." if kept else ""
    name = escape_markdown(run.set_name) or "question set"
    blocks = [
        f"# Missed questions: {name}",
        f"{len(missed)} of {len(results)} questions, {escape_markdown(run.model)}, "
        f"fingerprint {escape_markdown(run.fingerprint[:16])}.{held} {_INTRODUCTION}",
    ]
    counted = Counter(why.name for _, why in missed)
    if counted:
        rows = [
            f"| {name} | {counted[name]} | {meaning} |"
            for name, meaning in CAUSES.items()
            if counted[name]
        ]
        blocks.append("\n".join(["| cause | questions | meaning |", "|---|---|---|", *rows]))
    blocks += ["\n".join(_question(result, why)) for result, why in missed]
    return "\n\n".join(blocks) + "\n"


def _question(result: Result, why: Cause) -> Iterator[str]:
    question, answer = result.question, result.answer
    kind = question.kind.replace("_", " ")
    yield f"## {escape_markdown(question.id)}, {escape_markdown(kind)}: {why.name}"
    yield ""
    for earlier in question.history:
        yield f"- after: {escape_markdown(earlier)}"
    yield f"- asked: {escape_markdown(question.question)}"
    if answer.understood != answer.question:
        yield f"- understood as: {escape_markdown(answer.understood)}"
    if answer.abstained:
        yield "- answered: nothing, it abstained"
    for citation, share in zip(answer.citations, result.precisions, strict=True):
        judged = f" ({_judged(share)})" if question.answerable else ""
        yield f"- answered{judged}: {escape_markdown(citation.quote)}"
    for gold in result.gold:
        place = f"rank {gold.unit.rank}" if gold.unit else "not read"
        cited = "cited" if gold.is_cited else "not cited"
        yield f"- gold ({cited}, {place}): {escape_markdown(gold.text)}"
    if outcome(result) is not MADE_UP:
        first = first_gold(result)
        place = f"{first.rank} of {result.trace.count} units read" if first else "not read"
        yield f"- first gold: {place}"
    yield f"- confidence: {answer.confidence:.2f}, needed {result.trace.limits.confidence:.2f}"
    yield f"- cause: {escape_markdown(str(why))}"


def _judged(share: float) -> str:
    return "gold" if share == 1 else "partly gold" if share else "not gold"
