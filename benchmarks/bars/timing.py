"""Rivals in turn, in one process, on warm memory, by the CPU time of this thread."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping

Work = Callable[[], object]


def keep_memory() -> bool:
    """What is freed stays with the process, so that no rival pays for fresh pages twice.
    Answers whether the C library here can do that (glibc's mallopt)."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    never_mapped, never_trimmed = mallopt(-4, 0), mallopt(-1, -1)
    return bool(never_mapped and never_trimmed)


def measure(work: Mapping[str, Work], rounds: int, before: Work = lambda: None) -> dict[str, list[float]]:
    """Seconds of each in each round; every one runs once before it is timed. `before` is not timed
    and runs before each."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, call in work.items():
            before()
            start = time.thread_time()
            call()
            took = time.thread_time() - start
            if turn:
                seconds[name].append(took)
    return seconds
