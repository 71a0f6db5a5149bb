// Comb: one frequency and all its multiples taken out, or they alone let through.
//
//   y[n] = b0 x[n] + bn x[n - N] - an y[n - N],  N = fs / frequency
//
// (Orfanidis, Introduction to Signal Processing, 1996, eqs. 11.5.1 to 11.5.4). Equal to
// scipy.signal.iircomb. N must be whole, so 50 Hz asks for a rate such as 1000 or 2000 Hz;
// for mains hum at any rate see mains.hpp. It has N poles on one circle but three
// coefficients: as N / 2 second-order sections it would cost N times as much and lose
// digits, so it has a class of its own.
//
// Comb streams: each channel has one delay line of N values in double, so results do not
// depend on how the frames are cut. Latency none. 2 multiply-adds and one load and store
// a sample. The constructor allocates; process does not allocate, lock or throw. One
// thread at a time. A NaN stays at its place in the period until reset(): mask before.
// Errors: std::invalid_argument naming the value and what is allowed.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/iir_design.hpp"

namespace fascikit::filter {

enum class CombType : std::uint8_t { notch, peak };

struct CombCoefficients {
    int period_samples = 1;
    double b0 = 1, bn = 0, an = 0;

    [[nodiscard]] std::complex<double> response(double hz, double sampling_rate_hz) const noexcept {
        const double w = 2 * std::numbers::pi * std::fmod(hz * period_samples / sampling_rate_hz, 1.0);
        const std::complex<double> d(std::cos(w), -std::sin(w));
        return (b0 + bn * d) / (1.0 + an * d);
    }
    /// Samples until what was put in has fallen to `tolerance`, as Sos::settling_samples.
    [[nodiscard]] std::int64_t settling_samples(double tolerance) const noexcept {
        const double feedback = std::abs(an);
        if (feedback == 0 || !(tolerance < 1)) return period_samples;
        const double rounds = std::log(std::max(tolerance, 1e-300)) / std::log(feedback);
        return period_samples * (1 + static_cast<std::int64_t>(std::ceil(rounds)));
    }
};

/// q: frequency over half-power width, above 1. The teeth lie at 0, frequency, 2 frequency ...;
/// with `between` at 1/2, 3/2, 5/2 of it: SciPy's pass_zero for a notch, its opposite for a peak.
[[nodiscard]] inline CombCoefficients comb(double frequency_hz, double q, double sampling_rate_hz,
                                           CombType type = CombType::notch, bool between = false) {
    core::check_rate(sampling_rate_hz);
    if (!(frequency_hz > 0 && frequency_hz < sampling_rate_hz / 2))
        core::fail_option("comb frequency " + core::number(frequency_hz) +
                          " Hz: allowed is above 0 and below half the sampling rate (" +
                          core::number(sampling_rate_hz / 2) + " Hz)");
    if (!(q > 1 && q <= 1e9)) core::fail_option("q " + core::number(q) + ": allowed is above 1 to 1e+09");
    const double period = sampling_rate_hz / frequency_hz, whole = std::round(period);
    if (!(whole <= 1e8) || std::abs(period - whole) > 1e-9 * period)
        core::fail_option("comb frequency " + core::number(frequency_hz) + " Hz: the sampling rate (" +
                          core::number(sampling_rate_hz) + " Hz) must be a whole multiple of it, such as of " +
                          core::number(sampling_rate_hz / whole) + " Hz");
    const double beta = std::tan(std::numbers::pi / (2 * q));
    const double at = type == CombType::notch ? 0 : 1, away = 1 - at;  // gain at the teeth and away from them
    const double sign = between ? 1 : -1;
    return {static_cast<int>(whole), (away + at * beta) / (1 + beta), sign * (away - at * beta) / (1 + beta),
            sign * (1 - beta) / (1 + beta)};
}

template <std::floating_point T>
class Comb {
public:
    Comb(CombCoefficients coefficients, int channels) : c_(coefficients), channels_(channels) {
        if (channels < 1 || channels > 4096)
            core::fail_option("channels " + std::to_string(channels) + ": allowed is 1 to 4096");
        if (c_.period_samples < 1)
            core::fail_option("period_samples " + std::to_string(c_.period_samples) + ": allowed is 1 and more");
        line_.assign(static_cast<std::size_t>(c_.period_samples) * static_cast<std::size_t>(channels), 0.0);
    }

    /// In place, any strides. A block of another number of channels is left as it is.
    void process(BlockView<T> block) noexcept {
        if (block.channels != channels_) return;
        for (std::int64_t f = 0; f < block.frames; ++f) {
            double* state = line_.data() + static_cast<std::size_t>(at_) * static_cast<std::size_t>(channels_);
            for (std::int64_t c = 0; c < block.channels; ++c) {
                const double x = static_cast<double>(block(f, c));
                const double y = c_.b0 * x + state[c];
                state[c] = c_.bn * x - c_.an * y;
                block(f, c) = static_cast<T>(y);
            }
            if (++at_ == c_.period_samples) at_ = 0;
        }
    }
    /// As if the channel had always been `value`.
    void start(int channel, T value) noexcept {
        if (channel < 0 || channel >= channels_) return;
        const double x = static_cast<double>(value);
        const double state = ((c_.b0 + c_.bn) / (1 + c_.an) - c_.b0) * x;
        for (std::size_t i = static_cast<std::size_t>(channel); i < line_.size(); i += static_cast<std::size_t>(channels_))
            line_[i] = state;
    }
    void reset() noexcept {
        std::fill(line_.begin(), line_.end(), 0.0);
        at_ = 0;
    }
    [[nodiscard]] const CombCoefficients& coefficients() const noexcept { return c_; }
    [[nodiscard]] int channels() const noexcept { return channels_; }

private:
    CombCoefficients c_;
    int channels_;
    int at_ = 0;
    std::vector<double> line_;  // period × channels
};

}  // namespace fascikit::filter
