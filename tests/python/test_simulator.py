"""Scenes of one's own."""

from __future__ import annotations

import doctest
import inspect
import pickle

import numpy as np
import pandas as pd
import pytest

import fascikit as fk
from fascikit import simulator as sim


def calf_scene(seed=1, extra=lambda scene: None):
    scene = sim.Scene(["left calf"], fs=2048, duration_s=30, seed=seed)
    scene.noise("left calf", rms_uv=4, corner_hz=30)
    extra(scene)
    unit = sim.motor_unit(depth_mm=12, fat_mm=3, fs=2048, electrodes=sim.bipolar(0, 20, 20), seed=1).scaled(150)
    train = sim.train("fasciculations", seed=2, begin_s=0.5, end_s=29.5, rate_hz=0.5)
    scene.discharges("left calf", unit, train, label="fasciculation_potential")
    return scene


@pytest.fixture(scope="module")
def calf():
    return calf_scene().finish()


def test_a_scene_is_found_and_scored(calf):
    assert isinstance(calf, fk.Simulated)
    assert calf.recording.fs == 2048 and calf.recording.sites == {"left calf": ["left calf"]}
    train = sim.train("fasciculations", seed=2, begin_s=0.5, end_s=29.5, rate_hz=0.5)
    assert len(calf.truth["discharges"]) == len(train) > 5
    score = fk.score(calf, fk.analyze(calf.recording, electrode=calf.electrode))
    assert score.total["sensitivity"] == 1.0 and score.total["false_detections"] <= 2
    assert "scene" in repr(calf)


def test_truth_is_where_the_samples_are(calf):
    unit = sim.motor_unit(depth_mm=12, fat_mm=3, fs=2048, seed=1).scaled(150)
    train = sim.train("fasciculations", seed=2, begin_s=0.5, end_s=29.5, rate_hz=0.5)
    peaks = [d["peak_s"] for d in calf.truth["discharges"]]
    np.testing.assert_allclose(peaks, train["time_s"] + 1e-3 * unit.peak_ms, atol=1 / 2048 / 8)
    np.testing.assert_allclose([d["amplitude_uv"] for d in calf.truth["discharges"]], 150 * train["gain"], atol=1e-3)
    assert all(d["noise_rms_uv"] == 4 for d in calf.truth["discharges"])
    clean = sim.Scene("a", fs=2048, duration_s=1, seed=1)
    clean.discharges("a", unit, [0.5], label="fasciculation_potential")
    seen = clean.finish().recording.data()[0]
    # From the nerve impulse on, every eighth point of the potential.
    np.testing.assert_allclose(seen[1024 : 1024 + len(unit.samples[0][::8])], unit.samples[0][::8], rtol=1e-6, atol=1e-5)
    assert not seen[:1024].any()


def test_without_noise():
    scene = sim.Scene("a", duration_s=10, seed=1)
    scene.discharges("a", sim.motor_unit(seed=1, fs=2048).scaled(100), [2.0, 5.0], label="fasciculation_potential")
    scene.segment("a", 7, 9, "voluntary")
    quiet = scene.finish()
    assert [d["noise_rms_uv"] for d in quiet.truth["discharges"]] == [0, 0]
    assert quiet.truth["segments"] == [{"onset_s": 7, "end_s": 9, "site": "a", "label": "voluntary"}]
    with pytest.raises(fk.InputError, match="flat"):
        fk.analyze(quiet.recording)


def test_the_same_seeds_give_the_same_bytes(calf):
    again = calf_scene().finish()
    np.testing.assert_array_equal(again.recording.data(), calf.recording.data())
    assert again.truth == calf.truth
    assert not np.array_equal(calf_scene(seed=2).finish().recording.data(), calf.recording.data())


def test_one_thing_more_changes_nothing_else():
    def data(*calls):
        scene = sim.Scene(["a", "b"], fs=1000, duration_s=4, seed=3)
        for name, *given, options in calls:
            getattr(scene, name)(*given, **options)
        return scene.finish().recording.data().astype(float)

    noise, hum = ("noise", "a", {}), ("hum", {"amplitude_uv": 20})
    first, second = ("movement", "a", 0.5, {}), ("movement", "a", 2.0, {})
    alone = data(noise) + data(hum) + data(first, second) - data(first)
    np.testing.assert_allclose(data(hum, first, noise, second) - data(first), alone, atol=1e-3)


