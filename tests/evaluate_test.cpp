#include "fascikit/evaluate/score.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "fascikit/evaluate/curves.hpp"

using namespace fascikit;
using evaluate::match;
using evaluate::score;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto index_of(Label label) { return static_cast<std::size_t>(label); }

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

/// A discharge of `unit` with this amplitude over a noise of 10 µV.
TrueDischarge strong(double peak_s, double snr, std::int32_t unit = 0, Label label = Label::fasciculation_potential) {
    TrueDischarge d = known(peak_s, "a", label);
    d.unit = unit;
    d.amplitude_uv = 10 * snr;
    d.noise_rms_uv = 10;
    return d;
}
Truth truth_of(double duration_s, std::vector<TrueDischarge> discharges) {
    Truth truth;
    truth.duration_s = duration_s;
    truth.discharges = std::move(discharges);
    return truth;
}
Findings findings_at(const std::vector<double>& peaks_s) {
    Findings f;
    f.sites = {"a"};
    for (const double t : peaks_s) f.events.push_back(found(t));
    return f;
}
template <class Call>
void refused(Call&& call, const char* part) {
    try {
        call();
        FAIL() << "not refused: " << part;
    } catch (const InputError& e) {
        EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
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
    Truth truth = truth_of(120, {known(10.0), known(20.0), known(30.0), known(65.0), known(90.0),
                                 known(11.0, "b", Label::fasciculation_multiplet),
                                 known(11.005, "b", Label::fasciculation_multiplet)});
    truth.segments = {{60.0, 75.0, "a", Label::voluntary}};
    Findings f;
    f.sites = {"a", "b"};
    f.events = {found(10.002, "a", 0), found(20.004, "a", 1), found(40.0, "a", 2), found(65.0, "a", 3),
                found(70.0, "a", 3),   found(11.001, "b", 4)};
    f.bursts = {{0, 10.0, "a", Label::fasciculation_potential, 0.9, 0.0}, {1, 20.0, "a", Label::indeterminate, 0.4, 0.0},
                {2, 40.0, "a", Label::fasciculation_potential, 0.6, 0.0}, {3, 65.0, "a", Label::voluntary, 0.9, 5.0},
                {4, 11.0, "b", Label::fasciculation_multiplet, 0.8, 0.0}};
    f.segments = {{85.0, 100.0, "a", SegmentKind::masked}, {95.0, 100.0, "", SegmentKind::masked},
                  {70.0, 80.0, "a", SegmentKind::voluntary}};
    const auto s = score(truth, f);
    ASSERT_EQ(s.sites.size(), 2U);
    const auto& a = s.sites[0];
    EXPECT_EQ(a.discharges, 4);  // the one at 65 s is in the contraction
    EXPECT_EQ(a.discharges_in_interference, 1);
    EXPECT_EQ(a.matched, 2);
    EXPECT_EQ(a.missed, 2);
    EXPECT_EQ(a.missed_in_masked, 1);
    EXPECT_EQ(a.false_detections, 1);
    EXPECT_EQ(a.in_interference, 2);
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
    EXPECT_DOUBLE_EQ(b.group_sensitivity, 1.0);  // two discharges 5 ms apart, one of them found
    EXPECT_TRUE(std::isnan(b.sd_ms));
    EXPECT_NEAR(b.usable_min, 115.0 / 60, 1e-12);
    EXPECT_EQ(s.all.matched, 3);
    EXPECT_EQ(s.all.discharges, 6);
    EXPECT_EQ(s.all.groups, 5);
    EXPECT_EQ(s.all.groups_found, 3);
    EXPECT_NEAR(s.all.usable_min, 205.0 / 60, 1e-12);
    // Groups: 10, 20, 30 and 90 s at a, the pair at b. Three have a match, one of them without a label.
    EXPECT_EQ(s.label_totals.groups, 5);
    EXPECT_EQ(s.label_totals.compared, 3);
    EXPECT_EQ(s.label_totals.labelled, 2);
    EXPECT_EQ(s.label_totals.agreed, 2);
    EXPECT_DOUBLE_EQ(s.label_totals.coverage, 2.0 / 3);
    EXPECT_DOUBLE_EQ(s.label_totals.macro_f1_groups, 1.0);
    EXPECT_EQ(s.confusion[index_of(Label::fasciculation_potential)][index_of(Label::indeterminate)], 1);
    // The contraction of 60 to 75 s was found from 70 to 80: 5 s of 15, and of 20 together.
    EXPECT_DOUBLE_EQ(s.interference[0].covered, 5.0 / 15);
    EXPECT_DOUBLE_EQ(s.interference[0].precision, 5.0 / 10);
    EXPECT_DOUBLE_EQ(s.interference[0].overlap, 5.0 / 20);
    EXPECT_DOUBLE_EQ(s.interference[0].f1, 10.0 / 25);
    EXPECT_EQ(s.interference[0].found, 0);  // a third is less than the half
    EXPECT_EQ(s.interference[0].false_stretches, 0);  // the half of it is right
    EXPECT_DOUBLE_EQ(s.label_totals.macro_f1, (1.0 + 1.0 + 0.4) / 3);
}

TEST(Score, AGroupIsFoundWhenOneOfItIs) {
    // 1.000, 1.015, 1.030: each 15 ms after the one before, one group. 1.050 comes 20 ms later: another.
    const auto truth = truth_of(60, {strong(1.000, 50, 1), strong(1.015, 50, 2), strong(1.030, 50, 1), strong(1.050, 50, 2)});
    const auto s = score(truth, findings_at({1.016}));
    EXPECT_EQ(s.all.groups, 2);
    EXPECT_EQ(s.all.groups_found, 1);
    EXPECT_EQ(s.all.matched, 1);
    EXPECT_EQ(score(truth, findings_at({1.016}), {.group_ms = 0}).all.groups, 4);
    EXPECT_EQ(score(truth, findings_at({1.016}), {.group_ms = 20.1}).all.groups, 1);
}

TEST(Score, ADoubletRecoveredWronglyIsPunishedOnce) {
    // Known at 0 and 15 ms; the second of the detections is out of reach of the second discharge.
    const auto doublet = truth_of(60, {strong(1.000, 50), strong(1.015, 50)});
    const auto merged = score(doublet, findings_at({1.007})).all;
    EXPECT_EQ(merged.matched, 1);
    EXPECT_EQ(merged.missed, 1);
    EXPECT_EQ(merged.false_detections, 0);
    const auto shifted = score(doublet, findings_at({1.000, 1.003})).all;
    EXPECT_EQ(shifted.matched, 1);
    EXPECT_EQ(shifted.missed, 1);
    EXPECT_EQ(shifted.extra_in_groups, 1);
    EXPECT_EQ(shifted.false_detections, 0);
    // One miss excuses one detection, not two.
    const auto many = score(doublet, findings_at({1.000, 1.002, 1.004})).all;
    EXPECT_EQ(many.extra_in_groups, 1);
    EXPECT_EQ(many.false_detections, 1);
    // Beyond the group's end and the tolerance it is false; so it is where nothing was found.
    EXPECT_EQ(score(doublet, findings_at({1.000, 1.026})).all.false_detections, 1);
    EXPECT_EQ(score(doublet, findings_at({0.985, 1.030})).all.false_detections, 2);
    // A single potential split in two: one is false.
    const auto split = score(truth_of(60, {strong(1.000, 50)}), findings_at({0.998, 1.004})).all;
    EXPECT_EQ(split.matched, 1);
    EXPECT_EQ(split.missed, 0);
    EXPECT_EQ(split.false_detections, 1);
}

TEST(Score, PairsOfOneUnitByInterval) {
    // Unit 1: 1.000 and 1.004 (2 to 5 ms), as two. Unit 2: 2.000 and 2.005 (5 to 10: the edge), as one.
    // Unit 3: 3.000 and 3.012 (10 to 20), missed. Unit 4: 4.000, 4.032 and 4.100 (20 to 80), as two and as one.
    // Unit 5: 80 ms is no pair any more. Units 6 and 7 are two units.
    const auto truth = truth_of(60, {strong(1.000, 50, 1), strong(1.004, 50, 1), strong(2.000, 50, 2), strong(2.005, 50, 2),
                                     strong(3.000, 50, 3), strong(3.012, 50, 3), strong(4.000, 50, 4), strong(4.032, 50, 4),
                                     strong(4.100, 50, 4), strong(5.000, 50, 5), strong(5.080, 50, 5), strong(6.000, 50, 6),
                                     strong(6.003, 50, 7)});
    const auto s = score(truth, findings_at({1.000, 1.004, 2.001, 4.000, 4.033, 5.0, 5.08, 6.0, 6.003}));
    const auto expect = [&](std::size_t bin, std::int64_t all, std::int64_t two, std::int64_t one, std::int64_t none) {
        const auto& p = s.pairs[bin];
        EXPECT_EQ((std::array{p.known, p.as_two, p.as_one, p.missed}), (std::array{all, two, one, none})) << bin;
    };
    expect(0, 1, 1, 0, 0);
    expect(1, 1, 0, 1, 0);
    expect(2, 1, 0, 0, 1);
    expect(3, 2, 1, 1, 0);
}

TEST(Score, WeakDischargesCountNeitherWay) {
    auto truth = truth_of(60, {strong(1, 20), strong(2, 5.9), strong(3, 5.9), strong(4, 6.0)});
    truth.discharges.push_back(known(5));          // no amplitude, no noise: counts
    truth.discharges.push_back(strong(6, not_a_number));
    const auto s = score(truth, findings_at({1, 2, 4, 30}));
    EXPECT_EQ(s.all.discharges, 4);
    EXPECT_EQ(s.all.matched, 2);
    EXPECT_EQ(s.all.below_noise, 2);
    EXPECT_EQ(s.all.below_noise_found, 1);
    EXPECT_EQ(s.all.false_detections, 1);
    const auto every = score(truth, findings_at({1, 2, 4, 30}), {.least_snr = 0});
    EXPECT_EQ(every.all.discharges, 6);
    EXPECT_EQ(every.all.matched, 3);
    // A detection between a weak one and one that counts goes to the one that counts.
    const auto between = score(truth_of(60, {strong(1.000, 5), strong(1.012, 50)}), findings_at({1.003}));
    EXPECT_EQ(between.all.matched, 1);
    EXPECT_EQ(between.all.below_noise_found, 0);
}

TEST(Score, BinsOfSignalToNoise) {
    auto truth = truth_of(60, {strong(1, 4), strong(2, 6), strong(3, 7.9), strong(4, 8), strong(5, 19), strong(6, 500)});
    truth.discharges.push_back(known(7));
    auto f = findings_at({1, 2, 5, 6, 7, 40, 41});
    f.events[5].snr = 7;                            // false, found with 7
    f.events[6].snr = not_a_number;
    const auto s = score(truth, f).by_snr;
    const auto expect = [&](std::size_t b, std::int64_t all, std::int64_t matched, std::int64_t wrong) {
        EXPECT_EQ((std::array{s[b].known, s[b].matched, s[b].false_detections}), (std::array{all, matched, wrong})) << b;
    };
    expect(0, 1, 0, 0);                             // below 6: shown, not counted
    EXPECT_EQ(s[0].uncounted, 1);
    EXPECT_EQ(s[0].uncounted_found, 1);
    EXPECT_TRUE(std::isnan(s[0].sensitivity));
    expect(1, 2, 1, 1);                             // 6 and 7.9, one found: sensitivity 1/2, PPV 1/2
    EXPECT_DOUBLE_EQ(s[1].f1, 0.5);
    expect(2, 1, 0, 0);
    expect(3, 1, 1, 0);
    expect(4, 0, 0, 0);
    expect(5, 1, 1, 0);
    EXPECT_EQ(s[5].high, std::numeric_limits<double>::infinity());
    expect(6, 1, 1, 1);                             // unknown
}

TEST(Score, InterferenceCountsAsStretches) {
    // Known: voluntary 10 to 20 s and 20 to 24 (they touch: one of 14 s), a cramp 40 to 50, a tremor 60 to 80.
    auto truth = truth_of(120, {strong(15, 50, 1, Label::voluntary), strong(45, 50, 2, Label::cramp_discharge), strong(100, 50)});
    truth.segments = {{20, 24, "a", Label::voluntary}, {60, 80, "a", Label::tremor}, {10, 20, "a", Label::voluntary},
                      {40, 50, "a", Label::cramp_discharge}};
    Findings f = findings_at({12, 15.001, 45, 46, 70, 100, 110});
    // Voluntary 11 to 16 and 18 to 25; the cramp called voluntary from 41 to 45; 105 to 111 is nothing.
    f.segments = {{11, 16, "a", SegmentKind::voluntary}, {18, 25, "", SegmentKind::voluntary},
                  {41, 45, "a", SegmentKind::voluntary}, {105, 111, "a", SegmentKind::voluntary}};
    f.bursts = {{0, 62, "a", Label::tremor, 0.9, 17}, {1, 45, "a", Label::cramp_discharge, 0.5, 2}};
    const auto s = score(truth, f);
    EXPECT_EQ(s.all.discharges, 1);
    EXPECT_EQ(s.all.discharges_in_interference, 2);
    EXPECT_EQ(s.all.in_interference, 5);
    EXPECT_EQ(s.all.false_detections, 1);
    EXPECT_DOUBLE_EQ(s.all.usable_min, (120.0 - 14 - 10 - 20) / 60);
    ASSERT_EQ(s.stretches.size(), 3U);
    const auto& v = s.interference[0];
    EXPECT_EQ(v.stretches, 1);
    EXPECT_EQ(v.found, 1);
    EXPECT_EQ(v.false_stretches, 1);                // that of 105 s; that in the cramp is a confusion
    EXPECT_DOUBLE_EQ(v.covered, 11.0 / 14);         // 11 to 16 and 18 to 24
    EXPECT_DOUBLE_EQ(v.precision, 11.0 / 22);       // 5 + 7 + 4 + 6 s found
    EXPECT_DOUBLE_EQ(v.overlap, 11.0 / 25);
    EXPECT_DOUBLE_EQ(v.onset_bias_s, 1.0);
    EXPECT_DOUBLE_EQ(v.end_bias_s, 1.0);
    EXPECT_TRUE(std::isnan(v.onset_sd_s));
    EXPECT_EQ(s.interference[1].found, 0);          // 2 s of 10
    EXPECT_TRUE(std::isnan(s.interference[1].onset_bias_s));
    EXPECT_DOUBLE_EQ(s.interference[2].covered, 17.0 / 20);
    EXPECT_DOUBLE_EQ(s.interference[2].onset_bias_s, 2.0);
    EXPECT_DOUBLE_EQ(s.interference[2].end_bias_s, -1.0);
    EXPECT_DOUBLE_EQ(s.seconds[1][0], 4.0);         // cramp, called voluntary
    EXPECT_DOUBLE_EQ(s.seconds[1][4], 4.0);         // cramp, called nothing: 40 to 41 and 47 to 50
    EXPECT_DOUBLE_EQ(s.seconds[4][0], 1.0 + 6.0);   // nothing, called voluntary: 24 to 25 and 105 to 111
    EXPECT_DOUBLE_EQ(s.seconds[4][4], 120 - 44 - 7);
}

TEST(Score, AFoundStretchIsFalseBelowTheHalf) {
    // Known 10 to 15 s. Of 10 to 20 half is known; of 10 to 20.1 less than half; of 14 to 15.5 two thirds.
    Truth truth = truth_of(60, {});
    truth.segments = {{10, 15, "a", Label::tremor}};
    const auto wrong = [&](double onset_s, double end_s) {
        Findings f;
        f.sites = {"a"};
        f.segments = {{onset_s, end_s, "a", SegmentKind::voluntary}};
        return score(truth, f).interference[0].false_stretches;
    };
    EXPECT_EQ(wrong(10, 20), 0);
    EXPECT_EQ(wrong(10, 20.1), 1);
    EXPECT_EQ(wrong(14, 15.5), 0);
    EXPECT_EQ(wrong(30, 31), 1);
}

TEST(Score, ATonicUnitIsNoInterference) {
    // Known one by one and labelled voluntary: its discharges count, and calling it a contraction is no false segment.
    Truth truth = truth_of(60, {});
    for (int i = 0; i < 100; ++i) truth.discharges.push_back(strong(10 + 0.1 * i, 20, 3, Label::voluntary));
    Findings f = findings_at({10, 10.1});
    f.segments = {{10, 20, "a", SegmentKind::voluntary}, {40, 50, "a", SegmentKind::voluntary}};
    const auto s = score(truth, f);
    EXPECT_EQ(s.all.discharges, 100);
    EXPECT_EQ(s.all.matched, 2);
    EXPECT_EQ(s.interference[0].false_stretches, 1);
}

TEST(Score, AnEmptySiteOfASegmentIsAllSites) {
    Truth truth = truth_of(60, {known(5, "a"), known(5, "b"), known(30, "b")});
    truth.segments = {{0, 10, "", Label::tremor}};
    Findings f;
    f.sites = {"a", "b"};
    const auto s = score(truth, f);
    EXPECT_EQ(s.sites.size(), 2U);
    EXPECT_EQ(s.all.discharges, 1);
    EXPECT_DOUBLE_EQ(s.all.usable_min, 100.0 / 60);
}

TEST(Score, LabelsByGroups) {
    using enum Label;
    // Unit 1: a train of five myokymic discharges, found as two bursts: three votes fibrillation,
    // two myokymic. Unit 2: fasciculations at 20 and 23 s, two groups, joined into one myokymic burst.
    // Unit 3: a multiplet found without a label. Unit 4: found in no burst. Unit 5: missed.
    auto truth = truth_of(120, {});
    for (int i = 0; i < 5; ++i) truth.discharges.push_back(strong(1 + 0.5 * i, 50, 1, myokymic_discharge));
    for (const double t : {20.0, 23.0}) truth.discharges.push_back(strong(t, 50, 2));
    truth.discharges.push_back(strong(40, 50, 3, fasciculation_multiplet));
    truth.discharges.push_back(strong(50, 50, 4));
    truth.discharges.push_back(strong(60, 50, 5));
    Findings f = findings_at({1, 1.5, 2, 2.5, 3, 20, 23, 40, 50, 100});
    const std::array<std::int64_t, 10> bursts{0, 0, 0, 1, 1, 2, 2, 3, -1, 4};
    for (std::size_t i = 0; i < bursts.size(); ++i) f.events[i].burst = bursts[i];
    f.bursts = {{0, 1, "a", fibrillation_potential, 1, 1}, {1, 2.5, "a", myokymic_discharge, 1, 0.5},
                {2, 20, "a", myokymic_discharge, 1, 3},    {3, 40, "a", indeterminate, 1, 0},
                {4, 100, "a", fasciculation_potential, 1, 0}};
    const auto s = score(truth, f);
    EXPECT_EQ(s.label_totals.groups, 6);
    EXPECT_EQ(s.label_totals.compared, 5);
    EXPECT_EQ(s.label_totals.labelled, 3);
    EXPECT_EQ(s.label_totals.agreed, 0);
    EXPECT_EQ(s.confusion[index_of(myokymic_discharge)][index_of(fibrillation_potential)], 1);
    EXPECT_EQ(s.confusion[index_of(fasciculation_potential)][index_of(myokymic_discharge)], 2);
    EXPECT_EQ(s.confusion[index_of(fasciculation_potential)][index_of(indeterminate)], 1);
    EXPECT_EQ(s.confusion[index_of(fasciculation_multiplet)][index_of(indeterminate)], 1);
    // With two votes each the tie goes to the first in the table: myokymic before fibrillation.
    f.events[2].burst = -1;
    const auto tie = score(truth, f);
    EXPECT_EQ(tie.confusion[index_of(myokymic_discharge)][index_of(myokymic_discharge)], 1);
    // Myokymic: agreed 1 of 1 known and of 3 said: F1 2/4. Fasciculation: 0 of 2, F1 0. The multiplet has no
    // label and no part: the mean is 1/4.
    EXPECT_DOUBLE_EQ(tie.label_totals.macro_f1_groups, 0.25);
    EXPECT_DOUBLE_EQ(tie.label_totals.coverage, 3.0 / 5);
    for (const auto& row : tie.labels)
        if (row.label == myokymic_discharge) {
            EXPECT_DOUBLE_EQ(row.precision, 1.0 / 3);
            EXPECT_DOUBLE_EQ(row.recall, 1.0);
            EXPECT_EQ(row.discharges, 5);
        }
    // A longer silence allowed, and unit 2 is one train.
    EXPECT_EQ(score(truth, f, {.train_s = 3.1}).label_totals.groups, 5);
}

TEST(Score, TheCurveIsTheScoreAtEveryTolerance) {
    const auto truth = truth_of(60, {strong(1, 50), strong(2, 50), strong(3, 50), strong(4, 50), strong(5, 50)});
    const auto f = findings_at({1.001, 2.002, 3.008, 4.030, 5.1});  // within 2: two, 5: two, 10 and 20: three, 50: four
    const auto s = score(truth, f);
    const std::array<std::int64_t, 5> matched{2, 2, 3, 3, 4};
    for (std::size_t i = 0; i < matched.size(); ++i) {
        EXPECT_EQ(s.curve[i].matched, matched[i]);
        const auto alone = score(truth, f, {.tolerance_ms = evaluate::curve_ms[i]}).all;
        EXPECT_EQ(s.curve[i].false_detections, alone.false_detections);
        EXPECT_EQ(s.curve[i].f1, alone.f1);
        EXPECT_EQ(s.curve[i].bias_ms, alone.bias_ms);
    }
}

TEST(Froc, HandWorked) {
    // By falling value: found, false, found, found; one of four is never found.
    const auto truth = truth_of(120, {strong(1, 50), strong(2, 50), strong(3, 50), strong(4, 50)});
    auto f = findings_at({1, 30, 2, 3});
    const std::array<double, 4> values{9, 8, 7, 7};
    for (std::size_t i = 0; i < values.size(); ++i) f.events[i].snr = values[i], f.events[i].probability = 1 - 0.1 * values[i];
    const auto curve = evaluate::froc(truth, f);
    ASSERT_EQ(curve.points.size(), 3U);
    EXPECT_EQ(curve.points[0].threshold, 9);
    EXPECT_EQ(curve.points[0].all.matched, 1);
    EXPECT_DOUBLE_EQ(curve.points[1].all.false_per_min, 0.5);
    EXPECT_EQ(curve.points[2].all.matched, 3);
    // Gains: 1/4 at precision 1, none at 1/2, 2/4 at 3/4.
    EXPECT_DOUBLE_EQ(curve.average_precision, 0.25 * 1 + 0.5 * 0.75);
    // The other way round: 2 of 2 at the first threshold, then the false one, then the third.
    const auto by_probability = evaluate::froc(truth, f, {}, evaluate::By::probability);
    EXPECT_DOUBLE_EQ(by_probability.average_precision, 0.5 * 1 + 0.25 * 0.75);
    EXPECT_EQ(by_probability.points.back().all.matched, score(truth, f).all.matched);
    f.events[2].snr = not_a_number;
    refused([&] { (void)evaluate::froc(truth, f); }, "events found[2] has no snr");
    EXPECT_TRUE(std::isnan(evaluate::froc(truth_of(60, {}), findings_at({1})).average_precision));
    EXPECT_EQ(evaluate::froc(truth, findings_at({})).average_precision, 0.0);
    // More values than thresholds: the first and the last are among them.
    auto many = findings_at({});
    for (int i = 0; i < 1000; ++i) many.events.push_back(found(10 + 0.05 * i)), many.events.back().snr = i;
    const auto thinned = evaluate::froc(truth, many);
    EXPECT_EQ(thinned.points.size(), evaluate::most_thresholds);
    EXPECT_EQ(thinned.points.front().threshold, 999);
    EXPECT_EQ(thinned.points.back().threshold, 0);
}

namespace {

/// A recording with something of everything; everything at multiples of a millisecond.
std::pair<Truth, Findings> random_case(std::mt19937& engine) {
    const auto below = [&](unsigned n) { return static_cast<int>(engine() % n); };
    Truth truth = truth_of(100, {});
    Findings f;
    f.sites = {"a", "b"};
    for (int i = below(60); i > 0; --i) {
        auto d = strong(0.001 * below(100000), 2 + below(30), below(3), static_cast<Label>(below(16)));
        d.site = below(2) ? "a" : "b";
        truth.discharges.push_back(d);
        if (below(4)) f.events.push_back(found(d.peak_s + 0.001 * (below(30) - 15), d.site.c_str(), below(20)));
        if (!below(3)) {
            d.peak_s += 0.001 * below(30);
            truth.discharges.push_back(d);
        }
    }
    for (int i = below(20); i > 0; --i) f.events.push_back(found(0.001 * below(100000), below(2) ? "a" : "b", below(20)));
    for (auto& e : f.events) e.snr = below(9);
    for (int i = 0; i < 20; ++i)
        f.bursts.push_back({i, 0.001 * below(100000), i % 2 ? "a" : "b", static_cast<Label>(below(16)), 1, 0.001 * below(5000)});
    for (int i = below(4); i > 0; --i) {
        const double onset = 0.001 * below(90000);
        truth.segments.push_back({onset, onset + 0.001 * below(10000), below(2) ? "a" : "b", static_cast<Label>(below(16))});
        f.segments.push_back({onset + 0.1, onset + 0.001 * (100 + below(9000)), below(2) ? "a" : "", static_cast<SegmentKind>(below(3))});
    }
    return {truth, f};
}

}  // namespace

TEST(Score, EveryDischargeAndEveryDetectionIsCountedOnce) {
    std::mt19937 engine(7);
    for (int trial = 0; trial < 500; ++trial) {
        const auto pair = random_case(engine);  // clang 14 does not let a lambda see a structured binding
        const Truth& truth = pair.first;
        const Findings& f = pair.second;
        const auto s = score(truth, f);
        const auto check = [&](const evaluate::SiteScore& a) {
            ASSERT_EQ(a.matched + a.missed, a.discharges);
            ASSERT_EQ(a.discharges + a.discharges_in_interference + a.below_noise,
                      static_cast<std::int64_t>(truth.discharges.size()));
            ASSERT_EQ(a.matched + a.false_detections + a.extra_in_groups + a.in_interference + a.below_noise_found,
                      static_cast<std::int64_t>(f.events.size()));
            ASSERT_LE(a.groups_found, a.groups);
            ASSERT_LE(a.extra_in_groups, a.missed);
            ASSERT_LE(a.below_noise_found, a.below_noise);
        };
        check(s.all);
        std::int64_t last = 0;
        for (const auto& point : s.curve) {
            check(point);
            ASSERT_GE(point.matched, last) << "a larger tolerance cannot match fewer";
            last = point.matched;
        }
        std::int64_t binned = 0, wrong = 0;
        for (const auto& bin : s.by_snr) binned += bin.known, wrong += bin.false_detections;
        ASSERT_EQ(binned, s.all.discharges + s.all.below_noise);
        ASSERT_EQ(wrong, s.all.false_detections);
        double time = 0;
        for (const auto& kind : s.interference) {
            ASSERT_LE(kind.both_s, std::min(kind.known_s, kind.found_s) + 1e-9);
            time += kind.both_s;
        }
        ASSERT_GE(time, 0);
        // The last threshold of the curve keeps everything, so it is the score itself.
        const auto curve = evaluate::froc(truth, f);
        if (!curve.points.empty()) { ASSERT_EQ(curve.points.back().all.matched, s.all.matched); }
    }
}

TEST(Score, OrderAndTimeShiftChangeNothing) {
    std::mt19937 engine(8);
    for (int trial = 0; trial < 200; ++trial) {
        auto [truth, f] = random_case(engine);
        const auto before = score(truth, f);
        std::shuffle(truth.discharges.begin(), truth.discharges.end(), engine);
        std::shuffle(truth.segments.begin(), truth.segments.end(), engine);
        std::shuffle(f.segments.begin(), f.segments.end(), engine);
        const auto shuffled = score(truth, f);
        ASSERT_EQ(shuffled.all.matched, before.all.matched);
        ASSERT_EQ(shuffled.all.false_detections, before.all.false_detections);
        ASSERT_NEAR(shuffled.interference[0].both_s, before.interference[0].both_s, 1e-9);
        // 64 s: a shift that rounds nothing away that a nanosecond would notice.
        truth.duration_s += 64;
        for (auto& d : truth.discharges) d.peak_s += 64;
        for (auto& g : truth.segments) g.onset_s += 64, g.end_s += 64;
        for (auto& e : f.events) e.peak_s += 64;
        for (auto& g : f.segments) g.onset_s += 64, g.end_s += 64;
        for (auto& b : f.bursts) b.onset_s += 64;
        const auto shifted = score(truth, f);
        ASSERT_EQ(shifted.all.matched, before.all.matched);
        ASSERT_EQ(shifted.all.false_detections, before.all.false_detections);
        ASSERT_EQ(shifted.all.groups_found, before.all.groups_found);
        ASSERT_EQ(shifted.label_totals.agreed, before.label_totals.agreed);
        ASSERT_NEAR(shifted.interference[0].both_s, before.interference[0].both_s, 1e-9);
    }
}

TEST(Score, AllFoundIsOneAndNothingFoundIsNought) {
    auto truth = truth_of(60, {strong(1, 50), strong(1.004, 9), strong(2, 50, 1, Label::fibrillation_potential), strong(40, 5)});
    truth.segments = {{10, 20, "a", Label::voluntary}, {50, 55, "a", Label::tremor}};
    Findings f;
    f.sites = {"a"};
    for (std::size_t i = 0; i < truth.discharges.size(); ++i) {
        const auto id = static_cast<std::int64_t>(i);
        f.events.push_back(found(truth.discharges[i].peak_s, "a", id));
        f.bursts.push_back({id, truth.discharges[i].peak_s, "a", truth.discharges[i].label, 1, 0});
    }
    f.segments = {{10, 20, "a", SegmentKind::voluntary}};
    f.bursts.push_back({9, 50, "a", Label::tremor, 1, 5});
    const auto s = score(truth, f);
    for (const double one : {s.all.sensitivity, s.all.group_sensitivity, s.all.ppv, s.all.f1, s.label_totals.macro_f1,
                             s.label_totals.coverage, s.interference[0].overlap, s.interference[2].f1,
                             evaluate::froc(truth, f).average_precision})
        EXPECT_EQ(one, 1.0);
    EXPECT_EQ(s.all.false_per_min, 0.0);
    EXPECT_EQ(s.interference[0].onset_bias_s, 0.0);

    // One more far from all: only precision falls.
    f.events.push_back(found(30));
    const auto more = score(truth, f);
    EXPECT_EQ(more.all.sensitivity, 1.0);
    EXPECT_EQ(more.all.ppv, 0.75);
    EXPECT_EQ(more.all.false_detections, 1);
    EXPECT_EQ(more.label_totals.macro_f1, 1.0);

    f.events.clear(), f.bursts.clear(), f.segments.clear();
    const auto none = score(truth, f);
    EXPECT_EQ(none.all.sensitivity, 0.0);
    EXPECT_EQ(none.all.group_sensitivity, 0.0);
    EXPECT_EQ(none.all.f1, 0.0);
    EXPECT_TRUE(std::isnan(none.all.ppv));
    EXPECT_EQ(none.interference[0].covered, 0.0);
    EXPECT_TRUE(std::isnan(none.label_totals.coverage));
}

TEST(Score, TotalIsTheScoreOfAllOfThem) {
    std::mt19937 engine(9);
    std::vector<evaluate::Score> scores;
    std::int64_t matched = 0, known = 0, wrong = 0;
    double minutes = 0;
    for (int i = 0; i < 5; ++i) {
        const auto [truth, f] = random_case(engine);
        scores.push_back(score(truth, f));
        matched += scores.back().all.matched;
        known += scores.back().all.discharges;
        wrong += scores.back().all.false_detections;
        minutes += scores.back().all.usable_min;
    }
    const auto sum = evaluate::total(scores);
    EXPECT_EQ(sum.recordings, 5);
    EXPECT_EQ(sum.all.matched, matched);
    EXPECT_DOUBLE_EQ(sum.all.sensitivity, static_cast<double>(matched) / static_cast<double>(known));
    EXPECT_DOUBLE_EQ(sum.all.false_per_min, static_cast<double>(wrong) / minutes);
    ASSERT_EQ(sum.sites.size(), 2U);
    EXPECT_EQ(sum.sites[0].matched + sum.sites[1].matched, matched);
    std::size_t stretches = 0;
    for (const auto& s : scores) stretches += s.stretches.size();
    EXPECT_EQ(sum.stretches.size(), stretches);

    const auto same = evaluate::total(std::span(scores).first(1));
    EXPECT_EQ(same.all.f1, scores[0].all.f1);
    EXPECT_EQ(same.label_totals.accuracy == same.label_totals.accuracy, scores[0].label_totals.labelled > 0);
    EXPECT_TRUE(std::isnan(evaluate::total({}).all.f1));
    scores[1].options.group_ms = 5;
    EXPECT_THROW((void)evaluate::total(scores), std::invalid_argument);
}

TEST(Score, BadInputIsRefusedByName) {
    const auto good = truth_of(60, {known(1)});
    for (const evaluate::ScoreOptions& o :
         {evaluate::ScoreOptions{.tolerance_ms = 0}, {.tolerance_ms = not_a_number}, {.tolerance_ms = 1001}, {.group_ms = -1},
          {.group_ms = not_a_number}, {.least_snr = -1}, {.train_s = -1}, {.least_covered = 1.5}})
        EXPECT_THROW((void)score(good, {}, o), std::invalid_argument);
    auto truth = good;
    truth.discharges.push_back(known(not_a_number));
    refused([&] { (void)score(truth, {}); }, "discharges of the truth[1].peak_s is nan");
    truth = good;
    truth.duration_s = not_a_number;
    refused([&] { (void)score(truth, {}); }, "duration of the truth is nan");
    truth = good;
    truth.segments = {{1, 2, "a", Label::voluntary}, {5, 3, "a", Label::voluntary}};
    refused([&] { (void)score(truth, {}); }, "segments of the truth[1] ends at 3 s, before its onset at 5 s");
    refused([&] { (void)score(good, findings_at({1, 2, std::numeric_limits<double>::infinity()})); }, "events found[2].peak_s is inf");
    Findings f;
    f.segments = {{not_a_number, 3, "a", SegmentKind::masked}};
    refused([&] { (void)score(good, f); }, "segments found[0].onset_s");
    f.segments.clear();
    f.bursts = {{0, 1, "a", Label::tremor, 1, -2}};
    refused([&] { (void)score(good, f); }, "bursts found[0].duration_s is -2");
}

TEST(Score, ASiteThatWasNotAnalysedIsMissed) {
    Findings f;
    f.sites = {"a"};
    const auto s = score(truth_of(60, {known(1, "a"), known(1, "elsewhere")}), f);
    EXPECT_EQ(s.all.missed, 2);
    EXPECT_DOUBLE_EQ(s.all.usable_min, 1.0);
    EXPECT_TRUE(std::isnan(s.sites[1].false_per_min));
    EXPECT_TRUE(std::isnan(score(truth_of(0, {}), f).all.false_per_min));
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
    EXPECT_TRUE(std::isnan(s.label_totals.macro_f1));
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
