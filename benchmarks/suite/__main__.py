"""One command for the whole suite.

    python -m suite [--scenarios NAME ...] [--detectors NAME ...] [--seeds N] [--set reporting|tuning|both]
                    [--out DIR] [--again] [--timeout S] [--rest-seeds N] [--no-speed] [--no-pages] [--only-report]
                    [--detector MODULE:FUNCTION [--thresholds A,B,...]] [--recording FILE --truth FILE]
    python -m suite --pages bursts|recorded ...
    python -m suite --short

Results go to --out as they come, one small file a run, and a run that was interrupted goes on
from them; --again runs everything anew. The report goes to --report with its pictures beside it.
"""

from __future__ import annotations

import os

# Before anything that starts threads: one thread for all.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import json
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

if not __package__:  # python benchmarks/suite
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    __package__ = "suite"
    import suite  # noqa: F401

import fascikit as fk

from . import figures, machine, report, run, sections, short, sources, speed, store
from .detectors import Detector, all_detectors, of_callable

HERE = Path(__file__).resolve().parent.parent
SHORT = {
    name: 60.0 for name in (
        "calf", "frequent", "storm", "benign", "weak", "noise", "multiplets", "contractions", "tonic", "myokymia", "trunk",
        "movement", "faults", "crosstalk", "neuromyotonia", "tremor", "cramp", "needle",
    )
}
SHORT_SEEDS = (1, 2, 3, 4)  # of this library; of peers, whose figures nothing is held to, the first
SHORT_DETECTORS = ("fascikit", "median threshold", "SpikeInterface by channel")


def arguments(given: Optional[Sequence[str]] = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="suite", description=__doc__.splitlines()[0])
    p.add_argument("--scenarios", nargs="+", metavar="NAME", help="of fk.scenarios(), and hybrid; default all")
    p.add_argument("--detectors", nargs="+", metavar="NAME", help="default all; --list names them")
    p.add_argument("--detector", action="append", default=[], metavar="MODULE:FUNCTION", help="one of yours, besides")
    p.add_argument("--thresholds", default="", metavar="A,B,...", help="of --detector")
    p.add_argument("--recording", action="append", default=[], metavar="FILE", help="one of yours, with its --truth")
    p.add_argument("--truth", action="append", default=[], metavar="FILE")
    p.add_argument("--electrode", choices=["surface", "needle"], default="surface", help="of --recording")
    p.add_argument("--seeds", type=int, default=5, help="recordings of each scenario and set")
    p.add_argument("--tuning-seeds", type=int, help="if other than --seeds")
    p.add_argument("--set", choices=["tuning", "reporting", "both"], default="both")
    p.add_argument("--rest-seeds", type=int, default=20, help="half-hours of rest; 0: none")
    p.add_argument("--short", action="store_true", help="in a minute or two, against benchmarks/results/short.json")
    p.add_argument("--write-short", action="store_true", help="with --short: make that file anew")
    p.add_argument("--out", type=Path, help="results of runs; default out/suite beside the project's files")
    p.add_argument("--report", type=Path, help="default REPORT.md in --out")
    p.add_argument("--again", action="store_true", help="run what is there already too")
    p.add_argument("--resume", action="store_true", help="the default; kept for scripts that say so")
    p.add_argument("--only-report", action="store_true", help="of what is there already; nothing is run")
    p.add_argument("--timeout", type=float, default=300.0, help="seconds for one detector on one recording")
    p.add_argument("--no-speed", action="store_true")
    p.add_argument("--pages", nargs="+", choices=sections.MODULES, metavar="NAME", help=f"these alone: {', '.join(sections.MODULES)}")
    p.add_argument("--no-pages", action="store_true", help="without those; pages that are there are linked")
    p.add_argument("--list", action="store_true", help="names of detectors and scenarios")
    args = p.parse_args(given)
    if len(args.recording) != len(args.truth):
        p.error(f"{len(args.recording)} recordings and {len(args.truth)} truths: give each --recording its --truth")
    if args.seeds < 1 or args.rest_seeds < 0:
        p.error(f"--seeds {args.seeds}, --rest-seeds {args.rest_seeds}: allowed is 1 or more, and 0 or more")
    if not args.timeout > 0:
        p.error(f"--timeout {args.timeout:g}: allowed is above 0")
    known = [*fk.scenarios().index, "hybrid"]
    for name in args.scenarios or []:
        if name not in known:
            p.error(f"scenario {name!r}: allowed is {', '.join(known)}")
    try:
        args.chosen = chosen_detectors(args)
    except (ValueError, ImportError, AttributeError) as error:
        p.error(str(error))
    if args.short:
        args.set, args.no_speed = "reporting", True
    args.out = args.out or HERE.parent / "out" / "suite"
    return args


