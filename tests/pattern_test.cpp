// Firing patterns: what is published about them, with the source beside each range. "Notes"
// are field-notes.md of the shared material. Every test runs over many seeds and over the
// whole range of options, its lower and its upper half.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fascikit/simulate/patterns_fibre.hpp"
#include "fascikit/simulate/patterns_motor_unit.hpp"
#include "fascikit/simulate/patterns_pool.hpp"

using namespace fascikit;
using namespace fascikit::simulate;

namespace {

constexpr std::array<Part, 3> parts{{{0, 1}, {0, 0.5}, {0.5, 1}}};

std::vector<double> intervals(const Train& train) {
    std::vector<double> d;
    for (std::size_t i = 1; i < train.size(); ++i) d.push_back(train[i].time_s - train[i - 1].time_s);
    return d;
}
double mean(const std::vector<double>& x) {
    double sum = 0;
    for (const double v : x) sum += v;
    return sum / static_cast<double>(x.size());
}
double cv(const std::vector<double>& x) {
    const double m = mean(x);
    double sum = 0;
    for (const double v : x) sum += (v - m) * (v - m);
    return std::sqrt(sum / static_cast<double>(x.size() - 1)) / m;
}
double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}
/// Against the mean of the intervals before and after, so that a slow change of the rate does not count.
double local_cv(const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t i = 1; i + 1 < x.size(); ++i) {
        const double r = x[i] / (0.5 * (x[i - 1] + x[i + 1])) - 1;
        sum += r * r / 1.5;   // the variance of three independent ones
    }
    return std::sqrt(sum / static_cast<double>(x.size() - 2));
}
std::vector<double> gains(const Train& train) {
    std::vector<double> g;
    for (const Firing& f : train) g.push_back(f.gain);
    return g;
}
double mean_of(const std::vector<double>& x, std::size_t first, std::size_t count) {
    return mean({x.begin() + static_cast<std::ptrdiff_t>(first), x.begin() + static_cast<std::ptrdiff_t>(first + count)});
}
std::vector<Train> groups_of(const GroupedTrain& all) {
    std::vector<Train> groups;
    for (std::size_t i = 0; i < all.train.size(); ++i) {
        const auto g = static_cast<std::size_t>(all.group[i]);
        EXPECT_LE(g, groups.size());
        EXPECT_GE(g + 1, groups.size());   // in order, without holes
        if (g == groups.size()) groups.emplace_back();
        groups[g].push_back(all.train[i]);
    }
    return groups;
}
int count_between(const PoolFiring& pool, double from_s, double to_s) {
    int n = 0;
    for (const Train& train : pool.units)
        for (const Firing& f : train)
            if (f.time_s >= from_s && f.time_s < to_s) ++n;
    return n;
}
int units_between(const PoolFiring& pool, double from_s, double to_s) {
    int n = 0;
    for (const Train& train : pool.units)
        if (std::any_of(train.begin(), train.end(), [&](const Firing& f) { return f.time_s >= from_s && f.time_s < to_s; })) ++n;
    return n;
}

/// Calls `check(random, part)` for `seeds` seeds and each part of the ranges.
template <class Check>
void over_ranges(int seeds, Check check) {
    for (const Part part : parts)
        for (int seed = 1; seed <= seeds; ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", part " + core::number(part.low) + " to " + core::number(part.high));
            Random random(static_cast<std::uint64_t>(seed), 77);
            check(random, part);
            if (testing::Test::HasFailure()) return;
        }
}

struct Pattern {
    const char* name;
    std::function<std::vector<Train>(Random&, Part, double, double)> make;
};

PoolFiring squeeze(Random& random, Part part, double begin_s, double end_s) {
    const VoluntaryOptions o = VoluntaryOptions::drawn(random, part);
    if (!(begin_s < end_s)) return voluntary(random, o, {});
    const double length_s = end_s - begin_s;
    const std::array<EffortPoint, 4> effort{{{begin_s, 0}, {begin_s + 0.2 * length_s, 0.3}, {begin_s + 0.8 * length_s, 0.3}, {end_s, 0}}};
    return voluntary(random, o, effort);
}

const std::vector<Pattern>& patterns() {
    static const std::vector<Pattern> all{
        {"fasciculations", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = FasciculationOptions::drawn(r, p); return {fasciculations(r, o, b, e)}; }},
        {"benign_unit", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = FasciculationOptions::benign_unit(r, p); return {fasciculations(r, o, b, e)}; }},
        {"multiplets", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = MultipletOptions::drawn(r, p); return {multiplets(r, o, b, e).train}; }},
        {"f_wave_pairs", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = FWaveOptions::drawn(r, p); return {f_wave_pairs(r, o, b, e).train}; }},
        {"myokymia", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = MyokymiaOptions::drawn(r, p); return {myokymia(r, o, b, e).train}; }},
        {"neuromyotonia", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = NeuromyotoniaOptions::drawn(r, p); return {neuromyotonia(r, o, b, e)}; }},
        {"continuous_single", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = ContinuousSingleOptions::drawn(r, p); return {continuous_single(r, o, b, e)}; }},
        {"tonic", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = TonicOptions::drawn(r, p); return {tonic(r, o, b, e)}; }},
        {"fibrillation", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = FibrillationOptions::drawn(r, p); return {fibrillation(r, o, b, e)}; }},
        {"endplate_spikes", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = EndplateSpikeOptions::drawn(r, p); return {endplate_spikes(r, o, b, e)}; }},
        {"endplate_noise", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = EndplateNoiseOptions::drawn(r, p); return {endplate_noise(r, o, b, e)}; }},
        {"myotonia", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = MyotoniaOptions::drawn(r, p); return {myotonia(r, o, b, e)}; }},
        {"complex_repetitive", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = ComplexRepetitiveOptions::drawn(r, p); return {complex_repetitive(r, o, b, e)}; }},
        {"voluntary", [](Random& r, Part p, double b, double e) { return squeeze(r, p, b, e).units; }},
        {"cramp", [](Random& r, Part p, double b, double e) {
             const auto o = CrampOptions::drawn(r, p); return cramp(r, o, b, e).units; }},
        {"tremor", [](Random& r, Part p, double b, double e) {
             const auto o = TremorOptions::drawn(r, p); return tremor(r, o, b, e).units; }},
        {"neuromyotonia in runs", [](Random& r, Part p, double b, double e) -> std::vector<Train> {
             const auto o = NeuromyotoniaOptions::drawn(r, p);
             return {in_runs(r, 3.0, 0.5, b, e, [&](double from, double to) { return neuromyotonia(r, o, from, to); })}; }},
    };
    return all;
}

