// Signals the tests are made of: seeded noise and potentials at known places.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

namespace signals {

/// Planar: channel after channel.
struct Planar {
    std::int64_t frames = 0;
    std::int64_t channels = 0;
    double rate_hz = 0;
    std::vector<float> data;

    Planar(std::int64_t f, std::int64_t c, double rate)
        : frames(f), channels(c), rate_hz(rate), data(static_cast<std::size_t>(f * c), 0.0F) {}
    float* channel(std::int64_t c) { return data.data() + c * frames; }
    const float* channel(std::int64_t c) const { return data.data() + c * frames; }
};

inline void add_noise(Planar& x, double rms_uv, std::uint32_t seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.0F, static_cast<float>(rms_uv));
    for (float& v : x.data) v += normal(engine);
}

/// Triphasic: second derivative of a Gaussian. About `width_s` long, peak to peak `uv`,
/// centred at `time_s`; negative `uv` turns it upside down.
inline void add_potential(Planar& x, std::int64_t channel, double time_s, double uv, double width_s = 0.012) {
    const double s = width_s / 6.0;
    const auto centre = static_cast<std::int64_t>(std::llround(time_s * x.rate_hz));
    const auto reach = static_cast<std::int64_t>(5 * s * x.rate_hz) + 2;
    for (std::int64_t i = centre - reach; i <= centre + reach; ++i) {
        if (i < 0 || i >= x.frames) continue;
        const double t = (static_cast<double>(i) / x.rate_hz - time_s) / s;
        // 1 at the centre, -2 exp(-1.5) at its sides: peak to peak 1.446.
        x.channel(channel)[i] += static_cast<float>(uv / 1.446 * (1 - t * t) * std::exp(-t * t / 2));
    }
}

/// Interference between two times: noise in the EMG band with the given RMS.
inline void add_contraction(Planar& x, std::int64_t channel, double from_s, double to_s, double rms_uv,
                            std::uint32_t seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> place(from_s, to_s);
    std::uniform_real_distribution<double> size(0.5, 1.5);
    // 250 potentials a second of 8 to 12 ms overlap three deep.
    const auto count = static_cast<int>(250 * (to_s - from_s));
    for (int i = 0; i < count; ++i) {
        const double uv = size(engine) * rms_uv * 2.2;
        add_potential(x, channel, place(engine), i % 2 ? uv : -uv, 0.008 + 0.004 * size(engine) / 1.5);
    }
}

}  // namespace signals
