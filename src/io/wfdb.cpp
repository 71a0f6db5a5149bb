// WFDB records by blocks: one segment, any of ten formats, several files.
#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>

#include "channels.hpp"
#include "fascikit/core/error.hpp"
#include "reader.hpp"
#include "text.hpp"
#include "wfdb_header.hpp"

namespace fascikit::io {

namespace {

/// The signals of one file, sample after sample within frames.
class Group {
public:
    Group(FileBytes file, int format, std::int64_t byte_offset)
        : file_(std::move(file)), format_(format), byte_offset_(byte_offset) {}

    void add(std::int64_t samples_per_frame, std::int64_t initial) {
        starts_.push_back(frame_samples_);
        frame_samples_ += samples_per_frame;
        initial_.push_back(static_cast<std::int32_t>(initial));
    }
    [[nodiscard]] const FileBytes& file() const noexcept { return file_; }
    [[nodiscard]] int format() const noexcept { return format_; }
    [[nodiscard]] std::int64_t byte_offset() const noexcept { return byte_offset_; }
    [[nodiscard]] std::int64_t frame_samples() const noexcept { return frame_samples_; }
    [[nodiscard]] std::int64_t start_in_frame(std::size_t signal) const { return starts_[signal]; }
    [[nodiscard]] std::int64_t frames_there() const noexcept {
        return wfdb_samples(format_, std::max<std::int64_t>(0, file_.size() - byte_offset_)) / frame_samples_;
    }
    [[nodiscard]] std::int64_t frames_at_once() const noexcept {
        return std::max<std::int64_t>(1, buffer_bytes / 4 / frame_samples_);
    }

    /// Frames [first, first + count) as stored, frame after frame. `out` grows as needed.
    void read(std::int64_t first, std::int64_t count, std::vector<std::int32_t>& out) const {
        if (format_ != 8) return unpack(first, count, out);
        // Differences: from the last remembered sums on.
        const auto mark = static_cast<std::size_t>(first / mark_frames);
        std::vector<std::int32_t> sums(marks_.begin() + static_cast<std::ptrdiff_t>(mark * starts_.size()),
                                       marks_.begin() + static_cast<std::ptrdiff_t>((mark + 1) * starts_.size()));
        const std::int64_t from = static_cast<std::int64_t>(mark) * mark_frames;
        for (std::int64_t at = from; at < first;) {
            const std::int64_t part = std::min(first - at, frames_at_once());
            unpack(at, part, out);
            accumulate(out, part, sums);
            at += part;
        }
        unpack(first, count, out);
        accumulate(out, count, sums);
    }

    /// Format 8 only: remembers the running sums now and then, so that a block needs no reading from the start.
    void index_differences(std::int64_t frames) {
        std::vector<std::int32_t> sums = initial_, part;
        for (std::int64_t at = 0; at < frames;) {
            if (at % mark_frames == 0) marks_.insert(marks_.end(), sums.begin(), sums.end());
            const std::int64_t count = std::min({frames - at, mark_frames - at % mark_frames, frames_at_once()});
            unpack(at, count, part);
            accumulate(part, count, sums);
            at += count;
        }
    }

private:
    static constexpr std::int64_t mark_frames = 4096;

    void unpack(std::int64_t first, std::int64_t count, std::vector<std::int32_t>& out) const {
        const std::int64_t begin = first * frame_samples_, end = (first + count) * frame_samples_;
        const std::int64_t aligned = begin - begin % wfdb_pack(format_);
        const std::int64_t from = wfdb_bytes(format_, aligned), to = wfdb_bytes(format_, end);
        std::vector<unsigned char> bytes(static_cast<std::size_t>(to - from));
        file_.read(byte_offset_ + from, bytes.data(), bytes.size());
        out.resize(static_cast<std::size_t>(end - aligned));
        wfdb_unpack(format_, bytes.data(), end - aligned, out.data());
        out.erase(out.begin(), out.begin() + (begin - aligned));
    }

    void accumulate(std::vector<std::int32_t>& frames, std::int64_t count, std::vector<std::int32_t>& sums) const {
        for (std::int64_t f = 0; f < count; ++f)
            for (std::size_t s = 0; s < starts_.size(); ++s) {
                const std::int64_t end = s + 1 < starts_.size() ? starts_[s + 1] : frame_samples_;
                for (std::int64_t i = starts_[s]; i < end; ++i) {
                    auto& value = frames[static_cast<std::size_t>(f * frame_samples_ + i)];
                    // Unsigned: a damaged file may run over.
                    value = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[s]) +
                                                      static_cast<std::uint32_t>(value));
                    sums[s] = value;
                }
            }
    }

