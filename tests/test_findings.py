"""The register of findings, against reports whose pages were read, and its tables."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.embed import Encoder
from index.findings import Finding, findings, matching
from index.library import Library
from index.parse import parse_text, read_report
from ui.cli import app
from ui.findings import findings_csv, findings_html

REPORTS = Path(__file__).parent / "data" / "reports"
# Judgements and areas for improvement on the pages. East Sussex has four areas, of which the
# first asks for two things in a list: these count too.
ON_THE_PAGES = {
    "ilacs-hull-2022": (4, 4),
    "ilacs-isle-of-wight-2023": (5, 6),
    "ilacs-sandwell-2022": (4, 7),
    "ilacs-southwark-2022": (4, 3),
    "ilacs-york-2022": (4, 7),
    "send-dudley-2025": (1, 3),
    "send-east-sussex-2024": (1, 4 + 2),
    "send-richmond-2023": (1, 3),
    "send-rutland-2023": (1, 3),
    "send-wiltshire-2024": (1, 2),
}


@pytest.mark.parametrize("name", ON_THE_PAGES)
def test_every_finding_of_a_report_and_no_other(name: str) -> None:
    document = read_report(REPORTS / f"{name}.pdf")
    rows = findings(document)
    counts = Counter(row.kind for row in rows)
    judged, areas = ON_THE_PAGES[name]
    assert counts == {"judgement": judged, "area for improvement": areas}
    assert all(row.quote == document.text[row.start : row.end] and row.page for row in rows)


def test_the_bundled_report(report_path: Path) -> None:
    rows = findings(read_report(report_path))
    assert Counter(row.kind for row in rows) == {"judgement": 2, "area for improvement": 14}
    under = [row for row in rows if row.section.endswith("Areas for improvement")]
    assert len(under) == 5


def of(text: str) -> list[tuple[str, str, str]]:
    document = parse_text(text, document_id="report", source="report.txt")
    return [(row.kind, row.lead_in, row.quote) for row in findings(document)]


def test_what_a_list_belongs_to_is_not_lost() -> None:
    asked = "The partnership should improve plans."
    found = of(
        "# Report\n\n## Areas for improvement\n\n"
        f"{asked} This includes:\n\n- better reviews\n- training.\n"
    )
    assert found == [
        ("area for improvement", "", asked),
        ("area for improvement", f"{asked} This includes:", "better reviews"),
        ("area for improvement", f"{asked} This includes:", "training."),
    ]


def test_what_follows_the_findings_is_none() -> None:
    found = of(
        "# Report\n\n## Areas for improvement\n\nLeaders should listen to parents.\n\n"
        "### Local details\n\nThe council is in the north.\n\n"
        "### Ofsted\n\nOfsted must inspect every service that it registers.\n\n"
        "## Recommendations\n\n### For the council\n\nThe council should train its staff.\n"
    )
    assert [(kind, quote) for kind, _, quote in found] == [
        ("area for improvement", "Leaders should listen to parents."),
        ("recommendation", "The council should train its staff."),
    ]


def test_kinds_by_the_headings_of_other_inspectorates() -> None:
    found = of(
        "# Inspection of HMP Stonegate\n\n## Priority concerns\n\n"
        "1. Violence was too high. Leaders had no plan.\n2. Too few prisoners were in work.\n\n"
        "## Notable positive practice\n\n- Peer workers helped new arrivals.\n\n"
        "## Recommendations\n\nThe prison service should:\n\n1. review its resources.\n\n"
        "## Area for improvement\n\n### The prison needs to answer cell bells sooner\n\n"
        "It missed its target. The figures are in the annex.\n"
    )
    assert found == [
        ("cause of concern", "", "Violence was too high. Leaders had no plan."),
        ("cause of concern", "", "Too few prisoners were in work."),
        ("recommendation", "The prison service should:", "review its resources."),
        ("area for improvement", "", "The prison needs to answer cell bells sooner"),
    ]


@pytest.fixture(scope="module")
def york() -> tuple[Finding, ...]:
    return findings(read_report(REPORTS / "ilacs-york-2022.pdf"))


def test_choosing_findings(york: tuple[Finding, ...]) -> None:
    assert matching(york) == york
    assert len(matching(york, kinds=["judgement"])) == 4
    assert len(matching(york, grades=["Requires improvement"])) == 4
    assert [row.quote for row in matching(york, text="RETURN interviews")] == [
        "The analysis of return home interviews."
    ]
    assert matching(york, kinds=["judgement"], text="return interviews") == ()


def test_tables_hold_every_finding_and_run_nothing(york: tuple[Finding, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv(york))))
    assert [(int(row["start"]), row["quote"]) for row in rows] == [
        (row.start, row.quote) for row in york
    ]
    assert findings_html(york).count("<tr>") == len(york) + 1


def test_the_command_chooses(tmp_path: Path, encoder: Encoder) -> None:
    path = tmp_path / "library"
    Library.create(path, encoder=encoder, reports=[REPORTS / "ilacs-york-2022.pdf"])

    def run(*arguments: str) -> list[str]:
        result = CliRunner().invoke(app, ["findings", *arguments, "--library", str(path)])
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    assert len(run("--json")) == 11
    assert len(run("--json", "--kind", "judgement", "--grade", "requires improvement")) == 4
    assert len(run("--json", "--text", "assessments")) == 1
    assert run("--json", "--report", "ilacs-york-2022", "--grade", "good") == []
    refused = CliRunner().invoke(app, ["findings", "--kind", "praise", "--library", str(path)])
    assert "there is no kind 'praise'; the kinds are: judgement," in str(refused.exception)
