#include <charconv>
#include <cstdio>
#include <optional>
#include <sys/stat.h>
#include <system_error>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/finite.hpp"
#include "fascikit/io/read.hpp"
#include "fascikit/io/truth.hpp"
#include "fascikit/io/write_edf.hpp"
#include "fascikit/simulate/scenarios.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

struct Arguments {
    std::string scenario;
    std::string out;
    std::string background;
    std::uint64_t seed = 1;
    std::string set = "tuning";
    std::optional<double> duration_s;
    bool list = false;
    bool force = false;
};

void list_scenarios() {
    for (const auto& s : simulate::scenarios())
        std::printf("%-14s %-8s %5.0f s  %s\n%31s varies: %s\n", std::string(s.name).c_str(), std::string(to_string(s.electrode)).c_str(),
                    s.duration_s, std::string(s.description).c_str(), "", std::string(s.varies).c_str());
}

/// The first channel of a recorded rest.
std::vector<double> read_background(const std::string& path, double& rate_hz) {
    const io::File file = io::read(path);
    const RecordingInfo& info = file.info();
    if (info.channels.empty() || info.frames == 0) core::fail_input(printable(path) + ": no channel to use as a background");
    rate_hz = info.sampling_rate_hz;
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    std::vector<double> out;
    std::vector<float> buffer;
    constexpr std::int64_t block = 65536;
    for (std::int64_t first = 0; first < info.frames; first += block) {
        const std::int64_t count = std::min(block, info.frames - first);
        buffer.resize(static_cast<std::size_t>(count * channels));
        const auto view = planar(buffer.data(), count, channels);
        file.read(first, view);
        for (std::int64_t f = 0; f < count; ++f) out.push_back(static_cast<double>(view(f, 0)));
    }
    return out;
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

void simulate_file(const Arguments& a) {
    if (a.list) return list_scenarios();
    if (a.scenario.empty() || a.out.empty()) core::fail_option("simulate needs SCENARIO and OUT.edf, or --list");
    const std::string extension = ".edf";
    if (a.out.size() <= extension.size() || a.out.substr(a.out.size() - extension.size()) != extension)
        core::fail_option("'" + a.out + "': the name of the recording must end in .edf");
    const std::string truth_path = a.out.substr(0, a.out.size() - extension.size()) + ".truth.json";
    if (!a.force)
        for (const std::string& path : {a.out, truth_path})
            if (exists(path)) core::fail_input(printable(path) + " exists: --force replaces it");
    simulate::ScenarioOptions options;
    options.seed = a.seed;
    options.set = a.set == "reporting" ? simulate::ParameterSet::reporting : simulate::ParameterSet::tuning;
    if (a.duration_s) {
        options.duration_s = *a.duration_s;
        if (core::is_nan(*a.duration_s)) core::fail_option("duration nan s: allowed is 10 to 86400");
    }
    std::vector<double> background;
    if (!a.background.empty()) {
        background = read_background(a.background, options.background_rate_hz);
        options.background = background;
    }
    const auto simulated = simulate::make(a.scenario, options);
    {
        const Undisturbed guard;
        io::write_edf(a.out, simulated.view(), simulated.info);
        try {
            io::write_truth(simulated.truth, truth_path);
        } catch (...) {
            std::remove(a.out.c_str());  // a recording without its truth is of no use
            throw;
        }
    }
    std::printf("%s: %s, %zu channels at %s Hz\n%s: %zu discharges, %zu segments, %s electrode\n", printable(a.out).c_str(),
                clock(simulated.info.duration_s()).c_str(), simulated.info.channels.size(),
                core::number(simulated.info.sampling_rate_hz).c_str(), printable(truth_path).c_str(),
                simulated.truth.discharges.size(), simulated.truth.segments.size(),
                std::string(to_string(simulated.electrode)).c_str());
}

}  // namespace

void add_simulate(CLI::App& program, Run& run) {
    auto* command = program.add_subcommand("simulate", "Make a recording whose truth is known");
    auto a = std::make_shared<Arguments>();
    command->add_option("SCENARIO", a->scenario, "Which one; --list names them");
    command->add_option("OUT.edf", a->out, "The recording; its truth goes into OUT.truth.json beside it");
    command->add_option("--seed", a->seed, "Another seed, another recording of the same kind")
        ->capture_default_str()->check(CLI::Validator(
            [](std::string& text) {
                std::uint64_t seed = 0;
                const char* end = text.data() + text.size();
                const auto [at, error] = std::from_chars(text.data(), end, seed);
                return error == std::errc{} && at == end ? std::string()
                                                         : "'" + text + "': allowed is a whole number from 0 to 18446744073709551615";
            },
            ""));
    command->add_option("--set", a->set, "Ranges of the parameters: tuning, for choosing; reporting, for published figures")
        ->capture_default_str()->check(CLI::IsMember({"tuning", "reporting"}));
    command->add_option("--duration-s", a->duration_s, "Length in s; without it the scenario's own");
    command->add_option("--background", a->background,
                        "Recorded rest in place of made noise at the skin: a file at the scenario's rate, its first channel")
        ->check(not_empty());
    command->add_flag("--force", a->force, "Replace files that exist");
    command->add_flag("--list", a->list, "Name the scenarios and stop");
    command->footer("The same name, seed, set and duration give the same bytes on every machine.");
    command->callback([a, &run] { run = [a] { simulate_file(*a); }; });
}

}  // namespace fascikit::cli
