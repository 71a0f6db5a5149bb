"""fk.filter against SciPy."""

from __future__ import annotations

import numpy as np
import pytest

import fascikit as fk

signal = pytest.importorskip("scipy.signal")

BANDS = [("bandpass", (20, 500)), ("highpass", 20), ("lowpass", 300), ("bandstop", (45, 55))]


@pytest.fixture
def x():
    return np.random.default_rng(5).standard_normal((3, 4, 5000)) * 100


@pytest.mark.parametrize(("btype", "cutoff"), BANDS)
@pytest.mark.parametrize("order", [1, 2, 4, 7])
def test_design(order, btype, cutoff):
    ours = fk.filter.butter(order, cutoff, btype, fs=2048)
    np.testing.assert_allclose(ours, signal.butter(order, cutoff, btype, fs=2048, output="sos"), rtol=1e-9, atol=1e-10)
    if btype != "bandstop":
        zi = signal.sosfilt_zi(ours)
        np.testing.assert_allclose(fk.filter.sosfilt_zi(ours), zi, rtol=1e-6, atol=1e-9 * np.abs(zi).max())


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_against_scipy(x, axis):
    sos = fk.filter.butter(4, (20, 500), "bandpass", fs=2048)
    moved = np.moveaxis(x, -1, axis)
    for ours, theirs in ((fk.filter.sosfilt, signal.sosfilt), (fk.filter.sosfiltfilt, signal.sosfiltfilt)):
        for samples in (x[0, 0], x[0], moved) if axis == -1 else (moved,):
            expected = theirs(sos, samples, axis=axis)
            got = ours(sos, samples, axis=axis)
            assert got.dtype == samples.dtype
            np.testing.assert_allclose(got, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize(("padtype", "padlen"), [("even", None), ("constant", 100), (None, None), ("odd", 0)])
def test_padding(x, padtype, padlen):
    sos = fk.filter.butter(2, 20, "highpass", fs=2048)
    expected = signal.sosfiltfilt(sos, x, padtype=padtype, padlen=padlen)
    got = fk.filter.sosfiltfilt(sos, x, padtype=padtype, padlen=padlen)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("axis", [-1, 0])
def test_state(x, axis):
    sos = fk.filter.butter(3, (20, 500), "bandpass", fs=2048)
    moved = np.moveaxis(x, -1, axis)
    shape = list(moved.shape)
    shape[axis] = 2
    zi = np.random.default_rng(6).standard_normal([len(sos), *shape])
    expected, expected_zf = signal.sosfilt(sos, moved, axis=axis, zi=zi)
    got, zf = fk.filter.sosfilt(sos, moved, axis=axis, zi=zi)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(zf, expected_zf, rtol=0, atol=1e-9)
    first, middle = fk.filter.sosfilt(sos, x[..., :1234], zi=np.moveaxis(zi, axis + 1 if axis >= 0 else axis, -1))
    second, _ = fk.filter.sosfilt(sos, x[..., 1234:], zi=middle)
    np.testing.assert_array_equal(np.concatenate([first, second], axis=-1), np.moveaxis(got, axis, -1))


def test_out(x):
    sos = fk.filter.butter(4, (20, 500), "bandpass", fs=2048)
    expected = fk.filter.sosfilt(sos, x)
    out = np.empty_like(x)
    assert fk.filter.sosfilt(sos, x, out=out) is out
    np.testing.assert_array_equal(out, expected)
    work = x.copy()
    fk.filter.sosfilt(sos, work, out=work)
    np.testing.assert_array_equal(work, expected)
    wide = np.empty((*x.shape[:2], 2 * x.shape[2]))
    fk.filter.sosfilt(sos, x, out=wide[..., ::2])
    np.testing.assert_array_equal(wide[..., ::2], expected)
    with pytest.raises(ValueError, match="out has shape"):
        fk.filter.sosfilt(sos, x, out=np.empty(3))
    out.flags.writeable = False
    with pytest.raises(ValueError, match="written"):
        fk.filter.sosfilt(sos, x, out=out)


def test_input_is_left_alone(x):
    before = x.copy()
    fk.filter.sosfiltfilt(fk.filter.butter(2, 20, "highpass", fs=2048), x)
    np.testing.assert_array_equal(x, before)


def test_float32(x):
    sos = fk.filter.butter(4, (20, 500), "bandpass", fs=2048)
    got = fk.filter.sosfiltfilt(sos, x.astype(np.float32))
    expected = signal.sosfiltfilt(sos, x)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=0, atol=2e-4 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.butter(0, 20, fs=2048), "order 0"),
        (lambda f: f.butter(2, 2000, fs=2048), "2000"),
        (lambda f: f.butter(2, (20, 30), "lowpass", fs=2048), "2 cutoff frequencies"),
        (lambda f: f.butter(2, 20, "comb", fs=2048), "btype 'comb'"),
        (lambda f: f.sosfilt(np.ones((2, 5)), np.zeros(9)), "sections, 6"),
        (lambda f: f.sosfilt([[1, 0, 0, 2, 0, 0]], np.zeros(9)), "allowed is 1"),
        (lambda f: f.sosfilt([[np.nan, 0, 0, 1, 0, 0]], np.zeros(9)), "nan"),
        (lambda f: f.sosfilt([[1, 0, 0, 1, 0, 0]], np.zeros(9, int)), "int64"),
        (lambda f: f.sosfilt([[1, 0, 0, 1, 0, 0]], np.zeros(9), axis=3), "axis 3"),
        (lambda f: f.sosfilt([[1, 0, 0, 1, 0, 0]], np.zeros(9), zi=np.zeros(3)), "zi has shape"),
        (lambda f: f.sosfiltfilt([[1, 0, 0, 1, 0, 0]], np.zeros(3)), "3"),
        (lambda f: f.sosfiltfilt([[1, 0, 0, 1, 0, 0]], np.zeros(30), padtype="wrap"), "padtype 'wrap'"),
        (lambda f: f.sosfiltfilt([[1, 0, 0, 1, 0, 0]], np.zeros(30), padlen=-1), "padlen -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(fk.filter)


def test_no_samples():
    assert fk.filter.sosfilt([[1, 0, 0, 1, 0, 0]], np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 2, 5, 40])
