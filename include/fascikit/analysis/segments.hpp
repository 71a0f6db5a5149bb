// The segment a burst makes: voluntary activity of a site, or an artifact.
//
// A voluntary train of one unit makes none: the rest of the site is still at rest.
#pragma once

#include <optional>

#include "fascikit/burst/rules.hpp"
#include "fascikit/core/event.hpp"

namespace fascikit::analysis {

/// `of_site`: the burst is of the site, not of one unit: sustained activity, several units
/// together, or an artifact that was told at once (so a segment comes within a second).
[[nodiscard]] inline std::optional<Segment> segment_of(const Burst& b, bool of_site) noexcept {
    if (!of_site) return std::nullopt;
    Segment s;
    s.onset_sample = b.onset_sample;
    s.end_sample = b.end_sample;
    s.site = b.site;
    if (b.label == Label::voluntary) {
        s.kind = SegmentKind::voluntary;
        s.reason = Reason::contraction;
        return s;
    }
    if (b.label == Label::artifact) {
        const auto evidence = b.clause < 0 ? nullptr : burst::clause_table[static_cast<std::size_t>(b.clause)].rules[0].feature;
        s.kind = SegmentKind::artifact;
        s.reason = evidence == &BurstFeatures::low_frequency    ? Reason::movement
                   : evidence == &BurstFeatures::channel_spread ? Reason::common
                                                                : Reason::electrode;
        return s;
    }
    return std::nullopt;
}

}  // namespace fascikit::analysis