    FileBytes file_;
    int format_;
    std::int64_t byte_offset_;
    std::int64_t frame_samples_ = 0;
    std::vector<std::int64_t> starts_;
    std::vector<std::int32_t> initial_;
    std::vector<std::int32_t> marks_;
};

struct Place {
    std::size_t group = 0;
    std::size_t in_group = 0;
};

struct Record {
    WfdbHeader header;
    std::vector<Group> groups;
    std::vector<Place> places;       ///< of each signal; null signals have none that counts
    std::int64_t frames = 0;
};

Record open_record(const FileBytes& header_file) {
    Record record;
    record.header = read_wfdb_header(header_file);
    WfdbHeader& header = record.header;
    const auto folder = std::filesystem::path(header_file.path()).parent_path();
    std::set<std::string> seen;
    const WfdbSignal* previous = nullptr;
    for (const WfdbSignal& signal : header.signals) {
        if (signal.format == 0) {
            record.places.push_back({});
            previous = nullptr;
            continue;
        }
        const bool same = previous != nullptr && previous->file == signal.file;
        if (!same) {
            if (!seen.insert(signal.file).second)
                core::fail_input(header_file.path() + ": signals of " + in_quotes(signal.file) +
                                 " do not stand together in the header");
            const auto path = folder / signal.file;
            std::error_code error;
            if (!std::filesystem::exists(path, error) && !error)
                core::fail_input(header_file.path() + ": signal file " + in_quotes(signal.file) +
                                 ": No such file or directory");
            record.groups.emplace_back(FileBytes(path.string()), signal.format, signal.byte_offset);
        } else if (previous->format != signal.format || previous->byte_offset != signal.byte_offset) {
            core::fail_input(header_file.path() + ": signals of " + in_quotes(signal.file) +
                             " have different formats or byte offsets");
        }
        const std::size_t in_group = same ? record.places.back().in_group + 1 : 0;
        record.groups.back().add(signal.samples_per_frame, signal.initial);
        record.places.push_back({record.groups.size() - 1, in_group});
        previous = &signal;
    }

    record.frames = header.frames;
    if (header.frames == 0) {
        for (const Group& group : record.groups)
            record.frames = record.frames == 0 ? group.frames_there() : std::min(record.frames, group.frames_there());
        if (record.frames == 0) core::fail_input(header_file.path() + ": the record holds no sample");
    }
    for (Group& group : record.groups) {
        const std::int64_t there = group.frames_there();
        if (record.frames > there) {
            std::int64_t samples = 0;
            const bool countable = !__builtin_mul_overflow(record.frames, group.frame_samples(), &samples) &&
                                   samples < (std::int64_t{1} << 58);
            const std::int64_t needed = countable ? group.byte_offset() + wfdb_bytes(group.format(), samples) : 0;
            core::fail_input(group.file().path() + ": the header promises " +
                             (countable ? std::to_string(needed) : "more than 2e+17") + " bytes (" +
                             std::to_string(record.frames) + " samples a signal, format " +
                             std::to_string(group.format()) + "), the file has " + std::to_string(group.file().size()));
        }
        if (there > record.frames)
            header.warnings.push_back(in_quotes(group.file().path().substr(group.file().path().find_last_of('/') + 1)) +
                                      " has " + std::to_string(there) + " samples a signal, the header says " +
                                      std::to_string(record.frames) + "; the rest is left out");
        if (group.format() == 8) group.index_differences(record.frames);
    }
    for (const WfdbSignal& signal : header.signals)
        if (signal.skew_frames >= record.frames && signal.format != 0)
            core::fail_input(header_file.path() + ": signal " + in_quotes(signal.label) + ": skew " +
                             std::to_string(signal.skew_frames) + ": allowed is less than the " +
                             std::to_string(record.frames) + " samples there are");
    return record;
}

