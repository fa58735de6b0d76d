"""What a sentence says against what its evidence says: words, numbers, names, which way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import figures, misplaced
from rag.naming import unfounded_names, unfounded_quotes
from rag.normal import find, normal
from rag.polarity import grade_faults, turned

ORDINARY = frozenset("the force officers inspectors leaders is good".split())


@given(st.text(max_size=60))
def test_every_character_of_a_normal_text_has_its_place(text: str) -> None:
    made = normal(text)
    assert len(made.offsets) == len(made.text) + 1
    assert list(made.offsets) == sorted(made.offsets)
    assert made.offsets[-1] == len(text)


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("County Lines", "from ‘county lines’ dealing", "county lines"),
        ("a  well-run force.", "It is a well–run\nforce now", "a well–run\nforce"),
        ("co\u00adoperate", "they cooperate", "cooperate"),
        ("good", "goods are here", None),
        ("", "anything", None),
    ],
)
def test_words_are_found_in_any_spelling(words: str, text: str, found: str | None) -> None:
    span = find(words, text)
    assert (text[span.start : span.end] if span else None) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Last updated 22/03/2018", {"22", "month 3", "2018"}),
        ("on 22 March 2018", {"22", "month 3", "2018"}),
        ("2018-03-22", {"22", "month 3", "2018"}),
        ("twelve hundred, 1,200 and 1200", {"1200"}),
        ("two hundred and ten", {"210"}),
        ("from four to two per cent", {"4", "4%", "2", "2%"}),
        ("in 14 days", {"14", "14 days"}),
        ("£1.5m", {"1500000"}),
        ("one of them may march", set()),
    ],
)
def test_numbers_and_dates(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_a_number_belongs_to_its_noun() -> None:
    evidence = "Each manager has 81 people to visit, whereas 50 is reasonable."
    assert misplaced("Each manager visits 81 people.", evidence) == []
    assert misplaced("Each manager visits 50 people.", evidence) == ["50 people"]


def test_quotes_and_names() -> None:
    evidence = "The force works with the Metropolitan Police Service on ‘county lines’."
    assert unfounded_quotes("It works on “county lines”.", [evidence]) == []
    assert unfounded_quotes("It works on “gang crime”.", [evidence]) == ["gang crime"]
    for sentence, names in (
        ("It works with the Metropolitan Police Service.", []),
        ("It works with the MPS.", []),
        ("It works with Kent Police.", ["Kent"]),
        ("Kent Police works with it.", ["Kent"]),
        ("Officers work with it.", []),
        ("London is good.", []),
    ):
        assert unfounded_names(sentence, evidence, "City of London", ORDINARY) == names


@pytest.mark.parametrize(
    ("sentence", "evidence", "faults"),
    [
        ("It is good.", "The force is good.", 0),
        ("It is judged outstanding.", "The force is good.", 1),
        ("It is good.", "It requires improvement to be good.", 1),
        ("It has a good understanding.", "It understands well.", 0),
    ],
)
def test_judgements(sentence: str, evidence: str, faults: int) -> None:
    assert len(grade_faults(sentence, evidence)) == faults


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("The force does not hold officers to account.", "It holds its officers to account."),
        ("It recognises the threat.", "It does not recognise the threat."),
        ("Lines that did close flush.", "Hatches, a clock and lines that did not close flush."),
        ("The number has increased.", "The number has fallen."),
        ("The force reviews its process.", "The force should review its process."),
        ("It was quick to seek views.", "It was slow to seek views."),
    ],
)
def test_the_opposite_is_seen(sentence: str, evidence: str) -> None:
    assert turned(sentence, evidence)


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("The force fails to recognise the threat.", "It does not recognise the threat."),
        ("It should review its process.", "The force should review its process."),
        ("Review its process.", "The force should: review its process."),
        ("No such meeting exists for abuse.", "There is no equivalent for abuse."),
        ("It is not only good.", "It is good."),
        ("Files were not redacted.", "The reasons were files that had not been redacted."),
    ],
)
def test_what_points_the_same_way_is_left_alone(sentence: str, evidence: str) -> None:
    assert turned(sentence, evidence) == []
