"""The benchmark suite: this library and its peers on the same recordings, in one run.

    cd benchmarks
    python -m suite --out OUT            # everything, resumes where it was interrupted
    python -m suite --short              # in a minute or two; fails if figures dropped

`detectors.py` has the interface that a detector of your own joins by, `sources.py` the one
of a recording of your own, `sections.py` that of a further page of the report.
"""
