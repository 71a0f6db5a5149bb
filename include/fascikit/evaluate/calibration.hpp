// calibration: do probabilities mean what they say, over all candidates?
//
// Given for each candidate the probability it was given and whether it was true:
//   reliability curve   per bin the mean probability, the share that was true with Wilson's
//                       interval, and the count
//   ECE                 Σ n_bin / n · |mean p − share true|, expected calibration error; `mce` the largest
//   Brier               mean (p − y)² (Brier 1950); skill 1 − Brier / (base rate · (1 − base rate)):
//                       1 is perfect, 0 no better than always saying the base rate
//   log loss            mean −ln of the probability of what happened, p kept 2.2e-16 away from 0 and 1
// Default: 10 bins of equal width (Naeini et al. 2015, 10.1609/aaai.v29i1.9602); a bin holds
// its upper edge, the first also 0, as in scikit-learn. Equal counts: edges at the quantiles,
// equal probabilities never parted, so that counts may differ and bins may be empty.
// ECE depends on the bins and is biased upwards for few candidates; Brier and log loss are not.
//
// Several labels (`label_calibration`): p is n × labels, row by row, and a true label each row.
// Class-wise ECE is the mean of the labels' own ECE (Kull et al. 2019, arXiv 1910.12656);
// `top` takes the largest probability of each row, the first of equals, as the chance that its
// label is right; Brier sums over labels. Rows need not sum to 1; they are not changed.
//
// Empty bins: mean, share and interval are NaN, the weight 0. Outcomes of one kind only:
// skill is NaN. std::invalid_argument for no candidates, lengths that differ, bins outside
// 1 to 1000, and probabilities outside 0 to 1 or NaN (with the index). O(n log bins), sorted: O(n log n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/evaluate/distributions.hpp"

namespace fascikit::evaluate {

enum class Bins : std::uint8_t { equal_width, equal_count };

struct ReliabilityBin {
    double low = 0, high = 0;  ///< probabilities in (low, high]
    double mean_p = 0;
    double share_true = 0;
    double share_low = 0, share_high = 0;  ///< Wilson, 95 %
    std::int64_t n = 0;
    std::int64_t n_true = 0;
};

struct Calibration {
    std::int64_t n = 0;
    std::int64_t n_true = 0;
    double base_rate = 0;
    double ece = 0;
    double mce = 0;
    double brier = 0;
    double brier_skill = 0;
    double log_loss = 0;
    std::vector<ReliabilityBin> bins;
};

struct LabelCalibration {
    std::int64_t n = 0;
    double classwise_ece = 0;
    double brier = 0;
    double log_loss = 0;
    double accuracy = 0;              ///< share of rows whose largest probability names the true label
    Calibration top;                  ///< the largest probability against being right
    std::vector<Calibration> labels;  ///< each label against the rest
};

namespace detail {

inline void check_probability(double p, std::size_t index) {
    if (!(p >= 0 && p <= 1))
        core::fail_option("probability " + core::number(p) + " at index " + std::to_string(index) +
                          ": allowed is 0 to 1");
}

/// Bin edges, ascending, from 0 to 1 or from the smallest to the largest probability.
[[nodiscard]] inline std::vector<double> bin_edges(std::span<const double> p, std::size_t bins, Bins kind) {
    std::vector<double> edges(bins + 1);
    const double step = 1.0 / static_cast<double>(bins);
    if (kind == Bins::equal_width) {
        for (std::size_t i = 0; i < bins; ++i) edges[i] = static_cast<double>(i) * step;
        edges[bins] = 1.0;
        return edges;
    }
    std::vector<double> sorted(p.begin(), p.end());
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i <= bins; ++i) {
        // In whole numbers, so that an edge that is one of the probabilities is it exactly.
        const std::size_t at = (sorted.size() - 1) * i;
        const double low = sorted[at / bins], high = sorted[std::min(at / bins + 1, sorted.size() - 1)];
        edges[i] = low + static_cast<double>(at % bins) * step * (high - low);
    }
    return edges;
}

[[nodiscard]] inline double surprise(double p) noexcept {
    constexpr double least = std::numeric_limits<double>::epsilon();
    return -std::log(std::clamp(p, least, 1.0 - least));
}

}  // namespace detail

