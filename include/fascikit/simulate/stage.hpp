// Stage: what the scenarios are built with: a scene, the set of parameters it draws from,
// muscles under electrodes, and units planned so that a quarter of the discharges is weak.
//
// Two sets. `tuning` is for choosing thresholds and rules, `reporting` for figures that
// are published. They differ in the ranges of the parameters (`Ranges`, and the part of a
// pattern's published range, `Part`), in geometry (fat, depth, distance of the electrodes,
// off the fibres' axis, length of the fibres, sampling rate) and in backgrounds (noise
// level and colour, mains frequency), not only in the seed.
//
// Parameters are drawn from one stream in the order in which they are asked for; units,
// noise and confounders have streams of their own. Allocates; throws std::invalid_argument
// for options out of range.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/finite.hpp"
#include "fascikit/simulate/patterns_fasciculation.hpp"
#include "fascikit/simulate/scene.hpp"

namespace fascikit::simulate {

enum class ParameterSet : std::uint8_t { tuning, reporting };

struct ScenarioOptions {
    std::uint64_t seed = 1;
    ParameterSet set = ParameterSet::tuning;
    /// NaN: the scenario's own duration.
    double duration_s = core::not_given;
    /// Recorded rest that takes the place of made noise at the skin, µV; empty: none.
    std::span<const double> background{};
    double background_rate_hz = 0;    ///< must be the scenario's rate
};

/// What grids and pairs at the skin are sampled with: 2048 Hz, or 2000 (PANACEA, the successor of SPiQE).
[[nodiscard]] inline double skin_rate(const ScenarioOptions& options) noexcept {
    return options.set == ParameterSet::reporting ? 2000 : 2048;
}

struct Ranges {
    double tuning_low, tuning_high, reporting_low, reporting_high;
};

/// A unit before it has a potential: how often it discharges and how large it is in units of the noise.
struct PlannedUnit {
    double rate_hz = 0;
    double snr = 0;                   ///< peak to peak over the noise RMS, both in the band
};

class Stage {
public:
    Stage(const ScenarioOptions& options, Electrode electrode, double sampling_rate_hz, double duration_s,
          std::vector<SceneSite> sites)
        : scene({electrode, sampling_rate_hz,
                 core::is_finite(options.duration_s) ? options.duration_s : duration_s, std::move(sites)},
                options.seed),
          random(scene.random(0)),
          reporting(options.set == ParameterSet::reporting),
          background_(options.background),
          rms_uv_(scene.sites(), 1.0) {
        if (!background_.empty() && options.background_rate_hz != sampling_rate_hz)
            core::fail_option("background at " + core::number(options.background_rate_hz) + " Hz: allowed is the rate of the scenario, " +
                              core::number(sampling_rate_hz) + " Hz");
    }

    [[nodiscard]] double draw(const Ranges& r) noexcept {
        return reporting ? random.uniform(r.reporting_low, r.reporting_high) : random.uniform(r.tuning_low, r.tuning_high);
    }
    /// The part of a published range that this set draws from: two thirds each, one third in common.
    [[nodiscard]] Part part() const noexcept { return reporting ? Part{1.0 / 3, 1.0} : Part{0.0, 2.0 / 3}; }
    /// A stream for something that happens at a site.
    [[nodiscard]] Random stream() noexcept { return scene.random(++streams_); }
    [[nodiscard]] double end_s() const noexcept { return scene.duration_s(); }
    [[nodiscard]] double rms_uv(std::size_t site) const noexcept { return rms_uv_[site]; }