def test_pickle(calf):
    back = pickle.loads(pickle.dumps(calf))
    np.testing.assert_array_equal(back.recording.data(), calf.recording.data())
    assert back.truth == calf.truth and back.recording.sites == calf.recording.sites
    found = fk.analyze(back.recording)
    assert fk.score(back, found).total == fk.score(calf, found).total
    unit = sim.motor_unit(fs=2048, seed=1, parts=2)
    again = pickle.loads(pickle.dumps(unit))
    np.testing.assert_array_equal(again.samples, unit.samples)
    assert again.amplitude_uv == unit.amplitude_uv and len(again.parts) == 2


def test_the_needle_scenario_rebuilt():
    """Its first slot, from its own seed, streams and ranges: equal sample for sample."""
    made = fk.simulate("needle", seed=5)
    fs = made.recording.fs
    draws = sim.Random((5, 1000000))
    scene = sim.Scene(made.recording.channels, fs=fs, duration_s=made.recording.duration_s, seed=5, electrode="needle")
    scene.noise(scene.sites[0], rms_uv=draws.uniform(2.5, 4.5), corner_hz=draws.uniform(15, 40))
    distance_mm = draws.uniform(0.2, 0.4)
    amplitude_uv = draws.uniform(60, 200)
    velocity = draws.uniform(2.8, 3.8)
    fibre = sim.fibrillating_fibre(distance_mm, fs=fs, velocity_m_s=velocity).scaled(amplitude_uv)
    train = sim.train("fibrillation", seed=(5, 1000001), begin_s=2, end_s=11, part=(0, 2 / 3))
    assert scene.discharges(scene.sites[0], fibre, train, label="fibrillation_potential") == 0
    mine = scene.finish()
    np.testing.assert_array_equal(mine.recording.data(0, 12), made.recording.data(0, 12))
    theirs = [d for d in made.truth["discharges"] if d["label"] == "fibrillation_potential"]
    assert mine.truth["discharges"] == theirs
    assert len(theirs) > 5


def test_the_same_bytes_as_in_cpp():
    """The scene of tests/simulator_test.cpp, by names."""
    scene = sim.Scene({"left biceps": (4, 3, 8.0), "calf": 1}, fs=2048, duration_s=20, seed=9)
    scene.noise("left biceps", rms_uv=5, common=0.3, drift_octaves=0.5, steps=2)
    scene.noise("calf")
    options = {"fs": 2048, "depth_mm": 9, "fibres": 25, "fat_mm": 4}
    grid = sim.motor_unit(seed=(3, 2), electrodes=sim.grid(4, 3, 8.0, 1, 25, 10), **options).scaled(130)
    train = sim.train("multiplets", seed=4, begin_s=0, end_s=20, part=(0.2, 0.6))
    scene.discharges("left biceps", grid, train, label="fasciculation_multiplet")
    pool = sim.pool("tremor", seed=5, begin_s=3, end_s=12, kind="essential", units=1)
    scene.discharges("calf", sim.motor_unit(seed=(3, 3), **options), pool.trains[0], label="tremor")
    scene.cable("calf", 15.0)
    simulated = scene.finish()
    assert len(simulated.truth["discharges"]) == 102
    value = 1469598103934665603
    for byte in simulated.recording.data().astype("<f4").tobytes():
        value = ((value ^ byte) * 1099511628211) & (2**64 - 1)
    assert value == 0x292F61E9C7D6EF7B


ONE_UNIT = [p for p in sim.patterns() if p not in ("voluntary", "cramp", "tremor")]


