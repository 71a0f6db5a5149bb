// froc: what is found at every threshold, and what it costs in false detections.
//
// Thresholds are the distinct values of the detections' signal-to-noise ratio or probability,
// from the highest on; at each the detections that reach it are paired anew and counted by the
// rules of score.hpp. Of more than `most_thresholds` distinct values so many are taken,
// evenly by rank, the highest and the lowest among them.
//
// Average precision: the sum of precision times the gain in recall from threshold to
// threshold, as scikit-learn defines it (no interpolation), with the discharges that count as
// the base of recall; so discharges that no threshold finds lower it. NaN without discharges.
//
// Cost: thresholds × (detections + discharges). Throws as rules.hpp, and InputError for a
// detection whose value is not a number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fascikit/evaluate/outcomes.hpp"
#include "fascikit/evaluate/rules.hpp"
#include "fascikit/evaluate/site_score.hpp"

namespace fascikit::evaluate {

enum class By : std::uint8_t { snr, probability };

inline constexpr std::size_t most_thresholds = 256;

struct FrocPoint {
    double threshold = 0;                      ///< the value itself reaches it
    SiteScore all;
};
struct Froc {
    By by = By::snr;
    std::vector<FrocPoint> points;             ///< from the highest threshold to the lowest; empty without detections
    double average_precision = 0;
};

[[nodiscard]] inline Froc froc(const Truth& truth, const Findings& found, ScoreOptions options = {}, By by = By::snr) {
    check(options);
    check(truth, found);
    const auto value = [by](const FoundEvent& e) { return by == By::snr ? e.snr : e.probability; };
    std::vector<double> values;
    for (std::size_t i = 0; i < found.events.size(); ++i) {
        values.push_back(value(found.events[i]));
        if (core::is_nan(values.back()))
            core::fail_input("events found[" + std::to_string(i) + "] has no " + (by == By::snr ? "snr" : "probability") +
                             ": a curve over it needs one of every detection");
    }
    std::sort(values.begin(), values.end(), std::greater<>());
    values.erase(std::unique(values.begin(), values.end()), values.end());

    const auto sites = arrange(truth, found, options);
    Froc result;
    result.by = by;
    double area = 0, reached = 0;
    const std::size_t count = std::min(values.size(), most_thresholds);
    for (std::size_t i = 0; i < count; ++i) {
        FrocPoint point;
        point.threshold = values[count > 1 ? i * (values.size() - 1) / (count - 1) : 0];
        for (const auto& [_, site] : sites) {
            std::vector<const FoundEvent*> events;
            for (const FoundEvent* e : site.events)
                if (value(*e) >= point.threshold) events.push_back(e);
            add_counts(point.all, tally(site, events, compare(site, events, options.tolerance_ms, options), truth.duration_s));
        }
        derive(point.all);
        if (point.all.matched > 0) area += point.all.ppv * (point.all.sensitivity - reached);
        reached = point.all.sensitivity;
        result.points.push_back(std::move(point));
    }
    std::int64_t known = 0;
    for (const auto& [_, site] : sites) known += static_cast<std::int64_t>(site.counted.size());
    result.average_precision = known > 0 ? area : core::not_given;
    return result;
}

}  // namespace fascikit::evaluate
