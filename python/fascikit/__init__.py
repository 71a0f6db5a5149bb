"""Finds fasciculations and other spontaneous discharges in EMG.

    >>> import fascikit as fk
    >>> res = fk.analyze(fk.read("calf.edf"))          # doctest: +SKIP
    >>> res.summary                                    # doctest: +SKIP

Research use, not a medical device. It names discharges, never a diagnosis.

Conventions: time is the last axis of every array, amplitudes are µV peak to peak,
positions are sample indices from the start of the recording, tables carry seconds.

Threads: every long call releases the GIL. `read`, `analyze` and the `filter`
functions may run in several threads at once; arrays are read in place and must not
be written to meanwhile. A `Stream` belongs to one thread at a time.
"""

from __future__ import annotations

from . import datasets, evaluate, filter, simulator, spectral
from ._analyze import analyze
from ._core import Cancelled, InputError
from ._core import version as __version__
from ._info import build_config, labels
from ._recording import Recording, read
from ._result import Result
from ._score import Findings, Froc, Score, findings, froc, score
from ._simulate import Simulated, scenarios, simulate
from ._stream import Found, LiveBurst, LiveEvent, LiveSegment, Stream

__all__ = [
    "Cancelled",
    "Findings",
    "Found",
    "Froc",
    "InputError",
    "LiveBurst",
    "LiveEvent",
    "LiveSegment",
    "Recording",
    "Result",
    "Score",
    "Simulated",
    "Stream",
    "__version__",
    "analyze",
    "build_config",
    "datasets",
    "evaluate",
    "filter",
    "findings",
    "froc",
    "labels",
    "read",
    "scenarios",
    "score",
    "simulate",
    "simulator",
    "spectral",
]
