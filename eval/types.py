"""What a run is made of: a question's scores, their totals, and the answers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from eval import metrics
from eval.dataset import Question
from eval.gold import Place
from eval.stats import CONFIDENCE_LEVEL, RESAMPLES, SEED, Estimate, percentile
from index.errors import DatasetError
from rag.config import Limits
from rag.types import Answer

HELD_OUT: Final = "held out"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Scores:
    """A question's scores by metric; the metrics that do not apply to it are left out."""

    id: str
    question: str
    kind: str
    answerable: bool
    abstained: bool
    values: dict[str, float]


@dataclass(frozen=True)
class Run:
    """What was measured of a question set; the content of ``scores.json``.

    ``totals`` and ``by_kind`` hold an estimate for each metric that applies to any question;
    ``by_part`` the same of the questions that are held out and of the others, empty where a set
    holds none out.
    ``seconds`` is how long each answer took, by question id.
    """

    set_name: str
    set_sha256: str
    model: str
    fingerprint: str
    questions: tuple[Scores, ...]
    totals: dict[str, Estimate]
    by_kind: dict[str, dict[str, Estimate]]
    seconds: dict[str, float]
    by_part: dict[str, dict[str, Estimate]] = field(default_factory=dict, kw_only=True)

    def latency(self, share: float) -> float:
        """The seconds within which a share of the answers came; 0.95 gives p95."""
        return percentile(tuple(self.seconds.values()), share)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, read back by ``from_dict``; what the clock decides is ``timings``."""
        return {
            "format": _FORMAT,
            "set": {
                "name": self.set_name,
                "sha256": self.set_sha256,
                "questions": len(self.questions),
            },
            "model": self.model,
            "fingerprint": self.fingerprint,
            "intervals": {
                "level": CONFIDENCE_LEVEL,
                "method": "percentile bootstrap over questions",
                "resamples": RESAMPLES,
                "seed": SEED,
            },
            "totals": _plain(self.totals),
            "by_kind": {kind: _plain(estimates) for kind, estimates in self.by_kind.items()},
            **_parts(self.by_part),
            "questions": [asdict(scores) for scores in self.questions],
            "timings": {
                "p50": self.latency(0.5),
                "p95": self.latency(0.95),
                "seconds": self.seconds,
            },
        }

    @classmethod
    def from_dict(cls, data: Any) -> Run:
        """The run that ``to_dict`` wrote; raises DatasetError on anything else."""
        found = data.get("format") if isinstance(data, dict) else None
        if found != _FORMAT:
            raise DatasetError(f"the format of the scores is {found!r}, and {_FORMAT} is read")
        try:
            return _run(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(
                f"these are not the scores of a run ({type(error).__name__}: {error})"
            ) from error


@dataclass(frozen=True, slots=True)
class TextRun:
    """A piece of a gold span, cited or missed as a whole."""

    text: str
    cited: bool


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A sentence or bullet that was read for a question; ``rank`` counts from 1, the best."""

    rank: int
    place: Place
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What was read for a question: the first ``units`` of ``count``, and what holds for them.

    ``query`` is the question as it was searched for.
    """

    query: str
    limits: Limits
    count: int
    units: tuple[RankedUnit, ...]


@dataclass(frozen=True, slots=True)
class GoldResult:
    """What became of a gold span: what of it was cited, and how early it was found.

    ``section`` is where it stands in the report; ``rank`` is the least k such that the first
    k passages hold all of it, None where they never do; ``unit`` is the best ranked unit read
    that touches it or stands under a lead-in that does, None where there is none.
    """

    place: Place
    section: str
    pieces: tuple[TextRun, ...]
    rank: int | None
    unit: RankedUnit | None

    @property
    def text(self) -> str:
        """The span's words."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_cited(self) -> bool:
        """Whether all of it was cited."""
        return all(piece.cited for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Result:
    """A question, its answer and how they compare.

    ``precisions`` holds for each citation of the answer the share that is right to cite.
    """

    question: Question
    answer: Answer
    scores: Scores
    gold: tuple[GoldResult, ...]
    precisions: tuple[float, ...]
    trace: Trace


@dataclass(frozen=True)
class Evaluation(Run):
    """A run that still has its answers, as ``eval.run.evaluate`` gives it."""

    results: tuple[Result, ...]


def _plain(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: asdict(value) for name, value in estimates.items()}


def _parts(by_part: Mapping[str, Mapping[str, Estimate]]) -> dict[str, Any]:
    plain = {part: _plain(estimates) for part, estimates in by_part.items()}
    return {"by_part": plain} if plain else {}


def _run(data: dict[str, Any]) -> Run:
    questions = tuple(_scores(item) for item in data["questions"])
    seconds = {key: _number(value) for key, value in data["timings"]["seconds"].items()}
    ids = [scores.id for scores in questions]
    if not ids or len(set(ids)) < len(ids):
        raise ValueError("there are no questions, or one stands twice")
    if list(seconds) != ids:
        raise ValueError("the timings are of other questions")
    return Run(
        set_name=_string(data["set"]["name"]),
        set_sha256=_string(data["set"]["sha256"]),
        model=_string(data["model"]),
        fingerprint=_string(data["fingerprint"]),
        questions=questions,
        totals=_estimates(data["totals"]),
        by_kind={kind: _estimates(item) for kind, item in data["by_kind"].items()},
        seconds=seconds,
        by_part={part: _estimates(item) for part, item in data.get("by_part", {}).items()},
    )


def _scores(data: dict[str, Any]) -> Scores:
    scores = Scores(
        id=_string(data["id"]),
        question=_string(data["question"]),
        kind=_string(data["kind"]),
        answerable=_truth(data["answerable"]),
        abstained=_truth(data["abstained"]),
        values={name: _number(value) for name, value in data["values"].items()},
    )
    some = metrics.names(scores.answerable, optional=True)
    differing = (scores.values.keys() - some) ^ metrics.names(scores.answerable)
    if differing:
        raise ValueError(f"{scores.id} has other scores than it should: {sorted(differing)}")
    return scores


def _estimates(data: dict[str, Any]) -> dict[str, Estimate]:
    return {
        name: Estimate(
            value=_number(item["value"]),
            low=_number(item["low"]),
            high=_number(item["high"]),
            n=int(_number(item["n"])),
        )
        for name, item in data.items()
    }


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)
