// fk.filter: second-order sections on arrays, channels × frames, in place.
#include <optional>
#include <string>

#include "bindings.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/kernels.hpp"
#include "fascikit/filter/zero_phase.hpp"
#include "filter_arrays.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

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

void bind_filter_iir(py::module_& module) {
    module.def("sosfilt", &sosfilt, "sos"_a, "samples"_a);
    module.def("sosfilt_from", &sosfilt_from, "sos"_a, "samples"_a, "state"_a);
    module.def("sosfiltfilt", &sosfiltfilt, "sos"_a, "samples"_a, "padtype"_a, "padlen"_a);
    module.def("sosfilt_zi", &sosfilt_zi, "sos"_a);
    module.def("cpu_path", [] { return kernels::cpu_path(); });
}

}  // namespace fascikit::python
