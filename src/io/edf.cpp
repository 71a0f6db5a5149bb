// EDF, EDF+, BDF and BDF+ by blocks: only the bytes of the frames asked for are read.
#include <algorithm>
#include <cmath>
#include <limits>

#include "channels.hpp"
#include "edf_header.hpp"
#include "fascikit/core/error.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

template <int Width>
std::int32_t sample_at(const unsigned char* bytes, std::int64_t index) noexcept {
    const unsigned char* b = bytes + index * Width;
    if constexpr (Width == 2) {
        return static_cast<std::int16_t>(static_cast<std::uint16_t>(b[0] | b[1] << 8));
    } else {
        const std::uint32_t word = std::uint32_t{b[0]} << 8 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 24;
        return static_cast<std::int32_t>(word) >> 8;
    }
}

/// Data records that follow each other without a gap.
struct Run {
    std::int64_t first_frame = 0;
    std::int64_t first_record = 0;
    std::int64_t records = 0;
};

struct Channel {
    std::int64_t offset = 0;         ///< bytes from the start of a record
    double scale = 1;                ///< µV a step
    double zero = 0;                 ///< µV of the digital value 0
};

class EdfReader final : public Reader {
public:
    EdfReader(FileBytes file, const EdfHeader& header, std::vector<Channel> channels, std::int64_t samples,
              std::vector<Run> runs)
        : file_(std::move(file)), header_bytes_(header.bytes), record_bytes_(header.record_bytes),
          width_(header.width), samples_(samples), channels_(std::move(channels)), runs_(std::move(runs)) {}

    void read(std::int64_t first, BlockView<float> out) const override {
        std::vector<unsigned char> buffer;
        const std::int64_t end = first + out.frames;
        auto run = std::upper_bound(runs_.begin(), runs_.end(), first,
                                    [](std::int64_t frame, const Run& r) { return frame < r.first_frame; });
        if (run != runs_.begin()) --run;
        std::int64_t at = first;
        for (; at < end && run != runs_.end(); ++run) {
            const std::int64_t run_end = run->first_frame + run->records * samples_;
            const std::int64_t gap_end = std::min(run->first_frame, end);
            if (gap_end > at) fill_gap(out.rows(at - first, gap_end - at));
            at = std::max(at, gap_end);
            const std::int64_t stop = std::min(run_end, end);
            while (at < stop) {
                const std::int64_t into_run = at - run->first_frame;
                const std::int64_t record = run->first_record + into_run / samples_;
                const std::int64_t into_record = into_run % samples_;
                at += read_records(record, into_record, out.rows(at - first, stop - at), buffer);
            }
        }
        if (at < end) fill_gap(out.rows(at - first, end - at));
    }

    [[nodiscard]] std::string sha256() const override { return sha256_of({&file_}); }

private:
    static void fill_gap(BlockView<float> out) noexcept {
        for (std::int64_t f = 0; f < out.frames; ++f)
            for (std::int64_t c = 0; c < out.channels; ++c) out(f, c) = std::numeric_limits<float>::quiet_NaN();
    }

    void decode(const unsigned char* bytes, const Channel& channel, BlockView<float> out, std::int64_t column) const {
        const auto convert = [&](auto width) {
            for (std::int64_t f = 0; f < out.frames; ++f)
                out(f, column) =
                    static_cast<float>(sample_at<decltype(width)::value>(bytes, f) * channel.scale + channel.zero);
        };
        if (width_ == 2)
            convert(std::integral_constant<int, 2>{});
        else
            convert(std::integral_constant<int, 3>{});
    }

