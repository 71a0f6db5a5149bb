#include "fascikit/io/truth.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

#include "bytes.hpp"
#include "fascikit/core/error.hpp"
#include "text.hpp"
#include "write_file.hpp"

namespace fascikit::io {

namespace {

using Json = nlohmann::ordered_json;

/// A place in the file, so that every error can say where.
class Place {
public:
    Place(const std::string& path, const nlohmann::json& value, std::string key)
        : path_(path), value_(value), key_(std::move(key)) {}

    [[nodiscard]] Place operator[](const char* name) const {
        if (!value_.is_object()) fail("is not an object");
        const auto it = value_.find(name);
        const std::string key = key_.empty() ? name : key_ + "." + name;
        if (it == value_.end()) core::fail_input(in_full(path_) + ": " + key + " is missing");
        return {path_, *it, key};
    }
    [[nodiscard]] std::size_t size() const {
        if (!value_.is_array()) fail("is not a list");
        return value_.size();
    }
    [[nodiscard]] Place operator[](std::size_t i) const {
        return {path_, value_[i], key_ + "[" + std::to_string(i) + "]"};
    }
    [[nodiscard]] double number(double low, double high) const {
        if (!value_.is_number()) fail("is not a number");
        const double v = value_.get<double>();
        if (!(v >= low && v <= high))
            fail(core::number(v) + ": allowed is " + core::number(low) + " to " + core::number(high));
        return v;
    }
    [[nodiscard]] std::int32_t integer(std::int32_t low) const {
        constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
        if (!value_.is_number_integer() || !(value_.get<double>() >= low && value_.get<double>() <= high))
            fail("is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
        return value_.get<std::int32_t>();
    }
    [[nodiscard]] std::string text() const {
        if (!value_.is_string()) fail("is not a text");
        return value_.get<std::string>();
    }
    [[nodiscard]] Label label() const {
        const auto known = label_from(text());
        if (!known) fail(in_quotes(text()) + " is not a label");
        return *known;
    }
    [[noreturn]] void fail(const std::string& what) const {
        core::fail_input(in_full(path_) + ": " + (key_.empty() ? "the whole" : key_) + " " + what);
    }

private:
    const std::string& path_;
    const nlohmann::json& value_;
    std::string key_;
};

}  // namespace

// One line an item: thousands of discharges stay readable, and small.
std::string truth_json(const Truth& truth) {
    std::string out = "{\n";
    const auto put = [&out](const char* key, const Json& value) {
        out += std::string("\"") + key + "\": " + value.dump(-1, ' ', false, Json::error_handler_t::replace) + ",\n";
    };
    const auto list = [&out](const char* key, const auto& items, const auto& json, const char* after) {
        out += std::string("\"") + key + "\": [";
        const char* before = "\n";
        for (const auto& item : items) {
            out += before + json(item).dump(-1, ' ', false, Json::error_handler_t::replace);
            before = ",\n";
        }
        out += std::string("]") + after + "\n";
    };
    put("version", truth.version);
    put("sampling_rate_hz", truth.sampling_rate_hz);
    put("duration_s", truth.duration_s);
    put("band_hz", {truth.band.low_hz, truth.band.high_hz});
    list("discharges", truth.discharges, [](const TrueDischarge& d) {
        return Json{{"peak_s", d.peak_s}, {"site", d.site}, {"unit", d.unit}, {"label", to_string(d.label)},
                    {"amplitude_uv", d.amplitude_uv}, {"noise_rms_uv", d.noise_rms_uv}};
    }, ",");
    list("segments", truth.segments, [](const TrueSegment& s) {
        return Json{{"onset_s", s.onset_s}, {"end_s", s.end_s}, {"site", s.site}, {"label", to_string(s.label)}};
    }, ",");
    list("confounders", truth.confounders, [](const Confounder& c) {
        return Json{{"onset_s", c.onset_s}, {"end_s", c.end_s}, {"kind", c.kind}};
    }, "");
    return out + "}\n";
}

void write_truth(const Truth& truth, const std::string& path) { write_whole(path, truth_json(truth)); }

Truth read_truth(const std::string& path) {
    constexpr std::int64_t limit = 1'000'000'000;
    const std::string text = FileBytes(path).text(limit);
    nlohmann::json json;
    try {
        json = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& e) {
        core::fail_input(in_full(path) + ": not JSON at byte " + std::to_string(e.byte));
    }
    const Place root(path, json, "");
    Truth truth;
    truth.version = root["version"].integer(1);
    if (truth.version != 1) root["version"].fail(std::to_string(truth.version) + ": allowed is 1");
    truth.sampling_rate_hz = root["sampling_rate_hz"].number(1, 1e7);
    truth.duration_s = root["duration_s"].number(0, 1e8);
    const Place band = root["band_hz"];
    if (band.size() != 2) band.fail("has not two numbers");
    truth.band = {band[std::size_t{0}].number(0, 1e7), band[std::size_t{1}].number(0, 1e7)};
    const auto stretch = [&](const Place& place, auto& item) {
        item.onset_s = place["onset_s"].number(-1e8, 1e8);
        item.end_s = place["end_s"].number(item.onset_s, 1e8);
    };
    const Place discharges = root["discharges"];
    for (std::size_t i = 0; i < discharges.size(); ++i) {
        const Place d = discharges[i];
        truth.discharges.push_back({d["peak_s"].number(0, 1e8), d["site"].text(), d["unit"].integer(0), d["label"].label(),
                                    d["amplitude_uv"].number(0, 1e9), d["noise_rms_uv"].number(0, 1e9)});
    }
    const Place segments = root["segments"];
    for (std::size_t i = 0; i < segments.size(); ++i) {
        TrueSegment s;
        stretch(segments[i], s);
        s.site = segments[i]["site"].text();
        s.label = segments[i]["label"].label();
        truth.segments.push_back(std::move(s));
    }
    const Place confounders = root["confounders"];
    for (std::size_t i = 0; i < confounders.size(); ++i) {
        Confounder c;
        stretch(confounders[i], c);
        c.kind = confounders[i]["kind"].text();
        truth.confounders.push_back(std::move(c));
    }
    return truth;
}

}  // namespace fascikit::io
