"""Whether the words that a sentence cites prove it, and which of them do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.types import Document
from rag.encoder import ReadingEncoder, shared_reader
from rag.figures import figures, misplaced
from rag.naming import unfounded_names, unfounded_quotes
from rag.normal import find, normal
from rag.polarity import contradicts, grade_faults, turned
from rag.support import Ground, Support
from rag.tokens import TokenStore

_KEPT = 4000
_NAMING = frozenset(("organisation", "inspectorate"))
_LOWER = re.compile(r"\b[a-z][a-z'’-]+\b")


@dataclass(frozen=True)
class VerifyConfig:
    """When a sentence is proven.

    Its support must be at least ``support_from``; of the ``nearest`` candidates at most ``most``
    are cited together, and no other is tried once one has a support of ``sure_from``. A saved
    verdict may miss the support by ``slack``, for other machines round otherwise.
    """

    support_from: float = 0.5
    nearest: int = 6
    most: int = 3
    sure_from: float = 0.9
    slack: float = 0.02


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a sentence: what of it does not stand there, and its support in [0, 1].

    Where it has other faults support is not looked for, and 0.
    """

    support: float
    faults: tuple[str, ...]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A check, and the words that it was made against; those are the fewest that prove."""

    check: Check
    grounds: tuple[Ground, ...]


class Verifier:
    """Checks sentences against words of reports; safe to share by threads.

    A sentence is proven by words where every quote, number, date, name and judgement of it
    stands in them, it denies and affirms what they do, and the support model finds that
    they say it.
    """

    def __init__(
        self,
        reader: ReadingEncoder,
        config: VerifyConfig | None = None,
        tokens: TokenStore | None = None,
    ) -> None:
        """``tokens`` has the vectors of reports that were read when they were added."""
        self.config = config or VerifyConfig()
        self.support = Support(reader, tokens=tokens)
        self._known = lru_cache(_KEPT)(self._look)

    def check(self, sentence: str, grounds: Sequence[Ground], *, again: bool = False) -> Check:
        """The check of a sentence against words taken together; ``again`` allows the slack."""
        faults, support = self._known(sentence, tuple(map(_Key, grounds)))
        least = self.config.support_from - (self.config.slack if again else 0.0)
        if support < least and not faults:
            faults = ("the words there do not say it",)
        return Check(round(support, 4), faults, not faults)

    def prove(self, sentence: str, candidates: Sequence[Ground]) -> Proof:
        """The fewest of the candidates that prove a sentence, else the nearest and its faults."""
        if not candidates:
            return Proof(Check(0.0, ("no passage is cited",), False), ())
        scores = self.support.nearness(sentence, candidates)
        order = sorted(range(len(candidates)), key=lambda n: -scores[n])
        near = [candidates[n] for n in order[: self.config.nearest]]
        tried: list[Proof] = []
        for one in near:
            tried.append(Proof(self.check(sentence, [one]), (one,)))
            if tried[-1].check.is_proven and tried[-1].check.support >= self.config.sure_from:
                break
        best = min(tried, key=_rank)
        if best.check.is_proven:
            return _narrowed(sentence, best)
        # What one passage denies, or none has the number of, others do not prove together.
        there = figures("\n".join(f"{one.words}\n{one.section}" for one in near))
        if figures(sentence) - there or any(contradicts(sentence, one.words) for one in near):
            return best
        return self._joined(sentence, tried)

    def _joined(self, sentence: str, tried: Sequence[Proof]) -> Proof:
        """The proof of a sentence by several of the words that do not prove it alone."""
        best = min(tried, key=_rank)
        grounds = best.grounds
        for _ in range(self.config.most - 1):
            rest = [one for proof in tried for one in proof.grounds if one not in grounds]
            more = [Proof(self.check(sentence, [*grounds, one]), (*grounds, one)) for one in rest]
            if not more:
                break
            nearest = min(more, key=_rank)
            if nearest.check.is_proven:
                return nearest
            grounds = nearest.grounds
        return best

    def _look(self, sentence: str, keys: tuple[_Key, ...]) -> tuple[tuple[str, ...], float]:
        """The faults of a sentence, and its support where it has none."""
        grounds = [key.ground for key in keys]
        faults = tuple(faults_of(sentence, grounds))
        if faults:
            return faults, 0.0
        return (), self.support.probability(self.support.signals(sentence, grounds))


def _rank(proof: Proof) -> tuple[int, float]:
    """The fewest faults first, then the most support."""
    return len(proof.check.faults), -proof.check.support


def faults_of(sentence: str, grounds: Sequence[Ground]) -> list[str]:
    """What of a sentence does not stand in the words, in words; support aside."""
    if not grounds:
        return ["no passage is cited"]
    said = normal(sentence).text.rstrip(" .;,")
    if any(said == normal(ground.quote).text.rstrip(" .;,") for ground in grounds):
        return []
    evidence = "\n".join(ground.words for ground in grounds)
    sections = " ".join(dict.fromkeys(ground.section for ground in grounds))
    documents = {ground.document.document_id: ground.document for ground in grounds}
    about = " ".join(_about(document) for document in documents.values())
    faults = [
        f"‘{words}’ is quoted and does not stand there"
        for words in unfounded_quotes(sentence, [evidence, sections])
    ]
    there = figures(f"{evidence}\n{sections}")
    faults += [
        f"the number ‘{one}’ does not stand there" for one in sorted(figures(sentence) - there)
    ]
    ordinary = frozenset().union(*(_ordinary(document) for document in documents.values()))
    around = f"{sections}\n{about}"
    faults += [f"‘{words}’ does not stand there" for words in misplaced(sentence, evidence)]
    faults += [
        f"the name ‘{name}’ does not stand there"
        for name in dict.fromkeys(unfounded_names(sentence, evidence, around, ordinary))
    ]
    faults += grade_faults(sentence, f"{evidence}\n{sections}")
    return faults + turned(sentence, evidence)


def _narrowed(sentence: str, proof: Proof) -> Proof:
    """The proof with the very words, where the sentence repeats a part of a longer quote."""
    (ground,) = proof.grounds
    span = find(sentence, ground.quote)
    if span is None or span.end - span.start >= len(ground.quote.rstrip(" .;,")):
        return proof
    start = ground.start + span.start
    words = Ground(ground.document, start, ground.start + span.end, ground.section, ground.lead_in)
    return Proof(proof.check, (words,))


def _about(document: Document) -> str:
    """What names the report: its title, organisation and inspectorates."""
    facts = (fact.value for fact in document.facts if fact.field in _NAMING)
    return " ".join((document.title, *facts))


def _ordinary(document: Document) -> frozenset[str]:
    """The words that a report has in lower case."""
    return _lower_words(document.sha256, document.text)


@lru_cache(64)
def _lower_words(_sha256: str, text: str) -> frozenset[str]:
    return frozenset(match[0] for match in _LOWER.finditer(text))


class _Key:
    """A ground as the key of a cache: its report's version and offsets."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._key = (
            ground.document.sha256,
            ground.document.document_id,
            ground.start,
            ground.end,
            ground.lead_in,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=1)
def shared_verifier() -> Verifier:
    """The verifier over the package's own reader, loaded once."""
    return Verifier(shared_reader())
