"""The ``peel`` command: ask, chat, index, eval and verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from index.errors import AnswerError, PeelError
from ui.enriching import ApiKey, BaseUrl, Model, Timeout, add_enriched
from ui.evaluating import ReportsOption, answerers
from ui.findings import findings_command
from ui.known import index_set, index_show
from ui.progress import err, library_stages, say, stages
from ui.shared import LibraryOption
from ui.shared import count as _count
from ui.shared import open_library as _open
from ui.shared import show as _out

if TYPE_CHECKING:
    from index.library import Library
    from index.library import Progress as LibraryProgress
    from rag.pipeline import ReportQA

# torch and gradio take seconds to import; each command imports what it needs.

app = typer.Typer(
    name="peel",
    help=(
        "Ask inspection reports and get their own words back, every quote proven.\n\n"
        "Begin with:  peel ask 'What are the areas for improvement?'  or  peel chat"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(help="The library: the reports that questions are asked of.")
eval_app = typer.Typer(help="Measure the answers on a set of questions.")
app.add_typer(index_app, name="index", no_args_is_help=True)
app.add_typer(eval_app, name="eval", no_args_is_help=True)

app.command("findings")(findings_command)
index_app.command("show")(index_show)
index_app.command("set")(index_set)


@app.command()
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole answer as one JSON object.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Answer a question with cited passages.

    A question that names an organisation, a year or an inspectorate is asked of those reports.

    Examples:

        peel ask "Is the force good at protecting vulnerable people?"

        peel ask "and on organised crime?" --history "areas for improvement on vulnerable people?"

        peel ask "Which councils were judged inadequate?"

        peel ask "What does OCG stand for?" --json > answer.json
    """
    from rag.show import answer_plain

    answer = _pipeline(library).ask(question, history or [], report or None)
    if as_json:
        _out(json.dumps(answer.to_dict(), ensure_ascii=False, indent=1))
    else:
        _out(answer_plain(answer))


@app.command()
def chat(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 7860,
    library: LibraryOption = None,
) -> None:
    """Open the chat in a browser: questions at the left, the report at the right."""
    err.print("Opening the library ...")
    qa = _pipeline(library)
    qa.warm()
    from ui.app import serve

    serve(qa, host, port, lambda url: err.print(f"The chat is at {url} (Ctrl+C ends it)"))


