"""Who was inspected, by whom, and in what kind of inspection: from the title and the wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.facts.dates import periods
from index.facts.front import back, front
from index.types import Block, Document, Fact, Span

_HM = r"(?:HM|(?:His|Her) Majesty[’']s)"
# The inspectorates of the United Kingdom, by the short name that people use.
_INSPECTORATES = (
    ("Ofsted", r"Ofsted|Office for Standards in Education(?:, Children[’']s Services and Skills)?"),
    ("CQC", r"CQC|Care Quality Commission"),
    (
        "HMICFRS",
        rf"HMICFRS|{_HM} Inspectorate of Constabulary(?! in Scotland)"
        r"(?: and Fire (?:&|and) Rescue Services)?|HMIC",
    ),
    ("HMIPS", rf"HMIPS|{_HM} (?:Chief Inspector|Inspectorate) of Prisons for Scotland"),
    ("HMI Prisons", rf"HMI Prisons|HMIP|{_HM} (?:Chief Inspector|Inspectorate) of Prisons"),
    ("HMI Probation", rf"HMI Probation|{_HM} (?:Chief Inspector|Inspectorate) of Probation"),
    ("HMCPSI", rf"HMCPSI|{_HM} Crown Prosecution Service Inspectorate"),
    ("Estyn", r"Estyn"),
    ("Care Inspectorate Wales", r"Care Inspectorate Wales|CIW|AGC"),
    ("Healthcare Inspectorate Wales", r"Healthcare Inspectorate Wales"),
    ("Education Scotland", r"Education Scotland"),
    ("Care Inspectorate", r"Care Inspectorate"),
    ("HMICS", rf"HMICS|{_HM} Inspectorate of Constabulary in Scotland"),
    ("RQIA", r"RQIA|Regulation and Quality Improvement Authority"),
    ("ETI", r"Education and Training Inspectorate"),
    ("CJI", r"Criminal Justice Inspection Northern Ireland"),
)
_NAMED = "|".join(f"(?P<n{n}>{names})" for n, (_, names) in enumerate(_INSPECTORATES))
_BODY = re.compile(rf"\b(?:{_NAMED})\b")
_DOES = re.compile(
    r"\W*(?:\([^)]{2,12}\)\W*)?(?:(?:and|&|,) (?:the )?[A-Z][\w ’']{2,50}?(?: \([^)]{2,12}\))? )?"
    r"(?:regulates? and inspects?|inspects?\b|asks? that|carr(?:y|ies|ied) out|conducts?(?:ed)?\b"
    r"|requires? (?:the|that)|lead inspector)",
    re.IGNORECASE,
)
_DONE_BY = re.compile(
    r"(?:carried out|conducted|inspected|undertaken|published|led) (?:jointly )?by (?:inspectors "
    r"from |the )*$|inspectors? from (?:the )?$|©\W*$",
    re.IGNORECASE,
)
_OFTEN, _REACH = 2, 80

_CAPITAL = r"[A-Z0-9][\w’'&.-]*"
_LINK = r"(?:of|and|the|upon|on|in|with|for|by|le|under|next|to|de|&|,)"
_NAME = rf"(?:the )?{_CAPITAL}(?:,? (?:{_LINK} )*{_CAPITAL})*"
_TAIL = (
    r"(?: (?:city|county|borough|metropolitan|district|unitary|and|council)){0,4}"
    r"(?: local authority)?(?:[’']s)? (?:children[’']s (?:social care )?services"
    r"|arrangements for .*|services for .*)| local authority| police custody(?: suites)?"
)
_UN = r"(?:(?:an?|the|our|this) )?(?:(?:un)?announced |full |short |joint |re-?|area send )*"
_TITLES = tuple(
    re.compile(pattern)
    for pattern in (
        # "Joint inspection of police custody in X", "An inspection of probation services in X"
        rf"(?i:{_UN}(?:inspection|review|visit) (?:of|to) [a-z’' ]+? in:? )(?P<who>{_NAME})$",
        # "Inspection of X local authority children's services", "Monitoring visit to X"
        rf"(?i:(?:report (?:on|of) )?{_UN}(?:[a-z]+ ){{0,3}}?(?:inspection|visit|assessment|review)"
        rf" (?:of|to|at) )(?P<who>{_NAME})(?i:{_TAIL})?$",
        # "X PEEL 2017", "X: inspection report on ...", "X – joint inspection of police custody"
        rf"(?P<who>{_NAME})(?: PEEL\b.*"
        r"|\s*[:–—]\s+(?i:how .*\?|.*\b(?:inspection|visit|review|peel)\b.*)"
        r"| (?i:inspection report|quality report))$",
        # "PEEL 2023–25 – An inspection of X"
        rf"PEEL\b.*?(?i:inspection of )(?P<who>{_NAME})$",
        # "A report on X"
        rf"^(?i:(?:an? )?(?:inspection )?report (?:on|about) )(?P<who>{_NAME})$",
    )
)
# Where the title does not say: a line of its own, or who was visited.
_LABELLED = re.compile(
    r"(?:name of (?:the )?(?:provider|school|setting|service|establishment|location|organisation)"
    r"|(?:provider|school|setting|service|organisation|location)(?:[’']s)? name)"
    r"\s*[:\t]\s*(?P<who>[^\n]{2,120})",
    re.IGNORECASE,
)
_VISITED = re.compile(rf"\binspectors from [^.]{{2,80}} (?:visited|inspected) (?P<who>{_NAME})")
_REPORT = re.compile(r"(?:inspection|quality|assessment) report", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:Thematic|Annual|State|National|Rapid|Joint|Review|Inspections?|Report|Summary|PEEL)\b"
)
_FORCES = r"(?: (?:Police|Constabulary|Fire and Rescue Service))"

_KINDS = (
    ("area SEND inspection", r"\barea send\b"),
    ("focused visit", r"\bfocused visit\b"),
    ("monitoring visit", r"\bmonitoring visit\b"),
    (
        "inspection of local authority children’s services",
        r"\b(?:local authority|council)\b.*\bchildren[’']s (?:social care )?services\b"
        r"|\bchildren[’']s (?:social care )?services inspection\b"
        r"|\binspection of .+ children[’']s (?:social care )?services\b",
    ),
    ("joint targeted area inspection", r"\bjoint targeted area inspection\b|\bjtai\b"),
    ("PEEL inspection", r"\bpeel\b"),
    ("custody inspection", r"\bpolice custody\b|\bcustody suites?\b"),
    ("fire and rescue inspection", r"\bfire (?:and|&) rescue\b"),
    (
        "prison inspection",
        r"\bhmp\b|\bhm prison\b|\bprison\b|\byoung offender institution\b|\byoi\b",
    ),
    ("probation inspection", r"\bprobation\b"),
    ("hospital inspection", r"\bhospitals?\b|\bnhs\b.*\btrust\b"),
    ("care home inspection", r"\bcare home\b|\bnursing home\b"),
    ("school inspection", r"\b(?:school|ysgol|academy|college|nursery|sixth form)\b"),
    ("thematic inspection", r"\bthematic\b"),
)
_INSPECTION = re.compile(r"\b(?:re-?)?(?:inspection|visit|review|assessment)\b", re.IGNORECASE)


def organisation(document: Document) -> tuple[Fact, ...]:
    """The organisation inspected, by its name where the report says it; none where it does not.

    It is in the title, else in a line such as "Name of provider: ...", else who was visited.
    """
    for title, span in _titles(document):
        for pattern in _TITLES:
            match = pattern.search(title)
            if match is None or _NO_NAME.match(match["who"]):
                continue
            name = re.sub(r"^the (?=[A-Z])", "", match["who"]).rstrip(" ,.:")
            return (Fact("organisation", _in_full(document, name), span=span),)
    for name, span in _names(document):
        return (Fact("organisation", name, span=span),)
    return ()


def _names(document: Document) -> Iterator[tuple[str, Span]]:
    """The organisation's name in places other than a title that says what was inspected."""
    opening = front(document)
    titles = list(_titles(document))
    for (title, span), (line, below) in pairwise(titles):
        if _REPORT.fullmatch(line) and re.fullmatch(_NAME, title):
            yield title, span
        elif _REPORT.fullmatch(title) and re.fullmatch(_NAME, line):
            yield line, below
    for pattern in (_LABELLED, _VISITED):
        for block in opening:
            match = pattern.search(document.text, block.start, block.end)
            if match is not None and (pattern is _VISITED or match.start() == block.start):
                name = re.split(r"[.;]\s", match["who"])[0]
                end = match.start("who") + len(name)
                yield " ".join(name.split()), Span(match.start(), end)


