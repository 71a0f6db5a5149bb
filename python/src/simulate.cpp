// fk.simulate: recordings whose truth is known.
#include <algorithm>
#include <memory>
#include <string>

#include "bindings.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/io/write_edf.hpp"
#include "fascikit/simulate/scenarios.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

using Background = py::array_t<double, py::array::c_style | py::array::forcecast>;

py::tuple make(const std::string& name, std::uint64_t seed, bool reporting, double duration_s, const Background& background,
               double background_rate_hz) {
    simulate::ScenarioOptions options;
    options.seed = seed;
    options.set = reporting ? simulate::ParameterSet::reporting : simulate::ParameterSet::tuning;
    options.duration_s = duration_s;
    options.background = {background.data(), static_cast<std::size_t>(background.size())};
    options.background_rate_hz = background_rate_hz;
    const simulate::Simulated simulated = [&] {
        const py::gil_scoped_release release;
        return simulate::make(name, options);
    }();
    py::array_t<float> samples({static_cast<py::ssize_t>(simulated.info.channels.size()),
                                static_cast<py::ssize_t>(simulated.info.frames)});
    std::copy(simulated.samples.begin(), simulated.samples.end(), samples.mutable_data());
    return py::make_tuple(samples, to_dict(simulated.info), simulated.truth, std::string(to_string(simulated.electrode)));
}

}  // namespace

void bind_simulate(py::module_& module) {
    module.def("simulate", &make, "name"_a, "seed"_a, "reporting"_a, "duration_s"_a, "background"_a, "background_rate_hz"_a);
    module.def("scenarios", [] {
        py::list list;
        for (const auto& scenario : simulate::scenarios())
            list.append(py::dict("name"_a = std::string(scenario.name), "electrode"_a = std::string(to_string(scenario.electrode)),
                                 "duration_s"_a = scenario.duration_s, "description"_a = std::string(scenario.description),
                                 "varies"_a = std::string(scenario.varies)));
        return list;
    });
}

}  // namespace fascikit::python
