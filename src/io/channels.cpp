#include "channels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::io {

namespace {

/// Units that are certainly something else: a stated unit never replaces them.
bool is_other_quantity(std::string_view unit) {
    static const std::set<std::string, std::less<>> others{
        "degc",  "degf",  "deg",   "\xc2\xb0"
                                   "c",    "c",     "celsius", "k",     "mmhg",  "cmh2o",   "kpa",     "pa",   "bar",
        "hz",    "bpm",   "1/min", "/min", "%",     "percent", "g",     "mg",    "m/s^2",   "m/s2",    "m/s",  "rad",
        "rad/s", "deg/s", "dps",   "n",    "nm",    "kg",      "l",     "ml",    "l/min",   "l/s",     "ohm",  "kohm",
        "mohm",  "ohms",  "s",     "ms",   "us",    "min",     "h",     "lux",   "db",      "boolean", "bool", "a",
        "ma",    "ua",    "t",     "ut",   "mm",    "cm",      "m",     "um",    "nu",      "w",       "j"};
    return others.contains(lower(unit));
}

std::string names(const std::vector<FileChannel>& channels) {
    std::string list;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        if (i == 20) return list + " and " + std::to_string(channels.size() - i) + " more";
        list += (i == 0 ? "" : ", ") + in_quotes(channels[i].label);
    }
    return list;
}

void make_unique(std::vector<FileChannel>& channels) {
    std::set<std::string> taken;
    std::map<std::string, int> last;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        std::string& label = channels[i].label;
        if (label.empty()) label = "channel " + std::to_string(i + 1);
        if (taken.insert(label).second) continue;
        int& n = last.try_emplace(label, 1).first->second;
        std::string next;
        do next = label + " (" + std::to_string(++n) + ")";
        while (!taken.insert(next).second);
        label = next;
    }
}

std::string ask_for_unit(const FileChannel& channel) {
    const std::string where = "channel " + in_quotes(channel.label);
    return (channel.uncalibrated   ? where + " is uncalibrated (gain 0)"
            : channel.unit.empty() ? where + " has no unit" : where + " has the unknown unit " + in_quotes(channel.unit)) +
           ": state it with the option unit (uV, mV, V or nV)";
}

}  // namespace

std::optional<double> voltage_in_uv(std::string_view unit) {
    std::string word;
    for (const char c : lower(trim(unit)))
        if (c != ' ' && c != '[' && c != ']' && c != '(' && c != ')') word += c;
    // The two letters that look like µ: U+00B5 micro sign and U+03BC Greek mu.
    struct Prefix {
        std::string_view spelling;
        char letter;
    };
    for (const Prefix& p : {Prefix{"\xc2\xb5", 'u'}, {"\xce\xbc", 'u'}, {"micro", 'u'}, {"milli", 'm'}, {"nano", 'n'}})
        if (word.starts_with(p.spelling)) {
            word.erase(0, p.spelling.size() - 1);
            word[0] = p.letter;
        }
    double factor = 1e6;
    if (!word.empty() && (word[0] == 'u' || word[0] == 'm' || word[0] == 'n')) {
        // Upper-case headers exist ("UV", "MV"); no electrode gives megavolts.
        factor = word[0] == 'u' ? 1 : word[0] == 'm' ? 1e3 : 1e-3;
        word.erase(0, 1);
    }
    if (word == "v" || word == "volt" || word == "volts") return factor;
    return std::nullopt;
}