def kind_of(document: Document, named: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """The kind of inspection, from the report's title, else from the organisation's name."""
    general: tuple[Fact, ...] = ()
    for title, span in _titles(document):
        if specific := _kind(title):
            return (Fact("kind", specific, span=span),)
        if match := _INSPECTION.search(title):
            general = (Fact("kind", match[0].lower(), span=span),)
            break
    for fact in named:
        if specific := _kind(fact.value):
            return (Fact("kind", specific, span=fact.span),)
    return general


def _kind(words: str) -> str:
    """The kind of inspection that words speak of; empty where they speak of none."""
    return next((kind for kind, known in _KINDS if re.search(known, words, re.IGNORECASE)), "")


def inspectorates(document: Document) -> tuple[Fact, ...]:
    """Who inspected: those of whom the report says so, else the one that it names most often."""
    said: dict[str, Fact] = {}
    named: dict[str, list[Span]] = {}
    for block in (*front(document), *back(document)):
        for name, span in _bodies(document, block):
            if _says_so(document.text, block, span):
                said.setdefault(name, Fact("inspectorate", name, span=span))
    if said:
        return tuple(said.values())
    for block in document.blocks:
        for name, span in _bodies(document, block):
            named.setdefault(name, []).append(span)
    most = max(named, key=lambda name: len(named[name]), default="")
    if most and len(named[most]) >= _OFTEN:
        return (Fact("inspectorate", most, span=named[most][0]),)
    return ()


def _says_so(text: str, block: Block, span: Span) -> bool:
    """Whether the body at a span is said to inspect, or stands alone as a heading of a team."""
    if span.start == block.start and (span.end >= block.end - 1 or _dated(text, span, block)):
        return True
    before = text[max(block.start, span.start - _REACH) : span.start]
    after = text[span.end : min(block.end, span.end + 2 * _REACH)]
    return bool(_DOES.match(after) or _DONE_BY.search(before))


def _dated(text: str, span: Span, block: Block) -> bool:
    """Whether only a date stands behind, or the name in full: "HMI Probation, May 2024"."""
    rest = text[span.end : block.end].lstrip(" ,")
    if re.match(r"(?:His|Her) Majesty[’']s Inspectorate\b", rest):
        return True
    found = next(periods(rest), None)
    return found is not None and found.span == Span(0, len(rest))


def _bodies(document: Document, block: Block) -> Iterator[tuple[str, Span]]:
    for match in _BODY.finditer(document.text, block.start, block.end):
        group = match.lastgroup or "n0"
        yield _INSPECTORATES[int(group[1:])][0], Span(match.start(), match.end())


def _titles(document: Document) -> Iterator[tuple[str, Span]]:
    """The report's title and the headings and lines that open it, on one line each."""
    opening = front(document)[:6]
    lines = [(" ".join(document.quote(block).split()), block) for block in opening]
    lines = [(line, block) for line, block in lines if len(line) <= 200]
    lines.sort(key=lambda item: (item[0] != document.title, item[1].kind != "heading"))
    for line, block in lines:
        if block.kind != "date" and not re.search(r"[.;!]$", line):
            yield line, Span(block.start, block.end)


def _in_full(document: Document, name: str) -> str:
    """The name with "Police" or the like, where the report calls the organisation so."""
    if re.search(_FORCES, name):
        return name
    longer = re.compile(rf"\b{re.escape(name)}{_FORCES}")
    found = longer.search(document.text)
    return found[0] if found else name
