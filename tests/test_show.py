"""Answers in notebooks and in what people paste."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pages import Page

from index.parse import read_report
from index.types import Document
from rag.cite import answer_text, cite, source_of
from rag.show import answer_html, answer_markdown, answer_plain, escape, escape_markdown, reference
from rag.types import Answer, Nearest, Part

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://example.org/x.png) [y](javascript:alert(1))",
    "1. one\n- two\n# three\n    four | `five` **six** ~~seven~~ <b>",
    "www.example.org https://example.org a@example.org &amp; &#60;b&#62;",
    '"\' onmouseover="alert(1)',
    "\0\r\n\ud800‮😀${value}{{this}}",
)


@pytest.fixture(scope="module")
def report(report_path: Path) -> Document:
    return read_report(report_path)


@pytest.fixture(scope="module")
def listed(report: Document) -> Answer:
    """The two bullets under "The force also should:", as an answer."""
    units = [u for u in report.units if u.lead_in and report.quote(u.lead_in) == _ALSO][:2]
    citations = tuple(cite(report, unit, n) for n, unit in enumerate(units, start=1))
    parts = (
        Part("lead_in", _ALSO),
        *(Part("bullet", citation.quote, (citation.marker,)) for citation in citations),
    )
    return Answer(
        question="What else should it do?",
        understood="What else should the force do?",
        text=answer_text(parts),
        parts=parts,
        abstained=False,
        confidence=0.95,
        citations=citations,
        missing=("else",),
        sources=(source_of(report),),
    )


_ALSO = "The force also should:"
_SECTION = (
    "Questions for Effectiveness › How effective is the force at preventing crime, tackling "
    "anti-social behaviour and keeping people safe?"
)
_FIRST = "understand the impact of redeploying neighbourhood staff to react to incidents"
_SECOND = "work more closely with its transient population."


def absent(text: str) -> Answer:
    """An answer that holds a text everywhere that a text can stand."""
    near = Nearest(text, text, 3, 0, len(text), text, 0.4)
    return Answer(text, text, text, (Part("note", text),), True, 0.1, (), (near,), (text,))


def test_reference_names_title_section_date_publisher_and_licence(
    report: Document, listed: Answer
) -> None:
    assert reference(listed.citations[0], report) == (
        f"“{_ALSO}” … “{_FIRST}”\n— City of London PEEL 2017. {_SECTION}. "
        "Last updated 22/03/2018. HMICFRS. Crown copyright, Open Government Licence v3.0. "
        "https://hmicfrs.justiceinspectorates.gov.uk/peel-assessments/peel-2017/city-of-london/"
        "effectiveness/"
    )


def test_reference_to_a_page(report: Document) -> None:
    near = Nearest(report.document_id, "Findings", 12, 0, 15, "Skip to content", 0.4)
    assert reference(near, Document("d", "T", "s", "", "", (), (), ())) == (
        "“Skip to content”\n— T. Findings, p. 12"
    )


def test_plain_text_holds_answer_and_sources(listed: Answer) -> None:
    title = "City of London PEEL 2017"
    assert answer_plain(listed) == (
        "What else should it do?\n\n"
        f"{_ALSO}\n\n- {_FIRST} [1]\n- {_SECOND} [2]\n\n"
        "Not mentioned in the report: else.\n\nSources\n\n"
        f"- [1] “{_ALSO}” … “{_FIRST}” — {title} › {_SECTION}\n"
        f"- [2] “{_ALSO}” … “{_SECOND}” — {title} › {_SECTION}\n"
    )


def test_markdown_shows_list_markers_and_sources(listed: Answer) -> None:
    tokens = _inline(MarkdownIt().parse(answer_markdown(listed)))
    texts = ["".join(part.content for part in token.children or []) for token in tokens]
    assert texts[:4] == ["What else should it do?", _ALSO, f"{_FIRST} [1]", f"{_SECOND} [2]"]
    assert texts[4:6] == ["Not mentioned in the report: else.", "Sources"]
    assert len(texts) == 8


def test_notebook_html(listed: Answer) -> None:
    page = Page(answer_html(listed))
    assert [element.text for element in page.find("sup")] == ["[1]", "[2]"]
    assert "Understood as: What else should the force do?" in page.text
    assert "Confidence: high" in page.text
    details = page.find("details")
    assert ["open" in element.attributes for element in details] == [True]
    assert [element.text for element in details[0].inside if element.tag == "li"] == [
        f"“{_ALSO}” … “{_FIRST}”City of London PEEL 2017 › {_SECTION}",
        f"“{_ALSO}” … “{_SECOND}”City of London PEEL 2017 › {_SECTION}",
    ]
    assert "Not mentioned in the report: else." in page.text


def test_notebook_html_of_an_absence() -> None:
    page = Page(answer_html(absent("drones")))
    assert "Not mentioned in the report: drones." in page.text
    assert "Nearest passages“drones”drones › drones, p. 3Confidence: low" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_a_notebook(text: str) -> None:
    page = Page(answer_html(absent(text)))
    assert page.tags <= {
        "div",
        "p",
        "strong",
        "small",
        "em",
        "details",
        "summary",
        "ol",
        "li",
        "br",
    }
    assert page.handlers == []
    assert {name for element in page.elements for name in element.attributes} <= {"style", "value"}


@given(st.text())
@example("".join(HOSTILE))
def test_escape_keeps_every_character_in_its_place(text: str) -> None:
    shown = Page(f'<p title="{escape(text)}">{escape(text)}</p>')
    expected = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    assert shown.text == expected
    assert len(shown.text) == len(text)
    assert shown.tags == {"p"}
    assert shown.elements[0].attributes == {"title": expected}


@given(st.text())
@example(HOSTILE[0])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[4])
@example("1. one")
@example("12) one")
@example("+ one")
@example("--- \\ \\\\*")
@example("=")
def test_markdown_escaping_shows_the_text_and_no_markup(text: str) -> None:
    line = " ".join(text.encode("utf-8", "replace").decode().replace("\0", "\ufffd").split())
    tokens = MarkdownIt("js-default", {"linkify": False}).parse(escape_markdown(text))
    shown = [token for token in tokens if token.type not in ("paragraph_open", "paragraph_close")]
    assert [token.type for token in shown] == (["inline"] if line else [])
    parts = [part for token in shown for part in token.children or []]
    assert {part.type for part in parts} <= {"text", "text_special"}
    assert "".join(part.content for part in parts) == line


def _inline(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.type == "inline"]


def test_an_answer_of_chosen_reports_says_which(listed: Answer) -> None:
    (source,) = listed.sources
    one = replace(
        listed,
        sources=(replace(source, title="A <title>"),),
        asked_of=(source.document, "other"),
    )
    assert "\nAsked of A <title>; other\n" in answer_plain(one)
    assert "Asked of A \\<title\\>; other" in answer_markdown(one)
    assert "<small>Asked of A &lt;title&gt;; other</small>" in answer_html(one)
    assert "\nAsked of 4 reports\n" in answer_plain(replace(listed, asked_of=tuple("abcd")))
    assert "Asked of" not in answer_plain(listed)
