// read_digital: the integers a file stores, before any scaling.
//
// For EDF, BDF and WFDB. Every signal of the file (annotations left out), whatever
// its unit or rate; WFDB skew is not applied and gaps of EDF+D are not filled, so
// sample i is the i-th stored. Holds the whole file in memory: for checks and
// conversions. Errors: as io::read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fascikit::io {

struct DigitalChannel {
    std::string label;
    double sampling_rate_hz = 0;
    std::vector<std::int32_t> samples;
};

[[nodiscard]] std::vector<DigitalChannel> read_digital(const std::string& path);

}  // namespace fascikit::io
