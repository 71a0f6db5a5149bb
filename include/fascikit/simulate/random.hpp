// Random: the simulator's random numbers, the same on every machine.
//
// xoshiro256++ (Blackman and Vigna 2021, 10.1145/3460772), seeded through splitmix64
// from a seed and a stream number, so that every unit and every channel has a
// stream of its own and adding one does not change the others. The transforms are
// ours too, since std::normal_distribution is not the same everywhere. A copy is a
// snapshot. No allocation, no errors.
#pragma once

#include <cmath>
#include <cstdint>

#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) noexcept {
        std::uint64_t x = seed;
        x = mixed(x) ^ (stream * 0xd1342543de82ef95ULL);
        for (std::uint64_t& word : state_) word = mixed(x);
    }

    [[nodiscard]] std::uint64_t bits() noexcept {
        const std::uint64_t result = rotated(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotated(state_[3], 45);
        return result;
    }
    /// [0, 1)
    [[nodiscard]] double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
    [[nodiscard]] double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

    /// Mean 0, variance 1 (Box and Muller 1958: exact in the tails, which a noise-only recording needs).
    [[nodiscard]] double normal() noexcept {
        if (has_spare_) {
            has_spare_ = false;
            return spare_;
        }
        const double radius = std::sqrt(-2.0 * simulate::log(1.0 - uniform()));
        const double turns = uniform();
        spare_ = radius * sin_turns(turns);
        has_spare_ = true;
        return radius * cos_turns(turns);
    }
    [[nodiscard]] double exponential(double mean) noexcept { return -mean * simulate::log(1.0 - uniform()); }

private:
    static constexpr std::uint64_t rotated(std::uint64_t x, int by) noexcept { return (x << by) | (x >> (64 - by)); }
    static constexpr std::uint64_t mixed(std::uint64_t& x) noexcept {
        std::uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    std::uint64_t state_[4]{};
    double spare_ = 0;
    bool has_spare_ = false;
};

}  // namespace fascikit::simulate
