#include "fascikit/simulate/scenarios.hpp"

#include "fascikit/evaluate/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

using namespace fascikit;
using namespace fascikit::simulate;

namespace {

std::uint64_t fnv(const void* data, std::size_t bytes, std::uint64_t hash = 0xcbf29ce484222325ULL) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ p[i]) * 0x100000001b3ULL;
    return hash;
}
std::uint64_t hash_of(const Simulated& s) {
    std::uint64_t h = fnv(s.samples.data(), s.samples.size() * sizeof(float));
    for (const auto& d : s.truth.discharges) {
        h = fnv(&d.peak_s, sizeof d.peak_s, h);
        h = fnv(&d.amplitude_uv, sizeof d.amplitude_uv, h);
    }
    return h;
}
std::vector<double> channel(const Simulated& s, std::size_t c) {
    std::vector<double> x;
    for (std::int64_t i = 0; i < s.info.frames; ++i)
        x.push_back(static_cast<double>(s.view()(i, static_cast<std::int64_t>(c))));
    return x;
}
double rms(std::span<const double> x) {
    double e = 0;
    for (const double v : x) e += v * v;
    return std::sqrt(e / static_cast<double>(x.size()));
}

}  // namespace

TEST(Math, AgreesWithTheLibrary) {
    Random random(7);
    for (int i = 0; i < 20000; ++i) {
        const double x = random.uniform(-40.0, 40.0);
        const long double angle = 6.283185307179586476925286766559L * static_cast<long double>(x / 40);
        EXPECT_NEAR(sin_turns(x / 40), static_cast<double>(std::sin(angle)), 5e-16);
        EXPECT_NEAR(cos_turns(x / 40), static_cast<double>(std::cos(angle)), 1e-15);
        EXPECT_NEAR(simulate::exp(x) / std::exp(x), 1.0, 1e-15);
        const double y = std::exp(x);
        EXPECT_NEAR(simulate::log(y), std::log(y), 1e-15 * std::max(1.0, std::abs(std::log(y))));
    }
    EXPECT_EQ(simulate::exp(0.0), 1.0);
    EXPECT_EQ(simulate::log(1.0), 0.0);
    EXPECT_EQ(sin_turns(0.0), 0.0);
    EXPECT_EQ(sin_turns(0.25), 1.0);
    EXPECT_EQ(cos_turns(0.5), -1.0);
    EXPECT_EQ(simulate::exp(-1e9), 0.0);
    EXPECT_TRUE(std::isfinite(simulate::log(0.0)));
}

TEST(Random, MomentsAndStreams) {
    Random random(1);
    double sum = 0, squares = 0, fourth = 0, waits = 0;
    constexpr int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double v = random.normal();
        sum += v;
        squares += v * v;
        fourth += v * v * v * v;
        waits += random.exponential(3.0);
    }
    EXPECT_NEAR(sum / n, 0.0, 4.0 / std::sqrt(n));
    EXPECT_NEAR(squares / n, 1.0, 4.0 * std::sqrt(2.0 / n));
    EXPECT_NEAR(fourth / n, 3.0, 4.0 * std::sqrt(96.0 / n));
    EXPECT_NEAR(waits / n, 3.0, 4.0 * 3.0 / std::sqrt(n));
    Random a(1, 5), b(1, 6), c(2, 5), again(1, 5);
    const auto first = a.bits();
    EXPECT_NE(first, b.bits());
    EXPECT_NE(first, c.bits());
    EXPECT_EQ(first, again.bits());
}

