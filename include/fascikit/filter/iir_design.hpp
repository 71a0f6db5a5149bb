// From a prototype to a digital filter in second-order sections, and the check that the
// sections are what was asked for.
//
// Every family (butterworth.hpp, chebyshev.hpp, elliptic.hpp, bessel.hpp) gives its
// prototype and comes here: transform (zeros_poles_gain.hpp), pairing
// (section_pairing.hpp), check. Equal to scipy.signal.iirfilter(..., output="sos").
//
// The check: at 33 frequencies across the pass band the response of the rounded
// sections is compared with that of the prototype, which knows neither the transform
// nor the rounding. A design more than 1e-3 of the pass band off, or with a pole that
// rounding put on or outside the unit circle, is refused. Measured: sections in double
// lose about 1e-16 (rate / cutoff)², whatever the order and family, so 0.5 Hz at 30 kHz
// is held to 2e-8 at order 12 as at order 2, 0.005 Hz to 2e-4, and 0.0005 Hz is refused.
//
// Order 1 to 12; 0 < cutoff < fs / 2. Cost: some ten microseconds, allocates. Any thread.
// Errors: std::invalid_argument naming the value and what is allowed.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <utility>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/section_pairing.hpp"
#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter {

/// Which frequencies pass, and where the cutoffs are: lowpass(500), bandpass(20, 500).
struct Cutoffs {
    Shape shape = Shape::custom;
    double low_hz = std::numeric_limits<double>::quiet_NaN();
    double high_hz = std::numeric_limits<double>::quiet_NaN();
};

[[nodiscard]] inline Cutoffs lowpass(double cutoff_hz) noexcept { return {.shape = Shape::lowpass, .high_hz = cutoff_hz}; }
[[nodiscard]] inline Cutoffs highpass(double cutoff_hz) noexcept { return {.shape = Shape::highpass, .low_hz = cutoff_hz}; }
[[nodiscard]] inline Cutoffs bandpass(double low_hz, double high_hz) noexcept { return {Shape::bandpass, low_hz, high_hz}; }
[[nodiscard]] inline Cutoffs bandstop(double low_hz, double high_hz) noexcept { return {Shape::bandstop, low_hz, high_hz}; }

