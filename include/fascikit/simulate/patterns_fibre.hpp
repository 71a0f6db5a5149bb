// Firing patterns of muscle fibres and end-plates (needle only).
//
//   fibrillation        regular; slows over seconds, then stops; positive sharp waves as well
//   endplate_spikes     irregular, fast, intervals that lengthen over a long run
//   endplate_noise      without any order; several at once make the hiss
//   myotonia            rate and gain wax and wane together
//   complex_repetitive  hardly any variation, sudden steps of the rate, abrupt on and off
//
// All but the end-plate patterns begin with a discharge at `begin_s` and end after their
// `duration_s` (or at `end_s`); train.hpp's `in_runs` repeats them. Figures: field-notes.md
// section 2.1; "engineering" stands where no published figure was found. The common
// contract is train.hpp's.
#pragma once

#include "fascikit/simulate/train.hpp"

namespace fascikit::simulate {

struct FibrillationOptions {
    double start_hz = 9;        ///< 0.5 to 15 (StatPearls 19794)
    double end_hz = 3;          ///< "slows gradually over seconds, then stops" (the same); the amount is engineering
    double duration_s = 10;     ///< seconds (the same); 3 to 40 (engineering)
    double cv = 0.03;           ///< regular (the figure is engineering); irregular forms exist (Partanen 2013): to 0.6
    double gain_cv = 0.02;      ///< engineering

    [[nodiscard]] static FibrillationOptions drawn(Random& random, Part part = {}) {
        FibrillationOptions o;
        o.start_hz = drawn_between_log(random, part, 2.0, 15.0);
        o.end_hz = std::max(0.5, o.start_hz * drawn_between(random, part, 0.25, 0.6));
        o.duration_s = drawn_between_log(random, part, 3.0, 40.0);
        o.duration_s = std::max(o.duration_s, 8.0 / o.start_hz);   // a run to recognise, not two potentials
        o.cv = drawn_between(random, part, 0.01, 0.08);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("fibrillation", {{"start_hz", start_hz, 0.5, 30}, {"end_hz", end_hz, 0.2, start_hz},
                                                   {"duration_s", duration_s, 0.5, 3600}, {"cv", cv, 0, 0.6},
                                                   {"gain_cv", gain_cv, 0, 0.5}});
    }
};

[[nodiscard]] inline Train fibrillation(Random& random, const FibrillationOptions& o, double begin_s, double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    const double stop_s = std::min(end_s, begin_s + o.duration_s);
    const double slowing = simulate::log(o.end_hz / o.start_hz);
    for (double t = begin_s; t < stop_s;) {
        train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
        const double rate_hz = o.start_hz * simulate::exp(slowing * (t - begin_s) / o.duration_s);
        t += detail::interval_s(random, 1.0 / rate_hz, o.cv);
    }
    return train;
}

struct EndplateSpikeOptions {
    double rate_hz = 20;           ///< at the start of a run: 5 to 50 (from memory)
    double cv = 0.7;               ///< irregular: 0.4 and more
    double least_interval_ms = 4;  ///< shorter than any of a fibrillation (Partanen and Danner 1982); engineering
    double self_inhibition = 0.6;  ///< intervals lengthen by this share (Partanen and Danner 1982; no figure found)
    double inhibition_s = 5;       ///< … with this time constant; engineering
    double gain_cv = 0.05;         ///< engineering

