// Resampler: from one sampling rate to another in the ratio up / down, by a polyphase filter.
//
//   y[m] = up × sum_j h[m down + half - j up] x[j],   half = (taps - 1) / 2
//
// The sum of scipy.signal.resample_poly with zeros beyond the ends; `resample` of a whole
// recording equals it to 1e-12. The filter `h` is by default a low-pass at the lower of
// both half rates, 20 max(up, down) + 1 taps under a Kaiser window of beta 5.0 (SciPy's
// choice: -50 dB); its delay is taken away.
//
// As a stream: `process` answers what it can, so the number of frames varies;
// output m comes as soon as its last input is there, at most latency_samples() input
// frames after its time. `flush` gives the rest; in all ceil(frames up / down). Results
// are the same bit for bit for any chunking. Sums are in T, in interleaved parts: eight for
// one channel, four for several. A NaN stays for as long as the filter reaches:
// 2 latency_samples() input frames. Cost of an output sample: taps / up multiplications.
// Construction allocates, nothing else does, throws or locks. One thread at a time.
// Errors: std::invalid_argument for up, down, taps, channels.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/history.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::filter {

/// up and down without their common factor. Both 1 to 100 000.
struct Ratio {
    std::int64_t up = 1;
    std::int64_t down = 1;
};

[[nodiscard]] inline Ratio reduced(std::int64_t up, std::int64_t down) {
    constexpr std::int64_t most = 100000;
    if (up < 1) core::fail_option("up " + std::to_string(up) + ": at least 1 is needed");
    if (down < 1) core::fail_option("down " + std::to_string(down) + ": at least 1 is needed");
    const std::int64_t common = std::gcd(up, down);
    const Ratio ratio{up / common, down / common};
    if (ratio.up > most || ratio.down > most)
        core::fail_option("up / down " + std::to_string(ratio.up) + " / " + std::to_string(ratio.down) +
                          ": allowed are ratios of numbers up to " + std::to_string(most));
    return ratio;
}

/// ceil(frames up / down).
[[nodiscard]] inline std::int64_t resampled_frames(std::int64_t frames, std::int64_t up, std::int64_t down) {
    const Ratio ratio = reduced(up, down);
    return (frames * ratio.up + ratio.down - 1) / ratio.down;
}

/// SciPy's default filter for a ratio: a low-pass of unit gain at 0 Hz, as firwin makes it.
[[nodiscard]] inline std::vector<double> resampling_taps(std::int64_t up, std::int64_t down,
                                                         spectral::Window window = spectral::Window::kaiser(5.0)) {
    const Ratio ratio = reduced(up, down);
    const std::int64_t faster = std::max(ratio.up, ratio.down);
    const std::int64_t half = 10 * faster;
    std::vector<double> taps = spectral::window_of(window, 2 * half + 1, spectral::WindowShape::symmetric);
    double sum = 0;
    for (std::int64_t k = -half; k <= half; ++k) {
        const double angle = std::numbers::pi * static_cast<double>(k) / static_cast<double>(faster);
        double& tap = taps[static_cast<std::size_t>(k + half)];
        tap *= k == 0 ? 1.0 : std::sin(angle) / angle;
        sum += tap;
    }
    for (double& tap : taps) tap /= sum;
    return taps;
}

template <std::floating_point T>
class Resampler {
public:
    /// taps: of the low-pass at up times the input rate, best symmetric and odd in number.
    Resampler(std::int64_t up, std::int64_t down, std::span<const double> taps, int channels)
        : ratio_(reduced(up, down)),
          channels_(checked(taps, channels)),
          half_((static_cast<std::int64_t>(taps.size()) - 1) / 2),
          reach_((static_cast<std::int64_t>(taps.size()) + ratio_.up - 1) / ratio_.up),
          block_(frames_at_once(channels_)),
          history_(reach_, channels_, block_),
          row_(static_cast<std::size_t>(channels_), T(0)),
          zeros_(static_cast<std::size_t>(channels_), T(0)) {
        phases_.assign(static_cast<std::size_t>(ratio_.up * reach_), T(0));
        for (std::size_t k = 0; k < taps.size(); ++k) {
            const auto phase = static_cast<std::int64_t>(k) % ratio_.up;
            const auto place = static_cast<std::int64_t>(k) / ratio_.up;
            // One channel is summed from its oldest frame on, where frames and taps rise together.
            const std::int64_t at = channels_ == 1 ? reach_ - 1 - place : place;
            phases_[static_cast<std::size_t>(phase * reach_ + at)] =
                static_cast<T>(taps[k] * static_cast<double>(ratio_.up));
        }
    }
    Resampler(std::int64_t up, std::int64_t down, int channels)
        : Resampler(up, down, resampling_taps(up, down), channels) {}

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(channels_); }
    [[nodiscard]] Ratio ratio() const noexcept { return ratio_; }
    /// Input frames that an output waits for.
    [[nodiscard]] std::int64_t latency_samples() const noexcept { return half_ / ratio_.up; }
    /// Room that `out` needs for that many frames in; 0 frames: for flush.
    [[nodiscard]] std::int64_t most_output(std::int64_t frames) const noexcept {
        return (frames > 0 ? (frames * ratio_.up + ratio_.down - 1) / ratio_.down : half_ / ratio_.down + 1) + 1;
    }

    /// Answers the number of frames written. A block of other channels, or room for less than
    /// most_output(in.frames): nothing is done and the answer is -1. `out` must not be `in`.
    std::int64_t process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (in.frames < 1) return in.frames == 0 ? 0 : -1;
        if (in.channels != channels_ || out.channels != channels_ || out.frames < most_output(in.frames)) return -1;
        std::int64_t written = 0;
        for (std::int64_t f = 0; f < in.frames; f += block_)
            written += take(in.rows(f, std::min(block_, in.frames - f)), out, written, -1);
        return written;
    }
    /// The rest of the output, as if zeros had followed; afterwards as after reset().
    std::int64_t flush(BlockView<T> out) noexcept {
        if (out.channels != channels_ || out.frames < most_output(0)) return -1;
        const std::int64_t total = (frames_ * ratio_.up + ratio_.down - 1) / ratio_.down;
        std::int64_t written = 0;
        // One frame more than the latency: the last output may lie behind the last input.
        for (std::int64_t left = latency_samples() + 1; left > 0; left -= block_)
            written += take({zeros_.data(), std::min(block_, left), channels_, 0, 1}, out, written, total);
        reset();
        return written;
    }
    void reset() noexcept {
        history_.reset();
        frames_ = 0;
        next_ = 0;
        newest_ = half_ / ratio_.up;
        phase_ = half_ % ratio_.up;
    }

