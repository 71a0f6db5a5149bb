"""What is made of the times of several rounds."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Optional

RESAMPLES = 2000


@dataclass(frozen=True)
class Ratio:
    """Of the medians; its 95 % interval by bootstrap over rounds; the extremes of single rounds."""

    value: float
    low: float
    high: float
    least: float
    most: float


def ratio(ours: Sequence[float], theirs: Sequence[float], seed: int = 1) -> Ratio:
    """How many times as fast as theirs ours is. Round i of both is drawn together, since
    what slows a machine down slows both."""
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"{len(ours)} and {len(theirs)} rounds: both need the same number, at least 1")
    if min(ours) <= 0 or min(theirs) <= 0:
        raise ValueError(f"times {min(ours):g} and {min(theirs):g} s: allowed is above 0")
    return drawn_again(tuple(ours), tuple(theirs), seed)


@lru_cache(maxsize=None)
def drawn_again(ours: tuple[float, ...], theirs: tuple[float, ...], seed: int) -> Ratio:
    drawn = random.Random(seed)
    n = len(ours)
    spread = []
    for _ in range(RESAMPLES):
        some = [drawn.randrange(n) for _ in range(n)]
        spread.append(statistics.median(theirs[i] for i in some) / statistics.median(ours[i] for i in some))
    spread.sort()
    each = [t / o for o, t in zip(ours, theirs)]
    return Ratio(
        statistics.median(theirs) / statistics.median(ours),
        spread[round(0.025 * (RESAMPLES - 1))], spread[round(0.975 * (RESAMPLES - 1))], min(each), max(each),
    )


def reached(found: Ratio, bar: Optional[float]) -> str:
    """Yes or no, and whether the interval says so too."""
    if bar is None:
        return ""
    if found.value >= bar:
        return "yes" if found.low >= bar else "yes, its interval reaches below"
    return "no" if found.high < bar else "no, its interval reaches above"
