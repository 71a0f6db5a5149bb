"""Recordings from files."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from conftest import same_tables

import fascikit as fk


def test_edf(calf_edf):
    rec = fk.read(calf_edf)
    assert rec.fs == 2048
    assert rec.duration_s == 60
    assert rec.channels == ["left calf", "right calf"]
    assert set(rec.units) == {"uV"}
    assert rec.path == str(calf_edf)
    text = repr(rec)
    for part in ("calf.edf", "EDF", "2048 Hz", "1 min", "left calf"):
        assert part in text


def test_data(calf_edf):
    rec = fk.read(calf_edf)
    whole = rec.data()
    assert whole.shape == (2, rec.frames)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(rec.data(10, 11.5), whole[:, 20480 : 20480 + 3072])
    assert rec.data(5, 5).shape == (2, 0)
    for stretch in ((-1, 2), (0, 61), (3, 2), (float("nan"), 2)):
        with pytest.raises(ValueError, match="allowed is"):
            rec.data(*stretch)


def test_one_channel_of_a_file(calf_edf):
    rec = fk.read(calf_edf, channels=["right calf"])
    assert rec.channels == ["right calf"]
    np.testing.assert_array_equal(rec.data(0, 1)[0], fk.read(calf_edf).data(0, 1)[1])
    with pytest.raises(ValueError, match="left calf"):
        fk.read(calf_edf, channels=["calf"])
    with pytest.raises(ValueError, match="list of labels"):
        fk.read(calf_edf, channels="right calf")


def test_samples_and_file_give_the_same(calf_edf):
    rec = fk.read(calf_edf)
    of_file = fk.analyze(rec)
    of_array = fk.analyze(rec.data(), fs=rec.fs, unit="uV")
    np.testing.assert_array_equal(of_file.events["sample"], of_array.events["sample"])
    np.testing.assert_array_equal(of_file.bursts["label"], of_array.bursts["label"])


def test_pickle(calf_edf):
    rec = fk.read(calf_edf, sites={"calves": ["left calf", "right calf"]})
    again = pickle.loads(pickle.dumps(rec))
    assert again.sites == rec.sites == {"calves": ["left calf", "right calf"]}
    np.testing.assert_array_equal(again.data(1, 2), rec.data(1, 2))
    same_tables(fk.analyze(again), fk.analyze(rec))


def test_files_that_cannot_be_used(tmp_path, calf_edf):
    with pytest.raises(FileNotFoundError):
        fk.read(tmp_path / "none.edf")
    short = tmp_path / "short.edf"
    short.write_bytes(calf_edf.read_bytes()[:100])
    with pytest.raises(fk.InputError, match="short.edf") as caught:
        fk.read(short)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="unit 'ohm'"):
        fk.read(calf_edf, unit="ohm")
    with pytest.raises(ValueError):
        fk.analyze(fk.read(calf_edf), fs=2048)


@pytest.mark.parametrize(("name", "frames"), [("healthy", 50860), ("myopathy", 110337), ("neuropathy", 147858)])
def test_physionet_emgdb(shared, name, frames):
    rec = fk.read(shared / "physionet_emgdb" / f"emg_{name}.hea")
    assert rec.fs == 4000
    assert rec.format == "WFDB"
    assert [unit.lower() for unit in rec.units] == ["mv"]
    assert rec.duration_s == frames / 4000
    # The header states 10000 steps a mV; NumPy knows nothing else of the file.
    steps = np.fromfile(shared / "physionet_emgdb" / f"emg_{name}.dat", dtype="<i2")
    assert steps.shape == (frames,)
    np.testing.assert_allclose(rec.data()[0], steps / 10.0, rtol=1e-6, atol=1e-6)


def test_skipped_channels(shared):
    rec = fk.read(shared / "formats" / "edf" / "short_psg.edf")
    assert rec.skipped
    assert rec.skipped[0].label in repr(rec)
