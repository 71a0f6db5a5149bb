// MainsDetector: is there hum of 50 or 60 Hz in these channels?
//
// Over windows of 1 s (Hann), anchored to the absolute sample index, the power at the
// fundamental, second and third harmonic is compared with eight neighbours 3 to 6 Hz
// away (Goertzel). Contractions raise line and neighbours alike; hum raises the
// line. Samples that stand out are left out, so that a unit that fires ten times a second,
// whose spectrum has lines too, does not pass for hum. One window in eight is looked at (the first two of a recording both
// are), and at most four channels of it, in turn, so the cost stays low: 3 operations
// a sample for each of up to 54 bins, in an eighth of the time.
//
// A line is seen where one ratio exceeds 40: for Gaussian noise (1 + 40/8)^-8 = 6e-7 a
// bin. That is a hum amplitude of about half the noise RMS in a band of 480 Hz. Two
// windows in a row, or one above 200, switch on; three below 10 switch off. The decision changes
// only at the end of a window. Give it the band-passed signal before any cancelling.
// process neither allocates, throws nor locks. Incomplete windows (a gap, a NaN) and
// windows of silence do not count. Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/options.hpp"

namespace fascikit::filter {

template <std::floating_point T>
class MainsDetector {
public:
    /// `band`: the resolved analysis band; only lines whose neighbours lie inside are looked at.
    MainsDetector(double sampling_rate_hz, Band band, int channels) : channels_(channels) {
        if (!(sampling_rate_hz >= 100 && sampling_rate_hz <= 1e7))
            core::fail_option("sampling rate " + core::number(sampling_rate_hz) + " Hz: allowed is 100 to 1e7");
        if (channels < 1) core::fail_option("channels " + std::to_string(channels) + ": at least 1 is needed");
        window_ = std::llround(sampling_rate_hz);
        for (const int mains : {0, 1}) {
            const double f0 = mains == 0 ? 50.0 : 60.0;
            for (int h = 1; h <= 3; ++h) {
                if (h * f0 - 6 < band.low_hz || h * f0 + 6 > band.high_hz || h * f0 + 6 >= sampling_rate_hz / 2) continue;
                lines_.push_back({mains, twice_cosine_.size()});
                for (const double offset : {0.0, -6.0, -5.0, -4.0, -3.0, 3.0, 4.0, 5.0, 6.0})
                    twice_cosine_.push_back(2 * std::cos(2 * std::numbers::pi * (h * f0 + offset) / sampling_rate_hz));
            }
        }
        looked_ = std::min(channels, 4);
        median_.assign(static_cast<std::size_t>(looked_), 0.0);
        older_.assign(twice_cosine_.size() * static_cast<std::size_t>(looked_), 0);
        newer_ = older_;
    }

    /// `first_sample` >= 0: absolute index of the first frame. Any layout.
    void process(BlockView<const T> block, std::int64_t first_sample) noexcept {
        if (block.channels != channels_ || first_sample < 0 || lines_.empty()) return;
        for (std::int64_t done = 0; done < block.frames;) {
            const std::int64_t sample = first_sample + done;
            const std::int64_t index = sample / window_;
            const std::int64_t row = sample - index * window_;
            const std::int64_t n = std::min(window_ - row, block.frames - done);
            if (is_looked_at(index)) {
                if (row == 0) begin(index);
                if (index == current_ && row == filled_) {
                    feed(block.rows(done, n), row);
                    filled_ += n;
                    if (filled_ == window_) decide();
                }
            }
            done += n;
        }
    }

    /// Mains::off, hz50 or hz60; off until the first window says otherwise.
    [[nodiscard]] Mains decision() const noexcept { return decision_; }
    /// Samples between two changes of the decision; it changes only where the index is a multiple.
    [[nodiscard]] std::int64_t window_samples() const noexcept { return window_; }

    /// Largest ratio of line to neighbours in the last window, for 50 and 60 Hz.
    [[nodiscard]] std::array<double, 2> last_ratios() const noexcept { return ratio_; }

private:
    static constexpr std::int64_t period_ = 8;
    static constexpr double seen = 40;
    static constexpr double obvious = 200;
    static constexpr double gone = 10;
    static constexpr int windows_to_switch_off = 3;

    struct Line {
        int mains;           // 0: 50 Hz, 1: 60 Hz
        std::size_t bin;     // the line; its eight neighbours follow
    };

