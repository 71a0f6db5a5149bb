#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "fascikit/core/options.hpp"
#include "fascikit/filter/bessel.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/chebyshev.hpp"
#include "fascikit/filter/comb.hpp"
#include "fascikit/filter/elliptic.hpp"
#include "fascikit/filter/fir.hpp"
#include "fascikit/filter/fir_least_squares.hpp"
#include "fascikit/filter/fir_remez.hpp"
#include "fascikit/filter/fir_window.hpp"
#include "fascikit/filter/minimum_phase.hpp"
#include "fascikit/filter/notch.hpp"
#include "fascikit/filter/presets.hpp"
#include "fascikit/spectral/window.hpp"

using namespace fascikit;
using namespace fascikit::filter;

namespace {

using Json = nlohmann::json;
using Complex = std::complex<double>;
using Values = std::vector<double>;

// Made by tests/golden/make_design.py.
const Json& golden() {
    static const Json data = [] {
        std::ifstream file(FASCIKIT_ROOT "/tests/golden/design.json");
        return Json::parse(file);
    }();
    return data;
}

Cutoffs cutoffs_of(const Json& item) {
    const std::string shape = item["shape"];
    const auto cut = item["cut"].get<Values>();
    if (shape == "lowpass") return lowpass(cut[0]);
    if (shape == "highpass") return highpass(cut[0]);
    return shape == "bandpass" ? bandpass(cut[0], cut[1]) : bandstop(cut[0], cut[1]);
}

Sos<double> make(const std::string& family, int order, double ripple, double attenuation, const Cutoffs& cut, double fs) {
    if (family == "butter") return butterworth(order, cut, fs);
    if (family == "cheby1") return chebyshev1(order, ripple, cut, fs);
    if (family == "cheby2") return chebyshev2(order, attenuation, cut, fs);
    if (family == "ellip") return elliptic(order, ripple, attenuation, cut, fs);
    return bessel(order, cut, fs, family == "mag" ? BesselNorm::mag : family == "delay" ? BesselNorm::delay : BesselNorm::phase);
}

Sos<double> make(const Json& item) {
    return make(item["family"], item["order"], item["ripple"], item["attenuation"], cutoffs_of(item), item["fs"]);
}

double largest(const Values& values, std::size_t first, std::size_t count) {
    double most = 0;
    for (std::size_t i = first; i < first + count; ++i) most = std::max(most, std::abs(values[i]));
    return most;
}

void expect_near(std::span<const double> got, const Values& expected, double share, const std::string& what) {
    ASSERT_EQ(got.size(), expected.size()) << what;
    const double most = largest(expected, 0, expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], share * most) << what << " " << i;
}

std::vector<FirBand> bands_of(const Json& item) {
    const auto edges = item["bands"].get<Values>(), gains = item["gains"].get<Values>(), weights = item["weights"].get<Values>();
    std::vector<FirBand> bands;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const bool one_gain = gains.size() == weights.size();
        bands.push_back({edges[2 * k], edges[2 * k + 1], gains[one_gain ? k : 2 * k], gains[one_gain ? k : 2 * k + 1], weights[k]});
    }
    return bands;
}

