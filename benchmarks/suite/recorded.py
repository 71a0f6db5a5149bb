"""What the library finds in recorded EMG, over the signal, with what is wrong written beside it.

A page of the suite (sections.py), and alone: `python -m suite --pages recorded`.

Nobody has marked the discharges of these recordings. Of three the contractions were marked, and are
scored (contractions.py). What else is right or wrong is from looking at the pictures, this far and no
further: `REMARKS`, which hold for the very detections whose digest stands with them in `SEEN`. Where
the detections are others, page and command say so until somebody has looked again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal

import fascikit as fk
from fascikit import datasets

from . import contractions
from .recorded_picture import Drawn, draw
from .recorded_remarks import REMARKS, SEEN, SEEN_AT


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


class Looked(NamedTuple):
    shown: Shown
    result: Any
    samples: NDArray[np.float64]  # µV, as recorded
    fs: float
    marked: NDArray[np.float64]  # shape (n, 3): onset s, end s, peak µV of contractions; empty where nobody looked


def look(shown: Shown) -> Looked:
    """Fetch, and analyse as a user would."""
    scale = {"scale_uv": shown.scale_uv} if shown.scale_uv else {}
    recording = datasets.load(shown.name, progress=False, **scale)
    result = fk.analyze(recording, **datasets.info(shown.name)["analyze"])
    marked = np.empty((0, 3))
    silver = Path(os.environ.get("FASCIKIT_MIRROR", "")) / "biosignalsnotebooks" / "silver.json"
    if shown.silver and silver.is_file():
        marked = np.array(json.loads(silver.read_text(encoding="utf-8"))[shown.silver], dtype=float)
    return Looked(shown, result, np.asarray(recording.data(), dtype=float)[0], recording.fs, marked)


def digest(result: Any) -> str:
    """Of discharges, their labels and the segments: what the remarks speak of."""
    labels = result.bursts.set_index("burst")["label"]
    events = [[int(sample), str(labels[burst])] for sample, burst in zip(result.events["sample"], result.events["burst"])]
    segments = [[f"{s.onset_s:.3f}", f"{s.end_s:.3f}", s.kind] for s in result.segments.itertuples()]
    return hashlib.sha256(json.dumps([events, segments]).encode()).hexdigest()[:12]


# ---- page


def chapter(looked: Looked, picture: str) -> str:
    name, result = looked.shown.name, looked.result
    about = datasets.info(name)
    voluntary = result.segments.query("kind == 'voluntary'")
    labels = ", ".join(f"{label} {n}" for label, n in result.bursts["label"].value_counts().items()) or "none"
    lines = [
        f"### {name}: {about['title']}",
        "",
        f"{about['electrode']}, {about['fs_hz']:g} Hz, {len(looked.samples) / looked.fs:.0f} s. Licence: {about['licence']}; [source]({about['page']}).",
        f"{len(result.events)} discharges in {len(result.units)} units; {(voluntary['end_s'] - voluntary['onset_s']).sum():.1f} s voluntary; bursts: {labels}.",
    ]
    lines += ["", f"![{name}]({picture})", ""]
    remarks = REMARKS.get(name, [])
    if remarks and digest(result) != SEEN.get(name):
        lines += [f"**The detections are not those that these remarks were written on ({SEEN.get(name, 'none')}, now {digest(result)}): look again.**", ""]
    return "\n".join([*lines, *(f"- {remark}" for remark in remarks or ["Nobody has looked at this picture yet."]), ""])


def picture(looked: Looked, path: Path) -> None:
    low, high = looked.result.options["band_hz"]
    sos = signal.butter(4, [low, high], "bandpass", fs=looked.fs, output="sos")
    unit = "counts" if looked.shown.scale_uv else "µV"
    filtered = signal.sosfiltfilt(sos, looked.samples)
    draw(Drawn(filtered, looked.fs, unit, looked.result, looked.marked[:, :2], looked.shown.stretches_s), path)


def chapters(folder: Union[str, os.PathLike[str]], recordings: Sequence[Shown] = RECORDINGS) -> pd.DataFrame:
    """Draw the pictures into `folder`; a row a recording: `name, text, changed, contractions` (JSON, where marked)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for shown in recordings:
        try:
            looked = look(shown)
        except (OSError, ValueError, ImportError) as error:
            rows.append({"name": shown.name, "text": f"### {shown.name}\n\nNot to be had here: {error}\n", "changed": False, "contractions": ""})
            continue
        file = f"recorded_{shown.name}.png"
        picture(looked, folder / file)
        score = ""
        if len(looked.marked):
            known, seconds = looked.marked[:, :2], len(looked.samples) / looked.fs
            found = contractions.score(known, seconds, looked.result.events, looked.result.bursts, looked.result.segments)
            peak = contractions.peaks(looked.marked[:, 2], known, looked.samples, looked.fs)
            score = json.dumps({**found, "peaks": peak.round(3).tolist()})
        rows.append({
            "name": shown.name, "text": chapter(looked, file), "changed": digest(looked.result) != SEEN.get(shown.name), "contractions": score,
        })
    return pd.DataFrame(rows)


def page(table: pd.DataFrame) -> str:
    """Markdown, headings from `###` on."""
    scores = {row["name"]: json.loads(row["contractions"]) for _, row in table.iterrows() if isinstance(row["contractions"], str) and row["contractions"]}
    changed = list(table["name"][table["changed"].astype(bool)])
    text = [
        "Recordings that no one on this project made, analysed with default options (needle or skin as recorded). Nobody has marked their "
        "discharges, so there is no figure of how many were found; the remarks are from looking at the pictures "
        f"(fascikit {SEEN_AT}; this page: {fk.__version__}). The licences named allow showing pictures of the recordings with their source, "
        "which stands with each.", "",
    ]
    if changed:
        text += [f"**The remarks on {', '.join(changed)} were written on other detections than those shown: look again.**", ""]
    if scores:
        ratios = np.concatenate([s.pop("peaks") for s in scores.values()])
        text += [
            "### Contractions that were marked", "",
            "Of three recordings the contractions were marked by envelope and eye, good to about 0.1 s. Found: voluntary segments cover "
            "half of it or more. In brackets exact 95 % intervals, of the contractions of one person each.", "",
            contractions.tables(scores), "",
            f"The largest deflection in a contraction is {np.median(ratios):.2f} times the peak that was marked ({ratios.min():.2f} to "
            f"{ratios.max():.2f}): the unit is right.", "",
        ]
    return "\n".join([*text, *table["text"]])


class RecordedSection:
    """Recorded EMG with detections over it, for the suite (sections.py); seeds mean nothing here."""

    title = "Recorded EMG"

    def run(self, folder: Union[str, os.PathLike[str]], seeds: Union[int, Sequence[int]] = ()) -> pd.DataFrame:
        return chapters(folder)

    def report(self, table: pd.DataFrame) -> str:
        for name in table["name"][table["changed"].astype(bool)]:
            print(f"recorded, {name}: the remarks were written on other detections; look at its picture again", file=sys.stderr)
        return page(table)


section = RecordedSection()
