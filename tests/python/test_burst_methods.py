"""Burst methods of the benchmark suite: trains worked out by hand, bad input, published medians."""

from __future__ import annotations

import math
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import fascikit as fk
from fascikit import evaluate, simulator

pytest.importorskip("scipy")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from suite import burst_methods  # noqa: E402
from suite.burst_methods import (  # noqa: E402
    cumulative_moving_average,
    discharge_groups,
    log_isi,
    max_interval,
    poisson_surprise,
    rank_surprise,
)
from suite.burst_methods.histograms import _lowess, _peaks, cma_thresholds, log_isi_threshold  # noqa: E402
from suite.burst_methods.surprise import poisson_surprise_of, rank_surprise_of  # noqa: E402

METHODS = [getattr(burst_methods, name) for name in burst_methods.__all__]


def train(*intervals_ms: float) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(intervals_ms)]) / 1000


# --- MaxInterval


def test_max_interval_by_hand():
    # 100 starts, 250 goes on (at most 300), 400 ends: 3 spikes. 250 never starts. 150 starts, 400 ends: 2, dropped.
    times = train(100, 250, 400, 250, 400, 150, 400)
    assert max_interval(times).tolist() == [0, 0, 0, -1, -1, -1, -1, -1]
    assert max_interval(times, least_spikes=2).tolist() == [0, 0, 0, -1, -1, 1, 1, -1]


def test_max_interval_drops_what_is_too_short_and_keeps_the_edges():
    assert max_interval(train(4, 5)).tolist() == [-1, -1, -1]  # 9 ms: below 10
    assert max_interval(train(4, 6)).tolist() == [0, 0, 0]
    assert max_interval([0, 0.170, 0.470]).tolist() == [0, 0, 0]  # 170 starts, 300 goes on
    assert max_interval([0, 0.171, 0.340]).tolist() == [-1, -1, -1]


def test_max_interval_joins_bursts_only_if_the_gap_may_exceed_the_end():
    # Multiplets: 10 | 40 | 10. The gap of 40 is above the end, 35, and below 50: one group of four.
    times = train(10, 40, 10)
    multiplets = dict(begin_s=0.020, end_s=0.035, least_duration_s=0, least_spikes=2)
    assert max_interval(times, least_gap_s=0.050, **multiplets).tolist() == [0, 0, 0, 0]
    assert max_interval(times, least_gap_s=0.040, **multiplets).tolist() == [0, 0, 1, 1]
    # With the published parameters no two bursts are near enough to be joined.
    for t in evaluate.cotterill("D10", seed=3, trains=5):
        np.testing.assert_array_equal(max_interval(t.times_s), max_interval(t.times_s, least_gap_s=0))


@pytest.mark.parametrize("name, median", [("D7", 0.989), ("D8", 0.856), ("D9", 0.997), ("D10", 0.944)])
def test_max_interval_has_the_known_medians(name, median):
    shares = [evaluate.score_bursts(t.burst, max_interval(t.times_s)).sensitivity for t in evaluate.cotterill(name)]
    assert round(float(np.median(shares)), 3) == median


# --- this library's rule


def test_discharge_groups_by_hand():
    # A pair 45 ms apart is a group, one 46 ms apart is not; three need no pair.
    assert discharge_groups([0, 0.045, 1, 1.046, 2, 2.1, 2.4]).tolist() == [0, 0, -1, -1, 1, 1, 1]


# --- logISI


def test_log_isi_threshold_by_hand():
    # 10 bins a decade from 10 ms on: 40 intervals of 10.5 ms in bin 0, 40 of 1050 ms in bin 20, none between.
    # The first least count after bin 0 is in bin 1, 12.6 to 15.8 ms.
    intervals = [0.0105] * 40 + [1.05] * 40
    assert log_isi_threshold(intervals) == pytest.approx((0.010 * 10**0.05, 0.010 * 10**0.15))
    # Smoothed over five bins, of which the outermost have no weight, bin 1 still feels bin 0 and bin 2 is the
    # first that is 0.
    assert log_isi_threshold(intervals, smooth_bins=5) == pytest.approx((0.010 * 10**0.05, 0.010 * 10**0.25))
    # One peak: no threshold. None at 100 ms or below: nothing at all.
    assert log_isi_threshold([0.0105] * 40).max_isi_s is None
    assert log_isi_threshold([0.5] * 40 + [5.0] * 40) == (None, None)


