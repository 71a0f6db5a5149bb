"""What the library finds in recorded EMG, over the signal, with what is wrong written beside it.

    python benchmarks/suite/recorded.py [--out benchmarks/results] [--only NAME ...]

Writes recorded_<name>.png for each recording and recorded.md. Recordings come from the
library's catalogue (`fascikit.datasets`): FASCIKIT_MIRROR, or ../shared/data from the root where
that exists, or the public address. One that cannot be had is named on the page and does not
stop the others.

Nobody has marked the discharges of these recordings. The remarks are from looking at the
pictures, this far and no further: `REMARKS`, which say at which version.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Union

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from scipy import signal

import fascikit as fk
from fascikit import datasets

if __package__:
    from .recorded_remarks import REMARKS, SEEN_AT
else:
    from recorded_remarks import REMARKS, SEEN_AT

ROOT = Path(__file__).resolve().parents[2]


class Shown(NamedTuple):
    """A recording, and the two stretches of it that are drawn larger."""

    name: str
    stretches_s: tuple[tuple[float, float], tuple[float, float]]
    silver: str = ""       # its name in silver.json, whose contractions were marked by eye
    scale_uv: float = 0.0  # of one count, where nobody published it: amplitudes mean nothing then


RECORDINGS = (
    Shown("emgdb_healthy", ((1.0, 2.0), (4.3, 5.3))),
    Shown("emgdb_myopathy", ((3.0, 4.0), (25.0, 26.0))),
    Shown("emgdb_neuropathy", ((8.4, 9.4), (30.0, 31.0))),
    Shown("plux_solo", ((7.4, 11.4), (82.0, 87.5)), "emg_1000_hz_16_bits_solo"),
    Shown("plux_bursts", ((2.4, 4.4), (10.2, 12.2)), "emg_bursts"),
    Shown("plux_fatigue", ((4.2, 5.6), (112.2, 113.8)), "emg_fatigue"),
    Shown("biosppy_emg", ((17.0, 24.0), (34.0, 42.0)), scale_uv=1.0),
)
COLOURS = {
    "fasciculation_potential": "#1b6ca8",
    "fasciculation_multiplet": "#2a9d8f",
    "voluntary": "#999999",
    "indeterminate": "#e08e0b",
    "artifact": "#7a4b2a",
}
OTHER = "#b5179e"


class Looked(NamedTuple):
    shown: Shown
    result: Any
    samples: NDArray[np.float64]  # µV, in the band of the analysis
    fs: float
    contractions: NDArray[np.float64]  # shape (n, 2), seconds, by eye; empty where nobody looked


def look(shown: Shown) -> Looked:
    """Fetch, analyse as a user would, and filter for the picture."""
    scale = {"scale_uv": shown.scale_uv} if shown.scale_uv else {}
    recording = datasets.load(shown.name, progress=False, **scale)
    result = fk.analyze(recording, **datasets.info(shown.name)["analyze"])
    low, high = result.options["band_hz"]
    sos = signal.butter(4, [low, high], "bandpass", fs=recording.fs, output="sos")
    samples = signal.sosfiltfilt(sos, np.asarray(recording.data(), dtype=float)[0])
    contractions = np.empty((0, 2))
    silver = Path(os.environ.get("FASCIKIT_MIRROR", "")) / "biosignalsnotebooks" / "silver.json"
    if shown.silver and silver.is_file():
        contractions = np.array(json.loads(silver.read_text())[shown.silver])[:, :2]
    return Looked(shown, result, samples, recording.fs, contractions)


# ---- figures


def covered(stretches: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each stretch that lies in any of `by`; both of shape (n, 2), `by` without overlaps."""
    inside = [np.clip(np.minimum(end, by[:, 1]) - np.maximum(begin, by[:, 0]), 0, None).sum() for begin, end in stretches]
    lengths = stretches[:, 1] - stretches[:, 0]
    return np.array(inside) / lengths if len(stretches) else np.empty(0)


