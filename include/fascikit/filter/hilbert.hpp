// Hilbert transform and envelope: of a whole recording by the Fourier transform, and of a
// stream by a filter.
//
//   a(n) = x(n) + i h(n),  h = x with all positive frequencies turned by -90 degrees
//   envelope = |a|
//
// Whole: scipy.signal.hilbert, whose ends meet as if the recording were repeated; equal to
// 1e-12 of the largest value. Double arithmetic; any length up to RealFft's. Allocates. A NaN
// makes its whole channel NaN.
//
// Stream: `EnvelopeStream`, an odd antisymmetric filter 2 / (pi n) at odd n under a Hamming
// window (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 12). Latency (taps - 1) / 2.
// Within 2 % of unit gain from 1.6 fs / taps to fs / 2 less the same; below, the envelope
// ripples, down to |x| at 0 Hz. FirStream's rules for NaN, chunking and threads.
// Errors: std::invalid_argument for taps and channels.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/fir_stream.hpp"
#include "fascikit/filter/history.hpp"
#include "fascikit/spectral/fft.hpp"
#include "fascikit/spectral/window.hpp"

namespace fascikit::filter {

namespace detail {

template <class T, class Keep>
void for_each_hilbert(BlockView<const T> in, const Keep& keep) {
    if (in.frames < 1) return;
    spectral::RealFft fft(in.frames);
    std::vector<double> x(static_cast<std::size_t>(in.frames)), h(x.size());
    std::vector<std::complex<double>> spectrum(static_cast<std::size_t>(fft.bins()));
    for (std::int64_t c = 0; c < in.channels; ++c) {
        for (std::int64_t f = 0; f < in.frames; ++f) x[static_cast<std::size_t>(f)] = static_cast<double>(in(f, c));
        fft.forward(x, spectrum);
        for (auto& value : spectrum) value = {value.imag(), -value.real()};
        spectrum.front() = 0;
        if (in.frames % 2 == 0) spectrum.back() = 0;
        fft.inverse(spectrum, h);
        for (std::int64_t f = 0; f < in.frames; ++f) keep(f, c, x[static_cast<std::size_t>(f)], h[static_cast<std::size_t>(f)]);
    }
}

}  // namespace detail

/// The imaginary part of the analytic signal; the real part is `in` itself. `out` may be `in`.
template <std::floating_point T>
void hilbert(BlockView<const T> in, BlockView<T> out) {
    detail::for_each_hilbert(in, [&](std::int64_t f, std::int64_t c, double, double h) { out(f, c) = static_cast<T>(h); });
}

/// The modulus of the analytic signal. `out` may be `in`.
template <std::floating_point T>
void envelope(BlockView<const T> in, BlockView<T> out) {
    detail::for_each_hilbert(in, [&](std::int64_t f, std::int64_t c, double x, double h) {
        out(f, c) = static_cast<T>(std::sqrt(x * x + h * h));
    });
}

/// An odd number of taps from 3 on; the delay is (taps - 1) / 2.
[[nodiscard]] inline std::vector<double> hilbert_taps(std::int64_t taps) {
    if (taps < 3 || taps % 2 == 0 || taps > 1 << 20)
        core::fail_option("taps " + std::to_string(taps) + ": allowed is an odd number from 3 to " + std::to_string((1 << 20) - 1));
    std::vector<double> h = spectral::window_of(spectral::Window::hamming, taps, spectral::WindowShape::symmetric);
    for (std::int64_t i = 0; i < taps; ++i) {
        const std::int64_t n = i - taps / 2;
        h[static_cast<std::size_t>(i)] *= n % 2 == 0 ? 0.0 : 2 / (std::numbers::pi * static_cast<double>(n));
    }
    return h;
}

/// Taps for an envelope that is right to 2 % from `lowest_hz` on: 1.6 fs / lowest_hz, odd.
[[nodiscard]] inline std::int64_t envelope_taps(double lowest_hz, double sampling_rate_hz) {
    if (!(sampling_rate_hz > 0 && std::isfinite(sampling_rate_hz)))
        core::fail_option("sampling rate " + core::number(sampling_rate_hz) + " Hz: it must be above 0");
    if (!(lowest_hz > 0 && lowest_hz < sampling_rate_hz / 4 && sampling_rate_hz / lowest_hz < 500000))
        core::fail_option("lowest frequency of the envelope " + core::number(lowest_hz) + " Hz: allowed is " +
                          core::number(sampling_rate_hz / 500000) + " to " + core::number(sampling_rate_hz / 4) +
                          " Hz, a quarter of the sampling rate");
    return 2 * static_cast<std::int64_t>(std::ceil(0.8 * sampling_rate_hz / lowest_hz)) + 1;
}

template <std::floating_point T>
class EnvelopeStream {
public:
    EnvelopeStream(std::int64_t taps, int channels)
        : half_(taps / 2),
          fir_(hilbert_taps(taps), channels),
          block_(frames_at_once(channels)),
          delay_(half_, channels, block_),
          turned_(static_cast<std::size_t>(block_ * channels)),
          zeros_(static_cast<std::size_t>(channels), T(0)) {}

    [[nodiscard]] int channels() const noexcept { return fir_.channels(); }
    [[nodiscard]] std::int64_t latency_samples() const noexcept { return half_; }

    /// As many frames out as in, latency_samples() late; `out` may be `in`.
    void process(BlockView<const T> in, BlockView<T> out) noexcept {
        const std::int64_t channels = fir_.channels();
        if (!fits(in, out, channels)) return;
        for (std::int64_t f = 0; f < in.frames; f += block_) {
            const std::int64_t count = std::min(block_, in.frames - f);
            const T* x = delay_.append(in.rows(f, count)) - half_ * channels;
            fir_.process(in.rows(f, count), interleaved(turned_.data(), count, channels));
            for (std::int64_t i = 0; i < count * channels; ++i) {
                T& h = turned_[static_cast<std::size_t>(i)];
                h = std::sqrt(x[i] * x[i] + h * h);
            }
            put(turned_.data(), out.rows(f, count));
        }
    }
    void process(BlockView<T> inout) noexcept { process(inout, inout); }
    /// The last latency_samples() frames, as if zeros had followed; afterwards as after reset().
    void flush(BlockView<T> out) noexcept {
        if (out.frames != half_ || out.channels != fir_.channels()) return;
        process({zeros_.data(), half_, out.channels, 0, 1}, out);
        reset();
    }
    void reset() noexcept {
        fir_.reset();
        delay_.reset();
    }

private:
    std::int64_t half_;
    FirStream<T> fir_;
    std::int64_t block_;
    History<T> delay_;
    std::vector<T> turned_;
    std::vector<T> zeros_;
};

}  // namespace fascikit::filter
