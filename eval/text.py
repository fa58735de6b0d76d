"""Runs and comparisons as plain text, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from eval.compare import Comparison, Difference, Direction, QuestionChange
from eval.metrics import METRICS, Metric
from eval.stats import Estimate
from eval.types import Run

_WIDTH: Final = 100
_DIRECTIONS: Final[tuple[Direction, ...]] = ("worse", "better", "changed")


def run_text(run: Run) -> str:
    """A run's totals with their intervals and its latency, a line each.

    Where questions are held out, their totals and those of the others stand beside.
    """
    columns = [("", run.totals), *run.by_part.items()]
    rows = [("", *(cell for name, _ in columns for cell in (name, "95% interval", "n")))]
    for metric in METRICS:
        if metric.name in run.totals:
            rows.append((metric.label, *(c for _, part in columns for c in _cells(metric, part))))
    speed = f"Latency: p50 {1000 * run.latency(0.5):.0f} ms, p95 {1000 * run.latency(0.95):.0f} ms"
    return "\n".join([*_table(rows), speed])


def comparison_text(comparison: Comparison) -> str:
    """The totals of both runs with their differences, then the questions that changed."""
    before, after = comparison.before, comparison.after
    lines = [
        _plain(f"Before: {before.model} {before.fingerprint[:16]}"),
        _plain(f"After:  {after.model} {after.fingerprint[:16]}"),
        "",
        *_table(
            [
                ("", "before", "after", "change", "95% interval", ""),
                *(_row(difference) for difference in comparison.differences),
            ]
        ),
    ]
    for direction in _DIRECTIONS:
        changes = [change for change in comparison.changes if change.direction == direction]
        if changes:
            lines += ["", f"{direction.capitalize()}: {_count(len(changes))}"]
            lines += [_line(change) for change in changes]
    if not comparison.changes:
        lines += ["", "No question came out differently."]
    return "\n".join(lines)


def _cells(metric: Metric, totals: Mapping[str, Estimate]) -> tuple[str, str, str]:
    total = totals.get(metric.name)
    if total is None:
        return "", "", ""
    interval = f"{metric.shown(total.low)} to {metric.shown(total.high)}"
    return metric.shown(total.value), interval, str(total.n)


def _row(difference: Difference) -> tuple[str, ...]:
    metric, change = difference.metric, difference.change
    interval = f"{metric.shown_change(change.low)} to {metric.shown_change(change.high)}"
    return (
        metric.label,
        metric.shown(difference.before),
        metric.shown(difference.after),
        metric.shown_change(change.value),
        interval,
        _verdict(difference),
    )


def _verdict(difference: Difference) -> str:
    if not difference.is_beyond_noise or difference.loss == 0:
        return ""
    return "worse" if difference.loss > 0 else "better"


def _line(change: QuestionChange) -> str:
    line = _plain(f"  {change.id} {change.kind}: {', '.join(change.what)}: {change.question}")
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def _plain(text: str) -> str:
    """The text without what a terminal would obey: questions and names are not trusted."""
    return "".join(character if character.isprintable() else " " for character in text)


def _count(n: int) -> str:
    return "1 question" if n == 1 else f"{n} questions"
