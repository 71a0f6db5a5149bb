// OverlapSave: a long finite impulse response by the Fourier transform, as a stream;
// and `fir_filter`, which takes the cheaper way over a whole recording.
//
// Blocks of hop() frames, anchored to the frame counted from the start: results are the
// same bit for bit for any chunking. All arithmetic is double. The error is about
// 1e-16 × log2(fft_size()) × sum |h| × the largest sample of the block, so beside a huge
// sample small ones lose digits that the direct sum keeps. A NaN or infinity spoils its
// channel for the blocks whose transform holds it (up to 2 hop() + taps frames), then it
// is gone.
//
// Latency: hop() - 1 frames on top of the filter's own; the first of them are 0, `flush`
// gives the last. Cost a sample: two transforms of fft_size() for hop() frames; all of a
// block's work is done at its last frame. Memory: (2 fft_size() + hop()) doubles a
// channel. Construction allocates (and plans), nothing afterwards allocates, throws or
// locks. One thread at a time.
// Errors: std::invalid_argument for taps, channels and hop.
#pragma once

#include <algorithm>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/edges.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/fir_stream.hpp"
#include "fascikit/filter/history.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::filter {

/// Up to here transforms do not allocate (spectral/fft.hpp).
inline constexpr std::int64_t most_fft_taps = std::int64_t{1} << 19;

/// The hop with the least work a frame: N log2 N for N - taps + 1 frames. N = 2 × 4^k, whose
/// transform of half the size is all in steps of four: a quarter faster than the powers of two between.
[[nodiscard]] inline std::int64_t cheapest_hop(std::int64_t taps) noexcept {
    std::int64_t best = 0;
    double least = 0;
    for (int power = 7; power <= 20; power += power == 19 ? 1 : 2) {
        const std::int64_t n = std::int64_t{1} << power;
        if (n < 2 * taps) continue;
        const std::int64_t hop = n - taps + 1;
        const double cost = static_cast<double>(n) * (power + 2) / static_cast<double>(hop);
        if (best == 0 || cost < least) {
            best = hop;
            least = cost;
        }
    }
    return best;
}

template <std::floating_point T>
class OverlapSave {
public:
    /// hop: frames a block; not given, the cheapest.
    OverlapSave(std::span<const double> taps, int channels, std::optional<std::int64_t> hop = std::nullopt)
        : channels_(channels),
          past_(static_cast<std::int64_t>(taps.size()) - 1),
          hop_(checked(taps, channels, hop)),
          fft_(hop ? spectral::fft_size(hop_ + past_) : hop_ + past_),
          response_(static_cast<std::size_t>(fft_.bins())),
          spectrum_(response_.size()),
          time_(static_cast<std::size_t>(fft_.size()), 0.0),
          input_(static_cast<std::size_t>(fft_.size() * channels_), 0.0),
          ready_(static_cast<std::size_t>(hop_ * channels_), T(0)),
          zeros_(static_cast<std::size_t>(channels_), T(0)) {
        std::copy(taps.begin(), taps.end(), time_.begin());
        fft_.forward(time_, response_);
    }

    [[nodiscard]] int channels() const noexcept { return static_cast<int>(channels_); }
    [[nodiscard]] std::int64_t hop() const noexcept { return hop_; }
    [[nodiscard]] std::int64_t fft_size() const noexcept { return fft_.size(); }
    [[nodiscard]] std::int64_t latency_samples() const noexcept { return hop_ - 1; }

    /// As many frames out as in, latency_samples() late; `out` may be `in`.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        if (!fits(in, out, channels_)) return;
        for (std::int64_t f = 0; f < in.frames;) {
            const std::int64_t count = std::min(hop_ - at_, in.frames - f);
            const BlockView<const T> from = in.rows(f, count);
            for (std::int64_t c = 0; c < channels_; ++c) {
                double* x = channel_input(c) + past_ + at_;
                for (std::int64_t i = 0; i < count; ++i) x[i] = static_cast<double>(from(i, c));
            }
            const bool full = at_ + count == hop_;
            put(ready_.data() + (at_ + 1) * channels_, out.rows(f, full ? count - 1 : count));
            at_ += count;
            if (full) {
                transform();
                put(ready_.data(), out.rows(f + count - 1, 1));
                at_ = 0;
            }
            f += count;
        }
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }

    /// The last latency_samples() frames, as if zeros had followed; afterwards as after reset().
    void flush(BlockView<T> out) noexcept {
        if (out.frames != latency_samples() || out.channels != channels_) return;
        process(BlockView<const T>{zeros_.data(), out.frames, channels_, 0, 1}, out);
        reset();
    }
    void reset() noexcept {
        std::fill(input_.begin(), input_.end(), 0.0);
        std::fill(ready_.begin(), ready_.end(), T(0));
        at_ = 0;
    }

