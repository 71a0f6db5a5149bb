// SlowWave: a slow, bounded, irregular curve; and the baseline drift made of one.
//
// A sum of sinusoids of unlike frequencies whose shares add up to 1, so the curve
// never leaves [-1, 1] and its value at any time, its slope and its integral are
// known exactly. It sways the noise level, the mains frequency and the hum.
// Sampled at the rate of a recording it is drawn through points 1/64 period of its
// fastest part apart (cubic Hermite, exact slopes): error below 3e-7.
// Cost 15 ns a sample. Allocates what is returned. Errors: see extent.hpp.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

class SlowWave {
public:
    static constexpr std::size_t parts = 6;

    /// Frequencies from `lowest_hz` to `highest_hz`, one in each sixth of that range on a
    /// logarithmic scale; the amplitude falls as 1/sqrt(f), so the slow ones lead.
    SlowWave(Random& random, double lowest_hz, double highest_hz) noexcept {
        const double range = simulate::log(highest_hz / lowest_hz);
        double sum = 0;
        for (std::size_t k = 0; k < parts; ++k) {
            const double place = (static_cast<double>(k) + random.uniform()) / static_cast<double>(parts);
            hz_[k] = lowest_hz * simulate::exp(range * place);
            phase_[k] = random.uniform();
            share_[k] = 1.0 / std::sqrt(hz_[k]);
            sum += share_[k];
        }
        for (double& share : share_) share /= sum;
        highest_hz_ = highest_hz;
    }

    /// In [-1, 1].
    [[nodiscard]] double at(double time_s) const noexcept {
        double sum = 0;
        for (std::size_t k = 0; k < parts; ++k) sum += share_[k] * sin_turns(hz_[k] * time_s + phase_[k]);
        return sum;
    }
    /// Per second.
    [[nodiscard]] double slope(double time_s) const noexcept {
        double sum = 0;
        for (std::size_t k = 0; k < parts; ++k)
            sum += share_[k] * 2.0 * pi * hz_[k] * cos_turns(hz_[k] * time_s + phase_[k]);
        return sum;
    }
    /// From 0 to `time_s`, in seconds.
    [[nodiscard]] double integral(double time_s) const noexcept {
        double sum = 0;
        for (std::size_t k = 0; k < parts; ++k)
            sum += share_[k] * (cos_turns(phase_[k]) - cos_turns(hz_[k] * time_s + phase_[k])) / (2.0 * pi * hz_[k]);
        return sum;
    }
    /// Root mean square over a long time.
    [[nodiscard]] double rms() const noexcept {
        double sum = 0;
        for (const double share : share_) sum += 0.5 * share * share;
        return std::sqrt(sum);
    }

    [[nodiscard]] std::vector<double> sampled(double sampling_rate_hz, std::int64_t frames) const {
        return curve(sampling_rate_hz, frames, [this](double t) { return at(t); },
                     [this](double t) { return slope(t); });
    }
    [[nodiscard]] std::vector<double> integral_sampled(double sampling_rate_hz, std::int64_t frames) const {
        return curve(sampling_rate_hz, frames, [this](double t) { return integral(t); },
                     [this](double t) { return at(t); });
    }

private:
    template <class Value, class Slope>
    [[nodiscard]] std::vector<double> curve(double sampling_rate_hz, std::int64_t frames, Value value,
                                            Slope slope_of) const {
        detail::require_rate(sampling_rate_hz);
        detail::require_frames(frames);
        std::vector<double> out(static_cast<std::size_t>(frames));
        const double step_s = 1.0 / (64.0 * highest_hz_);
        double begin_s = 0, end_s = step_s, cell = 0;
        double v0 = value(0.0), v1 = value(end_s), d0 = slope_of(0.0) * step_s, d1 = slope_of(end_s) * step_s;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double t = static_cast<double>(i) / sampling_rate_hz;
            while (t >= end_s) {
                cell += 1.0;
                begin_s = cell * step_s;
                end_s = (cell + 1.0) * step_s;
                v0 = v1;
                d0 = d1;
                v1 = value(end_s);
                d1 = slope_of(end_s) * step_s;
            }
            const double u = (t - begin_s) / step_s;
            const double rise = v1 - v0;
            out[i] = v0 + u * (d0 + u * ((3.0 * rise - 2.0 * d0 - d1) + u * (d0 + d1 - 2.0 * rise)));
        }
        return out;
    }

    std::array<double, parts> hz_{}, phase_{}, share_{};
    double highest_hz_ = 1;
};

struct DriftOptions {
    /// Over a long time. 50 µV: engineering choice; no published figure found. Half-cell
    /// potentials are tens of mV and amplifiers with a high-pass pass only their slow change.
    double rms_uv = 50;
    /// Engineering choice: slower than a minute the drift is taken off with the mean.
    double lowest_hz = 0.015;
    /// Below the 0.5 Hz that diagnostic ECG calls baseline wander; none of it lies in an EMG band.
    double highest_hz = 0.4;
};

/// The slow wander of the electrodes' half-cell potentials, µV, for one channel.
[[nodiscard]] inline std::vector<double> baseline_drift(Random& random, double sampling_rate_hz, std::int64_t frames,
                                                        const DriftOptions& options = {}) {
    detail::require("drift rms_uv", options.rms_uv, 0.0, 1e6);
    detail::require("drift highest_hz", options.highest_hz, 1e-3, 0.5);
    detail::require("drift lowest_hz", options.lowest_hz, 1e-4, options.highest_hz);
    const SlowWave wave(random, options.lowest_hz, options.highest_hz);
    const double scale = options.rms_uv / wave.rms();
    auto out = wave.sampled(sampling_rate_hz, frames);
    for (double& v : out) v *= scale;
    return out;
}

}  // namespace fascikit::simulate
