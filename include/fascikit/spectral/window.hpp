// Windows: one table for spectra and for the design of filters.
//
// Equal to scipy.signal.get_window to 1e-14. Periodic (the first n of n + 1 samples)
// for spectra, symmetric for filters; a window is exactly its own mirror image. Cosine
// sums after Harris 1978 (10.1109/PROC.1978.10837); Nuttall 1981
// (10.1109/TASSP.1981.1163506), the minimum of four terms; flat top after Heinzel,
// Rüdiger & Schilling 2002. Some take a number: Window::kaiser(8.6), Window::tukey(0.25),
// Window::gaussian(16). Cost: n cosines. Allocates. Any thread.
// Errors: std::invalid_argument naming the value.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"

namespace fascikit::spectral {

/// A kind, and the number some kinds need. Window::hann and the like convert to it.
struct Window {
    enum Kind : std::uint8_t {
        boxcar,           ///< no window: narrowest line, worst leakage
        hann,             ///< sidelobes fall fast; the default of nearly everything
        hamming,          ///< nearest sidelobe lowest, the far ones stay
        blackman,         ///< sidelobes below -58 dB
        blackman_harris,  ///< four terms: sidelobes below -92 dB
        nuttall,          ///< four terms: sidelobes below -98 dB
        flat_top,         ///< amplitude of a line right to 0.01 dB, widest line
        bartlett,         ///< triangle with zero ends
        cosine,           ///< half a sine
        tukey_kind,       ///< flat with cosine ends; use tukey(share)
        kaiser_kind,      ///< nearly the most energy in the main lobe; use kaiser(beta)
        gaussian_kind,    ///< least product of width in time and frequency; use gaussian(deviation)
    };
    Kind kind = hann;
    double parameter = 0;

    constexpr Window(Kind k = hann, double p = 0) noexcept : kind(k), parameter(p) {}

    /// beta >= 0: 0 is a boxcar, 5 near Hamming, 8.6 near Blackman.
    [[nodiscard]] static constexpr Window kaiser(double beta) noexcept { return {kaiser_kind, beta}; }
    /// The share that tapers: 0 is a boxcar, 1 a Hann window.
    [[nodiscard]] static constexpr Window tukey(double share) noexcept { return {tukey_kind, share}; }
    /// Standard deviation in samples, above 0.
    [[nodiscard]] static constexpr Window gaussian(double samples) noexcept { return {gaussian_kind, samples}; }

