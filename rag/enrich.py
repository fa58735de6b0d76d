"""A language model writes the questions of a report while the report is added to a library."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from llama_index.core.llms import LLM, ChatMessage

from index.embed import Encoder
from index.enrich import Enrichment, question_key
from index.errors import LLMError, LLMReplyError, LLMServerError
from index.types import Document, Unanswered
from rag.config import EnrichConfig
from rag.llm import reply
from rag.prompts import asked_again, questions_prompt
from rag.proposed import checked
from rag.windows import Window, windows

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Writing:
    """How far the questions of a report are written: ``done`` of ``total`` parts."""

    title: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of a report for which no questions were written, and why."""

    title: str
    part: str
    reason: str


class QuestionWriter:
    """Has a language model write the questions of reports; it is the ``enrich`` of ``Library.add``.

    ::

        library = Library.open_or_build()
        llm = open_llm(LLMSettings.from_env())  # or any LlamaIndex LLM
        writer = QuestionWriter(llm, library.encoder, library.path / "cache")
        library.add([Path("report.txt")], enrich=writer)

    The reply for each part of a report is kept in ``cache``, by the SHA-256 of model and prompt,
    which holds the report's words: what is asked for again costs no request. ``skipped`` names
    the parts for which no reply could be used. ``encoder`` finds questions that mean the same;
    ``EnrichConfig.near`` was measured with all-MiniLM-L6-v2.
    """

    def __init__(
        self,
        llm: LLM,
        encoder: Encoder,
        cache: Path,
        config: EnrichConfig | None = None,
        on_progress: Callable[[Writing], None] | None = None,
    ) -> None:
        self.skipped: list[Skipped] = []
        self._llm = llm
        self._encoder = encoder
        self._cache = cache / "questions"
        self._config = config or EnrichConfig()
        self._on_progress = on_progress
        self._failures = 0

    def __call__(self, document: Document) -> Enrichment:
        """The questions of a report, those that it has already left out of account.

        Raises LLMError where the model cannot be used, or fails for ``EnrichConfig.failures``
        parts in a row. What was written until then is kept in the cache.
        """
        parts = windows(document, self._config)
        written: list[Enrichment] = []
        for done, part in enumerate(parts):
            self._tell(document, done, len(parts))
            written.append(self._write(part))
        self._tell(document, len(parts), len(parts))
        own = Enrichment(document.answered)
        return Enrichment(
            tuple(group for part in written for group in part.answered),
            not_answered_elsewhere([own, *written], self._encoder, self._config.near),
        )

    def _write(self, part: Window) -> Enrichment:
        prompt = questions_prompt(part, self._config)
        kept = self._cache / f"{_key(self._llm, prompt)}.txt"
        found = self._kept(kept, part)
        if found is not None:
            return found
        try:
            text, found = self._ask(prompt, part)
        except (LLMReplyError, LLMServerError) as error:
            self._failures += 1
            if self._failures >= self._config.failures:
                raise LLMError(
                    f"{error}; that makes {self._failures} parts of the report in a row without "
                    f"questions, the last {part.name}. What was written before is kept"
                ) from error
            self.skipped.append(Skipped(part.document.title, part.name, str(error)))
            return Enrichment()
        self._failures = 0
        _keep(kept, text)
        return found

    def _ask(self, prompt: list[ChatMessage], part: Window) -> tuple[str, Enrichment]:
        """A reply that can be used, and the questions in it."""
        asked = prompt
        for attempt in range(1, self._config.attempts + 1):
            text = ""
            try:
                text = reply(self._llm, asked)
                return text, checked(text, part, self._config)
            except LLMReplyError as error:
                if attempt == self._config.attempts:
                    raise LLMReplyError(f"no reply of {attempt} can be used: {error}") from error
                if text:
                    asked = asked_again(prompt, text[: self._config.window_characters], str(error))
        raise ValueError("EnrichConfig.attempts must be at least 1")

    def _kept(self, path: Path, part: Window) -> Enrichment | None:
        try:
            return checked(path.read_text(encoding="utf-8"), part, self._config)
        except (OSError, ValueError, LLMReplyError):
            return None

    def _tell(self, document: Document, done: int, total: int) -> None:
        if self._on_progress is not None:
            self._on_progress(Writing(document.title, done, total))


def not_answered_elsewhere(
    parts: Sequence[Enrichment], encoder: Encoder, near: float
) -> tuple[Unanswered, ...]:
    """The unanswered questions of the parts of a report that no other part answers.

    A model sees one part at a time, so that what it takes for unanswered may stand in another.
    For that part, then, it was asked to write a question like it: what has a cosine of at
    least ``near`` with an answered question of another part is left out, and so is what is
    asked a second time.
    """
    answered = [
        (place, question)
        for place, part in enumerate(parts)
        for group in part.answered
        for question in group.questions
    ]
    unanswered = [(place, item) for place, part in enumerate(parts) for item in part.unanswered]
    if not unanswered:
        return ()
    known = encoder.encode([question for _, question in answered])
    vectors = encoder.encode([item.question for _, item in unanswered])
    places = np.array([place for place, _ in answered])
    seen = {question_key(question) for _, question in answered}
    found = []
    for (place, item), vector in zip(unanswered, vectors, strict=True):
        key, elsewhere = question_key(item.question), known[places != place] @ vector
        if key not in seen and elsewhere.max(initial=0.0) < near:
            found.append(item)
        seen.add(key)
    return tuple(found)


def _key(llm: LLM, prompt: Sequence[ChatMessage]) -> str:
    parts = [llm.metadata.model_name, *(message.content or "" for message in prompt)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _keep(path: Path, reply: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
        ) as file:
            file.write(reply)
        os.replace(file.name, path)
    except (OSError, UnicodeEncodeError) as error:
        _log.warning("a reply of the language model is not kept for the next time: %s", error)
