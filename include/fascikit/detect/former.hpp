// EventFormer: from a statistic in units of noise to one event a discharge.
//
// An event opens when the statistic reaches the level, and closes when it has stayed
// below max(3, 20 % of its peak) for the hold time, or after the longest duration. So a
// polyphasic potential is one event, both polarities count, and the tail of a large
// potential does not last until it drowns in the noise.
//
// After a peak the level is raised to it (needle: to 40 % of it) and falls back with the decay of the band-pass:
// the filter's own ringing after a large discharge is no second discharge. For slow
// potentials (a biphasic one of 30 ms, causal 20 Hz high-pass of order 4) the lobes after
// the peak are 0.36, 0.12, 0.04 of it at 25, 50, 75 ms: just this envelope. A doublet still
// counts when its second potential has 63 % of the first at 10 ms, 22 % at 33 ms. At the
// needle potentials are short against the filter's 10 Hz and lobes small, while trains of
// 300 Hz must not be thinned.
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
        : hold_(timing.hold),
          longest_(timing.longest),
          level_(level),
          decay_(std::exp(-1.0 / decay_frames)),
          share_(timing.veto_share) {}

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
            first_level_ = statistic;
            peak_ = frame;
            last_ = frame;
            peak_level_ = statistic;
            veto_ = std::fmax(veto_, share_ * statistic);
            return false;
        }
        veto_ = std::fmax(veto_, share_ * statistic);
        if (statistic > peak_level_) {
            peak_level_ = statistic;
            peak_ = frame;
            // What came before is now below the share that belongs to the discharge: the
            // ringing of a zero-phase filter opens the event early.
            if (first_level_ < relative_level * statistic) {
                first_ = frame;
                first_level_ = statistic;
            }
        }
        if (statistic >= std::fmax(low_level, relative_level * peak_level_)) last_ = frame;
        const bool ended = frame - last_ >= hold_;
        if (!ended && frame - first_ < longest_) return false;
        // Cut off by its length: the rest of it is no discharge of its own.
        if (!ended) veto_ = std::fmax(veto_, 0.5 * share_ * peak_level_);
        close(closed);
        return true;
    }
    /// Closes what is open (a masked stretch begins, the recording ends).
    bool cut(Closed& closed) noexcept {
        veto_ = 0;
        if (!open_) return false;
        close(closed);
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
        open_ = false;
    }

    std::int64_t hold_;
    std::int64_t longest_;
    double level_;
    double decay_;
    double share_;
    bool open_ = false;
    std::int64_t first_ = 0;          ///< start of what belongs to the event
    double first_level_ = 0;
    std::int64_t peak_ = 0;
    std::int64_t last_ = 0;
    double peak_level_ = 0;
    double veto_ = 0;
    std::int64_t not_before_ = std::int64_t{-1} << 60;
};

}  // namespace fascikit::detect
