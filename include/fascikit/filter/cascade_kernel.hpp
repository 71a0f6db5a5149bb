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
#include <type_traits>
#include <utility>

#include "fascikit/filter/plane_kernel.hpp"
#include "fascikit/filter/section_kernel.hpp"
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
    // A square of floats and its state need more registers than there are.
    static constexpr bool planes_in_registers_ = sizeof(Io) == 8 && sizeof(Calc) == 8;
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));
    using Call = CascadeCall<Io, Calc>;
    using Tile = TileKernel<Isa, Io, Calc>;
    using One = SectionKernel<Isa, Calc>;

    // Far: what is read is asked for a tile ahead, since processors foresee neither rows that
    // step over other channels nor rows that step back (double, 64 channels, from memory:
    // forward 1.7 ns a sample without it and 1.2 with it, backward 3.3 and 1.2). A prefetch
    // beyond the last frame reads nothing.
    template <class V, bool Far, Numerator First, Numerator Rest, int... K, int... G>
    static inline __attribute__((always_inline)) void frame(const Calc* in, Calc* out, std::int64_t ahead, V* s1, V* s2,
                                                            const Calc* c, std::integer_sequence<int, K...>,
                                                            std::integer_sequence<int, G...> groups) {
        constexpr int n = static_cast<int>(sizeof...(G));
        constexpr int lanes = static_cast<int>(sizeof(V) / sizeof(Calc));
        V x[n];
        if constexpr (Far) __builtin_prefetch(in + ahead, 1);
        (__builtin_memcpy(&x[G], in + G * lanes, sizeof(V)), ...);
        (One::template section<V, K == 0 ? First : Rest>(x, s1 + K * n, s2 + K * n, c + 5 * K, groups), ...);
        (__builtin_memcpy(out + G * lanes, &x[G], sizeof(V)), ...);
    }

    // `Sections` in a row over `Groups` neighbouring V of lanes. Frame n of the second
    // section runs while the first is at n + 1, and groups do not depend on each other:
    // the chain of dependencies is one section long and well covered.
    // In place where `In` is not const: one pointer less in the loop.
    template <class V, int Sections, int Groups, bool Far, class In>
    static inline __attribute__((always_inline)) void block(In* in, std::int64_t in_stride, Calc* out,
                                                            std::int64_t out_stride, std::int64_t frames, const Calc* c,
                                                            Calc* state, std::int64_t lanes) {
        One::template choose<Sections>(c, [&](auto first, auto rest) __attribute__((always_inline)) {
            loop<V, Sections, Groups, Far, decltype(first)::value, decltype(rest)::value>(in, in_stride, out, out_stride, frames, c, state, lanes);
        });
    }
    template <class V, int Sections, int Groups, bool Far, Numerator First, Numerator Rest, class In>
    static inline __attribute__((always_inline)) void loop(In* in, std::int64_t in_stride, Calc* out, std::int64_t out_stride,
                                                           std::int64_t frames, const Calc* c, Calc* state,
                                                           std::int64_t lanes) {
        constexpr bool in_place = std::is_same_v<In, Calc>;
        constexpr auto each = std::make_integer_sequence<int, Sections * Groups>{};
        V s1[Sections * Groups];
        V s2[Sections * Groups];
        One::template states<true, V, Groups>(s1, s2, state, lanes, each);
        for (std::int64_t n = 0; n < frames; ++n, in += in_place ? 0 : in_stride, out += out_stride)
            frame<V, Far, First, Rest>(in_place ? out : in, out, tile_ * (in_place ? out_stride : in_stride), s1, s2, c,
                                       std::make_integer_sequence<int, Sections>{}, std::make_integer_sequence<int, Groups>{});
        One::template states<false, V, Groups>(s1, s2, state, lanes, each);
    }

    // From `in` to `out`, and from there on in place.
    template <class V, int AtOnce, int Groups, bool Far, class In>
    static void all_sections(In* in, std::int64_t in_stride, Calc* out, std::int64_t out_stride, std::int64_t frames,
                             const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        if constexpr (!std::is_same_v<In, Calc>) {
            if (sections >= AtOnce) {
                block<V, AtOnce, Groups, Far>(in, in_stride, out, out_stride, frames, c, state, lanes);
                return all_sections<V, AtOnce, Groups, false>(out, out_stride, out, out_stride, frames, c + 5 * AtOnce,
                                                       sections - AtOnce, state + 2 * AtOnce * lanes, lanes);
            }
        }
        while (sections >= AtOnce) {
            block<V, AtOnce, Groups, Far>(in, in_stride, out, out_stride, frames, c, state, lanes);
            c += 5 * AtOnce;
            state += 2 * AtOnce * lanes;
            sections -= AtOnce;
        }
        if constexpr (AtOnce > 2) {
            if (sections == 3) block<V, 3, Groups, Far>(in, in_stride, out, out_stride, frames, c, state, lanes);
            if (sections == 2) block<V, 2, Groups, Far>(in, in_stride, out, out_stride, frames, c, state, lanes);
        }
        if (sections == 1) block<V, 1, Groups, Far>(in, in_stride, out, out_stride, frames, c, state, lanes);
    }

    // Up to tile_ frames of a few channels of a call.
    struct Piece {
        const Io* in;
        Io* out;
        std::int64_t frames;
        std::int64_t channels;
        Calc* state;
    };

    // Through a buffer: lanes that do not fill a vector, other layouts, samples of another type.
    template <int Groups>
    static inline void buffered(const Call& k, const Piece p) {
        constexpr std::int64_t width = Groups * width_;
        alignas(64) Calc buffer[tile_ * width];
        // Adjacent samples of a whole row convert in vectors only if the count is known.
        if (k.in_plane == 1 && p.channels == width) {
            for (std::int64_t f = 0; f < p.frames; ++f)
                for (std::int64_t i = 0; i < width; ++i) buffer[f * width + i] = static_cast<Calc>(p.in[f * k.in_stride + i]);
        } else {
            Tile::template copy<true>(p.in, p.frames, k.in_stride, p.channels, k.in_plane, buffer, width);
        }
        all_sections<Vector, Groups == 1 ? 4 : 2, Groups, false>(buffer, width, buffer, width, p.frames, k.coefficients, k.sections,
                                                          p.state, k.lanes);
        if (k.out_plane == 1 && p.channels == width) {
            for (std::int64_t f = 0; f < p.frames; ++f)
                for (std::int64_t i = 0; i < width; ++i) p.out[f * k.out_stride + i] = static_cast<Io>(buffer[f * width + i]);
        } else {
            Tile::template copy<false>(p.out, p.frames, k.out_stride, p.channels, k.out_plane, buffer, width);
        }
    }

    static inline void single(const Call& k, const Io* in, Io* out, std::int64_t frames, Calc* state) {
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            all_sections<Calc, 4, 1, false>(in, k.in_stride, out, k.out_stride, frames, k.coefficients, k.sections, state, k.lanes);
        } else {
            Calc buffer[tile_];
            for (std::int64_t f = 0; f < frames; ++f) buffer[f] = static_cast<Calc>(in[f * k.in_stride]);
            all_sections<Calc, 4, 1, false>(buffer, 1, buffer, 1, frames, k.coefficients, k.sections, state, k.lanes);
            for (std::int64_t f = 0; f < frames; ++f) out[f * k.out_stride] = static_cast<Io>(buffer[f]);
        }
    }

    template <int AtOnce, int Groups>
    static inline void whole_vectors(const Call& k, const Piece p) {
        if (p.in == p.out)
            all_sections<Vector, AtOnce, Groups, true>(p.out, k.out_stride, p.out, k.out_stride, p.frames, k.coefficients, k.sections,
                                                 p.state, k.lanes);
        else
            all_sections<Vector, AtOnce, Groups, true>(p.in, k.in_stride, p.out, k.out_stride, p.frames, k.coefficients, k.sections,
                                                 p.state, k.lanes);
    }

    // No more channels than a pair of vectors.
    static inline void group(const Call& k, bool rows, const Piece p) {
        if constexpr (sizeof(Io) == sizeof(Calc)) {
            if (rows && p.channels == groups_ * width_) return whole_vectors<2, groups_>(k, p);
            if (rows && p.channels == width_) return whole_vectors<4, 1>(k, p);
        }
        if (p.channels <= 2) {  // cheaper than a vector nearly empty
            for (std::int64_t i = 0; i < p.channels; ++i)
                single(k, p.in + i * k.in_plane, p.out + i * k.out_plane, p.frames, p.state + i);
            return;
        }
        if constexpr (planes_in_registers_) {
            if (p.channels == width_ && k.in_stride == k.out_stride && (k.in_stride == 1 || k.in_stride == -1)) {
                const std::int64_t whole = p.frames - p.frames % width_;
                PlaneKernel<Isa, Calc>::run(p.in, k.in_plane, p.out, k.out_plane, k.in_stride, whole, k.coefficients, k.sections,
                                            p.state, k.lanes);
                if (whole < p.frames)
                    buffered<1>(k, {p.in + whole * k.in_stride, p.out + whole * k.out_stride, p.frames - whole, p.channels, p.state});
                return;
            }
        }
        if (p.channels > width_) return buffered<groups_>(k, p);
        buffered<1>(k, p);
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
                if (planes_in_registers_ && !rows && count > width_ && k.in_stride == k.out_stride && (k.in_stride == 1 || k.in_stride == -1))
                    count = width_;
                for (std::int64_t at = first; at < end; at += tile_)
                    group(k, rows, {k.in + at * k.in_stride + lane * k.in_plane, k.out + at * k.out_stride + lane * k.out_plane,
                                    end - at < tile_ ? end - at : tile_, count, k.state + lane});
                lane += count;
            }
        }
    }
};

}  // namespace fascikit::kernels
