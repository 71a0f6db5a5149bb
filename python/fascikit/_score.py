"""How much of a truth was found, and what is found at every threshold."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import pandas as pd

from . import _core
from ._result import LABELS, Result
from ._simulate import Simulated

KINDS = (*_core.interference_labels, "none")
Known = Union[Simulated, str, "os.PathLike[str]"]


class Findings:
    """Detections of any detector, ready for `score` and `froc`; from `findings`."""

    def __init__(self, found: _core.Findings, detections: int, sites: Sequence[str]) -> None:
        self._found = found
        self._detections = detections
        self.sites = list(sites)

    def __repr__(self) -> str:
        return f"<Findings: {self._detections} detections at {', '.join(self.sites)}>"


Found = Union[Result, Findings, str, "os.PathLike[str]"]


class Score:
    """How much of a truth was found; from `score`. `+` and `sum` make several recordings one.

    Ratios are NaN where there is nothing to take them of.

    Attributes
    ----------
    total : dict
        Of all sites together: counts (`discharges, matched, missed, missed_in_masked,
        false_detections, extra_in_groups, groups, groups_found, in_interference,
        discharges_in_interference, below_noise, below_noise_found, usable_min`) and their
        ratios (`sensitivity, group_sensitivity, ppv, f1, false_per_min` with its exact 95 %
        Poisson interval `false_per_min_low, false_per_min_high`, and `bias_ms, sd_ms`, found
        less known).
    sites : pandas.DataFrame
        The same, one row a site.
    curve : pandas.DataFrame
        The same for all sites, at tolerances of 2, 5, 10, 20 and 50 ms (the index).
    by_snr : pandas.DataFrame
        By known amplitude over noise, `low` to `high`, the last row unknown; false
        detections by the ratio they were found with. `uncounted` are below `least_snr`.
    pairs : pandas.DataFrame
        Pairs of one unit, by interval `from_ms` to `to_ms`: known, recovered as two, as one,
        missed.
    interference : pandas.DataFrame
        Known contractions, cramps, tremor and end-plate noise, one row a kind: stretches,
        found and false ones, seconds, share covered, overlap (intersection over union), bias
        and SD of onset and end.
    stretches : pandas.DataFrame
        Each of these stretches, with its errors.
    labels : pandas.DataFrame
        Precision, recall, F1 and coverage of each label: discharges by groups, interference
        by seconds (`by_seconds`).
    label_totals : dict
        `groups, compared, labelled, agreed, coverage, accuracy, macro_f1, macro_f1_groups`.
    confusion : pandas.DataFrame
        Groups by known label (rows) and found label (columns); `indeterminate` is abstention.
    seconds : pandas.DataFrame
        Seconds by known kind of interference (rows) and found kind (columns).
    options : dict
        What it was made with.
    recordings : int
        How many went in.

    Notes
    -----
    Picklable; one that was unpickled cannot be added any more.
    """

    def __init__(self, score: _core.Score) -> None:
        self._score = score
        tables = score.tables()
        self.recordings: int = tables["recordings"]
        self.options: dict[str, float] = tables["options"]
        self.total: dict[str, Any] = tables["total"]
        self.label_totals: dict[str, Any] = tables["label_totals"]
        self.sites = _table(tables["sites"], "site")
        self.curve = _table(tables["curve"], "tolerance_ms")
        self.by_snr = pd.DataFrame(tables["by_snr"]).set_index(["low", "high"])
        self.pairs = pd.DataFrame(tables["pairs"]).set_index(["from_ms", "to_ms"])
        self.interference = _table(tables["interference"], "kind")
        self.stretches = pd.DataFrame(
            tables["stretches"],
            columns=["site", "kind", "onset_s", "end_s", "covered", "found", "onset_error_s", "end_error_s"],
        )
        self.labels = _table(tables["labels"], "label")
        self.confusion = _square(tables["confusion"], LABELS)
        self.seconds = _square(tables["seconds"], KINDS)

    def __add__(self, other: Score) -> Score:
        if not isinstance(other, Score):
            return NotImplemented
        for score in (self, other):
            if not hasattr(score, "_score"):
                raise ValueError("a score that was unpickled cannot be added: add before pickling")
        return Score(_core.total_score([self._score, other._score]))

    def __radd__(self, other: object) -> Score:
        if other == 0:  # the start of `sum`
            return self
        return NotImplemented

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_score"}

    def __repr__(self) -> str:
        t, n = self.total, self.label_totals
        recordings = f", {self.recordings} recordings" if self.recordings != 1 else ""
        return (
            f"<Score within {self.options['tolerance_ms']:g} ms{recordings}: {t['matched']} of {t['discharges']} found "
            f"({_percent(t['sensitivity'])}), PPV {_percent(t['ppv'])}, F1 {_percent(t['f1'])}, "
            f"{t['false_detections']} false in {t['usable_min']:.3g} min; "
            f"labels {n['agreed']} of {n['labelled']} right, macro F1 {_percent(n['macro_f1'])}>"
        )


class Froc(NamedTuple):
    """What is found at every threshold; from `froc`.

    Attributes
    ----------
    points : pandas.DataFrame
        One row a threshold, from the highest to the lowest: `threshold` and the columns of
        `Score.total`, among them `sensitivity` and `false_per_min`.
    average_precision : float
        Sum of precision times the gain in sensitivity from threshold to threshold; NaN
        without discharges.
    """

    points: pd.DataFrame
    average_precision: float


def score(
    truth: Known,
    found: Found,
    *,
    tolerance_ms: float = 10.0,
    group_ms: float = 20.0,
    least_snr: float = 6.0,
) -> Score:
    """Compare findings with a truth, pairing discharges one to one.

    Parameters
    ----------
    truth : Simulated or path
        What is known; a path of a `*.truth.json`.
    found : Result, Findings or path
        What was found; of another detector, by `findings`; a path of a folder that
        `Result.save` or the program wrote.
    tolerance_ms : float
        Largest distance in time of a pair, above 0 to 1000.
    group_ms : float
        Known discharges closer than this are a group, found when one of them is; 0 to 1000.
    least_snr : float
        Known discharges below this many times the noise RMS, peak to peak, count neither way.

    Returns
    -------
    Score

    Raises
    ------
    ValueError
        For an option out of range.
    InputError
        For files that cannot be used, times that are not finite, and segments that end
        before they begin.

    Notes
    -----
    The pairing is optimal: most pairs, then least distance. Known discharges inside
    contractions, cramps and tremor do not count, nor do detections there; those stretches
    are compared as stretches. In a found group a detection without a partner stands for a
    missed member and is not false. Specificity is not given: there is no negative class.

    Examples
    --------
    >>> import fascikit as fk
    >>> calf = fk.simulate("calf")
    >>> print(fk.score(calf, fk.analyze(calf.recording)))       # doctest: +SKIP
    """
    return Score(_core.score(_known(truth), _findings(found), float(tolerance_ms), float(group_ms), float(least_snr)))


def froc(
    truth: Known,
    found: Found,
    *,
    by: str = "snr",
    tolerance_ms: float = 10.0,
    group_ms: float = 20.0,
    least_snr: float = 6.0,
) -> Froc:
    """Sensitivity against false detections per minute, at every threshold.

    Parameters
    ----------
    truth, found, tolerance_ms, group_ms, least_snr
        As in `score`.
    by : {"snr", "probability"}
        Which value of the detections the threshold is on. Of more than 256 distinct values
        so many are taken, evenly by rank.

    Returns
    -------
    Froc

    Raises
    ------
    ValueError
        For an option out of range.
    InputError
        As in `score`, and for a detection without that value.

    Notes
    -----
    The detections that reach a threshold are paired anew. Cost: one `score` a threshold.
    """
    if by not in ("snr", "probability"):
        raise ValueError(f"by {by!r}: allowed is 'snr' or 'probability'")
    points, average_precision = _core.froc(
        _known(truth), _findings(found), by == "snr", float(tolerance_ms), float(group_ms), float(least_snr)
    )
    columns = None if points else ["threshold", "sensitivity", "ppv", "false_per_min"]
    return Froc(pd.DataFrame(points, columns=columns), average_precision)


def findings(
    events: Any,
    *,
    sites: Sequence[str],
    bursts: Optional[pd.DataFrame] = None,
    segments: Optional[pd.DataFrame] = None,
) -> Findings:
    """What any detector found, so that `score` and `froc` can compare it with a truth.

    Parameters
    ----------
    events : array_like of shape (n,) or pandas.DataFrame
        Times in s of the largest deflections, at the one site of `sites`; or a table with
        `peak_s`, `site` (may be left out with one site) and, as far as they are known,
        `amplitude_uv`, `snr`, `probability` and `burst`, as in `Result.events`.
    sites : sequence of str
        Every site that was analysed, also those where nothing was found: their minutes count.
    bursts : pandas.DataFrame, optional
        With `burst, onset_s, duration_s, site, label, probability`, as in `Result.bursts`.
    segments : pandas.DataFrame, optional
        With `onset_s, end_s, site, kind`, as in `Result.segments`; only `voluntary` and
        `masked` are compared.

    Returns
    -------
    Findings

    Raises
    ------
    ValueError
        For no site, a column that is missing, and a site that is not one of `sites`.
    InputError
        For a time that is no number (here) or not finite (from `score`).

    Notes
    -----
    Cost: the tables are written to a temporary folder and read by the code that reads a
    folder of `Result.save`, so that both are judged the same; a few milliseconds.

    Examples
    --------
    >>> import fascikit as fk
    >>> fk.findings([1.5, 4.25], sites=["calf"])
    <Findings: 2 detections at calf>
    """
    names = [str(site) for site in sites] if not isinstance(sites, str) else [sites]
    if not names:
        raise ValueError("sites is empty: allowed is at least one name")
    if isinstance(events, pd.DataFrame):
        table = events
    else:
        times = np.asarray(events, dtype=float)
        if times.ndim != 1:
            raise ValueError(f"events of shape {times.shape}: allowed is times on one axis, or a table")
        table = pd.DataFrame({"peak_s": times})
    if "site" not in table and len(names) == 1:
        table = table.assign(site=names[0])
    with tempfile.TemporaryDirectory() as folder:
        summary = {"sites": [{"site": name} for name in names]}
        Path(folder, "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        optional = ("amplitude_uv", "snr", "probability", "burst")
        _write(folder, "events", table, ("peak_s", "site"), optional, names)
        needed = ("burst", "onset_s", "site", "label", "duration_s")
        _write(folder, "bursts", bursts, needed, ("probability",), names)
        _write(folder, "segments", segments, ("onset_s", "end_s", "site", "kind"), (), names)
        return Findings(_core.read_results(folder), len(table), names)


def _write(
    folder: str, name: str, table: Optional[pd.DataFrame], needed: Sequence[str], optional: Sequence[str], sites: list[str]
) -> None:
    """One table of a folder of results; what is optional and missing is left empty."""
    if table is None:
        table = pd.DataFrame(columns=list(needed))
    for column in needed:
        if column not in table:
            raise ValueError(f"{name} without column {column!r}: needed are {', '.join(needed)}")
    unknown = set(table["site"]) - set(sites) - ({""} if name == "segments" else set())
    if unknown:
        raise ValueError(f"{name} at site {sorted(map(str, unknown))[0]!r}: allowed is {', '.join(sites)}")
    table = table.reindex(columns=[*needed, *optional])
    table.to_csv(os.path.join(folder, f"{name}.csv"), index=False, lineterminator="\n")


def _known(truth: Known) -> _core.Truth:
    return truth._truth if isinstance(truth, Simulated) else _core.read_truth(os.fspath(truth))


def _findings(found: Found) -> _core.Findings:
    if isinstance(found, Findings):
        return found._found
    return _core.findings_of(found._analysis) if isinstance(found, Result) else _core.read_results(os.fspath(found))


def _table(rows: list[dict[str, Any]], key: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=None if rows else [key]).set_index(key)


def _square(counts: Any, names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(counts, index=pd.Index(names, name="known"), columns=pd.Index(names, name="found"))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share == share else "-"
