// The filters, in cache: samples a second, and cycles a sample, of Cascade, MainsCanceller,
// MainsDetector and sosfiltfilt. Before timing, each is compared with a scalar loop written
// here. The package bars shows the cycles beside its ratios.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "cycles.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/kernels.hpp"
#include "fascikit/filter/mains.hpp"
#include "fascikit/filter/mains_detector.hpp"
#include "fascikit/filter/zero_phase.hpp"

using namespace fascikit;
using namespace fascikit::filter;

namespace {

constexpr std::int64_t frames = 2064;  // not a power of two: planes would fall on the same cache sets
constexpr std::int64_t tile = 16;

// Frames of `channels` channels that stay in a second-level cache of 256 KB, in double.
std::int64_t in_cache(std::int64_t channels) { return channels > 8 ? 272 : frames; }

Sos<double> sections() { return butterworth_bandpass(4, 20, 500, 2048); }

template <class T>
std::vector<T> noise(std::int64_t n) {
    std::vector<T> x(static_cast<std::size_t>(n));
    std::uint32_t seed = 1;
    for (T& value : x) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<T>(static_cast<double>(seed >> 8) / 16777216.0 * 20 - 10);
    }
    return x;
}

template <class T>
void scalar(const Sos<double>& sos, BlockView<T> view) {
    for (std::int64_t c = 0; c < view.channels; ++c)
        for (const auto& s : sos.sections()) {
            const T b0 = static_cast<T>(s.b0), b1 = static_cast<T>(s.b1), b2 = static_cast<T>(s.b2);
            const T a1 = static_cast<T>(s.a1), a2 = static_cast<T>(s.a2);
            T s1 = 0, s2 = 0;
            for (std::int64_t f = 0; f < view.frames; ++f) {
                const T x = view(f, c);
                const T y = b0 * x + s1;
                s1 = (b1 * x + s2) - a1 * y;
                s2 = b2 * x - a2 * y;
                view(f, c) = y;
            }
        }
}

// Paths for few channels may add in another order than the scalar loop.
template <class T>
bool near(const std::vector<T>& a, const std::vector<T>& b) {
    const double allowed = sizeof(T) == sizeof(float) ? 1e-3 : 1e-11;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <= allowed)) return false;
    return true;
}

[[noreturn]] void differs(const char* what) {
    std::fprintf(stderr, "%s does not equal the scalar reference; nothing is timed\n", what);
    std::exit(1);
}

// Frame after frame 16 at a time, as the analysis does; channel after channel in whole.
template <bool Planes, class T>
void in_pieces(Cascade<T>& cascade, BlockView<T> view) {
    const std::int64_t piece = Planes ? view.frames : tile;
    for (std::int64_t at = 0; at < view.frames; at += piece) cascade.process(view.rows(at, piece));
}

template <class T, bool Planes>
void cascade(benchmark::State& state) {
    const core::FlushDenormals guard;
    const std::int64_t channels = state.range(0);
    const std::int64_t n = in_cache(channels);
    const auto source = noise<T>(n * channels);
    auto x = source;
    auto expected = source;
    const auto view = [&](std::vector<T>& data) {
        return Planes ? planar(data.data(), n, channels) : interleaved(data.data(), n, channels);
    };
    Cascade<T> filter(sections(), static_cast<int>(channels));
    in_pieces<Planes>(filter, view(x));
    scalar(sections(), view(expected));
    if (!near(x, expected)) differs("Cascade");
    // In place again and again: the band's signal stays, the rest falls to 0, nothing grows,
    // and the time does not depend on the values, since denormals are flushed.
    x = source;
    for (auto _ : state) {
        in_pieces<Planes>(filter, view(x));
        benchmark::DoNotOptimize(x.data());
    }
    benchmarks::count(state, n * channels);
}

// What float samples cost at 30 kHz where poles near 1 make the sections compute in double
// (10 Hz), beside the same two sections in float (300 Hz).
void high_pass(benchmark::State& state) {
    const core::FlushDenormals guard;
    const std::int64_t channels = state.range(1);
    const std::int64_t n = in_cache(channels);
    const auto sos = butterworth_highpass(4, static_cast<double>(state.range(0)), 30000);
    const auto source = noise<float>(n * channels);
    auto x = source;
    auto expected = std::vector<double>(source.begin(), source.end());
    Cascade<float> filter(sos, static_cast<int>(channels));
    in_pieces<false>(filter, interleaved(x.data(), n, channels));
    scalar(sos, interleaved(expected.data(), n, channels));
    double error = 0;
    double power = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        error += (static_cast<double>(x[i]) - expected[i]) * (static_cast<double>(x[i]) - expected[i]);
        power += expected[i] * expected[i];
    }
    if (!(error <= 1e-8 * power) || filter.wide() != (state.range(0) == 10)) differs("the high-pass");
    x = source;
    for (auto _ : state) {
        in_pieces<false>(filter, interleaved(x.data(), n, channels));
        benchmark::DoNotOptimize(x.data());
    }
    benchmarks::count(state, n * channels);
}

