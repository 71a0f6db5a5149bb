"""The short form against the committed one: fails on a drop of more than its own interval."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import figures

HIGHER_IS_BETTER = {"sensitivity": True, "ppv": True, "f1": True, "false_per_min": False, "macro_f1": True}


def summary(rows: pd.DataFrame, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Of this library at its default: each figure with its interval, by electrode; of the others F1 alone."""
    found: dict[str, Any] = {"figures": {}, "peers_f1": {}}
    for (name, electrode), some in rows.groupby(["detector", "electrode"]):
        if name != "fascikit":
            found["peers_f1"][f"{name}, {electrode}"] = number(figures.ratio("f1", figures.counts(some)))
            continue
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
    return found


def compare(now: Mapping[str, Any], path: Path) -> list[str]:
    if not path.exists():
        return [f"there is no {path.name} to compare with"]
    return drops(now, json.loads(path.read_text(encoding="utf-8")))
