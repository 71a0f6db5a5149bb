"""fk.spectral against SciPy, and against its own formulas."""

from __future__ import annotations

import numpy as np
import pytest

import fascikit as fk

signal = pytest.importorskip("scipy.signal")
sp = fk.spectral
FS = 2048.0


@pytest.fixture
def x():
    return np.random.default_rng(5).standard_normal((2, 3, 3000)) * 100 + 50


@pytest.fixture
def y(x):
    return 0.5 * np.roll(x, 3, axis=-1) + np.random.default_rng(6).standard_normal(x.shape) * 100


def close(got, expected, rtol=1e-10):
    expected = np.asarray(expected)
    assert got.shape == expected.shape
    assert got.dtype == (np.complex128 if np.iscomplexobj(expected) else np.float64)
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


OPTIONS = [
    {},
    {"nperseg": 300, "window": "blackman", "detrend": "linear", "scaling": "spectrum"},
    {"nperseg": 255, "noverlap": 0, "nfft": 301, "window": ("kaiser", 5.0), "detrend": False},
    {"window": np.hamming(128), "nfft": 128, "average": "median"},
]
WITHOUT = {"average", "scaling"}


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("options", OPTIONS)
def test_welch_and_relatives(x, y, options, axis):
    x, y = np.moveaxis(x, -1, axis), np.moveaxis(y, -1, axis)
    plain = {k: v for k, v in options.items() if k not in WITHOUT}
    pairs = [
        (sp.welch(x, FS, axis=axis, **options), signal.welch(x, FS, axis=axis, **options)),
        (sp.csd(x, y, FS, axis=axis, **options), signal.csd(x, y, FS, axis=axis, **options)),
        (sp.coherence(x, y, FS, axis=axis, **plain), signal.coherence(x, y, FS, axis=axis, **plain)),
    ]
    for got, expected in pairs:
        for a, b in zip(got, expected):
            close(a, b)


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("mode", ["psd", "complex", "magnitude", "angle", "phase"])
def test_spectrogram(x, mode, axis):
    x = np.moveaxis(x, -1, axis)
    for options in ({}, {"nperseg": 200, "noverlap": 150, "nfft": 256, "scaling": "spectrum"}):
        got = sp.spectrogram(x, FS, axis=axis, mode=mode, **options)
        expected = signal.spectrogram(x, FS, axis=axis, mode=mode, **options)
        if mode in ("angle", "phase"):  # the angle of a real value that is rounding is not defined
            a, b = (np.moveaxis(v[2], axis - 1 if axis < 0 else axis, 0)[1:-1] for v in (got, expected))
            np.testing.assert_allclose(np.cos(a), np.cos(b), atol=1e-9)
            continue
        for a, b in zip(got, expected):
            close(a, b)


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("boundary", ["zeros", "even", "odd", "constant", None])
def test_stft(x, boundary, axis):
    x = np.moveaxis(x, -1, axis)
    density = {"nperseg": 200, "nfft": 300, "scaling": "psd", "padded": False}
    for options in ({}, {"nperseg": 201, "noverlap": 150}, density):
        got = sp.stft(x, FS, axis=axis, boundary=boundary, **options)
        for a, b in zip(got, signal.stft(x, FS, axis=axis, boundary=boundary, **options)):
            close(a, b)
        back = {k: v for k, v in options.items() if k != "padded"}
        if boundary is None:
            continue
        # SciPy's axes of what comes back: frequencies where time was, time last.
        freq_axis = axis - 1 if axis < 0 else axis
        t, again = sp.istft(got[2], FS, boundary=True, freq_axis=freq_axis, **back)
        expected = signal.istft(got[2], FS, boundary=True, freq_axis=freq_axis, **back)[1]
        close(again, expected)
        assert t[1] == 1 / FS
        whole = min(3000, again.shape[-1])
        np.testing.assert_allclose(again[..., :whole], np.moveaxis(x, axis, -1)[..., :whole], atol=1e-9)


def test_periodogram(x):
    for options in ({}, {"window": "hann", "nfft": 4096, "scaling": "spectrum", "detrend": "linear"}):
        for a, b in zip(sp.periodogram(x, FS, **options), signal.periodogram(x, FS, **options)):
            close(a, b)


def test_a_short_signal_is_one_segment(x):
    short = x[0, 0, :100]
    close(sp.welch(short, FS)[1], signal.welch(short, FS, nperseg=100)[1])
    assert sp.welch(short[:1], FS)[1].shape == (1,)
    assert sp.welch(np.zeros((0, 100)))[1].shape == (0, 51)


def test_strides_and_types(x):
    wide = np.empty((2, 3, 6000), np.float32)
    wide[..., ::2] = x
    got = sp.welch(wide[:, ::-1, ::2], FS)[1]
    close(got, signal.welch(wide[:, ::-1, ::2].astype(float), FS)[1])
    close(sp.welch(np.asfortranarray(x), FS)[1], signal.welch(x, FS)[1])


