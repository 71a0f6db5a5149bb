"""Burst methods against each other, and this library's groups of discharges beside them.

A page of the suite (sections.py), and alone: `python -m suite --pages bursts`. `section.run(folder, seeds)`
returns the figures, one row a train or recording, keeps them in `folder`/bursts.csv and writes the
picture; `section.report(figures)` returns Markdown.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

import fascikit as fk
from fascikit import evaluate, simulator

from . import machine
from .burst_methods import cumulative_moving_average, discharge_groups, log_isi, max_interval, poisson_surprise, rank_surprise
from .burst_report import PICTURE, draw, page

Bursts = NDArray[np.int64]
Method = Callable[..., Bursts]

METHODS: dict[str, Method] = {
    "MaxInterval": max_interval,
    "logISI": log_isi,
    "CMA": cumulative_moving_average,
    "Poisson surprise": poisson_surprise,
    "rank surprise": rank_surprise,
    "fascikit's rule": discharge_groups,
    # As the methods' own authors have it, where Cotterill et al. chose otherwise.
    "logISI, smoothed": partial(log_isi, smooth_bins=5, longest_s=math.inf),
    "CMA, related spikes": partial(cumulative_moving_average, related=True),
}
SIGNALS = {"fascikit, skin signal": "surface", "fascikit, needle signal": "needle"}
SETS = ("D5", "D6", "D7", "D8", "D9", "D10")

# Settings for EMG: short groups of one unit, and bursts. The pairs of a multiplet may be 2.5 ms apart.
LEVELS: dict[str, dict[str, Any]] = {
    "20/35/50 ms, 2": dict(begin_s=0.020, end_s=0.035, least_gap_s=0.050, least_duration_s=0.0, least_spikes=2),
    "170/300/200 ms, 3": dict(begin_s=0.170, end_s=0.300, least_gap_s=0.200, least_duration_s=0.010, least_spikes=3),
}
GROUPED = {"multiplets": "fasciculation_multiplet", "myokymia": "myokymic_discharge"}
TOLERANCE_S = 0.010  # of a found discharge, as in fascikit.score
FATES = ("whole", "part", "split", "joined", "missed")


# ---- spike trains


def train_figures(truth: Bursts, found: Bursts) -> dict[str, float]:
    """One train: shares of spikes and numbers of bursts."""
    s = evaluate.score_bursts(truth, found)
    return {
        "spikes": s.spikes,
        "true_share": s.in_true / s.spikes if s.spikes else math.nan,
        "share": s.in_found / s.spikes if s.spikes else math.nan,
        "sensitivity": s.sensitivity,
        "false_positive": s.false_positive,
        "count_ratio": s.count_ratio,
        "count_error": s.count_error,
        # Without true and found bursts there is nothing to agree on.
        "f1": s.f1 if s.true_bursts else math.nan,
    }


def on_trains(seed: int, trains: int) -> pd.DataFrame:
    rows = []
    for name in SETS:
        for index, one in enumerate(evaluate.cotterill(name, seed=seed, trains=trains)):
            for method, find in METHODS.items():
                figures = train_figures(one.burst, find(one.times_s))
                rows.append({"table": "trains", "data": name, "method": method, "seed": seed, "index": index, **figures})
    return pd.DataFrame(rows)


# ---- this library, which hears signals and not trains


def nearest_within(known_s: ArrayLike, found_s: ArrayLike, tolerance_s: float = TOLERANCE_S) -> NDArray[np.int64]:
    """For each known time the found one that is its own, the nearest pairs first; -1 for none."""
    known, found = np.asarray(known_s, dtype=float), np.asarray(found_s, dtype=float)
    order = np.argsort(found, kind="stable")
    ascending = found[order]
    pairs = []
    for i, t in enumerate(known):
        for j in range(*np.searchsorted(ascending, [t - tolerance_s, t + tolerance_s])):
            pairs.append((abs(ascending[j] - t), i, int(order[j])))
    partner = np.full(known.size, -1, dtype=np.int64)
    taken: set[int] = set()
    for _, i, j in sorted(pairs):
        if partner[i] < 0 and j not in taken:
            partner[i] = j
            taken.add(j)
    return partner


def groups_of_events(events: pd.DataFrame) -> Bursts:
    """The burst of each event, -1 for bursts of one, which are single discharges."""
    burst = events["burst"].to_numpy(np.int64)
    size = events.groupby("burst")["burst"].transform("size").to_numpy()
    return np.where((burst >= 0) & (size > 1), burst, -1)


def signal_of(times_s: ArrayLike, electrode: str, duration_s: float = 301.0, seed: int = 1) -> Any:
    """An EMG of one strong unit that discharges half a second after these times, in little noise."""
    fs = 10_000.0 if electrode == "needle" else 2048.0
    make = simulator.needle_unit if electrode == "needle" else simulator.motor_unit
    unit = make(seed=11, fs=fs).scaled(400.0)
    scene = simulator.Scene("muscle", fs=fs, duration_s=duration_s, seed=seed, electrode=electrode)
    scene.noise("muscle", rms_uv=2.0)
    # The impulse arrives before the potential has its peak.
    at_s = np.asarray(times_s, dtype=float) + 0.5 - 1e-3 * unit.peak_ms
    scene.discharges("muscle", unit, at_s, label="fasciculation_potential")
    return scene.finish()


def bursts_from_signal(times_s: ArrayLike, electrode: str, seed: int = 1) -> tuple[Bursts, NDArray[np.bool_], int]:
    """The library's burst of each spike, which spikes it saw, and into how many units it put them."""
    made = signal_of(times_s, electrode, seed=seed)
    events = fk.analyze(made.recording, electrode=electrode).events
    partner = nearest_within(np.asarray(times_s, dtype=float) + 0.5, events["peak_s"])
    return np.append(groups_of_events(events), -1)[partner], partner >= 0, int(events["unit"].nunique())


