// Backgrounds, confounders and faults of a simulated recording: they are what they say.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fascikit/simulate/artefacts.hpp"
#include "fascikit/simulate/ecg.hpp"
#include "fascikit/simulate/faults.hpp"
#include "fascikit/simulate/mains_hum.hpp"
#include "fascikit/simulate/noise.hpp"
#include "fascikit/simulate/recorded_rest.hpp"
#include "fascikit/spectral/welch.hpp"

using namespace fascikit;
using namespace fascikit::simulate;

namespace {

constexpr Band skin{20.0, 500.0};

double rms(std::span<const double> x) {
    double e = 0;
    for (const double v : x) e += v * v;
    return std::sqrt(e / static_cast<double>(x.size()));
}
double correlation(std::span<const double> x, std::span<const double> y) {
    double xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i];
    return xy / static_cast<double>(x.size()) / (rms(x) * rms(y));
}
std::size_t samples(double seconds, double fs) { return static_cast<std::size_t>(seconds * fs); }

/// Mean density between two frequencies.
double density(const spectral::Spectrum& s, double low_hz, double high_hz) {
    double sum = 0, n = 0;
    for (std::size_t k = 0; k < s.power.size(); ++k)
        if (s.frequency_hz[k] >= low_hz && s.frequency_hz[k] < high_hz) {
            sum += s.power[k];
            n += 1;
        }
    return sum / n;
}
/// Share of the energy of a waveform below a frequency, from its spectrum with zeros around it.
double energy_share_below(std::span<const double> x, double fs, double hz) {
    const auto n = static_cast<std::int64_t>(std::bit_ceil(4 * x.size()));
    std::vector<double> padded(static_cast<std::size_t>(n));
    std::copy(x.begin(), x.end(), padded.begin());
    const auto s = spectral::welch(padded, fs, {.segment_samples = n, .window = spectral::Window::boxcar,
                                                .detrend = spectral::Detrend::none});
    double below = 0, all = 0;
    for (std::size_t k = 0; k < s.power.size(); ++k) {
        all += s.power[k];
        if (s.frequency_hz[k] < hz) below += s.power[k];
    }
    return below / all;
}
/// Amplitude and phase (turns) of the part of `x` at `hz`.
std::pair<double, double> line(std::span<const double> x, double fs, double hz) {
    double c = 0, s = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double turns = hz * static_cast<double>(i) / fs;
        c += x[i] * cos_turns(turns);
        s += x[i] * sin_turns(turns);
    }
    const double scale = 2.0 / static_cast<double>(x.size());
    return {std::hypot(c, s) * scale, std::atan2(c, s) / (2 * pi)};
}
template <class Error = std::invalid_argument>
std::string refusal(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& e) {
        return e.what();
    }
    return "accepted";
}
std::uint64_t fnv(std::span<const double> x, std::uint64_t hash = 0xcbf29ce484222325ULL) {
    for (const double v : x) {
        const auto bits = std::bit_cast<std::uint64_t>(v);
        for (int b = 0; b < 8; ++b) hash = (hash ^ ((bits >> (8 * b)) & 255U)) * 0x100000001b3ULL;
    }
    return hash;
}

}  // namespace

TEST(Noise, HasItsRmsInTheBandOfTheElectrodeAtEveryRate) {
    for (const auto electrode : {Electrode::surface, Electrode::needle})
        for (const double fs : {1000.0, 2048.0, 4000.0, 20000.0})
            for (const double corner : {0.0, 30.0, 200.0}) {
                const Band band = resolved({}, electrode, fs);
                std::vector<double> x(samples(40, fs));
                Random random(1, static_cast<std::uint64_t>(fs + corner));
                NoiseOptions options;
                options.rms_uv = 5;
                options.corner_hz = corner;
                const auto level = add_noise(x, fs, band, random, options);
                EXPECT_EQ(level.at(17.0), 5.0);
                // Four standard errors; a third of the band is what counts of the coloured ones.
                const double error = 4.0 / (2.0 * std::sqrt((band.high_hz - band.low_hz) / 3.0 * 40.0));
                EXPECT_NEAR(rms(in_band(x, band, fs)) / 5.0, 1.0, error) << fs << " " << corner;
            }
}

TEST(Noise, IsCalibratedTo1e5) {
    // The same integral, uniformly and two hundred times as finely, by the library's cosine.
    for (const double fs : {1000.0, 2048.0, 20000.0}) {
        const detail::NoiseFilter filter(30.0, fs);
        const Band band = resolved({}, Electrode::surface, fs);
        const auto high = detail::butterworth(band.low_hz, fs, true);
        const auto low = detail::butterworth(band.high_hz, fs, false);
        double sum = 0;
        constexpr int points = 800000;
        for (int n = 0; n < points; ++n) {
            const double hz = 0.5 * fs * (n + 0.5) / points;
            const double c = std::cos(2 * pi * hz / fs);
            sum += filter.power(hz) * std::pow(detail::power(high, c) * detail::power(low, c), 2);
        }
        EXPECT_NEAR(detail::rms_in_band(filter, band, fs) / std::sqrt(sum / points), 1.0, 1e-5) << fs;
    }
}

