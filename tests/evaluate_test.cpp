#include "fascikit/evaluate/score.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace fascikit;
using evaluate::match;
using evaluate::score;

namespace {

TrueDischarge known(double peak_s, const char* site = "a", Label label = Label::fasciculation_potential) {
    TrueDischarge d;
    d.peak_s = peak_s;
    d.site = site;
    d.label = label;
    return d;
}
FoundEvent found(double peak_s, const char* site = "a", std::int64_t burst = -1) {
    FoundEvent e;
    e.peak_s = peak_s;
    e.site = site;
    e.burst = burst;
    return e;
}

/// Most pairs, then least distance, by trying every pairing.
std::pair<int, double> best_of_all(std::span<const double> t, std::span<const double> d, double tolerance,
                                   std::size_t i = 0, unsigned used = 0) {
    if (i == t.size()) return {0, 0.0};
    auto best = best_of_all(t, d, tolerance, i + 1, used);
    for (std::size_t j = 0; j < d.size(); ++j) {
        if ((used >> j & 1U) || d[j] < t[i] - tolerance || d[j] > t[i] + tolerance) continue;
        auto with = best_of_all(t, d, tolerance, i + 1, used | 1U << j);
        ++with.first;
        with.second += std::abs(t[i] - d[j]);
        if (with.first > best.first || (with.first == best.first && with.second < best.second)) best = with;
    }
    return best;
}

}  // namespace

