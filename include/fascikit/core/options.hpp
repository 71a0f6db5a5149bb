// Options of the analysis, live and whole. In Hz, s, ms and µV, never in samples.
// Every default cites a figure or a measurement. `problem()` names the first value
// out of range and what is allowed, or is empty; it never throws.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "fascikit/core/bands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/labels.hpp"
#include "fascikit/core/recording.hpp"

namespace fascikit {

/// Mains hum: found from the data, stated, or left alone.
enum class Mains : std::uint8_t { automatic, hz50, hz60, off };

[[nodiscard]] constexpr const char* to_string(Mains mains) noexcept {
    switch (mains) {
        case Mains::automatic: return "auto";
        case Mains::hz50: return "50";
        case Mains::hz60: return "60";
        case Mains::off: return "off";
    }
    return "auto";
}

namespace core {
inline constexpr double not_given = std::numeric_limits<double>::quiet_NaN();
}

/// The analysis band. NaN: the design's default for the electrode and rate.
struct Band {
    double low_hz = core::not_given;
    double high_hz = core::not_given;
};

/// 20 Hz to min(500 Hz, 0.45 fs) at the skin, 10 Hz to min(10 kHz, 0.45 fs) for needles:
/// core/bands.hpp says why.
[[nodiscard]] inline Band resolved(Band band, Electrode electrode, double sampling_rate_hz) noexcept {
    const core::BandPreset& preset = core::preset_of(electrode);
    if (!core::is_finite(band.low_hz)) band.low_hz = preset.low_hz;
    if (!core::is_finite(band.high_hz)) band.high_hz = core::high_hz_at(preset, sampling_rate_hz);
    return band;
}

/// Options of `analyze`.
struct AnalyzeOptions {
    Electrode electrode = Electrode::surface;
    Band band{};
    Mains mains = Mains::automatic;
    /// Expected detections on Gaussian noise alone, per minute and site. 0.05: one in
    /// twenty minutes, against 6.5 a minute implied by the published operating point of
    /// SPiQE (Bashford et al. 2019, 10.1016/j.clinph.2019.03.032).
    double false_per_minute = 0.05;
    /// 1: causal, as Stream. 2: the whole recording at once, zero-phase.
    int passes = 2;
};

/// Options of `Stream`.
struct StreamOptions {
    double sampling_rate_hz = 0;      ///< required
    int channels = 0;                 ///< required
    Electrode electrode = Electrode::surface;
    Band band{};
    Mains mains = Mains::automatic;
    double false_per_minute = 0.05;   ///< as in AnalyzeOptions
    std::vector<Site> sites{};        ///< empty: each channel its own site
    /// Values at which each channel saturates, µV; empty: unknown, nothing is called clipped.
    std::vector<double> rail_low_uv{};
    std::vector<double> rail_high_uv{};
};

namespace core {

[[nodiscard]] inline std::string problem(Band band, Electrode electrode, double rate) {
    const Band b = resolved(band, electrode, rate);
    if (!(b.low_hz > 0) || !(b.high_hz > b.low_hz) || !(b.high_hz < rate / 2))
        return "band " + number(b.low_hz) + " to " + number(b.high_hz) +
               " Hz: allowed is 0 < low < high < half the sampling rate (" + number(rate / 2) + " Hz)";
    return {};
}

[[nodiscard]] inline std::string problem_of_rate(double rate) {
    // Below 200 Hz less than two octaves are left above the 20 Hz that movement fills.
    if (!(rate >= 200.0 && rate <= 200000.0))
        return "sampling rate " + number(rate) + " Hz: allowed is 200 to 200000";
    return {};
}

[[nodiscard]] inline std::string problem_of_false_rate(double rate) {
    if (!(rate >= 1e-6 && rate <= 60.0))
        return "false_per_minute " + number(rate) + ": allowed is 1e-06 to 60";
    return {};
}

}  // namespace core

[[nodiscard]] inline std::string problem(const AnalyzeOptions& options, double sampling_rate_hz) {
    if (auto text = core::problem_of_rate(sampling_rate_hz); !text.empty()) return text;
    if (auto text = core::problem(options.band, options.electrode, sampling_rate_hz); !text.empty()) return text;
    if (auto text = core::problem_of_false_rate(options.false_per_minute); !text.empty()) return text;
    if (options.passes != 1 && options.passes != 2)
        return "passes " + std::to_string(options.passes) + ": allowed is 1 or 2";
    return {};
}

[[nodiscard]] inline std::string problem(const StreamOptions& options) {
    if (auto text = core::problem_of_rate(options.sampling_rate_hz); !text.empty()) return text;
    if (options.channels < 1 || options.channels > 4096)
        return "channels " + std::to_string(options.channels) + ": allowed is 1 to 4096";
    if (auto text = core::problem(options.band, options.electrode, options.sampling_rate_hz); !text.empty())
        return text;
    if (auto text = core::problem_of_false_rate(options.false_per_minute); !text.empty()) return text;
    for (const auto* rails : {&options.rail_low_uv, &options.rail_high_uv})
        if (!rails->empty() && rails->size() != static_cast<std::size_t>(options.channels))
            return std::to_string(rails->size()) + " rail values: allowed is none or one a channel (" +
                   std::to_string(options.channels) + ")";
    std::vector<char> seen(static_cast<std::size_t>(options.channels), 0);
    for (const Site& site : options.sites) {
        if (site.channels.empty()) return "site '" + site.name + "' has no channels";
        for (const int c : site.channels) {
            if (c < 0 || c >= options.channels)
                return "site '" + site.name + "': channel " + std::to_string(c) + " of " +
                       std::to_string(options.channels);
            if (seen[static_cast<std::size_t>(c)]++)
                return "channel " + std::to_string(c) + " belongs to two sites";
        }
    }
    return {};
}

}  // namespace fascikit
