"""Metrics and intervals against numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import metrics
from eval.gold import Characters
from eval.stats import (
    Bin,
    Estimate,
    calibration_error,
    centre,
    estimate,
    paired_difference,
    percentile,
    reliability,
    share_interval,
)

TEXT = "The force’s response is “good”.\nIt works with Partner Organisations. [1]"


def chars(start: int, end: int, document: str = "a") -> Characters:
    return frozenset((document, offset) for offset in range(start, end))


spans = st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from("ab")).map(
    lambda item: chars(item[0], item[0] + item[1], item[2])
)


def test_text_is_matched_in_lower_case_with_straight_quotes() -> None:
    assert metrics.fold("The Force’s ‘A’ “B”") == "the force's 'a' \"b\""
    assert metrics.holds(TEXT, ["missing", "force's response"])
    assert metrics.holds(TEXT, ['"good"'])
    assert metrics.holds(TEXT, ["Force’s"])
    assert not metrics.holds(TEXT, ["is good"])
    assert not metrics.holds(TEXT, [])


@pytest.mark.parametrize(
    ("abstained", "required", "share"),
    [
        (False, [["good"], ["partner organisations", "agencies"], ["bad"], ["worse"]], 0.5),
        (False, [["good"], ["agencies", "partner organisations"]], 1.0),
        (False, [["bad"]], 0.0),
        (False, [], 1.0),
        (True, [["good"]], 0.0),
        (True, [], 0.0),
    ],
)
def test_coverage(abstained: bool, required: list[list[str]], share: float) -> None:
    assert metrics.coverage(TEXT, abstained, required) == share


@pytest.mark.parametrize(
    ("abstained", "required", "forbidden", "value"),
    [
        (False, [["good"], ["works"]], ["bad"], 1.0),
        (False, [["good"], ["bad"]], [], 0.0),
        (False, [["good"]], ["partner"], 0.0),
        (False, [["good"]], ["“GOOD”"], 0.0),
        (True, [["good"]], [], 0.0),
        (False, [], [], 1.0),
    ],
)
def test_correct(
    abstained: bool, required: list[list[str]], forbidden: list[str], value: float
) -> None:
    assert metrics.correct(TEXT, abstained, required, forbidden) == value


def test_citation_precision() -> None:
    citable = chars(10, 30)
    assert metrics.citation_precision(chars(20, 60), citable) == 0.25
    assert metrics.citation_precision(chars(12, 14), citable) == 1.0
    assert metrics.citation_precision(chars(10, 30, "b"), citable) == 0.0
    assert metrics.citation_precision(frozenset(), citable) == 0.0
    assert metrics.citation_precision(chars(0, 5), frozenset()) == 0.0


def test_citation_recall() -> None:
    gold = [[chars(0, 10)], [chars(20, 50)]]
    assert metrics.citation_recall(chars(5, 25), gold) == 10 / 40
    assert metrics.citation_recall(chars(0, 99), gold) == 1.0
    assert metrics.citation_recall(frozenset(), gold) == 0.0
    assert metrics.citation_recall(chars(0, 9), []) == 0.0


def test_citation_recall_takes_the_place_that_is_cited_most() -> None:
    twice = [[chars(0, 10), chars(100, 110)]]
    assert metrics.citation_recall(chars(102, 110), twice) == 0.8
    assert metrics.citation_recall(chars(0, 10) | chars(100, 104), twice) == 1.0


def test_gold_spans_that_overlap_count_once() -> None:
    assert metrics.citation_recall(chars(0, 4), [[chars(0, 6)], [chars(2, 8)]]) == 0.5


def test_length_ratio() -> None:
    assert metrics.length_ratio("x" * 30, ["ab cd", "e" * 15]) == 1.5
    assert metrics.length_ratio("", ["abc"]) == 0.0
    with pytest.raises(ValueError, match="there is none"):
        metrics.length_ratio("abc", [])


def test_span_ranks() -> None:
    passages = [chars(0, 10), chars(50, 60), chars(10, 20), chars(0, 10, "b")]
    gold = [
        [chars(2, 8)],  # in the first passage
        [chars(8, 12)],  # across the first and the third
        [chars(55, 65)],  # its end is in no passage
        [chars(90, 95), chars(1, 4, "b"), chars(52, 54)],  # the second place to be found counts
    ]
    assert metrics.span_ranks(gold, passages) == (1, 3, None, 2)
    assert metrics.span_ranks(gold, []) == (None, None, None, None)
    assert metrics.span_ranks([], passages) == ()


def test_a_span_of_which_each_place_is_half_retrieved_is_not_found() -> None:
    assert metrics.span_ranks([[chars(0, 4), chars(10, 14)]], [chars(0, 2), chars(12, 14)]) == (
        None,
    )


def test_recall_at_k() -> None:
    ranks = (1, 3, None, 7)
    assert [metrics.recall_at(k, ranks) for k in (1, 2, 3, 7, 10)] == [0.25, 0.25, 0.5, 0.75, 0.75]
    assert metrics.recall_at(5, ()) == 0.0


def test_reciprocal_rank() -> None:
    assert metrics.reciprocal_rank((4, None, 2)) == 0.5
    assert metrics.reciprocal_rank((None,)) == 0.0
    assert metrics.reciprocal_rank(()) == 0.0


@settings(deadline=None)
@given(cited=spans, citable=spans, gold=st.lists(st.lists(spans, min_size=1, max_size=3)))
def test_shares_lie_between_none_and_all(
    cited: Characters, citable: Characters, gold: list[list[Characters]]
) -> None:
    ranks = metrics.span_ranks(gold, [cited, citable])
    recalls = [metrics.recall_at(k, ranks) for k in (1, 2)]
    shares = [
        metrics.citation_precision(cited, citable),
        metrics.citation_recall(cited, gold),
        metrics.reciprocal_rank(ranks),
        *recalls,
    ]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert recalls == sorted(recalls)


@settings(deadline=None)
@given(cited=spans, more=spans, gold=st.lists(st.lists(spans, min_size=1, max_size=3)))
def test_citing_all_gold_is_full_recall_and_citing_more_never_lowers_it_for_one_place(
    cited: Characters, more: Characters, gold: list[list[Characters]]
) -> None:
    single = [places[:1] for places in gold]
    before, after = (metrics.citation_recall(part, single) for part in (cited, cited | more))
    assert before <= after
    if gold:
        everything = frozenset[tuple[str, int]]().union(*(place for (place,) in single))
        assert metrics.citation_recall(everything, single) == 1.0


def test_which_metrics_apply_to_what() -> None:
    assert metrics.names(answerable=False) == {"right_abstention"}
    assert metrics.names(answerable=True) == {
        "correct",
        "coverage",
        "citation_precision",
        "citation_recall",
        "length_ratio",
        "wrong_abstention",
        "recall_at_1",
        "recall_at_3",
        "recall_at_5",
        "recall_at_10",
        "reciprocal_rank",
    }


def test_values_as_people_read_them() -> None:
    known = {metric.name: metric for metric in metrics.METRICS}
    assert known["correct"].shown(0.8333) == "83.3%"
    assert known["correct"].shown_change(-0.025) == "-2.5 pt"
    assert known["length_ratio"].shown(1.256) == "1.26"
    assert known["length_ratio"].shown_change(0.1) == "+0.10"


def test_percentile_lies_between_neighbours() -> None:
    values = [4.0, 1.0, 3.0, 2.0]
    assert percentile(values, 0.5) == 2.5
    assert percentile(values, 0.95) == pytest.approx(3.85, abs=1e-12)
    assert (percentile(values, 0.0), percentile(values, 1.0)) == (1.0, 4.0)
    assert percentile([7.0], 0.95) == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_centre() -> None:
    assert centre([1.0, 2.0, 6.0]) == 3.0
    assert centre([1.0, 2.0, 6.0], "median") == 2.0
    assert centre([1.0, 2.0, 6.0, 9.0], "median") == 4.0
    with pytest.raises(ValueError, match="no median"):
        centre([], "median")


def test_an_interval_is_that_of_the_binomial_distribution() -> None:
    # Nine right of ten: a resample has Binomial(10, 0.1) wrong ones. At most 2 in 93.0 % of
    # cases and at most 3 in 98.7 %, so the lower end is 7 of ten; none in 34.9 %: the upper is 10.
    assert estimate([1.0] * 9 + [0.0]) == Estimate(value=0.9, low=0.7, high=1.0, n=10)
    assert estimate([1.0] * 5) == Estimate(1.0, 1.0, 1.0, 5)
    # Two values: a resample's mean is 0, 0.5 or 1 with chances 1/4, 1/2, 1/4.
    assert estimate([0.0, 1.0]) == Estimate(0.5, 0.0, 1.0, 2)


def test_a_median_has_an_interval_too() -> None:
    # One of 101 values is far out, which hardly moves a median and moves a mean by 10.
    values = [1.0] * 100 + [1000.0]
    assert estimate(values, "median") == Estimate(1.0, 1.0, 1.0, 101)
    mean = estimate(values)
    assert mean is not None
    assert mean.value == pytest.approx(10.891089)
    assert mean.high > 20


def test_nothing_to_sum_up_is_no_number() -> None:
    assert estimate([]) is None
    assert paired_difference([], []) is None


def test_a_paired_difference_counts_questions_that_changed() -> None:
    # Of 85 questions, 3 or 4 were lost and none won. A resample misses all of them with the
    # chance (1 - 3/85)^85 = 4.7 %, which is noise, or (1 - 4/85)^85 = 1.7 %, which is not.
    right = [1.0] * 85
    three = paired_difference(right, [0.0] * 3 + [1.0] * 82)
    four = paired_difference(right, [0.0] * 4 + [1.0] * 81)
    assert three is not None
    assert four is not None
    assert (three.value, three.high) == (-0.035294, 0.0)
    assert (four.value, four.high) == (-0.047059, -0.011765)
    assert three.low < three.value
    with pytest.raises(ValueError, match="1 before, 2 after"):
        paired_difference([0.0], [0.0, 1.0])


scores = st.lists(st.floats(-1000, 1000), min_size=1, max_size=30)


@settings(deadline=None)
@given(values=scores, statistic=st.sampled_from(["mean", "median"]))
def test_an_interval_lies_within_the_values_and_is_the_same_again(
    values: list[float], statistic: str
) -> None:
    found = estimate(values, statistic)  # type: ignore[arg-type]
    assert found == estimate(values, statistic)  # type: ignore[arg-type]
    assert found is not None
    assert min(values) - 1e-5 <= found.low <= found.high <= max(values) + 1e-5
    assert found.value == centre(values, statistic)  # type: ignore[arg-type]


@settings(deadline=None)
@given(values=scores, shift=st.integers(-5, 5))
def test_the_difference_of_a_run_and_the_same_shifted_is_the_shift(
    values: list[float], shift: int
) -> None:
    found = paired_difference(values, [value + shift for value in values])
    assert found is not None
    assert found.low == pytest.approx(shift, abs=1e-6)
    assert found.high == pytest.approx(shift, abs=1e-6)


def test_reliability_in_ten_bins() -> None:
    assert reliability(
        [0.0, 0.95, 1.0, 0.91, 0.35],
        right=[False, True, True, False, False],
        answerable=[False, True, True, True, True],
    ) == (
        Bin(0.0, 0.1, n=1, confidence=0.0, right=0, unanswerable=1),
        Bin(0.3, 0.4, n=1, confidence=0.35, right=0, unanswerable=0),
        Bin(0.9, 1.0, n=3, confidence=0.953333, right=2, unanswerable=0),
    )
    assert reliability([], [], []) == ()


def test_calibration_error_is_the_mean_gap_between_confidence_and_what_is_answerable() -> None:
    bins = reliability(
        [0.0, 0.95, 1.0, 0.91, 0.35],
        right=[False, True, True, False, False],
        answerable=[True, True, True, False, True],
    )
    # One question off by 1, one by 0.65, and three of which 2/3 are answerable at 0.953.
    assert calibration_error(bins) == pytest.approx((1 + 0.65 + 2.86 - 2) / 5, abs=1e-6)
    assert calibration_error(()) == 0.0


def test_a_confidence_that_is_the_truth_has_no_calibration_error() -> None:
    answerable = [True, False, True, True, False]
    bins = reliability([float(truth) for truth in answerable], [True] * 5, answerable)
    assert calibration_error(bins) == 0.0


def test_share_intervals_are_wilson_s() -> None:
    # Newcombe, Statistics in Medicine, 1998, table I, method 3.
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert share_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    for count, n in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match=f"{count} of {n} is not a share"):
            share_interval(count, n)


@given(n=st.integers(1, 200), data=st.data())
def test_a_share_lies_within_its_interval_and_the_rest_in_the_mirror(
    n: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, n))
    low, high = share_interval(count, n)
    assert 0 <= low <= round(count / n, 6) <= high <= 1
    assert share_interval(n - count, n) == pytest.approx((1 - high, 1 - low), abs=2e-6)


def test_right_report_and_page_are_shares_of_the_reports_named() -> None:
    assert metrics.right_report(["a", "a", "x"], ["a"]) == 1.0
    assert metrics.right_report(["a", "x"], ["a", "b"]) == 0.5
    assert metrics.right_report([], ["a"]) == 0.0
    pages = {("a", 1), ("a", 4), ("b", 2)}
    assert metrics.right_page([("a", 4), ("b", 3)], pages) == 0.5
    assert metrics.right_page([("a", 1), ("b", 2), ("a", 9)], pages) == 1.0
    assert metrics.right_page([("a", None)], {("a", 1)}) == 0.0
    with pytest.raises(ValueError, match="none is"):
        metrics.right_page([("a", 1)], set())
