// analyze: the whole path in one call, from a recording to named discharges.
//
// Reads the source once, by blocks of about a second, and runs both passes beside each
// other. passes = 1 gives exactly what Stream gives (events, segments and bursts bit for
// bit), with units, references and summary added. passes = 2 gives the second pass; each
// of its events names the first-pass event it came from, if any.
//
// Memory does not grow with the recording but for the results. One thread, deterministic.
// Throws std::invalid_argument for options, InputError for recordings that cannot be used
// (too short, no usable channel) or that fail underneath.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/analysis/second_pass.hpp"
#include "fascikit/analysis/stream.hpp"
#include "fascikit/analysis/summary.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/result.hpp"
#include "fascikit/core/version.hpp"
#include "fascikit/filter/kernels.hpp"

namespace fascikit {

/// Called with the share that is done; answering false stops the analysis with InputError.
using Progress = std::function<bool(double share)>;

/// The options of the Stream that does what `analyze` does in its first pass.
[[nodiscard]] inline StreamOptions stream_options(const RecordingInfo& info, const AnalyzeOptions& options) {
    StreamOptions s;
    s.sampling_rate_hz = info.sampling_rate_hz;
    s.channels = static_cast<int>(info.channels.size());
    s.electrode = options.electrode;
    s.band = options.band;
    s.mains = options.mains;
    s.false_per_minute = options.false_per_minute;
    s.sites = info.sites;
    for (const ChannelInfo& c : info.channels) {
        s.rail_low_uv.push_back(c.rail_low_uv);
        s.rail_high_uv.push_back(c.rail_high_uv);
    }
    return s;
}

namespace analysis {

/// Collects what a pass gives out.
struct Collector {
    struct Found {
        Burst burst;
        bool sustained = false;
        std::vector<burst::Discharge> discharges;
    };
    std::vector<Event> events;
    std::vector<Segment> segments;
    std::vector<Found> bursts;

    void event(const Event& e) { events.push_back(e); }
    void segment(const Segment& s) { segments.push_back(s); }
    void burst(const Burst& b, bool sustained, std::span<const burst::Discharge> d) {
        bursts.push_back({b, sustained, {d.begin(), d.end()}});
    }
};

/// What a Stream gives out, kept.
struct GrowingSink {
    std::vector<Event> events;
    std::vector<Segment> segments;
    std::vector<Burst> bursts;
    std::vector<std::vector<std::int64_t>> ids;