    /// Fills some frames of `out` from `record` on; answers how many.
    std::int64_t read_records(std::int64_t record, std::int64_t into_record, BlockView<float> out,
                              std::vector<unsigned char>& buffer) const {
        const std::int64_t place = header_bytes_ + record * record_bytes_;
        const std::int64_t part = std::min(samples_ - into_record, out.frames);
        const auto wanted_bytes = static_cast<std::int64_t>(channels_.size()) * part * width_;
        // Small records are read whole and several at once; of large ones only what is asked for,
        // or a file that is one single record would be read again for every block.
        if (record_bytes_ <= 65536 || (record_bytes_ <= buffer_bytes && wanted_bytes > record_bytes_ / 2)) {
            const std::int64_t needed = (into_record + out.frames + samples_ - 1) / samples_;
            const std::int64_t count = std::min(needed, std::max<std::int64_t>(1, buffer_bytes / record_bytes_));
            buffer.resize(static_cast<std::size_t>(count * record_bytes_));
            file_.read(place, buffer.data(), buffer.size());
            std::int64_t done = 0;
            for (std::int64_t r = 0; r < count; ++r) {
                const std::int64_t skip = r == 0 ? into_record : 0;
                const std::int64_t frames = std::min(samples_ - skip, out.frames - done);
                for (std::size_t c = 0; c < channels_.size(); ++c)
                    decode(buffer.data() + r * record_bytes_ + channels_[c].offset + skip * width_, channels_[c],
                           out.rows(done, frames), static_cast<std::int64_t>(c));
                done += frames;
            }
            return done;
        }
        const std::int64_t frames = std::min(part, buffer_bytes / width_);
        buffer.resize(static_cast<std::size_t>(frames * width_));
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            file_.read(place + channels_[c].offset + into_record * width_, buffer.data(), buffer.size());
            decode(buffer.data(), channels_[c], out.rows(0, frames), static_cast<std::int64_t>(c));
        }
        return frames;
    }

    FileBytes file_;
    std::int64_t header_bytes_, record_bytes_;
    int width_;
    std::int64_t samples_;           ///< frames a record
    std::vector<Channel> channels_;
    std::vector<Run> runs_;
};

/// Where each record of a discontinuous file starts. A difference of one frame is rounding, not a gap.
std::vector<Run> place_records(const std::string& path, const EdfHeader& header, const std::vector<double>& onsets_s,
                               std::int64_t samples, double rate_hz, RecordingInfo& info) {
    // Longer than any recording, and short enough that a damaged time is noticed.
    constexpr double longest_s = 366.0 * 86400;
    std::vector<Run> runs{{0, 0, 0}};
    std::int64_t end = 0;
    for (std::int64_t r = 0; r < header.records; ++r) {
        const double since_s = onsets_s[static_cast<std::size_t>(r)] - onsets_s.front();
        const std::string name = "data record " + std::to_string(r + 1) + " starts at " +
                                 core::number(onsets_s[static_cast<std::size_t>(r)]) + " s";
        if (since_s > longest_s)
            core::fail_input(path + ": " + name + ", " + core::number(since_s) + " s after the first: allowed is at most " +
                             core::number(longest_s));
        if (!(since_s * rate_hz >= static_cast<double>(end) - 1.5))
            core::fail_input(path + ": " + name + ", before the one before it ends (" +
                             core::number(onsets_s.front() + static_cast<double>(end) / rate_hz) + " s)");
        const std::int64_t start = std::llround(since_s * rate_hz);
        if (start > end + 1) {
            info.gaps.push_back({end, start - end});
            runs.push_back({start, r, 0});
            end = start;
        }
        ++runs.back().records;
        end += samples;
    }
    info.frames = end;
    return runs;
}

}  // namespace

