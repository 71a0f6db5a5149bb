#include <charconv>
#include <cstdio>
#include <system_error>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/io/truth.hpp"
#include "fascikit/io/write_edf.hpp"
#include "fascikit/simulate/scenarios.hpp"
#include "text.hpp"

namespace fascikit::cli {

namespace {

struct Arguments {
    std::string scenario;
    std::string out;
    std::uint64_t seed = 1;
    bool list = false;
};

void simulate_file(const Arguments& a) {
    if (a.list) {
        for (const auto& s : simulate::scenarios())
            std::printf("%-10s %s\n", std::string(s.name).c_str(), std::string(s.description).c_str());
        return;
    }
    if (a.scenario.empty() || a.out.empty()) core::fail_option("simulate needs SCENARIO and OUT.edf, or --list");
    const std::string extension = ".edf";
    if (a.out.size() <= extension.size() || a.out.substr(a.out.size() - extension.size()) != extension)
        core::fail_option("'" + a.out + "': the name of the recording must end in .edf");
    const std::string truth_path = a.out.substr(0, a.out.size() - extension.size()) + ".truth.json";
    const auto simulated = simulate::make(a.scenario, a.seed);
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
    std::printf("%s: %s\n%s: %zu discharges, %zu segments, %s electrode\n", printable(a.out).c_str(),
                clock(simulated.info.duration_s()).c_str(), printable(truth_path).c_str(), simulated.truth.discharges.size(),
                simulated.truth.segments.size(), std::string(to_string(simulated.electrode)).c_str());
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
    command->add_flag("--list", a->list, "Name the scenarios and stop");
    command->callback([a, &run] { run = [a] { simulate_file(*a); }; });
}

}  // namespace fascikit::cli
