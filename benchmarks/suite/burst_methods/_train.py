"""What every method needs: a train that can be trusted, and stretches of it as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Stretch = tuple[int, int]  # first and last spike, both included


def spike_times(times_s: ArrayLike) -> NDArray[np.float64]:
    """As float64 of shape (n,), ascending; equal times are allowed, a pooled train may hold them."""
    try:
        times = np.asarray(times_s, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"times_s of type {type(times_s).__name__}: allowed are numbers, in seconds") from None
    if times.ndim != 1:
        raise ValueError(f"times_s of shape {times.shape}: allowed is one train, 1-D")
    wrong = np.flatnonzero(~np.isfinite(times))
    if wrong.size:
        raise ValueError(f"times_s[{wrong[0]}] is {times[wrong[0]]}: allowed are finite seconds")
    back = np.flatnonzero(np.diff(times) < 0)
    if back.size:
        i = back[0]
        raise ValueError(f"times_s[{i + 1}] is {times[i + 1]:g} after {times[i]:g}: allowed are ascending times")
    return times


def positive(value: Any, name: str, *, zero: bool = False) -> float:
    """A finite number above 0, or from 0 on."""
    ok = isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and math.isfinite(value)
    if not ok or value < 0 or (value == 0 and not zero):
        raise ValueError(f"{name} is {value!r}: allowed is {'0 or more' if zero else 'above 0'}")
    return float(value)


def count(value: Any, name: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} is {value!r}: allowed is a whole number from {least} on")
    return int(value)


def numbered(n: int, stretches: Iterable[Stretch]) -> NDArray[np.int64]:
    """The burst of each of n spikes, from stretches in order of time that share none."""
    burst = np.full(n, -1, dtype=np.int64)
    for k, (first, last) in enumerate(stretches):
        burst[first : last + 1] = k
    return burst


def runs(within: NDArray[np.bool_]) -> list[Stretch]:
    """First and last spike of each longest run of intervals that are `within`."""
    edges = np.diff(np.concatenate([[0], within.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist()))


def long_enough(stretches: Iterable[Stretch], least: int) -> list[Stretch]:
    return [(first, last) for first, last in stretches if last - first + 1 >= least]
