"""Build recordings of your own whose every discharge is known.

    >>> from fascikit import simulator as sim
    >>> scene = sim.Scene(["left calf"], fs=2048, duration_s=60, seed=1)
    >>> scene.noise("left calf", rms_uv=4, corner_hz=30)
    >>> unit = sim.motor_unit(depth_mm=12, fat_mm=3, fs=2048, seed=1).scaled(120)
    >>> train = sim.train("fasciculations", seed=2, begin_s=0, end_s=60, rate_hz=0.3)
    >>> scene.discharges("left calf", unit, train, label="fasciculation_potential")
    0
    >>> simulated = scene.finish()               # for fk.analyze and fk.score, as from fk.simulate

A potential (`motor_unit`, `needle_unit`, `fibrillating_fibre` ..., or `Potential` of your own
samples) says what the electrodes see of one discharge; a train (`train`, `pool`, or times of
your own) when there is one; a `Scene` puts both into samples and truth. Ready-made
recordings are `fascikit.simulate(name)`.

Options go by name; `options(name)` shows them with their defaults, which are published
figures where there are any (the C++ headers in simulate/ cite each). `train(..., part=(0, 0.5))`
draws them from the published ranges instead. Names and values that are not allowed are a
ValueError that says what is.

The same seeds give the same samples on every machine. A seed is a whole number from 0 to
2^64 - 1, or a pair of it and the number of a stream: `seed=(1, 7)` shares nothing with
`seed=(1, 8)`. Lengths are mm, z along the fibres, x across, depth down from the border of
fat and muscle; amplitudes are µV, peak to peak in the analysis band.

Threads: the GIL is released around everything that lasts; calls on one scene wait for each
other.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._arrays import MOST_CHANNELS, number, two_dimensional
from ._recording import Recording
from ._simulate import Simulated

__all__ = [
    "Contact",
    "Montage",
    "Needle",
    "Pool",
    "Potential",
    "Random",
    "Scene",
    "SimulatedScene",
    "bipolar",
    "double_differential",
    "drawn_options",
    "endplate_fibre",
    "endplate_potential",
    "fibres",
    "fibrillating_fibre",
    "grid",
    "injured_fibre",
    "motor_unit",
    "motor_units",
    "needle",
    "needle_potential",
    "needle_unit",
    "options",
    "patterns",
    "pool",
    "single_differential",
    "sizes",
    "surface_potential",
    "train",
]

POOLS = ("voluntary", "cramp", "tremor")
Seed = Union[int, tuple[int, int]]
Part = tuple[float, float]


# ---- options


def patterns() -> list[str]:
    """Names of the firing patterns: `train` makes those of one unit, `pool` those of many."""
    return _core.patterns()


def options(name: str) -> dict[str, Any]:
    """The options of a part of the simulator, with their defaults.

    Parameters
    ----------
    name : str
        A pattern of `patterns()`, or one of motor_unit, tissue, needle, fibre,
        intracellular_potential, endplate_current, noise, hum, drift, ecg, movement, pop,
        cable, stimuli, contact.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        For a name that does not exist; names those that do.

    Examples
    --------
    >>> options("fasciculations")
    {'rate_hz': 0.1, 'dead_time_s': 0.25, 'gain_cv': 0.05}
    """
    known = _defaults()
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"options of {name!r}: allowed is {', '.join(known)}")
    return dict(known[name])


def drawn_options(pattern: str, *, seed: Seed, part: Part = (0.0, 1.0), kind: Optional[str] = None) -> dict[str, Any]:
    """Options of a pattern, drawn from their published ranges.

    Parameters
    ----------
    pattern : str
        One of `patterns()`.
    seed : int or (int, int)
        `train` and `pool` of the same seed, part and kind draw the same.
    part : (float, float)
        Of each range: 0 the low end, 1 the high end. Sets of recordings that take parts
        without overlap share no parameter.
    kind : str, optional
        Whose ranges, where a pattern comes in kinds: "benign_unit" of fasciculations; "hand",
        "proximal", "calf" (default) or "foot" of f_wave_pairs; "parkinson_rest" (default),
        "essential", "physiological", "holmes" or "orthostatic" of tremor.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        For names that do not exist and a part out of range.
    """
    return _core.drawn_options(_text(pattern, "pattern"), *_seed(seed), _part(part), kind)


@functools.lru_cache(maxsize=1)
def _defaults() -> dict[str, dict[str, Any]]:
    return _core.option_defaults()


def _seed(seed: Seed) -> tuple[int, int]:
    pair = seed if isinstance(seed, tuple) else (seed, 0)
    try:
        whole = tuple(operator.index(s) for s in pair)
    except TypeError:
        whole = ()
    if len(whole) != 2 or not all(0 <= s < 2**64 for s in whole):
        raise ValueError(f"seed {seed!r}: allowed is 0 to 2^64 - 1, or a pair of seed and stream")
    return whole[0], whole[1]


def _whole(value: Any, name: str, allowed: str) -> int:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = 2**31
    if not -(2**31) <= whole < 2**31:
        raise ValueError(f"{name} is {value!r}: allowed is {allowed}")
    return whole


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}: allowed is a text")
    return value


def _part(part: Optional[Part]) -> Optional[Part]:
    if part is None:
        return None
    try:
        low, high = part
        return float(low), float(high)
    except (TypeError, ValueError):
        raise ValueError(f"part {part!r}: allowed are two numbers of 0 to 1, low and high") from None


def _split(given: dict[str, Any], what: str, *tables: str) -> list[dict[str, Any]]:
    """The options of each table; refuses what is in none."""
    names = [_defaults()[table] for table in tables]
    parts: list[dict[str, Any]] = [{} for _ in tables]
    for name, value in given.items():
        owner = next((i for i, known in enumerate(names) if name in known), None)
        if owner is None:
            allowed = ", ".join(name for known in names for name in known)
            raise ValueError(f"option {name!r} of {what}: allowed is {allowed}")
        parts[owner][name] = value
    return parts


class Random:
    """The simulator's random numbers (xoshiro256++), the same on every machine.

    Parameters
    ----------
    seed : int or (int, int)
    """

    def __init__(self, seed: Seed) -> None:
        self._random = _core.Random(*_seed(seed))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """One number of [low, high)."""
        return self._random.uniform(low, high)

    def normal(self) -> float:
        """One number of mean 0 and variance 1."""
        return self._random.normal()

    def exponential(self, mean: float = 1.0) -> float:
        """One number of an exponential distribution."""
        return self._random.exponential(mean)


# ---- electrodes


class Contact(NamedTuple):
    """An electrode on the skin and its weight in a channel."""

    x_mm: float
    z_mm: float
    weight: float = 1.0


class Montage(NamedTuple):
    """Channels on the skin, each a weighted sum of contacts.

    Attributes
    ----------
    channels : tuple of tuples of Contact
        +1 and -1 make a bipolar channel, a single contact is read against a far reference.
    rows, columns : int
        Of a grid, row-major, rows along the fibres; 0 for none.
    pitch_mm : float
    """

    channels: tuple[tuple[Contact, ...], ...]
    rows: int = 0
    columns: int = 0
    pitch_mm: float = 0.0


def _montage(made: tuple[Any, int, int, float]) -> Montage:
    channels, rows, columns, pitch_mm = made
    return Montage(tuple(tuple(Contact(*c) for c in contacts) for contacts in channels), rows, columns, pitch_mm)


def _row(x_mm: float, z_mm: float, distance_mm: float, channels: int, twice: bool) -> Montage:
    x, z = number(x_mm, "x_mm", "-1000 to 1000 mm"), number(z_mm, "z_mm", "-1000 to 1000 mm")
    distance = number(distance_mm, "distance_mm", "0.5 to 200 mm")
    return _montage(_core.differential(x, z, distance, _whole(channels, "channels", "1 to 1000"), twice))


def bipolar(x_mm: float = 0.0, z_mm: float = 20.0, distance_mm: float = 20.0) -> Montage:
    """One pair of electrodes, its centre at (x, z); SENIAM recommends 20 mm between them."""
    return single_differential(x_mm, z_mm, distance_mm, 1)


def single_differential(x_mm: float, z_mm: float, distance_mm: float, channels: int) -> Montage:
    """`channels` pairs of neighbours of a row along the fibres, centred at (x, z)."""
    return _row(x_mm, z_mm, distance_mm, channels, False)


def double_differential(x_mm: float, z_mm: float, distance_mm: float, channels: int) -> Montage:
    """`channels` triples of neighbours (1, -2, 1) of a row along the fibres, centred at (x, z)."""
    return _row(x_mm, z_mm, distance_mm, channels, True)


def grid(
    rows: int, columns: int, pitch_mm: float, x_mm: float = 0.0, z_mm: float = 0.0, turn_deg: float = 0.0
) -> Montage:
    """A monopolar grid centred at (x, z); `turn_deg` turns it on the skin, from z towards x.

    Raises
    ------
    ValueError
        For more than 64 rows or columns, and a pitch outside 0.5 to 50 mm.
    """
    return _montage(
        _core.grid(
            _whole(rows, "rows", "1 to 64"),
            _whole(columns, "columns", "1 to 64"),
            number(pitch_mm, "pitch_mm", "0.5 to 50 mm"),
            number(x_mm, "x_mm", "-1000 to 1000 mm"),
            number(z_mm, "z_mm", "-1000 to 1000 mm"),
            number(turn_deg, "turn_deg", "-360 to 360 degrees"),
        )
    )


class Needle(NamedTuple):
    """A needle straight down, its recording surface centred at (x, depth, z); from `needle`."""

    kind: str
    x_mm: float
    depth_mm: float
    z_mm: float


def needle(kind: str = "concentric", **options: float) -> Needle:
    """A "concentric", "monopolar" or "single_fibre" needle.

    Parameters
    ----------
    kind : str
    **options
        `x_mm, depth_mm, z_mm`; see `options("needle")`.
    """
    (given,) = _split(dict(options), "needle", "needle")
    return Needle(**{**_defaults()["needle"], **given, "kind": kind})


def _needle(where: Union[Needle, str]) -> dict[str, Any]:
    if isinstance(where, str):
        where = needle(where)
    if not isinstance(where, Needle):
        raise ValueError(f"needle is {where!r}: allowed is a Needle, 'concentric', 'monopolar' or 'single_fibre'")
    return where._asdict()


# ---- potentials


class Potential:
    """What every channel of an electrode sees of one discharge.

    Parameters
    ----------
    samples : array of shape (channels, steps) or (steps,)
        µV, at eight times `fs`, from the arrival of the nerve impulse on; unfiltered. It
        should start and end at 0, or each discharge begins and ends with a step.
    fs : float
        Sampling rate of the scene that it is for, Hz.
    electrode : {"surface", "needle"}
        Sets the band in which amplitude and peak are measured.

    Attributes
    ----------
    samples : numpy.ndarray of float64, shape (channels, steps)
        A copy.
    fs : float
        Rate of `samples`: eight times that of the scene.
    scene_fs : float
    electrode : str
    band_hz : (float, float)
    amplitude_uv : float
        Peak to peak in the band, on the largest channel.
    peak_ms : float
        Largest deflection of that channel in the band, from the nerve impulse.
    largest : int
        That channel.
    parts : list of Potential
        Of a unit made with `parts=`: their sum is the whole.

    Raises
    ------
    ValueError
        For samples that are not finite, and a rate outside 200 to 200000 Hz.

    Notes
    -----
    Picklable; never changes.
    """

    def __init__(self, samples: ArrayLike, fs: float, electrode: str = "surface") -> None:
        array = _array(two_dimensional(samples, "samples"), "samples")
        self._potential = _core.Potential(array, _rate(fs), _text(electrode, "electrode"))

    @classmethod
    def _of(cls, made: _core.Potential) -> Potential:
        self = cls.__new__(cls)
        self._potential = made
        return self

    @property
    def samples(self) -> NDArray[np.float64]:
        return self._potential.samples()

    @property
    def fs(self) -> float:
        return 8.0 * self._potential.fs

    @property
    def scene_fs(self) -> float:
        return self._potential.fs

    @property
    def electrode(self) -> str:
        return self._potential.electrode

    @property
    def band_hz(self) -> tuple[float, float]:
        return self._potential.band_hz

    @property
    def amplitude_uv(self) -> float:
        return self._potential.amplitude_uv

    @property
    def peak_ms(self) -> float:
        return self._potential.peak_ms

    @property
    def largest(self) -> int:
        return self._potential.largest

    @property
    def parts(self) -> list[Potential]:
        return [Potential._of(part) for part in self._potential.parts()]

    def scaled(self, amplitude_uv: float) -> Potential:
        """The same shape with `amplitude_uv` (0 to 1e6) peak to peak in the band; silence stays silence."""
        return Potential._of(self._potential.scaled(number(amplitude_uv, "amplitude_uv", "0 to 1e6 µV")))

    def __repr__(self) -> str:
        channels, steps = self.samples.shape
        low, high = self.band_hz
        return (
            f"<Potential: {channels} channel{'s' * (channels != 1)} of a {self.electrode} electrode, "
            f"{1e3 * steps / self.fs:.3g} ms, {self.amplitude_uv:.4g} µV peak to peak in {low:g} to {high:g} Hz, "
            f"for a scene at {self.scene_fs:g} Hz>"
        )


def fibres(seed: Seed, **options: float) -> pd.DataFrame:
    """The muscle fibres of a motor unit, spread evenly over a round territory.

    Parameters
    ----------
    seed : int or (int, int)
    **options
        `options("motor_unit")`: number, territory, velocity and their spread.

    Returns
    -------
    pandas.DataFrame
        One row a fibre: `x_mm, depth_mm, endplate_mm, to_tendon_mm, to_other_tendon_mm,
        velocity_m_s, delay_ms, diameter_um`. Change it as you like.

    Raises
    ------
    ValueError
        For options out of range.
    """
    return pd.DataFrame(_core.motor_unit(*_seed(seed), dict(options)), columns=list(_defaults()["fibre"]))


def surface_potential(
    fibres: pd.DataFrame,
    *,
    fs: float,
    electrodes: Optional[Montage] = None,
    parts: int = 1,
    electrode_diameter_mm: float = 10.0,
    **tissue: float,
) -> Potential:
    """What electrodes on the skin see of fibres that discharge together.

    Layers of muscle, fat and skin after Farina and Rainoldi 1999
    (10.1016/S1350-4533(99)00075-2), the potential inside the fibres after Rosenfalck 1969.

    Parameters
    ----------
    fibres : pandas.DataFrame
        Columns as in `fibres`; depths of 0.5 to 100 mm.
    fs : float
        Sampling rate of the scene, Hz.
    electrodes : Montage, optional
        Default: `bipolar()`.
    parts : int
        Groups of fibres that a discharge may delay or leave out, see `Scene.discharges`.
    electrode_diameter_mm : float
        0 (a point) to 20; 10: the largest along the fibres that SENIAM recommends.
    **tissue
        `options("tissue")`: thickness of fat and skin, conductivities.

    Returns
    -------
    Potential
        In true µV by the physics; see `Potential.scaled`.

    Raises
    ------
    ValueError
        For fibres, electrodes and tissues out of range.

    Notes
    -----
    60 fibres take 1 ms for a pair and 25 ms for 64 electrodes; the first depths under a new
    tissue some 5 ms each. The last four tissues are kept.
    """
    (given,) = _split(dict(tissue), "surface_potential", "tissue")
    montage = bipolar() if electrodes is None else electrodes
    try:
        channels = [[(float(c[0]), float(c[1]), float(c[2])) for c in contacts] for contacts in montage[0]]
    except (TypeError, ValueError, LookupError):
        raise ValueError("electrodes: allowed is a Montage, such as bipolar() or grid(8, 8, 8.0)") from None
    diameter_mm = number(electrode_diameter_mm, "electrode_diameter_mm", "0 to 20 mm")
    layers = tuple((name, number(value, name, "a number")) for name, value in sorted(given.items()))
    groups = _whole(parts, "parts", "1 to the number of fibres")
    return Potential._of(
        _core.surface_potential(_table(fibres), _conductor(layers, diameter_mm), channels, _rate(fs), groups)
    )


def needle_potential(
    fibres: pd.DataFrame, *, fs: float, needle: Union[Needle, str] = "concentric", parts: int = 1, **shape: float
) -> Potential:
    """What a needle sees of fibres that discharge together; one channel.

    Parameters
    ----------
    fibres : pandas.DataFrame
        Columns as in `fibres`.
    fs : float
        Sampling rate of the scene, Hz.
    needle : Needle or str
        From `needle(...)`, or its kind.
    parts : int
        Groups of fibres that a discharge may delay or leave out, see `Scene.discharges`.
    **shape
        `options("intracellular_potential")`.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        For values out of range.
    """
    groups = _whole(parts, "parts", "1 to the number of fibres")
    return Potential._of(_core.needle_potential(_table(fibres), _needle(needle), _rate(fs), groups, dict(shape)))


def motor_unit(
    *,
    seed: Seed,
    fs: float,
    electrodes: Optional[Montage] = None,
    parts: int = 1,
    electrode_diameter_mm: float = 10.0,
    **options: float,
) -> Potential:
    """A motor unit seen from the skin: `surface_potential` of `fibres`.

    Parameters
    ----------
    seed : int or (int, int)
        Where the fibres lie.
    fs, electrodes, parts, electrode_diameter_mm
        As in `surface_potential`.
    **options
        `options("motor_unit")` and `options("tissue")`.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    unit, tissue = _split(dict(options), "motor_unit", "motor_unit", "tissue")
    return surface_potential(
        fibres(seed, **unit),
        fs=fs,
        electrodes=electrodes,
        parts=parts,
        electrode_diameter_mm=electrode_diameter_mm,
        **tissue,
    )


