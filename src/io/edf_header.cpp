#include "edf_header.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

/// Fields of a header by their place; every complaint names path and byte.
class Fields {
public:
    Fields(const FileBytes& file, std::string bytes) : path_(file.path()), bytes_(std::move(bytes)) {}

    [[nodiscard]] std::string_view raw(std::int64_t at, std::int64_t length) const {
        return std::string_view(bytes_).substr(static_cast<std::size_t>(at), static_cast<std::size_t>(length));
    }
    [[nodiscard]] std::string text(std::int64_t at, std::int64_t length) const { return clean_text(raw(at, length)); }

    [[noreturn]] void fail(std::int64_t at, std::int64_t length, const std::string& what,
                           const std::string& allowed) const {
        core::fail_input(path_ + ": byte " + std::to_string(at) + ": " + what + " " + in_quotes(raw(at, length)) +
                         ": allowed is " + allowed);
    }
    [[nodiscard]] std::int64_t integer(std::int64_t at, std::int64_t length, const std::string& what, std::int64_t low,
                                       std::int64_t high) const {
        const auto value = to_integer(raw(at, length));
        if (!value || *value < low || *value > high)
            fail(at, length, what, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
        return *value;
    }
    [[nodiscard]] double number(std::int64_t at, std::int64_t length, const std::string& what, double low,
                                double high) const {
        const auto value = to_number(raw(at, length));
        if (!value || !(*value >= low && *value <= high))
            fail(at, length, what, "a number from " + core::number(low) + " to " + core::number(high));
        return *value;
    }

private:
    std::string path_;
    std::string bytes_;
};

std::optional<int> digits(std::string_view text) {
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = 10 * value + (c - '0');
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

/// "Startdate 24-APR-2089 ..." of EDF+ keeps the century that the two-digit year loses.
void read_start(const Fields& fields, EdfHeader& header) {
    const auto date = fields.raw(168, 8);
    const auto time = fields.raw(176, 8);
    const auto hour = digits(time.substr(0, 2)), minute = digits(time.substr(3, 2)), second = digits(time.substr(6, 2));
    const auto day = digits(date.substr(0, 2)), month = digits(date.substr(3, 2)), year = digits(date.substr(6, 2));
    int d = day.value_or(0), m = month.value_or(0);
    int y = year ? (*year >= 85 ? 1900 : 2000) + *year : 0;
    const auto recording = fields.raw(88, 80);
    if (header.plus && recording.starts_with("Startdate ") && recording.size() > 21) {
        constexpr std::string_view names = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
        const auto name = names.find(recording.substr(13, 3));
        const auto full_day = digits(recording.substr(10, 2)), full_year = digits(recording.substr(17, 4));
        if (full_day && full_year && name != std::string_view::npos && name % 3 == 0 && *full_year > 2084) {
            d = *full_day;
            m = static_cast<int>(name / 3) + 1;
            y = *full_year;
        }
    }
    if (y > 0 && hour && minute && second && !iso_time(y, m, d, *hour, *minute, *second, 0).empty()) {
        header.year = y;
        header.month = m;
        header.day = d;
        header.hour = *hour;
        header.minute = *minute;
        header.second = *second;
    } else {
        header.warnings.push_back("byte 168: start date and time " + in_quotes(fields.raw(168, 16)) +
                                  " cannot be read; the start time is unknown");
    }
}

std::string count_of_bytes(std::int64_t records, std::int64_t record_bytes, std::int64_t header_bytes) {
    std::int64_t total = 0;
    if (__builtin_mul_overflow(records, record_bytes, &total) || __builtin_add_overflow(total, header_bytes, &total))
        return "more than " + std::to_string(INT64_MAX);
    return std::to_string(total);
}

}  // namespace

EdfHeader read_edf_header(const FileBytes& file) {
    constexpr std::int64_t fixed = 256;
    const auto too_short = [&](std::int64_t needed) {
        core::fail_input(file.path() + ": the header needs " + std::to_string(needed) + " bytes, the file has " +
                         std::to_string(file.size()));
    };
    if (file.size() < fixed) too_short(fixed);
    std::string bytes(static_cast<std::size_t>(fixed), '\0');
    file.read(0, bytes.data(), bytes.size());

    EdfHeader header;
    {
        const Fields fields(file, bytes);
        header.bdf = fields.raw(0, 8) == "\xff" "BIOSEMI";
        if (!header.bdf && fields.raw(0, 8) != "0       ")
            fields.fail(0, 8, "version", "'0' for EDF and 0xFF 'BIOSEMI' for BDF");
    }
    header.width = header.bdf ? 3 : 2;
    const Fields fixed_fields(file, bytes);
    const std::int64_t count = fixed_fields.integer(252, 4, "number of signals", 1, 9999);
    header.bytes = 256 * (count + 1);
    if (fixed_fields.integer(184, 8, "bytes in the header", 1, 99999999) != header.bytes)
        fixed_fields.fail(184, 8, "bytes in the header",
                          std::to_string(header.bytes) + ", 256 for the file and for each of " + std::to_string(count) +
                              " signals");
    if (file.size() < header.bytes) too_short(header.bytes);
    bytes.resize(static_cast<std::size_t>(header.bytes));
    file.read(fixed, bytes.data() + fixed, bytes.size() - static_cast<std::size_t>(fixed));
    const Fields fields(file, std::move(bytes));

    const auto reserved = fields.raw(192, 44);
    header.discontinuous = reserved.starts_with("EDF+D") || reserved.starts_with("BDF+D");
    header.plus = header.discontinuous || reserved.starts_with("EDF+C") || reserved.starts_with("BDF+C");
    header.identity = {fields.text(8, 80), fields.text(88, 80)};
    read_start(fields, header);
    header.records = fields.integer(236, 8, "number of data records", -1, 99999999);
    header.record_s = fields.number(244, 8, "seconds a data record", 0, 1e8);

    const std::int64_t lowest = header.bdf ? -8388608 : -32768;
    const std::int64_t highest = header.bdf ? 8388607 : 32767;
    std::int64_t offset = 0;
    bool all_annotations = true;
    for (std::int64_t s = 0; s < count; ++s) {
        // The fields of all signals stand together, field by field.
        const auto at = [&](std::int64_t before, std::int64_t length) { return 256 + before * count + s * length; };
        EdfSignal signal;
        const std::string name = fields.text(at(0, 16), 16);
        const std::string of = " of signal " + std::to_string(s + 1) + " (" + name + ")";
        signal.annotations = name == "EDF Annotations" || name == "BDF Annotations";
        signal.label = name;
        signal.transducer = fields.text(at(16, 80), 80);
        signal.unit = fields.text(at(96, 8), 8);
        signal.prefiltering = fields.text(at(136, 80), 80);
        signal.samples = fields.integer(at(216, 8), 8, "samples a data record" + of, 1, 99999999);
        if (!signal.annotations) {
            all_annotations = false;
            signal.physical_min = fields.number(at(104, 8), 8, "physical minimum" + of, -1e30, 1e30);
            signal.physical_max = fields.number(at(112, 8), 8, "physical maximum" + of, -1e30, 1e30);
            if (!(std::abs(signal.physical_max - signal.physical_min) > 0))
                fields.fail(at(112, 8), 8, "physical maximum" + of, "any number but the physical minimum");
            signal.digital_min = fields.integer(at(120, 8), 8, "digital minimum" + of, lowest, highest);
            signal.digital_max = fields.integer(at(128, 8), 8, "digital maximum" + of, lowest, highest);
            if (signal.digital_max <= signal.digital_min)
                fields.fail(at(128, 8), 8, "digital maximum" + of,
                            "more than the digital minimum " + std::to_string(signal.digital_min));
            if (header.record_s > 0 && !(static_cast<double>(signal.samples) / header.record_s <= 1e9))
                fields.fail(at(216, 8), 8, "samples a data record" + of, "a rate of at most 1e+09 Hz");
        }
        signal.offset = offset;
        offset += signal.samples * header.width;
        header.signals.push_back(std::move(signal));
    }
    header.record_bytes = offset;
    if (all_annotations) return header;
    if (!(header.record_s > 0)) fields.fail(244, 8, "seconds a data record", "more than 0 where there are signals");

    const std::int64_t there = file.size() - header.bytes;
    if (header.records == -1) {
        header.records = there / header.record_bytes;
        if (const std::int64_t rest = there % header.record_bytes; rest != 0)
            header.warnings.push_back("the recording was not closed (record count -1); its last record has " +
                                      std::to_string(rest) + " of " + std::to_string(header.record_bytes) +
                                      " bytes and is left out");
    } else if (header.records != there / header.record_bytes || there % header.record_bytes != 0) {
        core::fail_input(file.path() + ": the header promises " +
                         count_of_bytes(header.records, header.record_bytes, header.bytes) + " bytes (" +
                         std::to_string(header.bytes) + " + " + std::to_string(header.records) + " records of " +
                         std::to_string(header.record_bytes) + "), the file has " + std::to_string(file.size()));
    }
    if (header.records == 0) core::fail_input(file.path() + ": the file holds no data record");
    return header;
}

namespace {

struct Tals {
    std::vector<Annotation> list;
    std::optional<double> first_onset;
    std::int64_t bad = -1;           ///< where the first part stands that cannot be read
};

/// Time-stamped annotation lists: onset[0x15 duration]0x14 text 0x14 … text 0x14 0x00.
Tals parse_tals(std::string_view bytes) {
    Tals tals;
    bool first = true;
    for (std::size_t i = 0; i < bytes.size();) {
        if (bytes[i] == '\0') {
            ++i;
            continue;
        }
        const std::size_t end = std::min(bytes.find('\0', i), bytes.size());
        const std::string_view tal = bytes.substr(i, end - i);
        const std::size_t head = tal.find('\x14');
        const std::string_view when = tal.substr(0, std::min(head, tal.size()));
        const std::size_t bar = when.find('\x15');
        const auto onset = to_number(when.substr(0, std::min(bar, when.size())));
        const auto duration = bar == std::string_view::npos ? 0.0 : to_number(when.substr(bar + 1));
        const bool good = head != std::string_view::npos && (tal[0] == '+' || tal[0] == '-') && onset &&
                          std::abs(*onset) <= 1e12 && duration && *duration >= 0;
        if (!good) {
            if (tals.bad < 0) tals.bad = static_cast<std::int64_t>(i);
        } else {
            if (first) tals.first_onset = onset;
            for (std::size_t at = head + 1; at < tal.size();) {
                const std::size_t stop = std::min(tal.find('\x14', at), tal.size());
                std::string text = clean_text(tal.substr(at, stop - at));
                if (!text.empty()) tals.list.push_back({*onset, *duration, std::move(text)});
                at = stop + 1;
            }
        }
        first = false;
        i = end;
    }
    return tals;
}

}  // namespace

EdfAnnotations read_edf_annotations(const FileBytes& file, const EdfHeader& header) {
    EdfAnnotations all;
    std::vector<const EdfSignal*> signals;
    std::int64_t longest = 0;
    for (const EdfSignal& s : header.signals)
        if (s.annotations) {
            signals.push_back(&s);
            longest = std::max(longest, s.samples * header.width);
        }
    if (signals.empty()) {
        if (header.discontinuous)
            core::fail_input(file.path() + ": a discontinuous file without an annotation signal: the times of its "
                                           "records are unknown");
        return all;
    }

    bool keeps_time = true;
    std::int64_t bad_count = 0, first_bad = 0;
    // Short records are read many at once: a system call each would be most of the time.
    const std::int64_t at_once = header.record_bytes <= 4096 ? 256 : 1;
    std::string bytes(static_cast<std::size_t>(at_once > 1 ? at_once * header.record_bytes : longest), '\0');
    for (std::int64_t r = 0; r < header.records; ++r) {
        const std::int64_t record_at = header.bytes + r * header.record_bytes;
        if (at_once > 1 && r % at_once == 0)
            file.read(record_at, bytes.data(),
                      static_cast<std::size_t>(std::min(at_once, header.records - r) * header.record_bytes));
        for (const EdfSignal* s : signals) {
            const std::int64_t at = record_at + s->offset;
            const auto length = static_cast<std::size_t>(s->samples * header.width);
            const std::int64_t in_bytes = at_once > 1 ? r % at_once * header.record_bytes + s->offset : 0;
            if (at_once == 1) file.read(at, bytes.data(), length);
            Tals tals = parse_tals(std::string_view(bytes).substr(static_cast<std::size_t>(in_bytes), length));
            if (tals.bad >= 0 && bad_count++ == 0) first_bad = at + tals.bad;
            if (s == signals.front()) {
                if (tals.first_onset) {
                    all.record_s.push_back(*tals.first_onset);
                } else {
                    keeps_time = false;
                    if (header.discontinuous)
                        core::fail_input(file.path() + ": byte " + std::to_string(at + std::max<std::int64_t>(tals.bad, 0)) +
                                         ": the time of data record " + std::to_string(r + 1) + " cannot be read");
                }
            }
            std::move(tals.list.begin(), tals.list.end(), std::back_inserter(all.list));
        }
    }
    if (!keeps_time) all.record_s.clear();
    if (bad_count > 0)
        all.warnings.push_back("annotations cannot be read in " + std::to_string(bad_count) +
                               " places and are left out there; the first is byte " + std::to_string(first_bad));
    return all;
}

}  // namespace fascikit::io
