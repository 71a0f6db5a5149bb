// SiteState: what BurstBuilder keeps of one site between two tiles.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/burst/discharge.hpp"
#include "fascikit/core/reserved.hpp"
#include "fascikit/detect/activity.hpp"
#include "fascikit/detect/detection.hpp"
#include "fascikit/detect/timing.hpp"
#include "fascikit/sort/units.hpp"

namespace fascikit::analysis {

/// Discharges of a live group at the most: of sustained activity, and of a unit.
inline constexpr std::size_t longest_group = 256;
inline constexpr std::size_t longest_unit_group = 64;

/// An event that waits until its surroundings are known.
struct Pending {
    detect::Detection detection;
    std::int64_t id = 0;
};
/// What is remembered of a unit.
struct History {
    std::array<std::int64_t, 16> onsets{};  // of the unit's last groups
    std::size_t count = 0;
    std::int64_t last_peak = std::int64_t{-1} << 60;
    std::int32_t unit = -1;                 // its name over all sites
};
/// What is remembered of a site. Everything is allocated at construction.
template <class T>
struct SiteState {
    SiteState(std::size_t channels, const detect::Timing& timing)
        : sorter(channels, timing.before + timing.after, std::max<std::int64_t>(1, timing.frames(0.001))),
          pending(128),
          lists(sort::largest_unit_count),
          history(sort::largest_unit_count),
          peaks(64, std::int64_t{-1} << 60),
          envelope(512, 0.0F) {
        for (auto& list : lists) list.reserve(longest_unit_group);
        run.reserve(longest_group);
    }
    void reset() noexcept {
        sorter.reset();
        pending_first = pending_count = 0;
        for (auto& list : lists) list.clear();
        for (auto& entry : history) entry = History{};
        std::fill(peaks.begin(), peaks.end(), std::int64_t{-1} << 60);
        run.clear();
        closed = detect::Activity{};
        step = burst::Discharge{};
        closing = false;
        lists_busy = 0;
    }
    sort::UnitSorter<T> sorter;
    std::vector<Pending> pending;
    std::size_t pending_first = 0;
    std::size_t pending_count = 0;
    std::vector<core::Reserved<burst::Discharge>> lists;
    std::vector<History> history;
    std::vector<std::int64_t> peaks;
    std::size_t peak_count = 0;
    std::vector<float> envelope;
    core::Reserved<burst::Discharge> run;
    detect::Activity closed{};
    burst::Discharge step{};          // the last artifact
    bool closing = false;
    std::size_t lists_busy = 0;
};

}  // namespace fascikit::analysis
