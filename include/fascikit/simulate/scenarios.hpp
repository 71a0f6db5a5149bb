// Scenarios: recordings whose truth is known, by name.
//
// `make(name, options)` gives the same samples and the same truth on every machine for
// the same name, seed, set, duration and background (built with -ffp-contract=off).
// Stretches keep their share of the recording when the duration is another.
// Cost: about a second a minute and channel of 64, mostly noise; 12 bytes a sample.
// Throws std::invalid_argument for a name that does not exist, naming those that do,
// and for a duration or background that cannot be used.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/scenarios_disturbed.hpp"
#include "fascikit/simulate/scenarios_interference.hpp"
#include "fascikit/simulate/scenarios_needle.hpp"
#include "fascikit/simulate/scenarios_resting.hpp"

namespace fascikit::simulate {

struct Scenario {
    std::string_view name;
    Electrode electrode;
    double duration_s;
    std::string_view description;
    std::string_view varies;          ///< with the seed, within ranges that the two sets do not share
    Simulated (*make)(const ScenarioOptions&);
};

inline constexpr std::array<Scenario, 22> scenario_table{{
    {"calf", Electrode::surface, 60,
     "both calves: sporadic fasciculations, doublets, a fast benign unit, a contraction",
     "rates, sizes, depths, fat, noise level and colour, hum, effort", &detail::calf},
    {"frequent", Electrode::surface, 120, "relaxed biceps with frequent fasciculations of several units",
     "6 to 15 units, 15 to 80 a minute, sizes, depths, fat, noise, hum", &detail::frequent},
    {"storm", Electrode::surface, 60, "180 fasciculations a minute from many units",
     "24 to 40 units, 170 to 200 a minute, sizes, depths, fat, noise, hum", &detail::storm},
    {"sparse", Electrode::surface, 300, "healthy tibialis anterior: one to three fasciculations a minute",
     "2 to 5 units, rates, sizes, depths, fat, noise, hum", &detail::sparse},
    {"benign", Electrode::surface, 120, "one fast benign unit, and a weak one beside it",
     "80 to 160 a minute, sizes, depths, fat, noise, hum", &detail::benign},
    {"weak", Electrode::surface, 120, "fasciculations of 6 to 12 times the noise only",
     "6 to 14 units, 20 to 60 a minute, sizes, depths, noise, hum", &detail::weak},
    {"noise", Electrode::surface, 180, "a noise level that drifts and steps, under strong mains hum",
     "level, drift, number and height of steps, colour, hum, units", &detail::changing_noise},
    {"multiplets", Electrode::surface, 120, "doublets to sextuplets, and singles that an F-wave follows",
     "intervals, discharges a group, latencies, rates, sizes, depths, noise", &detail::multiplet},
    {"contractions", Electrode::surface, 120, "voluntary contractions between and over fasciculations",
     "number, length and effort of contractions, sizes, rates, noise", &detail::contractions},
    {"tonic", Electrode::surface, 120, "one unit fires steadily underneath fasciculations",
     "its rate, variation, size and stretch, the others' rates and sizes, noise", &detail::tonic_unit},
    {"tremor", Electrode::surface, 90, "two stretches of tremor, rest around them",
     "tremor rate and bursts, stretch, sizes, fasciculations, noise", &detail::tremor_limb},
    {"cramp", Electrode::surface, 120, "a cramp that builds up and fades in a fasciculating calf",
     "its units, rates and stretch, sizes, fasciculations, noise", &detail::cramping},
    {"myokymia", Electrode::surface, 90, "two units in rhythmic groups, sporadic units beside them",
     "rate of groups, discharges a group, rate inside, sizes, noise", &detail::myokymic},
    {"neuromyotonia", Electrode::surface, 90, "decrementing trains at 150 to 300 Hz, fasciculations between them",
     "rates, decrement, length and pauses of the trains, sizes, noise", &detail::neuromyotonic},
    {"crosstalk", Electrode::surface, 90, "the muscle beside contracts while this one fasciculates",
     "its effort, size and depth, fasciculations, noise", &detail::crosstalk},
    {"gluteal", Electrode::surface, 120, "gluteus maximus through 22 to 35 mm of fat",
     "fat, depths, rates, sizes, noise, hum", &detail::gluteal},
    {"trunk", Electrode::surface, 120, "trunk muscles with the electrocardiogram in them",
     "heart rate and its variability, size at each site, fasciculations, noise", &detail::trunk},
    {"movement", Electrode::surface, 120, "movement of the electrodes, swinging cables, popping contacts",
     "number, kind and size of the artefacts, fasciculations, noise", &detail::restless},
    {"faults", Electrode::surface, 120, "stimulus artefacts, a lost contact, missing samples, clipping",
     "stimulus rate and size, stretches, rails, fasciculations, noise", &detail::faulty},
    {"grid", Electrode::surface, 60, "64 electrodes over one muscle, some of them without contact",
     "pitch and turn of the grid, bad channels, common noise, units, fat", &detail::grid64},
    {"rest", Electrode::surface, 1800, "nothing at all: four muscles at rest for half an hour",
     "noise level and colour", &detail::rest},
    {"needle", Electrode::needle, 160,
     "every label one after the other, among them trains of single fibres",
     "every pattern within its published range, sizes, distances, noise", &detail::needle},
}};

[[nodiscard]] inline const auto& scenarios() noexcept { return scenario_table; }

/// The recording and truth of scenario `name`.
[[nodiscard]] inline Simulated make(std::string_view name, const ScenarioOptions& options = {}) {
    std::string known;
    for (const Scenario& scenario : scenario_table) {
        known += (known.empty() ? "" : ", ") + std::string(scenario.name);
        if (scenario.name != name) continue;
        if (!core::is_nan(options.duration_s) && !(options.duration_s >= 10 && options.duration_s <= 86400))
            core::fail_option("duration " + core::number(options.duration_s) + " s: allowed is 10 to 86400");
        if (!options.background.empty() && scenario.electrode == Electrode::needle)
            core::fail_option("a background takes the place of noise at the skin: '" + std::string(name) + "' is a needle scenario");
        return scenario.make(options);
    }
    core::fail_option("scenario '" + std::string(name) + "': allowed is " + known);
}
[[nodiscard]] inline Simulated make(std::string_view name, std::uint64_t seed) { return make(name, ScenarioOptions{.seed = seed}); }

}  // namespace fascikit::simulate
