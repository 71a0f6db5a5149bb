#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/mains.hpp"
#include "fascikit/filter/mains_detector.hpp"
#include "fascikit/filter/zero_phase.hpp"

using namespace fascikit;
using namespace fascikit::filter;

namespace {

std::atomic<long> allocations{0};

const nlohmann::json& golden() {
    static const nlohmann::json data = [] {
        std::ifstream file(FASCIKIT_ROOT "/tests/golden/filter.json");
        return nlohmann::json::parse(file);
    }();
    return data;
}

// The same numbers as samples() of tests/golden/make_filter.py.
std::vector<double> samples(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& value : out) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<double>(seed >> 8) / 16777216.0 * 200 - 100;
    }
    return out;
}

Sos<double> design_of(const nlohmann::json& item) {
    const int order = item["order"];
    const double fs = item["fs"];
    const std::string shape = item["shape"];
    const auto cut = item["cutoffs_hz"].get<std::vector<double>>();
    if (shape == "lowpass") return butterworth_lowpass(order, cut[0], fs);
    if (shape == "highpass") return butterworth_highpass(order, cut[0], fs);
    if (shape == "bandpass") return butterworth_bandpass(order, cut[0], cut[1], fs);
    return butterworth_bandstop(order, cut[0], cut[1], fs);
}

double largest(const std::vector<double>& values) {
    double most = 0;
    for (const double v : values) most = std::max(most, std::abs(v));
    return most;
}

}  // namespace

// Not inlined: g++ would otherwise see malloc and free without their operators and warn.
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

TEST(Butterworth, CoefficientsEqualSciPy) {
    ASSERT_GT(golden()["designs"].size(), 150U);
    for (const auto& item : golden()["designs"]) {
        const Sos<double> sos = design_of(item);
        ASSERT_EQ(sos.size(), item["sos"].size());
        double gain = 0;  // of the numerator of section 0, whose size spans many decades
        for (int i = 0; i < 3; ++i) gain = std::max(gain, std::abs(item["sos"][0][static_cast<std::size_t>(i)].get<double>()));
        for (std::size_t s = 0; s < sos.size(); ++s) {
            const Section<double>& got = sos.sections()[s];
            const double values[5] = {got.b0, got.b1, got.b2, got.a1, got.a2};
            for (std::size_t i = 0; i < 5; ++i)
                EXPECT_NEAR(values[i], item["sos"][s][i].get<double>(), 1e-10 * (s == 0 && i < 3 ? gain : 1.0))
                    << item["shape"] << " order " << item["order"] << " fs " << item["fs"] << " section " << s << " " << i;
        }
    }
}

TEST(Butterworth, IsThreeDecibelsDownAtTheCutoffs) {
    const double half = std::sqrt(0.5);
    for (int order = 1; order <= 12; ++order) {
        const auto band = butterworth_bandpass(order, 20, 500, 2048);
        EXPECT_NEAR(std::abs(band.response(20, 2048)), half, 1e-6) << order;
        EXPECT_NEAR(std::abs(band.response(500, 2048)), half, 1e-6) << order;
        EXPECT_LT(band.max_pole_radius(), 1.0);
        EXPECT_NEAR(std::abs(butterworth_lowpass(order, 100, 1000).response(100, 1000)), half, 1e-9);
        EXPECT_NEAR(std::abs(butterworth_highpass(order, 100, 1000).response(100, 1000)), half, 1e-9);
        EXPECT_NEAR(std::abs(butterworth_bandstop(order, 100, 200, 1000).response(200, 1000)), half, 1e-8);
    }
}

