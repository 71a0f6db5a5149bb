"""Recordings whose truth is known."""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import Any, Optional

import numpy as np
import pandas as pd

from . import _core
from ._recording import Recording


class Simulated:
    """A simulated recording and what is in it; from `simulate` or `simulator.Scene.finish`.

    Attributes
    ----------
    recording : Recording
        The samples; give it to `analyze`.
    truth : dict
        As in `*.truth.json`: `discharges` with `peak_s, site, unit, label, amplitude_uv`
        (peak to peak) and `noise_rms_uv`, both in `band_hz`; `segments`; `confounders`.
    electrode : str
        "surface" or "needle".
    name, seed
        What it was made from; the same on every machine.
    """

    def __init__(self, made: tuple[Any, ...], name: str, seed: int, again: tuple[Any, ...]) -> None:
        self.name = name
        self.seed = seed
        samples, info, self._truth, self.electrode = made
        labels = [channel["label"] for channel in info["channels"]]
        source = _core.from_array(samples, info["fs"], "uV", 1.0, labels).with_sites(info["sites"])
        self.recording = Recording(source, ("array", samples, info["fs"], "uV", None, labels))
        self._again = again

    @cached_property
    def truth(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self._truth.json())
        return parsed

    def __repr__(self) -> str:
        return f"<Simulated {self.name!r}, seed {self.seed}: {len(self.truth['discharges'])} discharges, {self.recording!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Smaller than the samples, and the same: how it was made.
        return self._again


def simulate(
    name: str,
    seed: int = 1,
    *,
    parameter_set: str = "tuning",
    duration_s: Optional[float] = None,
    background: Any = None,
    background_fs: Optional[float] = None,
) -> Simulated:
    """Make the recording and the truth of a scenario; the same on every machine.

    Parameters
    ----------
    name : str
        One of `scenarios()`.
    seed : int
        0 to 2^64 - 1.
    parameter_set : {"tuning", "reporting"}
        Ranges of the parameters. Choose thresholds and rules on the first, publish figures
        of the second: they differ in ranges, geometry, sampling rate and backgrounds.
    duration_s : float, optional
        10 to 86400; without it the scenario's own. Stretches keep their share of it.
    background : array_like, optional
        Recorded rest, 1-D, µV, that takes the place of made noise at the skin; repeated
        with cross-fades where it is shorter. Its level goes into the truth.
    background_fs : float, optional
        Its sampling rate, which must be the scenario's; needed with `background`.

    Returns
    -------
    Simulated

    Raises
    ------
    ValueError
        For a name, set or duration that does not exist; names those that do.
    InputError
        For a background that is empty, too short or not finite.
    """
    if seed < 0 or seed >= 2**64:
        raise ValueError(f"seed {seed}: allowed is 0 to 2^64 - 1")
    if parameter_set not in ("tuning", "reporting"):
        raise ValueError(f"parameter_set {parameter_set!r}: allowed is 'tuning' or 'reporting'")
    if duration_s is not None and math.isnan(duration_s):
        raise ValueError("duration_s nan: allowed is 10 to 86400")
    rest = np.zeros(0)
    if background is not None:
        rest = np.asarray(background, dtype=float)
        if rest.ndim != 1 or rest.size == 0:
            raise ValueError(f"background of shape {rest.shape}: allowed is one channel, 1-D and not empty")
        if background_fs is None:
            raise ValueError("background needs background_fs, its sampling rate")
    made = _core.simulate(
        str(name),
        int(seed),
        parameter_set == "reporting",
        math.nan if duration_s is None else float(duration_s),
        rest,
        0.0 if background_fs is None else float(background_fs),
    )
    return Simulated(made, str(name), int(seed), (_again, (name, seed, parameter_set, duration_s, background, background_fs)))


def _again(
    name: str, seed: int, parameter_set: str, duration_s: Optional[float], background: Any, background_fs: Optional[float]
) -> Simulated:
    return simulate(
        name, seed, parameter_set=parameter_set, duration_s=duration_s, background=background, background_fs=background_fs
    )


def scenarios() -> pd.DataFrame:
    """What `simulate` can make: one row a scenario, `electrode, duration_s, description, varies`."""
    return pd.DataFrame(_core.scenarios()).set_index("name")
