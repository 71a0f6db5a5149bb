// FIR filters by Parks and McClellan: the least largest weighted error over given bands.
//
// Remez exchange on a dense grid: the polynomial in cos(2 pi f) whose weighted error
// swings between +delta and -delta at the extremal points, held by barycentric Lagrange
// interpolation; the extremals move to the largest errors until they stay
// (McClellan, Parks & Rabiner 1973, 10.1109/TAU.1973.1162525). The grid is that of the
// published program and of scipy.signal.remez, so the best filter on it is the same one:
// equal to SciPy to 1e-10 wherever SciPy's own iteration ends there.
//
// Taps 3 to 2047. An even number has gain 0 at half the rate, and an antisymmetric
// design (differentiator, Hilbert) gain 0 at 0 Hz. Cost: some ten rounds of
// 8 density taps² / 2 steps. Allocates. Any thread.
// Errors: std::invalid_argument naming the value and what is allowed, or that the
// exchange does not settle (more taps than double can tell apart).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/fir_least_squares.hpp"
#include "fascikit/filter/remez_exchange.hpp"

namespace fascikit::filter {

enum class RemezType : std::uint8_t {
    bandpass,        ///< gain_low is the gain of the whole band
    differentiator,  ///< gain gain_low × f / fs, error relative to it; antisymmetric
    hilbert,         ///< gain of the whole band, a quarter turn; antisymmetric
};

struct RemezOptions {
    RemezType type = RemezType::bandpass;
    int max_iterations = 100;
    int grid_density = 16;  ///< grid points an extremal
};

namespace detail {

/// The factor by which the four kinds of linear phase differ from a cosine sum.
[[nodiscard]] inline double phase_factor(bool odd, bool antisymmetric, double f) noexcept {
    if (!antisymmetric) return odd ? 1.0 : std::cos(std::numbers::pi * f);
    return std::sin((odd ? 2 : 1) * std::numbers::pi * f);
}

[[nodiscard]] inline RemezGrid remez_grid(std::size_t cosines, bool odd, std::span<const FirBand> bands, double rate,
                                          const RemezOptions& options) {
    const bool antisymmetric = options.type != RemezType::bandpass;
    const double step = 0.5 / (static_cast<double>(options.grid_density) * static_cast<double>(cosines));
    RemezGrid grid;
    for (const FirBand& band : bands) {
        double f = band.low_hz / rate;
        const double end = band.high_hz / rate;
        if (grid.frequency.empty() && antisymmetric && f < step) f = step;
        do {
            grid.frequency.push_back(f);
            grid.weight.push_back(band.weight);
            grid.wanted.push_back(band.gain_low);
            f += step;
        } while (f <= end);
        grid.frequency.back() = end;
    }
    // No constraint where the kind of symmetry makes the gain 0 anyhow.
    if (odd == antisymmetric && grid.frequency.back() > 0.5 - step) {
        grid.frequency.pop_back();
        grid.weight.pop_back();
        grid.wanted.pop_back();
    }
    for (std::size_t i = 0; i < grid.frequency.size(); ++i) {
        const double f = grid.frequency[i];
        if (options.type == RemezType::differentiator) {
            if (std::abs(grid.wanted[i]) >= 1e-4) grid.weight[i] /= f;
            grid.wanted[i] *= f;
        }
        const double factor = phase_factor(odd, antisymmetric, f);
        grid.wanted[i] /= factor;
        grid.weight[i] *= factor;
    }
    return grid;
}

/// Taps of the cosine sum a[0] + a[1] cos + ..., times the factor of its kind of symmetry.
[[nodiscard]] inline std::vector<double> taps_of(std::span<const double> a, std::size_t count, bool antisymmetric) {
    const bool odd = count % 2 == 1;
    const auto at = [&](std::size_t k) { return k < a.size() ? a[k] : 0.0; };
    std::vector<double> h(count, 0.0);
    const std::size_t half = count / 2;
    if (odd && !antisymmetric) h[half] = a[0];
    for (std::size_t m = 0; m < half; ++m) {
        double amplitude = 0;  // of cos or sin (2 pi f distance), distance = m + 1 or m + 1/2
        if (odd && !antisymmetric) amplitude = at(m + 1);
        else if (odd) amplitude = (m == 0 ? 1 : 0.5) * at(m) - 0.5 * at(m + 2);
        else amplitude = (m == 0 ? 1 : 0.5) * at(m) + (antisymmetric ? -0.5 : 0.5) * at(m + 1);
        h[half - 1 - m] = amplitude / 2;
        h[count - half + m] = antisymmetric ? -amplitude / 2 : amplitude / 2;
    }
    return h;
}

/// a[0] ... a[cosines - 1] of the polynomial as a cosine sum, by its values at even steps of f.
[[nodiscard]] inline std::vector<double> cosine_terms(const Interpolant& polynomial, std::size_t cosines) {
    const std::size_t n = 2 * cosines - 1;
    const auto angle = [&](std::size_t k) { return static_cast<double>(k % n) / static_cast<double>(n); };
    std::vector<double> samples(cosines), a(cosines);
    for (std::size_t k = 0; k < cosines; ++k) samples[k] = polynomial(Interpolant::cosine(angle(k)));
    for (std::size_t j = 0; j < cosines; ++j) {
        double sum = samples[0];
        for (std::size_t k = 1; k < cosines; ++k) sum += 2 * samples[k] * Interpolant::cosine(angle(j * k));
        a[j] = sum * (j == 0 ? 1 : 2) / static_cast<double>(n);
    }
    return a;
}

/// By how much the gain of the taps misses what is wanted at the extremals, beyond `deviation`.
[[nodiscard]] inline double largest_miss(std::span<const double> h, bool antisymmetric, const RemezGrid& grid,
                                         std::span<const std::size_t> extremals, double deviation) {
    const double middle = static_cast<double>(h.size() - 1) / 2;
    double worst = 0;
    for (const std::size_t e : extremals) {
        const double f = grid.frequency[e], factor = phase_factor(h.size() % 2 == 1, antisymmetric, f);
        double gain = 0;
        for (std::size_t i = 0; i < h.size(); ++i) {
            const double angle = 2 * std::numbers::pi * f * (middle - static_cast<double>(i));
            gain += h[i] * (antisymmetric ? std::sin(angle) : std::cos(angle));
        }
        const double off = std::abs(gain - grid.wanted[e] * factor) - deviation / std::abs(grid.weight[e] / factor);
        if (!(off <= worst)) worst = off;  // NaN counts
    }
    return worst;
}

}  // namespace detail

[[nodiscard]] inline Fir<double> fir_remez(std::int64_t taps, std::span<const FirBand> bands, double sampling_rate_hz,
                                           const RemezOptions& options = {}) {
    if (taps < 3 || taps > 2047) core::fail_option("taps " + std::to_string(taps) + ": allowed is 3 to 2047");
    if (options.max_iterations < 1)
        core::fail_option("max_iterations " + std::to_string(options.max_iterations) + ": allowed is 1 and more");
    if (options.grid_density < 4 || options.grid_density > 256)
        core::fail_option("grid_density " + std::to_string(options.grid_density) + ": allowed is 4 to 256");
    detail::check_bands(bands, sampling_rate_hz);
    const bool odd = taps % 2 == 1, antisymmetric = options.type != RemezType::bandpass;
    const std::size_t cosines = static_cast<std::size_t>(taps) / 2 + (odd && !antisymmetric ? 1 : 0);
    const auto grid = detail::remez_grid(cosines, odd, bands, sampling_rate_hz, options);
    const std::size_t points = grid.frequency.size(), count = cosines + 1;
    const auto fail = [&](const std::string& why) {
        core::fail_option("taps " + std::to_string(taps) + ": " + why);
    };
    if (points < count)
        fail("the bands hold " + std::to_string(points) + " points of the grid, fewer than the " + std::to_string(count) +
             " needed; allowed are wider bands, fewer taps or a higher grid_density");
    std::vector<std::size_t> extremals(count);
    for (std::size_t k = 0; k < count; ++k) extremals[k] = k * (points - 1) / cosines;
    std::vector<double> x(points), error(points);
    for (std::size_t i = 0; i < points; ++i) x[i] = detail::Interpolant::cosine(grid.frequency[i]);
    for (int round = 0;; ++round) {
        const detail::Interpolant polynomial(grid, extremals);
        for (std::size_t i = 0; i < points; ++i) error[i] = grid.weight[i] * (grid.wanted[i] - polynomial(x[i]));
        for (std::size_t k = 0; k < count; ++k)  // the last is no node: its value follows from the rest
            error[extremals[k]] = (k % 2 == 0 ? 1 : -1) * polynomial.deviation();
        auto next = detail::alternating(error, count);
        double most = 0;
        for (const double e : error) most = !(std::abs(e) <= most) ? std::abs(e) : most;
        const double least = std::abs(polynomial.deviation());
        if (!std::isfinite(most)) fail("the exchange fails in double; fewer taps or wider gaps between bands are needed");
        // Rounding keeps neighbours of the grid from settling: within it they are equally good.
        if (next == extremals || most - least <= 1e-13 * most + 1e-15) {
            auto h = detail::taps_of(detail::cosine_terms(polynomial, cosines), static_cast<std::size_t>(taps), antisymmetric);
            if (const double off = detail::largest_miss(h, antisymmetric, grid, extremals, least); !(off <= 1e-6))
                fail("rounding moves the gain by " + core::number(off) + "; fewer taps or wider bands are needed");
            return Fir<double>(std::move(h));
        }
        if (next.size() < count)
            fail("the error has " + std::to_string(next.size()) + " alternations, fewer than the " + std::to_string(count) +
                 " needed: its ripple is lost in rounding; fewer taps are needed");
        if (round + 1 >= options.max_iterations)
            fail("the exchange did not settle in " + std::to_string(options.max_iterations) + " rounds; allowed are fewer taps, wider gaps between bands or more max_iterations");
        extremals = std::move(next);
    }
}

}  // namespace fascikit::filter
