// The .hea file of a WFDB record, and the packing of its sample formats.
//
// From the published descriptions of header and signal files, header(5) and
// signal(5) of the WFDB Applications Guide (PhysioNet).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bytes.hpp"

namespace fascikit::io {

struct WfdbSignal {
    std::string file;
    int format = 16;                 ///< 0: a null signal, without samples
    std::int64_t samples_per_frame = 1;
    std::int64_t skew_frames = 0;    ///< this many frames precede time zero
    std::int64_t byte_offset = 0;
    double gain = 0;                 ///< steps a unit; 0: uncalibrated
    std::string unit;
    std::int64_t baseline = 0;       ///< the step that stands for zero units
    int adc_bits = 0;                ///< 0: unknown
    std::int64_t adc_zero = 0;
    std::int64_t initial = 0;
    bool has_initial = false;
    std::int64_t checksum = 0;
    bool has_checksum = false;
    std::string label;
};

struct WfdbHeader {
    double frame_rate_hz = 250;      ///< the format's own default
    std::int64_t frames = 0;         ///< 0: not stated
    std::string start_time;
    std::vector<WfdbSignal> signals;
    std::string comments;
    std::vector<std::string> warnings;
};

[[nodiscard]] WfdbHeader read_wfdb_header(const FileBytes& file);

/// Bytes that `samples` consecutive samples fill; a last incomplete pack counts only what it needs.
[[nodiscard]] std::int64_t wfdb_bytes(int format, std::int64_t samples) noexcept;
/// Whole samples in `bytes`.
[[nodiscard]] std::int64_t wfdb_samples(int format, std::int64_t bytes) noexcept;
/// Samples that are packed together: 1, 2 or 3.
[[nodiscard]] int wfdb_pack(int format) noexcept;
/// The value that stands for "no sample"; INT64_MIN where the format has none.
[[nodiscard]] std::int64_t wfdb_invalid(int format) noexcept;
/// Samples [0, count) of bytes that begin with a whole pack. Format 8 gives differences.
void wfdb_unpack(int format, const unsigned char* bytes, std::int64_t count, std::int32_t* out) noexcept;

}  // namespace fascikit::io
