// CSV, TSV and TXT tables: a line of column names, then one line a frame.
//
// Separator: tab, else semicolon, else comma, whichever the line of names holds
// first in this order. With tab or semicolon, or in a single column, a decimal comma
// is understood. Lines that begin with # before the names are comments. A unit stands
// in the name: "EMG [uV]", "EMG (mV)", "EMG_uV". An empty cell, "nan" or "NA" is a NaN
// sample. Opening reads every line once, checks every cell and remembers where each
// 1024th line begins; a block is parsed from there.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "channels.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

/// Lines of a file from any offset on, without their line ends.
class Lines {
public:
    static constexpr std::size_t longest = std::size_t{1} << 20;

    Lines(const FileBytes& file, std::int64_t offset) : file_(file), next_(offset) {}

    /// False at the end of the file. The view holds until the next call.
    bool next(std::string_view& line, std::int64_t number) {
        for (;;) {
            const char* begin = buffer_.data() + used_;
            const std::size_t left = buffer_.size() - used_;
            const auto* end = left == 0 ? nullptr : static_cast<const char*>(std::memchr(begin, '\n', left));
            const bool last = next_ >= file_.size();
            if (end != nullptr || (last && left > 0)) {
                const std::size_t length = end != nullptr ? static_cast<std::size_t>(end - begin) : left;
                line_offset_ = next_ - static_cast<std::int64_t>(left);
                line = std::string_view(begin, length);
                used_ += length + (end != nullptr ? 1 : 0);
                if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
                if (line.size() > longest) too_long(number);
                if (std::memchr(line.data(), '\0', line.size()) != nullptr)
                    core::fail_input(file_.path() + ": line " + std::to_string(number) +
                                     " holds a zero byte: this is no text file");
                return true;
            }
            if (last) return false;
            if (left > longest) too_long(number);
            buffer_.erase(0, used_);
            used_ = 0;
            const auto part = std::min<std::int64_t>(std::int64_t{1} << 18, file_.size() - next_);
            buffer_.resize(left + static_cast<std::size_t>(part));
            file_.read(next_, buffer_.data() + left, static_cast<std::size_t>(part));
            next_ += part;
        }
    }
    /// Where the line given last begins.
    [[nodiscard]] std::int64_t line_offset() const noexcept { return line_offset_; }

private:
    [[noreturn]] void too_long(std::int64_t number) const {
        core::fail_input(file_.path() + ": line " + std::to_string(number) + " is longer than " +
                         std::to_string(longest) + " bytes");
    }

    const FileBytes& file_;
    std::int64_t next_;
    std::int64_t line_offset_ = 0;
    std::string buffer_;
    std::size_t used_ = 0;
};

enum class Cell { number, missing, bad };

/// Of a table: how its cells are told apart and read.
struct Dialect {
    char separator = ',';            ///< '\0': a single column
    bool decimal_comma = false;

    /// The next cell of `rest`; false when there is none left. Quotes are taken off.
    bool next(std::string_view& rest, bool& more, std::string_view& cell) const {
        if (!more) return false;
        std::size_t end = rest.size();
        const bool quoted_cell = !rest.empty() && rest.front() == '"';
        std::size_t from = 0;
        if (quoted_cell) {
            from = std::min(rest.find('"', 1), rest.size());
            while (from + 1 < rest.size() && rest[from + 1] == '"')  // "" is a quote inside
                from = std::min(rest.find('"', from + 2), rest.size());
        }
        if (separator != '\0') end = std::min(rest.find(separator, from), rest.size());
        cell = trim(rest.substr(0, end));
        if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
        more = end < rest.size();
        rest.remove_prefix(more ? end + 1 : rest.size());
        return true;
    }

