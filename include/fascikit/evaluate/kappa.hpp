// kappa: agreement of two raters beyond chance, for labels and for presence over time.
//
// From the table p of what A said (rows) against what B said (columns), with agreement
// weights w (1 on the diagonal; none: 0 elsewhere, linear: 1 − |i − j|/(k − 1), quadratic:
// 1 − (i − j)²/(k − 1)²), po = Σ w p and pe = Σ w · row share · column share:
//   kappa = (po − pe) / (1 − pe)           (Cohen 1960, 10.1177/001316446002000104; 1968)
// Standard error for large samples, kappa not taken as 0 (Fleiss, Cohen and Everitt 1969,
// 10.1037/h0028106); the interval is kappa ± z · se, not beyond −1 and 1. Of ±0 width where
// all agree. Exchanging the raters changes nothing; neither does the order of categories
// without weights, and with weights the order is that of the numbers.
//
// `window_agreement(a, b, duration, window)`: each consecutive window holds an event of A or
// not, of B or not. Kappa of that 2 × 2 table falls with rare events even where raters agree, so
// positive agreement 2·both / (2·both + only A + only B) and negative agreement
// 2·neither / (2·neither + only A + only B) stand beside it (Cicchetti and Feinstein 1990,
// 10.1016/0895-4356(90)90159-M). The incomplete window at the end is left out, with its events;
// two events of one discharge on either side of a border disagree: take windows much longer than
// the timing differs, or pair events one to one (matching.hpp). Default 1 s, an engineering
// choice: 100 times the tolerance of pairs, and short enough that ordinary rates (0.01 to 1 /s)
// leave windows of either kind.
//
// One category only: chance is 1 and kappa NaN, as are positive (negative) agreement where
// no window has (lacks) events. std::invalid_argument: nothing to compare, lengths that differ,
// more than 1000 categories, weights with less than a table, times that are NaN, do not ascend
// or lie outside 0 to duration, no complete window or more than 100 million. O(n log n + k²).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/evaluate/counts.hpp"

namespace fascikit::evaluate {

enum class Weights : std::uint8_t { none, linear, quadratic };

struct Kappa {
    std::int64_t n = 0;
    double observed = 0;            ///< po
    double expected = 0;            ///< pe
    Estimate kappa;
    double standard_error = 0;
    std::vector<std::int64_t> categories;  ///< ascending
    std::vector<std::int64_t> table;       ///< A's (rows) × B's (columns), row-major
};

struct WindowAgreement {
    std::int64_t both = 0, only_a = 0, only_b = 0, neither = 0;
    double positive_agreement = 0;
    double negative_agreement = 0;
    Kappa kappa;  ///< categories 0 (no event) and 1
};

/// From a table of counts, row-major, k × k.
[[nodiscard]] inline Kappa kappa_of_table(std::span<const std::int64_t> table, std::size_t k,
                                          Weights weights = Weights::none, double confidence = 0.95) {
    detail::check_confidence(confidence);
    if (k < 1 || k > 1000 || table.size() != k * k)
        core::fail_option("kappa: a table of " + std::to_string(table.size()) + " for " + std::to_string(k) +
                          " categories: allowed is a square of 1 to 1000");
    Kappa result;
    result.table.assign(table.begin(), table.end());
    for (std::size_t i = 0; i < k; ++i) result.categories.push_back(static_cast<std::int64_t>(i));
    for (const std::int64_t count : table) {
        if (count < 0) core::fail_option("kappa: count " + std::to_string(count) + ": allowed is 0 or more");
        result.n += count;
    }
    if (result.n == 0) core::fail_option("kappa: nothing to compare");

    const double n = static_cast<double>(result.n);
    const auto share = [&](std::size_t i, std::size_t j) { return static_cast<double>(table[i * k + j]) / n; };
    const auto weight = [&](std::size_t i, std::size_t j) {
        if (i == j) return 1.0;
        if (weights == Weights::none) return 0.0;
        const double d = (static_cast<double>(i) - static_cast<double>(j)) / static_cast<double>(k - 1);
        return weights == Weights::linear ? 1.0 - std::abs(d) : 1.0 - d * d;
    };
    std::vector<double> row(k, 0.0), column(k, 0.0), row_weight(k, 0.0), column_weight(k, 0.0);
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j) {
            row[i] += share(i, j);
            column[j] += share(i, j);
            result.observed += weight(i, j) * share(i, j);
        }
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j) {
            row_weight[i] += weight(i, j) * column[j];
            column_weight[j] += weight(i, j) * row[i];
            result.expected += weight(i, j) * row[i] * column[j];
        }
    // One category: decided by counts, since shares add up to 1 only nearly.
    const bool one = std::any_of(row.begin(), row.end(), [](double s) { return s > 1.0 - 1e-12; }) &&
                     std::any_of(column.begin(), column.end(), [](double s) { return s > 1.0 - 1e-12; }) &&
                     result.observed > 1.0 - 1e-12;
    const double room = 1.0 - result.expected;
    if (one || !(room > 0)) {
        result.kappa = {not_a_number, not_a_number, not_a_number};
        result.standard_error = not_a_number;
        return result;
    }
    const double kappa = (result.observed - result.expected) / room;
    double sum = 0;
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j) {
            const double term = weight(i, j) - (row_weight[i] + column_weight[j]) * (1.0 - kappa);
            sum += share(i, j) * term * term;
        }
    const double mean = kappa - result.expected * (1.0 - kappa);
    result.standard_error = std::sqrt(std::max(0.0, sum - mean * mean) / n) / room;
    const double half = normal_quantile(0.5 + 0.5 * confidence) * result.standard_error;
    result.kappa = {kappa, std::max(-1.0, kappa - half), std::min(1.0, kappa + half)};
    return result;
}

