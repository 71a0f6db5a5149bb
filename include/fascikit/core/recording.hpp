// What a recording is: channels of samples with rate, unit and start time, the
// sites they look at, and the concept of a source that can be read by blocks.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "fascikit/core/block.hpp"

namespace fascikit {

struct ChannelInfo {
    std::string label;                ///< unique; a repeated label got " (2)"
    std::string unit = "uV";          ///< as the file spells it; samples are delivered in µV
    /// Values at which the amplifier saturates, µV; NaN where unknown.
    double rail_low_uv = std::numeric_limits<double>::quiet_NaN();
    double rail_high_uv = std::numeric_limits<double>::quiet_NaN();
    std::string transducer;
    std::string prefiltering;
};

/// A channel of the file that is not analysed, and why.
struct SkippedChannel {
    std::string label;
    std::string reason;
};

/// The channels that look at one muscle.
struct Site {
    std::string name;                 ///< such as "left gluteus maximus"
    std::vector<int> channels;        ///< indices into RecordingInfo::channels, row-major for grids
    int rows = 0;                     ///< 0: no grid
    int columns = 0;
    double pitch_mm = 0;              ///< distance between electrodes of a grid
    std::string muscle;
    std::string side;
};

/// Frames [first, first + count) do not exist in the file; they are read as NaN.
struct Gap {
    std::int64_t first = 0;
    std::int64_t count = 0;
};

/// A text of the file with its time.
struct Annotation {
    double onset_s = 0;
    double duration_s = 0;            ///< 0 where the file gives none
    std::string text;
};

/// Who the recording is of. Never written to an output unless asked for.
struct Identity {
    std::string patient;
    std::string recording;
};

struct RecordingInfo {
    std::string path;                 ///< empty for arrays
    std::string format;               ///< "EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "WFDB", "CSV", "array"
    double sampling_rate_hz = 0;
    std::int64_t frames = 0;          ///< from the first to the last sample, gaps included
    std::string start_time;           ///< ISO 8601, empty where unknown
    std::vector<ChannelInfo> channels;
    std::vector<SkippedChannel> skipped;
    std::vector<Site> sites;
    std::vector<Gap> gaps;
    std::vector<Annotation> annotations;
    std::string sha256;               ///< of the file's bytes, lower-case hex; empty for arrays
    Identity identity;
    std::vector<std::string> warnings;  ///< what was odd in the file and did not stop the reading, one line each

    [[nodiscard]] double duration_s() const noexcept {
        return sampling_rate_hz > 0 ? static_cast<double>(frames) / sampling_rate_hz : 0.0;
    }
};

/// A recording that can be read by blocks, in any order, from several threads.
///
/// `read(first, out)` fills all of `out` (frames × info().channels.size()) with µV
/// from frame `first` on; frames in gaps are NaN. It reads no more than it fills.
/// Throws InputError when the file fails underneath.
template <class S>
concept Source = requires(const S& source, std::int64_t first, BlockView<float> out) {
    { source.info() } -> std::convertible_to<const RecordingInfo&>;
    { source.read(first, out) } -> std::same_as<void>;
};

/// One site a channel, named as the channel: the default of the design.
[[nodiscard]] inline std::vector<Site> one_site_per_channel(const std::vector<ChannelInfo>& channels) {
    std::vector<Site> sites;
    sites.reserve(channels.size());
    for (std::size_t c = 0; c < channels.size(); ++c) {
        Site site;
        site.name = channels[c].label;
        site.channels.push_back(static_cast<int>(c));
        sites.push_back(std::move(site));
    }
    return sites;
}

/// Samples in memory, in µV, as a Source. Keeps a view: the caller keeps the samples.
template <std::floating_point T>
class ArraySource {
public:
    ArraySource(BlockView<const T> samples, double sampling_rate_hz) : samples_(samples) {
        info_.format = "array";
        info_.sampling_rate_hz = sampling_rate_hz;
        info_.frames = samples.frames;
        for (std::int64_t c = 0; c < samples.channels; ++c) {
            ChannelInfo channel;
            channel.label = "ch" + std::to_string(c + 1);
            info_.channels.push_back(std::move(channel));
        }
        info_.sites = one_site_per_channel(info_.channels);
    }
    ArraySource(BlockView<const T> samples, RecordingInfo info) : samples_(samples), info_(std::move(info)) {}

    [[nodiscard]] const RecordingInfo& info() const noexcept { return info_; }

    void read(std::int64_t first, BlockView<float> out) const noexcept {
        for (std::int64_t f = 0; f < out.frames; ++f)
            for (std::int64_t c = 0; c < out.channels; ++c)
                out(f, c) = static_cast<float>(samples_(first + f, c));
    }

    /// The samples themselves, for readers that need no copy and no rounding.
    [[nodiscard]] BlockView<const T> view(std::int64_t first, std::int64_t frames) const noexcept {
        return samples_.rows(first, frames);
    }

private:
    BlockView<const T> samples_;
    RecordingInfo info_;
};

}  // namespace fascikit
