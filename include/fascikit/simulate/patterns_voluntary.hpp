// Voluntary contraction: a pool recruited by size, with rates that follow the effort (skin
// and needle).
//
// The pool is that of Fuglevand, Winter and Patla 1993 (10.1152/jn.1993.70.6.2470), with n
// units and an excitation E in thresholds of a unit before the first:
//   threshold  T(i) = exp(ln(range) i / n), i = 1 … n: many small, few large
//   rate       f(i) = min(least + gain (E - T(i)), peak - fall T(i) / T(n)) while E >= T(i)
//   E          effort x (T(n) + (peak - fall - least) / gain): at full effort the last is at its peak
// Its figures are given as public implementations of the model have them (120 units, range 30,
// rates from 8, peaks 45 to 35); the paper itself was not read. "engineering" stands where no
// published figure was found. The common contract is train.hpp's; memory for all units' firings.
#pragma once

#include <algorithm>
#include <span>

#include "fascikit/simulate/pool.hpp"
#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

/// Effort runs straight from point to point; two points at one time are a step. None before
/// the first and after the last.
struct EffortPoint {
    double time_s = 0;
    double share = 0;   ///< of the maximum, 0 to 1
};

struct VoluntaryOptions {
    int units = 120;                  ///< Fuglevand 1993
    double recruitment_range = 30;    ///< last threshold over first (Fuglevand 1993)
    double min_rate_hz = 8;           ///< Fuglevand 1993; limb units begin at 7.6 (132 ± 32 ms)
    /// Of the first unit. Fuglevand 1993 has 45, but isometric means stay below 40 (Front Hum
    /// Neurosci 2013, 00843).
    double peak_rate_hz = 38;
    double peak_fall_hz = 10;         ///< less at the last unit (Fuglevand 1993)
    double gain_hz = 1;               ///< rate for an excitation of one first threshold; 1 to 1.5 in use
    double cv = 0.2;                  ///< of intervals: 0.10 to 0.30 (from memory); Gaussian (Clamann 1969)
    double common_drive = 0.05;       ///< the effort waves for all units (De Luca 1985); the size is engineering
    double common_drive_hz = 1.5;     ///< … at this frequency: 1 to 2 Hz, from memory
    double gain_cv = 0.03;            ///< of a unit's potential; engineering

    [[nodiscard]] static VoluntaryOptions drawn(Random& random, Part part = {}) {
        VoluntaryOptions o;
        o.units = drawn_whole(random, part, 80, 160);
        o.min_rate_hz = drawn_between(random, part, 6.5, 9.5);   // 132 ± 32 ms is 6.1 to 10 Hz
        o.peak_rate_hz = drawn_between(random, part, 32.0, 40.0);
        o.gain_hz = drawn_between(random, part, 0.8, 1.5);
        o.cv = drawn_between(random, part, 0.12, 0.26);
        o.common_drive = drawn_between(random, part, 0.02, 0.08);
        o.common_drive_hz = drawn_between(random, part, 1.0, 2.0);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in(
            "voluntary", {{"units", static_cast<double>(units), 1, 2000},
                          {"recruitment_range", recruitment_range, 1.5, 500},
                          {"min_rate_hz", min_rate_hz, 3, 30}, {"peak_fall_hz", peak_fall_hz, 0, 40},
                          {"peak_rate_hz", peak_rate_hz, min_rate_hz + peak_fall_hz, 80},
                          {"gain_hz", gain_hz, 0.05, 20}, {"cv", cv, 0, 0.35}, {"common_drive", common_drive, 0, 0.3},
                          {"common_drive_hz", common_drive_hz, 0.1, 5}, {"gain_cv", gain_cv, 0, 0.5}});
    }
    /// The effort at which unit 0 … units-1 is recruited.
    [[nodiscard]] double threshold_share(int unit) const noexcept { return threshold(unit) / most(); }
    [[nodiscard]] double threshold(int unit) const noexcept {
        return simulate::exp(simulate::log(recruitment_range) * (unit + 1) / units);
    }
    /// Excitation at full effort.
    [[nodiscard]] double most() const noexcept {
        return recruitment_range + (peak_rate_hz - peak_fall_hz - min_rate_hz) / gain_hz;
    }
    /// At an excitation at or above the unit's threshold.
    [[nodiscard]] double rate_hz(int unit, double excitation) const noexcept {
        const double first = threshold(unit);
        return std::min(min_rate_hz + gain_hz * std::max(excitation - first, 0.0),
                        peak_rate_hz - peak_fall_hz * first / recruitment_range);
    }
};

