"""Recorded EMG by name, and hybrid recordings: real potentials in real rest at known times.

    >>> import fascikit as fk
    >>> fk.datasets.catalogue()[["title", "electrode", "truth"]]              # doctest: +SKIP
    >>> rec = fk.datasets.load("emgdb_healthy")                               # doctest: +SKIP
    >>> res = fk.analyze(rec, electrode="needle")                             # doctest: +SKIP
    >>> made = fk.datasets.make_hybrid("grid_units_on_hand_rest", seed=1)     # doctest: +SKIP
    >>> fk.score(made, fk.analyze(made.recording))                            # doctest: +SKIP

No recording is part of this library. `fetch` takes each from `FASCIKIT_MIRROR` (a folder, or
an http address) or from where it is published, and verifies it by SHA-256; licence and
citation of each are in the catalogue. Files lie in `FASCIKIT_DATA` or in pooch's cache.

Needs, beyond what fascikit needs itself: pooch (downloads), h5py (OpenSignals files), scipy
(MAT files), tomli (Python 3.9 and 3.10): `pip install 'fascikit[datasets]'`. What is missing
is named when it is needed.

A catalogue of your own is a TOML file like `datasets.toml` beside this module; every function
takes it by `catalogue=`.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import _download
from ._arrays import number
from ._core import InputError
from ._download import FetchError, Wanted
from ._hybrid import Contraction, Hybrid, Potentials, cut, hybrid, quiet
from ._recording import Recording, of_array, read

__all__ = [
    "Contraction",
    "FetchError",
    "Hybrid",
    "Potentials",
    "catalogue",
    "cut",
    "discharges",
    "fetch",
    "hybrid",
    "hybrids",
    "info",
    "load",
    "make_hybrid",
    "quiet",
]

PathLike = Union[str, "os.PathLike[str]"]
FORMATS = ("wfdb", "edf", "csv", "opensignals", "counts", "otbiolab_mat")


# ---- the catalogue


def catalogue(catalogue: Optional[PathLike] = None) -> pd.DataFrame:
    """What there is: one row a recording, by name.

    Parameters
    ----------
    catalogue : path, optional
        A TOML file of your own; default: the library's.

    Returns
    -------
    pandas.DataFrame
        `title, electrode` ("surface", "needle" or "none": not EMG), `fs_hz, channels,
        duration_s, truth` (what is known about the discharges), `licence, source`
        ("download", "package" or "by hand"), `verified` (all SHA-256 known), `megabytes,
        files, page, citation`. Missing where unknown.

    Raises
    ------
    ValueError
        For a catalogue that is no such TOML file; says where.
    """
    rows = []
    for entry in _entries(catalogue).values():
        files = entry["files"]
        rows.append(
            {
                "name": entry["name"],
                **{key: entry.get(key) for key in ("title", "electrode", "fs_hz", "channels", "duration_s", "truth", "licence")},
                "source": _source_of(entry),
                "verified": bool(files) and all(f.sha256 is not None for f in files),
                "megabytes": sum(f.size for f in files) / 1e6 if files and all(f.size for f in files) else None,
                "files": [f.path for f in files],
                **{key: entry.get(key) for key in ("page", "citation")},
            }
        )
    return pd.DataFrame(rows).set_index("name").astype({"fs_hz": float, "channels": float, "duration_s": float, "megabytes": float})


def info(name: str, *, catalogue: Optional[PathLike] = None) -> dict[str, Any]:
    """Everything the catalogue says of one recording; `analyze` holds the options for `fascikit.analyze`."""
    entry = dict(_entry(name, catalogue))
    entry["files"] = [f._asdict() for f in entry["files"]]
    entry["analyze"] = {} if entry.get("electrode", "none") == "none" else {"electrode": entry["electrode"]}
    return entry


def fetch(
    name: str,
    *,
    progress: bool = True,
    folder: Optional[PathLike] = None,
    allow_unverified: bool = False,
    catalogue: Optional[PathLike] = None,
) -> Path:
    """Get the files of a recording, verified.

    Parameters
    ----------
    name : str
        Of `catalogue()`.
    progress : bool
        A bar for each download, if tqdm is installed.
    folder : path, optional
        Where the files shall lie. Default: `FASCIKIT_DATA`; without that pooch's cache of this
        user, or, where `FASCIKIT_MIRROR` is a folder, that one, in which they are read in place.
    allow_unverified : bool
        Take files whose SHA-256 nobody knows yet too.
    catalogue : path, optional
        A TOML file of your own.

    Returns
    -------
    pathlib.Path
        The file to open; the others lie where it expects them.

    Raises
    ------
    ValueError
        For a name that does not exist; names those that do.
    FetchError
        An OSError of one line: missing there (404), no network, no space, another SHA-256 than
        expected (the file is removed, but never from a mirror folder), not verifiable, to be
        obtained by hand, package not installed.
    ImportError
        Without pooch, where something is to be downloaded; says what to install.

    Notes
    -----
    A second call reads what is there and asks nobody. Files appear whole or not at all. A
    connection that breaks is taken up where it ended (HTTP Range), three times, and again by
    the next call; what had arrived waits in a hidden `.part` file beside. Processes that fetch
    into one folder wait for each other. Cost: one SHA-256 of every file a call, 0.5 s a gigabyte
    or more.
    """
    entry = _entry(name, catalogue)
    files: list[Wanted] = entry["files"]
    source = _source_of(entry)
    if source == "by hand":
        raise FetchError(f"{name} has no address for programs: obtain it from {entry.get('page', 'its authors')}")
    for wanted in files:
        if wanted.sha256 is None and not allow_unverified:
            raise FetchError(
                f"{wanted.path} of {name} cannot be verified, its SHA-256 is not known: allow_unverified=True takes it as it is"
            )
    if source == "package":
        return _of_package(entry)
    mirror = os.environ.get("FASCIKIT_MIRROR", "")
    if mirror and not _download.is_address(mirror):
        lying = [_download.in_mirror(Path(mirror).expanduser(), wanted) for wanted in files]
        if folder is None and not os.environ.get("FASCIKIT_DATA"):
            return Path(mirror).expanduser() / str(entry["open"])
        target = _download.default_folder() if folder is None else Path(folder).expanduser()
        _download.copy(files, lying, target)
        return target / str(entry["open"])
    target = _download.default_folder() if folder is None else Path(folder).expanduser()
    base = mirror.rstrip("/") + "/"
    addresses = [base + wanted.path if mirror else wanted.url for wanted in files]
    _download.download(files, addresses, target, bool(progress))
    return target / str(entry["open"])


def load(
    name: str,
    *,
    scale_uv: Optional[float] = None,
    progress: bool = True,
    folder: Optional[PathLike] = None,
    allow_unverified: bool = False,
    catalogue: Optional[PathLike] = None,
) -> Recording:
    """Fetch a recording and open it with its rate and unit.

    Parameters
    ----------
    name : str
        Of `catalogue()`.
    scale_uv : float, optional
        µV of one count, where its authors did not publish it (`info(name)["unit_note"]`): needed
        there, and not allowed elsewhere. With 1 shapes and ratios are right and amplitudes are
        counts.
    progress, folder, allow_unverified, catalogue
        As in `fetch`.

    Returns
    -------
    Recording

    Raises
    ------
    ValueError, FetchError, ImportError
        As in `fetch`, and for a missing `scale_uv`.
    InputError
        For files that are not what the catalogue says.
    """
    entry = _entry(name, catalogue)
    unknown = entry.get("format") == "counts" and "scale_uv" not in entry
    if unknown and scale_uv is None:
        raise ValueError(f"{name} is in {entry.get('unit_note', 'counts of unknown size')}: give scale_uv=, the µV of one count")
    if scale_uv is not None and not unknown:
        raise ValueError(f"scale_uv={scale_uv!r} for {name}: allowed is none, its unit is known")
    path = fetch(name, progress=progress, folder=folder, allow_unverified=allow_unverified, catalogue=catalogue)
    kind = entry["format"]
    if kind in ("wfdb", "edf", "csv"):
        return read(path, unit=entry.get("unit"), fs=entry.get("fs_hz") if kind == "csv" else None)
    try:
        samples, labels = _samples(entry, path, scale_uv)
    except (OSError, KeyError, TypeError, IndexError, ValueError, StopIteration, NotImplementedError) as error:
        raise InputError(f"{path}: not the {kind} file that {name} should be ({type(error).__name__}: {_first(error)})") from error
    return of_array(samples, float(entry["fs_hz"]), "uV", None, labels)


def discharges(
    name: str, *, progress: bool = True, folder: Optional[PathLike] = None, catalogue: Optional[PathLike] = None
) -> pd.DataFrame:
    """Discharges of motor units that came with a decomposed recording.

    Returns
    -------
    pandas.DataFrame
        `unit, sample, time_s`, by time. Found by the decomposition that `truth` of the
        catalogue names: silver, and of its units only.

    Raises
    ------
    ValueError
        For recordings that were not decomposed; and as in `load`.
    """
    entry = _entry(name, catalogue)
    if entry.get("format") != "otbiolab_mat":
        raise ValueError(f"{name} was not decomposed: what is known of its discharges is {entry.get('truth')!r}")
    path = fetch(name, progress=progress, folder=folder, catalogue=catalogue)
    data, columns = _otbiolab(path)
    fs = float(entry["fs_hz"])
    found = [k for k, text in enumerate(columns) if "Decomposition of" in text]
    parts = []
    for unit, k in enumerate(found):
        samples = np.flatnonzero(data[:, k] > 0.5)
        parts.append(pd.DataFrame({"unit": unit, "sample": samples, "time_s": samples / fs}))
    return pd.concat(parts).sort_values(["sample", "unit"], ignore_index=True)


# ---- hybrids of the catalogue


def hybrids(catalogue: Optional[PathLike] = None) -> pd.DataFrame:
    """Hybrid recordings that `make_hybrid` can make: one row a name, `electrode, title, needs, rest_s`."""
    rows = [
        {
            "name": recipe["name"],
            "electrode": recipe["electrode"],
            "title": recipe["title"],
            "needs": sorted(_needs(recipe)),
            "rest_s": sum(end - onset for onset, end in recipe["rest_s"]),
        }
        for recipe in _recipes(catalogue).values()
    ]
    return pd.DataFrame(rows, columns=["name", "electrode", "title", "needs", "rest_s"]).set_index("name")


def make_hybrid(
    name: str,
    seed: int = 1,
    *,
    progress: bool = True,
    folder: Optional[PathLike] = None,
    catalogue: Optional[PathLike] = None,
    **options: Any,
) -> Hybrid:
    """A hybrid recording of the catalogue: potentials and rest chosen, looked at and stated there.

    Parameters
    ----------
    name : str
        Of `hybrids()`.
    seed : int
        Of times, signal-to-noise ratios and which recorded potential is placed.
    progress, folder, catalogue
        As in `fetch`.
    **options
        Of `hybrid`: `duration_s, snr, rate_per_min, times_s, label, least_interval_s`. With
        `times_s=[[]]` (one `[]` a unit) it is the rest alone: what is found there is what nobody put in.

    Returns
    -------
    Hybrid

    Raises
    ------
    ValueError, FetchError, ImportError
        As in `load` and `hybrid`.
    """
    recipes = _recipes(catalogue)
    if name not in recipes:
        raise ValueError(f"hybrid {name!r}: allowed is {', '.join(recipes)}")
    recipe = recipes[name]
    opened: dict[str, Recording] = {}
    for source in sorted(_needs(recipe)):
        counts = "unit_note" in _entry(source, catalogue)
        opened[source] = load(
            source, scale_uv=1.0 if counts else None, progress=progress, folder=folder, catalogue=catalogue
        )
    given = {**recipe.get("options", {}), **options}
    if "contractions" in recipe and "contractions" not in given:
        added = recipe["contractions"]
        until = given.get("duration_s") or float("inf")
        given["contractions"] = [
            Contraction(opened[added["dataset"]], onset_s, end_s, at_s, added.get("gain", 1.0))
            for (onset_s, end_s), at_s in zip(added["stretches"], added["at_s"])
            if at_s + end_s - onset_s <= until
        ]
    return hybrid(
        _potentials(recipe, opened[recipe["potentials"]], folder, catalogue),
        opened[recipe["rest"]],
        stretches=recipe["rest_s"],
        channels=recipe.get("rest_channels"),
        seed=seed,
        electrode=recipe["electrode"],
        name=name,
        **given,
    )


def _needs(recipe: Mapping[str, Any]) -> set[str]:
    """The recordings that a hybrid is made of."""
    added = {recipe["contractions"]["dataset"]} if "contractions" in recipe else set()
    return {recipe["potentials"], recipe["rest"], *added}


def _potentials(
    recipe: Mapping[str, Any], recording: Recording, folder: Optional[PathLike], catalogue: Optional[PathLike]
) -> list[Potentials]:
    common = {"electrode": recipe["electrode"], **recipe.get("cut", {})}
    if recipe.get("units") == "decomposed":
        known = discharges(recipe["potentials"], folder=folder, catalogue=catalogue)
        data = recording.data().astype(float)
        units = []
        for unit, times in known.groupby("unit")["time_s"]:
            pair = recipe["pairs"][int(unit)]
            # What a bipolar electrode there would have seen.
            seen = of_array(data[pair[0]] - data[pair[1]], recording.fs, "uV", None, ())
            units.append(cut(seen, times.to_numpy(), **common))
        return units
    return [cut(recording, times, **common) for times in recipe["times_s"]]


# ---- files of other kinds


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or ["nothing more is known"])[0]


def _samples(entry: Mapping[str, Any], path: Path, scale_uv: Optional[float]) -> tuple[NDArray[np.float32], list[str]]:
    kind = entry["format"]
    if kind == "opensignals":
        return _opensignals(path, int(entry["bits"]))
    if kind == "otbiolab_mat":
        data, columns = _otbiolab(path)
        raw = [k for k, text in enumerate(columns) if text.endswith("[uV]")]
        return np.ascontiguousarray(data[:, raw].T), [str(n + 1) for n in range(len(raw))]
    factor = number(entry.get("scale_uv", scale_uv), "scale_uv", "the µV of one count")
    counts = np.loadtxt(path, dtype=float, comments="#", ndmin=1)
    return np.asarray(counts * factor, dtype=np.float32)[np.newaxis, :], ["EMG"]


def _opensignals(path: Path, bits: int) -> tuple[NDArray[np.float32], list[str]]:
    """The first EMG channel, by the transfer function of its maker: (code / 2^bits - 1/2) 3 V / 1000."""
    h5py = _download.need("h5py", path.name)
    with h5py.File(path) as file:
        raw = file[next(iter(file))]["raw"]
        channels = sorted(key for key in raw if key.startswith("channel"))
        codes = np.asarray(raw[channels[0]], dtype=float).ravel()
    return np.asarray((codes / 2.0**bits - 0.5) * 3000.0, dtype=np.float32)[np.newaxis, :], ["EMG"]


def _otbiolab(path: Path) -> tuple[NDArray[np.float32], list[str]]:
    loadmat = _download.need("scipy.io", path.name).loadmat
    file = loadmat(path, simplify_cells=True)
    return np.asarray(file["Data"], dtype=np.float32), [str(text).strip() for text in file["Description"]]


# ---- reading the catalogue


def _source_of(entry: Mapping[str, Any]) -> str:
    return "package" if "package" in entry else "download" if entry["files"] else "by hand"


def _entry(name: str, path: Optional[PathLike]) -> dict[str, Any]:
    entries = _entries(path)
    if not isinstance(name, str) or name not in entries:
        raise ValueError(f"dataset {name!r}: allowed is {', '.join(entries)}")
    return entries[name]


def _of_package(entry: Mapping[str, Any]) -> Path:
    spec = importlib.util.find_spec(entry["package"])
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise FetchError(f"{entry['name']} is shipped with {entry['package']}, which is not installed: {entry['install']}")
    wanted: Wanted = entry["files"][0]
    path = Path(places[0]) / wanted.path
    if not _download.verified(path, wanted):
        raise FetchError(f"{path} is missing or is not the file of the catalogue: {entry['install']}")
    return path


def _entries(path: Optional[PathLike]) -> dict[str, dict[str, Any]]:
    return _parsed(_place(path))[0]


def _recipes(path: Optional[PathLike]) -> dict[str, dict[str, Any]]:
    return _parsed(_place(path))[1]


def _place(path: Optional[PathLike]) -> tuple[Path, int]:
    place = Path(__file__).with_name("datasets.toml") if path is None else Path(path)
    return place, place.stat().st_mtime_ns


@lru_cache(maxsize=8)
def _parsed(place: tuple[Path, int]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    path = place[0]
    toml = _download.need("tomllib" if sys.version_info >= (3, 11) else "tomli", "the catalogue")
    try:
        table = toml.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"catalogue {path}: {error}") from None
    entries: dict[str, dict[str, Any]] = {}
    for position, entry in enumerate(table.get("dataset", [])):
        _checked(path, position, entry)
        if entry["name"] in entries:
            raise ValueError(f"catalogue {path}: {entry['name']!r} is there twice")
        entries[entry["name"]] = entry
    return entries, {recipe["name"]: recipe for recipe in table.get("hybrid", [])}


def _checked(path: Path, position: int, entry: dict[str, Any]) -> None:
    """Refuses what could write elsewhere or could not be opened, and turns files into `Wanted`."""
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"catalogue {path}: dataset {position} has no name")
    files = []
    for file in entry.get("files", []):
        place, url, sha256 = file.get("path", ""), file.get("url", ""), file.get("sha256")
        if not _download.is_safe(place):
            raise ValueError(f"catalogue {path}: path {place!r} of {name} is not a plain place below a folder")
        if "package" not in entry and not _download.is_address(url):
            raise ValueError(f"catalogue {path}: url {url!r} of {name} is not http or https")
        if sha256 is not None and (len(sha256) != 64 or set(sha256.lower()) - set("0123456789abcdef")):
            raise ValueError(f"catalogue {path}: sha256 {sha256!r} of {name} is not 64 hexadecimal digits")
        files.append(Wanted(place, url, None if sha256 is None else sha256.lower(), file.get("bytes")))
    if files:
        if entry.get("open") not in [f.path for f in files]:
            raise ValueError(f"catalogue {path}: open {entry.get('open')!r} of {name} is none of its files")
        if entry.get("format") not in FORMATS:
            raise ValueError(f"catalogue {path}: format {entry.get('format')!r} of {name}: allowed is {', '.join(FORMATS)}")
    entry["files"] = files
