"""Confidence against what came of it: the reliability diagram and its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from eval.page import Html, join, scrolled, tag
from eval.stats import Bin, calibration_error, share_interval

_SIZE: Final = 260.0
_LEFT: Final = 44.0
_TOP: Final = 12.0
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def calibration_html(bins: Sequence[Bin]) -> Html:
    """The diagram, and for each bin its counts; confidence is that the report answers."""
    names = ("Confidence", "Questions", "Mean confidence", "Report answers", "Answered right")
    head = tag("tr", *(tag("th", name) for name in names))
    rows = [
        tag(
            "tr",
            tag("th", f"{one.low:.1f} to {one.high:.1f}"),
            tag("td", str(one.n)),
            tag("td", f"{one.confidence:.2f}"),
            tag("td", _of(one.answerable, one.n)),
            tag("td", _of(one.right, one.n)),
        )
        for one in bins
    ]
    total = sum(one.n for one in bins)
    note = (
        "Confidence is the probability that the report answers the question: it can be believed "
        "where the share that the report answers is near it, on the dashed line. Upright bars: "
        "95% intervals of the share (Wilson). Below: how many questions are in each bin. Expected "
        f"calibration error, ten bins, {total} questions: {calibration_error(bins):.3f}."
    )
    return tag(
        "section",
        tag("h2", "Confidence against what came of it"),
        _diagram(bins),
        scrolled(head, rows),
        tag("p", note, class_="quiet small"),
    )


def _of(count: int, n: int) -> Html:
    return join(str(count), tag("small", f"{count / n:.0%}"))


def _diagram(bins: Sequence[Bin]) -> Html:
    width, height = _LEFT + _SIZE + 16, _TOP + _SIZE + 52
    return tag(
        "svg",
        *_axes(),
        _line("ideal", 0, 0, 1, 1),
        *(mark for one in bins for mark in _marks(one)),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        class_="diagram",
        role="img",
        aria_label="Reliability diagram: share that the report answers against confidence",
    )


def _axes() -> Iterator[Html]:
    for tick in _TICKS:
        yield _line("axis", tick, 0, tick, 1)
        yield _line("axis", 0, tick, 1, tick)
        yield _text(f"{tick:g}", _x(tick), _y(0) + 30, "middle")
        yield _text(f"{tick:g}", _LEFT - 6, _y(tick) + 4, "end")
    yield _text("confidence", _x(0.5), _y(0) + 46, "middle")
    yield _text("report answers", _LEFT + 4, _TOP + 12, "start")


def _marks(one: Bin) -> Iterator[Html]:
    low, high = share_interval(one.answerable, one.n)
    yield _line("spread", one.confidence, low, one.confidence, high)
    yield tag(
        "circle",
        cx=f"{_x(one.confidence):.1f}",
        cy=f"{_y(one.answerable / one.n):.1f}",
        r="5",
    )
    yield _text(str(one.n), _x((one.low + one.high) / 2), _y(0) + 14, "middle")


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> Html:
    ends = {"x1": _x(x1), "y1": _y(y1), "x2": _x(x2), "y2": _y(y2)}
    return tag("line", class_=name, **{end: f"{value:.1f}" for end, value in ends.items()})


def _text(text: str, x: float, y: float, anchor: str) -> Html:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)


def _x(share: float) -> float:
    return _LEFT + _SIZE * share


def _y(share: float) -> float:
    return _TOP + _SIZE * (1 - share)
