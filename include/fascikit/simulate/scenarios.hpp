// Scenarios: recordings whose truth is known, by name.
//
// `make(name, seed)` gives the same samples and the same truth on every machine for
// the same name and seed (built with -ffp-contract=off). Cost: about a second and
// 30 MB. Throws std::invalid_argument for a name that does not exist, naming those that do.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/firing.hpp"
#include "fascikit/simulate/scene.hpp"

namespace fascikit::simulate {

struct Scenario {
    std::string_view name;
    std::string_view description;
    Simulated (*make)(std::uint64_t seed);
};

namespace detail {

/// Surface, both calves, 60 s: six kinds of fasciculating unit, hum, drift, a contraction on the left.
[[nodiscard]] inline Simulated calf(std::uint64_t seed) {
    constexpr double duration_s = 60;
    Scene scene({.electrode = Electrode::surface, .sampling_rate_hz = 2048, .duration_s = duration_s,
                 .sites = {"left calf", "right calf"}}, seed);
    scene.noise(0, 4.0, 0.25);
    scene.noise(1, 5.0, 0.0);
    scene.mains(6.0);
    scene.drift(40.0);

    // Depth, amplitude, rate: sporadic as in Sleutjes 2016, large enough to be seen (>= 50 µV,
    // van der Heijden 1994) down to small. A doublet follows its first by 4 to 8 ms
    // (Piotrkiewicz 2008) and is smaller.
    struct Kind {
        std::size_t site;
        double depth_mm, amplitude_uv, rate_hz;
        bool doublet;
    };
    constexpr std::array<Kind, 9> kinds{{{0, 8, 320, 0.12, false}, {0, 10, 160, 0.20, false}, {0, 14, 90, 0.25, false},
                                         {0, 9, 60, 0.15, false},  {0, 8, 220, 0.12, true},   {1, 9, 140, 1.00, false},
                                         {1, 12, 75, 0.20, false}, {1, 8, 260, 0.08, false},  {1, 15, 48, 0.15, false}}};
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        Random random = scene.random(k);
        const Kind& kind = kinds[k];
        const ElectrodePair pair{random.uniform(12.0, 25.0), random.uniform(32.0, 45.0)};
        const auto potential = potential_of(motor_unit(random, 40, kind.depth_mm), pair, kind.amplitude_uv,
                                            scene.band(), scene.sampling_rate_hz());
        const auto unit = scene.new_unit();
        for (const double t : sporadic(random, kind.rate_hz, 0.3, 0.5, duration_s - 0.5)) {
            const Label label = kind.doublet ? Label::fasciculation_multiplet : Label::fasciculation_potential;
            scene.discharge(kind.site, unit, potential, t, label, 1.0 + 0.03 * random.normal());
            if (!kind.doublet) continue;
            const double later_s = random.uniform(0.004, 0.008);  // drawn in order, whatever the compiler
            scene.discharge(kind.site, unit, potential, t + later_s, label, 0.8 + 0.03 * random.normal());
        }
    }