    static bool is_looked_at(std::int64_t index) noexcept { return index < 2 || index % period_ == 0; }

    void begin(std::int64_t index) noexcept {
        current_ = index;
        filled_ = 0;
        finite_ = true;
        std::fill(median_.begin(), median_.end(), 0.0);
        std::fill(older_.begin(), older_.end(), 0.0);
        std::fill(newer_.begin(), newer_.end(), 0.0);
        first_channel_ = static_cast<int>(index / period_ * looked_ % channels_);
    }

    /// The sample, or 0 where it stands out of 4.5 times the running median of sizes (3 standard
    /// deviations of noise, 3 amplitudes of hum). The median is followed in steps of 1 %.
    static double quiet(double value, double& median) noexcept {
        const double size = std::abs(value);
        if (median <= 0) median = size;
        median *= size > median ? 1.01 : 1 / 1.01;
        return size > 4.5 * median ? 0.0 : value;
    }

    void feed(BlockView<const T> part, std::int64_t row) noexcept {
        const std::size_t bins = twice_cosine_.size();
        for (std::int64_t f = 0; f < part.frames; ++f) {
            const double phase = static_cast<double>(row + f) / static_cast<double>(window_);
            const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * phase);
            for (int k = 0; k < looked_; ++k) {
                const T value = part(f, (first_channel_ + k) % channels_);
                if (!core::is_finite(value)) finite_ = false;
                const double x = finite_ ? hann * quiet(static_cast<double>(value), median_[static_cast<std::size_t>(k)]) : 0.0;
                double* const older = older_.data() + static_cast<std::size_t>(k) * bins;
                double* const newer = newer_.data() + static_cast<std::size_t>(k) * bins;
                for (std::size_t b = 0; b < bins; ++b) {
                    const double next = x + twice_cosine_[b] * newer[b] - older[b];
                    older[b] = newer[b];
                    newer[b] = next;
                }
            }
        }
    }

    [[nodiscard]] double power(std::size_t channel, std::size_t bin) const noexcept {
        const std::size_t i = channel * twice_cosine_.size() + bin;
        return newer_[i] * newer_[i] + older_[i] * older_[i] - twice_cosine_[bin] * newer_[i] * older_[i];
    }

    void decide() noexcept {
        if (!finite_) return;
        // Padding and masked channels are silent: that is no evidence that the hum has gone.
        const double silence = 1e-12 * static_cast<double>(window_);   // 1e-6 µV RMS
        bool heard = false;
        std::array<double, 2> ratio{0, 0};
        for (const Line& line : lines_) {
            for (std::size_t c = 0; c < static_cast<std::size_t>(looked_); ++c) {
                double around = 0;
                for (std::size_t k = 1; k <= 8; ++k) around += power(c, line.bin + k) / 8;
                if (around > silence) {
                    heard = true;
                    double& most = ratio[static_cast<std::size_t>(line.mains)];
                    most = std::max(most, power(c, line.bin) / around);
                }
            }
        }
        if (!heard) return;
        ratio_ = ratio;
        const std::size_t stronger = ratio_[1] > ratio_[0] ? 1 : 0;
        const int vote = ratio_[stronger] > seen ? static_cast<int>(stronger) : -1;
        if (vote >= 0 && (vote == last_vote_ || ratio_[stronger] > obvious)) {
            decision_ = vote == 0 ? Mains::hz50 : Mains::hz60;
            missing_ = 0;
        } else if (decision_ != Mains::off) {
            missing_ = ratio_[decision_ == Mains::hz60 ? 1U : 0U] < gone ? missing_ + 1 : 0;
            if (missing_ >= windows_to_switch_off) {
                decision_ = Mains::off;
                missing_ = 0;
            }
        }
        last_vote_ = vote;
    }

    int channels_;
    int looked_ = 1;
    std::int64_t window_ = 1;
    std::vector<Line> lines_;
    std::vector<double> twice_cosine_;
    std::vector<double> median_;
    std::vector<double> older_, newer_;  // Goertzel states [channel][bin]
    std::int64_t current_ = -1;
    std::int64_t filled_ = 0;
    int first_channel_ = 0;
    bool finite_ = true;
    std::array<double, 2> ratio_{};
    int last_vote_ = -1;
    int missing_ = 0;
    Mains decision_ = Mains::off;
};

}  // namespace fascikit::filter
