"""Bursts as stretches that chance would hardly make: Poisson surprise, rank surprise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from ._train import Stretch, long_enough, numbered, positive, runs, spike_times

LEAST_SURPRISE = -math.log(0.01)  # Cotterill et al. 2016, for all methods of this kind
LEAST_SPIKES = 3
LOOK_AHEAD = 10  # spikes; Legendy and Salcman 1985
EXACT_BELOW = 30  # intervals; Gourevitch and Eggermont 2007: a Gaussian from there on


def poisson_surprise_of(spikes: int, duration_s: float, rate_hz: float) -> float:
    """-ln P(a Poisson train of this rate has `spikes` - 1 or more in `duration_s`).

    The stretch opens with a spike, so that one is certain: all the others are the surprise.
    """
    mean = duration_s * rate_hz
    if mean <= 0:
        return math.inf
    chance = float(special.gammainc(spikes - 1, mean))  # P(X >= n) of a Poisson of this mean
    if chance > 0:
        return -math.log(chance)
    # Below the smallest double: the first terms of the sum, which fall fast there.
    n = spikes - 1
    first = -mean + n * math.log(mean) - math.lgamma(n + 1)
    return -(first + math.log(sum(math.exp(k * math.log(mean) + math.lgamma(n + 1) - math.lgamma(n + k + 1)) for k in range(30))))


def poisson_surprise(times_s: ArrayLike, *, least_surprise: float = LEAST_SURPRISE) -> NDArray[np.int64]:
    """Poisson surprise (Legendy and Salcman 1985, 10.1152/jn.1985.53.4.926).

    The rate is that of the whole train. Two intervals, each shorter than half the mean one,
    start a burst. It takes up to 10 more spikes where that raises the surprise, and stops to
    look ahead at an interval of twice the mean; then its first spikes go as long as that
    raises the surprise. Bursts below `least_surprise` are dropped (the authors: 10).
    """
    times = spike_times(times_s)
    least_surprise = positive(least_surprise, "least_surprise", zero=True)
    n = times.size
    if n < LEAST_SPIKES or times[-1] == times[0]:
        return numbered(n, [])
    mean_s = float(times[-1] - times[0]) / (n - 1)
    seed = np.diff(times) < mean_s / 2

    def surprise(first: int, last: int) -> float:
        return poisson_surprise_of(last - first + 1, float(times[last] - times[first]), 1 / mean_s)

    found: list[Stretch] = []
    i = 0
    while i + 2 < n:
        if not (seed[i] and seed[i + 1]):
            i += 1
            continue
        first, last = i, i + 2
        best = surprise(first, last)
        ahead = last
        while ahead + 1 < n and ahead - last < LOOK_AHEAD:
            ahead += 1
            more = surprise(first, ahead)
            if more > best:
                last, best = ahead, more
            elif times[ahead] - times[ahead - 1] > 2 * mean_s:
                break
        while last - first + 1 > LEAST_SPIKES:
            more = surprise(first + 1, last)
            if not more > best:
                break
            first, best = first + 1, more
        if best >= least_surprise:
            found.append((first, last))
            i = last + 1
        else:
            i += 1
    return numbered(n, found)


def rank_surprise_of(rank_sum: float, intervals: int, of: int) -> float:
    """-ln P(the sum of `intervals` uniform draws of 1 ... `of` is at most `rank_sum`).

    Exact in whole numbers below 30 intervals, and of a Gaussian of the same mean and variance
    from there on. Sums of averaged ranks are rounded down.
    """
    q, u = intervals, math.floor(rank_sum)
    if q >= EXACT_BELOW:
        z = (u - q * (of + 1) / 2) / math.sqrt(q * (of * of - 1) / 12)
        return -float(stats.norm.logcdf(z))
    # Ways to reach at most u with q dice of `of` sides, by inclusion and exclusion; at least one, as u >= q.
    ways = sum((-1) ** k * math.comb(q, k) * math.comb(u - k * of, q) for k in range((u - q) // of + 1))
    return math.log(of**q / ways)


def rank_surprise(
    times_s: ArrayLike, *, least_surprise: float = LEAST_SURPRISE, largest_share: float = 0.75
) -> NDArray[np.int64]:
    """Rank surprise (Gourevitch and Eggermont 2007, 10.1016/j.jneumeth.2006.09.024).

    Intervals are ranked, the shortest 1. In each run of intervals below their quantile
    `largest_share` the stretch of the greatest surprise is a burst, then the greatest that
    is left, down to `least_surprise`. Unlike in the authors' listing two bursts never share
    a spike.
    """
    times = spike_times(times_s)
    least_surprise = positive(least_surprise, "least_surprise", zero=True)
    largest_share = positive(largest_share, "largest_share")
    if largest_share > 1:
        raise ValueError(f"largest_share is {largest_share!r}: allowed is above 0, to 1")
    intervals = np.diff(times)
    if intervals.size < LEAST_SPIKES - 1:
        return numbered(times.size, [])
    sums = np.concatenate([[0.0], np.cumsum(stats.rankdata(intervals))])
    found: list[Stretch] = []
    for begin, end in long_enough(runs(intervals < np.quantile(intervals, largest_share)), LEAST_SPIKES):
        candidates = [
            (rank_surprise_of(sums[last] - sums[first], last - first, intervals.size), first, last)
            for first in range(begin, end - 1)
            for last in range(first + LEAST_SPIKES - 1, end + 1)
        ]
        # Of equal surprise the earlier and then the longer.
        candidates.sort(key=lambda c: (-c[0], c[1], -c[2]))
        taken: list[Stretch] = []
        for surprise, first, last in candidates:
            if surprise < least_surprise:
                break
            if all(last < other_first or first > other_last for other_first, other_last in taken):
                taken.append((first, last))
        found += sorted(taken)
    return numbered(times.size, found)