    [[nodiscard]] static EndplateSpikeOptions drawn(Random& random, Part part = {}) {
        EndplateSpikeOptions o;
        o.self_inhibition = drawn_between(random, part, 0.3, 0.9);
        const double least_hz = 5.0 * (1.0 + o.self_inhibition);   // 5 Hz is left at the end
        o.rate_hz = drawn_between_log(random, part, least_hz, 45.0);
        o.cv = drawn_between(random, part, 0.5, 0.9);
        o.inhibition_s = drawn_between(random, part, 3.0, 8.0);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("endplate_spikes",
                                  {{"rate_hz", rate_hz, 1, 100}, {"cv", cv, 0.3, 1.5},
                                   {"least_interval_ms", least_interval_ms, 1, 200.0 / rate_hz},
                                   {"self_inhibition", self_inhibition, 0, 5}, {"inhibition_s", inhibition_s, 0.1, 600},
                                   {"gain_cv", gain_cv, 0, 0.5}});
    }
};

/// One run, from its start at about `begin_s` to `end_s`.
[[nodiscard]] inline Train endplate_spikes(Random& random, const EndplateSpikeOptions& o, double begin_s,
                                           double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    double t = begin_s + random.uniform() / o.rate_hz;
    while (t < end_s) {
        train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
        const double lengthened = 1.0 + o.self_inhibition * (1.0 - simulate::exp((begin_s - t) / o.inhibition_s));
        t += detail::skewed_interval_s(random, lengthened / o.rate_hz, o.cv, 1e-3 * o.least_interval_ms);
    }
    return train;
}

struct EndplateNoiseOptions {
    double rate_hz = 30;     ///< of one end-plate: 20 to 40 and more (from memory); several at once hiss
    double gain_cv = 0.3;    ///< miniature end-plate potentials differ in size (10 to 50 µV, from memory); engineering

    [[nodiscard]] static EndplateNoiseOptions drawn(Random& random, Part part = {}) {
        EndplateNoiseOptions o;
        o.rate_hz = drawn_between(random, part, 20.0, 40.0);
        o.gain_cv = drawn_between(random, part, 0.2, 0.4);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("endplate_noise", {{"rate_hz", rate_hz, 1, 500}, {"gain_cv", gain_cv, 0, 0.5}});
    }
};

[[nodiscard]] inline Train endplate_noise(Random& random, const EndplateNoiseOptions& o, double begin_s, double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    double t = begin_s + random.exponential(1.0 / o.rate_hz);
    while (t < end_s) {
        train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
        t += std::max(random.exponential(1.0 / o.rate_hz), detail::shortest_s);
    }
    return train;
}

struct MyotoniaOptions {
    double low_hz = 22;         ///< at both ends of a waxing: rates stay within 20 to 80 (AANEM)
    double peak_hz = 60;        ///< 20 to 80 (AANEM)
    double low_gain = 0.3;      ///< amplitude waxes and wanes as well (AANEM); 10 µV to 1 mV, from memory
    double duration_s = 5;      ///< no figure found; 2 to 15 (engineering)
    int waxings = 1;            ///< in a run; engineering
    double rise_share = 0.35;   ///< of a waxing; engineering
    double cv = 0.02;           ///< besides the waxing; engineering
    double gain_cv = 0.03;      ///< engineering

    [[nodiscard]] static MyotoniaOptions drawn(Random& random, Part part = {}) {
        MyotoniaOptions o;
        o.low_hz = drawn_between(random, part, 21.0, 30.0);
        o.peak_hz = drawn_between(random, part, 50.0, 77.0);
        o.low_gain = drawn_between(random, part, 0.1, 0.35);
        o.duration_s = drawn_between_log(random, part, 2.0, 15.0);
        o.waxings = drawn_whole(random, part, 1, 3);
        o.rise_share = drawn_between(random, part, 0.2, 0.5);
        o.cv = drawn_between(random, part, 0.01, 0.03);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("myotonia",
                                  {{"low_hz", low_hz, 10, 150}, {"peak_hz", peak_hz, low_hz, 150},
                                   {"low_gain", low_gain, 0.02, 1}, {"duration_s", duration_s, 0.5, 600},
                                   {"waxings", static_cast<double>(waxings), 1, 50},
                                   {"rise_share", rise_share, 0.05, 0.95}, {"cv", cv, 0, 0.2},
                                   {"gain_cv", gain_cv, 0, 0.5}});
    }
};

[[nodiscard]] inline Train myotonia(Random& random, const MyotoniaOptions& o, double begin_s, double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    const double stop_s = std::min(end_s, begin_s + o.duration_s);
    for (double t = begin_s; t < stop_s;) {
        const double through = (t - begin_s) / o.duration_s * o.waxings;
        const double x = through - std::floor(through);
        const double phase =
            x < o.rise_share ? 0.5 * x / o.rise_share : 0.5 + 0.5 * (x - o.rise_share) / (1.0 - o.rise_share);
        const double waxed = 0.5 - 0.5 * cos_turns(phase);   // 0 at the ends, 1 at the peak
        const double rate_hz = detail::between(waxed, o.low_hz, o.peak_hz);
        train.push_back({t, detail::gain_near(random, detail::between(waxed, o.low_gain, 1.0), o.gain_cv)});
        t += detail::interval_s(random, 1.0 / rate_hz, o.cv);
    }
    return train;
}

struct ComplexRepetitiveOptions {
    double rate_hz = 35;        ///< 5 to 150, commonest 30 to 40 (neuromuscular.wustl.edu)
    double interval_cv = 0.004; ///< very low (Trontelj and Stålberg 1983), no figure found; blocking is the potential's
    double duration_s = 10;     ///< no figure found; 1 to 60 (engineering)
    int steps = 1;              ///< sudden changes of the rate in a run; possible (WUSTL), the number is engineering
    double step_ratio = 1.4;    ///< most that a step multiplies or divides the rate by; engineering
    double gain_cv = 0.01;      ///< uniform shape and size (Trontelj and Stålberg 1983)

