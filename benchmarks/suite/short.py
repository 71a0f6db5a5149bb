"""The short form against the committed one: fails on a drop of more than its own interval.

Two ways to fail: a figure beyond the committed one's 95 % interval over recordings; and, since
the recordings are the same, a change whose paired 95 % interval lies wholly on the worse side
of 0 and which is at least `LEAST` (below that a change of CPU path can move an event or two).
The first is wide, for scenarios differ; the second sees what several recordings lose together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fascikit import evaluate

from . import figures

HIGHER_IS_BETTER = {"sensitivity": True, "ppv": True, "f1": True, "false_per_min": False, "macro_f1": True}


LEAST = {"sensitivity": 0.005, "ppv": 0.005, "f1": 0.005, "false_per_min": 0.25}


def summary(rows: pd.DataFrame, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Of this library at its default: each figure with its interval, by electrode; of the others F1 alone."""
    found: dict[str, Any] = {"figures": {}, "peers_f1": {}, "counts": figures.BASIC, "recordings": {}}
    for (name, electrode), some in rows.groupby(["detector", "electrode"]):
        if name != "fascikit":
            found["peers_f1"][f"{name}, {electrode}"] = number(figures.ratio("f1", figures.counts(some)))
            continue
        found["recordings"][str(electrode)] = {
            f"{row.scenario} {row.seed}": [round(float(getattr(row, c)), 5) for c in figures.BASIC]
            for row in some.sort_values(["scenario", "seed"]).itertuples()
        }
        for ratio in figures.RATIOS:
            found["figures"][f"{electrode} {ratio}"] = estimate(figures.interval(ratio, figures.counts(some)))
    mine = [r for r in records if r["detector"] == "fascikit" and r["part"] == "reporting" and r["status"] == "done"]
    if any(r.get("confusion") for r in mine):
        found["figures"]["labels macro_f1"] = estimate(figures.label_interval(mine, "macro_f1"))
    return found


def estimate(value: Any) -> dict[str, Any]:
    return {"value": number(value.value), "low": number(value.low), "high": number(value.high)}


def number(value: float) -> Any:
    return round(float(value), 5) if math.isfinite(value) else None


def drops(now: Mapping[str, Any], committed: Mapping[str, Any]) -> list[str]:
    """One line a figure that is worse than the committed one by more than that one's interval."""
    found = []
    for name, before in committed["figures"].items():
        after = now["figures"].get(name)
        if after is None:
            found.append(f"{name} is missing; it was {before['value']}")
            continue
        higher = HIGHER_IS_BETTER[name.split()[-1]]
        bound = before["low"] if higher else before["high"]
        bound = before["value"] if bound is None else bound
        if bound is None:
            continue
        value = after["value"]
        if value is None or (value < bound if higher else value > bound):
            found.append(f"{name} is {value}; it was {before['value']} [{before['low']}, {before['high']}]")
    return found + paired_drops(now, committed)


def paired_drops(now: Mapping[str, Any], committed: Mapping[str, Any]) -> list[str]:
    found = []
    for electrode, before in committed.get("recordings", {}).items():
        after = now.get("recordings", {}).get(electrode, {})
        if set(after) != set(before):
            found.append(f"{electrode}: the recordings are not those of the committed figures")
            continue
        both = np.array([[*before[name], *after[name]] for name in sorted(before)], dtype=float)
        for ratio, least in LEAST.items():
            sign = 1.0 if HIGHER_IS_BETTER[ratio] else -1.0
            change = lambda drawn: sign * (figures.ratio(ratio, drawn[:, 4:]) - figures.ratio(ratio, drawn[:, :4]))  # noqa: E731, B023
            if len(both) < 2 or not change(both) <= -least:
                continue
            high = evaluate.bootstrap(both, change, n=1000, method="percentile").estimate.high
            if high < 0:
                found.append(f"{electrode} {ratio} is worse by {-change(both):.4f}, paired over recordings by at least {-high:.4f}")
    return found


def compare(now: Mapping[str, Any], path: Path) -> list[str]:
    if not path.exists():
        return [f"there is no {path.name} to compare with"]
    return drops(now, json.loads(path.read_text(encoding="utf-8")))
