// What a power spectrum says in one number: band power, mean and median frequency,
// moments.
//
// Given: one-sided powers P[k] at evenly spaced frequencies f[k] from 0, spacing d, such
// as welch() with density gives. A band is [low, high]: the bins whose frequency lies
// in it, both ends included.
//
//   band_power:       sum P d                     (all of it: the mean square of the signal)
//   mean_frequency:   sum f P / sum P             (Stulen & De Luca 1981, 10.1109/TBME.1981.324738)
//   median_frequency: where half of sum P lies below; every bin's power is spread evenly
//                     over f ± d / 2 (the bin at 0 over 0 to d / 2), so that it follows
//                     shifts smaller than d
//   moment of order m: sum f^m P d
//
// No power in the band: NaN for the frequencies. One NaN in the band makes NaN.
// No allocation. Any thread. O(bins). Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "fascikit/core/error.hpp"

namespace fascikit::spectral {

struct FrequencyBand {
    double low_hz = 0;
    double high_hz = std::numeric_limits<double>::infinity();
};

namespace detail {

struct BinRange {
    std::size_t first = 0;
    std::size_t last = 0;  ///< one past
    double spacing_hz = 0;
};

[[nodiscard]] inline BinRange bins_of(std::span<const double> frequency_hz, std::span<const double> power,
                                      FrequencyBand band) {
    const std::size_t n = frequency_hz.size();
    if (power.size() != n || n < 2)
        core::fail_option(std::to_string(n) + " frequencies and " + std::to_string(power.size()) +
                          " powers: as many of both, and at least 2, are needed");
    const double spacing = frequency_hz[n - 1] / static_cast<double>(n - 1);
    for (std::size_t k = 0; k < n; ++k)
        if (!(spacing > 0) || !(std::abs(frequency_hz[k] - static_cast<double>(k) * spacing) < 1e-6 * spacing))
            core::fail_option("frequency " + std::to_string(k) + " is " + core::number(frequency_hz[k]) +
                              " Hz: evenly spaced frequencies from 0 are needed");
    if (!(band.low_hz >= 0 && band.low_hz < band.high_hz))
        core::fail_option("band " + core::number(band.low_hz) + " to " + core::number(band.high_hz) +
                          " Hz: allowed is 0 <= low < high");
    // A band edge that is a bin's frequency but for rounding takes the bin in.
    const double slack = 1e-9 * spacing;
    const auto first = std::lower_bound(frequency_hz.begin(), frequency_hz.end(), band.low_hz - slack);
    const auto last = std::upper_bound(first, frequency_hz.end(), band.high_hz + slack);
    if (first == last)
        core::fail_option("band " + core::number(band.low_hz) + " to " + core::number(band.high_hz) +
                          " Hz holds no frequency: they are " + core::number(spacing) + " Hz apart, up to " +
                          core::number(frequency_hz[n - 1]) + " Hz");
    return {static_cast<std::size_t>(first - frequency_hz.begin()), static_cast<std::size_t>(last - frequency_hz.begin()),
            spacing};
}

}  // namespace detail

/// order >= 0: 0 is the band power. In Hz^order times the unit of power times Hz.
[[nodiscard]] inline double spectral_moment(std::span<const double> frequency_hz, std::span<const double> power,
                                            int order, FrequencyBand band = {}) {
    if (order < 0 || order > 16)
        core::fail_option("moment of order " + std::to_string(order) + ": allowed is 0 to 16");
    const auto bins = detail::bins_of(frequency_hz, power, band);
    double sum = 0;
    for (std::size_t k = bins.first; k < bins.last; ++k) sum += std::pow(frequency_hz[k], order) * power[k];
    return sum * bins.spacing_hz;
}

/// Unit squared, of a density.
[[nodiscard]] inline double band_power(std::span<const double> frequency_hz, std::span<const double> power,
                                       FrequencyBand band = {}) {
    return spectral_moment(frequency_hz, power, 0, band);
}

[[nodiscard]] inline double mean_frequency(std::span<const double> frequency_hz, std::span<const double> power,
                                           FrequencyBand band = {}) {
    return spectral_moment(frequency_hz, power, 1, band) / spectral_moment(frequency_hz, power, 0, band);
}

[[nodiscard]] inline double median_frequency(std::span<const double> frequency_hz, std::span<const double> power,
                                             FrequencyBand band = {}) {
    const auto bins = detail::bins_of(frequency_hz, power, band);
    double half = 0;
    for (std::size_t k = bins.first; k < bins.last; ++k) half += power[k] / 2;
    if (!(half > 0)) return std::numeric_limits<double>::quiet_NaN();
    double below = 0;
    for (std::size_t k = bins.first; k < bins.last; ++k) {
        if (below + power[k] >= half && power[k] > 0) {
            const double low = std::max(0.0, frequency_hz[k] - bins.spacing_hz / 2);
            const double high = frequency_hz[k] + bins.spacing_hz / 2;
            return low + (high - low) * (half - below) / power[k];
        }
        below += power[k];
    }
    return frequency_hz[bins.last - 1];  // what rounding left over
}

}  // namespace fascikit::spectral
