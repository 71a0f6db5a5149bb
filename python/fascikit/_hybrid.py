"""Hybrid recordings: real potentials and real rest, put together at known times.

What is real: every shape and every noise sample. What is made: when a potential comes, and how
large it is beside the noise. Amplitudes, peaks and noise of the truth are measured as those of
simulated recordings are (zero-phase Butterworth band, simulate/band.hpp; robust RMS in windows of
1 s, Quiroga et al. 2004, 10.1162/089976604774201631), so the two can be scored together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from . import _core, filter, simulator
from ._arrays import number
from ._recording import Recording
from ._simulate import Simulated

Floats = NDArray[np.float64]
Label = {name: position for position, (name, *_) in enumerate(_core.label_table)}
STEPS = 8  # of a simulator.Potential, a sample


class Potentials:
    """Recorded potentials of one motor unit; from `cut`.

    Attributes
    ----------
    samples : numpy.ndarray of float64, shape (count, channels, frames)
        µV, zero at both ends. One discharge each, or one average.
    fs : float
    peak : int
        Frame of the largest deflection, by which they are aligned.
    electrode : str
    amplitude_uv : numpy.ndarray, shape (count,)
        Peak to peak in the band, on the largest channel.
    snr : float
        Median amplitude over the noise RMS that is in the cuts themselves: it can be placed at
        no higher ratio without bringing more noise than is there.
    averaged : int
        Discharges in each of `samples`; 1: none was averaged.
    times_s : numpy.ndarray
        Peaks in the recording they are from.
    """

    def __init__(
        self, samples: Floats, fs: float, peak: int, electrode: str, noise_uv: float, averaged: int, times_s: Floats
    ) -> None:
        self.samples, self.fs, self.peak, self.electrode = samples, fs, peak, electrode
        self.averaged, self.times_s = averaged, times_s
        self.amplitude_uv: Floats = np.array([p.amplitude_uv for p in _fine(samples, fs, electrode)])
        self.snr = float(np.median(self.amplitude_uv) / noise_uv) if noise_uv > 0 else math.inf

    def __repr__(self) -> str:
        count, channels, frames = self.samples.shape
        kind = f"average of {self.averaged}" if self.averaged > 1 else f"{count}"
        return (
            f"<Potentials: {kind} of one unit, {channels} channel{'s' * (channels != 1)}, {1e3 * frames / self.fs:.3g} ms at "
            f"{self.fs:g} Hz, {np.median(self.amplitude_uv):.3g} µV, {self.snr:.3g} times its noise>"
        )


class Contraction(NamedTuple):
    """A recorded contraction to be added: `onset_s` to `end_s` of one channel of `recording`, at `at_s`."""

    recording: Recording
    onset_s: float
    end_s: float
    at_s: float
    gain: float = 1.0
    channel: int = 0


class Hybrid(Simulated):
    """A hybrid recording and its truth; from `hybrid` and `make_hybrid`. For `fascikit.score` as it is.

    Attributes
    ----------
    recording, truth, electrode, name, seed
        As of `fascikit.Simulated`.
    placed : pandas.DataFrame
        One row a discharge: `peak_s, unit, first_sample, frames, potential` (which of the
        unit's recorded ones), `gain, snr`.
    pieces : pandas.DataFrame
        Where the rest is from: `onset_s, end_s` here, `source_onset_s`, `repeated` (heard before).

    Notes
    -----
    Picklable: samples and truth travel along.
    """

    def __init__(
        self, name: str, seed: int, samples: NDArray[np.float32], fs: float, site: str, state: tuple[Any, ...],
        electrode: str, placed: pd.DataFrame, pieces: pd.DataFrame,
    ) -> None:  # fmt: skip
        self.name, self.seed, self.electrode = name, seed, electrode
        self.placed, self.pieces = placed, pieces
        self._truth = _core.truth_from(state)
        labels = [f"{site} {k + 1}" if len(samples) > 1 else site for k in range(len(samples))]
        source = _core.from_array(samples, fs, "uV", 1.0, labels)
        source = source.with_sites([{"name": site, "channels": list(range(len(samples)))}])
        self.recording = Recording(source, ("array", samples, fs, "uV", None, labels))
        self._made = (name, seed, samples, fs, site, state, electrode, placed, pieces)

    def __repr__(self) -> str:
        return f"<Hybrid {self.name!r}, seed {self.seed}: {len(self.placed)} discharges, {self.recording!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Hybrid, self._made


def band_of(electrode: str, fs: float) -> tuple[float, float]:
    """The analysis band of a truth, as `fascikit.analyze` takes it by default."""
    if electrode not in ("surface", "needle"):
        raise ValueError(f"electrode {electrode!r}: allowed is 'surface' or 'needle'")
    return (20.0, min(500.0, 0.45 * fs)) if electrode == "surface" else (10.0, min(10000.0, 0.45 * fs))


def in_band(x: Floats, electrode: str, fs: float) -> Floats:
    """`x` (channels, frames) in the band, zero phase, -3 dB at its edges after both passes."""
    low, high = band_of(electrode, fs)

    def warped(edge_hz: float, factor: float) -> float:
        return fs / math.pi * math.atan(factor * math.tan(math.pi * edge_hz / fs))

    edge = 0.80223899
    seen = filter.sosfiltfilt(filter.butter(2, warped(low, edge), "highpass", fs=fs), x - x.mean(axis=-1, keepdims=True))
    return np.asarray(filter.sosfiltfilt(filter.butter(2, warped(high, 1 / edge), "lowpass", fs=fs), seen), dtype=float)


def level(seen: Floats, fs: float) -> tuple[Floats, Floats]:
    """Times and robust RMS of one channel in windows of 1 s, every 0.5 s."""
    half = max(1, round(0.5 * fs))
    middles = np.arange(0, max(len(seen), 1), half)
    starts = np.clip(middles - half, 0, max(len(seen) - 2 * half, 0))
    rms = [np.median(np.abs(seen[s : s + 2 * half])) / 0.67448975019608171 for s in starts]
    return middles / fs, np.array(rms)


def cut(
    recording: Recording,
    times_s: ArrayLike,
    *,
    channels: Optional[Sequence[str]] = None,
    electrode: str = "surface",
    before_ms: float = 15.0,
    after_ms: float = 25.0,
    taper_ms: float = 5.0,
    align_ms: float = 2.0,
    average: bool = False,
) -> Potentials:
    """Cut the potentials of one unit out of a recording.

    Parameters
    ----------
    recording : Recording
        Read whole: 8 bytes a sample and channel, thrice.
    times_s : array_like
        Where they are, within `align_ms`: each is cut around the largest deflection in the band
        there, on the channel where they are largest.
    channels : list of str, optional
        Labels; default: all.
    electrode : {"surface", "needle"}
        Sets the band.
    before_ms, after_ms : float
        Around the peak, 1 to 500.
    taper_ms : float
        Cosine at each end, to exactly 0. The straight line through both ends is taken off first.
    average : bool
        One mean potential instead of single ones: spike-triggered averaging, for units whose
        times are known and that fire among others. Noise falls with the root of their number.

    Returns
    -------
    Potentials

    Raises
    ------
    ValueError
        For times whose cut does not lie in the recording, samples that are missing there, and
        options out of range.
    """
    if not isinstance(recording, Recording):
        raise ValueError(f"cut takes a Recording, from fk.read or fk.datasets.load, and was given {type(recording).__name__}")
    fs = recording.fs
    before, after, taper, reach = (
        round(_within(ms, name, low, 500.0) * 1e-3 * fs)
        for ms, name, low in (
            (before_ms, "before_ms", 1.0), (after_ms, "after_ms", 1.0), (taper_ms, "taper_ms", 0.1), (align_ms, "align_ms", 0.0)
        )  # fmt: skip
    )
    taper = max(taper, 1)
    if 2 * taper > before + after:
        raise ValueError(f"taper_ms is {taper_ms!r}: allowed is half of before_ms + after_ms")
    data = _samples(recording, channels)
    seen = in_band(np.nan_to_num(data), electrode, fs)
    at = np.round(_times(times_s) * fs).astype(int)
    if not len(at):
        raise ValueError("times_s is empty: allowed is one potential or more")
    inside = (at - reach >= before) & (at + reach + after < data.shape[1])
    if not inside.all():
        raise ValueError(f"the potential at {at[~inside][0] / fs:.6g} s reaches beyond the recording of {recording.duration_s:g} s")
    largest = int(np.argmax([np.median([np.ptp(row[i - before : i + after]) for i in at]) for row in seen]))
    # The sign that the unit has there: aligned at one phase, not at whichever is larger by noise.
    around = np.mean([seen[largest, i - reach : i + reach + 1] for i in at], axis=0)
    sign = 1.0 if around[np.argmax(np.abs(around))] >= 0 else -1.0
    peaks = np.array([i - reach + int(np.argmax(sign * seen[largest, i - reach : i + reach + 1])) for i in at])
    cuts = np.stack([data[:, p - before : p + after + 1] for p in peaks])
    if not np.isfinite(cuts).all():
        bad = int(np.flatnonzero(~np.isfinite(cuts).all(axis=(1, 2)))[0])
        raise ValueError(f"the potential at {peaks[bad] / fs:.6g} s has missing samples")
    noise = float(np.median(level(seen[largest], fs)[1]))
    averaged = 1
    if average:
        averaged = len(cuts)
        cuts = cuts.mean(axis=0, keepdims=True)
        noise /= math.sqrt(averaged)
    return Potentials(_closed(cuts, taper), fs, before, electrode, noise, averaged, peaks / fs)


def quiet(
    recording: Recording, *, electrode: str = "surface", channel: int = 0, least_s: float = 1.0, peak_over_rms: float = 6.0
) -> pd.DataFrame:
    """Stretches of a recording that look like rest.

    Parameters
    ----------
    recording : Recording
    channel : int
    least_s : float
        Shorter ones are left out.
    peak_over_rms : float
        A sample in the band beyond this many times the rest's RMS is activity, and so is 0.25 s
        around it; the RMS is that of the quietest fifth of all windows of 0.2 s.

    Returns
    -------
    pandas.DataFrame
        `onset_s, end_s, rms_uv`, the longest first. Look at them: weak activity below the
        threshold stays in, and what is in the rest counts as false detections.
    """
    fs = recording.fs
    seen = in_band(np.nan_to_num(_samples(recording, None)[channel : channel + 1]), electrode, fs)[0]
    width = max(2, round(0.2 * fs))
    windows = seen[: len(seen) // width * width].reshape(-1, width).std(axis=1)
    if not len(windows):
        raise ValueError(f"a recording of {recording.duration_s:g} s: allowed is 0.2 s and more")
    rms = float(np.percentile(windows[windows > 0], 20)) if (windows > 0).any() else 0.0
    active = np.abs(seen) > peak_over_rms * rms
    reach = round(0.25 * fs)
    counted = np.cumsum(np.r_[0, active])
    at = np.arange(len(active))
    spread = counted[np.minimum(at + reach + 1, len(active))] > counted[np.maximum(at - reach, 0)]
    edges = np.flatnonzero(np.diff(np.r_[1, spread.astype(int), 1]))
    rows = [
        (a / fs, b / fs, float(np.std(seen[a:b]))) for a, b in zip(edges[::2], edges[1::2]) if b - a >= max(1.0, least_s * fs)
    ]
    table = pd.DataFrame(rows, columns=["onset_s", "end_s", "rms_uv"])
    return table.iloc[np.argsort(-(table["end_s"] - table["onset_s"]).to_numpy(), kind="stable")].reset_index(drop=True)


Units = Union[Potentials, Sequence[Potentials]]


def hybrid(
    potentials: Units,
    rest: Recording,
    *,
    stretches: Optional[Sequence[tuple[float, float]]] = None,
    channels: Optional[Sequence[str]] = None,
    duration_s: Optional[float] = None,
    times_s: Optional[Sequence[ArrayLike]] = None,
    rate_per_min: float = 10.0,
    snr: Union[float, tuple[float, float]] = (8.0, 30.0),
    label: str = "fasciculation_potential",
    least_interval_s: float = 0.05,
    contractions: Sequence[Contraction] = (),
    crossfade_s: float = 0.05,
    electrode: str = "surface",
    site: str = "recorded",
    name: str = "hybrid",
    seed: int = 1,
) -> Hybrid:
    """Put recorded potentials into recorded rest.

    Parameters
    ----------
    potentials : Potentials or list of them
        Of one motor unit each; brought to the rate of the rest where that differs.
    rest : Recording
        Never resampled, filtered or scaled: but for the mean of each piece, its samples stay.
    stretches : list of (onset_s, end_s), optional
        Of `rest`, joined by cross-fades. Default: those of `quiet(rest)`, stated in `Hybrid.pieces`.
    channels : list of str, optional
        Of `rest`: as many as the potentials have. Default: all.
    duration_s : float, optional
        Default: all of the stretches, once. Longer: they come again (`pieces["repeated"]`).
    times_s : list of arrays, optional
        Peaks of each unit, s. Default: drawn, without rhythm, `rate_per_min` for each unit.
    rate_per_min : float
        Of each unit, 0.1 to 600.
    snr : float or (low, high)
        Median amplitude of a unit over the noise RMS, both in the band; of a range each unit gets one,
        by equal ratios. All discharges of a unit are scaled alike, so they differ as they did.
    label : str
        One of `fascikit.labels()`.
    least_interval_s : float
        Drawn discharges of all units keep apart by this; 0 lets them overlap.
    contractions : list of Contraction
        Recorded contractions added, voluntary segments of the truth. Nothing is drawn there.
    crossfade_s : float
        At the seams of the rest, with weights whose squares add up to 1.
    electrode : {"surface", "needle"}
        Sets the band of the truth.
    site, name : str
    seed : int

    Returns
    -------
    Hybrid

    Raises
    ------
    ValueError
        For what does not fit: channels, times outside, a ratio above what the cuts themselves
        have (`Potentials.snr`), rest with missing samples; nothing is made then.

    Notes
    -----
    Activity that nobody saw in the rest is not in the truth: what is found of it counts as false.
    The same arguments give the same times and the same choices on every machine; samples of resampled
    potentials agree to rounding. Memory: 8 bytes a sample and channel of rest and hybrid, a few times.
    """
    units = [potentials] if isinstance(potentials, Potentials) else list(potentials)
    if not units or not all(isinstance(unit, Potentials) for unit in units):
        raise ValueError("potentials: allowed is Potentials, from fk.datasets.cut, or a list of them")
    if not isinstance(rest, Recording):
        raise ValueError(f"rest is a {type(rest).__name__}: allowed is a Recording, from fk.read or fk.datasets.load")
    if label not in Label:
        raise ValueError(f"label {label!r}: allowed is {', '.join(Label)}")
    fs = rest.fs
    band_of(electrode, fs)
    data = _samples(rest, channels)
    for unit in units:
        if unit.samples.shape[1] != len(data):
            raise ValueError(f"potentials of {unit.samples.shape[1]} channels on a rest of {len(data)}: allowed is the same number")
    seconds = None if duration_s is None else _within(duration_s, "duration_s", 1.0, 86400.0)
    samples, pieces = _joined(data, rest, stretches, seconds, _within(crossfade_s, "crossfade_s", 0.0, 1.0), electrode)
    seen = in_band(samples, electrode, fs)
    levels = [level(row, fs) for row in seen]
    if not all((rms > 0).any() for _, rms in levels):
        raise ValueError("the rest is flat: allowed is recorded rest with noise in the band")
    placed, discharges = _place(
        units, samples, levels, fs, electrode, site, label, times_s, rate_per_min, snr, least_interval_s, contractions, seed
    )
    segments = [_contract(samples, one, fs, site) for one in contractions]
    low, high = band_of(electrode, fs)
    state: tuple[Any, ...] = (1, fs, samples.shape[1] / fs, low, high, discharges, sorted(segments), [])
    return Hybrid(name, int(seed), samples.astype(np.float32), fs, site, state, electrode, placed, pieces)


# ---- parts


def _place(
    units: list[Potentials], samples: Floats, levels: list[tuple[Floats, Floats]], fs: float, electrode: str, site: str,
    label: str, times_s: Optional[Sequence[ArrayLike]], rate_per_min: float, snr: Union[float, tuple[float, float]],
    least_interval_s: float, contractions: Sequence[Contraction], seed: int,
) -> tuple[pd.DataFrame, list[tuple[Any, ...]]]:  # fmt: skip
    """Adds the discharges to `samples`; which, and the truth's rows of them, by time."""
    low, high = (snr, snr) if isinstance(snr, (int, float)) else snr
    low, high = _within(low, "snr", 0.1, 1e4), _within(high, "snr", low, 1e4)
    frames = samples.shape[1]
    random = simulator.Random((seed, 1))
    ready = [_resampled_unit(unit, fs, electrode) for unit in units]
    wanted: list[tuple[float, int]] = []
    if times_s is not None:
        if len(times_s) != len(units):
            raise ValueError(f"times_s has {len(times_s)} trains for {len(units)} units: allowed is one for each")
        wanted = [(float(t), u) for u, train in enumerate(times_s) for t in _times(train)]
    else:
        rate_hz = _within(rate_per_min, "rate_per_min", 0.1, 600.0) / 60.0
        for u in range(len(units)):
            train = simulator.train("fasciculations", seed=(seed, 16 + u), begin_s=0.0, end_s=frames / fs, rate_hz=rate_hz)
            wanted += [(float(t), u) for t in train["time_s"]]
    wanted.sort()
    apart = _within(least_interval_s, "least_interval_s", 0.0, 60.0)
    rows, discharges, last = [], [], -math.inf
    gains: dict[int, tuple[float, float]] = {}
    for u, (unit, prepared) in enumerate(zip(units, ready)):
        ratio = low * (high / low) ** random.uniform()
        if ratio > unit.snr:
            raise ValueError(
                f"snr {ratio:.3g} for a unit whose own recording has {unit.snr:.3g}: allowed is no more than that, since "
                "its noise is scaled along; average more discharges or ask for less"
            )
        channel = prepared[0][0].largest
        noise = float(np.median(levels[channel][1]))
        amplitude = float(np.median([p.amplitude_uv for p, _, _ in prepared]))
        gains[u] = (ratio * noise / amplitude, ratio)
    for time_s, u in wanted:
        which = min(int(random.uniform() * len(ready[u])), len(ready[u]) - 1)
        potential, wave, ahead = ready[u][which]
        first = round(time_s * fs) - ahead
        fits = first >= 0 and first + wave.shape[1] <= frames
        busy = any(c.at_s < time_s + wave.shape[1] / fs and time_s - ahead / fs < c.at_s + c.end_s - c.onset_s for c in contractions)
        if times_s is not None and (not fits or busy):
            where = "in a contraction" if fits else f"not within the {frames / fs:g} s"
            raise ValueError(f"the discharge at {time_s:g} s of unit {u} lies {where}: allowed is elsewhere")
        if times_s is None and (not fits or busy or time_s - last < apart):
            continue
        last = time_s
        gain, _ = gains[u]
        samples[:, first : first + wave.shape[1]] += gain * wave
        peak_s = first / fs + 1e-3 * potential.peak_ms
        noise = float(np.interp(peak_s, *levels[potential.largest]))
        amplitude = gain * potential.amplitude_uv
        rows.append((peak_s, u, first, wave.shape[1], which, gain, amplitude / noise))
        discharges.append((peak_s, site, u, Label[label], amplitude, noise))
    placed = pd.DataFrame(rows, columns=["peak_s", "unit", "first_sample", "frames", "potential", "gain", "snr"])
    order = np.argsort(placed["peak_s"].to_numpy(), kind="stable")
    return placed.iloc[order].reset_index(drop=True), [discharges[i] for i in order]


def _resampled_unit(unit: Potentials, fs: float, electrode: str) -> list[tuple[simulator.Potential, Floats, int]]:
    """Of each recorded potential: how it measures, its samples at `fs`, and frames before its peak."""
    waves, ahead = (unit.samples, unit.peak) if unit.fs == fs else _at_rate(unit.samples, unit.fs, fs, unit.peak)
    measured = _fine(waves, fs, electrode)
    if not all(potential.amplitude_uv > 0 for potential in measured):
        raise ValueError("a potential that is 0 in the band: allowed is one that can be scaled")
    return [(potential, wave, ahead) for potential, wave in zip(measured, waves)]


def _fine(waves: Floats, fs: float, electrode: str) -> list[simulator.Potential]:
    """Each of `waves` between its samples, to measure as the simulator measures; time 0 is the first sample."""
    return [simulator.Potential(fine, fs, electrode) for fine in _at_rate(waves, fs, STEPS * fs, 0)[0]]


def _at_rate(waves: Floats, fs: float, new_fs: float, peak: int) -> tuple[Floats, int]:
    """`waves` (..., frames) band-limited at another rate, sample `peak` on a sample again; zero at both ends."""
    frames = waves.shape[-1]
    size = 2 * frames
    spectrum = np.fft.rfft(waves, size)
    f = np.fft.rfftfreq(size, 1 / fs)
    # Nothing beyond the new Nyquist rate; a cosine down to it from 0.8 of it, so that little rings.
    nyquist = 0.5 * min(fs, new_fs)
    keep = np.ones_like(f) if new_fs >= fs else 0.5 + 0.5 * np.cos(np.pi * np.clip((f / nyquist - 0.8) / 0.2, 0, 1))
    weight = np.full(len(f), 2.0)
    weight[0] = weight[-1] = 1.0
    ahead = math.floor(peak / fs * new_fs + 1e-9)
    count = math.floor((frames - 1 - peak) / fs * new_fs + 1e-9)
    t = peak / fs + np.arange(-ahead, count + 1) / new_fs
    turns = 2 * np.pi * np.outer(f, t)
    rows = (spectrum * (keep * weight / size)).reshape(-1, len(f))
    # One product of matrices for all of them: a stack of small ones is many times slower.
    out = (rows.real @ np.cos(turns) - rows.imag @ np.sin(turns)).reshape(*waves.shape[:-1], len(t))
    if new_fs < fs:
        out = _closed(out, max(1, round(1e-3 * new_fs)))
    out[..., 0] = out[..., -1] = 0.0
    return out, ahead


def _closed(cuts: Floats, taper: int) -> Floats:
    """`cuts` (..., frames) without the line through their ends, and 0 there."""
    frames = cuts.shape[-1]
    first, last = cuts[..., :taper].mean(axis=-1), cuts[..., -taper:].mean(axis=-1)
    ramp = (np.arange(frames) - 0.5 * (taper - 1)) / max(frames - taper, 1)
    flat = cuts - (first[..., None] + (last - first)[..., None] * ramp)
    window = np.ones(frames)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(taper) / taper)
    window[:taper] = rise
    window[-taper:] = rise[::-1]
    return np.asarray(flat * window)


