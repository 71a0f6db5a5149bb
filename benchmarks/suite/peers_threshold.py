"""Peers that look for peaks above a multiple of the noise."""

from __future__ import annotations

import numpy as np

from .detectors import Detector
from .signals import Array, noise, peaks

EXCLUDED_UV = 100.0
WINDOW_S = 1.0
VOLUNTARY_RATIO = 3.0


def median_threshold(samples: Array, fs: float, dead_s: float, least: float) -> tuple[Array, Array]:
    return peaks(np.max(np.abs(samples) / noise(samples), axis=0), fs, dead_s, least)


def spiqe_style(samples: Array, fs: float, dead_s: float, least: float) -> tuple[Array, Array]:
    n = samples.shape[-1]
    window = max(8, round(WINDOW_S * fs))
    edges = [*range(0, max(1, n - window // 2), window), n]
    levels = np.concatenate([noise(samples[:, a:b]) for a, b in zip(edges, edges[1:])], axis=1)
    for row in levels:  # of missing samples nothing is left but what the filter rings on
        row[row < 0.1 * np.median(row)] = np.inf
    quiet = np.array([[np.percentile(some, 20) if (some := row[np.isfinite(row)]).size else np.inf] for row in levels])
    excluded = ((levels > EXCLUDED_UV) | (levels > VOLUNTARY_RATIO * quiet)) & np.isfinite(levels)
    levels = np.where(excluded, np.inf, levels)
    each = np.repeat(levels, np.diff(edges), axis=1)
    return peaks(np.max(np.abs(samples) / each, axis=0), fs, dead_s, least)


GRID = (2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0)

DETECTORS = [
    Detector(
        "median threshold",
        "Peaks of |x| above k times the noise, which is median |x| / 0.6745 over the whole recording "
        "(Quiroga et al. 2004, 10.1162/089976604774201631).",
        GRID,
        ranked=median_threshold,
    ),
    Detector(
        "SPiQE style",
        "After Bashford et al. 2019 (10.1016/j.clinph.2019.03.032): an amplitude threshold that follows the noise, and "
        "noise above 100 µV excluded. **The paper's exact formula is not known to us and its code is not public**: that the "
        "threshold is k times the noise of windows of 1 s (by the median), and that windows of more than three times the "
        "noise of the quietest fifth are excluded as voluntary, is ours.",
        GRID,
        ranked=spiqe_style,
    ),
]