TEST(Noise, IsWhiteAboveTheCornerAndOneOverFBelow) {
    const double fs = 2048, corner = 60;
    std::vector<double> x(samples(900, fs));
    Random random(2);
    NoiseOptions options;
    options.corner_hz = corner;
    (void)add_noise(x, fs, skin, random, options);
    const auto s = spectral::welch(x, fs, {.segment_samples = 8192});
    const double white = density(s, 600, 1000) / (1.0 + corner / 800.0);
    for (const double hz : {3.0, 6.0, 12.0, 25.0, 50.0, 100.0, 200.0, 400.0}) {
        double model = 0;
        for (int k = 0; k < 100; ++k) model += 1.0 + corner / (hz * (0.9 + 0.002 * k + 0.001));
        model /= 100;
        EXPECT_NEAR(10 * std::log10(density(s, 0.9 * hz, 1.1 * hz) / white / model), 0.0, 0.6) << hz;
    }
    // 10 dB a decade below, by two octaves (6 dB and a little white).
    EXPECT_NEAR(10 * std::log10(density(s, 2.7, 3.3) / density(s, 10.8, 13.2)), 5.4, 0.7);
}

TEST(Noise, IsWithinHalfADecibelOfItsFormula) {
    for (const double fs : {1000.0, 2048.0, 4000.0, 20000.0})
        for (const double corner : {3.0, 10.0, 30.0, 100.0}) {
            if (corner > fs / 20) continue;
            const detail::NoiseFilter filter(corner, fs);
            for (double hz = 3; hz < 0.2 * fs; hz *= 1.1) {
                const double ratio = filter.power(hz) / (1 + corner / hz) / (filter.power(corner) / 2);
                EXPECT_NEAR(10 * std::log10(ratio), 0.0, 0.5) << fs << " " << corner << " " << hz;
            }
        }
}

TEST(Noise, IsGaussian) {
    std::vector<double> x(samples(300, 2048));
    Random random(3);
    (void)add_noise(x, 2048, skin, random, {});
    const auto y = in_band(x, skin, 2048);
    double second = 0, third = 0, fourth = 0, largest = 0;
    for (const double v : y) {
        second += v * v;
        third += v * v * v;
        fourth += v * v * v * v;
        largest = std::max(largest, std::abs(v));
    }
    const auto n = static_cast<double>(y.size());
    second /= n;
    // A band of 480 Hz holds about 2 × 480 × 300 independent values.
    const double independent = 2.0 * 480 * 300;
    EXPECT_NEAR(fourth / n / (second * second), 3.0, 4 * std::sqrt(24 / independent));
    EXPECT_NEAR(third / n / std::pow(second, 1.5), 0.0, 4 * std::sqrt(6 / independent));
    EXPECT_GT(largest, 4.0 * std::sqrt(second));
    EXPECT_LT(largest, 6.5 * std::sqrt(second));
}

TEST(Noise, FollowsTheLevelThatItStates) {
    const double fs = 2048;
    NoiseOptions options;
    options.rms_uv = 6;
    options.drift_octaves = 0.8;
    options.drift_period_s = 40;
    options.steps = 5;
    options.step_octaves = 1.0;
    std::vector<double> x(samples(300, fs));
    Random random(4);
    const auto level = add_noise(x, fs, skin, random, options);
    const auto y = in_band(x, skin, fs);
    double low = 1e9, high = 0;
    int jumps = 0, compared = 0;
    for (std::size_t i = 0; i + 1 < level.rms_uv.size(); ++i) {
        const double ratio = level.rms_uv[i + 1] / level.rms_uv[i];
        jumps += ratio > 1.7 || ratio < 0.6;
        low = std::min(low, level.rms_uv[i]);
        high = std::max(high, level.rms_uv[i]);
    }
    EXPECT_EQ(jumps, 5);
    EXPECT_GE(low, 6.0 * std::exp2(-1.8));
    EXPECT_LE(high, 6.0 * std::exp2(1.8));
    EXPECT_GT(high / low, 2.5) << "it sways and steps at all";
    for (int t = 1; t < 299; t += 2) {
        const double from = level.at(t - 0.1), to = level.at(t + 1.1);
        if (std::abs(std::log2(to / from)) > 0.3) continue;  // a step inside
        ++compared;
        const std::span<const double> second(y.data() + samples(t, fs), samples(1, fs));
        EXPECT_NEAR(rms(second) / level.at(t + 0.5), 1.0, 0.16) << t;
    }
    EXPECT_GT(compared, 130);
}

TEST(NoiseLevel, IsLinearBetweenPointsAndConstantOutside) {
    const NoiseLevel level{0.5, {1.0, 3.0, 2.0}};
    EXPECT_EQ(level.at(-5), 1.0);
    EXPECT_EQ(level.at(0.25), 2.0);
    EXPECT_EQ(level.at(0.5), 3.0);
    EXPECT_EQ(level.at(0.75), 2.5);
    EXPECT_EQ(level.at(9), 2.0);
    EXPECT_EQ(level.at(std::nan("")), 1.0);
    EXPECT_EQ(NoiseLevel{}.at(1), 0.0);
}

TEST(Noise, ChannelsShareThePowerThatIsSet) {
    const double fs = 2048;
    const std::size_t n = samples(60, fs);
    for (const double common : {0.0, 0.25, 0.7, 1.0}) {
        NoiseOptions options;
        options.common = common;
        Random of_grid(5, 0), level_random(5, 9);
        const auto shared = common_noise(of_grid, fs, skin, static_cast<std::int64_t>(n), options);
        const auto level = noise_level(level_random, 60, options);
        std::vector<std::vector<double>> seen;
        for (std::uint64_t c = 1; c <= 3; ++c) {
            std::vector<double> x(n);
            Random own(5, c);
            add_noise(x, fs, skin, own, options, level, shared);
            seen.push_back(in_band(x, skin, fs));
            EXPECT_NEAR(rms(seen.back()), options.rms_uv, 0.015 * options.rms_uv);
        }
        EXPECT_NEAR(correlation(seen[0], seen[1]), common, 0.025);
        EXPECT_NEAR(correlation(seen[0], seen[2]), common, 0.025);
        EXPECT_NEAR(correlation(seen[1], seen[2]), common, 0.025);
    }
}

