// Readers against references: EDFlib, the expected integers of other suites, raw
// bytes, and files written here by the specification.
#include <edflib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "fascikit/core/finite.hpp"
#include "io_files.hpp"

using namespace fascikit;
using namespace io_files;

namespace {

::testing::AssertionResult holds(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "'" << text << "' does not hold '" << part << "'";
}

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

std::string patched(std::string bytes, std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return bytes;
}

/// Blocks at random places, in both layouts, equal the whole bit for bit.
void expect_blocks_equal_whole(const io::File& file) {
    const auto frames = file.info().frames;
    const auto channels = static_cast<std::int64_t>(file.info().channels.size());
    const std::vector<float> all = whole(file);
    std::mt19937_64 random(7);
    for (int round = 0; round < 60; ++round) {
        const auto first = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(frames + 1));
        const auto most = static_cast<std::uint64_t>(frames - first + 1);
        const auto count = static_cast<std::int64_t>(random() % (round % 2 == 0 ? most : std::min<std::uint64_t>(most, 9)));
        std::vector<float> part(static_cast<std::size_t>(count * channels + 1), 77.0F);
        const auto view = round % 3 == 0 ? planar(part.data(), count, channels) : interleaved(part.data(), count, channels);
        file.read(first, view);
        for (std::int64_t f = 0; f < count; ++f)
            for (std::int64_t c = 0; c < channels; ++c)
                ASSERT_TRUE(same_bits(view(f, c), all[static_cast<std::size_t>(c * frames + first + f)]))
                    << "frame " << first + f << " channel " << c;
        ASSERT_EQ(part.back(), 77.0F);
    }
}

static_assert(Source<io::File>);
static_assert(std::is_nothrow_move_constructible_v<io::File>);

}  // namespace

