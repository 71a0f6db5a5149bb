// UnitPotential: the samples of one discharge on every channel, and how they were measured.
//
// `fine` is channel after channel, `steps` points each, at sampling rate × 8 from time 0,
// the arrival of the nerve impulse, so that a discharge may fall between samples. It is
// not filtered; amplitude and peak are measured in the analysis band by `in_band`.
// Cost of measuring: `in_band` a channel. Throws std::invalid_argument.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/simulate/band.hpp"
#include "fascikit/simulate/conductor.hpp"
#include "fascikit/simulate/fibre.hpp"

namespace fascikit::simulate {

struct UnitPotential {
    static constexpr int steps_per_sample = 8;

    std::size_t channels = 0;
    std::size_t steps = 0;         ///< a channel
    std::vector<double> fine;      ///< µV, channel after channel, at sampling rate × steps_per_sample
    std::size_t largest = 0;       ///< the channel with the largest amplitude in the band
    double peak_in_samples = 0;    ///< of the largest deflection of that channel in the band, from time 0
    double amplitude_uv = 0;       ///< peak to peak of that channel in the band

    /// Value at sample `sample` after a discharge `step` fine steps after a sample.
    [[nodiscard]] double at(std::size_t channel, std::int64_t sample, int step) const noexcept {
        const std::int64_t i = sample * steps_per_sample - step;
        return i >= 0 && i < static_cast<std::int64_t>(steps) ? fine[channel * steps + static_cast<std::size_t>(i)] : 0.0;
    }
    /// From this sample on it is 0, whatever the step.
    [[nodiscard]] std::int64_t samples() const noexcept { return static_cast<std::int64_t>(steps) / steps_per_sample + 2; }
    [[nodiscard]] std::span<const double> channel(std::size_t c) const noexcept {
        return std::span<const double>(fine).subspan(c * steps, steps);
    }
};

namespace detail {

inline void check(Band band, double sampling_rate_hz) {
    require("sampling_rate_hz", sampling_rate_hz, 100, 200000, "Hz");
    require("low_hz of the band", band.low_hz, 0.1, 0.45 * sampling_rate_hz, "Hz");
    require("high_hz of the band", band.high_hz, band.low_hz, 0.5 * sampling_rate_hz, "Hz");
}

[[nodiscard]] inline UnitPotential silent(std::size_t channels, double last_ms, double sampling_rate_hz) {
    UnitPotential p;
    p.channels = channels;
    p.steps = static_cast<std::size_t>(last_ms * sampling_rate_hz * UnitPotential::steps_per_sample / 1000.0) +
              2 * UnitPotential::steps_per_sample;
    p.fine.resize(channels * p.steps);
    return p;
}
/// When the last current of these fibres is gone.
[[nodiscard]] inline double last_ms(std::span<const Fibre> fibres, const IntracellularPotential& v) noexcept {
    double last = 0;
    for (const Fibre& f : fibres)
        last = std::max(last, f.delay_ms + (std::max(f.to_tendon_mm, f.to_other_tendon_mm) + v.extent_mm()) / f.velocity_m_s);
    return last;
}
inline void measure(UnitPotential& p, Band band, double sampling_rate_hz) {
    p.largest = 0;
    p.amplitude_uv = p.peak_in_samples = 0;
    for (std::size_t c = 0; c < p.channels; ++c) {
        const auto seen = in_band(p.channel(c), band, sampling_rate_hz * UnitPotential::steps_per_sample);
        const auto low = std::min_element(seen.begin(), seen.end());
        const auto high = std::max_element(seen.begin(), seen.end());
        if (!(*high - *low > p.amplitude_uv)) continue;
        p.largest = c;
        p.amplitude_uv = *high - *low;
        p.peak_in_samples = static_cast<double>((*high >= -*low ? high : low) - seen.begin()) / UnitPotential::steps_per_sample;
    }
}

}  // namespace detail

/// To `amplitude_uv` peak to peak of the largest channel in the band; silence stays silence.
inline void scale_to(UnitPotential& p, double amplitude_uv) {
    detail::require("amplitude_uv", amplitude_uv, 0, 1e6, "uV");
    if (!(p.amplitude_uv > 0)) return;
    const double scale = amplitude_uv / p.amplitude_uv;
    for (double& v : p.fine) v *= scale;
    p.amplitude_uv = amplitude_uv;
}

}  // namespace fascikit::simulate