TEST(Band, KeepsTheMiddleHalvesPowerAtTheEdgesAndDoesNotDelay) {
    const Band band{20.0, 500.0};
    const double fs = 2048;
    for (const auto& [hz, gain] : std::vector<std::pair<double, double>>{
             {100.0, 1.0}, {20.0, std::sqrt(0.5)}, {500.0, std::sqrt(0.5)}, {2.0, 0.0}}) {
        std::vector<double> x(20480);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = sin_turns(hz * static_cast<double>(i) / fs);
        const auto y = in_band(x, band, fs);
        const std::span<const double> middle(y.data() + 8192, 4096);
        EXPECT_NEAR(rms(middle) * std::sqrt(2.0), gain, 0.012) << hz;
    }
    std::vector<double> x(1001);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double t = (static_cast<double>(i) - 500.0) / 5.0;
        x[i] = std::exp(-0.5 * t * t);
    }
    const auto y = in_band(x, band, fs);
    EXPECT_EQ(std::max_element(y.begin(), y.end()) - y.begin(), 500);
    for (std::size_t i = 0; i <= 1000; ++i) EXPECT_NEAR(y[i], y[1000 - i], 2e-4);
}

namespace {

/// Builds without optimisation (sanitizers) take those that together use every header.
bool chosen([[maybe_unused]] std::string_view name) {
#if defined(__OPTIMIZE__) && !defined(FASCIKIT_SANITIZED)
    return true;
#else
    return name == "multiplets" || name == "contractions" || name == "cramp" || name == "myokymia" || name == "trunk" ||
           name == "faults" || name == "needle";
#endif
}

/// A second of everything costs seconds under sanitizers: stretches keep their share of the recording.
ScenarioOptions short_one(ParameterSet set = ParameterSet::tuning, std::uint64_t seed = 1, double duration_s = 20) {
    ScenarioOptions options;
    options.seed = seed;
    options.set = set;
    options.duration_s = duration_s;
    return options;
}

UnitPotential a_potential(Random& random, double amplitude_uv, Band band) {
    SkinConductor skin{Tissue{}};
    auto p = surface_potential(motor_unit(random, {}), skin, bipolar(0.0, 20.0, 20.0), band, 2048.0);
    scale_to(p, amplitude_uv);
    return p;
}

bool interference(Label label) { return evaluate::interference_index(label).has_value(); }

}  // namespace

TEST(Scene, PeakAndAmplitudeAreWhereTheTruthSays) {
    Scene scene({Electrode::surface, 2048, 4, {{"a"}}}, 1);
    scene.noise(0, {.rms_uv = 0.001});
    Random random(2);
    const auto p = a_potential(random, 150.0, scene.band());
    const auto unit = scene.new_unit();
    for (const double t : {0.5, 1.5001, 2.50027}) scene.discharge(0, unit, p, {t, 1.0}, Label::fasciculation_potential);
    scene.discharge(0, unit, p, {3.9999, 1.0}, Label::fasciculation_potential);  // its peak would come after the end
    const auto s = scene.finish();
    ASSERT_EQ(s.truth.discharges.size(), 3U);
    const auto x = in_band(channel(s, 0), s.truth.band, 2048.0);
    for (const auto& d : s.truth.discharges) {
        EXPECT_DOUBLE_EQ(d.noise_rms_uv, 0.001);
        const auto middle = x.begin() + static_cast<std::ptrdiff_t>(d.peak_s * 2048);
        const auto [low, high] = std::minmax_element(middle - 60, middle + 60);
        EXPECT_NEAR(*high - *low, 150.0, 3.0);
        const auto peak = *high > -*low ? high : low;
        EXPECT_NEAR(static_cast<double>(peak - x.begin()) / 2048.0, d.peak_s, 1.0 / 2048);
    }
}

TEST(Scene, PartsMakeTheWholeAndVaryWhenUnstable) {
    Random random(5);
    SkinConductor skin{Tissue{}};
    Scene stable({Electrode::surface, 2048, 4, {{"a"}}}, 1), whole({Electrode::surface, 2048, 4, {{"a"}}}, 1);
    const auto fibres = motor_unit(random, {});
    const auto p = surface_potential(fibres, skin, bipolar(0.0, 20.0, 20.0), stable.band(), 2048.0);
    const auto parts = parts_of(fibres, 5, skin, bipolar(0.0, 20.0, 20.0), stable.band(), 2048.0);
    ASSERT_EQ(parts.size(), 5U);
    stable.discharge(0, 0, p, parts, {}, random, {1.0, 1.0}, Label::fasciculation_potential);
    whole.discharge(0, 0, p, {1.0, 1.0}, Label::fasciculation_potential);
    for (std::size_t i = 0; i < stable.channel(0).size(); ++i)
        ASSERT_NEAR(stable.channel(0)[i], whole.channel(0)[i], 1e-9 * p.amplitude_uv);
    Scene unstable({Electrode::surface, 2048, 4, {{"a"}}}, 1);
    unstable.discharge(0, 0, p, parts, {.jitter_ms = 0.5, .blocking = 0.3}, random, {1.0, 1.0}, Label::fasciculation_potential);
    double difference = 0;
    for (std::size_t i = 0; i < stable.channel(0).size(); ++i)
        difference = std::max(difference, std::abs(unstable.channel(0)[i] - whole.channel(0)[i]));
    EXPECT_GT(difference, 0.05 * p.amplitude_uv);
}

