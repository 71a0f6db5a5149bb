// Artefacts: movement, electrode pops, cable swings, stimuli. What is not muscle and looks like an event.
//
// Each is a waveform in µV at the rate of the recording, made once and added to one channel
// or to many with a gain each, and the extent for the truth: from its onset to where it stays below 2 % of its
// peak. Onsets may lie between samples. No filter is modelled but the recovery named; what a
// recording's own high-pass would add is left to the scene.
// Confounders: "movement", "pop", "cable", "stimulus". Cost below 100 ns a sample of the artefact.
// Allocates the waveform. Errors: std::invalid_argument, see extent.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

struct Artefact {
    std::int64_t first = 0;               ///< sample of the recording where the waveform begins
    double sampling_rate_hz = 0;
    std::vector<double> waveform;         ///< µV
    Extent extent{};                      ///< whether or not the recording is that long
};

/// Adds what lies in the recording; returns the extent cut to the recording (empty if none of it does).
inline Extent add_artefact(std::span<double> channel, const Artefact& artefact, double gain = 1.0) noexcept {
    const auto frames = static_cast<std::int64_t>(channel.size());
    const auto length = static_cast<std::int64_t>(artefact.waveform.size());
    for (std::int64_t n = 0; n < length && artefact.first + n < frames; ++n)
        channel[static_cast<std::size_t>(artefact.first + n)] += gain * artefact.waveform[static_cast<std::size_t>(n)];
    const double duration_s = static_cast<double>(frames) / artefact.sampling_rate_hz;
    return {std::min(artefact.extent.onset_s, duration_s), std::min(artefact.extent.end_s, duration_s)};
}

namespace detail {

/// A waveform of `value(seconds since the onset)` over `length_s`.
template <class Value>
[[nodiscard]] Artefact artefact(double sampling_rate_hz, double time_s, double length_s, double extent_s, Value value) {
    require_rate(sampling_rate_hz);
    require("artefact time_s", time_s, 0.0, 1e7);
    Artefact out;
    out.sampling_rate_hz = sampling_rate_hz;
    out.extent = {time_s, time_s + extent_s};
    // An onset on a sample, but for the rounding of its time, is on that sample: equal artefacts give equal samples.
    const double at = time_s * sampling_rate_hz, nearest = std::floor(at + 0.5);
    const double onset = std::abs(at - nearest) < 1e-6 ? nearest : at;
    const double first = std::ceil(onset), late_s = (first - onset) / sampling_rate_hz;
    out.first = static_cast<std::int64_t>(first);
    const auto length = static_cast<std::int64_t>(length_s * sampling_rate_hz) + 1;
    out.waveform.reserve(static_cast<std::size_t>(length));
    for (std::int64_t n = 0; n < length; ++n)
        out.waveform.push_back(value(static_cast<double>(n) / sampling_rate_hz + late_s));
    return out;
}

/// An exponential is below 2 % after ln 50 time constants, and below 1e-5 after this many.
inline constexpr double to_2_percent = 3.9120230054281461;
inline constexpr double to_nothing = 12.0;

}  // namespace detail

struct MovementOptions {
    /// Peak to peak. Engineering choice: in the raw signal larger than most fasciculations, as in practice.
    double amplitude_uv = 400;
    /// 0.25 to 60 s. Shorter ones would have energy above 20 Hz, which is pops' business.
    double duration_s = 0.8;
    /// Share of the energy of one short snap at 20 to 40 Hz, where skin slips: what an EMG band lets through. 0 to
    /// 0.1. 0.02: engineering choice; without it a 20 Hz filter would make the artefact vanish, which it does not.
    double snap_share = 0.02;
};

/// Skin and electrodes shift under each other. Energy below 20 Hz, falling with frequency (De Luca et al. 2010,
/// 10.1016/j.jbiomech.2010.01.027): 8 sinusoids from 1 to 10 Hz, of amplitude 1/f, under a raised cosine;
/// and a snap (see the options) in its middle half.
[[nodiscard]] inline Artefact movement(Random& random, double sampling_rate_hz, double time_s,
                                       const MovementOptions& options = {}) {
    detail::require("movement amplitude_uv", options.amplitude_uv, 0.0, 1e6);
    detail::require("movement duration_s", options.duration_s, 0.25, 60.0);
    detail::require("movement snap_share", options.snap_share, 0.0, 0.1);
    constexpr std::size_t lines = 8;
    std::array<double, lines> hz{}, phase{};
    for (std::size_t k = 0; k < lines; ++k) {
        const double place = (static_cast<double>(k) + random.uniform()) / static_cast<double>(lines);
        hz[k] = simulate::exp(2.302585092994046 * place);
        phase[k] = random.uniform();
    }
    auto out = detail::artefact(sampling_rate_hz, time_s, options.duration_s, options.duration_s, [&](double t) {
        const double u = std::min(t / options.duration_s, 1.0);
        double sum = 0;
        for (std::size_t k = 0; k < lines; ++k) sum += sin_turns(hz[k] * t + phase[k]) / hz[k];
        return sum * (0.5 - 0.5 * cos_turns(u));
    });
    const double snap_s = options.duration_s * random.uniform(0.25, 0.75);
    const double snap_hz = random.uniform(20.0, 40.0);
    constexpr double width_s = 0.012;
    double energy = 0;
    for (const double v : out.waveform) energy += v * v;
    // A Gaussian burst of amplitude 1 holds sqrt(pi)/2 × its width in samples.
    const double unit = 0.5 * 1.7724538509055159 * width_s * sampling_rate_hz;
    const double height = std::sqrt(energy * options.snap_share / (1.0 - options.snap_share) / unit);
    for (std::size_t n = 0; n < out.waveform.size(); ++n) {
        const double t = static_cast<double>(n) / sampling_rate_hz - snap_s, u = t / width_s;
        if (std::abs(u) < 5.0) out.waveform[n] += height * simulate::exp(-0.5 * u * u) * sin_turns(snap_hz * t);
    }
    const auto [low, high] = std::minmax_element(out.waveform.begin(), out.waveform.end());
    const double scale = *high > *low ? options.amplitude_uv / (*high - *low) : 0.0;
    for (double& v : out.waveform) v *= scale;
    return out;
}

