"""Recordings whose truth is known."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from . import _core
from ._recording import Recording


class Simulated:
    """A simulated recording and what is in it; from `simulate`.

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

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.seed = seed
        samples, info, self._truth, self.electrode = _core.simulate(name, seed)
        labels = [channel["label"] for channel in info["channels"]]
        source = _core.from_array(samples, info["fs"], "uV", 1.0, labels).with_sites(info["sites"])
        self.recording = Recording(source, ("array", samples, info["fs"], "uV", None, labels))

    @cached_property
    def truth(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self._truth.json())
        return parsed

    def __repr__(self) -> str:
        return f"<Simulated {self.name!r}, seed {self.seed}: {len(self.truth['discharges'])} discharges, {self.recording!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Simulated, (self.name, self.seed)


def simulate(name: str, seed: int = 1) -> Simulated:
    """Make the recording and the truth of a scenario; the same on every machine.

    Parameters
    ----------
    name : str
        One of `scenarios()`.
    seed : int
        0 or more.

    Returns
    -------
    Simulated

    Raises
    ------
    ValueError
        For a name that does not exist; names those that do.
    """
    if seed < 0 or seed >= 2**64:
        raise ValueError(f"seed {seed}: allowed is 0 to 2^64 - 1")
    return Simulated(str(name), int(seed))


def scenarios() -> dict[str, str]:
    """Names and descriptions of what `simulate` can make."""
    return dict(_core.scenarios())
