"""Filters of finite length, and other sampling rates."""

from __future__ import annotations

from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike

from .. import _core
from ..spectral._rows import named_window
from ._samples import Samples, axis_of, count, in_place, numbers, prepare


def taps_of(taps: ArrayLike) -> list[float]:
    values = numbers(taps, "taps")
    if values.ndim != 1:
        raise ValueError(f"taps of shape {values.shape}: allowed is one dimension")
    return [float(v) for v in values]


def firfilt(
    taps: ArrayLike,
    x: ArrayLike,
    axis: int = -1,
    zi: Optional[ArrayLike] = None,
    out: Optional[Samples] = None,
    *,
    ahead: int = 0,
) -> Any:
    """Filter along one axis by a finite impulse response; as `scipy.signal.lfilter(taps, 1, x)`.

    y[n] = sum_k taps[k] x[n + ahead - k], with zeros beyond the ends.

    Parameters
    ----------
    taps : array of shape (taps,)
        From `firwin`, `remez` and the like; finite.
    x : array of float32 or float64
    axis : int
        The axis of time.
    zi : array, optional
        State to begin with: the shape of `x` with `axis` replaced by taps - 1, as
        lfilter's. Default: at rest.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.
    ahead : int
        Samples of delay to take away; (taps - 1) // 2 leaves none of an odd
        linear-phase filter. 0 to taps - 1, and 0 with `zi`.

    Returns
    -------
    y : numpy.ndarray
        The shape and type of `x`.
    zf : numpy.ndarray
        Only if `zi` was given: the state after the last sample, of the type of `x`.

    Raises
    ------
    ValueError
        For shapes and types that do not fit.

    Notes
    -----
    Up to 256 taps (512 in float32) summed tap by tap in the type of `x`; above, by
    overlap-save in double, where a NaN spoils some thousand samples around it.
    """
    weights = taps_of(taps)
    if zi is None:
        result, rows = prepare(x, axis, out)
        in_place(result, rows, lambda block: _core.fir_filter(weights, block, count(ahead, "ahead")))
        return result
    if ahead != 0:
        raise ValueError(f"ahead {ahead}: with zi allowed is 0")
    result, rows = prepare(x, axis, out)
    past, frames = len(weights) - 1, rows.shape[-1]
    at = axis_of(axis, result.ndim)
    state = np.asarray(zi, dtype=result.dtype)
    expected = list(result.shape)
    expected[at] = past
    if list(state.shape) != expected:
        raise ValueError(f"zi has shape {state.shape}: needed is {tuple(expected)}")
    longer = np.zeros((*rows.shape[:-1], frames + past), dtype=result.dtype)
    longer[..., :frames] = rows
    in_place(longer, longer, lambda block: _core.fir_filter(weights, block, 0))
    longer[..., :past] += np.moveaxis(state, at, -1)
    rows[...] = longer[..., :frames]
    return result, np.moveaxis(longer[..., frames:].copy(), -1, at)


def resampling_taps(up: int, down: int, window: Union[str, tuple[str, float], ArrayLike] = ("kaiser", 5.0)) -> list[float]:
    """The low-pass of `resample_poly`, at `up` times the input rate."""
    named = named_window(window)
    if named is not None:
        return _core.resampling_taps(count(up, "up"), count(down, "down"), *named)
    return taps_of(window)


def resample_poly(
    x: ArrayLike,
    up: int,
    down: int,
    axis: int = -1,
    window: Union[str, tuple[str, float], ArrayLike] = ("kaiser", 5.0),
) -> Samples:
    """Another sampling rate, up / down times the old one; as `scipy.signal.resample_poly`.

    Parameters
    ----------
    x : array of float32 or float64
    up, down : int
        From 1 on; without their common factor up to 100 000.
    axis : int
        The axis of time (SciPy's default is 0).
    window : str, (str, float) or array
        The window of the default low-pass, 20 max(up, down) + 1 taps at the lower of
        both half rates; or the taps themselves, at `up` times the input rate.

    Returns
    -------
    numpy.ndarray
        The type of `x`; along `axis` ceil(n up / down) samples.

    Raises
    ------
    ValueError
        For values out of range and types that do not fit.

    Notes
    -----
    Beyond its ends the signal is 0. With up = down a copy. In float64 equal to SciPy to 1e-12.
    """
    result, rows = prepare(x, axis, None)
    taps = resampling_taps(up, down, window)
    if up == down:  # as SciPy: no filter either
        return result
    lead = int(np.prod(rows.shape[:-1]))
    block = np.ascontiguousarray(rows).reshape(lead, rows.shape[-1])
    if lead == 0:
        block = np.zeros((1, rows.shape[-1]), dtype=result.dtype)  # for the number of samples
    resampled = _core.resample(block, count(up, "up"), count(down, "down"), taps)[:lead]
    return np.moveaxis(resampled.reshape(*rows.shape[:-1], resampled.shape[-1]), -1, axis_of(axis, result.ndim))
