"""Measures the verifier of written answers: python -m eval.verifier DATA_DIR [--out FILE]

How many wrong sentences it catches and how many right ones it doubts: sentences of correct
answers over the question sets, as they stand and made wrong by rule, paraphrases and lies
written by hand, and the public sets FEVER-Symmetric and WiCE in DATA_DIR. Also how long a
sentence takes. Prints Markdown tables; nothing of the verifier was fitted on any of these.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from eval.claims import Cited, by_hand, of_answers, of_fever, of_wice
from eval.stats import estimate
from index.parse import read_report
from index.reports import BUNDLED, bundled_report
from rag.models.corrupt import KINDS
from rag.verifier import Verifier, shared_verifier

_SETS: Final = Path(__file__).parent / "sets"
_TRUE: Final = ("verbatim", "paraphrase")


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence as the verifier judged it, the milliseconds that took, and those of a core."""

    kind: str
    is_true: bool
    is_proven: bool
    support: float
    milliseconds: float
    of_a_core: float


def judge(verifier: Verifier, items: Iterable[Cited]) -> list[Seen]:
    """Every sentence checked against what it cites, the passages read before."""
    found = []
    for item in items:
        verifier.support.ready(item.grounds)
        begun, worked = time.perf_counter(), time.thread_time()
        check = verifier.prove(item.sentence, item.grounds).check
        took = 1000 * (time.perf_counter() - begun)
        core = 1000 * (time.thread_time() - worked)
        found.append(Seen(item.kind, item.is_true, check.is_proven, check.support, took, core))
    return found


def rates_table(columns: Mapping[str, Sequence[Seen]]) -> str:
    """For each kind the share that was judged right, with its interval, a column a set."""
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    rows = (
        [(f"caught: {kind}", kind, False) for kind in (*KINDS, "lie by hand")]
        + [("caught: all made by rule", "rule", False)]
        + [(f"doubted: {kind}", kind, True) for kind in _TRUE]
    )
    for label, kind, is_true in rows:
        cells = [_cell(column, kind, is_true=is_true) for column in columns.values()]
        if any(cells):
            lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def public_table(named: Mapping[str, Sequence[Seen]]) -> str:
    """Accuracy, and precision and recall of "proven", on public sets."""
    lines = [
        "| | n | accuracy | precision | recall | F1 | majority |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, seen in named.items():
        right = sum(one.is_true == one.is_proven for one in seen) / len(seen)
        true = sum(one.is_true for one in seen)
        both = sum(one.is_true and one.is_proven for one in seen)
        proven = sum(one.is_proven for one in seen)
        precision, recall = both / max(proven, 1), both / max(true, 1)
        f1 = 2 * both / max(true + proven, 1)
        majority = max(true, len(seen) - true) / len(seen)
        figures = (right, precision, recall, f1, majority)
        lines.append(f"| {name} | {len(seen)} | {' | '.join(f'{x:.3f}' for x in figures)} |")
    return "\n".join(lines)


def _cell(seen: Sequence[Seen], kind: str, *, is_true: bool) -> str:
    """ "0.97 (0.94 to 0.99), 120": caught where it is false, doubted where it is true."""
    chosen = [
        float(not one.is_proven)
        for one in seen
        if one.is_true == is_true and (one.kind == kind or (kind == "rule" and one.kind in KINDS))
    ]
    found = estimate(chosen)
    if found is None:
        return ""
    return f"{found.value:.3f} ({found.low:.2f} to {found.high:.2f}), {found.n}"


def main() -> None:
    """Measures and prints everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--out", type=Path, help="a file for every sentence's judgement, as JSON")
    options = parser.parse_args()
    verifier = shared_verifier()
    bundled = read_report(bundled_report())
    unseen = [read_report(path) for path in sorted((_SETS / "reports").glob("*.md"))]
    documents = {one.document_id: one for one in (bundled, *unseen)}
    columns = {
        "development set": judge(verifier, of_answers(_SETS / f"{BUNDLED}.jsonl", documents)),
        "unseen reports": judge(verifier, of_answers(_SETS / "inspections.jsonl", documents)),
        "written by hand": judge(verifier, by_hand(documents)),
    }
    train = options.data / "train"
    fever = train / "fever_symmetric"
    public = {
        "FEVER-Symmetric v0.1, generated": judge(
            verifier, of_fever(fever / "symmetric_v0.1" / "fever_symmetric_generated.jsonl")
        ),
        "FEVER-Symmetric v0.2, test": judge(
            verifier, of_fever(fever / "symmetric_v0.2" / "fever_symmetric_test.jsonl")
        ),
        "WiCE, test, supported or not": judge(
            verifier, of_wice(train / "wice" / "claim_test.jsonl")
        ),
    }
    every_one = [one for column in columns.values() for one in column]
    times = [one.milliseconds for one in every_one]
    core = median(one.of_a_core for one in every_one)
    say = sys.stdout.write
    say(rates_table(columns) + "\n\n" + public_table(public) + "\n\n")
    took = f"{median(times):.0f} ms ({core:.0f} ms of a core)"
    say(f"a sentence: {took}, medians of {len(times)}\n")
    if options.out:
        every = {
            name: [asdict(one) for one in seen] for name, seen in {**columns, **public}.items()
        }
        options.out.write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
