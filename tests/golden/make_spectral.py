"""Writes spectral.json: what SciPy says about spectra, for tests/spectral_scipy_test.cpp.

Run from the project's root: python tests/golden/make_spectral.py
The input signals are made of integers by the same few lines here and in the test, so
only some of the outputs are stored. Numbers are written so that they read back exactly.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import signal

FS = 2048.0


def samples(n: int, seed: int) -> np.ndarray:
    """Uniform in -100 ... 100 µV: a 32-bit linear congruential generator (Numerical Recipes)."""
    state, out = seed, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**24 * 200 - 100
    return out


def parts(z: np.ndarray) -> list[list[float]]:
    return [z.real.tolist(), z.imag.tolist()]


def main() -> None:
    x = samples(3000, 23)
    y = 0.5 * np.roll(x, 3) + samples(3000, 29)
    options = [
        {},
        {"nperseg": 512, "noverlap": 100, "window": "hamming", "detrend": "linear"},
        {"nperseg": 255, "noverlap": 0, "window": "boxcar", "detrend": False, "scaling": "spectrum"},
        {"nperseg": 200, "nfft": 301, "window": ("kaiser", 8.6)},
        {"nperseg": 300, "noverlap": 200, "average": "median"},
    ]
    out: dict = {"scipy": scipy.__version__, "numpy": np.__version__, "spectra": []}
    for kwargs in options:
        plain = {k: v for k, v in kwargs.items() if k not in ("average", "scaling")}
        f, p = signal.welch(x, fs=FS, **kwargs)
        _, c = signal.csd(x, y, fs=FS, **kwargs)
        _, r = signal.coherence(x, y, fs=FS, **plain)
        sf, st, s = signal.spectrogram(x, fs=FS, **{"noverlap": 50, "window": "hann", **plain})
        zt, z = signal.stft(x, fs=FS, **{**plain, "detrend": False})[1:]
        out["spectra"].append(
            {
                "bins": len(f),
                "frequency_hz": f[::16].tolist(),
                "welch": p[::16].tolist(),
                "csd": parts(c[::16]),
                "coherence": r[::16].tolist(),
                "spectrogram": {"shape": s.shape, "time_s": st[-1], "last": s[::16, -1].tolist()},
                "stft": {"shape": z.shape, "time_s": zt[-1], "first": parts(z[::16, 0]), "last": parts(z[::16, -1])},
            }
        )

    f, p = signal.periodogram(x[:1001], fs=FS)
    out["periodogram"] = {"bins": len(f), "power": p[::50].tolist()}

    out["correlate"] = []
    for nx, ny in ((40, 17), (17, 40), (41, 18), (5, 5), (1, 9)):
        a, b = x[:nx], y[:ny]
        entry = {"nx": nx, "ny": ny}
        for mode in ("full", "same", "valid"):
            # NumPy's "same" has the size of the longer: cut as scipy.signal.fftconvolve does.
            full = signal.correlate(a, b, "full", method="direct")
            start = (ny - 1) // 2
            entry[mode] = (full[start : start + nx] if mode == "same" else signal.correlate(a, b, mode)).tolist()
            if mode != "same":
                entry[mode + "_lags"] = signal.correlation_lags(nx, ny, mode).tolist()
        out["correlate"].append(entry)

    path = pathlib.Path(__file__).with_name("spectral.json")
    path.write_text(json.dumps(out, separators=(",", ":")).replace('{"bins"', '\n{"bins"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
