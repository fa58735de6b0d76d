"""A quote is proven against the text, and whatever does not stand there is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parse import read_report
from index.reports import bundled_report
from index.types import Document
from rag.cite import answer_text, cite, fault_of, source_of, verify
from rag.compose import lines
from rag.read import Evidence
from rag.types import Answer, Citation


@pytest.fixture(scope="module")
def document() -> Document:
    return read_report(bundled_report())


@pytest.fixture(scope="module")
def answer(document: Document) -> Answer:
    bullets = next(units for units in document.lists.values() if units[0].lead_in)
    parts, citations = lines([Evidence(document, unit, 1.0) for unit in bullets])
    return Answer(
        question="?",
        understood="?",
        text=answer_text(parts),
        parts=parts,
        abstained=False,
        confidence=1.0,
        citations=citations,
        sources=(source_of(document),),
    )


def test_every_unit_can_be_cited(document: Document) -> None:
    for marker, unit in enumerate(document.units, start=1):
        citation = cite(document, unit, marker)
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.verified


def test_a_true_answer_is_proven(answer: Answer, document: Document) -> None:
    assert [part.kind for part in answer.parts] == ["lead_in", "bullet", "bullet"]
    assert verify(answer, {document.document_id: document}) == []


def test_another_version_of_the_report_is_said(answer: Answer, document: Document) -> None:
    other = replace(document, sha256="0" * 64)
    (fault,) = verify(answer, {document.document_id: other})
    assert "another version" in fault
    assert document.sha256 in fault


def test_a_missing_report_is_said(answer: Answer) -> None:
    assert verify(answer, {}) == ["there is no report city-of-london-peel-2017 in this library"]


def _with_first(answer: Answer, **changes: object) -> Answer:
    first, *rest = answer.citations
    return replace(answer, citations=(replace(first, **changes), *rest))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quote": "the force is outstanding"}, "[1] city-of-london-peel-2017 does not say"),
        ({"start": 5}, "does not say"),
        ({"start": -3}, "are outside of"),
        ({"end": 10**9}, "are outside of"),
        ({"marker": 9}, "[1] has no citation"),
        ({"document": "elsewhere"}, "elsewhere is cited but not among"),
        ({"lead_in": None}, "is the lead-in of no citation"),
    ],
)
def test_a_tampered_citation_is_said(
    answer: Answer, document: Document, changes: dict[str, object], said: str
) -> None:
    tampered = _with_first(answer, **changes)
    if "lead_in" in changes:
        tampered = replace(
            tampered, citations=tuple(replace(c, lead_in=None) for c in tampered.citations)
        )
    faults = verify(tampered, {document.document_id: document})
    assert any(said in fault for fault in faults), faults


def test_words_that_are_not_the_quote_are_said(answer: Answer, document: Document) -> None:
    lead_in, bullet, *rest = answer.parts
    altered = replace(bullet, text=bullet.text.replace("high", "low"))
    parts = (lead_in, altered, *rest)
    faults = verify(
        replace(answer, parts=parts, text=answer_text(parts)), {document.document_id: document}
    )
    assert len(faults) == 1
    assert "is not the quote that it cites" in faults[0]


def test_a_text_that_is_not_that_of_its_parts_is_said(answer: Answer, document: Document) -> None:
    faults = verify(replace(answer, text="All is well."), {document.document_id: document})
    assert faults == ["the answer's text is not that of its parts"]


@given(start=st.integers(-5, 9000), length=st.integers(-5, 400), data=st.data())
def test_only_the_words_at_the_offsets_are_proven(
    document: Document, start: int, length: int, data: st.DataObject
) -> None:
    end = start + length
    true_quote = document.text[max(start, 0) : max(end, 0)]
    quote = data.draw(st.sampled_from([true_quote, true_quote + "x", true_quote.swapcase()]))
    citation = Citation(1, document.document_id, "", None, start, end, quote)
    proven = fault_of(citation, document) is None
    inside = 0 <= start < end <= len(document.text)
    assert proven == (inside and document.text[start:end] == quote)


def test_the_bundled_file_is_the_canonical_text(document: Document) -> None:
    path: Path = bundled_report()
    assert path.read_bytes().decode("utf-8") == document.text
