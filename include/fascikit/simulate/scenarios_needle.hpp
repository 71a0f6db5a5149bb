// The needle scenario: every label one after the other, as a needle that is moved a little
// between them would record them.
//
// 160 s of the default duration are slots of whole seconds; another duration stretches
// them, and the patterns in them keep their rates. 20 kHz (tuning) or 24 kHz.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "fascikit/simulate/patterns_fibre.hpp"
#include "fascikit/simulate/patterns_motor_unit.hpp"
#include "fascikit/simulate/stage_pool.hpp"
#include "fascikit/simulate/single_fibre.hpp"
#include "fascikit/simulate/stage.hpp"

namespace fascikit::simulate::detail {

class NeedleStage : public Stage {
public:
    NeedleStage(const ScenarioOptions& options, double duration_s)
        : Stage(options, Electrode::needle, options.set == ParameterSet::reporting ? 24000 : 20000, duration_s,
                {{"left tibialis"}}),
          second_(end_s() / duration_s) {
        if (reporting) needle_.kind = NeedleKind::monopolar;
    }

    [[nodiscard]] double at(double second) const noexcept { return second * second_; }

    [[nodiscard]] UnitPotential seen(SingleFibre single, double amplitude_uv) {
        single.fibre.velocity_m_s = draw({2.8, 3.8, 3.2, 4.4});
        return seen(std::span(&single.fibre, 1), amplitude_uv, single.shape);
    }
    [[nodiscard]] UnitPotential seen(std::span<const Fibre> fibres, double amplitude_uv, const IntracellularPotential& shape = {}) {
        auto p = needle_potential(fibres, needle_, scene.band(), scene.sampling_rate_hz(), shape);
        scale_to(p, amplitude_uv);
        return p;
    }
    /// A whole unit whose territory the needle is in, or at its edge.
    [[nodiscard]] std::vector<Fibre> unit_fibres(double spread_ms) {
        Random own = stream();
        MotorUnitOptions o;
        o.fibres = static_cast<int>(draw({60, 120, 80, 200}));
        o.territory_mm = draw({5, 8, 6, 10});
        o.x_mm = needle_.x_mm + o.territory_mm * draw({0.1, 0.5, 0.2, 0.55});
        o.depth_mm = needle_.depth_mm;
        o.velocity_m_s = draw({3.2, 4.2, 3.5, 4.6});
        o.endplate_mm = needle_.z_mm - draw({14, 30, 10, 25});
        o.delay_spread_ms = spread_ms;
        return motor_unit(own, o);
    }
    [[nodiscard]] UnitPotential unit(double amplitude_uv) {
        const double spread_ms = draw({0.8, 2.0, 1.0, 3.0});
        return seen(unit_fibres(spread_ms), amplitude_uv);
    }
    void play(const UnitPotential& potential, const Train& train, Label label) {
        scene.train(0, scene.new_unit(), potential, train, label);
    }
    [[nodiscard]] const Needle& needle() const noexcept { return needle_; }

private:
    Needle needle_{};
    double second_;
};

inline void needle_fibres(NeedleStage& s) {
    {   // A fibre passing by: slows, then stops.
        Random random = s.stream();
        const SingleFibre f = fibrillating_fibre(s.needle(), s.draw({0.2, 0.4, 0.3, 0.6}));
        const auto p = s.seen(f, s.draw({60, 200, 40, 180}));
        s.play(p, fibrillation(random, FibrillationOptions::drawn(random, s.part()), s.at(2), s.at(11)), Label::fibrillation_potential);
    }
    {
        Random random = s.stream();
        const SingleFibre f = injured_fibre(s.needle(), s.draw({0.2, 0.4, 0.3, 0.6}));
        const auto p = s.seen(f, s.draw({80, 250, 60, 220}));
        s.play(p, fibrillation(random, FibrillationOptions::drawn(random, s.part()), s.at(13), s.at(22)), Label::positive_sharp_wave);
    }
    {
        Random random = s.stream();
        const SingleFibre f = endplate_fibre(s.needle(), s.draw({0.15, 0.3, 0.2, 0.4}));
        const auto p = s.seen(f, s.draw({100, 180, 120, 200}));
        s.play(p, endplate_spikes(random, EndplateSpikeOptions::drawn(random, s.part()), s.at(24), s.at(30)), Label::endplate_spike);
    }
    for (int plate = 0; plate < 3; ++plate) {   // several end-plates at once hiss
        Random random = s.stream();
        auto p = endplate_potential(s.needle(), s.draw({0.1, 0.3, 0.15, 0.4}), s.scene.band(), s.scene.sampling_rate_hz());
        scale_to(p, s.draw({25, 50, 20, 45}));
        s.play(p, endplate_noise(random, EndplateNoiseOptions::drawn(random, s.part()), s.at(32), s.at(37)), Label::endplate_noise);
    }
    s.scene.segment(0, s.at(32), s.at(37), Label::endplate_noise);
    {
        Random random = s.stream();
        const SingleFibre f = fibrillating_fibre(s.needle(), s.draw({0.2, 0.4, 0.3, 0.5}));
        const auto p = s.seen(f, s.draw({150, 500, 100, 400}));
        s.play(p, myotonia(random, MyotoniaOptions::drawn(random, s.part()), s.at(39), s.at(48)), Label::myotonic_discharge);
    }
    {   // Fibres that excite each other in a ring: the same complex again and again.
        Random random = s.stream();
        const int count = static_cast<int>(s.draw({5, 9.9, 6, 13.9}));
        std::vector<Fibre> ring;
        double delay_ms = 0;
        for (int i = 0; i < count; ++i) {
            Fibre f = fibrillating_fibre(s.needle(), s.draw({0.2, 0.9, 0.25, 1.2})).fibre;
            f.delay_ms = delay_ms;
            delay_ms += s.draw({0.6, 1.6, 0.5, 1.8});
            ring.push_back(f);
        }
        const auto p = s.seen(ring, s.draw({150, 500, 100, 700}));
        ComplexRepetitiveOptions o = ComplexRepetitiveOptions::drawn(random, s.part());
        o.rate_hz = s.draw({15, 40, 25, 45});   // commonest 30 to 40; the complex of up to 20 ms has to fit
        s.play(p, complex_repetitive(random, o, s.at(50), s.at(56)), Label::complex_repetitive_discharge);
    }
}

inline void needle_units(NeedleStage& s) {
    // Four fasciculating units; the last is in reinnervation: polyphasic, jittering, some fibres blocked.
    for (int k = 0; k < 4; ++k) {
        Random random = s.stream();
        FasciculationOptions o = FasciculationOptions::drawn(random, s.part());
        o.rate_hz = s.draw({0.3, 0.8, 0.2, 1.0});
        const double amplitude_uv = s.draw({200, 1200, 120, 900});
        const auto train = fasciculations(random, o, s.at(58), s.at(80));
        if (k < 3) {
            s.play(s.unit(amplitude_uv), train, Label::fasciculation_potential);
            continue;
        }
        const auto fibres = s.unit_fibres(s.draw({6, 9, 7, 12}));
        auto whole = needle_potential(fibres, s.needle(), s.scene.band(), s.scene.sampling_rate_hz());
        const double factor = amplitude_uv / whole.amplitude_uv;
        scale_to(whole, amplitude_uv);
        auto parts = parts_of(fibres, 6, s.needle(), s.scene.band(), s.scene.sampling_rate_hz());
        for (UnitPotential& part : parts)
            for (double& v : part.fine) v *= factor;
        const auto unit = s.scene.new_unit();
        const double jitter_ms = s.draw({0.05, 0.15, 0.08, 0.25});  // abnormal above 0.06 (Stålberg and Trontelj)
        for (const Firing& f : train)
            s.scene.discharge(0, unit, whole, parts, {jitter_ms, 0.15}, random, f, Label::fasciculation_potential);
    }
    {
        Random random = s.stream();
        MultipletOptions o = MultipletOptions::drawn(random, s.part());
        o.rate_hz = s.draw({0.5, 0.9, 0.4, 1.0});
        o.interval_ms = s.draw({8, 16, 9, 20});
        s.play(s.unit(s.draw({300, 900, 200, 700})), multiplets(random, o, s.at(82), s.at(91)).train, Label::fasciculation_multiplet);
    }
    {
        Random random = s.stream();
        const MyokymiaOptions o = MyokymiaOptions::drawn(random, s.part());
        s.play(s.unit(s.draw({300, 900, 200, 700})), myokymia(random, o, s.at(93), s.at(103)).train, Label::myokymic_discharge);
    }
    {
        const auto p = s.unit(s.draw({400, 900, 300, 700}));
        const auto unit = s.scene.new_unit();
        for (const double second : {105.0, 109.0}) {
            Random random = s.stream();
            NeuromyotoniaOptions o = NeuromyotoniaOptions::drawn(random, s.part());
            o.duration_s = s.draw({0.4, 1.2, 0.3, 2.0});
            s.scene.train(0, unit, p, neuromyotonia(random, o, s.at(second), s.at(second + 3.5)), Label::neuromyotonic_discharge);
        }
    }
    {
        Random random = s.stream();
        const ContinuousSingleOptions o = ContinuousSingleOptions::drawn(random, s.part());
        s.play(s.unit(s.draw({300, 900, 200, 700})), continuous_single(random, o, s.at(114), s.at(123)),
               Label::continuous_single_discharge);
    }
}

inline void needle_pools(NeedleStage& s) {
    std::vector<UnitPotential> potentials;
    for (int u = 0; u < 8; ++u) potentials.push_back(s.unit(250.0 * size_of(u, 8, 5.0)));
    Pool pool(s, 0, std::move(potentials));
    pool.contract(s, s.at(126), s.at(8), s.draw({0.2, 0.4, 0.15, 0.6}));
    {
        Random random = s.stream();
        TremorOptions o = TremorOptions::drawn(random, s.part(), s.reporting ? TremorKind::essential : TremorKind::parkinson_rest);
        o.units = pool.units();
        pool.play(s, tremor(random, o, s.at(136.5), s.at(142.5)), Label::tremor);
    }
    {
        Random random = s.stream();
        CrampOptions o = CrampOptions::drawn(random, s.part());
        o.units = pool.units();
        pool.play(s, cramp(random, o, s.at(145), s.at(158)), Label::cramp_discharge);
    }
}

[[nodiscard]] inline Simulated needle(const ScenarioOptions& options) {
    NeedleStage stage(options, 160);
    NoiseOptions noise;
    noise.rms_uv = stage.draw({2.5, 4.5, 3.0, 6.0});
    noise.corner_hz = stage.draw({15, 40, 30, 90});
    stage.noise(0, noise);
    needle_fibres(stage);
    needle_units(stage);
    needle_pools(stage);
    PopOptions pop;   // the needle is moved
    pop.amplitude_uv = stage.draw({300, 900, -1500, 1500});
    stage.scene.artefact(0, electrode_pop(stage.scene.sampling_rate_hz(), stage.at(57), pop), "pop");
    return stage.scene.finish();
}

}  // namespace fascikit::simulate::detail
