// SecondPass: the same recording once more, knowing what comes later.
//
// - Zero-phase: the band-pass of half the order runs forward over everything and backward
//   over each stretch of about 2 s, started as far behind it as the filter remembers.
//   Potentials keep their shape and place, so amplitudes and onsets are those of the skin.
// - The noise level looks 12 s back and 12 s ahead; a step of the noise is placed to a
//   half a second instead of being followed late.
// - Nothing at the start is lost to warming up.
// Detection, activity, units and bursts are the same code as in the first pass.
//
// Memory: 14 s of samples three times, whatever the length of the recording. One thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "fascikit/analysis/builder.hpp"
#include "fascikit/analysis/first_pass.hpp"
#include "fascikit/analysis/masking.hpp"
#include "fascikit/analysis/noise_track.hpp"
#include "fascikit/analysis/setup.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/mains.hpp"

namespace fascikit::analysis {

template <class T>
class SecondPass {
public:
    SecondPass(const StreamOptions& options, const Setup& setup, const LaneMap& map)
        : setup_(setup),
          map_(map),
          tile_(setup.timing.tile),
          lanes_(map.lanes),
          values_(static_cast<std::size_t>(setup.timing.tile) * map.lanes),
          settle_tiles_(std::max(1, setup.timing.tiles(
              static_cast<double>(setup.band_pass_2.settling_samples(settled_share)) / setup.timing.rate_hz))),
          block_tiles_(setup.timing.tiles(2.0)),
          hop_tiles_(static_cast<std::int64_t>(setup.timing.window_tiles) * setup.timing.hop_windows),
          ahead_hops_(setup.timing.memory_hops),
          masking_(map, settle_tiles_),
          forward_(setup.band_pass_2, static_cast<int>(map.lanes)),
          backward_(setup.band_pass_2, static_cast<int>(map.lanes)),
          low_forward_(setup.low_pass_2, static_cast<int>(map.lanes)),
          low_backward_(setup.low_pass_2, static_cast<int>(map.lanes)),
          noise_(setup.timing, map.lanes),
          detector_(detect::DetectorOptions{setup.timing, map.sites, map.lanes, options.false_per_minute,
                                            setup.crossings_hz, Setup::decay_frames(setup.band_pass_2),
                                            ring_tiles(setup.timing), true}),
          builder_(setup.timing, map.sites, options.electrode, 0, false),
          capacity_(static_cast<std::size_t>(hop_tiles_ * (ahead_hops_ + 2) + 2 * block_tiles_ + settle_tiles_ + 4)),
          x_(capacity_, tile_, lanes_),
          f_(static_cast<std::size_t>(block_tiles_ + settle_tiles_ + 1), tile_, lanes_),
          y_(capacity_, tile_, lanes_),
          low_(capacity_, tile_, lanes_),
          usable_(capacity_ * map.lanes, 0),
          bad_(capacity_ * map.lanes, 1),
          reason_(capacity_ * map.lanes, Reason::settling),
          scratch_(values_, T{}),
          state_(map.lanes, 1),
          y_rms_(map.lanes, std::numeric_limits<double>::quiet_NaN()),
          low_rms_(y_rms_) {
        const int lanes = static_cast<int>(map.lanes);
        const double rate = setup.timing.rate_hz;
        if (options.mains != Mains::off) {
            hum_50_.emplace(rate, 50.0, setup.band, lanes);
            hum_60_.emplace(rate, 60.0, setup.band, lanes);
        }
    }

    [[nodiscard]] const detect::Detector<T>& detector() const noexcept { return detector_; }
    [[nodiscard]] const BurstBuilder<T>& builder() const noexcept { return builder_; }
    [[nodiscard]] const NoiseTrack& noise() const noexcept { return noise_; }

