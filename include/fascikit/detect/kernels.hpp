// The functions of the detectors' hot loops for the CPU path in use (see filter/kernels.hpp).
#pragma once

#include "fascikit/detect/bare_kernel.hpp"
#include "fascikit/detect/statistics_kernel.hpp"
#include "fascikit/filter/kernels.hpp"

namespace fascikit::kernels {

#if defined(FASCIKIT_KERNELS)

[[nodiscard]] StatisticsFunction<float> statistics_function(float) noexcept;
[[nodiscard]] StatisticsFunction<double> statistics_function(double) noexcept;
/// The function of a named path, for tests that compare paths; null where the CPU cannot run it.
[[nodiscard]] StatisticsFunction<float> statistics_function_of(const char* path, float) noexcept;
[[nodiscard]] StatisticsFunction<double> statistics_function_of(const char* path, double) noexcept;

[[nodiscard]] BareFunction<float> bare_function(float) noexcept;
[[nodiscard]] BareFunction<double> bare_function(double) noexcept;
[[nodiscard]] BareFunction<float> bare_function_of(const char* path, float) noexcept;
[[nodiscard]] BareFunction<double> bare_function_of(const char* path, double) noexcept;

#else

template <class T>
[[nodiscard]] inline StatisticsFunction<T> statistics_function(T) noexcept {
    return &StatisticsKernel<HostIsa, T>::run;
}

template <class T>
[[nodiscard]] inline BareFunction<T> bare_function(T) noexcept {
    return &BareKernel<HostIsa, T>::run;
}

#endif

}  // namespace fascikit::kernels
