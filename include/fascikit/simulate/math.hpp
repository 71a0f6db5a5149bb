// sin, cos, exp and log of the simulator: the same bits on every machine.
//
// C libraries differ in the last bit of these, so a simulated recording made with
// them could not be named by a hash. Here they are polynomials in plain double
// arithmetic; together with sqrt and floor, which IEEE 754 fixes, they are all the
// simulator uses. Build with -ffp-contract=off: a fused multiply-add rounds
// otherwise. Error below 1e-15: relative for exp and log, absolute for sin and cos
// (cos within one turn; its argument is rounded once more). No allocation, no errors; arguments outside the stated range saturate.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace fascikit::simulate {

namespace detail {

/// Taylor series on |x| <= pi/4; the first neglected term is below 1e-17.
[[nodiscard]] constexpr double sin_near_zero(double x) noexcept {
    const double s = x * x;
    double p = 1.0 / 355687428096000.0;
    p = p * s - 1.0 / 1307674368000.0;
    p = p * s + 1.0 / 6227020800.0;
    p = p * s - 1.0 / 39916800.0;
    p = p * s + 1.0 / 362880.0;
    p = p * s - 1.0 / 5040.0;
    p = p * s + 1.0 / 120.0;
    p = p * s - 1.0 / 6.0;
    return x + x * s * p;
}
[[nodiscard]] constexpr double cos_near_zero(double x) noexcept {
    const double s = x * x;
    double p = 1.0 / 20922789888000.0;
    p = p * s - 1.0 / 87178291200.0;
    p = p * s + 1.0 / 479001600.0;
    p = p * s - 1.0 / 3628800.0;
    p = p * s + 1.0 / 40320.0;
    p = p * s - 1.0 / 720.0;
    p = p * s + 1.0 / 24.0;
    p = p * s - 0.5;
    return 1.0 + s * p;
}

}  // namespace detail

inline constexpr double pi = 3.14159265358979323846;

/// sin(2 pi turns). In turns, since the reduction is then exact. |turns| < 2^50.
[[nodiscard]] inline double sin_turns(double turns) noexcept {
    const double r = turns - std::floor(turns);          // [0, 1)
    const double quarter = std::floor(4.0 * r + 0.5);    // 0 … 4
    const double x = 2.0 * pi * (r - 0.25 * quarter);    // |x| <= pi/4
    switch (static_cast<int>(quarter) & 3) {
        case 0: return detail::sin_near_zero(x);
        case 1: return detail::cos_near_zero(x);
        case 2: return -detail::sin_near_zero(x);
        default: return -detail::cos_near_zero(x);
    }
}
[[nodiscard]] inline double cos_turns(double turns) noexcept { return sin_turns(turns + 0.25); }

/// e^x; 0 below -700, e^700 above 700.
[[nodiscard]] inline double exp(double x) noexcept {
    if (x < -700.0) return 0.0;
    if (x > 700.0) x = 700.0;
    constexpr double ln2_high = 6.93147180369123816490e-01;  // 32 bits: k * ln2_high is exact
    constexpr double ln2_low = 1.90821492927058770002e-10;
    const double k = std::floor(x * 1.44269504088896338700 + 0.5);
    const double r = (x - k * ln2_high) - k * ln2_low;
    double p = 1.0;
    for (int n = 14; n >= 1; --n) p = 1.0 + p * r / n;
    return p * std::bit_cast<double>(static_cast<std::uint64_t>(static_cast<std::int64_t>(k) + 1023) << 52);
}

/// Natural logarithm of a normal number above 0; the logarithm of the smallest one for anything less.
[[nodiscard]] inline double log(double x) noexcept {
    constexpr double smallest = 2.2250738585072014e-308;
    if (!(x > smallest)) x = smallest;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
    double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        k += 1.0;
    }
    const double s = (m - 1.0) / (m + 1.0);
    const double s2 = s * s;
    double p = 0.0;
    for (int n = 23; n >= 3; n -= 2) p = (p + 1.0 / n) * s2;
    return k * 6.93147180369123816490e-01 + (2.0 * s + (2.0 * s * p + k * 1.90821492927058770002e-10));
}

/// Hyperbolic tangent of x >= 0; error below 1e-15, absolute.
[[nodiscard]] inline double tanh_of_positive(double x) noexcept {
    const double e = simulate::exp(-2.0 * x);
    return (1.0 - e) / (1.0 + e);
}

/// Inverse hyperbolic sine; error below 1e-15 of max(1, |asinh x|). |x| < 1e150.
[[nodiscard]] inline double asinh(double x) noexcept {
    const double size = x < 0 ? -x : x;
    const double y = simulate::log(size + std::sqrt(size * size + 1.0));
    return x < 0 ? -y : y;
}

}  // namespace fascikit::simulate
