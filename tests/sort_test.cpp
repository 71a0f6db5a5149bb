// Waveform features and the first assignment to units.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "fascikit/sort/features.hpp"
#include "fascikit/sort/match.hpp"
#include "fascikit/sort/units.hpp"

using namespace fascikit;

namespace {

std::vector<float> sine(int half_waves, double uv, std::size_t samples_each, std::size_t pad) {
    std::vector<float> wave(pad, 0.0F);
    for (int h = 0; h < half_waves; ++h)
        for (std::size_t i = 0; i < samples_each; ++i)
            wave.push_back(static_cast<float>((h % 2 ? -uv : uv) *
                                              std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(samples_each))));
    wave.insert(wave.end(), pad, 0.0F);
    return wave;
}

}  // namespace

TEST(Features, AreThoseOfKnownWaves) {
    for (int half_waves = 1; half_waves <= 6; ++half_waves) {
        const auto wave = sine(half_waves, 100, 8, 20);   // 4 ms a phase at 2 kHz
        const auto f = sort::measure(std::span<const float>(wave), 2000, 1.0);
        EXPECT_EQ(f.phases, half_waves);
        EXPECT_EQ(f.turns, half_waves);
        EXPECT_EQ(f.first_phase_sign, 1);
        EXPECT_NEAR(f.duration_ms, 4.0 * half_waves, 0.6);
        EXPECT_NEAR(f.amplitude_uv, half_waves == 1 ? 98.1 : 196.2, 0.5);
        EXPECT_NEAR(f.area_uv_ms, half_waves * 4.0 * 200 / std::numbers::pi, 6.0 * half_waves);
        // A phase of 8 samples: peaks 8 samples apart.
        if (half_waves > 1) {
            EXPECT_NEAR(f.rise_ms, 4.0, 0.51);
        }
    }
}

TEST(Features, NoiseHasNone) {
    std::mt19937 engine(1);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> wave(50);
    for (auto& v : wave) v = 0.5F * normal(engine);
    EXPECT_EQ(sort::measure(std::span<const float>(wave), 2000, 1.0).phases, 0);
    EXPECT_EQ(sort::measure(std::span<const float>(), 2000, 1.0).duration_ms, 0);
}

TEST(Match, IsZeroForTheSameAndShiftIsFound) {
    const auto a = sine(3, 100, 8, 20);
    std::vector<float> b(a.size(), 0.0F);
    for (std::size_t i = 2; i < a.size(); ++i) b[i] = a[i - 2];
    const auto m = sort::match(b.data(), a.data(), 1, static_cast<std::int64_t>(a.size()), 3, 0.0);
    EXPECT_NEAR(m.distance, 0.0, 1e-9);
    EXPECT_EQ(m.shift, 2);
    EXPECT_NEAR(m.correlation, 1.0, 1e-9);
    auto upside_down = a;
    for (auto& v : upside_down) v = -v;
    EXPECT_GT(sort::match(upside_down.data(), a.data(), 1, static_cast<std::int64_t>(a.size()), 0, 0.0).distance, 3.9);
}

TEST(Units, NoisyCopiesJoinAndDifferentOnesDoNot) {
    const std::size_t length = 52;
    const auto one = sine(2, 80, 10, 16);
    const auto two = sine(4, 80, 5, 16);
    ASSERT_EQ(one.size(), length);
    std::mt19937 engine(2);
    std::normal_distribution<float> normal(0, 4);
    sort::UnitSorter<float> sorter(1, static_cast<std::int64_t>(length), 2);
    std::vector<int> names_one;
    std::vector<int> names_two;
    for (int i = 0; i < 60; ++i) {
        auto wave = i % 2 ? two : one;
        for (auto& v : wave) v += normal(engine);
        const auto a = sorter.assign(wave.data(), 16.0, i);
        (i % 2 ? names_two : names_one).push_back(a.unit);
    }
    for (const int name : names_one) EXPECT_EQ(name, names_one[0]);
    for (const int name : names_two) EXPECT_EQ(name, names_two[0]);
    EXPECT_NE(names_one[0], names_two[0]);
    EXPECT_EQ(sorter.founded(), 2);
}

TEST(Units, ASecondChannelSeparatesWhatOneCannot) {
    const auto wave = sine(3, 100, 8, 14);
    const std::size_t n = wave.size();
    std::vector<float> near(2 * n);
    std::vector<float> far(2 * n);
    for (std::size_t i = 0; i < n; ++i) {
        near[i] = far[i] = wave[i];
        near[n + i] = 0.9F * wave[i];
        far[n + i] = 0.1F * wave[i];
    }
    sort::UnitSorter<float> one_channel(1, static_cast<std::int64_t>(n), 2);
    EXPECT_EQ(one_channel.assign(near.data(), 0.0, 0).unit, one_channel.assign(far.data(), 0.0, 1).unit);
    sort::UnitSorter<float> two_channels(2, static_cast<std::int64_t>(n), 2);
    EXPECT_NE(two_channels.assign(near.data(), 0.0, 0).unit, two_channels.assign(far.data(), 0.0, 1).unit);
}

TEST(Units, MoreUnitsThanTemplatesLoseTheOldestSingle) {
    sort::UnitSorter<float> sorter(1, 64, 0);
    std::vector<float> wave(64);
    for (int u = 0; u < sort::largest_unit_count + 5; ++u) {
        std::fill(wave.begin(), wave.end(), 0.0F);
        wave[static_cast<std::size_t>(u)] = 100.0F;
        EXPECT_TRUE(sorter.assign(wave.data(), 0.0, u).founded);
    }
    EXPECT_EQ(sorter.founded(), sort::largest_unit_count + 5);
}
