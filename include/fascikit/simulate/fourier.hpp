// Fourier: a radix-2 Fourier transform with the same bits on every machine.
//
// X[m] = sum over n of x[n] exp(+2 pi i m n / N), not scaled; N a power of two from 2
// to 2^20. spectral/fft.hpp is faster, but picks its backend and its code per machine,
// and the simulator's bytes may not depend on either. Decimation in time, twiddles from
// sin_turns: error below 1e-14 of the largest value. Cost 5 N log2 N operations in
// place. Allocates when built. Throws std::invalid_argument for another N.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/simulate/math.hpp"

namespace fascikit::simulate {

class Fourier {
public:
    explicit Fourier(std::size_t points) {
        if (points < 2 || points > (std::size_t{1} << 20) || (points & (points - 1)) != 0)
            core::fail_option("points of the Fourier transform is " + std::to_string(points) +
                              "; allowed is a power of two from 2 to 1048576");
        cosine_.resize(points / 2);
        sine_.resize(points / 2);
        for (std::size_t m = 0; m < points / 2; ++m) {
            const double turns = static_cast<double>(m) / static_cast<double>(points);
            cosine_[m] = cos_turns(turns);
            sine_[m] = sin_turns(turns);
        }
        swaps_.resize(points, 0);
        for (std::size_t n = 1; n < points; ++n) swaps_[n] = (swaps_[n >> 1] >> 1) | ((n & 1) != 0 ? points >> 1 : 0);
    }

    [[nodiscard]] std::size_t points() const noexcept { return swaps_.size(); }

    /// In place; real and imaginary parts of points() values each. Apart, and the product written
    /// out: the product of std::complex checks for NaN, and g++ 12 makes it ten times slower.
    void transform(std::span<double> re, std::span<double> im) const noexcept {
        const std::size_t points = swaps_.size();
        for (std::size_t n = 0; n < points; ++n) {
            if (n >= swaps_[n]) continue;
            std::swap(re[n], re[swaps_[n]]);
            std::swap(im[n], im[swaps_[n]]);
        }
        for (std::size_t half = 1; half < points; half *= 2) {
            const std::size_t stride = points / (2 * half);
            for (std::size_t start = 0; start < points; start += 2 * half) {
                for (std::size_t m = 0; m < half; ++m) {
                    const double c = cosine_[m * stride];
                    const double s = sine_[m * stride];
                    const std::size_t a = start + m;
                    const std::size_t b = a + half;
                    const double turned_re = re[b] * c - im[b] * s;
                    const double turned_im = re[b] * s + im[b] * c;
                    re[b] = re[a] - turned_re;
                    im[b] = im[a] - turned_im;
                    re[a] = re[a] + turned_re;
                    im[a] = im[a] + turned_im;
                }
            }
        }
    }

private:
    std::vector<double> cosine_, sine_;
    std::vector<std::size_t> swaps_;
};

}  // namespace fascikit::simulate
