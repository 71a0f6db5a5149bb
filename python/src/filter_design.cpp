// fk.filter: design, and what can be said of a filter.
#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/bands.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/bessel.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/chebyshev.hpp"
#include "fascikit/filter/comb.hpp"
#include "fascikit/filter/elliptic.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/fir_least_squares.hpp"
#include "fascikit/filter/fir_remez.hpp"
#include "fascikit/filter/fir_window.hpp"
#include "fascikit/filter/minimum_phase.hpp"
#include "fascikit/filter/notch.hpp"
#include "fascikit/filter/presets.hpp"
#include "fascikit/spectral/window.hpp"
#include "filter_arrays.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using Complex = std::complex<double>;
using Values = std::vector<double>;

py::array_t<double> taps_to_array(const filter::Fir<double>& fir) { return to_array(fir.taps().data(), fir.size()); }

filter::Cutoffs cutoffs_from(const std::string& btype, const Values& hz) {
    filter::Shape shape = filter::Shape::custom;
    if (btype == "lowpass" || btype == "low" || btype == "lp") shape = filter::Shape::lowpass;
    if (btype == "highpass" || btype == "high" || btype == "hp") shape = filter::Shape::highpass;
    if (btype == "bandpass" || btype == "band" || btype == "bp") shape = filter::Shape::bandpass;
    if (btype == "bandstop" || btype == "stop" || btype == "bs") shape = filter::Shape::bandstop;
    if (shape == filter::Shape::custom)
        core::fail_option("btype '" + btype + "': allowed is 'lowpass', 'highpass', 'bandpass' or 'bandstop'");
    const bool band = shape == filter::Shape::bandpass || shape == filter::Shape::bandstop;
    if (hz.size() != (band ? 2U : 1U))
        core::fail_option(std::to_string(hz.size()) + (hz.size() == 1 ? " cutoff frequency: a " : " cutoff frequencies: a ") + btype + " has " + (band ? "two" : "one"));
    if (shape == filter::Shape::lowpass) return filter::lowpass(hz[0]);
    if (shape == filter::Shape::highpass) return filter::highpass(hz[0]);
    return {shape, hz[0], hz[1]};
}

filter::BesselNorm norm_from(const std::string& norm) {
    if (norm == "phase") return filter::BesselNorm::phase;
    if (norm == "delay") return filter::BesselNorm::delay;
    if (norm == "mag") return filter::BesselNorm::mag;
    core::fail_option("norm '" + norm + "': allowed is 'phase', 'delay' or 'mag'");
}

filter::CombCoefficients comb_from(double hz, double q, const std::string& ftype, double fs, bool pass_zero) {
    if (ftype != "notch" && ftype != "peak") core::fail_option("ftype '" + ftype + "': allowed is 'notch' or 'peak'");
    const bool notch = ftype == "notch";
    return filter::comb(hz, q, fs, notch ? filter::CombType::notch : filter::CombType::peak, notch == pass_zero);
}

py::tuple comb_coefficients(double hz, double q, const std::string& ftype, double fs, bool pass_zero) {
    const auto c = comb_from(hz, q, ftype, fs, pass_zero);
    Values b(static_cast<std::size_t>(c.period_samples) + 1, 0.0), a = b;
    b.front() = c.b0;
    b.back() = c.bn;
    a.front() = 1;
    a.back() = c.an;
    return py::make_tuple(to_array(b), to_array(a));
}

void combfilt(py::array samples, double hz, double q, const std::string& ftype, double fs, bool pass_zero) {
    const auto c = comb_from(hz, q, ftype, fs, pass_zero);
    with_view(samples, [&]<class T>(BlockView<T> block) {
        // Channel by channel, so that no more than one delay line is hot.
        filter::Comb<T> comb(c, 1);
        const core::FlushDenormals flush;
        for (std::int64_t k = 0; k < block.channels; ++k) {
            comb.reset();
            comb.process({&block(0, k), block.frames, 1, block.frame_stride, block.channel_stride});
        }
    });
}

template <class Filter, class Out, class Say>
py::array_t<Out> over_frequencies(const Filter& filter, const Values& hz, double fs, const Say& say) {
    core::check_rate(fs);
    std::vector<Out> values(hz.size());
    {
        const py::gil_scoped_release release;
        for (std::size_t i = 0; i < hz.size(); ++i) values[i] = say(filter, hz[i]);
    }
    return to_array(values);
}

