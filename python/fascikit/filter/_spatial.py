"""Filters over the channels of a site, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..spectral._rows import real
from ._samples import Samples, axis_of, count, numbers, prepare

Grid = tuple[int, int]


def _channels_first(x: ArrayLike, axis: int) -> tuple[Samples, bool]:
    samples = np.asarray(x)
    if samples.ndim != 2:
        raise ValueError(f"samples of shape {samples.shape}: allowed is (channels, samples), or the other way with axis=0")
    turned = axis_of(axis, 2) == 0
    block, _ = prepare(samples.T if turned else samples, -1, None)
    return block, turned


def _indices(bad: Sequence[int]) -> list[int]:
    return [count(c, "bad channel") for c in bad]


def _grid(grid: Optional[Grid], channels: int) -> Grid:
    if grid is None:
        return channels, 1
    if np.shape(grid) != (2,):
        raise ValueError(f"grid {grid!r}: allowed is (rows, columns)")
    rows, columns = grid
    return count(rows, "rows"), count(columns, "columns")


def common_average(
    x: ArrayLike, axis: int = -1, bad: Sequence[int] = (), reference: str = "mean", out: Optional[Samples] = None
) -> Samples:
    """Take away what the good channels have in common.

    Parameters
    ----------
    x : array of float32 or float64, shape (channels, samples)
    axis : int
        The axis of time; 0 for (samples, channels).
    bad : sequence of int
        Channels that are left out of the average; they become 0.
    reference : {"mean", "median"}
        The median does not follow a single loud channel.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape, type and unit of `x`.

    Raises
    ------
    ValueError
        For shapes and types that do not fit, and without a good channel.
    """
    samples = np.asarray(x)
    if samples.ndim != 2:
        raise ValueError(f"samples of shape {samples.shape}: allowed is (channels, samples), or the other way with axis=0")
    result, rows = prepare(samples, axis, out)
    if all(stride % rows.itemsize == 0 for stride in rows.strides) and rows.flags.aligned:
        _core.common_reference(rows, str(reference), _indices(bad))
    else:
        block = np.array(rows, order="C")
        _core.common_reference(block, str(reference), _indices(bad))
        rows[...] = block
    return result


def _differential(x: ArrayLike, grid: Optional[Grid], along: str, bad: Sequence[int], axis: int, twice: bool) -> Samples:
    block, turned = _channels_first(x, axis)
    result = _core.spatial_differential(block, _grid(grid, block.shape[0]), str(along), twice, _indices(bad))
    return result.T if turned else result


def single_differential(
    x: ArrayLike, grid: Optional[Grid] = None, along: str = "rows", bad: Sequence[int] = (), axis: int = -1
) -> Samples:
    """Each electrode's signal taken from that of the next, as `numpy.diff` over the grid.

    Parameters
    ----------
    x : array of float32 or float64, shape (channels, samples)
        Channels in row-major order of the grid.
    grid : (rows, columns), optional
        Default: all channels in one column.
    along : {"rows", "columns"}
        Whether the next electrode is in the next row or in the next column.
    bad : sequence of int
        Channels not to be used; outputs that need one are 0.
    axis : int
        The axis of time; 0 for (samples, channels).

    Returns
    -------
    numpy.ndarray, shape (outputs, samples)
        (rows - 1) columns outputs along rows, rows (columns - 1) along columns, row-major.

    Raises
    ------
    ValueError
        For a grid that does not fit the channels or is too small.
    """
    return _differential(x, grid, along, bad, axis, False)


def double_differential(
    x: ArrayLike, grid: Optional[Grid] = None, along: str = "rows", bad: Sequence[int] = (), axis: int = -1
) -> Samples:
    """x[next] - 2 x[this] + x[before], as `numpy.diff(n=2)` over the grid.

    Parameters
    ----------
    x : array of float32 or float64, shape (channels, samples)
    grid : (rows, columns), optional
    along : {"rows", "columns"}
    bad : sequence of int
    axis : int
        All as of `single_differential`.

    Returns
    -------
    numpy.ndarray, shape (outputs, samples)
        Two rows, or columns, less than the grid.

    Raises
    ------
    ValueError
        For a grid that does not fit the channels or is too small.
    """
    return _differential(x, grid, along, bad, axis, True)


def laplacian(x: ArrayLike, grid: Grid, bad: Sequence[int] = (), axis: int = -1) -> Samples:
    """Each electrode less the mean of its neighbours in the grid, up to four.

    Inside the grid this is a quarter of the normal double differential; at its edges and
    beside bad channels the mean is of the neighbours there are.

    Parameters
    ----------
    x : array of float32 or float64, shape (channels, samples)
        Channels in row-major order of the grid.
    grid : (rows, columns)
    bad : sequence of int
        Channels not to be used; they become 0, as do those without a neighbour.
    axis : int
        The axis of time; 0 for (samples, channels).

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`.

    Raises
    ------
    ValueError
        For a grid that does not fit the channels.

    References
    ----------
    Disselhorst-Klug, Silny & Rau 1997, IEEE Trans. Biomed. Eng. 44(7):567.
    """
    block, turned = _channels_first(x, axis)
    result = _core.laplacian(block, _grid(grid, block.shape[0]), _indices(bad))
    return result.T if turned else result


def whitening_matrix(
    covariance: ArrayLike, regularisation: float = 1e-3, bad: Sequence[int] = ()
) -> NDArray[np.float64]:
    """The symmetric matrix (ZCA) after which channels are uncorrelated and of variance 1.

    (C + r trace(C) / n I)^(-1/2), without bad channels, whose rows and columns are 0.

    Parameters
    ----------
    covariance : array of shape (channels, channels)
        As `numpy.cov` gives it.
    regularisation : float
        r, the share of the mean variance that is added to each; from 0 on.
    bad : sequence of int

    Returns
    -------
    numpy.ndarray of float64, shape (channels, channels)

    Raises
    ------
    ValueError
        For values out of range and a singular covariance.

    References
    ----------
    Kessy, Lewin & Strimmer 2018, 10.1080/00031305.2016.1277159.
    """
    return _core.whitening_matrix(numbers(covariance, "covariance"), real(regularisation, "regularisation"), _indices(bad))


def whiten(
    x: ArrayLike,
    covariance: Optional[ArrayLike] = None,
    regularisation: float = 1e-3,
    bad: Sequence[int] = (),
    axis: int = -1,
) -> Samples:
    """Channels made uncorrelated and of variance 1, each as near to itself as can be.

    Parameters
    ----------
    x : array of float32 or float64, shape (channels, samples)
    covariance : array of shape (channels, channels), optional
        Best of a stretch at rest. Default: of `x`, without frames that hold NaN.
    regularisation : float
        Share of the mean variance that is added to each; see `whitening_matrix`.
    bad : sequence of int
        Channels not to be used; they become 0.
    axis : int
        The axis of time; 0 for (samples, channels).

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`, without unit.

    Raises
    ------
    ValueError
        For shapes that do not fit and a singular covariance.
    """
    block, turned = _channels_first(x, axis)
    if covariance is None:
        covariance = _core.channel_covariance(block, _indices(bad))
    if np.shape(covariance) != (block.shape[0], block.shape[0]):
        raise ValueError(f"covariance of shape {np.shape(covariance)}: needed is ({block.shape[0]}, {block.shape[0]})")
    result = _core.spatial(whitening_matrix(covariance, regularisation, bad), block)
    return result.T if turned else result
