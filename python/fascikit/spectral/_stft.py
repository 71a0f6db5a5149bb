"""Spectra along time: spectrogram, STFT and its inverse."""

from __future__ import annotations

from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._rows import (
    WindowLike,
    axis_of,
    choice,
    detrend_of,
    named_window,
    real,
    rows_of,
    segments_of,
    whole,
    window_values,
    with_time_last,
)

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def _place(values: NDArray[Any], lead: tuple[int, ...], axis: int) -> NDArray[Any]:
    """Rows x segments x bins to SciPy's shape: bins at `axis`, time last."""
    out = values.reshape(*lead, *values.shape[1:])
    return np.moveaxis(out, -1, axis - 1 if axis < 0 else axis)


def spectrogram(
    x: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = ("tukey", 0.25),
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = "constant",
    scaling: str = "density",
    axis: int = -1,
    mode: str = "psd",
) -> tuple[Real, Real, NDArray[Any]]:
    """Power of short segments along time; as `scipy.signal.spectrogram`.

    Parameters
    ----------
    x, fs, window, nperseg, nfft, detrend, scaling, axis
        As in `welch`.
    noverlap : int, optional
        Samples that neighbours share; default an eighth of a segment.
    mode : {"psd", "complex", "magnitude", "angle", "phase"}
        Powers; STFT without padding; its magnitude; its angle; its angle unwrapped
        along the frequencies, as SciPy does it.

    Returns
    -------
    f : numpy.ndarray of float64
        Frequencies in Hz.
    t : numpy.ndarray of float64
        The middles of the segments in s.
    Sxx : numpy.ndarray of float64 (complex128 if "complex")
        `axis` holds the frequencies, the last axis the segments.

    Raises
    ------
    ValueError
        As in `welch`.

    Notes
    -----
    One FFT a segment.
    """
    moved = with_time_last(x, axis)
    values, overlap, size = segments_of(moved.shape[-1], window, nperseg, noverlap, nfft, share=8)
    choice(mode, ("psd", "complex", "magnitude", "angle", "phase"), "mode")
    how = _core.spectrogram if mode == "psd" else _core.stft
    f, t, s = how(
        rows_of(moved),
        real(fs, "fs"),
        values,
        overlap,
        size,
        detrend_of(detrend),
        choice(scaling, ("density", "spectrum"), "scaling"),
    )
    out: NDArray[Any] = _place(s, moved.shape[:-1], axis)
    if mode == "magnitude":
        out = np.abs(out)
    elif mode in ("angle", "phase"):
        out = np.angle(out)
        if mode == "phase":
            out = np.unwrap(out, axis=axis - 1 if axis < 0 else axis)
    return f, t, out


def stft(
    x: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "hann",
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = False,
    boundary: Optional[str] = "zeros",
    padded: bool = True,
    axis: int = -1,
    scaling: str = "spectrum",
) -> tuple[Real, Real, Complex]:
    """Short-time Fourier transform; as `scipy.signal.stft`, one-sided.

    Parameters
    ----------
    x, fs, window, nperseg, noverlap, nfft, detrend, axis
        As in `welch`.
    boundary : {"zeros", "even", "odd", "constant", None}
        How half a segment is added at either end.
    padded : bool
        Fill the last segment with zeros (otherwise it is left out).
    scaling : {"spectrum", "psd"}
        |Zxx| is an amplitude, or its square a density.

    Returns
    -------
    f : numpy.ndarray of float64
        Frequencies in Hz.
    t : numpy.ndarray of float64
        The middles of the segments in s.
    Zxx : numpy.ndarray of complex128
        `axis` holds the frequencies, the last axis the segments.

    Raises
    ------
    ValueError
        As in `welch`.

    Notes
    -----
    One FFT a segment.
    """
    moved = with_time_last(x, axis)
    values, overlap, size = segments_of(moved.shape[-1], window, nperseg, noverlap, nfft)
    scale = choice(scaling, ("spectrum", "psd"), "scaling")
    n = values.size
    half = n // 2
    pad = np.pad
    width = [(0, 0)] * (moved.ndim - 1) + [(half, half)]
    extended: NDArray[Any] = moved
    if boundary == "zeros":
        extended = pad(moved, width)
    elif boundary == "constant":
        extended = pad(moved, width, mode="edge")
    elif boundary in ("even", "odd"):
        if moved.shape[-1] <= half:
            raise ValueError(f"boundary {boundary!r}: more than half a segment, {half} samples, are needed")
        extended = pad(moved, width, mode="reflect", reflect_type=boundary)  # type: ignore[call-overload]
    elif boundary is not None:
        choice(boundary, ("zeros", "even", "odd", "constant"), "boundary")
    if padded:
        missing = (n - extended.shape[-1]) % (n - overlap)
        extended = pad(extended, [(0, 0)] * (moved.ndim - 1) + [(0, missing)])
    f, t, z = _core.stft(
        rows_of(extended),
        real(fs, "fs"),
        values,
        overlap,
        size,
        detrend_of(detrend),
        "density" if scale == "psd" else "spectrum",
    )
    if boundary is not None:
        t = t - n / 2 / real(fs, "fs")
    return f, t, _place(z, moved.shape[:-1], axis)


