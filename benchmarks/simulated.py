"""What is found in simulated recordings, and what is found where there is nothing.

    python benchmarks/simulated.py [--seeds 10] [--rest-seeds 20]

Discharges of the scenario `calf` outside its contraction, matched one to one within 10 ms,
and false detections in the scenario `rest`, which is noise and nothing else. Totals over
all seeds; 95 % intervals: Wilson for the share found, exact Poisson for the rest. The
simulations are simple and made by the same people: these figures say that the parts fit
together, not how good the method is on patients.
"""

from __future__ import annotations

import argparse
import math

from scipy.stats import chi2

import fascikit as fk


def wilson(found: int, known: int) -> tuple[float, float]:
    z = 1.959964
    p = found / known
    middle = (p + z * z / (2 * known)) / (1 + z * z / known)
    half = z / (1 + z * z / known) * math.sqrt(p * (1 - p) / known + z * z / (4 * known * known))
    return middle - half, middle + half


def poisson(count: int) -> tuple[float, float]:
    return (chi2.ppf(0.025, 2 * count) / 2 if count else 0.0), chi2.ppf(0.975, 2 * count + 2) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rest-seeds", type=int, default=20)
    args = parser.parse_args()

    known = matched = false = 0
    minutes = 0.0
    for seed in range(1, args.seeds + 1):
        simulated = fk.simulate("calf", seed=seed)
        total = fk.score(simulated, fk.analyze(simulated.recording)).total
        known += total["discharges"]
        matched += total["matched"]
        false += total["false_detections"]
        minutes += total["usable_min"]
    low, high = wilson(matched, known)
    least, most = poisson(false)
    print(f"calf, {args.seeds} seeds: {matched} of {known} found, {100 * matched / known:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
    print(f"calf, {args.seeds} seeds: {false} false in {minutes:.1f} min, {false / minutes:.2f} a minute ({least / minutes:.2f} to {most / minutes:.2f})")

    false = 0
    minutes = 0.0
    for seed in range(1, args.rest_seeds + 1):
        result = fk.analyze(fk.simulate("rest", seed=seed).recording)
        false += len(result.events)
        minutes += sum(site["minutes_usable"] for site in result.summary_dict()["sites"])
    least, most = poisson(false)
    print(f"rest, {args.rest_seeds} seeds: {false} false in {minutes:.0f} site-minutes, {false / minutes:.3f} a minute ({least / minutes:.3f} to {most / minutes:.3f}); stated 0.05")


if __name__ == "__main__":
    main()
