"""What became of a question, in a word, and why it was missed where it was.

Why is decided by rule from what was retrieved, read, cited and said; nobody judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from eval import metrics
from eval.types import GoldResult, RankedUnit, Result

Tone = Literal["good", "mid", "bad"]
CauseName = Literal[
    "unanswerable but answered",
    "not retrieved",
    "found but refused",
    "incomplete list",
    "outranked",
    "cut by length",
    "passed over",
    "forbidden words",
    "required words missing",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question, in a word."""

    name: str
    label: str
    tone: Tone


RIGHT: Final = Outcome("right", "right", "good")
PARTLY: Final = Outcome("partly", "partly right", "mid")
WRONG: Final = Outcome("wrong", "wrong", "bad")
GAVE_UP: Final = Outcome("gave-up", "abstained wrongly", "bad")
KEPT_BACK: Final = Outcome("kept-back", "abstained rightly", "good")
MADE_UP: Final = Outcome("made-up", "answered wrongly", "bad")

OUTCOMES: Final = (RIGHT, PARTLY, WRONG, GAVE_UP, KEPT_BACK, MADE_UP)

CAUSES: Final[dict[CauseName, str]] = {
    "not retrieved": "no unit that touches the gold was read",
    "outranked": "it was read, and its score is too far below the best unit's",
    "cut by length": "its score is enough, and too many units come before it",
    "passed over": "its score and rank are enough, and the answer was made of other units, "
    "such as a whole list",
    "incomplete list": "only some items of the list are cited",
    "required words missing": "all gold is cited, and the answer lacks words that are required",
    "forbidden words": "the answer holds words that it must not",
    "found but refused": "the gold was read, and the confidence is below what an answer needs",
    "unanswerable but answered": "the report does not say, and an answer was given",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a question was missed; ``name`` groups questions, ``detail`` is of this one."""

    name: CauseName
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.detail})" if self.detail else self.name


def outcome(result: Result) -> Outcome:
    """What became of a question: right, partly right, wrong, or one way of abstaining."""
    scores = result.scores
    if not scores.answerable:
        return KEPT_BACK if scores.abstained else MADE_UP
    if scores.abstained:
        return GAVE_UP
    if scores.values["correct"]:
        return RIGHT
    return PARTLY if scores.values["coverage"] else WRONG


def cause(result: Result) -> Cause | None:
    """Why a question was missed, by the first rule that holds; None where it was not.

    ``CAUSES`` says what each means. Where several gold spans are not cited, the one counts
    that the answer wants for: of those that hold a required group which the answer lacks, the
    best ranked of each group, and of these the worst.
    """
    became = outcome(result)
    if became in (RIGHT, KEPT_BACK):
        return None
    sure, needed = result.answer.confidence, result.trace.limits.confidence
    if became is MADE_UP:
        return Cause("unanswerable but answered", f"confidence {sure:.2f}, {needed:.2f} is enough")
    if became is GAVE_UP:
        found = first_gold(result)
        if found is None:
            return Cause("not retrieved")
        detail = f"rank {found.rank}, confidence {sure:.2f}, {needed:.2f} is needed"
        return Cause("found but refused", detail)
    if result.scores.values["coverage"] == 1:
        text = result.answer.text
        said = next(one for one in result.question.forbidden if metrics.holds(text, [one]))
        return Cause("forbidden words", f"“{said}”")
    missed = [gold for gold in result.gold if not gold.is_cited]
    if not missed:
        return Cause("required words missing")
    wanting = _not_cited(_wanting(missed, result), result)
    cited = len(result.gold) - len(missed)
    if result.question.kind == "list" and cited:
        return Cause("incomplete list", f"{cited} of {len(result.gold)}; {wanting}")
    return wanting


def first_gold(result: Result) -> RankedUnit | None:
    """The best ranked unit that touches any gold; None where none was read."""
    units = [gold.unit for gold in result.gold if gold.unit is not None]
    return min(units, key=lambda unit: unit.rank, default=None)


def _wanting(missed: Sequence[GoldResult], result: Result) -> RankedUnit | None:
    """The unit for want of which the answer is not right, None where it was not read."""
    lacking = [
        group for group in result.question.required if not metrics.holds(result.answer.text, group)
    ]
    holding = [[gold for gold in missed if metrics.holds(gold.text, group)] for group in lacking]
    best = [min(spans, key=_rank) for spans in holding if spans]
    return max(best, key=_rank).unit if best else min(missed, key=_rank).unit


def _rank(gold: GoldResult) -> float:
    return gold.unit.rank if gold.unit is not None else float("inf")


def _not_cited(unit: RankedUnit | None, result: Result) -> Cause:
    if unit is None:
        return Cause("not retrieved")
    limits, best = result.trace.limits, result.trace.units[0].score
    if unit.score < limits.share * best:
        detail = f"rank {unit.rank}, score {unit.score:.2f}, {limits.share * best:.2f} is needed"
        return Cause("outranked", detail)
    if unit.rank > limits.units:
        return Cause("cut by length", f"rank {unit.rank}, at most {limits.units} units")
    return Cause("passed over", f"rank {unit.rank}")
