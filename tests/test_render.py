"""The report pane and the conversation as HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pages import Element, Page

from index.parse import read_report
from index.parse.text import parse_text
from index.types import Document
from rag.cite import answer_text, cite, source_of
from rag.types import Answer, Nearest, Part, Quote
from ui.links import link
from ui.render import answer_html, conversation_html, pending_html, unanswered_html
from ui.report import report_html
from ui.start import start_html

PANE = {
    "div", "details", "summary", "nav", "ol", "ul", "li", "button", "article", "section", "p",
    "h2", "h3", "h4", "h5", "h6", "footer", "br", "label", "span", "select", "option", "input", "a",
}  # fmt: skip
CONVERSATION = {
    "section", "article", "header", "h2", "h3", "p", "q", "div", "span", "i", "ul", "ol", "a",
    "li", "button", "svg", "path", "b", "details", "summary", "blockquote", "footer", "dl", "dt",
    "dd", "form", "label", "textarea",
}  # fmt: skip
SOURCE = (
    "https://hmicfrs.justiceinspectorates.gov.uk/peel-assessments/peel-2017/city-of-london/"
    "effectiveness/"
)
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
PAYLOAD = '<script>alert(1)</script><img src=x onerror=alert(1)>"\' onfocus="alert(1) ${x} {{y}}'


@pytest.fixture(scope="module")
def report(report_path: Path) -> Document:
    return read_report(report_path)


@pytest.fixture(scope="module")
def pane(report: Document) -> Page:
    return Page(report_html(report, {report.document_id: report}))


def quoting(document: Document, *starts: str) -> Answer:
    """An answer made of the units that begin with these words."""
    units = [
        next(unit for unit in document.units if document.quote(unit).startswith(start))
        for start in starts
    ]
    citations = tuple(cite(document, unit, n) for n, unit in enumerate(units, start=1))
    parts = tuple(
        Part("bullet" if unit.kind == "bullet" else "sentence", citation.quote, (citation.marker,))
        for unit, citation in zip(units, citations, strict=True)
    )
    return Answer(
        "What?", "What?", answer_text(parts), parts, False, 0.8, citations,
        sources=(source_of(document),), timings={"read": 0.0214}, model="m",
    )  # fmt: skip


def shown(answer: Answer, *documents: Document) -> Page:
    """The answer as the third turn of a conversation."""
    return Page(answer_html(answer, 2, {document.document_id: document for document in documents}))


# --- the report pane ---


def test_every_block_holds_its_own_text_at_its_offsets(report: Document, pane: Page) -> None:
    found = [
        (element.text, int(element.attributes["data-start"]), int(element.attributes["data-end"]))
        for element in pane.having("data-start")
    ]
    assert found == [(report.quote(block), block.start, block.end) for block in report.blocks]


def test_headings_lists_and_date_are_typeset(report: Document, pane: Page) -> None:
    headings = [(e.tag, e.text) for tag in ("h2", "h3", "h4", "h5") for e in pane.find(tag)]
    assert sorted(headings) == sorted((f"h{s.level + 1}", s.title) for s in report.sections)
    lists = [e for e in pane.find("ul") if e.inside and e.inside[0].tag == "li"]
    assert [len(each.inside) for each in lists] == [len(v) for v in report.lists.values()]
    assert [element.text for element in pane.find(".date")] == ["Last updated 22/03/2018"]


def test_areas_for_improvement_are_set_off(pane: Page) -> None:
    headings = [each.inside[0].text for each in pane.find(".set-off")]
    assert headings == ["Areas for improvement", "Areas for improvement"]


def test_outline_leads_to_every_section(report: Document, pane: Page) -> None:
    targets = {e.attributes["id"]: e for e in pane.having("id")}
    entries = pane.having("data-goto")
    assert [entry.text for entry in entries] == [section.title for section in report.sections]
    assert all(entry.text in targets[entry.attributes["data-goto"]].text for entry in entries)


def test_provenance_stands_at_the_end(pane: Page) -> None:
    assert pane.find(".provenance")[0].text == (
        "HMICFRSCrown copyright, Open Government Licence v3.0 (opens in a new tab)"
        f"Source: {SOURCE} (opens in a new tab)"
    )
    assert [a.attributes["href"] for a in pane.find("a")] == [LICENCE, SOURCE]
    assert {a.attributes["rel"] for a in pane.find("a")} == {"noopener noreferrer"}


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "http:",
        "http://[",
        "x",
    ],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert link("<b>", address) == "&lt;b&gt;"


def test_the_pane_can_be_searched_and_asked_about(pane: Page) -> None:
    box = pane.find("input")[0]
    assert box.attributes["type"] == "search"
    assert [b.attributes["aria-label"] for b in pane.having("data-find")] == [
        "Previous match",
        "Next match",
    ]
    assert pane.having("data-pick")[0].text == "Ask about this"
    assert "{}" in pane.having("data-pick")[0].attributes["data-pick"]
    assert [e.text for e in pane.find(".marked")] == ["Areas for improvement"] * 2


def test_several_reports_can_be_chosen_from(report: Document, pane: Page) -> None:
    assert pane.find("select") == []
    other = replace(report, document_id='b"><b>', title="<b>B</b>")
    both = {report.document_id: report, other.document_id: other}
    options = Page(report_html(other, both)).find("option")
    assert [(o.attributes["value"], o.text, "selected" in o.attributes) for o in options] == [
        (report.document_id, report.title, False),
        ('b"><b>', "<b>B</b>", True),
    ]


def test_pages_are_named_where_the_report_has_pages() -> None:
    document = parse_text(
        "Title\n\n\nFirst heading\n\nOne sentence here.\n\f\nSecond heading\n\nAnother one.\n",
        document_id="d", source="d.txt",
    )  # fmt: skip
    assert {block.page for block in document.blocks} == {1, 2}
    pages = [e.text for e in Page(report_html(document, {})).find(".page")]
    assert pages[0] == "Page 1"
    assert pages[-1] == "Page 2"


_LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.sampled_from(
            ["", "  • a bullet", "The force should:", PAYLOAD, "Last updated 1/2/2003"]
        ),
    ),
    max_size=12,
).map(lambda lines: "\n".join(["A report", *lines]))


@given(_LINES)
@example(f"{PAYLOAD}\n\n\n{PAYLOAD}\n\nText with\0 a NUL and\r\nan old line end 😀.\n")
def test_any_report_is_shown_character_for_character(text: str) -> None:
    document = parse_text(text, document_id=PAYLOAD, source=PAYLOAD, metadata={"licence": PAYLOAD})
    page = Page(report_html(document, {"a": document, "b": document}))
    assert [element.text for element in page.having("data-start")] == [
        document.quote(block).replace("\0", "\ufffd") for block in document.blocks
    ]
    assert page.tags <= PANE
    assert page.handlers == []


# --- answers ---

PROGRESS = "Since our 2016 effectiveness inspection"
GOOD = "City of London Police is good at keeping"
GOOD_WHOLE = "City of London Police is good at keeping people safe and reducing crime."
SCHOOLS = "The force should review its process"
REDEPLOYING = "understand the impact of redeploying"


def test_markers_stand_behind_their_sentences(report: Document) -> None:
    page = shown(quoting(report, PROGRESS, GOOD), report)
    answer = page.find(".answer")[0]
    assert [e.text for e in answer.inside if e.tag == "p"] == [
        "Since our 2016 effectiveness inspection the force has made good progress in the areas "
        "HMICFRS identified as requiring improvement.1",
        "City of London Police is good at keeping people safe and reducing crime.2",
    ]


def test_a_marker_names_its_section_and_is_described_by_its_quote(report: Document) -> None:
    page = shown(quoting(report, PROGRESS), report)
    by_id = {element.attributes["id"]: element for element in page.having("id")}
    marker = next(e for e in page.find(".answer")[0].inside if e.tag == "button")
    assert marker.attributes["aria-label"] == (
        "Quote 1, How effective is the force at keeping people safe and reducing crime?: "
        "show in the report"
    )
    quote = by_id[marker.attributes["aria-describedby"]]
    assert quote.tag == "blockquote"
    assert quote.text.startswith(PROGRESS)


def test_a_reports_name_in_an_answer_is_not_the_report(report: Document) -> None:
    answer = quoting(report, "Last updated")
    answer = replace(answer, parts=(Part("report", report.title), *answer.parts))
    page = shown(answer, report)
    assert [each.text for each in page.find(".of-report")] == [report.title]
    assert page.find(".report") == []  # scripts know the report's pane by this class


def test_sources_carry_the_offsets_of_quote_and_lead_in(report: Document) -> None:
    source = shown(quoting(report, REDEPLOYING), report).find(".source")[0]
    at = source.attributes
    assert report.text[int(at["data-start"]) : int(at["data-end"])] == (
        "understand the impact of redeploying neighbourhood staff to react to incidents"
    )
    assert report.text[int(at["data-lead-start"]) : int(at["data-lead-end"])] == (
        "The force also should:"
    )
    assert at["data-document"] == report.document_id
    assert at["data-marker"] == "1"


def test_sources_stand_under_their_sections_and_are_open_where_few(report: Document) -> None:
    page = shown(quoting(report, PROGRESS, GOOD, SCHOOLS), report)
    details = page.find(".sources")[0]
    assert details.inside[0].text == "3 quotes from 2 sections"
    assert "open" in details.attributes
    assert [e.text for e in details.inside if e.tag == "h3"] == [
        "How effective is the force at keeping people safe and reducing crime?",
        "Questions for Effectiveness › How effective is the force at protecting those who are "
        "vulnerable from harm, and supporting victims? › Areas for improvement",
    ]
    many = quoting(report, PROGRESS, GOOD, SCHOOLS, REDEPLOYING)
    assert "open" not in shown(many, report).find(".sources")[0].attributes


def test_a_quote_can_be_copied_with_its_reference(report: Document) -> None:
    page = shown(quoting(report, PROGRESS), report)
    copied = [element.attributes["data-copy"] for element in page.find(".copy")]
    assert copied[0].startswith("“Since our 2016 effectiveness inspection the force has made")
    assert copied[0].endswith(f"HMICFRS. Crown copyright, Open Government Licence v3.0. {SOURCE}")
    assert copied[1].startswith("What?\n\nSince our 2016")


def test_page_title_and_doubt_are_shown(report: Document) -> None:
    answer = quoting(report, PROGRESS)
    cited = replace(answer.citations[0], page=7, verified=False)
    other = replace(report, document_id="other", title="Other")
    page = shown(replace(answer, citations=(cited,)), report, other)
    assert page.find(".tools")[0].text == "p. 7Copy quote with reference"
    assert page.find(".doubt")[0].text == "Not found in the report word for word."
    assert page.find(".sources")[0].inside[2].tag == "li"
    assert page.find("h3")[0].text.startswith("City of London PEEL 2017 › How effective")
    assert "0 of 1 quote found in the report word for word" in page.text


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.95, "High confidence"),
        (0.85, "Medium confidence: compare with the report"),
        (0.3, "Low confidence: compare with the report"),
    ],
)
def test_confidence_is_said_in_words(report: Document, confidence: float, words: str) -> None:
    page = shown(replace(quoting(report, GOOD), confidence=confidence), report)
    assert page.find(".confidence")[0].text == words
    rows = dict(
        zip([e.text for e in page.find("dt")], [e.text for e in page.find("dd")], strict=True)
    )
    assert rows == {
        "Searched": "City of London PEEL 2017",
        "Sure that the report answers": f"{confidence:.2f} of 1",
        "Checked": "1 of 1 quote found in the report word for word",
        "Took": "read 0.02 s",
        "Model": "m",
    }


def test_a_completed_follow_up_is_shown(report: Document) -> None:
    answer = quoting(report, GOOD)
    assert shown(answer, report).find(".understood") == []
    completed = replace(answer, question="And there?", understood="What about London?")
    understood = shown(completed, report).find(".understood")[0]
    assert understood.text == "Understood as: What about London? Change"
    change = next(e for e in understood.inside if e.tag == "button")
    assert change.attributes["data-edit"] == "What about London?"


def test_a_question_can_be_edited_and_asked_again_and_the_last_undone(report: Document) -> None:
    answers = [quoting(report, GOOD), quoting(report, PROGRESS)]
    page = Page(conversation_html(answers, {report.document_id: report}, ""))
    assert [e.text for e in page.find(".acts")] == ["EditAsk again", "UndoEditAsk again"]
    assert [e.attributes["data-question-text"] for e in page.find("form")] == ["What?", "What?"]
    assert all("hidden" in form.attributes for form in page.find("form"))
    labels = {e.attributes["for"] for e in page.find("label")}
    assert labels == {e.attributes["id"] for e in page.find("textarea")}


def test_what_to_ask_next_stands_under_the_last_answer_only(report: Document) -> None:
    answers = [quoting(report, GOOD), quoting(report, PROGRESS)]
    documents = {report.document_id: report}
    page = Page(conversation_html(answers, documents, "", to_ask=["A?", "<B>?"]))
    assert [e.text for e in page.find(".next")] == ["People also askA?<B>?"]
    assert page.find("article")[1].inside.count(page.find(".next")[0]) == 1
    pending = pending_html("Now?", 2, "…")
    assert "People also ask" not in conversation_html(
        answers, documents, "", pending, to_ask=["A?"]
    )


def test_only_an_answer_that_has_just_come_unfolds(report: Document) -> None:
    answers = [quoting(report, GOOD), quoting(report, PROGRESS, SCHOOLS)]
    documents = {report.document_id: report}
    fresh = Page(conversation_html(answers, documents, "", fresh=True)).find("article")
    assert ["fresh" in turn.classes for turn in fresh] == [False, True]
    lines = [e.attributes["style"] for e in fresh[1].inside if "style" in e.attributes]
    assert lines == ["--step:90ms", "--n:0", "--n:1"]
    assert "fresh" not in conversation_html(answers, documents, "")


def test_words_that_the_report_never_mentions_are_named(report: Document) -> None:
    answer = replace(quoting(report, GOOD), missing=("drones", "<b>"))
    assert shown(answer, report).find(".unsaid")[0].text == "The report never mentions drones, <b>."
    assert shown(quoting(report, GOOD), report).find(".unsaid") == []


def test_an_absence_is_a_card_of_its_own(report: Document) -> None:
    unit = report.units[10]
    lead_in = Quote(5, 9, "Lead:")
    near = Nearest(
        report.document_id, "S › T", 2, unit.start, unit.end, report.quote(unit), 0.31, lead_in
    )
    answer = Answer(
        "Drones?", "Drones?", "The report does not say.",
        (Part("note", "The report does not say."),), True, 0.1, nearest=(near,),
        missing=("drones",), sources=(source_of(report),),
    )  # fmt: skip
    page = shown(answer, report)
    assert page.find("article")[0].attributes["data-state"] == "absent"
    assert page.find(".absent")[0].text == (
        "Not in the reportThe report does not say.The report never mentions:drones"
        "Ask in other words"
    )
    known = shown(replace(answer, missing=()), report).find(".absent")[0].text
    assert "The words of the question occur in the report" in known
    asked = Page(conversation_html([answer], {report.document_id: report}, "", to_ask=["Cars?"]))
    assert asked.find(".next")[0].text == "The report does answerCars?"
    assert page.find(".answer") == page.find(".cite") == []
    assert page.find(".goto")[0].text == "S › T, p. 2"
    assert page.find("blockquote")[0].text == f"Lead: {report.quote(unit)}"
    at = page.find(".source")[0].attributes
    assert (int(at["data-start"]), int(at["data-end"])) == (unit.start, unit.end)
    assert (at["data-lead-start"], at["data-lead-end"]) == ("5", "9")
    assert page.find(".confidence")[0].text == "Confidence that the report answers this: low"


def test_reports_that_were_not_read_are_not_said_not_to_say(report: Document) -> None:
    answer = Answer(
        "Is there a report on Kent?", "Is there a report on Kent?", "There is no report on Kent.",
        (Part("note", "There is no report on Kent."),), True, 0.0,
    )  # fmt: skip
    page = Page(conversation_html([answer], {report.document_id: report}, "", to_ask=["Cars?"]))
    assert page.find(".absent")[0].text == "No answerThere is no report on Kent.Ask in other words"
    assert page.find("article")[0].attributes["data-status"].startswith("No answer. There is")
    assert page.find(".confidence")[0].text == "How this was answered"
    assert page.find(".next")[0].text == "Questions to go on withCars?"


@given(st.text(), st.integers(0, 3))
@example(PAYLOAD, 1)
def test_any_answer_is_inert(text: str, kind: int) -> None:
    document = parse_text("Title\n\nA sentence.\n", document_id=text, source=text)
    near = Nearest(text, text, 1, 0, 5, text, 0.5)
    citation = replace(quoting(document, "A sentence.").citations[0], section=text, quote=text)
    answer = Answer(
        text, text + "?", text, (Part("note", text), Part("sentence", text, (1,))), kind == 0, 0.5,
        (citation,), (near,), (text,), timings={text: 1.0}, model=text,
    )  # fmt: skip
    pages = [
        answer_html(answer, 0, {text: document}),
        pending_html(text, 0, text),
        unanswered_html(text, 0, text, text),
        start_html({text: document, "b": document}, 1, [text]),
    ]
    pages.append(conversation_html([answer], {text: document}, "", to_ask=[text]))
    page = Page("".join(pages))
    assert page.tags <= CONVERSATION
    assert page.handlers == []


# --- the conversation around them ---


def test_the_first_screen_tells_what_can_be_asked(report: Document) -> None:
    page = Page(start_html({report.document_id: report}, 38, ["One?", "<Two>?"]))
    assert [e.text for e in page.find("h2")] == ["City of London PEEL 2017"]
    assert _texts(page.find(".facts")[0], "li") == [
        "HMICFRS",
        "Last updated 22/03/2018",
    ]
    assert _texts(page.find(".facts")[1], "li") == [
        "Source (opens in a new tab)",
        "Crown copyright, Open Government Licence v3.0 (opens in a new tab)",
    ]
    assert [a.attributes["href"] for a in page.find("a")] == [SOURCE, LICENCE]
    judged = page.find(".judged")[0]
    assert judged.text == (
        "Overall judgement “City of London Police is good at keeping people safe and reducing "
        "crime.”"
    )
    at = page.find(".source")[0].attributes
    assert report.text[int(at["data-start"]) : int(at["data-end"])] == GOOD_WHOLE
    assert [e.attributes["data-question"] for e in page.find(".example")] == ["One?", "<Two>?"]
    assert "38 passages indexed" in page.text


def test_many_reports_are_counted_and_unknown_judgements_left_out() -> None:
    documents = {
        str(n): parse_text(f"Report {n}\n\nWe looked.\n", document_id=str(n), source=f"{n}.txt")
        for n in range(9)
    }
    page = Page(start_html(documents, 9, []))
    assert [e.text for e in page.find("h2")] == ["9 reports"]
    assert [e.text for e in page.find("h3")] == [
        "Questions to begin with",
        "The reports",
        *(f"Report {n}" for n in range(6)),
    ]
    assert [e.text for e in page.find(".small")] == [
        "See them all and 3 more",
        "9 passages indexed on this computer",
    ]
    assert page.find(".judged") == page.find("a") == []
    assert _texts(page.find(".facts")[0], "li") == ["Source: 0.txt"]


def test_the_first_screen_gives_way_to_turns(report: Document) -> None:
    documents = {report.document_id: report}
    assert "START" in conversation_html([], documents, "START")
    tail = pending_html("Now?", 0, "Searching")
    assert "START" not in conversation_html([], documents, "START", tail)
    answers = [quoting(report, GOOD), quoting(report, PROGRESS)]
    page = Page(conversation_html(answers, documents, "START", pending_html("Now?", 2, "…")))
    turns = [(e.attributes["id"], e.attributes["data-state"]) for e in page.find("article")]
    assert turns == [("turn-0", "answered"), ("turn-1", "answered"), ("turn-2", "pending")]


def test_a_mistake_is_said_kindly_and_a_long_question_cut() -> None:
    page = Page(unanswered_html("x" * 100_000, 0, "No answer", "Too long."))
    assert page.find(".error")[0].text == "No answerToo long."
    assert page.find("article")[0].attributes["data-status"] == "No answer. Too long."
    assert page.find("h2")[0].text == "x" * 400 + "…"
    assert page.find("form")[0].attributes["data-question-text"] == "x" * 4000
    assert Page(unanswered_html(" ", 0, "No answer", "Empty.")).find("h2") == []


def _texts(element: Element, tag: str) -> list[str]:
    return [inner.text for inner in element.inside if inner.tag == tag]