TEST(Scene, WhatIsNotInTheSamplesIsNotInTheTruth) {
    Scene scene({Electrode::surface, 2048, 10, {{"a"}, {"b"}}}, 1);
    for (std::size_t site : {0U, 1U}) scene.noise(site, {});
    Random random(3);
    const auto p = a_potential(random, 100.0, scene.band());
    for (std::size_t site : {0U, 1U})
        for (const double t : {1.0, 3.0, 5.0, 7.0}) scene.discharge(site, static_cast<int>(site), p, {t, 1.0}, Label::fasciculation_potential);
    scene.lose_contact(0, 0, 2.5, 3.5, random, {});
    scene.drop_samples(4.5, 5.5, Dropped::held);
    const auto s = scene.finish();
    std::map<std::string, int> left;
    for (const auto& d : s.truth.discharges) ++left[d.site];
    EXPECT_EQ(left["a"], 2);
    EXPECT_EQ(left["b"], 3);
    std::set<std::string> kinds;
    for (const auto& c : s.truth.confounders) kinds.insert(c.kind);
    EXPECT_EQ(kinds, (std::set<std::string>{"dropout", "lost_contact"}));
}

TEST(Scene, RefusesWhatItCannotBe) {
    EXPECT_THROW(Scene({Electrode::surface, 100, 4, {{"a"}}}, 1), std::invalid_argument);
    EXPECT_THROW(Scene({Electrode::surface, 2048, NAN, {{"a"}}}, 1), std::invalid_argument);
    EXPECT_THROW(Scene({Electrode::surface, 2048, 1e9, {{"a"}}}, 1), std::invalid_argument);
    EXPECT_THROW(Scene({Electrode::surface, 2048, 4, {}}, 1), std::invalid_argument);
    EXPECT_THROW(Scene({Electrode::surface, 2048, 4, {{"a", 8, 2, 3}}}, 1), std::invalid_argument);
}

