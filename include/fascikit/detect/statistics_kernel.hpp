// The hot loop of Detector, written once for every CPU and type.
//
// For each lane of a tile: the statistic z = max(|y| * y_scale, |low| * low_scale) of
// every frame, its largest value, and the energies of y and low. Sums run over frames
// in order in each lane, so every path and width gives the same bits (see
// filter/cascade_kernel.hpp for what Isa is and why nothing else is called here).
//
// y, low, z: frames × lanes, lanes adjacent. Cost: 10 operations a sample.
#pragma once

#include <cstdint>

namespace fascikit::kernels {

template <class T>
using StatisticsFunction = void (*)(const T* y, const T* low, const T* y_scale, const T* low_scale,
                                    std::int64_t frames, std::int64_t lanes, T* z, T* z_max, T* y_energy,
                                    T* low_energy) noexcept;

template <class Isa, class T>
class StatisticsKernel {
    typedef T Vector __attribute__((vector_size(Isa::bytes)));

    template <class V>
    static inline __attribute__((always_inline)) void load(V& to, const T* from) {
        __builtin_memcpy(&to, from, sizeof(V));
    }
    template <class V>
    static inline __attribute__((always_inline)) V absolute(V x) {
        return x < V{} ? -x : x;
    }
    template <class V>
    static inline __attribute__((always_inline)) void lanes_at(const T* y, const T* low, const T* y_scale,
                                                               const T* low_scale, std::int64_t frames,
                                                               std::int64_t stride, T* z, T* z_max, T* y_energy,
                                                               T* low_energy) {
        V scale_y;
        V scale_low;
        load(scale_y, y_scale);
        load(scale_low, low_scale);
        V largest{};
        V sum_y{};
        V sum_low{};
        for (std::int64_t f = 0; f < frames; ++f) {
            V a;
            V b;
            load(a, y + f * stride);
            load(b, low + f * stride);
            sum_y = sum_y + a * a;
            sum_low = sum_low + b * b;
            const V one = absolute(a) * scale_y;
            const V two = absolute(b) * scale_low;
            const V most = one > two ? one : two;
            __builtin_memcpy(z + f * stride, &most, sizeof(V));
            largest = most > largest ? most : largest;
        }
        __builtin_memcpy(z_max, &largest, sizeof(V));
        __builtin_memcpy(y_energy, &sum_y, sizeof(V));
        __builtin_memcpy(low_energy, &sum_low, sizeof(V));
    }

public:
    static void run(const T* y, const T* low, const T* y_scale, const T* low_scale, std::int64_t frames,
                    std::int64_t lanes, T* z, T* z_max, T* y_energy, T* low_energy) noexcept {
        constexpr std::int64_t width = Isa::bytes / static_cast<std::int64_t>(sizeof(T));
        std::int64_t k = 0;
        for (; k + width <= lanes; k += width)
            lanes_at<Vector>(y + k, low + k, y_scale + k, low_scale + k, frames, lanes, z + k, z_max + k,
                             y_energy + k, low_energy + k);
        for (; k < lanes; ++k) {
            T largest{};
            T sum_y{};
            T sum_low{};
            for (std::int64_t f = 0; f < frames; ++f) {
                const T a = y[f * lanes + k];
                const T b = low[f * lanes + k];
                sum_y += a * a;
                sum_low += b * b;
                const T one = (a < T{} ? -a : a) * y_scale[k];
                const T two = (b < T{} ? -b : b) * low_scale[k];
                const T most = one > two ? one : two;
                z[f * lanes + k] = most;
                largest = most > largest ? most : largest;
            }
            z_max[k] = largest;
            y_energy[k] = sum_y;
            low_energy[k] = sum_low;
        }
    }
};

}  // namespace fascikit::kernels
