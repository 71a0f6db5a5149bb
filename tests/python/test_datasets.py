"""Recorded data by name, downloads against a real local server, and hybrid recordings."""

from __future__ import annotations

import hashlib
import http.server
import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fascikit as fk

pooch = pytest.importorskip("pooch")
FS = 1000.0
COUNTS = "# counts\n" + "\n".join(str(round(2048 + 300 * np.sin(0.3 * k))) for k in range(30000)) + "\n"


class Server:
    """Files over HTTP on this machine, with the faults that a test asks for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.cut_after: list[int] = []
        self.ranges = True
        self.answers: list[int] = []
        self.silent = threading.Event()
        self.silent.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                asked = self.headers.get("Range", "")
                outer.requests.append((self.path, asked))
                if outer.answers:
                    self.send_error(outer.answers.pop(0))
                    return
                body = outer.files.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                first = int(asked[6:-1]) if asked and outer.ranges else 0
                if first >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206 if first else 200)
                if first:
                    self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
                rest = body[first:]
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                outer.silent.wait(5)
                self.wfile.write(rest[: outer.cut_after.pop(0)] if outer.cut_after else rest)
                self.wfile.flush()
                self.close_connection = True

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self.silent.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine: no mirror, a cache of its own, no waiting between attempts, no proxy."""
    for name in ("FASCIKIT_MIRROR", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FASCIKIT_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr("time.sleep", lambda _: None)


def a_catalogue(
    folder: Path, base: str, body: bytes = COUNTS.encode(), sha256: str | None = "", size: int | None = -1,
    path: str = "there/rest.txt",
) -> Path:  # fmt: skip
    lines = [
        "[[dataset]]", 'name = "rest"', 'title = "Made for a test"', 'electrode = "surface"', "fs_hz = 1000", 'format = "counts"',
        "scale_uv = 0.5", f'open = "{path}"', "[[dataset.files]]", f'path = "{path}"', f'url = "{base}/public/rest.txt"',
    ]  # fmt: skip
    if sha256 is not None:
        lines.append(f'sha256 = "{sha256 or hashlib.sha256(body).hexdigest()}"')
    if size is not None:
        lines.append(f"bytes = {len(body) if size < 0 else size}")
    file = folder / "catalogue.toml"
    file.write_text("\n".join(lines) + "\n")
    return file


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


def one_line(error: pytest.ExceptionInfo[BaseException], *parts: str) -> None:
    text = str(error.value)
    assert "\n" not in text
    for part in parts:
        assert part in text, text


# ---- the catalogue


def test_catalogue():
    table = fk.datasets.catalogue()
    assert {"emgdb_healthy", "plux_solo", "biosppy_emg", "nstdb_ma", "openhdemg_sample"} <= set(table.index)
    for column in ("title", "electrode", "truth", "licence", "page", "citation"):
        assert table[column].str.len().gt(0).all(), column
    assert table.loc[table["source"] != "by hand", "verified"].all()
    assert table["electrode"].isin(["surface", "needle", "none"]).all()
    assert fk.datasets.info("emgdb_healthy")["analyze"] == {"electrode": "needle"}
    with pytest.raises(ValueError, match="dataset 'emgdb': allowed is emgdb_healthy"):
        fk.datasets.fetch("emgdb")
    with pytest.raises(fk.datasets.FetchError, match="obtain it from https://physionet.org") as caught:
        fk.datasets.fetch("hyser")
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("not a plain place", {"path": "../outside.txt"}),
        ("not a plain place", {"path": "/etc/outside.txt"}),
        ("not a plain place", {"path": "a/../../outside.txt"}),
        ("64 hexadecimal digits", {"sha256": "00ff"}),
        ("is not http", {"base": "file:///etc"}),
    ],
)
def test_catalogues_that_cannot_be_used(tmp_path, what, options):
    own = a_catalogue(tmp_path, options.pop("base", "http://127.0.0.1:9"), **options)
    with pytest.raises(ValueError, match=what):
        fk.datasets.fetch("rest", catalogue=own)
    (tmp_path / "broken.toml").write_text("[[dataset]\n")
    with pytest.raises(ValueError, match=r"broken\.toml"):
        fk.datasets.catalogue(tmp_path / "broken.toml")


