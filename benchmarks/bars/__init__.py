"""The speed suite: every speed bar of this library, tried against SciPy and SpikeInterface.

    cd benchmarks
    python -m bars --library BUILD/benchmarks/bars.so            # some ten minutes on a quiet machine
    python -m bars --library BUILD/benchmarks/bars.so --quick    # two minutes; short data, nothing is written

What is compared is proven equal before it is timed. Rivals take turns in one process, on
memory that was touched before, and the CPU time of the thread is counted. `table.py` holds
the bars, `timing.py` the way they are timed, `intervals.py` what is made of the times;
`filters.py`, `detection.py` and `analysis.py` hold the work. Needs a build with
-DFASCIKIT_BENCHMARKS=ON (targets bars, filter_benchmark and detect_benchmark) and the packages of
suite/requirements.txt; what is missing is said, and the rest is run.
"""