TEST(Butterworth, ErrorsNameTheValueAndWhatIsAllowed) {
    const auto message = [](auto&& call) -> std::string {
        try {
            call();
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_NE(message([] { (void)butterworth_lowpass(0, 10, 100); }).find("order 0: allowed is 1 to 12"), std::string::npos);
    EXPECT_NE(message([] { (void)butterworth_lowpass(13, 10, 100); }).find("order 13"), std::string::npos);
    EXPECT_NE(message([] { (void)butterworth_highpass(2, 50, 100); }).find("50 Hz"), std::string::npos);
    EXPECT_NE(message([] { (void)butterworth_bandpass(2, 20, NAN, 100); }).find("nan"), std::string::npos);
    EXPECT_NE(message([] { (void)butterworth_bandpass(2, 30, 20, 100); }).find("30 to 20"), std::string::npos);
    EXPECT_NE(message([] { (void)butterworth_bandpass(2, 20, 30, INFINITY); }).find("inf"), std::string::npos);
    EXPECT_NE(message([] { Cascade<float>(butterworth_lowpass(2, 10, 100), 0); }).find("channels 0"), std::string::npos);
    EXPECT_NE(message([] { Sos<double>(std::vector<Section<double>>{}); }).find("0 filter sections"), std::string::npos);
    EXPECT_NE(message([] { Sos<double>(std::vector<Section<double>>{{.b0 = NAN}}); }).find("nan"), std::string::npos);
}

TEST(Sos, SteadyStateResponseAndDelayEqualSciPy) {
    for (const auto& item : golden()["outputs"]) {
        const Sos<double> sos = design_of(item);
        const double fs = item["fs"];
        const auto zi = sos_steady_state(sos);
        for (std::size_t s = 0; s < zi.size(); ++s) {
            EXPECT_NEAR(zi[s].s1, item["zi"][s][0].get<double>(), 1e-9);
            EXPECT_NEAR(zi[s].s2, item["zi"][s][1].get<double>(), 1e-9);
        }
        for (const auto& point : item["response"]) {
            const auto h = sos.response(point[0], fs);
            EXPECT_NEAR(h.real(), point[1].get<double>(), 1e-10);
            EXPECT_NEAR(h.imag(), point[2].get<double>(), 1e-10);
        }
        for (const auto& point : item["group_delay_samples"])
            EXPECT_NEAR(sos.group_delay_s(point[0], fs) * fs, point[1].get<double>(), 1e-6) << item["shape"] << point[0];
    }
}

TEST(Cascade, EqualsSciPyForward) {
    for (const auto& item : golden()["outputs"]) {
        const auto expected = item["sosfilt"].get<std::vector<double>>();
        for (const int channels : {1, 2, 3, 7, 64}) {
            const auto x = samples(expected.size(), 7);
            std::vector<double> block(x.size() * static_cast<std::size_t>(channels));
            for (std::size_t i = 0; i < block.size(); ++i) block[i] = x[i / static_cast<std::size_t>(channels)];
            Cascade<double> cascade(design_of(item), channels);
            cascade.process(interleaved(block.data(), static_cast<std::int64_t>(x.size()), channels));
            for (std::size_t i = 0; i < block.size(); ++i)
                ASSERT_NEAR(block[i], expected[i / static_cast<std::size_t>(channels)], 1e-12 * largest(expected));
        }
    }
}

namespace {

template <class T>
std::vector<T> noise(std::size_t n, std::uint32_t seed) {
    const auto x = samples(n, seed);
    return {x.begin(), x.end()};
}

template <class T>
class CascadeTyped : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(CascadeTyped, Types);

}  // namespace

TYPED_TEST(CascadeTyped, HotPathsAreNoexcept) {
    using C = Cascade<TypeParam>;
    static_assert(noexcept(std::declval<C&>().process(BlockView<TypeParam>{})));
    static_assert(noexcept(std::declval<C&>().process_reversed(BlockView<TypeParam>{})));
    static_assert(noexcept(std::declval<C&>().start(0, TypeParam(1))));
    static_assert(noexcept(std::declval<C&>().reset()));
}

// Any way to cut the frames, any layout, any CPU path: the same bits.
TYPED_TEST(CascadeTyped, ChunksLayoutsAndPathsGiveTheSameBits) {
    using T = TypeParam;
    std::mt19937 engine(3);
    constexpr std::int64_t frames = 300;
    constexpr std::int64_t usual = 32;
    for (const auto& sos : {butterworth_bandpass(4, 20, 500, 2048), butterworth_bandpass(3, 10, 9000, 30000),
                            butterworth_highpass(1, 20, 2048), butterworth_lowpass(11, 300, 2048)}) {
        for (const int channels : {1, 2, 3, 5, 8, 13, 16, 17, 64}) {
            const auto x = noise<T>(static_cast<std::size_t>(frames * channels), 5);
            auto whole = x;
            Cascade<T> reference(sos, channels);
            reference.process(interleaved(whole.data(), frames, channels));
            for (int round = 0; round < 5; ++round) {
                auto cut = x;
                Cascade<T> cascade(sos, channels);
                std::int64_t at = 0;
                while (at < frames) {
                    const std::int64_t choices[] = {0, 1, usual - 1, usual, usual + 1,
                                                    static_cast<std::int64_t>(engine() % 100)};
                    const std::int64_t n = std::min(choices[engine() % 6], frames - at);
                    cascade.process(interleaved(cut.data(), frames, channels).rows(at, n));
                    at += n;
                }
                ASSERT_EQ(cut, whole) << channels;
            }
            std::vector<T> planes(x.size());
            const auto view = planar(planes.data(), frames, channels);
            for (std::int64_t f = 0; f < frames; ++f)
                for (std::int64_t c = 0; c < channels; ++c) view(f, c) = x[static_cast<std::size_t>(f * channels + c)];
            Cascade<T> other(sos, channels);
            other.process(view.rows(0, 77));
            other.process(view.rows(77, frames - 77));
            for (std::int64_t f = 0; f < frames; ++f)
                for (std::int64_t c = 0; c < channels; ++c)
                    ASSERT_EQ(view(f, c), whole[static_cast<std::size_t>(f * channels + c)]);
#if defined(FASCIKIT_KERNELS)
            std::vector<T> coefficients;
            for (const auto& s : sos.sections())
                for (const double v : {s.b0, s.b1, s.b2, s.a1, s.a2}) coefficients.push_back(static_cast<T>(v));
            std::vector<std::vector<T>> results;
            for (const char* path : {"baseline", "avx2", "avx512", "neon"}) {
                const auto function = kernels::cascade_function_of(path, T{}, T{});
                if (!function) continue;
                auto here = x;
                std::vector<T> state(2 * sos.size() * 64, T(0));
                function({here.data(), channels, 1, here.data(), channels, 1, frames, channels, coefficients.data(),
                          static_cast<int>(sos.size()), state.data(), 64});
                results.push_back(here);
            }
            ASSERT_GE(results.size(), 1U);
            for (const auto& result : results) ASSERT_EQ(result, results.front());
            if (!reference.wide() && channels > line_channels) {
                ASSERT_EQ(results.front(), whole);
            }
#endif
        }
    }
}

TYPED_TEST(CascadeTyped, ReversedIsForwardOnTheReversedBlock) {
    using T = TypeParam;
    constexpr std::int64_t frames = 100;
    for (const int channels : {1, 5, 16, 27}) {
        const auto x = noise<T>(static_cast<std::size_t>(frames * channels), 5);
        auto backward = x;
        std::vector<T> flipped(x.size());
        const auto at = [&](std::int64_t f, std::int64_t c) { return static_cast<std::size_t>(f * channels + c); };
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) flipped[at(f, c)] = x[at(frames - 1 - f, c)];
        Cascade<T> a(butterworth_bandpass(4, 20, 500, 2048), channels);
        Cascade<T> b = a, d = a;
        a.process(interleaved(flipped.data(), frames, channels));
        const auto view = interleaved(backward.data(), frames, channels);
        b.process_reversed(view.rows(60, 40));
        b.process_reversed(view.rows(0, 60));
        std::vector<T> planes(x.size());
        const auto plane_view = planar(planes.data(), frames, channels);
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) plane_view(f, c) = x[at(f, c)];
        d.process_reversed(plane_view);
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) ASSERT_EQ(plane_view(f, c), backward[at(f, c)]);
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) ASSERT_EQ(flipped[at(f, c)], backward[at(frames - 1 - f, c)]);
    }
}

