"""Second-order sections applied to arrays: forward, and forward and backward."""

from __future__ import annotations

from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._samples import Samples, axis_of, in_place, prepare


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
    result, rows = prepare(x, axis, out)
    coefficients = np.asarray(sos, dtype=float)
    if zi is None:
        in_place(result, rows, lambda block: _core.sosfilt(coefficients, block))
        return result
    state = np.asarray(zi, dtype=float)
    lead = rows.shape[:-1]
    at = axis_of(axis, rows.ndim) + 1
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
    result, rows = prepare(x, axis, out)
    coefficients = np.asarray(sos, dtype=float)
    kind = "none" if padtype is None else str(padtype)
    in_place(result, rows, lambda block: _core.sosfiltfilt(coefficients, block, kind, padlen))
    return result
