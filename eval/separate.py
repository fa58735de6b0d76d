"""Questions asked each of a library that holds only the reports which it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.dataset import Question
from index.config import IndexConfig
from index.embed import Encoder, load_encoder
from index.errors import DatasetError
from index.library import Library
from rag.encoder import ReadingEncoder, load_reader
from rag.pipeline import ReportQA


@contextmanager
def separate_libraries(
    questions: Sequence[Question],
    folder: Path,
    encoder: Encoder | None = None,
    reader: ReadingEncoder | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Iterator[Callable[[Question], ReportQA]]:
    """Gives what answers each question, from a library of the reports that it names.

    ``documents`` of a question are file names in ``folder``; questions that name the same have
    one library. All are built on entering, in a temporary folder that is gone afterwards, and
    share both models, which are loaded where they are not given. ``on_progress`` is told what
    is done, how many of it, and of how many. Raises DatasetError where a question names no
    report or one that is not in the folder, before anything is built, and ReportError where a
    report cannot be read.
    """
    files = {question.documents: _files(question, folder) for question in questions}
    config = IndexConfig.from_env()
    encoder, reader = encoder or load_encoder(config), reader or load_reader()
    tell = on_progress or (lambda _what, _done, _total: None)
    with TemporaryDirectory(prefix="peel-eval-") as place:
        answerers: dict[tuple[str, ...], ReportQA] = {}
        for done, (names, paths) in enumerate(files.items()):
            tell("indexing", done, len(files))
            library = Library.create(Path(place) / str(done), config, encoder, paths)
            answerers[names] = ReportQA(library, reader=reader)
        tell("indexing", len(files), len(files))
        yield lambda question: answerers[question.documents]


def _files(question: Question, folder: Path) -> list[Path]:
    where = question.where or question.id
    if not question.documents:
        raise DatasetError(
            f"{where}: the question names no report; list its report's file in 'documents', "
            "or ask the whole library by leaving out --reports"
        )
    for name in question.documents:
        # Only what lies in the folder itself: a set must not name files elsewhere.
        if Path(name).name != name or not (folder / name).is_file():
            raise DatasetError(
                f"{where}: there is no report file {name!r} in {folder}; put it there, or "
                "correct the name in 'documents'"
            )
    return [folder / name for name in question.documents]
