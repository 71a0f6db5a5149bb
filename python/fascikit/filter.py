"""Filters as second-order sections, with the shapes and names of scipy.signal.

Coefficients are double. Samples keep their type: float32 stays float32. Arrays of
float32 and float64 alone; `out=` may be the input itself, to work in place. The GIL
is released; several threads may filter at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core

__all__ = ["butter", "sosfilt", "sosfilt_zi", "sosfiltfilt"]

Samples = NDArray[Any]


def butter(
    order: int, cutoff_hz: Union[float, Sequence[float]], btype: str = "lowpass", *, fs: float
) -> NDArray[np.float64]:
    """A Butterworth filter, equal to `scipy.signal.butter(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    cutoff_hz : float or (float, float)
        Where the response is -3 dB, between 0 and fs / 2; two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        For values out of range.
    """
    cutoffs = [float(c) for c in np.atleast_1d(np.asarray(cutoff_hz, dtype=float))]
    return _core.butter(int(order), cutoffs, btype, float(fs))


def sosfilt_zi(sos: ArrayLike) -> NDArray[np.float64]:
    """The state in which a constant input of 1 has always been there.

    Equal to `scipy.signal.sosfilt_zi`.

    Parameters
    ----------
    sos : array of shape (sections, 6)

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 2)
    """
    return _core.sosfilt_zi(np.asarray(sos, dtype=float))


def sosfilt(
    sos: ArrayLike, x: ArrayLike, axis: int = -1, zi: Optional[ArrayLike] = None, out: Optional[Samples] = None
) -> Any:
    """Filter along one axis, forward; as `scipy.signal.sosfilt`.

    Parameters
    ----------
    sos : array of shape (sections, 6)
        From `butter` or SciPy.
    x : array of float32 or float64
    axis : int
        The axis of time.
    zi : array of shape (sections, ..., 2, ...), optional
        State to begin with: the shape of `x` with `axis` replaced by 2, after the
        sections. Default: at rest.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    y : numpy.ndarray
        The type of `x`.
    zf : numpy.ndarray of float64
        Only if `zi` was given: the state after the last sample.

    Raises
    ------
    ValueError
        For shapes and types that do not fit.

    Notes
    -----
    Without `zi` the vector lanes are channels, and the cost a sample falls with their
    number; float32 is computed in float32 unless a pole lies too near the unit circle.
    With `zi` the arithmetic is double.
    """
    result, rows = _prepare(x, axis, out)
    coefficients = np.asarray(sos, dtype=float)
    if zi is None:
        _in_place(result, rows, lambda block: _core.sosfilt(coefficients, block))
        return result
    state = np.asarray(zi, dtype=float)
    lead = rows.shape[:-1]
    at = _axis(axis, rows.ndim) + 1
    expected = list(np.moveaxis(rows, -1, at - 1).shape)
    expected[at - 1] = 2
    if coefficients.ndim != 2 or state.shape != (coefficients.shape[0], *expected):
        raise ValueError(f"zi has shape {state.shape}: allowed is (sections, ..., 2, ...), here (sections, {expected})")
    count = int(np.prod(lead, dtype=int))
    flat = np.array(np.moveaxis(state, at, -1).reshape(coefficients.shape[0], count, 2), order="C")
    block = np.ascontiguousarray(rows).reshape(count, rows.shape[-1])
    _core.sosfilt_from(coefficients, block, flat)
    rows[...] = block.reshape(rows.shape)
    return result, np.moveaxis(flat.reshape(coefficients.shape[0], *lead, 2), -1, at)


def sosfiltfilt(
    sos: ArrayLike,
    x: ArrayLike,
    axis: int = -1,
    padtype: Optional[str] = "odd",
    padlen: Optional[int] = None,
    out: Optional[Samples] = None,
) -> Samples:
    """Filter forward and backward, without a shift in time; as `scipy.signal.sosfiltfilt`.

    Parameters
    ----------
    sos : array of shape (sections, 6)
    x : array of float32 or float64
    axis : int
        The axis of time.
    padtype : {"odd", "even", "constant", None}
        How the ends are continued.
    padlen : int, optional
        Samples added at either end; default as in SciPy.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For shapes and types that do not fit, and signals no longer than `padlen`.

    Notes
    -----
    In float64 equal to SciPy to 1e-12 of the largest output for 20 to 500 Hz at 2048 Hz.
    """
    result, rows = _prepare(x, axis, out)
    coefficients = np.asarray(sos, dtype=float)
    kind = "none" if padtype is None else str(padtype)
    _in_place(result, rows, lambda block: _core.sosfiltfilt(coefficients, block, kind, padlen))
    return result


def _axis(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis}: allowed is {-ndim} to {ndim - 1}")
    return axis % ndim


def _prepare(x: ArrayLike, axis: int, out: Optional[Samples]) -> tuple[Samples, Samples]:
    """The result, holding a copy of `x`, and a view of it with time on the last axis."""
    samples = np.asarray(x)
    if samples.dtype not in (np.float32, np.float64) or not samples.dtype.isnative:
        raise ValueError(f"samples of type {samples.dtype}: allowed is float32 or float64")
    if samples.ndim == 0:
        raise ValueError("samples are a single number: allowed is an array")
    if out is None:
        result = samples.copy()
    else:
        if out.shape != samples.shape or out.dtype != samples.dtype:
            raise ValueError(
                f"out has shape {out.shape} and type {out.dtype}: needed are {samples.shape} and {samples.dtype}"
            )
        if not out.flags.writeable:
            raise ValueError("out cannot be written to")
        result = out
        if result is not samples:
            result[...] = samples
    return result, np.moveaxis(result, _axis(axis, result.ndim), -1)


def _in_place(result: Samples, rows: Samples, work: Any) -> None:
    """Call `work` with channels x frames views of `rows`, or with one copy where there is no such view."""
    if rows.size == 0:
        return
    if rows.ndim <= 2 and all(stride % rows.itemsize == 0 for stride in rows.strides) and rows.flags.aligned:
        work(rows[np.newaxis, :] if rows.ndim == 1 else rows)
        return
    block = np.ascontiguousarray(rows).reshape(-1, rows.shape[-1])
    if np.shares_memory(block, rows):
        work(block)
        return
    work(block)
    rows[...] = block.reshape(rows.shape)
