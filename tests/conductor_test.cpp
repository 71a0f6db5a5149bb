// The physics of a motor unit's potential: layers, fibres, electrodes.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <functional>
#include <numeric>

#include "fascikit/simulate/unit_potential.hpp"

using namespace fascikit;
using namespace fascikit::simulate;

namespace {

constexpr Band skin_band{20.0, 500.0};
constexpr Band needle_band{10.0, 9000.0};
constexpr double skin_hz = 2048;
constexpr double needle_hz = 20000;

std::uint64_t fnv(const void* data, std::size_t bytes, std::uint64_t hash = 0xcbf29ce484222325ULL) {
    const auto* p = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ p[i]) * 0x100000001b3ULL;
    return hash;
}
double largest(std::span<const double> x) {
    double most = 0;
    for (const double v : x) most = std::max(most, std::abs(v));
    return most;
}
double peak_to_peak(std::span<const double> x) {
    return *std::max_element(x.begin(), x.end()) - *std::min_element(x.begin(), x.end());
}
double rms(std::span<const double> x) {
    double e = 0;
    for (const double v : x) e += v * v;
    return std::sqrt(e / static_cast<double>(x.size()));
}
/// Largest difference as a share of b's largest value.
double difference(std::span<const double> a, std::span<const double> b) {
    EXPECT_EQ(a.size(), b.size());
    double most = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most / largest(b);
}
std::vector<double> minus(std::span<const double> a, std::span<const double> b) {
    std::vector<double> d(a.size());
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = a[i] - b[i];
    return d;
}
/// By how many points `b` comes after `a`: the peak of the cross-correlation, by a parabola.
double lag(std::span<const double> a, std::span<const double> b, std::size_t most) {
    std::vector<double> c(most + 1);
    for (std::size_t k = 0; k <= most; ++k)
        for (std::size_t i = 0; i + k < a.size(); ++i) c[k] += a[i] * b[i + k];
    std::size_t m = 1;
    for (std::size_t k = 1; k < most; ++k)
        if (c[k] > c[m]) m = k;
    return static_cast<double>(m) + 0.5 * (c[m - 1] - c[m + 1]) / (c[m - 1] - 2 * c[m] + c[m + 1]);
}
double correlation(std::span<const double> a, std::span<const double> b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / std::sqrt(aa * bb);
}
double median_frequency(std::span<const double> x, double rate_hz) {
    Fourier fourier(65536);
    std::vector<double> re(65536), im(65536);
    std::copy(x.begin(), x.end(), re.begin());
    fourier.transform(re, im);
    double all = 0, part = 0;
    for (std::size_t m = 0; m < 32768; ++m) all += re[m] * re[m] + im[m] * im[m];
    for (std::size_t m = 0; m < 32768; ++m) {
        part += re[m] * re[m] + im[m] * im[m];
        if (part > 0.5 * all) return static_cast<double>(m) * rate_hz / 65536.0;
    }
    return 0;
}

/// What a reader of the trace sees above 5 % of the largest deflection.
struct Look {
    std::vector<int> phases;   // +1 and -1 in order
    double onset_ms = 0, duration_ms = 0, largest_uv = 0, positive_uv = 0, negative_uv = 0;
};
Look look(const UnitPotential& p, double rate_hz) {
    const auto x = p.channel(0);
    Look seen;
    seen.largest_uv = largest(x);
    double last = 0, first = -1;
    for (std::size_t i = 0; i < x.size(); ++i) {
        seen.positive_uv = std::max(seen.positive_uv, x[i]);
        seen.negative_uv = std::max(seen.negative_uv, -x[i]);
        if (std::abs(x[i]) < 0.05 * seen.largest_uv) continue;
        last = 1000.0 * static_cast<double>(i) / (rate_hz * UnitPotential::steps_per_sample);
        if (first < 0) first = last;
        const int sign = x[i] > 0 ? 1 : -1;
        if (seen.phases.empty() || seen.phases.back() != sign) seen.phases.push_back(sign);
    }
    seen.onset_ms = first;
    seen.duration_ms = last - first;
    return seen;
}
UnitPotential at_needle(const SingleFibre& s, const Needle& needle) {
    return needle_potential({&s.fibre, 1}, needle, needle_band, needle_hz, s.shape);
}
constexpr NeedleKind needles[] = {NeedleKind::concentric, NeedleKind::monopolar, NeedleKind::single_fibre};

/// All fibres alike, on one line.
Fibre straight(double depth_mm, double velocity_m_s = 4) {
    Fibre f;
    f.depth_mm = depth_mm;
    f.velocity_m_s = velocity_m_s;
    return f;
}
void expect_refused(const std::function<void()>& call, const std::string& words) {
    try {
        call();
        FAIL() << "accepted, but should name " << words;
    } catch (const std::invalid_argument& e) {
        EXPECT_NE(std::string(e.what()).find(words), std::string::npos) << e.what();
        EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    }
}

}  // namespace

TEST(Fourier, AgreesWithTheSum) {
    constexpr std::size_t n = 64;
    const Fourier fourier(n);
    Random random(5);
    std::vector<double> re(n), im(n);
    for (std::size_t i = 0; i < n; ++i) {
        re[i] = random.normal();
        im[i] = random.normal();
    }
    std::vector<std::complex<double>> sum(n);
    for (std::size_t m = 0; m < n; ++m)
        for (std::size_t i = 0; i < n; ++i)
            sum[m] += std::complex<double>(re[i], im[i]) * std::polar(1.0, 2 * M_PI * static_cast<double>(m * i % n) / n);
    fourier.transform(re, im);
    for (std::size_t m = 0; m < n; ++m) EXPECT_LT(std::abs(sum[m] - std::complex<double>(re[m], im[m])), 1e-12);
    for (const std::size_t bad : {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{1} << 21})
        expect_refused([&] { Fourier f(bad); }, "points of the Fourier transform is " + std::to_string(bad));
}

