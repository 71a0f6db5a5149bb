"""Power and cross spectra: Welch's method, periodogram, coherence."""

from __future__ import annotations

from typing import Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._rows import WindowLike, choice, detrend_of, pair_of, real, rows_of, segments_of, whole, with_time_last

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def welch(
    x: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "hann",
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = "constant",
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Real, Real]:
    """Power spectral density by Welch's method; as `scipy.signal.welch`.

    Parameters
    ----------
    x : array of float32 or float64
    fs : float
        Sampling rate in Hz.
    window : str, (str, float) or array
        A name, such as "hann" or ("kaiser", 8.6), or the values of a segment.
    nperseg : int, optional
        Samples a segment; default 256. A shorter `x` is one segment.
    noverlap : int, optional
        Samples that neighbours share; default half a segment.
    nfft : int, optional
        Size of the FFT, if segments are to be padded with zeros.
    detrend : {"constant", "linear", False}
        What is taken off each segment.
    scaling : {"density", "spectrum"}
        Unit squared per Hz, or unit squared.
    axis : int
        The axis of time.
    average : {"mean", "median"}
        Over the segments; the median is corrected for its bias.

    Returns
    -------
    f : numpy.ndarray of float64, shape (nfft // 2 + 1,)
        Frequencies in Hz.
    Pxx : numpy.ndarray of float64
        One-sided; `axis` holds the frequencies.

    Raises
    ------
    ValueError
        For options out of range and arrays that do not fit; the message names the value.

    Notes
    -----
    Welch 1967, 10.1109/TAU.1967.1161901. Equal to SciPy to 1e-12. One FFT a segment.
    """
    moved = with_time_last(x, axis)
    values, overlap, size = segments_of(moved.shape[-1], window, nperseg, noverlap, nfft)
    f, p = _core.welch(
        rows_of(moved),
        real(fs, "fs"),
        values,
        overlap,
        size,
        detrend_of(detrend),
        choice(scaling, ("density", "spectrum"), "scaling"),
        choice(average, ("mean", "median"), "average"),
    )
    return f, np.moveaxis(p.reshape(*moved.shape[:-1], f.size), -1, axis)


def periodogram(
    x: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "boxcar",
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = "constant",
    scaling: str = "density",
    axis: int = -1,
) -> tuple[Real, Real]:
    """Power spectral density of the whole signal as one segment; as `scipy.signal.periodogram`.

    Parameters
    ----------
    x, fs, window, detrend, scaling, axis
        As in `welch`.
    nfft : int, optional
        Size of the FFT, at least the samples of `x` (SciPy cuts `x` where it is less).

    Returns
    -------
    f, Pxx : numpy.ndarray of float64
        As `welch` returns them.

    Raises
    ------
    ValueError
        As in `welch`.

    Notes
    -----
    One FFT of the whole signal. Its variance does not fall with length: see `welch`.
    """
    n = with_time_last(x, axis).shape[-1]
    return welch(x, fs, window, n, 0, nfft, detrend, scaling, axis)


def csd(
    x: ArrayLike,
    y: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "hann",
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = "constant",
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Real, Complex]:
    """Cross power spectral density, mean of conj(X) Y; as `scipy.signal.csd`.

    Parameters
    ----------
    x, y : array of float32 or float64
        Of equal length (SciPy fills the shorter with zeros); other axes are broadcast.
    fs, window, nperseg, noverlap, nfft, detrend, scaling, axis, average
        As in `welch`.

    Returns
    -------
    f : numpy.ndarray of float64
        Frequencies in Hz.
    Pxy : numpy.ndarray of complex128
        One-sided; its angle is that of `y` against `x`.

    Raises
    ------
    ValueError
        As in `welch`, and for lengths that differ.

    Notes
    -----
    Two FFTs a segment.
    """
    a, b = pair_of(x, y, axis)
    values, overlap, size = segments_of(a.shape[-1], window, nperseg, noverlap, nfft)
    f, p = _core.csd(
        rows_of(a),
        rows_of(b),
        real(fs, "fs"),
        values,
        overlap,
        size,
        detrend_of(detrend),
        choice(scaling, ("density", "spectrum"), "scaling"),
        choice(average, ("mean", "median"), "average"),
    )
    out = p.reshape(*a.shape[:-1], f.size)
    return f, np.moveaxis(out, -1, axis) if out.ndim > 1 else out


def coherence(
    x: ArrayLike,
    y: ArrayLike,
    fs: float = 1.0,
    window: WindowLike = "hann",
    nperseg: Optional[int] = None,
    noverlap: Optional[int] = None,
    nfft: Optional[int] = None,
    detrend: Union[str, bool] = "constant",
    axis: int = -1,
) -> tuple[Real, Real]:
    """Magnitude-squared coherence, 0 to 1; as `scipy.signal.coherence`.

    Parameters
    ----------
    x, y, fs, window, nperseg, noverlap, nfft, detrend, axis
        As in `csd`.

    Returns
    -------
    f : numpy.ndarray of float64
        Frequencies in Hz.
    Cxy : numpy.ndarray of float64
        NaN where a signal has no power at all; 1 everywhere if there is one segment.

    Raises
    ------
    ValueError
        As in `csd`.

    See Also
    --------
    coherence_limit : what independent noise exceeds by chance.

    Notes
    -----
    Two FFTs a segment.
    """
    a, b = pair_of(x, y, axis)
    values, overlap, size = segments_of(a.shape[-1], window, nperseg, noverlap, nfft)
    f, c = _core.coherence(rows_of(a), rows_of(b), real(fs, "fs"), values, overlap, size, detrend_of(detrend))
    out = c.reshape(*a.shape[:-1], f.size)
    return f, np.moveaxis(out, -1, axis) if out.ndim > 1 else out


def coherence_limit(segments: float, alpha: float = 0.05) -> float:
    """The squared coherence that independent noise exceeds with probability `alpha` at one frequency.

    Parameters
    ----------
    segments : float
        Independent segments, more than 1: the number of those that do not overlap, or
        what `independent_segments` says.
    alpha : float
        Above 0 and below 1.

    Returns
    -------
    float
        1 - alpha ** (1 / (segments - 1)) (Rosenberg et al. 1989,
        10.1016/0079-6107(89)90004-7). For a whole band, divide `alpha` by the frequencies in it.

    Raises
    ------
    ValueError
        For values out of range.
    """
    return _core.coherence_limit(real(segments, "segments"), real(alpha, "alpha"))


def independent_segments(
    n: int, window: WindowLike = "hann", nperseg: Optional[int] = None, noverlap: Optional[int] = None
) -> float:
    """How many independent segments the overlapping ones of `n` samples are worth.

    Parameters
    ----------
    n : int
        Samples of the signal.
    window, nperseg, noverlap
        As in `welch`.

    Returns
    -------
    float
        From the variance of Welch's estimate for white noise (Welch 1967).

    Raises
    ------
    ValueError
        As in `welch`.
    """
    n = whole(n, "n")
    if n < 1:
        raise ValueError(f"n {n}: at least 1 is needed")
    values, overlap, _ = segments_of(n, window, nperseg, noverlap, None)
    return _core.independent_segments(n, values, overlap)
