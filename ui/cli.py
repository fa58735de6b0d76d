"""The ``peel`` command: ask, chat, export, verify, findings, compare, index, eval and user."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from index.errors import PeelError
from ui.asking import ask, export, verify
from ui.common import LibraryOption, count, echo
from ui.comparing import compare_command
from ui.enriching import ApiKey, BaseUrl, Model, Timeout
from ui.evaluating import ReportsOption, answerers
from ui.findings import findings_command
from ui.indexing import index_app
from ui.llm_commands import llm_app, writer_of
from ui.progress import say, stages
from ui.serving import chat
from ui.user_commands import user_app

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
eval_app = typer.Typer(help="Measure the answers on a set of questions.")
for command in (ask, chat, export, verify):
    app.command()(command)
app.command("findings")(findings_command)
app.command("compare")(compare_command)
app.add_typer(index_app, name="index", no_args_is_help=True)
app.add_typer(eval_app, name="eval", no_args_is_help=True)
app.add_typer(llm_app, name="llm", no_args_is_help=True)
app.add_typer(user_app, name="user", no_args_is_help=True)


@eval_app.command("run")
def eval_run(
    questions: Annotated[Path, typer.Argument(metavar="SET", help="A question set, JSON Lines.")],
    out: Annotated[Path, typer.Option(help="The folder for answers, scores and report.")],
    reports: ReportsOption = None,
    llm: Annotated[
        bool, typer.Option("--llm", help="Let your language model write, and score its citations.")
    ] = False,
    base_url: BaseUrl = None,
    model: Model = None,
    api_key: ApiKey = None,
    timeout: Timeout = None,
    library: LibraryOption = None,
) -> None:
    """Ask every question of a set and score the answers.

    Writes answers.jsonl, scores.json, report.html (open it in a browser), misses.md (every
    missed question and why) and trace.jsonl (what was read for each).
    """
    from eval.dataset import load_set
    from eval.run import evaluate_each, write_run
    from eval.text import run_text
    from eval.written import WrittenQA, citing

    writer = writer_of(base_url, model, api_key, timeout) if llm else None
    loaded = load_set(questions)
    with stages() as tell, answerers(loaded, reports, library, tell) as answerer_of:
        run = evaluate_each(
            lambda question: (
                WrittenQA(answerer_of(question), writer) if writer else answerer_of(question)
            ),
            loaded,
            lambda *done: tell("asking", *done),
            set_name=questions.stem,
        )
    write_run(run, out)
    echo(run_text(run))
    if writer:
        echo(citing(result.answer for result in run.results).text())
    echo(f"report: {out / 'report.html'}")


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
    echo(comparison_text(comparison))
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
    echo(ablation_text(ablation))


@eval_app.command("from-feedback")
def eval_from_feedback(
    feedback: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The chat's feedback, feedback.jsonl in the library."),
    ],
    out: Annotated[Path, typer.Option(metavar="SET.jsonl", help="The question set to write.")],
) -> None:
    """Make a question set of the feedback that people gave in the chat.

    The quotes of an answer that someone approved are its gold, as is a passage that someone
    named as the right one. Where the report was said not to say, the question has no answer.
    """
    from eval.dataset import save_set
    from eval.from_feedback import questions_of

    made = questions_of(feedback)
    save_set(made.questions, out)
    answerable = sum(question.answerable for question in made.questions)
    echo(f"written: {count(len(made.questions), 'question')}, {answerable} answerable, to {out}")
    for why, number in made.skipped.items():
        echo(f"left out: {number}, {why}")


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
    echo(anchors_text(anchors))


def main() -> None:
    """The console script: runs a command; what the user can mend is one line, status 1."""
    try:
        app()
    except PeelError as error:
        say(f"peel: {error}", "red")
        sys.exit(1)


if __name__ == "__main__":
    main()
