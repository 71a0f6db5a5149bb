// Numbers and names as tables spell them: a decimal point in every locale, nothing for NaN.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "fascikit/core/finite.hpp"

namespace fascikit::io {

/// The shortest spelling that reads back as the same number.
template <std::floating_point T>
[[nodiscard]] std::string real(T value) {
    if (!core::is_finite(value)) return {};
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

/// Six decimals: a microsecond.
[[nodiscard]] inline std::string seconds(double value) {
    if (!core::is_finite(value)) return {};
    char text[340];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 6).ptr;
    return {text, end};
}

/// An id; nothing for −1.
[[nodiscard]] inline std::string id(std::int64_t value) { return value < 0 ? std::string() : std::to_string(value); }

/// RFC 4180: in quotes where it holds a comma, a quote or a line break.
[[nodiscard]] inline std::string csv_text(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted_text = "\"";
    for (const char c : text) {
        if (c == '"') quoted_text += '"';
        quoted_text += c;
    }
    return quoted_text + '"';
}

/// BIDS tables know neither quotes nor empty cells.
[[nodiscard]] inline std::string tsv_text(std::string text) {
    for (char& c : text)
        if (c == '\t' || c == '\n' || c == '\r') c = ' ';
    return text.empty() ? "n/a" : text;
}

}  // namespace fascikit::io
