#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "fascikit/detect/bare.hpp"
#include "fascikit/filter/butterworth.hpp"

using namespace fascikit;
using namespace fascikit::detect;

namespace {

std::atomic<long> allocations{0};

using Told = std::tuple<std::int64_t, int, std::int64_t, double, double>;

const filter::Sos<double>& band() {
    static const auto sos = filter::butterworth_bandpass(4, 20, 500, 2048);
    return sos;
}

// Noise of 10 µV on an offset, with short discharges of 150 µV.
template <class T>
std::vector<T> recording(std::int64_t frames, int channels, int discharges) {
    std::mt19937 engine(7);
    std::vector<T> x(static_cast<std::size_t>(frames * channels));
    for (T& v : x) v = static_cast<T>(static_cast<double>(engine() % 4001) / 100.0 - 20.0 + 3000.0);
    for (int i = 0; i < discharges; ++i) {
        const auto at = static_cast<std::int64_t>(engine() % static_cast<unsigned>(frames - 20));
        const auto c = static_cast<std::int64_t>(engine() % static_cast<unsigned>(channels));
        for (std::int64_t k = 0; k < 16; ++k)
            x[static_cast<std::size_t>((at + k) * channels + c)] += static_cast<T>(150 * std::sin(0.6 * static_cast<double>(k)));
    }
    return x;
}

// The same without tiles, vectors or queues: filter all, then one channel after the other.
template <class T>
std::vector<Told> reference(const std::vector<T>& x, int channels, const std::vector<double>& thresholds,
                            std::int64_t refractory, std::int64_t k) {
    const auto frames = static_cast<std::int64_t>(x.size()) / channels;
    std::vector<T> y = x;
    filter::Cascade<T> cascade(band(), channels);
    for (int c = 0; c < channels; ++c) cascade.start(c, x[static_cast<std::size_t>(c)]);
    cascade.process(interleaved(y.data(), frames, channels));
    std::vector<Told> events;
    for (int c = 0; c < channels; ++c) {
        const auto at = [&](std::int64_t n) { return y[static_cast<std::size_t>(n * channels + c)]; };
        const auto threshold = static_cast<T>(thresholds[thresholds.size() == 1 ? 0 : static_cast<std::size_t>(c)]);
        const auto psi = [&](std::int64_t n) { return at(n) * at(n) - at(n + k) * at(n - k); };
        for (std::int64_t n = k; n + k < frames; ++n) {
            if (!(psi(n) >= threshold)) continue;
            std::int64_t peak = n;
            for (std::int64_t m = n; m < std::min(n + refractory, frames - k); ++m)
                if (psi(m) > psi(peak)) peak = m;
            events.push_back({n, c, peak, static_cast<double>(psi(peak)), static_cast<double>(at(peak))});
            n += refractory - 1;
        }
    }
    std::sort(events.begin(), events.end());
    return events;
}

template <class T>
std::vector<Told> found(BareDetector<T>& detector, BlockView<const T> block, const std::vector<std::int64_t>& cuts) {
    std::vector<Told> events;
    const auto sink = [&](const BareEvent& e) noexcept { events.push_back({e.first, e.channel, e.peak, e.energy, e.amplitude}); };
    std::int64_t at = 0;
    for (std::size_t i = 0; at < block.frames; ++i) {
        const std::int64_t n = std::min(cuts[i % cuts.size()], block.frames - at);
        detector.process(block.rows(at, n), sink);
        at += n;
    }
    detector.flush(sink);
    return events;
}

template <class T>
class BareTyped : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(BareTyped, Types);

}  // namespace

__attribute__((noinline)) void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

TYPED_TEST(BareTyped, EqualsTheNaiveLoopHoweverItIsCut) {
    using T = TypeParam;
    constexpr std::int64_t frames = 3000;
    for (const int channels : {1, 2, 3, 17, 64}) {
        const auto x = recording<T>(frames, channels, 6 * channels);
        std::vector<double> each(static_cast<std::size_t>(channels), 2500.0);
        each.front() = 4000;
        for (const std::int64_t k : {1, 3})
            for (const std::int64_t refractory : {1, 20, 500})
                for (const std::vector<double>& thresholds : {std::vector<double>{2500}, each}) {
                    const auto expected = reference(x, channels, thresholds, refractory, k);
                    ASSERT_GT(expected.size(), static_cast<std::size_t>(channels));
                    BareDetector<T> detector(band(), channels, thresholds, refractory, static_cast<int>(k));
                    const auto block = interleaved(x.data(), frames, channels);
                    ASSERT_EQ(found<T>(detector, block, {frames}), expected) << channels << " " << k << " " << refractory;
                    // Flushed, it begins again.
                    ASSERT_EQ(found<T>(detector, block, {1, 31, 0, 32, 33, 700, 2}), expected) << channels;
                }
        std::vector<T> planes(x.size());
        const auto view = planar(planes.data(), frames, channels);
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) view(f, c) = x[static_cast<std::size_t>(f * channels + c)];
        const double threshold[] = {2500};
        BareDetector<T> detector(band(), channels, threshold, 20);
        EXPECT_EQ(found<T>(detector, view, {77}), reference(x, channels, {2500}, 20, 1));
    }
}