TEST(Sha256, OfThePublishedExamples) {
    io::Sha256 hash;
    EXPECT_EQ(hash.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash.update("abc", 3);
    EXPECT_EQ(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    io::Sha256 million;
    const std::string piece(1000, 'a');
    for (int i = 0; i < 1000; ++i) million.update(piece.data(), 1000);
    EXPECT_EQ(million.hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// --- EDF and BDF -----------------------------------------------------------------

TEST(Edf, EveryConformanceFileIsAsEdflibReadsIt) {
    for (const char* name : {"edf/short_psg.edf", "edf/duplicate_channel_labels.edf", "edf/test_subsecond.edf",
                             "edf/test_utf8.edf", "bdf/short_psg.bdf", "bdf/evt.bdf",
                             "bdf/test_generator_datarec_generator_0_5.bdf"}) {
        SCOPED_TRACE(name);
        const std::string path = shared(std::string("formats/") + name);
        if (path.empty()) GTEST_SKIP();
        edf_hdr_struct reference;
        const int opened = edfopen_file_readonly(path.c_str(), &reference, EDFLIB_READ_ALL_ANNOTATIONS);
        ASSERT_EQ(opened, 0) << reference.filetype;

        const auto file = io::read(path);
        const RecordingInfo& info = file.info();
        const auto stored = io::read_digital(path);
        ASSERT_EQ(static_cast<int>(stored.size()), reference.edfsignals);
        std::size_t kept = 0;
        for (int s = 0; s < reference.edfsignals; ++s) {
            const auto& param = reference.signalparam[s];
            const auto n = static_cast<std::size_t>(param.smp_in_file);
            const auto& ours = stored[static_cast<std::size_t>(s)];
            std::vector<int> digital(n);
            ASSERT_EQ(edfread_digital_samples(reference.handle, s, static_cast<int>(n), digital.data()), param.smp_in_file);
            ASSERT_EQ(ours.samples.size(), n);
            EXPECT_TRUE(std::equal(digital.begin(), digital.end(), ours.samples.begin())) << s;

            if (kept >= info.channels.size() || info.channels[kept].label.rfind(ours.label, 0) != 0) continue;
            const ChannelInfo& channel = info.channels[kept];
            std::vector<double> physical(n);
            edfrewind(reference.handle, s);
            ASSERT_EQ(edfread_physical_samples(reference.handle, s, static_cast<int>(n), physical.data()),
                      param.smp_in_file);
            ASSERT_EQ(info.frames, param.smp_in_file);
            EXPECT_DOUBLE_EQ(info.sampling_rate_hz,
                             param.smp_in_datarecord * 1e7 / static_cast<double>(reference.datarecord_duration));
            const auto all = whole(file);
            const double step = std::abs((param.phys_max - param.phys_min) / (param.dig_max - param.dig_min));
            for (std::size_t i = 0; i < n; ++i) {
                const float value = all[kept * n + i];
                ASSERT_NEAR(value, physical[i], 1e-6 * step + 1e-7 * std::abs(physical[i])) << i;
                ASSERT_GE(value, channel.rail_low_uv);
                ASSERT_LE(value, channel.rail_high_uv);
            }
            EXPECT_NEAR(channel.rail_low_uv, std::min(param.phys_min, param.phys_max), 1e-6 * std::abs(param.phys_min));
            EXPECT_NEAR(channel.rail_high_uv, std::max(param.phys_min, param.phys_max), 1e-6 * std::abs(param.phys_max));
            ++kept;
        }
        EXPECT_EQ(kept, info.channels.size());

        ASSERT_EQ(static_cast<long long>(info.annotations.size()), reference.annotations_in_file);
        for (int i = 0; i < static_cast<int>(reference.annotations_in_file); ++i) {
            edf_annotation_struct a;
            ASSERT_EQ(edf_get_annotation(reference.handle, i, &a), 0);
            // EDFlib keeps the order of the file; ours is by time.
            const auto found = std::find_if(info.annotations.begin(), info.annotations.end(), [&](const Annotation& o) {
                return o.text == io_files::field(a.annotation, o.text.size()) && std::abs(o.onset_s - static_cast<double>(a.onset) * 1e-7) < 2e-7;
            });
            ASSERT_NE(found, info.annotations.end()) << a.annotation << " at " << a.onset;
            EXPECT_NEAR(found->duration_s, static_cast<double>(std::max(a.duration_l, 0LL)) * 1e-7, 1e-7);
        }
        char start[64];
        std::snprintf(start, sizeof start, "%04d-%02d-%02dT%02d:%02d:%02d", reference.startdate_year,
                      reference.startdate_month, reference.startdate_day, reference.starttime_hour,
                      reference.starttime_minute, reference.starttime_second);
        EXPECT_EQ(info.start_time.substr(0, 19), start);
        const double fraction = info.start_time.size() > 19 ? std::stod(std::string("0") + info.start_time.substr(19)) : 0;
        EXPECT_NEAR(fraction, static_cast<double>(reference.starttime_subsecond) * 1e-7, 1e-9);
        EXPECT_TRUE(info.warnings.empty()) << info.warnings.front();
        edfclose_file(reference.handle);
        expect_blocks_equal_whole(file);
    }
}

TEST(Edf, HeaderIsAsItsCompanionSays) {
    const std::string path = shared("formats/edf/short_psg.edf");
    if (path.empty()) GTEST_SKIP();
    const auto expected = nlohmann::json::parse(bytes_of(shared("formats/edf/short_psg_header_reference.json")));
    const auto file = io::read(path);
    const RecordingInfo& info = file.info();
    EXPECT_EQ(info.format, "EDF");
    EXPECT_EQ(info.sampling_rate_hz, 100.0);
    EXPECT_EQ(info.frames, 30000);
    ASSERT_EQ(info.channels.size(), 3U);
    for (std::size_t c = 0; c < 3; ++c) {
        const auto& e = expected[c];
        EXPECT_EQ(info.channels[c].label, e["label"]);
        EXPECT_EQ(info.channels[c].unit, e["physical_dimension"]);
        EXPECT_EQ(info.channels[c].transducer, e["transducer_type"]);
        EXPECT_EQ(info.channels[c].prefiltering, e["prefiltering"]);
        EXPECT_FLOAT_EQ(static_cast<float>(info.channels[c].rail_low_uv), e["physical_min"]);
        EXPECT_FLOAT_EQ(static_cast<float>(info.channels[c].rail_high_uv), e["physical_max"]);
    }
    ASSERT_EQ(info.skipped.size(), 4U);
    EXPECT_EQ(info.skipped[0].label, "Resp oro-nasal");
    EXPECT_EQ(info.skipped[0].reason, "no unit");
    EXPECT_EQ(info.skipped[1].reason, "1 Hz, while the others have 100 Hz");
    EXPECT_EQ(info.skipped[2].reason, "unit 'DegC' is no voltage");
    EXPECT_EQ(info.identity.patient, "X F X Female_33yr");
    EXPECT_EQ(info.start_time, "1989-04-24T16:13:00");
}

TEST(Edf, AnnotationsOnlyIsRefused) {
    for (const char* name : {"formats/edf/SC4001EC-Hypnogram.edf", "formats/edf/test_edfann.edf"}) {
        const std::string path = shared(name);
        if (path.empty()) GTEST_SKIP();
        EXPECT_EQ(error_of(path), path + ": the file holds annotations only, no signal");
    }
}

TEST(Edf, DuplicateLabelsGetANumber) {
    const std::string path = shared("formats/edf/duplicate_channel_labels.edf");
    if (path.empty()) GTEST_SKIP();
    const auto file = io::read(path);
    ASSERT_EQ(file.info().channels.size(), 3U);
    EXPECT_EQ(file.info().channels[0].label, "EEG F1-Ref");
    EXPECT_EQ(file.info().channels[2].label, "EEG F1-Ref (2)");
    const auto one = io::read(path, {.channels = {"EEG F1-Ref (2)", "EEG F2-Ref"}});
    ASSERT_EQ(one.info().channels.size(), 2U);
    EXPECT_EQ(one.info().channels[1].label, "EEG F2-Ref");
    const auto all = whole(file), two = whole(one);
    const auto n = static_cast<std::size_t>(file.info().frames);
    EXPECT_EQ(std::memcmp(all.data() + 2 * n, two.data(), n * sizeof(float)), 0);
    EXPECT_EQ(std::memcmp(all.data() + n, two.data() + n, n * sizeof(float)), 0);
}

TEST(Edf, SubsecondStartAndUtf8) {
    const std::string path = shared("formats/edf/test_utf8.edf");
    if (path.empty()) GTEST_SKIP();
    const auto file = io::read(path);
    EXPECT_EQ(file.info().format, "EDF+C");
    EXPECT_EQ(file.info().start_time, "2020-01-24T04:05:56.3945312");
    bool non_ascii = false;
    for (const Annotation& a : file.info().annotations)
        for (const char c : a.text) non_ascii = non_ascii || static_cast<unsigned char>(c) >= 0x80;
    EXPECT_TRUE(non_ascii);
    // The first annotation stands at 1.9511719 s of the header's second, 0.3945312 s of which precede the samples.
    EXPECT_NEAR(file.info().annotations.front().onset_s, 1.5566407, 1e-9);
}

TEST(Edf, GapsOfDiscontinuousFilesAreGaps) {
    const Folder folder;
    // Four samples a second; the records start at frames 0, 4, 10 (a gap of 2 frames) and 14.
    const auto path = folder.write("d.edf", discontinuous({"+0.5", "+1.5", "+3", "+4.01"}).bytes());
    const auto file = io::read(path);
    EXPECT_EQ(file.info().format, "EDF+D");
    EXPECT_EQ(file.info().frames, 18);
    ASSERT_EQ(file.info().gaps.size(), 1U);
    EXPECT_EQ(file.info().gaps[0].first, 8);
    EXPECT_EQ(file.info().gaps[0].count, 2);
    EXPECT_EQ(file.info().start_time, "2020-02-01T03:04:05.5");
    const auto x = whole(file);
    const std::vector<double> expected{0, .1, .2, .3, 1, 1.1, 1.2, 1.3, NAN, NAN, 2, 2.1, 2.2, 2.3, 3, 3.1, 3.2, 3.3};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (std::isnan(expected[i]))
            EXPECT_FALSE(core::is_finite(x[i]));
        else
            EXPECT_NEAR(x[i], expected[i], 1e-5) << i;
    }
    expect_blocks_equal_whole(file);

    EXPECT_TRUE(holds(error_of(folder.write("back.edf", discontinuous({"+0", "+5", "+2"}).bytes())),
                      "data record 3 starts at 2 s, before the one before it ends (6 s)"));
    EXPECT_TRUE(holds(error_of(folder.write("over.edf", discontinuous({"+0", "+0.5"}).bytes())),
                      "data record 2 starts at 0.5 s, before the one before it ends (1 s)"));
    EXPECT_TRUE(holds(error_of(folder.write("far.edf", discontinuous({"+0", "+1e11"}).bytes())), "at most"));
    EXPECT_TRUE(holds(error_of(folder.write("no.edf", discontinuous({"+0", "x"}).bytes())),
                      "byte 816: the time of data record 2 cannot be read"));
    Edf bare = discontinuous({"+0", "+1"});
    bare.signals[1].label = "EMG 2";
    EXPECT_TRUE(holds(error_of(folder.write("bare.edf", bare.bytes())), "without an annotation signal"));
}

TEST(Edf, ContinuousFileWithAJumpWarns) {
    const Folder folder;
    Edf edf = discontinuous({"+0", "+1", "+5"});
    edf.reserved = "EDF+C";
    const auto file = io::read(folder.write("c.edf", edf.bytes()));
    EXPECT_EQ(file.info().frames, 12);
    ASSERT_EQ(file.info().warnings.size(), 1U);
    EXPECT_TRUE(holds(file.info().warnings[0], "data record 3 starts at 5 s and not at 2 s"));
}

TEST(Edf, AnUnclosedRecordingFollowsItsSize) {
    const Folder folder;
    Edf edf = discontinuous({"+0", "+1", "+2"});
    edf.reserved = "EDF+C";
    edf.records = "-1";
    const auto file = io::read(folder.write("open.edf", edf.bytes()));
    EXPECT_EQ(file.info().frames, 12);
    EXPECT_TRUE(file.info().warnings.empty());
    const std::string bytes = edf.bytes();
    const auto cut = io::read(folder.write("cut.edf", bytes.substr(0, bytes.size() - 5)));
    EXPECT_EQ(cut.info().frames, 8);
    ASSERT_EQ(cut.info().warnings.size(), 1U);
    EXPECT_TRUE(holds(cut.info().warnings[0], "35 of 40 bytes"));
}

TEST(Edf, SizesAreComparedAndBothAreNamed) {
    const Folder folder;
    Edf edf = discontinuous({"+0", "+1"});
    const std::string bytes = edf.bytes();   // 768 + 2 × 40
    EXPECT_TRUE(holds(error_of(folder.write("short.edf", bytes.substr(0, 847))),
                      "promises 848 bytes (768 + 2 records of 40), the file has 847"));
    EXPECT_TRUE(holds(error_of(folder.write("long.edf", bytes + "x")), "promises 848 bytes"));
    edf.records = "99999999";
    EXPECT_TRUE(holds(error_of(folder.write("many.edf", edf.bytes())), "promises 4000000728 bytes"));
    edf.signals[0].samples = 99999999;
    EXPECT_TRUE(holds(error_of(folder.write("huge.edf", edf.bytes())), "the file has 848"));
    EXPECT_TRUE(holds(error_of(folder.write("head.edf", bytes.substr(0, 700))), "the header needs 768 bytes, the file has 700"));
    EXPECT_TRUE(holds(error_of(folder.write("tiny.edf", bytes.substr(0, 100))), "the header needs 256 bytes, the file has 100"));
}

TEST(Edf, EveryFieldIsCheckedAndItsByteNamed) {
    const Folder folder;
    const auto error = [&](auto change) {
        Edf edf;
        edf.signals = {Signal{}};
        edf.data = {std::string(8, '\1')};
        change(edf);
        return error_of(folder.write("x.edf", edf.bytes()));
    };
    EXPECT_EQ(error([](Edf&) {}), "");
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].physical_min = "abc"; }), "byte 360: physical minimum of signal 1 (EMG) 'abc'"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].physical_min = "nan"; }), "byte 360"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].physical_max = "inf"; }), "byte 368"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].physical_max = "1e300"; }), "byte 368"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].physical_max = "-3276.8"; }), "any number but the physical minimum"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].digital_min = "-40000"; }), "byte 376"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].digital_max = "-32768"; }), "more than the digital minimum -32768"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].samples = 0; }), "byte 472: samples a data record"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals[0].samples = -4; }), "byte 472"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.duration = "0.0"; }), "byte 244: seconds a data record '0.0'"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.duration = "-1"; }), "byte 244"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.duration = "1e-300"; }), "at most 1e+09 Hz"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.records = "-2"; }), "byte 236: number of data records '-2'"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.records = "1.5"; }), "byte 236"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.records = "00"; e.data.clear(); }), "holds no data record"));
    EXPECT_TRUE(holds(error([](Edf& e) { e.signals.clear(); e.data.clear(); }), "byte 252: number of signals '0'"));
    Edf edf;
    edf.signals = {Signal{}};
    edf.data = {std::string(8, '\1')};
    const std::string bytes = edf.bytes();
    EXPECT_TRUE(holds(error_of(folder.write("h.edf", patched(bytes, 184, "513     "))), "byte 184"));
    EXPECT_TRUE(holds(error_of(folder.write("v.edf", patched(bytes, 0, "1       "))), "byte 0: version '1'"));
    const auto odd = io::read(folder.write("t.edf", patched(bytes, 168, "99.99.99")));
    EXPECT_EQ(odd.info().start_time, "");
    EXPECT_EQ(odd.info().warnings.size(), 1U);
}