@pytest.mark.parametrize(("nx", "ny"), [(50, 50), (50, 31), (31, 50), (51, 20), (1, 7)])
def test_correlate(x, nx, ny):
    a, b = x[0, 0, :nx], x[1, 1, :ny]
    for mode in ("full", "same", "valid"):
        got = sp.correlate(a, b, mode)
        # SciPy picks np.correlate for some sizes, whose "same" is as long as the longer.
        close(got, signal.fftconvolve(a, b[::-1], mode))
        lags = sp.correlation_lags(nx, ny, mode)
        assert lags.shape == got.shape
        if not (mode == "same" and nx % 2 and not ny % 2):
            np.testing.assert_array_equal(lags, signal.correlation_lags(nx, ny, mode))
        for lag, value in zip(lags, got):
            exact = sum(a[n + lag] * b[n] for n in range(ny) if 0 <= n + lag < nx)
            assert value == pytest.approx(exact, abs=1e-8)
    moved = sp.correlate(np.moveaxis(x, -1, 0)[:nx], b, axis=0)
    close(moved[:, 1, 2], sp.correlate(x[1, 2, :nx], b))


def test_normalised_correlation_and_delay():
    t = np.arange(4000) / FS
    shift_s = 3.3 / FS
    tone = np.exp(-(((t - 1) / 0.01) ** 2)) * np.cos(2 * np.pi * 150 * (t - 1))
    later = np.exp(-(((t - 1 - shift_s) / 0.01) ** 2)) * np.cos(2 * np.pi * 150 * (t - 1 - shift_s))
    d, r = sp.delay(5 + 7 * later, tone, FS)
    assert d == pytest.approx(shift_s, abs=0.02 / FS)
    assert 0.95 < r <= 1
    d, r = sp.delay(np.stack([-later, tone]), tone, FS, max_delay_s=0.01, either_sign=True)
    np.testing.assert_allclose(d, [shift_s, 0], atol=0.02 / FS)
    assert r[0] < -0.95 and r[1] == pytest.approx(1)
    assert np.isnan(sp.delay(np.ones(50), tone, FS)[0])
    assert sp.correlate(tone, tone, normalize=True).max() == pytest.approx(1)
    np.testing.assert_array_equal(sp.correlate(np.full(9, 0.1), tone, normalize=True), 0)


