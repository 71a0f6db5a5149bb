// The exact interval of a Poisson count.
//
//   poisson_interval(k, confidence): low = F^-1(a/2; k), high = F^-1(1 - a/2; k + 1),
// F the distribution function of a gamma variable of that shape (Garwood 1936,
// 10.1093/biomet/28.3-4.437). A count of 0 has the low end 0 and, at 95 %, the high
// end 3.69. Error below 1e-9 relative up to 1e7, above 1e7 the normal approximation
// (error below 1e-7). Nothing of the C library that is not thread-safe (lgamma) is used.
// Cost: microseconds for hundreds, 30 ms for ten millions. No allocation; counts below 0 are 0.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

namespace fascikit::core {

namespace detail {

/// log Gamma(a), a >= 0.5: Stirling's series after shifting up to 15; error below 1e-14.
[[nodiscard]] inline double log_gamma(double a) noexcept {
    double shift = 0;
    for (; a < 15.0; a += 1.0) shift += std::log(a);
    const double i = 1.0 / a;
    const double series = i * (1.0 / 12 - i * i * (1.0 / 360 - i * i * (1.0 / 1260 - i * i / 1680)));
    return (a - 0.5) * std::log(a) - a + 0.91893853320467274178 + series - shift;
}

/// Regularised lower incomplete gamma function P(a, x): series below a + 1, continued fraction above.
[[nodiscard]] inline double gamma_p(double a, double x) noexcept {
    if (!(x > 0)) return 0.0;
    const double front = std::exp(a * std::log(x) - x - log_gamma(a));
    const int terms = 200 + static_cast<int>(8.0 * std::sqrt(a));
    if (x < a + 1.0) {
        double term = 1.0 / a, sum = term;
        for (int n = 1; n < terms && term > sum * 1e-17; ++n) sum += term *= x / (a + n);
        return sum * front;
    }
    // Modified Lentz; the denominators of this fraction do not vanish for x > a.
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, h = d;
    for (int n = 1; n < terms; ++n) {
        const double an = -n * (n - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        const double delta = d * c;
        h *= delta;
        if (std::abs(delta - 1.0) < 1e-16) break;
    }
    return 1.0 - front * h;
}

/// Smallest x with P(a, x) >= p, by halving: P is monotone, so it cannot miss.
[[nodiscard]] inline double gamma_quantile(double p, double a) noexcept {
    double low = 0.0, high = a + 12.0 * std::sqrt(a) + 30.0;
    for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (gamma_p(a, middle) < p ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace detail

/// Low and high end of the expected count, given `count` and a confidence in (0, 1).
[[nodiscard]] inline std::pair<double, double> poisson_interval(std::int64_t count, double confidence = 0.95) noexcept {
    const double k = count > 0 ? static_cast<double>(count) : 0.0;
    const double tail = 0.5 * (1.0 - confidence);
    if (k > 1e7) {
        // Wilson and Hilferty 1931, with the normal quantile from the gamma quantile of a large shape.
        constexpr double shape = 1e6;
        const double root = std::cbrt(detail::gamma_quantile(1.0 - tail, shape) / shape);
        const double z = (root - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * std::sqrt(shape);
        const auto end = [](double a, double q) {
            const double r = 1.0 - 1.0 / (9.0 * a) + q / (3.0 * std::sqrt(a));
            return a * r * r * r;
        };
        return {end(k, -z), end(k + 1.0, z)};
    }
    return {k > 0 ? detail::gamma_quantile(tail, k) : 0.0, detail::gamma_quantile(1.0 - tail, k + 1.0)};
}

}  // namespace fascikit::core
