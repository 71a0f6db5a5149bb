// Moving statistics, Hilbert envelope, detrend and Teager operators.
#include <numbers>
#include <utility>

#include "fascikit/filter/detrend.hpp"
#include "fascikit/filter/hilbert.hpp"
#include "fascikit/filter/moving.hpp"
#include "fascikit/filter/moving_median.hpp"
#include "fascikit/filter/teager.hpp"
#include "stream_checks.hpp"

using namespace fascikit;
using namespace fascikit::filter;
using checks::expect_close;
using checks::expect_error;
using checks::golden;
using checks::samples;

namespace {

BlockView<const double> one_channel(const std::vector<double>& x) {
    return interleaved(x.data(), static_cast<std::int64_t>(x.size()), 1);
}
BlockView<double> one_channel(std::vector<double>& x) {
    return interleaved(x.data(), static_cast<std::int64_t>(x.size()), 1);
}
std::vector<double> numbers(const nlohmann::json& item) { return item.get<std::vector<double>>(); }

Edge edge_of(const std::string& name) {
    if (name == "reflect") return Edge::reflect;
    if (name == "mirror") return Edge::mirror;
    if (name == "nearest") return Edge::nearest;
    if (name == "wrap") return Edge::wrap;
    return Edge::constant;
}

template <class T>
class Smooth : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Smooth, Types);

}  // namespace

TEST(Moving, CentredEqualsSciPy) {
    for (const auto& item : golden()["moving"]) {
        const std::int64_t window = item["window"];
        const Edge edge = edge_of(item["mode"]);
        auto x = samples(golden()["n"], 5);
        auto y = x;
        moving_average<double>(window, one_channel(x), one_channel(x), edge);
        expect_close(x, numbers(item["average"]), 1e-12, item["mode"].get<std::string>() + " " + std::to_string(window));
        if (window % 2 == 0) continue;
        moving_median<double>(window, one_channel(y), one_channel(y), edge);
        EXPECT_EQ(y, numbers(item["median"])) << item["mode"] << " " << window;
    }
}

TEST(Moving, TrailingEqualsPandas) {
    for (const auto& item : golden()["trailing"]) {
        const std::int64_t window = item["window"];
        const auto x = samples(golden()["n"], 5);
        auto average = x, rms = x, median = x;
        MovingAverage<double>(window, 1).process(one_channel(average));
        MovingRms<double>(window, 1).process(one_channel(rms));
        MovingMedian<double>(window, 1).process(one_channel(median));
        expect_close(average, numbers(item["average"]), 1e-13, "average");
        expect_close(rms, numbers(item["rms"]), 1e-13, "rms");
        expect_close(median, numbers(item["median"]), 1e-15, "median");
    }
}

TYPED_TEST(Smooth, StreamsGiveTheSameBitsForAnyCutAndRecoverFromNaN) {
    using T = TypeParam;
    for (const std::int64_t window : {1, 2, 7, 64}) {
        checks::expect_stream_rules<T>([&](int c) { return MovingAverage<T>(window, c); }, window);
        checks::expect_stream_rules<T>([&](int c) { return MovingRms<T>(window, c); }, window);
        checks::expect_stream_rules<T>([&](int c) { return MovingMedian<T>(window, c); }, window);
        checks::expect_recovery<T>(MovingAverage<T>(window, 2), window);
        checks::expect_recovery<T>(MovingRms<T>(window, 2), window);
        checks::expect_recovery<T>(MovingMedian<T>(window, 2), window);
    }
    checks::expect_stream_rules<T>([](int c) { return EnvelopeStream<T>(31, c); }, 31);
    checks::expect_recovery<T>(EnvelopeStream<T>(31, 2), 31);
    checks::expect_stream_rules<T>([](int c) { return TeagerStream<T>(4, c); }, 4);
    checks::expect_recovery<T>(TeagerStream<T>(4, 2), 9);
    const std::vector<std::int64_t> ks = {1, 3, 5};
    checks::expect_stream_rules<T>([&](int c) { return TeagerStream<T>(ks, c); }, 15);
    checks::expect_recovery<T>(TeagerStream<T>(ks, 2), 31);
}

TYPED_TEST(Smooth, MovingSumsDoNotDrift) {
    using T = TypeParam;
    // Huge samples come and go; what is left has to be as if they had never been.
    constexpr std::int64_t frames = 20000, window = 100;
    const auto noise = samples(frames, 5);
    std::vector<T> calm(noise.begin(), noise.end()), wild = calm;
    for (std::size_t i = 0; i < 10000; i += 7) wild[i] = static_cast<T>(1e15 * noise[i]);
    MovingAverage<T> a(window, 1), b(window, 1);
    MovingRms<T> r(window, 1), s(window, 1);
    auto calm_rms = calm, wild_rms = wild;
    a.process(interleaved(calm.data(), frames, 1));
    b.process(interleaved(wild.data(), frames, 1));
    r.process(interleaved(calm_rms.data(), frames, 1));
    s.process(interleaved(wild_rms.data(), frames, 1));
    for (std::size_t i = 10000 + window; i < frames; ++i) {
        ASSERT_EQ(calm[i], wild[i]);
        ASSERT_EQ(calm_rms[i], wild_rms[i]);
    }
}

