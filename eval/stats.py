"""Means, medians and percentiles over questions, with bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Statistic = Literal["mean", "median"]

CONFIDENCE_LEVEL: Final = 0.95
RESAMPLES: Final = 2000
SEED: Final = 2017
BINS: Final = 10
# Sums differ in their last bits between processors; scores must not.
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic over ``n`` questions with its 95% interval, to six decimals."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence lies in [low, high), the last bin's end included.

    ``confidence`` is the mean confidence; ``right`` and ``unanswerable`` count questions, of
    which the rest are answerable and not answered right.
    """

    low: float
    high: float
    n: int
    confidence: float
    right: int
    unanswerable: int

    @property
    def answerable(self) -> int:
        """How many of the questions the reports answer."""
        return self.n - self.unanswerable


def estimate(values: Sequence[float], statistic: Statistic = "mean") -> Estimate | None:
    """The mean or median of some scores; None where there are none to sum up.

    The interval is the percentile bootstrap over questions (Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13), with a fixed seed: the same scores give
    the same interval.
    """
    return paired_difference([0.0] * len(values), values, statistic)


def paired_difference(
    before: Sequence[float], after: Sequence[float], statistic: Statistic = "mean"
) -> Estimate | None:
    """How much a mean or median over the same questions has changed; None where there are none.

    ``before[i]`` and ``after[i]`` are scores of one question, and are drawn together, so that
    what is hard in both runs is not taken for a difference between them. Raises ValueError
    where the lengths differ.
    """
    if len(before) != len(after):
        raise ValueError(f"scores are not paired: {len(before)} before, {len(after)} after")
    if not before:
        return None
    first, second = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    n = len(first)
    draws = np.random.Generator(np.random.PCG64(SEED)).integers(0, n, size=(RESAMPLES, n))
    changes = _over(second[draws], statistic) - _over(first[draws], statistic)
    tail = (1 - CONFIDENCE_LEVEL) / 2
    return Estimate(
        value=_rounded(float(_over(second, statistic) - _over(first, statistic))),
        low=_rounded(percentile(changes, tail)),
        high=_rounded(percentile(changes, 1 - tail)),
        n=n,
    )


def centre(values: Sequence[float], statistic: Statistic = "mean") -> float:
    """The mean or median of some scores; raises ValueError where there are none."""
    if not values:
        raise ValueError(f"there is no {statistic} of no values")
    return _rounded(float(_over(np.asarray(values, dtype=np.float64), statistic)))


def percentile(values: Sequence[float] | NDArray[np.float64], share: float) -> float:
    """The value that a share (in [0, 1]) of the values does not exceed.

    It is interpolated linearly between neighbours (type 7 of Hyndman and Fan, 1996: numpy's
    own). Raises ValueError where there are no values.
    """
    if len(values) == 0:
        raise ValueError("there is no percentile of no values")
    return float(np.quantile(np.asarray(values, dtype=np.float64), share, method="linear"))


def reliability(
    confidences: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]
) -> tuple[Bin, ...]:
    """Confidence against what came of it, in ten equal bins of which the empty are left out.

    Where confidence can be believed, the share of answerable questions in a bin is near its
    mean confidence (DeGroot and Fienberg, The Statistician, 1983).
    """
    members: dict[int, list[int]] = {}
    for number, confidence in enumerate(confidences):
        members.setdefault(max(0, min(int(confidence * BINS), BINS - 1)), []).append(number)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            n=len(group),
            confidence=_rounded(sum(confidences[i] for i in group) / len(group)),
            right=sum(right[i] and answerable[i] for i in group),
            unanswerable=sum(not answerable[i] for i in group),
        )
        for place, group in sorted(members.items())
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error, in [0, 1], 0 being best and 0 where there are no bins.

    It is the mean over questions of the distance between the mean confidence of a bin and the
    share of its questions that the reports answer (Naeini, Cooper and Hauskrecht, AAAI 2015).
    """
    total = sum(one.n for one in bins)
    gaps = sum(abs(one.answerable - one.n * one.confidence) for one in bins)
    return _rounded(gaps / total) if total else 0.0


def share_interval(count: int, n: int) -> tuple[float, float]:
    """The 95% score interval of a share of ``n`` (Wilson, JASA, 1927), within [0, 1].

    Raises ValueError where there are none, or fewer than ``count``.
    """
    if not 0 <= count <= n or not n:
        raise ValueError(f"{count} of {n} is not a share")
    z = NormalDist().inv_cdf((1 + CONFIDENCE_LEVEL) / 2)
    share, spread = count / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return _rounded(max(0.0, low)), _rounded(min(1.0, high))


def _rounded(value: float) -> float:
    return round(value, _DECIMALS) + 0.0  # the sum makes -0.0 plain zero


def _over(values: NDArray[np.float64], statistic: Statistic) -> NDArray[np.float64]:
    whole = np.mean if statistic == "mean" else np.median
    return np.asarray(whole(values, axis=-1))
