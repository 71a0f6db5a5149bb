// One fault at a time, chosen by -DFAULT=FAULT_...; with FAULT_none it must compile.
#define FAULT_none 0
#define FAULT_throwing_event 1
#define FAULT_throwing_segment 2
#define FAULT_throwing_burst 3
#define FAULT_throwing_sink 4
#define FAULT_integer_samples 5
#define FAULT_sections_of_a_temporary 6

#if FAULT == FAULT_none || FAULT == FAULT_integer_samples
#include <fascikit/fascikit.hpp>
#elif FAULT == FAULT_sections_of_a_temporary
#include <fascikit/analysis/sink.hpp>
#include <fascikit/filter/butterworth.hpp>
#else
#include <fascikit/analysis/sink.hpp>
#endif

struct LoudSink {
    bool on_event(const fascikit::Event&) noexcept(FAULT != FAULT_throwing_sink) { return true; }
    bool on_segment(const fascikit::Segment&) noexcept { return true; }
    bool on_burst(const fascikit::Burst&, std::span<const std::int64_t>) noexcept { return true; }
};

template <fascikit::Sink K>
void takes(K&) {}

int main() {
    fascikit::CallbackSink callbacks([](const fascikit::Event&) noexcept(FAULT != FAULT_throwing_event) {},
                                     [](const fascikit::Segment&) noexcept(FAULT != FAULT_throwing_segment) {},
                                     [](const fascikit::Burst&, std::span<const std::int64_t>) noexcept(
                                         FAULT != FAULT_throwing_burst) {});
    takes(callbacks);
    LoudSink loud;
    takes(loud);
#if FAULT == FAULT_sections_of_a_temporary
    for (const auto& section : fascikit::filter::butterworth_lowpass(2, 100, 1000).sections()) (void)section;
#endif
#if FAULT == FAULT_integer_samples
    fascikit::Stream<int> live({.sampling_rate_hz = 2048, .channels = 1});
#endif
}
