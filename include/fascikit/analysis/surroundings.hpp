// What lies around a discharge or in a sustained activity, measured on the kept signal: slow
// swing, periodicity, rhythm of the envelope. They fill BurstFeatures; the rules judge them.
//
// Reads the detector's rings; writes to a scratch array of the caller. No allocation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fascikit/burst/periodicity.hpp"
#include "fascikit/core/event.hpp"
#include "fascikit/detect/detector.hpp"

namespace fascikit::analysis {

/// How much of the swing before the band-pass is slow: that of the 20 ms mean (which 50 Hz
/// does not pass) within ±120 ms, as far as a 10 Hz band-pass rings, over that of the samples. 1: a step; potentials 0.1 to 0.5.
template <class T>
[[nodiscard]] float slow_swing(const detect::Detection& e, const detect::Detector<T>& detector) noexcept {
    const detect::Timing& timing = detector.timing();
    const std::int64_t width = std::max<std::int64_t>(1, timing.frames(0.020));
    const std::int64_t reach = timing.frames(0.120);
    const std::int64_t first = e.peak - reach;
    if (!detector.kept(first, e.peak + reach)) return 0.0F;
    double sum = 0;
    double low = 0, high = 0;         // of the mean
    double lowest = 0, highest = 0;   // of the samples
    for (std::int64_t f = first; f < e.peak + reach; ++f) {
        const auto value = static_cast<double>(detector.raw(f, e.lane));
        if (f == first) lowest = highest = value;
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
        sum += value;
        if (f - width >= first) sum -= static_cast<double>(detector.raw(f - width, e.lane));
        if (f - first < width - 1) continue;
        const double mean = sum / static_cast<double>(width);
        if (f - first == width - 1) low = high = mean;
        low = std::min(low, mean);
        high = std::max(high, mean);
    }
    return highest > lowest ? static_cast<float>((high - low) / (highest - lowest)) : 0.0F;
}

/// Of `lanes`, the one with the most energy in [first, last), every fourth frame looked at.
template <class T>
[[nodiscard]] std::size_t largest_lane(const detect::Detector<T>& detector, const detect::SiteLanes& lanes,
                                       std::int64_t first, std::int64_t last) noexcept {
    std::size_t lane = lanes.first;
    double most = -1;
    for (std::size_t k = lanes.first; k < lanes.first + lanes.count; ++k) {
        double sum = 0;
        for (std::int64_t i = first; i < last; i += 4) {
            const auto v = static_cast<double>(detector.sample(i, k));
            sum += v * v;
        }
        if (sum > most) {
            most = sum;
            lane = k;
        }
    }
    return lane;
}

/// Periodicity of the last 0.4 s of an activity in its largest channel; where it is high, the
/// rate is that of the period, and not of the pieces that overlapping potentials were cut into.
template <class T>
void measure_periodicity(BurstFeatures& f, const detect::Activity& a, const detect::SiteLanes& lanes,
                         const detect::Detector<T>& detector, std::span<float> scratch) noexcept {
    const detect::Timing& timing = detector.timing();
    const std::int64_t last = a.end_tile * timing.tile;
    // 4 kHz resolves 300 Hz to 8 %; more would only cost.
    const auto step = std::max<std::int64_t>(1, static_cast<std::int64_t>(timing.rate_hz / 4000.0));
    const std::int64_t first = std::max({a.first_tile * timing.tile, last - timing.frames(0.4),
                                         last - step * static_cast<std::int64_t>(scratch.size())});
    const std::size_t lane = largest_lane(detector, lanes, first, last);
    std::size_t count = 0;
    for (std::int64_t i = first; i + step <= last && count < scratch.size(); i += step) {
        double sum = 0;
        for (std::int64_t j = 0; j < step; ++j) sum += static_cast<double>(detector.sample(i + j, lane));
        scratch[count++] = static_cast<float>(sum);
    }
    const double rate = timing.rate_hz / static_cast<double>(step);
    const auto r = burst::rhythm(std::span<const float>(scratch).first(count),
                                 static_cast<std::size_t>(std::max(1.0, 0.003 * rate)),
                                 static_cast<std::size_t>(0.130 * rate));
    f.periodicity = static_cast<float>(std::max(0.0, r.height));
    f.regularity = std::max(f.regularity, f.periodicity);
    if (r.lag == 0 || f.periodicity < 0.6F) return;
    f.rate_hz = static_cast<float>(rate / static_cast<double>(r.lag));
    // What repeats after one period is alike in shape by as much.
    f.shape_similarity = f.periodicity;
    f.n_discharges = std::max(f.n_discharges, f.rate_hz * f.duration_s);
}

/// Rhythm of the envelope over an activity: at most the ring, which keeps a value a tile.
/// Six cycles at least: fewer are not called a rhythm.
inline void measure_envelope(BurstFeatures& f, const detect::Activity& a, std::span<const float> ring,
                             const detect::Timing& timing, std::span<float> scratch) noexcept {
    // What was written since the activity ended has overwritten as much of the ring.
    const auto kept = static_cast<std::int64_t>(ring.size()) - timing.outer_dip_tiles - timing.tiles(0.2);
    const auto tiles = static_cast<std::size_t>(std::clamp<std::int64_t>(a.end_tile - a.first_tile, 0, kept));
    const auto first = static_cast<std::size_t>(a.end_tile) - tiles;
    double mean = 0;
    for (std::size_t i = 0; i < tiles; ++i) mean += static_cast<double>(ring[(first + i) % ring.size()]);
    mean /= static_cast<double>(std::max<std::size_t>(1, tiles));
    for (std::size_t i = 0; i < tiles; ++i)
        scratch[i] = static_cast<float>(static_cast<double>(ring[(first + i) % ring.size()]) - mean);
    const auto r = burst::rhythm(
        std::span<const float>(scratch).first(tiles), static_cast<std::size_t>(std::max(1.0, 0.050 / timing.tile_s())),
        static_cast<std::size_t>(std::min(0.5 / timing.tile_s(), static_cast<double>(tiles) / 6.0)));
    f.envelope_periodicity = static_cast<float>(std::max(0.0, r.height));
    if (r.lag > 0) f.envelope_hz = static_cast<float>(1.0 / (static_cast<double>(r.lag) * timing.tile_s()));
}

}  // namespace fascikit::analysis
