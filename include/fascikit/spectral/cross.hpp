// Cross spectra and coherence: which frequencies do two signals share?
//
//   P_xy = mean over segments of conj(X) Y, one-sided: its angle is that of y against x
//   C_xy = |P_xy|^2 / (P_xx P_yy), 0 to 1 (NaN where a signal has no power at all)
//
// Equal to scipy.signal.csd and .coherence (Welch 1967, 10.1109/TAU.1967.1161901), with
// the options of welch(). Signals of equal length. With one segment alone the
// coherence is 1 everywhere and says nothing.
//
// Coherence of independent noise exceeds coherence_limit(L, alpha) = 1 - alpha^(1/(L-1))
// with probability alpha at any one frequency, L independent segments (Rosenberg et al.
// 1989, 10.1016/0079-6107(89)90004-7). Overlapping segments are not independent:
// independent_segments() counts what they are worth, after Welch's variance.
//
// Units: product of both units per Hz (density) or product (spectrum). Cost: two FFTs a
// segment. Allocates. Any thread. Errors: std::invalid_argument naming the value.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/segments.hpp"
#include "fascikit/spectral/welch.hpp"

namespace fascikit::spectral {

struct CrossSpectrum {
    std::vector<double> frequency_hz;
    std::vector<std::complex<double>> power;
};

namespace detail {

inline void check_equal_lengths(std::size_t x, std::size_t y) {
    if (x != y)
        core::fail_option("signals of " + std::to_string(x) + " and " + std::to_string(y) +
                          " samples: equal lengths are needed");
}

}  // namespace detail

/// As csd(), for many pairs of one length: `power` has segments.bins() values. The
/// median is that of real and imaginary parts apart.
inline void csd(Segments& segments, std::span<const double> x, std::span<const double> y, Average average,
                std::span<std::complex<double>> power) {
    detail::check_equal_lengths(x.size(), y.size());
    const auto bins = static_cast<std::size_t>(segments.bins());
    const auto count = static_cast<std::size_t>(segments.count());
    std::vector<std::complex<double>> a(bins), b(bins), all(average == Average::median ? bins * count : 0);
    for (auto& p : power) p = 0;
    for (std::size_t s = 0; s < count; ++s) {
        segments.transform(x, static_cast<std::int64_t>(s), a);
        segments.transform(y, static_cast<std::int64_t>(s), b);
        for (std::size_t k = 0; k < bins; ++k) {
            const std::complex<double> p{a[k].real() * b[k].real() + a[k].imag() * b[k].imag(),
                                         a[k].real() * b[k].imag() - a[k].imag() * b[k].real()};
            if (average == Average::mean)
                power[k] += p;
            else
                all[k * count + s] = p;
        }
    }
    std::vector<double> re(count), im(count);
    for (std::size_t k = 0; k < bins; ++k) {
        const double scale = segments.scale(static_cast<std::int64_t>(k));
        if (average == Average::mean) {
            power[k] *= scale / static_cast<double>(count);
            continue;
        }
        for (std::size_t s = 0; s < count; ++s) {
            re[s] = all[k * count + s].real();
            im[s] = all[k * count + s].imag();
        }
        const double corrected = scale / detail::median_bias(static_cast<std::int64_t>(count));
        power[k] = {detail::median(re) * corrected, detail::median(im) * corrected};
    }
}

[[nodiscard]] inline CrossSpectrum csd(std::span<const double> x, std::span<const double> y, double sampling_rate_hz,
                                       const WelchOptions& options = {}) {
    Segments segments(static_cast<std::int64_t>(x.size()), sampling_rate_hz, options);
    CrossSpectrum out{segments.frequency_hz(),
                      std::vector<std::complex<double>>(static_cast<std::size_t>(segments.bins()))};
    csd(segments, x, y, options.average, out.power);
    return out;
}

/// As coherence(), for many pairs of one length: `squared` has segments.bins() values.
inline void coherence(Segments& segments, std::span<const double> x, std::span<const double> y,
                      std::span<double> squared) {
    detail::check_equal_lengths(x.size(), y.size());
    const auto bins = static_cast<std::size_t>(segments.bins());
    std::vector<std::complex<double>> a(bins), b(bins), cross(bins);
    std::vector<double> own(bins, 0.0), other(bins, 0.0);
    for (std::int64_t s = 0; s < segments.count(); ++s) {
        segments.transform(x, s, a);
        segments.transform(y, s, b);
        for (std::size_t k = 0; k < bins; ++k) {
            cross[k] += std::complex<double>(a[k].real() * b[k].real() + a[k].imag() * b[k].imag(),
                                             a[k].real() * b[k].imag() - a[k].imag() * b[k].real());
            own[k] += a[k].real() * a[k].real() + a[k].imag() * a[k].imag();
            other[k] += b[k].real() * b[k].real() + b[k].imag() * b[k].imag();
        }
    }
    for (std::size_t k = 0; k < bins; ++k)
        squared[k] = (cross[k].real() * cross[k].real() + cross[k].imag() * cross[k].imag()) / own[k] / other[k];
}

/// Magnitude squared, in `power`. `scaling` and `average` do not matter.
[[nodiscard]] inline Spectrum coherence(std::span<const double> x, std::span<const double> y, double sampling_rate_hz,
                                        const WelchOptions& options = {}) {
    Segments segments(static_cast<std::int64_t>(x.size()), sampling_rate_hz, options);
    Spectrum out{segments.frequency_hz(), std::vector<double>(static_cast<std::size_t>(segments.bins()))};
    coherence(segments, x, y, out.power);
    return out;
}

/// The squared coherence that independent noise exceeds with probability alpha.
/// segments > 1 (need not be whole), 0 < alpha < 1.
[[nodiscard]] inline double coherence_limit(double segments, double alpha = 0.05) {
    if (!(segments > 1)) core::fail_option("segments " + core::number(segments) + ": more than 1 are needed");
    if (!(alpha > 0 && alpha < 1)) core::fail_option("alpha " + core::number(alpha) + ": allowed is above 0 and below 1");
    return -std::expm1(std::log(alpha) / (segments - 1));
}

/// How many independent segments have the variance of these: count / (1 + 2 sum_j
/// (1 - j / count) r_j), r_j the squared correlation of the window with itself j steps on.
[[nodiscard]] inline double independent_segments(const Segments& segments) {
    const auto& w = segments.window();
    const auto step = static_cast<std::size_t>(segments.step());
    const auto count = static_cast<double>(segments.count());
    double power = 0;
    for (const double v : w) power += v * v;
    double variance = 1;
    for (std::size_t j = 1; j * step < w.size() && static_cast<double>(j) < count; ++j) {
        double shared = 0;
        for (std::size_t i = j * step; i < w.size(); ++i) shared += w[i] * w[i - j * step];
        variance += 2 * (1 - static_cast<double>(j) / count) * (shared / power) * (shared / power);
    }
    return count / variance;
}

}  // namespace fascikit::spectral
