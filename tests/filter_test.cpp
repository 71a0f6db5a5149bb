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
        for (const int channels : {1, 2, 3, 5, 8, 16, 17, 64}) {
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
                function(here.data(), frames, channels, channels, coefficients.data(), static_cast<int>(sos.size()),
                         state.data(), 64);
                results.push_back(here);
            }
            ASSERT_GE(results.size(), 1U);
            for (const auto& result : results) ASSERT_EQ(result, results.front());
            if (!reference.wide()) {
                ASSERT_EQ(results.front(), whole);
            }
#endif
        }
    }
}

TYPED_TEST(CascadeTyped, ReversedIsForwardOnTheReversedBlock) {
    using T = TypeParam;
    constexpr std::int64_t frames = 100;
    for (const int channels : {1, 5, 16}) {
        const auto x = noise<T>(static_cast<std::size_t>(frames * channels), 5);
        auto backward = x;
        std::vector<T> flipped(x.size());
        const auto at = [&](std::int64_t f, std::int64_t c) { return static_cast<std::size_t>(f * channels + c); };
        for (std::int64_t f = 0; f < frames; ++f)
            for (std::int64_t c = 0; c < channels; ++c) flipped[at(f, c)] = x[at(frames - 1 - f, c)];
        Cascade<T> a(butterworth_bandpass(4, 20, 500, 2048), channels);
        Cascade<T> b = a;
        a.process(interleaved(flipped.data(), frames, channels));
        const auto view = interleaved(backward.data(), frames, channels);
        b.process_reversed(view.rows(60, 40));
        b.process_reversed(view.rows(0, 60));
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
    // 10 Hz high-pass at 30 kHz with an offset of 300 standard deviations: 1e-4 of the output's RMS.
    const auto sos = butterworth_highpass(4, 10, 30000);
    constexpr std::int64_t frames = 60000;
    std::mt19937 engine(1);
    std::normal_distribution<double> normal(300, 1);
    std::vector<double> exact(frames);
    for (double& v : exact) v = static_cast<float>(normal(engine));
    std::vector<float> narrow(exact.begin(), exact.end());
    Cascade<double>(sos, 1).process(interleaved(exact.data(), frames, 1));
    Cascade<float>(sos, 1).process(interleaved(narrow.data(), frames, 1));
    double error = 0, power = 0;
    for (std::size_t i = frames / 2; i < frames; ++i) {
        error += (narrow[i] - exact[i]) * (narrow[i] - exact[i]);
        power += exact[i] * exact[i];
    }
    EXPECT_LT(std::sqrt(error / power), 1e-4);
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
