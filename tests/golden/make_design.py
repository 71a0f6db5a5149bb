"""Writes design.json: what SciPy says about the design of filters, for tests/design_test.cpp.

Run from the project's root: python tests/golden/make_design.py
Every order, family, shape and rate occurs, each combination of three of them or more in
turn; tests/python/test_filter_design.py walks the whole grid against the SciPy it finds.
Numbers carry 13 digits, a thousand times finer than the 1e-10 they are compared at.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import signal

RATES = [1000.0, 2048.0, 4000.0, 10000.0, 30000.0]
FAMILIES = [
    ("butter", 0, 0), ("cheby1", 0.1, 0), ("cheby1", 1, 0), ("cheby2", 0, 40), ("cheby2", 0, 80),
    ("ellip", 0.1, 40), ("ellip", 1, 80), ("phase", 0, 0), ("delay", 0, 0), ("mag", 0, 0),
]  # fmt: skip


def rounded(values) -> list[float]:
    return [float(f"{v:.13g}") for v in np.asarray(values, dtype=float).ravel()]


def bands(fs: float) -> list[tuple[str, list[float]]]:
    high = min(500.0, 0.45 * fs)
    return [
        ("lowpass", [high]), ("highpass", [20.0]), ("bandpass", [20.0, high]), ("bandstop", [45.0, 0.4 * fs]),
        ("bandpass", [100.0, 200.0]), ("bandstop", [48.0, 52.0]),
    ]  # fmt: skip


def design(family: str, order: int, ripple: float, attenuation: float, shape: str, cut: list[float], fs: float):
    edges = cut[0] if len(cut) == 1 else cut
    kind = {"btype": shape, "fs": fs, "output": "sos"}
    if family == "butter":
        return signal.butter(order, edges, **kind)
    if family == "cheby1":
        return signal.cheby1(order, ripple, edges, **kind)
    if family == "cheby2":
        return signal.cheby2(order, attenuation, edges, **kind)
    if family == "ellip":
        return signal.ellip(order, ripple, attenuation, edges, **kind)
    return signal.bessel(order, edges, norm=family, **kind)


def iir() -> list[dict]:
    rows, turn = [], 0
    for number, (family, ripple, attenuation) in enumerate(FAMILIES):
        for order in range(1, 13):
            for step in range(3):
                shape, cut = bands(RATES[(turn + number) % 5])[(turn + step) % 6]
                fs = RATES[(turn + number) % 5]
                sos = design(family, order, ripple, attenuation, shape, cut, fs)
                rows.append({
                    "family": family, "order": order, "ripple": ripple, "attenuation": attenuation,
                    "shape": shape, "cut": cut, "fs": fs, "sos": rounded(np.delete(sos, 3, axis=1)),
                })  # fmt: skip
                turn += 1
    return rows


def looks() -> list[dict]:
    rows = []
    for family, order, shape, cut, fs in [
        ("ellip", 5, "bandpass", [20.0, 500.0], 2048.0), ("phase", 12, "lowpass", [500.0], 30000.0),
        ("butter", 6, "highpass", [5.0], 30000.0), ("cheby2", 7, "bandstop", [45.0, 55.0], 1000.0),
    ]:  # fmt: skip
        sos = design(family, order, 0.5, 60, shape, cut, fs)
        hz = np.array([0.01, 0.9, 2.3, 4.4]) / 10 * fs
        response = signal.sosfreqz(sos, hz, fs=fs)[1]
        delay = sum(
            np.real(signal.group_delay((s[:3] / s[0], [1]), hz, fs=fs)[1] - signal.group_delay((s[3:], [1]), hz, fs=fs)[1])
            for s in sos
        )
        rows.append({
            "family": family, "order": order, "ripple": 0.5, "attenuation": 60, "shape": shape, "cut": cut, "fs": fs,
            "hz": rounded(hz), "real": rounded(response.real), "imag": rounded(response.imag), "delay": rounded(delay),
        })  # fmt: skip
    return rows


def main() -> None:
    fir_bands = [[0, 100, 150, 500], [0, 50, 100, 300, 350, 500]]
    gains = [[1, 1, 0, 0], [0, 0, 1, 1, 0, 0]]
    weights = [[1, 10], [2, 1, 5]]
    kaiser = signal.firwin(41, 120, window=("kaiser", 6.5), fs=1000.0)
    out = {
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "iir": iir(),
        "looks": looks(),
        "resonators": [
            {"kind": kind, "hz": hz, "q": q, "fs": fs, "ba": rounded(np.concatenate(make(hz, q, fs=fs)))}
            for kind, make in (("notch", signal.iirnotch), ("peak", signal.iirpeak))
            for hz, q, fs in [(50.0, 30.0, 2048.0), (60.0, 2.0, 1000.0), (250.0, 100.0, 30000.0)]
        ],
        "combs": [
            {"kind": kind, "pass_zero": zero, "hz": hz, "q": q, "fs": fs, "ba": [v[i] for v in ba for i in (0, -1)]}
            for kind in ("notch", "peak")
            for zero in (False, True)
            for hz, q, fs in [(50.0, 30.0, 1000.0), (60.0, 5.0, 30000.0)]
            for ba in [[c.tolist() for c in signal.iircomb(hz, q, kind, fs, pass_zero=zero)]]
        ],
        "windows": [
            {"name": name, "parameter": p, "n": n, "periodic": periodic,
             "values": rounded(signal.get_window(name if p is None else (name, p), n, fftbins=periodic))}
            for name, p in [
                ("boxcar", None), ("hann", None), ("hamming", None), ("blackman", None), ("nuttall", None),
                ("blackmanharris", None), ("flattop", None), ("bartlett", None), ("cosine", None),
                ("kaiser", 8.6), ("tukey", 0.3), ("gaussian", 3.0),
            ]
            for n in (1, 8, 9)
            for periodic in (False, True)
        ],
        "firwin": [
            {"taps": taps, "cut": cut, "pass_zero": zero, "window": name, "parameter": p, "scale": scale,
             "h": rounded(signal.firwin(taps, cut, window=(name, p) if p else name, pass_zero=zero, scale=scale, fs=1000.0))}
            for taps, cut, zero, name, p, scale in [
                (31, [100.0], True, "hamming", None, True), (31, [100.0], False, "hann", None, True),
                (64, [50.0, 200.0], False, "kaiser", 6.5, True), (65, [50.0, 200.0], True, "blackman", None, False),
                (65, [50.0, 200.0, 400.0], True, "kaiser", 4.0, True), (1, [100.0], True, "hamming", None, True),
            ]
        ],
        "kaiserord": [
            {"ripple": a, "width": w, "fs": fs, "taps": int(n), "beta": float(b)}
            for a, w, fs in [(60.0, 20.0, 2048.0), (30.0, 5.0, 1000.0), (8.0, 50.0, 1000.0), (100.0, 100.0, 30000.0)]
            for n, b in [signal.kaiserord(a, w / (fs / 2))]
        ],
        "firls": [
            {"taps": taps, "bands": fir_bands[k], "gains": gains[k], "weights": weights[k],
             "h": rounded(signal.firls(taps, fir_bands[k], gains[k], weight=weights[k], fs=1000.0))}
            for taps in (1, 11, 31, 63) for k in (0, 1)
        ] + [
            {"taps": 21, "bands": [0, 200, 300, 500], "gains": [0, 1, 1, 0.5], "weights": [1, 1],
             "h": rounded(signal.firls(21, [0, 200, 300, 500], [0, 1, 1, 0.5], fs=1000.0))}
        ],
        "remez": [
            {"taps": taps, "type": "bandpass", "bands": fir_bands[k], "gains": gains[k][::2], "weights": weights[k],
             "h": rounded(signal.remez(taps, fir_bands[k], gains[k][::2], weight=weights[k], fs=1000.0, maxiter=100))}
            for taps in (11, 12, 32, 63, 101) for k in (0, 1)
        ] + [
            {"taps": taps, "type": kind, "bands": edges, "gains": [1], "weights": [1],
             "h": rounded(signal.remez(taps, edges, [1], type=kind, fs=1000.0, maxiter=100))}
            for taps, kind, edges in [
                (21, "differentiator", [0, 400]), (20, "differentiator", [0, 500]),
                (31, "hilbert", [50, 450]), (30, "hilbert", [50, 500]),
            ]
        ],
        "minimum_phase": [
            {"taps": 41, "half": half, "h": rounded(signal.minimum_phase(kaiser, half=half))} for half in (True, False)
        ],
    }  # fmt: skip
    path = pathlib.Path(__file__).with_name("design.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path.stat().st_size, "bytes,", len(out["iir"]), "designs")


if __name__ == "__main__":
    main()