namespace detail {

inline void check_cutoff(double hz, double rate) {
    if (!(hz > 0 && hz < rate / 2))
        core::fail_option("cutoff " + core::number(hz) + " Hz: allowed is above 0 and below half the sampling rate (" +
                          core::number(rate / 2) + " Hz)");
}

inline void check_cutoffs(const Cutoffs& cutoffs, double rate) {
    core::check_rate(rate);
    const bool band = cutoffs.shape == Shape::bandpass || cutoffs.shape == Shape::bandstop;
    if (!band && cutoffs.shape != Shape::lowpass && cutoffs.shape != Shape::highpass)
        core::fail_option("cutoffs of a filter: allowed is lowpass, highpass, bandpass or bandstop");
    if (cutoffs.shape != Shape::lowpass) check_cutoff(cutoffs.low_hz, rate);
    if (cutoffs.shape != Shape::highpass) check_cutoff(cutoffs.high_hz, rate);
    if (band && !(cutoffs.low_hz < cutoffs.high_hz))
        core::fail_option("band " + core::number(cutoffs.low_hz) + " to " + core::number(cutoffs.high_hz) +
                          " Hz: the lower cutoff must be below the upper");
}

inline void check_order(int order) {
    if (order < 1 || order > 12)
        core::fail_option("filter order " + std::to_string(order) + ": allowed is 1 to 12");
}

inline void check_decibels(const char* name, double value, double least, double most) {
    if (!(value >= least && value <= most))
        core::fail_option(std::string(name) + " " + core::number(value) + " dB: allowed is " + core::number(least) +
                          " to " + core::number(most));
}

[[nodiscard]] inline Complex response_of(const ZerosPolesGain& f, Complex s) {
    Complex h = f.gain;
    for (const Complex& z : f.zeros) h *= s - z;
    for (const Complex& p : f.poles) h /= s - p;
    return h;
}

/// The warped frequency that the transform makes of the prototype's `w`, for band filters
/// the lower or the upper of the two.
[[nodiscard]] inline double transformed(double w, Shape shape, double low, double high, bool upper) {
    if (shape == Shape::lowpass) return w * high;
    if (shape == Shape::highpass) return low / w;
    const double width = (high - low) * (shape == Shape::bandpass ? w : 1 / w);
    if (std::isinf(width)) return upper ? width : 0.0;
    const double root = (width + std::sqrt(width * width + 4 * low * high)) / 2;
    return upper ? root : low * (high / root);
}

/// Largest deviation of the sections from the prototype across its pass band.
[[nodiscard]] inline double deviation(const ZerosPolesGain& prototype, const Cutoffs& cutoffs, double low, double high,
                                      const Sos<double>& sos) {
    const bool stop = cutoffs.shape == Shape::bandstop, band = stop || cutoffs.shape == Shape::bandpass;
    double worst = 0;
    for (int i = 0; i <= 32; ++i) {
        const double w = i / 32.0;
        for (const bool upper : {false, true}) {
            if (upper && !band) continue;
            const double at = transformed(w, cutoffs.shape, low, high, upper);
            // The lower edge of a band-pass and the upper of a band-stop mirror the prototype's axis.
            const bool mirrored = cutoffs.shape == Shape::highpass || (band && upper == stop);
            const Complex wanted = response_of(prototype, Complex(0, mirrored ? -w : w));
            const double size = std::isinf(at) ? 1.0 : std::hypot(4.0, at);
            const Complex got = std::isinf(at) ? sos.response_at(0, 1) : sos.response_at(4.0 / size, at / size);
            const double off = std::abs(got - wanted);
            if (!(off <= worst)) worst = off;  // NaN counts
        }
    }
    return worst;
}

[[nodiscard]] inline Sos<double> design_iir(const ZerosPolesGain& prototype, const Cutoffs& cutoffs, double rate,
                                            Design design) {
    const double low = cutoffs.shape == Shape::lowpass ? 0 : prewarped(cutoffs.low_hz, rate);
    const double high = cutoffs.shape == Shape::highpass ? 0 : prewarped(cutoffs.high_hz, rate);
    ZerosPolesGain f;
    switch (cutoffs.shape) {
        case Shape::lowpass: f = to_lowpass(prototype, high); break;
        case Shape::highpass: f = to_highpass(prototype, low); break;
        case Shape::bandpass: f = to_bandpass(prototype, low, high); break;
        default: f = to_bandstop(prototype, low, high); break;
    }
    design.shape = cutoffs.shape;
    design.low_hz = cutoffs.low_hz;
    design.high_hz = cutoffs.high_hz;
    design.sampling_rate_hz = rate;
    const auto refuse = [&](const std::string& reason) {
        std::string what;
        if (cutoffs.shape == Shape::bandpass || cutoffs.shape == Shape::bandstop)
            what = core::number(cutoffs.low_hz) + " to " + core::number(cutoffs.high_hz);
        else
            what = core::number(cutoffs.shape == Shape::lowpass ? cutoffs.high_hz : cutoffs.low_hz);
        core::fail_option("a filter of order " + std::to_string(design.order) + " at " + what + " Hz and a rate of " +
                          core::number(rate) + " Hz cannot be held in double: " + reason +
                          "; a lower sampling rate, a higher cutoff or a wider band can");
    };
    f = bilinear(std::move(f));
    for (const auto* roots : {&f.zeros, &f.poles})
        for (const Complex& root : *roots)
            if (!std::isfinite(root.real()) || !std::isfinite(root.imag())) refuse("a root is not a number");
    auto sections = sections_of(std::move(f));
    if (sections.empty()) refuse("conjugate poles or zeros fall apart in rounding");
    for (const Section<double>& s : sections)
        for (const double value : {s.b0, s.b1, s.b2, s.a1, s.a2})
            if (!std::isfinite(value)) refuse("a coefficient is " + core::number(value));
    Sos<double> sos(std::move(sections), design);
    if (const double radius = sos.max_pole_radius(); !(radius < 1 - 4 * std::numeric_limits<double>::epsilon()))
        refuse("a pole lies on the unit circle within rounding");
    if (const double off = deviation(prototype, cutoffs, low, high, sos); !(off <= 1e-3))
        refuse("rounding changes its pass band by " + core::number(100 * off) + " %");
    return sos;
}

}  // namespace detail
}  // namespace fascikit::filter
