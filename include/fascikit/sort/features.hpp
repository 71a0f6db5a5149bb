// Waveform features of one potential: what a neurophysiologist reads off the screen.
//
// Amplitude: peak to peak. Duration: from the first to the last sample beyond 2.5 times
// the noise RMS or 5 % of the peak, whichever is larger. Phases: baseline crossings + 1,
// counting only phases beyond that level. Turns: reversals of direction of at least the
// same size (25 % of it for a lone wave would count noise). Area: of the rectified wave
// within the duration. Rise time: from the largest positive peak to the largest negative
// one, absolute (Stålberg et al. 2019, 10.1016/j.clinph.2019.04.008, sections on MUPs).
//
// Input: one channel around the peak, µV. Never allocates. O(samples).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace fascikit::sort {

struct WaveformFeatures {
    double amplitude_uv = 0;
    double duration_ms = 0;
    int phases = 0;
    int turns = 0;
    double area_uv_ms = 0;
    double rise_ms = 0;
    int first_phase_sign = 0;         ///< +1, -1; 0 where nothing stands out
};

template <class T>
[[nodiscard]] WaveformFeatures measure(std::span<const T> wave, double rate_hz, double noise_rms_uv) noexcept {
    WaveformFeatures result;
    if (wave.empty()) return result;
    const auto value = [&](std::size_t i) { return static_cast<double>(wave[i]); };
    const auto low = std::min_element(wave.begin(), wave.end());
    const auto high = std::max_element(wave.begin(), wave.end());
    const double largest = std::max(std::abs(static_cast<double>(*low)), std::abs(static_cast<double>(*high)));
    const double level = std::max(2.5 * noise_rms_uv, 0.05 * largest);
    const double ms = 1000.0 / rate_hz;
    result.amplitude_uv = static_cast<double>(*high) - static_cast<double>(*low);
    result.rise_ms = std::abs(static_cast<double>(high - low)) * ms;

    std::size_t first = wave.size();
    std::size_t last = 0;
    for (std::size_t i = 0; i < wave.size(); ++i)
        if (std::abs(value(i)) >= level) {
            first = std::min(first, i);
            last = i;
        }
    if (first == wave.size()) return result;
    result.duration_ms = static_cast<double>(last - first + 1) * ms;
    int sign = 0;
    double turning = value(first);    // extreme since the last turn
    int direction = 0;
    for (std::size_t i = first; i <= last; ++i) {
        const double v = value(i);
        result.area_uv_ms += std::abs(v) * ms;
        if (std::abs(v) >= level) {
            const int now = v > 0 ? 1 : -1;
            if (now != sign) {
                ++result.phases;
                if (sign == 0) result.first_phase_sign = now;
                sign = now;
            }
        }
        if (direction >= 0 && v > turning) {
            turning = v;
            if (direction == 0 && std::abs(v - value(first)) >= level) direction = 1;
        } else if (direction <= 0 && v < turning) {
            turning = v;
            if (direction == 0 && std::abs(v - value(first)) >= level) direction = -1;
        } else if (direction > 0 && turning - v >= level) {
            ++result.turns;
            direction = -1;
            turning = v;
        } else if (direction < 0 && v - turning >= level) {
            ++result.turns;
            direction = 1;
            turning = v;
        }
    }
    return result;
}

}  // namespace fascikit::sort
