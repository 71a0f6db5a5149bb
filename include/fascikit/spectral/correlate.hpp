// Cross-correlation by FFT, its lags, and the delay between two signals.
//
//   r[lag] = sum_n x[n + lag] y[n],  lag = -(Ny - 1) ... Nx - 1  (full)
//
// A peak at a positive lag means that x comes later than y. `same` is the middle Nx of
// them, `valid` those where the shorter lies wholly in the longer. Equal to
// scipy.signal.correlate to 1e-12 of |x| |y|; lags belong to the values (SciPy 1.17's
// correlation_lags is one off in `same` where Nx is odd and Ny even).
//
// normalised: both means removed, then divided by the root of both energies: |r| <= 1.
// A signal without any variation gives zeros: it has no shape to compare.
// delay(): the lag of the largest normalised r (or |r|, for signals that may be turned
// over), refined by the parabola through it and its neighbours; the bias of the
// parabola stays below 0.02 samples where the band ends below a quarter of the rate.
//
// Cost: three FFTs of Nx + Ny. Allocates. Any thread. One NaN makes all of it NaN.
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

enum class CorrelationMode { full, same, valid };

namespace detail {

struct LagRange {
    std::int64_t first = 0;
    std::int64_t count = 0;
};

[[nodiscard]] inline LagRange lag_range(std::int64_t nx, std::int64_t ny, CorrelationMode mode) {
    if (nx < 1 || ny < 1)
        core::fail_option("signals of " + std::to_string(nx) + " and " + std::to_string(ny) +
                          " samples: at least 1 is needed in each");
    if (nx > largest_fft_size || ny > largest_fft_size || nx + ny - 1 > largest_fft_size)
        core::fail_option("signals of " + std::to_string(nx) + " and " + std::to_string(ny) +
                          " samples: allowed is " + std::to_string(largest_fft_size) + " of both together");
    switch (mode) {
        case CorrelationMode::full: return {1 - ny, nx + ny - 1};
        case CorrelationMode::same: return {1 - ny + (ny - 1) / 2, nx};
        case CorrelationMode::valid: return {std::min<std::int64_t>(0, nx - ny), std::max(nx, ny) - std::min(nx, ny) + 1};
    }
    return {};
}

/// The samples without their mean; zeros if only rounding is left.
[[nodiscard]] inline std::vector<double> centred(std::span<const double> x) {
    std::vector<double> out(x.begin(), x.end());
    double largest = 0;
    for (const double v : x) largest = std::max(largest, std::abs(v));
    double power = 0;
    for (int round = 0; round < 2; ++round) {  // again: the rounding of the first mean
        double mean = 0;
        for (const double v : out) mean += v / static_cast<double>(out.size());
        power = 0;
        for (double& v : out) {
            v -= mean;
            power += v * v;
        }
    }
    const double rounding = largest * 1e-14;
    if (power <= static_cast<double>(x.size()) * rounding * rounding) std::fill(out.begin(), out.end(), 0.0);
    return out;
}

}  // namespace detail

/// The lag of every value of correlate(), samples.
[[nodiscard]] inline std::vector<std::int64_t> correlation_lags(std::int64_t nx, std::int64_t ny,
                                                                CorrelationMode mode = CorrelationMode::full) {
    const auto range = detail::lag_range(nx, ny, mode);
    std::vector<std::int64_t> lags(static_cast<std::size_t>(range.count));
    for (std::size_t i = 0; i < lags.size(); ++i) lags[i] = range.first + static_cast<std::int64_t>(i);
    return lags;
}

/// In the product of both units; without one when normalised.
[[nodiscard]] inline std::vector<double> correlate(std::span<const double> x, std::span<const double> y,
                                                   CorrelationMode mode = CorrelationMode::full,
                                                   bool normalised = false) {
    const auto nx = static_cast<std::int64_t>(x.size());
    const auto ny = static_cast<std::int64_t>(y.size());
    const auto range = detail::lag_range(nx, ny, mode);
    std::vector<double> own, other;
    double scale = 1;
    if (normalised) {
        own = detail::centred(x);
        other = detail::centred(y);
        double a = 0, b = 0;
        for (const double v : own) a += v * v;
        for (const double v : other) b += v * v;
        scale = a == 0 || b == 0 ? 0 : 1 / std::sqrt(a) / std::sqrt(b);
        x = own;
        y = other;
    }
    RealFft fft(fft_size(nx + ny - 1));
    std::vector<double> padded(static_cast<std::size_t>(fft.size()), 0.0);
    std::vector<std::complex<double>> a(static_cast<std::size_t>(fft.bins())), b(a.size());
    std::copy(x.begin(), x.end(), padded.begin());
    fft.forward(padded, a);
    std::fill(padded.begin(), padded.end(), 0.0);
    std::copy(y.begin(), y.end(), padded.begin());
    fft.forward(padded, b);
    for (std::size_t k = 0; k < a.size(); ++k)
        a[k] = {a[k].real() * b[k].real() + a[k].imag() * b[k].imag(),
                a[k].imag() * b[k].real() - a[k].real() * b[k].imag()};
    fft.inverse(a, padded);
    std::vector<double> out(static_cast<std::size_t>(range.count));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::int64_t lag = range.first + static_cast<std::int64_t>(i);
        const double r = padded[static_cast<std::size_t>(lag < 0 ? lag + fft.size() : lag)] * scale;
        out[i] = normalised ? (r > 1 ? 1 : r < -1 ? -1 : r) : r;  // rounding; NaN stays
    }
    return out;
}

struct Delay {
    double delay_s = std::numeric_limits<double>::quiet_NaN();  ///< positive: x comes later; NaN: nothing to compare
    double correlation = 0;                                      ///< normalised, at the nearest whole lag
};

/// How much later x comes than y, searched within ±largest_s; `either_sign`: x may be upside down.
[[nodiscard]] inline Delay delay(std::span<const double> x, std::span<const double> y, double sampling_rate_hz,
                                 double largest_s = std::numeric_limits<double>::infinity(), bool either_sign = false) {
    core::check_rate(sampling_rate_hz);
    if (!(largest_s >= 0)) core::fail_option("largest delay " + core::number(largest_s) + " s: at least 0 is needed");
    const auto r = correlate(x, y, CorrelationMode::full, true);
    const auto zero = static_cast<std::int64_t>(y.size()) - 1;
    const auto count = static_cast<std::int64_t>(r.size());
    const double reach = largest_s * sampling_rate_hz;
    std::int64_t best = -1;
    double most = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        if (static_cast<double>(std::abs(i - zero)) > reach) continue;
        const double value = either_sign ? std::abs(r[static_cast<std::size_t>(i)]) : r[static_cast<std::size_t>(i)];
        if (value > most) {
            most = value;
            best = i;
        }
    }
    if (best < 0) return {};
    const auto at = static_cast<std::size_t>(best);
    double shift = 0;
    if (best > 0 && best + 1 < count) {
        const double bend = r[at - 1] - 2 * r[at] + r[at + 1];
        if (bend * r[at] < 0) shift = std::clamp(0.5 * (r[at - 1] - r[at + 1]) / bend, -0.5, 0.5);
    }
    return {(static_cast<double>(best - zero) + shift) / sampling_rate_hz, r[at]};
}

}  // namespace fascikit::spectral
