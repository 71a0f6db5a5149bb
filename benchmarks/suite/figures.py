"""Figures of records: pooled counts, the best threshold, and intervals over recordings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Optional

import numpy as np
import pandas as pd

from fascikit import evaluate

from .detectors import Detector

BASIC = ["discharges", "matched", "false_detections", "usable_min"]
RATIOS = ("sensitivity", "ppv", "f1", "false_per_min")


def table(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """One row a run and threshold, of the runs that were done."""
    rows = []
    for record in records:
        if record["status"] != "done":
            continue
        about = {k: record[k] for k in ("part", "scenario", "seed", "electrode", "detector")}
        for point in record["points"]:
            rows.append({**about, "threshold": point["threshold"], **{c: point[c] for c in BASIC}, "by_snr": point["by_snr"]})
    columns = ["part", "scenario", "seed", "electrode", "detector", "threshold", *BASIC, "by_snr"]
    return pd.DataFrame(rows, columns=columns)


def ratio(name: str, counts: np.ndarray) -> float:
    """Of rows of BASIC, summed; NaN without a denominator."""
    known, matched, wrong, minutes = np.asarray(counts, dtype=float).sum(axis=0)
    over, under = {
        "sensitivity": (matched, known),
        "ppv": (matched, matched + wrong),
        "f1": (2 * matched, matched + wrong + known),
        "false_per_min": (wrong, minutes),
    }[name]
    return float(over / under) if under > 0 else math.nan


def interval(name: str, counts: np.ndarray) -> evaluate.Estimate:
    """With its 95 % interval over recordings (BCa); without one below 2 recordings."""
    counts = np.asarray(counts, dtype=float)
    if len(counts) < 2:
        return evaluate.Estimate(ratio(name, counts) if len(counts) else math.nan, math.nan, math.nan)
    return evaluate.bootstrap(counts, lambda drawn: ratio(name, drawn), n=1000).estimate


def difference(ours: np.ndarray, theirs: np.ndarray) -> evaluate.Estimate:
    """F1 of a peer less ours, on the same recordings, paired."""
    both = np.concatenate([np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)], axis=1)
    take = lambda drawn: ratio("f1", drawn[:, 4:]) - ratio("f1", drawn[:, :4])  # noqa: E731
    if len(both) < 2 or math.isnan(take(both)):
        return evaluate.Estimate(take(both) if len(both) else math.nan, math.nan, math.nan)
    return evaluate.bootstrap(both, take, n=1000).estimate


def best_threshold(rows: pd.DataFrame) -> Optional[float]:
    """Of one detector: that with the best F1 of the summed counts; of equals the highest.

    Only thresholds at which every recording was done; None where there is none.
    """
    if rows.empty:
        return None
    sums = rows.groupby("threshold")[BASIC].sum()
    runs = rows.groupby("threshold").size()
    sums = sums[runs == runs.max()]
    f1 = 2 * sums["matched"] / (sums["matched"] + sums["false_detections"] + sums["discharges"])
    f1 = f1.fillna(0.0)
    return float(f1[f1 == f1.max()].index.max())


def choose(rows: pd.DataFrame, detectors: Sequence[Detector], part: str) -> dict[tuple[str, str], float]:
    """The threshold of each (detector, electrode): its default, or the best on `part`."""
    chosen = {}
    for detector in detectors:
        mine = rows[(rows["detector"] == detector.name) & (rows["part"] == part)]
        for electrode, some in mine.groupby("electrode"):
            best = detector.default if detector.default is not None and part == "tuning" else best_threshold(some)
            if best is not None:
                chosen[detector.name, str(electrode)] = best
        if detector.default is not None and part == "tuning":
            for electrode in ("surface", "needle"):
                chosen[detector.name, electrode] = detector.default
    return chosen


def at_edge(detector: Detector, threshold: float) -> bool:
    """The best lies at an end of the grid, so a better one may lie beyond."""
    return detector.default is None and threshold in (detector.thresholds[0], detector.thresholds[-1])


def at(rows: pd.DataFrame, chosen: dict[tuple[str, str], float]) -> pd.DataFrame:
    """The rows at the chosen thresholds."""
    wanted = [chosen.get((d, e)) for d, e in zip(rows["detector"], rows["electrode"])]
    return rows[rows["threshold"] == pd.Series(wanted, index=rows.index, dtype=float)]


def counts(rows: pd.DataFrame) -> np.ndarray:
    """Of one detector at one threshold, one row a recording."""
    return rows.sort_values(["scenario", "seed"])[BASIC].to_numpy(dtype=float)


def paired(rows: pd.DataFrame, one: str, other: str) -> tuple[np.ndarray, np.ndarray]:
    """Counts of two detectors on the recordings that both did."""
    index = ["scenario", "seed"]
    a, b = (rows[rows["detector"] == name].set_index(index)[BASIC] for name in (one, other))
    shared = a.index.intersection(b.index)
    return a.loc[shared].to_numpy(dtype=float), b.loc[shared].to_numpy(dtype=float)


def by_snr(rows: pd.DataFrame) -> pd.DataFrame:
    """F1 and sensitivity of each bin of signal-to-noise ratio, all rows summed.

    False detections have no true ratio and are in the bin of the ratio they were found with,
    which peers do not give: so of all detectors alike only sensitivity is compared by bin.
    """
    found: dict[tuple[float, float], list[int]] = {}
    for bins in rows["by_snr"]:
        for b in bins:
            low = math.nan if b["low"] is None else b["low"]
            high = math.inf if b["high"] is None else b["high"]
            if low != low:
                continue
            sums = found.setdefault((low, high), [0, 0])
            sums[0] += b["known"] - b["uncounted"]
            sums[1] += b["matched"]
    return pd.DataFrame(
        [{"low": low, "high": high, "discharges": n, "matched": m} for (low, high), (n, m) in sorted(found.items()) if n],
        columns=["low", "high", "discharges", "matched"],
    )


def confusion(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Groups by known (rows) and found label, all recordings summed; only labels that occur."""
    sums: dict[tuple[str, str], int] = {}
    for record in records:
        for known, row in record.get("confusion", {}).items():
            for said, n in row.items():
                sums[known, said] = sums.get((known, said), 0) + n
    known = sorted({k for k, _ in sums})
    said = [*known, *sorted({s for _, s in sums} - set(known))]
    said.sort(key=lambda s: s == "indeterminate")
    return pd.DataFrame([[sums.get((k, s), 0) for s in said] for k in known], index=known, columns=said)