def _joined(
    data: Floats, rest: Recording, stretches: Optional[Sequence[tuple[float, float]]], duration_s: Optional[float],
    crossfade_s: float, electrode: str,
) -> tuple[Floats, pd.DataFrame]:  # fmt: skip
    fs = rest.fs
    if stretches is None:
        found = quiet(rest, electrode=electrode).sort_values("onset_s")
        stretches = list(zip(found["onset_s"], found["end_s"]))
    if not len(stretches):
        raise ValueError("rest without a quiet stretch of 1 s: give stretches=")
    fade = round(crossfade_s * fs)
    pieces = []
    for onset_s, end_s in stretches:
        a, b = round(number(onset_s, "the onset", "a time in s") * fs), round(number(end_s, "the end", "a time in s") * fs)
        if not 0 <= a < b <= data.shape[1]:
            raise ValueError(f"the stretch {onset_s:g} to {end_s:g} s: allowed is one within 0 to {rest.duration_s:g} s")
        if b - a <= 2 * fade and len(stretches) > 1:
            raise ValueError(f"the stretch {onset_s:g} to {end_s:g} s: allowed is more than two cross-fades of {crossfade_s:g} s")
        if not np.isfinite(data[:, a:b]).all():
            raise ValueError(f"the stretch {onset_s:g} to {end_s:g} s has missing samples: allowed is rest without")
        pieces.append((a, data[:, a:b] - data[:, a:b].mean(axis=1, keepdims=True)))
    once = sum(p.shape[1] for _, p in pieces) - fade * (len(pieces) - 1)
    total = once if duration_s is None else round(duration_s * fs)
    if total > once and pieces[0][1].shape[1] <= 2 * fade:
        raise ValueError(f"a rest of {once / fs:g} s cannot be repeated by cross-fades of {crossfade_s:g} s")
    out = np.zeros((len(data), total))
    rise = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) if fade else np.zeros(0)
    rows, at, turn = [], 0, 0
    while at < total:
        source, piece = pieces[turn % len(pieces)]
        piece = piece.copy()
        if turn:
            piece[:, :fade] *= rise
        end = at + piece.shape[1]
        if end < total and fade:
            piece[:, -fade:] *= rise[::-1]
        stop = min(end, total)
        out[:, at:stop] += piece[:, : stop - at]
        rows.append((at / fs, stop / fs, source / fs, turn >= len(pieces)))
        at = end if end >= total else end - fade
        turn += 1
    return out, pd.DataFrame(rows, columns=["onset_s", "end_s", "source_onset_s", "repeated"])


