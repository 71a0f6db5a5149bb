// Sites of an open recording: electrode grids, or a JSON file that names muscles.
//
// What these return goes into File::set_sites or ReadOptions::sites. They index
// info.channels, that is the channels that are analysed, in that order.
#pragma once

#include <string>
#include <vector>

#include "fascikit/core/recording.hpp"

namespace fascikit::io {

/// Consecutive channels as grids of rows × columns, row-major. One site a grid, named "grid" or "grid 1", "grid 2" …
/// Throws std::invalid_argument unless the channels make whole grids.
[[nodiscard]] std::vector<Site> grid_sites(const RecordingInfo& info, int rows, int columns, double pitch_mm);

/// A list of objects: [{"name": "left calf", "channels": ["EMG1", "EMG2"], "rows": 1, "columns": 2, "pitch_mm": 10,
/// "muscle": "gastrocnemius medialis", "side": "left"}]. `name` and `channels` are needed. Channels no site names
/// become sites of their own. Throws InputError with the path and the entry.
[[nodiscard]] std::vector<Site> read_sites(const std::string& path, const RecordingInfo& info);

}  // namespace fascikit::io
