"""The result of an analysis: tables, a summary, a picture, files."""

from __future__ import annotations

import json
import os
from functools import cached_property
from html import escape
from typing import Any, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import _core
from ._info import RESEARCH_USE
from ._recording import Recording, restore

LABELS = tuple(entry[0] for entry in _core.label_table)
Table = NDArray[Any]


class Result:
    """What `analyze` found. Everything in tables; positions in samples and seconds.

    Attributes
    ----------
    events : pandas.DataFrame
        One row a discharge: `event, sample, onset_s, peak_s, duration_ms, site, channel,
        amplitude_uv, snr, probability, unit, burst, first_pass`. `sample` is the onset,
        `amplitude_uv` peak to peak in the analysis band, `snr` that over the local noise
        RMS; missing `unit`, `burst` and `first_pass` are <NA>.
    bursts : pandas.DataFrame
        Discharges that belong together, with their label, its probability, the features
        that spoke (`why`) and `p_<label>` for every label.
    units : pandas.DataFrame
        Motor units, with medians over their discharges.
    segments : pandas.DataFrame
        Stretches that are voluntary, artifact or masked: `onset_s, end_s, site, kind, reason`.
    summary : pandas.DataFrame
        One row a site: minutes, rates per minute with a 95 % interval, amplitude, noise,
        labels. `summary_dict()` has all of it.
    options : dict
        The options as they were used: no "auto", no default left open.
    version, cpu_path, calibrated_on : str
        Of the library; the instruction set that ran; what probabilities were calibrated on.
    recording : Recording or None
        What was analysed; None for an unpickled result of an array.

    Notes
    -----
    Picklable, without the samples of an array. Research use, not a medical device.
    Fasciculations are common in healthy people; neither rate nor shape alone tells
    benign from ALS, and their absence excludes nothing.
    """

    def __init__(self, analysis: _core.Analysis, recording: Optional[Recording]) -> None:
        self._analysis = analysis
        self._recording = recording
        self._reopen: Optional[tuple[tuple[Any, ...], list[dict[str, Any]]]] = None

    @property
    def recording(self) -> Optional[Recording]:
        if self._recording is None and self._reopen is not None:
            self._recording = restore(*self._reopen)
        return self._recording

    @property
    def version(self) -> str:
        return self._analysis.version

    @property
    def cpu_path(self) -> str:
        return self._analysis.cpu_path

    @property
    def calibrated_on(self) -> str:
        return self._analysis.calibrated_on

    @cached_property
    def options(self) -> dict[str, Any]:
        return self._analysis.options()

    @cached_property
    def _info(self) -> dict[str, Any]:
        return self._analysis.recording()

    @cached_property
    def _site_names(self) -> list[str]:
        return [site["name"] for site in self._info["sites"]]

    @cached_property
    def _channel_names(self) -> list[str]:
        return [channel["label"] for channel in self._info["channels"]]

    @property
    def _fs(self) -> float:
        return float(self._info["fs"])

    @cached_property
    def events(self) -> pd.DataFrame:
        return self._event_table(self._analysis.events())

    @cached_property
    def first_pass(self) -> pd.DataFrame:
        """The events that `Stream` would have given, as `events`; empty when `passes` is 1."""
        return self._event_table(self._analysis.first_pass())

    def _event_table(self, raw: Table) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "event": raw["id"],
                "sample": raw["onset_sample"],
                "onset_s": raw["onset_sample"] / self._fs,
                "peak_s": raw["peak_sample"] / self._fs,
                "duration_ms": 1000.0 * (raw["end_sample"] - raw["onset_sample"]) / self._fs,
                "site": self._names(raw["site"], self._site_names),
                "channel": self._names(raw["channel"], self._channel_names),
                "amplitude_uv": _wide(raw["amplitude_uv"]),
                "snr": _wide(raw["snr"]),
                "probability": _wide(raw["probability"]),
                "unit": _optional(raw["unit"]),
                "burst": _optional(raw["burst"]),
                "first_pass": _optional(raw["first_pass"]),
            }
        )

    @cached_property
    def bursts(self) -> pd.DataFrame:
        raw = self._analysis.bursts()
        columns: dict[str, Any] = {
            "burst": raw["id"],
            "onset_s": raw["onset_s"],
            "duration_s": raw["duration_s"],
            "site": self._names(raw["site"], self._site_names),
            "label": self._names(raw["label"], LABELS),
            "probability": _wide(raw["probability"]),
            "n_discharges": raw["n_discharges"].astype(np.int64),
            "n_units": raw["n_units"].astype(np.int64),
            "rate_hz": _wide(raw["rate_hz"]),
            "isi_cv": _wide(raw["isi_cv"]),
            "unit": _optional(raw["unit"]),
            "why": self._analysis.why(),
        }
        for index, label in enumerate(LABELS):
            columns[f"p_{label}"] = _wide(raw["probabilities"][:, index])
        return pd.DataFrame(columns)

    @cached_property
    def units(self) -> pd.DataFrame:
        raw = self._analysis.units()
        columns: dict[str, Any] = {
            "unit": raw["id"].astype(np.int64),
            "site": self._names(raw["site"], self._site_names),
            "n_discharges": raw["n_discharges"],
        }
        for name in ("rate_per_min", "amplitude_uv", "duration_ms", "phases", "turns", "snr", "isolation"):
            columns[name] = _wide(raw[name])
        for name in ("area_uv_ms", "rise_ms"):
            columns[name] = _wide(raw[name])
        return pd.DataFrame(columns)

    @cached_property
    def segments(self) -> pd.DataFrame:
        raw = self._analysis.segments()
        return pd.DataFrame(
            {
                "onset_s": raw["onset_sample"] / self._fs,
                "end_s": raw["end_sample"] / self._fs,
                "site": self._names(raw["site"], self._site_names),
                "kind": self._names(raw["kind"], _core.segment_kinds),
                "reason": self._names(raw["reason"], _core.segment_reasons),
            }
        )

    @cached_property
    def summary(self) -> pd.DataFrame:
        rows = []
        for index, site in enumerate(self._analysis.sites()):
            rate = site["fasciculations"]
            counts = site["label_counts"]
            rows.append(
                {
                    "site": site["name"],
                    "minutes_usable": site["minutes_usable"],
                    "minutes_voluntary": site["minutes_voluntary"],
                    "minutes_masked": site["minutes_masked"],
                    "discharges": site["fasciculations_before_gate"]["count"],
                    "fasciculations": rate["count"],
                    "per_min": rate["per_min"],
                    "per_min_low": rate["low_per_min"],
                    "per_min_high": rate["high_per_min"],
                    "amplitude_uv": site["amplitude_uv"][1],
                    "noise_uv": site["noise_uv"][1],
                    "units": int((self._analysis.units()["site"] == index).sum()),
                    "labels": ", ".join(f"{name} {count}" for name, count in counts.items() if count),
                }
            )
        columns = None if rows else ["minutes_usable", "fasciculations", "per_min", "labels"]
        table = pd.DataFrame(rows, columns=columns)
        return table.set_index("site") if rows else table

    def summary_dict(self) -> dict[str, Any]:
        """What `save` writes to summary.json: version, options, and everything per site.

        Returns
        -------
        dict
            Plain Python values; None where something could not be measured.
        """
        parsed: dict[str, Any] = json.loads(self._analysis.summary_json())
        return parsed

    def save(
        self, directory: Union[str, "os.PathLike[str]"], *, keep_identity: bool = False, edf_copy: bool = False
    ) -> None:
        """Write the files that `fascikit analyze --out` writes; whole or not at all.

        Parameters
        ----------
        directory : str or path
            Made if it is not there.
        keep_identity : bool
            Write who the recording is of. Default: patient name, code and birth date are
            left out.
        edf_copy : bool
            Also write the signal with all bursts as EDF+ annotations.

        Raises
        ------
        InputError
            If the folder cannot be written to; names the path and the reason.
        ValueError
            If `edf_copy` is asked for and the samples are gone (an unpickled result of an array).
        """
        copied = None
        if edf_copy:
            if self.recording is None:
                raise ValueError("edf_copy needs the samples, and this result was unpickled without them")
            copied = self.recording._source
        self._analysis.save(os.fspath(directory), keep_identity, copied)

    def plot(
        self,
        site: Union[str, int, None] = None,
        start_s: Optional[float] = None,
        stop_s: Optional[float] = None,
        ax: Any = None,
    ) -> Any:
        """Draw the signal in the analysis band with everything that was found.

        Parameters
        ----------
        site : str or int, optional
            Default: every site, one above the other.
        start_s, stop_s : float, optional
            Seconds; default: the whole recording.
        ax : matplotlib.axes.Axes, optional
            Where to draw one site. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes, or an array of them
            One for one site; an array, from above, for several. Nothing is shown;
            `ax.figure.savefig` or a notebook does that.

        Raises
        ------
        ValueError
            For a site or times that are not there.

        Notes
        -----
        The cost is one reading of the stretch: half an hour takes well under a second.
        """
        from ._plot import plot

        return plot(self, site, start_s, stop_s, ax)

    def __repr__(self) -> str:
        with pd.option_context("display.width", 250, "display.max_columns", 20, "display.max_colwidth", None):
            table = str(self._shown())
        return f"{self._headline()}\n{table}\n{RESEARCH_USE}"

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            table = self._shown().to_html(border=0)
        return f"<p><b>{escape(self._headline())}</b></p>{table}<p><small>{escape(RESEARCH_USE)}</small></p>"

    def _headline(self) -> str:
        name = os.path.basename(str(self._info["path"])) or "array"
        minutes = self._info["frames"] / self._fs / 60
        found = f"{len(self._analysis.events())} discharges in {len(self._analysis.bursts())} bursts"
        return f"fascikit {self.version}: {name}, {minutes:.3g} min, {self.options['electrode']} electrode: {found}"

    def _shown(self) -> pd.DataFrame:
        """The summary as a person reads it."""
        summary = self.summary
        if summary.empty:
            return summary
        rates = [
            "-" if np.isnan(r.per_min) else f"{r.per_min:.2f} ({r.per_min_low:.2f} to {r.per_min_high:.2f})"
            for r in summary.itertuples()
        ]
        return pd.DataFrame(
            {
                "usable min": summary["minutes_usable"].map("{:.2f}".format),
                "voluntary min": summary["minutes_voluntary"].map("{:.2f}".format),
                "discharges": summary["discharges"],
                "fasciculations/min (95 %)": rates,
                "median \u00b5V": summary["amplitude_uv"].map(lambda v: "-" if np.isnan(v) else f"{v:.0f}"),
                "noise \u00b5V": summary["noise_uv"].map(lambda v: "-" if np.isnan(v) else f"{v:.1f}"),
                "units": summary["units"],
                "labels": summary["labels"],
            },
            index=summary.index,
        )

    @staticmethod
    def _names(indices: Table, names: Any) -> list[str]:
        return ["" if i < 0 else names[i] for i in indices.tolist()]

    def __getstate__(self) -> dict[str, Any]:
        # The samples of an array do not travel; a file is opened again when it is asked for.
        reopen = self._reopen
        if self._recording is not None and self._recording._origin[0] == "file":
            reopen = self._recording._origin, self._recording._info["sites"]
        return {"_analysis": self._analysis, "_recording": None, "_reopen": reopen}


def _wide(values: Table) -> Table:
    return values.astype(np.float64)


def _optional(values: Table) -> Any:
    """Ids, <NA> where there is none (-1)."""
    ids = values.astype(np.int64)
    return pd.arrays.IntegerArray(ids, ids < 0)
