"""Design of filters as second-order sections, equal to scipy.signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np
from numpy.typing import NDArray

from .. import _core


def butter(
    order: int, cutoff_hz: Union[float, Sequence[float]], btype: str = "lowpass", *, fs: float
) -> NDArray[np.float64]:
    """A Butterworth filter, equal to `scipy.signal.butter(..., output="sos")`.

    Parameters
    ----------
    order : int
        1 to 12; band filters have twice as many poles.
    cutoff_hz : float or (float, float)
        Where the response is -3 dB, between 0 and fs / 2; two for the band types.
    btype : {"lowpass", "highpass", "bandpass", "bandstop"}
    fs : float
        Sampling rate, Hz.

    Returns
    -------
    numpy.ndarray of float64, shape (sections, 6)

    Raises
    ------
    ValueError
        For values out of range.
    """
    cutoffs = [float(c) for c in np.atleast_1d(np.asarray(cutoff_hz, dtype=float))]
    return _core.butter(int(order), cutoffs, btype, float(fs))
