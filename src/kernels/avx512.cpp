// The loops compiled for AVX-512. On other targets this file is empty.
#include "table.hpp"

#if defined(__AVX512F__)

namespace {
struct Here {
    static constexpr int bytes = 64;
};
}  // namespace

namespace fascikit::kernels {

const Table* table_avx512() noexcept {
    static constexpr Table table{"avx512", &CascadeKernel<Here, float, float>::run,
                                 &CascadeKernel<Here, double, double>::run, &CascadeKernel<Here, float, double>::run,
                                 &MainsKernel<Here, float>::run, &MainsKernel<Here, double>::run,
                                 &StatisticsKernel<Here, float>::run, &StatisticsKernel<Here, double>::run};
    return &table;
}

}  // namespace fascikit::kernels

#else

namespace fascikit::kernels {
const Table* table_avx512() noexcept { return nullptr; }
}  // namespace fascikit::kernels

#endif
