// fk.simulate and fk.score: recordings whose truth is known, and how much of it was found.
#include <algorithm>
#include <memory>
#include <string>

#include "bindings.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/score.hpp"
#include "fascikit/io/results.hpp"
#include "fascikit/io/truth.hpp"
#include "fascikit/io/write_edf.hpp"
#include "fascikit/simulate/scenarios.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

py::tuple make(const std::string& name, std::uint64_t seed) {
    const simulate::Simulated simulated = [&] {
        const py::gil_scoped_release release;
        return simulate::make(name, seed);
    }();
    py::array_t<float> samples({static_cast<py::ssize_t>(simulated.info.channels.size()),
                                static_cast<py::ssize_t>(simulated.info.frames)});
    std::copy(simulated.samples.begin(), simulated.samples.end(), samples.mutable_data());
    return py::make_tuple(samples, to_dict(simulated.info), simulated.truth, std::string(to_string(simulated.electrode)));
}

py::dict to_dict(const evaluate::SiteScore& s) {
    return py::dict("site"_a = s.site, "discharges"_a = s.discharges, "matched"_a = s.matched, "missed"_a = s.missed,
                    "missed_in_masked"_a = s.missed_in_masked, "false_detections"_a = s.false_detections,
                    "in_voluntary"_a = s.in_voluntary, "usable_min"_a = s.usable_min, "sensitivity"_a = s.sensitivity,
                    "ppv"_a = s.ppv, "f1"_a = s.f1, "false_per_min"_a = s.false_per_min,
                    "false_per_min_low"_a = s.false_per_min_low, "false_per_min_high"_a = s.false_per_min_high,
                    "bias_ms"_a = s.bias_ms, "sd_ms"_a = s.sd_ms);
}

py::tuple score(const Truth& truth, const Findings& found, double tolerance_ms) {
    const evaluate::Score result = [&] {
        const py::gil_scoped_release release;
        return evaluate::score(truth, found, {.tolerance_ms = tolerance_ms});
    }();
    py::list sites;
    for (const auto& site : result.sites) sites.append(to_dict(site));
    constexpr auto n = static_cast<py::ssize_t>(label_count);
    py::array_t<std::int64_t> confusion({n, n});
    auto at = confusion.mutable_unchecked<2>();
    for (std::size_t i = 0; i < label_count; ++i)
        for (std::size_t j = 0; j < label_count; ++j)
            at(static_cast<py::ssize_t>(i), static_cast<py::ssize_t>(j)) = result.bursts[i][j];
    return py::make_tuple(to_dict(result.all), sites, confusion);
}

}  // namespace

void bind_simulate(py::module_& module) {
    py::class_<Truth>(module, "Truth").def("json", [](const Truth& truth) { return io::truth_json(truth); });
    py::class_<Findings>(module, "Findings");
    module.def("read_truth", &io::read_truth, "path"_a);
    module.def("write_truth", &io::write_truth, "truth"_a, "path"_a);
    module.def("read_results", &io::read_results, "folder"_a);
    module.def("findings_of", [](const Analysis& analysis) { return evaluate::findings_of(analysis); }, "analysis"_a);
    module.def("score", &score, "truth"_a, "found"_a, "tolerance_ms"_a);
    module.def("simulate", &make, "name"_a, "seed"_a);
    module.def("scenarios", [] {
        py::list list;
        for (const auto& scenario : simulate::scenarios())
            list.append(py::make_tuple(std::string(scenario.name), std::string(scenario.description)));
        return list;
    });
}

}  // namespace fascikit::python
