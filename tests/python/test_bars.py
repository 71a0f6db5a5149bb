"""The speed suite: its bars, intervals and report, and what it says when something is missing. Nothing is timed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from bars import __main__ as command  # noqa: E402
from bars import detection, filters, in_cache, intervals, planted, report, table, timing  # noqa: E402

AVX2_ONLY = {"avx512": False, "avx2": True, "neon": False, "baseline": True}
FLAGS = "flags : fpu sse2 avx avx2 fma bmi2"


def made(paths, **more):
    return {
        "made_with": {"machine": "a machine"}, "command": "cd benchmarks && python -m bars", "quick": False, "rounds": 7,
        "rounds_of_analysis": 5, "paths": paths, "memory": {"status": "done", "peak_bytes": 4e7, "recording_bytes": 9.43e8}, **more,
    }


def trials(faster=20.0):
    """Every trial done, this library `faster` times as fast as every rival."""
    return {
        t.name: {
            "status": "done", "samples": 1000, "equal": "the same",
            "seconds": {"ours": [1.0, 1.1, 0.9], **{c.rival: [faster, 1.1 * faster, 0.9 * faster] for c in t.comparisons}},
        }
        for t in table.TRIALS
    }


def least(trial, rival, path):
    return next(c.least[path] for c in table.find(trial).comparisons if c.rival == rival)


def test_every_bar_is_in_the_table():
    cascade = lambda layout, kind: table.CASCADE.format(layout, kind)  # noqa: E731
    assert [least(cascade("interleaved", k), table.SCIPY, p) for p in ("avx512", "avx2") for k in ("float32", "float64")] == [18, 6, 9, 4]
    assert [least(cascade("planar", k), table.SCIPY, p) for p in ("avx512", "avx2") for k in ("float32", "float64")] == [11, 6, 6, 3.5]
    assert least(table.ONE_CHANNEL.format("float64"), table.SCIPY_ALONE, "avx2") == 3.5
    for layout in ("interleaved", "planar"):
        assert least(table.BOTH_WAYS.format(layout, "float64"), table.ZERO_PHASE, "avx2") == 6
    assert [least(table.BARE, table.FRAMES, p) for p in ("avx512", "avx2")] == [10, 5]
    assert least(table.STREAM, table.FRAMES, "avx2") == 4
    assert least(table.ANALYZE, table.SCIPY_THEN_PEAKS, "avx2") == 5
    names = [t.name for t in table.TRIALS]
    assert len(set(names)) == len(names)
    assert {t.group for t in table.TRIALS} == set(table.GROUPS)


def test_the_ratio_is_of_medians_with_an_interval_around_it():
    ours = [1.0, 1.2, 0.8, 1.0, 1.1]
    found = intervals.ratio(ours, [5.0, 6.0, 4.2, 5.1, 5.4])
    assert found.value == pytest.approx(5.1)
    assert found.least <= found.low <= found.value <= found.high <= found.most
    assert intervals.ratio(ours, [3 * t for t in ours]) == intervals.Ratio(*[pytest.approx(3.0)] * 5)
    for bad in (([], []), ([1.0], [1.0, 2.0]), ([0.0], [1.0])):
        with pytest.raises(ValueError, match="rounds|times"):
            intervals.ratio(*bad)


@pytest.mark.parametrize("value, low, high, says", [
    (5, 4.5, 6, "yes"), (5, 3.5, 6, "yes, its interval reaches below"), (3, 2, 3.5, "no"), (3, 2, 5, "no, its interval reaches above"),
])
def test_an_interval_across_the_bar_is_said(value, low, high, says):
    assert intervals.reached(intervals.Ratio(value, low, high, low, high), 4.0) == says


def test_a_machine_without_avx512_runs_the_rest_and_says_so():
    reasons = command.plan("all", AVX2_ONLY, FLAGS)
    assert reasons == {"avx512": "this CPU has no AVX-512", "avx2": "", "baseline": ""}
    page = report.markdown(made({"avx512": {"reason": reasons["avx512"]}, "avx2": {"trials": trials()}, "baseline": {"trials": trials()}}))
    number = sum("avx512" in c.least for t in table.TRIALS for c in t.comparisons)
    assert f"- not tried: AVX-512: all {number} bars: this CPU has no AVX-512" in page
    tried = sum("avx2" in c.least for t in table.TRIALS for c in t.comparisons)
    assert f"{tried} of {tried} bars that were tried are reached, 0 are missed." in page
    assert "missed**" not in page


def test_a_path_asked_for_leaves_the_others_with_a_reason():
    assert command.plan("baseline", AVX2_ONLY, FLAGS) == {
        "avx512": "this CPU has no AVX-512", "avx2": "not asked for (--cpu baseline)", "baseline": "",
    }
    assert command.plan("avx512", AVX2_ONLY, FLAGS)["avx512"] == "this CPU has no AVX-512"
    # A CPU that has it, and a build that does not.
    with_it = FLAGS + " avx512f avx512vl avx512dq avx512bw"
    assert command.plan("all", AVX2_ONLY, with_it)["avx512"] == "this build or CPU has no AVX-512 path"
    assert command.plan("all", {"neon": True}, "")["neon"] == ""


def test_what_is_missed_comes_first_and_what_differs_is_not_timed():
    found = trials(5.0)
    found[table.STREAM] = {"status": "not tried", "reason": "No module named 'spikeinterface'"}
    found[table.ONE_CHANNEL.format("float64")] = {"status": "not equal", "reason": "2e-3 of the largest output from SciPy, allowed is 1e-12"}
    found[table.ANALYZE] = {"status": "failed", "reason": "the process ended with -9"}
    page = report.markdown(made({"avx2": {"trials": found}}, memory={"status": "done", "peak_bytes": 2e9, "recording_bytes": 9.43e8}))
    first = page.split("A ratio is")[0]
    assert "- **missed** (AVX2): four sections, 64 channels interleaved, float32: 5 × of 9 ×" in first
    assert f"not tried: AVX2: 2 bars of {table.STREAM}: No module named 'spikeinterface'" in first
    assert "AVX2: 1 bar of four sections, one channel, float64: not equal: 2e-3 of the largest output from SciPy" in first
    assert f"{table.ANALYZE}: failed: the process ended with -9" in first
    assert "**missed**: memory that `analyze` takes" in first
    assert len(report.count(made({"avx2": {"trials": found}}))[1]) == sum(
        c.least.get("avx2", 0) > 5 for t in table.TRIALS for c in t.comparisons
        if found[t.name]["status"] == "done"
    )


def test_a_process_that_dies_is_said_and_does_not_stop_the_rest(tmp_path, capfd):
    broken = tmp_path / "bars.so"
    broken.write_bytes(b"no library")
    args = command.arguments(["--library", str(broken), "--quick"])
    records = command.in_child(args, "baseline", "filters")
    assert {r["status"] for r in records.values()} == {"failed"}
    assert {r["reason"] for r in records.values()} == {"the process ended with 1"}
    assert set(records) == {t.name for t in table.of_group("filters")}


def test_arguments(tmp_path, capsys):
    library = tmp_path / "bars.so"
    library.touch()
    given = ["--library", str(library)]
    assert command.arguments(given).rounds == 7
    assert command.arguments(given).out == ROOT / "benchmarks" / "results"
    quick = command.arguments([*given, "--quick"])
    assert (quick.rounds, quick.out) == (3, None)
    assert command.arguments([*given, "--quick", "--rounds", "2"]).rounds == 2
    for bad, says in (([*given, "--rounds", "4"], "--rounds 4: allowed is 5 or more"), (["--library", "nowhere.so"], "no such file")):
        with pytest.raises(SystemExit):
            command.arguments(bad)
        assert says in capsys.readouterr().err
    assert command.shown([*given, "--out", str(tmp_path), "--quick"]) == ["--library", "BUILD/benchmarks/bars.so", "--out", "OUT", "--quick"]
    assert command.shown([f"--library={library}", f"--out={tmp_path}"]) == ["--library=BUILD/benchmarks/bars.so", "--out=OUT"]


def test_the_files_are_there_whole(tmp_path):
    results = made({"avx2": {"trials": trials(), "in_cache": {"status": "not tried", "reason": "no filter_benchmark beside bars.so"}}})
    command.write(tmp_path / "out", results, report.markdown(results))
    assert json.loads((tmp_path / "out" / "bars.json").read_text())["rounds"] == 7
    page = (tmp_path / "out" / "bars.md").read_text()
    assert page.startswith("# Speed bars\n")
    assert "not tried: AVX2: cycles in cache: no filter_benchmark beside bars.so" in page
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["bars.json", "bars.md"]


def test_cycles_come_from_the_benchmark_program():
    text = json.dumps({"benchmarks": [
        {"name": "cascade<float, false>/64", "run_name": "cascade<float, false>/64", "items_per_second": 9.0e9},
        {"name": "x_mean", "run_name": "cascade<float, false>/64", "aggregate_name": "mean", "items_per_second": 1.0},
        {"name": "x_median", "run_name": "cascade<float, false>/64", "aggregate_name": "median", "items_per_second": 2.0e9, "cycles_per_sample": 1.5},
        {"name": "cascade<float, false>/1", "run_name": "cascade<float, false>/1", "items_per_second": 1e9, "cycles_per_sample": 0},
    ]})
    found = in_cache.parsed(text)
    assert found["cascade<float, false>/64"] == {"ns_per_sample": pytest.approx(0.5), "cycles_per_sample": 1.5}
    assert found["cascade<float, false>/1"] == {"ns_per_sample": pytest.approx(1.0)}
    page = report.markdown(made({"avx2": {"trials": trials(), "in_cache": {"status": "done", "figures": found}}}))
    assert "| four sections, 64 channels interleaved, float32 | 1.50 (0.500 ns) |" in page
    assert in_cache.run(Path("nowhere/bars.so"), "avx2", True)["status"] == "not tried"


def test_the_reference_is_scipy_and_scipy_is_long_double():
    x = 10 * np.random.default_rng(1).standard_normal((2, 700))
    if np.finfo(np.longdouble).eps < 1e-18:
        assert filters.distance(filters.filtered(x), filters.exact(x)) < 1e-13
    assert filters.distance(filters.filtered(x), x) > 0.1
    assert filters.distance(np.full(3, np.nan), np.ones(3)) == np.inf


def test_chunks_of_the_reference_carry_their_state(monkeypatch):
    x = np.random.default_rng(1).standard_normal((2, 3000))
    whole = filters.filtered(x)
    monkeypatch.setattr(filters, "FS", 100)
    assert np.array_equal(filters.filtered(x), whole)


@pytest.mark.parametrize("grid", [False, True])
def test_agreement_needs_what_was_planted_and_little_else(grid):
    data = planted.plant(64, 12 * planted.FS, grid)
    at, on = data.peaks, data.channels
    assert len(at) == (3 if grid else 64 * 3)
    assert np.all(data.samples[at, on] > 30)
    channels = (on + 1) % 64 if grid else on  # in a grid the place does not matter
    assert planted.agreement(data, {"a": (at + 15, channels)})[0]
    assert not planted.agreement(data, {"a": (at, on), "b": (at[3:], on[3:])})[0]
    assert not planted.agreement(data, {"a": (at + 25, on)})[0]
    wrong = np.arange(100)
    assert not planted.agreement(data, {"a": (np.concatenate([at, wrong]), np.concatenate([on, wrong % 64]))})[0]
    assert not planted.agreement(data, {"a": (at[:0], on[:0])})[0]


def test_the_plain_loop_finds_each_discharge_once_and_an_event_too_few_or_moved_is_not_the_same():
    data = planted.plant(8, 12 * planted.FS, grid=False)
    peaks, channels = detection.bare_reference(data.samples)
    order = np.argsort(data.peaks, kind="stable")
    assert np.array_equal(channels, data.channels[order])
    assert np.all(np.abs(peaks - data.peaks[order]) <= planted.NEAR)
    expected = peaks, channels
    assert detection.same_as_reference((peaks + 1, channels), expected)
    assert not detection.same_as_reference((peaks + 2, channels), expected)
    assert not detection.same_as_reference((peaks[:-1], channels[:-1]), expected)
    assert not detection.same_as_reference((peaks, channels[::-1]), expected)
    assert not detection.same_as_reference((peaks[:0], channels[:0]), (peaks[:0], channels[:0]))


def test_rivals_take_turns_and_the_first_turn_is_not_counted():
    order = []
    seconds = timing.measure({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3, lambda: order.append("-"))
    assert "".join(order) == "-a-b" * 4
    assert {name: len(s) for name, s in seconds.items()} == {"a": 3, "b": 3}
