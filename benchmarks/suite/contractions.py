"""Voluntary segments against contractions whose onset and end were marked by envelope and eye.

Truth: `silver.json` beside the recordings: onset and end in s, good to about 0.1 s, and the peak in µV.
A contraction is *found* where voluntary segments cover half of it or more, *partly* where less,
*missed* where none does. *Rest* is what lies more than `TOLERANCE_S` from any contraction; a segment
that touches none, so far away, is *extra*. The shares of found ones carry exact binomial intervals,
rates exact Poisson ones; the contractions of a recording are of one person, and no such interval
says how it would be with another.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Stretches = NDArray[np.float64]  # shape (n, 2): begin and end in s

TOLERANCE_S = 0.1
NEAR_S = 1.0


def covered(stretches: Stretches, by: Stretches) -> NDArray[np.float64]:
    """The share of each stretch that lies in any of `by`, which have no overlaps."""
    inside = [np.clip(np.minimum(end, by[:, 1]) - np.maximum(begin, by[:, 0]), 0, None).sum() for begin, end in stretches]
    lengths = stretches[:, 1] - stretches[:, 0]
    return np.array(inside) / lengths if len(stretches) else np.empty(0)


def rests(known: Stretches, seconds: float) -> Stretches:
    """What lies further than the tolerance from each contraction; the first and last reach the ends."""
    begins = np.concatenate([[0.0], known[:, 1] + TOLERANCE_S])
    ends = np.concatenate([known[:, 0] - TOLERANCE_S, [seconds]])
    return np.column_stack([begins, ends])[ends > begins]


def distances(times: NDArray[np.float64], known: Stretches) -> NDArray[np.float64]:
    """Of each time to the nearest contraction, 0 within."""
    if not len(known):
        return np.full(len(times), math.inf)
    apart = np.maximum(known[:, 0] - times[:, None], times[:, None] - known[:, 1])
    return np.clip(apart, 0, None).min(axis=1)


def score(known: Stretches, seconds: float, events: pd.DataFrame, bursts: pd.DataFrame, segments: pd.DataFrame) -> dict[str, Any]:
    """Counts of one recording; `events`, `bursts` and `segments` as of a Result."""
    voluntary = segments.query("kind == 'voluntary'")[["onset_s", "end_s"]].to_numpy(float)
    share = covered(known, voluntary)
    rest = rests(known, seconds)
    in_rest = covered(rest, voluntary)
    wide = known + [-TOLERANCE_S, TOLERANCE_S]
    extra = covered(voluntary, wide) == 0
    between = rest[(rest[:, 0] > 0) & (rest[:, 1] < seconds)]
    early, late = [], []
    for begin, end in voluntary:
        within = known[(known[:, 1] > begin) & (known[:, 0] < end)]
        if len(within):
            early.append(begin - within[0, 0])
            late.append(end - within[-1, 1])
    others = bursts[bursts["label"] != "voluntary"]
    away = distances(others["onset_s"].to_numpy(float), known)
    named_otherwise = events[events["burst"].isin(others["burst"])]["peak_s"].to_numpy(float)
    labels = {}
    for label, some in others.assign(away=away)[away > TOLERANCE_S].groupby("label"):
        labels[str(label)] = [len(some), int((some["away"] <= NEAR_S).sum())]
    return {
        "contractions": len(known),
        "found": int((share >= 0.5).sum()),
        "partly": int(((share > 0) & (share < 0.5)).sum()),
        "missed": int((share == 0).sum()),
        "segments": len(voluntary),
        "extra": int(extra.sum()),
        "extra_s": float((voluntary[extra, 1] - voluntary[extra, 0]).sum()),
        "rest_s": float((rest[:, 1] - rest[:, 0]).sum()),
        "voluntary_rest_s": float((in_rest * (rest[:, 1] - rest[:, 0])).sum()),
        "rests_between": len(between),
        "rests_voluntary": int((covered(between, voluntary) > 0.999).sum()),
        "early_s": early,
        "late_s": late,
        "outside": labels,
        "discharges_within": int((distances(named_otherwise, known) == 0).sum()),
    }


def peaks(known_uv: NDArray[np.float64], known: Stretches, samples: NDArray[np.float64], fs: float) -> NDArray[np.float64]:
    """The largest deflection within each contraction over the peak that was marked: of the unit, not of detection."""
    found = [np.nanmax(np.abs(samples[int(max(0.0, a - TOLERANCE_S) * fs) : int((b + TOLERANCE_S) * fs)])) for a, b in known]
    return np.array(found) / known_uv


# ---- Markdown


def share_text(n: int, of: int) -> str:
    if not of:
        return "-"
    low, high = stats.binomtest(n, of).proportion_ci(method="exact")
    return f"{n} of {of}: {100 * n / of:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def rate_text(n: int, seconds: float) -> str:
    minutes = seconds / 60
    low = stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
    high = stats.chi2.ppf(0.975, 2 * n + 2) / 2
    return f"{n} in {minutes:.1f} min: {n / minutes:.1f} a minute ({low / minutes:.1f} to {high / minutes:.1f})"


def edges_text(found: list[float]) -> str:
    return f"{np.median(found):+.2f} ({min(found):+.2f} to {max(found):+.2f})" if found else "-"


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if name == "outside":
                labels = total.setdefault(name, {})
                for label, pair in value.items():
                    labels[label] = [a + b for a, b in zip(labels.get(label, [0, 0]), pair)]
            else:
                total[name] = total[name] + value if name in total else value
    return total


def tables(scores: dict[str, dict[str, Any]]) -> str:
    """Of recordings by name, and of all together."""
    rows = {**scores, "together": summed(list(scores.values()))} if len(scores) > 1 else scores
    head = [
        "recording", "contractions found", "partly", "missed", "segments that are extra", "seconds of them", "rest called voluntary",
        "rests between, all voluntary", "segment begins, s", "and ends, s",
    ]
    lines = [head, ["---"] * len(head)]
    for name, s in rows.items():
        lines.append([
            name, share_text(s["found"], s["contractions"]), str(s["partly"]), str(s["missed"]), share_text(s["extra"], s["segments"]),
            f"{s['extra_s']:.1f}", f"{s['voluntary_rest_s']:.1f} of {s['rest_s']:.1f} s ({100 * s['voluntary_rest_s'] / s['rest_s']:.0f} %)",
            f"{s['rests_voluntary']} of {s['rests_between']}", edges_text(s["early_s"]), edges_text(s["late_s"]),
        ])
    named = [["recording", "label in rest", "bursts", f"of these within {NEAR_S:g} s of a contraction"], ["---"] * 4]
    for name, s in rows.items():
        named += [[name, f"`{label}`", rate_text(n, s["rest_s"]), str(near)] for label, (n, near) in sorted(s["outside"].items())]
    inside = ", ".join(f"{name} {s['discharges_within']}" for name, s in scores.items())
    draw = lambda table: "\n".join("| " + " | ".join(row) + " |" for row in table)  # noqa: E731
    return (
        f"{draw(lines)}\n\nThe last two columns: against the first and the last contraction that the segment holds, median and range; "
        "below 0 is earlier than marked.\n\n"
        f"Bursts of another name than voluntary, in rest (more than {TOLERANCE_S:g} s from any contraction):\n\n{draw(named)}\n\n"
        f"Discharges within contractions, in bursts of another name: {inside}."
    )
