// Sections over planes of doubles: squares of frames × channels are turned in registers,
// filtered there and turned back, so that no sample passes through a buffer. The same
// operations in the same order as CascadeKernel's other ways, so the same bits.
//
// Raw pointers, no allocation, no throw; Isa as in cascade_kernel.hpp.
#pragma once

#include <cstdint>
#include <utility>

#include "fascikit/filter/section_kernel.hpp"
#include "fascikit/filter/tile_kernel.hpp"

namespace fascikit::kernels {

template <class Isa, class Calc>
class PlaneKernel {
    static constexpr int width_ = Isa::bytes / static_cast<int>(sizeof(Calc));
    typedef Calc Vector __attribute__((vector_size(Isa::bytes)));
    using Tile = TileKernel<Isa, Calc, Calc>;
    using One = SectionKernel<Isa, Calc>;

    template <int Sections, Numerator First, Numerator Rest, int Stride, int... K, int... F>
    static void squares(const Calc* in, std::int64_t in_plane, Calc* out, std::int64_t out_plane, std::int64_t frames,
                        const Calc* c, Calc* state, std::int64_t lanes, std::integer_sequence<int, K...> all,
                        std::integer_sequence<int, F...> each) {
        constexpr auto alone = std::integer_sequence<int, 0>{};
        Vector s1[Sections];
        Vector s2[Sections];
        One::template states<true, Vector, 1>(s1, s2, state, lanes, all);
        if constexpr (Stride < 0) {
            in -= width_ - 1;
            out -= width_ - 1;
        }
        for (std::int64_t f = 0; f < frames; f += width_, in += Stride * width_, out += Stride * width_) {
            Vector rows[width_];
            (__builtin_memcpy(&rows[F], in + F * in_plane, sizeof(Vector)), ...);
            Tile::template turn<1>(rows, each);
            const auto filter = [&](Vector& x) __attribute__((always_inline)) {
                (One::template section<Vector, K == 0 ? First : Rest>(&x, s1 + K, s2 + K, c + 5 * K, alone), ...);
            };
            (filter(rows[Stride > 0 ? F : width_ - 1 - F]), ...);
            Tile::template turn<1>(rows, each);
            (__builtin_memcpy(out + F * out_plane, &rows[F], sizeof(Vector)), ...);
        }
        One::template states<false, Vector, 1>(s1, s2, state, lanes, all);
    }
    template <int Sections, int Stride>
    static void block(const Calc* in, std::int64_t in_plane, Calc* out, std::int64_t out_plane, std::int64_t frames,
                      const Calc* c, Calc* state, std::int64_t lanes) {
        One::template choose<Sections>(c, [&](auto first, auto rest) __attribute__((always_inline)) {
            squares<Sections, decltype(first)::value, decltype(rest)::value, Stride>(
                in, in_plane, out, out_plane, frames, c, state, lanes, std::make_integer_sequence<int, Sections>{},
                std::make_integer_sequence<int, width_>{});
        });
    }
    template <int Stride>
    static void all_sections(const Calc* in, std::int64_t in_plane, Calc* out, std::int64_t out_plane, std::int64_t frames,
                             const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        while (sections > 0) {
            const int done = sections >= 4 ? 4 : sections >= 2 ? 2 : 1;
            if (done == 4) block<4, Stride>(in, in_plane, out, out_plane, frames, c, state, lanes);
            else if (done == 2) block<2, Stride>(in, in_plane, out, out_plane, frames, c, state, lanes);
            else block<1, Stride>(in, in_plane, out, out_plane, frames, c, state, lanes);
            in = out;
            in_plane = out_plane;
            c += 5 * done;
            state += 2 * done * lanes;
            sections -= done;
        }
    }

public:
    // One vector of channels; `frames` a multiple of its width, running by `stride`, 1 or -1.
    static void run(const Calc* in, std::int64_t in_plane, Calc* out, std::int64_t out_plane, std::int64_t stride,
                    std::int64_t frames, const Calc* c, int sections, Calc* state, std::int64_t lanes) {
        if (stride == 1) all_sections<1>(in, in_plane, out, out_plane, frames, c, sections, state, lanes);
        else all_sections<-1>(in, in_plane, out, out_plane, frames, c, sections, state, lanes);
    }
};

}  // namespace fascikit::kernels
