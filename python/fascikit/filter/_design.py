"""Design of filters as second-order sections, equal to scipy.signal, and what can be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _core
from ..spectral._rows import real
from ._samples import Samples, count, in_place, numbers, prepare

Cutoff = Union[float, Sequence[float]]
Sections = NDArray[np.float64]


def _hz(values: Any) -> list[float]:
    return [float(v) for v in numbers(values, "cutoff_hz").ravel()]


def _sections_alone(output: str) -> None:
    if output != "sos":
        raise ValueError(f"output {output!r}: allowed is 'sos', second-order sections, which no rounding spoils")


def butter(order: int, cutoff_hz: Cutoff, btype: str = "lowpass", *, fs: float, output: str = "sos") -> Sections:
    """A Butterworth filter: flat as can be; as `scipy.signal.butter(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    cutoff_hz : float or (float, float)
        Where the response is -3 dB, between 0 and fs / 2; two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.
    output : {"sos"}
        So that SciPy's calls run as they are; there is no `b, a` to unpack.

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)
        Sections in SciPy's order, coefficients equal to SciPy's to 1e-10.

    Raises
    ------
    ValueError
        For values out of range, and for a filter that double precision cannot hold.
    """
    _sections_alone(output)
    return _core.butter(count(order, "order"), _hz(cutoff_hz), str(btype), real(fs, "fs"))


def cheby1(
    order: int, ripple_db: float, cutoff_hz: Cutoff, btype: str = "lowpass", *, fs: float, output: str = "sos"
) -> Sections:
    """A Chebyshev filter with ripple in the pass band; as `scipy.signal.cheby1(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    ripple_db : float
        Peak to peak in the pass band, 0.001 to 20 dB.
    cutoff_hz : float or (float, float)
        Where the response leaves the ripple (-ripple_db); two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.
    output : {"sos"}

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        As `butter`.
    """
    _sections_alone(output)
    return _core.cheby1(count(order, "order"), real(ripple_db, "ripple_db"), _hz(cutoff_hz), str(btype), real(fs, "fs"))


def cheby2(
    order: int, attenuation_db: float, cutoff_hz: Cutoff, btype: str = "lowpass", *, fs: float, output: str = "sos"
) -> Sections:
    """A Chebyshev filter with ripple in the stop band; as `scipy.signal.cheby2(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    attenuation_db : float
        At the cutoffs and everywhere beyond, 1 to 300 dB.
    cutoff_hz : float or (float, float)
        Where the attenuation is reached (not -3 dB); two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.
    output : {"sos"}

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        As `butter`.
    """
    _sections_alone(output)
    attenuation = real(attenuation_db, "attenuation_db")
    return _core.cheby2(count(order, "order"), attenuation, _hz(cutoff_hz), str(btype), real(fs, "fs"))


def ellip(
    order: int,
    ripple_db: float,
    attenuation_db: float,
    cutoff_hz: Cutoff,
    btype: str = "lowpass",
    *,
    fs: float,
    output: str = "sos",
) -> Sections:
    """An elliptic filter, the steepest of its order; as `scipy.signal.ellip(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    ripple_db : float
        Peak to peak in the pass band, 0.001 to 20 dB.
    attenuation_db : float
        In the stop band, above the ripple, to 300 dB.
    cutoff_hz : float or (float, float)
        Where the response leaves the ripple (-ripple_db); two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.
    output : {"sos"}

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        As `butter`.
    """
    _sections_alone(output)
    levels = real(ripple_db, "ripple_db"), real(attenuation_db, "attenuation_db")
    return _core.ellip(count(order, "order"), *levels, _hz(cutoff_hz), str(btype), real(fs, "fs"))


def bessel(
    order: int, cutoff_hz: Cutoff, btype: str = "lowpass", norm: str = "phase", *, fs: float, output: str = "sos"
) -> Sections:
    """A Bessel filter, which keeps shapes; as `scipy.signal.bessel(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    cutoff_hz : float or (float, float)
        What lies there, `norm` says; two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    norm : {"phase", "delay", "mag"}
        Half the phase shift; a delay of 1 / (2 pi cutoff_hz) at 0 Hz; or -3 dB.
    fs : float
        Sampling rate, Hz.
    output : {"sos"}

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        As `butter`.
    """
    _sections_alone(output)
    return _core.bessel(count(order, "order"), _hz(cutoff_hz), str(btype), str(norm), real(fs, "fs"))


def iirnotch(centre_hz: float, q: float, *, fs: float) -> Sections:
    """One frequency taken out; as `scipy.signal.iirnotch`, but one section, shape (1, 6).

    Parameters
    ----------
    centre_hz : float
        Between 0 and fs / 2.
    q : float
        Centre over half-power width. It rings for some q / centre_hz seconds.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (1, 6)

    Raises
    ------
    ValueError
        For values out of range.
    """
    return _core.iirnotch(real(centre_hz, "centre_hz"), real(q, "q"), real(fs, "fs"))


def iirpeak(centre_hz: float, q: float, *, fs: float) -> Sections:
    """One frequency alone let through; as `scipy.signal.iirpeak`. Parameters as `iirnotch`."""
    return _core.iirpeak(real(centre_hz, "centre_hz"), real(q, "q"), real(fs, "fs"))


def iircomb(
    frequency_hz: float, q: float, ftype: str = "notch", *, fs: float, pass_zero: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A frequency and its multiples taken out, or alone let through; as `scipy.signal.iircomb`.

    Parameters
    ----------
    frequency_hz : float
        A whole fraction of fs.
    q : float
        Frequency over half-power width, above 1.
    ftype : {"notch", "peak"}
    fs : float
        Sampling rate, Hz.
    pass_zero : bool
        Whether 0 Hz passes; the teeth move by half of `frequency_hz` where that asks for it.

    Returns
    -------
    b, a : numpy.ndarray of float64, shape (fs / frequency_hz + 1,)
        Nearly all of them 0, so no sections: `combfilt` applies it.

    Raises
    ------
    ValueError
        For values out of range.
    """
    return _core.iircomb(real(frequency_hz, "frequency_hz"), real(q, "q"), str(ftype), real(fs, "fs"), bool(pass_zero))


def combfilt(
    x: ArrayLike,
    frequency_hz: float,
    q: float,
    ftype: str = "notch",
    *,
    fs: float,
    pass_zero: bool = False,
    axis: int = -1,
    out: Optional[Samples] = None,
) -> Samples:
    """The filter of `iircomb` applied along one axis, from rest: `scipy.signal.lfilter(b, a, x, axis)`.

    Parameters
    ----------
    x : array of float32 or float64
    frequency_hz, q, ftype, fs, pass_zero
        As `iircomb`.
    axis : int
        The axis of time.
    out : array, optional
        Where to write; the shape and type of `x`. May be `x`.

    Returns
    -------
    numpy.ndarray
        The shape and type of `x`. Two multiplications a sample, whatever the length of `b`.

    Raises
    ------
    ValueError
        For values, shapes and types that do not fit.
    """
    result, rows = prepare(x, axis, out)
    options = (real(frequency_hz, "frequency_hz"), real(q, "q"), str(ftype), real(fs, "fs"), bool(pass_zero))
    in_place(result, rows, lambda block: _core.combfilt(block, *options))
    return result


def response(sos: ArrayLike, hz: ArrayLike, *, fs: float) -> NDArray[np.complex128]:
    """The complex response at frequencies, as `scipy.signal.sosfreqz` and `freqz` give it.

    Parameters
    ----------
    sos : array of shape (sections, 6), or (taps,) for a filter of finite length
    hz : array
        Frequencies, any shape.
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of complex128
        The shape of `hz`. Right also where SciPy cancels, near 0 Hz and fs / 2.

    Raises
    ------
    ValueError
        For shapes that do not fit.
    """
    coefficients, at = numbers(sos, "sos"), numbers(hz, "hz")
    call = _core.fir_response if coefficients.ndim == 1 else _core.sos_response
    return np.asarray(call(coefficients, at.ravel(), real(fs, "fs"))).reshape(at.shape)


def group_delay(sos: ArrayLike, hz: ArrayLike, *, fs: float) -> NDArray[np.float64]:
    """The group delay in seconds at frequencies; parameters as `response`.

    From the polynomials, not from differences of the phase. Where the response is 0 the
    limit from both sides; SciPy's `group_delay` (in samples) gives 0 there.
    """
    coefficients, at = numbers(sos, "sos"), numbers(hz, "hz")
    call = _core.fir_group_delay if coefficients.ndim == 1 else _core.sos_group_delay
    return np.asarray(call(coefficients, at.ravel(), real(fs, "fs"))).reshape(at.shape)


def poles(sos: ArrayLike) -> NDArray[np.complex128]:
    """Poles of sections, two each, those at 0 included: complex, shape (2 sections,)."""
    return _core.sos_poles(numbers(sos, "sos"))


def zeros(sos: ArrayLike) -> NDArray[np.complex128]:
    """Zeros of sections, those at infinity left out: complex, shape at most (2 sections,)."""
    return _core.sos_zeros(numbers(sos, "sos"))


def settling_s(sos: ArrayLike, *, fs: float, tolerance: float = 1e-3) -> float:
    """Seconds until the memory of the slowest pole has fallen to `tolerance`; inf if it never does.

    Parameters
    ----------
    sos : array of shape (sections, 6)
    fs : float
        Sampling rate, Hz.
    tolerance : float
        Between 0 and 1.
    """
    return _core.sos_settling_s(numbers(sos, "sos"), real(fs, "fs"), real(tolerance, "tolerance"))


#: Filters for EMG by name: `low_hz`, `high_hz`, `order`, the `reason` for each number and its `source`.
#: `pandas.DataFrame(presets).T` shows them as a table.
presets: dict[str, dict[str, Any]] = {
    row["name"]: {key: value for key, value in row.items() if key != "name"} for row in _core.presets()
}


def preset(name: str, *, fs: float) -> Sections:
    """The Butterworth band-pass of that name in `presets`.

    Parameters
    ----------
    name : str
        "surface" and "needle" are the defaults of `fascikit.analyze`.
    fs : float
        Sampling rate, Hz. The upper edge is at most 0.45 of it.

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        For an unknown name, and a rate too low for the band.
    """
    return _core.preset(name, real(fs, "fs"))