TEST(Math, HyperbolicFunctionsAgreeWithTheLibrary) {
    Random random(6);
    for (int i = 0; i < 10000; ++i) {
        const double x = random.uniform(0.0, 20.0);
        EXPECT_NEAR(tanh_of_positive(x), std::tanh(x), 1e-15);
        const double y = random.uniform(-1e4, 1e4);
        EXPECT_NEAR(simulate::asinh(y), std::asinh(y), 1e-14);
        EXPECT_NEAR(simulate::asinh(y * 1e-4), std::asinh(y * 1e-4), 2e-15);
    }
    EXPECT_EQ(tanh_of_positive(0.0), 0.0);
    EXPECT_EQ(tanh_of_positive(1e9), 1.0);
}

// Fat, skin and muscle alike: half a space of one conductor, whose air above mirrors the
// source, g = 2 / (4 pi sigma r).
TEST(Conductor, LayersAlikeAreHalfASpace) {
    const double sigma = 0.3;
    SkinConductor half({3, 1, sigma, sigma, sigma, sigma}, 0);
    for (const double depth : {2.0, 2.8, 5.0, 12.25, 20.0}) {
        for (const double x : {0.0, -4.6, 10.0}) {
            const double below = depth + 4.0;
            double most = 0, wrong = 0;
            for (double z = -80; z < 80; z += 0.37) {
                const double r = std::sqrt(below * below + x * x + z * z);
                const double exact = -z / (2 * pi * sigma * r * r * r);
                most = std::max(most, std::abs(exact));
                wrong = std::max(wrong, std::abs(exact - half.slope(x, z, depth)));
            }
            EXPECT_LT(wrong, 0.005 * most) << depth << " " << x;
        }
    }
    EXPECT_EQ(half.slope(0, 300, 10), 0.0);
    EXPECT_EQ(half.slope(200, 3, 10), 0.0);
}

// The same layers solved another way: the transfer function of Farina and Rainoldi 1999
// (10.1016/S1350-4533(99)00075-2), with its ratios Ra, Rc, Rm.
TEST(Conductor, AgreesWithThePublishedTransferFunction) {
    const Tissue t{4.0, 1.5, 0.5, 0.1, 0.05, 1.0};
    const SkinConductor conductor(t);
    const double ra = 0.5 / 0.1, rc = 1.0 / 0.05, rm = 0.05 / 0.1;
    for (const double kx : {0.0, 0.1, 0.7}) {
        for (const double kz : {0.02, 0.3, 1.1}) {
            const double depth = 7.0;
            const double ky = std::sqrt(kx * kx + kz * kz);
            const double kya = std::sqrt(kx * kx + ra * kz * kz);
            const auto alpha = [&](double s) { return kya + ky * rm * std::tanh(s); };
            const double together = t.fat_mm + t.skin_mm, apart = t.fat_mm - t.skin_mm;
            const double published = 2.0 / 0.1 * std::exp(-kya * depth) /
                                     ((1 + rc) * std::cosh(ky * together) * alpha(ky * together) +
                                      (1 - rc) * std::cosh(ky * apart) * alpha(ky * apart));
            EXPECT_NEAR(conductor.transfer(kx, kz, depth) / published, 1.0, 1e-12) << kx << " " << kz;
        }
    }
}

TEST(Conductor, ARoundElectrodeIsTheMeanOverItsDisc) {
    SkinConductor point({}, 0), disc({}, 10);
    for (const double z : {1.0, 6.0, 20.0}) {
        double mean = 0;
        constexpr int rings = 20, spokes = 24;
        for (int r = 0; r < rings; ++r)
            for (int s = 0; s < spokes; ++s) {
                const double radius = 5.0 * std::sqrt((r + 0.5) / rings);
                const double angle = 2 * M_PI * (s + 0.5) / spokes;
                mean += point.slope(3.0 + radius * std::cos(angle), z + radius * std::sin(angle), 6.0) / (rings * spokes);
            }
        EXPECT_NEAR(disc.slope(3.0, z, 6.0) / mean, 1.0, 0.005) << z;
    }
}

// The recursion of a spike against its sum, which only a tail needs.
TEST(Propagation, TheRecursionIsTheSum) {
    Random random(12);
    std::vector<double> weights(90), quick, slow;
    for (double& w : weights) w = random.normal();
    for (const double per_mm : {1.0, 2.0}) {
        IntracellularPotential v;
        v.per_mm = per_mm;
        for (const double step : {0.05, 0.5}) {
            detail::Travel(v, step).run(weights, quick);
            slow.assign(quick.size(), 0.0);
            for (std::size_t i = 0; i < weights.size(); ++i)
                for (std::size_t j = 0; i + j + 3 < slow.size(); ++j)
                    slow[i + j + 1] += weights[i] * v.slope(static_cast<double>(j) * step);
            EXPECT_LT(difference(quick, slow), 1e-11);
        }
    }
}

