// Detector: filtered tiles in, events and activities of every site out.
//
// Two Gaussian statistics are watched, each in units of its own noise RMS: the signal in
// the analysis band, and the same once more low-passed. A surface potential has its
// energy at 30 to 150 Hz, noise reaches to 500 Hz: the second sees weak discharges the
// first does not, at no more than one more term in the false-alarm budget. Channels of a
// site are combined by their maximum, so one discharge is one event of the site.
//
// The same class serves the causal pass and the second pass; they differ in who filters
// and who states the noise. Lanes are channels, ordered so that a site's are adjacent.
// A ring of the last tiles is kept for waveforms. No allocation after construction.
// Cost: about ten operations a sample while nothing happens.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/detect/activity.hpp"
#include "fascikit/detect/detection.hpp"
#include "fascikit/detect/former.hpp"
#include "fascikit/detect/kernels.hpp"
#include "fascikit/detect/ring.hpp"
#include "fascikit/detect/threshold.hpp"
#include "fascikit/detect/timing.hpp"

namespace fascikit::detect {

struct DetectorOptions {
    Timing timing{};
    std::vector<SiteLanes> sites{};
    std::size_t lanes = 0;            ///< lanes of a tile, padding included
    double false_per_minute = 0.05;
    double crossings_hz = 0;          ///< upward zero crossings of both statistics, summed
    double decay_frames = 1;          ///< of the band-pass's ringing
    std::size_t ring_tiles = 0;       ///< tiles kept for waveforms, at least
    bool zero_phase = false;          ///< the filter rings before a discharge as well as after it
};

template <class T>
class Detector {
public:
    explicit Detector(const DetectorOptions& options)
        : o_(options),
          x_(o_.ring_tiles, o_.timing.tile, o_.lanes),
          y_(o_.ring_tiles, o_.timing.tile, o_.lanes),
          z_(o_.ring_tiles, o_.timing.tile, o_.lanes),
          y_scale_(o_.lanes, T{}),
          low_scale_(o_.lanes, T{}),
          z_max_(o_.lanes, T{}),
          y_energy_(o_.lanes, T{}),
          low_energy_(o_.lanes, T{}),
          noise_(o_.lanes, 0.0),
          known_(o_.lanes, 0),
          ratio_(o_.sites.size(), 0.0),
          held_(o_.sites.size()) {
        for (const SiteLanes& site : o_.sites) {
            const double crossings = o_.crossings_hz * static_cast<double>(site.count);
            formers_.emplace_back(o_.timing, level_for(o_.false_per_minute, crossings), o_.decay_frames);
            trackers_.emplace_back(o_.timing);
        }
    }

    [[nodiscard]] const Timing& timing() const noexcept { return o_.timing; }
    [[nodiscard]] const std::vector<SiteLanes>& sites() const noexcept { return o_.sites; }
    [[nodiscard]] double level(std::size_t site) const noexcept { return formers_[site].level(); }
    [[nodiscard]] const ActivityTracker& tracker(std::size_t site) const noexcept { return trackers_[site]; }
    [[nodiscard]] const std::vector<T>& y_energy() const noexcept { return y_energy_; }
    [[nodiscard]] const std::vector<T>& low_energy() const noexcept { return low_energy_; }
    /// Last known noise RMS of a lane; 0 while none was.
    [[nodiscard]] double noise(std::size_t lane) const noexcept { return noise_[lane]; }

    /// Mean square over squared noise of the site's most active channel in the last tile.
    [[nodiscard]] double ratio(std::size_t site) const noexcept { return ratio_[site]; }

    /// Where tile `tile` will be kept: a caller that filters there saves a copy.
    [[nodiscard]] T* y_place(std::int64_t tile) noexcept { return y_.place(tile); }

