#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/notice.hpp"
#include "fascikit/fascikit.hpp"
#include "fascikit/io/write.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

struct Arguments {
    Input input;
    Detection detection;
    int passes = AnalyzeOptions{}.passes;
    std::string out;
    io::WriteOptions write;
};

volatile std::sig_atomic_t interrupted = 0;

/// Ctrl-C stops between blocks, before anything is written. Done to an analysis alone.
class Interruptible {
public:
    Interruptible() { before_ = std::signal(SIGINT, [](int) { interrupted = 1; }); }
    ~Interruptible() { std::signal(SIGINT, before_); }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

private:
    void (*before_)(int);
};

/// A bar on the terminal for what takes more than a second; nothing in a pipe.
class Bar {
public:
    void show(double share) {
        const auto now = std::chrono::steady_clock::now();
        if (!terminal_ || now - last_ < std::chrono::milliseconds(drawn_ ? 100 : 1000)) return;
        last_ = now;
        drawn_ = true;
        const int full = static_cast<int>(40 * share);
        std::fprintf(stderr, "\r[%s%s] %3d %%", std::string(static_cast<std::size_t>(full), '#').c_str(),
                     std::string(static_cast<std::size_t>(40 - full), ' ').c_str(), static_cast<int>(100 * share));
        std::fflush(stderr);
    }
    ~Bar() {
        if (drawn_) std::fputs("\r\033[K", stderr);
    }

private:
    bool terminal_ = ::isatty(STDERR_FILENO) == 1;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string interval(const Rate& rate) {
    if (!(rate.minutes > 0)) return "-";
    return number(rate.per_min) + " (" + number(rate.low_per_min) + " to " + number(rate.high_per_min) + ")";
}

std::string sites_table(const Analysis& analysis) {
    std::vector<std::int64_t> events(analysis.sites.size(), 0), units(analysis.sites.size(), 0);
    for (const Event& e : analysis.events) ++events[static_cast<std::size_t>(e.site)];
    for (const Unit& u : analysis.units) ++units[static_cast<std::size_t>(u.site)];
    Table table;
    table.row({"", "usable", "voluntary", "discharges", "fasciculations a minute", "amplitude", "noise", "units"});
    table.row({"site", "min", "min", "", "(95 % interval)", "uV p-p", "uV RMS", ""});
    for (std::size_t i = 0; i < analysis.sites.size(); ++i) {
        const SiteSummary& s = analysis.sites[i];
        table.row({printable(s.name), number(s.minutes_usable), number(s.minutes_voluntary), std::to_string(events[i]),
                   interval(s.fasciculations), number(s.amplitude_uv.median), number(s.noise_uv.median),
                   std::to_string(units[i])});
    }
    return table.text();
}

std::string labels_of(const SiteSummary& s) {
    std::string text;
    for (std::size_t i = 0; i < label_count; ++i)
        if (s.label_counts[i] > 0)
            text += (text.empty() ? "" : ", ") + std::string(label_table[i].name) + " " + std::to_string(s.label_counts[i]);
    return text.empty() ? "nothing" : text;
}

std::string masked_of(const SiteSummary& s) {
    std::map<Reason, double> seconds;
    for (const MaskedStretch& m : s.masked) seconds[m.reason] += m.end_s - m.onset_s;
    std::string text;
    for (const auto& entry : seconds)
        text += (text.empty() ? "" : ", ") + std::string(to_string(entry.first)) + " " +
                (entry.second < 60 ? number(entry.second) + " s" : number(entry.second / 60) + " min");
    return text;
}

/// Two minutes at rest show five discharges where there are 3 a minute (JNER 9:78: with a
/// probability of 0.95); noise of 15 uV is no rest (see burst/rules.hpp).
std::string brief_of(const SiteSummary& s) {
    const double rest = s.minutes_usable - s.minutes_voluntary;
    std::string text;
    if (rest < 2) text = "less than 2 min at rest, a few twitches a minute may not show";
    if (s.noise_uv.median > resting_noise_uv)
        text += std::string(text.empty() ? "" : "; ") + "no rest (noise above " + number(resting_noise_uv) + " uV), single discharges are hardly called fasciculations";
    return text;
}

/// "name: text" for every site, sites with the same text on one line.
std::string by_site(const Analysis& analysis, std::string (*text_of)(const SiteSummary&)) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const SiteSummary& s : analysis.sites) {
        const std::string text = text_of(s);
        if (text.empty()) continue;
        auto it = lines.begin();
        while (it != lines.end() && it->first != text) ++it;
        if (it == lines.end())
            lines.emplace_back(text, printable(s.name));
        else
            it->second += ", " + printable(s.name);
    }
    std::string all;
    for (const auto& line : lines) all += "  " + line.second + ": " + line.first + "\n";
    return all;
}

