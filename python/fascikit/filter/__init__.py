"""Filters, with the shapes and names of scipy.signal where SciPy has them.

Coefficients are double. Samples keep their type: float32 stays float32. Arrays of
float32 and float64 alone; `out=` may be the input itself, to work in place. The GIL
is released; several threads may filter at once.
"""

from ._design import (
    bessel,
    butter,
    cheby1,
    cheby2,
    combfilt,
    ellip,
    group_delay,
    iircomb,
    iirnotch,
    iirpeak,
    poles,
    preset,
    presets,
    response,
    settling_s,
    zeros,
)
from ._fir_design import firls, firwin, kaiserord, minimum_phase, remez
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
    "bessel",
    "butter",
    "cheby1",
    "cheby2",
    "combfilt",
    "common_average",
    "detrend",
    "double_differential",
    "ellip",
    "envelope",
    "firfilt",
    "firls",
    "firwin",
    "group_delay",
    "hilbert",
    "iircomb",
    "iirnotch",
    "iirpeak",
    "kaiserord",
    "laplacian",
    "minimum_phase",
    "moving_average",
    "moving_median",
    "moving_rms",
    "multiresolution_teager",
    "poles",
    "preset",
    "presets",
    "remez",
    "resample_poly",
    "response",
    "savgol_coeffs",
    "savgol_filter",
    "settling_s",
    "single_differential",
    "sosfilt",
    "sosfilt_zi",
    "sosfiltfilt",
    "Streaming",
    "teager",
    "whiten",
    "whitening_matrix",
    "zeros",
]
