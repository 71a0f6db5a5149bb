"""How much faster than SciPy the cascade and sosfiltfilt are, in one process.

    python benchmarks/filter_ratio.py BUILD/benchmarks/filter_ratio.so [--seconds 10] [--rounds 7]

Butterworth band-pass of order 4, 20 to 500 Hz at 2048 Hz. Every result is compared with
SciPy's before anything is timed. All arrays are touched beforehand; rounds alternate
between the rivals; medians are reported. Chunks of 16 frames stay in cache between calls,
as in the analysis; planar arrays go in whole. The arrays are `--seconds` long and stream from
memory. CPU time of this thread is counted, not the clock, since machines are shared.
"""

import argparse
import ctypes
import time

import numpy as np
import scipy
from scipy import signal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    lib = ctypes.CDLL(args.library)
    lib.cpu_path.restype = ctypes.c_char_p
    sos = signal.butter(4, [20, 500], "bandpass", fs=2048, output="sos")
    frames = int(args.seconds * 2048) + 37  # planes must not all fall on the same cache sets
    rng = np.random.default_rng(1)
    print(f"CPU path {lib.cpu_path().decode()}, SciPy {scipy.__version__}, {args.seconds} s, medians of {args.rounds}")
    print(f"{'what':<42}{'M samples/s':>12}{'SciPy':>10}{'ratio':>8}")

    def ours(name: str, x: np.ndarray, channels: int, planes: int, *more: int):
        function = getattr(lib, name)
        extra = [ctypes.c_int64(v) for v in more]

        def call() -> None:
            function(x.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(frames), ctypes.c_int64(channels), planes, *extra)

        return call

    def compare(label: str, call, x: np.ndarray, source: np.ndarray, reference, tolerance: float) -> None:
        x[...] = source
        call()
        expected = reference()
        got = x.T if x.shape != expected.shape else x
        worst = np.max(np.abs(got - expected)) / np.max(np.abs(expected))
        if not worst <= tolerance:
            raise SystemExit(f"{label}: differs from SciPy by {worst:.3g} of the largest output, allowed {tolerance:g}")
        mine, theirs = [], []
        for _ in range(args.rounds):
            x[...] = source
            start = time.thread_time()
            call()
            mine.append(time.thread_time() - start)
            start = time.thread_time()
            reference()
            theirs.append(time.thread_time() - start)
        m, t = np.median(mine), np.median(theirs)
        print(f"{label:<42}{x.size / m / 1e6:>12.0f}{x.size / t / 1e6:>10.0f}{t / m:>8.1f}")

    for channels in (1, 8, 64):
        wide = rng.standard_normal((channels, frames)) * 10
        for bits, tolerance in ((32, 3e-5), (64, 1e-12)):
            kind = np.float32 if bits == 32 else np.float64
            for planes, layout in ((0, "interleaved"), (1, "planar")):
                source = (wide if planes else wide.T).astype(kind, order="C")
                exact = np.ascontiguousarray(source if planes else source.T, dtype=np.float64)
                x = source.copy()
                # S: SciPy's sosfilt in double, warm, in chunks of 10 s.
                compare(f"sosfilt float{bits} {channels} ch {layout}", ours(f"cascade_f{bits}", x, channels, planes, frames if planes else 16), x,
                        source, lambda exact=exact: signal.sosfilt(sos, exact, axis=-1), tolerance)
                if channels == 64:
                    compare(f"sosfiltfilt float{bits} {channels} ch {layout}", ours(f"filtfilt_f{bits}", x, channels, planes),
                            x, source, lambda exact=exact: signal.sosfiltfilt(sos, exact, axis=-1), tolerance)


if __name__ == "__main__":
    main()
