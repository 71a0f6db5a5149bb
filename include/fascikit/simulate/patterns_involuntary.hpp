// Involuntary activity of many motor units at once (skin and needle).
//
//   cramp    units join over seconds and leave over seconds, at rates near voluntary ones,
//            irregularly, with doublets (Minetto 2009, PMID 19571196)
//   tremor   bursts of the pool at the frequency of its kind, nearly periodic
//
// Figures: field-notes.md section 2.1; "engineering" stands where no published figure was
// found. The common contract is train.hpp's.
#pragma once

#include "fascikit/simulate/pool.hpp"
#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

struct CrampOptions {
    int units = 30;                      ///< that one recording can see; engineering
    double rate_hz = 14.5;               ///< mean of a unit over its time: 14.5 ± 5.1 (Minetto 2009)
    double rate_sd_hz = 5.1;             ///< between units (the same); units stay within 7 to 25
    double lowest_hz = 6;                ///< where a unit begins and ends: 6.0 ± 0.8 (the same)
    /// Of all intervals of a unit, the rise and fall of its rate included: 0.446 ± 0.097 (the same).
    /// A unit that reaches 30 Hz and more cannot vary by less than 0.5.
    double interval_cv = 0.446;
    double doublet_probability = 0.041;  ///< of discharges: 0.041 ± 0.047 (the same)
    double build_up_s = 4;               ///< gradual (AANEM, from memory): over seconds; the figure is engineering
    double fade_s = 6;                   ///< gradual (the same); engineering
    double gain_cv = 0.05;               ///< engineering

    [[nodiscard]] static CrampOptions drawn(Random& random, Part part = {}) {
        CrampOptions o;
        o.units = drawn_whole(random, part, 15, 50);
        o.rate_hz = drawn_between(random, part, 12.0, 17.0);
        o.interval_cv = drawn_between(random, part, 0.36, 0.53);
        o.doublet_probability = drawn_between(random, part, 0.0, 0.08);
        o.build_up_s = drawn_between(random, part, 2.0, 8.0);
        o.fade_s = drawn_between(random, part, 3.0, 12.0);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("cramp", {{"units", static_cast<double>(units), 1, 2000},
                                            {"lowest_hz", lowest_hz, 2, 15}, {"rate_hz", rate_hz, lowest_hz, 40},
                                            {"rate_sd_hz", rate_sd_hz, 0, 15}, {"interval_cv", interval_cv, 0.1, 0.8},
                                            {"doublet_probability", doublet_probability, 0, 0.3},
                                            {"build_up_s", build_up_s, 0.5, 120}, {"fade_s", fade_s, 0.5, 300},
                                            {"gain_cv", gain_cv, 0, 0.5}});
    }
};

namespace detail {

/// A unit's rate over its time in a cramp: up within a fifth, down over the last two fifths.
inline constexpr double cramp_up = 0.2, cramp_down = 0.4;
[[nodiscard]] inline double cramp_share(double x) noexcept {
    return std::max(std::min(std::min(x / cramp_up, (1.0 - x) / cramp_down), 1.0), 0.0);
}

/// Variation left for the intervals themselves when all of a unit's are to vary by `cv`. With
/// rate r(x), mean interval 1/r and doublets of share p, the second moment over the squared
/// mean is (1 + own²) mean(1/r) mean(r) / (1 - p).
[[nodiscard]] inline double own_cv(double cv, double lowest_hz, double peak_hz, double doublets) noexcept {
    double rate = 0, interval = 0;
    constexpr int steps = 64;
    for (int i = 0; i < steps; ++i) {
        const double r = between(cramp_share((i + 0.5) / steps), lowest_hz, peak_hz);
        rate += r / steps;
        interval += 1.0 / (r * steps);
    }
    const double left = (1.0 + cv * cv) * (1.0 - doublets) / (rate * interval) - 1.0;
    return std::sqrt(std::max(left, 0.01));
}

}  // namespace detail

/// From `begin_s` to `end_s`; unit 0 joins first, so that neighbours in the list can be made
/// neighbours in the muscle (a cramp spreads: Roeleveld 2000). Units leave in another order.
/// In a stretch too short for both, build-up and fade take four fifths of it, in proportion.
[[nodiscard]] inline PoolFiring cramp(Random& random, const CrampOptions& o, double begin_s, double end_s) {
    PoolFiring pool;
    const bool any = detail::stretch_holds(o.problem(), begin_s, end_s);
    pool.units.resize(static_cast<std::size_t>(o.units));
    const std::uint64_t seed = random.bits();
    const double leaving = random.uniform();
    const double length_s = end_s - begin_s;
    const double fit = any ? std::min(1.0, 0.8 * length_s / (o.build_up_s + o.fade_s)) : 0.0;
    for (int unit = 0; any && unit < o.units; ++unit) {
        Random own(seed, static_cast<std::uint64_t>(unit));
        Train& train = pool.units[static_cast<std::size_t>(unit)];
        const double join_s = begin_s + fit * o.build_up_s * (unit + own.uniform()) / o.units;
        // Steps of the golden section: evenly spread over the fade, in an order unlike that of joining.
        const double place = leaving + 0.61803398874989485 * unit;
        const double leave_s = end_s - fit * o.fade_s * (place - std::floor(place));
        const double mean_hz = std::min(std::max(o.rate_hz + o.rate_sd_hz * own.normal(), o.lowest_hz + 1.0), 25.0);
        const double peak_hz = o.lowest_hz + std::max(mean_hz - o.lowest_hz, 0.0) /
                                                 (1.0 - 0.5 * (detail::cramp_up + detail::cramp_down));
        const double cv = detail::own_cv(o.interval_cv, o.lowest_hz, peak_hz, o.doublet_probability);
        double t = join_s;
        while (t < leave_s) {
            train.push_back({t, detail::gain_near(own, 1.0, o.gain_cv)});
            const double x = (t - join_s) / (leave_s - join_s);
            // A doublet adds a discharge; the others wait longer, so that the rate stays.
            const double rate_hz =
                detail::between(detail::cramp_share(x), o.lowest_hz, peak_hz) * (1.0 - o.doublet_probability);
            if (own.uniform() < o.doublet_probability)
                t += own.uniform(0.003, 0.010);   // 2.5 to 20 ms (Simpson 1969)
            else
                t += detail::skewed_interval_s(own, 1.0 / rate_hz, cv, 0.02);
        }
    }
    detail::close_pool(pool, begin_s);
    return pool;
}

