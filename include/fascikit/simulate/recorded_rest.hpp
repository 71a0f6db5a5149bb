// Recorded rest as a background: its level over time, and tiling it to the length of a simulation.
//
// The level is the robust RMS median |x| / 0.6745 (Quiroga et al. 2004, 10.1162/089976604774201631) of the
// signal in the band, in windows of 1 s, every 0.5 s: sparse discharges in the recording hardly move it. Its own
// scatter is about 4 % at the skin (480 Hz × 1 s). Tiles overlap by a cross-fade whose
// squared weights add up to 1, which keeps the power, the two ends being unrelated; the mean is taken off first, since
// it is related. A tiled background repeats: what a detector learns from one tile it meets again in the next.
// Cost 100 ns a sample. Allocates copies of the recording and the channel.
// Errors: InputError for recordings that are empty, too short or not finite; std::invalid_argument for options.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/simulate/band.hpp"
#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/noise.hpp"

namespace fascikit::simulate {

namespace detail {

/// The recording without its mean; refuses what is not a recording.
[[nodiscard]] inline std::vector<double> without_mean(std::span<const double> recorded) {
    if (recorded.empty()) core::fail_input("the recorded background has 0 samples");
    double mean = 0;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        if (!core::is_finite(recorded[i]))
            core::fail_input("the recorded background is not finite at sample " + std::to_string(i));
        mean += recorded[i];
    }
    mean /= static_cast<double>(recorded.size());
    std::vector<double> out(recorded.begin(), recorded.end());
    for (double& v : out) v -= mean;
    return out;
}

/// The upper median: one of the values, whatever the library's nth_element does.
[[nodiscard]] inline double median(std::vector<double>& values) noexcept {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace detail

/// The level of what is there already, such as a recording of rest (µV, finite).
[[nodiscard]] inline NoiseLevel measured_level(std::span<const double> recorded, double sampling_rate_hz, Band band) {
    detail::require_band(band, sampling_rate_hz);
    auto seen = in_band(detail::without_mean(recorded), band, sampling_rate_hz);
    for (double& v : seen) v = std::abs(v);
    const auto n = static_cast<std::int64_t>(seen.size());
    const auto half = static_cast<std::int64_t>(0.5 * sampling_rate_hz + 0.5);
    NoiseLevel level{static_cast<double>(half) / sampling_rate_hz, {}};
    std::vector<double> window;
    for (std::int64_t middle = 0; middle == 0 || middle < n; middle += half) {
        // At the ends whole windows too, as far as there are samples.
        const std::int64_t begin = std::clamp<std::int64_t>(middle - half, 0, std::max<std::int64_t>(n - 2 * half, 0));
        const std::int64_t end = std::min(n, begin + 2 * half);
        window.assign(seen.begin() + begin, seen.begin() + end);
        level.rms_uv.push_back(detail::median(window) / 0.67448975019608171);
    }
    return level;
}

/// One number for a whole recording: the median of its level.
[[nodiscard]] inline double background_level(std::span<const double> recorded, double sampling_rate_hz, Band band) {
    auto level = measured_level(recorded, sampling_rate_hz, band);
    return detail::median(level.rms_uv);
}

struct BackgroundOptions {
    /// Where in the recording to begin; channels that begin apart are not copies of each other.
    double start_s = 0;
    /// Engineering choice: ten periods of the lowest frequency in the band.
    double crossfade_s = 0.5;
    /// Scales the recording so that its median level is this; not given (NaN): as recorded.
    double rms_uv = core::not_given;
};

/// Adds a recording of rest, at the rate of the channel, tiled where it is shorter; returns the level added.
inline NoiseLevel add_background(std::span<double> channel, std::span<const double> recorded, double sampling_rate_hz,
                                 Band band, const BackgroundOptions& options = {}) {
    detail::require_band(band, sampling_rate_hz);
    auto tile = detail::without_mean(recorded);
    const double tile_s = static_cast<double>(tile.size()) / sampling_rate_hz;
    detail::require("background crossfade_s", options.crossfade_s, 1e-3, 60.0);
    detail::require("background start_s", options.start_s, 0.0, tile_s);
    if (!core::is_nan(options.rms_uv)) detail::require("background rms_uv", options.rms_uv, 0.0, 1e6);
    const auto fade = static_cast<std::size_t>(std::max(1.0, options.crossfade_s * sampling_rate_hz + 0.5));
    if (tile.size() < 2 * fade)
        core::fail_input("the recorded background has " + core::number(tile_s) +
                         " s: at least two cross-fades are needed (" + core::number(2 * options.crossfade_s) + " s)");
    if (!core::is_nan(options.rms_uv)) {
        const double level = background_level(recorded, sampling_rate_hz, band);
        if (!(level > 0)) core::fail_input("the recorded background is flat: it cannot be scaled to a level");
        for (double& v : tile) v *= options.rms_uv / level;
    }
    const std::size_t period = tile.size() - fade;
    const auto start = static_cast<std::size_t>(options.start_s * sampling_rate_hz);
    std::vector<double> added(channel.size());
    for (std::size_t i = 0; i < added.size(); ++i) {
        const std::size_t at = (start + i) % period;
        added[i] = tile[at];
        if (at < fade && start + i >= period) {
            const double quarter_turns = (static_cast<double>(at) + 0.5) / static_cast<double>(fade);
            added[i] = tile[at] * sin_turns(0.25 * quarter_turns) + tile[at + period] * cos_turns(0.25 * quarter_turns);
        }
        channel[i] += added[i];
    }
    if (added.empty()) return {};
    return measured_level(added, sampling_rate_hz, band);
}

}  // namespace fascikit::simulate
