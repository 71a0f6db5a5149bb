#include "fascikit/io/write_edf.hpp"

#include <edflib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "text.hpp"
#include "write_file.hpp"
#include "write_number.hpp"

namespace fascikit::io {

namespace {

constexpr int annotation_bytes = 40;   // EDFlib 1.23 cuts there, without saying so
constexpr int annotation_signals = 64; // its maximum; one annotation a signal and record
constexpr int full_scale = 32767;

/// EDFlib keeps its open files in one table and shares buffers between them, without a lock.
std::mutex& edflib() {
    static std::mutex mutex;
    return mutex;
}

struct CloseEdf {
    int handle = -1;
    ~CloseEdf() {
        if (handle >= 0) (void)close();
    }
    int close() {
        const int result = edfclose_file(handle);
        handle = -1;
        return result;
    }
};

struct Records {
    std::int64_t samples = 0;         ///< of one channel in one record
    std::int64_t count = 0;
    int duration_10us = 0;
};

/// EDFlib 1.23 cuts decimals instead of rounding them: 1.2 s becomes 1.199999 s.
bool edflib_spells(double duration_s, double units_10us) {
    return std::trunc((duration_s - std::floor(duration_s)) * 1e6) == std::fmod(10 * units_10us, 1e6) &&
           std::trunc(duration_s * 1e7) == 100 * units_10us;
}

/// How long a record of `n` samples is, or 0 if EDF cannot say it.
int duration_10us(std::int64_t n, double rate) {
    const double exact = 1e5 * static_cast<double>(n) / rate;
    const double rounded = std::nearbyint(exact);
    return std::abs(exact - rounded) <= 1e-9 * exact && rounded >= 100 && rounded <= 6'000'000 &&
                   edflib_spells(rounded / 1e5, rounded)
               ? static_cast<int>(rounded) : 0;
}

/// The record nearest to one second that divides the recording, holds the annotations and
/// is at most 10 MB; if none divides, one that leaves the last record partly empty.
Records records_for(const RecordingInfo& info, std::int64_t annotations) {
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    const std::int64_t most = std::min<std::int64_t>(5'000'000 / channels - annotation_signals * 60,
                                                     static_cast<std::int64_t>(60 * info.sampling_rate_hz));
    const std::int64_t needed = (annotations + annotation_signals - 1) / annotation_signals;
    Records best;
    bool best_divides = false;
    double best_distance = 0;
    for (std::int64_t n = 1; n <= most; ++n) {
        const int duration = duration_10us(n, info.sampling_rate_hz);
        if (duration == 0) continue;
        const std::int64_t count = (info.frames + n - 1) / n;
        if (count < needed || count > 99'999'999) continue;
        // Records below 10 ms cost more in annotation signals than in samples: only where nothing else divides.
        const bool divides = info.frames % n == 0 && duration >= 1000;
        const double distance = std::abs(std::log(1e-5 * duration));
        if (best.samples == 0 || std::make_tuple(!divides, distance) < std::make_tuple(!best_divides, best_distance)) {
            best = {n, count, duration};
            best_divides = divides;
            best_distance = distance;
        }
    }
    if (best.samples == 0)
        core::fail_input("EDF cannot hold " + std::to_string(info.channels.size()) + " channels of " +
                         std::to_string(info.frames) + " samples at " + core::number(info.sampling_rate_hz) + " Hz with " +
                         std::to_string(annotations) + " annotations: no record of 1 ms to 60 s and 10 MB fits");
    return best;
}

/// Texts longer than EDFlib keeps continue at the same time; cut between UTF-8 characters.
std::vector<Annotation> in_pieces(const std::vector<Annotation>& annotations) {
    std::vector<Annotation> pieces;
    for (const Annotation& a : annotations) {
        std::string text = clean_text(a.text);
        if (text.empty()) text.push_back('-');
        while (!text.empty()) {
            std::size_t cut = std::min<std::size_t>(text.size(), annotation_bytes);
            while (cut < text.size() && cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
            pieces.push_back({a.onset_s, a.duration_s, text.substr(0, cut)});
            text.erase(0, cut);
        }
    }
    return pieces;
}

struct Survey {
    std::vector<double> range_uv;     ///< of each channel; its full scale
    std::vector<Gap> empty;           ///< no channel has a number there
};

Survey surveyed(const ReadBlock& read, const RecordingInfo& info, std::vector<float>& buffer, std::int64_t block) {
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    std::vector<double> largest(info.channels.size(), 0.0);
    Survey survey;
    for (std::int64_t first = 0; first < info.frames; first += block) {
        const std::int64_t count = std::min(block, info.frames - first);
        const auto view = planar(buffer.data(), count, channels);
        read(first, view);
        for (std::int64_t f = 0; f < count; ++f) {
            bool empty = true;
            for (std::int64_t c = 0; c < channels; ++c) {
                if (!core::is_finite(view(f, c))) continue;
                empty = false;
                largest[static_cast<std::size_t>(c)] =
                    std::max(largest[static_cast<std::size_t>(c)], std::abs(static_cast<double>(view(f, c))));
            }
            if (!empty) continue;
            if (!survey.empty.empty() && survey.empty.back().first + survey.empty.back().count == first + f)
                ++survey.empty.back().count;
            else
                survey.empty.push_back({first + f, 1});
        }
    }
    for (std::size_t c = 0; c < largest.size(); ++c) {
        // The header has eight characters, the sign among them, and EDFlib cuts and does not round:
        // eighths and halves are written in full, so that the range read is the range used.
        const double wanted = std::max(1.1 * largest[c], 1.0);
        const double parts = wanted < 999.0 ? 8.0 : wanted < 9999.0 ? 2.0 : 1.0;
        const double range = std::ceil(wanted * parts) / parts;
        if (range > 9'999'999.0)
            core::fail_input("channel " + in_quotes(info.channels[c].label) + ": " + core::number(largest[c]) +
                             " uV: EDF holds at most 9e6 uV");
        survey.range_uv.push_back(range);
    }
    return survey;
}

void set_start(int handle, const std::string& iso) {
    int year = 1985, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    if (std::sscanf(iso.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) < 3 ||
        edf_set_startdatetime(handle, year, month, day, hour, minute, second) != 0)
        edf_set_startdatetime(handle, 1985, 1, 1, 0, 0, 0);
    if (const auto dot = iso.find('.'); dot != std::string::npos) {
        const std::string digits = (iso.substr(dot + 1) + "0000000").substr(0, 7);
        if (const auto fraction = to_integer(digits)) edf_set_subsecond_starttime(handle, static_cast<int>(*fraction));
    }
}

void check_read_back(const std::string& part, const std::string& path, const RecordingInfo& info, const Records& records,
                     const std::vector<Annotation>& pieces) {
    auto header = std::make_unique<edf_hdr_struct>();
    CloseEdf file{edfopen_file_readonly(part.c_str(), header.get(), EDFLIB_READ_ALL_ANNOTATIONS)};
    if (file.handle < 0) core::fail_input("cannot write " + in_full(path) + ": the written file does not read back (disk full?)");
    if (header->datarecord_duration != 100LL * records.duration_10us || header->datarecords_in_file != records.count || header->edfsignals != static_cast<int>(info.channels.size()))
        core::fail_input("cannot write " + in_full(path) + ": " + std::to_string(header->datarecords_in_file) + " of " +
                         std::to_string(records.count) + " records were written");
    using Key = std::tuple<long long, std::string>;
    std::multiset<Key> missing;
    for (const Annotation& a : pieces) missing.emplace(std::llround(1e4 * a.onset_s), a.text);
    for (long long i = 0; i < header->annotations_in_file; ++i) {
        edf_annotation_struct a{};
        if (edf_get_annotation(file.handle, static_cast<int>(i), &a) != 0) break;
        const auto it = missing.find({(a.onset + 500) / 1000, a.annotation});
        if (it != missing.end()) missing.erase(it);
    }
    if (!missing.empty())
        core::fail_input("cannot write " + in_full(path) + ": " + std::to_string(missing.size()) + " of " +
                         std::to_string(pieces.size()) + " annotations were lost, the first " +
                         in_quotes(std::get<1>(*missing.begin())));
}

void set_channel(int handle, int c, const ChannelInfo& channel, const Records& records, double range_uv) {
    edf_set_samplefrequency(handle, c, static_cast<int>(records.samples));
    edf_set_physical_maximum(handle, c, range_uv);
    edf_set_physical_minimum(handle, c, -range_uv);
    edf_set_digital_maximum(handle, c, full_scale);
    edf_set_digital_minimum(handle, c, -full_scale);
    edf_set_physical_dimension(handle, c, "uV");
    edf_set_label(handle, c, channel.label.c_str());
    edf_set_transducer(handle, c, channel.transducer.c_str());
    edf_set_prefilter(handle, c, channel.prefiltering.c_str());
}

/// Samples as records, and the annotations; everything EDFlib says goes wrong is an error.
void fill(int handle, const std::string& path, const ReadBlock& read, const RecordingInfo& info, const Records& records,
          const Survey& survey, const std::vector<Annotation>& pieces, std::vector<float>& buffer) {
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    std::vector<short> digital(static_cast<std::size_t>(records.samples));
    for (std::int64_t r = 0; r < records.count; ++r) {
        const std::int64_t first = r * records.samples;
        const std::int64_t count = std::min(records.samples, info.frames - first);
        const auto view = planar(buffer.data(), count, channels);
        read(first, view);
        for (std::int64_t c = 0; c < channels; ++c) {
            std::fill(digital.begin(), digital.end(), short{0});
            const double steps_per_uv = full_scale / survey.range_uv[static_cast<std::size_t>(c)];
            for (std::int64_t f = 0; f < count; ++f)
                if (core::is_finite(view(f, c)))
                    digital[static_cast<std::size_t>(f)] =
                        static_cast<short>(std::lround(static_cast<double>(view(f, c)) * steps_per_uv));
            if (edfwrite_digital_short_samples(handle, digital.data()) != 0) fail_write(path, errno != 0 ? errno : EIO);
        }
    }
    for (const Annotation& a : pieces)
        if (edfwrite_annotation_utf8(handle, std::llround(1e4 * a.onset_s),
                                     a.duration_s > 0 ? std::llround(1e4 * a.duration_s) : -1, a.text.c_str()) != 0)
            core::fail_input("cannot write " + in_full(path) + ": annotation " + in_quotes(a.text) + " at " +
                             seconds(a.onset_s) + " s was refused");
}

void check_labels(const RecordingInfo& info) {
    if (info.channels.empty() || info.channels.size() > EDFLIB_MAXSIGNALS - annotation_signals)
        core::fail_input(std::to_string(info.channels.size()) + " channels: EDF with annotations holds 1 to " +
                         std::to_string(EDFLIB_MAXSIGNALS - annotation_signals));
    if (info.frames < 1) core::fail_input("a recording without samples cannot be written as EDF");
    for (const ChannelInfo& channel : info.channels)
        if (channel.label.size() > 16 || std::any_of(channel.label.begin(), channel.label.end(),
                                                     [](char c) { return c < 32 || c > 126; }))
            core::fail_input("channel " + in_quotes(channel.label) + ": EDF labels have at most 16 ASCII characters");
}

}  // namespace

void write_edf(const std::string& path, const ReadBlock& read, const RecordingInfo& info,
               const std::vector<Annotation>& annotations, const EdfOptions& options) {
    check_labels(info);
    const auto channels = info.channels.size();
    const auto block = std::max<std::int64_t>(1, 1'000'000 / static_cast<std::int64_t>(channels));
    std::vector<float> buffer(static_cast<std::size_t>(block) * channels);
    const Survey survey = surveyed(read, info, buffer, block);

    auto all = annotations;
    for (const Gap& gap : survey.empty)
        all.push_back({static_cast<double>(gap.first) / info.sampling_rate_hz,
                       static_cast<double>(gap.count) / info.sampling_rate_hz, "no data"});
    auto written = in_pieces(all);
    const Records records = records_for(info, static_cast<std::int64_t>(written.size()) + 1);
    if (records.count * records.samples > info.frames) written.push_back({info.duration_s(), 0, "end of recording"});
    buffer.resize(static_cast<std::size_t>(records.samples) * channels);

    const std::string part = beside(path);
    const std::lock_guard lock(edflib());
    try {
        CloseEdf file{edfopen_file_writeonly(part.c_str(), EDFLIB_FILETYPE_EDFPLUS, static_cast<int>(channels))};
        if (file.handle < 0)
            core::fail_input("cannot write " + in_full(path) + ": EDFlib answers " + std::to_string(file.handle));
        for (std::size_t c = 0; c < channels; ++c)
            set_channel(file.handle, static_cast<int>(c), info.channels[c], records, survey.range_uv[c]);
        edf_set_datarecord_duration(file.handle, records.duration_10us);
        const auto signals = (static_cast<std::int64_t>(written.size()) + records.count - 1) / records.count;
        edf_set_number_of_annotation_signals(file.handle, static_cast<int>(std::clamp<std::int64_t>(signals, 1, annotation_signals)));
        set_start(file.handle, info.start_time);
        if (options.keep_identity) {
            edf_set_patient_additional(file.handle, info.identity.patient.c_str());
            edf_set_recording_additional(file.handle, info.identity.recording.c_str());
        }
        errno = 0;
        fill(file.handle, path, read, info, records, survey, written, buffer);
        if (file.close() != 0) fail_write(path, errno != 0 ? errno : EIO);
        check_read_back(part, path, info, records, written);
        sync_file(part);
        if (::rename(part.c_str(), path.c_str()) != 0) fail_write(path, errno);
    } catch (...) {
        ::unlink(part.c_str());
        throw;
    }
}

void write_edf(const std::string& path, BlockView<const float> samples, const RecordingInfo& info,
               const std::vector<Annotation>& annotations, const EdfOptions& options) {
    if (samples.frames != info.frames || samples.channels != static_cast<std::int64_t>(info.channels.size()))
        core::fail_option(std::to_string(samples.frames) + " x " + std::to_string(samples.channels) +
                          " samples: the recording has " + std::to_string(info.frames) + " x " +
                          std::to_string(info.channels.size()));
    const ArraySource<float> source(samples, info);
    write_edf(path, ReadBlock([&source](std::int64_t first, BlockView<float> out) { source.read(first, out); }), info,
              annotations, options);
}

void write_annotated_copy(const Analysis& analysis, const ReadBlock& read, const std::string& path,
                          const EdfOptions& options) {
    RecordingInfo info = analysis.recording;
    std::set<std::string> taken;
    for (ChannelInfo& channel : info.channels) {
        std::string label;
        for (const char c : channel.label) label += c < 32 || c > 126 ? '_' : c;
        channel.label = label.substr(0, 16);
        for (int n = 2; !taken.insert(channel.label).second; ++n) {
            std::string number = " (";
            number.append(std::to_string(n)).append(")");
            channel.label = label.substr(0, 16 - number.size()) + number;
        }
    }
    std::vector<Annotation> annotations;
    for (const Burst& b : analysis.bursts) {
        char text[64];
        std::snprintf(text, sizeof text, "%s %.2f", to_string(b.label).data(), static_cast<double>(b.probability));
        std::string words = text;
        std::replace(words.begin(), words.end(), ',', '.');  // a locale's comma
        if (analysis.recording.sites.size() > 1)
            words += " @" + analysis.recording.sites.at(static_cast<std::size_t>(b.site)).name;
        annotations.push_back({b.onset_s, b.duration_s, std::move(words)});
    }
    if (options.keep_identity)
        annotations.insert(annotations.end(), analysis.recording.annotations.begin(), analysis.recording.annotations.end());
    write_edf(path, read, info, annotations, options);
}

}  // namespace fascikit::io
