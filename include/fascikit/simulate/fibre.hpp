// Fibre: a muscle fibre and the potential that travels in it; motor_unit: many of them.
//
// The potential inside the membrane, s mm behind the front, is Rosenfalck's 1969
//     V(s) = 96 s³ exp(-s) - 90 mV, s in mm,
// the one most models of the surface EMG use (Farina and Merletti 2001, 10.1109/10.923782).
// `per_mm` shrinks it along the fibre: V(per_mm s), 2 after Nandedkar and Stålberg 1983.
// An injured fibre repolarises slowly: `tail_share` of the potential rises alike and then
// falls off over `tail_length_mm`. The current in the fibre is intracellular conductivity
// × cross section × -∂V/∂z.
//
// Lengths mm, times ms, velocities m/s = mm/ms. z along the fibres, x across, depth
// downwards from the border of fat and muscle. Costs nothing to speak of; motor_unit
// allocates the answer and draws 8 numbers a fibre. Throws std::invalid_argument.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct Fibre {
    double x_mm = 0;
    double depth_mm = 10;              ///< 0.5 to 100
    double endplate_mm = 0;            ///< z of the end-plate
    double to_tendon_mm = 60;          ///< from the end-plate towards larger z; 0 to 500; below 0.05: no such arm
    double to_other_tendon_mm = 60;    ///< towards smaller z
    double velocity_m_s = 4;           ///< 0.5 to 20
    double delay_ms = 0;               ///< from the nerve's branching to this end-plate, 0 to 1000
    double diameter_um = 50;           ///< 5 to 200
};

struct IntracellularPotential {
    double per_mm = 1;            ///< 1: Rosenfalck; 2: half as long
    double tail_share = 0;        ///< 0 to 1
    double tail_length_mm = 20;   ///< 2 to 100

    /// dV/ds at `s` mm behind the front, mV/mm.
    [[nodiscard]] double slope(double s_mm) const noexcept {
        if (!(s_mm > 0)) return 0.0;
        const double u = per_mm * s_mm;
        const double e = simulate::exp(-u);
        double slope = (1.0 - tail_share) * 96.0 * per_mm * u * u * (3.0 - u) * e;
        if (tail_share > 0) {
            const double risen = 1.0 - e * (1.0 + u + u * u / 2.0 + u * u * u / 6.0);
            // 129.05 mV: the height of the spike, at u = 3.
            slope += tail_share * 129.0505 * simulate::exp(-s_mm / tail_length_mm) *
                     (per_mm * u * u * u * e / 6.0 - risen / tail_length_mm);
        }
        return slope;
    }
    /// Behind this V has returned to rest, to 1e-6 of its height.
    [[nodiscard]] double extent_mm() const noexcept {
        const double spike = 25.0 / per_mm;
        return tail_share > 0 && 14.0 * tail_length_mm > spike ? 14.0 * tail_length_mm : spike;
    }
};

/// Defaults: see each. "Ours": an engineering choice, no published figure was found.
struct MotorUnitOptions {
    /// Units of the biceps, tibialis anterior and deltoid have 209, 329 and 239 fibres (Gath and
    /// Stålberg 1981, innervation ratios). 60 is ours: a third of the cost; at the skin the shape
    /// correlates 0.99 or better with that of 2000, and the amplitude is usually set by scale_to.
    int fibres = 60;
    double x_mm = 0;
    double depth_mm = 12;             ///< of the centre; ours
    double territory_mm = 10;         ///< diameter; 5 to 10 mm is what textbooks quote, no measured figure was found
    /// Motor units of the tibialis anterior: 2.6 to 5.3 m/s, mean 3.7 (Andreassen and
    /// Arendt-Nielsen 1987, 10.1113/jphysiol.1987.sp016756); biceps 4.02 ± 0.13 (Buchthal et al. 1955).
    double velocity_m_s = 4;
    double velocity_cv = 0.05;        ///< between the fibres of a unit; ours
    double endplate_mm = 0;
    double endplate_spread_mm = 10;   ///< whole width of the zone, uniform; ours
    double to_tendon_mm = 60;         ///< from the middle of the end-plate zone; ours
    double to_other_tendon_mm = 60;
    double tendon_spread_mm = 8;      ///< whole width, uniform; ours
    double delay_spread_ms = 1;       ///< of the nerve's branches, uniform from 0; ours
    double diameter_um = 50;          ///< ours
    double diameter_cv = 0.1;         ///< ours
};

