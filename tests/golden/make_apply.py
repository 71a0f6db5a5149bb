"""Writes apply.json: what SciPy, pandas and NumPy say about the filters that are no
second-order sections, for tests/apply_test.cpp, smooth_test.cpp and spatial_test.cpp.

Run from the project's root: python tests/golden/make_apply.py
The input signal is made of integers by the same few lines here and in the tests, so
only outputs are stored. Numbers are written so that they read back exactly.
"""

import json
import pathlib
from fractions import Fraction
from math import factorial

import numpy as np
import pandas as pd
import scipy
from scipy import ndimage, signal


def samples(n: int, seed: int) -> np.ndarray:
    """Uniform in -100 ... 100 µV: a 32-bit linear congruential generator (Numerical Recipes)."""
    state, out = seed, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**24 * 200 - 100
    return out


def teager(x: np.ndarray, k: int) -> np.ndarray:
    out = np.zeros_like(x)
    if len(x) > 2 * k:
        out[k:-k] = x[k:-k] ** 2 - x[: -2 * k] * x[2 * k :]
    return out


def mteo(x: np.ndarray, ks: list[int]) -> np.ndarray:
    rows = []
    for k in ks:
        w = np.hamming(4 * k + 1)
        h = w / np.sqrt(3 * np.sum(w**2) + np.sum(w) ** 2)
        full = np.convolve(teager(x, k), h)
        rows.append(full[2 * k : 2 * k + len(x)])
    return np.max(rows, axis=0)


def exact_savgol(window: int, order: int, deriv: int, delta: float) -> np.ndarray:
    """The coefficients of savgol_coeffs by the normal equations in fractions."""
    half, size = window // 2, order + 1
    rows = [
        [Fraction(sum(t ** (i + j) for t in range(-half, half + 1))) for j in range(size)]
        + [Fraction(int(i == deriv))]
        for i in range(size)
    ]
    for i in range(size):
        pivot = next(r for r in range(i, size) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(size):
            if r != i:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i])]
    scale = Fraction(factorial(deriv)) / Fraction(delta) ** deriv
    poly = [rows[i][size] * scale for i in range(size)]
    fits = [float(sum(c * Fraction(t) ** i for i, c in enumerate(poly))) for t in range(-half, half + 1)]
    return np.array(fits[::-1] if deriv <= order else [0.0] * window)


def laplacian(x: np.ndarray, rows: int, columns: int, bad: list[int]) -> np.ndarray:
    grid = x.reshape(rows, columns, -1).copy()
    grid.reshape(rows * columns, -1)[bad] = np.nan
    wide = np.pad(grid, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = np.stack([wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]])
    count = np.sum(~np.isnan(around), axis=0)
    with np.errstate(invalid="ignore"):
        out = grid - np.nansum(around, axis=0) / count
    return np.nan_to_num(out, nan=0.0).reshape(rows * columns, -1)


