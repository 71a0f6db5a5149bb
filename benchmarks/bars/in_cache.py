"""Cycles a sample in cache, from Google Benchmark: filter_benchmark, built beside bars.so."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = "filter_benchmark"
#: Shown as; name of the benchmark.
SHOWN = {
    "four sections, 64 channels interleaved, float32": "cascade<float, false>/64",
    "four sections, 64 channels interleaved, float64": "cascade<double, false>/64",
    "four sections, 64 channels planar, float32": "cascade<float, true>/64",
    "four sections, 64 channels planar, float64": "cascade<double, true>/64",
    "four sections, one channel, float32": "cascade<float, false>/1",
    "four sections, one channel, float64": "cascade<double, false>/1",
    "`sosfiltfilt`, 64 channels interleaved, float32": "zero_phase<float>/64",
    "`sosfiltfilt`, 64 channels interleaved, float64": "zero_phase<double>/64",
    "plain scalar loop, four sections, float32": "scalar_cascade<float>/64",
    "plain scalar loop, four sections, float64": "scalar_cascade<double>/64",
}


def parsed(text: str) -> dict[str, dict[str, float]]:
    """Medians of the repetitions by benchmark; cycles are left out where the program could not count them."""
    found: dict[str, dict[str, float]] = {}
    for b in json.loads(text)["benchmarks"]:
        if b.get("aggregate_name", "median") != "median" or b.get("error_occurred"):
            continue
        name = b.get("run_name", b["name"])
        entry = {"ns_per_sample": 1e9 / b["items_per_second"]}
        if b.get("cycles_per_sample", 0) > 0:
            entry["cycles_per_sample"] = b["cycles_per_sample"]
        found[name] = entry
    return found


def run(library: Path, path: str, quick: bool) -> dict[str, Any]:
    program = library.resolve().parent / PROGRAM
    if not program.exists():
        return {"status": "not tried", "reason": f"no {PROGRAM} beside {library.name}; build that target too"}
    command = [
        str(program), "--benchmark_format=json", "--benchmark_filter=^(cascade|zero_phase|scalar_cascade)<.*/(1|64)$",
        "--benchmark_repetitions=" + ("1" if quick else "5"), "--benchmark_min_time=" + ("0.01" if quick else "0.1"),
    ]
    try:
        done = subprocess.run(
            command, env={**os.environ, "FASCIKIT_CPU": path}, capture_output=True, text=True, timeout=300, check=True
        )
        return {"status": "done", "figures": parsed(done.stdout)}
    except subprocess.CalledProcessError as error:
        return {"status": "failed", "reason": ((error.stderr or "").strip().splitlines() or [f"exit code {error.returncode}"])[-1]}
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return {"status": "failed", "reason": f"{type(error).__name__}: {error}"}
