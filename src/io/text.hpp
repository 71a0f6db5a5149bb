// Small pieces of text as files spell them: trimmed, as UTF-8, as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fascikit::io {

/// Without spaces, tabs and zero bytes (some writers pad with them) at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Printable UTF-8: what is not valid UTF-8 is taken as Latin-1; control characters become spaces; trimmed.
[[nodiscard]] std::string clean_text(std::string_view bytes);

/// clean_text, shortened, for use inside an error message.
[[nodiscard]] std::string in_quotes(std::string_view bytes);

/// The whole text (trimmed) as a finite number with a decimal point; nothing otherwise.
[[nodiscard]] std::optional<double> to_number(std::string_view text) noexcept;
[[nodiscard]] std::optional<std::int64_t> to_integer(std::string_view text) noexcept;

[[nodiscard]] std::string lower(std::string_view text);

/// "2020-01-24T04:05:56", moved by `shift_s` (the fraction is kept, up to 7 digits); empty for a date that is none.
[[nodiscard]] std::string iso_time(int year, int month, int day, int hour, int minute, int second, double shift_s);

}  // namespace fascikit::io
