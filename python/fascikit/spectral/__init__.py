"""Spectra, correlation, wavelets and matched filters, with SciPy's names and shapes.

Samples are float32 or float64 arrays of any shape, with time on `axis`; results are
float64 or complex128. Nothing is warned about and guessed: what does not fit is a
`ValueError` that names the value. A NaN makes the whole answer of its channel NaN, but
for `matched_filter` and `spectrogram`, where it spoils what it touches alone. The GIL
is released; several threads may compute at once.

What NumPy and SciPy have and this would not do better, such as `numpy.fft.rfft`, is
not here; nor is a streaming spectrum: call `welch` on the frames that you keep.
"""

from ._correlate import correlate, correlation_lags, delay
from ._figures import band_power, mean_frequency, median_frequency, spectral_moment
from ._match import matched_filter
from ._stft import istft, spectrogram, stft
from ._wavelet import cwt, wavelet_cone
from ._welch import coherence, coherence_limit, csd, independent_segments, periodogram, welch

__all__ = [
    "band_power",
    "coherence",
    "coherence_limit",
    "correlate",
    "correlation_lags",
    "csd",
    "cwt",
    "delay",
    "independent_segments",
    "istft",
    "matched_filter",
    "mean_frequency",
    "median_frequency",
    "periodogram",
    "spectral_moment",
    "spectrogram",
    "stft",
    "wavelet_cone",
    "welch",
]
