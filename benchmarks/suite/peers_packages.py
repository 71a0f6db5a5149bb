"""Peers from their own packages, each as its package calls it; imported when they are run."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .detectors import Detector, Missing
from .signals import Array, events_of_stretches, merged

NEUROKIT_LEAST_S = 0.05


def package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(f"{name} cannot be imported: {error}") from None


def neurokit2(samples: Array, fs: float, dead_s: float) -> Callable[[float], Array]:
    """`nk.emg_process` with method "threshold", its activation by its own public parts.

    `nk.emg_activation` ends by a loop over the rows of a table, tens of seconds a minute of
    signal, that changes nothing in what it found; a test holds the parts to its result.
    """
    nk = package("neurokit2")
    amplitudes = [nk.emg_amplitude(nk.emg_clean(x, sampling_rate=fs)) for x in samples if x.any()]

    def times(threshold: float) -> Array:
        active = np.zeros(samples.shape[-1], dtype=bool)
        for amplitude in amplitudes:
            level = threshold * np.std(amplitude)
            if level > np.max(amplitude):  # it refuses those
                continue
            binary = nk.signal_binarize(amplitude, method="threshold", threshold=level)
            for onset, end in neurokit2_stretches(nk, binary, fs):
                active[onset:end] = True
        return events_of_stretches(active, samples, fs, dead_s)

    return times


def neurokit2_stretches(nk: Any, binary: Array, fs: float) -> list[tuple[int, int]]:
    least = int(NEUROKIT_LEAST_S * fs)
    found = []
    for state in (binary, binary == 0):
        try:
            found.append(nk.events_find(state, threshold=0.5, threshold_keep="above", duration_min=least))
        except ValueError:  # its way to say that there is none
            return []
    active, rest = found
    rest_ends = set((np.asarray(rest["onset"]) + np.asarray(rest["duration"])).tolist())
    return [(int(a), int(a + d)) for a, d in zip(active["onset"], active["duration"]) if a in rest_ends]


def biosppy(samples: Array, fs: float, dead_s: float) -> Callable[[float], Array]:
    """`biosppy.signals.emg.emg`: its filter and its onsets, at a multiple of its own threshold.

    `find_onsets` smooths anew for every threshold; here once, by the same function of
    BioSPPy. A test holds the stretches to its onsets.
    """
    tools = package("biosppy.signals.tools")
    package("biosppy.signals.emg")
    smoothed = []
    for x in samples:
        if x.any():
            filtered, _, _ = tools.filter_signal(
                signal=x, ftype="butter", band="highpass", order=4, frequency=100, sampling_rate=fs
            )
            smoothed.append(tools.smoother(signal=np.abs(filtered), kernel="boxzen", size=int(fs * 0.05), mirror=True)[0])

    def times(threshold: float) -> Array:
        active = np.zeros(samples.shape[-1], dtype=bool)
        for smooth in smoothed:
            active |= smooth > threshold * (1.2 * np.mean(np.abs(smooth)) + 2.0 * np.std(np.abs(smooth), ddof=1))
        return events_of_stretches(active, samples, fs, dead_s)

    return times


def spikeinterface(method: str):
    def times(samples: Array, fs: float, dead_s: float, least: float) -> tuple[Array, Array]:
        core = package("spikeinterface.core")
        detect_peaks = package("spikeinterface.sortingcomponents.peak_detection").detect_peaks
        probe = package("probeinterface").Probe(ndim=2, si_units="um")
        alive = np.flatnonzero(samples.std(axis=-1) > 0)  # a flat channel has noise 0, and it divides by it
        if not len(alive):
            return np.zeros(0), np.zeros(0)
        x = samples[alive]
        probe.set_contacts(np.column_stack([np.zeros(len(x)), 8000.0 * np.arange(len(x))]))
        probe.set_device_channel_indices(np.arange(len(x)))
        recording = core.NumpyRecording([x.T.astype(np.float32)], fs)
        recording = recording.set_probe(probe) or recording  # in place since 0.104
        noise = core.get_noise_levels(recording, return_in_uV=False, random_slices_kwargs={"seed": 1}, progress_bar=False)
        options = {
            "peak_sign": "both", "detect_threshold": least, "exclude_sweep_ms": 1.0, "noise_levels": noise,
        }
        if method == "locally_exclusive":
            options["radius_um"] = 1e6
        found = detect_peaks(
            recording, method=method, method_kwargs=options, job_kwargs={"n_jobs": 1, "progress_bar": False}
        )
        strength = np.abs(found["amplitude"]) / noise[found["channel_index"]]
        at = found["sample_index"] / fs
        kept = merged(at, strength, dead_s)
        order = np.lexsort((-strength, at))
        at, strength = at[order], strength[order]
        first = np.searchsorted(at, kept)
        return kept, strength[first]

    return times


MAD_GRID = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0)

DETECTORS = [
    Detector(
        "NeuroKit2",
        "`emg_clean`, `emg_amplitude`, activation by threshold, all its own; the threshold is in standard deviations of the "
        "amplitude (its default is 0.1).",
        (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0),
        ready=neurokit2,
        package="neurokit2",
        raw=True,
    ),
    Detector(
        "BioSPPy",
        "`signals.emg.emg`: its 100 Hz high-pass and `find_onsets`; the threshold is a multiple of its own.",
        (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0),
        ready=biosppy,
        package="biosppy",
        raw=True,
    ),
    Detector(
        "SpikeInterface by channel",
        "`detect_peaks` by channel, both signs, in its own noise levels.",
        MAD_GRID,
        ranked=spikeinterface("by_channel"),
        package="spikeinterface",
    ),
    Detector(
        "SpikeInterface locally exclusive",
        "`detect_peaks`, all channels of a site neighbours, both signs, in its own noise levels.",
        MAD_GRID,
        ranked=spikeinterface("locally_exclusive"),
        package="spikeinterface",
    ),
]
