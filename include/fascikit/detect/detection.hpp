// What detection says of one discharge, in frames of the filtered signal. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fascikit::detect {

/// Lanes [first, first + count) look at one muscle.
struct SiteLanes {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// One discharge, in frames of the filtered signal.
struct Detection {
    std::size_t site = 0;
    std::size_t lane = 0;             ///< with the largest amplitude
    std::int64_t onset = 0;
    std::int64_t end = 0;
    std::int64_t peak = 0;            ///< largest deflection of that lane
    double amplitude = 0;             ///< peak to peak, µV
    double snr = 0;                   ///< amplitude over noise RMS of that lane
    double level = 0;                 ///< largest statistic, in noise RMS
};

}  // namespace fascikit::detect
