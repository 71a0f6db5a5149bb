#include "fascikit/io/read.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "fascikit/core/error.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

enum class Format { edf, wfdb, csv };

std::string extension_of(const std::string& path) {
    const std::size_t dot = path.find_last_of("./");
    return dot == std::string::npos || path[dot] == '/' ? "" : lower(path.substr(dot + 1));
}

/// A WFDB record is named by its header, by a signal file, or without an extension.
std::string header_path(const std::string& path) {
    std::error_code ignored;
    const std::string extension = extension_of(path);
    const std::string other = extension == "dat" ? path.substr(0, path.size() - 3) + "hea" : path + ".hea";
    const bool is_file = std::filesystem::is_regular_file(path, ignored);
    if ((extension == "dat" || !is_file) && std::filesystem::is_regular_file(other, ignored)) return other;
    return path;
}

struct Recognised {
    FileBytes file;
    Format format;
};

Recognised recognise(const std::string& given) {
    if (given.find('\0') != std::string::npos) core::fail_input("the path holds a zero byte");
    const std::string path = header_path(given);
    FileBytes file(path);
    std::string start(static_cast<std::size_t>(std::min<std::int64_t>(file.size(), 8)), '\0');
    file.read(0, start.data(), start.size());
    const std::string extension = extension_of(path);
    if (start == "0       " || start == "\xff" "BIOSEMI" || extension == "edf" || extension == "bdf")
        return {std::move(file), Format::edf};
    if (extension == "hea") return {std::move(file), Format::wfdb};
    if (extension == "csv" || extension == "tsv" || extension == "txt") return {std::move(file), Format::csv};
    if (extension == "dat")
        core::fail_input(path + ": a WFDB signal file needs its header " + path.substr(0, path.size() - 3) + "hea beside it");
    core::fail_input(path + ": unknown format; what can be read: EDF, EDF+, BDF, BDF+ (.edf, .bdf), WFDB (.hea), "
                            "tables (.csv, .tsv, .txt)");
}

void check_sites(const std::vector<Site>& sites, const std::vector<ChannelInfo>& channels) {
    std::vector<char> taken(channels.size(), 0);
    for (const Site& site : sites) {
        if (site.channels.empty()) core::fail_option("site " + in_quotes(site.name) + " has no channels");
        if ((site.rows > 0 || site.columns > 0) &&
            std::int64_t{site.rows} * site.columns != static_cast<std::int64_t>(site.channels.size()))
            core::fail_option("site " + in_quotes(site.name) + ": a grid of " + std::to_string(site.rows) + " x " +
                              std::to_string(site.columns) + " with " + std::to_string(site.channels.size()) + " channels");
        for (const int c : site.channels) {
            if (c < 0 || static_cast<std::size_t>(c) >= channels.size())
                core::fail_option("site " + in_quotes(site.name) + ": channel " + std::to_string(c) +
                                  ": allowed is 0 to " + std::to_string(channels.size() - 1));
            if (taken[static_cast<std::size_t>(c)]++ != 0)
                core::fail_option("channel " + in_quotes(channels[static_cast<std::size_t>(c)].label) +
                                  " belongs to two sites");
        }
    }
}

}  // namespace

File::File(std::shared_ptr<const Reader> reader, RecordingInfo info) : reader_(std::move(reader)), info_(std::move(info)) {}

void File::read(std::int64_t first, BlockView<float> out) const {
    if (out.channels != static_cast<std::int64_t>(info_.channels.size()))
        core::fail_option("a block of " + std::to_string(out.channels) + " channels for a recording of " +
                          std::to_string(info_.channels.size()));
    if (first < 0 || out.frames < 0 || first > info_.frames || out.frames > info_.frames - first)
        core::fail_option("frames from " + std::to_string(first) + ", " + std::to_string(out.frames) +
                          " of them: the recording has " + std::to_string(info_.frames));
    if (out.frames > 0) reader_->read(first, out);
}

std::string File::sha256() const { return reader_->sha256(); }

void File::set_sites(std::vector<Site> sites) {
    check_sites(sites, info_.channels);
    info_.sites = std::move(sites);
}

File read(const std::string& path, const ReadOptions& options) {
    if (options.fs != 0 && !(options.fs > 0 && options.fs <= 1e9))
        core::fail_option("fs " + core::number(options.fs) + ": allowed is more than 0 to 1e+09 Hz");
    Recognised found = recognise(path);
    Opened opened = found.format == Format::edf    ? open_edf(std::move(found.file), options)
                    : found.format == Format::wfdb ? open_wfdb(std::move(found.file), options)
                                                   : open_csv(std::move(found.file), options);
    if (options.hash) opened.info.sha256 = opened.reader->sha256();
    opened.info.sites = one_site_per_channel(opened.info.channels);
    File file(std::move(opened.reader), std::move(opened.info));
    if (!options.sites.empty()) file.set_sites(options.sites);
    return file;
}

std::vector<DigitalChannel> read_digital(const std::string& path) {
    Recognised found = recognise(path);
    if (found.format == Format::csv) core::fail_input(path + ": a table stores no integers");
    return found.format == Format::edf ? digital_edf(std::move(found.file)) : digital_wfdb(std::move(found.file));
}

}  // namespace fascikit::io
