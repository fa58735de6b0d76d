"""Answers that the user's own language model writes, each sentence proven or marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event

from llama_index.core.llms import LLM

from index.errors import LLMError, LLMReplyError, QuestionError
from index.types import Document
from rag.asked import clean_question
from rag.cite import answer_text, source_of
from rag.claims import ClaimReader
from rag.clock import Clock
from rag.compose import not_said
from rag.config import WriteConfig
from rag.llm import LLMSettings, open_llm
from rag.passages import Passage, passages_for
from rag.prompts import NOT_THERE, answer_prompt, condense_prompt
from rag.read import Evidence
from rag.settings import llm_table
from rag.streaming import Stream
from rag.support import SUPPORT
from rag.types import Answer, Source
from rag.verdicts import Sheet
from rag.verifier import Verifier

_NOT_THERE = re.compile(
    rf"\W*{NOT_THERE}\W*"
    r"|(?:i'?m sorry,? (?:but )?)?(?:the |these |this )?(?:report|passage|provided|given)s?\b"
    r"[^.]{0,40}(?:do|does) not (?:say|mention|answer|contain|provide|specify|state|give|include)"
    r"[^.]{0,200}\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Partial:
    """What is proven of an answer so far, while the rest is being written."""

    answer: Answer


class Writer:
    """A language model that writes answers: any LlamaIndex ``LLM``."""

    def __init__(
        self, llm: LLM, config: WriteConfig | None = None, stop: Event | None = None
    ) -> None:
        self.llm = llm
        self.config = config or WriteConfig()
        self._stop = stop or Event()

    def until(self, stop: Event) -> Writer:
        """The same writer, whose requests end once ``stop`` is set."""
        return Writer(self.llm, self.config, stop)

    @classmethod
    def from_settings(cls, settings: LLMSettings) -> Writer:
        """The model of the settings, asked as ``peel.toml`` says, once a request."""
        return cls(open_llm(replace(settings, retries=0)), llm_table().writing)

    @property
    def name(self) -> str:
        """The model's name, as its server knows it."""
        return str(self.llm.metadata.model_name)

    def condense(self, question: str, earlier: Sequence[str], limit: int) -> str:
        """A follow-up as a question of at most ``limit`` characters that stands alone.

        Raises LLMError where the model gives none.
        """
        patience = self.config.condense
        stream = Stream(
            self.llm,
            condense_prompt(question, earlier),
            first_words=patience,
            silence=patience,
            deadline=patience,
            stop=self._stop,
        )
        with closing(stream):
            words = "".join(_limited(stream, self.config.reply_characters))
        lines = [line.strip() for line in _plain(words).splitlines()]
        try:
            return clean_question(next(filter(None, lines), "").strip("\"'“”"), limit)
        except QuestionError as error:
            raise LLMReplyError(f"{self.name} gave no question: {error}") from error

    def write(
        self,
        own: Answer,
        evidence: Sequence[Evidence],
        documents: Mapping[str, Document],
        verifier: Verifier,
        clock: Clock,
    ) -> Iterator[Partial | Answer]:
        """An answer to the question that ``own`` answers in the reports' words.

        What is proven comes sentence by sentence; the whole answer last, with the time of
        ``clock``. Where the model fails, or nothing that it writes is proven, that is ``own``
        with the reason.
        """
        tokens = max(500, self.config.context_tokens - self.config.answer_tokens - 600)
        passages = passages_for(own, evidence, documents, tokens, self.config.passages)
        sheet = Sheet(passages, verifier, leave_out=self.config.leave_out)
        fault = ""
        try:
            for _ in self._claims(own.understood, passages, sheet):
                yield Partial(self._answer(own, sheet))
        except LLMError as error:
            fault = str(error)
        if fault:
            answer = replace(own, instead=fault)
        elif sheet.proven:
            answer = self._answer(own, sheet)
        else:
            answer = self._nothing_proven(own, sheet, passages)
        clock.lap("write")
        yield replace(answer, timings=clock.laps())

    def _claims(self, question: str, passages: Sequence[Passage], sheet: Sheet) -> Iterator[None]:
        """Writes each sentence that comes on the sheet; a stop closes the request."""
        config = self.config
        stream = Stream(
            self.llm,
            answer_prompt(question, [passage.line() for passage in passages]),
            first_words=config.first_words,
            silence=config.silence,
            deadline=config.deadline,
            stop=self._stop,
        )
        reader = ClaimReader()
        with closing(stream):
            sheet.ready()
            for piece in _limited(stream, config.reply_characters):
                for claim in reader.feed(piece):
                    if sheet.add(claim) and not _says_absent(sheet):
                        yield
        for claim in reader.close():
            if sheet.add(claim) and not _says_absent(sheet):
                yield

    def _answer(self, own: Answer, sheet: Sheet) -> Answer:
        parts = sheet.parts
        citations = sheet.citations
        named = {citation.document for citation in citations} | {
            part.verdict.closest.document
            for part in (*parts, *sheet.left_out)
            if part.verdict is not None and part.verdict.closest is not None
        }
        return replace(
            own,
            text=answer_text(parts),
            parts=parts,
            citations=citations,
            nearest=(),
            missing=(),
            sources=sheet.sources(named),
            model=f"llm/{self.name}+{SUPPORT}",
            writer=self.name,
            left_out=sheet.left_out,
        )

    def _nothing_proven(self, own: Answer, sheet: Sheet, passages: Sequence[Passage]) -> Answer:
        """What is answered where the model found nothing, or nothing that is proven."""
        if not _says_absent(sheet):
            return replace(own, instead=f"nothing that {self.name} wrote is proven by the report")
        if own.confidence >= self.config.own_words_from:
            return replace(own, instead=f"{self.name} found no answer in these passages")
        parts = not_said(len({one.document.document_id for one in passages}))
        return replace(
            own,
            text=answer_text(parts),
            parts=parts,
            abstained=True,
            citations=(),
            nearest=sheet.nearest(),
            sources=_sources(passages),
            model=f"llm/{self.name}+{SUPPORT}",
            writer=self.name,
        )


def _says_absent(sheet: Sheet) -> bool:
    """Whether all that was written is that the passages do not answer."""
    return len(sheet.said) == 1 and _NOT_THERE.fullmatch(sheet.said[0].text) is not None


def _sources(passages: Sequence[Passage]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(source_of(passage.document) for passage in passages))


def _limited(pieces: Iterable[str], characters: int) -> Iterator[str]:
    """The pieces until so many characters have come."""
    for piece in pieces:
        yield piece
        characters -= len(piece)
        if characters < 0:
            return


def _plain(text: str) -> str:
    return re.sub(r"<think>.*?(?:</think>|$)", "", text, flags=re.DOTALL)
