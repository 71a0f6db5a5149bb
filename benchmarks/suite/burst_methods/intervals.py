"""Bursts by fixed intervals: MaxInterval, and this library's own rule for one unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._train import Stretch, count, numbered, positive, spike_times


def _stretches(times: NDArray[np.float64], begin_s: float, end_s: float) -> list[Stretch]:
    """From an interval of at most begin_s on, as long as intervals are at most end_s."""
    intervals = np.diff(times)
    found: list[Stretch] = []
    i = 0
    while i < intervals.size:
        if intervals[i] > begin_s:
            i += 1
            continue
        last = i + 1
        while last < intervals.size and intervals[last] <= end_s:
            last += 1
        found.append((i, last))
        i = last
    return found


def max_interval(
    times_s: ArrayLike,
    *,
    begin_s: float = 0.17,
    end_s: float = 0.30,
    least_gap_s: float = 0.20,
    least_duration_s: float = 0.01,
    least_spikes: int = 3,
) -> NDArray[np.int64]:
    """MaxInterval (NeuroExplorer manual; parameters as in Cotterill et al. 2016).

    A burst starts at an interval of at most `begin_s` and lasts while intervals are at most
    `end_s`. Bursts less than `least_gap_s` apart are joined; then those shorter than
    `least_duration_s` or of fewer than `least_spikes` are dropped.

    The gap of two bursts is longer than `end_s`, so that joining does nothing unless
    `least_gap_s` exceeds `end_s`: it never does with the published parameters.
    """
    times = spike_times(times_s)
    begin_s, end_s = positive(begin_s, "begin_s"), positive(end_s, "end_s")
    least_gap_s = positive(least_gap_s, "least_gap_s", zero=True)
    least_duration_s = positive(least_duration_s, "least_duration_s", zero=True)
    least_spikes = count(least_spikes, "least_spikes", 2)
    joined: list[Stretch] = []
    for first, last in _stretches(times, begin_s, end_s):
        if joined and times[first] - times[joined[-1][1]] < least_gap_s:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return numbered(
        times.size,
        [
            (first, last)
            for first, last in joined
            if last - first + 1 >= least_spikes and times[last] - times[first] >= least_duration_s
        ],
    )


def discharge_groups(
    times_s: ArrayLike, *, begin_s: float = 0.17, end_s: float = 0.30, pair_s: float = 0.045
) -> NDArray[np.int64]:
    """The rule of fascikit/burst/group.hpp for one unit at the skin, restated for trains.

    MaxInterval without joining and least duration, and pairs at most `pair_s` apart. Only
    groups of two or more are numbered here; the library calls a single discharge a burst of
    one. A test holds this function to what `fascikit.analyze` does.
    """
    times = spike_times(times_s)
    begin_s, end_s, pair_s = positive(begin_s, "begin_s"), positive(end_s, "end_s"), positive(pair_s, "pair_s")
    return numbered(
        times.size,
        [
            (first, last)
            for first, last in _stretches(times, begin_s, end_s)
            if last - first > 1 or times[last] - times[first] <= pair_s
        ],
    )
