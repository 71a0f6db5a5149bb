// match: which detection belongs to which known discharge, one to one.
//
// Among all pairings whose partners lie within `tolerance_s`, one with the most pairs,
// and among those one with the smallest sum of distances. Taking pairs greedily in
// time is not optimal. On sorted times an optimal pairing without crossings exists, so
// dynamic programming over the detections near each discharge finds it.
//
// Both lists ascending, in seconds. Cost and memory: one step for each pair within the
// tolerance. Allocates. Throws std::invalid_argument for a tolerance outside (0, 1] s or
// times that do not ascend.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/core/error.hpp"

namespace fascikit::evaluate {

/// For each of `truth` the index of its detection, or −1.
[[nodiscard]] inline std::vector<std::int64_t> match(std::span<const double> truth, std::span<const double> detections,
                                                     double tolerance_s) {
    if (!(tolerance_s > 0 && tolerance_s <= 1.0))
        core::fail_option("tolerance " + core::number(1e3 * tolerance_s) + " ms: allowed is above 0 to 1000");
    if (!std::is_sorted(truth.begin(), truth.end()) || !std::is_sorted(detections.begin(), detections.end()))
        core::fail_option("match: times must ascend");

    struct Best {
        std::int64_t pairs = 0;
        double distance = 0;
        [[nodiscard]] bool operator<(const Best& other) const noexcept {
            return pairs != other.pairs ? pairs < other.pairs : distance > other.distance;
        }
    };
    enum class From : std::uint8_t { without_detection, without_truth, pair };

    // Row i holds the best of the first i + 1 discharges with the first j detections, j in [low, low + size).
    // Below `low` detections are out of reach, above the end more of them change nothing.
    struct Row {
        std::size_t low = 0;
        std::size_t offset = 0;
    };
    std::vector<Row> rows(truth.size());
    std::vector<From> from;
    std::vector<Best> above, here;
    std::size_t above_low = 0;
    const auto best_above = [&](std::size_t j) {
        if (above.empty()) return Best{};
        return above[std::min(j - above_low, above.size() - 1)];
    };
    std::size_t low = 0, high = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        while (low < detections.size() && detections[low] < truth[i] - tolerance_s) ++low;
        high = std::max(high, low);
        while (high < detections.size() && detections[high] <= truth[i] + tolerance_s) ++high;
        rows[i] = {low, from.size()};
        here.assign(high - low + 1, Best{});
        here[0] = best_above(low);
        from.push_back(From::without_truth);
        for (std::size_t j = low + 1; j <= high; ++j) {
            Best best = best_above(j);
            From how = From::without_truth;
            if (best < here[j - low - 1]) {
                best = here[j - low - 1];
                how = From::without_detection;
            }
            Best paired = best_above(j - 1);
            ++paired.pairs;
            paired.distance += std::abs(truth[i] - detections[j - 1]);
            if (best < paired) {
                best = paired;
                how = From::pair;
            }
            here[j - low] = best;
            from.push_back(how);
        }
        above.swap(here);
        above_low = low;
    }

    std::vector<std::int64_t> partner(truth.size(), -1);
    std::size_t j = detections.size();
    for (std::size_t i = truth.size(); i-- > 0;) {
        const std::size_t size = (i + 1 < truth.size() ? rows[i + 1].offset : from.size()) - rows[i].offset;
        j = std::min(j, rows[i].low + size - 1);
        while (from[rows[i].offset + (j - rows[i].low)] == From::without_detection) --j;
        if (from[rows[i].offset + (j - rows[i].low)] == From::pair) partner[i] = static_cast<std::int64_t>(--j);
    }
    return partner;
}

}  // namespace fascikit::evaluate
