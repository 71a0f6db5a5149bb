// Fir: a filter of finite length as its taps, and what can be said of it.
//
//   y[n] = sum_k h[k] x[n - k]
//
// Holds coefficients alone, is immutable and may be shared between threads; the state
// of a running filter lives elsewhere. Designed in double; Fir<float> is made from
// Fir<double> by rounding each tap once. Construction allocates, everything else does
// not. Cost of response and group delay: one or some passes over the taps. Errors:
// std::invalid_argument at construction.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"

namespace fascikit::filter {

template <std::floating_point T>
class Fir {
public:
    static constexpr std::size_t most_taps = std::size_t{1} << 24;

    /// At least one tap, all finite.
    explicit Fir(std::vector<T> taps) : taps_(std::move(taps)) {
        if (taps_.empty() || taps_.size() > most_taps)
            core::fail_option(std::to_string(taps_.size()) + " taps: allowed is 1 to " + std::to_string(most_taps));
        for (std::size_t i = 0; i < taps_.size(); ++i)
            if (!std::isfinite(taps_[i]))
                core::fail_option("tap " + std::to_string(i) + " is " + core::number(static_cast<double>(taps_[i])) +
                                  ": it must be finite");
    }

    /// The same filter with taps rounded to T.
    template <std::floating_point U>
        requires(!std::same_as<T, U>)
    explicit Fir(const Fir<U>& other) {
        taps_.reserve(other.size());
        for (const U tap : other.taps()) taps_.push_back(static_cast<T>(tap));
    }

    [[nodiscard]] std::span<const T> taps() const noexcept { return taps_; }
    [[nodiscard]] std::size_t size() const noexcept { return taps_.size(); }
    /// Samples after which the output has forgotten the input altogether.
    [[nodiscard]] std::int64_t settling_samples() const noexcept { return static_cast<std::int64_t>(size()) - 1; }

    /// Symmetric or antisymmetric to the last bit: linear phase, a delay of (size - 1) / 2 everywhere.
    [[nodiscard]] bool linear_phase() const noexcept { return mirrored(1) || mirrored(-1); }

    /// H(exp(2 pi i hz / fs)).
    [[nodiscard]] std::complex<double> response(double hz, double sampling_rate_hz) const noexcept {
        return moment(0, unit_delay(hz, sampling_rate_hz));
    }

    /// Group delay in seconds: -dphase/domega, from the taps, not from differences. At a
    /// zero of the response its limit from both sides.
    [[nodiscard]] double group_delay_s(double hz, double sampling_rate_hz) const noexcept {
        if (linear_phase()) return static_cast<double>(size() - 1) / 2 / sampling_rate_hz;
        const std::complex<double> delay = unit_delay(hz, sampling_rate_hz);
        double total = 0;
        for (const T tap : taps_) total += std::abs(static_cast<double>(tap));
        const auto last = static_cast<double>(size());
        std::complex<double> below = moment(0, delay);
        for (int multiplicity = 0; multiplicity < 8; ++multiplicity) {
            const std::complex<double> above = moment(multiplicity + 1, delay);
            // What is left below is rounding: H vanishes here, so take the next derivative.
            if (std::abs(below) > 1e-12 * total * std::pow(last, multiplicity))
                return (above / below).real() / (multiplicity + 1) / sampling_rate_hz;
            below = above;
        }
        return 0;
    }

private:
    [[nodiscard]] bool mirrored(int sign) const noexcept {
        for (std::size_t i = 0; i < size() - i; ++i)
            if (taps_[i] != static_cast<T>(sign) * taps_[size() - 1 - i]) return false;
        return true;
    }
    static std::complex<double> unit_delay(double hz, double rate) noexcept {
        const double w = 2 * std::numbers::pi * hz / rate;
        return {std::cos(w), -std::sin(w)};
    }
    // sum_k k^power h[k] d^k, by Horner from the last tap
    [[nodiscard]] std::complex<double> moment(int power, std::complex<double> d) const noexcept {
        std::complex<double> sum = 0;
        for (std::size_t k = size(); k-- > 0;)
            sum = sum * d + std::pow(static_cast<double>(k), power) * static_cast<double>(taps_[k]);
        return sum;
    }

    std::vector<T> taps_;
};

}  // namespace fascikit::filter