// The integral by parts, its ends and its scale, against the currents themselves: inside the arm
// sigma A V'', at the end-plate -sigma A V'(p), at the tendon +sigma A V'(p - L). The currents sum
// to zero, so a constant added to g changes nothing.
TEST(Propagation, AgreesWithTheCurrentsOfTheMembraneWhateverTheConstant) {
    Fibre f = straight(10);
    f.x_mm = 0.7;
    f.to_tendon_mm = 30;
    const detail::NeedlePoint point{0, 10, 22, 1, 0};
    const Muscle muscle;
    const auto arm = detail::arm_of(f, false, 0.1);
    std::vector<double> fine(700), seen;
    detail::Travel({}, arm.step_mm).run(detail::line_weights(arm, f, {&point, 1}, muscle), seen);
    detail::Reading(f, arm, 25, 50).add(seen, -detail::microvolts_per_slope(f.diameter_um), fine);
    const IntracellularPotential v;
    const double rho = detail::stretched_distance(point, f, muscle);
    const double scale = 1000 * 1.01 * M_PI * 0.025 * 0.025;
    for (const double constant : {0.0, 100.0}) {
        const auto g = [&](double s) { return constant + 1 / (4 * M_PI * 0.063 * std::sqrt(rho * rho + (22 - s) * (22 - s))); };
        for (std::size_t i = 20; i < fine.size(); i += 37) {
            const double p = 4.0 * static_cast<double>(i) / 50.0;
            double sum = -v.slope(p) * g(0) + v.slope(p - 30) * g(30);
            constexpr int cells = 60000;
            for (int c = 0; c < cells; ++c) {
                const double left = 30.0 * c / cells, right = 30.0 * (c + 1) / cells;
                sum += (v.slope(p - left) - v.slope(p - right)) * g(0.5 * (left + right));
            }
            EXPECT_NEAR(fine[i], scale * sum, 2e-3 * largest(fine)) << constant << " " << i;
        }
    }
}

TEST(Fibre, RosenfalcksPotentialIsTheIntegralOfItsSlope) {
    for (const double tail : {0.0, 0.9}) {
        IntracellularPotential v;
        v.tail_share = tail;
        double at = 0, most = 0, end = 0;
        for (double s = 0; s < v.extent_mm(); s += 0.001) {
            at += 0.001 * v.slope(s + 0.0005);
            most = std::max(most, at);
            end = at;
            if (tail == 0 && std::abs(s - 1.2) < 1e-9) {
                EXPECT_NEAR(at, 96 * 1.201 * 1.201 * 1.201 * std::exp(-1.201), 1e-3);
            }
        }
        if (tail == 0) {
            EXPECT_NEAR(most, 96 * 27 * std::exp(-3.0), 0.01);
        }
        EXPECT_LT(std::abs(end), 1e-4 * most);
    }
    EXPECT_EQ(IntracellularPotential{}.slope(-1.0), 0.0);
}

TEST(Fibre, AMotorUnitFillsItsTerritory) {
    Random random(2);
    MotorUnitOptions o;
    o.fibres = 4000;
    o.depth_mm = 4;
    const auto unit = motor_unit(random, o);
    double inner = 0, velocity = 0, squares = 0;
    for (const Fibre& f : unit) {
        EXPECT_GE(f.depth_mm, 0.5);
        EXPECT_LE(std::abs(f.x_mm), 5.0);
        EXPECT_LE(std::abs(f.endplate_mm), 5.0);
        EXPECT_NEAR(f.endplate_mm + f.to_tendon_mm, 60.0, 4.0);
        EXPECT_NEAR(f.endplate_mm - f.to_other_tendon_mm, -60.0, 4.0);
        EXPECT_GE(f.delay_ms, 0.0);
        EXPECT_LE(f.delay_ms, 1.0);
        inner += std::abs(f.x_mm) < 1.0 ? 1 : 0;
        velocity += f.velocity_m_s / 4000;
        squares += f.velocity_m_s * f.velocity_m_s / 4000;
    }
    // The share of a disc of radius 5 within 1 mm of its middle line, by its area.
    EXPECT_NEAR(inner / 4000, 2.0 / M_PI * (std::asin(0.2) + 0.2 * std::sqrt(0.96)), 0.03);
    EXPECT_NEAR(velocity, 4.0, 0.02);
    EXPECT_NEAR(std::sqrt(squares - velocity * velocity) / velocity, 0.05, 0.003);
    Random again(2);
    EXPECT_EQ(motor_unit(again, o).back().delay_ms, unit.back().delay_ms);
}

TEST(Electrodes, ContactsLieWhereTheyShould) {
    const auto pair = bipolar(3, 20, 10);
    ASSERT_EQ(pair.channels.size(), 1u);
    EXPECT_EQ(pair.channels[0].contacts[0].z_mm, 15.0);
    EXPECT_EQ(pair.channels[0].contacts[1].z_mm, 25.0);
    EXPECT_EQ(pair.channels[0].contacts[1].weight, -1.0);
    const auto row = double_differential(0, 0, 5, 3);
    EXPECT_EQ(row.channels[0].contacts[0].z_mm, -10.0);
    EXPECT_EQ(row.channels[2].contacts[2].z_mm, 10.0);
    EXPECT_EQ(row.channels[1].contacts[1].weight, -2.0);
    const auto field = grid(8, 4, 8, 1, 2);
    ASSERT_EQ(field.channels.size(), 32u);
    EXPECT_EQ(field.channels[0].contacts[0].x_mm, 1.0 - 12.0);
    EXPECT_EQ(field.channels[0].contacts[0].z_mm, 2.0 - 28.0);
    EXPECT_EQ(field.channels[5].contacts[0].x_mm, 1.0 - 4.0);
    EXPECT_EQ(field.channels[5].contacts[0].z_mm, 2.0 - 20.0);
    const auto turned = grid(2, 1, 10, 0, 0, 90);
    EXPECT_NEAR(turned.channels[1].contacts[0].x_mm, 5.0, 1e-12);
    EXPECT_NEAR(turned.channels[1].contacts[0].z_mm, 0.0, 1e-12);
}

