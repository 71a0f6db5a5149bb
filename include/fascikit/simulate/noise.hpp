// Noise of amplifier and electrode, with a level that drifts and jumps, and the level as its truth.
//
// Gaussian, of the density 1 + corner/f: white above the corner (amplifier and skin resistance), 1/f below it
// (electrolyte and skin). That is one white sequence through pole-zero pairs two octaves apart; two independent
// noises of these densities would be the same process. Within 0.5 dB of the formula from 3 Hz to 0.2 of the
// rate, for corners up to a twentieth of the rate (tested); flat below 0.3 Hz, where drift.hpp takes over.
//
// `rms_uv` is the RMS in the analysis band as in_band (band.hpp) sees it. The scale follows
// from the integral of the filter's density over the band: the expected RMS is exact to 1e-5;
// a stretch of T seconds scatters around it by about 1 / (2 sqrt(bandwidth × T)), 0.3 % for a
// minute at the skin. Cost: one normal and 4 operations a pole pair, 45 ns a sample in all. Allocates the level only.
// Errors: std::invalid_argument, see extent.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/simulate/band.hpp"
#include "fascikit/simulate/drift.hpp"
#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

/// RMS in the analysis band over time, as added: linear between points `step_s` apart from 0 on.
struct NoiseLevel {
    double step_s = 1;
    std::vector<double> rms_uv;

    /// The first or last value outside; 0 if there is none.
    [[nodiscard]] double at(double time_s) const noexcept {
        if (rms_uv.empty()) return 0;
        if (rms_uv.size() == 1 || !(time_s > 0)) return rms_uv.front();
        const double place = time_s / step_s;
        if (place >= static_cast<double>(rms_uv.size() - 1)) return rms_uv.back();
        const auto i = static_cast<std::size_t>(place);
        return rms_uv[i] + (place - static_cast<double>(i)) * (rms_uv[i + 1] - rms_uv[i]);
    }
};

struct NoiseOptions {
    /// In the analysis band. 4 µV: inside the 1 to 20 µV that Huigen et al. 2002 (10.1007/BF02344216)
    /// measured between people; lower after skin treatment, higher on dry skin.
    double rms_uv = 4;
    /// Where 1/f and white are equal; 0: white. 30 Hz: engineering choice; Gondran et al. 1996
    /// (10.1007/BF02523851) found thermal noise at high and a steep rise at low frequencies; no published corner was found.
    double corner_hz = 30;
    /// The level sways between 2^-drift and 2^+drift of itself. No published figure found: scenarios set it.
    double drift_octaves = 0;
    /// The fastest sway; it goes down to an eighth of that frequency. Engineering choice.
    double drift_period_s = 45;
    /// Sudden changes at random times, each within 50 ms: electrodes that settle, fans, lamps. Scenarios set them.
    int steps = 0;
    /// Each step doubles or halves at 1; the steps never lead further than one step from the start.
    double step_octaves = 1;
    /// Share of the power that all channels of a grid have in common: reference electrode and amplifier. 0 to 1.
    double common = 0;
};

