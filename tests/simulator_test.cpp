// A scene built by hand. tests/python/test_simulator.py builds the same one by option
// names and expects the same bytes: change both hashes together.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "fascikit/simulate/patterns_fasciculation.hpp"
#include "fascikit/simulate/patterns_pool.hpp"
#include "fascikit/simulate/scene.hpp"

namespace {

using namespace fascikit;
using namespace fascikit::simulate;

/// FNV-1a.
std::uint64_t hash_of(const std::vector<float>& samples) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const float v : samples) {
        unsigned char bytes[sizeof v];
        std::memcpy(bytes, &v, sizeof v);
        for (const unsigned char b : bytes) hash = (hash ^ b) * 1099511628211ULL;
    }
    return hash;
}

TEST(Simulator, SceneByHand) {
    Scene scene({.electrode = Electrode::surface, .sampling_rate_hz = 2048, .duration_s = 20,
                 .sites = {{"left biceps", 12, 4, 3, 8.0}, {"calf"}}},
                9);
    NoiseOptions noise;
    noise.rms_uv = 5;
    noise.common = 0.3;
    noise.drift_octaves = 0.5;
    noise.steps = 2;
    scene.noise(0, noise);
    scene.noise(1, {});
    Tissue tissue;
    tissue.fat_mm = 4;
    SkinConductor skin(tissue);
    MotorUnitOptions unit;
    unit.depth_mm = 9;
    unit.fibres = 25;
    Random fibres(3, 2);
    auto over_grid = surface_potential(motor_unit(fibres, unit), skin, grid(4, 3, 8.0, 1, 25, 10), scene.band(), 2048);
    scale_to(over_grid, 130);
    Random groups(4);
    const auto multiplet = MultipletOptions::drawn(groups, {0.2, 0.6});
    scene.train(0, scene.new_unit(), over_grid, multiplets(groups, multiplet, 0, 20).train, Label::fasciculation_multiplet);
    Random others(3, 3);
    const auto pair = surface_potential(motor_unit(others, unit), skin, bipolar(0, 20, 20), scene.band(), 2048);
    Random shaking(5);
    TremorOptions essential = TremorOptions::drawn(shaking, {}, TremorKind::essential);
    essential.units = 1;
    scene.train(1, scene.new_unit(), pair, tremor(shaking, essential, 3, 12).units[0], Label::tremor);
    scene.artefact(1, cable_swing(2048, 15.0), "cable");
    const Simulated simulated = scene.finish();
    EXPECT_EQ(simulated.truth.discharges.size(), 102u);
    EXPECT_EQ(hash_of(simulated.samples), 0x292f61e9c7d6ef7bULL);
}

}  // namespace