TYPED_TEST(CascadeTyped, SteadyStartHasNoTransientAndImpulsesDecay) {
    using T = TypeParam;
    constexpr std::int64_t frames = 400;
    const auto low = butterworth_lowpass(4, 200, 2048);
    Cascade<T> cascade(low, 3);
    for (int c = 0; c < 3; ++c) cascade.start(c, static_cast<T>(100 * (c + 1)));
    std::vector<T> x(static_cast<std::size_t>(frames * 3));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(100 * (i % 3 + 1));
    cascade.process(interleaved(x.data(), frames, 3));
    const double tolerance = sizeof(T) == 4 ? 1e-3 : 1e-9;
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], 100.0 * static_cast<double>(i % 3 + 1), tolerance);

    const auto band = butterworth_bandpass(4, 20, 500, 2048);
    const std::int64_t settled = band.settling_samples(1e-6);
    EXPECT_GT(settled, 300);
    EXPECT_LT(settled, 2000);
    std::vector<T> impulse(static_cast<std::size_t>(settled + 100), T(0));
    impulse[0] = 1;
    Cascade<T>(band, 1).process(interleaved(impulse.data(), settled + 100, 1));
    for (std::size_t i = static_cast<std::size_t>(settled); i < impulse.size(); ++i) EXPECT_LT(std::abs(impulse[i]), 1e-5);
}

TYPED_TEST(CascadeTyped, IsLinearAndDoesNotAllocate) {
    using T = TypeParam;
    const auto sos = butterworth_bandpass(4, 20, 500, 2048);
    auto a = noise<T>(640, 1), b = noise<T>(640, 2);
    std::vector<T> sum(640);
    for (std::size_t i = 0; i < 640; ++i) sum[i] = 2 * a[i] - 3 * b[i];
    Cascade<T> f(sos, 64), g(sos, 64), h(sos, 64);
    const long before = allocations;
    f.process(interleaved(a.data(), 10, 64));
    g.process(interleaved(b.data(), 10, 64));
    h.process(planar(sum.data(), 10, 64));
    h.reset();
    h.start(3, T(0));
    EXPECT_EQ(allocations, before);
    for (std::size_t i = 0; i < 640; ++i) sum[i] = 0;
    a = noise<T>(640, 1), b = noise<T>(640, 2);
    for (std::size_t i = 0; i < 640; ++i) sum[i] = 2 * a[i] - 3 * b[i];
    f.reset(), g.reset(), h.reset();
    f.process(interleaved(a.data(), 10, 64));
    g.process(interleaved(b.data(), 10, 64));
    h.process(interleaved(sum.data(), 10, 64));
    for (std::size_t i = 0; i < 640; ++i)
        EXPECT_NEAR(sum[i], 2 * a[i] - 3 * b[i], sizeof(T) == 4 ? 2e-3 : 1e-11);
}

TEST(Cascade, KeepsTheBarOfFloatAtNeedleRates) {
    // 10 Hz high-pass at 30 kHz, noise of 10 µV on an offset of 3 mV: 1e-4 of the output's RMS. An
    // hour of this, by hand: 3e-8 with one channel and with four.
    const auto sos = butterworth_highpass(4, 10, 30000);
    for (const int channels : {1, 4}) {
        const std::int64_t frames = 60000;
        std::mt19937 engine(1);
        std::normal_distribution<double> normal(3000, 10);
        std::vector<double> exact(static_cast<std::size_t>(frames * channels));
        for (double& v : exact) v = static_cast<float>(normal(engine));
        std::vector<float> narrow(exact.begin(), exact.end());
        Cascade<double>(sos, channels).process(interleaved(exact.data(), frames, channels));
        Cascade<float> cascade(sos, channels);
        EXPECT_TRUE(cascade.wide());
        cascade.process(interleaved(narrow.data(), frames, channels));
        double error = 0, power = 0;
        for (std::size_t i = exact.size() / 2; i < exact.size(); ++i) {
            error += (narrow[i] - exact[i]) * (narrow[i] - exact[i]);
            power += exact[i] * exact[i];
        }
        EXPECT_LT(std::sqrt(error / power), 1e-4) << channels;
        EXPECT_GT(error, 0) << channels;
    }
}

