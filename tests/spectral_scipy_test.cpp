#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "fascikit/spectral/correlate.hpp"
#include "fascikit/spectral/cross.hpp"
#include "fascikit/spectral/matched_filter.hpp"
#include "fascikit/spectral/moments.hpp"
#include "fascikit/spectral/stft.hpp"
#include "fascikit/spectral/wavelet.hpp"
#include "fascikit/spectral/welch.hpp"

using namespace fascikit;
using namespace fascikit::spectral;
using Complex = std::complex<double>;

namespace {

constexpr double fs = 2048;
std::atomic<long> allocations{0};

// The same numbers as samples() of tests/golden/make_spectral.py.
std::vector<double> samples(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& value : out) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<double>(seed >> 8) / 16777216.0 * 200 - 100;
    }
    return out;
}

std::vector<double> second_signal(const std::vector<double>& x) {
    auto y = samples(x.size(), 29);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += 0.5 * x[(i + x.size() - 3) % x.size()];
    return y;
}

const nlohmann::json& golden() {
    static const nlohmann::json data = [] {
        std::ifstream file(FASCIKIT_ROOT "/tests/golden/spectral.json");
        return nlohmann::json::parse(file);
    }();
    return data;
}

void expect_equal(const std::vector<Complex>& got, std::size_t first, std::size_t step, const nlohmann::json& expected,
                  const std::string& what) {
    double most = 0;
    for (const double v : expected[0]) most = std::max(most, std::abs(v));
    for (std::size_t k = 0; k < expected[0].size(); ++k) {
        const Complex value = got.at(first + step * k);
        EXPECT_NEAR(value.real(), expected[0][k].get<double>(), 1e-11 * most) << what << " " << k;
        EXPECT_NEAR(value.imag(), expected[1][k].get<double>(), 1e-11 * most) << what << " " << k;
    }
}
void expect_equal(const std::vector<double>& got, std::size_t first, std::size_t step, const nlohmann::json& expected,
                  const std::string& what) {
    for (std::size_t k = 0; k < expected.size(); ++k) {
        const double value = expected[k];
        EXPECT_NEAR(got.at(first + step * k), value, 1e-10 * std::abs(value) + 1e-12) << what << " " << k;
    }
}

const std::vector<WelchOptions>& all_options() {
    static const std::vector<WelchOptions> options{
        {},
        {.segment_samples = 512, .overlap_samples = 100, .window = Window::hamming, .detrend = Detrend::linear},
        {.segment_samples = 255,
         .overlap_samples = 0,
         .window = Window::boxcar,
         .detrend = Detrend::none,
         .scaling = Scaling::spectrum},
        {.segment_samples = 200, .window = Window::kaiser(8.6), .fft_samples = 301},
        {.segment_samples = 300, .overlap_samples = 200, .average = Average::median}};
    return options;
}

}  // namespace

// noinline: inlined into a caller, GCC takes malloc and free for a mismatched pair.
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

TEST(Spectra, NothingIsAllocatedAfterConstruction) {
    // FFTW allocates with functions of its own, which the counter does not see.
    for (const std::int64_t n : {1, 2, 7, 49, 53, 1024, 1025, 1022, 4003}) {
        const auto x = samples(static_cast<std::size_t>(n), 3);
        std::vector<Complex> values(x.size() / 2 + 1);
        std::vector<double> back(x.size());
        RealTimeFft fft(n);
        const RealTimeFft kept = fft;
        auto copy = kept;
        const long before = allocations;
        fft.inverse(values, back);
        fft.forward(x, values);
        copy.forward(x, values);
        copy.inverse(values, back);
        EXPECT_EQ(allocations, before) << n;
        EXPECT_NEAR(back.back(), x.back(), 1e-10);
    }
    const auto x = samples(1000, 3);
    std::vector<Complex> values(129), wavelet(1000);
    Segments segments(1000, fs, {});
    WaveletTransform transform(1000, fs, 20);
    const long before = allocations;
    segments.transform(x, 2, values);
    transform.set(x);
    transform.at(20, wavelet);
    EXPECT_EQ(allocations, before);
}

