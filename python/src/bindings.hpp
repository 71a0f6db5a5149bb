// What the parts of fascikit._core share.
//
// Every call that may last releases the GIL once around the whole of it; samples of
// NumPy arrays are read without a copy meanwhile, so the caller does not write to
// them. An Analysis and a Source may be used by several threads at once, a Stream by
// one at a time.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/core/recording.hpp"

namespace fascikit::python {

namespace py = pybind11;

void bind_source(py::module_& module);
void bind_analysis(py::module_& module);
void bind_stream(py::module_& module);
void bind_filter_design(py::module_& module);
void bind_filter_iir(py::module_& module);
void bind_filter_more(py::module_& module);
void bind_filter_stream(py::module_& module);
void bind_spectral(py::module_& module);
void bind_score(py::module_& module);
void bind_simulate(py::module_& module);
void bind_evaluate(py::module_& module);
void bind_simulator(py::module_& module);

[[nodiscard]] py::dict to_dict(const RecordingInfo& info);
[[nodiscard]] py::dict to_dict(const Site& site);

/// Sites from dicts with `name`, `channels` and, for grids, `rows`, `columns`, `pitch_mm`.
[[nodiscard]] std::vector<Site> to_sites(const py::list& sites);

/// Options by their names; a wrong one is std::invalid_argument with the allowed ones.
[[nodiscard]] Electrode electrode_from(const std::string& name);
[[nodiscard]] Mains mains_from(const std::string& name);

/// A structured array that owns a copy of `items`.
template <class T>
[[nodiscard]] py::array_t<T> to_array(const T* items, std::size_t count) {
    return py::array_t<T>(static_cast<py::ssize_t>(count), items);
}
template <class T>
[[nodiscard]] py::array_t<T> to_array(const std::vector<T>& items) {
    return to_array(items.data(), items.size());
}

}  // namespace fascikit::python
