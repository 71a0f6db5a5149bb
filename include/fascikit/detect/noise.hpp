// NoiseLevel: the RMS of the noise of each lane, following time, not inflated by events.
//
// Energies of windows of about 31 ms are averaged over hops of about 0.5 s without the
// windows that exceed twice the hop's median, and hops over the last 12 s without those
// above 1.5 times the level. The start is the hops' 20 % quantile, so a level survives
// activity that fills up to 80 % of the memory (contractions of 3 s every 4 s), and
// 12 s x 480 Hz of band leave the RMS uncertain by less than 1 %.
//
// Causal: the level at a tile comes from hops that ended before it. A rise of the noise
// is followed within 10 s, a fall within 3 s. Nothing is allocated after construction.
// Cost: about 1 µs a lane and hop, one addition a lane and tile.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "fascikit/core/finite.hpp"
#include "fascikit/detect/timing.hpp"

namespace fascikit::detect {

/// The level of a set of hop energies (mean squares, any order; changed). NaN when empty.
[[nodiscard]] inline double robust_level(double* energies, std::size_t count) noexcept {
    if (count == 0) return std::numeric_limits<double>::quiet_NaN();
    const std::size_t fifth = (count - 1) / 5;
    std::nth_element(energies, energies + fifth, energies + count);
    // 1.15: the 20 % quantile of the hops lies at most that much below their mean;
    // what remains is removed by the iteration.
    double level = 1.15 * energies[fifth];
    for (int round = 0; round < 4; ++round) {
        // Four sums side by side, without a branch: this runs for every lane and hop.
        const double limit = 1.5 * level;
        double sums[4] = {0, 0, 0, 0};
        double used[4] = {0, 0, 0, 0};
        for (std::size_t i = 0; i < count; ++i) {
            const bool counts = energies[i] <= limit;
            sums[i % 4] += counts ? energies[i] : 0.0;
            used[i % 4] += counts ? 1.0 : 0.0;
        }
        const double n = (used[0] + used[1]) + (used[2] + used[3]);
        if (n == 0) break;
        const double next = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / n;
        if (next == level) break;
        level = next;
    }
    return level;
}

/// The energy of a hop from its windows (changed): mean of those below twice the median.
[[nodiscard]] inline double hop_energy(double* windows, std::size_t count) noexcept {
    std::sort(windows, windows + count);
    const double limit = 2.0 * windows[(count - 1) / 2];
    double sum = 0;
    std::size_t used = 0;
    for (std::size_t i = 0; i < count && windows[i] <= limit; ++i) {
        sum += windows[i];
        ++used;
    }
    return sum / static_cast<double>(used);
}

/// Collects tile energies into hops. Shared by the causal and the two-sided level.
class HopEnergies {
public:
    HopEnergies(const Timing& timing, std::size_t lanes)
        : lanes_(lanes),
          window_tiles_(timing.window_tiles),
          hop_windows_(timing.hop_windows),
          window_frames_(static_cast<double>(timing.tile) * timing.window_tiles),
          sum_(lanes, 0.0),
          bad_(lanes, 0),
          windows_(lanes * static_cast<std::size_t>(timing.hop_windows), 0.0),
          counts_(lanes, 0),
          hop_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

    /// Adds the energy (sum of squares) of one tile; returns true when a hop is complete.
    /// `usable[lane]` is 0 where the tile is masked.
    template <class T>
    bool push(std::int64_t tile_index, const T* energy, const unsigned char* usable) noexcept {
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            sum_[lane] += static_cast<double>(energy[lane]);
            bad_[lane] = static_cast<unsigned char>(bad_[lane] | (usable[lane] == 0));
        }
        if ((tile_index + 1) % window_tiles_ != 0) return false;
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            if (!bad_[lane] && counts_[lane] < hop_windows_)
                windows_[lane * static_cast<std::size_t>(hop_windows_) + static_cast<std::size_t>(counts_[lane]++)] =
                    sum_[lane] / window_frames_;
            sum_[lane] = 0;
            bad_[lane] = 0;
        }
        if ((tile_index + 1) % (static_cast<std::int64_t>(window_tiles_) * hop_windows_) != 0) return false;
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            // A third of the windows: the median still is one of them.
            hop_[lane] = 3 * counts_[lane] >= hop_windows_
                             ? hop_energy(&windows_[lane * static_cast<std::size_t>(hop_windows_)],
                                          static_cast<std::size_t>(counts_[lane]))
                             : std::numeric_limits<double>::quiet_NaN();
            counts_[lane] = 0;
        }
        return true;
    }
    /// Mean square of the hop just completed; NaN where too much of it was masked.
    [[nodiscard]] const std::vector<double>& hop() const noexcept { return hop_; }
    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_; }

    void reset() noexcept {
        std::fill(sum_.begin(), sum_.end(), 0.0);
        std::fill(bad_.begin(), bad_.end(), static_cast<unsigned char>(0));
        std::fill(counts_.begin(), counts_.end(), 0);
    }

private:
    std::size_t lanes_;
    int window_tiles_;
    int hop_windows_;
    double window_frames_;
    std::vector<double> sum_;
    std::vector<unsigned char> bad_;
    std::vector<double> windows_;
    std::vector<int> counts_;
    std::vector<double> hop_;
};

class NoiseLevel {
public:
    NoiseLevel(const Timing& timing, std::size_t lanes)
        : hops_(timing, lanes),
          memory_(static_cast<std::size_t>(timing.memory_hops)),
          ring_(lanes * memory_, 0.0),
          filled_(lanes, 0),
          next_(lanes, 0),
          scratch_(memory_, 0.0),
          level_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

    template <class T>
    void push(std::int64_t tile_index, const T* energy, const unsigned char* usable) noexcept {
        if (!hops_.push(tile_index, energy, usable)) return;
        for (std::size_t lane = 0; lane < hops_.lanes(); ++lane) {
            const double hop = hops_.hop()[lane];
            if (!core::is_finite(hop)) continue;
            double* ring = &ring_[lane * memory_];
            ring[next_[lane]] = hop;
            next_[lane] = (next_[lane] + 1) % memory_;
            filled_[lane] = std::min(filled_[lane] + 1, memory_);
            // One hop is half a second, before which a level would be a guess.
            std::copy(ring, ring + filled_[lane], scratch_.begin());
            level_[lane] = std::sqrt(robust_level(scratch_.data(), filled_[lane]));
        }
    }
    /// RMS of the noise, µV; NaN before half a second of usable signal was seen.
    [[nodiscard]] const std::vector<double>& level() const noexcept { return level_; }

    void reset() noexcept {
        hops_.reset();
        std::fill(filled_.begin(), filled_.end(), std::size_t{0});
        std::fill(next_.begin(), next_.end(), std::size_t{0});
        std::fill(level_.begin(), level_.end(), std::numeric_limits<double>::quiet_NaN());
    }

private:
    HopEnergies hops_;
    std::size_t memory_;
    std::vector<double> ring_;
    std::vector<std::size_t> filled_;
    std::vector<std::size_t> next_;
    std::vector<double> scratch_;
    std::vector<double> level_;
};

}  // namespace fascikit::detect
