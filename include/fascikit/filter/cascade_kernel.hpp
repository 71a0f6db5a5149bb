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
    static constexpr std::int64_t tile_ = 32;  // frames between two looks at the state; 32 × 16 doubles stay in L1
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));
    typedef Io IoVector __attribute__((vector_size(static_cast<int>(sizeof(Io)) * width_)));

    template <class V>
    static inline __attribute__((always_inline)) void load(V& out, const Io* from) {
        if constexpr (sizeof(V) == sizeof(Calc)) {
            out = static_cast<Calc>(*from);
        } else if constexpr (sizeof(Io) == sizeof(Calc)) {
            __builtin_memcpy(&out, from, sizeof(V));
        } else {
            IoVector narrow;
            __builtin_memcpy(&narrow, from, sizeof(narrow));
            out = __builtin_convertvector(narrow, V);
        }
    }
    template <class V>
    static inline __attribute__((always_inline)) void store(Io* to, const V& in) {
        if constexpr (sizeof(V) == sizeof(Calc)) {
            *to = static_cast<Io>(in);
        } else if constexpr (sizeof(Io) == sizeof(Calc)) {
            __builtin_memcpy(to, &in, sizeof(V));
        } else {
            const IoVector narrow = __builtin_convertvector(in, IoVector);
            __builtin_memcpy(to, &narrow, sizeof(narrow));
        }
    }

    // Sections in a row over one vector of lanes: frame n of the second section runs
    // while the first is at n + 1, so the chain of dependencies is one section long.
    template <class V, int Sections>
    static inline __attribute__((always_inline)) void block(Io* data, std::int64_t frames, std::int64_t stride,
                                                            const Calc* c, Calc* state, std::int64_t lanes) {
        V s1[Sections];
        V s2[Sections];
        for (int k = 0; k < Sections; ++k) {
            __builtin_memcpy(&s1[k], state + (2 * k) * lanes, sizeof(V));
            __builtin_memcpy(&s2[k], state + (2 * k + 1) * lanes, sizeof(V));
        }
        for (std::int64_t n = 0; n < frames; ++n, data += stride) {
            V x;
            load(x, data);
#pragma GCC unroll 4
            for (int k = 0; k < Sections; ++k) {
                const V y = c[5 * k] * x + s1[k];
                s1[k] = (c[5 * k + 1] * x + s2[k]) - c[5 * k + 3] * y;
                s2[k] = c[5 * k + 2] * x - c[5 * k + 4] * y;
                x = y;
            }
            store(data, x);
        }
        for (int k = 0; k < Sections; ++k) {
            __builtin_memcpy(state + (2 * k) * lanes, &s1[k], sizeof(V));
            __builtin_memcpy(state + (2 * k + 1) * lanes, &s2[k], sizeof(V));
        }
    }

    template <class V>
    static void all_sections(Io* data, std::int64_t frames, std::int64_t stride, const Calc* c, int sections,
                             Calc* state, std::int64_t lanes) {
        while (sections >= 4) {
            block<V, 4>(data, frames, stride, c, state, lanes);
            c += 20;
            state += 8 * lanes;
            sections -= 4;
        }
        if (sections == 3) block<V, 3>(data, frames, stride, c, state, lanes);
        if (sections == 2) block<V, 2>(data, frames, stride, c, state, lanes);
        if (sections == 1) block<V, 1>(data, frames, stride, c, state, lanes);
    }

public:
    static void run(Io* data, std::int64_t frames, std::int64_t stride, std::int64_t channels, const Calc* c,
                    int sections, Calc* state, std::int64_t lanes) noexcept {
        const std::int64_t whole = channels - channels % width_;
        const std::int64_t rest = channels - whole;
        for (std::int64_t first = 0; first < frames; first += tile_, data += tile_ * stride) {
            const std::int64_t n = frames - first < tile_ ? frames - first : tile_;
            for (std::int64_t lane = 0; lane < whole; lane += width_)
                all_sections<Vector>(data + lane, n, stride, c, sections, state + lane, lanes);
            if (rest == 1) {
                all_sections<Calc>(data + whole, n, stride, c, sections, state + whole, lanes);
            } else if (rest > 1) {
                Io padded[tile_ * width_];
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t k = 0; k < width_; ++k)
                        padded[f * width_ + k] = k < rest ? data[f * stride + whole + k] : Io(0);
                all_sections<Vector>(padded, n, width_, c, sections, state + whole, lanes);
                for (std::int64_t f = 0; f < n; ++f)
                    for (std::int64_t k = 0; k < rest; ++k) data[f * stride + whole + k] = padded[f * width_ + k];
            }
        }
    }
};

}  // namespace fascikit::kernels
