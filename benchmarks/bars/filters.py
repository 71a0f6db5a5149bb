"""The filters against SciPy: 20 to 500 Hz at 2048 Hz, order 4, four sections.

Equal means: SciPy meets long double to 1e-13 of the largest output here, and this library
in double meets SciPy to 1e-12. In float32 rounding alone is 3e-6 or so of it; allowed is 3e-5.
Arrays are longer than the caches; frame after frame goes in chunks of 16 frames, as in the
analysis, channel after channel in whole. SciPy works channel after channel, which suits it
best, with chunks whose output stays in warm memory: 10 s of 64 channels, 60 s of one, where
the cost of a call would weigh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import signal

from . import table, timing
from .library import Library

FS = 2048
ALLOWED = {np.float64: 1e-12, np.float32: 3e-5}
SOS = signal.butter(4, [20, 500], "bandpass", fs=FS, output="sos")
CHUNK_S = 10
CHUNK_ALONE_S = 60


def in_chunks(sos: np.ndarray, x: np.ndarray, use: Callable[[int, np.ndarray], object] = lambda at, y: None) -> None:
    """SciPy's sosfilt over channels × frames; `use(first frame, output)` gets each chunk of it."""
    state = np.zeros((len(sos), len(x), 2), dtype=sos.dtype)
    chunk = FS * (CHUNK_S if len(x) > 1 else CHUNK_ALONE_S)
    for at in range(0, x.shape[-1], chunk):
        y, state = signal.sosfilt(sos, x[:, at : at + chunk], axis=-1, zi=state)
        use(at, y)


def filtered(x: np.ndarray, sos: np.ndarray = SOS) -> np.ndarray:
    y = np.empty(x.shape, dtype=np.float64)

    def keep(at: int, part: np.ndarray) -> None:
        y[:, at : at + part.shape[-1]] = part

    in_chunks(sos, x, keep)
    return y


def exact(x: np.ndarray) -> np.ndarray:
    """The same in long double, frame by frame; channels × frames."""
    y = x.astype(np.longdouble)
    for b0, b1, b2, _, a1, a2 in SOS.astype(np.longdouble):
        s1 = s2 = np.zeros(len(x), dtype=np.longdouble)
        for n in range(x.shape[-1]):
            v = y[:, n].copy()
            w = b0 * v + s1
            s1, s2 = b1 * v + s2 - a1 * w, b2 * v - a2 * w
            y[:, n] = w
    return y


def distance(got: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference over the largest output; infinite where one is not finite."""
    worst = float(np.max(np.abs(got - expected))) / float(np.max(np.abs(expected)))
    return worst if np.isfinite(worst) else float("inf")


def run(library: Library, rounds: int, quick: bool, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    frames = (3 if quick else 120) * FS + 37  # planes must not all fall on the same cache sets
    rng = np.random.default_rng(1)
    wide = rng.standard_normal((64, frames)) * 10
    alone = rng.standard_normal((1, 10 * frames)) * 10
    short = wide[:4, :4096]
    scipy_misses = distance(filtered(short), exact(short))
    equality = f"SciPy is {scipy_misses:.1e} from long double"
    for t in table.of_group("filters"):
        say(t.name)
        if scipy_misses > 1e-13:
            yield {"trial": t.name, "status": "not equal", "reason": f"{equality}, allowed is 1e-13: no reference"}
            continue
        planes = "interleaved" not in t.name
        kind = np.float32 if "float32" in t.name else np.float64
        yield one(library, t, alone if "one channel" in t.name else wide, planes, kind, rounds, equality)


def one(library: Library, t: table.Trial, wide: np.ndarray, planes: bool, kind: Any, rounds: int, equality: str) -> dict[str, Any]:
    source = (wide if planes else wide.T).astype(kind, order="C")
    x = source.copy()
    exactly = (source if planes else source.T).astype(np.float64, order="C")
    zero_phase = "sosfiltfilt" in t.name
    ours = (lambda: library.zero_phase(x, planes)) if zero_phase else (lambda: library.cascade(x, planes, x.shape[-1] if planes else 16))
    ours()
    expected = signal.sosfiltfilt(SOS, exactly, axis=-1) if zero_phase else filtered(exactly)
    misses = distance(x if planes else x.T, expected)
    del expected
    if not misses <= ALLOWED[kind]:
        return {
            "trial": t.name, "status": "not equal",
            "reason": f"{misses:.3g} of the largest output from SciPy, allowed is {ALLOWED[kind]:g}",
        }
    work: dict[str, timing.Work] = {"ours": ours}
    for c in t.comparisons:
        if c.rival == table.ZERO_PHASE:
            work[c.rival] = lambda: signal.sosfiltfilt(SOS, exactly, axis=-1)
        elif c.rival == table.SCIPY_FLOAT:
            narrow = exactly.astype(np.float32)
            work[c.rival] = lambda narrow=narrow: in_chunks(SOS.astype(np.float32), narrow)
        else:
            work[c.rival] = lambda: in_chunks(SOS, exactly)

    def again() -> None:
        x[...] = source

    return {
        "trial": t.name, "status": "done", "samples": x.size, "equal": f"{misses:.1e} of the largest output from SciPy; {equality}",
        "seconds": timing.measure(work, rounds, again),
    }
