"""What was seen in the pictures of recorded.py: missed, doubled, wrongly named. Update it by looking again.

Only what eyes alone can see; what can be counted against marked contractions is on the page by
contractions.py. `SEEN` has the digest (recorded.digest) of the detections that the remarks were
written on: after looking again, put the new one there, which the page says.

Counts of deflections are of the filtered signal: extremes above the height named, at least 8 ms
apart; a discharge within 8 ms counts as theirs.
"""

from __future__ import annotations

SEEN_AT = "0.1.0, November 2026"
SEEN = {
    "emgdb_healthy": "e058ea74f913",
    "emgdb_myopathy": "794e6fdef2dd",
    "emgdb_neuropathy": "8310eeb1241e",
    "plux_solo": "43d0cd8a24a1",
    "plux_bursts": "c56bb8274a06",
    "plux_fatigue": "713a38c85b75",
    "biosppy_emg": "d7e1c09be8e3",
}

REMARKS: dict[str, list[str]] = {
    "emgdb_healthy": [
        "Right: nearly every potential that stands out is marked once (144 of 149 deflections above 250 µV, 241 of 300 above 150 µV), "
        "and no one is called a fasciculation.",
        "Wrong name: `endplate_spike` at 4.4 to 4.9 s. The potentials are as large as those around them and go on before and "
        "after, in a contraction.",
        "Wrong: the contraction lasts throughout, but 2.7 to 3.2 s and most of 6.4 to 8.7 s are not voluntary segments, and within "
        "segments 1.0 to 1.2 and 1.4 to 2.0 s are `indeterminate`.",
        "Wrong: 51 units in a gentle contraction of 13 s, where a needle has a few in reach.",
    ],
    "emgdb_myopathy": [
        "Missed, nearly all: of 1070 deflections above 250 µV 149 are marked. The interference pattern hardly pauses (once, near 16.8 s), so "
        "that it is taken for the noise, and only its largest potentials exceed the threshold.",
        "Wrong: 1.4 of 27 s are called voluntary; all of it but the pause is. What is marked elsewhere is `indeterminate`, which is "
        "honest, and none is a fasciculation.",
        "The rate at rest, for which there is no rest here, means nothing; only the noise in the summary, 87 µV, tells.",
    ],
    "emgdb_neuropathy": [
        "Right: in the gentle contraction the large unit is marked at each discharge, and so is a smaller one, 7, that follows it 12 to 41 ms later and "
        "drifts against it: two units, each once (8.4 to 9.4 s).",
        "Wrong name: the smaller one is called `continuous_single_discharge` there. It fires regularly because it is voluntary.",
        "Wrong: the large unit changes its number among 5, 6 and 9 from one discharge to the next, with no change to be seen but 10 % of amplitude.",
        "Missed: some in the strong contraction, which no one could count (12.1 to 18.5 s, and again from 30.5 s on: the record repeats "
        "itself). The swings at 30.64 to 30.75 s, which look like movement, count as discharges.",
        "Wrong: the gaps between voluntary segments at 8.1 to 9.4 and 26.5 to 27.8 s are gentle contraction as well.",
    ],
    "plux_solo": [
        "Right: a contraction of 0.15 s on quiet rest is voluntary as one of 0.4 s is.",
        "Missed: from 83.9 to 86.7 s the train of small potentials (10 to 20 µV) goes on that is marked before and after.",
        "Wrong name: two of that train, at 84.1 and 84.6 s, become `fasciculation_potential`, since their neighbours were not found.",
        "Not decided: the train of 8.0 to 12 s is one unit at some 10 /s over low noise, split into voluntary and `indeterminate`. Probably all voluntary; nobody knows.",
    ],
    "plux_bursts": [
        "Right: the weak beginnings of contractions are voluntary too.",
        "Wrong: the segments run on through rests, 7.6 to 13.1 and 14.2 to 21.9 s, because of small potentials between contractions. Those minutes of rest are lost to the rate.",
        "Doubtful: the bursts of `fasciculation_potential` between contractions. Most are likely a last voluntary unit. The `fasciculation_multiplet` (2.8 s) is two small "
        "deflections in noise.",
        "Wrong: 75 units. In a strong contraction nothing can be sorted at the skin, and each shape of chance gets a number.",
    ],
    "plux_fatigue": [
        "Wrong: segments begin before the contraction and last longer, where the signal is flat at this scale.",
        "Doubtful: what is called `fasciculation_potential` near a contraction is of few µV against contractions of 1500: a rest of 1 s after an effort is no rest in "
        "which to count.",
        "No harm seen from the clipping.",
    ],
    "biosppy_emg": [
        "Its unit was not published: one count is taken for 1 µV, and amplitudes mean nothing.",
        "Right: the strong contractions (1.6, 15.5 to 17, 25.7, 26.5 s) and the middle of the weak one of 38.5 s are voluntary, with nothing else in them.",
        "Wrong name: weak contractions that swell out of the noise, 17 to 21.5, 23.3, 36.4 and 40.2 to 40.7 s, come out as `fasciculation_potential`, as only their "
        "peaks are found and stand alone. This is most of the 36 bursts of that name.",
        "Doubled: the deflection at 36.0 s counts twice, that at 45.0 s three times within 40 ms, each time as another unit.",
        "Missed: most of those weak contractions' discharges; no one could tell them from noise singly.",
    ],
}
