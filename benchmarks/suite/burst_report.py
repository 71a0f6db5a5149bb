"""The page and the picture of bursts.py, from its table of figures alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from fascikit import evaluate

PICTURE = "bursts.png"
PEERS = ("MaxInterval", "logISI", "CMA", "Poisson surprise", "rank surprise")
RULE = "fascikit's rule"

# Ranks of the five among the paper's eight methods (Cotterill et al. 2016, table of ranks; manuscript source).
PAPER_RANKS = pd.DataFrame(
    {
        "D5": [1, 1, 7, 4, 5],
        "D6": [2, 1, 7, 6, 4],
        "D7": [1, 5, 2, 4, 7],
        "D8": [4, 6, 3, 2, 8],
        "D9": [1, 2, 4, 5, 7],
        "D10": [1, 4, 2, 5, 7],
    },
    index=list(PEERS),
)
SET_TITLES = {
    "D5": "D5, no bursts",
    "D6": "D6, no bursts, rising rate",
    "D7": "D7, short bursts",
    "D8": "D8, long bursts",
    "D9": "D9, frequent bursts",
    "D10": "D10, bursts and noise",
}


class Median(NamedTuple):
    """With its 95 % interval between two order statistics: no distribution assumed, no draws."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return self.text(".3f")

    def text(self, form: str) -> str:
        """A dash for no value; without an interval where there are fewer than six."""
        if math.isnan(self.value):
            return "–"
        return f"{self.value:{form}}" + ("" if math.isnan(self.low) else f" ({self.low:{form}} to {self.high:{form}})")


def median(values: ArrayLike) -> Median:
    x = np.sort(np.asarray(values, dtype=float))
    x = x[~np.isnan(x)]
    if x.size == 0:
        return Median(math.nan, math.nan, math.nan)
    k = int(stats.binom.ppf(0.025, x.size, 0.5))
    ends = (math.nan, math.nan) if k == 0 else (float(x[k - 1]), float(x[x.size - k]))
    return Median(float(np.median(x)), *ends)


def _rows(found: pd.DataFrame, data: str, method: str) -> pd.DataFrame:
    return found[(found["data"] == data) & (found["method"] == method) & (found["table"] != "emg")]


# ---- ranks


def _errors(t: pd.DataFrame, data: str) -> list[float]:
    """Mean distance from what is desired, for each figure by which the paper ranks a set."""
    away = {
        "share": (t["share"] - t["true_share"]).abs(),
        "count": np.log2(t["count_ratio"].clip(lower=0.01)).abs(),
        "sensitivity": 1 - t["sensitivity"],
        "false": t["false_positive"],
    }
    used = {"D8": ("share", "count"), "D9": ("share", "count"), "D10": ("sensitivity", "false")}.get(data, ("share",))
    return [float(away[name].mean()) for name in used]


def ranks(found: pd.DataFrame) -> pd.DataFrame:
    """Of the five among themselves, 1 the best: rows methods, columns sets and `sum`.

    By the mean distance to the desired value, to 0.01 (nearer is the same rank); where the paper
    looks at two figures, by the mean of the two ranks. The paper ranked by eye, by median and
    range of its box plots.
    """
    table = pd.DataFrame(index=list(PEERS))
    for data in SET_TITLES:
        errors = pd.DataFrame([_errors(_rows(found, data, method), data) for method in PEERS], index=list(PEERS))
        table[data] = errors.round(2).rank(method="min").mean(axis=1).rank(method="min").astype(int)
    table["sum"] = table.sum(axis=1)
    return table


def paper_ranks() -> pd.DataFrame:
    """The paper's, of the same five among themselves."""
    table = PAPER_RANKS.rank(method="min").astype(int)
    table["sum"] = table.sum(axis=1)
    return table


# ---- what the paper says


class Claim(NamedTuple):
    data: str
    says: str
    figures: tuple[tuple[str, str], ...]  # method, figure
    holds: Callable[[dict[str, float]], bool]


def _all(test: Callable[[float], bool]) -> Callable[[dict[str, float]], bool]:
    return lambda f: all(test(v) for v in f.values())


