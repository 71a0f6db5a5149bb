"""How long each detector takes, warm, on one thread: the median of several runs, in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from . import run
from .detectors import Detector, Missing
from .sources import Case, Made

ROUNDS = 5


def timed(detector: Detector, made: Made, threshold: float) -> dict[str, Any]:
    detector.findings(made, [threshold])  # imports, compiles, touches the memory
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        detector.findings(made, [threshold])
        seconds.append(time.perf_counter() - start)
        if sum(seconds) > 30:
            break
    minutes = len(made.samples) * made.samples.shape[-1] / made.fs / 60
    return {"s_per_channel_minute": statistics.median(seconds) / minutes, "rounds": len(seconds)}


def speeds(case: Case, detectors: Sequence[Detector], chosen: dict[tuple[str, str], float]) -> dict[str, dict[str, Any]]:
    """Of each detector, from the samples in memory to its events, its filter included."""
    made = case.make()
    found = {}
    for detector in detectors:
        threshold = chosen.get((detector.name, case.electrode))
        if threshold is None:
            continue
        try:
            detector.version
        except Missing:
            continue
        found[detector.name] = run.apart(lambda: timed(detector, made, threshold), 300.0)
    return found
