// Normalised matched filter: how alike is each stretch of a signal to a template?
//
//   score[n] = <t, x_n> / (|t| |x_n|),  -1 to 1,
//
// x_n the `length` frames from n on, all channels together. With `remove_means` every
// channel of the template and of each stretch is taken without its own mean, and the
// score is Pearson's correlation; it does not change with gain or offset. Scores are
// given where the template lies wholly in the signal: frames - length + 1 of them.
// A stretch without any variation (without energy, if means stay) has score 0, one with
// a sample that is not finite has NaN, and no other stretch suffers from it.
//
// Equal to the formula to 1e-10. |x_n| comes from sums over parts of two neighbouring
// blocks of `length` frames, joined without subtraction (Chan, Golub & LeVeque 1983,
// 10.1080/00031305.1983.10483115), so nothing cancels and no error accumulates. <t, x_n>
// comes from FFTs of blocks of at least four lengths, each without its mean; stretches
// so quiet beside their block that the FFT's rounding would show are computed directly.
//
// Cost: about (channels + 1) log2(8 length) multiply-adds a frame. Allocates. Any thread,
// the template is shared. Errors: std::invalid_argument naming the value. This is not
// sort::match, which compares two potentials that are cut out already, gain included.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::spectral {

class MatchedFilter {
public:
    /// The template: length × channels, finite, not constant (not zero, if means stay).
    template <std::floating_point T>
    explicit MatchedFilter(BlockView<const T> pattern, bool remove_means = true)
        : length_(pattern.frames), channels_(pattern.channels), remove_means_(remove_means) {
        if (length_ < 1 || channels_ < 1)
            core::fail_option("template of " + std::to_string(length_) + " frames and " + std::to_string(channels_) +
                              " channels: at least 1 of both is needed");
        if (length_ > largest_fft_size / 4)
            core::fail_option("template of " + std::to_string(length_) + " frames: allowed is 1 to " +
                              std::to_string(largest_fft_size / 4));
        double energy = 0, largest = 0;
        pattern_.reserve(static_cast<std::size_t>(length_ * channels_));
        for (std::int64_t c = 0; c < channels_; ++c) {
            double mean = 0;
            for (std::int64_t i = 0; i < length_; ++i) {
                const auto v = static_cast<double>(pattern(i, c));
                if (!core::is_finite(v))
                    core::fail_option("template: frame " + std::to_string(i) + " of channel " + std::to_string(c) +
                                      " is not finite");
                largest = std::max(largest, std::abs(v));
                mean += v / static_cast<double>(length_);
            }
            double rest = 0;
            for (std::int64_t i = 0; i < length_; ++i) {
                pattern_.push_back(static_cast<double>(pattern(i, c)) - (remove_means ? mean : 0));
                rest += pattern_.back() / static_cast<double>(length_);
            }
            for (std::int64_t i = 0; remove_means && i < length_; ++i) pattern_[pattern_.size() - 1 - static_cast<std::size_t>(i)] -= rest;
        }
        for (const double v : pattern_) energy += v * v;
        const double rounding = largest * 1e-14;
        if (!(energy > static_cast<double>(length_ * channels_) * rounding * rounding))
            core::fail_option(std::string("the template is ") + (remove_means ? "constant" : "zero") +
                              " in every channel: there is nothing to match");
        norm_ = std::sqrt(energy);
    }

    [[nodiscard]] std::int64_t length() const noexcept { return length_; }
    [[nodiscard]] std::int64_t channels() const noexcept { return channels_; }

    /// out[n]: the score of frames n ... n + length - 1; frames - length + 1 values.
    template <std::floating_point T>
    [[nodiscard]] std::vector<double> operator()(BlockView<const T> signal) const {
        if (signal.channels != channels_)
            core::fail_option("signal of " + std::to_string(signal.channels) + " channels: the template has " +
                              std::to_string(channels_));
        if (signal.frames < length_)
            core::fail_option("signal of " + std::to_string(signal.frames) + " frames: at least the template's " +
                              std::to_string(length_) + " are needed");
        std::vector<double> out(static_cast<std::size_t>(signal.frames - length_ + 1), 0.0);
        energies(signal, out);
        products(signal, out);
        return out;
    }

private:
    // Of some samples: how many, their mean, and the sum of squares about it (about 0, if means stay).
    struct Part {
        double mean = 0;
        double squares = 0;
        bool bad = false;
    };
    void add(Part& part, double value, double inverse_count) const noexcept {
        if (!core::is_finite(value)) {
            part.bad = true;
            return;
        }
        if (!remove_means_) {
            part.squares += value * value;
            return;
        }
        const double step = value - part.mean;
        part.mean += step * inverse_count;
        part.squares += step * (value - part.mean);
    }

