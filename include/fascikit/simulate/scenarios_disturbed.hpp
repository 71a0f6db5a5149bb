// Scenarios at the skin where the recording is at fault: heart, movement, cables,
// stimulators, lost contacts, much fat. Fasciculations are there all the time.
#pragma once

#include <array>
#include <string>

#include "fascikit/simulate/scenarios_interference.hpp"
#include "fascikit/simulate/stage.hpp"

namespace fascikit::simulate::detail {

/// Gluteus maximus through 20 to 35 mm of fat: little is left of a discharge, and it is blunt.
[[nodiscard]] inline Simulated gluteal(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120, {{"left gluteus"}, {"right gluteus"}});
    for (std::size_t site = 0; site < 2; ++site) stage.noise(site);
    stage.hum_and_drift(8.0);
    MuscleOptions thick;
    thick.fat_mm = {22, 30, 28, 35};
    thick.depth_mm = {4, 15, 6, 20};
    thick.half_length_mm = {60, 80, 55, 75};
    thick.fibres = {60, 100, 80, 140};
    for (std::size_t site = 0; site < 2; ++site) {
        StagedMuscle muscle(stage, site, thick);
        fasciculate(stage, muscle, stage.plan(5, {15, 35, 10, 50}, {18, 30, 16, 24}), 20.0);
    }
    return stage.scene.finish();
}
/// Paraspinal muscles with the heart on both sides, its QRS up to hundreds of µV.
[[nodiscard]] inline Simulated trunk(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120,
                {{"left paraspinal"}, {"right paraspinal"}, {"left rectus"}});
    for (std::size_t site = 0; site < 3; ++site) stage.noise(site);
    stage.hum_and_drift(6.0);
    EcgOptions heart;
    heart.amplitude_uv = 1.0;
    heart.rate_bpm = stage.draw({58, 75, 66, 95});
    Random random = stage.stream();
    const Ecg beats = ecg(random, stage.scene.sampling_rate_hz(), stage.frames(), heart);
    for (std::size_t site = 0; site < 3; ++site) {
        stage.scene.wave(site, beats.waveform, (site == 1 ? -1.0 : 1.0) * stage.draw({80, 300, 150, 600}));
        StagedMuscle muscle(stage, site);
        fasciculate(stage, muscle, stage.plan(4, {10, 25, 8, 30}, {50, 90, 40, 70}), 15.0);
    }
    stage.scene.confounder({0.0, stage.end_s()}, "ecg");
    return stage.scene.finish();
}
/// A restless subject: the electrodes move, the cables swing, contacts pop.
[[nodiscard]] inline Simulated restless(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120, {{"left vastus"}, {"right vastus"}});
    for (std::size_t site = 0; site < 2; ++site) stage.noise(site);
    stage.hum_and_drift(8.0);
    for (std::size_t site = 0; site < 2; ++site) {
        StagedMuscle muscle(stage, site);
        fasciculate(stage, muscle, stage.plan(5, {15, 35, 10, 45}, {40, 70, 30, 50}), 15.0);
    }
    const double rate = stage.scene.sampling_rate_hz();
    for (double at_s = 2.0; at_s < stage.end_s() - 2.0; at_s += stage.draw({4, 9, 3, 8})) {
        Random random = stage.stream();
        const int kind = static_cast<int>(stage.random.uniform(0.0, 3.0));
        const auto site = static_cast<std::size_t>(stage.random.uniform(0.0, 2.0));
        if (kind == 0) {
            MovementOptions o;
            o.amplitude_uv = stage.draw({200, 1000, 300, 2500});
            o.duration_s = stage.draw({0.5, 1.5, 0.4, 2.5});
            stage.scene.artefact(site, simulate::movement(random, rate, at_s, o), "movement");
        } else if (kind == 1) {
            PopOptions o;
            o.amplitude_uv = stage.draw({-500, 500, -1500, 1500});
            o.recovery_s = stage.draw({0.08, 0.2, 0.04, 0.4});
            stage.scene.artefact(site, electrode_pop(rate, at_s, o), "pop");
        } else {
            CableOptions o;
            o.amplitude_uv = stage.draw({200, 800, 300, 2000});
            o.frequency_hz = stage.draw({2, 5, 3, 8});
            const Artefact swing = cable_swing(rate, at_s, o);
            stage.scene.artefact(site, swing, "cable");
            (void)add_artefact(stage.scene.channel(1 - site), swing, stage.draw({0.3, 0.8, -1.0, 1.0}));
        }
    }
    return stage.scene.finish();
}
/// A stimulator at an exact period, an amplifier that clips, a contact that is lost, samples that are missing.
[[nodiscard]] inline Simulated faulty(const ScenarioOptions& options) {
    Stage stage(options, Electrode::surface, skin_rate(options), 120, {{"left thenar"}, {"right thenar"}});
    for (std::size_t site = 0; site < 2; ++site) stage.noise(site);
    stage.hum_and_drift(8.0);
    for (std::size_t site = 0; site < 2; ++site) {
        StagedMuscle muscle(stage, site);
        fasciculate(stage, muscle, stage.plan(5, {20, 40, 15, 50}, {60, 120, 50, 100}), 10.0);
    }
    const double rate = stage.scene.sampling_rate_hz(), end_s = stage.end_s();
    StimulusOptions stimulus;
    stimulus.rate_hz = stage.draw({1.0, 2.0, 0.8, 3.0});
    stimulus.rail_uv = stage.draw({1000, 3000, 800, 5000});
    stimulus.count = static_cast<int>(0.15 * end_s * stimulus.rate_hz) + 1;
    const double weaker = stage.draw({0.4, 0.9, 0.2, 0.9});
    for (const Artefact& one : stimuli(rate, 0.1 * end_s, stimulus)) {
        stage.scene.artefact(0, one, "stimulus");
        (void)add_artefact(stage.scene.channel(1), one, weaker);
    }
    Random random = stage.stream();
    MovementOptions swing;
    swing.amplitude_uv = 4000;
    stage.scene.artefact(1, simulate::movement(random, rate, 0.85 * end_s, swing), "movement");
    stage.scene.clip(stage.draw({1200, 1500, 900, 1200}));
    ContactOptions contact;
    contact.kind = stage.reporting ? LostContact::rail : LostContact::open;
    contact.rail_uv = 900;
    const double lost_s = stage.draw({0.4, 0.45, 0.35, 0.45}) * end_s;
    stage.scene.lose_contact(0, 0, lost_s, lost_s + 0.1 * end_s, random, contact);
    const double dropped_s = stage.draw({0.6, 0.65, 0.6, 0.7}) * end_s;
    stage.scene.drop_samples(dropped_s, dropped_s + stage.draw({0.2, 1.5, 0.1, 3.0}), Dropped::held);
    return stage.scene.finish();
}
/// 8 × 8 electrodes 8 mm apart (tuning) or 10 mm and turned against the fibres (reporting), some without contact.
[[nodiscard]] inline Simulated grid64(const ScenarioOptions& options) {
    const bool reporting = options.set == ParameterSet::reporting;
    const double pitch_mm = reporting ? 10 : 8;
    Stage stage(options, Electrode::surface, skin_rate(options), 60, {{"left biceps", 64, 8, 8, pitch_mm}});
    NoiseOptions noise;
    noise.rms_uv = stage.draw({3.0, 5.0, 4.0, 7.0});
    noise.corner_hz = stage.draw({15, 40, 30, 90});
    noise.common = stage.draw({0.1, 0.3, 0.2, 0.5});
    stage.noise(0, noise);
    stage.hum_and_drift(8.0);
    const double turned_deg = reporting ? stage.random.uniform(-25.0, 25.0) : 0.0;
    StagedMuscle muscle(stage, 0, {}, grid(8, 8, pitch_mm, 0.0, stage.draw({10, 20, 0, 30}), turned_deg));
    struct Bad {
        std::size_t channel;
        double from_s;
    };
    std::vector<Bad> bad(static_cast<std::size_t>(stage.draw({2, 4.9, 3, 7.9})));
    std::vector<std::size_t> never;
    for (std::size_t b = 0; b < bad.size(); ++b) {
        bad[b].channel = static_cast<std::size_t>(stage.random.uniform(0.0, 64.0));
        bad[b].from_s = b % 2 == 0 ? 0.0 : stage.random.uniform(0.2, 0.8) * stage.end_s();
        if (b % 2 == 0) never.push_back(bad[b].channel);
    }
    muscle.leave_out(never);
    fasciculate(stage, muscle, stage.plan(12, {40, 70, 30, 90}, {50, 90, 40, 70}), 25.0);
    for (const Bad& b : bad) {
        Random random = stage.stream();
        stage.scene.lose_contact(0, b.channel, b.from_s, stage.end_s(), random);
    }
    return stage.scene.finish();
}

}  // namespace fascikit::simulate::detail
