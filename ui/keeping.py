"""What leaves the chat: a conversation as a file, and what people think of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from index.errors import AnswerError
from index.types import Document
from rag.export import ExportFormat, export
from rag.feedback import append_feedback, judged
from rag.types import Answer
from ui.called import NOT_SO, Called, called
from ui.desk import Desk, recall
from ui.desks import Desks
from ui.own import PREFIX

_NOTED: Final = "Noted. Thank you."
_OWN: Final = "This answer is from a report of your own: nothing that is said of it is kept here."


class _Saved(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    turns: list[Any]
    to: ExportFormat


class _Passage(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: str
    start: int
    end: int


class _Judged(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    turns: list[Any]
    at: int = Field(ge=0)
    verdict: str
    reason: str | None = None
    comment: str = ""
    passage: _Passage | None = None


def saving(desks: Desks) -> Called:
    """A function for the page: its turns as a file with ``name``, ``type`` and ``text``."""

    def save(data: Any, desk: Desk) -> dict[str, str]:
        asked = _Saved.model_validate(data)
        file = export(recall(asked.turns, desk.documents), desk.documents, asked.to)
        return {"name": file.name, "type": file.media_type, "text": file.data.decode()}

    return called(desks, save)


def judging(desks: Desks, path: Path) -> Called:
    """A function for the page: adds what it says of one of its turns to the file of feedback.

    What is thought of answers from reports of one's own is not kept, as nothing of them is.
    """

    def judge(data: Any, desk: Desk) -> dict[str, str]:
        said = _Judged.model_validate(data)
        if said.at >= len(said.turns):
            raise AnswerError(NOT_SO)
        answers = [Answer.from_dict(turn) for turn in said.turns[: said.at + 1]]
        if any(source.document.startswith(PREFIX) for source in answers[-1].sources):
            raise AnswerError(_OWN)
        feedback = judged(
            answers[-1],
            said.verdict,
            desk.documents,
            history=[answer.question for answer in answers[:-1]],
            reason=said.reason,
            comment=said.comment.strip(),
            passage=_trimmed(said.passage, desk.documents),
        )
        append_feedback(path, feedback)
        return {"said": _NOTED}

    return called(desks, judge)


def _trimmed(
    passage: _Passage | None, documents: Mapping[str, Document]
) -> tuple[str, int, int] | None:
    """The passage without white space at its ends, which selecting takes along."""
    if passage is None:
        return None
    start, end = passage.start, passage.end
    if passage.document in documents and 0 <= start < end:
        words = documents[passage.document].text[start:end]
        if kept := words.strip():
            start += len(words) - len(words.lstrip())
            end = start + len(kept)
    return passage.document, start, end
