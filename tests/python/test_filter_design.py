"""fk.filter's design against SciPy."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest

import fascikit as fk

signal = pytest.importorskip("scipy.signal")

RATES = [1000.0, 2048.0, 4000.0, 10000.0, 30000.0]
FAMILIES = [
    ("butter", ()), ("cheby1", (0.1,)), ("cheby1", (1.0,)), ("cheby2", (40.0,)), ("cheby2", (60.0,)),
    ("ellip", (0.1, 40.0)), ("ellip", (0.5, 60.0)), ("ellip", (1.0, 80.0)),
]  # fmt: skip


def bands(fs):
    high = min(500.0, 0.45 * fs)
    return [
        ("lowpass", high), ("highpass", 20.0), ("bandpass", (20.0, high)), ("bandstop", (45.0, 0.4 * fs)),
        ("bandstop", (48.0, 52.0)), ("bandpass", (100.0, 200.0)),
    ]  # fmt: skip


def assert_sections(ours, theirs):
    assert ours.shape == theirs.shape
    for part in (slice(0, 3), slice(3, 6)):
        scale = np.abs(theirs[:, part]).max(axis=1, keepdims=True)
        assert np.all(np.abs(ours[:, part] - theirs[:, part]) <= 1e-10 * scale)


@pytest.mark.parametrize("fs", RATES)
@pytest.mark.parametrize(("name", "decibels"), FAMILIES)
def test_sections_equal_scipy(name, decibels, fs):
    for order in range(1 + RATES.index(fs) % 2, 13, 2):
        for btype, cut in bands(fs):
            theirs = getattr(signal, name)(order, *decibels, cut, btype, fs=fs, output="sos")
            assert_sections(getattr(fk.filter, name)(order, *decibels, cut, btype, fs=fs), theirs)


@pytest.mark.parametrize("norm", ["phase", "delay", "mag"])
def test_bessel_equals_scipy(norm):
    for order in range(1, 13):
        fs = RATES[order % 5]
        for btype, cut in bands(fs):
            theirs = signal.bessel(order, cut, btype, norm=norm, fs=fs, output="sos")
            assert_sections(fk.filter.bessel(order, cut, btype, norm, fs=fs), theirs)


def test_short_names_of_types():
    np.testing.assert_array_equal(fk.filter.butter(3, 20, "hp", fs=1000), fk.filter.butter(3, 20, "highpass", fs=1000))
    np.testing.assert_array_equal(fk.filter.butter(3, (20, 50), "band", fs=1000), fk.filter.butter(3, (20, 50), "bandpass", fs=1000))


def test_notch_peak_and_comb():
    for ours, theirs in ((fk.filter.iirnotch, signal.iirnotch), (fk.filter.iirpeak, signal.iirpeak)):
        np.testing.assert_allclose(ours(50, 30, fs=2048)[0], np.concatenate(theirs(50, 30, fs=2048)), rtol=0, atol=1e-14)
    x = np.random.default_rng(3).standard_normal((3, 2000))
    for ftype in ("notch", "peak"):
        for zero in (False, True):
            b, a = fk.filter.iircomb(50, 30, ftype, fs=1000, pass_zero=zero)
            ref = signal.iircomb(50, 30, ftype, fs=1000, pass_zero=zero)
            np.testing.assert_allclose(np.stack((b, a)), np.stack(ref), rtol=0, atol=1e-14)
            y = fk.filter.combfilt(x, 50, 30, ftype, fs=1000, pass_zero=zero)
            np.testing.assert_allclose(y, signal.lfilter(b, a, x), rtol=0, atol=1e-11)
    before = x.T.astype(np.float32)
    out = fk.filter.combfilt(before, 50, 30, fs=1000, axis=0, out=before)
    assert out is before and out.dtype == np.float32
    np.testing.assert_allclose(out.T, fk.filter.combfilt(x, 50, 30, fs=1000), rtol=0, atol=1e-5)


def test_response_delay_poles_and_settling():
    hz = np.array([[0.0, 1.0, 20.0], [77.0, 500.0, 1024.0]])
    sos = fk.filter.ellip(5, 0.5, 60, (20, 500), "bandpass", fs=2048)
    h = fk.filter.response(sos, hz, fs=2048)
    assert h.shape == hz.shape and h.dtype == np.complex128
    np.testing.assert_allclose(h.ravel(), signal.sosfreqz(sos, hz.ravel(), fs=2048)[1], rtol=0, atol=1e-9)
    z, p, _ = signal.ellip(5, 0.5, 60, (20, 500), "bandpass", fs=2048, output="zpk")
    for ours, theirs in ((fk.filter.poles(sos), p), (fk.filter.zeros(sos), z)):
        assert ours.shape == (10,)
        np.testing.assert_allclose(np.sort_complex(ours.round(7)), np.sort_complex(theirs.round(7)), atol=2e-7)
    at = np.array([30.0, 77.0, 300.0])
    step = 1e-3
    phase = np.angle(fk.filter.response(sos, at + step, fs=2048) / fk.filter.response(sos, at - step, fs=2048))
    np.testing.assert_allclose(fk.filter.group_delay(sos, at, fs=2048), -phase / (4 * np.pi * step), rtol=1e-5)
    taps = fk.filter.firwin(31, 100, fs=2048)
    np.testing.assert_allclose(fk.filter.response(taps, at, fs=2048), signal.freqz(taps, 1, at, fs=2048)[1], atol=1e-13)
    np.testing.assert_allclose(fk.filter.group_delay(taps, at, fs=2048), 15 / 2048)
    settled = fk.filter.settling_s(sos, fs=2048)
    impulse = signal.sosfilt(sos, np.eye(1, 40000)[0])
    assert np.abs(impulse[int(settled * 2048) :]).max() < 1e-2 * np.abs(impulse).max()
    assert fk.filter.settling_s([[1, 0, 0, 1, -1, 0]], fs=2048) == np.inf


@pytest.mark.parametrize("window", ["hamming", "hann", "blackman", ("kaiser", 6.5), "boxcar", ("gaussian", 7)])
def test_firwin(window):
    for taps in (1, 11, 64, 101):
        for cut, zero in ((100, "lowpass"), (100, False), ((50, 200), "bandpass"), ((50, 200), True), ((50, 100, 300), False)):
            try:
                theirs = signal.firwin(taps, cut, window=window, pass_zero=zero, fs=1000)
            except ValueError:
                with pytest.raises(ValueError, match="odd number"):
                    fk.filter.firwin(taps, cut, window=window, pass_zero=zero, fs=1000)
                continue
            if taps == 1 and not np.all(np.isfinite(theirs)):
                continue
            np.testing.assert_allclose(fk.filter.firwin(taps, cut, window=window, pass_zero=zero, fs=1000), theirs, rtol=0, atol=1e-12)
    ours = fk.filter.firwin(101, 100, width_hz=30, fs=1000)
    np.testing.assert_allclose(ours, signal.firwin(101, 100, width=30, fs=1000), rtol=0, atol=1e-12)
    assert fk.filter.kaiserord(60, 20, fs=2048) == signal.kaiserord(60, 20 / 1024)


FIR_BANDS = [
    ([0, 100, 150, 500], [1, 0], [1, 10]),
    ([0, 50, 100, 300, 350, 500], [0, 1, 0], [2, 1, 5]),
    ([0, 200, 250, 500], [1, 0], [1, 1]),
]


@pytest.mark.parametrize(("edges", "gains", "weight"), FIR_BANDS)
def test_firls_and_remez(edges, gains, weight):
    steps = np.repeat(gains, 2)
    for taps in (11, 31, 63):
        ours = fk.filter.firls(taps, edges, steps, weight=weight, fs=1000)
        np.testing.assert_allclose(ours, signal.firls(taps, edges, steps, weight=weight, fs=1000), rtol=0, atol=1e-10)
    for taps in (11, 12, 32, 63, 101):
        ours = fk.filter.remez(taps, edges, gains, weight=weight, fs=1000)
        theirs = signal.remez(taps, edges, gains, weight=weight, fs=1000, maxiter=100)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)
    # Many taps: the equations are ill-conditioned, the error is as small as SciPy's all the same.
    hz = np.concatenate([np.linspace(*edges[i : i + 2], 400) for i in range(0, len(edges), 2)])
    wanted = np.repeat(gains, 400)
    for h in (fk.filter.firls(201, edges, steps, weight=weight, fs=1000), signal.firls(201, edges, steps, weight=weight, fs=1000)):
        gain = (fk.filter.response(h, hz, fs=1000) * np.exp(2j * np.pi * hz / 1000 * 100)).real
        assert np.sqrt(np.mean((gain - wanted) ** 2)) < 1e-6


@pytest.mark.parametrize(("kind", "edges"), [("differentiator", [0, 400]), ("hilbert", [50, 450])])
def test_antisymmetric_remez(kind, edges):
    for taps in (21, 31):
        theirs = signal.remez(taps, edges, [1], type=kind, fs=1000, maxiter=100)
        np.testing.assert_allclose(fk.filter.remez(taps, edges, [1], type=kind, fs=1000), theirs, rtol=0, atol=1e-10)


def test_minimum_phase():
    h = signal.firwin(61, 120, window=("kaiser", 6.5), fs=1000)
    np.testing.assert_allclose(fk.filter.minimum_phase(h), signal.minimum_phase(h), rtol=0, atol=1e-10)
    full = fk.filter.minimum_phase(h, half=False)
    assert full.shape == h.shape
    if "half" in inspect.signature(signal.minimum_phase).parameters:  # SciPy 1.14
        np.testing.assert_allclose(full, signal.minimum_phase(h, half=False), rtol=0, atol=1e-10)
    np.testing.assert_allclose(fk.filter.minimum_phase(h, n_fft=4095), signal.minimum_phase(h, n_fft=4095), atol=1e-9)
    # The method hilbert takes logarithms at zeros that rounding alone places: compare what it is for.
    h = signal.remez(61, [0, 100, 150, 500], [1, 0], fs=1000)
    hz = np.linspace(0, 500, 200)
    ours, theirs = (
        np.abs(signal.freqz(m, 1, hz, fs=1000)[1]) ** 2
        for m in (fk.filter.minimum_phase(h, "hilbert"), signal.minimum_phase(h, "hilbert"))
    )
    np.testing.assert_allclose(ours, theirs, atol=5e-3)


def test_presets():
    table = pd.DataFrame(fk.filter.presets).T
    assert {"surface", "needle"} <= set(table.index)
    assert list(table.columns) == ["low_hz", "high_hz", "order", "reason", "source"]
    for name, row in fk.filter.presets.items():
        ours = fk.filter.preset(name, fs=30000)
        np.testing.assert_array_equal(ours, fk.filter.butter(row["order"], (row["low_hz"], row["high_hz"]), "bandpass", fs=30000))
    np.testing.assert_array_equal(fk.filter.preset("surface", fs=1000), fk.filter.butter(4, (20, 450), "bandpass", fs=1000))
    assert pickle.loads(pickle.dumps(fk.filter.presets)) == fk.filter.presets


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: f.ellip(4, 3, 2, 20, fs=1000), "must be above the ripple"),
        (lambda f: f.cheby1(4, -1, 20, fs=1000), "ripple -1 dB"),
        (lambda f: f.cheby2(4, 40, 500, fs=1000), "below half the sampling rate"),
        (lambda f: f.bessel(13, 20, fs=1000), "order 13: allowed is 1 to 12"),
        (lambda f: f.bessel(3, 20, norm="phases", fs=1000), "norm 'phases'"),
        (lambda f: f.butter(3, 20, "bandpass", fs=1000), "a bandpass has two"),
        (lambda f: f.butter(3, 20, "middle", fs=1000), "btype 'middle'"),
        (lambda f: f.butter(12, 1e-5, "highpass", fs=30000), "cannot be held in double"),
        (lambda f: f.iirnotch(50, -1, fs=1000), "q -1"),
        (lambda f: f.iircomb(50, 30, fs=2048), "whole multiple"),
        (lambda f: f.iircomb(50, 30, "dip", fs=1000), "ftype 'dip'"),
        (lambda f: f.combfilt(np.zeros(5, int), 50, 30, fs=1000), "float32 or float64"),
        (lambda f: f.response(np.zeros((2, 5)), 10, fs=1000), "(sections, 6)"),
        (lambda f: f.response(f.preset("surface", fs=1000), 10, fs=0), "sampling rate 0 Hz"),
        (lambda f: f.settling_s(f.preset("surface", fs=1000), fs=1000, tolerance=2), "tolerance 2"),
        (lambda f: f.preset("skin", fs=1000), "preset 'skin': allowed is 'surface'"),
        (lambda f: f.firwin(10, 20, window="hanning", fs=100), "window 'hanning'"),
        (lambda f: f.firwin(10, 20, pass_zero="low", fs=100), "pass_zero 'low'"),
        (lambda f: f.firwin(10, (10, 20), pass_zero="lowpass", fs=100), "a lowpass has one"),
        (lambda f: f.firls(11, [0, 10, 20], [1, 1, 0], fs=100), "3 band edges"),
        (lambda f: f.firls(11, [0, 10], [1], fs=100), "1 gains for 1 bands"),
        (lambda f: f.remez(11, [0, 10], [1], weight=[1, 2], fs=100), "2 weights"),
        (lambda f: f.remez(11, [0, 10], [1], type="band", fs=100), "type 'band'"),
        (lambda f: f.minimum_phase(np.ones((2, 2))), "(taps,)"),
        (lambda f: f.minimum_phase([1, 2, 1], "cepstral"), "method 'cepstral'"),
        (lambda f: f.minimum_phase([1, 2, 1], n_fft=0), "n_fft 0"),
        (lambda f: f.butter(2.5, 20, fs=1000), "order 2.5: allowed are whole numbers"),
        (lambda f: f.butter(10**10, 20, fs=1000), "order 10000000000: allowed is at most"),
        (lambda f: f.butter(4, 20, fs=None), "fs None"),
        (lambda f: f.butter(4, 20 + 1j, fs=1000), "cutoff_hz of type complex128"),
        (lambda f: f.butter(4, 20, None, fs=1000), "btype 'None'"),
        (lambda f: f.butter(4, 20, fs=1000, output="ba"), "output 'ba': allowed is 'sos'"),
        (lambda f: f.bessel(4, 20, "lowpass", True, fs=1000), "norm 'True'"),
        (lambda f: f.iirnotch([50, 60], 30, fs=1000), "centre_hz [50, 60]"),
        (lambda f: f.firwin(10, 20, window="kaiser", fs=100), "window 'kaiser' needs a number"),
        (lambda f: f.firwin(10, 20, window=("kaiser", 5, 6), fs=100), "allowed is a name or (name, number)"),
        (lambda f: f.firwin(10, 20, window=("hann", 3.0), fs=100), "'hann' takes no number"),
        (lambda f: f.firwin(10, 20, window=("hanning", 3.0), fs=100), "window 'hanning': allowed is boxcar"),
        (lambda f: f.firwin(10, 20, window=np.ones(10), fs=100), "window of type ndarray"),
        (lambda f: f.firwin(10, 20, pass_zero=None, fs=100), "pass_zero None"),
        (lambda f: f.firwin(10, 20, width_hz=-5, fs=100), "width_hz -5: allowed is above 0 and below half"),
        (lambda f: f.firwin(10, 20, width_hz=np.nan, fs=100), "width_hz nan"),
        (lambda f: f.firwin(10.5, 20, fs=100), "numtaps 10.5"),
    ],
)
def test_errors_name_the_value(call, words):
    with pytest.raises(ValueError) as error:
        call(fk.filter)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("family", ["butter", "bessel"])
def test_calls_of_scipy_run_as_they_are(family):
    call = (4, [20, 450], "bandpass")
    ours, theirs = (getattr(m, family)(*call, output="sos", fs=1000) for m in (fk.filter, signal))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("window", ["tukey", ("tukey",), ("hamming",), ("tukey", 0.3)])
def test_windows_by_name_are_those_of_scipy(window):
    np.testing.assert_allclose(
        fk.filter.firwin(65, 100, window=window, fs=1000), signal.firwin(65, 100, window=window, fs=1000), rtol=0, atol=1e-14
    )
    x = np.random.default_rng(3).standard_normal(3000)
    np.testing.assert_allclose(fk.spectral.welch(x, window=window)[1], signal.welch(x, window=window)[1], rtol=1e-10)
    np.testing.assert_allclose(
        fk.filter.resample_poly(x, 3, 2, window=window), signal.resample_poly(x, 3, 2, window=window), rtol=0, atol=1e-12
    )
