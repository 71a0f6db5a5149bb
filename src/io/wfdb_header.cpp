#include "wfdb_header.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

/// Takes one word after the other from a line.
class Words {
public:
    explicit Words(std::string_view line) : rest_(trim(line)) {}
    [[nodiscard]] std::string_view next() {
        const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
        const std::string_view word = rest_.substr(0, end);
        rest_ = trim(rest_.substr(end));
        return word;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

/// The line being read, for complaints.
struct Line {
    const std::string& path;
    int number = 0;

    [[noreturn]] void fail(const std::string& what, std::string_view found, const std::string& allowed) const {
        core::fail_input(path + ": line " + std::to_string(number) + ": " + what + " " + in_quotes(found) +
                         ": allowed is " + allowed);
    }
    [[nodiscard]] std::int64_t integer(std::string_view word, const std::string& what, std::int64_t low,
                                       std::int64_t high) const {
        const auto value = to_integer(word);
        if (!value || *value < low || *value > high)
            fail(what, word, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
        return *value;
    }
};

constexpr std::int64_t int32_low = INT32_MIN, int32_high = INT32_MAX;

std::string start_of(std::string_view time, std::string_view date) {
    const auto split = [](std::string_view text, char by) -> std::vector<std::string_view> {
        std::vector<std::string_view> parts;
        for (std::size_t at = 0; at <= text.size();) {
            const std::size_t end = std::min(text.find(by, at), text.size());
            parts.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        return parts;
    };
    const auto clock = split(time, ':'), calendar = split(date, '/');
    if (clock.size() != 3 || calendar.size() != 3) return {};
    const auto h = to_integer(clock[0]), m = to_integer(clock[1]);
    const auto s = to_number(clock[2]);
    const auto day = to_integer(calendar[0]), month = to_integer(calendar[1]), year = to_integer(calendar[2]);
    const auto small = [](const std::optional<std::int64_t>& v) { return v && *v >= 0 && *v <= 9999; };
    if (!small(h) || !small(m) || !s || !(*s >= 0 && *s < 61) || !small(day) || !small(month) || !small(year)) return {};
    return iso_time(static_cast<int>(*year), static_cast<int>(*month), static_cast<int>(*day), static_cast<int>(*h),
                    static_cast<int>(*m), 0, *s);
}

void read_record_line(std::string_view text, const Line& line, WfdbHeader& header, std::int64_t& count) {
    Words words(text);
    const auto name = words.next();
    if (name.find('/') != std::string_view::npos)
        core::fail_input(line.path + ": line " + std::to_string(line.number) + ": record " + in_quotes(name) +
                         " has several segments: only records of one segment can be read");
    count = line.integer(words.next(), "number of signals", 0, 100000);
    if (auto rate = words.next(); !rate.empty()) {
        rate = rate.substr(0, rate.find('/'));
        const auto value = to_number(rate);
        if (!value || !(*value > 0 && *value <= 1e9)) line.fail("sampling frequency", rate, "more than 0 to 1e+09 Hz");
        header.frame_rate_hz = *value;
    } else {
        header.warnings.push_back("the header states no sampling frequency: taken as 250 Hz, the default of WFDB");
    }
    if (const auto frames = words.next(); !frames.empty())
        header.frames = line.integer(frames, "number of samples", 0, INT64_MAX);
    const auto time = words.next();
    header.start_time = start_of(time, words.next());
}

void check_file_name(std::string_view name, const Line& line) {
    bool inside = !name.empty() && name != "-" && name.front() != '/' && name.find('\\') == std::string_view::npos &&
                  name.find(':') == std::string_view::npos && name.find('\0') == std::string_view::npos;
    for (std::size_t at = 0; inside && at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        inside = name.substr(at, end - at) != "..";
        at = end + 1;
    }
    if (!inside) line.fail("signal file", name, "a file in the folder of the header");
}

WfdbSignal read_signal_line(std::string_view text, const Line& line, std::size_t index) {
    WfdbSignal signal;
    Words words(text);
    signal.file = words.next();

    std::string_view format = words.next();
    const std::size_t modifier = std::min(format.find_first_of("x:+"), format.size());
    signal.format = static_cast<int>(line.integer(format.substr(0, modifier), "sample format", 0, 9999));
    if (signal.format != 0 && wfdb_bytes(signal.format, 1) == 0)
        line.fail("sample format", format,
                  std::string("8, 16, 24, 32, 61, 80, 160, 212, 310 or 311") +
                      (signal.format == 508 || signal.format == 516 || signal.format == 524 ? " (this one is FLAC)" : ""));
    for (std::size_t at = modifier; at < format.size();) {
        const std::size_t end = std::min(format.find_first_of("x:+", at + 1), format.size());
        const auto value = format.substr(at + 1, end - at - 1);
        if (format[at] == 'x')
            signal.samples_per_frame = line.integer(value, "samples a frame", 1, 99999999);
        else if (format[at] == ':')
            signal.skew_frames = line.integer(value, "skew", 0, int32_high);
        else
            signal.byte_offset = line.integer(value, "byte offset", 0, std::int64_t{1} << 50);
        at = end;
    }
    if (signal.format != 0) check_file_name(signal.file, line);

    signal.unit = "mV";
    bool own_baseline = false;
    if (const auto word = words.next(); !word.empty()) {
        const std::size_t slash = std::min(word.find('/'), word.size());
        const std::size_t bracket = std::min(word.find('('), slash);
        const auto gain = to_number(word.substr(0, bracket));
        if (!gain || (*gain != 0 && !(std::abs(*gain) >= 1e-20 && std::abs(*gain) <= 1e20)))
            line.fail("gain", word, "0 (uncalibrated) or a number of steps a unit");
        signal.gain = *gain;
        if (bracket < slash) {
            const auto inner = word.substr(bracket + 1, slash - bracket - 1);
            if (inner.empty() || inner.back() != ')') line.fail("baseline", word, "a whole number in brackets");
            signal.baseline = line.integer(inner.substr(0, inner.size() - 1), "baseline", int32_low, int32_high);
            own_baseline = true;
        }
        if (slash < word.size()) signal.unit = clean_text(word.substr(slash + 1));
    }
    if (const auto word = words.next(); !word.empty())
        signal.adc_bits = static_cast<int>(line.integer(word, "ADC resolution", 0, 32));
    if (const auto word = words.next(); !word.empty())
        signal.adc_zero = line.integer(word, "ADC zero", int32_low, int32_high);
    if (!own_baseline) signal.baseline = signal.adc_zero;
    signal.initial = signal.adc_zero;
    if (const auto word = words.next(); !word.empty()) {
        signal.initial = line.integer(word, "initial value", int32_low, int32_high);
        signal.has_initial = true;
    }
    if (const auto word = words.next(); !word.empty()) {
        signal.checksum = line.integer(word, "checksum", int32_low, int32_high);
        signal.has_checksum = true;
    }
    if (const auto word = words.next(); !word.empty()) (void)line.integer(word, "block size", 0, int32_high);
    signal.label = clean_text(words.rest());
    if (signal.label.empty()) signal.label = "signal " + std::to_string(index + 1);
    return signal;
}

}  // namespace

WfdbHeader read_wfdb_header(const FileBytes& file) {
    const std::string text = file.text(std::int64_t{1} << 24);
    WfdbHeader header;
    std::int64_t count = -1;
    Line line{file.path()};
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view content = trim(std::string_view(text).substr(at, end - at));
        at = end + 1;
        ++line.number;
        if (content.empty()) continue;
        if (content.front() == '#') {
            const std::string comment = clean_text(content.substr(1));
            if (!comment.empty()) header.comments += (header.comments.empty() ? "" : "; ") + comment;
        } else if (count < 0) {
            read_record_line(content, line, header, count);
        } else if (static_cast<std::int64_t>(header.signals.size()) < count) {
            header.signals.push_back(read_signal_line(content, line, header.signals.size()));
        } else {
            core::fail_input(file.path() + ": line " + std::to_string(line.number) + ": a line more than the " +
                             std::to_string(count) + " signals the header promises");
        }
    }
    if (count < 0) core::fail_input(file.path() + ": no record line in this WFDB header");
    if (count == 0) core::fail_input(file.path() + ": the record holds annotations only, no signal");
    if (static_cast<std::int64_t>(header.signals.size()) < count)
        core::fail_input(file.path() + ": the header promises " + std::to_string(count) + " signals and describes " +
                         std::to_string(header.signals.size()));
    return header;
}

std::int64_t wfdb_bytes(int format, std::int64_t n) noexcept {
    switch (format) {
        case 8: case 80: return n;
        case 16: case 61: case 160: return 2 * n;
        case 24: return 3 * n;
        case 32: return 4 * n;
        case 212: return n / 2 * 3 + n % 2 * 2;
        case 310: return n / 3 * 4 + n % 3 * 2;
        case 311: return n / 3 * 4 + (n % 3 == 0 ? 0 : n % 3 + 1);
        default: return 0;
    }
}

std::int64_t wfdb_samples(int format, std::int64_t bytes) noexcept {
    switch (format) {
        case 8: case 80: return bytes;
        case 16: case 61: case 160: return bytes / 2;
        case 24: return bytes / 3;
        case 32: return bytes / 4;
        case 212: return bytes / 3 * 2 + (bytes % 3 == 2 ? 1 : 0);
        case 310: return bytes / 4 * 3 + bytes % 4 / 2;
        case 311: return bytes / 4 * 3 + (bytes % 4 == 0 ? 0 : bytes % 4 - 1);
        default: return 0;
    }
}

int wfdb_pack(int format) noexcept { return format == 212 ? 2 : format == 310 || format == 311 ? 3 : 1; }

std::int64_t wfdb_invalid(int format) noexcept {
    switch (format) {
        case 80: return -128;
        case 310: case 311: return -512;
        case 212: return -2048;
        case 16: case 61: case 160: return -32768;
        case 24: return -8388608;
        case 32: return INT32_MIN;
        default: return INT64_MIN;
    }
}

namespace {

std::int32_t sign_extend(unsigned value, int bits) noexcept {
    return static_cast<std::int32_t>(std::uint32_t{value} << (32 - bits)) >> (32 - bits);
}

template <class At>
void unpack(std::int64_t count, std::int32_t* out, At at) noexcept {
    for (std::int64_t k = 0; k < count; ++k) out[k] = at(k);
}

}  // namespace

void wfdb_unpack(int format, const unsigned char* b, std::int64_t count, std::int32_t* out) noexcept {
    const auto u = [b](std::int64_t i) { return static_cast<unsigned>(b[i]); };
    const auto word = [b](std::int64_t i) { return static_cast<unsigned>(b[i] | b[i + 1] << 8); };
    switch (format) {
        case 8: return unpack(count, out, [&](std::int64_t k) { return sign_extend(u(k), 8); });
        case 80: return unpack(count, out, [&](std::int64_t k) { return static_cast<std::int32_t>(u(k)) - 128; });
        case 16: return unpack(count, out, [&](std::int64_t k) { return sign_extend(word(2 * k), 16); });
        case 61: return unpack(count, out, [&](std::int64_t k) { return sign_extend(u(2 * k) << 8 | u(2 * k + 1), 16); });
        case 160: return unpack(count, out, [&](std::int64_t k) { return static_cast<std::int32_t>(word(2 * k)) - 32768; });
        case 24: return unpack(count, out, [&](std::int64_t k) { return sign_extend(word(3 * k) | u(3 * k + 2) << 16, 24); });
        case 32: return unpack(count, out, [&](std::int64_t k) { return sign_extend(word(4 * k) | word(4 * k + 2) << 16, 32); });
        case 212: return unpack(count, out, [&](std::int64_t k) {
            const std::int64_t p = k / 2 * 3;
            return sign_extend(k % 2 == 0 ? u(p) | (u(p + 1) & 0x0fU) << 8 : u(p + 2) | (u(p + 1) & 0xf0U) << 4, 12);
        });
        case 310: return unpack(count, out, [&](std::int64_t k) {
            const std::int64_t p = k / 3 * 4;
            if (k % 3 == 2) return sign_extend(u(p + 1) >> 3 | u(p + 3) >> 3 << 5, 10);
            return sign_extend(word(p + k % 3 * 2) >> 1 & 0x3ffU, 10);
        });
        case 311: return unpack(count, out, [&](std::int64_t k) {
            const std::int64_t p = k / 3 * 4;
            return sign_extend(word(p + k % 3) >> (k % 3 * 2) & 0x3ffU, 10);
        });
        default: return;
    }
}

}  // namespace fascikit::io
