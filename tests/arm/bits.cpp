// Prints a hash of what every stream answers to the same input; tests/arm.sh compares what two
// machines print. A line is "RESTS-ON NAME HASH", where RESTS-ON says who may move the last bit:
//   -          nobody, coefficients and input are the same everywhere: must be equal
//   sin,cos,.. these functions of the C library: must be equal where all of these are
//   libm       the line is such a function
// The first line is the CPU path. Header-only, or with FASCIKIT_KERNELS and the kernels linked.
#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/analysis/stream.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/detect/bare.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/fir_stream.hpp"
#include "fascikit/filter/mains.hpp"
#include "scene.hpp"

using namespace fascikit;
using namespace fascikit::filter;

namespace {

// FNV-1a. A NaN counts as one: its sign and payload are the CPU's choice.
class Hash {
public:
    template <std::floating_point T>
    void add(T value) {
        if (core::is_nan(value)) return bytes(0x7ff8U, 2);
        if constexpr (sizeof(T) == 4) bytes(std::bit_cast<std::uint32_t>(value), 4);
        else bytes(std::bit_cast<std::uint64_t>(value), 8);
    }
    void add(std::integral auto value) { bytes(static_cast<std::uint64_t>(value), 8); }
    void print(const char* rests_on, const std::string& name) const {
        std::printf("%s %s %016llx\n", rests_on, name.c_str(), static_cast<unsigned long long>(hash_));
    }

private:
    void bytes(std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i) hash_ = (hash_ ^ (value >> (8 * i) & 0xff)) * 0x100000001b3U;
    }
    std::uint64_t hash_ = 0xcbf29ce484222325U;
};

// As samples() of golden/make_filter.py.
std::vector<double> samples(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& value : out) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<double>(seed >> 8) / 16777216.0 * 200 - 100;
    }
    return out;
}

// scipy.signal.butter(4, [20, 500], "bandpass", fs=2048, output="sos")
const Sos<double> surface({{0x1.3a537d3dc8495p-4, 0x1.3a537d3dc8495p-3, 0x1.3a537d3dc8495p-4, -0x1.8e330c20ca66fp-4, 0x1.8330713713f10p-5},
                           {1, 2, 1, -0x1.1008a49408792p-4, 0x1.e02d3a78eb47bp-2},
                           {1, -2, 1, -0x1.e25622f1f76e3p+0, 0x1.c6b56b182371dp-1},
                           {1, -2, 1, -0x1.f3d576186adcap+0, 0x1.e995a2c67870dp-1}});
// scipy.signal.butter(4, 10, "highpass", fs=30000, output="sos"): float samples are filtered in double
const Sos<double> needle({{0x1.fe99d12acf2b7p-1, -0x1.fe99d12acf2b7p+0, 0x1.fe99d12acf2b7p-1, -0x1.ff02953500e08p+0, 0x1.fe05bd50e4f90p-1},
                          {1, -2, 1, -0x1.ff96be789decep+0, 0x1.ff2e1002b6bb2p-1}});

constexpr std::int64_t frames = 700;

// Inputs that tell numerics apart, channel after channel.
template <class T>
std::vector<std::pair<std::string, std::vector<T>>> inputs(std::int64_t channels) {
    const auto noise = samples(static_cast<std::size_t>(frames * channels), 7);
    std::vector<std::pair<std::string, std::vector<T>>> all{{"noise", {}}, {"offset", {}}, {"tiny", {}}, {"broken", {}}};
    for (auto& [name, x] : all) {
        for (const double value : noise) x.push_back(static_cast<T>(value + (name == "offset" ? 3e5 : 0)));
        if (name == "tiny")   // a part of it, and what becomes of it, is too small for a normal number
            for (T& value : x) value *= std::numeric_limits<T>::min() / 16;
        if (name == "broken") {
            x[x.size() / 3] = std::numeric_limits<T>::quiet_NaN();
            x[x.size() / 2] = std::numeric_limits<T>::infinity();
            x[0] = std::numeric_limits<T>::denorm_min();
            x[9] = static_cast<T>(-1e30);
        }
    }
    return all;
}

template <class T>
using Process = std::function<void(BlockView<const T>, BlockView<T>, std::int64_t)>;

// `process(in, out, first frame)` for one input in pieces of uneven length, and a hash of all that it put out.
template <class T>
Hash answers(const std::vector<T>& x, std::int64_t channels, bool planes, const Process<T>& process) {
    std::vector<T> in(x.size()), out(x.size());
    const auto from = planes ? planar(in.data(), frames, channels) : interleaved(in.data(), frames, channels);
    const auto to = planes ? planar(out.data(), frames, channels) : interleaved(out.data(), frames, channels);
    for (std::int64_t f = 0; f < frames; ++f)
        for (std::int64_t c = 0; c < channels; ++c) to(f, c) = from(f, c) = x[static_cast<std::size_t>(c * frames + f)];
    for (std::int64_t at = 0, n = 1; at < frames; at += n, n = std::min(2 * n + 1, frames - at))
        process(from.rows(at, n), to.rows(at, n), at);
    Hash hash;
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t f = 0; f < frames; ++f) hash.add(to(f, c));
    return hash;
}

