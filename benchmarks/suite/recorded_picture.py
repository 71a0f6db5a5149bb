"""The picture of a recording: the signal, and over it what the library found."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

COLOURS = {
    "fasciculation_potential": "#1b6ca8",
    "fasciculation_multiplet": "#2a9d8f",
    "voluntary": "#999999",
    "indeterminate": "#e08e0b",
    "artifact": "#7a4b2a",
}
OTHER = "#b5179e"
CONTRACTION = "#b00"


class Drawn(NamedTuple):
    samples: NDArray[np.float64]  # in the band of the analysis
    fs: float
    unit: str
    result: Any
    contractions: NDArray[np.float64]  # shape (n, 2), seconds, by eye; empty where nobody looked
    stretches_s: tuple[tuple[float, float], ...]


def _signal(axis: Any, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    # As an envelope where there are many samples a pixel: the same picture, a smaller file.
    step = max(1, y.size // 2400)
    if step > 2:
        cut = y[: y.size // step * step].reshape(-1, step)
        axis.fill_between(x[: cut.shape[0] * step : step], cut.min(axis=1), cut.max(axis=1), color="#333", linewidth=0.3)
    else:
        axis.plot(x, y, color="#333", linewidth=0.6)


def _panel(axis: Any, drawn: Drawn, begin: float, end: float, large: bool) -> None:
    x = np.arange(len(drawn.samples)) / drawn.fs
    inside = (x >= begin) & (x <= end)
    y = drawn.samples[inside]
    _signal(axis, x[inside], y)
    reach = float(np.percentile(np.abs(y), 99.8)) * 1.25 or 1.0
    axis.set(xlim=(begin, end), ylim=(-1.75 * reach, 1.25 * reach))
    for _, segment in drawn.result.segments.iterrows():
        if segment["onset_s"] < end and segment["end_s"] > begin:
            axis.axvspan(max(begin, segment["onset_s"]), min(end, segment["end_s"]), zorder=0, linewidth=0,
                         color="#e4e4e4" if segment["kind"] == "voluntary" else "#f5d5d5")
    for onset, stop in drawn.contractions:
        if onset < end and stop > begin:
            axis.plot([max(begin, onset), min(end, stop)], [1.16 * reach] * 2, color=CONTRACTION, linewidth=3, solid_capstyle="butt")
    for _, burst in drawn.result.bursts.iterrows():
        if begin <= burst["onset_s"] + burst["duration_s"] and burst["onset_s"] <= end:
            axis.plot([max(begin, burst["onset_s"]), min(end, burst["onset_s"] + burst["duration_s"])], [-1.5 * reach] * 2,
                      color=COLOURS.get(burst["label"], OTHER), linewidth=5, solid_capstyle="butt")
    events = drawn.result.events
    events = events[(events["peak_s"] >= begin) & (events["peak_s"] <= end)]
    colours = drawn.result.bursts.set_index("burst")["label"].map(COLOURS).fillna(OTHER)
    axis.vlines(events["peak_s"], -1.4 * reach, -1.15 * reach, colors=events["burst"].map(colours), linewidth=1.2 if large else 0.5)
    if large and len(events) <= 40:
        free_from = -np.inf
        for _, event in events.iterrows():
            # A number on top of another says nothing: the second of two that would touch is left out.
            text = "" if pd.isna(event["unit"]) else f"{int(event['unit'])}"
            half = 0.005 * len(text) * (end - begin)
            if text and event["peak_s"] - half > free_from:
                axis.text(event["peak_s"], -1.12 * reach, text, fontsize=8, ha="center", va="bottom", color="#555", clip_on=True)
                free_from = event["peak_s"] + half
    axis.tick_params(labelsize=9)
    axis.set_ylabel(drawn.unit, fontsize=9)


def draw(drawn: Drawn, path: Path) -> None:
    """The whole recording, and the stretches of it. Below 120 kB."""
    figure, axes = plt.subplots(1 + len(drawn.stretches_s), 1, figsize=(11, 7), layout="constrained")
    whole = (0.0, len(drawn.samples) / drawn.fs)
    for axis, (begin, end) in zip(axes, (whole, *drawn.stretches_s)):
        _panel(axis, drawn, begin, end, large=axis is not axes[0])
    names = sorted(drawn.result.bursts["label"].unique(), key=lambda label: list({**COLOURS, label: 0}).index(label))
    handles = [plt.Line2D([], [], color=COLOURS.get(name, OTHER), linewidth=4, label=name.replace("_", " ")) for name in names]
    kinds = set(drawn.result.segments["kind"])
    if "voluntary" in kinds:
        handles.append(plt.Rectangle((0, 0), 1, 1, color="#e4e4e4", label="voluntary segment"))
    if kinds - {"voluntary"}:
        handles.append(plt.Rectangle((0, 0), 1, 1, color="#f5d5d5", label="masked"))
    if len(drawn.contractions):
        handles.append(plt.Line2D([], [], color=CONTRACTION, linewidth=3, label="contraction, by eye"))
    figure.legend(handles=handles, loc="outside upper left", ncols=5, fontsize=9, frameon=False, columnspacing=1.2, handlelength=1.4)
    axes[-1].set_xlabel("s; below the signal: discharges (thin; numbers: units) and the label of their burst (thick)", fontsize=9)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=85)
    plt.close(figure)
    # Few colours are enough for what is drawn, and half the size; the rare ones must stay what they are.
    few = Image.open(file).convert("RGB").quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