    // out[n] += the energy of stretch n, NaN where a sample is bad, 0 where only rounding is left.
    template <class T>
    void energies(BlockView<const T> signal, std::vector<double>& out) const {
        const auto length = static_cast<std::size_t>(length_);
        std::vector<double> inverse(length + 1, 0.0);
        for (std::size_t i = 1; i <= length; ++i) inverse[i] = 1 / static_cast<double>(i);
        std::vector<Part> behind(length);  // of frames i ... length - 1 of a block
        for (std::int64_t c = 0; c < channels_; ++c) {
            for (std::int64_t first = 0; first < static_cast<std::int64_t>(out.size()); first += length_) {
                Part part;
                for (std::size_t i = length; i-- > 0;) {
                    add(part, static_cast<double>(signal(first + static_cast<std::int64_t>(i), c)), inverse[length - i]);
                    behind[i] = part;
                }
                Part ahead;  // of the first frames of the next block
                for (std::size_t i = 0; i < length && first + static_cast<std::int64_t>(i) < static_cast<std::int64_t>(out.size()); ++i) {
                    if (i > 0)
                        add(ahead, static_cast<double>(signal(first + length_ + static_cast<std::int64_t>(i) - 1, c)), inverse[i]);
                    const double apart = ahead.mean - behind[i].mean;
                    const double share = static_cast<double>(i) * inverse[length];
                    double squares = behind[i].squares + ahead.squares;
                    if (remove_means_ && i > 0) {
                        squares += apart * apart * share * static_cast<double>(length - i);
                        const double mean = behind[i].mean + apart * share;
                        const double rounding = mean * 0x1p-50;
                        if (squares <= static_cast<double>(length_) * rounding * rounding) squares = 0;
                    }
                    double& energy = out[static_cast<std::size_t>(first) + i];
                    energy = behind[i].bad || ahead.bad ? std::numeric_limits<double>::quiet_NaN() : energy + squares;
                }
            }
        }
    }

    // out[n] = <t, x_n> / (|t| sqrt(out[n])).
    template <class T>
    void products(BlockView<const T> signal, std::vector<double>& out) const {
        RealFft fft(fft_size(std::max<std::int64_t>(1024, 4 * length_)));
        const auto size = static_cast<std::size_t>(fft.size());
        const auto bins = static_cast<std::size_t>(fft.bins());
        std::vector<double> samples(size);
        std::vector<std::complex<double>> values(bins), sum(bins), patterns(bins * static_cast<std::size_t>(channels_));
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
            std::fill(samples.begin(), samples.end(), 0.0);
            std::copy_n(pattern_.begin() + static_cast<std::ptrdiff_t>(c) * length_, length_, samples.begin());
            fft.forward(samples, std::span(patterns).subspan(c * bins, bins));
        }
        const std::int64_t step = fft.size() - length_ + 1;
        for (std::int64_t first = 0; first < static_cast<std::int64_t>(out.size()); first += step) {
            const std::int64_t frames = std::min(fft.size(), signal.frames - first);
            double energy = 0;
            std::fill(sum.begin(), sum.end(), 0.0);
            for (std::int64_t c = 0; c < channels_; ++c) {
                energy += take(signal.rows(first, frames), c, samples);
                fft.forward(samples, values);
                const auto* t = patterns.data() + static_cast<std::size_t>(c) * bins;
                for (std::size_t k = 0; k < bins; ++k)
                    sum[k] += std::complex<double>(values[k].real() * t[k].real() + values[k].imag() * t[k].imag(),
                                                   values[k].imag() * t[k].real() - values[k].real() * t[k].imag());
            }
            fft.inverse(sum, samples);
            const std::int64_t last = std::min(step, static_cast<std::int64_t>(out.size()) - first);
            for (std::int64_t n = 0; n < last; ++n) {
                double& score = out[static_cast<std::size_t>(first + n)];
                if (!(score > 0)) continue;  // 0 or NaN: it stays
                // The FFT misses by some 1e-15 of the block's norm.
                const double product = score < 1e-8 * energy ? direct(signal.rows(first + n, length_)) : samples[static_cast<std::size_t>(n)];
                score = std::clamp(product / norm_ / std::sqrt(score), -1.0, 1.0);
            }
        }
    }

    // One channel of a block without its mean (if means go), zeros behind; its energy. Bad samples become 0.
    template <class T>
    double take(BlockView<const T> block, std::int64_t channel, std::vector<double>& samples) const {
        double mean = 0;
        for (std::int64_t i = 0; i < block.frames; ++i) {
            const auto v = static_cast<double>(block(i, channel));
            samples[static_cast<std::size_t>(i)] = core::is_finite(v) ? v : 0;
            mean += samples[static_cast<std::size_t>(i)];
        }
        mean = remove_means_ ? mean / static_cast<double>(block.frames) : 0;
        double energy = 0;
        for (std::int64_t i = 0; i < block.frames; ++i) {
            double& v = samples[static_cast<std::size_t>(i)];
            v -= mean;
            energy += v * v;
        }
        std::fill(samples.begin() + block.frames, samples.end(), 0.0);
        return energy;
    }

    template <class T>
    [[nodiscard]] double direct(BlockView<const T> stretch) const noexcept {
        double sum = 0;
        for (std::int64_t c = 0; c < channels_; ++c) {
            const double reference = remove_means_ ? static_cast<double>(stretch(0, c)) : 0;
            const double* t = pattern_.data() + c * length_;
            for (std::int64_t i = 0; i < length_; ++i) sum += t[i] * (static_cast<double>(stretch(i, c)) - reference);
        }
        return sum;
    }

    std::int64_t length_;
    std::int64_t channels_;
    bool remove_means_;
    std::vector<double> pattern_;  ///< channel after channel
    double norm_ = 1;
};

}  // namespace fascikit::spectral
