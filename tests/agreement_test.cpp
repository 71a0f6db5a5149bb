// Calibration, units, counts, kappa, bootstrap and synthetic spike trains: worked by hand,
// against SciPy and scikit-learn (golden/agreement.json), and by their properties.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "fascikit/evaluate/bootstrap.hpp"
#include "fascikit/evaluate/burst_score.hpp"
#include "fascikit/evaluate/calibration.hpp"
#include "fascikit/evaluate/counts.hpp"
#include "fascikit/evaluate/kappa.hpp"
#include "fascikit/evaluate/spike_trains.hpp"
#include "fascikit/evaluate/units.hpp"

using namespace fascikit::evaluate;

namespace {

using Times = std::vector<double>;
using Ids = std::vector<std::int64_t>;

const nlohmann::json& golden() {
    static const nlohmann::json data = [] {
        std::ifstream file(FASCIKIT_ROOT "/tests/golden/agreement.json");
        return nlohmann::json::parse(file);
    }();
    return data;
}

/// As in golden/make_agreement.py.
std::vector<double> uniforms(std::size_t n, std::uint32_t seed) {
    std::vector<double> out(n);
    for (double& v : out) {
        seed = 1664525U * seed + 1013904223U;
        v = static_cast<double>(seed >> 8) / 16777216.0;
    }
    return out;
}

void expect_close(double got, double wanted, double relative) {
    EXPECT_NEAR(got, wanted, relative * std::max(1e-12, std::abs(wanted))) << "wanted " << wanted;
}

template <class Call>
std::string refusal(Call&& call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(Distributions, AgreeWithSciPy) {
    for (const auto& q : golden()["quantiles"]["normal"])
        EXPECT_NEAR(normal_quantile(q[0]), q[1].get<double>(), 1e-10 * std::max(1.0, std::abs(q[1].get<double>())));
    for (const auto& q : golden()["quantiles"]["t"]) {
        if (q[0] == 0.5)
            EXPECT_EQ(t_quantile(q[0], q[1]), 0.0);
        else
            expect_close(t_quantile(q[0], q[1]), q[2], 1e-9);
    }
    for (const auto& q : golden()["quantiles"]["f"]) expect_close(f_quantile(q[0], q[1], q[2]), q[3], 1e-9);
    for (const auto& q : golden()["quantiles"]["wilson"]) {
        const auto [low, high] = wilson_interval(q[0], q[1]);
        EXPECT_NEAR(low, q[2].get<double>(), 1e-12);
        EXPECT_NEAR(high, q[3].get<double>(), 1e-12);
    }
    for (const double bad : {0.0, 1.0, -0.1, std::nan("")}) {
        EXPECT_TRUE(std::isnan(normal_quantile(bad)));
        EXPECT_TRUE(std::isnan(t_quantile(bad, 3)));
        EXPECT_TRUE(std::isnan(f_quantile(bad, 3, 3)));
    }
    EXPECT_TRUE(std::isnan(t_quantile(0.9, 0)));
    EXPECT_TRUE(std::isnan(wilson_interval(0, 0).first));
}

TEST(Calibration, HandWorked) {
    const Times p{0.1, 0.1, 0.8, 0.8, 0.8};
    const std::vector<std::uint8_t> y{0, 1, 1, 1, 0};
    const Calibration c = calibration(p, y, 2);
    ASSERT_EQ(c.bins.size(), 2u);
    EXPECT_EQ(c.bins[0].n, 2);
    EXPECT_DOUBLE_EQ(c.bins[0].mean_p, 0.1);
    EXPECT_DOUBLE_EQ(c.bins[0].share_true, 0.5);
    EXPECT_NEAR(c.bins[1].mean_p, 0.8, 1e-15);
    EXPECT_DOUBLE_EQ(c.bins[1].share_true, 2.0 / 3);
    // 1 of 2 by Wilson, z = 1.96: (0.25 + 0.96) / ... = 0.5 ± 1.96 / 2 / sqrt(2 + 3.8415) = 0.5 ± 0.4055
    EXPECT_NEAR(c.bins[0].share_low, 0.0945, 1e-4);
    EXPECT_NEAR(c.bins[0].share_high, 0.9055, 1e-4);
    EXPECT_NEAR(c.ece, 0.4 * 0.4 + 0.6 * (0.8 - 2.0 / 3), 1e-15);           // 0.24
    EXPECT_NEAR(c.mce, 0.4, 1e-15);
    EXPECT_NEAR(c.brier, (0.01 + 0.81 + 0.04 + 0.04 + 0.64) / 5, 1e-15);    // 0.308
    EXPECT_NEAR(c.brier_skill, 1 - 0.308 / (0.6 * 0.4), 1e-12);             // worse than the base rate
    EXPECT_NEAR(c.log_loss, -(std::log(0.9) + std::log(0.1) + 2 * std::log(0.8) + std::log(0.2)) / 5, 1e-15);
}

TEST(Calibration, AgreesWithScikitLearn) {
    auto p = uniforms(400, 1);
    const auto u = uniforms(400, 2);
    std::vector<std::uint8_t> y(400);
    for (std::size_t i = 0; i < p.size(); ++i) {
        p[i] = std::floor(p[i] * 101) / 100;
        y[i] = u[i] < p[i] * p[i];
    }
    const auto& want = golden()["calibration"];
    for (const Bins kind : {Bins::equal_width, Bins::equal_count}) {
        const Calibration c = calibration(p, y, 10, kind);
        expect_close(c.brier, want["brier"], 1e-13);
        expect_close(c.log_loss, want["log_loss"], 1e-12);
        const auto& curve = want[kind == Bins::equal_width ? "equal_width" : "equal_count"];
        std::size_t k = 0;
        std::int64_t total = 0;
        for (const ReliabilityBin& bin : c.bins) {
            total += bin.n;
            if (bin.n == 0) continue;
            ASSERT_LT(k, curve["mean_p"].size());
            expect_close(bin.mean_p, curve["mean_p"][k], 1e-12);
            expect_close(bin.share_true, curve["share_true"][k], 1e-12);
            ++k;
        }
        EXPECT_EQ(k, curve["mean_p"].size());
        EXPECT_EQ(total, 400);
    }
}

TEST(Calibration, PerfectAndConstant) {
    const Calibration sure = calibration(Times{0, 1, 1, 0}, std::vector<std::uint8_t>{0, 1, 1, 0});
    EXPECT_EQ(sure.ece, 0);
    EXPECT_EQ(sure.brier, 0);
    EXPECT_EQ(sure.brier_skill, 1);
    EXPECT_LT(sure.log_loss, 1e-15);
    EXPECT_TRUE(std::isnan(sure.bins[5].mean_p));
    const Calibration base = calibration(Times(4, 0.25), std::vector<std::uint8_t>{0, 1, 0, 0});
    EXPECT_EQ(base.ece, 0);
    EXPECT_EQ(base.brier_skill, 0);
    EXPECT_TRUE(std::isnan(calibration(Times{0.3}, std::vector<std::uint8_t>{1}).brier_skill));
    // All equal: every quantile is the same, and the candidates stay together.
    const Calibration same = calibration(Times(7, 0.4), std::vector<std::uint8_t>(7, 1), 5, Bins::equal_count);
    EXPECT_EQ(std::count_if(same.bins.begin(), same.bins.end(), [](const auto& b) { return b.n > 0; }), 1);
    EXPECT_NEAR(same.ece, 0.6, 1e-15);
}

TEST(Calibration, EqualCounts) {
    // Seven probabilities, three bins: edges are the third and the fifth, and belong to the bin below.
    const Times p{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    const Calibration c = calibration(p, std::vector<std::uint8_t>{0, 0, 1, 0, 1, 1, 1}, 3, Bins::equal_count);
    EXPECT_EQ(c.bins[0].high, 0.3);
    EXPECT_EQ(c.bins[1].high, 0.5);
    EXPECT_EQ(c.bins[0].n, 3);
    EXPECT_EQ(c.bins[1].n, 2);
    EXPECT_EQ(c.bins[2].n, 2);
    EXPECT_EQ(c.bins[2].high, 0.7);
}

TEST(Calibration, OrderDoesNotMatter) {
    auto p = uniforms(100, 5);
    const auto u = uniforms(100, 6);
    std::vector<std::uint8_t> y(100);
    for (std::size_t i = 0; i < 100; ++i) y[i] = u[i] < p[i];
    const Calibration one = calibration(p, y);
    std::reverse(p.begin(), p.end());
    std::reverse(y.begin(), y.end());
    const Calibration two = calibration(p, y);
    EXPECT_NEAR(one.ece, two.ece, 1e-14);
    EXPECT_NEAR(one.brier, two.brier, 1e-14);
}

TEST(Calibration, Labels) {
    // Three rows of two labels. Label 0: p 0.9 0.6 0.2, true 1 0 0; label 1 the mirror image.
    const Times p{0.9, 0.1, 0.6, 0.4, 0.2, 0.8};
    const LabelCalibration c = label_calibration(p, 2, Ids{0, 1, 1}, 2);
    // Label 0, two bins: (0.1 ... 0.5]: 0.2 against 0; (0.5, 1]: 0.75 against 0.5. ECE = 1/3·0.2 + 2/3·0.25.
    EXPECT_NEAR(c.labels[0].ece, 0.2 / 3 + 0.5 / 3, 1e-15);
    EXPECT_NEAR(c.labels[1].ece, c.labels[0].ece, 1e-15);
    EXPECT_NEAR(c.classwise_ece, 0.7 / 3, 1e-15);
    EXPECT_NEAR(c.accuracy, 2.0 / 3, 1e-15);
    EXPECT_NEAR(c.top.ece, std::abs((0.9 + 0.6 + 0.8) / 3 - 2.0 / 3), 1e-15);
    EXPECT_NEAR(c.brier, 2 * (0.01 + 0.36 + 0.04) / 3, 1e-15);
    EXPECT_NEAR(c.log_loss, -(std::log(0.9) + std::log(0.4) + std::log(0.8)) / 3, 1e-15);
}

TEST(Calibration, BadInput) {
    const std::vector<std::uint8_t> one{1}, two{2};
    EXPECT_NE(refusal([&] { (void)calibration({}, {}); }).find("no candidates"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)calibration(Times{0.1, 0.2}, one); }).find("2 probabilities and 1 outcomes"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)calibration(Times{1.5}, one); }).find("probability 1.5 at index 0"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)calibration(Times{NAN}, one); }).find("nan at index 0"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)calibration(Times{0.5}, two); }).find("outcome 2"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)calibration(Times{0.5}, one, 0); }).find("0 bins"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)label_calibration(Times{0.5, 0.5}, 2, Ids{2}); }).find("true label 2"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)label_calibration(Times{0.5}, 2, Ids{0}); }).find("1 probabilities for 1 rows"),
              std::string::npos);
}

