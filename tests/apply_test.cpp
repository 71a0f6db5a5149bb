// Finite impulse responses, their transforms, resampling and Savitzky-Golay.
#include <complex>
#include <numbers>

#include "fascikit/filter/comb.hpp"
#include "fascikit/filter/overlap_save.hpp"
#include "fascikit/filter/resample.hpp"
#include "fascikit/filter/savitzky_golay.hpp"
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

template <class T>
class Apply : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Apply, Types);

}  // namespace

TEST(FirStream, EqualsSciPy) {
    for (const auto& item : golden()["fir"]) {
        const auto taps = samples(item["taps"], 9);
        auto x = samples(golden()["n"], 5);
        const auto expected = item["out"].get<std::vector<double>>();
        const auto input = x;
        FirStream<double> stream(taps, 1);
        stream.process(one_channel(x));
        expect_close(x, expected, 1e-14, "direct");
        for (const std::int64_t hop : {1, 7, 64, 300}) {
            OverlapSave<double> by_transform(taps, 1, hop);
            std::vector<double> out(input.size());
            run_flushed(by_transform, one_channel(input), one_channel(out));
            expect_close(out, expected, 1e-13, "hop " + std::to_string(hop));
        }
    }
}

TEST(FirFilter, OfManyTapsEqualsSciPyAndTakesTheDelayAway) {
    const auto& item = golden()["long_fir"];
    const auto taps = samples(item["taps"], 9);
    const auto x = samples(2000, 5);
    ASSERT_GT(static_cast<std::int64_t>(taps.size()), fft_taps<double>);
    std::vector<double> out(x.size());
    fir_filter<double>(taps, one_channel(x), one_channel(out));
    std::vector<double> some;
    for (std::size_t i = 0; i < out.size(); i += item["step"].get<std::size_t>()) some.push_back(out[i]);
    expect_close(some, item["out"].get<std::vector<double>>(), 1e-13, "long");

    auto ahead = x;  // in place
    fir_filter<double>(taps, one_channel(ahead), one_channel(ahead), 400);
    for (std::size_t i = 0; i + 400 < x.size(); ++i) ASSERT_NEAR(ahead[i], out[i + 400], 1e-9);
    const std::vector<double> shorter(taps.begin(), taps.begin() + 31);
    std::vector<double> causal(x.size()), centred = x;
    fir_filter<double>(shorter, one_channel(x), one_channel(causal));
    fir_filter<double>(shorter, one_channel(centred), one_channel(centred), 15);
    for (std::size_t i = 0; i + 15 < x.size(); ++i) ASSERT_EQ(centred[i], causal[i + 15]);
}

TYPED_TEST(Apply, StreamsGiveTheSameBitsForAnyCut) {
    using T = TypeParam;
    for (const std::int64_t count : {1, 2, 33}) {
        const auto taps = samples(static_cast<std::size_t>(count), 9);
        checks::expect_stream_rules<T>([&](int channels) { return FirStream<T>(taps, channels); }, count);
        checks::expect_recovery<T>(FirStream<T>(taps, 2), count);
    }
    const auto taps = samples(40, 9);
    for (const std::int64_t hop : {1, 25, 64})
        checks::expect_stream_rules<T>([&](int channels) { return OverlapSave<T>(taps, channels, hop); }, hop);
    checks::expect_stream_rules<T>([&](int channels) { return OverlapSave<T>(taps, channels); }, 64);
    const SavitzkyGolay options{.window = 21, .polyorder = 3};
    for (const Edge edge : {Edge::nearest, Edge::constant})
        checks::expect_stream_rules<T>([&](int channels) { return SavitzkyGolayStream<T>(options, channels, edge); }, 21);
}

TEST(OverlapSave, TakesAllTapsItSaysItTakes) {
    for (const std::int64_t taps : {std::int64_t{1}, std::int64_t{64}, std::int64_t{1001}, std::int64_t{65536}, most_fft_taps}) {
        const std::int64_t hop = cheapest_hop(taps);
        EXPECT_GE(hop, taps);
        EXPECT_LE(hop + taps - 1, 2 * most_fft_taps);
    }
}

