// Firing patterns of one motor unit that fires repetitively (skin and needle); those of
// fasciculating units are in patterns_fasciculation.hpp, included here.
//
//   myokymia           bursts that return nearly regularly, silence between
//   neuromyotonia      150 to 300 Hz from the first discharge, decrementing, ends at once
//   continuous_single  one unit without end, hardly any variation of the interval
//   tonic              one unit held by will, steadily
//
// Figures: field-notes.md section 2.1; "engineering" stands where no published figure was
// found. The common contract is train.hpp's.
#pragma once

#include "fascikit/simulate/patterns_fasciculation.hpp"
#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

struct MyokymiaOptions {
    double burst_rate_hz = 3;       ///< several (Gutmann 1991), 2 to 10 (MedLink); silences of up to a few s (AANEM)
    double burst_rate_cv = 0.12;    ///< nearly regular (Gutmann 1991); the figure is engineering
    int fewest = 3;                 ///< discharges in a burst, each number up to `discharges` as likely
    int discharges = 5;             ///< most in a burst; grouped (Gutmann 1991), no figure found: 2 to 15 (engineering)
    double in_burst_hz = 40;        ///< 2 to 60 (AANEM), 20 to 70 and 40 to 60 elsewhere
    double in_burst_cv = 0.1;       ///< engineering
    double silence_s = 0.05;        ///< least silence between bursts, and 1.5 intervals of a burst; engineering
    double gain_cv = 0.05;          ///< engineering

    [[nodiscard]] static MyokymiaOptions drawn(Random& random, Part part = {}) {
        MyokymiaOptions o;
        o.burst_rate_hz = drawn_between_log(random, part, 0.5, 8.0);
        o.burst_rate_cv = drawn_between(random, part, 0.05, 0.25);
        o.in_burst_hz = drawn_between(random, part, std::max(10.0, 4.0 * o.burst_rate_hz), 60.0);
        // A burst fills half of its period at most, so that the silence can be seen and varied.
        const int room = 1 + static_cast<int>(std::floor(0.5 * o.in_burst_hz / o.burst_rate_hz));
        o.discharges = drawn_whole(random, part, std::min(3, room), std::min(15, room));
        o.fewest = std::max(2, (2 * o.discharges + 1) / 3);
        o.in_burst_cv = drawn_between(random, part, 0.03, 0.15);
        return o;
    }
    /// From the end of a burst to the next, at least.
    [[nodiscard]] double least_silence_s() const noexcept { return std::max(silence_s, 1.5 / in_burst_hz); }
    [[nodiscard]] std::string problem() const {
        std::string p = detail::problem_in(
            "myokymia", {{"burst_rate_hz", burst_rate_hz, 0.05, 12}, {"burst_rate_cv", burst_rate_cv, 0, 0.35},
                         {"discharges", static_cast<double>(discharges), 2, 30},
                         {"fewest", static_cast<double>(fewest), 1, static_cast<double>(discharges)},
                         {"in_burst_hz", in_burst_hz, 2, 150}, {"in_burst_cv", in_burst_cv, 0, 0.3},
                         {"silence_s", silence_s, 0, 20}, {"gain_cv", gain_cv, 0, 0.5}});
        if (p.empty())
            p = detail::problem_in("myokymia",
                                   {{"burst_rate_hz x (longest burst + silence)",
                                     burst_rate_hz * ((discharges - 1) / in_burst_hz + least_silence_s()), 0, 0.95}});
        return p;
    }
};

/// Each burst is a group.
[[nodiscard]] inline GroupedTrain myokymia(Random& random, const MyokymiaOptions& o, double begin_s, double end_s) {
    GroupedTrain all;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return all;
    std::int32_t group = 0;
    double onset_s = begin_s + random.uniform() / o.burst_rate_hz;
    for (; onset_s < end_s; ++group) {
        const int count = detail::between_whole(random.uniform(), o.fewest, o.discharges);
        double t = onset_s;
        for (int n = 0; n < count; ++n) {
            if (n > 0) t += detail::interval_s(random, 1.0 / o.in_burst_hz, o.in_burst_cv);
            const double gain = detail::gain_near(random, 1.0, o.gain_cv);
            if (t >= end_s) continue;
            all.train.push_back({t, gain});
            all.group.push_back(group);
        }
        const double period_s = detail::interval_s(random, 1.0 / o.burst_rate_hz, o.burst_rate_cv);
        onset_s = std::max(onset_s + period_s, t + o.least_silence_s());
    }
    return all;
}

