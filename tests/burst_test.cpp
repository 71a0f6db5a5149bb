// Grouping by interval, rhythm, and the rules.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "fascikit/burst/classify.hpp"
#include "fascikit/burst/group.hpp"
#include "fascikit/burst/measure.hpp"
#include "fascikit/burst/periodicity.hpp"

using namespace fascikit;

namespace {

std::vector<burst::Discharge> at_seconds(const std::vector<double>& times) {
    std::vector<burst::Discharge> d;
    for (const double t : times) {
        burst::Discharge x;
        x.peak = std::llround(t * 10000);
        x.onset = x.peak - 30;
        x.end = x.peak + 30;
        x.amplitude_uv = 100;
        d.push_back(x);
    }
    return d;
}

std::vector<std::size_t> sizes(const std::vector<double>& times, Electrode electrode = Electrode::surface) {
    const auto d = at_seconds(times);
    std::vector<std::size_t> result;
    std::size_t next = 0;
    burst::group(std::span<const burst::Discharge>(d), 10000, electrode, [&](std::size_t first, std::size_t count) {
        EXPECT_EQ(first, next);      // every discharge in exactly one group, in order
        next = first + count;
        result.push_back(count);
    });
    EXPECT_EQ(next, times.size());
    return result;
}

using Sizes = std::vector<std::size_t>;

Burst named(BurstFeatures f, Electrode electrode) {
    Burst b;
    b.features = f;
    burst::classify(b, electrode);
    return b;
}

/// Features of one clear example of each label.
BurstFeatures example(Label label) {
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    BurstFeatures f;
    f.n_discharges = 1;
    f.rate_hz = f.isi_cv = f.first_isi_ms = f.repetition_hz = f.repetition_cv = f.amplitude_cv = none;
    f.amplitude_trend = f.rate_trend = f.channel_spread = f.envelope_hz = f.voluntary_gap_s = none;
    f.isi_before_ms = f.isi_after_ms = 900;
    f.potential_ms = 12;
    f.phases = 3;
    f.first_phase_sign = 1;
    f.shape_similarity = 0.95F;
    f.amplitude_uv = 300;
    f.snr = 40;
    f.noise_uv = 7;
    const auto train = [&](float n, float rate, float cv) {
        f.n_discharges = n;
        f.rate_hz = rate;
        f.isi_cv = cv;
        f.first_isi_ms = 1000 / rate;
        f.duration_s = n / rate;
        f.regularity = std::max(0.0F, 1 - 4 * cv);
        f.amplitude_cv = 0.05F;
        f.amplitude_trend = 0;
    };
    switch (label) {
        case Label::fasciculation_potential: break;
        case Label::fasciculation_multiplet: train(3, 120, 0.2F); break;
        case Label::myokymic_discharge:
            train(5, 30, 0.2F);
            f.repetition_hz = 2;
            f.repetition_cv = 0.2F;
            f.repetitions = 12;
            f.isi_before_ms = f.isi_after_ms = 350;
            break;
        case Label::neuromyotonic_discharge:
            train(100, 200, 0.05F);
            f.amplitude_trend = -0.6F;
            f.periodicity = 0.9F;
            break;
        case Label::cramp_discharge:
            train(300, 20, 0.5F);
            f.duration_s = 20;
            f.interference = 1;
            f.build_up_s = 9;
            break;
        case Label::fibrillation_potential: train(20, 8, 0.05F); f.potential_ms = 3; f.amplitude_uv = 100; break;
        case Label::positive_sharp_wave: train(20, 8, 0.05F); f.potential_ms = 20; f.phases = 2; break;
        case Label::endplate_spike: train(20, 20, 0.6F); f.potential_ms = 4; f.first_phase_sign = -1; break;
        case Label::endplate_noise:
            train(40, 40, 0.7F);
            f.potential_ms = 1;
            f.first_phase_sign = -1;
            f.amplitude_uv = 30;
            break;
        case Label::myotonic_discharge: train(60, 50, 0.1F); f.potential_ms = 4; f.amplitude_cv = 0.4F; break;
        case Label::complex_repetitive_discharge: train(60, 35, 0.01F); f.phases = 9; f.potential_ms = 11; f.shape_similarity = 0.99F; break;
        case Label::continuous_single_discharge: train(60, 6.3F, 0.035F); f.potential_ms = 10; break;
        case Label::tremor:
            train(80, 25, 0.6F);
            f.duration_s = 4;
            f.interference = 1;
            f.envelope_hz = 5;
            f.envelope_periodicity = 0.8F;
            break;
        case Label::voluntary: train(80, 25, 0.6F); f.duration_s = 2; f.interference = 1; f.build_up_s = 0.3F; break;
        case Label::artifact: f.low_frequency = 0.97F; break;
        case Label::indeterminate: f.isi_before_ms = 180; f.isi_after_ms = 170; break;
    }
    return f;
}

}  // namespace

