// TileRing: the last tiles of a signal, found by absolute frame and lane.
//
// A power of two of tiles, each a power of two of frames, so that a place is found without a
// division. Frames that are no longer kept, or never were, read as 0. Nothing is allocated
// after construction.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fascikit::detect {

template <class T>
class TileRing {
public:
    /// At least `tiles` tiles of `tile` frames (a power of two) × `lanes`.
    TileRing(std::size_t tiles, std::int64_t tile, std::size_t lanes)
        : tiles_(std::bit_ceil(tiles)),
          tile_(tile),
          shift_(std::countr_zero(static_cast<std::uint64_t>(tile))),
          lanes_(lanes),
          values_(static_cast<std::size_t>(tile) * lanes),
          data_(values_ * tiles_, T{}) {}

    /// Where a tile is kept: frames × lanes.
    [[nodiscard]] T* place(std::int64_t tile) noexcept { return &data_[slot(tile) * values_]; }
    void keep(std::int64_t tile, const T* from) noexcept {
        if (T* to = place(tile); from != to) std::copy(from, from + values_, to);
    }
    [[nodiscard]] std::size_t values() const noexcept { return values_; }
    /// True when all of [first, end) is kept and `newest` is the last tile given.
    [[nodiscard]] bool kept(std::int64_t first, std::int64_t end, std::int64_t newest) const noexcept {
        const std::int64_t after = (newest + 1) * tile_;
        return first >= 0 && end <= after && first >= after - static_cast<std::int64_t>(tiles_) * tile_;
    }
    [[nodiscard]] T at(std::int64_t frame, std::size_t lane, std::int64_t newest) const noexcept {
        if (!kept(frame, frame + 1, newest)) return T{};
        const auto row = static_cast<std::size_t>(frame & (tile_ - 1));
        return data_[slot(frame >> shift_) * values_ + row * lanes_ + lane];
    }
    void clear() noexcept { std::fill(data_.begin(), data_.end(), T{}); }

private:
    [[nodiscard]] std::size_t slot(std::int64_t tile) const noexcept {
        return static_cast<std::size_t>(tile) & (tiles_ - 1);
    }

    std::size_t tiles_;
    std::int64_t tile_;
    int shift_;
    std::size_t lanes_;
    std::size_t values_;
    std::vector<T> data_;
};

}  // namespace fascikit::detect
