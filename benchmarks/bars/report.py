"""The figures as Markdown: what was missed first, what could not be tried, then all of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from . import in_cache, intervals, table

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One comparison on one path, with its figures or the reason why there are none."""

    path: str
    trial: str
    rival: str
    bar: Optional[float]
    ratio: Optional[intervals.Ratio] = None
    ours_ns: float = 0.0
    theirs_ns: float = 0.0
    reason: str = ""

    @property
    def reached(self) -> str:
        return intervals.reached(self.ratio, self.bar) if self.ratio else ""


def lines(results: Results) -> Iterator[Line]:
    for path, found in results["paths"].items():
        for t in table.TRIALS:
            record = found.get("trials", {}).get(t.name, {"status": "not tried", "reason": found.get("reason", "not run")})
            for c in t.comparisons:
                bar = c.least.get(path)
                seconds = record.get("seconds", {})
                if record["status"] != "done":
                    status = "" if record["status"] == "not tried" else f"{record['status']}: "
                    yield Line(path, t.name, c.rival, bar, reason=status + record["reason"])
                elif c.rival not in seconds:
                    yield Line(path, t.name, c.rival, bar, reason="not run")
                else:
                    per_sample = 1e9 / record["samples"]
                    yield Line(
                        path, t.name, c.rival, bar, intervals.ratio(seconds["ours"], seconds[c.rival]),
                        statistics.median(seconds["ours"]) * per_sample, statistics.median(seconds[c.rival]) * per_sample,
                    )


def memory_words(found: Mapping[str, Any]) -> tuple[str, str]:
    """What it took, and whether that is less than the recording."""
    if found.get("status") != "done":
        return found.get("reason", "not run"), ""
    peak, recording = found["peak_bytes"], found["recording_bytes"]
    return f"{peak / 1e6:.0f} MB at its peak, beside a recording of {recording / 1e6:.0f} MB", "yes" if peak < recording else "no"


def not_tried(results: Results) -> list[str]:
    """The bars that could not be tried, the same reason said once."""
    words = []
    for path in results["paths"]:
        some = [line for line in lines(results) if line.path == path and line.reason and line.bar is not None]
        number = sum(path in c.least for t in table.TRIALS for c in t.comparisons)
        reasons = {line.reason for line in some}
        if len(some) == number and len(reasons) == 1:
            words.append(f"{table.PATHS[path]}: all {number} bars: {reasons.pop()}")
            continue
        for reason in dict.fromkeys(line.reason for line in some):
            of_it = [line for line in some if line.reason == reason]
            trials = "; ".join(dict.fromkeys(line.trial for line in of_it))
            words.append(f"{table.PATHS[path]}: {len(of_it)} {'bar' if len(of_it) == 1 else 'bars'} of {trials}: {reason}")
    for path, found in results["paths"].items():
        if found.get("in_cache", {}).get("status", "done") != "done":
            words.append(f"{table.PATHS[path]}: cycles in cache: {found['in_cache']['reason']}")
    text, reached = memory_words(results.get("memory", {}))
    if not reached:
        words.append(f"{table.MEMORY}: {text}")
    return words


def count(results: Results) -> tuple[int, list[Line]]:
    """Bars that were tried, and those of them that were missed."""
    tried = [line for line in lines(results) if line.ratio and line.bar is not None]
    return len(tried), [line for line in tried if line.ratio and line.bar is not None and line.ratio.value < line.bar]


def ahead(results: Results) -> list[str]:
    tried, missed = count(results)
    text, reached = memory_words(results.get("memory", {}))
    words = [f"{tried - len(missed)} of {tried} bars that were tried are reached, {len(missed)} are missed."]
    words += [
        f"- **missed** ({table.PATHS[m.path]}): {m.trial}: {m.ratio.value:.3g} × of {m.bar:g} × against {m.rival}"
        for m in missed if m.ratio
    ]
    words += [f"- not tried: {w}" for w in not_tried(results)]
    if reached:
        words.append(f"- {'reached' if reached == 'yes' else '**missed**'}: {table.MEMORY}: {text}")
    return words


