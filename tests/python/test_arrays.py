"""Arrays in: every layout and type gives the same, and what cannot be used is named."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import FS, same_tables

import fascikit as fk


def analyze(x, **options):
    return fk.analyze(x, **{"fs": FS, "unit": "uV", **options})


def test_discharges_are_found(result):
    for site in ("ch1", "ch2"):
        peaks = result.events.query("site == @site and amplitude_uv > 100")["peak_s"]
        assert len(peaks) >= 12
        assert peaks.is_monotonic_increasing


@pytest.mark.parametrize(
    "layout",
    [
        lambda x: np.asfortranarray(x),
        lambda x: np.ascontiguousarray(x.T).T,
        lambda x: np.repeat(x, 3, axis=1)[:, ::3],
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    ],
    ids=["fortran", "frames first", "every third frame", "every second channel", "backwards"],
)
def test_layouts_are_equal(samples, result, layout):
    same_tables(analyze(layout(samples)), result)


def test_unaligned_samples(samples, result):
    packed = np.zeros(samples.shape, dtype=[("pad", "u1"), ("x", "f8")])
    packed["x"] = samples
    assert packed["x"].strides[-1] == 9
    same_tables(analyze(packed["x"]), result)


def test_types_are_equal(samples):
    rounded = np.round(samples).astype(np.int16)
    expected = analyze(rounded.astype(np.float32))
    same_tables(analyze(rounded.astype(np.float64)), expected)
    for kind in (np.int16, np.int32, np.int64):
        same_tables(analyze(rounded.astype(kind), scale=1.0), expected)
    halves = (2 * rounded).astype(np.int32)
    same_tables(analyze(halves, scale=0.5, unit=None), expected)


def test_units_of_volts(samples, result):
    for unit, factor in (("mV", 1e-3), ("V", 1e-6)):
        other = analyze(samples * factor, unit=unit)
        assert len(other.events) == len(result.events)
        np.testing.assert_allclose(other.events["amplitude_uv"], result.events["amplitude_uv"], rtol=1e-4)


def test_one_channel(samples, result):
    flat = analyze(samples[0])
    assert list(flat.summary.index) == ["ch1"]
    expected = result.events.query("site == 'ch1'")
    np.testing.assert_array_equal(flat.events["sample"], expected["sample"])


def test_nothing_is_copied(samples):
    from fascikit._arrays import source_of_array

    for x in (samples, samples.astype(np.float32), samples[:, ::2], samples.T[::3].T):
        _, array = source_of_array(x, FS, "uV", None)
        assert np.shares_memory(array, x)


def test_sites(samples):
    both = analyze(samples, sites={"calf": ["ch1", "ch2"]})
    assert list(both.summary.index) == ["calf"]
    grid = analyze(samples, grid="1x2", pitch_mm=10)
    assert len(grid.summary) == 1
    with pytest.raises(ValueError, match="no channel 'ch9'"):
        analyze(samples, sites={"calf": ["ch9"]})
    with pytest.raises(ValueError, match="two sites"):
        analyze(samples, sites={"a": [0], "b": [0]})
    with pytest.raises(ValueError, match="pitch_mm"):
        analyze(samples, grid="1x2")


X = np.zeros((2, 4096))


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        (X, {"fs": None}, "fs is missing"),
        (X, {"unit": None}, "unit is missing: write unit='uV'"),
        (X, {"unit": "ohm"}, "unit 'ohm': allowed is 'V', 'mV' or 'uV'"),
        (X, {"fs": 12}, "sampling rate 12 Hz"),
        (X, {"fs": float("nan")}, "fs is nan"),
        (X, {"fs": "fast"}, "fs is 'fast'"),
        (X, {"scale": 2.0}, "scale= is for integers"),
        (X.astype(np.int16), {}, "need scale="),
        (X.astype(np.int16), {"scale": 0}, "scale is 0"),
        (X.astype(np.int16), {"scale": 1, "unit": "mV"}, "unit 'mV' with scale="),
        (X.astype(complex), {}, "complex128"),
        (X.astype(bool), {}, "bool"),
        (X.astype(np.float16), {}, "float16"),
        (X.astype(object), {}, "object"),
        (X.astype(">f8"), {}, "byte order"),
        (np.float64(3), {}, "0 dimensions"),
        (np.zeros((2, 2, 500)), {}, "3 dimensions"),
        (np.zeros((0, 500)), {}, "empty"),
        (np.zeros(0), {}, "empty"),
        (np.zeros((5000, 2)), {}, "time is the last axis"),
        (np.ma.masked_array(X), {}, "masked array"),
        ("calf.edf", {}, "fk.read"),
        (X, {"electrode": "wire"}, "electrode 'wire'"),
        (X, {"mains": 55}, "mains '55'"),
        (X, {"band_hz": (500, 20)}, "band 500 to 20"),
        (X, {"band_hz": 20}, "band_hz 20"),
        (X, {"false_per_minute": 0}, "false_per_minute 0"),
        (X, {"passes": 3}, "passes 3"),
    ],
)
def test_bad_input_is_named(x, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        analyze(x, **options)
    assert "\n" not in str(caught.value)


def test_data_frame_is_refused(samples):
    import pandas as pd

    with pytest.raises(ValueError, match="to_numpy"):
        analyze(pd.DataFrame(samples.T))


def test_nothing_usable():
    with pytest.raises(fk.InputError):
        analyze(np.full((1, 8192), np.nan))
