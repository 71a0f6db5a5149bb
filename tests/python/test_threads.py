"""The GIL is let go, and threads do not disturb each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import FS, noise_with_discharges, same_tables

import fascikit as fk


def test_two_analyses_at_once(samples, result):
    other = noise_with_discharges(seed=2)
    expected = fk.analyze(other, fs=FS, unit="uV")
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(fk.analyze, x, fs=FS, unit="uV") for x in (samples, other) * 3]
        for job, right in zip(jobs, (result, expected) * 3):
            same_tables(job.result(), right)


def test_python_runs_meanwhile(samples):
    """Two analyses meet in their progress calls, which they could not if one held the GIL throughout."""
    meeting = threading.Barrier(2, timeout=60)
    met = []

    def progress(fraction: float) -> None:
        if not met:
            try:
                meeting.wait()
            except threading.BrokenBarrierError:
                return
            met.append(fraction)

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(fk.analyze, samples, fs=FS, unit="uV", progress=progress) for _ in range(2)]
        for job in jobs:
            job.result()
    assert met


def test_one_recording_in_many_threads(calf_edf):
    rec = fk.read(calf_edf)
    whole = rec.data()
    starts = np.random.default_rng(3).uniform(0, 59, 40)

    def piece(start: float) -> bool:
        first = round(start * rec.fs)
        got = rec.data(start, start + 1)
        return np.array_equal(got, whole[:, first : first + got.shape[1]])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(piece, starts))


def test_a_stream_belongs_to_one_thread():
    live = fk.Stream(FS, 64)
    block = np.random.default_rng(4).standard_normal((64, 100_000)).astype(np.float32)
    refused = []

    def feed() -> None:
        for _ in range(5):
            try:
                live.process(block)
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=feed) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each call was either taken whole or refused.
    assert live.next_sample == (10 - len(refused)) * block.shape[1]
    assert all("one thread at a time" in text for text in refused)


def test_streams_in_threads(samples):
    def run(_: int) -> list[fk.LiveEvent]:
        live = fk.Stream(FS, 2)
        return [e for block in np.array_split(samples, 50, axis=1) for e in live.process(block).events]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(run, range(4))
    assert first
    assert all(other == first for other in others)


def test_fork_and_spawn(result, samples):
    multiprocessing = pytest.importorskip("multiprocessing")
    from functools import partial

    with multiprocessing.get_context("spawn").Pool(1) as pool:
        same_tables(pool.apply(partial(fk.analyze, samples, fs=FS, unit="uV")), result)
