"""What the Python tests share. They run against the installed package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import fascikit as fk

ROOT = Path(__file__).resolve().parents[2]
FS = 2048.0


def noise_with_discharges(seconds: float = 30.0, channels: int = 2, fs: float = FS, seed: int = 1) -> np.ndarray:
    """Gaussian noise of 5 µV with a 200 µV biphasic potential of 10 ms every 1.7 s or so; float64, µV."""
    random = np.random.default_rng(seed)
    x = 5.0 * random.standard_normal((channels, int(seconds * fs)))
    t = np.arange(-0.01, 0.01, 1 / fs)
    shape = -t / 0.002 * np.exp(-0.5 * (t / 0.002) ** 2)
    shape *= 200.0 / np.ptp(shape)
    for channel in range(channels):
        at = 2.0 + 0.3 * channel
        while at < seconds - 1.0:
            first = int(at * fs)
            x[channel, first : first + len(shape)] += shape
            at += random.uniform(1.2, 2.2)
    return x


@pytest.fixture(scope="session")
def samples() -> np.ndarray:
    x = noise_with_discharges()
    x.flags.writeable = False
    return x


@pytest.fixture(scope="session")
def result(samples: np.ndarray) -> fk.Result:
    return fk.analyze(samples, fs=FS, unit="uV")


@pytest.fixture(scope="session")
def program() -> str:
    """The command that pip installed beside this Python, or the one in FASCIKIT_PROGRAM."""
    beside = Path(sys.executable).with_name("fascikit")
    found = os.environ.get("FASCIKIT_PROGRAM") or (str(beside) if beside.exists() else shutil.which("fascikit"))
    assert found, "the wheel did not install the fascikit command"
    return found


@pytest.fixture(scope="session")
def calf_edf(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calf") / "calf.edf"
    subprocess.run([program, "simulate", "calf", str(path), "--seed", "1"], check=True, capture_output=True)
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared recordings; without them the test is skipped, or in CI an error."""
    folder = Path(os.environ.get("FASCIKIT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI=true, and there is no {folder}")
        pytest.skip(f"no {folder}: set FASCIKIT_SHARED")
    return folder


def same_tables(a: fk.Result, b: fk.Result) -> None:
    import pandas as pd

    for name in ("events", "bursts", "units", "segments"):
        pd.testing.assert_frame_equal(getattr(a, name), getattr(b, name), check_exact=True)
