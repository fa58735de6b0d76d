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
from index.types import Document
from rag.names import words_of
from rag.where import KINDS
from rag.words import word_set

Order = Literal["", "latest", "earliest", "best", "worst"]

_OPENS = re.compile(
    r"^\W*(?:(?:please|and|so|ok|can you|could you|tell me|i want to know|i need)\W+)*"
    r"(?:which|what|whose|who|when|how many|list|name|show|give|compare|of the|of these)\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:reports|councils|authorities|areas|partnerships|forces|organisations|places|boroughs"
    r"|inspections|counties|trusts|services|schools|hospitals|prisons|bodies|ones)\b"
    r"|\b(?:each|every|all)\b(?: of (?:the|these|them))?|\bof (?:these|those|them)\b",
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
    "none still currently now took take place"
)
# Words of questions on named organisations, on the first, last, best or worst of many, or on
# when and by whom all were inspected.
_OF_NAMED = word_set(
    "when led lead leading team headed visit visited visits inspector last "
    "latest most recent recently newest earliest oldest first best worst highest lowest done "
    "change changed changes go gone went from to between moved now result grade s "
    "you got else date dates publication"
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
    "published": re.compile(
        r"^\W*when\b.*\bpublished\b|\bpublication dates?\b|\bdates? of publication\b",
        re.IGNORECASE,
    ),
    "inspected": re.compile(
        r"^\W*when\b.*\b(?:inspect|visit)\w*|\binspection dates?\b"
        r"|\bdates? of (?:the |each |every |all )?(?:the )?inspections?\b",
        re.IGNORECASE,
    ),
    "lead_inspector": re.compile(
        r"\blead inspectors?\b"
        r"|\b(?:who|which inspectors?) (?:led|lead|headed)\b(?! (?:the |its |their )?"
        r"(?:council|authorit|partnership|force|area|service))",
        re.IGNORECASE,
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
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
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
    fields = _fields(question, order)
    if not named:
        fields = tuple(field for field in fields if field != "organisation")
        many = order or fields or _MANY.search(question)
        if not (many and _OPENS.search(question)):
            return None
    asked, rest = _conditions(question)
    asked = replace(asked, order=order, fields=fields)
    words = words_of(rest)
    spoken = _SPOKEN | _OF_NAMED if named or order or fields else _SPOKEN
    known = spoken | _SUBJECTS | KINDS.keys()
    aspect = tuple(word for word in words if word not in known)
    labels = [prefixes(words_of(fact.label)) for d in documents for fact in d.facts if fact.label]
    if aspect and not any(prefixes(aspect) <= label for label in labels):
        return None
    if not _are_of(documents, [word for word in words if word in _OF_ONE_SORT]):
        return None
    if aspect and fields and not (named or order or _asks_judgement(question)):
        return None  # "When were care leavers visited?" asks for no inspection
    by_grade = asked.wanted is not None or bool(aspect) or order in ("best", "worst")
    asked = replace(asked, aspect=aspect, judged=by_grade or _asks_judgement(question))
    if named:
        return _of_named(asked, question)
    lists = re.search(r"\breports?\b", question, re.IGNORECASE) is not None
    conditions = (asked.judged, asked.years, asked.bodies, asked.kind, asked.order, asked.fields)
    return asked if lists or any(conditions) else None


def _are_of(documents: Sequence[Document], sorts: Sequence[str]) -> bool:
    """Whether reports are on bodies of these sorts: a council's report is on no schools."""
    titles = [prefixes(words_of(document.title)) for document in documents]
    return all(any(prefixes([sort]) <= title for title in titles) for sort in sorts)


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
    years = frozenset(YEAR.findall(rest))
    bodies = tuple(body for body in _BODIES if re.search(rf"\b{body}\b", rest, re.IGNORECASE))
    for body in bodies:
        rest = re.sub(rf"\b{body}\b", " ", rest, flags=re.IGNORECASE)
    rest = YEAR.sub(" ", rest)
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


def prefixes(words: Sequence[str]) -> frozenset[str]:
    """The first five letters of each word: "leadership" is said of "the impact of leaders"."""
    return frozenset(word[:5] for word in words)
