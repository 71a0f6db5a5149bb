// Butterworth filters as second-order sections, equal to SciPy's
// signal.butter(order, ..., output="sos"): same poles and zeros, same pairing
// ('nearest') and same order of sections (poles nearest to the unit circle last),
// coefficients to 1e-10.
//
// Analogue prototype, frequency transform, bilinear transform with prewarping
// (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7). Band filters have
// twice `order` poles, as in SciPy. Order 1 to 12; 0 < cutoff < fs / 2; -3 dB at the
// cutoffs. Cost: some microseconds, allocates. Errors: std::invalid_argument naming
// the value and what is allowed.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

namespace detail {

using Complex = std::complex<double>;

struct ZerosPolesGain {
    std::vector<Complex> zeros;
    std::vector<Complex> poles;
    double gain = 1;
};

inline Complex product_of_negated(const std::vector<Complex>& roots, double plus = 0) {
    Complex product = 1.0;
    for (const Complex& root : roots) product *= plus - root;
    return product;
}

inline ZerosPolesGain butterworth_prototype(int order) {
    ZerosPolesGain f;
    for (int m = -order + 1; m < order; m += 2)
        // The middle pole is real exactly, so that it is not taken for half of a pair.
        f.poles.push_back(m == 0 ? Complex(-1.0) : -std::exp(Complex(0, std::numbers::pi * m / (2.0 * order))));
    return f;
}

/// One member of each conjugate pair (positive imaginary part), then the real roots;
/// each group by rising real part. The order decides ties in the pairing below.
inline std::vector<Complex> one_of_each_pair(const std::vector<Complex>& roots) {
    const double tolerance = 100 * std::numeric_limits<double>::epsilon();
    std::vector<Complex> complex_roots;
    std::vector<Complex> real_roots;
    for (const Complex& root : roots) {
        if (std::abs(root.imag()) <= tolerance * std::abs(root))
            real_roots.emplace_back(root.real());
        else if (root.imag() > 0)
            complex_roots.push_back(root);
    }
    std::stable_sort(complex_roots.begin(), complex_roots.end(), [](const Complex& a, const Complex& b) {
        return a.real() != b.real() ? a.real() < b.real() : a.imag() < b.imag();
    });
    std::stable_sort(real_roots.begin(), real_roots.end(),
                     [](const Complex& a, const Complex& b) { return a.real() < b.real(); });
    complex_roots.insert(complex_roots.end(), real_roots.begin(), real_roots.end());
    return complex_roots;
}

inline bool is_real(const Complex& root) { return root.imag() == 0; }

inline Complex take(std::vector<Complex>& roots, std::size_t index) {
    const Complex root = roots[index];
    roots.erase(roots.begin() + static_cast<std::ptrdiff_t>(index));
    return root;
}

/// Index of the root nearest to the unit circle, among the real ones only if asked.
inline std::size_t nearest_to_circle(const std::vector<Complex>& roots, bool real_only) {
    std::size_t best = roots.size();
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < roots.size(); ++i) {
        if (real_only && !is_real(roots[i])) continue;
        const double here = std::abs(1 - std::abs(roots[i]));
        if (here < distance) {
            distance = here;
            best = i;
        }
    }
    return best;
}

enum class Among { any, real, complex };

inline std::size_t nearest_to(const std::vector<Complex>& roots, const Complex& target, Among among) {
    std::size_t best = roots.size();
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < roots.size(); ++i) {
        if (among != Among::any && is_real(roots[i]) != (among == Among::real)) continue;
        const double here = std::abs(roots[i] - target);
        if (here < distance) {
            distance = here;
            best = i;
        }
    }
    return best;
}

inline Section<double> section_of(Complex z1, Complex z2, Complex p1, Complex p2) {
    return {1.0, -(z1 + z2).real(), (z1 * z2).real(), -(p1 + p2).real(), (p1 * p2).real()};
}

/// SciPy's zpk2sos with pairing 'nearest': from the pole nearest to the unit circle
/// to the farthest, each with the zeros nearest to it; the gain in the first section.
inline std::vector<Section<double>> pair_sections(ZerosPolesGain filter) {
    if (filter.poles.size() % 2 == 1) {
        filter.poles.emplace_back(0.0);
        filter.zeros.emplace_back(0.0);
    }
    std::vector<Section<double>> sections(filter.poles.size() / 2);
    std::vector<Complex> zeros = one_of_each_pair(filter.zeros);
    std::vector<Complex> poles = one_of_each_pair(filter.poles);
    const auto reals = [](const std::vector<Complex>& roots) {
        return std::count_if(roots.begin(), roots.end(), is_real);
    };
    for (std::size_t i = sections.size(); i-- > 0;) {
        const Complex p1 = take(poles, nearest_to_circle(poles, false));
        if (is_real(p1) && reals(poles) == 0) {
            const Complex z1 = take(zeros, nearest_to(zeros, p1, Among::real));
            sections[i] = section_of(z1, 0.0, p1, 0.0);
            continue;
        }
        if (poles.size() + 1 == zeros.size() && !is_real(p1) && reals(poles) == 1 && reals(zeros) == 1) {
            const Complex z1 = take(zeros, nearest_to(zeros, p1, Among::complex));
            sections[i] = section_of(z1, std::conj(z1), p1, std::conj(p1));
            continue;
        }
        const Complex p2 = is_real(p1) ? take(poles, nearest_to_circle(poles, true)) : std::conj(p1);
        const Complex z1 = take(zeros, nearest_to(zeros, p1, Among::any));
        const Complex z2 = is_real(z1) ? take(zeros, nearest_to(zeros, p1, Among::real)) : std::conj(z1);
        sections[i] = section_of(z1, z2, p1, p2);
    }
    sections[0].b0 *= filter.gain;
    sections[0].b1 *= filter.gain;
    sections[0].b2 *= filter.gain;
    return sections;
}

