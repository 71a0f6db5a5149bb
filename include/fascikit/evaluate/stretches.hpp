// Stretches: times [onset, end) of a site, ascending and apart; their union and overlap.
//
// `joined` takes them in any order, overlapping or not: those that overlap or touch become
// one, those without length vanish. Times are finite seconds (evaluate/rules.hpp refuses
// others). Cost: sorting; then linear, and logarithmic for `inside`. Only `joined` allocates.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

namespace fascikit::evaluate {

struct Stretch {
    double onset_s = 0;
    double end_s = 0;
};
using Stretches = std::vector<Stretch>;

[[nodiscard]] inline Stretches joined(Stretches list) {
    std::erase_if(list, [](const Stretch& s) { return !(s.end_s > s.onset_s); });
    std::sort(list.begin(), list.end(), [](const Stretch& a, const Stretch& b) { return a.onset_s < b.onset_s; });
    Stretches apart;
    for (const Stretch& s : list) {
        if (!apart.empty() && s.onset_s <= apart.back().end_s)
            apart.back().end_s = std::max(apart.back().end_s, s.end_s);
        else
            apart.push_back(s);
    }
    return apart;
}

[[nodiscard]] inline bool inside(std::span<const Stretch> list, double t) noexcept {
    const auto after = std::upper_bound(list.begin(), list.end(), t,
                                        [](double value, const Stretch& s) { return value < s.onset_s; });
    return after != list.begin() && t < std::prev(after)->end_s;
}

[[nodiscard]] inline double seconds(std::span<const Stretch> list) noexcept {
    double sum = 0;
    for (const Stretch& s : list) sum += s.end_s - s.onset_s;
    return sum;
}

/// Those that overlap [onset, end).
[[nodiscard]] inline std::span<const Stretch> touching(std::span<const Stretch> list, const Stretch& of) noexcept {
    const auto first = std::upper_bound(list.begin(), list.end(), of.onset_s,
                                        [](double value, const Stretch& s) { return value < s.end_s; });
    const auto last = std::lower_bound(first, list.end(), of.end_s,
                                       [](const Stretch& s, double value) { return s.onset_s < value; });
    return {first, last};
}

/// Seconds of `of` that the list covers.
[[nodiscard]] inline double covered_s(std::span<const Stretch> list, const Stretch& of) noexcept {
    double sum = 0;
    for (const Stretch& s : touching(list, of)) sum += std::min(s.end_s, of.end_s) - std::max(s.onset_s, of.onset_s);
    return sum;
}

[[nodiscard]] inline double overlap_s(std::span<const Stretch> a, std::span<const Stretch> b) noexcept {
    double sum = 0;
    for (const Stretch& s : a) sum += covered_s(b, s);
    return sum;
}

}  // namespace fascikit::evaluate
