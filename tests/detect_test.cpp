// Detection: noise level, threshold, events, activity, quality.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "fascikit/core/poisson.hpp"
#include "fascikit/detect/activity.hpp"
#include "fascikit/detect/former.hpp"
#include "fascikit/detect/kernels.hpp"
#include "fascikit/detect/noise.hpp"
#include "fascikit/detect/quality.hpp"
#include "fascikit/detect/threshold.hpp"
#include "fascikit/fascikit.hpp"
#include "signals.hpp"

using namespace fascikit;

namespace {

const detect::Timing skin = detect::timing_for(2048, Electrode::surface, 0.15);

Analysis run(const signals::Planar& x, AnalyzeOptions options = {}) {
    return analyze(ArraySource<float>(planar(x.data.data(), x.frames, x.channels), x.rate_hz), options);
}

}  // namespace

TEST(Threshold, StatesTheRateItIsSetFor) {
    for (const double wanted : {0.01, 0.05, 1.0, 10.0}) {
        const double u = detect::level_for(wanted, 290.0);
        EXPECT_NEAR(detect::false_per_minute_at(u, 290.0), wanted, 1e-9 * wanted);
    }
    EXPECT_EQ(detect::level_for(1e9, 290.0), 3.0);
    // Flat noise from 0 to f crosses zero upwards f / sqrt(3) times a second (Rice).
    EXPECT_NEAR(detect::zero_crossings_hz(0, 300), 300 / std::sqrt(3.0), 1e-9);
}

TEST(Threshold, NoiseAloneGivesTheStatedFalseDetections) {
    // 2 channels × 10 min at 2 a minute and site: 40 expected; the bound is the 99.9 %
    // Poisson range, upwards only: correlated statistics may give fewer.
    for (const int passes : {1, 2}) {
        signals::Planar x(2048 * 600, 2, 2048);
        signals::add_noise(x, 5.0, 11);
        const auto result = run(x, {.false_per_minute = 2.0, .passes = passes});
        EXPECT_LE(result.events.size(), 65U) << passes;
        EXPECT_GE(result.events.size(), 10U) << passes;
    }
}

TEST(Threshold, NoiseAtNeedlesAndOtherRatesGivesNoMoreThanStated) {
    // 4 channels × 1 min at 5 a minute and site: 20 expected, at most the 99.9 % point.
    struct Case { double rate; Electrode electrode; };
    for (const Case c : {Case{1000, Electrode::surface}, Case{10000, Electrode::surface}, Case{4000, Electrode::needle},
                         Case{20000, Electrode::needle}}) {
        signals::Planar x(static_cast<std::int64_t>(c.rate * 60), 4, c.rate);
        signals::add_noise(x, 5.0, 15);
        const auto events = run(x, {.electrode = c.electrode, .false_per_minute = 5.0}).events.size();
        EXPECT_LE(events, 36U) << c.rate;
        EXPECT_GE(events, 2U) << c.rate;
    }
}

TEST(Threshold, ColouredNoiseGivesNoMore) {
    signals::Planar x(2048 * 600, 2, 2048);
    signals::add_noise(x, 5.0, 12);
    for (std::int64_t c = 0; c < 2; ++c) {
        float last = 0;
        for (std::int64_t i = 0; i < x.frames; ++i) last = x.channel(c)[i] = 0.8F * last + x.channel(c)[i];
    }
    EXPECT_LE(run(x, {.false_per_minute = 2.0}).events.size(), 65U);
}

TEST(NoiseLevel, IsUnknownForHalfASecondAndThenRight) {
    detect::NoiseLevel noise(skin, 1);
    std::mt19937 engine(3);
    std::normal_distribution<double> normal(0, 4.0);
    const unsigned char usable = 1;
    std::int64_t known_after = -1;
    for (std::int64_t tile = 0; tile < 20 * 128; ++tile) {
        double energy = 0;
        for (int i = 0; i < skin.tile; ++i) {
            const double v = normal(engine);
            energy += v * v;
        }
        noise.push(tile, &energy, &usable);
        if (known_after < 0 && std::isfinite(noise.level()[0])) known_after = (tile + 1) * skin.tile;
    }
    EXPECT_EQ(known_after, 1024);
    EXPECT_NEAR(noise.level()[0], 4.0, 0.04 * 4.0);
}

TEST(NoiseLevel, DischargesAndContractionsDoNotInflateIt) {
    signals::Planar x(2048 * 60, 1, 2048);
    signals::add_noise(x, 5.0, 5);
    const double quiet = run(x).sites[0].noise_uv.median;
    // 180 discharges a minute and three contractions of 4 s.
    for (int i = 0; i < 180; ++i) signals::add_potential(x, 0, 1.0 + i * 0.327, 300);
    for (const double at : {8.0, 25.0, 40.0}) signals::add_contraction(x, 0, at, at + 4, 200, 7);
    const auto busy = run(x);
    EXPECT_NEAR(busy.sites[0].noise_uv.median, quiet, 0.06 * quiet);
}