template <class T>
void scalar_cascade(benchmark::State& state) {
    const core::FlushDenormals guard;
    const std::int64_t channels = state.range(0);
    auto x = noise<T>(in_cache(channels) * channels);
    for (auto _ : state) {
        scalar(sections(), interleaved(x.data(), in_cache(channels), channels));
        benchmark::DoNotOptimize(x.data());
    }
    benchmarks::count(state, in_cache(channels) * channels);
}

template <class T>
void mains_canceller(benchmark::State& state) {
    const std::int64_t channels = state.range(0);
    const auto harmonics = static_cast<int>(state.range(1));
    const auto source = noise<T>(frames * channels);
    auto x = source;
    MainsCanceller<T> canceller(2048, 50, Band{20, 50.0 * harmonics + 1}, static_cast<int>(channels));
    canceller.process(interleaved(x.data(), frames, channels), 0);
    // A first block has nothing to subtract yet.
    for (std::int64_t i = 0; i < 40 * channels; ++i)
        if (x[static_cast<std::size_t>(i)] != source[static_cast<std::size_t>(i)]) differs("MainsCanceller");
    for (auto _ : state) {
        state.PauseTiming();
        x = source;
        MainsCanceller<T> fresh(2048, 50, Band{20, 50.0 * harmonics + 1}, static_cast<int>(channels));
        state.ResumeTiming();
        for (std::int64_t at = 0; at < frames; at += tile)
            fresh.process(interleaved(x.data(), frames, channels).rows(at, tile), at);
    }
    benchmarks::count(state, frames * channels);
}

void mains_detector(benchmark::State& state) {
    const std::int64_t channels = state.range(0);
    const auto x = noise<float>(frames * channels);
    MainsDetector<float> detector(2048, Band{20, 500}, static_cast<int>(channels));
    std::int64_t at = 0;
    for (auto _ : state) {  // eight windows, one of them looked at
        for (int window = 0; window < 8; ++window, at += frames)
            detector.process(interleaved(x.data(), frames, channels), at);
        benchmark::DoNotOptimize(detector.decision());
    }
    if (detector.decision() != Mains::off) differs("MainsDetector");
    benchmarks::count(state, 8 * frames * channels);
}

template <class T>
void zero_phase(benchmark::State& state) {
    const core::FlushDenormals guard;
    const std::int64_t channels = state.range(0);
    auto x = noise<T>(in_cache(channels) * channels);
    auto once = x;
    sosfiltfilt(sections(), interleaved(once.data(), in_cache(channels), channels));
    for (std::int64_t c = 0; c < channels; ++c) {  // each channel alone gives the same
        std::vector<T> alone, beside;
        for (std::int64_t f = 0; f < in_cache(channels); ++f) {
            alone.push_back(x[static_cast<std::size_t>(f * channels + c)]);
            beside.push_back(once[static_cast<std::size_t>(f * channels + c)]);
        }
        sosfiltfilt(sections(), interleaved(alone.data(), in_cache(channels), 1));
        if (!near(alone, beside)) differs("sosfiltfilt");
    }
    for (auto _ : state) {
        sosfiltfilt(sections(), interleaved(x.data(), in_cache(channels), channels));
        benchmark::DoNotOptimize(x.data());
    }
    benchmarks::count(state, in_cache(channels) * channels);
}

}  // namespace

BENCHMARK(cascade<float, false>)->Arg(1)->Arg(2)->Arg(8)->Arg(64);
BENCHMARK(cascade<double, false>)->Arg(1)->Arg(2)->Arg(8)->Arg(64);
BENCHMARK(cascade<float, true>)->Arg(1)->Arg(8)->Arg(64);
BENCHMARK(cascade<double, true>)->Arg(1)->Arg(8)->Arg(64);
BENCHMARK(high_pass)->Args({10, 64})->Args({300, 64});
BENCHMARK(scalar_cascade<float>)->Arg(1)->Arg(64);
BENCHMARK(scalar_cascade<double>)->Arg(1)->Arg(64);
BENCHMARK(mains_canceller<float>)->Args({64, 1})->Args({64, 3})->Args({64, 10})->Args({1, 3});
BENCHMARK(mains_canceller<double>)->Args({64, 3});
BENCHMARK(mains_detector)->Arg(1)->Arg(64);
BENCHMARK(zero_phase<float>)->Arg(64);
BENCHMARK(zero_phase<double>)->Arg(64);

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::AddCustomContext("cpu_path", kernels::cpu_path());
    benchmark::RunSpecifiedBenchmarks();
}
