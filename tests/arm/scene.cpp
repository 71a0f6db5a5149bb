#include "scene.hpp"

#include "fascikit/simulate/stage.hpp"

using namespace fascikit::simulate;

Simulated scene() {
    Stage stage({.seed = 1, .duration_s = 20}, fascikit::Electrode::surface, 2048, 20, {{"a"}, {"b"}, {"c"}, {"d"}});
    for (std::size_t site = 0; site < 4; ++site) stage.noise(site);
    stage.hum_and_drift(8.0);
    for (const std::size_t site : {0U, 2U}) {
        StagedMuscle muscle(stage, site);
        fasciculate(stage, muscle, stage.plan(2, {60, 60, 60, 60}, {40, 60, 40, 60}));
    }
    return stage.scene.finish();
}