// The target of the issue: the velocity set, within 5 %. Units of the tibialis anterior conduct at
// 2.6 to 5.3 m/s (Andreassen and Arendt-Nielsen 1987, 10.1113/jphysiol.1987.sp016756). Deeper
// than about 14 mm the end of the fibres, seen by all electrodes at once, outweighs what travels
// and the reading rises; that is physics, and so tested too.
TEST(Surface, AGridReadsTheVelocityThatWasSet) {
    SkinConductor conductor;
    const auto read = [&](double velocity, double depth) {
        MotorUnitOptions o;
        o.velocity_m_s = velocity;
        o.velocity_cv = 0;
        o.depth_mm = depth;
        o.to_tendon_mm = 100;
        Random random(3);
        const auto p = surface_potential(motor_unit(random, o), conductor, grid(8, 3, 5, 0, 45), skin_band, skin_hz);
        std::vector<std::vector<double>> differences;
        for (std::size_t row = 0; row < 7; ++row)
            differences.push_back(in_band(minus(p.channel(3 * row + 1), p.channel(3 * row + 4)), skin_band, 8 * skin_hz));
        double sum = 0;
        for (std::size_t k = 0; k < 6; ++k) sum += lag(differences[k], differences[k + 1], 100) / 6.0;
        return 5.0 / (1000.0 * sum / (8 * skin_hz));
    };
    for (const double velocity : {2.6, 4.0, 5.3})
        for (const double depth : {4.0, 8.0, 12.0}) EXPECT_NEAR(read(velocity, depth) / velocity, 1.0, 0.05) << velocity << " " << depth;
    EXPECT_GT(read(4.0, 20.0), 4.4);
}

// The whole way at the skin, its microvolts and its ends, against the 1/r of one conductor: an arm
// under layers alike is an arm in an endless conductor, twice (the air mirrors it).
TEST(Surface, UnderLayersAlikeItIsTwiceTheEndlessConductor) {
    const double sigma = 0.2;
    SkinConductor half({3, 1, sigma, sigma, sigma, sigma}, 0);
    Fibre f = straight(4);
    f.to_tendon_mm = 31.3;
    f.to_other_tendon_mm = 0;
    f.x_mm = 2;
    for (const double z : {-6.0, 3.0, 14.0, 33.0}) {
        Montage one;
        one.channels.push_back({{{0, z, 1}}});
        const auto p = surface_potential({&f, 1}, half, one, skin_band, skin_hz);
        const detail::NeedlePoint point{0, -4, z, 2, 0};
        const auto arm = detail::arm_of(f, false, 0.05);
        std::vector<double> exact(p.steps), seen;
        detail::Travel({}, arm.step_mm).run(detail::line_weights(arm, f, {&point, 1}, {sigma, sigma}), seen);
        detail::Reading(f, arm, 25, 8 * skin_hz / 1000).add(seen, -detail::microvolts_per_slope(50), exact);
        EXPECT_LT(difference(p.fine, exact), 0.01) << z;
    }
}

TEST(Surface, ADifferentialTurnsItsSignAtTheEndplate) {
    SkinConductor conductor;
    const auto f = straight(6);
    const auto p = surface_potential({&f, 1}, conductor, single_differential(0, 0, 5, 8), skin_band, skin_hz);
    for (std::size_t c = 0; c < 4; ++c) {
        // Mirror images of each other, and nothing in between.
        EXPECT_LT(correlation(p.channel(c), p.channel(7 - c)), -0.9999) << c;
        if (c > 0) {
            EXPECT_LT(peak_to_peak(p.channel(c)), 3.0 * peak_to_peak(p.channel(c - 1)));
        }
    }
    // Alike on either side but for their delay.
    EXPECT_GT(correlation(p.channel(5), p.channel(4)), 0.0);
    const auto middle = surface_potential({&f, 1}, conductor, bipolar(0, 0, 10), skin_band, skin_hz);
    EXPECT_LT(middle.amplitude_uv, 1e-9 * p.amplitude_uv);
}

// At the tendon the sources stop, and every electrode sees it at the same time, along and beyond
// the fibres, while what travels needs 10 ms for the 40 mm between the outer electrodes.
TEST(Surface, TheEndOfTheFibresIsSeenEverywhereAtOnce) {
    SkinConductor conductor;
    auto f = straight(10);
    f.to_other_tendon_mm = 200;   // leaves one end within the potential looked at
    const auto p = surface_potential({&f, 1}, conductor, grid(5, 1, 10, 55, 30), skin_band, skin_hz);
    const double per_ms = 8 * skin_hz / 1000.0;
    const auto arrival = static_cast<std::size_t>(60.0 / 4.0 * per_ms);
    std::vector<double> peaks_ms;
    for (std::size_t c = 0; c < p.channels; ++c) {
        const auto x = p.channel(c);
        std::size_t peak = arrival;
        for (std::size_t i = arrival; i < arrival + static_cast<std::size_t>(3 * per_ms); ++i)
            if (std::abs(x[i]) > std::abs(x[peak])) peak = i;
        peaks_ms.push_back(static_cast<double>(peak) / per_ms);
        // 55 mm aside it is the largest thing there between the start and the other end.
        double passing = 0;
        for (auto i = static_cast<std::size_t>(6 * per_ms); i < static_cast<std::size_t>(13 * per_ms); ++i)
            passing = std::max(passing, std::abs(x[i]));
        EXPECT_GT(std::abs(x[peak]), 1.5 * passing) << c;
    }
    const auto [first, last] = std::minmax_element(peaks_ms.begin(), peaks_ms.end());
    EXPECT_LT(*last - *first, 0.5);
    EXPECT_NEAR(*first, 15.5, 1.0);
}