/// First samples and checksums against what the header says. WFDB's own programs warn too, and go on.
void verify(Record& record) {
    WfdbHeader& header = record.header;
    std::vector<std::int32_t> part;
    for (std::size_t g = 0; g < record.groups.size(); ++g) {
        const Group& group = record.groups[g];
        std::vector<std::size_t> signals;
        for (std::size_t s = 0; s < header.signals.size(); ++s)
            if (header.signals[s].format != 0 && record.places[s].group == g) signals.push_back(s);
        std::vector<std::uint32_t> sums(signals.size(), 0);
        std::vector<std::int32_t> firsts(signals.size(), 0);
        for (std::int64_t at = 0; at < record.frames;) {
            const std::int64_t count = std::min(record.frames - at, group.frames_at_once());
            group.read(at, count, part);
            for (std::size_t i = 0; i < signals.size(); ++i) {
                const std::int64_t start = group.start_in_frame(i);
                const std::int64_t length = header.signals[signals[i]].samples_per_frame;
                if (at == 0) firsts[i] = part[static_cast<std::size_t>(start)];
                std::uint32_t sum = 0;
                for (std::int64_t f = 0; f < count; ++f)
                    for (std::int64_t k = start; k < start + length; ++k)
                        sum += static_cast<std::uint32_t>(part[static_cast<std::size_t>(f * group.frame_samples() + k)]);
                sums[i] += sum;
            }
            at += count;
        }
        for (std::size_t i = 0; i < signals.size(); ++i) {
            const WfdbSignal& signal = header.signals[signals[i]];
            // Format 8 stores differences from the initial value, which needs not be the first sample.
            if (signal.has_initial && signal.format != 8 && signal.initial != firsts[i])
                header.warnings.push_back("signal " + in_quotes(signal.label) + " begins with " + std::to_string(firsts[i]) +
                                          ", the header says " + std::to_string(signal.initial));
            const auto sum = static_cast<std::int16_t>(static_cast<std::uint16_t>(sums[i]));
            if (signal.has_checksum &&
                static_cast<std::uint16_t>(sums[i]) != static_cast<std::uint16_t>(signal.checksum & 0xffff))
                header.warnings.push_back("signal " + in_quotes(signal.label) + " has the checksum " + std::to_string(sum) +
                                          ", the header says " + std::to_string(signal.checksum));
        }
    }
    constexpr std::size_t most = 20;
    if (header.warnings.size() > most) {
        const std::string rest = std::to_string(header.warnings.size() - most + 1) + " more warnings";
        header.warnings.resize(most - 1);
        header.warnings.push_back(rest);
    }
}

struct Channel {
    std::size_t group = 0;
    std::int64_t start = 0;          ///< first sample within a frame
    std::int64_t skew_frames = 0;
    std::int64_t invalid = INT64_MIN;
    double baseline = 0;
    double scale = 1;                ///< µV a step
};

class WfdbReader final : public Reader {
public:
    WfdbReader(FileBytes header, Record record, std::vector<Channel> channels, std::int64_t samples_per_frame)
        : header_(std::move(header)), groups_(std::move(record.groups)), frames_(record.frames),
          channels_(std::move(channels)), per_frame_(samples_per_frame) {
        for (const Channel& c : channels_) passes_.insert({c.group, c.skew_frames});
    }

    void read(std::int64_t first, BlockView<float> out) const override {
        std::vector<std::int32_t> part;
        for (const auto& pass : passes_) {
            const Group& group = groups_[pass.first];
            const std::int64_t step = group.frames_at_once();
            const std::int64_t begin = first / per_frame_ + pass.second;
            const std::int64_t end = (first + out.frames + per_frame_ - 1) / per_frame_ + pass.second;
            for (std::int64_t at = begin; at < end; at += step) {
                const std::int64_t stop = std::min(end, at + step);
                const std::int64_t there = std::clamp<std::int64_t>(frames_ - at, 0, stop - at);
                if (there > 0) group.read(at, there, part);
                // The samples of these frames that lie within the block.
                const std::int64_t from = std::max((at - pass.second) * per_frame_, first);
                const std::int64_t to = std::min((stop - pass.second) * per_frame_, first + out.frames);
                for (std::size_t c = 0; c < channels_.size(); ++c) {
                    const Channel& channel = channels_[c];
                    if (channel.group != pass.first || channel.skew_frames != pass.second) continue;
                    for (std::int64_t i = from; i < to; ++i) {
                        const std::int64_t frame = i / per_frame_ + pass.second - at;
                        float value = std::numeric_limits<float>::quiet_NaN();
                        if (frame < there) {
                            const auto stored = part[static_cast<std::size_t>(frame * group.frame_samples() +
                                                                              channel.start + i % per_frame_)];
                            if (stored != channel.invalid)
                                value = static_cast<float>((stored - channel.baseline) * channel.scale);
                        }
                        out(i - first, static_cast<std::int64_t>(c)) = value;
                    }
                }
            }
        }
    }

