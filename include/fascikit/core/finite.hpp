// is_finite by its bits: a user's -ffast-math may assume that NaN does not exist
// and remove std::isnan; integers cannot be assumed away.
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

}  // namespace fascikit::core