def test_log_isi_takes_the_void_into_account():
    # Two hills with a valley of about half their height: 1 - 0.5 / sqrt(1 * 1) = 0.5.
    counts = [2, 20, 40, 20, 20, 20, 40, 20, 2]
    intervals = np.repeat([0.010 * 10 ** (0.1 * k + 0.05) for k in range(9)], counts)
    assert log_isi_threshold(intervals, void=0.7).max_isi_s is None
    assert log_isi_threshold(intervals, void=0.2).max_isi_s is not None


def test_log_isi_by_hand():
    # Twenty bursts of four at 10 ms, 1 s apart: the threshold lies between, all are found.
    burst = np.arange(4) * 0.0105
    times = np.concatenate([k * 1.0315 + burst for k in range(20)])
    np.testing.assert_array_equal(log_isi(times), np.repeat(np.arange(20), 4))
    # Slow trains have no peak at 100 ms or below, so no bursts.
    assert (log_isi(np.arange(50) * 0.5) == -1).all()


def test_log_isi_grows_cores_up_to_a_threshold_above_100_ms():
    # In a burst 140, six times 80, 120; then 2000: bins 21, 19, 20 and 33 of a decade's tenths, and no other.
    # The peak is bin 19 (89 ms), the first count of 0 bin 22, 158 to 200 ms: above 100 ms, so the six 80 are the
    # core, and 140 and 120 belong to it.
    times = train(*([140] + [80] * 6 + [120, 2000]) * 30)[:-1]
    assert log_isi_threshold(np.diff(times)) == pytest.approx((10**-1.05, 10**-0.75))
    np.testing.assert_array_equal(log_isi(times), np.repeat(np.arange(30), 9))
    # A threshold above the longest that is allowed is none: the cores alone.
    cores = log_isi(times, longest_s=0.15).reshape(30, 9)
    assert (cores[:, [0, 8]] == -1).all() and (cores[:, 1:8] == np.arange(30)[:, None]).all()


def test_log_isi_uses_100_ms_where_there_is_no_threshold():
    # 90 and 110 ms lie in neighbouring bins: one hill and no valley; only runs of 90 ms are bursts.
    times = train(*([90] * 4 + [110] * 2) * 30)
    assert log_isi_threshold(np.diff(times)).max_isi_s is None
    assert log_isi(times)[:8].tolist() == [0, 0, 0, 0, 0, -1, 1, 1]


def test_lowess_and_peaks():
    line = np.arange(9.0)
    np.testing.assert_allclose(_lowess(line, 5), line)
    # Inside: weights 0, (1 - 1/8)^3, 1, (1 - 1/8)^3, 0 over their sum.
    spike = np.zeros(9)
    spike[4] = 1
    w = (7 / 8) ** 3
    np.testing.assert_allclose(_lowess(spike, 5)[3:6], np.array([w, 1, w]) / (1 + 2 * w))
    assert _peaks(np.array([0, 2, 2, 0, 3, 0, 1.0])).tolist() == [1, 4, 6]
    assert _peaks(np.array([1.0, 0, 2, 1]), apart=3).tolist() == [2]
    assert _peaks(np.array([1.0, 1, 1])).tolist() == [0]


# --- cumulative moving average