TEST(Assignment, AgreesWithSciPy) {
    for (const auto& item : golden()["assignment"]) {
        const std::size_t rows = item["rows"], columns = item["columns"];
        const auto partner = assign(uniforms(rows * columns, item["seed"]), rows, columns);
        for (std::size_t i = 0; i < rows; ++i) {
            const auto at = item["partner"].find(std::to_string(i));
            EXPECT_EQ(partner[i], at == item["partner"].end() ? -1 : at->get<std::int64_t>());
        }
    }
}

TEST(Assignment, IsAsGoodAsTryingEverything) {
    std::mt19937 engine(3);
    for (int trial = 0; trial < 500; ++trial) {
        const std::size_t rows = engine() % 6, columns = engine() % 6;
        Times scores(rows * columns);
        for (double& s : scores) s = static_cast<double>(engine() % 5);  // many ties
        const auto partner = assign(scores, rows, columns);
        double sum = 0;
        std::vector<int> used(columns, 0);
        std::size_t pairs = 0;
        for (std::size_t i = 0; i < rows; ++i)
            if (partner[i] >= 0) {
                sum += scores[i * columns + static_cast<std::size_t>(partner[i])];
                ASSERT_EQ(used[static_cast<std::size_t>(partner[i])]++, 0);
                ++pairs;
            }
        EXPECT_EQ(pairs, std::min(rows, columns));
        // Every order of the longer side's places.
        double best = 0;
        std::vector<std::size_t> order(std::max(rows, columns));
        std::iota(order.begin(), order.end(), std::size_t{0});
        do {
            double total = 0;
            for (std::size_t i = 0; i < std::min(rows, columns); ++i)
                total += rows <= columns ? scores[i * columns + order[i]] : scores[order[i] * columns + i];
            best = std::max(best, total);
        } while (std::next_permutation(order.begin(), order.end()));
        EXPECT_DOUBLE_EQ(sum, best);
    }
    EXPECT_NE(refusal([] { (void)assign(Times{1, NAN}, 1, 2); }).find("score 1 is not finite"), std::string::npos);
    EXPECT_NE(refusal([] { (void)assign(Times{1}, 1, 2); }), "");
}