CLAIMS = (
    Claim("D5", "few spikes in bursts, CMA the most of the five", tuple((m, "share") for m in PEERS),
          lambda f: all(f["CMA"] > v for m, v in f.items() if m != "CMA")),
    Claim("D6", "Poisson surprise and CMA find clearly more than in D5",
          (("Poisson surprise", "share"), ("CMA", "share"), ("Poisson surprise", "share D5"), ("CMA", "share D5")),
          lambda f: f["Poisson surprise"] > f["Poisson surprise D5"] + 0.05 and f["CMA"] > f["CMA D5"] + 0.05),
    Claim("D7", "more than 90 % of spikes by all but rank surprise", tuple((m, "share") for m in PEERS[:4]),
          _all(lambda v: v > 0.9)),
    Claim("D7", "rank surprise finds fewer than half of the bursts", (("rank surprise", "count_ratio"),), _all(lambda v: v < 0.5)),
    Claim("D8", "Poisson surprise is right in share", (("Poisson surprise", "share"),), _all(lambda v: v > 0.9)),
    Claim("D8", "and in number", (("Poisson surprise", "count_ratio"),), _all(lambda v: 0.8 < v < 1.25)),
    Claim("D8", "MaxInterval and CMA split bursts", (("MaxInterval", "count_ratio"), ("CMA", "count_ratio")), _all(lambda v: v > 1.25)),
    Claim("D8", "logISI and rank surprise greatly underestimate", (("logISI", "share"), ("rank surprise", "share")), _all(lambda v: v < 0.6)),
    Claim("D9", "MaxInterval and logISI have the majority of spikes", (("MaxInterval", "share"), ("logISI", "share")), _all(lambda v: v > 0.9)),
    Claim("D9", "but join bursts", (("MaxInterval", "count_ratio"), ("logISI", "count_ratio")), _all(lambda v: v < 0.8)),
    Claim("D9", "CMA is nearest in number", tuple((m, "count_ratio") for m in PEERS),
          lambda f: min(f, key=lambda m: abs(math.log(f[m]))) == "CMA"),
    Claim("D9", "and has too few spikes", (("CMA", "share"), ("MaxInterval", "share")), lambda f: f["CMA"] < f["MaxInterval"] - 0.05),
    Claim("D10", "MaxInterval, CMA and logISI find more spikes than Poisson surprise",
          tuple((m, "sensitivity") for m in PEERS[:4]),
          lambda f: min(f[m] for m in PEERS[:3]) > f["Poisson surprise"]),
    Claim("D10", "logISI has more false ones than MaxInterval and CMA", tuple((m, "mean false_positive") for m in PEERS[:3]),
          lambda f: f["logISI"] > max(f["MaxInterval"], f["CMA"])),
    Claim("D10", "rank surprise finds few", (("rank surprise", "sensitivity"),), _all(lambda v: v < 0.5)),
)


def _figure(found: pd.DataFrame, data: str, method: str, name: str) -> float:
    if name.endswith(" D5"):
        data, name = "D5", name[:-3]
    if name.startswith("mean "):
        return float(_rows(found, data, method)[name[5:]].mean())
    return median(_rows(found, data, method)[name]).value


def claims(found: pd.DataFrame) -> pd.DataFrame:
    """`set, the paper, here, agrees`, one row a statement."""
    rows = []
    for claim in CLAIMS:
        values = {}
        for method, name in claim.figures:
            values[f"{method} D5" if name.endswith(" D5") else method] = _figure(found, claim.data, method, name)
        rows.append(
            {
                "set": claim.data,
                "the paper": claim.says,
                "here": ", ".join(f"{m} {v:.3f}" for m, v in values.items()),
                "agrees": "yes" if claim.holds(values) else "**no**",
            }
        )
    return pd.DataFrame(rows)


# ---- page