TYPED_TEST(Apply, OverlapSaveRecoversFromNaN) {
    using T = TypeParam;
    const auto taps = samples(40, 9);
    OverlapSave<T> stream(taps, 2, 16);
    // The block of the sample, the blocks whose past holds it, and the latency.
    const std::int64_t frames = 400;
    const auto noise = samples(2 * frames, 5);
    const std::vector<T> x(noise.begin(), noise.end());
    const auto good = checks::answers(stream, x, 16, nullptr, false);
    auto y = x;
    y[2 * 20] = std::numeric_limits<T>::quiet_NaN();
    const auto got = checks::answers(stream, y, 16, nullptr, false);
    std::size_t spoilt = 0;
    for (std::size_t f = 0; f < got.size() / 2; ++f) {
        ASSERT_EQ(got[2 * f + 1], good[2 * f + 1]);
        spoilt += got[2 * f] != good[2 * f];
    }
    EXPECT_GE(spoilt, 40U);
    EXPECT_LE(spoilt, 2 * 16 + 40U);
}

#if defined(FASCIKIT_KERNELS)
TYPED_TEST(Apply, CpuPathsGiveTheSameBits) {
    using T = TypeParam;
    const auto noise = samples(5000, 5), weights = samples(37, 9);
    const std::vector<T> x(noise.begin(), noise.end()), taps(weights.begin(), weights.end());
    for (const std::int64_t step : {1, 3, 64}) {
        for (const std::int64_t count : {1, 15, 16, 17, 63, 64, 65, 1000}) {
            std::vector<std::vector<T>> results;
            for (const char* path : {"baseline", "avx2", "avx512", "neon"}) {
                const auto function = kernels::fir_function_of(path, T{});
                if (!function) continue;
                std::vector<T> y(1010, T(-7));
                function(x.data() + 36 * step, count, step, taps.data(), 37, y.data());
                for (std::size_t i = static_cast<std::size_t>(count); i < y.size(); ++i) ASSERT_EQ(y[i], T(-7));
                results.push_back(y);
            }
            ASSERT_GE(results.size(), 1U);
            for (const auto& result : results) ASSERT_EQ(result, results.front());
            T sum = 0;
            for (std::size_t k = 0; k < 37; ++k) sum += taps[k] * x[(36 - k) * static_cast<std::size_t>(step)];
            ASSERT_EQ(results.front()[0], sum);
        }
    }
}
#endif

TYPED_TEST(Apply, StartIsTheStateOfAnEndlessConstant) {
    using T = TypeParam;
    const std::vector<double> taps = {0.25, 0.5, 0.125, 0.125};
    FirStream<T> stream(taps, 2);
    stream.start(0, T(8));
    std::vector<T> x = {8, 1, 8, 1};
    stream.process(interleaved(x.data(), 2, 2));
    EXPECT_EQ(x, (std::vector<T>{8, T(0.25), 8, T(0.75)}));
}

TEST(Resample, EqualsSciPy) {
    ASSERT_GE(golden()["resample"].size(), 12U);
    for (const auto& item : golden()["resample"]) {
        const std::int64_t up = item["up"], down = item["down"];
        const auto x = samples(item["frames"], 5);
        std::vector<double> out(static_cast<std::size_t>(resampled_frames(static_cast<std::int64_t>(x.size()), up, down)));
        resample<double>(up, down, resampling_taps(up, down), one_channel(x), one_channel(out));
        expect_close(out, item["out"].get<std::vector<double>>(), 1e-12, std::to_string(up) + " / " + std::to_string(down));
    }
    const auto& own = golden()["resample_own"];
    const auto x = samples(golden()["n"], 5);
    std::vector<double> out(static_cast<std::size_t>(resampled_frames(static_cast<std::int64_t>(x.size()), own["up"], own["down"])));
    resample<double>(own["up"], own["down"], samples(own["taps"], 9), one_channel(x), one_channel(out));
    expect_close(out, own["out"].get<std::vector<double>>(), 1e-12, "own taps");
}

