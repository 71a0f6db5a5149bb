// The hot loop of BareDetector: which samples of a tile reach the threshold.
//
// For each lane and frame: psi = y[-k]² - y[0] y[-2k] >= threshold. Lanes are compared a
// vector at a time and looked at one by one only where something was found, so that rare
// events cost nothing. A NaN is never found. Same bits on every path (see
// filter/cascade_kernel.hpp for what Isa is and why nothing else is called here).
#pragma once

#include <cstdint>

namespace fascikit::kernels {

/// Lanes of a row are padded to a multiple of this: the widest vector of any path.
template <class T>
inline constexpr std::int64_t bare_multiple = 64 / static_cast<std::int64_t>(sizeof(T));

/// rows: frames × pitch, lanes adjacent, with 2 k rows before the first. pitch: a multiple of
/// bare_multiple. thresholds: one a lane. found: room for frames × pitch; frame × pitch + lane
/// of each find, by vector of lanes and then by frame. Returns their number.
template <class T>
using BareFunction = std::int64_t (*)(const T* rows, std::int64_t frames, std::int64_t pitch, std::int64_t k,
                                      const T* thresholds, std::int32_t* found) noexcept;

template <class Isa, class T>
class BareKernel {
    static constexpr std::int64_t width_ = Isa::bytes / static_cast<std::int64_t>(sizeof(T));
    typedef T Vector __attribute__((vector_size(Isa::bytes)));
    using Mask = decltype(Vector{} >= Vector{});

    // By reference: returned vectors depend on compiler flags, and g++ says so.
    static inline __attribute__((always_inline)) void reached(Mask& mask, const T* row, std::int64_t back, const Vector& threshold) {
        Vector now, middle, before;
        __builtin_memcpy(&now, row, sizeof now);
        __builtin_memcpy(&middle, row - back, sizeof middle);
        __builtin_memcpy(&before, row - 2 * back, sizeof before);
        mask = middle * middle - now * before >= threshold;
    }
    static inline __attribute__((always_inline)) bool any(const Mask& mask) {
        std::uint64_t words[sizeof mask / 8];
        __builtin_memcpy(words, &mask, sizeof mask);
        std::uint64_t all = 0;
        for (const std::uint64_t word : words) all |= word;
        return all != 0;
    }

public:
    static std::int64_t run(const T* rows, std::int64_t frames, std::int64_t pitch, std::int64_t k, const T* thresholds,
                            std::int32_t* found) noexcept {
        std::int64_t count = 0;
        for (std::int64_t lane = 0; lane < pitch; lane += width_) {
            const T* const first = rows + lane;
            Vector threshold;
            __builtin_memcpy(&threshold, thresholds + lane, sizeof threshold);
            Mask somewhere{};
            Mask here;
            for (std::int64_t f = 0; f < frames; ++f) {
                reached(here, first + f * pitch, k * pitch, threshold);
                somewhere |= here;
            }
            if (!any(somewhere)) continue;
            for (std::int64_t f = 0; f < frames; ++f) {
                reached(here, first + f * pitch, k * pitch, threshold);
                if (!any(here)) continue;
                for (std::int64_t i = 0; i < width_; ++i)
                    if (here[i]) found[count++] = static_cast<std::int32_t>(f * pitch + lane + i);
            }
        }
        return count;
    }
};

}  // namespace fascikit::kernels
