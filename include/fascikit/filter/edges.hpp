// Edge: how a recording is continued beyond its ends; and whole recordings through streams.
//
// The names are those of scipy.ndimage. For a b c d:
//   reflect   d c b a | a b c d | d c b a
//   mirror      d c b | a b c d | c b a
//   nearest   a a a a | a b c d | d d d d
//   constant  0 0 0 0 | a b c d | 0 0 0 0
//   wrap      a b c d | a b c d | a b c d
//
// `run_whole` and `run_flushed` allocate the continuation and a block of output. In place is allowed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/filter/history.hpp"

namespace fascikit::filter {

enum class Edge { reflect, mirror, nearest, constant, wrap };

/// The frame that stands for frame `i` of a recording of n >= 1 frames; -1: none, a 0 does.
[[nodiscard]] constexpr std::int64_t edge_frame(std::int64_t i, std::int64_t n, Edge edge) noexcept {
    if (i >= 0 && i < n) return i;
    if (edge == Edge::constant) return -1;
    if (edge == Edge::nearest) return i < 0 ? 0 : n - 1;
    if (edge == Edge::mirror && n == 1) return 0;
    const std::int64_t period = edge == Edge::wrap ? n : edge == Edge::mirror ? 2 * n - 2 : 2 * n;
    const std::int64_t at = (i % period + period) % period;
    if (at < n) return at;
    return edge == Edge::mirror ? period - at : period - 1 - at;
}

/// Frames [first, first + count) of the continued recording, interleaved.
template <class T>
[[nodiscard]] std::vector<T> continued(BlockView<const T> in, std::int64_t first, std::int64_t count, Edge edge) {
    std::vector<T> frames(static_cast<std::size_t>(count * in.channels), T(0));
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t from = edge_frame(first + k, in.frames, edge);
        for (std::int64_t c = 0; c < in.channels && from >= 0; ++c)
            frames[static_cast<std::size_t>(k * in.channels + c)] = in(from, c);
    }
    return frames;
}

namespace detail {

/// Answers of a stream, kept from the frame on that answers the first frame of the recording.
template <class T>
class Answers {
public:
    Answers(BlockView<T> out, std::int64_t skip)
        : out_(out), at_(-skip), block_(frames_at_once(out.channels)),
          scratch_(static_cast<std::size_t>(block_ * out.channels)) {}

    template <class Stream>
    void feed(Stream& stream, BlockView<const T> part) {
        for (std::int64_t f = 0; f < part.frames; f += block_) {
            const std::int64_t count = std::min(block_, part.frames - f);
            stream.process(part.rows(f, count), interleaved(scratch_.data(), count, out_.channels));
            keep(scratch_.data(), count);
        }
    }
    void keep(const T* frames, std::int64_t count) {
        const std::int64_t skip = std::clamp<std::int64_t>(-at_, 0, count);
        if (skip < count) put(frames + skip * out_.channels, out_.rows(at_ + skip, count - skip));
        at_ += count;
    }

private:
    BlockView<T> out_;
    std::int64_t at_;
    std::int64_t block_;
    std::vector<T> scratch_;
};

}  // namespace detail

/// Feeds `stream` the recording with `before` frames ahead of it and `after` frames behind it, and
/// leaves out the first before + after frames that it answers: out(n) is the answer to
/// frames n - before ... n + after. `out` has the frames of `in` and may be `in`.
template <class Stream, class T>
void run_whole(Stream& stream, BlockView<const T> in, BlockView<T> out, std::int64_t before, std::int64_t after,
               Edge edge) {
    if (in.frames < 1) return;
    if (before == 0 && after == 0) {
        stream.process(in, out);
        return;
    }
    const std::vector<T> left = continued(in, -before, before, edge);
    const std::vector<T> right = continued(in, in.frames, after, edge);
    detail::Answers<T> answers(out, before + after);
    answers.feed(stream, interleaved(left.data(), before, in.channels));
    answers.feed(stream, in);
    answers.feed(stream, interleaved(right.data(), after, in.channels));
}

/// The same for a stream that knows what to do at its ends: its latency is taken away, and its
/// last frames come from `flush`.
template <class Stream, class T>
void run_flushed(Stream& stream, BlockView<const T> in, BlockView<T> out) {
    if (in.frames < 1) return;
    const std::int64_t late = stream.latency_samples();
    std::vector<T> last(static_cast<std::size_t>(late * in.channels));
    detail::Answers<T> answers(out, late);
    answers.feed(stream, in);
    stream.flush(interleaved(last.data(), late, in.channels));
    answers.keep(last.data(), late);
}

}  // namespace fascikit::filter