    // A contraction: 30 units that join over the first 1.5 s and leave over the last, the large ones
    // last and first (Henneman 1965), each a renewal train of CV 0.15 from 8 Hz up.
    constexpr double onset_s = 34, end_s = 41;
    constexpr int units = 30;
    for (int u = 0; u < units; ++u) {
        Random random = scene.random(100 + static_cast<std::uint64_t>(u));
        const double rank = static_cast<double>(u) / units;
        const ElectrodePair pair{random.uniform(12.0, 25.0), random.uniform(32.0, 45.0)};
        const auto potential = potential_of(motor_unit(random, 12, random.uniform(8.0, 18.0)), pair,
                                            25.0 * simulate::exp(1.8 * rank), scene.band(), scene.sampling_rate_hz());
        const double rate = 14.0 - 5.0 * rank;
        for (const double t : renewal(random, rate, rate + 3.0, 0.15, onset_s + 1.5 * rank, end_s - 1.0 * rank))
            scene.add(0, potential, t);
    }
    scene.segment(0, onset_s, end_s + 0.03, Label::voluntary);
    return scene.finish();
}

/// A few fibres near the needle; `near_mm` sets how sharp the potential is.
[[nodiscard]] inline std::vector<Fibre> near_fibres(Random& random, int count, double near_mm, double spread_ms,
                                                    double endplate_mm) {
    std::vector<Fibre> fibres(static_cast<std::size_t>(count));
    const double velocity = random.uniform(3.2, 4.2);
    for (Fibre& f : fibres) {
        f.delay_ms = random.uniform(0.0, spread_ms);
        f.velocity_m_s = velocity * (1.0 + 0.08 * random.uniform(-1.0, 1.0));
        f.endplate_mm = endplate_mm + (count > 1 ? random.uniform(-4.0, 4.0) : 0.0);
        f.distance_mm = near_mm * (1.0 + (count > 1 ? 2.0 * random.uniform() : 0.0));
    }
    return fibres;
}

/// Needle, 30 s at 20 kHz, one thing after the other: see the description in `scenarios`.
[[nodiscard]] inline Simulated needle(std::uint64_t seed) {
    constexpr double duration_s = 30;
    Scene scene({.electrode = Electrode::needle, .sampling_rate_hz = 20000, .duration_s = duration_s,
                 .sites = {"left tibialis"}}, seed);
    scene.noise(0, 5.0);
    const ElectrodePair tip{0.0, 1.0e6};
    const auto make = [&](const std::vector<Fibre>& fibres, double amplitude_uv) {
        return potential_of(fibres, tip, amplitude_uv, scene.band(), scene.sampling_rate_hz());
    };
    {   // One fibre far from its end-plate: positive first. Regular, slows from 9 to 4 Hz and stops.
        Random random = scene.random(0);
        const auto potential = make(near_fibres(random, 1, 0.35, 0.0, -25.0), 120.0);
        const auto unit = scene.new_unit();
        for (const double t : renewal(random, 9.0, 4.0, 0.03, 1.0, 7.0))
            scene.discharge(0, unit, potential, t, Label::fibrillation_potential, 1.0 + 0.02 * random.normal());
    }
    {   // Ephaptic fibres, one after the other over 9 ms; hardly any jitter; abrupt on and off.
        Random random = scene.random(1);
        auto fibres = near_fibres(random, 7, 0.4, 0.0, -20.0);
        for (std::size_t i = 0; i < fibres.size(); ++i) fibres[i].delay_ms = 1.5 * static_cast<double>(i);
        const auto potential = make(fibres, 300.0);
        const auto unit = scene.new_unit();
        for (const double t : renewal(random, 35.0, 35.0, 0.005, 8.2, 10.2))
            scene.discharge(0, unit, potential, t, Label::complex_repetitive_discharge);
    }
    {   // 200 Hz, abrupt, decrementing to a third.
        Random random = scene.random(2);
        const auto potential = make(near_fibres(random, 8, 0.6, 0.8, -15.0), 500.0);
        const auto unit = scene.new_unit();
        for (const double t : renewal(random, 210.0, 190.0, 0.02, 11.5, 12.2))
            scene.discharge(0, unit, potential, t, Label::neuromyotonic_discharge, simulate::exp(-(t - 11.5) / 0.64));
    }
    constexpr std::array<double, 3> amplitudes_uv{800.0, 350.0, 180.0};
    for (std::size_t k = 0; k < amplitudes_uv.size(); ++k) {
        Random random = scene.random(10 + k);
        const auto potential = make(near_fibres(random, 14, 0.8 + 0.3 * static_cast<double>(k), 2.5, -18.0),
                                    amplitudes_uv[k]);
        const auto unit = scene.new_unit();
        for (const double t : sporadic(random, 0.8, 0.3, 13.2, 24.3))
            scene.discharge(0, unit, potential, t, Label::fasciculation_potential, 1.0 + 0.03 * random.normal());
    }
    {   // At the end-plate: negative first. Irregular, 5 to 50 Hz.
        Random random = scene.random(20);
        const auto potential = make(near_fibres(random, 1, 0.3, 0.0, 0.0), 150.0);
        const auto unit = scene.new_unit();
        for (const double t : sporadic(random, 14.0, 0.02, 25.5, 29.3))
            scene.discharge(0, unit, potential, t, Label::endplate_spike, 1.0 + 0.05 * random.normal());
    }
    return scene.finish();
}

/// Surface, four muscles, 120 s: noise and nothing else.
[[nodiscard]] inline Simulated rest(std::uint64_t seed) {
    Scene scene({.electrode = Electrode::surface, .sampling_rate_hz = 2048, .duration_s = 120,
                 .sites = {"left biceps", "right biceps", "left calf", "right calf"}}, seed);
    constexpr std::array<double, 4> rms_uv{3.0, 5.0, 8.0, 12.0};
    for (std::size_t site = 0; site < rms_uv.size(); ++site) scene.noise(site, rms_uv[site]);
    return scene.finish();
}

}  // namespace detail

inline constexpr std::array<Scenario, 3> scenario_table{{
    {"calf", "surface, both calves, 60 s at 2048 Hz: sporadic fasciculations of nine units, one of them in doublets "
             "and one about once a second; a contraction at 34 s on the left; hum and drift", &detail::calf},
    {"needle", "needle, 30 s at 20 kHz: a fibrillation train that slows, a complex repetitive discharge, a "
               "neuromyotonic discharge, fasciculations of three units, end-plate spikes", &detail::needle},
    {"rest", "surface, four muscles, 120 s at 2048 Hz: noise and nothing else", &detail::rest},
}};

[[nodiscard]] inline const std::array<Scenario, scenario_table.size()>& scenarios() noexcept { return scenario_table; }

/// The recording and truth of scenario `name`.
[[nodiscard]] inline Simulated make(std::string_view name, std::uint64_t seed = 1) {
    std::string known;
    for (const Scenario& scenario : scenario_table) {
        if (scenario.name == name) return scenario.make(seed);
        known += (known.empty() ? "" : ", ") + std::string(scenario.name);
    }
    core::fail_option("scenario '" + std::string(name) + "': allowed is " + known);
}

}  // namespace fascikit::simulate
