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
    static constexpr Table table = table_of<Here>("avx512");
    return &table;
}

}  // namespace fascikit::kernels

#else

namespace fascikit::kernels {
const Table* table_avx512() noexcept { return nullptr; }
}  // namespace fascikit::kernels

#endif
