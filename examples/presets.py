"""Draws the response of every preset of fk.filter: python examples/presets.py [PICTURE.png]

Gain above, delay below where the gain is more than -12 dB; presets for the skin at 2048 Hz, for needles at 30 kHz.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter

import fascikit as fk

COLOURS = {"surface": "#1b6ca8", "surface_wide": "#5fb3ce", "surface_ecg": "#12355b", "needle": "#c1440e", "single_fibre": "#e08e45"}
LINES = {"surface": "-", "surface_wide": "--", "surface_ecg": ":", "needle": "-", "single_fibre": "--"}


def main(path: str) -> None:
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 7), sharex=True, layout="constrained")
    for name, row in fk.filter.presets.items():
        fs = 2048.0 if name.startswith("surface") else 30000.0
        hz = np.geomspace(1, 0.499 * fs, 1500)
        sos = fk.filter.preset(name, fs=fs)
        with np.errstate(divide="ignore"):
            decibels = 20 * np.log10(np.abs(fk.filter.response(sos, hz, fs=fs)))
        settled = 1000 * fk.filter.settling_s(sos, fs=fs)
        label = f"{name}: {row['low_hz']:g} to {row['high_hz']:g} Hz, order {row['order']}, at {fs:g} Hz; within 0.1 % after {settled:.3g} ms"
        style = {"color": COLOURS.get(name), "linestyle": LINES.get(name, "-"), "linewidth": 1.8}
        above.semilogx(hz, decibels, label=label, **style)
        passed = decibels > -12
        below.loglog(hz[passed], 1000 * fk.filter.group_delay(sos, hz[passed], fs=fs), **style)
    above.axhline(-3.0103, color="0.6", linewidth=0.8)
    above.annotate("-3 dB", (1.05, -3.0103), xytext=(0, 3), textcoords="offset points", color="0.4", fontsize=8)
    above.set(ylim=(-60, 5), ylabel="Gain (dB)", title="Presets of fk.filter, run forward (with sosfiltfilt: twice the dB, no delay)")
    figure.legend(loc="outside lower center", fontsize=8, frameon=False)
    below.set(xlabel="Frequency (Hz)", ylabel="Group delay where gain > -12 dB (ms)", xlim=(1, 15000))
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    below.xaxis.set_major_formatter(plain)
    below.yaxis.set_major_formatter(plain)
    for axes in (above, below):
        axes.grid(True, which="major", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "examples/presets.png")
