// Interference: how well known stretches of contraction, cramp, tremor and end-plate noise
// were found.
//
// Found are: voluntary segments, and the bursts labelled with another of these kinds, from
// their onset for their duration. Segments of one kind and site that overlap or touch are
// one stretch, in the truth and in the findings.
//
// A known stretch is found when stretches of its kind cover at least `least_covered` of it.
// Onset error: onset of the first found stretch that overlaps it minus its own; end error:
// end of the last one minus its own; of found ones, s. A found stretch is false when less
// than half of it is known interference of any kind (a wrong kind is a confusion, in
// `seconds`) and of trains of discharges with its label, known one by one (a tonic unit that
// was called voluntary is no false segment).
//
// By seconds, over all sites: share covered (recall) both / known, precision both / found,
// intersection over union both / (known + found - both), F1. `seconds[known][found]`: time
// that is of one kind in the truth and of the other in the findings, last row and column
// "none"; where kinds overlap a second counts for each. Ratios without a denominator are NaN.
// Linear in the stretches, with a logarithm. Allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "fascikit/evaluate/fields.hpp"
#include "fascikit/evaluate/outcomes.hpp"
#include "fascikit/evaluate/site_score.hpp"

namespace fascikit::evaluate {

/// One known stretch.
struct StretchScore {
    std::string site;
    Label kind = Label::voluntary;
    double onset_s = 0;
    double end_s = 0;
    double covered = 0;                        ///< share of it, by found stretches of its kind
    bool found = false;
    double onset_error_s = 0;                  ///< NaN where not found
    double end_error_s = 0;
};

struct InterferenceScore {
    Label kind = Label::voluntary;
    std::int64_t stretches = 0;
    std::int64_t found = 0;
    std::int64_t false_stretches = 0;
    double known_s = 0;
    double found_s = 0;
    double both_s = 0;
    double onset_sum_s = 0;                    ///< of the errors of the found
    double onset_squares_s2 = 0;
    double end_sum_s = 0;
    double end_squares_s2 = 0;
    double covered = 0;
    double precision = 0;
    double overlap = 0;                        ///< intersection over union
    double f1 = 0;
    double onset_bias_s = 0;
    double onset_sd_s = 0;
    double end_bias_s = 0;
    double end_sd_s = 0;
};
using InterferenceScores = std::array<InterferenceScore, interference_count>;
using Seconds = std::array<std::array<double, interference_count + 1>, interference_count + 1>;

[[nodiscard]] constexpr auto counts_of(const InterferenceScore*) noexcept {
    using S = InterferenceScore;
    return std::tuple{field("stretches", &S::stretches), field("found", &S::found),
                      field("false_stretches", &S::false_stretches), field("known_s", &S::known_s),
                      field("found_s", &S::found_s), field("both_s", &S::both_s), field("onset_sum_s", &S::onset_sum_s),
                      field("onset_squares_s2", &S::onset_squares_s2), field("end_sum_s", &S::end_sum_s),
                      field("end_squares_s2", &S::end_squares_s2)};
}
[[nodiscard]] constexpr auto ratios_of(const InterferenceScore*) noexcept {
    using S = InterferenceScore;
    return std::tuple{field("covered", &S::covered), field("precision", &S::precision), field("overlap", &S::overlap),
                      field("f1", &S::f1), field("onset_bias_s", &S::onset_bias_s), field("onset_sd_s", &S::onset_sd_s),
                      field("end_bias_s", &S::end_bias_s), field("end_sd_s", &S::end_sd_s)};
}

[[nodiscard]] inline InterferenceScores empty_interference() noexcept {
    InterferenceScores scores;
    for (std::size_t k = 0; k < interference_count; ++k) scores[k].kind = interference_labels[k];
    return scores;
}

inline void derive(InterferenceScore& s) {
    s.covered = detail::share(s.both_s, s.known_s);
    s.precision = detail::share(s.both_s, s.found_s);
    s.overlap = detail::share(s.both_s, s.known_s + s.found_s - s.both_s);
    s.f1 = detail::share(2 * s.both_s, s.known_s + s.found_s);
    s.onset_bias_s = detail::share(s.onset_sum_s, s.found);
    s.onset_sd_s = detail::sd(s.found, s.onset_sum_s, s.onset_squares_s2);
    s.end_bias_s = detail::share(s.end_sum_s, s.found);
    s.end_sd_s = detail::sd(s.found, s.end_sum_s, s.end_squares_s2);
}

/// Discharges of one unit with this label, as stretches: without silence of `train_s`.
[[nodiscard]] inline Stretches trains_of(const SiteData& site, Label label, double train_s) {
    std::map<std::int32_t, Stretch> open;
    Stretches trains;
    for (const TrueDischarge* d : site.counted) {
        if (d->label != label) continue;
        const auto [at, first] = open.try_emplace(d->unit, Stretch{d->peak_s, d->peak_s});
        if (!first && d->peak_s - at->second.end_s >= train_s) {
            trains.push_back(at->second);
            at->second.onset_s = d->peak_s;
        }
        at->second.end_s = d->peak_s;
    }
    for (const auto& [_, train] : open) trains.push_back(train);
    return trains;
}

/// Adds a site of a recording of `duration_s`.
inline void count_interference(const SiteData& site, const std::string& name, double duration_s, const ScoreOptions& options,
                               InterferenceScores& scores, std::vector<StretchScore>& stretches, Seconds& by_second) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    Stretches said_any;
    for (std::size_t k = 0; k < interference_count; ++k) {
        const Stretches &known = site.known[k], &said = site.said[k];
        InterferenceScore& s = scores[k];
        s.known_s += seconds(known);
        s.found_s += seconds(said);
        s.both_s += overlap_s(known, said);
        for (const Stretch& stretch : known) {
            const auto found_by = touching(said, stretch);
            StretchScore one{name, s.kind, stretch.onset_s, stretch.end_s, 0, false, none, none};
            one.covered = covered_s(said, stretch) / (stretch.end_s - stretch.onset_s);
            one.found = !found_by.empty() && one.covered >= options.least_covered;
            if (one.found) {
                one.onset_error_s = found_by.front().onset_s - stretch.onset_s;
                one.end_error_s = found_by.back().end_s - stretch.end_s;
                ++s.found;
                s.onset_sum_s += one.onset_error_s;
                s.onset_squares_s2 += one.onset_error_s * one.onset_error_s;
                s.end_sum_s += one.end_error_s;
                s.end_squares_s2 += one.end_error_s * one.end_error_s;
            }
            ++s.stretches;
            stretches.push_back(std::move(one));
        }
        Stretches allowed = trains_of(site, s.kind, options.train_s);
        allowed.insert(allowed.end(), site.interference.begin(), site.interference.end());
        allowed = joined(std::move(allowed));
        for (const Stretch& f : said) s.false_stretches += covered_s(allowed, f) < 0.5 * (f.end_s - f.onset_s);

        for (std::size_t f = 0; f < interference_count; ++f) by_second[k][f] += overlap_s(known, site.said[f]);
        by_second[interference_count][k] += seconds(said) - overlap_s(site.interference, said);
        said_any.insert(said_any.end(), said.begin(), said.end());
    }
    said_any = joined(std::move(said_any));
    for (std::size_t k = 0; k < interference_count; ++k)
        by_second[k][interference_count] += seconds(site.known[k]) - overlap_s(site.known[k], said_any);
    Stretches either = site.interference;
    either.insert(either.end(), said_any.begin(), said_any.end());
    by_second[interference_count][interference_count] += duration_s - covered_s(joined(std::move(either)), {0, duration_s});
}

}  // namespace fascikit::evaluate
