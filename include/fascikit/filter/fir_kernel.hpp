// The hot loop of FirStream, written once for every CPU and type.
//
//   y[i] = sum_k taps[k] x[i - k step],  k = 0, 1, ... in this order, i in [0, count)
//
// With frames interleaved and `step` the number of channels this filters every channel, and
// vectors are full for any number of them. Each sum has one order, so with
// -ffp-contract=off all paths and widths give the same bits (see filter/cascade_kernel.hpp
// for what Isa is and why nothing else is called here). Whole vectors are computed: x is
// read up to fir_overread elements behind its end; what is written is count values.
// Cost: a multiplication and an addition for each tap, `width` of them at once.
#pragma once

#include <cstdint>

namespace fascikit::kernels {

/// taps, x (with (tap_count - 1) step elements before it) and y do not overlap.
template <class T>
using FirFunction = void (*)(const T* x, std::int64_t count, std::int64_t step, const T* taps, std::int64_t tap_count,
                             T* y) noexcept;

/// Elements behind x + count that must be readable, for any path.
inline constexpr std::int64_t fir_overread = 64;

template <class Isa, class T>
class FirKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(T));
    static constexpr int groups_ = 4;  // sums side by side, to hide the latency of an addition
    static constexpr std::int64_t stride_ = groups_ * width_;
    static_assert(stride_ <= fir_overread);
    typedef T Vector __attribute__((vector_size(Isa::bytes)));

    static inline __attribute__((always_inline)) void sums(const T* x, const T* taps, std::int64_t count,
                                                           std::int64_t step, Vector* sum) {
        for (int g = 0; g < groups_; ++g) sum[g] = Vector{};
        for (std::int64_t k = 0; k < count; ++k, x -= step) {
            const T tap = taps[k];
            for (int g = 0; g < groups_; ++g) {
                Vector value;
                __builtin_memcpy(&value, x + g * width_, sizeof value);
                sum[g] = sum[g] + tap * value;
            }
        }
    }

public:
    static void run(const T* x, std::int64_t count, std::int64_t step, const T* taps, std::int64_t tap_count,
                    T* y) noexcept {
        Vector sum[groups_];
        std::int64_t i = 0;
        for (; i + stride_ <= count; i += stride_) {
            sums(x + i, taps, tap_count, step, sum);
            __builtin_memcpy(y + i, sum, sizeof sum);
        }
        if (i < count) {
            sums(x + i, taps, tap_count, step, sum);
            for (std::int64_t k = 0; i < count; ++i, ++k) y[i] = sum[k / width_][k % width_];
        }
    }
};

}  // namespace fascikit::kernels
