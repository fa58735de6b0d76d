"""Sentences against the words that they cite: hand-written ones, and every kind of fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.claims import by_hand, of_answers, plain_document
from eval.dataset import bundled_sets
from eval.verifier import judge, rates_table
from index.embed import Vectors
from index.library import Library
from index.parse import read_report
from index.reports import BUNDLED
from rag.encoder import ReadingEncoder, shared_reader
from rag.models.corrupt import KINDS
from rag.support import Ground
from rag.tokens import TokenStore
from rag.verifier import Verifier, shared_verifier


class ReadsNoReport(ReadingEncoder):
    """A reader of sentences alone."""

    def text_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        assert not texts, texts
        return []


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return shared_verifier()


def test_lies_are_caught_and_paraphrases_are_not(verifier: Verifier, library: Library) -> None:
    slough = bundled_sets()[BUNDLED].parent / "reports" / "slough-ilacs-2023.md"
    documents = {**library.documents, "slough-ilacs-2023": read_report(slough)}
    seen = judge(verifier, by_hand(documents))
    doubted = [one for one in seen if one.is_true and not one.is_proven]
    wrong = [one for one in seen if one.kind in KINDS]
    assert len(doubted) <= 0.05 * sum(one.is_true for one in seen)
    assert sum(not one.is_proven for one in wrong) >= 0.95 * len(wrong)
    assert "caught: negation" in rates_table({"by hand": seen})
    answers = [one for one in of_answers(bundled_sets()[BUNDLED], documents) if one.is_true][:10]
    assert all(one.is_proven for one in judge(verifier, answers))


def test_several_passages_prove_together_and_are_narrowed(verifier: Verifier) -> None:
    document = plain_document(
        [
            "The team has nine officers, and it meets every week; it was set up in 2015.",
            "The scheme has 3,200 subscribers.",
            "Officers carry microchip readers.",
        ]
    )
    grounds = [Ground.of_unit(document, unit) for unit in document.units]
    proof = verifier.prove("The team has nine officers", grounds)
    assert [ground.quote for ground in proof.grounds] == ["The team has nine officers"]
    proof = verifier.prove("The team has nine officers and the scheme 3,200 subscribers.", grounds)
    assert proof.check.is_proven
    assert len(proof.grounds) == 2
    assert not verifier.prove("The team has ten officers.", grounds).check.is_proven
    assert verifier.prove("Anything.", []).check.faults == ("no passage is cited",)


def test_what_was_read_when_a_report_was_added_is_not_read_again(
    verifier: Verifier, tmp_path: Path
) -> None:
    document = plain_document(["The team has nine officers.", "It meets the chief every week."])
    reader = shared_reader()
    store = TokenStore(tmp_path, reader.model_hash)
    store.make(document, reader)
    only_sentences = ReadsNoReport(reader.encoder, reader.token_weights, reader.interaction)
    grounds = [Ground.of_unit(document, unit) for unit in document.units]
    for sentence in ("Nine officers are in the team.", "The chief is met by the team each week."):
        stored = Verifier(only_sentences, tokens=store).prove(sentence, grounds)
        assert stored == verifier.prove(sentence, grounds)
