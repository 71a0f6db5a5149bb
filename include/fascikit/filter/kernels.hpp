// Which CPU path runs, and its functions.
//
// With the target fascikit::kernels (FASCIKIT_KERNELS is defined by linking it) the
// loops compiled for the best instruction set of this CPU are chosen at run time;
// the environment variable FASCIKIT_CPU=baseline|avx2|avx512 asks for a lower one.
// An unknown value asks for nothing; one above what the CPU has gives the best it
// has. It is read once, at the first question. Header-only, the loops are those of
// the user's own compiler flags. All paths give the same bits when built with
// -ffp-contract=off. Threads: safe. Errors: none.
#pragma once

#include "fascikit/filter/cascade_kernel.hpp"
#include "fascikit/filter/fir_kernel.hpp"
#include "fascikit/filter/line_kernel.hpp"
#include "fascikit/filter/mains_kernel.hpp"

namespace fascikit::kernels {

#if defined(FASCIKIT_KERNELS)

/// "baseline", "avx2", "avx512" or "neon": the path in use.
[[nodiscard]] const char* cpu_path() noexcept;

[[nodiscard]] CascadeFunction<float, float> cascade_function(float, float) noexcept;
[[nodiscard]] CascadeFunction<double, double> cascade_function(double, double) noexcept;
[[nodiscard]] CascadeFunction<float, double> cascade_function(float, double) noexcept;
[[nodiscard]] FirFunction<float> fir_function(float) noexcept;
[[nodiscard]] FirFunction<double> fir_function(double) noexcept;
[[nodiscard]] LineFunction<float> line_function(float) noexcept;
[[nodiscard]] LineFunction<double> line_function(double) noexcept;
[[nodiscard]] MainsFunction<float> mains_function(float) noexcept;
[[nodiscard]] MainsFunction<double> mains_function(double) noexcept;

/// The function of a named path, for tests that compare paths; null where the CPU cannot run it.
[[nodiscard]] CascadeFunction<float, float> cascade_function_of(const char* path, float, float) noexcept;
[[nodiscard]] CascadeFunction<double, double> cascade_function_of(const char* path, double, double) noexcept;
[[nodiscard]] CascadeFunction<float, double> cascade_function_of(const char* path, float, double) noexcept;
[[nodiscard]] FirFunction<float> fir_function_of(const char* path, float) noexcept;
[[nodiscard]] FirFunction<double> fir_function_of(const char* path, double) noexcept;
[[nodiscard]] LineFunction<float> line_function_of(const char* path, float) noexcept;
[[nodiscard]] LineFunction<double> line_function_of(const char* path, double) noexcept;
[[nodiscard]] MainsFunction<float> mains_function_of(const char* path, float) noexcept;
[[nodiscard]] MainsFunction<double> mains_function_of(const char* path, double) noexcept;

#else

[[nodiscard]] inline const char* cpu_path() noexcept {
#if defined(__AVX512F__)
    return "avx512";
#elif defined(__AVX2__)
    return "avx2";
#elif defined(__ARM_NEON)
    return "neon";
#else
    return "baseline";
#endif
}

template <class Io, class Calc>
[[nodiscard]] inline CascadeFunction<Io, Calc> cascade_function(Io, Calc) noexcept {
    return &CascadeKernel<HostIsa, Io, Calc>::run;
}

template <class T>
[[nodiscard]] inline FirFunction<T> fir_function(T) noexcept {
    return &FirKernel<HostIsa, T>::run;
}

template <class T>
[[nodiscard]] inline LineFunction<T> line_function(T) noexcept {
    return &LineKernel<HostIsa, T>::run;
}

template <class T>
[[nodiscard]] inline MainsFunction<T> mains_function(T) noexcept {
    return &MainsKernel<HostIsa, T>::run;
}

#endif

}  // namespace fascikit::kernels