def rows(some: Sequence[Line]) -> list[str]:
    text = [
        "| what | against | ratio (95 %) | single rounds | bar | reached | ns a sample, ours / theirs |",
        "|---|---|---|---|---|---|---|",
    ]
    before = ""
    for line in some:
        bar = f"{line.bar:g}" if line.bar is not None else "-"
        trial, before = "″" if line.trial == before else line.trial, line.trial
        if line.ratio is None:
            text.append(f"| {trial} | {line.rival} | - | - | {bar} | {line.reason} | - |")
            continue
        r = line.ratio
        mark = line.reached if not line.reached.startswith("no") else f"**{line.reached}**"
        text.append(
            f"| {trial} | {line.rival} | {r.value:.2f} ({r.low:.2f} to {r.high:.2f}) | {r.least:.2f} to {r.most:.2f} | {bar} "
            f"| {mark or '-'} | {line.ours_ns:.2f} / {line.theirs_ns:.2f} |"
        )
    return text


def cache_rows(results: Results) -> list[str]:
    paths = [p for p, found in results["paths"].items() if found.get("in_cache", {}).get("status") == "done"]
    if not paths:
        return ["Not tried."]
    text = ["| what | " + " | ".join(table.PATHS[p] for p in paths) + " |", "|---|" + "---|" * len(paths)]
    for shown, name in in_cache.SHOWN.items():
        cells = []
        for p in paths:
            found = results["paths"][p]["in_cache"]["figures"].get(name, {})
            cycles = f"{found['cycles_per_sample']:.2f}" if "cycles_per_sample" in found else "-"
            cells.append(f"{cycles} ({found['ns_per_sample']:.3f} ns)" if found else "-")
        text.append(f"| {shown} | " + " | ".join(cells) + " |")
    return text


def markdown(results: Results) -> str:
    made = results["made_with"]
    text = ["# Speed bars", "", *ahead(results), ""]
    if results["quick"]:
        text += ["**Made with --quick: short data, few rounds. These figures say nothing.**", ""]
    text += [
        "A ratio is how many times as fast as the rival this library is, on the same samples, in one process, both in turn, "
        f"on memory touched before, by the CPU time of one thread: the ratio of the medians of {results['rounds']} rounds "
        f"({results['rounds_of_analysis']} for `analyze`), its 95 % interval by bootstrap over rounds, and the smallest and largest of a single "
        "round. On a shared machine trust the ratios, and the in-cache figures, not the times. "
        "Lines without a bar are for comparison.", "",
    ]
    everything = list(lines(results))
    for path, found in results["paths"].items():
        if "trials" in found:
            text += [f"## {table.PATHS[path]}", "", *rows([line for line in everything if line.path == path]), ""]
    text += [
        "In the rows of the bare loop and of the first pass SpikeInterface's detector gets samples that were filtered before; this "
        "library filters them itself. Those bars were set where that detector took 5.3 ns a sample.", "",
    ]
    text += ["## Memory", "", f"{table.MEMORY}: {memory_words(results.get('memory', {}))[0]}.", ""]
    text += [
        "## In cache", "",
        "Cycles a sample (and ns) of data that stays in the second-level cache, from Google Benchmark's `filter_benchmark` and "
        "`detect_benchmark`. A cycle is one of the core, measured by additions that wait for each other; not of the time "
        "stamp counter.", "", *cache_rows(results), "",
    ]
    text += ["## What was proven before", ""]
    for path, found in results["paths"].items():
        text += [f"- {table.PATHS[path]}, {name}: {r['equal']}" for name, r in found.get("trials", {}).items() if "equal" in r]
    text += ["", "## How it was made", "", "```", results["command"], "```", "", *[f"- {k}: {v}" for k, v in made.items()], ""]
    return "\n".join(text)
