#include "fascikit/simulate/scenarios.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

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

TEST(Firing, SporadicHasItsRateAndDeadTimeAndNoRhythm) {
    Random random(3);
    const auto t = sporadic(random, 0.5, 0.3, 10.0, 20010.0);
    EXPECT_NEAR(static_cast<double>(t.size()) / 20000.0, 0.5, 0.02);
    double mean = 0, squares = 0;
    for (std::size_t i = 1; i < t.size(); ++i) {
        ASSERT_GE(t[i] - t[i - 1], 0.3);
        mean += t[i] - t[i - 1];
        squares += (t[i] - t[i - 1]) * (t[i] - t[i - 1]);
    }
    const auto n = static_cast<double>(t.size() - 1);
    mean /= n;
    EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, (2.0 - 0.3) / 2.0, 0.03);
    EXPECT_GE(t.front(), 10.0);
    EXPECT_LT(t.back(), 20010.0);
    EXPECT_TRUE(sporadic(random, 1.0, 0.3, 5.0, 5.0).empty());
    EXPECT_TRUE(renewal(random, 1.0, 1.0, 0.1, 5.0, 4.0).empty());
}

TEST(Firing, RenewalHasItsCoefficientOfVariation) {
    Random random(4);
    const auto t = renewal(random, 10.0, 10.0, 0.15, 0.0, 2000.0);
    double mean = 0, squares = 0;
    for (std::size_t i = 1; i < t.size(); ++i) {
        mean += t[i] - t[i - 1];
        squares += (t[i] - t[i - 1]) * (t[i] - t[i - 1]);
    }
    const auto n = static_cast<double>(t.size() - 1);
    mean /= n;
    EXPECT_NEAR(mean, 0.1, 0.001);
    EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, 0.15, 0.01);
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

TEST(Potential, PolarityFollowsFromWhereTheElectrodeIs) {
    const Band band{10.0, 9000.0};
    const ElectrodePair tip{0.0, 1.0e6};
    Fibre fibre;
    fibre.distance_mm = 0.4;
    for (const double endplate_mm : {-25.0, 0.0}) {
        fibre.endplate_mm = endplate_mm;
        const auto p = potential_of(std::span(&fibre, 1), tip, 100.0, band, 20000.0);
        const double top = *std::max_element(p.fine.begin(), p.fine.end());
        const auto first = std::find_if(p.fine.begin(), p.fine.end(), [&](double v) { return std::abs(v) > 0.2 * top; });
        EXPECT_EQ(*first > 0, endplate_mm < 0) << "a fibre is positive first away from its end-plate, negative first at it";
        EXPECT_EQ(p.amplitude_uv, 100.0);
    }
}

TEST(Potential, StandingTripolesGiveNothingAndDurationIsThatOfTheSkin) {
    Random random(11);
    const auto unit = motor_unit(random, 60, 12.0);
    const auto p = potential_of(unit, {20.0, 40.0}, 200.0, {20.0, 500.0}, 2048.0);
    EXPECT_NEAR(p.fine.front(), 0.0, 1e-9);
    EXPECT_NEAR(p.fine.back(), 0.0, 1e-9);
    const auto seen = in_band(p.fine, {20.0, 500.0}, 2048.0 * 8);
    const auto [low, high] = std::minmax_element(seen.begin(), seen.end());
    EXPECT_NEAR(*high - *low, 200.0, 1e-9);
    // Surface potentials last 10 to 30 ms (between the first and the last tenth of the amplitude).
    std::size_t first = seen.size(), last = 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (std::abs(seen[i]) > 10.0) {
            first = std::min(first, i);
            last = i;
        }
    const double duration_ms = static_cast<double>(last - first) / (2048.0 * 8) * 1000.0;
    EXPECT_GT(duration_ms, 8.0);
    EXPECT_LT(duration_ms, 30.0);
}

TEST(Scene, PeakAndAmplitudeAreWhereTheTruthSays) {
    Scene scene({.electrode = Electrode::surface, .sampling_rate_hz = 2048, .duration_s = 4, .sites = {"a"}}, 1);
    Random random(2);
    const auto p = potential_of(motor_unit(random, 40, 9.0), {18.0, 38.0}, 150.0, scene.band(), 2048.0);
    const auto unit = scene.new_unit();
    for (const double t : {0.5, 1.5001, 2.50027}) scene.discharge(0, unit, p, t, Label::fasciculation_potential);
    const auto s = scene.finish();
    ASSERT_EQ(s.truth.discharges.size(), 3U);
    const auto x = in_band(channel(s, 0), scene.band(), 2048.0);
    for (const auto& d : s.truth.discharges) {
        const auto middle = x.begin() + static_cast<std::ptrdiff_t>(d.peak_s * 2048);
        const auto [low, high] = std::minmax_element(middle - 60, middle + 60);
        EXPECT_NEAR(*high - *low, 150.0, 3.0);
        const auto peak = *high > -*low ? high : low;
        EXPECT_NEAR(static_cast<double>(peak - x.begin()) / 2048.0, d.peak_s, 1.0 / 2048);
    }
}

