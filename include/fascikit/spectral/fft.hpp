// RealFft: the Fourier transform of real signals behind one interface.
//
//   forward:  X[k] = sum_n x[n] exp(-2 pi i k n / N),  k = 0 ... N / 2
//   inverse:  its exact inverse (scaled by 1 / N); the imaginary parts of X[0] and, for
//             an even N, of X[N / 2] are ignored
//
// Engines: Eigen's bundled kissfft, header-only (fft_eigen.hpp); FFTW when the target
// fascikit::fftw is linked, which defines FASCIKIT_FFTW (fft_fftw.hpp). They agree to
// 1e-12 of the largest value. Double alone: float32 samples are widened by the caller,
// since a transform in float32 would miss the 1e-10 that the spectra promise.
//
// Any size from 1 to 2^27. O(N log N) for all; those of fft_size() are fastest, and
// N with a large prime factor takes about six times as long.
// Construction allocates and may lock (plans are cached). forward and inverse then
// neither allocate, lock nor throw for sizes up to 2^17 (spans of a wrong size throw),
// but FFTW takes buffers of its own while it executes most sizes above 1024: real-time
// paths use RealTimeFft, which is Eigen's engine always. One thread at a time on one
// object; objects are cheap: give each thread its own. A copy has its own plan and work.
// Errors: std::invalid_argument naming the size. One NaN makes all of it NaN.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fascikit/core/error.hpp"
#include "fascikit/spectral/fft_eigen.hpp"
#if defined(FASCIKIT_FFTW)
#include "fascikit/spectral/fft_fftw.hpp"
#endif

namespace fascikit::spectral {

inline constexpr std::int64_t largest_fft_size = std::int64_t{1} << 27;

template <class Engine>
class BasicRealFft {
public:
    static constexpr std::int64_t largest_size = largest_fft_size;

    explicit BasicRealFft(std::int64_t size)
        : size_(checked(size)), engine_(size < 2 ? 2 : size), spectrum_(static_cast<std::size_t>(size / 2 + 1)) {}

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }
    /// N / 2 + 1.
    [[nodiscard]] std::int64_t bins() const noexcept { return size_ / 2 + 1; }
    [[nodiscard]] static constexpr const char* backend() noexcept { return Engine::name; }

    /// in: size() samples; out: bins() values.
    void forward(std::span<const double> in, std::span<std::complex<double>> out) {
        check(in.size(), out.size());
        if (size_ == 1)
            out[0] = in[0];
        else
            engine_.forward(in.data(), out.data());
    }

    /// in: bins() values, left as they are; out: size() samples.
    void inverse(std::span<const std::complex<double>> in, std::span<double> out) {
        check(out.size(), in.size());
        if (size_ == 1) {
            out[0] = in[0].real();
            return;
        }
        for (std::size_t k = 0; k < in.size(); ++k) spectrum_[k] = in[k];
        spectrum_.front().imag(0);
        if (size_ % 2 == 0) spectrum_.back().imag(0);
        engine_.inverse(spectrum_.data(), out.data());
    }

private:
    [[nodiscard]] static std::int64_t checked(std::int64_t size) {
        if (size < 1 || size > largest_size)
            core::fail_option("FFT size " + std::to_string(size) + ": allowed is 1 to " + std::to_string(largest_size));
        return size;
    }
    void check(std::size_t samples, std::size_t values) const {
        if (samples != static_cast<std::size_t>(size_) || values != static_cast<std::size_t>(bins()))
            core::fail_option("FFT of size " + std::to_string(size_) + " was given " + std::to_string(samples) +
                              " samples and " + std::to_string(values) + " values: " + std::to_string(size_) + " and " +
                              std::to_string(bins()) + " are needed");
    }

    std::int64_t size_;
    Engine engine_;
    std::vector<std::complex<double>> spectrum_;
};

#if defined(FASCIKIT_FFTW)
using RealFft = BasicRealFft<FftwFft>;
#else
using RealFft = BasicRealFft<CachedEigenFft>;
#endif
/// Never allocates after construction, whatever is linked; sizes to 2^17.
using RealTimeFft = BasicRealFft<CachedEigenFft>;

}  // namespace fascikit::spectral
