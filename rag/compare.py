"""Two reports side by side: judgements that moved, and what was asked for twice, once, no more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.embed import Encoder, Vectors
from index.errors import LibraryError, QuestionError
from index.facts.grades import is_overall, steps
from index.findings import Finding, findings
from index.library import Library
from index.types import Document
from rag.config import CompareConfig

Change = Literal["up", "down", "same", "other scale", "only first", "only second"]

# What stands in the labels of many judgements and tells none from another.
_SMALL = frozenset("the and of a an in for with at to is are how well".split())
_NAMES = re.compile(
    r"\b(?:metropolitan|borough|city|county|district|unitary|royal|london|local|council|of|the"
    r"|and|area|partnership|authority|police|constabulary)\b"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement in both reports, or in the one that has it; ``change`` is from first to second.

    Where the two are graded in words that have no order among them it is "other scale".
    """

    change: Change
    first: Finding | None
    second: Finding | None


@dataclass(frozen=True, slots=True)
class Repeated:
    """What both reports ask for; ``similarity`` is the cosine of the two, at most 1."""

    similarity: float
    first: Finding
    second: Finding


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports compared; ``over_time`` where they are of one organisation and kind.

    ``first`` is then the earlier one. ``gone`` is asked for in the first report only, ``new``
    in the second only, in the order of the text. Every finding has its offsets and page.
    """

    first: Document
    second: Document
    over_time: bool
    judgements: tuple[Judged, ...]
    repeated: tuple[Repeated, ...]
    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]


def compare(
    first: Document, second: Document, encoder: Encoder, config: CompareConfig | None = None
) -> Comparison:
    """The judgements and areas for improvement of two reports, matched by what they are about.

    ``encoder`` is that of the reader (``load_reader().encoder``), on which the threshold was
    measured. Of one organisation the earlier report comes first, whichever was given first; as
    far as the dates are not known, in the order given.
    """
    over_time = _is_one_series(first, second)
    if over_time and _date(second) and _date(first) > _date(second):
        first, second = second, first
    config = config or CompareConfig()
    ours, theirs = _split(first), _split(second)
    repeated = _repeated(ours[1], theirs[1], encoder, config)
    again = {id(row) for pair in repeated for row in (pair.first, pair.second)}
    return Comparison(
        first=first,
        second=second,
        over_time=over_time,
        judgements=_moved(ours[0], theirs[0], config.labels),
        repeated=repeated,
        gone=tuple(row for row in ours[1] if id(row) not in again),
        new=tuple(row for row in theirs[1] if id(row) not in again),
    )


def similarities(first: Sequence[str], second: Sequence[str], encoder: Encoder) -> Vectors:
    """The cosine of each text with each of the others, shape (len(first), len(second))."""
    vectors = encoder.encode([" ".join(text.split()) for text in (*first, *second)])
    return vectors[: len(first)] @ vectors[len(first) :].T


def compare_reports(first: str, second: str, library: Library | None = None) -> Comparison:
    """Two reports of a library, by their ids, compared; of the user's own unless one is given.

    Raises LibraryError for an unknown id, QuestionError where both ids are one.
    """
    from rag.encoder import load_reader

    documents = (library or Library.open()).documents
    unknown = [name for name in (first, second) if name not in documents]
    if unknown:
        raise LibraryError(
            f"there is no report {', '.join(map(repr, unknown))}; "
            f"the reports are: {', '.join(documents) or '(none)'}"
        )
    if first == second:
        raise QuestionError(f"{first!r} is given twice; name two reports")
    return compare(documents[first], documents[second], load_reader().encoder)


def _split(document: Document) -> tuple[list[Finding], list[Finding]]:
    rows = findings(document)
    judged = [row for row in rows if row.kind == "judgement"]
    return judged, [row for row in rows if row.kind != "judgement"]


def _moved(first: Sequence[Finding], second: Sequence[Finding], least: float) -> tuple[Judged, ...]:
    """Every judgement of both; one that was split or merged stands beside each of its parts."""
    pairs: list[tuple[Finding | None, Finding | None]] = [
        (_nearest(after, first, least), after) for after in second
    ]
    taken = {id(before) for before, _ in pairs}
    pairs += [
        (before, _nearest(before, second, least)) for before in first if id(before) not in taken
    ]
    return tuple(Judged(_change(before, after), before, after) for before, after in pairs)


def _nearest(judged: Finding, others: Sequence[Finding], least: float) -> Finding | None:
    """What the other report judges under the most similar label, if that is similar enough."""
    best = max(others, key=lambda row: _likeness(row.label, judged.label), default=None)
    return best if best and _likeness(best.label, judged.label) >= least else None


def _change(before: Finding | None, after: Finding | None) -> Change:
    if before is None or after is None:
        return "only second" if before is None else "only first"
    moved = steps(before.grade, after.grade)
    if moved is None:
        return "same" if before.grade == after.grade else "other scale"
    return "up" if moved > 0 else "down" if moved < 0 else "same"


def _likeness(label: str, other: str) -> float:
    """The share of their words that two labels have in common; 1 for two overall judgements."""
    if is_overall(label) and is_overall(other):
        return 1.0
    ours, theirs = _words(label), _words(other)
    return len(ours & theirs) / max(len(ours | theirs), 1)


def _words(label: str) -> set[str]:
    return set(re.findall(r"[a-z]+", label.lower().replace("’", ""))) - _SMALL


def _repeated(
    first: Sequence[Finding], second: Sequence[Finding], encoder: Encoder, config: CompareConfig
) -> tuple[Repeated, ...]:
    """Each with what comes nearest to it in the other report, where that is near enough."""
    if not first or not second:
        return ()
    near = similarities([row.quote for row in first], [row.quote for row in second], encoder)
    best = {(int(near[:, column].argmax()), column) for column in range(len(second))}
    best |= {(row, int(near[row].argmax())) for row in range(len(first))}
    return tuple(
        Repeated(round(float(near[row, column]), 3), first[row], second[column])
        for row, column in sorted(best, key=lambda pair: (pair[1], pair[0]))
        if near[row, column] >= config.near
    )


def _is_one_series(first: Document, second: Document) -> bool:
    same_kind = _fact(first, "kind") == _fact(second, "kind")
    ours, theirs = (_name(document) for document in (first, second))
    return same_kind and bool(ours) and ours == theirs


def _name(document: Document) -> frozenset[str]:
    """What names the organisation, whether or not it calls itself a borough or a council."""
    words = _fact(document, "organisation").casefold()
    return frozenset(re.findall(r"\w+", _NAMES.sub(" ", words)) or words.split())


def _date(document: Document) -> str:
    return _fact(document, "inspected") or _fact(document, "published")


def _fact(document: Document, field: str) -> str:
    return next((fact.value for fact in document.facts if fact.field == field), "")
