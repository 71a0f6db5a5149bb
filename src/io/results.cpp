#include "fascikit/io/results.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <vector>

#include "bytes.hpp"
#include "fascikit/core/error.hpp"
#include "text.hpp"
#include "write_file.hpp"

namespace fascikit::io {

namespace {

constexpr std::int64_t limit_bytes = 4'000'000'000;

/// A CSV file after RFC 4180, row by row, its cells by the names of the first row.
class Table {
public:
    explicit Table(const std::string& path) : path_(path), text_(FileBytes(path).text(limit_bytes)) {
        next();
        header_ = cells_;
    }

    /// False at the end of the file.
    bool next() {
        cells_.clear();
        line_ = next_line_;
        if (at_ >= text_.size()) return false;
        std::string cell;
        bool quoted = false;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\n') ++next_line_;
            if (quoted) {
                if (c != '"')
                    cell += c;
                else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"')
                    cell += text_[++at_];
                else
                    quoted = false;
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',') {
                cells_.push_back(std::move(cell));
                cell.clear();
            } else if (c == '\n') {
                ++at_;
                break;
            } else if (c != '\r') {
                cell += c;
            }
        }
        if (quoted) fail("a quote is not closed");
        cells_.push_back(std::move(cell));
        if (!header_.empty() && cells_.size() != header_.size())
            fail(std::to_string(cells_.size()) + " cells where the first line has " + std::to_string(header_.size()));
        return true;
    }

    [[nodiscard]] std::size_t column(const char* name) const {
        const auto it = std::find(header_.begin(), header_.end(), name);
        if (it == header_.end()) core::fail_input(in_full(path_) + ": column " + name + " is missing");
        return static_cast<std::size_t>(it - header_.begin());
    }
    [[nodiscard]] const std::string& text(std::size_t column) const { return cells_[column]; }
    [[nodiscard]] double number(std::size_t column) const {
        const auto value = to_number(cells_[column]);
        if (!value) fail(header_[column] + " " + in_quotes(cells_[column]) + " is not a number");
        return *value;
    }
    /// Empty is `none`.
    [[nodiscard]] double number_or(std::size_t column, double none) const {
        return cells_[column].empty() ? none : number(column);
    }
    [[nodiscard]] std::int64_t integer_or(std::size_t column, std::int64_t none) const {
        if (cells_[column].empty()) return none;
        const auto value = to_integer(cells_[column]);
        if (!value) fail(header_[column] + " " + in_quotes(cells_[column]) + " is not a whole number");
        return *value;
    }
    [[noreturn]] void fail(const std::string& what) const {
        core::fail_input(in_full(path_) + ", line " + std::to_string(line_) + ": " + what);
    }

private:
    std::string path_;
    std::string text_;
    std::size_t at_ = 0;
    std::int64_t line_ = 1;
    std::int64_t next_line_ = 1;
    std::vector<std::string> header_;
    std::vector<std::string> cells_;
};

std::vector<std::string> sites_of(const std::string& path) {
    const auto json = nlohmann::json::parse(FileBytes(path).text(limit_bytes), nullptr, false);
    std::vector<std::string> names;
    if (!json.is_object() || !json.contains("sites") || !json["sites"].is_array())
        core::fail_input(in_full(path) + ": not a summary of fascikit: no list of sites");
    for (const auto& site : json["sites"]) {
        if (!site.is_object() || !site.contains("site") || !site["site"].is_string())
            core::fail_input(in_full(path) + ": sites[" + std::to_string(names.size()) + "] has no name");
        names.push_back(site["site"].get<std::string>());
    }
    return names;
}

}  // namespace

Findings read_results(const std::string& folder) {
    Findings found;
    found.sites = sites_of(folder + "/summary.json");
    constexpr double none = core::not_given;
    {
        Table t(folder + "/events.csv");
        const auto peak = t.column("peak_s"), site = t.column("site"), amplitude = t.column("amplitude_uv"),
                   snr = t.column("snr"), probability = t.column("probability"), burst = t.column("burst");
        while (t.next())
            found.events.push_back({t.number(peak), t.text(site), t.number_or(amplitude, none), t.number_or(snr, none),
                                    t.number_or(probability, none), t.integer_or(burst, -1)});
    }
    {
        Table t(folder + "/bursts.csv");
        const auto burst = t.column("burst"), onset = t.column("onset_s"), site = t.column("site"),
                   label = t.column("label"), probability = t.column("probability"), duration = t.column("duration_s");
        while (t.next()) {
            const auto known = label_from(t.text(label));
            if (!known) t.fail("label " + in_quotes(t.text(label)) + " is not a label");
            found.bursts.push_back(
                {t.integer_or(burst, -1), t.number(onset), t.text(site), *known, t.number_or(probability, none), t.number(duration)});
        }
    }
    {
        Table t(folder + "/segments.csv");
        const auto onset = t.column("onset_s"), end = t.column("end_s"), site = t.column("site"), kind = t.column("kind");
        while (t.next()) {
            std::optional<SegmentKind> known;
            for (const auto k : {SegmentKind::voluntary, SegmentKind::artifact, SegmentKind::masked})
                if (to_string(k) == t.text(kind)) known = k;
            if (!known) t.fail("kind " + in_quotes(t.text(kind)) + ": allowed is voluntary, artifact, masked");
            found.segments.push_back({t.number(onset), t.number(end), t.text(site), *known});
        }
    }
    return found;
}

}  // namespace fascikit::io