def on_signals(seed: int, trains: int) -> pd.DataFrame:
    rows = []
    for name in SETS:
        # Evenly from the set: the halves of D5 are of two kinds.
        for index in range(0, 100, -(-100 // trains)):
            one = evaluate.cotterill(name, seed=seed)[index]
            for method, electrode in SIGNALS.items():
                found, seen, units = bursts_from_signal(one.times_s, electrode, seed=1000 + index)
                figures = {**train_figures(one.burst, found), "seen": float(seen.mean()), "units": units}
                rows.append({"table": "signals", "data": name, "method": method, "seed": seed, "index": index, **figures})
    return pd.DataFrame(rows)


# ---- known groups of simulated EMG


def known_groups(discharges: pd.DataFrame, label: str) -> Bursts:
    """The group of each discharge of `label`, -1 for the others and for groups of one.

    The truth of a scenario names units and labels, not groups. Groups of multiplets are at
    least 250 ms apart and their intervals below 60 ms; those of myokymia have intervals of
    little variation and silences of 1.5 intervals and more. A test holds this to the trains
    whose groups are known: of 37,000 groups of myokymia 26 came out otherwise.
    """
    group = np.full(len(discharges), -1, dtype=np.int64)
    mine = (discharges["label"] == label).to_numpy()
    next_group = 0
    for _, unit in discharges[mine].groupby(["site", "unit"]):
        at = discharges.index.get_indexer(unit.index)
        at = at[np.argsort(discharges["peak_s"].to_numpy()[at], kind="stable")]
        gaps = np.diff(discharges["peak_s"].to_numpy()[at])
        cut_s = 0.1 if label == "fasciculation_multiplet" else _widest_step(gaps)
        for members in np.split(at, np.flatnonzero(gaps > cut_s) + 1):
            if members.size > 1:
                group[members] = next_group
                next_group += 1
    return group


def _widest_step(gaps: NDArray[np.float64]) -> float:
    """Between intervals and silences: the widest step from 1.2 to 2 times the median interval."""
    if gaps.size == 0:
        return 0.0
    low, high = np.log(np.median(gaps)) + np.log([1.2, 2.0])
    logs = np.sort(np.log(gaps))
    steps = np.concatenate([[low], logs[(logs > low) & (logs < high)], [high]])
    widest = int(np.argmax(np.diff(steps)))
    return float(np.exp((steps[widest] + steps[widest + 1]) / 2))


def fates(known: Bursts, found: Bursts) -> dict[str, int]:
    """What became of each known group.

    Parameters
    ----------
    known, found : arrays of shape (discharges,)
        The group of each discharge, -1 for none; `found` is -1 too where it was not detected.

    Returns
    -------
    dict of str to int
        `known`; and of these `joined` (a found group that holds one of its discharges holds
        another discharge as well), `split` (more than one found group), `whole` (all its
        discharges in one), `part` (some of them in one), `missed`; and `extra`, found groups
        that hold no discharge of a known group.
    """
    counts = dict.fromkeys(FATES, 0)
    groups = np.unique(known[known >= 0])
    for k in groups:
        members = known == k
        holding = np.unique(found[members & (found >= 0)])
        if holding.size == 0:
            counts["missed"] += 1
        elif (np.isin(found, holding) & ~members).any():
            counts["joined"] += 1
        elif holding.size > 1:
            counts["split"] += 1
        else:
            counts["whole" if (found[members] >= 0).all() else "part"] += 1
    extra = len(set(found[found >= 0]) - set(found[(known >= 0) & (found >= 0)]))
    return {"known": int(groups.size), **counts, "extra": extra}


def spacing(times_s: NDArray[np.float64], units: NDArray[Any], known: Bursts) -> dict[str, int]:
    """What the settings look at: `wide`, groups without an interval below 20 ms; `near`, groups
    at most 300 ms after the one before of the same unit, and `after`, groups after another."""
    counts = dict.fromkeys(("wide", "near", "after"), 0)
    for unit in np.unique(units[known >= 0]):
        at = np.flatnonzero((units == unit) & (known >= 0))
        gaps, between = np.diff(times_s[at]), np.diff(known[at]) != 0
        counts["near"] += int((gaps[between] <= 0.3).sum())
        counts["after"] += int(between.sum())
        counts["wide"] += sum(np.diff(times_s[known == k]).min() >= 0.020 for k in np.unique(known[at]))
    return counts


def by_unit(times_s: NDArray[np.float64], units: NDArray[Any], **level: Any) -> Bursts:
    """MaxInterval on the train of each unit; -1 in `units` is no unit."""
    group = np.full(times_s.size, -1, dtype=np.int64)
    next_group = 0
    for unit in np.unique(units[units >= 0]):
        at = np.flatnonzero(units == unit)
        at = at[np.argsort(times_s[at], kind="stable")]
        own = max_interval(times_s[at], **level)
        group[at[own >= 0]] = own[own >= 0] + next_group
        next_group += int(own.max(initial=-1)) + 1
    return group


def on_emg(seeds: Iterable[int], parameter_set: str) -> pd.DataFrame:
    rows = []
    for name, label in GROUPED.items():
        for seed in seeds:
            made = fk.simulate(name, seed, parameter_set=parameter_set)
            discharges = pd.DataFrame(made.truth["discharges"]).sort_values("peak_s", kind="stable", ignore_index=True)
            known = known_groups(discharges, label)
            true_s, true_unit = discharges["peak_s"].to_numpy(float), discharges["unit"].to_numpy(np.int64)
            events = fk.analyze(made.recording, electrode=made.electrode).events
            found_s, found_unit = events["peak_s"].to_numpy(float), events["unit"].fillna(-1).to_numpy(np.int64)
            partner = nearest_within(true_s, found_s)

            def seen(groups: Bursts) -> Bursts:
                return np.append(groups, -1)[partner]

            about = {"spikes": len(true_s), "seen": float((partner >= 0).mean()), **spacing(true_s, true_unit, known)}
            pooled, found_pooled = np.zeros_like(true_unit), np.zeros_like(found_unit)
            cases = [("fascikit", "found, its units", seen(groups_of_events(events)))]
            for level, options in LEVELS.items():
                method = f"MaxInterval {level}"
                cases += [
                    (method, "true units", by_unit(true_s, true_unit, **options)),
                    (method, "true, pooled", by_unit(true_s, pooled, **options)),
                    (method, "found, its units", seen(by_unit(found_s, found_unit, **options))),
                    (method, "found, pooled", seen(by_unit(found_s, found_pooled, **options))),
                ]
            for method, fed, groups in cases:
                row = {"table": "emg", "data": name, "method": method, "fed": fed, "seed": seed, "index": 0}
                rows.append({**row, **about, **fates(known, groups)})
    return pd.DataFrame(rows)


# ---- section


class BurstSection:
    """Burst methods on published spike trains, and groups of discharges in simulated EMG."""

    title = "Burst methods"

    def __init__(self, *, trains: int = 100, signals: int = 20, parameter_set: str = "reporting", least_seeds: int = 1) -> None:
        if not 1 <= trains <= 100 or not 1 <= signals <= 100:
            raise ValueError(f"{trains} trains and {signals} signals: allowed is 1 to 100 of each")
        self.trains, self.signals, self.parameter_set, self.least_seeds = trains, signals, parameter_set, least_seeds

    def run(self, folder: Union[str, os.PathLike[str]], seeds: Union[int, Sequence[int]] = 10) -> pd.DataFrame:
        """All figures; those in `folder`/bursts.csv of the same version and options are kept.

        `seeds`: of the simulated EMG, or how many; filled up to `least_seeds`. The spike trains
        are of the first: a set is 100 trains of one seed, as in the paper.
        """
        chosen = list(range(1, seeds + 1)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
        if not chosen:
            raise ValueError("no seeds: allowed is one or more")
        chosen += [seed for seed in range(1, self.least_seeds + 1) if seed not in chosen][: max(0, self.least_seeds - len(chosen))]
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        key = self._key(chosen)
        tables = _kept(folder / "bursts.csv", key)
        for name, work in (
            ("trains", lambda: on_trains(chosen[0], self.trains)),
            ("signals", lambda: on_signals(chosen[0], self.signals)),
            ("emg", lambda: on_emg(chosen, self.parameter_set)),
        ):
            if name not in tables:
                tables[name] = work().assign(key=key)
                together = pd.concat(tables.values(), ignore_index=True)
                _write(folder / "bursts.csv", together.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
        found = pd.read_csv(folder / "bursts.csv")
        draw(found, _examples(chosen[0]), folder / PICTURE)
        return found

    def _key(self, seeds: list[int]) -> str:
        """Of everything that the figures follow from: options, the library, and these sources."""
        here = Path(__file__).parent
        hashed = hashlib.sha256(json.dumps([machine.build(), self.trains, self.signals, self.parameter_set, seeds]).encode())
        for source in [Path(__file__), *sorted(here.glob("burst_methods/*.py"))]:
            hashed.update(source.read_bytes())
        return hashed.hexdigest()[:16]

    def report(self, found: pd.DataFrame) -> str:
        """Markdown without the title, for a page beside the picture."""
        return page(found, PICTURE)


def _examples(seed: int) -> dict[str, dict[str, Any]]:
    """For the picture: a stretch of the first train of each set, and what each method finds in it."""
    shown = {}
    for name in SETS:
        one = evaluate.cotterill(name, seed=seed, trains=1)[0]
        found = {method: find(one.times_s) for method, find in METHODS.items() if "," not in method}
        shown[name] = {"times_s": one.times_s, "truth": one.burst, "found": found}
    return shown


def _kept(path: Path, key: str) -> dict[str, pd.DataFrame]:
    """The tables of an earlier run that are the same; none for a file that is not one of ours."""
    try:
        rows = pd.read_csv(path)
        rows = rows[rows["key"] == key]
        return {name: table.dropna(axis=1, how="all") for name, table in rows.groupby("table", sort=False)}
    except (OSError, ValueError, KeyError):
        return {}


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


section = BurstSection(least_seeds=10)  # a recording holds few groups