# ---- fetching


def test_fetch_and_fetch_again(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode()
    own = a_catalogue(tmp_path, server.address)
    path = fk.datasets.fetch("rest", catalogue=own)
    assert path == tmp_path / "cache" / "there" / "rest.txt"
    assert path.read_bytes() == COUNTS.encode()
    assert files_below(tmp_path / "cache") == ["there/rest.txt"]
    assert len(server.requests) == 1
    assert fk.datasets.fetch("rest", catalogue=own) == path
    assert len(server.requests) == 1, "the second call asks nobody"
    rec = fk.datasets.load("rest", catalogue=own, folder=tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "there" / "rest.txt").exists()
    assert (rec.fs, rec.frames) == (1000.0, 30000)
    assert rec.data(0, 0.001)[0, 0] == 0.5 * 2048


def test_a_damaged_file_in_the_cache_is_fetched_anew(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode()
    own = a_catalogue(tmp_path, server.address)
    path = fk.datasets.fetch("rest", catalogue=own)
    path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == COUNTS.encode()
    assert len(server.requests) == 2


def test_wrong_hash(server, tmp_path):
    wrong = COUNTS.replace("2048", "2049").encode()
    server.files["/public/rest.txt"] = wrong
    own = a_catalogue(tmp_path, server.address)
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=own)
    one_line(
        caught, "there/rest.txt", hashlib.sha256(COUNTS.encode()).hexdigest(), hashlib.sha256(wrong).hexdigest(), "removed"
    )
    assert files_below(tmp_path / "cache") == []


def test_not_there(server, tmp_path):
    own = a_catalogue(tmp_path, server.address)
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=own)
    one_line(caught, "there/rest.txt", f"{server.address}/public/rest.txt", "404")
    assert len(server.requests) == 1, "what is not there is not asked for again"
    assert files_below(tmp_path / "cache") == []


def test_a_connection_that_breaks_goes_on_where_it_ended(server, tmp_path):
    body = COUNTS.encode()
    server.files["/public/rest.txt"] = body
    server.cut_after = [50000, 20000]
    own = a_catalogue(tmp_path, server.address)
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == body
    assert [asked for _, asked in server.requests] == ["", "bytes=49152-", "bytes=65536-"], "all but a piece of 8 KiB is kept"
    assert files_below(tmp_path / "cache") == ["there/rest.txt"]


def test_the_next_call_goes_on_too(server, tmp_path):
    body = COUNTS.encode()
    server.files["/public/rest.txt"] = body
    server.cut_after = [40000, 0, 0]
    own = a_catalogue(tmp_path, server.address)
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=own)
    one_line(caught, "there/rest.txt", "32768 bytes are kept, run again")
    assert not (tmp_path / "cache" / "there" / "rest.txt").exists(), "nothing half-written under its name"
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == body
    assert server.requests[-1][1] == "bytes=32768-"
    assert files_below(tmp_path / "cache") == ["there/rest.txt"]


def test_a_server_without_ranges(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode()
    server.ranges = False
    server.cut_after = [50000]
    own = a_catalogue(tmp_path, server.address)
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == COUNTS.encode()


def test_what_was_kept_is_of_another_file(server, tmp_path):
    # The server changed after the connection broke: the parts do not fit together.
    body = COUNTS.encode()
    server.files["/public/rest.txt"] = b"x" * len(body)
    server.cut_after = [40000, 0, 0]
    own = a_catalogue(tmp_path, server.address)
    with pytest.raises(fk.datasets.FetchError):
        fk.datasets.fetch("rest", catalogue=own)
    server.files["/public/rest.txt"] = body
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == body
    assert [asked for _, asked in server.requests[-2:]] == ["bytes=32768-", ""]


def test_a_server_that_is_busy_for_a_moment(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode()
    server.answers = [503, 429]
    assert fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address)).exists()
    assert len(server.requests) == 3


