"""Results: tables, summary, picture, pickle, files."""

from __future__ import annotations

import json
import pickle
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import FS, same_tables

import fascikit as fk

LABELS = list(fk.labels()["label"])
EVENTS = "event,sample,onset_s,peak_s,duration_ms,site,channel,amplitude_uv,snr,probability,unit,burst,first_pass"
BURSTS = "burst,onset_s,duration_s,site,label,probability,n_discharges,n_units,rate_hz,isi_cv,unit,why"
SEGMENTS = "onset_s,end_s,site,kind,reason"
UNITS = "unit,site,n_discharges,rate_per_min,amplitude_uv,duration_ms,phases,turns,snr,isolation"


@pytest.fixture(scope="module")
def calf(calf_edf) -> fk.Result:
    return fk.analyze(fk.read(calf_edf))


def test_columns(result):
    assert list(result.events.columns) == EVENTS.split(",")
    assert list(result.bursts.columns) == BURSTS.split(",") + [f"p_{label}" for label in LABELS]
    assert list(result.segments.columns) == SEGMENTS.split(",")
    assert list(result.units.columns)[:10] == UNITS.split(",")


def test_tables_hang_together(calf):
    events, bursts, units = calf.events, calf.bursts, calf.units
    assert len(events) > 20
    assert set(events["burst"].dropna()) == set(bursts["burst"])
    assert set(events["unit"].dropna()) <= set(units["unit"])
    members = events.groupby("burst").size()
    np.testing.assert_array_equal(members.sort_index(), bursts.set_index("burst")["n_discharges"].sort_index())
    np.testing.assert_allclose(events["onset_s"], events["sample"] / 2048)
    np.testing.assert_allclose(bursts[[f"p_{label}" for label in LABELS]].sum(axis=1), 1, atol=1e-3)
    assert bursts["label"].isin(LABELS).all()
    assert (bursts["why"].str.len() > 0).all()


def test_summary(calf):
    summary = calf.summary
    assert list(summary.index) == ["left calf", "right calf"]
    assert ((summary["per_min_low"] <= summary["per_min"]) & (summary["per_min"] <= summary["per_min_high"])).all()
    full = calf.summary_dict()
    assert json.loads(json.dumps(full)) == full
    assert full["fascikit_version"] == fk.__version__
    for site, row in zip(full["sites"], summary.itertuples()):
        assert site["fasciculations"]["count"] == row.fasciculations


def test_options_are_resolved(calf):
    assert calf.options["band_hz"] == (20.0, 500.0)
    assert calf.options["mains"] in ("50", "60", "off")
    assert calf.version == fk.__version__
    assert calf.cpu_path == fk.build_config()["cpu_path"]


def test_text(calf):
    for text in (repr(calf), calf._repr_html_()):
        assert "left calf" in text
        assert "not a medical device" in text
    assert "<table" in calf._repr_html_()


def test_pickle(calf, result, tmp_path):
    again = pickle.loads(pickle.dumps(calf))
    calf.save(tmp_path / "before")
    again.save(tmp_path / "after")
    for path in (tmp_path / "before").iterdir():
        assert (tmp_path / "after" / path.name).read_bytes() == path.read_bytes(), path.name
    same_tables(again, calf)
    assert again.options == calf.options
    assert again.summary_dict() == calf.summary_dict()
    assert again.recording is not None and again.recording.channels == calf.recording.channels
    of_array = pickle.loads(pickle.dumps(result))
    same_tables(of_array, result)
    assert of_array.recording is None
    assert len(pickle.dumps(result)) < 1e6


def test_damaged_pickle(result):
    whole = pickle.dumps(result._analysis)
    state = result._analysis.__getstate__()
    assert state in whole
    for cut in (0, 4, 40, len(state) // 2, len(state) - 1):
        with pytest.raises(fk.InputError):
            type(result._analysis).__new__(type(result._analysis)).__setstate__(state[:cut])


def test_save_is_what_the_program_writes(calf, calf_edf, program, tmp_path):
    calf.save(tmp_path / "python")
    subprocess.run([program, "analyze", str(calf_edf), "--out", str(tmp_path / "program")], check=True, capture_output=True)
    ours = sorted(p.name for p in (tmp_path / "python").iterdir())
    theirs = sorted(p.name for p in (tmp_path / "program").iterdir())
    assert ours == theirs
    assert {"events.csv", "bursts.csv", "segments.csv", "units.csv", "summary.json"} <= set(ours)
    for name in ours:
        assert (tmp_path / "python" / name).read_bytes() == (tmp_path / "program" / name).read_bytes(), name


@pytest.mark.parametrize("name", ["events", "bursts", "segments", "units"])
def test_saved_tables_are_the_tables(calf, tmp_path, name):
    calf.save(tmp_path)
    saved = pd.read_csv(tmp_path / f"{name}.csv")
    table = getattr(calf, name)
    assert list(saved.columns) == list(table.columns)
    for column in table.columns:
        ours, theirs = table[column], saved[column]
        if pd.api.types.is_numeric_dtype(ours):
            np.testing.assert_allclose(
                ours.astype(float), theirs.astype(float), rtol=1e-6, atol=1e-6, err_msg=column
            )
        else:
            assert list(ours) == list(theirs.fillna("")), column


def test_save_where_nothing_can_be_written(result, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(fk.InputError, match="file"):
        result.save(tmp_path / "file" / "out")


def test_progress(samples):
    seen: list[float] = []
    fk.analyze(samples, fs=FS, unit="uV", progress=seen.append)
    assert seen and seen == sorted(seen) and 0 <= seen[0] and seen[-1] <= 1
    with pytest.raises(fk.Cancelled):
        fk.analyze(samples, fs=FS, unit="uV", progress=lambda fraction: False)

    def broken(fraction: float) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fk.analyze(samples, fs=FS, unit="uV", progress=broken)


def test_labels():
    table = fk.labels()
    assert len(table) == 16
    assert table.set_index("label").loc["fibrillation_potential", "needle_only"]
    assert not table.set_index("label").loc["fasciculation_potential", "needle_only"]


def test_the_same_twice(samples, result):
    same_tables(fk.analyze(samples, fs=FS, unit="uV"), result)
