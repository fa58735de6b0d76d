"""Measures a library of many reports: python -m eval.bench_library (make bench-library).

With a folder of reports a library of them is built first, in a temporary place; with a library
nothing of it is changed, what is added and removed is so in a copy. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from eval.stats import percentile

if TYPE_CHECKING:
    from index.library import Progress

# Each is asked once, so that what is read for it was hardly read before. The last two have no
# answer in reports on children's services.
_QUESTIONS = (
    "What do inspectors say about social workers' caseloads?",
    "How well are unaccompanied asylum-seeking children looked after?",
    "What stops children from getting a school place?",
    "Are health assessments of children in care done in time?",
    "How is neglect recognised?",
    "What is said of the front door and thresholds for help?",
    "Do care leavers have suitable housing?",
    "How do leaders use data on performance?",
    "What is wrong with the supervision of social workers?",
    "Are children seen alone by their social worker?",
    "How long do families wait for an autism assessment?",
    "What do parents think of education, health and care plans?",
    "Is the fostering service short of carers?",
    "How are children who go missing protected?",
    "What is done against criminal exploitation?",
    "Are personal education plans any good?",
    "Which support is there for disabled children at home?",
    "How are private fostering arrangements monitored?",
    "Do strategy meetings include the police and health?",
    "Are letterbox contacts with birth families kept up?",
    "What did inspectors find about pre-birth assessments?",
    "How stable is the workforce?",
    "Are children placed in unregistered homes?",
    "What happens when a child turns eighteen?",
    "How do virtual schools help children to learn?",
    "Are speech and language therapists available?",
    "What is said about independent reviewing officers?",
    "Do young carers get the help that they need?",
    "How quickly are children adopted?",
    "What does the corporate parenting board do?",
    "Are domestic abuse notifications looked at together?",
    "How well do preparation for adulthood pathways work?",
    "What do inspectors praise in early help?",
    "Is life-story work done with children?",
    "How many electric buses does the council run?",
    "What does the fire service charge for false alarms?",
)


def main() -> None:
    """Takes every measurement and prints the table."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="peel-bench-") as place:
        rows: list[tuple[str, str]] = []
        path = arguments.library
        if path is None:
            path = Path(place) / "library"
            rows += _build(path, arguments.reports)
        rows += _in_child(lambda: _asked(path))
        copy = Path(place) / "copy"
        shutil.copytree(path, copy, copy_function=os.link)
        rows += _in_child(lambda: _one_more(copy, Path(place)))
        rows += _sizes(path)
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_library", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--library", type=Path, help="a library to measure")
    what.add_argument("--reports", type=Path, help="a folder of reports to build one of")
    return parser.parse_args()


def _build(path: Path, reports: Path) -> list[tuple[str, str]]:
    """Time and memory of adding a folder of reports to a new library."""

    def work() -> list[tuple[str, str]]:
        from index.library import Library
        from rag.tokens import keeping_tokens

        with _Watch() as watch:
            prepare = keeping_tokens(path)
            result = Library.create(path).add([reports], _tell, prepare=prepare)
        what = f"{len(result.added)} reports added, {len(result.failed)} refused"
        return [(what, str(watch)), ("peak memory of that", _peak())]

    return _in_child(work)


def _asked(path: Path) -> list[tuple[str, str]]:
    """Time to open the library, and of questions on what was not read before."""
    from index.library import Library
    from rag.pipeline import ReportQA

    with _Watch() as opening:
        library = Library.open(path)
    qa = ReportQA(library)
    with _Watch() as warming:
        qa.warm()
    seconds, used = [], []
    for question in _QUESTIONS:
        with _Watch() as watch:
            qa.ask(question)
        seconds.append(watch.wall)
        used.append(watch.processor)
    rows = [
        (f"library of {len(library.documents)} reports opened and checked", str(opening)),
        ("models loaded, all made ready", str(warming)),
    ]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        wall, processor = (1000 * percentile(values, share) for values in (seconds, used))
        what = f"a question over all {qa.passage_count:,} passages, warm, {name}"
        rows.append((what, f"{wall:.0f} ms ({processor:.0f} ms of processor time)"))
    return [*rows, ("peak memory of asking", _peak())]


def _one_more(path: Path, place: Path) -> list[tuple[str, str]]:
    """Time of adding and removing a report, beside that of a library of this report alone."""
    from index.config import IndexConfig
    from index.kept import made_folder
    from index.library import Library
    from rag.encoder import load_reader
    from rag.tokens import keeping_tokens

    library, reader = Library.open(path), load_reader()
    record = max(library.records, key=lambda record: record.passages)
    report = place / f"one-more{Path(record.file).suffix}"
    report.write_bytes(library.original(record.document_id)[1])
    library.encoder.encode(["loaded"])
    reader.text_tokens(["loaded"])
    alone = Library.create(place / "alone", IndexConfig(), library.encoder)
    with _Watch() as small:
        alone.add([report], prepare=keeping_tokens(alone.path, reader))
    for made in made_folder(path).glob(f"{record.text_sha256}.*"):
        made.unlink()  # its text is in the library already, and would not be read again
    with _Watch() as large:
        (added,) = library.add([report], prepare=keeping_tokens(path, reader)).added
    with _Watch() as removing:
        library.remove(added)
    name = f"the largest report ({record.passages} passages)"
    return [
        (f"{name} added to an empty library, models loaded", str(small)),
        ("the same added to this one", str(large)),
        ("and removed", str(removing)),
    ]


def _sizes(path: Path) -> list[tuple[str, str]]:
    from eval.bench import size
    from index.kept import made_folder

    return [
        ("the library on the disk", size(path)),
        ("of that what the reader made of the reports", size(made_folder(path))),
    ]


def _in_child(work: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The rows that work in a process of its own gives, so that its peak of memory is its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            with os.fdopen(writing, "w", encoding="utf-8") as out:
                out.writelines(f"{what}\t{value}\n" for what, value in work())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    if os.waitpid(child, 0)[1]:
        sys.exit("a measurement failed; what it said stands above")
    return [(what, value) for what, value in rows]


class _Watch:
    """Seconds in the block and, of processor time, of this process and its children."""

    wall = processor = 0.0

    def __enter__(self) -> _Watch:
        self._began = time.perf_counter(), _processor()
        return self

    def __exit__(self, *_: object) -> None:
        wall, processor = self._began
        self.wall, self.processor = time.perf_counter() - wall, _processor() - processor

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.processor:.1f} s of processor time)"


def _processor() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"


def _tell(progress: Progress) -> None:
    if progress.stage == "reading":
        print(f"\r{progress.done} of {progress.total}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