std::vector<Selected> select_channels(const std::string& path, std::vector<FileChannel>& channels,
                                      const ReadOptions& options, RecordingInfo& info) {
    make_unique(channels);
    std::optional<double> stated;
    if (!options.unit.empty()) {
        stated = voltage_in_uv(options.unit);
        if (!stated) core::fail_option("unit " + in_quotes(options.unit) + ": allowed is uV, mV, V or nV");
    }
    const auto factor_of = [&](const FileChannel& channel) {
        if (channel.uncalibrated) return stated;
        const auto own = voltage_in_uv(channel.unit);
        return own || is_other_quantity(channel.unit) ? own : stated;
    };

    std::vector<Selected> selected;
    if (!options.channels.empty()) {
        for (const std::string& wanted : options.channels) {
            const auto at = std::find_if(channels.begin(), channels.end(),
                                         [&](const FileChannel& c) { return c.label == wanted; });
            if (at == channels.end())
                core::fail_option(path + ": no channel " + in_quotes(wanted) + "; there are " + names(channels));
            const int index = static_cast<int>(at - channels.begin());
            for (const Selected& earlier : selected)
                if (earlier.channel == index) core::fail_option("channel " + in_quotes(wanted) + " is asked for twice");
            if (!at->not_analysed.empty())
                core::fail_input(path + ": channel " + in_quotes(wanted) + " cannot be used: " + at->not_analysed);
            const auto factor = factor_of(*at);
            if (!factor && !at->uncalibrated && is_other_quantity(at->unit))
                core::fail_input(path + ": channel " + in_quotes(wanted) + " is in " + in_quotes(at->unit) +
                                 ", which is no voltage");
            if (!factor) core::fail_input(path + ": " + ask_for_unit(*at));
            if (!selected.empty()) {
                const FileChannel& first = channels[static_cast<std::size_t>(selected.front().channel)];
                if (first.rate_key != at->rate_key)
                    core::fail_input(path + ": channel " + in_quotes(first.label) + " has " + core::number(first.rate_hz) +
                                     " Hz and channel " + in_quotes(wanted) + " has " + core::number(at->rate_hz) +
                                     " Hz: ask for channels of one rate");
            }
            selected.push_back({index, *factor});
        }
        for (std::size_t i = 0; i < channels.size(); ++i)
            if (std::none_of(selected.begin(), selected.end(),
                             [&](const Selected& s) { return s.channel == static_cast<int>(i); }))
                info.skipped.push_back({channels[i].label, "not asked for"});
        return selected;
    }

    std::map<std::int64_t, int> count_of_rate;
    for (const FileChannel& c : channels)
        if (c.not_analysed.empty() && factor_of(c)) ++count_of_rate[c.rate_key];
    if (count_of_rate.empty()) {
        std::string list;
        int shown = 0;
        for (const FileChannel& c : channels) {
            if (c.not_analysed.empty() && (c.uncalibrated || !is_other_quantity(c.unit))) core::fail_input(path + ": " + ask_for_unit(c));
            if (shown++ < 8)
                list += (list.empty() ? "" : ", ") + in_quotes(c.label) + " " +
                        (c.not_analysed.empty() ? "in " + in_quotes(c.unit) : "(" + c.not_analysed + ")");
        }
        core::fail_input(path + ": no channel in V, mV, uV or nV; there is " + (list.empty() ? "none at all" : list));
    }
    // Ascending keys: with >= the highest of equally common rates stays.
    auto common = count_of_rate.begin();
    for (auto it = common; it != count_of_rate.end(); ++it)
        if (it->second >= common->second) common = it;

    double rate_hz = 0;
    for (const FileChannel& c : channels)
        if (c.rate_key == common->first) rate_hz = c.rate_hz;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const FileChannel& c = channels[i];
        const auto factor = factor_of(c);
        if (!c.not_analysed.empty())
            info.skipped.push_back({c.label, c.not_analysed});
        else if (!factor)
            info.skipped.push_back({c.label, c.uncalibrated   ? "uncalibrated (gain 0)"
                                             : c.unit.empty() ? "no unit"
                                                              : "unit " + in_quotes(c.unit) + " is no voltage"});
        else if (c.rate_key != common->first)
            info.skipped.push_back({c.label, core::number(c.rate_hz) + " Hz, while the others have " +
                                                 core::number(rate_hz) + " Hz"});
        else
            selected.push_back({static_cast<int>(i), *factor});
    }
    return selected;
}

void check_rate(const std::string& path, double rate_hz, const ReadOptions& options) {
    // A rate typed with few digits is the same rate.
    if (options.fs != 0 && !(std::abs(options.fs - rate_hz) <= 1e-4 * rate_hz))
        core::fail_option("fs " + core::number(options.fs) + ": " + path + " says " + core::number(rate_hz) + " Hz");
}

}  // namespace fascikit::io
