// Bessel filters: the delay flat as can be, so a discharge keeps its shape; slow to fall.
//
// Prototype: poles at the roots of the reverse Bessel polynomial (Thomson 1949,
// 10.1049/pi-3.1949.0101). They are ill-conditioned, so they come from a table that
// tests/golden/make_bessel_roots.py made with 60 digits. The bilinear transform bends
// the delay: flat only well below half the sampling rate. Equal to
// scipy.signal.bessel(..., output="sos"): see iir_design.hpp for what all families
// share, limits, cost and errors.
#pragma once

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>

#include "fascikit/filter/iir_design.hpp"
#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter {

/// What lies at the cutoffs.
enum class BesselNorm : std::uint8_t {
    phase,  ///< half the phase shift, where a Butterworth of the order has it too; SciPy's default
    delay,  ///< nothing: a delay of 1 / (2 pi cutoff) s at 0 Hz
    mag,    ///< -3 dB
};

namespace detail {

struct Root {
    double real = 0, imag = 0;
};
/// Orders 1 to 12 one after the other; real roots and those above the real axis.
inline constexpr std::array<Root, 42> bessel_roots{{
    {-1.0, 0.0},
    {-1.5, 0.8660254037844386},
    {-2.3221853546260856, 0.0}, {-1.8389073226869572, 1.7543809597837217},
    {-2.8962106028203722, 0.8672341289345038}, {-2.1037893971796278, 2.6574180418567526},
    {-3.6467385953296434, 0.0}, {-3.3519563991535333, 1.7426614161831977},
    {-2.324674303181645, 3.571022920337976},
    {-4.248359395863364, 0.8675096732313656}, {-3.735708356325815, 2.6262723114471256},
    {-2.5159322478108215, 4.492672953653942},
    {-4.971786858527936, 0.0}, {-4.758290528154629, 1.7392860611305365},
    {-4.070139163638138, 3.5171740477097533}, {-2.6856768789432657, 5.420694130716749},
    {-5.587886043263085, 0.8676144453527864}, {-5.204840790636882, 2.6161751526425276},
    {-4.368289217202403, 4.414442500471539}, {-2.8389839488976305, 6.353911298604877},
    {-6.297019181714968, 0.0}, {-6.129367904274273, 1.7378483834808625},
    {-5.604421819507781, 3.4981569178860936}, {-4.6384398871803905, 5.317271675435651},
    {-2.9792607981800714, 7.291463688342182},
    {-6.922044905427246, 0.8676651954512214}, {-6.61529096547687, 2.61156792080009},
    {-5.967528328587786, 4.384947188941932}, {-4.886219566858999, 6.224985482471567},
    {-3.108916233649098, 8.232699459073588},
    {-7.6223398457964295, 0.0}, {-7.484229860731939, 1.7371028207534038},
    {-7.057892387669953, 3.4890145035558295}, {-6.301337454871309, 5.276191743696768},
    {-5.115648283908279, 7.1370207588933665}, {-3.229722089920306, 9.177111568708579},
    {-8.25342201141208, 0.8676935720097688}, {-7.997270599601435, 2.6090665369457984},
    {-7.46557124035177, 4.370169593354565}, {-6.611004249956352, 6.17153499303723},
    {-5.329708590875829, 8.052906864257032}, {-3.3430233078025333, 10.12429680724082},
}};

/// Coefficient of s^0 of the reverse Bessel polynomial: (2n)! / (2^n n!), exact.
[[nodiscard]] inline double bessel_constant(int order) noexcept {
    double product = 1;
    for (int k = 1; k <= order; ++k) product *= 2 * k - 1;
    return product;
}

/// Where |constant / prod (i w - p)| is 1 / sqrt(2), by bisection to the last place.
[[nodiscard]] inline double half_power(const ZerosPolesGain& f) {
    double below = 0, above = 64;
    for (int i = 0; i < 200; ++i) {
        const double middle = (below + above) / 2;
        if (middle <= below || middle >= above) break;
        (std::norm(response_of(f, Complex(0, middle))) > 0.5 ? below : above) = middle;
    }
    return below;
}

[[nodiscard]] inline ZerosPolesGain bessel_prototype(int order, BesselNorm norm) {
    std::size_t at = 0;
    for (int n = 1; n < order; ++n) at += static_cast<std::size_t>((n + 1) / 2);
    ZerosPolesGain f;
    for (int i = 0; i < (order + 1) / 2; ++i, ++at) {
        f.poles.emplace_back(bessel_roots[at].real, bessel_roots[at].imag);
        if (bessel_roots[at].imag != 0) f.poles.emplace_back(bessel_roots[at].real, -bessel_roots[at].imag);
    }
    f.gain = bessel_constant(order);
    if (norm == BesselNorm::delay) return f;
    const double scale = norm == BesselNorm::mag ? half_power(f) : std::pow(f.gain, 1.0 / order);
    for (Complex& p : f.poles) p /= scale;
    f.gain = norm == BesselNorm::mag ? f.gain * std::pow(scale, -order) : 1.0;
    return f;
}

}  // namespace detail

[[nodiscard]] inline Sos<double> bessel(int order, const Cutoffs& cutoffs, double sampling_rate_hz,
                                        BesselNorm norm = BesselNorm::phase) {
    detail::check_order(order);
    detail::check_cutoffs(cutoffs, sampling_rate_hz);
    return detail::design_iir(detail::bessel_prototype(order, norm), cutoffs, sampling_rate_hz,
                              {.order = order, .family = Family::bessel});
}

}  // namespace fascikit::filter