TEST(Spectra, EqualSciPy) {
    const auto x = samples(3000, 23);
    const auto y = second_signal(x);
    ASSERT_EQ(golden()["spectra"].size(), all_options().size());
    for (std::size_t i = 0; i < all_options().size(); ++i) {
        const auto& expected = golden()["spectra"][i];
        auto options = all_options()[i];
        const std::string what = "options " + std::to_string(i);
        const auto power = welch(x, fs, options);
        const auto bins = power.power.size();
        ASSERT_EQ(bins, expected["bins"].get<std::size_t>());
        expect_equal(power.frequency_hz, 0, 16, expected["frequency_hz"], what);
        expect_equal(power.power, 0, 16, expected["welch"], what + " welch");
        expect_equal(csd(x, y, fs, options).power, 0, 16, expected["csd"], what + " csd");
        expect_equal(coherence(x, y, fs, options).power, 0, 16, expected["coherence"], what + " coherence");

        options.scaling = Scaling::density;
        if (options.overlap_samples == -1) options.overlap_samples = 50;
        const auto image = spectrogram(x, fs, options);
        const auto& shown = expected["spectrogram"];
        ASSERT_EQ(image.power.size(), shown["shape"][0].get<std::size_t>() * shown["shape"][1].get<std::size_t>());
        EXPECT_NEAR(image.time_s.back(), shown["time_s"].get<double>(), 1e-12);
        expect_equal(image.power, image.power.size() - bins, 16, shown["last"], what + " spectrogram");

        options.overlap_samples = all_options()[i].overlap_samples;
        options.detrend = Detrend::none;
        options.scaling = Scaling::spectrum;
        const auto z = stft(x, fs, options);
        const auto& transform = expected["stft"];
        ASSERT_EQ(z.values.size(), transform["shape"][0].get<std::size_t>() * transform["shape"][1].get<std::size_t>());
        EXPECT_NEAR(z.time_s.back(), transform["time_s"].get<double>(), 1e-12);
        expect_equal(z.values, 0, 16, transform["first"], what + " stft");
        expect_equal(z.values, z.values.size() - bins, 16, transform["last"], what + " stft");

        if (i == 2) continue;  // boxcar without overlap: nothing to be tested beyond the others
        const auto back = istft(z.values, static_cast<std::int64_t>(z.time_s.size()), fs, options);
        ASSERT_GE(back.size(), x.size());
        for (std::size_t k = 0; k < x.size(); ++k) ASSERT_NEAR(back[k], x[k], 1e-10) << what << " " << k;
    }
    const auto p = periodogram(std::span(x).first(1001), fs);
    ASSERT_EQ(p.power.size(), golden()["periodogram"]["bins"].get<std::size_t>());
    expect_equal(p.power, 0, 50, golden()["periodogram"]["power"], "periodogram");
}

TEST(Spectra, ParsevalShiftAndLinearity) {
    const auto x = samples(4000, 3);
    const auto y = samples(4000, 4);
    double mean_square = 0;
    for (const double v : x) mean_square += v * v / 4000;
    const auto p = periodogram(x, fs, Window::boxcar, Detrend::none);
    EXPECT_NEAR(band_power(p.frequency_hz, p.power), mean_square, 1e-10 * mean_square);
    // Two halves of the band share the power.
    EXPECT_NEAR(band_power(p.frequency_hz, p.power, {0, 400.1}) + band_power(p.frequency_hz, p.power, {400.2, fs / 2}),
                mean_square, 1e-10 * mean_square);

    // A delay turns the angle of the cross spectrum and leaves the coherence whole.
    const std::span<const double> all(x);
    const WelchOptions options{.segment_samples = 4000 - 5, .overlap_samples = 0};
    std::vector<double> tone(4000);
    for (std::size_t i = 0; i < tone.size(); ++i) tone[i] = std::sin(2 * M_PI * 0.05 * static_cast<double>(i));
    const auto c = csd(std::span<const double>(tone).first(3000), std::span<const double>(tone).subspan(4, 3000), fs,
                       {.segment_samples = 1000});
    EXPECT_NEAR(std::arg(c.power[50]), 2 * M_PI * 0.05 * 4, 1e-9);

    // Polarisation: |x + y|^2 = |x|^2 + |y|^2 + 2 Re <x, y>.
    std::vector<double> sum(4000);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = x[i] + y[i];
    const auto a = welch(x, fs), b = welch(y, fs), s = welch(sum, fs);
    const auto cross = csd(x, y, fs);
    for (std::size_t k = 0; k < s.power.size(); ++k)
        EXPECT_NEAR(s.power[k], a.power[k] + b.power[k] + 2 * cross.power[k].real(), 1e-11 * (a.power[k] + b.power[k]));
    const auto own = coherence(x, x, fs);
    for (const double v : own.power) EXPECT_NEAR(v, 1, 1e-12);
    const auto alone = coherence(all.first(200), std::span<const double>(y).first(200), fs, {.segment_samples = 200, .detrend = Detrend::none});
    for (const double v : alone.power) EXPECT_NEAR(v, 1, 1e-9);
}