// Roeleveld et al. 1997, Motor unit potential contribution to surface electromyography: magnitude
// and distance lie on a line in log-log, steeper for bipolar than for unipolar recording and for
// nearer electrodes (their abstract; no exponent there). Fuglevand et al. 1992 (10.1007/BF00201021):
// the frequencies fall steeply with distance.
TEST(Surface, AmplitudeFallsWithDepthAsAPower) {
    SkinConductor conductor;
    std::vector<double> exponents, frequencies;
    const std::vector<Montage> montages{bipolar(0, 25, 10), bipolar(0, 25, 20), grid(1, 1, 1, 0, 25)};
    for (const Montage& m : montages) {
        double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
        for (const double depth : {3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 20.0}) {
            MotorUnitOptions o;
            o.depth_mm = depth;
            o.territory_mm = 4;
            o.fibres = 30;
            Random random(3);
            const auto p = surface_potential(motor_unit(random, o), conductor, m, skin_band, skin_hz);
            const double x = std::log(depth + 4.0), y = std::log(p.amplitude_uv);
            if (&m == &montages[0]) frequencies.push_back(median_frequency(p.channel(0), 8 * skin_hz));
            n += 1;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
            syy += y * y;
        }
        exponents.push_back((n * sxy - sx * sy) / (n * sxx - sx * sx));
        EXPECT_LT((n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy)), -0.995);
    }
    EXPECT_LT(exponents[0], exponents[1] - 0.1);
    EXPECT_LT(exponents[1], exponents[2] - 0.5);
    EXPECT_NEAR(exponents[2], -1.95, 0.3);
    EXPECT_NEAR(exponents[0], -3.2, 0.4);
    for (std::size_t i = 1; i < frequencies.size(); ++i) EXPECT_LT(frequencies[i], frequencies[i - 1]);
}

// Kuiken et al. 2003 (Prosthet Orthot Int 27:48-54): with 3, 9 and 18 mm of fat the RMS above the
// middle of the muscle is 31.3, 80.2 and 90.0 % less than with none, in a finite-element upper arm
// with bone. Ours is flat and without bone, with their kind of skin (dry): within 10 points.
TEST(Surface, AmplitudeFallsWithFatAsPublished) {
    std::vector<double> levels;
    for (const double fat : {0.0, 3.0, 9.0, 18.0, 30.0}) {
        SkinConductor conductor({fat, 1.3, 0.40, 0.09, 0.047, 4.88e-4});
        double energy = 0;
        for (int k = 0; k < 12; ++k) {
            MotorUnitOptions o;
            o.fibres = 20;
            o.depth_mm = 3.0 + 4.0 * (k % 4);
            o.x_mm = -10.0 + 10.0 * (k / 4);
            Random random(9, static_cast<std::uint64_t>(k));
            const auto p = surface_potential(motor_unit(random, o), conductor, bipolar(0, 25, 10), skin_band, skin_hz);
            const double level = rms(in_band(p.channel(0), skin_band, 8 * skin_hz));
            energy += level * level;
        }
        levels.push_back(std::sqrt(energy));
    }
    EXPECT_NEAR(1 - levels[1] / levels[0], 0.313, 0.10);
    EXPECT_NEAR(1 - levels[2] / levels[0], 0.802, 0.10);
    EXPECT_NEAR(1 - levels[3] / levels[0], 0.900, 0.10);
    // The gluteal recording: weaker still, but there.
    EXPECT_LT(levels[4], levels[3]);
    EXPECT_GT(levels[4], 0.01 * levels[0]);
}

TEST(Surface, HalvingTheStepsChangesLessThanOnePercent) {
    Random random(4);
    MotorUnitOptions o;
    o.fibres = 10;
    o.depth_mm = 6;
    const auto unit = motor_unit(random, o);
    const auto m = single_differential(4, 10, 10, 3);
    const double until = detail::last_ms(unit, {});
    SkinConductor conductor, finer({}, 10, {0.5, 1024, 512}), wider({}, 10, {1.0, 1024, 512});
    const auto p = detail::surface_of(unit, conductor, m, skin_band, skin_hz, until, 0.5);
    EXPECT_LT(difference(p.fine, detail::surface_of(unit, finer, m, skin_band, skin_hz, until, 0.25).fine), 0.01);
    EXPECT_LT(difference(p.fine, detail::surface_of(unit, wider, m, skin_band, skin_hz, until, 0.5).fine), 0.01);
    EXPECT_EQ(p.fine, surface_potential(unit, conductor, m, skin_band, skin_hz).fine);
}

TEST(Needle, HalvingTheStepsChangesLessThanOnePercent) {
    for (const NeedleKind kind : needles) {
        for (const double distance : {0.05, 0.2, 1.0, 4.0}) {
            const Needle needle{kind, 0, 10, 20};
            for (const auto& s : {fibrillating_fibre(needle, distance), injured_fibre(needle, distance), endplate_fibre(needle, distance)}) {
                const double until = detail::last_ms({&s.fibre, 1}, s.shape);
                const auto p = detail::needle_of({&s.fibre, 1}, needle, needle_band, needle_hz, s.shape, until, 1.0);
                const auto finer = detail::needle_of({&s.fibre, 1}, needle, needle_band, needle_hz, s.shape, until, 0.5);
                EXPECT_LT(difference(p.fine, finer.fine), 0.01) << to_string(kind) << " " << distance;
            }
        }
    }
}

// StatPearls 19794 (field-notes 2.1): fibrillation 1 to 5 ms, bi- or triphasic, positive first.
TEST(Needle, AFibrillationIsPositiveFirstAndShort) {
    for (const NeedleKind kind : needles) {
        for (const double distance : {0.05, 0.1, 0.2, 0.5, 1.0}) {
            const Needle needle{kind, 1, 12, 25};
            const auto seen = look(at_needle(fibrillating_fibre(needle, distance), needle), needle_hz);
            EXPECT_EQ(seen.phases.front(), 1) << to_string(kind) << distance;
            EXPECT_GE(seen.phases.size(), 2u);
            EXPECT_LE(seen.phases.size(), 3u);
            EXPECT_GE(seen.duration_ms, 1.0);
            EXPECT_LE(seen.duration_ms, 5.0) << to_string(kind) << distance;
        }
    }
}

