#include <filesystem>

#include "fascikit/core/error.hpp"
#include "fascikit/io/write.hpp"
#include "fascikit/io/write_edf.hpp"
#include "write_file.hpp"

namespace fascikit::io {

std::string stem_of(const RecordingInfo& info) {
    std::string stem = std::filesystem::path(info.path).stem().string();
    return stem.empty() ? "recording" : stem;
}

void write_outputs(const Analysis& analysis, const std::string& folder, const WriteOptions& options,
                   const ReadBlock& read) {
    if (options.edf_copy && !read) core::fail_option("edf_copy needs the recording: use write_outputs with a source");
    OutputFolder out(folder);
    const std::string stem = stem_of(analysis.recording);
    out.put("events.csv", events_csv(analysis));
    out.put("bursts.csv", bursts_csv(analysis));
    out.put("segments.csv", segments_csv(analysis));
    out.put("units.csv", units_csv(analysis));
    out.put(stem + "_events.tsv", bids_events_tsv(analysis));
    out.put(stem + "_events.json", bids_events_json(analysis));
    if (options.edf_copy) {
        const std::string name = stem + "_annotated.edf";
        const std::string staged = out.stage(name);
        write_annotated_copy(analysis, read, staged, {.keep_identity = options.keep_identity});
    }
    out.put("summary.json", summary_json(analysis, options.keep_identity));
    out.commit();
}

}  // namespace fascikit::io
