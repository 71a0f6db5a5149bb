"""What this build is, and what it can say."""

from __future__ import annotations

import pandas as pd

from . import _core

RESEARCH_USE = _core.notice[0]


def labels() -> pd.DataFrame:
    """The labels a burst can have, and what each means.

    Returns
    -------
    pandas.DataFrame
        Columns `label`, `needle_only` (single-fibre activity cannot be seen at the
        skin) and `meaning`.

    Notes
    -----
    After the joint IFCN/AANEM glossary, Dengler et al. 2020, 10.1002/mus.26868;
    `tremor`, `voluntary`, `artifact` and `indeterminate` are this library's own.
    """
    return pd.DataFrame(list(_core.label_table), columns=["label", "needle_only", "meaning"])


def build_config() -> dict[str, str]:
    """How the compiled half was built and what it runs on.

    Returns
    -------
    dict of str
        `version`, `schema_version` of the output files, `compiler`, `cpu_path`
        (the instruction set in use: "baseline", "avx2", "avx512" or "neon"; the
        environment variable FASCIKIT_CPU asks for a lower one) and `fft_backend` ("kissfft", which comes
        with Eigen; never FFTW, which is GPL).
    """
    return {
        "version": _core.version,
        "schema_version": str(_core.schema_version),
        "compiler": _core.compiler,
        "cpu_path": _core.cpu_path(),
        "fft_backend": _core.fft_backend(),
    }
