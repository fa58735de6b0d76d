"""Which reports mention some words: all that do, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embed import Encoder
from index.library import Library
from index.parse import parse_text, read_report
from rag.cite import verify
from rag.mentions import mentions, words_sought
from rag.pipeline import ReportQA

REPORTS = Path(__file__).parent.parent / "eval/sets/reports"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which reports mention county lines?", "county lines"),
        ("which of the councils' reports mention the virtual school?", "virtual school"),
        ("How many areas refer to “short breaks”?", "short breaks"),
        (
            "List all the reports that talk about electively home educated children",
            "electively home educated children",
        ),
        ("what reports use the word neglect", "neglect"),
        ("Which councils were judged inadequate?", ""),
        ("Which reports are the latest?", ""),
        ("Does the report mention county lines?", ""),
        ("Which councils have enough foster carers?", ""),
        ("Which areas mention " + "very " * 9 + "long waits?", ""),
        ("Which reports mention ???", ""),
    ],
)
def test_questions_for_mentions_are_told_from_others(question: str, words: str) -> None:
    assert words_sought(question) == words


def test_words_are_found_as_they_are_written() -> None:
    texts = ("The county-lines gang.", "A county line\nand COUNTY LINES.", "Counties, lined.", "")
    documents = [
        parse_text(f"Report {n}\n\n{text}\n\nThe end.\n", document_id=str(n), source=f"{n}.txt")
        for n, text in enumerate(texts)
    ]
    found = mentions("county lines", documents)
    assert [(one.document.document_id, one.count) for one in found] == [("0", 1), ("1", 2)]
    assert mentions("zebra", documents) == ()


def test_every_report_with_the_words_is_named_with_its_proof(
    tmp_path: Path, tiny: Encoder, report_path: Path
) -> None:
    paths = [report_path, *sorted(REPORTS.glob("*.md"))]
    qa = ReportQA(Library.create(tmp_path, encoder=tiny, reports=paths))
    answer = qa.ask("Which reports mention foster carers?")
    holders = [p.stem for p in paths if "foster carer" in read_report(p).text.casefold()]
    assert 0 < len(holders) < len(paths)
    assert [source.document for source in answer.sources] == holders
    assert verify(answer, qa.library.documents) == []
    assert all("foster carer" in citation.quote.casefold() for citation in answer.citations)
    assert answer.text.startswith(f"{len(holders)} of the 5 reports mention “foster carers”, ")
    none = qa.ask("Which reports mention hovercraft?")
    assert none.abstained
    assert none.text == "None of the 5 reports mentions “hovercraft”."
    assert none.missing == ("hovercraft",)
