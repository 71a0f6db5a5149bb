"""What every peer is given, and how what it marks becomes events.

One rule for all, so that a difference between peers is a difference of method:

- band-pass of order 4, zero phase, 20 to 500 Hz at the skin and 10 Hz to 10 kHz for needles
  (as this library's defaults; at most 0.45 of the rate); samples that are missing are 0;
- an event stands where the largest deflection is, on the channel where it is largest against
  that channel's noise, which is where the truth puts it;
- events within `DEAD_S` are one, the larger. Of 5, 10, 15, 20 and 30 ms (needle: 1 to 30 ms) on
  the tuning set, 10 ms at the skin and 5 ms for needles give the median threshold, Bonato and
  SpikeInterface their best F1, or are within a point of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

Array = NDArray[np.float64]

DEAD_S = {"surface": 0.010, "needle": 0.005}


def band_pass(samples: Array, fs: float, electrode: str = "surface") -> Array:
    """Channels x n in µV, NaN as 0, filtered without delay."""
    low, high = (10.0, 10_000.0) if electrode == "needle" else (20.0, 500.0)
    sos = butter(4, [low, min(high, 0.45 * fs)], "bandpass", fs=fs, output="sos")
    return sosfiltfilt(sos, np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), axis=-1)


def noise(samples: Array) -> Array:
    """Standard deviation of each channel's noise from its median (Quiroga 2004); channels x 1.

    Where more than half of the samples are 0 (missing, flat) those are left out.
    """
    levels = np.empty((len(samples), 1))
    for channel, x in enumerate(np.abs(samples)):
        level = np.median(x) / 0.6745
        if level == 0 and x.any():
            level = np.median(x[x > 0]) / 0.6745
        levels[channel] = level if level > 0 else np.inf
    return levels


def peaks(strength: Array, fs: float, dead_s: float, least: float) -> tuple[Array, Array]:
    """Times in s and heights of local maxima from `least`, the larger of two within `dead_s`."""
    at, found = find_peaks(strength, height=least, distance=max(1, round(dead_s * fs)))
    return at / fs, found["peak_heights"]


def events_of_stretches(active: NDArray[np.bool_], samples: Array, fs: float, dead_s: float) -> Array:
    """One event a stretch of `active` (n), in s, where `samples` (channels x n) deflect most."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(np.int8)))
    strength = np.max(np.abs(samples) / noise(samples), axis=0)
    at = np.array([a + int(np.argmax(strength[a:b])) for a, b in zip(edges[::2], edges[1::2])], dtype=int)
    return merged(at / fs, strength[at] if len(at) else np.zeros(0), dead_s)


def merged(times_s: Array, strengths: Array, dead_s: float) -> Array:
    """Times in s without those within `dead_s` of a stronger one that stays."""
    times_s = np.asarray(times_s, dtype=float)
    kept: list[float] = []
    taken = np.zeros(len(times_s), dtype=bool)
    order = np.argsort(times_s, kind="stable")
    times, strong = times_s[order], np.asarray(strengths, dtype=float)[order]
    for i in np.argsort(-strong, kind="stable"):
        if taken[i]:
            continue
        kept.append(times[i])
        taken[np.searchsorted(times, times[i] - dead_s, "right") : np.searchsorted(times, times[i] + dead_s)] = True
    return np.array(sorted(kept))
