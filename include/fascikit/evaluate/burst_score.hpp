// score_bursts: found bursts of a spike train against the true ones.
//
// Both as the burst of each spike, −1 outside; numbers mean nothing but sameness.
//   sensitivity     share of the spikes in true bursts that lie in any found burst (Cotterill et
//                   al. 2016, 10.1152/jn.00093.2016); NaN where no spike does
//   false_positive  share of the other spikes that lie in a found burst; NaN where there are none
//   count_ratio     found / true bursts, the paper's "fraction of true number"; NaN for none
//   count_error     found − true bursts
//   F1              a true and a found burst are the same if they share more than `least_iou` of
//                   the spikes of either (intersection over union of spikes). From 0.5 on no
//                   burst can have two partners. F1 = 2·same / (true + found); NaN for none of both
// Splitting and merging bursts leave the first two as they are and lower F1.
// O(n log n). std::invalid_argument: lengths that differ, a number below −1, `least_iou` outside [0.5, 1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "fascikit/core/error.hpp"
#include "fascikit/evaluate/distributions.hpp"

namespace fascikit::evaluate {

struct BurstScore {
    std::int64_t spikes = 0;
    std::int64_t in_true = 0, in_found = 0, in_both = 0;  ///< spikes
    std::int64_t true_bursts = 0, found_bursts = 0, same_bursts = 0;
    double sensitivity = 0;
    double false_positive = 0;
    double count_ratio = 0;
    std::int64_t count_error = 0;
    double precision = 0;  ///< same / found
    double recall = 0;     ///< same / true
    double f1 = 0;
    double mean_iou = 0;   ///< of the same bursts; NaN for none
};

[[nodiscard]] inline BurstScore score_bursts(std::span<const std::int64_t> truth, std::span<const std::int64_t> found,
                                             double least_iou = 0.5) {
    if (truth.size() != found.size())
        core::fail_option("score_bursts: " + std::to_string(truth.size()) + " true and " +
                          std::to_string(found.size()) + " found: allowed is one number for each spike");
    if (!(least_iou >= 0.5 && least_iou < 1))
        core::fail_option("least_iou " + core::number(least_iou) + ": allowed is 0.5 to below 1");
    BurstScore s;
    s.spikes = static_cast<std::int64_t>(truth.size());
    std::map<std::int64_t, std::int64_t> size_true, size_found;
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> shared;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        for (const std::int64_t burst : {truth[i], found[i]})
            if (burst < -1)
                core::fail_option("burst " + std::to_string(burst) + " of spike " + std::to_string(i) +
                                  ": allowed is -1 (none) or more");
        const bool known = truth[i] >= 0, seen = found[i] >= 0;
        if (known) ++size_true[truth[i]];
        if (seen) ++size_found[found[i]];
        if (known && seen) ++shared[{truth[i], found[i]}];
        s.in_true += known;
        s.in_found += seen;
        s.in_both += known && seen;
    }
    s.true_bursts = static_cast<std::int64_t>(size_true.size());
    s.found_bursts = static_cast<std::int64_t>(size_found.size());
    s.count_error = s.found_bursts - s.true_bursts;
    double iou_sum = 0;
    for (const auto& [pair, count] : shared) {
        const std::int64_t either = size_true[pair.first] + size_found[pair.second] - count;
        const double iou = static_cast<double>(count) / static_cast<double>(either);
        if (!(iou > least_iou)) continue;
        ++s.same_bursts;
        iou_sum += iou;
    }
    const auto share = [](std::int64_t part, std::int64_t whole) {
        return whole ? static_cast<double>(part) / static_cast<double>(whole) : not_a_number;
    };
    s.sensitivity = share(s.in_both, s.in_true);
    s.false_positive = share(s.in_found - s.in_both, s.spikes - s.in_true);
    s.count_ratio = share(s.found_bursts, s.true_bursts);
    s.precision = share(s.same_bursts, s.found_bursts);
    s.recall = share(s.same_bursts, s.true_bursts);
    s.f1 = share(2 * s.same_bursts, s.true_bursts + s.found_bursts);
    s.mean_iou = s.same_bursts ? iou_sum / static_cast<double>(s.same_bursts) : not_a_number;
    return s;
}

}  // namespace fascikit::evaluate
