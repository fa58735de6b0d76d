"""Sentences of a saved answer that a language model wrote, proven anew."""

from __future__ import annotations

from collections.abc import Mapping

from index.types import Document
from rag.cite import fault_of, flat
from rag.support import Ground
from rag.types import Answer, Part
from rag.verifier import Verifier, shared_verifier


def written_faults(
    answer: Answer, documents: Mapping[str, Document], verifier: Verifier | None = None
) -> list[str]:
    """What is wrong with the verdicts of an answer, a line each; its quotes aside.

    Every sentence that counts as supported is checked again against the words that it cites,
    and every passage that is shown beside another is looked for in its report.
    """
    written = [part for part in (*answer.parts, *answer.left_out) if part.verdict is not None]
    if not written:
        return [] if not answer.left_out else ["what was left out has no verdict"]
    if not answer.writer:
        return ["sentences have a verdict, but no language model is named that wrote them"]
    verifier = verifier or shared_verifier()
    faults: list[str] = []
    for place, part in enumerate(answer.parts):
        if part.verdict is not None and part.verdict.supported:
            faults += _unproven(
                part,
                answer.parts[place + 1 :],
                _lead_in(answer, place),
                answer,
                documents,
                verifier,
            )
    for part in written:
        faults += _marked_faults(part, documents)
    return faults


def _unproven(
    part: Part,
    after: tuple[Part, ...],
    lead_in: str,
    answer: Answer,
    documents: Mapping[str, Document],
    verifier: Verifier,
) -> list[str]:
    """Whether the words that a line cites prove it, by itself or under its lead-in."""
    first = after[0] if after else None
    cites = first if part.kind == "lead_in" and first is not None else part
    grounds = [
        Ground.of_citation(documents[citation.document], citation)
        for citation in answer.citations
        if citation.marker in cites.markers and citation.document in documents
    ]
    if part.kind == "lead_in":
        if first is None or first.kind != "bullet":
            return [f"{_short(part.text)} introduces nothing"]
        sentences = [f"{part.text} {first.text}"]
    else:
        sentences = [part.text, f"{lead_in} {part.text}"] if lead_in else [part.text]
    if any(verifier.check(one, grounds, again=True).is_proven for one in sentences):
        return []
    return [f"{_short(part.text)} is not proven by the words that it cites"]


def _lead_in(answer: Answer, place: int) -> str:
    """The lead-in of a bullet, of those that a model wrote."""
    if answer.parts[place].kind != "bullet":
        return ""
    for part in reversed(answer.parts[:place]):
        if part.kind == "lead_in":
            return part.text
        if part.kind != "bullet":
            break
    return ""


def _marked_faults(part: Part, documents: Mapping[str, Document]) -> list[str]:
    verdict = part.verdict
    if verdict is None or verdict.supported:
        return []
    if part.markers:
        return [f"{_short(part.text)} is not supported and must cite nothing"]
    closest = verdict.closest
    if closest is not None and closest.document in documents:
        fault = fault_of(closest, documents[closest.document])
        return [fault] if fault else []
    return []


def _short(text: str) -> str:
    shown = flat(text)
    return repr(shown if len(shown) <= 60 else shown[:57] + "...")