namespace {

struct Expected {
    std::string_view name;
    std::uint64_t tuning, reporting;
};
// A change here is a change of every published figure: say so in the commit.
constexpr Expected expected[] = {
    {"calf", 6094266156844119351U, 13252147314478640188U},
    {"frequent", 10802887504371743653U, 7584452739775051236U},
    {"storm", 4020907954953370141U, 10177400684976470443U},
    {"sparse", 574817111893344796U, 6197159086808395302U},
    {"benign", 8311243793288400696U, 515205414580169334U},
    {"weak", 8239168652441328970U, 13798666819869686546U},
    {"noise", 4205428054335909387U, 12421142912644099985U},
    {"multiplets", 3780962391059018457U, 17934317635162089973U},
    {"contractions", 1124292777498142020U, 18409951399814968053U},
    {"tonic", 959941579786339473U, 4814486848999484550U},
    {"tremor", 12289416311537654698U, 16719542605301817306U},
    {"cramp", 11357009490685869767U, 7348735982167661079U},
    {"myokymia", 15434382983059584349U, 6216664324708371854U},
    {"neuromyotonia", 6947045637429105650U, 472640726144823295U},
    {"crosstalk", 1578080859311560384U, 594360386687003451U},
    {"gluteal", 6179462155163588981U, 3761300464105921791U},
    {"trunk", 8436136158161774493U, 6432645391839614798U},
    {"movement", 17833693004415884924U, 4126062777671746031U},
    {"faults", 14666085146750939504U, 17740544865134840003U},
    {"grid", 501575757573108344U, 16572366449820444159U},
    {"rest", 9954933471802987612U, 17134613065106365602U},
    {"needle", 13131818132984426222U, 5839688236806422246U}};

void holds_what_a_truth_must_hold(const Simulated& s, const Scenario& scenario) {
    std::set<std::string> sites;
    std::size_t channels = 0;
    for (const Site& site : s.info.sites) {
        sites.insert(site.name);
        channels += site.channels.size();
    }
    EXPECT_EQ(channels, s.info.channels.size());
    EXPECT_EQ(s.samples.size(), channels * static_cast<std::size_t>(s.info.frames));
    for (const float v : s.samples) ASSERT_TRUE(std::isfinite(v));
    for (const ChannelInfo& c : s.info.channels) EXPECT_LE(c.label.size(), 16U) << c.label;  // EDF holds no more
    double before = 0;
    for (const auto& d : s.truth.discharges) {
        ASSERT_GE(d.peak_s, before);
        ASSERT_LT(d.peak_s, s.truth.duration_s);
        before = d.peak_s;
        ASSERT_TRUE(sites.contains(d.site));
        ASSERT_GT(d.amplitude_uv, 0);
        ASSERT_GT(d.noise_rms_uv, 0.5);
        const auto& info = label_table[static_cast<std::size_t>(d.label)];
        ASSERT_FALSE(info.needle_only && scenario.electrode == Electrode::surface) << info.name;
    }
    for (const auto& g : s.truth.segments) {
        EXPECT_TRUE(interference(g.label));
        EXPECT_TRUE(sites.contains(g.site));
        EXPECT_LT(g.onset_s, g.end_s);
        EXPECT_LE(g.end_s, s.truth.duration_s);
    }
    EXPECT_GE(s.truth.discharges.size(), scenario.name == "rest" || scenario.name == "sparse" ? 0U : 2U);
}

}  // namespace

TEST(Scenarios, AreTheSameOnEveryMachineAndHoldWhatATruthMustHold) {
    ASSERT_EQ(std::size(expected), scenarios().size());
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const Scenario& scenario = scenarios()[i];
        ASSERT_EQ(scenario.name, expected[i].name);
        if (!chosen(scenario.name)) continue;
        for (const auto set : {ParameterSet::tuning, ParameterSet::reporting}) {
            SCOPED_TRACE(std::string(scenario.name) + (set == ParameterSet::tuning ? ", tuning" : ", reporting"));
            const auto s = make(scenario.name, short_one(set, 1, 10));
            EXPECT_EQ(hash_of(s), set == ParameterSet::tuning ? expected[i].tuning : expected[i].reporting);
            holds_what_a_truth_must_hold(s, scenario);
        }
    }
}

TEST(Scenarios, AnotherSeedIsAnotherRecording) {
    EXPECT_NE(hash_of(make("sparse", short_one(ParameterSet::tuning, 2, 10))), hash_of(make("sparse", short_one(ParameterSet::tuning, 1, 10))));
}

TEST(Scenarios, AQuarterOfTheDischargesLiesAtEightToTwelveTimesTheNoise) {
    if (!chosen("calf")) GTEST_SKIP() << "a matter of statistics: no need without optimisation";
    for (const auto set : {ParameterSet::tuning, ParameterSet::reporting}) {
        double weak = 0, all = 0;
        for (const Scenario& scenario : scenarios()) {
            if (scenario.electrode == Electrode::needle || scenario.name == "rest" || scenario.name == "grid") continue;
            const auto s = make(scenario.name, short_one(set, 1, 60));
            for (const auto& d : s.truth.discharges) {
                const bool counts = std::none_of(s.truth.segments.begin(), s.truth.segments.end(), [&](const TrueSegment& g) {
                    return g.site == d.site && d.peak_s >= g.onset_s && d.peak_s < g.end_s;
                });
                if (!counts || d.label != Label::fasciculation_potential) continue;
                const double snr = d.amplitude_uv / d.noise_rms_uv;
                weak += snr >= 8 && snr <= 12;
                all += 1;
            }
        }
        EXPECT_GT(all, 400);
        EXPECT_NEAR(weak / all, 0.25, 0.05);
    }
}

