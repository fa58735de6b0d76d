"""A conversation as Markdown, web page, JSON and table: what it holds, and what stays inert."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pages import Page
from test_show import HOSTILE, absent

from index.errors import AnswerError
from index.parse import read_report
from index.types import Document
from rag.cite import answer_text, cite, source_of
from rag.export import (
    EXPORT_FORMATS,
    conversation_json,
    export,
    quotes_csv,
    read_answers,
    verify_all,
)
from rag.export_html import conversation_html
from rag.show import answer_with_references, web_address
from rag.types import Answer, Nearest, Part

ADDRESS = "https://reports.example.org/city?year=2017&x=1"
SECTION = (
    "Questions for Effectiveness › How effective is the force at preventing crime, tackling "
    "anti-social behaviour and keeping people safe?"
)
ALSO = "The force also should:"


@pytest.fixture(scope="module")
def report(report_path: Path) -> Document:
    found = read_report(report_path)
    return replace(found, metadata={**found.metadata, "source_url": ADDRESS})


@pytest.fixture(scope="module")
def documents(report: Document) -> dict[str, Document]:
    return {report.document_id: report}


@pytest.fixture(scope="module")
def answers(report: Document) -> tuple[Answer, Answer]:
    """Two bullets under their lead-in, and a question that the report does not answer."""
    units = [u for u in report.units if u.lead_in and report.quote(u.lead_in) == ALSO][:2]
    citations = tuple(cite(report, unit, n) for n, unit in enumerate(units, start=1))
    parts = (Part("lead_in", ALSO), *(Part("bullet", c.quote, (c.marker,)) for c in citations))
    first = Answer(
        question="What else should it do?",
        understood="What else should the force do?",
        text=answer_text(parts),
        parts=parts,
        abstained=False,
        confidence=0.95,
        citations=citations,
        sources=(source_of(report),),
    )
    unit = units[0]
    near = Nearest(report.document_id, SECTION, None, unit.start, unit.end, report.quote(unit), 0.2)
    notes = (Part("note", "The report does not say."),)
    second = Answer(
        question="Who won the cup?",
        understood="Who won the cup?",
        text=answer_text(notes),
        parts=notes,
        abstained=True,
        confidence=0.02,
        nearest=(near,),
        missing=("cup",),
        sources=(source_of(report),),
    )
    return first, second


def test_the_same_answers_give_the_same_files_with_safe_names(
    answers: tuple[Answer, Answer], documents: dict[str, Document]
) -> None:
    files = [export(answers, documents, to) for to in EXPORT_FORMATS]
    assert [file.name for file in files] == [
        f"what-else-should-it-do.{suffix}" for suffix in ("md", "html", "json", "csv")
    ]
    assert files == [export(answers, documents, to) for to in EXPORT_FORMATS]
    odd = replace(answers[0], question="../../etc/\0 <b>ß" + "x" * 500)
    assert export([odd], documents, "csv").name == f"etc-b-{'x' * 54}.csv"
    assert export([replace(odd, question="…")], documents, "json").name == "conversation.json"


@pytest.mark.parametrize("to", EXPORT_FORMATS)
def test_nothing_is_exported_of_no_answers(to: str, documents: dict[str, Document]) -> None:
    with pytest.raises(AnswerError, match="no answer to export; ask a question first"):
        export([], documents, to)


def test_json_is_read_back_and_proven(
    answers: tuple[Answer, Answer], documents: dict[str, Document]
) -> None:
    data = json.loads(export(answers, documents, "json").data)
    assert read_answers(data) == answers
    assert read_answers(answers[1].to_dict()) == answers[1:]
    assert verify_all(answers, lambda _: documents) == []


def test_a_forged_answer_of_a_conversation_is_named(
    answers: tuple[Answer, Answer], documents: dict[str, Document]
) -> None:
    near = replace(answers[1].nearest[0], quote="The force is perfect.")
    faults = verify_all((answers[0], replace(answers[1], nearest=(near,))), lambda _: documents)
    assert len(faults) == 1
    assert faults[0].startswith("answer 2: nearest passage: city-of-london-peel-2017 does not say")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "not an answer"),
        ({"conversation": 2, "answers": []}, "has the format 2, and 1 is read"),
        ({"conversation": 1}, "has no 'answers'"),
        ({"conversation": 1, "answers": []}, "has no 'answers'"),
        ({"conversation": 1, "answers": [{}]}, "answer 1: this is not an answer"),
    ],
)
def test_what_is_no_conversation_is_refused(data: object, message: str) -> None:
    with pytest.raises(AnswerError, match=message):
        read_answers(data)


@given(text=st.text(max_size=30))
@example(text="\ud800\0\u2028")
def test_json_keeps_any_text(text: str) -> None:
    written = conversation_json([absent(text)]).encode()
    assert read_answers(json.loads(written)) == (absent(text),)


def test_every_marker_of_the_page_leads_to_its_quote_and_back(
    answers: tuple[Answer, Answer], documents: dict[str, Document], report: Document
) -> None:
    page = Page(conversation_html(answers, documents))
    places = {item.attributes["id"]: item for item in page.having("id")}
    links = [item.attributes["href"] for item in page.find("a")]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert inside == ["quote-1-1", "quote-1-2", "marker-1-1", "marker-1-2"]
    assert set(inside) < set(places)
    first = answers[0].citations[0]
    quote = places["quote-1-1"]
    assert quote.attributes["value"] == "1"
    assert [item.text for item in quote.inside if item.tag == "blockquote"] == [
        f"{ALSO}{first.quote}"
    ]
    (said,) = (item.text for item in quote.inside if "quiet" in item.classes)
    assert said == (
        f"City of London PEEL 2017 › {SECTION} · Last updated 22/03/2018 · "
        f"characters {first.start}–{first.end} · the report · ↑"
    )
    assert report.text[first.start : first.end] == first.quote
    assert [link for link in links if not link.startswith("#")] == [ADDRESS] * 4
    assert report.sha256 in page.text
    assert "Understood as: What else should the force do?" in page.text
    assert "Not mentioned in the report: cup." in page.text


def test_the_page_runs_nothing_and_fetches_nothing(
    answers: tuple[Answer, Answer], documents: dict[str, Document]
) -> None:
    html = conversation_html(answers, documents)
    page = Page(html)
    assert not page.tags & {"script", "img", "iframe", "link", "object", "form"}
    (policy,) = [item.attributes["content"] for item in page.having("http-equiv")]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str, report: Document) -> None:
    hostile = replace(
        report,
        document_id=text,
        title=text,
        sha256="0",
        metadata=dict.fromkeys(("published", "publisher", "licence", "source_url"), text),
    )
    usual = Page(conversation_html([absent("x")], {"x": replace(hostile, title="x", metadata={})}))
    page = Page(conversation_html([absent(text)], {text: hostile}))
    assert page.tags <= usual.tags
    assert page.handlers == []
    assert not [item for item in page.find("a") if "javascript" in item.attributes["href"].lower()]
    markdown = export([absent(text)], {text: hostile}, "markdown").data.decode()
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    kinds = {child.type for token in tokens for child in token.children or []}
    assert kinds <= {"text", "softbreak", "strong_open", "strong_close", "code_inline"}


@pytest.mark.parametrize(
    ("address", "sound"),
    [
        (ADDRESS, True),
        ("http://127.0.0.1:80/a_b~c[1]", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[1", False),
        ("https://example.org/ a", False),
        ("https://example.org/<b>", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_only_sound_addresses_are_links(report: Document, address: str, sound: bool) -> None:
    found = web_address(replace(report, metadata={"source_url": address}))
    assert found == (address if sound else None)


def test_markdown_ends_with_the_reports(
    answers: tuple[Answer, Answer], documents: dict[str, Document], report: Document
) -> None:
    text = export(answers, documents, "markdown").data.decode()
    assert text.index("**What else should it do?**") < text.index("**Who won the cup?**")
    assert text.endswith(
        "**Reports**\n\n- City of London PEEL 2017. Last updated 22/03/2018. HMICFRS. "
        f"Crown copyright, Open Government Licence v3.0. <{ADDRESS}>. "
        f"SHA-256 `{report.sha256}`\n"
    )


def test_the_table_is_rfc_4180_with_a_row_a_quote(
    answers: tuple[Answer, Answer], documents: dict[str, Document], report: Document
) -> None:
    data = export(answers, documents, "csv").data
    assert data.startswith(b"\xef\xbb\xbfanswer,question,marker,quote,lead_in,report,document,")
    assert data.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [(row["answer"], row["marker"]) for row in rows] == [("1", "1"), ("1", "2")]
    for row, citation in zip(rows, answers[0].citations, strict=True):
        assert report.text[int(row["start"]) : int(row["end"])] == row["quote"] == citation.quote
        assert row["lead_in"] == ALSO
        assert row["section"] == SECTION
        assert row["page"] == ""
        assert row["published"] == "Last updated 22/03/2018"
        assert row["sha256"] == report.sha256


_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@given(text=st.text(max_size=20))
@example(text="=1+1")
@example(text=" =cmd|' /C calc'!A0")
@example(text="'=1")
@example(text='a,"b"\r\nc')
@example(text="\ud800")
@example(text="\xa0@SUM(A1)")
def test_no_cell_can_be_a_formula_and_all_words_come_back(text: str) -> None:
    asked = replace(_cited(), question=text)
    table = quotes_csv([asked], {})
    ((_, cell, *_),) = list(csv.reader(io.StringIO(table, newline="")))[1:]
    assert not cell.startswith(_DANGEROUS)
    assert not cell.lstrip().startswith(_DANGEROUS)
    plain = text.encode("utf-8", "replace").decode()
    assert (cell[1:] if cell.startswith("'") else cell) == plain


def _cited() -> Answer:
    from rag.types import Citation

    citation = Citation(1, "d", "s", 2, 0, 1, "q", None, True)
    return Answer("q", "q", "q [1]", (Part("sentence", "q", (1,)),), False, 1.0, (citation,))


def test_an_answer_is_copied_with_its_references(
    answers: tuple[Answer, Answer], documents: dict[str, Document]
) -> None:
    text = answer_with_references(answers[0], documents)
    assert text.startswith("What else should it do?\n\nThe force also should:\n\n- understand")
    assert text.endswith(
        f" › {SECTION}\n\nCity of London PEEL 2017. Last updated 22/03/2018. HMICFRS. "
        f"Crown copyright, Open Government Licence v3.0. {ADDRESS}\n"
    )
