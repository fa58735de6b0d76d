"""Two reports side by side: real ones of two years, of two bodies, of two kinds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.repeated import load_pairs, tell
from index.embed import Encoder
from index.errors import LibraryError, QuestionError
from index.findings import findings
from index.library import Library
from index.parse import parse_text, read_report
from index.types import Document
from rag.compare import Comparison, compare, compare_reports
from rag.encoder import load_reader
from ui.cli import app
from ui.comparing import comparison_csv, comparison_html

DATA = Path(__file__).parent / "data"
EARLIER, LATER = "doncaster-ilacs-2022", "doncaster-ilacs-2025"


@pytest.fixture(scope="module")
def reader() -> Encoder:
    return load_reader().encoder


@pytest.fixture(scope="module")
def doncaster() -> tuple[Document, Document]:
    earlier, later = (read_report(DATA / "two-years" / f"{name}.pdf") for name in (EARLIER, LATER))
    return earlier, later


@pytest.fixture(scope="module")
def years(doncaster: tuple[Document, Document], reader: Encoder) -> Comparison:
    return compare(*doncaster, reader)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Library:
    path = tmp_path_factory.mktemp("years") / "library"
    return Library.create(path, encoder=encoder, reports=sorted((DATA / "two-years").glob("*.pdf")))


def test_judgements_that_moved(years: Comparison) -> None:
    assert years.over_time
    moved = [
        (judged.change, judged.first and judged.first.grade, judged.second and judged.second.label)
        for judged in years.judgements
    ]
    in_care = "The experiences and progress of"
    assert moved == [
        ("up", "requires improvement", "Overall effectiveness"),
        ("up", "inadequate", "The impact of leaders on social work practice with children and "
         "families"),
        ("up", "requires improvement", f"{in_care} children who need help and protection"),
        # One judgement in 2022, two in 2025.
        ("up", "requires improvement", f"{in_care} children in care"),
        ("same", "requires improvement", f"{in_care} care leavers"),
    ]  # fmt: skip


def test_of_two_years_the_earlier_stands_first(
    doncaster: tuple[Document, Document], years: Comparison, reader: Encoder
) -> None:
    assert compare(*reversed(doncaster), reader) == years


def test_every_area_of_both_stands_in_its_place(years: Comparison) -> None:
    assert (len(years.repeated), len(years.gone), len(years.new)) == (0, 9, 3)
    for document, rows in ((years.first, years.gone), (years.second, years.new)):
        assert all(row.quote == document.text[row.start : row.end] for row in rows)
        assert [row.page for row in rows] == [2] * len(rows)


def test_what_both_ask_for_is_found(reader: Encoder) -> None:
    earlier, later = (read_report(DATA / "reports" / f"send-{name}.pdf") for name in SEND)
    both = compare(earlier, later, reader)
    assert not both.over_time
    assert both.judgements[0].change == "same"
    found = [(pair.first.quote, pair.second.quote) for pair in both.repeated]
    about = {("EHC plan processes", "quality of EHC plans"), ("length of time", "waiting times")}
    assert len(found) == len(about)
    for ours, theirs in about:
        assert any(ours in first and theirs in second for first, second in found)
    assert len(both.gone) + len({row for row, _ in found}) == len(_areas(earlier))
    assert len(both.new) + len({row for _, row in found}) == len(_areas(later))


SEND = ("dudley-2025", "east-sussex-2024")


def _areas(document: Document) -> list[str]:
    return [row.quote for row in findings(document) if row.kind != "judgement"]


def test_two_kinds_of_report_share_no_scale(
    doncaster: tuple[Document, Document], reader: Encoder
) -> None:
    other = read_report(DATA / "reports" / "send-dudley-2025.pdf")
    mixed = compare(doncaster[1], other, reader)
    assert not mixed.over_time
    assert [judged.change for judged in mixed.judgements] == ["other scale", *["only first"] * 4]
    assert mixed.repeated == ()


def test_the_labelled_pairs(reader: Encoder) -> None:
    pairs = load_pairs(DATA / "repeated" / "pairs.jsonl")
    told = tell(pairs, reader)
    assert (told.there, told.found, told.right) == (31, 28, 21)
    hard = [pair for pair in pairs if pair.reports == "one authority, ILACS and SEND"]
    assert tell(hard, reader).found == 0
    # A report against itself repeats everything.
    assert tell([replace(pair, second=pair.first, same=True) for pair in pairs], reader).f1 == 1


def test_reports_of_the_library_by_id(library: Library, years: Comparison) -> None:
    by_id = compare_reports(LATER, EARLIER, library)
    assert by_id.gone == years.gone
    with pytest.raises(LibraryError, match="there is no report 'kent'; the reports are: doncast"):
        compare_reports(LATER, "kent", library)
    with pytest.raises(QuestionError, match="is given twice; name two reports"):
        compare_reports(LATER, LATER, library)


def test_the_command(library: Library) -> None:
    def run(*arguments: str) -> str:
        command = ["compare", LATER, EARLIER, *arguments, "--library", str(library.path)]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        return result.output

    assert "Overall effectiveness: requires improvement (p. 1, 466-520) -> good (p. 1" in run()
    assert "\nNot repeated: 9\n" in run()
    rows = list(csv.DictReader(io.StringIO(run("--csv"))))
    assert len(rows) == 5 + 9 + 3
    assert json.loads(run("--json"))["first"]["id"] == EARLIER
    assert run("--html").startswith("<!doctype html>")


def test_what_reports_say_is_inert(reader: Encoder) -> None:
    text = (
        "# {}\n\n## Areas for improvement\n\n- =HYPERLINK(1) should be <img src=x onerror=alert(1)>"
        "\n- The force must train its staff.\n"
    )
    names = ("<script>alert(1)</script>", "Another")
    both = compare(
        *(parse_text(text.format(name), document_id=name, source="x.md") for name in names), reader
    )
    page, table = comparison_html(both), comparison_csv(both)
    assert "<script" not in page
    assert "<img" not in page
    assert "'=HYPERLINK(1)" in table
    assert ",=HYPERLINK" not in table
