// FftwFft: the engine behind RealFft when the target fascikit::fftw is linked, which
// defines what is declared here. Plans are made once a size with FFTW_ESTIMATE, which
// keeps results the same from run to run, in a cache under a lock, and live until the
// program ends; any number of objects may execute one plan at once. FFTW itself
// allocates while it executes: measured with FFTW 3.3.10 for 49, for most sizes above 1024,
// and for large prime factors.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fascikit::spectral {

namespace fftw {
struct Plans;  // opaque, owned by the cache
[[nodiscard]] const Plans* plans(int size);
void forward(const Plans* plans, const double* in, std::complex<double>* out) noexcept;
/// Destroys `in`; N times the inverse.
void inverse(const Plans* plans, std::complex<double>* in, double* out) noexcept;
}  // namespace fftw

class FftwFft {
public:
    static constexpr const char* name = "fftw";

    explicit FftwFft(std::int64_t size)
        : plans_(fftw::plans(static_cast<int>(size))),
          size_(size),
          spectrum_(static_cast<std::size_t>(size / 2 + 1)) {}

    void forward(const double* in, std::complex<double>* out) { fftw::forward(plans_, in, out); }
    void inverse(const std::complex<double>* in, double* out) {
        for (std::size_t k = 0; k < spectrum_.size(); ++k) spectrum_[k] = in[k];
        fftw::inverse(plans_, spectrum_.data(), out);
        const double scale = 1 / static_cast<double>(size_);
        for (std::int64_t i = 0; i < size_; ++i) out[i] *= scale;
    }

private:
    const fftw::Plans* plans_;
    std::int64_t size_;
    std::vector<std::complex<double>> spectrum_;
};

}  // namespace fascikit::spectral