TEST(Units, HandWorked) {
    // Unit 1 fires at 1 2 3 4, unit 7 at 1.004 2 3.02 5: two in common within 10 ms, 2 / (4 + 4 - 2) = 1/3,
    // within 30 ms three, 3 / 5.
    const Times a{1, 2, 3, 4}, b{1.004, 2, 3.02, 5};
    const Ids one(4, 1), seven(4, 7);
    UnitAgreement r = unit_agreement(a, one, b, seven);
    ASSERT_EQ(r.agreement.size(), 1u);
    EXPECT_DOUBLE_EQ(r.agreement[0], 1.0 / 3);
    EXPECT_TRUE(r.pairs.empty()) << "below one half is no pair";
    EXPECT_EQ(r.unpaired_a, Ids{1});
    EXPECT_EQ(r.unpaired_b, Ids{7});
    r = unit_agreement(a, one, b, seven, {.tolerance_ms = 30});
    ASSERT_EQ(r.pairs.size(), 1u);
    EXPECT_EQ(r.pairs[0].common, 3);
    EXPECT_DOUBLE_EQ(r.pairs[0].agreement, 0.6);
    EXPECT_DOUBLE_EQ(r.pairs[0].recall, 0.75);
    EXPECT_DOUBLE_EQ(r.pairs[0].precision, 0.75);
    EXPECT_TRUE(r.well_detected.empty());
}

TEST(Units, RedundantOvermergedFalse) {
    // A: unit 0 fires ten times, units 1 and 2 five times each. B: 10 is unit 0 without its first three
    // (7/10), 11 holds just those three (3/10: redundant), 12 is units 1 and 2 merged (5/10 with each:
    // overmerged, paired with one of them), 13 is nobody's (false).
    Times a, b;
    Ids ua, ub;
    const auto add = [](Times& t, Ids& u, double at, std::int64_t unit) {
        t.push_back(at);
        u.push_back(unit);
    };
    for (int i = 0; i < 10; ++i) {
        const double at = 1.0 + i;
        add(a, ua, at, 0);
        add(b, ub, at, i < 3 ? 11 : 10);
        add(a, ua, at + 0.3, 1 + i % 2);
        add(b, ub, at + 0.3, 12);
        add(a, ua, at + 0.4, -1);
        add(b, ub, at + 0.6, 13);
    }
    const UnitAgreement r = unit_agreement(a, ua, b, ub);
    EXPECT_EQ(r.units_a, (Ids{0, 1, 2})) << "-1 is no unit";
    EXPECT_EQ(r.units_b, (Ids{10, 11, 12, 13}));
    EXPECT_EQ(r.n_a, (Ids{10, 5, 5}));
    EXPECT_EQ(r.agreement, (Times{0.7, 0.3, 0, 0, 0, 0, 0.5, 0, 0, 0, 0.5, 0}));
    ASSERT_EQ(r.pairs.size(), 2u);
    EXPECT_EQ(r.pairs[0].unit_b, 10);
    EXPECT_EQ(r.pairs[1].unit_b, 12);
    EXPECT_EQ(r.redundant, Ids{11});
    EXPECT_EQ(r.overmerged, Ids{12});
    EXPECT_EQ(r.false_units, Ids{13});
    EXPECT_TRUE(r.well_detected.empty());
    EXPECT_EQ(unit_agreement(a, ua, b, ub, {.well_detected = 0.6}).well_detected, Ids{10});
}

TEST(Units, SymmetricAndFreeOfNames) {
    std::mt19937 engine(7);
    for (int trial = 0; trial < 50; ++trial) {
        Times a, b;
        Ids ua, ub, renamed;
        double t = 0;
        for (int i = 0; i < 200; ++i) {
            t += 0.02 + static_cast<double>(engine() % 100) / 1000.0;
            const auto unit = static_cast<std::int64_t>(engine() % 4);
            if (engine() % 10) {
                a.push_back(t);
                ua.push_back(unit);
            }
            if (engine() % 10) {
                b.push_back(t + static_cast<double>(engine() % 9) / 1000.0 - 0.004);
                ub.push_back(engine() % 12 ? unit : (unit + 1) % 4);
            }
        }
        for (const std::int64_t unit : ub) renamed.push_back(100 - 7 * unit);
        const UnitAgreement ab = unit_agreement(a, ua, b, ub), ba = unit_agreement(b, ub, a, ua),
                            named = unit_agreement(a, ua, b, renamed), self = unit_agreement(a, ua, a, ua);
        ASSERT_EQ(ab.pairs.size(), ba.pairs.size());
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(ab.agreement[4 * i + j], ba.agreement[4 * j + i]);
        ASSERT_EQ(named.pairs.size(), ab.pairs.size());
        for (std::size_t i = 0; i < ab.pairs.size(); ++i) {
            EXPECT_EQ(named.pairs[i].unit_b, 100 - 7 * ab.pairs[i].unit_b);
            EXPECT_EQ(named.pairs[i].agreement, ab.pairs[i].agreement);
            EXPECT_EQ(self.pairs[i].agreement, 1.0);
            EXPECT_EQ(self.pairs[i].unit_a, self.pairs[i].unit_b);
        }
        EXPECT_EQ(self.well_detected.size(), 4u);
    }
}

TEST(Units, LagIsFound) {
    // B is A 7 ms later: nothing within 0.5 ms, everything after alignment.
    std::mt19937 engine(11);
    Times a, b;
    double t = 0;
    for (int i = 0; i < 100; ++i) {
        t += 0.08 + static_cast<double>(engine() % 40) / 1000.0;
        a.push_back(t);
        b.push_back(t + 0.007 + static_cast<double>(engine() % 5) * 1e-4 - 2e-4);
    }
    const Ids unit(100, 0);
    EXPECT_EQ(unit_agreement(a, unit, b, unit, {.tolerance_ms = 0.5}).agreement[0], 0.0);
    const UnitAgreement r = unit_agreement(a, unit, b, unit, {.tolerance_ms = 0.5, .max_lag_ms = 20});
    ASSERT_EQ(r.pairs.size(), 1u);
    EXPECT_EQ(r.pairs[0].agreement, 1.0);
    EXPECT_NEAR(r.pairs[0].lag_ms, 7.0, 0.3);
    const UnitAgreement back = unit_agreement(b, unit, a, unit, {.tolerance_ms = 0.5, .max_lag_ms = 20});
    EXPECT_NEAR(back.pairs.at(0).lag_ms, -7.0, 0.3);
}

TEST(Units, EmptyAndBad) {
    const UnitAgreement none = unit_agreement({}, {}, Times{1.0}, Ids{3});
    EXPECT_TRUE(none.pairs.empty());
    EXPECT_TRUE(none.agreement.empty());
    EXPECT_EQ(none.unpaired_b, Ids{3});
    EXPECT_EQ(none.false_units, Ids{3});
    EXPECT_EQ(unit_agreement(Times{1.0}, Ids{3}, {}, {}).unpaired_a, Ids{3});
    EXPECT_NE(refusal([] { (void)unit_agreement(Times{2, 1}, Ids{0, 0}, {}, {}); }).find("time 1 s at index 1"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)unit_agreement({}, {}, Times{NAN}, Ids{0}); }).find("side b: time nan"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)unit_agreement(Times{1}, Ids{}, {}, {}); }).find("1 times and 0 units"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)unit_agreement({}, {}, {}, {}, {.tolerance_ms = 0}); }).find("tolerance 0 ms"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)unit_agreement({}, {}, {}, {}, {.max_lag_ms = NAN}); }).find("max_lag"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)unit_agreement({}, {}, {}, {}, {.least_agreement = 2}); }).find("least_agreement 2"),
              std::string::npos);
}

