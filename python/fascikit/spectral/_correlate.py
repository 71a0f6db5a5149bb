"""Cross-correlation and delay."""

from __future__ import annotations

import math
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._rows import choice, pair_of, real, rows_of, whole

MODES = ("full", "same", "valid")


def correlate(
    x: ArrayLike, y: ArrayLike, mode: str = "full", axis: int = -1, normalize: bool = False
) -> NDArray[np.float64]:
    """Cross-correlation along one axis; for 1-D arrays as `scipy.signal.correlate`.

    Parameters
    ----------
    x, y : array of float32 or float64
        Other axes are broadcast (SciPy correlates along all axes).
    mode : {"full", "same", "valid"}
        All lags; the middle ones, as many as `x` has samples; those where the shorter
        lies wholly in the longer.
    axis : int
        The axis of time.
    normalize : bool
        Take both means off and divide by the root of both energies, so that every
        value lies within -1 to 1. A constant signal gives zeros.

    Returns
    -------
    numpy.ndarray of float64
        sum_n x[n + lag] y[n], with the lags of `correlation_lags` along `axis`.

    Raises
    ------
    ValueError
        For options out of range and shapes that do not fit.

    Notes
    -----
    Three FFTs of the sum of both lengths. Equal to SciPy to 1e-12 of |x| |y|.
    """
    choice(mode, MODES, "mode")
    a, b = pair_of(x, y, axis)
    r = _core.correlate(rows_of(a), rows_of(b), mode, bool(normalize))
    out = r.reshape(*a.shape[:-1], r.shape[-1])
    return np.moveaxis(out, -1, axis) if out.ndim > 1 else out


def correlation_lags(in1_len: int, in2_len: int, mode: str = "full") -> NDArray[np.int64]:
    """The lag, in samples, of every value of `correlate`; as `scipy.signal.correlation_lags`.

    A positive lag: the first signal comes later. Where `mode` is "same", `in1_len` odd
    and `in2_len` even, SciPy 1.17 answers with lags that are one off; these are right.

    Parameters
    ----------
    in1_len, in2_len : int
    mode : {"full", "same", "valid"}

    Returns
    -------
    numpy.ndarray of int64

    Raises
    ------
    ValueError
        For lengths below 1 and other modes.
    """
    choice(mode, MODES, "mode")
    return _core.correlation_lags(whole(in1_len, "in1_len"), whole(in2_len, "in2_len"), mode)


def delay(
    x: ArrayLike,
    y: ArrayLike,
    fs: float = 1.0,
    max_delay_s: Optional[float] = None,
    axis: int = -1,
    either_sign: bool = False,
) -> tuple[Any, Any]:
    """How much later `x` comes than `y`: the highest normalised correlation, refined by a parabola.

    Parameters
    ----------
    x, y : array of float32 or float64
    fs : float
        Sampling rate in Hz.
    max_delay_s : float, optional
        Search within plus and minus this.
    axis : int
        The axis of time.
    either_sign : bool
        `x` may be upside down: take the largest magnitude.

    Returns
    -------
    delay_s : float or numpy.ndarray
        In s; NaN where a signal is constant or has a NaN.
    correlation : float or numpy.ndarray
        At the nearest whole lag, -1 to 1.

    Raises
    ------
    ValueError
        For options out of range and shapes that do not fit.
    """
    a, b = pair_of(x, y, axis)
    largest = math.inf if max_delay_s is None else real(max_delay_s, "max_delay_s")
    d, r = _core.delay(rows_of(a), rows_of(b), real(fs, "fs"), largest, bool(either_sign))
    if a.ndim == 1:
        return float(d[0]), float(r[0])
    return d.reshape(a.shape[:-1]), r.reshape(a.shape[:-1])
