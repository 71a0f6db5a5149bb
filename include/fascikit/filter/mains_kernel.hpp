// The hot loop of MainsCanceller: subtract the sinusoids, and gather what they missed.
//
// For each frame and lane: e = x - sum_h (a_h cos_h + b_h sin_h), which replaces x;
// r = e limited to ±limit; then a_sum_h += r cos_h, b_sum_h += r sin_h and
// size_sum += |r|. Sums grow frame by frame in this order whatever the cut, and every
// path does the same operations, so all paths and cuts give the same bits. The rules
// of cascade_kernel.hpp for per-CPU code hold here too.
#pragma once

#include <cstdint>

#include "fascikit/filter/cascade_kernel.hpp"

namespace fascikit::kernels {

/// cosine, sine: [harmonic][row], `row` of the first frame; `rows` from harmonic to harmonic.
/// a, b, a_sum, b_sum: [harmonic][lane]; limit, size_sum: [lane]. active: the harmonics to use.
template <class T>
struct MainsArgs {
    T* data;
    std::int64_t frames;
    std::int64_t frame_stride;
    std::int64_t channels;
    const T* cosine;
    const T* sine;
    std::int64_t rows;
    const int* active;
    int active_count;
    const T* a;
    const T* b;
    T* a_sum;
    T* b_sum;
    const T* limit;
    T* size_sum;
    std::int64_t lanes;
};

template <class T>
using MainsFunction = void (*)(const MainsArgs<T>& args) noexcept;

template <class Isa, class T>
class MainsKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(T));
    static constexpr std::int64_t tile_ = 32;
    typedef T Vector __attribute__((vector_size(Isa::bytes)));

    // One vector of lanes, up to tile_ frames, at `data` with `stride`.
    static void lane_group(T* data, std::int64_t n, std::int64_t stride, const MainsArgs<T>& args, std::int64_t row,
                           std::int64_t lane) {
        Vector e[tile_];
        for (std::int64_t f = 0; f < n; ++f) __builtin_memcpy(&e[f], data + f * stride, sizeof(Vector));
        for (int k = 0; k < args.active_count; ++k) {
            const std::int64_t h = args.active[k];
            const T* const c = args.cosine + h * args.rows + row;
            const T* const s = args.sine + h * args.rows + row;
            Vector a;
            Vector b;
            __builtin_memcpy(&a, args.a + h * args.lanes + lane, sizeof(Vector));
            __builtin_memcpy(&b, args.b + h * args.lanes + lane, sizeof(Vector));
            for (std::int64_t f = 0; f < n; ++f) e[f] -= a * c[f] + b * s[f];
        }
        Vector limit;
        Vector size;
        __builtin_memcpy(&limit, args.limit + lane, sizeof(Vector));
        __builtin_memcpy(&size, args.size_sum + lane, sizeof(Vector));
        for (std::int64_t f = 0; f < n; ++f) {
            __builtin_memcpy(data + f * stride, &e[f], sizeof(Vector));
            Vector r = e[f] > limit ? limit : e[f];
            r = r < -limit ? -limit : r;
            size += r < 0 ? -r : r;
            e[f] = r;
        }
        __builtin_memcpy(args.size_sum + lane, &size, sizeof(Vector));
        for (int k = 0; k < args.active_count; ++k) {
            const std::int64_t h = args.active[k];
            const T* const c = args.cosine + h * args.rows + row;
            const T* const s = args.sine + h * args.rows + row;
            Vector a;
            Vector b;
            __builtin_memcpy(&a, args.a_sum + h * args.lanes + lane, sizeof(Vector));
            __builtin_memcpy(&b, args.b_sum + h * args.lanes + lane, sizeof(Vector));
            for (std::int64_t f = 0; f < n; ++f) {
                a += e[f] * c[f];
                b += e[f] * s[f];
            }
            __builtin_memcpy(args.a_sum + h * args.lanes + lane, &a, sizeof(Vector));
            __builtin_memcpy(args.b_sum + h * args.lanes + lane, &b, sizeof(Vector));
        }
    }

public:
    static void run(const MainsArgs<T>& args) noexcept {
        const std::int64_t whole = args.channels - args.channels % width_;
        const std::int64_t rest = args.channels - whole;
        const std::int64_t stride = args.frame_stride;
        for (std::int64_t first = 0; first < args.frames; first += tile_) {
            const std::int64_t n = args.frames - first < tile_ ? args.frames - first : tile_;
            T* const data = args.data + first * stride;
            for (std::int64_t lane = 0; lane < whole; lane += width_) lane_group(data + lane, n, stride, args, first, lane);
            if (rest > 0) {
                T padded[tile_ * width_];
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t k = 0; k < width_; ++k)
                        padded[f * width_ + k] = k < rest ? data[f * stride + whole + k] : T(0);
                lane_group(padded, n, width_, args, first, whole);
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t k = 0; k < rest; ++k) data[f * stride + whole + k] = padded[f * width_ + k];
            }
        }
    }
};

}  // namespace fascikit::kernels
