// Single fibres at a needle: the geometry behind each discharge that only a needle sees.
//
// The kinds differ by where the needle lies on the fibre and how the fibre repolarises;
// their polarity follows. Fibrillation: the fibre passes by, far from where it starts:
// positive first, bi- or triphasic. Positive sharp wave: the membrane is crushed at the
// needle, so the front arrives and does not go on, and the fibre repolarises slowly:
// positive, then long and negative (the crush: Dumitru and Martinez 2006,
// 10.1002/mus.20615). End-plate spike: the needle lies at the end-plate: negative first.
// End-plate noise: miniature currents that do not travel: short, negative.
// Give `fibre` and `shape` to needle_potential. `distance_mm` is from the needle to the
// middle of the fibre, across. Throws std::invalid_argument.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/electrodes.hpp"
#include "fascikit/simulate/fibre.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/propagation.hpp"
#include "fascikit/simulate/unit_shape.hpp"

namespace fascikit::simulate {

struct SingleFibre {
    Fibre fibre{};
    IntracellularPotential shape{};
};

namespace detail {

/// A fibre beside the needle whose potential starts `before_mm` before it.
[[nodiscard]] inline Fibre fibre_beside(const Needle& needle, double distance_mm, double before_mm) {
    require("distance_mm", distance_mm, 0.02, 20, "mm");
    Fibre f;
    f.x_mm = needle.x_mm + distance_mm;
    f.depth_mm = needle.depth_mm < 0.5 ? 0.5 : needle.depth_mm;
    f.endplate_mm = needle.z_mm - before_mm;
    return f;
}

}  // namespace detail

/// 30 mm from where it starts, so that the start and the ends are small. Half the length of
/// Rosenfalck's potential, as Nandedkar and Stålberg 1983 for single fibres.
[[nodiscard]] inline SingleFibre fibrillating_fibre(const Needle& needle, double distance_mm) {
    SingleFibre s;
    s.fibre = detail::fibre_beside(needle, distance_mm, 30.0);
    s.shape.per_mm = 2;
    return s;
}

/// Ends at the needle. Velocity and the tail's share and length are ours: they give the published 10 to 30 ms.
[[nodiscard]] inline SingleFibre injured_fibre(const Needle& needle, double distance_mm) {
    SingleFibre s;
    s.fibre = detail::fibre_beside(needle, distance_mm, 30.0);
    s.fibre.to_tendon_mm = 30.0;
    s.shape.tail_share = 0.9;
    s.shape.tail_length_mm = 25;
    s.fibre.velocity_m_s = 3;
    return s;
}

/// Starts at the needle. Velocity within the 3.69 ± 0.71 m/s of Stålberg 1966.
[[nodiscard]] inline SingleFibre endplate_fibre(const Needle& needle, double distance_mm) {
    SingleFibre s;
    s.fibre = detail::fibre_beside(needle, distance_mm, 0.0);
    s.fibre.velocity_m_s = 3.5;
    return s;
}

/// The current of one packet of transmitter. Ours, so that amplitude (10 to 50 µV near by) and
/// duration (0.5 to 2 ms) of end-plate noise are the quoted ones.
struct EndplateCurrent {
    double peak_na = 4;
    double rise_ms = 0.15;
    double decay_ms = 0.45;
    double length_constant_mm = 2;   ///< over which it leaves the fibre again
};

/// A miniature end-plate potential `distance_mm` from the needle, in µV: into the fibre at one
/// place, out again along it (exp(-|z| / length constant)), so that its currents sum to zero.
[[nodiscard]] inline UnitPotential endplate_potential(const Needle& needle, double distance_mm, Band band, double sampling_rate_hz,
                                                      const EndplateCurrent& current = {}) {
    using detail::require;
    detail::check(band, sampling_rate_hz);
    require("peak_na", current.peak_na, 0, 1000, "nA");
    require("rise_ms", current.rise_ms, 0.02, 2, "ms");
    require("decay_ms", current.decay_ms, 1.1 * current.rise_ms, 10, "ms");
    require("length_constant_mm", current.length_constant_mm, 0.2, 10, "mm");
    const Fibre f = detail::fibre_beside(needle, distance_mm, 0.0);
    const Muscle muscle;
    double ohm = 0;   // g, in 1/(S/m · mm): microvolts a nanoampere
    for (const detail::NeedlePoint& p : detail::points_of(needle)) {
        const double place = detail::stretched_distance(p, f, muscle);
        const double z = p.z_mm - f.endplate_mm;
        double g = 1.0 / std::sqrt(place * place + z * z);
        const double cell = 0.05 * current.length_constant_mm;
        for (int i = -200; i < 200; ++i) {
            const double left = cell * static_cast<double>(i);
            const double middle = left < 0 ? -(left + 0.5 * cell) : left + 0.5 * cell;
            const double share = 0.5 / current.length_constant_mm * simulate::exp(-middle / current.length_constant_mm);
            g -= share * (simulate::asinh((z - left) / place) - simulate::asinh((z - left - cell) / place));
        }
        ohm += p.weight * g / (4.0 * pi * muscle.across_s_per_m);
    }
    UnitPotential p = detail::silent(1, 14.0 * current.decay_ms, sampling_rate_hz);
    const double fine_per_ms = sampling_rate_hz * UnitPotential::steps_per_sample / 1000.0;
    const auto course = [&](double t_ms) { return simulate::exp(-t_ms / current.decay_ms) - simulate::exp(-t_ms / current.rise_ms); };
    const double top_ms = simulate::log(current.decay_ms / current.rise_ms) / (1.0 / current.rise_ms - 1.0 / current.decay_ms);
    const double scale = -current.peak_na * ohm / course(top_ms);
    for (std::size_t i = 0; i < p.steps; ++i) p.fine[i] = scale * course(static_cast<double>(i) / fine_per_ms);
    detail::measure(p, band, sampling_rate_hz);
    return p;
}

}  // namespace fascikit::simulate
