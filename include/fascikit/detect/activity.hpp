// ActivityTracker: stretches in which a site is active, and whether they are sustained.
//
// A tile is active when the RMS of a channel exceeds 2.5 times its noise and 15 % of the
// largest tile of the last fraction of a second (so that the ringing after one large
// discharge does not count). An activity ends after 100 ms without an active tile. It is
// sustained when it contains a dense core: 100 ms without a quiet dip, which overlapping
// units of a contraction fill and separate discharges of one unit do not.
//
// What a sustained activity is called (voluntary, cramp, a discharge above 100 Hz …) is
// for the burst stage. Causal; known 100 ms after its end. No allocation.
#pragma once

#include <cstdint>

#include "fascikit/detect/timing.hpp"

namespace fascikit::detect {

inline constexpr double active_ratio = 2.5;        ///< RMS over noise RMS
inline constexpr double active_share = 0.15;       ///< of the recent largest tile, amplitude

/// A closed or running activity, in tiles [first, end).
struct Activity {
    std::int64_t first_tile = 0;
    std::int64_t end_tile = 0;
    std::int64_t active_tiles = 0;
    std::int64_t full_tile = 0;       ///< first tile within 3 dB of the largest: end of the build-up
    double largest = 0;               ///< mean square over noise of the largest tile
    bool sustained = false;
};

class ActivityTracker {
public:
    explicit ActivityTracker(const Timing& timing)
        : inner_dip_(timing.inner_dip_tiles),
          outer_dip_(timing.outer_dip_tiles),
          core_(timing.core_tiles),
          // The largest tile is forgotten with 100 ms: contractions fluctuate that fast.
          decay_(1.0 - timing.tile_s() / 0.100) {
        if (decay_ < 0.5) decay_ = 0.5;
    }

    [[nodiscard]] bool open() const noexcept { return open_; }
    [[nodiscard]] const Activity& current() const noexcept { return activity_; }

    /// Shows one tile: the largest mean square over squared noise among the site's
    /// channels. Returns true when an activity closed, described by `closed`.
    bool push(std::int64_t tile, double ratio, Activity& closed) noexcept {
        recent_ *= decay_ * decay_;
        const bool active =
            ratio > active_ratio * active_ratio && ratio > active_share * active_share * recent_;
        if (ratio > recent_) recent_ = ratio;
        if (active) {
            if (!open_) {
                open_ = true;
                activity_ = Activity{tile, tile + 1, 0, tile, 0.0, false};
                inner_first_ = tile;
                last_ = tile;
            }
            if (tile - last_ > inner_dip_) inner_first_ = tile;
            last_ = tile;
            ++activity_.active_tiles;
            activity_.end_tile = tile + 1;
            if (ratio > 2.0 * activity_.largest) activity_.full_tile = tile;
            if (ratio > activity_.largest) activity_.largest = ratio;
            if (tile + 1 - inner_first_ >= core_) activity_.sustained = true;
            return false;
        }
        if (!open_ || tile - last_ <= outer_dip_) return false;
        return cut(closed);
    }
    bool cut(Activity& closed) noexcept {
        if (!open_) return false;
        closed = activity_;
        open_ = false;
        return true;
    }
    void reset() noexcept {
        open_ = false;
        recent_ = 0;
    }

private:
    std::int64_t inner_dip_;
    std::int64_t outer_dip_;
    std::int64_t core_;
    double decay_;
    double recent_ = 0;
    bool open_ = false;
    std::int64_t inner_first_ = 0;
    std::int64_t last_ = 0;
    Activity activity_;
};

}  // namespace fascikit::detect