def needle_unit(
    *, seed: Seed, fs: float, needle: Union[Needle, str] = "concentric", parts: int = 1, **options: float
) -> Potential:
    """A motor unit seen by a needle: `needle_potential` of `fibres`.

    Parameters
    ----------
    seed : int or (int, int)
        Where the fibres lie.
    fs, needle, parts
        As in `needle_potential`. Place the unit around the needle: by default both are
        10 to 12 mm deep at x 0, and the needle 20 mm from the end-plate.
    **options
        `options("motor_unit")` and `options("intracellular_potential")`.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    unit, shape = _split(dict(options), "needle_unit", "motor_unit", "intracellular_potential")
    return needle_potential(fibres(seed, **unit), fs=fs, needle=needle, parts=parts, **shape)


def _single_fibre(
    kind: str, distance_mm: float, fs: float, needle: Union[Needle, str], options: dict[str, float]
) -> Potential:
    distance = number(distance_mm, "distance_mm", "0.02 to 20 mm")
    return Potential._of(_core.single_fibre(kind, _needle(needle), distance, _rate(fs), options))


def fibrillating_fibre(
    distance_mm: float, *, fs: float, needle: Union[Needle, str] = "concentric", **options: float
) -> Potential:
    """A fibre that passes the needle: positive first, as a fibrillation potential.

    Parameters
    ----------
    distance_mm : float
        From the needle to the fibre, 0.02 to 20.
    fs : float
        Sampling rate of the scene, Hz.
    needle : Needle or str
        From `needle(...)`, or its kind.
    **options
        `options("fibre")` and `options("intracellular_potential")`, in place of those that
        the geometry sets.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    return _single_fibre("fibrillating_fibre", distance_mm, fs, needle, options)


