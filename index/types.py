"""What a report is made of: documents, sections, blocks, units and passages.

All offsets are characters, half-open, into ``Document.text``; for every object
``x`` below that has a text, ``document.text[x.start:x.end]`` is that text.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from index.layout import Box, Layout

BlockKind = Literal["heading", "paragraph", "bullet", "date"]
UnitKind = Literal["heading", "sentence", "bullet", "date"]
FactOrigin = Literal["report", "beside", "user"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level.

    ``path`` holds the titles from the document's title down to this heading, so that
    ``path[-1] == title``. Sections do not overlap; the hierarchy is in ``path``.
    """

    title: str
    level: int
    path: tuple[str, ...]
    start: int
    end: int
    page: int | None = None

    @property
    def label(self) -> str:
        """The path as people read it, the document's title left out where there is more."""
        return " › ".join(self.path[1:] or self.path)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, date line or bullet; markers such as ``•`` lie outside it.

    ``section`` indexes ``Document.sections``. The bullets of one list share ``list_id``;
    ``lead_in`` is the sentence that introduces them ("The force should also:"), if any.
    """

    kind: BlockKind
    start: int
    end: int
    section: int
    level: int = 0
    list_id: int | None = None
    lead_in: Span | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that is quoted: a sentence, a bullet, a date line or a heading."""

    kind: UnitKind
    start: int
    end: int
    block: int
    section: int
    list_id: int | None = None
    lead_in: Span | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Questions that the words at ``spans``, together, answer."""

    spans: tuple[Span, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the report does not answer, and where it comes near to one."""

    question: str
    instead: str = ""
    nearest: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a report, see ``index.facts``.

    ``field`` says what: organisation, inspectorate, kind, inspected, published,
    lead_inspector, overall, or judgement. A date's ``value`` is ISO 8601, a range of them
    "FROM/TO"; that of a judgement is the grade in lower case, and ``label`` what was judged, in
    the report's words. ``span`` is the passage that says so, None where the report does not
    but the file beside it or a user does (``origin``).
    """

    field: str
    value: str
    label: str = ""
    span: Span | None = None
    origin: FactOrigin = "report"


@dataclass(frozen=True)
class Document:
    """One report: its canonical text and the structure found in it.

    ``sha256`` is that of ``text`` encoded as UTF-8; ``source`` is where the file came from.
    ``metadata`` holds what is known of it (publisher, licence, date), as plain strings;
    ``answered`` and ``unanswered`` are the questions written for it, see ``index.enrich``.
    ``facts`` are what is known of the inspection, each with the passage that says so.
    ``layout`` says where the text stands on the pages of the file, where that has pages.
    """

    document_id: str
    title: str
    source: str
    text: str
    sha256: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]
    pages: tuple[Span, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    answered: tuple[Answered, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    facts: tuple[Fact, ...] = ()
    layout: Layout = field(default_factory=Layout)

    def quote(self, span: Span | Section | Block | Unit) -> str:
        """The text of anything that has offsets.

        The cells of a table's row are joined by ": " and "; ", which are not on the page.
        """
        return self.text[span.start : span.end]

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Where the characters from ``start`` to ``end`` stand on the pages, a rectangle a line.

        Empty where the file has no pages, as text and web pages.
        """
        return self.layout.boxes(start, end)

    def page_at(self, offset: int) -> int | None:
        """The page, from 1, that a character stands on; None where the file has no pages."""
        pages = enumerate(self.pages, start=1)
        return next((number for number, page in pages if page.start <= offset < page.end), None)

    @cached_property
    def lists(self) -> dict[int, tuple[Unit, ...]]:
        """The bullets of each list, in order, by ``list_id``.

        Of a bullet that is cut into sentences the first one stands here.
        """
        found: dict[int, dict[int, Unit]] = {}
        for unit in self.units:
            if unit.list_id is not None:
                found.setdefault(unit.list_id, {}).setdefault(unit.block, unit)
        return {key: tuple(units.values()) for key, units in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, read back by ``from_dict``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Document:
        """The document that ``to_dict`` wrote; raises KeyError or TypeError on other data."""
        return cls(
            document_id=data["document_id"],
            title=data["title"],
            source=data["source"],
            text=data["text"],
            sha256=data["sha256"],
            sections=tuple(
                Section(**{**section, "path": tuple(section["path"])})
                for section in data["sections"]
            ),
            blocks=tuple(Block(**_with_lead_in(block)) for block in data["blocks"]),
            units=tuple(Unit(**_with_lead_in(unit)) for unit in data["units"]),
            pages=tuple(Span(**page) for page in data["pages"]),
            metadata=dict(data["metadata"]),
            answered=tuple(
                Answered(_spans(group["spans"]), tuple(group["questions"]))
                for group in data["answered"]
            ),
            unanswered=tuple(
                Unanswered(**{**item, "nearest": _spans(item["nearest"])})
                for item in data["unanswered"]
            ),
            facts=tuple(Fact(**_with_span(fact)) for fact in data["facts"]),
            layout=_layout(data["layout"]),
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of blocks of one section that is embedded and retrieved together.

    ``section`` indexes ``Document.sections``; ``heading_path`` repeats its titles and
    ``lead_in`` the introducing sentence where ``text`` begins inside a list. Neither is
    part of ``text``. ``passage_id`` is the SHA-256 of document id and offsets.
    """

    passage_id: str
    document_id: str
    section: int
    heading_path: tuple[str, ...]
    start: int
    end: int
    text: str
    lead_in: str | None = None
    page: int | None = None


def _with_lead_in(data: dict[str, Any]) -> dict[str, Any]:
    lead_in = data["lead_in"]
    return {**data, "lead_in": None if lead_in is None else Span(**lead_in)}


def _with_span(data: dict[str, Any]) -> dict[str, Any]:
    span = data["span"]
    return {**data, "span": None if span is None else Span(**span)}


def _layout(data: dict[str, Any]) -> Layout:
    return Layout(tuple((width, height) for width, height in data["sizes"]), data["rows"])


def _spans(data: list[dict[str, int]]) -> tuple[Span, ...]:
    return tuple(Span(**span) for span in data)
