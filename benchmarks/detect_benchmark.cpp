// The bare detection loop, in cache: samples a second and cycles a sample. Before timing, its
// events are compared with a plain loop written here.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "cycles.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/detect/bare.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/kernels.hpp"

using namespace fascikit;

namespace {

constexpr std::int64_t refractory = 20;
constexpr int lag = 5;
constexpr double threshold = 1000;

filter::Sos<double> sections() { return filter::butterworth_bandpass(4, 20, 500, 2048); }

// Noise of ±8 and a pulse in every channel, all below the threshold but the pulses.
std::vector<float> signal(std::int64_t frames, std::int64_t channels) {
    std::vector<float> x(static_cast<std::size_t>(frames * channels));
    std::uint32_t seed = 1;
    for (float& value : x) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<float>(static_cast<double>(seed >> 8) / 16777216.0 * 16 - 8);
    }
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t f = 0; f < 10; ++f) x[static_cast<std::size_t>((100 + c + f) * channels + c)] += 120;
    return x;
}

struct Found {
    std::vector<std::int64_t> peaks;
    std::vector<int> channels;
};

Found plain(const std::vector<float>& x, std::int64_t frames, int channels) {
    auto y = x;
    filter::Cascade<float> cascade(sections(), channels);
    for (int c = 0; c < channels; ++c) cascade.start(c, x[static_cast<std::size_t>(c)]);
    const auto view = interleaved(y.data(), frames, channels);
    cascade.process(view);
    Found found;
    std::vector<std::int64_t> end(static_cast<std::size_t>(channels), -1);
    const auto energy = [&](std::int64_t f, int c) { return view(f, c) * view(f, c) - view(f - lag, c) * view(f + lag, c); };
    for (std::int64_t f = lag; f + lag < frames; ++f)
        for (int c = 0; c < channels; ++c) {
            if (f < end[static_cast<std::size_t>(c)] || energy(f, c) < static_cast<float>(threshold)) continue;
            end[static_cast<std::size_t>(c)] = f + refractory;
            std::int64_t peak = f;
            for (std::int64_t n = f; n < f + refractory && n + lag < frames; ++n)
                if (energy(n, c) > energy(peak, c)) peak = n;
            found.peaks.push_back(peak);
            found.channels.push_back(c);
        }
    return found;
}

void bare(benchmark::State& state) {
    const core::FlushDenormals guard;
    const auto channels = static_cast<int>(state.range(0));
    const std::int64_t frames = channels > 8 ? 272 : 2064;
    const auto x = signal(frames, channels);
    detect::BareDetector<float> detector(sections(), channels, std::span(&threshold, 1), refractory, lag);
    Found found;
    found.peaks.reserve(4096);
    found.channels.reserve(4096);
    const auto keep = [&found](const detect::BareEvent& e) noexcept {
        found.peaks.push_back(e.peak);
        found.channels.push_back(e.channel);
    };
    detector.process(interleaved(x.data(), frames, channels), keep);
    detector.flush(keep);
    const Found expected = plain(x, frames, channels);
    if (found.peaks != expected.peaks || found.channels != expected.channels || found.peaks.empty()) {
        std::fputs("BareDetector does not find what a plain loop finds; nothing is timed\n", stderr);
        std::exit(1);
    }
    // Rest, as most of a recording is: events are rare.
    auto rest = x;
    for (std::size_t i = 0; i < rest.size(); ++i)
        if (rest[i] > 8) rest[i] -= 120;
    std::int64_t events = 0;
    for (auto _ : state)
        detector.process(interleaved(static_cast<const float*>(rest.data()), frames, channels),
                         [&events](const detect::BareEvent&) noexcept { ++events; });
    benchmark::DoNotOptimize(events);
    benchmarks::count(state, frames * channels);
}

}  // namespace

BENCHMARK(bare)->Arg(1)->Arg(8)->Arg(64);

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::AddCustomContext("cpu_path", kernels::cpu_path());
    benchmark::RunSpecifiedBenchmarks();
}