def injured_fibre(
    distance_mm: float, *, fs: float, needle: Union[Needle, str] = "concentric", **options: float
) -> Potential:
    """A fibre crushed at the needle: a positive sharp wave (Dumitru and Martinez 2006, 10.1002/mus.20615).

    Parameters, returns and errors as in `fibrillating_fibre`.
    """
    return _single_fibre("injured_fibre", distance_mm, fs, needle, options)


def endplate_fibre(
    distance_mm: float, *, fs: float, needle: Union[Needle, str] = "concentric", **options: float
) -> Potential:
    """A fibre that starts at the needle: negative first, as an end-plate spike.

    Parameters, returns and errors as in `fibrillating_fibre`.
    """
    return _single_fibre("endplate_fibre", distance_mm, fs, needle, options)


def endplate_potential(
    distance_mm: float, *, fs: float, needle: Union[Needle, str] = "concentric", **options: float
) -> Potential:
    """A miniature end-plate potential, of which end-plate noise is made: short and negative.

    Parameters
    ----------
    distance_mm, fs, needle
        As in `fibrillating_fibre`.
    **options
        `options("endplate_current")`.

    Returns
    -------
    Potential

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    distance = number(distance_mm, "distance_mm", "0.02 to 20 mm")
    return Potential._of(_core.endplate_potential(_needle(needle), distance, _rate(fs), dict(options)))


def sizes(units: int, largest_to_smallest: float = 12.0) -> NDArray[np.float64]:
    """Sizes of the units of a pool against the smallest, in the order of recruitment.

    Each larger by the same factor (Henneman 1957; Fuglevand et al. 1993,
    10.1152/jn.1993.70.6.2470). 12 is an engineering choice.

    Returns
    -------
    numpy.ndarray of float64, shape (units,)
    """
    count = _whole(units, "units", "1 to 10000")
    ratio = number(largest_to_smallest, "largest_to_smallest", "1 to 1e4")
    return np.array([_core.size_of(unit, count, ratio) for unit in range(max(count, 1))])


def motor_units(
    units: int,
    *,
    seed: int,
    fs: float,
    largest_uv: float,
    largest_to_smallest: float = 12.0,
    across_mm: float = 15.0,
    depths_mm: tuple[float, float] = (3.0, 12.0),
    electrodes: Optional[Montage] = None,
    **options: float,
) -> list[Potential]:
    """The motor units of a muscle, the smallest first, for `Scene.contraction` and `Scene.pool`.

    Parameters
    ----------
    units : int
    seed : int
        Of their places and fibres; unit k has stream k, so one more changes no other's place.
    fs, electrodes
        As in `surface_potential`.
    largest_uv : float
        Peak to peak of the largest; the others follow `sizes`.
    largest_to_smallest : float
    across_mm, depths_mm : float and (float, float)
        Units lie evenly from -across_mm to across_mm and between these depths. The defaults
        are engineering choices.
    **options
        As in `motor_unit`, but `x_mm` and `depth_mm`.

    Returns
    -------
    list of Potential

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    for name in ("x_mm", "depth_mm"):
        if name in options:
            raise ValueError(f"option {name!r} of motor_units: allowed are across_mm and depths_mm in its place")
    try:
        shallow_mm, deep_mm = (number(d, "depths_mm", "two depths") for d in depths_mm)
    except (TypeError, ValueError):
        raise ValueError(f"depths_mm is {depths_mm!r}: allowed are two depths in mm") from None
    aside_mm = number(across_mm, "across_mm", "a length in mm")
    scale = sizes(units, largest_to_smallest)
    scale *= number(largest_uv, "largest_uv", "0 to 1e6 µV") / scale[-1]
    root, stream = _seed(seed)
    if stream:
        raise ValueError(f"seed {seed!r} of motor_units: allowed is a whole number, 0 to 2^64 - 1")
    made = []
    for unit, amplitude_uv in enumerate(scale):
        place = Random((root, 2**40 + unit))
        x_mm = place.uniform(-aside_mm, aside_mm)
        depth_mm = place.uniform(shallow_mm, deep_mm)
        given: dict[str, Any] = {**options, "x_mm": x_mm, "depth_mm": depth_mm}
        whole = motor_unit(seed=(root, unit), fs=fs, electrodes=electrodes, **given)
        made.append(whole.scaled(amplitude_uv))
    return made