TEST(Scenarios, AreListedAndAnUnknownOneIsRefused) {
    std::set<std::string_view> names;
    int surface = 0;
    for (const Scenario& scenario : scenarios()) {
        EXPECT_TRUE(names.insert(scenario.name).second);
        EXPECT_FALSE(scenario.varies.empty());
        surface += scenario.electrode == Electrode::surface;
    }
    EXPECT_GE(surface, 16);
    try {
        (void)make("thigh", 1);
        FAIL();
    } catch (const std::invalid_argument& e) {
        EXPECT_EQ(std::string(e.what()).substr(0, 36), "scenario 'thigh': allowed is calf, f");
    }
    for (const double bad : {0.0, 9.0, -5.0, 1e9, std::numeric_limits<double>::infinity()}) EXPECT_THROW((void)make("rest", short_one(ParameterSet::tuning, 1, bad)), std::invalid_argument);
}

TEST(Scenarios, RestIsNoiseOfItsLevelAndHalfAnHourLong) {
    const auto rest = std::find_if(scenarios().begin(), scenarios().end(), [](const Scenario& s) { return s.name == "rest"; });
    ASSERT_NE(rest, scenarios().end());
    EXPECT_EQ(rest->duration_s, 1800);
    const auto s = make("rest", short_one());
    EXPECT_TRUE(s.truth.discharges.empty());
    EXPECT_TRUE(s.truth.segments.empty());
    ASSERT_EQ(s.info.channels.size(), 4U);
    for (std::size_t c = 0; c < 4; ++c) {
        const auto x = in_band(channel(s, c), s.truth.band, 2048);
        const double level = rms(x);
        EXPECT_GT(level, 2.4);
        EXPECT_LT(level, 9.3);
        double largest = 0;
        for (const double v : x) largest = std::max(largest, std::abs(v));
        EXPECT_LT(largest, 6.0 * level);  // Gaussian: 1 in 10^8.7 samples reaches 6
    }
}

TEST(Scenarios, TheSetsDifferInGeometryRateAndBackground) {
    if (!chosen("grid")) GTEST_SKIP() << "64 channels take half a minute without optimisation";
    const auto tuning = make("grid", short_one(ParameterSet::tuning, 1, 10));
    const auto reporting = make("grid", short_one(ParameterSet::reporting, 1, 10));
    EXPECT_NE(tuning.info.sampling_rate_hz, reporting.info.sampling_rate_hz);
    EXPECT_NE(tuning.info.sites[0].pitch_mm, reporting.info.sites[0].pitch_mm);
    ASSERT_EQ(tuning.info.sites[0].channels.size(), 64U);
    EXPECT_EQ(tuning.info.sites[0].rows, 8);
}

TEST(Scenarios, ARecordedRestTakesThePlaceOfNoise) {
    std::vector<double> recorded(2048 * 4);
    Random random(9);
    for (double& v : recorded) v = 5.0 * random.normal();
    auto options = short_one();
    options.background = recorded;
    options.background_rate_hz = 2048;
    const auto s = make("frequent", options);
    for (const auto& d : s.truth.discharges) EXPECT_NEAR(d.noise_rms_uv, 5.0 * std::sqrt(480.0 / 1024.0), 0.5);
    options.background_rate_hz = 1000;
    EXPECT_THROW((void)make("frequent", options), std::invalid_argument);
    EXPECT_THROW((void)make("needle", options), std::invalid_argument);
}