TEST(Drift, HasItsRmsAndLiesBelowHalfAHertz) {
    Random random(6);
    double power = 0;
    std::vector<double> x;
    for (int k = 0; k < 8; ++k) {
        x = baseline_drift(random, 512, 512 * 600);
        power += rms(x) * rms(x) / 8;
    }
    EXPECT_NEAR(std::sqrt(power), 50.0, 2.5);
    for (std::size_t i = 0; i < x.size(); ++i)  // a window keeps the ends out of it
        x[i] *= 0.5 - 0.5 * cos_turns(static_cast<double>(i) / static_cast<double>(x.size()));
    EXPECT_GT(energy_share_below(x, 512, 0.5), 0.999999);
    EXPECT_LT(rms(in_band(x, skin, 2000)), 1e-3) << "nothing of it in the band";
}

TEST(SlowWave, IsDrawnThroughItsExactValuesAndIntegral) {
    Random random(7);
    const SlowWave wave(random, 0.01, 0.4);
    const auto x = wave.sampled(1000, 60000);
    const auto integral = wave.integral_sampled(1000, 60000);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double t = static_cast<double>(i) / 1000;
        EXPECT_NEAR(x[i], wave.at(t), 3e-7);
        EXPECT_LE(std::abs(x[i]), 1.0);
        EXPECT_NEAR(integral[i], sum, 1e-5);
        sum += 0.001 * 0.5 * (wave.at(t) + wave.at(t + 0.001));
    }
}

TEST(RecordedRest, LevelIgnoresSparseDischarges) {
    const double fs = 2048;
    std::vector<double> x(samples(60, fs), 700.0);  // an offset too
    Random random(8);
    NoiseOptions options;
    options.drift_octaves = 0.6;
    options.drift_period_s = 20;
    const auto level = add_noise(x, fs, skin, random, options);
    const double before = background_level(x, fs, skin);
    for (double t = 0.7; t < 60; t += 0.5)  // 120 a minute, 15 ms, 20 times the noise
        for (std::size_t i = samples(t, fs); i < samples(t + 0.015, fs); ++i)
            x[i] += 80 * sin_turns((static_cast<double>(i) / fs - t) * 100);
    const auto measured = measured_level(x, fs, skin);
    ASSERT_GE(measured.rms_uv.size(), 119U);
    for (std::size_t k = 1; k + 1 < measured.rms_uv.size(); ++k) {
        const double t = static_cast<double>(k) * measured.step_s;
        EXPECT_NEAR(measured.rms_uv[k] / level.at(t), 1.04, 0.2) << t;
    }
    EXPECT_NEAR(background_level(x, fs, skin) / before, 1.05, 0.05);
}

TEST(RecordedRest, TilesWithoutStepsAtTheLevelOfTheRecording) {
    const double fs = 1000;
    const Band band{20, 450};
    std::vector<double> recorded(samples(5, fs));
    Random random(9);
    NoiseOptions options;
    options.rms_uv = 7;
    (void)add_noise(recorded, fs, band, random, options);
    for (const double start : {0.0, 4.9}) {
        std::vector<double> x(samples(300, fs));
        BackgroundOptions tiling;
        tiling.start_s = start;
        const auto level = add_background(x, recorded, fs, band, tiling);
        EXPECT_EQ(x.size(), 300000U);
        EXPECT_NEAR(rms(in_band(x, band, fs)), rms(in_band(recorded, band, fs)), 0.25);
        for (double t = 1; t < 299; t += 0.37) EXPECT_NEAR(level.at(t), 7.0, 1.2) << t;
        for (std::size_t i = 5001; i + 9000 < x.size(); ++i)
            ASSERT_EQ(x[i], x[i + 4500]) << "a period is the recording less one cross-fade";
        // Power where two ends overlap against power elsewhere.
        double at_seams = 0, elsewhere = 0;
        for (std::size_t i = 9000; i < 9000 + 4500 * 10; ++i)
            ((i + samples(start, fs)) % 4500 < 500 ? at_seams : elsewhere) += x[i] * x[i];
        EXPECT_NEAR(at_seams / 500 / (elsewhere / 4000), 1.0, 0.3);
    }
    // A ramp, whose ends are 1000 µV apart, on an offset: nowhere steeper than the fade makes it.
    std::vector<double> ramp(5000);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = 3000.0 + 0.2 * static_cast<double>(i);
    std::vector<double> x(30000);
    (void)add_background(x, ramp, fs, band);
    for (std::size_t i = 0; i + 1 < x.size(); ++i) ASSERT_LT(std::abs(x[i + 1] - x[i]), 5.0) << i;
    EXPECT_LT(*std::max_element(x.begin(), x.end()), 800.0) << "the offset is gone";
}

TEST(RecordedRest, IsScaledWhereALevelIsGivenAndAddsToWhatIsThere) {
    std::vector<double> recorded(20000), x(10000, 5.0), y(10000);
    Random random(10);
    (void)add_noise(recorded, 2000, skin, random, {});
    BackgroundOptions options;
    options.rms_uv = 11;
    auto level = add_background(x, recorded, 2000, skin, options);
    (void)add_background(y, recorded, 2000, skin, options);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(x[i], 5.0 + y[i]);
    EXPECT_NEAR(detail::median(level.rms_uv), 11.0, 0.5);
    EXPECT_TRUE(add_background(std::span<double>{}, recorded, 2000, skin).rms_uv.empty());
}