TYPED_TEST(CascadeTyped, StateGoesOutAndInAndOneBlockIntoAnother) {
    using T = TypeParam;
    constexpr std::int64_t frames = 200;
    const auto sos = butterworth_bandpass(2, 20, 500, 2048);
    for (const int channels : {1, 2, 3, 16, 21}) {
        const auto x = noise<T>(static_cast<std::size_t>(frames * channels), 9);
        auto whole = x;
        Cascade<T> a(sos, channels), b(sos, channels);
        a.start(0, T(50));
        const Cascade<T> started = a;
        a.process(interleaved(whole.data(), frames, channels));

        // Into another layout, with the state carried over in the middle.
        std::vector<T> planes(x.size());
        const auto out = planar(planes.data(), frames, channels);
        const auto in = interleaved(x.data(), frames, channels);
        Cascade<T> first = started;
        first.process(in.rows(0, 77), out.rows(0, 77));
        for (int s = 0; s < b.sections(); ++s)
            for (int c = 0; c < channels; ++c) b.set_state(s, c, first.state(s, c));
        b.process(in.rows(77, 2), out.rows(77, 2));
        // Two samples later what was set is still partly ahead.
        Cascade<T> last(sos, channels);
        for (int s = 0; s < b.sections(); ++s)
            for (int c = 0; c < channels; ++c) last.set_state(s, c, b.state(s, c));
        last.process(in.rows(79, frames - 79), out.rows(79, frames - 79));
        const double tolerance = channels > line_channels ? 0 : sizeof(T) == 8 ? 1e-11 : 1e-4;
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) {
                const auto expected = static_cast<double>(whole[static_cast<std::size_t>(f * channels + c)]);
                ASSERT_NEAR(static_cast<double>(out(f, c)), expected, f < 77 ? 0 : tolerance) << channels << " " << f;
            }
        EXPECT_EQ(a.state(-1, 0).s1, 0);
        EXPECT_EQ(a.state(0, channels).s2, 0);
        b.set_state(99, 0, {1, 1});
        b.process(in.rows(0, 5), out.rows(0, 4));
        EXPECT_EQ(out(3, 0), whole[static_cast<std::size_t>(3 * channels)]);
    }
}

TEST(Cascade, LeavesWrongBlocksAlone) {
    std::vector<float> x(6, 1.0F);
    Cascade<float> cascade(butterworth_lowpass(2, 100, 1000), 2);
    cascade.process(interleaved(x.data(), 2, 3));
    cascade.process(BlockView<float>{nullptr, 0, 2, 2, 1});
    cascade.start(-1, 5);
    cascade.start(2, 5);
    EXPECT_EQ(x, std::vector<float>(6, 1.0F));
}

namespace {

// The same in long double, channel by channel, without any of the library's loops.
std::vector<long double> reference_filtfilt(const Sos<double>& sos, const std::vector<double>& x, std::int64_t pad) {
    const auto n = static_cast<std::int64_t>(x.size());
    const auto at = [&](std::int64_t i) { return static_cast<long double>(x[static_cast<std::size_t>(i)]); };
    std::vector<long double> y;
    for (std::int64_t k = pad; k > 0; --k) y.push_back(2 * at(0) - at(k));
    for (std::int64_t k = 0; k < n; ++k) y.push_back(at(k));
    for (std::int64_t k = 2; k < pad + 2; ++k) y.push_back(2 * at(n - 1) - at(n - k));
    for (int pass = 0; pass < 2; ++pass) {
        long double scale = y.front();
        for (const auto& s : sos.sections()) {
            const long double b0 = s.b0, b1 = s.b1, b2 = s.b2, a1 = s.a1, a2 = s.a2;
            const long double c1 = b1 - a1 * b0, c2 = b2 - a2 * b0;
            long double s1 = (c1 + c2) / (1 + a1 + a2);
            long double s2 = ((1 + a1) * s1 - c1) * scale;
            s1 *= scale;
            scale *= (b0 + b1 + b2) / (1 + a1 + a2);
            for (long double& v : y) {
                const long double out = b0 * v + s1;
                s1 = b1 * v - a1 * out + s2;
                s2 = b2 * v - a2 * out;
                v = out;
            }
        }
        std::reverse(y.begin(), y.end());
    }
    return {y.begin() + pad, y.end() - pad};
}

}  // namespace

TEST(ZeroPhase, EqualsSciPyWithEveryPadding) {
    struct Case {
        const char* name;
        Padding padding;
        std::optional<std::int64_t> padlen;
    };
    const Case cases[] = {{"odd", Padding::odd, {}}, {"even", Padding::even, {}}, {"constant", Padding::constant, {}},
                          {"none", Padding::none, {}}, {"odd_100", Padding::odd, 100}};
    for (const auto& item : golden()["outputs"]) {
        const auto sos = design_of(item);
        for (const Case& which : cases) {
            const auto expected = item["sosfiltfilt"][which.name].get<std::vector<double>>();
            const auto n = static_cast<std::int64_t>(expected.size());
            const auto x = samples(expected.size(), 11);
            for (const bool plane : {false, true}) {
                std::vector<double> data(x.size() * 3);
                const auto view = plane ? planar(data.data(), n, 3) : interleaved(data.data(), n, 3);
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t c = 0; c < 3; ++c) view(f, c) = x[static_cast<std::size_t>(f)];
                sosfiltfilt(sos, view, which.padding, which.padlen);
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t c = 0; c < 3; ++c)
                        ASSERT_NEAR(view(f, c), expected[static_cast<std::size_t>(f)], 1e-12 * largest(expected))
                            << item["shape"] << which.name << f;
            }
        }
    }
}

