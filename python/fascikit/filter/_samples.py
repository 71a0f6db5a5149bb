"""Arrays in and out: time on any axis, `out=`, and views without a copy where there are such."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..spectral._rows import axis_of as axis_of, whole

Samples = NDArray[Any]


def count(value: Any, name: str) -> int:
    """A whole number that the compiled part can hold; SciPy's options are no fractions either."""
    number = whole(value, name)
    if abs(number) >= 2**31:
        raise ValueError(f"{name} {number}: allowed is at most {2**31 - 1}")
    return number


def numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Real numbers as float64."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} of type {array.dtype}: allowed are real numbers")
    return array.astype(np.float64, copy=False)


def prepare(x: ArrayLike, axis: int, out: Optional[Samples]) -> tuple[Samples, Samples]:
    """The result, holding a copy of `x`, and a view of it with time on the last axis."""
    samples = np.asarray(x)
    at = _checked(samples, axis)
    if out is None:
        result = samples.copy()
    else:
        _fits(out, samples)
        result = out
        if result is not samples:
            result[...] = samples
    return result, np.moveaxis(result, at, -1)


def _checked(samples: Samples, axis: int) -> int:
    if samples.dtype not in (np.float32, np.float64) or not samples.dtype.isnative:
        raise ValueError(f"samples of type {samples.dtype}: allowed is float32 or float64")
    if samples.ndim == 0:
        raise ValueError("samples are a single number: allowed is an array")
    return axis_of(axis, samples.ndim)


def _fits(out: Samples, samples: Samples) -> None:
    if not isinstance(out, np.ndarray):
        raise ValueError(f"out is of type {type(out).__name__}: needed is a numpy.ndarray")
    if out.shape != samples.shape or out.dtype != samples.dtype:
        raise ValueError(f"out has shape {out.shape} and type {out.dtype}: needed are {samples.shape} and {samples.dtype}")
    if not out.flags.writeable:
        raise ValueError("out cannot be written to")


def in_place(result: Samples, rows: Samples, work: Any) -> None:
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


def in_and_out(x: ArrayLike, axis: int, out: Optional[Samples]) -> tuple[Samples, Samples, Samples]:
    """The result, not yet written; and of samples and result views with time on the last axis."""
    samples = np.asarray(x)
    at = _checked(samples, axis)
    if out is None:
        result: Samples = np.empty_like(samples, subok=False)
    else:
        _fits(out, samples)
        result = out
        same = out.strides == samples.strides and out.ctypes.data == samples.ctypes.data
        if not same and np.may_share_memory(out, samples):
            samples = samples.copy()
    return result, np.moveaxis(samples, at, -1), np.moveaxis(result, at, -1)


def from_to(rows: Samples, result: Samples, work: Callable[[Any, Samples, Samples], None]) -> None:
    """Call `work(lead, samples, result)` with channels x frames views of either, one for each index
    `lead` of the axes before the last two. Only samples that C cannot address are copied."""
    if rows.size == 0:
        return
    if rows.ndim == 1:
        rows, result = rows[np.newaxis], result[np.newaxis]
    whole = rows if _addressable(rows) else np.ascontiguousarray(rows)
    target = result if _addressable(result) else np.empty_like(result)
    for lead in np.ndindex(whole.shape[:-2]):
        work(lead, whole[lead], target[lead])
    if target is not result:
        result[...] = target


def _addressable(samples: Samples) -> bool:
    return samples.flags.aligned and all(stride % samples.itemsize == 0 for stride in samples.strides)
