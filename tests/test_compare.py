"""Comparing runs: which questions changed, by how much, and when that is a regression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyword_answerer import KeywordQA

from eval import metrics
from eval.compare import Comparison, Difference, compare, regressed, regressions
from eval.dataset import bundled_sets, load_set
from eval.run import evaluate, load_run, summarise, write_run
from eval.text import comparison_text
from eval.types import Evaluation, Run, Scores
from index.errors import DatasetError
from index.parse import read_report
from index.reports import bundled_report


def answered(number: int, *, correct: float = 1.0, **values: float) -> Scores:
    """The scores of an answerable question that was answered, all 1 unless given."""
    known = dict.fromkeys(metrics.names(answerable=True), 1.0)
    known |= {"wrong_abstention": 0.0, "correct": correct, "coverage": correct} | values
    return Scores(f"q{number}", f"question {number}?", "fact", True, False, known)


def gave_up(number: int) -> Scores:
    """The scores of an answerable question that was not answered."""
    values = dict.fromkeys(metrics.names(answerable=True), 0.0) | {"wrong_abstention": 1.0}
    return Scores(f"q{number}", f"question {number}?", "fact", True, True, values)


def off_topic(number: int, *, abstained: bool) -> Scores:
    values = {"right_abstention": float(abstained)}
    return Scores(f"q{number}", f"question {number}?", "unanswerable", False, abstained, values)


def run_of(scores: Iterable[Scores], *, sha256: str = "a" * 64, name: str = "set") -> Run:
    questions = tuple(scores)
    return Run(
        set_name=name,
        set_sha256=sha256,
        model="keywords",
        fingerprint="f" * 64,
        questions=questions,
        totals=summarise(questions),
        by_kind={},
        seconds={item.id: 0.1 for item in questions},
    )


def difference(comparison: Comparison, name: str) -> Difference:
    return next(item for item in comparison.differences if item.metric.name == name)


def lost(count: int, of: int = 85) -> Comparison:
    """A run in which all is right against one in which some questions are lost."""
    before = [answered(number) for number in range(of)]
    after = [answered(number, correct=float(number >= count)) for number in range(of)]
    return compare(run_of(before), run_of(after))


def test_each_way_in_which_a_question_can_change() -> None:
    before = [
        answered(1, correct=0.0),
        answered(2),
        answered(3, correct=0.0, coverage=0.25),
        gave_up(4),
        answered(5, correct=0.0),
        off_topic(6, abstained=False),
        off_topic(7, abstained=True),
        answered(8, citation_precision=0.1),
        answered(9, correct=0.0, coverage=1.0),
    ]
    after = [
        answered(1),
        gave_up(2),
        answered(3, correct=0.0, coverage=0.5),
        answered(4, correct=0.0),
        gave_up(5),
        off_topic(6, abstained=True),
        off_topic(7, abstained=False),
        answered(8),
        answered(9),
    ]
    found = compare(run_of(before), run_of(after)).changes
    assert [(change.id, change.direction, change.what) for change in found] == [
        ("q1", "better", ("now right", "coverage 0% to 100%")),
        ("q2", "worse", ("no longer right", "coverage 100% to 0%", "now abstains")),
        ("q3", "better", ("coverage 25% to 50%",)),
        ("q4", "changed", ("no longer abstains",)),
        ("q5", "changed", ("now abstains",)),
        ("q6", "better", ("now abstains",)),
        ("q7", "worse", ("no longer abstains",)),
        ("q9", "better", ("now right",)),
    ]
    assert (found[0].kind, found[0].question) == ("fact", "question 1?")


def test_being_right_outweighs_how_much_is_covered() -> None:
    # All was covered but a forbidden string was there; now less is covered and none is forbidden.
    before = [answered(1, correct=1.0, coverage=0.5)]
    after = [answered(1, correct=0.0, coverage=1.0)]
    (change,) = compare(run_of(before), run_of(after)).changes
    assert change.direction == "worse"
    assert change.what == ("no longer right", "coverage 50% to 100%")


def test_differences_have_paired_intervals() -> None:
    found = difference(lost(4), "correct")
    assert (found.before, found.after) == (1.0, 0.952941)
    assert (found.change.value, found.change.high, found.change.n) == (-0.047059, -0.011765, 85)
    assert found.loss == 0.047059
    assert found.is_beyond_noise


def test_a_metric_that_should_fall_is_worse_where_it_rises() -> None:
    before = [answered(number) for number in range(10)]
    comparison = compare(run_of(before), run_of(gave_up(number) for number in range(10)))
    assert difference(comparison, "wrong_abstention").loss == 1.0
    assert difference(compare(comparison.after, comparison.before), "wrong_abstention").loss == -1.0


def test_a_length_is_neither_better_nor_worse() -> None:
    before = [answered(number, length_ratio=1.0) for number in range(10)]
    after = [answered(number, length_ratio=9.0) for number in range(10)]
    comparison = compare(run_of(before), run_of(after))
    found = difference(comparison, "length_ratio")
    assert (found.change.value, found.loss, found.is_beyond_noise) == (8.0, 0.0, True)
    assert not regressed(comparison)
    assert not regressed(comparison, 0.0)


def test_metrics_that_apply_to_no_question_are_left_out() -> None:
    only = compare(*[run_of([off_topic(1, abstained=True)])] * 2)
    assert [item.metric.name for item in only.differences] == ["right_abstention"]


def test_a_metric_that_the_earlier_run_did_not_have_is_left_out() -> None:
    after = answered(1)
    values = {name: value for name, value in after.values.items() if name != "reciprocal_rank"}
    comparison = compare(run_of([replace(after, values=values)]), run_of([after]))
    named = {item.metric.name for item in comparison.differences}
    assert "correct" in named
    assert "reciprocal_rank" not in named


@pytest.mark.parametrize(
    ("count", "tolerance", "expected"),
    [
        (0, None, False),
        (0, 0.0, False),
        (3, None, False),  # a loss that 85 questions drawn anew might not show
        (4, None, True),
        (1, 0.0, True),
        (3, 0.03, True),  # 3 of 85 are 0.035
        (3, 0.04, False),
        (4, 0.05, False),  # beyond noise, and allowed
        (85, 1.0, False),
        (85, None, True),
    ],
)
def test_a_regression_is_a_loss_beyond_noise_or_beyond_the_tolerance(
    count: int, tolerance: float | None, expected: bool
) -> None:
    comparison = lost(count)
    assert regressed(comparison, tolerance) is expected
    names = [item.metric.name for item in regressions(comparison, tolerance)]
    assert names == (["correct", "coverage"] if expected else [])


def test_a_loss_of_exactly_the_tolerance_is_allowed() -> None:
    assert not regressed(lost(5, of=100), 0.05)
    assert regressed(lost(6, of=100), 0.05)


def test_retrieval_and_gains_are_no_regressions() -> None:
    before = [answered(number, recall_at_5=1.0, reciprocal_rank=1.0) for number in range(30)]
    after = [answered(number, recall_at_5=0.0, reciprocal_rank=0.1) for number in range(30)]
    assert not regressed(compare(run_of(before), run_of(after)), 0.0)
    comparison = lost(30)
    assert not regressed(compare(comparison.after, comparison.before), 0.0)


@pytest.mark.parametrize("tolerance", [-0.1, 1.5, float("nan"), 5])
def test_a_tolerance_that_is_no_share_is_refused(tolerance: float) -> None:
    with pytest.raises(DatasetError, match=r"the tolerance .* is not a share; give one from 0"):
        regressed(lost(1), tolerance)


def test_runs_of_different_sets_are_refused_with_both_hashes() -> None:
    one = run_of([answered(1)], sha256="1" * 64, name="old")
    two = run_of([answered(1)], sha256="2" * 64, name="new")
    with pytest.raises(DatasetError) as caught:
        compare(one, two)
    message = str(caught.value)
    assert f"'old' is {'1' * 64}" in message
    assert f"'new' is {'2' * 64}" in message
    with pytest.raises(DatasetError, match="hold other questions"):
        compare(one, run_of([answered(2)], sha256="1" * 64))


@pytest.fixture(scope="module")
def shy_and_bold() -> Sequence[Evaluation]:
    report = read_report(bundled_report())
    questions = load_set(bundled_sets()["city-of-london-peel-2017"])
    return [
        evaluate(KeywordQA(report, min_words=words), questions, set_name="development")
        for words in (3, 2)
    ]


def test_a_run_compared_with_itself_has_not_changed(shy_and_bold: Sequence[Evaluation]) -> None:
    run = shy_and_bold[0]
    comparison = compare(run, run)
    assert comparison.changes == ()
    for item in comparison.differences:
        assert (item.before, item.change.value) == (run.totals[item.metric.name].value, 0.0)
        assert (item.change.low, item.change.high) == (0.0, 0.0)
    assert not regressed(comparison)
    assert not regressed(comparison, 0.0)
    assert comparison_text(comparison).endswith("No question came out differently.")


def test_scores_alone_are_enough_to_compare(
    shy_and_bold: Sequence[Evaluation], tmp_path: Path
) -> None:
    shy, bold = shy_and_bold
    write_run(shy, tmp_path / "run")
    baseline = tmp_path / "baseline.json"
    baseline.write_bytes((tmp_path / "run" / "scores.json").read_bytes())
    comparison = compare(load_run(baseline), bold)
    assert comparison.differences == compare(shy, bold).differences
    assert comparison.changes == compare(shy, bold).changes
    # Answering more questions gains right answers and loses right abstentions.
    assert [item.metric.name for item in regressions(comparison)] == ["right_abstention"]
    assert difference(comparison, "correct").change.low > 0


def test_a_comparison_as_text(shy_and_bold: Sequence[Evaluation]) -> None:
    shy, bold = shy_and_bold
    comparison = compare(shy, bold)
    lines = comparison_text(comparison).splitlines()
    assert lines[:2] == ["Before: keywords 3-2", "After:  keywords 2-2"]
    assert lines[3].split() == ["before", "after", "change", "95%", "interval"]
    found = difference(comparison, "right_abstention")
    (row,) = (line for line in lines if line.startswith("Right abstention"))
    change = found.change
    low, value, high = (f"{100 * x:+.1f} pt" for x in (change.low, change.value, change.high))
    expected = (
        f"Right abstention {found.before:.1%} {found.after:.1%} {value} {low} to {high} worse"
    )
    assert row.split() == expected.split()
    for direction in ("worse", "better", "changed"):
        ids = [item.id for item in comparison.changes if item.direction == direction]
        start = lines.index(f"{direction.capitalize()}: {len(ids)} questions")
        listed = lines[start + 1 : start + 1 + len(ids)]
        assert [line.split()[0] for line in listed] == ids
    assert max(map(len, lines)) <= 100


def test_a_terminal_is_not_steered_by_a_question() -> None:
    spoken = replace(answered(1), question="\x1b[31mred\x07\u202e\nq2 fact: now right", kind="a\tb")
    before, after = run_of([spoken]), run_of([replace(gave_up(1), question=spoken.question)])
    text = comparison_text(compare(before, after))
    assert not any(character in text for character in "\x1b\x07\u202e\t")
    assert "Worse: 1 question\n  q1 " in text
    assert text.count("\n  q") == 1


rights = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=25)


@settings(deadline=None)
@given(pairs=rights)
def test_a_comparison_turned_round_is_its_mirror(pairs: list[tuple[bool, bool]]) -> None:
    runs = [
        run_of(answered(number, correct=float(pair[side])) for number, pair in enumerate(pairs))
        for side in (0, 1)
    ]
    there, back = compare(*runs), compare(*reversed(runs))
    opposite = {"better": "worse", "worse": "better", "changed": "changed"}
    assert [item.direction for item in back.changes] == [
        opposite[item.direction] for item in there.changes
    ]
    for one, other in zip(there.differences, back.differences, strict=True):
        assert one.change.value == -other.change.value
        assert one.change.low == pytest.approx(-other.change.high, abs=2e-6)
        assert one.change.high == pytest.approx(-other.change.low, abs=2e-6)
    assert not (regressed(there) and regressed(back))