TEST(ZeroPhase, MeetsLongDouble) {
    const auto sos = butterworth_bandpass(4, 20, 500, 2048);
    auto x = samples(20000, 3);
    const auto exact = reference_filtfilt(sos, x, default_padlen(sos));
    sosfiltfilt(sos, interleaved(x.data(), 20000, 1));
    long double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(exact[i] - static_cast<long double>(x[i])));
    EXPECT_LT(static_cast<double>(worst), 1e-13 * largest(x));
}

TEST(ZeroPhase, HasNoDelayAndSaysWhatIsTooShort) {
    const auto sos = butterworth_bandpass(2, 20, 400, 2048);
    std::vector<float> x(401, 0.0F);
    x[200] = 1;
    sosfiltfilt(sos, interleaved(x.data(), 401, 1));
    EXPECT_EQ(std::max_element(x.begin(), x.end()) - x.begin(), 200);
    for (std::size_t i = 1; i < 100; ++i) EXPECT_NEAR(x[200 - i], x[200 + i], 1e-5);

    std::vector<double> few(15, 1.0);
    try {
        sosfiltfilt(sos, interleaved(few.data(), 15, 1));
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()).find("pads 15"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("has 15"), std::string::npos) << error.what();
    }
    EXPECT_EQ(few, std::vector<double>(15, 1.0));
    EXPECT_THROW(sosfiltfilt(sos, BlockView<double>{}, Padding::none), std::invalid_argument);
    EXPECT_THROW(sosfiltfilt(sos, interleaved(few.data(), 15, 1), Padding::odd, -1), std::invalid_argument);
}

namespace {

struct Scene {
    double fs = 2048;
    double seconds = 10;
    double noise_uv = 5;
    double hum_uv = 0;
    double mains_hz = 50;
    std::vector<double> discharges_s{};  // 1 mV, 10 ms
    std::uint32_t seed = 1;
};

double rms(const std::vector<float>& x, std::size_t from, std::size_t to) {
    double power = 0;
    for (std::size_t i = from; i < to; ++i) power += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return std::sqrt(power / static_cast<double>(to - from));
}

// Noise in the band (so it looks like EMG at rest), hum of three harmonics, discharges.
std::vector<float> band_passed(const Scene& scene) {
    const auto n = static_cast<std::size_t>(scene.seconds * scene.fs);
    std::mt19937 engine(scene.seed);
    std::normal_distribution<double> normal(0, 1);
    std::vector<double> x(n);
    for (double& v : x) v = normal(engine);
    const Band band = resolved(Band{}, Electrode::surface, scene.fs);
    Cascade<double> filter(butterworth_bandpass(4, band.low_hz, band.high_hz, scene.fs), 1);
    filter.process(interleaved(x.data(), static_cast<std::int64_t>(n), 1));
    double power = 0;
    for (const double v : x) power += v * v;
    const double scale = scene.noise_uv / std::sqrt(power / static_cast<double>(n));
    std::vector<double> extra(n, 0.0);
    for (const double at : scene.discharges_s)
        for (std::size_t i = 0; i < n; ++i) {
            const double t = (static_cast<double>(i) / scene.fs - at) / 0.010;
            if (t >= 0 && t < 1) extra[i] += 500 * std::sin(2 * M_PI * t) * (1 - std::cos(2 * M_PI * t)) / 1.3;
        }
    filter.reset();
    filter.process(interleaved(extra.data(), static_cast<std::int64_t>(n), 1));
    std::vector<float> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double w = 2 * M_PI * scene.mains_hz * static_cast<double>(i) / scene.fs;
        const double hum = scene.hum_uv * (std::sin(w + 0.3) + 0.4 * std::sin(2 * w + 1) + 0.2 * std::sin(3 * w + 2));
        out[i] = static_cast<float>(scale * x[i] + extra[i] + hum);
    }
    return out;
}

std::vector<float> cancelled(std::vector<float> x, double fs, double mains = 50, double low = 20, double high = 500) {
    MainsCanceller<float> canceller(fs, mains, Band{low, high}, 1);
    canceller.process(interleaved(x.data(), static_cast<std::int64_t>(x.size()), 1), 0);
    return x;
}

}  // namespace

TEST(MainsCanceller, HumFallsByTwentyDecibelsAlsoOffFrequency) {
    for (const double fs : {1000.0, 2048.0, 4000.0})
        for (const double nominal : {50.0, 60.0})
            for (const double off : {-0.05, 0.0, 0.05}) {
                Scene scene{.fs = fs, .seconds = 6, .hum_uv = 50, .mains_hz = nominal + off};
                const double high = std::min(500.0, 0.45 * fs);
                const auto with = cancelled(band_passed(scene), fs, nominal, 20, high);
                scene.hum_uv = 0;
                auto left = cancelled(band_passed(scene), fs, nominal, 20, high);
                for (std::size_t i = 0; i < left.size(); ++i) left[i] = with[i] - left[i];
                const auto from = static_cast<std::size_t>(MainsCanceller<float>::settling_s * fs);
                const double before = 50 * std::sqrt((1 + 0.16 + 0.04) / 2);
                EXPECT_LT(20 * std::log10(rms(left, from, left.size()) / before), -20) << fs << " " << nominal + off;
            }
}

