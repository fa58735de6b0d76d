"""What leaves the chat: a conversation as a file, and what people think of an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import AnswerError, PeelError
from index.types import Document
from rag.export import ExportFormat, export
from rag.feedback import append_feedback, judged
from rag.types import Answer
from ui.desk import Desk, recall

_NOT_SO: Final = "This page sent something that the chat does not know; please load it anew."
_NOTED: Final = "Noted. Thank you."

logger = logging.getLogger(__name__)


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


def saving(desk: Desk) -> Callable[[Any], dict[str, str]]:
    """A function for the page: its turns as a file with ``name``, ``type`` and ``text``."""

    def save(data: Any) -> dict[str, str]:
        asked = _Saved.model_validate(data)
        file = export(recall(asked.turns, desk.documents), desk.documents, asked.to)
        return {"name": file.name, "type": file.media_type, "text": file.data.decode()}

    return answered(save)


def judging(desk: Desk, path: Path) -> Callable[[Any], dict[str, str]]:
    """A function for the page: adds what it says of one of its turns to the file of feedback."""

    def judge(data: Any) -> dict[str, str]:
        said = _Judged.model_validate(data)
        if said.at >= len(said.turns):
            raise AnswerError(_NOT_SO)
        answers = [Answer.from_dict(turn) for turn in said.turns[: said.at + 1]]
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

    return answered(judge)


def answered(function: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """The function, which says what is wrong as ``error``: the page shows it."""

    def call(data: Any) -> dict[str, Any]:
        try:
            return function(data)
        except ValidationError:
            return {"error": _NOT_SO}
        except PeelError as error:
            return {"error": str(error)}
        except Exception:
            logger.exception("what the page asked for failed")
            return {"error": "Something went wrong here, and the fault was noted."}

    call.__name__ = function.__name__
    return call


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
