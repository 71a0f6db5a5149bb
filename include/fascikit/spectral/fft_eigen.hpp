// EigenFft: the engine behind RealFft that needs Eigen alone (its bundled kissfft).
//
// Sizes whose largest prime factor is above 50 go through Bluestein's chirp
// (Bluestein 1970, 10.1109/TAU.1970.1162132), where kissfft would take N times that
// prime: three products and two transforms of at least 2 N - 1, so no size is hopeless.
// Up to warm_size everything is allocated at construction (kissfft allocates at its
// first call, which is made there); larger ones allocate at their first call.
// Plans are cached: engines are kept after use, under a lock, and handed out again;
// those kept together have at most kept_samples (some 25 MB).
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numbers>
#include <utility>
#include <vector>

#include <unsupported/Eigen/FFT>

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

/// The largest prime factor of n >= 1 (1 for 1).
[[nodiscard]] constexpr std::int64_t largest_factor(std::int64_t n) noexcept {
    std::int64_t largest = 1;
    for (std::int64_t factor = 2; factor * factor <= n; ++factor)
        for (; n % factor == 0; n /= factor) largest = factor;
    return n > 1 ? n : largest;
}

class EigenFft {
public:
    using Complex = std::complex<double>;
    static constexpr std::int64_t warm_size = std::int64_t{1} << 17;
    static constexpr std::int64_t kept_samples = std::int64_t{1} << 17;
    static constexpr const char* name = "kissfft";

    /// 2 to 2^27.
    explicit EigenFft(std::int64_t size) : size_(size) {
        engine_.SetFlag(Engine::HalfSpectrum);
        if (largest_factor(size) > 50) make_chirp();
        if (size > warm_size) return;
        std::vector<double> samples(static_cast<std::size_t>(size), 0.0);
        std::vector<Complex> values(static_cast<std::size_t>(size / 2 + 1));
        forward(samples.data(), values.data());
        inverse(values.data(), samples.data());
    }

    [[nodiscard]] std::int64_t size() const noexcept { return size_; }

    void forward(const double* in, Complex* out) {
        if (chirp_.empty()) {
            engine_.fwd(out, in, static_cast<Eigen::Index>(size_));
            return;
        }
        for (std::size_t i = 0; i < chirp_.size(); ++i) before_[i] = in[i] * chirp_[i];
        convolve();
        for (std::size_t k = 0; k < chirp_.size() / 2 + 1; ++k) out[k] = times(after_[k], chirp_[k]);
    }

    /// The spectrum's first value, and for an even size its last, are real.
    void inverse(const Complex* in, double* out) {
        if (chirp_.empty()) {
            engine_.inv(out, in, static_cast<Eigen::Index>(size_));
            return;
        }
        // The forward transform of the conjugate is the conjugate of N times the inverse.
        const std::size_t n = chirp_.size();
        before_[0] = in[0] * chirp_[0];
        for (std::size_t k = 1; k < n / 2 + 1; ++k) {
            before_[n - k] = times(in[k], chirp_[n - k]);
            before_[k] = times(std::conj(in[k]), chirp_[k]);
        }
        convolve();
        for (std::size_t i = 0; i < n; ++i) out[i] = times(after_[i], chirp_[i]).real() / static_cast<double>(n);
    }

private:
    using Engine = Eigen::FFT<double>;

    // Without the second look for NaN that the operator takes.
    [[nodiscard]] static Complex times(Complex a, Complex b) noexcept {
        return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
    }

    void make_chirp() {
        const auto n = static_cast<std::size_t>(size_);
        const auto padded = static_cast<std::size_t>(fft_size(2 * size_ - 1));
        chirp_.resize(n);
        before_.assign(padded, {});
        after_.resize(padded);
        kernel_.resize(padded);
        for (std::size_t i = 0; i < n; ++i)  // i^2 modulo 2 n is exact
            chirp_[i] = std::polar(1.0, -std::numbers::pi * static_cast<double>(i * i % (2 * n)) / static_cast<double>(n));
        before_[0] = std::conj(chirp_[0]);
        for (std::size_t i = 1; i < n; ++i) before_[i] = before_[padded - i] = std::conj(chirp_[i]);
        engine_.fwd(kernel_.data(), before_.data(), static_cast<Eigen::Index>(padded));
    }

    // after_ = the circular convolution of before_ (its first N values) with the kernel.
    void convolve() {
        const auto padded = static_cast<Eigen::Index>(kernel_.size());
        for (std::size_t i = chirp_.size(); i < before_.size(); ++i) before_[i] = 0;
        engine_.fwd(after_.data(), before_.data(), padded);
        for (std::size_t i = 0; i < kernel_.size(); ++i) before_[i] = times(after_[i], kernel_[i]);
        engine_.inv(after_.data(), before_.data(), padded);
    }

    std::int64_t size_;
    Engine engine_;
    std::vector<Complex> chirp_;  // empty: kissfft takes the size as it is
    std::vector<Complex> kernel_;
    std::vector<Complex> before_;
    std::vector<Complex> after_;
};

/// An EigenFft from the cache, given back when it dies. Copies take their own.
class CachedEigenFft {
public:
    static constexpr const char* name = EigenFft::name;

    explicit CachedEigenFft(std::int64_t size) : shelf_(shelf()), engine_(shelf_->take(size)) {}
    CachedEigenFft(const CachedEigenFft& other) : CachedEigenFft(other.engine_->size()) {}
    CachedEigenFft(CachedEigenFft&&) noexcept = default;
    CachedEigenFft& operator=(CachedEigenFft other) noexcept {
        std::swap(engine_, other.engine_);
        std::swap(shelf_, other.shelf_);
        return *this;
    }
    ~CachedEigenFft() {
        if (engine_) shelf_->give(std::move(engine_));
    }

    void forward(const double* in, std::complex<double>* out) { engine_->forward(in, out); }
    void inverse(const std::complex<double>* in, double* out) { engine_->inverse(in, out); }

private:
    // Engines not in use. Few sizes are in use at a time: a plain list is searched.
    class Shelf {
    public:
        [[nodiscard]] std::unique_ptr<EigenFft> take(std::int64_t size) {
            {
                const std::lock_guard lock(mutex_);
                for (std::size_t i = 0; i < engines_.size(); ++i)
                    if (engines_[i]->size() == size) {
                        auto found = std::move(engines_[i]);
                        engines_[i] = std::move(engines_.back());
                        engines_.pop_back();
                        kept_ -= size;
                        return found;
                    }
            }
            return std::make_unique<EigenFft>(size);
        }
        void give(std::unique_ptr<EigenFft> engine) noexcept {
            const std::int64_t size = engine->size();
            if (size > EigenFft::kept_samples) return;
            const std::lock_guard lock(mutex_);
            if (engines_.size() == engines_.capacity()) return;
            while (kept_ + size > EigenFft::kept_samples) {
                kept_ -= engines_.back()->size();
                engines_.pop_back();
            }
            kept_ += size;
            engines_.push_back(std::move(engine));
        }
        Shelf() { engines_.reserve(64); }

    private:
        std::mutex mutex_;
        std::vector<std::unique_ptr<EigenFft>> engines_;
        std::int64_t kept_ = 0;
    };
    [[nodiscard]] static std::shared_ptr<Shelf> shelf() {
        static const auto one = std::make_shared<Shelf>();
        return one;
    }

    std::shared_ptr<Shelf> shelf_;  // shared, so that an object may outlive the static one
    std::unique_ptr<EigenFft> engine_;
};

}  // namespace fascikit::spectral