Opened open_edf(FileBytes file, const ReadOptions& options) {
    const std::string path = file.path();
    EdfHeader header = read_edf_header(file);
    std::vector<FileChannel> channels;
    std::vector<std::size_t> signal_of;
    for (std::size_t s = 0; s < header.signals.size(); ++s) {
        const EdfSignal& signal = header.signals[s];
        if (signal.annotations) continue;
        channels.push_back({signal.label, signal.unit, signal.samples,
                            static_cast<double>(signal.samples) / header.record_s, false, {}});
        signal_of.push_back(s);
    }
    if (channels.empty()) core::fail_input(path + ": the file holds annotations only, no signal");

    RecordingInfo info;
    info.path = path;
    info.format = header.format();
    info.identity = header.identity;
    info.warnings = header.warnings;
    const auto selected = select_channels(path, channels, options, info);
    const std::int64_t samples = channels[static_cast<std::size_t>(selected.front().channel)].rate_key;
    info.sampling_rate_hz = channels[static_cast<std::size_t>(selected.front().channel)].rate_hz;
    check_rate(path, info.sampling_rate_hz, options);

    std::vector<Channel> kept;
    for (const Selected& chosen : selected) {
        const auto c = static_cast<std::size_t>(chosen.channel);
        const EdfSignal& signal = header.signals[signal_of[c]];
        const double scale = (signal.physical_max - signal.physical_min) /
                             static_cast<double>(signal.digital_max - signal.digital_min) * chosen.to_uv;
        const double zero = signal.physical_min * chosen.to_uv - static_cast<double>(signal.digital_min) * scale;
        kept.push_back({signal.offset, scale, zero});
        ChannelInfo channel;
        channel.label = channels[c].label;
        channel.unit = signal.unit;
        channel.transducer = signal.transducer;
        channel.prefiltering = signal.prefiltering;
        // Through float, as the samples are, so that a clipped sample equals its rail.
        const double at_min = static_cast<float>(static_cast<double>(signal.digital_min) * scale + zero);
        const double at_max = static_cast<float>(static_cast<double>(signal.digital_max) * scale + zero);
        channel.rail_low_uv = std::min(at_min, at_max);
        channel.rail_high_uv = std::max(at_min, at_max);
        info.channels.push_back(std::move(channel));
    }

    EdfAnnotations annotations = read_edf_annotations(file, header);
    const double start_s = annotations.record_s.empty() ? 0.0 : annotations.record_s.front();
    for (Annotation& a : annotations.list) a.onset_s -= start_s;
    std::stable_sort(annotations.list.begin(), annotations.list.end(),
                     [](const Annotation& a, const Annotation& b) { return a.onset_s < b.onset_s; });
    info.annotations = std::move(annotations.list);
    info.warnings.insert(info.warnings.end(), annotations.warnings.begin(), annotations.warnings.end());
    if (header.month > 0)
        info.start_time = iso_time(header.year, header.month, header.day, header.hour, header.minute, header.second, start_s);

    std::vector<Run> runs{{0, 0, header.records}};
    info.frames = header.records * samples;
    if (header.discontinuous) {
        runs = place_records(path, header, annotations.record_s, samples, info.sampling_rate_hz, info);
    } else if (!annotations.record_s.empty()) {
        for (std::int64_t r = 0; r < header.records; ++r) {
            const double said_s = annotations.record_s[static_cast<std::size_t>(r)];
            const double expected_s = start_s + static_cast<double>(r) * header.record_s;
            if (std::abs(said_s - expected_s) * info.sampling_rate_hz <= 1) continue;
            info.warnings.push_back("the file calls itself continuous, yet data record " + std::to_string(r + 1) +
                                    " starts at " + core::number(said_s) + " s and not at " + core::number(expected_s) +
                                    " s; it is read as continuous");
            break;
        }
    }
    auto reader = std::make_shared<EdfReader>(std::move(file), header, std::move(kept), samples, std::move(runs));
    return {std::move(reader), std::move(info)};
}

std::vector<DigitalChannel> digital_edf(FileBytes file) {
    const EdfHeader header = read_edf_header(file);
    std::vector<DigitalChannel> result;
    for (const EdfSignal& signal : header.signals) {
        if (signal.annotations) continue;
        DigitalChannel channel;
        channel.label = signal.label;
        channel.sampling_rate_hz = static_cast<double>(signal.samples) / header.record_s;
        channel.samples.reserve(static_cast<std::size_t>(header.records * signal.samples));
        std::vector<unsigned char> bytes(static_cast<std::size_t>(signal.samples * header.width));
        for (std::int64_t r = 0; r < header.records; ++r) {
            file.read(header.bytes + r * header.record_bytes + signal.offset, bytes.data(), bytes.size());
            for (std::int64_t i = 0; i < signal.samples; ++i)
                channel.samples.push_back(header.width == 2 ? sample_at<2>(bytes.data(), i)
                                                            : sample_at<3>(bytes.data(), i));
        }
        result.push_back(std::move(channel));
    }
    if (result.empty()) core::fail_input(file.path() + ": the file holds annotations only, no signal");
    return result;
}

}  // namespace fascikit::io
