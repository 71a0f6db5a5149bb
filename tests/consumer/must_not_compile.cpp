// One fault at a time, chosen by -DFAULT=; with `none` it must compile.
#include <fascikit/fascikit.hpp>

#define none 0
#define throwing_event 1
#define throwing_segment 2
#define throwing_burst 3
#define throwing_sink 4
#define integer_samples 5

struct LoudSink {
    bool on_event(const fascikit::Event&) noexcept(FAULT != throwing_sink) { return true; }
    bool on_segment(const fascikit::Segment&) noexcept { return true; }
    bool on_burst(const fascikit::Burst&, std::span<const std::int64_t>) noexcept { return true; }
};

template <fascikit::Sink K>
void takes(K&) {}

int main() {
    fascikit::CallbackSink callbacks([](const fascikit::Event&) noexcept(FAULT != throwing_event) {},
                                     [](const fascikit::Segment&) noexcept(FAULT != throwing_segment) {},
                                     [](const fascikit::Burst&, std::span<const std::int64_t>) noexcept(
                                         FAULT != throwing_burst) {});
    takes(callbacks);
    LoudSink loud;
    takes(loud);
#if FAULT == integer_samples
    fascikit::Stream<int> live({.sampling_rate_hz = 2048, .channels = 1});
#endif
}