def test_layouts_agree_and_zero_state_changes_nothing(channels, dtype):
    sos = fk.filter.butter(4, (20, 500), "bandpass", fs=2048)
    x = (np.random.default_rng(8).standard_normal((channels, 700)) * 100).astype(dtype)
    expected = fk.filter.sosfilt(sos, x)
    np.testing.assert_array_equal(fk.filter.sosfilt(sos, x.T.copy(), axis=0).T, expected)
    np.testing.assert_array_equal(fk.filter.sosfilt(sos, x[:, ::-1][:, ::-1]), expected)
    np.testing.assert_array_equal(fk.filter.sosfilt(sos, np.asfortranarray(x)), expected)
    got, zf = fk.filter.sosfilt(sos, x, zi=np.zeros((len(sos), channels, 2)))
    np.testing.assert_array_equal(got, expected)
    assert zf.dtype == np.float64
    _, theirs = signal.sosfilt(sos, x.astype(float), zi=np.zeros((len(sos), channels, 2)))
    np.testing.assert_allclose(zf, theirs, rtol=0, atol=(1e-3 if dtype == np.float32 else 1e-10))
    zero_phase = fk.filter.sosfiltfilt(sos, x)
    np.testing.assert_array_equal(fk.filter.sosfiltfilt(sos, x.T.copy(), axis=0).T, zero_phase)
    both = x.copy()
    fk.filter.sosfiltfilt(sos, both, out=both)
    np.testing.assert_array_equal(both, zero_phase)


def test_the_result_has_the_layout_of_the_input(x):
    sos = fk.filter.butter(2, 20, "highpass", fs=2048)
    assert fk.filter.sosfilt(sos, np.asfortranarray(x[0])).flags.f_contiguous
    assert fk.filter.sosfilt(sos, x[0].T).strides == x[0].T.strides


def test_state_of_one_channel_carries_on():
    sos = fk.filter.butter(4, (20, 500), "bandpass", fs=2048)
    x = np.random.default_rng(9).standard_normal(3000) * 100
    whole = fk.filter.sosfilt(sos, x)
    zi = np.zeros((len(sos), 2))
    parts = []
    for part in np.split(x, [1, 2, 5, 1000]):
        y, zi = fk.filter.sosfilt(sos, part, zi=zi)
        parts.append(y)
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=0, atol=1e-11)


def test_out_that_overlaps_or_is_odd_in_memory(x):
    sos = fk.filter.butter(2, 20, "highpass", fs=2048)
    expected = fk.filter.sosfilt(sos, x)
    buffer = np.zeros(x.size + 1)
    shifted = buffer[1:].reshape(x.shape)
    first = buffer[:-1].reshape(x.shape)
    first[...] = x
    fk.filter.sosfilt(sos, first, out=shifted)
    np.testing.assert_array_equal(shifted, expected)
    packed = np.zeros(x.shape, dtype=[("flag", "i1"), ("value", "f8")])
    packed["value"] = x
    np.testing.assert_array_equal(fk.filter.sosfilt(sos, packed["value"]), expected)
    fk.filter.sosfilt(sos, x, out=packed["value"])
    np.testing.assert_array_equal(packed["value"], expected)
    constant = np.broadcast_to(np.float64(3), (4, 300))
    np.testing.assert_array_equal(fk.filter.sosfilt(sos, constant), fk.filter.sosfilt(sos, constant.copy()))
    before = x.copy()
    fk.filter.sosfilt(sos, x, zi=np.ones((len(sos), *x.shape[:2], 2)))
    np.testing.assert_array_equal(x, before)
