// Scenarios of muscle at rest at the skin: fasciculations, many or few, and nothing at all.
#pragma once

#include <array>
#include <string>

#include "fascikit/simulate/stage_pool.hpp"
#include "fascikit/simulate/stage.hpp"

namespace fascikit::simulate::detail {

/// The tour: two muscles, sporadic units, a unit in doublets, one about once a second, a contraction, hum.
[[nodiscard]] inline Simulated calf(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 60,
                {{"left calf"}, {"right calf"}});
    for (std::size_t site = 0; site < 2; ++site) stage.noise(site);
    stage.hum_and_drift(8.0);
    StagedMuscle left(stage, 0), right(stage, 1);
    fasciculate(stage, left, stage.plan(6, {30, 50, 20, 70}, {50, 80, 35, 60}));
    {   // Doublets of one unit, 2.5 to 20 ms apart (Simpson 1969).
        const auto potential = left.unit(stage.draw({30, 45, 20, 35}));
        Random random = stage.stream();
        MultipletOptions doublets = MultipletOptions::drawn(random, stage.part());
        doublets.rate_hz = stage.draw({0.08, 0.15, 0.05, 0.2});
        doublets.discharges = 2;
        stage.scene.train(0, stage.scene.new_unit(), potential,
                          multiplets(random, doublets, 0.3, stage.end_s() - 0.3).train, Label::fasciculation_multiplet);
    }
    fasciculate(stage, right, stage.plan(4, {20, 30, 10, 40}, {40, 60, 30, 50}));
    {   // Benign units are the fast ones: an interval of 0.8 s (Trojaborg and Buchthal 1965).
        const PlannedUnit fast{stage.draw({0.9, 1.3, 1.2, 1.9}), stage.draw({20, 30, 15, 40})};
        fasciculate(stage, right, std::span(&fast, 1));
    }
    const double middle_s = 0.62 * stage.end_s(), length_s = std::min(7.0, 0.25 * stage.end_s());
    Pool pool(stage, left, 30, stage.draw({250, 400, 150, 300}));
    pool.contract(stage, middle_s - 0.5 * length_s, length_s, stage.draw({0.25, 0.45, 0.2, 0.7}));
    return stage.scene.finish();
}

/// One muscle at rest, `units` that discharge `per_min` times a minute together.
[[nodiscard]] inline Simulated resting(const ScenarioOptions& options, double duration_s, const std::string& site,
                                       Ranges units, Ranges per_min, Ranges largest_snr) {
    Stage stage(options, Electrode::surface, skin_rate(options), duration_s, {{site}});
    stage.noise(0);
    stage.hum_and_drift(6.0);
    StagedMuscle muscle(stage, 0);
    const int count = static_cast<int>(stage.draw(units));
    fasciculate(stage, muscle, stage.plan(count, per_min, largest_snr), 15.0);
    return stage.scene.finish();
}

