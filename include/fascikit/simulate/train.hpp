// When one unit or one fibre discharges: a train, and what every firing pattern is made of.
//
//   Firing        a time in seconds and a gain that multiplies the unit's potential
//   Train         the firings of one unit, ascending
//   GroupedTrain  a train whose firings belong together (multiplets, F-wave pairs, bursts)
//   Part          which part of a published range a set of scenarios draws from
//   in_runs       a pattern again and again, with silences between
//
// Every pattern (patterns_motor_unit.hpp, patterns_fibre.hpp, patterns_pool.hpp) is an
// options struct whose members start at a published figure, `drawn(random, part)` that
// draws the varying members inside their published ranges, `problem()` that says in one
// line what is out of range (empty: nothing), and a function of (random, options,
// begin_s, end_s). All of them promise: times ascend strictly, begin_s <= time < end_s,
// gain > 0; a stretch that ends before it begins holds no firing; the same random numbers
// and options give the same bytes on every machine, and one more unit in a pool leaves
// the random numbers of the others alone.
//
// Cost: one or two random numbers a firing. Allocates the answer; no state, any thread.
// Errors: std::invalid_argument that names the option, its value and what is allowed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct Firing {
    double time_s = 0;
    double gain = 1;   ///< multiplies the potential of the unit
};
using Train = std::vector<Firing>;

/// `group[i]` is the group of `train[i]`: 0, 1, 2 … in order of time; a lone firing is a group of one.
struct GroupedTrain {
    Train train;
    std::vector<std::int32_t> group;
};

/// Part of a published range that a set of scenarios draws from: 0 the low end, 1 the high
/// end. Tuning and reporting sets take different parts, and so share no parameter.
struct Part {
    double low = 0;
    double high = 1;
};

namespace detail {

/// One number and what is allowed for it; `name` holds the unit of the number.
struct Allowed {
    const char* name;
    double value;
    double low;
    double high;
};

[[nodiscard]] inline std::string problem_in(const char* pattern, std::initializer_list<Allowed> list) {
    for (const Allowed& a : list)
        if (!core::is_finite(a.value) || a.value < a.low || a.value > a.high)
            return std::string(pattern) + " " + a.name + " " + core::number(a.value) + ": allowed is " +
                   core::number(a.low) + " to " + core::number(a.high);
    return {};
}

inline constexpr double latest_s = 1e6;        ///< eleven days; keeps a slip of units from filling the memory
inline constexpr double shortest_s = 1e-4;     ///< between two firings of one unit: they stay apart in time

/// Whether the stretch holds anything; fails for options or times that make no sense.
[[nodiscard]] inline bool stretch_holds(const std::string& problem, double begin_s, double end_s) {
    if (!problem.empty()) core::fail_option(problem);
    const std::string times =
        problem_in("pattern", {{"begin_s", begin_s, -latest_s, latest_s}, {"end_s", end_s, -latest_s, latest_s}});
    if (!times.empty()) core::fail_option(times);
    return begin_s < end_s;
}

/// From a uniform number of [0, 1) and the ends of a range.
[[nodiscard]] inline double between(double u, double low, double high) noexcept { return low + (high - low) * u; }

/// Evenly in the logarithm, for ranges over a decade and more.
[[nodiscard]] inline double between_log(double u, double low, double high) noexcept {
    const double value = low * simulate::exp(u * simulate::log(high / low));
    return std::min(std::max(value, low), high);
}

/// A whole number of [low, high], each as likely.
[[nodiscard]] inline int between_whole(double u, int low, int high) noexcept {
    return std::min(low + static_cast<int>(std::floor(u * (high - low + 1))), high);
}

[[nodiscard]] inline double share_of(Random& random, Part part) {
    const std::string problem = problem_in("part", {{"low", part.low, 0, 1}, {"high", part.high, part.low, 1}});
    if (!problem.empty()) core::fail_option(problem);
    return random.uniform(part.low, part.high);
}

/// Gaussian interval, at least a fifth of the mean (Clamann 1969: accepted in 90 % of units).
[[nodiscard]] inline double interval_s(Random& random, double mean_s, double cv) noexcept {
    return std::max(mean_s * std::max(1.0 + cv * random.normal(), 0.2), shortest_s);
}

/// Log-normal interval for variation beyond what a Gaussian holds (CV above 0.35).
[[nodiscard]] inline double skewed_interval_s(Random& random, double mean_s, double cv, double least_s) noexcept {
    const double variance = simulate::log(1.0 + cv * cv);
    const double factor = simulate::exp(std::sqrt(variance) * random.normal() - 0.5 * variance);
    return std::max(mean_s * factor, least_s);
}

/// Wait until the next firing (or group) of a unit that fires without rhythm: a dead time,
/// then exponential, so that firings are 1/rate apart on average. `busy_s` of the dead time's
/// beginning has gone by with the rest of a group.
[[nodiscard]] inline double sporadic_wait_s(Random& random, double rate_hz, double dead_s, double busy_s = 0) noexcept {
    return dead_s + random.exponential(std::max(1.0 / rate_hz - dead_s - busy_s, 0.0));
}

[[nodiscard]] inline double gain_near(Random& random, double gain, double cv) noexcept {
    return gain * std::max(1.0 + cv * random.normal(), 0.2);
}

}  // namespace detail

/// A number of [low, high] in the part given.
[[nodiscard]] inline double drawn_between(Random& random, Part part, double low, double high) {
    return detail::between(detail::share_of(random, part), low, high);
}
[[nodiscard]] inline double drawn_between_log(Random& random, Part part, double low, double high) {
    return detail::between_log(detail::share_of(random, part), low, high);
}
[[nodiscard]] inline int drawn_whole(Random& random, Part part, int low, int high) {
    return detail::between_whole(detail::share_of(random, part), low, high);
}

/// Runs of a pattern that ends by itself, with exponential silences of `pause_s` on average
/// and `least_pause_s` at least; the first run waits as long. `run(from_s, to_s)` is the
/// pattern, called with the start of a run and `end_s`.
template <class Run>
[[nodiscard]] Train in_runs(Random& random, double pause_s, double least_pause_s, double begin_s, double end_s,
                            Run run) {
    const std::string problem = detail::problem_in(
        "runs", {{"pause_s", pause_s, 0.01, 1e5}, {"least_pause_s", least_pause_s, 0, pause_s}});
    Train all;
    if (!detail::stretch_holds(problem, begin_s, end_s)) return all;
    double t = begin_s + least_pause_s + random.exponential(pause_s - least_pause_s);
    while (t < end_s) {
        const Train one = run(t, end_s);
        double last_s = t;
        for (const Firing& f : one) {
            all.push_back(f);
            last_s = f.time_s;
        }
        t = last_s + std::max(least_pause_s + random.exponential(pause_s - least_pause_s), detail::shortest_s);
    }
    return all;
}

}  // namespace fascikit::simulate
