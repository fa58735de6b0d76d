"""What the chat does with a question: between the browser's values and ``ReportQA``.

The conversation is kept by the browser and comes with every call, as the dicts that
``Answer.to_dict`` writes; nothing of it stays on the server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import AnswerError, LibraryError, PeelError
from rag.cite import verify
from rag.types import Answer
from ui.render import conversation_html, error_html, pending_html, start_html
from ui.report import report_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.types import Document
    from rag.pipeline import ReportQA

Turns = list[dict[str, Any]]

_SEARCHING = "Searching the report…"
_BUSY = "Too many people are asking at this moment. Please ask again in a minute."
_FAULT = "Something went wrong here, and the fault was noted. Please ask again in other words."
_KEPT_TURNS = 40

logger = logging.getLogger(__name__)


class Desk:
    """The renderers and one ``ReportQA``, shared by everyone who asks.

    Raises LibraryError where the library holds no report.
    """

    def __init__(self, qa: ReportQA) -> None:
        self._qa = qa
        self.documents: Mapping[str, Document] = qa.library.documents
        if not self.documents:
            raise LibraryError("the library holds no report; add one with: peel index add FILE")
        self._start = start_html(self.documents, qa.passage_count, qa.examples())

    def conversation(self, turns: object) -> str:
        """The conversation that a browser kept, or the first screen."""
        return self._show(recall(turns, self.documents))

    def report(self, document: str) -> str:
        """The report pane for a document's id; the first report for an unknown one."""
        shown = self.documents.get(document) or next(iter(self.documents.values()))
        return report_html(shown, self.documents)

    def accept(self, question: str, turns: object) -> str:
        """The conversation with the question at its end, before any work is done for it."""
        answers = recall(turns, self.documents)
        return self._show(answers, pending_html(question, len(answers), _SEARCHING))

    def answer(self, question: str, turns: object) -> Iterator[tuple[str, Turns]]:
        """The conversation as the answer comes, and what the browser is to keep of it."""
        answers = recall(turns, self.documents)
        kept = [answer.to_dict() for answer in answers]
        try:
            for event in self._qa.stream(question, [answer.question for answer in answers]):
                if isinstance(event, Answer):
                    answers = [*answers, event][-_KEPT_TURNS:]
                    yield self._show(answers), [answer.to_dict() for answer in answers]
                else:
                    tail = pending_html(question, len(answers), event.message)
                    yield self._show(answers, tail), kept
        except PeelError as error:
            yield self._show(answers, error_html(question, len(answers), str(error))), kept
        except Exception:
            logger.exception("a question of %d characters failed", len(question))
            yield self._show(answers, error_html(question, len(answers), _FAULT)), kept

    def refuse(self, question: str, turns: object) -> str:
        """The conversation where the queue did not take the question."""
        answers = recall(turns, self.documents)
        return self._show(answers, error_html(question, len(answers), _BUSY))

    def _show(self, answers: Sequence[Answer], tail: str = "") -> str:
        return conversation_html(answers, self.documents, self._start, tail)


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
    return answers