py::array_t<Complex> sos_response(const Coefficients& sos, const Values& hz, double fs) {
    return over_frequencies<filter::Sos<double>, Complex>(to_sos(sos), hz, fs,
                                                          [fs](const auto& f, double at) { return f.response(at, fs); });
}
py::array_t<double> sos_group_delay(const Coefficients& sos, const Values& hz, double fs) {
    return over_frequencies<filter::Sos<double>, double>(to_sos(sos), hz, fs,
                                                         [fs](const auto& f, double at) { return f.group_delay_s(at, fs); });
}
py::array_t<Complex> fir_response(const Values& taps, const Values& hz, double fs) {
    return over_frequencies<filter::Fir<double>, Complex>(filter::Fir<double>(taps), hz, fs,
                                                          [fs](const auto& f, double at) { return f.response(at, fs); });
}
py::array_t<double> fir_group_delay(const Values& taps, const Values& hz, double fs) {
    return over_frequencies<filter::Fir<double>, double>(filter::Fir<double>(taps), hz, fs,
                                                         [fs](const auto& f, double at) { return f.group_delay_s(at, fs); });
}

double settling_s(const Coefficients& sos, double fs, double tolerance) {
    core::check_rate(fs);
    if (!(tolerance > 0 && tolerance < 1))
        core::fail_option("tolerance " + core::number(tolerance) + ": allowed is above 0 and below 1");
    return to_sos(sos).settling_s(tolerance, fs);
}

std::vector<filter::FirBand> bands_from(const Values& bands_hz, const Values& desired, const std::optional<Values>& weight,
                                        bool one_gain_a_band) {
    if (bands_hz.size() % 2 != 0)
        core::fail_option(std::to_string(bands_hz.size()) + " band edges: allowed is an even number, two a band");
    const std::size_t count = bands_hz.size() / 2, gains = one_gain_a_band ? count : 2 * count;
    if (desired.size() != gains)
        core::fail_option(std::to_string(desired.size()) + " gains for " + std::to_string(count) + " bands: needed are " +
                          std::to_string(gains));
    if (weight && weight->size() != count)
        core::fail_option(std::to_string(weight->size()) + " weights for " + std::to_string(count) + " bands: needed is one each");
    std::vector<filter::FirBand> bands;
    for (std::size_t k = 0; k < count; ++k)
        bands.push_back({bands_hz[2 * k], bands_hz[2 * k + 1], desired[one_gain_a_band ? k : 2 * k],
                         desired[one_gain_a_band ? k : 2 * k + 1], weight ? (*weight)[k] : 1.0});
    return bands;
}

filter::RemezType remez_type_from(const std::string& type) {
    if (type == "bandpass") return filter::RemezType::bandpass;
    if (type == "differentiator") return filter::RemezType::differentiator;
    if (type == "hilbert") return filter::RemezType::hilbert;
    core::fail_option("type '" + type + "': allowed is 'bandpass', 'differentiator' or 'hilbert'");
}

py::array_t<double> minimum_phase(const Values& h, const std::string& method, std::int64_t n_fft, bool half) {
    if (method != "homomorphic" && method != "hilbert")
        core::fail_option("method '" + method + "': allowed is 'homomorphic' or 'hilbert'");
    const auto kind = method == "hilbert" ? filter::MinimumPhase::hilbert : filter::MinimumPhase::homomorphic;
    const filter::Fir<double> fir(h);
    const py::gil_scoped_release release;
    const auto made = filter::minimum_phase(fir, {kind, n_fft, half});
    const py::gil_scoped_acquire acquire;
    return taps_to_array(made);
}

py::list presets() {
    py::list rows;
    for (const auto& p : core::band_presets)
        rows.append(py::dict("name"_a = p.name, "low_hz"_a = p.low_hz, "high_hz"_a = p.high_hz, "order"_a = p.order,
                             "reason"_a = p.reason, "source"_a = p.source));
    return rows;
}

