"""The program from outside: exit codes, one line of error, whole files, live equal to whole.

FASCIKIT_PROGRAM names the program to test.
"""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

PROGRAM = os.environ.get("FASCIKIT_PROGRAM")
if not PROGRAM:
    if os.environ.get("CI") == "true":
        raise RuntimeError("FASCIKIT_PROGRAM is not set")
    pytest.skip("FASCIKIT_PROGRAM is not set", allow_module_level=True)

NOTICE = "Research use, not a medical device."


def run(*arguments, data=None, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=data, capture_output=True, timeout=300, **options)


def done(*arguments, **options):
    result = run(*arguments, **options)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stderr == b""
    return result.stdout.decode()


def refused(code, *arguments, **options):
    """The one line on stderr of a call that must fail with `code` and print nothing."""
    result = run(*arguments, **options)
    lines = result.stderr.decode().splitlines()
    assert result.returncode == code, (result.returncode, lines)
    assert len(lines) == 1 and lines[0].startswith("fascikit: "), lines
    return lines[0]


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.fixture(scope="module")
def calf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calf")
    done("simulate", "calf", folder / "calf.edf", "--seed", 1)
    return folder / "calf.edf"


@pytest.fixture(scope="module")
def analysed(calf):
    out = calf.parent / "out"
    table = done("analyze", calf, "--out", out)
    return out, table


def test_help_and_version_say_what_it_is():
    assert re.fullmatch(r"fascikit \d+\.\d+\.\d+\n", done("--version"))
    text = done("--help")
    for command in ("analyze", "info", "simulate", "score", "stream"):
        assert command in text
        assert "--help" in done(command, "--help")
    assert NOTICE[:-1] in text
    assert "0.05" in done("analyze", "--help")


@pytest.mark.parametrize("arguments, words", [
    ((), "subcommand"),
    (("frob",), "'frob'"),
    (("analyze",), "REC"),
    (("analyze", "x.edf", "--frob"), "--frob"),
    (("analyze", "x.edf", "--electrode", "spoon"), "'spoon': allowed is surface|needle"),
    (("analyze", "x.edf", "--mains", "55"), "'55': allowed is auto|50|60|off"),
    (("analyze", "x.edf", "--grid", "8by8", "--pitch", "8"), "8by8"),
    (("analyze", "x.edf", "--grid", "8x8"), "--pitch"),
    (("analyze", "x.edf", "--edf-copy"), "--out"),
    (("analyze", ""), "REC: the value is empty"),
    (("analyze", "x.edf", "--out", ""), "--out: the value is empty"),
    (("analyze", "x.edf", "--unit", ""), "--unit: the value is empty"),
    (("analyze", "x.edf", "--sites", ""), "--sites: the value is empty"),
    (("analyze", "x.edf", "--grid", "", "--pitch", "8"), "--grid: the value is empty"),
    (("analyze", "x.edf", "--fs", "0"), "--fs 0: allowed is more than 0"),
    (("simulate", "calf", "x.edf", "--seed", "-1"), "'-1': allowed is a whole number"),
    (("simulate", "calf", "x.edf", "--seed", "99999999999999999999999"), "--seed"),
    (("simulate",), "SCENARIO"),
    (("simulate", "thigh", "x.edf"), "allowed is calf, frequent, "),
    (("simulate", "calf", "x.bdf"), ".edf"),
    (("simulate", "calf", "x.edf", "--set", "test"), "{tuning,reporting}"),
    (("simulate", "calf", "x.edf", "--duration-s", "1"), "duration 1 s: allowed is 10 to 86400"),
    (("simulate", "calf", "x.edf", "--duration-s", "nan"), "duration nan s"),
    (("score", "x.json"), "OUTDIR"),
    (("stream", "--fs", "2048", "--channels", "0", "--format", "f32"), "1 to 4096"),
    (("stream", "--fs", "nan", "--channels", "1", "--format", "f32"), "nan"),
    (("stream", "--fs", "2048", "--channels", "1", "--format", "f16"), "f16"),
    (("stream", "--fs", "2048", "--channels", "1", "--format", "i16"), "--scale"),
    (("stream", "--fs", "2048", "--channels", "1", "--format", "f32", "--scale", "2"), "--scale"),
])
def test_wrong_usage_is_2(arguments, words, tmp_path):
    assert words in refused(2, *arguments, cwd=tmp_path, data=b"")
    assert files_below(tmp_path) == []


