// Spectra along time: spectrogram, short-time Fourier transform and its inverse.
//
//   spectrogram: one-sided powers of each segment, as scipy.signal.spectrogram
//                (whose defaults are WelchOptions{.overlap_samples = segment / 8,
//                .window = Window::tukey(0.25)})
//   stft:        complex values of each segment times the root of the scale, no
//                detrending by default, as scipy.signal.stft: the signal lies between
//                half a segment of zeros on either side, and zeros fill the last segment
//   istft:       the least-squares inverse (Griffin & Lim 1984, 10.1109/TASSP.1984.1164317):
//                overlapping inverses, weighted by the window, over the sum of its squares
//
// Values are segment after segment: values[segment * bins + bin]. Time is the middle of
// a segment. Units: see Scaling; stft is in the signal's unit (spectrum). istft after
// stft gives the signal back to 1e-12 where the window's squares overlap to more than
// 1e-10 (not so: an error before anything is computed). Cost: one FFT a segment.
// Allocates. Any thread. Errors: std::invalid_argument naming the value.
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
#include "fascikit/spectral/segments.hpp"

namespace fascikit::spectral {

struct Spectrogram {
    std::vector<double> frequency_hz;
    std::vector<double> time_s;
    std::vector<double> power;  ///< segments × bins
};

struct Stft {
    std::vector<double> frequency_hz;
    std::vector<double> time_s;
    std::vector<std::complex<double>> values;  ///< segments × bins
};

/// As spectrogram(), for many signals of one length: `power` has count() × bins() values.
inline void spectrogram(Segments& segments, std::span<const double> signal, std::span<double> power) {
    const auto bins = static_cast<std::size_t>(segments.bins());
    std::vector<std::complex<double>> values(bins);
    for (std::size_t s = 0; s < static_cast<std::size_t>(segments.count()); ++s) {
        segments.transform(signal, static_cast<std::int64_t>(s), values);
        for (std::size_t k = 0; k < bins; ++k)
            power[s * bins + k] = (values[k].real() * values[k].real() + values[k].imag() * values[k].imag()) *
                                  segments.scale(static_cast<std::int64_t>(k));
    }
}

[[nodiscard]] inline Spectrogram spectrogram(std::span<const double> signal, double sampling_rate_hz,
                                             const WelchOptions& options = {}) {
    Segments segments(static_cast<std::int64_t>(signal.size()), sampling_rate_hz, options);
    Spectrogram out{segments.frequency_hz(), segments.time_s(), {}};
    out.power.resize(static_cast<std::size_t>(segments.count() * segments.bins()));
    spectrogram(segments, signal, out.power);
    return out;
}

/// Every segment's spectrum times the root of the scale: stft of a signal that was
/// extended before, or complex spectrograms. `values` has count() × bins() values.
inline void stft(Segments& segments, std::span<const double> signal, std::span<std::complex<double>> values) {
    const auto bins = static_cast<std::size_t>(segments.bins());
    const double scale = std::sqrt(segments.scale());
    for (std::size_t s = 0; s < static_cast<std::size_t>(segments.count()); ++s) {
        const auto one = values.subspan(s * bins, bins);
        segments.transform(signal, static_cast<std::int64_t>(s), one);
        for (auto& v : one) v *= scale;
    }
}

/// The signal between zeros, as stft() takes it: half of `segment` on either side, and
/// what fills the last step.
[[nodiscard]] inline std::vector<double> stft_extended(std::span<const double> signal, std::int64_t segment,
                                                       std::int64_t step) {
    const std::int64_t half = segment / 2;
    const std::int64_t length = static_cast<std::int64_t>(signal.size()) + 2 * half;
    const std::int64_t missing = ((segment - length) % step + step) % step;
    std::vector<double> out(static_cast<std::size_t>(length + missing), 0.0);
    std::copy(signal.begin(), signal.end(), out.begin() + half);
    return out;
}

[[nodiscard]] inline Stft stft(std::span<const double> signal, double sampling_rate_hz,
                               WelchOptions options = {.detrend = Detrend::none, .scaling = Scaling::spectrum}) {
    // The signal may be shorter than what it is extended to: its own length is the most.
    const Segments own(static_cast<std::int64_t>(signal.size()), sampling_rate_hz, options);
    options.segment_samples = own.length();
    const auto extended = stft_extended(signal, own.length(), own.step());
    Segments segments(static_cast<std::int64_t>(extended.size()), sampling_rate_hz, options);
    Stft out{segments.frequency_hz(), segments.time_s(), {}};
    for (double& t : out.time_s) t -= static_cast<double>(own.length()) / 2 / sampling_rate_hz;
    out.values.resize(static_cast<std::size_t>(segments.count() * segments.bins()));
    stft(segments, extended, out.values);
    return out;
}

/// The signal of `count` segments, values[segment * bins + bin]. `extended`: drop the half
/// segment on either side that stft() added. The options of stft(); fft_samples must be
/// given when it was, or when a segment is odd. Zeros that filled the last segment stay.
[[nodiscard]] inline std::vector<double> istft(std::span<const std::complex<double>> values, std::int64_t count,
                                               double sampling_rate_hz,
                                               const WelchOptions& options = {.scaling = Scaling::spectrum},
                                               bool extended = true) {
    const auto given = static_cast<std::int64_t>(options.window_values.size());
    const std::int64_t length = given > 0 ? given : options.segment_samples;
    if (count < 1) core::fail_option("istft was given " + std::to_string(count) + " segments: at least 1 is needed");
    Segments plan(std::max<std::int64_t>(length, 1), sampling_rate_hz, options);
    const std::int64_t bins = plan.bins();
    if (static_cast<std::int64_t>(values.size()) != count * bins)
        core::fail_option("istft was given " + std::to_string(values.size()) + " values: " + std::to_string(count) +
                          " segments of " + std::to_string(bins) + " bins are needed");
    const auto n = static_cast<std::size_t>(plan.length());
    const auto step = static_cast<std::size_t>(plan.step());
    const auto& window = plan.window();
    for (std::size_t i = 0; i < step; ++i) {
        double overlap = 0;
        for (std::size_t j = i; j < n; j += step) overlap += window[j] * window[j];
        if (!(overlap > 1e-10))
            core::fail_option("window and overlap_samples " + std::to_string(n - step) +
                              ": some samples have no weight in any segment; more overlap is needed");
    }
    const double scale = 1 / std::sqrt(plan.scale());
    RealFft fft(plan.fft_samples());
    std::vector<double> one(static_cast<std::size_t>(fft.size()));
    std::vector<double> sum(n + static_cast<std::size_t>(count - 1) * step, 0.0);
    std::vector<double> weight(sum.size(), 0.0);
    for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
        fft.inverse(values.subspan(s * static_cast<std::size_t>(bins), static_cast<std::size_t>(bins)), one);
        for (std::size_t i = 0; i < n; ++i) {
            sum[s * step + i] += one[i] * scale * window[i];
            weight[s * step + i] += window[i] * window[i];
        }
    }
    for (std::size_t i = 0; i < sum.size(); ++i)
        if (weight[i] > 1e-10) sum[i] /= weight[i];
    const std::size_t half = extended ? n / 2 : 0;
    if (sum.size() <= 2 * half) return {};
    return {sum.begin() + static_cast<std::ptrdiff_t>(half), sum.end() - static_cast<std::ptrdiff_t>(half)};
}

}  // namespace fascikit::spectral
