// BareDetector: filter, energy operator, fixed threshold, refractory time; for recorders and
// wearables that want the cheapest thing that finds discharges in a stream.
//
//   y = cascade(x);  psi[n] = y[n]² - y[n-k] y[n+k]  (Kaiser 1990, 10.1109/ICASSP.1990.115702)
// A channel's event opens at the first n with psi[n] >= its threshold and lasts for the
// refractory time, whatever follows; it is told of then, with the largest psi in it. Activity
// that goes on gives one event a refractory time.
//
// What it is NOT: it learns no noise level, does not look at neighbours, does not mask bad
// samples, gives no labels and does not tell a discharge from an artefact. Detector and
// analyze() do that. The filtered signal is not kept.
//
// Input: frames × channels, any layout, fastest interleaved. Thresholds in squared units of
// the input after the filter. Events come in order of `first`, then of channel, and are the
// same bit for bit however the frames are cut into calls; a block is never kept. Latency:
// k frames and the refractory time. Cost at 64 channels float, four sections, AVX2: 0.6 ns a
// sample at 3.2 GHz in cache, 0.7 from memory, while events are rare (benchmarks/bars).
//
// The filter starts in the steady state of the first frame, so an offset is no event. A NaN
// or an infinity makes its channel deaf until reset(): ask deaf(). Construction allocates;
// afterwards nothing allocates, locks or throws. One thread at a time; a copy is a snapshot.
// Hold a core::FlushDenormals. Errors: std::invalid_argument for options, naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/detect/kernels.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::detect {

/// Frames are those of the filtered signal, counted from the start or reset().
struct BareEvent {
    std::int64_t first = 0;   ///< first frame that reached the threshold
    std::int64_t peak = 0;    ///< frame of the largest psi, the first of equals
    double energy = 0;        ///< psi there, input units squared
    double amplitude = 0;     ///< filtered sample there, with its sign
    int channel = 0;
};

template <std::floating_point T>
class BareDetector {
public:
    /// thresholds: one for all channels, or one each; positive, infinite for a channel not wanted.
    /// refractory_frames: at least 1. k: 1 to 1000, best a quarter of the period sought.
    BareDetector(const filter::Sos<double>& sos, int channels, std::span<const double> thresholds,
                 std::int64_t refractory_frames, int k = 1)
        : cascade_(sos, channels), refractory_(refractory_frames), k_(k) {
        if (channels > 1 << 20) core::fail_option("channels " + std::to_string(channels) + ": allowed is at most 1048576");
        if (refractory_frames < 1)
            core::fail_option("refractory time of " + std::to_string(refractory_frames) + " frames: allowed is 1 or more");
        if (k < 1 || k > 1000) core::fail_option("k " + std::to_string(k) + ": allowed is 1 to 1000 frames");
        const auto count = static_cast<std::size_t>(channels);
        if (thresholds.size() != 1 && thresholds.size() != count)
            core::fail_option(std::to_string(thresholds.size()) + " thresholds for " + std::to_string(channels) +
                              " channels: allowed is 1 or one each");
        for (const double threshold : thresholds)
            if (!(threshold > 0)) core::fail_option("threshold " + core::number(threshold) + ": it must be above 0");

        constexpr std::int64_t m = kernels::bare_multiple<T>;
        pitch_ = (channels + m - 1) / m * m;
        tile_ = std::max<std::int64_t>(32, 2048 / pitch_);
        rows_.assign(static_cast<std::size_t>((2 * k_ + tile_) * pitch_), T(0));
        found_.resize(static_cast<std::size_t>(tile_ * pitch_));
        thresholds_.assign(static_cast<std::size_t>(pitch_), std::numeric_limits<T>::infinity());
        for (std::size_t c = 0; c < count; ++c)
            thresholds_[c] = static_cast<T>(thresholds[thresholds.size() == 1 ? 0 : c]);
        running_.assign(count, nothing);
        waiting_.resize(count);
    }

    [[nodiscard]] int channels() const noexcept { return cascade_.channels(); }
    /// Frames from a discharge to its event, at most.
    [[nodiscard]] std::int64_t latency_frames() const noexcept { return k_ + refractory_; }
    /// Frames seen since the start or reset().
    [[nodiscard]] std::int64_t frames() const noexcept { return frames_; }
    /// Whether a NaN or an infinity has stopped this channel.
    [[nodiscard]] bool deaf(int channel) const noexcept {
        return channel >= 0 && channel < channels() && !core::is_finite(rows_[last_row() + static_cast<std::size_t>(channel)]);
    }