TEST(Spectra, CoherenceOfNoiseFollowsItsDistribution) {
    std::mt19937_64 engine(7);
    std::normal_distribution<double> normal;
    const WelchOptions options{.segment_samples = 32, .overlap_samples = 0, .window = Window::boxcar, .detrend = Detrend::none};
    int above = 0, all = 0;
    double mean = 0;
    std::vector<double> x(32 * 10), y(x.size());
    for (int trial = 0; trial < 600; ++trial) {
        for (double& v : x) v = normal(engine);
        for (double& v : y) v = normal(engine);
        const auto c = coherence(x, y, fs, options);
        for (std::size_t k = 1; k < 16; ++k) {
            above += c.power[k] > coherence_limit(10, 0.05);
            mean += c.power[k];
            ++all;
        }
    }
    EXPECT_NEAR(static_cast<double>(above) / all, 0.05, 0.01);
    EXPECT_NEAR(mean / all, 0.1, 0.005);  // 1 / segments
    EXPECT_NEAR(coherence_limit(10, 0.05), 1 - std::pow(0.05, 1.0 / 9), 1e-15);
    EXPECT_DOUBLE_EQ(independent_segments(Segments(320, fs, options)), 10);
    // Half-overlapping Hann windows correlate by 1 / 6.
    EXPECT_NEAR(independent_segments(Segments(640000, fs, {.segment_samples = 64})) / 19999, 18.0 / 19, 1e-3);
}

TEST(Correlation, EqualsSciPy) {
    const auto x = samples(3000, 23);
    const auto y = second_signal(x);
    const std::pair<const char*, CorrelationMode> modes[] = {
        {"full", CorrelationMode::full}, {"same", CorrelationMode::same}, {"valid", CorrelationMode::valid}};
    for (const auto& entry : golden()["correlate"]) {
        const std::size_t nx = entry["nx"], ny = entry["ny"];
        for (const auto& [name, mode] : modes) {
            const auto got = correlate(std::span(x).first(nx), std::span(y).first(ny), mode);
            ASSERT_EQ(got.size(), entry[name].size()) << name;
            for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], entry[name][i].get<double>(), 1e-9) << name;
            const auto lags = correlation_lags(static_cast<std::int64_t>(nx), static_cast<std::int64_t>(ny), mode);
            ASSERT_EQ(lags.size(), got.size());
            if (mode != CorrelationMode::same) {
                EXPECT_EQ(lags, entry[std::string(name) + "_lags"].get<std::vector<std::int64_t>>());
            }
            for (std::size_t k = 0; k < lags.size(); ++k) {
                double exact = 0;
                for (std::int64_t n = 0; n < static_cast<std::int64_t>(ny); ++n)
                    if (n + lags[k] >= 0 && n + lags[k] < static_cast<std::int64_t>(nx))
                        exact += x[static_cast<std::size_t>(n + lags[k])] * y[static_cast<std::size_t>(n)];
                EXPECT_NEAR(got[k], exact, 1e-8) << name << " " << nx << " " << ny;
            }
        }
    }
}