TEST(BlandAltman, HandWorked) {
    // d = ln 2 and ln 4: mean 1.5 ln 2, SD ln 2 / √2 = 0.49013; t of 1 degree 12.7062.
    const BlandAltman r = bland_altman(Times{2, 8}, Times{1, 2}, Times{1, 3}, {.offset = 0});
    const double ln2 = std::log(2.0);
    EXPECT_NEAR(r.bias.value, 1.5 * ln2, 1e-15);
    EXPECT_NEAR(r.sd, ln2 / std::sqrt(2.0), 1e-15);
    EXPECT_NEAR(r.lower.value, 1.5 * ln2 - 1.959964 * r.sd, 1e-6);
    EXPECT_NEAR(r.upper.value, 1.5 * ln2 + 1.959964 * r.sd, 1e-6);
    EXPECT_NEAR(r.bias.high - r.bias.value, 12.7062 * r.sd / std::sqrt(2.0), 1e-4);
    // √(1/2 + 3.8415/2) = 1.5558
    EXPECT_NEAR(r.upper.high - r.upper.value, 12.7062 * r.sd * 1.5558, 1e-3);
    EXPECT_DOUBLE_EQ(r.rate_a_per_min, 2.5);
    EXPECT_DOUBLE_EQ(r.rate_b_per_min, 0.75);
}

TEST(BlandAltman, PeakFlowOf1986) {
    // Bland and Altman 1986 (Lancet 1:307), first readings of two meters, l/min; here their exponentials,
    // whose logarithms differ by l/min / 100. Published: bias -2.1 (-22.0 to 17.8), SD 38.8; limits at
    // 2 SD -79.7 and 75.5, at 1.96 SD -78.1 and 73.9; intervals of the limits ±34.6 with the older error 3 s²/n.
    const Times large{494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427};
    const Times mini{512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451};
    Times a, b;
    for (std::size_t i = 0; i < 17; ++i) {
        a.push_back(std::exp(large[i] / 100));
        b.push_back(std::exp(mini[i] / 100));
    }
    const BlandAltman r = bland_altman(a, b, Times(17, 1.0), {.offset = 0});
    EXPECT_NEAR(100 * r.bias.value, -2.1, 0.05);
    EXPECT_NEAR(100 * r.bias.low, -22.0, 0.1);
    EXPECT_NEAR(100 * r.bias.high, 17.8, 0.1);
    EXPECT_NEAR(100 * r.sd, 38.8, 0.05);
    EXPECT_NEAR(100 * r.lower.value, -78.1, 0.1);
    EXPECT_NEAR(100 * r.upper.value, 73.9, 0.1);
    EXPECT_NEAR(100 * (r.upper.high - r.upper.value), 34.6, 0.3);
}

TEST(BlandAltman, ZerosAreEqualAndSaid) {
    const Times a{0, 10, 0}, b{0, 10, 4}, minutes{5, 5, 5};
    const BlandAltman r = bland_altman(a, b, minutes);
    EXPECT_EQ(r.zero_a, 2);
    EXPECT_EQ(r.zero_b, 1);
    EXPECT_NEAR(r.bias.value, std::log(0.5 / 4.5) / 3, 1e-15);
    EXPECT_NE(refusal([&] { (void)bland_altman(a, b, minutes, {.offset = 0}); }).find("count 0 of recording 0"),
              std::string::npos);
    const BlandAltman turned = bland_altman(b, a, minutes);
    EXPECT_NEAR(turned.bias.value, -r.bias.value, 1e-15);
    EXPECT_NEAR(turned.lower.low, -r.upper.high, 1e-14);
    const BlandAltman same = bland_altman(a, a, minutes);
    EXPECT_EQ(same.bias.value, 0);
    EXPECT_EQ(same.sd, 0);
    EXPECT_EQ(same.upper.high, 0);
}

TEST(BlandAltman, BadInput) {
    const Times two{1, 2}, minutes{1, 1};
    EXPECT_NE(refusal([] { (void)bland_altman(Times{1}, Times{1}, Times{1}); }).find("1 recordings"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)bland_altman(two, Times{1}, minutes); }), "");
    EXPECT_NE(refusal([&] { (void)bland_altman(two, Times{1, -2}, minutes); }).find("count -2 of recording 1"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)bland_altman(two, Times{1, NAN}, minutes); }).find("nan"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)bland_altman(two, two, Times{1, 0}); }).find("minutes 0 of recording 1"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)bland_altman(two, two, minutes, {.confidence = 1}); }).find("confidence 1"),
              std::string::npos);
    EXPECT_NE(refusal([&] { (void)bland_altman(two, two, minutes, {.offset = -1}); }).find("offset -1"),
              std::string::npos);
}

TEST(Icc, ShroutAndFleiss1979) {
    // Their table 2; mean squares 11.24, 32.49 and 1.02 in table 3; ICC(2,1) = 0.29.
    const Times ratings{9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7};
    const Icc r = icc(ratings, 6, 4);
    EXPECT_NEAR(r.mean_square_subjects, 11.24, 0.005);
    EXPECT_NEAR(r.mean_square_raters, 32.49, 0.005);
    EXPECT_NEAR(r.mean_square_error, 1.02, 0.005);
    EXPECT_NEAR(r.icc.value, 0.29, 0.005);
    EXPECT_NEAR(r.icc.low, 0.02, 0.005);
    EXPECT_NEAR(r.icc.high, 0.76, 0.005);
}

TEST(Icc, AgreesWithSciPysF) {
    for (const auto& item : golden()["icc"]) {
        const std::size_t n = item["n"], k = item["k"];
        const std::uint32_t seed = item["seed"];
        auto x = uniforms(n * k, seed);
        const auto subject = uniforms(n, seed + 50);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < k; ++j)
                x[i * k + j] = std::floor(20 * subject[i]) + static_cast<double>(j) * 0.5 +
                               std::floor(10 * item["spread"].get<double>() * x[i * k + j]);
        const Icc r = icc(x, n, k);
        EXPECT_NEAR(r.icc.value, item["icc"].get<double>(), 1e-12);
        EXPECT_NEAR(r.icc.low, item["low"].get<double>(), 1e-9);
        EXPECT_NEAR(r.icc.high, item["high"].get<double>(), 1e-9);
    }
}

