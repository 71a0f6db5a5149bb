// io::read: a recording in a file becomes a Source that is read by blocks.
//
// Formats, known by content first and by extension second:
//   EDF, EDF+C, EDF+D, BDF, BDF+C, BDF+D   gaps of the D kinds are gaps (NaN samples)
//   WFDB (.hea, or a path without it)       one segment; formats 8 16 24 32 61 80 160 212 310 311
//   CSV, TSV, TXT                           a line of column names, then one line a frame
// Samples are delivered as float µV. Which channels: those in V, mV, µV or nV, in
// any common spelling, at the commonest rate among them (the higher one when two
// are equally common); the others are in info().skipped, each with its reason.
// A channel without a unit is used only when ReadOptions::unit states it.
//
// Cost: opening reads the header and the annotations; WFDB with `verify` and CSV are
// read through once (0.5 GB of WFDB in a second, 0.3 GB of CSV). A block read has no
// state and a buffer of a MiB; reading EDF or BDF makes about 5e8 samples a second,
// WFDB 2e8, CSV 3e7, on one core of a server CPU. Threads: `read` may be called
// from several at once. Errors: InputError, one line with the path and what was
// found where; std::invalid_argument for options and for blocks outside the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"
#include "fascikit/core/recording.hpp"

namespace fascikit::io {

struct ReadOptions {
    /// Labels to keep, in this order; empty: all that can be analysed.
    std::vector<std::string> channels{};
    /// Unit of channels whose unit the file leaves blank or gives in an unknown word: "uV", "mV", "V", "nV".
    /// Never replaces a unit that is known. A WFDB gain of 0 counts as blank (and as 200 steps a unit).
    std::string unit{};
    /// Needed for CSV without a time column, Hz. For other files an error if it contradicts. 0: as the file says.
    double fs = 0;
    /// Which channels look at one muscle; empty: each channel is its own site. See io/sites.hpp.
    std::vector<Site> sites{};
    /// Compute RecordingInfo::sha256 at once, which reads the whole file.
    bool hash = false;
    /// Compare WFDB checksums with the samples, which reads the whole file; differences are warnings.
    bool verify = true;
};

class Reader;  // one a format, in src/io

/// An open recording. Satisfies Source; copies share the open file.
class File {
public:
    explicit File(std::shared_ptr<const Reader> reader, RecordingInfo info);

    [[nodiscard]] const RecordingInfo& info() const noexcept { return info_; }

    /// Fills `out` (frames × info().channels.size()) with µV from frame `first` on.
    void read(std::int64_t first, BlockView<float> out) const;

    /// Lower-case hex of the file's bytes; for WFDB the header's, then each signal file's. Reads them each time.
    [[nodiscard]] std::string sha256() const;

    /// Says which channels look at one muscle. Throws std::invalid_argument for a channel that is not there or twice.
    void set_sites(std::vector<Site> sites);

private:
    std::shared_ptr<const Reader> reader_;
    RecordingInfo info_;
};

[[nodiscard]] File read(const std::string& path, const ReadOptions& options = {});

}  // namespace fascikit::io
