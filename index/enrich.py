"""Questions that a report answers, and questions that people ask which it does not.

They stand in a JSON Lines file beside the report, named like it with ``.questions.jsonl``.
A line is ``{"spans": [[start, end], ...], "questions": [...]}``, spans being offsets into
the report's text that together answer each of the questions, or ``{"question": ...,
"instead": ..., "nearest": [[start, end], ...]}`` for one that the report does not answer,
with what it says instead and where.

Questions that a program wrote while the report was added, see ``Library.add``, are kept by the
library in a file like it, named with ``.enriched.jsonl``, whose first line is
``{"text_sha256": ...}``: they hold for that text alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReportError
from index.types import Answered, Document, Span, Unanswered

SUFFIX = ".questions.jsonl"
ENRICHED_SUFFIX = ".enriched.jsonl"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """The questions of one report."""

    answered: tuple[Answered, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


Enricher = Callable[[Document], Enrichment]
"""Writes questions for a report that is being added; told of those that it has already."""


def companion_questions(companions: Mapping[str, bytes], stem: str, text: str) -> Enrichment:
    """The questions in the files beside a report, by suffix; ``stem`` is what their names share.

    What a person wrote goes before what a program wrote: a question that stands in both files
    counts as it does in the first. Raises ReportError where a file is malformed.
    """
    found = Enrichment()
    if (own := companions.get(SUFFIX)) is not None:
        found = _read(stem + SUFFIX, _lines(stem + SUFFIX, own), text)
    if (written := companions.get(ENRICHED_SUFFIX)) is not None:
        found = merged(found, _written(stem + ENRICHED_SUFFIX, written, text))
    return found


def merged(first: Enrichment, second: Enrichment) -> Enrichment:
    """All questions of the first, and those of the second that are not among them.

    Capitals, spaces and punctuation make no difference.
    """
    known = {question_key(question) for group in first.answered for question in group.questions} | {
        question_key(item.question) for item in first.unanswered
    }
    groups = (
        Answered(
            group.spans, tuple(one for one in group.questions if question_key(one) not in known)
        )
        for group in second.answered
    )
    others = (item for item in second.unanswered if question_key(item.question) not in known)
    return Enrichment(
        (*first.answered, *(group for group in groups if group.questions)),
        (*first.unanswered, *others),
    )


def question_key(question: str) -> str:
    """What two questions have in common that are the same but for capitals and punctuation."""
    words = "".join(c if c.isalnum() else " " for c in question.casefold())
    return " ".join(words.split())


def written_bytes(enrichment: Enrichment, text: str) -> bytes:
    """The content of an ``.enriched.jsonl`` file: these questions, for this text."""
    rows: list[dict[str, Any]] = [{"text_sha256": _sha256(text)}]
    rows += [
        {"spans": _pairs(group.spans), "questions": list(group.questions)}
        for group in enrichment.answered
    ]
    rows += [
        {"question": item.question, "instead": item.instead, "nearest": _pairs(item.nearest)}
        for item in enrichment.unanswered
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def questions_file(report: Path) -> Path:
    """The file of questions that belongs to a report file, whether it is there or not."""
    return report.with_name(report.stem + SUFFIX)


def load_enrichment(path: Path, text: str) -> Enrichment:
    """The questions in a file; raises ReportError naming file and line where one is malformed."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path.name}: cannot be read: {error}") from error
    return _read(path.name, _lines(path.name, data), text)


def _written(name: str, data: bytes, text: str) -> Enrichment:
    """None, with a warning in the log, where they were written for another text."""
    head, *lines = _lines(name, data)
    try:
        sha256 = json.loads(head)["text_sha256"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReportError(
            f'{name}, line 1: {error!r}; the line is {{"text_sha256": "..."}}'
        ) from error
    if sha256 != _sha256(text):
        _log.warning(
            "%s: left out, for these questions were written for another version of the text; "
            "have them written anew: peel index add REPORT --enrich",
            name,
        )
        return Enrichment()
    return _read(name, lines, text, start=2)


def _lines(name: str, data: bytes) -> list[str]:
    try:
        return data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ReportError(f"{name}: cannot be read: {error}") from error


def _read(name: str, lines: Sequence[str], text: str, start: int = 1) -> Enrichment:
    answered: list[Answered] = []
    unanswered: list[Unanswered] = []
    for number, line in enumerate(lines, start=start):
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
                f"{name}, line {number}: {error!r}; a line is "
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


def _pairs(spans: Sequence[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _strings(data: Any) -> tuple[str, ...]:
    if not isinstance(data, list) or not data:
        raise ValueError("no questions")
    if not all(isinstance(item, str) and item.strip() for item in data):
        raise ValueError("a question is not a text")
    "".join(data).encode()  # half a surrogate pair, which JSON can write, is no text either
    return tuple(data)
