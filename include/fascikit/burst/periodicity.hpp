// The strongest rhythm of a signal between two lags: first peak of the autocorrelation.
//
// Normalised by the energies of both shifted parts, so that 1 means exact repetition.
// Peaks only count after the first fall below 0 (beyond the main lobe). Among peaks the
// first that reaches 85 % of the highest is taken: later ones are its multiples.
//
// No allocation. O(n × lags).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace fascikit::burst {

struct Rhythm {
    std::size_t lag = 0;              ///< 0: none
    double height = 0;
};

[[nodiscard]] inline double autocorrelation(std::span<const float> x, std::size_t lag) noexcept {
    double cross = 0;
    double first = 0;
    double second = 0;
    for (std::size_t i = 0; i + lag < x.size(); ++i) {
        const double a = static_cast<double>(x[i]);
        const double b = static_cast<double>(x[i + lag]);
        cross += a * b;
        first += a * a;
        second += b * b;
    }
    return first > 0 && second > 0 ? cross / std::sqrt(first * second) : 0.0;
}

/// `x` with its mean removed. Lags from `shortest` to `longest`, of which at most a third of x.
[[nodiscard]] inline Rhythm rhythm(std::span<const float> x, std::size_t shortest, std::size_t longest) noexcept {
    Rhythm best;
    if (longest > x.size() / 3) longest = x.size() / 3;
    if (shortest < 1 || shortest + 1 >= longest) return best;
    double highest = 0;
    for (int round = 0; round < 2; ++round) {
        bool beyond_lobe = false;
        double before = autocorrelation(x, 0);
        double here = autocorrelation(x, 1);
        for (std::size_t lag = 1; lag < longest; ++lag) {
            const double next = autocorrelation(x, lag + 1);
            beyond_lobe = beyond_lobe || here < 0;
            if (beyond_lobe && lag >= shortest && here > before && here >= next) {
                if (round == 0 && here > highest) highest = here;
                if (round == 1 && here >= 0.85 * highest) return {lag, here};
            }
            before = here;
            here = next;
        }
        if (highest <= 0) return best;
    }
    return best;
}

}  // namespace fascikit::burst
