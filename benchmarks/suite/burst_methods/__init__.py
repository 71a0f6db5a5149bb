"""Burst detectors of spike trains, each written from its paper.

Every method takes ascending times in seconds, shape (n,), and returns the burst of each spike,
int64 of shape (n,): 0, 1, ... in order of time, -1 outside; as `fascikit.evaluate.score_bursts`
reads it. Defaults are the parameters of Cotterill et al. 2016 (10.1152/jn.00093.2016, table
"parameter values"); a burst has three spikes or more. A train too short for a method has no
bursts. ValueError: times that are not 1-D, not finite or descend, and parameters out of range.
Only NumPy and SciPy; no method knows another.
"""

from .histograms import cumulative_moving_average, log_isi
from .intervals import discharge_groups, max_interval
from .surprise import poisson_surprise, rank_surprise

__all__ = [
    "cumulative_moving_average",
    "discharge_groups",
    "log_isi",
    "max_interval",
    "poisson_surprise",
    "rank_surprise",
]