struct PopOptions {
    /// Of the step, signed. Engineering choice: the half-cell potential of a disturbed electrode changes by up to mV.
    double amplitude_uv = 800;
    /// Time constant of the way back, that of the amplifier's high-pass. 0.16 s: one of 1 Hz. Engineering choice.
    double recovery_s = 0.16;
};

/// An electrode's potential jumps: a step in one sample on one channel, and an exponential way back.
[[nodiscard]] inline Artefact electrode_pop(double sampling_rate_hz, double time_s, const PopOptions& options = {}) {
    detail::require("pop amplitude_uv", options.amplitude_uv, -1e6, 1e6);
    detail::require("pop recovery_s", options.recovery_s, 1e-3, 60.0);
    return detail::artefact(sampling_rate_hz, time_s, detail::to_nothing * options.recovery_s,
                            detail::to_2_percent * options.recovery_s, [&](double t) {
                                return options.amplitude_uv * simulate::exp(-t / options.recovery_s);
                            });
}

struct CableOptions {
    /// Of the envelope at the onset, signed. Engineering choice.
    double amplitude_uv = 300;
    /// 1 to 10: cables swing below 20 Hz (De Luca et al. 2010 for movement; the value is an engineering choice).
    double frequency_hz = 4;
    /// Engineering choice: a few swings.
    double decay_s = 0.5;
};

/// A cable swings: one decaying oscillation, on all channels of the cable with a gain each.
[[nodiscard]] inline Artefact cable_swing(double sampling_rate_hz, double time_s, const CableOptions& options = {}) {
    detail::require("cable amplitude_uv", options.amplitude_uv, -1e6, 1e6);
    detail::require("cable frequency_hz", options.frequency_hz, 1.0, 10.0);
    detail::require("cable decay_s", options.decay_s, 0.05, 60.0);
    return detail::artefact(sampling_rate_hz, time_s, detail::to_nothing * options.decay_s,
                            detail::to_2_percent * options.decay_s, [&](double t) {
                                return options.amplitude_uv * simulate::exp(-t / options.decay_s) *
                                       sin_turns(options.frequency_hz * t);
                            });
}

struct StimulusOptions {
    /// Where the amplifier saturates, signed. Engineering choice.
    double rail_uv = 5000;
    /// How long it stays there: less than 1 to 2 ms by common experience; no published figure found.
    double saturation_ms = 1.0;
    /// Share of the rail at which the way back begins, on the other side of zero as after an AC-coupled
    /// overload, and its time constant. Engineering choices.
    double tail_share = 0.3;
    double tail_ms = 4.0;
    double rate_hz = 1;
    int count = 1;
};

/// A train of electrical stimuli at an exact rate from `time_s` on: saturation, then an exponential tail. The
/// same on all channels, up to a gain.
[[nodiscard]] inline std::vector<Artefact> stimuli(double sampling_rate_hz, double time_s,
                                                   const StimulusOptions& options = {}) {
    detail::require("stimulus rail_uv", options.rail_uv, -1e6, 1e6);
    detail::require("stimulus saturation_ms", options.saturation_ms, 0.1, 20.0);
    detail::require("stimulus tail_share", options.tail_share, 0.0, 1.0);
    detail::require("stimulus tail_ms", options.tail_ms, 0.1, 1000.0);
    detail::require("stimulus rate_hz", options.rate_hz, 1e-3, 1000.0);
    detail::require("stimulus count", options.count, 1.0, 1e6);
    const double saturation_s = 0.001 * options.saturation_ms, tail_s = 0.001 * options.tail_ms;
    const double visible = std::max(0.0, simulate::log(std::max(options.tail_share, 0.02) / 0.02));
    std::vector<Artefact> out;
    for (int k = 0; k < options.count; ++k)
        out.push_back(detail::artefact(sampling_rate_hz, time_s + k / options.rate_hz,
                                       saturation_s + detail::to_nothing * tail_s, saturation_s + visible * tail_s,
                                       [&](double t) {
                                           if (t < saturation_s - 1e-9) return options.rail_uv;
                                           return -options.rail_uv * options.tail_share *
                                                  simulate::exp(-(t - saturation_s) / tail_s);
                                       }));
    return out;
}

}  // namespace fascikit::simulate
