// Labels: were the discharges called by their name?
//
// Discharges, by groups: consecutive counted discharges of one unit and label at one site
// without a silence of `train_s`. So a train is one group, and an isolated discharge is one.
// A group is compared when one of its discharges was matched; what was said of it is the
// commonest label of the bursts that hold the matched ones, each discharge one vote, a tie to
// the label that comes first in the table (`indeterminate` comes last); a detection without
// a burst votes `indeterminate`. A burst that joins two groups therefore gives its label to
// both, and a group split into many bursts is compared once.
//
// `indeterminate` is abstention: it lowers coverage = groups that got a label / compared, and
// is no confusion. Of those that got one: recall = agreed / known, precision = agreed / said.
// A label that was said and is not known costs the known ones recall and has no row in the
// mean; groups known as `indeterminate` are not compared.
//
// Interference, by seconds (interference.hpp): recall is the share covered, precision that of
// the time found; coverage is NaN.
//
// macro F1: the mean over the labels known, of groups (with a group that got a label) and of
// seconds, a label known both ways being two. Detections that matched nothing have no true
// label: they lower PPV, not precision. Linear, with a logarithm. Allocates. Throws nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fascikit/evaluate/fields.hpp"
#include "fascikit/evaluate/interference.hpp"
#include "fascikit/evaluate/outcomes.hpp"