    /// One tile: `x` before the band-pass (kept for features), `y` in the band, `low` in
    /// the lower part of it; frames × lanes. `y_noise`, `low_noise`: RMS a lane, NaN while unknown; `usable`: 0 for
    /// masked lanes. Calls `on_event(const Detection&)` and
    /// `on_activity(std::size_t site, const Activity&)`, both noexcept.
    template <class OnEvent, class OnActivity>
    void process(std::int64_t tile, const T* x, const T* y, const T* low, const double* y_noise,
                 const double* low_noise, const unsigned char* usable, OnEvent&& on_event,
                 OnActivity&& on_activity) noexcept {
        tile_ = tile;
        for (std::size_t k = 0; k < o_.lanes; ++k) {
            const bool known = usable[k] != 0 && core::is_finite(y_noise[k]) && core::is_finite(low_noise[k]) &&
                               y_noise[k] <= noise_limit_uv;
            known_[k] = static_cast<unsigned char>(known);
            if (known) noise_[k] = std::max(y_noise[k], noise_floor_uv);
            y_scale_[k] = known ? static_cast<T>(1.0 / noise_[k]) : T{};
            low_scale_[k] = known ? static_cast<T>(1.0 / std::max(low_noise[k], noise_floor_uv)) : T{};
        }
        T* ring_y = y_.place(tile);
        T* ring_z = z_.place(tile);
        statistics_(y, low, y_scale_.data(), low_scale_.data(), o_.timing.tile, static_cast<std::int64_t>(o_.lanes),
                    ring_z, z_max_.data(), y_energy_.data(), low_energy_.data());
        y_.keep(tile, y);
        x_.keep(tile, x);
        // What a masked lane does (the step into the mask, settling) is no part of any waveform.
        for (const SiteLanes& site : o_.sites)
            for (std::size_t k = site.first; k < site.first + site.count; ++k)
                if (!known_[k])
                    for (std::int64_t f = 0; f < o_.timing.tile; ++f)
                        ring_y[static_cast<std::size_t>(f) * o_.lanes + k] = T{};
        for (std::size_t s = 0; s < o_.sites.size(); ++s) process_site(s, ring_z, on_event, on_activity);
    }

    /// Closes everything that is open, at the end of the recording or before a masked stretch.
    template <class OnEvent, class OnActivity>
    void flush(OnEvent&& on_event, OnActivity&& on_activity) noexcept {
        for (std::size_t s = 0; s < o_.sites.size(); ++s) cut(s, on_event, on_activity);
    }
    void reset() noexcept {
        for (auto& former : formers_) former.reset();
        for (auto& tracker : trackers_) tracker.reset();
        for (auto& held : held_) held.waiting = false;
        std::fill(noise_.begin(), noise_.end(), 0.0);
        for (auto* ring : {&x_, &y_, &z_}) ring->clear();
    }

    /// Sample of a lane at an absolute frame, in the band and before it; 0 outside the ring.
    [[nodiscard]] T sample(std::int64_t frame, std::size_t lane) const noexcept { return y_.at(frame, lane, tile_); }
    [[nodiscard]] T raw(std::int64_t frame, std::size_t lane) const noexcept { return x_.at(frame, lane, tile_); }
    /// True when all of [first, end) is still kept.
    [[nodiscard]] bool kept(std::int64_t first, std::int64_t end) const noexcept { return y_.kept(first, end, tile_); }

private:
    [[nodiscard]] double statistic(std::int64_t frame, const SiteLanes& site) const noexcept {
        T largest{};
        for (std::size_t k = site.first; k < site.first + site.count; ++k)
            largest = std::max(largest, z_.at(frame, k, tile_));
        return static_cast<double>(largest);
    }

    template <class OnEvent, class OnActivity>
    void process_site(std::size_t s, const T* z, OnEvent& on_event, OnActivity& on_activity) noexcept {
        const SiteLanes& site = o_.sites[s];
        T largest{};
        double ratio = 0;
        bool any = false;
        for (std::size_t k = site.first; k < site.first + site.count; ++k) {
            if (!known_[k]) continue;
            any = true;
            largest = std::max(largest, z_max_[k]);
            ratio = std::max(ratio, static_cast<double>(y_energy_[k]) /
                                        (static_cast<double>(o_.timing.tile) * noise_[k] * noise_[k]));
        }
        if (!any) {
            ratio_[s] = 0;
            cut(s, on_event, on_activity);
            return;
        }
        EventFormer& former = formers_[s];
        // Skipping quiet tiles must not change the decay of the veto, so only an idle
        // former skips, and only below the level that could open an event.
        if (!former.idle() || static_cast<double>(largest) >= former.level()) {
            EventFormer::Closed closed{};
            for (std::int64_t f = 0; f < o_.timing.tile; ++f) {
                T peak{};
                const T* row = z + static_cast<std::size_t>(f) * o_.lanes;
                for (std::size_t k = site.first; k < site.first + site.count; ++k) peak = std::max(peak, row[k]);
                if (former.push(tile_ * o_.timing.tile + f, static_cast<double>(peak), closed)) found(s, closed, on_event);
            }
        }
        // Not as long as its surroundings are waited for, however low the band begins.
        const double longest_wait = std::min(3 * o_.decay_frames, 0.5 * static_cast<double>(o_.timing.assign_delay));
        if (held_[s].waiting &&
            static_cast<double>((tile_ + 1) * o_.timing.tile - held_[s].top) > longest_wait &&
            !former.open())
            give_held(s, on_event);
        ratio_[s] = ratio;
        Activity activity;
        if (trackers_[s].push(tile_, ratio, activity)) on_activity(s, activity);
    }