TEST(Edf, YearsSplitAt85) {
    const Folder folder;
    const auto start = [&](const std::string& date) {
        Edf edf;
        edf.date = date;
        edf.signals = {Signal{}};
        edf.data = {std::string(8, '\1')};
        return io::read(folder.write("y.edf", edf.bytes())).info().start_time;
    };
    EXPECT_EQ(start("31.12.84"), "2084-12-31T03:04:05");
    EXPECT_EQ(start("01.01.85"), "1985-01-01T03:04:05");
}

TEST(Edf, BdfSamplesHave24Bits) {
    const Folder folder;
    Edf bdf;
    bdf.bdf = true;
    bdf.signals = {Signal{"EMG", "mV", "-8388.608", "8388.607", "-8388608", "8388607", 4}};
    bdf.signals[0].physical_min = "-8388608";
    bdf.signals[0].physical_max = "8388607";
    std::string record;
    for (const int v : {-8388608, -1, 1, 8388607}) bdf.sample(record, v);
    bdf.data = {record};
    const auto file = io::read(folder.write("x.bdf", bdf.bytes()));
    EXPECT_EQ(file.info().format, "BDF");
    const auto x = whole(file);
    const std::vector<float> expected{-8388608e3F, -1e3F, 1e3F, 8388607e3F};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(x[i], expected[i], 1e-3) << i;
    EXPECT_EQ(x[0], file.info().channels[0].rail_low_uv);
    EXPECT_EQ(x[3], file.info().channels[0].rail_high_uv);
}