def chosen_detectors(args: argparse.Namespace) -> list[Detector]:
    every = all_detectors()
    names = args.detectors or list(SHORT_DETECTORS if args.short else every)
    for name in names:
        if name not in every:
            raise ValueError(f"detector {name!r}: allowed is {', '.join(every)}")
    sys.path.insert(0, os.getcwd())
    grid = [float(t) for t in args.thresholds.split(",") if t.strip()]
    return [*(every[n] for n in names), *(of_callable(path, grid) for path in args.detector)]


def warm(detectors: Sequence[Detector], timeout_s: float) -> None:
    """Imports and compiles what packages need, once for all processes that are forked.

    Tried in a child first, for a detector that dies or hangs must not take this process along;
    what fails there is said where it is run.
    """
    made = sources.simulated("calf", 0, "tuning", 10.0).make()
    for detector in detectors:
        if detector.package:
            once = lambda: {"n": len(detector.findings(made, detector.thresholds[:1]))}  # noqa: E731, B023
            if run.apart(once, timeout_s)["status"] == "done":
                once()


def cases_of(args: argparse.Namespace) -> tuple[list[sources.Case], list[str]]:
    """Tuning first, since thresholds come from it; `rest` has none to tune on."""
    if args.recording and not args.scenarios and args.set == "both":
        names: list[str] = []
    else:
        names = args.scenarios or (list(SHORT) if args.short else [*fk.scenarios().index, "hybrid"])
    parts = ["tuning", "reporting"] if args.set == "both" else [args.set]
    cases: list[sources.Case] = []
    gaps: list[str] = []
    for part in parts:
        number = args.tuning_seeds or args.seeds if part == "tuning" else args.seeds
        seeds = SHORT_SEEDS if args.short else range(1, number + 1)
        for name in names:
            if name not in ("rest", "hybrid"):
                duration = SHORT.get(name, 60.0) if args.short else None
                cases += [sources.simulated(name, seed, part, duration) for seed in seeds]
    if "hybrid" in names and args.set != "tuning":
        found, gaps = sources.hybrids(range(1, args.seeds + 1))
        cases += found
    elif not args.recording:
        gaps = ["hybrid recordings were not asked for"]
    for path, truth in zip(args.recording, args.truth):
        cases.append(sources.recorded(path, truth, args.electrode))
    return cases, gaps