TEST(Icc, Properties) {
    const Times same{0.1, 0.1, 0.7, 0.7, 0.3, 0.3};
    const Icc perfect = icc(same, 3, 2);
    EXPECT_EQ(perfect.icc.value, 1);
    EXPECT_EQ(perfect.icc.low, 1);
    EXPECT_EQ(perfect.icc.high, 1);
    EXPECT_TRUE(std::isnan(icc(Times(6, 0.1), 3, 2).icc.value)) << "constant ratings";
    // A constant between raters lowers absolute agreement; shifting or scaling everything does not.
    const Times offset{1, 2, 5, 6, 3, 4};
    Times moved = offset;
    for (double& v : moved) v = 3 * v - 100;
    EXPECT_LT(icc(offset, 3, 2).icc.value, 1);
    EXPECT_NEAR(icc(moved, 3, 2).icc.value, icc(offset, 3, 2).icc.value, 1e-12);
    // Raters and subjects in another order.
    EXPECT_NEAR(icc(Times{4, 3, 2, 1, 6, 5}, 3, 2).icc.value, icc(offset, 3, 2).icc.value, 1e-12);
    EXPECT_NE(refusal([] { (void)icc(Times{1, 2}, 1, 2); }).find("1 subjects"), std::string::npos);
    EXPECT_NE(refusal([] { (void)icc(Times{1, 2, 3}, 2, 2); }).find("3 ratings"), std::string::npos);
    EXPECT_NE(refusal([] { (void)icc(Times{1, 2, 3, NAN}, 2, 2); }).find("subject 1 by rater 1"), std::string::npos);
}

TEST(Kappa, HandWorked) {
    // 20 5 / 10 15: po = 35/50 = 0.7; A says 25 of 50, B 30 of 50: pe = 0.5·0.6 + 0.5·0.4 = 0.5; kappa 0.4.
    const Kappa r = kappa_of_table(Ids{20, 5, 10, 15}, 2);
    EXPECT_DOUBLE_EQ(r.observed, 0.7);
    EXPECT_DOUBLE_EQ(r.expected, 0.5);
    EXPECT_NEAR(r.kappa.value, 0.4, 1e-15);
    // Fleiss' psychiatric example, 75 1 4 / 5 4 1 / 0 0 10: (0.89 − 0.66) / 0.34.
    EXPECT_NEAR(kappa_of_table(Ids{75, 1, 4, 5, 4, 1, 0, 0, 10}, 3).kappa.value, 0.23 / 0.34, 1e-12);
}

TEST(Kappa, AgreesWithScikitLearn) {
    const auto u = uniforms(200, 3), v = uniforms(200, 4), w = uniforms(200, 5);
    Ids a(200), b(200);
    for (std::size_t i = 0; i < 200; ++i) {
        a[i] = static_cast<std::int64_t>(u[i] * 4);
        b[i] = v[i] < 0.6 ? a[i] : static_cast<std::int64_t>(w[i] * 4);
    }
    const auto& want = golden()["kappa"];
    expect_close(kappa(a, b).kappa.value, want["none"], 1e-12);
    expect_close(kappa(a, b, Weights::linear).kappa.value, want["linear"], 1e-12);
    expect_close(kappa(a, b, Weights::quadratic).kappa.value, want["quadratic"], 1e-12);
    EXPECT_NEAR(kappa(b, a, Weights::linear).standard_error, kappa(a, b, Weights::linear).standard_error, 1e-14);
}

TEST(Kappa, StandardErrorIsTheDeltaMethod) {
    // The variance of a function g of multinomial shares p is (Σ p g'² − (Σ p g')²) / n; g' by differences.
    for (const Weights weights : {Weights::none, Weights::linear, Weights::quadratic}) {
        const Ids table{53, 5, 2, 11, 14, 5, 1, 6, 3};
        const std::size_t k = 3;
        const double n = 100;
        const auto value = [&](const Times& p) {
            double po = 0, pe = 0;
            for (std::size_t i = 0; i < k; ++i)
                for (std::size_t j = 0; j < k; ++j) {
                    const double d = std::abs(static_cast<double>(i) - static_cast<double>(j)) / 2;
                    const double w = i == j ? 1 : weights == Weights::none ? 0 : weights == Weights::linear ? 1 - d : 1 - d * d;
                    double row = 0, column = 0;
                    for (std::size_t m = 0; m < k; ++m) {
                        row += p[i * k + m];
                        column += p[m * k + j];
                    }
                    po += w * p[i * k + j];
                    pe += w * row * column;
                }
            return (po - pe) / (1 - pe);
        };
        Times p(9);
        for (std::size_t i = 0; i < 9; ++i) p[i] = static_cast<double>(table[i]) / n;
        double first = 0, second = 0;
        for (std::size_t i = 0; i < 9; ++i) {
            Times up = p, down = p;
            up[i] += 1e-6;
            down[i] -= 1e-6;
            const double slope = (value(up) - value(down)) / 2e-6;
            first += p[i] * slope * slope;
            second += p[i] * slope;
        }
        const Kappa r = kappa_of_table(table, k, weights);
        EXPECT_NEAR(r.standard_error, std::sqrt((first - second * second) / n), 1e-7);
        EXPECT_NEAR(r.kappa.high - r.kappa.value, 1.959964 * r.standard_error, 1e-6);
    }
}

TEST(Kappa, Extremes) {
    const Kappa perfect = kappa(Ids{3, 9, 3, 4}, Ids{3, 9, 3, 4});
    EXPECT_DOUBLE_EQ(perfect.kappa.value, 1);
    EXPECT_NEAR(perfect.standard_error, 0, 1e-8);
    EXPECT_EQ(perfect.categories, (Ids{3, 4, 9}));
    EXPECT_TRUE(std::isnan(kappa(Ids{5, 5, 5}, Ids{5, 5, 5}).kappa.value)) << "one category only";
    EXPECT_TRUE(std::isnan(kappa_of_table(Ids{0, 0, 0, 7}, 2).kappa.value));
    EXPECT_EQ(kappa(Ids{1, 1, 1}, Ids{2, 2, 2}).kappa.value, 0) << "chance is 0, nothing agrees";
    EXPECT_DOUBLE_EQ(kappa(Ids{1, 2}, Ids{2, 1}).kappa.value, -1);
    // Without weights names do not matter.
    EXPECT_DOUBLE_EQ(kappa(Ids{1, 2, 3, 1}, Ids{1, 2, 2, 3}).kappa.value, kappa(Ids{9, 2, 0, 9}, Ids{9, 2, 2, 0}).kappa.value);
    EXPECT_NE(refusal([] { (void)kappa({}, {}); }).find("nothing to compare"), std::string::npos);
    EXPECT_NE(refusal([] { (void)kappa(Ids{1}, Ids{1, 2}); }).find("1 and 2 ratings"), std::string::npos);
    EXPECT_NE(refusal([] { (void)kappa_of_table(Ids{1, 2, 3}, 2); }), "");
    EXPECT_NE(refusal([] { (void)kappa_of_table(Ids{1, -2, 3, 4}, 2); }).find("count -2"), std::string::npos);
}