TEST(MainsCanceller, DischargesDoNotRing) {
    for (const double hum : {0.0, 50.0})
        for (const double at : {3.0, 3.004, 3.009, 3.013, 3.017}) {
            Scene scene{.seconds = 4, .hum_uv = hum, .discharges_s = {at}};
            auto with = band_passed(scene);
            const auto with_out = cancelled(with, scene.fs);
            scene.discharges_s.clear();
            auto without = band_passed(scene);
            const auto without_out = cancelled(without, scene.fs);
            std::vector<float> residue(with.size());
            for (std::size_t i = 0; i < with.size(); ++i)
                residue[i] = (with_out[i] - without_out[i]) - (with[i] - without[i]);
            const auto end = static_cast<std::size_t>((at + 0.010) * scene.fs);
            const auto later = end + static_cast<std::size_t>(0.2 * scene.fs);
            EXPECT_LT(rms(residue, end, later), 0.1 * 5.0) << hum << " " << at;
        }
}

TEST(MainsCanceller, AContractionIsNotTakenForHum) {
    // Five seconds of interference, 30 times the noise and strongest around the mains: what the canceller
    // learned of it would ring for half a second after it ends, and be found as discharges.
    for (const double hum : {0.0, 10.0}) {
        Scene scene{.seconds = 12, .hum_uv = hum};
        auto x = band_passed(scene);
        const auto quiet_out = cancelled(x, scene.fs);
        std::mt19937 engine(7);
        std::normal_distribution<float> normal(0.0F, 1.0F);
        const auto from = static_cast<std::size_t>(4 * scene.fs), to = static_cast<std::size_t>(9 * scene.fs);
        float slow = 0, fast = 0;  // a band around 60 Hz
        for (std::size_t i = from; i < to; ++i) {
            const float white = 700.0F * normal(engine);
            fast += 0.25F * (white - fast);
            slow += 0.12F * (fast - slow);
            x[i] += fast - slow;
        }
        ASSERT_GT(rms(x, from, to), 30 * 4.0);
        const auto out = cancelled(x, scene.fs);
        std::vector<float> residue(out.size());
        for (std::size_t i = to; i < out.size(); ++i) residue[i] = out[i] - quiet_out[i];
        EXPECT_LT(rms(residue, to, to + static_cast<std::size_t>(0.3 * scene.fs)), 0.6 * 5.0) << hum;
    }
}

TEST(MainsCanceller, FollowsHumThatGrowsAtOnce) {
    Scene scene{.seconds = 8, .hum_uv = 10};
    auto x = band_passed(scene);
    scene.hum_uv = 100;
    const auto with = band_passed(scene);
    const auto from = static_cast<std::size_t>(4 * scene.fs);
    for (std::size_t i = from; i < x.size(); ++i) x[i] = with[i];
    const auto out = cancelled(x, scene.fs);
    const auto later = from + static_cast<std::size_t>(1.25 * scene.fs);
    ASSERT_GT(rms(x, later, x.size()), 70);
    // The weakest harmonic, 14 µV RMS now, slept and may sleep for 8 s.
    EXPECT_LT(rms(out, later, out.size()), std::hypot(14.2, 5.0, 4.0));
}

TEST(MainsCanceller, LeavesNoiseNearlyAloneAndSleeps) {
    const auto x = band_passed({.seconds = 20});
    auto y = x;
    MainsCanceller<float> canceller(2048, 50, Band{20, 500}, 1);
    EXPECT_EQ(canceller.harmonics(), 10);
    canceller.process(interleaved(y.data(), static_cast<std::int64_t>(y.size()), 1), 0);
    EXPECT_LE(canceller.active_harmonics(), 2);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] -= x[i];
    EXPECT_LT(rms(y, 2048, y.size()), 0.25 * 5);
    EXPECT_EQ(MainsCanceller<float>(1000, 60, Band{20, 450}, 1).harmonics(), 7);
    EXPECT_EQ(MainsCanceller<float>(1000, 60, Band{65, 100}, 1).harmonics(), 0);
}

TEST(MainsCanceller, ChunksGapsAndPathsGiveTheSameBits) {
    constexpr std::int64_t frames = 5000;
    std::mt19937 engine(4);
    for (const int channels : {1, 3, 16, 21}) {
        const auto size = static_cast<std::size_t>(frames * channels);
        std::vector<float> x(size);
        const auto base = band_passed({.seconds = 3, .hum_uv = 30});
        for (std::size_t i = 0; i < size; ++i) x[i] = base[i / static_cast<std::size_t>(channels)] * static_cast<float>(1 + i % 5);
        const std::int64_t gap_at = 2100, gap = 777;
        const auto run = [&](std::vector<float> data, auto&& next, bool plane) {
            std::vector<float> planes(size);
            const auto view = interleaved(data.data(), frames, channels);
            const auto other = planar(planes.data(), frames, channels);
            for (std::int64_t f = 0; f < frames; ++f)
                for (std::int64_t c = 0; c < channels; ++c) other(f, c) = view(f, c);
            const auto used = plane ? other : view;
            MainsCanceller<float> canceller(2048, 50, Band{20, 500}, channels);
            for (std::int64_t at = 0; at < frames;) {
                const std::int64_t limit = at < gap_at ? gap_at : frames;
                const std::int64_t n = std::min(next(), limit - at);
                canceller.process(used.rows(at, n), at < gap_at ? at : at + gap);
                at += n;
                if (at == gap_at) canceller.start(channels - 1);
            }
            for (std::int64_t f = 0; f < frames; ++f)
                for (std::int64_t c = 0; c < channels; ++c) view(f, c) = used(f, c);
            return data;
        };
        const auto whole = run(x, [] { return frames; }, false);
        for (int round = 0; round < 4; ++round) {
            const auto cut = run(x, [&] {
                const std::int64_t choices[] = {0, 1, 40, 41, 42, static_cast<std::int64_t>(engine() % 300)};
                return choices[engine() % 6];
            }, round % 2 == 1);
            ASSERT_EQ(cut, whole) << channels;
        }
    }
}

