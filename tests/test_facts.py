"""What is known of reports from their own text: real reports, and made-up ones of each kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReportError
from index.facts import corrected, facts_of
from index.facts.dates import periods
from index.facts.grades import graded
from index.parse import parse_text, read_report
from index.types import Document, Fact

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "eval/sets/reports"
FICTIONAL = ROOT / "rag/models/reports"


def known(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fact in facts_of(read_report(path)):
        found.setdefault(fact.field, []).append(fact.value)
    return found


def test_a_childrens_services_report() -> None:
    assert known(REPORTS / "slough-ilacs-2023.md") == {
        "organisation": ["Slough"],
        "kind": ["inspection of local authority children’s services"],
        "inspected": ["2023-01-23/2023-02-03"],
        "lead_inspector": ["Amanda Maxwell"],
        "overall": ["requires improvement"],
        "judgement": [
            "inadequate",
            "requires improvement",
            "requires improvement",
            "requires improvement",
        ],
    }


def test_a_kind_without_its_usual_words(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text("# Inspection of Ashwick and Thornmere children’s services\n\nIt is good.\n")
    assert known(path)["kind"] == ["inspection of local authority children’s services"]


def test_an_area_send_report() -> None:
    found = known(REPORTS / "surrey-send-2023.md")
    assert found["organisation"] == ["Surrey Local Area Partnership"]
    assert found["inspectorate"] == ["Ofsted", "CQC"]
    assert found["kind"] == ["area SEND inspection"]
    assert found["inspected"] == ["2023-09-25/2023-09-29"]
    assert found["overall"] == ["inconsistent experiences and outcomes"]


def test_a_peel_report_with_a_file_beside_it(report_path: Path) -> None:
    document = read_report(report_path)
    facts = {fact.field: fact for fact in reversed(facts_of(document))}
    assert facts["organisation"].value == "City of London Police"
    assert facts["inspectorate"] == Fact("inspectorate", "HMICFRS", origin="beside")
    assert facts["published"] == Fact("published", "2018-03-22", origin="beside")
    overall = facts["overall"]
    assert (overall.value, overall.label) == ("good", "keeping people safe and reducing crime")
    assert overall.span is not None
    assert document.quote(overall.span) == (
        "City of London Police is good at keeping people safe and reducing crime."
    )


@pytest.mark.parametrize(
    ("name", "organisation", "inspected", "overall", "judgements"),
    [
        ("fic-hospital", "Fenmarch Hospitals NHS Foundation Trust", "2022-10-04/2022-10-07",
         "requires improvement", 5),
        ("fic-school", "Tamblin Road Academy", "2024-03-12/2024-03-13", "requires improvement", 5),
        ("fic-prison", "HMP Aldercross", "2023-06-05/2023-06-16", None, 4),
        ("fic-probation", "Kestwick and Loxdale", "2024-02", "requires improvement", 7),
        ("fic-fire", "Wendmoor Fire and Rescue Service", None, None, 10),
        ("fic-custody", "Thornmere Police", "2023-09-18/2023-09-29", None, 0),
        ("fic-effectiveness", "Ashenvale Police", "2016-11-14/2016-11-25",
         "requires improvement", 4),
    ],
)  # fmt: skip
def test_reports_of_other_inspectorates(
    name: str, organisation: str, inspected: str | None, overall: str | None, judgements: int
) -> None:
    found = known(FICTIONAL / f"{name}.md")
    assert found["organisation"] == [organisation]
    assert found.get("inspected", [None])[0] == inspected
    assert found.get("overall", [None]) == [overall]
    assert len(found.get("judgement", [])) == judgements


def test_a_thematic_report_is_on_no_organisation() -> None:
    assert "organisation" not in known(FICTIONAL / "fic-thematic.md")


@pytest.mark.parametrize("path", sorted([*REPORTS.glob("*.md"), *FICTIONAL.glob("*.md")]))
def test_every_fact_has_its_passage(path: Path) -> None:
    document = read_report(path)
    assert document.facts
    for fact in document.facts:
        assert fact.span is not None
        words = document.quote(fact.span)
        assert words == words.strip()
        if fact.field in ("inspected", "published"):
            assert fact.value[:4] in words
        if fact.field in ("organisation", "lead_inspector"):
            assert fact.value.split()[0] in words
    assert Document.from_dict(document.to_dict()) == document


def test_what_grades_and_what_does_not() -> None:
    lines = {
        "The experiences and progress of care leavers: requires improvement to be good": (
            "The experiences and progress of care leavers",
            "requires improvement",
        ),
        "Overall effectiveness Good": ("Overall effectiveness", "good"),
        "Are services safe? Inadequate.": ("Are services safe", "inadequate"),
        "Overall effectiveness at the previous inspection: Good": None,
        "Staff are Good": None,
        "the food was good": None,
        "Good: Good": None,
        "Nothing here": None,
    }
    for line, expected in lines.items():
        found = graded(line)
        assert (None if found is None else (found.label, found.grade)) == expected, line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 to 18 November 2022", "2022-11-07/2022-11-18"),
        ("22 April to 3 May 2024", "2024-04-22/2024-05-03"),
        ("12 December to 3 January 2024", "2023-12-12/2024-01-03"),
        ("30 September 2024 to 4 October 2024", "2024-09-30/2024-10-04"),
        ("Monday 3rd June 2019", "2019-06-03"),
        ("12 and 13 March 2024", "2024-03-12/2024-03-13"),
        ("February 2024", "2024-02"),
        ("22/03/2018", "2018-03-22"),
        ("3–7 Sept. 2018", "2018-09-03/2018-09-07"),
    ],
)
def test_dates(text: str, value: str) -> None:
    found = list(periods(f"It was {text}."))
    assert [period.value for period in found] == [value]
    assert f"It was {text}."[found[0].span.start : found[0].span.end].strip() in text


@given(st.dates())
def test_every_date_is_read_as_it_is_written(day) -> None:  # type: ignore[no-untyped-def]
    months = "January February March April May June July August September October November December"
    text = f"{day.day} {months.split()[day.month - 1]} {day.year:04}"
    assert [period.value for period in periods(text)] == [day.isoformat()]


@given(st.text(alphabet="Inspection of dates: 12 May 2020 Good.\n-to", max_size=300))
def test_any_text_has_facts_that_stand_in_it(text: str) -> None:
    document = parse_text(text, document_id="any", source="any.txt")
    for fact in facts_of(document):
        assert fact.span is not None
        assert 0 <= fact.span.start < fact.span.end <= len(text)


def test_long_runs_of_capitals_and_dates_take_no_time() -> None:
    text = "Inspection of A " + "Ab " * 20_000 + "\n\nInspection dates: " + "1 May 2020 to " * 5_000
    facts_of(parse_text(text, document_id="long", source="long.txt"))


def test_the_users_word_stands_in_the_place_of_what_was_found() -> None:
    facts = facts_of(read_report(REPORTS / "slough-ilacs-2023.md"))
    found = corrected(facts, {"organisation": "Slough Children First", "inspected": "May 2023"})
    assert found[:2] == (
        Fact("organisation", "Slough Children First", origin="user"),
        Fact("inspected", "2023-05", origin="user"),
    )
    assert [fact for fact in found if fact.origin == "report"] == [
        fact for fact in facts if fact.field not in ("organisation", "inspected")
    ]
    assert "overall" not in {fact.field for fact in corrected(facts, {"overall": ""})}


def test_what_cannot_be_set_is_refused() -> None:
    with pytest.raises(ReportError, match=re.escape("'colour' cannot be set; the fields are: org")):
        corrected((), {"colour": "red"})
    with pytest.raises(ReportError, match="published: 'soon' is no date"):
        corrected((), {"published": "soon"})
