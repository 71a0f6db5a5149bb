// MainsCanceller: takes the hum of the mains out without ringing after discharges.
//
// A notch rings at every discharge and makes false second ones. Here each harmonic of
// 50 or 60 Hz inside the band is a sinusoid whose two coefficients are regressed on
// the residual, per channel, once a mains period ("block", at least 12 samples):
//   - the residual is limited to 3 standard deviations of its level at rest, which rises by
//     2 % a second at most unless it is hum that grew, and a block whose level stands out (a discharge, a contraction)
//     teaches nothing, unless what it missed keeps its phase from block to block, as hum that
//     grew does and muscle does not;
//   - coefficients follow with an alpha-beta filter, so that a mains frequency off by
//     0.05 Hz (the grid's usual range) is tracked as a steady turn of the phase.
// Blocks and phases are anchored to the absolute sample index: results do not depend
// on how frames are cut into calls, and a gap turns the phases by its exact length.
//
// Give it the band-passed signal. No latency. Settling: settling_s. Removes what lies
// within about 1 Hz of a harmonic, and adds up to 0.7 % of the noise power a harmonic
// in use; harmonics below 0.35 standard deviations in every channel sleep and are
// looked at again for 1 s in every 8. Cost: 8 operations a sample, channel and harmonic
// in use; benchmarks/filter_benchmark. Construction allocates; afterwards nothing
// allocates, throws or locks. A copy is a snapshot. A channel that saw a NaN starts
// again by itself. Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/options.hpp"
#include "fascikit/filter/kernels.hpp"

namespace fascikit::filter {

template <std::floating_point T>
class MainsCanceller {
public:
    /// Seconds from a start until the hum has fallen by more than 20 dB.
    static constexpr double settling_s = 1.0;
    /// Harmonics above this are weak in EMG and cost the same (limit of 10 at 50 Hz).
    static constexpr double highest_hz = 500.0;

    /// `band` is the resolved analysis band: no NaN. channels >= 1.
    MainsCanceller(double sampling_rate_hz, double mains_hz, Band band, int channels) : channels_(channels) {
        if (!(sampling_rate_hz > 0 && sampling_rate_hz <= 1e7))
            core::fail_option("sampling rate " + core::number(sampling_rate_hz) + " Hz: allowed is above 0, up to 1e7");
        if (!(mains_hz >= 10 && mains_hz <= 1000))
            core::fail_option("mains frequency " + core::number(mains_hz) + " Hz: allowed is 10 to 1000 (usual: 50, 60)");
        if (!(band.low_hz >= 0 && band.high_hz > band.low_hz))
            core::fail_option("band " + core::number(band.low_hz) + " to " + core::number(band.high_hz) +
                              " Hz: allowed is 0 <= low < high");
        if (channels < 1) core::fail_option("channels " + std::to_string(channels) + ": at least 1 is needed");

        std::vector<int> harmonics;
        const double top = std::min({band.high_hz, highest_hz, 0.49 * sampling_rate_hz});
        for (int h = 1; h * mains_hz <= top && harmonics.size() < 10; ++h)
            if (h * mains_hz >= band.low_hz) harmonics.push_back(h);
        harmonics_ = static_cast<int>(harmonics.size());

        const double period = sampling_rate_hz / mains_hz;
        rows_ = std::llround(std::ceil(12 / period) * period);
        blocks_a_look_ = std::max<std::int64_t>(1, std::llround(sampling_rate_hz / static_cast<double>(rows_)));
        // The level of a block scatters by 0.75 / sqrt(independent samples) for Gaussian noise; 4.5 of that.
        const double independent =
            std::min(1.0, 2 * (band.high_hz - band.low_hz) / sampling_rate_hz) * static_cast<double>(rows_);
        outstanding_ = static_cast<T>(std::max(1.5, 1 + 4.5 * 0.75 / std::sqrt(std::max(1.0, independent))));

        lanes_ = (static_cast<std::int64_t>(channels) + kernels::lane_multiple - 1) / kernels::lane_multiple *
                 kernels::lane_multiple;
        for (const int h : harmonics) {
            turns_a_sample_.push_back(h / period);
            for (std::int64_t row = 0; row < rows_; ++row) {
                const double angle = turn(h / period * static_cast<double>(row));
                cosine_.push_back(static_cast<T>(std::cos(angle)));
                sine_.push_back(static_cast<T>(std::sin(angle)));
            }
        }
        const std::size_t coefficients = harmonics.size() * static_cast<std::size_t>(lanes_);
        for (auto* list : {&a_, &b_, &a_slope_, &b_slope_, &a_sum_, &b_sum_, &a_mean_, &b_mean_, &power_, &turn_})
            list->assign(coefficients, T(0));
        level_.assign(static_cast<std::size_t>(lanes_), T(0));
        size_sum_ = level_;
        limit_.assign(static_cast<std::size_t>(lanes_), no_limit);
        age_.assign(static_cast<std::size_t>(channels), 0);
        active_.resize(harmonics.size());
        scratch_.assign(static_cast<std::size_t>(scratch_frames * channels), T(0));
        wake();
    }

