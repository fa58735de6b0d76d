"""Questions of which, how many or each of the reports, answered whole from what is known of them.

"Which councils were judged inadequate?" is no search: every report is looked at, and each line
of the answer is the passage that says so. Only questions of this form are taken, all of whose
words are understood; every other question is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.facts.grades import GRADE, canonical, rank
from index.types import Document, Fact
from rag.names import words_of
from rag.where import KINDS
from rag.words import word_set

Order = Literal["", "latest", "earliest", "best", "worst"]

_OPENS = re.compile(
    r"^\W*(?:(?:please|and|so|ok|can you|could you|tell me|i want to know|i need)\W+)*"
    r"(?:which|what|whose|how many|list|name|show|give|compare|of the|of these)\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:reports|councils|authorities|areas|partnerships|forces|organisations|places|boroughs"
    r"|inspections|counties|trusts|services|schools|hospitals|prisons|bodies|ones)\b"
    r"|\b(?:each|every|all)\b(?: of (?:the|these|them))?",
    re.IGNORECASE,
)
_SUBJECTS = word_set(
    "report reports council councils authority authorities area areas partnership partnerships "
    "force forces organisation organisations organization place places borough boroughs inspection "
    "inspections county counties trust trusts school schools hospital hospitals prison prisons "
    "body bodies one ones local"
)
_OF_ONE_SORT = word_set("school schools hospital hospitals prison prisons trust trusts")
_SPOKEN = word_set(
    "which what whose how many list name show give me us please and so ok can you could tell i "
    "want to know need a an the of these those them this that is are was were be been have has "
    "had do does did got get gets received receive came come out as with by in on for from at or "
    "all each every any there here library judged judge judgement judgements judgment rated "
    "rating ratings rate graded grade grades found overall effectiveness outcome outcomes result "
    "results mark marks final inspected inspectors published during year it its their said say "
    "called who compare both either only also more than better worse above below less least not "
    "none still currently now"
)
# Words of questions on named organisations, or on the first, last, best or worst of many.
_OF_NAMED = word_set(
    "when led lead leading team headed visit visited visits inspector last "
    "latest most recent recently newest earliest oldest first best worst highest lowest take took "
    "place done change changed changes go gone went from to between moved now result grade s "
    "you got else"
)
_SERVICES = re.compile(r"\bchildren['’]?s (?:social care )?services?\b", re.IGNORECASE)
_ORDERS: dict[Order, re.Pattern[str]] = {
    "latest": re.compile(
        r"\b(?:latest|most recent(?:ly)?|newest)\b"
        r"|\b(?:inspect\w*|visit\w*|published|reports?) last\b|\blast (?:inspect|visit|publish)"
        r"|\bwhich\b.*\blast\W*$",
        re.IGNORECASE,
    ),
    "earliest": re.compile(
        r"\b(?:earliest|oldest)\b|\b(?:inspect\w*|visit\w*|published) first\b"
        r"|\bfirst (?:inspected|visited|published)|\bthe first (?:\w+ ){0,2}(?:inspection|report)\b"
        r"|\bwhich\b.*\bfirst\W*$",
        re.IGNORECASE,
    ),
    "best": re.compile(r"\b(?:best|highest)\b", re.IGNORECASE),
    "worst": re.compile(r"\b(?:worst|lowest)\b", re.IGNORECASE),
}
_ASKED = {
    "published": re.compile(r"^\W*when\b.*\bpublished\b", re.IGNORECASE),
    "inspected": re.compile(r"^\W*when\b.*\b(?:inspect|visit)\w*", re.IGNORECASE),
    "lead_inspector": re.compile(
        r"\blead inspectors?\b|\b(?:who|which inspector) (?:led|lead|headed)\b", re.IGNORECASE
    ),
    "inspectorate": re.compile(r"^\W*who (?:inspected|visited)\b", re.IGNORECASE),
    "organisation": re.compile(
        r"\b(?:is|are) there (?:a|any|some)\b.*\breports?\b|\b(?:do you|have you)\b.*\breports?\b",
        re.IGNORECASE,
    ),
}
_ALSO = {
    "inspected": re.compile(r"\band when\b", re.IGNORECASE),
    "inspectorate": re.compile(r"\band (?:by )?who(?:m)?\b(?! led| lead| headed)", re.IGNORECASE),
}
# What is left of a question that was no more than a name.
BARE = re.compile(
    r"\W*(?:(?:so|and|but|ok|now)\W+)*(?:what about|how about|how is|hows|tell me about)?\W*",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\b(?:better|worse|improv\w*|chang\w*|declin\w*)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:judge?ments|ratings|grades|gradings|marks|scores)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BODIES = ("Ofsted", "CQC", "HMICFRS", "HMI Prisons", "HMI Probation", "Estyn")
_OUTCOMES = {
    "inconsistent experiences and outcomes": r"\binconsistent(?: experiences(?: and outcomes)?)?\b",
    "widespread and/or systemic failings": (
        r"\b(?:widespread (?:and/?or )?)?systemic failings?\b|\bwidespread failings?\b"
    ),
    "typically positive experiences and outcomes": (
        r"\b(?:typically )?positive experiences(?: and outcomes)?\b"
    ),
}
_FAILING = r"(?:requir\w+|need\w*) improvement(?: to be good)?"
_GRADED = re.compile(rf"\b(?:{_FAILING}|{GRADE})\b", re.IGNORECASE)
_SHOWN_ALL = 20


@dataclass(frozen=True, slots=True)
class Register:
    """A question over all reports, taken apart.

    ``wanted`` says of a grade whether it is asked for, None where none is; ``aspect`` are the
    words of the judgement that is meant, empty for the overall one. ``order`` says that the
    first or last of these reports is asked for, or that with the best or worst grade;
    ``fields`` are other facts that are asked for of each report.
    """

    wanted: Callable[[str], bool] | None
    judged: bool
    graded: bool = False  # whether it is a grade that is wanted, not an outcome in other words
    aspect: tuple[str, ...] = ()
    years: frozenset[str] = frozenset()
    published: bool = False
    bodies: tuple[str, ...] = ()
    kind: str = ""
    order: Order = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A report and what is known of it that the question asks for."""

    document: Document
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All that the reports say to a question of this kind.

    ``rows`` are the reports asked for, ``others`` those that say otherwise, ``unknown`` those
    of which it is not known.
    """

    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    unknown: tuple[Document, ...]


def register_of(
    question: str, documents: Sequence[Document], *, named: bool = False
) -> Register | None:
    """The question taken apart, None where it is not one over all reports.

    ``named`` says that it names the organisations that these reports are on, or that there is
    only one; then it need ask for no more than a judgement, a date or a name: "How was Slough
    rated for leadership?", "Who led the inspection?", less the name of the organisation. A name
    alone asks how it was judged.
    """
    if named and BARE.fullmatch(question):
        return Register(None, judged=True)
    order = _order(question)
    if not named and not (_OPENS.search(question) and (order or _MANY.search(question))):
        return None
    asked, rest = _conditions(question)
    asked = replace(asked, order=order, fields=_fields(question, order) if named or order else ())
    words = words_of(rest)
    spoken = _SPOKEN | _OF_NAMED if named or order else _SPOKEN
    known = spoken | _SUBJECTS | KINDS.keys()
    aspect = tuple(word for word in words if word not in known)
    labels = [_prefixes(words_of(fact.label)) for d in documents for fact in d.facts if fact.label]
    if aspect and not any(_prefixes(aspect) <= label for label in labels):
        return None
    if not _are_of(documents, [word for word in words if word in _OF_ONE_SORT]):
        return None
    by_grade = asked.wanted is not None or bool(aspect) or order in ("best", "worst")
    asked = replace(asked, aspect=aspect, judged=by_grade or _asks_judgement(question))
    if named:
        return _of_named(asked, question)
    lists = re.search(r"\breports?\b", question, re.IGNORECASE) is not None
    conditions = asked.judged or asked.years or asked.bodies or asked.kind or asked.order
    return asked if conditions or lists else None


def _are_of(documents: Sequence[Document], sorts: Sequence[str]) -> bool:
    """Whether reports are on bodies of these sorts: a council's report is on no schools."""
    titles = [_prefixes(words_of(document.title)) for document in documents]
    return all(any(_prefixes([sort]) <= title for title in titles) for sort in sorts)


