// in_band: samples seen through a band, without delay, to measure a truth in.
//
// A Butterworth high-pass and low-pass of order 2 (bilinear transform), run forwards
// and backwards over samples padded with zeros: zero phase, so the peak stays where it
// is; −3 dB at the edges of the band, both passes together. It is the simulator's own, and not filter/, because its bits
// are part of the truth file and must be the same on every machine.
// Cost 20 operations a sample. Allocates a copy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

namespace detail {

struct Biquad {
    double b0 = 0, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
};

[[nodiscard]] inline Biquad butterworth(double edge_hz, double sampling_rate_hz, bool high_pass) noexcept {
    const double turns = 0.5 * edge_hz / sampling_rate_hz;
    // Two passes have the gain 1 / (1 + w^4), which is -3 dB at w = (sqrt 2 - 1)^(1/4).
    constexpr double edge = 0.80223899;
    const double tangent = sin_turns(turns) / cos_turns(turns);
    const double w = high_pass ? tangent * edge : tangent / edge;
    const double norm = 1.0 / (1.0 + 1.4142135623730951 * w + w * w);
    const double gain = (high_pass ? 1.0 : w * w) * norm;
    return {gain, high_pass ? -2.0 * gain : 2.0 * gain, gain, 2.0 * (w * w - 1.0) * norm,
            (1.0 - 1.4142135623730951 * w + w * w) * norm};
}

template <class Iterator>
void run(const Biquad& f, Iterator first, Iterator last) noexcept {
    double s1 = 0, s2 = 0;
    for (; first != last; ++first) {
        const double x = *first;
        const double y = f.b0 * x + s1;
        s1 = f.b1 * x - f.a1 * y + s2;
        s2 = f.b2 * x - f.a2 * y;
        *first = y;
    }
}

}  // namespace detail

/// `samples` in `band` (both edges given). Signals that do not end near zero need silence around them.
[[nodiscard]] inline std::vector<double> in_band(std::span<const double> samples, Band band,
                                                 double sampling_rate_hz) {
    // After two periods of the low edge the response of the high-pass is below 1 %.
    const auto pad = static_cast<std::size_t>(2.0 * sampling_rate_hz / band.low_hz);
    std::vector<double> padded(samples.size() + 2 * pad);
    std::copy(samples.begin(), samples.end(), padded.begin() + static_cast<std::ptrdiff_t>(pad));
    for (const bool high_pass : {true, false}) {
        const auto f = detail::butterworth(high_pass ? band.low_hz : band.high_hz, sampling_rate_hz, high_pass);
        detail::run(f, padded.begin(), padded.end());
        detail::run(f, padded.rbegin(), padded.rend());
    }
    return {padded.begin() + static_cast<std::ptrdiff_t>(pad), padded.end() - static_cast<std::ptrdiff_t>(pad)};
}

}  // namespace fascikit::simulate
