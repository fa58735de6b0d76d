"""What the ``peel eval`` commands ask: one library, or one for the reports of each question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.progress import Tell, library_stages

if TYPE_CHECKING:
    from eval.dataset import Question
    from rag.pipeline import ReportQA

ReportsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Ask each question of a library of its own 'documents' alone, files of this folder.",
        show_default="ask the library",
    ),
]


@contextmanager
def answerers(
    questions: Sequence[Question], reports: Path | None, library: Path | None, tell: Tell
) -> Iterator[Callable[[Question], ReportQA]]:
    """What answers each question: the library, or one of the reports that the question names."""
    if reports is None:
        from rag.pipeline import ReportQA
        from rag.tokens import open_or_build

        qa = ReportQA(open_or_build(library, library_stages(tell)))
        yield lambda _question: qa
        return
    from eval.separate import separate_libraries

    with separate_libraries(questions, reports, on_progress=tell) as answerer_of:
        yield answerer_of
