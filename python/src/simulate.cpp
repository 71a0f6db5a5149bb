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

}  // namespace

void bind_simulate(py::module_& module) {
    module.def("simulate", &make, "name"_a, "seed"_a);
    module.def("scenarios", [] {
        py::list list;
        for (const auto& scenario : simulate::scenarios())
            list.append(py::make_tuple(std::string(scenario.name), std::string(scenario.description)));
        return list;
    });
}

}  // namespace fascikit::python
