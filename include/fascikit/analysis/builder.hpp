// BurstBuilder: from detections to units, bursts and voluntary segments.
//
// Waits 150 ms with each event until its surroundings are known. Events inside sustained
// activity form one group of the site; every other event is assigned to a unit by its
// waveform, and the unit's events are grouped when the unit has been silent for 300 ms
// (2.2 s for needles, where trains may be that slow). A group is measured, named and
// given out once; nothing given out changes.
//
// Both passes use it. With `bounded`, nothing is allocated after construction: a group is
// then given out at the latest with 64 discharges of a unit or 256 of a sustained activity,
// and what follows is a new group.
// Frames are those of the filtered signal; `delay` is subtracted for positions given out.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fascikit/analysis/site_state.hpp"
#include "fascikit/analysis/surroundings.hpp"
#include "fascikit/burst/classify.hpp"
#include "fascikit/burst/group.hpp"
#include "fascikit/burst/measure.hpp"
#include "fascikit/core/reserved.hpp"
#include "fascikit/detect/detector.hpp"
#include "fascikit/sort/features.hpp"
#include "fascikit/sort/units.hpp"

namespace fascikit::analysis {

template <class T>
class BurstBuilder {
public:
    BurstBuilder(const detect::Timing& timing, const std::vector<detect::SiteLanes>& sites, Electrode electrode,
                 std::int64_t delay, bool bounded)
        : timing_(timing), electrode_(electrode), delay_(delay), bounded_(bounded), sites_(sites) {
        std::size_t widest = 1;
        states_.reserve(sites.size());
        for (const auto& site : sites) {
            widest = std::max(widest, site.count);
            states_.emplace_back(site.count, timing);
        }
        wave_.assign(widest * static_cast<std::size_t>(timing.before + timing.after), T{});
        scratch_.assign(4096, 0.0F);
        ids_.reserve(4096);
    }

    /// A detection, with the id it was given out under.
    void on_event(const detect::Detection& d, std::int64_t id) noexcept {
        SiteState<T>& site = states_[d.site];
        site.peaks[site.peak_count++ % site.peaks.size()] = d.peak;
        if (site.pending_count == site.pending.size()) return;  // 128 events in 150 ms: cannot be
        site.pending[(site.pending_first + site.pending_count++) % site.pending.size()] = {d, id};
    }
    void on_activity(std::size_t site, const detect::Activity& activity) noexcept {
        if (!activity.sustained) return;
        states_[site].closed = activity;
        states_[site].closing = true;
    }
    /// Mean square over noise of the site's most active channel in one tile.
    void on_tile(std::size_t site, std::int64_t tile, double ratio) noexcept {
        auto& ring = states_[site].envelope;
        ring[static_cast<std::size_t>(tile) % ring.size()] = static_cast<float>(std::sqrt(ratio));
    }

    /// Everything that can be decided with the frames before `now`. `out(Burst&, span<const
    /// int64_t> ids, bool of_site, span<const burst::Discharge>)`; `of_site`: sustained activity or an
    /// artifact told at once, not a unit's group.
    template <class Out>
    void advance(std::int64_t now, const detect::Detector<T>& detector, Out&& out) noexcept {
        for (std::size_t s = 0; s < states_.size(); ++s) {
            SiteState<T>& site = states_[s];
            take_pending(s, now - timing_.assign_delay, detector, out);
            if (site.closing && now >= site.closed.end_tile * timing_.tile + timing_.assign_delay + timing_.tile) {
                close_sustained(s, detector, out);
                site.closing = false;
            }
            if (site.lists_busy == 0) continue;
            const auto silence = timing_.frames(burst::closing_interval_s(electrode_)) + timing_.assign_delay;
            for (std::size_t u = 0; u < site.lists.size(); ++u)
                if (!site.lists[u].empty() && now - site.lists[u].back().peak > silence) close_unit(s, u, out);
        }
    }
    /// Everything that is still open, at the end of the recording.
    template <class Out>
    void flush(const detect::Detector<T>& detector, Out&& out) noexcept {
        for (std::size_t s = 0; s < states_.size(); ++s) {
            take_pending(s, std::int64_t{1} << 62, detector, out);
            if (!states_[s].run.empty()) close_sustained(s, detector, out);
            states_[s].closing = false;
            for (std::size_t u = 0; u < states_[s].lists.size(); ++u)
                if (!states_[s].lists[u].empty()) close_unit(s, u, out);
        }
    }
    /// Distance from a unit's template to the nearest other of its site; NaN where there is none.
    [[nodiscard]] double nearest_template(std::size_t s, std::int32_t unit) const noexcept {
        const SiteState<T>& site = states_[s];
        for (std::size_t u = 0; u < site.history.size(); ++u)
            if (site.history[u].unit == unit) return site.sorter.nearest(u);
        return std::numeric_limits<double>::quiet_NaN();
    }
    void reset() noexcept {
        for (auto& site : states_) site.reset();
        next_burst_ = 0;
        next_unit_ = 0;
    }

private:
    static constexpr std::int64_t never = std::int64_t{1} << 60;

