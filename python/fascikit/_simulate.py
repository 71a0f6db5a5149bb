"""Recordings whose truth is known, and how much of it was found."""

from __future__ import annotations

import json
import os
from functools import cached_property
from typing import Any, NamedTuple, Union

import pandas as pd

from . import _core
from ._recording import Recording
from ._result import LABELS, Result


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


class Score(NamedTuple):
    """How much of a truth was found.

    Attributes
    ----------
    total : dict
        Of all sites together: `discharges, matched, missed, missed_in_masked,
        false_detections, in_voluntary, usable_min, sensitivity, ppv, f1, false_per_min`
        with its exact 95 % Poisson interval, `bias_ms` and `sd_ms` (found less known).
    sites : pandas.DataFrame
        The same, one row a site.
    confusion : pandas.DataFrame
        Bursts by known label (rows) and found label (columns).
    """

    total: dict[str, Any]
    sites: pd.DataFrame
    confusion: pd.DataFrame


def score(
    truth: Union[Simulated, str, "os.PathLike[str]"],
    found: Union[Result, str, "os.PathLike[str]"],
    *,
    tolerance_ms: float = 10.0,
) -> Score:
    """Compare findings with a truth, pairing discharges one to one.

    Parameters
    ----------
    truth : Simulated or path
        What is known; a path of a `*.truth.json`.
    found : Result or path
        What was found; a path of a folder that `Result.save` or the program wrote.
    tolerance_ms : float
        Largest distance in time of a pair, above 0 to 1000.

    Returns
    -------
    Score

    Raises
    ------
    ValueError
        For a tolerance out of range.
    InputError
        For files that cannot be used.

    Notes
    -----
    Known discharges inside voluntary segments do not count. The pairing is optimal: most
    pairs, then least distance.
    """
    known = truth._truth if isinstance(truth, Simulated) else _core.read_truth(os.fspath(truth))
    findings = _core.findings_of(found._analysis) if isinstance(found, Result) else _core.read_results(os.fspath(found))
    total, sites, confusion = _core.score(known, findings, float(tolerance_ms))
    total.pop("site")
    return Score(
        total,
        pd.DataFrame(sites).set_index("site"),
        pd.DataFrame(confusion, index=pd.Index(LABELS, name="known"), columns=pd.Index(LABELS, name="found")),
    )