namespace fascikit::evaluate {

/// Groups by known label (first index) and found label (second).
using Confusion = std::array<std::array<std::int64_t, label_count>, label_count>;

/// Of one known label.
struct LabelCounts {
    std::int64_t discharges = 0;
    std::int64_t matched = 0;
    std::int64_t groups = 0;
};
[[nodiscard]] constexpr auto counts_of(const LabelCounts*) noexcept {
    return std::tuple{field("discharges", &LabelCounts::discharges), field("matched", &LabelCounts::matched),
                      field("groups", &LabelCounts::groups)};
}
using LabelTable = std::array<LabelCounts, label_count>;

/// One label that was known or said, by groups or by seconds.
struct LabelScore {
    Label label = Label::indeterminate;
    bool by_seconds = false;
    std::int64_t discharges = 0;               ///< by groups: known and matched discharges
    std::int64_t matched = 0;
    double known = 0;                          ///< groups, or seconds
    double compared = 0;
    double labelled = 0;                       ///< compared, less those called indeterminate
    double said = 0;
    double agreed = 0;
    double coverage = 0;
    double precision = 0;
    double recall = 0;
    double f1 = 0;
};
[[nodiscard]] constexpr auto counts_of(const LabelScore*) noexcept {
    using S = LabelScore;
    return std::tuple{field("by_seconds", &S::by_seconds), field("discharges", &S::discharges), field("matched", &S::matched),
                      field("known", &S::known), field("compared", &S::compared), field("labelled", &S::labelled),
                      field("said", &S::said), field("agreed", &S::agreed)};
}
[[nodiscard]] constexpr auto ratios_of(const LabelScore*) noexcept {
    using S = LabelScore;
    return std::tuple{field("coverage", &S::coverage), field("precision", &S::precision), field("recall", &S::recall),
                      field("f1", &S::f1)};
}

/// All labels together.
struct LabelTotals {
    std::int64_t groups = 0;
    std::int64_t compared = 0;
    std::int64_t labelled = 0;
    std::int64_t agreed = 0;
    double coverage = 0;
    double accuracy = 0;                       ///< agreed / labelled
    double macro_f1 = 0;                       ///< by groups and by seconds
    double macro_f1_groups = 0;                ///< by groups alone
};
[[nodiscard]] constexpr auto counts_of(const LabelTotals*) noexcept {
    using S = LabelTotals;
    return std::tuple{field("groups", &S::groups), field("compared", &S::compared), field("labelled", &S::labelled),
                      field("agreed", &S::agreed)};
}
[[nodiscard]] constexpr auto ratios_of(const LabelTotals*) noexcept {
    using S = LabelTotals;
    return std::tuple{field("coverage", &S::coverage), field("accuracy", &S::accuracy), field("macro_f1", &S::macro_f1),
                      field("macro_f1_groups", &S::macro_f1_groups)};
}

inline constexpr auto abstained = static_cast<std::size_t>(Label::indeterminate);

using LabelOfBurst = std::unordered_map<std::int64_t, Label>;

[[nodiscard]] inline LabelOfBurst label_of_burst(const Findings& found) {
    LabelOfBurst labels;
    for (const auto& burst : found.bursts) labels.emplace(burst.id, burst.label);
    return labels;
}

/// Adds the groups of a site.
inline void count_labels(const SiteData& site, const Outcomes& out, const LabelOfBurst& label_of, double train_s,
                         Confusion& confusion, LabelTable& table) {
    struct Group {
        std::size_t label;
        double last_s;
        bool compared = false;
        std::array<std::int64_t, label_count> votes{};
    };
    std::vector<Group> groups;
    std::map<std::pair<std::int32_t, Label>, std::size_t> open;
    for (std::size_t i = 0; i < site.counted.size(); ++i) {
        const TrueDischarge& d = *site.counted[i];
        const auto [at, first] = open.try_emplace({d.unit, d.label}, groups.size());
        if (first || d.peak_s - groups[at->second].last_s + slack_s >= train_s) {
            at->second = groups.size();
            groups.push_back({static_cast<std::size_t>(d.label), d.peak_s});
        }
        Group& group = groups[at->second];
        group.last_s = d.peak_s;
        ++table[group.label].discharges;
        if (out.partner[i] < 0) continue;
        ++table[group.label].matched;
        const auto said = label_of.find(site.events[static_cast<std::size_t>(out.partner[i])]->burst);
        ++group.votes[said == label_of.end() ? abstained : static_cast<std::size_t>(said->second)];
        group.compared = true;
    }
    for (const Group& g : groups) {
        ++table[g.label].groups;
        if (!g.compared || g.label == abstained) continue;
        const auto most = std::max_element(g.votes.begin(), g.votes.end()) - g.votes.begin();
        ++confusion[g.label][static_cast<std::size_t>(most)];
    }
}

/// One row for every label known or said; and the totals.
[[nodiscard]] inline std::pair<std::vector<LabelScore>, LabelTotals> label_scores(
    const Confusion& confusion, const LabelTable& table, const InterferenceScores& interference) {
    std::vector<LabelScore> rows;
    LabelTotals totals;
    double sum = 0, sum_groups = 0, rows_known = 0, rows_groups = 0;
    for (std::size_t k = 0; k < label_count; ++k) {
        LabelScore s;
        s.label = static_cast<Label>(k);
        s.discharges = table[k].discharges;
        s.matched = table[k].matched;
        s.known = static_cast<double>(table[k].groups);
        std::int64_t compared = 0, said = 0;
        for (std::size_t other = 0; other < label_count; ++other) {
            compared += confusion[k][other];
            said += confusion[other][k];
        }
        if (s.discharges == 0 && (said == 0 || k == abstained)) continue;
        const std::int64_t labelled = compared - confusion[k][abstained];
        totals.groups += table[k].groups;
        totals.compared += compared;
        totals.labelled += labelled;
        if (k != abstained) totals.agreed += confusion[k][k];
        s.compared = static_cast<double>(compared);
        s.labelled = static_cast<double>(labelled);
        s.said = k == abstained ? 0.0 : static_cast<double>(said);
        s.agreed = k == abstained ? 0.0 : static_cast<double>(confusion[k][k]);
        s.coverage = detail::share(labelled, compared);
        s.precision = detail::share(s.agreed, s.said);
        s.recall = detail::share(s.agreed, s.labelled);
        s.f1 = detail::share(2 * s.agreed, s.said + s.labelled);
        if (labelled > 0) {
            sum_groups += s.f1;
            ++rows_groups;
        }
        rows.push_back(s);
    }
    sum = sum_groups;
    rows_known = rows_groups;
    for (const InterferenceScore& i : interference) {
        if (!(i.known_s > 0 || i.found_s > 0)) continue;
        LabelScore s;
        s.label = i.kind;
        s.by_seconds = true;
        s.known = s.compared = s.labelled = i.known_s;
        s.said = i.found_s;
        s.agreed = i.both_s;
        s.coverage = std::numeric_limits<double>::quiet_NaN();
        s.precision = i.precision;
        s.recall = i.covered;
        s.f1 = i.f1;
        if (i.known_s > 0) {
            sum += s.f1;
            ++rows_known;
        }
        rows.push_back(s);
    }
    totals.coverage = detail::share(totals.labelled, totals.compared);
    totals.accuracy = detail::share(totals.agreed, totals.labelled);
    totals.macro_f1 = detail::share(sum, rows_known);
    totals.macro_f1_groups = detail::share(sum_groups, rows_groups);
    return {std::move(rows), totals};
}

}  // namespace fascikit::evaluate
