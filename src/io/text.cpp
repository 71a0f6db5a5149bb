#include "text.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "fascikit/core/finite.hpp"

namespace fascikit::io {

namespace {

/// Length of the valid UTF-8 sequence at `at`, 0 if there is none (RFC 3629).
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto next = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned b = byte(at);
    if (b < 0x80) return 1;
    if (b >= 0xc2 && b <= 0xdf) return next(at + 1) ? 2 : 0;
    if (b >= 0xe0 && b <= 0xef) {
        const unsigned second = byte(at + 1);
        if (!next(at + 1) || !next(at + 2)) return 0;
        if ((b == 0xe0 && second < 0xa0) || (b == 0xed && second > 0x9f)) return 0;
        return 3;
    }
    if (b >= 0xf0 && b <= 0xf4) {
        const unsigned second = byte(at + 1);
        if (!next(at + 1) || !next(at + 2) || !next(at + 3)) return 0;
        if ((b == 0xf0 && second < 0x90) || (b == 0xf4 && second > 0x8f)) return 0;
        return 4;
    }
    return 0;
}

}  // namespace

std::string_view trim(std::string_view text) noexcept {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string clean_text(std::string_view bytes) {
    bytes = trim(bytes);
    bool utf8 = true;
    for (std::size_t i = 0; utf8 && i < bytes.size();) {
        const std::size_t length = sequence_length(bytes, i);
        utf8 = length > 0;
        i += length;
    }
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        const auto b = static_cast<unsigned char>(c);
        if (b < 0x20 || b == 0x7f) {
            text += ' ';
        } else if (b < 0x80 || utf8) {
            text += c;
        } else if (b < 0xa0) {
            text += '?';  // control characters of Latin-1
        } else {
            text += static_cast<char>(0xc0U | b >> 6);
            text += static_cast<char>(0x80U | (b & 0x3fU));
        }
    }
    return std::string(trim(text));
}

std::string in_quotes(std::string_view bytes) {
    std::string text = clean_text(bytes);
    if (text.size() > 60) {
        std::size_t cut = 57;
        while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) --cut;
        text.resize(cut);
        text += "...";
    }
    return "'" + text + "'";
}

std::optional<double> to_number(std::string_view text) noexcept {
    text = trim(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    if (text.empty() || text.front() == '+') return std::nullopt;
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || !core::is_finite(value))
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> to_integer(std::string_view text) noexcept {
    text = trim(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    if (text.empty() || text.front() == '+') return std::nullopt;
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string iso_time(int year, int month, int day, int hour, int minute, int second, double shift_s) {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (month < 1 || day < 1 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60 || !(std::abs(shift_s) < 1e9))
        return {};
    const double whole = std::floor(shift_s);
    auto ticks = std::llround((shift_s - whole) * 1e7);
    const auto carry = ticks / 10000000;
    ticks %= 10000000;
    const auto time = sys_days{date} + hours{hour} + minutes{minute} +
                      seconds{second + static_cast<std::int64_t>(whole) + carry};
    const auto start_of_day = floor<days>(time);
    const year_month_day moved{start_of_day};
    const auto rest = (time - start_of_day).count();
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(moved.year()),
                  static_cast<unsigned>(moved.month()), static_cast<unsigned>(moved.day()),
                  static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
    std::string result = text;
    if (ticks > 0) {
        std::snprintf(text, sizeof text, ".%07d", static_cast<int>(ticks));
        result += text;
        while (result.back() == '0') result.pop_back();
    }
    return result;
}

}  // namespace fascikit::io
