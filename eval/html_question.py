"""A question of a run as a part of a page: what was asked and answered, beside its gold."""

from __future__ import annotations

from collections.abc import Sequence

from eval import metrics
from eval.outcome import cause, outcome
from eval.page import Html, join, tag
from eval.types import GoldResult, Result
from rag.types import Answer, Citation


def question_html(result: Result) -> Html:
    """A question to unfold: what was asked and answered, beside the gold."""
    came = outcome(result)
    values = result.scores.values
    figures = (
        f"covered {values['coverage']:.0%} · precision {values['citation_precision']:.0%} · "
        f"recall {values['citation_recall']:.0%}"
        if result.question.answerable
        else f"confidence {result.answer.confidence:.2f}"
    )
    kind = result.question.kind.replace("_", " ")
    summary = tag(
        "summary",
        tag("span", came.label, class_=f"chip {came.tone}"),
        tag("span", result.question.question, class_="asked words"),
        tag("span", f"{figures} · {kind} · {result.question.id}", class_="figures"),
    )
    body = tag("div", _answered(result), _expected(result), class_="body")
    return tag(
        "details", summary, body, class_="question", data_outcome=came.name, id=result.question.id
    )


def _answered(result: Result) -> Html:
    answer = result.answer
    asked = [
        tag("p", tag("span", f"{number}. ", class_="quiet"), tag("span", line, class_="words"))
        for number, line in enumerate(result.question.history, start=1)
    ]
    understood = tag("p", answer.understood, class_="words")
    cited = [
        _citation(citation, share)
        for citation, share in zip(answer.citations, result.precisions, strict=True)
    ]
    needed = result.trace.limits.confidence
    sure = f"{answer.confidence:.2f} ({answer.confidence_word}); an answer needs {needed:.2f}"
    why = cause(result)
    return tag(
        "div",
        _titled("Why it was missed", [tag("p", str(why), class_="words")] if why else []),
        _titled("Asked before", asked),
        _titled("Understood as", [understood] if answer.understood != answer.question else []),
        _titled("Answer", _parts(answer)),
        _titled("Cited", cited),
        _titled("Nearest passages", _nearest(answer) if answer.abstained else []),
        _titled("Confidence", [tag("p", sure)]),
    )


def _titled(title: str, content: Sequence[str]) -> Html:
    return join(tag("h3", title), *content) if content else Html()


def _parts(answer: Answer) -> list[Html]:
    if not answer.parts:
        return [tag("p", answer.text, class_="words")]
    return [
        tag(
            "p",
            tag("span", part.text, class_="words"),
            *(tag("sup", f"[{marker}]") for marker in part.markers),
            class_=f"part {part.kind}",
        )
        for part in answer.parts
    ]


def _citation(citation: Citation, share: float) -> Html:
    tone = "good" if share == 1 else "mid" if share else "bad"
    place = _place(citation.section, citation.page)
    doubt = "" if citation.verified else " · not compared with the report"
    word = {"good": "", "mid": f" · {share:.0%} of it touched by gold", "bad": " · not gold"}[tone]
    lead_in = f"{citation.lead_in.quote} " if citation.lead_in else ""
    return tag(
        "div",
        tag(
            "div",
            f"[{citation.marker}] ",
            tag("span", lead_in, class_="words quiet"),
            tag("span", citation.quote, class_="words"),
        ),
        tag("div", f"{place}{word}{doubt}", class_="quiet small"),
        class_=f"quote {tone}",
    )


def _nearest(answer: Answer) -> list[Html]:
    return [
        tag(
            "div",
            tag("div", near.quote, class_="words"),
            tag(
                "div",
                f"{_place(near.section, near.page)} · score {near.score:.2f}",
                class_="quiet small",
            ),
            class_="quote",
        )
        for near in answer.nearest
    ]


def _place(section: str, page_number: int | None) -> str:
    return section if page_number is None else f"{section}, p. {page_number}"


def _expected(result: Result) -> Html:
    question = result.question
    if not question.answerable:
        gold = [tag("p", "The report does not say: abstain.")]
    else:
        gold = [_gold(span) for span in result.gold]
    groups = [
        _chip(" / ".join(group), metrics.holds(result.answer.text, group), "found", "missing")
        for group in question.required
    ]
    forbidden = [
        _chip(text, not metrics.holds(result.answer.text, [text]), "not said", "said")
        for text in question.forbidden
    ]
    alternatives = [tag("div", text, class_="quote words") for text in question.alt_spans]
    return tag(
        "div",
        _titled("Gold, what was cited of it and what was missed", gold),
        _titled("As good to cite", alternatives),
        _titled("Required", groups),
        _titled("Forbidden", forbidden),
    )


def _gold(gold: GoldResult) -> Html:
    pieces = [
        tag("mark", piece.text, class_="words" if piece.cited else "words missed")
        for piece in gold.pieces
    ]
    retrieved = f"retrieved at rank {gold.rank}" if gold.rank else "not retrieved whole"
    read = f"read at rank {gold.unit.rank}" if gold.unit else "not read"
    cited = [piece.cited for piece in gold.pieces]
    tone = "good" if gold.is_cited else "mid" if any(cited) else "bad"
    return tag(
        "div",
        tag("div", *pieces),
        tag("div", f"{gold.section} · {retrieved} · {read}", class_="quiet small"),
        class_=f"quote {tone}",
    )


def _chip(text: str, well: bool, good: str, bad: str) -> Html:
    word, tone = (good, "good") if well else (bad, "bad")
    return tag("span", f"{word}: ", tag("span", text, class_="words"), class_=f"chip plain {tone}")
