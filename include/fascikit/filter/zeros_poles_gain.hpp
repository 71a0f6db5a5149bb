// Zeros, poles and gain: what every design of an IIR filter is made in.
//
// An analogue low-pass with its edge at 1 rad/s (the prototype) becomes a low-pass,
// high-pass, band-pass or band-stop, and by the bilinear transform a digital filter
// (Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7). As scipy.signal's
// lp2*_zpk and bilinear_zpk at a rate of 2, with one difference: of the two roots that
// a band filter makes of one, the smaller comes from their product and not from a
// difference, which in a wide band would cancel. Allocates. Any thread. No errors.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <vector>

namespace fascikit::filter {

struct ZerosPolesGain {
    std::vector<std::complex<double>> zeros{};
    std::vector<std::complex<double>> poles{};
    double gain = 1;
};

namespace detail {

using Complex = std::complex<double>;

/// prod (at - root).
[[nodiscard]] inline Complex product_from(double at, const std::vector<Complex>& roots) {
    Complex product = 1.0;
    for (const Complex& root : roots) product *= at - root;
    return product;
}

[[nodiscard]] inline std::size_t zeros_at_infinity(const ZerosPolesGain& f) { return f.poles.size() - f.zeros.size(); }

/// 4 tan(pi f / fs): the analogue frequency that the bilinear transform takes to f.
[[nodiscard]] inline double prewarped(double hz, double rate) {
    return 4.0 * std::tan(std::numbers::pi * (2.0 * hz / rate) / 2.0);
}

[[nodiscard]] inline ZerosPolesGain to_lowpass(ZerosPolesGain f, double edge) {
    f.gain *= std::pow(edge, static_cast<double>(zeros_at_infinity(f)));
    for (auto* roots : {&f.zeros, &f.poles})
        for (Complex& root : *roots) root *= edge;
    return f;
}

[[nodiscard]] inline ZerosPolesGain to_highpass(ZerosPolesGain f, double edge) {
    f.gain *= (product_from(0, f.zeros) / product_from(0, f.poles)).real();
    for (auto* roots : {&f.zeros, &f.poles})
        for (Complex& root : *roots) root = edge / root;
    f.zeros.resize(f.poles.size(), 0.0);
    return f;
}

/// r -> r ± sqrt(r² - centre²).
[[nodiscard]] inline std::vector<Complex> split(const std::vector<Complex>& roots, double centre) {
    std::vector<Complex> plus, minus;
    for (const Complex& r : roots) {
        const Complex width = std::sqrt(r * r - centre * centre);
        Complex a = r + width, b = r - width;
        if (std::abs(a) < std::abs(b)) a = centre * (centre / b);
        else if (std::abs(b) < std::abs(a)) b = centre * (centre / a);
        plus.push_back(a);
        minus.push_back(b);
    }
    plus.insert(plus.end(), minus.begin(), minus.end());
    return plus;
}

[[nodiscard]] inline ZerosPolesGain to_bandpass(ZerosPolesGain f, double low, double high) {
    const double width = high - low, centre = std::sqrt(low * high);
    const std::size_t at_infinity = zeros_at_infinity(f);
    f.gain *= std::pow(width, static_cast<double>(at_infinity));
    for (auto* roots : {&f.zeros, &f.poles}) {
        for (Complex& root : *roots) root *= width / 2;
        *roots = split(*roots, centre);
    }
    f.zeros.insert(f.zeros.end(), at_infinity, 0.0);
    return f;
}

[[nodiscard]] inline ZerosPolesGain to_bandstop(ZerosPolesGain f, double low, double high) {
    const double width = high - low, centre = std::sqrt(low * high);
    const std::size_t at_infinity = zeros_at_infinity(f);
    f.gain *= (product_from(0, f.zeros) / product_from(0, f.poles)).real();
    for (auto* roots : {&f.zeros, &f.poles}) {
        for (Complex& root : *roots) root = (width / 2) / root;
        *roots = split(*roots, centre);
    }
    f.zeros.insert(f.zeros.end(), at_infinity, Complex(0, centre));
    f.zeros.insert(f.zeros.end(), at_infinity, Complex(0, -centre));
    return f;
}

[[nodiscard]] inline ZerosPolesGain bilinear(ZerosPolesGain f) {
    constexpr double twice_rate = 4.0;
    f.gain *= (product_from(twice_rate, f.zeros) / product_from(twice_rate, f.poles)).real();
    for (auto* roots : {&f.zeros, &f.poles})
        for (Complex& root : *roots) root = (twice_rate + root) / (twice_rate - root);
    f.zeros.resize(f.poles.size(), Complex(-1.0));
    return f;
}

}  // namespace detail
}  // namespace fascikit::filter
