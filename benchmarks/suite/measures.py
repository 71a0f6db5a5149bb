"""What is kept of a run: counts at every threshold, and of this library its labels too."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import fascikit as fk

from .detectors import Detector
from .sources import Made

COUNTS = (
    "discharges", "matched", "false_detections", "usable_min", "missed_in_masked", "extra_in_groups",
    "in_interference", "below_noise_found",
)
SNR_COUNTS = ("known", "uncounted", "matched", "false_detections")
EDGES = tuple(round(0.1 * i, 1) for i in range(10))


def measured(detector: Detector, made: Made, thresholds: Sequence[float], calibrated: bool = True) -> dict[str, Any]:
    start = time.perf_counter()
    found = detector.findings(made, thresholds)
    record: dict[str, Any] = {"detection_s": time.perf_counter() - start, "points": []}
    for threshold, findings in zip(thresholds, found):
        score = fk.score(made.truth, findings)
        record["points"].append({"threshold": threshold, **counts_of(score)})
        if threshold == detector.default and isinstance(findings, fk.Result):
            record.update(labels_of(score), **(calibration_of(made, findings) if calibrated else {}))
    return record


def counts_of(score: fk.Score) -> dict[str, Any]:
    by_snr = [
        {"low": plain(low), "high": plain(high), **{c: int(row[c]) for c in SNR_COUNTS}}
        for (low, high), row in score.by_snr.iterrows()
    ]
    return {**{c: plain(score.total[c]) for c in COUNTS}, "by_snr": by_snr}


def plain(value: Any) -> Any:
    """A number for JSON, which has no NaN and no infinity."""
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number == int(number) and not isinstance(value, float) else number


def labels_of(score: fk.Score) -> dict[str, Any]:
    confusion = score.confusion
    return {
        "label_totals": {k: plain(v) for k, v in score.label_totals.items()},
        "confusion": {
            str(known): {str(said): int(n) for said, n in row.items() if n} for known, row in confusion.iterrows() if row.any()
        },
    }


def calibration_of(made: Made, result: fk.Result) -> dict[str, Any]:
    """Right ones of all, in tenths of the stated probability: of events, and of labels.

    The counts of a tenth are the difference between those from its lower edge on and those
    from its upper edge on, so that the pairing stays that of `fk.score`.
    """
    events, bursts = result.events, result.bursts
    sites = list(made.sites)
    chance = events["probability"].to_numpy(dtype=float)
    of_burst = dict(zip(bursts["burst"], bursts["probability"])) if len(bursts) else {}
    named = events["burst"].map(of_burst).to_numpy(dtype=float) if len(events) else np.zeros(0)

    def from_edges(values: Any, pair: Any) -> list[list[int]]:
        sums = []
        for edge in EDGES:
            kept = events[values >= edge]
            sums.append(pair(fk.score(made.truth, fk.findings(kept, sites=sites, bursts=bursts, segments=result.segments))))
        sums.append((0, 0))
        return [[a - c, b - d] for (a, b), (c, d) in zip(sums, sums[1:])]

    return {
        "event_calibration": from_edges(
            chance, lambda s: (s.total["matched"], s.total["matched"] + s.total["false_detections"])
        ),
        "event_probability_sums": tenths(chance),
        "label_calibration": from_edges(named, lambda s: (s.label_totals["agreed"], s.label_totals["labelled"])),
        "label_probability_sums": tenths(of_burst.values()),
    }


def tenths(values: Any) -> list[list[float]]:
    """Sum and number in each tenth."""
    p = pd.Series(list(values), dtype=float).dropna().to_numpy()
    at = np.clip((10 * p + 1e-9).astype(int), 0, 9)
    return [[float(p[at == i].sum()), int((at == i).sum())] for i in range(10)]