def _markdown(rows: list[list[Any]], head: list[str]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] * len(head)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def _trains_table(found: pd.DataFrame) -> str:
    rows = []
    for data, title in SET_TITLES.items():
        own = found[(found["data"] == data) & (found["table"] != "emg")]
        for i, method in enumerate(own["method"].drop_duplicates()):
            t = own[own["method"] == method]
            truth = f"{title}; true share {t['true_share'].median():.2f}"
            rows.append(
                [truth if i == 0 else "", method, len(t), median(t["share"]), median(t["sensitivity"]),
                 median(t["false_positive"]), median(t["count_ratio"]),
                 median(t["count_error"]).text("+.0f"), median(t["f1"])]
            )
    head = ["set", "method", "trains", "share of spikes in bursts", "sensitivity", "false positive", "found / true bursts",
            "found − true", "F1 (IoU > 0.5)"]
    return _markdown(rows, head)


def _ranks_table(found: pd.DataFrame) -> str:
    here, paper = ranks(found), paper_ranks()
    rows = [[m, *(f"{here.loc[m, c]} ({paper.loc[m, c]})" for c in here.columns)] for m in here.sort_values("sum").index]
    return _markdown(rows, ["method", *here.columns])


def _seen(found: pd.DataFrame) -> str:
    own = found[found["table"] == "signals"].groupby(["data", "method"], sort=False)[["seen", "units"]].mean().unstack("method")
    methods = own["seen"].columns
    rows = [[data, *(f"{100 * own.loc[data, ('seen', m)]:.0f} % in {own.loc[data, ('units', m)]:.1f} units" for m in methods)]
            for data in SET_TITLES]
    return _markdown(rows, ["set", *methods])


def _emg_table(found: pd.DataFrame) -> str:
    own = found[found["table"] == "emg"]
    fates = ["whole", "part", "split", "joined", "missed"]
    rows = []
    for data in own["data"].drop_duplicates():
        first = True
        for (method, fed), t in own[own["data"] == data].groupby(["method", "fed"], sort=False):
            rows.append([f"{data}: {t['known'].sum():.0f} groups" if first else "", method, fed,
                         f"{t['whole'].sum():.0f}, {_share(t)}", *(f"{t[f].sum():.0f}" for f in fates[1:]), f"{t['extra'].sum():.0f}"])
            first = False
    return _markdown(rows, ["scenario", "method", "fed with", *fates, "none of them"])


def _share(t: pd.DataFrame) -> str:
    """Of groups found whole, over recordings."""
    value = 100 * t["whole"].sum() / t["known"].sum()
    if len(t) < 2:
        return f"{value:.0f} %"
    counts = t[["whole", "known"]].to_numpy(float)
    found = evaluate.bootstrap(counts, lambda drawn: 100 * drawn[:, 0].sum() / drawn[:, 1].sum(), method="percentile")
    return f"{value:.0f} % ({found.estimate.low:.0f} to {found.estimate.high:.0f})"