void print(const Analysis& analysis, const std::string& out) {
    const RecordingInfo& r = analysis.recording;
    std::printf("%s  %s, %s at %s Hz, %s electrode, %s to %s Hz, mains %s\n\n", printable(r.path).c_str(), r.format.c_str(),
                clock(r.duration_s()).c_str(), core::number(r.sampling_rate_hz).c_str(),
                std::string(to_string(analysis.options.electrode)).c_str(), core::number(analysis.options.band.low_hz).c_str(),
                core::number(analysis.options.band.high_hz).c_str(), to_string(analysis.options.mains));
    std::printf("%s\nBursts by label\n%s", sites_table(analysis).c_str(), by_site(analysis, labels_of).c_str());
    if (const auto masked = by_site(analysis, masked_of); !masked.empty())
        std::printf("\nMasked\n%s", masked.c_str());
    // What a rate of zero, or none, may hide.
    if (const auto brief = by_site(analysis, brief_of); !brief.empty())
        std::printf("\nLittle to go by\n%s", brief.c_str());
    if (!r.skipped.empty()) {
        std::printf("\nNot analysed\n");
        for (const auto& s : r.skipped) std::printf("  %s: %s\n", printable(s.label).c_str(), printable(s.reason).c_str());
    }
    for (const auto& warning : r.warnings) std::printf("\nWarning: %s\n", printable(warning).c_str());
    if (!out.empty()) std::printf("\nWritten to %s\n", printable(out).c_str());
    std::printf("\n");
    for (const auto line : notice) std::printf("%s\n", std::string(line).c_str());
}

void analyze_file(const Arguments& a) {
    const io::File file = a.input.open(true);
    AnalyzeOptions options;
    options.electrode = a.detection.electrode;
    options.mains = a.detection.mains;
    options.false_per_minute = a.detection.false_per_minute;
    options.passes = a.passes;
    Analysis analysis;
    try {
        const Interruptible guard;
        Bar bar;
        analysis = analyze(file, options, [&bar](double share) {
            bar.show(share);
            return interrupted == 0;
        });
    } catch (const InputError& e) {
        const std::string text = interrupted ? "interrupted, nothing was written" : e.what();
        core::fail_input(text.find(a.input.path) == std::string::npos ? a.input.path + ": " + text : text);
    }
    if (!a.out.empty()) {
        const Undisturbed guard;
        io::write_outputs(analysis, a.out, a.write, file);
    }
    print(analysis, a.out);
}

}  // namespace

void add_analyze(CLI::App& program, Run& run) {
    auto* command = program.add_subcommand("analyze", "Find and name the discharges of a recording");
    auto a = std::make_shared<Arguments>();
    a->input.add_to(*command);
    a->detection.add_to(*command);
    command->add_option("--passes", a->passes, "1: causal, as live; 2: the whole recording at once")
        ->capture_default_str();
    auto* out = command->add_option("--out", a->out,
                                    "Folder for events.csv, bursts.csv, segments.csv, units.csv, summary.json and the BIDS "
                                    "events; without it only the table is printed");
    out->check(not_empty());
    command->add_flag("--edf-copy", a->write.edf_copy, "Also write a copy of the signal with the bursts as EDF+ annotations")
        ->needs(out);
    command->add_flag("--keep-identity", a->write.keep_identity,
                      "Keep the patient's name, code and birth date in the outputs");
    command->footer("Amplitudes are uV peak to peak in the analysis band; rates count usable time only.\n"
                    "Research use, not a medical device: it names discharges, never a diagnosis.");
    command->callback([a, &run] { run = [a] { analyze_file(*a); }; });
}

}  // namespace fascikit::cli