private:
    [[nodiscard]] double* channel_input(std::int64_t c) noexcept { return input_.data() + c * fft_.size(); }

    static std::int64_t checked(std::span<const double> taps, std::int64_t channels, std::optional<std::int64_t> hop) {
        check_channels(channels);
        (void)Fir<double>(std::vector<double>(taps.begin(), taps.end()));
        const auto count = static_cast<std::int64_t>(taps.size());
        if (count > most_fft_taps)
            core::fail_option(std::to_string(count) + " taps: allowed with the transform is 1 to " + std::to_string(most_fft_taps));
        if (hop && (*hop < 1 || *hop > most_fft_taps))
            core::fail_option("hop " + std::to_string(*hop) + ": allowed is 1 to " + std::to_string(most_fft_taps) + " frames");
        return hop.value_or(cheapest_hop(count));
    }

    void transform() noexcept {
        for (std::int64_t c = 0; c < channels_; ++c) {
            double* x = channel_input(c);
            fft_.forward({x, static_cast<std::size_t>(fft_.size())}, spectrum_);
            for (std::size_t k = 0; k < spectrum_.size(); ++k) {
                // Written out: the product of std::complex looks for NaN, which costs three times as much.
                const double a = spectrum_[k].real(), b = spectrum_[k].imag();
                const double p = response_[k].real(), q = response_[k].imag();
                spectrum_[k] = {a * p - b * q, a * q + b * p};
            }
            fft_.inverse(spectrum_, time_);
            for (std::int64_t i = 0; i < hop_; ++i)
                ready_[static_cast<std::size_t>(i * channels_ + c)] = static_cast<T>(time_[static_cast<std::size_t>(past_ + i)]);
            std::copy(x + hop_, x + hop_ + past_, x);
        }
    }

    std::int64_t channels_;
    std::int64_t past_;
    std::int64_t hop_;
    spectral::RealTimeFft fft_;
    std::vector<std::complex<double>> response_;
    std::vector<std::complex<double>> spectrum_;
    std::vector<double> time_;
    std::vector<double> input_;   // channel after channel: past_ old frames, hop_ new ones, zeros
    std::vector<T> ready_;        // the last block of output, interleaved
    std::vector<T> zeros_;
    std::int64_t at_ = 0;         // frames in the block being filled
};

/// Taps above which the transform is cheaper than the direct sum: measured with kissfft (17 to 22 ns
/// a sample) against AVX2; half of it without. Never a matter of the CPU, so that results are not either.
template <class T>
inline constexpr std::int64_t fft_taps = sizeof(T) == sizeof(float) ? 512 : 256;

/// A whole recording: out(n) = sum_k taps[k] in(n + ahead - k), with zeros beyond its ends.
/// ahead = 0 is SciPy's lfilter(taps, 1, x); ahead = (taps - 1) / 2 takes the delay of a
/// linear-phase filter away. `out` has the frames of `in` and may be `in`. Allocates.
template <std::floating_point T>
void fir_filter(std::span<const double> taps, BlockView<const T> in, BlockView<T> out, std::int64_t ahead = 0) {
    const auto count = static_cast<std::int64_t>(taps.size());
    if (ahead < 0 || ahead >= std::max<std::int64_t>(count, 1))
        core::fail_option("ahead " + std::to_string(ahead) + ": allowed is 0 to " + std::to_string(count - 1) +
                          ", one less than the taps");
    const auto run = [&](auto stream) {
        if (stream.channels() == in.channels) {
            run_whole(stream, in, out, 0, ahead + stream.latency_samples(), Edge::constant);
            return;
        }
        for (std::int64_t c = 0; c < in.channels; ++c, stream.reset())
            run_whole(stream, BlockView<const T>{in.data + c * in.channel_stride, in.frames, 1, in.frame_stride, 1},
                      BlockView<T>{out.data + c * out.channel_stride, out.frames, 1, out.frame_stride, 1}, 0,
                      ahead + stream.latency_samples(), Edge::constant);
    };
    // Channel after channel where each lies in one piece: the same bits, and nothing to transpose.
    const int lanes = in.frame_stride == 1 ? 1 : static_cast<int>(in.channels);
    if (count > fft_taps<T>)
        run(OverlapSave<T>(taps, lanes));
    else
        run(FirStream<T>(taps, lanes));
}

}  // namespace fascikit::filter
