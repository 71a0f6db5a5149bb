// NoiseTrack: the noise level seen from both sides, for the second pass.
//
// At each hop of 0.5 s two robust levels compete: of the 12 s before and of the 12 s
// after it. The lower one wins, so that a contraction at either side does not count;
// unless the upper one is a step of the noise: at most 3 times higher, nearer to what is
// heard just now, and steady (its hops vary by less than 30 %, as Gaussian noise does and
// contractions hardly ever do). Memory: 16 bytes a lane and hop. Cost: two robust levels a lane and hop.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "fascikit/detect/kernels.hpp"
#include "fascikit/detect/noise.hpp"

namespace fascikit::analysis {

class NoiseTrack {
public:
    NoiseTrack(const detect::Timing& timing, std::size_t lanes)
        : timing_(timing),
          lanes_(lanes),
          hop_tiles_(static_cast<std::int64_t>(timing.window_tiles) * timing.hop_windows),
          y_hops_(timing, lanes),
          low_hops_(timing, lanes),
          y_energy_(lanes, 0.0F),
          low_energy_(lanes, 0.0F),
          none_(lanes, 0.0F),
          most_(lanes, 0.0F) {}

    /// A stretch begins with tile `first`.
    void start(std::int64_t first) {
        first_hop_ = first / hop_tiles_;
        y_.clear();
        low_.clear();
        y_behind_.clear();
        low_behind_.clear();
        y_hops_.reset();
        low_hops_.reset();
    }
    void push(std::int64_t tile, const float* y, const float* low, const unsigned char* usable) {
        // The detector's loop, for its energies alone; in float: a tile is short, and the hop
        // adds up in double.
        spare_.resize(static_cast<std::size_t>(timing_.tile) * lanes_);
        statistics_(y, low, none_.data(), none_.data(), timing_.tile, static_cast<std::int64_t>(lanes_), spare_.data(),
                    most_.data(), y_energy_.data(), low_energy_.data());
        const bool full = y_hops_.push(tile, y_energy_.data(), usable);
        low_hops_.push(tile, low_energy_.data(), usable);
        if (full) keep(tile / hop_tiles_);
    }
    /// RMS of both statistics at tile `tile`, a value a lane; NaN where nothing was usable.
    void levels(std::int64_t tile, std::vector<double>& y, std::vector<double>& low) {
        const std::int64_t hop = tile / hop_tiles_ - first_hop_;
        for (std::size_t k = 0; k < lanes_; ++k) {
            y[k] = level(y_, y_behind_, k, hop);
            low[k] = level(low_, low_behind_, k, hop);
        }
        if (seconds_.empty() || hop % 2 == 0) {
            seconds_.push_back({});
            auto& row = seconds_.back();
            row.resize(lanes_);
            for (std::size_t k = 0; k < lanes_; ++k) row[k] = static_cast<float>(y[k]);
        }
    }
    /// RMS a lane, about once a second of the recording, for the summary.
    [[nodiscard]] const std::vector<std::vector<float>>& seconds() const noexcept { return seconds_; }

private:
    void keep(std::int64_t hop) {
        const auto index = static_cast<std::size_t>(hop - first_hop_);
        const std::size_t rows = (index + 1) * lanes_;
        constexpr float none = std::numeric_limits<float>::quiet_NaN();
        if (y_.size() < rows) {
            y_.resize(rows, none);
            low_.resize(rows, none);
        }
        for (std::size_t k = 0; k < lanes_; ++k) {
            y_[index * lanes_ + k] = static_cast<float>(y_hops_.hop()[k]);
            low_[index * lanes_ + k] = static_cast<float>(low_hops_.hop()[k]);
        }
        // The level of the memory behind this hop is the level ahead of an earlier one:
        // each is worked out once.
        for (auto [hops, behind] : {std::pair{&y_, &y_behind_}, std::pair{&low_, &low_behind_}}) {
            behind->resize(rows, none);
            for (std::size_t k = 0; k < lanes_; ++k)
                (*behind)[index * lanes_ + k] =
                    static_cast<float>(robust(*hops, k, static_cast<std::int64_t>(index) - timing_.memory_hops,
                                              static_cast<std::int64_t>(index) + 1));
        }
    }
    [[nodiscard]] double robust(const std::vector<float>& hops, std::size_t lane, std::int64_t first, std::int64_t end) {
        const std::size_t n = gather(hops, lane, first, end);
        return n > 0 ? std::sqrt(detect::robust_level(scratch_.data(), n)) : std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] std::size_t gather(const std::vector<float>& hops, std::size_t lane, std::int64_t first,
                                     std::int64_t end) {
        scratch_.clear();
        const auto count = static_cast<std::int64_t>(hops.size() / lanes_);
        for (std::int64_t h = std::max<std::int64_t>(0, first); h < std::min(end, count); ++h) {
            const float e = hops[static_cast<std::size_t>(h) * lanes_ + lane];
            if (core::is_finite(e)) scratch_.push_back(static_cast<double>(e));
        }
        return scratch_.size();
    }
    /// `behind`: the robust level of the memory up to each hop, that hop included.
    [[nodiscard]] double level(const std::vector<float>& hops, const std::vector<float>& behind, std::size_t lane,
                               std::int64_t hop) {
        const std::int64_t memory = timing_.memory_hops;
        const auto count = static_cast<std::int64_t>(hops.size() / lanes_);
        const auto known = [&](std::int64_t h) { return static_cast<double>(behind[static_cast<std::size_t>(h) * lanes_ + lane]); };
        const double before = hop < count ? known(hop) : robust(hops, lane, hop - memory, hop + 1);
        const double after = hop + memory < count ? known(hop + memory) : robust(hops, lane, hop, hop + memory + 1);
        if (!core::is_finite(before)) return after;
        if (!core::is_finite(after)) return before;
        const double lower = std::min(before, after);
        const double upper = std::max(before, after);
        // Equal within the uncertainty of either: both together are the better estimate.
        if (upper <= 1.1 * lower) return std::sqrt(0.5 * (before * before + after * after));
        if (upper > 3.0 * lower) return lower;
        const std::size_t around = gather(hops, lane, hop - 1, hop + 2);
        if (around == 0) return lower;
        std::nth_element(scratch_.begin(), scratch_.begin() + static_cast<std::ptrdiff_t>(around / 2), scratch_.end());
        const double near = std::sqrt(scratch_[around / 2]);
        if (near * near < lower * upper) return lower;
        const bool later = after > before;
        const std::size_t n = later ? gather(hops, lane, hop, hop + 6) : gather(hops, lane, hop - 5, hop + 1);
        double sum = 0;
        double squares = 0;
        for (const double e : scratch_) sum += e;
        const double mean = sum / static_cast<double>(n);
        for (const double e : scratch_) squares += (e - mean) * (e - mean);
        const bool steady = n >= 3 && std::sqrt(squares / static_cast<double>(n)) < 0.3 * mean;
        return steady ? upper : lower;
    }

    detect::Timing timing_;
    std::size_t lanes_;
    std::int64_t hop_tiles_;
    detect::HopEnergies y_hops_;
    detect::HopEnergies low_hops_;
    std::vector<float> y_energy_;
    std::vector<float> low_energy_;
    std::vector<float> none_;
    std::vector<float> most_;
    std::vector<float> spare_;
    kernels::StatisticsFunction<float> statistics_ = kernels::statistics_function(0.0F);
    std::vector<float> y_;
    std::vector<float> low_;
    std::vector<float> y_behind_;     ///< RMS
    std::vector<float> low_behind_;
    std::vector<double> scratch_;
    std::vector<std::vector<float>> seconds_;
    std::int64_t first_hop_ = 0;
};

}  // namespace fascikit::analysis
