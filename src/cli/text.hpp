// Text for people: columns that line up, and numbers with as many digits as they deserve.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fascikit::cli {

/// printf into a string.
[[nodiscard]] [[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

/// Two significant decimals below 10, one below 100, none above; "-" for what is not a number.
[[nodiscard]] std::string number(double value);

/// Times of a recording: 1:02:03.4.
[[nodiscard]] std::string clock(double seconds);

/// Characters, not bytes, of UTF-8.
[[nodiscard]] std::size_t width(std::string_view text) noexcept;

/// What a name from a file may print on a terminal: no control characters.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows of cells; the first column to the left, the others to the right.
class Table {
public:
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace fascikit::cli
