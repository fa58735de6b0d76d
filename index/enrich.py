"""Questions that a report answers, and questions that people ask which it does not.

They stand in a JSON Lines file beside the report, named like it with ``.questions.jsonl``.
A line is ``{"spans": [[start, end], ...], "questions": [...]}``, spans being offsets into
the report's text that together answer each of the questions, or ``{"question": ...,
"instead": ..., "nearest": [[start, end], ...]}`` for one that the report does not answer,
with what it says instead and where.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReportError
from index.types import Answered, Span, Unanswered

SUFFIX = ".questions.jsonl"


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The questions of one report."""

    answered: tuple[Answered, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


def questions_file(report: Path) -> Path:
    """The file of questions that belongs to a report file, whether it is there or not."""
    return report.with_name(report.stem + SUFFIX)


def load_enrichment(path: Path, text: str) -> Enrichment:
    """The questions in a file; raises ReportError naming file and line where one is malformed."""
    answered: list[Answered] = []
    unanswered: list[Unanswered] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path.name}: cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if "questions" in row:
                answered.append(Answered(_spans(row["spans"], text), _strings(row["questions"])))
            else:
                unanswered.append(_unanswered(row, text))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ReportError(
                f"{path.name}, line {number}: {error!r}; a line is "
                '{"spans": [[start, end]], "questions": ["..."]} or {"question": "..."}'
            ) from error
    return Enrichment(tuple(answered), tuple(unanswered))


def _unanswered(row: dict[str, Any], text: str) -> Unanswered:
    (question,) = _strings([row["question"]])
    instead = row.get("instead", "")
    if instead:
        (instead,) = _strings([instead])
    return Unanswered(question, instead or "", _spans(row.get("nearest", []), text, some=False))


def _spans(data: Any, text: str, *, some: bool = True) -> tuple[Span, ...]:
    spans = tuple(sorted((Span(start, end) for start, end in data), key=lambda span: span.start))
    if some and not spans:
        raise ValueError("no spans")
    for span in spans:
        if not (type(span.start) is type(span.end) is int and 0 <= span.start < span.end):
            raise ValueError(f"{span} is no span")
        if span.end > len(text):
            raise ValueError(f"{span} ends beyond the report's {len(text)} characters")
    return spans


def _strings(data: Any) -> tuple[str, ...]:
    if not isinstance(data, list) or not data:
        raise ValueError("no questions")
    if not all(isinstance(item, str) and item.strip() for item in data):
        raise ValueError("a question is not a text")
    "".join(data).encode()  # half a surrogate pair, which JSON can write, is no text either
    return tuple(data)
