"""Filters that run as a stream: block after block, as if the signal had come in one piece."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .. import _core
from ._fir import resampling_taps, taps_of
from ._samples import Samples, count, numbers
from ._smooth import polynomial


class Streaming:
    """A filter with its state. Made by the methods named after the filters.

    >>> live = fk.filter.Streaming.moving_rms(256, channels=64, dtype="float32")
    >>> for block in blocks:               # (channels, samples), any number of them
    ...     level = live.process(block)

    What `process` and then `flush` give, put together, is what the function of the same
    name gives for the whole signal, bit for bit the same however it is cut into blocks.
    A filter that looks ahead gives its samples `latency_samples` late and therefore fewer
    from its first blocks. One thread at a time; the GIL is released.
    """

    def __init__(self, stream: _core.FilterStream, channels: int, single: bool, name: str) -> None:
        self._stream = stream
        self._channels = channels
        self._dtype = np.dtype(np.float32 if single else np.float64)
        self._name = name
        self._skip = stream.latency_samples() if stream.lags() else 0

    def __repr__(self) -> str:
        return (
            f"<fascikit.filter.Streaming.{self._name} of {self._channels} channels, {self._dtype.name}, "
            f"latency {self.latency_samples} samples>"
        )

    @property
    def latency_samples(self) -> int:
        """Input samples that an output waits for."""
        return self._stream.latency_samples()

    @property
    def channels(self) -> int:
        return self._channels

    def process(self, block: ArrayLike) -> Samples:
        """The next samples, filtered.

        Parameters
        ----------
        block : array of shape (channels, samples), or (samples,) for one channel
            Of the type the filter was made for.

        Returns
        -------
        numpy.ndarray
            As many dimensions as `block`; so many samples as are known by now.

        Raises
        ------
        ValueError
            For another number of channels or another type.
        """
        samples = np.asarray(block)
        if samples.dtype != self._dtype or not samples.dtype.isnative:
            raise ValueError(f"samples of type {samples.dtype}: this filter was made for {self._dtype}")
        rows = samples[np.newaxis, :] if samples.ndim == 1 else samples
        if rows.ndim != 2 or rows.shape[0] != self._channels:
            raise ValueError(f"samples of shape {samples.shape}: needed is ({self._channels}, any number)")
        if any(stride % rows.itemsize for stride in rows.strides) or not rows.flags.aligned:
            rows = np.ascontiguousarray(rows)
        known = 0
        out = np.empty((self._channels, 0), dtype=self._dtype)
        if rows.shape[1] > 0:
            out = np.empty((self._channels, self._stream.room(rows.shape[1])), dtype=self._dtype)
            known = self._stream.process(rows, out)
        result = self._known(out[:, :known])
        return result[0] if samples.ndim == 1 else result

    def flush(self) -> Samples:
        """The samples that are still waiting, as at the end of the signal; then as after `reset`.

        Returns
        -------
        numpy.ndarray, shape (channels, samples)
        """
        out = np.empty((self._channels, self._stream.room(0)), dtype=self._dtype)
        result = self._known(out[:, : self._stream.flush(out)])
        self.reset()
        return result

    def reset(self) -> None:
        """Back to the beginning."""
        self._stream.reset()
        self._skip = self._stream.latency_samples() if self._stream.lags() else 0

    def copy(self) -> Streaming:
        """A snapshot: a filter that goes on from here on its own."""
        other = Streaming(self._stream.copy(), self._channels, self._dtype == np.float32, self._name)
        other._skip = self._skip
        return other

    def _known(self, out: Samples) -> Samples:
        dropped = min(self._skip, out.shape[1])
        self._skip -= dropped
        return out[:, dropped:]

    @classmethod
    def sosfilt(cls, sos: ArrayLike, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """Second-order sections, from rest."""
        single, lanes = _single(dtype), count(channels, "channels")
        return cls(_core.stream_sos(numbers(sos, "sos"), lanes, single), lanes, single, "sosfilt")

    @classmethod
    def firfilt(
        cls, taps: ArrayLike, channels: int = 1, dtype: DTypeLike = np.float64, hop: Optional[int] = None, fft: bool = False
    ) -> Streaming:
        """A finite impulse response, tap by tap; by overlap-save with `fft` or a `hop` of so many samples,
        which costs a latency of hop - 1 and pays from about 256 taps on."""
        single, lanes = _single(dtype), count(channels, "channels")
        if hop is None and not fft:
            stream = _core.stream_fir(taps_of(taps), lanes, single)
        else:
            stream = _core.stream_overlap_save(taps_of(taps), None if hop is None else count(hop, "hop"), lanes, single)
        return cls(stream, lanes, single, "firfilt")

    @classmethod
    def resample_poly(
        cls,
        up: int,
        down: int,
        channels: int = 1,
        dtype: DTypeLike = np.float64,
        window: Union[str, tuple[str, float], ArrayLike] = ("kaiser", 5.0),
    ) -> Streaming:
        """Another sampling rate; `process` gives about up / down samples for each."""
        single, lanes = _single(dtype), count(channels, "channels")
        taps = resampling_taps(up, down, window)
        stream = _core.stream_resample(count(up, "up"), count(down, "down"), taps, lanes, single)
        return cls(stream, lanes, single, "resample_poly")

    @classmethod
    def savgol_filter(
        cls,
        window_length: int,
        polyorder: int,
        deriv: int = 0,
        delta: float = 1.0,
        mode: str = "nearest",
        channels: int = 1,
        dtype: DTypeLike = np.float64,
    ) -> Streaming:
        """Savitzky-Golay; mode "nearest" or "constant". Latency (window_length - 1) / 2."""
        single, lanes = _single(dtype), count(channels, "channels")
        options = polynomial(window_length, polyorder, deriv, delta)
        stream = _core.stream_savgol(*options, str(mode), lanes, single)
        return cls(stream, lanes, single, "savgol_filter")

    @classmethod
    def moving_average(cls, window: int, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """Mean of the last `window` samples, mode "trailing"."""
        return cls._moving("average", window, channels, dtype)

    @classmethod
    def moving_rms(cls, window: int, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """Root mean square of the last `window` samples, mode "trailing"."""
        return cls._moving("rms", window, channels, dtype)

    @classmethod
    def moving_median(cls, window: int, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """Median of the last `window` samples, mode "trailing"."""
        return cls._moving("median", window, channels, dtype)

    @classmethod
    def _moving(cls, kind: str, window: int, channels: int, dtype: DTypeLike) -> Streaming:
        single, lanes = _single(dtype), count(channels, "channels")
        return cls(_core.stream_moving(kind, count(window, "window"), lanes, single), lanes, single, "moving_" + kind)

    @classmethod
    def envelope(cls, taps: int, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """Envelope by an odd number of Hilbert taps: within 2 % from 1.6 fs / taps on. Latency (taps - 1) / 2."""
        single, lanes = _single(dtype), count(channels, "channels")
        return cls(_core.stream_envelope(count(taps, "taps"), lanes, single), lanes, single, "envelope")

    @classmethod
    def teager(cls, k: int = 1, channels: int = 1, dtype: DTypeLike = np.float64) -> Streaming:
        """The Teager-Kaiser operator. Latency k."""
        single, lanes = _single(dtype), count(channels, "channels")
        return cls(_core.stream_teager([count(k, "k")], False, lanes, single), lanes, single, "teager")

    @classmethod
    def multiresolution_teager(
        cls, ks: Sequence[int] = (1, 3, 5), channels: int = 1, dtype: DTypeLike = np.float64
    ) -> Streaming:
        """The largest of several smoothed Teager operators. Latency 3 max(ks)."""
        single, lanes = _single(dtype), count(channels, "channels")
        stream = _core.stream_teager([count(k, "ks") for k in np.atleast_1d(ks)], True, lanes, single)
        return cls(stream, lanes, single, "multiresolution_teager")


def _single(dtype: DTypeLike) -> bool:
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"type {kind}: allowed is float32 or float64")
    return kind == np.dtype(np.float32)
