"""``peel ask``, ``peel export`` and ``peel verify``: answers to a terminal, a file and a proof."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from index.errors import AnswerError, QuestionError
from ui.common import LibraryOption, count, echo, open_library, pipeline
from ui.enriching import ApiKey, BaseUrl, Model, Timeout
from ui.llm_commands import writer_of

if TYPE_CHECKING:
    from rag.types import Answer

Format = Literal["markdown", "html", "json", "csv"]


def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words.")],
    history: Annotated[
        list[str] | None,
        typer.Option(help="An earlier question of the conversation; repeat it, oldest first."),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(help="Ask this report alone, by its id; repeat it for several."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE",
            help="Ask the reports of which this is known; repeat it for more conditions.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole answer as one JSON object.")
    ] = False,
    to: Annotated[
        Format | None,
        typer.Option("--format", help="Print the answer as a file to keep.", show_default="text"),
    ] = None,
    llm: Annotated[
        bool,
        typer.Option("--llm", help="Let your language model write it, sentences proven or marked."),
    ] = False,
    base_url: BaseUrl = None,
    model: Model = None,
    api_key: ApiKey = None,
    timeout: Timeout = None,
    library: LibraryOption = None,
) -> None:
    """Answer a question with cited passages.

    A question that names an organisation, a year or an inspectorate is asked of those reports.

    Examples:

        peel ask "Is the force good at protecting vulnerable people?"

        peel ask "and on organised crime?" --history "areas for improvement on vulnerable people?"

        peel ask "Which councils were judged inadequate?"

        peel ask "How good is its response to domestic abuse?" --llm

        peel ask "What is said of waiting times?" --where kind=SEND --where published=2024

        peel ask "What does OCG stand for?" --json > answer.json

        peel ask "What are the areas for improvement?" --format html > answer.html
    """
    from rag.export import export as exported
    from rag.show import answer_plain

    writer = writer_of(base_url, model, api_key, timeout) if llm else None
    qa = pipeline(library)
    chosen = conditions(where or [])
    answer = qa.ask(question, history or [], report or None, chosen, writer)
    if as_json or to == "json":
        echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=1))
    elif to:
        _write(exported([answer], qa.library.documents, to).data)
    else:
        echo(answer_plain(answer))


def export(
    files: Annotated[
        list[Path],
        typer.Argument(help="Saved answers and conversations, in the order to show them in."),
    ],
    to: Annotated[Format, typer.Option("--format", help="What to make of them.")] = "html",
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="the screen")
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Make a page, Markdown, a table of quotes or one JSON of saved answers.

    The answers are proven against the library first; nothing is written where one is not.

    Examples:

        peel export conversation.json --format csv --out quotes.csv

        peel export first.json second.json --out both.html
    """
    from rag.export import export as exported
    from rag.export import texts_of, verify_all

    answers = [answer for file in files for answer in _read(file)]
    opened = open_library(library)
    if faults := verify_all(answers, opened.documents_as):
        raise AnswerError(
            f"not proven: {faults[0]}; see all with: peel verify FILE. Nothing was written"
        )
    file = exported(answers, opened.documents_as(texts_of(answers)), to)
    if out is None:
        _write(file.data)
        return
    try:
        out.write_bytes(file.data)
    except OSError as error:
        raise AnswerError(
            f"{out} cannot be written ({error.strerror}); choose another file"
        ) from error
    echo(f"written: {count(len(answers), 'answer')} to {out}")


def verify(
    answer: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="An answer or a conversation, saved as JSON."),
    ],
    library: LibraryOption = None,
) -> None:
    """Prove a saved answer or conversation against the library: every quote at its offsets.

    FILE is what 'peel ask --json' printed, or a conversation that was exported as JSON. Answers
    from a report that was replaced or removed since are proven against the text that it had.
    Sentences that a language model wrote are judged anew, by our own reader.
    Needs no network and no language model. The exit status is 1 where anything is not proven.
    """
    from rag.export import verify_all

    saved = _read(answer)
    opened = open_library(library)
    faults = verify_all(saved, opened.documents_as)
    for fault in faults:
        echo(f"not proven: {fault}")
    if faults:
        raise typer.Exit(1)
    citations = sum(len(item.citations) for item in saved)
    reports = len({source.document for item in saved for source in item.sources})
    of = f" of {count(len(saved), 'answer')}" if len(saved) > 1 else ""
    echo(f"proven: {count(citations, 'citation')}{of} in {count(reports, 'report')}")
    sources = {(source.document, source.sha256) for item in saved for source in item.sources}
    for name, digest in sorted(sources):
        now = opened.documents.get(name)
        if now is None or now.sha256 != digest:
            echo(f"note: {name} was {'replaced' if now else 'removed'} since")


def conditions(given: Sequence[str]) -> dict[str, list[str]]:
    """Conditions FIELD=VALUE by their field; of several values of one, one is enough."""
    found: dict[str, list[str]] = {}
    for condition in given:
        field, equals, value = condition.partition("=")
        if not equals:
            raise QuestionError(f"{condition!r} is no condition; write FIELD=VALUE")
        found.setdefault(field.strip(), []).append(value.strip())
    return found


def _read(path: Path) -> tuple[Answer, ...]:
    from rag.export import read_answers

    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise AnswerError(f"{path}: cannot be read as JSON: {error}") from error
    try:
        return read_answers(data)
    except AnswerError as error:
        raise AnswerError(f"{path}: {error}") from error


def _write(data: bytes) -> None:
    """Bytes to the standard output as they are: line ends of a table must not change."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