TEST(RecordedRest, OfARealRecordingKeepsItsLevel) {
    // 64 s at 1 kHz with contractions; 3 to 14 s is rest (shared data, see its README). Its unit is not
    // stated: taken as µV.
    const char* given = std::getenv("FASCIKIT_SHARED");
    const std::string path =
        (given != nullptr ? given : std::string(FASCIKIT_ROOT) + "/../shared") + "/data/biosppy/emg_1.txt";
    std::ifstream file(path);
    if (!file) {
        const char* ci = std::getenv("CI");
        if (ci != nullptr && std::string(ci) == "true") FAIL() << path << " is absent (FASCIKIT_SHARED)";
        GTEST_SKIP() << path << " is absent";
    }
    std::vector<double> recorded;
    for (std::string text; std::getline(file, text);)
        if (!text.empty() && text[0] != '#') recorded.push_back(std::stod(text));
    ASSERT_GT(recorded.size(), 60000U);
    const Band band{20, 450};
    const std::span<const double> rest(recorded.data() + 3000, 11000);
    const double level = background_level(rest, 1000, band);
    EXPECT_NEAR(level, 5.3, 0.5) << "SciPy: 4.9 to 5.8 by the second";
    EXPECT_GT(measured_level(recorded, 1000, band).at(16.0), 10 * level) << "a contraction is no rest";
    std::vector<double> x(300000);
    const auto tiled = add_background(x, rest, 1000, band);
    for (double t = 1; t < 299; t += 0.5) EXPECT_NEAR(tiled.at(t) / level, 1.0, 0.25) << t;
    EXPECT_NEAR(rms(in_band(x, band, 1000)) / level, 1.05, 0.05);
    double steepest = 0, steepest_rest = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) steepest = std::max(steepest, std::abs(x[i + 1] - x[i]));
    for (std::size_t i = 0; i + 1 < rest.size(); ++i)
        steepest_rest = std::max(steepest_rest, std::abs(rest[i + 1] - rest[i]));
    EXPECT_LT(steepest, 1.4 * steepest_rest) << "no seam is steeper than two ends on top of each other";
}

TEST(Hum, HasItsHarmonicsAndStaysInItsLimits) {
    const double fs = 2000;
    for (const double hz : {50.0, 60.0}) {
        HumOptions options;
        options.frequency_hz = hz;
        options.amplitude_uv = 10;
        options.wander_hz = 0;
        options.amplitude_sway = 0;
        Random random(11);
        const auto x = mains_hum(random, options, fs, 20000);
        for (std::size_t h = 0; h < options.shares.size(); ++h)
            EXPECT_NEAR(line(x, fs, hz * static_cast<double>(h + 1)).first, 10 * options.shares[h], 1e-9) << h;
        double all = 0;
        for (const double share : options.shares) all += 0.5 * 100 * share * share;
        EXPECT_NEAR(rms(x), std::sqrt(all), 1e-9) << "and nothing else";
    }
    HumOptions options;
    options.shares = {1, 0, 0, 0, 0, 0, 0};
    options.wander_hz = 0.1;
    options.amplitude_sway = 0.3;
    Random random(12);
    const auto x = mains_hum(random, options, fs, 600 * 2000);
    double lowest = 99, highest = 0, before = 0;
    double quietest = 1e9, loudest = 0;
    const std::span<const double> all(x);
    for (std::size_t second = 0; second < 600; ++second) {
        const auto [amplitude, phase] = line(all.subspan(second * 2000, 2000), fs, 50.0);
        if (second > 0) {
            double turned = phase - before;
            turned -= std::round(turned);
            lowest = std::min(lowest, 50 + turned);
            highest = std::max(highest, 50 + turned);
        }
        before = phase;
        quietest = std::min(quietest, amplitude);
        loudest = std::max(loudest, amplitude);
    }
    EXPECT_GE(lowest, 49.9);
    EXPECT_LE(highest, 50.1);
    EXPECT_GT(highest - lowest, 0.05) << "it wanders at all";
    EXPECT_GE(quietest, 8 * 0.7 * 0.99);
    EXPECT_LE(loudest, 8 * 1.3);
    EXPECT_GT(loudest / quietest, 1.2);
    // Continuous: no step larger than the steepest slope of the sine.
    const double steepest = 8 * 1.3 * 2 * pi * 50.1 / fs * 1.001;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) ASSERT_LE(std::abs(x[i + 1] - x[i]), steepest);
}

TEST(Hum, TurnsWithThePhaseAndLeavesOutWhatWouldAlias) {
    HumOptions options;
    options.wander_hz = 0;
    options.amplitude_sway = 0;
    Random first(13), second(13), third(13);
    const auto x = mains_hum(first, options, 2000, 4000), y = mains_hum(second, options, 2000, 4000, 0.2);
    for (const int h : {1, 3, 5}) {
        const double turned = line(y, 2000, 50.0 * h).second - line(x, 2000, 50.0 * h).second;
        EXPECT_NEAR(turned - 0.2 * h - std::round(turned - 0.2 * h), 0.0, 1e-9);
    }
    const auto slow = mains_hum(third, options, 500, 1000);  // 225 Hz: 5, 6 and 7 go
    EXPECT_NEAR(line(slow, 500, 200).first, options.amplitude_uv * options.shares[3], 1e-9);
    for (const double hz : {250.0, 200.0 - 50.0 - 1.0, 150.5}) EXPECT_LT(line(slow, 500, hz).first, 0.01) << hz;
    EXPECT_TRUE(mains_hum(third, {}, 2000, 0).empty());
}

