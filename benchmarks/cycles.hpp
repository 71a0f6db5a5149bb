// How fast this core runs now, so that times become cycles.
//
// A cycle is that of the core, not of the time stamp counter: additions that each wait for
// the one before, one a cycle on every x86-64 and AArch64 core of today, timed by the CPU
// time of this thread. The best of many short runs, since on a shared machine others are
// slower. About a millisecond. 0 on other processors.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <ctime>

namespace fascikit::benchmarks {

[[nodiscard]] inline double thread_seconds() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

[[nodiscard]] inline double core_hz() noexcept {
#if defined(__x86_64__) || defined(__aarch64__)
    constexpr int adds = 16;
    constexpr int turns = 5000;
    double best = 0;
    for (int run = 0; run < 20; ++run) {
        std::uint64_t sum = 1;
        const std::uint64_t other = 3;  // an addition of a constant is free on some cores
        const double start = thread_seconds();
        for (int turn = 0; turn < turns; ++turn) {
#define FASCIKIT_FOUR(text) text text text text
#if defined(__x86_64__)
            asm volatile(FASCIKIT_FOUR(FASCIKIT_FOUR("add %1, %0\n\t")) : "+r"(sum) : "r"(other) : "cc");
#else
            asm volatile(FASCIKIT_FOUR(FASCIKIT_FOUR("add %0, %0, %1\n\t")) : "+r"(sum) : "r"(other));
#endif
#undef FASCIKIT_FOUR
        }
        const double hz = static_cast<double>(adds) * turns / (thread_seconds() - start);
        if (hz > best) best = hz;
    }
    return best;
#else
    return 0;
#endif
}

/// Samples a second and cycles a sample of all iterations; the clock is asked now, beside what was timed.
inline void count(benchmark::State& state, std::int64_t samples) {
    state.SetItemsProcessed(state.iterations() * samples);
    if (const double hz = core_hz(); hz > 0)
        state.counters["cycles_per_sample"] = benchmark::Counter(
            static_cast<double>(samples) / hz, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace fascikit::benchmarks
