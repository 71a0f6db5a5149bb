"""How long each detector takes, warm, on one thread: the median of several runs, in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from . import machine, run, store
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


def speeds(
    case: Case, detectors: Sequence[Detector], chosen: dict[tuple[str, str], float], results: store.Store, only_read: bool = False
) -> dict[str, dict[str, Any]]:
    """Of each detector, from the samples in memory to its events, its filter included; kept by machine."""
    made: Made | None = None
    found = {}
    for detector in detectors:
        threshold = chosen.get((detector.name, case.electrode))
        if threshold is None:
            continue
        try:
            version = detector.version
        except Missing:
            continue
        digest = store.key(case.identity, detector.name, version, threshold, machine.build(), machine.processor(), ROUNDS)
        path = results.path("speed", case.name, case.seed, detector.name, digest)
        record = results.read(path)
        if record is None:
            if only_read:
                continue
            made = made or case.make()
            record = run.apart(lambda: timed(detector, made, threshold), 300.0)
            results.write(path, record)
        found[detector.name] = record
    return found