@pytest.mark.parametrize("pattern", ONE_UNIT)
def test_trains(pattern):
    train = sim.train(pattern, seed=4, begin_s=1, end_s=61)
    assert len(train) > 1
    assert train["time_s"].is_monotonic_increasing and train["time_s"].is_unique
    assert train["time_s"].between(1, 61, inclusive="left").all() and (train["gain"] > 0).all()
    grouped = pattern in ("multiplets", "f_wave_pairs", "myokymia")
    assert ("group" in train) == grouped
    if grouped:
        assert train["group"].is_monotonic_increasing and train["group"].iloc[0] == 0
    pd.testing.assert_frame_equal(sim.train(pattern, seed=4, begin_s=1, end_s=61), train)
    pd.testing.assert_frame_equal(sim.train(pattern, seed=4, begin_s=1, end_s=61, **sim.options(pattern)), train)
    assert not train.equals(sim.train(pattern, seed=(4, 1), begin_s=1, end_s=61))
    assert sim.train(pattern, seed=4, begin_s=1, end_s=1).empty
    low = sim.drawn_options(pattern, seed=4, part=(0, 0))
    high = sim.drawn_options(pattern, seed=4, part=(1, 1))
    assert list(low) == list(sim.options(pattern)) and low != high
    drawn = sim.train(pattern, seed=4, begin_s=1, end_s=61, part=(1, 1))
    pd.testing.assert_frame_equal(
        sim.train(pattern, seed=4, begin_s=1, end_s=61, part=(1, 1), gain_cv=high["gain_cv"]), drawn
    )


def test_repeated_runs():
    once = sim.train("neuromyotonia", seed=1, begin_s=0, end_s=60)
    runs = sim.train("neuromyotonia", seed=1, begin_s=0, end_s=60, pause_s=5, least_pause_s=2)
    assert once["time_s"].iloc[-1] < 1 < 30 < runs["time_s"].iloc[-1]
    assert (np.diff(runs["time_s"]) > 2).sum() > 3
    with pytest.raises(ValueError, match="pause_s of tonic: allowed is for complex_repetitive"):
        sim.train("tonic", seed=1, begin_s=0, end_s=9, pause_s=1)


def test_kinds():
    benign = sim.drawn_options("fasciculations", seed=1, kind="benign_unit")
    assert 1 <= benign["rate_hz"] <= 2
    assert 23 <= sim.drawn_options("f_wave_pairs", seed=1, kind="hand")["latency_ms"] <= 27.8
    assert 13 <= sim.drawn_options("tremor", seed=1, kind="orthostatic")["rate_hz"] <= 18
    with pytest.raises(ValueError, match="kind of tremor is 'shiver': allowed is 'parkinson_rest', 'essential'"):
        sim.drawn_options("tremor", seed=1, kind="shiver")
    with pytest.raises(ValueError, match="kind of tonic is 'hand': allowed is None"):
        sim.train("tonic", seed=1, begin_s=0, end_s=1, kind="hand")


def test_pools():
    effort = [(1, 0), (2, 0.5), (8, 0.5), (9, 0)]
    pool = sim.pool("voluntary", seed=1, effort=effort, units=20)
    active = [len(t) for t in pool.trains]
    assert len(active) == 20 and active[0] > active[-1] == 0
    assert 1 <= pool.onset_s < 2 and 8 < pool.end_s < 9
    for pattern in ("cramp", "tremor"):
        pool = sim.pool(pattern, seed=1, begin_s=5, end_s=15, units=8, drawn=True)
        assert len(pool.trains) == 8 and 5 <= pool.onset_s < pool.end_s < 15
        with pytest.raises(ValueError, match=f"write pool\\('{pattern}'"):
            sim.train(pattern, seed=1, begin_s=0, end_s=5)
        with pytest.raises(ValueError, match=f"{pattern} needs end_s"):
            sim.pool(pattern, seed=1)
    with pytest.raises(ValueError, match="follows an effort"):
        sim.pool("voluntary", seed=1, begin_s=0, end_s=9)
    with pytest.raises(ValueError, match="effort share 2: allowed is 0 to 1"):
        sim.pool("voluntary", seed=1, effort=[(0, 0), (1, 2)])
    with pytest.raises(ValueError, match="allowed is 'voluntary', 'cramp' or 'tremor'"):
        sim.pool("tonic", seed=1)


