// score: how good findings are against a truth.
//
// The rules, each in its header:
//   rules.hpp          options, bins, refused input
//   matching.hpp       optimal pairing, one to one
//   outcomes.hpp       what counts: interference, discharges below the noise, groups
//   site_score.hpp     sensitivity, PPV, F1, false a minute, timing
//   groups.hpp         pairs of one unit by interval
//   interference.hpp   known stretches of contraction, cramp, tremor
//   labels.hpp         precision, recall, macro F1, coverage
// Beside them here: the same counts at every tolerance of `curve_ms` (groups keep their
// `group_ms`), and by bins of signal-to-noise ratio, where a known discharge lies in the bin
// of its own ratio and a false detection, which has no true one, in the bin of the ratio it
// was found with; the discharges that do not count because they are weak are in their bin
// too, so that it can be seen what was left out.
//
// A site of the truth that was not analysed has its discharges missed, and no minutes. An
// empty truth or no findings give counts of 0 and ratios that are NaN.
//
// `total` adds the counts of several recordings, sites of the same name together, and makes
// the ratios of the sums.
//
// Cost: sorting, and the pairs within 50 ms. Throws as rules.hpp; `total` throws
// std::invalid_argument where options differ.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fascikit/core/result.hpp"
#include "fascikit/core/truth.hpp"
#include "fascikit/evaluate/fields.hpp"
#include "fascikit/evaluate/groups.hpp"
#include "fascikit/evaluate/interference.hpp"
#include "fascikit/evaluate/labels.hpp"
#include "fascikit/evaluate/outcomes.hpp"
#include "fascikit/evaluate/rules.hpp"
#include "fascikit/evaluate/site_score.hpp"

