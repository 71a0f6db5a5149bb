#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/fascikit.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

static_assert(std::endian::native == std::endian::little, "raw frames are read as they lie in memory");

using Json = nlohmann::ordered_json;

struct Arguments {
    StreamOptions options;
    Detection detection;
    std::string format = "f32";
    double scale_uv = 0;
};

class Printer {
public:
    explicit Printer(const StreamOptions& options) : options_(options) {}

    void drain(FixedSink& sink) const {
        for (const Event& e : sink.events())
            line({{"type", "event"},
                  {"event", e.id},
                  {"sample", e.onset_sample},
                  {"onset_s", seconds(e.onset_sample)},
                  {"peak_s", seconds(e.peak_sample)},
                  {"duration_ms", 1e3 * seconds(e.end_sample - e.onset_sample)},
                  {"site", site(e.site)},
                  {"channel", format("ch%d", e.channel + 1)},
                  {"amplitude_uv", e.amplitude_uv},
                  {"snr", e.snr},
                  {"probability", e.probability}});
        for (const Segment& s : sink.segments())
            line({{"type", "segment"},
                  {"onset_s", seconds(s.onset_sample)},
                  {"end_s", seconds(s.end_sample)},
                  {"site", site(s.site)},
                  {"kind", to_string(s.kind)},
                  {"reason", to_string(s.reason)}});
        for (std::size_t i = 0; i < sink.bursts().size(); ++i) {
            const Burst& b = sink.bursts()[i];
            Json probabilities = Json::object();
            for (std::size_t k = 0; k < label_count; ++k)
                if (b.probabilities[k] > 0) probabilities[std::string(label_table[k].name)] = b.probabilities[k];
            const auto events = sink.events_of(i);
            line({{"type", "burst"},
                  {"burst", b.id},
                  {"onset_s", b.onset_s},
                  {"duration_s", b.duration_s},
                  {"site", site(b.site)},
                  {"label", to_string(b.label)},
                  {"probability", b.probability},
                  {"probabilities", probabilities},
                  {"n_discharges", b.n_discharges},
                  {"rate_hz", b.rate_hz},
                  {"isi_cv", b.isi_cv},
                  {"events", std::vector<std::int64_t>(events.begin(), events.end())},
                  {"why", why(b)}});
        }
        const bool any = !sink.events().empty() || !sink.segments().empty() || !sink.bursts().empty();
        sink.clear();
        if (any) flush_output();
    }

private:
    [[nodiscard]] double seconds(std::int64_t sample) const {
        return static_cast<double>(sample) / options_.sampling_rate_hz;
    }
    [[nodiscard]] Json site(std::int32_t index) const {
        return index < 0 ? Json() : Json(options_.sites[static_cast<std::size_t>(index)].name);
    }
    static void line(const Json& json) { std::printf("%s\n", json.dump().c_str()); }

    const StreamOptions& options_;
};

/// Frames of type `Raw` from standard input to the detector, as soon as they are there.
template <class Raw>
void run_stream(const Arguments& a) {
    // float64 is taken in float64; integers of 16 bit fit a float.
    using T = std::conditional_t<std::is_same_v<Raw, double>, double, float>;
    Stream<T> stream(a.options);
    const Printer printer(a.options);
    const auto channels = static_cast<std::size_t>(a.options.channels);
    const std::size_t frame_bytes = channels * sizeof(Raw);
    // A block of at most a tenth of a second: what it can hold of events fits the sink.
    const std::size_t most = std::max<std::size_t>(1, std::min<std::size_t>(1 << 22, static_cast<std::size_t>(
                                 0.1 * a.options.sampling_rate_hz) * frame_bytes) / frame_bytes);
    FixedSink sink(std::max<std::size_t>(4096, 64 * channels));
    std::vector<unsigned char> bytes(most * frame_bytes);
    std::vector<Raw> raw(most * channels);
    std::vector<T> block(most * channels);
    std::size_t held = 0;
    std::int64_t next = 0;
    for (;;) {
        const auto count = ::read(STDIN_FILENO, bytes.data() + held, bytes.size() - held);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) core::fail_input("standard input: " + std::generic_category().message(errno));
        if (count == 0) break;
        held += static_cast<std::size_t>(count);
        const std::size_t frames = held / frame_bytes;
        if (frames == 0) continue;
        std::memcpy(raw.data(), bytes.data(), frames * frame_bytes);
        for (std::size_t i = 0; i < frames * channels; ++i)
            block[i] = static_cast<T>(static_cast<double>(raw[i]) * (a.scale_uv > 0 ? a.scale_uv : 1.0));
        stream.process(interleaved(static_cast<const T*>(block.data()), static_cast<std::int64_t>(frames),
                                   static_cast<std::int64_t>(channels)), next, sink);
        next += static_cast<std::int64_t>(frames);
        held -= frames * frame_bytes;
        std::memmove(bytes.data(), bytes.data() + frames * frame_bytes, held);
        printer.drain(sink);
    }
    stream.flush(sink);
    printer.drain(sink);
    if (held != 0)
        core::fail_input("standard input ends inside frame " + std::to_string(next) + ": " + std::to_string(held) + " of " +
                         std::to_string(frame_bytes) + " bytes");
}

void stream_input(Arguments& a) {
    a.options.electrode = a.detection.electrode;
    a.options.mains = a.detection.mains;
    a.options.false_per_minute = a.detection.false_per_minute;
    const bool integers = a.format == "i16";
    if (integers && !(a.scale_uv > 0 && core::is_finite(a.scale_uv)))
        core::fail_option("--scale " + core::number(a.scale_uv) + ": --format i16 needs the uV of one step, above 0");
    if (!integers && a.scale_uv != 0) core::fail_option("--scale: only for --format i16; f32 and f64 are uV");
    if (const auto text = problem(a.options); !text.empty()) core::fail_option(text);
    std::vector<ChannelInfo> channels(static_cast<std::size_t>(a.options.channels));
    for (std::size_t c = 0; c < channels.size(); ++c) channels[c].label = "ch" + std::to_string(c + 1);
    a.options.sites = one_site_per_channel(channels);
    if (integers) {
        a.options.rail_low_uv.assign(channels.size(), -32768 * a.scale_uv);
        a.options.rail_high_uv.assign(channels.size(), 32767 * a.scale_uv);
    }
    if (integers)
        run_stream<std::int16_t>(a);
    else if (a.format == "f64")
        run_stream<double>(a);
    else
        run_stream<float>(a);
}

}  // namespace

void add_stream(CLI::App& program, Run& run) {
    auto* command = program.add_subcommand("stream", "Find discharges live: raw frames on stdin, one JSON object a line on stdout");
    auto a = std::make_shared<Arguments>();
    command->add_option("--fs", a->options.sampling_rate_hz, "Sampling rate, Hz")->required();
    command->add_option("--channels", a->options.channels, "Channels in a frame; each is its own site, ch1 to chN")->required();
    command->add_option("--format", a->format, "Samples, little-endian, frame after frame: f32 or f64 in uV, i16 with --scale")
        ->required()->check(CLI::IsMember({"f32", "f64", "i16"}));
    command->add_option("--scale", a->scale_uv, "uV of one step, for i16");
    a->detection.add_to(*command);
    command->footer("Lines are of type event (detection, within 60 ms at 2 kHz), segment (voluntary, artifact, masked) and\n"
                    "burst (label and the ids of its events). Nothing given out changes. NaN samples are masked.\n"
                    "Research use, not a medical device: it names discharges, never a diagnosis.");
    command->callback([a, &run] { run = [a] { stream_input(*a); }; });
}

}  // namespace fascikit::cli