    /// One tile, with the hum the first pass hears at this time. Tiles may jump forward
    /// (a long gap); what is open is finished first.
    template <class Out>
    void tile(std::int64_t index, const T* x, const detect::TileState* states, Mains mains, Out& out) {
        if (newest_ >= 0 && index != newest_ + 1) finish_stretch(out);
        if (newest_ < 0) {
            stretch_ = zero_end_ = low_end_ = detected_ = index;
            noise_.start(index);
        }
        newest_ = index;
        mains_ = mains;
        T* raw = x_.place(index);
        T* filtered = f_.place(index);
        std::copy(x, x + values_, raw);
        masking_.judge(raw, tile_, states, [&](std::size_t k) { forward_.start(static_cast<int>(k), raw[k]); });
        unsigned char* usable = &usable_[slot(index) * lanes_];
        unsigned char* bad = &bad_[slot(index) * lanes_];
        std::copy(masking_.usable(), masking_.usable() + lanes_, usable);
        std::copy(masking_.reasons(), masking_.reasons() + lanes_, &reason_[slot(index) * lanes_]);
        for (std::size_t k = 0; k < map_.channel.size(); ++k) {
            bad[k] = states[k] != detect::TileState::usable;
            // The backward pass needs as much room before a bad tile as the forward one after it.
            if (bad[k])
                for (std::int64_t t = std::max(index - settle_tiles_, detected_); t < index; ++t) mask(t, k);
        }
        std::copy(raw, raw + values_, filtered);
        forward_.process(view(filtered));
        if (index + 1 - zero_end_ >= block_tiles_ + settle_tiles_) {
            backward(zero_end_, index + 1 - settle_tiles_);
            low(zero_end_ - 1);
        }
        detect(false, out);
    }
    /// The end of the recording at `end_frame`.
    template <class Out>
    void flush(std::int64_t end_frame, Out& out) {
        if (newest_ >= 0) finish_stretch(out);
        masking_.flush(end_frame, [&](Segment& s) { out.segment(s); });
        builder_.flush(detector_, giver(out));
    }

private:
    [[nodiscard]] std::size_t slot(std::int64_t tile) const noexcept {
        return static_cast<std::size_t>(tile) % capacity_;
    }
    [[nodiscard]] BlockView<T> view(T* data) const noexcept {
        return interleaved(data, tile_, static_cast<std::int64_t>(lanes_));
    }
    template <class Out>
    [[nodiscard]] auto giver(Out& out) {
        return [&out](Burst& b, std::span<const std::int64_t>, bool of_site, std::span<const burst::Discharge> d) {
            out.burst(b, of_site, d);
        };
    }

