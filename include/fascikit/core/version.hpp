// The version of the library, and of the files it writes.
#pragma once

#define FASCIKIT_VERSION_MAJOR 0
#define FASCIKIT_VERSION_MINOR 1
#define FASCIKIT_VERSION_PATCH 0
#define FASCIKIT_VERSION_STRING "0.1.0"

namespace fascikit {

/// Version of the columns and keys of every output file (events.csv … summary.json).
inline constexpr int schema_version = 1;

}  // namespace fascikit
