"""Arrays in: what is accepted, and one clear line for what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from . import _core

MICROVOLTS = {"uV": 1.0, "\u00b5V": 1.0, "\u03bcV": 1.0, "mV": 1e3, "V": 1e6}
MOST_CHANNELS = 4096


def two_dimensional(x: Any, name: str) -> NDArray[Any]:
    """`x` as channels x frames, without a copy of an array; 1-D is one channel."""
    if type(x).__name__ == "DataFrame":
        raise ValueError(f"{name} is a DataFrame: write {name}.to_numpy().T, so that time is the last axis")
    if isinstance(x, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array: write {name}.filled(numpy.nan)")
    array = np.asarray(x)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{name} has {array.ndim} dimensions: allowed is 1-D (one channel) or 2-D (channels, frames)"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty, of shape {array.shape}: at least one channel and one frame are needed")
    if array.ndim == 1:
        array = array[np.newaxis, :]
    if array.shape[0] > MOST_CHANNELS:
        raise ValueError(
            f"{name} has {array.shape[0]} channels of {array.shape[1]} frames: allowed are {MOST_CHANNELS} "
            f"channels; time is the last axis, so perhaps {name}.T was meant"
        )
    return array


def number(value: Any, name: str, allowed: str) -> float:
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}: allowed is {allowed}") from None
    if not math.isfinite(result):
        raise ValueError(f"{name} is {value!r}: allowed is {allowed}")
    return result


def source_of_array(
    x: Any, fs: Optional[float], unit: Optional[str], scale: Optional[float], labels: Sequence[str] = ()
) -> tuple[_core.Source, NDArray[Any]]:
    """The source that reads `x` in place, and the array it reads."""
    array = two_dimensional(x, "the array")
    if fs is None:
        raise ValueError("fs is missing: write fs= with the sampling rate in Hz, as in analyze(x, fs=2048, unit='uV')")
    rate = number(fs, "fs", "a sampling rate in Hz")
    kind = array.dtype.kind
    if not array.dtype.isnative:
        raise ValueError("samples of a foreign byte order: write x.astype(x.dtype.newbyteorder('='))")
    if not (kind in "iu" or array.dtype in (np.float32, np.float64)):
        raise ValueError(f"samples of type {array.dtype}: allowed is float32, float64, or integers with scale=")
    if kind in "iu":
        if scale is None:
            raise ValueError(f"samples of type {array.dtype} need scale=, the \u00b5V of one step")
        if unit not in (None, *(u for u, factor in MICROVOLTS.items() if factor == 1.0)):
            raise ValueError(f"unit {unit!r} with scale=: allowed is 'uV' or none, since scale is the \u00b5V of one step")
        factor = number(scale, "scale", "the \u00b5V of one step, not 0")
        if factor == 0:
            raise ValueError("scale is 0: allowed is the \u00b5V of one step, not 0")
        return _core.from_array(array, rate, "uV", factor, list(labels)), array
    if scale is not None:
        raise ValueError(f"scale= is for integers, and the samples are {array.dtype}: write unit= alone")
    if unit is None:
        raise ValueError("unit is missing: write unit='uV', unit='mV' or unit='V', the unit of the samples")
    if unit not in MICROVOLTS:
        raise ValueError(f"unit {unit!r}: allowed is 'V', 'mV' or 'uV'")
    return _core.from_array(array, rate, unit, MICROVOLTS[unit], list(labels)), array
