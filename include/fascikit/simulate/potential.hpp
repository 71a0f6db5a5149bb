// Potential: what an electrode pair sees of one discharge of a motor unit or fibre.
//
// Each fibre carries two tripoles from the end-plate to the two tendons. A source
// stays at the end-plate until its departure, travels, and stays at the tendon (after
// McGill and Huynh 1988, "A model of the surface-recorded motor-unit action potential",
// whose six sources these are). The strengths sum to zero and have no dipole moment, so
// a tripole that stands still gives nothing. Infinite medium, radial distance stretched
// by the muscle's anisotropy. What follows from the physics and is not put in: a fibre
// is positive first away from its end-plate and negative first at it; the end effects
// reach both electrodes of a pair alike.
//
// Units: mm, ms and mm/ms; µV after `scaled`. Time 0 is the arrival of the nerve impulse.
// Cost: 6 square roots a fibre, electrode and point of the fine grid; computed once a
// unit. Allocates the answer. No errors: the caller gives finite geometry.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/simulate/band.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct Fibre {
    double delay_ms = 0;              ///< from the nerve's branching to this end-plate
    double velocity_m_s = 4;          ///< metres a second are mm a ms
    double endplate_mm = 0;           ///< along the fibre, on the axis of the electrodes
    double to_tendon_mm = 60;         ///< end-plate to the tendon on either side
    double to_other_tendon_mm = 60;
    double distance_mm = 10;          ///< from the line of the electrodes
};

/// Along the fibres; the answer is first minus second. `second_mm` far away: monopolar.
struct ElectrodePair {
    double first_mm = 20;
    double second_mm = 40;
};

/// A potential on a grid finer than the recording's, so that a discharge can fall between samples.
struct Potential {
    static constexpr int steps_per_sample = 8;

    std::vector<double> fine;         ///< µV at sampling rate × steps_per_sample
    double peak_in_samples = 0;       ///< of the largest deflection in the band, from time 0
    double amplitude_uv = 0;          ///< peak to peak in the band

    /// Value at sample `n` after a discharge `step` fine steps after a sample.
    [[nodiscard]] double at(std::int64_t n, int step) const noexcept {
        const std::int64_t i = n * steps_per_sample - step;
        return i >= 0 && i < static_cast<std::int64_t>(fine.size()) ? fine[static_cast<std::size_t>(i)] : 0.0;
    }
    [[nodiscard]] std::int64_t samples() const noexcept {
        return static_cast<std::int64_t>(fine.size()) / steps_per_sample + 2;
    }
};

namespace detail {

/// Potential of one arm's three sources at an electrode `z` mm towards that arm's tendon.
[[nodiscard]] inline double arm(double travelled_mm, double length_mm, double z_mm, double distance_mm) noexcept {
    constexpr std::array<double, 3> strength{24.6, -35.4, 10.8};
    // Sum of strength × offset is 0: no dipole moment. About 7 mm of depolarised membrane.
    constexpr std::array<double, 3> behind_mm{0.0, 2.1, 2.1 * 35.4 / 10.8};
    // Conductivity along the fibres is about five times that across.
    const double across = 5.0 * distance_mm * distance_mm;
    double sum = 0;
    for (std::size_t k = 0; k < 3; ++k) {
        const double along = z_mm - std::clamp(travelled_mm - behind_mm[k], 0.0, length_mm);
        sum += strength[k] / std::sqrt(along * along + across);
    }
    return sum;
}

[[nodiscard]] inline double fibre_at(const Fibre& f, double electrode_mm, double time_ms) noexcept {
    const double travelled = (time_ms - f.delay_ms) * f.velocity_m_s;
    const double z = electrode_mm - f.endplate_mm;
    return arm(travelled, f.to_tendon_mm, z, f.distance_mm) +
           arm(travelled, f.to_other_tendon_mm, -z, f.distance_mm);
}

}  // namespace detail

/// The potential of `fibres` scaled to `amplitude_uv` peak to peak in `band`.
[[nodiscard]] inline Potential potential_of(std::span<const Fibre> fibres, ElectrodePair pair, double amplitude_uv,
                                            Band band, double sampling_rate_hz) {
    double last_ms = 0;
    for (const Fibre& f : fibres)
        last_ms = std::max(last_ms, f.delay_ms + (std::max(f.to_tendon_mm, f.to_other_tendon_mm) + 8.0) / f.velocity_m_s);
    Potential p;
    const double fine_per_ms = sampling_rate_hz * Potential::steps_per_sample / 1000.0;
    p.fine.resize(static_cast<std::size_t>(last_ms * fine_per_ms) + Potential::steps_per_sample);
    for (std::size_t i = 0; i < p.fine.size(); ++i) {
        const double t_ms = static_cast<double>(i) / fine_per_ms;
        for (const Fibre& f : fibres)
            p.fine[i] += detail::fibre_at(f, pair.first_mm, t_ms) - detail::fibre_at(f, pair.second_mm, t_ms);
    }
    const auto seen = in_band(p.fine, band, sampling_rate_hz * Potential::steps_per_sample);
    const auto [low, high] = std::minmax_element(seen.begin(), seen.end());
    const double scale = amplitude_uv / (*high - *low);
    for (double& v : p.fine) v *= scale;
    p.amplitude_uv = amplitude_uv;
    p.peak_in_samples = static_cast<double>((*high >= -*low ? high : low) - seen.begin()) / Potential::steps_per_sample;
    return p;
}

/// A motor unit under the skin: `count` fibres around `depth_mm`, end-plates spread over about 10 mm.
[[nodiscard]] inline std::vector<Fibre> motor_unit(Random& random, int count, double depth_mm) {
    std::vector<Fibre> fibres(static_cast<std::size_t>(count));
    const double velocity = random.uniform(3.5, 4.5);
    const double zone = random.uniform(-8.0, 8.0);
    const double half = random.uniform(45.0, 70.0);
    const double other = random.uniform(45.0, 70.0);
    for (Fibre& f : fibres) {
        const double place = 4.0 * std::clamp(random.normal(), -2.5, 2.5);
        f.delay_ms = random.uniform(0.0, 1.5);
        f.velocity_m_s = velocity * (1.0 + 0.05 * random.uniform(-1.0, 1.0));
        f.endplate_mm = zone + place;
        f.to_tendon_mm = half - place + random.uniform(-3.0, 3.0);
        f.to_other_tendon_mm = other + place + random.uniform(-3.0, 3.0);
        f.distance_mm = depth_mm + random.uniform(-2.0, 2.0);
    }
    return fibres;
}

}  // namespace fascikit::simulate
