// Autocorrelation by FFT, and the period it shows.
//
//   r[k] = sum_n (x[n] - m)(x[n + k] - m) / sum_n (x[n] - m)^2,  m the mean,
//   `unbiased` also times N / (N - k)
//
// so r[0] = 1 and |r| <= 1 when not unbiased. Zero padding to N + max_lag keeps the
// ends from wrapping around. A constant signal gives zeros (r[0] too): it has no
// shape to repeat. Cost: two FFTs of N + max_lag. Allocates. Any thread.
// Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::spectral {

/// Lags 0 ... max_lag; max_lag < number of samples.
[[nodiscard]] inline std::vector<double> autocorrelation(std::span<const double> signal, std::int64_t max_lag,
                                                         bool unbiased = false) {
    const auto n = static_cast<std::int64_t>(signal.size());
    if (max_lag < 0 || max_lag >= n)
        core::fail_option("max_lag " + std::to_string(max_lag) + ": allowed is 0 to " + std::to_string(n - 1) +
                          ", less than the " + std::to_string(n) + " samples");
    const std::int64_t size = fft_size(n + max_lag);
    std::vector<double> padded(static_cast<std::size_t>(size), 0.0);
    double mean = 0;
    double largest = 0;
    for (const double v : signal) mean += v / static_cast<double>(n);
    for (std::size_t i = 0; i < signal.size(); ++i) {
        padded[i] = signal[i] - mean;
        largest = std::max(largest, std::abs(signal[i]));
    }
    // The mean of what is left: the rounding of the first.
    double rest = 0;
    for (std::size_t i = 0; i < signal.size(); ++i) rest += padded[i] / static_cast<double>(n);
    double power = 0;
    for (std::size_t i = 0; i < signal.size(); ++i) {
        padded[i] -= rest;
        power += padded[i] * padded[i];
    }
    std::vector<double> r(static_cast<std::size_t>(max_lag) + 1, 0.0);
    // What is left of a constant after its mean is rounding, not signal.
    const double rounding = largest * 1e-14;
    if (!(power > static_cast<double>(n) * rounding * rounding)) return r;

    RealFft fft(size);
    std::vector<std::complex<double>> values(static_cast<std::size_t>(fft.bins()));
    fft.forward(padded, values);
    for (auto& value : values) value = std::norm(value);
    fft.inverse(values, padded);
    for (std::size_t k = 0; k < r.size(); ++k) {
        r[k] = padded[k] / padded[0];
        if (unbiased) r[k] *= static_cast<double>(n) / static_cast<double>(n - static_cast<std::int64_t>(k));
    }
    return r;
}

/// The strongest repetition: period between samples by a parabola, NaN where there is none.
struct Periodicity {
    double period_s = std::numeric_limits<double>::quiet_NaN();
    double strength = 0;  ///< unbiased autocorrelation there, at most about 1
};

/// The highest local peak of the unbiased autocorrelation between two periods; of peaks
/// within 5 % of the highest, the first (its multiples are as high).
/// 0 < shortest < longest, longest below the signal's duration.
[[nodiscard]] inline Periodicity strongest_period(std::span<const double> signal, double sampling_rate_hz,
                                                  double shortest_s, double longest_s) {
    const double duration_s = static_cast<double>(signal.size()) / sampling_rate_hz;
    if (!(sampling_rate_hz > 0) || !(shortest_s > 0 && longest_s > shortest_s && longest_s < duration_s))
        core::fail_option("period " + core::number(shortest_s) + " to " + core::number(longest_s) +
                          " s: allowed is 0 < shortest < longest < duration (" + core::number(duration_s) + " s)");
    const auto low = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(shortest_s * sampling_rate_hz)));
    const auto high = static_cast<std::int64_t>(std::floor(longest_s * sampling_rate_hz));
    const std::int64_t last = std::min(high + 1, static_cast<std::int64_t>(signal.size()) - 1);
    const std::vector<double> r = autocorrelation(signal, last, true);
    const auto is_peak = [&](std::int64_t k) {
        const auto i = static_cast<std::size_t>(k);
        return k + 1 <= last && r[i] > 0 && r[i] >= r[i - 1] && r[i] > r[i + 1];
    };
    double most = 0;
    for (std::int64_t k = low; k <= high; ++k)
        if (is_peak(k)) most = std::max(most, r[static_cast<std::size_t>(k)]);
    for (std::int64_t k = low; k <= high; ++k) {
        const auto i = static_cast<std::size_t>(k);
        if (most <= 0 || !is_peak(k) || r[i] < 0.95 * most) continue;
        const double bend = r[i - 1] - 2 * r[i] + r[i + 1];
        const double shift = bend < 0 ? 0.5 * (r[i - 1] - r[i + 1]) / bend : 0;
        return {(static_cast<double>(k) + shift) / sampling_rate_hz, r[i]};
    }
    return {};
}

}  // namespace fascikit::spectral