TEST(Scenarios, AreTheSameOnEveryMachine) {
    // A change here is a change of every published figure: say so in the commit.
    const std::map<std::string, std::uint64_t> expected{
        {"calf", 5269992643063891417U}, {"needle", 12936066007549249274U}, {"rest", 14767224046653287152U}};
    for (const auto& [name, hash] : expected) EXPECT_EQ(hash_of(make(name, 1)), hash) << name;
    EXPECT_NE(hash_of(make("calf", 2)), expected.at("calf"));
}

TEST(Scenarios, AreListedAndAnUnknownOneIsRefused) {
    EXPECT_EQ(scenarios().size(), 3U);
    try {
        (void)make("thigh", 1);
        FAIL();
    } catch (const std::invalid_argument& e) {
        EXPECT_STREQ(e.what(), "scenario 'thigh': allowed is calf, needle, rest");
    }
}

TEST(Scenarios, RestIsNoiseOfItsLevel) {
    const auto s = make("rest", 1);
    EXPECT_TRUE(s.truth.discharges.empty());
    EXPECT_TRUE(s.truth.segments.empty());
    ASSERT_EQ(s.info.channels.size(), 4U);
    EXPECT_EQ(s.info.frames, 120 * 2048);
    const double level[] = {3, 5, 8, 12};
    for (std::size_t c = 0; c < 4; ++c) {
        const auto x = in_band(channel(s, c), s.truth.band, 2048);
        EXPECT_NEAR(rms(x), level[c], 1e-3 * level[c]);
        double largest = 0;
        for (const double v : x) largest = std::max(largest, std::abs(v));
        EXPECT_LT(largest, 6.0 * level[c]);  // Gaussian: 1 in 10^8.7 samples reaches 6
    }
}

TEST(Scenarios, CalfHoldsWhatItSays) {
    const auto s = make("calf", 1);
    ASSERT_EQ(s.info.channels.size(), 2U);
    EXPECT_EQ(s.info.channels[0].label, "left calf");
    ASSERT_EQ(s.truth.segments.size(), 1U);
    EXPECT_EQ(s.truth.segments[0].label, Label::voluntary);
    std::map<int, std::vector<double>> by_unit;
    double before = 0;
    for (const auto& d : s.truth.discharges) {
        EXPECT_GE(d.peak_s, before);
        before = d.peak_s;
        EXPECT_GT(d.amplitude_uv, 5 * d.noise_rms_uv);
        by_unit[d.unit].push_back(d.peak_s);
    }
    EXPECT_EQ(by_unit.size(), 9U);
    const auto& doublets = by_unit.at(4);
    ASSERT_EQ(doublets.size() % 2, 0U);
    for (std::size_t i = 0; i < doublets.size(); i += 2) {
        EXPECT_GE(doublets[i + 1] - doublets[i], 0.0035);
        EXPECT_LE(doublets[i + 1] - doublets[i], 0.0085);
    }
    const auto x = in_band(channel(s, 0), s.truth.band, 2048);
    const std::span<const double> contraction(x.data() + 36 * 2048, 2 * 2048), quiet(x.data() + 44 * 2048, 2048);
    EXPECT_GT(rms(contraction), 30.0);
    EXPECT_LT(rms(quiet), 30.0);
}

TEST(Scenarios, NeedleTrainsHaveTheirRates) {
    const auto s = make("needle", 1);
    std::map<Label, std::vector<const TrueDischarge*>> by_label;
    std::map<int, int> by_unit;
    for (const auto& d : s.truth.discharges) {
        by_label[d.label].push_back(&d);
        ++by_unit[d.unit];
    }
    EXPECT_EQ(by_unit.size(), 7U);
    const auto interval = [](const auto& list, std::size_t i) { return list[i + 1]->peak_s - list[i]->peak_s; };
    const auto& fib = by_label.at(Label::fibrillation_potential);
    EXPECT_LT(interval(fib, 0), 0.14);
    EXPECT_GT(interval(fib, fib.size() - 2), 0.20);
    const auto& nmd = by_label.at(Label::neuromyotonic_discharge);
    EXPECT_NEAR((nmd.back()->peak_s - nmd.front()->peak_s) / static_cast<double>(nmd.size() - 1), 0.005, 0.0002);
    EXPECT_LT(nmd.back()->amplitude_uv, 0.4 * nmd.front()->amplitude_uv);
    const auto& crd = by_label.at(Label::complex_repetitive_discharge);
    for (std::size_t i = 0; i + 1 < crd.size(); ++i) EXPECT_NEAR(interval(crd, i), 1.0 / 35, 0.001);
}
