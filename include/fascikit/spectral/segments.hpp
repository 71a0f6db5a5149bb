// Segments: a signal in overlapping pieces, each without its trend, windowed and
// transformed. What Welch's method, cross spectra, spectrograms and STFT share.
//
// A segment of n samples starts every n - overlap; samples after the last whole one are
// not used. Its spectrum is X[k] = sum_i w[i] (x[i] - trend) exp(-2 pi i k i / N), with
// N = fft_samples >= n (zeros behind). One-sided powers are |X|^2 times scale(k): bins
// with a negative twin count double. As scipy.signal does it.
//
// Construction allocates; transform() does not (see fft.hpp). One thread an object.
// Cost: one FFT a segment. A NaN spoils its segments. Errors: std::invalid_argument
// naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/fft.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::spectral {

enum class Detrend { none, constant, linear };
enum class Scaling {
    density,   ///< unit squared per Hz: noise keeps its level whatever the segment
    spectrum,  ///< unit squared: a line keeps its power whatever the segment
};
enum class Average {
    mean,
    median,  ///< robust against single loud segments; corrected for its bias (Allen et al. 2012, 10.1103/PhysRevD.85.122006)
};

struct WelchOptions {
    std::int64_t segment_samples = 256;  ///< SciPy's nperseg; a shorter signal is one segment
    std::int64_t overlap_samples = -1;   ///< SciPy's noverlap; -1: half a segment
    Window window = Window::hann;
    Detrend detrend = Detrend::constant;
    Scaling scaling = Scaling::density;
    std::int64_t fft_samples = -1;       ///< SciPy's nfft; -1: the segment
    Average average = Average::mean;
    std::vector<double> window_values{}; ///< any other window; its length is the segment
};

namespace detail {

inline void remove_trend(std::span<double> x, Detrend detrend) {
    if (detrend == Detrend::none) return;
    const auto n = static_cast<double>(x.size());
    double mean = 0;
    for (const double v : x) mean += v;
    mean /= n;
    const double middle = (n - 1) / 2;
    double slope = 0;
    if (detrend == Detrend::linear && x.size() > 1) {
        for (std::size_t i = 0; i < x.size(); ++i) slope += (static_cast<double>(i) - middle) * (x[i] - mean);
        slope /= n * (n * n - 1) / 12;
    }
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= mean + slope * (static_cast<double>(i) - middle);
}

}  // namespace detail

class Segments {
public:
    /// For signals of `samples`, at least 1.
    Segments(std::int64_t samples, double sampling_rate_hz, const WelchOptions& options)
        : samples_(samples),
          length_(length_of(samples, options)),
          step_(length_ - overlap_of(options)),
          rate_hz_(sampling_rate_hz),
          detrend_(options.detrend),
          window_(options.window_values.empty() ? window_of(options.window, length_) : options.window_values),
          fft_(fft_samples_of(options)),
          segment_(static_cast<std::size_t>(fft_.size()), 0.0) {
        core::check_rate(sampling_rate_hz);
        double sum = 0;
        double sum_of_squares = 0;
        for (const double w : window_) {
            sum += w;
            sum_of_squares += w * w;
        }
        scale_ = options.scaling == Scaling::density ? 1 / (sampling_rate_hz * sum_of_squares) : 1 / (sum * sum);
        if (!std::isfinite(scale_) || !(scale_ > 0))
            core::fail_option("window: its values must be finite, their sum not 0, and their squares within double");
    }

    [[nodiscard]] std::int64_t length() const noexcept { return length_; }
    [[nodiscard]] std::int64_t step() const noexcept { return step_; }
    [[nodiscard]] std::int64_t count() const noexcept { return (samples_ - length_) / step_ + 1; }
    [[nodiscard]] std::int64_t bins() const noexcept { return fft_.bins(); }
    [[nodiscard]] std::int64_t fft_samples() const noexcept { return fft_.size(); }
    [[nodiscard]] const std::vector<double>& window() const noexcept { return window_; }
    /// Of |X|^2 without a negative side: two-sided.
    [[nodiscard]] double scale() const noexcept { return scale_; }
    /// Of |X[k]|^2, one-sided.
    [[nodiscard]] double scale(std::int64_t bin) const noexcept {
        const bool alone = bin == 0 || (fft_.size() % 2 == 0 && bin + 1 == bins());
        return alone ? scale_ : 2 * scale_;
    }
    [[nodiscard]] std::vector<double> frequency_hz() const {
        std::vector<double> out(static_cast<std::size_t>(bins()));
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = static_cast<double>(k) * rate_hz_ / static_cast<double>(fft_.size());
        return out;
    }
    /// The middles of the segments.
    [[nodiscard]] std::vector<double> time_s() const {
        std::vector<double> out(static_cast<std::size_t>(count()));
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = (static_cast<double>(length_) / 2 + static_cast<double>(i) * static_cast<double>(step_)) / rate_hz_;
        return out;
    }

    /// The spectrum of one segment; `signal` has the samples of the constructor, `out` bins().
    void transform(std::span<const double> signal, std::int64_t segment, std::span<std::complex<double>> out) {
        if (signal.size() != static_cast<std::size_t>(samples_) || segment < 0 || segment >= count())
            core::fail_option("segment " + std::to_string(segment) + " of " + std::to_string(signal.size()) +
                              " samples: allowed is 0 to " + std::to_string(count() - 1) + " of " +
                              std::to_string(samples_));
        const auto n = static_cast<std::size_t>(length_);
        std::copy_n(signal.begin() + segment * step_, length_, segment_.begin());
        detail::remove_trend(std::span(segment_).first(n), detrend_);
        for (std::size_t i = 0; i < n; ++i) segment_[i] *= window_[i];
        fft_.forward(segment_, out);
    }

private:
    [[nodiscard]] static std::int64_t length_of(std::int64_t samples, const WelchOptions& options) {
        if (samples < 1) core::fail_option("the signal has 0 samples: at least 1 is needed");
        const auto given = static_cast<std::int64_t>(options.window_values.size());
        if (given > samples)
            core::fail_option("window of " + std::to_string(given) + " samples: allowed is 1 to the signal's " +
                              std::to_string(samples));
        if (given > 0) return given;
        if (options.segment_samples < 1)
            core::fail_option("segment_samples " + std::to_string(options.segment_samples) + ": at least 1 is needed");
        const std::int64_t length = std::min(options.segment_samples, samples);
        if (length > largest_fft_size)
            core::fail_option("segment_samples " + std::to_string(length) + ": allowed is at most " +
                              std::to_string(largest_fft_size));
        return length;
    }
    [[nodiscard]] std::int64_t overlap_of(const WelchOptions& options) const {
        const std::int64_t overlap = options.overlap_samples == -1 ? length_ / 2 : options.overlap_samples;
        if (overlap < 0 || overlap >= length_)
            core::fail_option("overlap_samples " + std::to_string(overlap) + ": allowed is 0 to " +
                              std::to_string(length_ - 1) + ", less than a segment");
        return overlap;
    }
    [[nodiscard]] std::int64_t fft_samples_of(const WelchOptions& options) const {
        const std::int64_t size = options.fft_samples == -1 ? length_ : options.fft_samples;
        if (size < length_)
            core::fail_option("fft_samples " + std::to_string(size) + ": at least a segment's " +
                              std::to_string(length_) + " are needed");
        return size;
    }

    std::int64_t samples_;
    std::int64_t length_;
    std::int64_t step_;
    double rate_hz_;
    Detrend detrend_;
    std::vector<double> window_;
    RealFft fft_;
    std::vector<double> segment_;
    double scale_ = 1;
};

}  // namespace fascikit::spectral
