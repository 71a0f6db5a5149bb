// Minimum phase: the FIR filter with the least delay for the same magnitude.
//
// From a linear-phase filter, by two methods, as scipy.signal.minimum_phase:
// homomorphic: any filter; the cepstrum of the log-magnitude is folded (Oppenheim &
//   Schafer, Discrete-Time Signal Processing, ch. 13.5.4). With `half` the magnitude is
//   the square root of the given one and the filter half as long.
// hilbert: for equiripple filters with odd taps and pass bands of gain 1 (Damera-Venkata,
//   Evans & McCaslin 2000, 10.1109/82.868452); the magnitude is again the square root.
// Both are exact only up to aliasing of the cepstrum, which n_fft sets: the least power of
// two above 200 (taps - 1), as in SciPy. Equal to SciPy to 1e-10, except where a zero
// lies on a bin of the transform, so that its logarithm is made of rounding.
//
// Taps 3 to 2^17. Cost: four FFTs of n_fft. Allocates. Any thread.
// Errors: std::invalid_argument naming the value and what is allowed.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::filter {

enum class MinimumPhase : std::uint8_t { homomorphic, hilbert };

struct MinimumPhaseOptions {
    MinimumPhase method = MinimumPhase::homomorphic;
    std::int64_t n_fft = 0;  ///< 0: from the number of taps
    bool half = true;        ///< square root of the magnitude, half the taps; false for homomorphic alone
};

namespace detail {

/// The minimum-phase signal whose magnitude has these logarithms (bins of a real FFT).
/// The two methods differ in what they leave at the middle of the cepstrum.
[[nodiscard]] inline std::vector<double> from_log_magnitude(std::span<const double> logs, spectral::RealFft& fft,
                                                            double at_middle) {
    const auto n = static_cast<std::size_t>(fft.size());
    std::vector<std::complex<double>> bins(logs.begin(), logs.end());
    std::vector<double> signal(n);
    fft.inverse(bins, signal);
    // What lies before 0 is folded onto what lies after.
    const std::size_t middle = n / 2;
    for (std::size_t i = 1; i < n; ++i) signal[i] *= i < middle ? 2.0 : i == middle ? at_middle : 0.0;
    fft.forward(signal, bins);
    for (auto& value : bins) value = std::exp(value);
    fft.inverse(bins, signal);
    return signal;
}

inline void check_minimum_phase(const Fir<double>& fir, const MinimumPhaseOptions& options) {
    const std::size_t taps = fir.size();
    if (taps < 3 || taps > (1 << 17))
        core::fail_option("taps " + std::to_string(taps) + ": allowed is 3 to " + std::to_string(1 << 17));
    if (options.n_fft != 0 && (options.n_fft < static_cast<std::int64_t>(taps) || options.n_fft > spectral::RealFft::largest_size))
        core::fail_option("n_fft " + std::to_string(options.n_fft) + ": allowed is the number of taps (" +
                          std::to_string(taps) + ") to " + std::to_string(spectral::RealFft::largest_size));
    if (options.method == MinimumPhase::homomorphic) return;
    if (!options.half) core::fail_option("half false: allowed with the homomorphic method alone");
    if (taps % 2 == 0) core::fail_option("taps " + std::to_string(taps) + ": the method hilbert needs an odd number");
    double largest = 0;
    for (const double tap : fir.taps()) largest = std::max(largest, std::abs(tap));
    for (std::size_t i = 0; i < taps / 2; ++i)
        if (std::abs(fir.taps()[i] - fir.taps()[taps - 1 - i]) > 1e-8 * largest)
            core::fail_option("tap " + std::to_string(i) +
                              " differs from its mirror image: the method hilbert needs symmetric taps");
}

}  // namespace detail

[[nodiscard]] inline Fir<double> minimum_phase(const Fir<double>& fir, const MinimumPhaseOptions& options = {}) {
    detail::check_minimum_phase(fir, options);
    const std::size_t taps = fir.size();
    const std::int64_t n = options.n_fft != 0
                               ? options.n_fft
                               : static_cast<std::int64_t>(std::bit_ceil(200 * static_cast<std::uint64_t>(taps - 1)));
    spectral::RealFft fft(n);
    std::vector<double> padded(static_cast<std::size_t>(n), 0.0);
    std::copy(fir.taps().begin(), fir.taps().end(), padded.begin());
    std::vector<std::complex<double>> bins(static_cast<std::size_t>(fft.bins()));
    fft.forward(padded, bins);
    std::vector<double> logs(bins.size());
    double at_middle = n % 2 == 0 ? 0 : 1;
    if (options.method == MinimumPhase::hilbert) {
        // The amplitude with its sign, raised until it touches 0, scaled so that it swings about 1.
        const std::int64_t delay = static_cast<std::int64_t>(taps / 2);
        for (std::size_t k = 0; k < bins.size(); ++k) {
            const double turn = static_cast<double>(static_cast<std::int64_t>(k) * delay % n) / static_cast<double>(n);
            const double w = 2 * std::numbers::pi * turn;
            logs[k] = bins[k].real() * std::cos(w) - bins[k].imag() * std::sin(w);
        }
        const auto [least, most] = std::minmax_element(logs.begin(), logs.end());
        const double above = *most - 1, below = -*least;
        if (!(1 - above + below > 0) || !(1 + above + below > 0))
            core::fail_option("largest gain " + core::number(*most) + ": the method hilbert needs pass bands of gain 1");
        const double root = std::sqrt(1 + above + below) + std::sqrt(1 - above + below);
        // 1e-10 keeps the logarithm finite where the amplitude touches 0; SciPy's figure.
        for (double& value : logs) value = std::log(std::sqrt(std::max(0.0, value + below) * 4 / (root * root)) + 1e-10);
        at_middle = 1;
    } else {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < bins.size(); ++k) {
            logs[k] = std::abs(bins[k]);
            if (logs[k] > 0) least = std::min(least, logs[k]);
        }
        if (std::isinf(least)) core::fail_option("taps: all are 0, so there is no phase to be least");
        for (double& value : logs) value = std::log(value + 1e-7 * least) * (options.half ? 0.5 : 1.0);
    }
    std::vector<double> h = detail::from_log_magnitude(logs, fft, at_middle);
    h.resize(options.half ? taps / 2 + taps % 2 : taps);
    return Fir<double>(std::move(h));
}

}  // namespace fascikit::filter
