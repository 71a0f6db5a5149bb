// write_outputs: the tables, summary and BIDS files of an analysis, in one folder.
//
//   events.csv     event,sample,onset_s,peak_s,duration_ms,site,channel,amplitude_uv,snr,
//                  probability,unit,burst,first_pass
//   bursts.csv     burst,onset_s,duration_s,site,label,probability,n_discharges,n_units,
//                  rate_hz,isi_cv,unit,why, then p_<label> for every label
//   segments.csv   onset_s,end_s,site,kind,reason (an empty site: all sites)
//   units.csv      unit,site,n_discharges,rate_per_min,amplitude_uv,duration_ms,phases,
//                  turns,snr,isolation,area_uv_ms,rise_ms
//   summary.json   version, options, input with its SHA-256, per site and unit rates, …
//   <stem>_events.tsv and .json   the bursts as BIDS events (derivative), stem of the recording's file
//   <stem>_annotated.edf          on request: see io/write_edf.hpp
//
// Seconds have six decimals, other numbers as many digits as they need to read back
// the same; a decimal point in every locale. Not a number: nothing in CSV, null in
// JSON, n/a in TSV. No file holds today's date; patient name, code and birth date only
// with `keep_identity`. The same analysis gives the same bytes.
//
// All files appear together or none does: they are written beside, synced and renamed;
// on a failure what stood there before is put back and InputError names the path and the
// system's reason. Memory: one file at a time. Threads: different folders at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "fascikit/core/result.hpp"

namespace fascikit::io {

/// Fills `out` with µV from frame `first` on, as Source::read.
using ReadBlock = std::function<void(std::int64_t first, BlockView<float> out)>;

struct WriteOptions {
    bool keep_identity = false;       ///< patient and recording fields go into summary.json and the EDF copy
    bool edf_copy = false;            ///< needs the recording: the overload with a source
};

/// Throws std::invalid_argument when `edf_copy` is asked for and `read` is empty.
void write_outputs(const Analysis& analysis, const std::string& folder, const WriteOptions& options = {},
                   const ReadBlock& read = {});

template <Source S>
void write_outputs(const Analysis& analysis, const std::string& folder, const WriteOptions& options, const S& source) {
    write_outputs(analysis, folder, options,
                  ReadBlock([&source](std::int64_t first, BlockView<float> out) { source.read(first, out); }));
}

/// The name of the recording's file without folder and extension; "recording" for arrays.
[[nodiscard]] std::string stem_of(const RecordingInfo& info);

/// The texts of the files, for those who want them elsewhere.
[[nodiscard]] std::string events_csv(const Analysis& analysis);
[[nodiscard]] std::string bursts_csv(const Analysis& analysis);
[[nodiscard]] std::string segments_csv(const Analysis& analysis);
[[nodiscard]] std::string units_csv(const Analysis& analysis);
[[nodiscard]] std::string summary_json(const Analysis& analysis, bool keep_identity = false);
[[nodiscard]] std::string bids_events_tsv(const Analysis& analysis);
[[nodiscard]] std::string bids_events_json(const Analysis& analysis);

}  // namespace fascikit::io