namespace detail {

/// 1.01 S/m: Andreassen and Rosenfalck 1980, as used by Nandedkar and Stålberg 1983.
inline constexpr double intracellular_s_per_m = 1.01;

/// Microvolts for 1 mV/mm of intracellular slope × 1/(S/m · mm²) × mm.
[[nodiscard]] inline double microvolts_per_slope(double diameter_um) noexcept {
    return 1000.0 * intracellular_s_per_m * 0.25 * pi * (0.001 * diameter_um) * (0.001 * diameter_um);
}

inline void check(const IntracellularPotential& v) {
    require("per_mm", v.per_mm, 0.2, 5, "1/mm");
    require("tail_share", v.tail_share, 0, 1, "of the amplitude");
    require("tail_length_mm", v.tail_length_mm, 2, 100, "mm");
}
inline void check(std::span<const Fibre> fibres) {
    if (fibres.empty()) core::fail_option("fibres is empty; allowed is 1 fibre or more");
    for (const Fibre& f : fibres) {
        require("x_mm of a fibre", f.x_mm, -1000, 1000, "mm");
        require("depth_mm of a fibre", f.depth_mm, 0.5, 100, "mm");
        require("endplate_mm of a fibre", f.endplate_mm, -1000, 1000, "mm");
        require("to_tendon_mm of a fibre", f.to_tendon_mm, 0, 500, "mm");
        require("to_other_tendon_mm of a fibre", f.to_other_tendon_mm, 0, 500, "mm");
        require("velocity_m_s of a fibre", f.velocity_m_s, 0.5, 20, "m/s");
        require("delay_ms of a fibre", f.delay_ms, 0, 1000, "ms");
        require("diameter_um of a fibre", f.diameter_um, 5, 200, "um");
    }
}

}  // namespace detail

/// Fibres spread evenly over the round territory; what lies above the muscle is folded down.
[[nodiscard]] inline std::vector<Fibre> motor_unit(Random& random, const MotorUnitOptions& o = {}) {
    using detail::require;
    require("fibres", o.fibres, 1, 10000, "fibres");
    require("x_mm", o.x_mm, -900, 900, "mm");
    require("depth_mm", o.depth_mm, 0.5, 90, "mm");
    require("territory_mm", o.territory_mm, 0, 20, "mm");
    require("velocity_m_s", o.velocity_m_s, 1, 10, "m/s");
    require("velocity_cv", o.velocity_cv, 0, 0.2, "of the mean");
    require("endplate_mm", o.endplate_mm, -900, 900, "mm");
    require("endplate_spread_mm", o.endplate_spread_mm, 0, 60, "mm");
    require("tendon_spread_mm", o.tendon_spread_mm, 0, 60, "mm");
    // An arm of the shortest fibre has half of both spreads less, and may not vanish.
    const double shortest = 0.5 * (o.endplate_spread_mm + o.tendon_spread_mm) + 1.0;
    require("to_tendon_mm", o.to_tendon_mm, shortest, 400, "mm");
    require("to_other_tendon_mm", o.to_other_tendon_mm, shortest, 400, "mm");
    require("delay_spread_ms", o.delay_spread_ms, 0, 100, "ms");
    require("diameter_um", o.diameter_um, 10, 150, "um");
    require("diameter_cv", o.diameter_cv, 0, 0.2, "of the mean");
    std::vector<Fibre> fibres(static_cast<std::size_t>(o.fibres));
    for (Fibre& f : fibres) {
        const double radius = 0.5 * o.territory_mm * std::sqrt(random.uniform());
        const double turns = random.uniform();
        const double place = o.endplate_spread_mm * (random.uniform() - 0.5);
        const double end = o.tendon_spread_mm * (random.uniform() - 0.5);
        const double other_end = o.tendon_spread_mm * (random.uniform() - 0.5);
        const double faster = random.normal();
        const double thicker = random.normal();
        const double delay = random.uniform();
        f.x_mm = o.x_mm + radius * cos_turns(turns);
        const double depth = o.depth_mm + radius * sin_turns(turns);
        f.depth_mm = depth < 0.5 ? 1.0 - depth : depth;
        f.endplate_mm = o.endplate_mm + place;
        f.to_tendon_mm = o.to_tendon_mm - place + end;
        f.to_other_tendon_mm = o.to_other_tendon_mm + place + other_end;
        // At most 2.5 deviations, so that no fibre stands still.
        f.velocity_m_s = o.velocity_m_s * (1.0 + o.velocity_cv * (faster < -2.5 ? -2.5 : faster > 2.5 ? 2.5 : faster));
        f.diameter_um = o.diameter_um * (1.0 + o.diameter_cv * (thicker < -2.5 ? -2.5 : thicker > 2.5 ? 2.5 : thicker));
        f.delay_ms = o.delay_spread_ms * delay;
    }
    return fibres;
}

}  // namespace fascikit::simulate
