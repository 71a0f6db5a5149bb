// Mains hum: a fundamental that wanders with the grid, its harmonics, a swaying amplitude.
//
//   hum(t) = A (1 + sway a(t)) Σ_h share_h sin(2π (h (φ(t) + φ0) + φ_h)),  φ'(t) = frequency + wander w(t)
//
// a and w are SlowWaves in [-1, 1]: the frequency never leaves its limits and the phase, their
// exact integral, is continuous. φ_h is drawn once. The same Random and another `phase_turns` give the hum of a channel
// that lies elsewhere in the field: the fundamental turned by φ0, each harmonic by h φ0.
// µV; confounder "mains". Cost 75 ns a sample; allocates two recordings. Errors: see extent.hpp.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "fascikit/simulate/drift.hpp"
#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct HumOptions {
    /// 50 or 60 in public grids; 16.7 of railways is allowed.
    double frequency_hz = 50;
    /// Of the fundamental, zero to peak. Engineering choice: the scenario's business.
    double amplitude_uv = 8;
    /// Of the harmonics 1 to 7, against the fundamental. EN 50160 allows 2, 5, 1, 6, 0.5 and 5 % of the
    /// voltage for 2 to 7; hum is coupled through capacitances, so its current grows with the order: these
    /// are half the limits times the order. Harmonics above 0.45 of the rate are left out.
    std::array<double, 7> shares{1.0, 0.02, 0.075, 0.02, 0.15, 0.015, 0.175};
    /// Largest deviation. The continental European grid is normally within ±0.02 Hz and allowed ±0.2 Hz (ENTSO-E
    /// Operation Handbook, Load-Frequency Control, after mainsfrequency.com). 0.05: between the two.
    double wander_hz = 0.05;
    /// Share by which the amplitude sways, as people and cables move. Engineering choice.
    double amplitude_sway = 0.2;
};

[[nodiscard]] inline std::vector<double> mains_hum(Random& random, const HumOptions& options, double sampling_rate_hz,
                                                   std::int64_t frames, double phase_turns = 0) {
    detail::require_rate(sampling_rate_hz);
    detail::require_frames(frames);
    detail::require("mains frequency_hz", options.frequency_hz, 10.0, 70.0);
    detail::require("mains amplitude_uv", options.amplitude_uv, 0.0, 1e6);
    for (const double share : options.shares) detail::require("mains share", share, 0.0, 10.0);
    detail::require("mains wander_hz", options.wander_hz, 0.0, 1.0);
    detail::require("mains amplitude_sway", options.amplitude_sway, 0.0, 1.0);
    detail::require("mains phase_turns", phase_turns, -1e6, 1e6);

    // Load control acts over seconds to minutes: periods of 10 to 600 s for the grid, 10 to 120 s for the room.
    const SlowWave wander(random, 1.0 / 600.0, 0.1);
    const SlowWave sway(random, 1.0 / 120.0, 0.1);
    constexpr std::size_t orders = std::tuple_size_v<decltype(HumOptions::shares)>;
    std::array<double, orders> in_phase{}, in_quadrature{};
    for (std::size_t h = 0; h < orders; ++h) {
        const double turns = random.uniform();
        const double hz = static_cast<double>(h + 1) * (options.frequency_hz + options.wander_hz);
        const double amplitude = hz < 0.45 * sampling_rate_hz ? options.amplitude_uv * options.shares[h] : 0.0;
        in_phase[h] = amplitude * cos_turns(turns);
        in_quadrature[h] = amplitude * sin_turns(turns);
    }
    auto out = wander.integral_sampled(sampling_rate_hz, frames);
    const auto swell = sway.sampled(sampling_rate_hz, frames);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double t = static_cast<double>(i) / sampling_rate_hz;
        const double turns = options.frequency_hz * t + options.wander_hz * out[i] + phase_turns;
        const double s1 = sin_turns(turns), c1 = cos_turns(turns);
        double s = s1, c = c1, sum = 0;
        for (std::size_t h = 0; h < orders; ++h) {
            sum += in_phase[h] * s + in_quadrature[h] * c;
            const double next = s * c1 + c * s1;
            c = c * c1 - s * s1;
            s = next;
        }
        out[i] = sum * (1.0 + options.amplitude_sway * swell[i]);
    }
    return out;
}

}  // namespace fascikit::simulate
