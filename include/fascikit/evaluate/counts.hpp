// Do two ways of counting agree? Bland and Altman's limits on log rates, and ICC(2,1).
//
// `bland_altman(a, b, minutes)`: for each recording d = ln((a + offset) / minutes) −
// ln((b + offset) / minutes), since counts span decades and their errors are proportional.
//   bias     mean d, with t · s/√n
//   limits   bias ± z · s, each with t · s · √(1/n + z²/(2(n − 1)))
//            (Bland and Altman 1999, 10.1177/096228029900800204), t of n − 1 degrees
// As ratios a/b they are exp of these. `offset` (0.5 of an event, the usual continuity
// correction) is added to EVERY count, so that 0 is compared with 0 as equal and order is
// kept; how many counts were 0 is reported, since limits then depend on the offset.
// `minutes` enter only the mean rates; both counts are of the same minutes.
//
// `icc(ratings, subjects, raters)`: ICC(2,1), absolute agreement of single ratings, raters a
// sample (Shrout and Fleiss 1979, 10.1037/0033-2909.86.2.420), from the mean squares of
// subjects R, raters C and error E: (R − E) / (R + (k − 1)E + k(C − E)/n); interval by F with
// Satterthwaite's degrees of freedom (McGraw and Wong 1996, 10.1037/1082-989X.1.1.30, case 2A).
// Ratings row-major, one row a subject. It may be negative. Give logarithms of rates where
// counts span decades. ICC depends on how much subjects differ: equal ratings everywhere give
// NaN; perfect agreement of subjects that differ gives 1 with the interval [1, 1].
//
// std::invalid_argument: fewer than 2 recordings or raters, lengths that differ, counts that are
// negative or not finite, minutes not above 0, a count of 0 with offset 0, confidence outside (0, 1).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/evaluate/distributions.hpp"

namespace fascikit::evaluate {

/// A value with both ends of its interval.
struct Estimate {
    double value = 0;
    double low = 0;
    double high = 0;
};

struct BlandAltmanOptions {
    double offset = 0.5;       ///< events added to every count
    double coverage = 0.95;    ///< of the limits of agreement
    double confidence = 0.95;  ///< of the intervals
};

/// Logarithms are natural; `exp` of bias and limits are ratios a / b.
struct BlandAltman {
    std::int64_t n = 0;
    std::int64_t zero_a = 0, zero_b = 0;  ///< counts of 0
    double rate_a_per_min = 0, rate_b_per_min = 0;  ///< all events over all minutes
    double sd = 0;
    Estimate bias, lower, upper;
};

struct Icc {
    std::int64_t subjects = 0, raters = 0;
    Estimate icc;
    double mean_square_subjects = 0, mean_square_raters = 0, mean_square_error = 0;
};

namespace detail {

inline void check_confidence(double confidence, const char* name = "confidence") {
    if (!(confidence > 0 && confidence < 1))
        core::fail_option(std::string(name) + " " + core::number(confidence) + ": allowed is above 0 and below 1");
}

}  // namespace detail

[[nodiscard]] inline BlandAltman bland_altman(std::span<const double> a, std::span<const double> b,
                                              std::span<const double> minutes, const BlandAltmanOptions& options = {}) {
    if (a.size() != b.size() || a.size() != minutes.size())
        core::fail_option("bland_altman: " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                          " counts and " + std::to_string(minutes.size()) + " minutes: allowed is as many of each");
    if (a.size() < 2)
        core::fail_option("bland_altman: " + std::to_string(a.size()) + " recordings: allowed is 2 or more");
    if (!(options.offset >= 0 && options.offset <= 10))
        core::fail_option("offset " + core::number(options.offset) + ": allowed is 0 to 10");
    detail::check_confidence(options.coverage, "coverage");
    detail::check_confidence(options.confidence);

    BlandAltman result;
    result.n = static_cast<std::int64_t>(a.size());
    const double n = static_cast<double>(a.size());
    const auto difference = [&](std::size_t i) {
        return std::log(a[i] + options.offset) - std::log(b[i] + options.offset);
    };
    double total_a = 0, total_b = 0, total_minutes = 0, squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (const double count : {a[i], b[i]}) {
            if (!core::is_finite(count) || count < 0)
                core::fail_option("count " + core::number(count) + " of recording " + std::to_string(i) +
                                  ": allowed is 0 or more");
            if (count == 0 && options.offset == 0)
                core::fail_option("count 0 of recording " + std::to_string(i) +
                                  " has no logarithm: allowed with an offset above 0");
        }
        if (!core::is_finite(minutes[i]) || !(minutes[i] > 0))
            core::fail_option("minutes " + core::number(minutes[i]) + " of recording " + std::to_string(i) +
                              ": allowed is above 0");
        result.zero_a += a[i] == 0;
        result.zero_b += b[i] == 0;
        total_a += a[i];
        total_b += b[i];
        total_minutes += minutes[i];
        result.bias.value += difference(i) / n;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = difference(i) - result.bias.value;
        squares += d * d;
    }
    result.rate_a_per_min = total_a / total_minutes;
    result.rate_b_per_min = total_b / total_minutes;
    result.sd = std::sqrt(squares / (n - 1.0));

