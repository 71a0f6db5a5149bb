// QualityMask: which tiles of which channels cannot be used, and why.
//
// A sample is bad when it is not finite (by its bits) or beyond ±10 V (no electrode has
// that, and filters would not come back from 1e38), when it is the same to the bit
// for 200 ms (flat: a lost contact; at rest any amplifier's last bit moves), or when it
// sits at the amplifier's rail for 5 ms (clipped; a single clipped peak of a strong
// contraction is signal, and stays). A tile with a bad sample is masked whole.
//
// A clipped run is masked from its start because tiles are judged one tile late; of a
// flat run the first 200 ms pass, which a filter turns into a decaying constant.
// Causal apart from that tile. No allocation after construction.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/event.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/detect/timing.hpp"

namespace fascikit::detect {

/// 10 V: no electrode has more.
inline constexpr double largest_uv = 1e7;

/// What a channel's tile is: usable, or the reason why not.
/// `tail`: the last tile of a recording that ends inside it.
enum class TileState : std::uint8_t { usable, not_finite, gap, flat, clipped, tail };

[[nodiscard]] constexpr Reason reason_of(TileState state) noexcept {
    switch (state) {
        case TileState::not_finite: return Reason::not_finite;
        case TileState::gap: return Reason::gap;
        case TileState::flat: return Reason::flat;
        case TileState::clipped: return Reason::clipped;
        case TileState::tail: return Reason::settling;
        case TileState::usable: break;
    }
    return Reason::gap;
}

template <class T>
class QualityMask {
public:
    /// `rail_low`, `rail_high`: a value a lane; the lowest and highest T where unknown.
    QualityMask(const Timing& timing, std::vector<T> rail_low, std::vector<T> rail_high)
        : lanes_(rail_low.size()),
          flat_frames_(static_cast<std::int32_t>(timing.frames(0.200))),
          clip_frames_(static_cast<std::int32_t>(std::max<std::int64_t>(3, timing.frames(0.005)))),
          rail_low_(std::move(rail_low)),
          rail_high_(std::move(rail_high)),
          last_(lanes_, T{}),
          run_(lanes_, 0),
          last_before_(lanes_, T{}),
          run_before_(lanes_, 0),
          longest_(lanes_, 0),
          finite_(lanes_, 1),
          state_(2 * lanes_, TileState::usable) {}

    /// The rails of a lane, when its samples are given less an offset.
    void set_rails(std::size_t lane, T low, T high) noexcept {
        rail_low_[lane] = low;
        rail_high_[lane] = high;
    }
    /// Looks at a tile (frames × lanes, lane stride 1). Afterwards `previous()` is final
    /// for the tile before it, and `current()` so far for this one. `absent` is what a
    /// sample that is not finite means: `gap` where the tile was filled up.
    void push(BlockView<const T> tile, TileState absent = TileState::not_finite) noexcept {
        std::copy(state_.begin() + static_cast<std::ptrdiff_t>(lanes_), state_.end(), state_.begin());
        // Quickly over all lanes: how long are the runs, is anything not finite? Nearly
        // always nothing is to be told; the lanes that need it are looked at once more.
        std::copy(last_.begin(), last_.end(), last_before_.begin());
        std::copy(run_.begin(), run_.end(), run_before_.begin());
        std::fill(longest_.begin(), longest_.end(), 0);
        std::fill(finite_.begin(), finite_.end(), 1);
        const auto stride = tile.frame_stride;
        for (std::int64_t f = 0; f < tile.frames; ++f) {
            const T* row = tile.data + f * stride;
            for (std::size_t lane = 0; lane < lanes_; ++lane) {
                const T value = row[lane];
                finite_[lane] &= static_cast<std::int32_t>(plausible(value));
                const std::int32_t run = value == last_[lane] ? run_[lane] + 1 : 1;
                run_[lane] = run;
                last_[lane] = value;
                longest_[lane] = run > longest_[lane] ? run : longest_[lane];
            }
        }
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            if (finite_[lane] && longest_[lane] < clip_frames_) {
                state_[lanes_ + lane] = TileState::usable;
            } else {
                look(lane, tile, absent);
            }
        }
    }
    /// A tile of which nothing arrived.
    void push_gap() noexcept {
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            state_[lane] = state_[lanes_ + lane];
            state_[lanes_ + lane] = TileState::gap;
            run_[lane] = 0;
        }
    }
    /// State of each lane in the tile before the last one pushed.
    [[nodiscard]] const TileState* previous() const noexcept { return state_.data(); }
    [[nodiscard]] const TileState* current() const noexcept { return state_.data() + lanes_; }

    void reset() noexcept {
        for (auto& run : run_) run = 0;
        for (auto& state : state_) state = TileState::usable;
    }

private:
    void look(std::size_t lane, BlockView<const T> tile, TileState absent) noexcept {
        TileState now = TileState::usable;
        T last = last_before_[lane];
        std::int32_t run = run_before_[lane];
        for (std::int64_t f = 0; f < tile.frames; ++f) {
            const T value = tile(f, static_cast<std::int64_t>(lane));
            if (!plausible(value)) {
                now = core::is_finite(value) ? TileState::not_finite : absent;
                run = 0;
                last = T{};
                continue;
            }
            // A run longer than any limit counts no further: it never overflows.
            run = value == last ? std::min(run + 1, longest_run) : 1;
            last = value;
            if (run >= clip_frames_ && at_rail(lane, value)) {
                if (now == TileState::usable) now = TileState::clipped;
                // The run began in the tile before, unless it fits into this one.
                if (run > f + 1 && state_[lane] == TileState::usable) state_[lane] = TileState::clipped;
            } else if (run >= flat_frames_ && now == TileState::usable) {
                now = TileState::flat;
            }
        }
        last_[lane] = last;
        run_[lane] = run;
        state_[lanes_ + lane] = now;
    }
    [[nodiscard]] static bool plausible(T value) noexcept {
        return core::is_finite(value) && value < T(largest_uv) && value > T(-largest_uv);
    }
    [[nodiscard]] bool at_rail(std::size_t lane, T value) const noexcept {
        return value <= rail_low_[lane] || value >= rail_high_[lane];
    }

    static constexpr std::int32_t longest_run = 1 << 29;

    std::size_t lanes_;
    std::int32_t flat_frames_;
    std::int32_t clip_frames_;
    std::vector<T> rail_low_;
    std::vector<T> rail_high_;
    std::vector<T> last_;
    std::vector<std::int32_t> run_;
    std::vector<T> last_before_;
    std::vector<std::int32_t> run_before_;
    std::vector<std::int32_t> longest_;
    std::vector<std::int32_t> finite_;
    std::vector<TileState> state_;
};

}  // namespace fascikit::detect
