"""``peel index``: the library's reports added, listed, shown, corrected, removed, handed out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from index.errors import LibraryError
from ui.common import LibraryOption, build_library, count, echo, open_library
from ui.enriching import ApiKey, BaseUrl, Model, Timeout, add_enriched
from ui.known import DocumentId, index_set, index_show
from ui.progress import library_stages, say, stages

if TYPE_CHECKING:
    from index.library import AddResult

index_app = typer.Typer(help="The library: the reports that questions are asked of.")
index_app.command("show")(index_show)
index_app.command("set")(index_set)

Content = Literal["original", "text", "json"]


@index_app.command("add")
def index_add(
    files: Annotated[list[Path], typer.Argument(help="Report files, or folders of them.")],
    enrich: Annotated[
        bool,
        typer.Option(
            "--enrich",
            help="Have a language model of yours write questions that the reports answer.",
        ),
    ] = False,
    llm_base_url: BaseUrl = None,
    llm_model: Model = None,
    llm_api_key: ApiKey = None,
    llm_timeout: Timeout = None,
    library: LibraryOption = None,
) -> None:
    """Add reports to the library; one that is there already is replaced where it changed.

    Of a folder every report in it and below is added, but files that a project keeps beside its
    own, such as README.md and LICENSE.txt, only where they are named. The library is saved every
    few reports: the same command goes on where it was stopped.

    With --enrich the reports' words go to the language model, part by part. What it writes is
    kept too.

    Examples:

        peel index add report.pdf folder

        peel index add report.txt --enrich --llm-model NAME
    """
    if enrich:
        from rag.llm import LLMSettings

        result = add_enriched(
            files,
            lambda on_progress: build_library(library, on_progress),
            lambda: LLMSettings.from_env(llm_base_url, llm_model, llm_api_key, llm_timeout),
        )
    else:
        result = _add(files, library)
    for word, ids in (
        ("added", result.added),
        ("replaced", result.replaced),
        ("unchanged", result.unchanged),
    ):
        for document_id in ids:
            echo(f"{word}: {document_id}")
    for failure in result.failed:
        say(f"not added: {failure.reason}", "red")
    if result.failed:
        raise typer.Exit(1)


@index_app.command("list")
def index_list(library: LibraryOption = None) -> None:
    """List the reports of the library."""
    opened = open_library(library)
    for document_id, document in opened.documents.items():
        passages = len(opened.passages(document_id))
        echo(f"{document_id}\t{document.title}\t{count(passages, 'passage')}")


@index_app.command("remove")
def index_remove(
    document: DocumentId,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Delete its texts too; answers from it are proven no more."),
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Remove a report from the library.

    The texts that it had are kept apart, so that 'peel verify' still proves answers made from
    them; --forget deletes them, now or later.
    """
    open_library(library).remove(document, forget=forget)
    echo(f"removed: {document}")


@index_app.command("export")
def index_export(
    document: DocumentId,
    content: Annotated[
        Content,
        typer.Option(
            "--as",
            help="The file as it was added, its text that offsets count in, or all that was read.",
        ),
    ] = "original",
    out: Annotated[
        Path | None,
        typer.Option(help="The file or the folder to write to.", show_default="the screen"),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Write a report's file as it was added, its text, or its document as JSON.

    Examples:

        peel index export slough-2023 --out slough.pdf

        peel index export slough-2023 --as text | less
    """
    opened = open_library(library)
    name, data = opened.original(document)
    if content == "text":
        name, data = f"{document}.txt", opened.documents[document].text.encode()
    elif content == "json":
        plain = json.dumps(opened.documents[document].to_dict(), ensure_ascii=False, indent=1)
        name, data = f"{document}.json", f"{plain}\n".encode()
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = out / name if out.is_dir() else out
    try:
        path.write_bytes(data)
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be written ({error.strerror}); choose another file"
        ) from error
    echo(f"written: {path}")


@index_app.command("verify")
def index_verify(library: LibraryOption = None) -> None:
    """Check every file of the library by hash, and every passage against its report."""
    opened = open_library(library)
    faults = opened.verify()
    for fault in faults:
        echo(f"fault: {fault}")
    if faults:
        raise typer.Exit(1)
    echo(f"sound: {count(len(opened.documents), 'report')} in {opened.path}")


@index_app.command("rebuild")
def index_rebuild(library: LibraryOption = None) -> None:
    """Build the library anew from its stored reports, with today's model and settings."""
    from index.library import Library, default_library_path
    from rag.tokens import keeping_tokens

    path = library or default_library_path()
    with stages() as tell:
        rebuilt = Library.rebuild(
            path, on_progress=library_stages(tell), prepare=keeping_tokens(path)
        )
    echo(f"rebuilt: {count(len(rebuilt.documents), 'report')} in {rebuilt.path}")


def _add(files: list[Path], path: Path | None) -> AddResult:
    from rag.tokens import keeping_tokens

    try:
        with stages() as tell:
            on_progress = library_stages(tell)
            library = build_library(path, on_progress)
            return library.add(files, on_progress, prepare=keeping_tokens(library.path))
    except KeyboardInterrupt:
        say("stopped; the library holds what was saved, and the same command goes on there")
        raise typer.Exit(130) from None
