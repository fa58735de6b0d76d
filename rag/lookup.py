"""What programs ask for besides answers: passages found, words at their place, reports, proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from index.errors import QuestionError
from index.types import Document, Section
from rag.cite import verify
from rag.show import known, place, quotes_of, reference
from rag.types import Answer, Citation, Nearest
from rag.where import Where

if TYPE_CHECKING:
    from rag.generate import Writer
    from rag.pipeline import ReportQA

MAX_HISTORY: Final = 40
MAX_PASSAGE_CHARACTERS: Final = 20_000
MAX_AROUND_CHARACTERS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found; ``document.text[start:end] == text``, higher is better."""

    document: str
    title: str
    section: str
    page: int | None
    start: int
    end: int
    text: str
    lead_in: str | None
    score: float


@dataclass(frozen=True)
class Found:
    """What a search found, best first."""

    query: str
    passages: tuple[Hit, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Excerpt:
    """Words of a report at their place, those before and after, and how to refer to them.

    ``sha256`` is that of the report's canonical text, in which the characters are counted.
    """

    document: str
    title: str
    section: str
    page: int | None
    start: int
    end: int
    text: str
    before: str
    after: str
    reference: str
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A report of the library; ``about`` is what is known of date, publisher, licence, address."""

    document: str
    title: str
    sha256: str
    characters: int
    passages: int
    sections: tuple[str, ...]
    about: dict[str, str]


@dataclass(frozen=True)
class Reports:
    """The reports of the library, in the order in which they were added."""

    reports: tuple[ReportEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A quote of an answer with the reference to paste beside it; ``marker`` None if nearest."""

    marker: int | None
    document: str
    title: str
    section: str
    page: int | None
    start: int
    end: int
    quote: str
    lead_in: str | None
    reference: str


@dataclass(frozen=True)
class Sources:
    """An answer's quotes, and whether the library proves the answer; ``faults`` say what not."""

    proven: bool
    faults: tuple[str, ...]
    sources: tuple[SourceEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


def ask(
    qa: ReportQA,
    question: str,
    history: Sequence[str],
    reports: Sequence[str] | None = None,
    where: Where | None = None,
    writer: Writer | None = None,
) -> Answer:
    """The answer to a question with the earlier questions of its conversation, oldest first.

    Of the reports with the ids in ``reports`` and those that meet ``where`` alone, where given,
    see ``rag.where``. Raises QuestionError for what
    cannot be asked, and for a history that is too long.
    """
    if len(history) > MAX_HISTORY:
        raise QuestionError(
            f"the history holds {len(history)} questions; give the last {MAX_HISTORY} at most"
        )
    longest, most = max(map(len, history), default=0), qa.config.question_characters
    if longest > most:
        raise QuestionError(
            f"a question of the history has {longest:,} characters; give at most {most:,} of each"
        )
    return qa.ask(question, history, reports, where, writer)


def search(qa: ReportQA, query: str, limit: int) -> Found:
    """The passages nearest to a query, at most ``limit``.

    Raises QuestionError for a query that cannot be asked or a limit that cannot be had.
    """
    most = qa.config.passages
    if not 1 <= limit <= most:
        raise QuestionError(f"the limit is {limit}; give a number from 1 to {most}")
    documents, hits = qa.library.documents, []
    for found in qa.retrieve(query)[:limit]:
        about = found.node.metadata
        document = documents[about["document_id"]]
        hits.append(
            Hit(
                document=document.document_id,
                title=document.title,
                section=document.sections[about["section"]].label,
                page=about["page"],
                start=about["start"],
                end=about["end"],
                text=document.text[about["start"] : about["end"]],
                lead_in=about["lead_in"],
                score=round(found.score or 0.0, 4),
            )
        )
    return Found(query, tuple(hits))


def excerpt(
    documents: Mapping[str, Document], document: str, start: int, end: int, around: int = 0
) -> Excerpt:
    """The characters ``start`` to ``end`` of a report, with ``around`` more on either side.

    Raises QuestionError for an unknown report, and for offsets that it does not have.
    """
    report = documents.get(document)
    if report is None:
        raise QuestionError(
            f"there is no report {_shown(document)}; the reports are: "
            f"{', '.join(documents) or '(none)'}"
        )
    if not 0 <= start < end <= len(report.text):
        raise QuestionError(
            f"there are no characters {start} to {end} in {document}; it has {len(report.text)}"
        )
    if end - start > MAX_PASSAGE_CHARACTERS:
        raise QuestionError(
            f"these are {end - start:,} characters; ask for at most {MAX_PASSAGE_CHARACTERS:,}"
        )
    if not 0 <= around <= MAX_AROUND_CHARACTERS:
        raise QuestionError(
            f"'around' is {around}; give a number from 0 to {MAX_AROUND_CHARACTERS}"
        )
    section, page = _section(report, start), _page(report, start)
    label = section.label if section else report.title
    text = report.text[start:end]
    return Excerpt(
        document=document,
        title=report.title,
        section=label,
        page=page,
        start=start,
        end=end,
        text=text,
        before=report.text[max(start - around, 0) : start],
        after=report.text[end : end + around],
        reference=reference(Nearest(document, label, page, start, end, text, 0.0), report),
        sha256=report.sha256,
    )


def reports(qa: ReportQA) -> Reports:
    """The reports that questions are asked of."""
    return Reports(
        tuple(
            ReportEntry(
                document=document.document_id,
                title=document.title,
                sha256=document.sha256,
                characters=len(document.text),
                passages=len(qa.library.passages(document.document_id)),
                sections=tuple(section.label for section in document.sections),
                about=known(document),
            )
            for document in qa.library.documents.values()
        )
    )


def sources(answer: Answer, documents: Mapping[str, Document]) -> Sources:
    """The quotes of an answer with their references, and what the reports do not prove of it.

    Quotes of reports that are not in the library are named with where they are said to stand.
    """
    faults = verify(answer, documents)
    titles = {source.document: source.title for source in answer.sources}
    return Sources(
        proven=not faults,
        faults=tuple(faults),
        sources=tuple(_entry(item, titles, documents) for item in quotes_of(answer)),
    )


def _entry(
    item: Citation | Nearest, titles: Mapping[str, str], documents: Mapping[str, Document]
) -> SourceEntry:
    report, title = documents.get(item.document), titles.get(item.document, item.document)
    elsewhere = f"“{item.quote}”\n— {title}. {place(item)}"
    return SourceEntry(
        marker=item.marker if isinstance(item, Citation) else None,
        document=item.document,
        title=title,
        section=item.section,
        page=item.page,
        start=item.start,
        end=item.end,
        quote=item.quote,
        lead_in=item.lead_in.quote if item.lead_in else None,
        reference=reference(item, report) if report else elsewhere,
    )


def _section(document: Document, offset: int) -> Section | None:
    within = (part for part in document.sections if part.start <= offset < part.end)
    return next(within, None)


def _page(document: Document, offset: int) -> int | None:
    """The page that an offset stands on, counted from 1; None where there are no pages."""
    begun = sum(page.start <= offset for page in document.pages)
    return begun or None


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else f"{name[:57]}...")
