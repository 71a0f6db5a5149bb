"""fk.filter on everything that is no second-order section, against SciPy, pandas and NumPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import fascikit as fk

signal = pytest.importorskip("scipy.signal")
ndimage = pytest.importorskip("scipy.ndimage")


@pytest.fixture
def x():
    return np.random.default_rng(5).standard_normal((3, 4, 600)) * 100


def near(got, expected, bound=1e-12):
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=0, atol=bound * max(np.abs(expected).max(), 1e-300))


TAPS = signal.firwin(65, 0.3)
LONG = signal.firwin(401, 0.1)

SAME_SHAPE = {
    "firfilt": (lambda x, **k: fk.filter.firfilt(TAPS, x, **k), lambda x, a: signal.lfilter(TAPS, 1, x, axis=a)),
    "long firfilt": (lambda x, **k: fk.filter.firfilt(LONG, x, **k), lambda x, a: signal.lfilter(LONG, 1, x, axis=a)),
    "savgol": (
        lambda x, **k: fk.filter.savgol_filter(x, 21, 3, 1, 0.5, **k),
        lambda x, a: signal.savgol_filter(x, 21, 3, 1, 0.5, axis=a),
    ),
    "average": (
        lambda x, **k: fk.filter.moving_average(x, 32, **k),
        lambda x, a: ndimage.uniform_filter1d(x, 32, axis=a),
    ),
    "rms": (
        lambda x, **k: fk.filter.moving_rms(x, 31, mode="mirror", **k),
        lambda x, a: np.sqrt(ndimage.uniform_filter1d(x**2, 31, axis=a, mode="mirror")),
    ),
    "median": (
        lambda x, **k: fk.filter.moving_median(x, 31, mode="nearest", **k),
        lambda x, a: np.moveaxis(ndimage.median_filter(np.moveaxis(x, a, -1), (1,) * (x.ndim - 1) + (31,), mode="nearest"), -1, a),
    ),
    "envelope": (lambda x, **k: fk.filter.envelope(x, **k), lambda x, a: np.abs(signal.hilbert(x, axis=a))),
    "detrend": (
        lambda x, **k: fk.filter.detrend(x, bp=[100, 350], **k),
        lambda x, a: signal.detrend(x, axis=a, bp=[100, 350]),
    ),
    "teager": (lambda x, **k: fk.filter.teager(x, 3, **k), lambda x, a: along(teager, x, a)),
}


def along(function, x, axis):
    return np.apply_along_axis(function, axis, x)


def teager(x, k=3):
    out = np.zeros_like(x)
    out[k:-k] = x[k:-k] ** 2 - x[: -2 * k] * x[2 * k :]
    return out


@pytest.mark.parametrize("name", SAME_SHAPE)
def test_against_scipy(x, name):
    ours, theirs = SAME_SHAPE[name]
    for samples in (x[0, 0], x[0], x):
        near(ours(samples), theirs(samples, -1), 1e-11)
    for axis in (0, 1):
        moved = np.moveaxis(x, -1, axis)
        near(ours(moved, axis=axis), theirs(moved, axis), 1e-11)
    single = x[0].astype(np.float32)
    near(ours(single), theirs(x[0], -1).astype(np.float32), 2e-5)
    for out in (np.empty_like(x), x):
        given = ours(x.copy())
        assert ours(x, out=out) is out
        np.testing.assert_array_equal(out, given)
    assert ours(np.empty((3, 0)) if name not in ("savgol", "detrend") else x[:0]).size == 0
    with pytest.raises(ValueError, match="type int64: allowed is float32 or float64"):
        ours(np.arange(600))


def test_firfilt_with_state(x):
    for taps in (TAPS, signal.firwin(300, 0.1), np.ones(1), signal.firwin(900, 0.1)):
        for axis in (-1, 0):
            moved = np.moveaxis(x, -1, axis)
            shape = list(moved.shape)
            shape[axis] = len(taps) - 1
            zi = np.random.default_rng(6).standard_normal(shape)
            y, zf = fk.filter.firfilt(taps, moved[..., :] if axis else moved, axis=axis, zi=zi)
            if len(taps) > 1:
                expected, expected_zf = signal.lfilter(taps, 1, moved, axis=axis, zi=zi)
                near(y, expected, 1e-12)
                near(zf, expected_zf, 1e-12)
            else:
                assert zf.size == 0
    with pytest.raises(ValueError, match="zi has shape"):
        fk.filter.firfilt(TAPS, x, zi=np.zeros(3))


def test_ahead_takes_the_delay_away(x):
    near(fk.filter.firfilt(TAPS, x[0], ahead=32), along(lambda row: np.convolve(row, TAPS, "same"), x[0], -1))


@pytest.mark.parametrize(("up", "down"), [(1, 2), (3, 2), (125, 256), (7, 7)])
def test_resample(x, up, down):
    near(fk.filter.resample_poly(x, up, down), signal.resample_poly(x, up, down, axis=-1))
    near(fk.filter.resample_poly(x[0].T, up, down, axis=0), signal.resample_poly(x[0].T, up, down, axis=0))
    near(fk.filter.resample_poly(x, up, down, window="hann"), signal.resample_poly(x, up, down, axis=-1, window="hann"))
    near(fk.filter.resample_poly(x, up, down, window=TAPS), signal.resample_poly(x, up, down, axis=-1, window=TAPS))
    single = x.astype(np.float32)
    near(fk.filter.resample_poly(single, up, down), signal.resample_poly(single, up, down, axis=-1), 1e-5)


@pytest.mark.parametrize("shape", [(4, 0), (0,), (0, 500), (2, 0, 500)])
def test_resample_of_nothing(shape):
    assert fk.filter.resample_poly(np.zeros(shape, np.float32), 3, 2).shape == (*shape[:-1], shape[-1] * 3 // 2)


@pytest.mark.parametrize("use", ["conv", "dot"])
@pytest.mark.parametrize("pos", [None, 0, 7])
def test_savgol_coeffs(use, pos):
    near(fk.filter.savgol_coeffs(11, 3, 1, 0.5, pos, use), signal.savgol_coeffs(11, 3, 1, 0.5, pos, use), 1e-10)


def test_hilbert(x):
    for n in (None, 500, 601, 700):
        near(fk.filter.hilbert(x, n), signal.hilbert(x, n))
    near(fk.filter.hilbert(x[0].T, axis=0), signal.hilbert(x[0].T, axis=0))
    assert fk.filter.hilbert(x.astype(np.float32)).dtype == np.complex64


def test_trailing_windows(x):
    frame = pd.DataFrame(x[0].T).rolling(20, min_periods=1)
    near(fk.filter.moving_average(x[0], 20, mode="trailing"), frame.mean().to_numpy().T)
    near(fk.filter.moving_median(x[0], 20, mode="trailing"), frame.median().to_numpy().T)


def test_spatial(x):
    grid = np.random.default_rng(1).standard_normal((20, 50))
    cube = grid.reshape(4, 5, 50)
    near(fk.filter.common_average(grid), grid - grid.mean(axis=0))
    near(fk.filter.common_average(grid.T, axis=0, reference="median"), (grid - np.median(grid, axis=0)).T)
    near(fk.filter.single_differential(grid), np.diff(grid, axis=0))
    near(fk.filter.single_differential(grid.T, axis=0), np.diff(grid, axis=0).T)
    near(fk.filter.single_differential(grid, (4, 5), "columns"), np.diff(cube, axis=1).reshape(16, 50))
    near(fk.filter.double_differential(grid, (4, 5)), np.diff(cube, 2, axis=0).reshape(10, 50))
    inside = 4 * cube[1:-1, 1:-1] - cube[:-2, 1:-1] - cube[2:, 1:-1] - cube[1:-1, :-2] - cube[1:-1, 2:]
    near(fk.filter.laplacian(grid, (4, 5)).reshape(4, 5, 50)[1:-1, 1:-1], inside / 4)
    bad = grid.copy()
    bad[[2, 9]] = np.nan
    for filtered in (
        fk.filter.common_average(bad, bad=[2, 9]),
        fk.filter.laplacian(bad, (4, 5), bad=[2, 9]),
        fk.filter.whiten(bad, bad=[2, 9]),
    ):
        assert np.isfinite(filtered).all()
        assert (filtered[[2, 9]] == 0).all()
        assert (filtered[3] != 0).all()
    white = fk.filter.whiten(grid, regularisation=0)
    np.testing.assert_allclose(np.cov(white), np.eye(20), atol=1e-10)
    given = fk.filter.whiten(grid.T, np.cov(grid), axis=0)
    near(given, fk.filter.whiten(grid).T)
    assert fk.filter.whiten(grid.astype(np.float32)).dtype == np.float32


def streams(dtype):
    s = fk.filter.Streaming
    sos = fk.filter.butter(2, 20, "highpass", fs=1000)
    same = {"channels": 4, "dtype": dtype}
    return [
        (s.sosfilt(sos, **same), lambda x: fk.filter.sosfilt(sos, x)),
        (s.firfilt(TAPS, **same), lambda x: fk.filter.firfilt(TAPS, x)),
        (s.firfilt(LONG, fft=True, **same), lambda x: fk.filter.firfilt(LONG, x)),
        (s.firfilt(LONG, hop=100, **same), lambda x: fk.filter.firfilt(LONG, x)),
        (s.resample_poly(3, 2, **same), lambda x: fk.filter.resample_poly(x, 3, 2)),
        (s.resample_poly(1, 5, **same), lambda x: fk.filter.resample_poly(x, 1, 5)),
        (s.savgol_filter(21, 3, **same), lambda x: fk.filter.savgol_filter(x, 21, 3, mode="nearest")),
        (s.moving_average(30, **same), lambda x: fk.filter.moving_average(x, 30, mode="trailing")),
        (s.moving_rms(30, **same), lambda x: fk.filter.moving_rms(x, 30, mode="trailing")),
        (s.moving_median(30, **same), lambda x: fk.filter.moving_median(x, 30, mode="trailing")),
        (s.teager(2, **same), lambda x: fk.filter.teager(x, 2)),
        (s.multiresolution_teager([1, 4], **same), lambda x: fk.filter.multiresolution_teager(x, [1, 4])),
    ]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_streams(x, dtype):
    samples = x[0].astype(dtype)
    for live, whole in streams(dtype):
        for size in (1, 7, 250, 1000):
            if size == 7:
                live.process(samples[:, :13])
                twin = live.copy()
                np.testing.assert_array_equal(twin.process(samples[:, 13:200]), live.process(samples[:, 13:200]))
                live.reset()
            parts = [live.process(samples[:, at : at + size]) for at in range(0, samples.shape[1], size)]
            got = np.concatenate([live.process(samples[:, :0]), *parts, live.flush()], axis=1)
            expected = whole(samples)
            assert got.dtype == dtype, live
            near(got, expected, 1e-12 if dtype == np.float64 else 1e-5)
    lone = fk.filter.Streaming.moving_average(3)
    assert lone.process(x[0, 0]).shape == (600,)
    assert "moving_average of 1 channels, float64, latency 0" in repr(lone)
    tone = np.sin(2 * np.pi * 100 / 1000 * np.arange(600))
    live = fk.filter.Streaming.envelope(81)
    got = np.concatenate([live.process(tone), live.flush()[0]])
    assert live.latency_samples == 40
    np.testing.assert_allclose(got[80:-80], 1, atol=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f, x: f.firfilt([], x), "0 taps"),
        (lambda f, x: f.firfilt([[1.0]], x), "one dimension"),
        (lambda f, x: f.firfilt([1, np.nan], x), "tap 1 is nan"),
        (lambda f, x: f.firfilt([1, 2], x, ahead=2), "ahead 2: allowed is 0 to 1"),
        (lambda f, x: f.resample_poly(x, 0, 1), "up 0: at least 1"),
        (lambda f, x: f.resample_poly(x, 1, 2, window="magic"), "window 'magic': allowed is boxcar"),
        (lambda f, x: f.savgol_filter(x, 10, 3), "window 10: allowed is an odd number"),
        (lambda f, x: f.savgol_filter(x, 5, 5), "polyorder 5: allowed is 0 to 4"),
        (lambda f, x: f.savgol_filter(x, 701, 2), "600 frames: mode 'interp' needs at least the window of 701"),
        (lambda f, x: f.savgol_filter(x, 5, 2, mode="magic"), "mode 'magic'"),
        (lambda f, x: f.moving_median(x, 0), "window 0: allowed is 1 to"),
        (lambda f, x: f.moving_average(x, 3, mode="magic"), "mode 'magic'"),
        (lambda f, x: f.hilbert(x, 0), "N 0: at least 1"),
        (lambda f, x: f.detrend(x, type="magic"), "type 'magic': allowed is 'linear' or 'constant'"),
        (lambda f, x: f.detrend(x, bp=601), "break point 601: allowed is 0 to 600"),
        (lambda f, x: f.teager(x, 0), "k 0: allowed is 1 to"),
        (lambda f, x: f.laplacian(x[0], (3, 3)), "grid of 3 x 3: it does not fit 4 channels"),
        (lambda f, x: f.single_differential(x[0], (1, 4)), "at least 2 electrodes"),
        (lambda f, x: f.single_differential(x), "allowed is \\(channels, samples\\)"),
        (lambda f, x: f.common_average(x[0], bad=[4]), "bad channel 4: allowed is 0 to 3"),
        (lambda f, x: f.whiten(x[0], np.ones((4, 4)), 0), "singular"),
        (lambda f, x: f.Streaming.firfilt([1.0], channels=0), "channels 0"),
        (lambda f, x: f.Streaming.firfilt([1.0], dtype=int), "type int64"),
        (lambda f, x: f.Streaming.firfilt([1.0], channels=3).process(x[0]), "needed is \\(3, any number\\)"),
        (lambda f, x: f.Streaming.firfilt([1.0], channels=4).process(x[0].astype("f4")), "made for float64"),
        (lambda f, x: f.firfilt([1 + 1j], x), "taps of type complex128"),
        (lambda f, x: f.firfilt([1.0], x, axis=0.0), "axis 0.0: allowed are whole numbers"),
        (lambda f, x: f.resample_poly(x, 2.5, 1), "up 2.5"),
        (lambda f, x: f.resample_poly(x, 3, 2, window="kaiser"), "window 'kaiser' needs a number"),
        (lambda f, x: f.savgol_filter(x, 11, 3, 0, 1.0, -1, "constant", 5.0), "out is of type float"),
        (lambda f, x: f.savgol_filter(x, 11, 2.5), "polyorder 2.5"),
        (lambda f, x: f.Streaming.savgol_filter(11.5, 2), "window_length 11.5"),
        (lambda f, x: f.detrend(x, -1, "linear", 0, True), "out is of type bool"),
        (lambda f, x: f.detrend(x, bp=[2.5]), "2.5"),
        (lambda f, x: f.hilbert(x, 2.5), "N 2.5"),
        (lambda f, x: f.moving_rms(x, 2.5), "window 2.5"),
        (lambda f, x: f.envelope(x, (20, 500)), "axis \\(20, 500\\)"),
        (lambda f, x: f.laplacian(x[0], 4), "grid 4: allowed is \\(rows, columns\\)"),
        (lambda f, x: f.whiten(x[0], np.eye(3)), "covariance of shape \\(3, 3\\): needed is \\(4, 4\\)"),
        (lambda f, x: f.sosfilt(np.ones((1, 6), complex), x), "sos of type complex128"),
        (lambda f, x: f.sosfiltfilt(f.butter(2, 9, fs=99), x, "odd"), "axis 'odd'"),
        (lambda f, x: f.sosfiltfilt(f.butter(2, 9, fs=99), x, padlen=2.5), "padlen 2.5"),
        (lambda f, x: f.sosfilt_zi([[1, 0, 0, 1, 0, 0], [1, 0, 0, 1, -1, 0]]), "sos\\[1\\] has a pole at 1"),
        (lambda f, x: f.sosfiltfilt([[1, 0, 0, 1, -1, 0]], x), "sos\\[0\\] has a pole at 1"),
    ],
)
def test_errors(x, call, message):
    with pytest.raises(ValueError, match=message):
        call(fk.filter, x)
