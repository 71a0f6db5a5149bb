#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

#include "fascikit/core/notice.hpp"
#include "fascikit/core/version.hpp"
#include "fascikit/io/write.hpp"
#include "write_number.hpp"

namespace fascikit::io {

namespace {

using Json = nlohmann::ordered_json;

/// A float as the shortest decimal that names it, and not as the double it is stored in.
double shown(float value) {
    const std::string text = real(value);
    double number = core::not_given;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Json of(const Quartiles& q) { return {{"q25", q.q25}, {"median", q.median}, {"q75", q.q75}}; }

Json of(const Rate& r) {
    return {{"count", r.count},           {"minutes", r.minutes},
            {"per_min", r.per_min},       {"low_per_min", r.low_per_min},
            {"high_per_min", r.high_per_min}, {"confidence", 0.95},
            {"dispersion", r.dispersion}};
}

Json input_of(const RecordingInfo& info, bool keep_identity) {
    Json channels = Json::array(), skipped = Json::array(), gaps = Json::array();
    for (const auto& c : info.channels) channels.push_back({{"label", c.label}, {"unit", c.unit}});
    for (const auto& s : info.skipped) skipped.push_back({{"label", s.label}, {"reason", s.reason}});
    for (const Gap& g : info.gaps)
        gaps.push_back({{"onset_s", static_cast<double>(g.first) / info.sampling_rate_hz},
                        {"duration_s", static_cast<double>(g.count) / info.sampling_rate_hz}});
    Json input = {{"file", std::filesystem::path(info.path).filename().string()},
                  {"format", info.format},
                  {"sha256", info.sha256},
                  {"start_time", info.start_time},
                  {"sampling_rate_hz", info.sampling_rate_hz},
                  {"samples", info.frames},
                  {"duration_s", info.duration_s()},
                  {"channels", channels},
                  {"skipped_channels", skipped},
                  {"gaps", gaps},
                  {"warnings", info.warnings}};
    if (keep_identity) input["identity"] = {{"patient", info.identity.patient}, {"recording", info.identity.recording}};
    return input;
}

Json site_of(const Analysis& analysis, std::size_t index) {
    const SiteSummary& s = analysis.sites[index];
    Json labels = Json::object(), masked = Json::array(), units = Json::array();
    for (std::size_t i = 0; i < label_count; ++i) labels[std::string(label_table[i].name)] = s.label_counts[i];
    for (const MaskedStretch& m : s.masked)
        masked.push_back({{"onset_s", m.onset_s}, {"end_s", m.end_s}, {"reason", to_string(m.reason)}});
    for (const Unit& u : analysis.units)
        if (u.site == static_cast<std::int32_t>(index))
            units.push_back({{"unit", u.id}, {"n_discharges", u.n_discharges}, {"rate_per_min", shown(u.rate_per_min)}});
    return {{"site", s.name},
            {"muscle", s.muscle},
            {"side", s.side},
            {"channels", s.channels},
            {"minutes_recorded", s.minutes_recorded},
            {"minutes_usable", s.minutes_usable},
            {"minutes_masked", s.minutes_masked},
            {"minutes_voluntary", s.minutes_voluntary},
            {"fasciculations_before_gate", of(s.fasciculations_before_gate)},
            {"fasciculations", of(s.fasciculations)},
            {"isolated", s.isolated},
            {"continual", s.continual},
            {"other", s.other},
            {"doublets", s.doublets},
            {"f_wave_pairs", s.f_wave_pairs},
            {"interval_s", of(s.interval_s)},
            {"amplitude_uv", of(s.amplitude_uv)},
            {"noise_uv", of(s.noise_uv)},
            {"threshold_snr", s.threshold_snr},
            {"bursts_by_label", labels},
            {"units", units},
            {"masked", masked}};
}

std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string summary_json(const Analysis& analysis, bool keep_identity) {
    const AnalyzeOptions& o = analysis.options;
    Json sites = Json::array(), coincidences = Json::array();
    for (std::size_t i = 0; i < analysis.sites.size(); ++i) sites.push_back(site_of(analysis, i));
    const auto name = [&](std::int32_t site) { return analysis.recording.sites.at(static_cast<std::size_t>(site)).name; };
    for (const Coincidence& c : analysis.coincidences)
        coincidences.push_back(
            {{"site_a", name(c.site_a)}, {"site_b", name(c.site_b)}, {"count", c.count}, {"expected", c.expected}});
    return text_of({{"schema_version", schema_version},
                    {"fascikit_version", analysis.version},
                    {"cpu_path", analysis.cpu_path},
                    {"calibrated_on", analysis.calibrated_on},
                    {"notice", notice},
                    {"options",
                     {{"electrode", to_string(o.electrode)},
                      {"band_hz", {o.band.low_hz, o.band.high_hz}},
                      {"mains", to_string(o.mains)},
                      {"false_per_minute", o.false_per_minute},
                      {"passes", o.passes}}},
                    {"input", input_of(analysis.recording, keep_identity)},
                    {"sites", sites},
                    {"coincidence", coincidences}});
}

std::string bids_events_json(const Analysis& analysis) {
    Json levels = Json::object();
    for (const LabelInfo& entry : label_table) levels[std::string(entry.name)] = entry.meaning;
    return text_of(
        {{"schema_version", schema_version},
         {"Sources", {std::filesystem::path(analysis.recording.path).filename().string()}},
         {"GeneratedBy", {{{"Name", "fascikit"}, {"Version", analysis.version}}}},
         {"onset", {{"Description", "Onset of the burst from the start of the recording"}, {"Units", "s"}}},
         {"duration", {{"Description", "Duration of the burst"}, {"Units", "s"}}},
         {"trial_type", {{"LongName", "Label"}, {"Description", "What the burst is called"}, {"Levels", levels}}},
         {"site", {{"Description", "Muscle or channel it was recorded from"}}},
         {"unit", {{"Description", "Motor unit it is assigned to; n/a: several or unknown"}}},
         {"probability",
          {{"Description", "Probability of the label"}, {"CalibratedOn", analysis.calibrated_on}}},
         {"Notice", notice}});
}

}  // namespace fascikit::io
