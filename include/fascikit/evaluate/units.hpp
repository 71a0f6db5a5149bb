// unit_agreement: are the units of two decompositions of one recording the same units?
//
// For each pair of a unit of A and a unit of B, discharges at most `tolerance_ms` apart are
// common (paired one to one, matching.hpp) and
//   agreement = common / (common + only A + only B)
// which is the rate of agreement of decomposition (Holobar et al. 2010, 10.1109/TNSRE.2009.2029494)
// and the accuracy TP / (TP + FN + FP) of SpikeInterface (Buccino et al. 2020, 10.7554/eLife.61834).
// With A the reference, recall = common / n_a and precision = common / n_b. Units are paired one
// to one so that the sum of agreements is largest (assignment.hpp) among agreements of at least
// `least_agreement`; what is below is no pair. Exchanging A and B exchanges the answer alone
// (`well_detected` too), unless sums tie; `redundant` … `false_units` judge B against A.
//
// The other words are SpikeInterface's. Well detected: paired with at least `well_detected`.
// Of B's units without a pair: redundant if its best unit of A is at least `redundant` but that
// one's best is another; false if its best is below `redundant`. Overmerged: above
// `overmerged` with two units of A or more. A best below `chance` is none.
//
// Two independent units agree by chance: about 2 · tolerance · rate of the discharges, 2 % at
// 1 /s and the default. For trains that fire at 10 /s, aligned beforehand, use 0.5 ms
// (the literature's for decomposed trains). With `max_lag_ms` above 0 each pair is first
// shifted by its commonest difference, where that finds more in common.
//
// Times ascend, in seconds; units are any numbers, −1 is no unit and left out. No times or
// no units: no pairs, scores empty. std::invalid_argument for lengths that differ, times that
// are NaN, infinite or do not ascend (with the index), options out of range. Cost: the sum of
// discharges times the units of the other side, and the assignment. Allocates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/evaluate/assignment.hpp"
#include "fascikit/evaluate/distributions.hpp"
#include "fascikit/evaluate/matching.hpp"