TYPED_TEST(Apply, ResamplerGivesTheSameBitsForAnyCutAndAllChannels) {
    using T = TypeParam;
    std::mt19937 engine(4);
    for (const auto& [up, down] : {std::pair<std::int64_t, std::int64_t>{1, 3}, {3, 1}, {7, 5}, {160, 147}, {1, 1}, {4, 6}}) {
        for (const int channels : {1, 3, 8, 11}) {
            constexpr std::int64_t frames = 211;
            const auto noise = samples(static_cast<std::size_t>(frames * channels), 5);
            std::vector<T> x(noise.begin(), noise.end());
            std::vector<T> planes(x.size());
            const auto rows = interleaved(x.data(), frames, channels);
            const auto turned = planar(planes.data(), frames, channels);
            for (std::int64_t f = 0; f < frames; ++f)
                for (std::int64_t c = 0; c < channels; ++c) turned(f, c) = rows(f, c);
            const std::int64_t total = resampled_frames(frames, up, down);
            std::vector<T> whole(static_cast<std::size_t>(total * channels));
            resample<T>(up, down, resampling_taps(up, down), rows, interleaved(whole.data(), total, channels));
            Resampler<T> stream(up, down, channels);
            const std::int64_t slack = std::max(stream.most_output(frames), stream.most_output(0));
            for (int round = 0; round < 4; ++round) {
                std::vector<T> out(static_cast<std::size_t>((total + slack) * channels));
                const auto to = interleaved(out.data(), total + slack, channels);
                std::int64_t written = 0;
                const long before = checks::allocations;
                for (std::int64_t at = 0; at < frames;) {
                    const std::int64_t choices[] = {0, 1, 2, static_cast<std::int64_t>(engine() % 100)};
                    const std::int64_t n = std::min(choices[engine() % 4], frames - at);
                    const auto part = round % 2 ? turned.rows(at, n) : rows.rows(at, n);
                    const std::int64_t got = stream.process(part, to.rows(written, total + slack - written));
                    ASSERT_GE(got, 0);
                    if (n > 0) {
                        ASSERT_LE(got, stream.most_output(n));
                    }
                    written += got;
                    at += n;
                    // No output waits longer than the latency says.
                    const std::int64_t due = at - stream.latency_samples() - 1;
                    if (due >= 0) {
                        ASSERT_GE(written * stream.ratio().down, due * stream.ratio().up);
                    }
                }
                written += stream.flush(to.rows(written, total + slack - written));
                EXPECT_EQ(checks::allocations, before);
                ASSERT_EQ(written, total);
                out.resize(whole.size());
                ASSERT_EQ(out, whole) << up << " / " << down << " " << channels;
            }
            std::vector<T> none(static_cast<std::size_t>(channels));
            EXPECT_EQ(stream.process(rows, interleaved(none.data(), 1, channels)), -1);
        }
    }
}

TEST(Resample, KeepsATone) {
    constexpr double fs = 2048;
    std::vector<double> x(2048), out(static_cast<std::size_t>(resampled_frames(2048, 125, 256)));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(2 * std::numbers::pi * 100 * static_cast<double>(i) / fs);
    resample<double>(125, 256, resampling_taps(125, 256), one_channel(x), one_channel(out));
    ASSERT_EQ(out.size(), 1000U);
    for (std::size_t i = 100; i < 900; ++i)
        ASSERT_NEAR(out[i], std::sin(2 * std::numbers::pi * 100 * static_cast<double>(i) / 1000), 2e-3);
}

TEST(SavitzkyGolay, CoefficientsEqualSciPy) {
    for (const auto& item : golden()["savgol_coeffs"]) {
        const auto taps = savitzky_golay_taps({item["window"], item["order"], item["deriv"], item["delta"]});
        // SciPy's own distance from the exact fractions is up to 3e-10.
        expect_close(taps, item["out"].get<std::vector<double>>(), 1e-9, "SciPy " + item["window"].dump());
        expect_close(taps, item["exact"].get<std::vector<double>>(), 1e-13, "exact " + item["window"].dump());
    }
}

