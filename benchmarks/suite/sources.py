"""Recordings with a truth: simulated, hybrid, and yours.

A recording of your own joins by its file and its truth (`*.truth.json`, see the README):

    python -m suite --recording x.edf --truth x.truth.json [--electrode needle]
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import numpy as np

import fascikit as fk

from .signals import Array


HYBRID = {"duration_s": 60.0}
SHARED_USED = False


def use_shared() -> None:
    """Recordings beside the project spare the download; FASCIKIT_MIRROR goes first."""
    global SHARED_USED
    folder = Path(os.environ.get("FASCIKIT_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "data"
    if not os.environ.get("FASCIKIT_MIRROR") and folder.is_dir():
        os.environ["FASCIKIT_MIRROR"] = str(folder)
        SHARED_USED = True


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
        "tuning": thresholds are chosen on it; "reporting": figures are of it; "hybrid": the
        same, apart; "rest": nothing is there, run at the chosen thresholds only.
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


def hybrids(seeds: Sequence[int]) -> tuple[list[Case], list[str]]:
    """Recorded potentials in recorded rest, of the catalogue; and what cannot be had, and why.

    A recipe is tried once here: what it needs may be missing or not be downloaded.
    """
    datasets = getattr(fk, "datasets", None)
    if not hasattr(datasets, "make_hybrid"):
        return [], ["this build has no fascikit.datasets, so that there are no hybrid recordings here"]
    catalogue = Path(fk.__file__).with_name("datasets.toml").read_bytes()
    digest = hashlib.sha256(catalogue).hexdigest()[:12]

    def case(name: str, electrode: str, seed: int) -> Case:
        def make() -> Made:
            made = datasets.make_hybrid(name, seed, progress=False, **HYBRID)
            return made_of(made.recording, made, made.electrode)

        return Case(name, seed, "hybrid", electrode, ("hybrid", digest, name, seed, HYBRID), make)

    cases, gaps = [], []
    for name, recipe in datasets.hybrids().iterrows():
        try:
            datasets.make_hybrid(name, 1, progress=False)
        except Exception as error:
            gaps.append(f"no `{name}`: {error}")
            continue
        cases += [case(str(name), str(recipe["electrode"]), seed) for seed in seeds]
    return cases, gaps
