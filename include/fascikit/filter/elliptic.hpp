// Elliptic (Cauer) filters: the steepest for their order, with ripple in both bands.
//
// The response leaves the pass band (-ripple_db) at the cutoffs. Prototype by Jacobi's
// elliptic functions (Orfanidis, Lecture Notes on Elliptic Filter Design, 2006;
// Abramowitz & Stegun 16.4, 17.3, 17.6): the degree equation through the nome, complete
// integrals by the arithmetic-geometric mean, sn, cn, dn by descending Landen steps. The
// complementary modulus is carried along, so nothing is lost where the modulus nears 1.
// Equal to scipy.signal.ellip(..., output="sos"): see iir_design.hpp for what all
// families share, limits, cost and errors.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>

#include "fascikit/filter/chebyshev.hpp"
#include "fascikit/filter/iir_design.hpp"
#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter {

namespace detail {

/// Modulus k and its complement k' = sqrt(1 - k²), each right to the last place.
struct Modulus {
    double k = 0;
    double complement = 1;
    [[nodiscard]] Modulus swapped() const noexcept { return {complement, k}; }
};

/// Complete elliptic integral of the first kind: pi / (2 agm(1, k')).
[[nodiscard]] inline double complete_integral(Modulus m) noexcept {
    double a = 1, b = m.complement;
    while (std::abs(a - b) > 4e-16 * a) {
        const double mean = (a + b) / 2;
        b = std::sqrt(a * b);
        a = mean;
        if (!(a > b)) break;
    }
    return std::numbers::pi / (2 * a);
}

/// k from the nome: k = 4 sqrt(q) (sum q^(n(n+1)) / (1 + 2 sum q^(n²)))²; k' from that of the complement.
[[nodiscard]] inline Modulus modulus_of_nome(double log_q) noexcept {
    const auto from = [](double q) {
        double above = 1, below = 1;
        for (int n = 1; n <= 8; ++n) {
            above += std::pow(q, n * (n + 1));
            below += 2 * std::pow(q, n * n);
        }
        return 4 * std::sqrt(q) * (above / below) * (above / below);
    };
    // log q log q' = pi²; the sums need few terms for the smaller nome.
    const bool small = log_q <= -std::numbers::pi;
    const double k = from(std::exp(small ? log_q : std::numbers::pi * std::numbers::pi / log_q));
    const Modulus m{k, std::sqrt((1 - k) * (1 + k))};
    return small ? m : m.swapped();
}

struct Jacobi {
    double sn = 0, cn = 1, dn = 1;
};

[[nodiscard]] inline Jacobi jacobi(double u, Modulus m) noexcept {
    std::array<double, 16> a{1}, c{m.k};
    double b = m.complement;
    std::size_t n = 0;
    while (c[n] > 1e-17 * a[n] && n + 1 < a.size()) {
        a[n + 1] = (a[n] + b) / 2;
        c[n + 1] = (a[n] - b) / 2;
        b = std::sqrt(a[n] * b);
        ++n;
    }
    double phi = std::ldexp(a[n] * u, static_cast<int>(n));
    for (; n > 0; --n) phi = (phi + std::asin(c[n] / a[n] * std::sin(phi))) / 2;
    const double sn = std::sin(phi), cn = std::cos(phi);
    return {sn, cn, std::hypot(cn, m.complement * sn)};
}

/// u with sn(i u, k) = i y.
[[nodiscard]] inline double inverse_imaginary_sn(double y, Modulus m) noexcept {
    double k = m.k, complement = m.complement, scale = 1;
    while (k > 1e-17) {
        const double next = k * k / ((1 + complement) * (1 + complement));
        y = 2 * y / ((1 + next) * (1 + std::hypot(1.0, k * y)));
        scale *= 1 + next;
        k = next;
        complement = std::sqrt((1 - k) * (1 + k));
    }
    return scale * std::asinh(y);
}

[[nodiscard]] inline ZerosPolesGain elliptic_prototype(int order, double ripple_db, double attenuation_db) {
    const double epsilon = std::sqrt(power_less_one(ripple_db));
    ZerosPolesGain f;
    if (order == 1) {
        f.poles.emplace_back(-1 / epsilon);
        f.gain = 1 / epsilon;
        return f;
    }
    const double k1 = epsilon / std::sqrt(power_less_one(attenuation_db));
    const Modulus discrimination{k1, std::sqrt((1 - k1) * (1 + k1))};
    const double integral1 = complete_integral(discrimination);
    const Modulus selectivity = modulus_of_nome(
        -std::numbers::pi * complete_integral(discrimination.swapped()) / (integral1 * order));
    const double integral = complete_integral(selectivity);
    const double v = integral * inverse_imaginary_sn(1 / epsilon, discrimination) / (order * integral1);
    const Jacobi across = jacobi(v, selectivity.swapped());
    for (int j = 1 - order % 2; j < order; j += 2) {
        const Jacobi along = j == 0 ? Jacobi{} : jacobi(j * integral / order, selectivity);
        const double below = 1 - (along.dn * across.sn) * (along.dn * across.sn);
        const Complex pole(-along.cn * along.dn * across.sn * across.cn / below, -along.sn * across.dn / below);
        f.poles.push_back(pole);
        if (j == 0) continue;
        f.poles.push_back(std::conj(pole));
        const double zero = 1 / (selectivity.k * along.sn);
        f.zeros.emplace_back(0, zero);
        f.zeros.emplace_back(0, -zero);
    }
    f.gain = (product_from(0, f.poles) / product_from(0, f.zeros)).real();
    if (order % 2 == 0) f.gain /= std::sqrt(1 + epsilon * epsilon);
    return f;
}

}  // namespace detail

/// ripple_db: 0.001 to 20, peak to peak in the pass band. attenuation_db: 1 to 300 and 0.001 above the ripple.
[[nodiscard]] inline Sos<double> elliptic(int order, double ripple_db, double attenuation_db, const Cutoffs& cutoffs,
                                          double sampling_rate_hz) {
    detail::check_order(order);
    detail::check_decibels("pass-band ripple", ripple_db, 1e-3, 20);
    detail::check_decibels("stop-band attenuation", attenuation_db, 1, 300);
    // Nearer than this the modulus rounds to 1, where nothing is elliptic any more.
    if (!(attenuation_db >= ripple_db + 1e-3))
        core::fail_option("stop-band attenuation " + core::number(attenuation_db) + " dB: it must be above the ripple (" +
                          core::number(ripple_db) + " dB) by 0.001 dB or more");
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    return detail::design_iir(
        detail::elliptic_prototype(order, ripple_db, attenuation_db), cutoffs, sampling_rate_hz,
        {.order = order, .family = Family::elliptic, .ripple_db = ripple_db, .attenuation_db = attenuation_db});
}

}  // namespace fascikit::filter
