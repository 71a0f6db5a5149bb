// The summary of each site: minutes, rates with intervals, intervals, amplitudes, labels.
//
// Rates carry exact 95 % Poisson intervals (Garwood 1936), widened by the square root of
// the dispersion where counts in 10-s pieces vary more than a Poisson process allows
// (variance over mean, when it exceeds 1 at the 5 % level). O(sites × (events + bursts)).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "fascikit/core/poisson.hpp"
#include "fascikit/core/result.hpp"

namespace fascikit::analysis {

[[nodiscard]] inline Quartiles quartiles(std::vector<double> values) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    if (values.empty()) return {none, none, none};
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(values.size() - 1);
        const auto low = static_cast<std::size_t>(place);
        const std::size_t high = std::min(low + 1, values.size() - 1);
        return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
    };
    return {at(0.25), at(0.5), at(0.75)};
}

/// Stretches of time, sorted and without overlap, in samples.
class Stretches {
public:
    void add(std::int64_t first, std::int64_t end) {
        if (end > first) list_.push_back({first, end});
    }
    void merge() {
        std::sort(list_.begin(), list_.end());
        std::vector<std::pair<std::int64_t, std::int64_t>> merged;
        for (const auto& s : list_) {
            if (!merged.empty() && s.first <= merged.back().second)
                merged.back().second = std::max(merged.back().second, s.second);
            else
                merged.push_back(s);
        }
        list_ = std::move(merged);
    }
    [[nodiscard]] std::int64_t length() const noexcept {
        std::int64_t sum = 0;
        for (const auto& s : list_) sum += s.second - s.first;
        return sum;
    }
    [[nodiscard]] std::int64_t overlap(std::int64_t first, std::int64_t end) const noexcept {
        std::int64_t sum = 0;
        for (auto it = from(first); it != list_.end() && it->first < end; ++it)
            sum += std::max<std::int64_t>(0, std::min(end, it->second) - std::max(first, it->first));
        return sum;
    }
    [[nodiscard]] bool contains(std::int64_t sample) const noexcept { return overlap(sample, sample + 1) > 0; }

private:
    [[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>>::const_iterator from(std::int64_t first) const noexcept {
        auto it = std::upper_bound(list_.begin(), list_.end(), std::pair{first, std::numeric_limits<std::int64_t>::max()});
        return it == list_.begin() ? it : it - 1;
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> list_;
};

/// A rate from the times of what was counted and the stretches that do not count as time.
[[nodiscard]] inline Rate rate_of(const std::vector<std::int64_t>& samples, const Stretches& excluded,
                                  std::int64_t frames, double rate_hz) {
    Rate r;
    r.count = static_cast<std::int64_t>(samples.size());
    r.minutes = static_cast<double>(frames - excluded.length()) / rate_hz / 60.0;
    if (!(r.minutes > 0)) {
        r.per_min = r.low_per_min = r.high_per_min = std::numeric_limits<double>::quiet_NaN();
        return r;
    }
    r.per_min = static_cast<double>(r.count) / r.minutes;
    // Pieces of 10 s of which at least half is usable.
    const auto piece = static_cast<std::int64_t>(10.0 * rate_hz);
    const std::int64_t pieces = frames / piece;
    std::vector<double> counts(static_cast<std::size_t>(pieces), 0.0);
    for (const std::int64_t s : samples)
        if (s / piece < pieces) counts[static_cast<std::size_t>(s / piece)] += 1;
    double sum = 0;
    double used = 0;
    std::vector<double> rates;
    for (std::int64_t i = 0; i < pieces; ++i) {
        const auto usable = static_cast<double>(piece - excluded.overlap(i * piece, (i + 1) * piece));
        if (usable < 0.5 * static_cast<double>(piece)) continue;
        rates.push_back(counts[static_cast<std::size_t>(i)] * static_cast<double>(piece) / usable);
        sum += rates.back();
        used += 1;
    }
    if (used >= 6 && sum >= 5) {
        const double mean = sum / used;
        double squares = 0;
        for (const double v : rates) squares += (v - mean) * (v - mean);
        const double dispersion = squares / (used - 1) / mean;
        // Chi-square with used - 1 degrees of freedom, its 95 % point by Wilson and Hilferty.
        const double k = used - 1;
        const double point = std::pow(1 - 2 / (9 * k) + 1.6449 * std::sqrt(2 / (9 * k)), 3);
        if (dispersion > point) r.dispersion = dispersion;
    }
    const auto [low, high] = core::poisson_interval(r.count);
    const double widen = std::sqrt(r.dispersion);
    const double middle = static_cast<double>(r.count);
    r.low_per_min = std::max(0.0, middle - widen * (middle - low)) / r.minutes;
    r.high_per_min = (middle + widen * (high - middle)) / r.minutes;
    return r;
}

[[nodiscard]] inline bool is_fasciculation(Label label) noexcept {
    return label == Label::fasciculation_potential || label == Label::fasciculation_multiplet;
}

/// Fills `analysis.sites` and `coincidences` from everything else in it. `noise[site]`:
/// samples of the noise RMS; `threshold[site]`.
inline void summarise(Analysis& analysis, const std::vector<std::vector<double>>& noise,
                      const std::vector<double>& threshold) {
    const RecordingInfo& info = analysis.recording;
    const double rate = info.sampling_rate_hz;
    std::vector<Label> label_of(analysis.bursts.size(), Label::indeterminate);
    for (const Burst& b : analysis.bursts) label_of[static_cast<std::size_t>(b.id)] = b.label;
    std::vector<std::pair<std::int32_t, std::int64_t>> of_unit;   // unit and peak, sorted
    for (const Event& e : analysis.events)
        if (e.unit >= 0 && (e.burst < 0 || label_of[static_cast<std::size_t>(e.burst)] != Label::artifact))
            of_unit.push_back({e.unit, e.peak_sample});
    std::sort(of_unit.begin(), of_unit.end());
    analysis.sites.clear();
    for (std::size_t s = 0; s < info.sites.size(); ++s) {
        const auto site = static_cast<std::int32_t>(s);
        SiteSummary out;
        out.name = info.sites[s].name;
        out.muscle = info.sites[s].muscle;
        out.side = info.sites[s].side;
        for (const int c : info.sites[s].channels) out.channels.push_back(info.channels[static_cast<std::size_t>(c)].label);
        Stretches masked;
        Stretches voluntary;
        Stretches closed;
        for (const Segment& g : analysis.segments) {
            if (g.site != site && g.site != -1) continue;
            if (g.kind == SegmentKind::masked) {
                masked.add(g.onset_sample, g.end_sample);
                out.masked.push_back({analysis.seconds(g.onset_sample), analysis.seconds(g.end_sample), g.reason});
            } else if (g.kind == SegmentKind::voluntary) {
                voluntary.add(g.onset_sample, g.end_sample);
            }
            closed.add(g.onset_sample, g.end_sample);
        }
        masked.merge();
        voluntary.merge();
        closed.merge();
        const auto minutes = [&](std::int64_t frames) { return static_cast<double>(frames) / rate / 60.0; };
        out.minutes_recorded = minutes(info.frames);
        out.minutes_masked = minutes(masked.length());
        out.minutes_usable = minutes(info.frames - masked.length());
        out.minutes_voluntary = minutes(voluntary.length());

        std::vector<std::int64_t> before;
        std::vector<std::int64_t> after;
        std::vector<double> amplitudes;
        for (const Event& e : analysis.events) {
            if (e.site != site) continue;
            const Label label = e.burst >= 0 ? label_of[static_cast<std::size_t>(e.burst)] : Label::indeterminate;
            if (label != Label::artifact) before.push_back(e.peak_sample);
            if (!is_fasciculation(label) || voluntary.contains(e.peak_sample)) continue;
            after.push_back(e.peak_sample);
            amplitudes.push_back(static_cast<double>(e.amplitude_uv));
        }
        out.fasciculations_before_gate = rate_of(before, masked, info.frames, rate);
        out.fasciculations = rate_of(after, closed, info.frames, rate);
        out.amplitude_uv = quartiles(std::move(amplitudes));
        std::vector<double> intervals;
        std::sort(after.begin(), after.end());
        for (std::size_t i = 0; i + 1 < after.size(); ++i)
            intervals.push_back(static_cast<double>(after[i + 1] - after[i]) / rate);
        out.interval_s = quartiles(std::move(intervals));
        out.noise_uv = quartiles(noise[s]);
        out.threshold_snr = threshold[s];
        for (const Burst& b : analysis.bursts)
            if (b.site == site) ++out.label_counts[static_cast<std::size_t>(b.label)];

        // Intervals of each unit: Sleutjes' classes, doublets, F-wave pairs.
        for (const Unit& unit : analysis.units) {
            if (unit.site != site) continue;
            std::vector<std::int64_t> peaks;
            auto at = std::lower_bound(of_unit.begin(), of_unit.end(),
                                       std::pair{unit.id, std::numeric_limits<std::int64_t>::min()});
            for (; at != of_unit.end() && at->first == unit.id; ++at)
                if (!voluntary.contains(at->second)) peaks.push_back(at->second);
            const auto ms = [&](std::size_t i) { return 1000.0 * static_cast<double>(peaks[i + 1] - peaks[i]) / rate; };
            for (std::size_t i = 0; i < peaks.size(); ++i) {
                const bool long_before = i == 0 || ms(i - 1) > 250;
                const bool long_after = i + 1 == peaks.size() || ms(i) > 250;
                ++(long_before && long_after ? out.isolated : !long_before && !long_after ? out.continual : out.other);
                if (i + 1 == peaks.size()) continue;
                if (ms(i) >= 2 && ms(i) <= 20) ++out.doublets;
                if (ms(i) >= 25 && ms(i) <= 45) ++out.f_wave_pairs;
            }
        }
        analysis.sites.push_back(std::move(out));
    }

    // Pairs of sites that discharged within ±5 ms.
    const std::size_t n = info.sites.size();
    if (n < 2) return;
    std::vector<const Event*> order;
    for (const Event& e : analysis.events) order.push_back(&e);
    std::sort(order.begin(), order.end(), [](const Event* a, const Event* b) { return a->peak_sample < b->peak_sample; });
    std::vector<std::int64_t> pairs(n * n, 0);
    std::vector<double> counts(n, 0);
    const auto reach = static_cast<std::int64_t>(0.005 * rate);
    for (std::size_t i = 0; i < order.size(); ++i) {
        counts[static_cast<std::size_t>(order[i]->site)] += 1;
        for (std::size_t j = i + 1; j < order.size() && order[j]->peak_sample - order[i]->peak_sample <= reach; ++j) {
            const auto a = static_cast<std::size_t>(std::min(order[i]->site, order[j]->site));
            const auto b = static_cast<std::size_t>(std::max(order[i]->site, order[j]->site));
            if (a != b) ++pairs[a * n + b];
        }
    }
    const double seconds = info.duration_s();
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b < n; ++b)
            if (pairs[a * n + b] > 0)
                analysis.coincidences.push_back({static_cast<std::int32_t>(a), static_cast<std::int32_t>(b),
                                                 pairs[a * n + b], counts[a] * counts[b] * 0.010 / seconds});
}

}  // namespace fascikit::analysis
