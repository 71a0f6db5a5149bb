#include "fascikit/io/write.hpp"

#include <edflib.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocale>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "fascikit/core/error.hpp"
#include "fascikit/core/notice.hpp"
#include "fascikit/io/results.hpp"
#include "fascikit/io/truth.hpp"
#include "fascikit/io/write_edf.hpp"
#include "fascikit/simulate/scenarios.hpp"

using namespace fascikit;
namespace fs = std::filesystem;

namespace {

constexpr float nan_f = std::numeric_limits<float>::quiet_NaN();

/// A folder of its own, removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "fascikit-write-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(path_))
            all.insert(fs::relative(entry.path(), path_).string());
        return all;
    }

private:
    std::string path_;
};

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

template <class Error, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Error& e) {
        return e.what();
    }
    return "nothing was thrown";
}

Analysis small_analysis() {
    Analysis a;
    a.version = "0.1.0";
    a.cpu_path = "baseline";
    a.options.band = {20, 500};
    auto& r = a.recording;
    r.path = "some/folder/calf, left.edf";
    r.format = "EDF+C";
    r.sampling_rate_hz = 2048;
    r.frames = 2048 * 10;
    r.identity = {"MCH-0234567 F 02-MAY-1951 Haagse_Harry", "Startdate 02-MAR-2002"};
    r.channels.resize(2);
    r.channels[0].label = "left, \"big\"";
    r.channels[1].label = "right";
    r.sites = one_site_per_channel(r.channels);
    r.skipped = {{"ECG", "unit 'bpm' is not a voltage"}};
    r.gaps = {{1024, 512}};
    r.sha256 = std::string(64, 'a');

    Event e;
    e.onset_sample = 2048;
    e.end_sample = 2048 + 32;
    e.peak_sample = 2058;
    e.amplitude_uv = 123.25F;
    e.snr = 0.1F;
    e.probability = 0.999F;
    a.events.push_back(e);
    e.id = 1;
    e.site = e.channel = 1;
    e.unit = 3;
    e.burst = 0;
    e.first_pass = 9'007'199'254'740'993;  // not a double
    e.snr = nan_f;
    a.events.push_back(e);

    Burst b;
    b.onset_s = 1.0;
    b.duration_s = 1.0 / 3;
    b.site = 1;
    b.n_discharges = 2;
    b.rate_hz = nan_f;
    b.isi_cv = nan_f;
    b.label = Label::fasciculation_multiplet;
    b.probability = 0.75F;
    b.probabilities[1] = 0.75F;
    b.probabilities[15] = 0.25F;
    a.bursts.push_back(b);

    a.segments = {{0, 205, -1, SegmentKind::masked, Reason::warm_up}, {4096, 8192, 0, SegmentKind::voluntary, Reason::contraction}};
    Unit u;
    u.id = 3;
    u.site = 1;
    u.n_discharges = 1;
    u.rate_per_min = 6.1F;
    u.isolation = nan_f;
    a.units.push_back(u);
    for (const auto& site : r.sites) {
        SiteSummary s;
        s.name = site.name;
        s.minutes_recorded = 1.0 / 6;
        s.fasciculations.per_min = std::numeric_limits<double>::quiet_NaN();
        s.masked.push_back({0, 0.1, Reason::warm_up});
        s.label_counts[1] = 1;
        a.sites.push_back(s);
    }
    a.coincidences.push_back({0, 1, 2, 0.125});
    return a;
}