TEST(Group, IsolatedDischargesStayBurstsOfOne) {
    EXPECT_EQ(sizes({1, 2, 3.5, 3.9}), (Sizes{1, 1, 1, 1}));
    EXPECT_EQ(sizes({1.0, 1.1}), (Sizes{1, 1}));           // 100 ms: neither a pair nor three
    EXPECT_EQ(sizes({}), Sizes{});
}

TEST(Group, PairsAndMaxIntervalBursts) {
    EXPECT_EQ(sizes({1.0, 1.008, 3.0, 3.033, 5}), (Sizes{2, 2, 1}));
    EXPECT_EQ(sizes({1.0, 1.1, 1.35, 1.64, 2.5}), (Sizes{4, 1}));  // ends at an interval above 300 ms
    EXPECT_EQ(sizes({1.0, 1.2, 1.3, 1.4}), (Sizes{1, 3}));         // begins at one of at most 170 ms
}

TEST(Group, ARegularNeedleTrainIsOneAndASporadicUnitIsNot) {
    std::vector<double> regular;
    for (int i = 0; i < 12; ++i) regular.push_back(1 + i * 0.8 + 0.01 * (i % 3));
    EXPECT_EQ(sizes(regular, Electrode::needle), (Sizes{12}));
    EXPECT_EQ(sizes(regular, Electrode::surface), Sizes(12, 1));
    EXPECT_EQ(sizes({1, 1.5, 3.2, 3.6, 5.5, 6.9, 7.3, 9}, Electrode::needle), Sizes(8, 1));
}

TEST(Group, TheTrainIsFoundBetweenSporadicDischarges) {
    std::vector<double> times{1.0, 2.6};
    for (int i = 0; i < 10; ++i) times.push_back(5 + i * 0.1);
    times.push_back(9);
    EXPECT_EQ(sizes(times, Electrode::needle), (Sizes{1, 1, 10, 1}));
}

TEST(Measure, IntervalsTrendsAndRates) {
    std::vector<double> times;
    double t = 0;
    for (int i = 0; i < 12; ++i) {
        times.push_back(t);
        t += 0.02 * std::pow(1.05, i);
    }
    auto d = at_seconds(times);
    for (std::size_t i = 0; i < d.size(); ++i) d[i].amplitude_uv = static_cast<float>(200.0 * std::pow(0.9, i));
    std::vector<float> scratch(64);
    const auto f = burst::measure(d, 10000, scratch);
    EXPECT_EQ(f.n_discharges, 12);
    EXPECT_NEAR(f.first_isi_ms, 20, 0.1);
    EXPECT_NEAR(f.rate_hz, 1 / (0.02 * std::pow(1.05, 5)), 0.3);
    EXPECT_NEAR(f.rate_trend, -7 * std::log(1.05), 0.03);     // slows down
    EXPECT_NEAR(f.amplitude_trend, 8 * std::log(0.9), 0.03);  // and gets smaller
    const auto one = burst::measure(std::span<const burst::Discharge>(d).first(1), 10000, scratch);
    EXPECT_TRUE(std::isnan(one.rate_hz));
    EXPECT_TRUE(std::isnan(one.isi_cv));
}

TEST(Measure, NothingBelowSixCyclesIsARhythm) {
    std::vector<float> scratch(64);
    std::vector<std::int64_t> onsets;
    for (int i = 0; i < 9; ++i) {
        onsets.push_back(i * 5000);
        BurstFeatures f;
        burst::measure_repetition(f, onsets, 10000, scratch);
        EXPECT_EQ(std::isnan(f.repetition_hz), i < 5) << i;
        if (i >= 5) {
            EXPECT_NEAR(f.repetition_hz, 2, 1e-6);
            EXPECT_NEAR(f.repetition_cv, 0, 1e-6);
        }
    }
}

