#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <system_error>

#include "fascikit/core/error.hpp"
#include "fascikit/io/write.hpp"
#include "fascikit/io/write_edf.hpp"
#include "write_file.hpp"

namespace fascikit::io {

namespace {

bool same_file(const std::string& a, const std::string& b) {
    std::error_code ignored;
    return !b.empty() && std::filesystem::equivalent(a, b, ignored);
}

/// What an earlier call wrote beside the tables has the name of its recording, which its summary
/// knows: it must not stand beside tables of another one.
void remove_earlier(OutputFolder& out, const std::string& folder, const std::string& recording) {
    const std::string path = folder + "/summary.json";
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return;
    std::ifstream file(path, std::ios::binary);
    const auto json = nlohmann::json::parse(
        file, [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth < 16; }, false);
    if (!json.is_object() || !json.contains("fascikit_version") || !json.contains("input") || !json["input"].is_object() ||
        !json["input"].contains("file") || !json["input"]["file"].is_string())
        return;
    RecordingInfo earlier;
    earlier.path = json["input"]["file"].get<std::string>();
    if (earlier.path.find_first_of(std::string("/\0", 2)) != std::string::npos) return;
    for (const char* end : {"_events.tsv", "_events.json", "_annotated.edf"})
        if (const std::string name = stem_of(earlier) + end; !same_file(folder + "/" + name, recording)) out.remove(name);
}

}  // namespace

std::string stem_of(const RecordingInfo& info) {
    std::string stem = std::filesystem::path(info.path).stem().string();
    return stem.empty() ? "recording" : stem;
}

void write_outputs(const Analysis& analysis, const std::string& folder, const WriteOptions& options,
                   const ReadBlock& read) {
    if (options.edf_copy && !read) core::fail_option("edf_copy needs the recording: use write_outputs with a source");
    OutputFolder out(folder);
    const std::string stem = stem_of(analysis.recording);
    for (const char* name : {"events.csv", "bursts.csv", "segments.csv", "units.csv"})
        if (const std::string path = folder + "/" + name; same_file(path, analysis.recording.path))
            core::fail_input("cannot write " + in_full(path) + ": it is the recording itself, choose another folder");
    remove_earlier(out, folder, analysis.recording.path);
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