/// Bilinear transform for a normalised rate of 2, as SciPy does.
inline ZerosPolesGain bilinear(ZerosPolesGain f) {
    constexpr double twice_rate = 4.0;
    f.gain *= (product_of_negated(f.zeros, twice_rate) / product_of_negated(f.poles, twice_rate)).real();
    for (auto* roots : {&f.zeros, &f.poles})
        for (Complex& root : *roots) root = (twice_rate + root) / (twice_rate - root);
    f.zeros.resize(f.poles.size(), Complex(-1.0));
    return f;
}

inline double prewarped(double hz, double rate) { return 4.0 * std::tan(std::numbers::pi * (2.0 * hz / rate) / 2.0); }

inline void check_design(int order, double low_hz, double high_hz, double rate) {
    if (order < 1 || order > 12)
        core::fail_option("filter order " + std::to_string(order) + ": allowed is 1 to 12");
    if (!(rate > 0) || !std::isfinite(rate))
        core::fail_option("sampling rate " + core::number(rate) + " Hz: it must be positive");
    for (const double hz : {low_hz, high_hz})
        if (!(hz > 0 && hz < rate / 2))
            core::fail_option("cutoff " + core::number(hz) + " Hz: allowed is above 0 and below half the sampling rate (" +
                              core::number(rate / 2) + " Hz)");
    if (low_hz > high_hz || (low_hz == high_hz))
        core::fail_option("band " + core::number(low_hz) + " to " + core::number(high_hz) +
                          " Hz: the lower cutoff must be below the upper");
}

/// Poles of a band filter from those of the low-pass prototype, scaled already.
inline std::vector<Complex> split_poles(const std::vector<Complex>& scaled, double centre) {
    std::vector<Complex> poles;
    for (const double sign : {1.0, -1.0})
        for (const Complex& p : scaled) poles.push_back(p + sign * std::sqrt(p * p - centre * centre));
    return poles;
}

}  // namespace detail

[[nodiscard]] inline Sos<double> butterworth_lowpass(int order, double cutoff_hz, double sampling_rate_hz) {
    detail::check_design(order, cutoff_hz / 2, cutoff_hz, sampling_rate_hz);
    const double w = detail::prewarped(cutoff_hz, sampling_rate_hz);
    auto f = detail::butterworth_prototype(order);
    for (auto& p : f.poles) p *= w;
    f.gain = std::pow(w, order);
    return Sos<double>(detail::pair_sections(detail::bilinear(std::move(f))),
                       {.shape = Shape::lowpass, .order = order, .high_hz = cutoff_hz, .sampling_rate_hz = sampling_rate_hz});
}

[[nodiscard]] inline Sos<double> butterworth_highpass(int order, double cutoff_hz, double sampling_rate_hz) {
    detail::check_design(order, cutoff_hz / 2, cutoff_hz, sampling_rate_hz);
    const double w = detail::prewarped(cutoff_hz, sampling_rate_hz);
    auto f = detail::butterworth_prototype(order);
    f.gain = (1.0 / detail::product_of_negated(f.poles)).real();
    for (auto& p : f.poles) p = w / p;
    f.zeros.assign(f.poles.size(), 0.0);
    return Sos<double>(detail::pair_sections(detail::bilinear(std::move(f))),
                       {.shape = Shape::highpass, .order = order, .low_hz = cutoff_hz, .sampling_rate_hz = sampling_rate_hz});
}

[[nodiscard]] inline Sos<double> butterworth_bandpass(int order, double low_hz, double high_hz, double sampling_rate_hz) {
    detail::check_design(order, low_hz, high_hz, sampling_rate_hz);
    const double w1 = detail::prewarped(low_hz, sampling_rate_hz), w2 = detail::prewarped(high_hz, sampling_rate_hz);
    const double width = w2 - w1, centre = std::sqrt(w1 * w2);
    auto f = detail::butterworth_prototype(order);
    for (auto& p : f.poles) p *= width / 2;
    f.zeros.assign(f.poles.size(), 0.0);
    f.poles = detail::split_poles(f.poles, centre);
    f.gain = std::pow(width, order);
    return Sos<double>(detail::pair_sections(detail::bilinear(std::move(f))),
                       {.shape = Shape::bandpass, .order = order, .low_hz = low_hz, .high_hz = high_hz,
                        .sampling_rate_hz = sampling_rate_hz});
}

[[nodiscard]] inline Sos<double> butterworth_bandstop(int order, double low_hz, double high_hz, double sampling_rate_hz) {
    detail::check_design(order, low_hz, high_hz, sampling_rate_hz);
    const double w1 = detail::prewarped(low_hz, sampling_rate_hz), w2 = detail::prewarped(high_hz, sampling_rate_hz);
    const double width = w2 - w1, centre = std::sqrt(w1 * w2);
    auto f = detail::butterworth_prototype(order);
    f.gain = (1.0 / detail::product_of_negated(f.poles)).real();
    for (auto& p : f.poles) p = (width / 2) / p;
    f.zeros.assign(f.poles.size(), detail::Complex(0, centre));
    f.zeros.insert(f.zeros.end(), f.poles.size(), detail::Complex(0, -centre));
    f.poles = detail::split_poles(f.poles, centre);
    return Sos<double>(detail::pair_sections(detail::bilinear(std::move(f))),
                       {.shape = Shape::bandstop, .order = order, .low_hz = low_hz, .high_hz = high_hz,
                        .sampling_rate_hz = sampling_rate_hz});
}

}  // namespace fascikit::filter