TEST(Ecg, HasItsRateAndVariation) {
    for (const double rate : {50.0, 65.0, 110.0})
        for (const double hrv : {0.02, 0.05, 0.1}) {
            EcgOptions options;
            options.rate_bpm = rate;
            options.hrv = hrv;
            Random random(14, static_cast<std::uint64_t>(1000 * hrv + rate));
            const auto e = ecg(random, 250, 250 * 1800, options);
            const auto& r = e.r_peak_s;
            const auto n = static_cast<double>(r.size() - 1);
            const double mean = (r.back() - r.front()) / n;
            double squares = 0;
            for (std::size_t i = 0; i + 1 < r.size(); ++i) {
                const double interval = r[i + 1] - r[i];
                squares += (interval - mean) * (interval - mean);
                EXPECT_GT(interval, 0.4 * 60 / rate);
            }
            EXPECT_NEAR(60 / mean, rate, 0.01 * rate);
            EXPECT_NEAR(std::sqrt(squares / n) / mean, hrv, 0.1 * hrv) << rate;
        }
}

TEST(Ecg, VariesWithRespirationPressureAndMoreSlowly) {
    Random random(15);
    EcgOptions options;
    options.hrv = 0.05;
    const auto e = ecg(random, 250, 250 * 1800, options);
    std::vector<double> intervals;  // drawn at 4 Hz
    for (std::size_t i = 0; i + 1 < e.r_peak_s.size(); ++i)
        while (static_cast<double>(intervals.size()) / 4 < e.r_peak_s[i + 1])
            intervals.push_back(e.r_peak_s[i + 1] - e.r_peak_s[i]);
    const auto s = spectral::welch(intervals, 4, {.segment_samples = 1024});
    const double slow = density(s, 0.004, 0.04) * 0.036, pressure = density(s, 0.07, 0.13) * 0.06;
    const double breath = density(s, 0.2, 0.3) * 0.1;
    EXPECT_NEAR(pressure / breath, 0.5, 0.2);
    EXPECT_NEAR(slow / breath, 0.5, 0.3);
    EXPECT_GT(breath, 20 * density(s, 0.15, 0.19) * 0.04);
}

TEST(Ecg, IsAsTallAndWideAsSaidWithRPeaksWhereStated) {
    for (const double qrs_ms : {70.0, 90.0, 110.0}) {
        EcgOptions options;
        options.qrs_ms = qrs_ms;
        options.amplitude_uv = 150;
        Random random(16);
        const double fs = 4000;
        const auto e = ecg(random, fs, 4000 * 30, options);
        const auto& x = e.waveform;
        ASSERT_GT(e.r_peak_s.size(), 28U);
        for (const double r_s : e.r_peak_s) {
            if (r_s < 0.2 || r_s > 29.7) continue;
            const auto r = static_cast<std::ptrdiff_t>(r_s * fs + 0.5);
            const auto begin = x.begin() + r - 600, end = x.begin() + r + 600;
            const auto [low, high] = std::minmax_element(begin, end);
            EXPECT_NEAR(*high - *low, 150.0, 1.5);
            EXPECT_LE(std::abs(high - x.begin() - r), 1);
            // From the first to the last place with 2 % of R's height near R, Q and S included.
            std::ptrdiff_t first = r, last = r;
            for (std::ptrdiff_t k = r - 260; k < r + 260; ++k)
                if (std::abs(x[static_cast<std::size_t>(k)]) > 0.02 * *high) {
                    first = std::min(first, k);
                    last = std::max(last, k);
                }
            EXPECT_NEAR(static_cast<double>(last - first) / fs * 1000, qrs_ms, 0.1 * qrs_ms);
        }
        EXPECT_GT(energy_share_below(x, fs, 40), 0.95);
    }
    // Where the beats lie does not depend on the rate of the samples.
    Random one(17), two(17);
    EXPECT_EQ(ecg(one, 1000, 20000).r_peak_s, ecg(two, 2000, 40000).r_peak_s);
}

TEST(Artefacts, MovementLiesBelow20Hz) {
    for (const double duration : {0.25, 0.8, 4.0})
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            Random random(18, seed);
            const auto m = movement(random, 1000, 2.0004, {.amplitude_uv = 300, .duration_s = duration});
            const auto [low, high] = std::minmax_element(m.waveform.begin(), m.waveform.end());
            EXPECT_NEAR(*high - *low, 300, 1e-9);
            EXPECT_GT(energy_share_below(m.waveform, 1000, 20), 0.95) << duration;
            EXPECT_EQ(m.first, 2001);
            EXPECT_NEAR(m.extent.onset_s, 2.0004, 1e-12);
            EXPECT_NEAR(m.extent.end_s, 2.0004 + duration, 1e-12);
            EXPECT_LT(std::abs(m.waveform.front()), 3.0);
            EXPECT_LT(std::abs(m.waveform.back()), 3.0);
        }
}

TEST(Artefacts, MovementIsStillSeenThroughAnEmgBand) {
    const auto largest = [](const Artefact& m) {
        double peak = 0;
        for (const double v : in_band(m.waveform, skin, 2048)) peak = std::max(peak, std::abs(v));
        return peak;
    };
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        Random random(22, seed), again(22, seed);
        const double with = largest(movement(random, 2048, 1));
        const double without = largest(movement(again, 2048, 1, {.snap_share = 0}));
        EXPECT_GT(with, 10.0) << "more than noise of 4 µV";
        EXPECT_LT(with, 120.0) << "of 400 µV";
        EXPECT_LT(without, 0.3 * with);
    }
}

