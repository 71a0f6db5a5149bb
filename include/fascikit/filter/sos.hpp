// Sos: an IIR filter as second-order sections, and what can be said of it.
//
// Section: y = b0 x + b1 x[-1] + b2 x[-2] - a1 y[-1] - a2 y[-2], with a0 = 1.
// Sos holds coefficients alone, is immutable and may be shared between threads;
// the state of a running filter lives in Cascade. Designed in double; Sos<float> is
// made from Sos<double> by rounding each coefficient once. Construction allocates,
// everything else does not (except sos_steady_state). Errors: none at run time.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"

namespace fascikit::filter {

template <std::floating_point T>
struct Section {
    T b0 = 1, b1 = 0, b2 = 0;
    T a1 = 0, a2 = 0;
};

enum class Shape { custom, lowpass, highpass, bandpass, bandstop };

/// What a filter was designed to be. `low_hz` is NaN for a low-pass, `high_hz` for a high-pass.
struct Design {
    Shape shape = Shape::custom;
    int order = 0;
    double low_hz = std::numeric_limits<double>::quiet_NaN();
    double high_hz = std::numeric_limits<double>::quiet_NaN();
    double sampling_rate_hz = std::numeric_limits<double>::quiet_NaN();
};

template <std::floating_point T>
class Sos {
public:
    /// At least one section; throws std::invalid_argument if there is none or one is not finite.
    explicit Sos(std::vector<Section<T>> sections, Design design = {})
        : sections_(std::move(sections)), design_(design) {
        if (sections_.empty()) core::fail_option("0 filter sections: at least 1 is needed");
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            const Section<T>& s = sections_[i];
            for (const T value : {s.b0, s.b1, s.b2, s.a1, s.a2})
                if (!std::isfinite(value))
                    core::fail_option("filter section " + std::to_string(i) + " has the coefficient " +
                                      core::number(static_cast<double>(value)) + ": it must be finite");
        }
    }

    /// The same filter with coefficients rounded to T.
    template <std::floating_point U>
        requires(!std::same_as<T, U>)
    explicit Sos(const Sos<U>& other) : design_(other.design()) {
        sections_.reserve(other.size());
        for (const Section<U>& s : other.sections())
            sections_.push_back({static_cast<T>(s.b0), static_cast<T>(s.b1), static_cast<T>(s.b2),
                                 static_cast<T>(s.a1), static_cast<T>(s.a2)});
    }

    [[nodiscard]] std::span<const Section<T>> sections() const noexcept { return sections_; }
    [[nodiscard]] std::size_t size() const noexcept { return sections_.size(); }
    [[nodiscard]] const Design& design() const noexcept { return design_; }

    /// H(exp(2 pi i hz / fs)).
    [[nodiscard]] std::complex<double> response(double hz, double sampling_rate_hz) const noexcept {
        const std::complex<double> d = unit_delay(hz, sampling_rate_hz);
        std::complex<double> h = 1.0;
        for (const Section<T>& s : sections_)
            h *= (real(s.b0) + d * (real(s.b1) + d * real(s.b2))) / (1.0 + d * (real(s.a1) + d * real(s.a2)));
        return h;
    }

    /// Group delay in seconds: -dphase/domega, from the polynomials, not from differences.
    /// A zero at this very frequency counts as half a sample, its limit from both sides.
    [[nodiscard]] double group_delay_s(double hz, double sampling_rate_hz) const noexcept {
        const std::complex<double> d = unit_delay(hz, sampling_rate_hz);
        double samples = 0;
        for (const Section<T>& s : sections_)
            samples += delay_of(real(s.b0), real(s.b1), real(s.b2), d) - delay_of(1.0, real(s.a1), real(s.a2), d);
        return samples / sampling_rate_hz;
    }

    /// Largest distance of a pole from the origin; below 1 for a stable filter.
    [[nodiscard]] double max_pole_radius() const noexcept {
        double radius = 0;
        for (const Section<T>& s : sections_) radius = std::max(radius, pole_radius(real(s.a1), real(s.a2)));
        return radius;
    }

    /// Samples after which radius^n has fallen to `tolerance`: the memory of the filter.
    /// The largest int64 if the filter is not stable.
    [[nodiscard]] std::int64_t settling_samples(double tolerance) const noexcept {
        const double radius = max_pole_radius();
        if (!(radius < 1)) return std::numeric_limits<std::int64_t>::max();
        if (radius <= 0 || !(tolerance < 1)) return static_cast<std::int64_t>(2 * size());
        const double n = std::log(std::max(tolerance, 1e-300)) / std::log(radius);
        return static_cast<std::int64_t>(std::ceil(n)) + static_cast<std::int64_t>(2 * size());
    }

    [[nodiscard]] static double pole_radius(double a1, double a2) noexcept {
        const double discriminant = a1 * a1 - 4 * a2;
        if (discriminant < 0) return std::sqrt(a2);
        return (std::abs(a1) + std::sqrt(discriminant)) / 2;
    }

private:
    static double real(T value) noexcept { return static_cast<double>(value); }
    static std::complex<double> unit_delay(double hz, double rate) noexcept {
        const double w = 2 * std::numbers::pi * hz / rate;
        return {std::cos(w), -std::sin(w)};
    }
    // Re(sum k c_k d^k / sum c_k d^k)
    static double delay_of(double c0, double c1, double c2, std::complex<double> d) noexcept {
        const std::complex<double> value = c0 + d * (c1 + d * c2);
        const double size = std::abs(c0) + std::abs(c1) + std::abs(c2);
        if (std::abs(value) <= 1e-9 * size) return c2 != 0 ? 1.0 : 0.5;
        return (d * (c1 + 2.0 * d * c2) / value).real();
    }

    std::vector<Section<T>> sections_;
    Design design_;
};

/// State of one section in transposed direct form II.
struct SectionState {
    double s1 = 0;
    double s2 = 0;
};

/// The state in which a constant input 1 has always been there: SciPy's `sosfilt_zi`.
/// One entry a section. Undefined (infinite) for a filter with a pole at +1.
template <std::floating_point T>
[[nodiscard]] std::vector<SectionState> sos_steady_state(const Sos<T>& sos) {
    std::vector<SectionState> states;
    states.reserve(sos.size());
    double scale = 1;
    for (const Section<T>& section : sos.sections()) {
        const double b0 = static_cast<double>(section.b0), b1 = static_cast<double>(section.b1);
        const double b2 = static_cast<double>(section.b2);
        const double a1 = static_cast<double>(section.a1), a2 = static_cast<double>(section.a2);
        const double c1 = b1 - a1 * b0;
        const double c2 = b2 - a2 * b0;
        const double s1 = (c1 + c2) / (1 + a1 + a2);
        states.push_back({scale * s1, scale * ((1 + a1) * s1 - c1)});
        scale *= (b0 + b1 + b2) / (1 + a1 + a2);
    }
    return states;
}

}  // namespace fascikit::filter
