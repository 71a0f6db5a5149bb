// C functions around the library, for the package `bars`: what Python times beside SciPy and
// SpikeInterface in one process. Samples are µV at 2048 Hz; `planes` 0: frame after frame,
// 1: channel after channel. Functions that find events give their number, or -1 and the
// reason in bars_error().
#include <algorithm>
#include <cstdint>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "fascikit/analysis/analyze.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/version.hpp"
#include "fascikit/detect/bare.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/zero_phase.hpp"

using namespace fascikit;

namespace {

constexpr double rate_hz = 2048;

filter::Sos<double> sections() { return filter::butterworth_bandpass(4, 20, 500, rate_hz); }

template <class T>
BlockView<T> view_of(T* data, std::int64_t frames, std::int64_t channels, int planes) {
    return planes ? planar(data, frames, channels) : interleaved(data, frames, channels);
}

std::string& error() {
    static std::string text;
    return text;
}

template <class Work>
std::int64_t guarded(Work work) noexcept {
    try {
        return work();
    } catch (const std::exception& e) {
        error() = e.what();
        return -1;
    }
}

// The whole array in chunks of `chunk` frames, one after the other.
template <class T>
void cascade(T* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    const core::FlushDenormals guard;
    filter::Cascade<T> filter(sections(), static_cast<int>(channels));
    const auto view = view_of(data, frames, channels, planes);
    for (std::int64_t at = 0; at < frames; at += chunk) filter.process(view.rows(at, std::min(chunk, frames - at)));
}

template <class T>
void zero_phase(T* data, std::int64_t frames, std::int64_t channels, int planes) {
    const core::FlushDenormals guard;
    filter::sosfiltfilt(sections(), view_of(data, frames, channels, planes));
}

RecordingInfo described(std::int64_t frames, std::int64_t channels, std::int64_t columns) {
    const float none = 0;
    RecordingInfo info = ArraySource<float>(interleaved(&none, frames, channels), rate_hz).info();
    if (columns > 0) {
        Site grid = info.sites.front();
        grid.columns = static_cast<int>(columns);
        grid.rows = static_cast<int>(channels / columns);
        grid.pitch_mm = 8;
        for (int c = 1; c < static_cast<int>(channels); ++c) grid.channels.push_back(c);
        info.sites.assign(1, grid);
    }
    return info;
}

// Where events are put: as many as fit; the number told is that of all.
struct Places {
    std::int64_t* peaks;
    std::int32_t* channels;
    std::int64_t capacity;
    std::int64_t number = 0;

    void add(std::int64_t peak, std::int32_t channel) noexcept {
        if (number < capacity) {
            peaks[number] = peak;
            channels[number] = channel;
        }
        ++number;
    }
};

}  // namespace

extern "C" {

const char* bars_cpu_path() { return kernels::cpu_path(); }

/// Whether this CPU and this build have the path of that name.
int bars_has_path(const char* name) {
#if defined(FASCIKIT_KERNELS)
    return kernels::cascade_function_of(name, 0.0F, 0.0F) != nullptr;
#else
    return std::string(name) == kernels::cpu_path();
#endif
}

const char* bars_version() { return FASCIKIT_VERSION_STRING; }

const char* bars_build() {
#if defined(__OPTIMIZE__)
    return "compiler " __VERSION__ ", optimised";
#else
    return "compiler " __VERSION__ ", NOT optimised";
#endif
}

const char* bars_error() { return error().c_str(); }

void bars_cascade_f32(float* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    cascade(data, frames, channels, planes, chunk);
}
void bars_cascade_f64(double* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    cascade(data, frames, channels, planes, chunk);
}
void bars_zero_phase_f32(float* data, std::int64_t frames, std::int64_t channels, int planes) {
    zero_phase(data, frames, channels, planes);
}
void bars_zero_phase_f64(double* data, std::int64_t frames, std::int64_t channels, int planes) {
    zero_phase(data, frames, channels, planes);
}

/// The first pass over interleaved samples in blocks of `block` frames, everything it gives
/// taken by a FixedSink. `columns` 0: each channel its own site, else one grid.
std::int64_t bars_stream(const float* data, std::int64_t frames, std::int64_t channels, std::int64_t columns,
                         std::int64_t block, std::int64_t* peaks, std::int32_t* of_channel, std::int64_t capacity) {
    return guarded([&] {
        Stream<float> live(stream_options(described(frames, channels, columns), {}));
        FixedSink sink(static_cast<std::size_t>(std::max<std::int64_t>(4096, 16 * channels)));
        Places places{peaks, of_channel, capacity};
        const auto take = [&] {
            for (const Event& e : sink.events()) places.add(e.peak_sample, e.channel);
            sink.clear();
        };
        for (std::int64_t at = 0; at < frames; at += block) {
            const std::int64_t n = std::min(block, frames - at);
            if (live.process(interleaved(data + at * channels, n, channels), at, sink) != Status::ok)
                throw std::runtime_error("Stream: the sink overflowed");
            take();
        }
        live.flush(sink);
        take();
        return places.number;
    });
}

/// The bare loop over interleaved samples in blocks of a second. `peaks`: of the energy.
std::int64_t bars_bare(const float* data, std::int64_t frames, std::int64_t channels, double threshold,
                       std::int64_t refractory, int k, std::int64_t* peaks, std::int32_t* of_channel, std::int64_t capacity) {
    return guarded([&] {
        const core::FlushDenormals guard;
        detect::BareDetector<float> detector(sections(), static_cast<int>(channels), std::span(&threshold, 1), refractory, k);
        Places places{peaks, of_channel, capacity};
        const auto sink = [&places](const detect::BareEvent& e) noexcept { places.add(e.peak, e.channel); };
        constexpr std::int64_t block = 2048;
        for (std::int64_t at = 0; at < frames; at += block) {
            const std::int64_t n = std::min(block, frames - at);
            detector.process(interleaved(data + at * channels, n, channels), sink);
        }
        detector.flush(sink);
        return places.number;
    });
}

/// `analyze` over an array, everything of it. `columns` as above.
std::int64_t bars_analyze(const float* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t columns,
                          int passes, std::int64_t* peaks, std::int32_t* of_channel, std::int64_t capacity) {
    return guarded([&] {
        const BlockView<const float> view = view_of(data, frames, channels, planes);
        const auto result = analyze(ArraySource<float>(view, described(frames, channels, columns)), {.passes = passes});
        Places places{peaks, of_channel, capacity};
        for (const Event& e : result.events) places.add(e.peak_sample, e.channel);
        return places.number;
    });
}

}  // extern "C"
