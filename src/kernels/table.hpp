// The functions of one CPU path. Included by the per-CPU files, so: plain data, no inline code.
#pragma once

#include "fascikit/detect/bare_kernel.hpp"
#include "fascikit/detect/statistics_kernel.hpp"
#include "fascikit/filter/cascade_kernel.hpp"
#include "fascikit/filter/fir_kernel.hpp"
#include "fascikit/filter/line_kernel.hpp"
#include "fascikit/filter/mains_kernel.hpp"

namespace fascikit::kernels {

struct Table {
    const char* path;
    CascadeFunction<float, float> cascade_f32;
    CascadeFunction<double, double> cascade_f64;
    CascadeFunction<float, double> cascade_f32_in_f64;
    FirFunction<float> fir_f32;
    FirFunction<double> fir_f64;
    LineFunction<float> line_f32;
    LineFunction<double> line_f64;
    MainsFunction<float> mains_f32;
    MainsFunction<double> mains_f64;
    StatisticsFunction<float> statistics_f32;
    StatisticsFunction<double> statistics_f64;
    BareFunction<float> bare_f32;
    BareFunction<double> bare_f64;
};

/// The loops of one path. `Here` lives in the unnamed namespace of its file, and so do they.
template <class Here>
constexpr Table table_of(const char* path) noexcept {
    return {path,
            &CascadeKernel<Here, float, float>::run,
            &CascadeKernel<Here, double, double>::run,
            &CascadeKernel<Here, float, double>::run,
            &FirKernel<Here, float>::run,
            &FirKernel<Here, double>::run,
            &LineKernel<Here, float>::run,
            &LineKernel<Here, double>::run,
            &MainsKernel<Here, float>::run,
            &MainsKernel<Here, double>::run,
            &StatisticsKernel<Here, float>::run,
            &StatisticsKernel<Here, double>::run,
            &BareKernel<Here, float>::run,
            &BareKernel<Here, double>::run};
}

/// Null where the compiler had no such target.
const Table* table_baseline() noexcept;
const Table* table_avx2() noexcept;
const Table* table_avx512() noexcept;

}  // namespace fascikit::kernels