    [[nodiscard]] bool in_sustained(const SiteState<T>& site, std::size_t s, std::int64_t frame,
                                    const detect::Detector<T>& detector) const noexcept {
        const auto inside = [&](const detect::Activity& a) {
            return a.sustained && frame >= (a.first_tile - 1) * timing_.tile && frame < (a.end_tile + 1) * timing_.tile;
        };
        const auto& tracker = detector.tracker(s);
        if (tracker.open() && inside(tracker.current())) return true;
        return inside(site.closed);
    }

    template <class Out>
    void take_pending(std::size_t s, std::int64_t until, const detect::Detector<T>& detector, Out& out) noexcept {
        SiteState<T>& site = states_[s];
        while (site.pending_count > 0) {
            const Pending entry = site.pending[site.pending_first];
            if (entry.detection.peak > until) return;
            site.pending_first = (site.pending_first + 1) % site.pending.size();
            --site.pending_count;
            burst::Discharge d = describe(s, entry, detector);
            if (in_sustained(site, s, entry.detection.peak, detector)) {
                if (bounded_ && site.run.size() == longest_group) close_sustained(s, detector, out);
                site.run.push_back(d);
                continue;
            }
            // The filter rings on after a step, far below it: that has the step's cause.
            if (d.peak - site.step.peak < timing_.frames(0.3) && d.amplitude_uv < 0.25F * site.step.amplitude_uv)
                d.low_frequency = std::max(d.low_frequency, site.step.low_frequency);
            if (is_artifact(s, d)) {
                // Told at once, and no template is made of it.
                if (d.amplitude_uv > site.step.amplitude_uv || d.peak - site.step.peak > timing_.frames(0.3)) site.step = d;
                emit(s, std::span(&d, 1), nullptr, out, never, true);
                continue;
            }
            const auto a = site.sorter.assign(wave_.data(), noise_power(s, detector), entry.detection.peak);
            if (a.slot < 0) {
                // No template free: a discharge of its own.
                emit(s, std::span(&d, 1), nullptr, out);
                continue;
            }
            const auto slot = static_cast<std::size_t>(a.slot);
            auto& list = site.lists[slot];
            if (a.founded) {
                if (!list.empty()) close_unit(s, slot, out);
                site.history[slot] = History{};
                site.history[slot].unit = next_unit_++;
            }
            d.unit = site.history[slot].unit;
            d.similarity = static_cast<float>(a.similarity);
            d.distance = static_cast<float>(a.distance);
            const bool apart = !list.empty() && d.peak - list.back().peak > timing_.frames(burst::closing_interval_s(electrode_));
            if (apart || (bounded_ && list.size() == list.capacity())) close_unit(s, slot, out);
            if (list.empty()) ++site.lists_busy;
            list.push_back(d);
        }
    }

