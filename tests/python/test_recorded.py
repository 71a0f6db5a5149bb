"""The page of recorded EMG: contractions scored by hand, remarks that have grown old, pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fascikit import datasets

for _needed in ("scipy", "matplotlib", "PIL", "pooch"):
    pytest.importorskip(_needed)
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from suite import contractions, recorded  # noqa: E402


def of(*names):
    return [shown for shown in recorded.RECORDINGS if shown.name in names]


def test_covered_by_hand():
    # 0 to 2 is covered from 1 to 1.5 and from 1.8 on: 0.7 of 2 s. 5 to 6 not at all.
    share = contractions.covered(np.array([[0, 2], [5, 6]]), np.array([[1, 1.5], [1.8, 4]]))
    np.testing.assert_allclose(share, [0.35, 0])
    assert contractions.covered(np.empty((0, 2)), np.array([[1, 2]])).size == 0
    assert contractions.covered(np.array([[0, 2]]), np.empty((0, 2))).tolist() == [0]


def test_contractions_are_scored_as_by_hand():
    known = np.array([[1.0, 2.0], [4.0, 5.0], [7.0, 7.4], [9.0, 10.0]])
    segments = pd.DataFrame(
        # Found and 0.2 s early; partly, 0.3 of 1 s; extra; the third is missed; the last found, and on to the end.
        [(0.8, 2.0, "voluntary"), (4.7, 5.0, "voluntary"), (5.5, 6.5, "voluntary"), (8.0, 12.0, "voluntary"), (0, 12, "artifact")],
        columns=["onset_s", "end_s", "kind"],
    )
    bursts = pd.DataFrame(
        [(0, 1.2, "voluntary"), (1, 3.0, "indeterminate"), (2, 7.2, "fasciculation_potential"), (3, 7.45, "indeterminate"), (4, 11.5, "indeterminate")],
        columns=["burst", "onset_s", "label"],
    )
    events = pd.DataFrame({"peak_s": [1.2, 1.3, 3.0, 7.2, 7.45, 11.5], "burst": [0, 0, 1, 2, 3, 4]})
    s = contractions.score(known, 12.0, events, bursts, segments)
    assert (s["contractions"], s["found"], s["partly"], s["missed"]) == (4, 2, 1, 1)
    assert (s["segments"], s["extra"]) == (4, 1) and s["extra_s"] == pytest.approx(1.0)
    # Rest: 0-0.9, 2.1-3.9, 5.1-6.9, 7.5-8.9, 10.1-12; voluntary in it 0.1 + 0 + 1 + 0.9 + 1.9.
    assert s["rest_s"] == pytest.approx(7.8) and s["voluntary_rest_s"] == pytest.approx(3.9)
    assert (s["rests_between"], s["rests_voluntary"]) == (3, 0)
    np.testing.assert_allclose(s["early_s"], [-0.2, 0.7, -1.0])
    np.testing.assert_allclose(s["late_s"], [0, 0, 2.0])
    # 3.0 is 1 s from either side, 11.5 is 1.5 s away; 7.2 is within a contraction, 7.45 within its tolerance.
    assert s["outside"] == {"indeterminate": [2, 1]}
    assert s["discharges_within"] == 1
    text = contractions.tables({"a": s, "b": s})
    assert "| together | 4 of 8: 50 % (16 to 84) | 2 | 2 | 2 of 8: 25 %" in text
    assert contractions.rate_text(0, 60.0) == "0 in 1.0 min: 0.0 a minute (0.0 to 3.7)"


def test_the_peak_is_that_of_the_contraction():
    x = np.zeros(3000)
    x[1050], x[2500] = -300.0, 900.0
    assert contractions.peaks(np.array([200.0]), np.array([[1.0, 1.5]]), x, 1000.0) == pytest.approx([1.5])


def test_a_recording_that_cannot_be_had_is_named_and_stops_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("FASCIKIT_MIRROR", str(tmp_path / "nothing"))
    monkeypatch.delenv("FASCIKIT_DATA", raising=False)
    table = recorded.chapters(tmp_path, of("emgdb_healthy", "plux_solo"))
    assert list(table["name"]) == ["emgdb_healthy", "plux_solo"]
    assert table["text"].str.contains("Not to be had here: ").all()
    assert "marked\n" not in recorded.page(table)


def test_every_remark_is_of_a_recording_that_is_shown():
    names = {shown.name for shown in recorded.RECORDINGS}
    assert set(recorded.REMARKS) == set(recorded.SEEN) == names <= set(datasets.catalogue().index)


def test_the_page_and_remarks_on_other_detections_are_said(shared, tmp_path, monkeypatch, capsys):
    pytest.importorskip("h5py")
    monkeypatch.setenv("FASCIKIT_MIRROR", str(shared))
    shown = of("emgdb_neuropathy", "plux_solo")
    monkeypatch.setitem(recorded.SEEN, "emgdb_neuropathy", "0" * 12)
    table = recorded.chapters(tmp_path, shown)
    table.to_csv(tmp_path / "kept.csv", index=False)
    text = recorded.section.report(pd.read_csv(tmp_path / "kept.csv"))
    assert "MIT" in text and "ODC-BY" in text and "| plux_solo | 2" in text and " of 21: " in text
    assert "the unit is right" in text
    now = recorded.digest(recorded.look(shown[0]).result)
    assert f"written on (000000000000, now {now}): look again" in text
    assert "The remarks on emgdb_neuropathy" in text
    assert "recorded, emgdb_neuropathy: the remarks were written on other detections" in capsys.readouterr().err
    score = json.loads(table.set_index("name").loc["plux_solo", "contractions"])
    assert score["contractions"] == 21 and 0.9 < np.median(score["peaks"]) < 1.1
    for name in ("emgdb_neuropathy", "plux_solo"):
        assert f"![{name}](recorded_{name}.png)" in text
        assert 5_000 < (tmp_path / f"recorded_{name}.png").stat().st_size < 120_000
