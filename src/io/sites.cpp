#include "fascikit/io/sites.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "bytes.hpp"
#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::io {

std::vector<Site> grid_sites(const RecordingInfo& info, int rows, int columns, double pitch_mm) {
    if (rows < 1 || columns < 1 || rows > 4096 || columns > 4096)
        core::fail_option("grid " + std::to_string(rows) + " x " + std::to_string(columns) +
                          ": allowed is 1 x 1 to 4096 x 4096");
    if (!(pitch_mm > 0 && pitch_mm <= 1000))
        core::fail_option("pitch " + core::number(pitch_mm) + " mm: allowed is more than 0 to 1000");
    const std::size_t size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    const std::size_t count = info.channels.size();
    if (count == 0 || count % size != 0)
        core::fail_option("grid " + std::to_string(rows) + " x " + std::to_string(columns) + ": " +
                          std::to_string(count) + " channels make no whole grids of " + std::to_string(size));
    std::vector<Site> sites;
    for (std::size_t first = 0; first < count; first += size) {
        Site site;
        site.name = count == size ? "grid" : "grid " + std::to_string(sites.size() + 1);
        for (std::size_t i = 0; i < size; ++i) site.channels.push_back(static_cast<int>(first + i));
        site.rows = rows;
        site.columns = columns;
        site.pitch_mm = pitch_mm;
        sites.push_back(std::move(site));
    }
    return sites;
}

std::vector<Site> read_sites(const std::string& path, const RecordingInfo& info) {
    using nlohmann::json;
    const std::string text = FileBytes(path).text(std::int64_t{1} << 24);
    // A depth no list of sites has; the parser recurses and could run out of stack.
    const json list = json::parse(
        text, [](int depth, json::parse_event_t, json&) { return depth < 16; }, false);
    if (list.is_discarded() || !list.is_array())
        core::fail_input(path + ": not a JSON list of sites, such as [{\"name\": \"left calf\", \"channels\": [\"EMG1\"]}]");
    std::vector<Site> sites;
    std::vector<char> taken(info.channels.size(), 0);
    std::set<std::string> site_names;    // the tables know a site by its name alone
    for (const json& entry : list) {
        const std::string where = path + ": site " + std::to_string(sites.size() + 1);
        if (!entry.is_object()) core::fail_input(where + " is not an object");
        Site site;
        const auto string_of = [&](const char* key) -> std::string {
            if (!entry.contains(key)) return {};
            if (!entry[key].is_string()) core::fail_input(where + ": \"" + key + "\": allowed is a text");
            return clean_text(entry[key].get_ref<const std::string&>());
        };
        const auto number_of = [&](const char* key, double high) {
            if (!entry.contains(key)) return 0.0;
            if (!entry[key].is_number() || !(entry[key].get<double>() >= 0 && entry[key].get<double>() <= high))
                core::fail_input(where + ": \"" + key + "\": allowed is a number from 0 to " + core::number(high));
            return entry[key].get<double>();
        };
        site.name = string_of("name");
        if (site.name.empty()) core::fail_input(where + " has no \"name\"");
        if (!site_names.insert(site.name).second)
            core::fail_input(where + ": another site is named " + in_quotes(site.name) + ", too");
        site.muscle = string_of("muscle");
        site.side = string_of("side");
        const auto count_of = [&](const char* key) {
            const double value = number_of(key, 4096);
            if (value != std::floor(value)) core::fail_input(where + ": \"" + key + "\": allowed is a whole number");
            return static_cast<int>(value);
        };
        site.rows = count_of("rows");
        site.columns = count_of("columns");
        site.pitch_mm = number_of("pitch_mm", 1000);
        if (!entry.contains("channels") || !entry["channels"].is_array() || entry["channels"].empty())
            core::fail_input(where + " (" + site.name + ") has no list of \"channels\"");
        for (const json& label : entry["channels"]) {
            if (!label.is_string()) core::fail_input(where + " (" + site.name + "): a channel is named by a text");
            const std::string name = clean_text(label.get_ref<const std::string&>());
            const auto at = std::find_if(info.channels.begin(), info.channels.end(),
                                         [&](const ChannelInfo& c) { return c.label == name; });
            if (at == info.channels.end()) {
                std::string there;
                for (std::size_t i = 0; i < info.channels.size() && i < 20; ++i)
                    there += (i == 0 ? "" : ", ") + in_quotes(info.channels[i].label);
                core::fail_input(where + " (" + site.name + "): no channel " + in_quotes(name) + "; there are " + there);
            }
            const auto index = static_cast<std::size_t>(at - info.channels.begin());
            if (taken[index]++ != 0)
                core::fail_input(where + " (" + site.name + "): channel " + in_quotes(name) + " belongs to two sites");
            site.channels.push_back(static_cast<int>(index));
        }
        if ((site.rows > 0 || site.columns > 0) &&
            static_cast<std::size_t>(site.rows) * static_cast<std::size_t>(site.columns) != site.channels.size())
            core::fail_input(where + " (" + site.name + "): a grid of " + std::to_string(site.rows) + " x " +
                             std::to_string(site.columns) + " with " + std::to_string(site.channels.size()) + " channels");
        sites.push_back(std::move(site));
    }
    for (std::size_t c = 0; c < info.channels.size(); ++c)
        if (taken[c] == 0) {
            Site site;
            site.name = info.channels[c].label;
            if (!site_names.insert(site.name).second)
                core::fail_input(path + ": a site is named " + in_quotes(site.name) +
                                 " as is a channel that belongs to no site of the list");
            site.channels.push_back(static_cast<int>(c));
            sites.push_back(std::move(site));
        }
    return sites;
}

}  // namespace fascikit::io
