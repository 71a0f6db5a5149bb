"""Live: blocks in, discharges out as soon as they are certain to stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from . import _core
from ._analyze import band, mains_name
from ._arrays import number, two_dimensional
from ._sites import entries


class LiveEvent(NamedTuple):
    """One detected discharge; the columns are those of `Result.events`."""

    event: int
    sample: int
    onset_s: float
    peak_s: float
    duration_ms: float
    site: str
    channel: int
    amplitude_uv: float
    snr: float
    probability: float


class LiveSegment(NamedTuple):
    """A stretch of time that is voluntary, artifact or masked, and why."""

    onset_s: float
    end_s: float
    site: str
    kind: str
    reason: str


class LiveBurst(NamedTuple):
    """Discharges that belong together, with their label; `events` are their ids."""

    burst: int
    onset_s: float
    duration_s: float
    site: str
    label: str
    probability: float
    n_discharges: int
    n_units: int
    rate_hz: float
    isi_cv: float
    unit: Optional[int]
    events: tuple[int, ...]
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Found:
    """What one call gave out. True if there is anything.

    Attributes
    ----------
    events : list of LiveEvent
    segments : list of LiveSegment
    bursts : list of LiveBurst
    overflow : bool
        More was found than `capacity` holds; what was lost becomes a segment with
        reason "overflow".
    """

    events: list[LiveEvent]
    segments: list[LiveSegment]
    bursts: list[LiveBurst]
    overflow: bool = False

    def __bool__(self) -> bool:
        return bool(self.events or self.segments or self.bursts)


class Stream:
    """Finds discharges while they are recorded.

    Parameters
    ----------
    fs : float
        Sampling rate in Hz, 200 to 200000.
    channels : int
        1 to 4096.
    electrode, band_hz, mains, false_per_minute
        As in `analyze`.
    sites : mapping or sequence of mappings, optional
        Channel indices of each site: `{"left calf": [0, 1]}`. Default: each channel is
        its own site, "ch1", "ch2" and so on.
    capacity : int
        Most events (and segments, and bursts) of one call.

    Notes
    -----
    Nothing given out changes later, and how the samples are cut into blocks does not
    change it: `analyze(passes=1)` gives the same. Inside, `process` neither allocates
    nor locks; this wrapper makes Python objects of what was found. One thread at a
    time; the GIL is released.
    """

    def __init__(
        self,
        fs: float,
        channels: int,
        *,
        electrode: str = "surface",
        band_hz: Optional[tuple[float, float]] = None,
        mains: Union[str, int, None] = "auto",
        false_per_minute: float = 0.05,
        sites: Any = None,
        capacity: int = 4096,
    ) -> None:
        self.fs = number(fs, "fs", "a sampling rate in Hz")
        self.channels = int(channels)
        labels = [f"ch{c + 1}" for c in range(min(max(self.channels, 0), 4096))]
        groups = {label: [c] for c, label in enumerate(labels)} if sites is None else sites
        self._core = _core.Stream(
            self.fs,
            self.channels,
            electrode,
            band(band_hz),
            mains_name(mains),
            number(false_per_minute, "false_per_minute", "a number per minute"),
            entries(groups, labels),
            int(capacity),
        )
        self._sites = self._core.sites()

    @property
    def latency(self) -> dict[str, float]:
        """Seconds after which events, segments and bursts are given out at the latest."""
        return self._core.latency()

    @property
    def next_sample(self) -> int:
        """Index of the first sample of the block that is expected next."""
        return self._core.next_sample

    def process(self, block: Any, first_sample: Optional[int] = None) -> Found:
        """Take the next samples and give out what they make certain.

        Parameters
        ----------
        block : array of float32 or float64, shape (channels, frames) or (frames,)
            µV; time is the last axis; 1-D for one channel. Read in place, at float32
            precision. NaN marks samples that are missing. No frames at all are allowed.
        first_sample : int, optional
            Index of its first sample from the start. Default: follows the last block.
            A jump forward is a gap.

        Returns
        -------
        Found

        Raises
        ------
        ValueError
            For another number of channels, a type other than float32 or float64, or a
            `first_sample` that goes back. The stream is as it was before.
        RuntimeError
            If another thread is inside.
        """
        array = np.asarray(block)
        if array.size == 0 and array.ndim == 2 and array.shape[0] == self.channels:
            array = array.reshape(self.channels, 0)
        elif array.size == 0 and array.ndim == 1 and self.channels == 1:
            array = array.reshape(1, 0)
        else:
            array = two_dimensional(block, "the block")
        if array.dtype not in (np.float32, np.float64) or not array.dtype.isnative:
            raise ValueError(f"block of type {array.dtype}: allowed is float32 or float64, in \u00b5V")
        return self._found(self._core.process(array, first_sample))

    def flush(self) -> Found:
        """Give out what is still held back, as at the end of the recording."""
        return self._found(self._core.flush())

    def reset(self) -> None:
        """Begin again, as if just constructed."""
        self._core.reset()

    def __repr__(self) -> str:
        return f"<Stream: {self.fs:g} Hz, {self.channels} channels, next sample {self.next_sample}>"

    def _site(self, index: int) -> str:
        return "" if index < 0 else self._sites[index]

    def _found(self, raw: tuple[Any, Any, Any, list[Any], bool]) -> Found:
        events, segments, bursts, ids, overflow = raw
        fs = self.fs
        labels = [entry[0] for entry in _core.label_table]
        return Found(
            [
                LiveEvent(
                    int(e["id"]),
                    int(e["onset_sample"]),
                    float(e["onset_sample"] / fs),
                    float(e["peak_sample"] / fs),
                    float(1000 * (e["end_sample"] - e["onset_sample"]) / fs),
                    self._site(e["site"]),
                    int(e["channel"]),
                    float(e["amplitude_uv"]),
                    float(e["snr"]),
                    float(e["probability"]),
                )
                for e in events
            ],
            [
                LiveSegment(
                    float(s["onset_sample"] / fs),
                    float(s["end_sample"] / fs),
                    self._site(s["site"]),
                    _core.segment_kinds[s["kind"]],
                    _core.segment_reasons[s["reason"]],
                )
                for s in segments
            ],
            [
                LiveBurst(
                    int(b["id"]),
                    float(b["onset_s"]),
                    float(b["duration_s"]),
                    self._site(b["site"]),
                    labels[b["label"]],
                    float(b["probability"]),
                    int(b["n_discharges"]),
                    int(b["n_units"]),
                    float(b["rate_hz"]),
                    float(b["isi_cv"]),
                    int(b["unit"]) if b["unit"] >= 0 else None,
                    tuple(int(i) for i in members),
                    dict(zip(labels, (float(p) for p in b["probabilities"]))),
                )
                for b, members in zip(bursts, ids)
            ],
            bool(overflow),
        )