    Cell parse(std::string_view cell, double& value) const noexcept {
        value = std::numeric_limits<double>::quiet_NaN();
        if (cell.empty()) return Cell::missing;
        if (cell.front() == '+') cell.remove_prefix(1);
        const char* end = cell.data() + cell.size();
        auto result = std::from_chars(cell.data(), end, value);
        char copy[64];
        if (result.ptr != end && decimal_comma && cell.size() <= sizeof copy) {
            const std::size_t comma = cell.find(',');
            if (comma != std::string_view::npos && cell.find('.') == std::string_view::npos) {
                std::copy(cell.begin(), cell.end(), copy);
                copy[comma] = '.';
                end = copy + cell.size();
                result = std::from_chars(copy, end, value);
            }
        }
        if (result.ptr == end && result.ec == std::errc{}) {
            // Infinity is a bad sample as NaN is, and the mask treats both the same.
            if (!core::is_finite(value)) return Cell::missing;
            return std::abs(value) <= 1e30 ? Cell::number : Cell::bad;
        }
        const bool na = cell == "NA" || cell == "N/A" || cell == "NaN" || cell == "null";
        value = std::numeric_limits<double>::quiet_NaN();
        return na ? Cell::missing : Cell::bad;
    }
};

struct Column {
    std::string label;
    std::string unit;
    bool time = false;
    double seconds = 1;              ///< in one step of a time column
    bool counter = false;
};

Column describe(std::string_view cell) {
    Column column;
    std::string name = clean_text(cell);
    column.label = name;
    const auto unit_in = [&](char open, char close) {
        const std::size_t at = name.rfind(open);
        if (at == std::string::npos || name.back() != close) return false;
        column.unit = clean_text(std::string_view(name).substr(at + 1, name.size() - at - 2));
        column.label = clean_text(std::string_view(name).substr(0, at));
        return true;
    };
    if (!name.empty() && !unit_in('[', ']') && !unit_in('(', ')')) {
        const std::size_t at = name.find_last_of("_ ");
        if (at != std::string::npos && at > 0) {
            const std::string last = name.substr(at + 1);
            // "EMG_V" or "EMG uV"; other last words belong to the name, but for those of time.
            if (voltage_in_uv(last) || last == "s" || last == "ms" || last == "us") {
                column.unit = last;
                column.label = clean_text(std::string_view(name).substr(0, at));
            }
        }
    }
    const std::string plain = lower(column.label), unit = lower(column.unit);
    const bool seconds = unit == "s" || unit == "sec" || unit == "seconds" || unit.empty();
    if ((plain == "time" || plain == "t" || plain == "timestamp" || plain == "seconds") &&
        (seconds || unit == "ms" || unit == "us")) {
        column.time = true;
        column.seconds = seconds ? 1 : unit == "ms" ? 1e-3 : 1e-6;
    }
    column.counter = plain == "sample" || plain == "samples" || plain == "index" || plain == "frame" || plain == "#" ||
                     plain == "n" || plain == "unnamed: 0";
    if (column.label.empty() && !name.empty()) column.label = name;
    return column;
}

struct Table {
    Dialect dialect;
    std::vector<Column> columns;
    std::int64_t first_line = 1;     ///< number of the first line of data
    std::int64_t first_offset = 0;
};

Table read_names(const FileBytes& file) {
    Table table;
    Lines lines(file, 0);
    std::string_view line;
    std::int64_t number = 0;
    for (;;) {
        if (!lines.next(line, ++number)) core::fail_input(file.path() + ": no line of column names");
        if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
        const auto content = trim(line);
        if (!content.empty() && content.front() != '#') break;
    }
    for (const char separator : {'\t', ';', ','}) {
        table.dialect.separator = separator;
        if (line.find(separator) != std::string_view::npos) break;
        table.dialect.separator = '\0';
    }
    table.dialect.decimal_comma = table.dialect.separator != ',';
    bool any_name = false, more = true;
    std::string_view cell;
    bool quoted = line.starts_with('"');
    for (std::string_view rest = line; table.dialect.next(rest, more, cell); quoted = rest.starts_with('"')) {
        double value = 0;
        any_name = any_name || table.dialect.parse(cell, value) == Cell::bad;
        std::string name;
        for (std::size_t i = 0; i < cell.size(); ++i) {
            name += cell[i];
            if (quoted && cell.substr(i).starts_with("\"\"")) ++i;
        }
        table.columns.push_back(describe(name));
    }
    if (!any_name)
        core::fail_input(file.path() + ": line " + std::to_string(number) + ": column names are needed here, such as "
                                                                             "EMG1_uV, and " +
                         in_quotes(line) + " has none");
    table.first_line = number + 1;
    table.first_offset = lines.next(line, number + 1) ? lines.line_offset() : file.size();
    return table;
}

