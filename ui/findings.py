"""``peel findings``: every finding of every report, as text, CSV, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Annotated

import typer

from index.errors import QuestionError
from index.findings import FINDING_KINDS, Finding, findings, matching
from rag.cells import csv_table
from rag.markup import tag, whole_page
from rag.where import chosen_reports
from ui.asking import conditions
from ui.common import LibraryOption, echo, open_library

_COLUMNS = tuple(field.name for field in fields(Finding))
TABLE_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:2em}"
    "table{border-collapse:collapse;margin:1em 0}caption{text-align:left;font-weight:600}"
    "td,th{border:1px solid #888;padding:.3em .5em;text-align:left;vertical-align:top}"
)


def findings_command(
    report: Annotated[
        list[str] | None,
        typer.Option(help="Only this report's, by its id; repeat it for several."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=VALUE", help="Only reports of which this is known."),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {', '.join(FINDING_KINDS)}.")
    ] = None,
    grade: Annotated[
        list[str] | None, typer.Option(help='Only judgements of this grade, "inadequate" say.')
    ] = None,
    text: Annotated[str, typer.Option(help="Only findings with all of these words.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print a web page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False,
    library: LibraryOption = None,
) -> None:
    """List every judgement, area for improvement, recommendation and cause of concern.

    Each with its report, section, page, quote and offsets.

    Examples:

        peel findings --csv > findings.csv

        peel findings --kind judgement --grade inadequate

        peel findings --text "care leavers" --where kind=SEND
    """
    if as_csv + as_html + as_json > 1:
        raise QuestionError("choose one of --csv, --html and --json")
    if unknown := set(kind or ()) - set(FINDING_KINDS):
        raise QuestionError(
            f"there is no kind {', '.join(map(repr, sorted(unknown)))}; "
            f"the kinds are: {', '.join(FINDING_KINDS)}"
        )
    documents = open_library(library).documents
    chosen = chosen_reports(documents, report or None, conditions(where or []))
    names = documents if chosen is None else chosen
    found = (finding for name in names for finding in findings(documents[name]))
    rows = matching(found, kind or (), grade or (), text)
    if as_csv:
        echo(findings_csv(rows).rstrip("\n"))
    elif as_html:
        echo(findings_html(rows))
    elif as_json:
        for row in rows:
            echo(json.dumps(asdict(row), ensure_ascii=False))
    else:
        echo(findings_text(rows))


def findings_csv(rows: Sequence[Finding]) -> str:
    """The findings as CSV with a header; what a spreadsheet would run is kept as text."""
    return csv_table(_COLUMNS, (tuple(asdict(row).values()) for row in rows))


def findings_html(rows: Sequence[Finding]) -> str:
    """The findings as a page of its own, a table."""
    head = (tag("th", name.replace("_", " "), scope="col") for name in _COLUMNS)
    body = (
        tag("tr", *(tag("td", "" if cell is None else str(cell)) for cell in asdict(row).values()))
        for row in rows
    )
    table = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))
    return whole_page("Findings", TABLE_STYLE, "", tag("main", tag("h1", "Findings"), table))


def findings_text(rows: Sequence[Finding]) -> str:
    """The findings as people read them, by report."""
    lines: list[str] = []
    report = ""
    for row in rows:
        if row.document != report:
            report = row.document
            lines += [""] if lines else []
            lines.append(f"{row.report} ({row.document})")
        words = " ".join(row.quote.split())
        page = f", p. {row.page}" if row.page else ""
        lead_in = f"{row.lead_in} … " if row.lead_in else ""
        lines.append(f"- {row.kind}: {lead_in}{words} ({row.section}{page})")
    return "\n".join(lines)
