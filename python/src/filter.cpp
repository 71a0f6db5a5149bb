// fk.filter: design and filtering of arrays, channels × frames, in place.
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/kernels.hpp"
#include "fascikit/filter/zero_phase.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using Coefficients = py::array_t<double, py::array::c_style | py::array::forcecast>;

py::array_t<double> to_array(const filter::Sos<double>& sos) {
    py::array_t<double> out({static_cast<py::ssize_t>(sos.size()), py::ssize_t{6}});
    auto at = out.mutable_unchecked<2>();
    for (std::size_t i = 0; i < sos.size(); ++i) {
        const auto& s = sos.sections()[i];
        const double row[6] = {s.b0, s.b1, s.b2, 1.0, s.a1, s.a2};
        for (py::ssize_t k = 0; k < 6; ++k) at(static_cast<py::ssize_t>(i), k) = row[k];
    }
    return out;
}

filter::Sos<double> to_sos(const Coefficients& array) {
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

py::array_t<double> butter(int order, const std::vector<double>& cutoff_hz, const std::string& btype, double fs) {
    const bool band = btype == "bandpass" || btype == "bandstop";
    if (!band && btype != "lowpass" && btype != "highpass")
        core::fail_option("btype '" + btype + "': allowed is 'lowpass', 'highpass', 'bandpass' or 'bandstop'");
    if (cutoff_hz.size() != (band ? 2U : 1U))
        core::fail_option(std::to_string(cutoff_hz.size()) + " cutoff frequencies: a " + btype + " has " +
                          (band ? "two" : "one"));
    if (btype == "lowpass") return to_array(filter::butterworth_lowpass(order, cutoff_hz[0], fs));
    if (btype == "highpass") return to_array(filter::butterworth_highpass(order, cutoff_hz[0], fs));
    if (btype == "bandpass") return to_array(filter::butterworth_bandpass(order, cutoff_hz[0], cutoff_hz[1], fs));
    return to_array(filter::butterworth_bandstop(order, cutoff_hz[0], cutoff_hz[1], fs));
}

template <class T>
BlockView<T> view(py::array& samples) {
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

void sosfilt(const Coefficients& coefficients, py::array samples) {
    const auto sos = to_sos(coefficients);
    with_view(samples, [&]<class T>(BlockView<T> block) {
        if (block.frames == 0 || block.channels == 0) return;
        filter::Cascade<T> cascade(sos, static_cast<int>(block.channels));
        const core::FlushDenormals flush;
        cascade.process(block);
    });
}

/// `state` is sections × channels × 2, as SciPy's zi of a 2-D signal; left as the state after the last sample.
void sosfilt_from(const Coefficients& coefficients, py::array samples, py::array_t<double> state) {
    const auto sos = to_sos(coefficients);
    if (state.ndim() != 3 || state.shape(0) != static_cast<py::ssize_t>(sos.size()) || samples.ndim() != 2 ||
        state.shape(1) != samples.shape(0) || state.shape(2) != 2)
        core::fail_option("zi: allowed is the shape of SciPy's sosfilt, (sections, ..., 2, ...)");
    auto z = state.mutable_unchecked<3>();
    with_view(samples, [&]<class T>(BlockView<T> block) {
        const core::FlushDenormals flush;
        for (std::int64_t c = 0; c < block.channels; ++c) {
            py::ssize_t row = 0;
            for (const auto& s : sos.sections()) {
                double s1 = z(row, c, 0), s2 = z(row, c, 1);
                for (std::int64_t f = 0; f < block.frames; ++f) {
                    const double x = static_cast<double>(block(f, c));
                    const double y = s.b0 * x + s1;
                    s1 = s.b1 * x - s.a1 * y + s2;
                    s2 = s.b2 * x - s.a2 * y;
                    block(f, c) = static_cast<T>(y);
                }
                z(row, c, 0) = s1;
                z(row, c, 1) = s2;
                ++row;
            }
        }
    });
}

filter::Padding padding_from(const std::string& name) {
    if (name == "odd") return filter::Padding::odd;
    if (name == "even") return filter::Padding::even;
    if (name == "constant") return filter::Padding::constant;
    if (name == "none") return filter::Padding::none;
    core::fail_option("padtype '" + name + "': allowed is 'odd', 'even', 'constant' or None");
}

void sosfiltfilt(const Coefficients& coefficients, py::array samples, const std::string& padtype,
                 std::optional<std::int64_t> padlen) {
    const auto sos = to_sos(coefficients);
    const filter::Padding padding = padding_from(padtype);
    with_view(samples, [&]<class T>(BlockView<T> block) {
        const core::FlushDenormals flush;
        filter::sosfiltfilt(sos, block, padding, padlen);
    });
}

py::array_t<double> sosfilt_zi(const Coefficients& coefficients) {
    const auto states = filter::sos_steady_state(to_sos(coefficients));
    py::array_t<double> out({static_cast<py::ssize_t>(states.size()), py::ssize_t{2}});
    auto at = out.mutable_unchecked<2>();
    for (std::size_t i = 0; i < states.size(); ++i) {
        at(static_cast<py::ssize_t>(i), 0) = states[i].s1;
        at(static_cast<py::ssize_t>(i), 1) = states[i].s2;
    }
    return out;
}

}  // namespace

void bind_filter(py::module_& module) {
    module.def("butter", &butter, "order"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
    module.def("sosfilt", &sosfilt, "sos"_a, "samples"_a);
    module.def("sosfilt_from", &sosfilt_from, "sos"_a, "samples"_a, "state"_a);
    module.def("sosfiltfilt", &sosfiltfilt, "sos"_a, "samples"_a, "padtype"_a, "padlen"_a);
    module.def("fft_backend", [] { return spectral::RealFft::backend(); });
    module.def("sosfilt_zi", &sosfilt_zi, "sos"_a);
    module.def("cpu_path", [] { return kernels::cpu_path(); });
}

}  // namespace fascikit::python
