"""Peers that were made to find the onset of contractions, with their own test functions.

Rest is not marked in these recordings, so its mean and standard deviation are the median and
1.4826 times the median absolute deviation of the test function over the whole recording. The
least durations that their authors ask of a contraction are left out: a potential lasts 10 ms.
Each stretch above the threshold on any channel of a site is one event.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from .detectors import Detector
from .signals import Array, events_of_stretches, noise

HODGES_WINDOW_S = 0.025
TEAGER_WINDOW_S = 0.005
BONATO_M = 5


def normalised(statistic: Array) -> Array:
    """In deviations of rest above rest; channels x n."""
    middle = np.median(statistic, axis=-1, keepdims=True)
    spread = 1.4826 * np.median(np.abs(statistic - middle), axis=-1, keepdims=True)
    return (statistic - middle) / np.where(spread > 0, spread, np.inf)


def hodges_bui(samples: Array, fs: float, dead_s: float, threshold: float) -> Array:
    smooth = uniform_filter1d(np.abs(samples), max(1, round(HODGES_WINDOW_S * fs)), axis=-1)
    return events_of_stretches((normalised(smooth) >= threshold).any(axis=0), samples, fs, dead_s)


def teager_kaiser(samples: Array, fs: float, dead_s: float, threshold: float) -> Array:
    energy = np.zeros_like(samples)
    energy[:, 1:-1] = np.abs(samples[:, 1:-1] ** 2 - samples[:, :-2] * samples[:, 2:])
    smooth = uniform_filter1d(energy, max(1, round(TEAGER_WINDOW_S * fs)), axis=-1)
    return events_of_stretches((normalised(smooth) >= threshold).any(axis=0), samples, fs, dead_s)


def bonato(samples: Array, fs: float, dead_s: float, threshold: float) -> Array:
    n = samples.shape[-1] // 2 * 2
    x = samples[:, :n] / noise(samples)
    above = (x[:, 0::2] ** 2 + x[:, 1::2] ** 2 >= threshold).any(axis=0)
    # 1 of 5 successive pairs: an alarm until none of the last 5 is above.
    active = np.repeat(maximum_filter1d(above, BONATO_M, origin=BONATO_M // 2), 2)
    return events_of_stretches(active, samples[:, :n], fs, dead_s)


DETECTORS = [
    Detector(
        "Teager-Kaiser",
        "Solnik et al. 2010 (10.1007/s00421-010-1521-8): |x[n]² - x[n-1] x[n+1]| above rest by h deviations; "
        "the smoothing over 5 ms is ours.",
        (2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 90.0, 130.0, 200.0, 300.0, 600.0, 1000.0, 2000.0),
        times=teager_kaiser,
    ),
    Detector(
        "Hodges-Bui",
        "Hodges & Bui 1996 (10.1016/S0921-884X(96)95190-5): the mean of |x| over 25 ms above rest by h deviations.",
        (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0),
        times=hodges_bui,
    ),
    Detector(
        "Bonato",
        "Bonato et al. 1998 (10.1109/10.661154): the sum of squares of successive pairs over the noise variance above a "
        "threshold, 1 of 5 pairs; without the whitening of the paper.",
        (10.0, 14.0, 18.0, 22.0, 27.0, 32.0, 40.0, 50.0, 65.0, 80.0, 100.0, 140.0, 200.0, 300.0, 500.0, 800.0),
        times=bonato,
    ),
]
