"""Normalised matched filter."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._rows import axis_of, rows_of, samples_of


def matched_filter(
    x: ArrayLike, template: ArrayLike, axis: int = -1, remove_mean: bool = True
) -> NDArray[np.float64]:
    """How alike is each stretch of a signal to a template, -1 to 1.

    Parameters
    ----------
    x : array of float32 or float64, shape (..., time) or (..., channels, time)
    template : array of float32 or float64, shape (length,) or (channels, length)
        1-D: applied to every row of `x` alone. 2-D: all channels together give one score.
    axis : int
        The axis of time in `x`; the axis of channels, if there is one, is the last of the others.
    remove_mean : bool
        Take its mean off every channel of the template and of every stretch: Pearson's
        correlation, which does not change with gain or offset.

    Returns
    -------
    numpy.ndarray of float64, shape (..., time - length + 1)
        Value n is the score of the samples n to n + length - 1. 0 for stretches without
        variation, NaN for those with a sample that is not finite.

    Raises
    ------
    ValueError
        For shapes that do not fit, and templates that are constant, not finite, or longer than `x`.

    Notes
    -----
    Equal to the formula to 1e-10: energies are never differences of running sums. About
    (channels + 1) * log2(8 * length) multiply-adds a sample, by FFT.
    """
    samples = samples_of(x)
    pattern = samples_of(template, "template")
    moved = np.moveaxis(samples, axis_of(axis, samples.ndim), -1)
    if pattern.ndim > 2:
        raise ValueError(f"template has {pattern.ndim} axes: allowed is 1 or 2")
    if pattern.size == 0:
        raise ValueError(f"template has shape {pattern.shape}: at least one sample is needed")
    together = pattern.ndim == 2
    if together and moved.ndim < 2:
        raise ValueError(f"template of {pattern.shape[0]} channels: x has 1 axis, at least 2 are needed")
    keep = 2 if together else 1
    lead = moved.shape[:-keep]
    channels = moved.shape[-2] if together else 1
    flat = rows_of(moved).reshape(int(np.prod(lead)), channels, moved.shape[-1])
    wide = np.ascontiguousarray(pattern.reshape(-1, pattern.shape[-1]), dtype=np.float64)
    out = np.empty((flat.shape[0], max(0, moved.shape[-1] - wide.shape[-1] + 1)))
    for i, one in enumerate(flat):
        out[i] = _core.matched_filter(one, wide, bool(remove_mean))
    return out.reshape(*lead, out.shape[-1])
