"""Continuous wavelet transform."""

from __future__ import annotations

from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ._rows import choice, real, reals, rows_of, with_time_last

WaveletLike = Union[str, tuple[Any, ...]]
NORMALIZATIONS = ("energy", "amplitude")


def _wavelet(wavelet: WaveletLike) -> tuple[str, list[float]]:
    if isinstance(wavelet, str):
        return wavelet, []
    if not isinstance(wavelet, tuple) or not wavelet or not isinstance(wavelet[0], str):
        raise ValueError(f"wavelet {wavelet!r}: allowed is a name, or (name, numbers ...)")
    return wavelet[0], [real(v, "wavelet's number") for v in wavelet[1:]]


def _frequencies(frequency_hz: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(frequency_hz)
    return reals(array[np.newaxis] if array.ndim == 0 else array, "frequency_hz")


def cwt(
    x: ArrayLike,
    frequency_hz: ArrayLike,
    fs: float = 1.0,
    wavelet: WaveletLike = "morlet",
    normalization: str = "energy",
    axis: int = -1,
) -> NDArray[np.complex128]:
    """Continuous wavelet transform after Torrence & Compo 1998.

    Parameters
    ----------
    x : array of float32 or float64
    frequency_hz : array
        Above 0 to half of `fs`, in any order. Each stands for the scale that answers
        most to a sinusoid of that frequency.
    fs : float
        Sampling rate in Hz.
    wavelet : str or tuple
        "morlet" or ("morlet", w0), w0 = 6; "ricker"; "morse" or ("morse", beta, gamma),
        20 and 3.
    normalization : {"energy", "amplitude"}
        White noise of variance v has mean |W| ** 2 = v at every scale; or a sinusoid of
        amplitude A has |W| = A at its own frequency.
    axis : int
        The axis of time.

    Returns
    -------
    numpy.ndarray of complex128
        Time is on the last axis, the frequencies on the one before; in the unit of `x`.
        Real for "ricker".

    Raises
    ------
    ValueError
        For options out of range.

    See Also
    --------
    wavelet_cone : how near to the ends values are made smaller by what is not there.

    Notes
    -----
    10.1175/1520-0477(1998)079<0061:APGTWA>2.0.CO;2; generalised Morse wavelets after
    Olhede & Walden 2002, 10.1109/TSP.2002.804066. Two FFTs of twice the samples for each
    frequency. The answer takes 16 bytes for each sample and frequency.
    """
    moved = with_time_last(x, axis)
    name, parameters = _wavelet(wavelet)
    amplitude = choice(normalization, NORMALIZATIONS, "normalization") == "amplitude"
    out = _core.cwt(rows_of(moved), real(fs, "fs"), _frequencies(frequency_hz), name, parameters, amplitude)
    return out.reshape(*moved.shape[:-1], *out.shape[1:])


def wavelet_cone(
    frequency_hz: ArrayLike, wavelet: WaveletLike = "morlet", normalization: str = "energy"
) -> NDArray[np.float64]:
    """How far, in s, the ends of the signal reach into `cwt`: the cone of influence.

    Parameters
    ----------
    frequency_hz, wavelet, normalization
        As in `cwt`.

    Returns
    -------
    numpy.ndarray of float64
        The distance at which the power of a jump has fallen by e ** 2.

    Raises
    ------
    ValueError
        For options out of range.
    """
    name, parameters = _wavelet(wavelet)
    amplitude = choice(normalization, NORMALIZATIONS, "normalization") == "amplitude"
    return _core.wavelet_cone(_frequencies(frequency_hz), name, parameters, amplitude)
