"""Bursts by a threshold that the histogram of intervals gives: logISI, cumulative moving average."""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._train import Stretch, count, long_enough, numbered, positive, runs, spike_times

LEAST_SPIKES = 3


def _extended(cores: list[Stretch], around: list[Stretch]) -> list[Stretch]:
    """Each core as long as the stretch that holds it; cores of one stretch become one burst."""
    found: list[Stretch] = []
    for first, last in around:
        if any(first <= core_first and core_last <= last for core_first, core_last in cores):
            found.append((first, last))
    return found


def _lowess(y: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Straight lines through the nearest `points`, tricube weights (Cleveland 1979), one pass; as it is for fewer than 3."""
    n = y.size
    width = min(points, n)
    if width < 3:
        return y.copy()
    smooth = np.empty(n)
    for i in range(n):
        first = min(max(i - width // 2, 0), n - width)
        x = np.arange(first, first + width, dtype=float) - i
        weight = (1 - (np.abs(x) / np.abs(x).max()) ** 3) ** 3
        mean_x, mean_y = np.average(x, weights=weight), np.average(y[first : first + width], weights=weight)
        spread = np.average((x - mean_x) ** 2, weights=weight)
        slope = np.average((x - mean_x) * (y[first : first + width] - mean_y), weights=weight) / spread
        smooth[i] = mean_y - slope * mean_x
    return smooth


def _peaks(y: NDArray[np.float64], apart: int = 2) -> NDArray[np.int64]:
    """Local maxima, of a plateau its first point; of two nearer than `apart` the higher."""
    padded = np.concatenate([[-np.inf], y, [-np.inf]])
    peaks = []
    i = 1
    while i <= y.size:
        end = i
        while padded[end + 1] == padded[i]:
            end += 1
        if padded[i - 1] < padded[i] > padded[end + 1]:
            peaks.append(i - 1)
        i = end + 1
    kept: list[int] = []
    for peak in sorted(peaks, key=lambda p: -y[p]):
        if all(abs(peak - other) >= apart for other in kept):
            kept.append(peak)
    return np.array(sorted(kept), dtype=np.int64)


class LogIsiThreshold(NamedTuple):
    """`burst_peak_s`: the peak of intervals within bursts, None: no such peak, so no bursts.
    `max_isi_s`: the interval that parts bursts, None: no valley is deep enough."""

    burst_peak_s: Optional[float]
    max_isi_s: Optional[float]


def log_isi_threshold(
    intervals_s: ArrayLike, *, core_s: float = 0.1, void: float = 0.7, smooth_bins: int = 1, bins_per_decade: int = 10
) -> LogIsiThreshold:
    """Of Pasquale et al. 2010: histogram of log10 intervals, its peaks and valleys.

    The highest peak at intervals of at most `core_s` is that of bursts. The first later peak
    with 1 - C_min / sqrt(C_1 C_2) >= `void` gives the threshold: the interval of the least count
    C_min between the two.
    """
    intervals = np.asarray(intervals_s, dtype=float)
    intervals = intervals[intervals > 0]
    if intervals.size < 2:
        return LogIsiThreshold(None, None)
    place = np.log10(intervals * 1e3)
    low = np.floor(place.min() * bins_per_decade) / bins_per_decade
    bins = int(np.floor((place.max() - low) * bins_per_decade)) + 1
    counts, edges = np.histogram(place, bins=bins, range=(low, low + bins / bins_per_decade))
    smooth = np.maximum(_lowess(counts / counts.sum(), smooth_bins), 0.0)  # a line through the ends may dip below 0
    centre_s = 10 ** ((edges[:-1] + edges[1:]) / 2) / 1e3
    peaks = _peaks(smooth)
    inside = peaks[centre_s[peaks] <= core_s]
    if inside.size == 0:
        return LogIsiThreshold(None, None)
    first = int(inside[np.argmax(smooth[inside])])
    for later in peaks[peaks > first]:
        valley = first + int(np.argmin(smooth[first : later + 1]))
        if 1 - smooth[valley] / np.sqrt(smooth[first] * smooth[later]) >= void:
            return LogIsiThreshold(float(centre_s[first]), float(centre_s[valley]))
    return LogIsiThreshold(float(centre_s[first]), None)


def log_isi(
    times_s: ArrayLike, *, core_s: float = 0.1, void: float = 0.7, smooth_bins: int = 1, longest_s: float = 1.0
) -> NDArray[np.int64]:
    """logISI (Pasquale et al. 2010, 10.1007/s10827-009-0175-1).

    Bursts are runs of intervals below the threshold of `log_isi_threshold`. Where it exceeds
    `core_s`, runs of intervals of at most `core_s` are cores, which grow over intervals of at
    most the threshold; where there is none, the cores are the bursts; where the histogram has
    no peak at `core_s` or less, there are no bursts.

    The descriptions leave much open. Bins: 10 a decade from a whole tenth of log10 ms. Two things
    as in the published script of Cotterill et al.: the histogram is all but unsmoothed (`smooth_bins`;
    the authors smooth by a local regression of unstated width, of which 5 is the usual default),
    and a threshold of `longest_s` or more counts as none (the authors name no such limit: inf).
    """
    times = spike_times(times_s)
    core_s = positive(core_s, "core_s")
    smooth_bins = count(smooth_bins, "smooth_bins", 1)
    if longest_s != np.inf:
        longest_s = positive(longest_s, "longest_s")
    if positive(void, "void") >= 1:
        raise ValueError(f"void is {void!r}: allowed is above 0 and below 1")
    intervals = np.diff(times)
    peak_s, max_isi_s = log_isi_threshold(intervals, core_s=core_s, void=void, smooth_bins=smooth_bins)
    if peak_s is None:
        return numbered(times.size, [])
    if max_isi_s is None or max_isi_s >= longest_s:
        max_isi_s = core_s
    bursts = long_enough(runs(intervals <= min(core_s, max_isi_s)), LEAST_SPIKES)
    if max_isi_s > core_s:
        bursts = _extended(bursts, runs(intervals <= max_isi_s))
    return numbered(times.size, bursts)


class CmaThresholds(NamedTuple):
    """Of bursts and of the spikes around them, seconds; `skew` chose the two."""

    max_isi_s: float
    related_isi_s: float
    skew: float


# Kapucu et al. 2012, table 1: below this skewness, alpha 1 and alpha 2.
ALPHAS = ((1.0, 1.0, 0.5), (4.0, 0.7, 0.5), (9.0, 0.5, 0.3), (np.inf, 0.3, 0.1))


def cma_thresholds(intervals_s: ArrayLike, *, bins: int = 1000) -> Optional[CmaThresholds]:
    """Of Kapucu et al. 2012; None where all intervals are equal or there are fewer than two.

    `bins` a thousandth of the range of intervals wide, from 0 s on, as Cotterill et al. did.
    """
    intervals = np.asarray(intervals_s, dtype=float)
    if intervals.size < 2 or intervals.max() == intervals.min():
        return None
    width = (intervals.max() - intervals.min()) / bins
    n = int(np.floor(intervals.max() / width)) + 1
    if n > 10_000_000:  # intervals that are equal to one part in ten thousand have no histogram to speak of
        return None
    counts = np.bincount(np.minimum((intervals / width).astype(np.int64), n - 1), minlength=n)
    cma = np.cumsum(counts) / np.arange(1, n + 1)
    deviation = cma - cma.mean()
    skew = float(np.mean(deviation**3) / np.mean(deviation**2) ** 1.5)
    peak = int(np.argmax(cma))
    alpha, related = next((a, b) for below, a, b in ALPHAS if skew < below)

    def nearest(level: float) -> float:
        return (peak + int(np.argmin(np.abs(cma[peak:] - level * cma[peak]))) + 0.5) * width

    return CmaThresholds(nearest(alpha), nearest(related), skew)


def cumulative_moving_average(times_s: ArrayLike, *, related: bool = False) -> NDArray[np.int64]:
    """Cumulative moving average (Kapucu et al. 2012, 10.3389/fncom.2012.00038).

    CMA_i is the mean count of the first i bins of the histogram of intervals. Runs of intervals
    of at most the interval at which the CMA has fallen to alpha_1 of its maximum are bursts;
    its skewness chooses alpha_1. `related`: they grow over intervals of at most that of
    alpha_2. Cotterill et al. left the related spikes out by their text; their script takes
    them in on D10.
    """
    times = spike_times(times_s)
    intervals = np.diff(times)
    threshold = cma_thresholds(intervals)
    if threshold is None:
        return numbered(times.size, [])
    bursts = long_enough(runs(intervals <= threshold.max_isi_s), LEAST_SPIKES)
    if related:
        bursts = _extended(bursts, runs(intervals <= threshold.related_isi_s))
    return numbered(times.size, bursts)
