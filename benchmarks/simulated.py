"""What is found in simulated recordings, and what is found where there is nothing.

    python benchmarks/simulated.py [--seeds 5] [--set reporting] [--scenario NAME ...]

One row a scenario, all seeds together: sensitivity to discharges of 6 times the noise and
more outside interference (within 10 ms), PPV, false detections a minute of usable signal
with their exact 95 % Poisson interval, and the labels of discharge groups. Below it all
surface scenarios together, with bootstrap intervals over recordings (BCa), and `rest`,
which is noise and nothing else, against the stated rate of false detections.

The simulations are made by the same people as the detector: these figures say that the
parts fit together and where they do not, not how good the method is on patients.
"""

from __future__ import annotations

import argparse

import pandas as pd

import fascikit as fk
from fascikit import evaluate

COLUMNS = ["discharges", "matched", "false_detections", "usable_min"]


def ratio(over: str, under: str):
    return lambda t: t[over].sum() / t[under].sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--set", choices=["tuning", "reporting"], default="reporting")
    parser.add_argument("--scenario", nargs="+", default=list(fk.scenarios().index))
    args = parser.parse_args()

    rows, recordings = [], []
    for name in args.scenario:
        scores = []
        for seed in range(1, args.seeds + 1):
            made = fk.simulate(name, seed, parameter_set=args.set)
            score = fk.score(made, fk.analyze(made.recording, electrode=made.electrode))
            scores.append(score)
            if made.electrode == "surface" and name != "rest":
                recordings.append({column: score.total[column] for column in COLUMNS})
        together = sum(scores)
        t, labels = together.total, together.label_totals
        rows.append(
            {
                "scenario": name,
                "known": t["discharges"],
                "found %": 100 * t["sensitivity"],
                "PPV %": 100 * t["ppv"],
                "false/min": t["false_per_min"],
                "from": t["false_per_min_low"],
                "to": t["false_per_min_high"],
                "minutes": t["usable_min"],
                "labelled right": f"{labels['agreed']}/{labels['compared']}",
            }
        )
    print(f"Set {args.set}, {args.seeds} seeds a scenario")
    print(pd.DataFrame(rows).set_index("scenario").to_string(float_format="{:.3g}".format))

    if len(recordings) > 1:
        counts = pd.DataFrame(recordings)
        found = evaluate.bootstrap(counts, ratio("matched", "discharges"))
        false = evaluate.bootstrap(counts, ratio("false_detections", "usable_min"))
        ppv = evaluate.bootstrap(counts, lambda t: t["matched"].sum() / (t["matched"].sum() + t["false_detections"].sum()))
        print(f"\nAll {len(counts)} surface recordings: {counts['matched'].sum()} of {counts['discharges'].sum()} found, "
              f"{100 * found.estimate.value:.1f} % ({100 * found.estimate.low:.1f} to {100 * found.estimate.high:.1f}); "
              f"PPV {100 * ppv.estimate.value:.1f} % ({100 * ppv.estimate.low:.1f} to {100 * ppv.estimate.high:.1f}); "
              f"{false.estimate.value:.2f} false a minute ({false.estimate.low:.2f} to {false.estimate.high:.2f})")


if __name__ == "__main__":
    main()