def test_units_of_a_muscle():
    units = sim.motor_units(5, seed=1, fs=2048, largest_uv=240, fibres=20)
    np.testing.assert_allclose([u.amplitude_uv for u in units], 20 * sim.sizes(5))
    assert len({round(u.peak_ms, 6) for u in units}) > 1
    again = sim.motor_units(6, seed=1, fs=2048, largest_uv=240, fibres=20)[2].scaled(units[2].amplitude_uv)
    np.testing.assert_allclose(again.samples, units[2].samples)
    for wrong, message in (
        ({"units": 0}, "size_of units 0: allowed is 1 to 10000"),
        ({"units": 2.5}, "units is 2.5"),
        ({"depth_mm": 3}, "allowed are across_mm and depths_mm"),
        ({"depths_mm": 3}, "allowed are two depths"),
        ({"largest_uv": -1}, "amplitude_uv is -"),
    ):
        with pytest.raises(ValueError, match=message):
            sim.motor_units(**{"units": 2, "seed": 1, "fs": 2048, "largest_uv": 100, **wrong})


def test_contraction_and_the_muscle_beside():
    scene = sim.Scene(["a"], fs=2048, duration_s=20, seed=1)
    scene.noise("a")
    units = sim.motor_units(5, seed=7, fs=2048, largest_uv=240)
    first = scene.contraction("a", units, onset_s=2, length_s=5, effort=0.9)
    assert first == [0, 1, 2, 3, 4]
    assert scene.contraction("a", units, onset_s=8, length_s=2, effort=0.9, units=first) == first
    assert scene.contraction("a", units, onset_s=12, length_s=5, effort=0.9, label=None) == []
    simulated = scene.finish()
    truth = simulated.truth
    assert [s["label"] for s in truth["segments"]] == ["voluntary", "voluntary"]
    assert 2 < truth["segments"][0]["onset_s"] < 3 and 6 < truth["segments"][0]["end_s"] < 7.1
    assert {c["kind"] for c in truth["confounders"]} == {"crosstalk"}
    assert truth["discharges"] and all(d["peak_s"] < 10.1 for d in truth["discharges"])
    rms = np.sqrt([np.mean(simulated.recording.data(a, b) ** 2) for a, b in ((0, 2), (3, 6), (13, 16))])
    assert rms[1] > 3 * rms[0] and rms[2] > 3 * rms[0]


def test_grid():
    electrodes = sim.grid(5, 4, 8.0, z_mm=30)
    assert (electrodes.rows, electrodes.columns, electrodes.pitch_mm) == (5, 4, 8.0)
    assert [len(c) for c in electrodes.channels] == [1] * 20
    unit = sim.motor_unit(fs=2048, seed=1, electrodes=electrodes, endplate_mm=0, velocity_m_s=4).scaled(100)
    assert unit.samples.shape[0] == 20 and unit.fs == 8 * 2048
    scene = sim.Scene({"left biceps": (5, 4, 8.0), "right biceps": electrodes, "pairs": 3}, duration_s=5, seed=1)
    scene.noise("left biceps", common=0.5)
    scene.discharges("left biceps", unit, [1.0, 3.0], label="fasciculation_potential")
    scene.lose_contact("left biceps", 1, 4, channel=7)
    simulated = scene.finish()
    assert [len(c) for c in simulated.recording.sites.values()] == [20, 20, 3]
    assert len(simulated.truth["discharges"]) == 2  # the others of the grid still see them
    site = simulated.recording._info["sites"][0]
    assert (site["rows"], site["columns"], site["pitch_mm"]) == (5, 4, 8.0)
    # The wave travels along the rows: 4 m/s over 8 mm is 2 ms.
    pairs = np.diff(unit.samples[1::4], axis=0)
    lag = np.argmax(np.correlate(pairs[2], pairs[1], "full")) - (len(pairs[1]) - 1)
    assert lag == pytest.approx(2e-3 * unit.fs, rel=0.1)