def test_options_out_of_range_name_value_and_range(calf, tmp_path):
    assert "passes 3: allowed is 1 or 2" in refused(2, "analyze", calf, "--passes", 3)
    assert "false_per_minute 100" in refused(2, "analyze", calf, "--false-per-minute", 100)
    assert "'thumb'" in refused(2, "analyze", calf, "--channels", "thumb")
    assert "64" in refused(2, "analyze", calf, "--grid", "8x8", "--pitch", 8)
    assert files_below(tmp_path) == []


def test_input_that_cannot_be_used_is_1(calf, tmp_path):
    (tmp_path / "empty.edf").write_bytes(b"")
    (tmp_path / "cut.edf").write_bytes(calf.read_bytes()[:5000])
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)))
    before = files_below(tmp_path)
    for path, words in (("none.edf", "none.edf"), (".", "."), ("empty.edf", "empty.edf"),
                        ("cut.edf", "cut.edf"), ("noise.bin", "noise.bin")):
        for command in (("info",), ("analyze", "--out", "out")):
            assert words in refused(1, command[0], path, *command[1:], cwd=tmp_path)
    assert files_below(tmp_path) == before


def test_a_recording_without_a_usable_sample_is_1(tmp_path):
    rows = "\n".join(f"{i / 1000},5.0,nan" for i in range(20000))
    (tmp_path / "flat.csv").write_text("time_s,left [uV],right [uV]\n" + rows + "\n")
    line = refused(1, "analyze", "flat.csv", "--out", "out", cwd=tmp_path)
    assert "left" in line and "right" in line and "flat" in line
    assert files_below(tmp_path) == ["flat.csv"]


def test_output_below_a_file_leaves_nothing(calf, tmp_path):
    (tmp_path / "file").write_text("x")
    line = refused(1, "analyze", calf, "--out", tmp_path / "file" / "out")
    assert "Not a directory" in line and "file/out" in line
    assert files_below(tmp_path) == ["file"]
    assert "No such file" in refused(1, "simulate", "rest", tmp_path / "no" / "x.edf")
    assert files_below(tmp_path) == ["file"]


def test_the_recording_is_never_replaced(tmp_path):
    rng = np.random.default_rng(1)
    rows = "\n".join(f"{v:.2f}" for v in rng.normal(0, 4, 5000))
    (tmp_path / "events.csv").write_text("left [uV]\n" + rows + "\n")
    before = (tmp_path / "events.csv").read_bytes()
    line = refused(1, "analyze", "events.csv", "--fs", 1000, "--out", ".", cwd=tmp_path)
    assert "the recording itself" in line
    assert files_below(tmp_path) == ["events.csv"] and (tmp_path / "events.csv").read_bytes() == before


