// The rules of a score: its options, the classes it counts by, and what input it refuses.
//
// `check` throws std::invalid_argument for options out of range, and InputError, naming the
// item, for times that are not finite, segments that end before they begin, and a duration
// that is negative or not finite. Times need not be sorted; segments may overlap.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/core/truth.hpp"

namespace fascikit::evaluate {

struct ScoreOptions {
    /// Largest distance of the peaks of a pair. No published standard was found; half a
    /// surface potential of 20 ms. The score has the curve over 2 to 50 ms beside it.
    double tolerance_ms = 10;
    /// Known discharges of a site closer than this form a group: the width of a surface
    /// potential, within which potentials overlap, and the upper end of doublets (2 to 20 ms,
    /// Simpson 1969 in Garland and Griffin 1999). 0: no groups.
    double group_ms = 20;
    /// Known discharges whose amplitude, peak to peak, is less than this times the noise RMS
    /// count neither way. Gaussian noise of 20 to 500 Hz reaches 6 by itself 44 times a
    /// minute within 20 ms (measured by simulation; 8 once in nine minutes). 0: all count.
    double least_snr = 6;
    /// Silence of a unit that ends its train: discharges of one unit and label without it
    /// are one group for the labels. An engineering choice: several times the longest
    /// interval of rhythmic discharges (fibrillations from 0.5 Hz).
    double train_s = 2;
    /// Share of a stretch of interference that has to be covered for it to be found. An
    /// engineering choice: the half, so that a stretch is found once at most.
    double least_covered = 0.5;

    [[nodiscard]] bool operator==(const ScoreOptions&) const = default;
};

/// Tolerances of the curve, ms.
inline constexpr std::array<double, 5> curve_ms{2, 5, 10, 20, 50};
/// Bins of signal-to-noise ratio: below the first, between, from the last on; and unknown.
inline constexpr std::array<double, 5> snr_edges{6, 8, 12, 20, 50};
inline constexpr std::size_t snr_bins = snr_edges.size() + 2;
/// Intervals of the pairs of one unit, ms.
inline constexpr std::array<double, 5> pair_edges_ms{2, 5, 10, 20, 80};

/// Labels whose segments are interference: activity in which single discharges cannot be
/// told apart, so that the segment counts and not they.
inline constexpr std::array<Label, 4> interference_labels{Label::voluntary, Label::cramp_discharge, Label::tremor,
                                                          Label::endplate_noise};
inline constexpr std::size_t interference_count = interference_labels.size();

[[nodiscard]] constexpr std::optional<std::size_t> interference_index(Label label) noexcept {
    for (std::size_t k = 0; k < interference_count; ++k)
        if (interference_labels[k] == label) return k;
    return std::nullopt;
}

/// Amplitude over noise; NaN where either is unknown.
[[nodiscard]] inline double snr_of(const TrueDischarge& d) noexcept {
    if (core::is_finite(d.amplitude_uv) && core::is_finite(d.noise_rms_uv) && d.noise_rms_uv > 0)
        return d.amplitude_uv / d.noise_rms_uv;
    return core::not_given;
}

[[nodiscard]] inline std::size_t snr_bin(double snr) noexcept {
    if (core::is_nan(snr)) return snr_bins - 1;
    std::size_t bin = 0;
    while (bin < snr_edges.size() && snr >= snr_edges[bin]) ++bin;
    return bin;
}

inline void check(const ScoreOptions& o) {
    const auto range = [](const char* name, double value, double low, double high, const char* allowed) {
        if (!(value >= low && value <= high)) core::fail_option(std::string(name) + core::number(value) + allowed);
    };
    if (!(o.tolerance_ms > 0 && o.tolerance_ms <= 1000))
        core::fail_option("tolerance " + core::number(o.tolerance_ms) + " ms: allowed is above 0 to 1000");
    range("group ", o.group_ms, 0, 1000, " ms: allowed is 0 to 1000");
    range("least signal-to-noise ratio ", o.least_snr, 0, 1e6, ": allowed is 0 to 1e6");
    range("train ", o.train_s, 0, 3600, " s: allowed is 0 to 3600");
    range("least covered share ", o.least_covered, 0, 1, ": allowed is 0 to 1");
}

inline void check(const Truth& truth, const Findings& found) {
    const auto item = [](const char* list, std::size_t i) { return std::string(list) + "[" + std::to_string(i) + "]"; };
    const auto time = [](double value, const std::string& name) {
        if (!core::is_finite(value)) core::fail_input(name + " is " + core::number(value) + ": allowed is a finite time");
    };
    const auto stretches = [&](const auto& list, const char* name) {
        for (std::size_t i = 0; i < list.size(); ++i) {
            time(list[i].onset_s, item(name, i) + ".onset_s");
            time(list[i].end_s, item(name, i) + ".end_s");
            if (list[i].end_s < list[i].onset_s)
                core::fail_input(item(name, i) + " ends at " + core::number(list[i].end_s) + " s, before its onset at " +
                                 core::number(list[i].onset_s) + " s");
        }
    };
    if (!core::is_finite(truth.duration_s) || truth.duration_s < 0)
        core::fail_input("duration of the truth is " + core::number(truth.duration_s) + " s: allowed is 0 or more");
    for (std::size_t i = 0; i < truth.discharges.size(); ++i)
        time(truth.discharges[i].peak_s, item("discharges of the truth", i) + ".peak_s");
    for (std::size_t i = 0; i < found.events.size(); ++i) time(found.events[i].peak_s, item("events found", i) + ".peak_s");
    stretches(truth.segments, "segments of the truth");
    stretches(found.segments, "segments found");
    for (std::size_t i = 0; i < found.bursts.size(); ++i) {
        time(found.bursts[i].onset_s, item("bursts found", i) + ".onset_s");
        if (!(found.bursts[i].duration_s >= 0 && core::is_finite(found.bursts[i].duration_s)))
            core::fail_input(item("bursts found", i) + ".duration_s is " + core::number(found.bursts[i].duration_s) +
                             ": allowed is 0 or more");
    }
}

}  // namespace fascikit::evaluate
