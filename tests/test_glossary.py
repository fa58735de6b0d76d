"""Abbreviations: found in either order, asked for in many ways, never where none is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parse import parse_text, read_report
from rag.glossary import abbreviations, asked_abbreviation, expand

KNOWN = ("ASB", "OCG", "MoJ", "IOPC", "DA", "SPR", "IT", "P&CP")


def defined(text: str) -> dict[str, str]:
    document = parse_text(text, document_id="report", source="report.txt")
    return {short: entry.long for short, entry in abbreviations(document).items()}


def test_the_bundled_report(report_path: Path) -> None:
    document = read_report(report_path)
    found = abbreviations(document)
    assert {short: entry.long for short, entry in found.items()} == {
        "SPR": "Strategic Policing Requirement",
        "ASB": "anti-social behaviour",
        "DA": "domestic abuse",
        "OCG": "organised crime groups",
    }
    assert document.quote(found["ASB"].unit) == (
        "The force tackles crime and anti-social behaviour (ASB) intelligently and effectively."
    )


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("The Ministry of Justice (MoJ) said so.", "MoJ", "Ministry of Justice"),
        ("Its organised crime groups (OCGs) grew.", "OCG", "organised crime groups"),
        ("The OCG (organised crime group) grew.", "OCG", "organised crime group"),
        ("The CPS (Crown Prosecution Service’s) view.", "CPS", "Crown Prosecution Service"),
        ("The Crown Prosecution Service’s (CPS’s) file.", "CPS", "Crown Prosecution Service"),
        ("A multi-agency risk assessment\nconference (MARAC) met.", "MARAC",
         "multi-agency risk assessment conference"),
        ("His Majesty’s Inspectorate of Constabulary and Fire & Rescue Services (HMICFRS).",
         "HMICFRS",
         "His Majesty’s Inspectorate of Constabulary and Fire & Rescue Services"),
        ("For black, Asian and minority ethnic (BAME) people.", "BAME",
         "black, Asian and minority ethnic"),
        ("The Strategic Policing Requirement (‘the SPR’) is met.", "SPR",
         "Strategic Policing Requirement"),
        ("A Public & Community Partnership (P&CP).", "P&CP", "Public & Community Partnership"),
        ("By closed-circuit television (CCTV) it saw.", "CCTV", "closed-circuit television"),
        ("PEEL (police effectiveness, efficiency and legitimacy) is annual.", "PEEL",
         "police effectiveness, efficiency and legitimacy"),
    ],
)  # fmt: skip
def test_definitions(text: str, short: str, long: str) -> None:
    assert defined(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "It was graded (Good) in all.",
        "See this (Table A) and that (see annex).",
        "The 2017 report (HMIC, 2017) said so.",
        "ASB (see page 4) and HMIC (2017) and ASB (a big problem).",
        "It works with the council (CPS).",
        "() ( ) (A) (AB",
    ],
)
def test_brackets_that_define_nothing(text: str) -> None:
    assert defined(text) == {}


def test_the_first_definition_counts() -> None:
    assert defined("Domestic abuse (DA) rose.\n\nA district attorney (DA) is no officer.") == {
        "DA": "Domestic abuse"
    }


def test_a_long_form_does_not_run_over_another_bracket() -> None:
    text = "Domestic violence protection orders (DVPOs) and notices (DVPNs) are used."
    assert defined(text) == {"DVPO": "Domestic violence protection orders"}


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What does ASB stand for?", "ASB"),
        ("what is asb", "ASB"),
        ("What's an OCG?", "OCG"),
        ("what are ocgs", "OCG"),
        ("What does moj mean?", "MoJ"),
        ("What is IOPC's full name?", "IOPC"),
        ("What is the IOPC?", "IOPC"),
        ("define SPR", "SPR"),
        ("meaning of 'SPR'", "SPR"),
        ("What does “SPR” stand for?", "SPR"),
        ("What does the report mean by OCGs?", "OCG"),
        ("what do the letters MARAC mean?", "MARAC"),
        ("What is HMICFRS?", "HMICFRS"),
        ("OCG stands for what?", "OCG"),
        ("Explain SPR", "SPR"),
        ("what is CID in full", "CID"),
        ("what is an OCG exactly?", "OCG"),
        ("What does IT stand for?", "IT"),
        ("what does P&CP mean?", "P&CP"),
        ("WHAT DOES ASB MEAN?", "ASB"),
    ],
)
def test_questions_for_a_meaning(question: str, short: str) -> None:
    assert asked_abbreviation(question, KNOWN) == short


@pytest.mark.parametrize(
    "question",
    [
        "What is good?",
        "what does good mean?",
        "WHAT IS GOOD?",
        "what is it?",
        "what does it mean?",
        "is it good",
        "What is the force doing about ASB?",
        "What is the IOPC's role?",
        "Who are the IOPC?",
        "What is ASB like in the City?",
        "What are the OCGs involved in?",
        "What is a DA risk assessment?",
        "explain ASB trends",
        "Who is in charge of ASB?",
        "what does outstanding mean",
        "What is meant by county lines?",
        "",
    ],
)
def test_other_questions(question: str) -> None:
    assert asked_abbreviation(question, KNOWN) is None


def test_expansion(report_path: Path) -> None:
    known = abbreviations(read_report(report_path))
    assert expand("Are OCGs watched?", known) == "Are OCGs watched? (organised crime groups)"
    assert expand("is asb up? ASB!", known) == "is asb up? ASB! (anti-social behaviour)"
    assert expand("Is domestic abuse (DA) up?", known) == "Is domestic abuse (DA) up?"
    assert expand("Is it good?", known) == "Is it good?"


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_text(question: str, text: str) -> None:
    found = asked_abbreviation(question, KNOWN)
    assert found is None or found in KNOWN or found in question
    for short, long in defined(f"{text.encode('utf-8', 'replace').decode()} (ABC)").items():
        assert short[0].lower() == long[0].lower()
