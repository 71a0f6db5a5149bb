// The lengths that detection works with, in frames and tiles of one rate.
//
// Input is cut into tiles at multiples of `tile` frames of the absolute sample index,
// so nothing depends on how a caller cuts its blocks. A tile lasts at most 8 ms: two of
// them (one to fill, one to look ahead for saturation), the longest event and its quiet
// end stay within the 60 ms that live events may take.
#pragma once

#include <cmath>
#include <cstdint>

#include "fascikit/core/labels.hpp"

namespace fascikit::detect {

struct Timing {
    double rate_hz = 0;
    std::int64_t tile = 0;            ///< frames of a tile, a power of two, 4 to 8 ms
    std::int64_t hold = 0;            ///< quiet frames that end an event
    std::int64_t longest = 0;         ///< frames after which an event is closed
    std::int64_t before = 0;          ///< frames of a waveform before the peak
    std::int64_t after = 0;           ///< and from the peak on
    int window_tiles = 0;             ///< tiles of one noise window, about 31 ms
    int hop_windows = 16;             ///< windows of one noise hop, about 0.5 s
    int memory_hops = 24;             ///< hops the noise level remembers, about 12 s
    int inner_dip_tiles = 0;          ///< quiet tiles that break dense activity
    int outer_dip_tiles = 0;          ///< quiet tiles that end an activity
    int core_tiles = 0;               ///< dense tiles that make activity sustained
    int settle_tiles = 0;             ///< tiles masked after a filter restarts
    double veto_share = 1.0;          ///< of a peak, that the level is raised to after it
    std::int64_t assign_delay = 0;    ///< frames until an event's surroundings are known

    [[nodiscard]] std::int64_t frames(double seconds) const noexcept {
        return static_cast<std::int64_t>(std::llround(seconds * rate_hz));
    }
    [[nodiscard]] int tiles(double seconds) const noexcept {
        // At most 100 days: a band that begins near 0 Hz never settles.
        return static_cast<int>(std::fmin(1e9, std::ceil(seconds * rate_hz / static_cast<double>(tile) - 1e-9)));
    }
    [[nodiscard]] double tile_s() const noexcept { return static_cast<double>(tile) / rate_hz; }
};

/// `settle_s`: time after which the filters have forgotten their start.
[[nodiscard]] inline Timing timing_for(double rate_hz, Electrode electrode, double settle_s) noexcept {
    Timing t;
    t.rate_hz = rate_hz;
    t.tile = 1;
    while (static_cast<double>(2 * t.tile) <= 0.008 * rate_hz) t.tile *= 2;
    const bool skin = electrode == Electrode::surface;
    // Quiet end: the zero crossings of a polyphasic potential are shorter. At the skin a
    // phase lasts 3 to 8 ms (potentials of 10 to 30 ms with 3 to 4 phases, field notes
    // 2.1); at the needle below 2 ms, and trains reach 300 Hz (one potential in 3.3 ms).
    t.hold = t.frames(skin ? 0.006 : 0.002);
    t.longest = t.frames(0.030);      // skin potentials last 10 to 30 ms
    t.before = t.frames(skin ? 0.010 : 0.004);
    t.after = t.frames(skin ? 0.015 : 0.008);
    const auto at_least_one = [](std::int64_t n) { return n > 0 ? n : 1; };
    t.hold = at_least_one(t.hold);
    t.before = at_least_one(t.before);
    t.after = at_least_one(t.after);
    t.window_tiles = static_cast<int>(at_least_one(std::llround(0.03125 / t.tile_s())));
    // Dense: units of a contraction overlap; separate discharges of one unit below 40 Hz
    // leave more than 24 ms less one potential between them.
    t.inner_dip_tiles = skin ? t.tiles(0.016) : t.tiles(0.008);
    t.outer_dip_tiles = t.tiles(0.100);
    // Longer than any one potential with its tail, shorter than the briefest contraction
    // (0.15 s in recorded brief contractions of the adductor pollicis).
    t.core_tiles = t.tiles(0.100);
    t.settle_tiles = t.tiles(settle_s);
    t.veto_share = skin ? 1.0 : 0.4;
    t.assign_delay = t.frames(0.150);
    return t;
}

}  // namespace fascikit::detect
