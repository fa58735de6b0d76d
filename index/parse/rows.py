"""Tables into lines that can be quoted: "Overall effectiveness: Requires improvement"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.parse.marks import is_grade

_VALUES = re.compile(
    r"\b(grades?|judge?ments?|ratings?|evaluations?|outcomes?|scores?|results?|numbers?|totals?"
    r"|values?|status|findings?|met|date|20\d\d|%)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"[£$€<>~]?\s?[\d.,]+\s?(%|per cent|m|bn|/\s?\d+|(out )?of \d+)?|yes|no|n/?a|[-–—]",
    re.IGNORECASE,
)
_ITEM = re.compile(r"R?\d{1,2}[.):]?|\(?([a-z]|[ivx]{1,4})[.)]|[^\w\s]")
_NUMBER = re.compile(r"([A-Z]{1,2} ?)?\d{1,3}(\.\d{1,3})*[.)]?")
_ITEM_WORDS = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words and whether they are all in bold type."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A cell as it is written in a row's line: which one, and what goes before it.

    ``heading`` is the column's heading where it is to be written before the cell.
    """

    column: int
    glue: str
    heading: str = ""


def has_heading(rows: Sequence[Sequence[Cell | None]]) -> bool:
    """Whether the first row names the columns: it alone is bold, or the rest are values."""
    if len(rows) < 2 or any(cell is None or not cell.text for cell in rows[0][1:]):
        return False
    first = [cell for cell in rows[0] if cell is not None and cell.text]
    others = [cell for row in rows[1:] for cell in row[1:] if cell is not None and cell.text]
    if not others:
        return False
    if all(cell.bold for cell in first) and not all(cell.bold for cell in others):
        return True
    named = any(_VALUES.search(cell.text) for cell in first)
    return named and not any(_is_value(cell.text) for cell in first)


def row_parts(heading: Sequence[str], row: Sequence[Cell | None], *, labelled: bool) -> list[Part]:
    """How a row is written: "label: value" of two columns, else each value with its heading.

    ``heading`` is empty where the table has none; ``labelled`` says that the first column
    names the rows.
    """
    filled = [at for at, cell in enumerate(row) if cell is not None and cell.text]
    if labelled and len(filled) > 1 and _is_numbered(row):
        # "P 1.1" stands before the label "Leadership", which stands before its grade.
        return [Part(0, ""), *_after_number(heading, row, filled[1:])]
    parts: list[Part] = []
    for place, column in enumerate(filled):
        name = heading[column] if column < len(heading) else ""
        if labelled and column == 0:
            parts.append(Part(column, ""))
        elif labelled and len(row) == 2:
            parts.append(Part(column, _after_label(row[0])))
        else:
            after = _after_label(row[0]) if labelled and place == 1 else "; "
            parts.append(Part(column, after if place else "", name))
    return parts


def is_labelled(heading: Sequence[str], rows: Sequence[Sequence[Cell | None]]) -> bool:
    """Whether the first column names the rows, so that it goes before their values.

    Not where two columns are lists side by side, such as two organisations' names and addresses.
    """
    if not heading:
        return True
    if not heading[0] or len(heading) > 2:
        return True
    cells = [row[1].text for row in rows if row[1] is not None and row[1].text]
    values = sum(_is_value(text) for text in cells)
    return bool(_VALUES.search(heading[1])) or 2 * values > len(cells)


def list_marks(rows: Sequence[Sequence[Cell | None]]) -> list[str]:
    """The bullet or number of each row where a table is a list; else none.

    It is one where each row has two cells, the first with a bullet or number only.
    """
    marks: list[str] = []
    for row in rows:
        first, second = (row[0], row[1]) if len(row) == 2 else (None, None)
        if first is None or second is None or not _ITEM.fullmatch(first.text):
            return []
        if len(second.text.split()) < _ITEM_WORDS:
            return []
        marks.append(first.text if first.text[-1:].isalnum() or first.text[:1].isalnum() else "•")
    return marks if len(marks) > 1 else []


def _is_numbered(row: Sequence[Cell | None]) -> bool:
    """Whether a row's first cell is the number of what its second names."""
    first, second = row[0], row[1] if len(row) > 1 else None
    if first is None or second is None or not _NUMBER.fullmatch(first.text):
        return False
    return not _is_value(second.text) and any(map(str.isalpha, second.text))


def _after_number(
    heading: Sequence[str], row: Sequence[Cell | None], filled: Sequence[int]
) -> list[Part]:
    label, *values = filled
    parts = [Part(label, " ")]
    for place, column in enumerate(values):
        name = heading[column] if column < len(heading) and len(values) > 1 else ""
        parts.append(Part(column, "; " if place else _after_label(row[label]), name))
    return parts


def _after_label(label: Cell | None) -> str:
    if label is None or not label.text:
        return ""
    return " " if label.text.endswith((":", "?")) else ": "


def _is_value(text: str) -> bool:
    return is_grade(text) or _NUMERIC.fullmatch(text) is not None
