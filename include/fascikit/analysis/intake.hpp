// Intake: blocks of any size in, tiles at fixed places out, with their quality.
//
// Tiles begin at multiples of the tile length of the absolute sample index, so what
// comes after does not know how the caller cut the data. A jump forward is a gap. The
// first plausible sample of a channel is subtracted from it for good: the band-pass does
// not pass it, and float32 keeps its digits for the signal.
//
// A tile is handed out when the next one is complete (a clipped run is masked from its
// start). No allocation after construction. Lanes are channels in the order of the
// sites, padded to a multiple of 16 with zeros.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/detect/detector.hpp"
#include "fascikit/detect/quality.hpp"

namespace fascikit::analysis {

/// Which channel each lane is, and which lanes each site has.
struct LaneMap {
    std::vector<int> channel;                 ///< of each used lane
    std::vector<detect::SiteLanes> sites;
    std::size_t lanes = 0;                    ///< padding included

    explicit LaneMap(const StreamOptions& options) {
        const auto add = [&](const std::vector<int>& channels) {
            sites.push_back({channel.size(), channels.size()});
            channel.insert(channel.end(), channels.begin(), channels.end());
        };
        if (options.sites.empty())
            for (int c = 0; c < options.channels; ++c) add({c});
        else
            for (const Site& site : options.sites) add(site.channels);
        lanes = (channel.size() + 15) / 16 * 16;
        // One channel alone stays alone: padding would cost sixteen times its work.
        if (channel.size() <= 4) lanes = channel.size();
    }
};

template <class T>
class Intake {
public:
    Intake(const StreamOptions& options, const detect::Timing& timing, const LaneMap& map)
        : tile_(timing.tile),
          skip_after_(timing.tiles(1.0)),
          channels_(options.channels),
          map_(map),
          options_low_(options.rail_low_uv),
          options_high_(options.rail_high_uv),
          quality_(timing, std::vector<T>(map.channel.size(), std::numeric_limits<T>::lowest()),
                   std::vector<T>(map.channel.size(), std::numeric_limits<T>::max())),
          offset_(map.channel.size(), 0.0),
          offset_in_t_(map.channel.size(), T{}),
          has_offset_(map.channel.size(), 0),
          current_(static_cast<std::size_t>(timing.tile) * map.lanes, T{}),
          previous_(current_) {}

    [[nodiscard]] std::int64_t next() const noexcept { return next_; }