std::uint64_t fnv(const void* data, std::size_t bytes, std::uint64_t hash) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ p[i]) * 0x100000001b3ULL;
    return hash;
}
std::uint64_t hash_of(const std::vector<Train>& trains, std::uint64_t hash = 0xcbf29ce484222325ULL) {
    for (const Train& train : trains) {
        hash = fnv("|", 1, hash);
        for (const Firing& f : train) {
            hash = fnv(&f.time_s, sizeof f.time_s, hash);
            hash = fnv(&f.gain, sizeof f.gain, hash);
        }
    }
    return hash;
}
std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "nothing";
}

}  // namespace

TEST(EveryPattern, AscendsInsideItsStretch) {
    for (const Pattern& pattern : patterns()) {
        SCOPED_TRACE(pattern.name);
        std::size_t firings = 0;
        for (const double begin_s : {0.0, -3.5, 1234.25})
            for (const double length_s : {40.0, 2.0, 0.003})
                over_ranges(4, [&](Random& random, Part part) {
                    for (const Train& train : pattern.make(random, part, begin_s, begin_s + length_s)) {
                        firings += train.size();
                        double before = begin_s - 1;
                        for (const Firing& f : train) {
                            ASSERT_GE(f.time_s, begin_s);
                            ASSERT_LT(f.time_s, begin_s + length_s);
                            ASSERT_GT(f.time_s, before);
                            ASSERT_GT(f.gain, 0.0);
                            ASSERT_LT(f.gain, 2.5);
                            before = f.time_s;
                        }
                    }
                });
        EXPECT_GT(firings, 50U);
    }
}

TEST(EveryPattern, IsEmptyWhereNothingIsAsked) {
    for (const Pattern& pattern : patterns())
        for (const double end_s : {5.0, 4.0, -1e5}) {
            Random random(3);
            for (const Train& train : pattern.make(random, {}, 5.0, end_s)) EXPECT_TRUE(train.empty()) << pattern.name;
        }
}

TEST(EveryPattern, RefusesTimesThatAreNone) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN(), endless = std::numeric_limits<double>::infinity();
    for (const Pattern& pattern : patterns()) {
        if (std::string(pattern.name) == "voluntary") continue;   // has effort points instead
        Random random(3);
        EXPECT_NE(refusal([&] { (void)pattern.make(random, {}, none, 5); }).find("begin_s nan"), std::string::npos) << pattern.name;
        EXPECT_NE(refusal([&] { (void)pattern.make(random, {}, 0, endless); }).find("end_s inf"), std::string::npos) << pattern.name;
        EXPECT_NE(refusal([&] { (void)pattern.make(random, {}, 0, 1e9); }).find("end_s 1e+09: allowed is -1e+06 to 1e+06"),
                  std::string::npos) << pattern.name;
        EXPECT_EQ(refusal([&] { (void)pattern.make(random, {0.5, 0.4}, 0, 5); }), "part high 0.4: allowed is 0.5 to 1");
        EXPECT_EQ(refusal([&] { (void)pattern.make(random, {none, 1}, 0, 5); }), "part low nan: allowed is 0 to 1");
    }
}

TEST(EveryPattern, IsTheSeedsAlone) {
    for (const Pattern& pattern : patterns()) {
        Random a(5), b(5), c(6);
        const auto first = pattern.make(a, {}, 0, 120), same = pattern.make(b, {}, 0, 120), other = pattern.make(c, {}, 0, 120);
        EXPECT_EQ(hash_of(first), hash_of(same)) << pattern.name;
        EXPECT_NE(hash_of(first), hash_of(other)) << pattern.name;
    }
}

/// Known bytes: g++ and clang, optimised or not, and every machine must come to them.
TEST(EveryPattern, HasItsKnownBytes) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const Pattern& pattern : patterns())
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            Random random(seed);
            hash = hash_of(pattern.make(random, {}, 0.5, 90.0), hash);
        }
    EXPECT_EQ(hash, 0xc551baf0ea7f4845ULL) << std::hex << hash;
}

TEST(Options, PartsOfARangeAreKept) {
    // Parameters drawn from the two halves never overlap: tuning and reporting sets share none.
    over_ranges(50, [](Random& random, Part part) {
        const double middle = std::sqrt(0.01);
        const double rate = FasciculationOptions::drawn(random, part).rate_hz;
        EXPECT_GE(rate, part.low < 0.5 ? 0.01 : middle);   // a unit fires at 0.01 to 1 Hz (design.md section 6)
        EXPECT_LE(rate, part.high > 0.5 ? 1.0 : middle);
        const double cv_drawn = ContinuousSingleOptions::drawn(random, part).cv;
        EXPECT_GE(cv_drawn, part.low < 0.5 ? 0.018 : 0.035);   // 0.035 ± 0.017 (Posa 2020)
        EXPECT_LE(cv_drawn, part.high > 0.5 ? 0.052 : 0.035);
        const int discharges = MultipletOptions::drawn(random, part).discharges;
        EXPECT_GE(discharges, part.low < 0.5 ? 2 : 4);
        EXPECT_LE(discharges, part.high > 0.5 ? 6 : 4);
        const double crd = ComplexRepetitiveOptions::drawn(random, part).rate_hz;
        EXPECT_GE(crd, part.low < 0.5 ? 5 : 35);   // 5 to 150 Hz (WUSTL)
        EXPECT_LE(crd, part.high > 0.5 ? 150 : 35);
    });
}

TEST(Options, TheHalvesOfARangeDoNotOverlap) {
    // Members that set the pattern: the whole lower half lies below the whole upper half.
    struct Member {
        const char* name;
        std::function<double(Random&, Part)> draw;
    };
    const std::vector<Member> members{
        {"benign rate", [](Random& r, Part p) { return FasciculationOptions::benign_unit(r, p).rate_hz; }},
        {"multiplet interval", [](Random& r, Part p) { return MultipletOptions::drawn(r, p).interval_ms; }},
        {"F-wave latency", [](Random& r, Part p) { return FWaveOptions::drawn(r, p).latency_ms; }},
        {"myokymia bursts", [](Random& r, Part p) { return MyokymiaOptions::drawn(r, p).burst_rate_hz; }},
        {"neuromyotonia start", [](Random& r, Part p) { return NeuromyotoniaOptions::drawn(r, p).start_hz; }},
        {"neuromyotonia length", [](Random& r, Part p) { return NeuromyotoniaOptions::drawn(r, p).duration_s; }},
        {"continuous rate", [](Random& r, Part p) { return ContinuousSingleOptions::drawn(r, p).rate_hz; }},
        {"tonic rate", [](Random& r, Part p) { return TonicOptions::drawn(r, p).rate_hz; }},
        {"fibrillation start", [](Random& r, Part p) { return FibrillationOptions::drawn(r, p).start_hz; }},
        {"end-plate spike cv", [](Random& r, Part p) { return EndplateSpikeOptions::drawn(r, p).cv; }},
        {"end-plate noise rate", [](Random& r, Part p) { return EndplateNoiseOptions::drawn(r, p).rate_hz; }},
        {"myotonia peak", [](Random& r, Part p) { return MyotoniaOptions::drawn(r, p).peak_hz; }},
        {"complex repetitive rate", [](Random& r, Part p) { return ComplexRepetitiveOptions::drawn(r, p).rate_hz; }},
        {"voluntary cv", [](Random& r, Part p) { return VoluntaryOptions::drawn(r, p).cv; }},
        {"cramp build-up", [](Random& r, Part p) { return CrampOptions::drawn(r, p).build_up_s; }},
        {"tremor rate", [](Random& r, Part p) { return TremorOptions::drawn(r, p).rate_hz; }},
    };
    for (const Member& member : members) {
        double highest = -1, lowest = 1e9, lowest_of_all = 1e9, highest_of_all = -1;
        for (std::uint64_t seed = 1; seed <= 400; ++seed) {
            Random a(seed), b(seed + 1000), c(seed + 2000);
            highest = std::max(highest, member.draw(a, {0, 0.5}));
            lowest = std::min(lowest, member.draw(b, {0.5, 1}));
            const double any = member.draw(c, {});
            lowest_of_all = std::min(lowest_of_all, any);
            highest_of_all = std::max(highest_of_all, any);
        }
        EXPECT_LE(highest, lowest) << member.name;
        EXPECT_LT(lowest_of_all, highest) << member.name;
        EXPECT_GT(highest_of_all, lowest) << member.name;
    }
}