    template <class OnEvent, class OnActivity>
    void cut(std::size_t s, OnEvent& on_event, OnActivity& on_activity) noexcept {
        EventFormer::Closed closed{};
        if (formers_[s].cut(closed)) found(s, closed, on_event);
        give_held(s, on_event);
        Activity activity;
        if (trackers_[s].cut(activity)) on_activity(s, activity);
    }

    /// A zero-phase filter rings before a large discharge too: what the discharge's ringing
    /// would have vetoed after it is no discharge before it either. So each event waits
    /// until the next one, or until none can be its cause.
    struct Held {
        Detection detection{};
        std::int64_t top = 0;
        bool waiting = false;
    };
    template <class OnEvent>
    void found(std::size_t s, const EventFormer::Closed& closed, OnEvent& on_event) noexcept {
        const Detection d = describe(s, closed);
        if (!o_.zero_phase) {
            on_event(d);
            return;
        }
        Held& held = held_[s];
        const double apart = static_cast<double>(closed.peak - held.top);
        if (held.waiting && held.detection.level < o_.timing.veto_share * d.level * std::exp(-apart / o_.decay_frames))
            held.waiting = false;
        give_held(s, on_event);
        held = {d, closed.peak, true};
    }
    template <class OnEvent>
    void give_held(std::size_t s, OnEvent& on_event) noexcept {
        if (!held_[s].waiting) return;
        held_[s].waiting = false;
        on_event(held_[s].detection);
    }

    /// From the peak outwards: onset, end, and the channel that saw most of it.
    [[nodiscard]] Detection describe(std::size_t s, const EventFormer::Closed& closed) const noexcept {
        const SiteLanes& site = o_.sites[s];
        const double edge = std::max(low_level, relative_level * closed.peak_level);
        // No event is longer than `longest`: that bounds its latency from the onset on.
        const std::int64_t earliest = std::max(closed.not_before, closed.last + 1 - o_.timing.longest);
        Detection d;
        d.site = s;
        d.lane = site.first;
        d.peak = closed.peak;
        d.level = closed.peak_level;
        d.end = closed.last + 1;
        d.onset = closed.peak;
        for (std::int64_t f = closed.peak - 1; f >= earliest && d.onset - f <= o_.timing.hold; --f)
            if (statistic(f, site) >= edge) d.onset = f;
        for (std::size_t k = site.first; k < site.first + site.count; ++k) {
            if (noise_[k] <= 0) continue;
            T lowest = sample(d.onset, k);
            T highest = lowest;
            std::int64_t low_at = d.onset;
            std::int64_t high_at = d.onset;
            for (std::int64_t f = d.onset; f < d.end; ++f) {
                const T value = sample(f, k);
                if (value < lowest) { lowest = value; low_at = f; }
                if (value > highest) { highest = value; high_at = f; }
            }
            // A potential of one sample above the level has its other phase beside it.
            const double amplitude = static_cast<double>(std::max(highest, T{})) - static_cast<double>(std::min(lowest, T{}));
            if (amplitude > d.amplitude) {
                d.amplitude = amplitude;
                d.lane = k;
                d.snr = amplitude / noise_[k];
                d.peak = highest > -lowest ? high_at : low_at;
            }
        }
        return d;
    }

    DetectorOptions o_;
    kernels::StatisticsFunction<T> statistics_ = kernels::statistics_function(T{});
    TileRing<T> x_;
    TileRing<T> y_;
    TileRing<T> z_;
    std::vector<T> y_scale_;
    std::vector<T> low_scale_;
    std::vector<T> z_max_;
    std::vector<T> y_energy_;
    std::vector<T> low_energy_;
    std::vector<double> noise_;        // last known, so that an event cut by a mask has its ratio
    std::vector<unsigned char> known_;
    std::vector<double> ratio_;
    std::vector<Held> held_;
    std::vector<EventFormer> formers_;
    std::vector<ActivityTracker> trackers_;
    std::int64_t tile_ = 0;
};

}  // namespace fascikit::detect
