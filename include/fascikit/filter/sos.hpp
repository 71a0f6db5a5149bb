// Sos: an IIR filter as second-order sections, and what can be said of it.
//
// Section: y = b0 x + b1 x[-1] + b2 x[-2] - a1 y[-1] - a2 y[-2], with a0 = 1.
// Sos holds coefficients alone, is immutable and may be shared between threads;
// the state of a running filter lives in Cascade. Designed in double; Sos<float> is
// made from Sos<double> by rounding each coefficient once. Construction, poles(), zeros()
// and sos_steady_state allocate, the rest does not. Errors: none at run time.
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

enum class Shape { custom, lowpass, highpass, bandpass, bandstop, notch, peak };
enum class Family { custom, butterworth, chebyshev1, chebyshev2, elliptic, bessel, resonator };

/// What a filter was designed to be. `low_hz` is NaN for a low-pass, `high_hz` for a
/// high-pass; a notch or peak has the edges of its half-power band in both. Ripple and
/// attenuation are NaN where the family has none. Band filters have 2 `order` poles.
struct Design {
    Shape shape = Shape::custom;
    int order = 0;
    double low_hz = std::numeric_limits<double>::quiet_NaN();
    double high_hz = std::numeric_limits<double>::quiet_NaN();
    double sampling_rate_hz = std::numeric_limits<double>::quiet_NaN();
    Family family = Family::custom;
    double ripple_db = std::numeric_limits<double>::quiet_NaN();
    double attenuation_db = std::numeric_limits<double>::quiet_NaN();
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

    /// A view: `for (auto& s : butterworth(...).sections())` would read what is gone already.
    [[nodiscard]] std::span<const Section<T>> sections() const& noexcept { return sections_; }
    void sections() const&& = delete;
    [[nodiscard]] std::size_t size() const noexcept { return sections_.size(); }
    [[nodiscard]] const Design& design() const noexcept { return design_; }

    /// H(exp(2 pi i hz / fs)). Right to some units in the last place down to 0 Hz and up to fs / 2.
    [[nodiscard]] std::complex<double> response(double hz, double sampling_rate_hz) const noexcept {
        const double half = std::numbers::pi * hz / sampling_rate_hz;
        return response_at(std::cos(half), std::sin(half));
    }

    /// The same at the frequency pi hz / fs = atan2(s, c): for those who know the tangent
    /// better than the angle.
    [[nodiscard]] std::complex<double> response_at(double c, double s) const noexcept {
        std::complex<double> h = 1.0;
        for (const Section<T>& section : sections_)
            h *= turned(real(section.b0), real(section.b1), real(section.b2), c, s) /
                 turned(1.0, real(section.a1), real(section.a2), c, s);
        return h;
    }

    /// Group delay in seconds: -dphase/domega, from the polynomials, not from differences.
    /// A zero at this very frequency counts with the limit from both sides.
    [[nodiscard]] double group_delay_s(double hz, double sampling_rate_hz) const noexcept {
        const double half = std::numbers::pi * hz / sampling_rate_hz;
        const double c = std::cos(half), s = std::sin(half);
        double samples = 0;
        for (const Section<T>& section : sections_)
            samples += delay_of(real(section.b0), real(section.b1), real(section.b2), c, s) -
                       delay_of(1.0, real(section.a1), real(section.a2), c, s);
        return samples / sampling_rate_hz;
    }

    /// Two a section, those at the origin included. From the coefficients held, with an
    /// exact discriminant, so that pairs near the real axis keep their distance.
    [[nodiscard]] std::vector<std::complex<double>> poles() const {
        std::vector<std::complex<double>> roots;
        for (const Section<T>& s : sections_) append_roots(1.0, real(s.a1), real(s.a2), roots);
        return roots;
    }
    /// Of each section with its b0; one at infinity is left out.
    [[nodiscard]] std::vector<std::complex<double>> zeros() const {
        std::vector<std::complex<double>> roots;
        for (const Section<T>& s : sections_) append_roots(real(s.b0), real(s.b1), real(s.b2), roots);
        return roots;
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

    /// The same in seconds at a sampling rate.
    [[nodiscard]] double settling_s(double tolerance, double sampling_rate_hz) const noexcept {
        if (!(max_pole_radius() < 1)) return std::numeric_limits<double>::infinity();
        return static_cast<double>(settling_samples(tolerance)) / sampling_rate_hz;
    }

    [[nodiscard]] static double pole_radius(double a1, double a2) noexcept {
        const double discriminant = discriminant_of(1.0, a1, a2);
        if (discriminant < 0) return std::sqrt(a2);
        return (std::abs(a1) + std::sqrt(discriminant)) / 2;
    }

private:
    static double real(T value) noexcept { return static_cast<double>(value); }

    // (c0 + c1 d + c2 d²) / d for d = exp(-2 i half), with c = cos(half), s = sin(half). Written
    // in the sums at d = 1 and d = -1, it does not cancel where roots lie near these.
    static std::complex<double> turned(double c0, double c1, double c2, double c, double s) noexcept {
        return {c * c * ((c0 + c1) + c2) - s * s * ((c0 - c1) + c2), 2 * s * c * (c0 - c2)};
    }
    // Re(sum k c_k d^k / sum c_k d^k)
    static double delay_of(double c0, double c1, double c2, double c, double s) noexcept {
        const std::complex<double> value = turned(c0, c1, c2, c, s);
        const double size = std::abs(c0) + std::abs(c1) + std::abs(c2);
        if (!(std::abs(value) <= 1e-15 * size))  // so that NaN stays NaN
            return 1 + (std::complex<double>((c2 - c0) * (c * c - s * s), -(c2 + c0) * 2 * s * c) / value).real();
        // A zero here: half a sample, and what its companion gives.
        if (c2 == 0) return 0.5;
        if (c2 == c0 || 2 * std::abs(s * c) > 1e-6) return 1.0;
        return 0.5 + c2 / (c2 - c0);
    }
    // b² - 4 a c with one rounding of each product made good (Kahan).
    static double discriminant_of(double a, double b, double c) noexcept {
        const double product = 4 * a * c;
        return std::fma(b, b, -product) - std::fma(4 * a, c, -product);
    }
    static void append_roots(double a, double b, double c, std::vector<std::complex<double>>& roots) {
        if (a == 0) {
            if (b != 0) roots.emplace_back(-c / b);
            return;
        }
        const double discriminant = discriminant_of(a, b, c);
        if (discriminant < 0) {
            const double height = std::sqrt(-discriminant) / (2 * std::abs(a));
            roots.emplace_back(-b / (2 * a), height);
            roots.emplace_back(-b / (2 * a), -height);
            return;
        }
        const double q = -(b + std::copysign(std::sqrt(discriminant), b)) / 2;
        roots.emplace_back(q / a);
        roots.emplace_back(q == 0 ? 0.0 : c / q);
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
        // (1 + a1) + a2 loses nothing for poles near +1.
        const double s1 = (c1 + c2) / ((1 + a1) + a2);
        states.push_back({scale * s1, scale * ((1 + a1) * s1 - c1)});
        scale *= (b0 + b1 + b2) / (1 + a1 + a2);
    }
    return states;
}

}  // namespace fascikit::filter