TEST(Options, DrawnOnesAreAllowedAndDefaultsToo) {
    EXPECT_EQ(FasciculationOptions{}.problem() + MultipletOptions{}.problem() + FWaveOptions{}.problem() +
                  MyokymiaOptions{}.problem() + NeuromyotoniaOptions{}.problem() + ContinuousSingleOptions{}.problem() +
                  TonicOptions{}.problem() + FibrillationOptions{}.problem() + EndplateSpikeOptions{}.problem() +
                  EndplateNoiseOptions{}.problem() + MyotoniaOptions{}.problem() + ComplexRepetitiveOptions{}.problem() +
                  VoluntaryOptions{}.problem() + CrampOptions{}.problem() + TremorOptions{}.problem(),
              "");
    over_ranges(3000, [](Random& random, Part part) {
        for (const FWaveSite site : {FWaveSite::hand, FWaveSite::proximal, FWaveSite::calf, FWaveSite::foot})
            ASSERT_EQ(FWaveOptions::drawn(random, part, site).problem(), "");
        for (const TremorKind kind : {TremorKind::parkinson_rest, TremorKind::essential, TremorKind::physiological,
                                      TremorKind::holmes, TremorKind::orthostatic})
            ASSERT_EQ(TremorOptions::drawn(random, part, kind).problem(), "");
        const std::string problems =
            FasciculationOptions::drawn(random, part).problem() + FasciculationOptions::benign_unit(random, part).problem() +
            MultipletOptions::drawn(random, part).problem() + MyokymiaOptions::drawn(random, part).problem() +
            NeuromyotoniaOptions::drawn(random, part).problem() + ContinuousSingleOptions::drawn(random, part).problem() +
            TonicOptions::drawn(random, part).problem() + FibrillationOptions::drawn(random, part).problem() +
            EndplateSpikeOptions::drawn(random, part).problem() + EndplateNoiseOptions::drawn(random, part).problem() +
            MyotoniaOptions::drawn(random, part).problem() + ComplexRepetitiveOptions::drawn(random, part).problem() +
            VoluntaryOptions::drawn(random, part).problem() + CrampOptions::drawn(random, part).problem();
        ASSERT_EQ(problems, "");
    });
}

TEST(Options, OutOfRangeNamesValueAndRange) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    Random random(1);
    const auto fasciculation = [&](double rate_hz, double dead_time_s) {
        return refusal([&] { (void)fasciculations(random, {rate_hz, dead_time_s, 0.05}, 0, 1); });
    };
    EXPECT_EQ(fasciculation(0, 0.25), "fasciculations rate_hz 0: allowed is 0.001 to 3");
    EXPECT_EQ(fasciculation(none, 0.25), "fasciculations rate_hz nan: allowed is 0.001 to 3");
    EXPECT_EQ(fasciculation(1, 0.1), "fasciculations dead_time_s 0.1: allowed is 0.25 to 10");
    EXPECT_EQ(fasciculation(2, 0.5), "fasciculations rate_hz x dead_time_s 1: allowed is 0 to 0.9");
    MultipletOptions seven;
    seven.discharges = 7;
    EXPECT_EQ(refusal([&] { (void)multiplets(random, seven, 0, 1); }), "multiplets discharges 7: allowed is 2 to 6");
    MyokymiaOptions crowded;
    crowded.burst_rate_hz = 10;
    EXPECT_NE(refusal([&] { (void)myokymia(random, crowded, 0, 1); }).find("longest burst + silence"), std::string::npos);
    VoluntaryOptions pool;
    pool.units = 0;
    EXPECT_EQ(refusal([&] { (void)voluntary(random, pool, {}); }), "voluntary units 0: allowed is 1 to 2000");
    const std::array<EffortPoint, 2> backwards{{{1, 0}, {0, 0.5}}}, beyond{{{0, 0}, {1, 1.5}}}, unknown{{{0, none}, {1, 0}}};
    EXPECT_EQ(refusal([&] { (void)voluntary(random, {}, backwards); }), "effort time_s 0: allowed is 1 to 1e+06");
    EXPECT_EQ(refusal([&] { (void)voluntary(random, {}, beyond); }), "effort share 1.5: allowed is 0 to 1");
    EXPECT_EQ(refusal([&] { (void)voluntary(random, {}, unknown); }), "effort share nan: allowed is 0 to 1");
    EXPECT_EQ(refusal([&] { (void)size_of(4, 4, 10); }), "size_of unit 4: allowed is 0 to 3");
    TremorOptions full;
    full.rate_hz = 12;
    EXPECT_EQ(refusal([&] { (void)tremor(random, full, 0, 1); }), "tremor burst_ms over the period 0.96: allowed is 0 to 0.9");
}

TEST(Fasciculations, AreSporadicAtTheirRate) {
    over_ranges(40, [](Random& random, Part part) {
        const auto o = FasciculationOptions::drawn(random, part);
        const double length_s = 1500 / o.rate_hz;
        const Train train = fasciculations(random, o, 0, length_s);
        const auto d = intervals(train);
        // 0.01 to 1 Hz a unit (design.md section 6); 5 standard errors of 1500 intervals
        EXPECT_NEAR(static_cast<double>(train.size()) / length_s / o.rate_hz, 1.0, 5 / std::sqrt(1500.0));
        // isolated: more than 250 ms before and after (Sleutjes 2016)
        EXPECT_GT(*std::min_element(d.begin(), d.end()), 0.25);
        // irregular: CV of 0.5 to 1 and more (notes 2.1)
        EXPECT_GE(cv(d), 0.5);
        EXPECT_LE(cv(d), 1.15);
        double together = 0;   // no memory: neighbouring intervals are unrelated
        const double m = mean(d);
        for (std::size_t i = 1; i < d.size(); ++i) together += (d[i] - m) * (d[i - 1] - m) / (m * m);
        EXPECT_NEAR(together / static_cast<double>(d.size()), 0.0, 0.15);
    });
}