/// `outcome` holds 0 or 1 for each of `p`.
[[nodiscard]] inline Calibration calibration(std::span<const double> p, std::span<const std::uint8_t> outcome,
                                             std::size_t bins = 10, Bins kind = Bins::equal_width) {
    if (p.empty()) core::fail_option("calibration: no candidates");
    if (p.size() != outcome.size())
        core::fail_option("calibration: " + std::to_string(p.size()) + " probabilities and " +
                          std::to_string(outcome.size()) + " outcomes: allowed is as many of each");
    if (bins < 1 || bins > 1000) core::fail_option(std::to_string(bins) + " bins: allowed is 1 to 1000");
    for (std::size_t i = 0; i < p.size(); ++i) {
        detail::check_probability(p[i], i);
        if (outcome[i] > 1)
            core::fail_option("outcome " + std::to_string(outcome[i]) + " at index " + std::to_string(i) +
                              ": allowed is 0 or 1");
    }

    Calibration c;
    c.n = static_cast<std::int64_t>(p.size());
    const double n = static_cast<double>(p.size());
    const std::vector<double> edges = detail::bin_edges(p, bins, kind);
    std::vector<double> sum(bins, 0.0);
    c.bins.resize(bins);
    for (std::size_t i = 0; i < p.size(); ++i) {
        // The inner edges below p tell its bin.
        const auto edge = std::lower_bound(edges.begin() + 1, edges.end() - 1, p[i]);
        const auto k = static_cast<std::size_t>(edge - edges.begin() - 1);
        sum[k] += p[i];
        ++c.bins[k].n;
        c.bins[k].n_true += outcome[i];
        c.n_true += outcome[i];
        const double error = p[i] - outcome[i];
        c.brier += error * error / n;
        c.log_loss += detail::surprise(outcome[i] ? p[i] : 1.0 - p[i]) / n;
    }
    for (std::size_t k = 0; k < bins; ++k) {
        ReliabilityBin& bin = c.bins[k];
        bin.low = edges[k];
        bin.high = edges[k + 1];
        const double count = static_cast<double>(bin.n);
        bin.mean_p = bin.n ? sum[k] / count : not_a_number;
        bin.share_true = bin.n ? static_cast<double>(bin.n_true) / count : not_a_number;
        std::tie(bin.share_low, bin.share_high) = wilson_interval(bin.n_true, bin.n);
        if (bin.n == 0) continue;
        const double gap = std::abs(bin.mean_p - bin.share_true);
        c.ece += count / n * gap;
        c.mce = std::max(c.mce, gap);
    }
    c.base_rate = static_cast<double>(c.n_true) / n;
    const bool both = c.n_true > 0 && c.n_true < c.n;
    c.brier_skill = both ? 1.0 - c.brier / (c.base_rate * (1.0 - c.base_rate)) : not_a_number;
    return c;
}

/// `p` holds n rows of `labels` probabilities; `truth` the true label of each row, 0 … labels - 1.
[[nodiscard]] inline LabelCalibration label_calibration(std::span<const double> p, std::size_t labels,
                                                        std::span<const std::int64_t> truth, std::size_t bins = 10,
                                                        Bins kind = Bins::equal_width) {
    if (labels < 2) core::fail_option(std::to_string(labels) + " labels: allowed is 2 or more");
    if (truth.empty()) core::fail_option("calibration: no candidates");
    if (p.size() != truth.size() * labels)
        core::fail_option("calibration: " + std::to_string(p.size()) + " probabilities for " +
                          std::to_string(truth.size()) + " rows of " + std::to_string(labels) + " labels");
    LabelCalibration result;
    result.n = static_cast<std::int64_t>(truth.size());
    const double n = static_cast<double>(truth.size());
    std::vector<double> column(truth.size());
    std::vector<std::uint8_t> outcome(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        if (truth[i] < 0 || static_cast<std::size_t>(truth[i]) >= labels)
            core::fail_option("true label " + std::to_string(truth[i]) + " at index " + std::to_string(i) +
                              ": allowed is 0 to " + std::to_string(labels - 1));
        const std::span<const double> row = p.subspan(i * labels, labels);
        for (std::size_t k = 0; k < labels; ++k) detail::check_probability(row[k], i * labels + k);
        const auto known = static_cast<std::size_t>(truth[i]);
        const auto best = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
        column[i] = row[best];
        outcome[i] = best == known ? 1 : 0;
        result.accuracy += outcome[i] / n;
        result.log_loss += detail::surprise(row[known]) / n;
    }
    result.top = calibration(column, outcome, bins, kind);
    for (std::size_t k = 0; k < labels; ++k) {
        for (std::size_t i = 0; i < truth.size(); ++i) {
            column[i] = p[i * labels + k];
            outcome[i] = truth[i] == static_cast<std::int64_t>(k) ? 1 : 0;
        }
        result.labels.push_back(calibration(column, outcome, bins, kind));
        result.brier += result.labels.back().brier;
        result.classwise_ece += result.labels.back().ece / static_cast<double>(labels);
    }
    return result;
}

}  // namespace fascikit::evaluate
