"""A run as a page to read: totals, kinds, confidence, and every question with its gold."""

from __future__ import annotations

from collections import Counter
from typing import Final

from eval.html_calibration import calibration_html
from eval.html_question import question_html
from eval.metrics import METRICS, Metric
from eval.outcome import (
    CAUSES,
    GAVE_UP,
    MADE_UP,
    OUTCOMES,
    PARTLY,
    RIGHT,
    WRONG,
    Outcome,
    cause,
    outcome,
)
from eval.page import Html, page, scrolled, tag
from eval.stats import Estimate, reliability
from eval.types import HELD_OUT, Evaluation

_FILTERS: Final[tuple[tuple[str, tuple[Outcome, ...]], ...]] = (
    ("All", OUTCOMES),
    ("Missed", (PARTLY, WRONG, GAVE_UP)),
    ("Abstained wrongly", (GAVE_UP,)),
    ("Should have abstained", (MADE_UP,)),
)


def report_html(run: Evaluation) -> str:
    """The whole page, self-contained; all text of questions, reports and answers is escaped."""
    title = f"Evaluation: {run.set_name or 'question set'}"
    bins = reliability(
        [result.answer.confidence for result in run.results],
        [outcome(result) is RIGHT for result in run.results],
        [result.question.answerable for result in run.results],
    )
    return page(
        title,
        _header(title, run),
        _totals(run),
        _kinds(run),
        calibration_html(bins),
        _causes(run),
        _all(run),
    )


def _header(title: str, run: Evaluation) -> Html:
    facts = (
        ("Set", f"{len(run.questions)} questions, SHA-256 {run.set_sha256[:16]}"),
        ("Model", run.model),
        ("Fingerprint", run.fingerprint[:16]),
    )
    lines = [
        tag("span", f"{name} ", tag("code", value), " · ", class_="small")
        for name, value in facts
        if value
    ]
    speed = f"an answer in {_time(run.latency(0.5))} (median), {_time(run.latency(0.95))} (p95)"
    return tag(
        "header",
        tag("h1", title),
        tag("p", *lines, tag("span", speed, class_="small"), class_="quiet"),
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _totals(run: Evaluation) -> Html:
    cards = [
        _card(metric, run.totals[metric.name]) for metric in METRICS if metric.name in run.totals
    ]
    note = "Small figures and bars: the 95% interval, by bootstrap over questions."
    return tag(
        "section",
        tag("h2", "Totals"),
        tag("div", *cards, class_="cards"),
        tag("p", note, class_="quiet small"),
    )


def _card(metric: Metric, total: Estimate) -> Html:
    interval = f"{metric.shown(total.low)} to {metric.shown(total.high)}, n = {total.n}"
    top = max(1.0, total.high)
    left, right, middle = (100 * value / top for value in (total.low, total.high, total.value))
    track = tag(
        "span",
        tag("i", style=f"left:{left:.1f}%;right:{100 - right:.1f}%"),
        tag("b", style=f"left:{middle:.1f}%"),
        class_="track",
    )
    return tag(
        "div",
        tag("div", metric.label, class_="name"),
        tag("div", metric.shown(total.value), class_="value"),
        tag("div", interval, class_="interval"),
        track,
        tag("p", metric.meaning),
        class_="card",
    )


def _kinds(run: Evaluation) -> Html:
    columns = [metric for metric in METRICS if metric.name in run.totals]
    head = tag("tr", tag("th", "Kind"), tag("th", "n"), *(tag("th", m.label) for m in columns))
    rows = [
        tag(
            "tr",
            tag("th", kind.replace("_", " ")),
            tag("td", str(_number_of(kind, run))),
            *(_cell(metric, estimates.get(metric.name)) for metric in columns),
        )
        for kind, estimates in (run.by_kind | run.by_part).items()
    ]
    note = tag("p", "Shares in per cent.", class_="quiet small")
    return tag("section", tag("h2", "By kind"), scrolled(head, rows), note)


def _number_of(name: str, run: Evaluation) -> int:
    """The questions of a kind, or of a part of the set."""
    if name in run.by_part:
        return sum(result.question.held_out == (name == HELD_OUT) for result in run.results)
    return sum(scores.kind == name for scores in run.questions)


def _cell(metric: Metric, total: Estimate | None) -> Html:
    if total is None:
        return tag("td", "–", class_="quiet")
    interval = tag("small", f"{_short(metric, total.low)}–{_short(metric, total.high)}")
    value = _short(metric, total.value)
    if metric.unit != "share":
        return tag("td", value, interval)
    tone = "good" if metric.better == "higher" else "bad"
    return tag("td", value, interval, class_=tone, style=f"--share:{total.value:.0%}")


def _short(metric: Metric, value: float) -> str:
    return f"{100 * value:.0f}" if metric.unit == "share" else f"{value:.2f}"


def _causes(run: Evaluation) -> Html:
    counted = Counter(found.name for result in run.results if (found := cause(result)))
    if not counted:
        return Html()
    head = tag(
        "tr", tag("th", "Cause"), tag("th", "Questions"), tag("th", "Meaning", class_="meaning")
    )
    rows = [
        tag(
            "tr",
            tag("th", name),
            tag("td", str(counted[name])),
            tag("td", meaning, class_="meaning"),
        )
        for name, meaning in CAUSES.items()
        if counted[name]
    ]
    return tag("section", tag("h2", "Why questions were missed"), scrolled(head, rows))


def _all(run: Evaluation) -> Html:
    found = [outcome(result) for result in run.results]
    buttons = [
        tag(
            "button",
            f"{label} {sum(item in outcomes for item in found)}",
            type="button",
            data_shows=" ".join(item.name for item in outcomes),
            aria_pressed="true" if label == "All" else "false",
        )
        for label, outcomes in _FILTERS
    ]
    opener = tag("button", "Open or close all", type="button", class_="open")
    return tag(
        "section",
        tag("h2", "Questions"),
        tag("div", *buttons, opener, class_="filters"),
        *(question_html(result) for result in run.results),
    )
