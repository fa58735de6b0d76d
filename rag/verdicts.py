"""A model's sentences on a sheet: each with its verdict, its citations narrowed and numbered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from index.types import Span
from rag.cite import cite, cite_span, source_of
from rag.claims import Claim
from rag.passages import Passage
from rag.support import Ground
from rag.types import Citation, Nearest, Part, Quote, Source, Verdict
from rag.verifier import Check, Proof, Verifier

_LEFT_OUT = "left out here, for the report does not prove"


class Sheet:
    """Takes the sentences of one answer in order.

    ``said`` holds every sentence that was written, ``proven`` counts those that are proven.
    """

    def __init__(
        self, passages: Sequence[Passage], verifier: Verifier, *, leave_out: bool = False
    ) -> None:
        self._passages = {passage.number: passage for passage in passages}
        self._all = tuple(ground for passage in passages for ground in passage.grounds)
        self._verifier = verifier
        self._leave_out = leave_out
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._cited: list[Citation] = []
        self._parts: list[Part] = []
        self._held: Claim | None = None
        self._hidden = ""  # the lead-in that is not shown, so that nothing can rest on it
        self._left_out: list[Part] = []
        self.said: list[Claim] = []
        self.proven = 0

    def ready(self) -> None:
        """Reads the passages before the first sentence comes."""
        self._verifier.support.ready(self._all)

    def add(self, claim: Claim) -> bool:
        """Whether the sentence added to what is shown; a lead-in waits for its first bullet."""
        before = len(self._parts)
        if claim.kind == "lead_in":
            self._held = claim
            return False
        self.said.append(claim)
        held, self._held = self._held, None
        proof, as_cited = self._proof(claim)
        if held is not None:
            self._add_lead_in(held, claim, proof)
        if proof.check.is_proven:
            self.proven += 1
            self._show(claim, proof, as_cited)
        else:
            self._mark(claim, proof)
        return len(self._parts) > before

    @property
    def parts(self) -> tuple[Part, ...]:
        """The lines so far, with a note of ours on how many were left out."""
        count = len(self._left_out)
        if not count:
            return tuple(self._parts)
        was = "1 sentence was" if count == 1 else f"{count} sentences were"
        return (*self._parts, Part("note", f"{was} {_LEFT_OUT} {'it' if count == 1 else 'them'}."))

    @property
    def left_out(self) -> tuple[Part, ...]:
        """The sentences that are not shown because they are not proven."""
        return tuple(self._left_out)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the lines cite, in the order of their numbers."""
        return tuple(self._cited)

    def sources(self, named: Collection[str]) -> tuple[Source, ...]:
        """The reports with these ids."""
        documents = {one.document.document_id: one.document for one in self._passages.values()}
        return tuple(source_of(documents[name]) for name in documents if name in named)

    def nearest(self, most: int = 3) -> tuple[Nearest, ...]:
        """The first passages, as they are shown where none answers."""
        return tuple(_nearest(ground, 0.0) for ground in self._all[:most])

    def _proof(self, claim: Claim) -> tuple[Proof, bool]:
        """The proof by the passages cited, else by any; whether those cited prove it."""
        given = [self._passages[n] for n in claim.markers if n in self._passages]
        cited = [ground for passage in given for ground in passage.grounds]
        proof = self._prove(claim, cited) if cited else None
        if proof is not None and proof.check.is_proven:
            return proof, len(given) == len(claim.markers)
        anywhere = self._prove(claim, self._all)
        if anywhere.check.is_proven or proof is None:
            return anywhere, False
        return proof, False

    def _prove(self, claim: Claim, grounds: Sequence[Ground]) -> Proof:
        alone = self._verifier.prove(claim.text, grounds)
        if alone.check.is_proven or claim.lead_in in ("", self._hidden):
            return alone
        joined = self._verifier.prove(f"{claim.lead_in} {claim.text}", grounds)
        return joined if joined.check.is_proven else alone

    def _add_lead_in(self, held: Claim, first: Claim, proof: Proof) -> None:
        """A line before bullets, judged with the first of them; a heading is left away."""
        if first.kind != "bullet" or first.lead_in != held.text:
            return
        check = self._verifier.check(f"{held.text} {first.text}", proof.grounds)
        if check.is_proven:
            self._parts.append(Part("lead_in", held.text, verdict=_verdict(check, held)))
        else:
            self._mark(held, Proof(check, proof.grounds))
            self._hidden = held.text if self._leave_out else ""

    def _show(self, claim: Claim, proof: Proof, as_cited: bool) -> None:
        markers = tuple(sorted({self._marker(ground) for ground in proof.grounds}))
        needed = sum(self._is_needed(claim, n, proof) for n in claim.markers)
        verdict = replace(_verdict(proof.check, claim), needed=needed, as_cited=as_cited)
        self._parts.append(Part(claim.kind, claim.text, markers, verdict))

    def _is_needed(self, claim: Claim, number: int, proof: Proof) -> bool:
        """Whether a passage that was cited helps to prove: alone, or as one of several."""
        passage = self._passages.get(number)
        if passage is None:
            return False
        places = {(ground.document.document_id, ground.start) for ground in passage.grounds}
        if any(_within(ground, passage) for ground in proof.grounds):
            return True
        return bool(places) and self._prove(claim, passage.grounds).check.is_proven

    def _mark(self, claim: Claim, proof: Proof) -> None:
        closest = _nearest(proof.grounds[0], proof.check.support) if proof.grounds else None
        unknown = [n for n in claim.markers if n not in self._passages]
        faults = (*(f"there is no passage {n}" for n in unknown), *proof.check.faults)
        verdict = Verdict(False, proof.check.support, faults, closest, given=len(claim.markers))
        part = Part(claim.kind, claim.text, verdict=verdict)
        (self._left_out if self._leave_out else self._parts).append(part)

    def _marker(self, ground: Ground) -> int:
        key = (ground.document.document_id, ground.start, ground.end)
        if key not in self._numbers:
            self._numbers[key] = len(self._cited) + 1
            self._cited.append(_citation(ground, self._numbers[key]))
        return self._numbers[key]


def _verdict(check: Check, claim: Claim) -> Verdict:
    return Verdict(check.is_proven, check.support, check.faults, given=len(claim.markers))


def _within(ground: Ground, passage: Passage) -> bool:
    return ground.document is passage.document and any(
        one.start <= ground.start and ground.end <= one.end for one in passage.grounds
    )


def _citation(ground: Ground, marker: int) -> Citation:
    """The citation of words, with the lead-in of the sentence or bullet that they are of."""
    document = ground.document
    unit = next(
        (one for one in document.units if one.start <= ground.start and ground.end <= one.end), None
    )
    if unit is None:
        return cite_span(document, Span(ground.start, ground.end), marker)
    whole = cite(document, unit, marker)
    words = document.text[ground.start : ground.end]
    return replace(whole, start=ground.start, end=ground.end, quote=words)


def _nearest(ground: Ground, score: float) -> Nearest:
    citation = _citation(ground, 0)
    lead_in: Quote | None = citation.lead_in
    return Nearest(
        citation.document,
        citation.section,
        citation.page,
        citation.start,
        citation.end,
        citation.quote,
        round(score, 4),
        lead_in,
    )
