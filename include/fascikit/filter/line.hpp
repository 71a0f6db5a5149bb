// Lines: coefficients and state of the one-channel loop of line_kernel.hpp.
//
// Section 1/A(z), A = 1 + a1/z + a2/z², becomes A(-z) C(-z²) / D(z⁴) with
//   A(z) A(-z) = C(z²),  c1 = 2 a2 - a1², c2 = a2²
//   C(z) C(-z) = D(z²),  d1 = 2 c2 - c1², d2 = c2²
// The added poles lie as far inside the unit circle as those of the section and are
// cancelled. d2 is rounded such that D keeps its product where poles come near ±1 or ±i:
// rounding c and d each on its own would cost a band of 0.5 Hz at 2048 Hz 7e-12 of its gain.
// Error against long double: 0.1 to 1.8 times that of SciPy's loop over designs from 1 to
// 10000 Hz wherever SciPy's is above 1e-13 of the largest output, at most 1e-13 elsewhere.
//
// The state of the direct form, SciPy's zi, is what a section still adds to its next two
// sums of inputs, so it can be set at any sample; it is read back from the last two inputs
// and outputs. Setting what was read goes on with the same signal to rounding, not to the bit.
// Threads: any. Errors: none.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "fascikit/filter/line_kernel.hpp"
#include "fascikit/filter/sos.hpp"

namespace fascikit::filter {

/// kernels::line_coefficients a section. Allocates.
[[nodiscard]] inline std::vector<double> line_coefficients(const Sos<double>& sos) {
    std::vector<double> out;
    out.reserve(sos.size() * static_cast<std::size_t>(kernels::line_coefficients));
    for (const Section<double>& s : sos.sections()) {
        const double c1 = std::fma(-s.a1, s.a1, 2 * s.a2);
        const double c2 = s.a2 * s.a2;
        const double d1 = std::fma(-c1, c1, 2 * c2);
        const double at_one = ((1 + s.a1) + s.a2) * ((1 - s.a1) + s.a2);  // A(1) A(-1)
        const double at_i = (1 - s.a2) * (1 - s.a2) + s.a1 * s.a1;        // A(i) A(-i)
        const double product = at_one <= at_i ? at_one * ((1 - c1) + c2) : at_i * ((1 + c1) + c2);
        const double d2 = std::abs(product) < 0.5 ? product - (1 + d1) : c2 * c2;
        out.insert(out.end(), {s.b0, s.b1, s.b2, -s.a1, s.a2, -c1, c2, -d1, -d2});
    }
    return out;
}

/// Sets one section's kernels::line_state numbers to the direct form's state; {0, 0} is rest.
inline void set_line_state(double* state, SectionState from) noexcept {
    for (int i = 0; i < kernels::line_state; ++i) state[i] = i < 20 ? 0.0 : -0.0;
    if (from.s1 != 0) state[20] = from.s1;
    if (from.s2 != 0) state[21] = from.s2;
}

[[nodiscard]] inline SectionState get_line_state(const double* state, const Section<double>& s) noexcept {
    const double x1 = state[3], x2 = state[2], y1 = state[19], y2 = state[18];
    return {(s.b1 * x1 - s.a1 * y1) + (s.b2 * x2 - s.a2 * y2) + state[20], (s.b2 * x1 - s.a2 * y1) + state[21]};
}

}  // namespace fascikit::filter