/// Median 40.5 a minute, quartiles 10.6 and 79.4, over 165 recordings (Bashford et al. 2020, AVID).
[[nodiscard]] inline Simulated frequent(const ScenarioOptions& options) {
    return resting(options, 120, "left biceps", {6, 13, 8, 15}, {15, 60, 25, 80}, {40, 80, 30, 60});
}
/// 180 a minute: units whose trains overlap in time and whose pooled train looks like a rhythm to a rule for one unit.
[[nodiscard]] inline Simulated storm(const ScenarioOptions& options) {
    return resting(options, 60, "left biceps", {24, 32, 28, 40}, {170, 190, 175, 200}, {40, 80, 30, 60});
}
/// Never above 3 a minute in a healthy tibialis anterior (van der Heijden 1994).
[[nodiscard]] inline Simulated sparse(const ScenarioOptions& options) {
    return resting(options, 300, "left tibialis", {2, 4, 2, 5}, {1.0, 2.0, 1.5, 3.0}, {40, 80, 30, 60});
}
/// Above 100 a minute of one unit: an abductor hallucis of a healthy subject (van der Heijden 1994). A second unit,
/// weak, makes the quarter of weak discharges.
[[nodiscard]] inline Simulated benign(const ScenarioOptions& options) {
    return resting(options, 120, "left foot", {2, 2.9, 2, 2.9}, {80, 130, 90, 160}, {20, 50, 15, 40});
}
/// All at 6 to 12 times the noise, by the unit; single discharges vary by some per cent around that.
[[nodiscard]] inline Simulated weak(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120, {{"left deltoid"}});
    stage.noise(0);
    stage.hum_and_drift(4.0);
    StagedMuscle muscle(stage, 0);
    const int units = static_cast<int>(stage.draw({6, 10, 8, 14}));
    const double per_min = stage.draw({20, 40, 30, 60});
    std::vector<PlannedUnit> planned(static_cast<std::size_t>(units));
    for (PlannedUnit& p : planned) {
        p.rate_hz = per_min / 60.0 / units;
        p.snr = stage.draw({6, 12, 6, 12});
    }
    fasciculate(stage, muscle, planned, 15.0);
    return stage.scene.finish();
}
/// The level sways over an octave or more and steps up and down, under strong hum.
[[nodiscard]] inline Simulated changing_noise(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 180,
                {{"left biceps"}, {"right biceps"}});
    for (std::size_t site = 0; site < 2; ++site) {
        NoiseOptions noise;
        noise.rms_uv = stage.draw({3.0, 5.0, 4.0, 7.0});
        noise.corner_hz = stage.draw({15, 40, 30, 90});
        noise.drift_octaves = stage.draw({0.3, 0.6, 0.5, 0.8});
        noise.drift_period_s = stage.draw({40, 80, 25, 60});
        noise.steps = static_cast<int>(stage.draw({2, 4.9, 3, 6.9}));
        noise.step_octaves = stage.draw({0.5, 1.0, 0.7, 1.2});
        stage.noise(site, noise);
    }
    stage.hum_and_drift(25.0);
    for (std::size_t site = 0; site < 2; ++site) {
        StagedMuscle muscle(stage, site);
        fasciculate(stage, muscle, stage.plan(6, {20, 40, 25, 60}, {50, 80, 40, 60}), 15.0);
    }
    return stage.scene.finish();
}
/// Doublets to sextuplets (2 to 20 ms, Simpson 1969), and singles some of which an F-wave follows (32 to 35 ms in
/// the calf, Kleine et al. 2012).
[[nodiscard]] inline Simulated multiplet(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120, {{"left calf"}});
    stage.noise(0);
    stage.hum_and_drift(6.0);
    StagedMuscle muscle(stage, 0);
    const auto planned = stage.plan(6, {30, 50, 25, 60}, {40, 70, 30, 50});
    for (std::size_t u = 0; u < planned.size(); ++u) {
        const auto potential = muscle.unit(planned[u].snr);
        Random random = stage.stream();
        const auto unit = stage.scene.new_unit();
        GroupedTrain grouped;
        if (u % 2 == 0) {
            MultipletOptions o = MultipletOptions::drawn(random, stage.part());
            o.rate_hz = planned[u].rate_hz / 2.5;
            grouped = multiplets(random, o, 0.3, stage.end_s() - 0.3);
        } else {
            FWaveOptions o = FWaveOptions::drawn(random, stage.part());
            o.rate_hz = planned[u].rate_hz / 1.3;
            grouped = f_wave_pairs(random, o, 0.3, stage.end_s() - 0.3);
        }
        std::vector<int> size(grouped.train.size(), 0);
        for (const std::int32_t g : grouped.group) ++size[static_cast<std::size_t>(g)];
        for (std::size_t i = 0; i < grouped.train.size(); ++i)
            stage.scene.discharge(0, unit, potential, grouped.train[i],
                                  size[static_cast<std::size_t>(grouped.group[i])] > 1 ? Label::fasciculation_multiplet
                                                                                      : Label::fasciculation_potential);
    }
    return stage.scene.finish();
}
/// Noise and nothing else, for half an hour, at four muscles with 2.5 to 9 µV (tuning) or 4 to 14 (reporting).
[[nodiscard]] inline Simulated rest(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 1800,
                {{"left biceps"}, {"right biceps"}, {"left calf"}, {"right calf"}});
    for (std::size_t site = 0; site < 4; ++site) {
        NoiseOptions noise;
        noise.rms_uv = stage.draw({2.5, 9.0, 4.0, 14.0});
        noise.corner_hz = stage.draw({15, 40, 30, 90});
        stage.noise(site, noise);
    }
    return stage.scene.finish();
}

}  // namespace fascikit::simulate::detail
