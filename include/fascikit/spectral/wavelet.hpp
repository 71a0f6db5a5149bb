// Continuous wavelet transform of real signals, by FFT.
//
// Conventions of Torrence & Compo 1998 (10.1175/1520-0477(1998)079<0061:APGTWA>2.0.CO;2):
//
//   W(s, n) = sum_m x[m] sqrt(dt / s) psi*((m - n) dt / s),  integral of |psi|^2 = 1
//
//   morlet(w0): pi^(-1/4) exp(i w0 t - t^2 / 2), complex
//   ricker:     (1 - t^2) exp(-t^2 / 2) / sqrt(Gamma(5/2)), real (second derivative of a Gaussian)
//   morse(b, g): generalised Morse wavelet, Fourier transform w^b exp(-w^g) for w > 0
//               (Olhede & Walden 2002, 10.1109/TSP.2002.804066), complex
//
// Asked by frequency: s is the scale whose |W| is largest for a sinusoid of that
// frequency (their table 1). Normalisation `energy` as above: white noise of variance v
// has mean |W|^2 = v at every scale. `amplitude`: |W| of a sinusoid of amplitude A is A
// at its own frequency. Beyond its ends the signal is zero; what lies nearer to an end
// than cone_s() is made smaller by that. The unit is that of the signal.
//
// Equal to the sum above to 1e-10 of the largest |W| as long as the wavelet does not
// reach beyond half the rate (with the defaults: frequencies below a fifth of the rate;
// ricker: below a sixteenth). The Morlet wavelet is taken without its negative
// frequencies, as in the paper: with w0 = 6 that is some 1e-8 of it, with 8 nothing;
// morse with a small beta has slow tails in time, cut at 8 widths.
// Cost: one FFT of N and 8 widths of the longest wavelet, then two (ricker: one) for
// each frequency. Construction allocates; set() and at() do not (see fft.hpp). One thread
// an object. One NaN makes all of it NaN. Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::spectral {

/// A kind and its numbers.
struct Wavelet {
    enum Kind : std::uint8_t { morlet_kind, ricker_kind, morse_kind };
    Kind kind = morlet_kind;
    double a = 6;
    double b = 0;

    /// w0, about the cycles under the envelope; 6 as in the paper. Below 5 its mean is not 0.
    [[nodiscard]] static constexpr Wavelet morlet(double w0 = 6) noexcept { return {morlet_kind, w0, 0}; }
    [[nodiscard]] static constexpr Wavelet ricker() noexcept { return {ricker_kind, 0, 0}; }
    /// 3 and 20: symmetric in frequency, 60 the square of its duration (Lilly & Olhede 2012, 10.1109/TSP.2012.2210890).
    [[nodiscard]] static constexpr Wavelet morse(double beta = 20, double gamma = 3) noexcept {
        return {morse_kind, beta, gamma};
    }
};

enum class WaveletScale { energy, amplitude };

namespace detail {

/// By Stirling's series beyond 20; std::lgamma may write a global.
[[nodiscard]] inline double log_gamma(double x) noexcept {
    double shift = 0;
    for (; x < 20; x += 1) shift += std::log(x);
    const double r = 1 / (x * x);
    return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) +
           (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r / 1680))) / x - shift;
}

inline void check_wavelet(const Wavelet& wavelet) {
    if (wavelet.kind == Wavelet::morlet_kind && !(wavelet.a >= 5 && wavelet.a <= 100))
        core::fail_option("w0 of a Morlet wavelet " + core::number(wavelet.a) + ": allowed is 5 to 100");
    if (wavelet.kind != Wavelet::morse_kind) return;
    if (!(wavelet.a >= 0.5 && wavelet.a <= 500))
        core::fail_option("beta of a Morse wavelet " + core::number(wavelet.a) + ": allowed is 0.5 to 500");
    if (!(wavelet.b >= 1 && wavelet.b <= 10))
        core::fail_option("gamma of a Morse wavelet " + core::number(wavelet.b) + ": allowed is 1 to 10");
}