TEST(Fasciculations, ABenignUnitFiresOnceOrTwiceASecond) {
    over_ranges(40, [](Random& random, Part part) {
        const auto o = FasciculationOptions::benign_unit(random, part);
        const Train train = fasciculations(random, o, 0, 1000);
        // once or twice a second; mean interval 0.8 s in benign fasciculation (Trojaborg and Buchthal 1965, notes 3.1)
        EXPECT_GT(static_cast<double>(train.size()), 900.0);
        EXPECT_LT(static_cast<double>(train.size()), 2150.0);
        const auto d = intervals(train);
        EXPECT_GE(cv(d), 0.45);   // still without rhythm (notes 2.1: 0.5 to 1)
        EXPECT_GT(*std::min_element(d.begin(), d.end()), 0.25);   // Sleutjes 2016
    });
}

TEST(Multiplets, HaveShortIntervalsThatLengthen) {
    over_ranges(60, [](Random& random, Part part) {
        auto o = MultipletOptions::drawn(random, part);
        const double length_s = 300 / o.rate_hz;
        const GroupedTrain all = multiplets(random, o, 0, length_s);
        ASSERT_EQ(all.train.size(), all.group.size());
        const auto groups = groups_of(all);
        // groups come like fasciculations: 0.01 to 1 Hz (design.md section 6)
        EXPECT_NEAR(static_cast<double>(groups.size()) / length_s / o.rate_hz, 1.0, 5 / std::sqrt(300.0));
        std::size_t most = 0;
        std::vector<double> seconds, firsts;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const Train& group = groups[g];
            most = std::max(most, group.size());
            const auto d = intervals(group);
            if (g + 1 < groups.size()) {
                EXPECT_GE(group.size(), 2U);   // doublet, triplet, more (notes 2.1)
                EXPECT_GT(groups[g + 1].front().time_s - group.back().time_s, 0.25);   // Sleutjes 2016
            }
            if (d.empty()) continue;
            EXPECT_GE(d[0], 0.00199);   // 2 to 20 ms (Simpson 1969: 2.5 to 20; Front Hum Neurosci 2013: 2 to 20)
            EXPECT_LE(d[0], 0.02001);
            for (std::size_t i = 1; i < d.size(); ++i) {
                EXPECT_GE(d[i], d[i - 1] - 1e-9);   // lengthen within a burst (Kleine 2008)
                EXPECT_LE(d[i], 1.0 / 30 + 1e-9);   // 30 to 300 Hz within (Maddison 2006)
            }
            firsts.push_back(group[0].gain);
            seconds.push_back(group[1].gain);
        }
        EXPECT_EQ(most, static_cast<std::size_t>(o.discharges));
        EXPECT_LE(mean(seconds), mean(firsts) + 0.02);   // the second may be smaller (notes 2.1)
        if (o.interval_ms < 4 && o.second_gain < 0.8) { EXPECT_LT(mean(seconds), 0.93 * mean(firsts)); }
    });
}

TEST(Multiplets, SomeMaySingleBe) {
    Random random(4);
    MultipletOptions o;
    o.rate_hz = 0.5;
    o.fewest = 1;
    int singles = 0, doublets = 0;
    for (const Train& group : groups_of(multiplets(random, o, 0, 2000))) ++(group.size() == 1 ? singles : doublets);
    EXPECT_NEAR(static_cast<double>(singles) / doublets, 1.0, 0.25);
}

TEST(FWaves, FollowAtTheLatencyOfTheMuscle) {
    struct Published {
        FWaveSite site;
        double low_ms, high_ms;
    };
    for (const Published p : {Published{FWaveSite::calf, 31, 36},     // 32 and 35 ms (Kleine 2012)
                              Published{FWaveSite::hand, 22, 29},     // 25.4 ± 2.4 and 26.2 ± 2.3 ms (Li 2024)
                              Published{FWaveSite::foot, 40, 51},     // 49.6 ± 4.4 ms from the ankle (PMID 15351376), less the M latency
                              Published{FWaveSite::proximal, 10, 17}})  // derived, see the header
        over_ranges(20, [&](Random& random, Part part) {
            const auto o = FWaveOptions::drawn(random, part, p.site);
            const double length_s = 2000 / o.rate_hz;
            const auto groups = groups_of(f_wave_pairs(random, o, 0, length_s));
            EXPECT_NEAR(static_cast<double>(groups.size()) / 2000, 1.0, 5 / std::sqrt(2000.0));
            std::vector<double> latency_ms;
            for (std::size_t g = 0; g < groups.size(); ++g) {
                ASSERT_LE(groups[g].size(), 2U);
                if (groups[g].size() == 2) latency_ms.push_back(1e3 * (groups[g][1].time_s - groups[g][0].time_s));
                if (g > 0) { EXPECT_GT(groups[g].front().time_s - groups[g - 1].back().time_s, 0.25); }
            }
            const double share = static_cast<double>(latency_ms.size()) / static_cast<double>(groups.size());
            EXPECT_NEAR(share, o.probability, 5 * std::sqrt(o.probability / 2000));
            EXPECT_GT(share, 0.01);   // 0.017 ± 0.016 in healthy units (Thomas 2002) and up
            EXPECT_GE(median(latency_ms), p.low_ms);
            EXPECT_LE(median(latency_ms), p.high_ms);
            EXPECT_LT(cv(latency_ms), 0.1);   // a peak in the histogram (Kleine 2012)
            EXPECT_GE(*std::min_element(latency_ms.begin(), latency_ms.end()), 7.5);
            EXPECT_LE(*std::max_element(latency_ms.begin(), latency_ms.end()), 110.0);   // window of Kleine 2012
        });
}

