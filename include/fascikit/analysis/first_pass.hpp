// FirstPass: the causal pass over tiles; what Stream does with each of them.
//
// restart or filter → hum → second statistic → noise level → detector → units and
// bursts. Everything is allocated at construction. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fascikit/analysis/builder.hpp"
#include "fascikit/analysis/intake.hpp"
#include "fascikit/analysis/masking.hpp"
#include "fascikit/analysis/segments.hpp"
#include "fascikit/analysis/setup.hpp"
#include "fascikit/detect/noise.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/mains.hpp"
#include "fascikit/filter/mains_detector.hpp"

namespace fascikit::analysis {

/// Ring of the detector: rhythms look back 0.4 s, events are described after 0.15 s.
[[nodiscard]] inline std::size_t ring_tiles(const detect::Timing& t) noexcept {
    return static_cast<std::size_t>(t.tiles(0.65));
}

/// An event as it is given out.
[[nodiscard]] inline Event event_of(const detect::Detection& d, std::int64_t id, std::int64_t delay, const LaneMap& map,
                             const Setup& setup) noexcept {
    Event e;
    e.id = id;
    e.onset_sample = std::max<std::int64_t>(0, d.onset - delay);
    e.end_sample = std::max(e.onset_sample + 1, d.end - delay);
    e.peak_sample = std::clamp(d.peak - delay, e.onset_sample, e.end_sample - 1);
    e.site = static_cast<std::int32_t>(d.site);
    e.channel = map.channel[d.lane];
    e.amplitude_uv = static_cast<float>(d.amplitude);
    e.snr = static_cast<float>(d.snr);
    e.probability = static_cast<float>(
        detect::probability_at(d.level, setup.crossings_hz * static_cast<double>(map.sites[d.site].count)));
    return e;
}

template <class T>
class FirstPass {
public:
    FirstPass(const StreamOptions& options, const Setup& setup, const LaneMap& map)
        : setup_(setup),
          map_(map),
          masking_(map, setup.timing.settle_tiles),
          band_pass_(setup.band_pass, static_cast<int>(map.lanes)),
          low_pass_(setup.low_pass, static_cast<int>(map.lanes)),
          y_noise_(setup.timing, map.lanes),
          low_noise_(setup.timing, map.lanes),
          detector_(detect::DetectorOptions{setup.timing, map.sites, map.lanes, options.false_per_minute,
                                            setup.crossings_hz, Setup::decay_frames(setup.band_pass),
                                            ring_tiles(setup.timing)}),
          builder_(setup.timing, map.sites, options.electrode, setup.delay, true),
          automatic_(options.mains == Mains::automatic),
          mains_(automatic_ ? Mains::off : options.mains),
          low_(static_cast<std::size_t>(setup.timing.tile) * map.lanes, T{}) {
        const int lanes = static_cast<int>(map.lanes);
        const double rate = setup.timing.rate_hz;
        if (automatic_) hum_detector_.emplace(rate, setup.band, lanes);
        if (automatic_ || mains_ == Mains::hz50) hum_50_.emplace(rate, 50.0, setup.band, lanes);
        if (automatic_ || mains_ == Mains::hz60) hum_60_.emplace(rate, 60.0, setup.band, lanes);
        fresh_ = {hum_detector_, hum_50_, hum_60_};
    }

    [[nodiscard]] Mains mains() const noexcept { return mains_; }
    [[nodiscard]] const detect::Detector<T>& detector() const noexcept { return detector_; }