TYPED_TEST(BareTyped, TellsInTimeAndDoesNotAllocate) {
    using T = TypeParam;
    constexpr int channels = 5;
    const auto x = recording<T>(2048, channels, 20);
    const double threshold[] = {2500};
    BareDetector<T> detector(band(), channels, threshold, 20);
    EXPECT_EQ(detector.latency_frames(), 21);
    long told = 0, late = 0;
    const auto sink = [&](const BareEvent& e) noexcept {
        ++told;
        late += detector.frames() > e.first + detector.latency_frames() + 1;
    };
    const long before = allocations;
    for (std::int64_t at = 0; at < 2048; ++at) detector.process(interleaved(x.data(), 2048, channels).rows(at, 1), sink);
    detector.flush(sink);
    detector.reset();
    EXPECT_EQ(allocations, before);
    EXPECT_GT(told, 10);
    EXPECT_EQ(late, 0);
    static_assert(noexcept(detector.process(BlockView<const T>{}, sink)));
}

TYPED_TEST(BareTyped, AnOffsetIsNoEventAndANanMakesItsChannelDeafAlone) {
    using T = TypeParam;
    std::vector<T> x(600, T(3000));
    for (std::size_t i = 450; i < 600; i += 3) x[i] += (i / 3) % 2 == 0 ? T(200) : T(-200);  // channel 0, from frame 150
    for (std::size_t i = 450; i < 600; i += 3) x[i + 1] += (i / 3) % 4 < 2 ? T(200) : T(-200);
    const double threshold[] = {100};
    BareDetector<T> detector(band(), 3, threshold, 1000);
    const auto block = interleaved(std::as_const(x).data(), 200, 3);
    const auto whole = found<T>(detector, block, {200});
    ASSERT_EQ(whole.size(), 2U);
    EXPECT_NEAR(static_cast<double>(std::get<0>(whole[0])), 150, 3);

    x[3 * 20 + 1] = std::numeric_limits<T>::quiet_NaN();
    std::vector<int> channels;
    const auto sink = [&](const BareEvent& e) noexcept { channels.push_back(e.channel); };
    detector.process(block, sink);
    EXPECT_TRUE(detector.deaf(1));
    EXPECT_FALSE(detector.deaf(0));
    detector.flush(sink);
    EXPECT_EQ(channels, std::vector<int>{0});
    detector.process(block.rows(30, 170), sink);
    EXPECT_FALSE(detector.deaf(1));
    detector.flush(sink);
    EXPECT_EQ(channels.size(), 3U);
}

TEST(BareDetector, OptionsOutOfRangeAreNamed) {
    const auto message = [](int channels, std::vector<double> thresholds, std::int64_t refractory, int k) -> std::string {
        try {
            BareDetector<float>(band(), channels, thresholds, refractory, k);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_NE(message(0, {1}, 1, 1).find("channels 0"), std::string::npos);
    EXPECT_NE(message(2, {1, 2, 3}, 1, 1).find("3 thresholds for 2 channels"), std::string::npos);
    EXPECT_NE(message(2, {}, 1, 1).find("0 thresholds"), std::string::npos);
    EXPECT_NE(message(1, {-1}, 1, 1).find("threshold -1"), std::string::npos);
    EXPECT_NE(message(1, {std::nan("")}, 1, 1).find("nan"), std::string::npos);
    EXPECT_NE(message(1, {1}, 0, 1).find("0 frames"), std::string::npos);
    EXPECT_NE(message(1, {1}, 1, 1001).find("k 1001"), std::string::npos);
    EXPECT_EQ(message(1, {std::numeric_limits<double>::infinity()}, 1, 1), "no error");
}
