// The hot loop of one channel: second-order sections with the time in the lanes.
//
// The recursion of a section waits for its own last output, so one channel alone is slow.
// Scattered look-ahead (Parhi and Messerschmitt 1989, IEEE Trans. ASSP 37(7):1099) multiplies
// numerator and denominator by A(-z) and then by C(-z²), so that an output needs outputs 4
// and 8 samples back only, and four samples go at once:
//   w[n] = (b0 x[n] + b2 x[n-2]) + b1 x[n-1]
//   u[n] = (w[n] + q2 w[n-2]) + q1 w[n-1]
//   v[n] = (u[n] + r2 u[n-4]) + r1 u[n-2]
//   y[n] = (v[n] + d2 y[n-8]) + d1 y[n-4]
// Every sample has this one formula, wherever a call or a vector begins: without fused
// multiply-add the results are the same bit for bit however the frames are cut, on every CPU.
// In double always. filter/line.hpp makes the coefficients and says what the error is.
//
// Raw pointers, no allocation, no throw; nothing here calls code outside this class.
#pragma once

#include <cstdint>

namespace fascikit::kernels {

/// Coefficients of a section: b0 b1 b2, q1 q2, r1 r2, d1 d2.
inline constexpr int line_coefficients = 9;
/// State of a section, groups of 4: the last x, w and u, outputs 8 to 5 and 4 to 1 samples
/// back, and what is still to be added to the next w (-0.0 for nothing).
inline constexpr int line_state = 24;

/// in and out: the same samples with the same stride, or not overlapping. Strides in elements,
/// may be negative; fastest for double with strides of 1.
template <class Io>
using LineFunction = void (*)(const Io* in, std::int64_t in_stride, Io* out, std::int64_t out_stride, std::int64_t frames,
                              const double* coefficients, int sections, double* state) noexcept;

template <class Isa, class Io>
class LineKernel {
    static constexpr int half_ = Isa::bytes < 32 ? 2 : 4;  // doubles in a register, at most 4
    static constexpr int parts_ = 4 / half_;
    static constexpr std::int64_t tile_ = 1024;  // samples between two sections; stay in L1
    typedef double Part __attribute__((vector_size(half_ * sizeof(double))));
    // Not one vector of 32 bytes: g++ takes such apart badly where registers are shorter.
    struct Four {
        Part part[parts_];
    };
    struct Scale {
        Part value[line_coefficients];
    };
    static inline __attribute__((always_inline)) Four load(const double* from) {
        Four v;
        __builtin_memcpy(&v, from, sizeof v);
        return v;
    }
    static inline __attribute__((always_inline)) void store(double* to, const Four& v) { __builtin_memcpy(to, &v, sizeof v); }
    static inline __attribute__((always_inline)) Four plus(const Four& a, const Four& b) {
        Four v;
        for (int i = 0; i < parts_; ++i) v.part[i] = a.part[i] + b.part[i];
        return v;
    }
    static inline __attribute__((always_inline)) Four times(const Part& c, const Four& a) {
        Four v;
        for (int i = 0; i < parts_; ++i) v.part[i] = c * a.part[i];
        return v;
    }
    // The four samples that begin two before `b`, and one before it; `a` precedes `b`.
    static inline __attribute__((always_inline)) Four two_back(const Four& a, const Four& b) {
        if constexpr (parts_ == 1) return {{__builtin_shufflevector(a.part[0], b.part[0], 2, 3, 4, 5)}};
        else return {{a.part[1], b.part[0]}};
    }
    static inline __attribute__((always_inline)) Four one_back(const Four& two, const Four& b) {
        if constexpr (parts_ == 1) return {{__builtin_shufflevector(two.part[0], b.part[0], 1, 4, 3, 6)}};
        else
            return {{__builtin_shufflevector(two.part[0], b.part[0], 1, 2),
                     __builtin_shufflevector(two.part[1], b.part[1], 1, 2)}};
    }

    // Unit numerators ([1, b1, 1]: most sections of most designs) skip two products, with the same bits.
    template <bool Unit>
    static inline __attribute__((always_inline)) Four numerator(const Four& x, const Four& x1, const Four& x2, const Scale& c) {
        if constexpr (Unit) return plus(plus(x, x2), times(c.value[1], x1));
        else return plus(plus(times(c.value[0], x), times(c.value[2], x2)), times(c.value[1], x1));
    }
    template <bool Unit>
    static inline __attribute__((always_inline)) Four numerator(const Four& x, const Four& before, const Scale& c) {
        const Four x2 = two_back(before, x);
        return numerator<Unit>(x, one_back(x2, x), x2, c);
    }
    static inline __attribute__((always_inline)) Four first_ahead(const Four& w, const Four& before, const Scale& c) {
        const Four w2 = two_back(before, w);
        return plus(plus(w, times(c.value[4], w2)), times(c.value[3], one_back(w2, w)));
    }
    static inline __attribute__((always_inline)) Four second_ahead(const Four& u, const Four& before, const Scale& c) {
        return plus(plus(u, times(c.value[6], before)), times(c.value[5], two_back(before, u)));
    }
    static inline __attribute__((always_inline)) Four recursion(const Four& v, const Four& y8, const Four& y4, const Scale& c) {
        return plus(plus(v, times(c.value[8], y8)), times(c.value[7], y4));
    }