/// The transform of psi at u > 0, with the unitary convention.
[[nodiscard]] inline double wavelet_spectrum(const Wavelet& wavelet, double u) noexcept {
    if (!(u > 0)) return 0;
    switch (wavelet.kind) {
        case Wavelet::morlet_kind: return std::exp(-(u - wavelet.a) * (u - wavelet.a) / 2) / std::sqrt(std::sqrt(std::numbers::pi));
        case Wavelet::ricker_kind: return u * u * std::exp(-u * u / 2) / std::sqrt(0.75 * std::sqrt(std::numbers::pi));
        case Wavelet::morse_kind: {
            const double order = (2 * wavelet.a + 1) / wavelet.b;
            const double log_square = std::log(wavelet.b) + order * std::log(2.0) - log_gamma(order);
            return std::exp(log_square / 2 + wavelet.a * std::log(u) - std::pow(u, wavelet.b));
        }
    }
    return 0;
}

/// Where that is largest (amplitude), or sqrt(u) times it (energy).
[[nodiscard]] inline double wavelet_peak(const Wavelet& wavelet, WaveletScale scale) noexcept {
    const double a = wavelet.a;
    const bool energy = scale == WaveletScale::energy;
    switch (wavelet.kind) {
        case Wavelet::morlet_kind: return energy ? (a + std::sqrt(a * a + 2)) / 2 : a;
        case Wavelet::ricker_kind: return std::sqrt(energy ? 2.5 : 2.0);
        case Wavelet::morse_kind: return std::pow((energy ? a + 0.5 : a) / wavelet.b, 1 / wavelet.b);
    }
    return 1;
}

}  // namespace detail

/// The scale in s that stands for a frequency.
[[nodiscard]] inline double wavelet_scale_s(const Wavelet& wavelet, double frequency_hz,
                                            WaveletScale scale = WaveletScale::energy) noexcept {
    return detail::wavelet_peak(wavelet, scale) / (2 * std::numbers::pi * frequency_hz);
}

/// How far from an end of the signal |W|^2 of a jump there has fallen by e^2.
[[nodiscard]] inline double cone_s(const Wavelet& wavelet, double frequency_hz,
                                   WaveletScale scale = WaveletScale::energy) noexcept {
    const double s = wavelet_scale_s(wavelet, frequency_hz, scale);
    if (wavelet.kind != Wavelet::morse_kind) return std::numbers::sqrt2 * s;
    // The Gaussian that has the Morse wavelet's curvature at its peak in frequency.
    return std::numbers::sqrt2 * s * std::sqrt(wavelet.a * wavelet.b) / detail::wavelet_peak(wavelet, WaveletScale::amplitude);
}

class WaveletTransform {
public:
    /// For frequencies from `lowest_hz` on: their wavelets, +-8 widths long, must not wrap around.
    WaveletTransform(std::int64_t samples, double sampling_rate_hz, double lowest_hz, Wavelet wavelet = {},
                     WaveletScale scale = WaveletScale::energy)
        : samples_(samples),
          rate_hz_(sampling_rate_hz),
          lowest_hz_(lowest_hz),
          wavelet_(wavelet),
          scale_(scale),
          fft_(padded_size(samples, sampling_rate_hz, lowest_hz, wavelet, scale)),
          padded_(static_cast<std::size_t>(fft_.size()), 0.0),
          spectrum_(static_cast<std::size_t>(fft_.bins())),
          part_(spectrum_.size()) {}

    void set(std::span<const double> signal) {
        if (signal.size() != static_cast<std::size_t>(samples_))
            core::fail_option("the signal has " + std::to_string(signal.size()) + " samples: " +
                              std::to_string(samples_) + " are needed");
        for (std::size_t i = 0; i < padded_.size(); ++i) padded_[i] = i < signal.size() ? signal[i] : 0;
        fft_.forward(padded_, spectrum_);
    }

