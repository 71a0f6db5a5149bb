// RealFft: the Fourier transform of real signals behind one interface.
//
//   forward:  X[k] = sum_n x[n] exp(-2 pi i k n / N),  k = 0 ... N / 2
//   inverse:  its exact inverse (scaled by 1 / N)
//
// Backend: Eigen's bundled one (kissfft), header-only; FFTW when the target
// fascikit::fftw is linked (it defines FASCIKIT_FFTW). Both agree to 1e-12 of the
// largest value. FFTW plans are made once a size with FFTW_ESTIMATE, which keeps
// results the same from run to run, in a cache under a lock.
//
// Any size from 1 to 2^28. Small prime factors are fast: see fft_size(); the Eigen
// backend takes N^2 steps for a large prime.
// Construction allocates and may lock; forward and inverse may allocate in the Eigen
// backend, so neither belongs in a real-time path. One thread at a time on one object;
// objects are cheap: give each thread its own. Errors: std::invalid_argument naming
// the size.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fascikit/core/error.hpp"

#if !defined(FASCIKIT_FFTW)
#include <unsupported/Eigen/FFT>
#endif

namespace fascikit::spectral {

/// The smallest size >= n whose only prime factors are 2, 3 and 5. n <= 2^60.
[[nodiscard]] constexpr std::int64_t fft_size(std::int64_t n) noexcept {
    for (std::int64_t size = n < 1 ? 1 : n;; ++size) {
        std::int64_t rest = size;
        for (const std::int64_t factor : {2, 3, 5})
            while (rest % factor == 0) rest /= factor;
        if (rest == 1) return size;
    }
}

#if defined(FASCIKIT_FFTW)

namespace fftw {
// Opaque plans, owned by the cache, valid until the program ends.
struct Plans;
[[nodiscard]] const Plans* plans(int size);
void forward(const Plans* plans, const double* in, std::complex<double>* out) noexcept;
/// Destroys `in`.
void inverse(const Plans* plans, std::complex<double>* in, double* out) noexcept;
}  // namespace fftw

#endif

class RealFft {
public:
    static constexpr std::int64_t largest_size = std::int64_t{1} << 28;

    explicit RealFft(std::int64_t size) : size_(size) {
        if (size < 1 || size > largest_size)
            core::fail_option("FFT size " + std::to_string(size) + ": allowed is 1 to " + std::to_string(largest_size));
#if defined(FASCIKIT_FFTW)
        plans_ = fftw::plans(static_cast<int>(size));
#else
        engine_.SetFlag(Engine::HalfSpectrum);
#endif
        spectrum_.resize(static_cast<std::size_t>(bins()));
    }

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }
    /// N / 2 + 1.
    [[nodiscard]] std::int64_t bins() const noexcept { return size_ / 2 + 1; }
    [[nodiscard]] static constexpr const char* backend() noexcept {
#if defined(FASCIKIT_FFTW)
        return "fftw";
#else
        return "kissfft";
#endif
    }

    /// in: size() samples; out: bins() values.
    void forward(std::span<const double> in, std::span<std::complex<double>> out) {
        check(in.size(), out.size());
        if (size_ == 1) {
            out[0] = in[0];
            return;
        }
#if defined(FASCIKIT_FFTW)
        fftw::forward(plans_, in.data(), out.data());
#else
        engine_.fwd(out.data(), in.data(), static_cast<Eigen::Index>(size_));
#endif
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
#if defined(FASCIKIT_FFTW)
        fftw::inverse(plans_, spectrum_.data(), out.data());
        const double scale = 1 / static_cast<double>(size_);
        for (double& value : out) value *= scale;
#else
        engine_.inv(out.data(), spectrum_.data(), static_cast<Eigen::Index>(size_));
#endif
    }

private:
    void check(std::size_t samples, std::size_t values) const {
        if (samples != static_cast<std::size_t>(size_) || values != static_cast<std::size_t>(bins()))
            core::fail_option("FFT of size " + std::to_string(size_) + " was given " + std::to_string(samples) +
                              " samples and " + std::to_string(values) + " values: " + std::to_string(size_) + " and " +
                              std::to_string(bins()) + " are needed");
    }

    std::int64_t size_;
    std::vector<std::complex<double>> spectrum_;
#if defined(FASCIKIT_FFTW)
    const fftw::Plans* plans_ = nullptr;
#else
    using Engine = Eigen::FFT<double>;
    Engine engine_;
#endif
};

}  // namespace fascikit::spectral
