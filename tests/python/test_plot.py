"""The picture."""

from __future__ import annotations

import io
import pickle

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import FS
from matplotlib.axes import Axes

import fascikit as fk


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(ax) -> np.ndarray:
    """The picture as pixels."""
    figure = ax.figure
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba()).copy()


def test_one_axes_a_site(result):
    axes = result.plot()
    assert len(axes) == 2
    assert all(isinstance(ax, Axes) for ax in axes)
    assert [ax.get_title(loc="left") for ax in axes] == ["ch1", "ch2"]
    assert axes[0].get_xlim() == (0.0, 30.0)
    assert drawn(axes[0])[..., :3].min() < 128


def test_one_site(result):
    for site in ("ch2", 1):
        ax = result.plot(site=site, start_s=5, stop_s=8)
        assert isinstance(ax, Axes)
        assert ax.get_xlim() == (5.0, 8.0)


def test_on_given_axes(result):
    figure, ax = plt.subplots()
    before = plt.get_fignums()
    assert result.plot(site="ch1", ax=ax) is ax
    assert plt.get_fignums() == before
    with pytest.raises(ValueError, match="name one"):
        result.plot(ax=ax)


def test_every_label_has_its_row(result):
    ax = result.plot(site="ch1")
    found = {text.get_text().rsplit(" (", 1)[0].replace(" ", "_") for text in ax.texts}
    assert set(result.bursts.query("site == 'ch1'")["label"]) <= found


def test_discharges_show(samples, result):
    """The scale holds the largest discharge."""
    ax = result.plot(site="ch1")
    assert ax.get_ylim()[1] > 0.4 * result.events.query("site == 'ch1'")["amplitude_uv"].max()


def test_without_samples(result):
    ax = pickle.loads(pickle.dumps(result)).plot(site="ch1")
    assert drawn(ax)[..., :3].min() < 128


def test_missing_samples(samples):
    x = samples.copy()
    x[0, 10000:20000] = np.nan
    ax = fk.analyze(x, fs=FS, unit="uV").plot(site="ch1")
    assert "masked" in {text.get_text() for text in ax.texts}
    drawn(ax)


def test_saved(result):
    buffer = io.BytesIO()
    result.plot()[0].figure.savefig(buffer, format="png")
    assert buffer.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"site": "calf"}, "site 'calf'"),
        ({"site": 7}, "site 7"),
        ({"start_s": 5, "stop_s": 4}, "5 to 4 s"),
        ({"stop_s": 31}, "0 to 31 s"),
        ({"start_s": float("nan")}, "allowed"),
    ],
)
def test_bad_options(result, options, message):
    with pytest.raises(ValueError, match=message):
        result.plot(**options)


def test_a_recording_without_rest_says_so():
    noise = 40.0 * np.random.default_rng(1).standard_normal(int(20 * FS))
    ax = fk.analyze(noise, fs=FS, unit="uV").plot()
    texts = [t.get_text() for t in ax.texts] + [ax.get_title(loc=loc) for loc in ("left", "center", "right")]
    assert any("no rest found: noise of" in text for text in texts)