TEST(NoiseLevel, FollowsAStepWithoutFalseDetections) {
    signals::Planar x(2048 * 120, 1, 2048);
    signals::add_noise(x, 4.0, 6);
    for (std::int64_t i = 60 * 2048; i < x.frames; ++i) x.data[static_cast<std::size_t>(i)] *= 2;
    const auto result = run(x);
    // Within a quarter of a second of the step the level cannot be told.
    std::int64_t away = 0;
    for (const Event& e : result.events) away += std::abs(result.seconds(e.peak_sample) - 60.0) > 0.5;
    EXPECT_LE(away, 2);
}

TEST(EventFormer, OneEventForAPolyphasicPotential) {
    detect::EventFormer former(skin, 5.0, 45);
    detect::EventFormer::Closed closed{};
    int events = 0;
    for (std::int64_t i = 0; i < 400; ++i) {
        // Four phases of 5 ms under an envelope of 20 ms, quiet afterwards.
        const double t = static_cast<double>(i - 100) / 2048;
        const double v = t < 0 || t > 0.02 ? 0.0 : 30 * std::abs(std::sin(2 * std::numbers::pi * t / 0.010));
        if (former.push(i, v, closed)) {
            ++events;
            EXPECT_GE(closed.last, 100 + 36);
        }
    }
    EXPECT_EQ(events, 1);
}

TEST(EventFormer, TheFiltersRingingIsNoSecondEventButADoubletIs) {
    for (const double second : {0.1, 0.9}) {   // of the first, 14 ms after its end
        detect::EventFormer former(skin, 5.0, 45);
        detect::EventFormer::Closed closed{};
        int events = 0;
        for (std::int64_t i = 0; i < 600; ++i) {
            double v = 0;
            if (i >= 100 && i < 112) v = 200;
            if (i >= 140 && i < 152) v = 200 * second;
            events += former.push(i, v, closed);
        }
        EXPECT_EQ(events, second > 0.5 ? 2 : 1);
    }
}

TEST(Activity, OnePotentialIsNotSustainedAndTwoHundredMillisecondsAre) {
    for (const int length : {3, 26}) {
        detect::ActivityTracker tracker(skin);
        detect::Activity found{};
        int closed = 0;
        for (std::int64_t tile = 0; tile < 200; ++tile)
            closed += tracker.push(tile, tile >= 50 && tile < 50 + length ? 100.0 : 1.0, found);
        ASSERT_EQ(closed, 1);
        EXPECT_EQ(found.first_tile, 50);
        EXPECT_EQ(found.end_tile, 50 + length);
        EXPECT_EQ(found.sustained, length == 26);
    }
}

TEST(Quality, MasksWhatCannotBeUsedAndSaysWhy) {
    signals::Planar x(2048 * 30, 5, 2048);
    signals::add_noise(x, 5.0, 8);
    for (std::int64_t i = 0; i < 2048; ++i) {
        x.channel(1)[10 * 2048 + i] = i % 7 ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
        x.channel(2)[10 * 2048 + i] = 3.25F;
        x.channel(3)[10 * 2048 + i] = 1000.0F;
    }
    x.channel(4)[10 * 2048] = 1000.0F;                 // one clipped sample is signal
    RecordingInfo info = ArraySource<float>(planar(x.data.data(), x.frames, x.channels), 2048).info();
    for (auto& c : info.channels) c.rail_high_uv = 1000.0;
    const ArraySource<float> source(planar(static_cast<const float*>(x.data.data()), x.frames, x.channels), info);
    for (const int passes : {1, 2}) {
        const auto result = analyze(source, {.passes = passes});
        const auto seconds_of = [&](std::int32_t site, Reason reason) {
            double sum = 0;
            for (const Segment& s : result.segments)
                if (s.site == site && s.reason == reason) sum += result.seconds(s.end_sample - s.onset_sample);
            return sum;
        };
        // The settling of the filters belongs to what made them restart.
        const double settling = passes == 1 ? 0.156 : 0.086;
        EXPECT_NEAR(seconds_of(1, Reason::not_finite), 1.0 + settling, 0.02);
        EXPECT_NEAR(seconds_of(2, Reason::flat), 0.8 + settling, 0.02);
        EXPECT_NEAR(seconds_of(3, Reason::clipped), 1.0 + settling, 0.02);
        EXPECT_EQ(seconds_of(4, Reason::clipped), 0.0);
        EXPECT_EQ(seconds_of(0, Reason::not_finite), 0.0);
        // The steps into and out of the masked stretch are no discharges.
        for (const Event& e : result.events)
            if (e.site == 1 || e.site == 3) {
                EXPECT_GT(std::abs(result.seconds(e.peak_sample) - 10.5), 0.9);
            }
        // Usable time is what is left.
        EXPECT_NEAR(result.sites[1].minutes_recorded * 60, 30.0, 1e-9);
        EXPECT_LT(result.sites[1].minutes_usable * 60, 29.0);
        EXPECT_GT(result.sites[1].minutes_usable * 60, passes == 2 ? 28.4 : 28.0);
    }
}

