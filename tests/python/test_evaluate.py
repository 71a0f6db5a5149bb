"""fascikit.evaluate against scikit-learn, SciPy and SpikeInterface, and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import fascikit as fk
from fascikit import evaluate


@pytest.fixture
def random():
    return np.random.default_rng(3)


def test_every_public_name_has_a_docstring():
    for name in evaluate.__all__:
        assert getattr(evaluate, name).__doc__, name
    assert sorted(evaluate.__all__) == list(evaluate.__all__)


# --- probabilities


@pytest.mark.parametrize(("kind", "strategy"), [("equal_width", "uniform"), ("equal_count", "quantile")])
@pytest.mark.parametrize("bins", [3, 10, 17])
def test_calibration_is_scikit_learns(random, kind, strategy, bins):
    sk = pytest.importorskip("sklearn.calibration")
    metrics = pytest.importorskip("sklearn.metrics")
    # 997 + 1: no quantile is one of the probabilities, where scikit-learn's edges are rounded.
    p = random.uniform(size=998)
    p[:20] = np.linspace(0, 1, 20)
    y = random.uniform(size=998) < p**2
    c = evaluate.calibration(p, y, bins, kind=kind)
    share, mean = sk.calibration_curve(y, p, n_bins=bins, strategy=strategy)
    full = c.bins[c.bins.n > 0]
    np.testing.assert_allclose(full.share_true, share, rtol=1e-12)
    np.testing.assert_allclose(full.mean_p, mean, rtol=1e-12)
    assert c.brier == pytest.approx(metrics.brier_score_loss(y, p), rel=1e-12)
    assert c.log_loss == pytest.approx(metrics.log_loss(y, p), rel=1e-10)
    assert c.ece == pytest.approx(np.sum(full.n / 998 * np.abs(share - mean)), rel=1e-12)
    assert c.brier_skill == pytest.approx(1 - c.brier / (y.mean() * (1 - y.mean())), rel=1e-12)
    assert "ECE" in repr(c)


def test_wilson_is_scipys():
    stats = pytest.importorskip("scipy.stats")
    c = evaluate.calibration([0.2] * 12 + [0.9] * 5, [1, 1, 1] + [0] * 9 + [1] * 5)
    for row in c.bins[c.bins.n > 0].itertuples():
        want = stats.binomtest(row.n_true, row.n).proportion_ci(method="wilson")
        assert (row.share_low, row.share_high) == pytest.approx((want.low, want.high), abs=1e-12)


def test_label_calibration(random):
    metrics = pytest.importorskip("sklearn.metrics")
    names = ["fasciculation_potential", "tremor", "indeterminate"]
    p = random.dirichlet([1, 1, 1], 300)
    truth = np.array([random.choice(3, p=row) for row in p])
    c = evaluate.label_calibration(p, truth)
    assert c.log_loss == pytest.approx(metrics.log_loss(truth, p, labels=[0, 1, 2]), rel=1e-12)
    assert c.accuracy == pytest.approx(metrics.accuracy_score(truth, p.argmax(1)))
    one = evaluate.calibration(p[:, 1], truth == 1)
    assert c.labels.loc[1, "ece"] == one.ece
    assert c.classwise_ece == pytest.approx(c.labels.ece.mean())
    assert c.brier == pytest.approx(np.mean(np.sum((p - np.eye(3)[truth]) ** 2, axis=1)))
    # A table as that of bursts, and names.
    table = pd.DataFrame(p, columns=[f"p_{n}" for n in names])
    named = evaluate.label_calibration(table, [names[i] for i in truth])
    assert list(named.labels.index) == names
    assert named.classwise_ece == c.classwise_ece
    with pytest.raises(ValueError, match="label 'cramp': allowed is fasciculation_potential, tremor"):
        evaluate.label_calibration(table, ["cramp"] * 300)
    with pytest.raises(ValueError, match="truth holds names"):
        evaluate.label_calibration(p, ["tremor"] * 300)
    with pytest.raises(ValueError, match="2 labels for 3 columns"):
        evaluate.label_calibration(p, truth, labels=["a", "b"])


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([], [], "no candidates"),
        ([0.5], [0, 1], "1 probabilities and 2 outcomes"),
        ([0.5, np.nan], [0, 1], "probability nan at index 1"),
        ([1.5], [1], "probability 1.5 at index 0"),
        ([0.5, 0.5], [0, 2], "outcome 2 at index 1"),
        ([0.5, 0.5], [0, np.nan], "outcome nan at index 1"),
        ([[0.5]], [0], "p has 2 axes"),
    ],
)
def test_calibration_refuses(p, y, message):
    with pytest.raises(ValueError, match=message):
        evaluate.calibration(p, y)


def test_calibration_refuses_options():
    with pytest.raises(ValueError, match="kind 'wide': allowed is equal_width, equal_count"):
        evaluate.calibration([0.5], [1], kind="wide")
    with pytest.raises(ValueError, match="0 bins"):
        evaluate.calibration([0.5], [1], 0)
    with pytest.raises(ValueError, match="-1 bins"):
        evaluate.calibration([0.5], [1], -1)


# --- units


def trains(random, units=5, seconds=60.0, jitter_s=0.0001, miss=0.1):
    """Two decompositions of the same units that never fire within 3 ms of each other in one unit."""
    a, b = [], []
    for unit in range(units):
        times = np.cumsum(0.06 + random.exponential(0.1, int(seconds / 0.2)))
        for side, lost in ((a, miss * random.uniform()), (b, miss * unit)):
            kept = times[random.uniform(size=len(times)) >= lost]
            side += [(t + random.uniform(-jitter_s, jitter_s), unit) for t in kept]
    out = []
    for side in (a, b):
        times, ids = (np.array(column) for column in zip(*sorted(side)))
        out += [times, ids.astype(np.int64)]
    return out


def test_units_are_spikeinterfaces(random):
    si = pytest.importorskip("spikeinterface")
    pytest.importorskip("numba", reason="spikeinterface.comparison needs it")
    comparison = pytest.importorskip("spikeinterface.comparison")
    fs = 20000.0
    times_a, units_a, times_b, units_b = trains(random)
    # B: unit 2 falls apart, 3 and 4 are merged, and one unit is nobody's.
    units_b[(units_b == 2) & (random.uniform(size=len(units_b)) < 0.35)] = 20
    units_b[units_b == 4] = 3
    stray = np.sort(random.uniform(0, 60, 80))
    order = np.argsort(np.r_[times_b, stray], kind="stable")
    times_b, units_b = np.r_[times_b, stray][order], np.r_[units_b, np.full(80, 99)][order]

    def sorting(times, units):
        return si.NumpySorting.from_samples_and_labels([np.round(times * fs).astype(np.int64)], [units], fs)

    # Times on the samples that SpikeInterface sees; its tolerance counts whole samples.
    times_a, times_b = (np.round(t * fs) / fs for t in (times_a, times_b))
    done = comparison.compare_sorter_to_ground_truth(
        sorting(times_a, units_a), sorting(times_b, units_b), exhaustive_gt=True, delta_time=0.4, match_score=0.5
    )
    found = evaluate.unit_agreement(times_a, units_a, times_b, units_b, tolerance_ms=0.41)
    want = done.agreement_scores.loc[list(found.agreement.index), list(found.agreement.columns)]
    # Every score that could make a pair; chance coincidences are counted otherwise there.
    np.testing.assert_allclose(found.agreement, want, atol=0.005)
    np.testing.assert_allclose(found.agreement.to_numpy()[want > 0.2], want.to_numpy()[want > 0.2], atol=1e-12)
    matched = done.hungarian_match_12
    assert dict(zip(found.pairs.unit_a, found.pairs.unit_b)) == {a: b for a, b in matched.items() if b != -1}
    assert found.well_detected == sorted(done.get_well_detected_units())
    assert found.redundant == sorted(done.get_redundant_units())
    assert found.overmerged == sorted(done.get_overmerged_units())
    assert found.false_units == sorted(done.get_false_positive_units())
    assert found.redundant == [20] and found.overmerged == [3] and 99 in found.false_units
    performance = done.get_performance("by_unit")
    for pair in found.pairs.itertuples():
        assert pair.agreement == pytest.approx(performance.accuracy[pair.unit_a])
        assert pair.recall == pytest.approx(performance.recall[pair.unit_a])
        assert pair.precision == pytest.approx(performance.precision[pair.unit_a])
    assert "pairs" in repr(found)


def test_units_match_as_scipy_assigns(random):
    optimize = pytest.importorskip("scipy.optimize")
    times_a, units_a, times_b, units_b = trains(random, units=8, jitter_s=0.02, miss=0.04)
    found = evaluate.unit_agreement(times_a, units_a, times_b, units_b, least_agreement=0.01)
    rows, columns = optimize.linear_sum_assignment(-found.agreement.to_numpy())
    assert found.pairs.agreement.sum() == pytest.approx(found.agreement.to_numpy()[rows, columns].sum())


def test_units_of_a_result():
    missing = pd.array([0, None, 0], dtype="Int64")
    found = evaluate.unit_agreement([1, 2, 3], missing, [1.001, 2, 3], [5.0, np.nan, 5.0])
    assert found.agreement.shape == (1, 1)
    assert found.pairs.iloc[0].to_dict() == {
        "unit_a": 0, "unit_b": 5, "n_a": 2, "n_b": 2, "common": 2,
        "agreement": 1, "recall": 1, "precision": 1, "lag_ms": 0,
    }
    assert found.well_detected == [5]


def test_inputs_are_converted_and_never_changed(random):
    times = np.cumsum(random.exponential(1.0, 100)).astype(np.float32)
    units = random.integers(0, 3, 100).astype(np.int16)
    strided_times, strided_units = np.repeat(times, 2)[::2], np.repeat(units, 2)[::2]
    before = times.copy(), units.copy()
    for array in (times, units):
        array.flags.writeable = False
    one = evaluate.unit_agreement(times, units, strided_times, strided_units)
    assert (one.pairs.agreement == 1).all() and len(one.pairs) == 3
    lists = list(map(float, times)), list(map(int, units))
    two = evaluate.unit_agreement(*lists, times.astype(float), units.astype(float))
    pd.testing.assert_frame_equal(one.agreement, two.agreement)
    np.testing.assert_array_equal(before[0], times)
    np.testing.assert_array_equal(before[1], units)
    for bad in (np.inf, 1e30, "x"):
        with pytest.raises(ValueError, match="units_a holds"):
            evaluate.unit_agreement([1.0], [bad], [], [])


def test_units_empty_and_refused():
    found = evaluate.unit_agreement([], [], [1.0], [2])
    assert len(found.pairs) == 0 and found.unpaired_b == [2] and found.false_units == [2]
    assert "0 pairs" in repr(found)
    with pytest.raises(ValueError, match="side a: time 1 s at index 1: allowed are finite times that ascend"):
        evaluate.unit_agreement([2, 1], [0, 0], [], [])
    with pytest.raises(ValueError, match="side b: 1 times and 2 units"):
        evaluate.unit_agreement([], [], [1], [0, 0])
    with pytest.raises(ValueError, match="units_a holds 0.5"):
        evaluate.unit_agreement([1], [0.5], [], [])
    with pytest.raises(ValueError, match="tolerance 0 ms"):
        evaluate.unit_agreement([], [], [], [], tolerance_ms=0)


# --- counts


def test_bland_altman_by_numpy(random):
    stats = pytest.importorskip("scipy.stats")
    b = random.poisson(40, 30)
    a = random.poisson(50, 30)
    minutes = random.uniform(5, 30, 30)
    r = evaluate.bland_altman(a, b, minutes)
    d = np.log((a + 0.5) / (b + 0.5))
    s, t, z = d.std(ddof=1), stats.t.ppf(0.975, 29), stats.norm.ppf(0.975)
    assert r.bias == pytest.approx((d.mean(), d.mean() - t * s / 30**0.5, d.mean() + t * s / 30**0.5))
    half = t * s * np.sqrt(1 / 30 + z**2 / 58)
    assert r.upper == pytest.approx((d.mean() + z * s, d.mean() + z * s - half, d.mean() + z * s + half))
    assert r.ratio.value == pytest.approx(stats.gmean((a + 0.5) / (b + 0.5)))
    assert r.rate_a_per_min == pytest.approx(a.sum() / minutes.sum())
    assert evaluate.bland_altman(a, b, 10).bias == r.bias, "minutes do not enter the difference"
    assert "30 recordings" in repr(r) and "counts of 0" not in repr(r)
    assert "counts of 0: 1 and 0" in repr(evaluate.bland_altman([0, 4], [2, 4], 5))


def test_ratios_beyond_numbers_are_infinite():
    r = evaluate.bland_altman([0, 1e300], [1e300, 0], 5, offset=1e-300)
    assert r.limits[1].high == np.inf and r.limits[0].low == 0
    repr(r)


def test_bland_altman_refuses():
    with pytest.raises(ValueError, match="count 0 of recording 1 has no logarithm"):
        evaluate.bland_altman([1, 0], [1, 1], 5, offset=0)
    with pytest.raises(ValueError, match="1 recordings: allowed is 2"):
        evaluate.bland_altman([1], [1], 5)
    with pytest.raises(ValueError, match="count nan of recording 0"):
        evaluate.bland_altman([np.nan, 1], [1, 1], 5)
    with pytest.raises(ValueError, match="minutes 0 of recording 0"):
        evaluate.bland_altman([1, 1], [1, 1], 0)


def test_icc_of_shrout_and_fleiss():
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    r = evaluate.icc(ratings)
    assert r.icc.value == pytest.approx(0.29, abs=0.005)
    assert r.icc[1:] == pytest.approx((0.019, 0.761), abs=0.0006)
    assert repr(r) == "<Icc 0.290 [0.019, 0.761], 6 subjects, 4 raters>"
    shuffled = np.array(ratings)[::-1, [2, 0, 3, 1]]
    assert evaluate.icc(shuffled).icc == pytest.approx(r.icc)
    assert evaluate.icc([[1, 1], [2, 2]]).icc == (1, 1, 1)
    assert np.isnan(evaluate.icc([[2, 2], [2, 2]]).icc.value)
    with pytest.raises(ValueError, match="ratings have 1 axes"):
        evaluate.icc([1, 2])
    with pytest.raises(ValueError, match="subject 0 by rater 1 is not finite"):
        evaluate.icc([[1, np.nan], [2, 2]])


# --- raters


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_is_scikit_learns(random, weights):
    metrics = pytest.importorskip("sklearn.metrics")
    a = random.integers(0, 5, 300)
    b = np.where(random.uniform(size=300) < 0.5, a, random.integers(0, 5, 300))
    r = evaluate.kappa(a, b, weights)
    assert r.kappa.value == pytest.approx(metrics.cohen_kappa_score(a, b, weights=weights), rel=1e-12)
    np.testing.assert_array_equal(r.table, metrics.confusion_matrix(a, b))
    assert evaluate.kappa(b, a, weights).kappa == pytest.approx(r.kappa)
    names = ["none", "rare", "some", "many", "always"]
    named = evaluate.kappa([names[i] for i in a], [names[i] for i in b], weights, categories=names)
    assert named.kappa == r.kappa
    assert list(named.table.index) == names


def test_kappa_covers_the_truth_as_often_as_it_says(random):
    # 400 tables of 200 with kappa 0.5: (0.75 - 0.5) / 0.5. The 95 % interval holds it in 380 ± 5 · 4.4.
    inside = 0
    for _ in range(400):
        a = random.integers(0, 2, 200)
        b = np.where(random.uniform(size=200) < 0.75, a, 1 - a)
        k = evaluate.kappa(a, b).kappa
        inside += k.low <= 0.5 <= k.high
    assert 358 <= inside <= 400


def test_kappa_values_and_refusals():
    assert evaluate.kappa(["a", "b"], ["a", "b"]).kappa == (1, 1, 1)
    assert np.isnan(evaluate.kappa(["a", "a"], ["a", "a"]).kappa.value)
    with pytest.raises(ValueError, match="2 and 1 ratings"):
        evaluate.kappa([1, 2], [1])
    with pytest.raises(ValueError, match="nothing to compare"):
        evaluate.kappa([], [])
    with pytest.raises(ValueError, match="rating 1 of b is missing"):
        evaluate.kappa([1.0, 2.0], [1.0, np.nan])
    with pytest.raises(ValueError, match="need `categories`"):
        evaluate.kappa(["a", "b"], ["a", "b"], "linear")
    with pytest.raises(ValueError, match="'c' is no category: allowed is a, b"):
        evaluate.kappa(["a", "c"], ["a", "b"], categories=["a", "b"])
    with pytest.raises(ValueError, match="weights 'cubic': allowed is none, linear, quadratic"):
        evaluate.kappa([1, 2], [1, 2], "cubic")
    with pytest.raises(ValueError, match="names mixed with numbers"):
        evaluate.kappa([1, "a"], [1, "a"])
    assert evaluate.kappa([(1, 2), (3, 4)], [(1, 2), (3, 4)]).kappa.value == 1


def test_window_agreement():
    r = evaluate.window_agreement([0.1, 0.9, 2.5, 5.2], [0.5, 3.0], 5.5)
    assert (r.both, r.only_a, r.only_b, r.neither) == (1, 1, 1, 2)
    assert r.positive_agreement == 0.5
    assert r.kappa.kappa.value == pytest.approx(1 / 6)
    assert r.kappa.table.to_numpy().tolist() == [[2, 1], [1, 1]]
    assert "5 windows" in repr(r)
    with pytest.raises(ValueError, match="side a: time 6 s"):
        evaluate.window_agreement([6], [], 5.5)
    with pytest.raises(ValueError, match="window 10 s in 5 s"):
        evaluate.window_agreement([], [], 5, 10)


# --- intervals


def test_bootstrap_is_scipys_within_its_noise(random):
    stats = pytest.importorskip("scipy.stats")
    x = random.exponential(size=30)
    for method in ("bca", "percentile"):
        want = stats.bootstrap((x,), np.mean, n_resamples=20000, method=method, random_state=1)
        found = evaluate.bootstrap(x, np.mean, 5000, method=method)
        # Quantiles at 2.5 % of 5000 replicates: 0.04 standard errors; five times that.
        assert found.estimate.low == pytest.approx(want.confidence_interval.low, abs=0.2 * want.standard_error)
        assert found.estimate.high == pytest.approx(want.confidence_interval.high, abs=0.2 * want.standard_error)
        assert found.standard_error == pytest.approx(want.standard_error, rel=0.08)
        assert found.method == method


def test_bootstrap_of_tables_and_seeds():
    table = pd.DataFrame({"matched": [8, 20, 3, 9, 40, 7], "discharges": [10, 22, 9, 9, 44, 12]})

    def sensitivity(t):
        return t["matched"].sum() / t["discharges"].sum()

    one = evaluate.bootstrap(table, sensitivity, 500)
    assert one.estimate.value == 87 / 106
    assert one.estimate.low < 87 / 106 < one.estimate.high <= 1
    np.testing.assert_array_equal(one.replicates, evaluate.bootstrap(table, sensitivity, 500).replicates)
    assert one.estimate != evaluate.bootstrap(table, sensitivity, 500, seed=2).estimate
    rows = list(table.itertuples())
    same = evaluate.bootstrap(rows, lambda t: sum(r.matched for r in t) / sum(r.discharges for r in t), 500)
    np.testing.assert_array_equal(one.replicates, same.replicates)
    assert "bca, 500 replicates" in repr(one)


def test_bootstrap_values_and_refusals():
    nothing = evaluate.bootstrap([1.0, 2.0], lambda x: np.nan, 100)
    assert np.isnan(nothing.estimate.low) and nothing.without_value == 100
    with pytest.raises(ValueError, match="1 recordings"):
        evaluate.bootstrap([1.0], np.mean)
    with pytest.raises(ValueError, match="10 replicates"):
        evaluate.bootstrap([1.0, 2.0], np.mean, 10)
    with pytest.raises(ValueError, match="replicates: allowed is 100 to 1000000"):
        evaluate.bootstrap([1.0, 2.0], np.mean, 10**30)
    with pytest.raises(ValueError, match="method 'bc': allowed is bca, percentile"):
        evaluate.bootstrap([1.0, 2.0], np.mean, method="bc")
    with pytest.raises(ValueError, match="seed -1"):
        evaluate.bootstrap([1.0, 2.0], np.mean, seed=-1)
    with pytest.raises(ZeroDivisionError):
        evaluate.bootstrap([1.0, 2.0], lambda x: 1 / 0)


# --- spike trains


def test_cotterill():
    for name in ("D5", "D6", "D7", "D8", "D9", "D10"):
        few = evaluate.cotterill(name, seed=4, trains=3)
        assert len(few) == 3
        for train, again in zip(few, evaluate.cotterill(name, seed=4)):
            np.testing.assert_array_equal(train.times_s, again.times_s)
            assert np.all(np.diff(train.times_s) >= 0) and train.times_s[-1] < 300
            inside = train.burst[train.burst >= 0]
            assert np.all(np.diff(inside) >= 0)
            assert len(inside) == (0 if name in ("D5", "D6") else len(inside))
            assert (np.bincount(inside) >= 3).all()
    assert "bursts" in repr(evaluate.cotterill("D7", trains=1)[0])
    with pytest.raises(ValueError, match="spike trains 'D4': allowed is D5, D6, D7, D8, D9, D10"):
        evaluate.cotterill("D4")
    with pytest.raises(ValueError, match="0 spike trains"):
        evaluate.cotterill("D5", trains=0)


def test_d5_has_exponential_intervals_without_the_shortest_tenth():
    stats = pytest.importorskip("scipy.stats")
    intervals = np.concatenate([np.diff(t.times_s) for t in evaluate.cotterill("D5", seed=2)[50:]])
    # The rest of an exponential above its 10 % quantile is exponential again; each train has its own quantile.
    least = -2 * np.log(0.9)
    assert stats.kstest(intervals - least, "expon", args=(0, 2)).statistic < 0.03


def test_score_bursts():
    train = evaluate.cotterill("D10", seed=1, trains=1)[0]
    self = evaluate.score_bursts(train.burst, train.burst)
    assert (self.sensitivity, self.false_positive, self.f1, self.count_error) == (1, 0, 1, 0)
    none = evaluate.score_bursts(train.burst, np.full_like(train.burst, -1))
    assert (none.sensitivity, none.false_positive, none.f1) == (0, 0, 0)
    everything = evaluate.score_bursts(train.burst, np.zeros_like(train.burst))
    assert (everything.sensitivity, everything.false_positive, everything.found_bursts) == (1, 1, 1)
    assert "F1" in repr(everything)
    with pytest.raises(ValueError, match="2 true and 1 found"):
        evaluate.score_bursts([0, 0], [0])


def test_from_the_package():
    assert fk.evaluate is evaluate