    /// Amplifier and electrode noise; 2 to 8 µV in the band is what good electrodes on prepared skin and fair
    /// ones on unprepared skin give (an engineering choice; the recorded rest of this project has 2.5 to 6).
    void noise(std::size_t site, NoiseOptions options) {
        rms_uv_[site] = options.rms_uv;
        if (background_.empty()) return scene.noise(site, options);
        scene.background(site, background_);
        rms_uv_[site] = scene.noise_uv(site);
    }
    void noise(std::size_t site) {
        NoiseOptions options;
        options.rms_uv = draw({2.5, 5.0, 4.0, 8.0});
        options.corner_hz = draw({15, 40, 30, 90});
        noise(site, options);
    }
    /// Hum of one mains on all sites, each with its own gain and phase, and the slow drift of the electrodes.
    void hum_and_drift(double largest_uv) {
        HumOptions options;
        options.frequency_hz = reporting && random.uniform() < 0.5 ? 60 : 50;
        options.amplitude_uv = 1.0;
        Random own = stream();
        for (std::size_t site = 0; site < scene.sites(); ++site) {
            const double phase_turns = random.uniform();
            Random same = own;  // one mains: the same wander everywhere
            const double gain = largest_uv * draw({0.1, 0.7, 0.4, 1.0});
            scene.wave(site, mains_hum(same, options, scene.sampling_rate_hz(), frames(), phase_turns), gain);
            Random slow = stream();
            scene.wave(site, baseline_drift(slow, scene.sampling_rate_hz(), frames()), 1.0);
        }
        scene.confounder({0.0, end_s()}, "mains");
        scene.confounder({0.0, end_s()}, "drift");
    }

    [[nodiscard]] std::int64_t frames() noexcept { return static_cast<std::int64_t>(scene.channel(0).size()); }

    /// `units` that discharge `together_per_min` times a minute together. A third comes from units of 8 to 12
    /// times the noise, which makes a quarter of all, since units planned otherwise are larger; the others have 13
    /// times the noise and up to `largest`; sizes and rates are spread evenly in log.
    [[nodiscard]] std::vector<PlannedUnit> plan(int units, const Ranges& together_per_min, const Ranges& largest) {
        const double per_min = draw(together_per_min);
        const double largest_snr = draw(largest);
        const int weak = units < 2 ? 0 : std::max(1, (units + 1) / 4);
        std::vector<PlannedUnit> planned(static_cast<std::size_t>(units));
        double sums[2] = {0, 0};
        for (int u = 0; u < units; ++u) {
            PlannedUnit& p = planned[static_cast<std::size_t>(u)];
            p.rate_hz = simulate::exp(random.uniform(-1.0, 1.0));
            p.snr = u < weak ? random.uniform(8.5, 11.5)
                             : 13.0 * simulate::exp(random.uniform() * simulate::log(largest_snr / 13.0));
            sums[u < weak ? 0 : 1] += p.rate_hz;
        }
        for (int u = 0; u < units; ++u) {
            const double share = weak == 0 ? 1.0 : u < weak ? 0.33 : 0.67;
            planned[static_cast<std::size_t>(u)].rate_hz *= share * per_min / 60.0 / sums[u < weak ? 0 : 1];
        }
        return planned;
    }

    Scene scene;
    Random random;
    bool reporting;

private:
    std::span<const double> background_;
    std::vector<double> rms_uv_;
    std::uint64_t streams_ = 0;
};

/// What lies between a unit and the electrodes. Engineering choices around published geometry: fat over calf and
/// thigh 2 to 9 mm, electrodes 10 to 30 mm apart (SENIAM: 20 mm), fibres of 70 to 150 mm.
struct MuscleOptions {
    Ranges fat_mm{1.5, 4.0, 3.0, 7.0};
    Ranges depth_mm{3.0, 12.0, 6.0, 18.0};
    Ranges half_length_mm{50.0, 75.0, 35.0, 60.0};
    Ranges velocity_m_s{3.5, 4.3, 3.8, 4.8};
    Ranges distance_mm{20.0, 20.0, 10.0, 30.0};  ///< between the electrodes of a pair
    Ranges off_axis_mm{-3.0, 3.0, -8.0, 8.0};
    Ranges fibres{30, 60, 40, 90};
};

class StagedMuscle {
public:
    /// A pair of electrodes over one site.
    StagedMuscle(Stage& stage, std::size_t site, const MuscleOptions& options = {})
        : StagedMuscle(stage, site, options, Montage{}) {
        const double distance_mm = stage.draw(options.distance_mm);
        const double z_mm = stage.draw({18.0, 28.0, 14.0, 32.0});
        montage_ = bipolar(stage.draw(options.off_axis_mm), z_mm, distance_mm);
    }
    StagedMuscle(Stage& stage, std::size_t site, const MuscleOptions& options, Montage montage)
        : stage_(&stage), site_(site), options_(options), montage_(std::move(montage)), fat_mm_(stage.draw(options.fat_mm)) {
        Tissue tissue;
        tissue.fat_mm = fat_mm_;
        conductor_ = std::make_unique<SkinConductor>(tissue);
    }

