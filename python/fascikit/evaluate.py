"""How good is a set of answers: statistics of evaluation that work on plain numbers.

    >>> from fascikit import evaluate
    >>> evaluate.icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    <Icc 0.290 [0.019, 0.761], 6 subjects, 4 raters>

Probabilities against outcomes (`calibration`, `label_calibration`), units against units
(`unit_agreement`), counts against counts (`bland_altman`, `icc`), raters against raters
(`kappa`, `window_agreement`), intervals over recordings (`bootstrap`), and the synthetic
spike trains of Cotterill et al. 2016 for burst detectors (`cotterill`, `score_bursts`).
How much of a recording's truth was found is `fascikit.score`.

Arrays are read in place if they are C-contiguous float64 (int64 for numbers of units and
bursts), and converted otherwise; none is changed. The GIL is released but in `bootstrap`,
which calls Python. Every wrong input is a ValueError that names the value and its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from . import _core

__all__ = [
    "BlandAltman",
    "Bootstrap",
    "BurstScore",
    "Calibration",
    "Estimate",
    "Icc",
    "Kappa",
    "LabelCalibration",
    "SpikeTrain",
    "UnitAgreement",
    "WindowAgreement",
    "bland_altman",
    "bootstrap",
    "calibration",
    "cotterill",
    "icc",
    "kappa",
    "label_calibration",
    "score_bursts",
    "unit_agreement",
    "window_agreement",
]


class Estimate(NamedTuple):
    """A value with the ends of its interval; NaN where there is none."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def exp(self) -> Estimate:
        """Of a natural logarithm, the ratio."""
        return Estimate(*(math.exp(v) if not v > 709 else math.inf for v in self))


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether probabilities mean what they say; from `calibration`.

    Attributes
    ----------
    n, n_true : int
        Candidates, and those that were true.
    base_rate : float
        n_true / n.
    ece, mce : float
        Expected and largest calibration error: |mean p - share true|, weighted by counts.
    brier, brier_skill : float
        Mean squared error, and 1 - brier / (base_rate * (1 - base_rate)): 1 is perfect, 0 no
        better than saying the base rate each time, NaN for outcomes of one kind.
    log_loss : float
    bins : pandas.DataFrame
        The reliability curve, one row a bin (low, high]: `low, high, mean_p, share_true,
        share_low, share_high` (Wilson, 95 %), `n, n_true`. Empty bins hold NaN.
    """

    n: int
    n_true: int
    base_rate: float
    ece: float
    mce: float
    brier: float
    brier_skill: float
    log_loss: float
    bins: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"<Calibration of {self.n}, {self.n_true} true: ECE {self.ece:.4f}, Brier {self.brier:.4f}, "
            f"skill {self.brier_skill:.3f}>"
        )


@dataclass(frozen=True, eq=False)
class LabelCalibration:
    """Calibration of the probabilities of several labels; from `label_calibration`.

    Attributes
    ----------
    n : int
    classwise_ece : float
        Mean over labels of their own expected calibration error.
    brier : float
        Mean over rows of the squared errors summed over labels.
    log_loss : float
    accuracy : float
        Share of rows whose largest probability names the true label.
    top : Calibration
        The largest probability of each row against being right.
    labels : pandas.DataFrame
        One row a label: `n_true, base_rate, ece, brier, brier_skill`.
    """

    n: int
    classwise_ece: float
    brier: float
    log_loss: float
    accuracy: float
    top: Calibration = field(repr=False)
    labels: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"<LabelCalibration of {self.n}, {len(self.labels)} labels: class-wise ECE {self.classwise_ece:.4f}, "
            f"top ECE {self.top.ece:.4f}, accuracy {self.accuracy:.3f}>"
        )


@dataclass(frozen=True, eq=False)
class UnitAgreement:
    """Which units of A are which units of B; from `unit_agreement`.

    Attributes
    ----------
    pairs : pandas.DataFrame
        One row a pair: `unit_a, unit_b, n_a, n_b, common, agreement, recall` (common / n_a),
        `precision` (common / n_b), `lag_ms` (added to A's times).
    agreement : pandas.DataFrame
        Units of A (rows) x units of B (columns).
    unpaired_a, unpaired_b : list of int
    well_detected, redundant, overmerged, false_units : list of int
        Of B's units, in the words of SpikeInterface.
    """

    pairs: pd.DataFrame
    agreement: pd.DataFrame
    unpaired_a: list[int]
    unpaired_b: list[int]
    well_detected: list[int]
    redundant: list[int]
    overmerged: list[int]
    false_units: list[int]

    def __repr__(self) -> str:
        a, b = self.agreement.shape
        median = f", median agreement {self.pairs['agreement'].median():.3f}" if len(self.pairs) else ""
        return (
            f"<UnitAgreement: {len(self.pairs)} pairs of {a} and {b} units{median}; {len(self.well_detected)} well "
            f"detected, {len(self.redundant)} redundant, {len(self.overmerged)} overmerged, "
            f"{len(self.false_units)} false>"
        )


@dataclass(frozen=True)
class BlandAltman:
    """Agreement of two counts of the same recordings, on log rates; from `bland_altman`.

    Attributes
    ----------
    n : int
        Recordings.
    zero_a, zero_b : int
        Counts of 0; where there are some the limits depend on the offset.
    rate_a_per_min, rate_b_per_min : float
        All events over all minutes.
    sd : float
        Of the differences ln(a) - ln(b).
    bias, lower, upper : Estimate
        Mean difference and limits of agreement, natural logarithms, with intervals.
    """

    n: int
    zero_a: int
    zero_b: int
    rate_a_per_min: float
    rate_b_per_min: float
    sd: float
    bias: Estimate
    lower: Estimate
    upper: Estimate

    @property
    def ratio(self) -> Estimate:
        """a / b, the geometric mean over recordings."""
        return self.bias.exp()

    @property
    def limits(self) -> tuple[Estimate, Estimate]:
        """Between which ratios a / b of single recordings lie."""
        return self.lower.exp(), self.upper.exp()

    def __repr__(self) -> str:
        low, high = self.limits
        zeros = f", counts of 0: {self.zero_a} and {self.zero_b}" if self.zero_a or self.zero_b else ""
        limits = f"limits {low.value:.3f} to {high.value:.3f}"
        return f"<BlandAltman a / b {self.ratio}, {limits}, {self.n} recordings{zeros}>"


@dataclass(frozen=True)
class Icc:
    """ICC(2,1); from `icc`.

    Attributes
    ----------
    icc : Estimate
    subjects, raters : int
    mean_square_subjects, mean_square_raters, mean_square_error : float
        Of the two-way analysis of variance.
    """

    icc: Estimate
    subjects: int
    raters: int
    mean_square_subjects: float
    mean_square_raters: float
    mean_square_error: float

    def __repr__(self) -> str:
        return f"<Icc {self.icc}, {self.subjects} subjects, {self.raters} raters>"


@dataclass(frozen=True, eq=False)
class Kappa:
    """Cohen's kappa; from `kappa`.

    Attributes
    ----------
    kappa : Estimate
        NaN where there is one category only.
    standard_error : float
        For large samples, kappa not taken as 0.
    observed, expected : float
        Agreement, and that of chance.
    n : int
    table : pandas.DataFrame
        What A said (rows) against what B said (columns).
    """

    kappa: Estimate
    standard_error: float
    observed: float
    expected: float
    n: int
    table: pd.DataFrame = field(repr=False)

    def __repr__(self) -> str:
        return f"<Kappa {self.kappa}, {self.observed:.3f} observed and {self.expected:.3f} by chance of {self.n}>"


@dataclass(frozen=True, eq=False)
class WindowAgreement:
    """Agreement on presence over time; from `window_agreement`.

    Attributes
    ----------
    both, only_a, only_b, neither : int
        Windows with events of both, of A alone, of B alone, of neither.
    positive_agreement, negative_agreement : float
        2 both / (2 both + only_a + only_b), and the same of `neither`.
    kappa : Kappa
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    positive_agreement: float
    negative_agreement: float
    kappa: Kappa

    def __repr__(self) -> str:
        return (
            f"<WindowAgreement positive {self.positive_agreement:.3f}, negative {self.negative_agreement:.3f}, "
            f"kappa {self.kappa.kappa}, {self.kappa.n} windows>"
        )


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """A statistic over recordings with its interval; from `bootstrap`.

    Attributes
    ----------
    estimate : Estimate
    standard_error, bias : float
        SD of the replicates; their mean less the estimate.
    method : str
        "bca" or "percentile": what it became, percentile where BCa does not exist.
    without_value : int
        Replicates that were NaN or infinite, left out.
    replicates : numpy.ndarray of float64
        Those with a value, ascending.
    """

    estimate: Estimate
    standard_error: float
    bias: float
    method: str
    without_value: int
    replicates: NDArray[np.float64] = field(repr=False)

    def __repr__(self) -> str:
        left_out = f", {self.without_value} without a value" if self.without_value else ""
        return f"<Bootstrap {self.estimate}, {self.method}, {len(self.replicates)} replicates{left_out}>"


class SpikeTrain(NamedTuple):
    """A synthetic spike train; from `cotterill`.

    Attributes
    ----------
    times_s : numpy.ndarray of float64
        Ascending, in 0 to 300.
    burst : numpy.ndarray of int64
        The burst of each spike in order of time, -1 outside.
    """

    times_s: NDArray[np.float64]
    burst: NDArray[np.int64]

    def __repr__(self) -> str:
        bursts = int(self.burst.max(initial=-1)) + 1
        return f"<SpikeTrain: {len(self.times_s)} spikes, {int((self.burst >= 0).sum())} of them in {bursts} bursts>"


@dataclass(frozen=True)
class BurstScore:
    """Found bursts of a spike train against the true ones; from `score_bursts`.

    Attributes
    ----------
    sensitivity : float
        Share of the spikes in true bursts that lie in a found one.
    false_positive : float
        Share of the other spikes that do.
    f1, precision, recall : float
        Of bursts that are the same: more than `least_iou` of the spikes of either shared.
    mean_iou : float
        Of the same bursts.
    count_ratio, count_error
        Found / true bursts, and found - true.
    true_bursts, found_bursts, same_bursts : int
    spikes, in_true, in_found, in_both : int
    """

    sensitivity: float
    false_positive: float
    f1: float
    precision: float
    recall: float
    mean_iou: float
    count_ratio: float
    count_error: int
    true_bursts: int
    found_bursts: int
    same_bursts: int
    spikes: int
    in_true: int
    in_found: int
    in_both: int

    def __repr__(self) -> str:
        return (
            f"<BurstScore sensitivity {self.sensitivity:.3f}, false positive {self.false_positive:.3f}, "
            f"F1 {self.f1:.3f}; {self.found_bursts} found of {self.true_bursts}>"
        )


def calibration(p: ArrayLike, outcome: ArrayLike, bins: int = 10, *, kind: str = "equal_width") -> Calibration:
    """Do probabilities mean what they say, over all candidates?

    Parameters
    ----------
    p : array of shape (n,)
        The probability that each candidate is true, 0 to 1.
    outcome : array of shape (n,)
        Whether it was: 0 or 1, or bool.
    bins : int
        1 to 1000; 10 is usual.
    kind : {"equal_width", "equal_count"}
        A bin holds its upper edge, as in scikit-learn. Equal counts: edges at the
        quantiles; equal probabilities stay together.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        For no candidates, lengths that differ, and values outside 0 to 1 or NaN.

    Notes
    -----
    Give all candidates, not only those that passed a threshold. The calibration error
    depends on the bins and is too large where bins hold few; the Brier score is not.
    """
    _check_bins(bins)
    y = np.asarray(outcome)
    wrong = np.flatnonzero(~((y == 0) | (y == 1)))
    if wrong.size:
        raise ValueError(f"outcome {y.flat[wrong[0]]} at index {wrong[0]}: allowed is 0 or 1")
    found = _core.calibration(_vector(p, "p"), _one_axis(np.ascontiguousarray(y, np.uint8), "outcome"), int(bins), kind)
    return _calibration(found)


def label_calibration(
    p: Any, truth: Any, bins: int = 10, *, kind: str = "equal_width", labels: Optional[Sequence[str]] = None
) -> LabelCalibration:
    """Calibration of the probabilities of several labels, such as `p_<label>` of bursts.

    Parameters
    ----------
    p : array of shape (n, labels) or pandas.DataFrame
        Rows need not sum to 1. A table's columns name the labels, with or without `p_`.
    truth : sequence of n
        The true label of each row: its name, or its column as an int.
    bins, kind
        As in `calibration`.
    labels : sequence of str, optional
        Names of the columns of an array.

    Returns
    -------
    LabelCalibration

    Raises
    ------
    ValueError
        For shapes that do not fit, labels that are no column, and probabilities outside
        0 to 1 or NaN.
    """
    _check_bins(bins)
    columns = p.columns if isinstance(p, pd.DataFrame) else labels
    table = np.ascontiguousarray(p, np.float64)
    if table.ndim != 2:
        raise ValueError(f"p has {table.ndim} axes: allowed is rows x labels")
    names = [str(c)[2:] if str(c).startswith("p_") else str(c) for c in columns] if columns is not None else None
    if names is not None and len(names) != table.shape[1]:
        raise ValueError(f"{len(names)} labels for {table.shape[1]} columns: allowed is as many of each")
    known = np.asarray(truth)
    if known.dtype.kind in "OUS":
        if names is None:
            raise ValueError("truth holds names: allowed with a table or `labels`")
        place = {name: i for i, name in enumerate(names)}
        missing = [name for name in known.tolist() if name not in place]
        if missing:
            raise ValueError(f"label {missing[0]!r}: allowed is {', '.join(names)}")
        known = np.array([place[name] for name in known.tolist()], np.int64)
    found = _core.label_calibration(table, _integers(known, "truth"), int(bins), kind)
    rows = [{k: row[k] for k in ("n_true", "base_rate", "ece", "brier", "brier_skill")} for row in found["labels"]]
    index = pd.Index(names if names is not None else range(table.shape[1]), name="label")
    return LabelCalibration(
        found["n"], found["classwise_ece"], found["brier"], found["log_loss"], found["accuracy"],
        _calibration(found["top"]), pd.DataFrame(rows, index=index),
    )


def unit_agreement(
    times_a: ArrayLike,
    units_a: Any,
    times_b: ArrayLike,
    units_b: Any,
    *,
    tolerance_ms: float = 10.0,
    max_lag_ms: float = 0.0,
    least_agreement: float = 0.5,
    well_detected: float = 0.8,
    redundant: float = 0.2,
    overmerged: float = 0.2,
) -> UnitAgreement:
    """Are the units of two decompositions of one recording the same units?

    Agreement is common / (common + only A + only B): the rate of agreement of
    decomposition, the accuracy of SpikeInterface. Units are paired one to one with the
    largest sum of agreements. With A the truth, `recall` and `precision` are B's.

    Parameters
    ----------
    times_a, times_b : array of shape (n,)
        Times of discharges, s, ascending.
    units_a, units_b : array of shape (n,)
        The unit of each; -1 and missing are no unit and left out.
    tolerance_ms : float
        Above 0 to 1000. 10 as in `score`: half the width of a surface potential, whose peak
        two analyses may put on different phases. For decomposed trains at 10 /s use 0.5.
    max_lag_ms : float
        0 to 100: each pair may first be shifted by its commonest difference up to this.
    least_agreement : float
        Below it units are no pair.
    well_detected, redundant, overmerged : float
        Agreement from which a pair is well detected, a unit of B without a pair one that
        was found twice, and (more than this with two) one that joins two.

    Returns
    -------
    UnitAgreement
        Empty where there are no units.

    Raises
    ------
    ValueError
        For lengths that differ, times that are NaN or do not ascend, options out of range.

    Notes
    -----
    Independent units agree by chance, about 2 x tolerance x rate: 2 % at 1 /s and 10 ms.
    """
    found = _core.unit_agreement(
        _vector(times_a, "times_a"), _units(units_a, "units_a"),
        _vector(times_b, "times_b"), _units(units_b, "units_b"),
        float(tolerance_ms), float(max_lag_ms), float(least_agreement), float(well_detected), float(redundant),
        float(overmerged),
    )
    a, b = pd.Index(found["units_a"], name="unit_a"), pd.Index(found["units_b"], name="unit_b")
    lists = ("unpaired_a", "unpaired_b", "well_detected", "redundant", "overmerged", "false_units")
    return UnitAgreement(
        pd.DataFrame(found["pairs"]),
        pd.DataFrame(found["agreement"].reshape(len(a), len(b)), index=a, columns=b),
        *(found[name] for name in lists),
    )


def bland_altman(
    counts_a: ArrayLike,
    counts_b: ArrayLike,
    minutes: ArrayLike,
    *,
    offset: float = 0.5,
    coverage: float = 0.95,
    confidence: float = 0.95,
) -> BlandAltman:
    """Bias and limits of agreement of two counts of the same recordings, on log rates.

    Parameters
    ----------
    counts_a, counts_b : array of shape (recordings,)
        Events; 0 or more.
    minutes : float or array of shape (recordings,)
        Usable minutes, the same for both counts; they enter the mean rates.
    offset : float
        Events added to every count before the logarithm, 0 to 10; a count of 0 needs it.
    coverage : float
        Share of recordings between the limits.
    confidence : float
        Of the intervals.

    Returns
    -------
    BlandAltman

    Raises
    ------
    ValueError
        For fewer than 2 recordings, lengths that differ, values that are negative or NaN,
        and a count of 0 with offset 0.

    Notes
    -----
    Intervals of the limits as in Bland and Altman 1999 (10.1177/096228029900800204).
    """
    a, b = _vector(counts_a, "counts_a"), _vector(counts_b, "counts_b")
    shared = np.asarray(minutes, np.float64)
    time = np.full(a.shape, float(shared)) if shared.ndim == 0 else _vector(shared, "minutes")
    found = _core.bland_altman(a, b, time, float(offset), float(coverage), float(confidence))
    for name in ("bias", "lower", "upper"):
        found[name] = Estimate(*found[name])
    return BlandAltman(**found)


def icc(ratings: ArrayLike, *, confidence: float = 0.95) -> Icc:
    """ICC(2,1): absolute agreement of single ratings, raters a sample.

    Parameters
    ----------
    ratings : array of shape (subjects, raters)
        Give logarithms of rates where counts span decades.
    confidence : float

    Returns
    -------
    Icc
        NaN for ratings that are all equal; below 0 where raters differ more than subjects.

    Raises
    ------
    ValueError
        For fewer than 2 subjects or raters, and ratings that are missing.

    Notes
    -----
    Shrout and Fleiss 1979 (10.1037/0033-2909.86.2.420); interval of McGraw and Wong 1996
    (10.1037/1082-989X.1.1.30), case 2A.
    """
    table = np.ascontiguousarray(ratings, np.float64)
    found = _core.icc(table, float(confidence))
    found["icc"] = Estimate(*found["icc"])
    return Icc(**found)


def kappa(
    a: Sequence[Hashable] | NDArray[Any],
    b: Sequence[Hashable] | NDArray[Any],
    weights: Optional[str] = None,
    *,
    categories: Optional[Sequence[Hashable]] = None,
    confidence: float = 0.95,
) -> Kappa:
    """Cohen's kappa: agreement of two raters beyond chance.

    Parameters
    ----------
    a, b : sequence of n
        The categories that two raters gave to the same things: names or numbers.
    weights : {None, "linear", "quadratic"}
        How much neighbouring categories agree.
    categories : sequence, optional
        All of them, in order. Needed for weights of names; numbers are in their own order.
    confidence : float

    Returns
    -------
    Kappa
        NaN where there is one category only.

    Raises
    ------
    ValueError
        For nothing to compare, lengths that differ, missing values, and values that are no category.

    Notes
    -----
    Standard error of Fleiss, Cohen and Everitt 1969 (10.1037/h0028106).
    """
    first, second = list(a), list(b)
    if len(first) != len(second):
        raise ValueError(f"kappa: {len(first)} and {len(second)} ratings: allowed is as many of each")
    for name, side in (("a", first), ("b", second)):
        for i, value in enumerate(side):
            if pd.api.types.is_scalar(value) and pd.isna(value):
                raise ValueError(f"kappa: rating {i} of {name} is missing")
    values = set(first) | set(second)
    if categories is None:
        text = any(isinstance(value, str) for value in values)
        if text and weights is not None:
            raise ValueError("kappa: weights of names need `categories`, in order")
        try:
            order: list[Any] = sorted(values)
        except TypeError:
            raise ValueError("kappa: names mixed with numbers: allowed is one of the two") from None
    else:
        order = list(categories)
        stray = [value for value in first + second if value not in set(order)]
        if stray:
            raise ValueError(f"kappa: {stray[0]!r} is no category: allowed is {', '.join(map(str, order))}")
        if len(set(order)) != len(order):
            raise ValueError("kappa: a category is named twice")
    if not first:
        raise ValueError("kappa: nothing to compare")
    place = {value: i for i, value in enumerate(order)}
    table = np.zeros((len(order), len(order)), np.int64)
    np.add.at(table, ([place[v] for v in first], [place[v] for v in second]), 1)
    return _kappa(_core.kappa(table, "none" if weights is None else weights, float(confidence)), table, order)


def window_agreement(
    times_a: ArrayLike, times_b: ArrayLike, duration_s: float, window_s: float = 1.0, *, confidence: float = 0.95
) -> WindowAgreement:
    """Two lists of events as presence or absence in consecutive windows.

    Parameters
    ----------
    times_a, times_b : array
        s from the start, ascending, 0 to `duration_s`. May be empty.
    duration_s, window_s : float
        The incomplete window at the end is left out. Take windows much longer than the
        timing differs; events of one discharge on either side of a border disagree.
    confidence : float

    Returns
    -------
    WindowAgreement
        NaN: kappa where all windows are alike, positive agreement where no window has
        events, negative where all have.

    Raises
    ------
    ValueError
        For times that are NaN, do not ascend or lie outside, and no complete window.
    """
    found = _core.window_agreement(
        _vector(times_a, "times_a"), _vector(times_b, "times_b"), float(duration_s), float(window_s), float(confidence)
    )
    table = np.array([[found["neither"], found["only_b"]], [found["only_a"], found["both"]]], np.int64)
    found["kappa"] = _kappa(found["kappa"], table, [0, 1])
    return WindowAgreement(**found)


def bootstrap(
    values: Any,
    statistic: Callable[[Any], float],
    n: int = 2000,
    *,
    seed: int = 1,
    method: str = "bca",
    confidence: float = 0.95,
) -> Bootstrap:
    """The interval of any statistic over recordings, by drawing recordings again.

    Parameters
    ----------
    values : array, pandas.DataFrame, pandas.Series or sequence
        One row, or item, a recording (or person): never a discharge.
    statistic : callable
        Given rows drawn with replacement, of the same type, returns a number. Sum counts
        and form ratios there: ``lambda t: t["matched"].sum() / t["discharges"].sum()``.
    n : int
        Replicates, 100 to 1,000,000.
    seed : int
        The same draws on every machine.
    method : {"bca", "percentile"}
    confidence : float

    Returns
    -------
    Bootstrap
        NaN ends where the statistic has no value, or more than half of the replicates lack one.

    Raises
    ------
    ValueError
        For fewer than 2 recordings, and options out of range.

    Notes
    -----
    BCa: Efron 1987 (10.1080/01621459.1987.10478410). With fewer than about 10 recordings
    either interval is too narrow. What `statistic` raises passes through.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed {seed}: allowed is 0 to 2^64 - 1")
    if not 100 <= n <= 1_000_000:
        raise ValueError(f"{n} replicates: allowed is 100 to 1000000")
    if isinstance(values, (pd.DataFrame, pd.Series)):
        take: Callable[[NDArray[np.int64]], Any] = values.iloc.__getitem__
    elif isinstance(values, np.ndarray):
        take = values.__getitem__
    elif all(isinstance(v, (int, float)) for v in values):
        take = np.asarray(values).__getitem__
    else:
        take = lambda drawn: [values[i] for i in drawn]  # noqa: E731
    found = _core.bootstrap(
        len(values), lambda drawn: float(statistic(take(drawn))), int(n), float(confidence), int(seed), method
    )
    found["estimate"] = Estimate(*found["estimate"])
    return Bootstrap(**found)


def cotterill(name: str, seed: int = 1, trains: int = 100) -> list[SpikeTrain]:
    """Synthetic spike trains with known bursts: D5 to D10 of Cotterill et al. 2016.

    Parameters
    ----------
    name : {"D5", "D6", "D7", "D8", "D9", "D10"}
        D5 without bursts, D6 without and of rising rate, D7 short bursts, D8 long bursts,
        D9 frequent bursts, D10 bursts with noise.
    seed : int
        The same trains on every machine.
    trains : int
        1 to 100, the first of the set. In D5 the first 50 are Poisson, the others gamma.

    Returns
    -------
    list of SpikeTrain
        300 s each.

    Raises
    ------
    ValueError
        For a name that does not exist; names those that do.

    Notes
    -----
    10.1152/jn.00093.2016. What the paper leaves open, and what was chosen, is said in
    fascikit/evaluate/spike_trains.hpp.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed {seed}: allowed is 0 to 2^64 - 1")
    if not 1 <= trains <= 100:
        raise ValueError(f"{trains} spike trains: allowed is 1 to 100")
    return [SpikeTrain(*train) for train in _core.cotterill(str(name), int(seed), int(trains))]


def score_bursts(truth: ArrayLike, found: ArrayLike, *, least_iou: float = 0.5) -> BurstScore:
    """Found bursts of a spike train against the true ones.

    Parameters
    ----------
    truth, found : array of shape (spikes,)
        The burst of each spike, -1 outside; numbers mean nothing but sameness.
    least_iou : float
        Bursts are the same if more than this share of the spikes of either is in both,
        0.5 to below 1.

    Returns
    -------
    BurstScore
        NaN where there is nothing to divide by.

    Raises
    ------
    ValueError
        For lengths that differ, and numbers below -1.
    """
    return BurstScore(**_core.score_bursts(_integers(truth, "truth"), _integers(found, "found"), float(least_iou)))


def _check_bins(bins: int) -> None:
    if not 1 <= bins <= 1000:
        raise ValueError(f"{bins} bins: allowed is 1 to 1000")


def _one_axis(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} axes: allowed is 1")
    return array


def _vector(values: ArrayLike, name: str) -> NDArray[np.float64]:
    return _one_axis(np.ascontiguousarray(np.atleast_1d(np.asarray(values, np.float64))), name)


def _integers(values: ArrayLike, name: str) -> NDArray[np.int64]:
    array = _one_axis(np.atleast_1d(np.asarray(values)), name)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.dtype.kind not in "iub":
        wrong = [v for v in array.tolist() if not _is_whole(v)]
        if wrong:
            raise ValueError(f"{name} holds {wrong[0]!r}: allowed are whole numbers")
    return np.ascontiguousarray(array, np.int64)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value == int(value) and abs(value) < 2**63


def _units(values: Any, name: str) -> NDArray[np.int64]:
    """Missing ones, as in `Result.events`, become -1."""
    array = np.asarray(values)
    if array.dtype.kind in "Of":
        array = pd.Series(values, dtype=object).where(~pd.Series(values).isna(), -1).to_numpy()
    return _integers(array, name)


def _calibration(found: dict[str, Any]) -> Calibration:
    return Calibration(**{**found, "bins": pd.DataFrame(found["bins"])})


def _kappa(found: dict[str, Any], table: NDArray[np.int64], order: Sequence[Any]) -> Kappa:
    rows, columns = (pd.Index(order, name=name, tupleize_cols=False) for name in "ab")
    frame = pd.DataFrame(table, index=rows, columns=columns)
    found["kappa"] = Estimate(*found["kappa"])
    return Kappa(**found, table=frame)
