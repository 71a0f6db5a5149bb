"""The pictures of the report; each small, none shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from . import figures

OURS = "fascikit"
TWIN = "SpikeInterface locally exclusive"
COLOURS = plt.get_cmap("tab10").colors


def style(names: Sequence[str], name: str) -> dict[str, object]:
    if name == OURS:
        return {"color": "black", "linewidth": 2.2, "zorder": 5}
    others = [n for n in names if n != OURS]
    i = others.index(name)
    look: dict[str, object] = {"color": COLOURS[i % 10], "linewidth": 1.2, "linestyle": "-" if i < 10 else "--"}
    if name == TWIN:  # of one channel it is its twin, which is drawn below it and seen between the dashes
        look |= {"linestyle": (0, (4, 4)), "zorder": 4}
    return look


def save(figure: plt.Figure, path: Path) -> str:
    figure.savefig(path, dpi=90, metadata={"Software": None})
    plt.close(figure)
    return path.name


def froc(rows: pd.DataFrame, chosen: dict[tuple[str, str], float], names: Sequence[str], path: Path) -> str:
    electrodes = [e for e in ("surface", "needle") if (rows["electrode"] == e).any()]
    figure, axes = plt.subplots(
        1, len(electrodes), figsize=(5.2 * len(electrodes) + 2.6, 4.4), squeeze=False, layout="constrained"
    )
    for ax, electrode in zip(axes[0], electrodes):
        for name in names:
            mine = rows[(rows["detector"] == name) & (rows["electrode"] == electrode)]
            if mine.empty:
                continue
            sums = mine.groupby("threshold")[figures.BASIC].sum()
            x = (sums["false_detections"] / sums["usable_min"]).clip(lower=1e-2)
            y = sums["matched"] / sums["discharges"]
            look = style(names, name)
            ax.plot(x, y, marker=".", markersize=3 if name == TWIN else 5, label=name, **look)
            at = chosen.get((name, electrode))
            if at in sums.index:
                size = 5 if name == TWIN else 9
                ax.plot(x[at], y[at], marker="o", markersize=size, color=look["color"], markeredgecolor="white", markeredgewidth=0.8, zorder=6)
        ax.set(xscale="log", xlabel="false detections a minute and site", title=electrode, ylim=(-0.02, 1))
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel("sensitivity")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right center", fontsize=9)
    return save(figure, path)


def f1_by_scenario(table: pd.DataFrame, path: Path) -> str:
    """`table`: scenarios x detectors."""
    figure, ax = plt.subplots(figsize=(1.6 + 0.75 * len(table.columns) + 2.4, 1.9 + 0.3 * len(table)), layout="constrained")
    values = table.to_numpy(dtype=float)
    ax.imshow(values, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    for i, row in enumerate(values):
        best = np.nanmax(row) if np.isfinite(row).any() else np.nan
        for j, value in enumerate(row):
            if np.isfinite(value):
                ax.text(
                    j, i, f"{100 * value:.0f}", ha="center", va="center", fontsize=9,
                    color="black" if value > 0.6 else "white", weight="bold" if round(100 * value) == round(100 * best) else "normal",
                )
    ax.set_xticks(range(len(table.columns)), table.columns, rotation=40, ha="right", fontsize=9)
    ax.set_yticks(range(len(table)), table.index, fontsize=9)
    ax.set_title("F1, %, the best of a scenario in bold", fontsize=10)
    return save(figure, path)


def sensitivity_by_snr(tables: dict[str, pd.DataFrame], path: Path) -> str:
    figure, ax = plt.subplots(figsize=(8.6, 4.4), layout="constrained")
    names = list(tables)
    ticks: dict[float, str] = {}
    for name, table in tables.items():
        if table.empty:
            continue
        for low, high in zip(table["low"], table["high"]):
            ticks[low] = f"{low:g}-{high:g}" if np.isfinite(high) else f"{low:g}+"
        places = [sorted(ticks).index(low) for low in table["low"]]
        ax.plot(places, table["matched"] / table["discharges"], marker="o", markersize=3 if name == TWIN else 5, label=name, **style(names, name))
    ax.set_xticks(range(len(ticks)), [ticks[low] for low in sorted(ticks)])
    ax.set(xlabel="peak to peak over noise RMS", ylabel="sensitivity", ylim=(0, 1.02))
    ax.grid(alpha=0.3)
    ax.legend(fontsize=9, bbox_to_anchor=(1.01, 1), loc="upper left")
    return save(figure, path)


def confusion(square: pd.DataFrame, path: Path) -> str:
    share = square.div(square.sum(axis=1), axis=0).to_numpy()
    figure, ax = plt.subplots(figsize=(2.6 + 0.62 * len(square.columns), 2.2 + 0.42 * len(square)), layout="constrained")
    ax.imshow(share, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    for i, row in enumerate(square.to_numpy()):
        for j, n in enumerate(row):
            if n:
                ax.text(j, i, f"{n}", ha="center", va="center", fontsize=9, color="white" if share[i, j] > 0.5 else "black")
    ax.set_xticks(range(len(square.columns)), [c.replace("_", " ") for c in square.columns], rotation=40, ha="right", fontsize=9)
    ax.set_yticks(range(len(square)), [c.replace("_", " ") for c in square.index], fontsize=9)
    ax.set(xlabel="said", ylabel="known")
    ax.set_title("groups; shade: share of the known ones", fontsize=10)
    return save(figure, path)


def calibration(tables: dict[str, pd.DataFrame], path: Path) -> str:
    figure, axes = plt.subplots(1, len(tables), figsize=(4.8 * len(tables), 4.4), squeeze=False, layout="constrained")
    for ax, (title, bins) in zip(axes[0], tables.items()):
        some = bins[(bins["n"] > 0) & bins["stated"].notna()]
        ax.plot([0, 1], [0, 1], color="grey", linewidth=1)
        ax.plot(some["stated"], some["right"], color="black", linewidth=1)
        ax.scatter(some["stated"], some["right"], s=10 + 150 * some["n"] / max(1, bins["n"].max()), color="black", alpha=0.6)
        for _, row in some.iterrows():
            left = row["stated"] > 0.8  # there the text would leave the axes
            ax.annotate(
                f"{int(row['n'])}", (row["stated"], row["right"]), xytext=(-10 if left else 7, -12), textcoords="offset points",
                fontsize=9, ha="right" if left else "left",
            )
        ax.set(xlabel="stated probability", ylabel="share that was right", title=title, xlim=(-0.02, 1.05), ylim=(-0.05, 1.05))
        ax.grid(alpha=0.3)
    return save(figure, path)


def speed(seconds: pd.Series, path: Path) -> str:
    """s a recording-minute and channel, by detector."""
    some = 1e3 * seconds.dropna().sort_values(ascending=False)
    figure, ax = plt.subplots(figsize=(7, 1.2 + 0.3 * len(some)), layout="constrained")
    ax.barh(list(some.index), some, color=["black" if n == OURS else "tab:blue" for n in some.index])
    for i, value in enumerate(some):
        ax.text(value + 0.01 * some.max(), i, f"{value:.3g}", va="center", fontsize=9)
    ax.set(xlabel="ms a minute of one channel, one thread, warm", xlim=(0, some.max() * 1.15))
    return save(figure, path)
