// Damaged and hostile files: never a crash, never an allocation that the file's
// size does not justify; either one clear line or a recording that can be read.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "io_files.hpp"

using namespace fascikit;
using namespace io_files;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// Opens and reads all that can be asked for. What cannot be used must say so in one line that names the file.
/// True when it was read.
bool try_everything(const std::string& path, const io::ReadOptions& options = {}) {
    bool good = false;
    try {
        const auto file = io::read(path, options);
        const RecordingInfo& info = file.info();
        EXPECT_GT(info.frames, 0);
        EXPECT_GT(info.sampling_rate_hz, 0);
        EXPECT_FALSE(info.channels.empty());
        const auto channels = static_cast<std::int64_t>(info.channels.size());
        const std::int64_t most = std::min<std::int64_t>(info.frames, 3000);
        std::vector<float> x(static_cast<std::size_t>(most * channels));
        file.read(0, planar(x.data(), most, channels));
        file.read(info.frames - most, interleaved(x.data(), most, channels));
        good = true;
    } catch (const InputError& e) {
        const std::string text = e.what();
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_NE(text.find("fascikit_io_"), std::string::npos) << text;
        EXPECT_LT(text.size(), 2500U) << text;
    } catch (const std::invalid_argument&) {
        // A stated rate that contradicts a damaged header.
    }
    try {
        (void)io::read_digital(path);
    } catch (const InputError&) {
    }
    return good;
}

Edf small(bool bdf, const char* reserved) {
    Edf edf;
    edf.bdf = bdf;
    edf.reserved = reserved;
    edf.signals = {Signal{}, Signal{.label = "EMG 2", .unit = "mV", .samples = 2}, annotation_signal(bdf ? 12 : 18, bdf)};
    for (int r = 0; r < 3; ++r) {
        std::string record;
        for (int i = 0; i < 6; ++i) edf.sample(record, 100 * r - i);
        std::string tal = "+" + std::to_string(2 * r) + std::string("\x14\x14\0+1\x15" "2\x14text\x14\0", 14);
        tal.resize(36, '\0');
        edf.data.push_back(record + tal);
    }
    return edf;
}

struct Seed {
    std::string name;
    std::string bytes;
};

std::vector<Seed> seeds() {
    std::vector<Seed> all;
    all.push_back({"a.edf", small(false, "EDF+D").bytes()});
    all.push_back({"b.edf", small(false, "EDF+C").bytes()});
    all.push_back({"c.bdf", small(true, "BDF+D").bytes()});
    all.push_back({"d.hea", "d 3 500/1(2) 20 1:2:3 4/5/2006\nd.dat 212x2:1+4 200(3)/mV 12 0 1 2 0 EMG 1\n"
                            "d.dat 212x2+4 1/uV 12 0 0 0 0 EMG 2\nd.dat 212+4 0 0 0 0 0 0 P\n# c\n"});
    all.push_back({"e.hea", "e 1 500\nd.dat 8 1/uV\n"});
    all.push_back({"f.csv", "# x\ntime_s;EMG1 [uV];EMG2_mV\n0;1,5;2\n0.001;;3\n0.002;nan;4\n"});
    return all;
}

}  // namespace

TEST(Hostile, SeedsAreReadable) {
    const Folder folder;
    folder.write("d.dat", std::string(200, '\3'));
    for (const Seed& seed : seeds()) EXPECT_EQ(error_of(folder.write(seed.name, seed.bytes)), "") << seed.name;
}

TEST(Hostile, CutAtEveryByte) {
    const Folder folder;
    folder.write("d.dat", std::string(200, '\3'));
    for (const Seed& seed : seeds())
        for (std::size_t n = 0; n < seed.bytes.size(); ++n) {
            const auto path = folder.write(seed.name, seed.bytes.substr(0, n));
            const bool good = try_everything(path);
            if (seed.name.ends_with("df")) {
                EXPECT_FALSE(good) << seed.name << " cut at " << n;
            }
        }
}

TEST(Hostile, SignalFileCutAtEveryByte) {
    const Folder folder;
    const auto all = seeds();
    folder.write(all[3].name, all[3].bytes);
    for (std::size_t n = 0; n <= 160; ++n) {
        folder.write("d.dat", std::string(n, '\3'));
        // 20 frames of 5 samples of 12 bits behind 4 bytes.
        EXPECT_EQ(try_everything(folder.file("d.hea")), n >= 154) << n;
    }
}