def test_a_file_without_end_does_not_fill_the_disk(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode() * 50
    with pytest.raises(fk.datasets.FetchError, match="is not the file of the catalogue"):
        fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address))
    assert files_below(tmp_path / "cache") == []


def test_no_network(server, tmp_path):
    server.stop()
    try:
        with pytest.raises(fk.datasets.FetchError) as caught:
            fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address))
    finally:
        server.stop = lambda: None
    one_line(caught, "there/rest.txt", "refuses connections")


def test_a_server_that_falls_silent(server, tmp_path, monkeypatch):
    from fascikit import _download

    monkeypatch.setattr(_download, "TIMEOUT_S", (5.0, 0.2))
    server.files["/public/rest.txt"] = COUNTS.encode()
    server.silent.clear()
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address))
    one_line(caught, "there/rest.txt", "does not answer")
    assert len(server.requests) == 3
    server.silent.set()
    assert fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address)).exists()


def test_the_cache_of_this_user(server, tmp_path, monkeypatch):
    server.files["/public/rest.txt"] = COUNTS.encode()
    monkeypatch.delenv("FASCIKIT_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    path = fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address))
    assert path.is_relative_to(pooch.os_cache("fascikit"))
    assert path.is_relative_to(tmp_path / "user")


def test_no_space(server, tmp_path, monkeypatch):
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 95, 5))
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address))
    one_line(caught, f"{len(COUNTS)} bytes", "5 free")
    assert server.requests == []
    (tmp_path / "a_file").write_text("")
    with pytest.raises(fk.datasets.FetchError, match="cannot be written"):
        fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, server.address), folder=tmp_path / "a_file")


def test_the_disk_fills_up_in_between(server, tmp_path, monkeypatch):
    from fascikit import _download

    server.files["/public/rest.txt"] = COUNTS.encode()
    own = a_catalogue(tmp_path, server.address)

    def full(_: object, __: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_download._NoBar, "update", full)
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=own, progress=False)
    one_line(caught, "no space left")
    assert not (tmp_path / "cache" / "there" / "rest.txt").exists()


def test_stopped_by_hand(server, tmp_path, monkeypatch):
    from fascikit import _download

    body = COUNTS.encode()
    server.files["/public/rest.txt"] = body
    own = a_catalogue(tmp_path, server.address)
    seen = []

    def stop(_: object, count: int) -> None:
        seen.append(count)
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(_download._NoBar, "update", stop)
    with pytest.raises(KeyboardInterrupt):
        fk.datasets.fetch("rest", catalogue=own, progress=False)
    assert not (tmp_path / "cache" / "there" / "rest.txt").exists()
    assert fk.datasets.fetch("rest", catalogue=own, progress=False).read_bytes() == body
    assert server.requests[-1][1] == f"bytes={sum(seen[:3])}-"


def test_several_at_once(server, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    server.files["/public/rest.txt"] = COUNTS.encode()
    own = a_catalogue(tmp_path, server.address)
    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: fk.datasets.fetch("rest", catalogue=own, progress=False), range(4)))
    assert {path.read_bytes() for path in paths} == {COUNTS.encode()}
    assert len(server.requests) == 1, "one asks, the others wait"
    assert files_below(tmp_path / "cache") == ["there/rest.txt"]


def test_a_file_that_is_not_what_it_should_be(server, tmp_path):
    body = b"no counts in here\n"
    server.files["/public/rest.txt"] = body
    with pytest.raises(fk.InputError) as caught:
        fk.datasets.load("rest", catalogue=a_catalogue(tmp_path, server.address, body))
    one_line(caught, "rest.txt", "counts")


