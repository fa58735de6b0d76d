"""What a report says twice is shown once, with both citations."""

from __future__ import annotations

import pytest

from index.parse import parse_text
from index.types import Document
from rag.cite import answer_text, verify
from rag.compose import lines, sources_of
from rag.read import Evidence
from rag.same import said_twice
from rag.types import Answer

TEXT = """Marlow Constabulary

Summary

Victims of burglary wait for an officer. Officers do not record every burglary. The force has
nine dogs.

Detail

Victims of burglary wait on average three days for an officer. Officers record every burglary.
Officers should record every burglary. However, the force should:

  • help the victims of burglary who wait for an officer.
"""


@pytest.fixture(scope="module")
def marlow() -> Document:
    return parse_text(TEXT, document_id="marlow", source="marlow.txt")


def evidence(document: Document, *openings: str) -> list[Evidence]:
    units = [
        next(unit for unit in document.units if document.quote(unit).startswith(opening))
        for opening in openings
    ]
    return [Evidence(document, unit, 1.0) for unit in units]


def groups(document: Document, *openings: str) -> list[list[str]]:
    found = said_twice(evidence(document, *openings))
    return [[item.text[:26] for item in group] for group in found]


def test_a_summary_joins_its_detail_and_the_fuller_words_come_first(marlow: Document) -> None:
    order = ["Victims of burglary wait o", "Victims of burglary wait f"]
    assert groups(marlow, *order) == [order]
    assert groups(marlow, *reversed(order)) == [order]


def test_a_negation_or_a_duty_is_not_the_same(marlow: Document) -> None:
    assert len(groups(marlow, "Officers do not", "Officers record", "Officers should")) == 3


def test_bullets_and_short_sentences_stay_alone(marlow: Document) -> None:
    assert len(groups(marlow, "help the victims", "Victims of burglary wait f")) == 2
    assert len(groups(marlow, "The force has", "Victims of burglary wait f")) == 2


def test_reports_speak_for_themselves(marlow: Document) -> None:
    other = parse_text(TEXT, document_id="other", source="other.txt")
    both = [*evidence(marlow, "Victims of burglary wait o"), *evidence(other, "Victims")]
    assert len(said_twice(both)) == 2


def test_one_line_cites_both_and_is_proven(marlow: Document) -> None:
    chosen = evidence(marlow, "Victims of burglary wait f", "The force", "Victims of burglary w")
    parts, citations = lines(chosen[:2] + evidence(marlow, "Victims of burglary wait o"))
    assert [(part.text, part.markers) for part in parts] == [
        ("Victims of burglary wait on average three days for an officer.", (1, 2)),
        ("The force has nine dogs.", (3,)),
    ]
    assert [citation.section for citation in citations][:2] == ["Detail", "Summary"]
    answer = Answer(
        "q", "q", answer_text(parts), parts, False, 1.0, citations, sources=sources_of(chosen)
    )
    assert verify(answer, {"marlow": marlow}) == []
