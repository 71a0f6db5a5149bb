// What a pass gives out, kept; and what is worked out of it afterwards: units, and the
// first-pass event that each event came from. Plain loops over the results.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "fascikit/analysis/builder.hpp"
#include "fascikit/core/result.hpp"

namespace fascikit::analysis {

/// Collects what a pass gives out.
struct Collector {
    struct Found {
        Burst burst;
        bool of_site = false;
        std::vector<burst::Discharge> discharges;
    };
    std::vector<Event> events;
    std::vector<Segment> segments;
    std::vector<Found> bursts;

    void event(const Event& e) { events.push_back(e); }
    void segment(const Segment& s) { segments.push_back(s); }
    void burst(const Burst& b, bool of_site, std::span<const burst::Discharge> d) {
        bursts.push_back({b, of_site, {d.begin(), d.end()}});
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

}  // namespace fascikit::analysis