TEST(SavitzkyGolay, EqualsSciPy) {
    ASSERT_GE(golden()["savgol"].size(), 18U);
    for (const auto& item : golden()["savgol"]) {
        const SavitzkyGolay options{item["window"], item["order"], item["deriv"], item["delta"]};
        const std::string mode = item["mode"];
        std::optional<Edge> edge;
        if (mode == "mirror") edge = Edge::mirror;
        if (mode == "nearest") edge = Edge::nearest;
        if (mode == "constant") edge = Edge::constant;
        if (mode == "wrap") edge = Edge::wrap;
        const auto x = samples(golden()["n"], 5);
        auto y = x;
        savitzky_golay<double>(options, one_channel(y), one_channel(y), edge);
        const auto expected = item["out"].get<std::vector<double>>();
        expect_close(y, expected, 1e-11, mode + " " + std::to_string(options.window));
        if (mode == "nearest" || mode == "constant") {
            SavitzkyGolayStream<double> stream(options, 1, *edge);
            std::vector<double> streamed(x.size());
            run_flushed(stream, one_channel(x), one_channel(streamed));
            expect_close(streamed, expected, 1e-11, "stream " + mode);
        }
    }
}

TEST(SavitzkyGolay, KeepsPolynomialsAndTheirDerivatives) {
    for (const int order : {0, 1, 2, 3, 5, 8}) {
        for (const std::int64_t window : {9, 31, 101}) {
            if (order >= window) continue;
            std::vector<double> x(220), slope(x.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double t = static_cast<double>(i) / 110 - 1;
                x[i] = std::pow(t, order);
                slope[i] = order == 0 ? 0 : order * std::pow(t, order - 1);
            }
            auto value = x, derivative = x;
            savitzky_golay<double>({window, order, 0, 1.0 / 110}, one_channel(x), one_channel(value));
            for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(value[i], x[i], 1e-9) << order << " " << window;
            savitzky_golay<double>({window, order, 1, 1.0 / 110}, one_channel(x), one_channel(derivative));
            for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(derivative[i], slope[i], 1e-6) << order << " " << window;
        }
    }
}

TEST(Apply, ErrorsNameTheValueAndWhatIsAllowed) {
    const std::vector<double> taps = {1, 2}, none, bad = {1, std::nan("")};
    expect_error("0 taps", [&] { FirStream<double>(none, 1); });
    expect_error("tap 1 is nan", [&] { FirStream<float>(bad, 1); });
    expect_error("channels 0", [&] { FirStream<float>(taps, 0); });
    expect_error("hop 0: allowed is 1 to", [&] { OverlapSave<float>(taps, 1, 0); });
    expect_error("0 taps", [&] { OverlapSave<double>(none, 1); });
    std::vector<double> x(10);
    expect_error("ahead 2: allowed is 0 to 1", [&] { fir_filter<double>(taps, one_channel(x), one_channel(x), 2); });
    expect_error("up 0: at least 1", [] { (void)resampling_taps(0, 3); });
    expect_error("down -2: at least 1", [] { Resampler<double>(1, -2, 1); });
    expect_error("100001 / 1", [] { Resampler<double>(100001, 1, 1); });
    expect_error("needed are 5", [&] { resample<double>(1, 2, taps, one_channel(x), one_channel(x)); });
    expect_error("window 4: allowed is an odd number", [] { (void)savitzky_golay_taps({4, 2}); });
    expect_error("polyorder 5: allowed is 0 to 4", [] { (void)savitzky_golay_taps({5, 5}); });
    expect_error("derivative -1", [] { (void)savitzky_golay_taps({5, 2, -1}); });
    expect_error("delta 0", [] { (void)savitzky_golay_taps({5, 2, 1, 0}); });
    expect_error("10 frames: mode 'interp' needs at least the window of 11",
                 [&] { savitzky_golay<double>({11, 2}, one_channel(x), one_channel(x)); });
    expect_error("edge", [] { SavitzkyGolayStream<double>({5, 2}, 1, Edge::mirror); });
}

// What it computes is checked in design_test.
TEST(Comb, NothingIsAllocatedWhileItRuns) {
    Comb<float> running(comb(50, 30, 1000), 3);
    std::vector<float> block(3 * 57, 100.0F);
    const long before = checks::allocations;
    for (int i = 0; i < 5; ++i) running.process(interleaved(block.data(), 57, 3));
    running.start(1, 3.0F);
    running.reset();
    EXPECT_EQ(checks::allocations, before);
    static_assert(noexcept(running.process(interleaved(block.data(), 57, 3))));
}
