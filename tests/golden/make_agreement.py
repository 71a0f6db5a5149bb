"""Writes agreement.json: what SciPy and scikit-learn say, for tests/agreement_test.cpp.

Run from the project's root: python tests/golden/make_agreement.py
Inputs come from integers by the same few lines here and in the test, so that only
answers are stored. Numbers are written so that they read back exactly.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import optimize, stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, cohen_kappa_score, log_loss


def uniforms(n: int, seed: int) -> np.ndarray:
    """In [0, 1): a 32-bit linear congruential generator (Numerical Recipes)."""
    state, out = seed, np.empty(n)
    for i in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**24
    return out


def quantiles() -> dict:
    probabilities = [1e-6, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999, 1 - 1e-6]
    degrees = [0.5, 1.0, 2.0, 3.7, 10.0, 99.0, 1e4, 1e6]
    return {
        "normal": [[p, stats.norm.ppf(p)] for p in probabilities],
        "t": [[p, d, stats.t.ppf(p, d)] for p in probabilities for d in degrees],
        "f": [
            [p, d1, d2, stats.f.ppf(p, d1, d2)]
            for p in (0.001, 0.025, 0.5, 0.975, 0.999)
            for d1 in (1.0, 3.0, 5.2, 40.0, 1e4)
            for d2 in (1.0, 4.4, 15.0, 200.0, 1e4)
        ],
        "wilson": [
            [k, n, *stats.binomtest(k, n).proportion_ci(0.95, "wilson")] for k, n in [(0, 5), (3, 10), (10, 10), (81, 263)]
        ],
    }


def calibrations() -> dict:
    # Probabilities in steps of 0.01, so that many lie on the edges of bins.
    p = np.floor(uniforms(400, 1) * 101) / 100
    y = (uniforms(400, 2) < p * p).astype(int)
    out = {"brier": brier_score_loss(y, p), "log_loss": log_loss(y, p)}
    for name, strategy in (("equal_width", "uniform"), ("equal_count", "quantile")):
        true, mean = calibration_curve(y, p, n_bins=10, strategy=strategy)
        out[name] = {"share_true": true.tolist(), "mean_p": mean.tolist()}
    return out


def kappas() -> dict:
    a = np.floor(uniforms(200, 3) * 4).astype(int)
    b = np.where(uniforms(200, 4) < 0.6, a, np.floor(uniforms(200, 5) * 4).astype(int))
    return {str(w).lower(): cohen_kappa_score(a, b, weights=w) for w in (None, "linear", "quadratic")}


def assignments() -> list:
    out = []
    for seed, (rows, columns) in enumerate([(1, 1), (3, 7), (7, 3), (12, 12), (40, 25)], start=10):
        scores = uniforms(rows * columns, seed).reshape(rows, columns)
        i, j = optimize.linear_sum_assignment(-scores)
        out.append({"seed": seed, "rows": rows, "columns": columns, "partner": dict(zip(i.tolist(), j.tolist()))})
    return out


def iccs() -> list:
    """By the definitions, with SciPy's F."""
    out = []
    for seed, n, k, spread in [(20, 6, 4, 1.0), (21, 30, 2, 0.2), (22, 12, 3, 3.0)]:
        u = uniforms(n * k, seed).reshape(n, k)
        x = np.floor(20 * uniforms(n, seed + 50))[:, None] + np.arange(k) * 0.5 + np.floor(10 * spread * u)
        m = x.mean()
        msr = k * ((x.mean(1) - m) ** 2).sum() / (n - 1)
        msc = n * ((x.mean(0) - m) ** 2).sum() / (k - 1)
        mse = ((x - x.mean(1)[:, None] - x.mean(0)[None] + m) ** 2).sum() / ((n - 1) * (k - 1))
        icc = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
        # Shrout and Fleiss 1979, page 424
        fj = msc / mse
        top = (k - 1) * (n - 1) * (k * icc * fj + n * (1 + (k - 1) * icc) - k * icc) ** 2
        v = top / ((n - 1) * k**2 * icc**2 * fj**2 + (n * (1 + (k - 1) * icc) - k * icc) ** 2)
        fu, fl = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
        low = n * (msr - fu * mse) / (fu * (k * msc + (k * n - k - n) * mse) + n * msr)
        high = n * (fl * msr - mse) / (k * msc + (k * n - k - n) * mse + n * fl * msr)
        out.append({"seed": seed, "n": n, "k": k, "spread": spread, "icc": icc, "low": low, "high": high})
    return out


def bootstraps() -> dict:
    """A skewed sample's mean and a ratio of sums, with many replicates."""
    x = -np.log(1 - uniforms(25, 30))
    y = 1 + 4 * uniforms(25, 31)
    out = {}
    for method in ("percentile", "BCa"):
        for name, statistic in (
            ("mean", lambda i: x[i].mean(axis=-1)),
            ("ratio", lambda i: x[i].sum(axis=-1) / y[i].sum(axis=-1)),
        ):
            done = stats.bootstrap(
                (np.arange(25),), lambda i, axis=-1, f=statistic: f(i), n_resamples=200_000, method=method,
                random_state=np.random.default_rng(1), vectorized=True, batch=10_000,
            )
            out[f"{name} {method.lower()}"] = [
                *done.confidence_interval, done.standard_error,
            ]
    return out


def main() -> None:
    answers = {
        "versions": {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "quantiles": quantiles(),
        "calibration": calibrations(),
        "kappa": kappas(),
        "assignment": assignments(),
        "icc": iccs(),
        "bootstrap": bootstraps(),
    }
    path = pathlib.Path(__file__).with_name("agreement.json")
    path.write_text(json.dumps(answers, indent=None, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