def figures(looked: Looked) -> dict[str, Any]:
    """Counts of one recording; of the contractions only where they were marked by eye."""
    result = looked.result
    events, bursts = result.events, result.bursts
    voluntary = result.segments.query("kind == 'voluntary'")[["onset_s", "end_s"]].to_numpy(float)
    found = {
        "seconds": len(looked.samples) / looked.fs,
        "events": len(events),
        "units": len(result.units),
        "labels": bursts["label"].value_counts().to_dict(),
        "voluntary_s": float((voluntary[:, 1] - voluntary[:, 0]).sum()),
    }
    if len(looked.contractions):
        known = looked.contractions
        in_named = covered(known, voluntary)
        outside = events[~events["burst"].isin(bursts.query("label == 'voluntary'")["burst"])]["peak_s"].to_numpy()
        within = np.array([((outside > begin) & (outside < end)).sum() for begin, end in known])
        found |= {
            "contractions": len(known),
            "named": int((in_named >= 0.5).sum()),
            "partly": int(((in_named > 0) & (in_named < 0.5)).sum()),
            "not_named": int((in_named == 0).sum()),
            "other_events_within": int(within.sum()),
        }
    return found


# ---- picture


def _panel(axis: Any, looked: Looked, begin: float, end: float, large: bool) -> None:
    x = np.arange(len(looked.samples)) / looked.fs
    inside = (x >= begin) & (x <= end)
    y = looked.samples[inside]
    # As an envelope where there are many samples a pixel: the same picture, a smaller file.
    step = max(1, y.size // 2400)
    if step > 2:
        cut = y[: y.size // step * step].reshape(-1, step)
        axis.fill_between(x[inside][: cut.shape[0] * step : step], cut.min(axis=1), cut.max(axis=1), color="#333", linewidth=0.3)
    else:
        axis.plot(x[inside], y, color="#333", linewidth=0.6)
    reach = float(np.percentile(np.abs(y), 99.8)) * 1.25 or 1.0
    axis.set(xlim=(begin, end), ylim=(-1.75 * reach, 1.25 * reach))
    for _, segment in looked.result.segments.iterrows():
        if segment["onset_s"] < end and segment["end_s"] > begin:
            axis.axvspan(max(begin, segment["onset_s"]), min(end, segment["end_s"]), zorder=0, linewidth=0,
                         color="#e4e4e4" if segment["kind"] == "voluntary" else "#f5d5d5")
    for onset, stop in looked.contractions:
        if onset < end and stop > begin:
            axis.plot([max(begin, onset), min(end, stop)], [1.18 * reach] * 2, color="#b00", linewidth=2, solid_capstyle="butt")
    for _, burst in looked.result.bursts.iterrows():
        if begin <= burst["onset_s"] + burst["duration_s"] and burst["onset_s"] <= end:
            axis.plot([max(begin, burst["onset_s"]), min(end, burst["onset_s"] + burst["duration_s"])], [-1.5 * reach] * 2,
                      color=COLOURS.get(burst["label"], OTHER), linewidth=5, solid_capstyle="butt")
    events = looked.result.events
    events = events[(events["peak_s"] >= begin) & (events["peak_s"] <= end)]
    colours = looked.result.bursts.set_index("burst")["label"].map(COLOURS).fillna(OTHER)
    axis.vlines(events["peak_s"], -1.4 * reach, -1.15 * reach, colors=events["burst"].map(colours), linewidth=1.0 if large else 0.5)
    if large:
        for _, event in events.iterrows():
            if len(events) <= 40 and not pd.isna(event["unit"]):
                axis.text(event["peak_s"], -1.12 * reach, f"{int(event['unit'])}", fontsize=6, ha="center", va="bottom", color="#777")
    axis.tick_params(labelsize=7)
    axis.set_ylabel("counts" if looked.shown.scale_uv else "µV", fontsize=7)


def draw(looked: Looked, path: Path) -> None:
    """The whole recording, and two stretches of it. Below 120 kB."""
    figure, axes = plt.subplots(3, 1, figsize=(11, 6.6), layout="constrained")
    whole = (0.0, len(looked.samples) / looked.fs)
    for axis, (begin, end) in zip(axes, (whole, *looked.shown.stretches_s)):
        _panel(axis, looked, begin, end, large=axis is not axes[0])
    names = sorted(looked.result.bursts["label"].unique(), key=lambda label: list({**COLOURS, label: 0}).index(label))
    handles = [plt.Line2D([], [], color=COLOURS.get(name, OTHER), linewidth=4, label=name.replace("_", " ")) for name in names]
    handles.append(plt.Rectangle((0, 0), 1, 1, color="#e4e4e4", label="voluntary segment"))
    handles.append(plt.Rectangle((0, 0), 1, 1, color="#f5d5d5", label="masked"))
    if len(looked.contractions):
        handles.append(plt.Line2D([], [], color="#b00", linewidth=2, label="contraction, by eye"))
    axes[0].legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(handles), fontsize=7, frameon=False)
    axes[-1].set_xlabel("s; below the signal: discharges (thin, numbers: units) and the label of their burst (thick)", fontsize=7)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=75)
    plt.close(figure)
    # Few colours are enough for what is drawn, and half the size; the rare ones must stay what they are.
    few = Image.open(drawn).convert("RGB").quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


