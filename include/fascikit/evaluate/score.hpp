// score: how good findings are against a truth.
//
// Per site, discharges and detections are paired one to one within the tolerance
// (evaluate/matching.hpp; no published standard was found for it, and 10 ms is half a
// surface potential). Then
//
//   sensitivity   matched / known discharges
//   PPV           matched / (matched + false)
//   F1            their harmonic mean
//   false a minute of usable signal, with the exact 95 % Poisson interval
//   bias and SD   of detection minus truth, of the matched
//
// Known discharges inside a voluntary segment of the truth do not count, and unpaired
// detections there are `in_voluntary`, neither right nor wrong. Usable is what neither
// the truth calls voluntary nor the findings call masked; a discharge that was masked
// is a missed one (`missed_in_masked` says how many), so masking everything is no way
// to a good score. Specificity is not given: there is no negative class to take it of.
// Ratios without a denominator are NaN.
//
// Labels: for each found burst with a matched discharge, the commonest label of its
// matched discharges against its own.
//
// Cost: sorting, and the pairs within the tolerance. Throws std::invalid_argument for
// a tolerance out of range.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/poisson.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/matching.hpp"

namespace fascikit::evaluate {

struct ScoreOptions {
    /// Half a surface potential of 20 ms.
    double tolerance_ms = 10;
};

struct SiteScore {
    std::string site;                 ///< empty: all sites together
    std::int64_t discharges = 0;      ///< known, outside voluntary segments
    std::int64_t matched = 0;
    std::int64_t missed = 0;
    std::int64_t missed_in_masked = 0;
    std::int64_t false_detections = 0;
    std::int64_t in_voluntary = 0;    ///< unpaired detections inside voluntary segments of the truth
    double usable_min = 0;            ///< minutes; summed over sites for all together
    double sensitivity = 0;
    double ppv = 0;
    double f1 = 0;
    double false_per_min = 0;
    double false_per_min_low = 0;
    double false_per_min_high = 0;
    double bias_ms = 0;               ///< detection minus truth
    double sd_ms = 0;                 ///< NaN below two matches
};

/// Bursts by known label (first index) and found label (second).
using Confusion = std::array<std::array<std::int64_t, label_count>, label_count>;

struct Score {
    ScoreOptions options;
    SiteScore all;
    std::vector<SiteScore> sites;
    Confusion bursts{};
    std::int64_t bursts_compared = 0;
    std::int64_t bursts_agreed = 0;
};

namespace detail {

using Stretch = std::pair<double, double>;

[[nodiscard]] inline bool inside(const std::vector<Stretch>& list, double t) noexcept {
    return std::any_of(list.begin(), list.end(), [t](const Stretch& s) { return t >= s.first && t < s.second; });
}

[[nodiscard]] inline double covered_s(std::vector<Stretch> list, double duration_s) {
    std::sort(list.begin(), list.end());
    double sum = 0, reached = 0;
    for (const auto& [onset, end] : list) {
        const double from = std::max(onset, reached), to = std::min(end, duration_s);
        if (to > from) sum += to - from;
        reached = std::max(reached, to);
    }
    return sum;
}

/// The sums of the timing errors go beside, so that all sites together can be made of them.
struct Timing {
    double sum = 0;
    double squares = 0;
};

inline void ratios(SiteScore& s, const Timing& timing) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const auto share = [](double part, double whole) { return whole > 0 ? part / whole : none; };
    const auto matched = static_cast<double>(s.matched);
    const auto wrong = static_cast<double>(s.false_detections);
    s.sensitivity = share(matched, static_cast<double>(s.discharges));
    s.ppv = share(matched, matched + wrong);
    s.f1 = share(2 * matched, matched + wrong + static_cast<double>(s.discharges));
    const auto [low, high] = core::poisson_interval(s.false_detections);
    s.false_per_min = share(wrong, s.usable_min);
    s.false_per_min_low = share(low, s.usable_min);
    s.false_per_min_high = share(high, s.usable_min);
    s.bias_ms = share(timing.sum, matched);
    s.sd_ms = s.matched > 1
                  ? std::sqrt(std::max(0.0, (timing.squares - matched * s.bias_ms * s.bias_ms) / (matched - 1)))
                  : none;
}

}  // namespace detail