struct NeuromyotoniaOptions {
    double start_hz = 220;      ///< 150 to 300 (AANEM; MedLink)
    double end_hz = 180;        ///< intervals lengthen within a train (Kleine 2008); the amount is engineering
    double duration_s = 0.8;    ///< up to a few seconds (AANEM, from memory); 0.1 to 5
    double decrement = 0.6;     ///< share of the gain lost by the end: "decrementing" (MedLink), no figure found
    double interval_cv = 0.02;  ///< engineering
    double gain_cv = 0.03;      ///< engineering

    [[nodiscard]] static NeuromyotoniaOptions drawn(Random& random, Part part = {}) {
        NeuromyotoniaOptions o;
        o.start_hz = drawn_between(random, part, 165.0, 300.0);
        o.end_hz = std::max(150.0, o.start_hz * drawn_between(random, part, 0.75, 0.95));
        o.duration_s = drawn_between_log(random, part, 0.1, 5.0);
        o.decrement = drawn_between(random, part, 0.3, 0.85);
        o.interval_cv = drawn_between(random, part, 0.005, 0.04);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in(
            "neuromyotonia", {{"start_hz", start_hz, 120, 350}, {"end_hz", end_hz, 120, start_hz},
                              {"duration_s", duration_s, 0.02, 60}, {"decrement", decrement, 0, 0.95},
                              {"interval_cv", interval_cv, 0, 0.3}, {"gain_cv", gain_cv, 0, 0.5}});
    }
};

/// One train: its first discharge, the largest, is at `begin_s`; it ends `duration_s` later.
[[nodiscard]] inline Train neuromyotonia(Random& random, const NeuromyotoniaOptions& o, double begin_s, double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    const double stop_s = std::min(end_s, begin_s + o.duration_s);
    for (double t = begin_s; t < stop_s;) {
        const double x = (t - begin_s) / o.duration_s;
        train.push_back({t, detail::gain_near(random, 1.0 - o.decrement * x, o.gain_cv)});
        t += detail::interval_s(random, 1.0 / detail::between(x, o.start_hz, o.end_hz), o.interval_cv);
    }
    return train;
}

struct ContinuousSingleOptions {
    double rate_hz = 6.3;    ///< 6.3 ± 4.0, 1.3 to 18.1 (Posa 2020, 10.1002/mus.26789)
    double cv = 0.035;       ///< 0.035 ± 0.017 (the same)
    double gain_cv = 0.03;   ///< engineering

    [[nodiscard]] static ContinuousSingleOptions drawn(Random& random, Part part = {}) {
        ContinuousSingleOptions o;
        o.rate_hz = drawn_between_log(random, part, 1.3, 18.1);
        o.cv = drawn_between(random, part, 0.018, 0.052);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("continuous_single",
                                  {{"rate_hz", rate_hz, 0.5, 30}, {"cv", cv, 0, 0.1}, {"gain_cv", gain_cv, 0, 0.5}});
    }
};

struct TonicOptions {
    /// Limb units fire steadily from intervals of 132 ± 32 ms on, and of 90 ± 19 ms when the next
    /// unit is recruited (paper 17445f of field-notes.md).
    double rate_hz = 9;
    double cv = 0.15;        ///< 0.10 to 0.30 (from memory); Gaussian (Clamann 1969)
    double gain_cv = 0.03;   ///< engineering

    [[nodiscard]] static TonicOptions drawn(Random& random, Part part = {}) {
        TonicOptions o;
        o.rate_hz = drawn_between(random, part, 6.1, 14.1);   // 1 / (132 + 32) ms to 1 / (90 - 19) ms
        o.cv = drawn_between(random, part, 0.10, 0.28);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("tonic",
                                  {{"rate_hz", rate_hz, 4, 50}, {"cv", cv, 0.02, 0.4}, {"gain_cv", gain_cv, 0, 0.5}});
    }
};

namespace detail {
/// Gaussian intervals around one mean, under way before the stretch begins.
[[nodiscard]] inline Train steady(Random& random, double rate_hz, double cv, double gain_cv, double begin_s,
                                  double end_s) {
    Train train;
    double t = begin_s + random.uniform() / rate_hz;
    while (t < end_s) {
        train.push_back({t, gain_near(random, 1.0, gain_cv)});
        t += interval_s(random, 1.0 / rate_hz, cv);
    }
    return train;
}
}  // namespace detail

[[nodiscard]] inline Train continuous_single(Random& random, const ContinuousSingleOptions& o, double begin_s,
                                             double end_s) {
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return {};
    return detail::steady(random, o.rate_hz, o.cv, o.gain_cv, begin_s, end_s);
}

[[nodiscard]] inline Train tonic(Random& random, const TonicOptions& o, double begin_s, double end_s) {
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return {};
    return detail::steady(random, o.rate_hz, o.cv, o.gain_cv, begin_s, end_s);
}

}  // namespace fascikit::simulate