struct EdfBack {
    std::unique_ptr<edf_hdr_struct> header = std::make_unique<edf_hdr_struct>();
    int handle;
    explicit EdfBack(const std::string& path)
        : handle(edfopen_file_readonly(path.c_str(), header.get(), EDFLIB_READ_ALL_ANNOTATIONS)) {}
    ~EdfBack() { edfclose_file(handle); }
    [[nodiscard]] std::vector<double> samples(int channel) const {
        std::vector<double> x(static_cast<std::size_t>(header->signalparam[channel].smp_in_file));
        edfrewind(handle, channel);
        edfread_physical_samples(handle, channel, static_cast<int>(x.size()), x.data());
        return x;
    }
    [[nodiscard]] std::vector<Annotation> annotations() const {
        std::vector<Annotation> all;
        for (int i = 0; i < header->annotations_in_file; ++i) {
            edf_annotation_struct a{};
            edf_get_annotation(handle, i, &a);
            all.push_back({static_cast<double>(a.onset) * 1e-7, 0, a.annotation});
        }
        return all;
    }
};

RecordingInfo info_of(std::vector<std::string> labels, double rate, std::int64_t frames) {
    RecordingInfo info;
    info.sampling_rate_hz = rate;
    info.frames = frames;
    for (auto& label : labels) {
        ChannelInfo channel;
        channel.label = std::move(label);
        info.channels.push_back(channel);
    }
    info.sites = one_site_per_channel(info.channels);
    return info;
}

}  // namespace

TEST(Tables, Golden) {
    const auto a = small_analysis();
    EXPECT_EQ(io::events_csv(a),
              "event,sample,onset_s,peak_s,duration_ms,site,channel,amplitude_uv,snr,probability,unit,burst,first_pass\n"
              "0,2048,1.000000,1.004883,15.625,\"left, \"\"big\"\"\",\"left, \"\"big\"\"\",123.25,0.1,0.999,,,\n"
              "1,2048,1.000000,1.004883,15.625,right,right,123.25,,0.999,3,0,9007199254740993\n");
    EXPECT_EQ(io::segments_csv(a),
              "onset_s,end_s,site,kind,reason\n0.000000,0.100098,,masked,warm-up\n"
              "2.000000,4.000000,\"left, \"\"big\"\"\",voluntary,contraction\n");
    EXPECT_EQ(io::units_csv(a),
              "unit,site,n_discharges,rate_per_min,amplitude_uv,duration_ms,phases,turns,snr,isolation,area_uv_ms,rise_ms\n"
              "3,right,1,6.1,0,0,0,0,0,,0,0\n");
    EXPECT_EQ(io::bids_events_tsv(a),
              "onset\tduration\ttrial_type\tsite\tunit\tprobability\n"
              "1.000000\t0.333333\tfasciculation_multiplet\tright\tn/a\t0.75\n");
    const std::string bursts = io::bursts_csv(a);
    const std::string header = bursts.substr(0, bursts.find('\n'));
    EXPECT_EQ(header.find("burst,onset_s,duration_s,site,label,probability,n_discharges,n_units,rate_hz,isi_cv,unit,why,"
                          "p_fasciculation_potential,"), 0U);
    EXPECT_EQ(static_cast<std::size_t>(std::count(header.begin(), header.end(), ',')), 11 + label_count);
    EXPECT_NE(bursts.find("\n0,1.000000,0.333333,right,fasciculation_multiplet,0.75,2,0,,,,"), std::string::npos);
    EXPECT_EQ(bursts.substr(bursts.size() - 6), ",0.25\n");
}

TEST(Tables, KnowNoLocale) {
    const std::string before = io::events_csv(small_analysis()) + io::summary_json(small_analysis());
    bool changed = false;
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) changed = changed || std::setlocale(LC_ALL, name);
    const std::string after = io::events_csv(small_analysis()) + io::summary_json(small_analysis());
    std::setlocale(LC_ALL, "C");
    EXPECT_EQ(before, after);
    EXPECT_EQ(before.find("1,004883"), std::string::npos);
}