def _order(question: str) -> Order:
    return next((order for order, words in _ORDERS.items() if words.search(question)), "")


def _fields(question: str, order: Order) -> tuple[str, ...]:
    if order in ("latest", "earliest"):
        return ("published",) if re.search(r"\bpublished\b", question, re.I) else ("inspected",)
    asked = tuple(field for field, words in _ASKED.items() if words.search(question))[:1]
    also = [field for field, words in _ALSO.items() if asked and words.search(question)]
    return tuple(dict.fromkeys((*asked, *also)))


def _conditions(question: str) -> tuple[Register, str]:
    """Grades, years, inspectorates and kind, and the question without the words for them."""
    rest = question
    outcomes = []
    for outcome, shape in _OUTCOMES.items():
        if re.search(shape, rest, re.IGNORECASE):
            outcomes.append(outcome)
            rest = re.sub(shape, " ", rest, flags=re.IGNORECASE)
    wanted, rest = _grades(rest, outcomes)
    graded = wanted is not None and not outcomes
    years = frozenset(_YEAR.findall(rest))
    bodies = tuple(body for body in _BODIES if re.search(rf"\b{body}\b", rest, re.IGNORECASE))
    for body in bodies:
        rest = re.sub(rf"\b{body}\b", " ", rest, flags=re.IGNORECASE)
    rest = _YEAR.sub(" ", rest)
    kinds = [kind for word, kind in KINDS.items() if word in words_of(rest)]
    if not kinds and _SERVICES.search(rest):
        kinds = [KINDS["ilacs"]]
        rest = _SERVICES.sub(" ", rest)
    return Register(
        wanted,
        judged=False,
        graded=graded,
        years=years,
        published=re.search(r"\bpublished\b", question, re.IGNORECASE) is not None,
        bodies=bodies,
        kind=kinds[0] if kinds else "",
    ), rest


