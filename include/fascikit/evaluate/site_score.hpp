// SiteScore: counts of one site (or of all, or of several recordings) and their ratios.
//
//   sensitivity        matched / discharges
//   group sensitivity  groups found / groups
//   PPV                matched / (matched + false)
//   F1                 their harmonic mean, 2 matched / (2 matched + missed + false)
//   false a minute     of usable signal, with the exact 95 % Poisson interval
//   bias and SD        of detection minus truth, of the matched
// Ratios without a denominator are NaN. Which discharges and detections count as what:
// outcomes.hpp. Usable is what neither the truth calls interference nor the findings call
// masked, at sites that were analysed; a discharge that was masked is a missed one, so
// masking everything is no way to a good score. Specificity is not given: there is no
// negative class to take it of. Constant cost but for the interval (core/poisson.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "fascikit/core/poisson.hpp"
#include "fascikit/evaluate/fields.hpp"
#include "fascikit/evaluate/outcomes.hpp"

namespace fascikit::evaluate {

struct SiteScore {
    std::string site;                          ///< empty: all sites together
    std::int64_t discharges = 0;               ///< known, those that count
    std::int64_t matched = 0;
    std::int64_t missed = 0;
    std::int64_t missed_in_masked = 0;
    std::int64_t false_detections = 0;
    std::int64_t extra_in_groups = 0;          ///< detections that stand for a missed member of a found group
    std::int64_t groups = 0;
    std::int64_t groups_found = 0;
    std::int64_t in_interference = 0;          ///< detections
    std::int64_t discharges_in_interference = 0;
    std::int64_t below_noise = 0;              ///< known discharges below the least signal-to-noise ratio
    std::int64_t below_noise_found = 0;
    double usable_min = 0;                     ///< summed over sites for all together
    double error_sum_ms = 0;                   ///< of detection minus truth
    double error_squares_ms2 = 0;
    double sensitivity = 0;
    double group_sensitivity = 0;
    double ppv = 0;
    double f1 = 0;
    double false_per_min = 0;
    double false_per_min_low = 0;
    double false_per_min_high = 0;
    double bias_ms = 0;
    double sd_ms = 0;                          ///< NaN below two matches
};

[[nodiscard]] constexpr auto counts_of(const SiteScore*) noexcept {
    using S = SiteScore;
    return std::tuple{field("discharges", &S::discharges), field("matched", &S::matched), field("missed", &S::missed),
                      field("missed_in_masked", &S::missed_in_masked), field("false_detections", &S::false_detections),
                      field("extra_in_groups", &S::extra_in_groups), field("groups", &S::groups),
                      field("groups_found", &S::groups_found), field("in_interference", &S::in_interference),
                      field("discharges_in_interference", &S::discharges_in_interference),
                      field("below_noise", &S::below_noise), field("below_noise_found", &S::below_noise_found),
                      field("usable_min", &S::usable_min), field("error_sum_ms", &S::error_sum_ms),
                      field("error_squares_ms2", &S::error_squares_ms2)};
}
[[nodiscard]] constexpr auto ratios_of(const SiteScore*) noexcept {
    using S = SiteScore;
    return std::tuple{field("sensitivity", &S::sensitivity), field("group_sensitivity", &S::group_sensitivity),
                      field("ppv", &S::ppv), field("f1", &S::f1), field("false_per_min", &S::false_per_min),
                      field("false_per_min_low", &S::false_per_min_low), field("false_per_min_high", &S::false_per_min_high),
                      field("bias_ms", &S::bias_ms), field("sd_ms", &S::sd_ms)};
}

namespace detail {

template <class A, class B>
[[nodiscard]] double share(A part, B whole) noexcept {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::numeric_limits<double>::quiet_NaN();
}

/// Standard deviation from sums; NaN below two.
[[nodiscard]] inline double sd(std::int64_t count, double sum, double squares) noexcept {
    if (count < 2) return std::numeric_limits<double>::quiet_NaN();
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
}

}  // namespace detail

/// Fills the ratios from the counts.
inline void derive(SiteScore& s) {
    s.sensitivity = detail::share(s.matched, s.discharges);
    s.group_sensitivity = detail::share(s.groups_found, s.groups);
    s.ppv = detail::share(s.matched, s.matched + s.false_detections);
    s.f1 = detail::share(2 * s.matched, s.matched + s.false_detections + s.discharges);
    const auto [low, high] = core::poisson_interval(s.false_detections);
    s.false_per_min = detail::share(s.false_detections, s.usable_min);
    s.false_per_min_low = detail::share(low, s.usable_min);
    s.false_per_min_high = detail::share(high, s.usable_min);
    s.bias_ms = detail::share(s.error_sum_ms, s.matched);
    s.sd_ms = detail::sd(s.matched, s.error_sum_ms, s.error_squares_ms2);
}

/// The counts of a site; ratios by `derive`.
[[nodiscard]] inline SiteScore tally(const SiteData& site, const std::vector<const FoundEvent*>& events,
                                     const Outcomes& out, double duration_s) {
    SiteScore s;
    s.discharges = static_cast<std::int64_t>(site.counted.size());
    s.groups = out.groups;
    s.groups_found = out.groups_found;
    for (std::size_t i = 0; i < out.partner.size(); ++i) {
        const double known_s = site.counted[i]->peak_s;
        if (out.partner[i] < 0) {
            ++s.missed;
            s.missed_in_masked += inside(site.masked, known_s);
            continue;
        }
        ++s.matched;
        const double error_ms = 1e3 * (events[static_cast<std::size_t>(out.partner[i])]->peak_s - known_s);
        s.error_sum_ms += error_ms;
        s.error_squares_ms2 += error_ms * error_ms;
    }
    for (const Outcome outcome : out.of_event) {
        s.false_detections += outcome == Outcome::wrong;
        s.extra_in_groups += outcome == Outcome::extra;
        s.in_interference += outcome == Outcome::in_interference;
        s.below_noise_found += outcome == Outcome::weak;
    }
    for (const TrueDischarge* d : site.uncounted)
        ++(inside(site.interference, d->peak_s) ? s.discharges_in_interference : s.below_noise);
    if (site.analysed) {
        Stretches excluded = site.interference;
        excluded.insert(excluded.end(), site.masked.begin(), site.masked.end());
        s.usable_min = (duration_s - covered_s(joined(std::move(excluded)), {0, duration_s})) / 60.0;
    }
    return s;
}

}  // namespace fascikit::evaluate
