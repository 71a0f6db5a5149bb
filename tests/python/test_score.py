"""Scores: against scikit-learn and SpikeInterface where they compute the same, and by rules."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
)
from spikeinterface.comparison import compare_sorter_to_ground_truth
from spikeinterface.core import NumpySorting

import fascikit as fk
from fascikit import _core

FASCICULATION = "fasciculation_potential"


class Case:
    """A truth and findings as files."""

    def __init__(self, folder, duration_s=600.0):
        self.folder = folder
        self.duration_s = duration_s
        self.discharges, self.known_segments, self.events, self.bursts, self.segments = [], [], [], [], []

    def known(self, peak_s, site="a", unit=0, label=FASCICULATION, amplitude_uv=500.0, noise_rms_uv=10.0):
        self.discharges.append(
            dict(peak_s=float(peak_s), site=site, unit=int(unit), label=label, amplitude_uv=float(amplitude_uv), noise_rms_uv=float(noise_rms_uv))
        )

    def found(self, peak_s, site="a", snr=20.0, probability=1.0, label=None, duration_s=0.01):
        self.events.append(dict(peak_s=peak_s, site=site, amplitude_uv=200.0, snr=snr, probability=probability, burst=len(self.bursts) if label else ""))
        if label:
            self.bursts.append(dict(burst=len(self.bursts), onset_s=peak_s, duration_s=duration_s, site=site, label=label, probability=1.0))

    def write(self):
        truth = dict(version=1, sampling_rate_hz=2048, duration_s=self.duration_s, band_hz=[20, 500],
                     discharges=self.discharges, segments=self.known_segments, confounders=[])
        (self.folder / "x.truth.json").write_text(json.dumps(truth))
        (self.folder / "summary.json").write_text(json.dumps({"sites": [{"site": "a"}, {"site": "b"}]}))
        for name, rows, columns in (
            ("events", self.events, ["peak_s", "site", "amplitude_uv", "snr", "probability", "burst"]),
            ("bursts", self.bursts, ["burst", "onset_s", "duration_s", "site", "label", "probability"]),
            ("segments", self.segments, ["onset_s", "end_s", "site", "kind", "reason"]),
        ):
            pd.DataFrame(rows, columns=columns).to_csv(self.folder / f"{name}.csv", index=False)
        return self.folder / "x.truth.json", self.folder

    def score(self, **options):
        return fk.score(*self.write(), **options)

    def froc(self, **options):
        return fk.froc(*self.write(), **options)


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_defaults_are_those_of_the_library():
    for call in (fk.score, fk.froc):
        for name, value in _core.score_defaults.items():
            assert call.__kwdefaults__[name] == value


@pytest.mark.parametrize("tolerance_ms", [2.0, 5.0, 10.0, 20.0])
def test_counts_are_those_of_spikeinterface(case, tolerance_ms):
    # Known discharges at least 0.2 s apart, so that no detection has two to choose from.
    random = np.random.default_rng(int(tolerance_ms))
    fs = 10_000
    known = np.cumsum(random.integers(2_000, 6_000, 1000))
    found = known + random.integers(-300, 301, known.size)
    found = np.sort(np.concatenate([found[random.random(known.size) < 0.8], random.integers(0, known[-1], 150)]))
    # SpikeInterface does not take two detections at one sample.
    found = np.unique(found)
    near = np.abs(found[:, None] - known).argmin(axis=1)
    # One detection a discharge within reach, so that the pairing is the same for everybody.
    keep = [np.flatnonzero((near == i) & (np.abs(found - known[i]) <= 1_000)) for i in range(known.size)]
    found = np.delete(found, np.concatenate([k[1:] for k in keep]))

    sorting = [NumpySorting.from_unit_dict({0: train}, sampling_frequency=fs) for train in (known, found)]
    theirs = compare_sorter_to_ground_truth(*sorting, delta_time=tolerance_ms, exhaustive_gt=True, match_score=0).count_score.iloc[0]

    case.duration_s = known[-1] / fs + 1
    for t in known:
        case.known(t / fs)
    for t in found:
        case.found(t / fs)
    ours = case.score(tolerance_ms=tolerance_ms).total
    assert (ours["matched"], ours["missed"], ours["false_detections"]) == (theirs["tp"], theirs["fn"], theirs["fp"])
    assert 0 < theirs["tp"] < known.size


def test_ratios_are_those_of_scikit_learn(case):
    # Every second is one decision: was something there, was something said?
    random = np.random.default_rng(1)
    there, said = random.random((2, 500)) < np.array([[0.4], [0.5]])
    for second in np.flatnonzero(there):
        case.known(second + 0.5)
    for second in np.flatnonzero(said):
        case.found(second + 0.503)
    total = case.score().total
    assert total["sensitivity"] == pytest.approx(recall_score(there, said))
    assert total["ppv"] == pytest.approx(precision_score(there, said))
    assert total["f1"] == pytest.approx(f1_score(there, said))
    assert total["bias_ms"] == pytest.approx(3.0)
    assert total["sd_ms"] == pytest.approx(0.0, abs=1e-3)


def test_labels_are_those_of_scikit_learn(case):
    random = np.random.default_rng(2)
    names = np.array([FASCICULATION, "fasciculation_multiplet", "myokymic_discharge", "fibrillation_potential"])
    known = random.choice(names[:3], 300, p=[0.6, 0.3, 0.1])
    # The fourth is said and never known, and some are not called anything.
    said = np.where(random.random(300) < 0.6, known, random.choice(np.append(names, "indeterminate"), 300))
    for i, (label, found) in enumerate(zip(known, said)):
        case.known(0.5 + 1.5 * i, unit=i, label=label)
        case.found(0.501 + 1.5 * i, label=found)
    score = case.score()

    called = said != "indeterminate"
    np.testing.assert_array_equal(
        score.confusion.loc[names, names], confusion_matrix(known[called], said[called], labels=names)
    )
    assert score.label_totals["coverage"] == pytest.approx(called.mean())
    assert score.confusion["indeterminate"].sum() == (~called).sum()
    precision, recall, f1, count = precision_recall_fscore_support(known[called], said[called], labels=names[:3])
    rows = score.labels.loc[names[:3]]
    np.testing.assert_allclose(rows["precision"], precision)
    np.testing.assert_allclose(rows["recall"], recall)
    np.testing.assert_allclose(rows["f1"], f1)
    np.testing.assert_array_equal(rows["labelled"], count)
    assert score.label_totals["macro_f1"] == pytest.approx(np.mean(f1))
    assert score.label_totals["accuracy"] == pytest.approx(np.mean(known[called] == said[called]))


def test_average_precision_is_that_of_scikit_learn(case):
    random = np.random.default_rng(3)
    right = random.random(200) < 0.6
    value = np.round(random.normal(1.0 * right, 1.0), 1)  # with ties
    for second, (is_right, v) in enumerate(zip(right, value)):
        if is_right:
            case.known(second + 0.5)
        case.found(second + 0.5, snr=v, probability=1 / (1 + np.exp(-v)))
    theirs = average_precision_score(right, value)
    for by in ("snr", "probability"):
        curve = case.froc(by=by)
        assert curve.average_precision == pytest.approx(theirs)
        assert len(curve.points) == len(np.unique(value))
    # As many again that nobody found: recall has twice the base.
    for second in range(right.sum()):
        case.known(300 + second)
    curve = case.froc()
    assert curve.average_precision == pytest.approx(theirs / 2)
    points = curve.points
    assert points["threshold"].is_monotonic_decreasing
    assert points["sensitivity"].is_monotonic_increasing and points["false_per_min"].is_monotonic_increasing
    whole = case.score().total
    assert {name: points.iloc[-1][name] for name in ("matched", "false_detections", "f1")} == {
        name: whole[name] for name in ("matched", "false_detections", "f1")
    }


def test_tables_by_hand(case):
    # a: a doublet of 4 ms of which one is found, a weak one found, a false one;
    # b: a contraction from 10 to 20 s, called from 12 to 20, with a detection inside.
    case.known(1.000, unit=1)
    case.known(1.004, unit=1)
    case.known(5.0, amplitude_uv=30)
    for t in (1.001, 5.0, 50.0):
        case.found(t)
    case.known_segments.append(dict(onset_s=10, end_s=20, site="b", label="voluntary"))
    case.segments.append(dict(onset_s=12, end_s=20, site="b", kind="voluntary", reason="contraction"))
    case.found(15.0, site="b")
    score = case.score()
    t = score.total
    assert (t["discharges"], t["matched"], t["false_detections"], t["in_interference"]) == (2, 1, 1, 1)
    assert (t["below_noise"], t["below_noise_found"]) == (1, 1)
    assert t["group_sensitivity"] == 1 and t["usable_min"] == pytest.approx(2 * 10 - 10 / 60)
    assert score.pairs.loc[(2, 5)].to_dict() == dict(known=1, as_two=0, as_one=1, missed=0)
    voluntary = score.interference.loc["voluntary"]
    assert (voluntary["covered"], voluntary["onset_bias_s"], voluntary["end_bias_s"]) == (0.8, 2, 0)
    assert score.stretches.iloc[0]["site"] == "b" and score.seconds.loc["voluntary", "none"] == 2
    assert list(score.curve.index) == [2, 5, 10, 20, 50]
    assert score.by_snr["uncounted_found"].iloc[0] == 1
    assert list(score.sites.index) == ["a", "b"]
    assert case.score(least_snr=0).total["discharges"] == 3
    assert case.score(group_ms=0).total["group_sensitivity"] == 0.5
    assert repr(score) == ("<Score within 10 ms: 1 of 2 found (50.0 %), PPV 50.0 %, F1 50.0 %, 1 false in 19.8 min; "
                           "labels 0 of 0 right, macro F1 88.9 %>")


def test_all_nothing_and_one_more(case):
    for second in range(20):
        case.known(second + 0.5, unit=second)
    nothing = case.score()
    assert nothing.total["sensitivity"] == 0 and np.isnan(nothing.total["ppv"])
    for second in range(20):
        case.found(second + 0.5, label=FASCICULATION)
    whole = case.score()
    assert whole.total["f1"] == whole.label_totals["macro_f1"] == 1
    case.found(300.0)
    more = case.score()
    assert more.total["sensitivity"] == 1 and more.total["ppv"] == 20 / 21
    case.events.reverse()
    case.discharges.reverse()
    assert case.score().total == more.total


def test_an_empty_truth_and_no_findings(case):
    empty = case.score()
    assert empty.total["discharges"] == 0 and empty.total["false_per_min"] == 0
    assert np.isnan([empty.total[name] for name in ("sensitivity", "ppv", "f1", "bias_ms")]).all()
    assert empty.stretches.empty and empty.labels.empty
    curve = case.froc()
    assert curve.points.empty and np.isnan(curve.average_precision)
    assert "-" in repr(empty)


def test_scores_add_up(case):
    case.known(1)
    case.known(2)
    case.found(1)
    one = case.score()
    case.found(2)
    two = case.score()
    both = one + two
    assert both.recordings == 2
    assert both.total["sensitivity"] == 0.75
    assert both.total["usable_min"] == 40
    assert sum([one, two]).total == both.total
    assert list(both.sites.index) == ["a", "b"]
    with pytest.raises(ValueError, match="different options"):
        one + case.score(tolerance_ms=5)
    with pytest.raises(TypeError):
        one + 1
    kept = pickle.loads(pickle.dumps(two))
    assert kept.total == two.total
    pd.testing.assert_frame_equal(kept.curve, two.curve)
    with pytest.raises(ValueError, match="unpickled"):
        kept + one


def test_bad_input_has_a_clear_error(case):
    case.known(1)
    case.found(1)
    for options, message in (
        (dict(tolerance_ms=0), "tolerance 0 ms"),
        (dict(tolerance_ms=float("nan")), "tolerance nan ms"),
        (dict(group_ms=-1), "group -1 ms"),
        (dict(least_snr=float("nan")), "least signal-to-noise ratio nan"),
    ):
        with pytest.raises(ValueError, match=message):
            case.score(**options)
        with pytest.raises(ValueError, match=message):
            case.froc(**options)
    with pytest.raises(ValueError, match="by 'size'"):
        case.froc(by="size")
    case.events[0]["snr"] = ""
    with pytest.raises(fk.InputError, match=r"events found\[0\] has no snr"):
        case.froc()
    case.segments.append(dict(onset_s=5, end_s=3, site="a", kind="masked", reason="gap"))
    with pytest.raises(fk.InputError, match=r"segments found\[0\] ends at 3 s"):
        case.score()
    case.segments.clear()
    case.known_segments.append(dict(onset_s=5, end_s=3, site="a", label="tremor"))
    with pytest.raises(fk.InputError, match="segments"):
        case.score()
    case.known_segments.clear()
    case.events[0]["peak_s"] = "nan"
    with pytest.raises(fk.InputError, match="peak_s"):
        case.score()


def test_of_an_analysis_in_memory_and_from_files(tmp_path):
    calf = fk.simulate("calf", seed=1)
    result = fk.analyze(calf.recording, electrode=calf.electrode)
    score = fk.score(calf, result)
    assert score.total["sensitivity"] > 0.5
    result.save(tmp_path)
    _core.write_truth(calf._truth, str(tmp_path / "calf.truth.json"))
    saved = fk.score(tmp_path / "calf.truth.json", tmp_path)
    assert saved.total["matched"] == score.total["matched"]
    assert saved.label_totals == pytest.approx(score.label_totals, abs=1e-5)  # times in files have six decimals


def naive(case, tolerance_s=0.010, group_s=0.020, least_snr=6.0):
    """The rules of the score in the simplest words there are; one site."""
    def inside(t):
        return any(s["onset_s"] <= t < s["end_s"] for s in case.known_segments)

    def pairs(known, found):
        distance = np.abs(np.subtract.outer(known, found))
        rows, columns = linear_sum_assignment(np.where(distance <= tolerance_s, distance - 1e3, 0.0))
        return {i: j for i, j in zip(rows, columns) if distance[i, j] <= tolerance_s}

    known = sorted((d["peak_s"], d["amplitude_uv"] / d["noise_rms_uv"] < least_snr) for d in case.discharges)
    counted = np.array([t for t, weak in known if not weak and not inside(t)])
    uncounted = np.array([t for t, weak in known if weak or inside(t)])
    found = np.sort([e["peak_s"] for e in case.events])
    matched = pairs(counted, found)
    rest = [j for j in range(len(found)) if j not in matched.values()]
    in_interference = [j for j in rest if inside(found[j])]
    rest = [j for j in rest if j not in in_interference]
    weak = 0
    aside = pairs(uncounted, found[rest])
    for i, j in aside.items():
        if inside(uncounted[i]):
            in_interference.append(rest[j])
        else:
            weak += 1
    rest = [j for k, j in enumerate(rest) if k not in aside.values()]
    groups = np.split(np.arange(len(counted)), np.flatnonzero(np.diff(counted) >= group_s) + 1)
    groups_found = extra = 0
    for group in groups:
        missed = [i for i in group if i not in matched]
        if len(missed) == len(group):
            continue
        groups_found += 1
        near = [j for j in rest if counted[group[0]] - tolerance_s <= found[j] <= counted[group[-1]] + tolerance_s]
        extra += min(len(near), len(missed))
    return {
        "discharges": len(counted),
        "matched": len(matched),
        "groups": len(groups),
        "groups_found": groups_found,
        "extra_in_groups": extra,
        "in_interference": len(in_interference),
        "below_noise_found": weak,
        "false_detections": len(rest) - extra,
    }


@pytest.mark.parametrize("seed", range(12))
def test_counts_are_those_of_the_naive_rules(tmp_path, seed):
    random = np.random.default_rng(seed)
    case = Case(tmp_path, 10.0)
    case.known_segments = [dict(onset_s=float(t), end_s=float(t + w), site="a", label=label) for t, w, label in
                           zip(random.uniform(0, 9, 3), random.uniform(0, 1, 3), ["voluntary", "tremor", "cramp_discharge"])]
    for t in random.uniform(0, 10, 300):
        case.known(t, amplitude_uv=random.uniform(20, 200))
    for t in random.choice([d["peak_s"] for d in case.discharges], 220) + random.uniform(-0.015, 0.015, 220):
        case.found(max(t, 0.0))
    theirs = naive(case)
    total = case.score().total
    assert {name: total[name] for name in theirs} == theirs
    assert min(theirs["matched"], theirs["false_detections"], theirs["in_interference"], theirs["extra_in_groups"]) > 0


@pytest.mark.parametrize("seed", range(5))
def test_seconds_are_those_of_a_clock(tmp_path, seed):
    # Whole tenths of seconds, so that looking at the middle of every tenth is exact.
    random = np.random.default_rng(seed)
    case = Case(tmp_path, 100.0)
    kinds = ("voluntary", "cramp_discharge", "tremor")
    for onset, length, kind in zip(random.integers(0, 900, 12), random.integers(1, 100, 12), random.choice(kinds, 12)):
        case.known_segments.append(dict(onset_s=onset / 10, end_s=(onset + length) / 10, site="a", label=str(kind)))
    for onset, length, kind in zip(random.integers(0, 900, 12), random.integers(1, 100, 12), random.choice(kinds, 12)):
        if kind == "voluntary":
            case.segments.append(dict(onset_s=onset / 10, end_s=(onset + length) / 10, site="a", kind=kind, reason="contraction"))
        else:
            case.bursts.append(dict(burst=len(case.bursts), onset_s=onset / 10, duration_s=length / 10, site="a", label=kind, probability=1))
    clock = np.arange(0.05, 100, 0.1)
    known = {k: np.zeros(1000, bool) for k in kinds}
    said = {k: np.zeros(1000, bool) for k in kinds}
    for s in case.known_segments:
        known[s["label"]] |= (s["onset_s"] <= clock) & (clock < s["end_s"])
    for s in case.segments:
        said["voluntary"] |= (s["onset_s"] <= clock) & (clock < s["end_s"])
    for b in case.bursts:
        said[b["label"]] |= (b["onset_s"] <= clock) & (clock < b["onset_s"] + b["duration_s"])
    score = case.score()
    any_known, any_said = (np.any(list(x.values()), axis=0) for x in (known, said))
    for k in kinds:
        row = score.interference.loc[k]
        either = (known[k] | said[k]).sum()
        assert row["overlap"] == pytest.approx((known[k] & said[k]).sum() / either) if either else np.isnan(row["overlap"])
        for f in kinds:
            assert score.seconds.loc[k, f] == pytest.approx((known[k] & said[f]).sum() / 10)
        assert score.seconds.loc[k, "none"] == pytest.approx((known[k] & ~any_said).sum() / 10)
        assert score.seconds.loc["none", k] == pytest.approx((said[k] & ~any_known).sum() / 10)
    assert score.sites.loc["a", "usable_min"] == pytest.approx((~any_known).sum() / 600)
