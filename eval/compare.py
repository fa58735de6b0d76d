"""Two runs of one question set: what got better, what got worse, and whether it matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from eval.metrics import METRICS, Metric
from eval.stats import Estimate, centre, paired_difference
from eval.types import Run, Scores
from index.errors import DatasetError

Direction = Literal["better", "worse", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A total before and after; ``change`` is after less before, with a paired interval."""

    metric: Metric
    before: float
    after: float
    change: Estimate

    @property
    def loss(self) -> float:
        """By how much the metric got worse: negative where it got better, 0 where neither."""
        signs = {"higher": -1.0, "lower": 1.0}
        return signs[self.metric.better] * self.change.value if self.metric.better else 0.0

    @property
    def is_beyond_noise(self) -> bool:
        """Whether the whole interval of the change lies on one side of zero."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that came out differently, and in what; ``changed`` is neither way."""

    id: str
    kind: str
    question: str
    direction: Direction
    what: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two runs of one set; ``changes`` are in the order of the set."""

    before: Run
    after: Run
    differences: tuple[Difference, ...]
    changes: tuple[QuestionChange, ...]


def compare(before: Run, after: Run) -> Comparison:
    """What changed from one run to another of the same questions.

    Raises DatasetError where the runs are of different sets.
    """
    if before.set_sha256 != after.set_sha256:
        raise DatasetError(
            f"these runs are of different sets: {before.set_name!r} is {before.set_sha256} and "
            f"{after.set_name!r} is {after.set_sha256}; run the same set again for both"
        )
    earlier = {scores.id: scores for scores in before.questions}
    if earlier.keys() != {scores.id for scores in after.questions}:
        raise DatasetError(
            f"these runs name one set, {before.set_sha256}, but hold other questions; "
            "write both anew with: peel eval run SET --out DIR"
        )
    changes = (_change(earlier[scores.id], scores) for scores in after.questions)
    return Comparison(
        before=before,
        after=after,
        differences=_differences(earlier, after),
        changes=tuple(change for change in changes if change is not None),
    )


def regressions(comparison: Comparison, tolerance: float | None = None) -> tuple[Difference, ...]:
    """The guarded totals that got worse by more than is allowed.

    Without a tolerance a loss counts where it is beyond noise: the 95% interval of the paired
    difference lies wholly on the worse side, so that questions drawn anew would very likely
    show it too. With a tolerance (a share in [0, 1]; 0.02 is two points of a percentage) every
    larger loss counts, noise or not; 0 allows none. Guarded are the shares of what people see:
    correct, coverage, citation precision and recall, right and wrong abstention. Raises
    DatasetError where the tolerance is not in [0, 1].
    """
    if tolerance is not None and not 0 <= tolerance <= 1:
        raise DatasetError(f"the tolerance {tolerance} is not a share; give one from 0 to 1")
    return tuple(
        difference
        for difference in comparison.differences
        if difference.metric.guarded
        and difference.loss > (tolerance or 0)
        and (tolerance is not None or difference.is_beyond_noise)
    )


def regressed(comparison: Comparison, tolerance: float | None = None) -> bool:
    """Whether any guarded total got worse by more than ``regressions`` allows."""
    return bool(regressions(comparison, tolerance))


def _differences(earlier: Mapping[str, Scores], after: Run) -> tuple[Difference, ...]:
    found = []
    for metric in METRICS:
        scored = [
            scores
            for scores in after.questions
            if metric.name in scores.values and metric.name in earlier[scores.id].values
        ]
        new = [scores.values[metric.name] for scores in scored]
        old = [earlier[scores.id].values[metric.name] for scores in scored]
        change = paired_difference(old, new, metric.statistic)
        if change is not None:
            centres = centre(old, metric.statistic), centre(new, metric.statistic)
            found.append(Difference(metric, *centres, change))
    return tuple(found)


def _change(before: Scores, after: Scores) -> QuestionChange | None:
    what: list[str] = []
    direction: Direction = "changed"
    for name in ("coverage", "correct"):
        old, new = before.values.get(name, 0.0), after.values.get(name, 0.0)
        if old != new:
            direction = "better" if new > old else "worse"
            what.insert(0, _said(name, old, new))
    if before.abstained != after.abstained:
        if not after.answerable:
            direction = "better" if after.abstained else "worse"
        what.append("now abstains" if after.abstained else "no longer abstains")
    if not what:
        return None
    return QuestionChange(after.id, after.kind, after.question, direction, tuple(what))


def _said(name: str, old: float, new: float) -> str:
    if name == "correct":
        return "now right" if new else "no longer right"
    return f"coverage {old:.0%} to {new:.0%}"