def page(found: pd.DataFrame, picture: str) -> str:
    """Markdown, headings from `###` on; `picture` is its address."""
    here = ranks(found)
    order = here["sum"].sort_values()
    disagree = (claims(found)["agrees"] != "yes").sum()
    emg = found[found["table"] == "emg"]
    n_trains = int(found[found["table"] == "trains"].groupby(["data", "method"]).size().max())
    seen = emg.groupby("data")["seen"].mean()
    statements = claims(found)

    def figure(data: str, method: str, name: str) -> float:
        return _figure(found, data, method, name)

    behind = "; ".join(
        f"{data} {_rows(found, data, 'MaxInterval')['sensitivity'].median():.2f} against "
        f"{_rows(found, data, 'fascikit, needle signal')['sensitivity'].median():.2f} by needle and "
        f"{_rows(found, data, 'fascikit, skin signal')['sensitivity'].median():.2f} at the skin"
        for data in ("D7", "D8", "D9", "D10")
    )
    own = emg[emg["method"] == "fascikit"].groupby("data", sort=False)
    whole = " and ".join(f"{_share(t)} of `{data}` whole" for data, t in own)
    seeds = emg["seed"].nunique()
    one = emg.drop_duplicates(["data", "seed"]).groupby("data")[["known", "wide", "near", "after"]].sum()
    wide, near = one.loc["multiplets"], one.loc["myokymia"]
    return f"""A word first: in these papers a burst is a run of spikes of a neuron. **In this library it is a group of
discharges of one motor unit**, down to a doublet, and a single discharge is a burst of one. The library does not
compete here for finding bursts of neurons; the trains are the only published ones with known bursts.

Where this library is behind: given a signal in place of the spike times, it has fewer spikes in bursts than MaxInterval
has from the true times ({behind}), and of the known
groups in simulated EMG it finds {whole}, for the reasons said there.

By sum of ranks over the six sets: {", ".join(f"{m} {int(v)}" for m, v in order.items())}.
The same five have {", ".join(f"{m} {int(v)}" for m, v in paper_ranks()["sum"].sort_values().items())} in the paper.
Of {len(statements)} statements that the paper makes about the five {disagree} do not hold here; they are marked below, with the reasons.

Methods: MaxInterval (0.17 / 0.30 / 0.20 s, 0.01 s, 3 spikes), logISI (Pasquale et al. 2010), cumulative moving
average (Kapucu et al. 2012), Poisson surprise (Legéndy and Salcman 1985) and rank surprise (Gourévitch and
Eggermont 2007; both from −ln 0.01), parameters of Cotterill et al. 2016 (10.1152/jn.00093.2016). Data: their sets
D5 to D10, drawn anew ({n_trains} trains of 300 s each).

`fascikit's rule` is the library's grouping of one unit's discharges, restated for a train: MaxInterval without least
duration, and pairs within 45 ms. `fascikit, … signal` is the library itself. It takes signals, so each train became an EMG of
one strong unit in little noise (400 µV at 2 µV RMS; skin at 2048 Hz, needle at 10 kHz), and `fk.analyze` gave the
bursts. This costs it two things that no other method pays. The spikes of a set may lie closer than a potential is long, and
closer than any motor unit can fire; such potentials overlap, and part of them is found as one or as another unit,
whose groups are then kept apart. And where much happens it says "voluntary", which no other method knows. How many
spikes it saw, and in how many units (one is true):

{_seen(found)}

![Six sets: a stretch of a train with the bursts found, and shares and numbers of bursts]({picture})

Medians over trains with 95 % intervals (between order statistics). Sensitivity: share of the spikes of true bursts in a
found one. False positive: share of the other spikes. F1: bursts that share more than half of the spikes of either.

{_trains_table(found)}

### Ranks, and in brackets the paper's for the same five

{_ranks_table(found)}

The paper ranked by eye, by median and range of its box plots; here it is the mean distance to the desired value.

### What the paper says of these methods

{_markdown(statements.to_numpy().tolist(), list(statements.columns))}

Where it does not agree, their published scripts tell why. On D10 they ran CMA with its related spikes, which their text leaves out:
done so here, CMA finds {figure("D10", "CMA, related spikes", "sensitivity"):.2f} of the spikes of D10 (Poisson surprise {figure("D10", "Poisson surprise", "sensitivity"):.2f}). On all sets they join CMA bursts nearer than its second threshold. Their
D6 falls to a rate of 0, where it rises here as their text has it; of their D9, bursts may overlap, so that more can be found. logISI here follows their script: hardly any
smoothing, and no threshold of 1 s or more. `logISI, smoothed` has a local regression over 5 bins and no such limit, as nearer to the authors' own words: on D8 it
finds {figure("D8", "logISI, smoothed", "share"):.2f} of the spikes and not {figure("D8", "logISI", "share"):.2f}, on D10 {figure("D10", "logISI, smoothed", "sensitivity"):.2f} and not {figure("D10", "logISI", "sensitivity"):.2f}.

### Groups in simulated EMG

Known groups of the scenarios `multiplets` and `myokymia`, {seeds} recordings each. *Whole*: all discharges in one found
group and no other with them; *part*: some of them; *split*: in more than one; *joined*: with other discharges in a
group; and groups that hold none of them. Trains are the true ones or those found by `fk.analyze`, which found {", ".join(f"{100 * v:.0f} % of the discharges of `{k}`" for k, v in seen.items())}; by
unit or all units in one train. For *whole*, the 95 % interval over recordings (bootstrap).

{_emg_table(found)}

Two limits lie in the settings and not in the detection, as the true trains show. {wide["wide"]:.0f} of {wide["known"]:.0f} groups in `multiplets`
have no interval below 20 ms, most of them pairs with an F-wave, which this setting calls no multiplet. {100 * near["near"] / near["after"]:.0f} % of the groups in `myokymia`
follow the one before within 300 ms: the published 300 ms, and this library's rule that took them over, join them.
The rest is lost before any grouping: discharges that were found as one with their neighbour or not at all, or given
to another unit or to none.
"""


