// fk.filter: second-order sections on arrays, channels × frames, from one array to another or in place.
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

template <class T>
BlockView<const T> const_view(const py::array& samples) {
    constexpr auto size = static_cast<py::ssize_t>(sizeof(T));
    if (samples.strides(0) % size != 0 || samples.strides(1) % size != 0)
        core::fail_option("samples: allowed is channels × frames with strides of whole samples");
    return {static_cast<const T*>(samples.data()), samples.shape(1), samples.shape(0), samples.strides(1) / size,
            samples.strides(0) / size};
}

// Calls `work` with views of both, channels × frames of one type and shape.
template <class Work>
void with_views(const py::array& in, py::array& out, const Work& work) {
    if (!in.dtype().equal(out.dtype()) || in.ndim() != 2 || out.ndim() != 2 || in.shape(0) != out.shape(0) ||
        in.shape(1) != out.shape(1))
        core::fail_option("samples and output differ in type or shape");
    const auto run = [&]<class T>(T) {
        const BlockView<const T> from = const_view<T>(in);
        const BlockView<T> to = view<T>(out);
        const py::gil_scoped_release release;
        const core::FlushDenormals flush;
        if (from.frames > 0 && from.channels > 0) work(from, to);
    };
    if (in.dtype().equal(py::dtype::of<float>())) run(0.0F);
    else if (in.dtype().equal(py::dtype::of<double>())) run(0.0);
    else core::fail_option("samples of type " + py::cast<std::string>(py::str(in.dtype())) + ": allowed is float32 or float64");
}

/// `state` is sections × channels × 2, as SciPy's zi of a 2-D signal; left as the state after the last sample.
void sosfilt(const Coefficients& coefficients, py::array in, py::array out, std::optional<py::array_t<double>> state) {
    const auto sos = to_sos(coefficients);
    if (state && (state->ndim() != 3 || state->shape(0) != static_cast<py::ssize_t>(sos.size()) || in.ndim() != 2 ||
                  state->shape(1) != in.shape(0) || state->shape(2) != 2))
        core::fail_option("zi: allowed is the shape of SciPy's sosfilt, (sections, ..., 2, ...)");
    std::optional<py::detail::unchecked_mutable_reference<double, 3>> z;
    if (state) z.emplace(state->mutable_unchecked<3>());
    with_views(in, out, [&]<class T>(BlockView<const T> from, BlockView<T> to) {
        filter::Cascade<T> cascade(sos, static_cast<int>(from.channels));
        for (int s = 0; z && s < cascade.sections(); ++s)
            for (int c = 0; c < cascade.channels(); ++c) cascade.set_state(s, c, {(*z)(s, c, 0), (*z)(s, c, 1)});
        cascade.process(from, to);
        for (int s = 0; z && s < cascade.sections(); ++s)
            for (int c = 0; c < cascade.channels(); ++c) {
                const filter::SectionState left = cascade.state(s, c);
                (*z)(s, c, 0) = left.s1;
                (*z)(s, c, 1) = left.s2;
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

void sosfiltfilt(const Coefficients& coefficients, py::array in, py::array out, const std::string& padtype,
                 std::optional<std::int64_t> padlen) {
    const auto sos = to_sos(coefficients);
    const filter::Padding padding = padding_from(padtype);
    with_views(in, out, [&]<class T>(BlockView<const T> from, BlockView<T> to) {
        filter::sosfiltfilt<T>(sos, from, to, padding, padlen);
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
    module.def("sosfilt", &sosfilt, "sos"_a, "samples"_a, "out"_a, "state"_a);
    module.def("sosfiltfilt", &sosfiltfilt, "sos"_a, "samples"_a, "out"_a, "padtype"_a, "padlen"_a);
    module.def("sosfilt_zi", &sosfilt_zi, "sos"_a);
    module.def("cpu_path", [] { return kernels::cpu_path(); });
}

}  // namespace fascikit::python
