// FFTW behind spectral::RealFft. Making plans is not thread-safe in FFTW, executing
// them on new arrays is: plans are made under a lock and kept until the program ends.
#include "fascikit/spectral/fft_fftw.hpp"

#include <fftw3.h>

#include <map>
#include <memory>
#include <mutex>
#include <new>

namespace fascikit::spectral::fftw {

struct Plans {
    fftw_plan forward = nullptr;
    fftw_plan inverse = nullptr;

    Plans() = default;
    Plans(const Plans&) = delete;
    Plans& operator=(const Plans&) = delete;
    ~Plans() {
        if (forward) fftw_destroy_plan(forward);
        if (inverse) fftw_destroy_plan(inverse);
    }
};

const Plans* plans(int size) {
    static std::mutex mutex;
    static std::map<int, std::unique_ptr<Plans>> cache;
    const std::lock_guard lock(mutex);
    auto& entry = cache[size];
    if (!entry) {
        // FFTW_ESTIMATE never touches the arrays and always makes the same plan;
        // FFTW_UNALIGNED lets it run on arrays of any alignment.
        auto made = std::make_unique<Plans>();
        double* const time = fftw_alloc_real(static_cast<std::size_t>(size));
        fftw_complex* const spectrum = fftw_alloc_complex(static_cast<std::size_t>(size) / 2 + 1);
        if (time && spectrum) {
            made->forward = fftw_plan_dft_r2c_1d(size, time, spectrum, FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
            made->inverse = fftw_plan_dft_c2r_1d(size, spectrum, time, FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_DESTROY_INPUT);
        }
        fftw_free(time);
        fftw_free(spectrum);
        if (!made->forward || !made->inverse) throw std::bad_alloc();
        entry = std::move(made);
    }
    return entry.get();
}

void forward(const Plans* plans, const double* in, std::complex<double>* out) noexcept {
    // FFTW's interface has no const; with FFTW_PRESERVE_INPUT it only reads.
    fftw_execute_dft_r2c(plans->forward, const_cast<double*>(in), reinterpret_cast<fftw_complex*>(out));
}

void inverse(const Plans* plans, std::complex<double>* in, double* out) noexcept {
    fftw_execute_dft_c2r(plans->inverse, reinterpret_cast<fftw_complex*>(in), out);
}

}  // namespace fascikit::spectral::fftw
