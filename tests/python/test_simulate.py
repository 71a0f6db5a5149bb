"""Simulated recordings by name."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import fascikit as fk


@pytest.fixture(scope="module")
def calf():
    return fk.simulate("calf", seed=1)


def test_the_same_every_time(calf):
    again = fk.simulate("calf", 1)
    np.testing.assert_array_equal(again.recording.data(), calf.recording.data())
    assert again.truth == calf.truth
    assert pickle.loads(pickle.dumps(calf)).truth == calf.truth
    assert fk.simulate("calf", 2).truth != calf.truth


def test_discharges_are_where_the_truth_says(calf):
    samples = calf.recording.data()
    channels = calf.recording.channels
    large = [d for d in calf.truth["discharges"] if d["amplitude_uv"] > 20 * d["noise_rms_uv"]]
    assert len(large) > 10
    for d in large:
        at = round(d["peak_s"] * calf.recording.fs)
        near = samples[channels.index(d["site"]), at - 20 : at + 21]
        assert np.ptp(near) > 0.4 * d["amplitude_uv"]


def test_rest_is_silent():
    rest = fk.simulate("rest", duration_s=120)
    assert rest.truth["discharges"] == []
    assert rest.recording.data().shape == (4, 120 * 2048)
    assert len(fk.analyze(rest.recording).events) <= 3


def test_sets_differ_in_more_than_the_seed():
    tuning = fk.simulate("grid", duration_s=10)
    reporting = fk.simulate("grid", parameter_set="reporting", duration_s=10)
    assert tuning.recording.fs != reporting.recording.fs
    assert pickle.loads(pickle.dumps(reporting)).truth == reporting.truth
    assert [len(channels) for channels in tuning.recording.sites.values()] == [64]


def test_recorded_rest_as_background():
    rest = 5.0 * np.random.default_rng(1).standard_normal(5 * 2048)
    made = fk.simulate("frequent", duration_s=20, background=rest, background_fs=2048)
    # White noise of 5 µV up to 1024 Hz has 5 sqrt(480 / 1024) in 20 to 500 Hz.
    levels = [d["noise_rms_uv"] for d in made.truth["discharges"]]
    assert np.allclose(levels, 5 * np.sqrt(480 / 1024), rtol=0.12)
    assert pickle.loads(pickle.dumps(made)).truth == made.truth


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"name": "moon"}, "calf"),
        ({"name": "calf", "seed": -1}, "seed -1"),
        ({"name": "calf", "parameter_set": "test"}, "'tuning' or 'reporting'"),
        ({"name": "calf", "duration_s": 1}, "10 to 86400"),
        ({"name": "calf", "background": np.zeros((2, 9)), "background_fs": 2048}, "1-D"),
        ({"name": "calf", "background": np.zeros(9000)}, "background_fs"),
        ({"name": "calf", "background": np.ones(9000), "background_fs": 1000}, "rate of the scenario"),
        ({"name": "calf", "background": np.full(9000, np.nan), "background_fs": 2048}, "not finite"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments, words):
    with pytest.raises((ValueError, fk.InputError), match=words):
        fk.simulate(**arguments)


def test_scenarios():
    table = fk.scenarios()
    assert {"calf", "needle", "rest"} <= set(table.index)
    assert (table["electrode"] == "surface").sum() >= 16
    assert table.loc["rest", "duration_s"] == 1800
    assert table["varies"].str.len().min() > 10
