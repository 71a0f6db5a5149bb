// Welch's power spectral density: the mean of windowed, overlapping periodograms
// (Welch 1967, 10.1109/TAU.1967.1161901), one-sided.
//
// Equal to scipy.signal.welch with the same options, defaults included: segments of
// 256 samples (or the whole signal, if shorter), periodic Hann window, half overlap,
// mean of each segment removed, density. Units: input unit squared per Hz (density)
// or squared (spectrum). Cost: one FFT a segment. Allocates. Any thread.
// Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/fft.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::spectral {

enum class Detrend { none, constant, linear };
enum class Scaling { density, spectrum };

struct WelchOptions {
    std::int64_t segment_samples = 256;  ///< SciPy's nperseg
    std::int64_t overlap_samples = -1;   ///< SciPy's noverlap; -1: half a segment
    Window window = Window::hann;
    Detrend detrend = Detrend::constant;
    Scaling scaling = Scaling::density;
};

struct Spectrum {
    std::vector<double> frequency_hz;
    std::vector<double> power;
};

namespace detail {

inline void remove_trend(std::span<double> x, Detrend detrend) {
    if (detrend == Detrend::none) return;
    const auto n = static_cast<double>(x.size());
    double mean = 0;
    for (const double v : x) mean += v;
    mean /= n;
    const double middle = (n - 1) / 2;
    double slope = 0;
    if (detrend == Detrend::linear && x.size() > 1) {
        for (std::size_t i = 0; i < x.size(); ++i) slope += (static_cast<double>(i) - middle) * (x[i] - mean);
        slope /= n * (n * n - 1) / 12;
    }
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= mean + slope * (static_cast<double>(i) - middle);
}

}  // namespace detail

[[nodiscard]] inline Spectrum welch(std::span<const double> signal, double sampling_rate_hz, WelchOptions options = {}) {
    if (signal.empty()) core::fail_option("Welch's method was given 0 samples: at least 1 is needed");
    if (!(sampling_rate_hz > 0) || !std::isfinite(sampling_rate_hz))
        core::fail_option("sampling rate " + core::number(sampling_rate_hz) + " Hz: it must be positive");
    if (options.segment_samples < 1)
        core::fail_option("segment_samples " + std::to_string(options.segment_samples) + ": at least 1 is needed");
    const std::int64_t n = std::min(options.segment_samples, static_cast<std::int64_t>(signal.size()));
    const std::int64_t overlap = options.overlap_samples == -1 ? n / 2 : options.overlap_samples;
    if (overlap < 0 || overlap >= n)
        core::fail_option("overlap_samples " + std::to_string(overlap) + ": allowed is 0 to " + std::to_string(n - 1) +
                          ", less than a segment");

    const std::vector<double> window = window_of(options.window, n);
    double sum = 0;
    double sum_of_squares = 0;
    for (const double w : window) {
        sum += w;
        sum_of_squares += w * w;
    }
    const double scale =
        options.scaling == Scaling::density ? 1 / (sampling_rate_hz * sum_of_squares) : 1 / (sum * sum);

    RealFft fft(n);
    const auto bins = static_cast<std::size_t>(fft.bins());
    Spectrum out{std::vector<double>(bins), std::vector<double>(bins, 0.0)};
    std::vector<double> segment(static_cast<std::size_t>(n));
    std::vector<std::complex<double>> values(bins);
    double segments = 0;
    for (std::int64_t first = 0; first + n <= static_cast<std::int64_t>(signal.size()); first += n - overlap) {
        std::copy_n(signal.begin() + first, n, segment.begin());
        detail::remove_trend(segment, options.detrend);
        for (std::size_t i = 0; i < segment.size(); ++i) segment[i] *= window[i];
        fft.forward(segment, values);
        for (std::size_t k = 0; k < bins; ++k) out.power[k] += std::norm(values[k]);
        segments += 1;
    }
    for (std::size_t k = 0; k < bins; ++k) {
        const bool alone = k == 0 || (n % 2 == 0 && k + 1 == bins);  // no negative twin
        out.power[k] *= scale * (alone ? 1 : 2) / segments;
        out.frequency_hz[k] = static_cast<double>(k) * sampling_rate_hz / static_cast<double>(n);
    }
    return out;
}

}  // namespace fascikit::spectral
