"""Filters, with the shapes and names of scipy.signal where SciPy has them.

Coefficients are double. Samples keep their type: float32 stays float32. Arrays of
float32 and float64 alone; `out=` may be the input itself, to work in place. The GIL
is released; several threads may filter at once.
"""

from ._design import butter
from ._iir import sosfilt, sosfilt_zi, sosfiltfilt

__all__ = ["butter", "sosfilt", "sosfilt_zi", "sosfiltfilt"]
