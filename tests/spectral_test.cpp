#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fascikit/spectral/fft.hpp"
#include "fascikit/spectral/periodicity.hpp"
#include "fascikit/spectral/welch.hpp"

using namespace fascikit::spectral;

namespace {

// The same numbers as samples() of tests/golden/make_filter.py.
std::vector<double> samples(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& value : out) {
        seed = 1664525U * seed + 1013904223U;
        value = static_cast<double>(seed >> 8) / 16777216.0 * 200 - 100;
    }
    return out;
}

}  // namespace

TEST(RealFft, EqualsTheDefinition) {
    for (const std::int64_t n : {1, 2, 3, 4, 5, 6, 7, 8, 12, 30, 37, 53, 100, 101, 106, 256, 1000, 1009}) {
        const auto x = samples(static_cast<std::size_t>(n), 3);
        RealFft fft(n);
        std::vector<std::complex<double>> values(static_cast<std::size_t>(fft.bins()));
        fft.forward(x, values);
        double most = 0;
        for (const auto& v : values) most = std::max(most, std::abs(v));
        for (std::size_t k = 0; k < values.size(); ++k) {
            std::complex<long double> exact = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto turns = static_cast<long double>(k * i % x.size()) / static_cast<long double>(n);
                exact += static_cast<long double>(x[i]) * std::polar(1.0L, -2 * 3.14159265358979323846264338327950288L * turns);
            }
            EXPECT_NEAR(values[k].real(), static_cast<double>(exact.real()), 1e-12 * most) << n << " " << k;
            EXPECT_NEAR(values[k].imag(), static_cast<double>(exact.imag()), 1e-12 * most) << n << " " << k;
        }
        const auto kept = values;
        std::vector<double> back(x.size());
        fft.inverse(values, back);
        EXPECT_EQ(values, kept);
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(back[i], x[i], 1e-12 * 100) << n;
    }
}

// With FFTW linked RealFft is FFTW; without it this compares the engine with itself.
TEST(RealFft, EnginesAgree) {
    for (const std::int64_t n : {1, 2, 8, 30, 106, 251, 255, 2048, 4097, 4 * 1009, 30000, 65537}) {
        const auto x = samples(static_cast<std::size_t>(n), 3);
        RealFft fft(n);
        RealTimeFft eigen(n);
        std::vector<std::complex<double>> ours(static_cast<std::size_t>(fft.bins()));
        auto eigens = ours;
        fft.forward(x, ours);
        eigen.forward(x, eigens);
        double most = 0;
        double difference = 0;
        for (std::size_t k = 0; k < ours.size(); ++k) {
            most = std::max(most, std::abs(ours[k]));
            difference = std::max(difference, std::abs(ours[k] - eigens[k]));
        }
        EXPECT_LE(difference, 1e-12 * most) << n;
        std::vector<double> back(x.size());
        auto eigens_back = back;
        fft.inverse(ours, back);
        eigen.inverse(ours, eigens_back);
        for (std::size_t i = 0; i < x.size(); ++i) {
            ASSERT_NEAR(back[i], x[i], 1e-12 * 100) << n;
            ASSERT_NEAR(eigens_back[i], x[i], 1e-12 * 100) << n;
        }
    }
}

TEST(RealFft, ThreadsMayMakePlansAtOnce) {
    std::vector<std::thread> threads;
    std::vector<double> results(8);
    for (std::size_t t = 0; t < 8; ++t)
        threads.emplace_back([t, &results] {
            for (int round = 0; round < 20; ++round) {
                const std::int64_t n = 64 + round;
                RealFft fft(n);
                const std::vector<double> x(static_cast<std::size_t>(n), 1.0);
                std::vector<std::complex<double>> values(static_cast<std::size_t>(fft.bins()));
                fft.forward(x, values);
                results[t] += values[0].real();
            }
        });
    for (auto& thread : threads) thread.join();
    for (const double r : results) EXPECT_DOUBLE_EQ(r, 20 * 64 + 190);
}

TEST(RealFft, ErrorsNameTheSizes) {
    EXPECT_THROW(RealFft(0), std::invalid_argument);
    EXPECT_THROW(RealFft(std::int64_t{1} << 40), std::invalid_argument);
    RealFft fft(8);
    std::vector<double> x(7);
    std::vector<std::complex<double>> values(5);
    try {
        fft.forward(x, values);
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_NE(std::string(error.what()).find("given 7 samples and 5 values"), std::string::npos) << error.what();
    }
    EXPECT_EQ(fft_size(0), 1);
    EXPECT_EQ(fft_size(1025), 1080);
    EXPECT_EQ(fft_size(4096), 4096);
}