@app.command()
def verify(
    answer: Annotated[Path, typer.Argument(help="A file that 'peel ask --json' wrote.")],
    library: LibraryOption = None,
) -> None:
    """Prove a saved answer against the library: report hashes, every quote at its offsets.

    Needs no network and no model. The exit status is 1 where anything is not proven.
    """
    from rag.cite import verify as check
    from rag.types import Answer

    try:
        saved = Answer.from_dict(json.loads(answer.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise AnswerError(f"{answer}: cannot be read as JSON: {error}") from error
    faults = check(saved, _open(library).documents)
    for fault in faults:
        _out(f"not proven: {fault}")
    if faults:
        raise typer.Exit(1)
    citations, reports = len(saved.citations), len(saved.sources)
    _out(f"proven: {_count(citations, 'citation')} in {_count(reports, 'report')}")


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

    With --enrich the reports' words go to the language model, part by part. What it writes is
    kept, so that the same command goes on where it was stopped.

    Examples:

        peel index add report.txt folder

        peel index add report.txt --enrich --llm-model NAME
    """
    if enrich:
        from rag.llm import LLMSettings

        result = add_enriched(
            files,
            lambda on_progress: _build(library, on_progress),
            lambda: LLMSettings.from_env(llm_base_url, llm_model, llm_api_key, llm_timeout),
        )
    else:
        with stages() as tell:
            on_progress = library_stages(tell)
            result = _build(library, on_progress).add(files, on_progress)
    for word, ids in (
        ("added", result.added),
        ("replaced", result.replaced),
        ("unchanged", result.unchanged),
    ):
        for document_id in ids:
            _out(f"{word}: {document_id}")
    for failure in result.failed:
        say(f"not added: {failure.reason}", "red")
    if result.failed:
        raise typer.Exit(1)


@index_app.command("list")
def index_list(library: LibraryOption = None) -> None:
    """List the reports of the library."""
    opened = _open(library)
    for document_id, document in opened.documents.items():
        passages = sum(1 for _ in opened.passages(document_id))
        _out(f"{document_id}\t{document.title}\t{_count(passages, 'passage')}")


@index_app.command("remove")
def index_remove(
    document: Annotated[
        str, typer.Argument(help="The report's id, as 'peel index list' shows it.")
    ],
    library: LibraryOption = None,
) -> None:
    """Remove a report from the library."""
    _open(library).remove(document)
    _out(f"removed: {document}")


@index_app.command("verify")
def index_verify(library: LibraryOption = None) -> None:
    """Check every file of the library by hash, and every passage against its report."""
    opened = _open(library)
    faults = opened.verify()
    for fault in faults:
        _out(f"fault: {fault}")
    if faults:
        raise typer.Exit(1)
    _out(f"sound: {_count(len(opened.documents), 'report')} in {opened.path}")


@index_app.command("rebuild")
def index_rebuild(library: LibraryOption = None) -> None:
    """Build the library anew from its stored reports, with today's model and settings."""
    from index.library import Library

    with stages() as tell:
        rebuilt = Library.rebuild(library, on_progress=library_stages(tell))
    _out(f"rebuilt: {_count(len(rebuilt.documents), 'report')} in {rebuilt.path}")


@eval_app.command("run")
def eval_run(
    questions: Annotated[Path, typer.Argument(metavar="SET", help="A question set, JSON Lines.")],
    out: Annotated[Path, typer.Option(help="The folder for answers, scores and report.")],
    reports: ReportsOption = None,
    library: LibraryOption = None,
) -> None:
    """Ask every question of a set and score the answers.

    Writes answers.jsonl, scores.json, report.html (open it in a browser), misses.md (every
    missed question and why) and trace.jsonl (what was read for each).
    """
    from eval.dataset import load_set
    from eval.run import evaluate_each, write_run
    from eval.text import run_text

    loaded = load_set(questions)
    with stages() as tell, answerers(loaded, reports, library, tell) as answerer_of:
        run = evaluate_each(
            answerer_of, loaded, lambda *done: tell("asking", *done), set_name=questions.stem
        )
    write_run(run, out)
    _out(run_text(run))
    _out(f"report: {out / 'report.html'}")


@eval_app.command("compare")
def eval_compare(
    before: Annotated[Path, typer.Argument(help="The earlier run: its folder or scores.json.")],
    after: Annotated[Path, typer.Argument(help="The later run: its folder or scores.json.")],
    tolerance: Annotated[
        float | None,
        typer.Option(
            help="How much worse a total may be, 0.02 being two points of a percentage.",
            show_default="as much as its 95% interval reaches",
        ),
    ] = None,
) -> None:
    """Show which questions got better or worse between two runs of the same set.

    The exit status is 1 where a total got worse beyond the tolerance.
    """
    from eval.compare import compare, regressions
    from eval.run import load_run
    from eval.text import comparison_text

    comparison = compare(load_run(before), load_run(after))
    _out(comparison_text(comparison))
    worse = regressions(comparison, tolerance)
    for difference in worse:
        say(f"regression: {difference.metric.label}", "red")
    if worse:
        raise typer.Exit(1)


@eval_app.command("ablation")
def eval_ablation(
    questions: Annotated[Path, typer.Argument(metavar="SET", help="A question set, JSON Lines.")],
    reports: ReportsOption = None,
    out: Annotated[
        Path | None, typer.Option(help="A file for all figures, as JSON.", show_default="none")
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Show what each part of the product adds, from plain search to whole answers.

    Every method ranks the sentences and bullets of the reports; its first one and first three
    are scored as an answer.
    """
    from eval.ablation import ablate, ablation_text, write_ablation
    from eval.dataset import load_set

    loaded = load_set(questions)
    with stages() as tell, answerers(loaded, reports, library, tell) as answerer_of:
        ablation = ablate(
            answerer_of, loaded, lambda *done: tell("asking", *done), set_name=questions.stem
        )
    if out:
        write_ablation(ablation, out)
    _out(ablation_text(ablation))


@eval_app.command("anchors")
def eval_anchors(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA_DIR", help="The folder that holds scifact/ and legalbenchrag/."
        ),
    ],
    only: Annotated[
        Literal["scifact", "legalbench"] | None,
        typer.Option(help="Measure one of the two.", show_default="both"),
    ] = None,
    split: Annotated[
        Literal["test", "train"],
        typer.Option(help="The claims of SciFact to ask; tune on 'train', never on 'test'."),
    ] = "test",
    out: Annotated[
        Path | None, typer.Option(help="A file for all figures, as JSON.", show_default="none")
    ] = None,
) -> None:
    """Measure the retriever on public benchmarks, beside published figures.

    SciFact by nDCG@10, LegalBench-RAG's PrivacyQA and ContractNLI by characters. Every passage
    of the benchmarks is embedded, which takes minutes.
    """
    from eval.anchors import measure, write_anchors
    from eval.anchors_text import anchors_text

    with stages() as tell:
        anchors = measure(data, only, split, on_progress=tell)
    if out:
        write_anchors(anchors, out)
    _out(anchors_text(anchors))


def main() -> None:
    """The console script: runs a command; what the user can mend is one line, status 1."""
    try:
        app()
    except PeelError as error:
        say(f"peel: {error}", "red")
        sys.exit(1)


def _pipeline(path: Path | None) -> ReportQA:
    from rag.pipeline import ReportQA

    with stages() as tell:
        return ReportQA(_build(path, library_stages(tell)))


def _build(path: Path | None, on_progress: Callable[[LibraryProgress], None]) -> Library:
    from index.library import Library

    return Library.open_or_build(path, on_progress=on_progress)


if __name__ == "__main__":
    main()