namespace detail {

/// White noise of variance 1 in, noise of density ~ 1 + corner/f out.
class NoiseFilter {
public:
    NoiseFilter(double corner_hz, double sampling_rate_hz) noexcept : rate_hz_(sampling_rate_hz) {
        // A pair turns the density down by the share that its way from pole to zero has of the two octaves
        // to the next pair: half where the density falls as 1/f, and 1 / (1 + f/corner) of that elsewhere.
        constexpr double octave = 0.69314718055994531;
        double middle_hz = 4.0 * corner_hz;
        for (; pairs_ < pole_.size() && middle_hz > 0.4; middle_hz /= 4.0) {
            if (middle_hz > 0.3 * sampling_rate_hz) continue;
            const double half = simulate::exp(0.5 * octave / (1.0 + middle_hz / corner_hz));
            pole_[pairs_] = simulate::exp(-2.0 * pi * middle_hz / half / rate_hz_);
            zero_[pairs_] = simulate::exp(-2.0 * pi * middle_hz * half / rate_hz_);
            ++pairs_;
        }
    }
    /// |H|² at a frequency.
    [[nodiscard]] double power(double hz) const noexcept {
        const double c = cos_turns(hz / rate_hz_);
        double power = 1.0;
        for (std::size_t k = 0; k < pairs_; ++k)
            power *= (1.0 + zero_[k] * (zero_[k] - 2.0 * c)) / (1.0 + pole_[k] * (pole_[k] - 2.0 * c));
        return power;
    }
    [[nodiscard]] double operator()(double x) noexcept {
        for (std::size_t k = 0; k < pairs_; ++k) {
            const double y = x - zero_[k] * input_[k] + pole_[k] * output_[k];
            input_[k] = x;
            output_[k] = y;
            x = y;
        }
        return x;
    }

private:
    double rate_hz_;
    std::size_t pairs_ = 0;
    std::array<double, 9> pole_{}, zero_{}, input_{}, output_{};
};

[[nodiscard]] inline double power(const Biquad& f, double cos_1) noexcept {
    const double cos_2 = 2.0 * cos_1 * cos_1 - 1.0;
    const double above = f.b0 * f.b0 + f.b1 * f.b1 + f.b2 * f.b2 + 2.0 * (f.b0 * f.b1 + f.b1 * f.b2) * cos_1 +
                         2.0 * f.b0 * f.b2 * cos_2;
    const double below = 1.0 + f.a1 * f.a1 + f.a2 * f.a2 + 2.0 * (f.a1 + f.a1 * f.a2) * cos_1 + 2.0 * f.a2 * cos_2;
    return above / below;
}

/// RMS in the band of what `filter` makes of white noise of variance 1.
[[nodiscard]] inline double rms_in_band(const NoiseFilter& filter, Band band, double sampling_rate_hz) noexcept {
    const Biquad high = butterworth(band.low_hz, sampling_rate_hz, true);
    const Biquad low = butterworth(band.high_hz, sampling_rate_hz, false);
    constexpr int points = 4096;  // on a cubic scale: half of them below an eighth of half the rate
    double sum = 0;
    for (int n = 0; n < points; ++n) {
        const double s = (n + 0.5) / points;
        const double hz = 0.5 * sampling_rate_hz * s * s * s;
        const double c = cos_turns(hz / sampling_rate_hz);
        const double twice = power(high, c) * power(low, c);  // forwards and backwards
        sum += filter.power(hz) * twice * twice * 3.0 * s * s;
    }
    return std::sqrt(sum / points);
}

/// Noise of RMS 1 in the band, sample by sample, already settled.
class NoiseSource {
public:
    NoiseSource(double corner_hz, double sampling_rate_hz, Band band, Random& random) noexcept
        : filter_(corner_hz, sampling_rate_hz), random_(&random),
          scale_(1.0 / rms_in_band(filter_, band, sampling_rate_hz)) {
        // Two time constants of the slowest pole that there can be; what is left is far below any band.
        for (auto n = static_cast<std::int64_t>(2.0 * sampling_rate_hz); n > 0; --n) (void)filter_(random.normal());
    }
    [[nodiscard]] double operator()() noexcept { return scale_ * filter_(random_->normal()); }

private:
    NoiseFilter filter_;
    Random* random_;
    double scale_;
};

inline void require_level(const NoiseOptions& o) {
    require("noise rms_uv", o.rms_uv, 0.0, 1e6);
    require("noise drift_octaves", o.drift_octaves, 0.0, 8.0);
    require("noise drift_period_s", o.drift_period_s, 1.0, 86400.0);
    require("noise steps", o.steps, 0.0, 10000.0);
    require("noise step_octaves", o.step_octaves, 0.0, 8.0);
}

inline void require_noise(const NoiseOptions& o, double sampling_rate_hz, Band band) {
    require_band(band, sampling_rate_hz);
    require_level(o);
    require("noise corner_hz", o.corner_hz, 0.0, 0.25 * sampling_rate_hz);
    require("noise common", o.common, 0.0, 1.0);
}

}  // namespace detail

