"""The picture of a result: what a person looks at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np

from . import _core
from ._info import RESEARCH_USE

if TYPE_CHECKING:
    import pandas as pd

    from ._result import Result

# Told apart by people who see red and green alike (Okabe and Ito; Tol); a row a label says it again.
COLOURS = {
    "fasciculation_potential": "#D55E00",
    "fasciculation_multiplet": "#AA3377",
    "myokymic_discharge": "#009E73",
    "neuromyotonic_discharge": "#E69F00",
    "cramp_discharge": "#882255",
    "fibrillation_potential": "#0072B2",
    "positive_sharp_wave": "#56B4E9",
    "endplate_spike": "#44AA99",
    "endplate_noise": "#999933",
    "myotonic_discharge": "#CC79A7",
    "complex_repetitive_discharge": "#332288",
    "continuous_single_discharge": "#117733",
    "tremor": "#6699CC",
    "voluntary": "#4477AA",
    "artifact": "#888888",
    "indeterminate": "#444444",
}
SIGNAL = "#3A4654"
MOST_BINS = 3000
ROW = 0.055          # height of a row of ticks, as a share of the axes


def plot(result: Result, site: Union[str, int, None], start_s: Optional[float], stop_s: Optional[float], ax: Any) -> Any:
    sites = _sites(result, site)
    first, last = _stretch(result, start_s, stop_s)
    if ax is not None:
        if len(sites) != 1:
            raise ValueError(f"one ax for {len(sites)} sites: name one with site=, of {', '.join(result._site_names)}")
        _draw(result, sites[0], first, last, ax)
        ax.set_xlabel(_time_label(last - first))
        return ax

    from matplotlib import pyplot as plt

    rows = [1.0 + 2.2 * _row_share(result, index, first, last) for index in sites]
    height = 0.75 + sum(2.3 * row for row in rows)
    figure, axes = plt.subplots(
        len(sites), 1, sharex=True, squeeze=False, figsize=(12, height), layout="constrained", height_ratios=rows
    )
    panels = axes[:, 0]
    for index, panel in zip(sites, panels):
        _draw(result, index, first, last, panel)
    panels[-1].set_xlabel(_time_label(last - first))
    low, high = result.options["band_hz"]
    figure.supxlabel(
        f"fascikit {result.version} \u00b7 {low:g} to {high:g} Hz \u00b7 {RESEARCH_USE}",
        fontsize=7.5,
        color="#777777",
    )
    return panels[0] if len(sites) == 1 else panels


def _sites(result: Result, site: Union[str, int, None]) -> list[int]:
    names = result._site_names
    if site is None:
        return list(range(len(names)))
    if isinstance(site, str):
        if site not in names:
            raise ValueError(f"site {site!r}: allowed is one of {', '.join(names)}")
        return [names.index(site)]
    if not 0 <= site < len(names):
        raise ValueError(f"site {site}: allowed is 0 to {len(names) - 1}")
    return [int(site)]


def _stretch(result: Result, start_s: Optional[float], stop_s: Optional[float]) -> tuple[float, float]:
    duration = result._info["frames"] / result._fs
    first = 0.0 if start_s is None else float(start_s)
    last = duration if stop_s is None else float(stop_s)
    if not 0 <= first < last <= duration * (1 + 1e-9):
        raise ValueError(f"{first:g} to {last:g} s: allowed is a stretch within 0 to {duration:g} s")
    return first, min(last, duration)


def _inside(table: pd.DataFrame, name: str, first: float, last: float, onset: str, end: Any) -> pd.DataFrame:
    return table[((table["site"] == name) | (table["site"] == "")) & (table[onset] < last) & (end > first)]


def _bursts(result: Result, name: str, first: float, last: float) -> pd.DataFrame:
    table = result.bursts
    return _inside(table, name, first, last, "onset_s", table["onset_s"] + table["duration_s"])


def _row_share(result: Result, index: int, first: float, last: float) -> float:
    return ROW * int(_bursts(result, result._site_names[index], first, last)["label"].nunique())


def _time_label(length_s: float) -> str:
    return "time (min:s)" if length_s > 120 else "time (s)"


def _draw(result: Result, index: int, first: float, last: float, ax: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

    name = result._site_names[index]
    segments = result.segments
    segments = _inside(segments, name, first, last, "onset_s", segments["end_s"])
    bursts = _bursts(result, name, first, last)
    events = result.events
    events = events[(events["site"] == name) & (events["peak_s"] >= first) & (events["peak_s"] < last)]
    labels = [label for label in COLOURS if (bursts["label"] == label).any()]

    label_of = dict(zip(bursts["burst"], bursts["label"]))
    event_labels = events["burst"].map(label_of)
    cut = _signal(result, index, first, last, segments, events, event_labels, ax)
    _spans(segments, first, last, ax)

    # Below the signal a strip: one row a label, a tick a discharge, a bar a burst.
    strip = ROW * len(labels)
    bottom, top = ax.get_ylim()
    share = strip + (0.02 if labels else 0.0)
    ax.set_ylim(top - (top - bottom) / (1 - share), top)
    mixed = ax.get_xaxis_transform()
    if labels:
        ax.axhline(-top, color="#DDDDDD", lw=0.8, zorder=0)
    for row, label in enumerate(labels):
        colour = COLOURS[label]
        middle = strip - (row + 0.5) * ROW
        times = events["peak_s"][event_labels == label]
        ax.vlines(times, middle - 0.40 * ROW, middle + 0.40 * ROW, transform=mixed, color=colour, lw=_thin(len(times)))
        own = bursts[bursts["label"] == label]
        long = own[own["duration_s"] > 0.004 * (last - first)]
        for onset, duration in zip(long["onset_s"], long["duration_s"]):
            begin, end = max(onset, first), min(onset + duration, last)
            ax.fill_between(
                [begin, end], middle - 0.40 * ROW, middle + 0.40 * ROW, transform=mixed, color=colour, alpha=0.35, lw=0
            )
        ax.text(
            1.005, middle, f"{label.replace('_', ' ')} ({len(own)})", transform=ax.transAxes, color=colour,
            fontsize=8, va="center", ha="left",
        )

    ax.set_xlim(first, last)
    ax.margins(x=0)
    if last - first > 120:
        step = next(s for s in (15, 30, 60, 120, 300, 600, 1800, 3600, 10**9) if (last - first) / s <= 16)
        ax.xaxis.set_major_locator(MultipleLocator(step))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{int(s) // 60}:{int(s) % 60:02d}"))
    ax.set_yticks([tick for tick in MaxNLocator(4, symmetric=True).tick_values(-top, top) if abs(tick) <= top])
    ax.set_ylabel("\u00b5V")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(name, loc="left", fontsize=11, fontweight="bold")
    ax.set_title(_rate(result, index) + cut, loc="right", fontsize=8.5, color="#555555")


def _signal(
    result: Result,
    index: int,
    first: float,
    last: float,
    segments: pd.DataFrame,
    events: pd.DataFrame,
    event_labels: pd.Series,
    ax: Any,
) -> str:
    """Draws the signal and sets the scale; says so if a contraction exceeds it."""
    recording = result.recording
    if recording is None:
        # The samples are gone: discharges alone, as high as they were.
        half = events["amplitude_uv"] / 2
        colours = [COLOURS.get(label, SIGNAL) for label in event_labels]
        ax.vlines(events["peak_s"], -half, half, colors=colours, lw=0.9)
        limit = 1.1 * float(half.max()) if len(half) else 1.0
        ax.set_ylim(-limit, limit)
        return " \u00b7 samples not kept"
    fs = result._fs
    begin = int(round(first * fs))
    count = max(1, min(int(round(last * fs)), int(result._info["frames"])) - begin)
    bins = min(count, MOST_BINS)
    low_hz, high_hz = result.options["band_hz"]
    low, high = recording._source.envelope(_channel(result, index), begin, count, bins, low_hz, high_hz)
    edges = first + np.arange(bins) * (count / bins / fs)
    draw = _line if bins == count else _band
    draw(ax, edges, low, high, SIGNAL, 1)
    # What was found, in the colour of its label.
    width = count / bins / fs
    for label, group in events.groupby(event_labels):
        own = np.zeros(bins, dtype=bool)
        for onset, duration in zip(group["onset_s"], group["duration_ms"]):
            own[max(0, int((onset - first) / width)) : max(0, int((onset + duration / 1000 - first) / width) + 1)] = True
        draw(ax, edges, np.where(own, low, np.nan), np.where(own, high, np.nan), COLOURS[label], 2)

    # The scale is that of rest: a contraction would flatten everything else.
    height = np.fmax(np.abs(low), np.abs(high))
    rest = np.isfinite(height)
    for onset, end in zip(segments["onset_s"], segments["end_s"]):
        rest &= ~((edges + width > onset) & (edges < end))
    largest = float(np.nanmax(height)) if np.isfinite(height).any() else 1.0
    quiet = float(height[rest].max()) if rest.any() else largest
    limit = largest if largest < 3 * quiet else 1.15 * quiet
    limit = 1.08 * limit if limit > 0 else 1.0
    ax.set_ylim(-limit, limit)
    return "" if limit > largest else f" \u00b7 shaded stretches exceed the scale (up to {largest:.0f} \u00b5V)"


def _thin(count: int) -> float:
    """A width at which so many lines on one page stay apart."""
    return float(np.clip(300 / max(count, 1), 0.3, 1.0))


def _line(ax: Any, x: Any, low: Any, high: Any, colour: str, zorder: int) -> None:
    ax.plot(x, high, color=colour, lw=0.9 if zorder > 1 else 0.8, zorder=zorder)


def _band(ax: Any, x: Any, low: Any, high: Any, colour: str, zorder: int) -> None:
    # Single bins have no area: lines, not a filled shape.
    if zorder > 1:
        here = np.isfinite(high)
        ax.vlines(x[here], low[here], high[here], color=colour, lw=_thin(int(here.sum())), zorder=zorder)
    else:
        ax.fill_between(x, low, high, color=colour, lw=0.35, zorder=zorder)


def _channel(result: Result, index: int) -> int:
    """The channel of the site that has most discharges, or its first."""
    channels = result._info["sites"][index]["channels"]
    raw = result._analysis.events()
    own = raw["channel"][raw["site"] == index]
    if len(own) == 0:
        return int(channels[0])
    values, counts = np.unique(own, return_counts=True)
    return int(values[counts.argmax()])


def _spans(segments: pd.DataFrame, first: float, last: float, ax: Any) -> None:
    styles: dict[str, dict[str, Any]] = {
        "voluntary": {"facecolor": "#4477AA", "alpha": 0.18, "lw": 0},
        "artifact": {"facecolor": "#DDAA33", "alpha": 0.25, "lw": 0},
        "masked": {"facecolor": "#F4F4F4", "edgecolor": "#BBBBBB", "hatch": "////", "lw": 0, "zorder": 3},
    }
    seen = set()
    for onset, end, kind in zip(segments["onset_s"], segments["end_s"], segments["kind"]):
        begin, stop = max(onset, first), min(end, last)
        ax.axvspan(begin, stop, **styles[kind])
        if kind not in seen and stop - begin > 0.03 * (last - first):
            seen.add(kind)
            ax.text(
                (begin + stop) / 2, 0.985, kind, transform=ax.get_xaxis_transform(), fontsize=8, color="#555555",
                ha="center", va="top", zorder=4,
            )


def _rate(result: Result, index: int) -> str:
    site = result._analysis.sites()[index]
    rate = site["fasciculations"]
    if np.isnan(rate["per_min"]):
        return "no usable minute"
    if site["noise_uv"][1] > _core.resting_noise_uv:
        return f"no rest found: noise of {site['noise_uv'][1]:.0f} µV"
    return (
        f"{rate['per_min']:.1f} fasciculations/min in {rate['minutes']:.1f} min at rest "
        f"(95 %: {rate['low_per_min']:.1f} to {rate['high_per_min']:.1f})"
    )
