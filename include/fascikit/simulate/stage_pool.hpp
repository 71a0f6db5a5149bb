// Pool: the units of a muscle that act together: contractions, cramps, tremor, a neighbour.
//
// Sizes by rank as recruitment has them: the smallest first, each larger by the same factor
// (Fuglevand et al. 1993; Henneman 1965). Potentials are computed once for all stretches.
// Every discharge is in the truth, and the stretch as a segment. Allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fascikit/simulate/patterns_involuntary.hpp"
#include "fascikit/simulate/patterns_voluntary.hpp"
#include "fascikit/simulate/stage.hpp"

namespace fascikit::simulate {

class Pool {
public:
    /// `largest_uv`: peak to peak of the largest unit; the smallest has a twelfth of it.
    Pool(Stage& stage, StagedMuscle& muscle, int units, double largest_uv, double across_mm = 15.0)
        : site_(muscle.site()) {
        constexpr double range = 12.0;
        for (int u = 0; u < units; ++u) {
            const double size_uv = largest_uv / range * size_of(u, units, range);
            const double aside_mm = across_mm * stage.random.uniform(-1.0, 1.0);
            potentials_.push_back(muscle.unit_of(size_uv, aside_mm));
            names_.push_back(stage.scene.new_unit());
        }
    }

    /// Potentials made elsewhere, the smallest first.
    Pool(Stage& stage, std::size_t site, std::vector<UnitPotential> potentials)
        : site_(site), potentials_(std::move(potentials)) {
        for (std::size_t u = 0; u < potentials_.size(); ++u) names_.push_back(stage.scene.new_unit());
    }

    [[nodiscard]] int units() const noexcept { return static_cast<int>(potentials_.size()); }

    void play(Stage& stage, const PoolFiring& firing, Label label) {
        double last_s = firing.end_s;
        for (std::size_t u = 0; u < firing.units.size(); ++u) {
            stage.scene.train(site_, names_[u], potentials_[u], firing.units[u], label);
            if (!firing.units[u].empty())
                last_s = std::max(last_s, firing.units[u].back().time_s +
                                              2.0 * potentials_[u].peak_in_samples / stage.scene.sampling_rate_hz());
        }
        stage.scene.segment(site_, firing.onset_s, last_s, label);
    }
    /// An effort that rises, holds and falls: `share` of the maximum.
    void contract(Stage& stage, double onset_s, double length_s, double share) {
        play(stage, firing(stage, onset_s, length_s, share), Label::voluntary);
    }
    /// The same seen from a muscle beside it: no discharge of that site's own.
    void contract_next_door(Stage& stage, double onset_s, double length_s, double share) {
        const PoolFiring all = firing(stage, onset_s, length_s, share);
        for (std::size_t u = 0; u < all.units.size(); ++u)
            for (const Firing& f : all.units[u]) stage.scene.add(site_, potentials_[u], f);
        stage.scene.confounder({all.onset_s, all.end_s}, "crosstalk");
    }

private:
    [[nodiscard]] PoolFiring firing(Stage& stage, double onset_s, double length_s, double share) const {
        Random random = stage.stream();
        VoluntaryOptions options = VoluntaryOptions::drawn(random, stage.part());
        options.units = units();
        const double ramp_s = std::min(0.2 * length_s, 1.5);
        const std::array<EffortPoint, 4> effort{{{onset_s, 0.0}, {onset_s + ramp_s, share},
                                                 {onset_s + length_s - ramp_s, share}, {onset_s + length_s, 0.0}}};
        return voluntary(random, options, effort);
    }

    std::size_t site_;
    std::vector<UnitPotential> potentials_;
    std::vector<std::int32_t> names_;
};

}  // namespace fascikit::simulate
