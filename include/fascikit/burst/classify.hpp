// From features to a label with its evidence.
//
// The weight of a clause is its prior times the product of its memberships, each at
// least 1 % so that one soft edge never decides alone; a label has the weight of its best
// clause. Probabilities are the weights over their sum, `indeterminate` taking part with a
// constant and taking what two near labels share. The label is the likeliest of all.
// The probabilities are relative support among the labels, not yet calibrated.
//
// No allocation but in `why`. O(clauses).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "fascikit/burst/rules.hpp"
#include "fascikit/core/finite.hpp"

namespace fascikit::burst {

[[nodiscard]] inline float weight(const Clause& clause, const BurstFeatures& f, Electrode electrode) noexcept {
    float product = electrode == Electrode::surface ? clause.prior_surface : clause.prior_needle;
    for (const Rule& rule : clause.rules) {
        if (rule.feature == nullptr) break;
        product *= std::max(0.01F, membership(rule, f.*rule.feature));
    }
    return product;
}

/// Fills probabilities, label and probability of a burst from its features.
inline void classify(Burst& burst, Electrode electrode) noexcept {
    auto& p = burst.probabilities;
    p.fill(0.0F);
    std::array<std::int32_t, label_count> speaker;
    speaker.fill(-1);
    for (std::size_t i = 0; i < clause_table.size(); ++i) {
        const auto label = static_cast<std::size_t>(clause_table[i].label);
        const float w = weight(clause_table[i], burst.features, electrode);
        if (w > p[label]) {
            p[label] = w;
            speaker[label] = static_cast<std::int32_t>(i);
        }
    }
    const auto none = static_cast<std::size_t>(Label::indeterminate);
    p[none] = indeterminate_weight;
    float sum = 0;
    for (const float w : p) sum += w;
    for (float& w : p) w /= sum;
    std::size_t first = none == 0 ? 1 : 0;
    for (std::size_t i = 0; i < label_count; ++i)
        if (i != none && p[i] > p[first]) first = i;
    std::size_t second = first == 0 ? 1 : 0;
    for (std::size_t i = 0; i < label_count; ++i)
        if (i != none && i != first && p[i] > p[second]) second = i;
    const float lead = p[first] - p[second];
    if (lead < clear_lead) {
        const float shared = 2.0F * p[second] * (1.0F - lead / clear_lead);
        const float both = p[first] + p[second];
        if (both > 0) {
            const float kept = 1.0F - shared / both;
            p[first] *= kept;
            p[second] *= kept;
            p[none] += shared;
        }
    }
    const std::size_t best = p[first] > p[none] ? first : none;
    burst.label = static_cast<Label>(best);
    burst.clause = speaker[best];
    burst.probability = p[best];
}

}  // namespace fascikit::burst

namespace fascikit {

/// The features that spoke for the label, as one line: "1 discharge; 820 ms of silence before".
/// For `indeterminate`: the two labels that were nearest.
[[nodiscard]] inline std::string why(const Burst& burst) {
    using namespace burst;
    std::string text;
    const auto number_of = [](float value, int decimals) {
        if (value > 1e9F) return std::string("unlimited");
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.*f", decimals, static_cast<double>(value));
        return std::string(digits);
    };
    if (burst.label == Label::indeterminate) {
        std::array<std::pair<float, std::size_t>, label_count> order;
        for (std::size_t i = 0; i < label_count; ++i) order[i] = {burst.probabilities[i], i};
        std::sort(order.rbegin(), order.rend());
        text = "no label has enough support alone; nearest:";
        int named = 0;
        for (const auto& entry : order) {
            if (entry.second == static_cast<std::size_t>(Label::indeterminate)) continue;
            if (named == 2) break;
            text += (named++ ? ", " : " ") + std::string(label_table[entry.second].name) + " " +
                    number_of(entry.first, 2);
        }
        return text;
    }
    if (burst.clause < 0) return text;
    const Clause& spoken = clause_table[static_cast<std::size_t>(burst.clause)];
    for (const Rule& rule : spoken.rules) {
        if (rule.feature == nullptr) break;
        const float value = burst.features.*rule.feature;
        // That nothing speaks against it is no evidence: upper bounds count when they are broken.
        const bool only_upper = rule.a < -1e30F && rule.feature != &BurstFeatures::n_discharges;
        if (only_upper && membership(rule, value) >= 0.5F) continue;
        if (core::is_nan(value)) continue;
        for (const FeatureInfo& feature : feature_table) {
            if (feature.value != rule.feature) continue;
            if (!text.empty()) text += "; ";
            std::string part(feature.text);
            const auto place = part.find('%');
            part.replace(place, 1, feature.value == &BurstFeatures::first_phase_sign
                                       ? std::string(value > 0 ? "positive" : "negative")
                                       : number_of(value, feature.decimals));
            if (part == "1 discharges") part = "1 discharge";
            text += part;
            if (membership(rule, value) < 0.5F) text += " (against)";
        }
    }
    return text;
}

}  // namespace fascikit
