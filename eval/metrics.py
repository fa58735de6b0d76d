"""What is measured of an answer and of a ranking, each as a pure function of one question.

``METRICS`` lists them all. A question has a score for the metrics that apply to it and none
for the others: abstaining is right or wrong, never both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from eval.gold import Characters

RECALL_AT: Final = (1, 3, 5, 10)

_STRAIGHT_QUOTES: Final = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity: how it is named, summed up and judged.

    ``better`` says which way is an improvement, None where neither is. ``guarded`` metrics
    are shares in [0, 1] of what people see; a fall of one of them is a regression.
    ``optional`` ones apply only to questions that were answered and whose reports or pages the
    set names.
    """

    name: str
    label: str
    meaning: str
    answerable: bool = True
    better: Literal["higher", "lower"] | None = "higher"
    statistic: Literal["mean", "median"] = "mean"
    unit: Literal["share", "number"] = "share"
    guarded: bool = False
    optional: bool = False

    def shown(self, value: float) -> str:
        """A value as people read it: shares in per cent, numbers to two decimals."""
        return f"{value:.1%}" if self.unit == "share" else f"{value:.2f}"

    def shown_change(self, value: float) -> str:
        """A difference of two values with its sign: of shares in points of a percentage."""
        return f"{100 * value:+.1f} pt" if self.unit == "share" else f"{value:+.2f}"


METRICS: Final[tuple[Metric, ...]] = (
    Metric(
        "correct",
        "Correct",
        "answerable questions whose answer holds all that is required and nothing forbidden",
        guarded=True,
    ),
    Metric("coverage", "Coverage", "required facts that the answer holds", guarded=True),
    Metric(
        "citation_precision",
        "Citation precision",
        "cited characters in a sentence or bullet that gold touches",
        guarded=True,
    ),
    Metric("citation_recall", "Citation recall", "gold characters that are cited", guarded=True),
    Metric(
        "length_ratio",
        "Length",
        "characters of the answer for each one of gold (median)",
        better=None,
        statistic="median",
        unit="number",
    ),
    Metric(
        "right_abstention",
        "Right abstention",
        "unanswerable questions that were not answered",
        answerable=False,
        guarded=True,
    ),
    Metric(
        "wrong_abstention",
        "Wrong abstention",
        "answerable questions that were not answered",
        better="lower",
        guarded=True,
    ),
    Metric(
        "right_report",
        "Right report",
        "reports named by the set that the answer cites, of answered questions",
        optional=True,
    ),
    Metric(
        "right_page",
        "Right page",
        "reports named by the set that are cited on a page with gold, of answered questions",
        optional=True,
    ),
    *(
        Metric(
            f"recall_at_{k}",
            f"Recall@{k}",
            f"gold spans that stand in the first {k} passages"
            if k > 1
            else "gold spans that stand in the first passage",
        )
        for k in RECALL_AT
    ),
    Metric(
        "reciprocal_rank",
        "MRR",
        "one over the rank of the first passage that completes a gold span",
        unit="number",
    ),
)


def names(answerable: bool, *, optional: bool = False) -> frozenset[str]:
    """The metrics that apply to all answerable, or unanswerable, questions; or to some."""
    return frozenset(
        metric.name
        for metric in METRICS
        if metric.answerable == answerable and metric.optional == optional
    )


def fold(text: str) -> str:
    """A text as it is matched: lower case, curly quotes straight."""
    return text.lower().translate(_STRAIGHT_QUOTES)


def holds(text: str, alternatives: Iterable[str]) -> bool:
    """Whether a text holds at least one of some strings, both folded."""
    folded = fold(text)
    return any(fold(alternative) in folded for alternative in alternatives)


def coverage(text: str, abstained: bool, required: Sequence[Sequence[str]]) -> float:
    """The share of required groups that a text holds an alternative of, in [0, 1].

    0 where the question was not answered; 1 where it was and nothing is required.
    """
    if abstained:
        return 0.0
    if not required:
        return 1.0
    return sum(holds(text, group) for group in required) / len(required)


def correct(
    text: str, abstained: bool, required: Sequence[Sequence[str]], forbidden: Sequence[str]
) -> float:
    """1 where an answer holds every required group and no forbidden string, else 0.

    0 where the question was not answered.
    """
    complete = coverage(text, abstained, required) == 1.0
    return float(complete and not holds(text, forbidden))


def citation_precision(cited: Characters, citable: Characters) -> float:
    """The share of cited characters that are right to cite, in [0, 1]; 0 where none is cited.

    ``citable`` are the characters of whole sentences and bullets, so that quoting a sentence
    whose gold is a clause is not held against an answer. Source: the character-level
    precision of LegalBench-RAG (Pipitone and Houir Alami, 2024), with gold widened so.
    """
    return len(cited & citable) / len(cited) if cited else 0.0


def citation_recall(cited: Characters, gold: Sequence[Sequence[Characters]]) -> float:
    """The share of gold characters that are cited, in [0, 1]; 0 where there is no gold.

    ``gold`` holds a sequence for each span: its characters at each place where it stands, of
    which the one that is cited most counts (the first of equals). Source: the character-level
    recall of LegalBench-RAG (Pipitone and Houir Alami, 2024).
    """
    wanted: set[tuple[str, int]] = set()
    for places in gold:
        wanted |= max(places, key=lambda place: len(place & cited))
    return len(cited & wanted) / len(wanted) if wanted else 0.0


def right_report(cited: Iterable[str], named: Collection[str]) -> float:
    """The share of the reports named that are among those cited, in [0, 1].

    Raises ValueError where none is named.
    """
    if not named:
        raise ValueError("the reports cited are compared with those named, and none is")
    return len(set(cited) & set(named)) / len(set(named))


def right_page(
    cited: Iterable[tuple[str, int | None]], pages: Collection[tuple[str, int]]
) -> float:
    """The share of the reports on some pages that are cited on one of these, in [0, 1].

    Raises ValueError where there are no pages.
    """
    right = {report for report, page in cited if page and (report, page) in pages}
    return right_report(right, {report for report, _ in pages})


def length_ratio(text: str, gold_spans: Sequence[str]) -> float:
    """Characters of an answer over characters of gold, white space and all.

    Raises ValueError where there is no gold.
    """
    gold = sum(len(span) for span in gold_spans)
    if not gold:
        raise ValueError("an answer's length is compared with gold, and there is none")
    return len(text) / gold


def span_ranks(
    gold: Sequence[Sequence[Characters]], passages: Sequence[Characters]
) -> tuple[int | None, ...]:
    """For each gold span the least k such that the first k passages hold all of it.

    The span may lie across passages. None where all the passages together do not hold it at
    any one of its places. Ranks count from 1.
    """
    ranks: list[int | None] = [None] * len(gold)
    seen: set[tuple[str, int]] = set()
    for rank, passage in enumerate(passages, start=1):
        seen |= passage
        for number, places in enumerate(gold):
            if ranks[number] is None and any(place <= seen for place in places):
                ranks[number] = rank
    return tuple(ranks)


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """Recall@k: the share of gold spans that the first k passages hold, in [0, 1].

    0 where there is no gold. ``ranks`` is what ``span_ranks`` gives.
    """
    found = sum(rank is not None and rank <= k for rank in ranks)
    return found / len(ranks) if ranks else 0.0


def reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """One over the rank at which a first gold span is found, in [0, 1]; 0 where none is.

    Its mean over questions is the mean reciprocal rank (Voorhees, TREC-8, 1999).
    """
    return max((1.0 / rank for rank in ranks if rank is not None), default=0.0)