    [[nodiscard]] int channels() const noexcept { return channels_; }
    [[nodiscard]] int harmonics() const noexcept { return harmonics_; }
    /// Harmonics being removed now; the others sleep.
    [[nodiscard]] int active_harmonics() const noexcept { return active_count_; }

    /// In place. `first_sample` >= 0 is the absolute index of the first frame; a jump is a gap.
    /// A block with another number of channels is left untouched.
    void process(BlockView<T> inout, std::int64_t first_sample) noexcept {
        if (inout.frames < 1 || inout.channels != channels_ || harmonics_ == 0 || first_sample < 0) return;
        if (first_sample != next_) jump(first_sample);
        std::int64_t done = 0;
        while (done < inout.frames) {
            const std::int64_t row = next_ % rows_;
            const bool direct = inout.channel_stride == 1 || channels_ == 1;
            std::int64_t n = std::min(rows_ - row, inout.frames - done);
            if (!direct) n = std::min(n, scratch_frames);
            const BlockView<T> part = inout.rows(done, n);
            if (direct) {
                run(part.data, n, part.frame_stride, row);
            } else {
                const auto tile = interleaved(scratch_.data(), n, channels_);
                for (std::int64_t c = 0; c < channels_; ++c)
                    for (std::int64_t f = 0; f < n; ++f) tile(f, c) = part(f, c);
                run(tile.data, n, channels_, row);
                for (std::int64_t c = 0; c < channels_; ++c)
                    for (std::int64_t f = 0; f < n; ++f) part(f, c) = tile(f, c);
            }
            done += n;
            next_ += n;
            if (row + n == rows_) finish_block();
        }
    }

    /// Forgets one channel, as after a masked stretch.
    void start(int channel) noexcept {
        if (channel < 0 || channel >= channels_) return;
        // In the middle of a block its sums say nothing about the rest: wait for the next.
        forget(static_cast<std::size_t>(channel), next_ % rows_ == 0 ? 0 : -1);
        wake_soon_ = true;
        if (next_ % rows_ == 0) wake();
    }

private:
    // Alpha-beta filter with critical damping, memory 0.95 a block (time constant 20 blocks, 0.4 s at
    // 50 Hz): a third harmonic off by 0.15 Hz keeps 14 % of its amplitude, the first 1.6 %.
    static constexpr double memory = 0.95;
    static constexpr T alpha = static_cast<T>(1 - memory * memory);
    static constexpr T beta = static_cast<T>((1 - memory) * (1 - memory));
    static constexpr int warm_blocks = 25;
    // The level at rest: muscles contract for seconds, up to a minute, and the level stays. Hum that
    // grew is no contraction: there it follows at once, so that the limit lets the hum be learned.
    static constexpr T level_up = static_cast<T>(0.0004);
    static constexpr T level_up_for_hum = static_cast<T>(0.04);
    static constexpr T level_down = static_cast<T>(0.004);
    // Coherence over about ten blocks: 1 for hum, 0.05 for muscle.
    static constexpr T coherence_rate = static_cast<T>(0.1);
    static constexpr T coherent = static_cast<T>(0.5);
    static constexpr T turn_rate = static_cast<T>(0.01);  // 2 s at 50 Hz
    static constexpr T limit_of_level = static_cast<T>(3 * 1.2533);  // 3 sigma; mean |x| is sigma / 1.2533
    static constexpr T asleep_below = static_cast<T>(0.35 * 1.2533);
    static constexpr int looks_a_round = 8;
    static constexpr std::int64_t scratch_frames = 32;
    static constexpr T no_limit = std::numeric_limits<T>::max();