TEST(Welch, EqualsSciPy) {
    std::ifstream file(FASCIKIT_ROOT "/tests/golden/filter.json");
    const auto golden = nlohmann::json::parse(file);
    const auto x = samples(3000, 23);
    const WelchOptions options[] = {
        {},
        {.segment_samples = 512, .overlap_samples = 100, .window = Window::hamming, .detrend = Detrend::linear},
        {.segment_samples = 255, .window = Window::boxcar, .detrend = Detrend::none, .scaling = Scaling::spectrum}};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& expected = golden["welch"][i];
        const Spectrum got = welch(x, 2048, options[i]);
        ASSERT_EQ(got.power.size(), expected["bins"].get<std::size_t>());
        for (std::size_t k = 0; k < expected["power"].size(); ++k) {
            EXPECT_NEAR(got.frequency_hz[8 * k], expected["frequency_hz"][k].get<double>(), 1e-9);
            const double power = expected["power"][k];
            EXPECT_NEAR(got.power[8 * k], power, 1e-10 * power + 1e-13) << i << " " << k;
        }
    }
}

TEST(Welch, KeepsThePowerOfASineAndOfShortSignals) {
    std::vector<double> x(8192);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 3 * std::sin(2 * M_PI * 128 * static_cast<double>(i) / 2048);
    const auto s = welch(x, 2048, {.segment_samples = 1024});
    double total = 0;
    for (const double p : s.power) total += p * 2;  // 2 Hz a bin
    EXPECT_NEAR(total, 4.5, 1e-6);
    EXPECT_EQ(std::max_element(s.power.begin(), s.power.end()) - s.power.begin(), 64);
    EXPECT_EQ(welch(std::vector<double>(100, 1.0), 1000).frequency_hz.size(), 51U);
    EXPECT_EQ(welch(std::vector<double>(1, 1.0), 1000).frequency_hz.size(), 1U);
    EXPECT_THROW((void)welch({}, 1000), std::invalid_argument);
    EXPECT_THROW((void)welch(x, NAN), std::invalid_argument);
    EXPECT_THROW((void)welch(x, 1000, {.segment_samples = 0}), std::invalid_argument);
    EXPECT_THROW((void)welch(x, 1000, {.segment_samples = 100, .overlap_samples = 100}), std::invalid_argument);
}

TEST(Periodicity, AutocorrelationEqualsTheDefinition) {
    const auto x = samples(500, 9);
    double mean = 0;
    for (const double v : x) mean += v / 500;
    const auto r = autocorrelation(x, 499);
    const auto unbiased = autocorrelation(x, 100, true);
    double power = 0;
    for (const double v : x) power += (v - mean) * (v - mean);
    for (std::size_t k : {0U, 1U, 7U, 100U, 499U}) {
        double sum = 0;
        for (std::size_t i = 0; i + k < x.size(); ++i) sum += (x[i] - mean) * (x[i + k] - mean);
        EXPECT_NEAR(r[k], sum / power, 1e-12);
        if (k <= 100) {
            EXPECT_NEAR(unbiased[k], sum / power * 500 / (500 - static_cast<double>(k)), 1e-12);
        }
    }
    EXPECT_EQ(autocorrelation(std::vector<double>(50, 0.1), 3), std::vector<double>(4, 0.0));
    EXPECT_THROW((void)autocorrelation(x, 500), std::invalid_argument);
    EXPECT_THROW((void)autocorrelation({}, 0), std::invalid_argument);
}

TEST(Periodicity, FindsTheRateOfATremor) {
    const double fs = 200;
    auto x = samples(2000, 5);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.005 * x[i] + 1 + std::sin(2 * M_PI * 5.3 * static_cast<double>(i) / fs);
    const auto found = strongest_period(x, fs, 0.05, 1.0);
    EXPECT_NEAR(1 / found.period_s, 5.3, 0.05);
    EXPECT_GT(found.strength, 0.3);
    const auto none = strongest_period(std::vector<double>(2000, 2.0), fs, 0.05, 1.0);
    EXPECT_TRUE(std::isnan(none.period_s));
    EXPECT_EQ(none.strength, 0);
    EXPECT_THROW((void)strongest_period(x, fs, 0.05, 10.0), std::invalid_argument);
}