TEST(Rhythm, FindsThePeriodAndNoneInNoise) {
    std::vector<float> x(1400);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double phase = std::fmod(static_cast<double>(i), 20.0);
        x[i] = static_cast<float>(std::exp(-phase) - 0.05 * (phase > 3));
    }
    float mean = 0;
    for (const float v : x) mean += v / 1400;
    for (float& v : x) v -= mean;
    const auto r = burst::rhythm(x, 6, 200);
    EXPECT_EQ(r.lag, 20U);
    EXPECT_GT(r.height, 0.95);
    std::mt19937 engine(5);
    std::normal_distribution<float> normal(0, 1);
    for (float& v : x) v = normal(engine);
    EXPECT_LT(burst::rhythm(x, 6, 200).height, 0.2);
    EXPECT_EQ(burst::rhythm(std::span<const float>(), 6, 200).lag, 0U);
}

TEST(Rules, TheTableIsSound) {
    std::array<bool, label_count> at_surface{};
    std::array<bool, label_count> at_needle{};
    for (const auto& clause : burst::clause_table) {
        const auto label = static_cast<std::size_t>(clause.label);
        at_surface[label] = at_surface[label] || clause.prior_surface > 0;
        at_needle[label] = at_needle[label] || clause.prior_needle > 0;
        EXPECT_FALSE(clause.source.empty());
        ASSERT_NE(clause.rules[0].feature, nullptr);
        for (const auto& rule : clause.rules) {
            if (rule.feature == nullptr) break;
            EXPECT_LE(rule.a, rule.b);
            EXPECT_LE(rule.b, rule.c);
            EXPECT_LE(rule.c, rule.d);
        }
    }
    for (const auto& info : label_table) {
        const auto label = static_cast<std::size_t>(info.label);
        EXPECT_EQ(at_needle[label], info.label != Label::indeterminate) << info.name;
        EXPECT_EQ(at_surface[label], info.label != Label::indeterminate && !info.needle_only) << info.name;
    }
}

TEST(Rules, MembershipIsATrapezoid) {
    const burst::Rule rule{&BurstFeatures::rate_hz, 1, 2, 4, 8, 0.25F};
    EXPECT_EQ(burst::membership(rule, 0.5F), 0);
    EXPECT_EQ(burst::membership(rule, 1.5F), 0.5F);
    EXPECT_EQ(burst::membership(rule, 3), 1);
    EXPECT_EQ(burst::membership(rule, 6), 0.5F);
    EXPECT_EQ(burst::membership(rule, 9), 0);
    EXPECT_EQ(burst::membership(rule, NAN), 0.25F);
}

TEST(Rules, NaNIsKnownByItsBits) {
    for (const float value : {0.0F, -0.0F, 1.0F, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
        EXPECT_FALSE(core::is_nan(value));
        EXPECT_FALSE(core::is_nan(static_cast<double>(value)));
    }
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::signaling_NaN()}) {
        EXPECT_TRUE(core::is_nan(value));
        EXPECT_TRUE(core::is_nan(static_cast<double>(value)));
    }
}

TEST(Rules, AClearExampleOfEachLabelGetsIt) {
    for (const auto& info : label_table) {
        for (const auto electrode : {Electrode::needle, Electrode::surface}) {
            if (info.needle_only && electrode == Electrode::surface) continue;
            const Burst b = named(example(info.label), electrode);
            EXPECT_EQ(to_string(b.label), info.name) << to_string(electrode) << ": " << why(b);
            EXPECT_FALSE(why(b).empty());
        }
    }
}

TEST(Rules, ProbabilitiesSumToOneWhateverTheFeatures) {
    std::mt19937 engine(7);
    std::uniform_real_distribution<float> any(-10, 400);
    for (int i = 0; i < 2000; ++i) {
        BurstFeatures f;
        for (const auto& feature : burst::feature_table)
            f.*feature.value = i % 5 == 0 && any(engine) > 200 ? NAN : any(engine);
        const Burst b = named(f, i % 2 ? Electrode::needle : Electrode::surface);
        float sum = 0;
        for (std::size_t k = 0; k < label_count; ++k) {
            EXPECT_GE(b.probabilities[k], 0.0F);
            sum += b.probabilities[k];
            if (i % 2 == 0 && label_table[k].needle_only) {
                EXPECT_EQ(b.probabilities[k], 0.0F);
            }
        }
        EXPECT_NEAR(sum, 1.0F, 1e-5F);
    }
}
