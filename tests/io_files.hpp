// Files for the tests of io: the shared ones, and small ones written on the spot.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/io.hpp"

namespace io_files {

inline std::string shared_folder() {
    const char* given = std::getenv("FASCIKIT_SHARED");
    return given != nullptr ? given : std::string(FASCIKIT_ROOT) + "/../shared";
}

/// Empty where the shared material is absent; in CI that is a failure.
inline std::string shared(const std::string& file) {
    const std::string path = shared_folder() + "/data/" + file;
    if (std::filesystem::exists(path)) return path;
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true") ADD_FAILURE() << path << " is absent (FASCIKIT_SHARED)";
    return {};
}

/// A folder that goes away with the test.
class Folder {
public:
    Folder() {
        // In memory where there is such a folder: thousands of small files are written.
        const std::filesystem::path memory = "/dev/shm";
        std::error_code none;
        const auto base = std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
        std::string pattern = (base / "fascikit_io_XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) {
            pattern = (std::filesystem::temp_directory_path() / "fascikit_io_XXXXXX").string();
            if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for temporary files");
        }
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path_ / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return file(name);
    }

private:
    std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string field(const std::string& text, std::size_t width) {
    std::string padded = text.substr(0, width);
    padded.resize(width, ' ');
    return padded;
}

struct Signal {
    std::string label = "EMG";
    std::string unit = "uV";
    std::string physical_min = "-3276.8", physical_max = "3276.7", digital_min = "-32768", digital_max = "32767";
    int samples = 4;
};

/// An EDF or BDF file, by the specification and by hand.
struct Edf {
    bool bdf = false;
    std::string reserved{};
    std::string records{};           ///< empty: as many as there are
    std::string duration = "1";
    std::string date = "01.02.20", time = "03.04.05";
    std::vector<Signal> signals{};
    std::vector<std::string> data{};   ///< one string of bytes a record

    void sample(std::string& record, int value) const {
        for (int i = 0; i < (bdf ? 3 : 2); ++i) record += static_cast<char>(value >> (8 * i) & 0xff);
    }
    [[nodiscard]] std::string header() const {
        std::string h = bdf ? "\xff" "BIOSEMI" : "0       ";
        h += field("Patient Name", 80) + field("Startdate X X X X", 80) + field(date, 8) + field(time, 8);
        h += field(std::to_string(256 * (signals.size() + 1)), 8) + field(reserved, 44);
        h += field(records.empty() ? std::to_string(data.size()) : records, 8) + field(duration, 8);
        h += field(std::to_string(signals.size()), 4);
        for (const Signal& s : signals) h += field(s.label, 16);
        for (std::size_t i = 0; i < signals.size(); ++i) h += field("electrode", 80);
        for (const Signal& s : signals) h += field(s.unit, 8);
        for (const Signal& s : signals) h += field(s.physical_min, 8);
        for (const Signal& s : signals) h += field(s.physical_max, 8);
        for (const Signal& s : signals) h += field(s.digital_min, 8);
        for (const Signal& s : signals) h += field(s.digital_max, 8);
        for (std::size_t i = 0; i < signals.size(); ++i) h += field("HP:10Hz", 80);
        for (const Signal& s : signals) h += field(std::to_string(s.samples), 8);
        for (std::size_t i = 0; i < signals.size(); ++i) h += field("", 32);
        return h;
    }
    [[nodiscard]] std::string bytes() const {
        std::string all = header();
        for (const std::string& record : data) all += record;
        return all;
    }
};

inline Signal annotation_signal(int samples = 16, bool bdf = false) {
    Signal s{bdf ? "BDF Annotations" : "EDF Annotations", "", "-1", "1", "-32768", "32767", samples};
    return s;
}

/// An EDF+D file of one channel: record r holds the samples 10 r, 10 r + 1, … and starts at `onsets[r]`.
inline Edf discontinuous(const std::vector<std::string>& onsets) {
    Edf edf;
    edf.reserved = "EDF+D";
    edf.signals = {Signal{}, annotation_signal()};
    for (std::size_t r = 0; r < onsets.size(); ++r) {
        std::string record;
        for (int i = 0; i < 4; ++i) edf.sample(record, static_cast<int>(10 * r) + i);
        edf.data.push_back(record + field(onsets[r] + std::string("\x14\x14\0", 3), 32));
        for (char& c : edf.data.back())
            if (&c >= edf.data.back().data() + 8 && c == ' ') c = '\0';
    }
    return edf;
}

/// One line, naming the file: what every error must be.
inline std::string error_of(const std::string& path, const fascikit::io::ReadOptions& options = {}) {
    try {
        (void)fascikit::io::read(path, options);
    } catch (const fascikit::InputError& e) {
        return e.what();
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

/// All frames, planar: channel c begins at c × frames.
inline std::vector<float> whole(const fascikit::io::File& file) {
    const auto frames = file.info().frames;
    const auto channels = static_cast<std::int64_t>(file.info().channels.size());
    std::vector<float> x(static_cast<std::size_t>(frames * channels));
    file.read(0, fascikit::planar(x.data(), frames, channels));
    return x;
}

}  // namespace io_files