TEST(Windows, HandWorked) {
    // 5.5 s in windows of 1 s: five, the last half second is left out.
    // A 0.1 0.9 2.5 5.2 -> windows 0, 2; B 0.5 3.0 -> 0, 3. both 1, only A 1, only B 1, neither 2.
    const WindowAgreement r = window_agreement(Times{0.1, 0.9, 2.5, 5.2}, Times{0.5, 3.0}, 5.5);
    EXPECT_EQ(r.both, 1);
    EXPECT_EQ(r.only_a, 1);
    EXPECT_EQ(r.only_b, 1);
    EXPECT_EQ(r.neither, 2);
    EXPECT_DOUBLE_EQ(r.positive_agreement, 0.5);
    EXPECT_DOUBLE_EQ(r.negative_agreement, 4.0 / 6);
    // po = 3/5, pe = (3·3 + 2·2)/25 = 13/25: kappa = 2/12.
    EXPECT_NEAR(r.kappa.kappa.value, 1.0 / 6, 1e-15);
    EXPECT_EQ(r.kappa.table, (Ids{2, 1, 1, 1}));
}

TEST(Windows, EmptyAndBad) {
    const WindowAgreement none = window_agreement({}, {}, 10);
    EXPECT_EQ(none.neither, 10);
    EXPECT_TRUE(std::isnan(none.positive_agreement));
    EXPECT_EQ(none.negative_agreement, 1);
    EXPECT_TRUE(std::isnan(none.kappa.kappa.value));
    EXPECT_EQ(window_agreement({}, {}, 0.3, 0.1).neither, 3) << "0.3 / 0.1 is below 3 in binary";
    EXPECT_NE(refusal([] { (void)window_agreement({}, {}, 0.5); }).find("window 1 s in 0.5 s"), std::string::npos);
    EXPECT_NE(refusal([] { (void)window_agreement({}, {}, NAN); }), "");
    EXPECT_NE(refusal([] { (void)window_agreement({}, {}, 10, 0); }), "");
    EXPECT_NE(refusal([] { (void)window_agreement(Times{11}, {}, 10); }).find("side a: time 11 s at index 0"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)window_agreement({}, Times{2, 1}, 10); }).find("side b: time 1 s at index 1"),
              std::string::npos);
    EXPECT_NE(refusal([] { (void)window_agreement(Times{NAN}, {}, 10); }).find("nan"), std::string::npos);
}

TEST(Draws, AreWhatTheySay) {
    Draws draws(5);
    double sum = 0, squares = 0;
    int above = 0, beyond = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double x = draws.exponential();
        sum += x;
        squares += x * x;
        above += x > 1;
        beyond += x > 3;
    }
    // Five standard errors: 1/√n of the mean, √20/√n of the second moment, shares by their own.
    EXPECT_NEAR(sum / n, 1.0, 5 / std::sqrt(n));
    EXPECT_NEAR(squares / n, 2.0, 5 * std::sqrt(20.0 / n));
    EXPECT_NEAR(static_cast<double>(above) / n, std::exp(-1), 5 * std::sqrt(0.2325 / n));
    EXPECT_NEAR(static_cast<double>(beyond) / n, std::exp(-3), 5 * std::sqrt(0.0473 / n));
    std::vector<int> counts(7, 0);
    for (int i = 0; i < n; ++i) ++counts[draws.below(7)];
    for (const int count : counts) EXPECT_NEAR(count, n / 7.0, 5 * std::sqrt(n * 6.0 / 49));
    double total = 0;
    for (int i = 0; i < 20000; ++i) total += static_cast<double>(draws.poisson(4));
    EXPECT_NEAR(total / 20000, 4.0, 5 * std::sqrt(4.0 / 20000));
    EXPECT_NE(Draws(1, 0).uniform(), Draws(1, 1).uniform());
    EXPECT_NE(Draws(1, 1).uniform(), Draws(2, 0).uniform());
}

TEST(Bootstrap, AgreesWithSciPy) {
    auto x = uniforms(25, 30), y = uniforms(25, 31);
    for (double& v : x) v = -std::log(1 - v);
    for (double& v : y) v = 1 + 4 * v;
    const auto mean = [&](std::span<const std::size_t> drawn) {
        double sum = 0;
        for (const std::size_t i : drawn) sum += x[i];
        return sum / static_cast<double>(drawn.size());
    };
    const auto ratio = [&](std::span<const std::size_t> drawn) {
        double top = 0, below = 0;
        for (const std::size_t i : drawn) {
            top += x[i];
            below += y[i];
        }
        return top / below;
    };
    const auto compare = [&](const auto& statistic, const std::string& name) {
        for (const Interval interval : {Interval::percentile, Interval::bca}) {
            const Bootstrap r = bootstrap(25, statistic, {.replicates = 40000, .seed = 2, .interval = interval});
            const auto& want = golden()["bootstrap"][name + (interval == Interval::bca ? " bca" : " percentile")];
            // The quantile of 40000 replicates at 2.5 % has an error of 0.014 standard errors where the
            // density is normal; more in the long tail. Five times that.
            const double error = 0.08 * want[2].get<double>();
            EXPECT_NEAR(r.estimate.low, want[0].get<double>(), error) << name;
            EXPECT_NEAR(r.estimate.high, want[1].get<double>(), error) << name;
            expect_close(r.standard_error, want[2], 0.02);
            EXPECT_EQ(r.interval, interval);
            EXPECT_EQ(r.without_value, 0);
        }
        // The corrections are more than the errors above.
        EXPECT_GT(golden()["bootstrap"][name + " bca"][1].get<double>() - golden()["bootstrap"][name + " percentile"][1].get<double>(),
                  0.1 * golden()["bootstrap"][name + " bca"][2].get<double>());
    };
    compare(mean, "mean");
    compare(ratio, "ratio");
}

