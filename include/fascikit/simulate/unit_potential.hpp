// Unit potentials: what every channel of an electrode sees of one discharge of a motor unit.
//
// surface_potential: finite fibres under the layers of a SkinConductor. needle_potential:
// the same fibres in an infinite anisotropic muscle around a Needle. Both are true
// microvolts by the physics, not scaled and not filtered; `amplitude_uv`, `largest` and
// `peak_in_samples` are measured in the band by `in_band`. What follows from the physics
// and is not put in: the velocity between electrodes, the reversal of a differential
// channel at the end-plate, the end of the fibres seen by all electrodes at once, a fibre
// positive first away from its end-plate and negative first at it.
//
// Shapes: `fine` is channel after channel, `steps` points each, at sampling rate × 8 from
// time 0, the arrival of the nerve impulse. A potential starts at exactly 0 and ends below
// 1e-5 of its largest value, so adding it makes no step. Errors: halving the steps changes
// the answer by less than 1 % of its peak (tests/conductor_test.cpp). Cost of 60 fibres on
// one core of a 2020s server at -O2, tables made: 1.1 ms for a bipolar channel, 25 ms for
// 64 monopolar channels at 2048 Hz, 28 ms for a concentric needle at 20 kHz. Allocates the
// answer. Throws std::invalid_argument.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/electrodes.hpp"
#include "fascikit/simulate/fibre.hpp"
#include "fascikit/simulate/propagation.hpp"
#include "fascikit/simulate/single_fibre.hpp"
#include "fascikit/simulate/unit_shape.hpp"

namespace fascikit::simulate {

namespace detail {

[[nodiscard]] inline UnitPotential surface_of(std::span<const Fibre> fibres, SkinConductor& conductor, const Montage& montage,
                                              Band band, double sampling_rate_hz, double until_ms, double step_mm) {
    UnitPotential p = silent(montage.channels.size(), until_ms, sampling_rate_hz);
    const double fine_per_ms = sampling_rate_hz * UnitPotential::steps_per_sample / 1000.0;
    // A column of contacts shares its slope along the fibre, so each x is looked up once.
    std::vector<double> across;
    for (const Channel& channel : montage.channels)
        for (const Contact& contact : channel.contacts) across.push_back(contact.x_mm);
    std::sort(across.begin(), across.end());
    across.erase(std::unique(across.begin(), across.end()), across.end());
    const IntracellularPotential shape;
    std::vector<SlopeLine> lines(across.size());
    std::vector<double> weights, seen;
    for (const Fibre& f : fibres) {
        for (std::size_t k = 0; k < across.size(); ++k) lines[k] = conductor.line(across[k] - f.x_mm, f.depth_mm);
        for (const bool other : {false, true}) {
            const Arm arm = arm_of(f, other, step_mm);
            if (arm.length_mm < shortest_arm_mm) continue;
            const Travel travel(shape, arm.step_mm);
            const Reading reading(f, arm, shape.extent_mm(), fine_per_ms);
            for (std::size_t c = 0; c < p.channels; ++c) {
                weights.assign(arm.intervals + 1, 0.0);
                for (const Contact& contact : montage.channels[c].contacts) {
                    const auto line = std::lower_bound(across.begin(), across.end(), contact.x_mm) - across.begin();
                    const double z = arm.direction * (contact.z_mm - f.endplate_mm);
                    for (std::size_t i = 0; i < weights.size(); ++i)
                        weights[i] += contact.weight * lines[static_cast<std::size_t>(line)].at(z - static_cast<double>(i) * arm.step_mm);
                }
                smooth_weights(weights, arm.step_mm);
                travel.run(weights, seen);
                reading.add(seen, -microvolts_per_slope(f.diameter_um), std::span(p.fine).subspan(c * p.steps, p.steps));
            }
        }
    }
    measure(p, band, sampling_rate_hz);
    return p;
}

[[nodiscard]] inline UnitPotential needle_of(std::span<const Fibre> fibres, const Needle& needle, Band band, double sampling_rate_hz,
                                             const IntracellularPotential& shape, double until_ms, double coarser) {
    UnitPotential p = silent(1, until_ms, sampling_rate_hz);
    const double fine_per_ms = sampling_rate_hz * UnitPotential::steps_per_sample / 1000.0;
    const auto points = points_of(needle);
    std::vector<double> seen;
    for (const Fibre& f : fibres) {
        const double x = f.x_mm - needle.x_mm;
        const double depth = f.depth_mm - needle.depth_mm;
        // The nearer the fibre, the sharper what passes; a quarter of the distance, within what V needs.
        const double step_mm = coarser * std::clamp(0.25 * std::sqrt(x * x + depth * depth), 0.05, 0.4) / std::max(1.0, shape.per_mm);
        for (const bool other : {false, true}) {
            const Arm arm = arm_of(f, other, step_mm);
            if (arm.length_mm < shortest_arm_mm) continue;
            Travel(shape, arm.step_mm).run(line_weights(arm, f, points, Muscle{}), seen);
            Reading(f, arm, shape.extent_mm(), fine_per_ms).add(seen, -microvolts_per_slope(f.diameter_um), p.fine);
        }
    }
    measure(p, band, sampling_rate_hz);
    return p;
}

inline void check(const Montage& montage) {
    if (montage.channels.empty()) core::fail_option("channels of the montage is empty; allowed is 1 channel or more");
    for (const Channel& channel : montage.channels) {
        if (channel.contacts.empty()) core::fail_option("contacts of a channel is empty; allowed is 1 contact or more");
        for (const Contact& contact : channel.contacts) {
            check_place(contact.x_mm, contact.z_mm);
            require("weight of a contact", contact.weight, -1000, 1000, "");
        }
    }
}
/// Fibre i goes to group i mod `groups`: draws are without order, so each group is a thinned unit.
template <class Make>
[[nodiscard]] std::vector<UnitPotential> in_groups(std::span<const Fibre> fibres, int groups, Make make) {
    check(fibres);
    require("groups", groups, 1, static_cast<double>(fibres.size()), "groups, at most one a fibre");
    std::vector<UnitPotential> parts;
    for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g) {
        std::vector<Fibre> some;
        for (std::size_t i = g; i < fibres.size(); i += static_cast<std::size_t>(groups)) some.push_back(fibres[i]);
        parts.push_back(make(some));
    }
    return parts;
}

}  // namespace detail