// What is made is of no interest here, only that it is not made.
struct Any {
    template <class T>
    Any(T&&) {}
};
std::string message(const std::function<Any()>& call) {
    try {
        (void)call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

double decibels(Complex h) { return 20 * std::log10(std::max(std::abs(h), 1e-300)); }

const std::vector<std::string> families{"butter", "cheby1", "cheby2", "ellip", "phase", "mag", "delay"};

}  // namespace

TEST(IirDesign, SectionsEqualSciPy) {
    ASSERT_EQ(golden()["iir"].size(), 360U);
    for (const Json& item : golden()["iir"]) {
        const auto sos = make(item);
        const auto expected = item["sos"].get<Values>();
        ASSERT_EQ(5 * sos.size(), expected.size());
        for (std::size_t s = 0; s < sos.size(); ++s) {
            const auto& q = sos.sections()[s];
            const double got[5] = {q.b0, q.b1, q.b2, q.a1, q.a2};
            const double above = largest(expected, 5 * s, 3), below = std::max(1.0, largest(expected, 5 * s + 3, 2));
            for (std::size_t i = 0; i < 5; ++i)
                ASSERT_NEAR(got[i], expected[5 * s + i], 1e-10 * (i < 3 ? above : below)) << item.dump().substr(0, 120) << s << i;
        }
        EXPECT_EQ(sos.design().order, item["order"].get<int>());
        EXPECT_EQ(sos.design().sampling_rate_hz, item["fs"].get<double>());
        EXPECT_LT(sos.max_pole_radius(), 1.0);
    }
}

TEST(IirDesign, ResponseAndDelayEqualSciPy) {
    for (const Json& item : golden()["looks"]) {
        const auto sos = make(item);
        const double fs = item["fs"];
        for (std::size_t i = 0; i < item["hz"].size(); ++i) {
            const double hz = item["hz"][i];
            const Complex h = sos.response(hz, fs);
            EXPECT_NEAR(h.real(), item["real"][i].get<double>(), 1e-9);
            EXPECT_NEAR(h.imag(), item["imag"][i].get<double>(), 1e-9);
            const double delay = item["delay"][i];
            EXPECT_NEAR(sos.group_delay_s(hz, fs) * fs, delay, 1e-7 * std::max(1.0, std::abs(delay))) << hz;
        }
    }
}

// What the names promise, at every order.
TEST(IirDesign, CutoffsRippleAndAttenuationAreReached) {
    const double fs = 2048, half = -10 * std::log10(2.0);
    for (int order = 1; order <= 12; ++order) {
        for (const auto& cut : {lowpass(300), highpass(20), bandpass(20, 500), bandstop(45, 55)}) {
            const auto at_edges = [&](const Sos<double>& sos, double expected) {
                for (const double hz : {cut.low_hz, cut.high_hz})
                    EXPECT_TRUE(std::isnan(hz) || std::abs(decibels(sos.response(hz, fs)) - expected) < 1e-6) << order << " " << hz;
            };
            const auto c1 = chebyshev1(order, 0.5, cut, fs), c2 = chebyshev2(order, 50, cut, fs), e = elliptic(order, 0.5, 50, cut, fs);
            at_edges(butterworth(order, cut, fs), half);
            at_edges(bessel(order, cut, fs, BesselNorm::mag), half);
            at_edges(c1, -0.5);
            at_edges(c2, -50);
            at_edges(e, -0.5);
            double deepest = 0;
            for (double hz = 0; hz <= fs / 2; hz += 0.5) {
                const bool in_low = cut.shape == Shape::lowpass || hz >= cut.low_hz, in_high = cut.shape == Shape::highpass || hz <= cut.high_hz;
                const bool passes = cut.shape == Shape::bandstop ? hz <= cut.low_hz || hz >= cut.high_hz : in_low && in_high;
                if (passes) {
                    EXPECT_GT(decibels(c1.response(hz, fs)), -0.5 - 1e-6);
                    EXPECT_GT(decibels(e.response(hz, fs)), -0.5 - 1e-6);
                    EXPECT_LT(decibels(e.response(hz, fs)), 1e-6);
                    deepest = std::min(deepest, decibels(c1.response(hz, fs)));
                } else {
                    EXPECT_LT(decibels(c2.response(hz, fs)), -50 + 1e-6) << order << " " << hz;
                }
            }
            EXPECT_NEAR(deepest, -0.5, 0.1);
        }
    }
}

TEST(IirDesign, BesselKeepsTheDelayFlat) {
    // 1 / (2 pi cutoff) s for the norm `delay`, well below half the rate.
    for (int order = 2; order <= 12; ++order) {
        const auto sos = bessel(order, lowpass(50), 30000, BesselNorm::delay);
        const double expected = 1 / (2 * std::numbers::pi * 50);
        for (const double hz : {0.0, 5.0, 25.0}) EXPECT_NEAR(sos.group_delay_s(hz, 30000), expected, 0.011 * expected) << order;
    }
}

TEST(IirDesign, PolesAreThoseDesigned) {
    for (const auto& family : families) {
        const auto sos = make(family, 12, 0.5, 60, highpass(0.5), 30000);
        const auto poles = sos.poles();
        ASSERT_EQ(poles.size(), 12U);
        for (const Complex& p : poles) {
            EXPECT_LT(std::abs(p), 1.0);
            EXPECT_EQ(std::count(poles.begin(), poles.end(), std::conj(p)), 1);
        }
        for (const Complex& z : sos.zeros()) EXPECT_LE(std::abs(z), 1 + 1e-7);
    }
    // Two real poles 1e-7 apart: the discriminant of plain doubles would lose them.
    const double p = 0.999, q = 0.9990001;
    const Sos<double> close({{.a1 = -(p + q), .a2 = p * q}});
    EXPECT_NEAR(close.max_pole_radius(), q, 2e-9);
    EXPECT_NEAR(close.poles()[1].real() + close.poles()[0].real(), p + q, 1e-15);
}

TEST(IirDesign, SettlesInTheTimeItSays) {
    for (const auto& sos : {butterworth_bandpass(4, 20, 500, 2048), elliptic(6, 0.5, 60, lowpass(300), 2048), notch(50, 30, 2048)}) {
        const auto said = sos.settling_samples(1e-3);
        EXPECT_DOUBLE_EQ(sos.settling_s(1e-3, 2048), static_cast<double>(said) / 2048);
        double before = 0, after = 0;
        Values z(2 * sos.size(), 0.0);
        for (std::int64_t n = 0; n < 4 * said; ++n) {
            double v = n == 0;
            for (std::size_t s = 0; s < sos.size(); ++s) {
                const auto& c = sos.sections()[s];
                const double y = c.b0 * v + z[2 * s];
                z[2 * s] = c.b1 * v - c.a1 * y + z[2 * s + 1];
                z[2 * s + 1] = c.b2 * v - c.a2 * y;
                v = y;
            }
            double& most = n < said ? before : after;
            if (n > 0) most = std::max(most, std::abs(v));
        }
        EXPECT_LT(after, 1e-2 * before);
        EXPECT_GT(after, 1e-6 * before);
    }
    EXPECT_TRUE(std::isinf(Sos<double>({{.a1 = -2, .a2 = 1}}).settling_s(1e-3, 1000)));
}

// Rounded coefficients stay within 1e-3 of the prototype, or the design is refused.
TEST(IirDesign, RefusesWhatDoubleCannotHold) {
    int refused = 0, held = 0;
    for (const auto& family : families)
        for (const int order : {1, 2, 5, 12})
            for (const double hz : {0.5, 5e-3, 5e-5, 5e-7, 5e-9}) {
                const auto text = message([&] { return make(family, order, 0.5, 60, highpass(hz), 30000); });
                if (text == "no error") {
                    ++held;
                    EXPECT_TRUE(hz > 1e-6 || order == 1) << family << order << " " << hz;
                    EXPECT_LT(make(family, order, 0.5, 60, highpass(hz), 30000).max_pole_radius(), 1.0);
                } else {
                    ++refused;
                    EXPECT_LT(hz, 0.01) << text;
                    EXPECT_NE(text.find("cannot be held in double"), std::string::npos) << text;
                    EXPECT_NE(text.find("order " + std::to_string(order) + " at " + core::number(hz) + " Hz"), std::string::npos) << text;
                }
            }
    EXPECT_GT(refused, 40);
    EXPECT_GT(held, 40);
    EXPECT_NE(message([] { return butterworth(4, bandstop(50 - 1e-13, 50), 30000); }).find("cannot be held"), std::string::npos);
    EXPECT_NE(message([] { return notch(50, 1e15, 2048); }).find("q 1e+15"), std::string::npos);
}

TEST(IirDesign, ErrorsNameTheValueAndWhatIsAllowed) {
    const auto has = [](const std::string& text, const std::string& part) { EXPECT_NE(text.find(part), std::string::npos) << text; };
    for (const auto& family : families) {
        has(message([&] { return make(family, 0, 0.5, 60, lowpass(20), 100); }), "order 0: allowed is 1 to 12");
        has(message([&] { return make(family, 13, 0.5, 60, lowpass(20), 100); }), "order 13");
        has(message([&] { return make(family, 2, 0.5, 60, lowpass(50), 100); }), "cutoff 50 Hz: allowed is above 0 and below half the sampling rate (50 Hz)");
        has(message([&] { return make(family, 2, 0.5, 60, highpass(-1), 100); }), "cutoff -1 Hz");
        has(message([&] { return make(family, 2, 0.5, 60, bandpass(20, 20), 100); }), "band 20 to 20 Hz");
        has(message([&] { return make(family, 2, 0.5, 60, bandstop(20, NAN), 100); }), "cutoff nan Hz");
        has(message([&] { return make(family, 2, 0.5, 60, lowpass(20), 0); }), "sampling rate 0 Hz");
        has(message([&] { return make(family, 2, 0.5, 60, Cutoffs{}, 100); }), "allowed is lowpass, highpass, bandpass or bandstop");
    }
    has(message([] { return chebyshev1(2, -1, lowpass(20), 100); }), "pass-band ripple -1 dB: allowed is 0.001 to 20");
    has(message([] { return chebyshev2(2, NAN, lowpass(20), 100); }), "stop-band attenuation nan dB");
    has(message([] { return elliptic(2, 3, 2, lowpass(20), 100); }), "attenuation 2 dB: it must be above the ripple (3 dB) by");
    has(message([] { return elliptic(4, 3, std::nextafter(3.0, 4.0), lowpass(20), 100); }), "by 0.001 dB or more");
    EXPECT_EQ(message([] { return elliptic(2, 3, 3.5, lowpass(20), 100); }), "no error");
    has(message([] { return notch(50, 0, 1000); }), "q 0: allowed is above 0.1");
    has(message([] { return notch(500, 30, 1000); }), "centre 500 Hz");
    has(message([] { return peak(NAN, 30, 1000); }), "centre nan Hz");
    has(message([] { return comb(50, 30, 2048); }), "comb frequency 50 Hz: the sampling rate (2048 Hz) must be a whole multiple of it, such as of 49.9512 Hz");
    has(message([] { return comb(50, 1, 1000); }), "q 1: allowed is above 1");
    has(message([] { return Comb<double>(comb(50, 30, 1000), 0).channels(); }), "channels 0");
    has(message([] { return fir_window(64, highpass(20), 100); }), "taps 64: allowed is an odd number");
    has(message([] { return fir_window(0, lowpass(20), 100); }), "taps 0: allowed is 1 to");
    has(message([] { return fir_window(5, Values{20, 10}, true, 100); }), "cutoff 10 Hz after 20 Hz: allowed is rising");
    has(message([] { return fir_window(5, lowpass(20), 100, spectral::Window::kaiser(-1)); }), "beta of a Kaiser window -1");
    has(message([] { return kaiser_order(5, 10, 100); }), "ripple 5 dB: allowed is 8 to 300");
    has(message([] { return kaiser_order(50, 60, 100); }), "width 60 Hz");
    has(message([] { return fir_least_squares(10, std::vector<FirBand>{{0, 10, 1, 1}}, 100); }), "taps 10: allowed is odd");
    has(message([] { return fir_least_squares(11, std::vector<FirBand>{}, 100); }), "0 bands");
    has(message([] { return fir_least_squares(11, std::vector<FirBand>{{0, 60, 1, 1}}, 100); }), "band 0 to 60 Hz");
    has(message([] { return fir_least_squares(11, std::vector<FirBand>{{0, 20, 1, NAN}}, 100); }), "gain nan");
    has(message([] { return fir_least_squares(11, std::vector<FirBand>{{0, 20, 1, 1, -2}}, 100); }), "weight -2");
    has(message([] { return fir_remez(2, std::vector<FirBand>{{0, 20, 1, 1}}, 100); }), "taps 2: allowed is 3 to 2047");
    has(message([] { return fir_remez(31, std::vector<FirBand>{{0, 20, 1, 1}, {10, 50, 0, 0}}, 100); }), "band 10 to 50 Hz");
    has(message([] { return minimum_phase(Fir<double>({1, 1})); }), "taps 2: allowed is 3");
    has(message([] { return minimum_phase(Fir<double>({0, 0, 0})); }), "all are 0");
    has(message([] { return minimum_phase(Fir<double>({1, 2, 3}), {.method = MinimumPhase::hilbert}); }), "tap 0 differs");
    has(message([] { return minimum_phase(Fir<double>({1, 2, 1}), {.n_fft = 2}); }), "n_fft 2");
    has(message([] { return Fir<double>({}); }), "0 taps");
    has(message([] { return Fir<float>({1, INFINITY}); }), "tap 1 is inf");
}

TEST(Resonator, EqualsSciPy) {
    for (const Json& item : golden()["resonators"]) {
        const double hz = item["hz"], fs = item["fs"], q = item["q"];
        const auto sos = item["kind"] == "notch" ? notch(hz, q, fs) : peak(hz, q, fs);
        const auto& s = sos.sections()[0];
        expect_near(Values{s.b0, s.b1, s.b2, 1, s.a1, s.a2}, item["ba"].get<Values>(), 1e-12, item.dump());
        EXPECT_NEAR(std::abs(sos.response(sos.design().low_hz, fs)), std::sqrt(0.5), 1e-9);
        EXPECT_NEAR(std::abs(sos.response(sos.design().high_hz, fs)), std::sqrt(0.5), 1e-9);
        EXPECT_NEAR(std::abs(sos.response(hz, fs)), item["kind"] == "notch" ? 0 : 1, 1e-10);
    }
}

TEST(Comb, EqualsSciPyAndTheNaiveSum) {
    for (const Json& item : golden()["combs"]) {
        const double hz = item["hz"], fs = item["fs"];
        const bool is_notch = item["kind"] == "notch", zero = item["pass_zero"];
        const auto c = comb(hz, item["q"], fs, is_notch ? CombType::notch : CombType::peak, is_notch == zero);
        expect_near(Values{c.b0, c.bn, 1, c.an}, item["ba"].get<Values>(), 1e-13, item.dump());
        EXPECT_NEAR(std::abs(c.response(is_notch == zero ? 1.5 * hz : 2 * hz, fs)), is_notch ? 0 : 1, 1e-9);
    }
    const auto c = comb(50, 5, 1000);
    constexpr std::int64_t frames = 300, channels = 3;
    Values x(static_cast<std::size_t>(frames * channels)), expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(0.37 * static_cast<double>(i * i % 101));
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t back = 20 * channels;
        expected[i] = c.b0 * x[i] + (i < back ? 0 : c.bn * x[i - back] - c.an * expected[i - back]);
    }
    for (const std::int64_t chunk : {1, 7, 19, 20, 21, 300}) {
        auto y = x;
        Comb<double> running(c, channels);
        running.process(interleaved(y.data(), 0, channels));
        for (std::int64_t first = 0; first < frames; first += chunk)
            running.process(interleaved(y.data() + first * channels, std::min(chunk, frames - first), channels));
        for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], expected[i]) << chunk;
    }
    Comb<float> steady(c, 2);
    steady.start(1, 3000.0F);
    std::vector<float> constant(200, 3000.0F);
    steady.process(planar(constant.data(), 100, 2));
    for (std::size_t i = 100; i < 200; ++i) EXPECT_NEAR(constant[i], 0, 1e-3);  // 0 Hz is a tooth
}

