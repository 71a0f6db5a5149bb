// detrend: takes the mean, or the line of least squares, away from a recording or its pieces.
//
// scipy.signal.detrend(x, type=, bp=), equal to 1e-12 of the largest sample. In place, in
// double, by the same few lines that take the trend off the segments of a spectrum
// (spectral/segments.hpp). Cost: three passes. Allocates one channel's piece. A NaN makes
// its piece NaN in its channel. Any thread, one at a time on one block.
// Errors: std::invalid_argument for break points out of order or outside; the block is
// untouched then.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/spectral/segments.hpp"

namespace fascikit::filter {

using spectral::Detrend;

/// breaks: first frames of the pieces after the first, rising, from 0 to the number of frames.
template <std::floating_point T>
void detrend(BlockView<T> inout, Detrend trend = Detrend::linear, std::span<const std::int64_t> breaks = {}) {
    std::int64_t least = 0;
    for (const std::int64_t at : breaks) {
        if (at < least || at > inout.frames)
            core::fail_option("break point " + std::to_string(at) + ": allowed is " + std::to_string(least) + " to " +
                              std::to_string(inout.frames) + ", in rising order");
        least = at;
    }
    std::vector<double> samples;
    const auto piece = [&](std::int64_t c, std::int64_t begin, std::int64_t end) {
        if (end <= begin) return;
        samples.resize(static_cast<std::size_t>(end - begin));
        for (std::int64_t f = begin; f < end; ++f) samples[static_cast<std::size_t>(f - begin)] = static_cast<double>(inout(f, c));
        spectral::detail::remove_trend(samples, trend);
        for (std::int64_t f = begin; f < end; ++f) inout(f, c) = static_cast<T>(samples[static_cast<std::size_t>(f - begin)]);
    };
    for (std::int64_t c = 0; c < inout.channels; ++c) {
        std::int64_t begin = 0;
        for (const std::int64_t at : breaks) {
            piece(c, begin, at);
            begin = at;
        }
        piece(c, begin, inout.frames);
    }
}

}  // namespace fascikit::filter
