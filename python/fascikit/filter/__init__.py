"""Filters, with the shapes and names of scipy.signal where SciPy has them.

Coefficients are double. Samples keep their type: float32 stays float32. Arrays of
float32 and float64 alone; `out=` may be the input itself, to work in place. The GIL
is released; several threads may filter at once.
"""

from ._design import butter
from ._iir import sosfilt, sosfilt_zi, sosfiltfilt
from ._fir import firfilt, resample_poly
from ._smooth import (
    detrend,
    envelope,
    hilbert,
    moving_average,
    moving_median,
    moving_rms,
    multiresolution_teager,
    savgol_coeffs,
    savgol_filter,
    teager,
)
from ._spatial import common_average, double_differential, laplacian, single_differential, whiten, whitening_matrix
from ._stream import Streaming

__all__ = [
    "butter",
    "common_average",
    "detrend",
    "double_differential",
    "envelope",
    "firfilt",
    "hilbert",
    "laplacian",
    "moving_average",
    "moving_median",
    "moving_rms",
    "multiresolution_teager",
    "resample_poly",
    "savgol_coeffs",
    "savgol_filter",
    "single_differential",
    "sosfilt",
    "sosfilt_zi",
    "sosfiltfilt",
    "Streaming",
    "teager",
    "whiten",
    "whitening_matrix",
]