    bool on_event(const Event& e) noexcept { events.push_back(e); return true; }
    bool on_segment(const Segment& s) noexcept { segments.push_back(s); return true; }
    bool on_burst(const Burst& b, std::span<const std::int64_t> list) noexcept {
        bursts.push_back(b);
        ids.emplace_back(list.begin(), list.end());
        return true;
    }
};

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
inline void join_voluntary(std::vector<Collector::Found>& bursts, double rate_hz) {
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
            whole.sustained = whole.sustained || found.sustained;
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
        if (b.n_units != 1 || joined[i].sustained) b.unit = -1;
        b.n_discharges = static_cast<std::int32_t>(d.size());
        b.duration_s = static_cast<double>(b.end_sample - b.onset_sample) / rate_hz;
        b.features.duration_s = static_cast<float>(b.duration_s);
        b.features.interference = static_cast<float>(
            std::min(1.0, sustained_frames[i] / static_cast<double>(b.end_sample - b.onset_sample)));
        b.features.pooled_hz = static_cast<float>(static_cast<double>(d.size()) / b.duration_s);
        b.rate_hz = b.features.rate_hz;
        b.isi_cv = b.features.isi_cv;
        // Several units together are activity of the site as much as interference is.
        joined[i].sustained = joined[i].sustained || b.n_units > 1;
    }
    bursts = std::move(joined);
}

/// Discharges at the edge of a contraction are hardly spontaneous: each burst is named once
/// more with its distance from the voluntary activity of its site.
inline void weigh_neighbourhood(std::vector<Collector::Found>& bursts, double rate_hz, Electrode electrode) {
    std::map<std::int32_t, std::vector<std::pair<std::int64_t, std::int64_t>>> of_site;
    for (const auto& found : bursts)
        if (found.sustained && found.burst.label == Label::voluntary)
            of_site[found.burst.site].push_back({found.burst.onset_sample, found.burst.end_sample});
    for (auto& found : bursts) {
        Burst& b = found.burst;
        const auto at = of_site.find(b.site);
        if (at == of_site.end() || (found.sustained && b.label == Label::voluntary)) continue;
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

/// Units of the second pass from the discharges of its bursts.
template <class T>
void collect_units(Analysis& out, const std::vector<Collector::Found>& bursts, const BurstBuilder<T>& builder) {
    std::map<std::int32_t, std::vector<const burst::Discharge*>> of_unit;
    std::map<std::int32_t, std::int32_t> site_of;
    for (const auto& found : bursts)
        for (const auto& d : found.discharges)
            if (d.unit >= 0) {
                of_unit[d.unit].push_back(&d);
                site_of[d.unit] = found.burst.site;
            }
    for (const auto& entry : of_unit) {
        const auto& list = entry.second;
        const auto median_of = [&](auto member) {
            std::vector<float> values;
            for (const auto* d : list)
                if (!core::is_nan(d->*member)) values.push_back(d->*member);
            return burst::median(values);
        };
        Unit u;
        u.id = entry.first;
        u.site = site_of[entry.first];
        u.n_discharges = static_cast<std::int64_t>(list.size());
        u.amplitude_uv = median_of(&burst::Discharge::amplitude_uv);
        u.duration_ms = median_of(&burst::Discharge::potential_ms);
        u.phases = median_of(&burst::Discharge::phases);
        u.turns = median_of(&burst::Discharge::turns);
        u.area_uv_ms = median_of(&burst::Discharge::area_uv_ms);
        u.rise_ms = median_of(&burst::Discharge::rise_ms);
        u.snr = median_of(&burst::Discharge::snr);
        const double nearest = builder.nearest_template(static_cast<std::size_t>(u.site), u.id);
        const auto within = static_cast<double>(median_of(&burst::Discharge::distance));
        u.isolation = static_cast<float>((nearest - within) / std::max({nearest, within, 1e-9}));
        if (core::is_nan(nearest)) u.isolation = std::numeric_limits<float>::quiet_NaN();
        out.units.push_back(u);
    }
}

/// Rates of units over the usable minutes of their site.
inline void rate_units(Analysis& out) {
    for (Unit& u : out.units) {
        const double minutes = out.sites[static_cast<std::size_t>(u.site)].minutes_usable;
        u.rate_per_min = static_cast<float>(static_cast<double>(u.n_discharges) / minutes);
    }
}

/// The first-pass event of the same site whose peak is nearest, within 10 ms.
inline void link_first_pass(Analysis& out) {
    const auto reach = static_cast<std::int64_t>(0.010 * out.recording.sampling_rate_hz);
    std::map<std::int32_t, std::vector<const Event*>> of_site;
    for (const Event& e : out.first_pass) of_site[e.site].push_back(&e);
    for (auto& entry : of_site)
        std::sort(entry.second.begin(), entry.second.end(),
                  [](const Event* a, const Event* b) { return a->peak_sample < b->peak_sample; });
    for (Event& e : out.events) {
        const auto& list = of_site[e.site];
        auto it = std::lower_bound(list.begin(), list.end(), e.peak_sample - reach,
                                   [](const Event* a, std::int64_t at) { return a->peak_sample < at; });
        std::int64_t best = reach + 1;
        for (; it != list.end() && (*it)->peak_sample <= e.peak_sample + reach; ++it) {
            const std::int64_t distance = std::abs((*it)->peak_sample - e.peak_sample);
            if (distance < best) {
                best = distance;
                e.first_pass = (*it)->id;
            }
        }
    }
}

/// One line that says why nothing can be used, when no site has any usable time.
inline void refuse_unusable(const Analysis& out) {
    std::string text;
    for (std::size_t s = 0; s < out.sites.size(); ++s) {
        if (out.sites[s].minutes_usable > 0) return;
        std::map<Reason, double> seconds;
        for (const MaskedStretch& m : out.sites[s].masked) seconds[m.reason] += m.end_s - m.onset_s;
        Reason most = Reason::not_finite;
        double longest = -1;
        for (const auto& [reason, time] : seconds)
            if (time > longest) {
                longest = time;
                most = reason;
            }
        if (s == 4 && out.sites.size() > 5) {
            text += ", and " + std::to_string(out.sites.size() - s) + " more";
            break;
        }
        text += (text.empty() ? "'" : ", '") + out.sites[s].name + "' (" + std::string(to_string(most)) + ")";
    }
    core::fail_input("no channel can be used: " + text);
}

inline void check(const RecordingInfo& info, const AnalyzeOptions& options) {
    if (info.channels.empty()) core::fail_input("the recording has no channels to analyse");
    if (info.sites.empty()) core::fail_input("the recording has no sites");
    if (const auto text = core::problem_of_rate(info.sampling_rate_hz); !text.empty()) core::fail_input(text);
    if (const auto text = problem(options, info.sampling_rate_hz); !text.empty()) core::fail_option(text);
    const StreamOptions stream = stream_options(info, options);
    if (const auto text = problem(stream); !text.empty()) core::fail_option(text);
    const double shortest = Setup(info.sampling_rate_hz, options.electrode, options.band).shortest_s();
    if (info.duration_s() < shortest)
        core::fail_input("the recording lasts " + core::number(info.duration_s()) + " s: at least " +
                         core::number(shortest) + " s are needed for the filter and the noise level");
}

/// Gives `use(first_sample, block)` every stretch between gaps, in blocks of about a second.
template <Source S, class Use>
void read_blocks(const S& source, Use&& use) {
    const RecordingInfo& info = source.info();
    const auto length = std::max<std::int64_t>(1024, static_cast<std::int64_t>(info.sampling_rate_hz));
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    std::vector<float> buffer(static_cast<std::size_t>(length * channels));
    std::vector<Gap> gaps = info.gaps;
    std::sort(gaps.begin(), gaps.end(), [](const Gap& a, const Gap& b) { return a.first < b.first; });
    // A gap at either end is told by an empty block behind it, and in front of it.
    const auto tell = [&](std::int64_t sample) {
        use(sample, BlockView<const float>(planar(buffer.data(), 0, channels, length)));
    };
    if (!gaps.empty() && gaps.front().first <= 0) tell(0);
    std::int64_t at = 0;
    std::int64_t given = 0;
    for (std::size_t g = 0; g <= gaps.size(); ++g) {
        const std::int64_t end = g < gaps.size() ? std::min(gaps[g].first, info.frames) : info.frames;
        while (at < end) {
            const std::int64_t n = std::min(length, end - at);
            const auto block = planar(buffer.data(), n, channels, length);
            if constexpr (requires { source.view(at, n); }) {
                use(at, source.view(at, n));
            } else {
                source.read(at, block);
                use(at, BlockView<const float>(block));
            }
            given = at += n;
        }
        if (g < gaps.size()) at = std::max(at, gaps[g].first + gaps[g].count);
    }
    if (given < info.frames) tell(info.frames);
}

}  // namespace analysis

template <Source S>
[[nodiscard]] Analysis analyze(const S& source, const AnalyzeOptions& options = {}, const Progress& progress = {}) {
    using namespace analysis;
    const RecordingInfo& info = source.info();
    check(info, options);
    const StreamOptions stream = stream_options(info, options);
    const Setup setup(info.sampling_rate_hz, options.electrode, options.band);
    const LaneMap map(stream);

    Analysis out;
    out.version = FASCIKIT_VERSION_STRING;
    out.cpu_path = kernels::cpu_path();
    out.recording = info;
    out.options = options;
    out.options.band = setup.band;

    Stream<float> first(stream);
    GrowingSink live;
    std::optional<SecondPass<float>> second;
    if (options.passes == 2) second.emplace(stream, setup, map);
    Collector collected;
    const auto tap = [&](std::int64_t index, float* tile, const detect::TileState* states) {
        if (second) second->tile(index, tile, states, first.mains(), collected);
    };

    read_blocks(source, [&](std::int64_t at, auto block) {
        first.process_and(block, at, live, tap);
        if (progress && !progress(static_cast<double>(at + block.frames) / static_cast<double>(info.frames)))
            core::fail_input("stopped");
    });
    first.flush_and(live, tap);
    if (options.mains == Mains::automatic) out.options.mains = first.mains();

    std::vector<std::vector<double>> noise(info.sites.size());
    std::vector<double> threshold(info.sites.size());
    for (std::size_t s = 0; s < threshold.size(); ++s) threshold[s] = first.threshold(s);

    if (second) {
        second->flush(info.frames, collected);
        review(collected.bursts, info.sampling_rate_hz, options.electrode);
        std::sort(collected.bursts.begin(), collected.bursts.end(), [](const auto& a, const auto& b) {
            return std::tie(a.burst.onset_sample, a.burst.site, a.burst.id) <
                   std::tie(b.burst.onset_sample, b.burst.site, b.burst.id);
        });
        join_voluntary(collected.bursts, info.sampling_rate_hz);
        weigh_neighbourhood(collected.bursts, info.sampling_rate_hz, options.electrode);
        join_voluntary(collected.bursts, info.sampling_rate_hz);
        // Events get their places in time order; what refers to them follows.
        std::vector<std::int64_t> place(collected.events.size());
        std::vector<std::size_t> order(collected.events.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const Event& x = collected.events[a];
            const Event& y = collected.events[b];
            return std::tie(x.onset_sample, x.site, x.id) < std::tie(y.onset_sample, y.site, y.id);
        });
        for (std::size_t i = 0; i < order.size(); ++i) {
            Event e = collected.events[order[i]];
            place[static_cast<std::size_t>(e.id)] = static_cast<std::int64_t>(i);
            e.id = static_cast<std::int64_t>(i);
            out.events.push_back(e);
        }
        out.segments = std::move(collected.segments);
        collect_units(out, collected.bursts, second->builder());
        for (std::size_t i = 0; i < collected.bursts.size(); ++i) {
            auto& found = collected.bursts[i];
            found.burst.id = static_cast<std::int64_t>(i);
            for (const auto& d : found.discharges) {
                Event& e = out.events[static_cast<std::size_t>(place[static_cast<std::size_t>(d.id)])];
                e.burst = found.burst.id;
                e.unit = d.unit;
            }
            if (found.sustained && found.burst.label == Label::voluntary) {
                Segment g;
                g.onset_sample = found.burst.onset_sample;
                g.end_sample = found.burst.end_sample;
                g.site = found.burst.site;
                g.kind = SegmentKind::voluntary;
                g.reason = Reason::contraction;
                out.segments.push_back(g);
            }
            out.bursts.push_back(found.burst);
        }
        std::sort(out.segments.begin(), out.segments.end(), [](const Segment& a, const Segment& b) {
            return std::tie(a.onset_sample, a.site, a.end_sample) < std::tie(b.onset_sample, b.site, b.end_sample);
        });
        out.first_pass = std::move(live.events);
        link_first_pass(out);
        for (const auto& row : second->noise().seconds())
            for (std::size_t s = 0; s < map.sites.size(); ++s)
                for (std::size_t k = map.sites[s].first; k < map.sites[s].first + map.sites[s].count; ++k)
                    if (!core::is_nan(row[k])) noise[s].push_back(static_cast<double>(row[k]));
    } else {
        out.events = std::move(live.events);
        out.segments = std::move(live.segments);
        out.bursts = std::move(live.bursts);
        std::map<std::int32_t, Unit> units;
        for (std::size_t i = 0; i < out.bursts.size(); ++i)
            for (const std::int64_t id : live.ids[i]) {
                Event& e = out.events[static_cast<std::size_t>(id)];
                e.burst = out.bursts[i].id;
                e.unit = out.bursts[i].unit;
                if (e.unit < 0) continue;
                Unit& u = units[e.unit];
                if (u.n_discharges == 0) {
                    const BurstFeatures& f = out.bursts[i].features;
                    constexpr float none = std::numeric_limits<float>::quiet_NaN();
                    u.id = e.unit;
                    u.site = e.site;
                    u.duration_ms = f.potential_ms;
                    u.phases = f.phases;
                    u.turns = u.area_uv_ms = u.rise_ms = u.isolation = none;
                    u.amplitude_uv = e.amplitude_uv;
                    u.snr = e.snr;
                }
                ++u.n_discharges;
                // A running mean; the second pass has medians.
                const auto n = static_cast<float>(u.n_discharges);
                u.amplitude_uv += (e.amplitude_uv - u.amplitude_uv) / n;
                u.snr += (e.snr - u.snr) / n;
            }
        for (const auto& entry : units) out.units.push_back(entry.second);
        for (const Event& e : out.events)
            if (e.snr > 0) noise[static_cast<std::size_t>(e.site)].push_back(static_cast<double>(e.amplitude_uv / e.snr));
    }
    summarise(out, noise, threshold);
    refuse_unusable(out);
    rate_units(out);
    return out;
}

}  // namespace fascikit
