// MovingAverage and MovingRms: mean, and root of the mean square, of the last `window` frames.
//
// Sums do not drift, and nothing sticks: time is cut into blocks of `window` frames counted
// from the start; a window is the end of one block and the beginning of the next, so its
// sum is one of sums from the block's end backwards plus one of sums from the block's begin
// forwards (van Herk 1992, 10.1016/0167-8655(92)90069-C, with + for max). Nothing is ever
// subtracted: each sum is made of at most `window` additions in double, a NaN or infinity
// is gone `window` frames later, and small samples after huge ones keep their digits.
//
// Window: frames n - window + 1 ... n of output n; until it is full, of the frames there
// are (pandas: rolling(window, min_periods=1)). No latency; the centre of the window lies
// (window - 1) / 2 frames back. `moving_average` of a whole recording is centred.
//
// Cost: three additions a sample, with a pass over one block at its last frame. Memory:
// `window` doubles and samples a channel. Results do not depend on chunking. Construction
// allocates, nothing afterwards allocates, throws or locks. One thread at a time.
// Errors: std::invalid_argument for window and channels.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/edges.hpp"
#include "fascikit/filter/history.hpp"

namespace fascikit::filter {

inline void check_window_frames(std::int64_t window, std::int64_t channels) {
    check_channels(channels);
    constexpr std::int64_t most = std::int64_t{1} << 26;
    if (window < 1 || window > most)
        core::fail_option("window " + std::to_string(window) + ": allowed is 1 to " + std::to_string(most) + " frames");
}

namespace detail {

template <std::floating_point T, bool Squares>
class MovingMean {
public:
    MovingMean(std::int64_t window, int channels) : window_(window), channels_(channels) {
        check_window_frames(window, channels);
        const auto lanes = static_cast<std::size_t>(channels_);
        samples_.assign(static_cast<std::size_t>(window) * lanes, T(0));
        to_end_.assign((static_cast<std::size_t>(window) + 1) * lanes, 0.0);
        so_far_.assign(lanes, 0.0);
    }

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(channels_); }
    [[nodiscard]] std::int64_t window() const noexcept { return window_; }
    [[nodiscard]] static constexpr std::int64_t latency_samples() noexcept { return 0; }

    /// As many frames out as in; `out` may be `in`.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (!fits(in, out, channels_)) return;
        for (std::int64_t f = 0; f < in.frames;) {
            const std::int64_t count = std::min(window_ - at_, in.frames - f);
            // Lanes side by side where there are many; with few, a sum that stays in a register is faster.
            if (channels_ < 8)
                channel_after_channel(in.rows(f, count), out.rows(f, count));
            else
                frame_after_frame(in.rows(f, count), out.rows(f, count));
            at_ += count;
            f += count;
            if (at_ == window_) next_block();
        }
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }
    void reset() noexcept {
        std::fill(to_end_.begin(), to_end_.end(), 0.0);
        std::fill(so_far_.begin(), so_far_.end(), 0.0);
        at_ = 0;
        first_block_ = true;
    }

private:
    static double term(T x) noexcept {
        const auto value = static_cast<double>(x);
        return Squares ? value * value : value;
    }
    [[nodiscard]] static double result(double mean) noexcept { return Squares ? std::sqrt(mean) : mean; }

    // Both do the same sums in the same order.
    void frame_after_frame(BlockView<const T> in, BlockView<T> out) noexcept {
        for (std::int64_t i = 0; i < in.frames; ++i) {
            const double* rest = to_end_.data() + (at_ + i + 1) * channels_;
            T* kept = samples_.data() + (at_ + i) * channels_;
            double* sum = so_far_.data();
            const double count = static_cast<double>(first_block_ ? at_ + i + 1 : window_);
            for (std::int64_t c = 0; c < channels_; ++c) {
                const T x = in(i, c);
                kept[c] = x;
                sum[c] += term(x);
                out(i, c) = static_cast<T>(result((sum[c] + rest[c]) / count));
            }
        }
    }
    void channel_after_channel(BlockView<const T> in, BlockView<T> out) noexcept {
        for (std::int64_t c = 0; c < channels_; ++c) {
            const double* rest = to_end_.data() + (at_ + 1) * channels_ + c;
            T* kept = samples_.data() + at_ * channels_ + c;
            double sum = so_far_[static_cast<std::size_t>(c)];
            for (std::int64_t i = 0; i < in.frames; ++i) {
                const double count = static_cast<double>(first_block_ ? at_ + i + 1 : window_);
                const T x = in(i, c);
                kept[i * channels_] = x;
                sum += term(x);
                out(i, c) = static_cast<T>(result((sum + rest[i * channels_]) / count));
            }
            so_far_[static_cast<std::size_t>(c)] = sum;
        }
    }
    void next_block() noexcept {
        // to_end_[window] stays 0: the last frame of a block needs nothing of the block before.
        for (std::int64_t i = window_ - 1; i >= 0; --i) {
            double* sum = to_end_.data() + i * channels_;
            for (std::int64_t c = 0; c < channels_; ++c) sum[c] = sum[channels_ + c] + term(samples_[static_cast<std::size_t>(i * channels_ + c)]);
        }
        std::fill(so_far_.begin(), so_far_.end(), 0.0);
        at_ = 0;
        first_block_ = false;
    }

    std::int64_t window_;
    std::int64_t channels_;
    std::vector<T> samples_;      // of this block
    std::vector<double> to_end_;  // of the last block: sums from each frame to its end
    std::vector<double> so_far_;  // of this block: sum from its begin
    std::int64_t at_ = 0;
    bool first_block_ = true;
};

}  // namespace detail

template <std::floating_point T>
using MovingAverage = detail::MovingMean<T, false>;
template <std::floating_point T>
using MovingRms = detail::MovingMean<T, true>;

/// A whole recording with the window around each frame: window / 2 frames before it (all of
/// scipy.ndimage's conventions), the rest behind. `out` may be `in`. Allocates.
template <std::floating_point T>
void moving_average(std::int64_t window, BlockView<const T> in, BlockView<T> out, Edge edge = Edge::reflect) {
    MovingAverage<T> stream(window, static_cast<int>(in.channels));
    run_whole(stream, in, out, window / 2, window - 1 - window / 2, edge);
}
template <std::floating_point T>
void moving_rms(std::int64_t window, BlockView<const T> in, BlockView<T> out, Edge edge = Edge::reflect) {
    MovingRms<T> stream(window, static_cast<int>(in.channels));
    run_whole(stream, in, out, window / 2, window - 1 - window / 2, edge);
}

}  // namespace fascikit::filter
