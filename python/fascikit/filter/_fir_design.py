"""Design of filters of finite length as their taps, equal to scipy.signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..spectral._rows import named_window, real
from ._samples import count, numbers

Taps = NDArray[np.float64]
Window = Union[str, tuple[str, float]]


def _list(values: Any, name: str) -> list[float]:
    return [float(v) for v in numbers(values, name).ravel()]


def firwin(
    numtaps: int,
    cutoff_hz: Union[float, Sequence[float]],
    *,
    width_hz: Optional[float] = None,
    window: Window = "hamming",
    pass_zero: Union[bool, str] = True,
    scale: bool = True,
    fs: float,
) -> Taps:
    """A linear-phase filter by window; as `scipy.signal.firwin`.

    Parameters
    ----------
    numtaps : int
        1 to 1048576; odd where fs / 2 passes.
    cutoff_hz : float or sequence of float
        Where passing and stopping change over (-6 dB), rising, between 0 and fs / 2.
    width_hz : float, optional
        Width of the transition: the window is then a Kaiser window that reaches it.
    window : str or (str, float)
        Such as "hamming", "blackman", ("kaiser", 6.5).
    pass_zero : bool or {"lowpass", "highpass", "bandpass", "bandstop"}
        Whether 0 Hz passes.
    scale : bool
        Gain 1 in the middle of the first pass band.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (numtaps,)
        Delay (numtaps - 1) / 2 samples.

    Raises
    ------
    ValueError
        For values out of range.
    """
    cutoffs = _list(cutoff_hz, "cutoff_hz")
    if isinstance(pass_zero, str):
        allowed = {"lowpass": True, "bandstop": True, "highpass": False, "bandpass": False}
        if pass_zero not in allowed:
            raise ValueError(f"pass_zero {pass_zero!r}: allowed is True, False, " + ", ".join(map(repr, allowed)))
        single = pass_zero in ("lowpass", "highpass")
        if single != (len(cutoffs) == 1):
            raise ValueError(f"{len(cutoffs)} cutoff frequencies: a {pass_zero} has {'one' if single else 'two or more'}")
        pass_zero = allowed[pass_zero]
    if pass_zero not in (True, False):
        raise ValueError(f"pass_zero {pass_zero!r}: allowed is True, False or a name")
    taps, rate = count(numtaps, "numtaps"), real(fs, "fs")
    named = named_window(window)
    if named is None:
        raise ValueError(f"window of type {type(window).__name__}: allowed is a name or (name, number)")
    if width_hz is not None:
        width = real(width_hz, "width_hz")
        if not 0 < width < rate / 2:
            raise ValueError(f"width_hz {width:g}: allowed is above 0 and below half the sampling rate ({rate / 2:g} Hz)")
        named = "kaiser", _core.kaiser_beta(_core.kaiser_attenuation_db(taps, width, rate))
    return _core.firwin(taps, cutoffs, bool(pass_zero), *named, bool(scale), rate)


def kaiserord(ripple_db: float, width_hz: float, *, fs: float) -> tuple[int, float]:
    """Taps and beta of a Kaiser window; as `scipy.signal.kaiserord`, but the width is in Hz.

    Parameters
    ----------
    ripple_db : float
        How far ripple and stop band lie below the pass band, 8 to 300 dB.
    width_hz : float
        Of the transition.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numtaps : int
    beta : float

    Raises
    ------
    ValueError
        For values out of range.
    """
    return _core.kaiserord(real(ripple_db, "ripple_db"), real(width_hz, "width_hz"), real(fs, "fs"))


def firls(
    numtaps: int, bands_hz: ArrayLike, desired: ArrayLike, *, weight: Optional[ArrayLike] = None, fs: float
) -> Taps:
    """A linear-phase filter by least squares; as `scipy.signal.firls`.

    Parameters
    ----------
    numtaps : int
        Odd, 1 to 4095.
    bands_hz : sequence of float
        Lower and upper edge of each band, rising; what lies between bands is free.
    desired : sequence of float
        The gain at each edge; it goes straight from one to the other.
    weight : sequence of float, optional
        Of each band's error; default 1.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (numtaps,)

    Raises
    ------
    ValueError
        For values out of range.

    Notes
    -----
    The equations grow worse with taps times gap: with 150 taps and gaps of a tenth of the
    rate, or 40 taps and a fifth, taps differ from SciPy's by more than 1e-10, and the error
    they leave hardly does. Gains in such gaps can be in the thousands: weight them as well.
    """
    weights = None if weight is None else _list(weight, "weight")
    edges, gains = _list(bands_hz, "bands_hz"), _list(desired, "desired")
    return _core.firls(count(numtaps, "numtaps"), edges, gains, weights, real(fs, "fs"))


def remez(
    numtaps: int,
    bands_hz: ArrayLike,
    desired: ArrayLike,
    *,
    weight: Optional[ArrayLike] = None,
    type: str = "bandpass",
    maxiter: int = 100,
    grid_density: int = 16,
    fs: float,
) -> Taps:
    """The least largest error (Parks and McClellan); as `scipy.signal.remez`.

    Parameters
    ----------
    numtaps : int
        3 to 2047.
    bands_hz : sequence of float
        Lower and upper edge of each band, rising; what lies between bands is free.
    desired : sequence of float
        The gain of each band.
    weight : sequence of float, optional
        Of each band's error; default 1.
    type : {"bandpass", "differentiator", "hilbert"}
    maxiter : int
        Rounds of the exchange.
    grid_density : int
        Points of the grid an extremal, 4 to 256.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (numtaps,)

    Raises
    ------
    ValueError
        For values out of range; where the exchange does not settle; and where rounding
        spoils the gain, for which SciPy returns taps all the same.
    """
    weights = None if weight is None else _list(weight, "weight")
    edges, gains = _list(bands_hz, "bands_hz"), _list(desired, "desired")
    rounds, density = count(maxiter, "maxiter"), count(grid_density, "grid_density")
    return _core.remez(count(numtaps, "numtaps"), edges, gains, weights, str(type), rounds, density, real(fs, "fs"))


def minimum_phase(
    h: ArrayLike, method: str = "homomorphic", n_fft: Optional[int] = None, *, half: bool = True
) -> Taps:
    """The least delay for the same magnitude; as `scipy.signal.minimum_phase`.

    Parameters
    ----------
    h : array of shape (taps,)
        3 to 131072 taps.
    method : {"homomorphic", "hilbert"}
        "hilbert" is for equiripple filters with an odd number of symmetric taps and pass
        bands of gain 1.
    n_fft : int, optional
        Size of the transforms; default as in SciPy.
    half : bool
        The square root of the magnitude, with half the taps.

    Returns
    -------
    numpy.ndarray of float64, shape ((taps + 1) / 2,) or (taps,)

    Raises
    ------
    ValueError
        For values out of range.

    Notes
    -----
    Both methods take logarithms of the magnitude near zeros: where it is at the level of
    rounding, so is the agreement with SciPy.
    """
    taps = numbers(h, "h")
    if taps.ndim != 1:
        raise ValueError(f"h has shape {taps.shape}: allowed is (taps,)")
    size = 0 if n_fft is None else count(n_fft, "n_fft")
    if n_fft is not None and size < 1:
        raise ValueError(f"n_fft {n_fft}: allowed is the number of taps ({taps.size}) and more")
    return _core.minimum_phase(taps.tolist(), str(method), size, bool(half))