def istft(
    Zxx: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "hann",
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    *,
    boundary: bool = True,
    time_axis: int = -1,
    freq_axis: int = -2,
    scaling: str = "spectrum",
) -> tuple[Real, Real]:
    """Inverse of `stft`, in the sense of least squares; as `scipy.signal.istft`, one-sided.

    Parameters
    ----------
    Zxx : array, complex
        As `stft` returns it, perhaps changed.
    fs, window, nperseg, noverlap, nfft, scaling
        As given to `stft`; `nperseg` by default the even number that fits `Zxx`.
    boundary : bool
        Whether half a segment was added at either end; it is taken off.
    time_axis, freq_axis : int

    Returns
    -------
    t : numpy.ndarray of float64
        Times in s.
    x : numpy.ndarray of float64
        Zeros that filled the last segment are still there.

    Raises
    ------
    ValueError
        As in `welch`; and if the windows' squares leave samples without weight.

    Notes
    -----
    Griffin & Lim 1984, 10.1109/TASSP.1984.1164317. One FFT a segment.
    """
    z = np.asarray(Zxx, dtype=np.complex128)
    if z.ndim < 2:
        raise ValueError(f"Zxx has {z.ndim} axes: at least 2 are needed")
    at = axis_of(time_axis, z.ndim, "time_axis")
    bins = axis_of(freq_axis, z.ndim, "freq_axis")
    if at == bins:
        raise ValueError(f"time_axis {time_axis} and freq_axis {freq_axis} are the same")
    rest = [i for i in range(z.ndim) if i not in (at, bins)]
    rows = np.transpose(z, [*rest, at, bins])
    default = 2 * (z.shape[bins] - 1)
    given = None if nperseg is None else whole(nperseg, "nperseg")
    length = max(1, default) if given is None else given
    if named_window(window) is None:
        length = len(window_values(window, 0))
    if length < 1:
        raise ValueError(f"nperseg {length}: at least 1 is needed")
    size = (length if length == default + 1 else default) if nfft is None else whole(nfft, "nfft")
    if size // 2 + 1 != z.shape[bins]:
        raise ValueError(f"Zxx has {z.shape[bins]} frequencies: an FFT of {size} has {size // 2 + 1}")
    values, overlap, size = segments_of(length, window, given if given is not None else length, noverlap, size)
    scale = choice(scaling, ("spectrum", "psd"), "scaling")
    x = _core.istft(
        np.ascontiguousarray(rows.reshape(-1, rows.shape[-2], rows.shape[-1])),
        real(fs, "fs"),
        values,
        overlap,
        size,
        "density" if scale == "psd" else "spectrum",
        bool(boundary),
    )
    out = x.reshape(*rows.shape[:-2], x.shape[-1])
    return np.arange(x.shape[-1]) / real(fs, "fs"), np.moveaxis(out, -1, at - 1 if bins < at else at)
