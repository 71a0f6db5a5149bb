"""Savitzky-Golay, moving statistics, envelopes, trends and energy operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..spectral._rows import real, whole
from ._samples import Samples, count, in_place, prepare


def polynomial(window_length: Any, polyorder: Any, deriv: Any, delta: Any) -> tuple[int, int, int, float]:
    """The options of Savitzky-Golay filters, checked."""
    sizes = count(window_length, "window_length"), count(polyorder, "polyorder"), count(deriv, "deriv")
    return (*sizes, real(delta, "delta"))


def savgol_coeffs(
    window_length: int, polyorder: int, deriv: int = 0, delta: float = 1.0, pos: Optional[int] = None, use: str = "conv"
) -> NDArray[np.float64]:
    """Taps of a Savitzky-Golay filter; as `scipy.signal.savgol_coeffs`.

    Parameters
    ----------
    window_length : int
        Odd number of samples.
    polyorder : int
        0 to window_length - 1.
    deriv : int
        Which derivative; 0 is the value.
    delta : float
        Distance of samples, in the unit the derivative is wanted per.
    pos : int, optional
        Where in the window the polynomial is taken; default: the middle.
    use : {"conv", "dot"}
        Newest sample first, or oldest first.

    Returns
    -------
    numpy.ndarray of float64, shape (window_length,)
        Within 1e-13 of the exact fractions (SciPy's: 3e-10 for long windows).

    Raises
    ------
    ValueError
        For values out of range.
    """
    if use not in ("conv", "dot"):
        raise ValueError(f"use {use!r}: allowed is 'conv' or 'dot'")
    position = count(window_length, "window_length") // 2 if pos is None else count(pos, "pos")
    weights = _core.savgol_taps(*polynomial(window_length, polyorder, deriv, delta), position)
    return weights[::-1].copy() if use == "conv" else weights


def savgol_filter(
    x: ArrayLike,
    window_length: int,
    polyorder: int,
    deriv: int = 0,
    delta: float = 1.0,
    axis: int = -1,
    mode: str = "interp",
    out: Optional[Samples] = None,
) -> Samples:
    """The polynomial that fits a window around each sample; as `scipy.signal.savgol_filter`.

    Parameters
    ----------
    x : array of float32 or float64
    window_length : int
        Odd number of samples; with mode "interp" no more than the signal has.
    polyorder : int
        0 to window_length - 1.
    deriv : int
        Which derivative; 0 is the value.
    delta : float
        Distance of samples: 1 / fs gives derivatives per second.
    axis : int
        The axis of time.
    mode : {"interp", "mirror", "nearest", "constant", "wrap"}
        How the ends are continued; "constant" is with zeros.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For values out of range, types that do not fit, and signals that are too short.

    References
    ----------
    Savitzky & Golay 1964, 10.1021/ac60214a047.
    """
    result, rows = prepare(x, axis, out)
    options = (*polynomial(window_length, polyorder, deriv, delta), str(mode))
    in_place(result, rows, lambda block: _core.savgol(block, *options))
    return result


def _moving(kind: str, x: ArrayLike, window: int, axis: int, mode: str, out: Optional[Samples]) -> Samples:
    result, rows = prepare(x, axis, out)
    in_place(result, rows, lambda block: _core.moving(kind, block, count(window, "window"), str(mode)))
    return result


def moving_average(
    x: ArrayLike, window: int, axis: int = -1, mode: str = "reflect", out: Optional[Samples] = None
) -> Samples:
    """Mean of a window around each sample; as `scipy.ndimage.uniform_filter1d`.

    Parameters
    ----------
    x : array of float32 or float64
    window : int
        Samples, from 1 on; window // 2 of them lie before the sample in question.
    axis : int
        The axis of time.
    mode : {"reflect", "mirror", "nearest", "constant", "wrap", "trailing"}
        How the ends are continued, as in scipy.ndimage. "trailing": the window ends at
        the sample, and holds fewer at the begin, as pandas' rolling(window, min_periods=1).
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For values out of range and types that do not fit.

    Notes
    -----
    Sums are in double and do not drift; a NaN is gone after `window` samples.
    Three additions a sample, whatever the window.
    """
    return _moving("average", x, window, axis, mode, out)


def moving_rms(
    x: ArrayLike, window: int, axis: int = -1, mode: str = "reflect", out: Optional[Samples] = None
) -> Samples:
    """Root of the mean square of a window around each sample.

    Parameters, errors and cost as `moving_average`; the unit of `x`.

    Parameters
    ----------
    x : array of float32 or float64
    window : int
    axis : int
    mode : {"reflect", "mirror", "nearest", "constant", "wrap", "trailing"}
    out : array, optional

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.
    """
    return _moving("rms", x, window, axis, mode, out)


def moving_median(
    x: ArrayLike, window: int, axis: int = -1, mode: str = "reflect", out: Optional[Samples] = None
) -> Samples:
    """Median of a window around each sample; for odd windows as `scipy.ndimage.median_filter`.

    An even window has the mean of its two middle values, as NumPy's and pandas' medians.
    A NaN makes the median NaN while it is in the window. O(log window) a sample.

    Parameters
    ----------
    x : array of float32 or float64
    window : int
        Samples, from 1 on.
    axis : int
        The axis of time.
    mode : {"reflect", "mirror", "nearest", "constant", "wrap", "trailing"}
        As of `moving_average`; "constant" is `scipy.signal.medfilt`.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For values out of range and types that do not fit.
    """
    return _moving("median", x, window, axis, mode, out)


def hilbert(x: ArrayLike, N: Optional[int] = None, axis: int = -1) -> NDArray[Any]:
    """The analytic signal; as `scipy.signal.hilbert`.

    Parameters
    ----------
    x : array of float32 or float64
    N : int, optional
        Length to cut or to fill up with zeros to; default: as it is.
    axis : int
        The axis of time.

    Returns
    -------
    numpy.ndarray of complex64 or complex128
        The real part is `x`. The ends meet, as if the signal were repeated.

    Raises
    ------
    ValueError
        For types that do not fit and N below 1.
    """
    result, rows = prepare(x, axis, None)
    if N is not None:
        length = count(N, "N")
        if length < 1:
            raise ValueError(f"N {N}: at least 1 is needed")
        fixed = np.zeros((*rows.shape[:-1], length), dtype=result.dtype)
        kept = min(length, rows.shape[-1])
        fixed[..., :kept] = rows[..., :kept]
        rows = fixed
    turned = np.array(rows, order="C")
    in_place(turned, turned, _core.hilbert)
    analytic = np.empty(rows.shape, dtype=np.result_type(rows.dtype, np.complex64))
    analytic.real, analytic.imag = rows, turned
    return np.moveaxis(analytic, -1, axis)


def envelope(x: ArrayLike, axis: int = -1, out: Optional[Samples] = None) -> Samples:
    """The modulus of the analytic signal, abs(hilbert(x)); not `scipy.signal.envelope`, which gives two rows.

    Parameters
    ----------
    x : array of float32 or float64
        Best without offset: the envelope of a band.
    axis : int
        The axis of time.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape, type and unit of `x`.

    Raises
    ------
    ValueError
        For types that do not fit.
    """
    result, rows = prepare(x, axis, out)
    in_place(result, rows, _core.envelope)
    return result


def detrend(
    x: ArrayLike,
    axis: int = -1,
    type: str = "linear",
    bp: Union[int, Sequence[int], NDArray[Any]] = 0,
    out: Optional[Samples] = None,
) -> Samples:
    """Take the mean or the line of least squares away; as `scipy.signal.detrend`.

    Parameters
    ----------
    x : array of float32 or float64
    axis : int
        The axis of time.
    type : {"linear", "constant"}
    bp : int or sequence of int
        First samples of further pieces, each with a trend of its own; rising.
        With "constant" they count as well, unlike SciPy.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For break points outside or out of order, and types that do not fit.
    """
    result, rows = prepare(x, axis, out)
    breaks = [whole(b, "bp") for b in np.atleast_1d(bp)]
    in_place(result, rows, lambda block: _core.detrend(block, str(type), breaks))
    return result


def teager(x: ArrayLike, k: int = 1, axis: int = -1, out: Optional[Samples] = None) -> Samples:
    """The Teager-Kaiser energy operator, x[n]^2 - x[n - k] x[n + k].

    Parameters
    ----------
    x : array of float32 or float64
        Without offset and drift.
    k : int
        Distance in samples, from 1 on; a quarter of the period sought answers most.
    axis : int
        The axis of time.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`, its unit squared; 0 within k of the ends.

    Raises
    ------
    ValueError
        For values out of range and types that do not fit.

    References
    ----------
    Kaiser 1990, 10.1109/ICASSP.1990.115702.
    """
    result, rows = prepare(x, axis, out)
    in_place(result, rows, lambda block: _core.teager(block, count(k, "k")))
    return result


def multiresolution_teager(
    x: ArrayLike, ks: Sequence[int] = (1, 3, 5), axis: int = -1, out: Optional[Samples] = None
) -> Samples:
    """The largest of several smoothed Teager operators.

    Each is smoothed by a Hamming window of 4 k + 1 samples, scaled so that white noise of
    variance 1 leaves the same size for every k.

    Parameters
    ----------
    x : array of float32 or float64
        Without offset and drift.
    ks : sequence of int
        Distances in samples; the default is Choi's, at 2 kHz 3 to 8 suit motor units.
    axis : int
        The axis of time.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`, its unit squared.

    Raises
    ------
    ValueError
        For values out of range and types that do not fit.

    References
    ----------
    Choi, Jung & Kim 2006, IEEE Trans. Biomed. Eng. 53(4):738.
    """
    result, rows = prepare(x, axis, out)
    distances = [count(k, "k") for k in ks]
    in_place(result, rows, lambda block: _core.multiresolution_teager(block, distances))
    return result