    void mask(std::int64_t tile, std::size_t lane) noexcept {
        unsigned char& usable = usable_[slot(tile) * lanes_ + lane];
        if (usable) reason_[slot(tile) * lanes_ + lane] = Reason::settling;
        usable = 0;
    }
    /// What runs behind the zero-phase filter forgets a lane, as in the first pass: silence
    /// taught the hum's level that there is none.
    void restart(std::size_t lane) noexcept {
        if (hum_50_) hum_50_->start(static_cast<int>(lane));
        if (hum_60_) hum_60_->start(static_cast<int>(lane));
        low_forward_.start(static_cast<int>(lane), T{});
    }
    /// Backward over all filtered tiles from the newest down; [first, end) become final.
    void backward(std::int64_t first, std::int64_t end) {
        const std::size_t used = map_.channel.size();
        std::fill(state_.begin(), state_.end(), static_cast<unsigned char>(1));
        for (std::int64_t t = newest_; t >= first; --t) {
            // What lies behind the end is only run through, to warm the filter up.
            const T* filtered = f_.place(t);
            T* y = t < end ? y_.place(t) : scratch_.data();
            std::copy(filtered, filtered + values_, y);
            const unsigned char* bad = &bad_[slot(t) * lanes_];
            for (std::size_t k = 0; k < used; ++k) {
                if (state_[k] && !bad[k])
                    backward_.start(static_cast<int>(k), y[values_ - lanes_ + k]);
                state_[k] = bad[k];
            }
            backward_.process_reversed(view(y));
            for (std::size_t k = 0; k < used; ++k)
                if (bad[k])
                    for (std::int64_t f = 0; f < tile_; ++f) y[static_cast<std::size_t>(f) * lanes_ + k] = T{};
        }
        for (std::int64_t t = first; t < end; ++t) {
            for (std::size_t k = 0; k < used; ++k)
                if (!bad_[slot(t) * lanes_ + k] && (t == stretch_ || bad_[slot(t - 1) * lanes_ + k])) restart(k);
            if (mains_ == Mains::hz50 && hum_50_) hum_50_->process(view(y_.place(t)), t * tile_);
            if (mains_ == Mains::hz60 && hum_60_) hum_60_->process(view(y_.place(t)), t * tile_);
            T* l = low_.place(t);
            const T* y = y_.place(t);
            std::copy(y, y + values_, l);
            low_forward_.process(view(l));
        }
        zero_end_ = end;
    }
    /// The second statistic up to tile `end`, which needs the tile behind it; then energies.
    void low(std::int64_t end) {
        if (end <= low_end_) return;
        // The low-pass forgets within the one tile that is run for nothing.
        const std::int64_t from = std::min(end, zero_end_ - 1);
        const T* behind = low_.place(from);
        for (std::size_t k = 0; k < lanes_; ++k) low_backward_.start(static_cast<int>(k), behind[values_ - lanes_ + k]);
        for (std::int64_t t = from; t >= low_end_; --t) {
            T* l = low_.place(t);
            if (t == end) {
                std::copy(l, l + values_, scratch_.begin());
                l = scratch_.data();
            }
            low_backward_.process_reversed(view(l));
        }
        for (std::int64_t t = low_end_; t < end; ++t)
            noise_.push(t, y_.place(t), low_.place(t), &usable_[slot(t) * lanes_]);
        low_end_ = end;
    }
    template <class Out>
    void detect(bool all, Out& out) {
        const std::int64_t until = all ? low_end_ : std::min(low_end_, (low_end_ / hop_tiles_ - ahead_hops_) * hop_tiles_);
        for (; detected_ < until; ++detected_) {
            const std::int64_t t = detected_;
            if (t % hop_tiles_ == 0 || !levels_known_) {
                noise_.levels(t, y_rms_, low_rms_);
                levels_known_ = true;
            }
            const unsigned char* usable = &usable_[slot(t) * lanes_];
            masking_.sites(t * tile_, usable, &reason_[slot(t) * lanes_], y_rms_.data(), [&](Segment& s) { out.segment(s); });
            detector_.process(
                t, x_.place(t), y_.place(t), low_.place(t), y_rms_.data(), low_rms_.data(), usable,
                [&](const detect::Detection& d) { found(d, out); },
                [&](std::size_t site, const detect::Activity& a) { builder_.on_activity(site, a); });
            for (std::size_t s = 0; s < map_.sites.size(); ++s) builder_.on_tile(s, t, detector_.ratio(s));
            builder_.advance((t + 1) * tile_, detector_, giver(out));
        }
    }
    /// Everything up to the newest tile, when nothing follows it.
    template <class Out>
    void finish_stretch(Out& out) {
        for (std::int64_t t = std::max(newest_ + 1 - settle_tiles_, detected_); t <= newest_; ++t)
            for (std::size_t k = 0; k < lanes_; ++k) mask(t, k);
        if (newest_ + 1 > zero_end_) backward(zero_end_, newest_ + 1);
        low(zero_end_);
        detect(true, out);
        detector_.flush([&](const detect::Detection& d) { found(d, out); },
                        [&](std::size_t site, const detect::Activity& a) { builder_.on_activity(site, a); });
        newest_ = -1;
        levels_known_ = false;
    }
    template <class Out>
    void found(const detect::Detection& d, Out& out) {
        Event e = event_of(d, next_event_++, 0, map_, setup_);
        builder_.on_event(d, e.id);
        out.event(e);
    }

    Setup setup_;
    LaneMap map_;
    std::int64_t tile_;
    std::size_t lanes_;
    std::size_t values_;
    int settle_tiles_;
    std::int64_t block_tiles_;
    std::int64_t hop_tiles_;
    std::int64_t ahead_hops_;
    Masking masking_;
    filter::Cascade<T> forward_;
    filter::Cascade<T> backward_;
    filter::Cascade<T> low_forward_;
    filter::Cascade<T> low_backward_;
    std::optional<filter::MainsCanceller<T>> hum_50_;
    std::optional<filter::MainsCanceller<T>> hum_60_;
    NoiseTrack noise_;
    detect::Detector<T> detector_;
    BurstBuilder<T> builder_;
    std::size_t capacity_;
    detect::TileRing<T> x_;
    detect::TileRing<T> f_;
    detect::TileRing<T> y_;
    detect::TileRing<T> low_;
    std::vector<unsigned char> usable_;
    std::vector<unsigned char> bad_;
    std::vector<Reason> reason_;
    std::vector<T> scratch_;
    std::vector<unsigned char> state_;
    std::vector<double> y_rms_;
    std::vector<double> low_rms_;
    Mains mains_ = Mains::off;
    std::int64_t newest_ = -1;        ///< last tile given
    std::int64_t stretch_ = 0;        ///< first tile of the stretch
    std::int64_t zero_end_ = 0;       ///< tiles before it are zero-phase
    std::int64_t low_end_ = 0;        ///< and have both statistics
    std::int64_t detected_ = 0;       ///< and were detected in
    std::int64_t next_event_ = 0;
    bool levels_known_ = false;
};

}  // namespace fascikit::analysis