# ---- picture


def draw(found: pd.DataFrame, examples: dict[str, dict[str, Any]], path: Path) -> None:
    """Six rows: 20 s of a train with its bursts; shares of spikes; numbers of bursts. Quartiles as bars."""
    colours = dict(zip([*PEERS, RULE], ["#1b6ca8", "#d1495b", "#edae49", "#66a182", "#8d6a9f", "#222222"]))
    figure, axes = plt.subplots(
        6, 3, figsize=(11.5, 10.5), gridspec_kw={"width_ratios": [3.2, 1, 1]}, layout="constrained"
    )
    for (train_axis, share_axis, count_axis), (data, title) in zip(axes, SET_TITLES.items()):
        example = examples[data]
        times, truth = example["times_s"], example["truth"]
        inside = (times >= 100) & (times < 120)
        train_axis.vlines(times[inside], 0.1, 0.9, colors=["#b00" if b >= 0 else "#555" for b in truth[inside]], linewidth=0.6)
        for row, (method, burst) in enumerate(example["found"].items()):
            shown = [times[burst == k] for k in np.unique(burst[inside & (burst >= 0)])]
            train_axis.hlines([-0.35 - 0.3 * row] * len(shown), [at[0] for at in shown], [at[-1] for at in shown],
                              colors=colours[method], linewidth=3)
        train_axis.set(xlim=(100, 120), ylim=(-2.2, 1), yticks=[])
        train_axis.set_title(title, loc="left", fontsize=10)
        if data == "D5":
            train_axis.set_title("right: medians and quartiles of 100 trains, dashed the truth", loc="right", fontsize=9)
        for axis, name, wanted in ((share_axis, "share", None), (count_axis, "count_ratio", 1.0)):
            for row, method in enumerate(example["found"]):
                t = _rows(found, data, method)[name].dropna()
                if t.empty:
                    continue
                low, middle, high = np.percentile(t, [25, 50, 75])
                axis.plot([low, high], [-row] * 2, color=colours[method], linewidth=3, solid_capstyle="butt", alpha=0.5)
                axis.plot(middle, -row, "o", color=colours[method], markersize=5)
            wanted = _rows(found, data, RULE)["true_share"].median() if wanted is None else wanted
            axis.axvline(wanted, color="#b00", linestyle="--", linewidth=0.8)
            axis.set_yticks(range(0, -len(example["found"]), -1), list(example["found"]) if axis is count_axis else [], fontsize=8.5)
            axis.yaxis.tick_right()
            axis.set_ylim(-len(example["found"]) + 0.5, 0.5)
            axis.tick_params(labelsize=8.5)
        share_axis.set_xlim(-0.03, 1.03)
        if _rows(found, data, RULE)["count_ratio"].notna().any():
            count_axis.set_xscale("log", base=2)
            count_axis.set_xlim(1 / 16, 4)
            count_axis.set_xticks([1 / 16, 1 / 4, 1, 4], ["1/16", "1/4", "1", "4"])
        else:
            count_axis.set_xlim(0, 2)
            count_axis.set_xticks([])
            count_axis.lines[-1].remove()
            count_axis.text(1, -2.5, "no true bursts", ha="center", fontsize=8.5)
        train_axis.tick_params(labelsize=8.5)
    axes[0][1].set_title("share of spikes in bursts", fontsize=10)
    axes[0][2].set_title("found / true bursts", fontsize=10)
    axes[-1][0].set_xlabel("s; spikes of true bursts red, others grey; bars: bursts found, as listed at the right", fontsize=9)
    figure.savefig(path, dpi=80)
    plt.close(figure)