    /// Whether one discharge, whatever its unit does, is not from the muscle.
    [[nodiscard]] bool is_artifact(std::size_t s, const burst::Discharge& d) noexcept {
        Burst b;
        b.features = burst::measure(std::span(&d, 1), timing_.rate_hz, scratch_);
        b.features.pooled_hz = pooled_hz(states_[s], std::span(&d, 1));
        // Nearly always no clause of it has support: the others need not be asked.
        bool supported = false;
        for (const burst::Clause& clause : burst::clause_table)
            supported = supported || (clause.label == Label::artifact &&
                                      burst::weight(clause, b.features, electrode_) > burst::indeterminate_weight);
        if (!supported) return false;
        burst::classify(b, electrode_);
        return b.label == Label::artifact;
    }
    /// Reads the waveform of an event into `wave_` and measures it.
    [[nodiscard]] burst::Discharge describe(std::size_t s, const Pending& entry,
                                            const detect::Detector<T>& detector) noexcept {
        const detect::Detection& e = entry.detection;
        const detect::SiteLanes& lanes = sites_[s];
        const std::int64_t length = timing_.before + timing_.after;
        for (std::size_t c = 0; c < lanes.count; ++c)
            for (std::int64_t i = 0; i < length; ++i)
                wave_[c * static_cast<std::size_t>(length) + static_cast<std::size_t>(i)] =
                    detector.sample(e.peak - timing_.before + i, lanes.first + c);
        const auto own = std::span<const T>(wave_).subspan((e.lane - lanes.first) * static_cast<std::size_t>(length),
                                                           static_cast<std::size_t>(length));
        const auto f = sort::measure(own, timing_.rate_hz, detector.noise(e.lane));
        burst::Discharge d;
        d.id = entry.id;
        d.onset = e.onset;
        d.peak = e.peak;
        d.end = e.end;
        d.amplitude_uv = static_cast<float>(e.amplitude);
        d.potential_ms = static_cast<float>(f.duration_ms);
        d.phases = static_cast<float>(f.phases);
        d.turns = static_cast<float>(f.turns);
        d.area_uv_ms = static_cast<float>(f.area_uv_ms);
        d.rise_ms = static_cast<float>(f.rise_ms);
        d.first_phase_sign = static_cast<float>(f.first_phase_sign);
        d.snr = static_cast<float>(e.snr);
        d.low_frequency = slow_swing(e, detector);
        d.channel_spread = spread(s, e.peak);
        return d;
    }
    [[nodiscard]] double noise_power(std::size_t s, const detect::Detector<T>& detector) const noexcept {
        double power = 0;
        for (std::size_t k = sites_[s].first; k < sites_[s].first + sites_[s].count; ++k)
            power += detector.noise(k) * detector.noise(k);
        return power;
    }
    [[nodiscard]] float spread(std::size_t s, std::int64_t peak) const noexcept {
        if (states_.size() < 4) return burst::unknown;
        const std::int64_t reach = timing_.frames(0.005);
        std::size_t count = 0;
        for (std::size_t other = 0; other < states_.size(); ++other) {
            if (other == s) continue;
            for (const std::int64_t p : states_[other].peaks)
                if (p - peak <= reach && peak - p <= reach) {
                    ++count;
                    break;
                }
        }
        return static_cast<float>(count) / static_cast<float>(states_.size() - 1);
    }
    /// Discharges a second of the site around a group, its own not counted.
    [[nodiscard]] float pooled_hz(const SiteState<T>& site, std::span<const burst::Discharge> d) const noexcept {
        const std::int64_t first = d.front().peak - timing_.frames(0.5);
        const std::int64_t end = d.back().peak + timing_.frames(0.25);
        std::int64_t count = 0;
        for (const std::int64_t p : site.peaks) count += p >= first && p < end;
        count -= static_cast<std::int64_t>(d.size());
        return static_cast<float>(static_cast<double>(std::max<std::int64_t>(0, count)) /
                                  (static_cast<double>(end - first) / timing_.rate_hz));
    }

    template <class Out>
    void close_unit(std::size_t s, std::size_t slot, Out& out) noexcept {
        SiteState<T>& site = states_[s];
        auto& list = site.lists[slot];
        History& history = site.history[slot];
        const std::span<const burst::Discharge> all(list);
        burst::group(all, timing_.rate_hz, electrode_, [&](std::size_t first, std::size_t count) {
            History context = history;
            history.onsets[history.count++ % history.onsets.size()] = all[first].peak;
            emit(s, all.subspan(first, count), &context, out,
                 first + count < all.size() ? all[first + count].peak : never);
            history.last_peak = all[first + count - 1].peak;
        });
        list.clear();
        --site.lists_busy;
    }

