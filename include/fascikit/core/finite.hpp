// is_finite and is_nan by their bits: a user's -ffast-math may assume that NaN does not
// exist and remove std::isnan and x != x; integers cannot be assumed away.
#pragma once

#include <bit>
#include <cstdint>

namespace fascikit::core {

[[nodiscard]] constexpr bool is_finite(float value) noexcept {
    return (std::bit_cast<std::uint32_t>(value) & 0x7f800000U) != 0x7f800000U;
}
[[nodiscard]] constexpr bool is_finite(double value) noexcept {
    return (std::bit_cast<std::uint64_t>(value) & 0x7ff0000000000000ULL) != 0x7ff0000000000000ULL;
}
[[nodiscard]] constexpr bool is_nan(float value) noexcept {
    return (std::bit_cast<std::uint32_t>(value) & 0x7fffffffU) > 0x7f800000U;
}
[[nodiscard]] constexpr bool is_nan(double value) noexcept {
    return (std::bit_cast<std::uint64_t>(value) & 0x7fffffffffffffffULL) > 0x7ff0000000000000ULL;
}

}  // namespace fascikit::core