@functools.lru_cache(maxsize=4)
def _conductor(tissue: tuple[tuple[str, Any], ...], electrode_diameter_mm: float) -> _core.Conductor:
    return _core.Conductor(dict(tissue), electrode_diameter_mm)


def _rate(fs: float) -> float:
    return number(fs, "fs", "a sampling rate in Hz")


def _table(fibres: pd.DataFrame) -> NDArray[np.float64]:
    columns = list(_defaults()["fibre"])
    missing = [c for c in columns if c not in getattr(fibres, "columns", ())]
    if missing:
        raise ValueError(f"fibres lack {', '.join(missing)}: allowed is a DataFrame with {', '.join(columns)}")
    return _array(fibres[columns], "fibres")


# ---- trains


class Pool(NamedTuple):
    """The firing of many units; from `pool`.

    Attributes
    ----------
    trains : list of pandas.DataFrame
        As from `train`, unit by unit; a unit that never fires has an empty one.
    onset_s, end_s : float
        First and last discharge of any.
    """

    trains: list[pd.DataFrame]
    onset_s: float
    end_s: float


def train(
    pattern: str,
    *,
    seed: Seed,
    begin_s: float,
    end_s: float,
    drawn: bool = False,
    part: Optional[Part] = None,
    kind: Optional[str] = None,
    pause_s: Optional[float] = None,
    least_pause_s: float = 0.0,
    **options: float,
) -> pd.DataFrame:
    """When one unit or one fibre discharges.

    Parameters
    ----------
    pattern : str
        One of `patterns()`, but those of `pool`.
    seed : int or (int, int)
    begin_s, end_s : float
        Discharges lie in [begin_s, end_s).
    drawn : bool
        Draw the options that are not given from their published ranges.
    part, kind
        As in `drawn_options`; either implies `drawn`.
    pause_s, least_pause_s : float
        Repeat complex_repetitive, fibrillation, myotonia or neuromyotonia, which end by
        themselves after `duration_s`: silences of `pause_s` on average between the runs.
    **options
        `options(pattern)`.

    Returns
    -------
    pandas.DataFrame
        `time_s`, strictly ascending, and `gain`, which multiplies the potential; for
        multiplets, f_wave_pairs and myokymia also `group`.

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.

    Examples
    --------
    >>> train("tonic", seed=1, begin_s=0, end_s=1, rate_hz=8).shape
    (8, 2)
    """
    if pattern in POOLS:
        raise ValueError(f"{pattern} is a pattern of many units: write pool({pattern!r}, ...)")
    made, group, _, _ = _core.fire(
        _text(pattern, "pattern"),
        *_seed(seed),
        number(begin_s, "begin_s", "a time in seconds"),
        number(end_s, "end_s", "a time in seconds"),
        bool(drawn) or part is not None or kind is not None,
        _part(part),
        kind,
        None if pause_s is None else number(pause_s, "pause_s", "seconds"),
        number(least_pause_s, "least_pause_s", "seconds"),
        dict(options),
    )
    frame = _frame(made[0])
    if group is not None:
        frame["group"] = group
    return frame