TEST(Edf, ALargeSingleRecordIsReadInParts) {
    const Folder folder;
    Edf edf;
    edf.duration = "20";
    edf.signals = {Signal{}, Signal{.label = "EMG 2"}};
    for (Signal& s : edf.signals) s.samples = 300000;
    std::string record;
    for (int i = 0; i < 600000; ++i) edf.sample(record, i * 79 % 60000 - 30000);
    edf.data = {record, record};
    const auto file = io::read(folder.write("one.edf", edf.bytes()));
    EXPECT_EQ(file.info().frames, 600000);
    const auto x = whole(file);
    for (const int i : {0, 1, 299999}) {
        EXPECT_NEAR(x[static_cast<std::size_t>(i)], (i * 79 % 60000 - 30000) * 0.1, 1e-3);
        EXPECT_EQ(x[static_cast<std::size_t>(i)], x[static_cast<std::size_t>(i + 300000)]);
    }
    expect_blocks_equal_whole(file);
}

// --- channels and units ------------------------------------------------------------

TEST(Channels, EverySpellingOfAUnit) {
    const Folder folder;
    struct Case {
        const char* unit;
        double factor;
    };
    for (const Case& c : {Case{"uV", 1}, {"UV", 1}, {"uv", 1}, {"\xb5V", 1}, {"\xc2\xb5V", 1}, {"\xce\xbcV", 1},
                          {"microV", 1}, {"uVolt", 1}, {"[uV]", 1}, {"mV", 1e3}, {"mv", 1e3}, {"MV", 1e3},
                          {"mVolts", 1e3}, {"V", 1e6}, {"volt", 1e6}, {"Volts", 1e6}, {"nV", 1e-3}}) {
        Edf edf;
        edf.signals = {Signal{.unit = c.unit}};
        std::string record;
        for (int i = 0; i < 4; ++i) edf.sample(record, 12340);
        edf.data = {record};
        const auto x = whole(io::read(folder.write("u.edf", edf.bytes())));
        EXPECT_NEAR(x[0] / c.factor, 1234.0, 1e-3) << c.unit;
    }
    // Longer words than a field of EDF holds.
    const auto csv = io::read(folder.write("u.csv", "EMG [microvolts],B (millivolt)\n1,2\n"), {.fs = 1000});
    const auto x = whole(csv);
    EXPECT_EQ(x[0], 1.0F);
    EXPECT_EQ(x[1], 2000.0F);
}

TEST(Channels, UnknownUnitsAreNamedAndCanBeStated) {
    const Folder folder;
    Edf edf;
    edf.signals = {Signal{.label = "EMG 1", .unit = ""}, Signal{.label = "Temp", .unit = "DegC"}};
    edf.data = {std::string(16, '\1')};
    const auto path = folder.write("x.edf", edf.bytes());
    EXPECT_EQ(error_of(path), path + ": channel 'EMG 1' has no unit: state it with the option unit (uV, mV, V or nV)");
    const auto stated = io::read(path, {.unit = "mV"});
    ASSERT_EQ(stated.info().channels.size(), 1U);
    EXPECT_NEAR(whole(stated)[0], 25700.0, 0.01);
    EXPECT_TRUE(holds(error_of(path, {.unit = "DegC"}), "unit 'DegC': allowed is uV, mV, V or nV"));
    EXPECT_TRUE(holds(error_of(path, {.channels = {"Temp"}, .unit = "uV"}), "channel 'Temp' is in 'DegC', which is no voltage"));
    EXPECT_TRUE(holds(error_of(path, {.channels = {"EMG 1"}}), "channel 'EMG 1' has no unit"));
    EXPECT_TRUE(holds(error_of(path, {.channels = {"EMG"}}), "no channel 'EMG'; there are 'EMG 1', 'Temp'"));
    EXPECT_TRUE(holds(error_of(path, {.channels = {"EMG 1", "EMG 1"}, .unit = "uV"}), "asked for twice"));
    edf.signals[0].unit = "counts";
    EXPECT_TRUE(holds(error_of(folder.write("y.edf", edf.bytes())), "channel 'EMG 1' has the unknown unit 'counts'"));
    edf.signals[0].unit = "%";
    EXPECT_TRUE(holds(error_of(folder.write("z.edf", edf.bytes())),
                      "no channel in V, mV, uV or nV; there is 'EMG 1' in '%', 'Temp' in 'DegC'"));
}

TEST(Channels, TheCommonestRateIsAnalysed) {
    const Folder folder;
    Edf edf;
    edf.signals = {Signal{.label = "slow"}, Signal{.label = "a"}, Signal{.label = "b"}, Signal{.label = "c"}};
    edf.signals[0].samples = 1;
    edf.signals[3].samples = 8;
    edf.data = {std::string(2 * (1 + 4 + 4 + 8), '\1')};
    const auto path = folder.write("x.edf", edf.bytes());
    const auto file = io::read(path);
    ASSERT_EQ(file.info().channels.size(), 2U);
    EXPECT_EQ(file.info().sampling_rate_hz, 4.0);
    EXPECT_EQ(file.info().skipped.at(1).reason, "8 Hz, while the others have 4 Hz");
    EXPECT_EQ(io::read(path, {.channels = {"c"}}).info().sampling_rate_hz, 8.0);
    EXPECT_TRUE(holds(error_of(path, {.channels = {"a", "c"}}), "ask for channels of one rate"));
    EXPECT_TRUE(holds(error_of(path, {.fs = 5}), "fs 5: "));
    EXPECT_EQ(error_of(path, {.fs = 4}), "");
    edf.signals.erase(edf.signals.begin() + 1);
    edf.data = {std::string(2 * (1 + 4 + 8), '\1')};
    EXPECT_EQ(io::read(folder.write("tie.edf", edf.bytes())).info().sampling_rate_hz, 8.0);
}

TEST(Channels, BlocksOutsideTheFileAreRefused) {
    const Folder folder;
    const auto file = io::read(folder.write("d.edf", discontinuous({"+0", "+1"}).bytes()));
    float x[16];
    EXPECT_THROW(file.read(-1, planar(x, 2, 1)), std::invalid_argument);
    EXPECT_THROW(file.read(7, planar(x, 2, 1)), std::invalid_argument);
    EXPECT_THROW(file.read(INT64_MAX, planar(x, 2, 1)), std::invalid_argument);
    EXPECT_THROW(file.read(0, planar(x, 2, 2)), std::invalid_argument);
    EXPECT_NO_THROW(file.read(8, planar(x, 0, 1)));
}