def test_needle_scene():
    fs = 20000
    scene = sim.Scene("tibialis", fs=fs, duration_s=4, seed=1, electrode="needle")
    scene.noise("tibialis", rms_uv=3)
    where = sim.needle("monopolar", depth_mm=8)
    assert where == ("monopolar", 0.0, 8.0, 20.0)
    passing = sim.fibrillating_fibre(0.3, fs=fs, needle=where)
    sharp = sim.injured_fibre(0.3, fs=fs, needle=where)
    spike = sim.endplate_fibre(0.2, fs=fs, needle=where)
    hiss = sim.endplate_potential(0.2, fs=fs, needle=where)
    unit = sim.needle_unit(fs=fs, seed=1, needle=where, depth_mm=8, x_mm=2, parts=4, delay_spread_ms=6)

    def first_side(p):
        wave = p.samples[0]
        return np.sign(wave[np.flatnonzero(np.abs(wave) > 0.1 * np.abs(wave).max())[0]])

    # Positive is up here: the usual picture of needle EMG has it down.
    assert [first_side(p) for p in (passing, sharp, spike, hiss)] == [1, 1, -1, -1]
    labels = ["fibrillation_potential", "positive_sharp_wave", "endplate_spike", "endplate_noise"]
    for potential, label in zip((passing, sharp, spike, hiss), labels):
        scene.discharges("tibialis", potential.scaled(80), [0.5, 1.5], label=label)
    parts = sum(part.samples for part in unit.parts)
    np.testing.assert_allclose(parts, unit.samples, atol=1e-9 * np.abs(parts).max())
    twice = unit.scaled(2 * unit.amplitude_uv)
    np.testing.assert_allclose(twice.parts[1].samples, 2 * unit.parts[1].samples)
    number = scene.discharges("tibialis", unit, [2.5], label="fasciculation_potential", jitter_ms=0.1, blocking=0.2)
    assert number == 4
    assert scene.discharges("tibialis", unit, [3.5], label="fasciculation_potential", unit=number) == number
    simulated = scene.finish()
    assert simulated.electrode == "needle" and len(simulated.truth["discharges"]) == 10
    assert fk.score(simulated, fk.analyze(simulated.recording, electrode="needle")).total["discharges"] > 0


def test_fibres_of_ones_own():
    fibres = sim.fibres(seed=1, fibres=20)
    assert fibres.shape == (20, 8) and list(fibres) == list(sim.options("fibre"))
    unit = sim.motor_unit(seed=1, fibres=20, fs=2048, fat_mm=5)
    again = sim.surface_potential(fibres, fs=2048, fat_mm=5)
    np.testing.assert_array_equal(again.samples, unit.samples)
    deeper = sim.surface_potential(fibres.assign(depth_mm=fibres["depth_mm"] + 10), fs=2048, fat_mm=5)
    assert deeper.amplitude_uv < unit.amplitude_uv
    assert sim.motor_unit(seed=1, fibres=20, fs=2048, fat_mm=15).amplitude_uv < unit.amplitude_uv
    with pytest.raises(ValueError, match="fibres lack delay_ms"):
        sim.surface_potential(fibres.drop(columns="delay_ms"), fs=2048)
    with pytest.raises(ValueError, match="depth_mm of a fibre is 500; allowed is 0.5 to 100 mm"):
        sim.surface_potential(fibres.assign(depth_mm=500.0), fs=2048)


def test_potential_of_ones_own():
    wave = 50 * np.diff(np.hanning(200), prepend=0)
    own = sim.Potential(wave, fs=2048)
    np.testing.assert_array_equal(own.samples[0], wave)
    assert own.scaled(100).amplitude_uv == pytest.approx(100)
    assert "1 channel of a surface electrode" in repr(own)
    with pytest.raises(ValueError, match="channel 0 step 3 is not finite"):
        sim.Potential([0, 1, 2, np.nan], fs=2048)
    with pytest.raises(ValueError, match="sampling rate 20 Hz: allowed is 200 to 200000"):
        sim.Potential(wave, fs=20)