// StatPearls 19794: sharp positive, then long and negative, 10 to 30 ms in all.
TEST(Needle, APositiveSharpWaveIsPositiveThenLongNegative) {
    for (const NeedleKind kind : needles) {
        for (const double distance : {0.05, 0.1, 0.2, 0.5, 1.0}) {
            const Needle needle{kind, 0, 12, 25};
            const auto seen = look(at_needle(injured_fibre(needle, distance), needle), needle_hz);
            EXPECT_EQ(seen.phases, (std::vector<int>{1, -1})) << to_string(kind) << distance;
            EXPECT_GE(seen.duration_ms, 10.0) << to_string(kind) << distance;
            EXPECT_LE(seen.duration_ms, 30.0) << to_string(kind) << distance;
            EXPECT_GT(seen.positive_uv, 2.0 * seen.negative_uv);
        }
    }
}

// End-plate spikes: negative first, biphasic, 3 to 5 ms; noise: negative alone, 0.5 to 2 ms, 10 to
// 50 µV (field-notes 2.1, AANEM, marked as from memory there).
TEST(Needle, AtTheEndplateAllIsNegativeFirst) {
    for (const NeedleKind kind : needles) {
        const Needle needle{kind, 0, 12, 25};
        for (const double distance : {0.1, 0.2, 0.5}) {
            const auto seen = look(at_needle(endplate_fibre(needle, distance), needle), needle_hz);
            EXPECT_EQ(seen.phases, (std::vector<int>{-1, 1})) << to_string(kind) << distance;
            EXPECT_GE(seen.duration_ms, 3.0) << to_string(kind) << distance;
            EXPECT_LE(seen.duration_ms, 5.0);
            const auto noise = look(endplate_potential(needle, distance, needle_band, needle_hz), needle_hz);
            EXPECT_EQ(noise.phases, (std::vector<int>{-1}));
            EXPECT_GE(noise.duration_ms, 0.5);
            EXPECT_LE(noise.duration_ms, 2.0);
        }
        const auto near = endplate_potential(needle, 0.05, needle_band, needle_hz);
        EXPECT_GT(near.amplitude_uv, 10.0) << to_string(kind);
        EXPECT_LT(near.amplitude_uv, 50.0) << to_string(kind);
    }
}

// Motor unit potentials last 2 to 15 ms (field-notes 2.1); fibres whose nerve branches differ by
// many ms make more than 4 phases: polyphasic.
TEST(Needle, AMotorUnitsPotentialHasItsDurationAndPhases) {
    Random random(8);
    MotorUnitOptions o;
    o.fibres = 200;   // the innervation ratio of the biceps is 209 (Gath and Stålberg)
    o.territory_mm = 5;
    const auto unit = motor_unit(random, o);
    const Needle needle{NeedleKind::concentric, 0, 12, 20};
    const auto seen = look(needle_potential(unit, needle, needle_band, needle_hz), needle_hz);
    EXPECT_GE(seen.duration_ms, 2.0);
    EXPECT_LE(seen.duration_ms, 15.0);
    EXPECT_GT(seen.largest_uv, 100.0);
    EXPECT_LT(seen.largest_uv, 3000.0);
    o.fibres = 8;
    o.territory_mm = 1;
    o.delay_spread_ms = 12;
    const auto scattered = motor_unit(random, o);
    EXPECT_GT(look(needle_potential(scattered, needle, needle_band, needle_hz), needle_hz).phases.size(), 4u);
}

// What a muscle of single fibres shows a needle: a tenfold distance costs far more than tenfold.
TEST(Needle, AmplitudeFallsSteeplyWithDistance) {
    for (const NeedleKind kind : needles) {
        const Needle needle{kind, 0, 12, 25};
        double before = 1e9;
        for (const double distance : {0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0}) {
            const double amplitude = at_needle(fibrillating_fibre(needle, distance), needle).amplitude_uv;
            EXPECT_LT(amplitude, before) << to_string(kind) << distance;
            before = amplitude;
        }
        const double near = at_needle(fibrillating_fibre(needle, 0.1), needle).amplitude_uv;
        const double far = at_needle(fibrillating_fibre(needle, 1.0), needle).amplitude_uv;
        EXPECT_GT(near, 15.0 * far);
    }
    // The monopolar sees more of a unit than the concentric (Nandedkar and Sanders 1991,
    // 10.1002/mus.880140204), whose cannula takes some of it away.
    Random random(8);
    const auto unit = motor_unit(random);
    EXPECT_GT(needle_potential(unit, {NeedleKind::monopolar, 0, 12, 20}, needle_band, needle_hz).amplitude_uv,
              needle_potential(unit, {NeedleKind::concentric, 0, 12, 20}, needle_band, needle_hz).amplitude_uv);
}

// Against its cannula a needle sees no potential common to both, and a fibre beside the cannula
// upside down.
TEST(Needle, TheCannulaIsTheReference) {
    for (const NeedleKind kind : needles) {
        const Needle needle{kind, 0, 12, 25};
        double sum = 0;
        for (const auto& p : detail::points_of(needle)) sum += p.weight;
        EXPECT_NEAR(sum, kind == NeedleKind::monopolar ? 1.0 : 0.0, 1e-12);
        auto above = fibrillating_fibre(needle, 0.3);
        above.fibre.depth_mm = 6.5;
        EXPECT_EQ(look(at_needle(above, needle), needle_hz).phases.front(), kind == NeedleKind::monopolar ? 1 : -1);
    }
}