def test_unverified(server, tmp_path):
    server.files["/public/rest.txt"] = COUNTS.encode()
    own = a_catalogue(tmp_path, server.address, sha256=None, size=None)
    assert not fk.datasets.catalogue(own)["verified"].any()
    with pytest.raises(fk.datasets.FetchError, match="cannot be verified.*allow_unverified=True") as caught:
        fk.datasets.fetch("rest", catalogue=own)
    one_line(caught)
    assert server.requests == []
    server.cut_after = [50000]
    path = fk.datasets.fetch("rest", catalogue=own, allow_unverified=True)
    assert path.read_bytes() == COUNTS.encode()
    assert all(not asked for _, asked in server.requests), "what cannot be verified is never pieced together"
    fk.datasets.fetch("rest", catalogue=own, allow_unverified=True)
    assert len(server.requests) == 2


def test_mirror_folder(tmp_path, monkeypatch):
    own = a_catalogue(tmp_path, "http://127.0.0.1:9")
    mirror = tmp_path / "mirror"
    (mirror / "there").mkdir(parents=True)
    (mirror / "there" / "rest.txt").write_text(COUNTS)
    monkeypatch.setenv("FASCIKIT_MIRROR", str(mirror))
    assert fk.datasets.fetch("rest", catalogue=own) == tmp_path / "cache" / "there" / "rest.txt"
    monkeypatch.delenv("FASCIKIT_DATA")
    assert fk.datasets.fetch("rest", catalogue=own) == mirror / "there" / "rest.txt", "read in place"
    assert fk.datasets.load("rest", catalogue=own).frames == 30000
    (mirror / "there" / "rest.txt").write_text("1\n")
    with pytest.raises(fk.datasets.FetchError) as caught:
        fk.datasets.fetch("rest", catalogue=own)
    one_line(caught, "there/rest.txt", "expected SHA-256", hashlib.sha256(b"1\n").hexdigest())
    assert (mirror / "there" / "rest.txt").exists(), "a mirror is not ours to change"
    (mirror / "there" / "rest.txt").unlink()
    with pytest.raises(fk.datasets.FetchError, match="has no there/rest.txt"):
        fk.datasets.fetch("rest", catalogue=own)
    monkeypatch.setenv("FASCIKIT_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(fk.datasets.FetchError, match="no such folder"):
        fk.datasets.fetch("rest", catalogue=own)


def test_mirror_server(server, tmp_path, monkeypatch):
    own = a_catalogue(tmp_path, "http://127.0.0.1:9")
    server.files["/mirror/there/rest.txt"] = COUNTS.encode()
    monkeypatch.setenv("FASCIKIT_MIRROR", server.address + "/mirror/")
    assert fk.datasets.fetch("rest", catalogue=own).read_bytes() == COUNTS.encode()
    assert server.requests == [("/mirror/there/rest.txt", "")]
    monkeypatch.setenv("FASCIKIT_MIRROR", server.address + "/empty")
    with pytest.raises(fk.datasets.FetchError, match="404"):
        fk.datasets.fetch("rest", catalogue=own, folder=tmp_path / "other")


def test_without_pooch(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install pooch") as caught:
        fk.datasets.fetch("rest", catalogue=a_catalogue(tmp_path, "http://127.0.0.1:9"))
    one_line(caught)


# ---- the catalogue's own recordings, from the shared folder


def test_load_what_is_shared(shared, monkeypatch):
    monkeypatch.setenv("FASCIKIT_MIRROR", str(shared))
    monkeypatch.delenv("FASCIKIT_DATA")
    table = fk.datasets.catalogue()
    table = table[table["source"] == "download"]
    assert len(table) >= 9
    for name, row in table.iterrows():
        counts = "unit_note" in fk.datasets.info(name)
        rec = fk.datasets.load(name, scale_uv=1.0 if counts else None)
        assert rec.fs == row["fs_hz"], name
        assert len(rec.channels) == row["channels"], name
        assert rec.duration_s == pytest.approx(row["duration_s"], abs=0.001), name
    with pytest.raises(ValueError, match="give scale_uv="):
        fk.datasets.load("biosppy_emg")
    with pytest.raises(ValueError, match="its unit is known"):
        fk.datasets.load("plux_solo", scale_uv=1.0)
    # A twitch of 600 µV, by the transfer function of the maker.
    assert np.abs(fk.datasets.load("plux_solo").data(34.9, 35.2)).max() == pytest.approx(600, abs=15)
    with pytest.raises(ValueError, match="was not decomposed"):
        fk.datasets.discharges("plux_solo")


def test_decomposed_sample_of_a_package(shared, monkeypatch):
    monkeypatch.setenv("FASCIKIT_MIRROR", str(shared))
    monkeypatch.delenv("FASCIKIT_DATA")
    pytest.importorskip("scipy")
    try:
        path = fk.datasets.fetch("openhdemg_sample")
    except fk.datasets.FetchError as error:
        assert "pip install --no-deps openhdemg" in str(error)
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    assert "openhdemg" in path.parts
    rec = fk.datasets.load("openhdemg_sample")
    assert (rec.fs, len(rec.channels)) == (2048.0, 64)
    known = fk.datasets.discharges("openhdemg_sample")
    assert known.groupby("unit").size().to_dict() == {0: 137, 1: 154, 2: 197, 3: 293, 4: 292}
    assert known["time_s"].is_monotonic_increasing
    made = fk.datasets.make_hybrid("grid_units_on_hand_rest", seed=1)
    assert made.placed["unit"].nunique() == 5


# ---- hybrid recordings


def a_source(seconds: float = 20.0, channels: int = 1, fs: float = FS, noise: float = 0.5, seed: int = 3):
    """Recorded, as it were: one unit of 200 µV, and when."""
    random = np.random.default_rng(seed)
    x = noise * random.standard_normal((channels, int(seconds * fs))) + 40.0
    t = np.arange(-0.008, 0.008, 1 / fs)
    shape = (1.0 - (t / 0.0015) ** 2) * np.exp(-0.5 * (t / 0.0015) ** 2)
    shape *= 200.0 / np.ptp(shape)
    at = np.arange(0.5, seconds - 0.5, 0.7)
    for k, time in enumerate(at):
        first = round(time * fs) - len(shape) // 2
        for channel in range(channels):
            x[channel, first : first + len(shape)] += (1.0 + 0.02 * (k % 5)) * shape / (1 + channel)
    return recording(x, fs), at


def recording(x: np.ndarray, fs: float) -> fk.Recording:
    from fascikit._recording import of_array

    return of_array(np.asarray(x, dtype=np.float32), fs, "uV", None, [f"c{k}" for k in range(len(x))])


def a_rest(seconds: float = 60.0, channels: int = 1, fs: float = FS, seed: int = 5) -> fk.Recording:
    random = np.random.default_rng(seed)
    return recording(3.0 * random.standard_normal((channels, int(seconds * fs))) + 12.0, fs)


def test_cut_is_zero_at_both_ends_and_aligned():
    source, at = a_source()
    unit = fk.datasets.cut(source, at + 0.0008)
    assert unit.samples.shape[:2] == (len(at), 1)
    assert (unit.samples[:, :, 0] == 0).all() and (unit.samples[:, :, -1] == 0).all()
    assert np.ptp(np.abs(unit.samples[:, 0, :]).argmax(axis=1)) == 0
    # The fine samples and the band change the peak to peak of so sharp a wave a little.
    assert np.median(unit.amplitude_uv) == pytest.approx(204, rel=0.1)
    mean = fk.datasets.cut(source, at, average=True)
    assert mean.averaged == len(at) and len(mean.samples) == 1
    assert mean.snr == pytest.approx(unit.snr * np.sqrt(len(at)), rel=0.05)
    assert "average of" in repr(mean)
    for wrong in ([0.001], [19.9999], [], [np.nan], [[1.0]]):
        with pytest.raises(ValueError):
            fk.datasets.cut(source, wrong)


def test_hybrid_truth_is_where_the_potentials_are():
    source, at = a_source()
    rest = a_rest()
    times = [np.arange(2.0, 58.0, 2.5)]
    made = fk.datasets.hybrid(fk.datasets.cut(source, at), rest, stretches=[(0, 60)], times_s=times, snr=40.0, seed=4)
    x = made.recording.data()[0].astype(float)
    known = pd.DataFrame(made.truth["discharges"])
    assert len(known) == len(times[0])
    assert set(known["label"]) == {"fasciculation_potential"}
    np.testing.assert_allclose(known["peak_s"], times[0], atol=0.001)
    # Rest is untouched elsewhere, but for its mean.
    touched = np.zeros(len(x), bool)
    for first, frames in zip(made.placed["first_sample"], made.placed["frames"]):
        touched[first : first + frames] = True
    assert touched.sum() < 0.1 * len(x)
    left = x - rest.data()[0]
    assert np.ptp(left[~touched]) < 1e-4
    # What was added has its largest deflection in the band at the peak of the truth.
    added = left - np.median(left[~touched])
    for peak_s in known["peak_s"]:
        around = slice(round((peak_s - 0.01) * FS), round((peak_s + 0.01) * FS))
        assert abs(around.start + np.abs(added[around]).argmax() - peak_s * FS) <= 2
    assert np.abs(added).max() > 50


def test_hybrid_level_is_right():
    source, at = a_source()
    made = fk.datasets.hybrid(fk.datasets.cut(source, at), a_rest(), rate_per_min=60, snr=20.0, stretches=[(0, 60)])
    assert len(made.placed) > 30
    assert made.placed["snr"].median() == pytest.approx(20.0, rel=0.05)
    known = pd.DataFrame(made.truth["discharges"])
    # 3 µV of white noise up to 500 Hz, seen through 20 to 450 Hz.
    assert known["noise_rms_uv"].median() == pytest.approx(3 * np.sqrt(430 / 500), rel=0.05)
    np.testing.assert_allclose(known["amplitude_uv"] / known["noise_rms_uv"], made.placed["snr"], rtol=1e-6)
    # All discharges of a unit are scaled alike.
    assert made.placed["gain"].nunique() == 1
    found = fk.analyze(made.recording)
    score = fk.score(made, found)
    assert score.total["sensitivity"] > 0.9
    assert score.total["ppv"] > 0.9
    low = fk.datasets.hybrid(fk.datasets.cut(source, at), a_rest(), rate_per_min=60, snr=3.5, stretches=[(0, 60)])
    assert len(fk.analyze(low.recording).events) < 0.3 * len(low.placed), "what is in the noise is not found"


def test_hybrid_of_another_rate():
    source, at = a_source(fs=4000.0)
    made = fk.datasets.hybrid(fk.datasets.cut(source, at), a_rest(), times_s=[[5.0, 9.0]], snr=30.0, stretches=[(0, 60)])
    x = made.recording.data()[0].astype(float) - made.recording.data()[0].mean()
    for peak_s in made.placed["peak_s"]:
        at_peak = round(peak_s * FS)
        assert np.abs(x[at_peak - 3 : at_peak + 4]).max() > 20
    assert made.placed["peak_s"].to_numpy() == pytest.approx([5.0, 9.0], abs=0.001)


def test_hybrid_again_and_pickled():
    source, at = a_source()
    unit = fk.datasets.cut(source, at)
    a = fk.datasets.hybrid([unit, unit], a_rest(), seed=9)
    simulated = fk.simulate("calf", duration_s=10).truth
    assert set(a.truth) == set(simulated) and a.truth["version"] == simulated["version"]
    assert set(a.truth["discharges"][0]) == set(simulated["discharges"][0])
    b = fk.datasets.hybrid([unit, unit], a_rest(), seed=9)
    c = fk.datasets.hybrid([unit, unit], a_rest(), seed=10)
    np.testing.assert_array_equal(a.recording.data(), b.recording.data())
    assert a.truth == b.truth != c.truth
    again = pickle.loads(pickle.dumps(a))
    assert again.truth == a.truth
    np.testing.assert_array_equal(again.recording.data(), a.recording.data())
    assert "discharges" in repr(again)
    assert set(a.placed["unit"]) == {0, 1}
    assert (np.diff(np.sort(a.placed["first_sample"] + 15) / FS) > 0.045).all()


def test_rest_is_joined_and_repeated_as_stated():
    source, at = a_source(seconds=5)
    rest = a_rest(20)
    made = fk.datasets.hybrid(
        fk.datasets.cut(source, at), rest, stretches=[(1, 5), (10, 13)], duration_s=30, times_s=[[2.0]], snr=10.0
    )
    assert made.recording.frames == 30000
    pieces = made.pieces
    assert pieces["source_onset_s"].tolist()[:4] == [1, 10, 1, 10]
    assert pieces["repeated"].tolist()[:4] == [False, False, True, True]
    x, r = made.recording.data()[0].astype(float), rest.data()[0].astype(float)
    second = pieces.iloc[1]
    a = round((second["onset_s"] + 0.06) * FS)
    b = round((second["source_onset_s"] + 0.06) * FS)
    assert np.ptp(x[a : a + 2000] - r[b : b + 2000]) < 1e-4
    # Cross-fades keep the power.
    level = x[3900:].reshape(-1, 100).std(axis=1)
    assert 2.0 < level.min() and level.max() < 4.2


def test_contractions_are_segments():
    source, at = a_source()
    random = np.random.default_rng(1)
    strong = recording(np.r_[np.zeros(1000), 80 * random.standard_normal(2000), np.zeros(1000)][np.newaxis], FS)
    made = fk.datasets.hybrid(
        fk.datasets.cut(source, at), a_rest(), stretches=[(0, 60)], rate_per_min=60, snr=20.0,
        contractions=[fk.datasets.Contraction(strong, 1.0, 3.0, 20.0)],
    )  # fmt: skip
    assert made.truth["segments"] == [{"onset_s": 20.0, "end_s": 22.0, "site": "recorded", "label": "voluntary"}]
    x = made.recording.data()[0]
    assert x[20500:21500].std() > 60 > 10 > x[22100:22400].std()
    inside = made.placed["peak_s"].between(20.0, 22.0)
    assert not inside.any()
    assert fk.score(made, fk.analyze(made.recording)).interference.loc["voluntary", "found"] == 1
    with pytest.raises(ValueError, match="in a contraction"):
        fk.datasets.hybrid(
            fk.datasets.cut(source, at), a_rest(), stretches=[(0, 60)], times_s=[[21.0]], snr=20.0,
            contractions=[fk.datasets.Contraction(strong, 1.0, 3.0, 20.0)],
        )  # fmt: skip


def test_channels_of_a_hybrid():
    source, at = a_source(channels=2)
    unit = fk.datasets.cut(source, at)
    made = fk.datasets.hybrid(unit, a_rest(channels=2), times_s=[[3.0]], snr=50.0, stretches=[(0, 20)])
    assert made.recording.sites == {"recorded": ["recorded 1", "recorded 2"]}
    x = made.recording.data() - made.recording.data().mean(axis=1, keepdims=True)
    assert np.abs(x[0, 2990:3010]).max() > 1.5 * np.abs(x[1, 2990:3010]).max()
    with pytest.raises(ValueError, match="potentials of 2 channels on a rest of 1"):
        fk.datasets.hybrid(unit, a_rest(), times_s=[[3.0]])
    fk.datasets.hybrid(fk.datasets.cut(source, at, channels=["c1"]), a_rest(), times_s=[[3.0]])


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"snr": 1e4}, "own recording has"),
        ({"snr": 0}, "snr is 0"),
        ({"label": "twitch"}, "label 'twitch'"),
        ({"electrode": "cup"}, "electrode 'cup'"),
        ({"stretches": [(0, 90)]}, "within 0 to 60 s"),
        ({"stretches": [(5, 5)]}, "allowed is one within"),
        ({"stretches": []}, "without a quiet stretch"),
        ({"times_s": [[-1.0]]}, "not within"),
        ({"times_s": [[1.0], [2.0]]}, "one for each"),
        ({"rate_per_min": float("nan")}, "rate_per_min"),
        ({"duration_s": 1e9}, "duration_s"),
    ],
)
def test_hybrids_that_cannot_be(options, what):
    source, at = a_source()
    with pytest.raises(ValueError, match=what) as caught:
        fk.datasets.hybrid(fk.datasets.cut(source, at), a_rest(), **options)
    one_line(caught)


