"""Reports in the layouts of other inspectorates, in every format: what is known and asked for."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from docx_maker import bullet, docx, paragraph, table

from index.asked import asked
from index.facts import facts_of
from index.parse import parse_text, read_report
from index.types import Block, Document, Span

LAYOUTS = Path(__file__).parent / "data" / "layouts"
GOLD: dict[str, Any] = json.loads((LAYOUTS / "gold.json").read_text(encoding="utf-8"))
FILES = sorted(
    path.name for path in LAYOUTS.iterdir() if path.suffix in (".html", ".mhtml", ".pdf", ".txt")
)
IN_WORD = ("education-scotland", "ofsted-school")


def words(document: Document, span: Span | Block) -> str:
    return " ".join(document.quote(span).split())


def known(document: Document) -> list[list[str]]:
    return [[fact.field, fact.value, fact.label] for fact in document.facts]


def wanted(document: Document) -> list[list[str]]:
    return [[one.kind, words(document, one.span)] for one in asked(document)]


def blocks(document: Document, kind: str) -> list[str]:
    return [words(document, block) for block in document.blocks if block.kind == kind]


def in_word(page: str) -> bytes:
    """A page of these as a Word document."""
    made: list[str] = []
    rows: list[list[str]] = []
    for tag, inner in re.findall(r"(?s)<(h\d|p|li|tr|/table)\b[^>]*>(.*?)(?=<|$)", _plain(page)):
        text = " ".join(html.unescape(inner).split())
        if tag == "tr":
            rows.append(text.split("|"))
        elif tag == "/table":
            made.append(table(*rows, bold="<th>" in page))
            rows = []
        else:
            made.append(bullet(text) if tag == "li" else paragraph(text, _style(tag)))
    return docx(*made)


def _plain(page: str) -> str:
    """The page with a row's cells apart by bars, and without what a test of words needs not."""
    page = re.sub(r"</t[dh]>\s*<t[dh][^>]*>", "|", page[page.index("<main") :])
    return re.sub(r"</?(t[dh]|b|strong|ul|ol|main)\b[^>]*>|<br>", " ", page)


def _style(tag: str) -> str:
    return {"h1": "Title", "h2": "Heading1", "h3": "Heading1"}.get(tag, "")


@pytest.mark.parametrize("name", FILES)
def test_what_is_known_and_asked_for(name: str) -> None:
    document, gold = read_report(LAYOUTS / name), GOLD[Path(name).stem]
    assert known(document) == gold["facts"]
    assert wanted(document) == gold["asked"]
    for fact in document.facts:
        assert fact.span is not None
        assert words(document, fact.span)


@pytest.mark.parametrize("name", FILES)
def test_headings_and_bullets(name: str) -> None:
    document, gold = read_report(LAYOUTS / name), GOLD[Path(name).stem]
    assert blocks(document, "bullet") == gold["bullets"]
    # In text the lines of an address and a name below a preface look like headings.
    found = blocks(document, "heading")
    if name.endswith(".txt"):
        found = [heading for heading in found if heading in gold["headings"]]
    assert found == gold["headings"]


