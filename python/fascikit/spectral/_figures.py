"""What a power spectrum says in one number."""

from __future__ import annotations

import math
from typing import Any, Optional

from numpy.typing import ArrayLike

from .. import _core
from ._rows import reals, rows_of, whole, with_time_last

Band = Optional[tuple[float, float]]


def _figure(f: ArrayLike, Pxx: ArrayLike, band_hz: Band, axis: int, kind: str, order: int) -> Any:
    frequency = reals(f, "f")
    moved = with_time_last(Pxx, axis, "Pxx")
    low, high = 0.0, math.inf
    if band_hz is not None:
        band = reals(band_hz, "band_hz")
        if band.size != 2:
            raise ValueError(f"band_hz has {band.size} numbers: 2 are needed")
        low, high = float(band[0]), float(band[1])
    values = _core.band_figure(frequency, rows_of(moved), kind, order, low, high)
    return float(values[0]) if moved.ndim == 1 else values.reshape(moved.shape[:-1])


def band_power(f: ArrayLike, Pxx: ArrayLike, band_hz: Band = None, axis: int = -1) -> Any:
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
    f: ArrayLike, Pxx: ArrayLike, order: int, band_hz: Band = None, axis: int = -1
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
    which = whole(order, "order")
    if not 0 <= which <= 16:
        raise ValueError(f"order {which}: allowed is 0 to 16")
    return _figure(f, Pxx, band_hz, axis, "moment", which)


def mean_frequency(f: ArrayLike, Pxx: ArrayLike, band_hz: Band = None, axis: int = -1) -> Any:
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


def median_frequency(f: ArrayLike, Pxx: ArrayLike, band_hz: Band = None, axis: int = -1) -> Any:
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
