"""The bars: what has to be how many times as fast as what, on which CPU path.

A comparison is a trial (what this library does) against a rival. `least` maps a CPU path
to the smallest ratio that will do; a path that is not named has no bar, and a comparison
without any is shown beside the others. Sources: the rows of the issue that asked for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: CPU paths from the widest down, and what they are called.
PATHS: Mapping[str, str] = {"avx512": "AVX-512", "avx2": "AVX2", "neon": "NEON", "baseline": "baseline"}

SCIPY = "SciPy `sosfilt` float64, chunks of 10 s"
SCIPY_ALONE = "SciPy `sosfilt` float64, chunks of 60 s"
SCIPY_FLOAT = "SciPy `sosfilt` float32, chunks of 10 s"
ZERO_PHASE = "SciPy `sosfiltfilt` float64, one call"
AS_FILTERED = "SpikeInterface's numba detector alone, input as its own filter leaves it"
FRAMES = "SpikeInterface's numba detector alone, input in the layout that suits it best"
AS_CALLED = "SpikeInterface's `detect_peaks` as users call it, one job, samples channel after channel"
ONE_SIGN = "the same in that layout, negative peaks only"
SCIPY_THEN_PEAKS = "SciPy `sosfilt` + SpikeInterface's numba detector, chunks of 10 s"
ZERO_PHASE_THEN_PEAKS = "SciPy `sosfiltfilt` + SpikeInterface's numba detector, chunks of 10 s"
ZERO_PHASE_CHUNKS = "SciPy `sosfiltfilt` alone, chunks of 10 s"


@dataclass(frozen=True)
class Comparison:
    trial: str
    rival: str
    least: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_bar(self) -> bool:
        return bool(self.least)


@dataclass(frozen=True)
class Trial:
    """What is timed. `group`: trials of one group share a process."""

    name: str
    group: str
    comparisons: tuple[Comparison, ...]


def both(avx512: float, avx2: float) -> dict[str, float]:
    return {"avx512": avx512, "avx2": avx2}


def trial(name: str, group: str, *rivals: tuple[str, Mapping[str, float]]) -> Trial:
    return Trial(name, group, tuple(Comparison(name, rival, least) for rival, least in rivals))


CASCADE = "four sections, 64 channels {}, {}"
ONE_CHANNEL = "four sections, one channel, {}"
BOTH_WAYS = "`sosfiltfilt`, 64 channels {}, {}"
BARE = "bare detection loop (filter, operator, threshold, refractory), 64 channels, float32"
STREAM = "the real first pass (`Stream`, all outputs), 64 sites, float32"
STREAM_GRID = "the real first pass (`Stream`, all outputs), one grid of 8 × 8, float32"
ANALYZE = "`analyze`, two passes, everything, 30 min × 64 channels, float32"

TRIALS: tuple[Trial, ...] = (
    trial(CASCADE.format("interleaved", "float32"), "filters", (SCIPY, both(18, 9)), (SCIPY_FLOAT, {})),
    trial(CASCADE.format("interleaved", "float64"), "filters", (SCIPY, both(6, 4))),
    trial(CASCADE.format("planar", "float32"), "filters", (SCIPY, both(11, 6))),
    trial(CASCADE.format("planar", "float64"), "filters", (SCIPY, both(6, 3.5))),
    trial(ONE_CHANNEL.format("float64"), "filters", (SCIPY_ALONE, both(3.5, 3.5))),
    trial(ONE_CHANNEL.format("float32"), "filters", (SCIPY_ALONE, {})),
    *(
        trial(BOTH_WAYS.format(layout, kind), "filters", (ZERO_PHASE, both(6, 6)))
        for layout in ("interleaved", "planar") for kind in ("float32", "float64")
    ),
    trial(BARE, "detection", (AS_FILTERED, both(10, 5)), (FRAMES, both(10, 5)), (ONE_SIGN, {}), (AS_CALLED, {})),
    trial(STREAM, "detection", (AS_FILTERED, both(4, 4)), (FRAMES, both(4, 4)), (ONE_SIGN, {}), (AS_CALLED, {})),
    trial(STREAM_GRID, "detection", (AS_FILTERED, both(4, 4)), (FRAMES, both(4, 4)), (ONE_SIGN, {}), (AS_CALLED, {})),
    trial(
        ANALYZE, "analysis", (SCIPY_THEN_PEAKS, both(5, 5)), (ZERO_PHASE_THEN_PEAKS, {}), (ZERO_PHASE_CHUNKS, {}),
    ),
)

#: Groups in the order they are run, each in a process of its own.
GROUPS: tuple[str, ...] = ("filters", "detection", "analysis")

#: Beside the ratios: the analysis may not take more memory than the recording itself.
MEMORY = "memory that `analyze` takes, 30 min × 64 channels, beside the recording"


def of_group(group: str) -> tuple[Trial, ...]:
    return tuple(t for t in TRIALS if t.group == group)


def find(name: str) -> Trial:
    for t in TRIALS:
        if t.name == name:
            return t
    raise KeyError(name)
