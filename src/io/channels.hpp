// Which channels of a file are analysed, and the factor that makes them µV.
//
// The rules are those of io/read.hpp, the same for every format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fascikit/core/recording.hpp"
#include "fascikit/io/read.hpp"

namespace fascikit::io {

/// µV in one of this unit, for volt, millivolt, microvolt and nanovolt in their common spellings (UTF-8).
[[nodiscard]] std::optional<double> voltage_in_uv(std::string_view unit);

struct FileChannel {
    std::string label;               ///< as in the file; select_channels makes it unique
    std::string unit;
    std::int64_t rate_key = 0;       ///< equal for equal rates: samples a data record or a frame
    double rate_hz = 0;
    bool uncalibrated = false;       ///< the unit does not hold: it counts as blank
    std::string not_analysed;        ///< a reason that holds whatever the unit; empty: none
};

struct Selected {
    int channel = 0;                 ///< index into the file's channels
    double to_uv = 1;                ///< µV in one of the channel's unit
};

/// Never empty: throws where nothing can be analysed. Labels in `channels` become unique; `info.skipped` is filled.
[[nodiscard]] std::vector<Selected> select_channels(const std::string& path, std::vector<FileChannel>& channels,
                                                    const ReadOptions& options, RecordingInfo& info);

/// Throws unless ReadOptions::fs is 0 or the rate of the file.
void check_rate(const std::string& path, double rate_hz, const ReadOptions& options);

}  // namespace fascikit::io