std::optional<double> number_of(const Json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

TEST(Window, EqualsSciPy) {
    for (const Json& item : golden()["windows"]) {
        const auto p = number_of(item["parameter"]);
        const auto got = spectral::window_of(spectral::window_named(item["name"].get<std::string>(), p), item["n"],
                                             item["periodic"].get<bool>() ? spectral::WindowShape::periodic : spectral::WindowShape::symmetric);
        expect_near(got, item["values"].get<Values>(), 1e-12, item.dump());
    }
    EXPECT_NE(message([] { return spectral::window_named("hanning"); }).find("window 'hanning': allowed is boxcar, hann,"), std::string::npos);
    EXPECT_EQ(message([] { return spectral::window_named("kaiser"); }), "window 'kaiser' needs a number");
    EXPECT_EQ(message([] { return spectral::window_named("hann", 3); }), "window 'hann' takes no number, and got 3");
    EXPECT_EQ(spectral::window_named("tukey"), spectral::Window::tukey(0.5));
    EXPECT_TRUE(spectral::window_of(spectral::Window::hann, -3).empty());
}

TEST(FirDesign, WindowsAndKaiserEqualSciPy) {
    for (const Json& item : golden()["firwin"]) {
        const auto window = spectral::window_named(item["window"].get<std::string>(), number_of(item["parameter"]));
        const auto fir = fir_window(item["taps"], item["cut"].get<Values>(), item["pass_zero"], 1000, window, item["scale"]);
        expect_near(fir.taps(), item["h"].get<Values>(), 1e-11, item.dump().substr(0, 80));
        EXPECT_TRUE(fir.linear_phase());
    }
    for (const Json& item : golden()["kaiserord"]) {
        const auto order = kaiser_order(item["ripple"], item["width"], item["fs"]);
        EXPECT_EQ(order.taps, item["taps"].get<std::int64_t>());
        EXPECT_DOUBLE_EQ(order.beta, item["beta"].get<double>());
    }
    // The promised attenuation is there.
    const auto order = kaiser_order(60, 40, 2048);
    const auto fir = fir_window(order.taps | 1, bandpass(100, 400), 2048, spectral::Window::kaiser(order.beta));
    for (const double hz : {0.0, 40.0, 79.0, 421.0, 700.0, 1024.0}) EXPECT_LT(decibels(fir.response(hz, 2048)), -59) << hz;
    EXPECT_NEAR(decibels(fir.response(250, 2048)), 0, 1e-9);
    EXPECT_NEAR(decibels(fir.response(100, 2048)), -6, 0.1);
}

TEST(FirDesign, LeastSquaresEqualsSciPy) {
    for (const Json& item : golden()["firls"])
        expect_near(fir_least_squares(item["taps"], bands_of(item), 1000).taps(), item["h"].get<Values>(), 1e-10, item.dump().substr(0, 80));
    // Without full rank: a narrow band and many taps still give what is asked for there.
    const auto loose = fir_least_squares(201, std::vector<FirBand>{{100, 120, 1, 1}}, 1000);
    for (const double hz : {100.0, 110.0, 120.0}) EXPECT_NEAR(std::abs(loose.response(hz, 1000)), 1, 1e-6);
}

TEST(FirDesign, RemezEqualsSciPy) {
    for (const Json& item : golden()["remez"]) {
        const std::string type = item["type"];
        RemezOptions options;
        if (type != "bandpass") options.type = type == "hilbert" ? RemezType::hilbert : RemezType::differentiator;
        const auto fir = fir_remez(item["taps"], bands_of(item), 1000, options);
        expect_near(fir.taps(), item["h"].get<Values>(), 1e-10, item.dump().substr(0, 80));
        EXPECT_TRUE(fir.linear_phase());
    }
}

// Chebyshev's theorem: the weighted error swings between its limits once more than there are free taps.
TEST(FirDesign, RemezErrorAlternates) {
    const std::vector<FirBand> bands{{0, 100, 1, 1, 1}, {150, 500, 0, 0, 10}};
    const auto fir = fir_remez(41, bands, 1000);
    int swings = 0, last = 0;
    double most = 0;
    Values errors;
    for (const auto& band : bands)
        for (double hz = band.low_hz; hz <= band.high_hz + 1e-9; hz += 0.05) {
            const double turn = 2 * std::numbers::pi * hz / 1000 * 20;
            const double gain = (fir.response(hz, 1000) * Complex(std::cos(turn), std::sin(turn))).real();
            errors.push_back(band.weight * (gain - band.gain_low));
            most = std::max(most, std::abs(errors.back()));
        }
    for (const double e : errors)
        if (std::abs(e) > 0.99 * most && (e > 0 ? 1 : -1) != last) {
            last = e > 0 ? 1 : -1;
            ++swings;
        }
    EXPECT_GE(swings, 22);
}

TEST(FirDesign, RemezRefusesWhatRoundingSpoils) {
    const auto text = message([] { return fir_remez(201, std::vector<FirBand>{{50, 200, 1, 1}, {250, 450, 0, 0}}, 1000, {.type = RemezType::differentiator}); });
    EXPECT_NE(text.find("taps 201: "), std::string::npos) << text;
}

TEST(FirDesign, MinimumPhaseEqualsSciPyAndHasTheLeastDelay) {
    const auto fir = fir_window(41, lowpass(120), 1000, spectral::Window::kaiser(6.5));
    for (const Json& item : golden()["minimum_phase"])
        expect_near(minimum_phase(fir, {.half = item["half"]}).taps(), item["h"].get<Values>(), 1e-10, item.dump().substr(0, 60));
    const auto full = minimum_phase(fir, {.half = false}), half = minimum_phase(fir);
    const auto ripply = fir_remez(41, std::vector<FirBand>{{0, 100, 1, 1, 1}, {150, 500, 0, 0, 1}}, 1000);
    const auto hilbert = minimum_phase(ripply, {.method = MinimumPhase::hilbert});
    EXPECT_EQ(half.size(), 21U);
    EXPECT_EQ(hilbert.size(), 21U);
    for (double hz = 0; hz <= 500; hz += 10) {
        EXPECT_NEAR(std::abs(full.response(hz, 1000)), std::abs(fir.response(hz, 1000)), 1e-4);
        EXPECT_NEAR(std::norm(half.response(hz, 1000)), std::abs(fir.response(hz, 1000)), 5e-3);
        EXPECT_NEAR(std::norm(hilbert.response(hz, 1000)), std::abs(ripply.response(hz, 1000)), 0.05);
    }
    EXPECT_LT(full.group_delay_s(50, 1000), 0.5 * fir.group_delay_s(50, 1000));
}

TEST(Fir, DelayAtAZeroIsTheLimitFromBothSides) {
    const Fir<double> f({1.0, -0.4, -0.6});  // zeros at 1 and -0.6
    EXPECT_NEAR(f.group_delay_s(0, 1), f.group_delay_s(1e-4, 1), 1e-6);
    const Fir<double> twice({1.0, -1.5, 0.0, 0.5});  // (1 - d)² (1 + d / 2)
    EXPECT_NEAR(twice.group_delay_s(0, 1), twice.group_delay_s(1e-4, 1), 1e-5);
    const Sos<double> s({{.b0 = 1.0, .b1 = -0.4, .b2 = -0.6}});
    EXPECT_NEAR(s.group_delay_s(0, 1), f.group_delay_s(0, 1), 1e-12);
    EXPECT_EQ(Fir<float>(f).size(), 3U);
    EXPECT_DOUBLE_EQ(Fir<double>({1, 2, 1}).group_delay_s(0.2, 1), 1.0);
}

TEST(Preset, PassesItsBandAndIsTheAnalysisDefault) {
    for (const auto& p : core::band_presets) {
        const auto sos = preset(p.name, 30000);
        EXPECT_NEAR(decibels(sos.response(p.low_hz, 30000)), -10 * std::log10(2.0), 1e-6) << p.name;
        EXPECT_NEAR(decibels(sos.response(p.high_hz, 30000)), -10 * std::log10(2.0), 1e-6) << p.name;
        EXPECT_NEAR(decibels(sos.response(p.low_hz / 2, 30000)), -6.0 * p.order, 2.0) << p.name;
        EXPECT_GT(std::string(p.reason).size(), 40U);
        EXPECT_GT(std::string(p.source).size(), 10U);
    }
    EXPECT_EQ(preset("surface", 1000).design().high_hz, 450.0);
    EXPECT_EQ(preset("surface", 2048).design().low_hz, resolved({}, Electrode::surface, 2048).low_hz);
    EXPECT_EQ(preset("needle", 10000).design().high_hz, resolved({}, Electrode::needle, 10000).high_hz);
    EXPECT_NE(message([] { return preset("skin", 2048); }).find("preset 'skin': allowed is 'surface', 'surface_wide'"), std::string::npos);
    EXPECT_NE(message([] { return preset("single_fibre", 1000); }).find("'single_fibre' needs at least 1666.67 Hz"), std::string::npos);
    EXPECT_NE(message([] { return preset("surface", NAN); }).find("sampling rate nan Hz"), std::string::npos);
    EXPECT_TRUE(std::isnan(preset("surface", 2048).group_delay_s(NAN, 2048)));
}
