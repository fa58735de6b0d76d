"""Questions over inspection reports, answered in the reports' own words with proven citations.

from rag import answer
answer("What are the areas for improvement?")
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.types import Answer

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.generate import Writer
    from rag.pipeline import ReportQA

__all__ = ["Answer", "answer"]


def answer(
    question: str,
    history: Sequence[str] = (),
    reports: Sequence[str] | None = None,
    where: Mapping[str, str | Sequence[str]] | None = None,
    llm: LLM | None = None,
) -> Answer:
    """The answer to a question over the default library, made on first use.

    ``history`` holds the earlier questions of the same conversation, oldest first. ``reports``,
    where given, are the ids of the reports that are asked; ``where`` chooses them by what is
    known of them: ``where={"kind": "SEND", "published": "2024"}``, see ``rag.where``. With ``llm``,
    any LlamaIndex ``LLM``, that model writes the answer, each sentence proven or marked. Raises
    ``index.errors.QuestionError`` for a question that cannot be asked.
    """
    return _default().ask(question, history, reports, where, _writer(llm))


def _writer(llm: LLM | None) -> Writer | None:
    if llm is None:
        return None
    from rag.generate import Writer

    return Writer(llm)


@lru_cache(maxsize=1)
def _default() -> ReportQA:
    with warnings.catch_warnings():
        # Said by a progress bar that is never shown, in notebooks without ipywidgets.
        warnings.filterwarnings("ignore", message="IProgress not found")
        from rag.pipeline import ReportQA

        qa = ReportQA.open()
        qa.warm()
    return qa