    /// W at one frequency, lowest_hz to half the rate, for all samples of the signal.
    void at(double frequency_hz, std::span<std::complex<double>> out) {
        if (!(frequency_hz <= rate_hz_ / 2))
            core::fail_option("frequency " + core::number(frequency_hz) + " Hz: allowed is at most half the rate, " +
                              core::number(rate_hz_ / 2) + " Hz");
        if (frequency_hz < lowest_hz_)
            core::fail_option("frequency " + core::number(frequency_hz) + " Hz: this transform was made for " +
                              core::number(lowest_hz_) + " Hz and above");
        if (out.size() != static_cast<std::size_t>(samples_))
            core::fail_option("room for " + std::to_string(out.size()) + " values: " + std::to_string(samples_) +
                              " are needed");
        const double s = wavelet_scale_s(wavelet_, frequency_hz, scale_);
        const bool analytic = wavelet_.kind != Wavelet::ricker_kind;
        const double peak = detail::wavelet_peak(wavelet_, scale_);
        const double gain = scale_ == WaveletScale::energy
                                ? std::sqrt(2 * std::numbers::pi * s * rate_hz_)
                                : (analytic ? 2 : 1) / detail::wavelet_spectrum(wavelet_, peak);
        const double step = 2 * std::numbers::pi * rate_hz_ / static_cast<double>(fft_.size()) * s;
        // The sum over positive frequencies alone is a complex signal: its real and its
        // imaginary part are each an inverse of half a spectrum.
        const std::size_t last = fft_.size() % 2 == 0 ? spectrum_.size() - 1 : spectrum_.size();
        for (std::size_t k = 0; k < spectrum_.size(); ++k) {
            const double half = analytic && k != last ? 0.5 : 1;
            part_[k] = spectrum_[k] * (half * gain * detail::wavelet_spectrum(wavelet_, step * static_cast<double>(k)));
        }
        fft_.inverse(part_, padded_);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = padded_[i];
        if (!analytic) return;
        for (auto& v : part_) v = {v.imag(), -v.real()};
        fft_.inverse(part_, padded_);
        for (std::size_t i = 0; i < out.size(); ++i) out[i].imag(padded_[i]);
    }

private:
    [[nodiscard]] static std::int64_t padded_size(std::int64_t samples, double rate_hz, double lowest_hz,
                                                  const Wavelet& wavelet, WaveletScale scale) {
        if (samples < 1 || samples > largest_fft_size / 2)
            core::fail_option("signal of " + std::to_string(samples) + " samples: allowed is 1 to " +
                              std::to_string(largest_fft_size / 2));
        core::check_rate(rate_hz);
        detail::check_wavelet(wavelet);
        if (!(lowest_hz > 0 && lowest_hz <= rate_hz / 2))
            core::fail_option("frequency " + core::number(lowest_hz) + " Hz: allowed is above 0 to half the rate, " +
                              core::number(rate_hz / 2) + " Hz");
        const double reach = 8 * cone_s(wavelet, lowest_hz, scale) / std::numbers::sqrt2 * rate_hz;
        if (!(reach < static_cast<double>(largest_fft_size / 2)))
            core::fail_option("frequency " + core::number(lowest_hz) + " Hz: its wavelet reaches over " +
                              core::number(reach) + " samples, allowed are " + std::to_string(largest_fft_size / 2));
        return fft_size(samples + static_cast<std::int64_t>(std::ceil(reach)));
    }

    std::int64_t samples_;
    double rate_hz_;
    double lowest_hz_;
    Wavelet wavelet_;
    WaveletScale scale_;
    RealFft fft_;
    std::vector<double> padded_;
    std::vector<std::complex<double>> spectrum_;
    std::vector<std::complex<double>> part_;
};

/// frequencies × samples.
[[nodiscard]] inline std::vector<std::complex<double>> cwt(std::span<const double> signal, double sampling_rate_hz,
                                                           std::span<const double> frequencies_hz, Wavelet wavelet = {},
                                                           WaveletScale scale = WaveletScale::energy) {
    const double lowest_hz = frequencies_hz.empty() ? sampling_rate_hz / 2
                                                    : *std::min_element(frequencies_hz.begin(), frequencies_hz.end());
    WaveletTransform transform(static_cast<std::int64_t>(signal.size()), sampling_rate_hz, lowest_hz, wavelet, scale);
    transform.set(signal);
    std::vector<std::complex<double>> out(frequencies_hz.size() * signal.size());
    for (std::size_t i = 0; i < frequencies_hz.size(); ++i)
        transform.at(frequencies_hz[i], std::span(out).subspan(i * signal.size(), signal.size()));
    return out;
}

}  // namespace fascikit::spectral
