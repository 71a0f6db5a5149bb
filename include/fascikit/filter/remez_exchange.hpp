// The exchange of Parks and McClellan: the polynomial that misses what is wanted by the
// same weighted amount, up and down in turn, at given points of a grid, and the points
// where to ask for that next. See fir_remez.hpp, its user.
//
// Barycentric Lagrange interpolation in x = cos(2 pi f) (Berrut & Trefethen 2004,
// 10.1137/S0036144502417715), exact to rounding at the nodes and stable between them.
// Cost: count² to make, count a value. Allocates. Any thread. No errors: where double
// cannot hold the polynomial the numbers are not finite.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

namespace fascikit::filter::detail {

/// Frequencies in parts of the sampling rate, and the gain and weight of the cosine sum there.
struct RemezGrid {
    std::vector<double> frequency;  // of the sampling rate
    std::vector<double> wanted;
    std::vector<double> weight;
};

/// The polynomial through the extremal points, and how far it misses them all alike.
class Interpolant {
public:
    Interpolant(const RemezGrid& grid, std::span<const std::size_t> extremals) {
        const std::size_t n = extremals.size();
        nodes_.resize(n);
        for (std::size_t k = 0; k < n; ++k) nodes_[k] = cosine(grid.frequency[extremals[k]]);
        // Barycentric weights 1 / prod (x_k - x_j), kept in range by their exponents.
        factors_.resize(n);
        std::vector<int> exponents(n, 0);
        int largest = std::numeric_limits<int>::min();
        for (std::size_t k = 0; k < n; ++k) {
            double product = 1;
            for (std::size_t j = 0; j < n; ++j) {
                if (j == k) continue;
                int exponent = 0;
                product = std::frexp(product * 2 * (nodes_[k] - nodes_[j]), &exponent);
                exponents[k] -= exponent;
            }
            factors_[k] = 1 / product;
            largest = std::max(largest, exponents[k]);
        }
        double above = 0, below = 0;
        for (std::size_t k = 0; k < n; ++k) {
            factors_[k] = std::ldexp(factors_[k], exponents[k] - largest);
            above += factors_[k] * grid.wanted[extremals[k]];
            below += (k % 2 == 0 ? 1 : -1) * factors_[k] / grid.weight[extremals[k]];
        }
        deviation_ = above / below;
        values_.resize(n);
        for (std::size_t k = 0; k < n; ++k)
            values_[k] = grid.wanted[extremals[k]] - (k % 2 == 0 ? 1 : -1) * deviation_ / grid.weight[extremals[k]];
        // One point more than the polynomial needs: leave the last out.
        for (std::size_t k = 0; k + 1 < n; ++k) factors_[k] *= nodes_[k] - nodes_[n - 1];
        factors_.pop_back();
        nodes_.pop_back();
        values_.pop_back();
    }

    [[nodiscard]] static double cosine(double f) noexcept { return std::cos(2 * std::numbers::pi * f); }
    [[nodiscard]] double deviation() const noexcept { return deviation_; }
    [[nodiscard]] double operator()(double x) const noexcept {
        double above = 0, below = 0;
        for (std::size_t k = 0; k < nodes_.size(); ++k) {
            const double distance = x - nodes_[k];
            if (distance == 0) return values_[k];
            above += factors_[k] / distance * values_[k];
            below += factors_[k] / distance;
        }
        return above / below;
    }

private:
    std::vector<double> nodes_, factors_, values_;
    double deviation_ = 0;
};

/// Local extremes of the error, alternating in sign, `count` of them with the largest
/// errors; fewer if there are not so many.
[[nodiscard]] inline std::vector<std::size_t> alternating(std::span<const double> error, std::size_t count) {
    std::vector<std::size_t> found;
    const auto sign = [&](std::size_t i) { return error[i] > 0; };
    for (std::size_t i = 0; i < error.size(); ++i) {
        const double here = error[i];
        const bool left = i == 0 || (sign(i) ? here >= error[i - 1] : here <= error[i - 1]);
        const bool right = i + 1 == error.size() || (sign(i) ? here >= error[i + 1] : here <= error[i + 1]);
        if (!left || !right || here == 0) continue;
        if (found.empty() || sign(found.back()) != sign(i)) found.push_back(i);
        else if (std::abs(here) > std::abs(error[found.back()])) found.back() = i;
    }
    // Too many: drop from an end, or the neighbours whose smaller one is smallest, so that signs go on alternating.
    while (found.size() > count) {
        const bool from_front = std::abs(error[found.front()]) < std::abs(error[found.back()]);
        std::size_t weakest = from_front ? 0 : found.size() - 1;
        if (found.size() - count >= 2) {
            for (std::size_t i = 0; i < found.size(); ++i)
                if (std::abs(error[found[i]]) < std::abs(error[found[weakest]])) weakest = i;
            if (weakest != 0 && weakest + 1 != found.size()) {
                const bool previous = std::abs(error[found[weakest - 1]]) < std::abs(error[found[weakest + 1]]);
                const auto at = static_cast<std::ptrdiff_t>(previous ? weakest - 1 : weakest);
                found.erase(found.begin() + at, found.begin() + at + 2);
                continue;
            }
        }
        found.erase(found.begin() + static_cast<std::ptrdiff_t>(weakest));
    }
    return found;
}

}  // namespace fascikit::filter::detail