namespace fascikit::evaluate {

/// Of one bin of signal-to-noise ratio, [low, high); both NaN: unknown.
struct SnrScore {
    double low = 0;
    double high = 0;
    std::int64_t known = 0;
    std::int64_t matched = 0;
    std::int64_t uncounted = 0;                ///< of the known, below the least ratio
    std::int64_t uncounted_found = 0;
    std::int64_t false_detections = 0;
    double sensitivity = 0;                    ///< of those that count
    double ppv = 0;
    double f1 = 0;
};
using SnrScores = std::array<SnrScore, snr_bins>;

[[nodiscard]] constexpr auto counts_of(const SnrScore*) noexcept {
    using S = SnrScore;
    return std::tuple{field("known", &S::known), field("matched", &S::matched), field("uncounted", &S::uncounted),
                      field("uncounted_found", &S::uncounted_found), field("false_detections", &S::false_detections)};
}
[[nodiscard]] constexpr auto ratios_of(const SnrScore*) noexcept {
    using S = SnrScore;
    return std::tuple{field("low", &S::low), field("high", &S::high), field("sensitivity", &S::sensitivity),
                      field("ppv", &S::ppv), field("f1", &S::f1)};
}

struct Score {
    ScoreOptions options;
    std::int64_t recordings = 0;
    SiteScore all;
    std::vector<SiteScore> sites;              ///< by name
    std::array<SiteScore, curve_ms.size()> curve;  ///< all sites, at the tolerances of `curve_ms`
    PairScores pairs = empty_pairs();
    SnrScores by_snr{};
    InterferenceScores interference = empty_interference();
    std::vector<StretchScore> stretches;       ///< every known stretch of interference
    Seconds seconds{};
    Confusion confusion{};
    LabelTable label_counts{};
    std::vector<LabelScore> labels;
    LabelTotals label_totals;
};

namespace detail {

inline void derive(Score& score) {
    evaluate::derive(score.all);
    for (auto& s : score.sites) evaluate::derive(s);
    for (auto& s : score.curve) evaluate::derive(s);
    for (auto& s : score.interference) evaluate::derive(s);
    for (std::size_t b = 0; b < snr_bins; ++b) {
        SnrScore& s = score.by_snr[b];
        const bool known = b + 1 < snr_bins;
        s.low = !known ? core::not_given : b == 0 ? 0.0 : snr_edges[b - 1];
        s.high = !known ? core::not_given : b < snr_edges.size() ? snr_edges[b] : std::numeric_limits<double>::infinity();
        s.sensitivity = share(s.matched, s.known - s.uncounted);
        s.ppv = share(s.matched, s.matched + s.false_detections);
        s.f1 = share(2 * s.matched, s.matched + s.false_detections + s.known - s.uncounted);
    }
    std::tie(score.labels, score.label_totals) = label_scores(score.confusion, score.label_counts, score.interference);
}

inline void count_snr(const SiteData& site, const Outcomes& out, SnrScores& bins) {
    for (std::size_t i = 0; i < site.counted.size(); ++i) {
        SnrScore& bin = bins[snr_bin(snr_of(*site.counted[i]))];
        ++bin.known;
        bin.matched += out.partner[i] >= 0;
    }
    for (const TrueDischarge* d : site.uncounted) {
        if (inside(site.interference, d->peak_s)) continue;
        SnrScore& bin = bins[snr_bin(snr_of(*d))];
        ++bin.known;
        ++bin.uncounted;
    }
    for (std::size_t i = 0; i < out.uncounted_partner.size(); ++i)
        if (out.uncounted_partner[i] >= 0 && !inside(site.interference, site.uncounted[i]->peak_s))
            ++bins[snr_bin(snr_of(*site.uncounted[i]))].uncounted_found;
    for (std::size_t j = 0; j < site.events.size(); ++j)
        if (out.of_event[j] == Outcome::wrong) ++bins[snr_bin(site.events[j]->snr)].false_detections;
}

}  // namespace detail

[[nodiscard]] inline Score score(const Truth& truth, const Findings& found, ScoreOptions options = {}) {
    check(options);
    check(truth, found);
    const auto sites = arrange(truth, found, options);
    const auto label_of = label_of_burst(found);
    Score result;
    result.options = options;
    result.recordings = 1;
    for (const auto& [name, site] : sites) {
        const Outcomes out = compare(site, site.events, options.tolerance_ms, options);
        result.sites.push_back(tally(site, site.events, out, truth.duration_s));
        result.sites.back().site = name;
        add_counts(result.all, result.sites.back());
        count_pairs(site.counted, out.partner, result.pairs);
        detail::count_snr(site, out, result.by_snr);
        count_labels(site, out, label_of, options.train_s, result.confusion, result.label_counts);
        count_interference(site, name, truth.duration_s, options, result.interference, result.stretches, result.seconds);
        for (std::size_t t = 0; t < curve_ms.size(); ++t)
            add_counts(result.curve[t],
                       tally(site, site.events, compare(site, site.events, curve_ms[t], options), truth.duration_s));
    }
    detail::derive(result);
    return result;
}

/// Several recordings as one. Of none: counts of 0.
[[nodiscard]] inline Score total(std::span<const Score> scores) {
    Score sum;
    if (!scores.empty()) sum.options = scores.front().options;
    std::map<std::string, SiteScore> sites;
    const auto add_table = [](auto& to, const auto& from) {
        for (std::size_t i = 0; i < to.size(); ++i)
            for (std::size_t j = 0; j < to[i].size(); ++j) to[i][j] += from[i][j];
    };
    const auto add_each = [](auto& to, const auto& from) {
        for (std::size_t i = 0; i < to.size(); ++i) add_counts(to[i], from[i]);
    };
    for (const Score& s : scores) {
        if (!(s.options == sum.options)) core::fail_option("total: the scores were made with different options");
        sum.recordings += s.recordings;
        add_counts(sum.all, s.all);
        for (const SiteScore& site : s.sites) add_counts(sites[site.site], site);
        add_each(sum.curve, s.curve);
        add_each(sum.pairs, s.pairs);
        add_each(sum.by_snr, s.by_snr);
        add_each(sum.interference, s.interference);
        add_each(sum.label_counts, s.label_counts);
        add_table(sum.seconds, s.seconds);
        add_table(sum.confusion, s.confusion);
        sum.stretches.insert(sum.stretches.end(), s.stretches.begin(), s.stretches.end());
    }
    for (auto& [name, site] : sites) {
        sum.sites.push_back(std::move(site));
        sum.sites.back().site = name;
    }
    detail::derive(sum);
    return sum;
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
        found.bursts.push_back({b.id, b.onset_s, name(b.site), b.label, static_cast<double>(b.probability), b.duration_s});
    for (const auto& s : analysis.segments)
        found.segments.push_back({analysis.seconds(s.onset_sample), analysis.seconds(s.end_sample), name(s.site), s.kind});
    return found;
}

}  // namespace fascikit::evaluate