TEST(Events, PlaceAmplitudeAndChannelAreThoseOfThePotential) {
    for (const double rate : {1000.0, 2048.0, 4000.0}) {
        signals::Planar x(static_cast<std::int64_t>(rate) * 40, 2, rate);
        signals::add_noise(x, 2.0, 9);
        std::vector<double> times;
        for (int i = 0; i < 24; ++i) {
            times.push_back(3.0 + 1.5 * i + 0.013 * (i * i % 7));
            signals::add_potential(x, i % 2, times.back(), i % 3 ? 200 : -200);
        }
        const auto result = run(x, {.false_per_minute = 0.001});
        ASSERT_EQ(result.events.size(), times.size()) << rate;
        for (std::size_t i = 0; i < times.size(); ++i) {
            const Event& e = result.events[i];
            EXPECT_NEAR(result.seconds(e.peak_sample), times[i], 0.002);
            EXPECT_NEAR(e.amplitude_uv, 200, 0.12 * 200) << rate;
            EXPECT_EQ(e.channel, static_cast<int>(i % 2));
            EXPECT_LE(result.seconds(e.onset_sample), times[i]);
            EXPECT_GT(e.probability, 0.99F);
            EXPECT_GE(e.first_pass, 0);
        }
    }
}

TEST(Events, LargeAndSlowPotentialsAreCountedOnce) {
    // Biphasic ones ring most: a zero-phase band-pass before and after them, a causal one
    // after. `width`: standard deviation of the Gaussian whose slope it is.
    struct Case { double uv, width_s; Electrode electrode; };
    for (const Case c : {Case{180, 0.005, Electrode::surface}, Case{1000, 0.003, Electrode::surface},
                         Case{5000, 0.002, Electrode::surface}, Case{200, 0.003, Electrode::needle},
                         Case{5000, 0.003, Electrode::needle}}) {
        signals::Planar x(2048 * 60, 1, 2048);
        signals::add_noise(x, 4.0, 13);
        int known = 0;
        for (double at = 1.5; at < 58; at += 1.1 + 0.9 * (known % 4), ++known)
            for (int i = -120; i <= 120; ++i) {
                const double t = i / 2048.0 / c.width_s;
                x.data[static_cast<std::size_t>(at * 2048 + i)] += static_cast<float>(-c.uv / 1.213 * t * std::exp(-t * t / 2));
            }
        // The causal filter stretches a potential of 40 ms beyond the longest event.
        for (const int passes : {c.width_s > 0.004 ? 2 : 1, 2})
            EXPECT_EQ(run(x, {.electrode = c.electrode, .false_per_minute = 0.01, .passes = passes}).events.size(),
                      static_cast<std::size_t>(known))
                << c.uv << " uV, " << c.width_s << " s, " << to_string(c.electrode) << ", pass " << passes;
    }
}

TEST(Quality, WhatIsNoSignalIsNotJudged) {
    // A sine clipped below the rails of the file: noise of 400 uV, not silence.
    signals::Planar x(2048 * 20, 3, 2048);
    signals::add_noise(x, 5.0, 14);
    for (std::int64_t i = 0; i < x.frames; ++i) {
        const double sine = 900 * std::sin(2 * std::numbers::pi * 83 * static_cast<double>(i) / 2048);
        x.channel(0)[i] = static_cast<float>(std::clamp(sine, -500.0, 500.0));
        x.channel(1)[i] = i % 2 ? 100.0F : -100.0F;     // nothing of it is in the band
    }
    for (std::int64_t i = 0; i < 3; ++i) x.channel(2)[20000 + i] = 1e38F;
    for (const int passes : {1, 2}) {
        const auto result = run(x, {.mains = Mains::off, .passes = passes});
        EXPECT_LT(result.sites[0].minutes_usable * 60, 1.0);
        for (const Event& e : result.events) EXPECT_NE(e.site, 1);
        EXPECT_GT(result.sites[2].minutes_usable * 60, 18.5);
        std::int64_t at_two = 0;
        for (const Event& e : result.events) at_two += e.site == 2;
        EXPECT_LE(at_two, 1);
        for (const Segment& s : result.segments)
            if (s.site == 0 && s.end_sample - s.onset_sample > 10 * 2048) {
                EXPECT_EQ(s.reason, Reason::noisy);
            }
    }
}

