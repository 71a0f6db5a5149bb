// What the analysis finds: events, units, bursts and segments. Plain data.
//
// Positions are int64 sample indices from the start of the recording, at the rate
// of the recording; amplitudes are µV peak to peak in the analysis band.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fascikit/core/labels.hpp"

namespace fascikit {

/// Noise RMS above which a site is not at rest. Published work leaves out noise above 100 µV
/// (ATexc, Bashford et al. 2019), which peak to peak is 6.6 times the RMS of Gaussian noise.
inline constexpr double resting_noise_uv = 15.0;

/// One detected discharge.
struct Event {
    std::int64_t id = 0;              ///< from 0, in order of detection
    std::int64_t onset_sample = 0;
    std::int64_t end_sample = 0;      ///< one past the last sample
    std::int64_t peak_sample = 0;     ///< largest deflection of the largest channel
    std::int32_t site = 0;
    std::int32_t channel = 0;         ///< the largest, index into the recording's channels
    float amplitude_uv = 0;           ///< peak to peak of that channel
    float snr = 0;                    ///< amplitude over the local noise RMS
    float probability = 0;            ///< that this is a discharge and not noise
    std::int32_t unit = -1;           ///< -1: not assigned
    std::int64_t burst = -1;          ///< -1: not grouped (yet)
    std::int64_t first_pass = -1;     ///< id of the first-pass event this one came from
};

/// A motor unit (or, with few channels, potentials that cannot be told apart).
struct Unit {
    std::int32_t id = 0;
    std::int32_t site = 0;
    std::int64_t n_discharges = 0;
    float rate_per_min = 0;           ///< over usable minutes
    float amplitude_uv = 0;           ///< medians over its discharges, largest channel
    float duration_ms = 0;
    float phases = 0;
    float turns = 0;
    float area_uv_ms = 0;
    float rise_ms = 0;
    float snr = 0;
    float isolation = 0;              ///< silhouette of its potentials against the nearest other unit, -1 … 1; NaN: no other
};

enum class SegmentKind : std::uint8_t { voluntary, artifact, masked };
enum class Reason : std::uint8_t {
    contraction, not_finite, gap, flat, clipped, settling, warm_up, noisy, overflow, movement, common, electrode,
};
inline constexpr std::size_t reason_count = 12;

/// A stretch of time [onset, end) with a state.
struct Segment {
    std::int64_t onset_sample = 0;
    std::int64_t end_sample = 0;
    std::int32_t site = 0;            ///< -1: all sites
    SegmentKind kind = SegmentKind::masked;
    Reason reason = Reason::gap;
};

[[nodiscard]] constexpr std::string_view to_string(SegmentKind kind) noexcept {
    constexpr std::array<std::string_view, 3> names{"voluntary", "artifact", "masked"};
    return names[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr std::string_view to_string(Reason reason) noexcept {
    constexpr std::array<std::string_view, reason_count> names{
        "contraction", "not finite", "gap",      "flat",     "clipped",         "settling",
        "warm-up",     "noisy",      "overflow", "movement", "all sites at once", "electrode or stimulus"};
    return names[static_cast<std::size_t>(reason)];
}

/// What the burst stage measures; the rules of `burst/rules.hpp` speak of these.
/// NaN: not measurable here (an isolated discharge has no interval).
struct BurstFeatures {
    float n_discharges = 0;
    float rate_hz = 0;                ///< 1 / median interval inside the burst
    float isi_cv = 0;                 ///< coefficient of variation of the intervals inside
    float first_isi_ms = 0;
    float isi_before_ms = 0;          ///< silence of the same unit before and after
    float isi_after_ms = 0;
    float duration_s = 0;
    float repetition_hz = 0;          ///< rate at which similar bursts of the unit recur
    float repetition_cv = 0;
    float repetitions = 0;            ///< cycles that recurrence was measured over
    float amplitude_uv = 0;           ///< median
    float amplitude_cv = 0;
    float amplitude_trend = 0;        ///< log amplitude, last third minus first third
    float rate_trend = 0;             ///< log rate, last third minus first third
    float shape_similarity = 0;       ///< median correlation of its potentials with their mean
    float potential_ms = 0;           ///< median duration of one potential
    float phases = 0;
    float first_phase_sign = 0;       ///< +1 positive first, -1 negative first
    float interference = 0;           ///< share of the burst that lies in sustained activity, 0 … 1
    float build_up_s = 0;             ///< time from onset to the full level of sustained activity
    float low_frequency = 0;          ///< share of the swing around the peak that is slow (below 25 Hz), before the band-pass
    float channel_spread = 0;         ///< share of the other sites that discharged within ±5 ms; NaN below four sites
    float snr = 0;                    ///< median
    float noise_uv = 0;               ///< RMS of what lies between the discharges
    float pooled_hz = 0;              ///< discharges a second of the whole site around it
    float voluntary_gap_s = 0;        ///< to the nearest voluntary activity of the site; NaN: none, or live
    float periodicity = 0;            ///< height of the autocorrelation's first peak beyond 3 ms, sustained activity
    float regularity = 0;             ///< max(periodicity, 1 - 4 local CV): 1 clockwork, 0 irregular
    float envelope_hz = 0;            ///< rhythm of the envelope, 2 to 20 Hz
    float envelope_periodicity = 0;   ///< height of its autocorrelation peak
};

/// Discharges that belong together; an isolated discharge is a burst of one.
struct Burst {
    std::int64_t id = 0;
    std::int64_t onset_sample = 0;
    std::int64_t end_sample = 0;
    double onset_s = 0;
    double duration_s = 0;
    std::int32_t site = 0;
    std::int32_t unit = -1;           ///< -1: several or unknown
    std::int32_t n_discharges = 0;
    std::int32_t n_units = 0;
    float rate_hz = 0;                ///< 1 / median interval; NaN for one discharge
    float isi_cv = 0;
    Label label = Label::indeterminate;
    float probability = 0;            ///< of `label`
    std::int32_t clause = -1;         ///< index into burst::clause_table: the clause that spoke
    std::array<float, label_count> probabilities{};
    BurstFeatures features;
};

}  // namespace fascikit