namespace detail {

/// When the effort is at `share` or above: stretches of time, ascending and apart.
struct ActiveStretch {
    double from_s;
    double to_s;
};
[[nodiscard]] inline std::vector<ActiveStretch> active_stretches(std::span<const EffortPoint> effort, double share) {
    std::vector<ActiveStretch> all;
    for (std::size_t i = 0; i + 1 < effort.size(); ++i) {
        const EffortPoint a = effort[i], b = effort[i + 1];
        if (a.share < share && b.share < share) continue;
        const double crossing_s = a.share < share || b.share < share
                                      ? a.time_s + (b.time_s - a.time_s) * ((share - a.share) / (b.share - a.share))
                                      : 0.0;
        const double from_s = a.share < share ? crossing_s : a.time_s;
        const double to_s = b.share < share ? std::min(crossing_s, b.time_s) : b.time_s;
        if (!(from_s < to_s)) continue;
        if (!all.empty() && from_s <= all.back().to_s)
            all.back().to_s = to_s;
        else
            all.push_back({from_s, to_s});
    }
    return all;
}

[[nodiscard]] inline double effort_at(std::span<const EffortPoint> effort, double time_s) noexcept {
    const auto after = std::upper_bound(effort.begin(), effort.end(), time_s,
                                        [](double t, const EffortPoint& p) { return t < p.time_s; });
    if (after == effort.begin() || after == effort.end()) return 0.0;
    const EffortPoint a = *(after - 1), b = *after;
    return a.share + (b.share - a.share) * ((time_s - a.time_s) / (b.time_s - a.time_s));
}

[[nodiscard]] inline std::string problem_of(std::span<const EffortPoint> effort) {
    double before_s = -latest_s;
    for (const EffortPoint& p : effort) {
        const std::string problem =
            problem_in("effort", {{"time_s", p.time_s, before_s, latest_s}, {"share", p.share, 0, 1}});
        if (!problem.empty()) return problem;
        before_s = p.time_s;
    }
    return {};
}

}  // namespace detail

/// From the first effort point to the last; fewer than two points hold nothing. A unit fires
/// within one of its intervals after the effort has reached its threshold and stops below it.
/// Cost: one random number a firing, and a search among the effort points.
[[nodiscard]] inline PoolFiring voluntary(Random& random, const VoluntaryOptions& o,
                                          std::span<const EffortPoint> effort) {
    std::string problem = o.problem();
    if (problem.empty()) problem = detail::problem_of(effort);
    if (!problem.empty()) core::fail_option(problem);
    PoolFiring pool;
    pool.units.resize(static_cast<std::size_t>(o.units));
    const std::uint64_t seed = random.bits();
    const double wave_phase = random.uniform();
    for (int unit = 0; unit < o.units; ++unit) {
        Random own(seed, static_cast<std::uint64_t>(unit));
        Train& train = pool.units[static_cast<std::size_t>(unit)];
        for (const detail::ActiveStretch& stretch : detail::active_stretches(effort, o.threshold_share(unit))) {
            double t = stretch.from_s + own.uniform() / o.min_rate_hz;
            if (!train.empty()) t = std::max(t, train.back().time_s + 0.2 / o.peak_rate_hz);
            while (t < stretch.to_s) {
                train.push_back({t, detail::gain_near(own, 1.0, o.gain_cv)});
                const double wave = 1.0 + o.common_drive * sin_turns(o.common_drive_hz * t + wave_phase);
                const double rate_hz = o.rate_hz(unit, wave * o.most() * detail::effort_at(effort, t));
                t += detail::interval_s(own, 1.0 / rate_hz, o.cv);
            }
        }
    }
    detail::close_pool(pool, effort.empty() ? 0.0 : effort.front().time_s);
    return pool;
}

}  // namespace fascikit::simulate