def main() -> None:
    n = 150
    x = samples(n, 5)
    data: dict = {"scipy": scipy.__version__, "numpy": np.__version__, "pandas": pd.__version__, "n": n, "seed": 5}

    data["fir"] = [
        {"taps": taps, "out": signal.lfilter(samples(taps, 9), 1, x)} for taps in (1, 2, 7, 64, 149, 200)
    ]
    long = samples(2000, 5)
    data["long_fir"] = {"taps": 900, "step": 29, "out": signal.lfilter(samples(900, 9), 1, long)[::29]}

    data["resample"] = [
        {"up": up, "down": down, "frames": frames, "out": signal.resample_poly(samples(frames, 5), up, down)}
        for up, down, frames in [
            (1, 2, 150), (2, 1, 60), (3, 2, 80), (2, 3, 150), (5, 7, 101), (160, 147, 70), (147, 160, 70),
            (1, 10, 150), (4, 2, 30), (1, 1, 40), (7, 1, 1), (1, 7, 3),
        ]
    ]
    data["resample_own"] = {
        "up": 3, "down": 4, "taps": 12, "out": signal.resample_poly(x, 3, 4, window=samples(12, 9)),
    }

    data["savgol_coeffs"] = [
        {
            "window": w, "order": o, "deriv": d, "delta": s,
            "out": signal.savgol_coeffs(w, o, deriv=d, delta=s), "exact": exact_savgol(w, o, d, s),
        }
        for w, o, d, s in [
            (1, 0, 0, 1.0), (5, 2, 0, 1.0), (11, 3, 0, 1.0), (11, 3, 1, 0.5), (21, 4, 2, 0.01), (51, 5, 1, 1.0),
            (7, 6, 3, 1.0), (9, 2, 3, 1.0),
        ]
    ]
    data["savgol"] = [
        {
            "window": w, "order": o, "deriv": d, "delta": s, "mode": mode,
            "out": signal.savgol_filter(x, w, o, deriv=d, delta=s, mode=mode),
        }
        for w, o, d, s in [(11, 3, 0, 1.0), (21, 4, 1, 0.5), (149, 2, 0, 1.0), (1, 0, 0, 1.0)]
        for mode in ("interp", "mirror", "nearest", "constant", "wrap")
        if not (w == 149 and mode == "wrap")
    ]

    data["moving"] = [
        {
            "window": w, "mode": mode,
            "average": ndimage.uniform_filter1d(x, w, mode=mode),
            "median": ndimage.median_filter(x, w, mode=mode) if w % 2 else [],
        }
        for w in (1, 2, 5, 8, 31, 150, 201)
        for mode in ("reflect", "mirror", "nearest", "constant", "wrap")
        if w <= 31 or mode in ("reflect", "constant")
    ]
    series = pd.Series(x)
    data["trailing"] = [
        {
            "window": w,
            "average": series.rolling(w, min_periods=1).mean().to_numpy(),
            "rms": np.sqrt((series**2).rolling(w, min_periods=1).mean().to_numpy()),
            "median": series.rolling(w, min_periods=1).median().to_numpy(),
        }
        for w in (1, 2, 3, 10, 63, 400)
    ]

    data["hilbert"] = [
        {"frames": frames, "out": np.imag(signal.hilbert(samples(frames, 5)))} for frames in (1, 2, 3, 150, 149, 131, 128)
    ]
    data["detrend"] = [
        {"type": kind, "bp": bp, "out": signal.detrend(x + 1e4 + 3.0 * np.arange(n), type=kind, bp=bp)}
        for kind in ("constant", "linear")
        for bp in ([0], [40, 100], [1, 2])
        if not (kind == "constant" and bp != [0])
    ]
    data["teager"] = [{"k": k, "out": teager(x, k)} for k in (1, 3, 60, 80)]
    data["mteo"] = [{"k": ks, "out": mteo(x, ks)} for ks in ([1], [1, 3, 5], [5, 2], [40])]

    rows, columns, frames = 4, 5, 6
    grid = samples(rows * columns * frames, 5).reshape(rows * columns, frames)
    cube = grid.reshape(rows, columns, frames)
    good = [c for c in range(rows * columns) if c not in (0, 7)]
    mean, median = grid - grid[good].mean(axis=0), grid - np.median(grid[good], axis=0)
    mean[[0, 7]], median[[0, 7]] = 0, 0
    noise = samples(12 * 400, 5).reshape(12, 400)
    noise[1:] += 0.8 * noise[:-1]
    cov = np.cov(noise)
    used = [c for c in range(12) if c != 4]
    part = cov[np.ix_(used, used)]
    values, vectors = np.linalg.eigh(part + 1e-3 * np.trace(part) / 11 * np.eye(11))
    data["spatial"] = {
        "rows": rows, "columns": columns, "frames": frames,
        "mean": mean, "median": median,
        "single_rows": np.diff(cube, axis=0), "single_columns": np.diff(cube, axis=1),
        "double_rows": np.diff(cube, 2, axis=0), "double_columns": np.diff(cube, 2, axis=1),
        "laplacian": laplacian(grid, rows, columns, []),
        "laplacian_bad": laplacian(grid, rows, columns, [0, 7]),
        "covariance": cov,
        "whitening": vectors @ np.diag(values**-0.5) @ vectors.T,
    }

    def plain(value: object) -> object:
        if isinstance(value, np.ndarray):
            return value.ravel().tolist()
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value

    path = pathlib.Path(__file__).with_name("apply.json")
    path.write_text(json.dumps(plain(data), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
