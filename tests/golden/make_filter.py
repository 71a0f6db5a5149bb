"""Writes filter.json: what SciPy says about the filters, for tests/filter_test.cpp.

Run from the project's root: python tests/golden/make_filter.py
The input signal is made of integers by the same few lines here and in the test, so
only outputs are stored. Numbers are written so that they read back exactly.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import signal

RATES = [1000.0, 2048.0, 4000.0, 10000.0, 30000.0]
ORDERS = range(1, 9)


def samples(n: int, seed: int) -> np.ndarray:
    """Uniform in -100 ... 100 µV: a 32-bit linear congruential generator (Numerical Recipes)."""
    state, out = seed, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**24 * 200 - 100
    return out


def bands(fs: float) -> list[tuple[str, list[float]]]:
    high = min(500.0, 0.45 * fs)
    return [
        ("lowpass", [high]),
        ("highpass", [20.0]),
        ("bandpass", [20.0, high]),
        ("bandstop", [45.0, 0.4 * fs]),
    ]


def design(order: int, shape: str, cutoffs: list[float], fs: float) -> np.ndarray:
    edges = cutoffs[0] if len(cutoffs) == 1 else cutoffs
    return signal.butter(order, edges, shape, output="sos", fs=fs)


def entry(order: int, shape: str, cutoffs: list[float], fs: float) -> dict:
    sos = design(order, shape, cutoffs, fs)
    return {
        "order": order,
        "shape": shape,
        "cutoffs_hz": cutoffs,
        "fs": fs,
        "sos": [[float(v) for i, v in enumerate(row) if i != 3] for row in sos],
    }


def main() -> None:
    designs = [entry(n, shape, cut, fs) for fs in RATES for n in ORDERS for shape, cut in bands(fs)]
    designs += [entry(n, shape, cut, 2048.0) for n in (9, 12) for shape, cut in bands(2048.0)]

    outputs = []
    for order, shape, cutoffs, fs in [
        (4, "bandpass", [20.0, 500.0], 2048.0),
        (3, "highpass", [20.0], 2048.0),
        (5, "lowpass", [300.0], 4000.0),
        (2, "bandstop", [45.0, 55.0], 1000.0),
    ]:
        sos = design(order, shape, cutoffs, fs)
        x = samples(200, 7)
        long = samples(400, 11)
        outputs.append(
            {
                "order": order,
                "shape": shape,
                "cutoffs_hz": cutoffs,
                "fs": fs,
                "zi": signal.sosfilt_zi(sos).tolist(),
                "sosfilt": signal.sosfilt(sos, x).tolist(),
                "sosfiltfilt": {
                    "odd": signal.sosfiltfilt(sos, long).tolist(),
                    "even": signal.sosfiltfilt(sos, long, padtype="even").tolist(),
                    "constant": signal.sosfiltfilt(sos, long, padtype="constant").tolist(),
                    "none": signal.sosfiltfilt(sos, long, padtype=None).tolist(),
                    "odd_100": signal.sosfiltfilt(sos, long, padlen=100).tolist(),
                },
                "response": [
                    [hz, *(lambda h: (h.real, h.imag))(signal.sosfreqz(sos, [hz], fs=fs)[1][0])]
                    for hz in (1.0, 20.0, 60.0, 133.0, 470.0)
                ],
                "group_delay_samples": [
                    [hz, float(sum(signal.group_delay((s[:3], s[3:]), [hz], fs=fs)[1][0] for s in sos))]
                    for hz in (30.0, 61.0, 133.0, 400.0)
                ],
            }
        )

    rng = samples(3000, 23)
    welch = []
    for kwargs in ({}, {"nperseg": 512, "window": "hamming", "noverlap": 100, "detrend": "linear"},
                   {"nperseg": 255, "window": "boxcar", "detrend": False, "scaling": "spectrum"}):
        f, p = signal.welch(rng, fs=2048.0, **kwargs)
        welch.append({"options": {k: v for k, v in kwargs.items()}, "frequency_hz": f[::8].tolist(),
                      "power": p[::8].tolist(), "bins": len(f)})

    out = {"scipy": scipy.__version__, "numpy": np.__version__, "designs": designs, "outputs": outputs,
           "welch": welch}
    path = pathlib.Path(__file__).with_name("filter.json")
    text = json.dumps(out, separators=(",", ":")).replace('{"order"', '\n{"order"')
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