def pool(
    pattern: str,
    *,
    seed: Seed,
    begin_s: float = 0.0,
    end_s: Optional[float] = None,
    effort: Optional[ArrayLike] = None,
    drawn: bool = False,
    part: Optional[Part] = None,
    kind: Optional[str] = None,
    **options: float,
) -> Pool:
    """When the units of a muscle discharge together.

    Parameters
    ----------
    pattern : {"voluntary", "cramp", "tremor"}
    seed : int or (int, int)
    begin_s, end_s : float
        Of cramp and tremor.
    effort : array of shape (points, 2), for "voluntary"
        Times in seconds, ascending, and shares of the maximum, 0 to 1; straight between.
    drawn, part, kind
        As in `train`.
    **options
        `options(pattern)`; `units` is the number of trains.

    Returns
    -------
    Pool
        Voluntary units by size, the smallest first; units of a cramp in the order in which
        they join.

    Raises
    ------
    ValueError
        For names that do not exist and values out of range.
    """
    draw = bool(drawn) or part is not None or kind is not None
    if pattern == "voluntary":
        if effort is None or end_s is not None or kind is not None:
            raise ValueError(
                "voluntary follows an effort: write effort=[(0, 0), (1, 0.3), (4, 0.3), (5, 0)], no end_s and no kind"
            )
        points = _array(effort, "effort")
        made, _, onset_s, last_s = _core.fire_voluntary(*_seed(seed), points, draw, _part(part), dict(options))
    elif pattern in POOLS:
        if effort is not None or end_s is None:
            raise ValueError(f"{pattern} needs end_s, and no effort")
        stretch = number(begin_s, "begin_s", "a time in seconds"), number(end_s, "end_s", "a time in seconds")
        made, _, onset_s, last_s = _core.fire(
            pattern, *_seed(seed), *stretch, draw, _part(part), kind, None, 0.0, dict(options)
        )
    else:
        raise ValueError(f"pattern {pattern!r} of a pool: allowed is 'voluntary', 'cramp' or 'tremor'")
    return Pool([_frame(one) for one in made], onset_s, last_s)


def _array(values: Any, name: str) -> NDArray[np.float64]:
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} of type {type(values).__name__}: allowed are numbers") from None


