// Welch's power spectral density: the mean of windowed, overlapping periodograms
// (Welch 1967, 10.1109/TAU.1967.1161901), one-sided; and the plain periodogram.
//
// Equal to scipy.signal.welch and .periodogram with the same options, defaults
// included: segments of 256 samples (or the whole signal, if shorter), periodic Hann
// window, half overlap, mean of each segment removed, density. Units: input unit
// squared per Hz (density) or squared (spectrum). Cost: one FFT a segment. Allocates.
// Any thread. There is no streaming form: whoever streams calls this on the frames
// it keeps. Errors: std::invalid_argument naming the value; a NaN makes all of it NaN.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/core/finite.hpp"
#include "fascikit/spectral/segments.hpp"

namespace fascikit::spectral {

struct Spectrum {
    std::vector<double> frequency_hz;
    std::vector<double> power;
};

namespace detail {

/// What the median of n equal exponential powers is short of (or above) their mean.
[[nodiscard]] inline double median_bias(std::int64_t n) noexcept {
    double bias = 1;
    for (std::int64_t k = 1; 2 * k <= n - 1; ++k)
        bias += 1 / static_cast<double>(2 * k + 1) - 1 / static_cast<double>(2 * k);
    return bias;
}

/// NaN if there is one, as in NumPy.
[[nodiscard]] inline double median(std::vector<double>& values) {
    for (const double v : values)
        if (!core::is_finite(v)) return v - v;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace detail

/// As welch(), for many signals of one length: `power` has segments.bins() values.
inline void welch(Segments& segments, std::span<const double> signal, Average average, std::span<double> power) {
    const auto bins = static_cast<std::size_t>(segments.bins());
    const std::int64_t count = segments.count();
    std::vector<std::complex<double>> values(bins);
    std::vector<double> all(average == Average::median ? bins * static_cast<std::size_t>(count) : 0);
    std::fill(power.begin(), power.end(), 0.0);
    for (std::int64_t s = 0; s < count; ++s) {
        segments.transform(signal, s, values);
        for (std::size_t k = 0; k < bins; ++k) {
            const double p = values[k].real() * values[k].real() + values[k].imag() * values[k].imag();
            if (average == Average::mean)
                power[k] += p;
            else
                all[k * static_cast<std::size_t>(count) + static_cast<std::size_t>(s)] = p;
        }
    }
    std::vector<double> one;
    for (std::size_t k = 0; k < bins; ++k) {
        const double scale = segments.scale(static_cast<std::int64_t>(k));
        if (average == Average::mean) {
            power[k] *= scale / static_cast<double>(count);
        } else {
            const auto first = all.begin() + static_cast<std::ptrdiff_t>(k) * count;
            one.assign(first, first + count);
            power[k] = detail::median(one) * scale / detail::median_bias(count);
        }
    }
}

[[nodiscard]] inline Spectrum welch(std::span<const double> signal, double sampling_rate_hz,
                                    const WelchOptions& options = {}) {
    Segments segments(static_cast<std::int64_t>(signal.size()), sampling_rate_hz, options);
    Spectrum out{segments.frequency_hz(), std::vector<double>(static_cast<std::size_t>(segments.bins()))};
    welch(segments, signal, options.average, out.power);
    return out;
}

/// One segment, the whole signal. The window's default is none, as in SciPy.
[[nodiscard]] inline Spectrum periodogram(std::span<const double> signal, double sampling_rate_hz,
                                          Window window = Window::boxcar, Detrend detrend = Detrend::constant,
                                          Scaling scaling = Scaling::density) {
    return welch(signal, sampling_rate_hz,
                 {.segment_samples = std::max<std::int64_t>(1, static_cast<std::int64_t>(signal.size())),
                  .overlap_samples = 0,
                  .window = window,
                  .detrend = detrend,
                  .scaling = scaling});
}

}  // namespace fascikit::spectral
