"""bars.so, the C functions around this library."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy as np

_p, _n, _i = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int
ARGUMENTS = {
    "bars_cascade_f32": [_p, _n, _n, _i, _n],
    "bars_cascade_f64": [_p, _n, _n, _i, _n],
    "bars_zero_phase_f32": [_p, _n, _n, _i],
    "bars_zero_phase_f64": [_p, _n, _n, _i],
    "bars_stream": [_p, _n, _n, _n, _n, _p, _p, _n],
    "bars_bare": [_p, _n, _n, ctypes.c_double, _n, _i, _p, _p, _n],
    "bars_analyze": [_p, _n, _n, _i, _n, _i, _p, _p, _n],
}


class Library:
    def __init__(self, path: os.PathLike[str] | str) -> None:
        self.path = os.path.abspath(path)
        self._lib = ctypes.CDLL(self.path)
        for name in ("bars_cpu_path", "bars_version", "bars_build", "bars_error"):
            getattr(self._lib, name).restype = ctypes.c_char_p
        for name, arguments in ARGUMENTS.items():
            function = getattr(self._lib, name)
            function.argtypes = arguments
            function.restype = _n if name in ("bars_stream", "bars_bare", "bars_analyze") else None

    @property
    def cpu_path(self) -> str:
        return self._lib.bars_cpu_path().decode()

    @property
    def version(self) -> str:
        return self._lib.bars_version().decode()

    @property
    def build(self) -> str:
        return self._lib.bars_build().decode()

    def has_path(self, name: str) -> bool:
        return bool(self._lib.bars_has_path(name.encode()))

    def cascade(self, x: np.ndarray, planes: bool, chunk: int) -> None:
        """In place; x is frames × channels, or channels × frames where `planes`."""
        frames, channels = x.shape[::-1] if planes else x.shape
        getattr(self._lib, f"bars_cascade_f{_bits(x)}")(x.ctypes.data, frames, channels, planes, chunk)

    def zero_phase(self, x: np.ndarray, planes: bool) -> None:
        frames, channels = x.shape[::-1] if planes else x.shape
        getattr(self._lib, f"bars_zero_phase_f{_bits(x)}")(x.ctypes.data, frames, channels, planes)

    def stream(self, x: np.ndarray, columns: int, block: int) -> tuple[np.ndarray, np.ndarray]:
        """Peaks (samples) and channels of the events in x, frames × channels."""
        _bits(x)
        return self._events("bars_stream", x.size, x.ctypes.data, *x.shape, columns, block)

    def bare(self, x: np.ndarray, threshold: float, refractory: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Peaks of the energy and channels of the events in x, frames × channels; threshold in µV²."""
        _bits(x)
        return self._events("bars_bare", x.size, x.ctypes.data, *x.shape, threshold, refractory, k)

    def analyze(self, x: np.ndarray, columns: int, passes: int, planes: bool) -> tuple[np.ndarray, np.ndarray]:
        _bits(x)
        frames, channels = x.shape[::-1] if planes else x.shape
        return self._events("bars_analyze", x.size, x.ctypes.data, frames, channels, planes, columns, passes)

    def _events(self, name: str, samples: int, *arguments: Any) -> tuple[np.ndarray, np.ndarray]:
        capacity = samples // 100 + 1000
        peaks, channels = np.empty(capacity, np.int64), np.empty(capacity, np.int32)
        found = getattr(self._lib, name)(*arguments, peaks.ctypes.data, channels.ctypes.data, capacity)
        if found < 0:
            raise RuntimeError(self._lib.bars_error().decode())
        if found > capacity:
            raise RuntimeError(f"{found} events in {samples} samples, room for {capacity}")
        return peaks[:found].copy(), channels[:found].copy()


def _bits(x: np.ndarray) -> int:
    if not x.flags.c_contiguous or x.dtype not in (np.float32, np.float64):
        raise ValueError(f"{x.dtype} with strides {x.strides}: allowed is float32 or float64, contiguous")
    return 8 * x.itemsize