def _of_named(asked: Register, question: str) -> Register | None:
    """The same for named organisations, whose reports of the years that it says are chosen.

    The words of a judgement alone do not ask for it: "How many children are in care?". Who asks
    for "the grades" is answered by ``rag.whole``.
    """
    if asked.order and not asked.judged and _COMPARES.search(question):
        return None  # "Is it better than at its last inspection?" asks for no date
    by_words = asked.wanted is not None or bool(asked.order) or _asks_judgement(question)
    asks_all = _EACH.search(question) is not None and not (asked.aspect or asked.wanted)
    if asks_all or not (by_words or asked.fields):
        return None
    chooses = re.match(r"\W*(?:which|who)\b", question, re.IGNORECASE) is not None
    judged = asked.judged and (bool(asked.aspect) or not asked.fields)
    if not chooses:
        asked = replace(asked, wanted=None, graded=False)
    order = asked.order if chooses else ""
    return replace(asked, judged=judged, years=frozenset(), bodies=(), order=order)


def table(asked: Register, documents: Sequence[Document]) -> Table:
    """Every report looked at, in the order of the organisations' names."""
    rows: list[Row] = []
    others: list[Row] = []
    unknown: list[Document] = []
    for document in sorted(documents, key=_place):
        if asked.kind and not any(
            fact.field == "kind" and fact.value == asked.kind for fact in document.facts
        ):
            continue
        when = _dated(asked, document)
        by = [fact for body in asked.bodies for fact in _valued(document, "inspectorate", body)]
        if (asked.years and not when) or len(by) < len(asked.bodies):
            continue
        judged = _judgement(asked, document) if asked.judged else None
        other_scale = asked.graded and judged is not None and rank(judged.value) < 0
        if asked.judged and (judged is None or other_scale):
            unknown.append(document)
            continue
        more = [fact for fact in document.facts if fact.field in asked.fields]
        if asked.fields and not more:
            unknown.append(document)
            continue
        facts = [*([judged] if judged else []), *when, *by, *more]
        facts = facts or _valued(document, "organisation", "")
        row = Row(document, tuple(facts))
        is_wanted = asked.wanted is None or judged is None or asked.wanted(judged.value)
        (rows if is_wanted else others).append(row)
    if asked.order:
        return _ordered(asked, rows, unknown)
    return Table(tuple(rows), tuple(others), tuple(unknown))


def _ordered(asked: Register, rows: Sequence[Row], unknown: Sequence[Document]) -> Table:
    """The rows that come first in the order asked for; equal ones stand together."""

    def key(row: Row) -> str | int:
        if asked.order in ("best", "worst"):
            return rank(row.facts[0].value)
        dated = next(fact for fact in row.facts if fact.field in asked.fields)
        return dated.value.partition("/")[2] or dated.value

    keyed = [(key(row), row) for row in rows]
    keyed = [item for item in keyed if item[0] != -1]
    keys = [item[0] for item in keyed]
    first = (max if asked.order in ("latest", "worst") else min)(keys, default="")
    return Table(
        tuple(row for value, row in keyed if value == first),
        tuple(row for value, row in keyed if value != first),
        tuple(unknown),
    )