TEST(Correlation, DelayIsRightToTwoHundredthsOfASample) {
    const auto pulse = [](double shift, double hz) {
        std::vector<double> x(1000);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double t = (static_cast<double>(i) - 500 - shift) / fs;
            x[i] = std::exp(-t * t / (2 * 0.002 * 0.002)) * std::cos(2 * M_PI * hz * t);
        }
        return x;
    };
    double worst = 0;
    for (const double hz : {0.0, 60.0, 150.0, 300.0})
        for (double shift = -7; shift < 7; shift += 0.13) {
            const auto found = delay(pulse(shift, hz), pulse(0, hz), fs);
            worst = std::max(worst, std::abs(found.delay_s * fs - shift));
            EXPECT_GT(found.correlation, 0.8);
        }
    EXPECT_LT(worst, 0.02);
    auto upside_down = pulse(4, 150);
    for (double& v : upside_down) v = 3 - 2 * v;
    const auto found = delay(upside_down, pulse(0, 150), fs, 0.1, true);
    EXPECT_NEAR(found.delay_s * fs, 4, 0.02);
    EXPECT_LT(found.correlation, -0.99);
    EXPECT_NEAR(delay(pulse(9, 60), pulse(0, 60), fs, 5 / fs).delay_s * fs, 5, 0.51);  // no farther than asked
    EXPECT_TRUE(std::isnan(delay(std::vector<double>(9, 0.1), pulse(0, 60), fs).delay_s));
    const std::vector<double> with_nan{1, std::numeric_limits<double>::quiet_NaN(), 3};
    EXPECT_TRUE(std::isnan(delay(with_nan, pulse(0, 60), fs).delay_s));
    EXPECT_THROW((void)delay({}, with_nan, fs), std::invalid_argument);
}

TEST(Moments, OfKnownSpectra) {
    std::vector<double> f(129), line(129, 0.0), flat(129, 2.0);
    for (std::size_t k = 0; k < f.size(); ++k) f[k] = 8.0 * static_cast<double>(k);
    line[10] = 3;
    EXPECT_DOUBLE_EQ(mean_frequency(f, line), 80);
    EXPECT_DOUBLE_EQ(median_frequency(f, line), 80);
    line[20] = 1;
    EXPECT_DOUBLE_EQ(mean_frequency(f, line), 100);
    EXPECT_NEAR(median_frequency(f, line), 76 + 8 * (2.0 / 3), 1e-12);
    EXPECT_DOUBLE_EQ(mean_frequency(f, flat, {80, 160}), 120);
    EXPECT_DOUBLE_EQ(median_frequency(f, flat, {80, 160}), 120);
    EXPECT_DOUBLE_EQ(band_power(f, flat, {80, 160}), 11 * 2 * 8);
    EXPECT_DOUBLE_EQ(spectral_moment(f, line, 2), 8 * (3 * 80.0 * 80 + 160.0 * 160));
    EXPECT_TRUE(std::isnan(mean_frequency(f, std::vector<double>(129, 0.0))));
    EXPECT_TRUE(std::isnan(median_frequency(f, std::vector<double>(129, 0.0))));
    line[11] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(median_frequency(f, line)));
    EXPECT_DOUBLE_EQ(median_frequency(f, line, {150, 170}), 160);
    for (const FrequencyBand band : {FrequencyBand{10, 10}, {-1, 5}, {9, 15}, {2000, 3000}})
        EXPECT_THROW((void)band_power(f, flat, band), std::invalid_argument);
    EXPECT_THROW((void)spectral_moment(f, flat, -1), std::invalid_argument);
    f[3] += 1;
    EXPECT_THROW((void)band_power(f, flat), std::invalid_argument);
}

// The sum that defines the transform, and the time form of Morlet's and Ricker's wavelets.
TEST(Wavelets, EqualTheDirectSum) {
    const auto x = samples(301, 5);
    const auto morlet = [](double w0, double t) { return std::pow(M_PI, -0.25) * std::exp(Complex(-t * t / 2, w0 * t)); };
    const auto ricker = [](double t) { return (1 - t * t) * std::exp(-t * t / 2) / std::sqrt(std::tgamma(2.5)); };
    for (const double hz : {9.0, 40.0, 120.0}) {
        for (const int which : {6, 8, 0}) {
            const auto wavelet = which == 0 ? Wavelet::ricker() : Wavelet::morlet(which);
            const auto got = cwt(x, fs, std::vector<double>{hz}, wavelet);
            const double s = wavelet_scale_s(wavelet, hz);
            double most = 0, worst = 0;
            for (std::size_t n = 0; n < x.size(); n += 10) {
                Complex sum = 0;
                for (std::size_t m = 0; m < x.size(); ++m) {
                    const double t = (static_cast<double>(m) - static_cast<double>(n)) / fs / s;
                    sum += x[m] * std::sqrt(1 / fs / s) * (which == 0 ? Complex(ricker(t)) : std::conj(morlet(which, t)));
                }
                most = std::max(most, std::abs(sum));
                worst = std::max(worst, std::abs(sum - got[n]));
            }
            EXPECT_LT(worst, (which == 6 ? 2e-7 : 1e-10) * most) << hz << " " << which;
        }
    }
}