    [[nodiscard]] static ComplexRepetitiveOptions drawn(Random& random, Part part = {}) {
        ComplexRepetitiveOptions o;
        const double u = detail::share_of(random, part);   // half of all in the commonest range
        o.rate_hz = u < 0.25   ? detail::between_log(4.0 * u, 5.0, 30.0)
                    : u < 0.75 ? detail::between(2.0 * u - 0.5, 30.0, 40.0)
                               : detail::between_log(4.0 * u - 3.0, 40.0, 150.0);
        o.interval_cv = drawn_between(random, part, 0.001, 0.01);
        o.duration_s = drawn_between_log(random, part, 2.0, 60.0);
        o.steps = drawn_whole(random, part, 0, 3);
        o.step_ratio = drawn_between(random, part, 1.2, 1.8);
        return o;
    }
    [[nodiscard]] std::string problem() const {
        return detail::problem_in("complex_repetitive",
                                  {{"rate_hz", rate_hz, lowest_hz, highest_hz}, {"interval_cv", interval_cv, 0, 0.05},
                                   {"duration_s", duration_s, 0.1, 3600}, {"steps", static_cast<double>(steps), 0, 100},
                                   {"step_ratio", step_ratio, 1, 4}, {"gain_cv", gain_cv, 0, 0.3}});
    }
    static constexpr double lowest_hz = 5, highest_hz = 150;   ///< steps stay inside as well
};

[[nodiscard]] inline Train complex_repetitive(Random& random, const ComplexRepetitiveOptions& o, double begin_s,
                                              double end_s) {
    Train train;
    if (!detail::stretch_holds(o.problem(), begin_s, end_s)) return train;
    const double length_s = std::min(o.duration_s, end_s - begin_s);
    const double stop_s = std::min(end_s, begin_s + length_s);
    double rate_hz = o.rate_hz;
    double t = begin_s;
    for (int step = 0; step <= o.steps; ++step) {
        // Steps lie in the middle of equal shares of the run, so that every plateau can be seen.
        double until_s = stop_s;
        if (step < o.steps) until_s = begin_s + length_s * (step + 0.75 + 0.5 * random.uniform()) / (o.steps + 1);
        while (t < until_s) {
            train.push_back({t, detail::gain_near(random, 1.0, o.gain_cv)});
            t += detail::interval_s(random, 1.0 / rate_hz, o.interval_cv);
        }
        const double u = random.uniform(-1.0, 1.0);
        const double changed = rate_hz * simulate::exp((u < 0 ? u - 1.0 : u + 1.0) * 0.5 * simulate::log(o.step_ratio));
        rate_hz = std::max(changed, ComplexRepetitiveOptions::lowest_hz);
        rate_hz = std::min(rate_hz, ComplexRepetitiveOptions::highest_hz);
    }
    return train;
}

}  // namespace fascikit::simulate