TEST(UnitPotential, StartsAndEndsNearZero) {
    SkinConductor conductor;
    Random random(1);
    const auto unit = motor_unit(random);
    const Needle needle{NeedleKind::concentric, 0, 12, 20};
    const auto injured = injured_fibre(needle, 0.2);
    for (const auto& p : {surface_potential(unit, conductor, grid(2, 2, 8, 0, 20), skin_band, skin_hz),
                          needle_potential(unit, needle, needle_band, needle_hz), at_needle(injured, needle),
                          endplate_potential(needle, 0.2, needle_band, needle_hz)}) {
        for (std::size_t c = 0; c < p.channels; ++c) {
            const auto x = p.channel(c);
            EXPECT_EQ(x.front(), 0.0);
            std::size_t last = x.size() - 1;
            while (last > 0 && x[last] == 0.0) --last;
            EXPECT_LT(std::abs(x[last]), 1e-5 * largest(x));
        }
        EXPECT_EQ(p.at(0, 0, 0), 0.0);
        EXPECT_EQ(p.at(0, -1, 0), 0.0);
        EXPECT_EQ(p.at(0, p.samples(), 0), 0.0);
        EXPECT_EQ(p.at(0, p.samples(), 7), 0.0);
        EXPECT_EQ(p.at(p.channels - 1, 5, 3), p.channel(p.channels - 1)[37]);
    }
}

TEST(UnitPotential, PeakAndAmplitudeAreThoseInTheBand) {
    SkinConductor conductor;
    Random random(1);
    auto p = surface_potential(motor_unit(random), conductor, grid(3, 3, 8, 0, 20), skin_band, skin_hz);
    double most = 0;
    for (std::size_t c = 0; c < p.channels; ++c)
        most = std::max(most, peak_to_peak(in_band(p.channel(c), skin_band, 8 * skin_hz)));
    EXPECT_EQ(p.amplitude_uv, most);
    const auto seen = in_band(p.channel(p.largest), skin_band, 8 * skin_hz);
    EXPECT_EQ(std::abs(seen[static_cast<std::size_t>(8 * p.peak_in_samples)]), largest(seen));
    const double before = p.channel(4)[100];
    scale_to(p, 2 * most);
    EXPECT_NEAR(p.channel(4)[100], 2 * before, 1e-12);
    EXPECT_EQ(p.amplitude_uv, 2 * most);
    UnitPotential nothing;
    nothing.channels = 1;
    nothing.steps = 4;
    nothing.fine.resize(4);
    scale_to(nothing, 100);
    EXPECT_EQ(nothing.amplitude_uv, 0.0);
}

TEST(UnitPotential, PartsSumToTheWhole) {
    SkinConductor conductor;
    Random random(1);
    MotorUnitOptions o;
    o.fibres = 13;
    const auto unit = motor_unit(random, o);
    const auto m = grid(2, 2, 8, 0, 20);
    const Needle needle{NeedleKind::concentric, 0, 12, 20};
    const auto check = [](const UnitPotential& whole, const std::vector<UnitPotential>& parts) {
        std::vector<double> sum(whole.fine.size());
        for (const auto& part : parts) {
            ASSERT_EQ(part.steps, whole.steps);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part.fine[i];
        }
        EXPECT_LT(difference(sum, whole.fine), 1e-12);
    };
    for (const int groups : {1, 4, 13}) {
        check(surface_potential(unit, conductor, m, skin_band, skin_hz), parts_of(unit, groups, conductor, m, skin_band, skin_hz));
        check(needle_potential(unit, needle, needle_band, needle_hz), parts_of(unit, groups, needle, needle_band, needle_hz));
    }
}

// One hash with g++ and clang, optimised or not.
TEST(UnitPotential, SameBytesEverywhere) {
    SkinConductor conductor;
    Random random(11);
    MotorUnitOptions o;
    o.fibres = 6;
    const auto unit = motor_unit(random, o);
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto take = [&](const UnitPotential& p) {
        hash = fnv(p.fine.data(), p.fine.size() * sizeof(double), hash);
        hash = fnv(&p.peak_in_samples, sizeof p.peak_in_samples, hash);
        hash = fnv(&p.amplitude_uv, sizeof p.amplitude_uv, hash);
    };
    take(surface_potential(unit, conductor, double_differential(2, 10, 8, 2), skin_band, skin_hz));
    take(surface_potential(unit, conductor, grid(2, 2, 8, 0, 20, 15), skin_band, skin_hz));
    for (const NeedleKind kind : needles) {
        const Needle needle{kind, 0, 12, 20};
        take(needle_potential(unit, needle, needle_band, needle_hz));
        take(at_needle(injured_fibre(needle, 0.3), needle));
        take(endplate_potential(needle, 0.1, needle_band, needle_hz));
    }
    EXPECT_EQ(hash, 0xd248f1a75b705684ULL) << std::hex << hash;
}