def test_a_folder_holds_the_results_of_one_recording(calf, tmp_path):
    (tmp_path / "first.edf").write_bytes(calf.read_bytes())
    (tmp_path / "second.edf").write_bytes(calf.read_bytes())
    out = tmp_path / "out"
    done("analyze", tmp_path / "first.edf", "--out", out, "--edf-copy")
    assert "first_annotated.edf" in files_below(out)
    done("analyze", tmp_path / "second.edf", "--out", out)
    assert files_below(out) == ["bursts.csv", "events.csv", "second_events.json", "second_events.tsv", "segments.csv",
                                "summary.json", "units.csv"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_all_files_or_none(calf, analysed, tmp_path, number):
    whole = files_below(analysed[0])
    for i in range(12):
        out = tmp_path / f"out{i}"
        process = subprocess.Popen([PROGRAM, "analyze", calf, "--out", out], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(0.015 * i)
        process.send_signal(number)
        process.wait(timeout=60)
        assert not out.exists() or files_below(out) == whole


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_full_disk(small_disk, calf):
    line = refused(1, "analyze", calf, "--out", small_disk / "out")
    assert "No space left on device" in line
    assert files_below(small_disk) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_under_the_table_is_1(calf):
    with open("/dev/full", "w") as full:
        for arguments in (["info", calf], ["--help"], ["analyze", "--help"]):
            result = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE)
            assert result.returncode == 1
            assert b"No space left" in result.stderr


def test_simulate_is_reproducible_and_lists(calf, tmp_path):
    listed = done("simulate", "--list")
    for name in ("calf", "needle", "rest"):
        assert re.search(rf"^{name} ", listed, re.M)
    assert max(len(line) for line in listed.splitlines()) <= 120
    done("simulate", "calf", tmp_path / "a.edf")
    done("simulate", "calf", tmp_path / "b.edf", "--seed", 2)
    assert (tmp_path / "a.edf").read_bytes() == calf.read_bytes()
    assert (tmp_path / "b.edf").read_bytes() != calf.read_bytes()
    truth = json.loads((tmp_path / "a.truth.json").read_text())
    assert truth["version"] == 1 and truth["sampling_rate_hz"] == 2048 and truth["duration_s"] == 60
    assert {d["site"] for d in truth["discharges"]} == {"left calf", "right calf"}


def test_simulate_replaces_nothing_unless_told(calf, tmp_path):
    path = tmp_path / "mine.edf"
    path.write_bytes(b"a recording")
    assert "mine.edf exists: --force replaces it" in refused(1, "simulate", "calf", path)
    assert path.read_bytes() == b"a recording" and files_below(tmp_path) == ["mine.edf"]
    done("simulate", "calf", path, "--force")
    assert path.read_bytes() == calf.read_bytes()


def test_simulate_with_another_set_duration_and_background(tmp_path):
    done("simulate", "frequent", tmp_path / "r.edf", "--set", "reporting", "--duration-s", 12)
    truth = json.loads((tmp_path / "r.truth.json").read_text())
    assert truth["sampling_rate_hz"] == 2000 and truth["duration_s"] == 12
    rng = np.random.default_rng(1)
    rows = "\n".join(f"{v:.3f}" for v in rng.normal(0, 5, 8 * 2048))
    (tmp_path / "rest.csv").write_text("rest [uV]\n" + rows + "\n")
    line = refused(1, "simulate", "frequent", tmp_path / "b.edf", "--background", tmp_path / "rest.csv")
    assert "rate" in line
    lines = [f"{i / 2048:.7f},{v}" for i, v in enumerate(rows.split())]
    (tmp_path / "rest.csv").write_text("time_s,rest [uV]\n" + "\n".join(lines) + "\n")
    done("simulate", "frequent", tmp_path / "b.edf", "--background", tmp_path / "rest.csv", "--duration-s", 20)
    levels = [d["noise_rms_uv"] for d in json.loads((tmp_path / "b.truth.json").read_text())["discharges"]]
    # White noise of 5 uV up to 1024 Hz has 5 sqrt(480 / 1024) = 3.42 in the band.
    assert levels and all(2.9 < level < 3.9 for level in levels)
    assert "needle" in refused(2, "simulate", "needle", tmp_path / "n.edf", "--background", tmp_path / "rest.csv")


def test_the_small_recordings_are_made_again_byte_for_byte(tmp_path):
    kept = Path(__file__).parents[1] / "datasets" / "simulated"
    environment = {**os.environ, "FASCIKIT_PROGRAM": PROGRAM}
    subprocess.run(["bash", kept.parent / "make.sh", tmp_path], check=True, capture_output=True, env=environment)
    names = files_below(kept)
    assert names == files_below(tmp_path) and len(names) >= 8
    for name in names:
        assert (tmp_path / name).read_bytes() == (kept / name).read_bytes(), name
    assert sum((kept / name).stat().st_size for name in names) <= 1_000_000


def test_info_names_channels_and_nobody(calf):
    text = done("info", calf)
    for words in ("EDF+C", "2048 Hz", "0:01:00.0", "left calf", "right calf", "uV", "none"):
        assert words in text
    assert "patient" not in text
    assert "patient" in done("info", calf, "--keep-identity")


def test_analyze_writes_these_files_and_a_table(calf, analysed):
    out, table = analysed
    assert files_below(out) == ["bursts.csv", "calf_events.json", "calf_events.tsv", "events.csv", "segments.csv",
                                "summary.json", "units.csv"]
    for words in ("left calf", "right calf", "fasciculation_potential", "95 % interval", str(out), NOTICE):
        assert words in table
    summary = json.loads((out / "summary.json").read_text())
    assert summary["schema_version"] == 1
    assert summary["input"]["sha256"] == hashlib.sha256(calf.read_bytes()).hexdigest()
    assert [s["site"] for s in summary["sites"]] == ["left calf", "right calf"]
    events = list(csv.DictReader((out / "events.csv").open()))
    assert [int(e["event"]) for e in events] == list(range(len(events)))
    bursts = {b["burst"]: b for b in csv.DictReader((out / "bursts.csv").open())}
    assert all(e["burst"] in bursts for e in events if e["burst"])
    for burst in bursts.values():
        assert sum(float(v) for k, v in burst.items() if k.startswith("p_")) == pytest.approx(1, abs=1e-3)
    for site in summary["sites"]:
        assert sum(site["bursts_by_label"].values()) == sum(b["site"] == site["site"] for b in bursts.values())


def test_analyze_twice_gives_the_same_bytes(calf, analysed, tmp_path):
    out, _ = analysed
    done("analyze", calf, "--out", tmp_path / "again")
    for path in out.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_score_of_what_was_found(calf, analysed, tmp_path):
    out, _ = analysed
    truth = calf.with_suffix(".truth.json")
    score = json.loads(done("score", truth, out, "--json"))
    known = json.loads(truth.read_text())
    voluntary = known["segments"][0]
    outside = [d for d in known["discharges"]
               if not (d["site"] == voluntary["site"] and voluntary["onset_s"] <= d["peak_s"] < voluntary["end_s"])]
    counted = [d for d in outside if not d["amplitude_uv"] < 6 * d["noise_rms_uv"]]
    every = score["all"]
    assert every["discharges"] == len(counted)
    assert every["below_noise"] == len(outside) - len(counted)
    assert every["matched"] + every["missed"] == every["discharges"]
    assert every["sensitivity"] == pytest.approx(every["matched"] / every["discharges"])
    assert every["sensitivity"] > 0.8 and every["ppv"] > 0.9
    tables = done("score", truth, out)
    assert "left calf" in tables and "by tolerance" in tables and "macro F1" in tables
    assert len(tables.splitlines()) <= 45
    assert json.loads(done("score", truth, out, "--json", "--least-snr", 0))["all"]["discharges"] == len(outside)
    assert "group -1 ms: allowed is 0 to 1000" in refused(2, "score", truth, out, "--group-ms", -1)
    assert "0 to 1000" in refused(2, "score", truth, out, "--tolerance-ms", 0)
    assert "not JSON" in refused(1, "score", calf, out)
    assert "summary.json" in refused(1, "score", truth, tmp_path)


def test_a_perfect_answer_scores_perfectly(calf, analysed, tmp_path):
    out, _ = analysed
    known = json.loads(calf.with_suffix(".truth.json").read_text())
    (tmp_path / "summary.json").write_text((out / "summary.json").read_text())
    (tmp_path / "segments.csv").write_text("onset_s,end_s,site,kind,reason\n")
    with (tmp_path / "events.csv").open("w") as events, (tmp_path / "bursts.csv").open("w") as bursts:
        events.write("peak_s,site,amplitude_uv,snr,probability,burst\n")
        bursts.write("burst,onset_s,duration_s,site,label,probability\n")
        for i, d in enumerate(known["discharges"]):
            events.write(f"{d['peak_s']:.6f},{d['site']},{d['amplitude_uv']},,1,{i}\n")
            bursts.write(f"{i},{d['peak_s']:.6f},0.01,{d['site']},{d['label']},1\n")
    every = json.loads(done("score", calf.with_suffix(".truth.json"), tmp_path, "--json", "--tolerance-ms", 1))
    assert every["all"]["f1"] == 1 and every["all"]["false_detections"] == 0
    labels = every["label_totals"]
    assert labels["groups"] == labels["compared"] == labels["labelled"] == labels["agreed"] > 0


def samples(seconds=20):
    """Noise with a clear potential once a second, frames x 2, µV."""
    rng = np.random.default_rng(1)
    x = rng.normal(0, 4, (2048 * seconds, 2))
    t = np.arange(-20, 21) / 5.0
    for second in range(4, seconds - 1):
        x[second * 2048 - 20:second * 2048 + 21, 0] += -150 * t * np.exp(-t**2 / 2)
    return x


def stream(x, *arguments):
    text = done("stream", "--fs", 2048, "--channels", 2, *arguments, data=x.tobytes())
    return [json.loads(line) for line in text.splitlines()]


def test_stream_finds_what_is_there_in_every_format():
    x = samples()
    for lines in (stream(x.astype("<f4"), "--format", "f32"), stream(x.astype("<f8"), "--format", "f64"),
                  stream(np.round(x / 0.1).astype("<i2"), "--format", "i16", "--scale", 0.1)):
        assert {line["type"] for line in lines} <= {"event", "segment", "burst"}
        peaks = [line["peak_s"] for line in lines if line["type"] == "event" and line["site"] == "ch1"]
        for second in range(5, 19):
            assert any(abs(peak - second) < 0.01 for peak in peaks), second
        ids = {line["event"] for line in lines if line["type"] == "event"}
        for line in lines:
            if line["type"] == "burst":
                assert set(line["events"]) <= ids and 0 <= line["probability"] <= 1


def test_stream_does_not_care_how_bytes_arrive():
    data = samples(10).astype("<f4").tobytes()
    whole = done("stream", "--fs", 2048, "--channels", 2, "--format", "f32", data=data)
    process = subprocess.Popen([PROGRAM, "stream", "--fs", "2048", "--channels", "2", "--format", "f32"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    rng = np.random.default_rng(2)
    at = 0
    while at < len(data):
        size = int(rng.integers(1, 5000))
        process.stdin.write(data[at:at + size])
        process.stdin.flush()
        at += size
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.decode() == whole


def test_stream_answers_before_the_end_of_its_input():
    process = subprocess.Popen([PROGRAM, "stream", "--fs", "2048", "--channels", "2", "--format", "f32"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(samples(10).astype("<f4").tobytes())
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["type"] in ("event", "segment", "burst")
    process.stdin.close()
    process.stdout.close()  # the reader goes away
    assert process.wait(timeout=60) == 0


def test_stream_says_when_the_last_frame_is_cut_and_gives_all_before():
    data = samples(10).astype("<f4").tobytes()
    whole = run("stream", "--fs", 2048, "--channels", 2, "--format", "f32", data=data[:-8])
    cut = run("stream", "--fs", 2048, "--channels", 2, "--format", "f32", data=data[:-3])
    assert cut.returncode == 1
    assert cut.stdout == whole.stdout
    assert cut.stderr.decode() == "fascikit: standard input ends inside frame 20479: 5 of 8 bytes\n"
    assert run("stream", "--fs", 2048, "--channels", 2, "--format", "f32", data=b"").returncode == 0


def test_stream_masks_what_is_no_number():
    x = samples(10)
    x[6 * 2048:7 * 2048, 0] = np.nan
    lines = stream(x.astype("<f4"), "--format", "f32")
    masked = [line for line in lines if line["type"] == "segment" and line["reason"] == "not finite"]
    assert any(line["site"] == "ch1" and line["onset_s"] <= 6.01 and line["end_s"] >= 6.99 for line in masked)
