"""Live: equal to the first pass of the whole, however the samples are cut."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import FS

import fascikit as fk


@pytest.fixture(scope="module")
def whole(samples):
    return fk.analyze(samples, fs=FS, unit="uV", passes=1)


def run(samples, cuts, **options):
    live = fk.Stream(FS, samples.shape[0], **options)
    found = [live.process(block) for block in np.split(samples, cuts, axis=1)]
    found.append(live.flush())
    return live, found


def gathered(found, name):
    return [item for part in found for item in getattr(part, name)]


@pytest.mark.parametrize("seed", [1, 2])
def test_equal_to_the_first_pass(samples, whole, seed):
    random = np.random.default_rng(seed)
    cuts = np.sort(random.integers(0, samples.shape[1], 200))
    cuts = np.sort(np.concatenate([cuts, cuts[:20], [0, 1, 2, samples.shape[1] - 1]]))
    _, found = run(samples, cuts)
    events = gathered(found, "events")
    assert len(events) == len(whole.events) > 20
    for name in ("event", "sample", "onset_s", "peak_s", "site", "amplitude_uv", "snr", "probability"):
        np.testing.assert_array_equal([getattr(e, name) for e in events], whole.events[name], err_msg=name)
    bursts = {b.burst: b for b in gathered(found, "bursts")}
    assert len(bursts) == len(whole.bursts)
    for row in whole.bursts.itertuples():
        live = bursts[row.burst]
        assert (live.label, live.onset_s, live.n_discharges) == (row.label, row.onset_s, row.n_discharges)
        assert sorted(live.events) == sorted(whole.events.query("burst == @row.burst")["event"])
    segments = {tuple(s) for s in gathered(found, "segments")}
    assert segments == set(whole.segments.itertuples(index=False, name=None))


def test_event_latency(samples):
    live = fk.Stream(FS, 2)
    assert set(live.latency) == {"events_s", "segments_s", "bursts_s"}
    assert live.latency["events_s"] <= 0.060
    assert live.latency["segments_s"] <= 1.0
    step = 16
    for first in range(0, samples.shape[1] - step, step):
        for event in live.process(samples[:, first : first + step]).events:
            assert (first + step) / FS - event.onset_s <= live.latency["events_s"] + step / FS


def test_types_and_layouts(samples):
    blocks = np.split(samples, 30, axis=1)
    expected = [e for live in [fk.Stream(FS, 2)] for b in blocks for e in live.process(b.astype(np.float32)).events]
    assert expected
    for other in (lambda b: b.astype(np.float32).astype(np.float64), lambda b: np.asfortranarray(b.astype(np.float32))):
        live = fk.Stream(FS, 2)
        assert [e for b in blocks for e in live.process(other(b)).events] == expected


def test_one_channel(samples):
    live = fk.Stream(FS, 1)
    assert not live.process(samples[0, :100])
    assert live.next_sample == 100
    assert not live.process(np.zeros(0))


def test_reset(samples):
    live = fk.Stream(FS, 2)
    first = live.process(samples)
    live.reset()
    assert live.next_sample == 0
    assert repr(live.process(samples)) == repr(first)  # NaN is NaN


def test_a_jump_is_a_gap(samples):
    live = fk.Stream(FS, 2)
    parts = [live.process(samples[:, :20000]), live.process(samples[:, 24096:], first_sample=24096), live.flush()]
    reasons = {s.reason: s for s in gathered(parts, "segments") if s.kind == "masked"}
    assert "gap" in reasons
    assert reasons["gap"].onset_s <= 20000 / FS + 1e-9


def test_errors_leave_the_stream_as_it_was(samples):
    live = fk.Stream(FS, 2)
    live.process(samples[:, :5000])
    with pytest.raises(ValueError, match="block of 1 channels: this stream has 2"):
        live.process(samples[0, :10])
    with pytest.raises(ValueError, match="first_sample 4999: allowed is 5000"):
        live.process(samples[:, :10], first_sample=4999)
    for bad in (samples.astype(np.int16), samples.astype(complex), samples.astype(">f8")):
        with pytest.raises(ValueError, match="allowed is float32 or float64"):
            live.process(bad)
    with pytest.raises(ValueError, match="dimensions"):
        live.process(np.zeros((1, 2, 3)))
    after = [live.process(samples[:, 5000:]), live.flush()]
    untouched = fk.Stream(FS, 2)
    untouched.process(samples[:, :5000])
    assert repr([untouched.process(samples[:, 5000:]), untouched.flush()]) == repr(after)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((100, 1), {}, "sampling rate 100 Hz"),
        ((FS, 0), {}, "channels 0"),
        ((FS, 5000), {}, "channels 5000"),
        ((FS, 1), {"electrode": "wire"}, "electrode 'wire'"),
        ((FS, 1), {"capacity": 0}, "capacity 0"),
        ((FS, 2), {"sites": {"a": [0, 5]}}, "channel 5 of 2"),
    ],
)
def test_bad_options(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        fk.Stream(*arguments, **options)


def test_overflow_is_said(samples):
    live = fk.Stream(FS, 2, capacity=3)
    found = [live.process(samples)]
    assert found[0].overflow
    assert len(found[0].events) == 3
    found += [live.process(np.zeros((2, 10))), live.flush()]
    assert "overflow" in {s.reason for s in gathered(found, "segments")}