    // One sample: what is left over at the end of a call.
    static inline __attribute__((always_inline)) void push(double* memory, int length, double value) {
        for (int i = 1; i < length; ++i) memory[i - 1] = memory[i];
        memory[length - 1] = value;
    }
    static inline __attribute__((always_inline)) double one(double x, const double* c, double* state) {
        double *const xs = state, *const ws = state + 4, *const us = state + 8, *const ys = state + 12;
        const double w = ((c[0] * x + c[2] * xs[2]) + c[1] * xs[3]) + state[20];
        const double u = (w + c[4] * ws[2]) + c[3] * ws[3];
        const double v = (u + c[6] * us[0]) + c[5] * us[2];
        const double y = (v + c[8] * ys[0]) + c[7] * ys[4];
        push(xs, 4, x);
        push(ws, 4, w);
        push(us, 4, u);
        push(ys, 8, y);
        state[20] = state[21];
        state[21] = -0.0;
        return y;
    }

    // Four samples, nothing pending.
    template <bool Unit>
    static inline __attribute__((always_inline)) void four(const double* in, double* out, const Scale& c, double* state) {
        const Four x = load(in), y4 = load(state + 16);
        const Four w = numerator<Unit>(x, load(state), c);
        const Four u = first_ahead(w, load(state + 4), c);
        const Four y = recursion(second_ahead(u, load(state + 8), c), load(state + 12), y4, c);
        store(state, x);
        store(state + 4, w);
        store(state + 8, u);
        store(state + 12, y4);
        store(state + 16, y);
        store(out, y);
    }

    // Whole fours, at least three of them and nothing pending. Each stage is one four of
    // samples behind the one before: a single turn would be one long chain of dependencies,
    // longer than any CPU looks ahead.
    template <bool Unit>
    static void many(const double* in, double* out, std::int64_t count, const Scale& c, double* state) {
        const double* const end = in + count;
        Four y8 = load(state + 12), y4 = load(state + 16);
        const Four x0 = load(in), x1 = load(in + 4), x2 = load(in + 8);
        const Four w0 = numerator<Unit>(x0, load(state), c);
        Four w1 = numerator<Unit>(x1, x0, c);
        Four w2 = numerator<Unit>(x2, x1, c);
        Four u1 = first_ahead(w0, load(state + 4), c);
        Four u2 = first_ahead(w1, w0, c);
        Four v = second_ahead(u1, load(state + 8), c);
        const auto output = [&]() __attribute__((always_inline)) {
            const Four y = recursion(v, y8, y4, c);
            y8 = y4;
            y4 = y;
            v = second_ahead(u2, u1, c);
            u1 = u2;
            return y;
        };
        for (in += 12; in != end; in += 4, out += 4) {
            const Four y = output();
            u2 = first_ahead(w2, w1, c);
            w1 = w2;
            w2 = numerator<Unit>(load(in), load(in - 1), load(in - 2), c);
            store(out, y);
        }
        store(state, load(end - 4));
        store(state + 4, w2);
        const Four third_last = output();
        u2 = first_ahead(w2, w1, c);
        store(out, third_last);
        store(state + 8, u2);
        store(out + 4, output());
        store(out + 8, recursion(v, y8, y4, c));
        store(state + 12, y4);
        store(state + 16, load(out + 8));
    }

    template <bool Unit>
    static void fours(const double* in, double* out, std::int64_t count, const double* coefficients, double* state) {
        Scale c;
        for (int i = 0; i < line_coefficients; ++i) c.value[i] = coefficients[i] - Part{};
        if (count >= 12) return many<Unit>(in, out, count, c, state);
        for (std::int64_t n = 0; n < count; n += 4) four<Unit>(in + n, out + n, c, state);
    }

    static void all_sections(const double* in, double* out, std::int64_t frames, const double* c, int sections, double* state) {
        for (int s = 0; s < sections; ++s, c += line_coefficients, state += line_state, in = out) {
            std::int64_t n = 0;
            while (n < frames && (state[20] != 0 || state[21] != 0)) {  // pending, be it NaN
                out[n] = one(in[n], c, state);
                ++n;
            }
            const std::int64_t whole = (frames - n) / 4 * 4;
            if (whole > 0) {
                if (c[0] == 1 && c[2] == 1) fours<true>(in + n, out + n, whole, c, state);
                else fours<false>(in + n, out + n, whole, c, state);
            }
            for (n += whole; n < frames; ++n) out[n] = one(in[n], c, state);
        }
    }

public:
    static void run(const Io* in, std::int64_t in_stride, Io* out, std::int64_t out_stride, std::int64_t frames,
                    const double* coefficients, int sections, double* state) noexcept {
        double buffer[tile_];  // loops with a stride the compiler knows become vectors
        for (std::int64_t at = 0; at < frames; at += tile_) {
            const std::int64_t n = frames - at < tile_ ? frames - at : tile_;
            const Io* const from = in + at * in_stride;
            Io* const to = out + at * out_stride;
            if constexpr (sizeof(Io) == sizeof(double)) {
                if (in_stride == 1 && out_stride == 1) {
                    all_sections(from, to, n, coefficients, sections, state);
                    continue;
                }
            }
            if (in_stride == 1)
                for (std::int64_t i = 0; i < n; ++i) buffer[i] = static_cast<double>(from[i]);
            else if (in_stride == -1)
                for (std::int64_t i = 0; i < n; ++i) buffer[i] = static_cast<double>(from[-i]);
            else
                for (std::int64_t i = 0; i < n; ++i) buffer[i] = static_cast<double>(from[i * in_stride]);
            all_sections(buffer, buffer, n, coefficients, sections, state);
            if (out_stride == 1)
                for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<Io>(buffer[i]);
            else if (out_stride == -1)
                for (std::int64_t i = 0; i < n; ++i) to[-i] = static_cast<Io>(buffer[i]);
            else
                for (std::int64_t i = 0; i < n; ++i) to[i * out_stride] = static_cast<Io>(buffer[i]);
        }
    }
};

}  // namespace fascikit::kernels