def test_confounders():
    scene = sim.Scene(["a", "b"], fs=2000, duration_s=10, seed=1)
    scene.noise("a", rms_uv=2)
    scene.hum(amplitude_uv=10, frequency_hz=60)
    scene.drift("a", rms_uv=100)
    beats = scene.ecg("b", amplitude_uv=300, rate_bpm=80)
    assert 11 <= len(beats) <= 15
    np.testing.assert_array_equal(scene.ecg("a", inverted=True, rate_bpm=80), beats)
    scene.movement("a", 1.0)
    scene.pop("a", 3.0)
    scene.cable("b", 5.0)
    scene.stimuli(7.0, rate_hz=5, count=4)
    scene.clip(500)
    scene.lose_contact("b", 8, 9, kind="rail")
    scene.drop_samples(9.5, 9.6)
    with pytest.raises(ValueError, match="has to come before"):
        scene.hum()
    simulated = scene.finish()
    kinds = pd.Series([c["kind"] for c in simulated.truth["confounders"]]).value_counts()
    for kind in ("mains", "drift", "ecg", "movement", "pop", "cable", "lost_contact", "dropout"):
        assert kinds[kind] == 1
    assert kinds["stimulus"] == 4 and kinds["clipping"] >= 4
    data = simulated.recording.data()
    assert np.isnan(data[:, 19100]).all() and not np.isnan(data[:, :19000]).any()
    assert np.nanmax(np.abs(data[0])) == 500
    assert (data[1, 16100:17900] == 3000).all()
    with pytest.raises(ValueError, match="finished"):
        scene.finish()


def test_background():
    rng = np.random.default_rng(1)
    rest = 3 * rng.standard_normal(20480)
    scene = sim.Scene({"a": 2}, fs=2048, duration_s=30, seed=1)
    scene.background("a", rest, fs=2048)
    assert 1.5 < scene.noise_uv("a", 10) < 3
    with pytest.raises(ValueError, match="one of them, once"):
        scene.noise("a")
    data = scene.finish().recording.data()
    assert abs(np.corrcoef(data)[0, 1]) < 0.1
    scene = sim.Scene("a", fs=2048, duration_s=30, seed=1)
    with pytest.raises(ValueError, match="background at 1000 Hz: allowed is the rate of the scene, 2048"):
        scene.background("a", rest, fs=1000)
    with pytest.raises(ValueError, match="not finite at sample 0"):
        scene.background("a", rest * np.nan, fs=2048)


