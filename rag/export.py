"""A conversation as a file to keep: Markdown, a web page, JSON that can be proven, a table.

The same answers always give the same bytes. Everything that comes from a report, a question
or a file name is escaped for its format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from index.errors import AnswerError
from index.types import Document
from rag.cells import Cell, csv_table
from rag.cite import verify
from rag.export_html import conversation_html, quoted
from rag.show import answer_markdown, escape_markdown, known, web_address
from rag.types import Answer, Citation

DocumentsAs = Callable[[Mapping[str, str]], Mapping[str, Document]]
ExportFormat = Literal["markdown", "html", "json", "csv"]
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)

_FORMAT: Final = 1
_FILES: Final[dict[ExportFormat, tuple[str, str]]] = {
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv; charset=utf-8; header=present"),
}
_COLUMNS: Final = (
    "answer", "question", "marker", "quote", "lead_in", "report", "document", "section", "page",
    "start", "end", "published", "publisher", "licence", "source_url", "sha256",
)  # fmt: skip
_NAME_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to save: its name, of ASCII letters, digits, ``-`` and ``.``, its type and bytes."""

    name: str
    media_type: str
    data: bytes


def export(
    answers: Sequence[Answer], documents: Mapping[str, Document], to: ExportFormat
) -> ExportedFile:
    """The answers of a conversation, in order, as a file.

    ``documents`` are the reports they quote, for dates and addresses. Raises AnswerError where
    there is no answer.
    """
    if not answers:
        raise AnswerError("there is no answer to export; ask a question first")
    if to == "json":
        text = conversation_json(answers)
    elif to == "markdown":
        text = conversation_markdown(answers, documents)
    elif to == "html":
        text = conversation_html(answers, documents)
    else:
        # Spreadsheets take a CSV file for UTF-8 only where it begins with this mark.
        text = "\ufeff" + quotes_csv(answers, documents)
    suffix, media_type = _FILES[to]
    words = re.sub(r"[^a-z0-9]+", "-", answers[0].question.lower()).strip("-")
    name = words[:_NAME_CHARACTERS].rstrip("-") or "conversation"
    return ExportedFile(f"{name}.{suffix}", media_type, text.encode())


def conversation_json(answers: Sequence[Answer]) -> str:
    """The answers as one JSON object that ``read_answers`` reads and ``peel verify`` proves."""
    data = {"conversation": _FORMAT, "answers": [answer.to_dict() for answer in answers]}
    # A lone surrogate, which UTF-8 cannot hold, can stand inside of a string only.
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


def read_answers(data: Any) -> tuple[Answer, ...]:
    """The answers of an exported conversation or of ``peel ask --json``, from their JSON data.

    Raises AnswerError on anything else, with the number of the answer that is malformed.
    """
    if not isinstance(data, dict) or "conversation" not in data:
        return (Answer.from_dict(data),)
    if data["conversation"] != _FORMAT:
        raise AnswerError(
            f"this conversation has the format {data['conversation']!r}, and {_FORMAT} is read; "
            "export it anew with this version of peel"
        )
    items = data.get("answers")
    if not isinstance(items, list) or not items:
        raise AnswerError("this conversation has no 'answers'; export it anew from the chat")
    answers = []
    for number, item in enumerate(items, start=1):
        try:
            answers.append(Answer.from_dict(item))
        except AnswerError as error:
            raise AnswerError(f"answer {number}: {error}") from error
    return tuple(answers)


def verify_all(answers: Sequence[Answer], documents_as: DocumentsAs) -> list[str]:
    """What the documents do not prove, a line each, with the answer's number if there are more.

    ``documents_as`` is that of the library: it gives the texts that an answer was made from, of
    reports that were replaced or removed since too.
    """
    faults = []
    for number, answer in enumerate(answers, start=1):
        before = f"answer {number}: " if len(answers) > 1 else ""
        found = verify(answer, documents_as(texts_of([answer])))
        faults += [before + fault for fault in found]
    return faults


def texts_of(answers: Iterable[Answer]) -> dict[str, str]:
    """The SHA-256 of the texts that answers were made from, by document id."""
    return {source.document: source.sha256 for answer in answers for source in answer.sources}


def conversation_markdown(answers: Sequence[Answer], documents: Mapping[str, Document]) -> str:
    """Questions, answers and their sources, then what is known of the reports."""
    turns = "\n---\n\n".join(answer_markdown(answer) for answer in answers)
    lines = [
        f"- {'. '.join(_reference(document))}" for document in quoted(answers, documents).values()
    ]
    return turns + ("\n---\n\n**Reports**\n\n" + "\n".join(lines) + "\n" if lines else "")


def quotes_csv(answers: Sequence[Answer], documents: Mapping[str, Document]) -> str:
    """The quotes as a table for spreadsheets, see ``csv_table``."""
    return csv_table(
        _COLUMNS,
        (
            _row(number, answer, citation, documents.get(citation.document))
            for number, answer in enumerate(answers, start=1)
            for citation in answer.citations
        ),
    )


def _reference(document: Document) -> list[str]:
    about, address = known(document), web_address(document)
    about.pop("source_url", None)
    words = [escape_markdown(text) for text in (document.title, *about.values())]
    return [*words, *([f"<{address}>"] if address else []), f"SHA-256 `{document.sha256}`"]


def _row(number: int, answer: Answer, citation: Citation, document: Document | None) -> list[Cell]:
    source = next((item for item in answer.sources if item.document == citation.document), None)
    about = known(document) if document else {}
    return [
        number,
        answer.question,
        citation.marker,
        citation.quote,
        citation.lead_in.quote if citation.lead_in else "",
        source.title if source else citation.document,
        citation.document,
        citation.section,
        citation.page,
        citation.start,
        citation.end,
        *(about.get(key, "") for key in ("published", "publisher", "licence", "source_url")),
        source.sha256 if source else "",
    ]