TEST(Myokymia, BurstsReturnNearlyRegularly) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = MyokymiaOptions::drawn(random, part);
        const double length_s = 200 / o.burst_rate_hz;
        const auto groups = groups_of(myokymia(random, o, 0, length_s));
        std::vector<double> periods, inside;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            for (const double d : intervals(groups[g])) inside.push_back(d);
            if (g + 1 == groups.size()) continue;
            EXPECT_GE(groups[g].size(), 2U);    // grouped discharges (Gutmann 1991)
            EXPECT_LE(groups[g].size(), 15U);   // engineering
            periods.push_back(groups[g + 1].front().time_s - groups[g].front().time_s);
            const double silence_s = groups[g + 1].front().time_s - groups[g].back().time_s;
            EXPECT_GE(silence_s, 1.49 / o.in_burst_hz);
            EXPECT_LT(silence_s, 5.0);          // silence of up to a few s (AANEM, notes 2.1)
        }
        // 2 to 10 Hz (MedLink), several a second (Gutmann 1991), down to 0.5 Hz (notes 2.2)
        EXPECT_GE(1 / mean(periods), 0.45);
        EXPECT_LE(1 / mean(periods), 10.0);
        EXPECT_NEAR(mean(periods) * o.burst_rate_hz, 1.0, 0.12);
        EXPECT_LE(cv(periods), 0.35);           // notes 2.2
        EXPECT_GE(1 / mean(inside), 5.0);       // 2 to 60 Hz (AANEM), 5 to 60 Hz (notes 2.2)
        EXPECT_LE(1 / mean(inside), 62.0);
    });
}

TEST(Neuromyotonia, StartsFastDecrementsAndStopsAtOnce) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = NeuromyotoniaOptions::drawn(random, part);
        const Train train = neuromyotonia(random, o, 2, 100);
        const auto d = intervals(train);
        const auto g = gains(train);
        ASSERT_GE(train.size(), 10U);                       // notes 2.2
        EXPECT_EQ(train.front().time_s, 2.0);               // abrupt start (MedLink)
        EXPECT_GE(1 / mean(d), 150.0);                      // 150 to 300 Hz (AANEM, MedLink)
        EXPECT_LE(1 / mean(d), 300.0);
        const std::size_t tenth = std::max<std::size_t>(d.size() / 10, 3);
        EXPECT_LE(1 / mean_of(d, 0, tenth), 306.0);
        EXPECT_GE(1 / mean_of(d, d.size() - tenth, tenth), 147.0);
        EXPECT_GT(mean_of(d, d.size() - tenth, tenth), mean_of(d, 0, tenth));          // slows (Kleine 2008)
        EXPECT_LT(mean_of(g, g.size() - tenth, tenth), 0.85 * mean_of(g, 0, tenth));   // decrementing (MedLink)
        EXPECT_GE(train.back().time_s - 2, 0.09);           // 0.1 to 5 s (notes 2.2)
        EXPECT_LE(train.back().time_s - 2, 5.0);
        // abrupt end: still above 150 Hz when it stops
        EXPECT_GT(train.back().time_s, 2 + o.duration_s - 1.5 / 147.0);
    });
}

TEST(Neuromyotonia, RunsComeApart) {
    over_ranges(10, [](Random& random, Part) {
        NeuromyotoniaOptions o;
        const Train train = in_runs(random, 4.0, 1.0, 10, 310, [&](double from, double to) { return neuromyotonia(random, o, from, to); });
        int runs = 1;
        for (const double d : intervals(train)) {
            EXPECT_TRUE(d < 0.01 || d >= 1.0) << d;
            if (d >= 1.0) ++runs;
        }
        EXPECT_NEAR(runs, 300 / 4.8, 25);
        EXPECT_GE(train.front().time_s, 11.0);
    });
}

TEST(ContinuousSingle, HardlyVaries) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = ContinuousSingleOptions::drawn(random, part);
        const Train train = continuous_single(random, o, 0, 400 / o.rate_hz);
        const auto d = intervals(train);
        EXPECT_GE(1 / mean(d), 1.29);    // 6.3 ± 4.0 Hz, 1.3 to 18.1 (Posa 2020)
        EXPECT_LE(1 / mean(d), 18.2);
        EXPECT_GE(cv(d), 0.014);         // 0.035 ± 0.017 (Posa 2020), 5 standard errors of 400 intervals
        EXPECT_LE(cv(d), 0.062);
        EXPECT_LE(train.front().time_s, 1 / o.rate_hz);                       // continuous from end to end
        EXPECT_GE(train.back().time_s, 400 / o.rate_hz - 1.3 / o.rate_hz);
    });
}

TEST(Tonic, FiresAsAVoluntaryUnit) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = TonicOptions::drawn(random, part);
        const auto d = intervals(tonic(random, o, 0, 600 / o.rate_hz));
        EXPECT_GE(mean(d), 0.069);      // 90 ± 19 ms at recruitment of the next, 132 ± 32 ms at onset (notes 2.1)
        EXPECT_LE(mean(d), 0.167);
        EXPECT_GE(cv(d), 0.085);        // 0.10 to 0.30 (notes 2.1), 5 standard errors of 600 intervals
        EXPECT_LE(cv(d), 0.33);
        double skew = 0;                // Gaussian (Clamann 1969)
        for (const double v : d) skew += std::pow((v / mean(d) - 1) / cv(d), 3) / static_cast<double>(d.size());
        EXPECT_NEAR(skew, 0.0, 0.5);
    });
}

TEST(Fibrillation, IsRegularSlowsAndStops) {
    over_ranges(80, [](Random& random, Part part) {
        const auto o = FibrillationOptions::drawn(random, part);
        const Train train = fibrillation(random, o, 1, 1000);
        const auto d = intervals(train);
        ASSERT_GE(d.size(), 3U);
        EXPECT_EQ(train.front().time_s, 1.0);
        EXPECT_GE(1 / *std::max_element(d.begin(), d.end()), 0.5 * 0.75);   // 0.5 to 15 Hz (StatPearls 19794)
        EXPECT_LE(1 / mean_of(d, 0, 3), 15 * 1.15);
        EXPECT_LE(local_cv(d), 0.15);                                       // regular: CV of 0.1 to 0.15 at most (notes 2.2)
        const std::size_t few = std::max<std::size_t>(d.size() / 5, 1);     // slows gradually over seconds … (StatPearls 19794)
        EXPECT_GT(mean_of(d, d.size() - few, few), 1.2 * mean_of(d, 0, few));
        EXPECT_GE(o.duration_s, 3.0);
        EXPECT_LE(train.back().time_s, 1 + o.duration_s);                   // … then stops
        EXPECT_LT(train.back().time_s, 42.0);
    });
}