void bind_iir(py::module_& module) {
    module.def("butter", [](int order, const Values& hz, const std::string& btype, double fs) {
        return to_array(filter::butterworth(order, cutoffs_from(btype, hz), fs));
    }, "order"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
    module.def("cheby1", [](int order, double ripple_db, const Values& hz, const std::string& btype, double fs) {
        return to_array(filter::chebyshev1(order, ripple_db, cutoffs_from(btype, hz), fs));
    }, "order"_a, "ripple_db"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
    module.def("cheby2", [](int order, double attenuation_db, const Values& hz, const std::string& btype, double fs) {
        return to_array(filter::chebyshev2(order, attenuation_db, cutoffs_from(btype, hz), fs));
    }, "order"_a, "attenuation_db"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
    module.def("ellip", [](int order, double ripple_db, double attenuation_db, const Values& hz, const std::string& btype, double fs) {
        return to_array(filter::elliptic(order, ripple_db, attenuation_db, cutoffs_from(btype, hz), fs));
    }, "order"_a, "ripple_db"_a, "attenuation_db"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
    module.def("bessel", [](int order, const Values& hz, const std::string& btype, const std::string& norm, double fs) {
        return to_array(filter::bessel(order, cutoffs_from(btype, hz), fs, norm_from(norm)));
    }, "order"_a, "cutoff_hz"_a, "btype"_a, "norm"_a, "fs"_a);
    module.def("iirnotch", [](double hz, double q, double fs) { return to_array(filter::notch(hz, q, fs)); }, "centre_hz"_a, "q"_a, "fs"_a);
    module.def("iirpeak", [](double hz, double q, double fs) { return to_array(filter::peak(hz, q, fs)); }, "centre_hz"_a, "q"_a, "fs"_a);
    module.def("iircomb", &comb_coefficients, "frequency_hz"_a, "q"_a, "ftype"_a, "fs"_a, "pass_zero"_a);
    module.def("combfilt", &combfilt, "samples"_a, "frequency_hz"_a, "q"_a, "ftype"_a, "fs"_a, "pass_zero"_a);
    module.def("preset", [](const std::string& name, double fs) { return to_array(filter::preset(name, fs)); }, "name"_a, "fs"_a);
    module.def("presets", &presets);
    module.def("sos_response", &sos_response, "sos"_a, "hz"_a, "fs"_a);
    module.def("sos_group_delay", &sos_group_delay, "sos"_a, "hz"_a, "fs"_a);
    module.def("sos_poles", [](const Coefficients& sos) { return to_array(to_sos(sos).poles()); }, "sos"_a);
    module.def("sos_zeros", [](const Coefficients& sos) { return to_array(to_sos(sos).zeros()); }, "sos"_a);
    module.def("sos_settling_s", &settling_s, "sos"_a, "fs"_a, "tolerance"_a);
}

void bind_fir(py::module_& module) {
    module.def("fir_response", &fir_response, "taps"_a, "hz"_a, "fs"_a);
    module.def("fir_group_delay", &fir_group_delay, "taps"_a, "hz"_a, "fs"_a);
    module.def("firwin", [](std::int64_t numtaps, const Values& hz, bool pass_zero, const std::string& window, std::optional<double> parameter, bool scale, double fs) {
        return taps_to_array(filter::fir_window(numtaps, hz, pass_zero, fs, spectral::window_named(window, parameter), scale));
    }, "numtaps"_a, "cutoff_hz"_a, "pass_zero"_a, "window"_a, "parameter"_a, "scale"_a, "fs"_a);
    module.def("kaiserord", [](double ripple_db, double width_hz, double fs) {
        const auto order = filter::kaiser_order(ripple_db, width_hz, fs);
        return py::make_tuple(order.taps, order.beta);
    }, "ripple_db"_a, "width_hz"_a, "fs"_a);
    module.def("kaiser_beta", &filter::kaiser_beta, "attenuation_db"_a);
    module.def("kaiser_attenuation_db", &filter::kaiser_attenuation_db, "numtaps"_a, "width_hz"_a, "fs"_a);
    module.def("firls", [](std::int64_t numtaps, const Values& bands_hz, const Values& desired, const std::optional<Values>& weight, double fs) {
        const auto bands = bands_from(bands_hz, desired, weight, false);
        const py::gil_scoped_release release;
        const auto made = filter::fir_least_squares(numtaps, bands, fs);
        const py::gil_scoped_acquire acquire;
        return taps_to_array(made);
    }, "numtaps"_a, "bands_hz"_a, "desired"_a, "weight"_a, "fs"_a);
    module.def("remez", [](std::int64_t numtaps, const Values& bands_hz, const Values& desired, const std::optional<Values>& weight,
                           const std::string& type, int maxiter, int grid_density, double fs) {
        const auto bands = bands_from(bands_hz, desired, weight, true);
        const filter::RemezOptions options{remez_type_from(type), maxiter, grid_density};
        const py::gil_scoped_release release;
        const auto made = filter::fir_remez(numtaps, bands, fs, options);
        const py::gil_scoped_acquire acquire;
        return taps_to_array(made);
    }, "numtaps"_a, "bands_hz"_a, "desired"_a, "weight"_a, "type"_a, "maxiter"_a, "grid_density"_a, "fs"_a);
    module.def("minimum_phase", &minimum_phase, "h"_a, "method"_a, "n_fft"_a, "half"_a);
}

}  // namespace

void bind_filter_design(py::module_& module) {
    bind_iir(module);
    bind_fir(module);
}

}  // namespace fascikit::python