def _contract(samples: Floats, one: Contraction, fs: float, site: str) -> tuple[Any, ...]:
    """Adds a recorded contraction; its segment of the truth."""
    source = one.recording
    length_s = one.end_s - one.onset_s
    if not 0.05 <= length_s <= 60:
        raise ValueError(f"a contraction of {length_s:g} s: allowed is 0.05 to 60 s")
    if source.fs != fs and length_s > 5:
        raise ValueError(f"a contraction of {length_s:g} s at {source.fs:g} Hz on a rest at {fs:g} Hz: allowed is up to 5 s")
    wave = source.data(one.onset_s, one.end_s)[one.channel : one.channel + 1].astype(float)
    if wave.size == 0 or not np.isfinite(wave).all():
        raise ValueError(f"the contraction at {one.onset_s:g} s: allowed is a channel that exists, without missing samples")
    wave = _closed(wave, max(1, min(round(0.05 * source.fs), wave.shape[1] // 4)))
    if source.fs != fs:
        wave, _ = _at_rate(wave, source.fs, fs, 0)
    first = round(one.at_s * fs)
    if not 0 <= first <= samples.shape[1] - wave.shape[1]:
        raise ValueError(f"the contraction at {one.at_s:g} s: allowed is one that ends within {samples.shape[1] / fs:g} s")
    samples[:, first : first + wave.shape[1]] += one.gain * wave
    return first / fs, (first + wave.shape[1]) / fs, site, Label["voluntary"]


def _samples(recording: Recording, channels: Optional[Sequence[str]]) -> Floats:
    data = recording.data().astype(float)
    if channels is None:
        return data
    known = recording.channels
    for label in channels:
        if label not in known:
            raise ValueError(f"channel {label!r}: allowed is {', '.join(known[:16])}")
    return data[[known.index(label) for label in channels]]


def _times(times_s: ArrayLike) -> Floats:
    times = np.asarray(times_s, dtype=float)
    if times.ndim != 1 or not np.isfinite(times).all():
        raise ValueError(f"times of shape {times.shape}: allowed is 1-D, finite, in seconds")
    return times


def _within(value: Any, name: str, low: float, high: float) -> float:
    allowed = f"{low:g} to {high:g}"
    found = number(value, name, allowed)
    if not low <= found <= high:
        raise ValueError(f"{name} is {value!r}: allowed is {allowed}")
    return found