TEST(MovingMedian, EqualsASortOnHostileInput) {
    std::mt19937 engine(8);
    const double inf = std::numeric_limits<double>::infinity();
    for (const std::int64_t window : {1, 2, 3, 4, 5, 16, 33}) {
        std::vector<double> x;
        for (int i = 0; i < 1500; ++i) {
            const auto kind = engine() % 10;
            // Ties, rising and falling runs, infinities, signed zeros.
            x.push_back(kind < 4 ? static_cast<double>(engine() % 4) : kind < 6 ? i : kind < 8 ? -i : kind == 8 ? -0.0 : (i % 2 ? inf : -inf));
        }
        auto got = x;
        MovingMedian<double>(window, 1).process(one_channel(got));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t begin = i + 1 > static_cast<std::size_t>(window) ? i + 1 - static_cast<std::size_t>(window) : 0;
            std::vector<double> part(x.begin() + static_cast<std::ptrdiff_t>(begin), x.begin() + static_cast<std::ptrdiff_t>(i + 1));
            std::sort(part.begin(), part.end());
            const double low = part[(part.size() - 1) / 2], high = part[part.size() / 2];
            const double expected = low == high ? low : low / 2 + high / 2;
            ASSERT_TRUE(got[i] == expected || (std::isnan(got[i]) && std::isnan(expected))) << window << " at " << i;
        }
    }
}

TEST(Hilbert, EqualsSciPy) {
    for (const auto& item : golden()["hilbert"]) {
        const auto x = samples(item["frames"], 5);
        std::vector<double> out(x.size()), size = x;
        hilbert(one_channel(x), one_channel(out));
        const auto expected = numbers(item["out"]);
        for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(out[i], expected[i], 1e-12 * 100) << x.size() << " at " << i;
        envelope(one_channel(x), one_channel(size));
        for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(size[i], std::hypot(x[i], expected[i]), 1e-10);
    }
}

TEST(Hilbert, EnvelopeOfATone) {
    constexpr double fs = 2048;
    const std::int64_t taps = envelope_taps(50, fs);
    for (const double hz : {50.0, 75.0, 200.0, 500.0, 970.0}) {
        std::vector<double> x(2048);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = 3 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / fs + 0.3);
        EnvelopeStream<double> stream(taps, 1);
        EXPECT_EQ(stream.latency_samples(), taps / 2);
        run_flushed(stream, one_channel(std::as_const(x)), one_channel(x));
        for (std::size_t i = 100; i + 100 < x.size(); ++i) ASSERT_NEAR(x[i], 3, 0.06) << hz;
    }
}

TEST(Detrend, EqualsSciPy) {
    for (const auto& item : golden()["detrend"]) {
        auto x = samples(golden()["n"], 5);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += 1e4 + 3.0 * static_cast<double>(i);
        const auto breaks = item["bp"].get<std::vector<std::int64_t>>();
        detrend(one_channel(x), item["type"] == "linear" ? Detrend::linear : Detrend::constant, breaks);
        const auto expected = numbers(item["out"]);
        for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], expected[i], 1e-12 * 1e4) << item["type"] << " at " << i;
    }
}

TEST(Teager, EqualsItsFormula) {
    for (const auto& item : golden()["teager"]) {
        auto x = samples(golden()["n"], 5);
        teager<double>(item["k"], one_channel(x), one_channel(x));
        expect_close(x, numbers(item["out"]), 1e-15, item["k"].dump());
    }
    for (const auto& item : golden()["mteo"]) {
        auto x = samples(golden()["n"], 5);
        multiresolution_teager<double>(item["k"].get<std::vector<std::int64_t>>(), one_channel(x), one_channel(x));
        expect_close(x, numbers(item["out"]), 1e-14, item["k"].dump());
    }
}

TEST(Teager, OfASineIsItsAmplitudeAndFrequency) {
    for (const std::int64_t k : {1, 4, 9}) {
        std::vector<double> x(300);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = 5 * std::sin(0.1 * static_cast<double>(i) + 0.4);
        teager<double>(k, one_channel(x), one_channel(x));
        for (std::size_t i = 9; i + 9 < x.size(); ++i)
            ASSERT_NEAR(x[i], 25 * std::pow(std::sin(0.1 * static_cast<double>(k)), 2), 1e-12);
    }
}

TEST(Smooth, ErrorsNameTheValueAndWhatIsAllowed) {
    expect_error("window 0: allowed is 1 to", [] { MovingAverage<double>(0, 1); });
    expect_error("window -3: allowed is 1 to", [] { MovingRms<float>(-3, 1); });
    expect_error("window 0: allowed is 1 to", [] { MovingMedian<float>(0, 1); });
    expect_error("channels 0", [] { MovingMedian<float>(3, 0); });
    expect_error("taps 4: allowed is an odd number", [] { EnvelopeStream<double>(4, 1); });
    expect_error("600 Hz", [] { (void)envelope_taps(600, 2048); });
    expect_error("sampling rate 0 Hz", [] { (void)envelope_taps(50, 0); });
    std::vector<double> x(10);
    const std::vector<std::int64_t> late = {4, 11}, back = {5, 4};
    expect_error("break point 11: allowed is 4 to 10", [&] { detrend(one_channel(x), Detrend::linear, late); });
    expect_error("break point 4: allowed is 5 to 10", [&] { detrend(one_channel(x), Detrend::linear, back); });
    expect_error("k 0: allowed is 1 to", [] { TeagerStream<double>(0, 1); });
    const std::vector<std::int64_t> none;
    expect_error("no k given", [&] { TeagerStream<double>(none, 1); });
}
