// Chebyshev filters: steeper than Butterworth for the same order, for a ripple.
//
// chebyshev1: ripple in the pass band; the cutoffs are where the response leaves it
// (-ripple_db). chebyshev2: ripple in the stop band; the cutoffs are where the response
// first is attenuation_db down. Poles on an ellipse (Oppenheim & Schafer, Discrete-Time
// Signal Processing, app. B). Equal to scipy.signal.cheby1 and cheby2 (..., output="sos"):
// see iir_design.hpp for what all families share, limits, cost and errors.
#pragma once

#include <cmath>
#include <complex>
#include <numbers>

#include "fascikit/filter/iir_design.hpp"
#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter {

namespace detail {

/// 10^(db / 10) - 1, for small values as well.
[[nodiscard]] inline double power_less_one(double db) noexcept { return std::expm1(db * std::numbers::ln10 / 10); }

/// sinh(mu + i pi m / (2 order)); real exactly for m = 0.
[[nodiscard]] inline Complex on_ellipse(double mu, int m, int order) noexcept {
    if (m == 0) return std::sinh(mu);
    const double angle = std::numbers::pi * m / (2.0 * order);
    return {std::sinh(mu) * std::cos(angle), std::cosh(mu) * std::sin(angle)};
}

[[nodiscard]] inline ZerosPolesGain chebyshev1_prototype(int order, double ripple_db) {
    const double epsilon = std::sqrt(power_less_one(ripple_db));
    const double mu = std::asinh(1 / epsilon) / order;
    ZerosPolesGain f;
    for (int m = -order + 1; m < order; m += 2) f.poles.push_back(-on_ellipse(mu, m, order));
    f.gain = product_from(0, f.poles).real();
    if (order % 2 == 0) f.gain /= std::sqrt(1 + epsilon * epsilon);
    return f;
}

[[nodiscard]] inline ZerosPolesGain chebyshev2_prototype(int order, double attenuation_db) {
    const double mu = std::asinh(std::sqrt(power_less_one(attenuation_db))) / order;
    ZerosPolesGain f;
    for (int m = -order + 1; m < order; m += 2) {
        if (m != 0) f.zeros.emplace_back(0, 1 / std::sin(m * std::numbers::pi / (2.0 * order)));
        f.poles.push_back(-1.0 / on_ellipse(mu, m, order));
    }
    f.gain = (product_from(0, f.poles) / product_from(0, f.zeros)).real();
    return f;
}

}  // namespace detail

/// ripple_db: 0.001 to 20, peak to peak in the pass band.
[[nodiscard]] inline Sos<double> chebyshev1(int order, double ripple_db, const Cutoffs& cutoffs, double sampling_rate_hz) {
    detail::check_order(order);
    detail::check_decibels("pass-band ripple", ripple_db, 1e-3, 20);
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    return detail::design_iir(detail::chebyshev1_prototype(order, ripple_db), cutoffs, sampling_rate_hz,
                              {.order = order, .family = Family::chebyshev1, .ripple_db = ripple_db});
}

/// attenuation_db: 1 to 300, reached at the cutoffs and everywhere beyond.
[[nodiscard]] inline Sos<double> chebyshev2(int order, double attenuation_db, const Cutoffs& cutoffs, double sampling_rate_hz) {
    detail::check_order(order);
    detail::check_decibels("stop-band attenuation", attenuation_db, 1, 300);
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    return detail::design_iir(detail::chebyshev2_prototype(order, attenuation_db), cutoffs, sampling_rate_hz,
                              {.order = order, .family = Family::chebyshev2, .attenuation_db = attenuation_db});
}

}  // namespace fascikit::filter
