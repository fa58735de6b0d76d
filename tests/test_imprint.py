"""Imprints: where they stand, and which questions they may answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embed import Encoder
from index.library import Library
from index.parse import parse_text, read_report
from index.types import Document
from rag.imprint import asks_of_publication, imprint
from rag.pipeline import ReportQA

TEXTS = sorted((Path(__file__).parent / "data/library").glob("*.txt"))
BODY = """# Inspection of Westhaven prison

Inspected in March 2023

## Safety

Prisoners told us that they felt safe. Staff answered cell bells within five minutes. The prison
publishes a newsletter that prisoners write, and complaints about this are few.

Men could buy a licence to fish for 4 pounds; the office at www.westhaven.example has a form.
"""
BACK = """
Crown copyright 2023

You may re-use this information, logos excepted, free of charge.

This publication is available at: www.prisons.example

Any enquiries regarding this publication should be sent to us at:

Inspectorate of Prisons

Third floor

10 South Parade

London

E14 4PU
"""
FRONT = """© Inspectorate of Prisons 2023

ISBN: 978-1-00000-000-0

www.prisons.example

"""


def words(document: Document) -> list[str]:
    return [" ".join(document.quote(span).split()) for span in imprint(document)]


def made(text: str) -> Document:
    return parse_text(text, document_id="made", source="made.md")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem[:20])
def test_the_imprint_of_a_real_report_is_all_that_follows_the_report(path: Path) -> None:
    (found,) = words(read_report(path))
    begins = ("The Office for Standards in Education", "If you are not happy with the inspection")
    assert found.startswith(begins)
    assert found.endswith(tuple(f"© Crown copyright {year}" for year in range(2022, 2026)))
    assert "M1 2WD" in found


def test_another_inspectorates_imprint_at_the_end() -> None:
    (found,) = words(made(BODY + BACK))
    assert found.startswith("Crown copyright 2023 You may re-use")
    assert found.endswith("London E14 4PU")


def test_an_imprint_before_the_report_ends_where_the_report_begins() -> None:
    (found,) = words(made(FRONT + BODY))
    assert found == "© Inspectorate of Prisons 2023 ISBN: 978-1-00000-000-0 www.prisons.example"
    assert len(words(made(FRONT + BODY + BACK))) == 2


def test_a_report_without_one(report_path: Path) -> None:
    assert imprint(read_report(report_path)) == ()
    assert imprint(made(BODY)) == ()
    assert imprint(made("")) == ()


@pytest.mark.parametrize(
    "question",
    [
        "How can I contact Ofsted about this report?",
        "Under what licence may I reuse it?",
        "Who holds the copyright?",
        "Can I get it in Braille?",
        "Where can I find the report online?",
        "What's the inspectorate's phone number?",
        "how do I complain about the inspection",
        "What is Ofsted?",
        "Who inspects schools?",
    ],
)
def test_questions_about_the_publication(question: str) -> None:
    assert asks_of_publication(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I renew my driving licence?",
        "When are the bins collected?",
        "What is the phone number of the council?",
        "How do I contact children's services?",
        "How many complaints were there?",
        "What did inspectors find?",
        "Where do care leavers get help?",
        "What does Ofsted say about children in care?",
        "",
    ],
)
def test_questions_about_something_else(question: str) -> None:
    assert not asks_of_publication(question)


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> ReportQA:
    bury, derbyshire = (next(p for p in TEXTS if name in p.name) for name in ("bury", "derbyshire"))
    path = tmp_path_factory.mktemp("imprints")
    return ReportQA.open(Library.create(path, encoder=encoder, reports=[bury, derbyshire]))


@pytest.mark.parametrize(
    "question",
    [
        "How do I renew my driving licence?",
        "What is the phone number of the dentist?",
        "How do I get a copy of my birth certificate?",
    ],
)
def test_an_imprint_is_not_shown_to_other_questions(qa: ReportQA, question: str) -> None:
    answer = qa.ask(question)
    assert answer.abstained, answer.text
    for item in answer.nearest:
        document = qa.library.documents[item.document]
        assert not any(span.start <= item.start < span.end for span in imprint(document))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Under what licence may I reuse the report?", "Open Government Licence"),
        ("Can I have the report on Bury in Braille?", "large print or Braille"),
        ("What is Ofsted's email address?", "enquiries@ofsted.gov.uk"),
        ("Where can I find the report on Bury online?", "reports.ofsted.gov.uk"),
    ],
)
def test_it_answers_questions_about_the_publication(qa: ReportQA, question: str, said: str) -> None:
    answer = qa.ask(question)
    assert not answer.abstained
    assert said in answer.text
