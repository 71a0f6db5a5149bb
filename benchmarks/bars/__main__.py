"""One command for every speed bar.

    python -m bars --library BUILD/benchmarks/bars.so [--cpu all|avx512|avx2|baseline] [--rounds 7] [--quick] [--out results]
"""

from __future__ import annotations

import os

# Before anything that starts threads: one thread for all.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import hashlib
import importlib
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from . import in_cache, report, table

HERE = Path(__file__).resolve().parent.parent
ROUNDS_OF_ANALYSIS = 5
TIMEOUT_S = 900.0


def arguments(given: Optional[Sequence[str]] = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(prog="bars", description=__doc__.splitlines()[0])
    p.add_argument("--library", type=Path, required=True, help="bars.so of a build with -DFASCIKIT_BENCHMARKS=ON")
    p.add_argument("--cpu", choices=["all", *table.PATHS], default="all", help="CPU path; default every one this machine has")
    p.add_argument("--rounds", type=int, default=7, help="at least 5, but for --quick")
    p.add_argument("--quick", action="store_true", help="short data and 3 rounds, to try the suite itself")
    p.add_argument("--only", choices=[*table.GROUPS, "memory", "in_cache"], action="append", help="part of the work; default all")
    p.add_argument("--out", type=Path, help="folder of bars.json and bars.md; default results beside the package, nowhere with --quick")
    p.add_argument("--child", nargs=2, metavar=("GROUP", "FILE"), help=argparse.SUPPRESS)
    args = p.parse_args(given)
    if args.quick and "--rounds" not in " ".join(given if given is not None else sys.argv):
        args.rounds = 3
    if args.rounds < (1 if args.quick else 5):
        p.error(f"--rounds {args.rounds}: allowed is 5 or more, with --quick 1 or more")
    if not args.library.is_file():
        p.error(f"--library {args.library}: no such file; build the target bars with -DFASCIKIT_BENCHMARKS=ON")
    if args.out is None and not args.quick and not args.only:
        args.out = HERE / "results"
    return args


def describe(library: Any) -> dict[str, str]:
    digest = hashlib.sha256(Path(library.path).read_bytes()).hexdigest()[:12]
    made = {"fascikit": f"{library.version}, {library.build}, bars.so {digest}"}
    for name in ("numpy", "scipy", "numba", "spikeinterface"):
        try:
            made[name] = importlib.import_module(name).__version__
        except ImportError:
            made[name] = "not installed"
    commit = subprocess.run(["git", "log", "-1", "--format=%h of %cs"], cwd=HERE, capture_output=True, text=True, check=False)
    if commit.returncode == 0:
        made["suite"] = f"commit {commit.stdout.strip()}"
    made["python"] = platform.python_version()
    made["machine"] = f"{processor()}, {os.cpu_count()} processors, {platform.system()}"
    return made


def loads() -> str:
    """How busy the machine is: one of this suite's own is 1."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except OSError:
        return "unknown"


def processor() -> str:
    for line in cpuinfo().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def why_not(path: str, flags: str) -> str:
    """Why a path cannot be run, from what the processor says of itself."""
    needed = {"avx512": ("avx512f", "avx512vl", "avx512dq", "avx512bw"), "avx2": ("avx2", "fma")}.get(path, ())
    words = set(flags.split())
    if path in ("avx512", "avx2") and words and not words.issuperset(needed):
        return f"this CPU has no {table.PATHS[path]}"
    return f"this build or CPU has no {table.PATHS[path]} path"


def plan(cpu: str, has: Mapping[str, bool], flags: str) -> dict[str, str]:
    """Each path and why it is not run; empty where it is."""
    reasons = {}
    for path in table.PATHS:
        if path == "neon" and not has.get(path) and cpu != path:
            continue  # of another kind of machine
        if not has.get(path):
            reasons[path] = why_not(path, flags)
        else:
            reasons[path] = "" if cpu in ("all", path) else f"not asked for (--cpu {cpu})"
    return reasons


def in_child(args: argparse.Namespace, path: str, group: str) -> dict[str, Any]:
    """The records of a group by trial; what a child that died had done is kept."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "records"
        command = [sys.executable, "-m", "bars", "--library", str(args.library), "--rounds", str(args.rounds)]
        command += ["--child", group, str(target)]
        if args.quick:
            command.append("--quick")
        reason = ""
        try:
            done = subprocess.run(command, cwd=HERE, env={**os.environ, "FASCIKIT_CPU": path}, timeout=TIMEOUT_S, check=False)
            if done.returncode:
                reason = f"the process ended with {done.returncode}"
        except subprocess.TimeoutExpired:
            reason = f"took more than {TIMEOUT_S:g} s"
        records = {}
        if target.exists():
            for line in target.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                records[record.pop("trial")] = record
    for t in table.of_group(group):
        records.setdefault(t.name, {"status": "failed", "reason": reason or "no figures came"})
    return records


def child(args: argparse.Namespace) -> int:
    from . import timing
    from .library import Library

    group, target = args.child
    library = Library(args.library)
    say = lambda text: print(f"  {library.cpu_path}: {text}", flush=True)  # noqa: E731
    with open(target, "a", encoding="utf-8") as out:
        if group == "memory":
            say(table.MEMORY)
            from . import analysis

            print(json.dumps({"trial": group, **analysis.memory(library, args.quick)}), file=out)
            return 0
        timing.keep_memory()
        rounds = min(args.rounds, ROUNDS_OF_ANALYSIS) if group == "analysis" else args.rounds
        try:
            for record in importlib.import_module(f"{__package__}.{group}").run(library, rounds, args.quick, say):
                print(json.dumps(record), file=out, flush=True)
        except ImportError as error:
            for t in table.of_group(group):
                print(json.dumps({"trial": t.name, "status": "not tried", "reason": f"{error}"}), file=out)
        except Exception as error:  # said in the report, in the place of the figures
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return 1
    return 0


def main(given: Optional[Sequence[str]] = None) -> int:
    args = arguments(given)
    args.library = args.library.resolve()
    if args.child:
        return child(args)
    try:
        from .library import Library
    except ImportError as error:
        print(f"NumPy is needed: {error}", file=sys.stderr)
        return 1

    start = time.perf_counter()
    load = loads()
    try:
        library = Library(args.library)
    except (OSError, AttributeError) as error:
        print(f"--library cannot be loaded: {error}", file=sys.stderr)
        return 1
    has = {p: library.has_path(p) for p in table.PATHS}
    wanted = args.only or [*table.GROUPS, "memory", "in_cache"]
    paths: dict[str, Any] = {}
    for path, reason in plan(args.cpu, has, cpuinfo()).items():
        if reason:
            print(f"{table.PATHS[path]}: {reason}; its bars are not tried", flush=True)
            paths[path] = {"reason": reason}
            continue
        paths[path] = {"trials": {}}
        for group in table.GROUPS:
            if group in wanted:
                paths[path]["trials"].update(in_child(args, path, group))
        if "in_cache" in wanted:
            paths[path]["in_cache"] = in_cache.run(args.library, path, args.quick)
    run = [p for p, found in paths.items() if "trials" in found]
    results: dict[str, Any] = {
        "made_with": {**describe(library), "load average before and after": f"{load}, {loads()}"}, "command": "cd benchmarks && python -m bars " + " ".join(shown(given)), "quick": args.quick,
        "rounds": args.rounds, "rounds_of_analysis": min(args.rounds, ROUNDS_OF_ANALYSIS), "paths": paths,
    }
    if run and "memory" in wanted:
        results["memory"] = in_child(args, run[0], "memory").get("memory", {"status": "failed", "reason": "no figures came"})
    text = report.markdown(results)
    print(text)
    if not run:
        print(f"nothing was run on the path {args.cpu}, and nothing is written", file=sys.stderr)
        return 1
    if args.out:
        write(args.out, results, text)
    print(f"after {time.perf_counter() - start:.0f} s")
    bad = [t for found in paths.values() for t in found.get("trials", {}).values() if t["status"] in ("failed", "not equal")]
    return 1 if bad else 0


def shown(given: Optional[Sequence[str]]) -> list[str]:
    """The arguments without this machine's folders."""
    words: list[str] = []
    for word in given if given is not None else sys.argv[1:]:
        option, value = (words[-1], word) if words and words[-1] in ("--library", "--out") else word.partition("=")[::2]
        if option == "--library":
            value = "BUILD/benchmarks/" + Path(value).name
        if option == "--out" and Path(value).is_absolute():
            value = "OUT"
        if option == word or not value:
            words.append(word)
        else:
            words.append(value if words and words[-1] == option else f"{option}={value}")
    return words


def write(folder: Path, results: Mapping[str, Any], text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("bars.json", json.dumps(results, indent=1) + "\n"), ("bars.md", text)):
        beside = folder / f".{name}.{os.getpid()}"
        beside.write_text(content, encoding="utf-8")
        os.replace(beside, folder / name)


if __name__ == "__main__":
    sys.exit(main())
