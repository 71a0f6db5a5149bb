"""Arrays as rows of samples, and the options that segments share."""

from __future__ import annotations

import operator
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core

Array = NDArray[Any]
LARGEST = 2**27  # of an FFT, as in spectral/fft.hpp
WindowLike = Union[str, tuple[str, float], ArrayLike]


def axis_of(axis: int, ndim: int, name: str = "axis") -> int:
    at = whole(axis, name)
    if not -ndim <= at < ndim:
        raise ValueError(f"{name} {at}: allowed is {-ndim} to {ndim - 1}")
    return at % ndim


def samples_of(x: ArrayLike, name: str = "x") -> Array:
    array = np.asarray(x)
    if array.dtype not in (np.float32, np.float64) or not array.dtype.isnative:
        raise ValueError(f"{name} is of type {array.dtype}: allowed is float32 or float64")
    if array.ndim == 0:
        raise ValueError(f"{name} is a single number: allowed is an array")
    return array


def rows_of(moved: Array) -> Array:
    """Rows x frames, without a copy if the strides allow."""
    if not moved.flags.aligned:
        moved = moved.copy()
    # With -1 NumPy could not tell the rows of an empty array.
    return moved.reshape(int(np.prod(moved.shape[:-1])), moved.shape[-1])


def with_time_last(x: ArrayLike, axis: int, name: str = "x") -> Array:
    array = samples_of(x, name)
    moved = np.moveaxis(array, axis_of(axis, array.ndim), -1)
    if moved.shape[-1] == 0:
        raise ValueError(f"{name} has 0 samples: at least 1 is needed")
    return moved


def pair_of(x: ArrayLike, y: ArrayLike, axis: int) -> tuple[Array, Array]:
    """Both with time last and the same leading shape; 1-D goes with everything."""
    a = samples_of(x, "x")
    b = samples_of(y, "y")
    axis_of(axis, max(a.ndim, b.ndim))
    a = with_time_last(a, axis if a.ndim > 1 else -1, "x")
    b = with_time_last(b, axis if b.ndim > 1 else -1, "y")
    try:
        lead = np.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    except ValueError:
        raise ValueError(
            f"x and y have the shapes {np.shape(x)} and {np.shape(y)}: but for time, they must fit each other"
        ) from None
    return np.broadcast_to(a, (*lead, a.shape[-1])), np.broadcast_to(b, (*lead, b.shape[-1]))


def whole(value: Any, name: str) -> int:
    try:
        if isinstance(value, bool):  # where SciPy has another option at that place
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} {value!r}: allowed are whole numbers") from None
    if abs(number) > 2**53:
        raise ValueError(f"{name} {number}: allowed is at most {2**53}")
    return number


def real(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} {value!r}: allowed are numbers") from None


def reals(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """A 1-D array of float64 from real numbers."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "fiu":
        raise ValueError(f"{name} has the shape {array.shape} and type {array.dtype}: allowed are real numbers in 1-D")
    return array.astype(np.float64)


def named_window(window: WindowLike) -> Optional[tuple[str, Optional[float]]]:
    """Name and number of a window; None for one that is not given by its name."""
    parts = (window,) if isinstance(window, str) else window
    if not (isinstance(parts, tuple) and parts and isinstance(parts[0], str)):
        return None
    name = parts[0]
    if len(parts) > 2:
        raise ValueError(f"window {window!r}: allowed is a name or (name, number)")
    number = None if len(parts) == 1 else real(parts[1], f"the number of window {name!r},")
    _core.window(name, number, 0)  # says what is allowed
    return name, number


def window_values(window: WindowLike, n: int) -> NDArray[np.float64]:
    named = named_window(window)
    if named is not None:
        return _core.window(*named, n)
    return reals(window, "window, which is neither a name nor (name, number),")


def segments_of(
    frames: int,
    window: WindowLike,
    nperseg: Optional[int],
    noverlap: Optional[int],
    nfft: Optional[int],
    share: int = 2,
    default: int = 256,
) -> tuple[NDArray[np.float64], int, int]:
    """Window, overlap and FFT size, checked. `noverlap` is 1 / `share` of a segment by default."""
    given = None if nperseg is None else whole(nperseg, "nperseg")
    if given is not None and not 1 <= given:
        raise ValueError(f"nperseg {given}: at least 1 is needed")
    named = named_window(window) is not None
    if named:
        length = min(default if given is None else given, frames)
    else:
        values = window_values(window, 0)
        length = len(values)
        if not 1 <= length <= frames:
            raise ValueError(f"window of {length} values: allowed is 1 to the {frames} samples of x")
        if given is not None and given != length:
            raise ValueError(f"nperseg {given}: the window has {length} values")
    if length > LARGEST:
        raise ValueError(f"nperseg {length}: allowed is at most {LARGEST}")
    overlap = length // share if noverlap is None else whole(noverlap, "noverlap")
    if not 0 <= overlap < length:
        raise ValueError(f"noverlap {overlap}: allowed is 0 to {length - 1}, less than a segment")
    size = length if nfft is None else whole(nfft, "nfft")
    if not length <= size <= LARGEST:
        raise ValueError(f"nfft {size}: allowed is a segment's {length} to {LARGEST}")
    if named:
        values = window_values(window, length)
    return values, overlap, size


def choice(value: Any, allowed: tuple[str, ...], name: str) -> str:
    if value not in allowed:
        names = [repr(a) for a in allowed]
        raise ValueError(f"{name} {value!r}: allowed is {', '.join(names[:-1])} or {names[-1]}")
    return str(value)


def detrend_of(detrend: Union[str, bool, None]) -> str:
    if detrend is False or detrend is None:
        return "none"
    if detrend not in ("constant", "linear"):
        raise ValueError(f"detrend {detrend!r}: allowed is 'constant', 'linear' or False")
    return str(detrend)
