"""One panel a pattern and one a confounder, from the scenarios of `fascikit simulate`.

    python datasets/pictures.py [OUT.png]

Each panel shows what the truth names: ticks are its discharges, shading its segments and
confounders. Windows are chosen by the truth alone: the first discharge or stretch of the
kind in the scenario, seed 1.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import fascikit as fk

# title, scenario, what to look for in the truth, seconds shown
PATTERNS = [
    ("fasciculation potential, skin", "frequent", "fasciculation_potential", 0.25),
    ("fasciculation potentials, 10 s", "frequent", "fasciculation_potential", 10.0),
    ("fasciculation multiplet", "multiplets", "multiplet", 0.25),
    ("followed by an F-wave", "multiplets", "f_wave", 0.25),
    ("myokymic discharge", "myokymia", "myokymic_discharge", 3.0),
    ("neuromyotonic discharge", "neuromyotonia", "neuromyotonic_discharge", 1.5),
    ("cramp discharge", "cramp", "cramp_discharge", 60.0),
    ("tremor", "tremor", "tremor", 3.0),
    ("voluntary contraction", "contractions", "voluntary", 10.0),
    ("a single tonic unit", "tonic", "voluntary", 2.0),
    ("through 22 to 35 mm of fat", "gluteal", "fasciculation_potential", 0.25),
    ("fasciculation potential, needle", "needle", "fasciculation_potential", 0.06),
    ("fibrillation potentials", "needle", "fibrillation_potential", 0.8),
    ("positive sharp waves", "needle", "positive_sharp_wave", 0.8),
    ("end-plate spikes", "needle", "endplate_spike", 1.0),
    ("end-plate noise", "needle", "endplate_noise", 0.2),
    ("myotonic discharge", "needle", "myotonic_discharge", 5.0),
    ("complex repetitive discharge", "needle", "complex_repetitive_discharge", 0.3),
    ("continuous single discharge", "needle", "continuous_single_discharge", 2.0),
    ("neuromyotonic discharge, needle", "needle", "neuromyotonic_discharge", 1.0),
]
CONFOUNDERS = [
    ("noise level that drifts and steps", "noise", "steps", 120.0),
    ("mains hum", "noise", "mains", 0.3),
    ("electrocardiogram", "trunk", "ecg", 4.0),
    ("movement", "movement", "movement", 3.0),
    ("electrode pop", "movement", "pop", 2.0),
    ("cable swing", "movement", "cable", 4.0),
    ("stimulus artefacts", "faults", "stimulus", 2.0),
    ("lost contact", "faults", "lost_contact", 20.0),
    ("missing samples", "faults", "dropout", 4.0),
    ("clipping", "faults", "clipping", 3.0),
    ("crosstalk of a contracting neighbour", "crosstalk", "crosstalk", 16.0),
    ("a column of 64 electrodes", "grid", "grid", 0.1),
]

# Drift would hide these: shown in the analysis band.
BANDED = ("steps", "crosstalk")


@lru_cache(maxsize=None)
def simulated(name: str) -> Any:
    return fk.simulate(name, seed=1)


def window(truth: dict[str, Any], wanted: str, width_s: float) -> tuple[float, str | None]:
    """Where the panel begins, and at which site."""
    discharges = truth["discharges"]

    def around(d: dict[str, Any], share: float = 0.35) -> tuple[float, str | None]:
        return max(0.0, d["peak_s"] - share * width_s), d["site"]

    if wanted == "steps":
        return 0.1 * truth["duration_s"], None
    if wanted == "clipping":
        return max(c["onset_s"] for c in truth["confounders"] if c["kind"] == wanted) - 0.5 * width_s, None
    if wanted == "mains":
        return 1.0, None
    if wanted == "grid":
        return around(max(discharges, key=lambda d: d["amplitude_uv"]))
    if wanted in ("multiplet", "f_wave"):
        low, high = (0.002, 0.020) if wanted == "multiplet" else (0.025, 0.045)
        pairs = [
            a
            for a, b in zip(discharges, discharges[1:])
            if a["unit"] == b["unit"] and low <= b["peak_s"] - a["peak_s"] <= high and a["amplitude_uv"] > 12 * a["noise_rms_uv"]
        ]
        return around(pairs[0])
    for stretch in truth["segments"]:
        if stretch["label"] == wanted:
            return max(0.0, stretch["onset_s"] - 0.2 * width_s), stretch["site"]
    for stretch in truth["confounders"]:
        if stretch["kind"] == wanted:
            return max(0.0, stretch["onset_s"] - 0.25 * width_s), None
    strong = [d for d in discharges if d["label"] == wanted]
    if wanted == "fasciculation_potential":
        strong = [d for d in strong if d["amplitude_uv"] > 15 * d["noise_rms_uv"]] or strong
    return around(strong[0], 0.1 if width_s > 0.3 else 0.35)


def usable(samples: np.ndarray) -> np.ndarray:
    """Columns of the grid all of whose electrodes have contact."""
    quiet = np.median(np.abs(samples - np.median(samples, axis=1, keepdims=True)), axis=1)
    return (quiet < 3 * np.median(quiet)).reshape(8, 8).all(axis=0)


def panel(ax: Any, title: str, name: str, wanted: str, width_s: float) -> None:
    made = simulated(name)
    truth, fs = made.truth, made.recording.fs
    begin_s, site = window(truth, wanted, width_s)
    begin_s = min(begin_s, max(0.0, truth["duration_s"] - width_s))
    first, last = int(begin_s * fs), int(min(truth["duration_s"], begin_s + width_s) * fs)
    samples = made.recording.data()[:, first:last]
    time_s = np.arange(first, last) / fs - begin_s
    if wanted == "grid":
        column = int(np.argmax(np.ptp(samples.reshape(8, 8, -1)[1:-1], axis=2).max(axis=0) * usable(samples)))
        rows = samples.reshape(8, 8, -1)[:, column]
        step = 1.1 * np.ptp(rows, axis=1).max()
        for i, row in enumerate(rows):
            ax.plot(time_s, row - i * step, lw=0.5, color="0.2")
    else:
        labels = list(made.recording.channels)
        if site is None and wanted not in ("steps", "mains"):
            site = labels[int(np.argmax(np.nanmax(np.abs(samples), axis=1)))]
        row = samples[labels.index(site) if site in labels else 0]
        if wanted in BANDED:
            row = fk.filter.sosfiltfilt(fk.filter.butter(2, (20.0, 500.0), "bandpass", fs=fs), row.astype(float))
        site = site or labels[0]
        ax.plot(time_s, row, lw=0.5, color="0.2")
        top = np.nanmax(row) if row.size else 1.0
        for d in truth["discharges"]:
            if d["site"] == site and begin_s <= d["peak_s"] < begin_s + width_s:
                ax.plot(d["peak_s"] - begin_s, 1.08 * top, "|", ms=5, color="C3")
        for s in truth["segments"]:
            if s["site"] == site:
                ax.axvspan(s["onset_s"] - begin_s, s["end_s"] - begin_s, color="C0", alpha=0.12, lw=0)
        for c in truth["confounders"]:
            if c["kind"] == wanted:
                ax.axvspan(c["onset_s"] - begin_s, c["end_s"] - begin_s, color="C1", alpha=0.12, lw=0)
    ax.set_xlim(0, width_s)
    ax.set_title(f"{title}\n", fontsize=8, pad=0)
    ax.text(0.5, 1.02, f"{name}, {truth['duration_s']:g} s, from {begin_s:.1f} s", transform=ax.transAxes, ha="center", fontsize=6, color="0.4")
    ax.tick_params(labelsize=6)
    ax.locator_params(axis="x", nbins=6)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def main(out: Path) -> None:
    panels = PATTERNS + CONFOUNDERS
    columns = 4
    rows = -(-len(panels) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(13, 1.75 * rows), layout="constrained")
    for ax, (title, name, wanted, width_s) in zip(axes.flat, panels):
        panel(ax, title, name, wanted, width_s)
    for ax in axes.flat[len(panels) :]:
        ax.set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel("µV", fontsize=7)
    figure.supxlabel("seconds", fontsize=8)
    figure.savefig(out, dpi=90, metadata={"Software": None})
    print(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("scenarios.png"))
