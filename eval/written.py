"""Answers that a language model writes, evaluated like the reports' own words.

Citation recall and precision are those of ALCE (Gao et al. 2023), with the verifier of
``rag.verifier`` as judge of what supports what; they are of the model's own citations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llama_index.core.schema import NodeWithScore

from index.library import Library
from rag.generate import Writer
from rag.pipeline import Reading, ReportQA
from rag.types import Answer


class WrittenQA:
    """A pipeline whose answers ``writer`` writes."""

    def __init__(self, qa: ReportQA, writer: Writer) -> None:
        self._qa = qa
        self._writer = writer

    @property
    def library(self) -> Library:
        """The reports that are asked."""
        return self._qa.library

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer that the model writes."""
        return self._qa.ask(question, history, writer=self._writer)

    def retrieve(self, question: str, history: Sequence[str] = ()) -> list[NodeWithScore]:
        """The passages that are read for a question."""
        return self._qa.retrieve(question, history)

    def read(self, question: str, history: Sequence[str] = ()) -> Reading:
        """What is read for a question."""
        return self._qa.read(question, history)


@dataclass(frozen=True, slots=True)
class Citing:
    """How a model cites.

    ``recall`` is the share of its sentences that the passages it cites for them prove together,
    ``precision`` the share of its citations that help to prove theirs; ``proven`` the share of
    its sentences that any passage proves. Of ``answers``, ``fallbacks`` are the report's words.
    """

    answers: int
    fallbacks: int
    sentences: int
    recall: float
    precision: float
    proven: float

    def text(self) -> str:
        """One line for a terminal."""
        return (
            f"written: {self.sentences} sentences in {self.answers - self.fallbacks} of "
            f"{self.answers} answers; citation recall {self.recall:.3f}, citation precision "
            f"{self.precision:.3f}, proven by any passage {self.proven:.3f}"
        )


def citing(answers: Iterable[Answer]) -> Citing:
    """How a model cited in its answers; 0 where there is nothing to sum up."""
    every = list(answers)
    verdicts = [
        part.verdict
        for answer in every
        for part in (*answer.parts, *answer.left_out)
        if part.verdict is not None and part.kind != "lead_in"
    ]
    given = sum(verdict.given for verdict in verdicts)
    count = max(len(verdicts), 1)
    return Citing(
        answers=len(every),
        fallbacks=sum(not answer.writer for answer in every),
        sentences=len(verdicts),
        recall=sum(verdict.as_cited for verdict in verdicts) / count,
        precision=sum(verdict.needed for verdict in verdicts) / max(given, 1),
        proven=sum(verdict.supported for verdict in verdicts) / count,
    )
