"""Question sets: what is asked of the reports, and what a right answer holds.

The format is described in ``eval/sets/README.md``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.files import read_json, read_text, write_text
from index.errors import DatasetError


@dataclass(frozen=True, slots=True)
class PageReference:
    """A page of a report's file, counted from 1."""

    file: str
    page: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its gold.

    ``gold_spans`` are verbatim substrings of the reports, together the evidence;
    ``alt_spans`` say the same elsewhere. A correct answer's text holds at least one
    alternative of every group of ``required`` and no string of ``forbidden``. ``history`` is
    the earlier questions of the conversation, oldest first. ``documents``, where given, are
    the only reports that the gold stands in. ``held_out`` questions are scored apart: nobody
    looks at their answers while anything is tuned. ``where`` is the file and line that the question
    was read from, for messages.
    """

    id: str
    question: str
    history: tuple[str, ...]
    kind: str
    answerable: bool
    gold_spans: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]
    alt_spans: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    pages: tuple[PageReference, ...] = ()
    held_out: bool = False
    where: str = field(default="", compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The question as a line of a set; optional fields only where they say something."""
        data: dict[str, Any] = {
            "id": self.id,
            "question": self.question,
            "kind": self.kind,
            "answerable": self.answerable,
            "history": list(self.history),
            "gold_spans": list(self.gold_spans),
            "required": [list(group) for group in self.required],
            "forbidden": list(self.forbidden),
        }
        optional = {
            "alt_spans": list(self.alt_spans),
            "documents": list(self.documents),
            "pages": [[page.file, page.page] for page in self.pages],
            "held_out": self.held_out,
        }
        return data | {name: value for name, value in optional.items() if value}


def load_set(path: Path | str) -> tuple[Question, ...]:
    """The questions of a JSONL file, in order; blank lines are passed over.

    Raises DatasetError, naming the file and the line, on anything that is not a question.
    """
    path = Path(path)
    questions: dict[str, Question] = {}
    # Not splitlines(): JSON strings may hold other line separators, such as U+2028.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        question = parse_question(line, f"{path}, line {number}")
        if question.id in questions:
            raise DatasetError(
                f"{question.where}: the id {question.id!r} is already that of "
                f"{questions[question.id].where}; give each question its own id"
            )
        questions[question.id] = question
    if not questions:
        raise DatasetError(f"{path} holds no questions; write one JSON object a line")
    return tuple(questions.values())


def parse_question(line: str, where: str) -> Question:
    """The question that a line of a set says; raises DatasetError that begins with ``where``."""
    data = read_json(line, where)
    if not isinstance(data, dict):
        raise DatasetError(
            f"{where}: a question is a JSON object, not {_shown(data)}; "
            'write {"id": ..., "question": ..., ...}'
        )
    missing = [name for name in _REQUIRED if name not in data]
    if missing:
        raise DatasetError(f"{where}: the field {missing[0]!r} is missing; add it")
    unknown = [name for name in data if name not in _REQUIRED and name not in _OPTIONAL]
    if unknown:
        raise DatasetError(
            f"{where}: there is no field {unknown[0]!r}; "
            f"the fields are {', '.join([*_REQUIRED, *_OPTIONAL])}"
        )
    fields = {
        name: read(data[name], f"{where}: the field {name!r}")
        for name, read in (_REQUIRED | _OPTIONAL).items()
        if name in data
    }
    question = Question(**fields, where=where)
    _check_sense(question)
    return question


def save_set(questions: Iterable[Question], path: Path | str) -> None:
    """Write questions as a set that ``load_set`` reads back; raises DatasetError on failure."""
    lines = [json.dumps(question.to_dict(), ensure_ascii=False) for question in questions]
    write_text(Path(path), "".join(f"{line}\n" for line in lines))


def set_sha256(questions: Iterable[Question]) -> str:
    """The SHA-256 of what a set asks, 64 hexadecimal digits.

    It is taken over the questions in order as canonical JSON, so that blank lines, the order
    of fields and fields left empty make no difference.
    """
    digest = hashlib.sha256()
    for question in questions:
        digest.update(json.dumps(question.to_dict(), sort_keys=True).encode("ascii") + b"\n")
    return digest.hexdigest()


def bundled_sets() -> dict[str, Path]:
    """The sets that come with the package, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "sets").glob("*.jsonl"))}


def _check_sense(question: Question) -> None:
    if question.answerable and not question.gold_spans:
        raise DatasetError(
            f"{question.where}: an answerable question needs gold; "
            "quote its evidence in 'gold_spans' or set 'answerable' to false"
        )
    if not question.answerable:
        for name in ("gold_spans", "alt_spans", "required"):
            if getattr(question, name):
                raise DatasetError(
                    f"{question.where}: a question that the report does not answer has nothing "
                    f"in {name!r}; empty it or set 'answerable' to true"
                )


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise DatasetError(f"{where} is {_shown(value)}; write a string")
    if not value.strip():
        raise DatasetError(f"{where} holds an empty string; write some words or remove it")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise DatasetError(
            f"{where} holds half of a surrogate pair ({_shown(value)}); write the whole character"
        )
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise DatasetError(f"{where} is {_shown(value)}; write true or false")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DatasetError(f"{where} is {_shown(value)}; write a list")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_text(item, where) for item in _list(value, where))


def _groups(value: Any, where: str) -> tuple[tuple[str, ...], ...]:
    groups = tuple(_texts(group, where) for group in _list(value, where))
    if () in groups:
        raise DatasetError(f"{where} holds an empty group; give it an alternative or remove it")
    return groups


def _pages(value: Any, where: str) -> tuple[PageReference, ...]:
    pages = []
    for item in _list(value, where):
        if not isinstance(item, list) or len(item) != 2:
            raise DatasetError(f"{where} holds {_shown(item)}; write [file, page]")
        if type(item[1]) is not int or item[1] < 1:
            raise DatasetError(f"{where} holds the page {_shown(item[1])}; count pages from 1")
        pages.append(PageReference(_text(item[0], where), item[1]))
    return tuple(pages)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_REQUIRED: dict[str, Callable[[Any, str], Any]] = {
    "id": _text,
    "question": _text,
    "kind": _text,
    "answerable": _truth,
    "history": _texts,
    "gold_spans": _texts,
    "required": _groups,
    "forbidden": _texts,
}
_OPTIONAL: dict[str, Callable[[Any, str], Any]] = {
    "alt_spans": _texts,
    "documents": _texts,
    "pages": _pages,
    "held_out": _truth,
}
