// Features of a group of discharges: what the rules look at.
//
// What cannot be measured is NaN: one discharge has no interval, a unit seen once has no
// rhythm. No allocation; O(n log n) through a scratch array that the caller keeps.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "fascikit/burst/discharge.hpp"
#include "fascikit/core/event.hpp"
#include "fascikit/core/finite.hpp"

namespace fascikit::burst {

inline constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

/// Median of `values` (changed); NaN when empty.
[[nodiscard]] inline float median(std::span<float> values) noexcept {
    if (values.empty()) return unknown;
    const std::size_t middle = values.size() / 2;
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end());
    const float upper = values[middle];
    if (values.size() % 2 == 1) return upper;
    return 0.5F * (upper + *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle)));
}

struct MeanCv {
    double mean = 0;
    double cv = 0;
};
[[nodiscard]] inline MeanCv mean_cv(std::span<const float> values) noexcept {
    double sum = 0;
    for (const float v : values) sum += static_cast<double>(v);
    const double n = static_cast<double>(values.size());
    const double mean = sum / n;
    double squares = 0;
    for (const float v : values) squares += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
    return {mean, mean > 0 ? std::sqrt(squares / std::max(1.0, n - 1.0)) / mean : 0.0};
}

/// Rhythm of the onsets of a unit's groups: 1 / median interval, its CV, and how many
/// intervals. Below six cycles, or slower than one in 5 s, nothing is called a rhythm.
inline void measure_repetition(BurstFeatures& f, std::span<const std::int64_t> onsets, double rate_hz,
                               std::span<float> scratch) noexcept {
    f.repetition_hz = f.repetition_cv = unknown;
    const std::size_t count = std::min(onsets.size() < 2 ? std::size_t{0} : onsets.size() - 1, scratch.size());
    f.repetitions = static_cast<float>(count);
    if (count < 5) return;
    const std::size_t skip = onsets.size() - 1 - count;
    for (std::size_t i = 0; i < count; ++i)
        scratch[i] = static_cast<float>(static_cast<double>(onsets[skip + i + 1] - onsets[skip + i]) / rate_hz);
    const auto used = scratch.first(count);
    f.repetition_cv = static_cast<float>(mean_cv(used).cv);
    f.repetition_hz = 1.0F / median(used);
    if (f.repetition_hz < 0.2F) f.repetition_cv = unknown;
}

/// Everything that follows from the discharges themselves. `scratch` holds at least d.size().
[[nodiscard]] inline BurstFeatures measure(std::span<const Discharge> d, double rate_hz,
                                           std::span<float> scratch) noexcept {
    BurstFeatures f;
    f.rate_hz = f.isi_cv = f.first_isi_ms = f.amplitude_cv = f.amplitude_trend = f.rate_trend = unknown;
    f.repetition_hz = f.repetition_cv = f.envelope_hz = f.channel_spread = f.shape_similarity = unknown;
    f.voluntary_gap_s = unknown;
    f.isi_before_ms = f.isi_after_ms = std::numeric_limits<float>::infinity();
    const std::size_t n = std::min(d.size(), scratch.size());
    f.n_discharges = static_cast<float>(d.size());
    if (n == 0) return f;
    f.duration_s = static_cast<float>(static_cast<double>(d.back().end - d.front().onset) / rate_hz);

    const auto median_of = [&](auto member) {
        std::size_t used = 0;
        for (std::size_t i = 0; i < n; ++i)
            if (!core::is_nan(d[i].*member)) scratch[used++] = d[i].*member;
        return median(scratch.first(used));
    };
    f.amplitude_uv = median_of(&Discharge::amplitude_uv);
    f.potential_ms = median_of(&Discharge::potential_ms);
    f.snr = median_of(&Discharge::snr);
    f.noise_uv = f.snr > 0 ? f.amplitude_uv / f.snr : unknown;
    f.phases = median_of(&Discharge::phases);
    f.first_phase_sign = median_of(&Discharge::first_phase_sign);
    f.low_frequency = median_of(&Discharge::low_frequency);
    f.channel_spread = median_of(&Discharge::channel_spread);
    f.shape_similarity = median_of(&Discharge::similarity);
    if (n < 2) return f;

    for (std::size_t i = 0; i + 1 < n; ++i)
        scratch[i] = static_cast<float>(1000.0 * static_cast<double>(d[i + 1].peak - d[i].peak) / rate_hz);
    const auto intervals = scratch.first(n - 1);
    f.first_isi_ms = intervals[0];
    if (n >= 3) f.isi_cv = static_cast<float>(mean_cv(intervals).cv);
    if (n >= 4) {
        // From neighbouring intervals, so that a train that slows down is still regular:
        // CV2 (Holt et al. 1996) is 2 / sqrt(pi) of the CV for small Gaussian variation.
        double cv2 = 0;
        for (std::size_t i = 0; i + 2 < n; ++i)
            cv2 += 2.0 * std::abs(static_cast<double>(intervals[i + 1] - intervals[i])) /
                   static_cast<double>(intervals[i + 1] + intervals[i]);
        const double local_cv = cv2 / static_cast<double>(n - 2) / 1.1284;
        f.regularity = static_cast<float>(std::max(0.0, 1.0 - 4.0 * local_cv));
    }
    const std::size_t third = n / 3;
    if (n >= 6) {
        double early = 0;
        double late = 0;
        for (std::size_t i = 0; i < third; ++i) {
            early += static_cast<double>(intervals[i]);
            late += static_cast<double>(intervals[n - 2 - i]);
        }
        f.rate_trend = static_cast<float>(std::log(early / late));
    }
    f.rate_hz = 1000.0F / median(intervals);

    for (std::size_t i = 0; i < n; ++i) scratch[i] = d[i].amplitude_uv;
    f.amplitude_cv = static_cast<float>(mean_cv(scratch.first(n)).cv);
    if (n >= 6) {
        double early = 0;
        double late = 0;
        for (std::size_t i = 0; i < third; ++i) {
            early += static_cast<double>(d[i].amplitude_uv);
            late += static_cast<double>(d[n - 1 - i].amplitude_uv);
        }
        if (early > 0 && late > 0) f.amplitude_trend = static_cast<float>(std::log(late / early));
    }
    return f;
}

}  // namespace fascikit::burst