    friend constexpr bool operator==(const Window&, const Window&) noexcept = default;
};

enum class WindowShape {
    periodic,   ///< for spectra
    symmetric,  ///< for filters
};

/// Modified Bessel function of the first kind and order 0, by its series: all terms
/// are positive, so the error stays within some units in the last place.
[[nodiscard]] inline double bessel_i0(double x) noexcept {
    const double quarter = x * x / 4;
    double sum = 1, term = 1;
    for (int k = 1; term > sum * 1e-17 && k < 2000; ++k) {
        term *= quarter / (static_cast<double>(k) * k);
        sum += term;
    }
    return sum;
}

namespace detail {

inline void check_window(const Window& window) {
    const auto fail = [&](const char* name, const char* allowed) {
        core::fail_option(std::string(name) + " " + core::number(window.parameter) + ": allowed is " + allowed);
    };
    // I0 overflows above 700.
    if (window.kind == Window::kaiser_kind && !(window.parameter >= 0 && window.parameter <= 700))
        fail("beta of a Kaiser window", "0 to 700");
    if (window.kind == Window::tukey_kind && !(window.parameter >= 0 && window.parameter <= 1))
        fail("tapered share of a Tukey window", "0 to 1");
    if (window.kind == Window::gaussian_kind && !(window.parameter > 0 && std::isfinite(window.parameter)))
        fail("standard deviation of a Gaussian window", "above 0 samples");
}

template <std::size_t N>
[[nodiscard]] double cosine_sum(const std::array<double, N>& terms, double angle) noexcept {
    double sum = terms[0];
    for (std::size_t k = 1; k < N; ++k) {
        const double part = terms[k] * std::cos(static_cast<double>(k) * angle);
        sum = k % 2 == 1 ? sum - part : sum + part;
    }
    return sum;
}

/// The window at `position` of a symmetric one that spans 0 to `last` > 0.
[[nodiscard]] inline double window_at(const Window& window, double position, double last) noexcept {
    const double angle = 2 * std::numbers::pi * position / last;
    const double p = window.parameter;
    switch (window.kind) {
        case Window::boxcar: return 1;
        case Window::hann: return cosine_sum(std::array{0.5, 0.5}, angle);
        case Window::hamming: return cosine_sum(std::array{0.54, 0.46}, angle);
        case Window::blackman: return cosine_sum(std::array{0.42, 0.50, 0.08}, angle);
        case Window::blackman_harris: return cosine_sum(std::array{0.35875, 0.48829, 0.14128, 0.01168}, angle);
        case Window::nuttall: return cosine_sum(std::array{0.3635819, 0.4891775, 0.1365995, 0.0106411}, angle);
        case Window::flat_top:
            return cosine_sum(std::array{0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}, angle);
        case Window::bartlett: return 2 * std::min(position, last - position) / last;
        case Window::cosine: return std::sin(std::numbers::pi * (position + 0.5) / (last + 1));
        case Window::tukey_kind: {
            const double edge = std::min(position, last - position);
            if (p <= 0 || edge > std::floor(p * last / 2)) return 1;
            return 0.5 * (1 - std::cos(2 * std::numbers::pi * edge / (p * last)));
        }
        case Window::kaiser_kind: {
            const double from_middle = 2 * position / last - 1;
            return bessel_i0(p * std::sqrt(std::max(0.0, 1 - from_middle * from_middle))) / bessel_i0(p);
        }
        case Window::gaussian_kind: {
            const double z = (position - last / 2) / p;
            return std::exp(-z * z / 2);
        }
    }
    return 1;
}

}  // namespace detail

/// n samples; none for n < 1.
[[nodiscard]] inline std::vector<double> window_of(Window window, std::int64_t n,
                                                   WindowShape shape = WindowShape::periodic) {
    detail::check_window(window);
    std::vector<double> values(static_cast<std::size_t>(std::max<std::int64_t>(n, 0)), 1.0);
    const std::int64_t last = shape == WindowShape::periodic ? n : n - 1;
    if (n > 1)
        for (std::int64_t i = 0; i < n; ++i)
            values[static_cast<std::size_t>(i)] =
                detail::window_at(window, static_cast<double>(std::min(i, last - i)), static_cast<double>(last));
    return values;
}

/// The window of that name, as scipy.signal.get_window knows it. `kaiser`, `tukey` and
/// `gaussian` take a number (`tukey` 0.5 if none is given), the others must not be given one.
[[nodiscard]] inline Window window_named(std::string_view name, std::optional<double> parameter = std::nullopt) {
    struct Row {
        std::string_view name;
        Window::Kind kind;
        bool numbered = false;
        std::optional<double> usual = std::nullopt;
    };
    static constexpr std::array<Row, 12> rows{
        Row{"boxcar", Window::boxcar},   Row{"hann", Window::hann},
        Row{"hamming", Window::hamming}, Row{"blackman", Window::blackman},
        Row{"nuttall", Window::nuttall}, Row{"blackmanharris", Window::blackman_harris},
        Row{"flattop", Window::flat_top}, Row{"bartlett", Window::bartlett},
        Row{"cosine", Window::cosine},   Row{"kaiser", Window::kaiser_kind, true},
        Row{"tukey", Window::tukey_kind, true, 0.5}, Row{"gaussian", Window::gaussian_kind, true}};
    std::string allowed;
    for (const Row& row : rows) {
        if (row.name != name) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(row.name);
            continue;
        }
        if (!row.numbered && parameter)
            core::fail_option("window '" + std::string(name) + "' takes no number, and got " + core::number(*parameter));
        if (row.numbered && !parameter && !row.usual)
            core::fail_option("window '" + std::string(name) + "' needs a number");
        return {row.kind, parameter.value_or(row.usual.value_or(0))};
    }
    core::fail_option("window '" + std::string(name) + "': allowed is " + allowed);
}

}  // namespace fascikit::spectral
