// Firing patterns of fasciculating motor units (skin and needle).
//
//   fasciculations   sporadic, without rhythm; a benign unit may fire once or twice a second
//   multiplets       doublets to sextuplets, intervals that lengthen, a smaller second potential
//   f_wave_pairs     some firings come back from the spinal cord as an F-wave, by muscle
//
// Fasciculations during a contraction are these over patterns_pool.hpp's `voluntary`.
// Figures: field-notes.md sections 2.1 and 3; "engineering" stands where no published
// figure was found. The common contract is train.hpp's.
#pragma once

#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

struct FasciculationOptions {
    double rate_hz = 0.1;        ///< 0.01 to 1 Hz a unit; muscles reach 40 a minute by many (Bashford 2020)
    double dead_time_s = 0.25;   ///< isolated: more than 250 ms on both sides (Sleutjes 2016)
    double gain_cv = 0.05;       ///< engineering; the shape of one unit repeats

    [[nodiscard]] static FasciculationOptions drawn(Random& random, Part part = {}) {
        FasciculationOptions o;
        o.rate_hz = drawn_between_log(random, part, 0.01, 1.0);
        o.dead_time_s = drawn_between(random, part, 0.25, 0.4);
        o.gain_cv = drawn_between(random, part, 0.02, 0.08);
        return o;
    }
    /// One fast benign unit: once or twice a second (Trojaborg and Buchthal 1965: 0.8 s between;
    /// de Carvalho and Swash 1998: benign fasciculations fire fast).
    [[nodiscard]] static FasciculationOptions benign_unit(Random& random, Part part = {}) {
        FasciculationOptions o;
        o.rate_hz = drawn_between(random, part, 1.0, 2.0);
        o.gain_cv = drawn_between(random, part, 0.02, 0.08);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        std::string p = detail::problem_in("fasciculations", {{"rate_hz", rate_hz, 0.001, 3},
                                                              {"dead_time_s", dead_time_s, 0.25, 10},
                                                              {"gain_cv", gain_cv, 0, 0.5}});
        if (p.empty())
            p = detail::problem_in("fasciculations", {{"rate_hz x dead_time_s", rate_hz * dead_time_s, 0, 0.9}});
        return p;
    }
};

[[nodiscard]] inline Train fasciculations(Random& random, const FasciculationOptions& o, double begin_s, double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    double t = begin_s + random.exponential(1.0 / o.rate_hz);
    while (t < end_s) {
        train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
        t += detail::sporadic_wait_s(random, o.rate_hz, o.dead_time_s);
    }
    return train;
}

struct MultipletOptions {
    double rate_hz = 0.1;          ///< groups a second, as isolated fasciculations
    double dead_time_s = 0.25;     ///< between groups (Sleutjes 2016)
    int fewest = 2;                ///< 1: some of the unit's discharges are single
    int discharges = 2;            ///< most in a group; each number from `fewest` on as likely
    /// First interval: 2.5 to 20 (Simpson 1969 in Garland and Griffin 1999), 4 to 8 in ALS
    /// (Piotrkiewicz), 2.9 to 6.5 (Maathuis 2012).
    double interval_ms = 6;
    double interval_cv = 0.1;      ///< from group to group; engineering
    double lengthening = 1.2;      ///< each interval over the one before (Kleine 2008: they lengthen; no figure found)
    double second_gain = 0.8;      ///< of a discharge 2 ms after another; back to 1 with 5 ms (engineering)
    double gain_cv = 0.05;

    static constexpr double shortest_ms = 2;          ///< 2 to 20 ms (Front Hum Neurosci 2013, 00843)
    static constexpr double longest_ms = 1000.0 / 30; ///< multiplets run at 30 to 300 Hz (Maddison 2006)

    [[nodiscard]] static MultipletOptions drawn(Random& random, Part part = {}) {
        MultipletOptions o;
        o.rate_hz = drawn_between_log(random, part, 0.01, 1.0);
        o.discharges = drawn_whole(random, part, 2, 6);
        o.interval_ms = drawn_between_log(random, part, 2.5, 20.0);
        o.interval_cv = drawn_between(random, part, 0.02, 0.15);
        o.lengthening = drawn_between(random, part, 1.05, 1.4);
        o.second_gain = drawn_between(random, part, 0.6, 1.0);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        std::string p = detail::problem_in(
            "multiplets", {{"rate_hz", rate_hz, 0.001, 2}, {"dead_time_s", dead_time_s, 0.1, 10},
                           {"discharges", static_cast<double>(discharges), 2, 6},
                           {"fewest", static_cast<double>(fewest), 1, static_cast<double>(discharges)},
                           {"interval_ms", interval_ms, shortest_ms, 20}, {"interval_cv", interval_cv, 0, 0.5},
                           {"lengthening", lengthening, 1, 2}, {"second_gain", second_gain, 0.2, 1},
                           {"gain_cv", gain_cv, 0, 0.5}});
        if (p.empty())   // the longest group lasts 5 x 33 ms
            p = detail::problem_in("multiplets",
                                   {{"rate_hz x (dead_time_s + 0.17)", rate_hz * (dead_time_s + 0.17), 0, 0.95}});
        return p;
    }
};