/// Two raters' categories of the same things; any numbers.
[[nodiscard]] inline Kappa kappa(std::span<const std::int64_t> a, std::span<const std::int64_t> b,
                                 Weights weights = Weights::none, double confidence = 0.95) {
    if (a.size() != b.size())
        core::fail_option("kappa: " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                          " ratings: allowed is as many of each");
    if (a.empty()) core::fail_option("kappa: nothing to compare");
    std::vector<std::int64_t> categories(a.begin(), a.end());
    categories.insert(categories.end(), b.begin(), b.end());
    std::sort(categories.begin(), categories.end());
    categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
    if (categories.size() > 1000)
        core::fail_option("kappa: " + std::to_string(categories.size()) + " categories: allowed is 1000 at most");
    const auto place = [&](std::int64_t value) {
        return static_cast<std::size_t>(std::lower_bound(categories.begin(), categories.end(), value) -
                                        categories.begin());
    };
    std::vector<std::int64_t> table(categories.size() * categories.size(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) ++table[place(a[i]) * categories.size() + place(b[i])];
    Kappa result = kappa_of_table(table, categories.size(), weights, confidence);
    result.categories = std::move(categories);
    return result;
}

/// Times ascend, in seconds from the start.
[[nodiscard]] inline WindowAgreement window_agreement(std::span<const double> times_a, std::span<const double> times_b,
                                                      double duration_s, double window_s = 1.0,
                                                      double confidence = 0.95) {
    if (!(window_s > 0 && duration_s >= window_s && duration_s / window_s <= 1e8))
        core::fail_option("window " + core::number(window_s) + " s in " + core::number(duration_s) +
                          " s: allowed is 1 to 100 million whole windows");
    // A duration that is a multiple in decimals may be just below one in binary.
    const auto windows = static_cast<std::size_t>(duration_s / window_s * (1.0 + 1e-12));
    std::vector<std::uint8_t> has(windows, 0);
    const auto mark = [&](std::span<const double> times, const char* side, std::uint8_t bit) {
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (!(times[i] >= 0 && times[i] <= duration_s) || (i > 0 && times[i] < times[i - 1]))
                core::fail_option(std::string("side ") + side + ": time " + core::number(times[i]) + " s at index " +
                                  std::to_string(i) + ": allowed are times that ascend from 0 to " +
                                  core::number(duration_s) + " s");
            const auto at = static_cast<std::size_t>(times[i] / window_s);
            if (at < windows) has[at] |= bit;
        }
    };
    mark(times_a, "a", 1);
    mark(times_b, "b", 2);
    std::int64_t count[4] = {};
    for (const std::uint8_t which : has) ++count[which];
    WindowAgreement result;
    result.neither = count[0];
    result.only_a = count[1];
    result.only_b = count[2];
    result.both = count[3];
    const std::int64_t apart = result.only_a + result.only_b;
    const auto share = [&](std::int64_t agreed) {
        const std::int64_t of = 2 * agreed + apart;
        return of ? static_cast<double>(2 * agreed) / static_cast<double>(of) : not_a_number;
    };
    result.positive_agreement = share(result.both);
    result.negative_agreement = share(result.neither);
    const std::int64_t table[4] = {result.neither, result.only_b, result.only_a, result.both};
    result.kappa = kappa_of_table(table, 2, Weights::none, confidence);
    return result;
}

}  // namespace fascikit::evaluate