namespace fascikit::evaluate {

struct UnitOptions {
    /// As `score`: half the width of a surface potential, whose peak two analyses put on different phases.
    double tolerance_ms = 10;
    double max_lag_ms = 0;         ///< 0 to 100; choice: both sides read the same recording
    double least_agreement = 0.5;  ///< SpikeInterface: above one half no unit can have two partners
    double well_detected = 0.8;    ///< SpikeInterface
    double redundant = 0.2;        ///< SpikeInterface
    double overmerged = 0.2;       ///< SpikeInterface
    double chance = 0.1;           ///< SpikeInterface
};

struct UnitPair {
    std::int64_t unit_a = 0, unit_b = 0;
    std::int64_t n_a = 0, n_b = 0;
    std::int64_t common = 0;
    double agreement = 0;
    double recall = 0;     ///< common / n_a
    double precision = 0;  ///< common / n_b
    double lag_ms = 0;     ///< what was added to A's times
};

struct UnitAgreement {
    std::vector<std::int64_t> units_a, units_b;  ///< ascending
    std::vector<std::int64_t> n_a, n_b;
    std::vector<double> agreement;               ///< units of A × units of B, row-major
    std::vector<UnitPair> pairs;                 ///< by unit of A
    std::vector<std::int64_t> unpaired_a, unpaired_b;
    std::vector<std::int64_t> well_detected;     ///< of B
    std::vector<std::int64_t> redundant, overmerged, false_units;  ///< of B
};

namespace detail {

using Trains = std::map<std::int64_t, std::vector<double>>;

[[nodiscard]] inline Trains trains_of(std::span<const double> times_s, std::span<const std::int64_t> units,
                                      const char* side) {
    if (times_s.size() != units.size())
        core::fail_option(std::string("side ") + side + ": " + std::to_string(times_s.size()) + " times and " +
                          std::to_string(units.size()) + " units: allowed is as many of each");
    Trains trains;
    for (std::size_t i = 0; i < times_s.size(); ++i) {
        if (!core::is_finite(times_s[i]) || (i > 0 && times_s[i] < times_s[i - 1]))
            core::fail_option(std::string("side ") + side + ": time " + core::number(times_s[i]) + " s at index " +
                              std::to_string(i) + ": allowed are finite times that ascend");
        if (units[i] != -1) trains[units[i]].push_back(times_s[i]);
    }
    return trains;
}

[[nodiscard]] inline std::int64_t common_of(std::span<const double> a, std::span<const double> b, double tolerance_s) {
    const auto partner = match(a, b, tolerance_s);
    return std::count_if(partner.begin(), partner.end(), [](std::int64_t j) { return j >= 0; });
}

/// The middle of the densest differences b − a within `max_lag_s`, in a window as wide as pairs may differ.
[[nodiscard]] inline double commonest_lag(std::span<const double> a, std::span<const double> b, double max_lag_s,
                                          double tolerance_s) {
    std::vector<double> differences;
    std::size_t low = 0;
    for (const double t : a) {
        while (low < b.size() && b[low] < t - max_lag_s) ++low;
        for (std::size_t j = low; j < b.size() && b[j] <= t + max_lag_s; ++j) differences.push_back(b[j] - t);
    }
    std::sort(differences.begin(), differences.end());
    std::size_t best = 0, best_count = 0;
    for (std::size_t first = 0, last = 0; first < differences.size(); ++first) {
        while (last < differences.size() && differences[last] <= differences[first] + 2.0 * tolerance_s) ++last;
        if (last - first > best_count) {
            best = first;
            best_count = last - first;
        }
    }
    return best_count ? differences[best + best_count / 2] : 0.0;
}

[[nodiscard]] inline UnitPair compared(std::span<const double> a, std::span<const double> b, const UnitOptions& o) {
    UnitPair pair;
    pair.n_a = static_cast<std::int64_t>(a.size());
    pair.n_b = static_cast<std::int64_t>(b.size());
    pair.common = common_of(a, b, 1e-3 * o.tolerance_ms);
    if (o.max_lag_ms > 0) {
        const double lag = commonest_lag(a, b, 1e-3 * o.max_lag_ms, 1e-3 * o.tolerance_ms);
        std::vector<double> shifted(a.begin(), a.end());
        for (double& t : shifted) t += lag;
        const std::int64_t common = common_of(shifted, b, 1e-3 * o.tolerance_ms);
        if (common > pair.common) {
            pair.common = common;
            pair.lag_ms = 1e3 * lag;
        }
    }
    const double n = static_cast<double>(pair.common);
    pair.agreement = n / static_cast<double>(pair.n_a + pair.n_b - pair.common);
    pair.recall = n / static_cast<double>(pair.n_a);
    pair.precision = n / static_cast<double>(pair.n_b);
    return pair;
}

}  // namespace detail

[[nodiscard]] inline UnitAgreement unit_agreement(std::span<const double> times_a,
                                                  std::span<const std::int64_t> units_a,
                                                  std::span<const double> times_b,
                                                  std::span<const std::int64_t> units_b,
                                                  const UnitOptions& options = {}) {
    const auto share = [](double value, const char* name) {
        if (!(value > 0 && value <= 1))
            core::fail_option(std::string(name) + " " + core::number(value) + ": allowed is above 0 to 1");
    };
    share(options.least_agreement, "least_agreement");
    share(options.well_detected, "well_detected");
    share(options.redundant, "redundant");
    share(options.overmerged, "overmerged");
    share(options.chance, "chance");
    if (!(options.tolerance_ms > 0 && options.tolerance_ms <= 1000))
        core::fail_option("tolerance " + core::number(options.tolerance_ms) + " ms: allowed is above 0 to 1000");
    if (!(options.max_lag_ms >= 0 && options.max_lag_ms <= 100))
        core::fail_option("max_lag " + core::number(options.max_lag_ms) + " ms: allowed is 0 to 100");
    const detail::Trains a = detail::trains_of(times_a, units_a, "a"), b = detail::trains_of(times_b, units_b, "b");

    UnitAgreement result;
    std::vector<UnitPair> all;
    std::vector<double> eligible;
    for (const auto& [unit, train] : a) {
        result.units_a.push_back(unit);
        result.n_a.push_back(static_cast<std::int64_t>(train.size()));
        for (const auto& [other, other_train] : b) {
            UnitPair pair = detail::compared(train, other_train, options);
            pair.unit_a = unit;
            pair.unit_b = other;
            result.agreement.push_back(pair.agreement);
            eligible.push_back(pair.agreement >= options.least_agreement ? pair.agreement : 0.0);
            all.push_back(pair);
        }
    }
    for (const auto& [unit, train] : b) {
        result.units_b.push_back(unit);
        result.n_b.push_back(static_cast<std::int64_t>(train.size()));
    }

    const std::size_t columns = b.size();
    const auto partner = assign(eligible, a.size(), columns);
    std::vector<char> paired(columns, 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::size_t at = i * columns + static_cast<std::size_t>(std::max<std::int64_t>(partner[i], 0));
        if (partner[i] < 0 || eligible[at] <= 0) {
            result.unpaired_a.push_back(result.units_a[i]);
            continue;
        }
        paired[static_cast<std::size_t>(partner[i])] = 1;
        result.pairs.push_back(all[at]);
    }
    for (std::size_t j = 0; j < columns; ++j) {
        std::size_t best = 0;  // of A for this unit of B
        int above = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double score = result.agreement[i * columns + j];
            if (score > result.agreement[best * columns + j]) best = i;
            if (score > options.overmerged) ++above;
        }
        if (above > 1) result.overmerged.push_back(result.units_b[j]);
        if (paired[j]) continue;
        result.unpaired_b.push_back(result.units_b[j]);
        const double score = a.empty() ? 0.0 : result.agreement[best * columns + j];
        if (score < options.redundant || score < options.chance) {
            result.false_units.push_back(result.units_b[j]);
            continue;
        }
        const auto row = result.agreement.begin() + static_cast<std::ptrdiff_t>(best * columns);
        if (std::max_element(row, row + static_cast<std::ptrdiff_t>(columns)) - row != static_cast<std::ptrdiff_t>(j))
            result.redundant.push_back(result.units_b[j]);
    }
    for (const UnitPair& pair : result.pairs)
        if (pair.agreement >= options.well_detected) result.well_detected.push_back(pair.unit_b);
    std::sort(result.well_detected.begin(), result.well_detected.end());
    return result;
}

}  // namespace fascikit::evaluate