/// Finds the rate of a time column while its cells go by.
class Clock {
public:
    explicit Clock(double seconds) : unit_(seconds) {}

    /// False when this step is not like the first one.
    bool add(double value, std::string_view cell) {
        const double t = value * unit_;
        const std::size_t point = cell.find_first_of(".,");
        const bool exponent = cell.find_first_of("eE") != std::string_view::npos;
        if (!exponent)
            resolution_ = std::min(resolution_, unit_ * std::pow(10.0, point == std::string_view::npos
                                                                           ? 0.0
                                                                           : -static_cast<double>(cell.size() - point - 1)));
        else
            resolution_ = 0;
        bool good = true;
        if (count_ == 0)
            first_ = t;
        else if (count_ == 1)
            step_ = t - first_;
        // The step so far, more exact with every line; a step off by half, beyond what rounding does, is a lost line.
        if (count_ >= 1) {
            const double step = (t - last_);
            good = step >= 0 && std::abs(step - step_) <= 0.5 * step_ + 1.01 * std::min(resolution_, 1.0);
            if (good) step_ = (t - first_) / static_cast<double>(count_);
        }
        last_ = t;
        ++count_;
        return good;
    }
    [[nodiscard]] double rate_hz() const {
        if (count_ < 2 || !(last_ > first_)) return 0;
        const double span = last_ - first_, steps = static_cast<double>(count_ - 1);
        const double rate = steps / span, whole = std::round(rate);
        // A whole number of Hz that the printed digits cannot tell from the quotient is what was meant.
        return whole > 0 && std::abs(steps / whole - span) <= 1.01 * resolution_ + 1e-9 * span ? whole : rate;
    }
    /// Times printed so coarsely that several lines share one say the rate only over a long file.
    [[nodiscard]] bool too_coarse() const noexcept {
        return resolution_ > 1.5 * step_ && resolution_ > 1e-3 * (last_ - first_);
    }
    [[nodiscard]] double step_s() const noexcept { return step_; }

private:
    double unit_;
    double first_ = 0, last_ = 0, step_ = 0;
    double resolution_ = 1;
    std::int64_t count_ = 0;
};

constexpr std::int64_t index_every = 1024;

class CsvReader final : public Reader {
public:
    CsvReader(FileBytes file, Table table, std::vector<std::int64_t> index, const std::vector<Selected>& selected)
        : file_(std::move(file)), table_(std::move(table)), index_(std::move(index)),
          output_of_(table_.columns.size(), -1), scale_(table_.columns.size(), 1) {
        for (std::size_t i = 0; i < selected.size(); ++i) {
            output_of_[static_cast<std::size_t>(selected[i].channel)] = static_cast<int>(i);
            scale_[static_cast<std::size_t>(selected[i].channel)] = selected[i].to_uv;
        }
    }

    void read(std::int64_t first, BlockView<float> out) const override {
        if (out.frames == 0) return;
        Lines lines(file_, index_[static_cast<std::size_t>(first / index_every)]);
        std::string_view line;
        for (std::int64_t f = first - first % index_every; f < first + out.frames; ++f) {
            const std::int64_t number = table_.first_line + f;
            if (!lines.next(line, number)) core::fail_input(file_.path() + ": changed while it was read");
            if (f < first) continue;
            bool more = true;
            std::string_view cell;
            std::size_t c = 0;
            for (std::string_view rest = line; c < output_of_.size() && table_.dialect.next(rest, more, cell); ++c) {
                if (output_of_[c] < 0) continue;
                double value = 0;
                (void)table_.dialect.parse(cell, value);
                out(f - first, output_of_[c]) = static_cast<float>(value * scale_[c]);
            }
            if (c < output_of_.size()) core::fail_input(file_.path() + ": changed while it was read");
        }
    }

    [[nodiscard]] std::string sha256() const override { return sha256_of({&file_}); }

private:
    FileBytes file_;
    Table table_;
    std::vector<std::int64_t> index_;
    std::vector<int> output_of_;     ///< of each column of the file; -1: not kept
    std::vector<double> scale_;
};

}  // namespace