TEST(Channels, SeveralThreadsReadTheSame) {
    const std::string path = shared("formats/edf/short_psg.edf");
    if (path.empty()) GTEST_SKIP();
    const auto file = io::read(path);
    const auto all = whole(file);
    std::vector<std::vector<float>> results(4);
    std::vector<std::thread> threads;
    for (auto& result : results) threads.emplace_back([&] { result = whole(file); });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) EXPECT_EQ(std::memcmp(result.data(), all.data(), all.size() * sizeof(float)), 0);
}

// --- WFDB ----------------------------------------------------------------------------

TEST(Wfdb, TenFormatsGiveTheExpectedIntegers) {
    const std::string header = shared("formats/wfdb/binformats.hea");
    if (header.empty()) GTEST_SKIP();
    const std::string command = "zcat '" + shared("formats/wfdb/binformats_expected.txt.gz") + "'";
    FILE* pipe = popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::vector<long> expected;
    long value = 0;
    while (std::fscanf(pipe, "%ld", &value) == 1) expected.push_back(value);
    ASSERT_EQ(pclose(pipe), 0);
    ASSERT_EQ(expected.size(), 499U * 10U);

    const auto stored = io::read_digital(header);
    ASSERT_EQ(stored.size(), 10U);
    for (std::size_t c = 0; c < 10; ++c) {
        ASSERT_EQ(stored[c].samples.size(), 499U);
        for (std::size_t i = 0; i < 499; ++i) ASSERT_EQ(stored[c].samples[i], expected[i * 10 + c]) << stored[c].label << " " << i;
    }
    const auto file = io::read(header);
    EXPECT_TRUE(file.info().warnings.empty()) << file.info().warnings.front();   // all checksums hold
    const auto x = whole(file);
    for (std::size_t c = 0; c < 10; ++c)
        for (std::size_t i = 0; i < 499; ++i)
            ASSERT_FLOAT_EQ(x[c * 499 + i], static_cast<float>(static_cast<double>(expected[i * 10 + c]) * 5.0));
    expect_blocks_equal_whole(file);
}

TEST(Wfdb, PhysionetEmgIsItsRawBytes) {
    struct Case {
        const char* name;
        std::int64_t frames;
    };
    for (const Case& c : {Case{"emg_healthy", 50860}, {"emg_myopathy", 110337}, {"emg_neuropathy", 147858}}) {
        SCOPED_TRACE(c.name);
        const std::string path = shared(std::string("physionet_emgdb/") + c.name + ".hea");
        if (path.empty()) GTEST_SKIP();
        const auto file = io::read(path);
        EXPECT_EQ(file.info().sampling_rate_hz, 4000.0);
        EXPECT_EQ(file.info().frames, c.frames);
        ASSERT_EQ(file.info().channels.size(), 1U);
        EXPECT_EQ(file.info().channels[0].label, "EMG");
        EXPECT_TRUE(file.info().warnings.empty()) << file.info().warnings.front();
        EXPECT_TRUE(holds(file.info().identity.recording, "concentric needle"));
        const std::string raw = bytes_of(path.substr(0, path.size() - 3) + "dat");
        ASSERT_EQ(raw.size(), static_cast<std::size_t>(2 * c.frames));
        const auto x = whole(file);
        for (std::size_t i = 0; i < x.size(); ++i) {
            std::int16_t stored;
            std::memcpy(&stored, raw.data() + 2 * i, 2);
            if (stored == -32768)
                ASSERT_FALSE(core::is_finite(x[i]));
            else
                ASSERT_FLOAT_EQ(x[i], static_cast<float>(stored * 0.1)) << i;   // 10000 steps a mV
        }
        expect_blocks_equal_whole(file);
        // Named by header, by signal file, or by neither.
        const std::string stem = path.substr(0, path.size() - 4);
        EXPECT_EQ(io::read(stem).info().frames, c.frames);
        EXPECT_EQ(io::read(stem + ".dat").info().frames, c.frames);
    }
}

TEST(Wfdb, HashIsOfHeaderAndSignals) {
    const std::string path = shared("physionet_emgdb/emg_healthy.hea");
    if (path.empty()) GTEST_SKIP();
    io::Sha256 hash;
    for (const char* extension : {"hea", "dat"}) {
        const std::string bytes = bytes_of(path.substr(0, path.size() - 3) + extension);
        hash.update(bytes.data(), bytes.size());
    }
    EXPECT_EQ(io::read(path).info().sha256, "");
    EXPECT_EQ(io::read(path).sha256(), hash.hex());
    EXPECT_EQ(io::read(path, {.hash = true}).info().sha256, hash.hex());
}

TEST(Wfdb, OddNumberOfPackedSamples) {
    const std::string path = shared("formats/wfdb/100_3chan.hea");
    if (path.empty()) GTEST_SKIP();
    const auto file = io::read(path);
    EXPECT_EQ(file.info().frames, 999);
    EXPECT_EQ(file.info().channels.size(), 3U);
    EXPECT_TRUE(file.info().warnings.empty()) << file.info().warnings.front();
    EXPECT_FLOAT_EQ(whole(file)[0], (995 - 1024) * 5.0F);
    expect_blocks_equal_whole(file);
}

TEST(Wfdb, SkewMovesAChannel) {
    const std::string plain_path = shared("formats/wfdb/test01_00s.hea"), path = shared("formats/wfdb/test01_00s_skew.hea");
    if (path.empty()) GTEST_SKIP();
    const auto plain = io::read(plain_path), skewed = io::read(path);
    EXPECT_TRUE(skewed.info().warnings.empty());
    const auto a = whole(plain), b = whole(skewed);
    for (std::size_t i = 0; i < 4000; ++i) {
        EXPECT_EQ(b[i], a[i]);
        const bool there = i + 3 < 4000;
        EXPECT_EQ(core::is_finite(b[4000 + i]), there);
        if (there) {
            EXPECT_EQ(b[4000 + i], a[4000 + i + 3]);
        }
    }
    expect_blocks_equal_whole(skewed);
}

