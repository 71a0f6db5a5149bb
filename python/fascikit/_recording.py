"""Recordings: files read when they are needed, and arrays read in place."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Union

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arrays import MICROVOLTS, number, source_of_array
from ._sites import Grid, Sites, with_sites


class Annotation(NamedTuple):
    """A text of the file with its time; `duration_s` is 0 where the file gives none."""

    onset_s: float
    duration_s: float
    text: str


class Gap(NamedTuple):
    """Seconds that do not exist in the file; they are read as NaN."""

    onset_s: float
    duration_s: float


class SkippedChannel(NamedTuple):
    """A channel of the file that is not analysed, and why."""

    label: str
    reason: str


class Recording:
    """Channels of samples with a rate, opened by `read`; samples are read when asked for.

    Attributes
    ----------
    path, format, start_time : str
        Empty path for arrays; start time in ISO 8601, empty where unknown.
    fs : float
        Sampling rate, Hz.
    frames : int
        Samples a channel, gaps included.
    duration_s : float
    channels : list of str
        Labels of the channels that are analysed.
    units : list of str
        Their units as the file spells them; `data` is always in µV.
    sites : dict of str to list of str
        The channels of each site.
    annotations, gaps, skipped, warnings : list
        Texts of the file; stretches without samples; channels left out, and why; what
        was odd in the file and did not stop the reading.

    Notes
    -----
    Picklable: a file is opened again by its path, an array travels along. Several
    threads may read from one recording at once.
    """

    def __init__(self, source: _core.Source, origin: tuple[Any, ...]) -> None:
        self._source = source
        self._origin = origin
        self._info = source.info()

    @property
    def path(self) -> str:
        return str(self._info["path"])

    @property
    def format(self) -> str:
        return str(self._info["format"])

    @property
    def start_time(self) -> str:
        return str(self._info["start_time"])

    @property
    def fs(self) -> float:
        return float(self._info["fs"])

    @property
    def frames(self) -> int:
        return int(self._info["frames"])

    @property
    def duration_s(self) -> float:
        return self.frames / self.fs

    @property
    def channels(self) -> list[str]:
        return [channel["label"] for channel in self._info["channels"]]

    @property
    def units(self) -> list[str]:
        return [channel["unit"] for channel in self._info["channels"]]

    @property
    def sites(self) -> dict[str, list[str]]:
        labels = self.channels
        return {site["name"]: [labels[c] for c in site["channels"]] for site in self._info["sites"]}

    @property
    def annotations(self) -> list[Annotation]:
        return [Annotation(*entry) for entry in self._info["annotations"]]

    @property
    def gaps(self) -> list[Gap]:
        return [Gap(first / self.fs, count / self.fs) for first, count in self._info["gaps"]]

    @property
    def skipped(self) -> list[SkippedChannel]:
        return [SkippedChannel(*entry) for entry in self._info["skipped"]]

    @property
    def warnings(self) -> list[str]:
        return list(self._info["warnings"])

    def data(self, start_s: float = 0.0, stop_s: Optional[float] = None) -> NDArray[np.float32]:
        """Samples from `start_s` up to `stop_s` (default: the end), in µV.

        Parameters
        ----------
        start_s, stop_s : float
            Seconds from the start of the recording, rounded to the nearest sample.

        Returns
        -------
        numpy.ndarray of float32, shape (channels, frames)
            NaN where the file has a gap.

        Raises
        ------
        ValueError
            For times outside the recording.
        InputError
            When the file fails underneath.
        """
        stop = self.duration_s if stop_s is None else stop_s
        allowed = f"0 to {self.duration_s:g} s"
        first = round(number(start_s, "start_s", allowed) * self.fs)
        last = round(number(stop, "stop_s", allowed) * self.fs)
        if not 0 <= first <= last <= self.frames:
            raise ValueError(f"{start_s:g} to {stop:g} s: allowed is a stretch within {allowed}")
        return self._source.read(first, last - first)

    def __repr__(self) -> str:
        minutes, seconds = divmod(self.duration_s, 60)
        length = f"{int(minutes)} min {seconds:.1f} s" if minutes else f"{seconds:.3g} s"
        count = len(self.channels)
        shown = ", ".join(self.channels[:8]) + (f", and {count - 8} more" if count > 8 else "")
        lines = [
            f"<Recording {os.path.basename(self.path) or 'array'}: {self.format}, {self.fs:g} Hz, {length}, "
            f"{count} channel{'s' * (count != 1)} ({shown})>"
        ]
        for skipped in self.skipped[:8]:
            lines.append(f"  not analysed: {skipped.label} ({skipped.reason})")
        if self.gaps:
            lines.append(f"  {len(self.gaps)} gap{'s' * (len(self.gaps) != 1)}")
        lines += [f"  warning: {text}" for text in self.warnings[:8]]
        return "\n".join(lines)

    def _with_sites(self, sites: Optional[Sites], grid: Optional[Grid], pitch_mm: Optional[float]) -> Recording:
        if sites is None and grid is None and pitch_mm is None:
            return self
        return Recording(with_sites(self._source, sites, grid, pitch_mm), self._origin)

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (self._origin, self._info["sites"])


def restore(origin: tuple[Any, ...], sites: list[dict[str, Any]]) -> Recording:
    """The recording of that origin, opened again."""
    kind, *arguments = origin
    recording = _open(*arguments) if kind == "file" else of_array(*arguments)
    return Recording(recording._source.with_sites(sites), recording._origin)


def of_array(
    x: Any, fs: Optional[float], unit: Optional[str], scale: Optional[float], labels: Sequence[str] = ()
) -> Recording:
    """A recording that reads `x` in place."""
    source, array = source_of_array(x, fs, unit, scale, labels)
    return Recording(source, ("array", array, fs, unit, scale, labels))


def _open(path: str, channels: list[str], unit: str, fs: Optional[float]) -> Recording:
    try:
        source = _core.open(path, channels, unit, fs)
    except _core.InputError as error:
        if not os.path.exists(path) and os.path.basename(path) and not os.path.exists(path + ".hea"):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error
        raise
    return Recording(source, ("file", path, channels, unit, fs))


def read(
    path: Union[str, "os.PathLike[str]"],
    *,
    channels: Optional[Sequence[str]] = None,
    unit: Optional[str] = None,
    fs: Optional[float] = None,
    grid: Optional[Grid] = None,
    pitch_mm: Optional[float] = None,
    sites: Optional[Sites] = None,
) -> Recording:
    """Open a recording: EDF, EDF+, BDF, WFDB or CSV. Samples are read when needed.

    Parameters
    ----------
    path : str or path
        For WFDB the header, `*.hea`.
    channels : sequence of str, optional
        Labels of the channels to keep, in this order. Default: all in V, mV or µV at
        the commonest rate; the others are listed in `Recording.skipped`.
    unit : {"uV", "mV", "V"}, optional
        The unit, where the file states none. An unstated unit is refused, never guessed.
    fs : float, optional
        Sampling rate in Hz, for CSV without a time column.
    grid : str or (int, int), optional
        Rows and columns of an electrode grid, such as "8x8"; row-major.
    pitch_mm : float, optional
        Distance between the electrodes of the grid, mm.
    sites : mapping, sequence of mappings or path, optional
        Which channels look at one muscle: `{"left calf": ["EMG1", "EMG2"]}`, or a list
        of mappings with `name`, `channels` and optionally `rows`, `columns`,
        `pitch_mm`, `muscle`, `side`, or a JSON file of such a list. Default: each
        channel is its own site.

    Returns
    -------
    Recording

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the file is damaged or cannot be used; names the place and what is allowed.
    ValueError
        For options out of range.
    """
    if unit is not None and unit not in MICROVOLTS:
        raise ValueError(f"unit {unit!r}: allowed is 'V', 'mV' or 'uV'")
    if isinstance(channels, str):
        raise ValueError(f"channels {channels!r}: allowed is a list of labels, such as [{channels!r}]")
    stated = "uV" if unit is not None and MICROVOLTS[unit] == 1.0 else unit
    rate = None if fs is None else number(fs, "fs", "a sampling rate in Hz")
    recording = _open(os.fspath(path), list(channels or []), stated or "", rate)
    return recording._with_sites(sites, grid, pitch_mm)