TEST(EndplateSpikes, AreIrregularAndInhibitThemselves) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = EndplateSpikeOptions::drawn(random, part);
        const Train train = endplate_spikes(random, o, 0, 120);
        const auto d = intervals(train);
        const auto rate_in = [&](double from, double to) {
            return static_cast<double>(std::count_if(train.begin(), train.end(), [&](const Firing& f) { return f.time_s >= from && f.time_s < to; })) / (to - from);
        };
        EXPECT_GE(rate_in(0, 120), 4.0);     // 5 to 50 Hz (notes 2.1, from memory), 4 standard errors
        EXPECT_LE(rate_in(0, 120), 50.0);
        EXPECT_GE(cv(d), 0.4);               // irregular: 0.4 and more (notes 2.2)
        EXPECT_LT(*std::min_element(d.begin(), d.end()), 1.0 / 15);   // shorter than a fibrillation's (Partanen and Danner 1982)
        EXPECT_GE(*std::min_element(d.begin(), d.end()), 0.0035);     // the potential itself lasts 3 to 5 ms (notes 2.1)
    });
    std::vector<double> early, late;         // intervals lengthen over long runs (Partanen and Danner 1982)
    over_ranges(20, [&](Random& random, Part) {
        EndplateSpikeOptions o;
        const Train train = endplate_spikes(random, o, 0, 60);
        const auto d = intervals(train);
        early.push_back(mean_of(d, 0, 20));
        late.push_back(mean_of(d, d.size() - 100, 100));
    });
    EXPECT_NEAR(mean(late) / mean(early), 1.55, 0.15);
}

TEST(EndplateNoise, HasNoOrder) {
    over_ranges(30, [](Random& random, Part part) {
        const auto o = EndplateNoiseOptions::drawn(random, part);
        const Train train = endplate_noise(random, o, 0, 100);
        const double rate = static_cast<double>(train.size()) / 100;
        EXPECT_GE(rate, 17.5);    // 20 to 40 Hz and up (notes 2.1, from memory), 5 standard errors
        EXPECT_LE(rate, 43.5);
        EXPECT_NEAR(cv(intervals(train)), 1.0, 0.12);   // irregular (notes 2.1)
        EXPECT_GT(cv(gains(train)), 0.15);
    });
}

TEST(Myotonia, RateAndGainWaxAndWane) {
    over_ranges(60, [](Random& random, Part part) {
        const auto o = MyotoniaOptions::drawn(random, part);
        const Train train = myotonia(random, o, 0, 100);
        const auto d = intervals(train);
        const auto g = gains(train);
        EXPECT_GE(1 / *std::max_element(d.begin(), d.end()), 19.0);   // 20 to 80 Hz (AANEM), single intervals vary by 3 %
        EXPECT_LE(1 / *std::min_element(d.begin(), d.end()), 88.0);
        EXPECT_GE(1 / mean(d), 20.0);
        EXPECT_LE(1 / mean(d), 80.0);
        EXPECT_GT(cv(g), 0.2);                                        // notes 2.2
        EXPECT_GT(*std::max_element(g.begin(), g.end()), 2.3 * *std::min_element(g.begin(), g.end()));
        EXPECT_LT(local_cv(d), 0.08);                                 // both changes smooth (notes 2.2)
        EXPECT_GE(train.back().time_s, 1.9);
        EXPECT_LE(train.back().time_s, 15.0);
        // It rises first and falls afterwards, rate and gain together: as many peaks as waxings.
        int peaks = 0;
        bool up = false;
        for (const double level : g) {
            if (!up && level > 0.85) { up = true; ++peaks; }
            if (up && level < 0.6) up = false;
        }
        EXPECT_EQ(peaks, o.waxings);
        double together = 0;
        const double mg = mean(g), md = mean(d);
        for (std::size_t i = 0; i < d.size(); ++i) together += (g[i] / mg - 1) * (d[i] / md - 1);
        EXPECT_LT(together / static_cast<double>(d.size()) / cv(g) / cv(d), -0.7);
        EXPECT_LT(g.front(), 0.5);
        EXPECT_LT(g.back(), 0.5);
    });
}

