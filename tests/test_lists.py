"""Lists as things that answer a question whole."""

from __future__ import annotations

from pathlib import Path

from index.parse import parse_text, read_report
from rag.lists import lists_of, namesakes


def test_the_bundled_report(report_path: Path) -> None:
    report = read_report(report_path)
    groups = lists_of([report])
    assert [len(group.units) for group in groups] == [2, 2, 2, 2, 4, 2, 3, 4, 2, 4, 1]
    improve = groups[6]
    assert improve.title == "Areas for improvement"
    assert namesakes(improve, groups) == [groups[6], groups[8]]
    assert improve.holds(report, groups[6].units[0])
    assert not improve.holds(report, groups[8].units[0])


def test_a_list_as_it_is_read() -> None:
    text = "Fenwick\n\nWhat next?\n\nIt\nshould:\n• hear;\n• listen.\n\nLast\n\n• End.\n"
    document = parse_text(text, document_id="report", source="report.txt")
    introduced, bare = lists_of([document])
    assert introduced.label == "What next?. It should:"
    assert introduced.text == "What next?. It should: hear listen."
    assert (bare.label, bare.text) == ("Last.", "Last. End.")


def test_a_long_bullet_stands_in_its_list_by_its_first_sentence() -> None:
    text = "Fenwick\n\nIt should:\n• Hear all. Then act. Then rest.\n• Listen. Then wait.\n"
    report = parse_text(text, document_id="report", source="report.txt")
    (group,) = lists_of([report])
    assert [report.quote(unit) for unit in group.units] == ["Hear all.", "Listen. Then wait."]
    bullets = [unit for unit in report.units if unit.kind == "bullet"]
    assert [report.quote(unit) for unit in bullets] == [
        "Hear all.",
        "Then act.",
        "Then rest.",
        "Listen. Then wait.",
    ]
    assert all(group.holds(report, unit) for unit in bullets)


def test_namesakes_differ_in_number_case_and_plural_only() -> None:
    headings = (
        "Areas for improvement",
        "2. Area for Improvement",
        "Areas for concern",
        "2020",
        "19",
    )
    text = "Fenwick\n\n" + "".join(f"# {heading}\n\n• Train.\n\n" for heading in headings)
    document = parse_text(text, document_id="report", source="report.txt")
    other = parse_text(text, document_id="other", source="other.txt")
    groups = lists_of([document, other])
    assert [[item.title for item in namesakes(group, groups)] for group in groups[:5]] == [
        list(headings[:2]),
        list(headings[:2]),
        [headings[2]],
        [headings[3]],
        [headings[4]],
    ]
