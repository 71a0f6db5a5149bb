// Groups and pairs: discharges so close together that finding one is half the answer.
//
// A group: consecutive discharges of one site, each less than `group_s` after the one
// before, whatever their units. It is found when one of them is.
// A pair: two consecutive discharges of one unit. By their interval (from the lower edge up
// to but not including the upper one), how many were recovered as two, how many as one, and
// how many not at all. Two is two of the one-to-one pairing: at short intervals look at it
// with a tolerance below half the interval as well. A triplet is two pairs.
//
// Times ascend. A nanosecond decides nothing: intervals on an edge in decimal fractions are
// on it here. Linear, with a logarithm of the number of units. Allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/fields.hpp"
#include "fascikit/evaluate/rules.hpp"

namespace fascikit::evaluate {

inline constexpr double slack_s = 1e-9;

/// Index of the first discharge of every group, and the number of discharges at the end.
[[nodiscard]] inline std::vector<std::size_t> group_bounds(std::span<const double> times_s, double group_s) {
    std::vector<std::size_t> bounds;
    for (std::size_t i = 0; i < times_s.size(); ++i)
        if (i == 0 || !(times_s[i] - times_s[i - 1] + slack_s < group_s)) bounds.push_back(i);
    bounds.push_back(times_s.size());
    return bounds;
}

struct PairScore {
    double from_ms = 0;
    double to_ms = 0;
    std::int64_t known = 0;
    std::int64_t as_two = 0;
    std::int64_t as_one = 0;
    std::int64_t missed = 0;
};
using PairScores = std::array<PairScore, pair_edges_ms.size() - 1>;

[[nodiscard]] constexpr auto counts_of(const PairScore*) noexcept {
    return std::tuple{field("known", &PairScore::known), field("as_two", &PairScore::as_two),
                      field("as_one", &PairScore::as_one), field("missed", &PairScore::missed)};
}
[[nodiscard]] constexpr auto ratios_of(const PairScore*) noexcept {
    return std::tuple{field("from_ms", &PairScore::from_ms), field("to_ms", &PairScore::to_ms)};
}

[[nodiscard]] inline PairScores empty_pairs() noexcept {
    PairScores pairs;
    for (std::size_t b = 0; b < pairs.size(); ++b) {
        pairs[b].from_ms = pair_edges_ms[b];
        pairs[b].to_ms = pair_edges_ms[b + 1];
    }
    return pairs;
}

/// Adds the pairs of `known`, which ascend; partner[i] < 0: not found.
inline void count_pairs(std::span<const TrueDischarge* const> known, std::span<const std::int64_t> partner,
                        PairScores& pairs) {
    std::map<std::int32_t, std::size_t> last_of_unit;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const auto [at, first] = last_of_unit.try_emplace(known[i]->unit, i);
        if (first) continue;
        const std::size_t before = at->second;
        at->second = i;
        const double interval_ms = 1e3 * (known[i]->peak_s - known[before]->peak_s + slack_s);
        for (PairScore& bin : pairs) {
            if (!(interval_ms >= bin.from_ms && interval_ms < bin.to_ms)) continue;
            const int found = (partner[before] >= 0) + (partner[i] >= 0);
            ++bin.known;
            ++(found == 2 ? bin.as_two : found == 1 ? bin.as_one : bin.missed);
        }
    }
}

}  // namespace fascikit::evaluate
