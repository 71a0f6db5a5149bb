// Teager-Kaiser energy operators, which answer to amplitude and frequency at once.
//
//   psi_k[n] = x[n]^2 - x[n - k] x[n + k]
//   MTEO[n]  = max over k of (h_k * psi_k)[n],  h_k = w / sqrt(3 sum w^2 + (sum w)^2)
//
// w: Hamming window of 4 k + 1; the divisor is the size that white noise of variance 1 leaves
// in h_k * psi_k, so that no k wins by its noise. Kaiser 1990 (10.1109/ICASSP.1990.115702);
// Choi, Jung & Kim 2006, IEEE Trans. Biomed. Eng. 53(4):738. A sine of amplitude A has
// psi_k = A^2 sin^2(2 pi f k / fs), largest where k is a quarter of its period. A constant
// has 0; take offsets and drift away beforehand.
//
// psi_k is 0 where n - k or n + k lies outside the recording. Units: those of x, squared.
// Latency: k frames, 3 k of the largest for MTEO; the first outputs lie before the recording
// and are 0, `flush` gives the last. FirStream's rules for NaN, chunking, allocation and threads.
// Cost: 3 operations a sample; MTEO 8 k + 5 for every k.
// Errors: std::invalid_argument for k and channels.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/filter/edges.hpp"
#include "fascikit/filter/fir_stream.hpp"
#include "fascikit/filter/history.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::filter {

/// h_k of the multi-resolution operator.
[[nodiscard]] inline std::vector<double> teager_smoothing(std::int64_t k) {
    std::vector<double> h = spectral::window_of(spectral::Window::hamming, 4 * k + 1, spectral::WindowShape::symmetric);
    double sum = 0, squares = 0;
    for (const double w : h) {
        sum += w;
        squares += w * w;
    }
    const double size = std::sqrt(3 * squares + sum * sum);
    for (double& w : h) w /= size;
    return h;
}

/// One or several k at once: `smoothed` false is the plain operator of one k.
template <std::floating_point T>
class TeagerStream {
public:
    /// The plain operator. k: distance in frames, 1 to 100 000.
    explicit TeagerStream(std::int64_t k, int channels) : TeagerStream(std::span(&k, 1), channels, false) {}
    /// The multi-resolution operator. Choi's k are 1, 3, 5; a quarter of the period sought is best.
    TeagerStream(std::span<const std::int64_t> ks, int channels) : TeagerStream(ks, channels, true) {}

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(channels_); }
    [[nodiscard]] std::int64_t latency_samples() const noexcept { return latency_; }

    /// As many frames out as in, latency_samples() late; `out` may be `in`.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (fits(in, out, channels_)) run(in, out, -1);
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }
    /// The last latency_samples() frames; afterwards as after reset().
    void flush(BlockView<T> out) noexcept {
        if (out.frames != latency_ || out.channels != channels_) return;
        run({zeros_.data(), latency_, channels_, 0, 1}, out, frames_);
        reset();
    }
    void reset() noexcept {
        history_.reset();
        for (Scale& scale : scales_)
            for (FirStream<T>& filter : scale.smoothing) filter.reset();
        frames_ = 0;
    }

private:
    struct Scale {
        std::int64_t k;
        std::int64_t behind;                 // the newest frame whose psi is used, behind the newest frame
        std::vector<FirStream<T>> smoothing;  // one, or none
    };

    TeagerStream(std::span<const std::int64_t> ks, int channels, bool smoothed)
        : channels_(checked(ks, channels)),
          latency_((smoothed ? 3 : 1) * *std::max_element(ks.begin(), ks.end())),
          block_(frames_at_once(channels)),
          history_(2 * latency_, channels, block_),
          psi_(static_cast<std::size_t>(block_ * channels)),
          most_(psi_.size()),
          zeros_(static_cast<std::size_t>(channels), T(0)) {
        for (const std::int64_t k : ks) {
            scales_.push_back({k, latency_ - (smoothed ? 2 * k : 0), {}});
            if (smoothed) scales_.back().smoothing.emplace_back(teager_smoothing(k), channels);
        }
    }
    static std::int64_t checked(std::span<const std::int64_t> ks, std::int64_t channels) {
        check_channels(channels);
        if (ks.empty()) core::fail_option("no k given: at least one distance in frames is needed");
        for (const std::int64_t k : ks)
            if (k < 1 || k > 100000) core::fail_option("k " + std::to_string(k) + ": allowed is 1 to 100000 frames");
        return channels;
    }

    // end: frames of the recording, or -1 while it is not known.
    void run(BlockView<const T> in, BlockView<T> out, std::int64_t end) noexcept {
        for (std::int64_t f = 0; f < in.frames; f += block_) {
            const std::int64_t count = std::min(block_, in.frames - f);
            const T* x = history_.append(in.rows(f, count));
            for (std::size_t s = 0; s < scales_.size(); ++s) {
                Scale& scale = scales_[s];
                T* psi = s == 0 ? most_.data() : psi_.data();
                energies(x, count, scale, end, psi);
                const auto rows = interleaved(psi, count, channels_);
                for (FirStream<T>& filter : scale.smoothing) filter.process(rows);
                if (s > 0)
                    for (std::int64_t i = 0; i < count * channels_; ++i) {
                        T& most = most_[static_cast<std::size_t>(i)];
                        // Either being NaN makes it NaN, whichever of the scales reaches it first.
                        most = psi[i] > most || core::is_nan(psi[i]) ? psi[i] : most;
                    }
            }
            for (std::int64_t i = 0; i < std::min(count, latency_ - frames_); ++i)
                std::fill_n(most_.data() + i * channels_, channels_, T(0));
            put(most_.data(), out.rows(f, count));
            frames_ += count;
        }
    }
    void energies(const T* x, std::int64_t count, const Scale& scale, std::int64_t end, T* psi) const noexcept {
        const std::int64_t step = scale.k * channels_;
        const std::int64_t centre = frames_ - scale.behind;  // of the first of them
        const std::int64_t begin = std::clamp<std::int64_t>(scale.k - centre, 0, count);
        const std::int64_t stop = end < 0 ? count : std::clamp<std::int64_t>(end - scale.k - centre, begin, count);
        std::fill(psi, psi + begin * channels_, T(0));
        const T* at = x - scale.behind * channels_;
        for (std::int64_t i = begin * channels_; i < stop * channels_; ++i) psi[i] = at[i] * at[i] - at[i - step] * at[i + step];
        std::fill(psi + stop * channels_, psi + count * channels_, T(0));
    }

    std::int64_t channels_;
    std::int64_t latency_;
    std::int64_t block_;
    History<T> history_;
    std::vector<Scale> scales_;
    std::vector<T> psi_;
    std::vector<T> most_;
    std::vector<T> zeros_;
    std::int64_t frames_ = 0;
};

/// A whole recording. `out` may be `in`. Allocates.
template <std::floating_point T>
void teager(std::int64_t k, BlockView<const T> in, BlockView<T> out) {
    TeagerStream<T> stream(k, static_cast<int>(in.channels));
    run_flushed(stream, in, out);
}
template <std::floating_point T>
void multiresolution_teager(std::span<const std::int64_t> ks, BlockView<const T> in, BlockView<T> out) {
    TeagerStream<T> stream(ks, static_cast<int>(in.channels));
    run_flushed(stream, in, out);
}

}  // namespace fascikit::filter
