// How high a level must be so that noise alone crosses it at a stated rate.
//
// A Gaussian process with unit variance crosses +u upwards nu0 * exp(-u^2 / 2) times
// a second, nu0 being its rate of upward zero crossings (Rice 1944, Bell Syst. Tech. J.
// 23:282). Both polarities double it, channels and statistics add up (union bound: the
// true rate is lower where they are correlated). Solving for u turns "false detections
// per minute and site" into a level in units of the noise RMS.
#pragma once

#include <algorithm>
#include <cmath>

#include "fascikit/core/options.hpp"

namespace fascikit::detect {

/// Noise RMS above which a channel is not judged. Published work leaves out noise above
/// 100 µV (ATexc, Bashford et al. 2019); at rest it is 2 to 10 µV, so this is a strong
/// contraction without end, a clipped channel or a bad electrode.
inline constexpr double noise_limit_uv = 100.0;
/// Noise RMS below which none is believed: amplifiers and electrodes have 0.3 µV and more
/// in 20 to 500 Hz, so what stands out of less are the digits of the file.
inline constexpr double noise_floor_uv = 0.1;

/// Upward zero crossings a second of noise that is flat between two frequencies.
[[nodiscard]] inline double zero_crossings_hz(double low_hz, double high_hz) noexcept {
    const double cubes = high_hz * high_hz * high_hz - low_hz * low_hz * low_hz;
    return std::sqrt(cubes / (3.0 * (high_hz - low_hz)));
}

/// Expected crossings of ±u a minute, given the summed zero-crossing rate of all that is watched.
[[nodiscard]] inline double false_per_minute_at(double u, double crossings_hz) noexcept {
    return 60.0 * 2.0 * crossings_hz * std::exp(-0.5 * u * u);
}

/// The level whose expected crossings a minute are `false_per_minute`; at least 3, below
/// which crossings of one excursion are no longer separate events.
[[nodiscard]] inline double level_for(double false_per_minute, double crossings_hz) noexcept {
    const double ratio = 60.0 * 2.0 * crossings_hz / false_per_minute;
    return ratio > 1.0 ? std::max(3.0, std::sqrt(2.0 * std::log(ratio))) : 3.0;
}

/// Probability that a crossing as high as `u` is a discharge and not noise.
///
/// Rate of discharges over rate of both. The rate of discharges is the prior below:
/// 5 a minute, near the lower quartile of 165 recordings (10.6; AVID, Bashford et al.
/// 2020) after halving for benign recordings. Calibration on a suite replaces this.
[[nodiscard]] inline double probability_at(double u, double crossings_hz) noexcept {
    constexpr double prior_per_minute = 5.0;
    return prior_per_minute / (prior_per_minute + false_per_minute_at(u, crossings_hz));
}

}  // namespace fascikit::detect