def heading(asked: Register, found: Table) -> str:
    """The line that opens the answer: how many of how many."""
    looked_at = len(found.rows) + len(found.others)
    which = ""
    if asked.judged:
        which = " that judge this" if asked.aspect else " with an overall judgement"
        which = " with an overall grade" if asked.graded and not asked.aspect else which
    of = f"{looked_at} report{'' if looked_at == 1 else 's'}{which}"
    if not looked_at:
        return "No report here is of this kind."
    if not found.rows:
        return f"None of the {of}."
    if asked.order:
        return f"The {asked.order} of the {of}:" if looked_at > 1 else f"The {of}:"
    if asked.wanted is None:
        return f"The {of}:"
    return f"{len(found.rows)} of the {of}:"


def shown(found: Table) -> tuple[Row, ...]:
    """The rows that are shown; where none is wanted, the few others, as proof."""
    if found.rows:
        return found.rows
    return found.others if len(found.others) <= _SHOWN_ALL else ()


def _grades(question: str, outcomes: Sequence[str]) -> tuple[Callable[[str], bool] | None, str]:
    """What grades are asked for, and the question without the words that say so."""
    found = [(match.start(), match.end(), _plain(match[0])) for match in _GRADED.finditer(question)]
    named = {grade for *_, grade in found} | set(outcomes)
    rest = _GRADED.sub(" ", question)
    if not named:
        return None, rest
    if len(found) == 1 and not outcomes:
        begin, end, grade = found[0]
        before, after = question[:begin].lower(), question[end:].lower()
        worst = rank(grade)
        if re.search(r"(?:below|less than|worse than)\W*$", before):
            return (lambda value: rank(value) > worst >= 0), rest
        if re.search(r"(?:better than|above|more than)\W*$", before):
            return (lambda value: 0 <= rank(value) < worst), rest
        if re.search(r"at least\W*$", before) or re.match(r"\W*(?:or|and) (?:better|above)", after):
            return (lambda value: 0 <= rank(value) <= worst), rest
        if re.match(r"\W*(?:or|and) (?:worse|below|less)", after):
            return (lambda value: rank(value) >= worst >= 0), rest
        if re.search(r"(?:\bnot|n['’]t)\W+(?:\w+\W+){0,2}$", before):
            return (lambda value: value != grade), rest
    return (lambda value: value in named), rest


def _plain(grade: str) -> str:
    return "requires improvement" if re.fullmatch(_FAILING, grade, re.I) else canonical(grade)


def _asks_judgement(question: str) -> bool:
    return bool(
        re.search(
            r"\b(?:judge?ments?|judged|ratings?|rated|grades?|graded|overall|outcomes?|results?|marks?)\b",
            question,
            re.IGNORECASE,
        )
    )


def _judgement(asked: Register, document: Document) -> Fact | None:
    """The judgement that is meant: the overall one, or that whose label fits with fewest words."""
    if not asked.aspect:
        return next((fact for fact in document.facts if fact.field == "overall"), None)
    meant = _prefixes(asked.aspect)
    fitting = [
        fact
        for fact in document.facts
        if fact.field in ("overall", "judgement") and meant <= _prefixes(words_of(fact.label))
    ]
    return min(fitting, key=lambda fact: len(fact.label), default=None)


def _dated(asked: Register, document: Document) -> list[Fact]:
    field = "published" if asked.published else "inspected"
    return [
        fact
        for fact in document.facts
        if fact.field == field and any(year in _years(fact.value) for year in asked.years)
    ]


def _years(value: str) -> set[str]:
    return set(_YEAR.findall(value))


def _valued(document: Document, field: str, value: str) -> list[Fact]:
    return [
        fact
        for fact in document.facts
        if fact.field == field and value.lower() in fact.value.lower()
    ][:1]


def _prefixes(words: Sequence[str]) -> frozenset[str]:
    """The first five letters of each word: "leadership" is said of "the impact of leaders"."""
    return frozenset(word[:5] for word in words)


def _place(document: Document) -> tuple[str, str, str]:
    """The place of a report in a table: by organisation, then by age."""
    named, dated = _valued(document, "organisation", ""), _valued(document, "inspected", "")
    date = dated[0].value if dated else ""
    return (named[0].value if named else document.title), date, document.document_id
