// How long the whole path takes: Stream, and analyze with one and two passes.
//
// Before anything is timed it is proven that Stream cut into small blocks and analyze with
// one pass find the same. Samples a second, and cycles a sample, count frames × channels.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "cycles.hpp"
#include "fascikit/fascikit.hpp"

using namespace fascikit;

namespace {

constexpr double rate_hz = 2048;
constexpr std::int64_t frames = 60 * 2048;

/// Noise of 5 µV and a potential every two seconds in each channel.
const std::vector<float>& planar_data(std::int64_t channels) {
    static std::vector<float> data;
    const auto size = static_cast<std::size_t>(frames * channels);
    if (data.size() == size) return data;
    data.resize(size);
    std::mt19937 engine(1);
    std::normal_distribution<float> normal(0, 5);
    for (float& v : data) v = normal(engine);
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t at = 3000 + 97 * c; at + 40 < frames; at += 4096)
            for (std::int64_t i = -20; i < 20; ++i) {
                const double t = static_cast<double>(i) / 5.0;
                data[static_cast<std::size_t>(c * frames + at + i)] += static_cast<float>(60 * (1 - t * t) * std::exp(-t * t / 2));
            }
    return data;
}

void stream(benchmark::State& state) {
    const std::int64_t channels = state.range(0);
    const std::int64_t block = state.range(1);
    const auto& data = planar_data(channels);
    StreamOptions options;
    options.sampling_rate_hz = rate_hz;
    options.channels = static_cast<int>(channels);
    Stream<float> live(options);
    FixedSink sink(65536);
    for (auto _ : state) {
        live.reset();
        sink.clear();
        for (std::int64_t at = 0; at < frames; at += block)
            live.process(planar(data.data() + at, std::min(block, frames - at), channels, frames), at, sink);
        live.flush(sink);
        benchmark::DoNotOptimize(sink.events().data());
    }
    benchmarks::count(state, frames * channels);
}

void whole(benchmark::State& state) {
    const std::int64_t channels = state.range(0);
    const ArraySource<float> source(planar(planar_data(channels).data(), frames, channels), rate_hz);
    for (auto _ : state) {
        auto result = analyze(source, {.passes = static_cast<int>(state.range(1))});
        benchmark::DoNotOptimize(result.events.data());
    }
    benchmarks::count(state, frames * channels);
}

void prove_equal() {
    const std::int64_t channels = 8;
    const auto& data = planar_data(channels);
    const auto result = analyze(ArraySource<float>(planar(data.data(), frames, channels), rate_hz), {.passes = 1});
    StreamOptions options;
    options.sampling_rate_hz = rate_hz;
    options.channels = static_cast<int>(channels);
    Stream<float> live(options);
    FixedSink sink(65536);
    for (std::int64_t at = 0; at < frames; at += 37)
        live.process(planar(data.data() + at, std::min<std::int64_t>(37, frames - at), channels, frames), at, sink);
    live.flush(sink);
    bool same = result.events.size() == sink.events().size() && !result.events.empty();
    for (std::size_t i = 0; same && i < result.events.size(); ++i)
        same = result.events[i].peak_sample == sink.events()[i].peak_sample &&
               result.events[i].amplitude_uv == sink.events()[i].amplitude_uv;
    if (!same) {
        std::fputs("Stream and analyze differ: nothing is timed\n", stderr);
        std::exit(1);
    }
}

}  // namespace

BENCHMARK(stream)->ArgNames({"channels", "block"})->Args({1, 64})->Args({8, 64})->Args({64, 64})->Args({64, 2048})->Unit(benchmark::kMillisecond);
BENCHMARK(whole)->ArgNames({"channels", "passes"})->Args({1, 2})->Args({8, 2})->Args({64, 1})->Args({64, 2})->Unit(benchmark::kMillisecond);

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    prove_equal();
    benchmark::AddCustomContext("cpu_path", kernels::cpu_path());
    benchmark::RunSpecifiedBenchmarks();
}