TEST(Wfdb, FlacIsRefusedByItsNumber) {
    const std::string path = shared("formats/wfdb/mixedsignals.hea");
    if (path.empty()) GTEST_SKIP();
    EXPECT_TRUE(holds(error_of(path), "line 2: sample format '516x4': allowed is 8, 16, 24, 32, 61, 80, 160, 212, 310 or 311 (this one is FLAC)"));
}

TEST(Wfdb, SeveralSamplesAFrame) {
    const Folder folder;
    // Frames of x4, x4 and x1 samples in one file after 3 bytes of something else.
    std::string bytes = "abc";
    for (int frame = 0; frame < 100; ++frame) {
        for (int k = 0; k < 8; ++k) {
            const int v = k < 4 ? frame * 4 + k : -(frame * 4 + k - 4);
            bytes += static_cast<char>(v & 0xff);
            bytes += static_cast<char>(v >> 8 & 0xff);
        }
        bytes += static_cast<char>(frame);
        bytes += '\0';
    }
    folder.write("m.dat", bytes);
    const auto path = folder.write("m.hea", "m 3 250/1 100 12:30:01.5 24/12/2019\r\nm.dat 16x4:2+3 10/uV 16 0 0 0 0 EMG left\r\n"
                                            "m.dat 16x4+3 10/uV 16 0 0 0 0 EMG right\r\nm.dat 16+3 1/mmHg 16 0 0 0 0 P\r\n# c\r\n");
    const auto file = io::read(path);
    EXPECT_EQ(file.info().sampling_rate_hz, 1000.0);
    EXPECT_EQ(file.info().frames, 400);
    EXPECT_EQ(file.info().start_time, "2019-12-24T12:30:01.5");
    ASSERT_EQ(file.info().channels.size(), 2U);
    EXPECT_EQ(file.info().channels[0].label, "EMG left");
    EXPECT_EQ(file.info().skipped.at(0).reason, "unit 'mmHg' is no voltage");
    EXPECT_EQ(file.info().warnings.size(), 3U);   // the checksums are wrong
    const auto x = whole(file);
    for (std::size_t i = 0; i < 400; ++i) {
        if (i < 392)
            EXPECT_FLOAT_EQ(x[i], static_cast<float>(i + 8) * 0.1F);
        else
            EXPECT_FALSE(core::is_finite(x[i]));
        EXPECT_FLOAT_EQ(x[400 + i], -static_cast<float>(i) * 0.1F);
    }
    expect_blocks_equal_whole(file);
    EXPECT_TRUE(io::read(path, {.verify = false}).info().warnings.empty());
}

TEST(Wfdb, DifferencesAreSummedFromAnyFrame) {
    const Folder folder;
    // Two channels, format 8, longer than the distance of the remembered sums.
    std::string bytes;
    std::vector<float> expected(2 * 20000);
    int a = 5, b = -3;
    for (std::size_t i = 0; i < 20000; ++i) {
        const int da = static_cast<int>(i * 37 % 255) - 127, db = static_cast<int>(i * 91 % 255) - 127;
        a += da;
        b += db;
        bytes += static_cast<char>(da);
        bytes += static_cast<char>(db);
        expected[i] = static_cast<float>(a);
        expected[20000 + i] = static_cast<float>(b);
    }
    folder.write("d.dat", bytes);
    const auto file = io::read(folder.write("d.hea", "d 2 1000\nd.dat 8 1/uV 12 0 5\nd.dat 8 1/uV 12 0 -3\n"));
    EXPECT_EQ(file.info().frames, 20000);
    EXPECT_EQ(whole(file), expected);
    expect_blocks_equal_whole(file);
}

TEST(Wfdb, InvalidSamplesAreNan) {
    const Folder folder;
    struct Case {
        const char* format;
        std::string bytes;           // one invalid sample, then a valid one
        double second;
    };
    for (const Case& c : {Case{"80", {"\0\x81", 2}, 1}, Case{"16", {"\0\x80\1\0", 4}, 1}, Case{"61", {"\x80\0\0\1", 4}, 1},
                          Case{"160", {"\0\0\1\x80", 4}, 1}, Case{"24", {"\0\0\x80\1\0\0", 6}, 1},
                          Case{"32", {"\0\0\0\x80\1\0\0\0", 8}, 1}, Case{"212", {"\0\x08\1", 3}, 1},
                          Case{"310", {"\0\x04\2\0", 4}, 1}, Case{"311", {"\0\x06\0", 3}, 1}}) {
        folder.write("i.dat", c.bytes);
        const auto file = io::read(folder.write("i.hea", std::string("i 1 1000 2\ni.dat ") + c.format + " 1/uV\n"));
        const auto x = whole(file);
        EXPECT_FALSE(core::is_finite(x[0])) << c.format;
        EXPECT_EQ(x[1], c.second) << c.format;
    }
}