TEST(Bootstrap, SeedsAndDegenerateStatistics) {
    const Times x{3, 1, 4, 1, 5, 9, 2, 6};
    const auto mean = [&](std::span<const std::size_t> drawn) {
        double sum = 0;
        for (const std::size_t i : drawn) sum += x[i];
        return sum / static_cast<double>(drawn.size());
    };
    const Bootstrap one = bootstrap(8, mean), again = bootstrap(8, mean), other = bootstrap(8, mean, {.seed = 2});
    EXPECT_EQ(one.replicates, again.replicates);
    EXPECT_NE(one.replicates, other.replicates);
    EXPECT_DOUBLE_EQ(one.estimate.value, 31.0 / 8);
    EXPECT_LT(one.estimate.low, one.estimate.value);
    EXPECT_GT(one.estimate.high, one.estimate.value);
    // A monotone transform moves the interval with it, but for the interpolation between replicates.
    const Bootstrap cubed = bootstrap(8, [&](auto drawn) { return std::pow(mean(drawn), 3); }, {.interval = Interval::percentile});
    EXPECT_NEAR(std::cbrt(cubed.estimate.high), bootstrap(8, mean, {.interval = Interval::percentile}).estimate.high, 1e-3);

    const Bootstrap constant = bootstrap(8, [](auto) { return 2.5; });
    EXPECT_EQ(constant.estimate.low, 2.5);
    EXPECT_EQ(constant.estimate.high, 2.5);
    EXPECT_EQ(constant.standard_error, 0);
    const Bootstrap never = bootstrap(8, [](auto) { return std::nan(""); });
    EXPECT_TRUE(std::isnan(never.estimate.low));
    EXPECT_EQ(never.without_value, 2000);
    // Without the first recording there is no value: about (7/8)^8 = 34 % of replicates lack it.
    const Bootstrap some = bootstrap(8, [&](std::span<const std::size_t> drawn) {
        return std::count(drawn.begin(), drawn.end(), std::size_t{0}) ? mean(drawn) : std::nan("");
    });
    EXPECT_NEAR(static_cast<double>(some.without_value), 2000 * std::pow(7.0 / 8, 8), 5 * std::sqrt(2000 * 0.225));
    EXPECT_EQ(some.interval, Interval::percentile) << "the jackknife has no value";
    EXPECT_TRUE(std::isfinite(some.estimate.low));
    // All replicates on one side of the estimate: the maximum.
    const auto largest = [&](std::span<const std::size_t> drawn) {
        double most = 0;
        for (const std::size_t i : drawn) most = std::max(most, x[i]);
        return most;
    };
    EXPECT_LE(bootstrap(8, largest).estimate.high, 9);

    EXPECT_NE(refusal([&] { (void)bootstrap(1, mean); }).find("1 recordings"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)bootstrap(8, mean, {.replicates = 10}); }).find("10 replicates"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)bootstrap(8, mean, {.confidence = 0}); }).find("confidence 0"), std::string::npos);
}

namespace {

double share_in_bursts(const std::vector<SpikeTrain>& trains) {
    double in = 0, all = 0;
    for (const SpikeTrain& train : trains) {
        all += static_cast<double>(train.burst.size());
        in += static_cast<double>(std::count_if(train.burst.begin(), train.burst.end(), [](auto b) { return b >= 0; }));
    }
    return in / all;
}

double mean_of(const std::vector<SpikeTrain>& trains, double (*value)(const SpikeTrain&)) {
    double sum = 0;
    for (const SpikeTrain& train : trains) sum += value(train);
    return sum / static_cast<double>(trains.size());
}

/// MaxInterval with the paper's parameters (table "burst detectors and the parameter values").
Ids max_interval(const Times& t) {
    std::vector<std::pair<std::size_t, std::size_t>> bursts;
    for (std::size_t i = 0; i + 1 < t.size(); ++i) {
        if (t[i + 1] - t[i] >= 0.17) continue;
        std::size_t last = i + 1;
        while (last + 1 < t.size() && t[last + 1] - t[last] <= 0.3) ++last;
        if (!bursts.empty() && t[i] - t[bursts.back().second] < 0.2)
            bursts.back().second = last;
        else
            bursts.emplace_back(i, last);
        i = last;
    }
    Ids burst(t.size(), -1);
    std::int64_t n = 0;
    for (const auto& [first, last] : bursts) {
        if (last - first + 1 < 3 || t[last] - t[first] < 0.01) continue;
        std::fill(burst.begin() + static_cast<std::ptrdiff_t>(first), burst.begin() + static_cast<std::ptrdiff_t>(last) + 1, n++);
    }
    return burst;
}

}  // namespace

TEST(SpikeTrains, EverySetIsWellFormed) {
    for (const SpikeSet set : {SpikeSet::d5, SpikeSet::d6, SpikeSet::d7, SpikeSet::d8, SpikeSet::d9, SpikeSet::d10}) {
        const auto trains = cotterill(set, 1);
        ASSERT_EQ(trains.size(), 100u);
        for (const SpikeTrain& train : trains) {
            ASSERT_EQ(train.times_s.size(), train.burst.size());
            ASSERT_TRUE(std::is_sorted(train.times_s.begin(), train.times_s.end()));
            ASSERT_GE(train.times_s.front(), 0);
            ASSERT_LT(train.times_s.back(), 300);
            // Bursts are numbered in order, each a run of three spikes or more.
            std::int64_t next = 0;
            for (std::size_t i = 0; i < train.burst.size();) {
                const std::int64_t b = train.burst[i];
                std::size_t end = i;
                while (end < train.burst.size() && train.burst[end] == b) ++end;
                if (b >= 0) {
                    ASSERT_EQ(b, next++);
                    ASSERT_GE(end - i, 3u);
                    const double range = set == SpikeSet::d7 ? 0.3 : set == SpikeSet::d8 ? 3.0 : set == SpikeSet::d9 ? 0.5 : 0.8;
                    ASSERT_LE(train.times_s[end - 1] - train.times_s[i], range);
                    if (i > 0) { ASSERT_GT(train.times_s[i] - train.times_s[i - 1], set == SpikeSet::d9 ? 0.0 : 0.4999); }
                }
                i = end;
            }
            ASSERT_EQ(next, train.n_bursts);
        }
        EXPECT_EQ(cotterill_train(set, 1, 40).times_s, trains[40].times_s) << "each train has draws of its own";
        EXPECT_NE(cotterill_train(set, 2, 40).times_s, trains[40].times_s);
    }
}

