// The loops compiled for AVX2. On other targets this file is empty.
#include "table.hpp"

#if defined(__AVX2__)

namespace {
struct Here {
    static constexpr int bytes = 32;
};
}  // namespace

namespace fascikit::kernels {

const Table* table_avx2() noexcept {
    static constexpr Table table = table_of<Here>("avx2");
    return &table;
}

}  // namespace fascikit::kernels

#else

namespace fascikit::kernels {
const Table* table_avx2() noexcept { return nullptr; }
}  // namespace fascikit::kernels

#endif
