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

#include "fascikit/analysis/collect.hpp"
#include "fascikit/analysis/review.hpp"
#include "fascikit/analysis/second_pass.hpp"
#include "fascikit/analysis/segments.hpp"
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
        join_voluntary(collected.bursts, info.sampling_rate_hz, options.electrode);
        weigh_neighbourhood(collected.bursts, info.sampling_rate_hz, options.electrode);
        join_voluntary(collected.bursts, info.sampling_rate_hz, options.electrode);
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
            if (const auto segment = segment_of(found.burst, found.of_site)) out.segments.push_back(*segment);
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