Opened open_csv(FileBytes file, const ReadOptions& options) {
    const std::string path = file.path();
    Table table = read_names(file);
    RecordingInfo info;
    info.path = path;
    info.format = "CSV";

    constexpr std::size_t no_column = SIZE_MAX;
    std::size_t time_column = no_column;
    std::vector<FileChannel> channels;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const Column& column = table.columns[c];
        const bool time = column.time && time_column == no_column;
        if (time) time_column = c;
        channels.push_back({column.label, column.time ? "s" : column.unit, 1, options.fs, false,
                            time ? "the time column" : column.counter ? "a counter" : ""});
    }
    if (options.fs == 0 && time_column == no_column)
        core::fail_input(path + ": no time column (time, time_s, time_ms): state the sampling rate with the option fs");
    const auto selected = select_channels(path, channels, options, info);
    std::vector<char> checked(channels.size(), 0);
    for (const Selected& s : selected) checked[static_cast<std::size_t>(s.channel)] = 1;

    std::vector<std::int64_t> index;
    std::optional<Clock> clock;
    if (time_column != no_column) clock.emplace(table.columns[time_column].seconds);
    Lines lines(file, table.first_offset);
    std::string_view line;
    std::int64_t number = table.first_line, empty_lines = 0;
    for (; lines.next(line, number); ++number) {
        const auto where = [&] { return path + ": line " + std::to_string(number); };
        if (channels.size() > 1 && trim(line).empty()) {
            ++empty_lines;   // allowed at the end only
            continue;
        }
        if (empty_lines > 0)
            core::fail_input(path + ": line " + std::to_string(number - 1) + " is empty, and it is not the last");
        if (info.frames % index_every == 0) index.push_back(lines.line_offset());
        ++info.frames;
        bool more = true;
        std::string_view cell;
        std::size_t c = 0;
        for (std::string_view rest = line; table.dialect.next(rest, more, cell); ++c) {
            if (c >= channels.size() || (!checked[c] && c != time_column)) continue;
            double value = 0;
            const Cell kind = table.dialect.parse(cell, value);
            if (c == time_column && kind == Cell::bad && info.frames == 1 && options.fs != 0) {
                time_column = no_column;   // dates or the like; the rate is stated
                clock.reset();
                continue;
            }
            if (kind == Cell::bad || (c == time_column && kind != Cell::number))
                core::fail_input(where() + ", column " + std::to_string(c + 1) + " (" + channels[c].label + "): " +
                                 in_quotes(cell) + ": allowed is a number" + (c == time_column ? "" : " or nothing"));
            if (c == time_column && !clock->add(value, cell))
                core::fail_input(where() + ", column " + std::to_string(c + 1) + " (" + channels[c].label + "): " +
                                 in_quotes(cell) + " is not one step of " + core::number(clock->step_s()) +
                                 " s after the line before");
        }
        if (c != channels.size())
            core::fail_input(where() + ": " + std::to_string(c) + " cells where there are " +
                             std::to_string(channels.size()) + " columns");
    }
    if (info.frames == 0) core::fail_input(path + ": no line of samples");

    info.sampling_rate_hz = options.fs;
    if (clock) {
        const double rate = clock->rate_hz();
        const bool known = rate > 0 && !clock->too_coarse();
        if (options.fs == 0 && !known)
            core::fail_input(path + ": the time column is too short or too coarse to give the rate: state it with the option fs");
        if (known) check_rate(path, rate, options);
        if (options.fs == 0) info.sampling_rate_hz = rate;
    }
    if (!(info.sampling_rate_hz > 0 && info.sampling_rate_hz <= 1e9))
        core::fail_option("fs " + core::number(info.sampling_rate_hz) + ": allowed is more than 0 to 1e+09 Hz");
    for (const Selected& s : selected) {
        ChannelInfo channel;
        channel.label = channels[static_cast<std::size_t>(s.channel)].label;
        channel.unit = channels[static_cast<std::size_t>(s.channel)].unit;
        info.channels.push_back(std::move(channel));
    }
    auto reader = std::make_shared<CsvReader>(std::move(file), std::move(table), std::move(index), selected);
    return {std::move(reader), std::move(info)};
}

}  // namespace fascikit::io
