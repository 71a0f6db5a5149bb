// Chooses the CPU path once and hands out its functions.
#ifndef FASCIKIT_KERNELS
#define FASCIKIT_KERNELS 1  // the declarations of this library itself
#endif
#include <cstdlib>
#include <cstring>

#include "fascikit/detect/kernels.hpp"
#include "fascikit/filter/kernels.hpp"
#include "table.hpp"


namespace fascikit::kernels {

namespace {

bool cpu_has_avx2() noexcept {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

bool cpu_has_avx512() noexcept {
#if defined(__x86_64__)
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#else
    return false;
#endif
}

constexpr int level_count = 3;

const Table* supported(int level) noexcept {
    if (level == 2) return cpu_has_avx512() ? table_avx512() : nullptr;
    if (level == 1) return cpu_has_avx2() ? table_avx2() : nullptr;
    return table_baseline();
}

const Table& choose() noexcept {
    int highest = level_count - 1;
    if (const char* wanted = std::getenv("FASCIKIT_CPU")) {
        if (std::strcmp(wanted, "baseline") == 0) highest = 0;
        if (std::strcmp(wanted, "avx2") == 0) highest = 1;
    }
    for (int level = highest; level > 0; --level)
        if (const Table* table = supported(level)) return *table;
    return *table_baseline();
}

const Table& chosen() noexcept {
    static const Table& table = choose();
    return table;
}

const Table* named(const char* path) noexcept {
    for (int level = 0; level < level_count; ++level)
        if (const Table* table = supported(level); table && std::strcmp(table->path, path) == 0) return table;
    return nullptr;
}

template <class Function>
Function of(const char* path, Function Table::*member) noexcept {
    const Table* table = named(path);
    return table ? table->*member : nullptr;
}

}  // namespace

const char* cpu_path() noexcept { return chosen().path; }

CascadeFunction<float, float> cascade_function(float, float) noexcept { return chosen().cascade_f32; }
CascadeFunction<double, double> cascade_function(double, double) noexcept { return chosen().cascade_f64; }
CascadeFunction<float, double> cascade_function(float, double) noexcept { return chosen().cascade_f32_in_f64; }
FirFunction<float> fir_function(float) noexcept { return chosen().fir_f32; }
FirFunction<double> fir_function(double) noexcept { return chosen().fir_f64; }
LineFunction<float> line_function(float) noexcept { return chosen().line_f32; }
LineFunction<double> line_function(double) noexcept { return chosen().line_f64; }
MainsFunction<float> mains_function(float) noexcept { return chosen().mains_f32; }
MainsFunction<double> mains_function(double) noexcept { return chosen().mains_f64; }

CascadeFunction<float, float> cascade_function_of(const char* path, float, float) noexcept { return of(path, &Table::cascade_f32); }
CascadeFunction<double, double> cascade_function_of(const char* path, double, double) noexcept { return of(path, &Table::cascade_f64); }
CascadeFunction<float, double> cascade_function_of(const char* path, float, double) noexcept { return of(path, &Table::cascade_f32_in_f64); }
FirFunction<float> fir_function_of(const char* path, float) noexcept { return of(path, &Table::fir_f32); }
FirFunction<double> fir_function_of(const char* path, double) noexcept { return of(path, &Table::fir_f64); }
LineFunction<float> line_function_of(const char* path, float) noexcept { return of(path, &Table::line_f32); }
LineFunction<double> line_function_of(const char* path, double) noexcept { return of(path, &Table::line_f64); }
MainsFunction<float> mains_function_of(const char* path, float) noexcept { return of(path, &Table::mains_f32); }
MainsFunction<double> mains_function_of(const char* path, double) noexcept { return of(path, &Table::mains_f64); }

StatisticsFunction<float> statistics_function(float) noexcept { return chosen().statistics_f32; }
StatisticsFunction<double> statistics_function(double) noexcept { return chosen().statistics_f64; }
StatisticsFunction<float> statistics_function_of(const char* path, float) noexcept { return of(path, &Table::statistics_f32); }
StatisticsFunction<double> statistics_function_of(const char* path, double) noexcept { return of(path, &Table::statistics_f64); }

BareFunction<float> bare_function(float) noexcept { return chosen().bare_f32; }
BareFunction<double> bare_function(double) noexcept { return chosen().bare_f64; }
BareFunction<float> bare_function_of(const char* path, float) noexcept { return of(path, &Table::bare_f32); }
BareFunction<double> bare_function_of(const char* path, double) noexcept { return of(path, &Table::bare_f64); }

}  // namespace fascikit::kernels
