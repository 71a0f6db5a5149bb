// Stream: live analysis of a recording that is still being made.
//
// Three append-only outputs: events, segments and bursts (see sink.hpp). Nothing given
// out changes; later outputs refer back by id. How the data is cut into blocks does not
// matter: results are the same bit for bit, and the same as `analyze` with passes = 1.
//
// After construction `process` neither allocates, locks, throws nor logs. A jump of
// `first_sample` forward is a gap; backward it is an error status and the block is
// ignored. One thread at a time per object. Cost: see benchmarks/analyze_benchmark.
//
// Memory: about 0.65 s of samples three times, and 0.3 MB a site.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>

#include "fascikit/analysis/first_pass.hpp"
#include "fascikit/analysis/sink.hpp"
#include "fascikit/core/denormals.hpp"

namespace fascikit {

/// Longest time to an output, seconds.
struct Latency {
    double events_s = 0;              ///< from the discharge's onset, however long it is
    double segments_s = 0;            ///< from the segment's end
    double bursts_s = 0;              ///< from the last discharge of its unit that is no farther than closing_interval_s from the one before
};

template <std::floating_point T>
class Stream {
public:
    /// Throws std::invalid_argument with `problem(options)` when options are out of range.
    explicit Stream(const StreamOptions& options)
        : options_(checked(options)),
          setup_(options.sampling_rate_hz, options.electrode, options.band),
          map_(options),
          intake_(options, setup_.timing, map_),
          pass_(options, setup_, map_) {}

    /// `block`: µV, frames × options().channels, float or double, any strides.
    /// `first_sample`: index of its first frame since the start of the recording.
    template <std::floating_point U, Sink K>
    Status process(BlockView<const U> block, std::int64_t first_sample, K& sink) noexcept {
        return process_and(block, first_sample, sink, [](std::int64_t, T*, const detect::TileState*) noexcept {});
    }
    /// The same, and each tile with its quality is shown to `tap(index, tile, states)` after it was
    /// worked on: the second pass of `analyze` takes the very same tiles.
    template <std::floating_point U, Sink K, class Tap>
    Status process_and(BlockView<const U> block, std::int64_t first_sample, K& sink, Tap&& tap) {
        const core::FlushDenormals guard;
        Giver<K> giver{*this, sink};
        retry(giver);
        const Status status = intake_.push(block, first_sample, worker(giver, tap));
        if (status != Status::ok) return status;
        return giver.lost ? Status::sink_overflow : Status::ok;
    }
    template <std::floating_point U, Sink K>
    Status process(BlockView<U> block, std::int64_t first_sample, K& sink) noexcept {
        return process(BlockView<const U>(block), first_sample, sink);
    }
    /// The end of the recording: everything still open is given out. `reset` before going on.
    template <Sink K>
    Status flush(K& sink) noexcept {
        return flush_and(sink, [](std::int64_t, T*, const detect::TileState*) noexcept {});
    }
    template <Sink K, class Tap>
    Status flush_and(K& sink, Tap&& tap) {
        const core::FlushDenormals guard;
        Giver<K> giver{*this, sink};
        retry(giver);
        const std::int64_t end = intake_.next();
        intake_.flush(worker(giver, tap));
        pass_.flush(end, giver);
        return giver.lost ? Status::sink_overflow : Status::ok;
    }
    /// As newly constructed.
    void reset() noexcept {
        intake_.reset();
        pass_.reset();
        overflow_ = false;
        now_ = 0;
    }

    [[nodiscard]] const StreamOptions& options() const noexcept { return options_; }
    /// Mains hum being removed now: off, 50 or 60 Hz.
    [[nodiscard]] Mains mains() const noexcept { return pass_.mains(); }
    /// Index of the sample that is expected next.
    [[nodiscard]] std::int64_t next_sample() const noexcept { return intake_.next(); }
    [[nodiscard]] const detect::Timing& timing() const noexcept { return setup_.timing; }
    /// Peak over noise RMS at which a site's detector speaks.
    [[nodiscard]] double threshold(std::size_t site) const noexcept { return pass_.detector().level(site); }

    [[nodiscard]] Latency latency() const noexcept {
        const detect::Timing& t = setup_.timing;
        const auto seconds = [&](std::int64_t frames) { return static_cast<double>(frames) / t.rate_hz; };
        Latency l;
        // A tile to fill, one to look ahead, the longest event, its quiet end, the filter.
        l.events_s = seconds(2 * t.tile + t.longest + t.hold + setup_.delay);
        l.segments_s = seconds(4 * t.tile + t.assign_delay + setup_.delay) + t.outer_dip_tiles * t.tile_s();
        l.bursts_s = seconds(3 * t.tile + t.assign_delay + setup_.delay) +
                     burst::closing_interval_s(options_.electrode) + seconds(t.assign_delay);
        return l;
    }

private:
    static const StreamOptions& checked(const StreamOptions& options) {
        if (const std::string text = problem(options); !text.empty()) core::fail_option(text);
        return options;
    }

    template <class G, class Tap>
    [[nodiscard]] auto worker(G& giver, Tap& tap) noexcept {
        return [this, &giver, &tap](std::int64_t index, T* tile, const detect::TileState* states) {
            now_ = (index + 1) * setup_.timing.tile;
            pass_.tile(index, tile, states, giver);
            tap(index, tile, states);
        };
    }

    template <class K>
    struct Giver {
        Stream& stream;
        K& sink;
        bool lost = false;

        void event(const Event& e) noexcept { note(sink.on_event(e)); }
        void segment(const Segment& s) noexcept { note(sink.on_segment(s)); }
        void burst(const Burst& b, std::span<const std::int64_t> ids) noexcept { note(sink.on_burst(b, ids)); }
        void note(bool taken) noexcept {
            if (taken) return;
            lost = true;
            if (!stream.overflow_) stream.overflow_from_ = stream.now_ - stream.setup_.timing.tile;
            stream.overflow_ = true;
            stream.overflow_to_ = stream.now_;
        }
    };
    /// What was lost is told as soon as there is room.
    template <class K>
    void retry(Giver<K>& giver) noexcept {
        if (!overflow_) return;
        Segment s;
        s.onset_sample = overflow_from_ > 0 ? overflow_from_ : 0;
        s.end_sample = overflow_to_;
        s.site = -1;
        s.kind = SegmentKind::masked;
        s.reason = Reason::overflow;
        if (giver.sink.on_segment(s)) overflow_ = false;
    }

    StreamOptions options_;
    analysis::Setup setup_;
    analysis::LaneMap map_;
    analysis::Intake<T> intake_;
    analysis::FirstPass<T> pass_;
    std::int64_t now_ = 0;
    std::int64_t overflow_from_ = 0;
    std::int64_t overflow_to_ = 0;
    bool overflow_ = false;
};

}  // namespace fascikit
