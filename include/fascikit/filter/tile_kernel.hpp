// Samples of any layout to rows of a small buffer and back: what CascadeKernel calls
// where channels do not lie side by side. Planes go through squares turned in registers.
//
// Raw pointers, no allocation, no throw; Isa as in cascade_kernel.hpp.
#pragma once

#include <cstdint>
#include <utility>

namespace fascikit::kernels {

template <class Isa, class Io, class Calc>
class TileKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(Calc));
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));

    // A square of width_ × width_ turned about its diagonal, by exchanging halves of halves.
    template <int Step, int... J>
    static inline __attribute__((always_inline)) void exchange(Vector& a, Vector& b, std::integer_sequence<int, J...>) {
        const Vector low = __builtin_shufflevector(a, b, ((J & Step) ? J - Step + width_ : J)...);
        const Vector high = __builtin_shufflevector(a, b, ((J & Step) ? J + width_ : J + Step)...);
        a = low;
        b = high;
    }
    // width_ frames of width_ planes between `data` (time runs by Stride, 1 or -1) and rows
    // of `pitch` in `buffer`.
    template <bool In, int Stride, class Samples, int... K>
    static inline __attribute__((always_inline)) void square(Samples* data, std::int64_t plane, Calc* buffer,
                                                             std::int64_t pitch, std::integer_sequence<int, K...> each) {
        Vector rows[width_];
        Samples* const start = Stride > 0 ? data : data - (width_ - 1);
        if constexpr (In) (__builtin_memcpy(&rows[K], start + K * plane, sizeof(Vector)), ...);
        else (__builtin_memcpy(&rows[K], buffer + (Stride > 0 ? K : width_ - 1 - K) * pitch, sizeof(Vector)), ...);
        turn<1>(rows, each);
        if constexpr (In) (__builtin_memcpy(buffer + (Stride > 0 ? K : width_ - 1 - K) * pitch, &rows[K], sizeof(Vector)), ...);
        else (__builtin_memcpy(start + K * plane, &rows[K], sizeof(Vector)), ...);
    }
    template <bool In, int Stride, class Samples>
    static void squares(Samples* data, std::int64_t frames, std::int64_t channels, std::int64_t plane, Calc* buffer,
                        std::int64_t pitch) {
        for (std::int64_t f = 0; f < frames; f += width_)
            for (std::int64_t k = 0; k < channels; k += width_)
                square<In, Stride>(data + f * Stride + k * plane, plane, buffer + f * pitch + k, pitch,
                                   std::make_integer_sequence<int, width_>{});
    }

public:
    template <int Step, int... I>
    static inline __attribute__((always_inline)) void turn(Vector* rows, std::integer_sequence<int, I...> each) {
        if constexpr (Step < width_) {
            (((I & Step) ? void() : exchange<Step>(rows[I & ~Step], rows[I | Step], each)), ...);
            turn<2 * Step>(rows, each);
        }
    }

    // Up to `pitch` channels; lanes without a channel become 0 on the way in.
    template <bool In, class Samples>
    static void copy(Samples* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, std::int64_t plane,
                     Calc* buffer, std::int64_t pitch) {
        std::int64_t squared = 0;  // frames already done for all whole vectors of channels
        const std::int64_t whole = channels - channels % width_;
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            if (stride == 1 || stride == -1) squared = frames - frames % width_;
            if (stride == 1) squares<In, 1>(data, squared, whole, plane, buffer, pitch);
            if (stride == -1) squares<In, -1>(data, squared, whole, plane, buffer, pitch);
        }
        for (std::int64_t k = 0; k < channels; ++k)
            for (std::int64_t f = k < whole ? squared : 0; f < frames; ++f) {
                if constexpr (In) buffer[f * pitch + k] = static_cast<Calc>(data[f * stride + k * plane]);
                else data[f * stride + k * plane] = static_cast<Io>(buffer[f * pitch + k]);
            }
        if constexpr (In)
            for (std::int64_t k = channels; k < pitch; ++k)
                for (std::int64_t f = 0; f < frames; ++f) buffer[f * pitch + k] = Calc(0);
    }
};

}  // namespace fascikit::kernels
