// Second looks at the bursts of the second pass, when all of them are known: the rhythm of
// a unit on both sides, contractions that came out in pieces, and what lies beside them.
//
// Each takes the bursts in order of their onset and names again what its evidence changed.
// O(bursts log bursts).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "fascikit/analysis/collect.hpp"
#include "fascikit/burst/classify.hpp"
#include "fascikit/burst/measure.hpp"

namespace fascikit::analysis {

/// Each burst of a unit once more, with the rhythm of its neighbours on both sides.
inline void review(std::vector<Collector::Found>& bursts, double rate_hz, Electrode electrode) {
    std::map<std::int32_t, std::vector<std::size_t>> of_unit;
    for (std::size_t i = 0; i < bursts.size(); ++i)
        if (bursts[i].burst.unit >= 0) of_unit[bursts[i].burst.unit].push_back(i);
    std::vector<std::int64_t> onsets;
    std::vector<float> scratch(64);
    for (auto& entry : of_unit) {
        auto& list = entry.second;
        const auto peak = [&](std::size_t i) { return bursts[list[i]].discharges.front().peak; };
        std::sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) {
            return bursts[a].discharges.front().peak < bursts[b].discharges.front().peak;
        });
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::size_t first = i >= 8 ? i - 8 : 0;
            const std::size_t last = std::min(list.size() - 1, i + 8);
            onsets.clear();
            for (std::size_t j = first; j <= last; ++j) onsets.push_back(peak(j));
            Burst& b = bursts[list[i]].burst;
            burst::measure_repetition(b.features, onsets, rate_hz, scratch);
            burst::classify(b, electrode);
        }
    }
}

/// Longest silence inside voluntary activity: as the outer dip of sustained activity, and
/// the interval of a unit at its recruitment (132 ms at onset, field notes 2.1) twice.
inline constexpr double voluntary_dip_s = 0.25;

/// Joins the voluntary bursts of a site that follow each other: a contraction is one burst
/// of many discharges and units. A train of one unit alone stays as it is. Bursts by onset.
inline void join_voluntary(std::vector<Collector::Found>& bursts, double rate_hz, Electrode electrode) {
    std::map<std::int32_t, std::size_t> open;   // site -> index in `joined`
    std::vector<Collector::Found> joined;
    std::vector<double> sustained_frames;
    const auto sustained_part = [](const Collector::Found& f) {
        return static_cast<double>(f.burst.features.interference) * static_cast<double>(f.burst.end_sample - f.burst.onset_sample);
    };
    const auto dip = static_cast<std::int64_t>(voluntary_dip_s * rate_hz);
    for (auto& found : bursts) {
        const Burst& b = found.burst;
        const auto at = open.find(b.site);
        const bool voluntary = b.label == Label::voluntary;
        if (voluntary && at != open.end() && b.onset_sample - joined[at->second].burst.end_sample <= dip) {
            Collector::Found& whole = joined[at->second];
            whole.discharges.insert(whole.discharges.end(), found.discharges.begin(), found.discharges.end());
            whole.of_site = whole.of_site || found.of_site;
            sustained_frames[at->second] += sustained_part(found);
            whole.burst.end_sample = std::max(whole.burst.end_sample, b.end_sample);
            if (b.probability > whole.burst.probability) {
                whole.burst.probability = b.probability;
                whole.burst.probabilities = b.probabilities;
                whole.burst.clause = b.clause;
            }
            continue;
        }
        if (voluntary) open[b.site] = joined.size();
        joined.push_back(std::move(found));
        sustained_frames.push_back(sustained_part(joined.back()));
    }
    std::vector<float> scratch;
    for (std::size_t i = 0; i < joined.size(); ++i) {
        auto& d = joined[i].discharges;
        Burst& b = joined[i].burst;
        if (b.label != Label::voluntary || static_cast<std::size_t>(b.n_discharges) == d.size()) continue;
        std::sort(d.begin(), d.end(), [](const auto& x, const auto& y) { return x.peak < y.peak; });
        scratch.resize(d.size());
        const BurstFeatures before = b.features;
        b.features = burst::measure(d, rate_hz, scratch);
        b.features.build_up_s = before.build_up_s;
        b.features.periodicity = before.periodicity;
        b.features.regularity = before.regularity;
        b.features.envelope_hz = before.envelope_hz;
        b.features.envelope_periodicity = before.envelope_periodicity;
        std::vector<std::int32_t> units;
        for (const auto& x : d)
            if (x.unit >= 0) units.push_back(x.unit);
        std::sort(units.begin(), units.end());
        b.n_units = static_cast<std::int32_t>(std::unique(units.begin(), units.end()) - units.begin());
        if (b.n_units != 1 || joined[i].of_site) b.unit = -1;
        b.n_discharges = static_cast<std::int32_t>(d.size());
        b.duration_s = static_cast<double>(b.end_sample - b.onset_sample) / rate_hz;
        b.features.duration_s = static_cast<float>(b.duration_s);
        b.features.interference = static_cast<float>(
            std::min(1.0, sustained_frames[i] / static_cast<double>(b.end_sample - b.onset_sample)));
        b.features.pooled_hz = static_cast<float>(static_cast<double>(d.size()) / b.duration_s);
        b.rate_hz = b.features.rate_hz;
        b.isi_cv = b.features.isi_cv;
        // What speaks for the whole; its probability stays that of its clearest piece.
        float most = 0;
        for (std::size_t c = 0; c < burst::clause_table.size(); ++c)
            if (const float w = burst::weight(burst::clause_table[c], b.features, electrode);
                burst::clause_table[c].label == Label::voluntary && w > most) {
                most = w;
                b.clause = static_cast<std::int32_t>(c);
            }
        // Several units together are activity of the site as much as interference is.
        joined[i].of_site = joined[i].of_site || b.n_units > 1;
    }
    bursts = std::move(joined);
}

/// Discharges at the edge of a contraction are hardly spontaneous: each burst is named once
/// more with its distance from the voluntary activity of its site.
inline void weigh_neighbourhood(std::vector<Collector::Found>& bursts, double rate_hz, Electrode electrode) {
    std::map<std::int32_t, std::vector<std::pair<std::int64_t, std::int64_t>>> of_site;
    for (const auto& found : bursts)
        if (found.of_site && found.burst.label == Label::voluntary)
            of_site[found.burst.site].push_back({found.burst.onset_sample, found.burst.end_sample});
    for (auto& found : bursts) {
        Burst& b = found.burst;
        const auto at = of_site.find(b.site);
        if (at == of_site.end() || (found.of_site && b.label == Label::voluntary)) continue;
        // Sorted and apart, as the bursts are: only the two neighbours can be nearest.
        const auto& list = at->second;
        auto next = std::lower_bound(list.begin(), list.end(), std::pair{b.onset_sample, b.onset_sample});
        std::int64_t gap = std::numeric_limits<std::int64_t>::max();
        if (next != list.end()) gap = next->first - b.end_sample;
        if (next != list.begin()) gap = std::min(gap, b.onset_sample - (next - 1)->second);
        b.features.voluntary_gap_s = static_cast<float>(static_cast<double>(std::max<std::int64_t>(0, gap)) / rate_hz);
        if (b.label != Label::voluntary) burst::classify(b, electrode);
    }
}

}  // namespace fascikit::analysis