    const double t = t_quantile(0.5 + 0.5 * options.confidence, n - 1.0);
    const double z = normal_quantile(0.5 + 0.5 * options.coverage);
    const auto around = [](double value, double half) { return Estimate{value, value - half, value + half}; };
    const double half = t * result.sd * std::sqrt(1.0 / n + z * z / (2.0 * (n - 1.0)));
    result.bias = around(result.bias.value, t * result.sd / std::sqrt(n));
    result.lower = around(result.bias.value - z * result.sd, half);
    result.upper = around(result.bias.value + z * result.sd, half);
    return result;
}

[[nodiscard]] inline Icc icc(std::span<const double> ratings, std::size_t subjects, std::size_t raters,
                             double confidence = 0.95) {
    if (subjects < 2 || raters < 2)
        core::fail_option("icc: " + std::to_string(subjects) + " subjects and " + std::to_string(raters) +
                          " raters: allowed is 2 or more of each");
    if (ratings.size() != subjects * raters)
        core::fail_option("icc: " + std::to_string(ratings.size()) + " ratings for " + std::to_string(subjects) +
                          " subjects × " + std::to_string(raters) + " raters");
    detail::check_confidence(confidence);
    for (std::size_t i = 0; i < ratings.size(); ++i)
        if (!core::is_finite(ratings[i]))
            core::fail_option("icc: the rating of subject " + std::to_string(i / raters) + " by rater " +
                              std::to_string(i % raters) + " is not finite");

    Icc result;
    result.subjects = static_cast<std::int64_t>(subjects);
    result.raters = static_cast<std::int64_t>(raters);
    // Differences from the first rating: nothing changes, and equal ratings leave exact zeros.
    const auto x = [&](std::size_t i, std::size_t j) { return ratings[i * raters + j] - ratings[0]; };
    const double n = static_cast<double>(subjects), k = static_cast<double>(raters);
    double mean = 0;
    for (std::size_t i = 0; i < subjects; ++i)
        for (std::size_t j = 0; j < raters; ++j) mean += x(i, j) / (n * k);
    const auto row_mean = [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < raters; ++j) sum += x(i, j);
        return sum / k;
    };
    std::vector<double> column_mean(raters, 0.0);
    double rows = 0, columns = 0, error = 0;
    for (std::size_t j = 0; j < raters; ++j) {
        for (std::size_t i = 0; i < subjects; ++i) column_mean[j] += x(i, j);
        column_mean[j] /= n;
        columns += n * (column_mean[j] - mean) * (column_mean[j] - mean);
    }
    for (std::size_t i = 0; i < subjects; ++i) {
        const double row = row_mean(i);
        rows += k * (row - mean) * (row - mean);
        for (std::size_t j = 0; j < raters; ++j) {
            const double rest = x(i, j) - row - column_mean[j] + mean;
            error += rest * rest;
        }
    }
    const double r = result.mean_square_subjects = rows / (n - 1.0);
    const double c = result.mean_square_raters = columns / (k - 1.0);
    double e = error / ((n - 1.0) * (k - 1.0));
    // What rounding leaves of an error that is none.
    if (error < 1e-28 * (rows + columns)) e = 0;
    result.mean_square_error = e;

    const double below = r + (k - 1.0) * e + k * (c - e) / n;
    if (!(below > 0)) {
        result.icc = {not_a_number, not_a_number, not_a_number};
        return result;
    }
    const double value = std::min(1.0, (r - e) / below);
    result.icc = {value, value, value};
    if (value >= 1.0) return result;
    const double a = k * value / (n * (1.0 - value)), b = 1.0 + k * value * (n - 1.0) / (n * (1.0 - value));
    const double degrees = (a * c + b * e) * (a * c + b * e) /
                           (a * c * a * c / (k - 1.0) + b * e * b * e / ((n - 1.0) * (k - 1.0)));
    const double upper = 0.5 + 0.5 * confidence;
    const double f_low = f_quantile(upper, n - 1.0, degrees), f_high = f_quantile(upper, degrees, n - 1.0);
    const double spread = k * c + (k * n - k - n) * e;
    result.icc.low = n * (r - f_low * e) / (f_low * spread + n * r);
    result.icc.high = n * (f_high * r - e) / (spread + n * f_high * r);
    return result;
}

}  // namespace fascikit::evaluate
