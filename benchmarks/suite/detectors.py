"""Detectors: one small interface for this library, its peers, and yours.

A detector of your own is a callable, in three lines:

    def mine(samples, fs, threshold):      # channels x n in µV, band-passed; one site
        strength = abs(samples).max(axis=0)
        return (strength[1:-1] > threshold).nonzero()[0] / fs      # times in s

    python -m suite --detector my_module:mine --thresholds 20,30,50

It is called once a site and threshold. Its attribute `thresholds`, if it has one, takes the
place of the option; `raw = True` gives it the samples as recorded.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Optional

import numpy as np

import fascikit as fk

from .signals import DEAD_S, Array, band_pass, merged
from .sources import Made

Times = Callable[[Array, float, float, float], Array]
Ready = Callable[[Array, float, float], Callable[[float], Array]]
Ranked = Callable[[Array, float, float, float], tuple[Array, Array]]


class Missing(Exception):
    """The package of a detector is not installed."""


@dataclass(frozen=True)
class Detector:
    """How events are found at a threshold; exactly one of `times`, `ready`, `ranked` and `whole`.

    Attributes
    ----------
    name, what
        For the report: a short name, and one sentence on the method and what is ours in it.
    thresholds
        Those it is tried at, ascending.
    times
        (samples of one site, fs, dead time in s, threshold) -> times in s.
    ready
        (samples of one site, fs, dead time) -> a function of the threshold alone that gives times: what
        does not depend on the threshold is done once.
    ranked
        (samples of one site, fs, dead time, least threshold) -> (times, strengths), once for all
        thresholds: an event is there at every threshold up to its strength.
    whole
        (Made, threshold) -> a Result, for this library.
    package
        What it is imported from, for its version.
    default
        A threshold that is not tuned; peers have none.
    raw
        Takes the samples unfiltered, since its package has its own filter.
    """

    name: str
    what: str
    thresholds: tuple[float, ...]
    times: Optional[Times] = None
    ready: Optional[Ready] = None
    ranked: Optional[Ranked] = None
    whole: Optional[Callable[[Made, float], fk.Result]] = None
    package: str = ""
    default: Optional[float] = None
    raw: bool = False
    revision: int = 1

    @property
    def version(self) -> str:
        """Of its package; raises Missing where that is not installed."""
        if not self.package:
            return f"suite {self.revision}"
        try:
            return f"{self.package} {importlib.metadata.version(self.package)}, suite {self.revision}"
        except importlib.metadata.PackageNotFoundError:
            raise Missing(f"package {self.package} is not installed: pip install -r suite/requirements.txt") from None

    def findings(self, made: Made, thresholds: Sequence[float]) -> list[Any]:
        """What it finds at each threshold, ready for `fk.score`."""
        if self.whole is not None:
            return [self.whole(made, threshold) for threshold in thresholds]
        samples = np.nan_to_num(made.samples) if self.raw else band_pass(made.samples, made.fs, made.electrode)
        dead_s = DEAD_S[made.electrode]
        found: list[dict[str, Array]] = [{} for _ in thresholds]
        for site, channels in made.sites.items():
            x = samples[channels]
            if self.ranked is not None:
                times, strengths = self.ranked(x, made.fs, dead_s, min(thresholds))
                for at, threshold in zip(found, thresholds):
                    at[site] = times[strengths >= threshold]
            else:
                times_at = self.ready(x, made.fs, dead_s) if self.ready else partial(self.times, x, made.fs, dead_s)
                for at, threshold in zip(found, thresholds):
                    at[site] = _checked(times_at(threshold), self.name, x.shape[-1] / made.fs)
        return [_findings(at) for at in found]


def _checked(times: Any, name: str, duration_s: float) -> Array:
    times = np.atleast_1d(np.asarray(times, dtype=float))
    if times.ndim != 1:
        raise ValueError(f"{name} gave times of shape {times.shape}: allowed is one axis")
    wrong = times[~((times >= 0) & (times <= duration_s))]
    if wrong.size:
        raise ValueError(f"{name} gave the time {wrong[0]:g} s: allowed is 0 to {duration_s:g} (seconds, not samples)")
    return times


def _findings(at: dict[str, Array]) -> fk.Findings:
    import pandas as pd

    sites = list(at)
    table = pd.DataFrame(
        {"peak_s": np.concatenate([at[s] for s in sites]), "site": np.repeat(sites, [len(at[s]) for s in sites])}
    )
    return fk.findings(table, sites=sites)


def of_callable(path: str, thresholds: Sequence[float] = ()) -> Detector:
    """A user's detector, given as `module:function`."""
    module, _, name = path.partition(":")
    if not name:
        raise ValueError(f"detector {path!r}: allowed is a name of the suite, or module:function")
    function = getattr(importlib.import_module(module), name)
    grid = tuple(sorted(float(t) for t in getattr(function, "thresholds", thresholds)))
    if not grid:
        raise ValueError(f"detector {path!r} has no thresholds: give it the attribute, or --thresholds 3,4,5")
    if not callable(function):
        raise ValueError(f"detector {path!r} is a {type(function).__name__}: allowed is a callable")
    return Detector(
        path,
        (function.__doc__ or "A detector of the user's.").strip().splitlines()[0],
        grid,
        times=lambda x, fs, dead_s, threshold: merged_by_size(function(x, fs, threshold), x, fs, dead_s),
        raw=bool(getattr(function, "raw", False)),
    )


def merged_by_size(times_s: Any, samples: Array, fs: float, dead_s: float) -> Array:
    """Events within the dead time are one: that at the larger deflection."""
    times = _checked(times_s, "the detector", samples.shape[-1] / fs)
    at = np.minimum((times * fs).round().astype(int), samples.shape[-1] - 1)
    return merged(times, np.abs(samples).max(axis=0)[at], dead_s)


def all_detectors() -> dict[str, Detector]:
    """Those of the suite, this library first."""
    from . import own, peers_onset, peers_packages, peers_threshold

    every = [*own.DETECTORS, *peers_threshold.DETECTORS, *peers_onset.DETECTORS, *peers_packages.DETECTORS]
    return {d.name: d for d in every}