def test_cma_thresholds_by_hand():
    # 30 intervals of 10 ms, 10 of 1010 ms: bins of 1 ms. CMA is 0 in bins 0 ... 9, 30/11 in bin 10 (its
    # maximum), then 30 / i until bin 1010 adds 10.
    found = cma_thresholds([0.0100005] * 30 + [1.0100005] * 10)
    i = np.arange(1, 1012)
    counts = np.zeros(1011)
    counts[10], counts[1010] = 30, 10
    cma = np.cumsum(counts) / i
    skew = float(np.mean((cma - cma.mean()) ** 3) / np.std(cma) ** 3)
    assert found.skew == pytest.approx(skew) and 4 < skew < 9
    # Skew 4 to 9: alpha 0.5 and 0.3. 30/i nearest to 15/11 is i = 22, bin 21; nearest to 9/11 is i = 36.67:
    # 30/37 = 0.8108 and 30/36 = 0.8333 against 0.8182, so i = 37, bin 36.
    assert found.max_isi_s == pytest.approx(0.0215)
    assert found.related_isi_s == pytest.approx(0.0365)


def test_cumulative_moving_average_by_hand():
    # Intervals of the train above as bursts of four at 10 ms, and 30 ms before the first spike of each burst:
    # 30 ms is beyond 21.5 ms and within 36.5 ms.
    times = train(*([10.0005] * 3 + [1010.0005]) * 10)[:-1]
    burst = cumulative_moving_average(times)
    np.testing.assert_array_equal(burst, np.repeat(np.arange(10), 4))
    assert cma_thresholds([0.5] * 20) is None
    assert (cumulative_moving_average(np.arange(20) * 0.5) == -1).all()


def test_related_spikes_belong_to_the_burst_they_touch():
    for t in evaluate.cotterill("D10", seed=2, trains=10):
        cores, related = cumulative_moving_average(t.times_s), cumulative_moving_average(t.times_s, related=True)
        assert ((cores >= 0) <= (related >= 0)).all()
        assert related.max(initial=-1) <= cores.max(initial=-1)


# --- Poisson surprise


def test_poisson_surprise_of_by_hand():
    # Three spikes in 0.1 s at 1 /s: P(2 or more, mean 0.1) = 1 - e^-0.1 (1 + 0.1) = 0.004679.
    assert poisson_surprise_of(3, 0.1, 1.0) == pytest.approx(-math.log(1 - math.exp(-0.1) * 1.1))
    assert poisson_surprise_of(3, 0.0, 1.0) == math.inf
    # 200 in a moment: the chance is below the smallest double, and still ln(mean^199 / 199!) to within a thousandth.
    far = poisson_surprise_of(200, 0.01, 1.0)
    assert far == pytest.approx(-(199 * math.log(0.01) - math.lgamma(200) - 0.01), abs=1e-3)


def test_poisson_surprise_by_hand():
    # 20 spikes, mean interval (5 + 4 * 0.01 + 14 * 1) / 19 = about 1: the five at 10 ms are the burst.
    times = np.concatenate([np.arange(8.0), 8 + np.arange(5) * 0.01, 9.04 + np.arange(7)])
    burst = poisson_surprise(times)
    assert np.flatnonzero(burst == 0).tolist() == [8, 9, 10, 11, 12] and burst.max() == 0
    # Its surprise: 4 or more in 0.04 s.
    mean_s = times[-1] / 19
    s = poisson_surprise_of(5, 0.04, 1 / mean_s)
    assert (poisson_surprise(times, least_surprise=s - 1e-6) == burst).all()
    assert (poisson_surprise(times, least_surprise=s + 1e-6) == -1).all()


def test_poisson_surprise_trims_the_front_and_looks_ahead():
    # 0.4, 0.4 are below half the mean interval and start it; the four at 10 ms raise the surprise; the two
    # first spikes then lower it and go.
    times = np.concatenate([np.arange(10) * 1.5, 15 + np.array([0, 0.4, 0.8, 0.81, 0.82, 0.83, 0.84]), 18 + np.arange(10) * 1.5])
    burst = poisson_surprise(times)
    assert np.flatnonzero(burst == 0).tolist() == [12, 13, 14, 15, 16]


# --- rank surprise


