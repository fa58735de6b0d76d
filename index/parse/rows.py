"""Tables into lines that can be quoted: "Overall effectiveness: Requires improvement"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.parse.marks import is_grade

_VALUES = re.compile(
    r"\b(grades?|judgements?|ratings?|outcomes?|scores?|results?|numbers?|totals?|values?|status"
    r"|findings?|met|date|20\d\d|%)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"[£$€<>~]?\s?[\d.,]+\s?(%|per cent|m|bn)?|yes|no|n/?a|[-–—]", re.IGNORECASE)
_LABEL_WORDS = 14


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


def _after_label(label: Cell | None) -> str:
    if label is None or not label.text:
        return ""
    return " " if label.text.endswith((":", "?")) else ": "


def _is_value(text: str) -> bool:
    return is_grade(text) or _NUMERIC.fullmatch(text) is not None
