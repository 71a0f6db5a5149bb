"""Detection against SpikeInterface's compiled detector alone, on data that was filtered before.

The peer is the function that SpikeInterface compiles with numba for its method "locally
exclusive", called directly: no recording object, no pool, no copies, no table of peaks. Its
settings are its own (five times the noise, 1 ms), in chunks of 1 s as by default; both signs,
since this library finds both. `AS_FILTERED`: chunks lie in memory as SpikeInterface's own filter
hands them over; `FRAMES`: as suits the function best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import filters, planted, table, timing
from .library import Library

FS = planted.FS
SWEEP = 2  # samples, 1 ms
MARGIN = SWEEP + 1
NOISES = 5.0
BLOCK = 64  # frames given to Stream at once, 31 ms


def numba_detector() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    import numba  # noqa: F401  without it the line below fails with a word less clear
    from spikeinterface.sortingcomponents.peak_detection.locally_exclusive import (
        detect_peaks_numba_locally_exclusive_on_chunk as detector,
    )

    return detector


class Peer:
    """The numba detector over the filtered form of a planted recording."""

    def __init__(self, data: planted.Planted) -> None:
        self.detector = numba_detector()
        frames, channels = data.samples.shape
        self.y = np.empty((frames, channels), np.float32)

        def keep(at: int, part: np.ndarray) -> None:
            self.y[at : at + part.shape[-1]] = part.T

        filters.in_chunks(filters.SOS, data.samples.T, keep)
        some = self.y[: 60 * FS]
        # Median of |x| over 0.6745, as get_noise_levels does it.
        self.thresholds = (NOISES * np.median(np.abs(some), axis=0) / 0.6745).astype(np.float32)
        self.neighbours = np.ones((channels, channels), bool) if data.grid else np.eye(channels, dtype=bool)
        self.starts = range(0, frames, FS)
        self.frames = [self.y[max(0, at - MARGIN) : at + FS + MARGIN] for at in self.starts]
        self.as_filtered = [np.asfortranarray(chunk) for chunk in self.frames]

    def run(self, chunks: list[np.ndarray], sign: str = "both") -> None:
        for chunk in chunks:
            self.detector(chunk, sign, self.thresholds, SWEEP, self.neighbours)

    def events(self, chunks: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        peaks, channels = [], []
        for at, chunk in zip(self.starts, chunks):
            s, c = self.detector(chunk, "both", self.thresholds, SWEEP, self.neighbours)
            peaks.append(s + max(0, at - MARGIN))
            channels.append(c)
        return np.concatenate(peaks), np.concatenate(channels)

    def work(self, t: table.Trial) -> dict[str, timing.Work]:
        each: dict[str, timing.Work] = {
            table.AS_FILTERED: lambda: self.run(self.as_filtered),
            table.FRAMES: lambda: self.run(self.frames),
            table.ONE_SIGN: lambda: self.run(self.frames, "neg"),
        }
        return {c.rival: each[c.rival] for c in t.comparisons}


def run(library: Library, rounds: int, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    numba_detector()  # before the recordings are made
    frames = (20 if quick else 300) * FS
    for grid, trials in ((False, (table.BARE, table.STREAM)), (True, (table.STREAM_GRID,))):
        data = planted.plant(64, frames, grid)
        peer = Peer(data)
        for name in trials:
            say(name)
            t = table.find(name)
            if name == table.BARE:
                yield {"trial": name, "status": "not tried", "reason": "not built yet"}
                continue
            columns = 8 if grid else 0

            def ours() -> tuple[np.ndarray, np.ndarray]:
                return library.stream(data.samples, columns, BLOCK)

            good, words = planted.agreement(data, {"this library": ours(), "SpikeInterface": peer.events(peer.frames)})
            good = good and all(np.array_equal(a, b) for a, b in zip(peer.events(peer.frames), peer.events(peer.as_filtered)))
            if not good:
                yield {"trial": name, "status": "not equal", "reason": words}
                continue
            yield {
                "trial": name, "status": "done", "samples": data.samples.size, "equal": words,
                "seconds": timing.measure({"ours": ours, **peer.work(t)}, rounds),
            }