TEST(SpikeTrains, RatesAreThePapers) {
    const auto spikes = [](const SpikeTrain& train) { return static_cast<double>(train.times_s.size()); };
    const auto bursts = [](const SpikeTrain& train) { return static_cast<double>(train.n_bursts); };
    // D5: 150 spikes less a tenth (Poisson); intervals of mean 2 s above their 10 % quantile of 0.21 s have the mean
    // 2.21 s (gamma): 136. Their mean is 135.5, with SD 12 of a train 1.2 over 100.
    EXPECT_NEAR(mean_of(cotterill(SpikeSet::d5, 1), spikes), 135.5, 5);
    // D6: 300 + 150 = 450 less a tenth, rising: the second half has (1.5 + 2) / (1 + 1.5) = 1.4 of the first.
    const auto rising = cotterill(SpikeSet::d6, 1);
    EXPECT_NEAR(mean_of(rising, spikes), 405, 9);
    double early = 0, late = 0;
    for (const SpikeTrain& train : rising)
        for (const double t : train.times_s) (t < 150 ? early : late) += 1;
    EXPECT_NEAR(late / early, 1.4, 0.07);
    // D7: 60 bursts, 87.5 % of three spikes or more, of which those that follow another too closely go: about 46.
    EXPECT_NEAR(mean_of(cotterill(SpikeSet::d7, 1), bursts), 46, 3);
    // D8: 30 bursts of 18 spikes, each blocking about 3 s more: 30 / (1 + 0.1 · 3.2) = 23.
    const auto lengthy = cotterill(SpikeSet::d8, 1);
    EXPECT_NEAR(mean_of(lengthy, bursts), 23, 2);
    EXPECT_NEAR(mean_of(lengthy, spikes) / mean_of(lengthy, bursts), 18, 0.5);
    // D9: 300 bursts of which about 1 / (1 + 0.41) stay.
    EXPECT_NEAR(mean_of(cotterill(SpikeSet::d9, 1), bursts), 211, 10);
    // The paper's "mean % spikes in bursts": 0, 0, 100, 100, 100, 91.
    EXPECT_EQ(share_in_bursts(cotterill(SpikeSet::d5, 1)), 0);
    EXPECT_EQ(share_in_bursts(rising), 0);
    for (const SpikeSet set : {SpikeSet::d7, SpikeSet::d8, SpikeSet::d9}) EXPECT_EQ(share_in_bursts(cotterill(set, 1)), 1);
    EXPECT_NEAR(share_in_bursts(cotterill(SpikeSet::d10, 1)), 0.91, 0.03);
}

TEST(SpikeTrains, TheSameBytesEverywhere) {
    // FNV-1a over the bits of all times; both compilers, all optimisation levels.
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const SpikeSet set : {SpikeSet::d5, SpikeSet::d6, SpikeSet::d7, SpikeSet::d8, SpikeSet::d9, SpikeSet::d10})
        for (const SpikeTrain& train : cotterill(set, 1))
            for (const double t : train.times_s) hash = (hash ^ std::bit_cast<std::uint64_t>(t)) * 0x100000001b3ULL;
    EXPECT_EQ(hash, 16812836261794471158ULL);
}

TEST(SpikeTrains, TheBestMethodOfThePaperDoesWhatThePaperSaysOfIt) {
    const auto scores = [](SpikeSet set) {
        std::vector<BurstScore> all;
        for (const SpikeTrain& train : cotterill(set, 1)) all.push_back(score_bursts(train.burst, max_interval(train.times_s)));
        return all;
    };
    const auto median = [](const std::vector<BurstScore>& all, double BurstScore::*member) {
        Times values;
        for (const BurstScore& s : all) values.push_back(s.*member);
        std::sort(values.begin(), values.end());
        return 0.5 * (values[49] + values[50]);
    };
    // "Reasonably well at detecting a low amount of bursting" (D5), ranked first.
    EXPECT_LT(median(scores(SpikeSet::d5), &BurstScore::false_positive), 0.05);
    // "Over 90 % of the spikes within bursts" (D7).
    EXPECT_GT(median(scores(SpikeSet::d7), &BurstScore::sensitivity), 0.9);
    EXPECT_GT(median(scores(SpikeSet::d7), &BurstScore::f1), 0.9);
    // "A tendency to separate long bursts into shorter" (D8), "to combine short bursts" (D9).
    EXPECT_GT(median(scores(SpikeSet::d8), &BurstScore::count_ratio), 1);
    EXPECT_LT(median(scores(SpikeSet::d9), &BurstScore::count_ratio), 1);
    EXPECT_GT(median(scores(SpikeSet::d10), &BurstScore::sensitivity), 0.8);
    EXPECT_LT(median(scores(SpikeSet::d10), &BurstScore::false_positive), 0.1);
}

TEST(BurstScore, HandWorked) {
    // True: spikes 0-3 and 6-8. Found: 0-2 (3 of 4 = IoU 0.75) and 5-9 with 6-8 (3 of 5 = 0.6), and 11-12 of nobody.
    const Ids truth{0, 0, 0, 0, -1, -1, 1, 1, 1, -1, -1, -1, -1}, found{4, 4, 4, -1, -1, 9, 9, 9, 9, 9, -1, 2, 2};
    const BurstScore s = score_bursts(truth, found);
    EXPECT_DOUBLE_EQ(s.sensitivity, 6.0 / 7);
    EXPECT_DOUBLE_EQ(s.false_positive, 4.0 / 6);
    EXPECT_EQ(s.true_bursts, 2);
    EXPECT_EQ(s.found_bursts, 3);
    EXPECT_EQ(s.count_error, 1);
    EXPECT_DOUBLE_EQ(s.count_ratio, 1.5);
    EXPECT_EQ(s.same_bursts, 2);
    EXPECT_DOUBLE_EQ(s.f1, 0.8);
    EXPECT_DOUBLE_EQ(s.mean_iou, 0.675);
    EXPECT_EQ(score_bursts(truth, found, 0.7).same_bursts, 1);
    // Halves are no partners: a burst split in two equal parts is not found.
    const BurstScore split = score_bursts(Ids{0, 0, 0, 0}, Ids{0, 0, 1, 1});
    EXPECT_EQ(split.sensitivity, 1);
    EXPECT_EQ(split.f1, 0);
    const BurstScore self = score_bursts(truth, truth);
    EXPECT_EQ(self.f1, 1);
    EXPECT_EQ(self.false_positive, 0);
}

TEST(BurstScore, EmptyAndBad) {
    const BurstScore none = score_bursts({}, {});
    EXPECT_TRUE(std::isnan(none.sensitivity));
    EXPECT_TRUE(std::isnan(none.f1));
    EXPECT_TRUE(std::isnan(score_bursts(Ids{-1}, Ids{-1}).count_ratio));
    EXPECT_EQ(score_bursts(Ids{-1, -1}, Ids{0, 0}).f1, 0);
    EXPECT_NE(refusal([] { (void)score_bursts(Ids{1}, Ids{}); }).find("1 true and 0 found"), std::string::npos);
    EXPECT_NE(refusal([] { (void)score_bursts(Ids{-2}, Ids{0}); }).find("burst -2 of spike 0"), std::string::npos);
    EXPECT_NE(refusal([] { (void)score_bursts({}, {}, 0.4); }).find("least_iou 0.4"), std::string::npos);
    EXPECT_NE(refusal([] { (void)cotterill_train(SpikeSet::d5, 1, 100); }).find("spike train 100"), std::string::npos);
}
