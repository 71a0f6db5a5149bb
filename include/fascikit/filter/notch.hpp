// Notch and peak: one frequency taken out, or one alone let through.
//
// One section (Orfanidis, Introduction to Signal Processing, 1996, eqs. 11.3.4 to
// 11.3.21). `q` is centre over half-power width: a 50 Hz notch with q = 30 is -3 dB at
// 49.2 and 50.8 Hz. Equal to scipy.signal.iirnotch and iirpeak. Response, delay and the
// settling, which grows with q, are on the object: sos.hpp. For mains hum see mains.hpp,
// which does not ring after a discharge. Errors: std::invalid_argument naming the value.
#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/iir_design.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

namespace detail {

[[nodiscard]] inline Sos<double> resonator(Shape shape, double centre_hz, double q, double rate) {
    core::check_rate(rate);
    if (!(centre_hz > 0 && centre_hz < rate / 2))
        core::fail_option("centre " + core::number(centre_hz) +
                          " Hz: allowed is above 0 and below half the sampling rate (" + core::number(rate / 2) + " Hz)");
    const double width_hz = centre_hz / q;
    // At tan(pi/2) and beyond the pole has left the circle.
    if (!(q > 0) || !std::isfinite(q) || !(width_hz < rate / 2))
        core::fail_option("q " + core::number(q) + ": allowed is above " + core::number(2 * centre_hz / rate) +
                          ", so that the width stays below half the sampling rate");
    const double beta = std::tan(std::numbers::pi * width_hz / rate);
    const double gain = 1 / (1 + beta);
    const double cosine = std::cos(2 * std::numbers::pi * centre_hz / rate);
    Section<double> s{.a1 = -2 * gain * cosine, .a2 = 2 * gain - 1};
    if (shape == Shape::notch) {
        s.b0 = s.b2 = gain;
        s.b1 = -2 * gain * cosine;
    } else {
        s.b0 = 1 - gain;
        s.b1 = 0;
        s.b2 = -(1 - gain);
    }
    // Half power where tan(w/2) = (±beta + sqrt(beta² + sin² w0)) / (1 + cos w0).
    const double root = std::hypot(beta, std::sin(2 * std::numbers::pi * centre_hz / rate));
    const auto edge = [&](double sign) {
        return std::atan2(root + sign * beta, 1 + cosine) * rate / std::numbers::pi;
    };
    Sos<double> sos({s}, {.shape = shape, .order = 1, .low_hz = edge(-1), .high_hz = edge(1), .sampling_rate_hz = rate,
                          .family = Family::resonator});
    if (!(sos.max_pole_radius() < 1 - 4 * std::numeric_limits<double>::epsilon()))
        core::fail_option("q " + core::number(q) + " at " + core::number(centre_hz) + " Hz and a rate of " +
                          core::number(rate) + " Hz: the pole lies on the unit circle within rounding; a lower q can be held");
    return sos;
}

}  // namespace detail

[[nodiscard]] inline Sos<double> notch(double centre_hz, double q, double sampling_rate_hz) {
    return detail::resonator(Shape::notch, centre_hz, q, sampling_rate_hz);
}
[[nodiscard]] inline Sos<double> peak(double centre_hz, double q, double sampling_rate_hz) {
    return detail::resonator(Shape::peak, centre_hz, q, sampling_rate_hz);
}

}  // namespace fascikit::filter
