"""Simulated recordings and their score."""

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
    large = [d for d in calf.truth["discharges"] if d["amplitude_uv"] > 150]
    assert large
    for d in large:
        at = round(d["peak_s"] * calf.recording.fs)
        near = samples[channels.index(d["site"]), at - 10 : at + 11]
        assert np.ptp(near) > 0.4 * d["amplitude_uv"]


def test_score(calf, tmp_path, calf_edf):
    result = fk.analyze(calf.recording, electrode=calf.electrode)
    score = fk.score(calf, result)
    assert 0 < score.total["matched"] <= score.total["discharges"]
    assert score.total["matched"] == score.sites["matched"].sum()
    assert set(score.sites.index) == {"left calf", "right calf"}
    assert score.total["sensitivity"] == score.total["matched"] / score.total["discharges"]
    assert score.confusion.shape == (16, 16)
    result.save(tmp_path)
    from_files = fk.score(calf_edf.with_name("calf.truth.json"), tmp_path)
    assert from_files.total["matched"] == score.total["matched"]


def test_rest_is_silent():
    rest = fk.simulate("rest")
    assert rest.truth["discharges"] == []
    assert len(fk.analyze(rest.recording).events) <= 3


def test_scenarios():
    assert {"calf", "needle", "rest"} <= set(fk.scenarios())
    with pytest.raises(ValueError, match="calf"):
        fk.simulate("moon")
    with pytest.raises(ValueError, match="seed -1"):
        fk.simulate("calf", -1)