# ---- page


def chapter(looked: Looked, picture: str) -> str:
    name, found = looked.shown.name, figures(looked)
    about = datasets.info(name)
    labels = ", ".join(f"{label} {n}" for label, n in found["labels"].items()) or "none"
    lines = [
        f"### {name}: {about['title']}",
        "",
        f"{about['electrode']}, {about['fs_hz']:g} Hz, {found['seconds']:.0f} s. Licence: {about['licence']}; [source]({about['page']}).",
        f"{found['events']} discharges in {found['units']} units; {found['voluntary_s']:.1f} s voluntary; bursts: {labels}.",
    ]
    if "contractions" in found:
        lines.append(
            f"Of {found['contractions']} contractions marked by eye {found['named']} lie for half of their length or more in a voluntary "
            f"segment, {found['partly']} for less, {found['not_named']} not at all; {found['other_events_within']} discharges within "
            "them are in a burst of another name."
        )
    remarks = REMARKS.get(name, [])
    lines += ["", f"![{name}]({picture})", "", *(f"- {remark}" for remark in remarks or ["Nobody has looked at this picture yet."]), ""]
    return "\n".join(lines)


def chapters(folder: Union[str, os.PathLike[str]], names: Sequence[str] = (), beside: str = "") -> pd.DataFrame:
    """Draw the pictures into `folder`; a row a recording: `name, text`. `beside`: address of the folder on the page."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    unknown = set(names) - {shown.name for shown in RECORDINGS}
    if unknown:
        raise ValueError(f"recording {sorted(unknown)[0]!r}: allowed is {', '.join(s.name for s in RECORDINGS)}")
    rows = []
    for shown in RECORDINGS:
        if names and shown.name not in names:
            continue
        try:
            looked = look(shown)
        except (OSError, ValueError, ImportError) as error:
            rows.append({"name": shown.name, "text": f"### {shown.name}\n\nNot to be had here: {error}\n"})
            continue
        picture = f"recorded_{shown.name}.png"
        draw(looked, folder / picture)
        rows.append({"name": shown.name, "text": chapter(looked, beside + picture)})
    return pd.DataFrame(rows)


def page(table: pd.DataFrame) -> str:
    """Markdown, headings from `###` on."""
    return f"""Recordings that no one on this project made, analysed with default options (needle or skin as recorded). Nobody has
marked their discharges, so there is no figure of how many were found; the remarks are from looking at the pictures (fascikit {SEEN_AT}; this
page: {fk.__version__}). Of three recordings the contractions were marked by envelope and eye, good to about 0.1 s. The licences named
allow showing pictures of the recordings with their source, which stands with each.

{chr(10).join(table["text"])}"""


def _use_shared() -> None:
    """Recordings beside the project spare the download."""
    beside = Path(os.environ.get("FASCIKIT_SHARED", ROOT.parent / "shared")) / "data"
    if "FASCIKIT_MIRROR" not in os.environ and beside.is_dir():
        os.environ["FASCIKIT_MIRROR"] = str(beside)


class RecordedSection:
    """Recorded EMG with detections over it, for the suite (sections.py); seeds mean nothing here."""

    title = "Recorded EMG"

    def run(self, folder: Union[str, os.PathLike[str]], seeds: Union[int, Sequence[int]] = ()) -> pd.DataFrame:
        _use_shared()
        return chapters(folder, beside="results/")

    def report(self, table: pd.DataFrame) -> str:
        return page(table)


section = RecordedSection()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=", ".join(s.name for s in RECORDINGS))
    args = parser.parse_args()
    _use_shared()
    try:
        text = page(chapters(args.out, args.only))
    except ValueError as error:
        parser.error(str(error))
    (args.out / "recorded.md").write_text(f"# Recorded EMG\n\n{text}", encoding="utf-8")
    print(args.out / "recorded.md")


if __name__ == "__main__":
    main()
