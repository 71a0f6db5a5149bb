// Faults: what amplifiers, electrodes and links do to a finished channel. They replace samples and come last.
//
// Each returns where it was, in seconds, whole samples: [first / rate, (last + 1) / rate).
// µV; confounders "clipping", "lost_contact", "dropout". In place; one pass; allocates the list of extents only.
// Errors: std::invalid_argument, see extent.hpp; nothing is changed then.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/simulate/extent.hpp"
#include "fascikit/simulate/math.hpp"
#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

/// Holds the channel between the rails. Extents of runs beyond a rail; runs nearer than `merge_s` are one.
inline std::vector<Extent> clip(std::span<double> channel, double sampling_rate_hz, double low_uv, double high_uv,
                                double merge_s = 0.0) {
    detail::require_rate(sampling_rate_hz);
    detail::require("clip merge_s", merge_s, 0.0, 1e7);
    if (!(core::is_finite(low_uv) && core::is_finite(high_uv) && low_uv < high_uv))
        core::fail_option("clip " + core::number(low_uv) + " to " + core::number(high_uv) +
                          " µV: the rails must be finite and low < high");
    std::vector<Extent> out;
    bool inside = false;
    for (std::size_t i = 0; i < channel.size(); ++i) {
        const bool beyond = channel[i] < low_uv || channel[i] > high_uv;
        if (beyond) channel[i] = channel[i] < low_uv ? low_uv : high_uv;
        const double now_s = static_cast<double>(i) / sampling_rate_hz;
        if (beyond && !inside && (out.empty() || now_s - out.back().end_s >= merge_s)) out.push_back({now_s, now_s});
        if (beyond) out.back().end_s = static_cast<double>(i + 1) / sampling_rate_hz;
        inside = beyond;
    }
    return out;
}

namespace detail {

/// Samples of [begin_s, end_s), cut to the channel.
[[nodiscard]] inline std::pair<std::size_t, std::size_t> stretch(const char* what, std::size_t frames,
                                                                 double sampling_rate_hz, double begin_s,
                                                                 double end_s) {
    require_rate(sampling_rate_hz);
    const double duration_s = static_cast<double>(frames) / sampling_rate_hz;
    if (!(begin_s >= 0 && end_s > begin_s && begin_s < duration_s && core::is_finite(end_s)))
        core::fail_option(std::string(what) + " from " + core::number(begin_s) + " to " + core::number(end_s) +
                          " s: allowed is 0 <= begin < end, begin before the end of the recording (" +
                          core::number(duration_s) + " s)");
    const auto nearest = [&](double t) {
        return static_cast<std::size_t>(std::min(std::floor(t * sampling_rate_hz + 0.5), static_cast<double>(frames)));
    };
    const std::size_t first = std::min(nearest(begin_s), frames - 1);
    return {first, std::max(nearest(end_s), first + 1)};
}

[[nodiscard]] inline Extent extent_of(std::pair<std::size_t, std::size_t> samples, double sampling_rate_hz) noexcept {
    return {static_cast<double>(samples.first) / sampling_rate_hz,
            static_cast<double>(samples.second) / sampling_rate_hz};
}

}  // namespace detail

enum class LostContact {
    rail,  ///< the input drifts off and sits at a rail: flat
    open,  ///< the input is an antenna: hum and noise
};

struct ContactOptions {
    LostContact kind = LostContact::open;
    /// Where it sits, with `rail`. Engineering choice, as are the others: no published figures found.
    double rail_uv = 3000;
    double hum_hz = 50;
    /// Zero to peak, with `open`: far more than on a channel with contact.
    double hum_uv = 400;
    /// White, over all frequencies, with `open`: the voltage noise of an open input.
    double noise_rms_uv = 80;
};

/// One channel loses its electrode from `begin_s` to `end_s`.
inline Extent lose_contact(std::span<double> channel, double sampling_rate_hz, double begin_s, double end_s,
                           Random& random, const ContactOptions& options = {}) {
    const auto samples = detail::stretch("lost contact", channel.size(), sampling_rate_hz, begin_s, end_s);
    detail::require("contact rail_uv", options.rail_uv, -1e6, 1e6);
    detail::require("contact hum_hz", options.hum_hz, 10.0, 70.0);
    detail::require("contact hum_uv", options.hum_uv, 0.0, 1e6);
    detail::require("contact noise_rms_uv", options.noise_rms_uv, 0.0, 1e6);
    const double phase = random.uniform();
    for (std::size_t i = samples.first; i < samples.second; ++i) {
        if (options.kind == LostContact::rail) {
            channel[i] = options.rail_uv;
            continue;
        }
        const double turns = options.hum_hz * (static_cast<double>(i) / sampling_rate_hz) + phase;
        const double noise = options.noise_rms_uv * random.normal();
        channel[i] = options.hum_uv * sin_turns(turns) + noise;
    }
    return detail::extent_of(samples, sampling_rate_hz);
}

/// What stands where samples were lost on a link.
enum class Dropped {
    not_a_number,  ///< the reader knows that they are missing
    zeros,
    held,          ///< the last sample before, as radio links do; 0 at the start of a recording
};

/// The samples from `begin_s` to `end_s` are lost; time goes on.
inline Extent drop_samples(std::span<double> channel, double sampling_rate_hz, double begin_s, double end_s,
                           Dropped kind) {
    const auto samples = detail::stretch("dropped samples", channel.size(), sampling_rate_hz, begin_s, end_s);
    double value = 0;
    if (kind == Dropped::not_a_number) value = std::numeric_limits<double>::quiet_NaN();
    if (kind == Dropped::held && samples.first > 0) value = channel[samples.first - 1];
    for (std::size_t i = samples.first; i < samples.second; ++i) channel[i] = value;
    return detail::extent_of(samples, sampling_rate_hz);
}

}  // namespace fascikit::simulate
