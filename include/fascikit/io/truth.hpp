// *.truth.json: {version, sampling_rate_hz, duration_s, band_hz: [low, high],
// discharges: [{peak_s, site, unit, label, amplitude_uv, noise_rms_uv}],
// segments: [{onset_s, end_s, site, label}], confounders: [{onset_s, end_s, kind}]}.
//
// Every number reads back the same. Reading is strict: a key that is missing, of the
// wrong type or out of range is an InputError that names the file and the key, such as
// discharges[3].label; keys that are not known are left alone.
#pragma once

#include <string>

#include "fascikit/core/truth.hpp"

namespace fascikit::io {

[[nodiscard]] std::string truth_json(const Truth& truth);
/// Whole or not at all. Throws InputError with the path and the system's reason.
void write_truth(const Truth& truth, const std::string& path);
[[nodiscard]] Truth read_truth(const std::string& path);

}  // namespace fascikit::io
