// EventFormer: from a statistic in units of noise to one event a discharge.
//
// An event opens when the statistic reaches the level, and closes when it has stayed
// below max(3, 20 % of its peak) for the hold time, or after the longest duration. So a
// polyphasic potential is one event, both polarities count, and the tail of a large
// potential does not last until it drowns in the noise.
//
// After an event the level is raised to a quarter of its peak and falls back with the
// decay of the band-pass: the filter's own ringing after a large discharge is no second
// discharge, while a doublet of similar size still is.
//
// Causal; an event is known `hold` frames after its end. No allocation. Cost: a few
// operations a frame, only while something is above 3.
#pragma once

#include <cmath>
#include <cstdint>

#include "fascikit/detect/timing.hpp"

namespace fascikit::detect {

/// Level that still belongs to an event: noise reaches it 5 times a second.
inline constexpr double low_level = 3.0;
/// Share of the peak below which a discharge has ended.
inline constexpr double relative_level = 0.20;
/// Share of the peak that a following discharge must reach, at first.
inline constexpr double veto_level = 0.25;

class EventFormer {
public:
    struct Closed {
        std::int64_t peak;            ///< frame of the largest statistic
        std::int64_t last;            ///< last frame at or above the closing level
        double peak_level;            ///< statistic there
        std::int64_t not_before;      ///< end of the event before
    };

    /// `decay_frames`: frames in which the band-pass's ringing falls by e.
    EventFormer(const Timing& timing, double level, double decay_frames)
        : hold_(timing.hold), longest_(timing.longest), level_(level), decay_(std::exp(-1.0 / decay_frames)) {}

    [[nodiscard]] bool open() const noexcept { return open_; }
    /// True when frames below `low_level` need not be shown.
    [[nodiscard]] bool idle() const noexcept { return !open_ && veto_ < level_; }
    [[nodiscard]] double level() const noexcept { return level_; }

    /// Shows one frame; returns true when an event closed, described by `closed`.
    bool push(std::int64_t frame, double statistic, Closed& closed) noexcept {
        veto_ *= decay_;
        if (!open_) {
            if (statistic < level_ || statistic < veto_) return false;
            open_ = true;
            first_ = frame;
            peak_ = frame;
            last_ = frame;
            peak_level_ = statistic;
            return false;
        }
        if (statistic > peak_level_) {
            peak_level_ = statistic;
            peak_ = frame;
        }
        if (statistic >= std::fmax(low_level, relative_level * peak_level_)) last_ = frame;
        if (frame - last_ < hold_ && frame - first_ < longest_) return false;
        close(closed);
        return true;
    }
    /// Closes what is open (a masked stretch begins, the recording ends).
    bool cut(Closed& closed) noexcept {
        veto_ = 0;
        if (!open_) return false;
        close(closed);
        veto_ = 0;
        return true;
    }
    void reset() noexcept {
        open_ = false;
        veto_ = 0;
        not_before_ = std::int64_t{-1} << 60;
    }

private:
    void close(Closed& closed) noexcept {
        closed = {peak_, last_, peak_level_, not_before_};
        not_before_ = last_ + 1;
        veto_ = veto_level * peak_level_;
        open_ = false;
    }

    std::int64_t hold_;
    std::int64_t longest_;
    double level_;
    double decay_;
    bool open_ = false;
    std::int64_t first_ = 0;
    std::int64_t peak_ = 0;
    std::int64_t last_ = 0;
    double peak_level_ = 0;
    double veto_ = 0;
    std::int64_t not_before_ = std::int64_t{-1} << 60;
};

}  // namespace fascikit::detect