def test_rank_surprise_of_equals_the_throw_of_dice():
    for q, n in ((2, 6), (3, 5), (4, 4)):
        sums = [sum(throw) for throw in product(range(1, n + 1), repeat=q)]
        for u in range(q, q * n):
            chance = sum(s <= u for s in sums) / len(sums)
            assert rank_surprise_of(u, q, n) == pytest.approx(-math.log(chance), abs=1e-12)
        assert rank_surprise_of(q * n, q, n) == 0
    assert rank_surprise_of(7.5, 2, 6) == rank_surprise_of(7, 2, 6)
    # The two ways to reckon meet: 29 intervals exactly, 30 as a Gaussian, at the same number of SD below the mean.
    exact, gaussian = (rank_surprise_of(q * 50.5 - 3 * math.sqrt(q * (1e4 - 1) / 12), q, 100) for q in (29, 30))
    assert exact == pytest.approx(gaussian, rel=0.1)


def test_rank_surprise_by_hand():
    # 20 intervals; the shortest, ranks 1 to 4, stand together. Of those below the 75 % quantile the stretch of
    # the four has P = C(10, 4) / 20^4 = 0.0013: 6.6; with three of them C(6, 3) / 20^3: 5.99.
    intervals = [500, 900, 510, 910, 520, 10, 11, 12, 13, 920, 530, 930, 540, 940, 550, 560, 950, 570, 580, 590]
    burst = rank_surprise(train(*intervals))
    assert np.flatnonzero(burst == 0).tolist() == [5, 6, 7, 8, 9] and burst.max() == 0
    least = math.log(20**4 / math.comb(10, 4))
    assert (rank_surprise(train(*intervals), least_surprise=least + 1e-9) == -1).all()


def test_rank_surprise_bursts_share_no_spike():
    for t in evaluate.cotterill("D9", seed=2, trains=3):
        burst = rank_surprise(t.times_s, least_surprise=1.0)
        assert np.all(np.diff(burst[burst >= 0]) >= 0)
        assert np.bincount(burst[burst >= 0]).min() >= 3


# --- all of them


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
def test_what_every_method_keeps_to(method):
    for times in ([], [1.0], [1.0, 1.01], [0.0, 0.0, 0.0], [5.0] * 40):
        found = method(times)
        assert found.shape == (len(times),) and found.dtype == np.int64
    for name in ("D5", "D8", "D10"):
        for t in evaluate.cotterill(name, seed=7, trains=3):
            found = method(t.times_s)
            inside = found[found >= 0]
            assert np.all(np.diff(inside) >= 0) and len(np.unique(inside)) == inside.max(initial=-1) + 1
            # A burst holds every spike between its first and its last, and time has no origin.
            for k in np.unique(inside):
                at = np.flatnonzero(found == k)
                assert at[-1] - at[0] + 1 == len(at) >= (2 if method is discharge_groups else 3)
    train_of_ten = np.cumsum([0.5, 0.01, 0.02, 0.01, 2, 0.01, 0.02, 0.03, 1, 1.5])
    np.testing.assert_array_equal(method(train_of_ten), method(train_of_ten + 64.0))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    "times, said",
    [
        ([0, 1, math.nan, 3], r"times_s\[2\] is nan: allowed are finite seconds"),
        ([0, math.inf], r"times_s\[1\] is inf"),
        ([0, 2, 1], r"times_s\[2\] is 1 after 2: allowed are ascending times"),
        ([[0, 1]], r"times_s of shape \(1, 2\): allowed is one train, 1-D"),
        (["a"], "times_s of type list: allowed are numbers"),
    ],
)
def test_trains_that_cannot_be_used(method, times, said):
    with pytest.raises(ValueError, match=said) as error:
        method(times)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "method, options, said",
    [
        (max_interval, {"begin_s": 0}, "begin_s is 0: allowed is above 0"),
        (max_interval, {"end_s": math.nan}, "end_s is nan"),
        (max_interval, {"least_gap_s": -1}, "least_gap_s is -1: allowed is 0 or more"),
        (max_interval, {"least_spikes": 1}, "least_spikes is 1: allowed is a whole number from 2 on"),
        (max_interval, {"least_spikes": 2.5}, "least_spikes is 2.5"),
        (discharge_groups, {"pair_s": "x"}, "pair_s is 'x'"),
        (log_isi, {"void": 1}, "void is 1: allowed is above 0 and below 1"),
        (log_isi, {"core_s": -0.1}, "core_s is -0.1"),
        (log_isi, {"smooth_bins": 0}, "smooth_bins is 0: allowed is a whole number from 1 on"),
        (log_isi, {"longest_s": math.nan}, "longest_s is nan"),
        (poisson_surprise, {"least_surprise": -1}, "least_surprise is -1: allowed is 0 or more"),
        (rank_surprise, {"largest_share": 1.5}, "largest_share is 1.5: allowed is above 0, to 1"),
    ],
)
def test_options_out_of_range(method, options, said):
    with pytest.raises(ValueError, match=said):
        method([0, 1, 2], **options)


