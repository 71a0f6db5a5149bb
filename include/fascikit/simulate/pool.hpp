// Many motor units at once: their trains, and their sizes.
//
//   PoolFiring   trains unit by unit, with the first and the last discharge of all
//   size_of      how large a unit is, by its place in the pool (small ones first)
//
// The common contract is train.hpp's. Allocates what it returns; errors for sizes out of range.
#pragma once

#include <string>
#include <vector>

#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

/// Trains of a pool, unit by unit; a unit that never fires has an empty one. From the first
/// discharge of any to the last; both are the beginning where there is none.
struct PoolFiring {
    std::vector<Train> units;
    double onset_s = 0;
    double end_s = 0;
};

/// Size of unit 0 … units-1 against the smallest: 1 … `largest_to_smallest`, exponential
/// (size principle, Henneman 1957; Fuglevand 1993, with 100 for twitch forces, from memory).
[[nodiscard]] inline double size_of(int unit, int units, double largest_to_smallest) {
    const std::string problem = detail::problem_in("size_of", {{"units", static_cast<double>(units), 1, 10000},
                                                               {"unit", static_cast<double>(unit), 0, units - 1.0},
                                                               {"largest_to_smallest", largest_to_smallest, 1, 1e4}});
    if (!problem.empty()) core::fail_option(problem);
    if (units == 1) return 1.0;
    return simulate::exp(simulate::log(largest_to_smallest) * unit / (units - 1));
}

namespace detail {
inline void close_pool(PoolFiring& pool, double begin_s) noexcept {
    pool.onset_s = pool.end_s = begin_s;
    bool any = false;
    for (const Train& train : pool.units) {
        if (train.empty()) continue;
        pool.onset_s = any ? std::min(pool.onset_s, train.front().time_s) : train.front().time_s;
        pool.end_s = any ? std::max(pool.end_s, train.back().time_s) : train.back().time_s;
        any = true;
    }
}
}  // namespace detail

}  // namespace fascikit::simulate
