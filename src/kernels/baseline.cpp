// The loops compiled for any CPU of the target (SSE2 on x86-64, NEON on arm64).
#include "table.hpp"

namespace {
struct Here {
    static constexpr int bytes = 16;
};
}  // namespace

namespace fascikit::kernels {

const Table* table_baseline() noexcept {
#if defined(__ARM_NEON)
    static constexpr const char* path_name = "neon";
#else
    static constexpr const char* path_name = "baseline";
#endif
    static constexpr Table table = table_of<Here>(path_name);
    return &table;
}

}  // namespace fascikit::kernels
