// Outcomes: what becomes of every known discharge and of every detection of one site.
//
// Known discharges are of three kinds:
//   counted   found or missed
//   inside    in a segment of interference (rules.hpp); do not count
//   weak      below `least_snr`, outside interference; do not count
// An unknown ratio (no noise, NaN) counts. A discharge labelled voluntary outside such a
// segment counts too: the potentials of a single tonic unit are there to be found.
//
// Detections are paired in two steps, each optimal (matching.hpp): with the counted
// discharges, and what is left over with those that do not count. Every detection is then
//   matched          with a counted discharge, inside interference or not
//   in_interference  inside it, or paired with a discharge inside it
//   weak             paired with a weak discharge: taken out
//   extra            in a found group (groups.hpp) from its first discharge less the
//                    tolerance to its last plus it, one for every missed member: a doublet
//                    recovered at the wrong interval is one miss, not a miss and a false one
//   wrong            all others; so a single potential that was split in two is one false one
//
// Cost: sorting, and the pairs within the tolerance. Allocates. Throws as matching.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/groups.hpp"
#include "fascikit/evaluate/matching.hpp"
#include "fascikit/evaluate/rules.hpp"
#include "fascikit/evaluate/stretches.hpp"

namespace fascikit::evaluate {

/// What is known and found at one site; pointers into a Truth and its Findings, by peak.
struct SiteData {
    bool analysed = false;
    std::vector<const TrueDischarge*> counted;
    std::vector<const TrueDischarge*> uncounted;           ///< weak and inside
    std::vector<const FoundEvent*> events;
    std::array<Stretches, interference_count> known;       ///< segments of the truth, by kind
    std::array<Stretches, interference_count> said;        ///< stretches found, by kind
    Stretches interference;                                ///< all of `known` together
    Stretches masked;
};

enum class Outcome : std::uint8_t { wrong, matched, in_interference, weak, extra };

struct Outcomes {
    std::vector<std::int64_t> partner;                     ///< of each counted discharge: its event, or −1
    std::vector<std::int64_t> uncounted_partner;           ///< the same of each that does not count
    std::vector<Outcome> of_event;
    std::int64_t groups = 0;
    std::int64_t groups_found = 0;
};

[[nodiscard]] inline std::map<std::string, SiteData> arrange(const Truth& truth, const Findings& found,
                                                             const ScoreOptions& options) {
    std::map<std::string, SiteData> sites;
    for (const auto& name : found.sites) sites[name].analysed = true;
    for (const auto& e : found.events) {
        sites[e.site].events.push_back(&e);
        sites[e.site].analysed = true;
    }
    for (const auto& d : truth.discharges) sites[d.site];
    for (const auto& s : truth.segments)
        if (!s.site.empty()) sites[s.site];

    const auto at = [&](const std::string& name, auto&& visit) {
        if (name.empty())
            for (auto& [_, site] : sites) visit(site);
        else if (const auto it = sites.find(name); it != sites.end())
            visit(it->second);
    };
    for (const auto& s : truth.segments)
        if (const auto kind = interference_index(s.label))
            at(s.site, [&](SiteData& site) { site.known[*kind].push_back({s.onset_s, s.end_s}); });
    for (const auto& s : found.segments) {
        const Stretch stretch{s.onset_s, s.end_s};
        if (s.kind == SegmentKind::voluntary)
            at(s.site, [&](SiteData& site) { site.said[*interference_index(Label::voluntary)].push_back(stretch); });
        if (s.kind == SegmentKind::masked) at(s.site, [&](SiteData& site) { site.masked.push_back(stretch); });
    }
    for (const auto& b : found.bursts) {
        // A voluntary burst may be one tonic unit; a contraction has its segment besides.
        const auto kind = b.label == Label::voluntary ? std::nullopt : interference_index(b.label);
        if (kind) at(b.site, [&](SiteData& site) { site.said[*kind].push_back({b.onset_s, b.onset_s + b.duration_s}); });
    }
    for (auto& [_, site] : sites) {
        for (std::size_t k = 0; k < interference_count; ++k) {
            site.interference.insert(site.interference.end(), site.known[k].begin(), site.known[k].end());
            site.known[k] = joined(std::move(site.known[k]));
            site.said[k] = joined(std::move(site.said[k]));
        }
        site.interference = joined(std::move(site.interference));
        site.masked = joined(std::move(site.masked));
    }
    for (const auto& d : truth.discharges) {
        SiteData& site = sites[d.site];
        const bool counts = !inside(site.interference, d.peak_s) && !(snr_of(d) < options.least_snr);
        (counts ? site.counted : site.uncounted).push_back(&d);
    }
    const auto by_peak = [](const auto* a, const auto* b) { return a->peak_s < b->peak_s; };
    for (auto& [_, site] : sites) {
        std::stable_sort(site.counted.begin(), site.counted.end(), by_peak);
        std::stable_sort(site.uncounted.begin(), site.uncounted.end(), by_peak);
        std::stable_sort(site.events.begin(), site.events.end(), by_peak);
    }
    return sites;
}

namespace detail {

template <class Item>
[[nodiscard]] std::vector<double> peaks_of(const std::vector<const Item*>& items) {
    std::vector<double> times;
    times.reserve(items.size());
    for (const Item* item : items) times.push_back(item->peak_s);
    return times;
}

/// Marks as extra what lies in found groups, as far as their missed members reach.
inline void settle_groups(std::span<const double> known_s, std::span<const double> found_s, double group_s,
                          double tolerance_s, Outcomes& out) {
    struct Group {
        double from_s, to_s;
        std::int64_t missed;
    };
    const auto bounds = group_bounds(known_s, group_s);
    std::vector<Group> open;
    for (std::size_t g = 0; g + 1 < bounds.size(); ++g) {
        std::int64_t missed = 0;
        for (std::size_t i = bounds[g]; i < bounds[g + 1]; ++i) missed += out.partner[i] < 0;
        const auto size = static_cast<std::int64_t>(bounds[g + 1] - bounds[g]);
        ++out.groups;
        out.groups_found += missed < size;
        if (missed > 0 && missed < size)
            open.push_back({known_s[bounds[g]] - tolerance_s, known_s[bounds[g + 1] - 1] + tolerance_s, missed});
    }
    std::size_t first = 0;
    for (std::size_t j = 0; j < found_s.size(); ++j) {
        while (first < open.size() && open[first].to_s < found_s[j]) ++first;
        if (out.of_event[j] != Outcome::wrong) continue;
        for (std::size_t g = first; g < open.size() && open[g].from_s <= found_s[j]; ++g) {
            if (open[g].missed == 0 || open[g].to_s < found_s[j]) continue;
            --open[g].missed;
            out.of_event[j] = Outcome::extra;
            break;
        }
    }
}

}  // namespace detail

/// `events`: those of the site, or some of them; they ascend.
[[nodiscard]] inline Outcomes compare(const SiteData& site, const std::vector<const FoundEvent*>& events,
                                      double tolerance_ms, const ScoreOptions& options) {
    const double tolerance_s = std::min(1.0, 1e-3 * tolerance_ms + slack_s);
    const auto known_s = detail::peaks_of(site.counted);
    const auto found_s = detail::peaks_of(events);
    Outcomes out;
    out.partner = match(known_s, found_s, tolerance_s);
    out.of_event.assign(events.size(), Outcome::wrong);
    for (const std::int64_t j : out.partner)
        if (j >= 0) out.of_event[static_cast<std::size_t>(j)] = Outcome::matched;

    std::vector<std::size_t> rest;
    std::vector<double> rest_s;
    for (std::size_t j = 0; j < events.size(); ++j) {
        if (out.of_event[j] == Outcome::matched) continue;
        if (inside(site.interference, found_s[j])) {
            out.of_event[j] = Outcome::in_interference;
        } else {
            rest.push_back(j);
            rest_s.push_back(found_s[j]);
        }
    }
    const auto uncounted_s = detail::peaks_of(site.uncounted);
    out.uncounted_partner = match(uncounted_s, rest_s, tolerance_s);
    for (std::size_t i = 0; i < uncounted_s.size(); ++i) {
        std::int64_t& partner = out.uncounted_partner[i];
        if (partner < 0) continue;
        partner = static_cast<std::int64_t>(rest[static_cast<std::size_t>(partner)]);
        out.of_event[static_cast<std::size_t>(partner)] =
            inside(site.interference, uncounted_s[i]) ? Outcome::in_interference : Outcome::weak;
    }
    detail::settle_groups(known_s, found_s, 1e-3 * options.group_ms, tolerance_s, out);
    return out;
}

}  // namespace fascikit::evaluate
