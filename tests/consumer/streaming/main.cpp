// Detection alone: ten seconds of noise on 64 channels with one discharge, live.
#include <fascikit/fascikit.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main() {
    constexpr std::int64_t rate = 2048, frames = 10 * rate, channels = 64, block = 100;
    std::vector<float> data(static_cast<std::size_t>(frames * channels));
    std::uint32_t state = 1;
    for (float& x : data) {   // about 5 µV of noise
        float sum = 0;
        for (int i = 0; i < 4; ++i) {
            state = state * 1664525U + 1013904223U;
            sum += static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
        }
        x = 8.66F * sum;
    }
    constexpr std::int64_t at = 7 * rate;
    for (std::int64_t i = -40; i <= 40; ++i) {   // a biphasic wave of 10 ms, 600 µV
        const double t = static_cast<double>(i) / 5.0;
        data[static_cast<std::size_t>((at + i) * channels + 3)] +=
            static_cast<float>(-500.0 * t * std::exp(-t * t / 2));
    }

    fascikit::Stream<float> live({.sampling_rate_hz = 2048, .channels = 64});
    fascikit::FixedSink sink(1024);
    for (std::int64_t first = 0; first < frames; first += block) {
        const std::int64_t n = first + block < frames ? block : frames - first;
        const auto status =
            live.process(fascikit::interleaved(data.data() + first * channels, n, channels), first, sink);
        if (status != fascikit::Status::ok) {
            std::fprintf(stderr, "process: %s\n", to_string(status));
            return 1;
        }
    }
    live.flush(sink);
    int there = 0, elsewhere = 0;
    for (const auto& event : sink.events())
        ++(std::llabs(event.peak_sample - at) < rate / 50 ? there : elsewhere);
    std::printf("%d discharge at 7 s, %d elsewhere\n", there, elsewhere);
    return there == 1 && elsewhere <= 1 ? 0 : 1;
}