def test_missing_samples_are_refused():
    source, at = a_source()
    x = a_rest().data().copy()
    x[0, 5000:5010] = np.nan
    unit = fk.datasets.cut(source, at)
    with pytest.raises(ValueError, match="missing samples"):
        fk.datasets.hybrid(unit, recording(x, FS), stretches=[(0, 60)])
    fk.datasets.hybrid(unit, recording(x, FS), stretches=[(6, 60)])
    with pytest.raises(ValueError, match="flat"):
        fk.datasets.hybrid(unit, recording(np.zeros((1, 60000)), FS), stretches=[(0, 60)])
    y = source.data().copy()
    y[0, 505] = np.nan
    with pytest.raises(ValueError, match=r"0\.[45]\d* s has missing"):
        fk.datasets.cut(recording(y, FS), at)


def test_quiet():
    x = a_rest(30).data().copy()
    x[0, 10000:12000] *= 20
    found = fk.datasets.quiet(recording(x, FS))
    assert found["onset_s"].tolist() == pytest.approx([12.25, 0.0], abs=0.1)
    assert found["end_s"].tolist() == pytest.approx([30.0, 9.75], abs=0.1)
    assert found["rms_uv"].max() < 3.5


def test_hybrids_of_the_catalogue(shared, monkeypatch):
    monkeypatch.setenv("FASCIKIT_MIRROR", str(shared))
    monkeypatch.delenv("FASCIKIT_DATA")
    table = fk.datasets.hybrids()
    assert {"grid_units_on_hand_rest", "hand_units_on_hand_rest", "needle_unit_in_own_gaps"} <= set(table.index)
    for name, row in table.iterrows():
        if "openhdemg_sample" in row["needs"]:
            continue  # where the package is installed: test_decomposed_sample_of_a_package
        made = fk.datasets.make_hybrid(name, seed=2, duration_s=40, snr=(15, 25))
        assert made.name == name
        assert made.electrode == row["electrode"]
        assert len(made.placed) >= 3, name
        score = fk.score(made, fk.analyze(made.recording, electrode=made.electrode))
        assert score.total["sensitivity"] > 0.5, f"{name}: {score}"
        assert len(made.truth["segments"]) == (2 if "contractions" in name else 0)
        alone = fk.datasets.make_hybrid(name, seed=2, duration_s=40, times_s=[[]])
        assert alone.truth["discharges"] == [] and len(alone.placed) == 0
        found = fk.score(alone, fk.analyze(alone.recording, electrode=alone.electrode))
        assert found.total["false_detections"] < 10, f"{name}: the rest is rest"
    with pytest.raises(ValueError, match="hybrid 'calf': allowed is"):
        fk.datasets.make_hybrid("calf")
