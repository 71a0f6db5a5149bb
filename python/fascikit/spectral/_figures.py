"""What a power spectrum says in one number."""

from __future__ import annotations

import math
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike

from .. import _core
from ._rows import rows_of, whole, with_time_last


def _figure(f: ArrayLike, Pxx: ArrayLike, band_hz: Optional[tuple[float, float]], axis: int, kind: str, order: int) -> Any:
    frequency = np.asarray(f, dtype=np.float64)
    if frequency.ndim != 1:
        raise ValueError(f"f has {frequency.ndim} axes: 1 is needed")
    moved = with_time_last(Pxx, axis, "Pxx")
    low, high = (0.0, math.inf) if band_hz is None else (float(band_hz[0]), float(band_hz[1]))
    values = _core.band_figure(frequency, rows_of(moved), kind, order, low, high)
    return float(values[0]) if moved.ndim == 1 else values.reshape(moved.shape[:-1])


def band_power(f: ArrayLike, Pxx: ArrayLike, band_hz: Optional[tuple[float, float]] = None, axis: int = -1) -> Any:
    """Power in a band of a density: the sum of Pxx times the spacing of `f`.

    Parameters
    ----------
    f : array of float64
        Evenly spaced frequencies from 0 in Hz, as `welch` returns them.
    Pxx : array of float32 or float64
        One-sided density.
    band_hz : (float, float), optional
        Lowest and highest frequency, both included; default all.
    axis : int
        The axis of frequency.

    Returns
    -------
    float, or numpy.ndarray of float64 without `axis`
        Unit squared; over all frequencies the mean square of the signal.

    Raises
    ------
    ValueError
        For bands that are empty or hold no frequency.
    """
    return _figure(f, Pxx, band_hz, axis, "moment", 0)


def spectral_moment(
    f: ArrayLike, Pxx: ArrayLike, order: int, band_hz: Optional[tuple[float, float]] = None, axis: int = -1
) -> Any:
    """Moment of a spectrum: the sum of f ** order times Pxx times the spacing of `f`.

    Parameters
    ----------
    f, Pxx, band_hz, axis
        As in `band_power`.
    order : int
        0 to 16.

    Returns
    -------
    float, or numpy.ndarray of float64 without `axis`

    Raises
    ------
    ValueError
        As in `band_power`, and for orders out of range.
    """
    return _figure(f, Pxx, band_hz, axis, "moment", whole(order, "order"))


def mean_frequency(f: ArrayLike, Pxx: ArrayLike, band_hz: Optional[tuple[float, float]] = None, axis: int = -1) -> Any:
    """Mean frequency, sum f P / sum P (Stulen & De Luca 1981, 10.1109/TBME.1981.324738).

    Parameters
    ----------
    f, Pxx, band_hz, axis
        As in `band_power`.

    Returns
    -------
    float, or numpy.ndarray of float64 without `axis`
        Hz; NaN without power.

    Raises
    ------
    ValueError
        As in `band_power`.
    """
    return _figure(f, Pxx, band_hz, axis, "mean", 0)


def median_frequency(f: ArrayLike, Pxx: ArrayLike, band_hz: Optional[tuple[float, float]] = None, axis: int = -1) -> Any:
    """Median frequency: half of the power lies below (Stulen & De Luca 1981, 10.1109/TBME.1981.324738).

    Every bin's power is spread evenly over its width, so the figure follows shifts that
    are smaller than the spacing of `f`.

    Parameters
    ----------
    f, Pxx, band_hz, axis
        As in `band_power`.

    Returns
    -------
    float, or numpy.ndarray of float64 without `axis`
        Hz; NaN without power.

    Raises
    ------
    ValueError
        As in `band_power`.
    """
    return _figure(f, Pxx, band_hz, axis, "median", 0)
