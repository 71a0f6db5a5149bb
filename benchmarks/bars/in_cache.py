"""Cycles a sample in cache, from the Google Benchmark programs built beside bars.so."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PROGRAMS = ("filter_benchmark", "detect_benchmark")
#: Shown as; name of the benchmark.
SHOWN = {
    "four sections, 64 channels interleaved, float32": "cascade<float, false>/64",
    "four sections, 64 channels interleaved, float64": "cascade<double, false>/64",
    "four sections, 64 channels planar, float32": "cascade<float, true>/64",
    "four sections, 64 channels planar, float64": "cascade<double, true>/64",
    "four sections, one channel, float32": "cascade<float, true>/1",
    "four sections, one channel, float64": "cascade<double, true>/1",
    "four sections, one channel, float64, 16 frames at a time": "cascade<double, false>/1",
    "high-pass of 10 Hz at 30 kHz, two sections, 64 channels interleaved, float32 computed in double": "high_pass/10/64",
    "high-pass of 300 Hz at 30 kHz, two sections, 64 channels interleaved, float32": "high_pass/300/64",
    "`sosfiltfilt`, 64 channels interleaved, float32, 272 frames with their padding": "zero_phase<float>/64",
    "`sosfiltfilt`, 64 channels interleaved, float64, 272 frames with their padding": "zero_phase<double>/64",
    "bare detection loop, 64 channels, float32": "bare/64",
    "bare detection loop, one channel, float32": "bare/1",
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
    figures: dict[str, dict[str, float]] = {}
    for program in (library.resolve().parent / name for name in PROGRAMS):
        if not program.exists():
            return {"status": "not tried", "reason": f"no {program.name} beside {library.name}; build that target too"}
        command = [
            str(program), "--benchmark_format=json", "--benchmark_filter=^(bare|high_pass/[0-9]+|((cascade|zero_phase|scalar_cascade)<.*))/(1|64)$",
            "--benchmark_repetitions=" + ("1" if quick else "5"), "--benchmark_min_time=" + ("0.01" if quick else "0.1"),
        ]
        try:
            done = subprocess.run(
                command, env={**os.environ, "FASCIKIT_CPU": path}, capture_output=True, text=True, timeout=300, check=True
            )
            figures.update(parsed(done.stdout))
        except subprocess.CalledProcessError as error:
            words = (error.stderr or "").strip().splitlines() or [f"{program.name} ended with {error.returncode}"]
            return {"status": "failed", "reason": words[-1]}
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            return {"status": "failed", "reason": f"{type(error).__name__}: {error}"}
    return {"status": "done", "figures": figures}