TEST(Hostile, RandomMutationsUnderEveryExtension) {
    const Folder folder;
    folder.write("d.dat", std::string(200, '\3'));
    const auto all = seeds();
    const std::string interesting = "0123456789-+.eExX:/() \n\r\t;,#\"" + std::string("\0\xff\x14\x15", 4);
    std::mt19937_64 random(20261122);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::vector<std::string> names{"m.edf", "m.bdf", "m.hea", "m.csv", "m.txt", "m.rec"};
    for (int round = 0; round < 2000; ++round) {
        const Seed& seed = all[below(all.size())];
        std::string bytes = seed.bytes;
        for (std::size_t i = 1 + below(6); i > 0 && !bytes.empty(); --i) {
            const std::size_t at = below(bytes.size());
            switch (below(5)) {
                case 0: bytes[at] = static_cast<char>(random() & 0xff); break;
                case 1: bytes[at] = interesting[below(interesting.size())]; break;
                case 2: bytes.erase(at, 1 + below(20)); break;
                case 3: bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(20))); break;
                default:
                    // Damage in the numbers of an EDF header is where it hurts.
                    if (bytes.size() > 300) bytes[168 + below(88)] = interesting[below(interesting.size())];
            }
        }
        // Half of the time where it belongs, else under any name.
        const std::string own = "m" + seed.name.substr(1);
        const auto path = folder.write(below(2) == 0 ? own : names[below(names.size())], bytes);
        io::ReadOptions options;
        if (below(3) == 0) options.unit = "uV";
        if (below(3) == 0) options.fs = 500;
        (void)try_everything(path, options);
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
}

TEST(Hostile, PromisesCostNoMemory) {
    // Under a limit that the promises exceed a thousandfold. Address space is not limited
    // under sanitizers, which reserve terabytes; there the promise alone is checked.
    const Folder folder;
    Edf edf;
    edf.signals = {Signal{}};
    edf.data = {std::string(8, '\1')};
    edf.records = "99999999";
    const auto many = folder.write("many.edf", edf.bytes());
    edf.signals[0].samples = 99999999;
    const auto large = folder.write("large.edf", edf.bytes());
    edf.records = "-1";
    const auto unclosed = folder.write("unclosed.edf", edf.bytes());
    folder.write("x.dat", std::string(40, '\1'));
    const auto frames = folder.write("f.hea", "f 1 1000 99999999999\nx.dat 16 1/uV\n");
    const auto wide = folder.write("w.hea", "w 1 1000 1\nx.dat 16x99999999 1/uV\n");
    const auto skewed = folder.write("s.hea", "s 1 1000 20\nx.dat 16:2147483647 1/uV\n");
    const auto signals = folder.write("n.hea", "n 100000 1000 20\nx.dat 16 1/uV\n");

    rlimit old{};
    const bool limited = !sanitized && getrlimit(RLIMIT_AS, &old) == 0;
    if (limited) {
        const rlimit little{std::min<rlim_t>(old.rlim_max, rlim_t{1} << 28), old.rlim_max};
        setrlimit(RLIMIT_AS, &little);
    }
    std::vector<std::string> errors;
    for (const auto& path : {many, large, unclosed, frames, wide, skewed, signals}) errors.push_back(error_of(path));
    if (limited) setrlimit(RLIMIT_AS, &old);
    for (const auto& error : errors) EXPECT_NE(error, "");
}

TEST(Hostile, WhatIsNoRecording) {
    const Folder folder;
    EXPECT_EQ(error_of(folder.file("no.edf")), folder.file("no.edf") + ": No such file or directory");
    EXPECT_EQ(error_of(folder.write("empty.edf", "")), folder.file("empty.edf") + ": the file is empty (0 bytes)");
    EXPECT_NE(error_of(folder.file("")).find("is a directory"), std::string::npos);
    EXPECT_NE(error_of("").find("the path is empty"), std::string::npos);
    EXPECT_NE(error_of(std::string("a\0b", 3)).find("zero byte"), std::string::npos);
    EXPECT_NE(error_of(folder.write("x.xyz", "hello")).find("unknown format; what can be read: EDF, EDF+, BDF, BDF+"),
              std::string::npos);
    EXPECT_NE(error_of(folder.write("lone.dat", "hello")).find("needs its header"), std::string::npos);
    ASSERT_EQ(mkfifo(folder.file("pipe.edf").c_str(), 0600), 0);
    EXPECT_NE(error_of(folder.file("pipe.edf")).find("not a regular file"), std::string::npos);
    const auto secret = folder.write("secret.edf", "x");
    ASSERT_EQ(chmod(secret.c_str(), 0), 0);
    if (geteuid() != 0) {
        EXPECT_NE(error_of(secret).find("Permission denied"), std::string::npos);
    }
}

TEST(Hostile, FileThatShrinksIsAnErrorNotACrash) {
    const Folder folder;
    Edf edf;
    edf.signals = {Signal{}};
    edf.data.assign(100, std::string(8, '\1'));
    const auto path = folder.write("x.edf", edf.bytes());
    const auto file = io::read(path);
    std::filesystem::resize_file(path, 600);
    std::vector<float> x(400);
    EXPECT_THROW(file.read(0, planar(x.data(), 400, 1)), InputError);
}

TEST(Hostile, TextInHeadersComesOutAsPrintableUtf8) {
    const Folder folder;
    Edf edf;
    edf.signals = {Signal{}};
    edf.signals[0].label = "M\xfcller\x01\x7f";
    edf.data = {std::string(8, '\1')};
    EXPECT_EQ(io::read(folder.write("x.edf", edf.bytes())).info().channels[0].label, "M\xc3\xbcller");
    edf.signals[0].label = "M\xc3\xbcller";
    EXPECT_EQ(io::read(folder.write("x.edf", edf.bytes())).info().channels[0].label, "M\xc3\xbcller");
}
