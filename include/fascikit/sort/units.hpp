// UnitSorter: a first assignment of discharges to motor units, one at a time.
//
// Each unit keeps a template: the running mean of its potentials over all channels of the
// site. A new potential joins the nearest template when the difference is at most 20 % of
// the energy after the expected noise is taken off, otherwise it founds a unit. Nothing is
// assumed about when a unit fires: fasciculating units have no rhythm (Jahanmiri-Nezhad et
// al. 2014, Comput Biol Med 55:26).
//
// One surface channel can tell few units apart (3.4 % of them, Farina et al. 2008,
// PMC2544462): there a "unit" means potentials that look alike. The number of units is
// bounded; when all are taken, the one that fired once and longest ago gives way.
//
// Causal, deterministic. No allocation after construction.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "fascikit/core/finite.hpp"
#include "fascikit/sort/match.hpp"

namespace fascikit::sort {

/// Largest distance to a template. With 5 % energy difference as "the same" (Farina
/// 2008) for mean potentials, and single ones of an unstable unit a few times that.
inline constexpr double same_unit_distance = 0.20;
inline constexpr int largest_unit_count = 32;

struct Assignment {
    std::int32_t unit = -1;           ///< name within the site, from 0
    std::int32_t slot = -1;           ///< where its template lives, below largest_unit_count
    double similarity = 0;            ///< correlation with the template
    double distance = 0;              ///< from it, share of energy
    bool founded = false;
};

template <class T>
class UnitSorter {
public:
    /// `length` samples of `channels` channels a potential, aligned within ±`reach`.
    UnitSorter(std::size_t channels, std::int64_t length, std::int64_t reach)
        : channels_(channels),
          length_(length),
          reach_(reach),
          values_(channels * static_cast<std::size_t>(length)),
          templates_(values_ * largest_unit_count, T{}),
          counts_(largest_unit_count, 0),
          last_(largest_unit_count, 0),
          names_(largest_unit_count, -1) {}

    /// `noise_power`: sum over channels of the squared noise RMS.
    Assignment assign(const T* wave, double noise_power, std::int64_t time) noexcept {
        const double noise = noise_power * static_cast<double>(length_);
        std::size_t best = largest_unit_count;
        Match best_match;
        for (std::size_t u = 0; u < largest_unit_count; ++u) {
            if (names_[u] < 0) continue;
            const double expected = noise * (1.0 + 1.0 / static_cast<double>(std::min<std::int64_t>(counts_[u], 20)));
            const Match m = match(wave, pattern(u), channels_, length_, reach_, expected);
            if (m.distance < best_match.distance) {
                best_match = m;
                best = u;
            }
        }
        if (best < largest_unit_count && best_match.distance <= same_unit_distance) {
            learn(best, wave, best_match.shift);
            last_[best] = time;
            return {names_[best], static_cast<std::int32_t>(best), best_match.correlation, best_match.distance, false};
        }
        const std::size_t free = vacancy();
        if (free == largest_unit_count) return {};
        std::copy(wave, wave + values_, pattern(free));
        counts_[free] = 1;
        last_[free] = time;
        names_[free] = next_name_++;
        return {names_[free], static_cast<std::int32_t>(free), 1.0, 0.0, true};
    }
    /// Distance from the template in `slot` to the nearest other; NaN where there is none.
    [[nodiscard]] double nearest(std::size_t slot) const noexcept {
        double best = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t u = 0; u < largest_unit_count; ++u) {
            if (u == slot || names_[u] < 0) continue;
            const double d = match(&templates_[slot * values_], &templates_[u * values_], channels_, length_, reach_, 0.0).distance;
            if (core::is_nan(best) || d < best) best = d;
        }
        return best;
    }
    /// Units founded so far; names run from 0.
    [[nodiscard]] std::int32_t founded() const noexcept { return next_name_; }

    void reset() noexcept {
        std::fill(counts_.begin(), counts_.end(), 0);
        std::fill(names_.begin(), names_.end(), -1);
        next_name_ = 0;
    }

private:
    [[nodiscard]] T* pattern(std::size_t unit) noexcept { return &templates_[unit * values_]; }

    void learn(std::size_t unit, const T* wave, std::int64_t shift) noexcept {
        // A memory of 20 potentials follows slow changes (electrode, temperature).
        counts_[unit] = std::min<std::int64_t>(counts_[unit] + 1, 20);
        const T weight = T{1} / static_cast<T>(counts_[unit]);
        const std::int64_t from = std::max<std::int64_t>(0, -shift);
        const std::int64_t to = std::min(length_, length_ - shift);
        for (std::size_t c = 0; c < channels_; ++c) {
            const T* w = wave + static_cast<std::int64_t>(c) * length_ + shift;
            T* p = pattern(unit) + static_cast<std::int64_t>(c) * length_;
            for (std::int64_t i = from; i < to; ++i) p[i] += weight * (w[i] - p[i]);
        }
    }
    [[nodiscard]] std::size_t vacancy() const noexcept {
        std::size_t oldest = largest_unit_count;
        for (std::size_t u = 0; u < largest_unit_count; ++u) {
            if (names_[u] < 0) return u;
            if (counts_[u] == 1 && (oldest == largest_unit_count || last_[u] < last_[oldest])) oldest = u;
        }
        return oldest;
    }

    std::size_t channels_;
    std::int64_t length_;
    std::int64_t reach_;
    std::size_t values_;
    std::vector<T> templates_;
    std::vector<std::int64_t> counts_;
    std::vector<std::int64_t> last_;
    std::vector<std::int32_t> names_;
    std::int32_t next_name_ = 0;
};

}  // namespace fascikit::sort
