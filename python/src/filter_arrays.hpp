// Arrays of filters: coefficients as SciPy has them, and samples as blocks, channels × frames.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::python {

using Coefficients = py::array_t<double, py::array::c_style | py::array::forcecast>;

[[nodiscard]] inline py::array_t<double> to_array(const filter::Sos<double>& sos) {
    py::array_t<double> out({static_cast<py::ssize_t>(sos.size()), py::ssize_t{6}});
    auto at = out.mutable_unchecked<2>();
    for (std::size_t i = 0; i < sos.size(); ++i) {
        const auto& s = sos.sections()[i];
        const double row[6] = {s.b0, s.b1, s.b2, 1.0, s.a1, s.a2};
        for (py::ssize_t k = 0; k < 6; ++k) at(static_cast<py::ssize_t>(i), k) = row[k];
    }
    return out;
}

[[nodiscard]] inline filter::Sos<double> to_sos(const Coefficients& array) {
    if (array.ndim() != 2 || array.shape(1) != 6 || array.shape(0) < 1)
        core::fail_option("sos: allowed is an array of shape (sections, 6)");
    const auto at = array.unchecked<2>();
    std::vector<filter::Section<double>> sections;
    for (py::ssize_t i = 0; i < array.shape(0); ++i) {
        if (at(i, 3) != 1.0)
            core::fail_option("sos[" + std::to_string(i) + ", 3] is " + core::number(at(i, 3)) + ": allowed is 1");
        sections.push_back({at(i, 0), at(i, 1), at(i, 2), at(i, 4), at(i, 5)});
    }
    return filter::Sos<double>(std::move(sections));
}

template <class T>
[[nodiscard]] BlockView<T> view(py::array& samples) {
    constexpr auto size = static_cast<py::ssize_t>(sizeof(T));
    if (samples.ndim() != 2 || samples.strides(0) % size != 0 || samples.strides(1) % size != 0)
        core::fail_option("samples: allowed is channels × frames with strides of whole samples");
    return {static_cast<T*>(samples.mutable_data()), samples.shape(1), samples.shape(0), samples.strides(1) / size,
            samples.strides(0) / size};
}

/// Calls `work` with a view of float32 or float64 samples.
template <class Work>
void with_view(py::array& samples, const Work& work) {
    if (samples.dtype().equal(py::dtype::of<float>())) {
        const auto block = view<float>(samples);
        const py::gil_scoped_release release;
        work(block);
    } else if (samples.dtype().equal(py::dtype::of<double>())) {
        const auto block = view<double>(samples);
        const py::gil_scoped_release release;
        work(block);
    } else {
        core::fail_option("samples of type " + py::cast<std::string>(py::str(samples.dtype())) +
                          ": allowed is float32 or float64");
    }
}

}  // namespace fascikit::python