    [[nodiscard]] std::size_t site() const noexcept { return site_; }
    /// Channels that have no contact from the start: none of them is a unit's largest.
    void leave_out(std::vector<std::size_t> channels) { without_contact_ = std::move(channels); }

    /// A motor unit of this muscle, `amplitude_uv` peak to peak in the band on its largest channel.
    [[nodiscard]] UnitPotential unit_of(double amplitude_uv, double across_mm = 0.0) {
        Random random = stage_->stream();
        MotorUnitOptions o;
        o.fibres = static_cast<int>(stage_->draw(options_.fibres));
        o.depth_mm = stage_->draw(options_.depth_mm);
        o.x_mm = across_mm;
        o.velocity_m_s = stage_->draw(options_.velocity_m_s);
        o.endplate_mm = stage_->random.uniform(-8.0, 8.0);
        o.to_tendon_mm = stage_->draw(options_.half_length_mm);
        o.to_other_tendon_mm = stage_->draw(options_.half_length_mm);
        auto potential = surface_potential(motor_unit(random, o), *conductor_, montage_, stage_->scene.band(),
                                           stage_->scene.sampling_rate_hz());
        for (const std::size_t dead : without_contact_)
            std::fill_n(potential.fine.begin() + static_cast<std::ptrdiff_t>(dead * potential.steps), potential.steps, 0.0);
        if (!without_contact_.empty()) detail::measure(potential, stage_->scene.band(), stage_->scene.sampling_rate_hz());
        scale_to(potential, amplitude_uv);
        return potential;
    }
    [[nodiscard]] UnitPotential unit(double snr, double across_mm = 0.0) {
        return unit_of(snr * stage_->rms_uv(site_), across_mm);
    }

private:
    Stage* stage_;
    std::size_t site_;
    MuscleOptions options_;
    Montage montage_;
    double fat_mm_;
    std::unique_ptr<SkinConductor> conductor_;
    std::vector<std::size_t> without_contact_;
};

/// Sporadic fasciculations of planned units over the whole recording.
inline void fasciculate(Stage& stage, StagedMuscle& muscle, std::span<const PlannedUnit> units, double across_mm = 0.0) {
    for (const PlannedUnit& planned : units) {
        const auto potential = muscle.unit(planned.snr, across_mm * stage.random.uniform(-1.0, 1.0));
        Random random = stage.stream();
        FasciculationOptions options;
        options.rate_hz = planned.rate_hz;
        stage.scene.train(muscle.site(), stage.scene.new_unit(), potential,
                          fasciculations(random, options, 0.3, stage.end_s() - 0.3), Label::fasciculation_potential);
    }
}

/// What most scenarios begin with: one muscle, its noise and hum, and units that fasciculate all the time.
struct FasciculatingMuscle {
    FasciculatingMuscle(const ScenarioOptions& options, double duration_s, const std::string& site, double hum_uv, int units,
                        const Ranges& together_per_min, const Ranges& largest_snr, double across_mm)
        : stage(options, Electrode::surface, skin_rate(options), duration_s, {{site}}), muscle(in(stage, hum_uv), 0) {
        fasciculate(stage, muscle, stage.plan(units, together_per_min, largest_snr), across_mm);
    }
    FasciculatingMuscle(const FasciculatingMuscle&) = delete;  // the muscle points to the stage
    FasciculatingMuscle& operator=(const FasciculatingMuscle&) = delete;

    Stage stage;
    StagedMuscle muscle;

private:
    static Stage& in(Stage& stage, double hum_uv) {
        stage.noise(0);
        stage.hum_and_drift(hum_uv);
        return stage;
    }
};

}  // namespace fascikit::simulate
