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

/// data: frames × channels, channels adjacent, `frame_stride` elements (may be negative)
/// from frame to frame. coefficients: b0 b1 b2 a1 a2 of each section.
/// state: [section][s1, s2][lane], `lanes` >= channels rounded up to `lane_multiple`.
template <class Io, class Calc>
using CascadeFunction = void (*)(Io* data, std::int64_t frames, std::int64_t frame_stride, std::int64_t channels,
                                 const Calc* coefficients, int sections, Calc* state, std::int64_t lanes) noexcept;

/// Lanes of a state are padded to this many, enough for the widest vector of any path.
inline constexpr std::int64_t lane_multiple = 16;

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

    // Through a buffer of Calc: lanes that do not fill a vector, and samples of another type.
    template <int Groups>
    static void buffered(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, const Calc* c,
                         int sections, Calc* state, std::int64_t lanes) {
        constexpr std::int64_t width = Groups * width_;
        Calc buffer[tile_ * width];
        for (std::int64_t f = 0; f < frames; ++f) {
            const Io* const from = data + f * stride;
            if (channels == width)
                for (std::int64_t k = 0; k < width; ++k) buffer[f * width + k] = static_cast<Calc>(from[k]);
            else
                for (std::int64_t k = 0; k < width; ++k)
                    buffer[f * width + k] = k < channels ? static_cast<Calc>(from[k]) : Calc(0);
        }
        all_sections<Vector, Groups == 1 ? 4 : 2, Groups>(buffer, frames, width, c, sections, state, lanes);
        for (std::int64_t f = 0; f < frames; ++f) {
            Io* const to = data + f * stride;
            if (channels == width)
                for (std::int64_t k = 0; k < width; ++k) to[k] = static_cast<Io>(buffer[f * width + k]);
            else
                for (std::int64_t k = 0; k < channels; ++k) to[k] = static_cast<Io>(buffer[f * width + k]);
        }
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

public:
    static void run(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, const Calc* c,
                    int sections, Calc* state, std::int64_t lanes) noexcept {
        constexpr std::int64_t pair = groups_ * width_;
        for (std::int64_t first = 0; first < frames; first += tile_, data += tile_ * stride) {
            const std::int64_t n = frames - first < tile_ ? frames - first : tile_;
            std::int64_t lane = 0;
            for (; lane + pair <= channels; lane += pair) {
                if constexpr (sizeof(Io) == sizeof(Calc))
                    all_sections<Vector, 2, groups_>(data + lane, n, stride, c, sections, state + lane, lanes);
                else
                    buffered<groups_>(data + lane, n, stride, pair, c, sections, state + lane, lanes);
            }
            if constexpr (sizeof(Io) == sizeof(Calc)) {
                if (lane + width_ <= channels) {
                    all_sections<Vector, 4, 1>(data + lane, n, stride, c, sections, state + lane, lanes);
                    lane += width_;
                }
            }
            const std::int64_t rest = channels - lane;
            if (rest == 1) single(data + lane, n, stride, c, sections, state + lane, lanes);
            else if (rest > width_) buffered<groups_>(data + lane, n, stride, rest, c, sections, state + lane, lanes);
            else if (rest > 1) buffered<1>(data + lane, n, stride, rest, c, sections, state + lane, lanes);
        }
    }
};

}  // namespace fascikit::kernels
