"""A model's text taken apart while it comes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.claims import Claim, ClaimReader


def read(text: str, size: int = 7) -> list[Claim]:
    reader, found = ClaimReader(), []
    for place in range(0, len(text), size):
        found += reader.feed(text[place : place + size])
    return found + reader.close()


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("", []),
        ("The force is good [1].", [("sentence", "The force is good.", (1,))]),
        (
            "It is good. [1][2] It is not. [3]",
            [("sentence", "It is good.", (1, 2)), ("sentence", "It is not.", (3,))],
        ),
        ("It is good [1, 3]. Mr. Hill said so [99].", [
            ("sentence", "It is good.", (1, 3)),
            ("sentence", "Mr. Hill said so.", (99,)),
        ]),
        ("It spent 3.5m in e.g. 2017 [2-4].", [
            ("sentence", "It spent 3.5m in e.g. 2017.", (2, 3, 4)),
        ]),
        ("The force should:\n- do **this** [1]\n- do that [2]\n", [
            ("lead_in", "The force should:", ()),
            ("bullet", "do this", (1,)),
            ("bullet", "do that", (2,)),
        ]),
        ("1. First thing [1]\n2) Second thing [2]", [
            ("bullet", "First thing", (1,)),
            ("bullet", "Second thing", (2,)),
        ]),
        ("## Summary\nIt is good [1].", [
            ("lead_in", "Summary", ()), ("sentence", "It is good.", (1,)),
        ]),
        ("<think>Is it [1]? Yes.</think>It is good【1】.", [("sentence", "It is good.", (1,))]),
        ("<think>never ends. It is good.", []),
        ("no full stop [Passage 2]", [("sentence", "no full stop", (2,))]),
        ("```\n---\n", []),
    ],
)  # fmt: skip
def test_sentences_and_markers(text: str, claims: list[tuple[str, str, tuple[int, ...]]]) -> None:
    for size in (1, 7, 1000):
        assert [(c.kind, c.text, c.markers) for c in read(text, size)] == claims


def test_bullets_know_their_lead_in() -> None:
    claims = read("It should:\n- do this [1]\n- do that [1]\nIt is good [2].")
    assert [claim.lead_in for claim in claims] == ["", "It should:", "It should:", ""]


def test_a_sentence_comes_as_soon_as_it_is_whole() -> None:
    reader = ClaimReader()
    assert reader.feed("It is good [1]") == []
    assert [claim.text for claim in reader.feed(".")] == ["It is good."]
    assert reader.feed(" It is bad. ") == []  # a marker may follow
    assert [claim.markers for claim in reader.feed("[2] And")] == [(2,)]


def test_a_text_without_an_end_is_cut() -> None:
    assert len(read("word " * 1000)) > 3


@example(text="].0", size=1)
@example(text="a [1].”0", size=1)
@example(text="! <think>b</think>a", size=3)
@given(st.text(alphabet="ab. [1]\n-*:#<think>0,“”", max_size=80), st.integers(1, 9))
def test_the_pieces_make_no_difference_to_the_words(text: str, size: int) -> None:
    whole = "".join(claim.text for claim in read(text, 1000)).replace(" ", "")
    assert "".join(claim.text for claim in read(text, size)).replace(" ", "") == whole
