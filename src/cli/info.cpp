#include <cstdio>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

void print(const RecordingInfo& r, bool keep_identity) {
    const auto line = [](const char* name, const std::string& text) { std::printf("%-12s%s\n", name, printable(text).c_str()); };
    line("file", r.path);
    line("format", r.format);
    line("rate", core::number(r.sampling_rate_hz) + " Hz");
    line("length", clock(r.duration_s()) + " (" + std::to_string(r.frames) + " samples)");
    if (!r.start_time.empty()) line("start", r.start_time);
    if (keep_identity) {
        line("patient", r.identity.patient);
        line("recording", r.identity.recording);
    }
    line("annotations", std::to_string(r.annotations.size()));
    double missing_s = 0;
    for (const Gap& gap : r.gaps) missing_s += static_cast<double>(gap.count) / r.sampling_rate_hz;
    line("gaps", r.gaps.empty() ? "none" : std::to_string(r.gaps.size()) + ", " + clock(missing_s) + " in all");

    std::printf("\nChannels\n");
    Table channels;
    for (const ChannelInfo& c : r.channels) channels.row({"  " + printable(c.label), printable(c.unit)});
    std::printf("%s", channels.text().c_str());
    bool own = r.sites.size() == r.channels.size();
    for (const Site& s : r.sites)
        own = own && s.channels.size() == 1 && s.name == r.channels[static_cast<std::size_t>(s.channels[0])].label;
    std::printf("\nSites\n");
    if (own) std::printf("  each channel is its own\n");
    for (std::size_t i = 0; !own && i < r.sites.size(); ++i) {
        const Site& s = r.sites[i];
        std::string text = "  " + printable(s.name) + ": " + std::to_string(s.channels.size()) + " channels";
        if (s.rows > 0) text += format(", %d x %d, %s mm apart", s.rows, s.columns, core::number(s.pitch_mm).c_str());
        if (!s.muscle.empty()) text += ", " + printable(s.muscle);
        if (!s.side.empty()) text += ", " + printable(s.side);
        std::printf("%s\n", text.c_str());
    }
    if (!r.skipped.empty()) std::printf("\nNot analysed\n");
    for (const auto& s : r.skipped) std::printf("  %s: %s\n", printable(s.label).c_str(), printable(s.reason).c_str());
    if (!r.warnings.empty()) std::printf("\nWarnings\n");
    for (const auto& w : r.warnings) std::printf("  %s\n", printable(w).c_str());
}

}  // namespace

void add_info(CLI::App& program, Run& run) {
    struct Arguments {
        Input input;
        bool keep_identity = false;
    };
    auto* command = program.add_subcommand("info", "Say what a recording holds, and what would be analysed");
    auto a = std::make_shared<Arguments>();
    a->input.add_to(*command);
    command->add_flag("--keep-identity", a->keep_identity, "Print the fields that name the patient too");
    command->callback([a, &run] { run = [a] { print(a->input.open(false).info(), a->keep_identity); }; });
}

}  // namespace fascikit::cli