#if defined(FASCIKIT_KERNELS)
TEST(MainsCanceller, PathsGiveTheSameBits) {
    const auto base = band_passed({.seconds = 1, .hum_uv = 30});
    constexpr std::int64_t channels = 21, frames = 60, lanes = 32, rows = 60;
    std::vector<std::vector<double>> results;
    for (const char* path : {"baseline", "avx2", "avx512", "neon"}) {
        const auto function = kernels::mains_function_of(path, double{});
        if (!function) continue;
        std::vector<double> x(base.begin(), base.begin() + channels * frames), c(2 * rows), s(2 * rows);
        std::vector<double> a(2 * lanes, 3.0), b(2 * lanes, -2.0), as(2 * lanes, 0.0), bs(2 * lanes, 0.0);
        std::vector<double> limit(lanes, 20.0), sum(lanes, 0.0);
        for (std::size_t i = 0; i < c.size(); ++i) c[i] = std::cos(0.1 * static_cast<double>(i)), s[i] = std::sin(0.1 * static_cast<double>(i));
        for (std::size_t lane = channels; lane < lanes; ++lane) a[lane] = b[lane] = a[lane + lanes] = b[lane + lanes] = 0;
        const int active[] = {1, 0};
        function({x.data(), frames, channels, channels, c.data(), s.data(), rows, active, 2, a.data(), b.data(),
                  as.data(), bs.data(), limit.data(), sum.data(), lanes});
        x.insert(x.end(), as.begin(), as.end());
        x.insert(x.end(), bs.begin(), bs.end());
        x.insert(x.end(), sum.begin(), sum.end());
        results.push_back(x);
    }
    ASSERT_GE(results.size(), 1U);
    for (const auto& result : results) EXPECT_EQ(result, results.front());
}
#endif

TEST(MainsCanceller, KeepsItsPhaseAfterAnHourAndAcrossGaps) {
    // Learn 3 s at hour 5, then jump 40 min: the hum must still be cancelled in the first block.
    const double fs = 2048;
    const auto hum = [&](std::int64_t n) { return static_cast<float>(50 * std::sin(2 * M_PI * 50 * (static_cast<double>(n) / fs) + 0.4)); };
    const std::int64_t start = static_cast<std::int64_t>(5 * 3600 * fs) + 13;
    MainsCanceller<float> canceller(fs, 50, Band{20, 500}, 1);
    std::vector<float> x(6144), y(200);
    for (std::int64_t i = 0; i < 6144; ++i) x[static_cast<std::size_t>(i)] = hum(start + i);
    canceller.process(interleaved(x.data(), 6144, 1), start);
    EXPECT_LT(rms(x, 4096, 6144), 0.5);
    const std::int64_t later = start + static_cast<std::int64_t>(2400 * fs) + 7;
    for (std::int64_t i = 0; i < 200; ++i) y[static_cast<std::size_t>(i)] = hum(later + i);
    canceller.process(interleaved(y.data(), 200, 1), later);
    EXPECT_LT(rms(y, 0, 200), 0.5);
}

TEST(MainsCanceller, RecoversFromNotANumberAndNamesBadValues) {
    auto x = band_passed({.seconds = 5, .hum_uv = 50});
    x[3000] = NAN;
    const auto y = cancelled(x, 2048);
    for (std::size_t i = 6200; i < y.size(); ++i) ASSERT_TRUE(std::isfinite(y[i]));
    EXPECT_LT(rms(y, 6200, y.size()), 8);
    static_assert(noexcept(std::declval<MainsCanceller<float>&>().process(BlockView<float>{}, 0)));
    static_assert(noexcept(std::declval<MainsDetector<float>&>().process(BlockView<const float>{}, 0)));
    EXPECT_THROW(MainsCanceller<float>(2048, NAN, Band{20, 500}, 1), std::invalid_argument);
    EXPECT_THROW(MainsCanceller<float>(0, 50, Band{20, 500}, 1), std::invalid_argument);
    EXPECT_THROW(MainsCanceller<float>(2048, 50, Band{}, 1), std::invalid_argument);
    EXPECT_THROW(MainsCanceller<float>(2048, 50, Band{20, 500}, 0), std::invalid_argument);
    EXPECT_THROW(MainsDetector<float>(NAN, Band{20, 500}, 1), std::invalid_argument);
    EXPECT_THROW(MainsDetector<float>(2048, Band{20, 500}, -1), std::invalid_argument);
}

TEST(MainsCanceller, DoesNotAllocate) {
    auto x = band_passed({.seconds = 9, .hum_uv = 50});
    const auto frames = static_cast<std::int64_t>(x.size());
    MainsCanceller<float> canceller(2048, 50, Band{20, 500}, 1);
    MainsDetector<float> detector(2048, Band{20, 500}, 1);
    const long before = allocations;
    detector.process(interleaved(std::as_const(x).data(), frames, 1), 0);
    canceller.process(interleaved(x.data(), frames, 1), 0);
    canceller.start(0);
    EXPECT_EQ(allocations, before);
}