template <class T>
void streams(const std::string& name, const std::vector<T>& x, std::int64_t wide, bool planes) {
    const int channels = static_cast<int>(wide);
    for (const auto* sos : {&surface, &needle})
        for (const bool flush : {true, false}) {
            Cascade<T> cascade(*sos, channels);
            answers<T>(x, wide, planes, [&](auto in, auto out, std::int64_t) {
                if (!flush) return cascade.process(in, out);
                const core::FlushDenormals guard;
                cascade.process(in, out);
            }).print("-", std::string("cascade ") + (sos == &surface ? "surface " : "needle ") + (flush ? "" : "denormals ") + name);
        }

    FirStream<T> fir(samples(65, 3), channels);
    answers<T>(x, wide, planes, [&](auto in, auto out, std::int64_t) { fir.process(in, out); }).print("-", "fir " + name);

    MainsCanceller<T> mains(2048, 50, Band{20, 500}, channels);
    answers<T>(x, wide, planes, [&](auto, auto out, std::int64_t at) { mains.process(out, at); }).print("sin,cos", "mains " + name);

    const double threshold = 4e3;
    detect::BareDetector<T> bare(surface, channels, std::span(&threshold, 1), 20, 2);
    Hash events;
    int count = 0;
    const auto sink = [&](const detect::BareEvent& e) noexcept {
        ++count;
        for (const std::int64_t value : {e.first, e.peak, std::int64_t(e.channel)}) events.add(value);
        for (const double value : {e.energy, e.amplitude}) events.add(value);
    };
    answers<T>(x, wide, planes, [&](auto in, auto, std::int64_t) { bare.process(in, sink); });
    bare.flush(sink);
    events.print("-", "bare " + name + " " + std::to_string(count) + " events");
}

template <class T>
void streams(const std::string& type) {
    for (const std::int64_t channels : {1, 3, 64})
        for (const auto& [input, x] : inputs<T>(channels))
            for (const bool planes : {false, true})
                streams<T>(type + " " + std::to_string(channels) + (planes ? " planar " : " interleaved ") + input, x, channels, planes);
}

void c_library() {
    const auto at = samples(20000, 5);
    const auto print = [&](const char* name, auto function) {
        Hash hash;
        for (const double x : at) hash.add(function(x));
        hash.print("libm", name);
    };
    print("sin", [](double x) { return std::sin(x); });
    print("cos", [](double x) { return std::cos(x); });
    print("tan", [](double x) { return std::tan(x / 64); });
    print("exp", [](double x) { return std::exp(x); });
    print("log", [](double x) { return std::log(x + 101); });
    print("pow", [](double x) { return std::pow(x + 101, x / 50); });
    print("hypot", [](double x) { return std::hypot(x, 20.0); });
    // Volatile: a compiler that knows them designs with its own C library.
    const volatile double low_hz = 20, high_hz = 500, rate_hz = 2048;
    for (const int order : {4, 8}) {
        const auto sos = butterworth_bandpass(order, low_hz, high_hz, rate_hz);
        Hash hash;
        for (const auto& s : sos.sections())
            for (const double value : {s.b0, s.b1, s.b2, s.a1, s.a2}) hash.add(value);
        hash.print("libm", "design" + std::to_string(order));
    }
}

void first_pass(const std::string& name, BlockView<const float> view) {
    Stream<float> stream({.sampling_rate_hz = 2048, .channels = static_cast<int>(view.channels)});
    FixedSink sink;
    for (std::int64_t at = 0; at < view.frames; at += 100)
        stream.process(view.rows(at, std::min<std::int64_t>(100, view.frames - at)), at, sink);
    stream.flush(sink);
    Hash places, values;
    for (const Event& e : sink.events()) {
        for (const std::int64_t value : {e.onset_sample, e.peak_sample, e.end_sample, std::int64_t(e.channel)}) places.add(value);
        for (const float value : {e.amplitude_uv, e.snr, e.probability}) values.add(value);
    }
    for (const Burst& b : sink.bursts()) {
        for (const std::int64_t value : {b.onset_sample, b.end_sample, std::int64_t(b.n_discharges)}) places.add(value);
        places.add(static_cast<int>(b.label));
        for (const float value : b.probabilities) values.add(value);
    }
    for (const Segment& s : sink.segments()) {
        for (const std::int64_t value : {s.onset_sample, s.end_sample}) places.add(value);
        places.add(static_cast<int>(s.reason));
    }
    // What is found may not hang on a last bit, whoever moved it.
    places.print("-", "first pass, " + name + " " + std::to_string(sink.events().size()) + " events " +
                          std::to_string(sink.bursts().size()) + " bursts");
    values.print("sin,cos,exp,log,pow,design4", "measures, " + name);
}

}  // namespace

int main() {
    std::printf("path %s\n", kernels::cpu_path());
    streams<float>("float");
    streams<double>("double");
    c_library();

    const auto simulated = scene();
    Hash signal;
    for (const float value : simulated.samples) signal.add(value);
    signal.print("-", "simulated");
    const auto view = simulated.view();
    first_pass("four channels", view);
    first_pass("one channel", planar(view.data, view.frames, 1));   // filtered by another kernel
}