TEST(Wfdb, HeadersThatCannotBeUsed) {
    const Folder folder;
    folder.write("x.dat", std::string(40, '\1'));
    const auto error = [&](const std::string& text) { return error_of(folder.write("x.hea", text)); };
    EXPECT_EQ(error("x 1 1000 20\nx.dat 16 200/mV 16 0\n"), "");
    EXPECT_TRUE(holds(error("x/3 1 1000\ny 5\n"), "several segments"));
    EXPECT_TRUE(holds(error("x 1 0 20\nx.dat 16\n"), "line 1: sampling frequency '0'"));
    EXPECT_TRUE(holds(error("x 1 nan 20\nx.dat 16\n"), "sampling frequency 'nan'"));
    EXPECT_TRUE(holds(error("x 0 1000 20\n"), "annotations only"));
    EXPECT_TRUE(holds(error("x 2 1000 20\nx.dat 16 1/mV\n"), "promises 2 signals and describes 1"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nx.dat 16 1/mV\nx.dat 16 1/mV\n"), "line 3"));
    EXPECT_TRUE(holds(error("x 1 1000 21\nx.dat 16 1/mV\n"), "promises 42 bytes (21 samples a signal, format 16), the file has 40"));
    EXPECT_TRUE(holds(error("x 1 1000 9223372036854775807\nx.dat 16x99999999 1/mV\n"), "the file has 40"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nx.dat 17 1/mV\n"), "sample format '17'"));
    EXPECT_TRUE(holds(error("x 1 1000 20\n../x.dat 16 1/mV\n"), "signal file '../x.dat': allowed is a file in the folder of the header"));
    EXPECT_TRUE(holds(error("x 1 1000 20\n/etc/passwd 16 1/mV\n"), "signal file '/etc/passwd'"));
    EXPECT_TRUE(holds(error("x 1 1000 20\na/../../x.dat 16 1/mV\n"), "allowed is a file in the folder"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nno.dat 16 1/mV\n"), "x.hea: signal file 'no.dat': No such file"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nx.dat 16:20 1/mV\n"), "skew 20"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nx.dat 16 1e300/mV\n"), "gain '1e300/mV'"));
    EXPECT_TRUE(holds(error("x 1 1000 20\nx.dat 16 0 16 0 0 0 0 EMG\n"), "channel 'EMG' is uncalibrated (gain 0): state it with the option unit"));
    EXPECT_TRUE(holds(error("# nothing\n"), "no record line"));
    EXPECT_TRUE(holds(error("x 1 1000 20\n~ 0 1/mV\n"), "a null signal (format 0)"));
    const auto stated = io::read(folder.write("x.hea", "x 1 1000 20\nx.dat 16 0 16 0 0 0 0 EMG\n"), {.unit = "mV"});
    EXPECT_FLOAT_EQ(whole(stated)[0], 257 / 200.0F * 1000.0F);
    const auto later = io::read(folder.write("x.hea", "x 1\nx.dat 16 200/mV\n"));
    EXPECT_EQ(later.info().sampling_rate_hz, 250.0);
    EXPECT_EQ(later.info().frames, 20);
    EXPECT_EQ(later.info().warnings.size(), 1U);
}

// --- tables ----------------------------------------------------------------------------

TEST(Csv, SeparatorsUnitsAndMissingCells) {
    const Folder folder;
    for (const char separator : {',', ';', '\t'}) {
        std::string text = "# a comment\ntime_s,EMG1 [uV],EMG2_mV,\"Force (N)\"\n0,1.5,-2,9\n0.001,,3,9\n0.002,nan,4e-3,9\n";
        for (char& c : text)
            if (c == ',') c = separator;
        const auto file = io::read(folder.write("t.csv", text));
        EXPECT_EQ(file.info().format, "CSV");
        EXPECT_EQ(file.info().sampling_rate_hz, 1000.0);
        EXPECT_EQ(file.info().frames, 3);
        ASSERT_EQ(file.info().channels.size(), 2U);
        EXPECT_EQ(file.info().channels[0].label, "EMG1");
        EXPECT_EQ(file.info().channels[1].label, "EMG2");
        ASSERT_EQ(file.info().skipped.size(), 2U);
        EXPECT_EQ(file.info().skipped[1].label, "Force");
        const auto x = whole(file);
        EXPECT_EQ(x[0], 1.5F);
        EXPECT_FALSE(core::is_finite(x[1]));
        EXPECT_FALSE(core::is_finite(x[2]));
        EXPECT_EQ(x[3], -2000.0F);
        EXPECT_FLOAT_EQ(x[5], 4.0F);
    }
}

TEST(Csv, DecimalCommaAndCrLfAndByteOrderMark) {
    const Folder folder;
    const auto file = io::read(folder.write("t.csv", "\xef\xbb\xbfZeit;EMG (\xc2\xb5V)\r\nx;1,5\r\ny;-0,25\r\n\r\n"), {.fs = 2000});
    ASSERT_EQ(file.info().channels.size(), 1U);
    EXPECT_EQ(file.info().frames, 2);
    const auto x = whole(file);
    EXPECT_EQ(x[0], 1.5F);
    EXPECT_EQ(x[1], -0.25F);
    const auto single = io::read(folder.write("s.txt", "EMG_V\n1,5\n\n-2"), {.fs = 2000});
    EXPECT_EQ(single.info().frames, 3);
    EXPECT_FALSE(core::is_finite(whole(single)[1]));
    EXPECT_EQ(whole(single)[2], -2e6F);
}

TEST(Csv, QuotesInNames) {
    const Folder folder;
    const auto file = io::read(folder.write("t.csv", "\"left \"\"calf\"\", medial [uV]\",\"b [uV]\"\n\"1\",2\n"), {.fs = 2000});
    ASSERT_EQ(file.info().channels.size(), 2U);
    EXPECT_EQ(file.info().channels[0].label, "left \"calf\", medial");
    EXPECT_EQ(file.info().channels[1].label, "b");
    EXPECT_EQ(whole(file)[1], 2.0F);
}

TEST(Csv, ErrorsNameLineAndColumn) {
    const Folder folder;
    const auto error = [&](const std::string& text, double fs = 1000) { return error_of(folder.write("t.csv", text), {.fs = fs}); };
    EXPECT_EQ(error("a_uV,b_uV\n1,2\n"), "");
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,2\n3,x\n"), "line 3, column 2 (b): 'x': allowed is a number or nothing"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,2\n3\n"), "line 3: 1 cells where there are 2 columns"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,2\n3,4,5\n"), "line 3: 3 cells"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,2\n\n3,4\n"), "line 3 is empty"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n"), "no line of samples"));
    EXPECT_TRUE(holds(error("1,2\n3,4\n"), "line 1: column names are needed here"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,2\n", 0), "state the sampling rate with the option fs"));
    EXPECT_TRUE(holds(error("a_uV\n1\n", -5), "fs -5: allowed is more than 0"));
    EXPECT_TRUE(holds(error("a_uV\n1\n", NAN), "fs nan"));
    EXPECT_TRUE(holds(error("a,b\n1,2\n"), "channel 'a' has no unit"));
    EXPECT_TRUE(holds(error("a_uV,b_uV\n1,1e99\n"), "'1e99'"));
    EXPECT_TRUE(holds(error(std::string("a_uV\n1\0\n", 8)), "line 2 holds a zero byte"));
    EXPECT_TRUE(holds(error("a_uV\n" + std::string(3 << 20, '1')), "line 2 is longer than"));
    EXPECT_TRUE(holds(error("# only\n"), "no line of column names"));
    std::string gap = "time,EMG_uV\n";
    for (int i = 0; i < 100; ++i)
        if (i != 60) gap += std::to_string(i * 0.001) + ",1\n";
    EXPECT_TRUE(holds(error(gap, 0), "line 62, column 1 (time): '0.061000' is not one step of 0.001 s after the line before"));
    EXPECT_TRUE(holds(error("time,EMG_uV\n0,1\n0.001,1\n0.002,1\n", 500), "says 1000 Hz"));
}

TEST(Csv, RateFromRoundedTimes) {
    const Folder folder;
    std::string text = "time_ms,EMG_uV\n";
    for (int i = 0; i < 5000; ++i) {
        char line[64];
        std::snprintf(line, sizeof line, "%.2f,%d\n", i * 1000.0 / 2048, i % 17);
        text += line;
    }
    const auto file = io::read(folder.write("t.csv", text));
    EXPECT_EQ(file.info().sampling_rate_hz, 2048.0);
    EXPECT_EQ(file.info().frames, 5000);
    for (std::size_t i = 0; const float v : whole(file)) EXPECT_EQ(v, static_cast<float>(i++ % 17));
    expect_blocks_equal_whole(file);

    // Milliseconds without decimals: two lines share a time, and 2.4 s are enough to tell 2048 Hz.
    const auto coarse = [&](int lines) {
        std::string table = "time_ms,EMG_uV\n";
        for (int i = 0; i < lines; ++i) table += std::to_string(i * 1000 / 2048) + ",1\n";
        return folder.write("c.csv", table);
    };
    EXPECT_NEAR(io::read(coarse(5001)).info().sampling_rate_hz, 2048.0, 1.0);
    EXPECT_TRUE(holds(error_of(coarse(100)), "too coarse to give the rate"));
    EXPECT_TRUE(holds(error_of(folder.write("d.csv", "time,EMG_uV\n0,1\n")), "too short"));
    EXPECT_TRUE(holds(error_of(folder.write("e.csv", "time,EMG_uV\n0,1\n-1,1\n")), "is not one step"));

    const std::string dates = "timestamp,EMG_uV\n2020-01-01T00:00:00,1\n2020-01-01T00:00:01,2\n";
    EXPECT_TRUE(holds(error_of(folder.write("f.csv", dates)), "line 2, column 1 (timestamp)"));
    EXPECT_EQ(io::read(folder.write("f.csv", dates), {.fs = 1000}).info().frames, 2);
}

TEST(Csv, ColumnsKeepTheNumbersOfTheFile) {
    const Folder folder;
    // Positions of lines are remembered: comments and blocks far into the file.
    std::string text = "# one\n# two\nsample,EMG_uV\n";
    for (int i = 0; i < 12345; ++i) text += std::to_string(i) + "," + std::to_string(i % 1000) + "\n";
    const auto file = io::read(folder.write("t.csv", text), {.unit = "uV", .fs = 4000});
    ASSERT_EQ(file.info().channels.size(), 1U);
    EXPECT_EQ(file.info().skipped.at(0).reason, "a counter");
    for (std::size_t i = 0; const float v : whole(file)) EXPECT_EQ(v, static_cast<float>(i++ % 1000));
    expect_blocks_equal_whole(file);
}

// --- sites -------------------------------------------------------------------------------

TEST(Sites, GridsAndLists) {
    const Folder folder;
    Edf edf;
    for (int i = 0; i < 6; ++i) edf.signals.push_back(Signal{.label = std::string("E") + std::to_string(i)});
    edf.data = {std::string(6 * 8, '\1')};
    auto file = io::read(folder.write("x.edf", edf.bytes()));
    EXPECT_EQ(file.info().sites.size(), 6U);
    EXPECT_EQ(file.info().sites[2].name, "E2");
    const auto grids = io::grid_sites(file.info(), 1, 3, 8);
    ASSERT_EQ(grids.size(), 2U);
    EXPECT_EQ(grids[1].name, "grid 2");
    EXPECT_EQ(grids[1].channels, (std::vector<int>{3, 4, 5}));
    EXPECT_THROW((void)io::grid_sites(file.info(), 2, 2, 8), std::invalid_argument);
    EXPECT_THROW((void)io::grid_sites(file.info(), 0, 2, 8), std::invalid_argument);
    EXPECT_THROW((void)io::grid_sites(file.info(), 2, 3, NAN), std::invalid_argument);

    const auto sites = io::read_sites(folder.write("s.json", R"([{"name": "left calf", "channels": ["E1", "E0"], "rows": 1,
        "columns": 2, "pitch_mm": 10, "muscle": "gastrocnemius medialis", "side": "left"}])"), file.info());
    ASSERT_EQ(sites.size(), 5U);
    EXPECT_EQ(sites[0].channels, (std::vector<int>{1, 0}));
    EXPECT_EQ(sites[0].side, "left");
    EXPECT_EQ(sites[0].pitch_mm, 10);
    EXPECT_EQ(sites[4].name, "E5");
    file.set_sites(sites);
    EXPECT_EQ(file.info().sites.size(), 5U);
    EXPECT_EQ(io::read(folder.file("x.edf"), {.sites = grids}).info().sites.size(), 2U);

    const auto error = [&](const std::string& text) -> std::string {
        try {
            (void)io::read_sites(folder.write("e.json", text), file.info());
        } catch (const InputError& e) {
            return e.what();
        }
        return {};
    };
    EXPECT_TRUE(holds(error("{"), "not a JSON list of sites"));
    EXPECT_TRUE(holds(error(std::string(100000, '[')), "not a JSON list"));
    EXPECT_TRUE(holds(error("[1]"), "site 1 is not an object"));
    EXPECT_TRUE(holds(error(R"([{"channels": ["E1"]}])"), "has no \"name\""));
    EXPECT_TRUE(holds(error(R"([{"name": "a"}])"), "no list of \"channels\""));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["X"]}])"), "no channel 'X'; there are 'E0'"));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["E1", "E1"]}])"), "belongs to two sites"));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["E1"], "rows": 2, "columns": 2}])"), "a grid of 2 x 2 with 1 channels"));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["E1"], "rows": "2"}])"), "\"rows\": allowed is a number"));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["E1"], "rows": 1.5}])"), "\"rows\": allowed is a whole number"));
    EXPECT_TRUE(holds(error(R"([{"name": "a", "channels": ["E1"]}, {"name": "a", "channels": ["E2"]}])"), "site 2: another site is named 'a'"));
    EXPECT_TRUE(holds(error(R"([{"name": "E2", "channels": ["E1"]}])"), "a site is named 'E2' as is a channel"));
    auto wrong = grids;
    wrong[1].channels[0] = 0;
    EXPECT_THROW(file.set_sites(wrong), std::invalid_argument);
    wrong[1].channels[0] = 6;
    EXPECT_THROW(file.set_sites(wrong), std::invalid_argument);
}
