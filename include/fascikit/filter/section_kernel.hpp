// One second-order section on vectors of lanes: what CascadeKernel and PlaneKernel repeat.
//
//   y = b0 x + s1;  s1 = (b1 x + s2) - a1 y;  s2 = b2 x - a2 y
//
// Raw pointers, no allocation, no throw; Isa as in cascade_kernel.hpp.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace fascikit::kernels {

/// Which products a section need not compute, with the same bits: none; b2 x where b2 = b0;
/// both where b0 = b2 = 1. Most designs have one section of the second kind, else the third.
enum class Numerator { general, symmetric, unit };

template <class Isa, class Calc>
class SectionKernel {
    template <class V, Numerator Kind>
    static inline __attribute__((always_inline)) void step(V& x, V& s1, V& s2, const Calc* c) {
        const V first = Kind == Numerator::unit ? x : c[0] * x;
        const V last = Kind == Numerator::general ? c[2] * x : first;
        const V y = first + s1;
        s1 = (c[1] * x + s2) - c[3] * y;
        s2 = last - c[4] * y;
        x = y;
    }

public:
    // The packs below are unrolled by the front end, so that no state lives in an array
    // with a run-time index: compilers keep such arrays in memory, at twice the time.
    template <class V, Numerator Kind, int... G>
    static inline __attribute__((always_inline)) void section(V* x, V* s1, V* s2, const Calc* c,
                                                              std::integer_sequence<int, G...>) {
        (step<V, Kind>(x[G], s1[G], s2[G], c), ...);
    }

    template <bool In, class V>
    static inline __attribute__((always_inline)) void move(V& v, Calc* memory) {
        if constexpr (In) __builtin_memcpy(&v, memory, sizeof(V));
        else __builtin_memcpy(memory, &v, sizeof(V));
    }
    // s1 and s2 of all sections of some groups, from or to `state`.
    template <bool In, class V, int Groups, int... I>
    static inline __attribute__((always_inline)) void states(V* s1, V* s2, Calc* state, std::int64_t lanes,
                                                             std::integer_sequence<int, I...>) {
        constexpr int width = static_cast<int>(sizeof(V) / sizeof(Calc));
        (move<In>(s1[I], state + 2 * (I / Groups) * lanes + I % Groups * width), ...);
        (move<In>(s2[I], state + (2 * (I / Groups) + 1) * lanes + I % Groups * width), ...);
    }

    /// Calls work(kind of the first section, of the rest): kinds as types.
    template <int Sections, class Work>
    static inline __attribute__((always_inline)) void choose(const Calc* c, const Work& work) {
        using General = std::integral_constant<Numerator, Numerator::general>;
        using Symmetric = std::integral_constant<Numerator, Numerator::symmetric>;
        using Unit = std::integral_constant<Numerator, Numerator::unit>;
        bool rest = true;
        for (int k = 1; k < Sections; ++k) rest = rest && c[5 * k] == 1 && c[5 * k + 2] == 1;
        if (rest && c[0] == 1 && c[2] == 1) work(Unit{}, Unit{});
        else if (rest && c[0] == c[2]) work(Symmetric{}, Unit{});
        else work(General{}, General{});
    }
};

}  // namespace fascikit::kernels