TEST(Summary, HoldsWhatTheDesignAsksAndNobodysName) {
    const auto a = small_analysis();
    const auto json = nlohmann::json::parse(io::summary_json(a));
    EXPECT_EQ(json["schema_version"], 1);
    EXPECT_EQ(json["input"]["file"], "calf, left.edf");
    EXPECT_EQ(json["input"]["sha256"], std::string(64, 'a'));
    EXPECT_EQ(json["input"]["skipped_channels"][0]["reason"], "unit 'bpm' is not a voltage");
    EXPECT_EQ(json["input"]["gaps"][0]["onset_s"], 0.5);
    EXPECT_EQ(json["notice"].size(), notice.size());
    EXPECT_EQ(json["calibrated_on"], a.calibrated_on);
    ASSERT_EQ(json["sites"].size(), 2U);
    EXPECT_TRUE(json["sites"][0]["fasciculations"]["per_min"].is_null());
    EXPECT_EQ(json["sites"][0]["masked"][0]["reason"], "warm-up");
    EXPECT_EQ(json["sites"][1]["bursts_by_label"]["fasciculation_multiplet"], 1);
    EXPECT_EQ(json["sites"][1]["units"][0]["rate_per_min"].dump(), "6.1");
    EXPECT_EQ(json["coincidence"][0]["expected"], 0.125);
    EXPECT_EQ(io::summary_json(a).find("Haagse"), std::string::npos);
    EXPECT_EQ(io::bids_events_json(a).find("Haagse"), std::string::npos);
    EXPECT_NE(io::summary_json(a, true).find("Haagse"), std::string::npos);
    const auto bids = nlohmann::json::parse(io::bids_events_json(a));
    EXPECT_EQ(bids["schema_version"], 1);
    EXPECT_EQ(bids["trial_type"]["Levels"].size(), label_count);
}

TEST(Outputs, AreTheseFilesAndNoOthers) {
    Folder temp;
    const auto a = small_analysis();
    io::write_outputs(a, temp / "a/b/out");
    EXPECT_EQ(temp.names(), (std::set<std::string>{"a", "a/b", "a/b/out", "a/b/out/events.csv", "a/b/out/bursts.csv",
                                                   "a/b/out/segments.csv", "a/b/out/units.csv", "a/b/out/summary.json",
                                                   "a/b/out/calf, left_events.tsv", "a/b/out/calf, left_events.json"}));
    const std::string first = bytes_of(temp / "a/b/out/summary.json");
    std::ofstream(temp / "a/b/out/notes.txt") << "mine";
    std::ofstream(temp / "a/b/out/events.csv") << "old";
    io::write_outputs(a, temp / "a/b/out/");
    EXPECT_EQ(bytes_of(temp / "a/b/out/summary.json"), first) << "the same analysis gives the same bytes";
    EXPECT_EQ(bytes_of(temp / "a/b/out/events.csv"), io::events_csv(a));
    EXPECT_EQ(bytes_of(temp / "a/b/out/notes.txt"), "mine");
    EXPECT_EQ(temp.names().size(), 11U);
}

TEST(Outputs, OfAnotherRecordingGo) {
    Folder temp;
    auto a = small_analysis();
    io::write_outputs(a, temp / "out");
    std::ofstream(temp / "out/calf, left_annotated.edf") << "old";
    std::ofstream(temp / "out/other_events.tsv") << "mine";
    a.recording.path = "thigh.edf";
    io::write_outputs(a, temp / "out");
    EXPECT_EQ(temp.names(), (std::set<std::string>{"out", "out/events.csv", "out/bursts.csv", "out/segments.csv",
                                                   "out/units.csv", "out/summary.json", "out/thigh_events.tsv",
                                                   "out/thigh_events.json", "out/other_events.tsv"}));
    std::ofstream(temp / "out/thigh_annotated.edf") << "a recording";
    a.recording.path = temp / "out/thigh_annotated.edf";
    io::write_outputs(a, temp / "out");
    EXPECT_EQ(bytes_of(temp / "out/thigh_annotated.edf"), "a recording") << "never the recording that was analysed";
    EXPECT_FALSE(fs::exists(temp / "out/thigh_events.tsv"));
    std::ofstream(temp / "elsewhere_events.tsv") << "mine";
    std::ofstream(temp / "out/summary.json") << R"({"fascikit_version": "1", "input": {"file": "../elsewhere.edf"}})";
    io::write_outputs(a, temp / "out");
    EXPECT_TRUE(fs::exists(temp / "elsewhere_events.tsv"));
}

