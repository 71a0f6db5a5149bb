"""The report in Markdown: what is ahead first, then the tables, then how it was made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import figures, pictures
from .detectors import Detector
from .sections import Page
from .signals import DEAD_S

OURS = "fascikit"
BARS = "bars.md"  # written by `python -m bars`


def percent(e: Any, digits: int = 1) -> str:
    if e.value != e.value:
        return "-"
    return f"{100 * e.value:.{digits}f}" + ("" if e.low != e.low else f" ({100 * e.low:.{digits}f} to {100 * e.high:.{digits}f})")


def rate(e: Any) -> str:
    return "-" if e.value != e.value else f"{e.value:.3g}" + ("" if e.low != e.low else f" ({e.low:.2g} to {e.high:.2g})")


def markdown(table: pd.DataFrame, first: str) -> str:
    lines = ["| " + " | ".join([first, *map(str, table.columns)]) + " |", "|" + "---|" * (len(table.columns) + 1)]
    lines += ["| " + " | ".join([str(i), *map(str, row)]) + " |" for i, row in zip(table.index, table.to_numpy())]
    return "\n".join(lines)


class Report:
    """All that the report is made of; `write` makes the files."""

    def __init__(
        self,
        records: Sequence[dict[str, Any]],
        detectors: Sequence[Detector],
        tuned: dict[tuple[str, str], float],
        *,
        speeds: dict[str, dict[str, Any]],
        pages: Sequence[Page],
        gaps: Sequence[str],
        machine: dict[str, str],
        command: str,
    ) -> None:
        self.records, self.detectors, self.tuned = list(records), list(detectors), tuned
        self.speeds, self.pages, self.gaps, self.machine, self.command = speeds, pages, gaps, machine, command
        self.all = figures.table(records)
        self.reporting = self.all[self.all["part"] == "reporting"]
        self.names = [d.name for d in detectors if (self.reporting["detector"] == d.name).any()]
        self.best = figures.choose(self.all, detectors, "reporting")
        self.at_tuned = figures.at(self.reporting, tuned)
        self.at_best = figures.at(self.reporting, self.best)

    # Who is ahead ---------------------------------------------------------------------------

    def differences(self) -> list[dict[str, Any]]:
        """F1 of each peer less ours, by electrode (scenario "all") and by scenario."""
        found = []
        for electrode, rows in self.at_tuned.groupby("electrode"):
            best = self.at_best[self.at_best["electrode"] == electrode]
            groups = [("all", rows, best)]
            groups += [(str(s), some, best[best["scenario"] == s]) for s, some in rows.groupby("scenario")]
            for scenario, some, some_best in groups:
                for name in self.names:
                    if name == OURS or OURS not in self.names:
                        continue
                    ours, theirs = figures.paired(some, OURS, name)
                    if not len(ours) or ours[:, 0].sum() == 0:
                        continue
                    row = {
                        "electrode": str(electrode), "scenario": scenario, "detector": name,
                        "ours": figures.ratio("f1", ours), "theirs": figures.ratio("f1", theirs),
                        "difference": figures.difference(ours, theirs) if scenario == "all" else None,
                    }
                    _, theirs_best = figures.paired(pd.concat([some[some["detector"] == OURS], some_best[some_best["detector"] == name]]), OURS, name)
                    row["theirs_best"] = figures.ratio("f1", theirs_best) if len(theirs_best) else math.nan
                    if row["theirs"] > row["ours"] and scenario != "all":
                        row["difference"] = figures.difference(ours, theirs)
                    found.append(row)
        return found

    def hybrids_ahead(self) -> list[str]:
        """The same of hybrid recordings, whose thresholds were chosen on simulated ones."""
        rows = figures.at(self.all[self.all["part"] == "hybrid"], self.tuned)
        lines = []
        for electrode in ("surface", "needle"):
            some = rows[rows["electrode"] == electrode]
            found = []
            for name in self.names:
                if name == OURS or OURS not in self.names:
                    continue
                ours, theirs = figures.paired(some, OURS, name)
                if len(ours) and figures.ratio("f1", theirs) > figures.ratio("f1", ours):
                    found.append((figures.ratio("f1", theirs), f"{name} by {points(figures.difference(ours, theirs))}"))
            mine = some[some["detector"] == OURS]
            if found:
                said = f"{100 * figures.ratio('f1', figures.counts(mine)):.1f} %"
                text = "; ".join(t for _, t in sorted(found, reverse=True))
                lines.append(f"- **Hybrid {electrode} recordings: ahead of this library (F1 {said}) are {text}.**")
            elif len(mine) and len(self.names) > 1:
                lines.append(f"- Hybrid {electrode} recordings: no peer is ahead.")
        return lines

    def ahead(self) -> str:
        rows = self.differences()
        lines = []
        over = [r for r in rows if r["scenario"] == "all"]
        for electrode in sorted({r["electrode"] for r in over}, reverse=True):
            mine = [r for r in over if r["electrode"] == electrode]
            better = sorted((r for r in mine if r["theirs"] > r["ours"]), key=lambda r: -r["theirs"])
            close = max(mine, key=lambda r: r["theirs"])
            better_best = [r for r in mine if r["theirs"] <= r["ours"] and r["theirs_best"] > r["ours"]]
            said = f"F1 {100 * close['ours']:.1f} %"
            if better:
                text = "; ".join(f"{r['detector']} by {points(r['difference'])}" for r in better)
                lines.append(f"- **All {electrode} recordings together: ahead of this library ({said}) are {text}.**")
            else:
                lines.append(
                    f"- All {electrode} recordings together: no peer is ahead of this library ({said}); the nearest is "
                    f"{close['detector']} with {100 * close['theirs']:.1f} %, difference {points(close['difference'])}."
                )
            if better_best:
                text = ", ".join(f"{r['detector']} ({100 * r['theirs_best']:.1f} %)" for r in better_best)
                lines.append(f"- With the threshold that is best on the reporting set itself, ahead too: {text}.")
        lines += self.hybrids_ahead()
        by_scenario: dict[str, list[dict[str, Any]]] = {}
        for r in rows:
            if r["scenario"] != "all" and r["theirs"] > r["ours"]:
                by_scenario.setdefault(r["scenario"], []).append(r)
        clear, within = [], []
        for scenario, better in by_scenario.items():
            better.sort(key=lambda r: -r["theirs"])
            top = better[0]
            text = f"{scenario} ({100 * top['ours']:.1f} %: {top['detector']} by {points(top['difference'])}" + (
                f", and {len(better) - 1} more)" if len(better) > 1 else ")"
            )
            (clear if any(r["difference"].low > 0 for r in better) else within).append(text)
        if clear:
            lines.append("- **Scenarios where a peer is ahead, the interval of the difference above 0:** " + "; ".join(clear) + ".")
        if within:
            lines.append("- Scenarios where a peer is ahead within the interval: " + "; ".join(within) + ".")
        return "\n".join(lines) or "- This library was not run, or alone: nothing to compare."

    # Tables ---------------------------------------------------------------------------------

    def overall(self, electrode: str, rows: pd.DataFrame, chosen: dict[tuple[str, str], float]) -> pd.DataFrame:
        some = rows[rows["electrode"] == electrode]
        table = []
        for detector in self.detectors:
            mine = some[some["detector"] == detector.name]
            if mine.empty:
                continue
            counts = figures.counts(mine)
            threshold = chosen[detector.name, electrode]
            text = f"{threshold:g}" + (" (default)" if detector.default == threshold else "")
            text += " (end of its grid)" if figures.at_edge(detector, threshold) else ""
            table.append({
                "detector": detector.name, "threshold": text,
                "F1 %": percent(figures.interval("f1", counts)),
                "sensitivity %": percent(figures.interval("sensitivity", counts)),
                "PPV %": percent(figures.interval("ppv", counts)),
                "false a minute": rate(figures.interval("false_per_min", counts)),
                "mean F1 of scenarios %": f"{100 * scenario_mean(mine):.1f}",
                "recordings": len(counts), "known": int(counts[:, 0].sum()),
            })
        table.sort(key=lambda row: (-math.inf if row["F1 %"] == "-" else -float(str(row["F1 %"]).split()[0])))
        return pd.DataFrame(table).set_index("detector") if table else pd.DataFrame()

    def by_scenario(self) -> pd.DataFrame:
        rows = {}
        for scenario, some in self.at_tuned.groupby("scenario", sort=False):
            if some["discharges"].sum() == 0:
                continue
            rows[scenario] = {
                name: figures.ratio("f1", figures.counts(some[some["detector"] == name]))
                if (some["detector"] == name).any() else math.nan
                for name in self.names
            }
        return pd.DataFrame.from_dict(rows, orient="index", columns=self.names)

    def hybrid_chapter(self) -> list[str]:
        rows = figures.at(self.all[self.all["part"] == "hybrid"], self.tuned)
        text = ["## Hybrid recordings", ""]
        text += [*[f"- Gap: {gap}." for gap in self.gaps], ""] if self.gaps else []
        if rows.empty:
            return [*text, "None were run.", ""]
        text += [
            "Recorded potentials in recorded rest, at known times (`fk.datasets.make_hybrid`), 60 s each; thresholds as in the first "
            "tables, nothing chosen here. The rest of each recipe is short and repeats, and one or a few units are placed in it, so "
            "that intervals over recordings say little; weak activity that was in the rest counts as false.", "",
        ]
        for electrode in ("surface", "needle"):
            table = self.overall(electrode, rows, self.tuned)
            if len(table):
                text += [markdown(table, electrode), ""]
        cells = {
            str(name): {
                d: figures.ratio("f1", figures.counts(some[some["detector"] == d])) for d in self.names if (some["detector"] == d).any()
            }
            for name, some in rows.groupby("scenario", sort=False)
        }
        table = pd.DataFrame.from_dict(cells, orient="index", columns=self.names)
        return [*text, markdown(table.map(lambda v: "-" if v != v else f"{100 * v:.1f}"), "F1 %"), ""]

    def rest(self) -> pd.DataFrame:
        rest = self.all[self.all["part"] == "rest"]
        table = []
        for detector in self.detectors:
            mine = rest[rest["detector"] == detector.name]
            if mine.empty:
                continue
            wrong, minutes = int(mine["false_detections"].sum()), mine["usable_min"].sum()
            bound = upper_bound(wrong) / minutes
            table.append({
                "detector": detector.name, "recordings": len(mine), "minutes of a site": f"{minutes:.0f}", "false": wrong,
                "a minute and site": f"{wrong / minutes:.3g}", "upper 95 % bound": f"{bound:.3g}",
            })
        return pd.DataFrame(table).set_index("detector") if table else pd.DataFrame()

    def troubles(self) -> str:
        lines = {}
        for r in self.records:
            if r["status"] != "done":
                lines.setdefault((r["detector"], r["status"], r["message"]), []).append(f"{r['part']} {r['scenario']} {r['seed']}")
        text = []
        for (name, status, message), where in sorted(lines.items()):
            text.append(f"- {name}: {status} in {len(where)} runs, first {where[0]}: {message}")
        for name, s in self.speeds.items():
            if s["status"] != "done":
                text.append(f"- {name}, speed: {s['status']}: {s['message']}")
        return "\n".join(text) or "- All detectors ran on all recordings."

    # Files ----------------------------------------------------------------------------------

    def write(self, report: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        where = folder.name
        mine = [r for r in self.records if r["detector"] == OURS and r["part"] == "reporting" and r["status"] == "done"]
        known = [s for s in ("surface", "needle") if (self.at_tuned["electrode"] == s).any()]
        text = ["# This library against its peers", "", self.ahead(), ""]
        text += [
            "Sensitivity, PPV and F1 are of discharges of 6 times the noise and more, outside contractions, cramps and tremor, "
            "within 10 ms, by the rules of `fk.score`; in brackets 95 % intervals, by bootstrap over recordings (BCa, 1000 draws). "
            "With fewer than about 10 recordings such intervals are too narrow. Simulated recordings were made by the same people "
            "as the detector, on parameters that were never used for tuning (`reporting`): they compare methods on the same "
            "signals, and say nothing about patients. Research use, not a medical device.", "",
            "No public recording of fasciculations with the time of every discharge is known; recorded signals are here as hybrids, "
            "in a chapter of their own.", "",
        ]
        for electrode in known:
            text += [
                f"## All {electrode} recordings", "",
                "Peers at the single threshold with the best F1 on the tuning set; this library at its default, not tuned here."
                if (self.all["part"] == "tuning").any()
                else "No tuning set was run: peers at the single threshold with the best F1 on this very set.", "",
                markdown(self.overall(electrode, self.at_tuned, self.tuned), "detector"), "",
                "Peers at the single threshold with the best F1 on this very set, which nobody has in practice:", "",
                markdown(
                    self.overall(electrode, self.at_best_ours_default(), {**self.best, **self.own_default()})[
                        ["threshold", "F1 %", "sensitivity %", "PPV %", "false a minute", "mean F1 of scenarios %"]
                    ], "detector",
                ), "",
            ]
        drawn = pictures.froc(self.reporting, self.tuned, self.names, folder / "froc.png")
        text += [
            f"![Sensitivity against false detections]({where}/{drawn})", "",
            "Large dots: the thresholds of the first table. Left of 0.01 a minute everything is drawn at 0.01.", "",
            "## By scenario", "",
        ]
        table = self.by_scenario()
        if not table.empty:
            drawn = pictures.f1_by_scenario(table, folder / "f1_by_scenario.png")
            text += [f"![F1 by scenario]({where}/{drawn})", "", markdown(table.map(lambda v: "-" if v != v else f"{100 * v:.1f}"), "F1 %"), ""]
        tables = {
            n: figures.by_snr(self.at_tuned[(self.at_tuned["detector"] == n) & (self.at_tuned["electrode"] == "surface")])
            for n in self.names
        }
        if any(len(t) for t in tables.values()):
            drawn = pictures.sensitivity_by_snr(tables, folder / "by_snr.png")
            text += [
                "## By signal-to-noise ratio", "",
                "Surface recordings. Of a false detection the true ratio does not exist, so that each bin shows sensitivity, and "
                "F1 with the false detections shared out as the known discharges are.", "",
                f"![Sensitivity by signal-to-noise ratio]({where}/{drawn})", "", markdown(self.f1_by_snr(tables), "F1 %"), "",
            ]
        text += self.hybrid_chapter()
        rest = self.rest()
        text += ["## False detections on nothing", ""]
        text += ([
            "`rest`: four muscles of noise and nothing else; the upper bound is the exact Poisson one, one-sided 95 %. "
            "Peers at the thresholds of the first table.", "", markdown(rest, "detector"), "",
        ] if len(rest) else ["Not run.", ""])
        text += self.label_chapter(mine, folder, where)
        text += self.speed_chapter(folder, where)
        text += bars_chapter(folder)
        write_pages(self.pages, folder)
        text += self.more(folder, where)
        text += [
            "## What did not run", "", self.troubles(), "", "## The detectors", "",
            "All get the same band-passed signal (order 4, zero phase; 20 to 500 Hz at the skin, 10 Hz to 10 kHz for needles) "
            f"unless said otherwise; detections within {1e3 * DEAD_S['surface']:g} ms ({1e3 * DEAD_S['needle']:g} ms for needles) are one, at the largest deflection. Peers have no hum "
            "removal and no mask of bad samples beyond what is their own. Thresholds of peers are chosen for each electrode alone.", "",
            *[f"- **{d.name}** ({version(d)}): {d.what} Tried at {', '.join(f'{t:g}' for t in d.thresholds)}." for d in self.detectors],
            "", "## How it was made", "", "```", self.command, "```", "",
            *[f"- {k}: {v}" for k, v in self.machine.items()], "",
        ]
        from . import store

        store.write_whole(report, "\n".join(text))
        store.write_whole(folder / "results.json", self.json())

    def own_default(self) -> dict[tuple[str, str], float]:
        return {key: t for key, t in self.tuned.items() if key[0] == OURS}

    def at_best_ours_default(self) -> pd.DataFrame:
        return figures.at(self.reporting, {**self.best, **self.own_default()})

    def f1_by_snr(self, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        out = {}
        for name, table in tables.items():
            some = self.at_tuned[(self.at_tuned["detector"] == name) & (self.at_tuned["electrode"] == "surface")]
            wrong, known = some["false_detections"].sum(), table["discharges"].sum()
            cells = {}
            for _, b in table.iterrows():
                share = wrong * b["discharges"] / known if known else 0.0
                label = f"{b['low']:g} to {b['high']:g}" if np.isfinite(b["high"]) else f"{b['low']:g} and more"
                cells[label] = f"{100 * 2 * b['matched'] / (b['matched'] + share + b['discharges']):.1f}"
            out[name] = cells
        return pd.DataFrame(out).T.fillna("-")

    def label_chapter(self, mine: list[dict[str, Any]], folder: Path, where: str) -> list[str]:
        square = figures.confusion(mine)
        if square.empty:
            return []
        drawn = pictures.confusion(square, folder / "confusion.png")
        bins = {"events: is it a discharge?": figures.calibration(mine, "event"), "groups: is the label right?": figures.calibration(mine, "label")}
        drawn_too = pictures.calibration(bins, folder / "calibration.png")
        rows = {n: percent(figures.label_interval(mine, n)) for n in ("coverage", "accuracy", "macro_f1")}
        wide = [f"{title} {100 * figures.calibration_error(b):.1f} %" for title, b in bins.items()]
        return [
            "## Labels and probabilities of this library", "", "No peer gives labels. Groups of matched discharges, all recordings:", "",
            f"- {int(figures.label_figures(square)['groups'])} groups; got a label other than `indeterminate`: {rows['coverage']} %; "
            f"of those right: {rows['accuracy']} %; macro F1 over labels: {rows['macro_f1']} %.", "",
            f"![Confusion]({where}/{drawn})", "",
            f"Expected calibration error, in tenths: {'; '.join(wide)}. The stated probability of a label is averaged over all "
            "bursts, the share that was right is of groups that were matched and labelled.", "", f"![Calibration]({where}/{drawn_too})", "",
        ]

    def speed_chapter(self, folder: Path, where: str) -> list[str]:
        seconds = pd.Series({n: s["s_per_channel_minute"] for n, s in self.speeds.items() if s["status"] == "done"}, dtype=float)
        if seconds.empty:
            return []
        drawn = pictures.speed(seconds, folder / "speed.png")
        table = pd.DataFrame({
            "ms a minute of one channel": [f"{1e3 * s:.3g}" for s in seconds],
            "times this library's": [f"{s / seconds.get(OURS, math.nan):.3g}" for s in seconds],
        }, index=seconds.index)
        return [
            "## Speed", "", "From the samples in memory to the events, the filter included, at one threshold, one thread, warm; the "
            "median of 5 runs in one process; on a machine that is shared trust the ratios. This library sorts units, groups and labels in that time too.", "",
            markdown(table, "detector"), "", f"![Speed]({where}/{drawn})", "",
        ]

    def more(self, folder: Path, where: str) -> list[str]:
        """Links to the pages beside; those of an earlier run and those of other commands too."""
        links = []
        for path in sorted(folder.glob("*.md")):
            if path.name == BARS:
                continue
            title = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
            links.append(f"- [{title}]({where}/{path.name})")
        return ["## More", "", *links, ""] if links else []

    def json(self) -> str:
        import json

        found: dict[str, Any] = {
            "made_with": self.machine, "command": self.command, "gaps": list(self.gaps), "detectors": {}, "scenarios_f1": {}, "speed": self.speeds,
        }
        for d in self.detectors:
            entry: dict[str, Any] = {"version": version(d)}
            for which, rows, chosen in (("tuning_best", self.at_tuned, self.tuned), ("reporting_best", self.at_best_ours_default(), {**self.best, **self.own_default()})):
                for electrode in ("surface", "needle"):
                    some = rows[(rows["detector"] == d.name) & (rows["electrode"] == electrode)]
                    if some.empty:
                        continue
                    counts = figures.counts(some)
                    entry[f"{electrode}_{which}"] = {
                        "threshold": chosen[d.name, electrode], "recordings": len(counts),
                        **{name: listed(figures.interval(name, counts)) for name in figures.RATIOS},
                    }
            found["detectors"][d.name] = entry
        table = self.by_scenario()
        found["scenarios_f1"] = {str(s): {n: clean(v) for n, v in row.items()} for s, row in table.iterrows()}
        found["not_done"] = [
            {k: r[k] for k in ("part", "scenario", "seed", "detector", "status", "message")} for r in self.records if r["status"] != "done"
        ]
        return json.dumps(found, indent=1) + "\n"


def bars_chapter(folder: Path) -> list[str]:
    """What `python -m bars` last wrote beside the pictures, a level deeper."""
    path = folder / BARS
    if not path.exists():
        return []
    text, code = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        code = code != line.startswith("```")
        text.append(f"#{line}" if line.startswith("#") and not code else line)
    return [*text, ""]


def write_pages(pages: Sequence[Page], folder: Path) -> None:
    from . import store

    for page in pages:
        store.write_whole(folder / f"{page.name}.md", f"# {page.title}\n\n{page.text.strip()}\n")


def scenario_mean(rows: pd.DataFrame) -> float:
    """Each scenario alike, however many discharges it has."""
    each = [figures.ratio("f1", figures.counts(some)) for _, some in rows.groupby("scenario")]
    return float(np.mean([f for f in each if f == f])) if any(f == f for f in each) else math.nan


def clean(value: float) -> Any:
    return round(float(value), 5) if math.isfinite(value) else None


def listed(e: Any) -> list[Any]:
    return [clean(e.value), clean(e.low), clean(e.high)]


def points(e: Any) -> str:
    if e is None or e.value != e.value:
        return "-"
    return f"{100 * e.value:+.1f} points" + ("" if e.low != e.low else f" ({100 * e.low:+.1f} to {100 * e.high:+.1f})")


def upper_bound(n: int) -> float:
    """Exact one-sided 95 % bound of a Poisson mean of which n were seen."""
    from scipy.stats import chi2

    return float(chi2.ppf(0.95, 2 * (n + 1)) / 2)


def version(detector: Detector) -> str:
    from .detectors import Missing

    try:
        return detector.version.rsplit(", suite", 1)[0] if detector.package else "in this suite"
    except Missing as error:
        return str(error)