    template <class Out>
    void emit(std::size_t s, std::span<const burst::Discharge> d, const History* history, Out& out,
              std::int64_t next_peak = never, bool of_site = false) noexcept {
        Burst b;
        b.features = burst::measure(d, timing_.rate_hz, scratch_);
        const auto ms = [&](std::int64_t frames) {
            return static_cast<float>(1000.0 * static_cast<double>(frames) / timing_.rate_hz);
        };
        if (history != nullptr) {
            // A unit not heard before was silent since the recording began.
            b.features.isi_before_ms = ms(d.front().peak - std::max<std::int64_t>(0, history->last_peak));
            b.features.isi_after_ms =
                ms(std::min(next_peak - d.back().peak, timing_.frames(burst::closing_interval_s(electrode_))));
            std::array<std::int64_t, 17> onsets{};
            const std::size_t size = history->onsets.size();
            const std::size_t kept = std::min(history->count, size);
            for (std::size_t i = 0; i < kept; ++i) onsets[i] = history->onsets[(history->count - kept + i) % size];
            onsets[kept] = d.front().peak;
            burst::measure_repetition(b.features, std::span<const std::int64_t>(onsets).first(kept + 1),
                                      timing_.rate_hz, scratch_);
        }
        b.features.pooled_hz = pooled_hz(states_[s], d);
        b.unit = d.front().unit;
        b.n_units = 1;
        finish(s, b, d, d.front().onset, d.back().end, of_site, out);
    }

    template <class Out>
    void close_sustained(std::size_t s, const detect::Detector<T>& detector, Out& out) noexcept {
        SiteState<T>& site = states_[s];
        if (site.run.empty()) return;
        const auto& tracker = detector.tracker(s);
        const detect::Activity a = site.closing || !tracker.open() ? site.closed : tracker.current();
        const std::span<const burst::Discharge> d(site.run);
        Burst b;
        b.features = burst::measure(d, timing_.rate_hz, scratch_);
        const std::int64_t onset = std::max(a.first_tile * timing_.tile, d.front().onset - timing_.tile);
        const std::int64_t end = std::max(std::min(a.end_tile * timing_.tile, d.back().end + timing_.tile), onset + 1);
        b.features.duration_s = static_cast<float>(static_cast<double>(end - onset) / timing_.rate_hz);
        b.features.interference = 1.0F;
        // From the burst's onset: an activity may begin with separate discharges long before.
        b.features.build_up_s = static_cast<float>(
            static_cast<double>(std::max<std::int64_t>(0, a.full_tile * timing_.tile - onset)) / timing_.rate_hz);
        measure_periodicity(b.features, a, sites_[s], detector, scratch_);
        measure_envelope(b.features, a, site.envelope, timing_, scratch_);
        b.features.pooled_hz = pooled_hz(site, d);
        b.n_units = 0;
        finish(s, b, d, onset, end, true, out);
        site.run.clear();
    }

    template <class Out>
    void finish(std::size_t s, Burst& b, std::span<const burst::Discharge> d, std::int64_t onset, std::int64_t end,
                bool of_site, Out& out) noexcept {
        burst::classify(b, electrode_);
        b.id = next_burst_++;
        b.site = static_cast<std::int32_t>(s);
        b.onset_sample = std::max<std::int64_t>(0, onset - delay_);
        b.end_sample = std::max(b.onset_sample + 1, end - delay_);
        b.onset_s = static_cast<double>(b.onset_sample) / timing_.rate_hz;
        b.duration_s = static_cast<double>(b.end_sample - b.onset_sample) / timing_.rate_hz;
        b.n_discharges = static_cast<std::int32_t>(d.size());
        b.rate_hz = b.features.rate_hz;
        b.isi_cv = b.features.isi_cv;
        ids_.clear();
        for (const auto& discharge : d) {
            if (bounded_ && ids_.size() == ids_.capacity()) break;
            ids_.push_back(discharge.id);
        }
        out(b, std::span<const std::int64_t>(ids_), of_site, d);
    }

    detect::Timing timing_;
    Electrode electrode_;
    std::int64_t delay_;
    bool bounded_;
    std::vector<detect::SiteLanes> sites_;
    std::vector<SiteState<T>> states_;
    std::vector<T> wave_;
    std::vector<float> scratch_;
    core::Reserved<std::int64_t> ids_;
    std::int64_t next_burst_ = 0;
    std::int32_t next_unit_ = 0;
};

}  // namespace fascikit::analysis