    static double turn(double turns) noexcept { return 2 * std::numbers::pi * (turns - std::floor(turns)); }
    [[nodiscard]] std::size_t at(int harmonic, std::size_t lane) const noexcept {
        return static_cast<std::size_t>(harmonic) * static_cast<std::size_t>(lanes_) + lane;
    }

    void run(T* data, std::int64_t frames, std::int64_t stride, std::int64_t row) noexcept {
        function_({data, frames, stride, channels_, cosine_.data() + row, sine_.data() + row, rows_, active_.data(),
                   active_count_, a_.data(), b_.data(), a_sum_.data(), b_sum_.data(), limit_.data(), size_sum_.data(),
                   lanes_});
    }

    void clear_sums() noexcept {
        for (auto* list : {&a_sum_, &b_sum_, &size_sum_}) std::fill(list->begin(), list->end(), T(0));
    }

    void forget(std::size_t lane, int age) noexcept {
        age_[lane] = age;
        limit_[lane] = no_limit;
        level_[lane] = size_sum_[lane] = T(0);
        for (int h = 0; h < harmonics_; ++h)
            for (auto* list : {&a_, &b_, &a_slope_, &b_slope_, &a_sum_, &b_sum_, &a_mean_, &b_mean_, &power_, &turn_})
                (*list)[at(h, lane)] = T(0);
    }

    void wake() noexcept {
        for (int h = 0; h < harmonics_; ++h) active_[static_cast<std::size_t>(h)] = h;
        active_count_ = harmonics_;
        wake_soon_ = false;
    }

    // Coefficients belong to the block they are used in; turning them by the phase that
    // passes between two blocks carries them over.
    void rotate(int h, double samples) noexcept {
        const double angle = turn(turns_a_sample_[static_cast<std::size_t>(h)] * samples);
        const T c = static_cast<T>(std::cos(angle)), s = static_cast<T>(std::sin(angle));
        for (std::size_t lane = 0; lane < age_.size(); ++lane) {
            for (auto [real, imag] : {std::pair{&a_, &b_}, std::pair{&a_slope_, &b_slope_}, std::pair{&a_mean_, &b_mean_}}) {
                T& x = (*real)[at(h, lane)];
                T& y = (*imag)[at(h, lane)];
                const T turned = c * x + s * y;
                y = c * y - s * x;
                x = turned;
            }
        }
    }

    void jump(std::int64_t first_sample) noexcept {
        const std::int64_t blocks = first_sample / rows_ - next_ / rows_;
        for (int h = 0; h < harmonics_; ++h) rotate(h, static_cast<double>(blocks * rows_));
        clear_sums();
        whole_block_ = first_sample % rows_ == 0;
        next_ = first_sample;
    }

    void finish_block() noexcept {
        for (std::size_t lane = 0; lane < age_.size(); ++lane) learn(lane);
        for (int k = 0; k < active_count_; ++k) rotate(active_[static_cast<std::size_t>(k)], static_cast<double>(rows_));
        clear_sums();
        whole_block_ = true;
        look();
    }

