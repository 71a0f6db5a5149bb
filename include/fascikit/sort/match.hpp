// How alike two potentials are over all channels of a site.
//
// A waveform is channel after channel, `length` samples each, peak at the same place.
// The distance is the energy of the difference over the larger of both energies, at the
// best shift within ±`reach` samples (the peak of a noisy potential moves). 0: the same;
// 1 and more: nothing in common; up to 4 when turned upside down. `expected` noise energy is subtracted, so that two noisy copies
// of one potential come out near 0.
//
// No allocation. O(channels × length × (2 reach + 1)).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace fascikit::sort {

struct Match {
    double distance = std::numeric_limits<double>::infinity();
    std::int64_t shift = 0;           ///< of the potential against the template, samples
    double correlation = 0;
};

/// Energy of `wave`, all channels.
template <class T>
[[nodiscard]] double energy(const T* wave, std::size_t values) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < values; ++i) sum += static_cast<double>(wave[i]) * static_cast<double>(wave[i]);
    return sum;
}

template <class T>
[[nodiscard]] Match match(const T* wave, const T* pattern, std::size_t channels, std::int64_t length,
                          std::int64_t reach, double noise_energy) noexcept {
    Match best;
    for (std::int64_t shift = -reach; shift <= reach; ++shift) {
        const std::int64_t from = std::max<std::int64_t>(0, -shift);
        const std::int64_t to = std::min(length, length - shift);
        double cross = 0;
        double own = 0;
        double other = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            const T* w = wave + static_cast<std::int64_t>(c) * length + shift;
            const T* p = pattern + static_cast<std::int64_t>(c) * length;
            for (std::int64_t i = from; i < to; ++i) {
                const double a = static_cast<double>(w[i]);
                const double b = static_cast<double>(p[i]);
                cross += a * b;
                own += a * a;
                other += b * b;
            }
        }
        const double larger = std::max(own, other);
        if (larger <= 0) continue;
        const double difference = std::max(0.0, own + other - 2 * cross - noise_energy);
        const double distance = difference / larger;
        if (distance < best.distance) {
            best.distance = distance;
            best.shift = shift;
            best.correlation = own > 0 && other > 0 ? cross / std::sqrt(own * other) : 0.0;
        }
    }
    return best;
}

}  // namespace fascikit::sort
