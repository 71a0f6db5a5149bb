// Which discharges of ONE unit belong together.
//
// Three rules, in this order:
// 1. Needle only: a regular train. Fibres and units that fire regularly at 0.5 to 15 Hz
//    leave up to 2 s between discharges; at least six discharges whose neighbouring
//    intervals differ by a mean CV2 of at most 0.3 (Holt et al. 1996) are one train.
// 2. MaxInterval with the parameters that ranked first of eight methods in Cotterill et
//    al. 2016 (J Neurophysiol 116:306): a burst starts at an interval of at most 170 ms,
//    lasts while intervals are at most 300 ms, and has three discharges or more.
// 3. A pair at most 45 ms apart is a burst of two: doublets 2 to 20 ms (Simpson 1969),
//    F-wave pairs 32 to 35 ms (Kleine et al. 2012).
// Every other discharge is a burst of one. Never to be used on a pooled train.
//
// Input sorted by peak. Calls `out(first, count)` in order; every discharge belongs to
// exactly one group. O(n), no allocation.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fascikit/burst/discharge.hpp"
#include "fascikit/core/labels.hpp"

namespace fascikit::burst {

inline constexpr double begin_interval_s = 0.170;
inline constexpr double end_interval_s = 0.300;
inline constexpr double pair_interval_s = 0.045;
inline constexpr double train_interval_s = 2.2;   ///< 0.5 Hz with 10 % of variation
inline constexpr double train_cv2 = 0.3;
inline constexpr std::size_t train_count = 6;

/// Silence of a unit after which its discharges cannot grow a group any more.
[[nodiscard]] constexpr double closing_interval_s(Electrode electrode) noexcept {
    return electrode == Electrode::needle ? train_interval_s : end_interval_s;
}

namespace detail {

inline double interval(std::span<const Discharge> d, std::size_t i, double rate_hz) noexcept {
    return static_cast<double>(d[i + 1].peak - d[i].peak) / rate_hz;
}

template <class Out>
void group_bursts(std::span<const Discharge> d, double rate_hz, std::size_t offset, Out& out) {
    std::size_t i = 0;
    while (i < d.size()) {
        std::size_t last = i;
        if (i + 1 < d.size() && interval(d, i, rate_hz) <= begin_interval_s) {
            last = i + 1;
            while (last + 1 < d.size() && interval(d, last, rate_hz) <= end_interval_s) ++last;
        }
        std::size_t count = last - i + 1;
        if (count == 2 && interval(d, i, rate_hz) > pair_interval_s) count = 1;
        out(offset + i, count);
        i += count;
    }
}

}  // namespace detail

template <class Out>
void group(std::span<const Discharge> d, double rate_hz, Electrode electrode, Out&& out) {
    if (electrode == Electrode::surface) {
        detail::group_bursts(d, rate_hz, 0, out);
        return;
    }
    std::size_t rest = 0;             // first discharge not yet given out
    std::size_t i = 0;
    while (i < d.size()) {
        // The longest stretch from i on in which no interval is twice its neighbour.
        std::size_t last = i;
        double cv2_sum = 0;
        while (last + 1 < d.size()) {
            const double next = detail::interval(d, last, rate_hz);
            if (next > train_interval_s) break;
            if (last > i) {
                const double before = detail::interval(d, last - 1, rate_hz);
                const double cv2 = 2.0 * std::abs(next - before) / (next + before);
                if (cv2 > 2.0 / 3.0) break;       // one is twice the other
                cv2_sum += cv2;
            }
            ++last;
        }
        const std::size_t count = last - i + 1;
        if (count >= train_count && cv2_sum / static_cast<double>(count - 2) <= train_cv2) {
            detail::group_bursts(d.subspan(rest, i - rest), rate_hz, rest, out);
            out(i, count);
            rest = i + count;
            i = rest;
        } else {
            i = last > i ? last : i + 1;
        }
    }
    detail::group_bursts(d.subspan(rest), rate_hz, rest, out);
}

}  // namespace fascikit::burst
