// History: the last frames of a stream in one piece of memory, for filters that look back.
//
// Frames lie interleaved, oldest first. `append` takes the new frames of a block and
// answers where they lie; the `past` frames before them lie before them. Old frames are
// moved to the front when the memory is full, which costs at most one copy a frame.
// Before the first frame everything is 0. Construction allocates; nothing else does,
// throws or locks. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"

namespace fascikit::filter {

inline void check_channels(std::int64_t channels) {
    if (channels < 1 || channels > 1 << 20)
        core::fail_option("channels " + std::to_string(channels) + ": allowed is 1 to " + std::to_string(1 << 20));
}

/// Frames a block is worked through at once, so that it stays in cache. Depends on the channels
/// alone; results do not depend on it.
[[nodiscard]] constexpr std::int64_t frames_at_once(std::int64_t channels) noexcept {
    return std::max<std::int64_t>(8, 4096 / std::max<std::int64_t>(1, channels));
}

/// Whether a stream of that many channels can take this block: otherwise it is left untouched.
template <class In, class Out>
[[nodiscard]] constexpr bool fits(BlockView<In> in, BlockView<Out> out, std::int64_t channels) noexcept {
    return in.frames > 0 && in.channels == channels && out.channels == channels && in.frames == out.frames;
}

/// Memory that begins where a cache line does: a vector that lies across two costs two loads.
template <class T>
struct LineAllocator {
    using value_type = T;
    static constexpr std::align_val_t line{64};
    LineAllocator() = default;
    template <class U>
    explicit LineAllocator(const LineAllocator<U>&) noexcept {}
    [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
    void deallocate(T* place, std::size_t) noexcept { ::operator delete(place, line); }
    friend bool operator==(const LineAllocator&, const LineAllocator&) noexcept { return true; }
};

template <class T>
class History {
public:
    /// `past`: frames to look back; `block`: the most frames of one append.
    History(std::int64_t past, std::int64_t channels, std::int64_t block)
        : past_(past), channels_(channels), capacity_(2 * past + 2 * block), at_(past),
          data_(static_cast<std::size_t>(capacity_ * channels) + slack, T(0)) {}

    /// Elements after the newest frame that may be read (not used), so that a vector loop needs no tail.
    static constexpr std::size_t slack = 256;

    /// Copies the frames behind those that are there; answers where the first of them is.
    const T* append(BlockView<const T> in) noexcept {
        T* place = room(in.frames);
        if (in.channel_stride == 1 && in.frame_stride == channels_) {
            std::copy_n(in.data, in.frames * channels_, place);
        } else if (in.channel_stride == 1 && channels_ > 1) {
            for (std::int64_t f = 0; f < in.frames; ++f)
                std::copy_n(in.data + f * in.frame_stride, channels_, place + f * channels_);
        } else {
            for (std::int64_t c = 0; c < channels_; ++c)
                for (std::int64_t f = 0; f < in.frames; ++f) place[f * channels_ + c] = in(f, c);
        }
        return place;
    }
    /// The same for frames that the caller writes.
    T* room(std::int64_t frames) noexcept {
        if (at_ + frames > capacity_) {
            std::copy_n(data_.data() + (at_ - past_) * channels_, past_ * channels_, data_.data());
            at_ = past_;
        }
        T* place = data_.data() + at_ * channels_;
        at_ += frames;
        return place;
    }
    /// The newest frame.
    [[nodiscard]] const T* newest() const noexcept { return data_.data() + (at_ - 1) * channels_; }

    /// As if `value` had always been on the channel.
    void start(std::int64_t channel, T value) noexcept {
        for (std::int64_t f = at_ - past_; f < at_; ++f) data_[static_cast<std::size_t>(f * channels_ + channel)] = value;
    }
    void reset() noexcept {
        std::fill(data_.begin(), data_.end(), T(0));
        at_ = past_;
    }

private:
    std::int64_t past_;
    std::int64_t channels_;
    std::int64_t capacity_;
    std::int64_t at_;
    std::vector<T, LineAllocator<T>> data_;
};

/// Copies interleaved frames to where they are wanted.
template <class T>
void put(const T* from, BlockView<T> out) noexcept {
    if (out.channel_stride == 1 && out.frame_stride == out.channels) {
        std::copy_n(from, out.frames * out.channels, out.data);
        return;
    }
    if (out.channel_stride == 1 && out.channels > 1) {
        for (std::int64_t f = 0; f < out.frames; ++f)
            std::copy_n(from + f * out.channels, out.channels, out.data + f * out.frame_stride);
        return;
    }
    for (std::int64_t c = 0; c < out.channels; ++c)
        for (std::int64_t f = 0; f < out.frames; ++f) out(f, c) = from[f * out.channels + c];
}

}  // namespace fascikit::filter
