// bootstrap: the interval of any statistic over recordings, by drawing recordings again.
//
// Recordings (or people) are the independent things, discharges are not: whole recordings are
// drawn with replacement, as many as there are, and the statistic is computed anew. It is
// given their indices, so it sums counts and forms ratios itself.
//   percentile  the (1 ± confidence)/2 quantiles of the replicates (linear between order statistics)
//   bca         the same with the levels corrected for bias and for a standard error that changes
//               with the value (Efron 1987, 10.1080/01621459.1987.10478410); acceleration by the
//               jackknife, ties with the estimate counted half. Default: second-order accurate.
// With fewer than about 10 recordings either interval is too narrow; say how many there were.
//
// The draws are those of `Draws(seed)`, the same everywhere; so are the intervals as far as the
// statistic is. Replicates without a value (NaN or infinite, such as a sensitivity of no known
// discharges) are left out and counted; the interval is NaN when they are more than half, or when
// the estimate has none. Replicates all equal: that value. BCa falls back to percentile, and says so,
// where it does not exist: all replicates on one side of the estimate, or a jackknife value is missing.
//
// `statistic(std::span<const std::size_t>) -> double`; it may throw. std::invalid_argument: fewer
// than 2 recordings, replicates outside 100 to 1,000,000, confidence outside (0, 1).
// Cost: replicates + recordings calls. Allocates before the first draw and for the answer.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/evaluate/counts.hpp"
#include "fascikit/evaluate/draws.hpp"

namespace fascikit::evaluate {

enum class Interval : std::uint8_t { percentile, bca };

struct BootstrapOptions {
    std::int64_t replicates = 2000;  ///< Efron and Tibshirani 1993, §14.2: at least 1000 for BCa
    double confidence = 0.95;
    std::uint64_t seed = 1;
    Interval interval = Interval::bca;
};

struct Bootstrap {
    Estimate estimate;
    double standard_error = 0;       ///< SD of the replicates
    double bias = 0;                 ///< mean of the replicates − estimate
    std::int64_t without_value = 0;  ///< replicates left out
    Interval interval = Interval::bca;  ///< which one it became
    std::vector<double> replicates;  ///< those with a value, ascending
};

namespace detail {

/// Linear between order statistics, as numpy.quantile; `sorted` is not empty.
[[nodiscard]] inline double quantile_of(std::span<const double> sorted, double level) noexcept {
    const double at = level * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// NaN where a value is missing; 0 where all are equal.
template <class Statistic>
[[nodiscard]] double acceleration(std::size_t recordings, Statistic& statistic) {
    std::vector<std::size_t> others(recordings - 1);
    std::vector<double> without(recordings);
    double mean = 0;
    for (std::size_t left_out = 0; left_out < recordings; ++left_out) {
        for (std::size_t i = 0; i < others.size(); ++i) others[i] = i + (i >= left_out ? 1 : 0);
        without[left_out] = statistic(std::span<const std::size_t>(others));
        if (!core::is_finite(without[left_out])) return not_a_number;
        mean += without[left_out] / static_cast<double>(recordings);
    }
    double squares = 0, cubes = 0;
    for (const double value : without) {
        const double d = mean - value;
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 ? cubes / (6.0 * squares * std::sqrt(squares)) : 0.0;
}

}  // namespace detail

template <class Statistic>
[[nodiscard]] Bootstrap bootstrap(std::size_t recordings, Statistic&& statistic, const BootstrapOptions& options = {}) {
    if (recordings < 2)
        core::fail_option("bootstrap: " + std::to_string(recordings) + " recordings: allowed is 2 or more");
    if (options.replicates < 100 || options.replicates > 1'000'000)
        core::fail_option(std::to_string(options.replicates) + " replicates: allowed is 100 to 1000000");
    detail::check_confidence(options.confidence);

    Bootstrap result;
    result.interval = options.interval;
    std::vector<std::size_t> drawn(recordings);
    std::iota(drawn.begin(), drawn.end(), std::size_t{0});
    const double estimate = statistic(std::span<const std::size_t>(drawn));
    Draws draws(options.seed);
    result.replicates.reserve(static_cast<std::size_t>(options.replicates));
    for (std::int64_t r = 0; r < options.replicates; ++r) {
        for (std::size_t& index : drawn) index = static_cast<std::size_t>(draws.below(recordings));
        const double value = statistic(std::span<const std::size_t>(drawn));
        if (core::is_finite(value))
            result.replicates.push_back(value);
        else
            ++result.without_value;
    }
    result.estimate = {estimate, not_a_number, not_a_number};
    result.standard_error = result.bias = not_a_number;
    std::sort(result.replicates.begin(), result.replicates.end());
    if (2 * result.without_value > options.replicates || !core::is_finite(estimate)) return result;

    const std::vector<double>& values = result.replicates;
    const double count = static_cast<double>(values.size());
    // From the estimate, so that equal replicates leave exact zeros.
    double squares = 0;
    result.bias = 0;
    for (const double value : values) result.bias += (value - estimate) / count;
    for (const double value : values) {
        const double d = value - estimate - result.bias;
        squares += d * d;
    }
    result.standard_error = std::sqrt(squares / (count - 1.0));

    double low = 0.5 - 0.5 * options.confidence, high = 0.5 + 0.5 * options.confidence;
    if (options.interval == Interval::bca && values.front() < values.back()) {
        const auto [first, last] = std::equal_range(values.begin(), values.end(), estimate);
        const double below = static_cast<double>((first - values.begin()) + (last - values.begin())) / (2.0 * count);
        const double shift = normal_quantile(below);
        const double a = detail::acceleration(recordings, statistic);
        const auto level = [&](double p) {
            const double z = shift + normal_quantile(p);
            return normal_probability(shift + z / (1.0 - a * z));
        };
        const double bca_low = level(low), bca_high = level(high);
        if (core::is_finite(bca_low) && core::is_finite(bca_high) && bca_low < bca_high) {
            low = bca_low;
            high = bca_high;
        } else {
            result.interval = Interval::percentile;
        }
    }
    result.estimate.low = detail::quantile_of(values, low);
    result.estimate.high = detail::quantile_of(values, high);
    return result;
}

}  // namespace fascikit::evaluate
