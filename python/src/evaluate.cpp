// fascikit.evaluate: calibration, agreement of units, counts and raters, bootstrap, spike trains.
#include <pybind11/stl.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "bindings.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/evaluate/bootstrap.hpp"
#include "fascikit/evaluate/burst_score.hpp"
#include "fascikit/evaluate/calibration.hpp"
#include "fascikit/evaluate/counts.hpp"
#include "fascikit/evaluate/kappa.hpp"
#include "fascikit/evaluate/spike_trains.hpp"
#include "fascikit/evaluate/units.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using namespace evaluate;

using Doubles = py::array_t<double, py::array::c_style>;
using Integers = py::array_t<std::int64_t, py::array::c_style>;
using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

template <class T>
std::span<const T> view(const py::array_t<T, py::array::c_style>& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
}

template <class Call>
auto without_gil(Call&& call) {
    const py::gil_scoped_release release;
    return call();
}

/// The enumerator of a name; a wrong one is an error with those that exist.
template <class T>
T named(const std::string& name, const char* what, std::initializer_list<std::pair<const char*, T>> choices) {
    std::string allowed;
    for (const auto& [text, value] : choices) {
        if (name == text) return value;
        allowed += (allowed.empty() ? "" : ", ") + std::string(text);
    }
    core::fail_option(std::string(what) + " '" + name + "': allowed is " + allowed);
}

Bins bins_from(const std::string& name) {
    return named<Bins>(name, "kind", {{"equal_width", Bins::equal_width}, {"equal_count", Bins::equal_count}});
}
Weights weights_from(const std::string& name) {
    return named<Weights>(name, "weights",
                          {{"none", Weights::none}, {"linear", Weights::linear}, {"quadratic", Weights::quadratic}});
}
Interval interval_from(const std::string& name) {
    return named<Interval>(name, "method", {{"bca", Interval::bca}, {"percentile", Interval::percentile}});
}

py::tuple to_tuple(const Estimate& e) { return py::make_tuple(e.value, e.low, e.high); }

py::dict to_dict(const Calibration& c) {
    return py::dict("n"_a = c.n, "n_true"_a = c.n_true, "base_rate"_a = c.base_rate, "ece"_a = c.ece, "mce"_a = c.mce,
                    "brier"_a = c.brier, "brier_skill"_a = c.brier_skill, "log_loss"_a = c.log_loss,
                    "bins"_a = to_array(c.bins));
}

py::dict to_dict(const Kappa& k) {
    return py::dict("n"_a = k.n, "observed"_a = k.observed, "expected"_a = k.expected, "kappa"_a = to_tuple(k.kappa),
                    "standard_error"_a = k.standard_error);
}

py::dict label_calibration(const Doubles& p, const Integers& truth, std::size_t bins, const std::string& kind) {
    if (p.ndim() != 2) core::fail_option("p has " + std::to_string(p.ndim()) + " axes: allowed is rows × labels");
    const LabelCalibration c = without_gil([&, which = bins_from(kind)] {
        return evaluate::label_calibration(view(p), static_cast<std::size_t>(p.shape(1)), view(truth), bins, which);
    });
    py::list labels;
    for (const Calibration& label : c.labels) labels.append(to_dict(label));
    return py::dict("n"_a = c.n, "classwise_ece"_a = c.classwise_ece, "brier"_a = c.brier, "log_loss"_a = c.log_loss,
                    "accuracy"_a = c.accuracy, "top"_a = to_dict(c.top), "labels"_a = labels);
}

py::dict unit_agreement(const Doubles& times_a, const Integers& units_a, const Doubles& times_b,
                        const Integers& units_b, double tolerance_ms, double max_lag_ms, double least_agreement,
                        double well_detected, double redundant, double overmerged) {
    UnitOptions options;
    options.tolerance_ms = tolerance_ms;
    options.max_lag_ms = max_lag_ms;
    options.least_agreement = least_agreement;
    options.well_detected = well_detected;
    options.redundant = redundant;
    options.overmerged = overmerged;
    const UnitAgreement r = without_gil(
        [&] { return evaluate::unit_agreement(view(times_a), view(units_a), view(times_b), view(units_b), options); });
    return py::dict("units_a"_a = to_array(r.units_a), "units_b"_a = to_array(r.units_b), "n_a"_a = to_array(r.n_a),
                    "n_b"_a = to_array(r.n_b), "agreement"_a = to_array(r.agreement), "pairs"_a = to_array(r.pairs),
                    "unpaired_a"_a = r.unpaired_a, "unpaired_b"_a = r.unpaired_b, "well_detected"_a = r.well_detected,
                    "redundant"_a = r.redundant, "overmerged"_a = r.overmerged, "false_units"_a = r.false_units);
}

py::dict bland_altman(const Doubles& a, const Doubles& b, const Doubles& minutes, double offset, double coverage,
                      double confidence) {
    const BlandAltman r = evaluate::bland_altman(view(a), view(b), view(minutes), {offset, coverage, confidence});
    return py::dict("n"_a = r.n, "zero_a"_a = r.zero_a, "zero_b"_a = r.zero_b, "rate_a_per_min"_a = r.rate_a_per_min,
                    "rate_b_per_min"_a = r.rate_b_per_min, "sd"_a = r.sd, "bias"_a = to_tuple(r.bias),
                    "lower"_a = to_tuple(r.lower), "upper"_a = to_tuple(r.upper));
}

