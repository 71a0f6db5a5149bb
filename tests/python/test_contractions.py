"""Recorded contractions: brief twitches, cycles and fatigue all come out as voluntary activity.

Recordings: biosignalsnotebooks (see the shared data's README); truth by envelope and
eye, good to about 0.1 s.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

import fascikit as fk

h5py = pytest.importorskip("h5py")

SOLO = "emg_1000_hz_16_bits_solo"
COUNTS = {SOLO: 21, "emg_bursts": 9, "emg_fatigue": 30}
WIDENED_S = 0.2
LOUD_UV = 500.0


def load(path) -> np.ndarray:
    """µV, by the OpenSignals transfer: (code / 2^bits - 0.5) * 3 V / 1000."""
    with h5py.File(path) as file:
        (device,) = file.values()
        (bits,) = device.attrs["resolution"]
        assert device.attrs["sampling rate"] == 1000
        (channel,) = (data for name, data in device["raw"].items() if name.startswith("channel"))
        codes = channel[:, 0].astype(np.float64)
    return (codes / 2.0 ** int(bits) - 0.5) * 3.0 / 1000.0 * 1e6


def analyzed(folder, name):
    truth = json.loads((folder / "silver.json").read_text())[name]
    assert len(truth) == COUNTS[name]
    samples = load(folder / f"{name}.h5")
    return np.array(truth), samples, fk.analyze(samples, fs=1000, unit="uV")


@pytest.fixture(scope="module")
def solo(shared):
    return analyzed(shared / "biosignalsnotebooks", SOLO)


def stretches(table, end) -> np.ndarray:
    return np.column_stack([table["onset_s"], end]) if len(table) else np.empty((0, 2))


def bursts_of(result, label=None) -> np.ndarray:
    table = result.bursts if label is None else result.bursts.query("label == @label")
    return stretches(table, table["onset_s"] + table["duration_s"])


def voluntary_segments(result) -> np.ndarray:
    table = result.segments.query("kind == 'voluntary'")
    return stretches(table, table["end_s"])


def overlaps(onset_s: float, end_s: float, found: np.ndarray) -> bool:
    return bool(((found[:, 0] <= end_s) & (found[:, 1] >= onset_s)).any())


def missed(truth: np.ndarray, found: np.ndarray) -> list[float]:
    return [a for a, b, _ in truth if not overlaps(a - WIDENED_S, b + WIDENED_S, found)]


def test_every_brief_contraction_is_found(solo):
    truth, _, result = solo
    assert missed(truth, np.vstack([bursts_of(result), voluntary_segments(result)])) == []


def test_nothing_else_that_is_loud(solo):
    truth, samples, result = solo
    known = truth[:, :2] + [-WIDENED_S, WIDENED_S]
    loud = result.events.query("amplitude_uv > @LOUD_UV")
    extra = [t for t in loud["peak_s"] if not overlaps(t, t, known)]
    assert extra == []
    sos = fk.filter.butter(2, (20, 450), "bandpass", fs=1000)
    band = fk.filter.sosfiltfilt(sos, samples)
    for onset, end in voluntary_segments(result):
        if not overlaps(onset, end, known):
            assert np.ptp(band[int(onset * 1000) : int(end * 1000) + 1]) <= LOUD_UV, (onset, end)


@pytest.mark.parametrize("name", list(COUNTS))
def test_contractions_are_voluntary(shared, name):
    truth, _, result = analyzed(shared / "biosignalsnotebooks", name)
    found = np.vstack([bursts_of(result, "voluntary"), voluntary_segments(result)])
    assert missed(truth, found) == []