def label_figures(square: pd.DataFrame) -> dict[str, float]:
    """Coverage, accuracy of those that got a label, and macro F1 over known labels, by groups."""
    total = square.to_numpy().sum()
    named = square.drop(columns="indeterminate", errors="ignore")
    answered = named.to_numpy().sum()
    agreed = sum(int(named.loc[k, k]) for k in named.index if k in named.columns)
    f1 = []
    for label in named.index:
        right = int(named.loc[label, label]) if label in named.columns else 0
        said = int(named[label].sum()) if label in named.columns else 0
        known = int(named.loc[label].sum())
        if known:
            f1.append(2 * right / (said + known))
    return {
        "groups": float(total),
        "coverage": answered / total if total else math.nan,
        "accuracy": agreed / answered if answered else math.nan,
        "macro_f1": float(np.mean(f1)) if f1 else math.nan,
    }


def label_interval(records: Sequence[dict[str, Any]], name: str) -> evaluate.Estimate:
    """Of `label_figures`, over recordings."""
    some = [r for r in records if r.get("confusion")]
    if len(some) < 2:
        return evaluate.Estimate(label_figures(confusion(some))[name], math.nan, math.nan)
    labels = sorted({l for r in some for k, row in r["confusion"].items() for l in (k, *row)})
    place = {label: i for i, label in enumerate(labels)}
    cubes = np.zeros((len(some), len(labels), len(labels)))
    for i, record in enumerate(some):
        for known, row in record["confusion"].items():
            for said, n in row.items():
                cubes[i, place[known], place[said]] = n

    def statistic(drawn: np.ndarray) -> float:
        square = pd.DataFrame(drawn.sum(axis=0), index=labels, columns=labels)
        return label_figures(square.loc[square.sum(axis=1) > 0])[name]

    return evaluate.bootstrap(cubes, statistic, n=500, method="percentile").estimate


def calibration(records: Iterable[dict[str, Any]], name: str) -> pd.DataFrame:
    """Of `event` or `label`: mean stated probability and share that was right, by tenths."""
    right = np.zeros((10, 2))
    stated = np.zeros((10, 2))
    for record in records:
        right += np.array(record.get(f"{name}_calibration", np.zeros((10, 2))), dtype=float)
        stated += np.array(record.get(f"{name}_probability_sums", np.zeros((10, 2))), dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {"stated": stated[:, 0] / stated[:, 1], "right": right[:, 0] / right[:, 1], "n": right[:, 1].astype(int)}
        )


def calibration_error(bins: pd.DataFrame) -> float:
    """Expected calibration error: the mean distance of stated and right, weighted by number."""
    some = bins[(bins["n"] > 0) & bins["stated"].notna()]
    return float((some["n"] * (some["stated"] - some["right"]).abs()).sum() / some["n"].sum()) if len(some) else math.nan
