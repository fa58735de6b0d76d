"""``peel index add --enrich``: reports with the questions that a language model writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import LLMError
from ui.progress import library_stages, say, stages

if TYPE_CHECKING:
    from index.library import AddResult, Library
    from index.library import Progress as LibraryProgress
    from rag.enrich import QuestionWriter, Writing
    from rag.llm import LLMSettings

_TITLE_CHARACTERS = 50

BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--llm-base-url",
        help="The language model's server, any that speaks the OpenAI protocol.",
        envvar="PEEL_LLM_BASE_URL",
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--llm-model", help="Its name, as the server knows it.", envvar="PEEL_LLM_MODEL"),
]
ApiKey = Annotated[
    str | None,
    typer.Option(
        "--llm-api-key",
        help="Its key; better set as the variable, for others can read a command line.",
        envvar="PEEL_LLM_API_KEY",
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--llm-timeout",
        help="How many seconds it may be silent.",
        min=0.1,
        show_default="180",
    ),
]


def add_enriched(
    files: list[Path],
    build: Callable[[Callable[[LibraryProgress], None]], Library],
    settings: Callable[[], LLMSettings],
) -> AddResult:
    """Add files to the library that ``build`` opens, with questions, and say what went wrong.

    The settings are looked at first: nothing is built where there is no language model. Raises
    LLMError, and typer.Exit with the status 130 where the user stopped it.
    """
    from rag.enrich import QuestionWriter
    from rag.llm import open_llm
    from rag.tokens import keeping_tokens

    try:
        llm = open_llm(settings())
        with stages() as tell:

            def on_writing(writing: Writing) -> None:
                tell(f"questions on {_shown(writing.title)}", writing.done, writing.total)

            on_progress = library_stages(tell)
            library = build(on_progress)
            writer = QuestionWriter(
                llm, library.encoder, library.path / "cache", on_progress=on_writing
            )
            prepare = keeping_tokens(library.path)
            result = library.add(files, on_progress, writer, prepare)
    except LLMError as error:
        raise LLMError(
            f"{error}. Nothing was added; without --enrich reports are added without a language "
            "model"
        ) from error
    except KeyboardInterrupt:
        say("stopped; the questions written so far are kept, and the same command goes on there")
        raise typer.Exit(130) from None
    _tell_of_questions(library, result, writer)
    return result


def _tell_of_questions(library: Library, result: AddResult, writer: QuestionWriter) -> None:
    for document_id in (*result.added, *result.replaced, *result.unchanged):
        document = library.documents[document_id]
        answered = sum(len(group.questions) for group in document.answered)
        say(
            f"{document_id}: questions answered {answered}, not answered {len(document.unanswered)}"
        )
    for skipped in writer.skipped:
        say(f"no questions on {_shown(skipped.title)}, {skipped.part}: {skipped.reason}", "yellow")


def _shown(title: str) -> str:
    readable = "".join(character if character.isprintable() else " " for character in title)
    return readable if len(readable) <= _TITLE_CHARACTERS else f"{readable[:_TITLE_CHARACTERS]}…"
