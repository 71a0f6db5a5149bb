"""This library: at its default, never tuned here; the other settings are for the curve."""

from __future__ import annotations

import fascikit as fk

from .detectors import Detector
from .sources import Made

DEFAULT = 0.05


def analyze(made: Made, false_per_minute: float) -> fk.Result:
    return fk.analyze(made.recording, electrode=made.electrode, false_per_minute=false_per_minute)


DETECTORS = [
    Detector(
        "fascikit",
        "`fk.analyze` at its defaults; the threshold is `false_per_minute`, the rate of false detections on Gaussian noise.",
        (0.001, 0.01, DEFAULT, 0.5, 5.0),
        whole=analyze,
        package="fascikit",
        default=DEFAULT,
    )
]