def test_options_by_name():
    assert sim.options("fasciculations") == {"rate_hz": 0.1, "dead_time_s": 0.25, "gain_cv": 0.05}
    assert sim.options("needle")["kind"] == "concentric"
    assert len(sim.options("hum")["shares"]) == 7
    with pytest.raises(ValueError, match="options of 'moon': allowed is fasciculations, "):
        sim.options("moon")
    for pattern in sim.patterns():
        assert sim.options(pattern)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 1}, "option 'rate' of fasciculations: allowed is rate_hz, dead_time_s, gain_cv"),
        ({"rate_hz": "fast"}, "rate_hz of fasciculations is 'fast': allowed is a number"),
        ({"rate_hz": True}, "rate_hz of fasciculations is True: allowed is a number"),
        ({"rate_hz": None}, "rate_hz of fasciculations is None: allowed is a number"),
        ({"rate_hz": 50}, "fasciculations rate_hz 50: allowed is 0.001 to 3"),
        ({"rate_hz": float("nan")}, "fasciculations rate_hz nan: allowed is 0.001 to 3"),
        ({"part": (0.5, 0.2)}, "part high 0.2: allowed is 0.5 to 1"),
        ({"part": 0.5}, "part 0.5: allowed are two numbers"),
        ({"seed": -1}, r"seed -1: allowed is 0 to 2\^64 - 1"),
        ({"seed": 1.5}, "seed 1.5: allowed"),
        ({"seed": (1, 2, 3)}, "seed .1, 2, 3.: allowed"),
        ({"end_s": float("inf")}, "end_s is inf: allowed is a time in seconds"),
        ({"end_s": 1e9}, "end_s 1e.?0?9|end_s 1000000000"),
        ({"begin_s": "soon"}, "begin_s is 'soon': allowed is a time in seconds"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        sim.train("fasciculations", **{"seed": 1, "begin_s": 0, "end_s": 10, **options})


def test_whole_numbers_and_choices():
    with pytest.raises(ValueError, match="discharges of multiplets is 2.5: allowed is a whole number"):
        sim.train("multiplets", seed=1, begin_s=0, end_s=10, discharges=2.5)
    with pytest.raises(ValueError, match="steps of noise is 10000000000"):
        sim.Scene("a", seed=1).noise("a", steps=10**10)
    assert len(sim.train("multiplets", seed=1, begin_s=0, end_s=99, discharges=np.int64(3), rate_hz=np.float32(0.5)))
    with pytest.raises(ValueError, match="pattern 'moon': allowed is fasciculations"):
        sim.train("moon", seed=1, begin_s=0, end_s=10)
    with pytest.raises(ValueError, match="kind of needle is 'blunt': allowed is 'concentric', 'monopolar', 'single_fibre'"):
        sim.fibrillating_fibre(0.3, fs=20000, needle="blunt")
    with pytest.raises(ValueError, match="option 'fat' of motor_unit: allowed is fibres, .*fat_mm"):
        sim.motor_unit(seed=1, fs=2048, fat=3)
    with pytest.raises(ValueError, match="fat_mm is 500; allowed is 0 to 100 mm"):
        sim.motor_unit(seed=1, fs=2048, fat_mm=500)
    with pytest.raises(ValueError, match="shares of hum is .1, 2.: allowed is 7 numbers"):
        sim.Scene("a", seed=1).hum(shares=[1, 2])


def test_scenes_that_are_refused():
    for sites, message in (
        ([], "a scene needs a site"),
        (["a", "a"], "allowed are names that differ"),
        ({"a": (2, 2)}, r"site 'a' as \(2, 2\): allowed is 1 to 4096 channels"),
        ({"a": 0}, "allowed is 1 to 4096 channels"),
        ({"a": 2**70}, "allowed is 1 to 4096 channels"),
        ({"a": (-2, -2, 8.0)}, "allowed is 1 to 4096 channels"),
        ({"a": (2, 2, float("nan"))}, "allowed is 1 to 4096 channels"),
        ({"a": "grid"}, "allowed is 1 to 4096 channels"),
        ([3], "site 3: allowed is a name"),
    ):
        with pytest.raises(ValueError, match=message):
            sim.Scene(sites, seed=1)
    for options, message in (
        ({"fs": 1}, "sampling rate 1 Hz: allowed is 200 to 200000"),
        ({"duration_s": 0.1}, "duration 0.1 s: allowed is 1 to 86400"),
        ({"duration_s": float("nan")}, "duration_s is nan"),
        ({"duration_s": 86400, "fs": 200000}, "2147483648 samples in all"),
        ({"electrode": "hook"}, "hook"),
        ({"electrode": None}, "electrode is None: allowed is a text"),
        ({"seed": (1, 2)}, "a whole number"),
    ):
        with pytest.raises(ValueError, match=message):
            sim.Scene("a", **{"seed": 1, **options})


def test_discharges_that_are_refused():
    scene = sim.Scene(["a"], fs=2048, duration_s=5, seed=1)
    unit = sim.motor_unit(seed=1, fs=2048)
    whole = {"site": "a", "potential": unit, "train": [1.0], "label": "fasciculation_potential"}
    wrong = [
        ({"site": "b"}, "site 'b': allowed is 'a'"),
        ({"label": "twitch"}, "label 'twitch': allowed is fasciculation_potential, "),
        ({"label": 3}, "label is 3: allowed is a text"),
        ({"potential": unit.samples}, "allowed is a Potential"),
        ({"train": ["now"]}, "a train of type list: allowed are numbers"),
        ({"unit": 0.5}, "unit is 0.5: allowed is one that"),
        ({"train": [1.0, np.nan]}, "time_s nan of discharge 1"),
        ({"train": [[1.0, 2.0]]}, "a train of 2 dimensions"),
        ({"train": pd.DataFrame({"t": [1.0]})}, "allowed is time_s"),
        ({"unit": 3}, "unit 3: allowed is one that"),
        ({"jitter_ms": 0.1}, "need a potential in parts"),
        ({"blocking": 2}, "blocking 2: allowed is 0 to 1"),
        ({"potential": sim.motor_unit(seed=1, fs=1000)}, "at 1000 Hz: allowed is what the scene has, surface at 2048"),
        ({"potential": sim.needle_unit(seed=1, fs=2048)}, "for a needle electrode"),
        ({"potential": sim.motor_unit(seed=1, fs=2048, electrodes=sim.grid(2, 2, 8))}, "has 4 channels: .* 1"),
    ]
    for change, message in wrong:
        with pytest.raises(ValueError, match=message):
            scene.discharges(**{**whole, **change})
    assert scene.discharges(**whole) == 0
    with pytest.raises(ValueError, match="come before the discharges"):
        scene.noise("a")
    with pytest.raises(ValueError, match="movement at 6 s: allowed is 0 to 5"):
        scene.movement("a", 6)
    with pytest.raises(ValueError, match="channel 2: allowed is 0 to 0"):
        scene.pop("a", 1, channel=2)
    with pytest.raises(ValueError, match="segment from 3 to 2 s: allowed is onset < end"):
        scene.segment("a", 3, 2, "voluntary")
    for channel in (-1, 1.5, 2**40):
        with pytest.raises(ValueError, match="channel is .*: allowed is 0 or more"):
            scene.pop("a", 1, channel=channel)
    with pytest.raises(ValueError, match="at_s is None: allowed is 0 to 5 s"):
        scene.cable("a", None)
    with pytest.raises(ValueError, match="rail_uv -5"):
        scene.clip(-5)
    with pytest.raises(ValueError, match="kind of drop_samples is 'ones': allowed is 'not_a_number', 'zeros', 'held'"):
        scene.drop_samples(1, 2, "ones")
    assert len(scene.finish().truth["discharges"]) == 1


def test_wrong_types_are_one_line():
    """Whatever stands in the place of an argument: a ValueError, or nothing at all."""
    wrong = [None, "x", b"x", -1, 1e300, np.nan, 2**70, True, [], {}, (1,), np.array([1, 2]), object()]
    unit = sim.motor_unit(seed=1, fs=2048, fibres=5)
    right = {
        **{"seed": 1, "fs": 2048.0, "pattern": "tonic", "begin_s": 0.0, "end_s": 5.0, "distance_mm": 0.3, "units": 2},
        **{"fibres": sim.fibres(1, fibres=3), "name": "noise", "largest_uv": 50.0, "x_mm": 0.0, "z_mm": 0.0},
        **{"channels": 2, "rows": 2, "columns": 2, "pitch_mm": 8.0, "samples": np.ones(50), "site": "a", "sites": "a"},
        **{"potential": unit, "potentials": [unit], "train": [1.0], "label": "voluntary", "onset_s": 1.0, "at_s": 1.0},
        **{"firing": sim.pool("tremor", seed=1, begin_s=0, end_s=1, units=1), "length_s": 2.0, "rail_uv": 50.0},
        "kind": "movement",
    }

    def calls(function, make):
        parameters = [p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]
        needed = {p.name: right[p.name] for p in parameters if p.default is p.empty}
        for p in parameters:
            for value in wrong:
                yield make(), {**needed, p.name: value}

    names = [n for n in sim.__all__ if inspect.isfunction(getattr(sim, n))] + ["Scene", "Potential", "Random"]
    every = [calls(getattr(sim, n), lambda n=n: getattr(sim, n)) for n in names]
    scene = sim.Scene("a", duration_s=2, seed=1)
    methods = [n for n, _ in inspect.getmembers(sim.Scene, inspect.isfunction) if not n.startswith("_")]
    for n in methods:
        every.append(calls(getattr(scene, n), lambda n=n: getattr(sim.Scene("a", duration_s=2, seed=1), n)))
    refused = 0
    for function, given in (call for some in every for call in some):
        try:
            function(**given)
        except ValueError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 500


def test_docstrings():
    assert doctest.testmod(sim).failed == 0
    for name in sim.__all__:
        assert getattr(sim, name).__doc__
