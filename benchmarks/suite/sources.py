"""Recordings with a truth: simulated, hybrid, and yours.

A recording of your own joins by its file and its truth (`*.truth.json`, see the README):

    python -m suite --recording x.edf --truth x.truth.json [--electrode needle]
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

import fascikit as fk

from .signals import Array


@dataclass
class Made:
    """A recording in memory.

    Attributes
    ----------
    samples
        Channels x n, float64, µV, as recorded: NaN where missing.
    sites
        The rows of `samples` of every site.
    truth
        What `fk.score` takes.
    """

    recording: fk.Recording
    samples: Array
    fs: float
    sites: dict[str, list[int]]
    truth: Any
    electrode: str


@dataclass(frozen=True)
class Case:
    """What is made when it is needed.

    Attributes
    ----------
    part
        "tuning": thresholds are chosen on it; "reporting": figures are of it; "rest": nothing
        is there, run at the chosen thresholds only.
    identity
        Whatever decides its samples, for the store.
    """

    name: str
    seed: int
    part: str
    electrode: str
    identity: tuple[Any, ...]
    make: Callable[[], Made]


def made_of(recording: fk.Recording, truth: Any, electrode: str) -> Made:
    channels = recording.channels
    sites = {site: [channels.index(c) for c in members] for site, members in recording.sites.items()}
    samples = np.asarray(recording.data(), dtype=np.float64)
    return Made(recording, samples, recording.fs, sites, truth, electrode)


def simulated(name: str, seed: int, parameter_set: str, duration_s: Optional[float] = None, part: str = "") -> Case:
    def make() -> Made:
        made = fk.simulate(name, seed, parameter_set=parameter_set, duration_s=duration_s)
        return made_of(made.recording, made, made.electrode)

    electrode = str(fk.scenarios().loc[name, "electrode"])
    identity = ("simulate", fk.__version__, name, seed, parameter_set, duration_s)
    return Case(name, seed, part or parameter_set, electrode, identity, make)


def recorded(path: str, truth: str, electrode: str) -> Case:
    """A recording of the user's; read anew where either file changed."""
    digest = hashlib.sha256()
    for name in (path, truth):
        with open(name, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)

    def make() -> Made:
        return made_of(fk.read(path), truth, electrode)

    return Case(path, 0, "reporting", electrode, ("recorded", digest.hexdigest(), electrode), make)


def hybrid(seeds: Sequence[int], part: str) -> tuple[list[Case], str]:
    """Recorded potentials in recorded rest, and why there are none where there are none."""
    datasets = getattr(fk, "datasets", None)
    if datasets is None:
        try:
            import fascikit.datasets as datasets
        except ImportError:
            return [], "fascikit.datasets is not there yet, so no hybrid and no recorded data are among these figures"
    if not hasattr(datasets, "hybrid"):
        return [], "fascikit.datasets has no hybrid() yet, so no hybrid data are among these figures"

    def case(seed: int) -> Case:
        def make() -> Made:
            made = datasets.hybrid(seed=seed)
            return made_of(made.recording, made, made.electrode)

        return Case("hybrid", seed, part, "surface", ("hybrid", fk.__version__, seed, part), make)

    return [case(seed) for seed in seeds], ""
