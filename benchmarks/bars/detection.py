"""Detection against SpikeInterface's compiled detector alone, on data that was filtered before.

The peer is the function that SpikeInterface compiles with numba for its method "locally
exclusive", called directly: no recording object, no pool, no copies, no table of peaks. Its
settings are its own (five times the noise, 1 ms), in chunks of 1 s as by default; both signs,
since this library finds both. `AS_FILTERED`: chunks lie in memory as SpikeInterface's own filter
hands them over; `FRAMES`: as suits the function best.

The bare loop gets the raw samples and filters them itself. Its events are compared with a
plain loop over SciPy's filter in double: the same channels in the same order, peaks within
a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import signal

from . import filters, planted, table, timing
from .library import Library

FS = planted.FS
SWEEP = 2  # samples, 1 ms
MARGIN = SWEEP + 1
NOISES = 5.0
BLOCK = 64  # frames given to Stream at once, 31 ms
# Of the bare loop: a quarter of the period of what was planted, whose energy is some 3000 µV²; 10 ms.
LAG, ENERGY_UV2, REFRACTORY = 5, 1000.0, 20


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
        self.grid = data.grid
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

    def called(self) -> Callable[[], object]:
        """`detect_peaks` of a recording in memory, as its users call it."""
        from probeinterface import Probe
        from spikeinterface.core import NumpyRecording
        from spikeinterface.sortingcomponents.peak_detection import detect_peaks

        channels = self.y.shape[1]
        probe = Probe(ndim=2, si_units="um")
        probe.set_contacts(np.column_stack([np.zeros(channels), 8000.0 * np.arange(channels)]))
        probe.set_device_channel_indices(np.arange(channels))
        recording = NumpyRecording([np.ascontiguousarray(self.y.T).T], FS)
        recording = recording.set_probe(probe) or recording  # in place since 0.104
        options = {
            "peak_sign": "both", "detect_threshold": NOISES, "exclude_sweep_ms": 1.0, "noise_levels": self.thresholds / NOISES,
            "radius_um": 1e6 if self.grid else 1.0,
        }
        job = {"n_jobs": 1, "progress_bar": False, "chunk_duration": "1s"}
        return lambda: detect_peaks(recording, method="locally_exclusive", method_kwargs=options, job_kwargs=job)

    def work(self, t: table.Trial) -> dict[str, timing.Work]:
        each: dict[str, timing.Work] = {
            table.AS_CALLED: self.called(),
            table.AS_FILTERED: lambda: self.run(self.as_filtered),
            table.FRAMES: lambda: self.run(self.frames),
            table.ONE_SIGN: lambda: self.run(self.frames, "neg"),
        }
        return {c.rival: each[c.rival] for c in t.comparisons}


def bare_reference(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peaks and channels of the bare loop's events in x, frames × channels, in order of their first frame."""
    state = signal.sosfilt_zi(filters.SOS)[:, None, :] * x[0].astype(np.float64)[None, :, None]
    y = signal.sosfilt(filters.SOS, x.T.astype(np.float64), axis=-1, zi=state)[0]
    energy = y[:, LAG:-LAG] ** 2 - y[:, : -2 * LAG] * y[:, 2 * LAG :]
    events = []
    for c, row in enumerate(energy):
        end = -1
        for n in np.flatnonzero(row >= ENERGY_UV2):
            if n >= end:
                end = n + REFRACTORY
                events.append((n, c, n + int(np.argmax(row[n:end]))))
    events.sort()
    return np.array([peak + LAG for _, _, peak in events], np.int64), np.array([c for _, c, _ in events], np.int32)


def same_as_reference(found: tuple[np.ndarray, np.ndarray], expected: tuple[np.ndarray, np.ndarray]) -> bool:
    (peaks, channels), (true, on) = found, expected
    return len(true) > 0 and np.array_equal(channels, on) and bool(np.all(np.abs(peaks - true) <= 1))


def run(library: Library, rounds: int, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    numba_detector()  # before the recordings are made
    frames = (20 if quick else 300) * FS
    for grid, trials in ((False, (table.BARE, table.STREAM)), (True, (table.STREAM_GRID,))):
        data = planted.plant(64, frames, grid)
        peer = Peer(data)
        for name in trials:
            say(name)
            t = table.find(name)
            part = data.samples[: 60 * FS]
            columns = 8 if grid else 0

            def ours(name: str = name, columns: int = columns) -> tuple[np.ndarray, np.ndarray]:
                if name == table.BARE:
                    return library.bare(data.samples, ENERGY_UV2, REFRACTORY, LAG)
                return library.stream(data.samples, columns, BLOCK)

            if name == table.BARE and not same_as_reference(library.bare(part, ENERGY_UV2, REFRACTORY, LAG), bare_reference(part)):
                yield {"trial": name, "status": "not equal", "reason": "other events than a plain loop over SciPy's filter"}
                continue
            good, words = planted.agreement(data, {"this library": ours(), "SpikeInterface": peer.events(peer.frames)})
            good = good and all(np.array_equal(a, b) for a, b in zip(peer.events(peer.frames), peer.events(peer.as_filtered)))
            if not good:
                yield {"trial": name, "status": "not equal", "reason": words}
                continue
            yield {
                "trial": name, "status": "done", "samples": data.samples.size, "equal": words,
                "seconds": timing.measure({"ours": ours, **peer.work(t)}, rounds),
            }