@pytest.mark.parametrize("name", IN_WORD)
def test_word(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.docx"
    path.write_bytes(in_word((LAYOUTS / f"{name}.html").read_text(encoding="utf-8")))
    document, gold = read_report(path), GOLD[name]
    assert known(document) == gold["facts"]
    assert wanted(document) == gold["asked"]
    assert blocks(document, "bullet") == gold["bullets"]


def of(text: str) -> list[tuple[str, str]]:
    document = parse_text(text, document_id="report", source="report.txt")
    return [(one.kind, words(document, one.span)) for one in asked(document)]


def test_areas_that_lost_their_bold_type() -> None:
    found = of(
        "Inspection of Moor Police\n\nAreas for improvement\n\n"
        "The force should answer calls for service sooner than it does\n\n"
        "The force should tell victims what it does with their cases\n\n"
        "Main findings\n\nThe force is well led. It should be proud.\n\n"
        "Recommendations\n\nLeadership\n\nLeaders were seen by staff.\n"
    )
    assert found == [
        ("area for improvement", "The force should answer calls for service sooner than it does"),
        ("area for improvement", "The force should tell victims what it does with their cases"),
    ]


def test_a_matrix_of_grades_as_a_browser_copies_it() -> None:
    document = parse_text(
        "# Moor Hospital\n\nService\tSafe\tCaring\tOverall\nMaternity\tGood\tInadequate\tGood\n"
        "Surgery\tOutstanding\tGood\tGood\n",
        document_id="report",
        source="report.txt",
    )
    assert [(fact.label, fact.value) for fact in facts_of(document) if fact.label] == [
        ("Maternity: Safe", "good"),
        ("Maternity: Caring", "inadequate"),
        ("Maternity: Overall", "good"),
        ("Surgery: Safe", "outstanding"),
        ("Surgery: Caring", "good"),
        ("Surgery: Overall", "good"),
    ]


def test_an_older_report_of_estyn() -> None:
    document = parse_text(
        "Inspection report\n\nYsgol Glan Elan\nHeol Uchaf\n\nDate of inspection: November 2018\n\n"
        "by\n\nEstyn, Her Majesty’s Inspectorate for Education\nand Training in Wales\n\n"
        "Summary\n\nPupils make good progress.\n\nInspection area\tJudgement\n"
        "Standards\tGood\nTeaching\tAdequate and needs improvement\n\nRecommendations\n\n"
        "R1\nImprove pupils’ Welsh\n\nR2\nRaise the quality of marking\n",
        document_id="report",
        source="report.txt",
    )
    assert [(fact.field, fact.value) for fact in facts_of(document)] == [
        ("organisation", "Ysgol Glan Elan"),
        ("inspectorate", "Estyn"),
        ("kind", "school inspection"),
        ("inspected", "2018-11"),
        ("judgement", "good"),
        ("judgement", "adequate and needs improvement"),
    ]
    assert [words(document, one.span) for one in asked(document)] == [
        "Improve pupils’ Welsh",
        "Raise the quality of marking",
    ]


def test_grades_with_numbers_and_a_scale_that_grades_nothing() -> None:
    text = (
        "Oak Lodge\n\nInspection report\n\nOutstanding\tGood\tAdequate\tInadequate\n"
        "How good is our leadership?\t3 - Adequate\n\n"
        "Overall experiences and progress of children, taking into account: good\n\n"
        "Requirements\n\nThis section sets out what must be done.\n\n"
        "1. By June, the provider must record medicines.\n"
    )
    document = parse_text(text, document_id="report", source="report.txt")
    assert [(fact.field, fact.label, fact.value) for fact in facts_of(document) if fact.label] == [
        ("overall", "Overall experiences and progress of children", "good"),
        ("judgement", "How good is our leadership?", "adequate"),
    ]
    assert of(text) == [("priority action", "By June, the provider must record medicines.")]


def test_of_several_years_the_latest_grade_counts() -> None:
    document = read_report(Path(__file__).parent / "data" / "two-columns.pdf")
    assert [(fact.label, fact.value) for fact in facts_of(document) if fact.label][:2] == [
        ("Preventing crime", "good"),
        ("Investigating crime", "requires improvement"),
    ]


def test_what_a_trust_should_do_is_not_part_of_what_it_must() -> None:
    found = of(
        "Moor Hospital\n\nAction the trust MUST take to improve\n\n"
        "• The trust must ensure that there are enough midwives on every shift. (Regulation 18)\n"
        "Action the trust SHOULD take to improve:\n"
        "• The trust should display its complaints procedure.\n"
    )
    assert [kind for kind, _ in found] == ["priority action", "area for improvement"]
    assert found[0][1].endswith("(Regulation 18)")


def test_what_explains_findings_is_none() -> None:
    found = of(
        "# Moor Prison\n\n## Key concerns\n\n"
        "Key concerns are those that matter most.\n\n"
        "We identified three key concerns, of which one must be put right at once.\n\n"
        "The prison must mend its roof.\n"
    )
    assert found == [("cause of concern", "The prison must mend its roof.")]


def test_numbers_of_recommendations_within_a_sentence_open_no_item() -> None:
    document = parse_text(
        "# Moor School\n\n## Recommendations\n\nR1 Plan more of the teaching and learning ahead\n"
        "R2. Train staff\n\n## Progress\n\nThe school had acted on all that it had been asked to "
        "do before, which was R1,\nR2 and R3, and it had done so well.\n",
        document_id="report",
        source="report.txt",
    )
    assert blocks(document, "bullet") == [
        "Plan more of the teaching and learning ahead",
        "Train staff",
    ]
