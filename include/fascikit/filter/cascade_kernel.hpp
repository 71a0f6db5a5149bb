// The hot loop of Cascade, written once for every CPU and type.
//
// Vectors hold channels ("lanes"); each lane is a transposed direct form II:
//   y = b0 x + s1;  s1 = (b1 x + s2) - a1 y;  s2 = b2 x - a2 y
// in this order of operations for every path, width and cut, so with
// -ffp-contract=off all paths give the same bits.
//
// Isa is a tag type that becomes part of the mangled name. The per-CPU files use a
// tag in an unnamed namespace, which keeps all of this local to them; header-only
// users get HostIsa, named after their own flags. Nothing here calls code outside
// this class, takes anything but raw pointers, allocates or throws.
#pragma once

#include <cstdint>
#include <utility>

namespace fascikit::kernels {

/// The instruction set this file is being compiled for.
template <int Bytes, bool Fma>
struct CompiledIsa {
    static constexpr int bytes = Bytes;
};
#if defined(__AVX512F__)
using HostIsa = CompiledIsa<64, true>;
#elif defined(__AVX__) && defined(__FMA__)
using HostIsa = CompiledIsa<32, true>;
#elif defined(__AVX__)
using HostIsa = CompiledIsa<32, false>;
#elif defined(__FMA__) || defined(__ARM_FEATURE_FMA)
using HostIsa = CompiledIsa<16, true>;
#else
using HostIsa = CompiledIsa<16, false>;
#endif

/// data: frames × channels with their strides in elements (frame_stride may be negative).
/// Fast where channel_stride is 1, and where frame_stride is 1 or -1. coefficients: b0 b1 b2 a1 a2 of each section.
/// state: [section][s1, s2][lane], `lanes` >= channels rounded up to `lane_multiple`.
template <class Io, class Calc>
using CascadeFunction = void (*)(Io* data, std::int64_t frames, std::int64_t frame_stride, std::int64_t channels,
                                 std::int64_t channel_stride, const Calc* coefficients, int sections, Calc* state, std::int64_t lanes) noexcept;

/// Lanes of a state are padded to a multiple of this: two of the widest vectors of any path.
inline constexpr std::int64_t lane_multiple = 32;

template <class Isa, class Io, class Calc>
class CascadeKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(Calc));
    static constexpr int groups_ = 2;          // vectors side by side; measured best of 1 to 4
    static constexpr std::int64_t tile_ = 32;  // frames between two looks at the state; stay in L1
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));

    template <class V>
    static inline __attribute__((always_inline)) void step(V& x, V& s1, V& s2, const Calc* c) {
        const V y = c[0] * x + s1;
        s1 = (c[1] * x + s2) - c[3] * y;
        s2 = c[2] * x - c[4] * y;
        x = y;
    }

    // The packs below are unrolled by the front end, so that no state lives in an array
    // with a run-time index: compilers keep such arrays in memory, at twice the time.
    template <class V, int... G>
    static inline __attribute__((always_inline)) void section(V* x, V* s1, V* s2, const Calc* c,
                                                              std::integer_sequence<int, G...>) {
        (step<V>(x[G], s1[G], s2[G], c), ...);
    }
    template <class V, int... K, int... G>
    static inline __attribute__((always_inline)) void frame(Calc* data, V* s1, V* s2, const Calc* c,
                                                            std::integer_sequence<int, K...>,
                                                            std::integer_sequence<int, G...> groups) {
        constexpr int n = static_cast<int>(sizeof...(G));
        constexpr int lanes = static_cast<int>(sizeof(V) / sizeof(Calc));
        V x[n];
        (__builtin_memcpy(&x[G], data + G * lanes, sizeof(V)), ...);
        (section<V>(x, s1 + K * n, s2 + K * n, c + 5 * K, groups), ...);
        (__builtin_memcpy(data + G * lanes, &x[G], sizeof(V)), ...);
    }

    // `Sections` in a row over `Groups` neighbouring V of lanes. Frame n of the second
    // section runs while the first is at n + 1, and groups do not depend on each other:
    // the chain of dependencies is one section long and well covered.
    template <class V, int Sections, int Groups>
    static inline __attribute__((always_inline)) void block(Calc* data, std::int64_t frames, std::int64_t stride,
                                                            const Calc* c, Calc* state, std::int64_t lanes) {
        constexpr int width = static_cast<int>(sizeof(V) / sizeof(Calc));
        V s1[Sections * Groups];
        V s2[Sections * Groups];
        for (int k = 0; k < Sections; ++k)
            for (int g = 0; g < Groups; ++g) {
                __builtin_memcpy(&s1[k * Groups + g], state + (2 * k) * lanes + g * width, sizeof(V));
                __builtin_memcpy(&s2[k * Groups + g], state + (2 * k + 1) * lanes + g * width, sizeof(V));
            }
        for (std::int64_t n = 0; n < frames; ++n, data += stride)
            frame<V>(data, s1, s2, c, std::make_integer_sequence<int, Sections>{},
                     std::make_integer_sequence<int, Groups>{});
        for (int k = 0; k < Sections; ++k)
            for (int g = 0; g < Groups; ++g) {
                __builtin_memcpy(state + (2 * k) * lanes + g * width, &s1[k * Groups + g], sizeof(V));
                __builtin_memcpy(state + (2 * k + 1) * lanes + g * width, &s2[k * Groups + g], sizeof(V));
            }
    }

    template <class V, int AtOnce, int Groups>
    static void all_sections(Calc* data, std::int64_t frames, std::int64_t stride, const Calc* c, int sections,
                             Calc* state, std::int64_t lanes) {
        while (sections >= AtOnce) {
            block<V, AtOnce, Groups>(data, frames, stride, c, state, lanes);
            c += 5 * AtOnce;
            state += 2 * AtOnce * lanes;
            sections -= AtOnce;
        }
        if constexpr (AtOnce > 2) {
            if (sections == 3) block<V, 3, Groups>(data, frames, stride, c, state, lanes);
            if (sections == 2) block<V, 2, Groups>(data, frames, stride, c, state, lanes);
        }
        if (sections == 1) block<V, 1, Groups>(data, frames, stride, c, state, lanes);
    }

    // A square of width_ × width_ turned about its diagonal, by exchanging halves of halves.
    template <int Step, int... J>
    static inline __attribute__((always_inline)) void exchange(Vector& a, Vector& b, std::integer_sequence<int, J...>) {
        const Vector low = __builtin_shufflevector(a, b, ((J & Step) ? J - Step + width_ : J)...);
        const Vector high = __builtin_shufflevector(a, b, ((J & Step) ? J + width_ : J + Step)...);
        a = low;
        b = high;
    }
    template <int Step, int... I>
    static inline __attribute__((always_inline)) void turn(Vector* rows, std::integer_sequence<int, I...> each) {
        if constexpr (Step < width_) {
            (((I & Step) ? void() : exchange<Step>(rows[I & ~Step], rows[I | Step], each)), ...);
            turn<2 * Step>(rows, each);
        }
    }

    // width_ frames of width_ planes between `data` (time runs by Stride, 1 or -1) and rows
    // of `pitch` in `buffer`.
    template <bool In, int Stride, int... K>
    static inline __attribute__((always_inline)) void square(Io* data, std::int64_t plane, Calc* buffer,
                                                             std::int64_t pitch, std::integer_sequence<int, K...> each) {
        Vector rows[width_];
        Io* const start = Stride > 0 ? data : data - (width_ - 1);
        if constexpr (In) (__builtin_memcpy(&rows[K], start + K * plane, sizeof(Vector)), ...);
        else (__builtin_memcpy(&rows[K], buffer + (Stride > 0 ? K : width_ - 1 - K) * pitch, sizeof(Vector)), ...);
        turn<1>(rows, each);
        if constexpr (In) (__builtin_memcpy(buffer + (Stride > 0 ? K : width_ - 1 - K) * pitch, &rows[K], sizeof(Vector)), ...);
        else (__builtin_memcpy(start + K * plane, &rows[K], sizeof(Vector)), ...);
    }
    template <bool In, int Stride>
    static void squares(Io* data, std::int64_t frames, std::int64_t channels, std::int64_t plane, Calc* buffer,
                        std::int64_t pitch) {
        for (std::int64_t f = 0; f < frames; f += width_)
            for (std::int64_t k = 0; k < channels; k += width_)
                square<In, Stride>(data + f * Stride + k * plane, plane, buffer + f * pitch + k, pitch,
                                   std::make_integer_sequence<int, width_>{});
    }

    template <bool In>
    static void copy(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, std::int64_t plane,
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

    // Through a buffer: lanes that do not fill a vector, other layouts, samples of another type.
    template <int Groups>
    static void buffered(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, std::int64_t plane,
                         const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        constexpr std::int64_t width = Groups * width_;
        Calc buffer[tile_ * width];
        // Adjacent samples of a whole row convert in vectors only if the count is known.
        const bool rows = plane == 1 && channels == width;
        for (std::int64_t f = 0; rows && f < frames; ++f)
            for (std::int64_t k = 0; k < width; ++k) buffer[f * width + k] = static_cast<Calc>(data[f * stride + k]);
        if (!rows) copy<true>(data, frames, stride, channels, plane, buffer, width);
        all_sections<Vector, Groups == 1 ? 4 : 2, Groups>(buffer, frames, width, c, sections, state, lanes);
        for (std::int64_t f = 0; rows && f < frames; ++f)
            for (std::int64_t k = 0; k < width; ++k) data[f * stride + k] = static_cast<Io>(buffer[f * width + k]);
        if (!rows) copy<false>(data, frames, stride, channels, plane, buffer, width);
    }

    static void single(Io* data, std::int64_t frames, std::int64_t stride, const Calc* c, int sections, Calc* state,
                       std::int64_t lanes) {
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            all_sections<Calc, 4, 1>(data, frames, stride, c, sections, state, lanes);
        } else {
            Calc buffer[tile_];
            for (std::int64_t f = 0; f < frames; ++f) buffer[f] = static_cast<Calc>(data[f * stride]);
            all_sections<Calc, 4, 1>(buffer, frames, 1, c, sections, state, lanes);
            for (std::int64_t f = 0; f < frames; ++f) data[f * stride] = static_cast<Io>(buffer[f]);
        }
    }

    // Up to tile_ frames of `count` channels, no more than a pair of vectors.
    static inline void group(Io* data, std::int64_t n, std::int64_t stride, std::int64_t count, std::int64_t plane,
                             const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            if (plane == 1 && count == groups_ * width_)
                return all_sections<Vector, 2, groups_>(data, n, stride, c, sections, state, lanes);
            if (plane == 1 && count == width_)
                return all_sections<Vector, 4, 1>(data, n, stride, c, sections, state, lanes);
        }
        if (count <= 2) {  // cheaper than a vector nearly empty
            for (std::int64_t k = 0; k < count; ++k)
                single(data + k * plane, n, stride, c, sections, state + k, lanes);
            return;
        }
        if (count > width_) return buffered<groups_>(data, n, stride, count, plane, c, sections, state, lanes);
        buffered<1>(data, n, stride, count, plane, c, sections, state, lanes);
    }

public:
    static void run(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, std::int64_t plane,
                    const Calc* c, int sections, Calc* state, std::int64_t lanes) noexcept {
        constexpr std::int64_t pair = groups_ * width_;
        // Adjacent channels: frame by frame through memory. Planes: a few planes at a time.
        const std::int64_t span = plane == 1 ? tile_ : frames;
        for (std::int64_t first = 0; first < frames; first += span, data += span * stride) {
            const std::int64_t end = frames - first < span ? frames - first : span;
            for (std::int64_t lane = 0; lane < channels;) {
                std::int64_t count = channels - lane < pair ? channels - lane : pair;
                // A whole vector in place, and its rest through the buffer, beat both through the buffer.
                if (plane == 1 && sizeof(Io) == sizeof(Calc) && count > width_ && count < pair) count = width_;
                for (std::int64_t at = 0; at < end; at += tile_)
                    group(data + at * stride + lane * plane, end - at < tile_ ? end - at : tile_, stride, count, plane, c,
                          sections, state + lane, lanes);
                lane += count;
            }
        }
    }
};

}  // namespace fascikit::kernels
