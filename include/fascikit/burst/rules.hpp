// The rules: one table from features to labels, for C++, Python, documentation, tests.
//
// A rule is a soft trapezoid over one feature: 0 below a, 1 from b to c, 0 above d. A
// clause is a set of rules for a label; a label may have several clauses, of which the
// best counts. Ranges and sources: joint IFCN/AANEM glossary (Dengler et al. 2020) and
// the papers named beside each rule; where sources conflict the edges are soft.
//
// A feature that could not be measured (NaN) counts `missing` of the rule: most rules do
// not hold without their evidence, a few say nothing then.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "fascikit/core/event.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/labels.hpp"

namespace fascikit::burst {

struct FeatureInfo {
    float BurstFeatures::*value;
    std::string_view name;
    std::string_view text;            ///< for `why`: "%" is replaced by the number
    int decimals;
};

inline constexpr std::array<FeatureInfo, 29> feature_table{{
    {&BurstFeatures::n_discharges, "n_discharges", "% discharges", 0},
    {&BurstFeatures::rate_hz, "rate_hz", "% Hz inside", 1},
    {&BurstFeatures::isi_cv, "isi_cv", "interval CV %", 2},
    {&BurstFeatures::first_isi_ms, "first_isi_ms", "first interval % ms", 1},
    {&BurstFeatures::isi_before_ms, "isi_before_ms", "its unit silent for % ms", 0},
    {&BurstFeatures::isi_after_ms, "isi_after_ms", "then for at least % ms", 0},
    {&BurstFeatures::duration_s, "duration_s", "% s long", 2},
    {&BurstFeatures::repetition_hz, "repetition_hz", "recurs at % Hz", 2},
    {&BurstFeatures::repetition_cv, "repetition_cv", "recurs with a CV of %", 2},
    {&BurstFeatures::repetitions, "repetitions", "% recurrences", 0},
    {&BurstFeatures::amplitude_uv, "amplitude_uv", "% uV", 0},
    {&BurstFeatures::amplitude_cv, "amplitude_cv", "amplitude CV %", 2},
    {&BurstFeatures::amplitude_trend, "amplitude_trend", "amplitude trend % (log)", 2},
    {&BurstFeatures::rate_trend, "rate_trend", "rate trend % (log)", 2},
    {&BurstFeatures::shape_similarity, "shape_similarity", "shapes alike by %", 2},
    {&BurstFeatures::potential_ms, "potential_ms", "potential of % ms", 1},
    {&BurstFeatures::phases, "phases", "% phases", 0},
    {&BurstFeatures::first_phase_sign, "first_phase_sign", "first phase %", 0},
    {&BurstFeatures::interference, "interference", "sustained for % of its time", 2},
    {&BurstFeatures::build_up_s, "build_up_s", "% s of build-up", 2},
    {&BurstFeatures::low_frequency, "low_frequency", "% of its swing slow", 2},
    {&BurstFeatures::channel_spread, "channel_spread", "% of other sites at once", 2},
    {&BurstFeatures::snr, "snr", "% times the noise", 0},
    {&BurstFeatures::voluntary_gap_s, "voluntary_gap_s", "% s from voluntary activity", 2},
    {&BurstFeatures::noise_uv, "noise_uv", "noise of % uV", 1},
    {&BurstFeatures::pooled_hz, "pooled_hz", "% discharges/s of the site around it", 1},
    {&BurstFeatures::periodicity, "periodicity", "periodicity %", 2},
    {&BurstFeatures::regularity, "regularity", "regularity %", 2},
    {&BurstFeatures::envelope_periodicity, "envelope_periodicity", "rhythm of the envelope %", 2},
}};

struct Rule {
    float BurstFeatures::*feature;
    float a, b, c, d;
    float missing = 0.0F;             ///< membership where the feature is NaN
};

inline constexpr std::size_t most_rules = 10;

struct Clause {
    Label label;
    float prior_surface;              ///< relative weight; 0: cannot be seen there
    float prior_needle;
    std::array<Rule, most_rules> rules;  ///< ends at the first rule without a feature
    std::string_view source;
};

namespace detail {
inline constexpr float inf = std::numeric_limits<float>::infinity();
constexpr Rule at_least(float BurstFeatures::*f, float a, float b, float missing = 0) {
    return {f, a, b, inf, inf, missing};
}
constexpr Rule at_most(float BurstFeatures::*f, float c, float d, float missing = 0) {
    return {f, -inf, -inf, c, d, missing};
}
constexpr Rule within(float BurstFeatures::*f, float a, float b, float c, float d, float missing = 0) {
    return {f, a, b, c, d, missing};
}
using F = BurstFeatures;
inline constexpr auto resting = static_cast<float>(resting_noise_uv);
}  // namespace detail

// Priors: weights, not frequencies. Isolated potentials and contractions are what most
// recordings hold; the named grouped discharges are rare and must bring their evidence.
inline constexpr auto clause_table = [] {
    using namespace detail;
    return std::array{
        Clause{Label::fasciculation_potential, 1.0F, 1.0F,
               {at_most(&F::n_discharges, 1, 1.5F), at_least(&F::isi_before_ms, 150, 250),
                at_least(&F::isi_after_ms, 150, 250), at_least(&F::potential_ms, 1, 2.5F),
                at_least(&F::repetition_cv, 0.10F, 0.30F, 1), at_most(&F::low_frequency, 0.7F, 0.9F),
                at_most(&F::channel_spread, 0.5F, 0.9F, 1), at_most(&F::pooled_hz, 7, 14),
                at_most(&F::noise_uv, resting, 2 * resting, 1), at_least(&F::voluntary_gap_s, 0.1F, 0.5F, 1)},
               "Sleutjes 2016 (250 ms on both sides); a whole motor unit lasts longer than 2.5 ms; without "
               "rhythm; at rest"},
        Clause{Label::fasciculation_multiplet, 1.0F, 1.0F,
               {within(&F::n_discharges, 1.5F, 2, 6, 12), within(&F::first_isi_ms, 1.5F, 2, 45, 60),
                at_least(&F::isi_before_ms, 150, 250), at_least(&F::isi_after_ms, 150, 250),
                at_least(&F::rate_hz, 15, 22), at_least(&F::repetition_cv, 0.25F, 0.5F, 1),
                at_most(&F::interference, 0.2F, 0.5F), at_least(&F::potential_ms, 2.5F, 4),
                at_most(&F::pooled_hz, 12, 20), at_least(&F::voluntary_gap_s, 0.1F, 0.5F, 1)},
               "Simpson 1969 (2 to 20 ms); Kleine 2012 (pairs at 32 to 35 ms); Maddison 2006 (30 to 300 Hz)"},
        Clause{Label::myokymic_discharge, 0.5F, 0.5F,
               {at_least(&F::n_discharges, 1.5F, 3), within(&F::rate_hz, 2, 5, 60, 70),
                within(&F::repetition_hz, 0.1F, 0.5F, 10, 12), at_most(&F::repetition_cv, 0.35F, 0.6F),
                at_least(&F::repetitions, 2, 5), at_most(&F::duration_s, 1, 3)},
               "Gutmann 1991; AANEM (2 to 60 Hz inside); six cycles before anything is called rhythmic"},
        Clause{Label::neuromyotonic_discharge, 0.5F, 0.5F,
               {within(&F::rate_hz, 120, 150, 300, 350), at_least(&F::n_discharges, 5, 10),
                within(&F::duration_s, 0.03F, 0.1F, 5, 10), at_most(&F::amplitude_trend, -0.05F, 0.15F),
                at_least(&F::periodicity, 0.3F, 0.6F, 0.5F)},
               "AANEM (150 to 300 Hz, decrementing, abrupt)"},
        Clause{Label::cramp_discharge, 0.5F, 0.3F,
               {at_least(&F::interference, 0.3F, 0.7F), at_least(&F::build_up_s, 0.8F, 1.5F),
                at_least(&F::duration_s, 6, 15), at_most(&F::periodicity, 0.5F, 0.7F, 1),
                at_most(&F::envelope_periodicity, 0.5F, 0.7F, 1)},
               "AANEM (gradual build-up and fade); Minetto 2009 (rates as in voluntary activity)"},
        Clause{Label::fibrillation_potential, 0.0F, 0.7F,
               {at_least(&F::n_discharges, 3, 5), within(&F::rate_hz, 0.3F, 0.5F, 15, 20),
                within(&F::potential_ms, 0.4F, 1, 6, 9), at_least(&F::regularity, 0.2F, 0.5F),
                at_least(&F::first_phase_sign, -0.5F, 1), at_most(&F::pooled_hz, 30, 60)},
               "StatPearls 19794 (0.5 to 15 Hz, 1 to 5 ms, initial positive); Partanen 2013 (regular)"},
        Clause{Label::positive_sharp_wave, 0.0F, 0.7F,
               {at_least(&F::n_discharges, 3, 5), within(&F::rate_hz, 0.3F, 0.5F, 15, 20),
                within(&F::potential_ms, 6, 10, 30, 100), at_least(&F::regularity, 0.2F, 0.5F),
                at_least(&F::first_phase_sign, -0.5F, 1), at_most(&F::phases, 2, 3.5F)},
               "StatPearls 19794 (sharp positive, then a long negative phase, 10 to 30 ms)"},
        Clause{Label::endplate_spike, 0.0F, 0.7F,
               {at_least(&F::n_discharges, 3, 5), within(&F::rate_hz, 3, 5, 50, 60),
                within(&F::potential_ms, 1, 2, 6, 9), at_least(&F::isi_cv, 0.25F, 0.4F),
                at_most(&F::first_phase_sign, -1, 0.5F)},
               "Partanen 10.5772/55352 (negative first, irregular, 5 to 50 Hz)"},
        Clause{Label::endplate_noise, 0.0F, 0.4F,
               {at_least(&F::n_discharges, 5, 10), at_least(&F::rate_hz, 15, 20), at_most(&F::potential_ms, 2, 3),
                at_most(&F::amplitude_uv, 50, 80), at_least(&F::isi_cv, 0.25F, 0.4F),
                at_most(&F::first_phase_sign, -1, 0.5F)},
               "AANEM (10 to 50 uV, 0.5 to 2 ms, negative)"},
        Clause{Label::myotonic_discharge, 0.0F, 0.6F,
               {at_least(&F::n_discharges, 6, 12), within(&F::rate_hz, 15, 20, 80, 150),
                at_least(&F::amplitude_cv, 0.1F, 0.2F), at_least(&F::regularity, 0.1F, 0.4F),
                at_most(&F::potential_ms, 20, 25)},
               "AANEM (20 to 80 Hz, rate and amplitude wax and wane)"},
        Clause{Label::complex_repetitive_discharge, 0.0F, 0.6F,
               {at_least(&F::n_discharges, 6, 10), within(&F::rate_hz, 3, 5, 100, 150),
                at_least(&F::regularity, 0.6F, 0.8F), at_least(&F::shape_similarity, 0.8F, 0.93F),
                at_most(&F::amplitude_cv, 0.15F, 0.3F), at_least(&F::phases, 3, 5)},
               "Trontelj & Stalberg 1983 (hardly any variation of interval and shape); Posa 2020 (9 spike components)"},
        Clause{Label::continuous_single_discharge, 0.0F, 0.5F,
               {at_least(&F::n_discharges, 5, 8), within(&F::rate_hz, 1, 1.3F, 18, 20),
                at_least(&F::regularity, 0.55F, 0.72F), within(&F::potential_ms, 3, 5, 15, 20), at_most(&F::phases, 4, 6)},
               "Posa 2020 (6.3 Hz, 1.3 to 18.1; interval CV 3.5 %)"},
        Clause{Label::tremor, 0.6F, 0.3F,
               {at_least(&F::interference, 0.3F, 0.6F), at_least(&F::envelope_periodicity, 0.45F, 0.65F),
                within(&F::envelope_hz, 2, 2.5F, 18, 20), at_least(&F::duration_s, 0.5F, 1),
                at_most(&F::periodicity, 0.5F, 0.7F, 1)},
               "PD 4 to 6 Hz, essential 4 to 12, Holmes 2.5 to 5, orthostatic 13 to 18; six cycles"},
        Clause{Label::voluntary, 1.0F, 1.0F,
               {at_least(&F::interference, 0.3F, 0.6F), at_most(&F::periodicity, 0.6F, 0.8F, 1),
                at_most(&F::envelope_periodicity, 0.5F, 0.7F, 1), at_most(&F::build_up_s, 4, 8, 1),
                at_most(&F::low_frequency, 0.7F, 0.9F, 1)},
               "interference: units that overlap for 100 ms and longer"},
        Clause{Label::voluntary, 1.0F, 0.0F,
               {at_least(&F::n_discharges, 3.5F, 5), within(&F::rate_hz, 4, 5, 40, 50), at_most(&F::isi_cv, 0.45F, 0.7F),
                at_most(&F::regularity, 0.68F, 0.8F), at_least(&F::potential_ms, 2, 3),
                at_least(&F::duration_s, 0.3F, 0.6F), at_most(&F::interference, 0.3F, 0.6F)},
               "four intervals below 250 ms with a CV of 0.1 to 0.3 (Clamann 1969); at most 40 a second"},
        Clause{Label::voluntary, 0.0F, 1.0F,
               {at_least(&F::n_discharges, 3.5F, 5), within(&F::rate_hz, 4, 5, 40, 50), at_most(&F::isi_cv, 0.45F, 0.7F),
                at_most(&F::regularity, 0.68F, 0.8F), at_least(&F::potential_ms, 6, 8),
                at_least(&F::duration_s, 0.3F, 0.6F), at_most(&F::interference, 0.3F, 0.6F)},
               "the same at the needle, where potentials of whole units last 5 to 15 ms and those of fibres less"},
        Clause{Label::voluntary, 0.8F, 0.8F,
               {at_least(&F::pooled_hz, 6, 12), at_most(&F::interference, 0.5F, 0.8F),
                at_most(&F::n_discharges, 3, 5), at_least(&F::potential_ms, 2, 3)},
               "several units around it, together faster than 180 fasciculations a minute come by chance"},
        Clause{Label::artifact, 0.7F, 0.7F,
               {at_least(&F::low_frequency, 0.7F, 0.9F)},
               "De Luca 2010 (movement: energy below 20 Hz); all the swing of a step is slow, of a potential half at most"},
        Clause{Label::artifact, 0.7F, 0.7F,
               {at_least(&F::channel_spread, 0.6F, 0.9F)},
               "the same instant at nearly every site: heart, stimulus or cable"},
        Clause{Label::artifact, 0.7F, 0.05F,
               {at_most(&F::potential_ms, 1.0F, 2.5F), at_least(&F::snr, 15, 30), at_most(&F::interference, 0.2F, 0.5F)},
               "well above the noise, a potential at the skin cannot be that short: electrode or stimulus"},
    };
}();

/// Likelihood of "none of these": what a label must exceed to be named.
inline constexpr float indeterminate_weight = 0.12F;
/// Lead over the second label from which on evidence is no longer shared. Below it, what both
/// have in common speaks for neither and goes to `indeterminate`.
inline constexpr float clear_lead = 0.3F;

[[nodiscard]] constexpr float membership(const Rule& rule, float x) noexcept {
    if (core::is_nan(x)) return rule.missing;
    if (x < rule.a || x > rule.d) return 0.0F;
    if (x < rule.b) return (x - rule.a) / (rule.b - rule.a);
    if (x > rule.c) return (rule.d - x) / (rule.d - rule.c);
    return 1.0F;
}

}  // namespace fascikit::burst