TEST(Artefacts, PopIsAStepWithItsRecovery) {
    std::vector<double> x(4000);
    const auto pop = electrode_pop(1000, 1.0, {.amplitude_uv = -500, .recovery_s = 0.2});
    const auto extent = add_artefact(x, pop, 2.0);
    EXPECT_EQ(x[999], 0.0);
    EXPECT_EQ(x[1000], -1000.0);
    EXPECT_NEAR(x[1200] / x[1000], std::exp(-1.0), 1e-12);
    EXPECT_NEAR(x[1400] / x[1000], std::exp(-2.0), 1e-12);
    EXPECT_EQ(extent.onset_s, 1.0);
    EXPECT_NEAR(x[static_cast<std::size_t>(extent.end_s * 1000)] / x[1000], 0.02, 2e-4);
    EXPECT_LT(std::abs(pop.waveform.back()), 0.01) << "it ends without a second step";
}

TEST(Artefacts, CableSwingsAtItsFrequencyAndDecays) {
    const auto swing = cable_swing(1000, 0.5, {.amplitude_uv = 100, .frequency_hz = 5, .decay_s = 0.5});
    EXPECT_EQ(swing.first, 500);
    EXPECT_EQ(swing.waveform.front(), 0.0);
    EXPECT_NEAR(swing.waveform[50], 100 * std::exp(-0.1), 1e-9);
    EXPECT_NEAR(swing.waveform[250], 100 * std::exp(-0.5), 1e-9);
    for (std::size_t k = 1; k < 20; ++k) EXPECT_NEAR(swing.waveform[100 * k], 0.0, 1e-9);
    EXPECT_GT(energy_share_below(swing.waveform, 1000, 20), 0.99);
    EXPECT_NEAR(swing.extent.end_s, 0.5 + 0.5 * std::log(50.0), 1e-12);
}

TEST(Artefacts, StimuliArePeriodicAndTheSameOnAllChannels) {
    const double fs = 20000;
    StimulusOptions options;
    options.rate_hz = 5;
    options.count = 20;
    const auto train = stimuli(fs, 0.25, options);
    ASSERT_EQ(train.size(), 20U);
    std::vector<double> x(samples(5, fs)), y(samples(5, fs));
    for (const auto& s : train) {
        const auto extent = add_artefact(x, s);
        add_artefact(y, s, 0.5);
        EXPECT_NEAR(extent.end_s - extent.onset_s, 0.001 + 0.004 * std::log(15.0), 1e-9);
    }
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], 0.5 * x[i]);
    for (std::size_t i = samples(0.2, fs); i + 4000 < samples(4.1, fs); ++i)
        ASSERT_EQ(x[i], x[i + 4000]) << i;
    EXPECT_EQ(std::count(x.begin(), x.end(), 5000.0), 20 * 20) << "1 ms at the rail";
    EXPECT_EQ(x[4999], 0.0);
    EXPECT_EQ(x[5000], 5000.0);
    EXPECT_NEAR(x[5020], -1500.0, 1e-9);
    EXPECT_NEAR(x[5020 + 80], -1500.0 * std::exp(-1.0), 1e-9);
    // A period that is no whole number of samples: never off by as much as a sample, and it does not add up.
    options.rate_hz = 3;
    const auto odd = stimuli(2048, 0.1, options);
    for (std::size_t k = 0; k < odd.size(); ++k) {
        const double exact = (0.1 + static_cast<double>(k) / 3) * 2048;
        EXPECT_GE(static_cast<double>(odd[k].first), exact - 1e-6);
        EXPECT_LT(static_cast<double>(odd[k].first), exact + 1.0);
    }
}

TEST(Artefacts, AreCutAtTheEndOfTheRecording) {
    std::vector<double> x(1000, 1.0);
    const auto late = electrode_pop(1000, 0.99), after = electrode_pop(1000, 7.0);
    const auto extent = add_artefact(x, late);
    EXPECT_EQ(extent.end_s, 1.0);
    EXPECT_EQ(extent.onset_s, 0.99);
    const auto none = add_artefact(x, after);
    EXPECT_EQ(none.onset_s, none.end_s);
    EXPECT_EQ(x[989], 1.0);
    EXPECT_EQ(x[990], 801.0);
}

TEST(Faults, ClippingSaysExactlyWhere) {
    std::vector<double> x{0, 5, 10, 11, 12, 10, 0, -11, 3, 20, 0};
    const auto runs = clip(x, 1000, -10, 10);
    EXPECT_EQ(x, (std::vector<double>{0, 5, 10, 10, 10, 10, 0, -10, 3, 10, 0}));
    ASSERT_EQ(runs.size(), 3U);
    const double expected[3][2] = {{0.003, 0.005}, {0.007, 0.008}, {0.009, 0.010}};
    for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_DOUBLE_EQ(runs[k].onset_s, expected[k][0]);
        EXPECT_DOUBLE_EQ(runs[k].end_s, expected[k][1]);
    }
    EXPECT_TRUE(clip(x, 1000, -10, 10).empty());
    std::vector<double> y{0, 11, 0, 11, 0, 0, 0, 0, 11};
    const auto merged = clip(y, 1000, -10, 10, 0.003);
    ASSERT_EQ(merged.size(), 2U);
    EXPECT_DOUBLE_EQ(merged[0].onset_s, 0.001);
    EXPECT_DOUBLE_EQ(merged[0].end_s, 0.004);
    EXPECT_TRUE(clip(std::span<double>{}, 1000, -1, 1).empty());
}