/// The level that `options` describe, for a recording of `duration_s`.
[[nodiscard]] inline NoiseLevel noise_level(Random& random, double duration_s, const NoiseOptions& options) {
    detail::require("duration_s", duration_s, 0.0, 1e7);
    detail::require_level(options);
    if (options.drift_octaves == 0.0 && (options.steps == 0 || options.step_octaves == 0.0))
        return {1.0, {options.rms_uv}};
    constexpr double ln_2 = 0.69314718055994531;
    const SlowWave sway(random, 0.125 / options.drift_period_s, 1.0 / options.drift_period_s);
    std::vector<double> step_s(static_cast<std::size_t>(options.steps));
    for (double& s : step_s) s = duration_s * random.uniform();
    std::sort(step_s.begin(), step_s.end());
    NoiseLevel level{0.05, {}};
    const auto points = static_cast<std::size_t>(duration_s / level.step_s) + 2;
    level.rms_uv.reserve(points);
    std::size_t done = 0;
    double steps = 0;
    for (std::size_t i = 0; i < points; ++i) {
        const double t = static_cast<double>(i) * level.step_s;
        for (; done < step_s.size() && step_s[done] <= t; ++done) {
            const double up = random.uniform() < 0.5 ? -1.0 : 1.0;
            steps = steps == 0.0 ? up : 0.0;
        }
        const double octaves = options.drift_octaves * sway.at(t) + steps * options.step_octaves;
        level.rms_uv.push_back(options.rms_uv * simulate::exp(ln_2 * octaves));
    }
    return level;
}

/// What the channels of a grid share: RMS 1 in the band. Give it to `add_noise` of each channel.
[[nodiscard]] inline std::vector<double> common_noise(Random& random, double sampling_rate_hz, Band band,
                                                      std::int64_t frames, const NoiseOptions& options) {
    detail::require_noise(options, sampling_rate_hz, band);
    detail::require_frames(frames);
    detail::NoiseSource source(options.corner_hz, sampling_rate_hz, band, random);
    std::vector<double> out(static_cast<std::size_t>(frames));
    for (double& v : out) v = source();
    return out;
}

/// Adds noise of the given level to one channel: its own from `random`, and `options.common` of the
/// power from `shared` (as long as the channel; may be empty if `common` is 0).
inline void add_noise(std::span<double> channel, double sampling_rate_hz, Band band, Random& random,
                      const NoiseOptions& options, const NoiseLevel& level, std::span<const double> shared = {}) {
    detail::require_noise(options, sampling_rate_hz, band);
    const bool sharing = options.common > 0;
    if (sharing && shared.size() != channel.size())
        core::fail_option("noise common " + core::number(options.common) + " with " + std::to_string(shared.size()) +
                          " shared samples: as many as the channel has are needed (" +
                          std::to_string(channel.size()) + ")");
    detail::NoiseSource source(options.corner_hz, sampling_rate_hz, band, random);
    const double own = std::sqrt(1.0 - options.common), together = std::sqrt(options.common);
    for (std::size_t i = 0; i < channel.size(); ++i) {
        double v = own * source();
        if (sharing) v += together * shared[i];
        channel[i] += level.at(static_cast<double>(i) / sampling_rate_hz) * v;
    }
}

/// Adds noise to one channel that shares with no other (`common` must be 0), and returns its level.
inline NoiseLevel add_noise(std::span<double> channel, double sampling_rate_hz, Band band, Random& random,
                            const NoiseOptions& options) {
    detail::require_noise(options, sampling_rate_hz, band);
    NoiseLevel level = noise_level(random, static_cast<double>(channel.size()) / sampling_rate_hz, options);
    add_noise(channel, sampling_rate_hz, band, random, options, level);
    return level;
}

}  // namespace fascikit::simulate