def _frame(made: tuple[NDArray[np.float64], NDArray[np.float64]]) -> pd.DataFrame:
    return pd.DataFrame({"time_s": made[0], "gain": made[1]})


# ---- scenes


class SimulatedScene(Simulated):
    """A finished `Scene`: recording, truth and electrode, as from `fascikit.simulate`.

    Notes
    -----
    Picklable: samples and truth travel along.
    """

    def __init__(
        self, seed: int, samples: NDArray[np.float32], info: dict[str, Any], truth: _core.Truth, electrode: str
    ) -> None:
        self.name = "scene"
        self.seed = seed
        self._truth = truth
        self.electrode = electrode
        self._sites = info["sites"]
        labels = [channel["label"] for channel in info["channels"]]
        source = _core.from_array(samples, info["fs"], "uV", 1.0, labels).with_sites(self._sites)
        self.recording = Recording(source, ("array", samples, info["fs"], "uV", None, labels))

    def __reduce__(self) -> tuple[Any, ...]:
        _, samples, fs, _, _, labels = self.recording._origin
        info = {"fs": fs, "sites": self._sites, "channels": [{"label": label} for label in labels]}
        return _restore, (self.seed, samples, info, _core.truth_state(self._truth), self.electrode)


def _restore(
    seed: int, samples: NDArray[np.float32], info: dict[str, Any], truth: tuple[Any, ...], electrode: str
) -> SimulatedScene:
    return SimulatedScene(seed, samples, info, _core.truth_from(truth), electrode)


Sites = Union[str, Sequence[str], Mapping[str, Union[None, int, tuple[int, int, float], Montage]]]
Train = Union[pd.DataFrame, ArrayLike]