TEST(ComplexRepetitive, IsSteadyBetweenSuddenSteps) {
    int commonest = 0, all = 0;
    over_ranges(80, [&](Random& random, Part part) {
        auto o = ComplexRepetitiveOptions::drawn(random, part);
        const Train train = complex_repetitive(random, o, 3, 1000);
        const auto d = intervals(train);
        EXPECT_EQ(train.front().time_s, 3.0);   // abrupt on … (WUSTL)
        ++all;
        commonest += o.rate_hz >= 30 && o.rate_hz <= 40;
        int steps = 0;
        std::size_t from = 0;
        for (std::size_t i = 1; i <= d.size(); ++i) {
            const bool jump = i < d.size() && std::abs(d[i] / d[i - 1] - 1) > 0.08;
            if (!jump && i < d.size()) continue;
            const std::vector<double> plateau(d.begin() + static_cast<std::ptrdiff_t>(from), d.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_GE(1 / mean(plateau), 4.9);      // 5 to 150 Hz (WUSTL)
            EXPECT_LE(1 / mean(plateau), 153.0);
            if (plateau.size() > 5) { EXPECT_LE(cv(plateau), 0.05); }   // notes 2.2; very low (Trontelj and Stålberg 1983)
            steps += jump;
            from = i;
        }
        EXPECT_LE(steps, o.steps);                  // abrupt steps of the rate are possible (WUSTL)
        if (o.rate_hz > 8 && o.rate_hz < 80 && o.duration_s > 4) { EXPECT_EQ(steps, o.steps); }
        EXPECT_LE(cv(gains(train)), 0.05);          // and of shape
        EXPECT_LE(train.back().time_s, 3 + o.duration_s);                 // … and abrupt off: nothing fades
        EXPECT_GT(train.back().time_s, 3 + o.duration_s - 1.2 * d.back());
    });
    EXPECT_GT(commonest, 0.4 * all);                // commonest 30 to 40 Hz (WUSTL)
}

TEST(Size, GrowsExponentially) {
    EXPECT_EQ(size_of(0, 1, 100), 1.0);
    EXPECT_EQ(size_of(0, 120, 100), 1.0);
    EXPECT_NEAR(size_of(119, 120, 100), 100.0, 1e-9);   // 100-fold from the smallest to the largest (Fuglevand 1993)
    for (int i = 1; i < 120; ++i) EXPECT_NEAR(size_of(i, 120, 100) / size_of(i - 1, 120, 100), std::pow(100.0, 1.0 / 119), 1e-9);
}

TEST(Voluntary, ThePoolIsFuglevands) {
    VoluntaryOptions o;
    EXPECT_NEAR(o.threshold(119), 30.0, 1e-9);                         // n = 120, range 30 (Fuglevand 1993)
    EXPECT_NEAR(o.threshold(59), std::sqrt(30.0), 1e-9);               // exponential: half the units below 18 % of the range
    EXPECT_EQ(o.rate_hz(40, o.threshold(40)), 8.0);                    // least rate at the threshold
    EXPECT_NEAR(o.rate_hz(119, o.most()), 28.0, 1e-9);                 // at full effort the last is at its peak
    EXPECT_NEAR(o.rate_hz(0, o.most()), 38 - 10 * o.threshold(0) / 30, 1e-9);
    EXPECT_LT(o.threshold_share(119), 1.0);
}

TEST(Voluntary, RecruitsBySizeAndFollowsTheEffort) {
    over_ranges(12, [](Random& random, Part part) {
        const auto o = VoluntaryOptions::drawn(random, part);
        const std::array<EffortPoint, 4> effort{{{1, 0}, {21, 1}, {31, 1}, {51, 0}}};
        const PoolFiring pool = voluntary(random, o, effort);
        ASSERT_EQ(pool.units.size(), static_cast<std::size_t>(o.units));
        double before_first_s = 0, before_rate = 100;
        for (int unit = 0; unit < o.units; ++unit) {
            const Train& train = pool.units[static_cast<std::size_t>(unit)];
            ASSERT_FALSE(train.empty());
            // Recruitment by size (Henneman 1957): at its threshold, within an interval of the least rate.
            const double due_s = 1 + 20 * o.threshold_share(unit);
            EXPECT_GE(train.front().time_s, due_s - 1e-9);
            EXPECT_LE(train.front().time_s, due_s + 1 / o.min_rate_hz);
            EXPECT_GT(train.front().time_s, before_first_s - 1 / o.min_rate_hz);
            before_first_s = train.front().time_s;
            // … and the last recruited leaves first.
            EXPECT_LE(train.back().time_s, 51 - 20 * o.threshold_share(unit) + 1e-9);
            EXPECT_GE(train.back().time_s, 51 - 20 * o.threshold_share(unit) - 2.2 / o.min_rate_hz);
            const auto d = intervals(train);
            // begins at 132 ± 32 ms, 7.6 Hz (notes 2.1): the first three intervals of a slow ramp
            EXPECT_GE(mean_of(d, 0, 3), 0.060);
            EXPECT_LE(mean_of(d, 0, 3), 0.240);
            Train held;
            for (const Firing& f : train)
                if (f.time_s >= 22 && f.time_s < 30) held.push_back(f);
            const auto steady = intervals(held);
            EXPECT_LE(1 / mean(steady), 40.0 * 1.03);   // means of at most 40 a second (Front Hum Neurosci 2013)
            EXPECT_GE(cv(steady), 0.07);                // 0.10 to 0.30 (notes 2.1), 5 standard errors
            EXPECT_LE(cv(steady), 0.36);
            if (unit % 20 == 0) {                       // earlier recruited, faster at every effort (Fuglevand 1993: 10 less at the last)
                EXPECT_LT(1 / mean(steady), before_rate * 1.08);
                before_rate = 1 / mean(steady);
            }
        }
        EXPECT_GE(pool.onset_s, 1.0);
        EXPECT_LE(pool.end_s, 51.0);
        EXPECT_GT(pool.end_s, 50.0);
    });
}

TEST(Voluntary, MoreEffortIsMoreUnitsAndFaster) {
    over_ranges(8, [](Random& random, Part part) {
        const auto o = VoluntaryOptions::drawn(random, part);
        const std::array<EffortPoint, 8> effort{{{0, 0.1}, {10, 0.1}, {10, 0.3}, {20, 0.3}, {20, 0.6}, {30, 0.6}, {30, 0.1}, {40, 0.1}}};
        const PoolFiring pool = voluntary(random, o, effort);
        const auto first_hz = [&](double from) {
            const Train& train = pool.units[0];
            return static_cast<double>(std::count_if(train.begin(), train.end(), [&](const Firing& f) { return f.time_s >= from && f.time_s < from + 9; })) / 9;
        };
        EXPECT_LT(units_between(pool, 1, 10), units_between(pool, 11, 20));
        EXPECT_LT(units_between(pool, 11, 20), units_between(pool, 21, 30));
        EXPECT_EQ(units_between(pool, 1, 10), units_between(pool, 30.3, 39.3));   // a step down lets them go at once
        EXPECT_LT(1.2 * count_between(pool, 1, 10), count_between(pool, 11, 20));
        EXPECT_LT(1.2 * count_between(pool, 11, 20), count_between(pool, 21, 30));
        EXPECT_LT(first_hz(0.5), first_hz(10.5));
        EXPECT_LT(first_hz(10.5), first_hz(20.5) + 0.7);
        EXPECT_GT(first_hz(20.5), first_hz(30.5) + 3);
        EXPECT_LT(pool.end_s, 40.0);
        EXPECT_EQ(count_between(pool, 40, 1e6), 0);
    });
}

TEST(Voluntary, NoEffortIsNoFiring) {
    Random random(2);
    const std::array<EffortPoint, 2> none{{{3, 0}, {9, 0}}};
    const PoolFiring pool = voluntary(random, {}, none);
    EXPECT_EQ(count_between(pool, -1e6, 1e6), 0);
    EXPECT_EQ(pool.onset_s, 3.0);
    EXPECT_EQ(pool.end_s, 3.0);
    EXPECT_EQ(pool.units.size(), 120U);
    const std::array<EffortPoint, 1> one{{{3, 1}}};
    EXPECT_EQ(count_between(voluntary(random, {}, one), -1e6, 1e6), 0);
}

TEST(Voluntary, AnotherDrawLeavesOtherUnitsAlone) {
    // Unit 7 of a pool of 40 does not hear how often unit 3 fired: its own stream.
    const std::array<EffortPoint, 2> effort{{{0, 0.5}, {10, 0.5}}};
    VoluntaryOptions a;
    a.units = 40;
    VoluntaryOptions b = a;
    b.cv = 0.0;
    b.gain_cv = 0.0;
    Random first(9), second(9);
    const PoolFiring x = voluntary(first, a, effort), y = voluntary(second, b, effort);
    for (std::size_t unit = 0; unit < 40; ++unit) {
        if (x.units[unit].empty()) continue;
        EXPECT_EQ(x.units[unit].front().time_s, y.units[unit].front().time_s);
    }
}

TEST(Cramp, BuildsUpAndFadesAtVoluntaryRates) {
    std::vector<double> rates, variations, doublets;
    over_ranges(15, [&](Random& random, Part part) {
        const auto o = CrampOptions::drawn(random, part);
        const PoolFiring pool = cramp(random, o, 5, 45);
        for (const Train& train : pool.units) {
            ASSERT_GE(train.size(), 20U);
            const auto d = intervals(train);
            const double active_s = train.back().time_s - train.front().time_s;
            EXPECT_GE(active_s, 7.4);    // active for 23.6 ± 16.2 s (Minetto 2009)
            EXPECT_LE(active_s, 39.8);
            rates.push_back(static_cast<double>(d.size()) / active_s);
            EXPECT_GE(rates.back(), 5.0);    // means within 14.5 ± 5.1, 6.0 ± 0.8 at least and 25 ± 8 at most (Minetto 2009)
            EXPECT_LE(rates.back(), 28.0);
            variations.push_back(cv(d) / o.interval_cv);
            EXPECT_NEAR(cv(d), o.interval_cv, 0.25);
            doublets.push_back(static_cast<double>(std::count_if(d.begin(), d.end(), [](double s) { return s < 0.0125; })) /
                               static_cast<double>(d.size()));
        }
        // Gradual build-up and gradual fade over seconds (AANEM): the pool's rate each second.
        const double middle = count_between(pool, 20, 30) / 10.0;
        EXPECT_LT(count_between(pool, 5, 6), 0.5 * middle);
        EXPECT_LT(count_between(pool, 44, 45), 0.5 * middle);
        double reached_s = 5;
        while (count_between(pool, reached_s, reached_s + 1) < 0.8 * middle) reached_s += 0.25;
        EXPECT_GE(reached_s - 5, 1.0);       // rises over more than 1 s (notes 2.2)
        // Units join one after another and leave one after another.
        EXPECT_LT(units_between(pool, 5, 5 + 0.25 * o.build_up_s), 0.45 * o.units);
        EXPECT_EQ(units_between(pool, 5 + o.build_up_s, 32), o.units);
        EXPECT_LT(units_between(pool, 45 - 0.25 * o.fade_s, 45), 0.5 * o.units);
        for (std::size_t unit = 1; unit < pool.units.size(); ++unit)
            EXPECT_LT(pool.units[unit - 1].front().time_s, pool.units[unit].front().time_s + o.build_up_s / o.units);
        EXPECT_GE(pool.onset_s, 5.0);
        EXPECT_LT(pool.onset_s, 6.0);
        EXPECT_GT(pool.end_s, 43.0);
        EXPECT_LT(pool.end_s, 45.0);
    });
    EXPECT_NEAR(mean(rates), 14.5, 1.0);                     // 14.5 ± 5.1 (Minetto 2009)
    EXPECT_NEAR(cv(rates) * mean(rates), 5.1, 1.2);
    EXPECT_NEAR(median(variations), 1.0, 0.06);              // 0.446 ± 0.097 (Minetto 2009), drawn within it
    EXPECT_NEAR(mean(variations), 1.0, 0.1);                 // fast units vary more, from 6 Hz up
    EXPECT_NEAR(mean(doublets), 0.04, 0.015);                // 0.041 ± 0.047 (Minetto 2009)
}

TEST(Cramp, AShortOneKeepsItsForm) {
    Random random(8);
    CrampOptions o;
    const PoolFiring pool = cramp(random, o, 0, 5);
    EXPECT_LT(count_between(pool, 0, 0.5), 0.6 * count_between(pool, 1.75, 2.25));
    EXPECT_LT(count_between(pool, 4.5, 5), 0.6 * count_between(pool, 1.75, 2.25));
}

TEST(Tremor, BurstsAtTheFrequencyOfItsKind) {
    struct Published {
        TremorKind kind;
        double low_hz, high_hz, shortest_ms, longest_ms;
    };
    for (const Published p : {Published{TremorKind::parkinson_rest, 4, 6, 50, 150},   // all rates: notes 2.1
                              Published{TremorKind::essential, 4, 12, 50, 150},       // bursts 50 to 150 ms (notes 2.1, from memory)
                              Published{TremorKind::physiological, 8, 12, 50, 150},
                              Published{TremorKind::holmes, 2.5, 5, 150, 170},        // 150 to 170 ms (PMC12219005)
                              Published{TremorKind::orthostatic, 13, 18, 20, 50}})    // no figure: shorter than half a period
        over_ranges(6, [&](Random& random, Part part) {
            const auto o = TremorOptions::drawn(random, part, p.kind);
            EXPECT_GE(o.burst_ms, p.shortest_ms);
            EXPECT_LE(o.burst_ms, p.longest_ms);
            const PoolFiring pool = tremor(random, o, 0, 30);
            std::vector<double> times;
            for (const Train& train : pool.units)
                for (const Firing& f : train) times.push_back(f.time_s);
            std::sort(times.begin(), times.end());
            // The rhythm: where the firings' spectrum over 4 s has its peak, 1.5 to 20 Hz.
            double best = 0, best_hz = 0;
            for (double hz = 1.5; hz < 20; hz += 0.1) {
                double power = 0;
                for (double from = 0; from < 8; from += 4) {
                    double re = 0, im = 0;
                    for (const double t : times)
                        if (t >= from && t < from + 4) {
                            re += std::cos(2 * pi * hz * t);
                            im += std::sin(2 * pi * hz * t);
                        }
                    power += re * re + im * im;
                }
                if (power > best) {
                    best = power;
                    best_hz = hz;
                }
            }
            EXPECT_GE(best_hz, p.low_hz - 0.3);
            EXPECT_LE(best_hz, p.high_hz + 0.3);
            EXPECT_NEAR(best_hz, o.rate_hz, 0.05 * o.rate_hz + 0.15);
            // Bursts: where the period leaves silence between, nothing fires outside of them.
            const double silence_s = 1 / o.rate_hz - 1e-3 * o.burst_ms;
            if (silence_s > 0.08) {
                std::vector<double> starts{times[0]}, periods;
                for (std::size_t i = 1; i < times.size(); ++i)
                    if (times[i] - times[i - 1] > 0.4 * silence_s) {
                        EXPECT_LE(times[i - 1] - starts.back(), 1e-3 * p.longest_ms + 1e-9);
                        periods.push_back(times[i] - starts.back());
                        starts.push_back(times[i]);
                    }
                EXPECT_NEAR(1 / mean(periods), o.rate_hz, 0.08 * o.rate_hz);
                EXPECT_GE(periods.size(), 6U);    // six cycles before anything is called rhythmic (notes 2.2)
                EXPECT_LT(cv(periods), 0.25);     // nearly regular (notes 2.1; no figure found)
            }
            std::vector<double> again;                            // a unit that fires again in a burst: 10 to 40 Hz (notes 2.1)
            for (const Train& train : pool.units)
                for (const double d : intervals(train))
                    if (d < 0.5 * 1e-3 * o.burst_ms) again.push_back(1 / d);
            for (const double hz : again) EXPECT_LE(hz, 40 / 0.25);
            if (again.size() > 50) { EXPECT_LE(median(again), 60.0); }
            EXPECT_LE(pool.onset_s, 1e-3 * p.longest_ms);
            EXPECT_GT(pool.end_s, 29.4);
        });
}

TEST(EveryPattern, HoldsForLongRecordings) {
    Random random(12);
    const Train day = fasciculations(random, {1.0, 0.25, 0.05}, 0, 86400);
    EXPECT_NEAR(static_cast<double>(day.size()), 86400, 5 * std::sqrt(86400.0));
    EXPECT_TRUE(fasciculations(random, {}, 1e6, 1e6).empty());
    EXPECT_NEAR(static_cast<double>(continuous_single(random, {}, 9e5, 9e5 + 1000).size()), 6300, 40);
}
