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

#include "fascikit/filter/tile_kernel.hpp"

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

/// One call. Strides in elements, frame strides may be negative; fast where channel strides
/// are 1, and where frame strides are 1 or -1. `in` may be `out`, with the same strides.
/// coefficients: b0 b1 b2 a1 a2 of each section.
/// state: [section][s1, s2][lane], `lanes` >= channels rounded up to `lane_multiple`.
template <class Io, class Calc>
struct CascadeCall {
    const Io* in;
    std::int64_t in_stride;   ///< from frame to frame
    std::int64_t in_plane;    ///< from channel to channel
    Io* out;
    std::int64_t out_stride;
    std::int64_t out_plane;
    std::int64_t frames;
    std::int64_t channels;
    const Calc* coefficients;
    int sections;
    Calc* state;
    std::int64_t lanes;
};

template <class Io, class Calc>
using CascadeFunction = void (*)(const CascadeCall<Io, Calc>&) noexcept;

/// Lanes of a state are padded to a multiple of this: two of the widest vectors of any path.
inline constexpr std::int64_t lane_multiple = 32;

template <class Isa, class Io, class Calc>
class CascadeKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(Calc));
    static constexpr int groups_ = 2;          // vectors side by side; measured best of 1 to 4
    static constexpr std::int64_t tile_ = 32;  // frames between two looks at the state; stay in L1
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));
    using Call = CascadeCall<Io, Calc>;
    using Tile = TileKernel<Isa, Io, Calc>;

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
    static inline __attribute__((always_inline)) void frame(const Calc* in, Calc* out, V* s1, V* s2,
                                                            const Calc* c, std::integer_sequence<int, K...>,
                                                            std::integer_sequence<int, G...> groups) {
        constexpr int n = static_cast<int>(sizeof...(G));
        constexpr int lanes = static_cast<int>(sizeof(V) / sizeof(Calc));
        V x[n];
        (__builtin_memcpy(&x[G], in + G * lanes, sizeof(V)), ...);
        (section<V>(x, s1 + K * n, s2 + K * n, c + 5 * K, groups), ...);
        (__builtin_memcpy(out + G * lanes, &x[G], sizeof(V)), ...);
    }

    // `Sections` in a row over `Groups` neighbouring V of lanes. Frame n of the second
    // section runs while the first is at n + 1, and groups do not depend on each other:
    // the chain of dependencies is one section long and well covered.
    template <class V, int Sections, int Groups>
    static inline __attribute__((always_inline)) void block(const Calc* in, std::int64_t in_stride, Calc* out,
                                                            std::int64_t out_stride, std::int64_t frames, const Calc* c,
                                                            Calc* state, std::int64_t lanes) {
        constexpr int width = static_cast<int>(sizeof(V) / sizeof(Calc));
        V s1[Sections * Groups];
        V s2[Sections * Groups];
        for (int k = 0; k < Sections; ++k)
            for (int g = 0; g < Groups; ++g) {
                __builtin_memcpy(&s1[k * Groups + g], state + (2 * k) * lanes + g * width, sizeof(V));
                __builtin_memcpy(&s2[k * Groups + g], state + (2 * k + 1) * lanes + g * width, sizeof(V));
            }
        for (std::int64_t n = 0; n < frames; ++n, in += in_stride, out += out_stride)
            frame<V>(in, out, s1, s2, c, std::make_integer_sequence<int, Sections>{},
                     std::make_integer_sequence<int, Groups>{});
        for (int k = 0; k < Sections; ++k)
            for (int g = 0; g < Groups; ++g) {
                __builtin_memcpy(state + (2 * k) * lanes + g * width, &s1[k * Groups + g], sizeof(V));
                __builtin_memcpy(state + (2 * k + 1) * lanes + g * width, &s2[k * Groups + g], sizeof(V));
            }
    }

    // From `in` to `out`, and from there on in place.
    template <class V, int AtOnce, int Groups>
    static void all_sections(const Calc* in, std::int64_t in_stride, Calc* out, std::int64_t out_stride,
                             std::int64_t frames, const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        while (sections >= AtOnce) {
            block<V, AtOnce, Groups>(in, in_stride, out, out_stride, frames, c, state, lanes);
            in = out;
            in_stride = out_stride;
            c += 5 * AtOnce;
            state += 2 * AtOnce * lanes;
            sections -= AtOnce;
        }
        if constexpr (AtOnce > 2) {
            if (sections == 3) block<V, 3, Groups>(in, in_stride, out, out_stride, frames, c, state, lanes);
            if (sections == 2) block<V, 2, Groups>(in, in_stride, out, out_stride, frames, c, state, lanes);
        }
        if (sections == 1) block<V, 1, Groups>(in, in_stride, out, out_stride, frames, c, state, lanes);
    }

    // Through a buffer: lanes that do not fill a vector, other layouts, samples of another type.
    template <int Groups>
    static void buffered(const Call& k) {
        constexpr std::int64_t width = Groups * width_;
        Calc buffer[tile_ * width];
        // Adjacent samples of a whole row convert in vectors only if the count is known.
        if (k.in_plane == 1 && k.channels == width) {
            for (std::int64_t f = 0; f < k.frames; ++f)
                for (std::int64_t i = 0; i < width; ++i) buffer[f * width + i] = static_cast<Calc>(k.in[f * k.in_stride + i]);
        } else {
            Tile::template copy<true>(k.in, k.frames, k.in_stride, k.channels, k.in_plane, buffer, width);
        }
        all_sections<Vector, Groups == 1 ? 4 : 2, Groups>(buffer, width, buffer, width, k.frames, k.coefficients, k.sections,
                                                          k.state, k.lanes);
        if (k.out_plane == 1 && k.channels == width) {
            for (std::int64_t f = 0; f < k.frames; ++f)
                for (std::int64_t i = 0; i < width; ++i) k.out[f * k.out_stride + i] = static_cast<Io>(buffer[f * width + i]);
        } else {
            Tile::template copy<false>(k.out, k.frames, k.out_stride, k.channels, k.out_plane, buffer, width);
        }
    }

    static void single(const Call& k) {
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            all_sections<Calc, 4, 1>(k.in, k.in_stride, k.out, k.out_stride, k.frames, k.coefficients, k.sections, k.state, k.lanes);
        } else {
            Calc buffer[tile_];
            for (std::int64_t f = 0; f < k.frames; ++f) buffer[f] = static_cast<Calc>(k.in[f * k.in_stride]);
            all_sections<Calc, 4, 1>(buffer, 1, buffer, 1, k.frames, k.coefficients, k.sections, k.state, k.lanes);
            for (std::int64_t f = 0; f < k.frames; ++f) k.out[f * k.out_stride] = static_cast<Io>(buffer[f]);
        }
    }

    // The call restricted to `frames` and `channels` from the given ones on.
    static inline __attribute__((always_inline)) Call part(Call k, std::int64_t frame, std::int64_t frames, std::int64_t channel,
                                                           std::int64_t channels) {
        k.in += frame * k.in_stride + channel * k.in_plane;
        k.out += frame * k.out_stride + channel * k.out_plane;
        k.state += channel;
        k.frames = frames;
        k.channels = channels;
        return k;
    }

    // Up to tile_ frames of no more channels than a pair of vectors.
    static inline void group(const Call& k) {
        const bool rows = k.in_plane == 1 && k.out_plane == 1;
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            if (rows && k.channels == groups_ * width_)
                return all_sections<Vector, 2, groups_>(k.in, k.in_stride, k.out, k.out_stride, k.frames, k.coefficients,
                                                        k.sections, k.state, k.lanes);
            if (rows && k.channels == width_)
                return all_sections<Vector, 4, 1>(k.in, k.in_stride, k.out, k.out_stride, k.frames, k.coefficients, k.sections,
                                                  k.state, k.lanes);
        }
        if (k.channels <= 2) {  // cheaper than a vector nearly empty
            for (std::int64_t i = 0; i < k.channels; ++i) single(part(k, 0, k.frames, i, 1));
            return;
        }
        if (k.channels > width_) return buffered<groups_>(k);
        buffered<1>(k);
    }

public:
    static void run(const Call& k) noexcept {
        constexpr std::int64_t pair = groups_ * width_;
        const bool rows = k.in_plane == 1 && k.out_plane == 1;
        // Adjacent channels: frame by frame through memory. Planes: a few planes at a time.
        const std::int64_t span = rows ? tile_ : k.frames;
        for (std::int64_t first = 0; first < k.frames; first += span) {
            const std::int64_t end = k.frames - first < span ? k.frames : first + span;
            for (std::int64_t lane = 0; lane < k.channels;) {
                std::int64_t count = k.channels - lane < pair ? k.channels - lane : pair;
                // A whole vector in place, and its rest through the buffer, beat both through the buffer.
                if (rows && sizeof(Io) == sizeof(Calc) && count > width_ && count < pair) count = width_;
                for (std::int64_t at = first; at < end; at += tile_)
                    group(part(k, at, end - at < tile_ ? end - at : tile_, lane, count));
                lane += count;
            }
        }
    }
};

}  // namespace fascikit::kernels
