// read_results: what an output folder says, to be scored against a truth.
//
// Reads the names of the sites from summary.json and the columns it needs, by name,
// from events.csv, bursts.csv and segments.csv (io/write.hpp). InputError names the
// file, the line and the column of what is missing or not a number.
#pragma once

#include <string>

#include "fascikit/core/truth.hpp"

namespace fascikit::io {

[[nodiscard]] Findings read_results(const std::string& folder);

}  // namespace fascikit::io
