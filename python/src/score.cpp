// fk.score and fk.froc: how much of a truth was found.
#include <string>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/curves.hpp"
#include "fascikit/evaluate/score.hpp"
#include "fascikit/io/results.hpp"
#include "fascikit/io/truth.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using evaluate::Score;
using evaluate::ScoreOptions;

template <class S>
py::dict row_of(const S& score) {
    py::dict row;
    evaluate::each_field(score, [&](const char* name, auto value) { row[name] = value; });
    return row;
}
template <class S, class Value>
py::dict row_of(const S& score, const char* key, const Value& value) {
    py::dict row;
    row[key] = value;
    row.attr("update")(row_of(score));
    return row;
}

template <class T, std::size_t n>
py::array_t<T> square(const std::array<std::array<T, n>, n>& table) {
    constexpr auto size = static_cast<py::ssize_t>(n);
    py::array_t<T> copy({size, size});
    auto at = copy.template mutable_unchecked<2>();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) at(static_cast<py::ssize_t>(i), static_cast<py::ssize_t>(j)) = table[i][j];
    return copy;
}

py::dict tables(const Score& score) {
    py::list sites, curve, pairs, by_snr, interference, stretches, labels;
    for (const auto& s : score.sites) sites.append(row_of(s, "site", s.site));
    for (std::size_t i = 0; i < score.curve.size(); ++i)
        curve.append(row_of(score.curve[i], "tolerance_ms", evaluate::curve_ms[i]));
    for (const auto& s : score.pairs) pairs.append(row_of(s));
    for (const auto& s : score.by_snr) by_snr.append(row_of(s));
    for (const auto& s : score.interference) interference.append(row_of(s, "kind", std::string(to_string(s.kind))));
    for (const auto& s : score.stretches)
        stretches.append(py::dict("site"_a = s.site, "kind"_a = std::string(to_string(s.kind)), "onset_s"_a = s.onset_s,
                                  "end_s"_a = s.end_s, "covered"_a = s.covered, "found"_a = s.found,
                                  "onset_error_s"_a = s.onset_error_s, "end_error_s"_a = s.end_error_s));
    for (const auto& s : score.labels) labels.append(row_of(s, "label", std::string(to_string(s.label))));
    const auto& o = score.options;
    return py::dict("recordings"_a = score.recordings,
                    "options"_a = py::dict("tolerance_ms"_a = o.tolerance_ms, "group_ms"_a = o.group_ms,
                                           "least_snr"_a = o.least_snr, "train_s"_a = o.train_s,
                                           "least_covered"_a = o.least_covered),
                    "total"_a = row_of(score.all), "sites"_a = sites, "curve"_a = curve, "pairs"_a = pairs,
                    "by_snr"_a = by_snr, "interference"_a = interference, "stretches"_a = stretches, "labels"_a = labels,
                    "label_totals"_a = row_of(score.label_totals), "confusion"_a = square(score.confusion),
                    "seconds"_a = square(score.seconds));
}

ScoreOptions options_of(double tolerance_ms, double group_ms, double least_snr) {
    return {.tolerance_ms = tolerance_ms, .group_ms = group_ms, .least_snr = least_snr};
}

Score score(const Truth& truth, const Findings& found, double tolerance_ms, double group_ms, double least_snr) {
    const py::gil_scoped_release release;
    return evaluate::score(truth, found, options_of(tolerance_ms, group_ms, least_snr));
}

Score total(const std::vector<const Score*>& scores) {
    std::vector<Score> copies;
    for (const Score* s : scores) copies.push_back(*s);
    return evaluate::total(copies);
}

py::tuple froc(const Truth& truth, const Findings& found, bool by_snr, double tolerance_ms, double group_ms, double least_snr) {
    const evaluate::Froc curve = [&] {
        const py::gil_scoped_release release;
        return evaluate::froc(truth, found, options_of(tolerance_ms, group_ms, least_snr),
                              by_snr ? evaluate::By::snr : evaluate::By::probability);
    }();
    py::list points;
    for (const auto& point : curve.points) points.append(row_of(point.all, "threshold", point.threshold));
    return py::make_tuple(points, curve.average_precision);
}

}  // namespace

void bind_score(py::module_& module) {
    py::class_<Truth>(module, "Truth").def("json", [](const Truth& truth) { return io::truth_json(truth); });
    py::class_<Findings>(module, "Findings");
    py::class_<Score>(module, "Score").def("tables", &tables);
    module.def("read_truth", &io::read_truth, "path"_a);
    module.def("write_truth", &io::write_truth, "truth"_a, "path"_a);
    module.def("read_results", &io::read_results, "folder"_a);
    module.def("findings_of", [](const Analysis& analysis) { return evaluate::findings_of(analysis); }, "analysis"_a);
    module.def("score", &score, "truth"_a, "found"_a, "tolerance_ms"_a, "group_ms"_a, "least_snr"_a);
    module.def("total_score", &total, "scores"_a);
    module.def("froc", &froc, "truth"_a, "found"_a, "by_snr"_a, "tolerance_ms"_a, "group_ms"_a, "least_snr"_a);
    py::list kinds;
    for (const Label label : evaluate::interference_labels) kinds.append(std::string(to_string(label)));
    module.attr("interference_labels") = py::tuple(kinds);
    const ScoreOptions defaults;
    module.attr("score_defaults") = py::dict("tolerance_ms"_a = defaults.tolerance_ms, "group_ms"_a = defaults.group_ms,
                                             "least_snr"_a = defaults.least_snr);
}

}  // namespace fascikit::python