class Scene:
    """A recording under construction, together with its truth.

    Parameters
    ----------
    sites : str, list of str, or dict
        Names of the sites. One channel each, or by name: a number of channels, a grid
        `(rows, columns, pitch_mm)`, or a `Montage`.
    fs : float
        Sampling rate, 200 to 200000 Hz.
    duration_s : float
        1 to 86400.
    seed : int
        Of noise and confounders. Every site, and every call of a kind, has random numbers of
        its own: adding something changes nothing else. Give trains and units other seeds.
    electrode : {"surface", "needle"}

    Raises
    ------
    ValueError
        For values out of range, equal names, and more than 2^31 samples in all.

    Notes
    -----
    Order: the noise of a site, then its discharges (their truth holds the noise around
    them); `clip`, `lose_contact` and `drop_samples` replace samples and come last; then
    `finish`. Memory: 8 bytes a sample and channel, 8 more in `finish`.
    """

    def __init__(
        self, sites: Sites, *, fs: float = 2048.0, duration_s: float = 60.0, seed: int, electrode: str = "surface"
    ) -> None:
        listed = [(name, *_channels(name, layout)) for name, layout in _named(sites)]
        self._index = {name: i for i, (name, *_) in enumerate(listed)}
        if len(self._index) != len(listed):
            raise ValueError(f"sites {[name for name, *_ in listed]}: allowed are names that differ")
        self._seed, stream = _seed(seed)
        if stream:
            raise ValueError(f"seed {seed!r} of a scene: allowed is a whole number, 0 to 2^64 - 1")
        self._fs = _rate(fs)
        self._duration_s = number(duration_s, "duration_s", "1 to 86400 s")
        self._electrode = _text(electrode, "electrode")
        self._scene = _core.Scene(listed, self._fs, self._duration_s, self._seed, electrode)
        self._contractions = 0

    @property
    def sites(self) -> list[str]:
        """Names of the sites."""
        return list(self._index)

    def __repr__(self) -> str:
        names = ", ".join(self.sites)
        return f"<Scene of {names}: {self._electrode}, {self._fs:g} Hz, {self._duration_s:g} s, seed {self._seed}>"

    # -- backgrounds

    def noise(self, site: str, **options: float) -> None:
        """Noise of amplifier and electrode on every channel of a site; `options("noise")`."""
        self._scene.noise(self._site(site), dict(options))

    def background(self, site: str, samples: ArrayLike, *, fs: float) -> None:
        """Recorded rest in place of noise.

        Parameters
        ----------
        site : str
        samples : array of shape (frames,)
            µV, finite, at least a second. Tiled with cross-fades where it is shorter than the
            scene; each channel starts elsewhere in it.
        fs : float
            Its rate, which must be the scene's.

        Raises
        ------
        ValueError
            For another rate, and samples that cannot be used.
        """
        array = _array(samples, "background")
        if array.ndim != 1:
            raise ValueError(f"background of {array.ndim} dimensions: allowed is one channel, 1-D")
        if _rate(fs) != self._fs:
            raise ValueError(
                f"background at {fs:g} Hz: allowed is the rate of the scene, {self._fs:g} Hz; resample it first"
            )
        self._scene.background(self._site(site), array)

    def noise_uv(self, site: str, time_s: float = 0.0) -> float:
        """RMS of the noise in the band at the first channel of a site."""
        return self._scene.noise_uv(self._site(site), number(time_s, "time_s", "a time in seconds"))

    # -- discharges

    def discharges(
        self,
        site: str,
        potential: Potential,
        train: Train,
        *,
        label: Optional[str],
        unit: Optional[int] = None,
        jitter_ms: float = 0.0,
        blocking: float = 0.0,
    ) -> Optional[int]:
        """Let a unit discharge, in the samples and in the truth.

        Parameters
        ----------
        site : str
        potential : Potential
            As many channels as the site, for the rate and electrode of the scene.
        train : pandas.DataFrame or array
            `time_s` and `gain`, as from `train`; or an array of times, of gain 1. The times at
            which the nerve impulse arrives: the truth's peak is later by `potential.peak_ms`.
            What lies outside the scene is left out.
        label : str or None
            One of `fascikit.labels()`; None: not in the truth, as of another muscle.
        unit : int, optional
            Number of a unit that discharged before; default: a new one.
        jitter_ms : float
            SD of the delay of each of the potential's `parts`, 0 to 10.
        blocking : float
            Chance of each part to stay out, 0 to 1.

        Returns
        -------
        int or None
            Number of the unit in the truth.

        Raises
        ------
        ValueError
            For what does not fit the scene, and values out of range; nothing is added then.
        """
        if not isinstance(potential, Potential):
            raise ValueError(f"potential is {potential!r}: allowed is a Potential, such as motor_unit(...)")
        time_s, gain = _times(train)
        return self._scene.discharges(
            self._site(site),
            potential._potential,
            time_s,
            gain,
            None if label is None else _text(label, "label"),
            None if unit is None else _whole(unit, "unit", "one that `discharges` returned before, or None"),
            number(jitter_ms, "jitter_ms", "0 to 10 ms"),
            number(blocking, "blocking", "0 to 1"),
        )

    def pool(
        self,
        site: str,
        potentials: Sequence[Potential],
        firing: Pool,
        *,
        label: Optional[str],
        units: Optional[Sequence[int]] = None,
    ) -> list[int]:
        """Let many units discharge together, and name the stretch as a segment.

        Parameters
        ----------
        site : str
        potentials : list of Potential
            One for each train of `firing`; for "voluntary" the smallest first.
        firing : Pool
            From `pool`.
        label : str or None
            Of discharges and segment. None: activity of a muscle beside, which is no
            discharge of this site; the stretch is a confounder "crosstalk".
        units : list of int, optional
            Their numbers, where they discharged before.

        Returns
        -------
        list of int
            Their numbers; empty without a label.

        Raises
        ------
        ValueError
            For what does not fit.
        """
        if not isinstance(firing, Pool):
            raise ValueError(f"firing is {firing!r}: allowed is a Pool, as from pool(...)")
        trains = firing.trains
        potentials = _listed(potentials, "potentials")
        units = None if units is None else _listed(units, "units")
        if len(potentials) != len(trains) or (units is not None and len(units) != len(trains)):
            raise ValueError(
                f"{len(potentials)} potentials for {len(trains)} trains: allowed is one for each, and as many units"
            )
        numbers = []
        last_s = firing.end_s
        for k, (potential, one) in enumerate(zip(potentials, trains)):
            unit = self.discharges(site, potential, one, label=label, unit=None if units is None else units[k])
            if unit is not None:
                numbers.append(unit)
            if len(one):
                last_s = max(last_s, float(one["time_s"].iloc[-1]) + 2e-3 * potential.peak_ms)
        if last_s > firing.onset_s:
            if label is None:
                self.confounder(firing.onset_s, last_s, "crosstalk")
            else:
                self.segment(site, firing.onset_s, last_s, label)
        return numbers

    def contraction(
        self,
        site: str,
        potentials: Sequence[Potential],
        *,
        onset_s: float,
        length_s: float,
        effort: float = 0.3,
        label: Optional[str] = "voluntary",
        units: Optional[Sequence[int]] = None,
        **options: float,
    ) -> list[int]:
        """An effort that rises, holds and falls; `pool("voluntary")` and `Scene.pool` in one.

        Parameters
        ----------
        site : str
        potentials : list of Potential
            Of the muscle's units, the smallest first, such as `scaled` by `sizes`.
        onset_s, length_s : float
            The effort rises over a fifth of its length, at most 1.5 s, and falls alike.
        effort : float
            Share of the maximum, 0 to 1.
        label, units
            As in `Scene.pool`; `label=None` for the muscle beside.
        **options
            `options("voluntary")`, but `units`.

        Returns
        -------
        list of int
            Numbers of the units.

        Raises
        ------
        ValueError
            For values out of range.
        """
        potentials = _listed(potentials, "potentials")
        length = number(length_s, "length_s", "above 0")
        onset = number(onset_s, "onset_s", "a time in seconds")
        if not length > 0:
            raise ValueError(f"length_s is {length_s!r}: allowed is above 0")
        ramp = min(0.2 * length, 1.5)
        shape = [(onset, 0.0), (onset + ramp, effort), (onset + length - ramp, effort), (onset + length, 0.0)]
        # Streams far from those that a user counts from 0.
        seed = (self._seed, (8 << 32) + self._contractions)
        given: dict[str, Any] = {"units": len(potentials), **options}
        firing = pool("voluntary", seed=seed, effort=shape, **given)
        numbers = self.pool(site, potentials, firing, label=label, units=units)
        self._contractions += 1
        return numbers

    # -- what the truth says besides

    def segment(self, site: str, onset_s: float, end_s: float, label: str) -> None:
        """Name a stretch of a site in the truth, such as a contraction; cut to the scene."""
        self._scene.segment(self._site(site), *_stretch(onset_s, end_s), _text(label, "label"))

    def confounder(self, onset_s: float, end_s: float, kind: str) -> None:
        """Name in the truth something that is not muscle; the methods below do so themselves."""
        self._scene.confounder(*_stretch(onset_s, end_s), _text(kind, "kind"))

    # -- confounders

    def hum(self, site: Optional[str] = None, *, phase_turns: Optional[float] = None, **options: Any) -> None:
        """Mains hum; `options("hum")`. All sites and calls share one mains and its wander.

        Parameters
        ----------
        site : str, optional
            Default: all of them.
        phase_turns : float, optional
            Of the fundamental there; drawn if not given.
        """
        turns = None if phase_turns is None else number(phase_turns, "phase_turns", "a number of turns")
        self._scene.hum(self._some(site), turns, dict(options))

    def drift(self, site: Optional[str] = None, **options: float) -> None:
        """Slow wander of the electrodes' potentials, each channel its own; `options("drift")`."""
        self._scene.drift(self._some(site), dict(options))

    def ecg(self, site: Optional[str] = None, *, inverted: bool = False, **options: float) -> NDArray[np.float64]:
        """The electrocardiogram; `options("ecg")`.

        Parameters
        ----------
        site : str, optional
            Default: all of them. All calls of a scene hear one heart: call it once a site for
            an amplitude each, with the same rate.
        inverted : bool

        Returns
        -------
        numpy.ndarray of float64
            Times of the R peaks, s.
        """
        return self._scene.ecg(self._some(site), bool(inverted), dict(options))

    def movement(self, site: str, at_s: float, **options: float) -> None:
        """Skin and electrodes shift, on all channels of a site; `options("movement")`."""
        self._scene.movement(self._site(site), self._time(at_s), dict(options))

    def pop(self, site: str, at_s: float, *, channel: int = 0, **options: float) -> None:
        """The potential of one electrode jumps and comes back; `options("pop")`."""
        self._scene.pop(self._site(site), _channel(channel), self._time(at_s), dict(options))

    def cable(self, site: str, at_s: float, **options: float) -> None:
        """A cable swings, on all channels of a site; `options("cable")`."""
        self._scene.cable(self._site(site), self._time(at_s), dict(options))

    def stimuli(self, at_s: float, site: Optional[str] = None, **options: float) -> None:
        """Artefacts of electrical stimuli from `at_s` on; `options("stimuli")`. Default: all sites."""
        self._scene.stimuli(self._some(site), self._time(at_s), dict(options))

    # -- faults, last

    def clip(self, rail_uv: float) -> None:
        """Hold all channels between -rail_uv and rail_uv; what was beyond is named "clipping"."""
        self._scene.clip(number(rail_uv, "rail_uv", "above 0 µV"))

    def lose_contact(self, site: str, begin_s: float, end_s: float, *, channel: int = 0, **options: Any) -> None:
        """One channel loses its electrode; `options("contact")`, of which `kind` is "open" or "rail".

        Discharges of a site with no other channel leave the truth meanwhile.
        """
        self._scene.lose_contact(self._site(site), _channel(channel), *_stretch(begin_s, end_s), dict(options))

    def drop_samples(self, begin_s: float, end_s: float, kind: str = "not_a_number") -> None:
        """Samples of all channels never arrive; NaN, "zeros" or "held" stand there instead.

        Their discharges leave the truth.
        """
        self._scene.drop_samples(*_stretch(begin_s, end_s), kind)

    def finish(self) -> SimulatedScene:
        """The recording and its truth; the scene is used up.

        Returns
        -------
        SimulatedScene
            A `fascikit.Simulated`: `recording` for `fascikit.analyze`, itself for `fascikit.score`.
        """
        return SimulatedScene(self._seed, *self._scene.finish())

    def _site(self, name: str) -> int:
        if not isinstance(name, str) or name not in self._index:
            raise ValueError(f"site {name!r}: allowed is {', '.join(map(repr, self._index))}")
        return self._index[name]

    def _time(self, at_s: float) -> float:
        return number(at_s, "at_s", f"0 to {self._duration_s:g} s")

    def _some(self, name: Optional[str]) -> list[int]:
        return list(self._index.values()) if name is None else [self._site(name)]


