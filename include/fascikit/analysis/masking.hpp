// Masking: which lanes may be used in a tile, and the masked segments of each site.
//
// A lane restarts its filters after a bad tile and stays masked until they have settled.
// A site is masked while none of its lanes is usable, or none has a noise level at all, or
// at most `noise_limit_uv`; its segments name the reason. The settling of the filters after a
// bad stretch belongs to that stretch. Both passes use it. No allocation after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/analysis/intake.hpp"
#include "fascikit/core/event.hpp"
#include "fascikit/detect/quality.hpp"
#include "fascikit/detect/threshold.hpp"

namespace fascikit::analysis {

class Masking {
public:
    Masking(const LaneMap& map, int settle_tiles)
        : map_(map),
          settle_tiles_(settle_tiles),
          settle_(map.lanes, -1),
          usable_(map.lanes, 0),
          reason_(map.lanes, Reason::settling),
          site_masked_(map.sites.size(), 0),
          site_reason_(map.sites.size(), Reason::settling),
          site_first_(map.sites.size(), 0) {}

    /// Per lane of the tile: 1 usable, 0 masked.
    [[nodiscard]] const unsigned char* usable() const noexcept { return usable_.data(); }
    /// Per lane: why it is masked, where it is.
    [[nodiscard]] const Reason* reasons() const noexcept { return reason_.data(); }

    /// Judges the lanes of one tile. Bad lanes of `tile` become zeros; `restart(lane)` is
    /// called where the filters must start anew with the tile's first frame.
    template <class T, class Restart>
    void judge(T* tile, std::int64_t frames, const detect::TileState* states, Restart&& restart) noexcept {
        for (std::size_t k = 0; k < map_.channel.size(); ++k) {
            if (states[k] != detect::TileState::usable) {
                for (std::int64_t f = 0; f < frames; ++f) tile[static_cast<std::size_t>(f) * map_.lanes + k] = T{};
                usable_[k] = 0;
                reason_[k] = detect::reason_of(states[k]);
                settle_[k] = -1;
                continue;
            }
            if (settle_[k] < 0) {
                restart(k);
                settle_[k] = settle_tiles_;
            }
            if (settle_[k] > 0) {
                --settle_[k];
                usable_[k] = 0;
                reason_[k] = Reason::settling;
            } else {
                usable_[k] = 1;
            }
        }
    }
    /// Updates the sites. `noise` a lane: NaN while unknown. `out(Segment)` for each masked
    /// segment that ended with this tile's first frame.
    template <class Out>
    void update_sites(std::int64_t first_frame, const double* noise, Out&& out) noexcept {
        sites(first_frame, usable_.data(), reason_.data(), noise, out);
    }
    /// The same with what was usable, and why not, at an earlier tile.
    template <class Out>
    void sites(std::int64_t first_frame, const unsigned char* usable, const Reason* reasons, const double* noise,
               Out&& out) noexcept {
        for (std::size_t s = 0; s < map_.sites.size(); ++s) {
            const detect::SiteLanes& lanes = map_.sites[s];
            bool open = false;
            bool heard = false;
            bool noisy = false;
            for (std::size_t k = lanes.first; k < lanes.first + lanes.count; ++k) {
                heard = heard || usable[k] != 0;
                const bool known = usable[k] != 0 && core::is_finite(noise[k]);
                noisy = noisy || (known && noise[k] > detect::noise_limit_uv);
                open = open || (known && noise[k] <= detect::noise_limit_uv);
            }
            const Reason reason = noisy ? Reason::noisy : heard ? Reason::warm_up : reasons[lanes.first];
            const bool after_effect = (reason == Reason::settling || reason == Reason::warm_up) &&
                                      site_reason_[s] != Reason::settling && site_reason_[s] != Reason::warm_up;
            if (site_masked_[s] && (open || (reason != site_reason_[s] && !after_effect))) close(s, first_frame, out);
            if (!open && !site_masked_[s]) {
                site_masked_[s] = 1;
                site_reason_[s] = reason;
                site_first_[s] = first_frame;
            }
        }
    }
    template <class Out>
    void flush(std::int64_t end_frame, Out&& out) noexcept {
        for (std::size_t s = 0; s < map_.sites.size(); ++s)
            if (site_masked_[s]) close(s, end_frame, out);
    }
    void reset() noexcept {
        std::fill(settle_.begin(), settle_.end(), -1);
        std::fill(usable_.begin(), usable_.end(), static_cast<unsigned char>(0));
        std::fill(site_masked_.begin(), site_masked_.end(), static_cast<unsigned char>(0));
    }

private:
    template <class Out>
    void close(std::size_t s, std::int64_t end, Out& out) noexcept {
        site_masked_[s] = 0;
        if (end <= site_first_[s]) return;
        Segment segment;
        segment.onset_sample = site_first_[s];
        segment.end_sample = end;
        segment.site = static_cast<std::int32_t>(s);
        segment.kind = SegmentKind::masked;
        segment.reason = site_reason_[s];
        out(segment);
    }

    LaneMap map_;
    int settle_tiles_;
    std::vector<int> settle_;
    std::vector<unsigned char> usable_;
    std::vector<Reason> reason_;
    std::vector<unsigned char> site_masked_;
    std::vector<Reason> site_reason_;
    std::vector<std::int64_t> site_first_;
};

}  // namespace fascikit::analysis
