"""``peel findings``: every finding of every report, as text, CSV, HTML or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import LibraryError, QuestionError
from index.findings import FINDING_KINDS, Finding, findings, matching
from rag.show import escape
from ui.common import LibraryOption, echo, open_library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.types import Document

_COLUMNS = tuple(field.name for field in fields(Finding))
# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def findings_command(
    report: Annotated[
        list[str] | None,
        typer.Option(help="Only this report's, by its id; repeat it for several."),
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

        peel findings --text "care leavers"
    """
    if as_csv + as_html + as_json > 1:
        raise QuestionError("choose one of --csv, --html and --json")
    if unknown := set(kind or ()) - set(FINDING_KINDS):
        raise QuestionError(
            f"there is no kind {', '.join(map(repr, sorted(unknown)))}; "
            f"the kinds are: {', '.join(FINDING_KINDS)}"
        )
    chosen = _chosen(open_library(library).documents, report or [])
    found = (finding for document in chosen for finding in findings(document))
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
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        values = asdict(row).values()
        writer.writerow([_inert(value) if isinstance(value, str) else value for value in values])
    return out.getvalue()


def findings_html(rows: Sequence[Finding]) -> str:
    """The findings as a page of its own, a table."""
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in _COLUMNS)
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td>{escape('' if value is None else str(value))}</td>"
            for value in asdict(row).values()
        )
        + "</tr>"
        for row in rows
    )
    return (
        '<!doctype html>\n<html lang="en-GB"><meta charset="utf-8"><title>Findings</title>\n'
        "<style>body{font:15px/1.45 system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
        "td,th{border:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}"
        "</style>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></html>"
    )


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


def _chosen(documents: Mapping[str, Document], names: Sequence[str]) -> list[Document]:
    unknown = [name for name in names if name not in documents]
    if unknown:
        raise LibraryError(
            f"there is no report {', '.join(map(repr, unknown))}; "
            f"the reports are: {', '.join(documents) or '(none)'}"
        )
    return [document for name, document in documents.items() if not names or name in names]


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
