// The result of an analysis: tables, and a summary per site. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fascikit/core/event.hpp"
#include "fascikit/core/options.hpp"
#include "fascikit/core/recording.hpp"

namespace fascikit {

/// A count over usable minutes, with its 95 % interval.
struct Rate {
    std::int64_t count = 0;
    double minutes = 0;
    double per_min = 0;               ///< NaN where no minute was usable
    double low_per_min = 0;
    double high_per_min = 0;
    double dispersion = 1;            ///< variance over mean of counts; the interval is widened by it when it is > 1
};

/// Median and quartiles. NaN where there is nothing to take them of.
struct Quartiles {
    double q25 = 0;
    double median = 0;
    double q75 = 0;
};

/// A masked stretch of a site, in seconds, with its reason.
struct MaskedStretch {
    double onset_s = 0;
    double end_s = 0;
    Reason reason = Reason::gap;
};

struct SiteSummary {
    std::string name;
    std::string muscle;
    std::string side;
    std::vector<std::string> channels;
    double minutes_recorded = 0;
    double minutes_usable = 0;        ///< recorded less masked
    double minutes_masked = 0;
    double minutes_voluntary = 0;
    Rate fasciculations_before_gate;  ///< every discharge that is not an artifact, over usable minutes
    Rate fasciculations;              ///< discharges in fasciculation bursts, over usable minutes less voluntary ones
    std::int64_t isolated = 0;        ///< Sleutjes 2016, per unit: both intervals > 250 ms
    std::int64_t continual = 0;       ///< both <= 250 ms
    std::int64_t other = 0;
    std::int64_t doublets = 0;        ///< pairs of one unit at 2 to 20 ms
    std::int64_t f_wave_pairs = 0;    ///< pairs of one unit at 25 to 45 ms
    Quartiles interval_s;             ///< between fasciculations of the site
    Quartiles amplitude_uv;
    Quartiles noise_uv;               ///< RMS in the analysis band
    double threshold_snr = 0;         ///< peak over noise RMS at which the detector speaks
    std::array<std::int64_t, label_count> label_counts{};  ///< bursts
    std::vector<MaskedStretch> masked;
};

/// How often two sites discharged within ±5 ms, and how often chance alone would.
struct Coincidence {
    std::int32_t site_a = 0;
    std::int32_t site_b = 0;
    std::int64_t count = 0;
    double expected = 0;
};

struct Analysis {
    std::string version;              ///< of the library
    std::string cpu_path;             ///< "baseline", "avx2", "avx512", "neon"
    /// On what probabilities were calibrated; the rules of this version speak uncalibrated.
    std::string calibrated_on = "uncalibrated";
    AnalyzeOptions options;           ///< resolved: no "auto", no NaN
    RecordingInfo recording;
    // By onset; with passes = 1 in the order in which Stream gives them out.
    std::vector<Event> events;
    std::vector<Burst> bursts;
    std::vector<Unit> units;
    std::vector<Segment> segments;
    std::vector<SiteSummary> sites;
    std::vector<Coincidence> coincidences;
    std::vector<Event> first_pass;    ///< what `Stream` would have said, when passes = 2

    [[nodiscard]] double seconds(std::int64_t sample) const noexcept {
        return static_cast<double>(sample) / recording.sampling_rate_hz;
    }
};

}  // namespace fascikit
