"""``peel compare``: two reports side by side, as text, CSV, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import QuestionError
from rag.cells import Cell, csv_table
from rag.markup import Html, join, tag, whole_page
from ui.common import LibraryOption, echo, open_library
from ui.findings import TABLE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.findings import Finding
    from rag.compare import Change, Comparison

_SIDE = ("document", "label", "grade", "lead_in", "quote", "section", "page", "start", "end")
_COLUMNS = (
    "what",
    "change",
    "similarity",
    *(f"{side}_{name}" for side in ("first", "second") for name in _SIDE),
)
_CHANGES: dict[Change, str] = {
    "up": "better",
    "down": "worse",
    "same": "the same",
    "other scale": "graded in other words",
    "only first": "in the first only",
    "only second": "in the second only",
}
Side = Callable[["Finding", Html], Html]
"""A finding's cell, made of its words."""
_Id = Annotated[str, typer.Argument(help="A report's id, as 'peel index list' shows it.")]


def compare_command(
    first: _Id,
    second: _Id,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print a web page.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    library: LibraryOption = None,
) -> None:
    """Set two reports side by side: judgements that moved, areas repeated, new and gone.

    Two years of one organisation stand in the order of time.

    Example:

        peel compare doncaster-2022 doncaster-2025 --html > doncaster.html
    """
    from rag.compare import compare_reports

    if as_csv + as_html + as_json > 1:
        raise QuestionError("choose one of --csv, --html and --json")
    comparison = compare_reports(first, second, open_library(library))
    if as_csv:
        echo(comparison_csv(comparison).rstrip("\r\n"))
    elif as_html:
        title = f"{comparison.first.title} and {comparison.second.title}"
        echo(whole_page(title, TABLE_STYLE, "", comparison_html(comparison)))
    elif as_json:
        echo(json.dumps(comparison_json(comparison), ensure_ascii=False, indent=1))
    else:
        echo(comparison_text(comparison))


def comparison_csv(comparison: Comparison) -> str:
    """Both sides of every row as CSV, with offsets and pages."""
    return csv_table(_COLUMNS, _rows(comparison))


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Plain JSON data: both reports, and each finding with its offsets and page."""

    def report(name: str) -> dict[str, str]:
        document = getattr(comparison, name)
        return {
            "id": document.document_id,
            "title": document.title,
            "sha256": document.sha256,
        }

    return {
        "first": report("first"),
        "second": report("second"),
        "over_time": comparison.over_time,
        "judgements": [asdict(judged) for judged in comparison.judgements],
        "repeated": [asdict(pair) for pair in comparison.repeated],
        "gone": [asdict(row) for row in comparison.gone],
        "new": [asdict(row) for row in comparison.new],
    }


def comparison_html(comparison: Comparison) -> Html:
    """The comparison as two tables, each side with its place in the report."""

    def side(row: Finding, words: Html) -> Html:
        return join(words, tag("small", _at(row)))

    title = f"{comparison.first.title} and {comparison.second.title}"
    return tag("main", tag("h1", title), comparison_tables(comparison, side))


def comparison_tables(comparison: Comparison, side: Side) -> Html:
    """The judgements, and what is to be improved, as tables; ``side`` makes a finding's cell."""

    def judged(row: Finding | None) -> str:
        if row is None:
            return ""
        return side(row, join(f"{row.label}: ", tag("strong", row.grade)))

    def quoted(row: Finding) -> Html:
        return side(row, join(_words(row)))

    both, gone, new = names(comparison)
    titles = (comparison.first.title, comparison.second.title)
    judgements = (
        (_CHANGES[judgement.change], judged(judgement.first), judged(judgement.second))
        for judgement in comparison.judgements
    )
    areas = (
        *((both, quoted(pair.first), quoted(pair.second)) for pair in comparison.repeated),
        *((gone, quoted(row), "") for row in comparison.gone),
        *((new, "", quoted(row)) for row in comparison.new),
    )
    return join(
        _table("Judgements", ("Change", *titles), judgements),
        _table("What is to be improved", ("Asked for", *titles), areas),
    )


def comparison_text(comparison: Comparison) -> str:
    """The comparison as people read it in a terminal."""
    lines = [f"1: {comparison.first.title} ({comparison.first.document_id})"]
    lines += [f"2: {comparison.second.title} ({comparison.second.document_id})"]
    lines += ["", "Judgements"]
    for judged in comparison.judgements:
        either = judged.second or judged.first
        sides = (f"{row.grade}{_at(row)}" if row else "-" for row in (judged.first, judged.second))
        label = either.label if either else ""
        lines.append(f"- {label}: {' -> '.join(sides)}: {_CHANGES[judged.change]}")
    both, gone, new = names(comparison)
    lines += ["", f"{both.capitalize()}: {len(comparison.repeated)}"]
    for pair in comparison.repeated:
        lines += [f"- 1: {_said(pair.first)}", f"  2: {_said(pair.second)}"]
    for title, rows in ((gone, comparison.gone), (new, comparison.new)):
        lines += ["", f"{title[0].upper()}{title[1:]}: {len(rows)}"]
        lines += [f"- {_said(row)}" for row in rows]
    return "\n".join(lines)


def names(comparison: Comparison) -> tuple[str, str, str]:
    """What the areas in both, in the first and in the second report alone are called."""
    if comparison.over_time:
        return "repeated", "not repeated", "new"
    return "in both", "in the first only", "in the second only"


def _rows(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    both, gone, new = names(comparison)
    for judged in comparison.judgements:
        yield ("judgement", judged.change, None, *_side(judged.first), *_side(judged.second))
    for pair in comparison.repeated:
        kind = pair.second.kind
        yield (kind, both, pair.similarity, *_side(pair.first), *_side(pair.second))
    for row in comparison.gone:
        yield (row.kind, gone, None, *_side(row), *_side(None))
    for row in comparison.new:
        yield (row.kind, new, None, *_side(None), *_side(row))


def _side(row: Finding | None) -> tuple[Cell, ...]:
    return tuple(getattr(row, name) if row else None for name in _SIDE)


def _table(caption: str, columns: tuple[str, ...], rows: Any) -> Html:
    head = tag("tr", *(tag("th", name, scope="col") for name in columns))
    body = (tag("tr", *(tag("td", cell) for cell in row)) for row in rows)
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))


def _said(row: Finding) -> str:
    return f"{_words(row)}{_at(row)}"


def _words(row: Finding) -> str:
    lead_in = f"{row.lead_in} … " if row.lead_in else ""
    return f"{lead_in}{' '.join(row.quote.split())}"


def _at(row: Finding) -> str:
    page = f"p. {row.page}, " if row.page else ""
    return f" ({page}{row.start}-{row.end})"
