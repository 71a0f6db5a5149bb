"""Draw a recording with everything that was found in it.

    python picture.py RECORDING FOLDER [--electrode needle] [--unit uV] [--fs HZ] ...

writes FOLDER/picture.png. Research use, not a medical device.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import fascikit as fk

MOST_SITES = 16


def main() -> int:
    parser = argparse.ArgumentParser(description="Draw a recording with everything that was found in it.")
    parser.add_argument("recording")
    parser.add_argument("folder", type=Path, help="where picture.png is written")
    parser.add_argument("--electrode", choices=["surface", "needle"], default="surface")
    parser.add_argument("--channels", help="labels, with commas between")
    parser.add_argument("--unit", help="uV, mV or V, where the file states none")
    parser.add_argument("--fs", type=float, help="sampling rate in Hz, for CSV without times")
    parser.add_argument("--grid", help="rows x columns, such as 8x8")
    parser.add_argument("--pitch", type=float, help="distance between electrodes of the grid, mm")
    parser.add_argument("--sites", help="JSON file of sites")
    parser.add_argument("--mains", default="auto", help="50, 60, off or auto")
    parser.add_argument("--false-per-minute", type=float, default=0.05)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--start", type=float, help="seconds; default: the whole recording")
    parser.add_argument("--stop", type=float)
    # The rest are options of `fascikit analyze` that change no picture, such as --edf-copy.
    args, _ = parser.parse_known_args()
    try:
        recording = fk.read(
            args.recording,
            channels=args.channels.split(",") if args.channels else None,
            unit=args.unit,
            fs=args.fs,
            grid=args.grid,
            pitch_mm=args.pitch,
            sites=args.sites,
        )
        result = fk.analyze(
            recording,
            electrode=args.electrode,
            mains=args.mains,
            false_per_minute=args.false_per_minute,
            passes=args.passes,
        )
        # A page holds so many sites; the first ones, and the console says so.
        sites = list(recording.sites)
        if len(sites) > MOST_SITES:
            print(f"picture of the first {MOST_SITES} of {len(sites)} sites", file=sys.stderr)
            from matplotlib import pyplot as plt

            figure, panels = plt.subplots(MOST_SITES, 1, figsize=(12, 2.3 * MOST_SITES), layout="constrained", sharex=True)
            for site, panel in zip(sites, panels):
                result.plot(site, args.start, args.stop, ax=panel)
                panel.set_xlabel("")
        else:
            axes = result.plot(start_s=args.start, stop_s=args.stop)
            figure = (axes if len(sites) == 1 else axes[0]).figure
        args.folder.mkdir(parents=True, exist_ok=True)
        path = args.folder / "picture.png"
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        print(f"picture: {error}", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
