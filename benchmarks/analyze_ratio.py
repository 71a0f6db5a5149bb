"""Analysis of 64 channels x 10 minutes against SciPy's zero-phase filter alone.

    python analyze_ratio.py [--minutes 10] [--channels 64] [--rounds 5]

Both in one process, one thread, in turn, on the same array; medians, and the ratio of
each round with its smallest and largest. Needs fascikit, NumPy and SciPy.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import scipy
from scipy.signal import butter, sosfiltfilt

import fascikit as fk


def recording(channels: int, frames: int, fs: float) -> np.ndarray:
    """Noise of 5 uV RMS and a potential every 2 s in each channel."""
    rng = np.random.default_rng(1)
    x = 5.0 * rng.standard_normal((channels, frames), dtype=np.float32)
    t = np.arange(-20, 20) / 5.0
    wave = (60 * (1 - t * t) * np.exp(-t * t / 2)).astype(np.float32)
    for c in range(channels):
        for at in range(3000 + 97 * c, frames - 40, int(2 * fs)):
            x[c, at - 20 : at + 20] += wave
    return x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    fs = 2048.0
    x32 = recording(args.channels, int(args.minutes * 60 * fs), fs)
    sos = butter(4, [20, 500], "bandpass", fs=fs, output="sos")
    print(f"fascikit {fk.__version__} {fk.build_config()}, SciPy {scipy.__version__}, NumPy {np.__version__}")
    print(f"{args.channels} channels x {args.minutes:g} min at {fs:g} Hz")
    for x in (x32.astype(np.float64), x32):
        scipy_s: list[float] = []
        ours_s: list[float] = []
        events = 0
        for _ in range(args.rounds):
            start = time.perf_counter()
            y = sosfiltfilt(sos, x, axis=-1)
            scipy_s.append(time.perf_counter() - start)
            del y
            start = time.perf_counter()
            result = fk.analyze(x, fs=fs, unit="uV")
            ours_s.append(time.perf_counter() - start)
            events = len(result.events)
        expected = sum(len(range(3000 + 97 * c, x.shape[1] - 40, int(2 * fs))) for c in range(args.channels))
        # Proof that the work was done: every potential is an event.
        assert expected * 0.98 <= events <= expected * 1.02, (events, expected)
        ratios = [a / b for a, b in zip(scipy_s, ours_s)]
        print(
            f"{x.dtype}: sosfiltfilt {statistics.median(scipy_s):.2f} s, analyze (two passes, all outputs) "
            f"{statistics.median(ours_s):.2f} s, ratio {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}), {events} events of {expected}"
        )


if __name__ == "__main__":
    main()