TEST(Outputs, NeverReplaceTheRecording) {
    Folder temp;
    auto a = small_analysis();
    a.recording.path = temp / "events.csv";
    std::ofstream(a.recording.path) << "a recording";
    EXPECT_NE(message_of<InputError>([&] { io::write_outputs(a, temp / "."); }).find("the recording itself"),
              std::string::npos);
    EXPECT_EQ(temp.names(), std::set<std::string>{"events.csv"});
    EXPECT_EQ(bytes_of(a.recording.path), "a recording");
}

TEST(Outputs, NothingIsLeftWhenTheFolderIsBelowAFile) {
    Folder temp;
    std::ofstream(temp / "file") << "x";
    const std::string text = message_of<InputError>([&] { io::write_outputs(small_analysis(), temp / "file/out/deep"); });
    EXPECT_NE(text.find("/file/out/deep'"), std::string::npos) << text;
    EXPECT_NE(text.find("Not a directory"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(temp.names(), std::set<std::string>{"file"});
    EXPECT_NE(message_of<InputError>([&] { io::write_outputs(small_analysis(), temp / "file"); }).find("Not a directory"),
              std::string::npos);
    EXPECT_NE(message_of<std::invalid_argument>([&] { io::write_outputs(small_analysis(), ""); }).find("output folder"),
              std::string::npos);
}

TEST(Outputs, AFailureInTheMiddlePutsBackWhatWasThere) {
    Folder temp;
    fs::create_directories(temp / "out/summary.json/in the way");
    std::ofstream(temp / "out/events.csv") << "old";
    const auto before = temp.names();
    EXPECT_NE(message_of<InputError>([&] { io::write_outputs(small_analysis(), temp / "out"); }).find("summary.json"),
              std::string::npos);
    EXPECT_EQ(temp.names(), before);
    EXPECT_EQ(bytes_of(temp / "out/events.csv"), "old");
}

TEST(Outputs, AFullDiskLeavesNothing) {
    Folder temp;
    auto a = small_analysis();
    a.events.resize(20000, a.events[0]);
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{100'000, 100'000};  // the first file is larger
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string text = message_of<InputError>([&] { io::write_outputs(a, temp / "out"); });
        const bool right = text.find("/out/events.csv': File too large") != std::string::npos && temp.names().empty();
        const auto s = simulate::make("calf", 1);
        const std::string edf = message_of<InputError>([&] { io::write_edf(temp / "x.edf", s.view(), s.info); });
        ::_exit(!right ? 1 : edf.find("cannot write '") != 0 ? 2 : temp.names().empty() ? 0 : 3);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Edf, TheRangeReadIsTheRangeUsed) {
    // EDFlib writes 558.8 as 558.7999 and -558.799, which shifts every sample.
    Folder temp;
    RecordingInfo info;
    info.sampling_rate_hz = 100;
    info.frames = 100;
    info.channels.resize(1);
    info.channels[0].label = "a";
    for (const float largest : {0.3F, 508.0F, 508.01F, 169.7F, 1234.56F, 8999.9F, 98765.4F}) {
        std::vector<float> x(100, 0.0F);
        x[50] = largest;
        io::write_edf(temp / "r.edf", planar(std::as_const(x).data(), 100, 1), info);
        const EdfBack back(temp / "r.edf");
        ASSERT_GE(back.handle, 0);
        const auto& p = back.header->signalparam[0];
        EXPECT_EQ(p.phys_max, -p.phys_min);
        EXPECT_GE(p.phys_max, 1.1 * static_cast<double>(largest) - 1e-3);
        EXPECT_LE(p.phys_max, std::max(1.0, 1.1 * static_cast<double>(largest)) + 1.0);
    }
}

TEST(Edf, SamplesComeBackWithinHalfAStep) {
    Folder temp;
    const auto s = simulate::make("calf", 1);
    io::write_edf(temp / "x.edf", s.view(), s.info);
    EXPECT_EQ(temp.names(), std::set<std::string>{"x.edf"});
    const EdfBack back(temp / "x.edf");
    ASSERT_GE(back.handle, 0);
    EXPECT_EQ(back.header->filetype, EDFLIB_FILETYPE_EDFPLUS);
    EXPECT_EQ(back.header->startdate_year, 1985);
    EXPECT_EQ(back.header->datarecord_duration, EDFLIB_TIME_DIMENSION);
    ASSERT_EQ(back.header->edfsignals, 2);
    for (int c = 0; c < 2; ++c) {
        const auto x = back.samples(c);
        ASSERT_EQ(static_cast<std::int64_t>(x.size()), s.info.frames);
        const auto& p = back.header->signalparam[c];
        const double step = p.phys_max / p.dig_max;
        double worst = 0, largest = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            worst = std::max(worst, std::abs(x[i] - static_cast<double>(s.view()(static_cast<std::int64_t>(i), c))));
            largest = std::max(largest, std::abs(x[i]));
        }
        EXPECT_LE(worst, 0.5001 * step);
        EXPECT_LT(largest, 0.95 * p.phys_max) << "no sample may look clipped";
        EXPECT_EQ(std::string(back.header->signalparam[c].label).substr(0, s.info.channels[static_cast<std::size_t>(c)].label.size()),
                  s.info.channels[static_cast<std::size_t>(c)].label);
        EXPECT_EQ(std::string(p.physdimension).substr(0, 2), "uV");
    }
    io::write_edf(temp / "y.edf", s.view(), s.info);
    EXPECT_EQ(bytes_of(temp / "x.edf"), bytes_of(temp / "y.edf")) << "no date of today";
}

TEST(Edf, KeepsAllAnnotationsAndAllOfTheirText) {
    Folder temp;
    const auto info = info_of({"a"}, 1000, 10'000);
    const std::vector<float> x(10'000, 1.0F);
    std::vector<Annotation> annotations;
    for (int i = 0; i < 5000; ++i) annotations.push_back({0.002 * i, 0.001, "complex_repetitive_discharge 0." + std::to_string(i)});
    annotations.push_back({1.0, 0, "ein sehr langer Text über Muskeln, der nicht in vierzig Bytes passt, ganz sicher nicht"});
    io::write_edf(temp / "x.edf", planar(x.data(), 10'000, 1), info, annotations);
    const EdfBack back(temp / "x.edf");
    ASSERT_GE(back.handle, 0);
    std::multiset<std::string> texts;
    std::string long_text;
    for (const auto& a : back.annotations()) {
        texts.insert(a.text);
        if (a.text.find("complex") == std::string::npos) long_text += a.text;
    }
    for (int i = 0; i < 5000; ++i) ASSERT_EQ(texts.count(annotations[static_cast<std::size_t>(i)].text), 1U) << i;
    EXPECT_EQ(long_text, annotations.back().text);
    EXPECT_EQ(back.samples(0).size(), 10'000U);
}

TEST(Edf, LengthsThatFillNoRecordsAreMarked) {
    Folder temp;
    for (const std::int64_t frames : {1L, 7L, 2047L, 20483L}) {  // 20483 is prime
        const auto info = info_of({"a"}, 2048, frames);
        std::vector<float> x(static_cast<std::size_t>(frames), 3.0F);
        io::write_edf(temp / "x.edf", planar(x.data(), frames, 1), info);
        const EdfBack back(temp / "x.edf");
        ASSERT_GE(back.handle, 0);
        const auto y = back.samples(0);
        const auto annotations = back.annotations();
        if (static_cast<std::int64_t>(y.size()) == frames) {
            EXPECT_TRUE(annotations.empty());
        } else {
            ASSERT_EQ(annotations.size(), 1U) << frames;
            EXPECT_EQ(annotations[0].text, "end of recording");
            EXPECT_NEAR(annotations[0].onset_s, static_cast<double>(frames) / 2048, 1e-4);
        }
        ASSERT_GE(static_cast<std::int64_t>(y.size()), frames);
        EXPECT_NEAR(y[static_cast<std::size_t>(frames - 1)], 3.0, 1e-3);
    }
}

TEST(Edf, HoldsOddRatesAndHolesAndRefusesWhatItCannot) {
    Folder temp;
    std::vector<float> x(4000, 5.0F);
    for (std::size_t i = 1000; i < 1500; ++i) x[i] = nan_f;
    x[3000] = std::numeric_limits<float>::infinity();
    auto info = info_of({"a"}, 1000.0 / 3, 4000);
    io::write_edf(temp / "x.edf", planar(x.data(), 4000, 1), info);
    {
        const EdfBack back(temp / "x.edf");
        ASSERT_GE(back.handle, 0);
        const auto& p = back.header->signalparam[0];
        EXPECT_NEAR(p.smp_in_datarecord * 1e7 / static_cast<double>(back.header->datarecord_duration), 1000.0 / 3, 1e-9);
        const auto a = back.annotations();
        ASSERT_EQ(a.size(), 2U);
        EXPECT_EQ(a[0].text, "no data");
        EXPECT_NEAR(a[0].onset_s, 3.0, 1e-9);
        EXPECT_EQ(back.samples(0)[1200], 0.0);
        EXPECT_NEAR(back.samples(0)[999], 5.0, 1e-3);
    }
    const auto write = [&] { io::write_edf(temp / "y.edf", planar(x.data(), 4000, 1), info); };
    info.sampling_rate_hz = 0.01;
    EXPECT_NE(message_of<InputError>(write).find("0.01 Hz"), std::string::npos);
    info = info_of({"a label of 17 cha"}, 1000, 4000);
    EXPECT_NE(message_of<InputError>(write).find("16 ASCII"), std::string::npos);
    info = info_of({"a"}, 1000, 4000);
    x[0] = 1e8F;
    EXPECT_NE(message_of<InputError>(write).find("1e+08 uV"), std::string::npos);
    info = info_of({"a"}, 1000, 3999);
    EXPECT_NE(message_of<std::invalid_argument>(write).find("4000 x 1"), std::string::npos);
    info = info_of({}, 1000, 4000);
    EXPECT_NE(message_of<InputError>([&] { io::write_edf(temp / "y.edf", io::ReadBlock([](auto, auto) {}), info); })
                  .find("0 channels"), std::string::npos);
    x[0] = 0;
    info = info_of({"a"}, 1000, 4000);
    EXPECT_NE(message_of<InputError>([&] { io::write_edf(temp / "no/y.edf", planar(x.data(), 4000, 1), info); })
                  .find("No such file or directory"), std::string::npos);
    EXPECT_EQ(temp.names(), std::set<std::string>{"x.edf"});
}

TEST(Edf, AnnotatedCopyNamesEveryBurstAndNobody) {
    Folder temp;
    auto a = small_analysis();
    a.recording.annotations = {{2.0, 0, "Mrs Example moved"}};
    for (int i = 0; i < 800; ++i) {
        Burst b = a.bursts[0];
        b.id = i + 1;
        b.onset_s = 0.01 * i;
        b.site = i % 2;
        a.bursts.push_back(b);
    }
    const std::vector<float> x(2 * 20480, 1.0F);
    const ArraySource<float> source(planar(x.data(), 20480, 2), a.recording);
    io::write_outputs(a, temp / "out", {.keep_identity = false, .edf_copy = true}, source);
    const std::string path = temp / "out/calf, left_annotated.edf";
    {
        const EdfBack back(path);
        ASSERT_GE(back.handle, 0);
        EXPECT_EQ(back.header->edfsignals, 2);
        std::size_t bursts = 0;
        for (const auto& note : back.annotations()) bursts += note.text.find("fasciculation_multiplet 0.75 @") == 0;
        EXPECT_EQ(bursts, a.bursts.size());
    }
    EXPECT_EQ(bytes_of(path).find("Haagse"), std::string::npos);
    EXPECT_EQ(bytes_of(path).find("Example"), std::string::npos);
    io::write_outputs(a, temp / "out", {.keep_identity = true, .edf_copy = true}, source);
    EXPECT_NE(bytes_of(path).find("Haagse"), std::string::npos);
    EXPECT_NE(bytes_of(path).find("Example"), std::string::npos);
    EXPECT_THROW(io::write_outputs(a, temp / "out2", {.keep_identity = false, .edf_copy = true}), std::invalid_argument);
    EXPECT_FALSE(fs::exists(temp / "out2"));
}

TEST(Edf, SeveralThreadsAtOnce) {
    Folder temp;
    const auto info = info_of({"a", "b"}, 1000, 20'000);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            const std::vector<float> x(40'000, static_cast<float>(t + 1));
            for (int i = 0; i < 5; ++i)
                io::write_edf(temp / ("x" + std::to_string(t)), planar(x.data(), 20'000, 2), info, {{0.5, 0, std::to_string(t)}});
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(temp.names().size(), 8U);
    for (int t = 0; t < 8; ++t) {
        const EdfBack back(temp / ("x" + std::to_string(t)));
        ASSERT_GE(back.handle, 0);
        EXPECT_NEAR(back.samples(1)[19'999], t + 1, 1e-3);
        EXPECT_EQ(back.annotations().at(0).text, std::to_string(t));
    }
}

TEST(Truth, ReadsBackTheSame) {
    Folder temp;
    const auto s = simulate::make("calf", 3);
    io::write_truth(s.truth, temp / "x.truth.json");
    const auto back = io::read_truth(temp / "x.truth.json");
    EXPECT_EQ(io::truth_json(back), io::truth_json(s.truth));
    ASSERT_EQ(back.discharges.size(), s.truth.discharges.size());
    for (std::size_t i = 0; i < back.discharges.size(); ++i) {
        EXPECT_EQ(back.discharges[i].peak_s, s.truth.discharges[i].peak_s);
        EXPECT_EQ(back.discharges[i].label, s.truth.discharges[i].label);
    }
    EXPECT_EQ(back.band.high_hz, 500.0);
    EXPECT_EQ(back.confounders.size(), 2U);
}

TEST(Truth, RefusesWhatItIsNot) {
    Folder temp;
    Truth truth;
    truth.sampling_rate_hz = 2048;
    truth.duration_s = 60;
    truth.band = {20, 500};
    truth.discharges.push_back({1.25, "left \"calf\"", 0, Label::fasciculation_potential, 40.5, 4});
    truth.segments.push_back({10, 12.5, "left \"calf\"", Label::voluntary});
    truth.confounders.push_back({0, 60, "mains"});
    const std::string good = io::truth_json(truth);
    const auto reading = [&](const std::string& text) {
        std::ofstream(temp / "t.json", std::ios::binary) << text;
        return message_of<InputError>([&] { (void)io::read_truth(temp / "t.json"); });
    };
    const auto replaced = [&](const std::string& what, const std::string& by) {
        std::string text = good;
        return reading(text.replace(text.find(what), what.size(), by));
    };
    EXPECT_EQ(reading(good), "nothing was thrown");
    EXPECT_NE(reading("[]").find("the whole is not an object"), std::string::npos);
    EXPECT_NE(reading("{}").find("version is missing"), std::string::npos);
    EXPECT_NE(reading("{\"version\": 1,").find("not JSON at byte"), std::string::npos);
    EXPECT_NE(replaced("\"version\": 1", "\"version\": 2").find("allowed is 1"), std::string::npos);
    EXPECT_NE(replaced("fasciculation_potential", "als").find("discharges[0].label 'als' is not a label"), std::string::npos);
    EXPECT_NE(replaced("\"peak_s\":", "\"peak_s\":-").find("discharges[0].peak_s -"), std::string::npos);
    EXPECT_NE(replaced("\"unit\":", "\"unit\":0.5e").find("discharges[0].unit"), std::string::npos);
    EXPECT_NE(replaced("\"segments\"", "\"segment\"").find("segments is missing"), std::string::npos);
    EXPECT_NE(message_of<InputError>([&] { (void)io::read_truth(temp / "none.json"); }).find("none.json"), std::string::npos);
    for (std::size_t cut = 0; cut + 2 < good.size(); ++cut)
        ASSERT_NE(reading(good.substr(0, cut)), "nothing was thrown") << cut;
}

TEST(Results, ReadBackWhatWasWritten) {
    Folder temp;
    const auto a = small_analysis();
    io::write_outputs(a, temp / "out");
    const auto found = io::read_results(temp / "out");
    EXPECT_EQ(found.sites, (std::vector<std::string>{"left, \"big\"", "right"}));
    ASSERT_EQ(found.events.size(), 2U);
    EXPECT_NEAR(found.events[0].peak_s, 2058.0 / 2048, 1e-6);
    EXPECT_EQ(found.events[0].site, "left, \"big\"");
    EXPECT_EQ(found.events[0].burst, -1);
    EXPECT_EQ(found.events[1].burst, 0);
    EXPECT_TRUE(std::isnan(found.events[1].snr));
    ASSERT_EQ(found.bursts.size(), 1U);
    EXPECT_EQ(found.bursts[0].label, Label::fasciculation_multiplet);
    ASSERT_EQ(found.segments.size(), 2U);
    EXPECT_EQ(found.segments[0].site, "");
    EXPECT_EQ(found.segments[1].kind, SegmentKind::voluntary);
}

TEST(Results, SayWhereTheyAreDamaged) {
    Folder temp;
    io::write_outputs(small_analysis(), temp / "out");
    const auto with = [&](const std::string& name, const std::string& text) {
        const std::string kept = bytes_of(temp / ("out/" + name));
        std::ofstream(temp / ("out/" + name), std::ios::binary) << text;
        const auto message = message_of<InputError>([&] { (void)io::read_results(temp / "out"); });
        std::ofstream(temp / ("out/" + name), std::ios::binary) << kept;
        return message;
    };
    EXPECT_NE(with("segments.csv", "onset_s,end_s,site,kind,reason\n0,1,x,masked,gap\n0,one,x,masked,gap\n")
                  .find("segments.csv', line 3: end_s 'one' is not a number"), std::string::npos);
    EXPECT_NE(with("segments.csv", "onset_s,end_s,site,kind,reason\n0,1\n").find("line 2: 2 cells"), std::string::npos);
    EXPECT_NE(with("segments.csv", "onset_s,end_s,site,kind,reason\n0,1,\"x").find("quote"), std::string::npos);
    EXPECT_NE(with("segments.csv", "onset_s\n").find("column end_s is missing"), std::string::npos);
    EXPECT_NE(with("segments.csv", "").find("segments.csv"), std::string::npos);
    EXPECT_NE(with("summary.json", "{]").find("summary.json"), std::string::npos);
    EXPECT_NE(with("summary.json", "{\"sites\": [1]}").find("sites[0]"), std::string::npos);
    EXPECT_NE(message_of<InputError>([&] { (void)io::read_results(temp / "none"); }).find("none/summary.json"),
              std::string::npos);
}
