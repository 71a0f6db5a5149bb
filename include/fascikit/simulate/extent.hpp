// Extent: from when to when something was in a recording; and the checks of the
// simulator's arguments, so that every refusal reads alike. Plain data; no allocation
// unless something is refused. Errors: std::invalid_argument, one line with the value and what is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/options.hpp"

namespace fascikit::simulate {

/// Seconds from the start of the recording; the end is the first instant without it.
struct Extent {
    double onset_s = 0;
    double end_s = 0;
};

namespace detail {

/// Refuses a value outside [low, high], NaN included.
inline void require(const char* name, double value, double low, double high) {
    if (!(core::is_finite(value) && value >= low && value <= high))
        core::fail_option(std::string(name) + " " + core::number(value) + ": allowed is " + core::number(low) +
                          " to " + core::number(high));
}

inline void require_rate(double sampling_rate_hz) {
    if (const auto text = core::problem_of_rate(sampling_rate_hz); !text.empty()) core::fail_option(text);
}

inline void require_frames(std::int64_t frames) {
    // 2^33 samples are 64 GiB in double: a count beyond that is a mistake, not a recording.
    if (frames < 0 || frames > (std::int64_t{1} << 33))
        core::fail_option("frames " + std::to_string(frames) + ": allowed is 0 to 8589934592");
}

inline void require_band(Band band, double sampling_rate_hz) {
    require_rate(sampling_rate_hz);
    if (!(core::is_finite(band.low_hz) && core::is_finite(band.high_hz) && band.low_hz > 0 &&
          band.high_hz > band.low_hz && band.high_hz < sampling_rate_hz / 2))
        core::fail_option("band " + core::number(band.low_hz) + " to " + core::number(band.high_hz) +
                          " Hz: allowed is 0 < low < high < half the sampling rate (" +
                          core::number(sampling_rate_hz / 2) + " Hz)");
}

}  // namespace detail

}  // namespace fascikit::simulate