    /// `out.event(Event&)`, `out.segment(Segment&)`, `out.burst(Burst&, span<const int64_t>)`.
    template <class Out>
    void tile(std::int64_t index, T* x, const detect::TileState* states, Out& out) noexcept {
        const std::int64_t frames = setup_.timing.tile;
        const std::int64_t first = index * frames;
        const auto lanes = static_cast<std::int64_t>(map_.lanes);
        masking_.judge(x, frames, states, [&](std::size_t k) {
            band_pass_.start(static_cast<int>(k), x[k]);
            low_pass_.start(static_cast<int>(k), T{});
            if (hum_50_) hum_50_->start(static_cast<int>(k));
            if (hum_60_) hum_60_->start(static_cast<int>(k));
        });
        // Filtered where the detector keeps it.
        T* const place = detector_.y_place(index);
        std::copy(x, x + low_.size(), place);
        const auto y = interleaved(place, frames, lanes);
        band_pass_.process(y);
        cancel_hum(y, first);
        std::copy(place, place + low_.size(), low_.begin());
        low_pass_.process(interleaved(low_.data(), frames, lanes));

        masking_.update_sites(first, y_noise_.level().data(), [&](Segment& s) { out.segment(s); });
        detector_.process(
            index, x, place, low_.data(), y_noise_.level().data(), low_noise_.level().data(), masking_.usable(),
            [&](const detect::Detection& d) { found(d, out); },
            [&](std::size_t site, const detect::Activity& a) { builder_.on_activity(site, a); });
        y_noise_.push(index, detector_.y_energy().data(), masking_.usable());
        low_noise_.push(index, detector_.low_energy().data(), masking_.usable());
        for (std::size_t s = 0; s < map_.sites.size(); ++s) builder_.on_tile(s, index, detector_.ratio(s));
        builder_.advance(first + frames, detector_, giver(out));
    }
    template <class Out>
    void flush(std::int64_t end_frame, Out& out) noexcept {
        detector_.flush([&](const detect::Detection& d) { found(d, out); },
                        [&](std::size_t site, const detect::Activity& a) { builder_.on_activity(site, a); });
        builder_.flush(detector_, giver(out));
        masking_.flush(end_frame, [&](Segment& s) { out.segment(s); });
    }
    void reset() noexcept {
        masking_.reset();
        band_pass_.reset();
        low_pass_.reset();
        // Assigning equal sizes copies values, it does not allocate.
        hum_detector_ = fresh_.hum_detector;
        hum_50_ = fresh_.hum_50;
        hum_60_ = fresh_.hum_60;
        if (automatic_) mains_ = Mains::off;
        y_noise_.reset();
        low_noise_.reset();
        detector_.reset();
        builder_.reset();
        next_event_ = 0;
    }

private:
    void cancel_hum(BlockView<T> y, std::int64_t first) noexcept {
        if (hum_detector_) {
            hum_detector_->process(y, first);
            mains_ = hum_detector_->decision();
        }
        if (mains_ == Mains::hz50 && hum_50_) hum_50_->process(y, first);
        if (mains_ == Mains::hz60 && hum_60_) hum_60_->process(y, first);
    }
    template <class Out>
    void found(const detect::Detection& d, Out& out) noexcept {
        Event e = event_of(d, next_event_++, setup_.delay, map_, setup_);
        builder_.on_event(d, e.id);
        out.event(e);
    }
    template <class Out>
    [[nodiscard]] auto giver(Out& out) noexcept {
        return [&out](Burst& b, std::span<const std::int64_t> ids, bool of_site, std::span<const burst::Discharge>) {
            if (const auto segment = segment_of(b, of_site)) out.segment(*segment);
            out.burst(b, ids);
        };
    }

    Setup setup_;
    LaneMap map_;
    Masking masking_;
    filter::Cascade<T> band_pass_;
    filter::Cascade<T> low_pass_;
    std::optional<filter::MainsDetector<T>> hum_detector_;
    std::optional<filter::MainsCanceller<T>> hum_50_;
    std::optional<filter::MainsCanceller<T>> hum_60_;
    detect::NoiseLevel y_noise_;
    detect::NoiseLevel low_noise_;
    detect::Detector<T> detector_;
    BurstBuilder<T> builder_;
    bool automatic_;
    Mains mains_;
    std::vector<T> low_;
    std::int64_t next_event_ = 0;
    struct Fresh {
        std::optional<filter::MainsDetector<T>> hum_detector;
        std::optional<filter::MainsCanceller<T>> hum_50;
        std::optional<filter::MainsCanceller<T>> hum_60;
    } fresh_;
};

}  // namespace fascikit::analysis
