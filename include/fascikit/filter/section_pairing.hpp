// From zeros, poles and gain to second-order sections: scipy.signal.zpk2sos with the
// pairing 'nearest' (the same in SciPy 1.10 and 1.17).
//
// From the pole nearest to the unit circle to the farthest, each with the zeros nearest
// to it; the sections in the opposite order, so that the sharpest comes last; the whole
// gain in the first. Where two roots are equally near, as in filters that mirror about a
// quarter of the rate, rounding decides in SciPy: the sections may then differ in their
// order or in their zeros, the product of all is the same.
//
// Roots come with their conjugates; of each pair the one above the real axis counts.
// Cost: the square of the order. Allocates. Any thread. No errors.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <vector>

#include "fascikit/filter/sos.hpp"
#include "fascikit/filter/zeros_poles_gain.hpp"

namespace fascikit::filter::detail {

/// One member of each conjugate pair (positive imaginary part), then the real roots;
/// each group by rising real part. The order decides ties in the pairing below.
inline std::vector<Complex> one_of_each_pair(const std::vector<Complex>& roots) {
    const double tolerance = 100 * std::numeric_limits<double>::epsilon();
    std::vector<Complex> complex_roots;
    std::vector<Complex> real_roots;
    for (const Complex& root : roots) {
        if (std::abs(root.imag()) <= tolerance * std::abs(root))
            real_roots.emplace_back(root.real());
        else if (root.imag() > 0)
            complex_roots.push_back(root);
    }
    std::stable_sort(complex_roots.begin(), complex_roots.end(), [](const Complex& a, const Complex& b) {
        return a.real() != b.real() ? a.real() < b.real() : a.imag() < b.imag();
    });
    std::stable_sort(real_roots.begin(), real_roots.end(),
                     [](const Complex& a, const Complex& b) { return a.real() < b.real(); });
    complex_roots.insert(complex_roots.end(), real_roots.begin(), real_roots.end());
    return complex_roots;
}

inline bool is_real(const Complex& root) { return root.imag() == 0; }

inline Complex take(std::vector<Complex>& roots, std::size_t index) {
    const Complex root = roots[index];
    roots.erase(roots.begin() + static_cast<std::ptrdiff_t>(index));
    return root;
}

/// Index of the root nearest to the unit circle, among the real ones only if asked.
inline std::size_t nearest_to_circle(const std::vector<Complex>& roots, bool real_only) {
    std::size_t best = roots.size();
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < roots.size(); ++i) {
        if (real_only && !is_real(roots[i])) continue;
        const double here = std::abs(1 - std::abs(roots[i]));
        if (here < distance) {
            distance = here;
            best = i;
        }
    }
    return best;
}

inline std::size_t nearest_to(const std::vector<Complex>& roots, const Complex& target, bool real_only) {
    std::size_t best = roots.size();
    double distance = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < roots.size(); ++i) {
        if (real_only && !is_real(roots[i])) continue;
        const double here = std::abs(roots[i] - target);
        if (here < distance) {
            distance = here;
            best = i;
        }
    }
    return best;
}

inline Section<double> section_of(Complex z1, Complex z2, Complex p1, Complex p2) {
    return {1.0, -(z1 + z2).real(), (z1 * z2).real(), -(p1 + p2).real(), (p1 * p2).real()};
}

/// None where rounding has torn a conjugate pair apart, or a root is not a number.
[[nodiscard]] inline std::vector<Section<double>> sections_of(ZerosPolesGain filter) {
    std::size_t order = std::max(filter.poles.size(), filter.zeros.size());
    if (order == 0) return {{.b0 = filter.gain}};
    order += order % 2;
    filter.poles.resize(order);
    filter.zeros.resize(order);
    std::vector<Complex> zeros = one_of_each_pair(filter.zeros);
    std::vector<Complex> poles = one_of_each_pair(filter.poles);
    for (const auto* roots : {&zeros, &poles}) {
        const auto reals = static_cast<std::size_t>(std::count_if(roots->begin(), roots->end(), is_real));
        if (2 * roots->size() - reals != order) return {};
    }
    // The order is even, so the real roots are, and whoever takes one finds a second.
    std::vector<Section<double>> sections(order / 2);
    for (std::size_t i = sections.size(); i-- > 0;) {
        const Complex p1 = take(poles, nearest_to_circle(poles, false));
        const Complex p2 = is_real(p1) ? take(poles, nearest_to_circle(poles, true)) : std::conj(p1);
        const Complex z1 = take(zeros, nearest_to(zeros, p1, false));
        const Complex z2 = is_real(z1) ? take(zeros, nearest_to(zeros, p1, true)) : std::conj(z1);
        sections[i] = section_of(z1, z2, p1, p2);
    }
    sections[0].b0 *= filter.gain;
    sections[0].b1 *= filter.gain;
    sections[0].b2 *= filter.gain;
    return sections;
}

}  // namespace fascikit::filter::detail