TEST(Faults, LostContactIsFlatOrFullOfHum) {
    std::vector<double> x(6000, 1.0), y(6000, 1.0);
    Random random(19);
    const auto where = lose_contact(x, 2000, 1.0, 2.0, random, {.kind = LostContact::rail, .rail_uv = -2500});
    EXPECT_DOUBLE_EQ(where.onset_s, 1.0);
    EXPECT_DOUBLE_EQ(where.end_s, 2.0);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(x[i], i >= 2000 && i < 4000 ? -2500.0 : 1.0);
    const auto to_the_end = lose_contact(y, 2000, 1.0, 9.0, random);
    EXPECT_DOUBLE_EQ(to_the_end.end_s, 3.0);
    EXPECT_EQ(y[1999], 1.0);
    const std::span<const double> lost(y.data() + 2000, 4000);
    EXPECT_NEAR(line(lost, 2000, 50).first, 400, 10);
    EXPECT_NEAR(rms(lost), std::sqrt(80 * 80 + 0.5 * 400 * 400), 10);
}

TEST(Faults, DroppedSamplesAreWhereStated) {
    for (const auto kind : {Dropped::not_a_number, Dropped::zeros, Dropped::held}) {
        std::vector<double> x(1000);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i + 1);
        const auto where = drop_samples(x, 500, 0.2, 0.3, kind);
        EXPECT_DOUBLE_EQ(where.onset_s, 0.2);
        EXPECT_DOUBLE_EQ(where.end_s, 0.3);
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (i < 100 || i >= 150) ASSERT_EQ(x[i], static_cast<double>(i + 1));
            else if (kind == Dropped::not_a_number) ASSERT_TRUE(core::is_nan(x[i]));
            else ASSERT_EQ(x[i], kind == Dropped::zeros ? 0.0 : 100.0);
        }
    }
    std::vector<double> x(1000, 4.0);
    (void)drop_samples(x, 500, 0, 0.0001, Dropped::held);
    EXPECT_EQ(x[0], 0.0) << "at least one sample, and nothing to hold";
    EXPECT_EQ(x[1], 4.0);
}

TEST(Background, IsTheSameOnEveryMachine) {
    // A change here is a change of every published figure: say so in the commit.
    const double fs = 2048;
    const std::size_t n = samples(12, fs);
    const auto frames = static_cast<std::int64_t>(n);
    std::vector<std::pair<std::string, std::uint64_t>> found;
    std::vector<double> x(n);
    Random random(20);
    NoiseOptions options;
    options.drift_octaves = 0.5;
    options.steps = 3;
    options.common = 0.3;
    const auto shared = common_noise(random, fs, skin, frames, options);
    const auto level = noise_level(random, 12, options);
    add_noise(x, fs, skin, random, options, level, shared);
    found.emplace_back("noise", fnv(x, fnv(level.rms_uv)));
    found.emplace_back("drift", fnv(baseline_drift(random, fs, frames)));
    found.emplace_back("hum", fnv(mains_hum(random, {}, fs, frames)));
    const auto heart = ecg(random, fs, frames);
    found.emplace_back("ecg", fnv(heart.waveform, fnv(heart.r_peak_s)));
    std::vector<double> y(n);
    const auto measured =
        add_background(y, std::span<const double>(x).first(n / 3), fs, skin, {.start_s = 0.5, .rms_uv = 6.0});
    found.emplace_back("background", fnv(y, fnv(measured.rms_uv)));
    std::vector<double> z(n);
    add_artefact(z, movement(random, fs, 1.1));
    add_artefact(z, electrode_pop(fs, 3.3));
    add_artefact(z, cable_swing(fs, 5.1));
    for (const auto& s : stimuli(fs, 7.1, {.rate_hz = 3, .count = 6})) add_artefact(z, s);
    (void)clip(z, fs, -400, 700);
    (void)lose_contact(z, fs, 10, 11, random);
    (void)drop_samples(z, fs, 11.5, 11.6, Dropped::held);
    found.emplace_back("artefacts", fnv(z));
    const std::vector<std::pair<std::string, std::uint64_t>> expected{
        {"noise", 18068894868747657750U}, {"drift", 3207543630851865162U}, {"hum", 5086651883170224180U},
        {"ecg", 16931846789783650898U}, {"background", 6549821157913329639U}, {"artefacts", 14179071043006586422U}};
    EXPECT_EQ(found, expected);
}

