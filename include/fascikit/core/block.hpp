// BlockView: frames × channels of samples that somebody else owns.
//
// A frame is one sample of every channel. Strides are explicit, in elements, so
// interleaved data (channel_stride 1) and planar data (frame_stride 1) work
// without a copy. Never allocates, never owns; copying a view is free.
#pragma once

#include <cstdint>
#include <type_traits>

namespace fascikit {

template <class T>
struct BlockView {
    T* data = nullptr;
    std::int64_t frames = 0;
    std::int64_t channels = 0;
    std::int64_t frame_stride = 0;
    std::int64_t channel_stride = 0;

    [[nodiscard]] constexpr T& operator()(std::int64_t frame, std::int64_t channel) const noexcept {
        return data[frame * frame_stride + channel * channel_stride];
    }
    /// Frames [first, first + count) of this block.
    [[nodiscard]] constexpr BlockView rows(std::int64_t first, std::int64_t count) const noexcept {
        return {data + first * frame_stride, count, channels, frame_stride, channel_stride};
    }
    constexpr operator BlockView<const T>() const noexcept
        requires(!std::is_const_v<T>)
    {
        return {data, frames, channels, frame_stride, channel_stride};
    }
};

/// Frame after frame: x[frame][channel].
template <class T>
[[nodiscard]] constexpr BlockView<T> interleaved(T* data, std::int64_t frames, std::int64_t channels) noexcept {
    return {data, frames, channels, channels, 1};
}

/// Channel after channel: x[channel][frame]; `pitch` elements from one channel to the next.
template <class T>
[[nodiscard]] constexpr BlockView<T> planar(T* data, std::int64_t frames, std::int64_t channels,
                                            std::int64_t pitch) noexcept {
    return {data, frames, channels, 1, pitch};
}
template <class T>
[[nodiscard]] constexpr BlockView<T> planar(T* data, std::int64_t frames, std::int64_t channels) noexcept {
    return planar(data, frames, channels, frames);
}

}  // namespace fascikit