[[nodiscard]] inline GroupedTrain multiplets(Random& random, const MultipletOptions& o, double begin_s, double end_s) {
    GroupedTrain all;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return all;
    std::int32_t group = 0;
    double t = begin_s + random.exponential(1.0 / o.rate_hz);
    for (; t < end_s; ++group) {
        const double start_s = t;
        const int count = detail::between_whole(random.uniform(), o.fewest, o.discharges);
        double interval_ms = o.interval_ms * (1.0 + o.interval_cv * random.normal());
        interval_ms = std::min(std::max(interval_ms, MultipletOptions::shortest_ms), 20.0);
        double recovered = 1.0;
        for (int n = 0; n < count; ++n) {
            if (n > 0) {
                t += 1e-3 * interval_ms;
                const double gone = simulate::exp((MultipletOptions::shortest_ms - interval_ms) / 5.0);
                recovered = 1.0 - (1.0 - o.second_gain) * gone;
                interval_ms = std::min(interval_ms * o.lengthening, MultipletOptions::longest_ms);
            }
            const double gain = detail::gain_near(random, recovered, o.gain_cv);
            if (t >= end_s) continue;
            all.train.push_back({t, gain});
            all.group.push_back(group);
        }
        t += detail::sporadic_wait_s(random, o.rate_hz, o.dead_time_s, t - start_s);
    }
    return all;
}

enum class FWaveSite {
    hand,      ///< from M to F 25.4 ± 2.4 ms, thumb; 26.2 ± 2.3 ms, little finger (Li 2024, 10.1002/mus.28197)
    proximal,  ///< no figure found; 2 x 0.45 m at 73 m/s (Thomas 2002) + 1 ms turnaround = 13 ms; 10.5 to 16
    calf,      ///< peaks at 32 ms (benign) and 35 ms (ALS), gastrocnemius (Kleine 2012)
    foot,      ///< tibial nerve from the ankle 49.6 ± 4.4 ms (PMID 15351376), less some 4 ms of M latency
};

struct FWaveOptions {
    double rate_hz = 0.2;          ///< of the fasciculations themselves
    double dead_time_s = 0.25;     ///< after the pair (Sleutjes 2016)
    double latency_ms = 33.5;      ///< calf, between the two peaks of Kleine 2012
    double latency_sd_ms = 0.5;    ///< within one unit; engineering (over all units 4 to 6 ms, PMID 15351376)
    /// 0.017 ± 0.016 of stimuli in those healthy thenar units that had F-waves (Thomas 2002); more
    /// here, so that there are pairs to score (engineering).
    double probability = 0.1;
    double gain = 1;               ///< the same unit and fibres, long after its refractory time
    double gain_cv = 0.05;

    [[nodiscard]] static FWaveOptions drawn(Random& random, Part part = {}, FWaveSite site = FWaveSite::calf) {
        constexpr double low[] = {23.0, 10.5, 32.0, 41.2}, high[] = {27.8, 16.0, 35.0, 50.0};
        FWaveOptions o;
        o.rate_hz = drawn_between_log(random, part, 0.03, 1.0);
        o.latency_ms = drawn_between(random, part, low[static_cast<int>(site)], high[static_cast<int>(site)]);
        o.latency_sd_ms = drawn_between(random, part, 0.2, 0.8);
        o.probability = drawn_between_log(random, part, 0.033, 0.4);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        std::string p = detail::problem_in(
            "f_wave_pairs", {{"rate_hz", rate_hz, 0.001, 2}, {"dead_time_s", dead_time_s, 0.1, 10},
                             {"latency_ms", latency_ms, 10, 110},  // the window Kleine 2012 searched
                             {"latency_sd_ms", latency_sd_ms, 0, 0.2 * latency_ms}, {"probability", probability, 0, 1},
                             {"gain", gain, 0.2, 2}, {"gain_cv", gain_cv, 0, 0.5}});
        if (p.empty())
            p = detail::problem_in("f_wave_pairs", {{"rate_hz x (dead_time_s + latency)",
                                                     rate_hz * (dead_time_s + 1e-3 * latency_ms), 0, 0.9}});
        return p;
    }
};

/// A pair shares its group; a firing without an F-wave is a group of one.
[[nodiscard]] inline GroupedTrain f_wave_pairs(Random& random, const FWaveOptions& o, double begin_s, double end_s) {
    GroupedTrain all;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return all;
    std::int32_t group = 0;
    double t = begin_s + random.exponential(1.0 / o.rate_hz);
    for (; t < end_s; ++group) {
        all.train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
        all.group.push_back(group);
        double later_s = 0;
        if (random.uniform() < o.probability) {
            const double deviation = std::min(std::max(random.normal(), -3.0), 3.0);
            later_s = 1e-3 * (o.latency_ms + o.latency_sd_ms * deviation);
            const double gain = detail::gain_near(random, o.gain, o.gain_cv);
            if (t + later_s < end_s) {
                all.train.push_back({t + later_s, gain});
                all.group.push_back(group);
            }
        }
        t += later_s + detail::sporadic_wait_s(random, o.rate_hz, o.dead_time_s, later_s);
    }
    return all;
}

}  // namespace fascikit::simulate