def _listed(values: Any, name: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise ValueError(f"{name} is {values!r}: allowed is a list") from None


def _channel(channel: int) -> int:
    whole = _whole(channel, "channel", "0 or more")
    if whole < 0:
        raise ValueError(f"channel is {channel!r}: allowed is 0 or more")
    return whole


def _stretch(onset_s: float, end_s: float) -> tuple[float, float]:
    return number(onset_s, "the onset", "a time in seconds"), number(end_s, "the end", "a time in seconds")


def _named(sites: Sites) -> list[tuple[str, Any]]:
    if isinstance(sites, str):
        return [(sites, None)]
    if isinstance(sites, Mapping):
        return list(sites.items())
    return [(name, None) for name in _listed(sites, "sites")]


def _channels(name: str, layout: Any) -> tuple[int, int, int, float]:
    """Channels, rows, columns and pitch of a site."""
    if not isinstance(name, str) or not name:
        raise ValueError(f"site {name!r}: allowed is a name")
    if layout is None:
        return 1, 0, 0, 0.0
    if isinstance(layout, Montage):
        return len(layout.channels), layout.rows, layout.columns, layout.pitch_mm
    allowed = f"1 to {MOST_CHANNELS} channels, (rows, columns, pitch_mm) or a Montage"
    wrong = f"site {name!r} as {layout!r}: allowed is {allowed}"
    try:
        if hasattr(layout, "__index__"):
            rows, columns, pitch_mm = _whole(layout, name, allowed), 1, 0.0
        else:
            rows, columns = (_whole(n, name, allowed) for n in layout[:2])
            (pitch_mm,) = (number(n, name, allowed) for n in layout[2:])
    except (TypeError, ValueError):
        raise ValueError(wrong) from None
    if not (rows >= 1 and columns >= 1 and rows * columns <= MOST_CHANNELS and pitch_mm >= 0):
        raise ValueError(wrong)
    return (rows, 0, 0, 0.0) if hasattr(layout, "__index__") else (rows * columns, rows, columns, pitch_mm)


def _times(train: Train) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if isinstance(train, pd.DataFrame):
        if "time_s" not in train.columns:
            raise ValueError(f"a train with columns {list(train.columns)}: allowed is time_s, and gain if there is one")
        time_s = _array(train["time_s"], "time_s")
        gain = _array(train["gain"], "gain") if "gain" in train.columns else np.ones(len(time_s))
    else:
        time_s = _array(train, "a train")
        if time_s.ndim != 1:
            raise ValueError(
                f"a train of {time_s.ndim} dimensions: allowed is a DataFrame, or a 1-D array of times in seconds"
            )
        gain = np.ones(len(time_s))
    return time_s, gain
