// FIR filters by least squares: the least weighted energy of the error over given bands.
//
// Minimises sum over bands of weight ∫ (H(f) - D(f))² df, with D going straight from the
// gain at the lower to that at the upper edge of each band; what lies between bands is
// free (Selesnick 2005, Linear-Phase FIR Filter Design By Least Squares). The normal
// equations are a Toeplitz plus a Hankel matrix, solved by Cholesky, or where wide free
// gaps leave them without full rank by a rank-revealing QR. Linear phase. Equal to
// scipy.signal.firls to 1e-10 where the equations are not themselves worse than that.
//
// Taps odd, 1 to 4095. Cost: (taps / 2)³ / 6. Allocates. Any thread.
// Errors: std::invalid_argument naming the value and what is allowed.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/fir_window.hpp"
#include "fascikit/filter/iir_design.hpp"

namespace fascikit::filter {

/// A band of a FIR design, 0 <= low < high <= fs / 2, and the gain at its edges.
struct FirBand {
    double low_hz = 0;
    double high_hz = 0;
    double gain_low = 0;
    double gain_high = 0;
    double weight = 1;
};

namespace detail {

inline void check_bands(std::span<const FirBand> bands, double rate) {
    core::check_rate(rate);
    if (bands.empty()) core::fail_option("0 bands: at least 1 is needed");
    double last = 0;
    for (const FirBand& b : bands) {
        if (!(b.low_hz >= last && b.low_hz < b.high_hz && b.high_hz <= rate / 2))
            core::fail_option("band " + core::number(b.low_hz) + " to " + core::number(b.high_hz) +
                              " Hz: allowed is rising, apart, from 0 to half the sampling rate (" +
                              core::number(rate / 2) + " Hz)");
        if (!std::isfinite(b.gain_low) || !std::isfinite(b.gain_high))
            core::fail_option("gain " + core::number(std::isfinite(b.gain_low) ? b.gain_high : b.gain_low) +
                              ": it must be finite");
        if (!(b.weight > 0) || !std::isfinite(b.weight))
            core::fail_option("weight " + core::number(b.weight) + ": it must be positive");
        last = b.high_hz;
    }
}

}  // namespace detail

[[nodiscard]] inline Fir<double> fir_least_squares(std::int64_t taps, std::span<const FirBand> bands,
                                                   double sampling_rate_hz) {
    if (taps < 1 || taps > 4095 || taps % 2 == 0)
        core::fail_option("taps " + std::to_string(taps) + ": allowed is odd, 1 to 4095");
    detail::check_bands(bands, sampling_rate_hz);
    const auto count = static_cast<std::size_t>(taps), half = count / 2;
    // q[n] = ∫ W cos(pi n f) df, b[n] = ∫ W D cos(pi n f) df; f = 1 is half the sampling rate.
    std::vector<double> q(count, 0.0);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(half + 1));
    for (const FirBand& band : bands) {
        const double low = band.low_hz / (sampling_rate_hz / 2), high = band.high_hz / (sampling_rate_hz / 2);
        const double slope = (band.gain_high - band.gain_low) / (high - low);
        const double at_zero = band.gain_low - low * slope;
        for (std::size_t n = 0; n < count; ++n) {
            const double k = static_cast<double>(n);
            q[n] += band.weight * (high * detail::sinc(high * k) - low * detail::sinc(low * k));
            if (n > half) continue;
            const auto integral = [&](double f) {
                const double curved = n == 0 ? -slope * f * f / 2
                                             : slope * std::cos(k * std::numbers::pi * f) / (std::numbers::pi * k * std::numbers::pi * k);
                return f * (slope * f + at_zero) * detail::sinc(f * k) + curved;
            };
            b[static_cast<Eigen::Index>(n)] += band.weight * (integral(high) - integral(low));
        }
    }
    const auto size = static_cast<Eigen::Index>(half + 1);
    Eigen::MatrixXd matrix(size, size);
    for (Eigen::Index i = 0; i < size; ++i)
        for (Eigen::Index j = 0; j < size; ++j)
            matrix(i, j) = q[static_cast<std::size_t>(std::abs(i - j))] + q[static_cast<std::size_t>(i + j)];
    const Eigen::LLT<Eigen::MatrixXd> cholesky(matrix);
    const bool sound = cholesky.info() == Eigen::Success && cholesky.rcond() > 2.3e-16;
    const Eigen::VectorXd a =
        sound ? Eigen::VectorXd(cholesky.solve(b))
              : Eigen::VectorXd(Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd>(matrix).solve(b));
    std::vector<double> h(count);
    for (std::size_t i = 0; i <= half; ++i) {
        const double value = a[static_cast<Eigen::Index>(i)] * (i == 0 ? 2 : 1);
        h[half - i] = value;
        h[half + i] = value;
    }
    return Fir<double>(std::move(h));
}

}  // namespace fascikit::filter
