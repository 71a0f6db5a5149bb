// When a motor unit or a fibre discharges: times in seconds, ascending, in [begin, end).
//
//   sporadic  a Poisson process with a dead time: a fasciculating unit, 0.01 to 1 Hz,
//             without rhythm. `rate_hz` is the mean rate, dead time included.
//   renewal   Gaussian intervals (Clamann 1969: accepted in 90 % of units), at least a
//             fifth of the mean; the rate may change from `rate_hz` to `end_rate_hz`,
//             linearly over the stretch. Voluntary units: CV 0.10 to 0.30.
//
// Cost: one random number a discharge. Allocates the answer. Errors: none; a stretch
// that ends before it begins holds no discharge.
#pragma once

#include <algorithm>
#include <vector>

#include "fascikit/simulate/random.hpp"

namespace fascikit::simulate {

[[nodiscard]] inline std::vector<double> sporadic(Random& random, double rate_hz, double dead_s, double begin_s,
                                                  double end_s) {
    std::vector<double> times;
    const double mean_wait_s = std::max(1.0 / rate_hz - dead_s, 0.0);
    for (double t = begin_s + random.exponential(1.0 / rate_hz); t < end_s;
         t += dead_s + random.exponential(mean_wait_s))
        times.push_back(t);
    return times;
}

[[nodiscard]] inline std::vector<double> renewal(Random& random, double rate_hz, double end_rate_hz, double cv,
                                                 double begin_s, double end_s) {
    std::vector<double> times;
    double t = begin_s;
    while (t < end_s) {
        times.push_back(t);
        const double rate = rate_hz + (end_rate_hz - rate_hz) * (t - begin_s) / (end_s - begin_s);
        t += std::max(1.0 + cv * random.normal(), 0.2) / rate;
    }
    return times;
}

}  // namespace fascikit::simulate