    [[nodiscard]] std::string sha256() const override {
        std::vector<const FileBytes*> files{&header_};
        for (const Group& group : groups_) files.push_back(&group.file());
        return sha256_of(files);
    }

private:
    FileBytes header_;
    std::vector<Group> groups_;
    std::int64_t frames_;
    std::vector<Channel> channels_;
    std::int64_t per_frame_;
    std::set<std::pair<std::size_t, std::int64_t>> passes_;   ///< group and skew, read together
};

}  // namespace

Opened open_wfdb(FileBytes header_file, const ReadOptions& options) {
    const std::string path = header_file.path();
    Record record = open_record(header_file);
    std::vector<FileChannel> channels;
    for (const WfdbSignal& s : record.header.signals)
        channels.push_back({s.label, s.unit, s.samples_per_frame,
                            record.header.frame_rate_hz * static_cast<double>(s.samples_per_frame), s.gain == 0,
                            s.format == 0 ? "a null signal (format 0)" : ""});
    RecordingInfo info;
    info.path = path;
    info.format = "WFDB";
    const auto selected = select_channels(path, channels, options, info);
    if (options.verify) verify(record);
    const auto& first = channels[static_cast<std::size_t>(selected.front().channel)];
    info.sampling_rate_hz = first.rate_hz;
    check_rate(path, info.sampling_rate_hz, options);
    info.frames = record.frames * first.rate_key;
    info.start_time = record.header.start_time;
    info.identity.recording = record.header.comments;
    info.warnings = record.header.warnings;

    std::vector<Channel> kept;
    for (const Selected& chosen : selected) {
        const auto s = static_cast<std::size_t>(chosen.channel);
        const WfdbSignal& signal = record.header.signals[s];
        const Place place = record.places[s];
        Channel channel;
        channel.group = place.group;
        channel.start = record.groups[place.group].start_in_frame(place.in_group);
        channel.skew_frames = signal.skew_frames;
        channel.invalid = wfdb_invalid(signal.format);
        channel.baseline = static_cast<double>(signal.baseline);
        channel.scale = chosen.to_uv / (signal.gain == 0 ? 200.0 : signal.gain);   // 200: the default of WFDB
        kept.push_back(channel);

        ChannelInfo described;
        described.label = channels[s].label;
        described.unit = signal.gain == 0 ? "" : signal.unit;
        if (signal.adc_bits > 0) {
            const std::int64_t half = std::int64_t{1} << (signal.adc_bits - 1);
            const std::int64_t low = std::max(signal.adc_zero - half,
                                              channel.invalid == INT64_MIN ? INT64_MIN : channel.invalid + 1);
            const double a = static_cast<float>((static_cast<double>(low) - channel.baseline) * channel.scale);
            const double b = static_cast<float>((static_cast<double>(signal.adc_zero + half - 1) - channel.baseline) *
                                                channel.scale);
            described.rail_low_uv = std::min(a, b);
            described.rail_high_uv = std::max(a, b);
        }
        info.channels.push_back(std::move(described));
    }
    auto reader = std::make_shared<WfdbReader>(std::move(header_file), std::move(record), std::move(kept), first.rate_key);
    return {std::move(reader), std::move(info)};
}

std::vector<DigitalChannel> digital_wfdb(FileBytes header_file) {
    const Record record = open_record(header_file);
    std::vector<DigitalChannel> result;
    std::vector<std::int32_t> part;
    for (std::size_t s = 0; s < record.header.signals.size(); ++s) {
        const WfdbSignal& signal = record.header.signals[s];
        if (signal.format == 0) continue;
        const Group& group = record.groups[record.places[s].group];
        const std::int64_t start = group.start_in_frame(record.places[s].in_group);
        DigitalChannel channel;
        channel.label = signal.label;
        channel.sampling_rate_hz = record.header.frame_rate_hz * static_cast<double>(signal.samples_per_frame);
        for (std::int64_t at = 0; at < record.frames;) {
            const std::int64_t count = std::min(record.frames - at, group.frames_at_once());
            group.read(at, count, part);
            for (std::int64_t f = 0; f < count; ++f)
                for (std::int64_t k = start; k < start + signal.samples_per_frame; ++k)
                    channel.samples.push_back(part[static_cast<std::size_t>(f * group.frame_samples() + k)]);
            at += count;
        }
        result.push_back(std::move(channel));
    }
    if (result.empty()) core::fail_input(header_file.path() + ": the record has null signals only");
    return result;
}

}  // namespace fascikit::io