# --- the section


@pytest.fixture(scope="module")
def bursts():
    pytest.importorskip("matplotlib")
    from suite import bursts

    return bursts


def test_nearest_within_gives_each_time_at_most_one(bursts):
    # 1.004 is nearer to 1.000 than to 1.012; 1.012 then has 1.020; 5 has none within 10 ms.
    assert bursts.nearest_within([1.000, 1.012, 5.0], [1.020, 1.004, 5.011]).tolist() == [1, 0, -1]
    assert bursts.nearest_within([], [1.0]).size == 0
    assert bursts.nearest_within([1.0], []).tolist() == [-1]


def test_fates_by_hand(bursts):
    # 0 whole; 1 part; 2 split; 3 joined with a single discharge; 4 missed. Found group 9 holds nothing known.
    known = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3, -1, 4, 4, -1, -1])
    found = np.array([5, 5, 6, 6, -1, 7, 8, 1, 1, 1, -1, -1, 9, 9])
    assert bursts.fates(known, found) == {
        "known": 5, "whole": 1, "part": 1, "split": 1, "joined": 1, "missed": 1, "extra": 1
    }  # fmt: skip
    both = bursts.fates(np.array([0, 0, 1, 1]), np.array([3, 3, 3, 3]))
    assert both["joined"] == 2 and both["whole"] == 0


def test_the_multiplet_setting_takes_each_unit_alone(bursts):
    # Units 0 and 1 each fire a doublet of 6 ms, 3 ms apart: one group of four if pooled, two by unit.
    times, units = np.array([0.0, 0.003, 0.006, 0.009]), np.array([0, 1, 0, 1])
    level = bursts.LEVELS["20/35/50 ms, 2"]
    assert bursts.by_unit(times, units, **level).tolist() == [0, 1, 0, 1]
    assert bursts.by_unit(times, np.zeros_like(units), **level).tolist() == [0, 0, 0, 0]
    assert bursts.by_unit(times, np.full_like(units, -1), **level).tolist() == [-1] * 4


def test_spacing_by_hand(bursts):
    # Unit 0: a pair of 25 ms (wide), 250 ms later one of 10 ms (near), 400 ms later another of 10 ms.
    times = np.array([0, 0.025, 0.275, 0.285, 0.685, 0.695])
    known = np.array([0, 0, 1, 1, 2, 2])
    assert bursts.spacing(times, np.zeros(6), known) == {"wide": 1, "near": 1, "after": 2}


@pytest.mark.parametrize("pattern, label", [("multiplets", "fasciculation_multiplet"), ("f_wave_pairs", "fasciculation_multiplet"),
                                            ("myokymia", "myokymic_discharge")])