TEST(UnitPotential, BadInputIsNamed) {
    const double nan = std::nan("");
    const auto tissue = [](auto change) {
        return [change] {
            Tissue t;
            change(t);
            SkinConductor conductor(t);
        };
    };
    expect_refused(tissue([](Tissue& t) { t.fat_mm = -1; }), "fat_mm is -1; allowed is 0 to 100 mm");
    expect_refused(tissue([](Tissue& t) { t.skin_mm = 11; }), "skin_mm is 11");
    expect_refused(tissue([](Tissue& t) { t.muscle_along_s_per_m = 0; }), "muscle_along_s_per_m is 0");
    expect_refused(tissue([&](Tissue& t) { t.muscle_across_s_per_m = nan; }), "muscle_across_s_per_m is nan");
    expect_refused(tissue([](Tissue& t) { t.fat_s_per_m = 1e9; }), "fat_s_per_m is 1e+09");
    expect_refused(tissue([](Tissue& t) { t.skin_s_per_m = -3; }), "skin_s_per_m is -3");
    expect_refused([] { SkinConductor c({}, 25); }, "electrode_diameter_mm is 25");
    expect_refused([] { SkinConductor c({}, 10, {0, 512, 256}); }, "step_mm is 0");
    expect_refused([] { SkinConductor c({}, 10, {1, 500, 256}); }, "power of two");
    expect_refused([] { SkinConductor c({}, 10, {1, 512, 8}); }, "across is 8");

    const auto unit = [](auto change) {
        return [change] {
            MotorUnitOptions o;
            change(o);
            Random random(1);
            (void)motor_unit(random, o);
        };
    };
    expect_refused(unit([](MotorUnitOptions& o) { o.fibres = 0; }), "fibres is 0");
    expect_refused(unit([](MotorUnitOptions& o) { o.depth_mm = 0; }), "depth_mm is 0");
    expect_refused(unit([](MotorUnitOptions& o) { o.territory_mm = 21; }), "territory_mm is 21");
    expect_refused(unit([](MotorUnitOptions& o) { o.velocity_m_s = 0; }), "velocity_m_s is 0");
    expect_refused(unit([](MotorUnitOptions& o) { o.velocity_cv = 0.5; }), "velocity_cv is 0.5");
    expect_refused(unit([](MotorUnitOptions& o) { o.to_tendon_mm = 5; }), "to_tendon_mm is 5; allowed is 10 to 400 mm");
    expect_refused(unit([&](MotorUnitOptions& o) { o.delay_spread_ms = nan; }), "delay_spread_ms is nan");
    expect_refused(unit([](MotorUnitOptions& o) { o.diameter_um = 5; }), "diameter_um is 5");

    SkinConductor conductor;
    const auto m = bipolar(0, 20, 20);
    const Fibre good;
    const auto surface = [&](auto change) {
        return [&conductor, &m, change] {
            Fibre f;
            change(f);
            (void)surface_potential({&f, 1}, conductor, m, skin_band, skin_hz);
        };
    };
    expect_refused(surface([](Fibre& f) { f.depth_mm = 0.1; }), "depth_mm of a fibre is 0.1");
    expect_refused(surface([](Fibre& f) { f.velocity_m_s = 0; }), "velocity_m_s of a fibre is 0");
    expect_refused(surface([&](Fibre& f) { f.x_mm = nan; }), "x_mm of a fibre is nan");
    expect_refused(surface([](Fibre& f) { f.to_tendon_mm = -1; }), "to_tendon_mm of a fibre is -1");
    expect_refused(surface([](Fibre& f) { f.delay_ms = 1e9; }), "delay_ms of a fibre is 1e+09");
    expect_refused([&] { (void)surface_potential({}, conductor, m, skin_band, skin_hz); }, "fibres is empty");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, Montage{}, skin_band, skin_hz); }, "channels of the montage is empty");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, {{Channel{}}}, skin_band, skin_hz); }, "contacts of a channel is empty");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, {{{{{nan, 0, 1}}}}}, skin_band, skin_hz); }, "x_mm is nan");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, m, Band{}, skin_hz); }, "low_hz of the band is nan");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, m, {20, 2000}, skin_hz); }, "high_hz of the band is 2000");
    expect_refused([&] { (void)surface_potential({&good, 1}, conductor, m, skin_band, 10); }, "sampling_rate_hz is 10");
    expect_refused([&] { (void)parts_of({&good, 1}, 2, conductor, m, skin_band, skin_hz); }, "groups is 2");
    expect_refused([&] { (void)parts_of({&good, 1}, 0, Needle{}, needle_band, needle_hz); }, "groups is 0");

    expect_refused([] { (void)bipolar(0, 0, 0); }, "distance_mm is 0");
    expect_refused([&] { (void)bipolar(nan, 0, 20); }, "x_mm is nan");
    expect_refused([] { (void)single_differential(0, 0, 5, 0); }, "channels is 0");
    expect_refused([] { (void)grid(0, 4, 8, 0, 0); }, "rows is 0");
    expect_refused([] { (void)grid(4, 65, 8, 0, 0); }, "columns is 65");
    expect_refused([] { (void)grid(4, 4, 0, 0, 0); }, "pitch_mm is 0");
    expect_refused([&] { (void)grid(4, 4, 8, 0, 0, nan); }, "turn_deg is nan");
    expect_refused([&] { (void)needle_potential({&good, 1}, {NeedleKind::concentric, 0, -1, 0}, needle_band, needle_hz); },
                   "depth_mm of the needle is -1");
    expect_refused([&] { (void)needle_potential({&good, 1}, {}, needle_band, needle_hz, {0, 0, 20}); }, "per_mm is 0");
    expect_refused([&] { (void)needle_potential({&good, 1}, {}, needle_band, needle_hz, {1, 2, 20}); }, "tail_share is 2");
    expect_refused([&] { (void)needle_potential({&good, 1}, {}, needle_band, needle_hz, {1, 0, 0}); }, "tail_length_mm is 0");
    expect_refused([] { (void)fibrillating_fibre({}, 0); }, "distance_mm is 0");
    expect_refused([] { (void)endplate_potential({}, 0.1, needle_band, needle_hz, {4, 0.5, 0.2, 2}); }, "decay_ms is 0.2");
    UnitPotential p;
    expect_refused([&] { scale_to(p, -1); }, "amplitude_uv is -1");
}
