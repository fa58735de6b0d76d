"""What the chat does with a question: between the browser's values and ``ReportQA``.

The conversation is kept by the browser and comes with every call, as the dicts that
``Answer.to_dict`` writes; nothing of it stays on the server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Any

from index.errors import AnswerError, LibraryError, PeelError, QuestionError
from rag.cite import verify
from rag.generate import Partial
from rag.types import Answer
from ui.among import Among, asked_of
from ui.render import conversation_html, pending_html, unanswered_html, writing_html
from ui.report import report_html
from ui.start import start_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.findings import Finding
    from index.types import Document
    from rag.generate import Writer
    from ui.shelf import Reports

Turns = list[dict[str, Any]]

_SEARCHING = "Searching the report…"
_NOT_ASKED = "This question could not be asked"
_NOT_ANSWERED = "This question was not answered"
_STOPPED = "You stopped the answer."
_AGAIN = "Ask again, or edit the question."
_BUSY = "Too many people are asking at this moment. Please ask again in a minute."
_FAULT = "Something went wrong here, and the fault was noted. Please ask again in other words."
_KEPT_TURNS = 40

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way; ``among`` is what it is asked of, as ``Among.read`` reads it.

    ``alone`` says that it is not a follow-up of those before it, ``written`` that the language
    model is to answer. Once ``dropped`` is set nothing more is shown for it.
    """

    question: str
    among: object = field(default_factory=dict)
    alone: bool = False
    written: bool = False
    dropped: Event = field(default_factory=Event, compare=False)


class Desk:
    """The renderers, the library, and a ``visitor``'s own reports, if there are any.

    Raises LibraryError where the library holds no report.
    """

    def __init__(
        self,
        library: Reports,
        writer: Writer | None = None,
        own: Reports | None = None,
        visitor: str = "",
    ) -> None:
        if not library.documents:
            raise LibraryError("the library holds no report; add one with: peel index add FILE")
        self.library = library
        self.own = own
        self.visitor = visitor
        self._writer = writer
        self.documents: Mapping[str, Document] = {
            **(own.documents if own else {}),
            **library.documents,
        }

    @cached_property
    def _start(self) -> str:
        shown = self.own or self.library
        return start_html(shown.documents, shown.qa.passage_count, shown.qa.examples())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, of the visitor's own reports first."""
        return (*(self.own.findings if self.own else ()), *self.library.findings)

    def shelf(self, among: Among) -> Reports:
        """The reports that are chosen from; raises QuestionError where there are none any more."""
        if not among.own:
            return self.library
        if self.own is None:
            raise QuestionError(
                "your own reports are not here any more; add them again under Reports, or choose "
                "the library there"
            )
        return self.own

    def holder(self, document: str) -> Reports:
        """Where a report stands; the library for an unknown one."""
        return self.own if self.own and document in self.own.documents else self.library

    def conversation(self, turns: object) -> tuple[str, Turns]:
        """The conversation that a browser kept, or the first screen; and what of it is proven."""
        answers = recall(turns, self.documents)
        lost = min(len(turns), _KEPT_TURNS) - len(answers) if isinstance(turns, list) else 0
        return self._show(answers, lost=lost), [answer.to_dict() for answer in answers]

    def report(self, document: str) -> str:
        """The report pane for a document's id; the first report for an unknown one."""
        shown = self.documents.get(document) or next(iter(self.documents.values()))
        return report_html(shown, self.documents)

    def accept(self, question: str, turns: object) -> str:
        """The conversation with the question at its end, before any work is done for it."""
        answers = recall(turns, self.documents)
        tail = pending_html(question, len(answers), _SEARCHING, begun=False)
        return self._show(answers, tail)

    def answer(self, asked: Asked, turns: object) -> Iterator[tuple[str, Turns]]:
        """The conversation as the answer comes, and what the browser is to keep of it."""
        answers = recall(turns, self.documents)
        kept = [answer.to_dict() for answer in answers]
        question = asked.question
        history = [] if asked.alone else [answer.question for answer in answers]
        try:
            writer = self._writer.until(asked.dropped) if self._writer and asked.written else None
            among = Among.read(asked.among)
            shelf = self.shelf(among)
            chosen = asked_of(among, shelf.documents)
            for event in shelf.qa.stream(question, history, chosen, writer=writer):
                if asked.dropped.is_set():
                    return
                if isinstance(event, Answer):
                    answers = [*answers, event][-_KEPT_TURNS:]
                    shown = self._show(answers, fresh=True)
                    yield shown, [answer.to_dict() for answer in answers]
                elif isinstance(event, Partial):
                    tail = writing_html(event.answer, len(answers), self.documents)
                    yield self._show(answers, tail), kept
                else:
                    tail = pending_html(question, len(answers), event.message)
                    yield self._show(answers, tail), kept
        except PeelError as error:
            yield self._failed(answers, question, _NOT_ASKED, str(error)), kept
        except Exception:
            logger.exception("a question of %d characters failed", len(question))
            yield self._failed(answers, question, _NOT_ANSWERED, _FAULT), kept

    def stopped(self, question: str, turns: object) -> str:
        """The conversation where the asker stopped the answer to a question."""
        answers = recall(turns, self.documents)
        tail = unanswered_html(question, len(answers), _STOPPED, _AGAIN, "stopped")
        return self._show(answers, tail)

    def refuse(self, question: str, turns: object) -> str:
        """The conversation where the queue did not take the question."""
        return self._failed(recall(turns, self.documents), question, _NOT_ANSWERED, _BUSY)

    def _failed(self, answers: Sequence[Answer], question: str, title: str, message: str) -> str:
        return self._show(answers, unanswered_html(question, len(answers), title, message))

    def _show(
        self, answers: Sequence[Answer], tail: str = "", *, fresh: bool = False, lost: int = 0
    ) -> str:
        to_ask: Sequence[str] = ()
        if answers and not tail:
            last = answers[-1].sources
            to_ask = self.holder(last[0].document if last else "").qa.also_ask(answers)
        return conversation_html(
            answers, self.documents, self._start, tail, to_ask=to_ask, fresh=fresh, lost=lost
        )


def recall(turns: object, documents: Mapping[str, Document]) -> list[Answer]:
    """The answers that a browser kept, less those that the reports no longer prove."""
    answers = []
    for turn in turns if isinstance(turns, list) else []:
        try:
            answer = Answer.from_dict(turn)
        except AnswerError:
            continue
        if not verify(answer, documents):
            answers.append(answer)
    return answers[-_KEPT_TURNS:]