def main(given: Optional[Sequence[str]] = None) -> int:
    args = arguments(given)
    if args.list:
        print("detectors:", *(d.name for d in args.chosen), sep="\n  ")
        print("scenarios:", *fk.scenarios().index, "hybrid", sep="\n  ")
        return 0
    sources.use_shared()
    if args.pages:
        return only_pages(args)
    start = time.perf_counter()
    if not args.only_report:
        warm(args.chosen, args.timeout)
    how = {"timeout_s": args.timeout, "only_read": args.only_report}
    results = store.Store(args.out / "runs", resume=not args.again)
    cases, gaps = cases_of(args)
    records = run.run_all([c for c in cases if c.part == "tuning"], args.chosen, results, **how)
    rows = figures.table(records)
    tuned = figures.choose(rows, args.chosen, "tuning")
    if args.short:
        records += run_short(cases, args.chosen, results, how)
    else:
        records += run.run_all([c for c in cases if c.part != "tuning"], args.chosen, results, **how)
    for key, threshold in figures.choose(figures.table(records), args.chosen, "reporting").items():
        tuned.setdefault(key, threshold)  # no tuning set was run: the best on the reporting set stands in
    wanted = args.scenarios is None or "rest" in args.scenarios
    if wanted and not args.short and not args.recording and args.set != "tuning" and args.rest_seeds:
        rest = [sources.simulated("rest", s, "reporting", part="rest") for s in range(1, args.rest_seeds + 1)]
        only = lambda d, c: [t for t in [tuned.get((d.name, c.electrode))] if t is not None]  # noqa: E731
        records += run.run_all(rest, args.chosen, results, **how, thresholds=only)
    speeds: dict[str, dict[str, Any]] = {}
    if not args.no_speed:
        speeds = speed.speeds(sources.simulated("calf", 1, "reporting"), args.chosen, tuned, results, args.only_report)
    alone = args.no_pages or args.short or args.scenarios or args.recording or args.detectors
    pages = [] if alone else sections.pages(args.out / "runs", range(1, args.seeds + 1), not args.again)
    page = report.Report(
        records, args.chosen, tuned, speeds=speeds, pages=pages, gaps=gaps, machine=machine.describe(),
        command=said(given if given is not None else sys.argv[1:]),
    )
    target = args.report or args.out / "REPORT.md"
    if args.short:
        print(f"short form after {time.perf_counter() - start:.0f} s")
    elif not page.reporting.empty:
        page.write(target, beside(target, args.out, bool(pages)))
        print(page.ahead())
        print(f"\n{target} after {time.perf_counter() - start:.0f} s")
    elif not page.all.empty:
        print(json.dumps({f"{d}, {e}": t for (d, e), t in tuned.items()}, indent=1))
    print(page.troubles())
    if args.short:
        return short_form(args, page)
    return 0 if any(r["status"] == "done" for r in records) else 1


def beside(report: Path, out: Path, drawn: bool) -> Path:
    """The folder of pictures and pages, with the pictures that pages drew."""
    folder = report.parent / "results"
    folder.mkdir(parents=True, exist_ok=True)
    for picture in (out / "runs").glob("*.png") if drawn else []:
        shutil.copyfile(picture, folder / picture.name)
    return folder


def only_pages(args: argparse.Namespace) -> int:
    runs = store.Store(args.out / "runs").folder
    made = sections.pages(runs, range(1, args.seeds + 1), not args.again, args.pages)
    folder = beside(args.report or args.out / "REPORT.md", args.out, True)
    report.write_pages(made, folder)
    print(*(folder / f"{page.name}.md" for page in made), sep="\n")
    return 0


def said(given: Sequence[str]) -> str:
    """What was typed, from where it was typed, as far as it decides what is written."""
    here = Path.cwd() == HERE
    typed = ["cd benchmarks &&"] if here else []
    if mirror := os.environ.get("FASCIKIT_MIRROR", "") if not sources.SHARED_USED else "":
        typed.append(f"FASCIKIT_MIRROR={shlex.quote(os.path.relpath(mirror))}")
    typed.append("python -m suite" if here else f"python {shlex.quote(os.path.relpath(HERE / 'suite'))}")
    return " ".join([*typed, shlex.join(given)]).strip()


def run_short(
    cases: Sequence[sources.Case], chosen: Sequence[Detector], results: store.Store, how: dict[str, Any]
) -> list[dict[str, Any]]:
    """This library at its default on all recordings, peers on those of the first seed; no calibration."""
    grid = lambda d, c: [d.default] if d.default is not None else d.thresholds  # noqa: E731
    records = []
    for case in cases:
        some = [d for d in chosen if d.default is not None or case.seed == SHORT_SEEDS[0]]
        records += run.run_all([case], some, results, **how, thresholds=grid, calibrated=False)
    return records


def short_form(args: argparse.Namespace, page: report.Report) -> int:
    path = HERE / "results" / "short.json"
    now = short.summary(page.at_tuned, page.records)
    if args.write_short:
        store.write_whole(path, json.dumps({"command": "python -m suite --short --write-short", **now}, indent=1) + "\n")
        return 0
    for name, e in now["figures"].items():
        print(f"{name}: {e['value']} [{e['low']}, {e['high']}]")
    worse = short.compare(now, path)
    for line in worse:
        print(f"dropped: {line}")
    print("the short form has dropped" if worse else "no figure dropped by more than its interval")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