private:
    static std::int64_t checked(std::span<const double> taps, std::int64_t channels) {
        check_channels(channels);
        (void)Fir<double>(std::vector<double>(taps.begin(), taps.end()));
        return channels;
    }

    std::int64_t take(BlockView<const T> in, BlockView<T> out, std::int64_t at, std::int64_t total) noexcept {
        const T* x = history_.append(in);
        const std::int64_t end = frames_ + in.frames;
        std::int64_t written = 0;
        // Output m needs input frames up to (m down + half) / up.
        for (; newest_ < end && (total < 0 || next_ < total); ++next_) {
            sum(x + (newest_ - frames_) * channels_, phases_.data() + phase_ * reach_);
            for (std::int64_t c = 0; c < channels_; ++c) out(at + written, c) = row_[static_cast<std::size_t>(c)];
            ++written;
            newest_ += step_;
            phase_ += turn_;
            if (phase_ >= ratio_.up) {
                phase_ -= ratio_.up;
                ++newest_;
            }
        }
        frames_ = end;
        return written;
    }

    // Several partial sums, so that the latencies of their additions overlap.
    void sum(const T* x, const T* taps) noexcept {
        std::int64_t c = 0;
        if (channels_ == 1) {
            row_.front() = sum_of_one(x - (reach_ - 1), taps);
            return;
        }
        for (; c + lanes_ <= channels_; c += lanes_) sum_lanes<lanes_>(x + c, taps, row_.data() + c);
        for (; c < channels_; ++c) sum_lanes<1>(x + c, taps, row_.data() + c);
    }
    template <int Lanes>
    void sum_lanes(const T* x, const T* taps, T* y) const noexcept {
        T part[4][Lanes] = {};
        std::int64_t k = 0;
        for (; k + 4 <= reach_; k += 4)
            for (int p = 0; p < 4; ++p)
                for (int lane = 0; lane < Lanes; ++lane) part[p][lane] += taps[k + p] * x[lane - (k + p) * channels_];
        for (; k < reach_; ++k)
            for (int lane = 0; lane < Lanes; ++lane) part[0][lane] += taps[k] * x[lane - k * channels_];
        for (int lane = 0; lane < Lanes; ++lane)
            y[lane] = (part[0][lane] + part[1][lane]) + (part[2][lane] + part[3][lane]);
    }

    T sum_of_one(const T* x, const T* taps) const noexcept {
        T part[8] = {};
        std::int64_t k = 0;
        for (; k + 8 <= reach_; k += 8)
            for (int p = 0; p < 8; ++p) part[p] += taps[k + p] * x[k + p];
        for (; k < reach_; ++k) part[0] += taps[k] * x[k];
        return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
    }

    static constexpr int lanes_ = 8;
    Ratio ratio_;
    std::int64_t step_ = ratio_.down / ratio_.up;
    std::int64_t turn_ = ratio_.down % ratio_.up;
    std::int64_t channels_;
    std::int64_t half_;
    std::int64_t reach_;              // taps of one phase
    std::int64_t block_;
    std::vector<T> phases_;           // [phase][tap], times up; one channel: last tap first
    History<T> history_;
    std::vector<T> row_;
    std::vector<T> zeros_;
    std::int64_t frames_ = 0;         // input frames so far
    std::int64_t next_ = 0;           // the next output
    // The newest input frame it needs, and the phase: next_ × down + half by up.
    std::int64_t newest_ = half_ / ratio_.up;
    std::int64_t phase_ = half_ % ratio_.up;
};

/// A whole recording; `out` has resampled_frames() frames and is not `in`. Allocates.
template <std::floating_point T>
void resample(std::int64_t up, std::int64_t down, std::span<const double> taps, BlockView<const T> in, BlockView<T> out) {
    const std::int64_t frames = resampled_frames(in.frames, up, down);
    if (out.frames != frames || out.channels != in.channels)
        core::fail_option("output of " + std::to_string(out.frames) + " frames and " + std::to_string(out.channels) +
                          " channels: needed are " + std::to_string(frames) + " and " + std::to_string(in.channels));
    Resampler<T> stream(up, down, taps, static_cast<int>(in.channels));
    const std::int64_t block = frames_at_once(in.channels);
    const std::int64_t room = std::max(stream.most_output(block), stream.most_output(0));
    std::vector<T> scratch(static_cast<std::size_t>(room * in.channels));
    const auto there = interleaved(scratch.data(), room, in.channels);
    std::int64_t at = 0;
    const auto keep = [&](std::int64_t count) {
        put(scratch.data(), out.rows(at, std::min(count, frames - at)));
        at += count;
    };
    for (std::int64_t f = 0; f < in.frames; f += block) keep(stream.process(in.rows(f, std::min(block, in.frames - f)), there));
    keep(stream.flush(there));
}

}  // namespace fascikit::filter
