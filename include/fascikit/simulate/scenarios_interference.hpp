// Scenarios at the skin where many units act together, or one acts steadily, with
// fasciculations around and underneath.
#pragma once

#include <algorithm>

#include "fascikit/simulate/patterns_motor_unit.hpp"
#include "fascikit/simulate/stage_pool.hpp"
#include "fascikit/simulate/stage.hpp"

namespace fascikit::simulate::detail {

/// Contractions of a few seconds, weak to strong, with pauses; units fasciculate before, between and during.
[[nodiscard]] inline Simulated contractions(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 120, "left biceps", 6.0, 6, {30, 50, 25, 70}, {40, 70, 30, 50}, 15.0);
    Stage& stage = scene.stage;
    Pool pool(stage, scene.muscle, 40, stage.draw({250, 500, 150, 400}));
    double at_s = stage.draw({8, 14, 5, 12});
    while (at_s < stage.end_s() - 4.0) {
        const double length_s = std::min(stage.draw({2.0, 6.0, 1.2, 9.0}), stage.end_s() - 1.0 - at_s);
        pool.contract(stage, at_s, length_s, stage.draw({0.15, 0.5, 0.06, 0.7}));
        at_s += length_s + stage.draw({10, 18, 7, 20});
    }
    return stage.scene.finish();
}
/// One unit held at 6 to 10 Hz without rest, fasciculations of others above it.
[[nodiscard]] inline Simulated tonic_unit(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 120, "left tibialis", 6.0, 5, {20, 40, 15, 50}, {50, 80, 40, 60}, 15.0);
    Stage& stage = scene.stage;
    const auto potential = scene.muscle.unit(stage.draw({14, 20, 13, 24}));
    Random random = stage.stream();
    const TonicOptions tonic_options = TonicOptions::drawn(random, stage.part());
    const double begin_s = stage.draw({0.1, 0.25, 0.05, 0.3}) * stage.end_s(), end_s = 0.9 * stage.end_s();
    stage.scene.train(0, stage.scene.new_unit(), potential, tonic(random, tonic_options, begin_s, end_s), Label::voluntary);
    return stage.scene.finish();
}
/// A limb that shakes: bursts of many units at the published rates, resting in between.
[[nodiscard]] inline Simulated tremor_limb(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 90, "left forearm", 6.0, 4, {15, 30, 10, 40}, {40, 70, 30, 50}, 15.0);
    Stage& stage = scene.stage;
    Pool pool(stage, scene.muscle, 25, stage.draw({150, 300, 100, 250}));
    for (const double share : {0.2, 0.6}) {
        Random random = stage.stream();
        // 4 to 6 Hz at rest, or 4 to 12 Hz in action; reporting has the second only.
        const TremorKind kind = stage.reporting || share > 0.5 ? TremorKind::essential : TremorKind::parkinson_rest;
        TremorOptions tremor_options = TremorOptions::drawn(random, stage.part(), kind);
        tremor_options.units = pool.units();
        const double begin_s = (share + stage.draw({-0.05, 0.05, -0.1, 0.1})) * stage.end_s();
        pool.play(stage, tremor(random, tremor_options, begin_s, begin_s + stage.draw({0.15, 0.22, 0.1, 0.25}) * stage.end_s()),
                  Label::tremor);
    }
    return stage.scene.finish();
}
/// A cramp that builds up over seconds and fades, in a muscle that fasciculates.
[[nodiscard]] inline Simulated cramping(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 120, "left calf", 6.0, 5, {25, 45, 20, 60}, {40, 70, 30, 50}, 15.0);
    Stage& stage = scene.stage;
    Pool pool(stage, scene.muscle, 40, stage.draw({300, 600, 200, 400}), 25.0);
    Random random = stage.stream();
    CrampOptions cramp_options = CrampOptions::drawn(random, stage.part());
    cramp_options.units = pool.units();
    const double begin_s = stage.draw({0.2, 0.35, 0.15, 0.4}) * stage.end_s();
    pool.play(stage, cramp(random, cramp_options, begin_s, begin_s + stage.draw({0.25, 0.4, 0.2, 0.45}) * stage.end_s()),
              Label::cramp_discharge);
    return stage.scene.finish();
}
/// Two units in rhythmic groups, sporadic ones beside them.
[[nodiscard]] inline Simulated myokymic(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 90, "left face", 5.0, 3, {10, 20, 8, 25}, {40, 60, 30, 50}, 8.0);
    Stage& stage = scene.stage;
    for (int unit = 0; unit < 2; ++unit) {
        const auto potential = scene.muscle.unit(unit == 0 ? stage.draw({25, 45, 18, 35}) : stage.draw({9, 11, 9, 11}));
        Random random = stage.stream();
        const MyokymiaOptions o = MyokymiaOptions::drawn(random, stage.part());
        const double begin_s = (unit == 0 ? 0.05 : 0.7) * stage.end_s(), length_s = (unit == 0 ? 0.55 : 0.2) * stage.end_s();
        stage.scene.train(0, stage.scene.new_unit(), potential, myokymia(random, o, begin_s, begin_s + length_s).train,
                          Label::myokymic_discharge);
    }
    return stage.scene.finish();
}
/// Trains of one unit at 150 to 300 Hz that start and stop at once and decrement, between fasciculations.
[[nodiscard]] inline Simulated neuromyotonic(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 90, "left thenar", 5.0, 4, {20, 30, 15, 40}, {40, 70, 30, 50}, 8.0);
    Stage& stage = scene.stage;
    const auto potential = scene.muscle.unit(stage.draw({30, 60, 25, 50}));
    const auto unit = stage.scene.new_unit();
    for (double at_s = 0.08 * stage.end_s(); at_s < 0.92 * stage.end_s(); at_s += stage.draw({8, 16, 6, 20})) {
        Random random = stage.stream();
        const NeuromyotoniaOptions o = NeuromyotoniaOptions::drawn(random, stage.part());
        stage.scene.train(0, unit, potential, neuromyotonia(random, o, at_s, stage.end_s()), Label::neuromyotonic_discharge);
    }
    return stage.scene.finish();
}
/// The muscle beside contracts: small and blunt at this site, and not its own.
[[nodiscard]] inline Simulated crosstalk(const ScenarioOptions& options) {
    FasciculatingMuscle scene(options, 90, "left soleus", 5.0, 5, {20, 40, 15, 50}, {40, 70, 30, 50}, 10.0);
    Stage& stage = scene.stage;
    // Crosstalk is the end of the fibres' way more than its middle: far from the source only that is left
    // (Farina et al. 2002); a few per cent to a sixth of the signal of the muscle itself (De Luca and Merletti 1988).
    MuscleOptions beside;
    beside.depth_mm = {15, 25, 18, 30};
    StagedMuscle neighbour(stage, 0, beside);
    Pool pool(stage, neighbour, 20, stage.draw({12, 20, 10, 25}) * stage.rms_uv(0) / 5.0, 20.0);
    for (const double share : {0.15, 0.5, 0.75})
        pool.contract_next_door(stage, share * stage.end_s(), 0.12 * stage.end_s(), stage.draw({0.3, 0.5, 0.2, 0.6}));
    return stage.scene.finish();
}

}  // namespace fascikit::simulate::detail