/// At the skin. Fibres deeper than 100 mm or contacts beyond 1 m are refused.
[[nodiscard]] inline UnitPotential surface_potential(std::span<const Fibre> fibres, SkinConductor& conductor, const Montage& montage,
                                                     Band band, double sampling_rate_hz) {
    detail::check(fibres);
    detail::check(montage);
    detail::check(band, sampling_rate_hz);
    return detail::surface_of(fibres, conductor, montage, band, sampling_rate_hz,
                              detail::last_ms(fibres, IntracellularPotential{}), 0.5);
}

/// At a needle, one channel. The muscle has no end: fat and skin are far from 0.1 to 5 mm.
[[nodiscard]] inline UnitPotential needle_potential(std::span<const Fibre> fibres, const Needle& needle, Band band,
                                                    double sampling_rate_hz, const IntracellularPotential& shape = {}) {
    detail::check(fibres);
    detail::check(shape);
    detail::check(band, sampling_rate_hz);
    return detail::needle_of(fibres, needle, band, sampling_rate_hz, shape, detail::last_ms(fibres, shape), 1.0);
}

/// The unit in `groups` parts of as many steps each, whose sum is the whole: to be added with a
/// delay of its own each (jitter), or left out (blocking).
[[nodiscard]] inline std::vector<UnitPotential> parts_of(std::span<const Fibre> fibres, int groups, SkinConductor& conductor,
                                                         const Montage& montage, Band band, double sampling_rate_hz) {
    detail::check(montage);
    detail::check(band, sampling_rate_hz);
    return detail::in_groups(fibres, groups, [&](std::span<const Fibre> some) {
        return detail::surface_of(some, conductor, montage, band, sampling_rate_hz,
                                  detail::last_ms(fibres, IntracellularPotential{}), 0.5);
    });
}
[[nodiscard]] inline std::vector<UnitPotential> parts_of(std::span<const Fibre> fibres, int groups, const Needle& needle, Band band,
                                                         double sampling_rate_hz, const IntracellularPotential& shape = {}) {
    detail::check(shape);
    detail::check(band, sampling_rate_hz);
    return detail::in_groups(fibres, groups, [&](std::span<const Fibre> some) {
        return detail::needle_of(some, needle, band, sampling_rate_hz, shape, detail::last_ms(fibres, shape), 1.0);
    });
}

}  // namespace fascikit::simulate