TEST(Match, GreedyWouldLoseOneHere) {
    // The nearest partner of 1.000 is 1.004, and then 1.008 has nobody: the optimum pairs both.
    const std::vector<double> truth{1.000, 1.008}, detections{0.992, 1.004};
    EXPECT_EQ(match(truth, detections, 0.010), (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(match(truth, detections, 0.005), (std::vector<std::int64_t>{1, -1}));
}

TEST(Match, HandWorked) {
    EXPECT_EQ(match(std::vector{1.0, 2.0, 3.0}, std::vector{1.009, 2.5, 2.995, 3.003}, 0.010),
              (std::vector<std::int64_t>{0, -1, 3}));
    EXPECT_TRUE(match({}, std::vector{1.0}, 0.01).empty());
    EXPECT_EQ(match(std::vector{1.0}, {}, 0.01), std::vector<std::int64_t>{-1});
    EXPECT_THROW((void)match({}, {}, 0.0), std::invalid_argument);
    EXPECT_THROW((void)match({}, {}, NAN), std::invalid_argument);
    EXPECT_THROW((void)match(std::vector{2.0, 1.0}, {}, 0.01), std::invalid_argument);
}

TEST(Match, IsAsGoodAsTryingEverything) {
    std::mt19937 engine(1);
    for (int trial = 0; trial < 3000; ++trial) {
        std::vector<double> t(engine() % 7), d(engine() % 7);
        for (auto* list : {&t, &d}) {
            for (double& v : *list) v = static_cast<double>(engine() % 60) / 1000.0;
            std::sort(list->begin(), list->end());
        }
        const double tolerance = 0.0005 + static_cast<double>(engine() % 20) / 1000.0;
        const auto partner = match(t, d, tolerance);
        int pairs = 0;
        double distance = 0;
        std::vector<char> used(d.size(), 0);
        for (std::size_t i = 0; i < t.size(); ++i) {
            if (partner[i] < 0) continue;
            const auto j = static_cast<std::size_t>(partner[i]);
            ASSERT_LT(j, d.size());
            ASSERT_FALSE(used[j]++) << "a detection was used twice";
            ASSERT_LE(std::abs(t[i] - d[j]), tolerance + 1e-12);
            ++pairs;
            distance += std::abs(t[i] - d[j]);
        }
        const auto [best_pairs, best_distance] = best_of_all(t, d, tolerance);
        ASSERT_EQ(pairs, best_pairs) << "trial " << trial;
        ASSERT_NEAR(distance, best_distance, 1e-12) << "trial " << trial;
    }
}

TEST(Poisson, TheExactIntervalOfTheTables) {
    // Garwood 1936, as scipy.stats.chi2.ppf(q, 2 k) / 2 and (q, 2 k + 2) / 2 give it (SciPy 1.17.1).
    struct Row {
        std::int64_t count;
        double low, high;
    };
    for (const auto& r : {Row{0, 0.0, 3.6888794541139363}, Row{1, 0.025317807984289897, 5.571643390938898},
                          Row{5, 1.6234863901184209, 11.668332079322674}, Row{100, 81.36399125092314, 121.62679379242638},
                          Row{10000, 9804.952467260184, 10197.951624661473}}) {
        const auto [low, high] = core::poisson_interval(r.count);
        EXPECT_NEAR(low, r.low, 1e-9 * (1 + r.low)) << r.count;
        EXPECT_NEAR(high, r.high, 1e-9 * r.high) << r.count;
    }
    const auto [low, high] = core::poisson_interval(10'000'000);
    const auto [low_above, high_above] = core::poisson_interval(10'000'001);
    EXPECT_NEAR(low_above - low, 1.0, 0.2);
    EXPECT_NEAR(high_above - high, 1.0, 0.2);
    const auto [low_99, high_99] = core::poisson_interval(5, 0.99);
    EXPECT_NEAR(low_99, 1.0779282406523194, 1e-9);
    EXPECT_NEAR(high_99, 14.149759411023012, 1e-8);
}

TEST(Score, HandWorked) {
    Truth truth;
    truth.duration_s = 120;
    truth.discharges = {known(10.0), known(20.0), known(30.0), known(65.0), known(90.0),
                        known(11.0, "b", Label::fasciculation_multiplet), known(11.005, "b", Label::fasciculation_multiplet)};
    truth.segments = {{60.0, 75.0, "a", Label::voluntary}};
    Findings f;
    f.sites = {"a", "b"};
    f.events = {found(10.002, "a", 0), found(20.004, "a", 1), found(40.0, "a", 2), found(65.0, "a", 3),
                found(70.0, "a", 3),   found(11.001, "b", 4)};
    f.bursts = {{0, 10.0, "a", Label::fasciculation_potential, 0.9}, {1, 20.0, "a", Label::indeterminate, 0.4},
                {2, 40.0, "a", Label::fasciculation_potential, 0.6}, {3, 65.0, "a", Label::voluntary, 0.9},
                {4, 11.0, "b", Label::fasciculation_multiplet, 0.8}};
    f.segments = {{85.0, 100.0, "a", SegmentKind::masked}, {95.0, 100.0, "", SegmentKind::masked},
                  {70.0, 80.0, "a", SegmentKind::voluntary}};
    const auto s = score(truth, f);
    ASSERT_EQ(s.sites.size(), 2U);
    const auto& a = s.sites[0];
    EXPECT_EQ(a.discharges, 4);  // the one at 65 s is in the contraction
    EXPECT_EQ(a.matched, 2);
    EXPECT_EQ(a.missed, 2);
    EXPECT_EQ(a.missed_in_masked, 1);
    EXPECT_EQ(a.false_detections, 1);
    EXPECT_EQ(a.in_voluntary, 2);
    EXPECT_NEAR(a.usable_min, (120.0 - 15.0 - 15.0) / 60.0, 1e-12);
    EXPECT_DOUBLE_EQ(a.sensitivity, 0.5);
    EXPECT_DOUBLE_EQ(a.ppv, 2.0 / 3);
    EXPECT_DOUBLE_EQ(a.f1, 4.0 / 7);
    EXPECT_NEAR(a.false_per_min, 1.0 / 1.5, 1e-12);
    EXPECT_NEAR(a.false_per_min_low, 0.025317807984 / 1.5, 1e-9);
    EXPECT_NEAR(a.false_per_min_high, 5.571643390939 / 1.5, 1e-9);
    EXPECT_NEAR(a.bias_ms, 3.0, 1e-9);
    EXPECT_NEAR(a.sd_ms, std::sqrt(2.0), 1e-6);
    const auto& b = s.sites[1];
    EXPECT_EQ(b.matched, 1);
    EXPECT_EQ(b.missed, 1);
    EXPECT_TRUE(std::isnan(b.sd_ms));
    EXPECT_NEAR(b.usable_min, 115.0 / 60, 1e-12);
    EXPECT_EQ(s.all.matched, 3);
    EXPECT_EQ(s.all.discharges, 6);
    EXPECT_NEAR(s.all.usable_min, 205.0 / 60, 1e-12);
    EXPECT_EQ(s.bursts_compared, 3);
    EXPECT_EQ(s.bursts_agreed, 2);
    EXPECT_EQ(s.bursts[static_cast<std::size_t>(Label::fasciculation_potential)]
                      [static_cast<std::size_t>(Label::indeterminate)], 1);
}

TEST(Score, NothingAgainstNothingHasNoRatiosButMinutes) {
    Truth truth;
    truth.duration_s = 120;
    Findings f;
    f.sites = {"a", "b", "c"};
    const auto s = score(truth, f);
    EXPECT_TRUE(std::isnan(s.all.sensitivity));
    EXPECT_TRUE(std::isnan(s.all.ppv));
    EXPECT_TRUE(std::isnan(s.all.f1));
    EXPECT_DOUBLE_EQ(s.all.usable_min, 6.0);
    EXPECT_EQ(s.all.false_per_min, 0.0);
    EXPECT_NEAR(s.all.false_per_min_high, 3.6888794541 / 6, 1e-9);
}

TEST(Score, MaskingEverythingDoesNotHelp) {
    Truth truth;
    truth.duration_s = 60;
    truth.discharges = {known(10.0), known(20.0)};
    Findings f;
    f.sites = {"a"};
    f.segments = {{0.0, 60.0, "a", SegmentKind::masked}};
    const auto s = score(truth, f);
    EXPECT_EQ(s.all.sensitivity, 0.0);
    EXPECT_EQ(s.all.missed_in_masked, 2);
    EXPECT_EQ(s.all.usable_min, 0.0);
    EXPECT_TRUE(std::isnan(s.all.false_per_min));
}

TEST(Score, FindingsOfAnAnalysis) {
    Analysis analysis;
    analysis.recording.sampling_rate_hz = 1000;
    analysis.recording.channels.resize(2);
    analysis.recording.channels[0].label = "x";
    analysis.recording.channels[1].label = "y";
    analysis.recording.sites = one_site_per_channel(analysis.recording.channels);
    Event e;
    e.site = 1;
    e.peak_sample = 2500;
    e.burst = 7;
    analysis.events.push_back(e);
    Segment all;
    all.onset_sample = 0;
    all.end_sample = 100;
    all.site = -1;
    analysis.segments.push_back(all);
    const auto f = evaluate::findings_of(analysis);
    EXPECT_EQ(f.sites, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(f.events.at(0).site, "y");
    EXPECT_DOUBLE_EQ(f.events.at(0).peak_s, 2.5);
    EXPECT_EQ(f.segments.at(0).site, "");
}