enum class TremorKind {
    parkinson_rest,  ///< 4 to 6 Hz
    essential,       ///< 4 to 12 Hz
    physiological,   ///< enhanced physiological: 4 to 12, typically 8 to 12 Hz
    holmes,          ///< 2.5 to 5 Hz, bursts of 150 to 170 ms (PMC12219005)
    orthostatic,     ///< 13 to 18 Hz
};

struct TremorOptions {
    double rate_hz = 5;              ///< by kind, see TremorKind
    double period_cv = 0.05;         ///< nearly regular; no figure found (engineering)
    double burst_ms = 80;            ///< 50 to 150 (from memory), Holmes 150 to 170; or shorter (engineering)
    int units = 25;                  ///< engineering
    double slowest_unit_hz = 10;     ///< inside a burst: 10 to 40 (field notes' recommendation)
    double fastest_unit_hz = 40;
    double participation = 0.7;      ///< of a unit, burst by burst; engineering
    double gain_cv = 0.05;           ///< engineering

    [[nodiscard]] static TremorOptions drawn(Random& random, Part part = {},
                                             TremorKind kind = TremorKind::parkinson_rest) {
        constexpr double slowest[] = {4, 4, 8, 2.5, 13}, fastest[] = {6, 12, 12, 5, 18};
        TremorOptions o;
        o.rate_hz = drawn_between(random, part, slowest[static_cast<int>(kind)], fastest[static_cast<int>(kind)]);
        o.period_cv = drawn_between(random, part, 0.02, 0.08);
        const bool holmes = kind == TremorKind::holmes, orthostatic = kind == TremorKind::orthostatic;
        const double shortest_ms = holmes ? 150.0 : orthostatic ? 25.0 : 50.0;
        const double longest_ms = holmes ? 170.0 : orthostatic ? 500.0 / o.rate_hz : std::min(150.0, 600.0 / o.rate_hz);
        o.burst_ms = drawn_between(random, part, shortest_ms, longest_ms);
        o.rate_hz = std::min(o.rate_hz, 750.0 / o.burst_ms);   // Holmes tremor's long bursts need their silence too
        o.units = drawn_whole(random, part, 15, 40);
        o.participation = drawn_between(random, part, 0.5, 0.9);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        std::string p = detail::problem_in(
            "tremor", {{"rate_hz", rate_hz, 1, 25}, {"period_cv", period_cv, 0, 0.3}, {"burst_ms", burst_ms, 10, 400},
                       {"units", static_cast<double>(units), 1, 2000}, {"slowest_unit_hz", slowest_unit_hz, 4, 100},
                       {"fastest_unit_hz", fastest_unit_hz, slowest_unit_hz, 100},
                       {"participation", participation, 0.01, 1}, {"gain_cv", gain_cv, 0, 0.5}});
        if (p.empty())
            p = detail::problem_in("tremor", {{"burst_ms over the period", 1e-3 * burst_ms * rate_hz, 0, 0.9}});
        return p;
    }
};

/// Bursts from about `begin_s` to `end_s`; inside a burst a unit fires once, or again at its own rate.
[[nodiscard]] inline PoolFiring tremor(Random& random, const TremorOptions& o, double begin_s, double end_s) {
    PoolFiring pool;
    const bool any = detail::stretch_holds(o.problem(), begin_s, end_s);
    pool.units.resize(static_cast<std::size_t>(o.units));
    const std::uint64_t seed = random.bits();
    const double burst_s = 1e-3 * o.burst_ms;
    std::vector<double> onsets_s;
    for (double t = begin_s; any && t < end_s;) {
        onsets_s.push_back(t);
        t += std::max(detail::interval_s(random, 1.0 / o.rate_hz, o.period_cv), 1.05 * burst_s);
    }
    for (int unit = 0; unit < o.units; ++unit) {
        Random own(seed, static_cast<std::uint64_t>(unit));
        Train& train = pool.units[static_cast<std::size_t>(unit)];
        const double unit_hz = own.uniform(o.slowest_unit_hz, o.fastest_unit_hz);
        for (const double onset_s : onsets_s) {
            if (own.uniform() >= o.participation) continue;
            // Two uniform numbers: most of the units in the middle of the burst, none outside.
            const double first = own.uniform();
            const double second = own.uniform();
            const double stop_s = std::min(onset_s + burst_s, end_s);
            double t = onset_s + 0.5 * (first + second) * burst_s;
            while (t < stop_s) {
                train.push_back({t, detail::gain_near(own, 1.0, o.gain_cv)});
                t += detail::interval_s(own, 1.0 / unit_hz, 0.15);
            }
        }
    }
    detail::close_pool(pool, begin_s);
    return pool;
}

}  // namespace fascikit::simulate