TEST(Scenarios, CalfHoldsWhatItSays) {
    const auto s = make("calf", 1);
    ASSERT_EQ(s.info.channels.size(), 2U);
    EXPECT_EQ(s.info.channels[0].label, "left calf");
    ASSERT_EQ(s.truth.segments.size(), 1U);
    EXPECT_EQ(s.truth.segments[0].label, Label::voluntary);
    std::map<int, std::vector<double>> doublets;
    for (const auto& d : s.truth.discharges)
        if (d.label == Label::fasciculation_multiplet) doublets[d.unit].push_back(d.peak_s);
    ASSERT_EQ(doublets.size(), 1U);
    const auto& times = doublets.begin()->second;
    ASSERT_GE(times.size(), 4U);
    for (std::size_t i = 0; i + 1 < times.size(); i += 2) {
        EXPECT_GE(times[i + 1] - times[i], 0.0019);
        EXPECT_LE(times[i + 1] - times[i], 0.0205);
    }
    const auto& contraction = s.truth.segments[0];
    const auto x = in_band(channel(s, 0), s.truth.band, 2048);
    const auto at = static_cast<std::size_t>((contraction.onset_s + 2.5) * 2048);
    EXPECT_GT(rms(std::span<const double>(x.data() + at, 2 * 2048)), 25.0);
}

TEST(Scenarios, MedianFrequencyOfAContractionAtTheSkin) {
    if (!chosen("calf")) GTEST_SKIP() << "a matter of statistics: no need without optimisation";
    // 60 to 120 Hz at the skin: the median frequency of surface EMG of limb muscles (De Luca 1997,
    // 10.1123/jab.13.2.135: about 60 to 120 Hz, muscle and force dependent).
    for (const auto set : {ParameterSet::tuning, ParameterSet::reporting}) {
        const auto s = make("contractions", short_one(set, 1, 60));
        const double fs = s.info.sampling_rate_hz;
        const auto x = in_band(channel(s, 0), {10.0, 0.4 * fs}, fs);
        // Power below each frequency by a bank of half-second periodograms over the middle halves of the contractions.
        std::vector<double> power(500, 0.0);
        const auto n = static_cast<std::size_t>(0.5 * fs);
        for (const auto& g : s.truth.segments) {
            const double quarter = 0.25 * (g.end_s - g.onset_s);
            for (double t = g.onset_s + quarter; t + 0.5 < g.end_s - quarter; t += 0.5) {
                const double* part = x.data() + static_cast<std::size_t>(t * fs);
                for (std::size_t hz = 10; hz < power.size(); hz += 2) {
                    double c = 0, q = 0;
                    for (std::size_t i = 0; i < n; ++i) {
                        const double turns = static_cast<double>(hz) * static_cast<double>(i) / fs;
                        const double w = sin_turns(0.5 * static_cast<double>(i) / static_cast<double>(n));
                        c += w * part[i] * cos_turns(turns);
                        q += w * part[i] * sin_turns(turns);
                    }
                    power[hz] += c * c + q * q;
                }
            }
        }
        double total = 0, sum = 0;
        for (const double p : power) total += p;
        ASSERT_GT(total, 0);
        std::size_t median = 0;
        while (sum < 0.5 * total) sum += power[median++];
        EXPECT_GE(median, 60U);
        EXPECT_LE(median, 120U);
    }
}

TEST(Scenarios, TheNeedleHoldsEveryLabel) {
    if (!chosen("calf")) GTEST_SKIP() << "a matter of statistics: no need without optimisation";
    for (const auto set : {ParameterSet::tuning, ParameterSet::reporting}) {
        ScenarioOptions options;
        options.set = set;
        const auto s = make("needle", options);
        std::map<Label, int> discharges;
        std::set<Label> stretches;
        std::set<std::string> confounders;
        for (const auto& d : s.truth.discharges) ++discharges[d.label];
        for (const auto& g : s.truth.segments) stretches.insert(g.label);
        for (const auto& c : s.truth.confounders) confounders.insert(c.kind);
        for (const LabelInfo& info : label_table) {
            if (info.label == Label::indeterminate) continue;
            if (info.label == Label::artifact) {
                EXPECT_TRUE(confounders.contains("pop"));
                continue;
            }
            EXPECT_GE(discharges[info.label], info.label == Label::fasciculation_potential ? 5 : 4) << info.name;
            EXPECT_EQ(stretches.contains(info.label), interference(info.label)) << info.name;
        }
    }
}