    /// `on_tile(index, T* tile, const TileState*)`; it may change the tile. Throws what it throws.
    template <class U, class OnTile>
    Status push(BlockView<const U> block, std::int64_t first_sample, OnTile&& on_tile) {
        if (block.frames > 0 && block.channels != channels_) return Status::wrong_channel_count;
        if (first_sample < 0 || first_sample > (std::int64_t{1} << 60)) return Status::first_sample_went_back;
        if (!started_ && first_sample > 0) {
            // A device may count from anywhere: the recording begins with its first sample.
            next_ = first_sample - first_sample % tile_;
            if (next_ != first_sample) fill_up();
            next_ = first_sample;
        }
        started_ = true;
        if (first_sample < next_) return Status::first_sample_went_back;
        if (first_sample > next_) gap_to(first_sample, on_tile);
        for (std::int64_t done = 0; done < block.frames;) {
            const std::int64_t row = next_ % tile_;
            const std::int64_t n = std::min(tile_ - row, block.frames - done);
            copy(block.rows(done, n), row);
            done += n;
            next_ += n;
            if (next_ % tile_ == 0) complete(on_tile);
        }
        return Status::ok;
    }
    /// Hands out the last tiles; a part of a tile is filled up as a gap.
    template <class OnTile>
    void flush(OnTile&& on_tile) {
        if (next_ % tile_ != 0) {
            const auto state = filled_ ? detect::TileState::gap : detect::TileState::tail;
            fill_up();
            next_ += tile_ - next_ % tile_;
            complete(on_tile, state);
        }
        if (held_) {
            quality_.push_gap();
            on_tile(held_index_, previous_.data(), quality_.previous());
            held_ = false;
        }
    }
    void reset() noexcept {
        quality_.reset();
        std::fill(has_offset_.begin(), has_offset_.end(), static_cast<unsigned char>(0));
        held_ = filled_ = started_ = false;
        next_ = 0;
    }

private:
    template <class U>
    void copy(BlockView<const U> block, std::int64_t row) noexcept {
        const std::size_t used = map_.channel.size();
        for (std::size_t k = 0; k < used; ++k) {
            if (has_offset_[k]) continue;
            for (std::int64_t f = 0; f < block.frames; ++f)
                if (const auto value = static_cast<double>(block(f, map_.channel[k])); core::is_finite(value) && std::abs(value) < detect::largest_uv) {
                    set_offset(k, value);
                    break;
                }
        }
        // Written along the input's contiguous direction; the values are the same.
        T* out = &current_[static_cast<std::size_t>(row) * map_.lanes];
        const std::size_t stride = map_.lanes;
        if (block.channel_stride <= block.frame_stride) {
            for (std::int64_t f = 0; f < block.frames; ++f, out += stride)
                for (std::size_t k = 0; k < used; ++k) out[k] = less_offset(block(f, map_.channel[k]), k);
        } else {
            for (std::size_t k = 0; k < used; ++k) {
                const U* from = &block(0, map_.channel[k]);
                for (std::int64_t f = 0; f < block.frames; ++f)
                    out[static_cast<std::size_t>(f) * stride + k] = less_offset(from[f * block.frame_stride], k);
            }
        }
    }
    /// In the wider of both types: what is left of a large offset keeps its digits.
    template <class U>
    [[nodiscard]] T less_offset(U value, std::size_t k) const noexcept {
        if constexpr (sizeof(U) > sizeof(T))
            return static_cast<T>(value - static_cast<U>(offset_[k]));
        else
            return static_cast<T>(value) - offset_in_t_[k];
    }
    void set_offset(std::size_t k, double value) noexcept {
        has_offset_[k] = 1;
        offset_[k] = value;
        offset_in_t_[k] = static_cast<T>(value);
        const auto c = static_cast<std::size_t>(map_.channel[k]);
        // A sample at the rail may have come as T, or wider: both roundings count as the rail.
        T low = std::numeric_limits<T>::lowest();
        T high = std::numeric_limits<T>::max();
        if (!options_low_.empty() && core::is_finite(options_low_[c]))
            low = std::max(static_cast<T>(options_low_[c] - value), static_cast<T>(options_low_[c]) - offset_in_t_[k]);
        if (!options_high_.empty() && core::is_finite(options_high_[c]))
            high = std::min(static_cast<T>(options_high_[c] - value), static_cast<T>(options_high_[c]) - offset_in_t_[k]);
        quality_.set_rails(k, low, high);
    }
    void fill_up() noexcept {
        const std::int64_t row = next_ % tile_;
        for (std::int64_t f = row; f < tile_; ++f)
            for (std::size_t k = 0; k < map_.channel.size(); ++k)
                current_[static_cast<std::size_t>(f) * map_.lanes + k] = std::numeric_limits<T>::quiet_NaN();
        filled_ = true;
    }
    template <class OnTile>
    void complete(OnTile& on_tile, detect::TileState filled_with = detect::TileState::gap) {
        const BlockView<const T> tile{current_.data(), tile_, static_cast<std::int64_t>(map_.lanes),
                                      static_cast<std::int64_t>(map_.lanes), 1};
        quality_.push(tile, filled_ ? filled_with : detect::TileState::not_finite);
        filled_ = false;
        if (held_) on_tile(held_index_, previous_.data(), quality_.previous());
        current_.swap(previous_);
        held_ = true;
        held_index_ = next_ / tile_ - 1;
    }
    template <class OnTile>
    void gap_to(std::int64_t sample, OnTile& on_tile) {
        if (next_ % tile_ != 0) {
            fill_up();
            const std::int64_t end = next_ - next_ % tile_ + tile_;
            next_ = std::min(sample, end);
            if (next_ < end) return;          // the gap ends inside this tile
            complete(on_tile);
        }
        std::int64_t steps = 0;
        while (sample - next_ >= tile_) {
            // After a second of nothing every state has settled: the rest is one step.
            if (++steps > skip_after_) {
                next_ = sample - sample % tile_;
                break;
            }
            fill_up();
            next_ += tile_;
            complete(on_tile);
        }
        if (sample > next_) {
            fill_up();
            next_ = sample;
        }
    }

    std::int64_t tile_;
    std::int64_t skip_after_;
    std::int64_t channels_;
    LaneMap map_;
    std::vector<double> options_low_;
    std::vector<double> options_high_;
    detect::QualityMask<T> quality_;
    std::vector<double> offset_;
    std::vector<T> offset_in_t_;
    std::vector<unsigned char> has_offset_;
    std::vector<T> current_;
    std::vector<T> previous_;
    std::int64_t next_ = 0;
    std::int64_t held_index_ = 0;
    bool held_ = false;
    bool filled_ = false;
    bool started_ = false;
};

}  // namespace fascikit::analysis
