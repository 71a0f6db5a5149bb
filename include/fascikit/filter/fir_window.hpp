// FIR filters by window: the ideal filter's taps, cut off gently.
//
// The window decides ripple and attenuation, the number of taps the width of the
// transition (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7.5); for a
// Kaiser window kaiser_order() has both from what is wanted (Kaiser 1974). The response
// is -6 dB at the cutoffs. Linear phase: a delay of (taps - 1) / 2 samples. Scaled so
// that the middle of the first pass band has gain 1, unless told otherwise. Equal to
// scipy.signal.firwin, kaiserord and kaiser_beta.
// Taps 1 to 2^20; odd where half the sampling rate passes. Cost: n sines. Allocates. Any
// thread. Errors: std::invalid_argument naming the value and what is allowed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/iir_design.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::filter {

namespace detail {

inline void check_taps(std::int64_t taps) {
    if (taps < 1 || taps > (1 << 20))
        core::fail_option("taps " + std::to_string(taps) + ": allowed is 1 to " + std::to_string(1 << 20));
}

[[nodiscard]] inline double sinc(double x) noexcept {
    return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

}  // namespace detail

/// beta of the Kaiser window for that ripple, dB below the pass band.
[[nodiscard]] inline double kaiser_beta(double attenuation_db) noexcept {
    if (attenuation_db > 50) return 0.1102 * (attenuation_db - 8.7);
    if (attenuation_db > 21) return 0.5842 * std::pow(attenuation_db - 21, 0.4) + 0.07886 * (attenuation_db - 21);
    return 0;
}

/// What a Kaiser window of that many taps reaches, dB, with a transition of that width.
[[nodiscard]] inline double kaiser_attenuation_db(std::int64_t taps, double width_hz, double sampling_rate_hz) noexcept {
    return 2.285 * static_cast<double>(taps - 1) * std::numbers::pi * width_hz / (sampling_rate_hz / 2) + 7.95;
}

struct KaiserOrder {
    std::int64_t taps = 1;
    double beta = 0;
};

/// Taps and beta for that ripple (8 dB and more) and width of the transition.
[[nodiscard]] inline KaiserOrder kaiser_order(double attenuation_db, double width_hz, double sampling_rate_hz) {
    core::check_rate(sampling_rate_hz);
    detail::check_decibels("ripple", attenuation_db, 8, 300);
    if (!(width_hz > 0 && width_hz < sampling_rate_hz / 2))
        core::fail_option("width " + core::number(width_hz) + " Hz: allowed is above 0 and below half the sampling rate (" +
                          core::number(sampling_rate_hz / 2) + " Hz)");
    const double taps =
        std::ceil((attenuation_db - 7.95) / 2.285 / (std::numbers::pi * (width_hz / (sampling_rate_hz / 2))) + 1);
    if (!(taps <= 1 << 20))
        core::fail_option("width " + core::number(width_hz) + " Hz: it would take " + core::number(taps) +
                          " taps, allowed is " + std::to_string(1 << 20));
    return {static_cast<std::int64_t>(taps), kaiser_beta(attenuation_db)};
}

/// Any number of bands: rising cutoffs, at each of which passing and stopping change over;
/// `pass_zero` says whether 0 Hz passes.
[[nodiscard]] inline Fir<double> fir_window(std::int64_t taps, std::span<const double> cutoffs_hz, bool pass_zero,
                                            double sampling_rate_hz, spectral::Window window = spectral::Window::hamming,
                                            bool scale = true) {
    detail::check_taps(taps);
    core::check_rate(sampling_rate_hz);
    if (cutoffs_hz.empty()) core::fail_option("0 cutoff frequencies: at least 1 is needed");
    const double half_rate = sampling_rate_hz / 2;
    std::vector<double> edges;
    if (pass_zero) edges.push_back(0);
    for (const double hz : cutoffs_hz) {
        detail::check_cutoff(hz, sampling_rate_hz);
        if (!edges.empty() && !(hz / half_rate > edges.back()))
            core::fail_option("cutoff " + core::number(hz) + " Hz after " + core::number(edges.back() * half_rate) +
                              " Hz: allowed is rising");
        edges.push_back(hz / half_rate);
    }
    const bool pass_half_rate = edges.size() % 2 == 1;
    if (pass_half_rate) {
        if (taps % 2 == 0)
            core::fail_option("taps " + std::to_string(taps) +
                              ": allowed is an odd number where half the sampling rate passes, as it does here");
        edges.push_back(1);
    }
    std::vector<double> h = spectral::window_of(window, taps, spectral::WindowShape::symmetric);
    const double middle = static_cast<double>(taps - 1) / 2;
    double at = (edges[0] + edges[1]) / 2;
    if (edges[0] == 0) at = 0;
    else if (edges[1] == 1) at = 1;
    double gain = 0;
    for (std::size_t i = 0; i < h.size() - i; ++i) {
        const double m = static_cast<double>(i) - middle;
        double ideal = 0;
        for (std::size_t e = 0; e < edges.size(); e += 2)
            ideal += edges[e + 1] * detail::sinc(edges[e + 1] * m) - edges[e] * detail::sinc(edges[e] * m);
        h[i] *= ideal;
        const bool twice = i != h.size() - 1 - i;
        h[h.size() - 1 - i] = h[i];
        gain += (twice ? 2 : 1) * h[i] * std::cos(std::numbers::pi * m * at);
    }
    if (scale) {
        if (!(std::abs(gain) > 1e-12))
            core::fail_option("taps " + std::to_string(taps) + ": the first pass band has no gain to scale by; more taps are needed");
        for (double& tap : h) tap /= gain;
    }
    return Fir<double>(std::move(h));
}

/// Low-pass, high-pass, band-pass or band-stop.
[[nodiscard]] inline Fir<double> fir_window(std::int64_t taps, const Cutoffs& cutoffs, double sampling_rate_hz,
                                            spectral::Window window = spectral::Window::hamming, bool scale = true) {
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    std::vector<double> hz;
    if (cutoffs.shape != Shape::lowpass) hz.push_back(cutoffs.low_hz);
    if (cutoffs.shape != Shape::highpass) hz.push_back(cutoffs.high_hz);
    const bool pass_zero = cutoffs.shape == Shape::lowpass || cutoffs.shape == Shape::bandstop;
    return fir_window(taps, hz, pass_zero, sampling_rate_hz, window, scale);
}

}  // namespace fascikit::filter