TEST(Wavelets, AmplitudeEnergyAndErrors) {
    std::vector<double> x(4096);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 3 * std::cos(2 * M_PI * 64 * static_cast<double>(i) / fs);
    for (const auto& wavelet : {Wavelet::morlet(), Wavelet::morse(), Wavelet::morse(3, 2), Wavelet::ricker()}) {
        const auto w = cwt(x, fs, std::vector<double>{64}, wavelet, WaveletScale::amplitude);
        EXPECT_NEAR(std::abs(w[2048]), 3, 1e-6);
        EXPECT_NEAR(w[2048].real(), 3, 1e-6);
        // The integral of |psi|^2, as that of its transform.
        double energy = 0;
        for (double u = 0.0005; u < 60; u += 0.001) {
            const double value = detail::wavelet_spectrum(wavelet, u);
            energy += value * value * 0.001 * (wavelet.kind == Wavelet::ricker_kind ? 2 : 1);
        }
        EXPECT_NEAR(energy, 1, 1e-9);
        // The scale of a frequency is where a tone answers most.
        const auto near = cwt(x, fs, std::vector<double>{63.5, 64, 64.5}, wavelet);
        double most[3] = {};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t n = 1500; n < 2500; ++n) most[i] = std::max(most[i], std::abs(near[i * x.size() + n]));
        EXPECT_GT(most[1], most[0]);
        EXPECT_GT(most[1], most[2]);
        EXPECT_GT(cone_s(wavelet, 10), 2 * cone_s(wavelet, 100));
    }
    EXPECT_NEAR(detail::log_gamma(0.5), std::log(std::sqrt(M_PI)), 1e-14);
    EXPECT_NEAR(detail::log_gamma(171), std::lgamma(171.0), 1e-11);
    EXPECT_THROW(WaveletTransform(10, fs, 20, Wavelet::morlet(2)), std::invalid_argument);
    EXPECT_THROW(WaveletTransform(10, fs, 20, Wavelet::morse(20, 0.5)), std::invalid_argument);
    EXPECT_THROW(WaveletTransform(0, fs, 20), std::invalid_argument);
    EXPECT_THROW(WaveletTransform(10, fs, 1e-9), std::invalid_argument);  // its wavelet is longer than any FFT
    std::vector<Complex> out(10);
    EXPECT_THROW(WaveletTransform(10, fs, 20).at(10, out), std::invalid_argument);
    EXPECT_THROW((void)cwt(x, fs, std::vector<double>{fs}), std::invalid_argument);
    const auto said = [&](double lowest_hz, double hz) -> std::string {
        try {
            WaveletTransform(10, fs, lowest_hz).at(hz, out);
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_NE(said(20, 10).find("frequency 10 Hz: this transform was made for 20 Hz and above"), std::string::npos);
    EXPECT_NE(said(20, fs).find(" Hz: allowed is at most half the rate"), std::string::npos);
}

namespace {

template <class T>
std::vector<double> naive(BlockView<const T> x, BlockView<const T> t, bool means) {
    std::vector<double> out;
    const auto mean = [&](const auto& block, std::int64_t first, std::int64_t c) {
        long double sum = 0;
        for (std::int64_t i = 0; i < t.frames; ++i) sum += static_cast<long double>(block(first + i, c));
        return means ? sum / static_cast<long double>(t.frames) : 0.0L;
    };
    for (std::int64_t n = 0; n + t.frames <= x.frames; ++n) {
        long double product = 0, own = 0, other = 0;
        for (std::int64_t c = 0; c < x.channels; ++c) {
            const long double a = mean(x, n, c), b = mean(t, 0, c);
            for (std::int64_t i = 0; i < t.frames; ++i) {
                const long double v = static_cast<long double>(x(n + i, c)) - a, w = static_cast<long double>(t(i, c)) - b;
                product += v * w;
                own += v * v;
                other += w * w;
            }
        }
        out.push_back(own > 0 ? static_cast<double>(product / std::sqrt(own * other)) : 0);
    }
    return out;
}

}  // namespace

TEST(MatchedFilter, EqualsTheFormula) {
    constexpr std::int64_t frames = 2600, channels = 2;
    for (const bool means : {true, false}) {
        for (const std::int64_t length : {3, 40, 301}) {
            auto x = samples(frames * channels, 11);
            const auto t = samples(static_cast<std::size_t>(length * channels), 13);
            // Beside an artefact and an offset; and a potential that is the template, 5 times as large.
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = x[i] / 100 + (means ? 3000 : 0) + (i / channels / 30 == 20 ? 1e6 : 0);
            for (std::size_t i = 0; i < t.size(); ++i) x[2 * 1000 + i] = 5 * t[i] + (means ? 7 : 0);
            const auto signal = interleaved<const double>(x.data(), frames, channels);
            const auto pattern = interleaved<const double>(t.data(), length, channels);
            const auto got = MatchedFilter(pattern, means)(signal);
            const auto exact = naive(signal, pattern, means);
            ASSERT_EQ(got.size(), exact.size());
            double worst = 0;
            for (std::size_t n = 0; n < got.size(); ++n) worst = std::max(worst, std::abs(got[n] - exact[n]));
            EXPECT_LT(worst, 1e-10) << length << " " << means;
            EXPECT_NEAR(got[1000], 1, 1e-12);
        }
    }
}

TEST(MatchedFilter, BadAndConstantStretches) {
    auto x = samples(900, 17);
    const auto t = samples(25, 19);
    std::fill(x.begin() + 100, x.begin() + 200, 0.1);
    x[500] = std::numeric_limits<double>::infinity();
    std::vector<float> single(x.begin(), x.end());
    const auto pattern = planar<const double>(t.data(), 25, 1);
    const auto got = MatchedFilter(pattern)(planar<const double>(x.data(), 900, 1));
    const auto floats = MatchedFilter(pattern)(planar<const float>(single.data(), 900, 1));
    for (std::size_t n = 0; n < got.size(); ++n) {
        const bool bad = n > 475 && n <= 500;
        const bool constant = n >= 100 && n <= 175;
        EXPECT_EQ(std::isnan(got[n]), bad) << n;
        if (constant) {
            EXPECT_EQ(got[n], 0) << n;
        }
        if (!bad) {
            EXPECT_NEAR(got[n], floats[n], 1e-5);
        }
    }
    const std::vector<double> flat(25, 3.0);
    EXPECT_THROW(MatchedFilter(planar<const double>(flat.data(), 25, 1)), std::invalid_argument);
    EXPECT_NO_THROW(MatchedFilter(planar<const double>(flat.data(), 25, 1), false));
    EXPECT_THROW(MatchedFilter(planar<const double>(flat.data(), 0, 1)), std::invalid_argument);
    EXPECT_THROW((void)MatchedFilter(pattern)(planar<const double>(x.data(), 24, 1)), std::invalid_argument);
    EXPECT_THROW((void)MatchedFilter(pattern)(planar<const double>(x.data(), 100, 2)), std::invalid_argument);
    const auto own = MatchedFilter(pattern)(planar<const double>(t.data(), 25, 1));
    ASSERT_EQ(own.size(), 1U);
    EXPECT_NEAR(own[0], 1, 1e-12);
}

TEST(Spectra, ErrorsNameTheValue) {
    const auto x = samples(100, 1);
    const auto message = [](const auto& work) {
        try {
            work();
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    const auto expect = [&](const std::string& got, const char* part) { EXPECT_NE(got.find(part), std::string::npos) << got; };
    expect(message([&] { (void)welch({}, fs); }), "0 samples");
    expect(message([&] { (void)welch(x, fs, {.fft_samples = 50}); }), "fft_samples 50");
    expect(message([&] { (void)welch(x, fs, {.window_values = std::vector<double>(101, 1.0)}); }), "window of 101 samples");
    expect(message([&] { (void)welch(x, fs, {.window_values = std::vector<double>(50, 0.0)}); }), "sum not 0");
    expect(message([&] { (void)csd(x, std::span(x).first(99), fs); }), "100 and 99 samples");
    expect(message([&] { (void)coherence_limit(1); }), "segments 1");
    expect(message([&] { (void)istft(std::vector<Complex>(10), 2, fs, {.segment_samples = 9, .overlap_samples = 0}); }), "more overlap");
    expect(message([&] { (void)istft(std::vector<Complex>(11), 2, fs, {.segment_samples = 8}); }), "11 values");
    expect(message([&] { Segments(100, fs, {}).transform(x, 1, {}); }), "segment 1");
}