TEST(MainsDetector, TellsFiftyFromSixtyAndSilence) {
    const auto decision = [](Scene scene, double low = 20) {
        const auto x = band_passed(scene);
        MainsDetector<float> detector(scene.fs, Band{low, std::min(500.0, 0.45 * scene.fs)}, 1);
        detector.process(interleaved(x.data(), static_cast<std::int64_t>(x.size()), 1), 0);
        return detector.decision();
    };
    for (const double off : {-0.05, 0.0, 0.05})
        for (const double fs : {1000.0, 2048.0, 4000.0, 10000.0}) {
            EXPECT_EQ(decision({.fs = fs, .seconds = 2, .hum_uv = 10, .mains_hz = 50 + off}), Mains::hz50) << fs;
            EXPECT_EQ(decision({.fs = fs, .seconds = 2, .hum_uv = 10, .mains_hz = 60 + off}), Mains::hz60) << fs;
        }
    EXPECT_EQ(decision({.seconds = 2, .hum_uv = 50, .discharges_s = {0.2, 0.5, 0.9, 1.3, 1.5, 1.9}}), Mains::hz50);
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        Scene scene{.seconds = 17, .seed = seed};
        for (int k = 0; k < 3 * static_cast<int>(seed % 20); ++k) scene.discharges_s.push_back(0.1 + 0.27 * k + 0.01 * (k * k % 7));
        ASSERT_EQ(decision(scene), Mains::off) << seed;
    }
}

TEST(MainsDetector, DoesNotDependOnChunksAndSwitchesOff) {
    auto x = band_passed({.seconds = 60});
    const auto hum = band_passed({.seconds = 12, .noise_uv = 5, .hum_uv = 20});
    std::copy(hum.begin(), hum.end(), x.begin());
    const auto run = [&](std::int64_t chunk) {
        MainsDetector<float> detector(2048, Band{20, 500}, 1);
        std::vector<Mains> decisions;
        const auto n = static_cast<std::int64_t>(x.size());
        for (std::int64_t at = 0; at < n; at += chunk) {
            detector.process(interleaved(std::as_const(x).data(), n, 1).rows(at, std::min(chunk, n - at)), at);
            if ((at + chunk) % 2048 == 0) decisions.push_back(detector.decision());
        }
        return decisions;
    };
    const auto whole = run(2048);
    EXPECT_EQ(run(1), whole);
    EXPECT_EQ(run(64), whole);
    EXPECT_EQ(whole[0], Mains::hz50);
    EXPECT_EQ(whole[9], Mains::hz50);
    EXPECT_EQ(whole.back(), Mains::off);
}

namespace {

template <int Bytes>
struct Width {
    static constexpr int bytes = Bytes;
};

// Both kernels at one vector width, whatever this CPU has: the compiler splits wider vectors.
template <int Bytes, class T>
std::vector<T> at_width(const std::vector<T>& x, std::int64_t channels, bool plane, bool reversed) {
    const auto frames = static_cast<std::int64_t>(x.size()) / channels;
    const auto sos = butterworth_bandpass(3, 20, 500, 2048);
    std::vector<T> coefficients, y(x.size());
    for (const auto& s : sos.sections())
        for (const double v : {s.b0, s.b1, s.b2, s.a1, s.a2}) coefficients.push_back(static_cast<T>(v));
    const auto view = plane ? planar(y.data(), frames, channels) : interleaved(y.data(), frames, channels);
    for (std::int64_t f = 0; f < frames; ++f)
        for (std::int64_t c = 0; c < channels; ++c) view(f, c) = x[static_cast<std::size_t>(f * channels + c)];
    std::vector<T> state(6 * 96, T(0));
    const std::int64_t first = reversed ? (frames - 1) * view.frame_stride : 0;
    const std::int64_t stride = reversed ? -view.frame_stride : view.frame_stride;
    kernels::CascadeKernel<Width<Bytes>, T, T>::run({y.data() + first, stride, view.channel_stride, y.data() + first, stride,
                                                     view.channel_stride, frames, channels, coefficients.data(), 3, state.data(), 96});
    std::vector<T> out(x.size());
    for (std::int64_t f = 0; f < frames; ++f)
        for (std::int64_t c = 0; c < channels; ++c) out[static_cast<std::size_t>(f * channels + c)] = view(f, c);

    std::vector<T> table(2 * static_cast<std::size_t>(frames)), a(192, T(0)), sums(192, T(0)), more(192, T(0)), limit(96, T(30)), size(96, T(0));
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<T>(std::sin(0.1 * static_cast<double>(i)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) a[i] = a[96 + i] = static_cast<T>(i);
    const int active[] = {1, 0};
    auto z = x;
    kernels::MainsKernel<Width<Bytes>, T>::run({z.data(), frames, channels, channels, table.data(), table.data(), frames, active, 2,
                                                a.data(), a.data(), sums.data(), more.data(), limit.data(), size.data(), 96});
    for (const auto* list : {&z, &sums, &more, &size}) out.insert(out.end(), list->begin(), list->end());
    return out;
}

}  // namespace

TYPED_TEST(CascadeTyped, EveryVectorWidthGivesTheSameBits) {
    using T = TypeParam;
    for (const std::int64_t channels : {1, 2, 3, 7, 16, 19, 40, 64}) {
        const auto x = noise<T>(static_cast<std::size_t>(75 * channels), 5);
        for (const bool reversed : {false, true}) {
            const auto expected = at_width<16>(x, channels, false, reversed);
            for (const bool plane : {false, true}) {
                EXPECT_EQ((at_width<16>(x, channels, plane, reversed)), expected) << channels;
                EXPECT_EQ((at_width<32>(x, channels, plane, reversed)), expected) << channels;
                EXPECT_EQ((at_width<64>(x, channels, plane, reversed)), expected) << channels;
            }
        }
    }
}
