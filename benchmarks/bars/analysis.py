"""Everything `analyze` does with two passes, against filter and detector of others; and its memory.

The recording is channel after channel, as NumPy users hold it and as suits SciPy best. SciPy
filters chunks of 10 s into warm memory, cast to float32 as SpikeInterface's filter does,
and the numba detector takes each as it is: no margins, no tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Optional

import numpy as np
from scipy import signal

from . import detection, filters, planted, table, timing
from .library import Library

FS = planted.FS
MINUTES = 30


def recording(minutes: float) -> tuple[planted.Planted, np.ndarray]:
    """What was planted, and its samples, channels × frames."""
    data = planted.plant(64, int(minutes * 60 * FS), grid=False)
    planes = np.ascontiguousarray(data.samples.T)
    kept = planted.Planted(planes.T, data.peaks, data.channels, False)
    return kept, planes


class Peer:
    def __init__(self, x: np.ndarray) -> None:
        self.x = x
        self.detector = detection.numba_detector()
        self.neighbours = np.eye(len(x), dtype=bool)
        some = filters.filtered(x[:, : 60 * FS])
        self.thresholds = (detection.NOISES * np.median(np.abs(some), axis=-1) / 0.6745).astype(np.float32)

    def causal(self, use: Optional[Callable[[int, np.ndarray, np.ndarray], object]] = None) -> None:
        def detect(at: int, y: np.ndarray) -> None:
            peaks, channels = self.detector(y.astype(np.float32).T, "both", self.thresholds, detection.SWEEP, self.neighbours)
            if use:
                use(at, peaks, channels)

        filters.in_chunks(filters.SOS, self.x, detect)

    def zero_phase(self, detect: bool) -> None:
        for at in range(0, self.x.shape[-1], filters.CHUNK_S * FS):
            y = signal.sosfiltfilt(filters.SOS, self.x[:, at : at + filters.CHUNK_S * FS], axis=-1)
            if detect:
                self.detector(y.astype(np.float32).T, "both", self.thresholds, detection.SWEEP, self.neighbours)

    def events(self) -> tuple[np.ndarray, np.ndarray]:
        found: list[tuple[np.ndarray, np.ndarray]] = []
        self.causal(lambda at, peaks, channels: found.append((peaks + at, channels)))
        return np.concatenate([p for p, _ in found]), np.concatenate([c for _, c in found])


def run(library: Library, rounds: int, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    say(table.ANALYZE)
    detection.numba_detector()
    data, x = recording(0.5 if quick else MINUTES)
    live = library.stream(np.ascontiguousarray(data.samples[: 30 * FS]), 0, 37)
    causal = library.analyze(np.ascontiguousarray(x[:, : 30 * FS]), 0, 1, planes=True)
    if not (len(live[0]) and all(np.array_equal(a, b) for a, b in zip(live, causal))):
        yield {"trial": table.ANALYZE, "status": "not equal", "reason": "Stream and analyze with one pass find different events"}
        return
    peer = Peer(x)

    def ours() -> tuple[np.ndarray, np.ndarray]:
        return library.analyze(x, 0, 2, planes=True)

    good, words = planted.agreement(data, {"this library": ours(), "SciPy and SpikeInterface": peer.events()})
    if not good:
        yield {"trial": table.ANALYZE, "status": "not equal", "reason": words}
        return
    seconds = timing.measure({
        "ours": ours, table.SCIPY_THEN_PEAKS: peer.causal, table.ZERO_PHASE_THEN_PEAKS: lambda: peer.zero_phase(True),
        table.ZERO_PHASE_CHUNKS: lambda: peer.zero_phase(False),
    }, rounds)
    yield {"trial": table.ANALYZE, "status": "done", "samples": x.size, "equal": words, "seconds": seconds}


def of_status(name: str) -> int:
    """Bytes, of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def memory(library: Library, quick: bool) -> dict[str, Any]:
    """Peak of the resident memory while `analyze` runs, less what was there before: the recording."""
    if quick:
        return {"status": "not tried", "reason": "the recording of --quick is too short to tell"}
    _, x = recording(MINUTES)
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
        before = of_status("VmRSS")
    except (OSError, KeyError) as error:
        return {"status": "not tried", "reason": f"this system does not tell the peak of memory: {error}"}
    library.analyze(x, 0, 2, planes=True)
    return {"status": "done", "peak_bytes": max(0, of_status("VmHWM") - before), "recording_bytes": x.nbytes}
