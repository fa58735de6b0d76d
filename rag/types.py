"""What a question comes back with: an answer, its parts, its citations, what came nearest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.errors import AnswerError

PartKind = Literal["sentence", "bullet", "lead_in", "note", "report"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a report at their place: ``document.text[start:end] == quote``."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote that was found in the document at its offsets.

    ``section`` is the heading path as people read it; ``page`` is 1-based, None where the
    format has no pages. ``lead_in`` is the sentence that gives a bullet its sense, or that a
    sentence points back to. ``verified`` is True only where the quote was compared with the
    canonical text.
    """

    marker: int
    document: str
    section: str
    page: int | None
    start: int
    end: int
    quote: str
    lead_in: Quote | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """A unit that came close to a question that the report does not answer.

    Or to a sentence that it does not prove.
    """

    document: str
    section: str
    page: int | None
    start: int
    end: int
    quote: str
    score: float
    lead_in: Quote | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reports prove of a sentence that a language model wrote.

    ``support`` is in [0, 1]. Where it is not ``supported``, ``faults`` say why, in words, and
    ``closest`` is the passage that comes nearest. Of the ``given`` passages that the model
    cited, ``needed`` help to prove the sentence; ``as_cited`` says whether they do together.
    """

    supported: bool
    support: float
    faults: tuple[str, ...] = ()
    closest: Nearest | None = None
    given: int = 0
    needed: int = 0
    as_cited: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an answer.

    ``sentence`` and ``bullet`` are the report's own words, followed by ``markers``;
    with a ``verdict`` they and ``lead_in`` are a language model's words. Without one
    ``lead_in`` is the report's sentence that introduces the lines after it; ``note`` is
    ours and is never shown as the report's. ``report`` names the report that the lines after
    it are from, where an answer has lines of several.
    """

    kind: PartKind
    text: str
    markers: tuple[int, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A report that an answer was made from; ``sha256`` is that of its canonical text."""

    document: str
    title: str
    sha256: str


@dataclass(frozen=True)
class Answer:
    """An answer and its proof; the object of ``peel ask --json``.

    ``understood`` is the question that was searched for, which differs from ``question``
    where a follow-up was completed from its history. ``confidence`` is in [0, 1]: how sure
    the system is that the report answers the question. Where it abstained, ``missing`` are words
    of the question that stand nowhere in the reports searched. ``timings`` are in seconds.
    ``writer`` is the language model that wrote it, if one did, and ``left_out`` what of its
    words is not shown because it is not proven; where one was to write it and the report's own
    words stand here, ``instead`` says why. ``asked_of`` are the ids of the reports that it was
    asked of, where not all of the library were to be asked.
    """

    question: str
    understood: str
    text: str
    parts: tuple[Part, ...]
    abstained: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    model: str = ""
    fingerprint: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    writer: str = ""
    instead: str = ""
    left_out: tuple[Part, ...] = ()
    asked_of: tuple[str, ...] = ()

    @property
    def confidence_word(self) -> Confidence:
        """The confidence as people read it: high from 0.9, medium from 0.8, else low."""
        return "high" if self.confidence >= 0.9 else "medium" if self.confidence >= 0.8 else "low"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, read back by ``from_dict``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Any) -> Answer:
        """The answer that ``to_dict`` wrote; raises AnswerError on anything else."""
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_python(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"]) or "the whole"
            raise AnswerError(
                f"this is not an answer as 'peel ask --json' writes it: {place}: {first['msg']}; "
                "save one with: peel ask QUESTION --json > answer.json"
            ) from error

    def _repr_html_(self) -> str:
        """How a notebook shows the answer."""
        from rag.show import answer_html

        return answer_html(self)

    def _repr_markdown_(self) -> str:
        """The same for front ends that show Markdown and no HTML."""
        from rag.show import answer_markdown

        return answer_markdown(self)
