// Where Stream puts what it finds: three append-only outputs.
//
// A sink answers `false` when it has no room; Stream then counts the loss and
// gives a segment with reason `overflow` as soon as there is room again. All
// three functions must be noexcept; they are called from `process`, so they must
// neither allocate nor lock where that matters to the caller.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "fascikit/core/event.hpp"
#include "fascikit/core/reserved.hpp"

namespace fascikit {

template <class S>
concept Sink = requires(S& sink, const Event& event, const Segment& segment, const Burst& burst,
                        std::span<const std::int64_t> events) {
    { sink.on_event(event) } noexcept -> std::same_as<bool>;
    { sink.on_segment(segment) } noexcept -> std::same_as<bool>;
    { sink.on_burst(burst, events) } noexcept -> std::same_as<bool>;   ///< `events`: ids of its events
};

/// Keeps what it is given in arrays of a capacity fixed at construction; `clear` empties them.
class FixedSink {
public:
    explicit FixedSink(std::size_t capacity = 4096) {
        events_.reserve(capacity);
        segments_.reserve(capacity);
        bursts_.reserve(capacity);
        ids_.reserve(4 * capacity);
        offsets_.reserve(capacity);
    }

    bool on_event(const Event& event) noexcept { return put(events_, event); }
    bool on_segment(const Segment& segment) noexcept { return put(segments_, segment); }
    bool on_burst(const Burst& burst, std::span<const std::int64_t> ids) noexcept {
        if (ids_.size() + ids.size() > ids_.capacity() || bursts_.size() == bursts_.capacity()) return false;
        offsets_.push_back(ids_.size());
        ids_.insert(ids_.end(), ids.begin(), ids.end());
        bursts_.push_back(burst);
        return true;
    }

    [[nodiscard]] std::span<const Event> events() const noexcept { return events_; }
    [[nodiscard]] std::span<const Segment> segments() const noexcept { return segments_; }
    [[nodiscard]] std::span<const Burst> bursts() const noexcept { return bursts_; }
    /// Ids of the events of burst `index` of `bursts()`.
    [[nodiscard]] std::span<const std::int64_t> events_of(std::size_t index) const noexcept {
        const std::size_t end = index + 1 < offsets_.size() ? offsets_[index + 1] : ids_.size();
        return std::span(ids_).subspan(offsets_[index], end - offsets_[index]);
    }
    void clear() noexcept {
        events_.clear();
        segments_.clear();
        bursts_.clear();
        ids_.clear();
        offsets_.clear();
    }

private:
    template <class T>
    static bool put(std::vector<T>& list, const T& item) noexcept {
        if (list.size() == list.capacity()) return false;
        list.push_back(item);
        return true;
    }

    core::Reserved<Event> events_;
    core::Reserved<Segment> segments_;
    core::Reserved<Burst> bursts_;
    core::Reserved<std::int64_t> ids_;
    core::Reserved<std::size_t> offsets_;
};

/// Hands everything to three callables. They must be noexcept; that is checked here.
template <class OnEvent, class OnSegment, class OnBurst>
class CallbackSink {
    static_assert(std::is_nothrow_invocable_v<OnEvent&, const Event&>, "the event callback must be noexcept");
    static_assert(std::is_nothrow_invocable_v<OnSegment&, const Segment&>, "the segment callback must be noexcept");
    static_assert(std::is_nothrow_invocable_v<OnBurst&, const Burst&, std::span<const std::int64_t>>,
                  "the burst callback must be noexcept");

public:
    CallbackSink(OnEvent on_event, OnSegment on_segment, OnBurst on_burst)
        : event_(std::move(on_event)), segment_(std::move(on_segment)), burst_(std::move(on_burst)) {}
    bool on_event(const Event& event) noexcept { event_(event); return true; }
    bool on_segment(const Segment& segment) noexcept { segment_(segment); return true; }
    bool on_burst(const Burst& burst, std::span<const std::int64_t> ids) noexcept { burst_(burst, ids); return true; }

private:
    OnEvent event_;
    OnSegment segment_;
    OnBurst burst_;
};

}  // namespace fascikit
