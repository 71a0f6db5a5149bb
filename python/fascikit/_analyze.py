"""The whole path in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union

from . import _core
from ._arrays import number
from ._recording import Recording, of_array
from ._result import Result
from ._sites import Grid, Sites

Progress = Union[bool, Callable[[float], Optional[bool]]]


def mains_name(mains: Union[str, int, None]) -> str:
    """"auto", "50", "60" or "off", also written 50, 60 or None."""
    return "off" if mains is None else str(mains)


def band(band_hz: Optional[tuple[float, float]]) -> Optional[tuple[float, float]]:
    if band_hz is None:
        return None
    try:
        low, high = band_hz
    except (TypeError, ValueError):
        raise ValueError(f"band_hz {band_hz!r}: allowed is (low, high) in Hz") from None
    return number(low, "band_hz[0]", "a frequency in Hz"), number(high, "band_hz[1]", "a frequency in Hz")


class _Bar:
    """tqdm if it is installed, else silence."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self._bar: Any = None
        else:
            self._bar = tqdm(total=100, unit="%", desc="analyze", leave=False)

    def __call__(self, fraction: float) -> None:
        if self._bar is not None:
            self._bar.update(100 * fraction - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def analyze(
    recording: Any,
    *,
    fs: Optional[float] = None,
    unit: Optional[str] = None,
    electrode: str = "surface",
    band_hz: Optional[tuple[float, float]] = None,
    mains: Union[str, int, None] = "auto",
    false_per_minute: float = 0.05,
    passes: int = 2,
    sites: Optional[Sites] = None,
    grid: Optional[Grid] = None,
    pitch_mm: Optional[float] = None,
    scale: Optional[float] = None,
    progress: Optional[Progress] = None,
) -> Result:
    """Find the spontaneous discharges of a recording, and say what each one is.

    Parameters
    ----------
    recording : Recording, or array of shape (channels, frames) or (frames,)
        From `read`, or samples with time on the last axis; 1-D is one channel. Nothing
        is guessed from a shape. float32 and float64 are read in place at any strides;
        do not write to them meanwhile. NaN marks samples that are missing.
    fs : float
        Sampling rate in Hz, 200 to 200000. For arrays only, and required there.
    unit : {"uV", "mV", "V"}
        Unit of the samples. For arrays only, and required there.
    electrode : {"surface", "needle"}
    band_hz : (float, float), optional
        Analysis band. Default: 20 Hz to min(500 Hz, 0.45 fs) at the skin, 10 Hz to
        min(10 kHz, 0.45 fs) for needles.
    mains : {"auto", 50, 60, "off"}
        Hum: found from the data, stated, or left alone.
    false_per_minute : float
        Expected detections on Gaussian noise alone, per minute and site.
    passes : {2, 1}
        1: causal, equal to `Stream`. 2: the whole recording at once, zero-phase, with
        learned templates.
    sites, grid, pitch_mm : optional
        Which channels look at one muscle, as in `read`; these replace the recording's.
    scale : float
        For arrays of integers, and required there: µV of one step.
    progress : bool or callable, optional
        True: a bar, if tqdm is installed. A callable is given the fraction done, about
        ten times a second; if it returns False the analysis is cancelled.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        For options and arrays that cannot be used; names the value and what is allowed.
    InputError
        For recordings that cannot be used (a ValueError too).
    Cancelled
        When `progress` returned False.

    Notes
    -----
    The GIL is released throughout. Memory is bounded by blocks, not by the recording.
    Research use, not a medical device.
    """
    if isinstance(recording, Recording):
        for name, value in (("fs", fs), ("unit", unit), ("scale", scale)):
            if value is not None:
                raise ValueError(f"{name}= is for arrays, and this is a Recording: give it to read()")
    else:
        if isinstance(recording, (str, bytes)) or hasattr(recording, "__fspath__"):
            raise ValueError(f"analyze takes a recording: write fk.analyze(fk.read({str(recording)!r}))")
        recording = of_array(recording, fs, unit, scale)
    recording = recording._with_sites(sites, grid, pitch_mm)
    rate = number(false_per_minute, "false_per_minute", "a number per minute")
    bar = _Bar() if progress is True else None
    call = bar if bar is not None else (progress if callable(progress) else None)
    try:
        analysis = _core.analyze(
            recording._source, electrode, band(band_hz), mains_name(mains), rate, int(passes), call
        )
    finally:
        if bar is not None:
            bar.close()
    return Result(analysis, recording)