    /// Calls sink(const BareEvent&), which must be noexcept, for every event that ended.
    /// A block with another number of channels is ignored.
    template <class Sink>
    void process(BlockView<const T> in, Sink&& sink) noexcept {
        static_assert(std::is_nothrow_invocable_v<Sink&, const BareEvent&>, "the sink must be noexcept");
        if (in.channels != channels() || in.frames < 1) return;
        if (frames_ == 0)
            for (int c = 0; c < channels(); ++c) cascade_.start(c, in(0, c));
        for (std::int64_t at = 0; at < in.frames; at += tile_) tile(in.rows(at, std::min(tile_, in.frames - at)), sink);
        end_before(frames_ - k_ + 1, sink);
    }

    /// Tells of the events still running. Afterwards as after reset().
    template <class Sink>
    void flush(Sink&& sink) noexcept {
        static_assert(std::is_nothrow_invocable_v<Sink&, const BareEvent&>, "the sink must be noexcept");
        end_before(std::numeric_limits<std::int64_t>::max(), sink);
        reset();
    }

    /// Forgets everything but the options: after a gap, or to hear a deaf channel again.
    void reset() noexcept {
        cascade_.reset();
        std::fill(rows_.begin(), rows_.end(), T(0));
        std::fill(running_.begin(), running_.end(), nothing);
        frames_ = 0;
        first_ = number_ = 0;
    }

private:
    static constexpr BareEvent nothing{.first = -1};

    [[nodiscard]] std::size_t last_row() const noexcept { return static_cast<std::size_t>((2 * k_ - 1) * pitch_); }

    template <class Sink>
    void tile(BlockView<const T> in, Sink& sink) noexcept {
        const std::int64_t history = 2 * k_ * pitch_;
        T* const fresh = rows_.data() + history;
        cascade_.process(in, BlockView<T>{fresh, in.frames, in.channels, pitch_, 1});
        // The first 2 k frames have no psi.
        const std::int64_t skipped = std::clamp<std::int64_t>(2 * k_ - frames_, 0, in.frames);
        const std::int64_t count =
            function_(fresh + skipped * pitch_, in.frames - skipped, pitch_, k_, thresholds_.data(), found_.data());
        if (count > 0) look(fresh + skipped * pitch_, count, frames_ + skipped - k_, sink);
        // Overlaps only forwards.
        std::copy(rows_.data() + in.frames * pitch_, rows_.data() + in.frames * pitch_ + history, rows_.data());
        frames_ += in.frames;
    }

    // Rare. `first`: the frame of the psi of the first row.
    template <class Sink>
    void look(const T* rows, std::int64_t count, std::int64_t first, Sink& sink) noexcept {
        std::sort(found_.begin(), found_.begin() + count);
        for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t place = found_[static_cast<std::size_t>(i)];
            const std::int64_t frame = first + place / pitch_;
            const auto channel = static_cast<std::size_t>(place % pitch_);
            const T middle = rows[place - k_ * pitch_];
            const auto energy = static_cast<double>(middle * middle - rows[place] * rows[place - 2 * k_ * pitch_]);
            end_before(frame + 1, sink);
            BareEvent& event = running_[channel];
            if (event.first < 0) {
                event = {frame, frame, energy, static_cast<double>(middle), static_cast<int>(channel)};
                waiting_[(first_ + number_++) % waiting_.size()] = static_cast<int>(channel);
            } else if (energy > event.energy) {
                event.peak = frame;
                event.energy = energy;
                event.amplitude = static_cast<double>(middle);
            }
        }
    }

    // Events whose refractory time ends before `frame`.
    template <class Sink>
    void end_before(std::int64_t frame, Sink& sink) noexcept {
        for (; number_ > 0; --number_, first_ = (first_ + 1) % waiting_.size()) {
            BareEvent& event = running_[static_cast<std::size_t>(waiting_[first_])];
            if (frame - refractory_ <= event.first) return;
            sink(static_cast<const BareEvent&>(event));
            event.first = -1;
        }
    }

    filter::Cascade<T> cascade_;
    std::int64_t refractory_;
    std::int64_t k_;
    std::int64_t pitch_ = 0;
    std::int64_t tile_ = 0;
    std::int64_t frames_ = 0;
    std::vector<T> rows_;                  // the last 2 k frames, and a tile
    std::vector<std::int32_t> found_;
    std::vector<T> thresholds_;
    std::vector<BareEvent> running_;       // of each channel; first < 0: none
    std::vector<int> waiting_;             // channels with an event, a ring in order of first
    std::size_t first_ = 0;
    std::size_t number_ = 0;
    kernels::BareFunction<T> function_ = kernels::bare_function(T{});
};

}  // namespace fascikit::detect
