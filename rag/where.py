"""Conditions on what is known of reports: which of a library's reports a question is asked of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.errors import QuestionError
from index.facts import FIELDS
from index.facts.grades import canonical
from index.types import Document
from rag.names import words_of

# The short names that people have for kinds of inspection.
KINDS = {
    "ilacs": "inspection of local authority children’s services",
    "send": "area SEND inspection",
    "peel": "PEEL inspection",
    "jtai": "joint targeted area inspection",
    "custody": "custody inspection",
}
DATES = ("inspected", "published")
_GRADES = ("overall", "judgement")

Where = Mapping[str, str | Sequence[str]]


def fields_of(documents: Iterable[Document]) -> tuple[str, ...]:
    """The names of all that conditions can be put on: facts, title, and what files beside say."""
    beside = {name: None for document in documents for name in document.metadata}
    return tuple(dict.fromkeys((*FIELDS, "judgement", "title", *sorted(beside))))


def values_of(document: Document, field: str) -> tuple[str, ...]:
    """What is known of a report under a field, each value once; empty where nothing is."""
    found = [fact.value for fact in document.facts if fact.field == field]
    if field == "title":
        found = [document.title]
    if field in document.metadata and not found:
        found = [document.metadata[field]]
    return tuple(dict.fromkeys(found))


def chosen_reports(
    documents: Mapping[str, Document],
    reports: Sequence[str] | None = None,
    where: Where | None = None,
) -> tuple[str, ...] | None:
    """The ids of those of ``reports`` that meet ``where``, None where neither is given.

    Raises QuestionError for an unknown id, and as ``chosen`` does.
    """
    if reports is None:
        return chosen(documents, where) if where else None
    unknown = [name for name in reports if name not in documents]
    if unknown or not reports:
        raise QuestionError(
            f"there is no report {', '.join(map(repr, unknown)) or 'named'}; "
            f"the reports are: {', '.join(documents)}"
        )
    among = {name: documents[name] for name in documents if name in reports}
    return chosen(among, where) if where else tuple(among)


def chosen(documents: Mapping[str, Document], where: Where) -> tuple[str, ...]:
    """The ids of the reports that meet every condition, in the order of the library.

    A condition names a field and a value, or several of which one is enough. A date is met by
    its year, month or day ("2023", "2023-03") and by a range "2022/2023-06"; a grade or outcome
    by the whole of it; anything else by a part of its words in any case, a kind of inspection
    also by its short name ("ILACS", "SEND"). Raises QuestionError for a field that no report
    has, and where no report is left.
    """
    known = fields_of(documents.values())
    for field, given in where.items():
        if field not in known:
            raise QuestionError(
                f"reports cannot be chosen by {field!r}; there are: {', '.join(known)}"
            )
        if not _listed(given):
            raise QuestionError(f"no value is given for {field!r}; leave it out or name one")
    found = tuple(
        name
        for name, document in documents.items()
        if all(
            any(_meets(field, value, wanted) for value in values_of(document, field))
            for field, given in where.items()
            for wanted in [_listed(given)]
        )
    )
    if not found:
        said = ", ".join(f"{field}={' or '.join(_listed(given))}" for field, given in where.items())
        raise QuestionError(f"no report here has {said}; ask with fewer or other conditions")
    return found


def _listed(given: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(item for item in ([given] if isinstance(given, str) else given) if item.strip())


def _meets(field: str, value: str, wanted: Sequence[str]) -> bool:
    return any(_meets_one(field, value, one.strip()) for one in wanted)


def _meets_one(field: str, value: str, wanted: str) -> bool:
    if field in DATES:
        return _overlaps(value, wanted)
    if field in _GRADES:
        return canonical(value) == canonical(wanted)
    if field == "kind" and value == KINDS.get(wanted.lower()):
        return True
    words, sought = words_of(value), words_of(wanted)
    return any(
        words[place : place + len(sought)] == sought
        for place in range(len(words) - len(sought) + 1)
    )


def _overlaps(value: str, wanted: str) -> bool:
    """Whether two ISO dates or ranges of dates, in any precision, have a day in common."""
    (first, last), (begin, end) = _ends(value), _ends(wanted)
    return first <= end + "~" and begin <= last + "~"


def _ends(period: str) -> tuple[str, str]:
    first, _, last = period.partition("/")
    return first, last or first