    void learn(std::size_t lane) noexcept {
        const T size = size_sum_[lane] / static_cast<T>(rows_);
        if (!core::is_finite(size)) return forget(lane, 0);
        if (age_[lane] < 0) {
            age_[lane] = 0;
            return;
        }
        if (!whole_block_) return;
        const int age = age_[lane];
        const T share = T(1) / static_cast<T>(age + 1);
        const bool quiet = age < warm_blocks || size <= outstanding_ * level_[lane];
        const T scale = T(2) / static_cast<T>(rows_);
        bool hum = false;
        for (int k = 0; k < active_count_; ++k) {
            const std::size_t i = at(active_[static_cast<std::size_t>(k)], lane);
            const T a_missed = scale * a_sum_[i];
            const T b_missed = scale * b_sum_[i];
            a_mean_[i] += coherence_rate * (a_missed - a_mean_[i]);
            b_mean_[i] += coherence_rate * (b_missed - b_mean_[i]);
            power_[i] += coherence_rate * (a_missed * a_missed + b_missed * b_missed - power_[i]);
            const bool in_phase = a_mean_[i] * a_mean_[i] + b_mean_[i] * b_mean_[i] > coherent * power_[i];
            const bool trusted = quiet || in_phase;
            hum = hum || (in_phase && !quiet);
            const T gain = trusted ? std::max(alpha, share) : T(0);
            const T slope_gain = trusted && age >= warm_blocks ? beta : T(0);
            const T power = a_[i] * a_[i] + b_[i] * b_[i];
            if (!trusted) {
                // Held for seconds, the hum must not drift: by its mean turn, not by the last.
                a_slope_[i] = -turn_[i] * b_[i];
                b_slope_[i] = turn_[i] * a_[i];
            } else if (power > T(0)) {
                turn_[i] += turn_rate * ((a_[i] * b_slope_[i] - b_[i] * a_slope_[i]) / power - turn_[i]);
            }
            a_[i] += gain * a_missed + a_slope_[i];
            b_[i] += gain * b_missed + b_slope_[i];
            a_slope_[i] += slope_gain * a_missed;
            b_slope_[i] += slope_gain * b_missed;
        }
        T& level = level_[lane];
        if (age < warm_blocks)
            level += share * (size - level);
        else
            level += size > level ? (hum ? level_up_for_hum : level_up) * (std::min(size, 2 * level) - level)
                                  : level_down * (size - level);
        limit_[lane] = limit_of_level * level;
        age_[lane] = std::min(age + 1, warm_blocks);
    }

    // Once a second, anchored: which harmonics are worth their cost?
    void look() noexcept {
        if (wake_soon_) wake();
        const std::int64_t block = next_ / rows_;
        if (block % blocks_a_look_ != 0) return;
        if (block / blocks_a_look_ % looks_a_round == 0) return wake();
        int kept = 0;
        for (int k = 0; k < active_count_; ++k) {
            const int h = active_[static_cast<std::size_t>(k)];
            bool needed = false;
            for (std::size_t lane = 0; lane < age_.size() && !needed; ++lane) {
                const std::size_t i = at(h, lane);
                const T least = asleep_below * level_[lane];
                needed = age_[lane] < warm_blocks || a_[i] * a_[i] + b_[i] * b_[i] > least * least;
            }
            if (needed) {
                active_[static_cast<std::size_t>(kept++)] = h;
                continue;
            }
            for (auto* list : {&a_, &b_, &a_slope_, &b_slope_, &a_mean_, &b_mean_, &power_, &turn_})
                std::fill_n(list->begin() + h * lanes_, lanes_, T(0));
        }
        active_count_ = kept;
    }

    int channels_;
    int harmonics_ = 0;
    std::int64_t rows_ = 1;            // samples in a block
    std::int64_t blocks_a_look_ = 1;
    std::int64_t lanes_ = 0;
    T outstanding_ = 2;
    std::vector<double> turns_a_sample_;
    std::vector<T> cosine_, sine_;     // [harmonic][row]
    std::vector<T> a_, b_, a_slope_, b_slope_, a_sum_, b_sum_;  // [harmonic][lane]
    std::vector<T> a_mean_, b_mean_, power_;                    // of what is missed; [harmonic][lane]
    std::vector<T> turn_;              // mean turn of the hum in a block, radians; [harmonic][lane]
    std::vector<T> level_, limit_, size_sum_;                   // [lane]
    std::vector<int> age_;             // blocks learned, up to warm_blocks; -1 waits for the next block
    std::vector<int> active_;
    int active_count_ = 0;
    std::vector<T> scratch_;
    std::int64_t next_ = 0;
    bool whole_block_ = true;
    bool wake_soon_ = false;
    kernels::MainsFunction<T> function_ = kernels::mains_function(T{});
};

}  // namespace fascikit::filter
