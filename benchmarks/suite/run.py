"""Runs detectors on recordings, each in a process of its own.

A child has the recording by fork, so that it costs nothing to hand over; what crashes, hangs
or takes too long there is one record with its message, and the next one runs. Where the
system cannot fork it runs here, without the time-out.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from . import machine, store
from .detectors import Detector, Missing
from .measures import measured
from .sources import Case, Made

Record = dict[str, Any]


def run_all(
    cases: Sequence[Case],
    detectors: Sequence[Detector],
    results: store.Store,
    *,
    timeout_s: float = 300.0,
    only_read: bool = False,
    thresholds: Callable[[Detector, Case], Sequence[float]] = lambda detector, case: detector.thresholds,
    calibrated: bool = True,
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
) -> list[Record]:
    """One record a case and detector: `status` done, missing, failed or timeout.

    `only_read` runs nothing: what is not there yet is "missing". Without `calibrated` the stated
    probabilities are not compared with what was right, which is most of the work of one threshold.
    """
    records = []
    for case in cases:
        made: Made | Exception | None = None
        for detector in detectors:
            about = {
                "part": case.part, "scenario": case.name, "seed": case.seed, "electrode": case.electrode, "detector": detector.name,
            }
            try:
                version = detector.version
            except Missing as error:
                records.append({**about, "status": "missing", "message": str(error)})
                continue
            grid = list(thresholds(detector, case))
            if not grid:
                records.append({**about, "status": "failed", "message": "no threshold could be chosen for it"})
                continue
            path = results.path(
                case.part, case.name, case.seed, detector.name,
                store.key(case.identity, detector.name, version, detector.revision, grid, machine.build()),
            )
            record = results.read(path)
            if record is None and only_read:
                record = {**about, "status": "missing", "message": "not run yet"}
            if record is None:
                if made is None:
                    try:
                        made = case.make()
                    except Exception as error:
                        made = error
                if isinstance(made, Exception):
                    outcome: Record = {"status": "failed", "message": f"no recording: {type(made).__name__}: {made}"}
                else:
                    outcome = apart(lambda: measured(detector, made, grid, calibrated), timeout_s)
                record = {**about, "version": version, **outcome}
                results.write(path, record)
                if record["status"] != "done":
                    say(f"{case.part} {case.name} {case.seed}, {detector.name}: {record['status']}: {record['message']}")
            records.append(record)
        if made is not None:
            say(f"{case.part} {case.name} {case.seed}")
    return records


def apart(work: Callable[[], Record], timeout_s: float) -> Record:
    """What `work` gives, from a child; any failure is a record."""
    start = time.perf_counter()
    if "fork" not in multiprocessing.get_all_start_methods():
        return {**attempt(work), "seconds": time.perf_counter() - start}
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)

    def child() -> None:
        there.send(attempt(work))
        there.close()

    process = context.Process(target=child, daemon=True)
    process.start()
    there.close()
    try:
        if here.poll(timeout_s):
            outcome: Record = here.recv()
        else:
            outcome = {"status": "timeout", "message": f"not done after {timeout_s:g} s"}
    except EOFError:
        process.join()
        outcome = {"status": "failed", "message": f"the process ended with code {process.exitcode}"}
    finally:
        if process.is_alive():
            process.join(1.0)
        if process.is_alive():
            process.kill()
        process.join()
        here.close()
    return {**outcome, "seconds": time.perf_counter() - start}


def attempt(work: Callable[[], Record]) -> Record:
    try:
        return {"status": "done", **work()}
    except Missing as error:
        return {"status": "missing", "message": str(error)}
    except BaseException as error:  # also SystemExit: a detector must not end the run
        if isinstance(error, KeyboardInterrupt):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
        return {"status": "failed", "message": f"{type(error).__name__}: {error} ({where})"[:500]}