TEST(Background, RefusesWhatIsOutOfRangeInOneLine) {
    const double nan = std::nan("");
    std::vector<double> x(1000);
    Random random(21);
    const auto noise = [&](auto change) {
        NoiseOptions options;
        change(options);
        return refusal([&] { (void)add_noise(x, 2048, skin, random, options); });
    };
    EXPECT_EQ(noise([](auto& o) { o.rms_uv = -1; }), "noise rms_uv -1: allowed is 0 to 1e+06");
    EXPECT_EQ(noise([&](auto& o) { o.rms_uv = nan; }), "noise rms_uv nan: allowed is 0 to 1e+06");
    EXPECT_EQ(noise([](auto& o) { o.corner_hz = 900; }), "noise corner_hz 900: allowed is 0 to 512");
    EXPECT_EQ(noise([](auto& o) { o.drift_octaves = 9; }), "noise drift_octaves 9: allowed is 0 to 8");
    EXPECT_EQ(noise([](auto& o) { o.drift_period_s = 0; }), "noise drift_period_s 0: allowed is 1 to 86400");
    EXPECT_EQ(noise([](auto& o) { o.steps = -1; }), "noise steps -1: allowed is 0 to 10000");
    EXPECT_EQ(noise([](auto& o) { o.step_octaves = -1; }), "noise step_octaves -1: allowed is 0 to 8");
    EXPECT_EQ(noise([](auto& o) { o.common = 1.5; }), "noise common 1.5: allowed is 0 to 1");
    EXPECT_EQ(noise([](auto& o) { o.common = 0.5; }),
              "noise common 0.5 with 0 shared samples: as many as the channel has are needed (1000)");
    EXPECT_EQ(refusal([&] { (void)add_noise(x, 50, skin, random, {}); }),
              "sampling rate 50 Hz: allowed is 200 to 200000");
    EXPECT_EQ(refusal([&] { (void)add_noise(x, 500, skin, random, {}); }),
              "band 20 to 500 Hz: allowed is 0 < low < high < half the sampling rate (250 Hz)");
    EXPECT_EQ(refusal([&] { (void)add_noise(x, 500, {}, random, {}); }),
              "band nan to nan Hz: allowed is 0 < low < high < half the sampling rate (250 Hz)");
    EXPECT_EQ(refusal([&] { (void)noise_level(random, -1, {}); }), "duration_s -1: allowed is 0 to 1e+07");
    EXPECT_EQ(refusal([&] { (void)baseline_drift(random, 2048, -1); }), "frames -1: allowed is 0 to 8589934592");
    EXPECT_EQ(refusal([&] { (void)baseline_drift(random, 2048, 10, {.highest_hz = 2}); }),
              "drift highest_hz 2: allowed is 0.001 to 0.5");

    const std::vector<double> none, bad{1, 2, nan, 4}, brief(100, 1.0), flat(4000, 1.0);
    EXPECT_EQ(refusal<InputError>([&] { (void)measured_level(none, 2048, skin); }),
              "the recorded background has 0 samples");
    EXPECT_EQ(refusal<InputError>([&] { (void)add_background(x, bad, 2048, skin); }),
              "the recorded background is not finite at sample 2");
    EXPECT_EQ(refusal<InputError>([&] { (void)add_background(x, brief, 2048, skin); }),
              "the recorded background has 0.0488281 s: at least two cross-fades are needed (1 s)");
    EXPECT_EQ(refusal<InputError>([&] { (void)add_background(x, flat, 2048, skin, {.rms_uv = 5.0}); }),
              "the recorded background is flat: it cannot be scaled to a level");
    EXPECT_EQ(refusal([&] { (void)add_background(x, flat, 2048, skin, {.start_s = 3}); }),
              "background start_s 3: allowed is 0 to 1.95312");

    EXPECT_EQ(refusal([&] { (void)mains_hum(random, {.frequency_hz = 0}, 2048, 10); }),
              "mains frequency_hz 0: allowed is 10 to 70");
    EXPECT_EQ(refusal([&] { (void)mains_hum(random, {.amplitude_sway = 2}, 2048, 10); }),
              "mains amplitude_sway 2: allowed is 0 to 1");
    EXPECT_EQ(refusal([&] { (void)mains_hum(random, {}, 2048, 10, nan); }),
              "mains phase_turns nan: allowed is -1e+06 to 1e+06");
    EXPECT_EQ(refusal([&] { (void)ecg(random, 2048, 10, {.rate_bpm = 0}); }), "ecg rate_bpm 0: allowed is 25 to 220");
    EXPECT_EQ(refusal([&] { (void)ecg(random, 2048, 10, {.hrv = 0.5}); }), "ecg hrv 0.5: allowed is 0 to 0.15");
    EXPECT_EQ(refusal([&] { (void)movement(random, 2048, 1, {.duration_s = 0.1}); }),
              "movement duration_s 0.1: allowed is 0.25 to 60");
    EXPECT_EQ(refusal([&] { (void)electrode_pop(2048, nan); }), "artefact time_s nan: allowed is 0 to 1e+07");
    EXPECT_EQ(refusal([&] { (void)electrode_pop(2048, 1, {.recovery_s = 0}); }),
              "pop recovery_s 0: allowed is 0.001 to 60");
    EXPECT_EQ(refusal([&] { (void)cable_swing(2048, 1, {.frequency_hz = 30}); }),
              "cable frequency_hz 30: allowed is 1 to 10");
    EXPECT_EQ(refusal([&] { (void)stimuli(2048, 1, {.count = 0}); }), "stimulus count 0: allowed is 1 to 1e+06");
    EXPECT_EQ(refusal([&] { (void)clip(x, 2048, 5, 5); }), "clip 5 to 5 µV: the rails must be finite and low < high");
    EXPECT_EQ(refusal([&] { (void)drop_samples(x, 500, 1, 1, Dropped::zeros); }),
              "dropped samples from 1 to 1 s: allowed is 0 <= begin < end, begin before the end of the recording (2 s)");
    EXPECT_EQ(refusal([&] { (void)lose_contact(x, 500, 2, 3, random); }),
              "lost contact from 2 to 3 s: allowed is 0 <= begin < end, begin before the end of the recording (2 s)");
    EXPECT_EQ(refusal([&] { (void)drop_samples(std::span<double>{}, 500, 0, 1, Dropped::zeros); }),
              "dropped samples from 0 to 1 s: allowed is 0 <= begin < end, begin before the end of the recording (0 s)");
    for (const double v : x) ASSERT_EQ(v, 0.0) << "what was refused changed nothing";
}
