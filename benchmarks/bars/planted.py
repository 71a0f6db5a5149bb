"""Recordings with known discharges, and who found them.

Two detectors of different kinds cannot give the same list; what both must agree on are the
discharges that were planted, clear ones: 60 µV over a noise of 5 µV RMS. Each must find at
least 99 % of them within 10 ms, on their channel (in a grid: anywhere), and of what it finds no
more than 0.2 a minute and channel may lie farther than 40 ms from all of them; five times the
noise alone gives 0.07.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FS = 2048
NOISE_UV = 5.0
PEAK_UV = 60.0
NEAR = 20  # samples, 10 ms
FAR = 80
FOUND, ELSEWHERE_PER_MIN = 0.99, 0.2


@dataclass(frozen=True)
class Planted:
    samples: np.ndarray   # frames × channels, float32, µV
    peaks: np.ndarray     # samples
    channels: np.ndarray  # of the largest deflection
    grid: bool


def wave() -> np.ndarray:
    t = np.arange(-20, 20) / 5.0
    return (PEAK_UV * (1 - t * t) * np.exp(-t * t / 2)).astype(np.float32)


def plant(channels: int, frames: int, grid: bool, seed: int = 1) -> Planted:
    """A discharge every 2 s: on every channel at its own times, or on one place of an 8 × 8
    grid, at 0.6 of its height on the electrodes beside."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((frames, channels), dtype=np.float32)
    x *= NOISE_UV
    shape = wave()
    peaks: list[int] = []
    at_channel: list[int] = []
    if grid:
        columns = round(channels**0.5)
        for k, at in enumerate(range(4 * FS, frames - 2 * FS, 2 * FS)):
            row, column = 2 + k % (columns - 4), 2 + (k // 3) % (columns - 4)
            for r in (row - 1, row, row + 1):
                for c in (column - 1, column, column + 1):
                    share = 1.0 if (r, c) == (row, column) else 0.6
                    x[at - 20 : at + 20, r * columns + c] += np.float32(share) * shape
            peaks.append(at)
            at_channel.append(row * columns + column)
    else:
        for c in range(channels):
            for at in range(4 * FS + 97 * c % (2 * FS), frames - 2 * FS, 2 * FS):
                x[at - 20 : at + 20, c] += shape
                peaks.append(at)
                at_channel.append(c)
    return Planted(x, np.array(peaks, np.int64), np.array(at_channel, np.int64), grid)


def nearest(sorted_times: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Distance of each of `times` to the nearest of the others; far away where there is none."""
    if not len(sorted_times):
        return np.full(len(times), np.iinfo(np.int64).max)
    right = np.searchsorted(sorted_times, times)
    after = sorted_times[np.minimum(right, len(sorted_times) - 1)]
    before = sorted_times[np.maximum(right - 1, 0)]
    return np.minimum(np.abs(after - times), np.abs(times - before))


def check(planted: Planted, peaks: np.ndarray, channels: np.ndarray) -> tuple[float, float]:
    """Share of the planted discharges that were found, and what was found elsewhere, a minute and channel."""
    found = elsewhere = 0
    for c in [-1] if planted.grid else range(planted.samples.shape[1]):
        true = np.sort(planted.peaks if c < 0 else planted.peaks[planted.channels == c])
        got = np.sort(peaks if c < 0 else peaks[channels == c])
        found += int(np.sum(nearest(got, true) <= NEAR))
        elsewhere += int(np.sum(nearest(true, got) > FAR))
    return found / len(planted.peaks), elsewhere / (planted.samples.size / FS / 60)


def agreement(planted: Planted, found: dict[str, tuple[np.ndarray, np.ndarray]]) -> tuple[bool, str]:
    """Whether all of them found what was planted and little else, and the words for it."""
    good, words = True, []
    for name, (peaks, channels) in found.items():
        share, elsewhere = check(planted, peaks, channels)
        good = good and share >= FOUND and elsewhere <= ELSEWHERE_PER_MIN
        words.append(f"{name} {100 * share:.2f} % found, {elsewhere:.3f} elsewhere a minute and channel")
    return good, f"of {len(planted.peaks)} planted discharges: " + "; ".join(words)