TEST(Events, OneEventOfASiteForAllItsChannels) {
    signals::Planar x(2048 * 20, 16, 2048);
    signals::add_noise(x, 4.0, 10);
    for (int i = 0; i < 10; ++i)
        for (std::int64_t c = 0; c < 16; ++c) signals::add_potential(x, c, 3.0 + 1.5 * i + 0.0003 * static_cast<double>(c), c == 5 ? 300 : 150);
    RecordingInfo info = ArraySource<float>(planar(x.data.data(), x.frames, x.channels), 2048).info();
    Site grid;
    grid.name = "grid";
    for (int c = 0; c < 16; ++c) grid.channels.push_back(c);
    info.sites = {grid};
    const auto result = analyze(ArraySource<float>(planar(static_cast<const float*>(x.data.data()), x.frames, x.channels), info));
    ASSERT_EQ(result.events.size(), 10U);
    for (const Event& e : result.events) EXPECT_EQ(e.channel, 5);
    EXPECT_EQ(result.sites.size(), 1U);
}

TEST(Events, AChannelThatIsMaskedHasNoPartInThem) {
    // The second channel drifts and is lost again and again, just before a discharge of the first.
    signals::Planar x(2048 * 30, 2, 2048);
    signals::add_noise(x, 5.0, 3);
    for (std::int64_t i = 0; i < x.frames; ++i) x.channel(1)[i] += 2000.0F * static_cast<float>(i) / static_cast<float>(x.frames);
    for (int g = 0; g < 10; ++g) {
        const double at = 3 + 2.5 * g;
        signals::add_potential(x, 0, at, 100);
        std::fill_n(x.channel(1) + static_cast<std::int64_t>(at * 2048) - 10, 600, std::numeric_limits<float>::quiet_NaN());
    }
    RecordingInfo info;
    info.sampling_rate_hz = 2048;
    info.frames = x.frames;
    info.channels.resize(2);
    info.sites.emplace_back();
    info.sites[0].channels = {0, 1};
    for (const int passes : {1, 2}) {
        const auto result = analyze(ArraySource<float>(planar(x.data.data(), x.frames, 2), info), {.passes = passes});
        ASSERT_EQ(result.events.size(), 10U) << passes;
        for (const Event& e : result.events) {
            EXPECT_EQ(e.channel, 0) << passes;
            EXPECT_NEAR(e.amplitude_uv, 108, 22) << passes;
        }
    }
}

TEST(Events, ALowBandLosesNoWaveform) {
    signals::Planar x(2048 * 30, 1, 2048);
    signals::add_noise(x, 5, 1);
    for (int i = 0; i < 15; ++i) signals::add_potential(x, 0, 3 + 1.7 * i, 100);
    const auto result = run(x, {.band = {.low_hz = 1, .high_hz = 400}});
    EXPECT_GE(result.bursts.size(), 14U);
    for (const Burst& b : result.bursts) EXPECT_GT(b.features.potential_ms, 0.0F);
    EXPECT_LE(result.units.size(), 2U);
}

TEST(Timing, ABandThatNeverSettlesDoesNotOverflow) {
    EXPECT_GT(detect::timing_for(200000, Electrode::surface, 1e12).settle_tiles, 0);
}

#if defined(FASCIKIT_KERNELS)
TEST(Kernels, EveryPathGivesTheSameBits) {
    constexpr std::int64_t frames = 16;
    constexpr std::int64_t lanes = 37;     // no multiple of any width
    std::mt19937 engine(4);
    std::normal_distribution<float> normal(0, 5);
    std::vector<float> y(frames * lanes);
    std::vector<float> low(y.size());
    std::vector<float> scale(lanes);
    for (auto* list : {&y, &low, &scale})
        for (float& v : *list) v = normal(engine);
    for (float& v : scale) v = std::abs(v);
    using Output = std::vector<float>;
    const auto run = [&](kernels::StatisticsFunction<float> f) {
        Output out(y.size() + 3 * lanes);
        float* z = out.data();
        f(y.data(), low.data(), scale.data(), scale.data(), frames, lanes, z, z + y.size(), z + y.size() + lanes,
          z + y.size() + 2 * lanes);
        return out;
    };
    const Output reference = run(kernels::statistics_function_of("baseline", 0.0F));
    EXPECT_GT(reference[0], 0.0F);
    for (const char* path : {"avx2", "avx512"})
        if (const auto f = kernels::statistics_function_of(path, 0.0F)) {
            EXPECT_EQ(run(f), reference) << path;
        }
}
#endif