def test_figures(x):
    f, p = sp.welch(x, FS, nperseg=1024, detrend=False, window="boxcar", noverlap=0)
    whole = x[..., : 1024 * (3000 // 1024)]
    np.testing.assert_allclose(sp.band_power(f, p), np.mean(whole**2, axis=-1), rtol=1e-12)
    inside = (f >= 20) & (f <= 500)
    np.testing.assert_allclose(
        sp.mean_frequency(f, p, (20, 500)), (f * p)[..., inside].sum(-1) / p[..., inside].sum(-1), rtol=1e-12
    )
    median = sp.median_frequency(f, np.moveaxis(p, -1, 0), (20, 500), axis=0)
    cumulative = np.cumsum(p[..., inside], axis=-1)
    at = np.take_along_axis(cumulative, np.argmax(cumulative >= cumulative[..., -1:] / 2, axis=-1)[..., None], -1)
    assert (at[..., 0] >= cumulative[..., -1] / 2).all()
    nearest = f[inside][np.argmax(cumulative >= cumulative[..., -1:] / 2, axis=-1)]
    assert (np.abs(median - nearest) <= 1).all()
    assert sp.spectral_moment(f, p[0, 0], 0) == pytest.approx(sp.band_power(f, p[0, 0]))
    assert np.isnan(sp.median_frequency(f, np.zeros_like(f)))


def test_coherence_limit_holds_for_noise():
    rng = np.random.default_rng(8)
    a, b = rng.standard_normal((2, 200, 16 * 64))
    _, c = sp.coherence(a, b, nperseg=64, noverlap=0, window="boxcar")
    share = np.mean(c[:, 1:-1] > sp.coherence_limit(16, 0.05))
    assert share == pytest.approx(0.05, abs=0.01)
    assert sp.independent_segments(64 * 16, nperseg=64, noverlap=0) == 16
    # Half-overlapping Hann windows correlate by 1 / 6: the variance grows by 1 + 2 / 36.
    count = 2 * 1000 - 1
    assert sp.independent_segments(64 * 1000, nperseg=64) / count == pytest.approx(18 / 19, rel=2e-3)


@pytest.mark.parametrize("wavelet", ["morlet", ("morlet", 8), "ricker", "morse", ("morse", 3, 2)])
def test_cwt(wavelet):
    t = np.arange(4096) / FS
    frequencies = [30.0, 60.0, 90.0]
    tone = 3 * np.cos(2 * np.pi * 60 * t)
    w = sp.cwt(np.stack([tone, 0 * tone]), frequencies, FS, wavelet, "amplitude")
    assert w.shape == (2, 3, 4096)
    middle = np.abs(w[0, :, 1000:3000])
    if wavelet == "ricker":
        assert (w.imag == 0).all()
    else:
        np.testing.assert_allclose(middle[1], 3, rtol=1e-5)
    assert middle.max(axis=-1).argmax() == 1
    assert middle.max(axis=-1)[1] == pytest.approx(3, rel=1e-4)
    assert (w[1] == 0).all()
    # The scale that stands for 60 Hz answers most to 60 Hz.
    fine = np.linspace(55, 65, 101)
    energy = sp.cwt(tone, fine, FS, wavelet)
    assert fine[np.abs(energy[:, 1000:3000]).max(axis=-1).argmax()] == pytest.approx(60, abs=0.15)
    assert (np.diff(sp.wavelet_cone(frequencies, wavelet)) < 0).all()


def test_cwt_of_noise_keeps_its_power():
    noise = np.random.default_rng(9).standard_normal(40000) * 5
    w = sp.cwt(noise, [40.0, 100.0, 300.0], FS)
    np.testing.assert_allclose(np.mean(np.abs(w) ** 2, axis=-1), 25, rtol=0.1)


def naive(x, template, remove_mean):
    n = template.shape[-1]
    t = template - template.mean(axis=-1, keepdims=True) * remove_mean
    out = []
    for i in range(x.shape[-1] - n + 1):
        part = x[:, i : i + n]
        part = part - part.mean(axis=-1, keepdims=True) * remove_mean
        out.append((t * part).sum() / np.sqrt((t**2).sum() * (part**2).sum()))
    return np.array(out)


@pytest.mark.parametrize("remove_mean", [True, False])
def test_matched_filter(remove_mean):
    rng = np.random.default_rng(10)
    x = rng.standard_normal((3, 5000)) + 1000 * remove_mean
    x[:, 700:720] += 1e5  # one large artefact, and quiet around it
    template = rng.standard_normal((3, 40))
    x[:, 2000:2040] = 7 * template + 3 * remove_mean
    got = sp.matched_filter(x, template, remove_mean=remove_mean)
    np.testing.assert_allclose(got, naive(x, template, remove_mean), atol=1e-10)
    assert got.argmax() == 2000 and got[2000] == pytest.approx(1)
    np.testing.assert_allclose(
        sp.matched_filter(np.stack([x, -x]), template, remove_mean=remove_mean)[1], -got, atol=1e-10
    )
    alone = sp.matched_filter(x.T, template[1], axis=0, remove_mean=remove_mean)
    np.testing.assert_allclose(alone[2], naive(x[2:], template[1:2], remove_mean), atol=1e-10)
    x[1, 3000] = np.nan
    bad = sp.matched_filter(x, template, remove_mean=remove_mean)
    assert np.isnan(bad[2961:3001]).all() and np.isnan(bad).sum() == 40
    np.testing.assert_allclose(np.delete(bad, np.s_[2961:3001]), np.delete(got, np.s_[2961:3001]), atol=1e-10)
    assert (sp.matched_filter(np.full(100, 0.1 * remove_mean), template[0], remove_mean=remove_mean) == 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: sp.welch(x, 0.0), "sampling rate 0 Hz"),
        (lambda x: sp.welch(x, nperseg=0), "nperseg 0"),
        (lambda x: sp.welch(x, nperseg=10.5), "nperseg 10.5"),
        (lambda x: sp.welch(x, nperseg=64, noverlap=64), "noverlap 64: allowed is 0 to 63"),
        (lambda x: sp.welch(x, nperseg=64, nfft=63), "nfft 63"),
        (lambda x: sp.welch(x, nfft=2**40), "nfft 1099511627776: allowed is a segment's 256 to 134217728"),
        (lambda x: sp.welch(x, window="hanning"), "window 'hanning': allowed is boxcar"),
        (lambda x: sp.welch(x, window=("kaiser", -1)), "-1"),
        (lambda x: sp.welch(x, window=np.ones(5000)), "window of 5000 values"),
        (lambda x: sp.welch(x, window=np.zeros(50)), "window"),
        (lambda x: sp.welch(x, detrend="quadratic"), "detrend 'quadratic'"),
        (lambda x: sp.welch(x, scaling="power"), "scaling 'power'"),
        (lambda x: sp.welch(x, average="mode"), "average 'mode'"),
        (lambda x: sp.welch(x, axis=3), "axis 3: allowed is -3 to 2"),
        (lambda x: sp.welch(x.astype(int)), "x is of type int64"),
        (lambda x: sp.welch(x * 1j), "complex128"),
        (lambda x: sp.welch(x[..., :0]), "x has 0 samples"),
        (lambda x: sp.csd(x, x[..., :-1]), "3000 and 2999 samples"),
        (lambda x: sp.csd(x, x[:, :2]), "shapes"),
        (lambda x: sp.coherence_limit(1), "segments 1"),
        (lambda x: sp.coherence_limit(5, 0), "alpha 0"),
        (lambda x: sp.spectrogram(x, mode="power"), "mode 'power'"),
        (lambda x: sp.stft(x, boundary="wrap"), "boundary 'wrap'"),
        (lambda x: sp.stft(x[..., :1], boundary="odd", nperseg=1, window=np.ones(1)), None),
        (lambda x: sp.istft(np.zeros((5, 5)), noverlap=0), "more overlap"),
        (lambda x: sp.istft(np.zeros((5, 5)), nfft=20), "Zxx has 5 frequencies"),
        (lambda x: sp.istft(np.zeros(5)), "Zxx has 1 axes"),
        (lambda x: sp.correlate(x, x, "middle"), "mode 'middle'"),
        (lambda x: sp.correlation_lags(0, 3), "0 and 3 samples"),
        (lambda x: sp.correlation_lags(2**40, 3), "1099511627776 and 3 samples"),
        (lambda x: sp.correlation_lags(2**70, 3), "in1_len 1180591620717411303424"),
        (lambda x: sp.delay(x, x, max_delay_s=-1), "-1 s"),
        (lambda x: sp.band_power([0, 1, 2], [1.0, 1, 1], (1.2, 1.8)), "holds no frequency"),
        (lambda x: sp.band_power([0, 1, 2], [1.0, 1, 1], (2, 1)), "band 2 to 1 Hz"),
        (lambda x: sp.band_power([1, 2, 3], [1.0, 1, 1]), "evenly spaced"),
        (lambda x: sp.mean_frequency([0, 1], [1.0, 1, 1]), "2 frequencies and 3 powers"),
        (lambda x: sp.cwt(x, [0.0]), "frequency 0 Hz"),
        (lambda x: sp.cwt(x, [0.6]), "0.5 Hz"),
        (lambda x: sp.cwt(x, [0.1], wavelet="haar"), "wavelet 'haar'"),
        (lambda x: sp.cwt(x, [0.1], wavelet=("morlet", 2)), "w0"),
        (lambda x: sp.cwt(x, [0.1], wavelet=("ricker", 2)), "1 numbers"),
        (lambda x: sp.cwt(x, [0.1], normalization="L3"), "normalization 'L3'"),
        (lambda x: sp.matched_filter(x, np.ones(30)), "constant"),
        (lambda x: sp.matched_filter(x, np.arange(4000.0)), "3000 frames"),
        (lambda x: sp.matched_filter(x, np.arange(60.0).reshape(2, 30)), "3 channels: the template has 2"),
        (lambda x: sp.matched_filter(x[0, 0], np.arange(60.0).reshape(2, 30)), "x has 1 axis"),
        (lambda x: sp.matched_filter(x, np.array([1.0, np.inf])), "not finite"),
        (lambda x: sp.matched_filter(x, np.zeros(0)), "template has shape \\(0,\\)"),
        (lambda x: sp.welch(x, window="kaiser"), "window 'kaiser' needs a number"),
        (lambda x: sp.welch(x, 1.0, "hann", 256, None, None, "constant", True, "density"), "axis 'density'"),
        (lambda x: sp.stft(x, 1.0, "hann", 256, None, None, False, True, "zeros", True), "True: allowed are whole"),
        (lambda x: sp.correlate(x[0, 0], x[0, 0], "full", "fft"), "axis 'fft': allowed are whole numbers"),
        (lambda x: sp.csd(x[0, 0], x[0, 0], axis=1), "axis 1: allowed is -1 to 0"),
    ],
)
def test_bad_input_is_named(x, call, message):
    if message is None:
        call(x)
        return
    with pytest.raises(ValueError, match=message):
        call(x)


def test_options_at_other_places_than_scipys_are_named():
    with pytest.raises(TypeError):
        sp.istft(np.zeros((4, 9), complex), 1.0, "hann", 6, 3, 6, True, True)  # input_onesided, boundary


def test_a_nan_spoils_its_row_alone(x):
    x[0, 1, 100] = np.nan
    p = sp.welch(x, FS)[1]
    assert np.isnan(p[0, 1]).all() and np.isfinite(np.delete(p.reshape(6, -1), 1, axis=0)).all()
    s = sp.spectrogram(x, FS)[2]
    assert np.isnan(s[0, 1]).any() and np.isfinite(s[0, 1]).any()