def test_known_groups_are_those_of_the_simulator(bursts, pattern, label):
    import pandas as pd

    wrong = of = 0
    for seed in range(1, 41):
        made = simulator.train(pattern, seed=seed, begin_s=0, end_s=60, drawn=True)
        size = made.groupby("group")["group"].transform("size").to_numpy()
        # As the scenarios do, a discharge alone has another label.
        discharges = pd.DataFrame({"peak_s": made["time_s"], "site": "a", "unit": 3, "label": label})
        if label == "fasciculation_multiplet":
            discharges.loc[size < 2, "label"] = "fasciculation_potential"
        group = bursts.known_groups(discharges, label)
        true = np.where(size > 1, made["group"], -1)
        # The same partition: the pair of numbers is as many as either.
        pairs = {(a, b) for a, b in zip(true, group)}
        wrong += len(pairs) - len(set(true)) + len(pairs) - len(set(group))
        of += len(set(true))
    assert of > 100 and wrong <= 0.005 * of


def test_the_restated_rule_is_what_analyze_does(bursts):
    # Intervals that no potential overlaps, around each limit of the rule by 2 ms and more.
    intervals = [0.043, 0.9, 0.047, 0.9, 0.168, 0.29, 0.298, 0.35, 0.172, 0.9, 0.04, 0.29, 0.31, 0.168, 0.31, 0.1, 0.1, 0.1]
    times = np.concatenate([[1.0], 1.0 + np.cumsum(np.tile([*intervals, 1.3], 4))])
    made = bursts.signal_of(times, "surface", duration_s=times[-1] + 2)
    events = fk.analyze(made.recording, electrode="surface").events
    assert events["unit"].nunique() == 1 and len(events) == len(times)
    expected = discharge_groups(events["peak_s"].to_numpy())
    np.testing.assert_array_equal(expected, discharge_groups(times))
    found = bursts.groups_of_events(events)
    # The same partition, whatever the numbers.
    np.testing.assert_array_equal(found < 0, expected < 0)
    assert len({(a, b) for a, b in zip(found, expected)}) == len(set(expected)) == len(set(found))


def test_the_section_runs_resumes_and_reports(bursts, tmp_path, monkeypatch):
    section = bursts.BurstSection(trains=8, signals=1)
    found = section.run(tmp_path, [1])
    assert set(found["table"]) == {"trains", "signals", "emg"} and (tmp_path / "bursts.png").stat().st_size > 10_000
    emg = found[found["table"] == "emg"]
    assert (emg["known"] > 0).all() and (emg[list(bursts.FATES)].sum(axis=1) == emg["known"]).all()
    text = section.report(found)
    assert not text.startswith("#") and "MaxInterval" in text and "nan" not in text and "bursts.png" in text

    # The second time nothing is made again; an option that differs makes all of it again.
    monkeypatch.setattr(bursts, "on_emg", lambda *_: pytest.fail("made again"))
    again = section.run(tmp_path, [1])
    assert again.equals(found)
    with pytest.raises(pytest.fail.Exception):
        section.run(tmp_path, [2])
    with pytest.raises(ValueError, match="no seeds"):
        section.run(tmp_path, [])
    with pytest.raises(ValueError, match="0 trains"):
        bursts.BurstSection(trains=0)


def test_seeds_are_filled_up(bursts, tmp_path, monkeypatch):
    import pandas as pd

    asked = []
    for name in ("on_trains", "on_signals", "draw", "_examples"):
        monkeypatch.setattr(bursts, name, lambda *_: pd.DataFrame({"table": ["x"]}))
    monkeypatch.setattr(bursts, "on_emg", lambda seeds, _: asked.append(list(seeds)) or pd.DataFrame({"table": ["emg"]}))
    bursts.BurstSection(least_seeds=4).run(tmp_path, [2, 7])
    bursts.BurstSection(least_seeds=2).run(tmp_path / "more", [5, 6, 7])
    assert asked == [[2, 7, 1, 3], [5, 6, 7]]


def test_median_and_its_interval():
    from suite.burst_report import median

    # 100 values: the 40th and the 61st from below hold the median in 96.5 % of cases, by the binomial.
    assert median(np.arange(1, 101)) == (50.5, 40, 61)
    assert math.isnan(median([1, 2, 3]).low) and math.isnan(median([math.nan]).value)
