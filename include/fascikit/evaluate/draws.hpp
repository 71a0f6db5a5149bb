// Draws: the random numbers of the bootstrap and of the synthetic spike trains.
//
// std::mt19937_64, whose output the standard fixes, and transforms that use comparisons
// and exact arithmetic alone, so that the same seed gives the same numbers with every
// compiler: whole numbers below n without bias by rejection; exponential variates by von
// Neumann's comparisons (1951, "Various techniques used in connection with random
// digits"), which are exact and need no logarithm; Poisson counts as arrivals in time.
// A copy is a snapshot. No allocation; `poisson` costs its mean, the others O(1) on average.
// Arguments are taken as valid: n > 0, mean finite.
#pragma once

#include <cstdint>
#include <random>

namespace fascikit::evaluate {

class Draws {
public:
    /// Streams of one seed are independent: one a train, so that adding one does not change the others.
    explicit Draws(std::uint64_t seed, std::uint64_t stream = 0) : engine_(mixed(mixed(seed) + stream)) {}

    /// [0, 1), multiples of 2^-53
    [[nodiscard]] double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

    /// 0 … n - 1
    [[nodiscard]] std::uint64_t below(std::uint64_t n) {
        const std::uint64_t rejected = (0 - n) % n;  // 2^64 mod n
        std::uint64_t bits = engine_();
        while (bits < rejected) bits = engine_();
        return bits % n;
    }

    /// Mean 1. A falling run of uniforms from u has an odd length with probability exp(-u).
    [[nodiscard]] double exponential() {
        for (double whole = 0;; whole += 1.0) {
            const double first = uniform();
            double last = first;
            bool odd = true;
            for (double next = uniform(); next < last; next = uniform()) {
                last = next;
                odd = !odd;
            }
            if (odd) return whole + first;
        }
    }

    [[nodiscard]] std::int64_t poisson(double mean) {
        std::int64_t count = 0;
        for (double at = exponential(); at < mean; at += exponential()) ++count;
        return count;
    }

private:
    /// splitmix64, so that neighbouring seeds and streams begin far apart.
    static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
        x += 0x9e3779b97f4a7c15ULL;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31);
    }

    std::mt19937_64 engine_;
};

}  // namespace fascikit::evaluate