[[nodiscard]] inline Score score(const Truth& truth, const Findings& found, ScoreOptions options = {}) {
    struct Site {
        std::vector<const TrueDischarge*> discharges;
        std::vector<const FoundEvent*> events;
        std::vector<detail::Stretch> voluntary, masked;
    };
    std::map<std::string, Site> sites;
    for (const auto& name : found.sites) sites[name];
    for (const auto& d : truth.discharges) sites[d.site].discharges.push_back(&d);
    for (const auto& s : truth.segments)
        if (s.label == Label::voluntary) sites[s.site].voluntary.emplace_back(s.onset_s, s.end_s);
    for (const auto& e : found.events) sites[e.site].events.push_back(&e);
    for (const auto& s : found.segments) {
        if (s.kind != SegmentKind::masked) continue;
        for (auto& [name, site] : sites)
            if (s.site.empty() || s.site == name) site.masked.emplace_back(s.onset_s, s.end_s);
    }

    Score result;
    result.options = options;
    detail::Timing all_timing;
    std::map<std::int64_t, std::array<std::int64_t, label_count>> labels_of_burst;
    for (auto& [name, site] : sites) {
        const auto by_peak = [](const auto* a, const auto* b) { return a->peak_s < b->peak_s; };
        std::erase_if(site.discharges,
                      [&stretches = site.voluntary](const TrueDischarge* d) { return detail::inside(stretches, d->peak_s); });
        std::stable_sort(site.discharges.begin(), site.discharges.end(), by_peak);
        std::stable_sort(site.events.begin(), site.events.end(), by_peak);
        std::vector<double> known_s, found_s;
        for (const auto* d : site.discharges) known_s.push_back(d->peak_s);
        for (const auto* e : site.events) found_s.push_back(e->peak_s);
        const auto partner = match(known_s, found_s, 1e-3 * options.tolerance_ms);

        SiteScore s;
        s.site = name;
        s.discharges = static_cast<std::int64_t>(known_s.size());
        detail::Timing timing;
        std::vector<char> paired(found_s.size(), 0);
        for (std::size_t i = 0; i < partner.size(); ++i) {
            if (partner[i] < 0) {
                ++s.missed;
                s.missed_in_masked += detail::inside(site.masked, known_s[i]);
                continue;
            }
            ++s.matched;
            const auto j = static_cast<std::size_t>(partner[i]);
            paired[j] = 1;
            const double error_ms = 1e3 * (found_s[j] - known_s[i]);
            timing.sum += error_ms;
            timing.squares += error_ms * error_ms;
            if (site.events[j]->burst >= 0)
                ++labels_of_burst[site.events[j]->burst][static_cast<std::size_t>(site.discharges[i]->label)];
        }
        for (std::size_t j = 0; j < found_s.size(); ++j)
            if (!paired[j]) ++(detail::inside(site.voluntary, found_s[j]) ? s.in_voluntary : s.false_detections);
        auto excluded = site.voluntary;
        excluded.insert(excluded.end(), site.masked.begin(), site.masked.end());
        s.usable_min = (truth.duration_s - detail::covered_s(std::move(excluded), truth.duration_s)) / 60.0;
        detail::ratios(s, timing);

        result.all.discharges += s.discharges;
        result.all.matched += s.matched;
        result.all.missed += s.missed;
        result.all.missed_in_masked += s.missed_in_masked;
        result.all.false_detections += s.false_detections;
        result.all.in_voluntary += s.in_voluntary;
        result.all.usable_min += s.usable_min;
        all_timing.sum += timing.sum;
        all_timing.squares += timing.squares;
        result.sites.push_back(std::move(s));
    }
    detail::ratios(result.all, all_timing);

    for (const auto& burst : found.bursts) {
        const auto it = labels_of_burst.find(burst.id);
        if (it == labels_of_burst.end()) continue;
        const auto& counts = it->second;
        const auto known = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
        const auto said = static_cast<std::size_t>(burst.label);
        ++result.bursts[known][said];
        ++result.bursts_compared;
        result.bursts_agreed += known == said;
    }
    return result;
}

/// The findings of an analysis in memory, to score without files.
[[nodiscard]] inline Findings findings_of(const Analysis& analysis) {
    Findings found;
    const auto name = [&](std::int32_t site) {
        return site < 0 ? std::string() : analysis.recording.sites.at(static_cast<std::size_t>(site)).name;
    };
    for (const auto& site : analysis.recording.sites) found.sites.push_back(site.name);
    for (const auto& e : analysis.events)
        found.events.push_back({analysis.seconds(e.peak_sample), name(e.site), static_cast<double>(e.amplitude_uv),
                                static_cast<double>(e.snr), static_cast<double>(e.probability), e.burst});
    for (const auto& b : analysis.bursts)
        found.bursts.push_back({b.id, b.onset_s, name(b.site), b.label, static_cast<double>(b.probability)});
    for (const auto& s : analysis.segments)
        found.segments.push_back({analysis.seconds(s.onset_sample), analysis.seconds(s.end_sample), name(s.site), s.kind});
    return found;
}

}  // namespace fascikit::evaluate