py::dict icc(const Doubles& ratings, double confidence) {
    if (ratings.ndim() != 2)
        core::fail_option("ratings have " + std::to_string(ratings.ndim()) + " axes: allowed is subjects × raters");
    const Icc r = evaluate::icc(view(ratings), static_cast<std::size_t>(ratings.shape(0)),
                                static_cast<std::size_t>(ratings.shape(1)), confidence);
    return py::dict("subjects"_a = r.subjects, "raters"_a = r.raters, "icc"_a = to_tuple(r.icc),
                    "mean_square_subjects"_a = r.mean_square_subjects, "mean_square_raters"_a = r.mean_square_raters,
                    "mean_square_error"_a = r.mean_square_error);
}

py::dict kappa(const Integers& table, const std::string& weights, double confidence) {
    return to_dict(evaluate::kappa_of_table(view(table), static_cast<std::size_t>(table.shape(0)),
                                            weights_from(weights), confidence));
}

py::dict window_agreement(const Doubles& a, const Doubles& b, double duration_s, double window_s, double confidence) {
    const WindowAgreement r = without_gil(
        [&] { return evaluate::window_agreement(view(a), view(b), duration_s, window_s, confidence); });
    return py::dict("both"_a = r.both, "only_a"_a = r.only_a, "only_b"_a = r.only_b, "neither"_a = r.neither,
                    "positive_agreement"_a = r.positive_agreement, "negative_agreement"_a = r.negative_agreement,
                    "kappa"_a = to_dict(r.kappa));
}

/// The statistic is Python's, so the GIL is kept; what it raises passes through.
py::dict bootstrap(std::size_t recordings, const py::function& statistic, std::int64_t replicates, double confidence,
                   std::uint64_t seed, const std::string& method) {
    const auto call = [&](std::span<const std::size_t> drawn) {
        Integers indices(static_cast<py::ssize_t>(drawn.size()));
        std::copy(drawn.begin(), drawn.end(), indices.mutable_data());
        return statistic(indices).cast<double>();
    };
    const Bootstrap r = evaluate::bootstrap(recordings, call, {replicates, confidence, seed, interval_from(method)});
    return py::dict("estimate"_a = to_tuple(r.estimate), "standard_error"_a = r.standard_error, "bias"_a = r.bias,
                    "without_value"_a = r.without_value,
                    "method"_a = r.interval == Interval::bca ? "bca" : "percentile",
                    "replicates"_a = to_array(r.replicates));
}

py::list cotterill(const std::string& name, std::uint64_t seed, std::size_t trains) {
    const auto set = named<SpikeSet>(name, "spike trains",
                                     {{"D5", SpikeSet::d5}, {"D6", SpikeSet::d6}, {"D7", SpikeSet::d7},
                                      {"D8", SpikeSet::d8}, {"D9", SpikeSet::d9}, {"D10", SpikeSet::d10}});
    if (trains < 1 || trains > spike_trains_a_set)
        core::fail_option(std::to_string(trains) + " spike trains: allowed is 1 to 100");
    const auto all = without_gil([&] { return evaluate::cotterill(set, seed, trains); });
    py::list list;
    for (const SpikeTrain& train : all) list.append(py::make_tuple(to_array(train.times_s), to_array(train.burst)));
    return list;
}

py::dict score_bursts(const Integers& truth, const Integers& found, double least_iou) {
    const BurstScore s = without_gil([&] { return evaluate::score_bursts(view(truth), view(found), least_iou); });
    return py::dict("spikes"_a = s.spikes, "in_true"_a = s.in_true, "in_found"_a = s.in_found, "in_both"_a = s.in_both,
                    "true_bursts"_a = s.true_bursts, "found_bursts"_a = s.found_bursts,
                    "same_bursts"_a = s.same_bursts, "sensitivity"_a = s.sensitivity,
                    "false_positive"_a = s.false_positive, "count_ratio"_a = s.count_ratio,
                    "count_error"_a = s.count_error, "precision"_a = s.precision, "recall"_a = s.recall, "f1"_a = s.f1,
                    "mean_iou"_a = s.mean_iou);
}

}  // namespace

void bind_evaluate(py::module_& module) {
    PYBIND11_NUMPY_DTYPE(ReliabilityBin, low, high, mean_p, share_true, share_low, share_high, n, n_true);
    PYBIND11_NUMPY_DTYPE(UnitPair, unit_a, unit_b, n_a, n_b, common, agreement, recall, precision, lag_ms);
    module.def(
        "calibration",
        [](const Doubles& p, const Bytes& outcome, std::size_t bins, const std::string& kind) {
            const Calibration c = without_gil(
                [&, which = bins_from(kind)] { return evaluate::calibration(view(p), view(outcome), bins, which); });
            return to_dict(c);
        },
        "p"_a, "outcome"_a, "bins"_a, "kind"_a);
    module.def("label_calibration", &label_calibration, "p"_a, "truth"_a, "bins"_a, "kind"_a);
    module.def("unit_agreement", &unit_agreement, "times_a"_a, "units_a"_a, "times_b"_a, "units_b"_a, "tolerance_ms"_a,
               "max_lag_ms"_a, "least_agreement"_a, "well_detected"_a, "redundant"_a, "overmerged"_a);
    module.def("bland_altman", &bland_altman, "a"_a, "b"_a, "minutes"_a, "offset"_a, "coverage"_a, "confidence"_a);
    module.def("icc", &icc, "ratings"_a, "confidence"_a);
    module.def("kappa", &kappa, "table"_a, "weights"_a, "confidence"_a);
    module.def("window_agreement", &window_agreement, "times_a"_a, "times_b"_a, "duration_s"_a, "window_s"_a,
               "confidence"_a);
    module.def("bootstrap", &bootstrap, "recordings"_a, "statistic"_a, "replicates"_a, "confidence"_a, "seed"_a,
               "method"_a);
    module.def("cotterill", &cotterill, "name"_a, "seed"_a, "trains"_a);
    module.def("score_bursts", &score_bursts, "truth"_a, "found"_a, "least_iou"_a);
}

}  // namespace fascikit::python
