// Butterworth filters: flat as can be in the pass band, -3 dB at the cutoffs.
//
// Prototype: poles evenly on the left half of the unit circle (Butterworth 1930).
// Equal to scipy.signal.butter(..., output="sos"): see iir_design.hpp for what all
// families share, limits, cost and errors.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "fascikit/filter/iir_design.hpp"
#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter {

namespace detail {

[[nodiscard]] inline ZerosPolesGain butterworth_prototype(int order) {
    ZerosPolesGain f;
    for (int m = -order + 1; m < order; m += 2)
        // The middle pole is real exactly, so that it is not taken for half of a pair.
        f.poles.push_back(m == 0 ? Complex(-1.0) : -std::exp(Complex(0, std::numbers::pi * m / (2.0 * order))));
    return f;
}

}  // namespace detail

[[nodiscard]] inline Sos<double> butterworth(int order, const Cutoffs& cutoffs, double sampling_rate_hz) {
    detail::check_order(order);
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    return detail::design_iir(detail::butterworth_prototype(order), cutoffs, sampling_rate_hz,
                              {.order = order, .family = Family::butterworth});
}

[[nodiscard]] inline Sos<double> butterworth_lowpass(int order, double cutoff_hz, double sampling_rate_hz) {
    return butterworth(order, lowpass(cutoff_hz), sampling_rate_hz);
}
[[nodiscard]] inline Sos<double> butterworth_highpass(int order, double cutoff_hz, double sampling_rate_hz) {
    return butterworth(order, highpass(cutoff_hz), sampling_rate_hz);
}
[[nodiscard]] inline Sos<double> butterworth_bandpass(int order, double low_hz, double high_hz, double sampling_rate_hz) {
    return butterworth(order, bandpass(low_hz, high_hz), sampling_rate_hz);
}
[[nodiscard]] inline Sos<double> butterworth_bandstop(int order, double low_hz, double high_hz, double sampling_rate_hz) {
    return butterworth(order, bandstop(low_hz, high_hz), sampling_rate_hz);
}

}  // namespace fascikit::filter
